//! A script of edits over a hive, against a plain model of what they should do.

use std::collections::BTreeMap;

use registry::{FileTime, KeyPath, MemoryRegistry, Name, Root, SecurityDescriptor, Value, ValueType};

use super::files::{Files, Recorded};
use super::{read, with_right_sum};
use crate::bytes::index;
use crate::{
    Data, EditError, Editor, HiveFile, Image, KeyNode, KeyValue, LogName, Lost, NewHive, Overrides, Severity, State,
    Version, Visit, check, walk,
};

/// What an editor does to a sound hive is what a model does, each edit reads back, and the hive stays sound; a commit
/// that is cut off leaves the old tree or the new. To another hive it does that or says why not.
///
/// The input begins with the length of the script, in two bytes; the hive follows the script. Without one, the script
/// runs over a new hive.
pub fn hive_edit(data: &[u8]) {
    let Some((mut script, files)) = split(data) else { return };
    run(&mut script, files);
}

/// Whether an input changes its hive.
#[cfg(test)]
pub(super) fn changes_anything(data: &[u8]) -> bool {
    split(data).is_some_and(|(mut script, files)| run(&mut script, files))
}

fn split(data: &[u8]) -> Option<(Script<'_>, Files)> {
    let mut script = Script(data);
    let length = index(script.number());
    let (script, hive) = script.0.split_at_checked(length).unwrap_or((script.0, &[]));
    let mut script = Script(script);
    let hive = match (hive, script.byte() % 2) {
        ([], 0) => new_hive(Version::V1_3)?,
        ([], _) => new_hive(Version::V1_5)?,
        (hive, _) => with_right_sum(hive),
    };
    let mut files = Files([(HiveFile::Hive, hive)].into());
    if script.byte() % 2 == 1 {
        files.0.insert(HiveFile::Log(LogName::Log2), vec![]);
    }
    Some((script, files))
}

fn new_hive(version: Version) -> Option<Vec<u8>> {
    let root = KeyPath::new(Root::CurrentUser, vec![]);
    NewHive::new(version, "FUZZ").build(&MemoryRegistry::new(BEFORE), &root).ok()
}

const BEFORE: FileTime = FileTime(1 << 56);
const NOW: FileTime = FileTime((1 << 56) + 1);

/// The most edits of one script: a fuzzer finds more with many short ones.
const MOST_EDITS: usize = 100;

/// Runs a script; whether it changed anything.
fn run(script: &mut Script<'_>, files: Files) -> bool {
    let recorded = Recorded::over(files.clone());
    let cut = index(script.byte().into());
    let Ok(mut editor) = Editor::open(Box::new(recorded.clone()), NOW, Overrides { pending_transactions: true }) else {
        return false;
    };
    let Ok(image) = files.image() else { return false };
    let old = is_sound(&image).then(|| Tree::of(&image)).flatten();
    match old {
        Some(old) => {
            let mut model = old.clone();
            for _ in 0..MOST_EDITS {
                if !script.0.is_empty() {
                    edit(&mut editor, &mut model, script);
                }
            }
            let committed = editor.commit();
            assert!(committed.is_ok(), "what was edited is written: {committed:?}");
            assert_holds(&recorded.files(), &model);
            cut_off(files, &recorded, cut, &old, &model);
            model != old
        }
        None => {
            for _ in 0..MOST_EDITS {
                if !script.0.is_empty() {
                    edit_damaged(&mut editor, script);
                }
            }
            let committed = editor.commit();
            // What was refused, or was written, is a hive as much as the first was.
            read(recorded.files().hive());
            committed.is_ok()
        }
    }
}

fn is_sound(image: &Image) -> bool {
    check(image.bytes()).worst() < Some(Severity::Irregular)
}

fn assert_holds(files: &Files, expected: &Tree) {
    let image = files.image();
    assert!(image.as_ref().is_ok_and(|image| *image.state() == State::Clean), "a hive is clean after a commit");
    let Ok(image) = image else { return };
    let found = Tree::of(&image);
    assert!(found.as_ref() == Some(expected), "expected {expected:?}, found {found:?}");
    let findings = check(image.bytes());
    assert!(findings.worst() < Some(Severity::Irregular), "no longer sound: {:#?}", findings.faults);
}

/// After as many steps of a commit as somebody chose, the tree is the old or the new one.
fn cut_off(files: Files, recorded: &Recorded, cut: usize, old: &Tree, new: &Tree) {
    let steps = recorded.steps();
    let mut files = files;
    for step in steps.iter().take(cut % (steps.len() + 1)) {
        assert!(files.apply(step).is_ok(), "it was done before");
    }
    let tree = files.image().ok().and_then(|image| Tree::of(&image));
    assert!(tree.as_ref() == Some(old) || tree.as_ref() == Some(new), "cut off, it is neither the old nor the new");
}

/// Makes an edit that a script chooses, in a hive and in its model, and reads it back.
fn edit(editor: &mut Editor, model: &mut Tree, script: &mut Script<'_>) {
    let operation = script.byte();
    let path = model.path(script);
    let done = match operation % 8 {
        0 | 1 => {
            let path = [path.clone(), vec![script.key_name()]].concat();
            let (class, security) = (script.class(), script.security());
            let done = editor.create_key(&path, class.as_deref(), security.as_ref());
            if done.is_ok() {
                model.create(&path, class, security);
            }
            done
        }
        2 => {
            let done = editor.delete_key(&path);
            if done.is_ok() {
                model.delete(&path);
            }
            done
        }
        3 => {
            let name = model.value_name(&path, script);
            let done = editor.delete_value(&path, &name);
            if done.is_ok() {
                model.delete_value(&path, &name);
                let left = editor.value(&path, &name);
                assert!(matches!(left, Ok(None)), "a deleted value is there: {left:?}");
            }
            done
        }
        _ => {
            let name = model.value_name(&path, script);
            let value = script.value();
            let done = editor.set_value(&path, &name, &value);
            if done.is_ok() {
                let read = editor.value(&path, &name);
                assert!(read.as_ref().is_ok_and(|read| read.as_ref() == Some(&value)), "{name:?} reads as {read:?}");
                model.set_value(&path, &name, value);
            }
            done
        }
    };
    assert!(!matches!(done, Err(EditError::Damaged(_) | EditError::File { .. })), "in a sound hive: {done:?}");
    let key = editor.key(&path);
    assert_eq!(key.is_ok_and(|key| key.is_some()), model.0.contains_key(&path), "{path:?}");
}

/// Makes an edit of a hive that may be anything.
fn edit_damaged(editor: &mut Editor, script: &mut Script<'_>) {
    let operation = script.byte();
    let mut path = vec![];
    for _ in 0..script.byte() % 3 {
        let Ok(Some(key)) = editor.key(&path) else { break };
        match pick(&key.subkeys, script.byte()) {
            Some(name) => path.push(name.clone()),
            None => break,
        }
    }
    let values = editor.key(&path).ok().flatten().map(|key| key.values).unwrap_or_default();
    let name = pick(&values, script.byte()).cloned().unwrap_or_default();
    // What cannot be done is told; the next edit goes on.
    let done = match operation % 8 {
        0 | 1 => {
            path.push(script.key_name());
            editor.create_key(&path, script.class().as_deref(), script.security().as_ref())
        }
        2 => editor.delete_key(&path),
        3 => editor.delete_value(&path, &name),
        _ => {
            let value = script.value();
            let done = editor.set_value(&path, &name, &value);
            // Cells that two things share may be written over by what comes last; but that it reads is told.
            assert!(done.is_err() || editor.value(&path, &name).is_ok() || !values.is_empty() || !path.is_empty());
            done
        }
    };
    if let Err(error) = done {
        assert!(!error.to_string().is_empty());
    }
}

fn pick<T>(of: &[T], number: u8) -> Option<&T> {
    of.get(usize::from(number) % of.len().max(1))
}

/// Bytes that decide what is done. Behind their end are zeros.
struct Script<'s>(&'s [u8]);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn number(&mut self) -> u32 {
        u32::from(self.byte()) | u32::from(self.byte()) << 8
    }

    /// A name that a key may have.
    fn key_name(&mut self) -> Name {
        match self.byte() {
            number @ 0..200 => Name::from(format!("k{number}").as_str()),
            200..210 => Name::from("K1"),
            210..220 => Name::from("Äöü"),
            220..230 => Name::from("äÖÜ"),
            230..235 => Name::from("键"),
            235..240 => Name::from_units([0xd800, 0x41]),
            240..245 => Name::from_units([0, 0x41]),
            245..250 => Name::from_units([0x61; 255]),
            _ => Name::from_units([0x4e2d; 255]),
        }
    }

    /// A name that a value may have.
    fn value_name(&mut self) -> Name {
        match self.byte() {
            0 => Name::default(),
            number @ 1..200 => Name::from(format!("v{number}").as_str()),
            200..240 => self.key_name(),
            240..250 => Name::from_units([0x5c; 300]),
            _ => Name::from_units([0x4e2d; 16_383]),
        }
    }

    fn value(&mut self) -> Value {
        let kind = match self.byte() {
            255 => u32::MAX,
            kind => kind.into(),
        };
        let size = self.byte();
        let size = match size {
            0..200 => size.into(),
            200..220 => 16_340 + index(u32::from(size) - 200),
            220..250 => index(self.number()),
            _ => 3 * index(self.number()),
        };
        let fill = self.byte();
        Value { kind: ValueType(kind), data: (0..size).map(|at| fill ^ at.to_le_bytes()[0]).collect() }
    }

    fn class(&mut self) -> Option<Vec<u16>> {
        let length = usize::from(self.byte()).saturating_sub(230);
        (length > 0).then(|| vec![0x63; length])
    }

    /// A descriptor with neither owner nor lists, in a few variants.
    fn security(&mut self) -> Option<SecurityDescriptor> {
        let variant = self.byte();
        let mut descriptor = [0; 20];
        descriptor.first_chunk_mut().map(|start| *start = [1, 0, variant & 3, 0x80])?;
        (variant >= 240).then(|| SecurityDescriptor(descriptor.into()))
    }
}

/// The keys of a hive by the names below its root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tree(BTreeMap<Vec<Name>, Key>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    written: FileTime,
    class: Option<Vec<u16>>,
    security: Vec<u8>,
    values: BTreeMap<Name, Value>,
}

impl Tree {
    /// The tree of a hive, if all of it can be read.
    fn of(image: &Image) -> Option<Self> {
        let mut reading = Reading::default();
        walk(image.hive().root().ok()?, &mut reading);
        (reading.lost == 0).then_some(reading.tree)
    }

    fn path(&self, script: &mut Script<'_>) -> Vec<Name> {
        let number = index(script.number()) % self.0.len().max(1);
        self.0.keys().nth(number).cloned().unwrap_or_default()
    }

    /// The name of a value that is there, or another one.
    fn value_name(&self, path: &[Name], script: &mut Script<'_>) -> Name {
        let values: Vec<_> = self.0.get(path).into_iter().flat_map(|key| key.values.keys()).collect();
        match script.byte() {
            number @ 128.. if !values.is_empty() => pick(&values, number).copied().cloned().unwrap_or_default(),
            _ => script.value_name(),
        }
    }

    fn create(&mut self, path: &[Name], class: Option<Vec<u16>>, security: Option<SecurityDescriptor>) {
        let Some((_, parent)) = path.split_last() else { return };
        if self.0.contains_key(path) {
            return;
        }
        let inherited = self.0.get_mut(parent).map(|key| {
            key.written = NOW;
            key.security.clone()
        });
        let security = security.map_or_else(|| inherited.unwrap_or_default(), |security| security.0.into());
        self.0.insert(path.to_vec(), Key { written: NOW, class, security, values: BTreeMap::new() });
    }

    fn delete(&mut self, path: &[Name]) {
        if self.0.remove(path).is_some() {
            self.stamp(path.split_last().map_or(&[], |(_, parent)| parent));
        }
    }

    fn set_value(&mut self, path: &[Name], name: &Name, value: Value) {
        let Some(key) = self.0.get_mut(path) else { return };
        if key.values.get(name) != Some(&value) {
            key.values.insert(name.clone(), value);
            self.stamp(path);
        }
    }

    fn delete_value(&mut self, path: &[Name], name: &Name) {
        if self.0.get_mut(path).is_some_and(|key| key.values.remove(name).is_some()) {
            self.stamp(path);
        }
    }

    fn stamp(&mut self, path: &[Name]) {
        if let Some(key) = self.0.get_mut(path) {
            key.written = NOW;
        }
    }
}

#[derive(Default)]
struct Reading {
    tree: Tree,
    path: Vec<Name>,
    lost: usize,
}

impl<'h> Visit<'h> for Reading {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.path.truncate(depth.saturating_sub(1));
        if depth > 0 {
            self.path.push(key.name().to_name());
        }
        let (Ok(class), Ok(security)) = (key.class(), key.security()) else {
            self.lost += 1;
            return;
        };
        let key = Key {
            written: key.written(),
            class: class.map(Vec::from),
            security: security.descriptor().to_vec(),
            values: BTreeMap::new(),
        };
        self.tree.0.insert(self.path.clone(), key);
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        match (self.tree.0.get_mut(&self.path), data.bytes()) {
            (Some(key), Ok(data)) => {
                key.values.insert(value.name().to_name(), Value { kind: value.kind(), data: data.into_owned() });
            }
            _ => self.lost += 1,
        }
    }

    fn lost(&mut self, _: usize, _: Lost<'h>) {
        self.lost += 1;
    }
}
