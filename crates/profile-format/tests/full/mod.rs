//! A document with every kind of thing that a document can hold, each present and absent where it can be either.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of these")]

use profile_format::*;
use sha2::{Digest, Sha256};

use crate::samples::ContentMap;

/// The document, and the bytes of its files: some, none, and more than two segments of them.
pub fn full() -> (Document, ContentMap) {
    let blobs = [b"first".to_vec(), Vec::new(), b"0123456789abcdef".repeat(150_000)];
    let [first, empty, large] = [0, 1, 2].map(|index| content(&blobs[index]));
    let document = Document {
        facts: facts(),
        device: device(),
        user: user(),
        sections: sections(first, empty, large),
        apps: apps(),
        notes: notes(),
        undo: None,
    };
    document.validate().unwrap();
    (document, blobs.into_iter().map(|blob| (content(&blob).id, blob)).collect())
}

pub fn content(bytes: &[u8]) -> Content {
    Content { id: ContentId(Sha256::digest(bytes).into()), size: bytes.len() as u64 }
}

fn facts() -> Facts {
    Facts {
        id: ProfileId(*b"golden profile 1"),
        created: Timestamp(-1),
        tool: Tool { name: "wbo".into(), version: "0.1.0".into() },
        catalogue: "2025.1".into(),
        method: CaptureMethod::MERGED,
        parents: vec![
            Parent { id: ProfileId([1; 16]), body: [2; 32] },
            Parent { id: ProfileId([1; 16]), body: [3; 32] },
        ],
    }
}

fn device() -> Device {
    Device {
        name: Some("PC-GOLDEN".into()),
        smbios: Some(*b"smbios uuid here"),
        build: Some(26_100),
        revision: Some(4_294_967_295),
        edition: Some("Professional".into()),
        release: Some("24H2".into()),
        architecture: Some("amd64".into()),
        locale: Some("de-DE".into()),
        join: Join {
            kind: JoinKind::HYBRID,
            name: Some("example.org".into()),
            tenant: Some("00000000-0000-0000-0000-000000000000".into()),
        },
    }
}

fn user() -> User {
    User {
        name: Some("Zoë 😀".into()),
        sid: Some("S-1-5-21-1-2-3-1001".into()),
        domain: Some("EXAMPLE".into()),
        upn: Some("zoe@example.org".into()),
    }
}

fn sections(first: Content, empty: Content, large: Content) -> Vec<Section> {
    let small = |number| Setting {
        id: format!("category.number-{number}"),
        instance: None,
        flags: SettingFlags::default(),
        items: vec![Item::Value { path: vec![], name: Text::default(), state: None }],
    };
    let mut sections: Vec<Section> = Category::NAMED
        .iter()
        .map(|(category, _)| Section { category: *category, settings: vec![small(category.0)] })
        .collect();
    sections[3].settings = vec![files(first, empty, large)];
    sections[9].settings = vec![keys(), values(None), values(Some("")), values(Some("Printer \u{1f5a8}"))];
    sections.push(Section { category: Category(4711), settings: vec![small(4711)] });
    sections
}

fn keys() -> Setting {
    let key = |path: &[&str], present| Item::Key { path: path.iter().map(|part| (*part).into()).collect(), present };
    Setting {
        id: "all.keys".into(),
        instance: None,
        flags: SettingFlags(0x8000_0000),
        items: vec![key(&[], true), key(&["a/b:c"], false), key(&["a/b:c", "CON"], true)],
    }
}

fn values(instance: Option<&str>) -> Setting {
    let value = |path: &[Text], name: Text, state: Option<(u32, &[u8])>| Item::Value {
        path: path.to_vec(),
        name,
        state: state.map(|(kind, data)| Value { kind, data: Bytes(data.to_vec()) }),
    };
    let lone_surrogate = Text(vec![0xd800, 0x0041, 0x0000]);
    Setting {
        id: "all.values".into(),
        instance: instance.map(Text::from),
        flags: SettingFlags::PERSONAL,
        items: vec![
            value(&[], Text::default(), None),
            value(&[], "Binary".into(), Some((3, b"\0\xff\n"))),
            value(&[], "Dword".into(), Some((4, &[1, 0, 0, 0]))),
            value(&[], "None".into(), Some((0, b""))),
            value(&[], lone_surrogate.clone(), Some((0xffff_ffff, b"any type"))),
            value(&[lone_surrogate], "Text".into(), Some((1, b"a\0\0\0"))),
        ],
    }
}

fn files(first: Content, empty: Content, large: Content) -> Setting {
    let file = |path: &[&str], state: Option<(Content, u32, Option<i64>)>| Item::File {
        path: path.iter().map(|part| (*part).into()).collect(),
        state: state.map(|(content, attributes, modified)| FileState {
            content,
            attributes,
            modified: modified.map(Timestamp),
        }),
    };
    Setting {
        id: "all.files".into(),
        instance: None,
        flags: SettingFlags(0),
        items: vec![
            file(&["absent"], None),
            file(&["folder", "large.bin"], Some((large, 0x20, Some(1_700_000_000)))),
            file(&["folder", "nothing"], Some((empty, 0, None))),
            file(&["folder", "small.txt"], Some((first, 0x21, Some(i64::MIN)))),
            file(&["same bytes again"], Some((large, 0xffff_ffff, Some(i64::MAX)))),
        ],
    }
}

fn apps() -> Apps {
    let text = |text: &str| Some(Text::from(text));
    let word = |word: &str| Some(word.to_owned());
    let store = StoreApp {
        family: "Example.Full_8wekyb3d8bbwe".into(),
        full_name: word("Example.Full_1.0.0.0_x64__8wekyb3d8bbwe"),
        version: word("1.0.0.0"),
        architecture: word("x64"),
        publisher: word("CN=Example"),
        product: word("9EXAMPLE"),
        title: text("Full"),
        flags: AppFlags(15),
    };
    let desktop = DesktopApp {
        scope: DesktopScope::MACHINE_32,
        key: "{full}".into(),
        title: text("Full"),
        version: text("2"),
        publisher: text("Example"),
        winget: word("Example.Full"),
        flags: AppFlags(0x8000_0001),
    };
    Apps {
        store: vec![StoreApp { family: "Example.Bare_8wekyb3d8bbwe".into(), ..StoreApp::default() }, store],
        desktop: vec![
            DesktopApp { scope: DesktopScope::USER, key: "bare".into(), ..DesktopApp::default() },
            desktop,
            DesktopApp { scope: DesktopScope(4711), key: "bare".into(), ..DesktopApp::default() },
        ],
    }
}

fn notes() -> Vec<Note> {
    let full = Note {
        code: NoteCode::SIGN_IN_AGAIN,
        setting: Some("all.values".into()),
        instance: Some("Printer".into()),
        place: Some("HKCU\\Software\\Example".into()),
        text: "Sign in to it again — \u{202e}and see what a careless terminal does.".into(),
    };
    let bare = Note { code: NoteCode::INFORMATION, setting: None, instance: None, place: None, text: String::new() };
    vec![bare.clone(), full, Note { code: NoteCode(4711), ..bare }]
}
