//! The commit: the steps by which a change reaches the files, in an order that survives being cut off anywhere.
//!
//! It is the protocol of Windows, twice if need be:
//!
//! 1. A dirty hive gets the pages from its logs, while the logs stay as they are; once the pages are safe, its base
//!    block is made clean. Cut off before that, the logs do the same again.
//! 2. The changed pages go into a log first, behind a base block that names them. Once that is safe, the base block of
//!    the hive says that a write began; then the pages are written to the hive; then the base block says that the write
//!    ended.
//!
//! Between two steps everything is synced. The hive is clean up to the moment when its base block says that a write
//! began, so that logs are not looked at; from then on until the write ended it is dirty, and the log has all of it. The
//! log's number is above all others, so that a base block that is cut in two is replaced by the right one.

use registry::FileTime;

use super::{Editor, Pending};
use crate::EditError;
use crate::base_block::{self, FileType};
use crate::bytes::index;
use crate::files::HiveFile;
use crate::logs::{LogFormat, LogName, Run, dirty_vector, entry};

/// What becomes of a log that a commit made for a hive without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MadeLog {
    Removed,
    Kept,
}

impl Editor {
    /// Writes what was changed, and before that what a dirty hive lacked. A hive that was clean and is not changed stays
    /// untouched.
    ///
    /// When it fails, the hive is as it was, or will be completed from its log by whatever loads it next.
    pub fn commit(self) -> Result<(), EditError> {
        self.finish()?.commit()
    }

    pub(super) fn write_replayed(&mut self, pending: &Pending) -> Result<(), EditError> {
        // Numbers that are left over in the logs are passed too, so that no later write meets them again.
        self.sequence = self.sequence.max(self.number_after(self.logged)?);
        for (run, page) in &pending.pages {
            self.write_run(*run, page)?;
        }
        self.sync(HiveFile::Hive)?;
        self.block = self.block.clone().with_sequence(self.sequence, self.sequence);
        self.write_block()
    }

    /// Writes the changed pages. `written` is the time of the write, where logs need one.
    pub(super) fn write_changes(&mut self, written: Option<FileTime>, made_log: MadeLog) -> Result<(), EditError> {
        let number = self.sequence.max(self.number_after(self.logged)?);
        let done = self.number_after(number)?;
        let (log, made) = self.logs.first().map_or((LogName::Log1, true), |&log| (log, false));
        let format = self.format;
        if let Some(written) = written {
            self.block = self.block.clone().with_written(written);
        }
        let bins_size = self.pages.get_mut().bins_size();
        let after = self.block.clone().with_bins_size(bins_size).with_sequence(done, done);

        let pages = self.pages.get_mut().changed().into_iter().map(|(run, page)| (run, page.to_vec()));
        let old_size = self.block.bins_size();
        let (grown, kept): (Vec<_>, Vec<_>) =
            pages.flat_map(|(run, page)| split_at(run, page, old_size)).partition(|(run, _)| run.offset >= old_size);

        let bytes = self.log(format, number);
        if let Err(error) = self.prepare(log, &bytes, &grown) {
            // The hive is as it was, and needs no part of a log.
            if made {
                let _ = self.files.remove(log);
            }
            return Err(error);
        }

        // From here on the hive is dirty, and only logs from this number on belong to it.
        self.block = self.block.clone().with_sequence(done, number);
        self.write_block()?;
        for (run, page) in &kept {
            self.write_run(*run, page)?;
        }
        self.sync(HiveFile::Hive)?;

        self.block = after;
        self.write_block()?;
        if made && made_log == MadeLog::Removed {
            // A hive that had no logs is left without one.
            self.files.remove(log).map_err(|source| EditError::write(HiveFile::Log(log), source))?;
        }
        Ok(())
    }

    /// Writes the log, and the bins that were added: they lie where nobody looks yet. Should the disk be full, it is full
    /// while the hive is clean.
    fn prepare(&mut self, log: LogName, bytes: &[u8], grown: &[(Run, Vec<u8>)]) -> Result<(), EditError> {
        self.write_file(HiveFile::Log(log), 0, bytes)?;
        self.sync(HiveFile::Log(log))?;
        for (run, page) in grown {
            self.write_run(*run, page)?;
        }
        if grown.is_empty() { Ok(()) } else { self.sync(HiveFile::Hive) }
    }

    /// The log of the changed pages, from its start to the end of what counts in it.
    fn log(&mut self, format: LogFormat, number: u32) -> Vec<u8> {
        let transactions = self.block.has_pending_transactions();
        let pages = self.pages.get_mut();
        let changed = pages.changed();
        let block = self.block.clone().with_bins_size(pages.bins_size());
        let (block, rest) = match format {
            LogFormat::Entries => (
                block.with_sequence(number, number).with_file_type(FileType::EntryLog),
                entry::encode(entry::FIRST, number, pages.bins_size(), transactions, changed.iter().copied()),
            ),
            LogFormat::DirtyVector => (
                block.with_sequence(number, number).with_file_type(FileType::DirtyVectorLog),
                dirty_vector::encode(pages.bins_size(), &changed),
            ),
        };
        [block.summed().as_slice(), &rest].concat()
    }

    fn write_run(&mut self, run: Run, bytes: &[u8]) -> Result<(), EditError> {
        self.write_file(HiveFile::Hive, base_block::SIZE as u64 + u64::from(run.offset), bytes)
    }

    fn write_block(&mut self) -> Result<(), EditError> {
        let block = self.block.clone().summed();
        self.write_file(HiveFile::Hive, 0, &block)?;
        self.sync(HiveFile::Hive)
    }

    fn write_file(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> Result<(), EditError> {
        self.files.write_at(file, offset, bytes).map_err(|source| EditError::write(file, source))
    }

    fn sync(&mut self, file: HiveFile) -> Result<(), EditError> {
        self.files.sync(file).map_err(|source| EditError::write(file, source))
    }

    pub(super) fn number_after(&self, number: u32) -> Result<u32, EditError> {
        number.checked_add(1).ok_or(EditError::NumbersExhausted(number))
    }
}

/// One run, or two if it reaches over an end of the bins.
fn split_at(run: Run, mut page: Vec<u8>, end: u32) -> Vec<(Run, Vec<u8>)> {
    let before = end.saturating_sub(run.offset).min(run.size);
    let behind = page.split_off(index(before).min(page.len()));
    let first = Run { offset: run.offset, size: before };
    let second = Run { offset: run.offset + before, size: run.size - before };
    [(first, page), (second, behind)].into_iter().filter(|(run, _)| run.size > 0).collect()
}
