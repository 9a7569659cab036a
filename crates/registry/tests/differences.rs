//! What turns one registry into another does just that.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use registry::{
    Change, FileTime, KeyPath, MemoryRegistry, Name, ReadRegistry, RegistryError, SecurityDescriptor, Value,
    WriteRegistry, differences,
};

fn top() -> KeyPath {
    KeyPath::parse("HKCU").unwrap()
}

fn registry(changes: &[Change]) -> MemoryRegistry {
    let mut registry = MemoryRegistry::new(FileTime(1));
    registry.set_security(&top(), SecurityDescriptor([0; 20].into())).unwrap();
    for change in changes {
        // What cannot be made is left out: scripts are random.
        let _ = registry.make(change);
    }
    registry
}

/// Everything with its spelling, without times and the order of values.
fn everything(registry: &dyn ReadRegistry) -> Vec<String> {
    let mut all = Vec::new();
    let mut unvisited = vec![top()];
    while let Some(path) = unvisited.pop() {
        let key = registry.key(&path).unwrap().unwrap();
        unvisited.extend(key.subkeys.iter().map(|name| path.join(name.clone())));
        all.push(format!("{path} {:?} {:?}", key.class, key.security));
        let values = key.values.iter().map(|name| format!("{path} {name} {:?}", registry.value(&path, name).unwrap()));
        all.extend(values);
    }
    all.sort();
    all
}

fn turned(from: &MemoryRegistry, to: &MemoryRegistry) -> Vec<Change> {
    let changes = differences(from, to, &top()).unwrap();
    let mut made = from.clone();
    for change in &changes {
        made.make(change).unwrap();
    }
    assert_eq!(everything(&made), everything(to), "{changes:?}");
    changes
}

fn create(key: &str, class: Option<&str>) -> Change {
    let class = class.map(|class| class.encode_utf16().collect());
    Change::CreateKey { key: KeyPath::parse(key).unwrap(), class, security: None }
}

fn set(key: &str, name: &str, number: u32) -> Change {
    Change::SetValue { key: KeyPath::parse(key).unwrap(), name: name.into(), value: Value::dword(number) }
}

#[test]
fn each_kind_of_difference() {
    let old =
        [create(r"HKCU\a", None), create(r"HKCU\a\b", Some("class")), set(r"HKCU\a", "v", 1), set(r"HKCU\a", "w", 1)];
    let rows: [(&str, Vec<Change>, usize); 8] = [
        ("nothing", old.to_vec(), 0),
        ("a value", [&old[..], &[set(r"HKCU\a", "V", 2)]].concat(), 1),
        ("another value", [&old[..], &[set(r"HKCU\a\b", "", 2)]].concat(), 1),
        ("a value less", old[..3].to_vec(), 1),
        (
            "spelling of a value",
            vec![create(r"HKCU\a", None), old[1].clone(), set(r"HKCU\a", "V", 1), old[3].clone()],
            2,
        ),
        ("everything less", vec![], 2),
        ("class", vec![old[0].clone(), create(r"HKCU\a\b", None), old[2].clone(), old[3].clone()], 2),
        ("spelling of a key", vec![create(r"HKCU\A", None), old[1].clone()], 4),
    ];
    for (what, new, count) in rows {
        assert_eq!(turned(&registry(&old), &registry(&new)).len(), count, "{what}");
    }
}

#[test]
fn the_top_keeps_its_security() {
    let (one, mut other) = (registry(&[]), registry(&[]));
    other.set_security(&top(), SecurityDescriptor([1; 20].into())).unwrap();
    let refused = differences(&one, &other, &top()).unwrap_err();
    assert!(matches!(refused, RegistryError::IsRoot { .. }), "{refused}");
}

/// A registry in which every key has two subkeys with everything in them again, as a damaged hive can show it.
struct Endless;

impl ReadRegistry for Endless {
    fn key(&self, path: &KeyPath) -> Result<Option<registry::Key>, RegistryError> {
        let subkeys = if path.names().len() < 500 { vec!["a".into(), "b".into()] } else { vec![] };
        Ok(Some(registry::Key {
            name: path.names().last().cloned().unwrap_or_default(),
            written: FileTime(0),
            class: None,
            security: None,
            subkeys,
            values: vec![],
        }))
    }

    fn value(&self, _: &KeyPath, _: &Name) -> Result<Option<Value>, RegistryError> {
        Ok(None)
    }
}

#[test]
fn what_has_no_end_is_refused() {
    let refused = differences(&Endless, &Endless, &top()).unwrap_err();
    assert!(matches!(refused, RegistryError::TooLarge { .. }), "{refused}");
}

fn change() -> impl Strategy<Value = Change> {
    let name = prop_oneof![Just("a"), Just("b"), Just("B"), Just("c")];
    let key = proptest::collection::vec(name.clone(), 0..4)
        .prop_map(|names| names.into_iter().fold(top(), |path, name| path.join(name.into())));
    prop_oneof![
        (key.clone(), 0..3u16).prop_map(|(key, class)| Change::CreateKey {
            key,
            class: (class == 2).then(|| [class].into()),
            security: (class == 1).then(|| SecurityDescriptor([9; 20].into())),
        }),
        (key.clone(), name.clone(), 0..3u32).prop_map(|(key, name, number)| Change::SetValue {
            key,
            name: name.into(),
            value: Value::dword(number)
        }),
        (key.clone(), name).prop_map(|(key, name)| Change::DeleteValue { key, name: name.into() }),
        key.prop_map(|key| Change::DeleteKey { key }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_registry_turns_into_any_other(
        one in proptest::collection::vec(change(), 0..30),
        other in proptest::collection::vec(change(), 0..30),
    ) {
        turned(&registry(&one), &registry(&other));
    }
}
