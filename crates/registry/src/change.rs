//! A change as a value: shown, counted and inverted before it is made.

use crate::{Key, KeyPath, Name, ReadRegistry, RegistryError, SecurityDescriptor, Value, limits};

/// One step. Steps are small, so that each has an exact inverse; a tree is created from its top and deleted from its
/// leaves.
///
/// A step towards what is already so changes nothing and succeeds: creating a key that exists, deleting what is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Creates a key in one that exists.
    CreateKey {
        /// The new key, in the spelling that it gets.
        key: KeyPath,
        /// Its class; few keys have one.
        class: Option<Box<[u16]>>,
        /// Its security; without one it gets that of the key it stands in.
        security: Option<SecurityDescriptor>,
    },
    /// Deletes a key and its values. It must have no subkeys.
    DeleteKey {
        /// The key.
        key: KeyPath,
    },
    /// Sets a value in a key that exists. A value that exists keeps the spelling of its name.
    SetValue {
        /// The key.
        key: KeyPath,
        /// The name of the value; empty for the default value.
        name: Name,
        /// What it is to be.
        value: Value,
    },
    /// Deletes a value.
    DeleteValue {
        /// The key.
        key: KeyPath,
        /// The name of the value.
        name: Name,
    },
}

impl Change {
    /// Creates a key as most keys are: without a class, with the security of the key it stands in.
    pub fn create(key: KeyPath) -> Self {
        Self::CreateKey { key, class: None, security: None }
    }

    /// The key that it touches.
    pub fn key(&self) -> &KeyPath {
        match self {
            Self::CreateKey { key, .. }
            | Self::DeleteKey { key }
            | Self::SetValue { key, .. }
            | Self::DeleteValue { key, .. } => key,
        }
    }

    /// What takes it back, computed from the registry as it is before the change. Nothing, if it would change nothing.
    ///
    /// A deleted key comes back with its class, security and values; its time of writing, and the order of the values,
    /// do not.
    pub fn inverse(&self, before: &(impl ReadRegistry + ?Sized)) -> Result<Vec<Self>, RegistryError> {
        Ok(match self {
            Self::CreateKey { key, .. } => match before.key(key)? {
                Some(_) => vec![],
                None => vec![Self::DeleteKey { key: key.clone() }],
            },
            Self::DeleteKey { key } => match before.key(key)? {
                Some(found) => recreate(before, key, found)?,
                None => vec![],
            },
            Self::SetValue { key, name, value } => match before.value(key, name)? {
                Some(old) if old == *value => vec![],
                Some(old) => vec![Self::SetValue { key: key.clone(), name: name.clone(), value: old }],
                None => vec![Self::DeleteValue { key: key.clone(), name: name.clone() }],
            },
            Self::DeleteValue { key, name } => match before.value(key, name)? {
                Some(value) => vec![Self::SetValue { key: key.clone(), name: stored_name(before, key, name)?, value }],
                None => vec![],
            },
        })
    }

    /// The steps that delete a key and everything in it, leaves first. None, if there is no such key.
    pub fn delete_tree(registry: &(impl ReadRegistry + ?Sized), key: &KeyPath) -> Result<Vec<Self>, RegistryError> {
        let mut keys = Vec::new();
        let mut unvisited = vec![key.clone()];
        while let Some(key) = unvisited.pop() {
            let Some(found) = registry.key(&key)? else { continue };
            if !found.subkeys.is_empty() && key.names().len() >= limits::DEPTH {
                return Err(RegistryError::TooDeep { key });
            }
            unvisited.extend(found.subkeys.into_iter().map(|name| key.join(name)));
            keys.push(key);
        }
        Ok(keys.into_iter().rev().map(|key| Self::DeleteKey { key }).collect())
    }

    /// Whether any registry could do it: lengths of names, depth, characters of a key's name, and roots, which are
    /// there without being created.
    pub fn check(&self) -> Result<(), RegistryError> {
        match self {
            Self::CreateKey { key, class: Some(_), .. } | Self::DeleteKey { key } if key.names().is_empty() => {
                return Err(RegistryError::IsRoot { key: key.clone() });
            }
            Self::CreateKey { key, .. } => {
                let Some(name) = key.names().last() else { return Ok(()) };
                if key.names().len() > limits::DEPTH {
                    return Err(RegistryError::TooDeep { key: key.clone() });
                }
                let length = name.units().len();
                if length == 0 || length > limits::KEY_NAME || name.units().contains(&u16::from(b'\\')) {
                    return Err(RegistryError::BadKeyName { key: key.clone(), length });
                }
            }
            Self::SetValue { key, name, .. } if name.units().len() > limits::VALUE_NAME => {
                return Err(RegistryError::LongValueName { key: key.clone(), length: name.units().len() });
            }
            Self::SetValue { .. } | Self::DeleteKey { .. } | Self::DeleteValue { .. } => {}
        }
        Ok(())
    }
}

/// The name of a value in the spelling in which the registry has it, which a change need not share.
fn stored_name(registry: &(impl ReadRegistry + ?Sized), key: &KeyPath, name: &Name) -> Result<Name, RegistryError> {
    let stored = registry.key(key)?.and_then(|key| key.values.into_iter().find(|stored| stored == name));
    Ok(stored.unwrap_or_else(|| name.clone()))
}

fn recreate(before: &(impl ReadRegistry + ?Sized), key: &KeyPath, found: Key) -> Result<Vec<Change>, RegistryError> {
    let spelled = match key.parent() {
        Some((parent, name)) if *name == found.name => parent.join(found.name),
        _ => key.clone(),
    };
    let mut changes = vec![Change::CreateKey { key: spelled, class: found.class, security: found.security }];
    for name in found.values {
        if let Some(value) = before.value(key, &name)? {
            changes.push(Change::SetValue { key: key.clone(), name, value });
        }
    }
    Ok(changes)
}
