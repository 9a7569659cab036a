//! Hives of text.

use std::path::Path;

use registry::{Change, FileTime, KeyPath, MemoryRegistry, RegFile, WriteRegistry};
use registry_hive::NewHive;

use super::{Hive, failed};
use crate::error::CommandError;

/// The bytes of a hive whose keys all have one time.
pub(super) fn build(hive: &Hive, path: &str, time: FileTime) -> Result<Vec<u8>, CommandError> {
    let place = place(hive, path)?;
    let mut tree = MemoryRegistry::new(time);
    for depth in 1..=place.names().len() {
        let names = place.names().iter().take(depth).cloned().collect();
        tree.make(&Change::create(KeyPath::new(place.root(), names))).map_err(failed(path))?;
    }
    for change in read(hive.reg, path)?.changes(&tree).map_err(failed(path))? {
        tree.make(&change).map_err(failed(path))?;
    }
    let file_name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
    NewHive::new(hive.version, &file_name).build(&tree, &place).map_err(failed(path))
}

pub(super) fn read(reg: &str, path: &str) -> Result<RegFile, CommandError> {
    RegFile::read(reg.as_bytes()).map_err(failed(path))
}

/// The key that a hive stands for.
pub(super) fn place(hive: &Hive, path: &str) -> Result<KeyPath, CommandError> {
    KeyPath::parse(hive.root).map_err(failed(path))
}
