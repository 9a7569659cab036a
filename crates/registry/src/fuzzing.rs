//! What fuzz targets do with their input: one function each, which panics when a promise is broken.
//!
//! They stand here so that the same functions run over every seed as unit tests.

use crate::{FileTime, MemoryRegistry, RegEncoding, RegFile, RegFormat, WriteRegistry};

/// What reads as a .reg file is written and reads the same, in every encoding that can hold it; a registry takes the
/// steps that it becomes.
#[expect(clippy::panic, reason = "a broken promise is what a fuzz target looks for")]
pub fn reg(data: &[u8]) {
    let Ok(file) = RegFile::read(data) else { return };
    let second = match file.format {
        RegFormat::Version5 => RegEncoding::Utf8,
        RegFormat::Regedit4 => RegEncoding::Windows1252,
    };
    for encoding in [RegEncoding::Utf16, RegEncoding::Utf8WithMark, second] {
        match file.write(encoding) {
            Ok(bytes) => {
                let again = RegFile::read(&bytes);
                assert_eq!(again.as_ref(), Ok(&file), "as {encoding:?} it reads differently");
                // Equal names may be spelled differently; equal bytes are not.
                assert_eq!(again.map(|again| again.write(encoding)), Ok(Ok(bytes)));
            }
            Err(error) if encoding == RegEncoding::Utf16 => panic!("what was read is not written: {error}"),
            Err(_) => {}
        }
    }
    let mut registry = MemoryRegistry::new(FileTime::default());
    let Ok(changes) = file.changes(&registry) else { return };
    for change in changes {
        if let Err(error) = registry.make(&change) {
            panic!("a step of a file fails: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn seeds_keep_every_promise() {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/reg");
        let seeds: Vec<_> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(seeds.len() >= 3, "the seeds are lost");
        seeds.iter().for_each(|seed| super::reg(&fs::read(seed).unwrap()));
    }
}
