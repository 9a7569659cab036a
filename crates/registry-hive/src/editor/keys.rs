//! Creating and deleting keys.

use registry::limits::{DEPTH, KEY_NAME};
use registry::{Key, Name, SecurityDescriptor};

use super::Editor;
use crate::hive::Way;
use crate::key_node::{Longest, NOWHERE, NewKey, field, flag};
use crate::{Damage, EditError, KeyNode, KeyValue, Layer, StoredName};

/// The bits of the field with the longest subkey's name that are that length.
const LENGTH_BITS: u32 = 0xffff;

/// The bits of that field with which Windows decides on virtualisation; one of them hands them on to new subkeys.
const VIRTUALISATION: u32 = 0xf_0000;
const HANDED_ON: u32 = 0x8_0000;

impl Editor {
    /// What is at a path of names below the root.
    pub fn key(&self, path: &[Name]) -> Result<Option<Key>, EditError> {
        match self.find(path)? {
            Some(key) => self.read(|hive| hive.key_at(key)?.to_key()).map(Some),
            None => Ok(None),
        }
    }

    /// Creates a key in one that exists. Nothing happens to one that is there already.
    pub fn create_key(
        &mut self,
        path: &[Name],
        class: Option<&[u16]>,
        security: Option<&SecurityDescriptor>,
    ) -> Result<(), EditError> {
        match path.split_last() {
            Some((name, parents)) if self.find(path)?.is_none() => {
                self.as_a_whole(|editor| editor.create_in(parents, name, class, security))
            }
            _ => Ok(()),
        }
    }

    fn create_in(
        &mut self,
        parents: &[Name],
        name: &Name,
        class: Option<&[u16]>,
        security: Option<&SecurityDescriptor>,
    ) -> Result<(), EditError> {
        let length = name.units().len();
        if length == 0 || length > KEY_NAME || name.units().contains(&u16::from(b'\\')) {
            return Err(EditError::BadKeyName { length });
        }
        // The root is a level too.
        if parents.len() + 1 >= DEPTH {
            return Err(EditError::TooDeep);
        }
        let parent = self.find(parents)?.ok_or(EditError::NoSuchKey)?;
        // What stands in place of a whole tree has nothing in it that merges with the layer above.
        let layer = match self.layer_to_edit(parent)? {
            Layer::SupersedesTree => Layer::SupersedesTree,
            _ => Layer::Merged,
        };
        let security = match security {
            Some(descriptor) => self.share_security(parent, descriptor)?,
            None => self.share_security_of(parent)?,
        };
        let class = match class.filter(|class| !class.is_empty()) {
            Some(class) => {
                let bytes: Vec<u8> = class.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                let length = u16::try_from(bytes.len()).ok();
                let length = length.ok_or(EditError::TooLarge { size: bytes.len(), most: u16::MAX.into() })?;
                Some((self.store(&bytes, parent)?, length))
            }
            None => None,
        };
        let handed_on = self.key_field(parent, field::LONGEST_SUBKEY_NAME)?;
        let handed_on = if handed_on & HANDED_ON != 0 { handed_on & VIRTUALISATION } else { 0 };
        let new = NewKey {
            name,
            flags: 0,
            written: self.now,
            layer,
            parent,
            security,
            class,
            subkeys: None,
            values: None,
            longest: Longest { subkey_name: handed_on, ..Longest::default() },
        };
        let key = self.store(&new.encode(), parent)?;
        self.insert_subkey(parent, name, key)?;
        self.change_count(parent, field::SUBKEY_COUNT, 1)?;
        self.raise_length(parent, field::LONGEST_SUBKEY_NAME, name.units().len() * 2)?;
        self.raise_length(parent, field::LONGEST_CLASS, class.map_or(0, |(_, length)| length.into()))?;
        self.stamp(parent);
        Ok(())
    }

    /// Deletes a key and its values. It must have no subkeys. Nothing happens if there is no such key.
    pub fn delete_key(&mut self, path: &[Name]) -> Result<(), EditError> {
        let Some((_, parents)) = path.split_last() else { return Err(EditError::IsRoot) };
        match self.find(path)?.zip(self.find(parents)?) {
            Some((key, parent)) => self.as_a_whole(|editor| editor.delete_from(parent, key)),
            None => Ok(()),
        }
    }

    fn delete_from(&mut self, parent: u32, key: u32) -> Result<(), EditError> {
        let facts = self.read(|hive| {
            let key = hive.key_at(key)?;
            let class = key.class()?.map(|_| key.u32(field::CLASS));
            Ok((key.subkey_count(), key.flags(), class, key.u32(field::SECURITY)))
        })?;
        let (subkeys, flags, class, security) = facts;
        if subkeys != 0 {
            return Err(EditError::HasSubkeys(subkeys));
        }
        if flags & (flag::NO_DELETE | flag::ROOT) != 0 {
            return Err(EditError::Protected);
        }
        self.delete_values(key)?;
        if let Some(class) = class {
            self.free(class)?;
        }
        self.release_security(security)?;
        self.remove_subkey(parent, key)?;
        self.free(key)?;
        self.change_count(parent, field::SUBKEY_COUNT, -1)?;
        self.stamp(parent);
        Ok(())
    }

    /// The cell of the key at a path. Windows would follow a link on the way to somewhere else, so that is an error.
    pub(super) fn find(&self, path: &[Name]) -> Result<Option<u32>, EditError> {
        let found = self.read(|hive| {
            Ok(match hive.way(path)? {
                Way::Key(key) => Ok(Some(key.offset())),
                Way::Absent => Ok(None),
                Way::Link(name) => Err(name),
            })
        })?;
        found.map_err(|link: &Name| EditError::Link(link.clone()))
    }

    /// What a key does among layers; an error for one that only hides another, or stands for another.
    pub(super) fn layer_to_edit(&self, key: u32) -> Result<Layer, EditError> {
        let (layer, link) = self.read(|hive| {
            let key = hive.key_at(key)?;
            Ok((key.layer(), key.is_link().then(|| key.name().to_name())))
        })?;
        match (layer, link) {
            (_, Some(name)) => Err(EditError::Link(name)),
            (Layer::Tombstone, None) => Err(EditError::Tombstone),
            (layer, None) => Ok(layer),
        }
    }

    pub(super) fn key_field(&self, key: u32, at: usize) -> Result<u32, EditError> {
        self.read(|hive| hive.key_at(key).map(|key| key.u32(at)))
    }

    pub(super) fn set_key_field(&mut self, key: u32, at: usize, number: u32) {
        self.write(key, at, &number.to_le_bytes());
    }

    pub(super) fn change_count(&mut self, key: u32, at: usize, by: i32) -> Result<(), EditError> {
        let count = self.key_field(key, at)?;
        self.set_key_field(key, at, count.saturating_add_signed(by));
        Ok(())
    }

    /// Raises the length of the longest thing of a kind. What else stands in the field stays.
    pub(super) fn raise_length(&mut self, key: u32, at: usize, length: usize) -> Result<(), EditError> {
        let bits = if at == field::LONGEST_SUBKEY_NAME { LENGTH_BITS } else { u32::MAX };
        let length = u32::try_from(length).unwrap_or(u32::MAX) & bits;
        let old = self.key_field(key, at)?;
        if length > old & bits {
            self.set_key_field(key, at, old & !bits | length);
        }
        Ok(())
    }

    /// The key was written now.
    pub(super) fn stamp(&mut self, key: u32) {
        let now = self.now.0.to_le_bytes();
        self.write(key, field::WRITTEN, &now);
    }
}

impl KeyNode<'_> {
    /// A copy that outlives the hive, with the names of what is in it. What is damaged in it is an error.
    pub fn to_key(&self) -> Result<Key, Damage> {
        let hidden = |value: &Result<KeyValue<'_>, Damage>| value.as_ref().is_ok_and(KeyValue::is_tombstone);
        let values = self.values()?.filter(|value| !hidden(value)).map(|value| value.map(|value| value.name()));
        Ok(Key {
            name: self.name().to_name(),
            written: self.written(),
            class: self.class()?,
            security: match self.u32(field::SECURITY) {
                NOWHERE => None,
                _ => Some(self.security()?.to_descriptor()),
            },
            subkeys: self.subkeys().map(|key| key.map(|key| key.name().to_name())).collect::<Result<_, _>>()?,
            values: values.map(|name| name.map(StoredName::to_name)).collect::<Result<_, _>>()?,
        })
    }
}
