//! What others did: participants that moved on, and journals that were forged.

use std::cell::RefCell;

use profile_format::Bytes;
use registry::{Change, KeyPath};
use registry_hive::HiveFiles;
use wbo_engine::{EntryKind, WindowsPath};

use super::disk::{OURS, Plan, SimDisk, THEIRS};
use super::world::{ID, World, edit, journals, outcomes, path, recover};
use crate::journal::Journal;
use crate::paths::{self, Temporary};
use crate::{Direction, Disk, Fault, JournalError, Kind, Outcome, Pending, RecoverError, pending};

/// A transaction is cut off, and then somebody changes one of its participants.
#[test]
fn what_moved_on_keeps_what_it_has() {
    for links in [true, false] {
        let (disk, world) = World::large(links);
        let hives = world.hives.iter().map(|(hive, _)| (hive, Kind::Hive));
        let participants: Vec<_> = hives.chain(world.files.iter().map(|(file, _)| (file, Kind::File))).collect();
        let mut moved_on = 0;
        // With links at even steps, without them at odd ones.
        for cut in (usize::from(!links)..).step_by(2) {
            let cut_off = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
            let _ = world.run(&cut_off);
            for (at, kind) in &participants {
                let left = cut_off.after_loss_of_power(1 + cut as u64 % 3);
                // A file of a folder that was not made yet cannot be there.
                if left.entry(&paths::folder_of(at)).unwrap().is_none() {
                    continue;
                }
                match kind {
                    Kind::Hive => edit(&left, at),
                    _ => left.put(at, EntryKind::File, b"somebody else's", &THEIRS),
                }
                let what = format!("{links}: {at} after {cut}");
                moved_on += usize::from(is_kept(&world, &left, at, &what));
            }
            if !cut_off.is_dead() {
                break;
            }
        }
        assert!(moved_on > 150, "{moved_on}");
    }
}

/// Whether recovery left everything as it is, and what was left over was forgotten.
fn is_kept(world: &World, disk: &SimDisk, at: &WindowsPath, what: &str) -> bool {
    let before = world.view(disk);
    let moved_on = match recover(disk) {
        Ok(_) => false,
        Err(RecoverError::MovedOn(paths)) => {
            assert_eq!(paths, std::slice::from_ref(at), "{what}");
            assert!(world.view(disk) == before, "{what}: nothing is done by itself");
            assert_eq!(outcomes(disk), [Outcome::MovedOn], "{what}");
            let missing: Vec<_> = world
                .files
                .iter()
                .enumerate()
                .filter(|(number, (file, _))| {
                    let old = paths::temporary(file, &ID, *number, Temporary::Old);
                    !before.contains_key(file) && before.contains_key(&old)
                })
                .collect();
            let mut forgetting = disk.clone();
            let examined = only(disk).examine(disk, &|_, _| Ok(())).unwrap();
            examined.forget(&mut forgetting).unwrap();
            let view = world.view(disk);
            assert!(missing.iter().all(|(_, (file, _))| view.contains_key(file)), "{what}: old files are put back");
            let kept = before.iter().filter(|(path, _)| !is_ours(path));
            assert!(kept.into_iter().all(|(path, node)| view.get(path) == Some(node)), "{what}: the rest is kept");
            true
        }
        Err(error) => panic!("{what}: {error}"),
    };
    let disk = disk.after_loss_of_power(0);
    let view = world.view(&disk);
    assert!(view.get(at) == before.get(at), "{what}: it keeps what it has");
    assert!(!view.keys().any(is_ours), "{what}: nothing is left over");
    moved_on
}

fn is_ours(path: &WindowsPath) -> bool {
    let is_temporary = path.names().last().is_some_and(|name| name.to_string().contains("wbo-"));
    is_temporary || path.under(&self::path(r"C:\ProgramData\wbo")).is_some()
}

fn only(disk: &SimDisk) -> Pending {
    let mut found = pending(disk, &journals()).unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// A drive on which everything is as after a transaction, but for the commit record.
fn unfinished(world: &World, disk: &SimDisk) -> SimDisk {
    (0..)
        .map(|cut| {
            let cut_off = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
            assert!(world.run(&cut_off).is_err() || cut_off.is_dead(), "it was never unfinished");
            cut_off.after_loss_of_power(1)
        })
        .find(|left| outcomes(left) == [Outcome::Finish])
        .unwrap()
}

fn forged(disk: &SimDisk, forge: impl FnOnce(&mut Journal)) -> SimDisk {
    let disk = disk.copy(Plan::default());
    let at = paths::journal(&journals(), &ID);
    let (mut journal, ..) = Journal::decode(&disk.read(&at, u64::MAX).unwrap().unwrap()).unwrap();
    forge(&mut journal);
    disk.put(&at, EntryKind::File, &journal.encode().unwrap().0, &OURS);
    disk
}

/// A person finds a journal that a local user wrote.
#[test]
fn a_forged_journal_is_refused() {
    let (disk, world) = World::small(true);
    let disk = unfinished(&world, &disk);
    type Flaw = fn(&mut Journal);
    type Expected = fn(&JournalError) -> bool;
    let rows: [(&str, Flaw, Expected); 6] = [
        ("another transaction", |j| j.id = [0; 16], |e| matches!(e, JournalError::OtherName)),
        (
            "a path twice",
            |j| j.folders.push(j.files[0].path.clone()),
            |e| matches!(e, JournalError::Impossible(Fault::Twice { .. })),
        ),
        (
            "itself",
            |j| j.files[0].path = paths::journal(&journals(), &ID),
            |e| matches!(e, JournalError::Impossible(Fault::Twice { .. })),
        ),
        (
            "a path upwards",
            |j| j.files[0].path = WindowsPath::new('C', vec!["Users".into(), "..".into(), "x".into()]),
            |e| matches!(e, JournalError::Impossible(Fault::BadPath { .. })),
        ),
        (
            "a page behind the hive",
            |j| {
                let end = j.hives[0].before.bins_size;
                j.hives[0].pages.push((end, Bytes(vec![0; 4096])));
            },
            |e| matches!(e, JournalError::Impossible(Fault::WrongPages { .. })),
        ),
        (
            "a hive of no end",
            |j| j.hives[0].before.bins_size = u32::MAX,
            |e| matches!(e, JournalError::Impossible(Fault::WrongPages { .. })),
        ),
    ];
    for (what, flaw, expected) in rows {
        let disk = forged(&disk, flaw);
        let pending = only(&disk);
        assert!(pending.flaw().is_some_and(expected), "{what}: {:?}", pending.flaw());
        assert_eq!((pending.id(), pending.label()), (None, None), "{what}");
        assert!(pending.examine(&disk, &|_, _| Ok(())).is_err(), "{what}");
    }
}

#[test]
fn a_journal_of_somebody_else_is_refused() {
    let (disk, world) = World::small(true);
    let disk = unfinished(&world, &disk);
    let at = paths::journal(&journals(), &ID);
    let bytes = disk.read(&at, u64::MAX).unwrap().unwrap();
    disk.take_away(&at);
    disk.put(&at, EntryKind::File, &bytes, &THEIRS);
    assert!(matches!(only(&disk).flaw(), Some(JournalError::Owner)));
    disk.take_away(&at);
    disk.put(&at, EntryKind::Link, &bytes, &OURS);
    assert!(matches!(only(&disk).flaw(), Some(JournalError::NotAFile)));
    disk.take_away(&at);
    disk.put(&at, EntryKind::File, &bytes[..bytes.len() / 2], &OURS);
    assert!(matches!(only(&disk).flaw(), Some(JournalError::Short { .. })));
}

#[test]
fn every_path_of_a_journal_is_asked_for() {
    let (disk, world) = World::small(true);
    let disk = unfinished(&world, &disk);
    let asked = RefCell::new(vec![]);
    let note = |path: &WindowsPath, kind| {
        asked.borrow_mut().push((path.to_string(), kind));
        Ok(())
    };
    only(&disk).examine(&disk, &note).unwrap();
    let asked = asked.into_inner();
    let expected = [
        (r"C:\Users\a\NTUSER.DAT", Kind::Hive),
        (r"C:\Users\a\replaced.txt", Kind::File),
        (r"C:\Users\a\new\made.txt", Kind::File),
        (r"C:\Users\a\new", Kind::Folder),
    ];
    assert_eq!(asked, expected.map(|(path, kind)| (path.to_owned(), kind)));
    for (forbidden, _) in expected {
        let reads = disk.counts().1;
        let pending = only(&disk);
        let looked = disk.counts().1;
        let refuse = |asked: &WindowsPath, _| if *asked == path(forbidden) { Err("no".to_owned()) } else { Ok(()) };
        let refused = pending.examine(&disk, &refuse).unwrap_err();
        assert!(matches!(refused, JournalError::Forbidden { path: at, .. } if at == path(forbidden)));
        assert!(looked > reads && disk.counts().1 == looked, "nothing was looked at");
    }
}

/// The pages of a journal would bring something into a hive, and whoever is asked says no.
#[test]
fn what_a_hive_would_get_back_is_asked_for() {
    let (disk, mut world) = World::small(true);
    world.hives[0].1 = vec![super::world::Edit::Delete("there"), super::world::Edit::Key("new")];
    let disk = unfinished(&world, &disk);
    let view = world.view(&disk);
    let seen = RefCell::new(vec![]);
    let refuse = |hive: &WindowsPath, changes: &[Change]| {
        seen.borrow_mut().push((hive.clone(), changes.to_vec()));
        Err("a key that starts programs".to_owned())
    };
    let mut changed = disk.clone();
    let examined = only(&disk).examine(&disk, &|_, _| Ok(())).unwrap();
    let refused = examined.recover(&mut changed, Direction::Back, &refuse).unwrap_err();
    assert!(matches!(&refused, RecoverError::Refused { why, .. } if why.contains("starts programs")), "{refused}");
    assert!(world.view(&disk) == view, "nothing was done");
    let seen = seen.into_inner();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].0, world.hives[0].0);
    let [Change::SetValue { key, name, value }, Change::DeleteKey { key: deleted }] = &seen[0].1[..] else {
        panic!("{seen:?}");
    };
    assert_eq!((key, name, value.data.len()), (&KeyPath::parse(r"HKCU\Key").unwrap(), &"there".into(), 6000));
    assert_eq!(deleted, &KeyPath::parse(r"HKCU\Key\new").unwrap());
}

#[test]
fn pages_that_bring_nothing_back_are_refused() {
    let (disk, world) = World::small(true);
    let disk = forged(&unfinished(&world, &disk), |journal| journal.hives[0].pages[0].1.0[100] ^= 1);
    let view = world.view(&disk);
    let mut changed = disk.clone();
    let examined = only(&disk).examine(&disk, &|_, _| Ok(())).unwrap();
    let refused = examined.recover(&mut changed, Direction::Back, &|_, _| Ok(())).unwrap_err();
    assert!(matches!(refused, RecoverError::DoesNotRestore { .. }), "{refused}");
    assert!(world.view(&disk) == view, "nothing was done");
}

#[test]
fn a_file_whose_old_one_is_gone_is_not_taken_back() {
    let (disk, world) = World::small(true);
    let disk = unfinished(&world, &disk);
    disk.take_away(&paths::temporary(&world.files[0].0, &ID, 0, Temporary::Old));
    let view = world.view(&disk);
    let mut changed = disk.clone();
    let examined = only(&disk).examine(&disk, &|_, _| Ok(())).unwrap();
    let refused = examined.recover(&mut changed, Direction::Back, &|_, _| Ok(())).unwrap_err();
    assert!(matches!(refused, RecoverError::OldIsGone { .. }), "{refused}");
    assert!(world.view(&disk) == view, "nothing was done");
}

#[test]
fn a_hive_that_cannot_be_read_stops_recovery() {
    let (disk, world) = World::small(true);
    let disk = unfinished(&world, &disk);
    disk.put(&world.hives[0].0, EntryKind::File, b"no hive", &OURS);
    assert_eq!(outcomes(&disk), [Outcome::Unreadable]);
    let refused = recover(&disk).unwrap_err();
    assert!(
        matches!(&refused, RecoverError::Unreadable { paths, .. } if *paths == [world.hives[0].0.clone()]),
        "{refused}"
    );
    // A hive that somebody else has open is none to be changed.
    let (disk, world) = World::small(true);
    let disk = unfinished(&world, &disk);
    let _open: Box<dyn HiveFiles> = disk.hive(&world.hives[0].0).unwrap().unwrap();
    assert!(matches!(recover(&disk), Err(RecoverError::Unreadable { .. })));
}

/// What keeps a transaction from being begun leaves nothing.
#[test]
fn what_cannot_be_made_is_not_begun() {
    type Flaw = fn(&mut World, &SimDisk);
    type Expected = fn(&Fault) -> bool;
    let rows: [(&str, Flaw, Expected); 6] = [
        ("a file twice", |w, _| w.files.push(w.files[0].clone()), |f| matches!(f, Fault::Twice { .. })),
        ("no folder", |w, _| w.folders.clear(), |f| matches!(f, Fault::Missing { .. })),
        (
            "a file as folder",
            |w, _| w.folders[0] = path(r"C:\Users\a\NTUSER.DAT\x"),
            |f| matches!(f, Fault::Missing { .. }),
        ),
        (
            "a link",
            |w, d| d.put(&w.files[1].0, EntryKind::Link, &[], &OURS),
            |f| matches!(f, Fault::NotAFile { found: EntryKind::Link, .. }),
        ),
        (
            "a name that is taken",
            |w, d| d.put(&paths::temporary(&w.files[0].0, &ID, 0, Temporary::Old), EntryKind::File, &[], &OURS),
            |f| matches!(f, Fault::Taken { .. }),
        ),
        (
            "a link as folder of the journals",
            |_, d| d.put(&path(r"C:\ProgramData\wbo"), EntryKind::Link, &[], &OURS),
            |f| matches!(f, Fault::NotAFolder { .. }),
        ),
    ];
    for (what, flaw, expected) in rows {
        let (disk, mut world) = World::small(true);
        flaw(&mut world, &disk);
        let view = world.view(&disk);
        let error = world.run(&disk).unwrap_err();
        assert!(matches!(&error, crate::CommitError::NotBegun(fault) if expected(fault)), "{what}: {error}");
        assert!(world.view(&disk) == view, "{what}");
    }
}
