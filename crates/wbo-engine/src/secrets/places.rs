//! Places of secrets in the registry and among files.

use registry::{KeyPath, Name};

use super::Rule;
use crate::places::{FileForms, FilePlaces, KeyForms, KeyPlaces, ValuePlaces};
use crate::{Folders, NameGlob, WindowsPath};

/// The places of all rules.
pub(super) struct Places {
    keys: KeyPlaces<usize>,
    values: ValuePlaces<usize>,
    names: Vec<(NameGlob, usize)>,
    files: FilePlaces<usize>,
}

impl Places {
    /// The places of these rules; the first rule of a place wins.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let (keys, values) = (KeyPlaces::new(), ValuePlaces::new());
        let mut places = Self { keys, values, names: Vec::new(), files: FilePlaces::new() };
        for (index, rule) in rules.iter().enumerate() {
            rule.keys.iter().for_each(|keys| places.keys.add_with_all_below(keys, index));
            for (keys, values) in rule.values.iter().filter_map(|text| text.split_once('!')) {
                places.values.add(keys, values, index);
            }
            places.names.extend(rule.names.iter().map(|name| (NameGlob::new(name), index)));
            rule.files.iter().for_each(|files| places.files.add(files, index));
        }
        places
    }

    /// The rule that denies a key as a whole.
    pub(super) fn key(&self, key: &KeyPath) -> Option<usize> {
        self.keys.fitting(&KeyForms::of(key)).copied().min()
    }

    /// The rule that denies a value for where it stands.
    pub(super) fn value(&self, key: &KeyPath, name: &Name) -> Option<usize> {
        self.values.fitting(&KeyForms::of(key), name).copied().min()
    }

    /// The rule that denies a value for its whole name. What has no name of its own is called as its key is.
    pub(super) fn name(&self, key: &KeyPath, name: &Name) -> Option<usize> {
        let called = if name.is_empty() { key.names().last().unwrap_or(name) } else { name };
        self.names.iter().find(|(glob, _)| glob.matches(called)).map(|(_, rule)| *rule)
    }

    /// The rule that denies a file or a folder as a whole.
    pub(super) fn file(&self, path: &WindowsPath, folders: &Folders) -> Option<usize> {
        self.files.fitting(&FileForms::of(path, folders)).copied().next()
    }
}
