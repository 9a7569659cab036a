//! Lists of subkeys as they grow and shrink, in both versions, and room that is used again.

use registry::{Name, SecurityDescriptor, Value, ValueType};
use registry_hive::{Editor, HiveFile, Overrides, Version};

use crate::support::{Files, NOW, Random, Recorded, Tree, assert_sound, empty_hive};

fn editing(recorded: &Recorded) -> Editor {
    Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).unwrap()
}

#[test]
fn thousands_of_subkeys_are_divided_and_joined() {
    for version in [Version::V1_3, Version::V1_5] {
        let recorded = Recorded::over(Files::of_hive(empty_hive(version)));
        let mut random = Random(5);
        let mut names: Vec<Name> =
            (0..3000).map(|number| Name::from(format!("{} {number}", random.below(1000)).as_str())).collect();
        // Each size at which a list becomes another kind, and one more.
        for end in [1, 2, 506, 507, 508, 1011, 1012, 1013, 3000] {
            let mut editor = editing(&recorded);
            for name in &names[..end] {
                editor.create_key(std::slice::from_ref(name), None, None).unwrap();
            }
            editor.commit().unwrap();
            let image = recorded.files().image();
            assert_sound(&image, || format!("{version:?} with {end}"));
            assert_eq!(Tree::of(&image).0.len(), end + 1, "{version:?}");
            for name in &names[..end] {
                let found = image.hive().find(std::slice::from_ref(name)).unwrap().unwrap();
                assert!(found.name().is(name), "{version:?}: {name}");
            }
            assert!(image.hive().find(&[Name::from("absent")]).unwrap().is_none());
        }
        while !names.is_empty() {
            let mut editor = editing(&recorded);
            for _ in 0..500.min(names.len()) {
                let name = names.swap_remove(random.below(names.len()));
                editor.delete_key(&[name]).unwrap();
            }
            editor.commit().unwrap();
            let image = recorded.files().image();
            assert_sound(&image, || format!("{version:?} with {} left", names.len()));
            assert_eq!(Tree::of(&image).0.len(), names.len() + 1, "{version:?}");
        }
    }
}

#[test]
fn data_of_every_size_come_back_and_room_is_used_again() {
    for version in [Version::V1_3, Version::V1_5] {
        let recorded = Recorded::over(Files::of_hive(empty_hive(version)));
        let sizes = [0, 1, 3, 4, 5, 8, 4096, 16_343, 16_344, 16_345, 2 * 16_344, 2 * 16_344 + 1, 1 << 20];
        let value = |size: usize, round: usize| Value {
            kind: ValueType(u32::try_from(size).unwrap()),
            data: (0..size).map(|at| u8::try_from((at + round) % 251).unwrap()).collect(),
        };
        let mut lengths = Vec::new();
        for round in 0..6 {
            let mut editor = editing(&recorded);
            for size in sizes {
                // Each value takes the place of one of another size.
                let name = Name::from(format!("value {}", (size + round) % sizes.len()).as_str());
                editor.set_value(&[], &name, &value(size, round)).unwrap();
                assert_eq!(editor.value(&[], &name).unwrap(), Some(value(size, round)), "{version:?}");
            }
            editor.commit().unwrap();
            assert_sound(&recorded.files().image(), || format!("{version:?}, round {round}"));
            lengths.push(recorded.files().hive().len());
        }
        assert!(lengths[5] < lengths[0] * 3, "{version:?}: {lengths:?}");
        let mut editor = editing(&recorded);
        for name in editor.key(&[]).unwrap().unwrap().values {
            editor.delete_value(&[], &name).unwrap();
        }
        editor.commit().unwrap();
        let image = recorded.files().image();
        assert_sound(&image, || format!("{version:?}, emptied"));
        assert_eq!(image.hive().root().unwrap().value_count(), 0);
    }
}

#[test]
fn data_beyond_what_windows_holds_are_refused() {
    let recorded = Recorded::over(Files::of_hive(empty_hive(Version::V1_3)));
    let mut editor = editing(&recorded);
    let large = Value { kind: ValueType::BINARY, data: vec![1; (1 << 20) + 1] };
    let refused = editor.set_value(&[], &Name::from("large"), &large).unwrap_err();
    let message = "data of 1048577 bytes are too large for a hive of this version; the most is 1048576";
    assert_eq!(refused.to_string(), message);
    assert!(!editor.is_changed(), "nothing of it stays");
    let names = [("", 0), ("a\\b", 3), (&"x".repeat(256), 256)];
    for (name, length) in names {
        let refused = editor.create_key(&[Name::from(name)], None, None).unwrap_err().to_string();
        assert!(refused.ends_with(&format!("this one has {length}")), "{refused}");
    }
    let refused = editor.set_value(&[], &Name::from("x".repeat(16_384).as_str()), &Value::dword(1)).unwrap_err();
    assert_eq!(refused.to_string(), "a value's name has at most 16383 characters; this one has 16384");
    editor.commit().unwrap();
    assert!(recorded.steps().is_empty(), "what was refused is not written");
}

/// A key says it has one subkey, and its list holds three: to go by either would lose some.
#[test]
fn a_wrong_count_is_not_edited() {
    let recorded = Recorded::over(Files::of_hive(empty_hive(Version::V1_5)));
    let mut editor = editing(&recorded);
    for name in ["one", "two", "three"] {
        editor.create_key(&[Name::from(name)], None, None).unwrap();
    }
    editor.commit().unwrap();
    let mut files = recorded.files();
    // The root's cell is the first; its count of subkeys is at 20.
    let count = 4096 + 32 + 4 + 20;
    files.0.get_mut(&HiveFile::Hive).unwrap()[count] = 1;
    let mut editor = editing(&Recorded::over(files));
    for refused in [editor.delete_key(&[Name::from("two")]), editor.create_key(&[Name::from("four")], None, None)] {
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("the key says that it has 1 subkeys, and its lists hold 3"), "{refused}");
    }
    assert!(!editor.is_changed());
}

/// Windows would follow a link to another key; an edit here would be one that nobody sees.
#[test]
fn links_are_not_edited() {
    let recorded = Recorded::over(Files::of_hive(empty_hive(Version::V1_5)));
    let mut editor = editing(&recorded);
    let path = ["link", "below"].map(Name::from);
    editor.create_key(&path[..1], None, None).unwrap();
    editor.create_key(&path, None, None).unwrap();
    editor.commit().unwrap();
    let mut files = recorded.files();
    let link = files.image().hive().find(&path[..1]).unwrap().unwrap().offset();
    files.0.get_mut(&HiveFile::Hive).unwrap()[4096 + usize::try_from(link).unwrap() + 4 + 2] |= 0x10;
    let mut editor = editing(&Recorded::over(files));
    let refused = [
        editor.set_value(&path[..1], &Name::default(), &Value::dword(1)),
        editor.set_value(&path, &Name::default(), &Value::dword(1)),
        editor.create_key(&["link", "new"].map(Name::from), None, None),
        editor.value(&path, &Name::default()).map(drop),
    ];
    for refused in refused {
        let message = "'link' is a link to another key; name the key that it stands for";
        assert_eq!(refused.unwrap_err().to_string(), message);
    }
}

#[test]
fn keys_with_the_same_security_share_it() {
    let recorded = Recorded::over(Files::of_hive(empty_hive(Version::V1_5)));
    let mut editor = editing(&recorded);
    let other = editor.key(&[]).unwrap().unwrap().security.unwrap();
    // The owner is another: the last byte of the first identifier behind the list.
    let mut bytes = other.0.to_vec();
    let owner = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    bytes[owner + 12] ^= 1;
    let other = SecurityDescriptor(bytes.into());
    for name in ["one", "two", "three"] {
        editor.create_key(&[Name::from(name)], None, Some(&other)).unwrap();
    }
    editor.create_key(&[Name::from("one"), Name::from("inherits")], None, None).unwrap();
    let path = ["one", "inherits"].map(Name::from);
    assert_eq!(editor.key(&path).unwrap().unwrap().security, Some(other));
    editor.commit().unwrap();
    assert_sound(&recorded.files().image(), || "shared".to_owned());
    let mut editor = editing(&recorded);
    for path in [&path[..], &path[..1], &[Name::from("two")], &[Name::from("three")]] {
        editor.delete_key(path).unwrap();
    }
    editor.commit().unwrap();
    assert_sound(&recorded.files().image(), || "given up".to_owned());
}
