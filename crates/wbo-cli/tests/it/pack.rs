//! `wbo pack`.

use insta::assert_snapshot;
use serde_json::json;

use crate::folder::{Folder, fixture};
use crate::run::Input;
use crate::tools::ssh_key;

#[test]
fn everybody_who_is_named_can_open_it() {
    let folder = Folder::with_document();
    let alice = folder.key("alice");
    let (bob, carol) = (folder.key("bob"), folder.key("carol"));
    folder.write("team", format!("\u{feff}# The team\r\n\r\n{bob}\r\n{carol}\r\n"));
    ssh_key(&folder, "desk", &["-t", "ed25519"], false);
    ssh_key(&folder, "old", &["-t", "rsa", "-b", "2048"], false);
    folder.write("passphrase", "correct horse\nanother line\n");
    let desk = folder.text("desk.pub");
    let named = ["-r", &alice, "-r", desk.trim_end(), "-R", "old.pub", "-R", "team", "--passphrase-file", "passphrase"];
    let args = [&["pack", "small.json", "--out", "a.wbo"], &named[..]].concat();
    folder.wbo_with(&args, Input::default()).ends(0);
    for key in ["alice.key", "bob.key", "carol.key", "desk", "old"] {
        folder.wbo(&format!("inspect a.wbo --section start -i {key}")).ends(0);
    }
    folder.wbo("inspect a.wbo --section start --passphrase-file passphrase").ends(0);
    let stdin = Input { stdin: Some(b"correct horse\n"), ..Input::default() };
    folder.wbo_with(&["inspect", "a.wbo", "--section", "start", "--passphrase-file", "-"], stdin).ends(0);
    assert_eq!(
        folder.wbo("recipients a.wbo --json").json()["envelopes"].as_array().unwrap().len(),
        2,
        "a passphrase stands alone"
    );
    folder.key("mallory");
    folder.wbo("inspect a.wbo --section start -i mallory.key").ends(12);
}

#[test]
fn what_was_made_is_said() {
    let folder = Folder::with_document();
    folder.key("alice");
    folder.signer("bench");
    assert_snapshot!(folder.transcript(
        "
        pack small.json --out a.wbo -R alice.pub
        pack small.json --out b.wbo -R alice.pub --sign bench --json
        pack small.json --out c.wbo --plain --quiet
        pack small.json --out d.wbo --plain --author bench.pub
        "
    ));
}

#[test]
fn a_document_comes_from_standard_input_too() {
    let folder = Folder::with_document();
    let document = folder.read("small.json");
    let input = Input { stdin: Some(&document), ..Input::default() };
    folder.wbo_with(&["pack", "-", "--out", "from-stdin.wbo", "--plain"], input).ends(0);
    folder.wbo("pack small.json --out from-file.wbo --plain").ends(0);
    assert_eq!(folder.read("from-stdin.wbo"), folder.read("from-file.wbo"));
}

#[test]
fn contents_lie_beside_the_document() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("documents/contents")).unwrap();
    folder.write("documents/full.json", std::fs::read(fixture("documents/full.json")).unwrap());
    for entry in std::fs::read_dir(fixture("documents/contents")).unwrap() {
        let path = entry.unwrap().path();
        folder.write(folder.path("documents/contents").join(path.file_name().unwrap()), std::fs::read(&path).unwrap());
    }
    folder.wbo("pack documents/full.json --out full.wbo --plain").ends(0);
    folder.wbo("verify full.wbo").ends(0);
}

#[test]
fn what_exists_is_replaced_only_by_force() {
    let folder = Folder::with_document();
    folder.write("there.wbo", "something else");
    folder.wbo("pack small.json --out there.wbo --plain").ends(2);
    folder.wbo("pack small.json --out there.wbo --plain --force").ends(0);
    folder.wbo("verify there.wbo").ends(0);
}

#[test]
fn who_cannot_be_a_recipient_or_a_signer_is_refused() {
    let folder = Folder::with_document();
    folder.key("alice");
    folder.signer("bench");
    ssh_key(&folder, "ecdsa", &["-t", "ecdsa"], false);
    ssh_key(&folder, "locked", &["-t", "ed25519"], true);
    folder.write("nobody", "# nobody\n");
    folder.write("empty", "");
    assert_snapshot!(folder.transcript(
        "
        pack small.json --out a.wbo
        pack small.json --out a.wbo --plain -R alice.pub
        pack small.json --out a.wbo -r age1wrong
        pack small.json --out a.wbo -r alice.pub
        pack small.json --out a.wbo -R alice.key
        pack small.json --out a.wbo -R ecdsa.pub
        pack small.json --out a.wbo -R nobody
        pack small.json --out a.wbo -R missing
        pack small.json --out a.wbo --passphrase
        pack small.json --out a.wbo --passphrase-file empty
        pack small.json --out a.wbo --plain --sign missing
        pack small.json --out a.wbo --plain --sign alice.key
        pack small.json --out a.wbo --plain --sign ecdsa
        pack small.json --out a.wbo --plain --sign locked
        pack small.json --out a.wbo --plain --sign bench.pub
        pack small.json --out a.wbo --plain --author alice.pub
        pack small.json --out a.wbo --plain --author ecdsa.pub
        pack small.json --out a.wbo --plain --author bench.pub --sign bench
        "
    ));
}

#[test]
fn standard_input_is_read_once() {
    let folder = Folder::with_document();
    let document = folder.read("small.json");
    let input = Input { stdin: Some(&document), ..Input::default() };
    let run = folder.wbo_with(&["pack", "-", "--out", "a.wbo", "--passphrase-file", "-"], input).ends(2);
    assert!(run.stderr.contains("standard input is named twice"), "{run:?}");
}

#[test]
fn what_is_no_document_is_refused() {
    let folder = Folder::with_document();
    let document = folder.json("small.json");
    let digest = "696b06403486d40dbc6dedbcb7439c95423f046fd99cfeb8607d7449b8e60ef3";
    let changed = |name: &str, pointer: &str, value: serde_json::Value| {
        let mut changed = document.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        folder.write(name, changed.to_string());
    };
    changed("newer.json", "/version", json!(2));
    changed("null.json", "/device/build", json!(null));
    changed("unknown.json", "/user/name", json!({"first": "Alice"}));
    changed("redacted.json", "", json!({"wbo": "document", "version": 1, "redacted": true}));
    changed("other-bytes.json", &format!("/contents/{digest}/text"), json!("x".repeat(137)));
    changed("lost.json", &format!("/contents/{digest}"), json!({"size": 137, "file": "lost.theme"}));
    changed("folder.json", &format!("/contents/{digest}"), json!({"size": 137, "file": "folder"}));
    changed("changed.json", &format!("/contents/{digest}"), json!({"size": 137, "file": "changed.theme"}));
    changed("shorter.json", &format!("/contents/{digest}"), json!({"size": 137, "file": "shorter.theme"}));
    changed("outside.json", &format!("/contents/{digest}"), json!({"size": 137, "file": "../small.json"}));
    std::fs::create_dir(folder.path("folder")).unwrap();
    folder.write("changed.theme", "x".repeat(137));
    folder.write("shorter.theme", "x");
    folder.write("cut.json", "{\"wbo\": \"document\"");
    folder.write("latin-1.json", b"{\"wbo\": \"d\xf6cument\"}");
    assert_snapshot!(folder.transcript(
        "
        pack missing.json --out a.wbo --plain
        pack folder --out a.wbo --plain
        pack cut.json --out a.wbo --plain
        pack latin-1.json --out a.wbo --plain
        pack newer.json --out a.wbo --plain
        pack null.json --out a.wbo --plain
        pack unknown.json --out a.wbo --plain
        pack redacted.json --out a.wbo --plain
        pack other-bytes.json --out a.wbo --plain
        pack lost.json --out a.wbo --plain
        pack folder.json --out a.wbo --plain
        pack changed.json --out a.wbo --plain
        pack shorter.json --out a.wbo --plain
        pack outside.json --out a.wbo --plain
        pack small.json --out missing/a.wbo --plain
        pack small.json --out folder --plain --force
        "
    ));
}

/// Whoever replaces a profile and fails still has the old one: the laws of every run look at all bytes.
#[test]
fn a_failure_by_force_leaves_the_old_profile() {
    let folder = Folder::with_document();
    folder.wbo("pack small.json --out a.wbo --plain").ends(0);
    let mut document = folder.json("small.json");
    let content = document["contents"].as_object_mut().unwrap().values_mut().next().unwrap();
    *content = json!({"size": 137, "file": "lost.theme"});
    folder.write("lost.json", document.to_string());
    folder.wbo("pack lost.json --out a.wbo --plain --force").ends(17);
}

#[test]
fn only_a_file_is_replaced_and_never_the_document() {
    let folder = Folder::with_document();
    let run = folder.wbo("pack small.json --out small.json --plain --force").ends(2);
    assert!(run.stderr.contains("is the document itself"), "{run:?}");
    std::fs::create_dir(folder.path("a.wbo")).unwrap();
    let run = folder.wbo("pack small.json --out a.wbo --plain --force").ends(2);
    assert!(run.stderr.contains("only files are replaced"), "{run:?}");
}
