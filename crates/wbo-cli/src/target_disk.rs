//! The drives of a Windows that is switched off, as a transaction changes them.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use profile_format::{Timestamp, file_name_flaw};
use registry::Name;
use registry_hive::HiveFiles;
use wbo_engine::{Entry, EntryKind, WindowsPath};
use wbo_transaction::{Access, Disk};

use crate::disk_tree::{closed, os_name, windows_name};
use crate::folder::{Folder, Permit, Use};
use crate::hive_files::DiskFiles;

#[cfg(test)]
mod tests;

/// Folders of this machine in which the drives of a Windows, or a user's folder, are found.
///
/// Nothing is remembered of what stands in a folder. Each step looks from where the tree begins, one name after the
/// other, and follows no link.
#[derive(Debug)]
pub(crate) struct TargetDisk {
    /// Where a tree begins in Windows' own words, and its folder here. Longer places first.
    trees: Vec<(WindowsPath, Folder)>,
}

impl TargetDisk {
    /// Opens the folders in which these places are found. The folders themselves were named by the user, and may be
    /// links.
    pub(crate) fn open(places: impl IntoIterator<Item = (WindowsPath, PathBuf)>) -> io::Result<Self> {
        let open = |(at, path): (WindowsPath, PathBuf)| Ok((at, Folder::open(&path)?));
        let mut trees = places.into_iter().map(open).collect::<io::Result<Vec<_>>>()?;
        trees.sort_by_key(|(at, _)| Reverse(at.names().len()));
        Ok(Self { trees })
    }

    /// Whether what is in a folder may be believed to come from administrators: it is a folder and no link, and nobody
    /// else may put something into it. On Windows its access list cannot be seen, and every folder counts as private.
    pub(crate) fn is_private(&self, folder: &WindowsPath) -> io::Result<bool> {
        match self.entry(folder)?.map(|entry| entry.kind) {
            Some(EntryKind::Folder) => self.folder(folder)?.map_or(Ok(false), |folder| folder.is_private()),
            _ => Ok(false),
        }
    }

    /// The bytes that are free where a path leads, as far as its folders are there; `None`, if that is not told.
    pub(crate) fn free_bytes(&self, path: &WindowsPath) -> Option<u64> {
        let (_, root, names) = self.tree(path).ok()?;
        let (folder, _) = descend(root, names).ok()?;
        folder.free_bytes()
    }

    /// The tree that holds a path: where it begins, its folder, and the names below.
    fn tree<'p>(&self, path: &'p WindowsPath) -> io::Result<(&WindowsPath, &Folder, &'p [Name])> {
        let found = self.trees.iter().find_map(|(at, folder)| Some((at, folder, path.under(at)?)));
        let unknown = || io::Error::new(io::ErrorKind::NotFound, "it is on a drive or in a folder that was not given");
        found.ok_or_else(unknown)
    }

    /// The folder that a path leads to, if it leads to one.
    fn folder(&self, path: &WindowsPath) -> io::Result<Option<Folder>> {
        let (_, root, names) = self.tree(path)?;
        let (folder, missing) = descend(root, names)?;
        Ok(missing.is_empty().then_some(folder))
    }

    /// The folder that something stands in or would stand in, and its name there; `None`, if there is no such folder.
    fn around<'p>(&self, path: &'p WindowsPath) -> io::Result<Option<(Folder, &'p Name)>> {
        let (_, root, names) = self.tree(path)?;
        let Some((name, above)) = names.split_last() else {
            return Err(invalid("it is the folder that everything else is in"));
        };
        let (folder, missing) = descend(root, above)?;
        Ok(missing.is_empty().then_some((folder, name)))
    }

    /// What a path leads to, in its folder: its name as it is stored there, and what it is.
    fn found(&self, path: &WindowsPath) -> io::Result<Option<(Folder, OsString, Entry)>> {
        let Some((folder, name)) = self.around(path)? else { return Ok(None) };
        let Some(stored) = alike(&folder, name)?.into_iter().next() else { return Ok(None) };
        Ok(folder.entry(&stored)?.map(|entry| (folder, stored, entry)))
    }

    /// A file that is there, and may be touched.
    fn file(&self, path: &WindowsPath) -> io::Result<(Folder, OsString)> {
        let (folder, stored, entry) = self.found(path)?.ok_or(io::ErrorKind::NotFound)?;
        must_be_file(entry.kind)?;
        Ok((folder, stored))
    }

    /// The folder that something new is going to stand in, and the name that it may have there.
    fn new_name(&self, path: &WindowsPath) -> io::Result<(Folder, OsString)> {
        let (folder, name) = self.around(path)?.ok_or(io::ErrorKind::NotFound)?;
        let wanted = allowed(name)?;
        match alike(&folder, name)?.first() {
            None => Ok((folder, wanted)),
            Some(there) => Err(taken(there, &wanted)),
        }
    }

    /// Does something with who may do what, for which the model is open meanwhile.
    fn with_permit<T>(&self, access: Access<'_>, work: impl FnOnce(Permit<'_>) -> io::Result<T>) -> io::Result<T> {
        match access {
            Access::Inherited => work(Permit::Inherited),
            Access::Like(model) => work(Permit::Like(&self.opened(model)?)),
            Access::Exactly(descriptor) => work(Permit::Exactly(descriptor)),
            Access::Administrators => work(Permit::Administrators),
        }
    }

    /// Opens a file or folder for what stands beside its bytes.
    fn opened(&self, path: &WindowsPath) -> io::Result<File> {
        let (_, root, names) = self.tree(path)?;
        if names.is_empty() {
            return root.itself();
        }
        let (folder, stored, entry) = self.found(path)?.ok_or(io::ErrorKind::NotFound)?;
        match entry.kind {
            EntryKind::File | EntryKind::Folder => folder.either(&stored),
            kind => Err(not_touched(kind)),
        }
    }
}

impl Disk for TargetDisk {
    fn entry(&self, path: &WindowsPath) -> io::Result<Option<Entry>> {
        let (at, root, names) = self.tree(path)?;
        if names.is_empty() {
            let name = at.names().last().cloned().unwrap_or_default();
            return Ok(Some(Entry { name, ..root.own_entry()? }));
        }
        Ok(self.found(path)?.map(|(_, _, entry)| entry))
    }

    fn list(&self, folder: &WindowsPath) -> io::Result<Option<Vec<Entry>>> {
        let Some(folder) = self.folder(folder)? else { return Ok(None) };
        let mut entries = Vec::new();
        for stored in folder.names()? {
            // A name that no Windows can have is none of its names.
            if windows_name(&stored).is_some() {
                entries.extend(folder.entry(&stored)?);
            }
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Some(entries))
    }

    fn read(&self, path: &WindowsPath, most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some((folder, stored, entry)) = self.found(path)? else { return Ok(None) };
        let file = match entry.kind {
            EntryKind::Folder => return Ok(None),
            EntryKind::File => folder.file(&stored, Use::Read)?,
            kind => return Err(not_touched(kind)),
        };
        let size = file.metadata()?.len();
        if size > most {
            let problem = format!("it has {size} bytes, and at most {most} are read");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(Some(bytes))
    }

    fn hive(&self, path: &WindowsPath) -> io::Result<Option<Box<dyn HiveFiles>>> {
        let Some((folder, stored, entry)) = self.found(path)? else { return Ok(None) };
        match entry.kind {
            EntryKind::Folder => Ok(None),
            EntryKind::File => Ok(Some(Box::new(DiskFiles::open_in(folder, &stored)?))),
            kind => Err(not_touched(kind)),
        }
    }

    fn create(&mut self, path: &WindowsPath, bytes: &[u8], access: Access<'_>) -> io::Result<()> {
        self.with_permit(access, |permit| {
            let (folder, name) = self.new_name(path)?;
            let mut file = folder.create(&name, permit)?;
            let written = file.write_all(bytes).and_then(|()| file.sync_all());
            written.inspect_err(|_| {
                // What is half a file is none. If it stays, its name tells whose it is.
                let _ = folder.remove(&name);
            })
        })
    }

    fn append(&mut self, path: &WindowsPath, bytes: &[u8]) -> io::Result<()> {
        let (folder, stored) = self.file(path)?;
        let mut file = folder.file(&stored, Use::Append)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn create_folder(&mut self, path: &WindowsPath, access: Access<'_>) -> io::Result<()> {
        self.with_permit(access, |permit| {
            let (folder, name) = self.new_name(path)?;
            folder.create_folder(&name, permit)
        })
    }

    fn link(&mut self, from: &WindowsPath, to: &WindowsPath) -> io::Result<()> {
        must_be_beside(from, to)?;
        let (folder, stored) = self.file(from)?;
        let (_, name) = self.new_name(to)?;
        folder.link(&stored, &name)
    }

    fn rename(&mut self, from: &WindowsPath, to: &WindowsPath) -> io::Result<()> {
        must_be_beside(from, to)?;
        let (folder, stored) = self.file(from)?;
        let name = to.names().last().ok_or(io::ErrorKind::InvalidInput)?;
        let wanted = allowed(name)?;
        for there in alike(&folder, name)? {
            if there == wanted {
                must_be_file(folder.entry(&there)?.map_or(EntryKind::File, |entry| entry.kind))?;
                // What a file system does with two names of one file differs.
                if folder.are_one(&stored, &there)? {
                    return Ok(());
                }
            } else if there != stored {
                return Err(taken(&there, &wanted));
            }
        }
        folder.rename(&stored, &wanted)
    }

    fn remove(&mut self, path: &WindowsPath) -> io::Result<()> {
        let (folder, stored) = self.file(path)?;
        folder.remove(&stored)
    }

    fn remove_folder(&mut self, path: &WindowsPath) -> io::Result<()> {
        let (folder, stored, entry) = self.found(path)?.ok_or(io::ErrorKind::NotFound)?;
        match entry.kind {
            EntryKind::Folder => folder.remove_folder(&stored),
            EntryKind::File => Err(io::ErrorKind::NotADirectory.into()),
            kind => Err(not_touched(kind)),
        }
    }

    fn sync_folder(&mut self, folder: &WindowsPath) -> io::Result<()> {
        self.folder(folder)?.ok_or(io::ErrorKind::NotFound)?.sync()
    }

    fn set(&mut self, path: &WindowsPath, attributes: u32, modified: Option<Timestamp>) -> io::Result<()> {
        let (folder, stored) = self.file(path)?;
        folder.set(&stored, attributes, modified)
    }

    fn security(&self, path: &WindowsPath) -> io::Result<Option<Vec<u8>>> {
        Folder::security(&self.opened(path)?)
    }
}

/// Goes down from a folder, one name after the other: to the last folder that there is, and the names that are left.
/// Nothing is below a file, and what is below a link is not known.
fn descend<'n>(root: &Folder, names: &'n [Name]) -> io::Result<(Folder, &'n [Name])> {
    let mut folder = root.again()?;
    for (depth, name) in names.iter().enumerate() {
        let (way, missing) = names.split_at_checked(depth).unwrap_or_default();
        let Some((stored, entry)) = inside(&folder, name)? else { return Ok((folder, missing)) };
        folder = match entry.kind {
            EntryKind::Folder => folder.folder(&stored)?,
            EntryKind::File => return Ok((folder, missing)),
            kind => {
                let way: Vec<String> = way.iter().chain([name]).map(ToString::to_string).collect();
                return Err(io::Error::other(format!("{} {}", way.join("\\"), closed(kind))));
            }
        };
    }
    Ok((folder, &[]))
}

/// What a name stands for in a folder: what is spelled like it, or else what Windows takes for the same.
fn inside(folder: &Folder, name: &Name) -> io::Result<Option<(OsString, Entry)>> {
    if let Some(spelled) = os_name(name)
        && let Some(entry) = folder.entry(&spelled)?
    {
        return Ok(Some((spelled, entry)));
    }
    let Some(stored) = alike(folder, name)?.into_iter().next() else { return Ok(None) };
    Ok(folder.entry(&stored)?.map(|entry| (stored, entry)))
}

/// The names in a folder that Windows takes for this one, as they are stored: the one that is spelled like it first, and
/// the others in the same order each time.
fn alike(folder: &Folder, name: &Name) -> io::Result<Vec<OsString>> {
    let spelled = os_name(name);
    let mut names = folder.names()?;
    names.retain(|stored| windows_name(stored).is_some_and(|other| other == *name));
    names.sort_by_key(|stored| (Some(stored) != spelled.as_ref(), stored.clone()));
    Ok(names)
}

/// A name that something may be given, on every system.
fn allowed(name: &Name) -> io::Result<OsString> {
    let text = name.to_text().ok_or_else(|| invalid("its name is no text"))?;
    match file_name_flaw(&text) {
        None => Ok(text.into()),
        Some(flaw) => Err(invalid(format!("no file may have its name: {flaw}"))),
    }
}

/// A file gets names in its own folder alone.
fn must_be_beside(one: &WindowsPath, other: &WindowsPath) -> io::Result<()> {
    let folder = |path: &WindowsPath| path.names().split_last().map(|(_, above)| above.to_vec());
    if one.drive() == other.drive() && folder(one).is_some() && folder(one) == folder(other) {
        return Ok(());
    }
    Err(invalid(format!("{other} is in another folder")))
}

fn must_be_file(kind: EntryKind) -> io::Result<()> {
    match kind {
        EntryKind::File => Ok(()),
        EntryKind::Folder => Err(io::ErrorKind::IsADirectory.into()),
        kind => Err(not_touched(kind)),
    }
}

/// What is said of something that is there, and that nothing is done with.
fn not_touched(kind: EntryKind) -> io::Error {
    io::Error::other(format!("it {}", closed(kind)))
}

fn taken(there: &OsStr, wanted: &OsStr) -> io::Error {
    let problem = match there == wanted {
        true => "it is there already".to_owned(),
        false => format!("'{}' is there, which Windows takes for the same name", there.display()),
    };
    io::Error::new(io::ErrorKind::AlreadyExists, problem)
}

fn invalid(problem: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem.into())
}
