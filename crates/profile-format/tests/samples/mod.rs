//! Documents and files that the tests of this crate share.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of these")]

use std::collections::BTreeMap;
use std::io::Cursor;

use profile_format::*;
use sha2::{Digest, Sha256};

pub type ContentMap = BTreeMap<ContentId, Vec<u8>>;

/// Judges seals of the form "role letter, signer's letter, statement": enough to test what is made of verdicts.
pub struct LetterJudge;

impl JudgeSeal for LetterJudge {
    fn judge(&self, statement: &Statement, seal: &Seal) -> Verdict {
        let (Some((head, signed)), true) = (seal.0.split_at_checked(2), seal.0.len() > 2) else {
            return Verdict::Invalid { reason: "too short".into() };
        };
        let role = match head[0] {
            b'a' => Role::Author,
            b'e' => Role::Endorser,
            _ => return Verdict::Unsupported { reason: "another kind of seal".into() },
        };
        if signed != statement.as_bytes() {
            return Verdict::Invalid { reason: "it signs something else".into() };
        }
        let standing = match head[1] {
            b'T' => Standing::Trusted { principal: "tess@example.org".into() },
            _ => Standing::Untrusted { reason: "not listed".into() },
        };
        Verdict::Valid(Voucher { role, key: SignerKey(vec![head[1]]), label: (head[1] as char).into(), standing })
    }
}

pub fn letter_seal(head: &[u8; 2], statement: &Statement) -> Seal {
    Seal([head.as_slice(), statement.as_bytes()].concat())
}

pub fn empty_document() -> Document {
    Document {
        facts: Facts {
            id: ProfileId([7; 16]),
            created: Timestamp(1_760_000_000),
            tool: Tool { name: "wbo".into(), version: "0.1.0".into() },
            catalogue: "1".into(),
            method: CaptureMethod::OFFLINE,
            parents: vec![],
        },
        device: Device { name: Some("PC-EXAMPLE".into()), build: Some(26_100), ..Device::default() },
        user: User { name: Some("alice".into()), ..User::default() },
        sections: vec![],
        apps: Apps::default(),
        notes: vec![],
        undo: None,
    }
}

pub fn value(kind: u32, data: &[u8]) -> Item {
    Item::Value { path: vec![], name: "Value".into(), state: Some(Value { kind, data: Bytes(data.to_vec()) }) }
}

pub fn setting(id: &str, items: Vec<Item>) -> Setting {
    Setting { id: id.into(), instance: None, flags: SettingFlags::default(), items }
}

pub fn file(name: &str, bytes: &[u8]) -> Item {
    let content = Content { id: ContentId(Sha256::digest(bytes).into()), size: bytes.len() as u64 };
    Item::File { path: vec![name.into()], state: Some(FileState { content, attributes: 32, modified: None }) }
}

/// Every kind of section, and contents that span segments, repeat and are empty.
pub fn rich() -> (Document, ContentMap) {
    let large: Vec<u8> = (0..2_500_000_u32).flat_map(|number| (number / 7).to_le_bytes()).take(2_500_000).collect();
    let blobs = [b"small".to_vec(), large, vec![], b"small".to_vec(), b"last".to_vec()];
    let mut document = empty_document();
    let items = blobs.iter().enumerate().map(|(n, blob)| file(&format!("file-{n}.bin"), blob)).collect();
    document.sections = vec![
        Section {
            category: Category::PERSONALIZATION,
            settings: vec![
                setting("colors.apps", vec![value(4, &[1, 0, 0, 0])]),
                setting("wallpaper.files", items),
                Setting { flags: SettingFlags::PERSONAL, ..setting("wallpaper.path", vec![value(1, b"x\0y\0")]) },
            ],
        },
        Section {
            category: Category::START,
            settings: vec![setting(
                "taskbar.alignment",
                vec![
                    Item::Key { path: vec![Text(vec![0xD800, 0x41])], present: false },
                    Item::Value { path: vec![], name: Text::default(), state: None },
                ],
            )],
        },
    ];
    document.apps.store = vec![StoreApp { family: "Example.App_1234567890abc".into(), ..StoreApp::default() }];
    document.apps.desktop =
        vec![DesktopApp { scope: DesktopScope::MACHINE, key: "Example".into(), ..DesktopApp::default() }];
    document.notes = vec![Note {
        code: NoteCode::SECRET,
        setting: None,
        instance: None,
        place: Some("HKCU\\Software\\Example".into()),
        text: "Left out because it is a secret.".into(),
    }];
    let contents = blobs.into_iter().map(|blob| (ContentId(Sha256::digest(&blob).into()), blob)).collect();
    (document, contents)
}

pub fn small() -> Document {
    let mut document = empty_document();
    let items = vec![value(4, &[1, 0, 0, 0])];
    document.sections =
        vec![Section { category: Category::START, settings: vec![setting("taskbar.alignment", items)] }];
    document
}

/// Seals with a key that the caller keeps, one envelope, and the given seals.
pub fn sealed_file(
    document: &Document,
    contents: &ContentMap,
    key: ProfileKey,
    author: Option<&SignerKey>,
    seals: &[&[u8; 2]],
) -> Vec<u8> {
    let envelopes = key.expose().map(|_| Envelope(b"envelope".to_vec())).into_iter().collect();
    let mut file = Cursor::new(Vec::new());
    let body = seal(&mut file, document, contents, key, author).unwrap();
    let seals = seals.iter().map(|head| letter_seal(head, &body.statement())).collect();
    body.finish(&mut file, envelopes, seals).unwrap();
    file.into_inner()
}

pub fn open(file: Vec<u8>, key: &OpeningKey) -> Result<Opened<Vec<u8>>, ReadError> {
    let sealed = Sealed::parse(file)?;
    let trust = sealed.judge(&LetterJudge).accept_unsigned("a test").unwrap();
    sealed.open(key, trust)
}

pub fn contents_of<S: ReadAt>(opened: &Opened<S>) -> ContentMap {
    let mut contents = ContentMap::new();
    let mut current = Vec::new();
    opened
        .read_contents(&mut |part| {
            match part {
                ContentPart::Bytes(bytes) => current.extend_from_slice(bytes),
                ContentPart::End(content) => drop(contents.insert(content.id, std::mem::take(&mut current))),
                _ => {}
            }
            Ok(())
        })
        .unwrap();
    contents
}

/// What takes back an apply, with every kind of thing, there and not there before and after. `before` is the content of
/// each file that was there, and `after` of each that the apply wrote.
pub fn undo(before: &[u8], after: &[u8]) -> Undo {
    let [before, after] = [before, after].map(|bytes| match file("", bytes) {
        Item::File { state: Some(state), .. } => state,
        _ => panic!("a file"),
    });
    let number = |number: u8| Some(Value { kind: 4, data: Bytes(vec![number, 0, 0, 0]) });
    let security = Some(Bytes(b"an access list".to_vec()));
    let class = KeyState { class: Some("a class".into()), security: security.clone() };
    let newer = FileState { attributes: 33, modified: Some(Timestamp(1_760_000_000)), ..before };
    let steps = vec![
        step(&["a.key"], key(&["HKCU", "deleted"], Some(KeyState::default()), false)),
        step(&["a.key", "b.key"], key(&["HKCU", "made"], None, true)),
        step(&["a.key"], key(&["HKLM", "deleted", "with all"], Some(class), false)),
        step(&["a.value"], entry(&["HKCU", "Software"], "", None, number(1))),
        step(&["a.value"], entry(&["HKCU", "Software"], "changed", number(1), number(2))),
        step(&["a.value"], entry(&["HKCU", "Software"], "deleted", number(1), None)),
        step(&["a.file"], stored(&["C:", "Users", "changed"], Some(before), security, Some(after))),
        step(&["a.file"], stored(&["C:", "Users", "deleted"], Some(before), None, None)),
        step(&["a.file"], stored(&["C:", "Users", "made"], None, None, Some(after))),
        step(&["a.file"], stored(&["D:", "dated"], Some(before), None, Some(newer))),
    ];
    Undo { apply: ApplyId([9; 16]), steps }
}

pub fn step(settings: &[&str], what: Replaced) -> UndoStep {
    UndoStep { settings: settings.iter().map(|id| (*id).to_owned()).collect(), what }
}

pub fn key(path: &[&str], before: Option<KeyState>, after: bool) -> Replaced {
    Replaced::Key { path: texts(path), before, after }
}

pub fn entry(path: &[&str], name: &str, before: Option<Value>, after: Option<Value>) -> Replaced {
    Replaced::Value { path: texts(path), name: name.into(), before, after }
}

pub fn stored(path: &[&str], before: Option<FileState>, security: Option<Bytes>, after: Option<FileState>) -> Replaced {
    Replaced::File { path: texts(path), before, security, after }
}

fn texts(names: &[&str]) -> Vec<Text> {
    names.iter().map(|name| (*name).into()).collect()
}
