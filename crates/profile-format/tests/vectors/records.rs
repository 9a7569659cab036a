//! Flaws of what stands inside the manifest's records: one encoding is right, and hostile lengths cost nothing.

use super::*;
use crate::craft::record;

pub fn vectors() -> Vec<Vector> {
    vec![
        plain(
            "facts-left-over",
            MANIFEST,
            "left over at the end of the facts",
            "A byte after the last field.",
            Flaw::Records(|records| {
                record(records, 1).bytes.push(0);
            }),
        ),
        plain(
            "facts-cut",
            MANIFEST,
            "the facts",
            "The last byte is missing.",
            Flaw::Records(|records| {
                record(records, 1).bytes.pop();
            }),
        ),
        plain(
            "facts-empty",
            MANIFEST,
            "the kind of document",
            "Not even the kind of document.",
            Flaw::Records(|records| {
                record(records, 1).bytes.clear();
            }),
        ),
        plain(
            "facts-not-utf-8",
            MANIFEST,
            "the facts does not decode",
            "A byte of the tool's name that is no UTF-8.",
            Flaw::Records(|records| {
                replace(&mut record(records, 1).bytes, b"wbo", b"wb\xff");
            }),
        ),
        plain(
            "facts-surrogate-in-utf-8",
            MANIFEST,
            "the facts does not decode",
            "U+D800 as if it were a character.",
            Flaw::Records(|records| {
                replace(&mut record(records, 1).bytes, b"wbo", b"\xed\xa0\x80");
            }),
        ),
        plain(
            "facts-overlong-utf-8",
            MANIFEST,
            "the facts does not decode",
            "Two bytes for a character of one.",
            Flaw::Records(|records| {
                replace(&mut record(records, 1).bytes, b"wbo", b"w\xc1\xaf");
            }),
        ),
        plain(
            "facts-string-huge",
            MANIFEST,
            "the facts does not decode",
            "A string of 2^60 bytes.",
            Flaw::Records(|records| {
                replace(&mut record(records, 1).bytes, b"\x03\0\0\0\0\0\0\0wbo", b"\x03\0\0\0\0\0\0\x10wbo");
            }),
        ),
        plain(
            "facts-string-all",
            MANIFEST,
            "the facts does not decode",
            "A string of 2^64 - 1 bytes.",
            Flaw::Records(|records| {
                replace(
                    &mut record(records, 1).bytes,
                    b"\x03\0\0\0\0\0\0\0wbo",
                    b"\xff\xff\xff\xff\xff\xff\xff\xffwbo",
                );
            }),
        ),
        plain(
            "facts-parents-huge",
            MANIFEST,
            "the facts does not decode",
            "A list of 2^40 parents.",
            Flaw::Records(|records| {
                let parents = record(records, 1).bytes.len() - 2 * 48 - 8;
                record(records, 1).bytes[parents + 5] = 1;
            }),
        ),
        plain(
            "parents-order",
            MANIFEST,
            "parents must be sorted",
            "Two parents change places.",
            Flaw::Document(|document| {
                document.facts.parents.swap(0, 1);
            }),
        ),
        plain(
            "parents-twice",
            MANIFEST,
            "parents must be sorted",
            "A parent stands twice.",
            Flaw::Document(|document| {
                document.facts.parents[1] = document.facts.parents[0];
            }),
        ),
        plain(
            "parents-65",
            MANIFEST,
            "at most 64",
            "One more than there can be.",
            Flaw::Document(|document| {
                let parent = |number| Parent { id: ProfileId([number; 16]), body: [0; 32] };
                document.facts.parents = (0..65).map(parent).collect();
            }),
        ),
        plain(
            "option-mark-2",
            MANIFEST,
            "the device does not decode",
            "An option that is neither there nor not.",
            Flaw::Records(|records| {
                record(records, 2).bytes[0] = 2;
            }),
        ),
        plain(
            "text-huge",
            MANIFEST,
            "the device does not decode",
            "A text of 2^60 code units.",
            Flaw::Records(|records| {
                record(records, 2).bytes[8] = 0x10;
            }),
        ),
        plain(
            "user-left-over",
            MANIFEST,
            "left over at the end of the user",
            "A byte after the last field.",
            Flaw::Records(|records| {
                record(records, 3).bytes.push(0);
            }),
        ),
        plain(
            "table-left-over",
            MANIFEST,
            "left over at the end of the table",
            "A byte after the last section.",
            Flaw::Records(|records| {
                record(records, 4).bytes.push(0);
            }),
        ),
        plain(
            "table-count-huge",
            MANIFEST,
            "the table of sections does not decode",
            "2^64 - 1 sections.",
            Flaw::Records(|records| {
                record(records, 4).bytes[..8].fill(0xff);
            }),
        ),
        plain(
            "table-segments-huge",
            MANIFEST,
            "the table of sections does not decode",
            "A section of 2^56 segments.",
            Flaw::Records(|records| {
                record(records, 4).bytes[8 + 18 + 7] = 1;
            }),
        ),
        plain(
            "padding-record-cut",
            MANIFEST,
            "the padding does not decode",
            "The last byte is missing.",
            Flaw::Records(|records| {
                record(records, 5).bytes.pop();
            }),
        ),
        plain(
            "padding-record-left-over",
            MANIFEST,
            "left over at the end of the padding",
            "A byte more.",
            Flaw::Records(|records| {
                record(records, 5).bytes.push(0);
            }),
        ),
    ]
}
