//! Random edits, on real hives and on new ones, against a plain model of what they should do.

use registry::{Name, Value, ValueType};
use registry_hive::{EditError, Editor, Overrides, Version};

use crate::support::{Files, NOW, Random, Recorded, Tree, assert_sound, empty_hive, is_sound, real_hives};

#[test]
fn a_commit_without_changes_leaves_every_byte() {
    for (name, files) in real_hives() {
        let recorded = Recorded::over(files.clone());
        let Ok(editor) = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()) else { continue };
        if editor.replayed().is_none() {
            editor.commit().unwrap();
            assert!(recorded.files() == files, "{name}");
            assert!(recorded.steps().is_empty(), "{name}");
        }
    }
}

#[test]
fn random_edits_do_what_a_model_does() {
    let mut edited = 0;
    let new =
        [Version::V1_3, Version::V1_5].map(|version| (format!("{version:?}"), Files::of_hive(empty_hive(version))));
    for (name, files) in real_hives().into_iter().chain(new) {
        // What takes long to read is edited less often.
        for seed in 0..if files.hive().len() > 1 << 20 { 1 } else { 8 } {
            edited += usize::from(edit_at_random(&name, files.clone(), seed));
        }
    }
    assert!(edited >= 16, "{edited}");
}

/// Commits a few batches of random edits and compares after each. Whether the hive could be edited.
fn edit_at_random(name: &str, files: Files, seed: u64) -> bool {
    let mut random = Random((seed * 2 + 1) | (1 << 40));
    let before = files.image();
    if before.hive().root().is_err() || !is_sound(&before) {
        return false;
    }
    let original = Tree::of(&before);
    let mut model = original.clone();
    let recorded = Recorded::over(files);
    for batch in 0..3 {
        let Ok(mut editor) = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()) else { return false };
        for _ in 0..random.below(60) + 1 {
            edit(&mut editor, &mut model, &mut random);
        }
        editor.commit().unwrap();
        let image = recorded.files().image();
        assert!(Tree::of(&image) == model, "{name}, seed {seed}, batch {batch}: the hive is not what the model is");
        assert_sound(&image, || format!("{name}, seed {seed}, batch {batch}"));
    }
    // Back to where it began.
    let mut editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).unwrap();
    undo(&mut editor, &model, &original);
    editor.commit().unwrap();
    let image = recorded.files().image();
    assert!(Tree::of(&image) == original, "{name}, seed {seed}: the hive is not what it was");
    assert_sound(&image, || format!("{name}, seed {seed}, undone"));
    true
}

fn edit(editor: &mut Editor, model: &mut Tree, random: &mut Random) {
    let paths: Vec<_> = model.0.keys().cloned().collect();
    let path = &paths[random.below(paths.len())];
    match random.below(10) {
        0..3 => {
            let mut path = path.clone();
            for _ in 0..=random.below(2) {
                path.push(name(random, 20));
                let class: Option<Vec<u16>> = (random.below(8) == 0).then(|| "Class".encode_utf16().collect());
                match editor.create_key(&path, class.as_deref(), None) {
                    Ok(()) => {}
                    Err(EditError::Tombstone) => return,
                    Err(error) => panic!("{error}"),
                }
                model.0.entry(path.clone()).or_default();
            }
        }
        3..5 => {
            let below: Vec<_> = paths.iter().filter(|other| other.starts_with(path)).cloned().collect();
            // Not much at once, so that the hive stays interesting.
            if !path.is_empty() && below.len() <= 10 {
                for path in below.iter().rev() {
                    match editor.delete_key(path) {
                        Ok(()) => drop(model.0.remove(path)),
                        Err(EditError::Protected) => return,
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        }
        5..9 => {
            let old: Vec<_> = model.0[path].keys().cloned().collect();
            let name = match random.below(2) {
                0 if !old.is_empty() => old[random.below(old.len())].clone(),
                _ => name(random, 40),
            };
            let value = value(random);
            match editor.set_value(path, &name, &value) {
                Ok(()) => {}
                Err(EditError::Tombstone) => return,
                Err(error) => panic!("{error}"),
            }
            model.0.get_mut(path).unwrap().insert(name, value);
        }
        _ => {
            let old: Vec<_> = model.0[path].keys().cloned().collect();
            if !old.is_empty() {
                let name = &old[random.below(old.len())];
                editor.delete_value(path, name).unwrap();
                model.0.get_mut(path).unwrap().remove(name);
            }
        }
    }
}

fn undo(editor: &mut Editor, from: &Tree, to: &Tree) {
    for path in from.0.keys().rev().filter(|path| !to.0.contains_key(*path)) {
        editor.delete_key(path).unwrap();
    }
    for (path, values) in &to.0 {
        editor.create_key(path, None, None).unwrap();
        let now: Vec<_> = from.0.get(path).map(|values| values.keys().cloned().collect()).unwrap_or_default();
        for name in now.iter().filter(|name| !values.contains_key(*name)) {
            editor.delete_value(path, name).unwrap();
        }
        for (name, value) in values {
            editor.set_value(path, name, value).unwrap();
        }
    }
}

fn name(random: &mut Random, longest: usize) -> Name {
    let length = random.below(longest) + 1;
    let wide = random.below(4) == 0;
    let units: Vec<u16> = (0..length)
        .map(|_| match random.below(if wide { 6 } else { 4 }) {
            0..2 => u16::try_from(b'a' as usize + random.below(26)).unwrap(),
            2 => u16::try_from(b'A' as usize + random.below(26)).unwrap(),
            3 => [0xe4, 0xdf, 0x20, 0xb5][random.below(4)],
            4 => [0x416, 0x436, 0xff21, 0x131][random.below(4)],
            _ => [0xd83d, 0xdf0e, 0xd801, 0xdc10][random.below(4)],
        })
        .collect();
    Name::from_units(units)
}

fn value(random: &mut Random) -> Value {
    let sizes = [0, 1, 2, 3, 4, 5, 8, 12, 60, 4000, 16_343, 16_344, 16_345, 2 * 16_344, 50_000];
    let length = match random.below(3) {
        0 => sizes[random.below(sizes.len())],
        _ => random.below(80),
    };
    let kind = [0, 1, 2, 3, 4, 7, 11, 0xffff_0012][random.below(8)];
    let first = random.below(256);
    let data = (0..length).map(|place| u8::try_from((first + place * 7) % 256).unwrap()).collect();
    Value { kind: ValueType(kind), data }
}
