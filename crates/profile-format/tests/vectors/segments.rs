//! Segments that are not what the table says, or stand in a box of another place.

use super::*;
use crate::craft::{APPS, Boxes, CONTENTS, NOTES, SALT, Segment, entry, zstd};

const FIRST: &str = "damaged: segment 1 of section contents";
const SECOND: &str = "damaged: segment 2 of section contents";
const APPS_ONLY: &str = "damaged: segment 1 of section apps";

pub fn vectors() -> Vec<Vector> {
    vec![
        plain(
            "segment-flipped",
            APPS_ONLY,
            "SHA-256",
            "One bit, with all digests of the tail right.",
            Flaw::Table(|table| {
                entry(table, APPS).segments[0].bytes[9] ^= 1;
            }),
        ),
        plain(
            "segment-digest-wrong",
            APPS_ONLY,
            "SHA-256",
            "Another digest in the table.",
            Flaw::Table(|table| {
                entry(table, APPS).segments[0].digest = [0; 32];
            }),
        ),
        encrypted(
            "segment-flipped-in-its-box",
            APPS_ONLY,
            "box",
            "One bit, with all digests right.",
            Flaw::Table(|table| {
                restore(&mut entry(table, APPS).segments[0], |bytes| bytes[9] ^= 1);
            }),
        ),
        encrypted(
            "segment-tag-flipped",
            APPS_ONLY,
            "box",
            "One bit of the tag, with all digests right.",
            Flaw::Table(|table| {
                restore(&mut entry(table, APPS).segments[0], |bytes| *bytes.last_mut().unwrap() ^= 0x80);
            }),
        ),
        encrypted(
            "segment-tag-missing",
            APPS_ONLY,
            "box",
            "No tag.",
            Flaw::Table(|table| {
                restore(&mut entry(table, APPS).segments[0], |bytes| bytes.truncate(bytes.len() - 16));
            }),
        ),
        encrypted(
            "segment-empty",
            APPS_ONLY,
            "box",
            "No bytes at all.",
            Flaw::Table(|table| {
                restore(&mut entry(table, APPS).segments[0], Vec::clear);
            }),
        ),
        plain(
            "segments-swapped-in-the-file",
            FIRST,
            "SHA-256",
            "The table keeps their order.",
            Flaw::Table(|table| {
                let [first, second, _] = &mut entry(table, CONTENTS).segments[..] else { panic!("three segments") };
                std::mem::swap(&mut first.bytes, &mut second.bytes);
            }),
        ),
        encrypted(
            "segments-swapped",
            FIRST,
            "box",
            "The table agrees.",
            Flaw::Table(|table| {
                entry(table, CONTENTS).segments.swap(0, 1);
            }),
        ),
        encrypted(
            "segment-duplicated",
            SECOND,
            "box",
            "The first stands in place of the second, too.",
            Flaw::Table(|table| {
                let segments = &mut entry(table, CONTENTS).segments;
                segments[1] = segments[0].clone();
            }),
        ),
        encrypted(
            "segment-of-another-section",
            "damaged: segment 1 of section notes",
            "box",
            "The apps' segment as the notes'.",
            Flaw::Table(|table| {
                let apps = entry(table, APPS).clone();
                let notes = entry(table, NOTES);
                (notes.length, notes.segments) = (apps.length, apps.segments);
            }),
        ),
        encrypted(
            "section-cut-off",
            "damaged: segment 1 of section kind-4711-0",
            "box",
            "Of two segments the last is gone, and all numbers in the manifest agree.",
            Flaw::Frames(|table| {
                let mut section = entry(table, NOTES).clone();
                (section.kind, section.flags, section.length) = (4711, 0, 1 << 20);
                (section.segments[0].last, section.segments[0].bytes) = (false, zstd(&[0; 1 << 20]));
                table.push(section);
            }),
        ),
        encrypted(
            "segment-marked-last-early",
            SECOND,
            "box",
            "The second of three is marked as the last.",
            Flaw::Frames(|table| {
                entry(table, CONTENTS).segments[1].last = true;
            }),
        ),
        encrypted(
            "segment-not-marked-last",
            APPS_ONLY,
            "box",
            "The only one is not marked as the last.",
            Flaw::Frames(|table| {
                entry(table, APPS).segments[0].last = false;
            }),
        ),
        encrypted(
            "segment-of-another-index",
            SECOND,
            "box",
            "The second has the nonce of the seventh.",
            Flaw::Frames(|table| {
                entry(table, CONTENTS).segments[1].index = 7;
            }),
        ),
        encrypted(
            "segment-of-another-key",
            APPS_ONLY,
            "box",
            "Another profile key.",
            Flaw::Table(|table| {
                let boxes = Boxes::new(Some([9; 32]), SALT);
                reseal(&mut entry(table, APPS).segments[0], &boxes, 2, (APPS, 0), (0, true));
            }),
        ),
        encrypted(
            "segment-of-another-file",
            APPS_ONLY,
            "box",
            "The same key, another salt.",
            Flaw::Table(|table| {
                let boxes = Boxes::new(Some(KEY), [9; 32]);
                reseal(&mut entry(table, APPS).segments[0], &boxes, 2, (APPS, 0), (0, true));
            }),
        ),
        encrypted(
            "segment-of-another-section-index",
            APPS_ONLY,
            "box",
            "The key of section 3 instead of 2.",
            Flaw::Table(|table| {
                let boxes = Boxes::new(Some(KEY), SALT);
                reseal(&mut entry(table, APPS).segments[0], &boxes, 3, (APPS, 0), (0, true));
            }),
        ),
        encrypted(
            "segment-in-clear",
            APPS_ONLY,
            "box",
            "A frame without its box.",
            Flaw::Table(|table| {
                let frame = zstd(&craft::encode(&base().0.apps));
                entry(table, APPS).segments[0].store(frame);
            }),
        ),
        plain(
            "segments-swapped-in-plain",
            "damaged: section contents",
            "another SHA-256",
            "The table agrees; without boxes only the contents tell.",
            Flaw::Frames(|table| {
                // Contents in which the two differ.
                entry(table, CONTENTS).segments.swap(0, 1);
            }),
        ),
    ]
}

fn restore(segment: &mut Segment, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::mem::take(&mut segment.bytes);
    change(&mut bytes);
    segment.store(bytes);
}

fn reseal(segment: &mut Segment, boxes: &Boxes, section: u32, id: (u16, u16), place: (u32, bool)) {
    let frame = zstd(&craft::encode(&base().0.apps));
    segment.store(boxes.segment(section, id, place, frame));
}
