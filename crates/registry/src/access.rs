//! The two traits through which everything reads and writes a registry.

use std::error::Error;

use crate::{Change, KeyPath, Name, Value, limits};

/// A registry that can be read: live, in hives, or in memory.
pub trait ReadRegistry {
    /// The key at a path, or `None` where there is none.
    fn key(&self, path: &KeyPath) -> Result<Option<Key>, RegistryError>;

    /// A value of a key, or `None` where there is no such key or no such value.
    fn value(&self, path: &KeyPath, name: &Name) -> Result<Option<Value>, RegistryError>;
}

/// A registry that can be changed.
pub trait WriteRegistry: ReadRegistry {
    /// Makes one change, or leaves everything as it was and says why.
    fn make(&mut self, change: &Change) -> Result<(), RegistryError>;
}

/// What a key says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in the spelling in which it is stored.
    pub name: Name,
    /// When it was last written.
    pub written: FileTime,
    /// Its class; few keys have one.
    pub class: Option<Box<[u16]>>,
    /// Who may do what with it, where the source knows.
    pub security: Option<SecurityDescriptor>,
    /// The names of its subkeys, as the source orders them.
    pub subkeys: Vec<Name>,
    /// The names of its values, as the source orders them.
    pub values: Vec<Name>,
}

/// A moment as Windows counts it: steps of 100 ns since the year 1601.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileTime(pub u64);

/// A security descriptor in its self-relative form, as exact bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecurityDescriptor(pub Box<[u8]>);

/// Why a registry could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A value is set in a key, or a key created in one, that is not there.
    #[error("{key} does not exist")]
    NoSuchKey {
        /// The missing key.
        key: KeyPath,
    },
    /// A key is deleted that has subkeys.
    #[error("{key} has subkeys ({subkeys}) and cannot be deleted before them")]
    HasSubkeys {
        /// The key.
        key: KeyPath,
        /// How many it has.
        subkeys: usize,
    },
    /// A root, or the top of a hive, is created with a class or deleted.
    #[error("{key} is the top of a registry or a hive, which is neither created nor deleted")]
    IsRoot {
        /// The key.
        key: KeyPath,
    },
    /// Nothing is mounted where the key would be.
    #[error("no hive holds {key}")]
    NotMounted {
        /// The key.
        key: KeyPath,
    },
    /// Keys stand deeper in each other than Windows has it.
    #[error("{key} stands deeper than {} keys in each other, the most that Windows has", limits::DEPTH)]
    TooDeep {
        /// The key.
        key: KeyPath,
    },
    /// A .reg file creates more keys, in deeper places, than one file should.
    #[error(
        "before {key} the file has created keys with {} names in their paths, the most that one file may",
        limits::REG_CREATED_NAMES
    )]
    TooManyKeys {
        /// The key at which the limit is reached.
        key: KeyPath,
    },
    /// Two registries are compared that have more than any registry has.
    #[error("before {key} more keys and values were compared than any registry has; it may lead in a circle")]
    TooLarge {
        /// The key at which the limit is reached.
        key: KeyPath,
    },
    /// A name that no key can have.
    #[error(
        "the last name of {key} has {length} characters; a key's name has 1 to {}, and no backslash among them",
        limits::KEY_NAME
    )]
    BadKeyName {
        /// The key.
        key: KeyPath,
        /// The length of its last name.
        length: usize,
    },
    /// A name that no value can have.
    #[error("a value of {key} would have a name of {length} characters; the most is {}", limits::VALUE_NAME)]
    LongValueName {
        /// The key.
        key: KeyPath,
        /// The length of the value's name.
        length: usize,
    },
    /// What lies beneath cannot be read or written there.
    #[error("{key}: {source}")]
    Source {
        /// The key.
        key: KeyPath,
        /// What the source says.
        source: Box<dyn Error + Send + Sync>,
    },
}
