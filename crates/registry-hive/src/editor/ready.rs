//! Between editing and writing: everything that will be in the hive is settled, and nothing of it is written.

use std::error::Error;

use registry::{FileTime, Key, Name, Value};

use super::commit::MadeLog;
use super::{BIN_HEADER, Editor};
use crate::bytes::index;
use crate::logs::{self, LogFormat};
use crate::{EditError, HiveDigest, MountedHive, Run};

/// A hive whose changes are complete, to be looked at before they are written.
pub struct Ready {
    editor: Editor,
    /// The time of the write, where logs need one.
    written: Option<FileTime>,
}

/// Neighbouring pages that a commit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedPages {
    /// Where they begin, counted from the start of the hive bins.
    pub offset: u32,
    /// What they held, as far as the hive had them.
    pub before: Vec<u8>,
    /// What they will hold.
    pub after: Vec<u8>,
}

impl Editor {
    /// Ends editing. What a commit would still alter in the pages, such as a time that goes with a log, is altered here.
    pub fn finish(mut self) -> Result<Ready, EditError> {
        let mut written = None;
        if self.pages.get_mut().is_changed() {
            self.check_changed_bins()?;
            written = self.time_of_write();
            if let Some(written) = written {
                // The first bin keeps a copy.
                self.load(Run { offset: 0, size: BIN_HEADER })?;
                self.pages.get_mut().write(20, &written.0.to_le_bytes());
            }
        }
        self.ready(written)
    }

    /// Ends editing with the hive as it was before somebody else's commit: as large as then, with these pages as they were,
    /// each with its offset. Its digest tells whether that is so; of what was edited here, nothing is kept.
    pub fn restore<'p>(
        mut self,
        bins_size: u32,
        pages: impl IntoIterator<Item = (u32, &'p [u8])>,
    ) -> Result<Ready, EditError> {
        self.load_everything()?;
        let own = self.pages.get_mut();
        own.take_back_everything();
        if index(bins_size) > own.bytes().len() {
            return Err(EditError::NotItsPages { offset: bins_size, size: own.bytes().len() });
        }
        own.shrink(bins_size);
        for (offset, page) in pages {
            if index(offset).saturating_add(page.len()) > index(bins_size) {
                return Err(EditError::NotItsPages { offset, size: index(bins_size) });
            }
            own.write(offset, page);
        }
        // The copy of the time in the first bin is one of the pages, if it was changed.
        let written = self.time_of_write();
        self.ready(written)
    }

    fn ready(mut self, written: Option<FileTime>) -> Result<Ready, EditError> {
        if self.is_changed() {
            let number = self.sequence.max(self.number_after(self.logged)?);
            self.number_after(number)?;
        }
        self.pages.get_mut().keep();
        Ok(Ready { editor: self, written })
    }

    /// A log of the old format belongs to the write whose time it has, which no other write has.
    fn time_of_write(&self) -> Option<FileTime> {
        let next = FileTime(self.now.0.max(self.block.written().0.saturating_add(1)));
        (self.format == LogFormat::DirtyVector).then_some(next)
    }

    fn load_everything(&self) -> Result<(), EditError> {
        let size = self.pages.borrow().bins_size();
        self.load(Run { offset: 0, size })
    }
}

impl Ready {
    /// Writes the changes, and before them what a dirty hive lacked, as [`Editor::commit`] does.
    pub fn commit(self) -> Result<(), EditError> {
        self.write(MadeLog::Removed)
    }

    /// The same, but a log that was made for a hive without one stays, with all the room that a [`Editor::restore`] takes.
    /// Nobody needs it to read the hive.
    pub fn commit_and_keep_log(self) -> Result<(), EditError> {
        self.write(MadeLog::Kept)
    }

    fn write(mut self, made_log: MadeLog) -> Result<(), EditError> {
        if let Some(pending) = self.editor.replayed.take() {
            self.editor.write_replayed(&pending)?;
        }
        if self.editor.pages.get_mut().is_changed() {
            self.editor.write_changes(self.written, made_log)?;
        }
        Ok(())
    }

    /// The pages that change, from the first to the last.
    pub fn pages(&self) -> Vec<ChangedPages> {
        let pages = self.editor.pages.borrow();
        let size = index(logs::PAGE);
        let changed = pages.changed().into_iter().map(|(run, after)| {
            let first = index(run.offset) / size;
            let before = (first..first + after.len().div_ceil(size)).flat_map(|page| pages.original(page)).copied();
            ChangedPages { offset: run.offset, before: before.collect(), after: after.to_vec() }
        });
        changed.collect()
    }

    /// What the hive holds before the commit, completed from its logs, and after it. All of the hive is read.
    pub fn digests(&self) -> Result<(HiveDigest, HiveDigest), EditError> {
        self.editor.load_everything()?;
        let pages = self.editor.pages.borrow();
        let size = index(logs::PAGE);
        let before = (0..pages.original_size().div_ceil(size)).map(|page| pages.original(page));
        Ok((HiveDigest::of(before), HiveDigest::of([pages.bytes()])))
    }

    /// Whether the hive has no log, so that the commit makes one.
    pub fn makes_log(&self) -> bool {
        self.editor.logs.is_empty()
    }
}

/// The hive as it will be.
impl MountedHive for Ready {
    fn key(&self, path: &[Name]) -> Result<Option<Key>, Box<dyn Error + Send + Sync>> {
        Ok(self.editor.key(path)?)
    }

    fn value(&self, path: &[Name], name: &Name) -> Result<Option<Value>, Box<dyn Error + Send + Sync>> {
        Ok(self.editor.value(path, name)?)
    }
}
