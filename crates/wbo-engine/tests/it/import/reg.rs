//! What a .reg file becomes, and that writing it does what merging the file does.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::{Item, SettingFlags, Text};
use proptest::prelude::*;
use registry::{
    FileTime, KeyPath, MemoryRegistry, Name, ReadRegistry, RegFile, RegKey, Value, ValueType, View, WriteRegistry,
};
use wbo_engine::capture::{Reader, Selection};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::import::Imported;
use wbo_engine::import::reg::RegImport;
use wbo_engine::plan::{Reach, Request, make, plan};
use wbo_engine::secrets::Secrets;
use wbo_engine::{Folders, MemoryTree, NoHives};

use crate::plan::document;
use crate::reg_tweaks;
use crate::standard::{catalogue as standard, examples, registry_places, values};
use crate::support::{create, folders, key, set, with_registry, with_source};

/// A catalogue of one setting `test.one`, whose place has semicolons between its lines.
fn one(place: &str) -> Catalogue {
    let head =
        "catalogue = 1\narea = \"Test\"\ncategory = \"system\"\n[[setting]]\nid = \"test.one\"\ntitle = \"One\"\n";
    let text = format!("{head}sources = [\"a\", \"b\"]\n{}\n", place.replace(';', "\n"));
    let mut catalogue = Catalogue::default();
    catalogue.add("test.toml", &text).unwrap();
    catalogue
}

fn file(text: &str) -> RegFile {
    RegFile::read(format!("Windows Registry Editor Version 5.00\n{text}\n").as_bytes()).unwrap()
}

fn import(catalogue: &Catalogue, text: &str) -> Imported {
    import_with(catalogue, text, |_| ())
}

fn import_with(catalogue: &Catalogue, text: &str, ask: impl FnOnce(&mut RegImport<'_>)) -> Imported {
    let mut request =
        RegImport { catalogue, secrets: Secrets::standard(), folders: Folders::default(), sid: None, whole: false };
    ask(&mut request);
    request.import(&file(text)).unwrap()
}

/// What was taken and what was not, a line for each.
fn told(imported: &Imported) -> Vec<String> {
    let mut lines = Vec::new();
    for setting in imported.sections.iter().flat_map(|section| &section.settings) {
        let instance =
            setting.instance.as_ref().map(|name| format!("({})", name.to_string_lossy())).unwrap_or_default();
        let items: Vec<String> = setting.items.iter().map(item).collect();
        lines.push(format!("{}{instance}: {}", setting.id, items.join(", ")));
    }
    lines.extend(imported.notes.iter().map(|note| {
        let instance = note.instance.as_ref().map(|name| format!("({})", name.to_string_lossy())).unwrap_or_default();
        format!("note{instance}: {}", note.text)
    }));
    lines.extend(imported.partly.iter().map(|partly| {
        let instance = partly.instance.as_ref().map(|name| format!("({name})")).unwrap_or_default();
        format!("partly: {}{instance}", partly.setting)
    }));
    lines.extend(imported.unknown.iter().map(|unknown| format!("unknown: {}: {}", unknown.place, unknown.why)));
    lines.extend(imported.refused.iter().map(|refused| format!("refused: {}: {}", refused.place, refused.why)));
    lines
}

fn item(item: &Item) -> String {
    let mut place: Vec<String> = item.path().iter().map(Text::to_string_lossy).collect();
    place.extend(item.value_name().map(Text::to_string_lossy));
    let state = match item {
        Item::Value { state: Some(value), .. } => match ValueType(value.kind) {
            ValueType::DWORD => format!("{:?}", value.data.0.first().unwrap()),
            ValueType::SZ => {
                let value = Value { kind: ValueType::SZ, data: value.data.0.clone() };
                match value.view() {
                    View::Text(text) => String::from_utf16(&text).unwrap(),
                    view => panic!("{view:?}"),
                }
            }
            _ => format!("{:02x?}", value.data.0),
        },
        Item::Key { present: true, .. } => "a key".to_owned(),
        _ => "absent".to_owned(),
    };
    format!("{}={state}", place.join("\\"))
}

const VALUE: &str = "key = 'HKCU\\Example'; value = 'a'; type = 'dword'";
const VALUES: &str = "key = 'HKCU\\Example'; values = ['a', 'b']; type = 'dword'";
const BITS: &str = "key = 'HKCU\\Example'; value = 'a'; type = 'dword'; bits = { mask = 6 }";
const PATTERN: &str = "key = 'HKCU\\Example'; values = ['a*']; type = 'dword'";
const ALL: &str = "key = 'HKCU\\Example'; type = 'dword'";
const TREE: &str = "key = 'HKCU\\Example'; keys = ['**']; type = 'dword'";
const EACH_KEY: &str = "key = 'HKCU\\Example'; each = 'key'; values = ['a', 'b']; type = 'dword'";
const EACH_VALUE: &str = "key = 'HKCU\\Example'; each = 'value'; type = 'dword'";

const UNKNOWN: &str = "the catalogue does not know it";
const DELETED: &str = "it is deleted, and no setting says so";
const PART: &str = "the file says a part of it; what it does not say stays as it is";
const HOLDS_MORE: &str = "it is deleted; settings in it are taken as absent, and whatever else it holds is not known";

#[test]
fn a_setting_is_what_the_file_says_of_it() {
    let rows: [(&str, &str, &[&str]); 29] = [
        (VALUE, "[HKCU\\Example]\n\"A\"=dword:2", &["test.one: a=2"]),
        (VALUE, "[HKCU\\Example]\n\"a\"=-", &["test.one: a=absent"]),
        (VALUE, "[HKCU\\Example]\n\"a\"=dword:2\n\"a\"=dword:3", &["test.one: a=3"]),
        (
            VALUE,
            "[HKCU\\Example]\n\"a\"=dword:2\n[-HKCU\\Example]",
            &["test.one: a=absent", &format!("unknown: [-HKCU\\Example]: {HOLDS_MORE}")],
        ),
        (
            VALUE,
            "[-HKCU\\Example]\n[HKCU\\Example]\n\"a\"=dword:2",
            &["test.one: a=2", &format!("unknown: [-HKCU\\Example]: {HOLDS_MORE}")],
        ),
        (VALUE, "[HKCU\\Example]\n\"b\"=dword:2", &[&format!("unknown: HKCU\\Example!b: {UNKNOWN}")]),
        (
            VALUE,
            "[HKCU\\Example]\n\"b\"=-\n@=\"x\"",
            &[&format!("unknown: HKCU\\Example!(default): {UNKNOWN}"), &format!("unknown: HKCU\\Example!b: {DELETED}")],
        ),
        (
            VALUE,
            "[HKCU\\Example]\n\"a\"=\"x\"",
            &["test.one: a=x", "note: captured as it is: it is REG_SZ, and dword is expected"],
        ),
        (VALUE, "[HKCU\\Other]", &["unknown: HKCU\\Other: a key without values, which the catalogue does not know"]),
        (VALUE, "[-HKCU\\Other]", &[&format!("unknown: [-HKCU\\Other]: {DELETED}")]),
        (VALUE, "[HKLM\\Example]\n\"a\"=dword:2", &[&format!("unknown: HKLM\\Example!a: {UNKNOWN}")]),
        (
            VALUE,
            "[HKCR\\Example]\n\"a\"=dword:2",
            &["unknown: HKCR\\Example: HKEY_CLASSES_ROOT shows the user's classes and the PC's as one"],
        ),
        (
            VALUE,
            "[HKCC\\Example]\n\"a\"=dword:2",
            &["unknown: HKCC\\Example: HKEY_CURRENT_CONFIG is of one PC's hardware"],
        ),
        (VALUE, "[-HKCU]", &["unknown: [-HKCU]: a file that deletes all settings at once is not taken at its word"]),
        // A part of it stays a part when it is written, which the note says.
        (VALUES, "[HKCU\\Example]\n\"a\"=dword:2\n\"b\"=-", &["test.one: a=2, b=absent"]),
        (VALUES, "[HKCU\\Example]\n\"b\"=dword:2", &["test.one: b=2", &format!("note: {PART}")]),
        (EACH_KEY, "[HKCU\\Example\\X]\n\"b\"=dword:2", &["test.one(X): b=2", &format!("note(X): {PART}")]),
        (EACH_KEY, "[HKCU\\Example]\n[-HKCU\\Example\\X]", &[&format!("unknown: [-HKCU\\Example\\X]: {DELETED}")]),
        (EACH_VALUE, "[HKCU\\Example]\n\"x\"=dword:2\n\"y\"=-", &["test.one(x): x=2", "test.one(y): y=absent"]),
        (BITS, "[HKCU\\Example]\n\"a\"=dword:ff", &["test.one: a=6"]),
        (
            BITS,
            "[HKCU\\Example]\n\"a\"=hex:",
            &[
                "note: captured as it is: it is REG_BINARY, and dword is expected",
                "refused: HKCU\\Example!a: its 0 bytes do not have the bits 0x6",
            ],
        ),
        // What is written as a whole is taken as a whole.
        (PATTERN, "[HKCU\\Example]\n\"a1\"=dword:2", &["partly: test.one"]),
        (
            PATTERN,
            "[-HKCU\\Example]\n[HKCU\\Example]\n\"a1\"=dword:2",
            &["test.one: a1=2", &format!("unknown: [-HKCU\\Example]: {HOLDS_MORE}")],
        ),
        (ALL, "[HKCU\\Example]\n\"x\"=dword:2", &["partly: test.one"]),
        (ALL, "[-HKCU\\Example]", &["test.one: =absent"]),
        (TREE, "[HKCU\\Example\\Y]\n\"x\"=dword:2", &["partly: test.one"]),
        (TREE, "[-HKCU\\Example]\n[HKCU\\Example\\Y]\n\"x\"=dword:2", &["test.one: Y\\x=2"]),
        // Of a tree in a tree nothing is known but that it was emptied.
        (
            TREE,
            "[-HKCU\\Example\\Y]\n[HKCU\\Example\\Y]\n\"x\"=dword:2",
            &[&format!("unknown: [-HKCU\\Example\\Y]: {DELETED}"), "partly: test.one"],
        ),
        (EACH_KEY, "[HKCU\\Example\\X]", &[]),
    ];
    for (place, text, expected) in rows {
        let mut found = told(&import(&one(place), text));
        let mut expected = expected.to_vec();
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{place}\n{text}");
    }
}

#[test]
fn an_export_says_what_is_not_there() {
    let rows: [(&str, &str, &[&str]); 4] = [
        (VALUES, "[HKCU\\Example]\n\"b\"=dword:2", &["test.one: a=absent, b=2"]),
        (ALL, "[HKCU\\Example]\n\"x\"=dword:2", &["test.one: x=2"]),
        (TREE, "[HKCU\\Example\\Y]\n\"x\"=dword:2", &["partly: test.one"]),
        (TREE, "[HKCU\\Example]\n[HKCU\\Example\\Y]\n\"x\"=dword:2", &["test.one: Y\\x=2"]),
    ];
    for (place, text, expected) in rows {
        let imported = import_with(&one(place), text, |request| request.whole = true);
        assert_eq!(told(&imported), expected, "{place}\n{text}");
    }
}

#[test]
fn keys_of_one_person_are_the_users() {
    const ALICE: &str = "HKU\\S-1-5-21-1-2-3-1001";
    const BOB: &str = "HKU\\S-1-5-21-1-2-3-1002";
    let set = |key: &str| format!("[{key}\\Example]\n\"a\"=dword:2\n");
    let unknown = |key: &str, why: &str| format!("unknown: {key}\\Example: {why}");
    let taken = || "test.one: a=2".to_owned();
    let others = "it is another user's";
    let several = "the file is about several users, and does not say which is meant";
    let current = "the file is about HKEY_CURRENT_USER, and does not say whether this is the same";
    let nobody = "it is nobody's who signs in";
    let rows = [
        (set(ALICE), None, vec![taken()]),
        (set(ALICE), Some("s-1-5-21-1-2-3-1001"), vec![taken()]),
        (set(ALICE), Some("S-1-5-21-1-2-3-1002"), vec![unknown(ALICE, others)]),
        (set(ALICE) + &set(BOB), None, vec![unknown(ALICE, several), unknown(BOB, several)]),
        (set(ALICE) + &set(BOB), Some("S-1-5-21-1-2-3-1002"), vec![taken(), unknown(ALICE, others)]),
        (set("HKCU") + &set(BOB), None, vec![taken(), unknown(BOB, current)]),
        (set("HKU\\.DEFAULT"), None, vec![unknown("HKU\\.DEFAULT", nobody)]),
        (set("HKU\\S-1-5-18"), None, vec![unknown("HKU\\S-1-5-18", nobody)]),
        (set("HKU"), None, vec![unknown("HKU", nobody)]),
    ];
    for (text, sid, expected) in rows {
        let imported = import_with(&one(VALUE), &text, |request| request.sid = sid.map(ToOwned::to_owned));
        assert_eq!(told(&imported), expected, "{text}");
    }
    let classes = one("key = 'HKCU\\Software\\Classes\\Example'; value = 'a'; type = 'dword'");
    assert_eq!(told(&import(&classes, &set(&format!("{ALICE}_Classes")))), ["test.one: a=2"]);
    // What is not taken keeps the name that the file has for it.
    let other = import(&one("key = 'HKCU\\Other'; value = 'a'; type = 'dword'"), &set(ALICE));
    assert_eq!(told(&other), [format!("unknown: {ALICE}\\Example!a: {UNKNOWN}")]);
}

#[test]
fn paths_become_tokens_where_folders_are_known() {
    let catalogue = one("key = 'HKCU\\Example'; value = 'a'; type = 'text'; form = 'path'");
    let text = "[HKU\\S-1-5-21-1-2-3-1001\\Example]\n\"a\"=\"C:\\\\Users\\\\alice\\\\<x> S-1-5-21-1-2-3-1001\"";
    for (folders, expected) in
        [(Folders::default(), r"a=C:\Users\alice\<lt>x> <SID>"), (folders(), r"a=<USERPROFILE>\<lt>x> <SID>")]
    {
        let imported = import_with(&catalogue, text, |request| request.folders = folders);
        let setting = &imported.sections[0].settings[0];
        assert_eq!(item(&setting.items[0]), expected);
        assert!(setting.flags.contains(SettingFlags::TOKENS));
    }
}

#[test]
fn secrets_are_named_by_place() {
    let secret = ["https://alice:", "S3cret", "Pw99@example.org/"].concat();
    let ours = one("key = 'HKCU\\Example'; values = ['a', 'Password']; type = 'text'");
    let rows = [
        (format!("[HKCU\\Example]\n\"a\"=\"{secret}\""), r"HKCU\Example!a"),
        (format!("[HKCU\\Example]\n\"b\"=\"{secret}\""), r"HKCU\Example!b"),
        (format!("[HKCU\\Example]\n\"{secret}\"=\"b\""), r"HKCU\Example"),
        (format!("[HKCU\\Other\\{secret}\\x]\n\"b\"=\"b\""), r"HKCU\Other"),
        (format!("[-HKCU\\Other\\{secret}]"), r"HKCU\Other"),
        ("[HKCU\\Example]\n\"Password\"=\"S3cretPw99\"".to_owned(), r"HKCU\Example!Password"),
        ("[HKLM\\SECURITY\\Policy\\Secrets\\x]\n@=\"S3cretPw99\"".to_owned(), r"HKLM\SECURITY\Policy\Secrets\x"),
    ];
    for (text, place) in rows {
        let imported = import(&ours, &text);
        let refused: Vec<&str> = imported.refused.iter().map(|refused| &*refused.place).collect();
        assert_eq!(refused, [place], "{text}");
        let said = format!("{imported:?}");
        assert!(!said.contains("S3cret"), "{text}: {said}");
        assert_eq!((&imported.sections, &imported.unknown), (&vec![], &vec![]), "{text}");
    }
}

/// A setting that never leaves a PC does not come from a file either.
#[test]
fn what_is_never_captured_is_refused() {
    let catalogue = one("key = 'HKCU\\Example'; value = 'a'; type = 'text'; sensitivity = 'never'; about = 'Keys.'");
    let imported = import(&catalogue, "[HKCU\\Example]\n\"a\"=\"x\"");
    assert_eq!(told(&imported), ["refused: HKCU\\Example: Keys."]);
}

/// The settings of which an import says nothing but that they are absent.
fn absent(imported: &Imported) -> BTreeSet<String> {
    let is_absent = |item: &Item| matches!(item, Item::Value { state: None, .. } | Item::Key { present: false, .. });
    let settings = imported.sections.iter().flat_map(|section| &section.settings);
    settings.filter(|setting| setting.items.iter().all(is_absent)).map(|setting| setting.id.clone()).collect()
}

/// The settings that an import says something of.
fn spoken_of(imported: &Imported) -> BTreeSet<String> {
    let settings = imported.sections.iter().flat_map(|section| &section.settings).map(|setting| setting.id.clone());
    settings.chain(imported.partly.iter().map(|partly| partly.setting.clone())).collect()
}

/// Every real file becomes the settings that merging it changes, as a table says, and others only as far as it says that
/// they are absent: in the hives of the table they are so anyway. Files of Undo say of some settings what they were already.
#[test]
fn each_real_file_becomes_the_settings_that_it_is_about() {
    let Some(files) = reg_tweaks::files() else { return };
    let (table, catalogue) = (reg_tweaks::table(), standard());
    let (mut wrong, mut taken, mut partly) = (Vec::new(), 0, 0);
    for (name, file) in &files {
        let Some(expected) = reg_tweaks::expected(&table, name) else { continue };
        let imported = request(&catalogue).import(file).unwrap();
        taken += imported.sections.iter().map(|section| section.settings.len()).sum::<usize>();
        partly += imported.partly.len();
        let found = spoken_of(&imported);
        let absent = absent(&imported);
        let says_more = found.difference(&expected).any(|id| !absent.contains(id));
        if !found.is_superset(&expected) || (says_more && !name.starts_with("Undo/")) {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
        assert_eq!(unaccounted(file, &imported, &catalogue), Vec::<String>::new(), "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(taken > 300 && partly < 20, "{taken} {partly}");
}

fn request(catalogue: &Catalogue) -> RegImport<'_> {
    RegImport { catalogue, secrets: Secrets::standard(), folders: Folders::default(), sid: None, whole: false }
}

/// Values of a file of which an import says nothing at all.
fn unaccounted(file: &RegFile, imported: &Imported, catalogue: &Catalogue) -> Vec<String> {
    let spoken_of = spoken_of(imported);
    let refused: BTreeSet<&str> = imported.refused.iter().map(|refused| &*refused.place).collect();
    let unknown: BTreeSet<&str> = imported.unknown.iter().map(|unknown| &*unknown.place).collect();
    let places: Vec<_> =
        catalogue.settings().filter(|setting| spoken_of.contains(&setting.id)).flat_map(registry_places).collect();
    let mut lost = Vec::new();
    for key in &file.keys {
        let RegKey::Set { path, entries } = key else { continue };
        for entry in entries {
            let name = if entry.name.is_empty() { "(default)".to_owned() } else { entry.name.to_string() };
            let place = format!("{path}!{name}");
            let is_near = places.iter().any(|place| path.under(&place.key).is_some());
            let is_named = [&*place, &path.to_string()].iter().any(|at| refused.contains(at) || unknown.contains(at));
            if !is_near && !is_named {
                lost.push(place);
            }
        }
    }
    lost
}

/// A setting, or one instance of it.
type One = (String, Option<Name>);

/// What settings are in a registry.
fn states(catalogue: &Catalogue, ones: &BTreeSet<One>, registry: &dyn ReadRegistry) -> BTreeMap<One, Vec<Item>> {
    with_registry(registry, |source| {
        let reader = Reader::new(source, Secrets::standard());
        let state = |one: &One| {
            let mut reading = reader.read(catalogue.get(&one.0).unwrap());
            (one.clone(), reading.instances.remove(&one.1).unwrap_or_default())
        };
        ones.iter().map(state).collect()
    })
}

fn merge(file: &RegFile, registry: &mut MemoryRegistry) {
    for change in file.changes(registry).unwrap() {
        registry.make(&change).unwrap();
    }
}

/// Writes what was imported on a PC, all of it that may be written.
fn apply(imported: &Imported, catalogue: &Catalogue, registry: &mut MemoryRegistry) -> BTreeSet<One> {
    let also: Vec<String> = catalogue.settings().map(|setting| setting.id.clone()).collect();
    let selection = Selection::new(&[], &[], &also, catalogue).unwrap();
    let facts = document(vec![], profile_format::Device::default()).facts;
    let document = imported.clone().into_document(facts);
    document.validate().unwrap();
    let before = registry.clone();
    let request = Request {
        document: &document,
        contents: &BTreeMap::<profile_format::ContentId, Vec<u8>>::new(),
        catalogue,
        selection: &selection,
        secrets: Secrets::standard(),
        reach: Reach::UserAndMachine,
        replace_files: false,
        now: FileTime(133_000_000_000_000_000),
        failed: &BTreeMap::new(),
    };
    let plan = with_source(&before, &MemoryTree::default(), &NoHives, Some(26_100), |target| plan(&request, target));
    assert_eq!(make(&plan, registry), BTreeMap::new());
    let skipped = |planned: &&wbo_engine::plan::Planned| matches!(planned.fate, wbo_engine::plan::Fate::Skipped(_));
    // Of lists of programs, what a PC has stays on it.
    let keeps =
        |id: &str| catalogue.get(id).is_some_and(|setting| registry_places(setting).any(|place| place.keep_others));
    // What newer Windows has elsewhere is not where the file has it.
    let moved = |planned: &&wbo_engine::plan::Planned| planned.written_as.is_some();
    let written = plan.settings.iter().filter(|planned| !skipped(planned) && !moved(planned) && !keeps(&planned.id));
    written.map(|planned| (planned.id.clone(), planned.instance.clone())).collect()
}

/// A PC on which every setting is set to something, beside values of nobody.
fn used_pc(catalogue: &Catalogue) -> MemoryRegistry {
    let mut registry = MemoryRegistry::new(FileTime(0));
    for top in [r"HKCU\Software\Classes", r"HKLM\SOFTWARE", r"HKLM\SYSTEM"] {
        create(&mut registry, &key(top));
    }
    for place in catalogue.settings().flat_map(registry_places) {
        for (key, name) in examples(place) {
            let [one, _] = values(place);
            set(&mut registry, &key, &name, one);
        }
    }
    registry
}

/// The law that carries imports: on a PC that is in use, writing what was imported leaves each setting that was written as
/// merging the file itself would leave it, and so takes nothing away that the file does not speak of.
#[test]
fn writing_what_was_imported_does_what_merging_the_file_does() {
    let Some(files) = reg_tweaks::files() else { return };
    let catalogue = standard();
    let used = used_pc(&catalogue);
    let mut compared = 0;
    for (name, file) in &files {
        let imported = request(&catalogue).import(file).unwrap();
        let (mut applied, mut merged) = (used.clone(), used.clone());
        let written = apply(&imported, &catalogue, &mut applied);
        merge(file, &mut merged);
        assert_eq!(states(&catalogue, &written, &applied), states(&catalogue, &written, &merged), "{name}");
        compared += written.len();
    }
    assert!(compared > 100, "{compared}");
}

/// Files about places of the catalogue and about others, with deletions of both.
fn files() -> impl Strategy<Value = RegFile> {
    let catalogue = standard();
    let mut places: Vec<(KeyPath, Name, [Value; 2])> = Vec::new();
    for place in catalogue.settings().flat_map(registry_places) {
        places.extend(examples(place).into_iter().map(|(key, name)| (key, name, values(place))));
    }
    let entry = (0..places.len(), 0_u8..6).prop_map(move |(at, what)| {
        let (key, name, [one, other]) = places[at].clone();
        let entry = |name, value| RegKey::Set { path: key.clone(), entries: vec![registry::RegEntry { name, value }] };
        match what {
            0 => entry(name, Some(one)),
            1 => entry(name, Some(other)),
            2 => entry(name, None),
            3 => RegKey::Delete(key),
            4 => RegKey::Set { path: key, entries: vec![] },
            _ => entry(Name::from("Nobody's"), Some(one)),
        }
    });
    proptest::collection::vec(entry, 0..12).prop_map(|keys| RegFile { format: registry::RegFormat::Version5, keys })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_file_is_written_as_it_would_be_merged(file in files()) {
        let catalogue = standard();
        let used = used_pc(&catalogue);
        let imported = request(&catalogue).import(&file).unwrap();
        prop_assert_eq!(unaccounted(&file, &imported, &catalogue), Vec::<String>::new());
        let (mut applied, mut merged) = (used.clone(), used);
        let written = apply(&imported, &catalogue, &mut applied);
        merge(&file, &mut merged);
        prop_assert_eq!(states(&catalogue, &written, &applied), states(&catalogue, &written, &merged));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(lines in proptest::collection::vec(
        r#"\[-?HKEY_(CURRENT_USER|LOCAL_MACHINE|USERS|CLASSES_ROOT)(\\(Control Panel|Software|Desktop|S-1-5-21-1-2-3-4|[a\u{ffff}<]{1,3})){0,4}\]|("[aA*\u{ffff}]{0,3}"|@)=("x"|-|dword:1|hex\([0-9a-f]\):00,d8)"#,
        0..20,
    )) {
        let text = format!("Windows Registry Editor Version 5.00\n{}", lines.join("\n"));
        if let Ok(file) = RegFile::read(text.as_bytes()) {
            let catalogue = standard();
            let imported = request(&catalogue).import(&file);
            prop_assert!(imported.is_ok());
        }
    }
}
