//! The editor: changes a hive in place, and changes nothing else in it.

mod commit;
mod keys;
mod lists;
mod pages;
mod ready;
mod security;
mod space;
mod values;

use std::cell::RefCell;
use std::io;

use registry::limits::{KEY_NAME, VALUE_NAME};
use registry::{FileTime, Name};

use self::pages::Pages;
use self::space::Space;
use crate::base_block::{self, BaseBlockBytes};
use crate::bytes::index;
use crate::files::{HiveFile, HiveFiles};
use crate::hive::Hive;
use crate::logs::{self, LogFormat, LogName, Logs, Plan, Replay, Run, State};
use crate::{Damage, DamageKind, NotAHive, NotReplayed, limits};

pub(crate) use self::pages::PageSet;
pub use self::ready::{ChangedPages, Ready};
pub(crate) use self::space::{BIN_HEADER, bin_header, cell_size};

/// A hive under edit.
///
/// Changes are made in memory, and only [`Editor::commit`] writes. Of the hive only those pages are read that a change
/// needs, and only those are written that it changed; everything else stays as it was, also what is damaged.
///
/// A dirty hive is completed from its logs first, as Windows does when it loads it. One that cannot be completed is
/// refused.
pub struct Editor {
    files: Box<dyn HiveFiles>,
    pages: RefCell<Pages>,
    space: Space,
    /// The base block as it will be once the hive is clean: what the file has, or what its logs make of it.
    block: BaseBlockBytes,
    /// The number of the last finished write, by the hive itself.
    sequence: u32,
    /// The highest number in the logs.
    logged: u32,
    /// What the logs gave and the file does not have yet.
    replayed: Option<Pending>,
    /// The logs that exist, the one to write first; but not the only log of an old Windows, which no newer one reads.
    logs: Vec<LogName>,
    /// How this hive's Windows writes its logs.
    format: LogFormat,
    now: FileTime,
}

/// What logs have for a hive.
struct Pending {
    replay: Replay,
    pages: Vec<(Run, Vec<u8>)>,
}

/// What an editor accepts that it would refuse by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides {
    /// Edits a hive with transactions that wait outside of it. When Windows completes them, it may undo or garble what
    /// was edited.
    pub pending_transactions: bool,
}

/// Why a hive was not edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It is no hive that is read here.
    #[error(transparent)]
    NotAHive(#[from] NotAHive),
    /// Its last write was cut off, and cannot be completed.
    #[error("the last write to the hive was cut off, and {0}; edited as it is, it would lose what was to be written")]
    Dirty(NotReplayed),
    /// It was cut short.
    #[error("the hive ends {missing} bytes before its last bin does, and no log brings them; it was cut short")]
    Incomplete {
        /// How many bytes are missing.
        missing: u64,
    },
    /// A key is edited, or reached, that stands for another.
    #[error("'{0}' is a link to another key; name the key that it stands for")]
    Link(Name),
    /// A value is edited of a key that has a handle where others have values.
    #[error("the key stands for a handle of Windows, and has no values")]
    PredefinedHandle,
    /// Transactions wait outside of it.
    #[error("the hive has transactions that Windows has not finished; they could undo or garble an edit")]
    TransactionsPending,
    /// Something that the edit needs is damaged.
    #[error("the hive is damaged where it would be edited: {0}")]
    Damaged(#[source] Damage),
    /// A file cannot be read or written.
    #[error("{} cannot be {doing}: {source}", describe(*file))]
    File {
        /// Which.
        file: HiveFile,
        /// What was tried.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A key is created in one that is not there, or a value set in one.
    #[error("the key does not exist")]
    NoSuchKey,
    /// A key is deleted that has subkeys.
    #[error("the key has {0} subkeys and cannot be deleted before them")]
    HasSubkeys(u32),
    /// The root is created or deleted.
    #[error("the root of a hive is neither created nor deleted")]
    IsRoot,
    /// A key is deleted that Windows keeps from being deleted.
    #[error("the key is marked as one that must not be deleted")]
    Protected,
    /// A key is edited that only hides one of another layer.
    #[error("the key marks one of another layer as deleted, and can hold nothing")]
    Tombstone,
    /// A key would stand deeper than Windows has it.
    #[error("the key would stand more than {} keys deep, the most that Windows has", registry::limits::DEPTH)]
    TooDeep,
    /// A name that no key can have.
    #[error("a key's name has 1 to {KEY_NAME} characters, and no backslash among them; this one has {length}")]
    BadKeyName {
        /// How many characters it has.
        length: usize,
    },
    /// A name that no value can have.
    #[error("a value's name has at most {VALUE_NAME} characters; this one has {length}")]
    LongValueName {
        /// How many characters it has.
        length: usize,
    },
    /// Data are larger than a hive holds.
    #[error("data of {size} bytes are too large for a hive of this version; the most is {most}")]
    TooLarge {
        /// How many bytes.
        size: usize,
        /// The most there can be.
        most: usize,
    },
    /// The hive has no room, and cannot grow.
    #[error("the hive has no room left; it would exceed {} bytes", limits::HIVE_SIZE)]
    HiveFull,
    /// Pages are put back that the hive never had.
    #[error("a page at offset {offset} is to be put back into a hive of {size} bytes")]
    NotItsPages {
        /// Where they would end or begin.
        offset: u32,
        /// How many bytes of bins there are to be.
        size: usize,
    },
    /// The numbers that order writes have come to their end.
    #[error("the hive or its logs have the write number {0}, after which none can follow")]
    NumbersExhausted(u32),
}

fn describe(file: HiveFile) -> String {
    match file {
        HiveFile::Hive => "the hive".to_owned(),
        HiveFile::Log(log) => format!("its log {}", log.extension()),
    }
}

impl EditError {
    fn read(file: HiveFile, source: io::Error) -> Self {
        Self::File { file, doing: "read", source }
    }

    fn write(file: HiveFile, source: io::Error) -> Self {
        Self::File { file, doing: "written", source }
    }
}

impl Editor {
    /// Begins to edit a hive. Keys that change get the time `now`.
    pub fn open(files: Box<dyn HiveFiles>, now: FileTime, overrides: Overrides) -> Result<Self, EditError> {
        let length = files.length(HiveFile::Hive).map_err(|source| EditError::read(HiveFile::Hive, source))?;
        let length = length.unwrap_or_default();
        if length > limits::HIVE_SIZE as u64 {
            return Err(NotAHive::TooLarge { found: usize::try_from(length).unwrap_or(usize::MAX) }.into());
        }
        // The base block, and the header of the first bin behind it.
        let mut start =
            vec![0; (base_block::SIZE + index(BIN_HEADER)).min(usize::try_from(length).unwrap_or(usize::MAX))];
        files.read_at(HiveFile::Hive, 0, &mut start).map_err(|source| EditError::read(HiveFile::Hive, source))?;
        let mut found = Vec::new();
        for log in [LogName::Log1, LogName::Log2, LogName::Log] {
            if let Some(bytes) = read_log(&*files, log)? {
                found.push((log, bytes));
            }
        }
        let bytes_of = |name| found.iter().find(|(log, _)| *log == name).map(|(_, bytes)| bytes.as_slice());
        let logs = Logs { log1: bytes_of(LogName::Log1), log2: bytes_of(LogName::Log2), log: bytes_of(LogName::Log) };
        let mut mending = None;
        match logs::plan(&start, length, logs) {
            Plan::Leave(State::Dirty(why)) => {
                // What is no hive at all is told first.
                Hive::of(&start)?;
                return Err(EditError::Dirty(why));
            }
            Plan::Leave(_) => {}
            Plan::Mend(found) => {
                let short = NotAHive::Short { found: start.len() };
                start.get_mut(..found.block.len()).ok_or(short)?.copy_from_slice(&found.block);
                mending = Some(found);
            }
        }
        let (_, block) = Hive::of(&start)?;
        if block.has_pending_transactions() && !overrides.pending_transactions {
            return Err(EditError::TransactionsPending);
        }
        let stored = length.saturating_sub(base_block::SIZE as u64);
        let missing = match &mending {
            Some(mending) => mending.replay.missing.iter().map(|run| u64::from(run.size)).sum(),
            None => u64::from(block.bins_size).saturating_sub(stored),
        };
        if missing > 0 {
            return Err(EditError::Incomplete { missing });
        }
        let mut pages = Pages::new(block.bins_size, stored, block.root, block.minor);
        for (run, page) in mending.iter().flat_map(|mending| &mending.pages) {
            pages.replace(&*files, *run, page)?;
        }
        let replayed = mending.map(|mending| Pending {
            pages: mending.pages.into_iter().map(|(run, page)| (run, page.to_vec())).collect(),
            replay: mending.replay,
        });
        let logged = logs::highest_number(logs);
        let bytes = BaseBlockBytes::of(&start).ok_or(NotAHive::Short { found: start.len() })?;
        Ok(Self {
            pages: RefCell::new(pages),
            space: Space::default(),
            block: bytes,
            sequence: block.second_sequence,
            logged,
            replayed,
            logs: found.iter().filter(|(log, _)| *log != LogName::Log).map(|(log, _)| *log).collect(),
            format: logs::format(logs),
            now,
            files,
        })
    }

    /// What the logs gave that the hive itself does not have yet; [`Editor::commit`] writes it before anything else.
    pub fn replayed(&self) -> Option<&Replay> {
        self.replayed.as_ref().map(|pending| &pending.replay)
    }

    /// Whether a commit would write anything.
    pub fn is_changed(&self) -> bool {
        self.replayed.is_some() || self.pages.borrow().is_changed()
    }

    /// Looks at the hive, and reads what is missing of it as often as that takes.
    fn read<T>(&self, look: impl Fn(Hive<'_>) -> Result<T, Damage>) -> Result<T, EditError> {
        loop {
            let seen = look(self.pages.borrow().hive());
            match seen {
                Err(Damage { offset, kind: DamageKind::NotRead { size } }) => self.load(Run { offset, size })?,
                seen => return seen.map_err(EditError::Damaged),
            }
        }
    }

    /// Does something as a whole: if it fails, nothing of it stays.
    fn as_a_whole<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, EditError>) -> Result<T, EditError> {
        self.pages.get_mut().begin();
        let done = work(self);
        if done.is_ok() {
            self.pages.get_mut().keep();
        } else {
            self.pages.get_mut().take_back();
            self.space = Space::default();
        }
        done
    }

    fn load(&self, run: Run) -> Result<(), EditError> {
        self.pages.borrow_mut().load(&*self.files, run)
    }

    fn minor(&self) -> u32 {
        self.pages.borrow().hive().minor_version()
    }
}

fn read_log(files: &dyn HiveFiles, log: LogName) -> Result<Option<Vec<u8>>, EditError> {
    let file = HiveFile::Log(log);
    let Some(length) = files.length(file).map_err(|source| EditError::read(file, source))? else { return Ok(None) };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > limits::LOG_SIZE {
        let source = io::Error::other(format!("it has {length} bytes; a log has at most {}", limits::LOG_SIZE));
        return Err(EditError::read(file, source));
    }
    let mut bytes = vec![0; length];
    files.read_at(file, 0, &mut bytes).map_err(|source| EditError::read(file, source))?;
    Ok(Some(bytes))
}
