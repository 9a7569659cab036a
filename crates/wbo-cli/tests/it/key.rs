//! `wbo key`.

use insta::assert_snapshot;

use crate::folder::Folder;
use crate::tools::{LOCK, run, ssh_key};

#[test]
fn an_age_key_is_made_for_its_owner_alone() {
    let folder = Folder::new();
    let public = folder.key("alice");
    assert!(public.starts_with("age1"), "{public}");
    let file = folder.text("alice.key");
    assert!(file.contains(&format!("# public key: {public}\n")), "{file}");
    assert_eq!(file.lines().filter(|line| line.starts_with("AGE-SECRET-KEY-1")).count(), 1);
    assert_eq!(folder.wbo("key public alice.key").ends(0).stdout, format!("{public}\n"));
    assert_is_private(&folder, "alice.key");
}

/// Where scripts/check installs it: not on Windows.
#[cfg(unix)]
#[test]
fn age_takes_the_key_for_its_own() {
    let folder = Folder::new();
    let public = folder.key("alice");
    assert_eq!(run(&folder, "age-keygen", &["-y", "alice.key"]).trim_end(), public);
    run(&folder, "age-keygen", &["-o", "bob.key"]);
    let of_age = run(&folder, "age-keygen", &["-y", "bob.key"]);
    assert_eq!(folder.wbo("key public bob.key").ends(0).stdout, of_age);
}

#[test]
fn a_key_to_sign_with_is_one_of_ssh() {
    let folder = Folder::new();
    let public = folder.signer("bench");
    let of_ssh_keygen = run(&folder, "ssh-keygen", &["-y", "-f", "bench"]);
    assert_eq!(public.trim_end(), of_ssh_keygen.trim_end());
    assert_is_private(&folder, "bench");
}

#[cfg(unix)]
fn assert_is_private(folder: &Folder, name: &str) {
    let metadata = std::fs::metadata(folder.path(name)).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&metadata) & 0o777, 0o600, "{name}");
}

/// What Windows does is for `icacls` to tell, on a real one: docs/windows-checklist.md.
#[cfg(not(unix))]
fn assert_is_private(_folder: &Folder, _name: &str) {}

#[test]
fn public_halves_of_every_kind_of_key_are_shown() {
    let folder = Folder::new();
    let (alice, bob) = (folder.key("alice"), folder.key("bob"));
    folder.write("both.key", [folder.read("alice.key"), folder.read("bob.key")].concat());
    assert_eq!(folder.wbo("key public both.key").ends(0).stdout, format!("{alice}\n{bob}\n"));
    let as_json = folder.wbo("key public both.key --json").ends(0).json();
    assert_eq!(as_json["public"], serde_json::json!([alice, bob]));
    folder.write("lock", LOCK);
    for (name, kind) in [("id_ed25519", &["-t", "ed25519"][..]), ("id_rsa", &["-t", "rsa", "-b", "2048"])] {
        ssh_key(&folder, name, kind, true);
        let public = folder.wbo(&format!("key public {name} --key-passphrase-file lock")).ends(0).stdout;
        let of_ssh_keygen = folder.text(format!("{name}.pub"));
        assert_eq!(without_comment(&public), without_comment(&of_ssh_keygen));
    }
}

fn without_comment(public: &str) -> Vec<&str> {
    public.split_whitespace().take(2).collect()
}

#[test]
fn no_key_is_overwritten_and_none_is_made_up() {
    let folder = Folder::new();
    folder.key("alice");
    ssh_key(&folder, "locked", &["-t", "ed25519"], true);
    folder.write("wrong", "incorrect horse\n");
    folder.write("empty", "");
    folder.write("binary", [0xff, 0, 0xfe]);
    folder.write("nobody.key", "# nobody\n");
    assert_snapshot!(folder.transcript(
        "
        key generate --out alice.key
        key generate --signing --out alice.key
        key generate --out missing/alice.key
        key public missing.key
        key public alice.pub
        key public nobody.key
        key public binary
        key public locked
        key public locked --key-passphrase-file wrong
        key public locked --key-passphrase-file empty
        "
    ));
}
