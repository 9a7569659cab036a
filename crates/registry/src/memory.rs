//! A registry in memory.

use std::collections::BTreeMap;

use crate::WriteRegistry;
use crate::in_order::InOrder;
use crate::{Change, FileTime, Key, KeyPath, Name, ReadRegistry, RegistryError, Root, SecurityDescriptor, Value};

/// A registry in memory that does what Windows does: roots are always there, subkeys are in the order of their names,
/// values in the order in which they came.
#[derive(Clone, Debug)]
pub struct MemoryRegistry {
    /// Every key by its number. Keys name their subkeys by number, so that neither copying nor dropping a deep tree
    /// recurses.
    keys: BTreeMap<Number, Node>,
    next: Number,
    now: FileTime,
}

type Number = u64;

#[derive(Clone, Debug)]
struct Node {
    name: Name,
    written: FileTime,
    class: Option<Box<[u16]>>,
    security: Option<SecurityDescriptor>,
    subkeys: BTreeMap<Name, Number>,
    values: InOrder<Value>,
}

impl MemoryRegistry {
    /// The five roots and nothing in them. Changes, and the roots themselves, are stamped with this time, since a
    /// library reads no clock; [`MemoryRegistry::set_time`] moves it on.
    pub fn new(now: FileTime) -> Self {
        let roots = Root::ALL.iter().map(|(root, name, _)| (number_of(*root), Node::new(Name::from(*name), now)));
        Self { keys: roots.collect(), next: Root::ALL.len() as Number, now }
    }

    /// The time that changes stamp from now on.
    pub fn set_time(&mut self, now: FileTime) {
        self.now = now;
    }

    /// Gives a key its security, which no change does: a root has none until it is told here.
    pub fn set_security(&mut self, path: &KeyPath, security: SecurityDescriptor) -> Result<(), RegistryError> {
        let number = self.find(path).ok_or_else(|| RegistryError::NoSuchKey { key: path.clone() })?;
        if let Some(node) = self.keys.get_mut(&number) {
            node.security = Some(security);
        }
        Ok(())
    }

    fn find(&self, path: &KeyPath) -> Option<Number> {
        let step = |number: Number, name| self.keys.get(&number)?.subkeys.get(name).copied();
        path.names().iter().try_fold(number_of(path.root()), step)
    }

    fn node(&self, path: &KeyPath) -> Option<&Node> {
        self.keys.get(&self.find(path)?)
    }

    /// The key to change, stamped; callers have found out that there is something to change.
    fn stamped(&mut self, path: &KeyPath) -> Option<&mut Node> {
        let node = self.keys.get_mut(&self.find(path)?)?;
        node.written = self.now;
        Some(node)
    }
}

fn number_of(root: Root) -> Number {
    root as Number
}

impl Node {
    fn new(name: Name, written: FileTime) -> Self {
        Self { name, written, class: None, security: None, subkeys: BTreeMap::new(), values: InOrder::default() }
    }
}

impl ReadRegistry for MemoryRegistry {
    fn key(&self, path: &KeyPath) -> Result<Option<Key>, RegistryError> {
        let key_of = |node: &Node| Key {
            name: node.name.clone(),
            written: node.written,
            class: node.class.clone(),
            security: node.security.clone(),
            subkeys: node.subkeys.keys().cloned().collect(),
            values: node.values.names(),
        };
        Ok(self.node(path).map(key_of))
    }

    fn value(&self, path: &KeyPath, name: &Name) -> Result<Option<Value>, RegistryError> {
        Ok(self.node(path).and_then(|node| node.values.get(name)).cloned())
    }
}

impl WriteRegistry for MemoryRegistry {
    fn make(&mut self, change: &Change) -> Result<(), RegistryError> {
        change.check()?;
        match change {
            Change::CreateKey { key, class, security } => self.create_key(key, class.as_deref(), security.as_ref()),
            Change::DeleteKey { key } => self.delete_key(key),
            Change::SetValue { key, name, value } => self.set_value(key, name, value),
            Change::DeleteValue { key, name } => {
                if self.node(key).is_some_and(|node| node.values.get(name).is_some())
                    && let Some(node) = self.stamped(key)
                {
                    node.values.remove(name);
                }
                Ok(())
            }
        }
    }
}

impl MemoryRegistry {
    fn create_key(
        &mut self,
        key: &KeyPath,
        class: Option<&[u16]>,
        security: Option<&SecurityDescriptor>,
    ) -> Result<(), RegistryError> {
        let Some((parent, name)) = key.parent() else { return Ok(()) };
        if self.find(key).is_some() {
            return Ok(());
        }
        let (number, now) = (self.next, self.now);
        let Some(above) = self.stamped(&parent) else { return Err(RegistryError::NoSuchKey { key: parent }) };
        above.subkeys.insert(name.clone(), number);
        let security = security.or(above.security.as_ref()).cloned();
        let node = Node { class: class.map(Into::into), security, ..Node::new(name.clone(), now) };
        self.keys.insert(number, node);
        self.next += 1;
        Ok(())
    }

    fn delete_key(&mut self, key: &KeyPath) -> Result<(), RegistryError> {
        let Some((parent, name)) = key.parent() else { return Err(RegistryError::IsRoot { key: key.clone() }) };
        let Some(number) = self.find(key) else { return Ok(()) };
        let subkeys = self.keys.get(&number).map_or(0, |node| node.subkeys.len());
        if subkeys > 0 {
            return Err(RegistryError::HasSubkeys { key: key.clone(), subkeys });
        }
        self.keys.remove(&number);
        if let Some(above) = self.stamped(&parent) {
            above.subkeys.remove(name);
        }
        Ok(())
    }

    fn set_value(&mut self, key: &KeyPath, name: &Name, value: &Value) -> Result<(), RegistryError> {
        let Some(node) = self.node(key) else { return Err(RegistryError::NoSuchKey { key: key.clone() }) };
        if node.values.get(name) != Some(value)
            && let Some(node) = self.stamped(key)
        {
            node.values.set(name, value.clone());
        }
        Ok(())
    }
}
