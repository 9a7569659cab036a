//! From a .reg file to changes of a registry, and from a registry to a .reg file.

use super::{RegEntry, RegFile, RegFormat, RegKey};
use crate::{Change, FileTime, KeyPath, Overlay, ReadRegistry, RegistryError, WriteRegistry, limits};

/// A section of a .reg file is about a key outside the tree that was to be moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file is about {key}, which is not in {tree}")]
pub struct OutsideTree {
    /// The key of the section.
    pub key: KeyPath,
    /// The tree that was to be moved.
    pub tree: KeyPath,
}

impl RegFile {
    /// Says everything about a key and the keys in it, each before its subkeys, as an export of regedit does. `None`,
    /// if there is no such key.
    pub fn of(registry: &dyn ReadRegistry, key: &KeyPath) -> Result<Option<Self>, RegistryError> {
        if registry.key(key)?.is_none() {
            return Ok(None);
        }
        let mut keys = Vec::new();
        let mut unvisited = vec![key.clone()];
        while let Some(path) = unvisited.pop() {
            let Some(found) = registry.key(&path)? else { continue };
            if !found.subkeys.is_empty() && path.names().len() >= limits::DEPTH {
                return Err(RegistryError::TooDeep { key: path });
            }
            unvisited.extend(found.subkeys.into_iter().rev().map(|name| path.join(name)));
            let mut entries = Vec::with_capacity(found.values.len());
            for name in found.values {
                if let Some(value) = registry.value(&path, &name)? {
                    entries.push(RegEntry { name, value: Some(value) });
                }
            }
            keys.push(RegKey::Set { path, entries });
        }
        Ok(Some(Self { format: RegFormat::Version5, keys }))
    }

    /// The steps that bring a registry to what this file says, those left out that would change nothing. Each step
    /// counts on those before it.
    ///
    /// Deleting a key that is not there, or a value, is no error; deleting a root is one.
    pub fn changes(&self, registry: &dyn ReadRegistry) -> Result<Vec<Change>, RegistryError> {
        self.changes_within(limits::REG_CREATED_NAMES, registry)
    }

    fn changes_within(&self, most_names: usize, registry: &dyn ReadRegistry) -> Result<Vec<Change>, RegistryError> {
        let mut after = Overlay::new(registry, FileTime::default());
        let mut created_names = 0;
        for key in &self.keys {
            match key {
                RegKey::Delete(path) => {
                    Change::DeleteKey { key: path.clone() }.check()?;
                    for change in Change::delete_tree(&after, path)? {
                        after.make(&change)?;
                    }
                }
                RegKey::Set { path, entries } => {
                    for key in absent_keys(&after, path)? {
                        created_names += key.names().len();
                        if created_names > most_names {
                            return Err(RegistryError::TooManyKeys { key });
                        }
                        after.make(&Change::create(key))?;
                    }
                    for RegEntry { name, value } in entries {
                        after.make(&match value.clone() {
                            Some(value) => Change::SetValue { key: path.clone(), name: name.clone(), value },
                            None => Change::DeleteValue { key: path.clone(), name: name.clone() },
                        })?;
                    }
                }
            }
        }
        Ok(after.into_changes())
    }

    /// The same about the tree `new` that this says about the tree `old`, as when a hive's root stands for a key of a
    /// user.
    pub fn rebased(self, old: &KeyPath, new: &KeyPath) -> Result<Self, OutsideTree> {
        let rebased =
            |path: KeyPath| path.rebased(old, new).ok_or_else(|| OutsideTree { key: path.clone(), tree: old.clone() });
        let keys = self.keys.into_iter().map(|key| {
            Ok(match key {
                RegKey::Delete(path) => RegKey::Delete(rebased(path)?),
                RegKey::Set { path, entries } => RegKey::Set { path: rebased(path)?, entries },
            })
        });
        Ok(Self { format: self.format, keys: keys.collect::<Result<_, _>>()? })
    }
}

/// A key and the keys above it that are not there, the uppermost first.
fn absent_keys(registry: &Overlay<'_>, path: &KeyPath) -> Result<Vec<KeyPath>, RegistryError> {
    let mut absent = Vec::new();
    let mut next = Some(path.clone());
    while let Some(key) = next {
        if registry.has_key(&key)? {
            break;
        }
        next = key.parent().map(|(parent, _)| parent);
        absent.push(key);
    }
    absent.reverse();
    Ok(absent)
}

#[cfg(test)]
mod tests {
    use crate::{MemoryRegistry, Root};

    use super::*;

    #[test]
    fn a_short_file_does_not_become_steps_without_end() {
        let registry = MemoryRegistry::new(FileTime::default());
        // The paths of three keys in each other have six names.
        let path = KeyPath::new(Root::Users, vec!["a".into(), "b".into(), "c".into()]);
        let file =
            RegFile { format: RegFormat::Version5, keys: vec![RegKey::Set { path: path.clone(), entries: vec![] }] };
        assert_eq!(file.changes_within(6, &registry).unwrap().len(), 3);
        let error = file.changes_within(5, &registry).unwrap_err();
        assert!(matches!(error, RegistryError::TooManyKeys { key } if key == path));
    }
}
