//! Bins and the cells in them: where cells begin, which are free, and which something refers to.

use super::base_block::{BASE_BLOCK, BIN_UNIT, BaseBlock};
use super::fields::{Fields, size};
use super::{Checker, Findings, Rule};

/// The reference to nothing.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Where the field at `offset` of the bins stands in the file.
pub(super) fn in_file(offset: u32) -> u64 {
    u64::from(BASE_BLOCK) + u64::from(offset)
}

/// A cell in use.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) offset: u32,
    pub(super) content: &'a [u8],
}

impl Cell<'_> {
    /// Where the content's byte `field` stands in the file.
    pub(super) fn at(&self, field: u32) -> u64 {
        in_file(self.offset) + 4 + u64::from(field)
    }
}

/// What is at each place where a cell can begin: three bits for 8 bytes of the file.
pub(super) struct CellMap {
    used: Bits,
    free: Bits,
    referenced: Bits,
}

impl CellMap {
    pub(super) fn is_referenced(&self, offset: u32) -> bool {
        self.referenced.get(offset)
    }
}

/// One bit for each offset that a cell may have.
struct Bits(Vec<u64>);

impl Bits {
    fn for_bytes(bytes: usize) -> Self {
        Self(vec![0; bytes.div_ceil(8 * 64)])
    }

    /// `false` for an offset that no cell may have.
    fn get(&self, offset: u32) -> bool {
        let word = self.0.get(size(offset / 8 / 64)).copied().unwrap_or(0);
        offset.is_multiple_of(8) && word & Self::mask(offset) != 0
    }

    fn set(&mut self, offset: u32) {
        if let Some(word) = self.0.get_mut(size(offset / 8 / 64)) {
            *word |= Self::mask(offset);
        }
    }

    fn mask(offset: u32) -> u64 {
        1 << (offset / 8 % 64)
    }
}

const BIN_HEADER: u32 = 32;

/// Goes over all bins and notes where cells begin.
pub(super) fn tile(base_block: &BaseBlock<'_>, findings: &mut Findings) -> CellMap {
    let bins = base_block.bins;
    let bits = || Bits::for_bytes(bins.len());
    let mut cells = CellMap { used: bits(), free: bits(), referenced: bits() };
    let all = u32::try_from(bins.len()).unwrap_or(u32::MAX);
    let mut start = 0;
    while start < all {
        let end = match check_bin_header(bins, start, all, findings) {
            Some(end) => {
                findings.counts.bins += 1;
                findings.counts.bytes += u64::from(end - start);
                tile_bin(bins, start.saturating_add(BIN_HEADER), end, &mut cells, findings);
                end
            }
            None => next_bin(bins, start, all),
        };
        start = end;
    }
    cells
}

/// Judges the header of a bin, and gives the end of the bin: as the header has it, or else where the next bin begins.
/// `None` if there is no bin at all.
fn check_bin_header(bins: &[u8], start: u32, all: u32, findings: &mut Findings) -> Option<u32> {
    let Some((signature, offset, bin_size)) = bin_header(bins, start) else {
        let left = all - start;
        findings.report(
            Rule::BinSize,
            in_file(start),
            format_args!("{left} bytes are left for a bin, whose header alone has {BIN_HEADER}"),
        );
        return None;
    };
    let is_signed = &signature == b"hbin";
    if !is_signed {
        let found = signature.escape_ascii();
        findings.report(
            Rule::BinSignature,
            in_file(start),
            format_args!("the bin begins with \"{found}\", not \"hbin\""),
        );
        if offset != start {
            return None;
        }
    }
    if offset != start {
        findings.report(
            Rule::BinOffset,
            in_file(start) + 4,
            format_args!("the bin names {offset:#x} as its offset, and stands at {start:#x}"),
        );
    }
    let end = start.checked_add(bin_size).filter(|_| bin_size != 0 && bin_size.is_multiple_of(BIN_UNIT));
    match end {
        Some(end) if end == all || (end < all && is_bin(bins, end)) => Some(end),
        // What follows is no sound bin, and is about to be reported. This size is right if it passes over no sound one.
        Some(end) if end < all && is_signed && offset == start && next_bin(bins, start, end) == end => Some(end),
        _ => {
            let end = next_bin(bins, start, all);
            let found = end - start;
            findings.report(
                Rule::BinSize,
                in_file(start) + 8,
                format_args!("the bin's size is {bin_size:#x}; {found:#x} bytes are before what follows it"),
            );
            Some(end)
        }
    }
}

fn bin_header(bins: &[u8], start: u32) -> Option<([u8; 4], u32, u32)> {
    let mut fields = Fields(bins.get(size(start)..)?.get(..size(BIN_HEADER))?);
    Some((fields.array()?, fields.u32()?, fields.u32()?))
}

fn is_bin(bins: &[u8], start: u32) -> bool {
    bin_header(bins, start).is_some_and(|(signature, offset, _)| &signature == b"hbin" && offset == start)
}

/// The next place after `start` where a bin stands that knows its place; `end` if there is none before.
fn next_bin(bins: &[u8], start: u32, end: u32) -> u32 {
    let mut next = start;
    loop {
        next = next.saturating_add(BIN_UNIT);
        if next >= end || is_bin(bins, next) {
            return next.min(end);
        }
    }
}

/// Notes the cells of one bin. After a cell without a sound size, nothing in the bin can be told apart.
fn tile_bin(bins: &[u8], first: u32, end: u32, cells: &mut CellMap, findings: &mut Findings) {
    let mut offset = first;
    let mut after_free = false;
    while offset < end {
        let left = end - offset;
        let raw = bins.get(size(offset)..).and_then(|mut rest| rest.split_off(..4)?.try_into().ok());
        let raw = raw.map_or(0, i32::from_le_bytes);
        let cell_size = raw.unsigned_abs();
        if cell_size < 8 || !cell_size.is_multiple_of(8) || cell_size > left {
            findings.report(
                Rule::CellSize,
                in_file(offset),
                format_args!(
                    "the cell's size is {raw}; a multiple of 8 was expected, with {left} bytes left in the bin"
                ),
            );
            return;
        }
        let free = raw > 0;
        if free {
            cells.free.set(offset);
            findings.counts.free_cells += 1;
            findings.counts.free_bytes += u64::from(cell_size);
        } else {
            cells.used.set(offset);
            findings.counts.cells += 1;
        }
        if free && after_free {
            findings.report(
                Rule::AdjacentFreeCells,
                in_file(offset),
                format_args!("this free cell of {cell_size} bytes follows another free one; they should be one"),
            );
        }
        after_free = free;
        offset = offset.saturating_add(cell_size);
    }
}

impl<'a> Checker<'a> {
    /// Follows the reference to `offset` that stands at `field` of the file, and takes the cell for this purpose.
    pub(super) fn claim(&mut self, offset: u32, field: u64, what: &str) -> Option<Cell<'a>> {
        let cell = self.look(offset, field, what)?;
        if self.cells.referenced.get(offset) {
            self.findings.report(
                Rule::CellUsedTwice,
                field,
                format_args!("the cell at {offset:#x} is to be {what}, and already serves elsewhere"),
            );
            return None;
        }
        self.cells.referenced.set(offset);
        Some(cell)
    }

    /// Follows a reference, and takes nothing.
    pub(super) fn look(&mut self, offset: u32, field: u64, what: &str) -> Option<Cell<'a>> {
        if self.cells.used.get(offset) {
            return self.cell(offset);
        }
        let free = self.cells.free.get(offset);
        if offset == NOWHERE {
            self.findings.report(Rule::ReferenceMissing, field, format_args!("there is no reference to {what}"));
        } else if free {
            self.findings.report(
                Rule::ReferenceToFreeCell,
                field,
                format_args!("the cell at {offset:#x} is to be {what}, but is free"),
            );
        } else {
            self.findings.report(
                Rule::ReferenceNowhere,
                field,
                format_args!("no cell begins at {offset:#x}, where {what} is to be"),
            );
        }
        None
    }

    /// The cell in use that begins at `offset`.
    pub(super) fn cell(&self, offset: u32) -> Option<Cell<'a>> {
        let mut rest = Fields(self.base_block.bins.get(size(offset)..)?);
        let cell_size = i32::from_le_bytes(rest.array()?).unsigned_abs();
        Some(Cell { offset, content: rest.take(size(cell_size.checked_sub(4)?))? })
    }

    /// Reports each cell in use that nothing was seen to refer to.
    pub(super) fn report_unreferenced(&mut self) {
        let words = self.cells.used.0.iter().zip(&self.cells.referenced.0).zip(0_u32..);
        for ((&used, &referenced), word) in words {
            let mut leaked = used & !referenced;
            while leaked != 0 {
                let offset = (word * 64 + leaked.trailing_zeros()) * 8;
                leaked &= leaked - 1;
                let content = self.cell(offset).map_or(&[][..], |cell| cell.content);
                let start = content.get(..2).unwrap_or(content);
                let rule = if start == b"nk" { Rule::KeyNodeUnreferenced } else { Rule::CellUnreferenced };
                self.findings.report(
                    rule,
                    in_file(offset),
                    format_args!(
                        "nothing refers to this cell in use, whose {} bytes begin with \"{}\"",
                        content.len(),
                        start.escape_ascii()
                    ),
                );
            }
        }
    }
}
