//! What fuzz targets do with their input: one function each, which panics when a promise is broken.
//!
//! They stand here because some of them need what is private, and so that the same functions run over every seed as unit
//! tests. Checksums and hashes are put right first, which a fuzzer never guesses, and the input is taken as it is too.

mod edit;
mod files;
mod replay;

pub use edit::hive_edit;
pub use replay::hive_replay;

use registry::Name;

use crate::base_block::BaseBlockBytes;
use crate::bytes::put;
use crate::{Data, Findings, Hive, Image, KeyNode, KeyValue, Logs, Lost, Rule, State, Visit, check, walk};

/// Whatever the bytes are, they are read to their end, and what is read is in them.
pub fn hive(data: &[u8]) {
    read(data);
    read(&with_right_sum(data));
}

/// Reads everything that can be read of a file without its logs.
fn read(file: &[u8]) {
    let findings = check(file);
    assert_few(&findings, file.len());
    let Ok(image) = Image::open(file.to_vec(), Logs::default()) else { return };
    assert!(image.bytes() == file, "without logs a file is shown as it is");
    assert!(!matches!(image.state(), State::Replayed(_)), "without logs nothing is replayed");
    let Ok(root) = image.hive().root() else { return };
    let mut seen = Seen { limit: file.len(), ..Seen::default() };
    walk(root, &mut seen);
    for path in &seen.paths {
        look_up(image.hive(), path);
    }
}

/// What a check tells of a file is no more than the file has.
fn assert_few(findings: &Findings, length: usize) {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    let counts = findings.counts;
    assert!(counts.bytes <= length, "{} bytes of bins in {length}", counts.bytes);
    assert!((counts.cells + counts.free_cells) * 8 <= length, "{counts:?}");
    assert!(counts.keys * 76 <= length && counts.values * 20 <= length, "{counts:?}");
    let listed = u64::try_from(Rule::ALL.len()).unwrap_or(u64::MAX) * Findings::MOST_OF_A_RULE;
    assert!(
        u64::try_from(findings.faults.len()).is_ok_and(|faults| faults <= listed),
        "faults are counted, not listed"
    );
}

/// Asks for a key by its names, and for everything in it. It may be damaged, or hidden behind another one.
fn look_up(hive: Hive<'_>, path: &[Name]) {
    let Ok(Some(key)) = hive.find(path) else { return };
    if let Some(name) = path.last() {
        assert!(key.name().is(name), "a key of another name was found");
    }
    let Ok(copy) = key.to_key() else { return };
    for name in &copy.values {
        let found = key.value(name);
        assert!(found.is_ok_and(|found| found.is_some_and(|value| value.name().is(name))), "a value is not found");
    }
}

/// How many keys are looked up by their names. Each of them may have as many siblings as the hive has room for.
const LOOKED_UP: usize = 20;

/// What a walk came by.
#[derive(Default)]
struct Seen {
    /// The bytes of the file.
    limit: usize,
    keys: usize,
    values: usize,
    lost: usize,
    bytes: usize,
    path: Vec<Name>,
    paths: Vec<Vec<Name>>,
}

impl<'h> Visit<'h> for Seen {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.keys += 1;
        // Cells may overlap, but they begin at different places.
        assert!(self.keys * 8 <= self.limit, "{} keys", self.keys);
        self.path.truncate(depth.saturating_sub(1));
        if depth > 0 {
            self.path.push(key.name().to_name());
        }
        if self.paths.len() < LOOKED_UP {
            self.paths.push(self.path.clone());
        }
        let read = (key.class().is_ok(), key.security().is_ok_and(|cell| !cell.descriptor().is_empty()), key.layer());
        assert!(read.2 as u8 <= 3);
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        self.values += 1;
        assert!(self.values * 8 <= self.limit, "{} values", self.values);
        let mut size: usize = 0;
        let read = data.for_each(|piece| size += piece.len());
        assert!(read.is_ok() && u32::try_from(size) == Ok(value.size()), "a walk passes whole data");
        self.bytes += size;
    }

    fn lost(&mut self, _: usize, lost: Lost<'h>) {
        self.lost += 1;
        let (Lost::Subkeys(damage) | Lost::Values(damage) | Lost::Data(_, damage)) = lost;
        assert!(usize::try_from(damage.file_offset()).is_ok(), "{damage}");
    }
}

/// A file that begins as a hive does, with the checksum that its base block should have.
fn with_right_sum(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    if let Some(block) = BaseBlockBytes::of(&file) {
        let written = put(&mut file, 0, &block.summed());
        debug_assert!(written, "the block was read there");
    }
    file
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    fn seeds(target: &str) -> Vec<Vec<u8>> {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
        let seeds: Vec<_> =
            fs::read_dir(place).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
        assert!(seeds.len() >= 3, "{target} has lost its seeds");
        seeds
    }

    #[test]
    fn seeds_keep_every_promise() {
        seeds("hive").iter().for_each(|seed| super::hive(seed));
        seeds("hive_replay").iter().for_each(|seed| super::hive_replay(seed));
        seeds("hive_edit").iter().for_each(|seed| super::hive_edit(seed));
    }

    /// A seed that is refused at its first bytes shows nothing.
    #[test]
    fn seeds_are_what_they_are_to_be() {
        assert!(seeds("hive").iter().any(|seed| crate::check(seed).worst().is_none()));
        assert!(seeds("hive_replay").iter().any(|seed| super::replay::is_replayed(seed)));
        assert!(seeds("hive_edit").iter().all(|seed| super::edit::changes_anything(seed)));
    }
}
