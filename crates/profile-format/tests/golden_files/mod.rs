//! How each golden file is made.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of these")]

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use profile_format::*;
use serde_json::json;

use crate::craft::{Draft, KEY, Record, SALT, Section as CraftSection};
use crate::full::{content, full};
use crate::reading::opening_key;
use crate::samples::*;
use crate::ssh::{TestJudge, TestSigner};

/// The seeds of the author's and the endorser's test keys.
pub const AUTHOR: u8 = 7;
pub const ENDORSER: u8 = 8;
pub const JUDGE: TestJudge = TestJudge(&[AUTHOR, ENDORSER]);

/// The key of `v1-rekeyed.wbo`, and its salt.
pub const NEW_KEY: [u8; 32] = [0x40; 32];
const NEW_SALT: [u8; 32] = [0x60; 32];

pub const UNKNOWN_RECORD: &[u8] = b"a record of some later version";

/// Files from the future, and what of them is newer.
pub const FROM_THE_FUTURE: [(&str, &str); 6] = [
    ("future-version.wbo", "version"),
    ("future-feature.wbo", "features"),
    ("future-suite.wbo", "suite"),
    ("future-record.wbo", "record"),
    ("future-section.wbo", "section"),
    ("future-document.wbo", "document"),
];

pub fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/golden").join(name)
}

/// Every golden file by its name.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let encrypted = sealed(full(), Some((KEY, SALT)));
    let plain = sealed(full(), None);
    let undo = sealed(undo_record(), None);
    let mut all = vec![
        ("v1-plain-small.wbo", sealed_file(&example(), &ContentMap::new(), ProfileKey::plain(), None, &[])),
        ("v1-plain-full.json", expectation(&reopen(plain.clone(), None)).into_bytes()),
        ("v1-plain-full.wbo", plain),
        ("v1-rekeyed.wbo", rekeyed(encrypted.clone())),
        ("v1-encrypted-full.wbo", encrypted),
        ("v1-unknown.wbo", with_unknown_parts()),
        ("v1-plain-undo.json", expectation(&reopen(undo.clone(), None)).into_bytes()),
        ("v1-plain-undo.wbo", undo),
    ];
    all.extend(FROM_THE_FUTURE.map(|(name, what)| (name, from_the_future(what))));
    all
}

/// The document of `v1-plain-small.wbo`, the worked example of docs/format.md.
pub fn example() -> Document {
    let items = vec![Item::Value {
        path: vec![],
        name: "TaskbarAl".into(),
        state: Some(Value { kind: 4, data: Bytes(vec![0, 0, 0, 0]) }),
    }];
    let mut document = empty_document();
    (document.device, document.user) = (Device::default(), User::default());
    document.device.build = Some(26_100);
    document.sections =
        vec![Section { category: Category::START, settings: vec![setting("taskbar.alignment", items)] }];
    document
}

/// The document of `v1-plain-undo.wbo`: the record of an apply, with every kind of step. Beside it stands a setting, so
/// that contents of both kinds are in their order.
pub fn undo_record() -> (Document, ContentMap) {
    let blobs = [b"a setting's".to_vec(), b"what was there".to_vec()];
    let mut document = empty_document();
    document.facts.method = CaptureMethod::REPLACED;
    document.facts.parents = vec![Parent { id: ProfileId([1; 16]), body: [2; 32] }];
    let files = setting("a.file", vec![file("changed", &blobs[0])]);
    document.sections = vec![Section { category: Category::PERSONALIZATION, settings: vec![files] }];
    document.undo = Some(undo(&blobs[1], b"what the apply wrote"));
    (document, blobs.into_iter().map(|blob| (content(&blob).id, blob)).collect())
}

/// A document by the crate's own writer, with an author and an endorsement.
fn sealed((document, contents): (Document, ContentMap), key: Option<([u8; 32], [u8; 32])>) -> Vec<u8> {
    let (author, endorser) = (TestSigner::new(AUTHOR), TestSigner::new(ENDORSER));
    let envelopes = key.map_or_else(Vec::new, |_| vec![envelope("envelope-a.age"), envelope("envelope-b.age")]);
    let key = key.map_or_else(ProfileKey::plain, |(key, salt)| ProfileKey::chosen(key, salt));
    let mut file = Cursor::new(Vec::new());
    let body = seal(&mut file, &document, &contents, key, Some(&author.public())).unwrap();
    let statement = body.statement();
    let seals = vec![
        Seal(author.sign("wbo-profile", statement.as_bytes())),
        Seal(endorser.sign("wbo-endorse", statement.as_bytes())),
    ];
    body.finish(&mut file, envelopes, seals).unwrap();
    file.into_inner()
}

fn rekeyed(file: Vec<u8>) -> Vec<u8> {
    let old = reopen(file, Some(KEY));
    let mut file = Cursor::new(Vec::new());
    let body = old.rekey(&mut file, ProfileKey::chosen(NEW_KEY, NEW_SALT), None).unwrap();
    body.finish(&mut file, vec![envelope("envelope-rekeyed.age")], vec![]).unwrap();
    file.into_inner()
}

fn reopen(file: Vec<u8>, key: Option<[u8; 32]>) -> Opened<Vec<u8>> {
    let sealed = Sealed::parse(file).unwrap();
    let trust = sealed.judge(&JUDGE).trust().unwrap();
    sealed.open(&opening_key(key), trust).unwrap()
}

fn envelope(name: &str) -> Envelope {
    Envelope(fs::read(golden(name)).unwrap())
}

fn draft() -> Draft {
    let mut draft = Draft::new(&small(), &ContentMap::new(), Some(KEY));
    draft.envelopes = vec![envelope("envelope-a.age").0];
    draft
}

/// What a later version may add and this one may ignore, of each kind.
fn with_unknown_parts() -> Vec<u8> {
    let mut draft = draft();
    draft.core.may_ignore = 1 << 63;
    draft.records.push(Record::new(4711, 0, UNKNOWN_RECORD.to_vec()));
    let section = CraftSection::new(4711, 7, 1, b"a section of some later version".to_vec());
    draft.sections.push(CraftSection { flags: 0, ..section });
    draft.pad_to(65_536);
    draft.write(None)
}

fn from_the_future(what: &str) -> Vec<u8> {
    let mut draft = draft();
    draft.core.needs = [2, 5, 0];
    match what {
        "version" => draft.core.version = 2,
        "features" => draft.core.must_know = 1 << 40,
        "suite" => draft.core.suite = 2,
        "record" => draft.records.push(Record::new(4711, 1, UNKNOWN_RECORD.to_vec())),
        "section" => draft.sections.push(CraftSection::new(4711, 7, 1, b"of some later version".to_vec())),
        // Its facts go on in a way of their own.
        "document" => draft.records[0].bytes = [&[2, 0][..], b"an undo record"].concat(),
        other => panic!("{other} is not made here"),
    }
    draft.write(None)
}

/// What a file says, as JSON with the names of docs/format.md, for readers that are not ours.
pub fn expectation<S: ReadAt>(opened: &Opened<S>) -> String {
    let document = opened.document().unwrap();
    let settings = document.sections.iter().map(|section| json!([section.category.0, section.settings]));
    let author = opened.author().map(|author| author.0);
    let parts = [
        ("facts", json!(document.facts)),
        ("device", json!(document.device)),
        ("user", json!(document.user)),
        ("author", json!(author)),
        ("settings", settings.collect()),
        ("apps", json!(document.apps)),
        ("notes", json!(document.notes)),
        ("contents", json!(document.contents())),
    ];
    // Only a record of an apply has one: what the other files say was written down before there was such a part.
    let undo = document.undo.as_ref().map(|undo| ("undo", json!(undo)));
    let parts = parts.into_iter().chain(undo);
    let lines: Vec<String> = parts.map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}
