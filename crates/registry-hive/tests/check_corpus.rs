//! The checker against hives that Windows wrote, and against hives that somebody broke on purpose.
//!
//! The hives are public test data of other projects and no part of this one. Where they are not beside the checkout, in
//! ../shared/hives, these tests say so and check nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use registry_hive::{Rule, Severity, check};

/// The hives that are broken: what must be found, and where. Further faults may follow from these.
const BROKEN: &[(&str, &[(Rule, u64)])] = &[
    ("plaso-corrupt-subkey-list", &[(Rule::ReferenceNowhere, 0x4bc8)]),
    // Zeros in the place of 30 bins.
    ("regipy-corrupted-SYSTEM", &[(Rule::BinSignature, 0x1a000), (Rule::BinSignature, 0x1e000)]),
    ("samba-corrupt-hbin", &[(Rule::FileSize, 40), (Rule::BinSize, 0x1008), (Rule::KeyNodeSignature, 0x1024)]),
    ("yarp-BadBaseBlockHive", &[(Rule::BaseBlockChecksum, 508), (Rule::Version, 20)]),
    ("yarp-BadListHive", &[(Rule::CellUsedTwice, 0x13a0), (Rule::KeyParent, 0x1484)]),
    // The author gave the key another name and left the hint that Windows had made for the old one.
    ("yarp-CompHive", &[(Rule::SubkeyHint, 0x132c)]),
    ("yarp-DuplicateSubkeysHive", &[(Rule::SubkeyDuplicate, 0x745a0)]),
    // The base block counts the first bin alone.
    ("yarp-EffectiveSizeHive", &[(Rule::DataAfterBins, 0x2000), (Rule::ReferenceNowhere, 0x1728)]),
    ("yarp-InvalidParentHive", &[(Rule::KeyParent, 0x75b1c)]),
    ("yarp-TruncatedHive", &[(Rule::FileSize, 40), (Rule::ReferenceNowhere, 0x1728)]),
    ("yarp-TruncatedNameHive", &[(Rule::KeyNameSize, 0x11fc)]),
];

/// The hives that Windows left otherwise than it usually does, with all that is irregular in them.
const ODD: &[(&str, &[Rule])] = &[
    // Windows healed it: it took out what was damaged, and neither freed the cells nor lowered the counts.
    ("yarp-HealedHive", &[Rule::CellUnreferenced, Rule::SecurityCountHigh]),
];

#[test]
fn hives_that_windows_wrote_are_sound_and_broken_ones_are_not() {
    let Some(hives) = corpus() else { return };
    let broken: BTreeMap<&str, &[(Rule, u64)]> = BROKEN.iter().copied().collect();
    let odd: BTreeMap<&str, &[Rule]> = ODD.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for Hive { name, file } in &hives {
        let findings = check(file);
        seen.insert(name.as_str());
        let flaws: BTreeSet<Rule> =
            findings.broken.keys().copied().filter(|rule| rule.severity() > Severity::Note).collect();
        let is_right = if let Some(expected) = broken.get(name.as_str()) {
            expected.iter().all(|&(rule, at)| findings.faults.iter().any(|f| (f.rule, f.offset) == (rule, at)))
        } else {
            let dirty = file[4..8] != file[8..12];
            let odd = odd.get(name.as_str()).copied().unwrap_or_default();
            let expected = odd.iter().copied().chain(dirty.then_some(Rule::SequenceNumbers)).collect();
            flaws == expected && findings.counts.keys > 0
        };
        if !is_right {
            wrong.push(format!("{name}: {:#?}", findings.faults));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let absent: Vec<&str> = broken.keys().chain(odd.keys()).copied().filter(|name| !seen.contains(name)).collect();
    assert!(absent.is_empty(), "these hives are named here and are not in the corpus: {absent:?}");
}

#[test]
fn changed_hives_are_judged_without_panic_and_in_time() {
    let Some(hives) = corpus() else { return };
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for Hive { name, file } in hives.iter().filter(|hive| hive.file.len() <= 300_000) {
        let started = Instant::now();
        let rounds = 60;
        for _ in 0..rounds {
            let mut changed = file.clone();
            for _ in 0..=next(&mut random) % 8 {
                let at = usize::try_from(next(&mut random)).unwrap() % (changed.len() - 4);
                let other = usize::try_from(next(&mut random)).unwrap() % (changed.len() - 4);
                match next(&mut random) % 4 {
                    0 => changed[at] ^= 1 << (next(&mut random) % 8),
                    1 => changed[at / 4 * 4..][..4].fill(0xff),
                    // A reference or a count from elsewhere leads to cycles and to records taken for others.
                    2 => changed.copy_within(other / 4 * 4..other / 4 * 4 + 4, at / 4 * 4),
                    _ => changed.truncate(changed.len() - 4096.min(changed.len() / 2)),
                }
            }
            check(&changed);
        }
        // Far above what it takes, so that a busy machine passes and a loop that does not end soon does not.
        assert!(started.elapsed() < Duration::from_secs(2) * rounds, "{name}: {:?}", started.elapsed());
    }
}

struct Hive {
    name: String,
    file: Vec<u8>,
}

/// Each hive of the corpus, and those that Windows made of two of them when it recovered them.
fn corpus() -> Option<Vec<Hive>> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let hives = shared.join("hives");
    if !hives.is_dir() {
        let must_run = std::env::var_os("CI").is_some_and(|ci| ci == "true") && shared.is_dir();
        assert!(!must_run, "{} is missing, and in CI nothing is skipped", hives.display());
        // Standard error itself, because the test harness keeps what a test that passes prints.
        let mut stderr = std::io::stderr();
        writeln!(stderr, "SKIPPED: no real hive was checked, for {} is not there", hives.display()).unwrap();
        return None;
    }
    let mut found = Vec::new();
    for folder in entries(&hives).into_iter().filter(|path| path.is_dir()) {
        let folder_name = file_name(&folder);
        for path in entries(&folder) {
            let name = match file_name(&path) {
                name if name == "hive" => folder_name.clone(),
                name if name.starts_with("RecoveredHive") => format!("{folder_name}/{name}"),
                _ => continue,
            };
            found.push(Hive { name, file: std::fs::read(path).unwrap() });
        }
    }
    assert!(!found.is_empty(), "{} holds no hives", hives.display());
    Some(found)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Marsaglia's xorshift: the same numbers in each run.
fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random >> 16
}
