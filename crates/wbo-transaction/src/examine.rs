//! How each participant of a transaction stands: as before, as after, between, or moved on.

use std::io;
use std::sync::Arc;

use registry_hive::{EditError, HiveFile, HiveFiles, Image, LogName, OpenError, State};
use sha2::{Digest, Sha256};
use wbo_engine::{EntryKind, WindowsPath};

use crate::journal::{CommitRecord, FileChange, FileFacts, HiveChange, Journal};
use crate::paths::{self, Temporary};
use crate::{Disk, Fault, Kind, limits};

/// A pending transaction whose participants were looked at.
#[derive(Debug)]
pub struct Examined {
    /// The file of the journal.
    pub(crate) path: WindowsPath,
    pub(crate) found: Found,
    pub(crate) participants: Vec<Participant>,
}

/// What a journal tells.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// It was not finished, and so nothing was begun.
    NothingBegun,
    Begun {
        journal: Arc<Journal>,
        record: CommitRecord,
        committed: bool,
    },
}

/// A hive or a file of a transaction.
#[derive(Debug)]
pub struct Participant {
    /// Where it is.
    pub path: WindowsPath,
    /// What it is.
    pub kind: Kind,
    /// How it was found.
    pub standing: Standing,
}

/// How a participant was found.
#[derive(Debug)]
pub enum Standing {
    /// Exactly as before the transaction.
    Before,
    /// Exactly as after it.
    After,
    /// Its bytes are the same before and after.
    Same,
    /// Between the two: its old file has only its temporary name.
    Between,
    /// Neither: somebody changed it since, or it is gone.
    MovedOn,
    /// It cannot be read.
    Unreadable(Fault),
}

/// What recovery would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was begun; the unfinished journal is removed.
    NothingBegun,
    /// The transaction was made; what it left over is removed.
    CleanUp,
    /// Everything is as after the transaction; it is declared made.
    Finish,
    /// Everything is taken back.
    RollBack,
    /// Nothing, since somebody changed participants since.
    MovedOn,
    /// Nothing, since participants cannot be read.
    Unreadable,
}

impl Examined {
    /// Looks at every participant of a journal. Those of a transaction that was made are of no interest any more.
    pub(crate) fn of(disk: &dyn Disk, path: WindowsPath, found: Found) -> Self {
        let mut participants = Vec::new();
        if let Found::Begun { journal, committed: false, .. } = &found {
            let hives = journal.hives.iter().map(|hive| (&hive.path, Kind::Hive, hive_standing(disk, hive)));
            let files = journal.files.iter().enumerate();
            let files =
                files.map(|(number, file)| (&file.path, Kind::File, file_standing(disk, &journal.id, number, file)));
            participants.extend(hives.chain(files).map(|(path, kind, standing)| Participant {
                path: path.clone(),
                kind,
                standing: standing.unwrap_or_else(Standing::Unreadable),
            }));
        }
        Self { path, found, participants }
    }

    /// Every hive and file, and how it was found; none of a transaction that was not begun, or was made.
    pub fn participants(&self) -> &[Participant] {
        &self.participants
    }

    /// What recovery would do.
    pub fn outcome(&self) -> Outcome {
        match &self.found {
            Found::NothingBegun => return Outcome::NothingBegun,
            Found::Begun { committed: true, .. } => return Outcome::CleanUp,
            Found::Begun { committed: false, .. } => {}
        }
        let any = |is: fn(&Standing) -> bool| self.participants.iter().any(|found| is(&found.standing));
        if any(|standing| matches!(standing, Standing::MovedOn)) {
            Outcome::MovedOn
        } else if any(|standing| matches!(standing, Standing::Unreadable(_))) {
            Outcome::Unreadable
        } else if any(|standing| matches!(standing, Standing::Before | Standing::Between)) {
            Outcome::RollBack
        } else {
            Outcome::Finish
        }
    }
}

/// How a hive stands, completed from its log where its last write was cut off.
pub(crate) fn hive_standing(disk: &dyn Disk, hive: &HiveChange) -> Result<Standing, Fault> {
    let Some(image) = image(disk, &hive.path)? else { return Ok(Standing::MovedOn) };
    let digest = image.digest();
    Ok(if digest == hive.before {
        Standing::Before
    } else if digest == hive.after {
        Standing::After
    } else {
        Standing::MovedOn
    })
}

/// A hive as its file and its logs have it; `None`, if it is gone.
pub(crate) fn image(disk: &dyn Disk, path: &WindowsPath) -> Result<Option<Image>, Fault> {
    let Some(files) = disk.hive(path).map_err(Fault::disk(path, "read"))? else { return Ok(None) };
    let image = Image::read(|log| read_whole(&*files, log.map_or(HiveFile::Hive, HiveFile::Log)));
    let image = image.map_err(|source| match source {
        OpenError::Read(source) => Fault::disk(path, "read")(source),
        OpenError::NotAHive(source) => Fault::NotAHive { path: path.clone(), source },
    })?;
    match image.as_ref().map(Image::state) {
        Some(State::Dirty(why)) => Err(Fault::Dirty { path: path.clone(), why: *why }),
        Some(State::Replayed(replay)) if !replay.missing.is_empty() => {
            let missing = replay.missing.iter().map(|run| u64::from(run.size)).sum();
            Err(Fault::Hive { path: path.clone(), source: EditError::Incomplete { missing } })
        }
        _ => Ok(image),
    }
}

fn read_whole(files: &dyn HiveFiles, file: HiveFile) -> io::Result<Option<Vec<u8>>> {
    let most = match file {
        HiveFile::Hive => registry_hive::limits::HIVE_SIZE,
        HiveFile::Log(LogName::Log1 | LogName::Log2 | LogName::Log) => registry_hive::limits::LOG_SIZE,
    };
    let Some(length) = files.length(file)? else { return Ok(None) };
    let length = usize::try_from(length).ok().filter(|length| *length <= most).ok_or(io::ErrorKind::FileTooLarge)?;
    let mut bytes = vec![0; length];
    files.read_at(file, 0, &mut bytes)?;
    Ok(Some(bytes))
}

pub(crate) fn file_standing(
    disk: &dyn Disk,
    id: &[u8; 16],
    number: usize,
    file: &FileChange,
) -> Result<Standing, Fault> {
    let digest_of = |facts: Option<FileFacts>| facts.map(|facts| facts.sha256);
    let (before, after) = (digest_of(file.before), digest_of(file.after));
    let there = match look(disk, &file.path)? {
        Looked::Absent => None,
        Looked::File(digest) => Some(digest),
        Looked::Other => return Ok(Standing::MovedOn),
    };
    Ok(if there == before && file.keeps_bytes() {
        Standing::Same
    } else if there == before {
        Standing::Before
    } else if there == after {
        Standing::After
    } else if there.is_none() && has_old(disk, id, number, file)? {
        Standing::Between
    } else {
        Standing::MovedOn
    })
}

/// Whether the old file is there under its temporary name.
pub(crate) fn has_old(disk: &dyn Disk, id: &[u8; 16], number: usize, file: &FileChange) -> Result<bool, Fault> {
    let Some(before) = file.before else { return Ok(false) };
    let old = paths::temporary(&file.path, id, number, Temporary::Old);
    Ok(matches!(look(disk, &old)?, Looked::File(digest) if digest == before.sha256))
}

/// What stands where a file may be.
pub(crate) enum Looked {
    Absent,
    File([u8; 32]),
    /// Something else, or a file larger than any that a transaction handles.
    Other,
}

pub(crate) fn look(disk: &dyn Disk, path: &WindowsPath) -> Result<Looked, Fault> {
    let Some(entry) = disk.entry(path).map_err(Fault::disk(path, "read"))? else { return Ok(Looked::Absent) };
    if entry.kind != EntryKind::File {
        return Ok(Looked::Other);
    }
    match disk.read(path, limits::FILE) {
        Ok(Some(bytes)) => Ok(Looked::File(Sha256::digest(bytes).into())),
        Ok(None) => Ok(Looked::Absent),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(Looked::Other),
        Err(error) => Err(Fault::disk(path, "read")(error)),
    }
}
