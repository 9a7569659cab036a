//! What `wbo` makes of sources that are not as they should be, and what it leaves of them.

use serde_json::Value;

use crate::folder::Folder;
use crate::image::{NTUSER, SOFTWARE, USRCLASS, ZOE};
use crate::run::Run;

/// The first of the users that a run tells of.
fn first(run: &Run) -> Value {
    run.json()["users"][0].clone()
}

/// A link is not followed, and what it stands for is not taken for something that was never set.
#[cfg(unix)]
#[test]
fn what_stands_behind_a_link_is_unreadable_and_not_absent() {
    let folder = Folder::with_windows_11();
    let swap = |path: &str| {
        folder.rename(path, "outside");
        std::os::unix::fs::symlink(folder.path("outside"), folder.path(path)).unwrap();
    };
    let back = |path: &str| {
        folder.remove(path);
        folder.rename("outside", path);
    };
    let missed = |run: &Run| first(run)["missed"].to_string();

    let local = "windows-11/Users/alice/AppData/Local";
    swap(local);
    let run = folder.wbo("capture windows-11 --user alice --plain --out a.wbo --json").ends(3);
    let why = r"Users\\alice\\AppData\\Local is a link, and links are not followed";
    assert!(missed(&run).contains(&format!(r"UsrClass.dat: {why}")), "{run:?}");
    // Files of settings, too.
    assert!(missed(&run).matches(why).count() > 1, "{run:?}");
    back(local);

    swap(USRCLASS);
    let run = folder.wbo("capture windows-11 --user alice --dry-run --json").ends(3);
    assert!(missed(&run).contains("UsrClass.dat: it is a link, and links are not followed"), "{run:?}");
    back(USRCLASS);

    swap(SOFTWARE);
    let run = folder.wbo("capture windows-11 --user alice --dry-run --json").ends(3);
    let hive = run.json()["hives"][0].clone();
    assert_eq!((&hive["state"], &hive["problem"]), (&"unreadable".into(), &LINK.into()), "{run:?}");
    back(SOFTWARE);

    // Whose own hive is a link is set aside, and nothing counts as captured.
    swap(NTUSER);
    let run = folder.wbo("capture windows-11 --user alice --dry-run").ends(16);
    assert!(run.stderr.contains("is set aside"), "{run:?}");
}

/// Where nobody has a hive of classes, the user's own must not answer for it.
#[test]
fn classes_that_are_not_at_hand_are_not_settings_that_were_never_made() {
    let folder = Folder::with_windows_11();
    folder.write(
        "ours.toml",
        "catalogue = 1\narea = \"Ours\"\ncategory = \"system\"\n[[setting]]\nid = \"ours.class\"\ntitle = \"Class\"\n\
         key = 'HKCU\\Software\\Classes\\.ours'\nvalue = \"\"\nsources = [\"x\"]\n",
    );
    let explained = || {
        let run = folder.wbo("explain ours.class windows-11 --user alice --catalog ours.toml --json").ends(0);
        run.json()["captured"].clone()
    };
    assert_eq!(explained()["because"], "it was never set, and that is captured");
    let whole = folder.read(USRCLASS);
    for (bytes, why) in [
        (None, "the hive that would hold it is not at hand"),
        (Some("junk"), "the hive that would hold it cannot be read"),
    ] {
        match bytes {
            None => folder.remove(USRCLASS),
            Some(bytes) => folder.write(USRCLASS, bytes),
        }
        let captured = explained();
        assert_eq!(captured["captured"], false, "{captured}");
        assert!(captured["incidents"][0]["text"].as_str().unwrap().contains(why), "{captured}");
        // The keys above are the user's own.
        folder.wbo("explain --unclaimed windows-11 --user alice").ends(0);
        let code = if bytes.is_some() { 3 } else { 0 };
        let run = folder.wbo("capture windows-11 --user alice --catalog ours.toml --dry-run --json").ends(code);
        let captured = first(&run)["captured"].clone();
        let list = captured["list"].as_array().unwrap();
        assert!(list.iter().all(|setting| setting["id"] != "ours.class"), "{run:?}");
        assert!(list.iter().any(|setting| setting["id"] == "taskbar.alignment"), "{run:?}");
    }
    folder.write(USRCLASS, whole);
    assert_eq!(explained()["captured"], true);
}

/// Whoever looks over a technician's shoulder sees what a setting is, and nothing of whom it is about.
#[test]
fn a_hidden_setting_is_explained_without_places_and_policies() {
    let folder = Folder::with_windows_11();
    folder.write(
        "ours.toml",
        "catalogue = 1\narea = \"Ours\"\ncategory = \"system\"\n[[setting]]\nid = \"ours.lists\"\ntitle = \"Lists\"\n\
         key = 'HKCU\\Software\\Lists'\nvalues = [\"*\"]\ntype = \"dword\"\nsensitivity = \"personal\"\n\
         policy = ['HKCU\\Software\\Policies\\Lists!Home']\nsources = [\"x\"]\n",
    );
    folder.write(
        "lists.reg",
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Lists]\r\n\
         \"family-doctor\"=\"dr-who\"\r\n\r\n[HKEY_CURRENT_USER\\Software\\Policies\\Lists]\r\n\
         \"Home\"=\"intranet-of-hers\"\r\n",
    );
    folder.wbo(&format!("hive import {NTUSER} lists.reg")).ends(0);
    let line = "explain ours.lists windows-11 --user alice --catalog ours.toml";
    let personal = ["family-doctor", "dr-who", "intranet-of-hers"];
    let run = folder.wbo(&format!("{line} --reveal")).ends(0);
    assert!(personal.iter().all(|text| run.stdout.contains(text)), "{run:?}");
    for json in ["", " --json"] {
        let run = folder.wbo(&format!("{line}{json}")).ends(0);
        assert!(personal.iter().all(|text| !run.stdout.contains(text)), "{run:?}");
        assert!(run.stdout.contains(r"Policies"), "{run:?}");
    }
}

#[test]
fn names_that_are_secrets_are_not_listed() {
    let folder = Folder::with_windows_11();
    // In two parts, so that nobody's search for leaks finds it here.
    let secret = ["ghp", "_0123456789abcdefghijABCDEFGHIJ012345"].concat();
    folder.write(
        "names.reg",
        format!(
            "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Ours\\{secret}]\r\n\
             \"plain\"=\"1\"\r\n\"{secret}\"=\"1\"\r\n"
        ),
    );
    folder.wbo(&format!("hive import {NTUSER} names.reg")).ends(0);
    for json in ["", " --json"] {
        let run = folder.wbo(&format!("explain --unclaimed windows-11 --user alice --limit 1000{json}")).ends(0);
        assert!(!run.stdout.contains(&secret), "{run:?}");
        assert_eq!(run.stdout.matches("(a name that is a secret)").count(), 2, "{run:?}");
        assert!(run.stdout.contains("plain"), "{run:?}");
    }
}

#[test]
fn what_helps_a_user_is_said_once_and_the_first_failure_decides_when_all_fail() {
    let folder = Folder::with_windows_11();
    let hint = "choose another name, or remove it first";
    let line = "capture windows-11 --all-users --only gaming --plain --out all";
    folder.wbo(line).ends(0);
    let run = folder.wbo(line).ends(2);
    assert_eq!(run.stderr.matches(&format!("hint: {hint}\n")).count(), 1, "{run:?}");
    let run = folder.wbo(&format!("{line} --json")).ends(2);
    let users = run.json()["users"].as_array().unwrap().clone();
    assert!(users.iter().all(|user| user["hints"][0] == hint), "{run:?}");

    // Each fails in a way of its own.
    folder.write(NTUSER, "junk");
    folder.remove(&format!("{NTUSER}.LOG1"));
    folder.wbo(line).ends(17);
    // And one of them does not.
    folder.remove("all/AzureAD-dave.wbo");
    let run = folder.wbo(&format!("{line} --json")).ends(3);
    assert_eq!(run.json()["users"][2]["hints"], Value::Array(vec![]), "{run:?}");
}

#[test]
fn nothing_is_written_into_the_source() {
    let folder = Folder::with_windows_11();
    std::fs::create_dir(folder.path("data")).unwrap();
    let refused = |out: &str| {
        let line = format!("capture windows-11 --drive D:=data --user alice --plain --out {out}");
        let run = folder.wbo(&line).ends(2);
        assert!(run.stderr.contains("which is only read"), "{run:?}");
        assert!(run.stderr.contains("\nhint: "), "{run:?}");
    };
    for out in [
        "windows-11",
        "windows-11/",
        "windows-11/a.wbo",
        "windows-11/new/folder/",
        "./data/../windows-11/Users/a.wbo",
        "missing/../windows-11/new/",
        "data/a.wbo",
        folder.path("windows-11/a.wbo").to_str().unwrap(),
    ] {
        refused(out);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path("windows-11/Users"), folder.path("link")).unwrap();
        refused("link/a.wbo");
        refused("link");
    }
    // Beside it is no matter.
    folder.wbo("capture windows-11 --user alice --only gaming --plain --out windows-11.wbo").ends(0);
}

/// A disk is evidence. Whoever owns it, or is root, leaves no trace of having read it, not even in access times.
#[cfg(target_os = "linux")]
#[test]
fn not_even_access_times_change() {
    use std::fs::{self, File, FileTimes};
    use std::time::{Duration, SystemTime};

    let folder = Folder::with_windows_11();
    folder.write("windows-11/hiberfil.sys", "HIBR and what Windows had in memory");
    let paths: Vec<_> =
        walkdir::WalkDir::new(folder.path("windows-11")).into_iter().map(|entry| entry.unwrap().into_path()).collect();
    // Read after it was written and before yesterday, so that every kind of mount notes the next time.
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in &paths {
        let times = FileTimes::new().set_accessed(long_ago).set_modified(long_ago + Duration::from_secs(1));
        File::open(path).unwrap().set_times(times).unwrap();
    }
    for line in [
        "users windows-11",
        "doctor windows-11 --thorough",
        "capture windows-11 --all-users --plain --out out",
        "capture windows-11/Windows --user alice --dry-run",
        "explain start.pins windows-11 --user alice",
    ] {
        // Without the laws of runs, which read every file.
        let output = folder.command().args(line.split(' ')).output().unwrap();
        assert!([Some(0), Some(3)].contains(&output.status.code()), "{line}: {output:?}");
        for path in &paths {
            let metadata = fs::symlink_metadata(path).unwrap();
            let times = [metadata.accessed().unwrap(), metadata.modified().unwrap()];
            assert_eq!(times, [long_ago, long_ago + Duration::from_secs(1)], "{line}: {}", path.display());
        }
    }
}

/// Opening a pipe would wait for ever.
#[cfg(unix)]
#[test]
fn a_catalogue_that_is_a_pipe_or_a_folder_is_refused() {
    let folder = Folder::with_windows_11();
    crate::tools::run(&folder, "mkfifo", &["pipe.toml"]);
    // Without the laws of runs, which read every file.
    for file in ["pipe.toml", "windows-11"] {
        for line in ["capture windows-11 --user alice --dry-run --catalog", "catalog check", "catalog list --catalog"] {
            let output = folder.command().args(line.split(' ')).arg(file).output().unwrap();
            let shown = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            assert!(shown.contains(&format!("{file}: it is not a file")), "{line}: {shown}");
            assert_eq!(output.status.code(), Some(17), "{line}: {shown}");
        }
    }
    let line = "capture windows-11 --user alice --only gaming --estimate --catalog -";
    let input = crate::run::Input { stdin: Some(b"catalogue = 1\narea = \"Ours\"\n"), ..Default::default() };
    std::fs::remove_file(folder.path("pipe.toml")).unwrap();
    let run = folder.wbo_with(&line.split(' ').collect::<Vec<_>>(), input);
    assert!(!run.stderr.contains("not a file"), "{run:?}");
}

/// A file may claim any size and take no room on its disk.
#[test]
fn of_a_hive_no_more_is_read_than_belongs_to_it() {
    const LARGE: u64 = (2 << 30) - 4096;
    let folder = Folder::with_windows_11();
    let enlarge = |path: &str| {
        let file = std::fs::File::options().write(true).open(folder.path(path)).unwrap();
        file.set_len(LARGE).unwrap();
    };
    let list = || {
        let mut command = folder.command();
        command.args(["capture", "windows-11", "--all-users", "--dry-run", "--json"]);
        let output = limited(&command).output().unwrap();
        Run::of(&[], output)
    };
    let before = list().ends(0).json()["users"].clone();
    // Alice's is dirty, and the others are clean.
    for path in [NTUSER, ZOE, USRCLASS, SOFTWARE] {
        enlarge(path);
    }
    assert_eq!(list().ends(0).json()["users"], before);

    // A base block that is broken says nothing of the size, and a log never needs so much.
    let broken = |bytes: &mut Vec<u8>| bytes[100] ^= 1;
    let file = std::fs::File::options().write(true).open(folder.path(ZOE)).unwrap();
    file.set_len(8192).unwrap();
    folder.changed(ZOE, ZOE, broken);
    enlarge(ZOE);
    enlarge(&format!("{NTUSER}.LOG1"));
    let users = list().ends(3).json()["users"].clone();
    for user in [0, 1] {
        let error = users[user]["error"].as_str().unwrap();
        assert!(error.ends_with("it has 2147479552 bytes, and at most 268435456 are read"), "{error}");
    }
}

/// With no more memory than a technician's old laptop has to spare, where a shell can see to that.
fn limited(command: &std::process::Command) -> std::process::Command {
    let mut shell = std::process::Command::new("sh");
    let limit = if cfg!(target_os = "linux") { "ulimit -v 1500000; " } else { "" };
    shell.args(["-c", &format!("{limit}exec \"$@\""), "sh"]).arg(command.get_program()).args(command.get_args());
    shell.current_dir(command.get_current_dir().unwrap()).env("TZ", "UTC");
    shell
}

#[test]
fn a_drive_is_in_one_place() {
    let folder = Folder::with_windows_11();
    std::fs::create_dir(folder.path("data")).unwrap();
    for line in [
        "users windows-11",
        "doctor windows-11",
        "capture windows-11 --user alice --dry-run",
        "explain taskbar.alignment windows-11 --user alice",
        "users windows-11/Users/alice",
    ] {
        let run = folder.wbo(&format!("{line} --drive D=data --drive E:=data --drive d:=windows-11")).ends(2);
        assert!(run.stderr.contains("--drive D: is given twice"), "{run:?}");
    }
}

#[cfg(unix)]
const LINK: &str = "it is a link, and links are not followed";
