//! What is right in a catalogue and what is wrong, and where wbo says so.

use std::collections::BTreeSet;

use wbo_engine::catalogue::{Catalogue, Place};

/// One setting of a file that is otherwise right.
fn with(setting: &str) -> String {
    let head = "catalogue = 1\narea = \"Test\"\ncategory = \"system\"\n\n[[setting]]\n";
    format!("{head}id = \"test.one\"\ntitle = \"One\"\nsources = [\"a\", \"b\"]\n{setting}\n")
}

/// What is said of a file, one line for each flaw.
fn said(text: &str) -> Vec<String> {
    match Catalogue::default().add("test.toml", text) {
        Ok(()) => vec![],
        Err(errors) => errors.0.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_file_in_order_is_read() {
    let mut catalogue = Catalogue::default();
    let text = with(
        "key = 'HKCU\\Software\\Test'\nvalue = \"One\"\ntype = \"dword\"\nlabels = { 0 = \"Off\", 10 = \"Ten\", 2 = \"Two\" }\ndefault = 0",
    );
    catalogue.add("test.toml", &text).unwrap();
    let setting = catalogue.get("test.one").unwrap();
    assert!(setting.is_confirmed());
    let Place::Registry(place) = &setting.parts[0].place else { panic!("not in the registry") };
    let values: Vec<&str> = place.labels.iter().map(|(value, _)| value.as_str()).collect();
    assert_eq!(values, ["0", "2", "10"]);
    assert_eq!(place.to_string(), "HKCU\\Software\\Test!One");
}

#[test]
fn every_flaw_of_a_file_is_named_with_its_line() {
    let table = [
        ("catalogue = 1\n[", "test.toml:2: "),
        ("area = \"x\"", "test.toml:1: 'catalogue' is missing"),
        ("catalogue = 2", "test.toml:1: the form of this catalogue is 2; this version of wbo reads form 1"),
        ("catalogue = 1\nsource.X.title = \"x\"", "test.toml:2: 'family' is missing"),
        ("catalogue = 1\nsettings = 1", "test.toml:2: 'settings' is no word of a catalogue here; 'setting' is one"),
    ];
    for (text, expected) in table {
        let said = said(text);
        assert!(said.iter().any(|line| line.starts_with(expected)), "{text}\n{said:#?}\n{expected}");
    }
}

#[test]
fn every_flaw_of_a_setting_is_named_with_its_line() {
    let table = [
        ("", "5: nothing says where it is: 'key', 'file' or 'parts'"),
        ("P;lable = 1", "11: 'lable' is no word of a catalogue here"),
        ("P;lables = {}", "11: 'lables' is no word of a catalogue here; 'labels' is one"),
        ("key = 'HKCR\\x';value = ''", "9: 'HKCR\\x' is not a key below HKCU or HKLM"),
        ("key = 'HKCU';value = ''", "9: 'HKCU' is not a key below HKCU or HKLM"),
        ("P;type = 'number'", "11: 'type' is one of dword, qword, text, list, binary, any, not 'number'"),
        (
            "P;type = 'dword';labels = {on = 'On'}",
            "12: the label 'On' is for 'on', which is not a whole number from 0 to 4294967295",
        ),
        ("P;type = 'dword';labels = {01 = 'On'}", "12: the label 'On' is for '01', which is not a whole number"),
        (
            "P;type = 'binary';bits = {byte = 1, mask = 6};labels = {4 = 'On'}",
            "13: the label 'On' is for '4', which is not a whole number from 0 to 3",
        ),
        ("P;type = 'dword';labels = {}", "12: 'labels' is empty"),
        ("P;type = 'binary';bits = {mask = 6}", "12: 'bits' needs 'byte'"),
        ("P;type = 'dword';bits = {byte = 1, mask = 6}", "12: 'byte' needs 'type = \"binary\"'"),
        ("P;type = 'dword';bits = {mask = 0}", "12: 'mask' is 0; it can be 1 to 4294967295"),
        ("P;type = 'dword';bits = {}", "12: 'mask' is missing"),
        ("P;type = 'dword';default = 'x'", "12: 'default' is a whole number, not string"),
        ("P;merge = 'lines'", "11: 'merge' is one of bits, elements, not 'lines'"),
        ("P;type = 'dword';merge = 'bits'", "5: 'merge = \"bits\"' needs 'bits'"),
        ("P;type = 'text';merge = 'elements'", "5: 'merge = \"elements\"' needs 'type = \"list\", form"),
        (
            "P;type = 'dword';bits = {mask = 6};merge = 'elements'",
            "5: 'merge = \"elements\"' needs 'type = \"list\", form",
        ),
        ("P;type = 'list';merge = 'elements';group = 'a'", "5: 'group' and 'merge' cannot both be said here"),
        ("P;follow = true", "5: 'follow' needs 'form = \"path\"'"),
        ("P;values = ['a']", "5: 'value' and 'values' cannot both be said here"),
        ("P;builds = {from = 22000, to = 19045}", "11: 'to' is 19045; it can be 22000 to 4294967295"),
        ("P;builds = {}", "11: 'builds' is empty"),
        ("P;policy = ['HKLM\\x']", "11: 'HKLM\\x' is not a value of a policy"),
        (
            "P;policy = ['HKLM\\SOFTWARE\\Winlogon!DefaultPassword']",
            "11: 'HKLM\\SOFTWARE\\Winlogon!DefaultPassword' is not a value of a policy",
        ),
        ("P;hive = '%PUBLIC%\\sec.hiv'", "5: '%PUBLIC%\\sec.hiv' is not a hive of a packaged app"),
        ("P;hive = '%LOCALAPPDATA%\\*\\x.dat'", "5: '%LOCALAPPDATA%\\*\\x.dat' is not a hive of a packaged app"),
        ("P;effect = 1", "11: 'effect' is a text, not integer"),
        ("P;group = ''", "11: 'group' is empty"),
        ("P;each = 'file'", "11: 'each' is one of key, value, not 'file'"),
        ("key = 'HKCU\\a';values = ['a'];type = 'dword';default = 1", "5: 'default' needs 'value'"),
        ("file = '%TEMP%\\x'", "9: '%TEMP%\\x' is not a file below a known folder"),
        ("file = '%APPDATA%\\..\\x'", "9: '%APPDATA%\\..\\x' is not a file below a known folder"),
        ("file = '%APPDATA%\\x';key = 'HKCU\\a'", "5: 'key' and 'file' cannot both be said here"),
        ("file = '%APPDATA%\\x';type = 'dword'", "10: 'type' is no word of a catalogue here"),
        ("file = '%APPDATA%\\x';form = 'argb'", "10: 'form' is one of start-layout, hive, picture, not 'argb'"),
        (
            "[setting.parts.a];key = 'HKCU\\a';[setting.parts.b];file = '%APPDATA%\\x';unless = 'a'",
            "9: 'a' is not a part with 'follow'",
        ),
    ];
    for (setting, expected) in table {
        let setting = setting.replace("P;", "key = 'HKCU\\Software\\Test';value = 'One';").replace(';', "\n");
        let (line, words) = expected.split_once(": ").unwrap();
        let expected = format!("test.toml:{line}: test.one: {words}");
        let said = said(&with(&setting));
        assert!(said.iter().any(|line| line.starts_with(&expected)), "{setting}\n{said:#?}\n{expected}");
    }
    let right = with("key = 'HKCU\\a'\nvalue = 'b'");
    let table = [
        ("test.one", "Test", "5: Test: 'Test' is not an id: words of a-z, 0-9 and -, two at least, joined by dots"),
        ("sources = [\"a\", \"b\"]", "sources = []", "8: test.one: 'sources' is empty"),
        ("\ncategory = \"system\"", "", "4: test.one: 'category' is missing"),
        ("area = \"Test\"", "", "1: 'area' is missing"),
        ("title = \"One\"", "", "5: test.one: 'title' is missing"),
    ];
    for (from, to, expected) in table {
        let said = said(&right.replace(from, to));
        assert!(said.contains(&format!("test.toml:{expected}")), "{said:#?}\n{expected}");
    }
}

#[test]
fn an_id_stands_once() {
    let text = with("key = 'HKCU\\a'\nvalue = \"b\"");
    let mut catalogue = Catalogue::default();
    catalogue.add("first.toml", &text).unwrap();
    let errors = catalogue.add("second.toml", &text).unwrap_err();
    let expected = "second.toml:5: test.one: 'test.one' is said a second time; it stands in first.toml too";
    assert_eq!(errors.to_string(), expected);
    assert_eq!(catalogue.settings().count(), 1);
}

#[test]
fn sources_of_one_family_count_once() {
    let families = "[source.a]\ntitle = \"A\"\nfamily = \"f\"\n[source.b]\ntitle = \"B\"\nfamily = \"f\"\n";
    let text = with("key = 'HKCU\\a'\nvalue = \"b\"").replace("\n[[setting]]", &format!("{families}\n[[setting]]"));
    let mut catalogue = Catalogue::default();
    catalogue.add("test.toml", &text).unwrap();
    assert!(!catalogue.get("test.one").unwrap().is_confirmed());
}

#[test]
fn our_catalogue_is_in_order() {
    let catalogue = Catalogue::standard().unwrap_or_else(|errors| panic!("{errors}"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalog");
    let entries = std::fs::read_dir(folder).unwrap();
    let files: BTreeSet<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut embedded: BTreeSet<String> =
        catalogue.settings().map(|setting| catalogue.file(&setting.id).unwrap().to_owned()).collect();
    embedded.insert("sources.toml".to_owned());
    assert_eq!(files, embedded, "embedded.rs names every file of catalog/");
    for file in &files {
        let text = std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
        let ids: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id = ")).collect();
        assert!(ids.is_sorted(), "{file} is sorted by id");
    }
    for setting in catalogue.settings() {
        for code in &setting.sources {
            assert!(catalogue.source(code).is_some(), "{}: no source has the code {code}", setting.id);
        }
    }
}
