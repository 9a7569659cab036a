//! Registry files of others, each of which sets one thing that a user would toggle: merged into empty hives, each changes
//! exactly the settings that it is about.
//!
//! The files are not part of this repository; what each changes is in reg_tweaks.toml. Where they are not beside it, in
//! ../shared/real, this says so and checks nothing; in CI they must not be missing while the rest of ../shared is there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use profile_format::Item;
use registry::{
    FileTime, KeyPath, MemoryRegistry, Name, ReadRegistry, RegEntry, RegFile, RegKey, Value, WriteRegistry,
};
use registry_hive::{Editor, HiveFile, HiveFiles, Image, LogName, Logs, Mounts, NewHive, Overrides, Version};
use serde::Deserialize;
use wbo_engine::capture::{Reader, Why};
use wbo_engine::catalogue::{Catalogue, Place, Setting};
use wbo_engine::secrets::Secrets;

use crate::support::{shared_folder, with_registry};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    file: Vec<Entry>,
}

/// What a file changes, or why it changes nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    name: String,
    changes: Option<BTreeSet<String>>,
    reason: Option<String>,
}

/// The folders of the files. Those of Undo are merged after all of the first folder. Those of Sysprep are about the hive
/// of new users, which they load as `HKU\default`, and are merged as if it were the user's.
const FOLDERS: [(&str, &str); 3] = [("", ""), ("Undo/", ""), ("Sysprep/", r"HKU\default")];

#[test]
fn each_file_changes_the_settings_that_it_is_about_and_no_other() {
    let Some(files) = files() else { return };
    let table = table();
    let catalogue = Catalogue::standard().unwrap_or_else(|errors| panic!("{errors}"));
    let mut tweaked = memory();
    files.iter().filter(|(name, _)| !name.contains('/')).for_each(|(_, file)| merge(file, &mut tweaked));
    let mut wrong = Vec::new();
    for (name, file) in &files {
        let before = if name.starts_with("Undo/") { &tweaked } else { &memory() };
        let mut after = before.clone();
        merge(file, &mut after);
        let changed = changed(&read(near(&catalogue, file), before), &read(near(&catalogue, file), &after));
        let Some(expected) = expected(&table, name) else { continue };
        if changed != expected {
            wrong.push(format!("{name}: changes {changed:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn hives_change_as_memory_does() {
    let Some(files) = files() else { return };
    let catalogue = Catalogue::standard().unwrap_or_else(|errors| panic!("{errors}"));
    let before = read(catalogue.settings(), &Hives::new().merged(None));
    let before_in_memory = read(catalogue.settings(), &memory());
    assert_eq!(before, before_in_memory);
    let mut merged = 0;
    for (name, file) in &files {
        let places = PLACES.map(|place| KeyPath::parse(place).unwrap());
        if !file.keys.iter().all(|key| places.iter().any(|place| key.path().under(place).is_some())) {
            continue;
        }
        let mut registry = memory();
        merge(file, &mut registry);
        let in_memory = read(near(&catalogue, file), &registry);
        let in_hives = read(near(&catalogue, file), &Hives::new().merged(Some(file)));
        assert_eq!(in_hives, in_memory, "{name}");
        merged += 1;
    }
    assert!(merged > 200, "{merged}");
}

#[test]
fn each_file_is_in_the_table_and_each_entry_is_a_file() {
    let Some(files) = files() else { return };
    let table = table();
    let listed: BTreeSet<&str> = table.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(listed.len(), table.len(), "an entry is there twice");
    let own = |name: &&String| !name.starts_with("Sysprep/");
    let found: BTreeSet<&str> = files.keys().filter(own).map(String::as_str).collect();
    assert_eq!(listed.difference(&found).collect::<Vec<_>>(), Vec::<&&str>::new(), "entries without files");
    assert_eq!(found.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "files without entries");
    for name in files.keys().filter_map(|name| name.strip_prefix("Sysprep/")) {
        assert!(listed.contains(name), "Sysprep/{name} is in no table");
    }
}

#[test]
fn each_entry_says_what_its_file_changes_or_why_nothing() {
    let table = table();
    let catalogue = Catalogue::standard().unwrap_or_else(|errors| panic!("{errors}"));
    let known: BTreeSet<&str> = catalogue.settings().map(|setting| setting.id.as_str()).collect();
    for Entry { name, changes, reason } in &table {
        assert_ne!(changes.is_some(), reason.is_some(), "{name}");
        assert!(changes.as_ref().is_none_or(|changes| !changes.is_empty()), "{name}");
        for id in changes.iter().flatten() {
            assert!(known.contains(id.as_str()), "{name}: no setting {id}");
        }
    }
}

pub(crate) fn table() -> Vec<Entry> {
    let table: Table = toml::from_str(include_str!("reg_tweaks.toml")).unwrap();
    table.file
}

/// What a file changes by the table, in which files of Sysprep have no entries of their own: they change what others of
/// their name change.
pub(crate) fn expected(table: &[Entry], name: &str) -> Option<BTreeSet<String>> {
    let name = name.strip_prefix("Sysprep/").unwrap_or(name);
    let entry = table.iter().find(|entry| entry.name == name)?;
    Some(entry.changes.clone().unwrap_or_default())
}

/// The files by name, each as if it were about the user.
pub(crate) fn files() -> Option<BTreeMap<String, RegFile>> {
    let folder = folder("reg-tweaks")?;
    let mut files = BTreeMap::new();
    for (below, user) in FOLDERS {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "reg") {
                let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
                let file = RegFile::read(&std::fs::read(&path).unwrap());
                let file = file.unwrap_or_else(|error| panic!("{name}: {error}"));
                files.insert(name, of_user(file, user));
            }
        }
    }
    assert!(files.len() > 240, "{}", files.len());
    Some(files)
}

fn of_user(mut file: RegFile, hive: &str) -> RegFile {
    let Ok(hive) = KeyPath::parse(hive) else { return file };
    let user = KeyPath::parse("HKCU").unwrap();
    for key in &mut file.keys {
        let (RegKey::Delete(path) | RegKey::Set { path, .. }) = key;
        if let Some(rebased) = path.rebased(&hive, &user) {
            *path = rebased;
        }
    }
    file
}

fn folder(name: &str) -> Option<PathBuf> {
    shared_folder(&format!("real/{name}"), "no registry file was merged")
}

type States<'s> = BTreeMap<&'s str, BTreeMap<Option<Name>, Vec<Item>>>;

/// The settings that could see what a file does: those whose keys lead to one of its keys, or lie in it.
fn near<'c>(catalogue: &'c Catalogue, file: &RegFile) -> impl Iterator<Item = &'c Setting> {
    let sees = |setting: &&Setting| {
        setting.parts.iter().any(|part| match &part.place {
            Place::Registry(place) => file.keys.iter().any(|key| {
                place.hive.is_none()
                    && (key.path().under(&place.key).is_some() || place.key.under(key.path()).is_some())
            }),
            Place::Files(_) => false,
        })
    };
    catalogue.settings().filter(sees).collect::<Vec<_>>().into_iter()
}

/// What settings are in a registry, whatever builds of Windows have them.
fn read<'c>(settings: impl Iterator<Item = &'c Setting>, registry: &dyn ReadRegistry) -> States<'c> {
    with_registry(registry, |source| {
        let reader = Reader::new(source, Secrets::standard());
        let read = |setting: &'c Setting| {
            let reading = reader.read(setting);
            for incident in &reading.incidents {
                assert!(
                    !matches!(incident.why, Why::Unreadable(_) | Why::NotAtHand(_)),
                    "{}: {incident:?}",
                    setting.id
                );
            }
            (setting.id.as_str(), reading.instances)
        };
        settings.map(read).collect()
    })
}

/// The settings that are not the same after as before.
fn changed(before: &States<'_>, after: &States<'_>) -> BTreeSet<String> {
    after.iter().filter(|(id, state)| before[*id] != **state).map(|(id, _)| (*id).to_owned()).collect()
}

fn merge(file: &RegFile, registry: &mut dyn WriteRegistry) {
    for change in file.changes(registry).unwrap() {
        registry.make(&change).unwrap();
    }
}

/// A registry in which the places of hives are there, and nothing else.
fn memory() -> MemoryRegistry {
    let mut registry = MemoryRegistry::new(FileTime(0));
    let set = |path: &str| RegKey::Set { path: KeyPath::parse(path).unwrap(), entries: Vec::new() };
    let places = RegFile { format: registry::RegFormat::Version5, keys: PLACES.map(set).into() };
    merge(&places, &mut registry);
    registry
}

/// Where Windows has the hives of a user and of the machine.
const PLACES: [&str; 4] = ["HKCU", r"HKCU\Software\Classes", r"HKLM\SOFTWARE", r"HKLM\SYSTEM"];

/// Hives with nothing in them, as files in memory.
struct Hives(Vec<(KeyPath, Files)>);

impl Hives {
    fn new() -> Self {
        let mut empty = memory();
        let select = RegEntry { name: Name::from("Current"), value: Some(Value::dword(1)) };
        let system = [(r"HKLM\SYSTEM\Select", vec![select]), (r"HKLM\SYSTEM\ControlSet001", Vec::new())];
        let keys = system.map(|(path, entries)| RegKey::Set { path: KeyPath::parse(path).unwrap(), entries });
        merge(&RegFile { format: registry::RegFormat::Version5, keys: keys.into() }, &mut empty);
        let build = |place: &str| {
            let place = KeyPath::parse(place).unwrap();
            let version = if place.names().len() == 2 { Version::V1_3 } else { Version::V1_5 };
            let hive = NewHive::new(version, "scratch").build(&empty, &place).unwrap();
            (place, Files(Rc::new(RefCell::new(BTreeMap::from([(HiveFile::Hive, hive)])))))
        };
        Self(PLACES.map(build).into())
    }

    /// The hives as they are read again after a file was merged into them and they were written.
    fn merged(&self, file: Option<&RegFile>) -> Mounts<Image> {
        let mut edited = Mounts::default();
        for (place, files) in &self.0 {
            let editor = Editor::open(Box::new(files.clone()), FileTime(1), Overrides::default()).unwrap();
            edited.mount(place.clone(), editor).unwrap();
        }
        if let Some(file) = file {
            merge(file, &mut edited);
        }
        edited.into_hives().for_each(|(_, editor)| editor.commit().unwrap());
        let mut read = Mounts::default();
        for (place, files) in &self.0 {
            let hive = files.0.borrow()[&HiveFile::Hive].clone();
            read.mount(place.clone(), Image::open(hive, Logs::default()).unwrap()).unwrap();
        }
        read
    }
}

#[derive(Clone)]
struct Files(Rc<RefCell<BTreeMap<HiveFile, Vec<u8>>>>);

impl HiveFiles for Files {
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>> {
        Ok(self.0.borrow().get(&file).map(|bytes| bytes.len() as u64))
    }

    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        buffer.copy_from_slice(&self.0.borrow()[&file][start..start + buffer.len()]);
        Ok(())
    }

    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let (start, mut files) = (usize::try_from(offset).unwrap(), self.0.borrow_mut());
        let content = files.entry(file).or_default();
        content.resize(content.len().max(start + bytes.len()), 0);
        content[start..start + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self, _: HiveFile) -> io::Result<()> {
        Ok(())
    }

    fn remove(&mut self, log: LogName) -> io::Result<()> {
        self.0.borrow_mut().remove(&HiveFile::Log(log));
        Ok(())
    }
}
