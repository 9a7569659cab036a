//! Links are met anywhere, also where a folder was when it was looked at, and lead nowhere.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;

/// Every step, on what stands in this folder under these names.
fn steps(disk: &mut TargetDisk, folder: &WindowsPath) -> Vec<(&'static str, io::Result<()>)> {
    let [file, hive, new] = ["file", "hive", "new"].map(|name| folder.join(name));
    vec![
        ("create", disk.create(&new, b"n", Access::Inherited)),
        ("create like", disk.create(&at(r"C:\like"), b"n", Access::Like(&file))),
        ("create folder", disk.create_folder(&new, Access::Inherited)),
        ("append", disk.append(&file, b"n")),
        ("link", disk.link(&file, &folder.join("second"))),
        ("rename", disk.rename(&file, &folder.join("third"))),
        ("rename over", disk.rename(&hive, &file)),
        ("set", disk.set(&file, 0x23, Some(Timestamp(0)))),
        ("security", disk.security(&file).map(drop)),
        ("hive", disk.hive(&hive).map(drop)),
        ("read", disk.read(&file, 99).map(drop)),
        ("remove", disk.remove(&file)),
        ("remove folder", disk.remove_folder(&folder.join("folder"))),
    ]
}

/// A folder outside of every tree, and what is in it.
fn outside() -> TempDir {
    let outside = tempfile::tempdir().unwrap();
    for name in ["file", "hive"] {
        fs::write(outside.path().join(name), b"outside").unwrap();
    }
    fs::create_dir(outside.path().join("folder")).unwrap();
    outside
}

fn sorted_names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

fn assert_untouched(outside: &Path) {
    assert_eq!(sorted_names(outside), ["file", "folder", "hive"]);
    for name in ["file", "hive"] {
        assert_eq!(fs::read(outside.join(name)).unwrap(), b"outside");
        assert!(fs::metadata(outside.join(name)).unwrap().modified().unwrap() > std::time::UNIX_EPOCH);
    }
}

#[test]
fn a_link_in_place_of_a_folder_is_refused_at_every_depth() {
    // Whether the link leads to the folder that is meant, or to the one above it.
    for (link, above) in [("Users", false), ("Users", true), ("Users/a", false), ("Users/a/b", true)] {
        let (root, mut disk) = disk();
        let outside = outside();
        fs::create_dir_all(root.path().join(link).parent().unwrap()).unwrap();
        let mut folder = link.split('/').fold(at("C:"), |path, name| path.join(name));
        if above {
            symlink(outside.path().parent().unwrap(), root.path().join(link)).unwrap();
            folder = folder.join(outside.path().file_name().unwrap().to_str().unwrap());
        } else {
            symlink(outside.path(), root.path().join(link)).unwrap();
        }
        let mut results = steps(&mut disk, &folder);
        results.push(("list", disk.list(&folder).map(drop)));
        results.push(("sync", disk.sync_folder(&folder)));
        results.push(("entry", disk.entry(&folder.join("file")).map(drop)));
        for (step, result) in results {
            let expected = format!("{} is a link, and links are not followed", link.replace('/', r"\"));
            assert_eq!(result.expect_err(step).to_string(), expected, "{step}");
        }
        assert_untouched(outside.path());
    }
}

#[test]
fn a_link_or_a_pipe_in_place_of_a_file_is_shown_and_never_followed() {
    let (root, mut disk) = disk();
    let outside = outside();
    for name in ["file", "hive", "folder"] {
        symlink(outside.path().join(name), root.path().join(name)).unwrap();
    }
    for (step, result) in steps(&mut disk, &at("C:")) {
        match step {
            // Nothing stands under the new name.
            "create" => result.unwrap(),
            "create folder" => assert_eq!(result.unwrap_err().kind(), io::ErrorKind::AlreadyExists),
            _ => assert_eq!(result.expect_err(step).to_string(), "it is a link, and links are not followed", "{step}"),
        }
    }
    assert_eq!(disk.entry(&at(r"C:\FILE")).unwrap().unwrap().kind, EntryKind::Link);

    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("pipe"), rustix::fs::Mode::RUSR).unwrap();
    symlink("unsupported reparse tag 0x9000601a", root.path().join("cloud")).unwrap();
    symlink(outside.path().join("new"), root.path().join("dangling")).unwrap();
    for (name, expected) in [
        ("pipe", "it is neither an ordinary file nor a folder"),
        ("cloud", "it is in a cloud only"),
        ("dangling", "it is a link, and links are not followed"),
    ] {
        let path = at("C:").join(name);
        assert_eq!(disk.read(&path, 9).unwrap_err().to_string(), expected);
        assert_eq!(disk.remove(&path).unwrap_err().to_string(), expected);
        assert_eq!(disk.rename(&at(r"C:\new"), &path).unwrap_err().to_string(), expected);
        assert_eq!(disk.create(&path, b"", Access::Inherited).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
    assert_untouched(outside.path());
}

#[test]
fn a_link_planted_between_two_steps_does_not_lead_outside() {
    let (root, mut disk) = disk();
    let outside = outside();
    let folder = root.path().join("folder");
    fs::create_dir(&folder).unwrap();
    create(&mut disk, r"C:\folder\file", b"mine").unwrap();
    fs::rename(&folder, root.path().join("moved")).unwrap();
    symlink(outside.path(), &folder).unwrap();
    for (step, result) in steps(&mut disk, &at(r"C:\folder")) {
        result.expect_err(step);
    }
    assert_untouched(outside.path());
}

#[test]
fn a_link_planted_within_a_step_does_not_lead_outside() {
    let root = tempfile::tempdir().unwrap();
    let outside = outside();
    let (here, moved) = (root.path().join("folder"), root.path().join("moved"));
    fs::create_dir(&here).unwrap();
    for name in ["file", "hive"] {
        fs::write(here.join(name), b"mine").unwrap();
    }
    // What a step has found by now is an open folder, and a name in it.
    let top = Folder::open(root.path()).unwrap();
    let name = OsStr::new;
    let folder = top.folder(name("folder")).unwrap();
    fs::rename(&here, &moved).unwrap();
    symlink(outside.path(), &here).unwrap();
    assert!(top.folder(name("folder")).is_err());
    assert!(top.file(name("folder"), Use::Read).is_err());
    folder.create(name("new"), Permit::Inherited).unwrap();
    folder.create_folder(name("folder"), Permit::Inherited).unwrap();
    folder.file(name("file"), Use::Append).unwrap().write_all(b"!").unwrap();
    folder.link(name("new"), name("second")).unwrap();
    folder.rename(name("second"), name("third")).unwrap();
    folder.set(name("file"), 0x20, Some(Timestamp(0))).unwrap();
    let mut hive = DiskFiles::open_in(folder.again().unwrap(), name("hive")).unwrap();
    hive.write_at(registry_hive::HiveFile::Log(registry_hive::LogName::Log1), 0, b"log").unwrap();
    assert_untouched(outside.path());
    assert_eq!(fs::read(moved.join("file")).unwrap(), b"mine!");
    // Where two names were of one file, the system renames nothing.
    assert_eq!(sorted_names(&moved), ["file", "folder", "hive", "hive.LOG1", "new", "third"]);

    // What took the name of something new meanwhile stays.
    assert_eq!(folder.create(name("file"), Permit::Inherited).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(moved.join("file")).unwrap(), b"mine!");

    // To give a folder a second name is refused as a file system without second names refuses a file's.
    assert_eq!(folder.link(name("folder"), name("x")).unwrap_err().kind(), io::ErrorKind::Unsupported);

    // A link under the name of something new is not written through either.
    symlink(outside.path().join("written"), moved.join("planted")).unwrap();
    assert!(folder.create(name("planted"), Permit::Inherited).is_err());
    symlink(outside.path().join("file"), moved.join("other")).unwrap();
    assert!(folder.file(name("other"), Use::Append).is_err());
    assert!(folder.set(name("other"), 0, Some(Timestamp(0))).is_err());
    assert_untouched(outside.path());
}

#[test]
fn the_logs_of_a_hive_are_no_links() {
    let (root, disk) = disk();
    let outside = outside();
    fs::write(root.path().join("NTUSER.DAT"), b"hive").unwrap();
    symlink(outside.path().join("file"), root.path().join("ntuser.dat.LOG1")).unwrap();
    let error = disk.hive(&at(r"C:\ntuser.dat")).err().unwrap();
    assert_eq!(error.to_string(), "ntuser.dat.LOG1: it is a link, and links are not followed");
}
