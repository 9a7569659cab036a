//! What capture takes, what it leaves out, and what it says of it, where a source or a catalogue is hostile or broken.

use std::collections::BTreeMap;
use std::error::Error;

use profile_format::{Item, Text};
use registry::{FileTime, Key, KeyPath, MemoryRegistry, Name, ReadRegistry, RegistryError, Value, ValueType, View};
use wbo_engine::capture::{Outcome, Reader, Reading, Selection, Why, capture};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::secrets::Secrets;
use wbo_engine::{EntryKind, MemoryTree, OpenHive, Source, WindowsPath};

use crate::support::{self, create, key, with_registry, with_source};

/// A secret that every detector of addresses knows, put together here so that no scanner of repositories minds it.
fn secret() -> String {
    ["https://alice:", "S3cret", "Pw99@example.org/"].concat()
}

/// A PC and its user, in memory.
struct Pc {
    registry: MemoryRegistry,
    tree: MemoryTree,
    hives: BTreeMap<&'static str, MemoryRegistry>,
    build: Option<u32>,
}

impl Pc {
    fn new() -> Self {
        let mut registry = MemoryRegistry::new(FileTime(0));
        create(&mut registry, &key(r"HKCU\Software"));
        create(&mut registry, &key(r"HKLM\SYSTEM\CurrentControlSet\Control"));
        Self { registry, tree: MemoryTree::default(), hives: BTreeMap::new(), build: Some(26_100) }
    }

    fn set(&mut self, key: &str, name: &str, value: Value) {
        set(&mut self.registry, key, name, value);
    }

    fn with<R>(&self, look: impl FnOnce(&Source<'_>) -> R) -> R {
        with_source(&self.registry, &self.tree, self, self.build, look)
    }

    /// What a setting of a catalogue of its own is.
    fn read(&self, place: &str) -> Reading {
        let catalogue = catalogue(place);
        self.with(|source| Reader::new(source, Secrets::standard()).read(catalogue.get("test.one").unwrap()))
    }
}

impl OpenHive for Pc {
    fn open(&self, path: &WindowsPath) -> Result<Option<Box<dyn ReadRegistry>>, Box<dyn Error + Send + Sync>> {
        let hive = self.hives.iter().find(|(place, _)| WindowsPath::parse(place).as_ref() == Some(path));
        Ok(hive.map(|(_, hive)| Box::new(hive.clone()) as Box<dyn ReadRegistry>))
    }
}

fn set(registry: &mut MemoryRegistry, at: &str, name: &str, value: Value) {
    support::set(registry, &key(at), &Name::from(name), value);
}

fn catalogue(place: &str) -> Catalogue {
    let head = "catalogue = 1\narea = \"Test\"\ncategory = \"system\"\n[[setting]]\n";
    let text =
        format!("{head}id = \"test.one\"\ntitle = \"One\"\nsources = [\"a\", \"b\"]\n{}\n", place.replace(';', "\n"));
    let mut catalogue = Catalogue::default();
    catalogue.add("test.toml", &text).unwrap();
    catalogue
}

fn is_secret(reading: &Reading) -> bool {
    reading.incidents.iter().any(|incident| matches!(incident.why, Why::Secret(_)))
}

/// Everything that a reading says, in one text.
fn said(reading: &Reading) -> String {
    format!("{reading:?}")
}

#[test]
fn names_that_are_secrets_stand_nowhere() {
    let secret = secret();
    let mut pc = Pc::new();
    pc.set(r"HKCU\Software\Test", &secret, Value::dword(1));
    pc.set(&format!(r"HKCU\Software\Keys\{}", secret.replace('\\', "")), "a", Value::dword(1));
    pc.tree.add(r"Users\alice\AppData\Roaming\Test\x", b"x");
    for place in [
        "key = 'HKCU\\Software\\Test'",
        "key = 'HKCU\\Software\\Test';each = 'value'",
        "key = 'HKCU\\Software\\Keys';each = 'key'",
        "key = 'HKCU\\Software\\Keys';keys = ['**']",
    ] {
        let reading = pc.read(place);
        assert!(is_secret(&reading), "{place}: {reading:?}");
        assert!(!said(&reading).contains("S3cret"), "{place}: {reading:?}");
    }
}

#[test]
fn a_secret_cut_into_a_list_is_one() {
    let secret = secret();
    let (one, other) = secret.split_at(12);
    let list = View::List([one, other].map(|text| text.encode_utf16().collect()).into());
    let mut pc = Pc::new();
    pc.set(r"HKCU\Software\Test", "List", Value::new(ValueType::MULTI_SZ, &list));
    assert!(is_secret(&pc.read("key = 'HKCU\\Software\\Test';value = 'List'")));
}

#[test]
fn hives_of_users_and_of_the_pc_are_not_read_by_their_files() {
    let packages = r"Users\alice\AppData\Local\Packages\App\Settings\settings.dat";
    for top in ["SAM", "Policy", "Select", "ControlSet001", "Microsoft", "Control Panel"] {
        let mut pc = Pc::new();
        pc.tree.add(packages, b"regf");
        let mut hive = MemoryRegistry::new(FileTime(0));
        set(&mut hive, &format!(r"HKCU\{top}\Key"), "Value", Value::dword(1));
        pc.hives.insert(r"C:\Users\alice\AppData\Local\Packages\App\Settings\settings.dat", hive);
        let places = [
            format!("hive = '%LOCALAPPDATA%\\Packages\\App\\Settings\\settings.dat';key = 'HKCU\\{top}';keys = ['**']"),
            "file = '%LOCALAPPDATA%\\Packages\\App\\Settings\\settings.dat'".to_owned(),
        ];
        for place in places {
            let reading = pc.read(&place);
            assert!(is_secret(&reading) && reading.instances.is_empty(), "{place}: {reading:?}");
        }
    }
}

#[test]
fn a_hive_is_taken_whole_only_from_an_app_and_without_secrets() {
    let app = r"C:\Users\alice\AppData\Local\Packages\App\Settings\settings.dat";
    let place = "file = '%LOCALAPPDATA%\\Packages\\App\\Settings\\settings.dat';form = 'hive'";
    let with = |value: Value| {
        let mut pc = Pc::new();
        pc.tree.add(&app[3..], b"regf");
        let mut hive = MemoryRegistry::new(FileTime(0));
        set(&mut hive, r"HKCU\LocalState\Deep", "Font", value);
        pc.hives.insert(app, hive);
        pc.read(place)
    };
    assert_eq!(with(Value::dword(1)).instances.len(), 1);
    assert!(is_secret(&with(Value::text(&secret()))));
    let mut pc = Pc::new();
    pc.tree.add(r"Users\Public\copy.bin", b"regf and more");
    assert!(is_secret(&pc.read("file = '%PUBLIC%\\copy.bin'")));
}

#[test]
fn what_was_refused_is_said() {
    for kind in [EntryKind::Link, EntryKind::OnlineOnly, EntryKind::Other] {
        let mut pc = Pc::new();
        pc.tree.add_other(r"Users\alice\AppData\Local\Packages\App\Settings\settings.dat", kind);
        let place = "hive = '%LOCALAPPDATA%\\Packages\\App\\Settings\\settings.dat';key = 'HKCU\\LocalState'";
        assert_eq!(pc.read(place).incidents.len(), 1, "{kind:?}");
    }
}

#[test]
fn files_that_no_windows_can_have_cost_themselves_alone() {
    let mut pc = Pc::new();
    for name in ["aux.theme", "a:b.theme", "Evening.theme", "good.theme"] {
        pc.tree.add(&format!(r"Users\alice\AppData\Roaming\Themes\{name}"), b"x");
    }
    let reading = pc.read("file = '%APPDATA%\\Themes\\*.theme'");
    assert_eq!(reading.instances[&None].len(), 2, "{reading:?}");
    assert_eq!(reading.incidents.len(), 2, "{reading:?}");
}

#[test]
fn no_number_of_values_or_incidents_is_too_much() {
    let mut pc = Pc::new();
    for number in 0..5000 {
        pc.set(r"HKCU\Software\Many", &format!("v{number}"), Value::dword(1));
    }
    let reading = pc.read("key = 'HKCU\\Software\\Many';each = 'value'");
    assert!(matches!(reading.incidents[..], [ref incident] if incident.why == Why::TooLarge(5000)), "{reading:?}");
    let mut pc = Pc::new();
    for number in 0..1000 {
        pc.set(r"HKCU\Software\Many", &format!("v{number}"), Value::text("x"));
    }
    let reading = pc.read("key = 'HKCU\\Software\\Many';type = 'dword'");
    assert_eq!(reading.incidents.len(), 201);
    assert_eq!(reading.incidents.last().map(|incident| incident.why.clone()), Some(Why::More(800)));
}

#[test]
fn values_stop_before_they_fill_the_memory() {
    let mut pc = Pc::new();
    for number in 0..8 {
        let value = Value { kind: ValueType::BINARY, data: vec![number; 1 << 20] };
        pc.set(r"HKCU\Software\Large", &format!("v{number}"), value);
    }
    let reading = pc.read("key = 'HKCU\\Software\\Large'");
    assert_eq!((reading.instances[&None].len(), reading.incidents.len()), (4, 4));
}

#[test]
fn windows_own_list_holds_below_its_keys_and_in_every_control_set() {
    let control = r"HKLM\SYSTEM\CurrentControlSet\Control";
    let mut pc = Pc::new();
    let list = View::List(vec![r"CurrentControlSet\Control\Power\User\".encode_utf16().collect()]);
    pc.set(&format!(r"{control}\BackupRestore\KeysNotToRestore"), "Test", Value::new(ValueType::MULTI_SZ, &list));
    for set in ["CurrentControlSet", "ControlSet001"] {
        pc.set(&format!(r"HKLM\SYSTEM\{set}\Control\Power\User\Schemes"), "Active", Value::text("x"));
        pc.set(&format!(r"HKLM\SYSTEM\{set}\Control\Power"), "Own", Value::dword(1));
        let reading = pc.read(&format!("key = 'HKLM\\SYSTEM\\{set}\\Control\\Power';keys = ['**']"));
        assert!(!said(&reading).contains("\"Active\""), "{reading:?}");
        assert!(said(&reading).contains("\"Own\""), "{reading:?}");
        assert!(reading.incidents.iter().any(|incident| incident.why == Why::NotToRestore), "{reading:?}");
    }
}

#[test]
fn absence_says_nothing_where_the_build_is_not_known() {
    let catalogue = catalogue("key = 'HKCU\\Software\\Test';value = 'One';builds = {from = 22000}");
    let selection = Selection::default();
    for (build, expected) in [(Some(26_100), 1), (None, 0)] {
        let pc = Pc { build, ..Pc::new() };
        let settings = pc.with(|source| capture(source, &catalogue, &selection, Secrets::standard()));
        assert_eq!(settings.sections.len(), expected, "{build:?}");
    }
}

/// A registry whose hives cannot be read.
struct Broken;

impl ReadRegistry for Broken {
    fn key(&self, path: &KeyPath) -> Result<Option<Key>, RegistryError> {
        Err(RegistryError::Source { key: path.clone(), source: "cannot be read".into() })
    }

    fn value(&self, path: &KeyPath, _: &Name) -> Result<Option<Value>, RegistryError> {
        self.key(path).map(|_| None)
    }
}

#[test]
fn what_cannot_be_read_is_never_absent() {
    let catalogue = Catalogue::standard().unwrap();
    with_registry(&Broken, |source| {
        let settings = capture(source, &catalogue, &Selection::default(), Secrets::standard());
        for (id, outcome) in &settings.outcomes {
            let setting = catalogue.get(id).unwrap();
            let of_registry = setting.parts.iter().all(
                |part| matches!(&part.place, wbo_engine::catalogue::Place::Registry(place) if place.hive.is_none()),
            );
            let is_read = matches!(outcome, Outcome::Captured { .. } | Outcome::Absent);
            assert!(!of_registry || !is_read, "{id}: {outcome:?}");
        }
        let items = settings.sections.iter().flat_map(|section| &section.settings).flat_map(|setting| &setting.items);
        assert!(items.clone().all(|item| matches!(item, Item::File { .. })), "{:?}", items.collect::<Vec<_>>());
    });
}

#[test]
fn tokens_stand_where_a_setting_has_paths() {
    let mut pc = Pc::new();
    pc.set(r"HKCU\Software\Test", "Path", Value::text(r"C:\Users\alice\Pictures\x.jpg"));
    pc.tree.add(r"Users\alice\Pictures\x.jpg", b"picture");
    let reading = pc.read("key = 'HKCU\\Software\\Test';value = 'Path';form = 'path';follow = true");
    let [Item::Value { state: Some(value), .. }, Item::File { path, state: Some(_) }] = &reading.instances[&None][..]
    else {
        panic!("{reading:?}")
    };
    assert_eq!(value.data.0, Value::text(r"<USERPROFILE>\Pictures\x.jpg").data);
    assert_eq!(path.iter().map(Text::to_string_lossy).collect::<Vec<_>>(), ["USERPROFILE", "Pictures", "x.jpg"]);
    assert_eq!(reading.contents.len(), 1);
}

#[test]
fn a_secret_that_cannot_be_looked_at_is_called_one() {
    let pc = Pc::new();
    for place in ["key = 'HKLM\\SAM\\SAM';keys = ['**']", "key = 'HKLM\\SECURITY\\Policy';value = 'x'"] {
        let catalogue = catalogue(place);
        let setting = catalogue.get("test.one").unwrap();
        let reading = with_registry(&Broken, |source| Reader::new(source, Secrets::standard()).read(setting));
        assert!(is_secret(&reading) && reading.instances.is_empty(), "{place}: {reading:?}");
        assert!(pc.read(place).instances.is_empty(), "{place}");
    }
}
