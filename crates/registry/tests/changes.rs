//! The registry in memory does what Windows does, an overlay says what would be, and what was changed can be undone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use registry::{
    Change, FileTime, Key, KeyPath, MemoryRegistry, Name, Overlay, ReadRegistry, RegistryError, Root,
    SecurityDescriptor, Value, WriteRegistry, limits,
};

const BEFORE: FileTime = FileTime(1);
const AFTER: FileTime = FileTime(2);

fn path(text: &str) -> KeyPath {
    KeyPath::parse(text).unwrap()
}

fn set(key: &str, name: &str, value: Value) -> Change {
    Change::SetValue { key: path(key), name: name.into(), value }
}

fn registry(changes: &[Change]) -> MemoryRegistry {
    let mut registry = MemoryRegistry::new(BEFORE);
    for change in changes {
        registry.make(change).unwrap();
    }
    registry
}

/// Every key of a registry with its values, in the order in which it lists them.
fn everything(registry: &dyn ReadRegistry) -> Vec<(KeyPath, Key, Vec<Value>)> {
    let mut all = Vec::new();
    let mut unvisited: Vec<_> = Root::ALL.iter().map(|(root, ..)| KeyPath::new(*root, vec![])).collect();
    while let Some(path) = unvisited.pop() {
        let key = registry.key(&path).unwrap().unwrap_or_else(|| panic!("{path} is listed and absent"));
        unvisited.extend(key.subkeys.iter().map(|name| path.join(name.clone())));
        let values = key.values.iter().map(|name| registry.value(&path, name).unwrap().unwrap()).collect();
        all.push((path, key, values));
    }
    all
}

/// The same with every spelling, but without what undoing does not bring back: times, and the order of values.
fn restorable(registry: &dyn ReadRegistry) -> Vec<String> {
    let mut all: Vec<_> = everything(registry)
        .into_iter()
        .map(|(path, key, values)| {
            let mut values: Vec<_> = key.values.iter().zip(values).map(|pair| format!("{pair:?}")).collect();
            values.sort();
            format!("{path} {:?} {:?} {:?} {values:?}", key.name, key.class, key.security)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_new_registry_has_its_roots() {
    let registry = MemoryRegistry::new(BEFORE);
    for (root, name, _) in Root::ALL {
        let key = registry.key(&KeyPath::new(root, vec![])).unwrap().unwrap();
        assert_eq!((key.name, key.written), (Name::from(name), BEFORE));
    }
    assert_eq!(everything(&registry).len(), 5);
}

#[test]
fn a_change_fails_as_it_does_on_windows() {
    let class = Some(Box::from([65]));
    let long = |length| Name::from_units(vec![97; length]);
    let deep = |depth| KeyPath::new(Root::Users, vec![Name::from("a"); depth]);
    let there = Value::dword(1);
    let rows: Vec<(Change, Result<(), &str>)> = vec![
        (Change::create(path(r"HKCU\There")), Ok(())),
        (Change::create(path(r"HKCU\there\New")), Ok(())),
        (Change::create(path(r"HKCU\None\New")), Err(r"HKCU\None does not exist")),
        (Change::create(path("HKCU")), Ok(())),
        (Change::create(path(r"HKCU\There").join(Name::default())), Err("0 characters")),
        (Change::create(path("HKCU").join(long(255))), Ok(())),
        (Change::create(path("HKCU").join(long(256))), Err("256 characters")),
        (Change::create(path("HKCU").join(r"a\b".into())), Err("no backslash")),
        (Change::create(deep(limits::DEPTH + 1)), Err("deeper than 512")),
        (Change::create(deep(limits::DEPTH)), Err("does not exist")),
        (Change::CreateKey { key: path("HKCU"), class, security: None }, Err("neither created nor deleted")),
        (Change::DeleteKey { key: path("HKCU") }, Err("neither created nor deleted")),
        (Change::DeleteKey { key: path(r"HKCU\There") }, Err(r"HKCU\There has subkeys (1)")),
        (Change::DeleteKey { key: path(r"HKCU\There\SUB") }, Ok(())),
        (Change::DeleteKey { key: path(r"HKCU\None") }, Ok(())),
        (Change::DeleteKey { key: path(r"HKCU\None\None") }, Ok(())),
        (set(r"HKCU\There", "", there.clone()), Ok(())),
        (set(r"HKCU\None", "", there.clone()), Err(r"HKCU\None does not exist")),
        (Change::SetValue { key: path("HKCU"), name: long(16_383), value: there.clone() }, Ok(())),
        (Change::SetValue { key: path("HKCU"), name: long(16_384), value: there }, Err("16384 characters")),
        (Change::DeleteValue { key: path(r"HKCU\There"), name: "None".into() }, Ok(())),
        (Change::DeleteValue { key: path(r"HKCU\None"), name: "None".into() }, Ok(())),
    ];
    let before = registry(&[Change::create(path(r"HKCU\There")), Change::create(path(r"HKCU\There\Sub"))]);
    for (change, expected) in rows {
        let outcome = before.clone().make(&change).map_err(|error| error.to_string());
        let in_overlay = Overlay::new(&before, AFTER).make(&change).map_err(|error| error.to_string());
        assert_eq!(outcome, in_overlay, "{change:?}");
        match (expected, outcome) {
            (Ok(()), Ok(())) => {}
            (Err(part), Err(message)) if message.contains(part) => {}
            (expected, outcome) => panic!("{change:?} gives {outcome:?} and not {expected:?}"),
        }
    }
}

#[test]
fn what_exists_keeps_its_spelling_and_its_place() {
    let mut registry = registry(&[
        Change::create(path(r"HKCU\Äpfel")),
        Change::create(path(r"HKCU\äPFEL")),
        Change::create(path(r"HKCU\ALSO")),
        set("HKCU", "Zwei", Value::dword(2)),
        set("HKCU", "Eins", Value::dword(1)),
        set("HKCU", "ZWEI", Value::dword(3)),
    ]);
    let key = |registry: &MemoryRegistry| registry.key(&path("HKCU")).unwrap().unwrap();
    let spelled = |names: Vec<Name>| names.iter().map(Name::to_string).collect::<Vec<_>>();
    assert_eq!(spelled(key(&registry).subkeys), ["ALSO", "Äpfel"]);
    assert_eq!(spelled(key(&registry).values), ["Zwei", "Eins"]);
    assert_eq!(registry.value(&path("HKCU"), &"zwei".into()).unwrap(), Some(Value::dword(3)));
    assert_eq!(registry.key(&path(r"HKCU\ÄPFEL")).unwrap().unwrap().name.to_string(), "Äpfel");

    // What was deleted comes back behind the rest.
    registry.make(&Change::DeleteValue { key: path("HKCU"), name: "zwei".into() }).unwrap();
    registry.make(&set("HKCU", "zwei", Value::dword(2))).unwrap();
    assert_eq!(spelled(key(&registry).values), ["Eins", "zwei"]);
}

#[test]
fn only_what_changes_something_is_stamped_and_listed() {
    let before = registry(&[Change::create(path(r"HKCU\There")), set(r"HKCU\There", "v", Value::dword(1))]);
    let rows = [
        (Change::create(path(r"HKCU\There")), vec![]),
        (set(r"HKCU\There", "V", Value::dword(1)), vec![]),
        (Change::DeleteValue { key: path(r"HKCU\There"), name: "none".into() }, vec![]),
        (Change::DeleteKey { key: path(r"HKCU\None") }, vec![]),
        (set(r"HKCU\There", "v", Value::dword(2)), vec![r"HKCU\There"]),
        (Change::DeleteValue { key: path(r"HKCU\There"), name: "v".into() }, vec![r"HKCU\There"]),
        (Change::create(path(r"HKCU\There\New")), vec!["HKCU\\There", "HKCU\\There\\New"]),
        (Change::DeleteKey { key: path(r"HKCU\There") }, vec!["HKCU"]),
    ];
    for (change, stamped) in rows {
        let mut memory = before.clone();
        memory.set_time(AFTER);
        memory.make(&change).unwrap();
        let mut found: Vec<_> = everything(&memory)
            .into_iter()
            .filter(|(_, key, _)| key.written == AFTER)
            .map(|(path, ..)| path.to_string())
            .collect();
        found.sort();
        assert_eq!(found, stamped, "{change:?}");

        let mut overlay = Overlay::new(&before, AFTER);
        overlay.make(&change).unwrap();
        assert_eq!(overlay.changes(), if stamped.is_empty() { vec![] } else { vec![change] });
    }
}

#[test]
fn a_new_key_has_the_security_of_the_one_above() {
    let security = |byte: u8| SecurityDescriptor(Box::from([byte]));
    let mut registry = MemoryRegistry::new(BEFORE);
    registry.set_security(&path("HKCU"), security(1)).unwrap();
    let own = Change::CreateKey { key: path(r"HKCU\Own"), class: None, security: Some(security(2)) };
    for change in [Change::create(path(r"HKCU\Same")), own, Change::create(path(r"HKCU\Own\Below"))] {
        registry.make(&change).unwrap();
    }
    for (key, byte) in [("HKCU", 1), (r"HKCU\Same", 1), (r"HKCU\Own", 2), (r"HKCU\Own\Below", 2)] {
        assert_eq!(registry.key(&path(key)).unwrap().unwrap().security, Some(security(byte)), "{key}");
    }
    let absent = registry.set_security(&path(r"HKCU\None"), security(1));
    assert!(matches!(absent, Err(RegistryError::NoSuchKey { .. })));
}

#[test]
fn an_inverse_brings_back_the_stored_spelling() {
    let before = registry(&[
        Change::create(path(r"HKCU\Spelled")),
        set(r"HKCU\Spelled", "Value", Value::text("1")),
        set(r"HKCU\Spelled", "Other", Value::text("2")),
    ]);
    let rows = [
        Change::DeleteKey { key: path(r"HKCU\SPELLED") },
        Change::DeleteValue { key: path(r"HKCU\SPELLED"), name: "VALUE".into() },
        set(r"HKCU\SPELLED", "VALUE", Value::text("3")),
    ];
    for change in rows {
        let mut after = before.clone();
        after.make(&change).unwrap();
        assert_ne!(restorable(&after), restorable(&before));
        for undo in change.inverse(&before).unwrap() {
            after.make(&undo).unwrap();
        }
        assert_eq!(restorable(&after), restorable(&before), "{change:?}");
    }
}

fn a_name() -> impl Strategy<Value = Name> {
    prop_oneof![
        8 => prop_oneof![Just("a"), Just("A"), Just("b"), Just("B"), Just("ä"), Just("Ä")].prop_map(Name::from),
        1 => Just(Name::from_units([0xd83d])),
        1 => Just(Name::from_units([0, 0x61])),
        1 => Just(Name::default()),
    ]
}

fn a_key() -> impl Strategy<Value = KeyPath> {
    let root = prop_oneof![Just(Root::CurrentUser), Just(Root::LocalMachine)];
    (root, proptest::collection::vec(a_name(), 0..4)).prop_map(|(root, names)| KeyPath::new(root, names))
}

fn a_change() -> impl Strategy<Value = Change> {
    let class = proptest::option::weighted(0.2, Just(Box::from([67])));
    let security = proptest::option::weighted(0.3, (0u8..3).prop_map(|byte| SecurityDescriptor(Box::from([byte]))));
    prop_oneof![
        4 => (a_key(), class, security)
            .prop_map(|(key, class, security)| Change::CreateKey { key, class, security }),
        2 => a_key().prop_map(|key| Change::DeleteKey { key }),
        3 => (a_key(), a_name(), 0u32..3)
            .prop_map(|(key, name, number)| Change::SetValue { key, name, value: Value::dword(number) }),
        1 => (a_key(), a_name()).prop_map(|(key, name)| Change::DeleteValue { key, name }),
    ]
}

/// A registry that random changes made, those left out that failed.
fn a_registry() -> impl Strategy<Value = MemoryRegistry> {
    proptest::collection::vec(a_change(), 0..60).prop_map(|changes| {
        let mut registry = MemoryRegistry::new(BEFORE);
        for (root, ..) in Root::ALL {
            registry.set_security(&KeyPath::new(root, vec![]), SecurityDescriptor(Box::from([9]))).unwrap();
        }
        for change in changes {
            let _ = registry.make(&change);
        }
        registry
    })
}

proptest! {
    #[test]
    fn an_overlay_is_a_changed_copy(
        beneath in a_registry(),
        changes in proptest::collection::vec(a_change(), 0..60),
        others in proptest::collection::vec((a_key(), a_name()), 10),
    ) {
        let untouched = everything(&beneath);
        let mut copy = beneath.clone();
        copy.set_time(AFTER);
        let mut overlay = Overlay::new(&beneath, AFTER);
        for change in &changes {
            let outcome = copy.make(change).map_err(|error| error.to_string());
            prop_assert_eq!(overlay.make(change).map_err(|error| error.to_string()), outcome);
        }
        prop_assert_eq!(everything(&overlay), everything(&copy));
        for (key, name) in &others {
            prop_assert_eq!(overlay.key(key).unwrap(), copy.key(key).unwrap());
            prop_assert_eq!(overlay.value(key, name).unwrap(), copy.value(key, name).unwrap());
        }
        prop_assert_eq!(everything(&beneath), untouched);

        // Its list of changes does the same.
        let mut again = beneath.clone();
        again.set_time(AFTER);
        for change in overlay.into_changes() {
            again.make(&change).unwrap();
        }
        prop_assert_eq!(everything(&again), everything(&copy));
    }

    #[test]
    fn what_was_changed_is_undone_in_reverse(
        before in a_registry(),
        changes in proptest::collection::vec(a_change(), 0..60),
    ) {
        let mut registry = before.clone();
        let mut undo = Vec::new();
        for change in &changes {
            let inverse = change.inverse(&registry).unwrap();
            let unchanged = everything(&registry);
            if registry.make(change).is_ok() {
                prop_assert_eq!(inverse.is_empty(), everything(&registry) == unchanged);
                undo.push(inverse);
            } else {
                prop_assert_eq!(everything(&registry), unchanged, "a change that fails changes nothing");
            }
        }
        for change in undo.into_iter().rev().flatten() {
            registry.make(&change).unwrap();
        }
        prop_assert_eq!(restorable(&registry), restorable(&before));
    }

    #[test]
    fn a_tree_is_deleted_leaf_first(before in a_registry(), key in a_key()) {
        prop_assume!(!key.names().is_empty());
        let mut registry = before.clone();
        for change in Change::delete_tree(&before, &key).unwrap() {
            registry.make(&change).unwrap();
        }
        let left = everything(&before).into_iter().filter(|(path, ..)| path.under(&key).is_none()).count();
        prop_assert_eq!(everything(&registry).len(), left);
    }
}

#[test]
fn the_deepest_registry_is_copied_and_dropped_on_a_small_stack() {
    let check = || {
        let mut registry = MemoryRegistry::new(BEFORE);
        let mut key = path("HKCU");
        for _ in 0..limits::DEPTH {
            key = key.join("deep".into());
            registry.make(&Change::create(key.clone())).unwrap();
        }
        assert_eq!(Change::delete_tree(&registry.clone(), &path(r"HKCU\deep")).unwrap().len(), limits::DEPTH);
    };
    std::thread::Builder::new().stack_size(64 << 10).spawn(check).unwrap().join().unwrap();
}
