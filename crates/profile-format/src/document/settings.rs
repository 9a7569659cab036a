//! Settings and the states of their items.

use serde::{Deserialize, Serialize};

use super::Content;
use super::facts::Timestamp;
use super::names::{Bytes, Text};

/// The settings of one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Which category.
    pub category: Category,
    /// Its settings, sorted by id and instance, each once.
    pub settings: Vec<Setting>,
}

/// A category, numbered as on the wire. Numbers that this version does not name are kept and shown as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Category(pub u16);

impl Category {
    /// System.
    pub const SYSTEM: Self = Self(1);
    /// Bluetooth and devices.
    pub const DEVICES: Self = Self(2);
    /// Network and Internet.
    pub const NETWORK: Self = Self(3);
    /// Personalization.
    pub const PERSONALIZATION: Self = Self(4);
    /// Accounts.
    pub const ACCOUNTS: Self = Self(5);
    /// Time and language.
    pub const LANGUAGE: Self = Self(6);
    /// Gaming.
    pub const GAMING: Self = Self(7);
    /// Accessibility.
    pub const ACCESSIBILITY: Self = Self(8);
    /// File Explorer.
    pub const EXPLORER: Self = Self(9);
    /// Start and taskbar.
    pub const START: Self = Self(10);

    /// Every category that this version names, with the word by which commands and JSON know it.
    pub const NAMED: [(Self, &'static str); 10] = [
        (Self::SYSTEM, "system"),
        (Self::DEVICES, "devices"),
        (Self::NETWORK, "network"),
        (Self::PERSONALIZATION, "personalization"),
        (Self::ACCOUNTS, "accounts"),
        (Self::LANGUAGE, "language"),
        (Self::GAMING, "gaming"),
        (Self::ACCESSIBILITY, "accessibility"),
        (Self::EXPLORER, "explorer"),
        (Self::START, "start"),
    ];

    /// The word for this category, where this version names it.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(category, _)| *category == self).map(|(_, name)| *name)
    }
}

/// One setting of the catalogue, as it was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setting {
    /// The catalogue's id: words of `a-z`, `0-9` and `-`, joined by `.`.
    pub id: String,
    /// Which one, where there are several (a printer, a mapped drive).
    pub instance: Option<Text>,
    /// What the catalogue said of it at capture.
    pub flags: SettingFlags,
    /// What it consists of, sorted, each once. A setting with one value has one item with an empty path.
    pub items: Vec<Item>,
}

/// What the catalogue said of a setting at capture, as bits. Unknown bits are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SettingFlags(pub u32);

impl SettingFlags {
    /// Says something about a person; shown on request only.
    pub const PERSONAL: Self = Self(1);
    /// Its texts have tokens, such as `<APPDATA>`, where paths of known folders stood, and `<lt>` for `<`.
    pub const TOKENS: Self = Self(2);

    /// Every bit that this version names, with the word by which JSON knows it.
    pub const NAMED: [(Self, &'static str); 2] = [(Self::PERSONAL, "personal"), (Self::TOKENS, "tokens")];

    /// Whether all bits of `flags` are set here.
    pub fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// One thing that a setting consists of, and its state. `None` is "absent": the user never set it, and restoring it
/// means deleting what is there.
///
/// Paths are relative to the place that the catalogue knows. A document never says where that is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "ItemRecord", try_from = "ItemRecord")]
pub enum Item {
    /// A registry key by itself, without regard to its values.
    Key {
        /// The names of the keys below the setting's place.
        path: Vec<Text>,
        /// Whether the key is there.
        present: bool,
    },
    /// A registry value.
    Value {
        /// The names of the keys below the setting's place.
        path: Vec<Text>,
        /// The value's name; empty for a key's default value.
        name: Text,
        /// What it holds.
        state: Option<Value>,
    },
    /// A file.
    File {
        /// The names of the folders below the setting's place, and the file's own name last.
        path: Vec<Text>,
        /// What it holds.
        state: Option<FileState>,
    },
}

impl Item {
    /// The names below the setting's place.
    pub fn path(&self) -> &[Text] {
        match self {
            Self::Key { path, .. } | Self::Value { path, .. } | Self::File { path, .. } => path,
        }
    }

    /// The name of the value, where the item is one.
    pub fn value_name(&self) -> Option<&Text> {
        match self {
            Self::Value { name, .. } => Some(name),
            Self::Key { .. } | Self::File { .. } => None,
        }
    }

    /// The file that is there, where the item is one.
    pub fn file(&self) -> Option<&FileState> {
        match self {
            Self::File { state, .. } => state.as_ref(),
            Self::Key { .. } | Self::Value { .. } => None,
        }
    }
}

/// A registry value: its type in full, and exactly the bytes that were there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Value {
    /// The type, such as 4 for `REG_DWORD`; any 32-bit number can stand in a registry.
    pub kind: u32,
    /// The data.
    pub data: Bytes,
}

/// The type of a registry value, as Windows numbers and names them. A [`Value`] may have any other number too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryType(pub u32);

impl RegistryType {
    /// Text.
    pub const SZ: Self = Self(1);
    /// Text with variables of the environment in it.
    pub const EXPAND_SZ: Self = Self(2);
    /// A number of 32 bits.
    pub const DWORD: Self = Self(4);
    /// A list of texts.
    pub const MULTI_SZ: Self = Self(7);
    /// A number of 64 bits.
    pub const QWORD: Self = Self(11);

    /// Every type that Windows names.
    pub const NAMED: [(Self, &'static str); 12] = [
        (Self(0), "REG_NONE"),
        (Self::SZ, "REG_SZ"),
        (Self::EXPAND_SZ, "REG_EXPAND_SZ"),
        (Self(3), "REG_BINARY"),
        (Self::DWORD, "REG_DWORD"),
        (Self(5), "REG_DWORD_BIG_ENDIAN"),
        (Self(6), "REG_LINK"),
        (Self::MULTI_SZ, "REG_MULTI_SZ"),
        (Self(8), "REG_RESOURCE_LIST"),
        (Self(9), "REG_FULL_RESOURCE_DESCRIPTOR"),
        (Self(10), "REG_RESOURCE_REQUIREMENTS_LIST"),
        (Self::QWORD, "REG_QWORD"),
    ];

    /// The name of this type, where Windows has one.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(kind, _)| *kind == self).map(|(_, name)| *name)
    }
}

/// A file as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileState {
    /// Its bytes, by digest.
    pub content: Content,
    /// Its Windows attributes.
    pub attributes: u32,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
}

/// [`Item`] as records hold it: an explicit tag, and the fields that the tag does not use left empty.
#[derive(Serialize, Deserialize)]
struct ItemRecord {
    tag: u8,
    path: Vec<Text>,
    present: bool,
    name: Option<Text>,
    value: Option<Value>,
    file: Option<FileState>,
}

const TAG_KEY: u8 = 1;
const TAG_VALUE: u8 = 2;
const TAG_FILE: u8 = 3;

impl From<Item> for ItemRecord {
    fn from(item: Item) -> Self {
        match item {
            Item::Key { path, present } => Self { tag: TAG_KEY, path, present, name: None, value: None, file: None },
            Item::Value { path, name, state } => {
                Self { tag: TAG_VALUE, path, present: state.is_some(), name: Some(name), value: state, file: None }
            }
            Item::File { path, state } => {
                Self { tag: TAG_FILE, path, present: state.is_some(), name: None, value: None, file: state }
            }
        }
    }
}

impl TryFrom<ItemRecord> for Item {
    type Error = String;

    // A field that the tag does not use is dropped here; re-encoding then gives other bytes, and the record is refused.
    fn try_from(record: ItemRecord) -> Result<Self, String> {
        let ItemRecord { tag, path, present, name, value, file } = record;
        match tag {
            TAG_KEY => Ok(Self::Key { path, present }),
            TAG_VALUE => Ok(Self::Value { path, name: name.unwrap_or_default(), state: value }),
            TAG_FILE => Ok(Self::File { path, state: file }),
            other => Err(format!("unknown kind of item {other}")),
        }
    }
}
