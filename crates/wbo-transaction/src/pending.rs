//! Journals that a transaction left behind.

use std::sync::Arc;

use wbo_engine::{EntryKind, WindowsPath};

use crate::examine::{Examined, Found};
use crate::journal::{self, Journal, JournalError};
use crate::paths::{self, JournalName};
use crate::{Disk, Fault};

/// A journal that was found.
#[derive(Debug)]
pub struct Pending {
    path: WindowsPath,
    found: Result<Found, JournalError>,
}

/// What a path of a journal leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A hive, which is changed in place.
    Hive,
    /// A file, which is replaced, made or removed.
    File,
    /// A folder, which was made for files.
    Folder,
}

/// Whether something may be at a path, or the reason why not. A journal may be forged by whoever can write to its
/// folder, so that each of its paths is asked for before anything is looked at.
pub type MayTouch<'c> = dyn Fn(&WindowsPath, Kind) -> Result<(), String> + 'c;

/// The journals in a folder, by name. None, if there is no such folder.
pub fn pending(disk: &dyn Disk, folder: &WindowsPath) -> Result<Vec<Pending>, Fault> {
    let entries = disk.list(folder).map_err(Fault::disk(folder, "read"))?.unwrap_or_default();
    let mut found: Vec<_> = entries
        .into_iter()
        .filter_map(|entry| {
            let name = paths::journal_name(&entry.name)?;
            let path = folder.join(entry.name);
            let found = match (entry.kind, name) {
                (EntryKind::File, JournalName::Unfinished) => Ok(Found::NothingBegun),
                (EntryKind::File, JournalName::Finished) => read(disk, folder, &path),
                _ => Err(JournalError::NotAFile),
            };
            Some(Pending { path, found })
        })
        .collect();
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn read(disk: &dyn Disk, folder: &WindowsPath, path: &WindowsPath) -> Result<Found, JournalError> {
    // Whoever can make a file in the folder can forge a journal, but cannot give it away.
    let security = disk.security(path).map_err(JournalError::Read)?;
    if security.is_some_and(|security| !is_owned_by_windows(&security)) {
        return Err(JournalError::Owner);
    }
    let bytes = disk.read(path, journal::MOST).map_err(JournalError::Read)?;
    let (journal, record, committed) = Journal::decode(&bytes.unwrap_or_default())?;
    if paths::journal(folder, &journal.id) != *path {
        return Err(JournalError::OtherName);
    }
    journal.check(path).map_err(JournalError::Impossible)?;
    Ok(Found::Begun { journal: Arc::new(journal), record, committed })
}

impl Pending {
    /// The file of the journal.
    pub fn path(&self) -> &WindowsPath {
        &self.path
    }

    /// The id of the transaction; `None`, if nothing was begun or the journal cannot be read.
    pub fn id(&self) -> Option<[u8; 16]> {
        self.journal().map(|journal| journal.id)
    }

    /// Who made the transaction, by the journal, which may say anything.
    pub fn label(&self) -> Option<&str> {
        self.journal().map(|journal| journal.label.as_str())
    }

    /// Why the journal cannot be read, if it cannot. Such a journal is left to people: recovery does nothing with it.
    pub fn flaw(&self) -> Option<&JournalError> {
        self.found.as_ref().err()
    }

    /// Looks at every participant, if all of them may be. Nothing is changed.
    pub fn examine(self, disk: &dyn Disk, may_touch: &MayTouch<'_>) -> Result<Examined, JournalError> {
        let Self { path, found } = self;
        let found = found?;
        if let Found::Begun { journal, .. } = &found {
            let hives = journal.hives.iter().map(|hive| (&hive.path, Kind::Hive));
            let files = journal.files.iter().map(|file| (&file.path, Kind::File));
            let folders = journal.folders.iter().map(|folder| (folder, Kind::Folder));
            for (path, kind) in hives.chain(files).chain(folders) {
                let forbidden = |why| JournalError::Forbidden { path: path.clone(), why };
                may_touch(path, kind).map_err(forbidden)?;
            }
        }
        Ok(Examined::of(disk, path, found))
    }

    fn journal(&self) -> Option<&Journal> {
        match &self.found {
            Ok(Found::Begun { journal, .. }) => Some(journal),
            Ok(Found::NothingBegun) | Err(_) => None,
        }
    }
}

/// Whether a security descriptor names the administrators or Windows itself as owner.
fn is_owned_by_windows(descriptor: &[u8]) -> bool {
    const ADMINISTRATORS: &[u8] = &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
    const SYSTEM: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    let offset = descriptor.get(4..).and_then(<[u8]>::first_chunk).copied().map(u32::from_le_bytes);
    let owner = offset.and_then(|offset| descriptor.get(usize::try_from(offset).ok()?..)).unwrap_or_default();
    owner.starts_with(ADMINISTRATORS) || owner.starts_with(SYSTEM)
}
