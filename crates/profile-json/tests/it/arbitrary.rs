//! Random documents: every valid one can come out, and the odd ones come out often.

use std::collections::BTreeMap;

use profile_format::{
    AppFlags, ApplyId, Apps, Bytes, CaptureMethod, Category, Content, ContentId, DesktopApp, DesktopScope, Device,
    Document, Facts, FileState, Item, Join, JoinKind, KeyState, Note, NoteCode, Parent, ProfileId, Replaced, Section,
    Setting, SettingFlags, StoreApp, Text, Timestamp, Tool, Undo, UndoStep, User, Value,
};
use profile_json::{ContentPath, ContentPlace};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// A document and the bytes of its contents.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) document: Document,
    pub(crate) bytes: BTreeMap<ContentId, Vec<u8>>,
}

impl Sample {
    /// Some contents inline, some in files.
    pub(crate) fn place(&self, content: &Content) -> ContentPlace {
        match content.id.0[0] % 2 {
            0 => ContentPlace::File(ContentPath::new(format!("contents/{}", content.id)).unwrap()),
            _ => ContentPlace::Inline(self.bytes[&content.id].clone()),
        }
    }
}

pub(crate) fn sample() -> BoxedStrategy<Sample> {
    vec(content_bytes(), 1..4)
        .prop_flat_map(|files| {
            let bytes: BTreeMap<_, _> =
                files.into_iter().map(|bytes| (ContentId(Sha256::digest(&bytes).into()), bytes)).collect();
            let contents = bytes.iter().map(|(id, bytes)| Content { id: *id, size: bytes.len() as u64 }).collect();
            document(contents).prop_map(move |document| Sample { document, bytes: bytes.clone() })
        })
        .boxed()
}

fn document(contents: Vec<Content>) -> BoxedStrategy<Document> {
    let sections = vec((number(12).prop_map(Category), vec(setting(contents.clone()), 1..4)), 0..4);
    (facts(), device(), user(), sections, apps(), vec(note(), 0..4), of(undo(contents)))
        .prop_map(|(facts, device, user, sections, apps, notes, undo)| Document {
            facts,
            device,
            user,
            sections: unique(sections.into_iter().map(section).collect(), |section| section.category),
            apps,
            notes: unique(notes, Clone::clone),
            undo,
        })
        .boxed()
}

fn section((category, settings): (Category, Vec<Setting>)) -> Section {
    Section { category, settings: unique(settings, |setting| (setting.id.clone(), setting.instance.clone())) }
}

fn facts() -> BoxedStrategy<Facts> {
    let parent = (any::<[u8; 16]>(), any::<[u8; 32]>()).prop_map(|(id, body)| Parent { id: ProfileId(id), body });
    let tool = (string(), string()).prop_map(|(name, version)| Tool { name, version });
    (any::<[u8; 16]>(), timestamp(), tool, string(), number(5), vec(parent, 0..3))
        .prop_map(|(id, created, tool, catalogue, method, parents)| Facts {
            id: ProfileId(id),
            created,
            tool,
            catalogue,
            method: CaptureMethod(method),
            parents: unique(parents, |parent| *parent),
        })
        .boxed()
}

fn device() -> BoxedStrategy<Device> {
    let join = (number(5), of(text()), of(string())).prop_map(|(kind, name, tenant)| Join {
        kind: JoinKind(kind),
        name,
        tenant,
    });
    let strings = (of(string()), of(string()), of(string()), of(string()));
    (of(text()), any::<Option<[u8; 16]>>(), any::<Option<u32>>(), any::<Option<u32>>(), strings, join)
        .prop_map(|(name, smbios, build, revision, (edition, release, architecture, locale), join)| Device {
            name,
            smbios,
            build,
            revision,
            edition,
            release,
            architecture,
            locale,
            join,
        })
        .boxed()
}

fn user() -> BoxedStrategy<User> {
    (of(text()), of(string()), of(text()), of(string()))
        .prop_map(|(name, sid, domain, upn)| User { name, sid, domain, upn })
        .boxed()
}

fn setting(contents: Vec<Content>) -> BoxedStrategy<Setting> {
    let flags = prop_oneof![Just(0), Just(1), any::<u32>()].prop_map(SettingFlags);
    ("[a-c]{1,2}(\\.[a-z0-9-]{1,6}){0,2}", of(text()), flags, vec(item(contents), 1..5))
        .prop_map(|(id, instance, flags, items)| Setting { id, instance, flags, items: unique(items, place) })
        .boxed()
}

fn place(item: &Item) -> (u8, Vec<Text>, Option<Text>) {
    match item {
        Item::Key { path, .. } => (1, path.clone(), None),
        Item::Value { path, name, .. } => (2, path.clone(), Some(name.clone())),
        Item::File { path, .. } => (3, path.clone(), None),
    }
}

fn item(contents: Vec<Content>) -> BoxedStrategy<Item> {
    let keys = || vec(name_without(&[u16::from(b'\\')]), 0..3);
    let files = vec(name_without(&"\\/:*?\"<>|".encode_utf16().collect::<Vec<_>>()), 1..3);
    prop_oneof![
        1 => (keys(), any::<bool>()).prop_map(|(path, present)| Item::Key { path, present }),
        6 => (keys(), text(), of(value())).prop_map(|(path, name, state)| Item::Value { path, name, state }),
        2 => (files, of(file(contents))).prop_map(|(path, state)| Item::File { path, state }),
    ]
    .boxed()
}

fn file(contents: Vec<Content>) -> BoxedStrategy<FileState> {
    (proptest::sample::select(contents), any::<u32>(), of(timestamp()))
        .prop_map(|(content, attributes, modified)| FileState { content, attributes, modified })
        .boxed()
}

/// Any data with any type; often data that almost fits, or fits, its type.
fn value() -> BoxedStrategy<Value> {
    let kind = prop_oneof![9 => 0_u32..13, 1 => any::<u32>()];
    let units = prop_oneof![Just(0), Just(0), Just(u16::from(b'a')), any::<u16>()];
    let ended = vec("[^\0]{0,4}\0", 0..4).prop_map(|texts| texts.concat() + "\0");
    let data = prop_oneof![
        vec(any::<u8>(), 0..12),
        vec(any::<u8>(), 4),
        vec(any::<u8>(), 8),
        vec(units, 0..6).prop_map(|units| units.into_iter().flat_map(u16::to_le_bytes).collect()),
        "[^\0]{0,6}\0?".prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ended.prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    (kind, data).prop_map(|(kind, data)| Value { kind, data: Bytes(data) }).boxed()
}

fn apps() -> BoxedStrategy<Apps> {
    let strings = (of(string()), of(string()), of(string()), of(string()), of(string()));
    let store = (string(), strings, of(text()), any::<u32>()).prop_map(
        |(family, (full_name, version, architecture, publisher, product), title, flags)| StoreApp {
            family,
            full_name,
            version,
            architecture,
            publisher,
            product,
            title,
            flags: AppFlags(flags),
        },
    );
    let texts = (of(text()), of(text()), of(text()));
    let desktop = (number(4), text(), texts, of(string()), any::<u32>()).prop_map(
        |(scope, key, (title, version, publisher), winget, flags)| DesktopApp {
            scope: DesktopScope(scope),
            key,
            title,
            version,
            publisher,
            winget,
            flags: AppFlags(flags),
        },
    );
    (vec(store, 0..3), vec(desktop, 0..3))
        .prop_map(|(store, desktop)| Apps {
            store: unique(store, |app| (app.family.clone(), app.full_name.clone())),
            desktop: unique(desktop, |app| (app.scope, app.key.clone())),
        })
        .boxed()
}

fn note() -> BoxedStrategy<Note> {
    let setting = prop_oneof!["[a-c]{1,2}", string()];
    (number(9), of(setting), of(text()), of(text()), string())
        .prop_map(|(code, setting, instance, place, text)| Note {
            code: NoteCode(code),
            setting,
            instance,
            place,
            text,
        })
        .boxed()
}

fn undo(contents: Vec<Content>) -> BoxedStrategy<Undo> {
    let settings = vec("[a-c]{1,2}(\\.[a-z0-9-]{1,6}){0,2}", 1..3).prop_map(|ids| unique(ids, Clone::clone));
    let step = (settings, replaced(contents)).prop_map(|(settings, what)| UndoStep { settings, what });
    let thing = |step: &UndoStep| {
        let (tag, path, name) = step.what.place();
        (tag, path.to_vec(), name.cloned())
    };
    (any::<[u8; 16]>(), vec(step, 1..5))
        .prop_map(move |(apply, steps)| Undo { apply: ApplyId(apply), steps: unique(steps, thing) })
        .boxed()
}

/// What was there is other than what is there now.
fn replaced(contents: Vec<Content>) -> BoxedStrategy<Replaced> {
    let keys = || {
        let root = prop_oneof![Just(Text::from("HKCU")), Just(Text::from("HKLM"))];
        (root, vec(name_without(&[u16::from(b'\\')]), 1..3)).prop_map(|(root, names)| below(root, names))
    };
    let files = vec(name_without(&"\\/:*?\"<>|".encode_utf16().collect::<Vec<_>>()), 1..3)
        .prop_map(|names| below(Text::from("C:"), names));
    let security = || of(vec(any::<u8>(), 0..6).prop_map(Bytes));
    let key_state = (of(text()), security()).prop_map(|(class, security)| KeyState { class, security });
    let states = (of(file(contents.clone())), security(), of(file(contents)));
    prop_oneof![
        (keys(), of(key_state)).prop_map(|(path, before)| {
            let after = before.is_none();
            Replaced::Key { path, before, after }
        }),
        (keys(), text(), of(value()), of(value()))
            .prop_filter("a change", |(.., before, after)| before != after)
            .prop_map(|(path, name, before, after)| Replaced::Value { path, name, before, after }),
        (files, states).prop_filter("a change", |(_, (before, _, after))| before != after).prop_map(
            |(path, (before, security, after))| {
                let security = security.filter(|_| before.is_some());
                Replaced::File { path, before, security, after }
            }
        ),
    ]
    .boxed()
}

fn below(root: Text, names: Vec<Text>) -> Vec<Text> {
    std::iter::once(root).chain(names).collect()
}

fn content_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..20),
        ".{0,20}".prop_map(String::into_bytes),
        "[ -~\r\n\t]{0,20}".prop_map(String::into_bytes)
    ]
}

/// UTF-16 with lone surrogates, halves of pairs that may meet, zeros and characters that reorder text.
fn text() -> BoxedStrategy<Text> {
    prop_oneof![vec(unit(), 0..6).prop_map(Text), string().prop_map(|text| Text::from(text.as_str()))].boxed()
}

fn name_without(forbidden: &[u16]) -> BoxedStrategy<Text> {
    let forbidden = forbidden.to_vec();
    vec(unit(), 0..4)
        .prop_map(move |units| {
            let legal = |unit: &u16| *unit >= 0x20 && !forbidden.contains(unit);
            let ends = [u16::from(b'n')];
            Text(ends.iter().copied().chain(units.into_iter().filter(legal)).chain(ends).collect())
        })
        .boxed()
}

fn unit() -> BoxedStrategy<u16> {
    prop_oneof![0x20_u16..0x7f, 0xd800_u16..0xe000, Just(0), Just(0x202e), any::<u16>()].boxed()
}

fn string() -> BoxedStrategy<String> {
    prop_oneof!["[a-z]{0,3}", ".{0,4}", any::<String>().prop_map(|text| text.chars().take(4).collect())].boxed()
}

/// A number on the wire: one with a word, or any.
fn number(named: u16) -> BoxedStrategy<u16> {
    prop_oneof![4 => 0..named, 1 => any::<u16>()].boxed()
}

fn timestamp() -> BoxedStrategy<Timestamp> {
    prop_oneof![-70_000_000_000_i64..300_000_000_000, any::<i64>()].prop_map(Timestamp).boxed()
}

/// The list as documents have it: sorted, and each entry once.
fn unique<T, K: Ord>(mut list: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    list.sort_by_key(&key);
    list.dedup_by_key(|entry| key(entry));
    list
}
