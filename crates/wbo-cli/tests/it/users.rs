//! `wbo users`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;
use crate::image::{NTUSER, SOFTWARE, SYSTEM, ZOE};

#[test]
fn everybody_is_listed_with_the_reason_if_nobody_s() {
    let folder = Folder::with_windows_11();
    folder.image("windows-10", "windows-10");
    assert_snapshot!(folder.transcript(
        "
        users windows-10
        users windows-11
        users windows-11/Users/alice
        "
    ));
}

#[test]
fn programs_are_told_the_same() {
    let folder = Folder::with_windows_11();
    let json = folder.wbo("users windows-11 --json").ends(0).json();
    let users = json["users"].as_array().unwrap();
    let shown = |user: &Value| format!("{} {} {}", user["user"], user["kind"], user["usable"]);
    assert_eq!(
        users.iter().filter(|user| user["usable"] == true).map(shown).collect::<Vec<_>>(),
        [
            r#""AzureAD\\AliceExample" "local" true"#,
            r#""AzureAD\\ZoëÅngström" "local" true"#,
            r#""AzureAD\\dave" "backup" true"#
        ]
    );
    let codes: Vec<&str> = users.iter().filter_map(|user| user["set_aside"]["code"].as_str()).collect();
    assert_eq!(
        codes,
        [
            "folder-missing",
            "service-account",
            "service-account",
            "service-account",
            "setup-account",
            "shared-folder",
            "shared-folder"
        ]
    );
    assert_eq!(users[0]["last_use"], "2025-09-02T07:58:12Z");
}

/// As `ntfs-3g` and other systems show a drive on which names were written in another case.
#[test]
fn names_are_found_in_any_case() {
    let folder = Folder::with_windows_11();
    let before = folder.wbo("users windows-11").ends(0).stdout;
    folder.rename(NTUSER, "windows-11/Users/alice/ntuser.dat");
    folder.rename("windows-11/Users", "windows-11/users");
    folder.rename("windows-11/Windows/System32", "windows-11/Windows/SYSTEM32");
    folder.rename("windows-11/Windows", "windows-11/WINDOWS");
    let after = folder.wbo("users windows-11").ends(0).stdout;
    assert_eq!(after.replace("WINDOWS", "Windows"), before);
}

#[test]
fn the_folder_of_windows_itself_is_as_good_as_its_drive() {
    let folder = Folder::with_windows_11();
    let drive = folder.wbo("users windows-11").ends(0).stdout;
    assert_eq!(folder.wbo("users windows-11/Windows").ends(0).stdout, drive);
    assert_eq!(folder.wbo("users windows-11/Windows/").ends(0).stdout, drive);
}

#[test]
fn windows_old_is_another_windows() {
    let folder = Folder::with_windows_11();
    folder.image("windows-10", "windows-11/Windows.old");
    let run = folder.wbo("users windows-11").ends(0);
    assert!(run.stdout.contains("AliceExample") && !run.stdout.contains("bob"), "{run:?}");
    let run = folder.wbo("users windows-11/Windows.old").ends(0);
    assert!(run.stdout.contains(r"CORP\bob") && !run.stdout.contains("AliceExample"), "{run:?}");
    folder.rename("windows-11/Windows.old", "windows-11/Windows.old-2");
    // Two that start from one disk: neither is guessed.
    folder.image("windows-10", "windows-11/D");
    folder.rename("windows-11/Windows", "windows-11/D/Windows-2");
    assert_snapshot!(folder.transcript("users windows-11"));
}

#[test]
fn what_is_no_windows_says_what_it_is() {
    let folder = Folder::with_windows_11();
    for name in ["empty", "locked", "other/etc", "other/usr"] {
        std::fs::create_dir_all(folder.path(name)).unwrap();
    }
    folder.write("disk.vhdx", "");
    folder.write("locked/BitLockerToGo.exe", "");
    assert_snapshot!(folder.transcript(
        "
        users empty
        users locked
        users other
        users disk.vhdx
        users missing
        users live
        users windows-11/Users
        users windows-11 --drive C:=empty
        users windows-11 --drive 7=empty
        "
    ));
}

#[test]
fn a_hive_of_the_machine_that_is_lost_is_named_and_users_are_listed_all_the_same() {
    let folder = Folder::with_windows_11();
    let software = folder.read(SOFTWARE);
    let system = folder.read(SYSTEM);
    let names = |run: &crate::run::Run| {
        let users = run.json()["users"].as_array().unwrap().clone();
        let usable = users.into_iter().filter(|user| user["usable"] == true);
        usable.map(|user| user["user"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let named = [r"AzureAD\AliceExample", r"AzureAD\ZoëÅngström", r"AzureAD\dave"];
    for (path, whole, flawed, state, users) in [
        (SYSTEM, &system, None, "missing", named),
        (SYSTEM, &system, Some(&b"junk"[..]), "unreadable", named),
        // Without the list of users, their folders say who they are.
        (SOFTWARE, &software, None, "missing", ["alice", "dave", "Zoë Ångström"]),
        (SOFTWARE, &software, Some(&software[..3000]), "unreadable", ["alice", "dave", "Zoë Ångström"]),
    ] {
        match flawed {
            Some(bytes) => folder.write(path, bytes),
            None => folder.remove(path),
        }
        let run = folder.wbo("users windows-11 --json").ends(3);
        assert_eq!(names(&run), users, "{path}");
        let hives = run.json()["hives"].as_array().unwrap().clone();
        let hive = hives.iter().find(|hive| hive["problem"].is_string()).unwrap().clone();
        assert_eq!(hive["state"], state);
        let warned = run.stderr.lines().filter(|line| line.starts_with("warning: ")).collect::<Vec<_>>().join("\n");
        assert!(warned.contains(path.rsplit('/').next().unwrap()), "{warned}");
        assert_eq!(warned.matches(r"System32\config").count(), 1, "the place is said once: {warned}");
        folder.write(path, whole);
    }
    folder.remove(SYSTEM);
    folder.remove(SOFTWARE);
    // Nothing says any more that this is a Windows; its users' folders are sources of their own.
    folder.wbo("users windows-11").ends(2);
    folder.wbo("users windows-11/Users/dave").ends(0);
}

#[cfg(unix)]
#[test]
fn names_and_links_of_an_attacker_do_no_harm() {
    use std::os::unix::fs::symlink;

    let folder = Folder::with_windows_11();
    folder.write("outside", folder.read(NTUSER));
    folder.remove(ZOE);
    symlink(folder.path("outside"), folder.path(ZOE)).unwrap();
    for name in ["evil\u{1b}[2J\u{202e}", "-rf", "..\\..\\up", "con", "."] {
        let hive = format!("windows-11/Users/{name}/NTUSER.DAT");
        std::fs::create_dir_all(folder.path(&hive).parent().unwrap()).unwrap();
        folder.write(hive, folder.read("outside"));
    }
    symlink("/", folder.path("windows-11/Users/root")).unwrap();
    let run = folder.wbo("users windows-11 --json").ends(0);
    let users = run.json()["users"].as_array().unwrap().clone();
    let of = |name: &str| users.iter().find(|user| user["user"] == name).unwrap_or_else(|| panic!("{name}: {run:?}"));
    assert_eq!(of(r"AzureAD\ZoëÅngström")["set_aside"]["code"], "no-hive");
    assert_eq!(of("root")["set_aside"]["code"], "link");
    assert_eq!(of("-rf")["set_aside"]["code"], "not-listed");
    folder.wbo("users windows-11").ends(0);

    // All users' folders behind a link that leads out.
    folder.rename("windows-11/Users", "elsewhere");
    symlink(folder.path("elsewhere"), folder.path("windows-11/Users")).unwrap();
    let run = folder.wbo("users windows-11 --json").ends(3);
    let users = run.json()["users"].as_array().unwrap().clone();
    assert!(users.iter().all(|user| user["usable"] == false), "{run:?}");
    assert_eq!(run.json()["unread"][0], r"C:\Users: it is a link, and links are not followed", "{run:?}");
    let run = folder.wbo("capture windows-11 --all-users --dry-run").ends(17);
    assert!(run.stderr.contains("there are no users"), "{run:?}");
}
