//! The table of vectors: for each, what is wrong with it and what must come of it.

#![allow(unreachable_pub, reason = "a part of one test binary")]

mod contents;
mod core_fields;
mod documents;
mod files;
mod manifest;
mod names;
mod padding;
mod records;
mod sections;
mod segments;
mod tail;
mod undo;
mod zstd_frames;

use profile_format::*;

use crate::craft::{self, Flaw, KEY};
use crate::samples::*;

/// One file with one flaw.
pub struct Vector {
    pub name: &'static str,
    expect: &'static str,
    /// Some words of our reader's error, so that a vector is not refused for another reason than its own.
    reason: &'static str,
    comment: &'static str,
    sealed_with: Option<[u8; 32]>,
    opened_with: Option<[u8; 32]>,
    flaw: Flaw,
}

impl Vector {
    /// The text before the file.
    pub fn head(&self) -> String {
        let Self { expect, reason, comment, .. } = self;
        let key = self.opened_with.map_or_else(|| "plain".into(), |key| key.map(|byte| format!("{byte:02x}")).concat());
        let reason = if reason.is_empty() { String::new() } else { format!("reason: {reason}\n") };
        format!("expect: {expect}\n{reason}key: {key}\ncomment: {comment}\n")
    }

    pub fn file(&self) -> Vec<u8> {
        let (document, contents) = base();
        craft::write(document, &contents, self.sealed_with, Some(&self.flaw))
    }

    fn opened_with(self, opened_with: Option<[u8; 32]>) -> Self {
        Self { opened_with, ..self }
    }
}

pub fn all() -> Vec<Vector> {
    [
        core_fields::vectors(),
        files::vectors(),
        tail::vectors(),
        manifest::vectors(),
        records::vectors(),
        sections::vectors(),
        segments::vectors(),
        zstd_frames::vectors(),
        padding::vectors(),
        documents::vectors(),
        names::vectors(),
        contents::vectors(),
        undo::vectors(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn plain(name: &'static str, expect: &'static str, reason: &'static str, comment: &'static str, flaw: Flaw) -> Vector {
    Vector { name, expect, reason, comment, sealed_with: None, opened_with: None, flaw }
}

fn encrypted(
    name: &'static str,
    expect: &'static str,
    reason: &'static str,
    comment: &'static str,
    flaw: Flaw,
) -> Vector {
    Vector { name, expect, reason, comment, sealed_with: Some(KEY), opened_with: Some(KEY), flaw }
}

const CORE: &str = "damaged: the core";
const TAIL: &str = "damaged: the tail";
const MANIFEST: &str = "damaged: the manifest";
const START: &str = "damaged: section start";
const FILES: &str = "damaged: section personalization";
const INDEX: &str = "damaged: section content-index";

/// What every vector would be without its flaw: each kind of section, and contents of three segments.
fn base() -> (Document, ContentMap) {
    let blobs = [b"one".to_vec(), b"two two".to_vec(), vec![0; 2_200_000], vec![]];
    let mut document = empty_document();
    document.facts.parents = [1, 2].map(|number| Parent { id: ProfileId([number; 16]), body: [number; 32] }).to_vec();
    let key = |name: &str| Item::Key { path: vec![name.into()], present: true };
    let absent = |name: &str| Item::Value { path: vec![], name: name.into(), state: None };
    let files = ["a", "b", "c"].iter().zip(&blobs).map(|(name, blob)| file(name, blob)).collect();
    document.sections = vec![
        Section {
            category: Category::PERSONALIZATION,
            settings: vec![setting("all.files", files), setting("last", vec![absent("x")])],
        },
        Section {
            category: Category::START,
            settings: vec![
                setting("taskbar.alignment", vec![key("a"), key("b"), value(4, &[1, 0, 0, 0])]),
                setting("taskbar.search", vec![value(1, b"t\0e\0x\0t\0\0\0"), absent("Z")]),
            ],
        },
    ];
    let store = |family: &str| StoreApp { family: family.into(), ..StoreApp::default() };
    let desktop = |key: &str| DesktopApp { scope: DesktopScope::USER, key: key.into(), ..DesktopApp::default() };
    document.apps = Apps { store: vec![store("A"), store("B")], desktop: vec![desktop("A"), desktop("B")] };
    let note =
        |text: &str| Note { code: NoteCode::WARNING, setting: None, instance: None, place: None, text: text.into() };
    document.notes = vec![note("a"), note("b")];
    document.validate().unwrap();
    (document, blobs.into_iter().map(|blob| (content_id(&blob), blob)).collect())
}

fn content_id(bytes: &[u8]) -> ContentId {
    use sha2::{Digest, Sha256};
    ContentId(Sha256::digest(bytes).into())
}

/// Replaces the one place where `from` stands.
fn replace(bytes: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    let mut places = bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from).map(|(at, _)| at);
    let at = places.next().expect("what is to be replaced stands there");
    assert!(places.next().is_none(), "what is to be replaced stands there once");
    bytes.splice(at..at + from.len(), to.iter().copied());
}
