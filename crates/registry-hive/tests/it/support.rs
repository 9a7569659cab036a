//! Hives for tests, files that remember what was done to them, and trees to compare.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use registry::{FileTime, KeyPath, MemoryRegistry, Name, Root, Value};
use registry_hive::{
    Data, HiveFile, HiveFiles, Image, KeyNode, KeyValue, LogName, Logs, Lost, NewHive, Severity, StoredName, Version,
    Visit, check, walk,
};

/// The collection of real hives beside the repository; it is not part of it. `None`, with a word, where it is missing.
pub(crate) fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/hives");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} is not there, so real hives were not read", folder.display());
    None
}

/// Each hive of the collection that tests read: its name and its files.
pub(crate) fn real_hives() -> Vec<(String, Files)> {
    let Some(folder) = corpus() else { return vec![] };
    let mut hives: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), Files::of_folder(&path)))
        .collect();
    hives.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(!hives.is_empty(), "the collection has hives");
    hives
}

/// The files of a hive in memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Files(pub(crate) BTreeMap<HiveFile, Vec<u8>>);

impl Files {
    fn of_folder(folder: &Path) -> Self {
        let names =
            [("hive", HiveFile::Hive), ("LOG1", HiveFile::Log(LogName::Log1)), ("LOG2", HiveFile::Log(LogName::Log2))];
        let read = |(name, file)| std::fs::read(folder.join(name)).ok().map(|bytes| (file, bytes));
        Self(names.into_iter().filter_map(read).collect())
    }

    pub(crate) fn of_hive(bytes: Vec<u8>) -> Self {
        Self([(HiveFile::Hive, bytes)].into())
    }

    pub(crate) fn hive(&self) -> &[u8] {
        &self.0[&HiveFile::Hive]
    }

    pub(crate) fn logs(&self) -> Logs<'_> {
        let log = |log| self.0.get(&HiveFile::Log(log)).map(Vec::as_slice);
        Logs { log1: log(LogName::Log1), log2: log(LogName::Log2), log: log(LogName::Log) }
    }

    pub(crate) fn image(&self) -> Image {
        Image::open(self.hive().to_vec(), self.logs()).unwrap()
    }

    pub(crate) fn tree(&self) -> Tree {
        Tree::of(&self.image())
    }

    /// A checksum over every key and value in their order: two hives with the same one hold the same.
    pub(crate) fn fingerprint(&self) -> u32 {
        let image = self.image();
        let mut print = Fingerprint::default();
        walk(image.hive().root().unwrap(), &mut print);
        print.0.finalize()
    }
}

/// A step that an editor took.
#[derive(Clone)]
pub(crate) enum Step {
    Write(HiveFile, u64, Vec<u8>),
    Sync(HiveFile),
    Remove(LogName),
}

/// Files in memory that an editor works on, and the steps that it took.
#[derive(Clone, Default)]
pub(crate) struct Recorded(Rc<RefCell<(Files, Vec<Step>)>>);

impl Recorded {
    pub(crate) fn over(files: Files) -> Self {
        Self(Rc::new(RefCell::new((files, vec![]))))
    }

    pub(crate) fn files(&self) -> Files {
        self.0.borrow().0.clone()
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.0.borrow().1.clone()
    }
}

impl Files {
    pub(crate) fn apply(&mut self, step: &Step) {
        match step {
            Step::Write(file, offset, bytes) => {
                let content = self.0.entry(*file).or_default();
                let start = usize::try_from(*offset).unwrap();
                content.resize(content.len().max(start + bytes.len()), 0);
                content[start..start + bytes.len()].copy_from_slice(bytes);
            }
            Step::Sync(_) => {}
            Step::Remove(log) => drop(self.0.remove(&HiveFile::Log(*log))),
        }
    }
}

impl HiveFiles for Recorded {
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>> {
        Ok(self.0.borrow().0.0.get(&file).map(|bytes| bytes.len() as u64))
    }

    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let files = self.0.borrow();
        let bytes = files.0.0.get(&file).and_then(|bytes| bytes.get(start..start + buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.take(Step::Write(file, offset, bytes.to_vec()));
        Ok(())
    }

    fn sync(&mut self, file: HiveFile) -> io::Result<()> {
        self.take(Step::Sync(file));
        Ok(())
    }

    fn remove(&mut self, log: LogName) -> io::Result<()> {
        self.take(Step::Remove(log));
        Ok(())
    }
}

impl Recorded {
    fn take(&self, step: Step) {
        let mut state = self.0.borrow_mut();
        state.0.apply(&step);
        state.1.push(step);
    }
}

/// Every key of a hive with its values, by the names below the root. Names that differ in case are one, as to Windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree(pub(crate) BTreeMap<Vec<Name>, BTreeMap<Name, Value>>);

impl Tree {
    pub(crate) fn of(image: &Image) -> Self {
        let mut reading = Reading::default();
        walk(image.hive().root().unwrap(), &mut reading);
        reading.tree
    }
}

#[derive(Default)]
struct Fingerprint(crc32fast::Hasher);

impl Fingerprint {
    fn name(&mut self, name: StoredName<'_>) {
        self.0.update(&name.len().to_le_bytes());
        match name.as_latin1() {
            Some(bytes) => self.0.update(bytes),
            None => name.units().for_each(|unit| self.0.update(&unit.to_le_bytes())),
        }
    }
}

impl<'h> Visit<'h> for Fingerprint {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.0.update(&depth.to_le_bytes());
        self.name(key.name());
        self.0.update(format!("{:?}", key.class()).as_bytes());
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        self.name(value.name());
        self.0.update(&value.kind().0.to_le_bytes());
        self.0.update(&value.size().to_le_bytes());
        data.for_each(|piece| self.0.update(piece)).unwrap();
    }

    fn lost(&mut self, depth: usize, _: Lost<'h>) {
        self.0.update(format!("lost {depth}").as_bytes());
    }
}

#[derive(Default)]
struct Reading {
    tree: Tree,
    path: Vec<Name>,
}

impl<'h> Visit<'h> for Reading {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.path.truncate(depth.saturating_sub(1));
        if depth > 0 {
            self.path.push(key.name().to_name());
        }
        self.tree.0.insert(self.path.clone(), BTreeMap::new());
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        let value_read = Value { kind: value.kind(), data: data.bytes().unwrap().into_owned() };
        self.tree.0.get_mut(&self.path).unwrap().insert(value.name().to_name(), value_read);
    }

    fn lost(&mut self, _: usize, _: Lost<'h>) {}
}

/// Whether Windows could have written the hive as it is.
pub(crate) fn is_sound(image: &Image) -> bool {
    check(image.bytes()).worst() < Some(Severity::Irregular)
}

pub(crate) fn assert_sound(image: &Image, what: impl Fn() -> String) {
    let findings = check(image.bytes());
    assert!(is_sound(image), "{}: {:#?}", what(), findings.faults);
}

/// A new hive with nothing in it but its root.
pub(crate) fn empty_hive(version: Version) -> Vec<u8> {
    let root = KeyPath::new(Root::CurrentUser, vec![]);
    NewHive::new(version, "TEST").build(&MemoryRegistry::new(NOW), &root).unwrap()
}

pub(crate) const NOW: FileTime = FileTime(134_000_000_000_000_000);

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end
    }
}
