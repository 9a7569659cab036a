//! What fuzz targets do with their input: one function each, which panics when a promise is broken.
//!
//! They stand here because some of them need what is private, and so that the same functions run over every seed, golden
//! file and vector as unit tests.

mod choices;
mod document;
mod open;

pub use document::document;
pub use open::open;

use crate::manifest::Manifest;

/// What decodes as a manifest encodes to the same bytes.
#[expect(clippy::panic, reason = "a broken promise is what a fuzz target looks for")]
pub fn manifest(data: &[u8]) {
    let Ok(manifest) = Manifest::decode(data) else { return };
    match manifest.encode() {
        Ok(again) if again == data => {}
        other => panic!("it encodes to something else: {:?}", other.map(|bytes| bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// The files of a directory beside the crates.
    fn files(directory: &str) -> Vec<Vec<u8>> {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(directory);
        let files = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.map(|path| fs::read(path).unwrap()).collect();
        assert!(files.len() >= 3, "{directory} has lost its files");
        files
    }

    #[test]
    fn seeds_keep_every_promise() {
        files("fuzz/seeds/open").iter().for_each(|seed| super::open(seed));
        files("fuzz/seeds/manifest").iter().for_each(|seed| super::manifest(seed));
        files("fuzz/seeds/document").iter().for_each(|seed| super::document(seed));
    }

    #[test]
    fn golden_files_keep_every_promise() {
        files("fixtures/golden").iter().for_each(|file| super::open(file));
    }

    #[test]
    fn vectors_keep_every_promise() {
        for vector in files("fixtures/vectors") {
            let head = vector.windows(2).position(|two| two == b"\n\n").map_or(0, |end| end + 2);
            super::open(&vector[head..]);
        }
    }
}
