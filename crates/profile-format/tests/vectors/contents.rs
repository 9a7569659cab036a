//! Contents that do not fit their index, and an index that does not fit the settings.

use super::*;
use crate::craft::{CONTENTS, Draft, INDEX as INDEX_KIND};

const CONTENTS_WRONG: &str = "damaged: section contents";
const NAMES: &str = "does not list what the settings name";

pub fn vectors() -> Vec<Vector> {
    vec![
        plain(
            "index-order",
            INDEX,
            NAMES,
            "Two contents change places, with their bytes.",
            Flaw::Draft(|draft| {
                index(draft)[8..88].rotate_left(40);
                bytes(draft)[..10].rotate_left(3);
            }),
        ),
        plain(
            "index-missing",
            INDEX,
            "add up to 0",
            "Contents that nothing lists.",
            Flaw::Draft(|draft| {
                draft.sections.retain(|section| section.kind != INDEX_KIND);
            }),
        ),
        plain(
            "index-and-contents-missing",
            INDEX,
            NAMES,
            "The settings name contents, and there are none.",
            Flaw::Draft(|draft| {
                draft.sections.retain(|section| ![INDEX_KIND, CONTENTS].contains(&section.kind));
            }),
        ),
        plain(
            "index-entry-missing",
            INDEX,
            NAMES,
            "A content that the settings name is not there.",
            Flaw::Draft(|draft| {
                index(draft)[0] = 2;
                index(draft).truncate(8 + 80);
                bytes(draft).truncate(10);
                recount(draft, 2);
            }),
        ),
        plain(
            "index-entry-extra",
            INDEX,
            NAMES,
            "A content that no setting names.",
            Flaw::Draft(|draft| {
                let extra = [&content_id(b"extra").0[..], &5_u64.to_le_bytes()].concat();
                index(draft)[0] = 4;
                index(draft).extend(extra);
                bytes(draft).extend(b"extra");
                recount(draft, 4);
            }),
        ),
        plain(
            "index-twice",
            INDEX,
            NAMES,
            "A content stands twice, with its bytes.",
            Flaw::Draft(|draft| {
                let again = index(draft)[8..48].to_vec();
                index(draft)[0] = 4;
                index(draft).extend(again);
                bytes(draft).extend(b"one");
                recount(draft, 4);
            }),
        ),
        plain(
            "index-none",
            INDEX,
            "0 entries",
            "An index of nothing.",
            Flaw::Draft(|draft| {
                *index(draft) = vec![0; 8];
                recount(draft, 0);
            }),
        ),
        plain(
            "index-size-more",
            INDEX,
            "add up",
            "A content is said to have a byte more.",
            Flaw::Draft(|draft| index(draft)[40] += 1),
        ),
        plain(
            "index-sizes-overflow",
            INDEX,
            "more than 64 bits",
            "Sizes that add up beyond 2^64.",
            Flaw::Draft(|draft| {
                index(draft)[40..48].fill(0xff);
                index(draft)[80..88].fill(0xff);
            }),
        ),
        plain(
            "index-sizes-shifted",
            INDEX,
            NAMES,
            "A byte less of one content and more of the next.",
            Flaw::Draft(|draft| {
                index(draft)[40] -= 1;
                index(draft)[80] += 1;
            }),
        ),
        plain(
            "content-two-sizes",
            INDEX,
            "and also 8",
            "Two files name one content with two sizes.",
            Flaw::Document(|document| {
                let files = &mut document.sections[0].settings[0].items;
                let [_, Item::File { state: Some(second), .. }, Item::File { state: Some(third), .. }] = &mut files[..]
                else {
                    panic!("three files")
                };
                third.content = Content { id: second.content.id, size: 8 };
            }),
        ),
        plain(
            "content-one-size-in-two-sections",
            INDEX,
            "and also 4",
            "The same, in two sections.",
            Flaw::Document(|document| {
                let mut wrong = document.sections[0].settings[0].items[0].clone();
                let Item::File { state: Some(state), .. } = &mut wrong else { panic!("a file") };
                state.content.size = 4;
                document.sections[1].settings[0].items.push(wrong);
            }),
        ),
        plain(
            "contents-more",
            INDEX,
            "add up",
            "A byte after the last content.",
            Flaw::Draft(|draft| bytes(draft).push(0)),
        ),
        plain(
            "contents-less",
            INDEX,
            "add up",
            "The last byte is missing.",
            Flaw::Draft(|draft| bytes(draft).truncate(2_200_009)),
        ),
        plain(
            "content-changed",
            CONTENTS_WRONG,
            "another SHA-256",
            "One bit of a content.",
            Flaw::Draft(|draft| bytes(draft)[0] ^= 1),
        ),
        plain(
            "content-changed-at-the-end",
            CONTENTS_WRONG,
            "another SHA-256",
            "The last bit of the last content.",
            Flaw::Draft(|draft| {
                *bytes(draft).last_mut().unwrap() ^= 0x80;
            }),
        ),
        plain(
            "contents-all-empty",
            "success",
            "",
            "One content of no bytes, and so no section of contents.",
            Flaw::Document(|document| {
                let files = &mut document.sections[0].settings[0].items;
                files.truncate(1);
                let Item::File { state: Some(state), .. } = &mut files[0] else { panic!("a file") };
                state.content = Content { id: content_id(b""), size: 0 };
            }),
        ),
    ]
}

fn index(draft: &mut Draft) -> &mut Vec<u8> {
    &mut draft.section(INDEX_KIND).plaintext
}

fn bytes(draft: &mut Draft) -> &mut Vec<u8> {
    &mut draft.section(CONTENTS).plaintext
}

/// Has the table count the contents right.
fn recount(draft: &mut Draft, entries: u32) {
    draft.section(INDEX_KIND).entries = entries;
    draft.section(CONTENTS).entries = entries;
}
