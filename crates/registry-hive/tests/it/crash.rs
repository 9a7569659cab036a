//! A commit is cut off after every step, with what was not yet synced written in part and in any order. Each time the
//! hive is exactly as before or exactly as after.

use std::collections::BTreeSet;

use registry::{Name, Value};
use registry_hive::{BaseBlock, EditError, Editor, HiveFile, Image, LogName, Logs, Overrides, State, Version};

use crate::support::{Files, NOW, Random, Recorded, Step, empty_hive, is_sound, real_hives};

const SECTOR: usize = 512;

#[test]
fn a_commit_that_is_cut_off_anywhere_gives_the_old_tree_or_the_new() {
    let mut cut = 0;
    let new =
        [Version::V1_3, Version::V1_5].map(|version| (format!("{version:?}"), Files::of_hive(empty_hive(version))));
    for (name, files) in real_hives().into_iter().chain(new) {
        if !is_worth_its_time(&files) {
            continue;
        }
        for files in [declared_clean(&files), Some(files.clone())].into_iter().flatten() {
            cut += cut_everywhere(&name, &files);
        }
    }
    assert!(cut > 100, "{cut}");
}

/// What was committed is taken back, page by page, and that is cut off too. Each time the hive holds to the byte what it
/// held before or after.
#[test]
fn a_restore_that_is_cut_off_anywhere_gives_the_old_bytes_or_the_new() {
    let mut cut = 0;
    let new = [Version::V1_3, Version::V1_5].into_iter().flat_map(|version| {
        let files = Files::of_hive(empty_hive(version));
        let old_log = with_log_of_old(&files);
        [(format!("{version:?}"), files), (format!("{version:?} with a log of old"), old_log)]
    });
    for (name, files) in real_hives().into_iter().chain(new) {
        if !is_worth_its_time(&files) {
            continue;
        }
        let recorded = Recorded::over(files.clone());
        let Some(editor) = edit(&recorded, &files) else { continue };
        let ready = editor.finish().unwrap();
        let (before, after) = ready.digests().unwrap();
        assert_eq!(files.image().digest(), before, "{name}");
        assert_ne!(before, after, "{name}");
        let pages = ready.pages();
        ready.commit().unwrap();
        let changed = recorded.files();
        assert_eq!(changed.image().digest(), after, "{name}");

        let recorded = Recorded::over(changed.clone());
        let mut editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).unwrap();
        // What is edited meanwhile leaves no trace.
        editor
            .set_value(&[], &Name::from("lost"), &Value { kind: registry::ValueType::BINARY, data: vec![1; 9_000] })
            .unwrap();
        let ready = editor.restore(before.bins_size, pages.iter().map(|pages| (pages.offset, &*pages.before))).unwrap();
        assert_eq!(ready.digests().unwrap(), (after, before), "{name}");
        ready.commit().unwrap();
        assert_eq!(recorded.files().image().digest(), before, "{name}");
        assert_eq!(*recorded.files().image().state(), State::Clean, "{name}");
        let steps = recorded.steps();
        for end in 0..=steps.len() {
            for seed in 0..4 {
                let files = cut_off(&changed, &steps[..end], seed);
                let digest = files.image().digest();
                assert!(digest == before || digest == after, "{name}: cut off after {end}, {seed}");
                cut += 1;
            }
        }
    }
    assert!(cut > 50, "{cut}");
}

#[test]
fn pages_of_another_hive_are_not_put_back() {
    let open = || {
        let recorded = Recorded::over(Files::of_hive(empty_hive(Version::V1_5)));
        Editor::open(Box::new(recorded), NOW, Overrides::default()).unwrap()
    };
    let size = open().finish().unwrap().digests().unwrap().0.bins_size;
    let refused =
        |restored: Result<registry_hive::Ready, EditError>| matches!(restored, Err(EditError::NotItsPages { .. }));
    assert!(refused(open().restore(size + 4096, [])));
    assert!(refused(open().restore(size, [(size - 4096, [0; 8192].as_slice())])));
    assert!(refused(open().restore(size, [(u32::MAX, [0; 1].as_slice())])));
}

/// The same hive beside a log as Windows wrote it up to 8, which has nothing for it.
fn with_log_of_old(files: &Files) -> Files {
    let mut files = files.clone();
    let mut block = files.hive()[..512].to_vec();
    block[28] = 1;
    let sum = block[..508].as_chunks::<4>().0.iter().fold(0, |sum, &word| sum ^ u32::from_le_bytes(word));
    block[508..].copy_from_slice(&sum.to_le_bytes());
    files.0.insert(HiveFile::Log(LogName::Log1), block);
    files
}

/// The same files with equal numbers in the hive, as programs leave it that know no logs. The logs hold higher numbers.
fn declared_clean(files: &Files) -> Option<Files> {
    let mut declared = files.clone();
    let hive = declared.0.get_mut(&HiveFile::Hive).filter(|_| files.0.len() > 1)?;
    hive.copy_within(4..8, 8);
    let sum = hive[..508].as_chunks::<4>().0.iter().fold(0, |sum, &word| sum ^ u32::from_le_bytes(word));
    hive[508..512].copy_from_slice(&sum.to_le_bytes());
    // What a cut has left half-written, or of another version, is no hive to edit.
    let image = Image::open(declared.hive().to_vec(), Logs::default()).ok()?;
    (image.hive().root().is_ok() && is_sound(&image)).then_some(declared)
}

/// Cuts a commit off after each of its steps. How often that was; not at all for a hive that is not edited.
fn cut_everywhere(name: &str, files: &Files) -> usize {
    let mut cut = 0;
    if let Some((steps, old, new)) = edited(files) {
        assert!(old != new, "{name}");
        let mut outcomes = BTreeSet::new();
        for end in 0..=steps.len() {
            for seed in 0..4 {
                let files = cut_off(files, &steps[..end], seed);
                let tree = files.fingerprint();
                assert!(tree == old || tree == new, "{name}: cut off after {end} of {} steps, {seed}", steps.len());
                outcomes.insert(tree == new);
                if end == steps.len() {
                    assert!(tree == new && *files.image().state() == State::Clean, "{name}: a whole commit");
                }
                mend_in_place(name, files, tree);
                cut += 1;
            }
        }
        assert_eq!(outcomes.len(), 2, "{name}: both trees were met");
    }
    cut
}

/// What Windows writes next fits behind what was written here, whichever log it takes.
#[test]
fn a_write_that_follows_is_replayed() {
    for (name, files) in real_hives() {
        if !is_worth_its_time(&files) {
            continue;
        }
        let Some((steps, _, _)) = edited(&files) else { continue };
        let first = cut_off(&files, &steps, 0);
        for log in [LogName::Log1, LogName::Log2] {
            let second = Recorded::over(first.clone());
            let mut editor = Editor::open(Box::new(second.clone()), NOW, Overrides::default()).unwrap();
            editor.set_value(&[], &Name::from("second"), &Value::dword(2)).unwrap();
            editor.commit().unwrap();
            let expected = second.files().fingerprint();
            // The log and the base block that says that a write began; no page.
            let mut cut = first.clone();
            let begun = second.steps().into_iter().filter(|step| matches!(step, Step::Write(..))).take(2);
            for step in begun {
                cut.apply(&match step {
                    Step::Write(HiveFile::Log(_), offset, bytes) => Step::Write(HiveFile::Log(log), offset, bytes),
                    step => step,
                });
            }
            assert!(matches!(cut.image().state(), State::Replayed(_)), "{name}, {log:?}");
            assert!(cut.fingerprint() == expected, "{name}, {log:?}");
        }
    }
}

/// A large hive has no other commit than a small one, unless it has logs.
fn is_worth_its_time(files: &Files) -> bool {
    files.0.len() > 1 || files.hive().len() <= 300_000
}

/// The steps of a commit with changes of every kind, and what the hive holds before and after; `None` for a hive that is not
/// edited.
fn edited(files: &Files) -> Option<(Vec<Step>, u32, u32)> {
    let recorded = Recorded::over(files.clone());
    edit(&recorded, files)?.commit().unwrap();
    Some((recorded.steps(), files.fingerprint(), recorded.files().fingerprint()))
}

/// Changes of every kind, not yet committed.
fn edit(recorded: &Recorded, files: &Files) -> Option<Editor> {
    let mut editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).ok()?;
    let path = [Name::from("Cut off"), Name::from("Everywhere")];
    editor.create_key(&path[..1], None, None).ok()?;
    editor.create_key(&path, Some(&[0x41, 0x42]), None).unwrap();
    editor.set_value(&path, &Name::from("short"), &Value::dword(7)).unwrap();
    editor
        .set_value(&path, &Name::from("long"), &Value { kind: registry::ValueType::BINARY, data: vec![7; 40_000] })
        .unwrap();
    let old = files.tree();
    let victim = old.0.iter().find(|(path, values)| !path.is_empty() && !values.is_empty());
    if let Some((path, values)) = victim {
        editor.delete_value(path, values.keys().next().unwrap()).unwrap();
    }
    Some(editor)
}

/// The files after some steps: what was synced is there, of the rest some sectors are.
fn cut_off(files: &Files, steps: &[Step], seed: u64) -> Files {
    let mut random = Random(seed * 1_000 + 1);
    let mut files = files.clone();
    for (number, step) in steps.iter().enumerate() {
        let is_synced = |file| steps[number..].iter().any(|step| matches!(step, Step::Sync(synced) if *synced == file));
        match step {
            Step::Write(file, offset, bytes) if seed > 0 && !is_synced(*file) => {
                for (sector, content) in bytes.chunks(SECTOR).enumerate() {
                    if random.below(2) == 0 {
                        files.apply(&Step::Write(*file, offset + (sector * SECTOR) as u64, content.to_vec()));
                    }
                }
            }
            step => files.apply(step),
        }
    }
    files
}

/// What is mended in place is clean, the same, and numbered above every log.
fn mend_in_place(name: &str, files: Files, tree: u32) {
    let recorded = Recorded::over(files);
    let editor = Editor::open(Box::new(recorded.clone()), NOW, Overrides::default()).unwrap();
    editor.commit().unwrap();
    let files = recorded.files();
    let image = files.image();
    assert_eq!(*image.state(), State::Clean, "{name}");
    assert_eq!(files.fingerprint(), tree, "{name}");
    let block: BaseBlock = image.base_block().unwrap();
    assert!(!block.is_dirty(), "{name}");
}
