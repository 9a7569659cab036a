//! Hives at their places: a folder with a Windows, and changes through the traits.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use registry::{Change, KeyPath, MemoryRegistry, Name, ReadRegistry, RegistryError, Value, WriteRegistry};
use registry_hive::{Editor, Image, LogName, Logs, Mounts, NewHive, OpenError, Overrides, Version, is_hibernated};

use crate::support::{Files, NOW, Recorded, empty_hive};

fn path(text: &str) -> KeyPath {
    KeyPath::parse(text).unwrap()
}

/// A hive of what stands under a key, with one value in each of these keys.
fn hive(root: &str, keys: &[(&str, &str, Value)]) -> Vec<u8> {
    let mut registry = MemoryRegistry::new(NOW);
    let root = path(root);
    for (key, name, value) in keys {
        let mut at = KeyPath::new(root.root(), vec![]);
        for name in root.names().iter().cloned().chain(Name::split_path(key)) {
            at = at.join(name);
            registry.make(&Change::create(at.clone())).unwrap();
        }
        registry.make(&Change::SetValue { key: at, name: Name::from(*name), value: value.clone() }).unwrap();
    }
    NewHive::new(Version::V1_5, "test").build(&registry, &root).unwrap()
}

/// Hives by the keys that they are mounted at.
type Hives = BTreeMap<&'static str, Vec<u8>>;

fn windows() -> Hives {
    let dword = Value::dword;
    let software = hive(r"HKLM\SOFTWARE", &[("Microsoft", "Version", dword(11))]);
    let system = hive(
        r"HKLM\SYSTEM",
        &[
            ("Select", "Current", dword(2)),
            ("ControlSet001", "Set", dword(1)),
            ("ControlSet002\\Control", "Set", dword(2)),
        ],
    );
    [(r"HKLM\SOFTWARE", software), (r"HKLM\SYSTEM", system)].into()
}

fn user() -> Hives {
    let own = hive("HKCU", &[("Software\\Example", "Own", Value::dword(3))]);
    let classes = hive("HKCU\\Software\\Classes", &[(".txt", "", Value::text("txtfile"))]);
    [("HKCU", own), (r"HKCU\Software\Classes", classes)].into()
}

fn image(file: Vec<u8>) -> Image {
    Image::open(file, Logs::default()).unwrap()
}

#[test]
fn a_windows_is_read_at_full_paths() {
    let mut mounts = Mounts::default();
    for (at, file) in windows().into_iter().chain(user()) {
        mounts.mount(path(at), Arc::new(image(file))).unwrap();
    }
    let rows = [
        (r"HKLM\software\MICROSOFT", "version", Some(Value::dword(11))),
        (r"HKLM\SYSTEM\CurrentControlSet\Control", "Set", Some(Value::dword(2))),
        (r"HKLM\SYSTEM\ControlSet001", "Set", Some(Value::dword(1))),
        (r"HKLM\SYSTEM\CurrentControlSet\Absent", "Set", None),
        (r"HKCU\Software\Example", "Own", Some(Value::dword(3))),
        (r"HKCU\Software\Classes\.txt", "", Some(Value::text("txtfile"))),
        (r"HKLM", "anything", None),
    ];
    for (key, name, value) in rows {
        assert_eq!(mounts.value(&path(key), &Name::from(name)).unwrap(), value, "{key}");
    }
    let names = |key: &str| {
        let key = mounts.key(&path(key)).unwrap().unwrap();
        (key.name.to_string(), key.subkeys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(names("HKLM"), (String::new(), "SOFTWARE SYSTEM".into()));
    assert_eq!(names(r"HKLM\SYSTEM").1, "ControlSet001 ControlSet002 Select CurrentControlSet");
    assert_eq!(names(r"HKLM\SYSTEM\CurrentControlSet"), ("CurrentControlSet".into(), "Control".into()));
    assert_eq!(names(r"HKCU\Software"), ("Software".into(), "Example Classes".into()));
    assert_eq!(names(r"HKCU\Software\Classes"), ("Classes".into(), ".txt".into()));
    // What lies in no hive is not known to be absent.
    for key in [r"HKLM\SAM", r"HKU\S-1-5-18", "HKCR"] {
        assert!(matches!(mounts.key(&path(key)), Err(RegistryError::NotMounted { .. })), "{key}");
        assert!(matches!(mounts.value(&path(key), &Name::default()), Err(RegistryError::NotMounted { .. })), "{key}");
    }
}

#[test]
fn logs_are_read_where_the_last_write_was_cut_off_and_nowhere_else() {
    let clean = empty_hive(Version::V1_5);
    let mut dirty = clean.clone();
    dirty[4] = dirty[4].wrapping_add(1);
    for (file, expected) in
        [(clean, vec![None]), (dirty, vec![None, Some(LogName::Log1), Some(LogName::Log2), Some(LogName::Log)])]
    {
        let mut asked = Vec::new();
        let read = |name: Option<LogName>| -> Result<_, Infallible> {
            asked.push(name);
            Ok(name.is_none().then(|| file.clone()))
        };
        assert!(Image::read(read).unwrap().is_some());
        assert_eq!(asked, expected);
    }
    assert!(Image::read(|_| Ok::<_, Infallible>(None)).unwrap().is_none());
    assert!(matches!(Image::read(|_| Ok::<_, Infallible>(Some(vec![]))), Err(OpenError::NotAHive(_))));
    assert!(matches!(Image::read(|_| Err("no")), Err(OpenError::Read("no"))));
}

#[test]
fn changes_reach_the_hive_they_belong_to() {
    let files = [(r"HKLM\SYSTEM", windows()[r"HKLM\SYSTEM"].clone()), ("HKCU", empty_hive(Version::V1_5))];
    let recorded = files.map(|(at, hive)| (path(at), Recorded::over(Files::of_hive(hive))));
    let mut mounts = Mounts::default();
    for (at, files) in &recorded {
        let editor = Editor::open(Box::new(files.clone()), NOW, Overrides::default()).unwrap();
        mounts.mount(at.clone(), editor).unwrap();
    }
    let changes = [
        Change::create(path(r"HKLM\SYSTEM\CurrentControlSet\New")),
        Change::SetValue {
            key: path(r"HKLM\SYSTEM\CurrentControlSet\New"),
            name: Name::from("v"),
            value: Value::dword(5),
        },
        Change::create(path(r"HKCU\Own")),
        Change::DeleteValue { key: path(r"HKLM\SYSTEM\ControlSet001"), name: Name::from("Set") },
    ];
    let mut inverse = Vec::new();
    for change in &changes {
        inverse.push(change.inverse(&mounts).unwrap());
        mounts.make(change).unwrap();
    }
    let refused = [
        (Change::create(path(r"HKLM\SAM\New")), r"no hive holds HKLM\SAM\New"),
        (Change::create(path(r"HKCU\Absent\New")), r"HKCU\Absent does not exist"),
        (
            Change::DeleteKey { key: path(r"HKLM\SYSTEM\ControlSet002") },
            r"HKLM\SYSTEM\ControlSet002 has subkeys (2) and cannot be deleted before them",
        ),
        (
            Change::DeleteKey { key: path(r"HKLM\SYSTEM") },
            r"HKLM\SYSTEM is the top of a registry or a hive, which is neither created nor deleted",
        ),
    ];
    for (change, message) in refused {
        assert_eq!(mounts.make(&change).unwrap_err().to_string(), message);
    }
    let before: Vec<_> = recorded.iter().map(|(_, files)| files.files().tree()).collect();
    for change in inverse.iter().rev().flatten() {
        mounts.make(change).unwrap();
    }
    for (_, editor) in mounts.into_hives() {
        editor.commit().unwrap();
    }
    let after: Vec<_> = recorded.iter().map(|(_, files)| files.files().tree()).collect();
    assert!(before == after, "what was changed and taken back is as it was");
}

#[test]
fn a_hibernated_windows_is_recognised() {
    for live in [b"HIBR", b"hibr", b"WAKE", b"wake", b"RSTR"] {
        assert!(is_hibernated(live), "{live:?}");
    }
    for dead in [b"\0\0\0\0".as_slice(), b"", b"HIB", b"junk and more"] {
        assert!(!is_hibernated(dead), "{dead:?}");
    }
}

/// The hive of the user has a key where another hive belongs, and it must not answer for it.
#[test]
fn a_hive_that_is_withheld_is_unknown_and_what_is_above_it_is_not() {
    let keys = [(r"Software\Classes\.txt", "", Value::text("old")), (r"Software\App", "a", Value::text("b"))];
    let file = hive("HKCU", &keys);
    for why in [None, Some("it is cut short".to_owned())] {
        let mut mounts = Mounts::default();
        mounts.mount(path("HKCU"), image(file.clone())).unwrap();
        mounts.withhold(path(r"HKCU\Software\Classes"), why.clone());
        assert_eq!(mounts.hives().count(), 1);
        let software = mounts.key(&path(r"HKCU\Software")).unwrap().unwrap();
        assert_eq!(software.subkeys, [Name::from("App"), Name::from("Classes")]);
        assert!(mounts.value(&path(r"HKCU\Software\App"), &Name::from("a")).unwrap().is_some());
        for key in [r"HKCU\Software\Classes", r"HKCU\Software\Classes\.txt", r"HKCU\Software\Classes\none"] {
            let errors = [
                mounts.key(&path(key)).map(|_| ()).unwrap_err(),
                mounts.value(&path(key), &Name::default()).map(|_| ()).unwrap_err(),
            ];
            for error in errors {
                assert_eq!(matches!(error, RegistryError::NotMounted { .. }), why.is_none(), "{error}");
                assert_eq!(error.to_string().contains("cut short"), why.is_some(), "{error}");
            }
        }
    }
}
