//! A transaction and its recovery are cut off after every step, fail at every step, and run out of room.

use super::disk::{Plan, SimDisk, When};
use super::world::{View, World, outcomes, path, recover};
use crate::{CommitError, Outcome};

/// Nothing that was not synced arrives, all of it, and parts of it.
const SEEDS: u64 = 4;

#[test]
fn a_transaction_makes_what_it_is_given() {
    for links in [true, false] {
        let (disk, world) = World::large(links);
        let (before, after) = world.views(&disk);
        for (at, wanted) in &world.files {
            let (old, new) = (before.get(at), after.get(at));
            assert_eq!(new.is_some(), wanted.is_some());
            let Some((new, (bytes, attributes))) = new.zip(wanted.as_ref()) else { continue };
            assert_eq!((&new.bytes, new.attributes, new.modified.unwrap().0), (bytes, *attributes, 1_700_000_000));
            if let Some(old) = old {
                assert_eq!(new.security, old.security, "{at} has the access of what it replaces");
            }
        }
        let names = |view: &View| view.keys().cloned().collect::<Vec<_>>();
        let mut expected = names(&before);
        expected.retain(|at| *at != path(r"C:\Users\b\deleted.txt"));
        expected.extend([r"C:\Users\a\new", r"C:\Users\a\new\er", r"C:\Users\a\new\er\made.txt"].map(path));
        expected.sort();
        assert_eq!(names(&after), expected, "nothing else is left");
        assert!(world.hives.iter().all(|(hive, _)| before[hive].bytes != after[hive].bytes));
        assert!(world.hives.iter().all(|(hive, _)| before[hive].security == after[hive].security));
    }
}

#[test]
fn what_is_already_so_is_left_alone() {
    let (disk, world) = World::large(true);
    world.run(&disk).unwrap();
    let steps = disk.counts().0;
    let done = world.run(&disk).unwrap();
    assert_eq!((done.hives, done.files, disk.counts().0), (vec![], vec![], steps), "nothing is written");
}

#[test]
fn cut_off_anywhere_it_is_recovered() {
    for links in [true, false] {
        let (disk, world) = World::large(links);
        let views = world.views(&disk);
        let mut outcomes = [0, 0];
        for cut in 0.. {
            let cut_off = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
            let made = world.run(&cut_off);
            for seed in 0..SEEDS {
                let disk = cut_off.after_loss_of_power(seed);
                let is_after = recovered(&world, &disk, &views, || format!("{links}: cut off at {cut}, {seed}"));
                assert!(is_after || made.is_err(), "{links}: what was made stays, {cut}, {seed}");
                outcomes[usize::from(is_after)] += 1;
            }
            if !cut_off.is_dead() {
                assert!(cut > 60, "{cut} steps");
                break;
            }
        }
        assert!(outcomes[0] > 100 && outcomes[1] > 20, "{outcomes:?}");
    }
}

/// Recovers once, whatever is pending. All of it must be safe then, but for the removal of a journal that a process did
/// not live to sync; that is removed again. Whether everything is as after the transaction.
fn recovered(world: &World, disk: &SimDisk, (before, after): &(View, View), what: impl Fn() -> String) -> bool {
    let mut views = Vec::new();
    let mut disk = disk.clone();
    for _ in 0..2 {
        if let Err(error) = recover(&disk) {
            panic!("{}: {error}", what());
        }
        let found = world.view(&disk);
        assert!(found == *before || found == *after, "{}: {}", what(), difference(&found, before, after));
        assert_eq!(outcomes(&disk), [], "{}: nothing is pending", what());
        views.push(found);
        disk = disk.after_loss_of_power(0);
    }
    assert!(views[0] == views[1], "{}: what was recovered is safe", what());
    views[0] == *after
}

/// What is neither as before nor as after.
fn difference(found: &View, before: &View, after: &View) -> String {
    let all = found.keys().chain(before.keys()).chain(after.keys());
    let mut lines: Vec<_> = all
        .filter(|at| before.get(at) != after.get(at) || found.get(at) != before.get(at))
        .map(|at| match found.get(at) {
            found if found == before.get(at) && found == after.get(at) => format!("{at} is as always"),
            found if found == before.get(at) => format!("{at} is as before"),
            found if found == after.get(at) => format!("{at} is as after"),
            Some(node) => format!("{at} is {:?} {:x}", node.kind, node.attributes),
            None => format!("{at} is missing"),
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines.join("; ")
}

/// The process ends without a loss of power, recovery runs over what was not synced, and then the power is lost.
#[test]
fn what_recovery_leaves_is_safe_after_an_end_of_the_process() {
    for links in [true, false] {
        let (disk, world) = World::large(links);
        let views = world.views(&disk);
        for cut in 0.. {
            let ended = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
            let _ = world.run(&ended);
            recovered(&world, &ended.copy(Plan::default()), &views, || format!("{links}: ended at {cut}"));
            if !ended.is_dead() {
                break;
            }
        }
    }
}

#[test]
fn recovery_is_cut_off_anywhere_and_run_again() {
    for links in [true, false] {
        let (disk, world) = World::small(links);
        let views = world.views(&disk);
        let mut cases = 0;
        for cut in 0.. {
            let cut_off = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
            let _ = world.run(&cut_off);
            for seed in 0..3 {
                let once = cut_off.after_loss_of_power(seed);
                for again in 0.. {
                    let twice = once.copy(Plan { cut: Some(again), ..Plan::default() });
                    let _ = recover(&twice);
                    let disk = twice.after_loss_of_power((seed + again as u64) % SEEDS);
                    recovered(&world, &disk, &views, || format!("{links}: cut off at {cut}, {seed}, then at {again}"));
                    // The same where only the process ended.
                    let ended = twice.copy(Plan::default());
                    recovered(&world, &ended, &views, || {
                        format!("{links}: cut off at {cut}, {seed}, ended at {again}")
                    });
                    cases += 2;
                    if !twice.is_dead() {
                        break;
                    }
                }
            }
            if !cut_off.is_dead() {
                break;
            }
        }
        assert!(cases > 2_000, "{cases}");
    }
}

#[test]
fn a_step_that_fails_is_taken_back_at_once() {
    for links in [true, false] {
        let (disk, world) = World::large(links);
        let views = world.views(&disk);
        let (mut done, mut refused) = (0, 0);
        for when in [When::Before, When::After] {
            for failing in 0.. {
                let failed = disk.copy(Plan { failing: Some((failing, when)), ..Plan::default() });
                let made = world.run(&failed);
                let what = || format!("{links}: step {failing} fails, {when:?}: {made:?}");
                match &made {
                    Ok(_) => done += 1,
                    Err(CommitError::NotBegun(_)) => refused += 1,
                    Err(CommitError::RolledBack(_)) => {
                        assert!(world.view(&failed) == views.0, "{}", what());
                        assert_eq!(outcomes(&failed), [], "{}", what());
                        refused += 1;
                    }
                    Err(error) => panic!("{}: {error}", what()),
                }
                let is_after = recovered(&world, &failed.copy(Plan::default()), &views, what);
                assert_eq!(is_after, made.is_ok(), "{}", what());
                if failed.counts().0 <= failing {
                    break;
                }
            }
        }
        assert!(done > 10 && refused > 100, "{done} {refused}");
    }
}

#[test]
fn a_read_that_fails_is_as_good() {
    let (disk, world) = World::large(true);
    let views = world.views(&disk);
    for unreadable in 0.. {
        let failed = disk.copy(Plan { unreadable: Some(unreadable), ..Plan::default() });
        let made = world.run(&failed);
        let what = || format!("read {unreadable} fails: {made:?}");
        assert!(!matches!(made, Err(CommitError::Unsettled { .. })), "{}", what());
        let is_after = recovered(&world, &failed.copy(Plan::default()), &views, what);
        assert_eq!(is_after, made.is_ok(), "{}", what());
        if failed.counts().1 <= unreadable {
            assert!(unreadable > 50, "{unreadable}");
            break;
        }
    }
}

/// From no room at all to enough of it.
#[test]
fn a_full_drive_is_left_as_it_was() {
    for links in [true, false] {
        let (disk, world) = World::large(links);
        let views = world.views(&disk);
        let roomy = disk.copy(Plan::default());
        world.run(&roomy).unwrap();
        let (peak, used) = (roomy.room().0, disk.room().1);
        let mut unsettled = 0;
        for room in (used..=peak).step_by(1021) {
            let full = disk.copy(Plan { room: Some(room), ..Plan::default() });
            let made = world.run(&full);
            let what = || format!("{links}: {room} of {peak}: {made:?}");
            unsettled += usize::from(matches!(made, Err(CommitError::Unsettled { .. })));
            if matches!(made, Err(CommitError::RolledBack(_))) {
                assert!(world.view(&full) == views.0, "{}", what());
            }
            let is_after = recovered(&world, &full.copy(Plan::default()), &views, what);
            assert_eq!(is_after, made.is_ok(), "{}", what());
        }
        assert_eq!(unsettled, 0, "there is always room for the way back");
    }
}

/// Everything but the commit record and the tidying up.
#[test]
fn what_was_made_is_taken_back_on_request() {
    let (disk, world) = World::large(true);
    let (before, _) = world.views(&disk);
    let mut taken_back = 0;
    for cut in 0.. {
        let cut_off = disk.copy(Plan { cut: Some(cut), ..Plan::default() });
        let _ = world.run(&cut_off);
        let mut left = cut_off.after_loss_of_power(1);
        if outcomes(&left) == [Outcome::Finish] {
            let pending = crate::pending(&left, &super::world::journals()).unwrap().remove(0);
            let examined = pending.examine(&left, &|_, _| Ok(())).unwrap();
            let back = examined.recover(&mut left, crate::Direction::Back, &|_, _| Ok(()));
            assert_eq!(back.unwrap(), crate::Recovered::RolledBack);
            assert!(world.view(&left) == before, "{cut}");
            taken_back += 1;
        }
        if !cut_off.is_dead() {
            break;
        }
    }
    assert!(taken_back > 0);
}
