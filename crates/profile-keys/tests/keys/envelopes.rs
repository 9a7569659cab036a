//! Envelopes by themselves: what opens them, what does not, and in which words.

use std::sync::Arc;

use crate::support::{Answers, bech32, never, sealed};
use profile_format::{Envelope, OpeningKey, ProfileKey};
use profile_keys::{
    Ask, Identity, Lock, NewIdentity, Recipient, Secret, UnlockError, UnwrapError, WrapError, describe,
    generate_identity, public_of, rewrap, unwrap, wrap,
};

fn new_identity() -> (Identity, Recipient) {
    let NewIdentity { file, recipient } = generate_identity("2026-11-20").unwrap();
    (Identity::parse(file.expose().as_bytes(), "mine").unwrap(), recipient)
}

fn passphrase(text: &str) -> (Identity, Recipient) {
    (Identity::passphrase(Secret::new(text)), Recipient::passphrase(Secret::new(text)))
}

/// Wraps a new key for `recipients` and seals a profile with it.
struct Wrapped {
    envelopes: Vec<Envelope>,
    accepts: Box<dyn Fn(&OpeningKey) -> bool>,
}

impl Wrapped {
    fn for_all(recipients: &[Recipient]) -> Self {
        let key = ProfileKey::generate().unwrap();
        let envelopes = wrap(&key, recipients, &never()).unwrap();
        let sealed = sealed(key, envelopes.clone());
        Self { envelopes, accepts: Box::new(move |key| sealed.accepts(key)) }
    }

    fn open(&self, identities: &[Identity]) -> Result<OpeningKey, UnwrapError> {
        unwrap(&self.envelopes, identities, &never(), &self.accepts)
    }

    fn locks(&self) -> Vec<Vec<Lock>> {
        self.envelopes.iter().map(|envelope| describe(envelope).unwrap()).collect()
    }
}

#[test]
fn keys_share_an_envelope_and_passphrases_stand_alone() {
    let ((mine, my_key), (yours, your_key)) = (new_identity(), new_identity());
    let (words, by_words) = passphrase("correct horse");
    let (other_words, by_other_words) = passphrase("battery staple");
    let wrapped = Wrapped::for_all(&[my_key, by_words, your_key, by_other_words]);
    let locks = wrapped.locks();
    assert_eq!(locks[0], [Lock::X25519, Lock::X25519, Lock::Grease]);
    assert_eq!(locks[1..], [vec![Lock::Passphrase { work: 18 }], vec![Lock::Passphrase { work: 18 }]]);
    for identity in [mine, yours, words, other_words] {
        assert!(wrapped.open(std::slice::from_ref(&identity)).is_ok(), "{identity:?}");
    }
}

#[test]
fn post_quantum_keys_and_others_do_not_mix() {
    let (mine, my_key) = new_identity();
    // The base point of P-256 as a public key, by itself and behind an ML-KEM key of zeros.
    let (x, y) = (
        hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
    );
    let tagged: Recipient = bech32("age1tag", &[&[3], x.as_slice()].concat()).parse().unwrap();
    let pq: Recipient = bech32("age1tagpq", &[&[0; 1184], [4].as_slice(), &x, &y].concat()).parse().unwrap();
    let wrapped = Wrapped::for_all(&[pq, my_key, tagged]);
    let other = |name: &str| Lock::Other { name: name.into() };
    assert_eq!(
        wrapped.locks(),
        [vec![Lock::X25519, other("p256tag"), Lock::Grease], vec![other("mlkem768p256tag"), Lock::Grease]]
    );
    assert!(wrapped.open(&[mine]).is_ok());
}

#[test]
fn nobody_too_many_and_plain_are_refused() {
    let key = ProfileKey::generate().unwrap();
    let (_, recipient) = new_identity();
    let words = Recipient::passphrase(Secret::new("x"));
    let many = [vec![recipient.clone()], vec![words; 4]].concat();
    assert!(matches!(wrap(&key, &[], &never()), Err(WrapError::NoRecipients)));
    assert!(matches!(wrap(&key, &many, &never()), Err(WrapError::TooManyEnvelopes { needed: 5 })));
    assert!(matches!(wrap(&ProfileKey::plain(), std::slice::from_ref(&recipient), &never()), Err(WrapError::Plain)));
    let crowd = vec![recipient; 1400];
    assert!(matches!(wrap(&key, &crowd, &never()), Err(WrapError::TooLong { .. })));
}

#[test]
fn a_wrong_key_is_told_whom_it_is_for() {
    let ((_, my_key), (stranger, _)) = (new_identity(), new_identity());
    let (_, by_words) = passphrase("correct horse");
    let error = Wrapped::for_all(&[my_key, by_words]).open(&[stranger]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no given key opens it; it is for an age key, a passphrase (2^18 rounds)",
        "without the grease"
    );
}

#[test]
fn a_wrong_passphrase_is_told_apart_from_a_missing_one() {
    let (mine, my_key) = new_identity();
    let (_, by_words) = passphrase("correct horse");
    let wrapped = Wrapped::for_all(&[my_key, by_words]);
    let (wrong, _) = passphrase("wrong");
    assert!(matches!(wrapped.open(std::slice::from_ref(&wrong)), Err(UnwrapError::WrongPassphrase)));
    assert!(wrapped.open(&[wrong, mine.clone()]).is_ok(), "another key opens all the same");
    let asked = Identity::asked_passphrase();
    let error = wrapped.open(std::slice::from_ref(&asked)).unwrap_err();
    assert!(matches!(error, UnwrapError::Identity(UnlockError::NoPassphrase { .. })), "{error}");

    let answers = Answers::always("correct horse");
    let ask: Arc<dyn Ask> = answers.clone();
    assert!(unwrap(&wrapped.envelopes, &[asked.clone(), mine], &ask, &wrapped.accepts).is_ok());
    assert_eq!(answers.questions(), [""; 0], "a key that opens it spares the question");
    assert!(unwrap(&wrapped.envelopes, &[asked], &ask, &wrapped.accepts).is_ok());
    assert_eq!(answers.questions(), ["this profile"]);
}

#[test]
fn an_envelope_around_another_key_is_refused() {
    let (mine, my_key) = new_identity();
    let keys = [my_key];
    let (theirs, mut mixed) = (Wrapped::for_all(&keys), Wrapped::for_all(&keys));
    let good = std::mem::replace(&mut mixed.envelopes, theirs.envelopes);
    let error = mixed.open(std::slice::from_ref(&mine)).unwrap_err();
    assert_eq!(error.to_string(), "envelope 1 holds a key that is not this profile's");
    mixed.envelopes.extend(good);
    assert!(mixed.open(&[mine]).is_ok(), "the second envelope holds the right one");
}

#[test]
fn no_changed_envelope_opens() {
    let (mine, my_key) = new_identity();
    let wrapped = Wrapped::for_all(&[my_key]);
    let whole = &wrapped.envelopes[0].0;
    for at in 0..whole.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut changed = whole.clone();
            changed[at] ^= bit;
            let envelopes = [Envelope(changed)];
            let result = unwrap(&envelopes, std::slice::from_ref(&mine), &never(), &wrapped.accepts);
            // A changed stanza may read as one for somebody else; everything else is damage.
            assert!(result.is_err(), "byte {at}, bit {bit:#x}");
        }
    }
    for end in 0..whole.len() {
        let envelopes = [Envelope(whole[..end].to_vec())];
        let result = unwrap(&envelopes, std::slice::from_ref(&mine), &never(), &wrapped.accepts);
        assert!(matches!(result, Err(UnwrapError::Header { .. } | UnwrapError::Length { .. })), "{end}");
    }
}

#[test]
fn damage_is_told_with_the_number_of_the_envelope() {
    let (mine, my_key) = new_identity();
    let mut wrapped = Wrapped::for_all(&[my_key]);
    let last = wrapped.envelopes[0].0.len() - 1;
    wrapped.envelopes[0].0[last] ^= 1;
    let error = wrapped.open(std::slice::from_ref(&mine)).unwrap_err();
    assert_eq!(error.to_string(), "envelope 1 is damaged: mine is for it but does not open it");
    wrapped.envelopes[0].0.push(0);
    let error = wrapped.open(std::slice::from_ref(&mine)).unwrap_err();
    assert_eq!(error.to_string(), "envelope 1 is damaged: 65 bytes follow its header, expected 64");
    wrapped.envelopes.insert(0, Envelope(b"rubbish".to_vec()));
    let error = wrapped.open(&[mine]).unwrap_err().to_string();
    assert!(error.starts_with("envelope 1 is damaged: it is not an age file"), "{error}");
    assert!(matches!(unwrap(&[], &[], &never(), &|_| true), Err(UnwrapError::NoEnvelopes)));
}

#[test]
fn work_is_bounded_by_a_constant() {
    let (words, by_words) = passphrase("correct horse");
    let mut wrapped = Wrapped::for_all(&[by_words]);
    for work in ["21", "63", "99"] {
        let mut changed = wrapped.envelopes[0].0.clone();
        let at = changed.windows(4).position(|window| window == b" 18\n").unwrap() + 1;
        changed[at..at + 2].copy_from_slice(work.as_bytes());
        wrapped.envelopes[0] = Envelope(changed);
        let error = wrapped.open(std::slice::from_ref(&words)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("envelope 1 asks for 2^{work} rounds of scrypt, more than the 2^20 allowed")
        );
        let answers = Answers::always("correct horse");
        let ask: Arc<dyn Ask> = answers.clone();
        let asked = unwrap(&wrapped.envelopes, &[Identity::asked_passphrase()], &ask, &wrapped.accepts);
        assert!(matches!(asked, Err(UnwrapError::ExcessiveWork { .. })));
        assert_eq!(answers.questions(), [""; 0], "nobody is asked in vain");
        wrapped.envelopes[0].0[at..at + 2].copy_from_slice(b"18");
    }
    assert!(wrapped.open(&[words]).is_ok());
}

#[test]
fn a_key_that_was_opened_is_wrapped_for_others() {
    let ((mine, my_key), (yours, your_key)) = (new_identity(), new_identity());
    let mut wrapped = Wrapped::for_all(&[my_key]);
    let key = wrapped.open(std::slice::from_ref(&mine)).unwrap();
    wrapped.envelopes = rewrap(&key, std::slice::from_ref(&your_key), &never()).unwrap();
    assert!(wrapped.open(&[yours]).is_ok());
    assert!(matches!(wrapped.open(&[mine]), Err(UnwrapError::WrongKey { .. })));
    assert!(matches!(rewrap(&OpeningKey::plain(), &[your_key], &never()), Err(WrapError::Plain)));
}

#[test]
fn an_identity_shows_its_public_half() {
    let (mine, my_key) = new_identity();
    let shown = public_of(&mine, &never()).unwrap();
    assert_eq!(shown.iter().map(ToString::to_string).collect::<Vec<_>>(), [my_key.to_string()]);
    let plugin = Identity::parse(b"AGE-PLUGIN-FOOBAR-1QVHULF", "token").unwrap();
    let error = public_of(&plugin, &never()).unwrap_err().to_string();
    assert!(error.contains("age-plugin-foobar"), "{error}");
    let (words, _) = passphrase("x");
    assert!(public_of(&words, &never()).is_err());
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}
