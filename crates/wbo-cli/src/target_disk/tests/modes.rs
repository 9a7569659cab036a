//! Who may do what, on file systems that know owners and modes.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use super::*;

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_made_has_the_mode_of_its_folder_or_its_model_or_is_for_administrators() {
    let (root, mut disk) = disk();
    let model = root.path().join("model");
    fs::write(&model, "").unwrap();
    set_mode(&model, 0o604);
    set_mode(root.path(), 0o751);
    let like = at(r"C:\MODEL");
    for (name, access, file, folder) in [
        ("inherited", Access::Inherited, 0o640, 0o751),
        ("like", Access::Like(&like), 0o604, 0o604),
        ("administrators", Access::Administrators, 0o600, 0o700),
    ] {
        disk.create(&at("C:").join(name), b"", access).unwrap();
        assert_eq!(mode(root.path().join(name)), file, "{name}");
        let name = format!("folder {name}");
        disk.create_folder(&at("C:").join(&*name), access).unwrap();
        assert_eq!(mode(root.path().join(&name)), folder, "{name}");
    }
    // An access list that cannot be kept leaves nothing behind.
    let path = at(r"C:\exactly");
    for folder in [false, true] {
        let result = match folder {
            true => disk.create_folder(&path, Access::Exactly(b"")),
            false => disk.create(&path, b"", Access::Exactly(b"")),
        };
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::Unsupported);
        assert_eq!(disk.entry(&path).unwrap(), None);
    }
    assert_eq!(disk.security(&like).unwrap(), None);
}

#[test]
fn what_root_makes_belongs_to_the_owner_of_its_folder_or_its_model() {
    let (root, mut disk) = disk();
    let model = root.path().join("model");
    fs::write(&model, "").unwrap();
    if chown(&model, Some(1234), Some(2345)).is_err() {
        println!("not checked: only root gives files away");
        return;
    }
    chown(root.path(), Some(3456), Some(4567)).unwrap();
    let like = at(r"C:\model");
    for (name, access, owner) in [
        ("inherited", Access::Inherited, (3456, 4567)),
        ("like", Access::Like(&like), (1234, 2345)),
        ("administrators", Access::Administrators, (0, 0)),
    ] {
        disk.create(&at("C:").join(name), b"", access).unwrap();
        let metadata = fs::metadata(root.path().join(name)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), owner, "{name}");
    }
}

#[test]
fn a_log_is_for_those_who_may_read_its_hive() {
    use registry_hive::{HiveFile, LogName};

    let (root, disk) = disk();
    fs::write(root.path().join("hive"), "").unwrap();
    set_mode(root.path().join("hive"), 0o640);
    disk.hive(&at(r"C:\hive")).unwrap().unwrap().write_at(HiveFile::Log(LogName::Log1), 0, b"log").unwrap();
    assert_eq!(mode(root.path().join("hive.LOG1")), 0o640);
}

#[test]
fn a_folder_is_private_when_only_its_owner_writes_there() {
    let (root, mut disk) = disk();
    let made = at(r"C:\made");
    disk.create_folder(&made, Access::Administrators).unwrap();
    assert!(disk.is_private(&made).unwrap());
    assert!(disk.is_private(&at("C:")).unwrap());
    for (mode, private) in [(0o755, true), (0o775, false), (0o757, false), (0o700, true)] {
        set_mode(root.path().join("made"), mode);
        assert_eq!(disk.is_private(&made).unwrap(), private, "{mode:o}");
    }
    std::os::unix::fs::symlink("made", root.path().join("link")).unwrap();
    assert!(!disk.is_private(&at(r"C:\link")).unwrap());
    if chown(root.path().join("made"), Some(1234), None).is_ok() {
        assert!(!disk.is_private(&made).unwrap());
    }
}
