//! What a .reg file says, as a registry in which nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use registry::{FileTime, KeyPath, MemoryRegistry, Name, RegFile, RegKey, RegistryError, Root, WriteRegistry};

use super::User;
use crate::import::Unknown;

/// A file's statements, those about the user as if they were about `HKCU`.
pub(super) struct Said {
    /// What is there once the file was merged into nothing.
    pub(super) registry: MemoryRegistry,
    /// What it says of values, be it that they are not there.
    pub(super) values: BTreeMap<KeyPath, BTreeSet<Name>>,
    /// Keys that it says are there.
    pub(super) keys: BTreeSet<KeyPath>,
    /// Keys that it deletes with all that is in them.
    pub(super) deleted: BTreeSet<KeyPath>,
    /// Keys of which it says everything.
    whole: Keys,
    /// How a key of ours is called in the file, where that differs.
    spelled: BTreeMap<KeyPath, KeyPath>,
    /// What is neither about the user nor about the PC.
    pub(super) elsewhere: Vec<Unknown>,
}

/// Keys, found by the beginnings of a path without making those.
#[derive(Default)]
struct Keys(BTreeMap<Root, BTreeSet<Vec<Name>>>);

impl Keys {
    fn insert(&mut self, key: &KeyPath) {
        self.0.entry(key.root()).or_default().insert(key.names().to_vec());
    }

    /// Whether the key or one that it stands in is among these.
    fn hold(&self, key: &KeyPath) -> bool {
        let Some(keys) = self.0.get(&key.root()) else { return false };
        let names = key.names();
        (0..=names.len()).filter_map(|depth| names.get(..depth)).any(|names| keys.contains(names))
    }
}

impl Said {
    /// Merges a file into nothing. `whole` means that it says everything about the keys that it names.
    pub(super) fn of(file: &RegFile, user: &User, whole: bool) -> Result<Self, RegistryError> {
        let mut said = Self {
            registry: MemoryRegistry::new(FileTime::default()),
            values: BTreeMap::new(),
            keys: BTreeSet::new(),
            deleted: BTreeSet::new(),
            whole: Keys::default(),
            spelled: BTreeMap::new(),
            elsewhere: Vec::new(),
        };
        let mut own = RegFile { format: file.format, keys: Vec::new() };
        for key in &file.keys {
            match user.own(key.path()) {
                Ok(path) => own.keys.extend(said.note(key, path, whole)),
                Err(why) => said.note_elsewhere(key, why),
            }
        }
        for change in own.changes(&said.registry)? {
            said.registry.make(&change)?;
        }
        Ok(said)
    }

    /// Notes what a section says; it comes back as one about `path`.
    fn note(&mut self, key: &RegKey, path: KeyPath, whole: bool) -> Option<RegKey> {
        if path.names().is_empty() {
            // Windows deletes no root, and says nothing by naming one.
            if let RegKey::Delete(_) = key {
                let why = "a file that deletes all settings at once is not taken at its word".to_owned();
                self.elsewhere.push(Unknown { place: format!("[-{}]", key.path()), why });
                return None;
            }
        }
        if *key.path() != path {
            self.spelled.insert(path.clone(), key.path().clone());
        }
        Some(match key {
            RegKey::Delete(_) => {
                self.whole.insert(&path);
                self.deleted.insert(path.clone());
                RegKey::Delete(path)
            }
            RegKey::Set { entries, .. } => {
                if whole {
                    self.whole.insert(&path);
                }
                self.keys.insert(path.clone());
                let names = entries.iter().map(|entry| entry.name.clone());
                self.values.entry(path.clone()).or_default().extend(names);
                RegKey::Set { path, entries: entries.clone() }
            }
        })
    }

    fn note_elsewhere(&mut self, key: &RegKey, why: &str) {
        let place = match key {
            RegKey::Delete(path) => format!("[-{path}]"),
            RegKey::Set { path, .. } => path.to_string(),
        };
        self.elsewhere.push(Unknown { place, why: why.to_owned() });
    }

    /// Whether the file says everything about a key: about its values and its subkeys.
    pub(super) fn knows_all_of(&self, key: &KeyPath) -> bool {
        self.whole.hold(key)
    }

    /// Whether the file says what a value is, or that it is not there.
    pub(super) fn knows(&self, key: &KeyPath, name: &Name) -> bool {
        self.values.get(key).is_some_and(|names| names.contains(name)) || self.knows_all_of(key)
    }

    /// The key as the file calls it.
    pub(super) fn spelled<'k>(&'k self, key: &'k KeyPath) -> &'k KeyPath {
        self.spelled.get(key).unwrap_or(key)
    }
}
