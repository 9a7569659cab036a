//! A folder that is found by its path each time.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use profile_format::Timestamp;
use registry::Name;
use wbo_engine::{Entry, EntryKind};

use super::{ARCHIVE, GIVEN, HIDDEN, NOT_CONTENT_INDEXED, Permit, READ_ONLY, SYSTEM, Use};
use crate::disk_tree::{ONLINE_ONLY, closed, present, windows_name};
use crate::files::{grant_only, windows_tool};

/// A folder by its path, which led to no link when it was looked at.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A folder that somebody named, and that may be reached through links.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        // What is long is found by such a path alone.
        let path = path.canonicalize()?;
        match fs::metadata(&path)?.is_dir() {
            true => Ok(Self(path)),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// The same folder once more.
    pub(crate) fn again(&self) -> io::Result<Self> {
        Ok(Self(self.0.clone()))
    }

    /// A folder in this one.
    pub(crate) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        let path = self.0.join(name);
        match kind(&fs::symlink_metadata(&path)?) {
            EntryKind::Folder => Ok(Self(path)),
            EntryKind::Link => Err(io::Error::other(format!("it {}", closed(EntryKind::Link)))),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Opens a file in it.
    pub(crate) fn file(&self, name: &OsStr, to: Use) -> io::Result<File> {
        let path = self.0.join(name);
        match kind(&fs::symlink_metadata(&path)?) {
            EntryKind::File => {}
            EntryKind::Folder => return Err(io::ErrorKind::IsADirectory.into()),
            kind => return Err(io::Error::other(format!("it {}", closed(kind)))),
        }
        match to {
            Use::Read => File::open(path),
            Use::Edit => File::options().read(true).write(true).open(path),
            Use::Append => File::options().append(true).open(path),
        }
    }

    /// Opens a file or folder in it, for what stands beside its bytes.
    pub(crate) fn either(&self, name: &OsStr) -> io::Result<File> {
        beside_bytes(&self.0.join(name))
    }

    /// The folder as what [`Folder::either`] opens.
    pub(crate) fn itself(&self) -> io::Result<File> {
        beside_bytes(&self.0)
    }

    /// The names of what is in it, in any order.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// What a name stands for, if it does for anything.
    pub(crate) fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        let metadata = present(fs::symlink_metadata(self.0.join(name)))?;
        Ok(metadata.map(|metadata| entry(windows_name(name).unwrap_or_default(), &metadata)))
    }

    /// The folder itself, without a name.
    pub(crate) fn own_entry(&self) -> io::Result<Entry> {
        Ok(Entry { kind: EntryKind::Folder, ..entry(Name::default(), &fs::metadata(&self.0)?) })
    }

    /// Whether two names stand for one file, which cannot be told here: to rename one to the other is right in any case.
    pub(crate) fn are_one(&self, one: &OsStr, other: &OsStr) -> io::Result<bool> {
        Ok(one == other)
    }

    /// Makes a file that is not there yet.
    pub(crate) fn create(&self, name: &OsStr, permit: Permit<'_>) -> io::Result<File> {
        let path = self.0.join(name);
        let made = File::options().read(true).write(true).create_new(true).open(&path)?;
        permitted(&path, permit, "(F)").inspect_err(|_| {
            let _ = fs::remove_file(&path);
        })?;
        Ok(made)
    }

    /// Makes a folder that is not there yet.
    pub(crate) fn create_folder(&self, name: &OsStr, permit: Permit<'_>) -> io::Result<()> {
        let path = self.0.join(name);
        fs::create_dir(&path)?;
        permitted(&path, permit, "(OI)(CI)(F)").inspect_err(|_| {
            let _ = fs::remove_dir(&path);
        })
    }

    /// Gives a file a second name.
    pub(crate) fn link(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        const INVALID_FUNCTION: i32 = 1;
        const NOT_SUPPORTED: i32 = 50;
        const TOO_MANY_LINKS: i32 = 1142;
        fs::hard_link(self.0.join(from), self.0.join(to)).map_err(|error| match error.raw_os_error() {
            Some(INVALID_FUNCTION | NOT_SUPPORTED | TOO_MANY_LINKS) => {
                io::Error::new(io::ErrorKind::Unsupported, error)
            }
            _ => error,
        })
    }

    /// Gives a file another name, in place of a file that has it.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    /// Removes a name of a file.
    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    /// Removes a folder that is empty.
    pub(crate) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    /// Windows writes names in their order by itself, and cannot sync folders without unsafe code.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// Gives a file its attributes and its time. The time outlasts a loss of power when this returns; attributes follow
    /// with the names.
    pub(crate) fn set(&self, name: &OsStr, attributes: u32, modified: Option<Timestamp>) -> io::Result<()> {
        let path = self.0.join(name);
        if let Some(modified) = modified {
            // What is read-only cannot be opened to be changed.
            change_attributes(&path, READ_ONLY, 0)?;
            let file = self.file(name, Use::Edit)?;
            file.set_times(super::modified_at(modified)?)?;
            file.sync_all()?;
        }
        change_attributes(&path, GIVEN, attributes)
    }

    /// A security descriptor cannot be read without unsafe code.
    pub(crate) fn security(_of: &File) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    /// Who may write here cannot be seen without unsafe code.
    pub(crate) fn is_private(&self) -> io::Result<bool> {
        Ok(true)
    }

    /// What is free cannot be asked without unsafe code.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        None
    }
}

/// Opens a file or folder without the right to its bytes, and where it is a link, the link.
fn beside_bytes(path: &Path) -> io::Result<File> {
    const READ_ATTRIBUTES: u32 = 0x80;
    const FOLDERS_TOO: u32 = 0x0200_0000;
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    File::options().access_mode(READ_ATTRIBUTES).custom_flags(FOLDERS_TOO | OPEN_REPARSE_POINT).open(path)
}

fn entry(name: Name, metadata: &Metadata) -> Entry {
    let modified = metadata.modified().ok().map(|time| match time.duration_since(UNIX_EPOCH) {
        Ok(since) => Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
        Err(before) => Timestamp(i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds)),
    });
    Entry { name, kind: kind(metadata), size: metadata.len(), attributes: metadata.file_attributes(), modified }
}

/// What stands there. Whatever leads elsewhere counts as a link here, junctions too; what is in a cloud or packed does
/// not.
fn kind(metadata: &Metadata) -> EntryKind {
    match metadata.file_type() {
        kind if kind.is_symlink() => EntryKind::Link,
        kind if kind.is_dir() => EntryKind::Folder,
        kind if kind.is_file() && metadata.file_attributes() & ONLINE_ONLY != 0 => EntryKind::OnlineOnly,
        kind if kind.is_file() => EntryKind::File,
        _ => EntryKind::Other,
    }
}

/// Lets those use something who are meant to, of which Windows has seen to what the folder gives. What is made like
/// another file stands in that file's folder, and gets what both inherit.
fn permitted(path: &Path, permit: Permit<'_>, full: &str) -> io::Result<()> {
    match permit {
        Permit::Inherited | Permit::Like(_) => Ok(()),
        Permit::Administrators => {
            let [system, administrators] = ["*S-1-5-18", "*S-1-5-32-544"].map(|who| format!("{who}:{full}"));
            grant_only(path, &[&system, &administrators])
        }
        Permit::Exactly(_) => {
            Err(io::Error::new(io::ErrorKind::Unsupported, "an access list cannot be set from Windows"))
        }
    }
}

/// Changes the attributes of `mask` to those that are `wanted`. Only `attrib` can without unsafe code.
fn change_attributes(path: &Path, mask: u32, wanted: u32) -> io::Result<()> {
    const SWITCHES: [(u32, &str); 5] =
        [(READ_ONLY, "R"), (HIDDEN, "H"), (SYSTEM, "S"), (ARCHIVE, "A"), (NOT_CONTENT_INDEXED, "I")];
    let differ = || Ok::<_, io::Error>((fs::symlink_metadata(path)?.file_attributes() ^ wanted) & mask != 0);
    if !differ()? {
        return Ok(());
    }
    // It changes nothing of a hidden or system file that it is not told to keep so; what stays is told too.
    let after = fs::symlink_metadata(path)?.file_attributes() & !mask | wanted & mask;
    let mut command = windows_tool("attrib.exe")?;
    for (attribute, letter) in SWITCHES {
        command.arg(format!("{}{letter}", if after & attribute != 0 { '+' } else { '-' }));
    }
    let status = command.arg(path).output()?.status;
    // Its exit code does not tell whether it did anything.
    match differ()? {
        false => Ok(()),
        true => Err(io::Error::other(format!("attrib ended with {status} and did not change the attributes"))),
    }
}
