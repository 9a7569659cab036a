//! Frames that no segment has, the bombs among them.

use super::*;
use crate::craft::{APPS, CONTENTS, Entry, block, entry, frame};

const APPS_ONLY: &str = "damaged: segment 1 of section apps";
const NOT_A_FRAME: &str = "does not begin as a zstd frame";
const FEATURES: &str = "features that segments do not have";

pub fn vectors() -> Vec<Vector> {
    let mut vectors = headers();
    vectors.extend(more_or_less());
    vectors.extend(bombs());
    vectors
}

fn headers() -> Vec<Vector> {
    vec![
        plain(
            "zstd-raw-block",
            "success",
            "",
            "A frame by hand, with a block that is not compressed.",
            Flaw::Frames(|table| {
                by_hand(table, 0x20, |length| vec![length as u8]);
            }),
        ),
        plain(
            "zstd-wide-content-size",
            "success",
            "",
            "Eight bytes of content size where one would do.",
            Flaw::Frames(|table| {
                by_hand(table, 0xe0, |length| (length as u64).to_le_bytes().to_vec());
            }),
        ),
        plain(
            "zstd-checksum",
            APPS_ONLY,
            FEATURES,
            "The frame announces a checksum.",
            Flaw::Frames(|table| {
                by_hand(table, 0x24, |length| vec![length as u8]);
                apps(table).extend([0; 4]);
            }),
        ),
        plain(
            "zstd-dictionary",
            APPS_ONLY,
            FEATURES,
            "The frame names a dictionary.",
            Flaw::Frames(|table| {
                by_hand(table, 0x21, |length| vec![7, length as u8]);
            }),
        ),
        plain(
            "zstd-reserved-bit",
            APPS_ONLY,
            FEATURES,
            "A bit that is reserved.",
            Flaw::Frames(|table| {
                by_hand(table, 0x28, |length| vec![length as u8]);
            }),
        ),
        plain(
            "zstd-unused-bit",
            APPS_ONLY,
            FEATURES,
            "A bit that zstd ignores.",
            Flaw::Frames(|table| {
                by_hand(table, 0x30, |length| vec![length as u8]);
            }),
        ),
        plain(
            "zstd-window",
            APPS_ONLY,
            FEATURES,
            "A window descriptor, and the content size in four bytes.",
            Flaw::Frames(|table| {
                by_hand(table, 0x80, |length| [&[0x58][..], &(length as u32).to_le_bytes()].concat());
            }),
        ),
        plain(
            "zstd-no-content-size",
            APPS_ONLY,
            FEATURES,
            "A window descriptor, and no content size.",
            Flaw::Frames(|table| {
                by_hand(table, 0x00, |_| vec![0x58]);
            }),
        ),
        plain(
            "zstd-content-size-less",
            APPS_ONLY,
            "states",
            "A byte less than there is.",
            Flaw::Frames(|table| {
                by_hand(table, 0x20, |length| vec![length as u8 - 1]);
            }),
        ),
        plain(
            "zstd-content-size-more",
            APPS_ONLY,
            "states",
            "A byte more than there is.",
            Flaw::Frames(|table| {
                by_hand(table, 0x20, |length| vec![length as u8 + 1]);
            }),
        ),
        plain(
            "zstd-legacy",
            APPS_ONLY,
            NOT_A_FRAME,
            "The magic of zstd 0.7.",
            Flaw::Frames(|table| apps(table)[0] = 0x27),
        ),
        plain(
            "zstd-magicless",
            APPS_ONLY,
            NOT_A_FRAME,
            "A frame without its magic.",
            Flaw::Frames(|table| {
                drop(apps(table).drain(..4));
            }),
        ),
        plain(
            "zstd-not",
            APPS_ONLY,
            NOT_A_FRAME,
            "The records as they are.",
            Flaw::Frames(|table| {
                *apps(table) = craft::encode(&base().0.apps);
            }),
        ),
        plain("zstd-nothing", APPS_ONLY, NOT_A_FRAME, "No bytes at all.", Flaw::Frames(|table| apps(table).clear())),
        plain(
            "zstd-header-cut",
            APPS_ONLY,
            "header is broken",
            "Magic and descriptor, and nothing else.",
            Flaw::Frames(|table| {
                apps(table).truncate(5);
            }),
        ),
    ]
}

fn more_or_less() -> Vec<Vector> {
    vec![
        plain(
            "zstd-cut",
            APPS_ONLY,
            "frame is broken",
            "The last byte is missing.",
            Flaw::Frames(|table| {
                apps(table).pop();
            }),
        ),
        plain(
            "zstd-left-over",
            APPS_ONLY,
            "1 bytes stand after",
            "A byte after the frame.",
            Flaw::Frames(|table| apps(table).push(0)),
        ),
        plain(
            "zstd-second-frame",
            APPS_ONLY,
            "bytes stand after",
            "Another frame after the frame.",
            Flaw::Frames(|table| {
                apps(table).extend_from_within(..);
            }),
        ),
        plain(
            "zstd-second-frame-empty",
            APPS_ONLY,
            "bytes stand after",
            "A frame of nothing after the frame.",
            Flaw::Frames(|table| {
                apps(table).extend(frame(0x20, &[0], &[block(0, 0, true, b"")]));
            }),
        ),
        plain(
            "zstd-skippable-after",
            APPS_ONLY,
            "bytes stand after",
            "A frame to skip after the frame.",
            Flaw::Frames(|table| {
                apps(table).extend(SKIPPABLE);
            }),
        ),
        plain(
            "zstd-skippable-before",
            APPS_ONLY,
            NOT_A_FRAME,
            "A frame to skip before the frame.",
            Flaw::Frames(|table| {
                drop(apps(table).splice(..0, SKIPPABLE));
            }),
        ),
        plain(
            "zstd-two-halves",
            APPS_ONLY,
            "states",
            "Two frames that together are the segment.",
            Flaw::Frames(|table| {
                let records = craft::encode(&base().0.apps);
                let halves = records.chunks(records.len().div_ceil(2));
                *apps(table) = halves.flat_map(craft::zstd).collect();
            }),
        ),
        plain(
            "zstd-last-block-missing",
            APPS_ONLY,
            "frame is broken",
            "No block is marked as the last.",
            Flaw::Frames(|table| {
                let records = craft::encode(&base().0.apps);
                *apps(table) = frame(0x20, &[records.len() as u8], &[block(0, records.len(), false, &records)]);
            }),
        ),
        plain(
            "zstd-reserved-block",
            APPS_ONLY,
            "frame is broken",
            "A block of the reserved kind.",
            Flaw::Frames(|table| {
                let length = craft::encode(&base().0.apps).len();
                *apps(table) = frame(0x20, &[length as u8], &[block(3, 9, true, &[0; 9])]);
            }),
        ),
    ]
}

/// Each would be a gibibyte to whoever believes it.
fn bombs() -> Vec<Vector> {
    vec![
        plain(
            "bomb-stated",
            APPS_ONLY,
            "states",
            "The frame states a gibibyte of zeros, and has it.",
            Flaw::Frames(|table| {
                *apps(table) = frame(0xa0, &(1_u32 << 30).to_le_bytes(), &zeros(1 << 30));
            }),
        ),
        plain(
            "bomb-understated",
            "damaged: segment 1 of section contents",
            "does not decompress",
            "The frame states a mebibyte, and has a gibibyte.",
            Flaw::Frames(|table| {
                let contents = &mut entry(table, CONTENTS).segments[0].bytes;
                *contents = frame(0xa0, &(1_u32 << 20).to_le_bytes(), &zeros(1 << 30));
            }),
        ),
        plain(
            "bomb-window",
            APPS_ONLY,
            FEATURES,
            "The frame asks for a window of two gibibytes.",
            Flaw::Frames(|table| {
                *apps(table) = frame(0x80, &[0xa8, 0, 0, 0, 0x40], &zeros(1 << 30));
            }),
        ),
        plain(
            "bomb-unstated",
            APPS_ONLY,
            FEATURES,
            "The frame states nothing, and has a gibibyte.",
            Flaw::Frames(|table| {
                *apps(table) = frame(0x00, &[0x58], &zeros(1 << 30));
            }),
        ),
        plain(
            "bomb-content-size",
            APPS_ONLY,
            "states",
            "The frame states all that 64 bits can.",
            Flaw::Frames(|table| {
                *apps(table) = frame(0xe0, &[0xfe; 8], &[block(1, 9, true, &[0])]);
            }),
        ),
    ]
}

const SKIPPABLE: [u8; 12] = *b"\x50\x2a\x4d\x18\x04\0\0\0skip";

fn apps(table: &mut [Entry]) -> &mut Vec<u8> {
    &mut entry(table, APPS).segments[0].bytes
}

/// Writes the apps as one block that is not compressed, behind a header by hand.
fn by_hand(table: &mut [Entry], descriptor: u8, header: fn(usize) -> Vec<u8>) {
    let records = craft::encode(&base().0.apps);
    let header = header(records.len());
    *apps(table) = frame(descriptor, &header, &[block(0, records.len(), true, &records)]);
}

fn zeros(length: usize) -> Vec<Vec<u8>> {
    const BLOCK: usize = 128 << 10;
    let blocks = length / BLOCK;
    (1..=blocks).map(|number| block(1, BLOCK, number == blocks, &[0])).collect()
}
