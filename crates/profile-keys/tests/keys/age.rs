//! age opens our envelopes, and we open age's.

use std::process::Output;
use std::sync::Arc;

use profile_format::{Envelope, KEY_LEN, ProfileKey};
use profile_keys::{
    Ask, Identity, Lock, NewIdentity, Recipient, Secret, UnlockError, UnwrapError, describe, generate_identity,
    public_of, unwrap, wrap,
};

use crate::support::{Answers, Folder, have, never, sealed};

const PASSPHRASE: &str = "correct horse";

fn identity(folder: &Folder, file: &str) -> Identity {
    Identity::parse(&folder.read(file), file).unwrap()
}

fn recipient(folder: &Folder, file: &str) -> Recipient {
    folder.text(file).parse().unwrap()
}

fn secret_of(key: &ProfileKey) -> [u8; KEY_LEN] {
    *key.expose().unwrap()
}

/// Encrypts the key of a new profile with age, and says whether `identity` opens that profile.
fn opens_from_age(folder: &Folder, arguments: &[&str], identity: &Identity, ask: &Arc<dyn Ask>) -> bool {
    let key = ProfileKey::generate().unwrap();
    let envelope = Envelope(folder.must("age", arguments, &secret_of(&key)));
    let sealed = sealed(key, vec![envelope]);
    unwrap(sealed.envelopes(), std::slice::from_ref(identity), ask, &|key| sealed.accepts(key)).is_ok()
}

#[test]
fn age_opens_our_envelopes_with_every_kind_of_key() {
    if !have(&["age", "age-keygen", "ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let age: Recipient = folder.age_key("age.txt").parse().unwrap();
    folder.ssh_key("ed25519", &["ed25519"], "");
    folder.ssh_key("rsa", &["rsa", "-b", "2048"], "");
    let key = ProfileKey::generate().unwrap();
    let recipients = [age, recipient(&folder, "ed25519.pub"), recipient(&folder, "rsa.pub")];
    let envelopes = wrap(&key, &recipients, &never()).unwrap();
    assert_eq!(envelopes.len(), 1, "they share one envelope");
    for file in ["age.txt", "ed25519", "rsa"] {
        assert_eq!(folder.must("age", &["-d", "-i", file], &envelopes[0].0), secret_of(&key), "{file}");
    }
}

#[test]
fn we_open_envelopes_of_age_with_every_kind_of_key() {
    if !have(&["age", "age-keygen", "ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let age = folder.age_key("age.txt");
    folder.ssh_key("ed25519", &["ed25519"], "");
    folder.ssh_key("rsa", &["rsa", "-b", "3072"], "");
    folder.ssh_key("pem", &["rsa", "-b", "2048", "-m", "PEM"], "");
    assert!(folder.text("pem").starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    folder.ssh_key("stranger", &["ed25519"], "");
    let arguments = ["-r", &age, "-R", "ed25519.pub", "-R", "rsa.pub", "-R", "pem.pub"];
    for file in ["age.txt", "ed25519", "rsa", "pem"] {
        assert!(opens_from_age(&folder, &arguments, &identity(&folder, file), &never()), "{file}");
    }
    assert!(!opens_from_age(&folder, &arguments, &identity(&folder, "stranger"), &never()));
}

#[test]
fn locks_are_told_as_age_writes_them() {
    if !have(&["age", "age-keygen", "ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let age = folder.age_key("age.txt");
    folder.ssh_key("ed25519", &["ed25519"], "");
    folder.ssh_key("rsa", &["rsa", "-b", "2048"], "");
    let envelope = Envelope(folder.must("age", &["-r", &age, "-R", "ed25519.pub", "-R", "rsa.pub"], &[0; 32]));
    let locks = describe(&envelope).unwrap();
    assert!(matches!(locks[..], [Lock::X25519, Lock::SshEd25519 { .. }, Lock::SshRsa { .. }, ..]), "{locks:?}");
}

#[test]
fn a_locked_ssh_key_is_asked_for_only_where_it_can_help() {
    if !have(&["age", "ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("other", &["ed25519"], "");
    for kind in ["ed25519", "rsa"] {
        folder.ssh_key(kind, &[kind], PASSPHRASE);
        let locked = identity(&folder, kind);
        let public = format!("{kind}.pub");
        let answers = Answers::always(PASSPHRASE);
        let ask: Arc<dyn Ask> = answers.clone();
        assert!(!opens_from_age(&folder, &["-R", "other.pub"], &locked, &ask));
        assert_eq!(answers.questions(), [""; 0], "{kind}: it is for another key");
        assert!(opens_from_age(&folder, &["-R", "other.pub", "-R", &public], &locked, &ask));
        assert_eq!(answers.questions(), [format!("the key {kind}")]);
    }
}

#[test]
fn wrong_and_missing_passphrases_of_keys_are_told_apart() {
    if !have(&["age", "ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("id", &["ed25519"], PASSPHRASE);
    let envelope = Envelope(folder.must("age", &["-R", "id.pub"], &[0; 32]));
    let identities = [identity(&folder, "id")];
    let with = |ask: Arc<dyn Ask>| unwrap(std::slice::from_ref(&envelope), &identities, &ask, &|_| true).unwrap_err();
    let error = with(Answers::always("wrong"));
    assert!(matches!(error, UnwrapError::Identity(UnlockError::WrongPassphrase { .. })), "{error}");
    let error = with(never());
    assert!(matches!(error, UnwrapError::Identity(UnlockError::NoPassphrase { .. })), "{error}");
}

#[test]
fn encrypted_identity_files_of_age_open() {
    if !have(&["age", "age-keygen", "script"]) {
        return;
    }
    let folder = Folder::new();
    let age = folder.age_key("age.txt");
    for (file, armor) in [("locked.age", ""), ("locked.txt", "-a")] {
        typed(&folder.type_to(&format!("age -p {armor} -o {file} age.txt"), &format!("{PASSPHRASE}\n{PASSPHRASE}\n")));
        let locked = identity(&folder, file);
        let answers = Answers::always(PASSPHRASE);
        let ask: Arc<dyn Ask> = answers.clone();
        assert!(opens_from_age(&folder, &["-r", &age], &locked, &ask), "{file}");
        assert_eq!(answers.questions(), [format!("the key file {file}")]);
        let shown = public_of(&locked, &ask).unwrap();
        assert_eq!(shown.first().map(ToString::to_string), Some(age.clone()));
        let wrong: Arc<dyn Ask> = Answers::always("wrong");
        assert!(!opens_from_age(&folder, &["-r", &age], &locked, &wrong), "{file}");
    }
}

#[test]
fn passphrases_go_both_ways() {
    if !have(&["age", "script"]) {
        return;
    }
    let folder = Folder::new();
    let key = ProfileKey::generate().unwrap();
    folder.write("secret", secret_of(&key));
    let ours = wrap(&key, &[Recipient::passphrase(Secret::new(PASSPHRASE))], &never()).unwrap();
    folder.write("ours.age", &ours[0].0);
    typed(&folder.type_to("age -d -o opened ours.age", &format!("{PASSPHRASE}\n")));
    assert_eq!(folder.read("opened"), secret_of(&key));

    typed(&folder.type_to("age -p -o theirs.age secret", &format!("{PASSPHRASE}\n{PASSPHRASE}\n")));
    let sealed = sealed(key, vec![Envelope(folder.read("theirs.age"))]);
    let with = |words: &str| {
        let identity = Identity::passphrase(Secret::new(words));
        unwrap(sealed.envelopes(), &[identity], &never(), &|key| sealed.accepts(key))
    };
    assert!(with(PASSPHRASE).is_ok());
    assert!(matches!(with("wrong"), Err(UnwrapError::WrongPassphrase)));
}

#[test]
fn only_a_key_fits_in_an_envelope() {
    if !have(&["age", "age-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let age = folder.age_key("age.txt");
    let mine = [identity(&folder, "age.txt")];
    for len in [0, 31, 33, 70_000] {
        let envelope = Envelope(folder.must("age", &["-r", &age], &vec![0; len]));
        let error = unwrap(&[envelope], &mine, &never(), &|_| panic!("{len} bytes are no key")).unwrap_err();
        assert!(
            matches!(error, UnwrapError::Length { index: 0, found } if found == len + 32 + 16 * (len / 65_537)),
            "{error}"
        );
    }
    let armored = Envelope(folder.must("age", &["-a", "-r", &age], &[0; 32]));
    let error = unwrap(&[armored], &mine, &never(), &|_| true).unwrap_err();
    assert!(matches!(error, UnwrapError::Header { .. }), "{error}");
}

#[test]
fn our_identity_files_are_age_s() {
    if !have(&["age", "age-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let NewIdentity { file, recipient } = generate_identity("2026-11-20T09:30:00Z").unwrap();
    folder.write("ours.txt", file.expose());
    let shown = folder.must("age-keygen", &["-y", "ours.txt"], b"");
    assert_eq!(String::from_utf8(shown).unwrap().trim(), recipient.to_string());
    assert!(opens_from_age(&folder, &["-r", &recipient.to_string()], &identity(&folder, "ours.txt"), &never()));
}

#[test]
fn ssh_keys_show_their_public_halves() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    for (file, kind, passphrase) in [("a", "ed25519", ""), ("b", "ed25519", PASSPHRASE), ("c", "rsa", PASSPHRASE)] {
        folder.ssh_key(file, &[kind], passphrase);
        let shown = public_of(&identity(&folder, file), &never()).unwrap();
        let public = folder.text(&format!("{file}.pub"));
        assert_eq!(format!("{} me@home\n", shown[0]), public, "without its passphrase");
    }
    folder.ssh_key("d", &["ecdsa"], "");
    let error = Identity::parse(&folder.read("d"), "d").unwrap_err().to_string();
    assert!(error.contains("ecdsa-sha2-nistp256, which cannot decrypt"), "{error}");
}

fn typed(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
