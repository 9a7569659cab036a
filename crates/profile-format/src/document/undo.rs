//! What takes back an apply: what was there before, and what the apply wrote.

use serde::{Deserialize, Serialize};

use super::names::{ApplyId, Bytes, Text};
use super::settings::{FileState, Value};

/// What takes back what an apply did: what was there before, and what it wrote.
///
/// It is raw. Unlike settings it says where things are, so that what takes them back needs no catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Names the apply, as its report does.
    pub apply: ApplyId,
    /// Its steps, sorted by what they are about, each thing once.
    pub steps: Vec<UndoStep>,
}

/// One thing that an apply changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoStep {
    /// The ids of the settings that it was changed for, sorted, each once, at least one.
    pub settings: Vec<String>,
    /// The thing, what it was, and what the apply made of it.
    pub what: Replaced,
}

/// A key, a value or a file, as it was before an apply and as the apply left it. `None` is "not there".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "ReplacedRecord", try_from = "ReplacedRecord")]
pub enum Replaced {
    /// A registry key by itself, without regard to its values. The apply made it or deleted it.
    Key {
        /// One of [`ROOTS`](Self::ROOTS), and the names of the keys below it.
        path: Vec<Text>,
        /// What it was.
        before: Option<KeyState>,
        /// Whether the apply left it there.
        after: bool,
    },
    /// A registry value.
    Value {
        /// One of [`ROOTS`](Self::ROOTS), and the names of the keys below it.
        path: Vec<Text>,
        /// The value's name; empty for a key's default value.
        name: Text,
        /// What it held.
        before: Option<Value>,
        /// What the apply wrote.
        after: Option<Value>,
    },
    /// A file.
    File {
        /// A drive such as `C:`, the names of folders, and the file's own name last.
        path: Vec<Text>,
        /// What it held. The bytes of this content are in the profile.
        before: Option<FileState>,
        /// The access list that it had, as NTFS stores it; only of a file that was there.
        security: Option<Bytes>,
        /// What the apply wrote. The bytes of this content are not in the profile.
        after: Option<FileState>,
    },
}

/// A registry key as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyState {
    /// Its class, which hardly any key has.
    pub class: Option<Text>,
    /// Its access list, as Windows stores it.
    pub security: Option<Bytes>,
}

impl Replaced {
    /// The roots that paths of keys may begin with. Everything else in a registry is a view of these two.
    pub const ROOTS: [&str; 2] = ["HKCU", "HKLM"];

    /// The root or drive, and the names below it.
    pub fn path(&self) -> &[Text] {
        match self {
            Self::Key { path, .. } | Self::Value { path, .. } | Self::File { path, .. } => path,
        }
    }

    /// The name of the value, where it is one.
    pub fn value_name(&self) -> Option<&Text> {
        match self {
            Self::Value { name, .. } => Some(name),
            Self::Key { .. } | Self::File { .. } => None,
        }
    }

    /// The file that was there, where it is one.
    pub fn file_before(&self) -> Option<&FileState> {
        match self {
            Self::File { before, .. } => before.as_ref(),
            Self::Key { .. } | Self::Value { .. } => None,
        }
    }

    /// The file that the apply wrote, where it is one.
    pub fn file_after(&self) -> Option<&FileState> {
        match self {
            Self::File { after, .. } => after.as_ref(),
            Self::Key { .. } | Self::Value { .. } => None,
        }
    }

    /// What tells it from everything else: all but its states. Steps are sorted by it.
    pub fn place(&self) -> (u8, &[Text], Option<&Text>) {
        let tag = match self {
            Self::Key { .. } => TAG_KEY,
            Self::Value { .. } => TAG_VALUE,
            Self::File { .. } => TAG_FILE,
        };
        (tag, self.path(), self.value_name())
    }
}

/// [`Replaced`] as records hold it: an explicit tag, and the fields that the tag does not use left empty.
#[derive(Serialize, Deserialize)]
struct ReplacedRecord {
    tag: u8,
    path: Vec<Text>,
    name: Option<Text>,
    key_before: Option<KeyState>,
    key_after: bool,
    value_before: Option<Value>,
    value_after: Option<Value>,
    file_before: Option<FileState>,
    file_security: Option<Bytes>,
    file_after: Option<FileState>,
}

const TAG_KEY: u8 = 1;
const TAG_VALUE: u8 = 2;
const TAG_FILE: u8 = 3;

impl ReplacedRecord {
    fn empty(tag: u8, path: Vec<Text>) -> Self {
        Self {
            tag,
            path,
            name: None,
            key_before: None,
            key_after: false,
            value_before: None,
            value_after: None,
            file_before: None,
            file_security: None,
            file_after: None,
        }
    }
}

impl From<Replaced> for ReplacedRecord {
    fn from(replaced: Replaced) -> Self {
        match replaced {
            Replaced::Key { path, before, after } => {
                Self { key_before: before, key_after: after, ..Self::empty(TAG_KEY, path) }
            }
            Replaced::Value { path, name, before, after } => {
                Self { name: Some(name), value_before: before, value_after: after, ..Self::empty(TAG_VALUE, path) }
            }
            Replaced::File { path, before, security, after } => {
                Self { file_before: before, file_security: security, file_after: after, ..Self::empty(TAG_FILE, path) }
            }
        }
    }
}

impl TryFrom<ReplacedRecord> for Replaced {
    type Error = String;

    // A field that the tag does not use is dropped here; re-encoding then gives other bytes, and the record is refused.
    fn try_from(record: ReplacedRecord) -> Result<Self, String> {
        let path = record.path;
        match record.tag {
            TAG_KEY => Ok(Self::Key { path, before: record.key_before, after: record.key_after }),
            TAG_VALUE => Ok(Self::Value {
                path,
                name: record.name.unwrap_or_default(),
                before: record.value_before,
                after: record.value_after,
            }),
            TAG_FILE => Ok(Self::File {
                path,
                before: record.file_before,
                security: record.file_security,
                after: record.file_after,
            }),
            other => Err(format!("unknown kind of undo step {other}")),
        }
    }
}
