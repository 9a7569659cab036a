//! A drive with hives and files, and a transaction over them.

use std::collections::BTreeMap;

use profile_format::{ContentId, Timestamp};
use registry::{FileTime, KeyPath, MemoryRegistry, Name, Root, Value, ValueType};
use registry_hive::{Editor, HiveFile, LogName, NewHive, Overrides, Version};
use sha2::{Digest, Sha256};
use wbo_engine::{EntryKind, WindowsPath};

use super::disk::{OURS, Plan, SimDisk, THEIRS};
use crate::{
    CommitError, Direction, Disk, Done, FileChange, Outcome, RecoverError, Recovered, Transaction, WantedFile, pending,
};

pub(super) const NOW: FileTime = FileTime(134_000_000_000_000_000);
pub(super) const ID: [u8; 16] = *b"\xab\xcd\xef\x01 transaction";

pub(super) type View = BTreeMap<WindowsPath, super::disk::Node>;

pub(super) fn path(text: &str) -> WindowsPath {
    WindowsPath::parse(text).unwrap()
}

pub(super) fn journals() -> WindowsPath {
    path(r"C:\ProgramData\wbo\journal")
}

/// What a transaction does to a world.
#[derive(Clone, Default)]
pub(super) struct World {
    pub(super) hives: Vec<(WindowsPath, Vec<Edit>)>,
    pub(super) folders: Vec<WindowsPath>,
    pub(super) files: Vec<(WindowsPath, Option<Wanted>)>,
}

/// Bytes and attributes.
pub(super) type Wanted = (Vec<u8>, u32);

#[derive(Clone, Debug)]
pub(super) enum Edit {
    Set(&'static str, usize),
    Delete(&'static str),
    Key(&'static str),
}

impl World {
    /// Hives without logs, with logs of both kinds, dirty, and growing; files that come, go, are replaced, and change only
    /// their attributes.
    pub(super) fn large(links: bool) -> (SimDisk, Self) {
        let disk = drive(links);
        let hives =
            [r"C:\Users\a\NTUSER.DAT", r"C:\Users\a\UsrClass.dat", r"C:\Users\b\NTUSER.DAT", r"C:\Windows\SOFTWARE"];
        let [plain, logged, old, dirty] = hives.map(path);
        new_hive(&disk, &plain, Version::V1_5, &[]);
        new_hive(&disk, &logged, Version::V1_5, &[LogName::Log1, LogName::Log2]);
        new_hive(&disk, &old, Version::V1_3, &[LogName::Log1]);
        with_log_of_old(&disk, &old);
        new_hive(&disk, &dirty, Version::V1_5, &[LogName::Log1, LogName::Log2]);
        make_dirty(&disk, &dirty);
        file(&disk, r"C:\Users\a\replaced.txt", b"old");
        file(&disk, r"C:\Users\b\replaced.txt", b"old too");
        file(&disk, r"C:\Users\b\deleted.txt", b"deleted");
        file(&disk, r"C:\Users\b\same.txt", b"same");
        let world = Self {
            hives: vec![
                (plain, vec![Edit::Set("a", 4), Edit::Key("k")]),
                (logged, vec![Edit::Set("a", 20_000)]),
                (old, vec![Edit::Set("a", 9_000), Edit::Delete("there")]),
                (dirty, vec![Edit::Delete("there"), Edit::Set("b", 100)]),
            ],
            folders: [r"C:\Users\a\new", r"C:\Users\a\new\er", r"C:\Users\b"].map(path).into(),
            files: vec![
                (path(r"C:\Users\a\replaced.txt"), Some((b"new".to_vec(), 0x22))),
                (path(r"C:\Users\b\replaced.txt"), Some((vec![7; 3000], 0x20))),
                (path(r"C:\Users\b\deleted.txt"), None),
                (path(r"C:\Users\b\same.txt"), Some((b"same".to_vec(), 0x21))),
                (path(r"C:\Users\a\new\er\made.txt"), Some((vec![8; 1000], 0x20))),
            ],
        };
        (disk, world)
    }

    /// One hive, one file that is replaced, one that is made in a new folder.
    pub(super) fn small(links: bool) -> (SimDisk, Self) {
        let disk = drive(links);
        let hive = path(r"C:\Users\a\NTUSER.DAT");
        new_hive(&disk, &hive, Version::V1_5, &[]);
        file(&disk, r"C:\Users\a\replaced.txt", b"old");
        let world = Self {
            hives: vec![(hive, vec![Edit::Set("a", 5000)])],
            folders: vec![path(r"C:\Users\a\new")],
            files: vec![
                (path(r"C:\Users\a\replaced.txt"), Some((b"new".to_vec(), 0x20))),
                (path(r"C:\Users\a\new\made.txt"), Some((b"made".to_vec(), 0x20))),
            ],
        };
        (disk, world)
    }

    pub(super) fn run(&self, disk: &SimDisk) -> Result<Done, CommitError> {
        let contents: BTreeMap<_, _> = self
            .files
            .iter()
            .filter_map(|(_, wanted)| wanted.clone())
            .map(|(bytes, _)| (id_of(&bytes), bytes))
            .collect();
        let mut disk = disk.clone();
        self.transaction(&disk)?.commit(&mut disk, &contents)
    }

    fn transaction(&self, disk: &SimDisk) -> Result<Transaction, CommitError> {
        // A drive that fails before there is a transaction has none to leave.
        let fault = |path: &WindowsPath| CommitError::NotBegun(crate::Fault::Missing { path: path.clone() });
        let mut hives = Vec::new();
        for (path, edits) in &self.hives {
            let files = disk.hive(path).ok().flatten().ok_or_else(|| fault(path))?;
            let mut editor = Editor::open(files, NOW, Overrides::default()).map_err(|_| fault(path))?;
            for edit in edits {
                make(&mut editor, edit).map_err(|_| fault(path))?;
            }
            hives.push((path.clone(), editor));
        }
        let files = self.files.iter().map(|(path, wanted)| FileChange {
            path: path.clone(),
            wanted: wanted.as_ref().map(|(bytes, attributes)| WantedFile {
                content: id_of(bytes),
                attributes: *attributes,
                modified: Some(Timestamp(1_700_000_000)),
            }),
        });
        Ok(Transaction {
            id: ID,
            label: "test".to_owned(),
            journal: journals(),
            hives,
            folders: self.folders.clone(),
            files: files.collect(),
            access: BTreeMap::new(),
        })
    }

    /// Everything on the drive, but for the folder of the journals while nothing is in it.
    pub(super) fn view(&self, disk: &SimDisk) -> View {
        let hives: Vec<_> = self.hives.iter().map(|(path, _)| path.clone()).collect();
        let mut view = disk.view(&hives);
        for folder in [journals(), path(r"C:\ProgramData\wbo")] {
            if !view.keys().any(|path| path.under(&folder).is_some_and(|names| !names.is_empty())) {
                view.remove(&folder);
            }
        }
        view
    }

    /// What is there before, and after a transaction that nothing disturbs.
    pub(super) fn views(&self, disk: &SimDisk) -> (View, View) {
        let undisturbed = disk.copy(Plan::default());
        let done = self.run(&undisturbed).unwrap();
        assert!(done.left_over.is_none());
        (self.view(disk), self.view(&undisturbed))
    }
}

pub(super) fn make(editor: &mut Editor, edit: &Edit) -> Result<(), registry_hive::EditError> {
    match edit {
        Edit::Set(name, size) => {
            let value = Value { kind: ValueType::BINARY, data: vec![5; *size] };
            editor.set_value(&[Name::from("Key")], &Name::from(*name), &value)
        }
        Edit::Delete(name) => editor.delete_value(&[Name::from("Key")], &Name::from(*name)),
        Edit::Key(name) => editor.create_key(&[Name::from("Key"), Name::from(*name)], None, None),
    }
}

/// Recovers whatever is pending; what was done last.
pub(super) fn recover(disk: &SimDisk) -> Result<Option<Recovered>, RecoverError> {
    let mut disk = disk.clone();
    let mut last = None;
    for pending in pending(&disk, &journals())? {
        let examined = pending.examine(&disk, &|_, _| Ok(())).unwrap();
        last = Some(examined.recover(&mut disk, Direction::AsFound, &|_, _| Ok(()))?);
    }
    Ok(last)
}

pub(super) fn outcomes(disk: &SimDisk) -> Vec<Outcome> {
    let pending = pending(disk, &journals()).unwrap();
    pending.into_iter().map(|pending| pending.examine(disk, &|_, _| Ok(())).unwrap().outcome()).collect()
}

/// A drive with the folders of a Windows.
pub(super) fn drive(links: bool) -> SimDisk {
    let disk = SimDisk::new(links);
    for folder in [r"C:\ProgramData", r"C:\Users", r"C:\Users\a", r"C:\Users\b", r"C:\Windows"] {
        disk.put(&path(folder), EntryKind::Folder, &[], &THEIRS);
    }
    disk
}

pub(super) fn file(disk: &SimDisk, at: &str, bytes: &[u8]) {
    // Not as its folder has it, so that it shows whether what replaces it is as it.
    disk.put(&path(at), EntryKind::File, bytes, &OURS);
}

pub(super) fn id_of(bytes: &[u8]) -> ContentId {
    ContentId(Sha256::digest(bytes).into())
}

/// A hive with a key and a value, and logs with nothing in them.
pub(super) fn new_hive(disk: &SimDisk, at: &WindowsPath, version: Version, logs: &[LogName]) {
    use registry::{Change, WriteRegistry};
    let root = KeyPath::new(Root::CurrentUser, vec![]);
    let mut registry = MemoryRegistry::new(FileTime(1));
    let key = root.join("Key".into());
    registry.make(&Change::create(key.clone())).unwrap();
    let value = Value { kind: ValueType::BINARY, data: vec![1; 6000] };
    registry.make(&Change::SetValue { key, name: "there".into(), value }).unwrap();
    let hive = NewHive::new(version, "TEST").build(&registry, &root).unwrap();
    disk.put(at, EntryKind::File, &hive, &OURS);
    for log in logs {
        disk.put(&log_of(at, *log), EntryKind::File, &[], &OURS);
    }
}

fn log_of(hive: &WindowsPath, log: LogName) -> WindowsPath {
    let logs = crate::paths::logs(hive);
    let number = [LogName::Log1, LogName::Log2, LogName::Log].iter().position(|other| *other == log).unwrap();
    logs[number].clone()
}

/// Makes the log one as Windows wrote it up to 8, which has nothing for the hive.
fn with_log_of_old(disk: &SimDisk, hive: &WindowsPath) {
    let mut block = disk.read(hive, u64::MAX).unwrap().unwrap()[..512].to_vec();
    block[28] = 1;
    let sum = block[..508].as_chunks::<4>().0.iter().fold(0, |sum, &word| sum ^ u32::from_le_bytes(word));
    block[508..].copy_from_slice(&sum.to_le_bytes());
    disk.put(&log_of(hive, LogName::Log1), EntryKind::File, &block, &OURS);
}

/// Leaves the hive in the middle of a write, which its log completes.
fn make_dirty(disk: &SimDisk, hive: &WindowsPath) {
    for cut in 0.. {
        let copy = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
        let mut editor = Editor::open(copy.hive(hive).unwrap().unwrap(), NOW, Overrides::default()).unwrap();
        make(&mut editor, &Edit::Set("pending", 10)).unwrap();
        assert!(editor.commit().is_err(), "no cut leaves it dirty");
        let copy = copy.after_loss_of_power(1);
        let dirty = Editor::open(copy.hive(hive).unwrap().unwrap(), NOW, Overrides::default()).unwrap();
        if dirty.replayed().is_some() {
            drop(dirty);
            for file in [HiveFile::Hive, HiveFile::Log(LogName::Log1)] {
                let files = copy.hive(hive).unwrap().unwrap();
                let mut bytes = vec![0; usize::try_from(files.length(file).unwrap().unwrap()).unwrap()];
                files.read_at(file, 0, &mut bytes).unwrap();
                let at = if let HiveFile::Log(log) = file { log_of(hive, log) } else { hive.clone() };
                disk.put(&at, EntryKind::File, &bytes, &OURS);
            }
            return;
        }
    }
}

/// Somebody changes a hive by the same rules.
pub(super) fn edit(disk: &SimDisk, hive: &WindowsPath) {
    let mut editor = Editor::open(disk.hive(hive).unwrap().unwrap(), NOW, Overrides::default()).unwrap();
    make(&mut editor, &Edit::Set("somebody else", 3)).unwrap();
    editor.commit().unwrap();
}
