//! Who is trusted: our verdicts beside ssh-keygen's.

use std::fs;

use profile_format::{JudgeSeal as _, Role, Seal, Standing, Statement, Timestamp, Verdict, Voucher};
use profile_keys::{AllowedSigners, Moment, Revoked, Signer, Signers, armor};

use crate::support::{Folder, have, never, statement};

const SPACE: &str = "wbo-profile";
/// 2026-11-20 12:00:00 UTC.
const NOON: Timestamp = Timestamp(1_795_176_000);
const NOON_IN_WORDS: &str = "-Overify-time=20261120120000Z";

/// A folder with a key `id` and a seal that it made.
struct Sealed {
    folder: Folder,
    statement: Statement,
    seal: Seal,
}

impl Sealed {
    fn new() -> Self {
        let (folder, statement) = (Folder::new(), statement());
        folder.ssh_key("id", &["ed25519"], "");
        folder.ssh_key("other", &["ed25519"], "");
        let mut signer = Signer::from_file(&folder.read("id"), "id", &never()).unwrap();
        let seal = signer.sign(&statement, Role::Author).unwrap();
        folder.write("seal.sig", armor(&seal));
        Self { folder, statement, seal }
    }

    fn public_key(&self) -> String {
        self.folder.text("id.pub")
    }

    fn judge(&self, signers: &Signers) -> Result<String, String> {
        match signers.judge(&self.statement, &self.seal) {
            Verdict::Valid(Voucher { standing: Standing::Trusted { principal }, .. }) => Ok(principal),
            Verdict::Valid(Voucher { standing: Standing::Untrusted { reason }, .. }) => Err(reason),
            other => panic!("{other:?}"),
        }
    }

    /// Whether ssh-keygen trusts `principal` at noon by the file `signers`.
    fn ssh_keygen_trusts(&self, principal: &str, more: &[&str]) -> bool {
        let arguments =
            ["-Y", "verify", "-f", "signers", "-I", principal, "-n", SPACE, "-s", "seal.sig", NOON_IN_WORDS];
        let output = self.folder.run("ssh-keygen", &[&arguments, more].concat(), self.statement.as_bytes());
        output.status.success()
    }
}

/// These tests run in UTC, and so does their ssh-keygen.
fn utc(moment: Moment) -> Option<Timestamp> {
    Some(moment.in_utc())
}

fn allowed(text: &str) -> AllowedSigners {
    AllowedSigners::parse(text, "signers", &utc).unwrap()
}

#[test]
fn principals_namespaces_and_dates_mean_what_they_mean_to_ssh_keygen() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sealed = Sealed::new();
    let table = [
        ("me namespaces=\"wbo-profile\"", true),
        ("me namespaces=\"git,wbo-*\"", true),
        ("me namespaces=\"wbo-p?ofile\"", true),
        ("me namespaces=\"git\"", false),
        ("me namespaces=\"WBO-PROFILE\"", false),
        ("me namespaces=\"*,!wbo-profile\"", false),
        ("me namespaces=\"!git\"", false),
        ("m* namespaces=\"*\"", true),
        ("you,me namespaces=\"*\"", true),
        ("\"you,me\" namespaces=\"*\"", true),
        ("!me,* namespaces=\"*\"", false),
        ("ME namespaces=\"*\"", false),
        ("you namespaces=\"*\"", false),
        ("me NAMESPACES=\"*\",Valid-After=\"20261120\"", true),
        ("me namespaces=\"*\",valid-after=\"20261120120000\"", true),
        ("me namespaces=\"*\",valid-after=\"20261120120001\"", false),
        ("me namespaces=\"*\",valid-after=\"202611201201Z\"", false),
        ("me namespaces=\"*\",valid-before=\"20261120120000Z\"", true),
        ("me namespaces=\"*\",valid-before=\"20261120115959Z\"", false),
        ("me namespaces=\"*\",valid-before=\"20261121Z\"", true),
        ("me namespaces=\"*\",valid-after=\"20260101\",valid-before=\"20270101\"", true),
        ("me namespaces=\"*\",valid-after=\"20250101\",valid-before=\"20260101\"", false),
    ];
    for (fields, expected) in table {
        let text = format!("# signers\n\n{fields} {}", sealed.public_key());
        sealed.folder.write("signers", &text);
        assert_eq!(sealed.ssh_keygen_trusts("me", &[]), expected, "ssh-keygen: {fields}");
        let signers = Signers { allowed: allowed(&text).only("me"), revoked: Revoked::default(), now: NOON };
        assert_eq!(sealed.judge(&signers).is_ok(), expected, "ours: {fields}");
    }
}

#[test]
fn what_ssh_keygen_refuses_to_read_we_refuse_too() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sealed = Sealed::new();
    let key = sealed.public_key();
    for fields in [
        "me namespaces=*",
        "me namespaces=\"*",
        "me namespaces=\"*\",",
        "me namespaces=\"*\",namespaces=\"*\"",
        "me unknown",
        "me namespaces=\"*\",unknown=\"1\"",
        "me valid-after=\"2026\"",
        "me valid-after=\"20261301\"",
        "me valid-after=\"20260101\",valid-before=\"20250101\"",
        "\"me",
    ] {
        let text = format!("{fields} {key}");
        sealed.folder.write("signers", &text);
        assert!(!sealed.ssh_keygen_trusts("me", &[]), "ssh-keygen: {fields}");
        assert!(AllowedSigners::parse(&text, "signers", &utc).is_err(), "ours: {fields}");
    }
}

#[test]
fn a_line_without_namespaces_trusts_nothing() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sealed = Sealed::new();
    let text = format!("me {}", sealed.public_key());
    sealed.folder.write("signers", &text);
    assert!(sealed.ssh_keygen_trusts("me", &[]), "here we are stricter");
    let signers = Signers { allowed: allowed(&text), now: NOON, ..Signers::default() };
    let reason = sealed.judge(&signers).unwrap_err();
    assert_eq!(reason, "listed without namespaces=, which trusts nothing here (signers, line 1)");
}

#[test]
fn the_role_decides_the_namespace() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sealed = Sealed::new();
    let mut signer = Signer::from_file(&sealed.folder.read("id"), "id", &never()).unwrap();
    let endorsement = signer.sign(&sealed.statement, Role::Endorser).unwrap();
    let endorser_only = format!("me namespaces=\"wbo-endorse\" {}", sealed.public_key());
    let signers = Signers { allowed: allowed(&endorser_only), now: NOON, ..Signers::default() };
    let reason = sealed.judge(&signers).unwrap_err();
    assert_eq!(reason, "listed for the namespaces wbo-endorse, not for wbo-profile (signers, line 1)");
    match signers.judge(&sealed.statement, &endorsement) {
        Verdict::Valid(voucher) => {
            assert_eq!(voucher.role, Role::Endorser);
            assert_eq!(voucher.standing, Standing::Trusted { principal: "me".into() });
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn revoked_keys_are_trusted_by_nobody() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sealed = Sealed::new();
    let folder = &sealed.folder;
    let (mine, other) = (sealed.public_key(), folder.text("other.pub"));
    let digest = String::from_utf8(folder.must("ssh-keygen", &["-l", "-f", "id.pub"], b"")).unwrap();
    let digest = digest.split(' ').nth(1).unwrap();
    let signers = format!("me namespaces=\"*\" {mine}");
    folder.write("signers", &signers);
    // Each is the specification of a KRL, and whether it revokes our key.
    let table = [
        (mine.clone(), true),
        (other.clone(), false),
        (format!("key: {mine}"), true),
        (format!("sha1: {mine}"), true),
        (format!("sha256: {mine}"), true),
        (format!("hash: {digest}\n"), true),
        (format!("sha1: {other}"), false),
        (format!("sha256: {other}"), false),
        (format!("key: {other}sha1: {mine}"), true),
        (String::new(), false),
    ];
    for (specification, revoked) in table {
        folder.write("specification", &specification);
        folder.must("ssh-keygen", &["-k", "-q", "-f", "krl", "-z", "7", "specification"], b"");
        let asked = folder.run("ssh-keygen", &["-Q", "-q", "-f", "krl", "id.pub"], b"");
        assert_eq!(!asked.status.success(), revoked, "ssh-keygen -Q: {specification}");
        assert_eq!(!sealed.ssh_keygen_trusts("me", &["-r", "krl"]), revoked, "ssh-keygen -Y: {specification}");
        check_revoked(&sealed, &signers, "krl", revoked, &specification);
    }
    for (list, revoked) in [(mine, true), (format!("# none\n{other}"), false)] {
        folder.write("list", &list);
        assert_eq!(!sealed.ssh_keygen_trusts("me", &["-r", "list"]), revoked, "ssh-keygen: {list}");
        check_revoked(&sealed, &signers, "list", revoked, &list);
    }
    folder.write("list", format!("{digest} stolen\n"));
    check_revoked(&sealed, &signers, "list", true, "a fingerprint, which ssh-keygen takes in KRLs alone");
}

fn check_revoked(sealed: &Sealed, signers: &str, file: &str, revoked: bool, what: &str) {
    let list = Revoked::parse(&fs::read(sealed.folder.path(file)).unwrap(), file).unwrap();
    let signers = Signers { allowed: allowed(signers), revoked: list, now: NOON };
    let expected = if revoked { Err(format!("revoked by {file}")) } else { Ok("me".to_owned()) };
    assert_eq!(sealed.judge(&signers), expected, "ours: {what}");
}

#[test]
fn a_krl_of_certificates_is_read_and_concerns_no_key() {
    if !have(&["ssh-keygen"]) {
        return;
    }
    let sealed = Sealed::new();
    let folder = &sealed.folder;
    folder.write("specification", format!("serial: 1-100\nid: me\nkey: {}", sealed.public_key()));
    folder.must("ssh-keygen", &["-k", "-q", "-f", "krl", "-s", "other.pub", "specification"], b"");
    let signers = format!("me namespaces=\"*\" {}", sealed.public_key());
    check_revoked(&sealed, &signers, "krl", true, "certificates and a key");
    folder.write("specification", "serial: 1-100\nid: me\n");
    folder.must("ssh-keygen", &["-k", "-q", "-f", "krl", "-s", "other.pub", "specification"], b"");
    check_revoked(&sealed, &signers, "krl", false, "certificates alone");
}
