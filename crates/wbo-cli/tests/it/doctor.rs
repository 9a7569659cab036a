//! `wbo doctor`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;
use crate::image::{NTUSER, SOFTWARE, SYSTEM, USRCLASS, ZOE};
use crate::run::Run;

#[test]
fn each_finding_says_what_to_do() {
    let folder = Folder::with_windows_11();
    folder.image("windows-10", "windows-10");
    assert_snapshot!(folder.transcript(
        "
        doctor windows-10
        doctor windows-11
        doctor windows-11/Users/alice
        "
    ));
}

#[test]
fn what_is_no_windows_is_a_problem_of_its_own() {
    let folder = Folder::new();
    for name in ["empty", "locked", "windows/System32/config", "setup/sources"] {
        std::fs::create_dir_all(folder.path(name)).unwrap();
    }
    folder.write("locked/BitLockerToGo.exe", "");
    folder.write("setup/sources/install.wim", "");
    folder.write("file", "");
    assert_snapshot!(folder.transcript(
        "
        doctor empty
        doctor locked
        doctor windows
        doctor setup
        doctor file
        doctor missing
        doctor empty --json
        "
    ));
}

/// Code and place of each finding of this severity or a worse one.
fn findings(run: &Run, severity: &str) -> Vec<String> {
    let findings = run.json()["findings"].as_array().unwrap().clone();
    let shown = |finding: &Value| {
        let place = finding["place"].as_str().map(|place| format!(" {place}")).unwrap_or_default();
        format!("{}{place}", finding["code"].as_str().unwrap())
    };
    findings.iter().filter(|finding| finding["severity"] == severity).map(shown).collect()
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    let folder = Folder::with_windows_11();
    // With the two who are a warning gone, there is nothing worse than a note.
    let run = folder.wbo("doctor windows-11 --json").ends(3);
    assert_eq!(run.json()["worst"], "warning");
    let alice = folder.wbo("doctor windows-11/Users/alice --json").ends(0);
    assert_eq!(alice.json()["worst"], "note");
    folder.write(ZOE, "nothing");
    let run = folder.wbo("doctor windows-11 --json").ends(17);
    assert_eq!(run.json()["worst"], "problem");
    assert_eq!(findings(&run, "problem"), [r"hive-unreadable C:\Users\Zoë Ångström\NTUSER.DAT"]);
}

#[test]
fn damage_is_found() {
    let folder = Folder::with_windows_11();
    let found = |args: &str, severity, code| {
        findings(&folder.wbo(&format!("doctor windows-11 {args} --json")).ends(code), severity)
    };
    let problems = |args: &str| found(args, "problem", 17);
    let once = |path: &str, change: &dyn Fn(&mut Vec<u8>), args: &str| {
        let whole = folder.read(path);
        folder.changed(path, path, change);
        let found = problems(args);
        folder.write(path, whole);
        found
    };
    let junk = |bytes: &mut Vec<u8>| *bytes = b"junk".to_vec();
    assert_eq!(once(SOFTWARE, &junk, ""), [r"hive-unreadable Windows\System32\config\SOFTWARE"]);
    assert_eq!(once(SYSTEM, &junk, ""), [r"hive-unreadable Windows\System32\config\SYSTEM"]);
    assert_eq!(
        once(USRCLASS, &junk, ""),
        [r"hive-unreadable C:\Users\alice\AppData\Local\Microsoft\Windows\UsrClass.dat"]
    );
    folder.changed(ZOE, ZOE, |bytes| bytes.truncate(bytes.len() - 4096));
    let cut = r"hive-cut-short C:\Users\Zoë Ångström\NTUSER.DAT".to_owned();
    assert!(found("", "warning", 3).contains(&cut));
    folder.image("windows-11", "windows-11");
    // What stands in a cell is looked at only on request.
    let bend = |bytes: &mut Vec<u8>| {
        let value = bytes.windows(2).skip(4096).position(|bytes| bytes == b"vk").unwrap() + 4096;
        bytes[value] = b'x';
    };
    folder.changed(ZOE, ZOE, bend);
    let damaged = r"hive-damaged C:\Users\Zoë Ångström\NTUSER.DAT".to_owned();
    assert!(!found("", "warning", 3).contains(&damaged) && found("--thorough", "warning", 3).contains(&damaged));
    folder.image("windows-11", "windows-11");
    for (path, what) in [(SOFTWARE, "hive-missing"), (SYSTEM, "hive-missing")] {
        let whole = folder.read(path);
        folder.remove(path);
        assert!(problems("")[0].starts_with(what), "{path}");
        folder.write(path, whole);
    }
    folder.remove(&format!("{NTUSER}.LOG1"));
    let run = folder.wbo("doctor windows-11 --json");
    assert!(findings(&run, "warning").contains(&r"hive-not-replayed C:\Users\alice\NTUSER.DAT".to_owned()), "{run:?}");
    // No place is said twice in one line.
    let text = folder.wbo("doctor windows-11");
    for line in text.stdout.lines() {
        assert!(line.matches(r"C:\Users").count() <= 1, "{line}");
    }
}

#[test]
fn hibernation_is_seen_wherever_the_source_begins() {
    let folder = Folder::with_windows_11();
    for (start, hibernated) in [("HIBR", true), ("hibr", true), ("\0IBR", false), ("\0\0\0\0", false)] {
        folder.write("windows-11/hiberfil.sys", start);
        for source in ["windows-11", "windows-11/Windows"] {
            let run = folder.wbo(&format!("doctor {source} --json")).ends(3);
            let codes: String =
                ["warning", "ok", "note"].map(|severity| findings(&run, severity).join("\n")).join("\n");
            let what = run.json()["findings"].to_string();
            assert_eq!(
                what.contains("hibernat") && !what.contains("was shut down."),
                hibernated,
                "{start} {source} {codes}"
            );
        }
    }
}

/// Capture reaches the users beside it, so the doctor says nothing else.
#[test]
fn the_folder_of_windows_itself_is_judged_as_its_drive_is() {
    let folder = Folder::with_windows_11();
    let findings = |source: &str| {
        let run = folder.wbo(&format!("doctor {source} --json")).ends(3);
        let mut findings = run.json()["findings"].as_array().unwrap().clone();
        findings.retain(|finding| finding["code"] != "windows-found");
        findings
    };
    assert_eq!(findings("windows-11/Windows"), findings("windows-11"));
    // Where nobody is beside it, that is a problem.
    folder.rename("windows-11/Users", "elsewhere");
    let run = folder.wbo("doctor windows-11/Windows --json").ends(17);
    assert!(run.stdout.contains("no-users"), "{run:?}");
}

#[test]
fn users_without_their_files_are_found() {
    let folder = Folder::with_windows_11();
    std::fs::remove_dir_all(folder.path("windows-11/Users")).unwrap();
    let run = folder.wbo("doctor windows-11 --json").ends(17);
    assert_eq!(findings(&run, "problem"), ["no-users"]);
}
