//! Files: read at any place, and written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use profile_format::ReadAt;
use tempfile::{NamedTempFile, TempDir};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::interrupt::Unfinished;
use crate::progress::Progress;
use crate::ui::Ui;

/// A file that is read at any place by several threads, and shows how much of it was read.
#[derive(Debug)]
pub(crate) struct FileSource {
    file: File,
    progress: Progress,
}

impl FileSource {
    /// Opens `path`, of which `what` is going to read every byte `passes` times.
    pub(crate) fn open(path: &Path, ui: Ui, what: &'static str, passes: u64) -> Result<Self, CommandError> {
        // Asked before it is opened: opening a pipe would wait for whoever writes to it.
        let metadata = fs::metadata(path).map_err(|error| CommandError::unreadable(path, &error))?;
        if !metadata.is_file() {
            return Err(CommandError::new(Exit::SourceUnreadable, format!("{}: it is not a file", path.display())));
        }
        let file = File::open(path).map_err(|error| CommandError::unreadable(path, &error))?;
        match file.metadata() {
            Ok(metadata) if metadata.is_file() => {
                Ok(Self { file, progress: Progress::start(ui, what, metadata.len() * passes) })
            }
            Ok(_) => Err(CommandError::new(Exit::SourceUnreadable, format!("{}: it is not a file", path.display()))),
            Err(error) => Err(CommandError::unreadable(path, &error)),
        }
    }
}

impl ReadAt for FileSource {
    fn length(&self) -> io::Result<u64> {
        self.file.metadata().map(|metadata| metadata.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.progress.add(buffer.len() as u64);
        read_exact_at(&self.file, buffer, offset)
    }
}

/// Fills the buffer from an offset of a file.
#[cfg(unix)]
pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

/// Fills the buffer from an offset of a file.
#[cfg(windows)]
pub(crate) fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                buffer = buffer.split_at_mut(count).1;
                offset += count as u64;
            }
        }
    }
    Ok(())
}

/// Writes at an offset of a file, which grows if it ends before.
#[cfg(unix)]
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Writes at an offset of a file, which grows if it ends before.
#[cfg(windows)]
pub(crate) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => {
                bytes = bytes.split_at(count).1;
                offset += count as u64;
            }
        }
    }
    Ok(())
}

/// Reads a small file whole, or standard input for `-`.
pub(crate) fn read_small(path: &Path, most: u64) -> Result<Vec<u8>, CommandError> {
    let unreadable = |error: io::Error| CommandError::unreadable(path, &error);
    let mut bytes = Vec::new();
    let limit = most.saturating_add(1);
    if path.as_os_str() == "-" {
        // What one part of the command line has read, the next would miss.
        static TAKEN: AtomicBool = AtomicBool::new(false);
        if TAKEN.swap(true, Ordering::Relaxed) {
            return Err(CommandError::usage("standard input is named twice with '-', and can be read once"));
        }
        io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(unreadable)?;
    }
    if bytes.len() as u64 > most {
        return Err(CommandError::usage(format!("{}: it has more than {most} bytes", path.display())));
    }
    Ok(bytes)
}

/// Reads a small file of UTF-8 text; a byte order mark, which editors on Windows write, is no part of it.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, CommandError> {
    let text = String::from_utf8(read_small(path, most)?);
    let text = text.map_err(|_| CommandError::usage(format!("{}: it is not UTF-8 text", path.display())))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Whether an output may take the place of what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    Refuse,
    Replace,
}

/// A file on its way: written under a temporary name beside its place, synced, and renamed at last.
#[derive(Debug)]
pub(crate) struct Output {
    temporary: NamedTempFile,
    target: PathBuf,
    existing: Existing,
    unfinished: Unfinished,
}

impl Output {
    pub(crate) fn create(target: &Path, existing: Existing) -> Result<Self, CommandError> {
        match existing {
            Existing::Refuse => refuse_existing(target)?,
            Existing::Replace => refuse_special(target)?,
        }
        let make = || tempfile::Builder::new().prefix(".wbo-").suffix(".part").tempfile_in(folder_of(target));
        let made = Unfinished::make(make, |temporary| temporary.path());
        let (temporary, unfinished) = made.map_err(|error| temporary_failed(target, &error))?;
        Ok(Self { temporary, target: target.to_owned(), existing, unfinished })
    }

    pub(crate) fn file(&mut self) -> &mut File {
        self.temporary.as_file_mut()
    }

    /// Lets nobody but its owner read the file. On Unix, temporary files are made so.
    #[cfg(unix)]
    pub(crate) fn restrict(&self) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        match self.temporary.as_file().metadata()?.permissions().mode() & 0o077 {
            0 => Ok(()),
            _ => Err(io::Error::other("the file system keeps no permissions")),
        }
    }

    /// Lets nobody but its owner read the file: nothing is inherited, and the owner, whoever it is, has full control.
    #[cfg(windows)]
    pub(crate) fn restrict(&self) -> io::Result<()> {
        grant_only(self.temporary.path(), &["*S-1-3-4:(F)"])
    }

    /// Gives the file the permissions of `model`, where it takes its place.
    pub(crate) fn like(&self, model: &Path) -> Result<(), CommandError> {
        let permissions = fs::metadata(model).map(|metadata| metadata.permissions());
        let set = permissions.and_then(|permissions| self.temporary.as_file().set_permissions(permissions));
        set.map_err(|error| output_failed(&self.target, &error))
    }

    /// Syncs, has `check` read the file back at the same time, and puts it in its place.
    pub(crate) fn commit(self, check: impl FnOnce(&Path) -> Result<(), CommandError>) -> Result<(), CommandError> {
        let failed = |error: io::Error| output_failed(&self.target, &error);
        thread::scope(|scope| {
            let syncing = scope.spawn(|| self.temporary.as_file().sync_all());
            let checked = check(self.temporary.path());
            let panicked = |_| Err(io::Error::other("the thread that synced it panicked"));
            syncing.join().unwrap_or_else(panicked).map_err(failed).and(checked)
        })?;
        let persisted = match self.existing {
            Existing::Refuse => self.temporary.persist_noclobber(&self.target),
            Existing::Replace => self.temporary.persist(&self.target),
        };
        persisted.map_err(|error| output_failed(&self.target, &error.error))?;
        drop(self.unfinished);
        sync_folder(folder_of(&self.target)).map_err(|error| output_failed(&self.target, &error))
    }
}

/// A folder on its way, as [`Output`].
#[derive(Debug)]
pub(crate) struct OutputFolder {
    temporary: TempDir,
    target: PathBuf,
    unfinished: Unfinished,
}

impl OutputFolder {
    pub(crate) fn create(target: &Path) -> Result<Self, CommandError> {
        refuse_existing(target)?;
        let make = || tempfile::Builder::new().prefix(".wbo-").suffix(".part").tempdir_in(folder_of(target));
        let made = Unfinished::make(make, |temporary| temporary.path());
        let (temporary, unfinished) = made.map_err(|error| temporary_failed(target, &error))?;
        Ok(Self { temporary, target: target.to_owned(), unfinished })
    }

    pub(crate) fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Creates a file in it, and the folders above.
    pub(crate) fn create_file(&self, name: &str) -> Result<File, CommandError> {
        let path = self.path().join(name);
        let create = || path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| File::create_new(&path));
        self.unfinished.make_inside(create).map_err(|error| output_failed(&self.target.join(name), &error))
    }

    pub(crate) fn write_file(&self, name: &str, bytes: &[u8]) -> Result<(), CommandError> {
        let mut file = self.create_file(name)?;
        io::Write::write_all(&mut file, bytes).map_err(|error| output_failed(&self.target.join(name), &error))
    }

    /// Syncs all that is in it, and puts the folder in its place.
    pub(crate) fn commit(self) -> Result<(), CommandError> {
        let failed = |error: io::Error| output_failed(&self.target, &error);
        let entries: Result<Vec<_>, _> = walkdir::WalkDir::new(self.path()).into_iter().collect();
        let entries = entries.map_err(|error| failed(error.into()))?;
        let (folders, files): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.file_type().is_dir());
        sync_files(&files).map_err(failed)?;
        folders.iter().try_for_each(|folder| sync_folder(folder.path())).map_err(failed)?;
        refuse_existing(&self.target)?;
        fs::rename(self.temporary.path(), &self.target).map_err(failed)?;
        // The folder has its name now; there is nothing left under the temporary one to remove.
        let _ = self.temporary.keep();
        drop(self.unfinished);
        sync_folder(folder_of(&self.target)).map_err(|error| output_failed(&self.target, &error))
    }
}

pub(crate) fn output_failed(path: &Path, error: &io::Error) -> CommandError {
    CommandError::failed(format!("{} could not be written: {error}", path.display()))
}

/// As [`output_failed`], without the temporary name that `tempfile` puts behind what the system says.
fn temporary_failed(path: &Path, error: &io::Error) -> CommandError {
    let text = error.to_string();
    let said = text.split_once(" at path ").map_or(text.as_str(), |(said, _)| said);
    CommandError::failed(format!("{} could not be written: {said}", path.display()))
}

pub(crate) fn refuse_existing(target: &Path) -> Result<(), CommandError> {
    match fs::symlink_metadata(target) {
        Err(_) => Ok(()),
        Ok(_) => Err(CommandError::usage(format!("{} exists already", target.display()))
            .hint("choose another name, or remove it first")),
    }
}

/// With --force, an output must not take the place of what it is made from, which is `what`.
pub(crate) fn refuse_own_input(input: &Path, out: &Path, what: &str) -> Result<(), CommandError> {
    match fs::canonicalize(input).ok().zip(fs::canonicalize(out).ok()) {
        Some((input, out_path)) if input == out_path => {
            Err(CommandError::usage(format!("{} is {what}", out.display())))
        }
        _ => Ok(()),
    }
}

/// Only files are replaced; a device or a folder of that name was hardly meant.
fn refuse_special(target: &Path) -> Result<(), CommandError> {
    match fs::symlink_metadata(target) {
        Ok(metadata) if !metadata.is_file() => {
            Err(CommandError::usage(format!("{} is there and not a file; only files are replaced", target.display())))
        }
        _ => Ok(()),
    }
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Has a file or folder inherit nothing, and grants what `icacls` is told in its own words. There is no safe call for
/// it.
#[cfg(windows)]
pub(crate) fn grant_only(path: &Path, grants: &[&str]) -> io::Result<()> {
    let mut command = windows_tool("icacls.exe")?;
    command.arg(path).arg("/inheritance:r");
    for grant in grants {
        command.args(["/grant:r", grant]);
    }
    match command.output()?.status {
        status if status.success() => Ok(()),
        status => Err(io::Error::other(format!("icacls ended with {status}"))),
    }
}

/// A program of the Windows that runs, and no other of its name.
#[cfg(windows)]
pub(crate) fn windows_tool(name: &str) -> io::Result<std::process::Command> {
    let windows = std::env::var_os("SystemRoot").ok_or(io::ErrorKind::NotFound)?;
    Ok(std::process::Command::new(Path::new(&windows).join("System32").join(name)))
}

/// Syncs many files. A file system writes its journal once for all that wait for it at the same time, so that many
/// threads wait little longer than one would for a single file.
fn sync_files(files: &[&walkdir::DirEntry]) -> io::Result<()> {
    const AT_ONCE: usize = 32;
    // Windows syncs only what is open for writing.
    let sync = |file: &&walkdir::DirEntry| File::options().write(true).open(file.path())?.sync_all();
    thread::scope(|scope| {
        let shares = files.chunks(files.len().div_ceil(AT_ONCE).max(1));
        let threads: Vec<_> = shares.map(|share| scope.spawn(move || share.iter().try_for_each(sync))).collect();
        let panicked = |_| Err(io::Error::other("a thread that synced files panicked"));
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(panicked))
    })
}

/// Makes names durable. Windows does it by itself and cannot open folders as files.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems, network shares among them, do not sync folders, and some folders may be written to and not
        // read. The file has its name by then, so this is no failure.
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported | PermissionDenied) => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
