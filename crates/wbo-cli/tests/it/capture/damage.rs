//! What cannot be read is named, and does not keep the rest from being captured.

use serde_json::Value;

use crate::folder::Folder;
use crate::image::{NTUSER, SOFTWARE, SYSTEM, USRCLASS, ZOE};
use crate::run::{Input, Run};

/// Captures all users into the folder `out`, and gives the run and what it says of each.
fn capture_all(folder: &Folder, code: i32) -> (Run, Vec<Value>) {
    let run = folder.wbo("capture windows-11 --all-users --plain --out out --json").ends(code);
    let users = run.json()["users"].as_array().unwrap().clone();
    for user in &users {
        assert_eq!(user["error"].is_null(), user["bytes"].is_u64(), "{run:?}");
        if let Some(path) = user["path"].as_str() {
            folder.wbo_with(&["verify", path], Input::default()).ends(0);
        }
    }
    (run, users)
}

fn of<'u>(users: &'u [Value], name: &str) -> &'u Value {
    users.iter().find(|user| user["user"].as_str().unwrap().ends_with(name)).unwrap()
}

/// The warning stands on standard error, once, with the name of the user.
#[track_caller]
fn warns_once(run: &Run, user: &str, what: &str) {
    let lines: Vec<&str> = run.stderr.lines().filter(|line| line.contains(what)).collect();
    assert_eq!(lines.len(), 1, "{run:?}");
    assert!(lines[0].starts_with("warning: ") && lines[0].matches(user).count() == 1, "{run:?}");
    assert_eq!(lines[0].matches(r"C:\Users").count(), 1, "the place is said once: {run:?}");
}

#[test]
fn one_user_s_hive_is_broken_and_the_others_are_captured() {
    let folder = Folder::with_windows_11();
    let whole = folder.read(ZOE);
    let flaws: [(&str, &[u8]); 4] = [
        ("cut within its base block", &whole[..3000]),
        ("empty", b""),
        ("something else", b"not a hive at all"),
        ("another version", &[&whole[..20], &9u32.to_le_bytes(), &whole[24..]].concat()),
    ];
    for (flaw, bytes) in flaws {
        folder.write(ZOE, bytes);
        let (run, users) = capture_all(&folder, 3);
        assert_eq!(users.len(), 3, "{flaw}");
        assert!(of(&users, "ZoëÅngström")["captured"].is_null(), "{flaw}: {run:?}");
        assert!(of(&users, "AliceExample")["bytes"].is_u64() && of(&users, "dave")["bytes"].is_u64(), "{flaw}");
        warns_once(&run, "ZoëÅngström", r"C:\Users\Zoë Ångström\NTUSER.DAT");
        std::fs::remove_dir_all(folder.path("out")).unwrap();
        // Asked for alone, nothing is captured at all.
        let args = ["capture", "windows-11", "--user", "Zoë Ångström", "--plain", "--out", "zoe.wbo"];
        folder.wbo_with(&args, Input::default()).ends(17);
        assert!(!folder.path("zoe.wbo").exists());
    }
}

#[test]
fn a_hive_that_was_cut_short_gives_what_is_there() {
    let folder = Folder::with_windows_11();
    let whole = folder.read(ZOE);
    folder.write(ZOE, &whole[..whole.len() - 4096]);
    let (run, users) = capture_all(&folder, 3);
    let zoe = of(&users, "ZoëÅngström");
    assert!(zoe["captured"]["settings"].as_u64().unwrap() > 50, "{run:?}");
    assert!(!zoe["missed"].as_array().unwrap().is_empty(), "{run:?}");
    assert!(run.stderr.contains("4096 bytes of it are missing"), "{run:?}");
    // Hundreds of settings are, and a person gets the gist.
    assert!(zoe["missed"].as_array().unwrap().len() > 100);
    assert!(run.stderr.lines().count() < 20, "{run:?}");
    let notes = folder.wbo("inspect out/AzureAD-ZoëÅngström.wbo --section notes").ends(0).stdout;
    assert!(notes.contains("4096 bytes of it are missing"), "{notes}");
}

#[test]
fn when_nobody_can_be_captured_nothing_is_left_behind() {
    let folder = Folder::with_windows_11();
    for path in [NTUSER, ZOE, "windows-11/Users/dave/NTUSER.DAT"] {
        folder.write(path, "nothing");
    }
    folder.remove(&format!("{NTUSER}.LOG1"));
    for out in ["out", "new/deep/out"] {
        let run = folder.wbo(&format!("capture windows-11 --all-users --plain --out {out}")).ends(17);
        assert_eq!(run.stderr.matches("warning: ").count(), 3, "{run:?}");
    }
    std::fs::create_dir(folder.path("mine")).unwrap();
    folder.wbo("capture windows-11 --all-users --plain --out mine").ends(17);
    assert!(folder.path("mine").is_dir(), "it was there before");
    let run = folder.wbo("capture windows-11 --all-users --dry-run --json").ends(17);
    assert_eq!(run.json()["wbo"], "capture");
}

#[test]
fn classes_that_cannot_be_read_are_named_and_the_rest_is_captured() {
    let folder = Folder::with_windows_11();
    let missed = |flaw: &str| {
        let (run, users) = capture_all(&folder, 3);
        let alice = of(&users, "AliceExample");
        assert!(alice["captured"]["settings"].as_u64().unwrap() > 600, "{flaw}: {run:?}");
        let missed = alice["missed"].as_array().unwrap();
        assert!(missed[0].as_str().unwrap().contains("UsrClass.dat"), "{flaw}: {run:?}");
        warns_once(&run, "AliceExample", "UsrClass.dat");
        assert!(of(&users, "dave")["missed"].as_array().unwrap().is_empty());
        let notes = folder.wbo("inspect out/AzureAD-AliceExample.wbo --section notes").ends(0).stdout;
        assert!(notes.contains("UsrClass.dat"), "{notes}");
        std::fs::remove_dir_all(folder.path("out")).unwrap();
    };
    folder.write(USRCLASS, "junk");
    missed("junk");
    folder.write(USRCLASS, "");
    missed("empty");
    folder.remove(USRCLASS);
    std::fs::create_dir(folder.path(USRCLASS)).unwrap();
    missed("a folder");
    std::fs::remove_dir(folder.path(USRCLASS)).unwrap();
    // Where there is none, there is nothing to miss.
    capture_all(&folder, 0);
}

/// Opening a pipe would wait for ever, and a link may lead out of the image.
#[cfg(unix)]
#[test]
fn pipes_and_links_are_named_and_never_opened() {
    use std::os::unix::fs::symlink;

    let folder = Folder::with_windows_11();
    folder.rename(USRCLASS, "outside");
    crate::tools::run(&folder, "mkfifo", &[USRCLASS]);
    let (run, users) = capture_all(&folder, 3);
    assert!(of(&users, "AliceExample")["missed"][0].as_str().unwrap().contains("UsrClass.dat"), "{run:?}");
    std::fs::remove_dir_all(folder.path("out")).unwrap();
    folder.remove(USRCLASS);
    symlink(folder.path("outside"), folder.path(USRCLASS)).unwrap();
    let (run, users) = capture_all(&folder, 3);
    assert!(of(&users, "AliceExample")["missed"][0].as_str().unwrap().contains("UsrClass.dat"), "{run:?}");
    std::fs::remove_dir_all(folder.path("out")).unwrap();
    folder.remove(USRCLASS);

    // Logs, hives of the machine, and files that settings name.
    folder.rename(&format!("{NTUSER}.LOG1"), "log");
    crate::tools::run(&folder, "mkfifo", &[&format!("{NTUSER}.LOG1")]);
    let (_, users) = capture_all(&folder, 3);
    assert!(of(&users, "AliceExample")["captured"].is_object());
    std::fs::remove_dir_all(folder.path("out")).unwrap();
    folder.remove(SOFTWARE);
    crate::tools::run(&folder, "mkfifo", &[SOFTWARE]);
    let (run, _) = capture_all(&folder, 3);
    assert!(run.stderr.contains("SOFTWARE"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_file_of_a_setting_that_is_a_link_is_not_taken() {
    let folder = Folder::with_windows_11();
    let start = "windows-11/Users/alice/AppData/Local/Packages/\
        Microsoft.Windows.StartMenuExperienceHost_cw5n1h2txyewy/LocalState/start2.bin";
    folder.write("outside", "secret of the bench");
    folder.remove(start);
    std::os::unix::fs::symlink(folder.path("outside"), folder.path(start)).unwrap();
    folder.wbo("capture windows-11 --user alice --plain --out a.wbo").ends(0);
    folder.wbo("extract a.wbo --out apart --accept-unsigned test").ends(0);
    for (path, entry) in folder.traces("apart") {
        let bytes = entry.0.unwrap_or_default();
        assert!(!bytes.windows(6).any(|bytes| bytes == b"secret of the bench"), "{}", path.display());
    }
    let notes = folder.wbo("inspect a.wbo --section notes").ends(0).stdout;
    assert!(notes.lines().any(|line| line.contains("start2.bin") && line.contains("link")), "{notes}");
}

#[test]
fn hives_of_the_machine_that_are_lost_are_named() {
    let folder = Folder::with_windows_11();
    for hive in [SOFTWARE, SYSTEM] {
        let whole = folder.read(hive);
        let name = hive.rsplit('/').next().unwrap();
        for flaw in ["missing", "junk"] {
            match flaw {
                "missing" => folder.remove(hive),
                _ => folder.write(hive, "junk"),
            }
            let (run, users) = capture_all(&folder, 3);
            assert_eq!(users.len(), 3);
            assert!(users.iter().all(|user| user["bytes"].is_u64()), "{run:?}");
            assert!(run.stderr.contains(&format!(r"Windows\System32\config\{name}")), "{run:?}");
            let first = users[0]["path"].as_str().unwrap();
            let notes = folder.wbo(&format!("inspect {first} --section notes")).ends(0).stdout;
            assert!(notes.contains(&format!(r"Windows\System32\config\{name}")), "{notes}");
            std::fs::remove_dir_all(folder.path("out")).unwrap();
            folder.write(hive, &whole);
        }
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_cannot_be_written_is_no_matter_of_the_source() {
    let folder = Folder::with_windows_11();
    folder.write("file", "");
    folder.wbo("capture windows-11 --user alice --plain --out file/a.wbo").ends(4);
    folder.wbo("capture windows-11 --all-users --plain --out file/all").ends(4);
    folder.wbo("capture windows-11 --user alice --plain --out /dev/null --force").ends(2);
}
