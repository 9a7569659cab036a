//! Flaws of the table of sections.

use super::*;
use crate::craft::{APPS, CONTENTS, CRITICAL, Entry, INDEX as INDEX_KIND, NOTES, Section, entry};

pub fn vectors() -> Vec<Vector> {
    let mut vectors = order_and_flags();
    vectors.extend(lengths());
    vectors
}

fn order_and_flags() -> Vec<Vector> {
    vec![
        plain(
            "table-order",
            MANIFEST,
            "out of order at personalization",
            "Two sections change places.",
            Flaw::Draft(|draft| {
                draft.sections.swap(0, 1);
            }),
        ),
        plain(
            "table-kind-order",
            MANIFEST,
            "out of order at apps",
            "Notes before apps.",
            Flaw::Draft(|draft| {
                draft.sections.swap(2, 3);
            }),
        ),
        plain(
            "table-twice",
            MANIFEST,
            "out of order at start",
            "A section stands twice.",
            Flaw::Draft(|draft| {
                let start = draft.sections[1].clone();
                draft.sections.insert(1, start);
            }),
        ),
        plain(
            "section-not-critical",
            MANIFEST,
            "could be ignored",
            "A known section as if it could be ignored.",
            Flaw::Table(|table| {
                entry(table, APPS).flags = 0;
            }),
        ),
        plain(
            "section-flags",
            MANIFEST,
            "flags 0x3",
            "A flag that there is not.",
            Flaw::Table(|table| {
                entry(table, APPS).flags = 3;
            }),
        ),
        plain(
            "section-unknown",
            "success",
            "",
            "An unknown section that may be ignored.",
            Flaw::Draft(|draft| {
                let section = Section::new(4711, 1, 0, b"unknown".to_vec());
                draft.sections.push(Section { flags: 0, ..section });
            }),
        ),
        plain(
            "section-unknown-critical",
            "newer: section",
            "kind-4711-1",
            "An unknown section that must be understood.",
            Flaw::Draft(|draft| {
                draft.sections.push(Section::new(4711, 1, 0, b"unknown".to_vec()));
            }),
        ),
        plain(
            "section-unknown-part",
            "newer: section",
            "kind-2-1",
            "Apps of a part that there is not.",
            Flaw::Table(|table| {
                entry(table, APPS).part = 1;
            }),
        ),
        plain(
            "section-unknown-flags",
            MANIFEST,
            "flags 0x2",
            "A flag that there is not.",
            Flaw::Draft(|draft| {
                let section = Section::new(4711, 1, 0, b"unknown".to_vec());
                draft.sections.push(Section { flags: 2, ..section });
            }),
        ),
        plain(
            "section-unknown-damaged",
            "damaged: segment 1 of section kind-4711-0",
            "SHA-256",
            "An unknown section that is not whole.",
            Flaw::Table(|table| {
                let mut unknown = entry(table, NOTES).clone();
                (unknown.kind, unknown.flags) = (4711, 0);
                unknown.segments[0].bytes[9] ^= 1;
                table.push(unknown);
            }),
        ),
        plain(
            "sections-257",
            MANIFEST,
            "at most 256",
            "One more than there can be.",
            Flaw::Draft(|draft| {
                let start = draft.sections[1].clone();
                draft.sections = (0..257).map(|part| Section { part, ..start.clone() }).collect();
            }),
        ),
        plain(
            "section-empty",
            MANIFEST,
            "left out",
            "A section of no bytes.",
            Flaw::Draft(|draft| {
                draft.section(NOTES).plaintext.clear();
            }),
        ),
        plain(
            "section-missing",
            INDEX,
            "add up",
            "The bytes of the contents are not there.",
            Flaw::Draft(|draft| {
                draft.sections.retain(|section| section.kind != CONTENTS);
            }),
        ),
    ]
}

fn lengths() -> Vec<Vector> {
    vec![
        plain(
            "entries-less",
            START,
            "2 entries, the manifest says 1",
            "One setting less than there is.",
            Flaw::Table(|table| {
                table[1].entries = 1;
            }),
        ),
        plain(
            "entries-more",
            "damaged: section apps",
            "4 entries, the manifest says 5",
            "One app more than there is.",
            Flaw::Table(|table| {
                entry(table, APPS).entries = 5;
            }),
        ),
        plain(
            "entries-of-index",
            INDEX,
            "3 entries, the manifest says 2",
            "One content less than there is.",
            Flaw::Table(|table| {
                entry(table, INDEX_KIND).entries = 2;
            }),
        ),
        plain(
            "entries-of-contents",
            INDEX,
            "says that there are 2",
            "One content less than there is.",
            Flaw::Table(|table| {
                entry(table, CONTENTS).entries = 2;
            }),
        ),
        plain(
            "segments-too-few",
            MANIFEST,
            "has 2 segments; 2200010 bytes take 3",
            "The last is missing.",
            Flaw::Table(|table| {
                entry(table, CONTENTS).segments.pop();
            }),
        ),
        plain(
            "segments-too-many",
            MANIFEST,
            "has 2 segments",
            "Two segments for a few bytes.",
            Flaw::Table(|table| {
                let again = entry(table, APPS).segments[0].clone();
                entry(table, APPS).segments.push(again);
            }),
        ),
        plain(
            "segments-none",
            MANIFEST,
            "has 0 segments",
            "No segment at all.",
            Flaw::Table(|table| {
                entry(table, APPS).segments.clear();
            }),
        ),
        plain(
            "section-length-less",
            "damaged: segment 1 of section apps",
            "the manifest says",
            "A byte less than there is.",
            Flaw::Table(|table| {
                entry(table, APPS).length -= 1;
            }),
        ),
        plain(
            "section-length-more",
            "damaged: segment 1 of section apps",
            "the manifest says",
            "A byte more than there is.",
            Flaw::Table(|table| {
                entry(table, APPS).length += 1;
            }),
        ),
        plain(
            "section-length-huge",
            MANIFEST,
            "records have at most",
            "2^64 - 1 bytes.",
            Flaw::Table(|table| {
                entry(table, APPS).length = u64::MAX;
            }),
        ),
        plain(
            "contents-length-huge",
            MANIFEST,
            "take 17592186044416",
            "2^64 - 1 bytes.",
            Flaw::Table(|table| {
                entry(table, CONTENTS).length = u64::MAX;
            }),
        ),
        plain(
            "section-largest",
            "success",
            "",
            "16 MiB of settings, most of them one value's zeros.",
            Flaw::Document(|document| {
                let start = &mut document.sections[1].settings;
                start[0].items = vec![value(3, b"")];
                let rest = (16 << 20) - craft::encode(start).len();
                start[0].items = vec![value(3, &vec![0; rest])];
            }),
        ),
        plain(
            "section-too-large",
            MANIFEST,
            "records have at most 16777216",
            "16 MiB and a byte of settings.",
            Flaw::Table(|table| {
                claim(&mut table[1], (16 << 20) + 1);
            }),
        ),
        plain(
            "sections-too-large",
            MANIFEST,
            "at most 33554432",
            "Three sections of 16 MiB.",
            Flaw::Table(|table| {
                table.iter_mut().take(3).for_each(|entry| claim(entry, 16 << 20));
            }),
        ),
        plain(
            "stored-too-large",
            MANIFEST,
            "a segment of 1052737 bytes",
            "A byte more than zstd ever makes.",
            Flaw::Table(|table| {
                entry(table, APPS).segments[0].stored = (1 << 20) + (1 << 12) + 65;
            }),
        ),
        plain(
            "stored-less",
            MANIFEST,
            "do not fill the body",
            "A byte less than there is.",
            Flaw::Table(|table| {
                entry(table, APPS).segments[0].stored -= 1;
            }),
        ),
        plain(
            "stored-shifted",
            "damaged: segment 1 of section apps",
            "SHA-256",
            "A byte less, and the next has one more.",
            Flaw::Table(|table| {
                entry(table, APPS).segments[0].stored -= 1;
                entry(table, NOTES).segments[0].stored += 1;
            }),
        ),
        plain(
            "section-unlisted",
            MANIFEST,
            "do not fill the body",
            "Bytes that the table does not have.",
            Flaw::Table(|table| {
                let notes = entry(table, NOTES).segments[0].bytes.clone();
                entry(table, APPS).segments[0].bytes.extend(notes);
            }),
        ),
    ]
}

/// Has the table say that a section has `length` bytes, in as many segments as that takes.
fn claim(entry: &mut Entry, length: u64) {
    entry.length = length;
    entry.flags = CRITICAL;
    let segment = entry.segments[0].clone();
    entry.segments = vec![segment; length.div_ceil(1 << 20) as usize];
}
