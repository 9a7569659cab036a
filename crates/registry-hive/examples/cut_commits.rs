//! Cuts the commits of an editor off and lays what is left on disk, case by case, for programs that judge whether it is
//! repaired. `scripts/oracles/hive-crash` runs it and says what is judged.
//!
//!     cut_commits CASE HIVE       the cases of a hive: a folder with `hive`, `LOG1` and `LOG2`; or `new-1.3`, `new-1.5`
//!     cut_commits --seeds FOLDER  what fuzz targets begin with, all of it made here: fuzz/seeds
//!
//! Each case is written into the folder CASE: the files `hive`, `LOG1` and `LOG2` as far as they are there, and `ours`,
//! the hive that this crate recovers from them. Then a line is printed, and the next case comes when a line is read. The
//! fields of a line stand between tabs:
//!
//! 1. what was done, for people
//! 2. the log that was written in it: `entries`, `bitmap` (Windows up to 8), or `none`
//! 3. the digest of `ours`
//! 4. the digests that are right, with a space between them
//!
//! Digests are those of scripts/oracles/hives/hivex-dump.c. A hive that cannot be edited has no cases but a line that
//! begins with `!` and says why.

// Whatever is not as it should be ends the program, which fails the oracle.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a tool for tests"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use registry::{FileTime, KeyPath, MemoryRegistry, Name, Root, SecurityDescriptor, Value, ValueType};
use registry_hive::{
    Data, EditError, Editor, HiveFile, HiveFiles, Image, KeyNode, KeyValue, LogName, Logs, Lost, NewHive, Overrides,
    State, Version, Visit, walk,
};

const NOW: FileTime = FileTime(134_000_000_000_000_000);

const NAMES: [(HiveFile, &str); 3] =
    [(HiveFile::Hive, "hive"), (HiveFile::Log(LogName::Log1), "LOG1"), (HiveFile::Log(LogName::Log2), "LOG2")];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        ["--seeds", folder] => seeds(Path::new(folder)),
        [case, hive] => {
            let files = match *hive {
                "new-1.3" => Files::of_hive(new_hive(Version::V1_3)),
                "new-1.5" => Files::of_hive(new_hive(Version::V1_5)),
                folder => Files::read(Path::new(folder))?,
            };
            Cases { folder: case.into(), ..Cases::default() }.of(&files)
        }
        _ => Err("usage: cut_commits CASE HIVE | cut_commits --seeds FOLDER".into()),
    }
}

// ---- The cases

#[derive(Default)]
struct Cases {
    folder: PathBuf,
    /// What was written there last.
    written: BTreeMap<&'static str, Vec<u8>>,
    seen: HashSet<u64>,
}

impl Cases {
    fn of(&mut self, files: &Files) -> Result<(), Box<dyn Error>> {
        self.cut(files, "")?;
        // As a program leaves a dirty hive that overlooks its logs: they seem to be newer, and are not to be used.
        if matches!(files.image()?.state(), State::Replayed(_))
            && let Some(clean) = files.declared_clean()
        {
            self.cut(&clean, "declared clean, ")?;
        }
        // Logs that were emptied, or made and never used.
        if files.0.len() == 1 {
            let mut with_logs = files.clone();
            with_logs.0.extend([LogName::Log1, LogName::Log2].map(|log| (HiveFile::Log(log), vec![])));
            self.cut(&with_logs, "with empty logs, ")?;
        }
        Ok(())
    }

    /// Every cut of a commit, and what Windows may write after it.
    fn cut(&mut self, files: &Files, what: &str) -> Result<(), Box<dyn Error>> {
        let (steps, after) = match commit(files, edit_much) {
            Ok(done) => done,
            Err(error) => {
                println!("! {what}{error}");
                return Ok(());
            }
        };
        let old = files.digest()?;
        let new = after.digest()?;
        assert!(old != new, "the edit changed nothing");
        for end in 0..=steps.len() {
            let named = |how: &str| format!("{what}cut off after {end} of {} steps{how}", steps.len());
            let cut = |seed, unit| cut_off(files, &steps[..end], seed, unit);
            let allowed = if end == steps.len() { vec![&new] } else { vec![&old, &new] };
            self.show(&cut(0, SECTOR), &named(""), &allowed)?;
            // Hundreds of pages are replayed one like the other.
            for seed in 1..=if steps.len() < 60 { 3 } else { 1 } {
                self.show(&cut(seed, SECTOR), &named(", sectors in any order"), &allowed)?;
                self.show(&cut(seed + 10, PAGE), &named(", pages in any order"), &allowed)?;
            }
        }
        self.follow(&after, what)
    }

    /// Writes that come later, by which the hive is told to be dirty and its log has everything: in either log, alone or
    /// with one more in the same log or the other.
    fn follow(&mut self, first: &Files, what: &str) -> Result<(), Box<dyn Error>> {
        let (second_steps, second) = commit(first, |editor| edit_little(editor, 2))?;
        let (third_steps, third) = commit(&second, |editor| edit_little(editor, 3))?;
        let (second_log, second_begun) = log_and_begun(&second_steps);
        let (third_log, _) = log_and_begun(&third_steps);
        if is_entry_log(second_log) {
            assert_eq!(number(second_log, 4), number(first.hive(), 8), "the log has the hive's current number");
        }
        let (second, third) = (second.digest()?, third.digest()?);
        for (log, other) in [(LogName::Log1, LogName::Log2), (LogName::Log2, LogName::Log1)] {
            let mut begun = first.clone();
            begun.write(HiveFile::Log(log), 0, second_log);
            begun.write(HiveFile::Hive, 0, second_begun);
            self.show(&begun, &format!("{what}a second write in {}", log.extension()), &[&second])?;
            if !is_entry_log(second_log) {
                continue;
            }
            let mut same = begun.clone();
            same.write(HiveFile::Log(log), second_log.len(), &third_log[SECTOR..]);
            self.show(&same, &format!("{what}a third write behind the second in {}", log.extension()), &[&third])?;
            begun.write(HiveFile::Log(other), 0, third_log);
            self.show(&begun, &format!("{what}a third write in {}", other.extension()), &[&third])?;
        }
        Ok(())
    }

    /// Writes a case and waits until it is judged. One that was shown before is not shown again.
    fn show(&mut self, files: &Files, what: &str, allowed: &[&String]) -> Result<(), Box<dyn Error>> {
        let mut hasher = DefaultHasher::new();
        (&files.0, allowed).hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return Ok(());
        }
        let ours = files.image()?;
        for (file, name) in NAMES {
            self.write(name, files.0.get(&file).map(Vec::as_slice))?;
        }
        self.write("ours", Some(ours.bytes()))?;
        let allowed = allowed.iter().map(|digest| digest.as_str()).collect::<Vec<_>>().join(" ");
        println!("{what}\t{}\t{}\t{allowed}", files.format(), digest(&ours)?);
        match io::stdin().read_line(&mut String::new())? {
            0 => Err("nobody judges".into()),
            _ => Ok(()),
        }
    }

    fn write(&mut self, name: &'static str, bytes: Option<&[u8]>) -> io::Result<()> {
        match bytes {
            Some(bytes) if self.written.get(name).is_none_or(|written| written != bytes) => {
                std::fs::write(self.folder.join(name), bytes)?;
                self.written.insert(name, bytes.to_vec());
            }
            None if self.written.remove(name).is_some() => std::fs::remove_file(self.folder.join(name))?,
            _ => {}
        }
        Ok(())
    }
}

/// What a disk writes as a whole.
const SECTOR: usize = 512;
const PAGE: usize = 4096;

/// The files after some steps: what was synced is there. Of the rest everything is, without a seed; with one, some units
/// are, as they are when writes overtake each other and are cut in two.
fn cut_off(files: &Files, steps: &[Step], seed: u64, unit: usize) -> Files {
    let mut random = Random(seed * 1_000 + 1);
    let mut files = files.clone();
    for (number, step) in steps.iter().enumerate() {
        let is_synced = |file| steps[number..].iter().any(|step| matches!(step, Step::Sync(synced) if *synced == file));
        match step {
            Step::Write(file, offset, bytes) if seed > 0 && !is_synced(*file) => {
                for (place, content) in bytes.chunks(unit).enumerate() {
                    if random.below(2) == 0 {
                        files.write(*file, offset + place * unit, content);
                    }
                }
            }
            Step::Remove(_) if seed > 0 && random.below(2) == 0 => {}
            step => files.apply(step),
        }
    }
    files
}

/// What is written to the log, and the base block that says that a write began.
fn log_and_begun(steps: &[Step]) -> (&[u8], &[u8]) {
    let mut writes = steps.iter().filter_map(|step| match step {
        Step::Write(file, 0, bytes) => Some((*file, bytes.as_slice())),
        _ => None,
    });
    match (writes.next(), writes.next()) {
        (Some((HiveFile::Log(_), log)), Some((HiveFile::Hive, begun))) => (log, begun),
        _ => panic!("a commit begins with its log and then its base block"),
    }
}

// ---- Edits

type Edit = fn(&mut Editor) -> Result<(), EditError>;

/// The steps of a commit, and the files after it.
fn commit(files: &Files, edit: Edit) -> Result<(Vec<Step>, Files), EditError> {
    let recorded = Recorded(Rc::new(RefCell::new((files.clone(), vec![]))));
    let mut editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default())?;
    edit(&mut editor)?;
    editor.commit()?;
    let (files, steps) = recorded.0.take();
    Ok((steps, files))
}

/// An edit of every kind.
fn edit_much(editor: &mut Editor) -> Result<(), EditError> {
    let path = [Name::from("Cut off"), Name::from("Everywhere")];
    editor.create_key(&path[..1], None, None)?;
    let security = SecurityDescriptor([[1, 0, 0, 0x80].as_slice(), &[0; 16]].concat().into());
    editor.create_key(&path, Some(&[0x43, 0x6c]), Some(&security))?;
    editor.set_value(&path, &Name::from("short"), &Value::dword(7))?;
    editor.set_value(&path, &Name::default(), &Value::text("some text"))?;
    editor.set_value(&path, &Name::from("long"), &Value { kind: ValueType::BINARY, data: vec![7; 40_000] })?;
    // What is there is changed and deleted, as far as it goes.
    let mut deleted = 0;
    let top = editor.key(&[])?.map(|key| key.subkeys).unwrap_or_default();
    for name in top.into_iter().filter(|name| *name != path[0]) {
        let Ok(Some(key)) = editor.key(std::slice::from_ref(&name)) else { continue };
        let mut values = key.values.iter();
        if let Some(value) = values.next() {
            editor.delete_value(std::slice::from_ref(&name), value)?;
        }
        if let Some(value) = values.next() {
            editor.set_value(std::slice::from_ref(&name), value, &Value::text("changed"))?;
        }
        for leaf in key.subkeys.iter().take(3) {
            deleted += usize::from(editor.delete_key(&[name.clone(), leaf.clone()]).is_ok());
        }
        if deleted > 2 {
            break;
        }
    }
    Ok(())
}

fn edit_little(editor: &mut Editor, number: u32) -> Result<(), EditError> {
    editor.create_key(&[Name::from(format!("Later {number}").as_str())], None, None)?;
    editor.set_value(&[], &Name::from("later"), &Value::dword(number))
}

fn new_hive(version: Version) -> Vec<u8> {
    let root = KeyPath::new(Root::CurrentUser, vec![]);
    let bytes = NewHive::new(version, "NEW").build(&MemoryRegistry::new(NOW), &root).unwrap();
    let fill = |editor: &mut Editor| {
        for number in 0..40 {
            let path = [Name::from(format!("Key {}", number % 8).as_str()), Name::from(format!("{number}").as_str())];
            editor.create_key(&path[..1], None, None)?;
            editor.create_key(&path, None, None)?;
            editor.set_value(&path[..1], &path[1], &Value::text("text"))?;
        }
        editor.set_value(&[], &Name::from("large"), &Value { kind: ValueType::BINARY, data: vec![1; 20_000] })
    };
    let (_, files) = commit(&Files::of_hive(bytes), fill).unwrap();
    files.hive().to_vec()
}

// ---- Files

#[derive(Clone, Default, PartialEq, Eq)]
struct Files(BTreeMap<HiveFile, Vec<u8>>);

#[derive(Clone)]
enum Step {
    Write(HiveFile, usize, Vec<u8>),
    Sync(HiveFile),
    Remove(LogName),
}

impl Files {
    fn of_hive(bytes: Vec<u8>) -> Self {
        Self([(HiveFile::Hive, bytes)].into())
    }

    fn read(folder: &Path) -> io::Result<Self> {
        let present = NAMES.iter().filter(|(_, name)| folder.join(name).exists());
        present.map(|&(file, name)| Ok((file, std::fs::read(folder.join(name))?))).collect::<io::Result<_>>().map(Self)
    }

    fn hive(&self) -> &[u8] {
        &self.0[&HiveFile::Hive]
    }

    fn image(&self) -> Result<Image, Box<dyn Error>> {
        let log = |log| self.0.get(&HiveFile::Log(log)).map(Vec::as_slice);
        let logs = Logs { log1: log(LogName::Log1), log2: log(LogName::Log2), log: None };
        Ok(Image::open(self.hive().to_vec(), logs)?)
    }

    fn digest(&self) -> Result<String, Box<dyn Error>> {
        digest(&self.image()?)
    }

    fn write(&mut self, file: HiveFile, offset: usize, bytes: &[u8]) {
        let content = self.0.entry(file).or_default();
        content.resize(content.len().max(offset + bytes.len()), 0);
        content[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Write(file, offset, bytes) => self.write(*file, *offset, bytes),
            Step::Sync(_) => {}
            Step::Remove(log) => drop(self.0.remove(&HiveFile::Log(*log))),
        }
    }

    /// The same hive with both of its numbers what the second one is, and the checksum of that. `None`, if its base block
    /// is broken.
    fn declared_clean(&self) -> Option<Self> {
        let mut clean = self.clone();
        let hive = clean.0.get_mut(&HiveFile::Hive)?;
        let sum = |hive: &[u8]| (0..127).fold(0, |sum, at| sum ^ number(hive, at * 4));
        if sum(hive) != number(hive, 508) {
            return None;
        }
        hive.copy_within(8..12, 4);
        let sum = sum(hive);
        hive[508..512].copy_from_slice(&sum.to_le_bytes());
        Some(clean)
    }

    /// How the logs are written that are there.
    fn format(&self) -> &'static str {
        let mut logs = self.0.iter().filter(|(file, bytes)| **file != HiveFile::Hive && bytes.len() > SECTOR);
        match logs.next() {
            None => "none",
            Some((_, first)) if is_entry_log(first) || logs.any(|(_, log)| is_entry_log(log)) => "entries",
            Some(_) => "bitmap",
        }
    }
}

fn is_entry_log(log: &[u8]) -> bool {
    number(log, 28) == 6
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*bytes[at..].first_chunk().unwrap())
}

/// Files that remember what was done to them.
#[derive(Clone)]
struct Recorded(Rc<RefCell<(Files, Vec<Step>)>>);

impl Recorded {
    fn take(&self, step: Step) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        state.0.apply(&step);
        state.1.push(step);
        Ok(())
    }
}

impl HiveFiles for Recorded {
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>> {
        Ok(self.0.borrow().0.0.get(&file).map(|bytes| bytes.len() as u64))
    }

    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let files = self.0.borrow();
        let bytes = files.0.0.get(&file).and_then(|bytes| bytes.get(start..start + buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.take(Step::Write(file, usize::try_from(offset).map_err(io::Error::other)?, bytes.to_vec()))
    }

    fn sync(&mut self, file: HiveFile) -> io::Result<()> {
        self.take(Step::Sync(file))
    }

    fn remove(&mut self, log: LogName) -> io::Result<()> {
        self.take(Step::Remove(log))
    }
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

// ---- Digests

fn digest(image: &Image) -> Result<String, Box<dyn Error>> {
    let mut digest = Digest::default();
    walk(image.hive().root()?, &mut digest);
    Ok(format!("{:08x} {} {}", digest.crc.finalize(), digest.keys, digest.values).replace(' ', ","))
}

#[derive(Default)]
struct Digest {
    crc: crc32fast::Hasher,
    keys: u64,
    values: u64,
}

impl Digest {
    fn number(&mut self, number: usize) {
        self.crc.update(&u32::try_from(number).unwrap().to_le_bytes());
    }

    fn name(&mut self, units: impl Iterator<Item = u16>) {
        let mut name = Vec::new();
        for unit in char::decode_utf16(units) {
            match unit {
                Ok(unit) => name.extend(unit.encode_utf8(&mut [0; 4]).as_bytes()),
                // Half of a pair, in the three bytes that UTF-8 would have for it.
                Err(half) => {
                    let [low, high] = half.unpaired_surrogate().to_le_bytes();
                    name.extend([0xed, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]);
                }
            }
        }
        self.number(name.len());
        self.crc.update(&name);
    }
}

impl<'h> Visit<'h> for Digest {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.keys += 1;
        self.number(depth);
        self.name(key.name().units().take(if depth == 0 { 0 } else { usize::MAX }));
        self.number(usize::try_from(key.value_count()).unwrap());
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        self.values += 1;
        self.name(value.name().units());
        self.crc.update(&value.kind().0.to_le_bytes());
        self.crc.update(&value.size().to_le_bytes());
        data.for_each(|piece| self.crc.update(piece)).unwrap();
    }

    fn lost(&mut self, depth: usize, _: Lost<'h>) {
        self.crc.update(format!("lost {depth}").as_bytes());
    }
}

// ---- Seeds

/// Writes inputs of the fuzz targets `hive`, `hive_replay` and `hive_edit`.
fn seeds(folder: &Path) -> Result<(), Box<dyn Error>> {
    let empty = |version| {
        let root = KeyPath::new(Root::CurrentUser, vec![]);
        NewHive::new(version, "SEED").build(&MemoryRegistry::new(NOW), &root).unwrap()
    };
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let place = folder.join(target);
        std::fs::create_dir_all(&place)?;
        std::fs::write(place.join(name), bytes)
    };
    let many: Edit = |editor| {
        let subkeys = (0..600).map(|number| Name::from(format!("{number}").as_str()));
        subkeys.into_iter().try_for_each(|name| editor.create_key(&[name], None, None))
    };
    for (version, name) in [(Version::V1_3, "1.3"), (Version::V1_5, "1.5")] {
        let files = Files::of_hive(empty(version));
        let (_, much) = commit(&files, edit_small)?;
        write("hive", &format!("empty-{name}"), files.hive())?;
        write("hive", &format!("much-{name}"), much.hive())?;

        // Cut off with the log written and the hive told to be dirty; then with one more entry in the other log.
        for (how, edit) in [("", edit_small as Edit), ("grown-", edit_grow)] {
            let (steps, after) = commit(&files, edit)?;
            let begun = cut_off(&files, &steps[..4], 0, SECTOR);
            write("hive_replay", &format!("{how}{name}"), &joined(&begun))?;
            let (next, _) = commit(&after, |editor| edit_little(editor, 2))?;
            let mut both = begun.clone();
            both.write(HiveFile::Log(LogName::Log2), 0, log_and_begun(&next).0);
            write("hive_replay", &format!("{how}both-logs-{name}"), &joined(&both))?;
        }
        // Each kind of edit, in hives that have something and in new ones.
        let kind = u8::from(version == Version::V1_5);
        for (how, script) in [
            ("keys", &[0, 200, 255, 0, 0, 0, 0, 215, 0, 0, 0, 1, 0, 240, 0, 255, 2, 1, 0, 2, 3, 0][..]),
            ("values", &[4, 0, 0, 1, 1, 5, 9, 4, 0, 0, 5, 2, 210, 9, 4, 0, 0, 5, 2, 3, 9, 3, 0, 0, 255]),
            ("large", &[4, 0, 0, 0, 1, 230, 255, 255, 3, 4, 0, 0, 255, 3, 220, 200, 90, 8, 3, 0, 0, 255]),
        ] {
            let script = [&[kind, kind, 9], script].concat();
            let script = [&u16::try_from(script.len())?.to_le_bytes()[..], &script].concat();
            write("hive_edit", &format!("{how}-new-{name}"), &script)?;
            write("hive_edit", &format!("{how}-{name}"), &[&script, much.hive()].concat())?;
        }
    }
    // A list of lists, which is larger than what fuzzers like.
    let (_, divided) = commit(&commit(&Files::of_hive(empty(Version::V1_3)), many)?.1, edit_small)?;
    write("hive", "divided-1.3", divided.hive())?;
    write("hive_replay", "bitmap", &joined(&bitmap(&Files::of_hive(empty(Version::V1_3)))?))?;
    Ok(())
}

fn edit_small(editor: &mut Editor) -> Result<(), EditError> {
    let path = [Name::from("Key"), Name::from("Ünter")];
    editor.create_key(&path[..1], Some(&[0x43, 0x6c]), None)?;
    let security = SecurityDescriptor([[1, 0, 0, 0x80].as_slice(), &[0; 16]].concat().into());
    editor.create_key(&path, None, Some(&security))?;
    editor.create_key(&[Name::from("键")], None, None)?;
    editor.set_value(&path, &Name::from("dword"), &Value::dword(7))?;
    editor.set_value(&path, &Name::default(), &Value::text("some text"))?;
    editor.set_value(&path[..1], &Name::from("值"), &Value { kind: ValueType(0xffff_0001), data: vec![] })
}

fn edit_grow(editor: &mut Editor) -> Result<(), EditError> {
    editor.set_value(&[], &Name::from("long"), &Value { kind: ValueType::BINARY, data: vec![7; 17_000] })
}

/// A hive that was cut off with a log of the old format.
fn bitmap(files: &Files) -> Result<Files, Box<dyn Error>> {
    // An empty log of that kind is what tells the editor to write one.
    let mut log = files.hive()[..SECTOR].to_vec();
    log[28] = 1;
    let sum = (0..127).fold(0, |sum, at| sum ^ number(&log, at * 4));
    log[508..].copy_from_slice(&sum.to_le_bytes());
    let mut files = files.clone();
    files.write(HiveFile::Log(LogName::Log1), 0, &log);
    let (steps, _) = commit(&files, edit_small)?;
    Ok(cut_off(&files, &steps[..4], 0, SECTOR))
}

/// The input of the target `hive_replay`.
fn joined(files: &Files) -> Vec<u8> {
    let file = |file| files.0.get(&file).map_or(&[][..], Vec::as_slice);
    let [hive, log1, log2] = NAMES.map(|(name, _)| file(name));
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
    [&length(hive), &length(log1), hive, log1, log2].concat()
}
