//! Flaws of the manifest's frames: order, flags, lengths, what is missing.

use super::*;
use crate::craft::{CRITICAL, Record, record};

pub fn vectors() -> Vec<Vector> {
    let mut vectors = frames();
    vectors.extend(missing_and_flags());
    vectors
}

fn frames() -> Vec<Vector> {
    vec![
        encrypted(
            "manifest-flipped",
            MANIFEST,
            "box",
            "One bit, with all digests right.",
            Flaw::Tail(|tail| {
                let last = tail.rest.len() - 1;
                tail.rest[last] ^= 1;
            }),
        ),
        encrypted(
            "manifest-empty-box",
            MANIFEST,
            "box",
            "Fifteen bytes: less than a tag.",
            Flaw::Tail(|tail| {
                tail.manifest_length = 15;
            }),
        ),
        plain("manifest-empty", MANIFEST, "record 1 is missing", "No records.", Flaw::Records(Vec::clear)),
        plain(
            "record-order",
            MANIFEST,
            "record 2 stands after record 3",
            "Device and user change places.",
            Flaw::Records(|records| {
                records.swap(1, 2);
            }),
        ),
        plain(
            "record-twice",
            MANIFEST,
            "record 2 stands after record 2",
            "Two devices.",
            Flaw::Records(|records| {
                let device = records[1].clone();
                records.insert(1, device);
            }),
        ),
        plain(
            "record-left-over",
            MANIFEST,
            "needs 2 bytes, but 1",
            "A byte after the last record.",
            Flaw::Manifest(|manifest| {
                manifest.push(0);
            }),
        ),
        plain(
            "record-cut",
            MANIFEST,
            "needs",
            "The last record lacks a byte.",
            Flaw::Manifest(|manifest| {
                manifest.pop();
            }),
        ),
        plain(
            "record-length-huge",
            MANIFEST,
            "at most",
            "The largest number.",
            Flaw::Records(|records| {
                records[4].length = Some(u32::MAX);
            }),
        ),
        plain(
            "record-length-beyond",
            MANIFEST,
            "needs",
            "One byte more than there is.",
            Flaw::Records(|records| {
                records[4].length = Some(41);
            }),
        ),
        plain(
            "record-unknown",
            "success",
            "",
            "An unknown record that may be ignored.",
            Flaw::Records(|records| {
                records.push(Record::new(8, 0, b"unknown".to_vec()));
            }),
        ),
        plain(
            "record-unknown-0",
            "success",
            "",
            "The same, before all others, and empty.",
            Flaw::Records(|records| {
                records.insert(0, Record::new(0, 0, vec![]));
            }),
        ),
        plain(
            "record-unknown-critical",
            "newer: record",
            "tag 8",
            "An unknown record that must be understood.",
            Flaw::Records(|records| {
                records.push(Record::new(8, CRITICAL, b"unknown".to_vec()));
            }),
        ),
        plain(
            "record-unknown-flags",
            MANIFEST,
            "flags 0x2",
            "A flag that there is not.",
            Flaw::Records(|records| {
                records.push(Record::new(8, 2, b"unknown".to_vec()));
            }),
        ),
        plain(
            "record-unknown-critical-flags",
            MANIFEST,
            "flags 0x3",
            "A flag that there is not.",
            Flaw::Records(|records| {
                records.push(Record::new(8, 3, b"unknown".to_vec()));
            }),
        ),
        plain(
            "record-other-document",
            "newer: document",
            "kind 2",
            "Another kind of document, otherwise the same.",
            Flaw::Records(|records| {
                records[0].bytes[0] = 2;
            }),
        ),
        plain(
            "record-other-document-alone",
            "newer: document",
            "kind 65535",
            "Nothing follows the kind.",
            Flaw::Records(|records| {
                records[0].bytes = vec![0xff, 0xff];
            }),
        ),
    ]
}

fn missing_and_flags() -> Vec<Vector> {
    vec![
        plain(
            "facts-missing",
            MANIFEST,
            "record 1 is missing",
            "No facts.",
            Flaw::Records(|records| drop(records.remove(0))),
        ),
        plain(
            "device-missing",
            MANIFEST,
            "record 2 is missing",
            "No device.",
            Flaw::Records(|records| drop(records.remove(1))),
        ),
        plain(
            "user-missing",
            MANIFEST,
            "record 3 is missing",
            "No user.",
            Flaw::Records(|records| drop(records.remove(2))),
        ),
        plain(
            "table-missing",
            MANIFEST,
            "record 4 is missing",
            "No table.",
            Flaw::Records(|records| drop(records.remove(3))),
        ),
        plain(
            "padding-missing",
            MANIFEST,
            "record 5 is missing",
            "No padding record.",
            Flaw::Records(|records| drop(records.pop())),
        ),
        plain(
            "facts-not-critical",
            MANIFEST,
            "record 1 has flags 0x0",
            "As if it could be ignored.",
            Flaw::Records(|records| {
                record(records, 1).flags = 0;
            }),
        ),
        plain(
            "device-critical",
            MANIFEST,
            "record 2 has flags 0x1",
            "As if it had to be understood.",
            Flaw::Records(|records| {
                record(records, 2).flags = CRITICAL;
            }),
        ),
        plain(
            "table-not-critical",
            MANIFEST,
            "record 4 has flags 0x0",
            "As if it could be ignored.",
            Flaw::Records(|records| {
                record(records, 4).flags = 0;
            }),
        ),
        plain(
            "padding-flags",
            MANIFEST,
            "record 5 has flags 0x8001",
            "A flag that there is not.",
            Flaw::Records(|records| {
                record(records, 5).flags = 0x8001;
            }),
        ),
        plain(
            "author-not-critical",
            MANIFEST,
            "record 6 has flags 0x0",
            "So that an old reader would not ask for the seal.",
            Flaw::Records(|records| {
                records.push(Record::new(6, 0, craft::encode(&Bytes(vec![1]))));
            }),
        ),
        plain(
            "earlier-none",
            MANIFEST,
            "one encoding",
            "An empty list of earlier bodies.",
            Flaw::Records(|records| {
                records.push(Record::new(7, 0, vec![0; 8]));
            }),
        ),
        plain(
            "earlier-5",
            MANIFEST,
            "at most 4",
            "One more than there can be.",
            Flaw::Records(|records| {
                let bodies = vec![(Bytes(vec![1]), vec![Bytes(vec![2])]); 5];
                records.push(Record::new(7, 0, craft::encode(&bodies)));
            }),
        ),
        plain(
            "earlier-1",
            "success",
            "",
            "One earlier body.",
            Flaw::Records(|records| {
                records.push(Record::new(7, 0, craft::encode(&vec![(Bytes(vec![1]), vec![Bytes(vec![2])])])));
            }),
        ),
    ]
}
