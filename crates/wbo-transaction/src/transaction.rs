//! A transaction: what it is to change, and how that ends.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::Arc;

use profile_format::{ContentId, Contents, Timestamp};
use registry_hive::{Editor, Ready};
use sha2::{Digest, Sha256};
use wbo_engine::{EntryKind, WindowsPath};

use crate::examine::{self, Examined, Found, Looked, Standing};
use crate::journal::{self, CommitRecord, FileFacts, HiveChange, Journal};
use crate::paths::{self, Temporary};
use crate::{Access, Disk, Fault, RecoverError, limits, recover};

/// Changes of hives and files that are made together or not at all.
pub struct Transaction {
    /// Sixteen random bytes, which name its journal and what it makes for itself. They are never used again.
    pub id: [u8; 16],
    /// Who makes it, for people who find its journal.
    pub label: String,
    /// The folder for its journal. It is made if it is not there, for administrators only.
    pub journal: WindowsPath,
    /// The hives, with their changes made in memory.
    pub hives: Vec<(WindowsPath, Editor)>,
    /// The folders that files need, from the top down. Those that are there stay as they are.
    pub folders: Vec<WindowsPath>,
    /// The files.
    pub files: Vec<FileChange>,
    /// Access lists that new files get, where they are not to be as their folder gives them.
    pub access: BTreeMap<WindowsPath, Vec<u8>>,
}

/// What a file is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub path: WindowsPath,
    /// Its state after the transaction; `None`, if it is to be absent.
    pub wanted: Option<WantedFile>,
}

/// The state that a file is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// Its bytes.
    pub content: ContentId,
    /// Its Windows attributes.
    pub attributes: u32,
    /// When it was last changed; `None` for the moment at which it is written.
    pub modified: Option<Timestamp>,
}

/// A transaction that was made.
#[derive(Debug)]
pub struct Done {
    /// The hives that were changed. Those whose content stays the same are left alone.
    pub hives: Vec<WindowsPath>,
    /// The files that were changed.
    pub files: Vec<WindowsPath>,
    /// What of its own the transaction could not remove afterwards. It harms nothing, and recovery removes it.
    pub left_over: Option<Fault>,
}

/// Why a transaction was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Nothing was begun.
    #[error("nothing was changed: {0}")]
    NotBegun(#[source] Fault),
    /// Something failed, and everything was taken back.
    #[error("everything is as it was before, because {0}")]
    RolledBack(#[source] Fault),
    /// Something failed, and not everything was taken back.
    #[error("{fault}; taking back what was changed failed too ({rollback}), so that recovery must be run")]
    Unsettled {
        /// What failed first.
        #[source]
        fault: Fault,
        /// What failed when it was taken back.
        rollback: Box<RecoverError>,
    },
}

impl Transaction {
    /// Makes the changes, reads them back, and returns when they would outlast a loss of power.
    ///
    /// Cut off anywhere, it leaves a journal with which recovery brings every participant to its state before or after.
    pub fn commit(mut self, disk: &mut dyn Disk, contents: &dyn Contents) -> Result<Done, CommitError> {
        let access = std::mem::take(&mut self.access);
        let Some(begun) = Begun::new(self, disk).map_err(CommitError::NotBegun)? else {
            return Ok(Done { hives: vec![], files: vec![], left_over: None });
        };
        let Begun { journal, record, path, ready } = begun;
        let journal = Arc::new(journal);
        if let Err(fault) = make(disk, &journal, ready, &access, contents) {
            let found = Found::Begun { journal, record, committed: false };
            return Err(match Examined::of(disk, path, found).take_back(disk) {
                Ok(_) => CommitError::RolledBack(fault),
                Err(rollback) => CommitError::Unsettled { fault, rollback: Box::new(rollback) },
            });
        }
        recover::declare_made(disk, record, &path);
        let left_over = recover::clean_up(disk, &journal, &path).err();
        let hives = journal.hives.iter().map(|hive| hive.path.clone()).collect();
        let files = journal.files.iter().map(|file| file.path.clone()).collect();
        Ok(Done { hives, files, left_over })
    }
}

/// A transaction whose journal is safe.
struct Begun {
    journal: Journal,
    record: CommitRecord,
    path: WindowsPath,
    ready: Vec<(WindowsPath, Ready)>,
}

impl Begun {
    /// Looks at how everything is, and writes the journal. `None`, if there is nothing to change.
    fn new(transaction: Transaction, disk: &mut dyn Disk) -> Result<Option<Self>, Fault> {
        let Transaction { id, label, journal: folder, hives, folders, files, access: _ } = transaction;
        let (mut changed, mut ready) = (Vec::new(), Vec::new());
        for (path, editor) in hives {
            if let Some((change, hive)) = hive_change(path, editor)? {
                ready.push((change.path.clone(), hive));
                changed.push(change);
            }
        }
        let files = files.into_iter().map(|file| file_change(disk, file)).filter_map(Result::transpose);
        let mut journal =
            Journal { id, label, hives: changed, folders: vec![], files: files.collect::<Result<_, Fault>>()? };
        if journal.is_empty() {
            return Ok(None);
        }
        let path = paths::journal(&folder, &id);
        // The folders that are there need no step, but are no file of the transaction either.
        journal.folders = folders;
        journal.check(&path)?;
        let mut missing = Vec::new();
        for folder in std::mem::take(&mut journal.folders) {
            match recover::entry_kind(disk, &folder)? {
                None => missing.push(folder),
                Some(EntryKind::Folder) => {}
                Some(_) => return Err(Fault::NotAFolder { path: folder }),
            }
        }
        journal.folders = missing;
        check_names(disk, &journal)?;
        let record = write_journal(disk, &folder, &path, &journal)?;
        Ok(Some(Self { journal, record, path, ready }))
    }
}

/// What changes in a hive; `None`, if its content stays the same.
fn hive_change(path: WindowsPath, editor: Editor) -> Result<Option<(HiveChange, Ready)>, Fault> {
    let fault = |source| Fault::Hive { path: path.clone(), source };
    let ready = editor.finish().map_err(fault)?;
    let (before, after) = ready.digests().map_err(fault)?;
    if before == after {
        return Ok(None);
    }
    let pages = ready.pages().into_iter().filter(|pages| !pages.before.is_empty());
    let pages = pages.map(|pages| (pages.offset, pages.before.into())).collect();
    let makes_log = ready.makes_log();
    Ok(Some((HiveChange { path, before, after, makes_log, pages }, ready)))
}

/// What changes in a file; `None`, if it is as it is to be.
fn file_change(disk: &dyn Disk, change: FileChange) -> Result<Option<journal::FileChange>, Fault> {
    let FileChange { path, wanted } = change;
    let before = match recover::entry(disk, &path)? {
        None => None,
        Some(entry) if entry.kind != EntryKind::File => return Err(Fault::NotAFile { path, found: entry.kind }),
        Some(entry) => match examine::look(disk, &path)? {
            Looked::Absent => None,
            Looked::Other => return Err(Fault::LargeFile { path }),
            Looked::File(sha256) => Some(FileFacts { sha256, attributes: entry.attributes, modified: entry.modified }),
        },
    };
    let after = wanted.map(|wanted| FileFacts {
        sha256: wanted.content.0,
        attributes: wanted.attributes,
        modified: wanted.modified,
    });
    let is_same = match (before, after) {
        (None, None) => true,
        (Some(before), Some(after)) => FileFacts { modified: after.modified.and(before.modified), ..before } == after,
        _ => false,
    };
    Ok((!is_same).then_some(journal::FileChange { path, before, after }))
}

/// The folders must be there or made, and the temporary names free.
fn check_names(disk: &dyn Disk, journal: &Journal) -> Result<(), Fault> {
    let mut made = BTreeSet::new();
    let is_ready = |made: &BTreeSet<&WindowsPath>, path: &WindowsPath| {
        let folder = paths::folder_of(path);
        if made.contains(&folder) || recover::is_folder(disk, &folder)? {
            return Ok(());
        }
        Err(Fault::Missing { path: folder })
    };
    for folder in &journal.folders {
        is_ready(&made, folder)?;
        made.insert(folder);
    }
    for (number, file) in journal.files.iter().enumerate() {
        is_ready(&made, &file.path)?;
        for temporary in [Temporary::Part, Temporary::Old] {
            must_be_free(disk, paths::temporary(&file.path, &journal.id, number, temporary))?;
        }
    }
    Ok(())
}

fn must_be_free(disk: &dyn Disk, path: WindowsPath) -> Result<(), Fault> {
    if recover::entry_kind(disk, &path)?.is_some() { Err(Fault::Taken { path }) } else { Ok(()) }
}

/// Writes the journal under another name and gives it its own when all of it is safe: what has the name of a journal is
/// whole, and what was not finished began nothing.
fn write_journal(
    disk: &mut dyn Disk,
    folder: &WindowsPath,
    path: &WindowsPath,
    journal: &Journal,
) -> Result<CommitRecord, Fault> {
    let (bytes, record) = journal.encode()?;
    let unfinished = paths::unfinished_journal(folder, &journal.id);
    must_be_free(disk, path.clone())?;
    must_be_free(disk, unfinished.clone())?;
    for folder in missing_folders(disk, folder)? {
        make_folder(disk, &folder, Access::Administrators)?;
    }
    let written = disk
        .create(&unfinished, &bytes, Access::Administrators)
        .map_err(Fault::disk(&unfinished, "made"))
        .and_then(|()| disk.rename(&unfinished, path).map_err(Fault::disk(&unfinished, "renamed")))
        .and_then(|()| recover::sync_folder(disk, folder));
    if written.is_err() {
        // Nothing was begun. What cannot be removed now, recovery removes.
        let _ = recover::remove_journal(disk, &unfinished);
        let _ = recover::remove_journal(disk, path);
    }
    written.map(|()| record)
}

/// The folders that are not there yet, from the top down. What is above one that is there need not be at hand.
fn missing_folders(disk: &dyn Disk, folder: &WindowsPath) -> Result<Vec<WindowsPath>, Fault> {
    let mut missing = Vec::new();
    let mut above = Some(folder.clone());
    while let Some(path) = above.filter(|path| !path.names().is_empty()) {
        match recover::entry_kind(disk, &path)? {
            Some(EntryKind::Folder) => break,
            Some(_) => return Err(Fault::NotAFolder { path }),
            None => {
                above = path.parent();
                missing.push(path);
            }
        }
    }
    missing.reverse();
    Ok(missing)
}

fn make_folder(disk: &mut dyn Disk, folder: &WindowsPath, access: Access<'_>) -> Result<(), Fault> {
    disk.create_folder(folder, access).map_err(Fault::disk(folder, "made"))?;
    recover::sync_folder(disk, &paths::folder_of(folder))
}

/// Makes all changes and reads them back. When it returns, every participant is as after the transaction, and would be
/// after a loss of power.
fn make(
    disk: &mut dyn Disk,
    journal: &Journal,
    ready: Vec<(WindowsPath, Ready)>,
    access: &BTreeMap<WindowsPath, Vec<u8>>,
    contents: &dyn Contents,
) -> Result<(), Fault> {
    for folder in &journal.folders {
        make_folder(disk, folder, Access::Inherited)?;
    }
    let mut files = Vec::new();
    for (number, file) in journal.files.iter().enumerate() {
        files.push(Staged::new(disk, journal, number, file, access.get(&file.path), contents)?);
    }
    for (path, ready) in ready {
        // The logs keep the room that the way back takes.
        ready.commit_and_keep_log().map_err(|source| Fault::Hive { path, source })?;
    }
    for staged in &files {
        staged.move_old(disk)?;
    }
    // An old file's second name must not be lost when the new file has its first.
    recover::sync_folders(disk, journal)?;
    for staged in &files {
        staged.move_new(disk)?;
    }
    read_back(disk, journal)?;
    for hive in journal.hives.iter().filter(|hive| hive.makes_log) {
        recover::settle(disk, hive, false)?;
    }
    recover::sync_folders(disk, journal)
}

/// A file that is ready to take its place.
struct Staged<'s> {
    file: &'s journal::FileChange,
    part: WindowsPath,
    old: WindowsPath,
    /// Whether the old file has its second name already.
    linked: bool,
}

impl<'s> Staged<'s> {
    fn new(
        disk: &mut dyn Disk,
        journal: &Journal,
        number: usize,
        file: &'s journal::FileChange,
        access: Option<&Vec<u8>>,
        contents: &dyn Contents,
    ) -> Result<Self, Fault> {
        let temporary = |temporary| paths::temporary(&file.path, &journal.id, number, temporary);
        let mut staged = Self { file, part: temporary(Temporary::Part), old: temporary(Temporary::Old), linked: false };
        let Some(after) = file.after.filter(|_| !file.keeps_bytes()) else { return Ok(staged) };
        let bytes = content(contents, &file.path, after.sha256)?;
        let access = match (file.before, access) {
            (Some(_), _) => Access::Like(&file.path),
            (None, Some(access)) => Access::Exactly(access),
            (None, None) => Access::Inherited,
        };
        disk.create(&staged.part, &bytes, access).map_err(Fault::disk(&staged.part, "made"))?;
        disk.set(&staged.part, after.attributes, after.modified)
            .map_err(Fault::disk(&staged.part, "given its attributes"))?;
        if file.before.is_some() {
            staged.linked = match disk.link(&file.path, &staged.old) {
                Err(error) if error.kind() == io::ErrorKind::Unsupported => false,
                linked => linked.map(|()| true).map_err(Fault::disk(&file.path, "given a second name"))?,
            };
        }
        Ok(staged)
    }

    /// Takes the old file out of the way, unless the new one takes its name at once.
    fn move_old(&self, disk: &mut dyn Disk) -> Result<(), Fault> {
        if self.file.before.is_none() || self.file.keeps_bytes() || self.linked {
            return Ok(());
        }
        disk.rename(&self.file.path, &self.old).map_err(Fault::disk(&self.file.path, "renamed"))
    }

    fn move_new(&self, disk: &mut dyn Disk) -> Result<(), Fault> {
        if self.file.keeps_bytes() {
            return recover::set(disk, self.file, self.file.after);
        }
        if self.file.after.is_none() {
            return Ok(());
        }
        disk.rename(&self.part, &self.file.path).map_err(Fault::disk(&self.part, "renamed"))
    }
}

/// The bytes that a digest names.
fn content(contents: &dyn Contents, path: &WindowsPath, sha256: [u8; 32]) -> Result<Vec<u8>, Fault> {
    let unreadable = || Fault::disk(path, "made, since its bytes cannot be read");
    let mut bytes = Vec::new();
    let opened = contents.open(&ContentId(sha256)).map_err(unreadable())?;
    opened.take(limits::FILE + 1).read_to_end(&mut bytes).map_err(unreadable())?;
    if bytes.len() as u64 > limits::FILE {
        return Err(Fault::LargeFile { path: path.clone() });
    }
    if <[u8; 32]>::from(Sha256::digest(&bytes)) != sha256 {
        return Err(Fault::OtherContent { path: path.clone() });
    }
    Ok(bytes)
}

fn read_back(disk: &dyn Disk, journal: &Journal) -> Result<(), Fault> {
    for hive in &journal.hives {
        if !matches!(examine::hive_standing(disk, hive)?, Standing::After) {
            return Err(Fault::Differs { path: hive.path.clone() });
        }
    }
    for (number, file) in journal.files.iter().enumerate() {
        let standing = examine::file_standing(disk, &journal.id, number, file)?;
        if !matches!(standing, Standing::After | Standing::Same) {
            return Err(Fault::Differs { path: file.path.clone() });
        }
    }
    Ok(())
}
