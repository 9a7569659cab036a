use std::fs;

use tempfile::TempDir;

use super::*;

mod in_place;
#[cfg(unix)]
mod links;
#[cfg(unix)]
mod modes;
#[cfg(unix)]
mod ntfs;

/// A folder as drive C.
fn disk() -> (TempDir, TargetDisk) {
    let folder = tempfile::tempdir().unwrap();
    let disk = TargetDisk::open([(at("C:"), folder.path().to_owned())]).unwrap();
    (folder, disk)
}

fn at(path: &str) -> WindowsPath {
    WindowsPath::parse(path).unwrap()
}

fn create(disk: &mut TargetDisk, path: &str, bytes: &[u8]) -> io::Result<()> {
    disk.create(&at(path), bytes, Access::Inherited)
}

fn read(disk: &TargetDisk, path: &str) -> Option<Vec<u8>> {
    disk.read(&at(path), 99).unwrap()
}

fn names(disk: &TargetDisk, folder: &str) -> Vec<String> {
    disk.list(&at(folder)).unwrap().unwrap().iter().map(|entry| entry.name.to_string()).collect()
}

#[test]
fn names_are_found_in_any_case_and_shown_as_they_are_stored() {
    let (folder, disk) = disk();
    fs::create_dir_all(folder.path().join("Users").join("ALICE")).unwrap();
    fs::write(folder.path().join("Users").join("ALICE").join("Äpfel.TXT"), b"a").unwrap();
    let entry = |path| disk.entry(&at(path)).unwrap().map(|entry| (entry.name.to_string(), entry.kind, entry.size));
    assert_eq!(entry(r"c:\users\alice\ÄPFEL.txt"), Some(("Äpfel.TXT".to_owned(), EntryKind::File, 1)));
    assert_eq!(entry(r"C:\USERS").map(|(name, kind, _)| (name, kind)), Some(("Users".to_owned(), EntryKind::Folder)));
    assert_eq!(entry(r"C:\").map(|(name, kind, _)| (name, kind)), Some((String::new(), EntryKind::Folder)));
    for nothing in [r"C:\none", r"C:\none\none", r"C:\users\alice\äpfel.txt\none"] {
        assert_eq!(disk.entry(&at(nothing)).unwrap(), None, "{nothing}");
        assert_eq!(disk.list(&at(nothing)).unwrap(), None, "{nothing}");
        assert_eq!(read(&disk, nothing), None, "{nothing}");
        assert!(disk.hive(&at(nothing)).unwrap().is_none(), "{nothing}");
    }
    assert_eq!(disk.list(&at(r"c:\users\alice\äpfel.txt")).unwrap(), None);
    assert_eq!(read(&disk, r"c:\users\alice"), None);
    assert_eq!(read(&disk, r"c:\users\alice\äpfel.txt"), Some(b"a".to_vec()));
    let error = disk.read(&at(r"c:\users\alice\äpfel.txt"), 0).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    assert_eq!(names(&disk, r"c:\users"), ["ALICE"]);
    assert_eq!(disk.entry(&at(r"D:\a")).unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_folder_of_a_user_is_found_where_it_was_on_its_drive() {
    let (drive, user) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let places = [(at("C:"), drive.path().to_owned()), (at(r"C:\Users\alice"), user.path().to_owned())];
    let mut disk = TargetDisk::open(places).unwrap();
    create(&mut disk, r"C:\users\ALICE\a", b"a").unwrap();
    assert!(user.path().join("a").is_file());
    let entry = disk.entry(&at(r"C:\Users\Alice")).unwrap().unwrap();
    assert_eq!((entry.name.to_string(), entry.kind), ("alice".to_owned(), EntryKind::Folder));
    assert_eq!(
        disk.create_folder(&at(r"C:\Users\alice"), Access::Inherited).unwrap_err().kind(),
        io::ErrorKind::InvalidInput
    );
    assert!(TargetDisk::open([(at("C:"), drive.path().join("none"))]).is_err());
}

#[test]
fn each_step_is_seen_by_the_next() {
    let (_folder, mut disk) = disk();
    assert_eq!(names(&disk, r"C:\"), [""; 0]);
    disk.create_folder(&at(r"C:\New"), Access::Inherited).unwrap();
    create(&mut disk, r"C:\new\one", b"1").unwrap();
    disk.append(&at(r"C:\NEW\ONE"), b"2").unwrap();
    assert_eq!(read(&disk, r"C:\new\one"), Some(b"12".to_vec()));
    disk.link(&at(r"C:\new\one"), &at(r"C:\new\two")).unwrap();
    create(&mut disk, r"C:\new\three", b"3").unwrap();
    assert_eq!(names(&disk, r"C:\New"), ["one", "three", "two"]);
    disk.rename(&at(r"C:\new\three"), &at(r"C:\new\two")).unwrap();
    assert_eq!(names(&disk, r"C:\New"), ["one", "two"]);
    assert_eq!((read(&disk, r"C:\new\one"), read(&disk, r"C:\new\two")), (Some(b"12".to_vec()), Some(b"3".to_vec())));
    assert_eq!(disk.remove_folder(&at(r"C:\new")).unwrap_err().kind(), io::ErrorKind::DirectoryNotEmpty);
    disk.remove(&at(r"C:\new\one")).unwrap();
    disk.remove(&at(r"C:\new\TWO")).unwrap();
    disk.sync_folder(&at(r"C:\new")).unwrap();
    disk.remove_folder(&at(r"C:\new")).unwrap();
    disk.sync_folder(&at(r"C:\")).unwrap();
    assert_eq!(names(&disk, r"C:\"), [""; 0]);
}

#[test]
fn nothing_is_made_where_windows_would_not_have_it() {
    use io::ErrorKind::{AlreadyExists, InvalidInput, IsADirectory, NotADirectory, NotFound};

    let (folder, mut disk) = disk();
    create(&mut disk, r"C:\Here", b"h").unwrap();
    create(&mut disk, r"C:\from", b"f").unwrap();
    disk.create_folder(&at(r"C:\Folder"), Access::Inherited).unwrap();
    let root = at("C:");
    let wanted = [
        (root.join("nul"), InvalidInput),
        (root.join("com1.txt"), InvalidInput),
        (root.join("a."), InvalidInput),
        (root.join("a "), InvalidInput),
        (root.join("a:stream"), InvalidInput),
        (root.join("a/b"), InvalidInput),
        (root.join(".."), InvalidInput),
        (root.join(Name::from_units([0xd800])), InvalidInput),
        (root.join("hERE"), AlreadyExists),
        (root.join("none").join("a"), NotFound),
        (root.join("here").join("a"), NotFound),
        (root.join("..").join("a"), NotFound),
    ];
    for (path, expected) in wanted {
        let kind = |result: io::Result<()>| result.unwrap_err().kind();
        assert_eq!(kind(disk.create(&path, b"", Access::Inherited)), expected, "{path}");
        assert_eq!(kind(disk.create_folder(&path, Access::Inherited)), expected, "{path}");
        // A path in another folder is refused whatever its name is.
        let expected = if path.names().len() > 1 { InvalidInput } else { expected };
        assert_eq!(kind(disk.rename(&at(r"C:\from"), &path)), expected, "{path}");
        assert_eq!(kind(disk.link(&at(r"C:\from"), &path)), expected, "{path}");
    }
    let here = at(r"C:\Here");
    let from = at(r"C:\from");
    let inside = at(r"C:\Folder");
    assert_eq!(disk.create(&here, b"", Access::Inherited).unwrap_err().kind(), AlreadyExists);
    assert_eq!(disk.create_folder(&here, Access::Inherited).unwrap_err().kind(), AlreadyExists);
    assert_eq!(disk.link(&from, &here).unwrap_err().kind(), AlreadyExists);
    assert_eq!(disk.link(&inside, &at(r"C:\b")).unwrap_err().kind(), IsADirectory);
    assert_eq!(disk.rename(&inside, &at(r"C:\b")).unwrap_err().kind(), IsADirectory);
    assert_eq!(disk.rename(&from, &inside).unwrap_err().kind(), IsADirectory);
    assert_eq!(disk.rename(&at(r"C:\none"), &here).unwrap_err().kind(), NotFound);
    assert_eq!(disk.remove(&inside).unwrap_err().kind(), IsADirectory);
    assert_eq!(disk.remove(&at(r"C:\none")).unwrap_err().kind(), NotFound);
    assert_eq!(disk.remove_folder(&here).unwrap_err().kind(), NotADirectory);
    assert_eq!(disk.append(&inside, b"").unwrap_err().kind(), IsADirectory);
    assert_eq!(disk.sync_folder(&at(r"C:\none")).unwrap_err().kind(), NotFound);
    let like_nothing = at(r"C:\none");
    assert_eq!(disk.create(&at(r"C:\b"), b"", Access::Like(&like_nothing)).unwrap_err().kind(), NotFound);
    assert_eq!(names(&disk, r"C:\"), ["Folder", "from", "Here"]);
    assert_eq!(fs::read(folder.path().join("Here")).unwrap(), b"h");
}

#[test]
fn a_file_is_renamed_to_another_case_of_its_own_name_and_stays_where_both_names_are_its_own() {
    let (_folder, mut disk) = disk();
    create(&mut disk, r"C:\a", b"a").unwrap();
    disk.rename(&at(r"C:\a"), &at(r"C:\A")).unwrap();
    assert_eq!(names(&disk, r"C:\"), ["A"]);
    disk.rename(&at(r"C:\a"), &at(r"C:\A")).unwrap();
    disk.link(&at(r"C:\a"), &at(r"C:\b")).unwrap();
    disk.rename(&at(r"C:\a"), &at(r"C:\b")).unwrap();
    assert_eq!(read(&disk, r"C:\b"), Some(b"a".to_vec()));
}

#[test]
fn a_file_gets_its_time() {
    let (_folder, mut disk) = disk();
    create(&mut disk, r"C:\a", b"a").unwrap();
    for time in [Timestamp(1_600_000_000), Timestamp(-86_400)] {
        disk.set(&at(r"C:\A"), 0x20, Some(time)).unwrap();
        assert_eq!(disk.entry(&at(r"C:\a")).unwrap().unwrap().modified, Some(time));
        disk.set(&at(r"C:\A"), 0x20, None).unwrap();
        assert_eq!(disk.entry(&at(r"C:\a")).unwrap().unwrap().modified, Some(time));
    }
    for time in [i64::MIN, -11_644_473_601, 910_692_730_086, i64::MAX] {
        let error = disk.set(&at(r"C:\a"), 0x20, Some(Timestamp(time))).unwrap_err();
        assert_eq!(error.to_string(), "no file of Windows can have such a time", "{time}");
    }
    assert_eq!(disk.set(&at(r"C:\none"), 0, None).unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn only_a_folder_is_private() {
    let (folder, disk) = disk();
    fs::write(folder.path().join("file"), b"").unwrap();
    assert!(disk.is_private(&at("C:")).unwrap());
    for nothing in [r"C:\file", r"C:\none", r"C:\file\none"] {
        assert!(!disk.is_private(&at(nothing)).unwrap(), "{nothing}");
    }
}

#[test]
fn free_bytes_are_those_of_the_volume_that_a_path_would_be_on() {
    let (_folder, disk) = disk();
    for path in [r"C:\", r"C:\none\none"] {
        assert_eq!(disk.free_bytes(&at(path)).is_some_and(|free| free > 0), cfg!(unix), "{path}");
    }
    assert_eq!(disk.free_bytes(&at(r"D:\")), None);
}
