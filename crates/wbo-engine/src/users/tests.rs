use std::fmt::Write;
use std::io;

use registry::MemoryRegistry;

use super::*;
use crate::machine::tests::{Without, registry_of};
use crate::{Entry, EntryKind, MemoryTree, ReadTree};

/// A Windows on drive C: from the entries of its list, given as lines of a .reg file under each name, and the files in
/// `Users`.
fn look(entries: &[(&str, &str)], files: &[&str]) -> Vec<UserProfile> {
    let registry = registry(entries, "");
    let tree = tree(files);
    look_in(&registry, &tree).profiles
}

fn registry(entries: &[(&str, &str)], more: &str) -> MemoryRegistry {
    let mut text = format!("[{LIST}]\n\"ProfilesDirectory\"=\"%SystemDrive%\\\\Users\"\n");
    for (name, values) in entries {
        write!(text, "[{LIST}\\{name}]\n{values}\n").unwrap();
    }
    registry_of(&format!("{text}{more}"))
}

const LIST: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

fn tree(files: &[&str]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.add(r"Windows\System32\config\SOFTWARE", b"");
    tree.add_other("Users", EntryKind::Folder);
    files.iter().for_each(|file| tree.add(&format!(r"Users\{file}"), b"regf"));
    tree
}

fn look_in(registry: &dyn ReadRegistry, tree: &dyn ReadTree) -> Users {
    let mut drives = Drives::default();
    drives.mount(WindowsPath::new('C', vec![]), tree);
    users(registry, &drives, &WindowsPath::parse(r"C:\Windows").unwrap())
}

fn path(folder: &str) -> String {
    format!("\"ProfileImagePath\"=\"{}\"", folder.replace('\\', r"\\"))
}

/// A user as `name kind standing`.
fn summary(profile: &UserProfile) -> String {
    let standing = match &profile.standing {
        Standing::Usable => "usable",
        Standing::SetAside(reason) => reason.code(),
    };
    format!("{profile} {} {standing}", profile.kind.word())
}

/// What one entry, with or without files in the folder `alice`, is taken for.
fn check(name: &str, values: &str, files: &[&str], expected: &str) {
    let profiles = look(&[(name, values)], files);
    assert_eq!(
        profiles.iter().map(summary).collect::<Vec<_>>().first().map(String::as_str),
        Some(expected),
        "{name} {values}"
    );
}

const ALICE: &str = "S-1-5-21-1-2-3-1001";

#[test]
fn kinds_of_profiles() {
    let with = |values: &str| format!("{}\n{values}", path(r"C:\Users\alice"));
    let hive: &[&str] = &[r"alice\ntuser.dat"];
    check(ALICE, &with(""), hive, "alice local usable");
    check(ALICE, &with("\"State\"=dword:00000100"), hive, "alice local usable");
    check(ALICE, &with("\"State\"=\"1\""), hive, "alice local usable");
    check(ALICE, &with("\"State\"=dword:00000001"), hive, "alice mandatory usable");
    check(ALICE, &with(""), &[r"alice\NTUSER.MAN"], "alice mandatory usable");
    check(ALICE, &with("\"CentralProfile\"=\"\\\\\\\\s\\\\p\\\\kiosk.man\""), hive, "alice mandatory usable");
    check(ALICE, &with("\"CentralProfile\"=\"\\\\\\\\s\\\\p\\\\alice\""), hive, "alice roaming usable");
    check(ALICE, &with("\"CentralProfile\"=\"\""), hive, "alice local usable");
    check(ALICE, &with("\"FSL_OriginalProfileImagePath\"=\"C:\\\\Users\\\\alice\""), hive, "alice fslogix usable");
    check(ALICE, &with("\"FSL_OriginalProfileImagePath\"=\"C:\\\\Users\\\\alice\""), &[], "alice fslogix in-container");
    check("S-1-5-21-1-2-3-1001.bak", &with(""), hive, "alice backup usable");
    check("S-1-12-1-1-2-3-4", &with(""), hive, r"AzureAD\alice local usable");
}

#[test]
fn junk_has_its_reason() {
    let alice = path(r"C:\Users\alice");
    let system = path(r"%systemroot%\system32\config\systemprofile");
    check("S-1-5-18", &system, &[], "systemprofile local service-account");
    check("S-1-5-19", "", &[], "S-1-5-19 local service-account");
    check("S-1-5-82-1-2-3-4-5", &alice, &[r"alice\NTUSER.DAT"], "alice local service-account");
    check("S-1-5-80-1-2-3-4-5", &alice, &[], "alice local service-account");
    check("S-1-5-21-1-2-3-504", &alice, &[], "alice local service-account");
    check("junk", &alice, &[r"alice\NTUSER.DAT"], "alice local not-an-account");
    check(ALICE, &path(r"C:\Users\defaultuser0"), &[], "defaultuser0 local setup-account");
    check(
        ALICE,
        &path(r"C:\Users\defaultuser100000"),
        &[r"defaultuser100000\NTUSER.DAT"],
        "defaultuser100000 local setup-account",
    );
    check(ALICE, &path(r"C:\Users\TEMP"), &[r"TEMP\NTUSER.DAT"], "TEMP local temporary");
    check(ALICE, &format!("{alice}\n\"State\"=dword:00000804"), &[r"alice\NTUSER.DAT"], "alice local temporary");
    check(ALICE, &alice, &[], "alice local folder-missing");
    check(ALICE, &alice, &["alice"], "alice local folder-missing");
    check(ALICE, &alice, &[r"alice\x.txt"], "alice local no-hive");
    check(ALICE, "", &[], "S-1-5-21-1-2-3-1001 local not-on-a-drive");
}

#[test]
fn absurd_paths_lead_nowhere() {
    for (folder, reason) in [
        (r"C:\", "S-1-5-21-1-2-3-1001 local not-one-users-folder"),
        (r"C:", "S-1-5-21-1-2-3-1001 local not-one-users-folder"),
        (r"C:\Users", "Users local not-one-users-folder"),
        (r"C:\WINDOWS", "WINDOWS local not-one-users-folder"),
        (r"\\server\users\alice", "S-1-5-21-1-2-3-1001 local not-on-a-drive"),
        (r"C:\Users\..\Windows", "S-1-5-21-1-2-3-1001 local not-on-a-drive"),
        (r"\??\C:\Users\alice", "S-1-5-21-1-2-3-1001 local not-on-a-drive"),
        (r"%nothing%\alice", "S-1-5-21-1-2-3-1001 local not-on-a-drive"),
        (r"D:\Users\alice", "alice local drive-not-given"),
        (r"C:\Users\alice.", "alice local usable"),
        (r"C:/Users/alice", "alice local usable"),
        (r"C:\Users\\alice\\", "alice local usable"),
        (r"\\?\C:\Users\alice", "alice local usable"),
        (r"C:\Users\ALICE", "ALICE local usable"),
    ] {
        check(ALICE, &path(folder), &[r"alice\NTUSER.DAT"], reason);
    }
    check(ALICE, "\"ProfileImagePath\"=dword:00000001", &[], "S-1-5-21-1-2-3-1001 local not-on-a-drive");
    check(ALICE, "\"ProfileImagePath\"=hex(1):41", &[], "S-1-5-21-1-2-3-1001 local not-on-a-drive");
}

#[test]
fn folders_without_an_entry_are_listed_with_their_reason() {
    let mut tree = tree(&[
        r"alice\NTUSER.DAT",
        r"bob\NTUSER.DAT",
        r"carol\x",
        r"Default\NTUSER.DAT",
        r"Public\x",
        r"TEMP.CORP\NTUSER.DAT",
        r"defaultuser0\NTUSER.DAT",
        "desktop.ini",
        r"Zoë\NTUSER.DAT",
        r"local_dave\NTUSER.DAT",
    ]);
    tree.add_other(r"Users\All Users", EntryKind::Link);
    tree.add_other(r"Users\erin", EntryKind::Link);
    let registry = registry(&[(ALICE, &path(r"C:\Users\alice"))], "[HKEY_LOCAL_MACHINE\\SOFTWARE\\FSLogix]\n");
    let found = look_in(&registry, &tree);
    let summaries: Vec<_> = found.profiles.iter().map(summary).collect();
    assert_eq!(
        summaries,
        [
            "alice local usable",
            "All Users local shared-folder",
            "bob local not-listed",
            "carol local no-hive",
            "Default default shared-folder",
            "defaultuser0 local setup-account",
            "erin local link",
            "local_dave local container-leftover",
            "Public local shared-folder",
            r"TEMP.CORP local temporary",
            "Zoë local not-listed",
        ]
    );
    assert_eq!(found.unread, []);
    // Where the list itself is missing, nobody can say that they are not in it.
    let empty = registry_of("");
    let found = look_in(&Without(&empty, &[r"HKLM\SOFTWARE"]), &tree);
    let usable: Vec<_> = found.profiles.iter().filter(|profile| profile.is_usable()).map(summary).collect();
    assert_eq!(usable, ["alice local usable", "bob local usable", "local_dave local usable", "Zoë local usable"]);
    assert_eq!(found.unread.iter().map(|unread| unread.place.as_str()).collect::<Vec<_>>(), [r"HKLM\SOFTWARE"]);
}

#[test]
fn of_two_entries_for_one_folder_one_stays() {
    let alice = path(r"C:\Users\alice");
    let loaded = |high: u32| {
        format!("{alice}\n\"LocalProfileLoadTimeHigh\"=dword:{high:08x}\n\"LocalProfileLoadTimeLow\"=dword:1")
    };
    let two = |one: (&str, &str), other: (&str, &str)| {
        look(&[one, other], &[r"alice\NTUSER.DAT"]).iter().map(summary).collect::<Vec<_>>()
    };
    let (first, second) = ("S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002");
    assert_eq!(two((first, &alice), (second, &alice)), ["alice local usable", "alice local same-folder"]);
    assert_eq!(
        two((first, &loaded(0x01d9_0000)), (second, &loaded(0x01db_0000))),
        ["alice local same-folder", "alice local usable"]
    );
    assert_eq!(
        two((first, &alice), ("S-1-5-21-1-2-3-1001.bak", &loaded(0x01db_0000))),
        ["alice local usable", "alice backup same-folder"]
    );
    // What Windows does when a profile cannot be loaded: the right one is put aside, and a temporary one used.
    let profiles = look(
        &[(first, &path(r"C:\Users\TEMP")), ("S-1-5-21-1-2-3-1001.bak", &alice)],
        &[r"alice\NTUSER.DAT", r"TEMP\NTUSER.DAT"],
    );
    assert_eq!(profiles.iter().map(summary).collect::<Vec<_>>(), ["TEMP local temporary", "alice backup usable"]);
}

#[test]
fn folders_with_a_domain_or_a_number_are_one_users() {
    let more = r#"
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI]
"LastLoggedOnUserSID"="S-1-5-21-1-2-3-1001"
"LastLoggedOnSAMUser"="CORP\\Alice"
"#;
    let registry = registry(
        &[(ALICE, &path(r"C:\Users\alice.CORP.000")), ("S-1-5-21-1-2-3-1005", &path(r"C:\Users\bob.corp"))],
        more,
    );
    let tree =
        tree(&[r"alice.CORP.000\NTUSER.DAT", r"alice.CORP\NTUSER.DAT", r"alice\NTUSER.DAT", r"bob.corp\NTUSER.DAT"]);
    let profiles = look_in(&registry, &tree).profiles;
    assert_eq!(
        profiles.iter().map(summary).collect::<Vec<_>>(),
        [
            r"CORP\Alice local usable",
            r"CORP\bob local usable",
            "alice local not-listed",
            r"CORP\alice local not-listed"
        ]
    );
    assert_eq!(
        profiles.iter().map(|profile| profile.name_from).collect::<Vec<_>>()[..2],
        [NameFrom::Account, NameFrom::Folder]
    );
}

#[test]
fn a_user_who_is_really_called_so_is_no_junk() {
    for name in ["temp", "defaultuser0"] {
        let more = format!(
            "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Authentication\\LogonUI]\n\
             \"LastLoggedOnUserSID\"=\"{ALICE}\"\n\"LastLoggedOnSAMUser\"=\"PC7\\\\{}\"\n",
            if name == "temp" { "temp" } else { "Zoë" }
        );
        let registry = registry(&[(ALICE, &path(&format!(r"C:\Users\{name}")))], &more);
        let tree = tree(&[&format!(r"{name}\NTUSER.DAT")]);
        assert!(look_in(&registry, &tree).profiles[0].is_usable(), "{name}");
    }
}

#[test]
fn the_last_use_is_the_later_of_what_windows_noted() {
    let times = |name: &str, time: u64| {
        format!("\"{name}High\"=dword:{:08x}\n\"{name}Low\"=dword:{:08x}\n", time >> 32, time & 0xffff_ffff)
    };
    let (early, late) = (133_000_000_000_000_000, 133_100_000_000_000_000);
    let (load, unload) = ("LocalProfileLoadTime", "LocalProfileUnloadTime");
    for (values, expected) in [
        (times(load, early) + &times(unload, late), (1_665_526_400, LastUseFrom::Unloaded)),
        (times(load, late) + &times(unload, early), (1_665_526_400, LastUseFrom::Loaded)),
        (times(unload, early) + &times(load, 0), (1_655_526_400, LastUseFrom::Unloaded)),
        ("\"LocalProfileLoadTimeHigh\"=dword:1\n".into(), (0, LastUseFrom::HiveModified)),
        (String::new(), (0, LastUseFrom::HiveModified)),
    ] {
        let profiles = look(&[(ALICE, &format!("{}\n{values}", path(r"C:\Users\alice")))], &[r"alice\NTUSER.DAT"]);
        let (at, from) = expected;
        assert_eq!(profiles[0].last_use, Some(LastUse { at: Timestamp(at), from }), "{values}");
    }
}

#[test]
fn a_disk_that_cannot_be_read_hides_nobody() {
    struct Broken;
    impl ReadTree for Broken {
        fn entry(&self, _: &[Name]) -> io::Result<Option<Entry>> {
            Err(io::Error::other("bad sector"))
        }
        fn list(&self, _: &[Name]) -> io::Result<Option<Vec<Entry>>> {
            Err(io::Error::other("bad sector"))
        }
        fn read(&self, _: &[Name], _: u64) -> io::Result<Option<Vec<u8>>> {
            Err(io::Error::other("bad sector"))
        }
    }
    let found = look_in(&registry(&[(ALICE, &path(r"C:\Users\alice"))], ""), &Broken);
    assert_eq!(found.profiles[0].standing, Standing::SetAside(SetAside::Unreadable { why: "bad sector".into() }));
    assert_eq!(found.unread, [Unread { place: r"C:\Users".into(), why: "bad sector".into() }]);
}

#[test]
fn ten_thousand_profiles_are_no_burden() {
    let entries: Vec<(String, String)> = (0..10_000)
        .map(|at| (format!("S-1-5-21-1-2-3-{}", 1000 + at), path(&format!(r"C:\Users\user {at}"))))
        .collect();
    let entries: Vec<(&str, &str)> = entries.iter().map(|(sid, values)| (sid.as_str(), values.as_str())).collect();
    let files: Vec<String> = (0..20_000).map(|at| format!(r"user {at}\NTUSER.DAT")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (registry, tree) = (registry(&entries, ""), tree(&files));
    let profiles = look_in(&registry, &tree).profiles;
    assert_eq!(profiles.len(), 20_000);
    assert_eq!(profiles.iter().filter(|profile| profile.is_usable()).count(), 10_000);
}
