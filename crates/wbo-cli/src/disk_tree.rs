//! A folder of this machine as Windows sees it: names in any case, links never followed, nothing changed by reading.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use profile_format::Timestamp;
use registry::Name;
use wbo_engine::{Entry, EntryKind, ReadTree};

/// A folder with all that is in it.
pub(crate) struct DiskTree {
    root: PathBuf,
    /// What was read of folders, so that names in another case cost one listing each.
    listings: Mutex<HashMap<PathBuf, Listing>>,
}

/// The names in a folder, each as Windows would have it and as it is spelled here.
type Listing = Arc<Vec<(Name, OsString)>>;

impl DiskTree {
    /// The tree of a folder.
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), listings: Mutex::default() }
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path of names leads on this machine, if there is something.
    pub(crate) fn find(&self, path: &[Name]) -> io::Result<Option<PathBuf>> {
        Ok(self.located(path)?.map(|(found, _)| found))
    }

    /// Where a path leads, and what is there. Every folder on the way is a folder: nothing is below a file, and what is
    /// below a link is not known.
    fn located(&self, path: &[Name]) -> io::Result<Option<(PathBuf, Metadata)>> {
        let mut place = self.root.clone();
        // The folder itself was named by the user, and may be a link.
        let mut metadata = fs::metadata(&place)?;
        for (depth, name) in path.iter().enumerate() {
            if metadata.is_file() {
                return Ok(None);
            }
            if !metadata.is_dir() {
                let way: Vec<String> = path.iter().take(depth).map(ToString::to_string).collect();
                return Err(io::Error::other(format!("{} {}", way.join("\\"), closed(entry(&place, &metadata).kind))));
            }
            let Some((found, inside)) = self.inside(&place, name)? else { return Ok(None) };
            (place, metadata) = (found, inside);
        }
        Ok(Some((place, metadata)))
    }

    /// The first bytes of a file, `most` of them or all that there are; `None`, if there is no such file.
    pub(crate) fn read_start(&self, path: &[Name], most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.file(path)? else { return Ok(None) };
        let size = file.metadata()?.len().min(most);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.take(most).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn file(&self, path: &[Name]) -> io::Result<Option<File>> {
        let Some((place, metadata)) = self.located(path)? else { return Ok(None) };
        if metadata.is_dir() {
            return Ok(None);
        }
        // Asked before it is opened: opening a pipe would wait for whoever writes to it.
        if !metadata.is_file() {
            return Err(io::Error::other(format!("it {}", closed(entry(&place, &metadata).kind))));
        }
        open(&place).map(Some)
    }

    /// What a name stands for in a folder: what is spelled like it, or else what Windows takes for the same.
    fn inside(&self, folder: &Path, name: &Name) -> io::Result<Option<(PathBuf, Metadata)>> {
        if let Some(spelled) = os_name(name) {
            let place = folder.join(spelled);
            if let Some(metadata) = present(fs::symlink_metadata(&place))? {
                return Ok(Some((place, metadata)));
            }
        }
        let listing = self.listing(folder)?;
        let Some((_, stored)) = listing.iter().find(|(other, _)| other == name) else { return Ok(None) };
        let place = folder.join(stored);
        Ok(present(fs::symlink_metadata(&place))?.map(|metadata| (place, metadata)))
    }

    /// The names in a folder. One that no Windows can have is none of them.
    fn listing(&self, folder: &Path) -> io::Result<Listing> {
        let known = |listings: &HashMap<PathBuf, Arc<_>>| listings.get(folder).cloned();
        if let Some(listing) = self.listings.lock().ok().and_then(|listings| known(&listings)) {
            return Ok(listing);
        }
        // The folder itself was named by the user, and may be a link.
        let names = names_in(folder, folder == self.root)?;
        let named = |stored: OsString| Some((windows_name(&stored)?, stored));
        let mut listing: Vec<_> = names.into_iter().filter_map(named).collect();
        // Names that differ in case alone are told apart by how they are spelled, the same way each time.
        listing.sort_by(|(one, spelled), (other, also)| one.cmp(other).then_with(|| spelled.cmp(also)));
        let listing = Arc::new(listing);
        if let Ok(mut listings) = self.listings.lock() {
            listings.insert(folder.to_owned(), Arc::clone(&listing));
        }
        Ok(listing)
    }
}

impl ReadTree for DiskTree {
    fn entry(&self, path: &[Name]) -> io::Result<Option<Entry>> {
        Ok(self.located(path)?.map(|(place, metadata)| entry(&place, &metadata)))
    }

    fn list(&self, path: &[Name]) -> io::Result<Option<Vec<Entry>>> {
        let Some((folder, metadata)) = self.located(path)? else { return Ok(None) };
        if metadata.is_file() {
            return Ok(None);
        }
        if !metadata.is_dir() {
            return Err(io::Error::other(format!("it {}", closed(entry(&folder, &metadata).kind))));
        }
        let mut entries = Vec::new();
        for (name, stored) in self.listing(&folder)?.iter() {
            let place = folder.join(stored);
            if let Some(metadata) = present(fs::symlink_metadata(&place))? {
                entries.push(Entry { name: name.clone(), ..entry(&place, &metadata) });
            }
        }
        Ok(Some(entries))
    }

    fn read(&self, path: &[Name], most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.file(path)? else { return Ok(None) };
        let size = file.metadata()?.len();
        if size > most {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it has {size} bytes, and at most {most} are read"),
            ));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(Some(bytes))
    }
}

/// Nothing there is no failure.
pub(crate) fn present<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What is said of something that is neither a file nor a folder. It is there, so that what it stands for is not absent.
pub(crate) fn closed(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Link => "is a link, and links are not followed",
        EntryKind::OnlineOnly => "is in a cloud only",
        _ => "is neither an ordinary file nor a folder",
    }
}

fn entry(place: &Path, metadata: &Metadata) -> Entry {
    let name = place.file_name().and_then(windows_name).unwrap_or_default();
    let modified = metadata.modified().ok().map(|time| match time.duration_since(UNIX_EPOCH) {
        Ok(since) => Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
        Err(before) => Timestamp(i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds)),
    });
    let attributes = attributes(place, metadata);
    let kind = match metadata.file_type() {
        kind if kind.is_dir() && attributes & REPARSE_POINT == 0 => EntryKind::Folder,
        kind if kind.is_file() && attributes & ONLINE_ONLY != 0 => EntryKind::OnlineOnly,
        kind if kind.is_file() => EntryKind::File,
        kind if kind.is_symlink() => link_kind(fs::read_link(place).ok().as_deref()),
        kind if kind.is_dir() => EntryKind::Link,
        _ => EntryKind::Other,
    };
    Entry { name, kind, size: metadata.len(), attributes, modified }
}

/// What a link of this machine stands for: ntfs-3g shows what it does not understand as a link that says so.
pub(crate) fn link_kind(target: Option<&Path>) -> EntryKind {
    let tag = target.and_then(Path::to_str).and_then(|text| text.strip_prefix("unsupported reparse tag 0x"));
    match tag.map(|tag| u32::from_str_radix(tag.trim(), 16)) {
        Some(Ok(tag)) if tag & CLOUD_MASK == CLOUD => EntryKind::OnlineOnly,
        Some(_) => EntryKind::Other,
        None => EntryKind::Link,
    }
}

/// The tags of files whose bytes are in a cloud: one for each of sixteen providers.
pub(crate) const CLOUD: u32 = 0x9000_001a;
pub(crate) const CLOUD_MASK: u32 = 0xffff_0fff;

/// The attribute of links, and of whatever else a driver is to read in its own way.
pub(crate) const REPARSE_POINT: u32 = 0x400;

/// The attributes of files whose bytes are not here.
pub(crate) const ONLINE_ONLY: u32 = OFFLINE | RECALL_ON_OPEN | RECALL_ON_DATA_ACCESS;
const OFFLINE: u32 = 0x1000;
const RECALL_ON_OPEN: u32 = 0x4_0000;
const RECALL_ON_DATA_ACCESS: u32 = 0x40_0000;

/// The Windows attributes: as NTFS has them where the file system tells, and else none but the usual ones.
#[cfg(target_os = "linux")]
fn attributes(place: &Path, metadata: &Metadata) -> u32 {
    let mut bytes = [0; 4];
    match rustix::fs::lgetxattr(place, "system.ntfs_attrib_be", &mut bytes) {
        Ok(4) => u32::from_be_bytes(bytes),
        _ => usual_attributes(metadata),
    }
}

#[cfg(windows)]
fn attributes(_: &Path, metadata: &Metadata) -> u32 {
    std::os::windows::fs::MetadataExt::file_attributes(metadata)
}

#[cfg(not(any(target_os = "linux", windows)))]
fn attributes(_: &Path, metadata: &Metadata) -> u32 {
    usual_attributes(metadata)
}

#[cfg(not(windows))]
fn usual_attributes(metadata: &Metadata) -> u32 {
    if metadata.is_file() { Entry::ARCHIVE } else { 0 }
}

/// Opens a file to be read only.
#[cfg(target_os = "linux")]
fn open(place: &Path) -> io::Result<File> {
    open_without_trace(place, rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK)
}

#[cfg(not(target_os = "linux"))]
fn open(place: &Path) -> io::Result<File> {
    File::open(place)
}

/// The names in a folder, in any order.
#[cfg(target_os = "linux")]
fn names_in(folder: &Path, follow: bool) -> io::Result<Vec<OsString>> {
    use std::os::unix::ffi::OsStringExt;

    use rustix::fs::{Dir, OFlags};

    let flags = if follow { OFlags::DIRECTORY } else { OFlags::DIRECTORY | OFlags::NOFOLLOW };
    let mut names = Vec::new();
    for entry in Dir::new(open_without_trace(folder, flags)?)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if ![b".".as_slice(), b".."].contains(&&*name) {
            names.push(OsString::from_vec(name));
        }
    }
    Ok(names)
}

#[cfg(not(target_os = "linux"))]
fn names_in(folder: &Path, _follow: bool) -> io::Result<Vec<OsString>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
}

/// Opens something to be read only, and where that is allowed without a trace in its access time.
#[cfg(target_os = "linux")]
fn open_without_trace(place: &Path, flags: rustix::fs::OFlags) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let with = |flags: OFlags| {
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        fs::OpenOptions::new().read(true).custom_flags(flags).open(place)
    };
    // Only who owns it, or root, may leave its access time alone.
    with(flags | OFlags::NOATIME).or_else(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => with(flags),
        _ => Err(error),
    })
}

/// A name of this machine as Windows would have it; `None`, where it is no text.
#[cfg(not(windows))]
pub(crate) fn windows_name(name: &OsStr) -> Option<Name> {
    name.to_str().map(Name::from)
}

#[cfg(windows)]
pub(crate) fn windows_name(name: &OsStr) -> Option<Name> {
    use std::os::windows::ffi::OsStrExt;
    Some(Name::from_units(name.encode_wide().collect::<Vec<u16>>()))
}

#[cfg(not(windows))]
pub(crate) fn os_name(name: &Name) -> Option<OsString> {
    name.to_text().filter(|text| !text.contains(['/', '\0']) && !matches!(&**text, "" | "." | "..")).map(OsString::from)
}

#[cfg(windows)]
pub(crate) fn os_name(name: &Name) -> Option<OsString> {
    use std::os::windows::ffi::OsStringExt;
    let plain = |unit: &u16| !matches!(char::from_u32(u32::from(*unit)), Some('/' | '\\' | ':' | '\0'));
    let text = name.to_text();
    let here_or_up = matches!(text.as_deref(), Some("" | "." | ".."));
    (!here_or_up && name.units().iter().all(plain)).then(|| OsString::from_wide(name.units()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Vec<Name> {
        Name::split_path(path)
    }

    #[test]
    fn names_are_found_in_any_case_and_as_they_are_spelled_first() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("WINDOWS").join("System32");
        fs::create_dir_all(&inside).unwrap();
        fs::write(inside.join("Äpfel.TXT"), b"a").unwrap();
        let tree = DiskTree::new(folder.path());
        assert_eq!(tree.read(&names(r"windows\SYSTEM32\äPFEL.txt"), 9).unwrap(), Some(b"a".to_vec()));
        assert_eq!(tree.read(&names(r"windows\SYSTEM32\none"), 9).unwrap(), None);
        assert_eq!(tree.read(&names(r"windows\SYSTEM32\äpfel.txt\x"), 9).unwrap(), None);
        assert_eq!(tree.read(&names(r"windows"), 9).unwrap(), None);
        assert_eq!(tree.read(&names(r"windows\..\windows\system32\äpfel.txt"), 9).unwrap(), None);
        let error = tree.read(&names(r"windows\system32\äpfel.txt"), 0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        let listed = tree.list(&names("windows")).unwrap().unwrap();
        assert_eq!(
            listed.iter().map(|entry| (entry.name.to_string(), entry.kind)).collect::<Vec<_>>(),
            [("System32".to_owned(), EntryKind::Folder)]
        );
        assert_eq!(tree.list(&names("none")).unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_shown_and_never_followed() {
        use std::os::unix::fs::symlink;

        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), b"s").unwrap();
        let folder = tempfile::tempdir().unwrap();
        symlink(outside.path(), folder.path().join("Users")).unwrap();
        symlink(outside.path().join("secret"), folder.path().join("file")).unwrap();
        symlink("unsupported reparse tag 0x9000601a", folder.path().join("cloud")).unwrap();
        symlink("unsupported reparse tag 0x80000017", folder.path().join("packed")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("pipe"), rustix::fs::Mode::RUSR).unwrap();
        let tree = DiskTree::new(folder.path());
        // They are there, so that nothing behind them counts as absent.
        for (path, expected) in [
            (r"users\secret", "users is a link, and links are not followed"),
            (r"users\secret\none", "users is a link, and links are not followed"),
            ("file", "it is a link, and links are not followed"),
            (r"file\none", "file is a link, and links are not followed"),
            ("pipe", "it is neither an ordinary file nor a folder"),
            (r"pipe\none", "pipe is neither an ordinary file nor a folder"),
            ("cloud", "it is in a cloud only"),
            (r"cloud\none", "cloud is in a cloud only"),
        ] {
            assert_eq!(tree.read(&names(path), 9).unwrap_err().to_string(), expected, "{path}");
            assert_eq!(tree.list(&names(path)).unwrap_err().to_string(), expected, "{path}");
            assert_eq!(tree.entry(&names(path)).is_err(), path.contains('\\'), "{path}");
        }
        let kinds: Vec<_> =
            tree.list(&[]).unwrap().unwrap().iter().map(|entry| (entry.name.to_string(), entry.kind)).collect();
        let expected = [
            ("cloud", EntryKind::OnlineOnly),
            ("file", EntryKind::Link),
            ("packed", EntryKind::Other),
            ("pipe", EntryKind::Other),
            ("Users", EntryKind::Link),
        ];
        assert_eq!(kinds, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }
}
