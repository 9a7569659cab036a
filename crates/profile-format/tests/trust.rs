//! Nobody gets at the content without having the seals judged.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::cast_possible_truncation, reason = "the samples are small")]

mod samples;

use profile_format::*;
use samples::*;

fn file(author: Option<&[u8]>, seals: &[&[u8; 2]]) -> (Sealed<Vec<u8>>, OpeningKey) {
    let key = ProfileKey::generate().unwrap();
    let opening_key = key.opening_key();
    let author = author.map(|author| SignerKey(author.to_vec()));
    let bytes = sealed_file(&small(), &ContentMap::new(), key, author.as_ref(), seals);
    (Sealed::parse(bytes).unwrap(), opening_key)
}

#[test]
fn trust_needs_a_trusted_signer_and_no_wrong_seal() {
    let verdict = |seals: &[&[u8; 2]]| match file(None, seals).0.judge(&LetterJudge).trust() {
        Ok(_) => "trusted".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(verdict(&[]), "it is not signed");
    assert_eq!(verdict(&[b"eT"]), "trusted");
    assert_eq!(verdict(&[b"eU"]), "no trusted signer vouches for it: U: not listed");
    assert_eq!(verdict(&[b"eU", b"aT"]), "trusted");
    assert_eq!(verdict(&[b"xT"]), "no trusted signer vouches for it: another kind of seal");
}

#[test]
fn a_wrong_seal_spoils_the_file() {
    let another_statement = file(None, &[]).0.statement();
    let bytes = sealed_file(&small(), &ContentMap::new(), ProfileKey::generate().unwrap(), None, &[]);
    let sealed = Sealed::parse(bytes.as_slice()).unwrap();
    let seals = vec![letter_seal(b"eT", &sealed.statement()), letter_seal(b"eT", &another_statement)];
    let tail = sealed.tail_with(sealed.envelopes().to_vec(), seals).unwrap();
    let spoiled = [&bytes[..sealed.body_length() as usize], &tail].concat();
    let judged = Sealed::parse(spoiled).unwrap().judge(&LetterJudge);
    let expected = TrustError::Invalid { index: 1, reason: "it signs something else".into() };
    assert_eq!(judged.trust().unwrap_err(), expected);
    assert_eq!(judged.accept_unsigned("whatever").unwrap_err(), expected);
}

#[test]
fn the_seal_of_the_named_author_must_be_there() {
    let opens = |seals: &[&[u8; 2]]| {
        let (sealed, key) = file(Some(b"A"), seals);
        let trust = sealed.judge(&LetterJudge).accept_unsigned("a test").unwrap();
        match sealed.open(&key, trust) {
            Ok(_) => true,
            Err(ReadError::AuthorSealMissing { author }) => {
                assert_eq!(author, SignerKey(b"A".to_vec()));
                false
            }
            Err(other) => panic!("{other}"),
        }
    };
    assert!(opens(&[b"aA"]));
    assert!(opens(&[b"eT", b"aA"]));
    assert!(!opens(&[]), "the seal was removed");
    assert!(!opens(&[b"eA"]), "he endorses, he does not sign as author");
    assert!(!opens(&[b"aT"]), "somebody else signs as author");
}

#[test]
fn trust_is_for_one_body() {
    let (first, key) = file(None, &[b"eT"]);
    let (second, _) = file(None, &[b"eT"]);
    let trust = second.judge(&LetterJudge).trust().unwrap();
    assert!(matches!(first.open(&key, trust), Err(ReadError::WrongTrust)));
}

#[test]
fn trust_remembers_why() {
    let (sealed, key) = file(None, &[b"eU"]);
    let trust = sealed.judge(&LetterJudge).accept_unsigned("the bench is offline").unwrap();
    let opened = sealed.open(&key, trust).unwrap();
    assert_eq!(opened.trust().basis(), &Basis::Unsigned { reason: "the bench is offline".into() });
    assert_eq!(opened.trust().vouchers().len(), 1);
}
