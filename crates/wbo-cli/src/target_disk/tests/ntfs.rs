//! What the drivers of NTFS keep, on a volume that `WBO_TEST_NTFS` names. Nothing else of a machine has access lists of
//! Windows; without a volume nothing is checked.
//!
//! `mkntfs --force --fast image && ntfs-3g image volume` makes one of a file.

use std::path::Path;

use registry_hive::{HiveFile, LogName};
use rustix::fs::{XattrFlags, getxattr, setxattr};
use wbo_engine::access_list::{self, Child};

use super::*;

/// A descriptor of user S-1-5-21-1-2-3-1001, with full control for the system, administrators and the user. `inherit` are
/// the flags of its entries.
fn of_user(inherit: u8) -> Vec<u8> {
    let sid = |relative: &[u32]| {
        let identifiers = relative.iter().flat_map(|part| part.to_le_bytes());
        [1, u8::try_from(relative.len()).unwrap(), 0, 0, 0, 0, 0, 5].into_iter().chain(identifiers).collect::<Vec<u8>>()
    };
    let (user, group) = (sid(&[21, 1, 2, 3, 1001]), sid(&[21, 1, 2, 3, 513]));
    let entry = |sid: &[u8]| {
        let size = u8::try_from(sid.len() + 8).unwrap();
        [&[0, inherit, size, 0, 0xff, 1, 0x1f, 0], sid].concat()
    };
    let entries = [entry(&sid(&[18])), entry(&sid(&[32, 544])), entry(&user)].concat();
    let list = [&[2, 0, u8::try_from(entries.len() + 8).unwrap(), 0, 3, 0, 0, 0], &*entries].concat();
    let offset = |before: usize| u32::try_from(before).unwrap().to_le_bytes();
    let owner = 20 + list.len();
    let head = [[1, 0, 4, 0x94], offset(owner), offset(owner + user.len()), offset(0), offset(20)].concat();
    [head, list, user, group].concat()
}

fn attributes(path: &Path) -> u32 {
    let mut bytes = [0; 4];
    getxattr(path, "system.ntfs_attrib_be", &mut bytes).unwrap();
    u32::from_be_bytes(bytes)
}

fn set_attributes(path: &Path, attributes: u32) {
    setxattr(path, "system.ntfs_attrib_be", &attributes.to_be_bytes(), XattrFlags::empty()).unwrap();
}

#[test]
fn what_is_made_on_ntfs_has_the_access_list_of_its_folder_or_its_model() {
    let Some(volume) = std::env::var_os("WBO_TEST_NTFS") else {
        println!("not checked: WBO_TEST_NTFS names no volume");
        return;
    };
    let root = tempfile::tempdir_in(&volume).unwrap();
    let mut disk = TargetDisk::open([(at("C:"), root.path().to_owned())]).unwrap();
    let (parent, hidden) = (of_user(3), 0x2 | 0x4 | 0x20);
    let give = |path: &str, descriptor: &[u8]| {
        setxattr(root.path().join(path), "system.ntfs_acl", descriptor, XattrFlags::empty()).unwrap();
    };
    let of = |disk: &TargetDisk, path: &str| disk.security(&at(path)).unwrap().unwrap();
    fs::create_dir(root.path().join("alice")).unwrap();
    give("alice", &parent);
    assert_eq!(of(&disk, r"C:\ALICE"), parent);

    // What is new inherits; its owner is the user and not whoever runs the program.
    disk.create(&at(r"C:\alice\new"), b"new", Access::Inherited).unwrap();
    assert_eq!(of(&disk, r"C:\alice\new"), access_list::inherited(&parent, Child::File).unwrap());
    disk.create_folder(&at(r"C:\alice\folder"), Access::Inherited).unwrap();
    assert_eq!(of(&disk, r"C:\alice\folder"), access_list::inherited(&parent, Child::Folder).unwrap());
    disk.create(&at(r"C:\alice\folder\new"), b"new", Access::Inherited).unwrap();
    assert_eq!(of(&disk, r"C:\alice\folder\new"), of(&disk, r"C:\alice\new"));
    assert_eq!(of(&disk, r"C:\alice\new").windows(4).filter(|bytes| *bytes == 1001_u32.to_le_bytes()).count(), 2);

    assert_eq!(attributes(&root.path().join("alice/new")), 0x20);
    assert_eq!(attributes(&root.path().join("alice/folder")), 0x10);

    // What takes the place of a file has its access list, its attributes and its time.
    let own = of_user(0);
    fs::write(root.path().join("alice/Old"), b"old").unwrap();
    give("alice/Old", &own);
    set_attributes(&root.path().join("alice/Old"), hidden);
    let old = disk.entry(&at(r"C:\alice\old")).unwrap().unwrap();
    assert_eq!(old.attributes, hidden);
    disk.create(&at(r"C:\alice\temporary"), b"replaced", Access::Like(&at(r"C:\alice\old"))).unwrap();
    disk.set(&at(r"C:\alice\temporary"), old.attributes | 0x1, Some(Timestamp(1_600_000_000))).unwrap();
    disk.link(&at(r"C:\alice\old"), &at(r"C:\alice\kept")).unwrap();
    disk.rename(&at(r"C:\alice\temporary"), &at(r"C:\alice\Old")).unwrap();
    disk.sync_folder(&at(r"C:\alice")).unwrap();
    let now = disk.entry(&at(r"C:\alice\old")).unwrap().unwrap();
    assert_eq!((now.attributes, now.modified), (hidden | 0x1, Some(Timestamp(1_600_000_000))));
    assert_eq!(of(&disk, r"C:\alice\old"), own);
    let (replaced, kept) = (disk.read(&at(r"C:\alice\old"), 9).unwrap(), disk.read(&at(r"C:\alice\kept"), 9).unwrap());
    assert_eq!((replaced, kept), (Some(b"replaced".to_vec()), Some(b"old".to_vec())));
    assert_eq!(of(&disk, r"C:\alice\kept"), own);
    // Other attributes stay, and only some are taken.
    let offline = 0x1000;
    set_attributes(&root.path().join("alice/kept"), hidden | offline);
    disk.set(&at(r"C:\alice\kept"), 0x20, None).unwrap_err();
    set_attributes(&root.path().join("alice/kept"), hidden | 0x100);
    disk.set(&at(r"C:\alice\kept"), 0x1 | 0x2000 | 0x4000, None).unwrap();
    assert_eq!(attributes(&root.path().join("alice/kept")), 0x1 | 0x100 | 0x2000);
    disk.append(&at(r"C:\alice\kept"), b"!").unwrap();
    disk.remove(&at(r"C:\alice\kept")).unwrap();

    // What is for administrators is believed; what inherits from a user's folder is not.
    disk.create_folder(&at(r"C:\alice\wbo"), Access::Administrators).unwrap();
    assert_eq!(of(&disk, r"C:\alice\wbo"), access_list::for_administrators());
    disk.create(&at(r"C:\alice\wbo\journal"), b"j", Access::Inherited).unwrap();
    assert!(disk.is_private(&at(r"C:\alice\wbo")).unwrap());
    assert!(!disk.is_private(&at(r"C:\alice\folder")).unwrap());
    disk.create(&at(r"C:\alice\exactly"), b"", Access::Exactly(&own)).unwrap();
    assert_eq!(of(&disk, r"C:\alice\exactly"), own);
    disk.create(&at(r"C:\alice\broken"), b"", Access::Exactly(b"no descriptor")).unwrap_err();
    assert_eq!(disk.entry(&at(r"C:\alice\broken")).unwrap(), None);

    // A list that has room left, as that of a volume that mkntfs made, is inherited from too.
    let mut whole = TargetDisk::open([(at("D:"), volume.into())]).unwrap();
    whole.create_folder(&at(r"D:\made"), Access::Inherited).unwrap();
    let inherited = access_list::inherited(&of(&whole, r"D:\"), Child::Folder).unwrap();
    assert_eq!(of(&whole, r"D:\made"), inherited);
    whole.remove_folder(&at(r"D:\made")).unwrap();

    // A log that is made is for those who may read its hive.
    fs::write(root.path().join("alice/NTUSER.DAT"), b"hive").unwrap();
    give("alice/NTUSER.DAT", &own);
    let mut hive = disk.hive(&at(r"C:\alice\ntuser.dat")).unwrap().unwrap();
    hive.write_at(HiveFile::Log(LogName::Log1), 0, b"log").unwrap();
    hive.sync(HiveFile::Log(LogName::Log1)).unwrap();
    assert_eq!(of(&disk, r"C:\alice\NTUSER.DAT.LOG1"), own);
    // What is looked at afterwards stays, where that is wanted.
    if std::env::var_os("WBO_TEST_NTFS_KEEP").is_some() {
        println!("kept: {}", root.keep().display());
    }
}
