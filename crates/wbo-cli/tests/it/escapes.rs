//! Text from files and from the command line that would act on a terminal: the laws of every run find it in the output.

use insta::assert_snapshot;
use serde_json::json;

use crate::folder::Folder;
use crate::run::Input;

/// Clears the screen, moves up, sets the window's title, ends the line, and hides what follows.
const HOSTILE: &str = "a\u{1b}[2J\u{1b}[1A\u{1b}]0;owned\u{7}\u{9b}31m\r\nwbo: 0 done\u{202e}gpj.exe\u{200b}";

/// A document with [`HOSTILE`] in each place that takes any text.
fn hostile_document() -> serde_json::Value {
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    json!({
        "wbo": "document",
        "version": 1,
        "profile": {
            "id": "00112233445566778899aabbccddeeff",
            "created": "2025-06-15T15:06:40Z",
            "tool": {"name": HOSTILE, "version": HOSTILE},
            "catalogue": HOSTILE,
            "method": "authored",
        },
        "device": {
            "name": HOSTILE, "edition": HOSTILE, "release": HOSTILE, "architecture": HOSTILE, "locale": HOSTILE,
            "join": {"kind": "domain", "name": HOSTILE},
        },
        "user": {"name": HOSTILE, "sid": HOSTILE, "domain": HOSTILE, "upn": HOSTILE},
        "sections": {"start": [{
            "id": "taskbar.alignment",
            "instance": HOSTILE,
            "items": [
                {"key": [HOSTILE], "present": true},
                {"value": HOSTILE, "path": [HOSTILE], "type": "REG_SZ", "data": HOSTILE},
                {"value": "list", "type": "REG_MULTI_SZ", "data": [HOSTILE]},
                {"file": ["e\u{202e}gpj.exe"], "sha256": digest, "size": 0, "attributes": 0},
            ],
        }]},
        "apps": {
            "store": [{"family": HOSTILE, "version": HOSTILE, "title": HOSTILE}],
            "desktop": [{"scope": "user", "key": HOSTILE, "title": HOSTILE, "version": HOSTILE}],
        },
        "notes": [{"code": "information", "instance": HOSTILE, "place": HOSTILE, "text": HOSTILE}],
        "contents": {digest: {"size": 0, "text": ""}},
    })
}

#[test]
fn nothing_in_a_profile_reaches_the_terminal() {
    let folder = Folder::new();
    folder.write("hostile.json", hostile_document().to_string());
    folder.wbo("pack hostile.json --out hostile.wbo --plain").ends(0);
    assert_snapshot!(folder.transcript(
        "
        inspect hostile.wbo
        inspect hostile.wbo --section start
        inspect hostile.wbo --reveal --json
        "
    ));
    folder.wbo("verify hostile.wbo").ends(0);
    folder.wbo("extract hostile.wbo --out x --accept-unsigned test").ends(0);
    // What was escaped is the same text again.
    folder.write("inspected.json", folder.wbo("inspect hostile.wbo --reveal --json").ends(0).stdout);
    folder.wbo("pack inspected.json --out again.wbo --plain").ends(0);
    assert!(folder.read("hostile.wbo") == folder.read("again.wbo"));
}

#[test]
fn nothing_in_a_document_that_is_refused_reaches_the_terminal() {
    let folder = Folder::new();
    let places = ["/profile/method", "/sections/start/0/id", "/sections/start/0/items/1/type", "/notes/0/code"];
    for place in places {
        let mut document = hostile_document();
        *document.pointer_mut(place).unwrap() = json!(HOSTILE);
        folder.write("refused.json", document.to_string());
        folder.wbo("pack refused.json --out x.wbo --plain").ends(2);
    }
    let mut document = hostile_document();
    document[HOSTILE] = json!(1);
    folder.write("refused.json", document.to_string());
    folder.wbo("pack refused.json --out x.wbo --plain").ends(2);
    document.as_object_mut().unwrap().remove(HOSTILE);
    let content = document["contents"].as_object_mut().unwrap().values_mut().next().unwrap();
    *content = json!({"size": 0, "file": format!("lost{HOSTILE}")});
    folder.write("refused.json", document.to_string());
    let run = folder.wbo("pack refused.json --out x.wbo --plain");
    assert!([2, 17].contains(&run.code), "{run:?}");
}

#[test]
fn nothing_on_the_command_line_reaches_the_terminal() {
    let folder = Folder::with_profile();
    folder.image("windows-11", "windows-11");
    let table: [&[&str]; 24] = [
        &[HOSTILE],
        &["inspect", HOSTILE],
        &["inspect", "alice.wbo", HOSTILE],
        &["inspect", "alice.wbo", "--progress", HOSTILE],
        &["inspect", "alice.wbo", "-i", HOSTILE],
        &["inspect", "alice.wbo", "-j", HOSTILE],
        &["inspect", "alice.wbo", "-i", "alice.key", "--section", HOSTILE],
        &["inspect", "alice.wbo", "--signers", HOSTILE],
        &["pack", "small.json", "--out", "x.wbo", "-r", HOSTILE],
        &["pack", HOSTILE, "--out", "x.wbo", "--plain"],
        &["sign", "alice.wbo", "--key", HOSTILE],
        &["sign", "alice.wbo", "--key", "bench", "--role", HOSTILE],
        &["recipients", "alice.wbo", "--remove", HOSTILE],
        &["completions", HOSTILE],
        &["users", HOSTILE],
        &["users", ".", "--drive", HOSTILE],
        &["doctor", HOSTILE],
        &["capture", HOSTILE, "--dry-run"],
        &["capture", "windows-11", "--dry-run", "--user", HOSTILE],
        &["capture", "windows-11", "--dry-run", "--user", "alice", "--only", HOSTILE],
        &["explain", HOSTILE],
        &["explain", "--unclaimed", HOSTILE],
        &["catalog", "show", HOSTILE],
        &["catalog", "check", HOSTILE],
    ];
    for args in table {
        let run = folder.wbo_with(args, Input::default());
        assert!(run.code != 0, "{args:?}");
    }
    let verify = folder.wbo_with(&["verify", HOSTILE], Input::default()).ends(17);
    assert_eq!(verify.stdout.lines().filter(|line| line.starts_with("wbo: ")).count(), 0);
    let args = ["extract", "alice.wbo", "--out", "x", "-i", "alice.key", "--accept-unsigned", HOSTILE];
    folder.wbo_with(&args, Input::default()).ends(0);
    folder
        .wbo_with(&["inspect", "alice.wbo", "-i", "alice.key", "--accept-unsigned", HOSTILE], Input::default())
        .ends(0);
}

/// Names of files as an attacker on Unix may choose them.
#[cfg(unix)]
#[test]
fn nothing_in_a_name_of_a_file_reaches_the_terminal() {
    let folder = Folder::with_profile();
    let name = HOSTILE.replace('/', "");
    folder.write(&name, folder.read("alice.wbo"));
    for command in ["inspect", "verify", "recipients"] {
        for json in [&[][..], &["--json"]] {
            folder.wbo_with(&[&[command, name.as_str()], json].concat(), Input::default()).ends(0);
        }
    }
    folder.wbo_with(&["sign", &name, "--key", "bench", "-i", "alice.key"], Input::default()).ends(0);
    let out = format!("{name}-new");
    folder.wbo_with(&["pack", "small.json", "--plain", "--out", &out], Input::default()).ends(0);
    folder.wbo_with(&["pack", "small.json", "--plain", "--out", &out], Input::default()).ends(2);
    folder.wbo_with(&["extract", &name, "--tail-only", "--out", &format!("{name}-x")], Input::default()).ends(0);
    folder.wbo_with(&["key", "public", &name], Input::default()).ends(2);
}

#[test]
fn nothing_in_a_list_of_keys_reaches_the_terminal() {
    let folder = Folder::with_profile();
    let bench = folder.text("bench.pub");
    let principal = "a\u{1b}[2J\u{202e}@example.org";
    folder.write("hostile", format!("{principal} namespaces=\"wbo-*\" {bench}"));
    folder.write("refused", format!("a@example.org \u{1b}[2J=\"\u{202e}\" {bench}"));
    folder.write("nobody", "\u{1b}[2J\u{202e}\n");
    for line in ["inspect alice.wbo --signers hostile", "verify alice.wbo --signers hostile"] {
        let run = folder.wbo(line);
        assert!([0, 2].contains(&run.code), "{run:?}");
    }
    for line in ["verify alice.wbo --signers refused", "verify alice.wbo --signers signers --revoked nobody"] {
        folder.wbo(line).ends(2);
    }
    for line in
        ["pack small.json --out x.wbo -R nobody", "key public nobody", "inspect alice.wbo --section start -i nobody"]
    {
        folder.wbo(line).ends(2);
    }
    // The comment of a key is printed nowhere, or in a harmless form.
    folder.write("commented.pub", bench.trim_end().to_owned() + "\u{1b}[2J\n");
    let run = folder.wbo("pack small.json --out y.wbo --plain --author commented.pub");
    assert!([0, 2].contains(&run.code), "{run:?}");
}
