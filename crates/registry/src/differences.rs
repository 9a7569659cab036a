//! What turns one registry into another.

use std::collections::BTreeSet;

use crate::{Change, Key, KeyPath, Name, ReadRegistry, RegistryError, Value, limits};

/// The changes that turn what `from` has at a key and under it into what `to` has there, in an order in which they can be
/// made. Times of writing, and the order of values, are not compared.
///
/// A key whose class, security or spelling differs is deleted with all that is in it and created again, since no change
/// alters them; of the top of a registry that is an error. Security that one side does not know is not compared.
pub fn differences(from: &dyn ReadRegistry, to: &dyn ReadRegistry, at: &KeyPath) -> Result<Vec<Change>, RegistryError> {
    let mut walk = Walk { from, to, changes: Vec::new(), left: limits::COMPARED };
    walk.turn(at)?;
    Ok(walk.changes)
}

struct Walk<'w> {
    from: &'w dyn ReadRegistry,
    to: &'w dyn ReadRegistry,
    changes: Vec<Change>,
    /// What may still be looked at. A damaged hive can show the same keys at paths without number.
    left: usize,
}

impl Walk<'_> {
    fn turn(&mut self, at: &KeyPath) -> Result<(), RegistryError> {
        let mut unvisited = vec![at.clone()];
        while let Some(path) = unvisited.pop() {
            let (old, new) = (self.key(self.from, &path)?, self.key(self.to, &path)?);
            match (old, new) {
                (None, None) => {}
                (Some(_), None) => self.delete(&path)?,
                (None, Some(new)) => self.create(&path, new)?,
                (Some(old), Some(new)) if is_same(&old, &new, &path) => {
                    self.values(&path, &old, &new)?;
                    let names: BTreeSet<Name> = old.subkeys.into_iter().chain(new.subkeys).collect();
                    unvisited.extend(names.into_iter().rev().map(|name| path.join(name)));
                }
                (Some(_), Some(new)) => {
                    self.delete(&path)?;
                    self.create(&path, new)?;
                }
            }
        }
        Ok(())
    }

    /// The values of a key that stays.
    fn values(&mut self, path: &KeyPath, old: &Key, new: &Key) -> Result<(), RegistryError> {
        let (stored, wanted): (BTreeSet<_>, BTreeSet<_>) = (old.values.iter().collect(), new.values.iter().collect());
        let spelled = |names: &BTreeSet<&Name>, name| names.get(name).is_some_and(|found| found.is_spelled_like(name));
        for name in old.values.iter().filter(|name| !spelled(&wanted, *name)) {
            self.changes.push(Change::DeleteValue { key: path.clone(), name: name.clone() });
        }
        for name in &new.values {
            let Some(value) = self.value(self.to, path, name)? else { continue };
            if !spelled(&stored, name) || self.value(self.from, path, name)?.as_ref() != Some(&value) {
                self.changes.push(Change::SetValue { key: path.clone(), name: name.clone(), value });
            }
        }
        Ok(())
    }

    /// Deletes a key of `from` and everything in it, leaves first.
    fn delete(&mut self, path: &KeyPath) -> Result<(), RegistryError> {
        let mut keys = Vec::new();
        let mut unvisited = vec![path.clone()];
        while let Some(path) = unvisited.pop() {
            let Some(found) = self.key(self.from, &path)? else { continue };
            unvisited.extend(found.subkeys.into_iter().map(|name| path.join(name)));
            keys.push(path);
        }
        self.changes.extend(keys.into_iter().rev().map(|key| Change::DeleteKey { key }));
        Ok(())
    }

    /// Creates a key of `to` and everything in it.
    fn create(&mut self, path: &KeyPath, key: Key) -> Result<(), RegistryError> {
        let mut unvisited = vec![(path.clone(), key)];
        while let Some((path, key)) = unvisited.pop() {
            let Some((parent, _)) = path.parent() else { return Err(RegistryError::IsRoot { key: path }) };
            let path = parent.join(key.name);
            self.changes.push(Change::CreateKey { key: path.clone(), class: key.class, security: key.security });
            for name in key.values {
                if let Some(value) = self.value(self.to, &path, &name)? {
                    self.changes.push(Change::SetValue { key: path.clone(), name, value });
                }
            }
            for name in key.subkeys {
                let path = path.join(name);
                if let Some(key) = self.key(self.to, &path)? {
                    unvisited.push((path, key));
                }
            }
        }
        Ok(())
    }

    fn key(&mut self, registry: &dyn ReadRegistry, path: &KeyPath) -> Result<Option<Key>, RegistryError> {
        let key = registry.key(path)?;
        if let Some(key) = &key {
            if !key.subkeys.is_empty() && path.names().len() >= limits::DEPTH {
                return Err(RegistryError::TooDeep { key: path.clone() });
            }
            // Each of them is looked up by its name, for which a hive goes through all of them.
            let search = |names: &[Name]| names.len().saturating_mul(names.len()) / limits::COMPARED_NAMES;
            let listed = key.subkeys.len() + key.values.len();
            self.spend(path, path.names().len() + listed + search(&key.subkeys) + search(&key.values))?;
        }
        Ok(key)
    }

    fn value(
        &mut self,
        registry: &dyn ReadRegistry,
        path: &KeyPath,
        name: &Name,
    ) -> Result<Option<Value>, RegistryError> {
        let value = registry.value(path, name)?;
        self.spend(path, value.as_ref().map_or(0, |value| value.data.len() / limits::COMPARED_BYTES))?;
        Ok(value)
    }

    fn spend(&mut self, path: &KeyPath, units: usize) -> Result<(), RegistryError> {
        self.left = self.left.checked_sub(units).ok_or_else(|| RegistryError::TooLarge { key: path.clone() })?;
        Ok(())
    }
}

/// Whether a key can stay, with other values and subkeys. How a top is spelled says where it is mounted.
fn is_same(old: &Key, new: &Key, path: &KeyPath) -> bool {
    let security = match (&old.security, &new.security) {
        (Some(old), Some(new)) => old == new,
        _ => true,
    };
    let spelling = path.names().is_empty() || old.name.is_spelled_like(&new.name);
    security && spelling && old.class == new.class
}
