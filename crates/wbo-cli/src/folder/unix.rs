//! A folder that is held open.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;

use profile_format::Timestamp;
use registry::Name;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use wbo_engine::access_list::{self, Child};
use wbo_engine::{Entry, EntryKind};

use super::{ARCHIVE, GIVEN, Permit, Use, ntfs};
use crate::disk_tree::{CLOUD, CLOUD_MASK, ONLINE_ONLY, REPARSE_POINT, closed, link_kind, present, windows_name};

/// A folder that is open.
#[derive(Debug)]
pub(crate) struct Folder(File);

impl Folder {
    /// Opens a folder that somebody named, and that may be reached through links.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        opened(CWD, path.as_os_str(), OFlags::RDONLY | OFlags::DIRECTORY).map(Self)
    }

    /// The same folder once more.
    pub(crate) fn again(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Opens a folder in this one.
    pub(crate) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        opened(&self.0, name, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW).map(Self)
    }

    /// Opens a file in it.
    pub(crate) fn file(&self, name: &OsStr, to: Use) -> io::Result<File> {
        // Asked before it is opened: to open a device may do something.
        must_be(FileType::RegularFile, &self.stat(name)?)?;
        let mode = match to {
            Use::Read => OFlags::RDONLY,
            Use::Edit => OFlags::RDWR,
            Use::Append => OFlags::WRONLY | OFlags::APPEND,
        };
        // A pipe that took its place meanwhile would wait for whoever writes to it.
        let file = opened(&self.0, name, mode | OFlags::NOFOLLOW | OFlags::NONBLOCK)?;
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::Error::other("it is no file any more")),
        }
    }

    /// Opens a file or folder in it, for what stands beside its bytes.
    pub(crate) fn either(&self, name: &OsStr) -> io::Result<File> {
        match FileType::from_raw_mode(self.stat(name)?.st_mode) {
            FileType::Directory => self.folder(name).map(|folder| folder.0),
            _ => self.file(name, Use::Read),
        }
    }

    /// The folder as what [`Folder::either`] opens.
    pub(crate) fn itself(&self) -> io::Result<File> {
        self.0.try_clone()
    }

    /// The names of what is in it, in any order.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if ![b".".as_slice(), b".."].contains(&&*name) {
                names.push(OsString::from_vec(name));
            }
        }
        Ok(names)
    }

    /// What a name stands for, if it does for anything.
    pub(crate) fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        let Some(stat) = present(self.stat(name))? else { return Ok(None) };
        let file_type = FileType::from_raw_mode(stat.st_mode);
        let opened = match file_type {
            // What may not be opened has at least its name and its size.
            FileType::RegularFile | FileType::Directory => self.either(name).ok(),
            _ => None,
        };
        let attributes = opened.as_ref().and_then(ntfs::attributes);
        let attributes = attributes.unwrap_or(if file_type == FileType::RegularFile { Entry::ARCHIVE } else { 0 });
        let kind = match file_type {
            FileType::Directory if attributes & REPARSE_POINT != 0 && !opened.is_some_and(|it| is_plain(&it)) => {
                EntryKind::Link
            }
            FileType::Directory => EntryKind::Folder,
            FileType::RegularFile if attributes & ONLINE_ONLY != 0 => EntryKind::OnlineOnly,
            FileType::RegularFile => EntryKind::File,
            FileType::Symlink => self.link_kind(name),
            _ => EntryKind::Other,
        };
        Ok(Some(Entry {
            name: windows_name(name).unwrap_or_default(),
            kind,
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            attributes,
            modified: Some(Timestamp(stat.st_mtime)),
        }))
    }

    /// The folder itself, without a name.
    pub(crate) fn own_entry(&self) -> io::Result<Entry> {
        let metadata = self.0.metadata()?;
        Ok(Entry {
            name: Name::default(),
            kind: EntryKind::Folder,
            size: metadata.size(),
            attributes: ntfs::attributes(&self.0).unwrap_or_default(),
            modified: Some(Timestamp(metadata.mtime())),
        })
    }

    /// Whether two names stand for one file.
    pub(crate) fn are_one(&self, one: &OsStr, other: &OsStr) -> io::Result<bool> {
        let (one, other) = (self.stat(one)?, self.stat(other)?);
        Ok((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
    }

    /// Makes a file that is not there yet.
    pub(crate) fn create(&self, name: &OsStr, permit: Permit<'_>) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = File::from(rustix::fs::openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?);
        match self.permit(&made, permit) {
            Ok(()) => Ok(made),
            Err(error) => {
                // Nothing stands in it yet; what is left is found under a name that tells where it comes from.
                let _ = self.remove(name);
                Err(error)
            }
        }
    }

    /// Makes a folder that is not there yet.
    pub(crate) fn create_folder(&self, name: &OsStr, permit: Permit<'_>) -> io::Result<()> {
        rustix::fs::mkdirat(&self.0, name, Mode::RWXU)?;
        let permitted = self.folder(name).and_then(|made| self.permit(&made.0, permit));
        permitted.inspect_err(|_| {
            let _ = self.remove_folder(name);
        })
    }

    /// Gives a file a second name.
    pub(crate) fn link(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match rustix::fs::linkat(&self.0, from, &self.0, to, AtFlags::empty()) {
            // Each file system has its own way to say that it has no second names, or no more of them.
            Err(error @ (Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK)) => {
                Err(io::Error::new(io::ErrorKind::Unsupported, io::Error::from(error)))
            }
            result => Ok(result?),
        }
    }

    /// Gives a file another name, in place of a file that has it.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Removes a name of a file.
    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes a folder that is empty.
    pub(crate) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// Returns when the names in it would outlast a loss of power.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match self.0.sync_all() {
            // Some file systems, network shares among them, do not sync folders.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            result => result,
        }
    }

    /// Gives a file its attributes and its time, and returns when they would outlast a loss of power.
    pub(crate) fn set(&self, name: &OsStr, attributes: u32, modified: Option<Timestamp>) -> io::Result<()> {
        let file = self.file(name, Use::Read)?;
        ntfs::set_attributes(&file, GIVEN, attributes)?;
        if let Some(modified) = modified {
            file.set_times(super::modified_at(modified)?)?;
        }
        file.sync_all()
    }

    /// The security descriptor of something in it; `None`, where the file system has none.
    pub(crate) fn security(of: &File) -> io::Result<Option<Vec<u8>>> {
        ntfs::descriptor(of)
    }

    /// Whether nobody but administrators can have put something into it.
    pub(crate) fn is_private(&self) -> io::Result<bool> {
        if let Some(descriptor) = ntfs::descriptor(&self.0)? {
            return Ok(access_list::is_for_administrators(&descriptor));
        }
        let metadata = self.0.metadata()?;
        let ours = metadata.uid() == 0 || metadata.uid() == rustix::process::geteuid().as_raw();
        Ok(ours && metadata.mode() & OTHERS_WRITE == 0)
    }

    /// Bytes that may still be written here.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        let volume = rustix::fs::fstatvfs(&self.0).ok()?;
        volume.f_bavail.checked_mul(volume.f_frsize)
    }

    fn stat(&self, name: &OsStr) -> io::Result<Stat> {
        Ok(rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    fn link_kind(&self, name: &OsStr) -> EntryKind {
        let target = rustix::fs::readlinkat(&self.0, name, Vec::new()).ok();
        link_kind(target.as_ref().map(|target| Path::new(OsStr::from_bytes(target.to_bytes()))))
    }

    /// Lets those use something in this folder who are meant to. Until then, it is for whoever made it.
    fn permit(&self, made: &File, permit: Permit<'_>) -> io::Result<()> {
        // On NTFS, a driver may make of a mode an access list of its own.
        if let Some(folder) = ntfs::descriptor(&self.0)? {
            let child = if made.metadata()?.is_dir() { Child::Folder } else { Child::File };
            if child == Child::Folder {
                // Windows has only files archived, and ntfs-3g what it makes, whatever it is.
                ntfs::set_attributes(made, ARCHIVE, 0)?;
            }
            return ntfs::set_descriptor(made, &descriptor(&folder, child, permit)?);
        }
        let (model, of_folder) = match permit {
            Permit::Inherited => (&self.0, true),
            Permit::Like(model) => (model, false),
            // It is made so that nobody else may use it.
            Permit::Administrators => return Ok(()),
            Permit::Exactly(_) => {
                return Err(ntfs::no_access_lists());
            }
        };
        let (model, before) = (model.metadata()?, made.metadata()?);
        let mode = match model.mode() & ALL {
            mode if of_folder && before.is_file() => mode & !RUN,
            mode => mode,
        };
        if (before.uid(), before.gid()) != (model.uid(), model.gid()) {
            unless_refused(fchown(made, Some(model.uid()), Some(model.gid())))?;
        }
        if before.mode() & ALL != mode {
            unless_refused(made.set_permissions(Permissions::from_mode(mode)))?;
        }
        Ok(())
    }
}

/// The descriptor of something new in a folder of NTFS, of which this is the descriptor.
fn descriptor(folder: &[u8], child: Child, permit: Permit<'_>) -> io::Result<Vec<u8>> {
    match permit {
        Permit::Inherited => access_list::inherited(folder, child).map_err(|error| {
            let problem = format!("what its folder's access list gives cannot be told: {error}");
            io::Error::new(io::ErrorKind::InvalidData, problem)
        }),
        Permit::Like(model) => ntfs::descriptor(model)?.ok_or_else(ntfs::no_access_lists),
        Permit::Exactly(descriptor) => Ok(descriptor.to_vec()),
        Permit::Administrators => Ok(access_list::for_administrators()),
    }
}

/// The bits of a mode that say who may read, write and run or enter.
const ALL: u32 = 0o777;
const RUN: u32 = 0o111;
const OTHERS_WRITE: u32 = 0o022;

/// Only root gives files away, and some file systems know one owner and one mode. What was made is for fewer then, never
/// for more.
fn unless_refused(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// Opens something, and where that is allowed without a trace in its access time.
fn opened(folder: impl std::os::fd::AsFd, name: &OsStr, flags: OFlags) -> io::Result<File> {
    let open = |flags: OFlags| rustix::fs::openat(folder.as_fd(), name, flags | OFlags::CLOEXEC, Mode::empty());
    #[cfg(target_os = "linux")]
    let result = match open(flags | OFlags::NOATIME) {
        // Only who owns it, or root, may leave its access time alone.
        Err(Errno::PERM) => open(flags),
        result => result,
    };
    #[cfg(not(target_os = "linux"))]
    let result = open(flags);
    Ok(File::from(result?))
}

fn must_be(expected: FileType, stat: &Stat) -> io::Result<()> {
    match FileType::from_raw_mode(stat.st_mode) {
        found if found == expected => Ok(()),
        FileType::Directory => Err(io::ErrorKind::IsADirectory.into()),
        FileType::Symlink => Err(io::Error::other(format!("it {}", closed(EntryKind::Link)))),
        _ => Err(io::Error::other(format!("it {}", closed(EntryKind::Other)))),
    }
}

/// Whether a folder that a driver reads in its own way stands for itself all the same: it is in a cloud, or is packed. Of
/// other folders it is not known where they lead.
fn is_plain(folder: &File) -> bool {
    const PACKED: u32 = 0x8000_0017;
    const WITHOUT_DOUBLES: u32 = 0x8000_0013;
    ntfs::reparse_tag(folder).is_some_and(|tag| tag & CLOUD_MASK == CLOUD || matches!(tag, PACKED | WITHOUT_DOUBLES))
}
