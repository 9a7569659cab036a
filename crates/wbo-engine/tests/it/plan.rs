//! What a profile would change on a target, and that making it does just that.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::{
    ApplyId, Apps, CaptureMethod, ContentId, Device, Document, Facts, Item, ProfileId, Section, Setting as Captured,
    Timestamp, Tool, User,
};
use proptest::prelude::*;
use registry::{Change, FileTime, KeyPath, MemoryRegistry, Name, ReadRegistry, Root, Value, WriteRegistry};
use wbo_engine::capture::{Selection, capture};
use wbo_engine::catalogue::{Catalogue, Setting};
use wbo_engine::plan::{Fate, Plan, Reach, Request, Skip, make, plan};
use wbo_engine::secrets::Secrets;
use wbo_engine::undo::{self, Standing};
use wbo_engine::{MemoryTree, NoHives, Source};

use crate::standard::{examples, registry_places, values};
use crate::support::{create, key, set, with_source};

const NOW: FileTime = FileTime(133_000_000_000_000_000);

pub(crate) fn document(sections: Vec<Section>, device: Device) -> Document {
    Document {
        facts: Facts {
            id: ProfileId([1; 16]),
            created: Timestamp(0),
            tool: Tool { name: "wbo".to_owned(), version: "0".to_owned() },
            catalogue: "test".to_owned(),
            method: CaptureMethod::AUTHORED,
            parents: vec![],
        },
        device,
        user: User::default(),
        sections,
        apps: Apps::default(),
        notes: vec![],
        undo: None,
    }
}

/// What a test asks of a plan.
pub(crate) struct Asked<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) selection: Selection,
    contents: BTreeMap<ContentId, Vec<u8>>,
    reach: Reach,
    failed: BTreeMap<String, String>,
    pub(crate) now: FileTime,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(catalogue: &'a Catalogue, also: &[String]) -> Self {
        let selection = Selection::new(&[], &[], also, catalogue).unwrap();
        Self {
            catalogue,
            selection,
            contents: BTreeMap::new(),
            reach: Reach::UserAndMachine,
            failed: BTreeMap::new(),
            now: NOW,
        }
    }

    pub(crate) fn plan(&self, document: &Document, target: &Source<'_>) -> Plan {
        let request = Request {
            document,
            contents: &self.contents,
            catalogue: self.catalogue,
            selection: &self.selection,
            secrets: Secrets::standard(),
            reach: self.reach,
            replace_files: false,
            now: self.now,
            failed: &self.failed,
        };
        plan(&request, target)
    }
}

const BUILD: u32 = 26100;

pub(crate) fn on<R>(registry: &dyn ReadRegistry, look: impl FnOnce(&Source<'_>) -> R) -> R {
    with_source(registry, &MemoryTree::default(), &NoHives, Some(BUILD), look)
}

pub(crate) fn captured(registry: &dyn ReadRegistry, asked: &Asked<'_>) -> Document {
    on(registry, |source| {
        let settings = capture(source, asked.catalogue, &asked.selection, Secrets::standard());
        Document { notes: settings.notes, ..document(settings.sections, source.device.clone()) }
    })
}

fn instances(document: &Document) -> BTreeMap<(&str, Option<Name>), &Captured> {
    let settings = document.sections.iter().flat_map(|section| &section.settings);
    settings
        .map(|setting| {
            let instance = setting.instance.as_ref().map(|text| Name::from_units(&*text.0));
            ((setting.id.as_str(), instance), setting)
        })
        .collect()
}

/// Every value of a registry, with the keys that have none.
pub(crate) fn everything(registry: &dyn ReadRegistry) -> BTreeMap<(KeyPath, Option<Name>), Option<Value>> {
    let mut all = BTreeMap::new();
    let mut keys = vec![KeyPath::new(Root::CurrentUser, vec![]), KeyPath::new(Root::LocalMachine, vec![])];
    while let Some(path) = keys.pop() {
        let found = registry.key(&path).unwrap().unwrap();
        all.insert((path.clone(), None), None);
        for name in found.values {
            let value = registry.value(&path, &name).unwrap();
            all.insert((path.clone(), Some(name)), value);
        }
        keys.extend(found.subkeys.into_iter().map(|name| path.join(name)));
    }
    all
}

pub(crate) fn empty() -> MemoryRegistry {
    let mut registry = MemoryRegistry::new(FileTime(0));
    for top in [r"HKCU\Software\Classes", r"HKLM\SOFTWARE", r"HKLM\SYSTEM"] {
        create(&mut registry, &key(top));
    }
    registry
}

/// A registry in which some settings are set, each in one of two ways, beside values that belong to none.
pub(crate) fn registry_with(settings: &[(&Setting, u8)]) -> MemoryRegistry {
    let mut registry = empty();
    for (setting, way) in settings {
        for place in registry_places(setting) {
            for (at, (key, name)) in examples(place).into_iter().enumerate() {
                let [one, other] = values(place);
                match (usize::from(*way) + at) % 3 {
                    0 => set(&mut registry, &key, &name, one),
                    1 => set(&mut registry, &key, &name, other),
                    _ => create(&mut registry, &key),
                }
                set(&mut registry, &key, &Name::from("Nobody's"), Value::dword((*way).into()));
            }
        }
    }
    registry
}

/// Settings that are about to be written: those that are asked for by name go too.
pub(crate) fn writable(catalogue: &Catalogue) -> Vec<&Setting> {
    let with_registry = |setting: &&Setting| registry_places(setting).next().is_some();
    catalogue.settings().filter(with_registry).collect()
}

#[test]
fn what_a_plan_says_is_what_comes_out() {
    let catalogue = Catalogue::standard().unwrap();
    let all = writable(&catalogue);
    let also: Vec<String> = all.iter().map(|setting| setting.id.clone()).collect();
    let asked = Asked::of(&catalogue, &also);
    let mut changed = BTreeSet::new();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let some = || proptest::collection::vec((0..all.len(), any::<u8>()), 0..60);
    let cases = std::cell::RefCell::new(&mut changed);
    runner
        .run(&(some(), some(), any::<bool>()), |(profile, target, alike)| {
            let pick = |chosen: &[(usize, u8)]| chosen.iter().map(|(at, way)| (all[*at], *way)).collect::<Vec<_>>();
            let profile = captured(&registry_with(&pick(&profile)), &asked);
            // Where both have the same settings, values meet values.
            let target = match alike {
                true => pick(&target).into_iter().chain(all.iter().map(|setting| (*setting, 1))).collect(),
                false => pick(&target),
            };
            let before = registry_with(&target);
            let planned = on(&before, |source| asked.plan(&profile, source));
            let mut after = before.clone();
            assert_eq!(make(&planned, &mut after), BTreeMap::new());

            let again = captured(&after, &asked);
            let (wanted, found) = (instances(&profile), instances(&again));
            for setting in &planned.settings {
                let at = (setting.id.as_str(), setting.instance.clone());
                // What the profile only notes as absent, for the sake of its group, is looked at by the second plan.
                let Some(wanted) = wanted.get(&at) else { continue };
                match &setting.fate {
                    Fate::Skipped(_) => assert!(setting.changes.is_empty()),
                    // What is kept of the target's own comes on top.
                    _ if keeps_others(asked.catalogue.get(&setting.id).unwrap()) => (),
                    fate => {
                        if fate.is_change() {
                            cases.borrow_mut().insert(setting.id.clone());
                        }
                        let absent = wanted.items.iter().all(|item| {
                            matches!(item, Item::Value { state: None, .. } | Item::Key { present: false, .. })
                        });
                        match found.get(&at) {
                            Some(found) => assert_eq!(found, wanted, "{at:?} {fate:?}"),
                            None => assert!(absent, "{at:?} {fate:?} is gone"),
                        }
                    }
                }
            }
            let second = on(&after, |source| asked.plan(&profile, source));
            assert!(second.is_empty(), "{:?}", second.changes);

            undone(&before, &after, &planned);
            let (before, after) = (everything(&before), everything(&after));
            let touched: BTreeSet<(KeyPath, Option<Name>)> = planned
                .changes
                .iter()
                .map(|change| match change {
                    Change::SetValue { key, name, .. } | Change::DeleteValue { key, name } => {
                        (key.clone(), Some(name.clone()))
                    }
                    Change::CreateKey { key, .. } | Change::DeleteKey { key } => (key.clone(), None),
                })
                .collect();
            for place in before.keys().chain(after.keys()).filter(|place| !touched.contains(*place)) {
                assert_eq!(before.get(place), after.get(place), "{place:?}");
            }
            Ok(())
        })
        .unwrap();
    assert!(changed.len() > 400, "{}", changed.len());
}

fn keeps_others(setting: &Setting) -> bool {
    registry_places(setting).any(|place| place.keep_others)
}

/// Taking back what a plan changed gives what was there before; what somebody changed since stays.
fn undone(before: &MemoryRegistry, after: &MemoryRegistry, planned: &Plan) {
    let record = undo::record(ApplyId([7; 16]), planned, before, after, &|_| None).unwrap();
    let look = |registry: &MemoryRegistry, force| {
        on(registry, |source| undo::take_back(&record, source, force, &|_| None, NOW)).unwrap()
    };
    assert_eq!(on(after, |source| undo::unsettled(&record, source)).unwrap(), BTreeMap::new());
    let mut back = after.clone();
    look(after, false).changes.iter().for_each(|change| back.make(change).unwrap());
    assert!(everything(&back) == everything(before));
    assert!(look(&back, false).changes.is_empty());

    let written = planned.changes.iter().rev().find_map(|change| match change {
        Change::SetValue { key, name, .. } => Some((key, name)),
        _ => None,
    });
    let Some((key, name)) = written else { return };
    let mut since = after.clone();
    let value = Value::text("changed since");
    since.make(&Change::SetValue { key: key.clone(), name: name.clone(), value: value.clone() }).unwrap();
    assert!(!on(&since, |source| undo::unsettled(&record, source)).unwrap().is_empty());
    let mut back = since.clone();
    let kept = look(&since, false);
    assert!(kept.steps.iter().any(|standing| matches!(standing, Standing::Kept(_))));
    kept.changes.iter().for_each(|change| back.make(change).unwrap());
    assert_eq!(back.value(key, name).unwrap(), Some(value));
    let mut back = since.clone();
    look(&since, true).changes.iter().for_each(|change| back.make(change).unwrap());
    assert!(everything(&back) == everything(before));
}

/// The profile's user had no layouts that stand for others, and so there was nothing to capture of them. That is part of
/// what the languages say: the target's go.
#[test]
fn what_a_group_never_had_is_part_of_it() {
    let catalogue = Catalogue::standard().unwrap();
    let asked = Asked::of(&catalogue, &[]);
    let preload = key(r"HKCU\Keyboard Layout\Preload");
    let substitutes = key(r"HKCU\Keyboard Layout\Substitutes");
    let (mut source, mut target) = (empty(), empty());
    set(&mut source, &preload, &Name::from("1"), Value::text("00000407"));
    set(&mut target, &preload, &Name::from("1"), Value::text("d0010409"));
    set(&mut target, &substitutes, &Name::from("d0010409"), Value::text("00020409"));
    let mut profile = captured(&source, &asked);
    let planned = on(&target, |source| asked.plan(&profile, source));
    let fate = |planned: &Plan, id: &str| planned.settings.iter().find(|one| one.id == id).map(|one| one.fate.clone());
    assert_eq!(fate(&planned, "language.keyboard-layouts"), Some(Fate::Change));
    assert_eq!(fate(&planned, "language.keyboard-substitutes"), Some(Fate::Delete));
    let mut after = target.clone();
    assert_eq!(make(&planned, &mut after), BTreeMap::new());
    assert_eq!(after.value(&preload, &Name::from("1")).unwrap(), Some(Value::text("00000407")));
    assert_eq!(after.value(&substitutes, &Name::from("d0010409")).unwrap(), None);
    // Where nothing says so, what the profile lacks was not captured, and the others stay.
    profile.notes.clear();
    let planned = on(&target, |source| asked.plan(&profile, source));
    assert!(matches!(fate(&planned, "language.keyboard-layouts"), Some(Fate::Skipped(Skip::Incomplete { .. }))));
}

/// What programs of the target put among entries of the same kind stays.
#[test]
fn entries_of_programs_of_the_target_stay() {
    let catalogue = Catalogue::standard().unwrap();
    let asked = Asked::of(&catalogue, &[]);
    let run = key(r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run");
    let environment = key(r"HKCU\Environment");
    let (mut source, mut target) = (empty(), empty());
    let off = Value { kind: registry::ValueType::BINARY, data: vec![3; 12] };
    set(&mut source, &run, &Name::from("Theirs"), off.clone());
    set(&mut source, &environment, &Name::from("Path"), Value::text(r"C:\theirs"));
    set(&mut target, &run, &Name::from("Ours"), off.clone());
    set(&mut target, &environment, &Name::from("Path"), Value::text(r"C:\ours"));
    let profile = captured(&source, &asked);
    let mut after = target.clone();
    assert_eq!(make(&on(&target, |source| asked.plan(&profile, source)), &mut after), BTreeMap::new());
    for name in ["Theirs", "Ours"] {
        assert_eq!(after.value(&run, &Name::from(name)).unwrap(), Some(off.clone()), "{name}");
    }
    assert_eq!(after.value(&environment, &Name::from("Path")).unwrap(), Some(Value::text(r"C:\theirs;C:\ours")));
}

/// What is never written could not be put back either, and so it is not replaced.
#[test]
fn what_could_not_be_put_back_is_not_replaced() {
    let catalogue = Catalogue::standard().unwrap();
    let asked = Asked::of(&catalogue, &[]);
    let environment = key(r"HKCU\Environment");
    let (mut source, mut target) = (empty(), empty());
    set(&mut source, &environment, &Name::from("Path"), Value::text(r"C:\theirs"));
    set(&mut target, &environment, &Name::from("Path"), Value::text(r"\\server\tools"));
    let profile = captured(&source, &asked);
    let planned = on(&target, |source| asked.plan(&profile, source));
    let path = planned.settings.iter().find(|setting| setting.id == "environment.path").unwrap();
    assert!(matches!(&path.fate, Fate::Skipped(Skip::NoReturn(_) | Skip::Denied(_))), "{:?}", path.fate);
}

/// Windows 10's small buttons are a size on Windows 11, and back.
#[test]
fn settings_that_moved_are_written_where_they_are_now() {
    let catalogue = Catalogue::standard().unwrap();
    let asked = Asked::of(&catalogue, &[]);
    let advanced = key(r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced");
    let at = |registry: &MemoryRegistry, build, profile: &Document| {
        let tree = MemoryTree::default();
        with_source(registry, &tree, &NoHives, Some(build), |source| asked.plan(profile, source))
    };
    let capture_on = |registry: &MemoryRegistry, build| {
        with_source(registry, &MemoryTree::default(), &NoHives, Some(build), |source| {
            let settings = capture(source, &catalogue, &asked.selection, Secrets::standard());
            document(settings.sections, source.device.clone())
        })
    };
    let rows = [
        (19045, "TaskbarSmallIcons", 1, 26100, "IconSizePreference", 0),
        (26100, "IconSizePreference", 1, 19045, "TaskbarSmallIcons", 0),
    ];
    for (from, old, number, to, new, expected) in rows {
        let mut source = empty();
        set(&mut source, &advanced, &Name::from(old), Value::dword(number));
        let mut after = empty();
        let planned = at(&after.clone(), to, &capture_on(&source, from));
        assert_eq!(make(&planned, &mut after), BTreeMap::new());
        assert_eq!(after.value(&advanced, &Name::from(new)).unwrap(), Some(Value::dword(expected)), "{old}");
        assert_eq!(after.value(&advanced, &Name::from(old)).unwrap(), None, "{old}");
    }
    // "When taskbar is full" is nothing that Windows 10 knows.
    let mut source = empty();
    set(&mut source, &advanced, &Name::from("IconSizePreference"), Value::dword(2));
    let planned = at(&empty(), 19045, &capture_on(&source, 26100));
    let size = planned.settings.iter().find(|setting| setting.id == "taskbar.button-size").unwrap();
    assert!(matches!(&size.fate, Fate::Skipped(Skip::NoCounterpart { .. })), "{:?}", size.fate);
}

#[test]
fn nothing_is_planned_where_everything_is_so_already() {
    let catalogue = Catalogue::standard().unwrap();
    let asked = Asked::of(&catalogue, &[]);
    let all: Vec<(&Setting, u8)> = writable(&catalogue).into_iter().map(|setting| (setting, 0)).collect();
    let registry = registry_with(&all);
    let profile = captured(&registry, &asked);
    let planned = on(&registry, |source| asked.plan(&profile, source));
    assert!(planned.is_empty(), "{:?}", planned.changes);
    assert!(planned.settings.iter().all(|setting| !setting.fate.is_change()));
}
