//! Entries of a log as Windows has written it since 8.1: `HvLE`, each with its number and its pages.

use super::marvin::marvin32;
use super::{PAGE, Run};
use crate::bytes::{index, put, u32_at, u64_at};

/// Where the first entry is: behind the copy of the base block.
pub(crate) const FIRST: usize = 512;

/// Entries begin at multiples of this.
const STEP: usize = 512;

const HEADER: usize = 40;

/// An entry whose hashes are right.
pub(super) struct Entry<'l> {
    pub(super) sequence: u32,
    pub(super) bins_size: u32,
    pub(super) transactions: bool,
    /// How many bytes of the log it takes.
    pub(super) size: usize,
    references: &'l [[u8; 8]],
    pages: &'l [u8],
}

/// Why there is no entry where one could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoEntry {
    /// Something else is there, or nothing: the end of what was written.
    Absent,
    /// An entry is there and not whole.
    Broken,
}

impl<'l> Entry<'l> {
    /// The entry at an offset of a log.
    pub(super) fn at(log: &'l [u8], offset: usize) -> Result<Self, NoEntry> {
        let rest = log.get(offset..).filter(|rest| rest.starts_with(b"HvLE")).ok_or(NoEntry::Absent)?;
        Self::parse(rest).ok_or(NoEntry::Broken)
    }

    fn parse(rest: &'l [u8]) -> Option<Self> {
        let size = index(u32_at(rest, 4)?);
        let entry = rest.get(..size).filter(|_| size.is_multiple_of(STEP))?;
        let (header, body) = entry.split_at_checked(HEADER)?;
        let bins_size = u32_at(header, 16)?;
        let (references, pages) = body.split_at_checked(index(u32_at(header, 20)?).checked_mul(8)?)?;
        let whole = bins_size.is_multiple_of(PAGE)
            && u64_at(header, 24)? == marvin32(body)
            && u64_at(header, 32)? == marvin32(header.get(..32)?);
        whole.then_some(Self {
            sequence: u32_at(header, 12)?,
            bins_size,
            transactions: u32_at(header, 8)? & 1 != 0,
            size,
            references: references.as_chunks().0,
            pages,
        })
    }

    /// Its pages: where each belongs, counted from the start of the hive bins, and its bytes. An error where they do not
    /// lie within the hive or the entry.
    pub(super) fn pages(&self) -> impl Iterator<Item = Option<(Run, &'l [u8])>> {
        let mut rest = self.pages;
        let bins_size = self.bins_size;
        self.references.iter().map(move |reference| {
            let run = Run { offset: u32_at(reference, 0)?, size: u32_at(reference, 4)? };
            let (page, left) = rest.split_at_checked(index(run.size))?;
            rest = left;
            let fits = run.offset.checked_add(run.size).is_some_and(|end| end <= bins_size);
            fits.then_some((run, page))
        })
    }
}

/// The number of what looks like an entry at an offset, whole or not.
pub(super) fn number_at(log: &[u8], offset: usize) -> Option<u32> {
    u32_at(log.get(offset..).filter(|rest| rest.starts_with(b"HvLE"))?, 12)
}

/// Makes an entry that holds these pages and ends at a multiple of 4096 bytes of the log, as every entry of Windows does.
pub(crate) fn encode<'p>(
    offset: usize,
    sequence: u32,
    bins_size: u32,
    transactions: bool,
    pages: impl Iterator<Item = (Run, &'p [u8])> + Clone,
) -> Vec<u8> {
    let mut entry = vec![0; HEADER];
    let mut count: u32 = 0;
    for (run, _) in pages.clone() {
        entry.extend(run.offset.to_le_bytes());
        entry.extend(run.size.to_le_bytes());
        count += 1;
    }
    for (_, page) in pages {
        entry.extend_from_slice(page);
    }
    let page = index(PAGE);
    entry.resize((offset + entry.len()).next_multiple_of(page) - offset, 0);
    let size = u32::try_from(entry.len()).unwrap_or(u32::MAX);
    let fields = [(4, size), (8, u32::from(transactions)), (12, sequence), (16, bins_size), (20, count)];
    let mut written = put(&mut entry, 0, b"HvLE");
    for (at, number) in fields {
        written &= put(&mut entry, at, &number.to_le_bytes());
    }
    let body = entry.get(HEADER..).map_or(0, marvin32);
    written &= put(&mut entry, 24, &body.to_le_bytes());
    let header = entry.get(..32).map_or(0, marvin32);
    written &= put(&mut entry, 32, &header.to_le_bytes());
    debug_assert!(written, "the header was laid out above");
    entry
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_is_encoded_is_read() {
        let page = [7; 4096];
        let run = Run { offset: 8192, size: 4096 };
        let entry = encode(FIRST, 42, 16_384, true, [(run, page.as_slice())].into_iter());
        assert_eq!((FIRST + entry.len()) % 4096, 0, "as every entry of Windows ends");
        let log = [vec![0; FIRST], entry.clone()].concat();
        let read = Entry::at(&log, FIRST).ok().unwrap();
        assert_eq!((read.sequence, read.bins_size, read.transactions, read.size), (42, 16_384, true, entry.len()));
        assert_eq!(read.pages().collect::<Vec<_>>(), [Some((run, page.as_slice()))]);
        for place in 0..entry.len() {
            let mut flipped = log.clone();
            flipped[FIRST + place] ^= 1;
            assert!(Entry::at(&flipped, FIRST).is_err(), "{place}");
        }
    }

    /// A page that would lie outside of the hive, in an entry whose hashes are right.
    #[test]
    fn a_page_beyond_the_hive_is_refused() {
        let run = Run { offset: 8192, size: 4096 };
        let entry = encode(FIRST, 1, 8192, false, [(run, [0; 4096].as_slice())].into_iter());
        let log = [vec![0; FIRST], entry].concat();
        assert_eq!(Entry::at(&log, FIRST).ok().unwrap().pages().collect::<Vec<_>>(), [None]);
    }

    /// Each entry in the logs of real hives, used or left over, has the hashes that are expected.
    #[test]
    fn every_entry_that_windows_wrote_has_the_right_hashes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/hives");
        let Ok(hives) = std::fs::read_dir(&folder) else {
            eprintln!("SKIPPED: {} is not there, so no real log was read", folder.display());
            return;
        };
        let (mut sound, mut broken) = (0, vec![]);
        for hive in hives {
            let hive = hive.unwrap().path();
            for name in ["LOG1", "LOG2"] {
                let Ok(log) = std::fs::read(hive.join(name)) else { continue };
                for offset in (FIRST..log.len()).step_by(STEP) {
                    match Entry::at(&log, offset) {
                        Ok(_) => sound += 1,
                        Err(NoEntry::Broken) => broken.push((hive.join(name), offset)),
                        Err(NoEntry::Absent) => {}
                    }
                }
            }
        }
        // Of one hive the logs were broken on purpose.
        broken.retain(|(path, _)| !path.to_string_lossy().contains("yarp-BadLogHive3"));
        assert_eq!((broken, sound), (vec![], 66));
    }
}
