//! Files with one flaw each are refused, and refused as what they are.
//!
//! `fixtures/vectors/README.md` says what a vector looks like. The tests read the files alone; `tests/vectors/` is how
//! they were made, and `WBO_WRITE_FIXTURES=1` makes them anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::cast_possible_truncation, reason = "the samples are small")]

mod craft;
mod full;
mod golden_files;
mod reading;
mod samples;
mod ssh;
#[path = "vectors/mod.rs"]
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use golden_files::JUDGE;
use reading::*;

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vectors")
}

/// A vector as it lies there: its head, and the file.
struct Stored {
    head: String,
    file: Vec<u8>,
}

impl Stored {
    fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn key(&self) -> Option<[u8; 32]> {
        match self.field("key").expect("every vector has a key") {
            "plain" => None,
            digits => {
                let byte = |index| u8::from_str_radix(&digits[index..index + 2], 16).unwrap();
                Some((0..64).step_by(2).map(byte).collect::<Vec<_>>().try_into().unwrap())
            }
        }
    }
}

fn stored() -> BTreeMap<String, Stored> {
    let files = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    let vectors = files.filter(|path| path.extension().is_none());
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap();
        let end = bytes.windows(2).position(|two| two == b"\n\n").expect("a head ends with a blank line");
        let head = String::from_utf8(bytes[..=end].to_vec()).unwrap();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), Stored { head, file: bytes[end + 2..].to_vec() })
    };
    vectors.map(read).collect()
}

#[test]
fn vectors_are_written_only_when_asked_for() {
    let vectors = table::all();
    let mut heads: BTreeMap<String, String> = BTreeMap::new();
    for vector in &vectors {
        assert!(
            heads.insert(vector.name.to_owned(), vector.head()).is_none(),
            "two vectors are called {}",
            vector.name
        );
    }
    if std::env::var_os("WBO_WRITE_FIXTURES").is_some_and(|value| value == "1") {
        for vector in &vectors {
            fs::write(directory().join(vector.name), [vector.head().as_bytes(), b"\n", &vector.file()].concat())
                .unwrap();
        }
    }
    let stored: BTreeMap<String, String> = stored().into_iter().map(|(name, stored)| (name, stored.head)).collect();
    assert_eq!(stored, heads, "each vector has its maker and each maker its vector");
    assert!(stored.len() >= 80, "only {} vectors are left", stored.len());
}

#[test]
fn every_vector_is_what_it_says() {
    let mut wrong = Vec::new();
    for (name, vector) in stored() {
        let expected = vector.field("expect").expect("every vector says what to expect");
        let reason = vector.field("reason").unwrap_or_default();
        match read_everything(&vector.file, &opening_key(vector.key()), &JUDGE) {
            Ok(_) if expected == "success" => {}
            Err(refusal) if refusal.kind == expected && !reason.is_empty() && refusal.reason.contains(reason) => {}
            other => wrong.push(format!("{name}: expected {expected} ({reason}), found {:?}", other.map(drop))),
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
