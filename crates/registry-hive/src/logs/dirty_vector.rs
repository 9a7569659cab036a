//! A log as Windows wrote it up to 8: `DIRT`, a bit for each 512 bytes of the hive, and those that are dirty.

use super::Run;
use crate::bytes::index;

/// The size of a page of such a log.
const SECTOR: u32 = 512;

/// Where the bitmap's signature is: behind the copy of the base block.
const START: usize = 512;

/// The dirty pages of a log, as runs of neighbours with their bytes, and `None` where the log ends before them.
pub(super) fn pages(log: &[u8], bins_size: u32) -> Option<Vec<(Run, &[u8])>> {
    let bits = index(bins_size / SECTOR);
    let bitmap = log.get(START..)?.strip_prefix(b"DIRT")?.get(..bits.div_ceil(8))?;
    let mut at = (START + 4 + bitmap.len()).next_multiple_of(index(SECTOR));
    let mut pages = Vec::new();
    let is_dirty = |bit: usize| bitmap.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1);
    let mut bit = 0;
    while bit < bits {
        let length = (bit..bits).take_while(|&bit| is_dirty(bit)).count();
        if length == 0 {
            bit += 1;
            continue;
        }
        let end = at + length * index(SECTOR);
        let run = Run { offset: u32::try_from(bit).ok()? * SECTOR, size: u32::try_from(length).ok()? * SECTOR };
        pages.push((run, log.get(at..end)?));
        at = end;
        bit += length;
    }
    Some(pages)
}

/// The bitmap and the pages of a log that holds these.
pub(crate) fn encode(bins_size: u32, pages: &[(Run, &[u8])]) -> Vec<u8> {
    let mut bitmap = vec![0; index(bins_size / SECTOR).div_ceil(8)];
    for (run, _) in pages {
        for sector in run.offset / SECTOR..(run.offset + run.size).div_ceil(SECTOR) {
            if let Some(byte) = bitmap.get_mut(index(sector / 8)) {
                *byte |= 1 << (sector % 8);
            }
        }
    }
    let mut log = [b"DIRT".as_slice(), &bitmap].concat();
    log.resize((START + log.len()).next_multiple_of(index(SECTOR)) - START, 0);
    for (_, page) in pages {
        log.extend_from_slice(page);
    }
    log
}
