//! ssh-keygen verifies our seals, and we verify ssh-keygen's.

use std::sync::Arc;

use profile_format::{JudgeSeal as _, Role, Seal, Standing, Statement, Verdict, Voucher};
use profile_keys::{
    Ask, PrivateKeyError, SignError, Signer, Signers, armor, dearmor, fingerprint, generate_signing_key,
    parse_public_key,
};

use crate::support::{Answers, Folder, have, never, statement};

const ROLES: [(Role, &str); 2] = [(Role::Author, "wbo-profile"), (Role::Endorser, "wbo-endorse")];

fn signer(folder: &Folder, file: &str) -> Signer {
    Signer::from_file(&folder.read(file), file, &never()).unwrap()
}

/// What ssh-keygen makes of a seal, if its signer is `me` with the key in `id.pub`.
fn ssh_keygen_verifies(folder: &Folder, namespace: &str, seal: &Seal, statement: &Statement) -> bool {
    folder.write("signers", format!("me {}", folder.text("id.pub")));
    folder.write("seal.sig", armor(seal));
    let arguments = ["-Y", "verify", "-f", "signers", "-I", "me", "-n", namespace, "-s", "seal.sig"];
    folder.run("ssh-keygen", &arguments, statement.as_bytes()).status.success()
}

/// A seal that ssh-keygen makes with the key in `file`.
fn ssh_keygen_signs(folder: &Folder, file: &str, options: &[&str], statement: &Statement) -> Seal {
    let text = folder.must("ssh-keygen", &[&["-Y", "sign", "-f", file], options].concat(), statement.as_bytes());
    dearmor(std::str::from_utf8(&text).unwrap()).unwrap()
}

#[test]
fn ssh_keygen_verifies_our_seals_and_refuses_changed_ones() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("id", &["ed25519"], "");
    let mut signer = signer(&folder, "id");
    let (ours, another) = (statement(), statement());
    for (role, namespace) in ROLES {
        let seal = signer.sign(&ours, role).unwrap();
        assert!(ssh_keygen_verifies(&folder, namespace, &seal, &ours));
        assert!(!ssh_keygen_verifies(&folder, namespace, &seal, &another), "another statement");
        assert!(!ssh_keygen_verifies(&folder, "file", &seal, &ours), "another namespace");
        assert!(
            matches!(Signers::default().judge(&ours, &seal), Verdict::Valid(Voucher { role: found, .. }) if found == role)
        );
        assert!(matches!(Signers::default().judge(&another, &seal), Verdict::Invalid { .. }));
    }
}

#[test]
fn we_verify_seals_of_ssh_keygen() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("id", &["ed25519"], "");
    let key = parse_public_key(&folder.text("id.pub")).unwrap();
    let (ours, another) = (statement(), statement());
    for (role, namespace) in ROLES {
        for hash in ["hashalg=sha512", "hashalg=sha256"] {
            let seal = ssh_keygen_signs(&folder, "id", &["-n", namespace, "-O", hash], &ours);
            let expected = Verdict::Valid(Voucher {
                role,
                key: key.clone(),
                label: fingerprint(&key),
                standing: Standing::Untrusted { reason: "no trusted signers are given".into() },
            });
            assert_eq!(Signers::default().judge(&ours, &seal), expected, "{namespace} {hash}");
            let changed = Signers::default().judge(&another, &seal);
            assert_eq!(changed, Verdict::Invalid { reason: "the signature does not fit what it is over".into() });
        }
    }
}

#[test]
fn no_bit_of_a_seal_can_change() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("id", &["ed25519"], "");
    let statement = statement();
    let seal = signer(&folder, "id").sign(&statement, Role::Author).unwrap();
    for at in 0..seal.0.len() {
        for bit in 0..8 {
            let mut changed = seal.clone();
            changed.0[at] ^= 1 << bit;
            let verdict = Signers::default().judge(&statement, &changed);
            assert!(!matches!(verdict, Verdict::Valid(_)), "byte {at}, bit {bit}: {verdict:?}");
        }
    }
}

#[test]
fn the_armor_is_ssh_keygen_s() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("id", &["ed25519"], "");
    let statement = statement();
    let text = folder.must("ssh-keygen", &["-Y", "sign", "-f", "id", "-n", "wbo-profile"], statement.as_bytes());
    let text = String::from_utf8(text).unwrap();
    assert_eq!(armor(&dearmor(&text).unwrap()), text);
    // Ed25519 signs the same twice.
    assert_eq!(armor(&signer(&folder, "id").sign(&statement, Role::Author).unwrap()), text);
}

#[test]
fn a_signature_for_another_purpose_is_wrong() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("id", &["ed25519"], "");
    for namespace in ["git", "file", "wbo"] {
        let seal = ssh_keygen_signs(&folder, "id", &["-n", namespace], &statement());
        let reason = format!("it is made for {namespace:?}, and not for a profile");
        assert_eq!(Signers::default().judge(&statement(), &seal), Verdict::Invalid { reason });
    }
}

#[test]
fn seals_of_other_kinds_are_unsupported() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let statement = statement();
    let judged = |file: &str, namespace: &str| {
        let seal = ssh_keygen_signs(&folder, file, &["-n", namespace], &statement);
        match Signers::default().judge(&statement, &seal) {
            Verdict::Unsupported { reason } => reason,
            other => panic!("{file}: {other:?}"),
        }
    };
    for (file, kind) in [("rsa", "ssh-rsa"), ("ecdsa", "ecdsa-sha2-nistp256")] {
        folder.ssh_key(file, &[file], "");
        assert_eq!(
            judged(file, "wbo-profile"),
            format!("it is made with a key of kind {kind}; only Ed25519 keys count here")
        );
    }
    folder.ssh_key("id", &["ed25519"], "");
    assert_eq!(judged("id", "wbo-from-the-future"), "its role \"wbo-from-the-future\" is not known here");
    folder.must("ssh-keygen", &["-q", "-s", "rsa", "-I", "me", "-n", "me", "id.pub"], b"");
    folder.must("cp", &["id", "certified"], b"");
    folder.must("cp", &["id-cert.pub", "certified.pub"], b"");
    let reason = judged("certified.pub", "wbo-profile");
    assert!(reason.contains("ssh-ed25519-cert-v01@openssh.com"), "{reason}");
}

#[test]
fn locked_keys_sign_and_other_keys_are_refused() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let statement = statement();
    let from = |file: &str, ask: Arc<dyn Ask>| Signer::from_file(&folder.read(file), file, &ask);
    for cipher in ["aes256-ctr", "aes256-cbc", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"] {
        folder.ssh_key("id", &["ed25519", "-Z", cipher], "correct horse");
        let answers = Answers::always("correct horse");
        let mut signer = from("id", answers.clone()).unwrap();
        assert_eq!(answers.questions(), ["the key id"], "{cipher}");
        let seal = signer.sign(&statement, Role::Author).unwrap();
        assert!(ssh_keygen_verifies(&folder, "wbo-profile", &seal, &statement), "{cipher}");
        let wrong = from("id", Answers::always("wrong")).unwrap_err();
        assert!(matches!(wrong, SignError::File(PrivateKeyError::WrongPassphrase { .. })), "{cipher}: {wrong}");
        let none = from("id", never()).unwrap_err();
        assert!(matches!(none, SignError::File(PrivateKeyError::NoPassphrase { .. })), "{cipher}: {none}");
        folder.must("rm", &["id", "id.pub"], b"");
    }
    for (kind, words) in [("rsa", "kind ssh-rsa"), ("ecdsa", "kind ecdsa-sha2-nistp256")] {
        folder.ssh_key(kind, &[kind], "correct horse");
        let error = from(kind, never()).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("ssh-keygen -t ed25519"), "{error}");
        let error = from(&format!("{kind}.pub"), never()).unwrap_err().to_string();
        assert!(error.contains("is a public key"), "{error}");
    }
}

#[test]
fn keys_that_we_make_are_keys_to_ssh_keygen() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let new = generate_signing_key("me@home").unwrap();
    folder.write_private("id", new.file.expose());
    let shown = String::from_utf8(folder.must("ssh-keygen", &["-y", "-f", "id"], b"")).unwrap();
    assert_eq!(shown.trim(), new.public);
    folder.write("id.pub", &new.public);
    let statement = statement();
    let seal = signer(&folder, "id").sign(&statement, Role::Author).unwrap();
    assert!(ssh_keygen_verifies(&folder, "wbo-profile", &seal, &statement));
    let theirs = ssh_keygen_signs(&folder, "id", &["-n", "wbo-profile"], &statement);
    assert_eq!(theirs, seal);
}

#[test]
fn fingerprints_are_ssh_keygen_s() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.ssh_key("id", &["ed25519"], "");
    let shown = String::from_utf8(folder.must("ssh-keygen", &["-l", "-f", "id.pub"], b"")).unwrap();
    let signer = signer(&folder, "id");
    assert_eq!(shown.split(' ').nth(1), Some(signer.fingerprint().as_str()));
    assert_eq!(signer.public_key(), parse_public_key(&folder.text("id.pub")).unwrap());
}
