//! Files of a Windows that is only read, wherever they really are.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use profile_format::Timestamp;
use registry::Name;

use crate::WindowsPath;

/// A folder with all that is in it, seen as Windows sees it: names are the same in upper and lower case, and links are
/// shown, never followed.
///
/// Paths are the names from this folder down; none of them is the folder itself.
pub trait ReadTree: Send + Sync {
    /// What stands at a path, or `None` where nothing does.
    fn entry(&self, path: &[Name]) -> io::Result<Option<Entry>>;

    /// What is in a folder, sorted by name; `None`, if there is no such folder.
    fn list(&self, path: &[Name]) -> io::Result<Option<Vec<Entry>>>;

    /// The bytes of a file; `None`, if there is no such file. More than `most` bytes are an error of the kind
    /// [`io::ErrorKind::FileTooLarge`].
    fn read(&self, path: &[Name], most: u64) -> io::Result<Option<Vec<u8>>>;
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name as it is stored.
    pub name: Name,
    /// What it is.
    pub kind: EntryKind,
    /// The bytes of a file.
    pub size: u64,
    /// Its Windows attributes, as far as they are known.
    pub attributes: u32,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file with its bytes.
    File,
    /// A file whose bytes are in a cloud only.
    OnlineOnly,
    /// A folder.
    Folder,
    /// A link, a junction, or anything else that leads elsewhere.
    Link,
    /// Something that is none of these, such as a device.
    Other,
}

impl Entry {
    /// The bit of the attributes that says: an ordinary file to be archived.
    pub const ARCHIVE: u32 = 0x20;
}

/// The drives of a Windows, each with the folder where it is found now. A drive that was not given is not empty but
/// unknown: to read from it is an error.
#[derive(Default)]
pub struct Drives<'t> {
    /// Where a tree begins, and the tree. Longer places first.
    trees: Vec<(WindowsPath, &'t dyn ReadTree)>,
}

impl<'t> Drives<'t> {
    /// Puts a tree at a place: a drive, or a folder of one whose rest is not at hand.
    pub fn mount(&mut self, at: WindowsPath, tree: &'t dyn ReadTree) {
        let place = self.trees.partition_point(|(other, _)| other.names().len() >= at.names().len());
        self.trees.insert(place, (at, tree));
    }

    /// Whether a tree holds this path.
    pub fn holds(&self, path: &WindowsPath) -> bool {
        self.trees.iter().any(|(at, _)| path.under(at).is_some())
    }

    /// The drives of which something is at hand.
    pub fn letters(&self) -> BTreeSet<char> {
        self.trees.iter().map(|(at, _)| at.drive()).collect()
    }

    /// What stands at a path, or `None` where nothing does.
    pub fn entry(&self, path: &WindowsPath) -> io::Result<Option<Entry>> {
        let (tree, names) = self.find(path)?;
        tree.entry(names)
    }

    /// What is in a folder, sorted by name; `None`, if there is no such folder.
    pub fn list(&self, path: &WindowsPath) -> io::Result<Option<Vec<Entry>>> {
        let (tree, names) = self.find(path)?;
        tree.list(names)
    }

    /// The bytes of a file, at most `most`; `None`, if there is no such file.
    pub fn read(&self, path: &WindowsPath, most: u64) -> io::Result<Option<Vec<u8>>> {
        let (tree, names) = self.find(path)?;
        tree.read(names, most)
    }

    fn find<'p>(&self, path: &'p WindowsPath) -> io::Result<(&'t dyn ReadTree, &'p [Name])> {
        let found = self.trees.iter().find_map(|(at, tree)| Some((*tree, path.under(at)?)));
        found.ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, format!("{path} lies on a drive or in a folder that was not given"))
        })
    }
}

/// A tree in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    entries: BTreeMap<Vec<Name>, (Entry, Vec<u8>)>,
}

impl MemoryTree {
    /// Adds a file, and the folders that it stands in. `path` has backslashes between its names.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.put(path, EntryKind::File, Entry::ARCHIVE, size, bytes);
    }

    /// Adds something that has no bytes here: a folder, a link, a file that is online only.
    pub fn add_other(&mut self, path: &str, kind: EntryKind) {
        self.put(path, kind, 0, 0, &[]);
    }

    fn put(&mut self, path: &str, kind: EntryKind, attributes: u32, size: u64, bytes: &[u8]) {
        let names = Name::split_path(path);
        for depth in 1..names.len() {
            let folder = names.get(..depth).unwrap_or_default();
            let entry = Entry {
                name: folder.last().cloned().unwrap_or_default(),
                kind: EntryKind::Folder,
                size: 0,
                attributes: 0x10,
                modified: None,
            };
            self.entries.entry(folder.to_vec()).or_insert((entry, Vec::new()));
        }
        let name = names.last().cloned().unwrap_or_default();
        let entry = Entry { name, kind, size, attributes, modified: Some(Timestamp(0)) };
        self.entries.insert(names, (entry, bytes.to_vec()));
    }
}

impl ReadTree for MemoryTree {
    fn entry(&self, path: &[Name]) -> io::Result<Option<Entry>> {
        Ok(self.entries.get(path).map(|(entry, _)| entry.clone()))
    }

    fn list(&self, path: &[Name]) -> io::Result<Option<Vec<Entry>>> {
        let is_folder = |entry: &Entry| entry.kind == EntryKind::Folder;
        if !path.is_empty() && !self.entry(path)?.is_some_and(|entry| is_folder(&entry)) {
            return Ok(None);
        }
        let inside =
            self.entries.iter().filter(|(names, _)| names.split_last().is_some_and(|(_, folder)| folder == path));
        Ok(Some(inside.map(|(_, (entry, _))| entry.clone()).collect()))
    }

    fn read(&self, path: &[Name], most: u64) -> io::Result<Option<Vec<u8>>> {
        match self.entries.get(path) {
            Some((entry, bytes)) if entry.kind == EntryKind::File => {
                if entry.size > most {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
                Ok(Some(bytes.clone()))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_that_was_not_given_is_unknown_and_not_empty() {
        let mut tree = MemoryTree::default();
        tree.add(r"Users\Zoë\a.txt", b"a");
        let mut drives = Drives::default();
        drives.mount(WindowsPath::new('C', vec![]), &tree);
        let path = |text| WindowsPath::parse(text).unwrap_or_else(|| WindowsPath::new('X', vec![]));
        assert_eq!(drives.read(&path(r"c:\users\ZOË\A.TXT"), 1).ok(), Some(Some(b"a".to_vec())));
        assert_eq!(drives.read(&path(r"c:\users\none"), 1).ok(), Some(None));
        assert_eq!(
            drives.read(&path(r"c:\users\Zoë\a.txt"), 0).map_err(|error| error.kind()),
            Err(io::ErrorKind::FileTooLarge)
        );
        assert!(drives.entry(&path(r"D:\a")).is_err());
        let users = drives.list(&path(r"C:\users")).ok().flatten().unwrap_or_default();
        assert_eq!(users.iter().map(|entry| entry.name.to_string()).collect::<Vec<_>>(), ["Zoë"]);
    }
}
