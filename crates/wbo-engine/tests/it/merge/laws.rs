//! What holds for every merge, whatever stands in the documents.

use std::collections::BTreeSet;

use profile_format::{
    AppFlags, Apps, CaptureMethod, Category, Content, ContentId, DesktopApp, DesktopScope, Document, Facts, FileState,
    Item, Note, NoteCode, ProfileId, Section, Setting, SettingFlags, StoreApp, Timestamp, Tool, Value,
};
use proptest::prelude::*;
use registry::View;
use wbo_engine::merge::{Conflict, Merged, Said, Take, Three, layer, merge};

use super::{catalogue, dword, list, setting, text, value};

/// Few values, so that sides often agree, and often do not.
fn state() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        (0u32..4).prop_map(dword),
        (0u32..4).prop_map(|bits| dword(bits << 4)),
        prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d"]), 0..4).prop_map(|texts| list(&texts)),
        prop::collection::vec(prop::sample::select(vec!["a", "A", "b", "c", "d"]), 0..4)
            .prop_map(|texts| text(&texts.join(";"))),
    ]
}

fn item() -> impl Strategy<Value = Item> {
    let path = || prop::collection::vec(prop::sample::select(vec!["k", "K", "l"]), 0..2);
    let name = || prop::sample::select(vec!["x", "X", "y"]);
    prop_oneof![
        4 => (path(), name(), state()).prop_map(|(path, name, state)| value(&path, name, state)),
        1 => (path(), any::<bool>()).prop_map(|(path, present)| Item::Key {
            path: path.into_iter().map(Into::into).collect(),
            present,
        }),
        1 => (name(), prop::option::of((0u8..3, 0i64..2))).prop_map(|(name, file)| Item::File {
            path: vec![name.into()],
            state: file.map(|(byte, modified)| FileState {
                content: Content { id: ContentId([byte; 32]), size: 1 },
                attributes: 0x20,
                modified: Some(Timestamp(modified)),
            }),
        }),
    ]
}

const IDS: [&str; 10] = [
    "test.bits",
    "test.device",
    "test.file",
    "test.first",
    "test.list",
    "test.paths",
    "test.plain",
    "test.second",
    "test.tree",
    "x.unknown",
];

fn one_setting() -> impl Strategy<Value = (u16, Setting)> {
    let single = (prop::sample::select(IDS.to_vec()), state(), 0u32..4)
        .prop_map(|(id, state, flags)| (id, None, flags, vec![value(&[], "x", state)]));
    let several = (
        prop::sample::select(vec!["test.tree", "test.printer", "test.file"]),
        prop::option::of(prop::sample::select(vec!["p", "P", "q"])),
        0u32..4,
        prop::collection::vec(item(), 1..4),
    );
    let any = prop_oneof![3 => single, 2 => several];
    (prop::sample::select(vec![1u16, 1, 1, 2]), any).prop_map(|(category, (id, instance, flags, mut items))| {
        items.sort();
        items.dedup_by_key(|item| (kind(item), item.path().to_vec(), item.value_name().cloned()));
        let instance = instance.map(Into::into);
        (category, Setting { instance, flags: SettingFlags(flags), ..setting(id, items) })
    })
}

fn kind(item: &Item) -> u8 {
    match item {
        Item::Key { .. } => 1,
        Item::Value { .. } => 2,
        Item::File { .. } => 3,
    }
}

fn said() -> impl Strategy<Value = Said> {
    let store = (prop::sample::select(vec!["a", "A", "b"]), 0u32..2, "[0-2]\\.[0-2]{1,2}", 0u32..4);
    let desktop = (1u16..3, prop::sample::select(vec!["a", "b"]), prop::option::of("[0-2]"));
    let note = (prop::option::of(prop::sample::select(IDS.to_vec())), 1u16..3);
    (
        prop::collection::vec(one_setting(), 0..8),
        prop::collection::vec(store, 0..3),
        prop::collection::vec(desktop, 0..3),
        prop::collection::vec(note, 0..3),
        (prop::option::of(0u8..3), prop::option::of(0u32..3)),
    )
        .prop_map(|(settings, store, desktop, notes, (smbios, build))| {
            let mut said = Said { sections: sections(settings), ..Said::default() };
            let app = |(family, architecture, version, flags): (&str, u32, String, u32)| StoreApp {
                family: family.to_owned(),
                full_name: Some(architecture.to_string()),
                version: Some(version),
                flags: AppFlags(flags),
                ..StoreApp::default()
            };
            let program = |(scope, key, version): (u16, &str, Option<String>)| DesktopApp {
                scope: DesktopScope(scope),
                key: key.into(),
                version: version.as_deref().map(Into::into),
                ..DesktopApp::default()
            };
            said.apps = Apps {
                store: store.into_iter().map(app).collect(),
                desktop: desktop.into_iter().map(program).collect(),
            };
            said.apps.store.sort_by(|one, other| (&one.family, &one.full_name).cmp(&(&other.family, &other.full_name)));
            said.apps.store.dedup_by_key(|app| (app.family.clone(), app.full_name.clone()));
            said.apps.desktop.sort_by_key(|app| (app.scope, app.key.clone()));
            said.apps.desktop.dedup_by_key(|app| (app.scope, app.key.clone()));
            let note = |(setting, code): (Option<&str>, u16)| Note {
                code: NoteCode(code),
                setting: setting.map(ToOwned::to_owned),
                instance: None,
                place: None,
                text: "a sentence".to_owned(),
            };
            said.notes = notes.into_iter().map(note).collect();
            said.notes.sort();
            said.notes.dedup();
            said.device.smbios = smbios.map(|byte| [byte; 16]);
            said.device.build = build;
            said.user.sid = build.map(|build| build.to_string());
            said
        })
}

fn sections(mut settings: Vec<(u16, Setting)>) -> Vec<Section> {
    settings.sort();
    settings.dedup_by_key(|(category, setting)| (*category, setting.id.clone(), setting.instance.clone()));
    let mut sections: Vec<Section> = Vec::new();
    for (category, setting) in settings {
        match sections.last_mut() {
            Some(section) if section.category == Category(category) => section.settings.push(setting),
            _ => sections.push(Section { category: Category(category), settings: vec![setting] }),
        }
    }
    sections
}

fn decided(base: &Said, ours: &Said, theirs: &Said, take: Option<Take>) -> Merged {
    merge(Three { base, ours, theirs }, &catalogue(), &mut |_| take)
}

/// It without its conflicts' sides, as the other side sees them.
fn swapped(merged: Merged) -> (Said, Vec<Conflict>) {
    let swap = |(mut conflict, _): (Conflict, Option<Take>)| {
        for item in &mut conflict.items {
            std::mem::swap(&mut item.states.ours, &mut item.states.theirs);
        }
        conflict
    };
    (merged.said, merged.conflicts.into_iter().map(swap).collect())
}

fn document(said: Said) -> Document {
    Document {
        facts: Facts {
            id: ProfileId([1; 16]),
            created: Timestamp(0),
            tool: Tool { name: "wbo".into(), version: "0".into() },
            catalogue: "0".into(),
            method: CaptureMethod::MERGED,
            parents: vec![],
        },
        device: said.device,
        user: said.user,
        sections: said.sections,
        apps: said.apps,
        notes: said.notes,
        undo: None,
    }
}

/// Everything that can be told apart in what documents say: items, and the parts of those that are merged by parts.
fn atoms(said: &Said) -> BTreeSet<String> {
    let mut atoms = BTreeSet::new();
    for section in &said.sections {
        for setting in &section.settings {
            let of = format!("{:?} {} {:?}", section.category, setting.id, setting.instance).to_lowercase();
            for item in &setting.items {
                for part in parts(&setting.id, item) {
                    atoms.insert(format!("{of} {part}").to_lowercase());
                }
            }
        }
    }
    for app in &said.apps.store {
        atoms.insert(format!("{} {:?}", app.family, app.version).to_lowercase());
    }
    atoms
}

/// What is left where it makes no difference whether something absent is named.
fn meaning(said: &Said) -> BTreeSet<String> {
    let absent = |atom: &String| atom.contains("state: none") || atom.contains("present: false");
    atoms(said).into_iter().filter(|atom| !absent(atom)).collect()
}

fn parts(id: &str, item: &Item) -> Vec<String> {
    // When a file was written is no part of what it says.
    if let Item::File { path, state: Some(state) } = item {
        return vec![format!("{path:?} {:?} {}", state.content, state.attributes)];
    }
    let Item::Value { path, name, state: Some(state) } = item else { return vec![format!("{item:?}")] };
    let seen = registry::Value { kind: registry::ValueType(state.kind), data: state.data.0.clone() }.view();
    match (id, seen) {
        ("test.bits", View::Dword(number)) if number & !0xf0 == 0 => {
            (0..32).map(|bit| format!("{path:?} {name:?} {bit} {}", number >> bit & 1)).collect()
        }
        ("test.list", View::List(texts)) => {
            texts.iter().map(|text| format!("{path:?} {name:?} {}", String::from_utf16_lossy(text))).collect()
        }
        ("test.paths", View::Text(text)) => {
            String::from_utf16_lossy(&text).split(';').map(|path_of| format!("{path:?} {name:?} {path_of}")).collect()
        }
        _ => vec![format!("{item:?}")],
    }
}

const TAKES: [Take; 4] = [Take::Base, Take::Ours, Take::Theirs, Take::Neither];

proptest! {
    #[test]
    fn who_changed_nothing_adds_nothing(base in said(), other in said()) {
        for (ours, theirs) in [(&base, &other), (&other, &base)] {
            let merged = decided(&base, ours, theirs, None);
            prop_assert!(merged.is_settled());
            prop_assert_eq!(&merged.said, &other);
        }
    }

    #[test]
    fn who_agree_have_no_conflict(base in said(), both in said()) {
        let merged = decided(&base, &both, &both, None);
        prop_assert!(merged.is_settled());
        prop_assert_eq!(merged.said, both);
    }

    #[test]
    fn it_is_the_same_whoever_is_called_ours(base in said(), one in said(), other in said()) {
        for take in TAKES {
            let merged = decided(&base, &one, &other, Some(take));
            let mirrored = decided(&base, &other, &one, Some(take.swapped()));
            let conflicts: Vec<_> = merged.conflicts.iter().map(|(conflict, _)| conflict.clone()).collect();
            prop_assert_eq!((merged.said, conflicts), swapped(mirrored));
        }
    }

    #[test]
    fn what_comes_out_is_a_document_and_says_nothing_new(base in said(), one in said(), other in said()) {
        for take in TAKES {
            let merged = decided(&base, &one, &other, Some(take)).said;
            let mut known = atoms(&one);
            known.extend(atoms(&other));
            if take == Take::Base {
                known.extend(atoms(&base));
            }
            let new: Vec<_> = atoms(&merged).into_iter().filter(|atom| !known.contains(atom)).collect();
            prop_assert!(new.is_empty(), "{new:?}");
            prop_assert_eq!(document(merged).validate(), Ok(()));
        }
    }

    #[test]
    fn merging_a_side_again_changes_nothing(base in said(), one in said(), other in said()) {
        let merged = decided(&base, &one, &other, None);
        if merged.is_settled() {
            for side in [&one, &other] {
                let again = decided(&base, &merged.said, side, None);
                prop_assert!(again.is_settled(), "{:#?}", again.conflicts);
                prop_assert_eq!(meaning(&again.said), meaning(&merged.said));
            }
        }
    }

    #[test]
    fn layers_settle(baseline in said(), user in said()) {
        let catalogue = catalogue();
        let layered = layer(&baseline, &user, &catalogue);
        prop_assert_eq!(&layer(&baseline, &layered, &catalogue), &layered);
        prop_assert_eq!(layer(&user, &user, &catalogue), user.clone());
        prop_assert_eq!(layer(&Said::default(), &user, &catalogue), user.clone());
        let mut known = atoms(&user);
        known.extend(atoms(&baseline));
        prop_assert!(atoms(&layered).is_subset(&known));
        prop_assert_eq!(document(layered).validate(), Ok(()));
    }
}
