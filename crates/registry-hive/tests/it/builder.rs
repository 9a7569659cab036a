//! New hives, built of what was read elsewhere.

use registry::{Change, KeyPath, MemoryRegistry, Name, Root, Value, ValueType, WriteRegistry};
use registry_hive::{BuildError, Editor, Image, Logs, Mounts, NewHive, Overrides, Version};

use crate::support::{Files, NOW, Recorded, Tree, assert_sound, is_sound, real_hives};

fn root() -> KeyPath {
    KeyPath::new(Root::CurrentUser, vec![])
}

/// Every sound hive, built anew: the same tree, no larger than what Windows wrote, and fit to be edited.
#[test]
fn a_hive_that_is_built_anew_holds_the_same() {
    for (name, files) in real_hives() {
        let image = files.image();
        // What hides keys and values of another layer has no place in other versions.
        if !is_sound(&image) || image.hive().minor_version() == 6 {
            continue;
        }
        let (tree, size) = (Tree::of(&image), image.hive().bins_size());
        let large = tree.0.values().flatten().any(|(_, value)| value.data.len() > 1 << 20);
        let mut mounts = Mounts::default();
        mounts.mount(root(), image).unwrap();
        for version in [Version::V1_3, Version::V1_5] {
            if large && version == Version::V1_3 {
                continue;
            }
            let built = NewHive::new(version, "built anew").build(&mounts, &root()).unwrap();
            let again = Image::open(built.clone(), Logs::default()).unwrap();
            assert_sound(&again, || format!("{name} as {version:?}"));
            assert!(Tree::of(&again) == tree, "{name} as {version:?}");
            assert!(again.hive().bins_size() <= size + 40_000, "{name}: {} of {size}", again.hive().bins_size());
            let recorded = Recorded::over(Files::of_hive(built));
            let mut editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).unwrap();
            editor.create_key(&[Name::from("and edited")], None, None).unwrap();
            editor.commit().unwrap();
            assert_sound(&recorded.files().image(), || format!("{name} as {version:?}, edited"));
        }
    }
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let mut registry = MemoryRegistry::new(NOW);
    let key = KeyPath::parse(r"HKCU\Software\Example").unwrap();
    for path in [r"HKCU\Software", r"HKCU\Software\Example"] {
        registry.make(&Change::create(KeyPath::parse(path).unwrap())).unwrap();
    }
    registry.make(&Change::SetValue { key, name: Name::default(), value: Value::text("default") }).unwrap();
    let new = NewHive::new(Version::V1_5, "example");
    assert!(new.build(&registry, &root()).unwrap() == new.build(&registry, &root()).unwrap());
}

#[test]
fn what_no_hive_holds_is_refused() {
    let mut registry = MemoryRegistry::new(NOW);
    let value = Value { kind: ValueType::BINARY, data: vec![0; (1 << 20) + 1] };
    registry.make(&Change::SetValue { key: root(), name: Name::from("large"), value }).unwrap();
    let refused = NewHive::new(Version::V1_3, "").build(&registry, &root()).unwrap_err();
    let message = "the value 'large' of HKCU has 1048577 bytes; the most in a hive of this version is 1048576";
    assert_eq!(refused.to_string(), message);
    let absent = KeyPath::parse(r"HKCU\absent").unwrap();
    let refused = NewHive::new(Version::V1_5, "").build(&registry, &absent);
    assert!(matches!(refused, Err(BuildError::NoSuchKey { .. })));
}
