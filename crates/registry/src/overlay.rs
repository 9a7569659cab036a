//! Changes over a registry that stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::WriteRegistry;
use crate::in_order::InOrder;
use crate::{Change, FileTime, Key, KeyPath, Name, ReadRegistry, RegistryError, SecurityDescriptor, Value};

/// A registry as it would be after changes: it keeps what was changed, reads the rest from the registry beneath, and
/// leaves that one untouched.
///
/// It knows keys by their paths alone: where the registry beneath shows one key at two paths, a change at one of them
/// does not show at the other. A key that was changed lists its subkeys in the order of their names.
pub struct Overlay<'a> {
    beneath: &'a dyn ReadRegistry,
    /// Keys that were changed or had a subkey created or deleted; `None` stands for a key that was deleted.
    touched: BTreeMap<KeyPath, Option<Touched>>,
    changes: Vec<Change>,
    now: FileTime,
}

struct Touched {
    name: Name,
    written: FileTime,
    class: Option<Box<[u16]>>,
    security: Option<SecurityDescriptor>,
    subkeys: BTreeSet<Name>,
    values: InOrder<Content>,
}

enum Content {
    Beneath,
    Set(Value),
}

impl<'a> Overlay<'a> {
    /// Nothing changed yet. Changes are stamped with this time.
    pub fn new(beneath: &'a dyn ReadRegistry, now: FileTime) -> Self {
        Self { beneath, touched: BTreeMap::new(), changes: Vec::new(), now }
    }

    /// The changes that were made and changed something, in their order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The changes that were made and changed something, in their order.
    pub fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

impl ReadRegistry for Overlay<'_> {
    fn key(&self, path: &KeyPath) -> Result<Option<Key>, RegistryError> {
        match self.touched.get(path) {
            Some(touched) => Ok(touched.as_ref().map(Touched::key)),
            None => self.beneath.key(path),
        }
    }

    fn value(&self, path: &KeyPath, name: &Name) -> Result<Option<Value>, RegistryError> {
        match self.touched.get(path) {
            Some(Some(touched)) => match touched.values.get(name) {
                Some(Content::Set(value)) => Ok(Some(value.clone())),
                Some(Content::Beneath) => self.beneath.value(path, name),
                None => Ok(None),
            },
            Some(None) => Ok(None),
            None => self.beneath.value(path, name),
        }
    }
}

impl WriteRegistry for Overlay<'_> {
    fn make(&mut self, change: &Change) -> Result<(), RegistryError> {
        change.check()?;
        let changed = match change {
            Change::CreateKey { key, class, security } => self.create_key(key, class.as_deref(), security.as_ref())?,
            Change::DeleteKey { key } => self.delete_key(key)?,
            Change::SetValue { key, name, value } => self.set_value(key, name, value)?,
            Change::DeleteValue { key, name } => self.delete_value(key, name)?,
        };
        if changed {
            self.changes.push(change.clone());
        }
        Ok(())
    }
}

/// Each step says whether it changed anything.
impl Overlay<'_> {
    fn create_key(
        &mut self,
        key: &KeyPath,
        class: Option<&[u16]>,
        security: Option<&SecurityDescriptor>,
    ) -> Result<bool, RegistryError> {
        let Some((parent, name)) = key.parent() else { return Ok(false) };
        if self.has_key(key)? {
            return Ok(false);
        }
        let now = self.now;
        let Some(above) = self.touch(&parent)? else { return Err(RegistryError::NoSuchKey { key: parent }) };
        above.written = now;
        above.subkeys.insert(name.clone());
        let created = Touched {
            name: name.clone(),
            written: now,
            class: class.map(Into::into),
            security: security.or(above.security.as_ref()).cloned(),
            subkeys: BTreeSet::new(),
            values: InOrder::default(),
        };
        self.touched.insert(key.clone(), Some(created));
        Ok(true)
    }

    fn delete_key(&mut self, key: &KeyPath) -> Result<bool, RegistryError> {
        let subkeys = match self.touched.get(key) {
            Some(touched) => touched.as_ref().map(|touched| touched.subkeys.len()),
            None => self.beneath.key(key)?.map(|found| found.subkeys.len()),
        };
        match subkeys {
            None => return Ok(false),
            Some(0) => {}
            Some(subkeys) => return Err(RegistryError::HasSubkeys { key: key.clone(), subkeys }),
        }
        let now = self.now;
        if let Some((parent, name)) = key.parent()
            && let Some(above) = self.touch(&parent)?
        {
            above.written = now;
            above.subkeys.remove(name);
        }
        self.touched.insert(key.clone(), None);
        Ok(true)
    }

    fn set_value(&mut self, key: &KeyPath, name: &Name, value: &Value) -> Result<bool, RegistryError> {
        if self.value(key, name)?.as_ref() == Some(value) {
            return Ok(false);
        }
        let now = self.now;
        let Some(touched) = self.touch(key)? else { return Err(RegistryError::NoSuchKey { key: key.clone() }) };
        touched.written = now;
        touched.values.set(name, Content::Set(value.clone()));
        Ok(true)
    }

    fn delete_value(&mut self, key: &KeyPath, name: &Name) -> Result<bool, RegistryError> {
        if self.value(key, name)?.is_none() {
            return Ok(false);
        }
        let now = self.now;
        let Some(touched) = self.touch(key)? else { return Ok(false) };
        touched.written = now;
        touched.values.remove(name);
        Ok(true)
    }

    /// Whether there is such a key, found out without copying what it lists.
    pub(crate) fn has_key(&self, key: &KeyPath) -> Result<bool, RegistryError> {
        match self.touched.get(key) {
            Some(touched) => Ok(touched.is_some()),
            None => Ok(self.beneath.key(key)?.is_some()),
        }
    }

    /// The key as something that can be changed, taken from beneath the first time; nothing, if there is no such key.
    fn touch(&mut self, key: &KeyPath) -> Result<Option<&mut Touched>, RegistryError> {
        if !self.touched.contains_key(key) {
            let Some(found) = self.beneath.key(key)? else { return Ok(None) };
            self.touched.insert(key.clone(), Some(Touched::from(found)));
        }
        Ok(self.touched.get_mut(key).and_then(Option::as_mut))
    }
}

impl Touched {
    fn key(&self) -> Key {
        Key {
            name: self.name.clone(),
            written: self.written,
            class: self.class.clone(),
            security: self.security.clone(),
            subkeys: self.subkeys.iter().cloned().collect(),
            values: self.values.names(),
        }
    }
}

impl From<Key> for Touched {
    fn from(key: Key) -> Self {
        let mut values = InOrder::default();
        for name in &key.values {
            values.set(name, Content::Beneath);
        }
        Self {
            name: key.name,
            written: key.written,
            class: key.class,
            security: key.security,
            subkeys: key.subkeys.into_iter().collect(),
            values,
        }
    }
}
