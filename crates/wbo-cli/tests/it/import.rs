//! `wbo import`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::{Folder, fixture};
use crate::run::Input;

/// A folder with a file of each tool.
fn with_files() -> Folder {
    let folder = Folder::new();
    for name in ["tweaks.reg", "winget.json", "backup.json", "backup.zip", "Config.xml", "template.xml"] {
        folder.write(name, std::fs::read(fixture("imports").join(name)).unwrap());
    }
    folder
}

#[test]
fn what_comes_across_and_what_does_not_is_said() {
    assert_snapshot!(with_files().transcript(
        "
        import tweaks.reg --from reg --out tweaks.wbo --plain --user alice
        import winget.json --from winget --out apps.wbo --plain
        import backup.zip --from windows-backup --device desk-7 --out desk.wbo --plain
        import Config.xml --from usmt-config --out left-out.txt
        import template.xml --from uev --out editor.toml
        catalog check editor.toml
        "
    ));
}

#[test]
fn texts_that_are_written() {
    let folder = with_files();
    folder.wbo("import Config.xml --from usmt-config --out left-out.txt").ends(3);
    folder.wbo("import template.xml --from uev --out editor.toml").ends(3);
    assert_snapshot!(format!("{}---\n{}", folder.text("left-out.txt"), folder.text("editor.toml")));
}

#[test]
fn an_export_says_the_same_in_both_of_its_forms() {
    let folder = with_files();
    let report = |file: &str| {
        let mut report =
            folder.wbo(&format!("import {file} --from windows-backup --device DESK-7 --dry-run --json")).ends(3).json();
        report.as_object_mut().unwrap().remove("path");
        report
    };
    let from_json = report("backup.json");
    assert_eq!(from_json, report("backup.zip"));
    assert_eq!(from_json["settings"].as_array().unwrap().len(), 3);
    assert_eq!((&from_json["written"], &from_json["store_apps"]), (&Value::Null, &1.into()));
    let text = from_json.to_string();
    assert!(text.contains("wifi.wifiprofile") && !text.contains("not-a-real-key"), "{text}");
}

#[test]
fn an_import_is_written_to_a_windows() {
    let folder = Folder::new();
    folder.image("windows-11", "windows-11");
    let key = r"Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced";
    let values = "\"TaskbarAl\"=dword:1\r\n\"HideFileExt\"=-\r\n\"Nobody\"=dword:1\r\n";
    folder
        .write("a.reg", format!("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\{key}]\r\n{values}"));
    folder.wbo("import a.reg --from reg --out a.wbo --plain --user alice").ends(3);
    let hive = "windows-11/Users/alice/NTUSER.DAT";
    let get = |name| folder.wbo_with(&["hive", "get", hive, key, name], Input::default());
    let before = (get("TaskbarAl").ends(0).stdout, get("HideFileExt").ends(0).stdout, get("Start_TrackDocs").stdout);
    let mapped = "--user alice --map-user alice=AliceExample --allow-plain --accept-unsigned test";
    folder.wbo(&format!("apply a.wbo windows-11 {mapped} --undo-plain")).ends(0);
    assert_eq!(
        (&*before.0, &*get("TaskbarAl").ends(0).stdout),
        ("\"TaskbarAl\" REG_DWORD: 0 (0x0)\n", "\"TaskbarAl\" REG_DWORD: 1 (0x1)\n")
    );
    assert!(before.1.contains("HideFileExt"));
    get("HideFileExt").ends(5);
    get("Nobody").ends(5);
    assert_eq!(get("Start_TrackDocs").stdout, before.2, "what the file does not name stays");
}

#[test]
fn an_import_without_a_name_is_nobodys() {
    let folder = with_files();
    folder.image("windows-11", "windows-11");
    folder.wbo("import tweaks.reg --from reg --out tweaks.wbo --plain").ends(3);
    let run = folder.wbo("plan tweaks.wbo windows-11 --user alice --allow-plain --accept-unsigned test");
    assert!(run.stderr.contains("does not say whose it is"), "{run:?}");
}

#[test]
fn a_file_of_patterns_leaves_out_what_usmt_does() {
    let folder = with_files();
    folder.image("windows-11", "windows-11");
    folder.wbo("import Config.xml --from usmt-config --out left-out.txt").ends(3);
    let listed = |options: &str| {
        let run = folder.wbo(&format!("capture windows-11 --user alice --dry-run --json {options}")).ends(0).json();
        let list = run["users"][0]["captured"]["list"].as_array().unwrap().clone();
        list.into_iter().map(|setting| setting["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let begins = |ids: &[String], start: &str| ids.iter().any(|id| id.starts_with(start));
    let (all, left) = (listed(""), listed("--except @left-out.txt"));
    for start in ["taskbar.", "start.", "accessibility."] {
        assert!(begins(&all, start) && !begins(&left, start), "{start}");
    }
    assert!(begins(&left, "explorer."));
    folder.write(
        "some",
        "\u{feff}# Two of them\r\n\r\n taskbar.alignment # left or middle\r\nexplorer.show-extensions\r\n",
    );
    assert_eq!(listed("--only @some"), ["taskbar.alignment", "explorer.show-extensions"]);
}

#[test]
fn files_of_patterns_that_name_nothing_are_refused() {
    let folder = Folder::new();
    folder.image("windows-11", "windows-11");
    folder.write("empty", "# nothing\n");
    folder.write("unknown", "taskbar.alignmnt\n");
    for (file, expected) in [
        ("empty", "--only names files in which no settings are named"),
        ("unknown", "'taskbar.alignmnt' fits no setting; did you mean 'taskbar.alignment'?"),
        ("windows-11", "is not a file"),
    ] {
        let run = folder.wbo(&format!("capture windows-11 --user alice --dry-run --only @{file}"));
        assert!(run.stderr.contains(expected), "{run:?}");
    }
    folder.wbo("capture windows-11 --user alice --dry-run --except @empty").ends(0);
}

#[test]
fn the_same_file_gives_the_same_plain_profile() {
    let folder = with_files();
    for name in ["one.wbo", "two.wbo"] {
        folder.wbo(&format!("import tweaks.reg --from reg --out {name} --plain")).ends(3);
    }
    assert_eq!(folder.read("one.wbo"), folder.read("two.wbo"));
}

#[test]
fn profiles_are_encrypted_and_signed() {
    let folder = with_files();
    folder.key("alice");
    folder.signer("bench");
    let report =
        folder.wbo("import winget.json --from winget --out apps.wbo -R alice.pub --sign bench --json").ends(3).json();
    assert!(report["written"]["author"].is_string());
    let inspected = folder.wbo("inspect apps.wbo -i alice.key --accept-unsigned test --section apps --json");
    assert!(inspected.stdout.contains("Mozilla.Firefox"), "{inspected:?}");
    let run = folder.wbo("import winget.json --from winget --out other.wbo").ends(2);
    assert!(!folder.path("other.wbo").exists(), "{run:?}");
}

#[test]
fn standard_input_is_a_file_too() {
    let folder = with_files();
    let reg = folder.read("tweaks.reg");
    let input = Input { stdin: Some(&reg), ..Input::default() };
    let report = folder.wbo_with(&["import", "-", "--from", "reg", "--dry-run", "--json"], input).json();
    assert_eq!(report["path"], "-");
    assert!(report["settings"].as_array().unwrap().len() > 3);
}

#[test]
fn personal_values_and_secrets_are_hidden() {
    let folder = with_files();
    let hidden = folder.wbo("import tweaks.reg --from reg --dry-run --json").ends(3).stdout;
    let revealed = folder.wbo("import tweaks.reg --from reg --dry-run --json --reveal").ends(3).stdout;
    assert!(!hidden.contains(r"C:\\Example") && revealed.contains(r"C:\\Example"), "{revealed}");
    assert!(!revealed.contains("not-a-real-token"), "{revealed}");
}

#[test]
fn what_cannot_be_read_ends_with_its_reason() {
    let folder = with_files();
    folder.changed("backup.zip", "cut.zip", |bytes| bytes.truncate(bytes.len() / 2));
    folder.changed("backup.zip", "flipped.zip", |bytes| {
        // A letter of a packed payload: names of files are not in it.
        let at = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap() - 1;
        bytes[at] ^= 0x10;
    });
    folder.write("bomb.xml", "<!DOCTYPE a [<!ENTITY x \"y\">]><Configuration>&x;</Configuration>");
    folder.write("text", "hello");
    let rows = [
        ("import cut.zip --from windows-backup --dry-run", 14, "the end of a ZIP archive is missing"),
        ("import flipped.zip --from windows-backup --device desk-7 --dry-run", 13, "is damaged"),
        ("import backup.zip --from windows-backup --dry-run", 2, "(DESK-7)"),
        ("import bomb.xml --from usmt-config --dry-run", 2, "document type"),
        ("import template.xml --from usmt-config --dry-run", 2, "expected an element <Configuration>"),
        ("import Config.xml --from uev --dry-run", 2, "expected an element <SettingsLocationTemplate>"),
        ("import text --from reg --dry-run", 2, "text:"),
        ("import text --from winget --dry-run", 2, "expected value at line 1"),
        ("import missing --from winget --dry-run", 17, "missing"),
        ("import winget.json --from winget", 2, "--out"),
        ("import winget.json --from winget --whole --dry-run", 2, "--whole is about .reg files"),
        ("import winget.json --from winget --device x --dry-run", 2, "--device is about exports"),
        ("import Config.xml --from usmt-config --out x --plain", 2, "only profiles are encrypted"),
        ("import Config.xml --from usmt-config --out Config.xml --force", 2, "Config.xml is the file itself"),
        ("import Config.xml --from usmt-config --out text", 2, "exists already"),
    ];
    let before = folder.listing();
    for (line, exit, expected) in rows {
        let run = folder.wbo(line).ends(exit);
        assert!(run.stderr.contains(expected), "{line}: {run:?}");
    }
    assert_eq!(folder.listing(), before, "nothing was written");
}

#[test]
fn nothing_is_written_where_nothing_was_taken() {
    let folder = Folder::new();
    folder
        .write("a.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Example]\r\n\"a\"=\"b\"\r\n");
    let run = folder.wbo("import a.reg --from reg --out a.wbo --plain").ends(3);
    assert!(run.stderr.contains("nothing of it was taken"), "{run:?}");
    assert!(!folder.path("a.wbo").exists());
}
