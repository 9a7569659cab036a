//! Documents that break a rule, and sections of records that are not in the one encoding.

use super::*;
use crate::craft::{Draft, NOTES, SETTINGS};

const APPS: &str = "damaged: section apps";
const NOTES_WRONG: &str = "damaged: section notes";
const SORTED: &str = "must be sorted";

pub fn vectors() -> Vec<Vector> {
    let mut vectors = order();
    vectors.extend(encoding());
    vectors
}

fn order() -> Vec<Vector> {
    vec![
        plain(
            "settings-order",
            START,
            SORTED,
            "Two settings change places.",
            Flaw::Document(|document| start(document).swap(0, 1)),
        ),
        plain(
            "settings-twice",
            START,
            SORTED,
            "A setting stands twice.",
            Flaw::Document(|document| {
                start(document)[1] = start(document)[0].clone();
            }),
        ),
        plain(
            "settings-instances",
            "success",
            "",
            "One id, without an instance and with two.",
            Flaw::Document(|document| {
                instances(document, &[None, Some(""), Some("a")]);
            }),
        ),
        plain(
            "settings-instance-order",
            START,
            SORTED,
            "An instance before none.",
            Flaw::Document(|document| {
                instances(document, &[Some(""), None]);
            }),
        ),
        plain(
            "settings-instance-twice",
            START,
            SORTED,
            "An instance stands twice.",
            Flaw::Document(|document| {
                instances(document, &[Some("a"), Some("a")]);
            }),
        ),
        plain(
            "settings-none",
            START,
            "0 entries",
            "A section without settings.",
            Flaw::Document(|document| start(document).clear()),
        ),
        plain(
            "items-none",
            START,
            "has no items",
            "A setting without items.",
            Flaw::Document(|document| start(document)[0].items.clear()),
        ),
        plain(
            "items-order",
            START,
            SORTED,
            "Two items change places.",
            Flaw::Document(|document| start(document)[0].items.swap(0, 1)),
        ),
        plain(
            "items-kind-order",
            START,
            SORTED,
            "A value before a key.",
            Flaw::Document(|document| start(document)[0].items.swap(1, 2)),
        ),
        plain(
            "items-twice",
            START,
            SORTED,
            "A key is there and is not.",
            Flaw::Document(|document| {
                start(document)[0].items[1] = Item::Key { path: vec!["a".into()], present: false };
            }),
        ),
        plain(
            "items-unit-order",
            START,
            SORTED,
            "U+E000 before U+1F600: code units decide, not characters.",
            Flaw::Document(|document| {
                let key = |text: &str| Item::Key { path: vec![text.into()], present: true };
                start(document)[0].items = vec![key("\u{e000}"), key("\u{1f600}")];
            }),
        ),
        plain(
            "store-apps-order",
            APPS,
            SORTED,
            "Two Store apps change places.",
            Flaw::Document(|document| document.apps.store.swap(0, 1)),
        ),
        plain(
            "store-apps-twice",
            APPS,
            SORTED,
            "A Store app stands twice.",
            Flaw::Document(|document| {
                document.apps.store[1].family = "A".into();
                document.apps.store[1].version = Some("another".into());
            }),
        ),
        plain(
            "desktop-apps-order",
            APPS,
            SORTED,
            "Two programs change places.",
            Flaw::Document(|document| document.apps.desktop.swap(0, 1)),
        ),
        plain(
            "desktop-apps-scope-order",
            APPS,
            SORTED,
            "Machine before user.",
            Flaw::Document(|document| {
                document.apps.desktop[0].scope = DesktopScope::MACHINE;
            }),
        ),
        plain(
            "apps-none",
            APPS,
            "0 entries",
            "A section of apps without any.",
            Flaw::Draft(|draft| {
                let apps = draft.section(crate::craft::APPS);
                (apps.plaintext, apps.entries) = (vec![0; 16], 0);
            }),
        ),
        plain(
            "notes-order",
            NOTES_WRONG,
            SORTED,
            "Two notes change places.",
            Flaw::Document(|document| document.notes.swap(0, 1)),
        ),
        plain(
            "notes-twice",
            NOTES_WRONG,
            SORTED,
            "A note stands twice.",
            Flaw::Document(|document| {
                document.notes[1] = document.notes[0].clone();
            }),
        ),
        plain(
            "notes-none",
            NOTES_WRONG,
            "0 entries",
            "A section of notes without any.",
            Flaw::Draft(|draft| {
                let notes = draft.section(NOTES);
                (notes.plaintext, notes.entries) = (vec![0; 8], 0);
            }),
        ),
    ]
}

fn encoding() -> Vec<Vector> {
    vec![
        plain(
            "records-left-over",
            START,
            "left over",
            "A byte after the last setting.",
            Flaw::Draft(|draft| settings(draft).push(0)),
        ),
        plain(
            "records-cut",
            START,
            "does not decode",
            "The last byte is missing.",
            Flaw::Draft(|draft| {
                settings(draft).pop();
            }),
        ),
        plain(
            "records-count-huge",
            START,
            "does not decode",
            "2^64 - 1 settings.",
            Flaw::Draft(|draft| settings(draft)[..8].fill(0xff)),
        ),
        plain(
            "records-count-more",
            START,
            "does not decode",
            "A setting more than there is.",
            Flaw::Draft(|draft| settings(draft)[0] += 1),
        ),
        plain(
            "records-data-huge",
            START,
            "does not decode",
            "Data of 2^40 bytes.",
            Flaw::Draft(|draft| {
                replace(settings(draft), b"\x04\0\0\0\0\0\0\0\x01\0\0\0", b"\x04\0\0\0\0\x01\0\0\x01\0\0\0");
            }),
        ),
        plain(
            "records-path-huge",
            START,
            "does not decode",
            "A path of 2^48 parts.",
            Flaw::Draft(|draft| first_item(draft)[7] = 1),
        ),
        plain(
            "records-id-not-utf-8",
            START,
            "does not decode",
            "An id that is no UTF-8.",
            Flaw::Draft(|draft| {
                replace(settings(draft), b"taskbar.search", b"taskbar.sear\xc3h");
            }),
        ),
        plain(
            "item-tag-0",
            START,
            "unknown kind of item 0",
            "A kind of item that there is not.",
            Flaw::Draft(|draft| first_item(draft)[0] = 0),
        ),
        plain(
            "item-tag-4",
            START,
            "unknown kind of item 4",
            "A kind of item that there is not.",
            Flaw::Draft(|draft| first_item(draft)[0] = 4),
        ),
        plain(
            "item-present-2",
            START,
            "does not decode",
            "A key that is neither there nor not.",
            Flaw::Draft(|draft| first_item(draft)[19] = 2),
        ),
        plain(
            "item-key-with-name",
            START,
            "one encoding",
            "A key that has a value's name.",
            Flaw::Draft(|draft| {
                let at = settings(draft).len() - first_item(draft).len() + 20;
                settings(draft).splice(at..=at, [1, 0, 0, 0, 0, 0, 0, 0, 0]);
            }),
        ),
        plain(
            "item-value-without-name",
            START,
            "one encoding",
            "A value that has no name, not even an empty one.",
            Flaw::Draft(|draft| {
                replace(settings(draft), b"\0\x01\x01\0\0\0\0\0\0\0Z\0\0\0", b"\0\0\0\0");
            }),
        ),
        plain(
            "item-value-present-absent",
            START,
            "one encoding",
            "A value that is there, without its state.",
            Flaw::Draft(|draft| {
                replace(settings(draft), b"\0\x01\x01\0\0\0\0\0\0\0Z\0\0\0", b"\x01\x01\x01\0\0\0\0\0\0\0Z\0\0\0");
            }),
        ),
        plain(
            "item-file-not-present",
            FILES,
            "one encoding",
            "A file that is not there, with its state.",
            Flaw::Draft(|draft| {
                let files = &mut draft.sections[0].plaintext;
                replace(files, b"a\0\x01\0\0\x01", b"a\0\0\0\0\x01");
            }),
        ),
    ]
}

fn start(document: &mut Document) -> &mut Vec<Setting> {
    &mut document.sections[1].settings
}

/// Makes the settings of a category instances of one.
fn instances(document: &mut Document, instances: &[Option<&str>]) {
    let first = start(document)[0].clone();
    let one = |instance: &Option<&str>| Setting { instance: instance.map(Text::from), ..first.clone() };
    *start(document) = instances.iter().map(one).collect();
}

/// The bytes of the section of Start.
fn settings(draft: &mut Draft) -> &mut Vec<u8> {
    let start = &mut draft.sections[1];
    assert_eq!((start.kind, start.part), (SETTINGS, 10));
    &mut start.plaintext
}

/// The bytes from the first item of the first setting on: tag, path of one part of one unit, present.
fn first_item(draft: &mut Draft) -> &mut [u8] {
    let before = 8 + (8 + "taskbar.alignment".len()) + 1 + 4 + 8;
    let item = &mut settings(draft)[before..];
    assert_eq!(item[..20], *b"\x01\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0a\0\x01");
    item
}
