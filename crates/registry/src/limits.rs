//! Limits of the Windows registry, as Microsoft documents them, and of its text files.

/// The most UTF-16 units in the name of a key.
pub const KEY_NAME: usize = 255;

/// The most UTF-16 units in the name of a value.
pub const VALUE_NAME: usize = 16_383;

/// The most keys in each other, counted from the key at the top.
pub const DEPTH: usize = 512;

/// The most bytes of a .reg file: about twice what a whole registry of a large machine exports to.
pub const REG_FILE: usize = 1 << 30;

/// The most names in the paths of all keys that a .reg file creates, taken together. A line of a deep key creates all
/// keys above it, so that a short file could become steps without end; half a million keys of the usual depth pass.
pub const REG_CREATED_NAMES: usize = 4 << 20;

/// The most that is looked at when two registries are compared: each name of a path, each name that a key lists, and each
/// [`COMPARED_BYTES`] of a value count as one. The largest hives have some millions; a damaged one can show the same
/// keys at paths without number.
pub const COMPARED: usize = 1 << 25;

/// How many bytes of a value weigh as much as a name when registries are compared.
pub const COMPARED_BYTES: usize = 64;

/// How many names of a key can be gone through in search of one at the price of one.
pub const COMPARED_NAMES: usize = 4096;
