//! `wbo inspect`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::folder::{Folder, fixture};
use crate::schema;

#[test]
fn a_key_tells_more() {
    let folder = Folder::with_profile();
    assert_snapshot!(folder.transcript(
        "
        inspect alice.wbo
        inspect alice.wbo -i alice.key
        inspect alice.wbo -i alice.key --signers signers --section personalization
        inspect alice.wbo -i alice.key --section apps
        inspect alice.wbo -i alice.key --section notes
        inspect alice.wbo -i alice.key --signers signers --reveal
        "
    ));
}

#[test]
fn json_says_the_same() {
    let folder = Folder::with_profile();
    assert_snapshot!(folder.transcript(
        "
        inspect alice.wbo --json
        inspect alice.wbo -i alice.key --signers signers --section start --json
        "
    ));
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let folder = Folder::with_profile();
    folder.key("mallory");
    folder.write("passphrase", "correct horse\n");
    folder.write("broken-signers", "bench@example.org namespaces=wbo-profile ssh-ed25519 AAAA\n");
    folder.write("unknown-option", format!("a@example.org verify-required {}", folder.text("bench.pub")));
    assert_snapshot!(folder.transcript(
        "
        inspect missing.wbo
        inspect small.json
        inspect .
        inspect alice.wbo --section start
        inspect alice.wbo --reveal
        inspect alice.wbo -i mallory.key
        inspect alice.wbo -i missing.key
        inspect alice.wbo -i alice.pub
        inspect alice.wbo --passphrase-file passphrase
        inspect alice.wbo -j nowhere
        inspect alice.wbo -i alice.key --section system
        inspect alice.wbo -i alice.key --section contents
        inspect alice.wbo --signers broken-signers
        inspect alice.wbo --signers unknown-option
        inspect alice.wbo --signers missing
        inspect alice.wbo --revoked bench.pub
        "
    ));
}

#[test]
fn personal_values_are_hidden() {
    let folder = Folder::with_document();
    let mut document = folder.json("small.json");
    document["sections"]["accounts"] = json!([{
        "id": "accounts.mail", "flags": ["personal"],
        "items": [{"value": "Address", "type": "REG_SZ", "data": "alice@private.example"}]
    }]);
    document["notes"][0]["text"] = json!("alice@private.example signs in again");
    folder.write("personal.json", document.to_string());
    folder.wbo("pack personal.json --out a.wbo --plain").ends(0);
    for line in ["inspect a.wbo", "inspect a.wbo --section accounts", "inspect a.wbo --section notes", "verify a.wbo"] {
        for line in [line.to_owned(), format!("{line} --json")] {
            let run = folder.wbo(&line).ends(0);
            assert!(!run.stdout.contains("private"), "{run:?}");
        }
    }
    for line in ["inspect a.wbo --reveal", "inspect a.wbo --section accounts --reveal --json"] {
        assert!(folder.wbo(line).ends(0).stdout.contains("alice@private.example"), "{line}");
    }
    // What hides something is no document, and is not taken for one.
    folder.write("hidden.json", folder.wbo("inspect a.wbo --json").ends(0).stdout);
    folder.wbo("pack hidden.json --out b.wbo --plain").ends(2);
}

/// The record of an apply, as `undo.wbo`.
fn with_record() -> Folder {
    let folder = Folder::new();
    folder.wbo(&format!("pack {} --out undo.wbo --plain", fixture("documents/undo.json").display())).ends(0);
    folder
}

#[test]
fn records_of_an_apply_show_what_they_take_back() {
    assert_snapshot!(with_record().transcript(
        "
        inspect undo.wbo
        inspect undo.wbo --section undo
        inspect undo.wbo --section undo --reveal
        inspect undo.wbo --section undo --json
        verify undo.wbo
        "
    ));
}

#[test]
fn what_an_apply_replaced_is_hidden() {
    let folder = with_record();
    for line in ["inspect undo.wbo", "inspect undo.wbo --section undo"] {
        for line in [line.to_owned(), format!("{line} --json")] {
            let run = folder.wbo(&line).ends(0);
            // An ordinary value, the share and the letter of a drive, and the bytes of a file.
            for secret in ["0001ff", "00 01 ff", "private", "RemotePath", "Morning", "01000480"] {
                assert!(!run.stdout.contains(secret), "{secret}: {run:?}");
            }
        }
    }
    let report = folder.wbo("inspect undo.wbo --json").ends(0).json();
    let counts = json!({ "apply": "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf", "keys": 3, "values": 3, "files": 2 });
    assert_eq!(report["opened"]["undo"], counts);
    let revealed = folder.wbo("inspect undo.wbo --section undo --reveal --json").ends(0).json();
    assert_eq!(revealed["document"]["undo"], record_document()["undo"]);
    // Other sections say nothing of it, and do not read it.
    let network = folder.wbo("inspect undo.wbo --section network --json").ends(0).json();
    assert_eq!((&network["opened"]["undo"], &network["document"]["undo"]), (&Value::Null, &Value::Null));
}

fn record_document() -> Value {
    serde_json::from_str(&std::fs::read_to_string(fixture("documents/undo.json")).unwrap()).unwrap()
}

#[test]
fn documents_come_back_as_they_were() {
    let mut count = 0;
    for entry in std::fs::read_dir(fixture("documents")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            comes_back(path.to_str().unwrap());
            count += 1;
        }
    }
    assert!(count >= 4, "{count} documents");
}

fn comes_back(document: &str) {
    let folder = Folder::new();
    folder.wbo(&format!("pack {document} --out first.wbo --plain")).ends(0);
    let first = folder.wbo("inspect first.wbo --json --reveal").ends(0);
    folder.write("inspected.json", &first.stdout);
    folder.wbo("pack inspected.json --out second.wbo --plain").ends(0);
    assert!(folder.read("first.wbo") == folder.read("second.wbo"), "{document}");
    let second = folder.wbo("inspect second.wbo --json --reveal").ends(0);
    assert_eq!(first.json()["document"], second.json()["document"], "{document}");
    // The document by itself, for those who cut it out.
    let document = &first.json()["document"];
    schema::check(document);
    folder.write("document.json", document.to_string());
    folder.wbo("pack document.json --out third.wbo --plain").ends(0);
    assert!(folder.read("first.wbo") == folder.read("third.wbo"), "{document}");
}

#[test]
fn trust_is_said_and_not_demanded() {
    let folder = Folder::with_profile();
    let trusted = |line: &str| -> Value { folder.wbo(line).ends(0).json()["opened"]["trusted"].clone() };
    assert_eq!(trusted("inspect alice.wbo -i alice.key --signers signers --json"), true);
    assert_eq!(trusted("inspect alice.wbo -i alice.key --json"), false);
    assert_eq!(trusted("inspect alice.wbo -i alice.key --signers signers --revoked bench.pub --json"), false);
}
