//! Recovery: what a cut-off transaction left is finished, or taken back.
//!
//! Each step can be done again, and each state between two steps is found as one of those that recovery knows, so that it
//! can be cut off anywhere and run again. The journal goes last, when everything else would outlast a loss of power.

use std::collections::BTreeSet;
use std::io;

use registry::{Change, FileTime, KeyPath, RegistryError, Root, differences};
use registry_hive::{Editor, HiveFile, LogName, Mounts, Overrides, Ready};
use wbo_engine::{Entry, EntryKind, WindowsPath};

use crate::examine::{self, Examined, Found, Outcome, Standing};
use crate::journal::{CommitRecord, FileChange, FileFacts, HiveChange, Journal};
use crate::paths::{self, Temporary, folder_of};
use crate::{Disk, Fault};

/// Which way recovery goes where both are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// As [`Examined::outcome`] says.
    AsFound,
    /// Back, also when everything is as after the transaction; but not when it was declared made.
    Back,
}

/// What recovery did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// Nothing had been begun.
    NothingBegun,
    /// The transaction had been made.
    CleanedUp,
    /// The transaction was finished.
    Finished,
    /// Everything is as before the transaction.
    RolledBack,
}

/// Whether the changes that would bring a hive back may be made, or the reason why not. The paths of keys are as if the
/// root of the hive were `HKCU`.
pub type MayRestore<'c> = dyn Fn(&WindowsPath, &[Change]) -> Result<(), String> + 'c;

/// Why a transaction was not recovered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// Somebody changed participants since. They keep what they have.
    #[error("{} changed since the transaction was cut off, so that nothing is taken back", list(.0))]
    MovedOn(Vec<WindowsPath>),
    /// Participants cannot be read.
    #[error("{} cannot be read ({fault}), so that nothing is taken back", list(paths))]
    Unreadable {
        /// All that cannot be read.
        paths: Vec<WindowsPath>,
        /// What is wrong with the first.
        #[source]
        fault: Fault,
    },
    /// Everything is as after the transaction, and what was before is gone.
    #[error("what {path} was before is gone")]
    OldIsGone {
        /// The file.
        path: WindowsPath,
    },
    /// The pages of the journal do not bring a hive back.
    #[error("with the pages of the journal {path} would not be what it was before; the journal is wrong")]
    DoesNotRestore {
        /// The hive.
        path: WindowsPath,
    },
    /// What bringing a hive back would change cannot be told.
    #[error("what would change in {path} cannot be told: {source}")]
    NotCompared {
        /// The hive.
        path: WindowsPath,
        /// Why.
        source: RegistryError,
    },
    /// What bringing a hive back would change is refused.
    #[error("{path} is not brought back: {why}")]
    Refused {
        /// The hive.
        path: WindowsPath,
        /// Why.
        why: String,
    },
    /// A step failed. Recovery can be run again.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn list(paths: &[WindowsPath]) -> String {
    paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Examined {
    /// Brings all participants to their state before or after, and removes what the transaction left.
    ///
    /// It can be cut off anywhere and run again. A hive gets back its pages only after `may_restore` agreed to what that
    /// changes.
    pub fn recover(
        self,
        disk: &mut dyn Disk,
        direction: Direction,
        may_restore: &MayRestore<'_>,
    ) -> Result<Recovered, RecoverError> {
        self.go(disk, direction, Some(may_restore))
    }

    /// Takes back what this process itself began: its pages are not forged.
    pub(crate) fn take_back(self, disk: &mut dyn Disk) -> Result<Recovered, RecoverError> {
        self.go(disk, Direction::Back, None)
    }

    fn go(
        self,
        disk: &mut dyn Disk,
        direction: Direction,
        may_restore: Option<&MayRestore<'_>>,
    ) -> Result<Recovered, RecoverError> {
        let outcome = self.outcome();
        let (journal, record) = match &self.found {
            Found::NothingBegun => {
                remove_journal(disk, &self.path)?;
                return Ok(Recovered::NothingBegun);
            }
            Found::Begun { journal, record, .. } => (journal, *record),
        };
        let paths_that = |is: fn(&Standing) -> bool| {
            self.participants.iter().filter(|found| is(&found.standing)).map(|found| found.path.clone()).collect()
        };
        match (outcome, direction) {
            (Outcome::NothingBegun | Outcome::CleanUp, _) => {
                clean_up(disk, journal, &self.path)?;
                Ok(Recovered::CleanedUp)
            }
            (Outcome::Finish, Direction::AsFound) => {
                finish(disk, journal, record, &self.path)?;
                Ok(Recovered::Finished)
            }
            (Outcome::Finish, Direction::Back) | (Outcome::RollBack, _) => {
                RollBack { journal, path: &self.path }.run(disk, may_restore)?;
                Ok(Recovered::RolledBack)
            }
            (Outcome::MovedOn, _) => {
                Err(RecoverError::MovedOn(paths_that(|standing| matches!(standing, Standing::MovedOn))))
            }
            (Outcome::Unreadable, _) => {
                let paths = paths_that(|standing| matches!(standing, Standing::Unreadable(_)));
                let faults = self.participants.into_iter().filter_map(|found| match found.standing {
                    Standing::Unreadable(fault) => Some(fault),
                    _ => None,
                });
                let fault = faults.into_iter().next().unwrap_or(Fault::Missing { path: self.path });
                Err(RecoverError::Unreadable { paths, fault })
            }
        }
    }

    /// Keeps every participant as it is, and removes what the transaction left. A file that has only its temporary name
    /// gets its own back.
    pub fn forget(self, disk: &mut dyn Disk) -> Result<(), Fault> {
        if let Found::Begun { journal, committed: false, .. } = &self.found {
            for (number, file) in journal.files.iter().enumerate() {
                let old = paths::temporary(&file.path, &journal.id, number, Temporary::Old);
                if entry_kind(disk, &old)? == Some(EntryKind::File) && !is_there(disk, &file.path)? {
                    disk.rename(&old, &file.path).map_err(Fault::disk(&old, "renamed"))?;
                }
            }
        }
        match &self.found {
            Found::NothingBegun => remove_journal(disk, &self.path),
            Found::Begun { journal, committed, .. } => {
                if !committed {
                    sync_folders(disk, journal)?;
                }
                clean_up(disk, journal, &self.path)
            }
        }
    }
}

/// Declares a transaction made, of which every participant is as after it.
fn finish(disk: &mut dyn Disk, journal: &Journal, record: CommitRecord, path: &WindowsPath) -> Result<(), Fault> {
    for hive in &journal.hives {
        settle(disk, hive, true)?;
    }
    for file in journal.files.iter().filter(|file| file.keeps_bytes()) {
        set(disk, file, file.after)?;
    }
    sync_folders(disk, journal)?;
    declare_made(disk, record, path);
    clean_up(disk, journal, path)
}

/// Writes the commit record, which spares recovery the question how participants stand; they may move on from here. Whether
/// it arrives or not, all of them are as after the transaction, so that a failure is no reason to take anything back: the
/// record could be there all the same.
pub(crate) fn declare_made(disk: &mut dyn Disk, record: CommitRecord, path: &WindowsPath) {
    let _ = disk.append(path, &record.0);
}

/// Removes what a transaction that was made has left of its own, the journal last.
pub(crate) fn clean_up(disk: &mut dyn Disk, journal: &Journal, path: &WindowsPath) -> Result<(), Fault> {
    for (number, file) in journal.files.iter().enumerate() {
        for temporary in [Temporary::Part, Temporary::Old] {
            remove_if_there(disk, &paths::temporary(&file.path, &journal.id, number, temporary))?;
        }
    }
    sync_folders(disk, journal)?;
    remove_journal(disk, path)
}

/// Removes a journal, and returns when it would not come back.
pub(crate) fn remove_journal(disk: &mut dyn Disk, path: &WindowsPath) -> Result<(), Fault> {
    remove_if_there(disk, path)?;
    sync_folder(disk, &folder_of(path))
}

/// The way back.
struct RollBack<'r> {
    journal: &'r Journal,
    path: &'r WindowsPath,
}

impl RollBack<'_> {
    fn run(&self, disk: &mut dyn Disk, may_restore: Option<&MayRestore<'_>>) -> Result<(), RecoverError> {
        // Whatever speaks against it is found before the first step.
        self.check_files(disk)?;
        let mut restored = Vec::new();
        for hive in &self.journal.hives {
            if matches!(examine::hive_standing(disk, hive)?, Standing::After) {
                restored.push((hive, restored_hive(disk, hive, may_restore)?));
            }
        }
        // First of all what takes room.
        for (number, file) in self.journal.files.iter().enumerate() {
            remove_if_there(disk, &self.temporary(number, file, Temporary::Part))?;
        }
        for (hive, ready) in restored {
            ready.commit().map_err(|source| Fault::Hive { path: hive.path.clone(), source })?;
        }
        for hive in &self.journal.hives {
            settle(disk, hive, hive.makes_log)?;
        }
        for (number, file) in self.journal.files.iter().enumerate() {
            self.bring_back(disk, number, file)?;
        }
        sync_folders(disk, self.journal)?;
        self.remove_folders(disk)?;
        self.check_result(disk)?;
        Ok(remove_journal(disk, self.path)?)
    }

    fn temporary(&self, number: usize, file: &FileChange, temporary: Temporary) -> WindowsPath {
        paths::temporary(&file.path, &self.journal.id, number, temporary)
    }

    /// Every file that is as after the transaction must have its old one.
    fn check_files(&self, disk: &dyn Disk) -> Result<(), RecoverError> {
        for (number, file) in self.journal.files.iter().enumerate() {
            let standing = examine::file_standing(disk, &self.journal.id, number, file)?;
            let needs_old = matches!(standing, Standing::After) && file.before.is_some();
            if needs_old && !examine::has_old(disk, &self.journal.id, number, file)? {
                return Err(RecoverError::OldIsGone { path: file.path.clone() });
            }
        }
        Ok(())
    }

    fn bring_back(&self, disk: &mut dyn Disk, number: usize, file: &FileChange) -> Result<(), Fault> {
        let old = self.temporary(number, file, Temporary::Old);
        match examine::file_standing(disk, &self.journal.id, number, file)? {
            Standing::After if file.before.is_none() => remove_if_there(disk, &file.path)?,
            Standing::After | Standing::Between => {
                disk.rename(&old, &file.path).map_err(Fault::disk(&old, "renamed"))?;
            }
            Standing::Same => set(disk, file, file.before)?,
            Standing::Before | Standing::MovedOn | Standing::Unreadable(_) => {}
        }
        // A second name of a file that has its own.
        remove_if_there(disk, &old)
    }

    /// Removes the folders that were made, if nobody put anything in them since.
    fn remove_folders(&self, disk: &mut dyn Disk) -> Result<(), Fault> {
        for folder in self.journal.folders.iter().rev() {
            let is_folder = entry_kind(disk, folder)? == Some(EntryKind::Folder);
            let inside = if is_folder { disk.list(folder).map_err(Fault::disk(folder, "read"))? } else { None };
            if inside.is_some_and(|inside| inside.is_empty()) {
                disk.remove_folder(folder).map_err(Fault::disk(folder, "removed"))?;
                sync_folder(disk, &folder_of(folder))?;
            }
        }
        Ok(())
    }

    fn check_result(&self, disk: &dyn Disk) -> Result<(), Fault> {
        for hive in &self.journal.hives {
            if !matches!(examine::hive_standing(disk, hive)?, Standing::Before) {
                return Err(Fault::Differs { path: hive.path.clone() });
            }
        }
        for (number, file) in self.journal.files.iter().enumerate() {
            let standing = examine::file_standing(disk, &self.journal.id, number, file)?;
            if !matches!(standing, Standing::Before | Standing::Same) {
                return Err(Fault::Differs { path: file.path.clone() });
            }
        }
        Ok(())
    }
}

/// A hive with its pages as they were before, not yet written.
fn restored_hive(
    disk: &dyn Disk,
    hive: &HiveChange,
    may_restore: Option<&MayRestore<'_>>,
) -> Result<Ready, RecoverError> {
    let fault = |source| Fault::Hive { path: hive.path.clone(), source };
    // A hive is opened by one at a time, so that it is read before it is opened to be changed.
    let now = examine::image(disk, &hive.path)?.ok_or_else(|| Fault::Missing { path: hive.path.clone() })?;
    let pages = hive.pages.iter().map(|(offset, page)| (*offset, page.0.as_slice()));
    let ready = open(disk, &hive.path)?.restore(hive.before.bins_size, pages).map_err(fault)?;
    if ready.digests().map_err(fault)? != (hive.after, hive.before) {
        return Err(RecoverError::DoesNotRestore { path: hive.path.clone() });
    }
    let Some(may_restore) = may_restore else { return Ok(ready) };
    let not_compared = |source| RecoverError::NotCompared { path: hive.path.clone(), source };
    let root = KeyPath::new(Root::CurrentUser, vec![]);
    let (mut from, mut to) = (Mounts::default(), Mounts::default());
    from.mount(root.clone(), now).map_err(not_compared)?;
    to.mount(root.clone(), ready).map_err(not_compared)?;
    let changes = differences(&from, &to, &root).map_err(not_compared)?;
    may_restore(&hive.path, &changes).map_err(|why| RecoverError::Refused { path: hive.path.clone(), why })?;
    let ready = to.into_hives().map(|(_, ready)| ready).next();
    ready.ok_or_else(|| RecoverError::DoesNotRestore { path: hive.path.clone() })
}

/// A hive to be brought back. Transactions that wait outside of it waited before, too.
fn open(disk: &dyn Disk, path: &WindowsPath) -> Result<Editor, Fault> {
    let files = disk.hive(path).map_err(Fault::disk(path, "opened"))?;
    let files = files.ok_or_else(|| Fault::Missing { path: path.clone() })?;
    let overrides = Overrides { pending_transactions: true };
    // Nothing is stamped with a time here.
    Editor::open(files, FileTime::default(), overrides).map_err(|source| Fault::Hive { path: path.clone(), source })
}

/// Makes sure that what a hive holds would outlast a loss of power, without the log that was made for it. One that is to be
/// mended is completed from its log first.
pub(crate) fn settle(disk: &mut dyn Disk, hive: &HiveChange, mend: bool) -> Result<(), Fault> {
    let path = &hive.path;
    if mend {
        let editor = open(disk, path)?;
        editor.commit().map_err(|source| Fault::Hive { path: path.clone(), source })?;
    }
    let files = disk.hive(path).map_err(Fault::disk(path, "opened"))?;
    let mut files = files.ok_or_else(|| Fault::Missing { path: path.clone() })?;
    files.sync(HiveFile::Hive).map_err(Fault::disk(path, "written"))?;
    if hive.makes_log && files.length(HiveFile::Log(LogName::Log1)).map_err(Fault::disk(path, "read"))?.is_some() {
        files.remove(LogName::Log1).map_err(Fault::disk(path, "freed of its log"))?;
    }
    Ok(())
}

/// Gives a file whose bytes stay the attributes and the time that it has in one of its states.
pub(crate) fn set(disk: &mut dyn Disk, file: &FileChange, facts: Option<FileFacts>) -> Result<(), Fault> {
    let Some(facts) = facts else { return Ok(()) };
    disk.set(&file.path, facts.attributes, facts.modified).map_err(Fault::disk(&file.path, "given its attributes"))
}

/// Returns when the names of all participants would outlast a loss of power.
pub(crate) fn sync_folders(disk: &mut dyn Disk, journal: &Journal) -> Result<(), Fault> {
    let hives = journal.hives.iter().filter(|hive| hive.makes_log).map(|hive| &hive.path);
    let folders: BTreeSet<_> = hives.chain(journal.files.iter().map(|file| &file.path)).map(folder_of).collect();
    for folder in folders {
        // A folder that was to be made, and was not, has no names.
        if is_folder(disk, &folder)? {
            sync_folder(disk, &folder)?;
        }
    }
    Ok(())
}

pub(crate) fn sync_folder(disk: &mut dyn Disk, folder: &WindowsPath) -> Result<(), Fault> {
    disk.sync_folder(folder).map_err(Fault::disk(folder, "written"))
}

fn remove_if_there(disk: &mut dyn Disk, path: &WindowsPath) -> Result<(), Fault> {
    match entry_kind(disk, path)? {
        None => Ok(()),
        Some(EntryKind::File) => match disk.remove(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(Fault::disk(path, "removed")),
        },
        Some(found) => Err(Fault::NotAFile { path: path.clone(), found }),
    }
}

pub(crate) fn is_there(disk: &dyn Disk, path: &WindowsPath) -> Result<bool, Fault> {
    Ok(entry_kind(disk, path)?.is_some())
}

/// Whether a folder is there, and not something else in its place.
pub(crate) fn is_folder(disk: &dyn Disk, path: &WindowsPath) -> Result<bool, Fault> {
    // A drive is always there.
    Ok(path.names().is_empty() || entry_kind(disk, path)? == Some(EntryKind::Folder))
}

pub(crate) fn entry_kind(disk: &dyn Disk, path: &WindowsPath) -> Result<Option<EntryKind>, Fault> {
    Ok(entry(disk, path)?.map(|entry| entry.kind))
}

pub(crate) fn entry(disk: &dyn Disk, path: &WindowsPath) -> Result<Option<Entry>, Fault> {
    disk.entry(path).map_err(Fault::disk(path, "read"))
}
