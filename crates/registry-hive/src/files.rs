//! The files of one hive, for those who read and write them piece by piece.

use std::io;

use crate::LogName;

/// One of the files of a hive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HiveFile {
    /// The hive itself.
    Hive,
    /// One of its logs.
    Log(LogName),
}

/// Where a hive is edited: the hive and its logs, in place.
///
/// An [`Editor`](crate::Editor) does nothing to files but these steps, in an order that lets every prefix of them, and
/// every order between two calls of [`HiveFiles::sync`], be mended.
pub trait HiveFiles {
    /// How long a file is; `None`, if it is not there.
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>>;

    /// Fills the buffer from an offset of a file. That the file ends before is an error.
    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes at an offset of a file, which is made if it is not there, and extended if it ends before.
    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns when everything that was written to a file, and its name, would outlast a loss of power.
    fn sync(&mut self, file: HiveFile) -> io::Result<()>;

    /// Removes a log that was made by [`HiveFiles::write_at`].
    fn remove(&mut self, log: LogName) -> io::Result<()>;
}
