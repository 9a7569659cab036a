//! The files of a hive on a disk: the hive, and its logs beside it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use registry_hive::{HiveFile, HiveFiles, LogName};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{folder_of, output_failed, read_exact_at, write_all_at};
use crate::folder::{Folder, Permit, Use};

/// What is going to be done with the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// They stay as they are, and may be where nothing can be written.
    Read,
    /// The hive and its logs are changed in place.
    Write,
}

/// A hive that is edited in place. Nothing is renamed and nothing cut off, so that owners, access lists, attributes and
/// links of the files stay as they are.
#[derive(Debug)]
pub(crate) struct DiskFiles {
    folder: Folder,
    /// The name of the hive in its folder.
    name: OsString,
    hive: File,
    /// Logs, with their names in the folder.
    logs: Vec<(LogName, OsString, File)>,
    /// Logs that were made and whose names are not safe yet.
    named: Vec<LogName>,
}

impl DiskFiles {
    /// Opens a hive that somebody named, and that may be reached through links.
    pub(crate) fn open(path: &Path, access: Access) -> Result<Self, CommandError> {
        must_be_file(path)?;
        let failed = |path: &Path, error: &io::Error| match access {
            Access::Read => CommandError::unreadable(path, error),
            Access::Write => output_failed(path, error),
        };
        let open = |path: &Path| {
            let file = File::options().read(true).write(access == Access::Write).open(path);
            file.map_err(|error| failed(path, &error))
        };
        let hive = open(path)?;
        if access == Access::Write {
            lock(&hive).map_err(|error| match error {
                TryLockError::WouldBlock => CommandError::failed(format!("{}: {HELD}", path.display()))
                    .hint("wait until that program has ended, and try again"),
                TryLockError::Error(error) => {
                    CommandError::failed(format!("{}: it could not be locked: {error}", path.display()))
                }
            })?;
        }
        let mut logs = Vec::new();
        for (name, path) in logs_beside(path)? {
            logs.push((name, path.file_name().unwrap_or_default().to_owned(), open(&path)?));
        }
        let folder = Folder::open(folder_of(path)).map_err(|error| failed(folder_of(path), &error))?;
        Ok(Self { folder, name: path.file_name().unwrap_or_default().to_owned(), hive, logs, named: Vec::new() })
    }

    /// Opens a hive in a folder, to be changed. Neither the hive nor a log of it may be a link.
    pub(crate) fn open_in(folder: Folder, name: &OsStr) -> io::Result<Self> {
        let hive = folder.file(name, Use::Edit)?;
        lock(&hive).map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(io::ErrorKind::WouldBlock, HELD),
            TryLockError::Error(error) => error,
        })?;
        let names = folder.names()?;
        let mut logs = Vec::new();
        for log in LOGS {
            if let Some(name) = stored_log(&names, name, log) {
                let file = folder.file(name, Use::Edit);
                let file =
                    file.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", name.display())))?;
                logs.push((log, name.clone(), file));
            }
        }
        Ok(Self { folder, name: name.to_owned(), hive, logs, named: Vec::new() })
    }

    fn file(&self, file: HiveFile) -> Option<&File> {
        match file {
            HiveFile::Hive => Some(&self.hive),
            HiveFile::Log(log) => self.logs.iter().find(|(name, _, _)| *name == log).map(|(_, _, file)| file),
        }
    }

    fn made(&mut self, file: HiveFile) -> io::Result<&File> {
        if let HiveFile::Log(log) = file
            && self.file(file).is_none()
        {
            let name = log_name(&self.name, log);
            // It holds what the hive holds, and is for the same eyes.
            let made = self.folder.create(&name, Permit::Like(&self.hive))?;
            self.logs.push((log, name, made));
            self.named.push(log);
        }
        self.file(file).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Windows ends the lock of a file that is closed some time later, and until then nobody else may read the hive.
impl Drop for DiskFiles {
    fn drop(&mut self) {
        // There is nothing to do about a failure, and without a lock nothing is lost.
        let _ = self.hive.unlock();
    }
}

impl HiveFiles for DiskFiles {
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>> {
        self.file(file).map(|file| file.metadata().map(|metadata| metadata.len())).transpose()
    }

    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        read_exact_at(self.file(file).ok_or(io::ErrorKind::NotFound)?, buffer, offset)
    }

    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
        write_all_at(self.made(file)?, bytes, offset)
    }

    fn sync(&mut self, file: HiveFile) -> io::Result<()> {
        self.file(file).ok_or(io::ErrorKind::NotFound)?.sync_all()?;
        if let HiveFile::Log(log) = file
            && self.named.contains(&log)
        {
            self.folder.sync()?;
            self.named.retain(|named| *named != log);
        }
        Ok(())
    }

    fn remove(&mut self, log: LogName) -> io::Result<()> {
        let Some(index) = self.logs.iter().position(|(name, _, _)| *name == log) else { return Ok(()) };
        let (_, name, file) = self.logs.swap_remove(index);
        drop(file);
        self.folder.remove(&name)?;
        self.folder.sync()
    }
}

/// Keeps others from changing a hive at the same time: two writers would mix their changes in the logs.
fn lock(hive: &File) -> Result<(), TryLockError> {
    match hive.try_lock() {
        // Where files have no locks, there is no way to ask.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        result => result,
    }
}

/// What is said of a hive that somebody else has locked.
const HELD: &str = "it is being changed by another program";

/// Files of this size are worth a second thread: half of the time goes into giving out the memory that is read into, page
/// by page, not into the disk.
const TWO_HALVES_FROM: u64 = 8 << 20;

/// Reads a file that nobody changes meanwhile.
pub(crate) fn read_whole(file: &File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?];
    if length < TWO_HALVES_FROM {
        read_exact_at(file, &mut bytes, 0)?;
    } else {
        let half = bytes.len() / 2;
        let (first, second) = bytes.split_at_mut(half);
        thread::scope(|scope| {
            let first = thread::Builder::new().spawn_scoped(scope, || read_exact_at(file, first, 0))?;
            read_exact_at(file, second, half as u64)?;
            first.join().unwrap_or_else(|_| Err(io::Error::other("the thread that reads it failed")))
        })?;
    }
    match file.metadata()?.len() == length {
        true => Ok(bytes),
        false => Err(io::Error::other("its length changed while it was read")),
    }
}

/// Refuses folders, pipes and devices before they are opened: opening a pipe would wait for whoever writes to it.
pub(crate) fn must_be_file(path: &Path) -> Result<(), CommandError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err(CommandError::new(Exit::SourceUnreadable, format!("{}: it is not a file", path.display()))),
        Err(error) => Err(CommandError::unreadable(path, &error)),
    }
}

/// The logs beside a hive, whatever the case of their names. A name in the hive's own spelling is preferred, since a disk
/// of another system may have several that Windows would take for one.
pub(crate) fn logs_beside(hive: &Path) -> Result<Vec<(LogName, PathBuf)>, CommandError> {
    let folder = folder_of(hive);
    let names: Vec<OsString> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.file_name())).collect())
        .map_err(|error| CommandError::unreadable(folder, &error))?;
    let found = LOGS.into_iter().filter_map(|log| {
        let path = hive.with_file_name(stored_log(&names, hive.file_name()?, log)?);
        path.is_file().then_some((log, path))
    });
    Ok(found.collect())
}

const LOGS: [LogName; 3] = [LogName::Log1, LogName::Log2, LogName::Log];

/// The name of a log among those in its folder.
fn stored_log<'n>(names: &'n [OsString], hive: &OsStr, log: LogName) -> Option<&'n OsString> {
    let wanted = log_name(hive, log);
    let alike = names.iter().filter(|other| other.eq_ignore_ascii_case(&wanted));
    alike.min_by_key(|other| (**other != wanted, *other))
}

fn log_name(hive: &OsStr, log: LogName) -> OsString {
    let mut name = hive.to_owned();
    name.push(".");
    name.push(log.extension());
    name
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_of_any_size_is_read_whole() {
        for length in [0, 1, TWO_HALVES_FROM - 1, TWO_HALVES_FROM, TWO_HALVES_FROM + 1] {
            let bytes: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            assert!(read_whole(&file).unwrap() == bytes, "{length}");
        }
    }
}
