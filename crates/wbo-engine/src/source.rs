//! One user of one Windows, as something to read from.

use std::error::Error;

use profile_format::{Device, User};
use registry::ReadRegistry;

use crate::{Drives, Folders, WindowsPath};

/// What a profile is captured from: a user's registry and files, wherever they really are.
pub struct Source<'s> {
    /// `HKCU` and `HKLM`, as far as they are at hand. What is not at hand is an error there, not absence.
    pub registry: &'s dyn ReadRegistry,
    /// The drives.
    pub files: &'s Drives<'s>,
    /// What opens hives that are mounted nowhere.
    pub hives: &'s dyn OpenHive,
    /// Where the known folders are.
    pub folders: Folders,
    /// Whose settings they are.
    pub user: User,
    /// The PC.
    pub device: Device,
}

/// Opens hive files that Windows mounts for packaged apps only.
pub trait OpenHive {
    /// The registry in a hive file, its root as `HKCU`; `None`, if there is no such file.
    fn open(&self, path: &WindowsPath) -> Result<Option<Box<dyn ReadRegistry>>, Box<dyn Error + Send + Sync>>;
}

/// Opens no hive, where none is at hand.
pub struct NoHives;

impl OpenHive for NoHives {
    fn open(&self, _: &WindowsPath) -> Result<Option<Box<dyn ReadRegistry>>, Box<dyn Error + Send + Sync>> {
        Ok(None)
    }
}
