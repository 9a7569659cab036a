//! A hive and two logs, of which each may be anything.

use registry::FileTime;

use super::files::{Files, Recorded};
use super::with_right_sum;
use crate::bytes::{index, put, u32_at};
use crate::logs::entry;
use crate::{BaseBlock, EditError, Editor, HiveFile, Image, LogName, Overrides, Run, State, base_block};

/// A hive is completed from its logs or told to be dirty. What was completed is clean, needs its logs no more, and is
/// what an editor writes in its place.
///
/// The input begins with two lengths, of the hive and of the first log, in four bytes each; the second log is what
/// follows them. What is missing is empty.
pub fn hive_replay(data: &[u8]) {
    let files = split(data);
    replay(&files);
    replay(&with_right_sums(&files));
}

fn split(data: &[u8]) -> Files {
    let (lengths, rest) = data.split_at_checked(8).unwrap_or((data, &[]));
    let length = |at| u32_at(lengths, at).map_or(0, index);
    let (hive, rest) = rest.split_at_checked(length(0)).unwrap_or((rest, &[]));
    let (log1, log2) = rest.split_at_checked(length(4)).unwrap_or((rest, &[]));
    let files = [(HiveFile::Hive, hive), (HiveFile::Log(LogName::Log1), log1), (HiveFile::Log(LogName::Log2), log2)];
    Files(
        files.into_iter().filter(|(_, bytes)| !bytes.is_empty()).map(|(file, bytes)| (file, bytes.to_vec())).collect(),
    )
}

/// Whether the logs of an input complete its hive.
#[cfg(test)]
pub(super) fn is_replayed(data: &[u8]) -> bool {
    split(data).image().is_ok_and(|image| matches!(image.state(), State::Replayed(_)))
}

fn replay(files: &Files) {
    let Ok(image) = files.image() else { return };
    match image.state() {
        State::Clean | State::Dirty(_) => {
            assert!(image.bytes() == files.hive(), "what is not completed is shown as it is");
            let dirty = image.base_block().is_some_and(|block| block.is_dirty());
            assert_eq!(dirty, matches!(image.state(), State::Dirty(_)), "a hive is clean or said to be dirty");
        }
        State::Replayed(replay) => {
            let block = image.base_block();
            assert!(block.as_ref().is_some_and(|block| !block.is_dirty()), "what was completed is clean");
            let bins_size = block.map_or(0, |block| index(block.bins_size));
            let length = files.hive().len().max(base_block::SIZE + bins_size);
            let most: usize = files.0.values().map(Vec::len).sum();
            if replay.missing.is_empty() {
                assert_eq!(image.bytes().len(), length, "a hive grows to what its logs say, and does not shrink");
            } else {
                assert!(image.bytes().len() <= most, "a hive grows by no more than its logs bring");
                let refused = Editor::open(Box::new(Recorded::over(files.clone())), FileTime::default(), LENIENT).err();
                let refused = refused.is_some_and(|refused| !matches!(refused, EditError::Dirty(_)));
                assert!(refused, "what is not whole is not written to");
            }
            // With the same logs beside it, which are older than it now.
            let mut again = files.clone();
            again.0.insert(HiveFile::Hive, image.bytes().to_vec());
            assert_shows(&again, &image, &State::Clean);
            // Where the pages were written and the base block was not. A broken one is replaced by what the first bin
            // tells, which may have been written.
            if !replay.base_block_from_log && replay.missing.is_empty() {
                let block = files.hive().get(..base_block::SIZE).unwrap_or_default();
                let mut half = image.bytes().to_vec();
                assert!(put(&mut half, 0, block), "a hive has a whole base block");
                again.0.insert(HiveFile::Hive, half);
                assert_shows(&again, &image, image.state());
            }
        }
    }
    mend_in_place(files, &image);
}

const LENIENT: Overrides = Overrides { pending_transactions: true };

fn assert_shows(files: &Files, expected: &Image, state: &State) {
    let image = files.image();
    assert!(image.is_ok_and(|image| image.state() == state && image.bytes() == expected.bytes()), "replayed again");
}

/// A commit without changes writes what the image shows.
fn mend_in_place(files: &Files, image: &Image) {
    let recorded = Recorded::over(files.clone());
    let editor = Editor::open(Box::new(recorded.clone()), FileTime::default(), LENIENT);
    match editor.and_then(Editor::commit) {
        Ok(()) => {}
        Err(EditError::Dirty(why)) => return assert_eq!(*image.state(), State::Dirty(why)),
        // What is shorter than it says, or its last write numbered so that none can follow, is not written to.
        Err(_) => return,
    }
    let mended = recorded.files();
    assert!(mended.0.iter().skip(1).eq(files.0.iter().skip(1)), "the logs are as they were");
    // Pages that no log brings are zero, at the end of a hive as elsewhere.
    let bins = |file: &[u8]| {
        let mut bins = file.get(base_block::SIZE..).unwrap_or_default().to_vec();
        bins.resize(image.bytes().len(), 0);
        bins
    };
    assert!(bins(mended.hive()) == bins(image.bytes()), "an editor writes what a reader shows");
    assert!(BaseBlock::parse(mended.hive()).is_some_and(|block| !block.is_dirty()), "and leaves it clean");
}

/// The files with right checksums and hashes.
fn with_right_sums(files: &Files) -> Files {
    let files = files.0.iter().map(|(&file, bytes)| {
        let bytes = with_right_sum(bytes);
        (file, if file == HiveFile::Hive { bytes } else { with_right_hashes(&bytes) })
    });
    Files(files.collect())
}

/// The largest hive that a log with hashes put right makes. Larger ones are right too, and take memory and time.
const MOST_BINS: u32 = 1 << 20;

/// A log whose entries state the sequence, size and pages that they had, and are whole otherwise.
fn with_right_hashes(log: &[u8]) -> Vec<u8> {
    let mut whole = log.get(..entry::FIRST.min(log.len())).unwrap_or_default().to_vec();
    let mut at = entry::FIRST;
    while let Some(rest) = log.get(at..).filter(|rest| rest.starts_with(b"HvLE")) {
        let field = |at| u32_at(rest, at).unwrap_or_default();
        let size = index(field(4)).clamp(512, rest.len().max(512));
        let entry = rest.get(..size).unwrap_or(rest);
        let body = entry.get(40..).unwrap_or_default();
        let (references, mut pages) = body.split_at_checked(index(field(20)) * 8).unwrap_or((&[], &[]));
        let pages = references.as_chunks::<8>().0.iter().map(|reference| {
            let run = Run { offset: u32_at(reference, 0).unwrap_or(0), size: u32_at(reference, 4).unwrap_or(0) };
            let (page, left) = pages.split_at_checked(index(run.size)).unwrap_or((pages, &[]));
            pages = left;
            (run, page)
        });
        let pages: Vec<_> = pages.collect();
        let bins_size = field(16) & !4095;
        let offset = whole.len();
        whole.extend(entry::encode(offset, field(12), bins_size.min(MOST_BINS), field(8) & 1 != 0, pages.into_iter()));
        at += size;
    }
    // A log of the old format, or what is left over behind the entries.
    whole.extend(log.get(at.min(log.len())..).unwrap_or_default());
    whole
}
