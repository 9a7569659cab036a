//! Files of every version that was released open for ever, and files from the future are refused in so many words.
//!
//! `fixtures/golden/README.md` says how each was made. `WBO_WRITE_FIXTURES=1` writes them anew, which is right before
//! a release and wrong after it: the point of a golden file is that nobody writes it again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::cast_possible_truncation, reason = "the samples are small")]

mod craft;
mod full;
mod golden_files;
mod reading;
mod samples;
mod ssh;

use std::collections::BTreeSet;
use std::fs;

use craft::KEY;
use full::full;
use golden_files::*;
use profile_format::*;
use reading::*;
use samples::*;
use ssh::*;

fn read(name: &str) -> Vec<u8> {
    fs::read(golden(name)).unwrap_or_else(|error| panic!("{name}: {error}; a golden file is never lost or renamed"))
}

fn open_golden(name: &str, key: Option<[u8; 32]>) -> Opened<Vec<u8>> {
    let sealed = Sealed::parse(read(name)).unwrap();
    let trust = sealed.judge(&JUDGE).accept_unsigned("a test").unwrap();
    sealed.open(&opening_key(key), trust).unwrap()
}

#[test]
fn golden_files_are_written_only_when_asked_for() {
    if std::env::var_os("WBO_WRITE_FIXTURES").is_some_and(|value| value == "1") {
        for (name, bytes) in all() {
            fs::write(golden(name), bytes).unwrap();
        }
    }
    let known: BTreeSet<String> = all().into_iter().map(|(name, _)| name.to_owned()).collect();
    let files = fs::read_dir(golden("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> = files.filter(|name| name.ends_with(".wbo") || name.ends_with(".json")).collect();
    assert_eq!(there, known, "each golden file has its maker and each maker its file");
}

#[test]
fn every_file_of_version_1_opens_as_what_it_was() {
    let (document, contents) = full();
    let table = [
        ("v1-plain-full.wbo", None, document.clone(), contents.clone()),
        ("v1-encrypted-full.wbo", Some(KEY), document.clone(), contents.clone()),
        ("v1-rekeyed.wbo", Some(NEW_KEY), document, contents),
        ("v1-plain-small.wbo", None, example(), ContentMap::new()),
        ("v1-unknown.wbo", Some(KEY), small(), ContentMap::new()),
        ("v1-plain-undo.wbo", None, undo_record().0, undo_record().1),
    ];
    for (name, key, document, contents) in table {
        let found = read_everything(&read(name), &opening_key(key), &JUDGE).unwrap_or_else(|error| {
            panic!("{name}: {error:?}");
        });
        assert!(found == (document, contents), "{name} says something else");
    }
}

#[test]
fn who_vouches_is_what_it_was() {
    for (name, key) in [("v1-plain-full.wbo", None), ("v1-encrypted-full.wbo", Some(KEY))] {
        let opened = open_golden(name, key);
        let vouchers = opened.trust().vouchers();
        assert_eq!(opened.author(), Some(TestSigner::new(AUTHOR).public()));
        assert_eq!(vouchers.iter().map(|voucher| voucher.role).collect::<Vec<_>>(), [Role::Author, Role::Endorser]);
        assert_eq!(opened.earlier(), []);
    }
}

#[test]
fn earlier_bodies_are_what_they_were() {
    let (old, new) = (open_golden("v1-encrypted-full.wbo", Some(KEY)), open_golden("v1-rekeyed.wbo", Some(NEW_KEY)));
    let [earlier] = new.earlier().try_into().unwrap();
    assert_eq!((earlier.statement, earlier.seals.as_slice()), (old.sealed().statement(), old.sealed().seals()));
    assert_eq!(new.author(), None);
}

#[test]
fn what_is_not_known_survives_new_tails_and_new_keys() {
    let opened = open_golden("v1-unknown.wbo", Some(KEY));
    let has_unknown = |opened: &Opened<Vec<u8>>| {
        let [_, unknown] = opened.sections().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(unknown.id, SectionId { kind: SectionKind(4711), part: 7 });
        assert_eq!(opened.sealed().features(), Features { must_know: 0, may_ignore: 1 << 63 });
    };
    has_unknown(&opened);
    let mut file = std::io::Cursor::new(Vec::new());
    let body = opened.rekey(&mut file, ProfileKey::plain(), None).unwrap();
    body.finish(&mut file, vec![], vec![]).unwrap();
    let file = file.into_inner();
    // Plain, so that the unknown record shows.
    assert!(file.windows(UNKNOWN_RECORD.len()).any(|window| window == UNKNOWN_RECORD));
    has_unknown(&open(file, &OpeningKey::plain()).unwrap());
}

#[test]
fn files_from_the_future_are_refused_with_the_version_to_install() {
    for (name, kind) in FROM_THE_FUTURE {
        let key = if name == "future-suite.wbo" { None } else { Some(KEY) };
        let refusal = read_everything(&read(name), &opening_key(key), &JUDGE).map(drop).unwrap_err();
        assert_eq!(refusal.kind, format!("newer: {kind}"), "{name}");
        assert!(refusal.reason.starts_with("it needs wbo 2.5.0 or newer: "), "{name}: {}", refusal.reason);
    }
}

#[test]
fn what_the_full_file_says_stands_beside_it_for_other_readers() {
    // As values: the order of fields in text depends on how other crates have JSON built.
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let expected = value(&fs::read_to_string(golden("v1-plain-full.json")).unwrap());
    assert!(expected == value(&expectation(&open_golden("v1-plain-full.wbo", None))));
    assert!(expected == value(&expectation(&open_golden("v1-encrypted-full.wbo", Some(KEY)))));
    let expected = value(&fs::read_to_string(golden("v1-plain-undo.json")).unwrap());
    assert!(expected == value(&expectation(&open_golden("v1-plain-undo.wbo", None))));
}

/// The tests' own writer and the crate's agree on every byte, padding included.
#[test]
fn two_writers_write_the_same_file() {
    let (document, contents) = full();
    let by_crate = sealed_file(&document, &contents, ProfileKey::plain(), None, &[]);
    assert!(craft::write(document.clone(), &contents, None, None) == by_crate);

    let (record, replaced) = undo_record();
    let by_crate = sealed_file(&record, &replaced, ProfileKey::plain(), None, &[]);
    assert!(craft::write(record, &replaced, None, None) == by_crate);

    let by_crate = sealed_file(&document, &contents, ProfileKey::chosen(KEY, craft::SALT), None, &[]);
    let mut draft = craft::Draft::new(&document, &contents, Some(KEY));
    draft.envelopes = vec![b"envelope".to_vec()];
    let body_length = u64::from_le_bytes(by_crate[98..106].try_into().unwrap());
    assert_eq!(body_length, 65_536);
    draft.pad_to(body_length as usize);
    assert!(draft.write(None) == by_crate);
}
