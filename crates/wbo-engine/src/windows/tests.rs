use std::io;

use super::*;
use crate::MemoryTree;

const HIVE: &str = r"System32\config\SYSTEM";

fn tree(files: &[&str]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for file in files {
        match file.strip_suffix('\\') {
            Some(folder) => tree.add_other(folder, EntryKind::Folder),
            None => tree.add(file, b""),
        }
    }
    tree
}

/// Each Windows as `kind folder volume users hibernation`, and each user's folder.
fn check(files: &[&str], windows: &[&str], users: &[&str]) {
    let found = find_windows(&tree(files));
    let place = |place: &Option<Vec<Name>>| place.as_ref().map_or("-".into(), |place| show(place));
    let line = |windows: &WindowsFolder| {
        let WindowsFolder { kind, folder, volume, users, hibernation } = windows;
        format!("{kind:?} {} {} {} {}", show(folder), place(volume), place(users), place(hibernation))
    };
    assert_eq!(found.windows.iter().map(line).collect::<Vec<_>>(), windows, "{files:?}");
    assert_eq!(found.user_folders.iter().map(|folder| show(folder)).collect::<Vec<_>>(), users, "{files:?}");
    assert_eq!(found.nothing.is_none(), !windows.is_empty() || !users.is_empty());
}

#[test]
fn a_windows_is_found_whatever_it_is_called() {
    let in_folder = |folder: &str| format!(r"{folder}\{HIVE}");
    check(
        &[&in_folder("WINDOWS"), r"Users\alice\NTUSER.DAT", "hiberfil.sys"],
        &["Installed WINDOWS . Users hiberfil.sys"],
        &[],
    );
    check(&[&in_folder("WINNT")], &["Installed WINNT . - -"], &[]);
    check(&[HIVE, r"WinSxS\x\NTUSER.DAT"], &["Installed . - - -"], &[]);
    check(
        &[&in_folder("Windows"), &in_folder(r"Windows.old\Windows"), r"Windows.old\Users\alice\NTUSER.DAT"],
        &["Installed Windows . - -", r"Old Windows.old\Windows Windows.old Windows.old\Users -"],
        &[],
    );
    check(
        &[&in_folder(r"c\Windows"), r"c\Users\", r"c\hiberfil.sys", &in_folder(r"d\WINDOWS"), r"e\alice\NTUSER.DAT"],
        &[r"Installed c\Windows c c\Users c\hiberfil.sys", r"Installed d\WINDOWS d - -"],
        &[r"e\alice"],
    );
    check(
        &[&in_folder("Windows"), r"Windows\System32\wpeinit.exe", r"Users\Public\"],
        &["Preinstallation Windows . Users -"],
        &[],
    );
    check(&[&in_folder(r"$WINDOWS.~BT\NewOS")], &[r"Staged $WINDOWS.~BT\NewOS $WINDOWS.~BT - -"], &[]);
    check(
        &[&in_folder("Windows"), r"Program Files\x\NTUSER.DAT", r"Backup\alice\NTUSER.DAT"],
        &["Installed Windows . - -"],
        &[r"Backup\alice"],
    );
    check(&[&in_folder(r"a\b\Windows")], &[], &[]);
    check(&[&format!(r"Windows\{HIVE}\")], &[], &[]);
}

#[test]
fn users_are_found_without_a_windows() {
    check(&["ntuser.dat", r"AppData\Local\x"], &[], &["."]);
    check(&[r"Users\Zoë\NTUSER.DAT", r"Users\alice.\NTUSER.DAT"], &[], &[r"Users\alice.", r"Users\Zoë"]);
    check(&[r"alice\NTUSER.DAT"], &[], &["alice"]);
    check(&[r"a\b\c\NTUSER.DAT"], &[], &[]);
    check(&[r"NTUSER.DAT\"], &[], &[]);
}

#[test]
fn links_are_not_followed() {
    let mut tree = tree(&[]);
    tree.add_other("Windows", EntryKind::Link);
    tree.add_other("Users", EntryKind::Link);
    let found = find_windows(&tree);
    assert!(matches!(found.nothing, Some(Nothing::Other { .. })), "{found:?}");
}

#[test]
fn what_is_no_windows_says_what_it_is() {
    for (files, code) in [
        (&[][..], "empty"),
        (&[r"System Volume Information\", r"$RECYCLE.BIN\x"], "empty-volume"),
        (&["BitLockerToGo.exe", "autorun.inf"], "bitlocker"),
        (&["dislocker-file"], "disk-image"),
        (&["notes.txt", "Disk.VHDX"], "disk-image"),
        (&[r"sources\boot.wim", r"efi\boot\bootx64.efi", "bootmgr"], "setup-medium"),
        (&[r"EFI\Microsoft\Boot\BCD"], "boot-partition"),
        (&["bootmgr", r"Boot\BCD"], "boot-partition"),
        (&[r"Recovery\WindowsRE\Winre.wim"], "recovery-partition"),
        (&[r"Windows\System32\config\DEFAULT"], "no-registry"),
        (&[r"System32\config\DEFAULT"], "no-registry"),
        (&[r"AppData\Local\x", r"Desktop\"], "no-user-registry"),
        (&[r"etc\passwd", r"usr\bin\"], "other-system"),
        (&[r"Users\alice\x", r"Windows\x"], "other"),
        (&["x"], "other"),
    ] {
        let nothing = find_windows(&tree(files)).nothing;
        assert_eq!(nothing.as_ref().map(Nothing::code), Some(code), "{files:?}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    struct Broken(MemoryTree, &'static str);
    impl Broken {
        fn check(&self, path: &[Name]) -> io::Result<()> {
            if path.starts_with(&Name::split_path(self.1)) { Err(io::Error::other("bad sector")) } else { Ok(()) }
        }
    }
    impl ReadTree for Broken {
        fn entry(&self, path: &[Name]) -> io::Result<Option<Entry>> {
            self.check(path)?;
            self.0.entry(path)
        }
        fn list(&self, path: &[Name]) -> io::Result<Option<Vec<Entry>>> {
            self.check(path)?;
            self.0.list(path)
        }
        fn read(&self, path: &[Name], most: u64) -> io::Result<Option<Vec<u8>>> {
            self.0.read(path, most)
        }
    }
    let files = &[r"Windows\System32\config\SYSTEM", r"Other\Windows\System32\config\SYSTEM"];
    let found = find_windows(&Broken(tree(files), "Other"));
    assert_eq!((found.windows.len(), found.nothing), (1, None));
    assert!(found.unread.iter().any(|unread| unread.place == "Other"), "{:?}", found.unread);
    let found = find_windows(&Broken(tree(files), ""));
    assert_eq!(found.nothing, Some(Nothing::Unreadable { why: "bad sector".into() }));
}

#[test]
fn a_folder_with_too_many_others_is_left_with_a_word() {
    let files: Vec<String> = (0..=MOST_FOLDERS).map(|at| format!(r"data\{at}\x")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let found = find_windows(&tree(&files));
    assert_eq!(found.unread.iter().map(|unread| unread.place.as_str()).collect::<Vec<_>>(), ["data"]);
}

/// The one hive that is left says that this is a Windows, whichever it is.
#[test]
fn a_windows_that_lost_a_hive_is_one() {
    for hive in ["SYSTEM", "SOFTWARE"] {
        let found = find_windows(&tree(&[&*format!(r"Windows\System32\config\{hive}"), r"Users\alice\NTUSER.DAT"]));
        assert_eq!(found.windows.len(), 1, "{hive}");
        assert_eq!(found.user_folders, Vec::<Vec<Name>>::new(), "{hive}");
    }
}
