//! A key: the cell `nk`.

use registry::{FileTime, Name};

use crate::bytes::{put, u16_at, u32_at, u64_at};
use crate::hive::short;
use crate::key_value::{self, KeyValue};
use crate::stored_name::{self, StoredName};
use crate::subkeys::{self, Subkeys};
use crate::{Damage, DamageKind, Hive, SecurityCell};

/// An offset that leads nowhere.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// The bytes of the structure before the name.
pub(crate) const FIXED: usize = 76;

/// A key of a hive. It borrows the hive and reads its fields when asked.
#[derive(Clone, Copy)]
pub struct KeyNode<'h> {
    hive: Hive<'h>,
    offset: u32,
    fields: &'h [u8; FIXED],
    name: StoredName<'h>,
}

/// What a key does among the layers of a container's registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// It adds to the key of the layer above.
    Merged = 0,
    /// It hides the key of the layer above, as if it had been deleted.
    Tombstone = 1,
    /// It stands in place of the key of the layer above.
    SupersedesKey = 2,
    /// It stands in place of the key of the layer above and everything in it.
    SupersedesTree = 3,
}

/// Where each field of the structure is. Reader and editor take them from here.
pub(crate) mod field {
    pub(crate) const FLAGS: usize = 2;
    pub(crate) const WRITTEN: usize = 4;
    pub(crate) const LAYER: usize = 13;
    pub(crate) const PARENT: usize = 16;
    pub(crate) const SUBKEY_COUNT: usize = 20;
    pub(crate) const SUBKEYS: usize = 28;
    pub(crate) const VOLATILE_SUBKEYS: usize = 32;
    pub(crate) const VALUE_COUNT: usize = 36;
    pub(crate) const VALUES: usize = 40;
    pub(crate) const SECURITY: usize = 44;
    pub(crate) const CLASS: usize = 48;
    pub(crate) const LONGEST_SUBKEY_NAME: usize = 52;
    pub(crate) const LONGEST_CLASS: usize = 56;
    pub(crate) const LONGEST_VALUE_NAME: usize = 60;
    pub(crate) const LONGEST_DATA: usize = 64;
    pub(crate) const NAME_LENGTH: usize = 72;
    pub(crate) const CLASS_LENGTH: usize = 74;
}

pub(crate) mod flag {
    /// The key is the root of its hive.
    pub(crate) const ROOT: u16 = 0x04;
    /// Windows does not delete the key.
    pub(crate) const NO_DELETE: u16 = 0x08;
    /// The key stands for another, which one of its values names.
    pub(crate) const LINK: u16 = 0x10;
    /// The name has one byte for each unit.
    pub(crate) const LATIN1_NAME: u16 = 0x20;
    /// The key stands for another; the number of its values is a handle.
    pub(crate) const PREDEFINED_HANDLE: u16 = 0x40;
}

impl<'h> KeyNode<'h> {
    pub(crate) fn at(hive: Hive<'h>, offset: u32) -> Result<Self, Damage> {
        let cell = hive.structure(offset, "nk")?;
        let (fields, rest) = cell.split_first_chunk::<FIXED>().ok_or_else(|| short(offset, "a key", FIXED, cell))?;
        let flags = u16_at(fields, field::FLAGS).unwrap_or_default();
        let length = u16_at(fields, field::NAME_LENGTH).unwrap_or_default().into();
        let name = rest.get(..length).ok_or_else(|| short(offset, "the name of a key", FIXED + length, cell))?;
        let name = StoredName::new(offset, name, flags & flag::LATIN1_NAME != 0)?;
        Ok(Self { hive, offset, fields, name })
    }

    /// Where its cell is, counted from the start of the hive bins.
    pub fn offset(&self) -> u32 {
        self.offset
    }

    /// Its name, as it is stored.
    pub fn name(&self) -> StoredName<'h> {
        self.name
    }

    /// When it was last written.
    pub fn written(&self) -> FileTime {
        FileTime(u64_at(self.fields, field::WRITTEN).unwrap_or_default())
    }

    /// What it does among layers; [`Layer::Merged`] wherever there are none.
    pub fn layer(&self) -> Layer {
        let bits = if self.hive.minor_version() >= 6 { self.fields.get(field::LAYER).copied() } else { None };
        let layers = [Layer::Merged, Layer::Tombstone, Layer::SupersedesKey, Layer::SupersedesTree];
        let bits = bits.unwrap_or_default() & 3;
        layers.into_iter().find(|&layer| layer as u8 == bits).unwrap_or(Layer::Merged)
    }

    /// Whether it stands for another key, which its value `SymbolicLinkValue` names. Windows goes there whenever it meets
    /// one on its way.
    pub fn is_link(&self) -> bool {
        self.flags() & flag::LINK != 0
    }

    /// The class, which few keys have.
    pub fn class(&self) -> Result<Option<Box<[u16]>>, Damage> {
        let (offset, length) = (self.u32(field::CLASS), usize::from(self.u16(field::CLASS_LENGTH)));
        if offset == NOWHERE || length == 0 {
            return Ok(None);
        }
        let cell = self.hive.cell(offset)?;
        let class = cell.get(..length).ok_or_else(|| short(offset, "the class of a key", length, cell))?;
        let (units, rest) = class.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(Damage::at(offset, DamageKind::OddName { length }));
        }
        Ok(Some(units.iter().map(|&unit| u16::from_le_bytes(unit)).collect()))
    }

    /// Who may do what with it.
    pub fn security(&self) -> Result<SecurityCell<'h>, Damage> {
        SecurityCell::at(self.hive, self.u32(field::SECURITY))
    }

    /// Its subkeys, in the order of their lists. What is damaged comes as an error, and the others come all the same.
    pub fn subkeys(&self) -> Subkeys<'h> {
        match self.subkey_count() {
            0 => Subkeys::none(self.hive),
            _ => Subkeys::of_list(self.hive, self.u32(field::SUBKEYS)),
        }
    }

    /// The subkey of this name. The hashes of the list are compared before any name is.
    pub fn subkey(&self, name: &Name) -> Result<Option<Self>, Damage> {
        match self.subkey_count() {
            0 => Ok(None),
            _ => subkeys::find(self.hive, self.u32(field::SUBKEYS), name),
        }
    }

    /// How many subkeys it says it has.
    pub fn subkey_count(&self) -> u32 {
        self.u32(field::SUBKEY_COUNT)
    }

    /// Its values, in the order in which they are stored. What is damaged comes as an error, and the others come all the
    /// same.
    pub fn values(&self) -> Result<impl Iterator<Item = Result<KeyValue<'h>, Damage>> + use<'h>, Damage> {
        let hive = self.hive;
        Ok(self.value_offsets()?.map(move |offset| KeyValue::at(hive, offset)))
    }

    /// The value of this name; the default value has an empty one. A damaged value is passed over, because its name
    /// cannot be told, unless nothing else has the name.
    pub fn value(&self, name: &Name) -> Result<Option<KeyValue<'h>>, Damage> {
        let mut damage = None;
        for value in self.values()? {
            match value {
                Ok(value) if value.name().is(name) => return Ok(Some(value)),
                Ok(_) => {}
                Err(found) if found.is_unread() => return Err(found),
                Err(found) => damage = Some(found),
            }
        }
        damage.map_or(Ok(None), Err)
    }

    /// How many values it says it has. A predefined handle has a handle there, and no values.
    pub fn value_count(&self) -> u32 {
        if self.flags() & flag::PREDEFINED_HANDLE != 0 { 0 } else { self.u32(field::VALUE_COUNT) }
    }

    pub(crate) fn value_offsets(&self) -> Result<impl Iterator<Item = u32> + use<'h>, Damage> {
        let list = match self.value_count() {
            0 => &[],
            count => key_value::list(self.hive, self.u32(field::VALUES), count)?,
        };
        Ok(list.as_chunks::<4>().0.iter().map(|&offset| u32::from_le_bytes(offset)))
    }

    pub(crate) fn hive(&self) -> Hive<'h> {
        self.hive
    }

    pub(crate) fn flags(&self) -> u16 {
        self.u16(field::FLAGS)
    }

    pub(crate) fn u32(&self, at: usize) -> u32 {
        u32_at(self.fields, at).unwrap_or_default()
    }

    pub(crate) fn u16(&self, at: usize) -> u16 {
        u16_at(self.fields, at).unwrap_or_default()
    }

    /// How many keys a hive of this size has room for: each needs a cell of its own.
    pub(crate) fn most_in(hive: Hive<'_>) -> usize {
        hive.bins_size() / FIXED
    }
}

/// A key for a new cell.
pub(crate) struct NewKey<'n> {
    pub(crate) name: &'n Name,
    pub(crate) flags: u16,
    pub(crate) written: FileTime,
    pub(crate) layer: Layer,
    pub(crate) parent: u32,
    pub(crate) security: u32,
    /// The cell of its class and how many bytes that has.
    pub(crate) class: Option<(u32, u16)>,
    /// Subkeys, with the cell of their list.
    pub(crate) subkeys: Option<(u32, u32)>,
    /// Values, with the cell of their list.
    pub(crate) values: Option<(u32, u32)>,
    /// What stands in the fields from [`field::LONGEST_SUBKEY_NAME`] on, in bytes.
    pub(crate) longest: Longest,
}

/// The longest things in a key, which Windows sizes its buffers by. They may be too large, never too small.
#[derive(Clone, Copy, Default)]
pub(crate) struct Longest {
    /// Its high half holds flags.
    pub(crate) subkey_name: u32,
    pub(crate) class: u32,
    pub(crate) value_name: u32,
    pub(crate) data: u32,
}

impl NewKey<'_> {
    /// The content of its cell.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let (name, latin1) = stored_name::encode(self.name.units());
        let flags = self.flags | if latin1 { flag::LATIN1_NAME } else { 0 };
        let mut cell = vec![0; FIXED];
        let (class, class_length) = self.class.unwrap_or((NOWHERE, 0));
        let (subkey_count, subkeys) = self.subkeys.unwrap_or((0, NOWHERE));
        let (value_count, values) = self.values.unwrap_or((0, NOWHERE));
        let numbers = [
            (field::PARENT, self.parent),
            (field::SUBKEY_COUNT, subkey_count),
            (field::SUBKEYS, subkeys),
            (field::VOLATILE_SUBKEYS, NOWHERE),
            (field::VALUE_COUNT, value_count),
            (field::VALUES, values),
            (field::SECURITY, self.security),
            (field::CLASS, class),
            (field::LONGEST_SUBKEY_NAME, self.longest.subkey_name),
            (field::LONGEST_CLASS, self.longest.class),
            (field::LONGEST_VALUE_NAME, self.longest.value_name),
            (field::LONGEST_DATA, self.longest.data),
        ];
        let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        let halves = [(field::FLAGS, flags), (field::NAME_LENGTH, length), (field::CLASS_LENGTH, class_length)];
        let mut written = put(&mut cell, 0, b"nk")
            && put(&mut cell, field::WRITTEN, &self.written.0.to_le_bytes())
            && put(&mut cell, field::LAYER, &[self.layer as u8]);
        for (at, number) in numbers {
            written &= put(&mut cell, at, &number.to_le_bytes());
        }
        for (at, number) in halves {
            written &= put(&mut cell, at, &number.to_le_bytes());
        }
        debug_assert!(written, "the fields lie within the structure");
        cell.extend(name);
        cell
    }
}
