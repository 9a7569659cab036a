//! A folder that is open, and what is done in it by the names of what stands there.
//!
//! Nothing here follows a link. On Unix a folder is held open, and what is done in it is done there, whatever takes its
//! place meanwhile. Windows lets nobody do that without unsafe code: there each step goes by a path that was looked at just
//! before.

use std::fs::{File, FileTimes};
use std::io;
use std::time::{Duration, UNIX_EPOCH};

use profile_format::Timestamp;

#[cfg(unix)]
mod ntfs;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::Folder;
#[cfg(windows)]
pub(crate) use windows::Folder;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    /// Its bytes are changed in place.
    Edit,
    /// Bytes are added at its end.
    Append,
}

/// Who may do what with something that is made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Permit<'a> {
    /// As the folder gives it.
    Inherited,
    /// As this file or folder has it.
    Like(#[cfg_attr(windows, expect(dead_code, reason = "Windows is told no access list"))] &'a File),
    /// A security descriptor, as NTFS stores it.
    Exactly(#[cfg_attr(windows, expect(dead_code, reason = "Windows is told no access list"))] &'a [u8]),
    /// Administrators and Windows itself.
    Administrators,
}

/// The attributes that a file is given; all others are the file system's own affair.
const GIVEN: u32 = READ_ONLY | HIDDEN | SYSTEM | ARCHIVE | NOT_CONTENT_INDEXED;
const READ_ONLY: u32 = 0x1;
const HIDDEN: u32 = 0x2;
const SYSTEM: u32 = 0x4;
const ARCHIVE: u32 = 0x20;
const NOT_CONTENT_INDEXED: u32 = 0x2000;

/// A time to be set on a file.
fn modified_at(time: Timestamp) -> io::Result<FileTimes> {
    let seconds = Duration::from_secs(time.0.unsigned_abs());
    let at = match time.0 {
        0..=LAST => UNIX_EPOCH.checked_add(seconds),
        FIRST..0 => UNIX_EPOCH.checked_sub(seconds),
        _ => None,
    };
    let at =
        at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file of Windows can have such a time"))?;
    Ok(FileTimes::new().set_modified(at))
}

/// The times that Windows has for files, in seconds since 1970: from the year 1601, in steps of 100 ns, as many as a
/// number of 63 bits counts. File systems would make another time of one that is not among them.
const FIRST: i64 = -11_644_473_600;
const LAST: i64 = 910_692_730_085;
