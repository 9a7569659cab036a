//! Hives are changed in place, by one program at a time.

use registry_hive::{HiveFile, LogName};

use super::*;

#[test]
fn a_hive_is_opened_with_its_logs_and_for_nobody_else() {
    let (folder, disk) = disk();
    for (name, bytes) in [("NTUSER.DAT", "hive"), ("ntuser.dat.log1", "first"), ("other", "")] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let path = at(r"C:\ntuser.dat");
    let mut hive = disk.hive(&path).unwrap().unwrap();
    assert_eq!(hive.length(HiveFile::Hive).unwrap(), Some(4));
    assert_eq!(hive.length(HiveFile::Log(LogName::Log1)).unwrap(), Some(5));
    assert_eq!(hive.length(HiveFile::Log(LogName::Log2)).unwrap(), None);
    let second = disk.hive(&path).err().unwrap();
    assert_eq!(second.kind(), io::ErrorKind::WouldBlock);
    assert_eq!(second.to_string(), "it is being changed by another program");
    hive.write_at(HiveFile::Hive, 0, b"HIVE").unwrap();
    hive.write_at(HiveFile::Log(LogName::Log2), 0, b"second").unwrap();
    hive.sync(HiveFile::Log(LogName::Log2)).unwrap();
    assert_eq!(names(&disk, r"C:\"), ["NTUSER.DAT", "ntuser.dat.log1", "NTUSER.DAT.LOG2", "other"]);
    hive.remove(LogName::Log2).unwrap();
    drop(hive);
    assert_eq!(read(&disk, r"C:\NTUSER.DAT"), Some(b"HIVE".to_vec()));
    assert_eq!(names(&disk, r"C:\"), ["NTUSER.DAT", "ntuser.dat.log1", "other"]);
}
