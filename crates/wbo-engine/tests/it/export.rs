//! What a profile becomes in forms that other programs read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use profile_format::{
    AppFlags, Bytes, Category, ContentId, DesktopApp, Device, Document, Item, Note, NoteCode, Section,
    Setting as Captured, SettingFlags, StoreApp, Text, Value as Stored,
};
use proptest::prelude::*;
use registry::{Change, FileTime, MemoryRegistry, RegEncoding, RegKey, Value, ValueType, View, WriteRegistry};
use wbo_engine::Folders;
use wbo_engine::capture::Selection;
use wbo_engine::catalogue::{Catalogue, Setting};
use wbo_engine::export::{self, Outcome, RegExport, RegOptions, Request};
use wbo_engine::plan::Fate;
use wbo_engine::secrets::Secrets;

use crate::plan::{Asked, captured, document, empty, everything, on, registry_with, writable};
use crate::standard::{examples, registry_places};
use crate::support::{create, folders, path};

const BUILD: u32 = 26100;

fn options(folders: &Folders) -> RegOptions<'_> {
    RegOptions {
        secrets: Secrets::standard(),
        folders,
        sid: None,
        build: Some(BUILD),
        same_device: false,
        machine: true,
        delete: true,
    }
}

fn reg(document: &Document, catalogue: &Catalogue, selection: &Selection, options: &RegOptions<'_>) -> RegExport {
    let contents = BTreeMap::<ContentId, Vec<u8>>::new();
    export::reg(&Request { document, contents: &contents, catalogue, selection }, options)
}

/// On a registry whose keys are there and empty, importing the file does what the plan does, but for what is told to be
/// left out.
#[test]
fn a_reg_file_says_what_a_plan_does() {
    let catalogue = Catalogue::standard().unwrap();
    let all = writable(&catalogue);
    let also: Vec<String> = all.iter().map(|setting| setting.id.clone()).collect();
    let mut asked = Asked::of(&catalogue, &also);
    asked.now = FileTime(0);
    let (folders, target) = (folders(), with_keys(&all));
    let seen = RefCell::new(BTreeSet::new());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(48));
    runner
        .run(&proptest::collection::vec((0..all.len(), any::<u8>()), 0..60), |chosen| {
            let chosen: Vec<_> = chosen.iter().map(|(at, way)| (all[*at], *way)).collect();
            let profile = captured(&registry_with(&chosen), &asked);
            let exported = reg(&profile, &catalogue, &asked.selection, &options(&folders));
            let mut imported = target.clone();
            exported.file.changes(&imported).unwrap().iter().for_each(|change| imported.make(change).unwrap());
            let planned = on(&target, |source| asked.plan(&profile, source));

            let id = |subject: &export::Subject| (subject.id.clone(), subject.instance.clone());
            let says: BTreeSet<_> = exported.outcome.exported.iter().map(id).collect();
            let silent: BTreeSet<_> = exported.outcome.left_out.iter().map(|one| id(&one.subject)).collect();
            let mut wanted = BTreeMap::new();
            for setting in &planned.settings {
                let at = (setting.id.clone(), setting.instance.clone());
                match (&setting.fate, says.contains(&at)) {
                    (Fate::Skipped(skip), said) => assert!(!said, "{at:?} is in the file, and not planned: {skip}"),
                    (fate, false) => assert!(silent.contains(&at) || !fate.is_change(), "{at:?} is missing"),
                    (_, true) => seen.borrow_mut().extend([at.0]),
                }
                if says.contains(&(setting.id.clone(), setting.instance.clone())) {
                    wanted.extend(setting.changes.iter().filter_map(|change| match change {
                        Change::SetValue { key, name, value } => {
                            Some(((key.clone(), Some(name.clone())), value.clone()))
                        }
                        _ => None,
                    }));
                }
            }
            let found: BTreeMap<_, _> =
                everything(&imported).into_iter().filter_map(|(place, value)| Some((place, value?))).collect();
            assert_eq!(found, wanted);
            Ok(())
        })
        .unwrap();
    let seen = seen.borrow().len();
    assert!(seen > 300, "{seen}");
}

/// A registry with all keys of these settings.
fn with_keys(settings: &[&Setting]) -> MemoryRegistry {
    let mut registry = empty();
    let places = settings.iter().flat_map(|setting| registry_places(setting));
    places.flat_map(examples).for_each(|(key, _)| create(&mut registry, &key));
    registry
}

/// A catalogue with one setting, and a profile with its one value.
struct One {
    catalogue: Catalogue,
    profile: Document,
}

impl One {
    fn of(place: &str, state: Option<Value>, tokens: bool) -> Self {
        let mut catalogue = Catalogue::default();
        let head = "catalogue = 1\narea = \"Test\"\ncategory = \"system\"\n[[setting]]\nid = \"test.one\"\n";
        let text = format!("{head}title = \"One\"\nsources = [\"a\", \"b\"]\n{}\n", place.replace(';', "\n"));
        catalogue.add("test.toml", &text).unwrap_or_else(|errors| panic!("{place}: {errors}"));
        let state = state.map(|value| Stored { kind: value.kind.0, data: Bytes(value.data) });
        let items = vec![Item::Value { path: vec![], name: Text::from("One"), state }];
        let flags = if tokens { SettingFlags::TOKENS } else { SettingFlags::default() };
        let settings = vec![Captured { id: "test.one".to_owned(), instance: None, flags, items }];
        let section = Section { category: Category::SYSTEM, settings };
        let device = Device { build: Some(BUILD), smbios: Some([7; 16]), ..Device::default() };
        Self { catalogue, profile: document(vec![section], device) }
    }

    /// What the .reg file says of it between its first line and its last, and why it says no more.
    fn says(&self, options: &RegOptions<'_>) -> String {
        let exported = reg(&self.profile, &self.catalogue, &Selection::default(), options);
        let text = String::from_utf8(exported.file.write(RegEncoding::Utf8).unwrap()).unwrap();
        let mut lines: Vec<String> = text.lines().skip(2).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        lines.extend(reasons(&exported.outcome));
        lines.join(" ")
    }

    /// The text that its value is in the .reg file.
    fn becomes(&self, options: &RegOptions<'_>) -> String {
        let exported = reg(&self.profile, &self.catalogue, &Selection::default(), options);
        let [.., RegKey::Set { entries, .. }] = &*exported.file.keys else { panic!("{exported:?}") };
        match entries[0].value.as_ref().map(Value::view) {
            Some(View::Text(text)) => String::from_utf16(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

fn reasons(outcome: &Outcome) -> Vec<String> {
    let word = |one: &export::LeftOut| format!("{}{}", if one.missed { "missed: " } else { "" }, one.why.code());
    outcome.left_out.iter().map(word).collect()
}

fn expandable(text: &str) -> Value {
    Value::new(ValueType::EXPAND_SZ, &View::Text(text.encode_utf16().collect()))
}

#[test]
fn a_reg_file_says_what_it_can_and_the_rest_is_told() {
    const PLACE: &str = r"key = 'HKCU\Software\Test';value = 'One'";
    const SECTION: &str = r"[HKEY_CURRENT_USER\Software] [HKEY_CURRENT_USER\Software\Test]";
    let two = || Some(Value::dword(2));
    let rows = [
        (PLACE, two(), format!("{SECTION} \"One\"=dword:00000002")),
        (PLACE, None, format!("{SECTION} \"One\"=-")),
        (r"key = 'HKCU\Software\Test';value = 'One';type = 'dword';bits = {mask = 2}", two(), "missed: bits".into()),
        (r"key = 'HKCU\Software\Test';value = 'One';type = 'dword';bits = {mask = 2}", None, "not-its-own".into()),
        (r"key = 'HKCU\Software\Test';value = 'One';others = 'keep'", None, "not-its-own".into()),
        (r"key = 'HKCU\Software\Test';value = 'One';type = 'text'", two(), "missed: other-type".into()),
        (r"key = 'HKCU\Software\Test';value = 'One';portability = 'same-device'", two(), "other-device".into()),
        (r"key = 'HKCU\Software\Test';value = 'One';portability = 'information'", two(), "information".into()),
        (r"key = 'HKCU\Software\Test';value = 'One';builds = {to = 19045}", two(), "not-in-this-build".into()),
        (
            r"key = 'HKLM\SOFTWARE\Test';value = 'One'",
            two(),
            r#"[HKEY_LOCAL_MACHINE\SOFTWARE] [HKEY_LOCAL_MACHINE\SOFTWARE\Test] "One"=dword:00000002"#.into(),
        ),
        (
            r"key = 'HKCU\Software\Microsoft\Windows\CurrentVersion\Run';value = 'One'",
            Some(Value::text("calc.exe")),
            "missed: denied".into(),
        ),
        (r"key = 'HKCU\Software\Classes\CLSID\{00000000-0000-0000-0000-000000000001}';value = 'One'", None, {
            "key-by-itself".into()
        }),
    ];
    let folders = folders();
    for (place, state, expected) in rows {
        let words = format!("{place} {state:?}");
        assert_eq!(One::of(place, state, false).says(&options(&folders)), expected, "{words}");
    }
    let kept = RegOptions { delete: false, ..options(&folders) };
    assert_eq!(One::of(PLACE, None, false).says(&kept), "absent");
    let of_user = RegOptions { machine: false, ..options(&folders) };
    assert_eq!(One::of(r"key = 'HKLM\SOFTWARE\Test';value = 'One'", two(), false).says(&of_user), "machine");
    let same = RegOptions { same_device: true, ..options(&folders) };
    let of_device = One::of(r"key = 'HKCU\Software\Test';value = 'One';portability = 'same-device'", two(), false);
    assert_eq!(of_device.says(&same), format!("{SECTION} \"One\"=dword:00000002"));
}

/// Without a build, that of the profile is meant, but not by what is the same in one build alone.
#[test]
fn what_one_build_alone_has_is_written_for_a_build_that_was_named() {
    let folders = folders();
    let place = r"key = 'HKCU\Software\Test';value = 'One'";
    let unnamed = RegOptions { build: None, ..options(&folders) };
    let same_build = One::of(&format!("{place};portability = 'same-build'"), Some(Value::dword(1)), false);
    assert_eq!(same_build.says(&unnamed), "other-build");
    assert!(same_build.says(&options(&folders)).ends_with("\"One\"=dword:00000001"));
    let in_builds = One::of(&format!("{place};builds = {{from = 22000}}"), Some(Value::dword(1)), false);
    assert!(in_builds.says(&unnamed).ends_with("\"One\"=dword:00000001"));
}

#[test]
fn folders_are_those_of_the_user_who_imports_it_or_stay_variables() {
    let (nobodys, bobs) = (Folders::default(), Folders::default().with_user(&path(r"C:\Users\bob")));
    let place = r"key = 'HKCU\Software\Test';value = 'One'";
    let expandable = One::of(place, Some(expandable(r"<APPDATA>\x")), true);
    assert_eq!(expandable.becomes(&options(&nobodys)), r"%APPDATA%\x");
    assert_eq!(expandable.becomes(&options(&bobs)), r"C:\Users\bob\AppData\Roaming\x");
    let fixed = One::of(place, Some(Value::text(r"<APPDATA>\x <SID>")), true);
    assert_eq!(fixed.says(&options(&nobodys)), "missed: unknown-folder");
    let complete = RegOptions { sid: Some("S-1-5-21-1"), ..options(&bobs) };
    assert_eq!(fixed.becomes(&complete), r"C:\Users\bob\AppData\Roaming\x S-1-5-21-1");
}

/// A profile's values may hold what was put there after the capture; what is a secret is refused on its way out too.
#[test]
fn secrets_are_in_no_reg_file() {
    let folders = folders();
    let place = r"key = 'HKCU\Software\Test';value = 'One'";
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==";
    let said = One::of(place, Some(Value::text(key)), false).says(&options(&folders));
    assert_eq!(said, "missed: secret");
}

fn with_apps() -> Document {
    let text = |text: &str| Some(Text::from(text));
    let mut document = document(vec![], Device::default());
    document.apps.store = vec![
        StoreApp { family: "A_1".to_owned(), full_name: text_of("A"), product: text_of("9nblggh4nns1"), ..app() },
        StoreApp { family: "B_1".to_owned(), full_name: text_of("B"), ..app() },
        StoreApp { family: "C_1".to_owned(), flags: AppFlags::DEPROVISIONED, ..app() },
        StoreApp { family: "D_1".to_owned(), full_name: text_of("D"), product: text_of("--x"), ..app() },
    ];
    let program = |key: &str, winget: Option<&str>| DesktopApp {
        key: Text::from(key),
        winget: winget.map(str::to_owned),
        version: text("1.2"),
        ..DesktopApp::default()
    };
    document.apps.desktop = vec![
        program("one", Some("Some.One")),
        program("one again", Some("Some.One")),
        program("other", None),
        program("strange", Some("Some One")),
    ];
    document
}

fn text_of(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn app() -> StoreApp {
    StoreApp::default()
}

#[test]
fn apps_go_to_winget_under_the_ids_that_it_knows() {
    let (document, catalogue) = (with_apps(), Catalogue::default());
    let contents = BTreeMap::<ContentId, Vec<u8>>::new();
    let selection = Selection::default();
    let request = Request { document: &document, contents: &contents, catalogue: &catalogue, selection: &selection };
    let made = export::winget(&request, text_of("2025-09-02T08:00:00Z"), true);
    let json = serde_json::to_value(&made.packages).unwrap();
    let expected = serde_json::json!({
        "$schema": "https://aka.ms/winget-packages.schema.2.0.json",
        "CreationDate": "2025-09-02T08:00:00Z",
        "Sources": [
            {
                "Packages": [{"PackageIdentifier": "Some.One", "Version": "1.2"}],
                "SourceDetails": {
                    "Argument": "https://cdn.winget.microsoft.com/cache",
                    "Identifier": "Microsoft.Winget.Source_8wekyb3d8bbwe",
                    "Name": "winget",
                    "Type": "Microsoft.PreIndexed.Package",
                },
            },
            {
                "Packages": [{"PackageIdentifier": "9NBLGGH4NNS1"}],
                "SourceDetails": {
                    "Argument": "https://storeedgefd.dsx.mp.microsoft.com/v9.0",
                    "Identifier": "StoreEdgeFD",
                    "Name": "msstore",
                    "Type": "Microsoft.Rest",
                },
            },
        ],
    });
    assert_eq!(json, expected);
    let told = ["missed: no-product-id", "not-installed", "missed: no-id", "missed: no-winget-id", "missed: no-id"];
    assert_eq!(reasons(&made.outcome), told);
    assert_eq!(made.outcome.exported.len(), 3);
    let newest = serde_json::to_value(export::winget(&request, None, false).packages).unwrap();
    assert_eq!(newest["Sources"][0]["Packages"][0], serde_json::json!({"PackageIdentifier": "Some.One"}));
    assert_eq!(newest.get("CreationDate"), None);
}

/// A setting of the standard catalogue with one value in it.
fn choice(id: &str, instance: &str, keys: &[&str], program: Option<Value>) -> Captured {
    let state = program.map(|value| Stored { kind: value.kind.0, data: Bytes(value.data) });
    let mut path = vec![Text::from(instance)];
    path.extend(keys.iter().map(|key| Text::from(*key)));
    let items = vec![Item::Value { path, name: Text::from("ProgId"), state }];
    Captured { id: id.to_owned(), instance: Some(Text::from(instance)), flags: SettingFlags::default(), items }
}

#[test]
fn default_apps_are_those_that_were_chosen_last() {
    let text = |text: &str| Some(Value::text(text));
    let settings = vec![
        choice("defaults.file-types", ".htm", &["UserChoice"], text("Old")),
        choice("defaults.file-types", ".pdf", &["UserChoice"], text(r"Applications\Read <er>.exe")),
        choice("defaults.file-types", ".txt", &["UserChoice"], None),
        choice("defaults.file-types", ".num", &["UserChoice"], Some(Value::dword(1))),
        choice("defaults.file-types", ".ctl", &["UserChoice"], text("a\u{1b}b")),
        choice("defaults.file-types-latest", ".htm", &["UserChoiceLatest", "ProgId"], text("New")),
        choice("defaults.link-types", "mailto", &["UserChoice"], text("Mail.é")),
        choice("defaults.media-types", "text/html", &["UserChoice"], text("New")),
    ];
    let profile = document(vec![Section { category: Category(10), settings }], Device::default());
    let catalogue = Catalogue::standard().unwrap();
    let contents = BTreeMap::<ContentId, Vec<u8>>::new();
    let selection = Selection::default();
    let request = Request { document: &profile, contents: &contents, catalogue: &catalogue, selection: &selection };
    let made = export::default_apps(&request);
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<DefaultAssociations>
  <Association Identifier=".htm" ProgId="New" ApplicationName="New" />
  <Association Identifier=".pdf" ProgId="Applications\Read &lt;er&gt;.exe" ApplicationName="Read &lt;er&gt;.exe" />
  <Association Identifier="mailto" ProgId="Mail.&#xE9;" ApplicationName="Mail.&#xE9;" />
</DefaultAssociations>
"#;
    assert_eq!(made.xml, expected);
    let told = ["newer", "missed: no-text", "missed: xml-character", "missed: kind-of-content"];
    assert_eq!(reasons(&made.outcome), told);
}

#[test]
fn a_table_has_a_row_for_each_item_and_hides_what_is_personal() {
    let shown = One::of(r"key = 'HKCU\Software\Test';value = 'One';labels = {2 = 'Two'};default = 0", None, false);
    let mut hidden =
        One::of(r"key = 'HKCU\Software\Test';value = 'One';sensitivity = 'personal'", Some(Value::text("x")), false);
    let rows = |one: &One, reveal| {
        let contents = BTreeMap::<ContentId, Vec<u8>>::new();
        let selection = Selection::default();
        let (document, catalogue) = (&one.profile, &one.catalogue);
        export::table(&Request { document, contents: &contents, catalogue, selection: &selection }, reveal).rows
    };
    assert_eq!(rows(&shown, false), [["system", "test.one", "", "One", "One", "absent", "", "0"].map(str::to_owned)]);
    let secret = "(personal, hidden)";
    assert_eq!(rows(&hidden, false)[0][4..7], [secret, "set", secret].map(str::to_owned));
    assert_eq!(rows(&hidden, true)[0][4..7], ["One", "set", "x"].map(str::to_owned));
    // Of a setting that nobody knows, it is not known that it tells nothing of anybody.
    hidden.catalogue = Catalogue::default();
    assert_eq!(rows(&hidden, false)[0][6], secret);
}

#[test]
fn a_document_is_what_was_asked_for() {
    let mut one = One::of(r"key = 'HKCU\Software\Test';value = 'One'", Some(Value::dword(1)), false);
    one.profile.apps = with_apps().apps;
    let note = |setting: Option<&str>| Note {
        code: NoteCode::SECRET,
        setting: setting.map(str::to_owned),
        instance: None,
        place: None,
        text: String::new(),
    };
    one.profile.notes = vec![note(None), note(Some("test.one")), note(Some("test.other"))];
    let export = |only: &[String]| {
        let contents = BTreeMap::<ContentId, Vec<u8>>::new();
        let selection = Selection::new(only, &[], &[], &one.catalogue).unwrap();
        let (document, catalogue) = (&one.profile, &one.catalogue);
        export::document(&Request { document, contents: &contents, catalogue, selection: &selection }).document
    };
    assert_eq!(export(&[]), one.profile);
    let apps = export(&["apps".to_owned()]);
    assert!(apps.sections.is_empty() && apps.apps == one.profile.apps && apps.notes == [note(None)], "{apps:?}");
    let setting = export(&["test.one".to_owned()]);
    assert_eq!((setting.sections, setting.apps.store.len()), (one.profile.sections.clone(), 0));
    assert_eq!(setting.notes, [note(None), note(Some("test.one"))]);
}
