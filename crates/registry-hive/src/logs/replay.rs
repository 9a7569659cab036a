//! Replaying: which of the logs belong to a hive, in which order, and up to which entry.

use std::fmt;

use super::entry::{self, Entry, NoEntry};
use super::{LogFormat, LogName, Logs, Run, dirty_vector};
use crate::base_block::{self, BaseBlock, BaseBlockBytes, FileType};
use crate::bytes::{index, u64_at};
use crate::limits;

/// How a hive was found, and what its logs did for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Its last write was finished. Logs were not looked at, whatever stands in them.
    Clean,
    /// Its last write was cut off, and its logs completed it.
    Replayed(Replay),
    /// Its last write was cut off, and nothing completed it. What is shown is what stands in the file, which may be old
    /// in part, or inconsistent.
    Dirty(NotReplayed),
}

/// What was taken from logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The logs that were used, in the order of their use.
    pub logs: Vec<LogName>,
    /// The numbers of the first and the last entry. `None` for logs of the old format, which hold one state without a
    /// number.
    pub entries: Option<(u32, u32)>,
    /// The pages that were written over. They overlap where entries did.
    pub pages: Vec<Run>,
    /// Whether the base block of the hive was broken and came from a log.
    pub base_block_from_log: bool,
    /// What neither the file nor a log has of the hive, because the file was cut short.
    pub missing: Vec<Run>,
    /// Whether an entry that follows is broken, so that a later state is lost.
    pub stopped_at_broken_entry: bool,
}

/// Why a dirty hive was not mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotReplayed {
    /// There are no logs, or they are empty.
    NoLogs,
    /// No log has a whole base block.
    BadLogs,
    /// The logs that are there hold nothing for this state of the hive.
    OtherLogs,
    /// The log that belongs to the hive is not whole.
    BrokenLog(LogName),
}

impl fmt::Display for NotReplayed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLogs => formatter.write_str("there are no logs beside it"),
            Self::BadLogs => formatter.write_str("none of the logs beside it begins with a whole base block"),
            Self::OtherLogs => {
                formatter.write_str("the logs beside it belong to another state of it, or to another hive")
            }
            Self::BrokenLog(log) => write!(formatter, "its log {} is broken", log.extension()),
        }
    }
}

/// What has to be done to a hive that was found dirty.
pub(crate) enum Plan<'l> {
    /// Nothing: it is clean, or cannot be mended.
    Leave(State),
    /// To write these pages, in their order, and then this base block.
    Mend(Box<Mending<'l>>),
}

/// The content of the logs that a hive lacks.
pub(crate) struct Mending<'l> {
    /// The base block of the mended hive, whose last write is finished and numbered above everything in the logs.
    pub(crate) block: [u8; base_block::SUMMED],
    /// Where what is there of the bins ends: at their end, unless the file was cut short.
    pub(crate) end: u32,
    pub(crate) pages: Vec<(Run, &'l [u8])>,
    pub(crate) replay: Replay,
}

/// What the logs that belong to a hive hold.
struct Found<'l> {
    /// The base block, its own or that of a log, but for size and numbers.
    header: BaseBlockBytes,
    bins_size: u32,
    /// The number that the finished write gets.
    sequence: u32,
    pages: Vec<(Run, &'l [u8])>,
    logs: Vec<LogName>,
    entries: Option<(u32, u32)>,
    stopped_at_broken_entry: bool,
}

impl<'l> Mending<'l> {
    /// Of what was found, what fits: pages that lie behind the bins, as those of a hive that shrank, or far behind
    /// everything else, are left out. What neither the file nor a log has is named.
    fn new(found: Found<'l>, base_block_from_log: bool, stored: usize, room: usize) -> Self {
        let Found { header, bins_size, sequence, mut pages, logs, entries, stopped_at_broken_entry } = found;
        let room = u32::try_from(room).unwrap_or(u32::MAX).min(bins_size);
        pages.retain(|(run, _)| run.offset.saturating_add(run.size) <= room);
        let runs: Vec<Run> = pages.iter().map(|(run, _)| *run).collect();
        let mut sorted = runs.clone();
        sorted.sort_by_key(|run| run.offset);
        let mut end = u32::try_from(stored).unwrap_or(u32::MAX).min(bins_size);
        let mut missing = Vec::new();
        for run in sorted {
            if run.offset > end {
                missing.push(Run { offset: end, size: run.offset - end });
            }
            end = end.max(run.offset + run.size);
        }
        if end < bins_size {
            missing.push(Run { offset: end, size: bins_size - end });
        }
        Self {
            block: header.with_bins_size(bins_size).with_sequence(sequence, sequence).summed(),
            end,
            pages,
            replay: Replay { logs, entries, pages: runs, base_block_from_log, missing, stopped_at_broken_entry },
        }
    }
}

/// Decides by the start of a hive, base block and header of the first bin, and by its length, what its logs are to do for
/// it.
pub(crate) fn plan<'l>(start: &[u8], length: u64, logs: Logs<'l>) -> Plan<'l> {
    let block = BaseBlock::parse(start);
    if block.as_ref().is_some_and(|block| !block.is_dirty()) {
        return Plan::Leave(State::Clean);
    }
    let found = logs.files();
    if found.is_empty() {
        return Plan::Leave(State::Dirty(NotReplayed::NoLogs));
    }
    // Whatever the logs say, a hive grows by no more than they bring.
    let stored = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(base_block::SIZE);
    let brought: usize = found.iter().map(|(_, bytes)| bytes.len()).sum();
    let room = stored.saturating_add(brought).min(limits::HIVE_SIZE - base_block::SIZE);
    let logs: Vec<_> = found.into_iter().filter_map(|(name, bytes)| Log::parse(name, bytes)).collect();
    if logs.is_empty() {
        return Plan::Leave(State::Dirty(NotReplayed::BadLogs));
    }
    let valid = block.filter(|block| block.checksum_matches);
    let found = if logs.iter().any(|log| log.block.file_type == FileType::EntryLog) {
        from_entries(start, valid.as_ref(), &logs)
    } else {
        from_dirty_vector(start, valid.as_ref(), &logs)
    };
    match found {
        Ok(found) => Plan::Mend(Box::new(Mending::new(found, valid.is_none(), stored, room))),
        Err(why) => Plan::Leave(State::Dirty(why)),
    }
}

/// The highest number that stands anywhere in the logs, in a base block or an entry, used or left over.
pub(crate) fn highest_number(logs: Logs<'_>) -> u32 {
    let numbers = logs.files().into_iter().flat_map(|(_, bytes)| {
        let block = BaseBlock::parse(bytes).map_or(0, |block| block.first_sequence.max(block.second_sequence));
        let entries = (entry::FIRST..bytes.len()).step_by(entry::FIRST).filter_map(|at| entry::number_at(bytes, at));
        entries.chain([block]).collect::<Vec<_>>()
    });
    numbers.max().unwrap_or_default()
}

/// The format in which the Windows of this hive writes its logs, as far as they tell: by the same rule by which they are
/// replayed.
pub(crate) fn format(logs: Logs<'_>) -> LogFormat {
    let types =
        logs.files().into_iter().filter_map(|(name, bytes)| Log::parse(name, bytes)).map(|log| log.block.file_type);
    match types.reduce(|one, other| if other == FileType::EntryLog { other } else { one }) {
        Some(FileType::DirtyVectorLog) => LogFormat::DirtyVector,
        _ => LogFormat::Entries,
    }
}

/// A log whose base block is whole.
struct Log<'l> {
    name: LogName,
    bytes: &'l [u8],
    block: BaseBlock,
}

impl<'l> Log<'l> {
    fn parse(name: LogName, bytes: &'l [u8]) -> Option<Self> {
        let block = BaseBlock::parse(bytes).filter(|block| block.checksum_matches && fits(block.bins_size))?;
        matches!(block.file_type, FileType::EntryLog | FileType::DirtyVectorLog).then_some(Self { name, bytes, block })
    }

    /// The base block for a hive that lost its own.
    fn block_for_hive(&self) -> Option<BaseBlockBytes> {
        BaseBlockBytes::of(self.bytes).map(|block| block.with_file_type(FileType::Primary))
    }

    /// The entries in the order of their numbers, beginning with the one that the log's base block names, and whether a
    /// broken one follows. What follows them with other numbers is left over from earlier.
    fn entries(&self) -> (Vec<Entry<'l>>, bool) {
        let (mut entries, mut offset) = (Vec::new(), entry::FIRST);
        let mut expected = self.block.first_sequence;
        loop {
            match Entry::at(self.bytes, offset) {
                Ok(entry) if entry.sequence == expected => {
                    expected = expected.wrapping_add(1);
                    offset += entry.size;
                    entries.push(entry);
                }
                Ok(_) | Err(NoEntry::Absent) => return (entries, false),
                Err(NoEntry::Broken) => return (entries, true),
            }
        }
    }
}

/// A log cannot make a hive larger than a hive may be.
fn fits(bins_size: u32) -> bool {
    index(bins_size) <= limits::HIVE_SIZE - base_block::SIZE
}

fn from_entries<'l>(start: &[u8], valid: Option<&BaseBlock>, logs: &[Log<'l>]) -> Result<Found<'l>, NotReplayed> {
    let mut logs: Vec<_> = logs.iter().filter(|log| log.block.file_type == FileType::EntryLog).collect();
    logs.sort_by_key(|log| log.block.first_sequence);
    let highest = logs.iter().map(|log| log.block.first_sequence).max().unwrap_or_default();
    let header = match valid {
        Some(_) => BaseBlockBytes::of(start),
        // Only the newest log is known to belong to what the hive was about to become.
        None => {
            logs.drain(..logs.len().saturating_sub(1));
            logs.first().and_then(|log| log.block_for_hive())
        }
    };
    let mut header = header.ok_or(NotReplayed::BadLogs)?;
    let oldest = valid.map_or(0, |block| block.second_sequence);
    let mut bins_size = 0;
    let mut pages = Vec::new();
    let mut used = Vec::new();
    let mut numbers: Option<(u32, u32)> = None;
    let mut broken = None;
    for log in logs {
        let continues = match numbers {
            None => log.block.first_sequence >= oldest,
            Some((_, last)) => log.block.first_sequence == last.wrapping_add(1),
        };
        if !continues {
            continue;
        }
        let (entries, then_broken) = log.entries();
        broken = then_broken.then_some(log.name);
        if entries.is_empty() && then_broken {
            // What follows builds on what is lost.
            break;
        }
        for entry in &entries {
            let Some(entry_pages) = entry.pages().collect::<Option<Vec<_>>>().filter(|_| fits(entry.bins_size)) else {
                broken = Some(log.name);
                break;
            };
            pages.extend(entry_pages);
            header = header.with_transactions(entry.transactions);
            bins_size = entry.bins_size;
            numbers = Some((numbers.map_or(entry.sequence, |(first, _)| first), entry.sequence));
            if used.last() != Some(&log.name) {
                used.push(log.name);
            }
        }
    }
    let (_, last) = numbers.ok_or_else(|| broken.map_or(NotReplayed::OtherLogs, NotReplayed::BrokenLog))?;
    Ok(Found {
        header,
        bins_size,
        sequence: last.max(highest).wrapping_add(1),
        pages,
        logs: used,
        entries: numbers,
        stopped_at_broken_entry: broken.is_some(),
    })
}

fn from_dirty_vector<'l>(start: &[u8], valid: Option<&BaseBlock>, logs: &[Log<'l>]) -> Result<Found<'l>, NotReplayed> {
    // A log belongs to the write that gave the hive its time. Where the base block is broken, the first bin may have the
    // time; if no log agrees, the newest is the best there is.
    let written = valid.map(|block| block.written.0).or_else(|| u64_at(start, base_block::SIZE + 20));
    let whole = || logs.iter().filter(|log| log.block.first_sequence == log.block.second_sequence);
    let newest = || whole().max_by_key(|log| log.block.written).filter(|_| valid.is_none());
    let belongs = |log: &&Log<'_>| Some(log.block.written.0) == written;
    let log = whole().find(belongs).or_else(newest).ok_or(NotReplayed::OtherLogs)?;
    let header = match valid {
        Some(_) => BaseBlockBytes::of(start),
        None => log.block_for_hive(),
    };
    let pages = dirty_vector::pages(log.bytes, log.block.bins_size);
    let (header, pages) = header.zip(pages).ok_or(NotReplayed::BrokenLog(log.name))?;
    Ok(Found {
        header,
        bins_size: log.block.bins_size,
        sequence: log.block.first_sequence.wrapping_add(1),
        pages,
        logs: vec![log.name],
        entries: None,
        stopped_at_broken_entry: false,
    })
}
