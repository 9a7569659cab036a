//! Any bytes as records, and any document as a file.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Cursor;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::choices::Choices;
use crate::codec::{decode_record, encode_record};
use crate::document::{
    AppFlags, ApplyId, Apps, Bytes, CaptureMethod, Category, Content, ContentId, DesktopApp, DesktopScope, Device,
    Document, Facts, FileState, Item, Join, JoinKind, KeyState, Note, NoteCode, Parent, ProfileId, Replaced, Section,
    Setting, SettingFlags, StoreApp, Text, Timestamp, Tool, Undo, UndoStep, User, Value, validate_apps, validate_notes,
    validate_section, validate_undo,
};
use crate::key::ProfileKey;
use crate::sealed::Sealed;
use crate::trust::{Envelope, JudgeSeal, Seal, Statement, Verdict};

type ContentMap = BTreeMap<ContentId, Vec<u8>>;

/// Records have one encoding, and every valid document comes through a file as it was.
///
/// The first byte says which kind of record the rest is, or that it makes a document.
pub fn document(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 9 {
        0 => one_encoding::<Facts>(rest, |facts| drop(facts.validate())),
        1 => one_encoding::<Device>(rest, |_| ()),
        2 => one_encoding::<User>(rest, |_| ()),
        3 => one_encoding::<Vec<Setting>>(rest, |settings| {
            drop(validate_section(&Section { category: Category::START, settings }));
        }),
        4 => one_encoding::<Apps>(rest, |apps| drop(validate_apps(&apps))),
        5 => one_encoding::<Vec<Note>>(rest, |notes| drop(validate_notes(&notes))),
        6 => one_encoding::<Vec<Content>>(rest, |_| ()),
        7 => comes_through(&mut Choices(rest)),
        _ => one_encoding::<Undo>(rest, |undo| drop(validate_undo(&undo))),
    }
}

/// Bytes that decode encode to themselves; bytes that do not are refused, and nothing panics over what they say.
#[expect(clippy::expect_used, reason = "a broken promise is what a fuzz target looks for")]
fn one_encoding<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8], look: impl FnOnce(T)) {
    let Ok(record) = decode_record::<T>(bytes, "it") else { return };
    let again = encode_record(&record, "it").expect("what was decoded can be encoded");
    assert!(again == bytes, "two encodings of one record");
    assert_eq!(decode_record::<T>(&again, "it").as_ref(), Ok(&record));
    look(record);
}

#[expect(clippy::expect_used, reason = "a broken promise is what a fuzz target looks for")]
fn comes_through(choices: &mut Choices<'_>) {
    let mut contents = ContentMap::new();
    let encrypted = choices.byte() == 0xff;
    let document = some_document(choices, &mut contents);
    if document.validate().is_err() {
        return;
    }
    let (key, envelopes) = match encrypted {
        true => (ProfileKey::chosen([1; 32], [2; 32]), vec![Envelope(Vec::new())]),
        false => (ProfileKey::plain(), Vec::new()),
    };
    let opening_key = key.opening_key();
    let mut file = Cursor::new(Vec::new());
    let body = crate::seal(&mut file, &document, &contents, key, None).expect("a valid document can be sealed");
    body.finish(&mut file, envelopes, Vec::new()).expect("and finished");
    let sealed = Sealed::parse(file.into_inner()).expect("it was just written");
    let trust = sealed.judge(&NoSeals).accept_unsigned("fuzzing").expect("there is no seal that could be wrong");
    let opened = sealed.open(&opening_key, trust).expect("it was just written");
    assert!(opened.verify().iter().all(|verdict| verdict.result.is_ok()), "a part of it is damaged");
    assert_eq!(opened.document().expect("it was just written"), document);
}

/// A document that is sorted, with each entry once; names may still be such as no document has.
fn some_document(choices: &mut Choices<'_>, contents: &mut ContentMap) -> Document {
    let sections = choices.list(0, |choices| some_section(choices, contents));
    Document {
        facts: some_facts(choices),
        device: some_device(choices),
        user: User {
            name: choices.option(text),
            sid: choices.option(string),
            domain: choices.option(text),
            upn: choices.option(string),
        },
        sections: sorted(sections, |section| section.category),
        apps: some_apps(choices),
        notes: sorted(choices.list(0, some_note), Clone::clone),
        undo: choices.option(|choices| some_undo(choices, contents)),
    }
}

fn some_facts(choices: &mut Choices<'_>) -> Facts {
    let parents = choices.list(0, |choices| Parent { id: ProfileId(choices.array()), body: choices.array() });
    Facts {
        id: ProfileId(choices.array()),
        created: timestamp(choices),
        tool: Tool { name: string(choices), version: string(choices) },
        catalogue: string(choices),
        method: CaptureMethod(short(choices)),
        parents: sorted(parents, |parent| *parent),
    }
}

fn some_device(choices: &mut Choices<'_>) -> Device {
    Device {
        name: choices.option(text),
        smbios: choices.option(Choices::array),
        build: choices.option(long),
        revision: choices.option(long),
        edition: choices.option(string),
        release: choices.option(string),
        architecture: choices.option(string),
        locale: choices.option(string),
        join: Join { kind: JoinKind(short(choices)), name: choices.option(text), tenant: choices.option(string) },
    }
}

fn some_section(choices: &mut Choices<'_>, contents: &mut ContentMap) -> Section {
    let settings = choices.list(1, |choices| Setting {
        id: id(choices),
        instance: choices.option(text),
        flags: SettingFlags(long(choices)),
        items: sorted(choices.list(1, |choices| some_item(choices, contents)), place),
    });
    Section {
        category: Category(short(choices)),
        settings: sorted(settings, |setting| (setting.id.clone(), setting.instance.clone())),
    }
}

fn place(item: &Item) -> (u8, Vec<Text>, Option<Text>) {
    let kind = match item {
        Item::Key { .. } => 1,
        Item::Value { .. } => 2,
        Item::File { .. } => 3,
    };
    (kind, item.path().to_vec(), item.value_name().cloned())
}

fn some_item(choices: &mut Choices<'_>, contents: &mut ContentMap) -> Item {
    match choices.byte() % 3 {
        0 => Item::Key { path: choices.list(0, text), present: choices.flag() },
        1 => Item::Value {
            path: choices.list(0, text),
            name: text(choices),
            state: choices.option(|choices| Value { kind: long(choices), data: Bytes(choices.bytes()) }),
        },
        _ => Item::File { path: choices.list(1, text), state: choices.option(|choices| some_file(choices, contents)) },
    }
}

fn some_file(choices: &mut Choices<'_>, contents: &mut ContentMap) -> FileState {
    // Now and then more than a segment.
    let times = if choices.byte() == 0xff { 1 << 14 } else { 1 };
    let bytes = choices.bytes().repeat(times);
    let content = Content { id: ContentId(Sha256::digest(&bytes).into()), size: bytes.len() as u64 };
    contents.insert(content.id, bytes);
    FileState { content, attributes: long(choices), modified: choices.option(timestamp) }
}

fn some_apps(choices: &mut Choices<'_>) -> Apps {
    let store = choices.list(0, |choices| StoreApp {
        family: string(choices),
        full_name: choices.option(string),
        version: choices.option(string),
        architecture: choices.option(string),
        publisher: choices.option(string),
        product: choices.option(string),
        title: choices.option(text),
        flags: AppFlags(long(choices)),
    });
    let desktop = choices.list(0, |choices| DesktopApp {
        scope: DesktopScope(short(choices)),
        key: text(choices),
        title: choices.option(text),
        version: choices.option(text),
        publisher: choices.option(text),
        winget: choices.option(string),
        flags: AppFlags(long(choices)),
    });
    Apps {
        store: sorted(store, |app| (app.family.clone(), app.full_name.clone())),
        desktop: sorted(desktop, |app| (app.scope, app.key.clone())),
    }
}

fn some_note(choices: &mut Choices<'_>) -> Note {
    Note {
        code: NoteCode(short(choices)),
        setting: choices.option(string),
        instance: choices.option(text),
        place: choices.option(text),
        text: string(choices),
    }
}

fn some_undo(choices: &mut Choices<'_>, contents: &mut ContentMap) -> Undo {
    let apply = ApplyId(choices.array());
    let steps = choices.list(1, |choices| UndoStep {
        settings: sorted(choices.list(1, id), Clone::clone),
        what: some_replaced(choices, contents),
    });
    let thing = |step: &UndoStep| {
        let (tag, path, name) = step.what.place();
        (tag, path.to_vec(), name.cloned())
    };
    Undo { apply, steps: sorted(steps, thing) }
}

fn some_replaced(choices: &mut Choices<'_>, contents: &mut ContentMap) -> Replaced {
    let some_value = |choices: &mut Choices<'_>| Value { kind: long(choices), data: Bytes(choices.bytes()) };
    match choices.byte() % 3 {
        0 => Replaced::Key {
            path: rooted(choices, "HKCU"),
            before: choices.option(|choices| KeyState { class: choices.option(text), security: security(choices) }),
            after: choices.flag(),
        },
        1 => Replaced::Value {
            path: rooted(choices, "HKLM"),
            name: text(choices),
            before: choices.option(some_value),
            after: choices.option(some_value),
        },
        _ => Replaced::File {
            path: rooted(choices, "C:"),
            before: choices.option(|choices| some_file(choices, contents)),
            security: security(choices),
            after: choices.option(|choices| some_file(choices, contents)),
        },
    }
}

/// Most often a path below `root`.
fn rooted(choices: &mut Choices<'_>, root: &str) -> Vec<Text> {
    let root = if choices.byte() == 0xff { text(choices) } else { root.into() };
    std::iter::once(root).chain(choices.list(1, text)).collect()
}

fn security(choices: &mut Choices<'_>) -> Option<Bytes> {
    choices.option(|choices| Bytes(choices.bytes()))
}

fn sorted<T, K: Ord>(mut list: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    list.sort_by_key(&key);
    list.dedup_by_key(|entry| key(entry));
    list
}

fn text(choices: &mut Choices<'_>) -> Text {
    Text(choices.bytes().chunks(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte))).collect())
}

fn string(choices: &mut Choices<'_>) -> String {
    String::from_utf8_lossy(&choices.bytes()).into_owned()
}

/// Most often an id, whatever the bytes are.
fn id(choices: &mut Choices<'_>) -> String {
    let letters = choices.bytes().into_iter().map(|byte| char::from(b'a' + byte % 26));
    letters.take(crate::limits::MAX_SETTING_ID).collect()
}

fn timestamp(choices: &mut Choices<'_>) -> Timestamp {
    Timestamp(choices.number().cast_signed())
}

fn short(choices: &mut Choices<'_>) -> u16 {
    u16::from_le_bytes(choices.array())
}

fn long(choices: &mut Choices<'_>) -> u32 {
    u32::from_le_bytes(choices.array())
}

struct NoSeals;

impl JudgeSeal for NoSeals {
    fn judge(&self, _: &Statement, _: &Seal) -> Verdict {
        Verdict::Unsupported { reason: "fuzzing".to_owned() }
    }
}
