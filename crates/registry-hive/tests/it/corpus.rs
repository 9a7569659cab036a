//! Real hives: how each is found, and what their logs make of them.

use registry_hive::{Editor, HiveFile, Image, Logs, NotReplayed, Overrides, State};

use crate::support::{NOW, Recorded, corpus, real_hives};

/// How the hives with logs, and those that were cut off, are found. Every other hive of the collection is clean.
#[test]
fn each_hive_is_found_in_its_state() {
    let replayed = [
        ("amcache-Win11-RathbunVM", Some((68, 76))),
        ("regipy-NTUSER", Some((566, 588))),
        ("win11-rathbun-BBI", Some((48, 49))),
        ("win11-rathbun-DEFAULT", Some((104, 107))),
        ("win11-rathbun-LocalService-NTUSER", Some((44, 45))),
        ("win11-rathbun-NTUSER.DAT", Some((238, 242))),
        ("win11-rathbun-UsrClass.dat", Some((139, 146))),
        ("yarp-BadBaseBlockHive", None),
        ("yarp-NewDirtyHive1", Some((2, 5))),
        ("yarp-OldDirtyHive", None),
    ];
    let dirty = [
        ("regipy-NTUSER-BAGMRU", NotReplayed::NoLogs),
        ("regipy-SYSTEM-1709", NotReplayed::NoLogs),
        ("yarp-BadLogHive1", NotReplayed::BadLogs),
        ("yarp-BadLogHive2", NotReplayed::BrokenLog(registry_hive::LogName::Log1)),
        ("yarp-BadLogHive3", NotReplayed::BadLogs),
        ("yarp-EffectiveSizeHive", NotReplayed::NoLogs),
    ];
    for (name, files) in real_hives() {
        let image = files.image();
        let expected_replay = replayed.iter().find(|(hive, _)| *hive == name);
        let expected_dirt = dirty.iter().find(|(hive, _)| *hive == name);
        match (image.state(), expected_replay, expected_dirt) {
            (State::Replayed(replay), Some((_, entries)), None) => {
                assert_eq!(replay.entries, *entries, "{name}");
                assert_eq!(replay.base_block_from_log, name == "yarp-BadBaseBlockHive", "{name}");
            }
            (State::Dirty(why), None, Some((_, expected))) => assert_eq!(why, expected, "{name}"),
            (State::Clean, None, None) => assert!(image.bytes() == files.hive(), "{name}: a clean hive stays as it is"),
            (state, ..) => panic!("{name}: {state:?}"),
        }
        let swapped = Logs { log1: files.logs().log2, log2: files.logs().log1, log: None };
        let other = Image::open(files.hive().to_vec(), swapped).unwrap();
        assert!(other.bytes() == image.bytes(), "{name}: which log is which does not matter");
    }
}

/// Windows 10 recovered one hive, and its whole file is the same. Windows 7 recovered one with a log of the old format;
/// its bins are the same but for the time of the recovery, and one length of a longest name that Windows set right after.
#[test]
fn what_windows_recovered_is_the_same() {
    let Some(folder) = corpus() else { return };
    let ours = |name: &str| real_hives().into_iter().find(|(hive, _)| hive == name).unwrap().1.image().into_bytes();
    let theirs = |path: &str| std::fs::read(folder.join(path)).unwrap();
    assert!(ours("yarp-NewDirtyHive1") == theirs("yarp-NewDirtyHive1/RecoveredHive_Windows10"));
    let (mut ours, mut theirs) = (ours("yarp-OldDirtyHive"), theirs("yarp-OldDirtyHive/RecoveredHive_Windows7"));
    assert_eq!(ours.len(), theirs.len());
    let (time_of_first_bin, longest_value_name_of_4500) = (4096 + 20..4096 + 28, 0x6_bdc8);
    for file in [&mut ours, &mut theirs] {
        file[time_of_first_bin.clone()].fill(0);
        file[longest_value_name_of_4500] = 0;
    }
    assert!(ours[4096..] == theirs[4096..]);
}

/// A log that is cut, or in which a bit is wrong, gives a state that Windows wrote, never a mixture.
#[test]
fn a_damaged_log_gives_an_earlier_state_or_none() {
    let Some((_, files)) = real_hives().into_iter().find(|(name, _)| name == "win11-rathbun-BBI") else { return };
    let (log1, log2) = (files.logs().log1.unwrap(), files.logs().log2.unwrap());
    let states = [(Some(log1), Some(log2)), (Some(log1), None), (None, None)].map(|(log1, log2)| {
        Image::open(files.hive().to_vec(), Logs { log1, log2, log: None }).unwrap().bytes()[4096..].to_vec()
    });
    for place in (0..log2.len()).step_by(log2.len() / 200) {
        let mut flipped = log2.to_vec();
        flipped[place] ^= 1 << (place % 8);
        for log2 in [flipped.as_slice(), &log2[..place]] {
            let image = Image::open(files.hive().to_vec(), Logs { log1: Some(log1), log2: Some(log2), log: None });
            let image = image.unwrap();
            assert!(states.iter().any(|state| *state == image.bytes()[4096..]), "{place}");
        }
    }
}

/// The earlier of two logs has lost its first entry: what the later one has builds on that.
#[test]
fn a_later_log_is_not_applied_over_a_gap() {
    let Some((_, files)) = real_hives().into_iter().find(|(name, _)| name == "win11-rathbun-NTUSER.DAT") else {
        return;
    };
    let mut log2 = files.logs().log2.unwrap().to_vec();
    log2[600] ^= 1;
    let logs = Logs { log2: Some(&log2), ..files.logs() };
    let image = Image::open(files.hive().to_vec(), logs).unwrap();
    assert_eq!(*image.state(), State::Dirty(NotReplayed::BrokenLog(registry_hive::LogName::Log2)));
}

/// A hive that was cut short, and whose logs are whole: what is there is read, what is missing is told, and nothing is
/// written to it.
#[test]
fn a_hive_that_was_cut_short_is_not_edited() {
    let mut refused_hives = 0;
    for (name, files) in real_hives() {
        let mut cut = files.clone();
        let hive = cut.0.get_mut(&HiveFile::Hive).unwrap();
        hive.truncate(4096 + (hive.len() - 4096) / 8192 * 4096);
        let missing = match cut.image().state() {
            State::Replayed(replay) => replay.missing.iter().map(|run| run.size).sum::<u32>(),
            _ => continue,
        };
        if missing == 0 {
            continue; // What was cut off lay behind the bins.
        }
        refused_hives += 1;
        let refused = Editor::open(Box::new(Recorded::over(cut)), NOW, Overrides::default()).err().unwrap();
        assert!(refused.to_string().contains("it was cut short"), "{name}: {refused}");
    }
    assert!(refused_hives >= 4 || corpus().is_none(), "{refused_hives}");
}

/// A log of 8 KB says that the hive has 2 GB.
#[test]
fn a_hive_grows_by_what_its_logs_bring() {
    let Some((_, files)) = real_hives().into_iter().find(|(name, _)| name == "yarp-OldDirtyHive") else { return };
    let mut log = files.logs().log1.unwrap().to_vec();
    log[40..44].copy_from_slice(&0x7fff_0000_u32.to_le_bytes());
    let sum = log[..508].as_chunks::<4>().0.iter().fold(0, |sum, &word| sum ^ u32::from_le_bytes(word));
    log[508..512].copy_from_slice(&sum.to_le_bytes());
    let image = Image::open(files.hive().to_vec(), Logs { log1: Some(&log), ..Logs::default() }).unwrap();
    assert!(image.bytes().len() <= files.hive().len() + log.len());
}
