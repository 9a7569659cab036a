//! The bytes of a hive file under edit: read page by page as they are needed, and written back page by page.

use std::collections::BTreeMap;

use super::BIN_HEADER;
use crate::base_block;
use crate::bytes::{index, put};
use crate::files::{HiveFile, HiveFiles};
use crate::hive::Hive;
use crate::{EditError, Run, logs};

const PAGE: usize = logs::PAGE as usize;

/// A hive in memory whose pages come from its file when somebody wants them.
pub(super) struct Pages {
    /// The hive bins. Pages that were not read are zero.
    bins: Vec<u8>,
    /// How many bytes of them the file has.
    stored: usize,
    present: PageSet,
    changed: PageSet,
    /// Each page that was written to, as it was before the first time, and how large the bins were then.
    originals: BTreeMap<usize, Vec<u8>>,
    original_size: usize,
    /// What stood where something was written, since something was begun that may be taken back.
    old: Vec<(usize, Vec<u8>)>,
    /// How large the bins were then, and which pages counted as changed.
    old_size: usize,
    old_changed: PageSet,
    root: u32,
    minor: u32,
}

impl Pages {
    /// Bins of this size, of which nothing is read yet.
    ///
    /// What lies behind the bytes that the file has of them comes from logs.
    pub(super) fn new(bins_size: u32, stored: u64, root: u32, minor: u32) -> Self {
        let pages = index(bins_size).div_ceil(PAGE);
        Self {
            bins: vec![0; index(bins_size)],
            stored: usize::try_from(stored).unwrap_or(usize::MAX).min(index(bins_size)),
            present: PageSet::new(pages),
            changed: PageSet::new(pages),
            originals: BTreeMap::new(),
            original_size: index(bins_size),
            old: Vec::new(),
            old_size: index(bins_size),
            old_changed: PageSet::new(pages),
            root,
            minor,
        }
    }

    /// The hive as far as it was read. Where it was not, its cells say so.
    pub(super) fn hive(&self) -> Hive<'_> {
        Hive::over(&self.bins, self.root, self.minor).as_far_as(&self.present)
    }

    pub(super) fn bins_size(&self) -> u32 {
        u32::try_from(self.bins.len()).unwrap_or(u32::MAX)
    }

    /// Reads what is missing of a run, whole pages at a time.
    pub(super) fn load(&mut self, files: &dyn HiveFiles, run: Run) -> Result<(), EditError> {
        let end = index(run.offset).saturating_add(index(run.size)).min(self.bins.len());
        let mut page = index(run.offset) / PAGE;
        while page * PAGE < end {
            let missing = (page..end.div_ceil(PAGE)).take_while(|&page| !self.present.contains(page)).count();
            let (start, stop) = (page * PAGE, ((page + missing) * PAGE).min(self.stored));
            if let Some(place) = self.bins.get_mut(start..stop.max(start)).filter(|place| !place.is_empty()) {
                let offset = (base_block::SIZE + start) as u64;
                let read = files.read_at(HiveFile::Hive, offset, place);
                read.map_err(|source| EditError::read(HiveFile::Hive, source))?;
            }
            (page..page + missing).for_each(|page| self.present.insert(page));
            page += missing.max(1);
        }
        Ok(())
    }

    /// Puts in what a log has in place of what the file has.
    pub(super) fn replace(&mut self, files: &dyn HiveFiles, run: Run, bytes: &[u8]) -> Result<(), EditError> {
        let (first, last) = (index(run.offset) / PAGE, (index(run.offset) + bytes.len()).div_ceil(PAGE));
        // The logs of old bring pieces of pages.
        let whole = index(run.offset).is_multiple_of(PAGE) && bytes.len().is_multiple_of(PAGE);
        if whole {
            (first..last).for_each(|page| self.present.insert(page));
        } else {
            self.load(files, run)?;
        }
        let written = put(&mut self.bins, index(run.offset), bytes);
        debug_assert!(written, "the bins were made large enough for the logs");
        Ok(())
    }

    /// Writes over bytes that were read. A page that stays as it is does not count as changed.
    pub(super) fn write(&mut self, offset: u32, bytes: &[u8]) {
        let start = index(offset);
        let place = start..start.saturating_add(bytes.len());
        let Some(old) = self.bins.get(place.clone()) else {
            debug_assert!(false, "cells lie within the bins");
            return;
        };
        if old != bytes {
            self.old.push((start, old.to_vec()));
            for page in start / PAGE..(start + bytes.len()).div_ceil(PAGE) {
                self.changed.insert(page);
                if page * PAGE < self.original_size && !self.originals.contains_key(&page) {
                    self.originals.insert(page, self.original(page).to_vec());
                }
            }
            if let Some(old) = self.bins.get_mut(place) {
                old.copy_from_slice(bytes);
            }
        }
    }

    /// From here on, what is written can be taken back.
    pub(super) fn begin(&mut self) {
        self.old.clear();
        self.old_size = self.bins.len();
        self.old_changed = self.changed.clone();
    }

    pub(super) fn keep(&mut self) {
        self.old.clear();
    }

    /// Takes back what was written since it was begun.
    pub(super) fn take_back(&mut self) {
        for (start, bytes) in std::mem::take(&mut self.old).into_iter().rev() {
            let written = put(&mut self.bins, start, &bytes);
            debug_assert!(written, "it was written there before");
        }
        self.bins.truncate(self.old_size);
        self.changed = self.old_changed.clone();
    }

    /// Adds zeros at the end, as pages that were changed.
    pub(super) fn grow(&mut self, size: u32) {
        let first = self.bins.len() / PAGE;
        self.bins.resize(self.bins.len() + index(size), 0);
        for page in first..self.bins.len().div_ceil(PAGE) {
            self.present.insert(page);
            self.changed.insert(page);
        }
    }

    /// Takes back everything that was ever written. What was added stays, as pages that were read.
    pub(super) fn take_back_everything(&mut self) {
        for (page, bytes) in &self.originals {
            let written = put(&mut self.bins, page * PAGE, bytes);
            debug_assert!(written, "it was written there before");
        }
        self.bins.truncate(self.original_size);
        self.changed = PageSet::new(self.bins.len().div_ceil(PAGE));
        self.old.clear();
    }

    /// Cuts off what lies behind a size, which was read.
    pub(super) fn shrink(&mut self, size: u32) {
        for page in index(size) / PAGE..self.original_size.div_ceil(PAGE) {
            let original = self.original(page).to_vec();
            self.originals.insert(page, original);
        }
        self.bins.truncate(index(size));
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bins
    }

    /// How large the bins were before anything was changed.
    pub(super) fn original_size(&self) -> usize {
        self.original_size
    }

    /// A page as it was before anything was changed; empty, if there was none. It must have been read.
    pub(super) fn original(&self, page: usize) -> &[u8] {
        let end = ((page + 1) * PAGE).min(self.original_size);
        let kept = || self.bins.get(page * PAGE..end.min(self.bins.len())).unwrap_or_default();
        self.originals.get(&page).map_or_else(kept, Vec::as_slice)
    }

    /// The header of a bin, if the page it is on was read.
    pub(super) fn header_at(&self, start: u32) -> Option<[u8; BIN_HEADER as usize]> {
        let there = self.present.contains(index(start) / PAGE);
        self.bins.get(index(start)..).filter(|_| there)?.first_chunk().copied()
    }

    /// The changed pages as runs of neighbours, with their bytes.
    pub(super) fn changed(&self) -> Vec<(Run, &[u8])> {
        let pages = self.bins.len().div_ceil(PAGE);
        let mut runs = Vec::new();
        let mut page = 0;
        while page < pages {
            let length = (page..pages).take_while(|&page| self.changed.contains(page)).count();
            let (start, end) = (page * PAGE, ((page + length) * PAGE).min(self.bins.len()));
            if let Some(bytes) = self.bins.get(start..end).filter(|bytes| !bytes.is_empty()) {
                let at = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                runs.push((Run { offset: at(start), size: at(bytes.len()) }, bytes));
            }
            page += length.max(1);
        }
        runs
    }

    pub(super) fn is_changed(&self) -> bool {
        !self.changed.is_empty() || self.bins.len() != self.original_size
    }
}

/// A set of pages by their number.
#[derive(Clone)]
pub(crate) struct PageSet(Vec<u64>);

impl PageSet {
    fn new(pages: usize) -> Self {
        Self(vec![0; pages.div_ceil(64)])
    }

    pub(crate) fn contains(&self, page: usize) -> bool {
        self.0.get(page / 64).is_some_and(|bits| bits >> (page % 64) & 1 == 1)
    }

    fn insert(&mut self, page: usize) {
        if page / 64 >= self.0.len() {
            self.0.resize(page / 64 + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(page / 64) {
            *bits |= 1 << (page % 64);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|&bits| bits == 0)
    }
}
