//! What a transaction asks of drives.

use std::io;

use profile_format::Timestamp;
use registry_hive::HiveFiles;
use wbo_engine::{Entry, WindowsPath};

/// What a transaction does to the drives of a Windows that is switched off. Paths are as Windows has them; no step
/// follows a link.
///
/// What a step says of a loss of power is all that a transaction relies on. Names that were not synced may be lost or kept
/// in any order; each of them is there or not.
pub trait Disk {
    /// What stands at a path, or `None` where nothing does.
    fn entry(&self, path: &WindowsPath) -> io::Result<Option<Entry>>;

    /// What is in a folder; `None`, if there is no such folder.
    fn list(&self, folder: &WindowsPath) -> io::Result<Option<Vec<Entry>>>;

    /// The bytes of a file; `None`, if there is no such file. More than `most` bytes are an error of the kind
    /// [`io::ErrorKind::FileTooLarge`].
    fn read(&self, path: &WindowsPath, most: u64) -> io::Result<Option<Vec<u8>>>;

    /// Opens a hive and its logs, to be changed in place; nobody else changes it meanwhile. `None`, if there is no such
    /// file.
    fn hive(&self, path: &WindowsPath) -> io::Result<Option<Box<dyn HiveFiles>>>;

    /// Makes a file that is not there yet, and returns when its bytes would outlast a loss of power; its name may not.
    fn create(&mut self, path: &WindowsPath, bytes: &[u8], access: Access<'_>) -> io::Result<()>;

    /// Adds bytes to the end of a file, and returns when they would outlast a loss of power.
    fn append(&mut self, path: &WindowsPath, bytes: &[u8]) -> io::Result<()>;

    /// Makes a folder that is not there yet.
    fn create_folder(&mut self, path: &WindowsPath, access: Access<'_>) -> io::Result<()>;

    /// Gives a file a second name in the same folder. [`io::ErrorKind::Unsupported`], where the file system has none.
    fn link(&mut self, from: &WindowsPath, to: &WindowsPath) -> io::Result<()>;

    /// Gives a file another name in the same folder, at once, in place of a file that has it. Where both names are of one
    /// file, nothing need happen.
    fn rename(&mut self, from: &WindowsPath, to: &WindowsPath) -> io::Result<()>;

    /// Removes a name of a file.
    fn remove(&mut self, path: &WindowsPath) -> io::Result<()>;

    /// Removes a folder, which must be empty.
    fn remove_folder(&mut self, path: &WindowsPath) -> io::Result<()>;

    /// Returns when the names in a folder would outlast a loss of power.
    fn sync_folder(&mut self, folder: &WindowsPath) -> io::Result<()>;

    /// Gives a file its attributes and its time, as far as the file system has them, and returns when they would outlast a
    /// loss of power. Without a time it keeps the one that it has.
    fn set(&mut self, path: &WindowsPath, attributes: u32, modified: Option<Timestamp>) -> io::Result<()>;

    /// The security descriptor of a file or folder as NTFS stores it; `None` where the file system has none.
    fn security(&self, path: &WindowsPath) -> io::Result<Option<Vec<u8>>>;
}

/// Who may do what with something that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    /// As the folder gives it.
    Inherited,
    /// As this file has it.
    Like(&'a WindowsPath),
    /// This descriptor, exactly.
    Exactly(&'a [u8]),
    /// Administrators and Windows itself only. The administrators own it, and recovery believes no journal that others own.
    Administrators,
}
