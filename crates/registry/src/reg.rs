//! Text files of registry keys and values, as regedit reads and writes them.

mod encoding;
mod read;
mod write;

mod apply;

use crate::{KeyPath, Name, Value};

pub use apply::OutsideTree;
pub use encoding::RegEncoding;
pub use read::{RegFault, RegReadError};
pub use write::{RegUnwritable, RegWriteError};

/// What a .reg file says, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegFile {
    /// Which of the two formats it has.
    pub format: RegFormat,
    /// Its sections.
    pub keys: Vec<RegKey>,
}

/// The formats of .reg files, which their first line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegFormat {
    /// `Windows Registry Editor Version 5.00`: text in Unicode, and data of every type byte by byte.
    Version5,
    /// `REGEDIT4`, of Windows 9x and NT 4: the file, and the data of texts that are written as bytes, are in the code
    /// page of the machine. Taken as Windows-1252, since the file does not say.
    Regedit4,
}

impl RegFormat {
    /// The first line of such a file.
    pub fn header(self) -> &'static str {
        match self {
            Self::Version5 => "Windows Registry Editor Version 5.00",
            Self::Regedit4 => "REGEDIT4",
        }
    }
}

/// A section of a .reg file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegKey {
    /// `[-KEY]`: the key and everything in it is deleted.
    Delete(KeyPath),
    /// `[KEY]`: the key is there, and so is every key above it.
    Set {
        /// The key.
        path: KeyPath,
        /// What is said of its values.
        entries: Vec<RegEntry>,
    },
}

/// A line about a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegEntry {
    /// The name of the value; empty for the default value, which the file calls `@`.
    pub name: Name,
    /// What it is set to, or `None` where it is deleted.
    pub value: Option<Value>,
}

impl RegKey {
    /// The key that it speaks of.
    pub fn path(&self) -> &KeyPath {
        match self {
            Self::Delete(path) | Self::Set { path, .. } => path,
        }
    }
}
