//! Merges: the laws that every one keeps, and what is a conflict.

mod laws;

use profile_format::{
    AppFlags, Apps, Bytes, Category, Device, Item, Note, NoteCode, Section, Setting, SettingFlags, StoreApp, Text,
    User, Value,
};
use registry::{ValueType, View};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::compare::State;
use wbo_engine::merge::{About, Conflict, Merged, Said, Take, Three, layer, merge};

/// One setting of each kind that is merged in a way of its own.
const CATALOGUE: &str = r#"
catalogue = 1
area = "Test"
category = "system"

[[setting]]
id = "test.plain"
title = "Plain"
key = 'HKCU\Test'
value = "Plain"
type = "dword"
labels = { 0 = "Off", 1 = "On" }
default = 0
sources = ["a"]

[[setting]]
id = "test.bits"
title = "Bits"
key = 'HKCU\Test'
value = "Bits"
type = "dword"
bits = { mask = 0xf0 }
merge = "bits"
sources = ["a"]

[[setting]]
id = "test.list"
title = "List"
key = 'HKCU\Test'
value = "List"
type = "list"
merge = "elements"
sources = ["a"]

[[setting]]
id = "test.paths"
title = "Paths"
key = 'HKCU\Test'
value = "Paths"
type = "text"
form = "paths"
merge = "elements"
sources = ["a"]

[[setting]]
id = "test.tree"
title = "Tree"
key = 'HKCU\Test\Tree'
keys = ["**"]
sources = ["a"]

[[setting]]
id = "test.printer"
title = "Printer"
key = 'HKCU\Test\Printers'
each = "key"
sensitivity = "personal"
sources = ["a"]

[[setting]]
id = "test.first"
title = "First"
key = 'HKCU\Test'
value = "First"
type = "dword"
group = "pair"
sources = ["a"]

[[setting]]
id = "test.second"
title = "Second"
key = 'HKCU\Test'
value = "Second"
type = "dword"
group = "pair"
sources = ["a"]

[[setting]]
id = "test.device"
title = "Of the device"
key = 'HKCU\Test'
value = "Device"
type = "dword"
portability = "same-device"
sources = ["a"]

[[setting]]
id = "test.file"
title = "File"
file = '%APPDATA%\Test\*.txt'
sources = ["a"]
"#;

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    catalogue.add("test.toml", CATALOGUE).unwrap();
    catalogue
}

fn wire(value: &registry::Value) -> Value {
    Value { kind: value.kind.0, data: Bytes(value.data.clone()) }
}

fn dword(number: u32) -> Option<Value> {
    Some(wire(&registry::Value::dword(number)))
}

fn text(text: &str) -> Option<Value> {
    Some(wire(&registry::Value::text(text)))
}

fn list(texts: &[&str]) -> Option<Value> {
    let texts = texts.iter().map(|text| text.encode_utf16().collect()).collect();
    Some(wire(&registry::Value::new(ValueType::MULTI_SZ, &View::List(texts))))
}

fn value(path: &[&str], name: &str, state: Option<Value>) -> Item {
    Item::Value { path: path.iter().map(|name| Text::from(*name)).collect(), name: name.into(), state }
}

fn setting(id: &str, items: Vec<Item>) -> Setting {
    Setting { id: id.to_owned(), instance: None, flags: SettingFlags::default(), items }
}

/// Settings with one value each, named as they are.
fn said(settings: &[(&str, Option<Value>)]) -> Said {
    let setting = |(id, state): &(&str, Option<Value>)| setting(id, vec![value(&[], "x", state.clone())]);
    with_settings(settings.iter().map(setting).collect())
}

fn with_settings(mut settings: Vec<Setting>) -> Said {
    settings.sort();
    let sections = if settings.is_empty() { vec![] } else { vec![Section { category: Category::SYSTEM, settings }] };
    Said { sections, ..Said::default() }
}

/// Merges, and decides nothing.
fn merged(base: &Said, ours: &Said, theirs: &Said) -> Merged {
    merge(Three { base, ours, theirs }, &catalogue(), &mut |_| None)
}

fn settled(base: &Said, ours: &Said, theirs: &Said) -> Said {
    let merged = merged(base, ours, theirs);
    assert!(merged.is_settled(), "{:#?}", merged.conflicts);
    merged.said
}

fn words(state: &State) -> String {
    match state {
        State::Unsaid => "unsaid".to_owned(),
        State::Absent { default } => default.as_ref().map_or("absent".to_owned(), |words| format!("default {words}")),
        State::Present(words) => words.clone(),
    }
}

/// A conflict on one line.
fn line(conflict: &Conflict) -> String {
    let items = conflict.items.iter().map(|item| {
        let place = item.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let Three { base, ours, theirs } = item.states.as_ref().map(words);
        format!("{place}{base} | {ours} | {theirs}")
    });
    let personal = if conflict.personal { " (personal)" } else { "" };
    format!("{} {}{personal}: {}", conflict.number, conflict.title, items.collect::<Vec<_>>().join("; "))
}

#[test]
fn what_one_side_changed_is_taken() {
    let base = said(&[("test.plain", dword(0)), ("test.device", dword(1)), ("x.unknown", dword(7))]);
    let ours = said(&[("test.plain", dword(1)), ("test.device", dword(1)), ("x.unknown", dword(7))]);
    let theirs = said(&[("test.plain", dword(0)), ("test.device", None), ("x.unknown", dword(8))]);
    let expected = said(&[("test.plain", dword(1)), ("test.device", None), ("x.unknown", dword(8))]);
    assert_eq!(settled(&base, &ours, &theirs), expected);
    let counts = merged(&base, &ours, &theirs).counts;
    assert_eq!((counts.ours, counts.theirs, counts.unchanged), (1, 2, 0));
}

#[test]
fn bits_and_elements_are_merged_where_the_catalogue_says_so() {
    let base =
        said(&[("test.bits", dword(0x10)), ("test.list", list(&["de", "en"])), ("test.paths", text(r"C:\a;C:\b"))]);
    let ours =
        said(&[("test.bits", dword(0x30)), ("test.list", list(&["de"])), ("test.paths", text(r"C:\a;C:\c;C:\b"))]);
    let theirs = said(&[
        ("test.bits", dword(0x80)),
        ("test.list", list(&["fr", "de", "en"])),
        ("test.paths", text(r"c:\A;C:\b;C:\d;")),
    ]);
    let expected = said(&[
        ("test.bits", dword(0xa0)),
        ("test.list", list(&["fr", "de"])),
        ("test.paths", text(r"c:\A;C:\c;C:\b;C:\d")),
    ]);
    assert_eq!(settled(&base, &ours, &theirs), expected);
    assert_eq!(settled(&base, &theirs, &ours), expected);
}

#[test]
fn what_both_changed_is_a_conflict_with_all_three_values() {
    let all =
        [("test.plain", dword(0)), ("test.list", list(&["de"])), ("test.tree", dword(1)), ("test.first", dword(1))];
    let base = said(&all);
    let ours =
        said(&[("test.plain", dword(1)), ("test.list", text("de")), ("test.tree", None), ("test.first", dword(2))]);
    let mut theirs = said(&[("test.plain", dword(5)), ("test.list", list(&["fr"])), ("test.tree", dword(9))]);
    theirs.sections[0].settings.push(setting("x.unknown", vec![value(&[], "x", dword(1))]));
    theirs.sections[0].settings.push(Setting {
        instance: Some("Lobby".into()),
        ..setting("test.printer", vec![value(&["Lobby"], "Port", text("LPT1:"))])
    });
    theirs.sections[0].settings.sort();
    let lines: Vec<_> = merged(&base, &ours, &theirs).conflicts.iter().map(|(conflict, _)| line(conflict)).collect();
    assert_eq!(
        lines,
        ["1 pair: First: 1 | 2 | unsaid", "2 List: de | de | fr", "3 Plain: Off | On | 5", "4 Tree: x: 1 | absent | 9",]
    );
}

#[test]
fn a_group_is_never_mixed() {
    let base = said(&[("test.first", dword(1)), ("test.second", dword(1))]);
    let ours = said(&[("test.first", dword(2)), ("test.second", dword(1))]);
    let theirs = said(&[("test.first", dword(1)), ("test.second", dword(2))]);
    let lines: Vec<_> = merged(&base, &ours, &theirs).conflicts.iter().map(|(conflict, _)| line(conflict)).collect();
    assert_eq!(lines, ["1 pair: First: 1 | 2 | 1; Second: 1 | 1 | 2"]);
    for (take, expected) in
        [(Take::Ours, &ours), (Take::Theirs, &theirs), (Take::Base, &base), (Take::Neither, &said(&[]))]
    {
        let three = Three { base: &base, ours: &ours, theirs: &theirs };
        assert_eq!(merge(three, &catalogue(), &mut |_| Some(take)).said, *expected);
    }
    assert_eq!(settled(&base, &ours, &base), ours);
}

#[test]
fn what_one_side_has_no_more_is_not_put_together_of_pieces() {
    let tree = |number| setting("test.tree", vec![value(&["a"], "x", dword(1)), value(&["b"], "x", dword(number))]);
    let (base, theirs) = (with_settings(vec![tree(1)]), with_settings(vec![tree(2)]));
    let found = merged(&base, &said(&[]), &theirs);
    assert_eq!(line(&found.conflicts[0].0), "1 Tree: a\\x: 1 | unsaid | 1; b\\x: 1 | unsaid | 2");
    assert!(matches!(&found.conflicts[0].0.about, About::Setting { id, instance: None, .. } if id == "test.tree"));
}

#[test]
fn texts_with_tokens_do_not_stand_beside_texts_without() {
    let with = |flags, first, second| {
        let items = vec![value(&[], "a", text(first)), value(&[], "b", text(second))];
        with_settings(vec![Setting { flags, ..setting("test.tree", items) }])
    };
    let base = with(SettingFlags::default(), "C:\\a", "C:\\b");
    let ours = with(SettingFlags::default(), "C:\\c", "C:\\b");
    let theirs = with(SettingFlags::TOKENS, "<C>\\a", "<C>\\b");
    assert_eq!(merged(&base, &ours, &theirs).conflicts.len(), 1);
    let plain = with(SettingFlags::default(), "C:\\a", "C:\\d");
    assert_eq!(settled(&base, &ours, &plain), with(SettingFlags::default(), "C:\\c", "C:\\d"));
}

#[test]
fn what_is_personal_to_one_is_personal() {
    let printer = |flags, port| {
        let items = vec![value(&["Lobby"], "Port", text(port))];
        with_settings(vec![Setting { instance: Some("Lobby".into()), flags, ..setting("x.unknown", items) }])
    };
    let (base, ours) = (printer(SettingFlags::default(), "a"), printer(SettingFlags::PERSONAL, "b"));
    let found = merged(&base, &ours, &printer(SettingFlags::default(), "c"));
    assert_eq!(line(&found.conflicts[0].0), "1 x.unknown (personal): Lobby\\Port: a | b | c");
    let take = |take| {
        let theirs = printer(SettingFlags::default(), "c");
        let three = Three { base: &base, ours: &ours, theirs: &theirs };
        merge(three, &catalogue(), &mut |_| Some(take)).said
    };
    assert_eq!(take(Take::Theirs), printer(SettingFlags::PERSONAL, "c"));
    assert_eq!(take(Take::Neither), said(&[]));
}

fn apps(apps: &[(&str, &str, u32)]) -> Said {
    let app = |(family, version, flags): &(&str, &str, u32)| StoreApp {
        family: (*family).to_owned(),
        version: Some((*version).to_owned()),
        flags: AppFlags(*flags),
        ..StoreApp::default()
    };
    Said { apps: Apps { store: apps.iter().map(app).collect(), desktop: vec![] }, ..Said::default() }
}

#[test]
fn of_apps_the_higher_version_wins_and_pins_are_merged() {
    let base = apps(&[("a", "1.9", 0), ("b", "1.0", 0), ("c", "1.0", 3)]);
    let ours = apps(&[("a", "1.10", 0), ("b", "1.0", 1), ("c", "1.0", 2)]);
    let theirs = apps(&[("a", "1.9.5", 0), ("b", "1.1", 2), ("c", "2.0", 1), ("d", "1.0", 0)]);
    let expected = apps(&[("a", "1.10", 0), ("b", "1.1", 3), ("c", "2.0", 0), ("d", "1.0", 0)]);
    assert_eq!(settled(&base, &ours, &theirs), expected);
    assert_eq!(settled(&base, &theirs, &ours), expected);
    assert_eq!(settled(&base, &apps(&[]), &base), apps(&[]));
    let found = merged(&apps(&[("a", "1.0", 1)]), &apps(&[]), &apps(&[("a", "2.0", 1)]));
    assert_eq!(line(&found.conflicts[0].0), "1 a: 1.0, pinned-to-start | absent | 2.0, pinned-to-start");
}

#[test]
fn notes_go_with_the_settings_that_they_are_about() {
    let note = |code, setting: &str| Note {
        code,
        setting: Some(setting.to_owned()),
        instance: None,
        place: None,
        text: "a sentence".to_owned(),
    };
    let base = Said { notes: vec![note(NoteCode::ABSENT, "test.plain")], ..said(&[("test.device", dword(1))]) };
    let ours = said(&[("test.device", dword(1)), ("test.plain", dword(1))]);
    let theirs = Said {
        notes: vec![note(NoteCode::UNREADABLE, "test.device"), note(NoteCode::ABSENT, "test.plain")],
        ..said(&[("test.device", dword(2))])
    };
    assert_eq!(settled(&base, &ours, &theirs).notes, [note(NoteCode::UNREADABLE, "test.device")]);
    assert_eq!(layer(&ours, &base, &catalogue()).notes, []);
    assert_eq!(layer(&base, &ours, &catalogue()).notes, []);
}

#[test]
fn settings_of_two_devices_are_of_no_device() {
    let of = |smbios: u8, build, mut said: Said| {
        said.device = Device { smbios: Some([smbios; 16]), build: Some(build), ..Device::default() };
        said.user = User { sid: Some("S-1".to_owned()), ..User::default() };
        said
    };
    let base = of(1, 26100, said(&[("test.plain", dword(0)), ("test.device", dword(0))]));
    let ours = of(1, 26200, said(&[("test.plain", dword(0)), ("test.device", dword(1))]));
    let theirs = of(2, 26200, said(&[("test.plain", dword(1)), ("test.device", dword(0))]));
    let found = settled(&base, &ours, &theirs);
    assert_eq!((found.device.smbios, found.device.build), (None, Some(26200)));
    assert_eq!(found.user.sid.as_deref(), Some("S-1"));
    assert_eq!(settled(&base, &base, &theirs).device, theirs.device);
}

#[test]
fn a_users_settings_are_laid_over_a_baseline() {
    let baseline = said(&[
        ("test.plain", dword(1)),
        ("test.bits", dword(0x10)),
        ("test.device", dword(1)),
        ("test.first", dword(1)),
        ("test.second", dword(1)),
        ("test.list", list(&["de"])),
    ]);
    let user = said(&[
        ("test.plain", dword(0)),
        ("test.bits", None),
        ("test.device", None),
        ("test.first", dword(2)),
        ("test.second", None),
        ("test.paths", text("C:\\a")),
    ]);
    let expected = said(&[
        ("test.plain", dword(0)),
        ("test.bits", dword(0x10)),
        // Nobody knows of what device the baseline is.
        ("test.device", None),
        ("test.first", dword(2)),
        ("test.second", None),
        ("test.list", list(&["de"])),
        ("test.paths", text("C:\\a")),
    ]);
    assert_eq!(layer(&baseline, &user, &catalogue()), expected);
    let untouched = said(&[("test.first", None)]);
    let found = layer(&baseline, &untouched, &catalogue());
    assert!(found.sections[0].settings.contains(&setting("test.second", vec![value(&[], "x", dword(1))])));
    let found = layer(&apps(&[("a", "2.0", 0), ("b", "1.0", 1)]), &apps(&[("A", "1.0", 0)]), &catalogue());
    assert_eq!(found, apps(&[("A", "1.0", 0), ("b", "1.0", 1)]));
}
