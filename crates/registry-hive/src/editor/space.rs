//! Room in the hive bins: which cells are free, and how one is taken, given back, or added.
//!
//! Bins are looked through only as far as somebody needs room, beginning near the place where it is needed. What a bin's
//! cells are is believed only if they fill it exactly; a bin of which that is not so is never written to.

use std::collections::BTreeSet;

use super::Editor;
use crate::base_block;
use crate::bytes::{index, u32_at};
use crate::files::HiveFile;
use crate::{Damage, DamageKind, EditError, Run, limits, logs};

/// The bytes at the start of a bin that are no cell.
pub(crate) const BIN_HEADER: u32 = 32;

/// How many bins are looked through for room before the hive grows. The next search goes on where this one ended, so that
/// much work looks through the whole hive, and a single change does not read all of it.
const BINS_PER_SEARCH: usize = 512;

#[derive(Clone, Copy)]
struct Bin {
    start: u32,
    size: u32,
    searched: bool,
}

/// What is known of the room in a hive.
#[derive(Default)]
pub(super) struct Space {
    /// Every bin, from the first to the last; empty before anybody needed them.
    bins: Vec<Bin>,
    /// Free cells of the bins that were searched: size and offset.
    free: BTreeSet<(u32, u32)>,
    /// Where the next search begins.
    next: usize,
}

impl Editor {
    /// Takes a cell with room for so many bytes of content, as near as can be to another cell. Its content is zero.
    pub(super) fn allocate(&mut self, content: usize, near: u32) -> Result<u32, EditError> {
        let size = cell_size(content).ok_or(EditError::TooLarge { size: content, most: limits::DATA })?;
        self.find_bins()?;
        let found = match self.take_free(size) {
            Some(found) => Some(found),
            None => self.search(size, near)?,
        };
        let (offset, found) = match found {
            Some(found) => found,
            None => self.add_bin(size)?,
        };
        if found > size {
            self.write_size(offset + size, found - size, false);
            self.space.free.insert((found - size, offset + size));
        }
        let zeros = vec![0; index(size)];
        self.pages.get_mut().write(offset, &zeros);
        self.write_size(offset, size, true);
        Ok(offset)
    }

    /// Gives a cell back, and joins it with free neighbours.
    pub(super) fn free(&mut self, offset: u32) -> Result<(), EditError> {
        self.find_bins()?;
        let number = self.space.bins.partition_point(|bin| bin.start <= offset).wrapping_sub(1);
        self.search_bin(number)?;
        let no_cell = self.no_cell(offset);
        let Some(&bin) = self.space.bins.get(number) else { return Err(no_cell) };
        let cells = cells(self.pages.get_mut().bytes(), bin.start, bin.size)?;
        let place = cells.iter().position(|cell| cell.offset == offset && cell.allocated);
        let place = place.ok_or(no_cell)?;
        let neighbours = cells.get(place.saturating_sub(1)..cells.len().min(place + 2)).unwrap_or_default();
        let (mut start, mut end) = (offset, offset);
        for cell in neighbours.iter().filter(|cell| cell.offset == offset || !cell.allocated) {
            self.space.free.remove(&(cell.size, cell.offset));
            (start, end) = (start.min(cell.offset), end.max(cell.offset + cell.size));
        }
        self.write_size(start, end - start, false);
        self.space.free.insert((end - start, start));
        Ok(())
    }

    /// Bytes of content that the cell at an offset has room for.
    pub(super) fn room(&self, offset: u32) -> Result<usize, EditError> {
        self.read(|hive| hive.cell(offset).map(<[u8]>::len))
    }

    /// Writes into the content of a cell.
    pub(super) fn write(&mut self, cell: u32, at: usize, bytes: &[u8]) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.pages.get_mut().write(cell.saturating_add(4).saturating_add(at), bytes);
    }

    /// Takes a cell for this content, as near as can be to another cell.
    pub(super) fn store(&mut self, content: &[u8], near: u32) -> Result<u32, EditError> {
        let offset = self.allocate(content.len(), near)?;
        self.write(offset, 0, content);
        Ok(offset)
    }

    /// Writes other content into a cell that has room for it and not for much more; else into another cell, and gives
    /// the first one back.
    pub(super) fn store_again(&mut self, cell: u32, content: &[u8]) -> Result<u32, EditError> {
        let room = self.room(cell)?;
        if cell_size(content.len()).is_some_and(|size| index(size) == room + 4) {
            let mut padded = content.to_vec();
            padded.resize(room, 0);
            self.write(cell, 0, &padded);
            return Ok(cell);
        }
        let new = self.store(content, cell)?;
        self.free(cell)?;
        Ok(new)
    }

    /// Refuses to write bins whose cells would not fill them.
    pub(super) fn check_changed_bins(&mut self) -> Result<(), EditError> {
        let pages = self.pages.get_mut();
        for (run, _) in pages.changed() {
            let first = self.space.bins.partition_point(|bin| bin.start <= run.offset).saturating_sub(1);
            let touched = self.space.bins.iter().skip(first).take_while(|bin| bin.start < run.offset + run.size);
            for bin in touched.filter(|bin| bin.searched) {
                cells(pages.bytes(), bin.start, bin.size)?;
            }
        }
        Ok(())
    }

    /// The smallest of the free cells that are known and large enough.
    fn take_free(&mut self, size: u32) -> Option<(u32, u32)> {
        let &(found, offset) = self.space.free.range((size, 0)..).next()?;
        self.space.free.remove(&(found, offset));
        Some((offset, found))
    }

    fn search(&mut self, size: u32, near: u32) -> Result<Option<(u32, u32)>, EditError> {
        let own = self.space.bins.partition_point(|bin| bin.start <= near).wrapping_sub(1);
        self.search_bin(own)?;
        for _ in 0..BINS_PER_SEARCH {
            if let Some(found) = self.take_free(size) {
                return Ok(Some(found));
            }
            let unsearched = self.space.bins.get(self.space.next..).unwrap_or_default();
            let Some(skipped) = unsearched.iter().position(|bin| !bin.searched) else { return Ok(None) };
            self.space.next += skipped;
            self.search_bin(self.space.next)?;
        }
        Ok(self.take_free(size))
    }

    /// Learns the free cells of a bin.
    fn search_bin(&mut self, number: usize) -> Result<(), EditError> {
        let Some(bin) = self.space.bins.get_mut(number).filter(|bin| !bin.searched) else { return Ok(()) };
        bin.searched = true;
        let bin = *bin;
        self.load(Run { offset: bin.start, size: bin.size })?;
        // Room in a damaged bin is not used; only who needs a cell of it is told.
        if let Ok(cells) = cells(self.pages.get_mut().bytes(), bin.start, bin.size) {
            self.space.free.extend(cells.iter().filter(|cell| !cell.allocated).map(|cell| (cell.size, cell.offset)));
        }
        Ok(())
    }

    /// Learns where every bin is, from the first to the last: a header within a bin could be data that looks like one.
    fn find_bins(&mut self) -> Result<(), EditError> {
        if !self.space.bins.is_empty() {
            return Ok(());
        }
        let end = self.pages.get_mut().bins_size();
        let mut start = 0;
        let mut bins = Vec::new();
        while start < end {
            let header = self.bin_header_at(start)?;
            let size = u32_at(&header, 8).unwrap_or_default();
            let sound = header.starts_with(b"hbin")
                && u32_at(&header, 4) == Some(start)
                && size != 0
                && size.is_multiple_of(logs::PAGE)
                && start.checked_add(size).is_some_and(|next| next <= end);
            if !sound {
                return Err(EditError::Damaged(Damage::at(start, DamageKind::Bin)));
            }
            bins.push(Bin { start, size, searched: false });
            start += size;
        }
        self.space.bins = bins;
        Ok(())
    }

    /// The header of a bin, without the page that it is on: a hive has thousands, and a change needs a few.
    fn bin_header_at(&self, start: u32) -> Result<[u8; BIN_HEADER as usize], EditError> {
        if let Some(header) = self.pages.borrow().header_at(start) {
            return Ok(header);
        }
        let mut header = [0; BIN_HEADER as usize];
        let offset = base_block::SIZE as u64 + u64::from(start);
        let read = self.files.read_at(HiveFile::Hive, offset, &mut header);
        read.map_err(|source| EditError::read(HiveFile::Hive, source))?;
        Ok(header)
    }

    /// Adds a bin with one free cell at the end of the hive.
    fn add_bin(&mut self, cell: u32) -> Result<(u32, u32), EditError> {
        let start = self.pages.get_mut().bins_size();
        let size = cell.checked_add(BIN_HEADER).and_then(|size| size.checked_next_multiple_of(logs::PAGE));
        let size = size.filter(|&size| index(start) + index(size) < limits::HIVE_SIZE).ok_or(EditError::HiveFull)?;
        self.pages.get_mut().grow(size);
        self.pages.get_mut().write(start, &bin_header(start, size));
        let (offset, room) = (start + BIN_HEADER, size - BIN_HEADER);
        self.write_size(offset, room, false);
        self.space.bins.push(Bin { start, size, searched: true });
        Ok((offset, room))
    }

    /// A cell's size is negative while it is taken.
    fn write_size(&mut self, offset: u32, size: u32, allocated: bool) {
        let size = size.cast_signed();
        let size = if allocated { -size } else { size };
        self.pages.get_mut().write(offset, &size.to_le_bytes());
    }

    fn no_cell(&mut self, offset: u32) -> EditError {
        EditError::Damaged(Damage::at(offset, DamageKind::NoCell { bins: index(self.pages.get_mut().bins_size()) }))
    }
}

/// The header of a bin.
pub(crate) fn bin_header(start: u32, size: u32) -> [u8; BIN_HEADER as usize] {
    let mut header = [0; BIN_HEADER as usize];
    let fields = [(0, *b"hbin"), (4, start.to_le_bytes()), (8, size.to_le_bytes())];
    for (at, field) in fields {
        let written = crate::bytes::put(&mut header, at, &field);
        debug_assert!(written, "the fields lie within the header");
    }
    header
}

/// The size of a cell for so many bytes of content: a multiple of 8, its own size included.
pub(crate) fn cell_size(content: usize) -> Option<u32> {
    let size = content.checked_add(4)?.checked_next_multiple_of(8)?;
    u32::try_from(size).ok().filter(|&size| size < 1 << 31)
}

struct Cell {
    offset: u32,
    size: u32,
    allocated: bool,
}

/// The cells of a bin, which fill it without a gap.
fn cells(bins: &[u8], start: u32, size: u32) -> Result<Vec<Cell>, EditError> {
    let end = start + size;
    let mut cells = Vec::new();
    let mut offset = start + BIN_HEADER;
    while offset < end {
        let stated = u32_at(bins, index(offset)).unwrap_or_default().cast_signed();
        let cell = Cell { offset, size: stated.unsigned_abs(), allocated: stated < 0 };
        if cell.size == 0 || !cell.size.is_multiple_of(8) || cell.size > end - offset {
            let kind = DamageKind::CellSize { size: cell.size, left: index(end - offset) };
            return Err(EditError::Damaged(Damage::at(offset, kind)));
        }
        offset += cell.size;
        cells.push(cell);
    }
    Ok(cells)
}
