//! Large profiles stream, and hostile ones are refused before they cost memory.
//!
//! The peak is that of the whole process, so this is a test binary of its own, with one test.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::cast_possible_truncation, reason = "the samples are small")]

mod craft;
mod full;
mod golden_files;
mod reading;
mod samples;
mod ssh;

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use golden_files::JUDGE;
use profile_format::*;
use reading::*;
use samples::*;
use sha2::{Digest, Sha256};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

#[test]
fn the_peak_stays_small() {
    bombs_are_refused();
    let peak = peak_memory();
    assert!(peak < 24 * MIB, "refusing bombs took {} MiB", peak / MIB);

    a_gibibyte_is_sealed_and_opened();
    let peak = peak_memory();
    assert!(peak < 128 * MIB, "sealing and opening a gibibyte took {} MiB", peak / MIB);
    println!("the peak was {} MiB", peak / MIB);
}

/// The most memory that this process ever had, in bytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says how much it was");
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}

fn bombs_are_refused() {
    let vectors = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vectors");
    let files = fs::read_dir(vectors).unwrap().map(|entry| entry.unwrap().path());
    let hostile = ["bomb-", "-huge", "-too-large", "string-all", "-unstated"];
    let names = |path: &PathBuf| hostile.iter().any(|part| path.to_string_lossy().contains(part));
    let mut found = 0;
    for path in files.filter(names) {
        let vector = fs::read(&path).unwrap();
        let head = vector.windows(2).position(|two| two == b"\n\n").unwrap() + 2;
        for key in [None, Some(craft::KEY)] {
            assert!(read_everything(&vector[head..], &opening_key(key), &JUDGE).is_err(), "{}", path.display());
        }
        found += 1;
    }
    assert!(found >= 15, "only {found} bombs are left");
}

fn a_gibibyte_is_sealed_and_opened() {
    let block: Vec<u8> = (0_u32..16_384).flat_map(|number| number.wrapping_mul(0x9e37_79b9).to_le_bytes()).collect();
    let contents = Repeated { block: &block, length: GIB };
    let mut digest = Sha256::new();
    io::copy(&mut contents.read(), &mut digest).unwrap();
    let content = Content { id: ContentId(digest.finalize().into()), size: GIB };
    let mut document = small();
    document.sections[0].settings[0].items.push(Item::File {
        path: vec!["large".into()],
        state: Some(FileState { content, attributes: 0, modified: None }),
    });

    let place = std::env::temp_dir().join(format!("profile-format-memory-{}", std::process::id()));
    let mut file = File::options().read(true).write(true).create_new(true).open(&place).unwrap();
    // Nobody else needs its name, and nobody has to clean up.
    fs::remove_file(&place).unwrap();
    let key = ProfileKey::generate().unwrap();
    let opening_key = key.opening_key();
    let body = seal(&mut file, &document, &contents, key, None).unwrap();
    body.finish(&mut file, vec![Envelope(vec![])], vec![]).unwrap();

    let sealed = Sealed::parse(Stored(file)).unwrap();
    sealed.check_body().unwrap();
    let trust = sealed.judge(&JUDGE).accept_unsigned("a test").unwrap();
    let opened = sealed.open(&opening_key, trust).unwrap();
    assert_eq!(opened.document().unwrap(), document);
    let mut count = Counter(0);
    opened.read_content(&content.id, &mut count).unwrap();
    assert_eq!(count.0, GIB);
}

/// A block of bytes again and again, up to a length.
struct Repeated<'a> {
    block: &'a [u8],
    length: u64,
}

impl Repeated<'_> {
    fn read(&self) -> io::Take<RepeatedReader<'_>> {
        RepeatedReader { block: self.block, at: 0 }.take(self.length)
    }
}

impl Contents for Repeated<'_> {
    fn open(&self, _: &ContentId) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(self.read()))
    }
}

struct RepeatedReader<'a> {
    block: &'a [u8],
    at: usize,
}

impl Read for RepeatedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.block.len() - self.at);
        buffer[..length].copy_from_slice(&self.block[self.at..self.at + length]);
        self.at = (self.at + length) % self.block.len();
        Ok(length)
    }
}

struct Stored(File);

impl ReadAt for Stored {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

struct Counter(u64);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
