mod assembled_hive;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use self::assembled_hive::{AssembledHive, KeyFields, NOWHERE, units};
use super::{Counts, Fault, Findings, Rule, Severity, check};

/// A sound hive of a version, what is done to it, and what must be found: the rule and the place, which is a field in
/// the content of a cell, or in the file where no cell is named. A cell's size stands at -4.
struct Flaw {
    minor: u32,
    make: fn(&mut AssembledHive),
    found: &'static [(Rule, &'static str, i64)],
    /// The rules that are broken in consequence.
    consequences: &'static [Rule],
}

const fn flaw(minor: u32, make: fn(&mut AssembledHive), found: &'static [(Rule, &'static str, i64)]) -> Flaw {
    Flaw { minor, make, found, consequences: &[] }
}

impl Flaw {
    const fn and(self, consequences: &'static [Rule]) -> Self {
        Self { consequences, ..self }
    }
}

/// What follows when a key is not reached.
const KEY_LOST: &[Rule] = &[Rule::KeyNodeUnreferenced, Rule::SecurityCountHigh];
const LEAF_LOST: &[Rule] = &[Rule::SubkeyCount, Rule::KeyNodeUnreferenced, Rule::SecurityCountHigh];
const ALL_LOST: &[Rule] = &[Rule::CellUnreferenced, Rule::KeyNodeUnreferenced];
const CELL_LOST: &[Rule] = &[Rule::CellUnreferenced];

const SECOND_BIN: usize = 8192;

const FLAWS: &[Flaw] = &[
    // The base block.
    flaw(5, |hive| hive.file.truncate(4095), &[(Rule::FileSize, "", 0)]),
    flaw(5, |hive| hive.file.truncate(hive.file.len() - 4096), &[(Rule::FileSize, "", 40)]).and(&[Rule::BinSize]),
    flaw(5, |hive| hive.file[3] = b'F', &[(Rule::BaseBlockSignature, "", 0)]),
    flaw(5, |hive| hive.checksum_flaw = 1, &[(Rule::BaseBlockChecksum, "", 508)]),
    flaw(5, |hive| hive.set_in_file(8, 6), &[(Rule::SequenceNumbers, "", 4)]),
    flaw(5, |hive| hive.set_in_file(20, 2), &[(Rule::Version, "", 20)]),
    flaw(5, |hive| hive.set_in_file(24, 2), &[(Rule::Version, "", 20)]),
    flaw(5, |hive| hive.set_in_file(24, 7), &[(Rule::Version, "", 20)]),
    flaw(5, |hive| hive.set_in_file(28, 1), &[(Rule::FileType, "", 28)]),
    flaw(5, |hive| hive.set_in_file(32, 0), &[(Rule::FileFormat, "", 32)]),
    flaw(5, |hive| hive.set_in_file(36, 0x28), &[(Rule::ReferenceNowhere, "", 36)]).and(ALL_LOST),
    flaw(5, |hive| hive.set_in_file(40, 0), &[(Rule::BinsSize, "", 40)])
        .and(&[Rule::DataAfterBins, Rule::ReferenceNowhere]),
    flaw(5, |hive| hive.set_in_file(40, 40960 - 8), &[(Rule::BinsSize, "", 40)]).and(&[Rule::BinSize, Rule::CellSize]),
    flaw(5, |hive| hive.set_in_file(44, 8), &[(Rule::ClusteringFactor, "", 44)]),
    flaw(
        5,
        |hive| {
            hive.set_in_file(144, 1);
            hive.file[164..168].copy_from_slice(b"rmtm");
        },
        &[(Rule::PendingTransactions, "", 144)],
    ),
    flaw(5, |hive| hive.file.extend([0, 0, 1]), &[(Rule::DataAfterBins, "", 4096 + 40960 + 2)]),
    // Bins and cells.
    flaw(5, |hive| hive.file[SECOND_BIN] = b'H', &[(Rule::BinSignature, "", 8192)]),
    flaw(5, |hive| hive.set_in_file(SECOND_BIN + 4, 0), &[(Rule::BinOffset, "", 8196)]),
    flaw(5, |hive| hive.set_in_file(SECOND_BIN + 8, 0), &[(Rule::BinSize, "", 8200)]),
    flaw(5, |hive| hive.set_in_file(SECOND_BIN + 8, 36865), &[(Rule::BinSize, "", 8200)]),
    flaw(5, |hive| hive.set_in_file(4096 + 8, 8192), &[(Rule::BinSize, "", 4104)]),
    flaw(5, |hive| hive.file[SECOND_BIN..][..32].fill(0), &[(Rule::BinSignature, "", 8192)])
        .and(&[Rule::ReferenceNowhere]),
    flaw(5, |hive| hive.set_in_file(hive.at("spare", 0) - 4, 12), &[(Rule::CellSize, "spare", -4)])
        .and(&[Rule::ReferenceNowhere]),
    flaw(5, |hive| hive.set_in_file(hive.at("spare", 0) - 4, 0), &[(Rule::CellSize, "spare", -4)])
        .and(&[Rule::ReferenceNowhere]),
    flaw(5, |hive| hive.set_in_file(hive.at("rest", 0) - 4, 0x10000), &[(Rule::CellSize, "rest", -4)]),
    flaw(
        5,
        |hive| {
            let rest = hive.at("rest", 0) - 4;
            let left = u32::try_from(hive.file.len() - rest).unwrap();
            hive.set_in_file(rest, 16);
            hive.set_in_file(rest + 16, left - 16);
        },
        &[(Rule::AdjacentFreeCells, "rest", 12)],
    ),
    // References.
    flaw(5, |hive| hive.refer("beta", 40, ""), &[(Rule::ReferenceMissing, "beta", 40)]).and(CELL_LOST),
    flaw(5, |hive| hive.refer("beta", 44, ""), &[(Rule::ReferenceMissing, "beta", 44)]).and(&[Rule::SecurityCountHigh]),
    flaw(5, |hive| hive.set("beta", 40, hive.offset("values") + 8), &[(Rule::ReferenceNowhere, "beta", 40)])
        .and(CELL_LOST),
    flaw(5, |hive| hive.set("beta", 40, hive.offset("values") + 1), &[(Rule::ReferenceNowhere, "beta", 40)])
        .and(CELL_LOST),
    flaw(5, |hive| hive.set("beta", 40, 0x8000_0020), &[(Rule::ReferenceNowhere, "beta", 40)]).and(CELL_LOST),
    flaw(5, |hive| hive.refer("beta", 40, "spare"), &[(Rule::ReferenceToFreeCell, "beta", 40)]).and(CELL_LOST),
    flaw(5, |hive| hive.refer("values", 4, "default"), &[(Rule::CellUsedTwice, "values", 4)]).and(CELL_LOST),
    flaw(5, |hive| hive.refer("root list", 20, "root"), &[(Rule::CellUsedTwice, "root list", 20)]).and(KEY_LOST),
    flaw(5, |hive| hive.refer("index", 8, "first leaf"), &[(Rule::CellUsedTwice, "index", 8)]).and(&[
        Rule::CellUnreferenced,
        Rule::KeyNodeUnreferenced,
        Rule::SubkeyCount,
        Rule::SecurityCountHigh,
    ]),
    flaw(5, |hive| hive.toggle("spare"), &[(Rule::CellUnreferenced, "spare", -4)]),
    flaw(5, |hive| spare(hive, b"nk"), &[(Rule::KeyNodeUnreferenced, "spare", -4)]),
    // Keys.
    flaw(5, |hive| hive.put("one", 0, b"kn"), &[(Rule::KeyNodeSignature, "one", 0)]).and(&[Rule::SecurityCountHigh]),
    flaw(
        5,
        |hive| {
            spare(hive, b"nk");
            hive.refer("root list", 20, "spare");
        },
        &[(Rule::KeyNodeSize, "spare", 0)],
    )
    .and(KEY_LOST),
    flaw(5, |hive| hive.set16("one", 2, 0x21), &[(Rule::KeyFlags, "one", 2)]),
    flaw(5, |hive| hive.set16("one", 2, 0x22), &[(Rule::KeyFlags, "one", 2)]),
    flaw(5, |hive| hive.set16("one", 2, 0x24), &[(Rule::RootFlag, "one", 2)]),
    flaw(5, |hive| hive.set16("root", 2, 0x28), &[(Rule::RootUnmarked, "root", 2)]),
    flaw(5, |hive| hive.refer("one", 16, "root"), &[(Rule::KeyParent, "one", 16)]),
    flaw(5, |hive| *hive = chain(513), &[(Rule::KeyDepth, "leaf 512", 4)]),
    flaw(5, |hive| hive.set16("one", 72, 9), &[(Rule::KeyNameSize, "one", 72)])
        .and(&[Rule::SubkeyHash, Rule::LargestSubkeyName]),
    flaw(5, |hive| hive.set16("snow", 72, 0), &[(Rule::KeyNameEmpty, "snow", 72)])
        .and(&[Rule::SubkeyHash, Rule::SubkeyOrder]),
    flaw(5, |hive| hive.set16("snow", 72, 3), &[(Rule::KeyNameOdd, "snow", 72)]),
    flaw(5, |hive| long_key_name(hive, 257), &[(Rule::KeyNameLong, "long", 72)]).and(&[Rule::KeyNodeUnreferenced]),
    flaw(5, |hive| hive.put("two", 76, b"\\"), &[(Rule::KeyNameBackslash, "two", 76)]).and(&[Rule::SubkeyHash]),
    flaw(
        5,
        |hive| {
            hive.set16("two", 2, 0);
            hive.set16("two", 72, 6);
            hive.put("two", 76, b"t\0w\0o\0");
        },
        &[(Rule::KeyNameWide, "two", 76)],
    ),
    flaw(5, |hive| hive.set16("alpha", 74, 14), &[(Rule::ClassNameSize, "alpha", 74)]).and(&[Rule::LargestSubkeyClass]),
    flaw(5, |hive| hive.set16("alpha", 74, 7), &[(Rule::ClassNameOdd, "alpha", 74)]),
    flaw(5, |hive| hive.set16("alpha", 74, 0), &[(Rule::ClassNameUnneeded, "alpha", 48)]),
    flaw(5, |hive| hive.set("root", 52, 0x00f0_0009), &[(Rule::LargestSubkeyName, "root", 52)]),
    flaw(5, |hive| hive.set("root", 56, 7), &[(Rule::LargestSubkeyClass, "root", 56)]),
    flaw(5, |hive| hive.set("beta", 60, 11), &[(Rule::LargestValueName, "beta", 60)]),
    flaw(5, |hive| hive.set("beta", 64, 16999), &[(Rule::LargestValueData, "beta", 64)]),
    // Lists of subkeys.
    flaw(5, |hive| hive.set("root", 20, 4), &[(Rule::SubkeyCount, "root", 20)]),
    flaw(5, |hive| hive.set("root", 20, 2), &[(Rule::SubkeyCount, "root", 20)]),
    flaw(5, |hive| hive.set("alpha", 20, 0), &[(Rule::SubkeyListUnneeded, "alpha", 28)]).and(&[Rule::SubkeyCount]),
    flaw(5, |hive| hive.put("first leaf", 0, b"lx"), &[(Rule::SubkeyListSignature, "first leaf", 0)]).and(LEAF_LOST),
    flaw(5, |hive| hive.set16("root list", 2, 4), &[(Rule::SubkeyListSize, "root list", 2)]),
    flaw(5, |hive| hive.put("first leaf", 0, b"li"), &[(Rule::SubkeyListKind, "first leaf", 0)]),
    flaw(
        5,
        |hive| {
            hive.put("first leaf", 0, b"lf");
            hive.put("first leaf", 8, b"one\0");
        },
        &[(Rule::SubkeyListKind, "first leaf", 0)],
    ),
    flaw(
        4,
        |hive| {
            hive.put("first leaf", 0, b"lh");
            hive.set("first leaf", 8, 37 * (37 * 79 + 78) + 69);
        },
        &[(Rule::SubkeyListKind, "first leaf", 0)],
    ),
    flaw(5, |hive| hive.put("first leaf", 0, b"ri"), &[(Rule::SubkeyListNesting, "first leaf", 0)]).and(LEAF_LOST),
    flaw(5, |hive| hive.set16("first leaf", 2, 0), &[(Rule::SubkeyListEmpty, "first leaf", 2)]).and(LEAF_LOST),
    flaw(
        5,
        |hive| {
            hive.refer("index", 4, "second leaf");
            hive.refer("index", 8, "first leaf");
        },
        &[(Rule::SubkeyOrder, "first leaf", 4)],
    ),
    flaw(
        5,
        |hive| {
            hive.put("two", 76, b"ONE");
            hive.leaf("second leaf", &[("two", "ONE")]);
        },
        &[(Rule::SubkeyDuplicate, "second leaf", 4)],
    ),
    flaw(5, |hive| hive.set("first leaf", 8, 1), &[(Rule::SubkeyHash, "first leaf", 8)]),
    flaw(3, |hive| hive.put("first leaf", 8, b"onE"), &[(Rule::SubkeyHint, "first leaf", 8)]),
    flaw(3, |hive| hive.put("root list", 24, b"?"), &[(Rule::SubkeyHint, "root list", 24)]),
    // Values.
    flaw(5, |hive| hive.set("beta", 36, 0), &[(Rule::ValueListUnneeded, "beta", 40)]).and(CELL_LOST),
    flaw(5, |hive| hive.set("beta", 36, 6), &[(Rule::ValueListSize, "beta", 36)]),
    flaw(5, |hive| hive.put("default", 0, b"kv"), &[(Rule::ValueSignature, "default", 0)]),
    flaw(
        5,
        |hive| {
            spare(hive, b"vk");
            hive.refer("values", 0, "spare");
        },
        &[(Rule::ValueSize, "spare", 0)],
    )
    .and(CELL_LOST),
    flaw(5, |hive| hive.set16("plain", 2, 20), &[(Rule::ValueNameSize, "plain", 2)]).and(&[Rule::LargestValueName]),
    flaw(5, |hive| hive.set16("wide", 2, 3), &[(Rule::ValueNameOdd, "wide", 2)]),
    flaw(5, |hive| long_value_name(hive, 16384), &[(Rule::ValueNameLong, "long", 2)]),
    flaw(
        5,
        |hive| {
            hive.set16("big", 2, 6);
            hive.set16("big", 16, 0);
            hive.put("big", 20, b"B\0i\0g\0");
        },
        &[(Rule::ValueNameWide, "big", 20)],
    ),
    flaw(
        5,
        |hive| {
            hive.set16("large value", 2, 5);
            hive.put("large value", 20, b"pLAIN");
        },
        &[(Rule::ValueDuplicate, "values", 16)],
    ),
    flaw(5, |hive| hive.set("default", 4, 0x8000_0005), &[(Rule::ValueInlineSize, "default", 4)]),
    flaw(5, |hive| hive.set("plain", 4, 4), &[(Rule::ValueNotInline, "plain", 4)]),
    flaw(5, |hive| hive.set("plain", 4, 0), &[(Rule::ValueNotInline, "plain", 4)]),
    flaw(
        5,
        |hive| {
            hive.set("default", 4, 0);
            hive.set("default", 8, 0);
        },
        &[(Rule::ValueNotInline, "default", 4)],
    ),
    flaw(5, |hive| hive.set("plain", 4, 13), &[(Rule::ValueDataSize, "plain", 4)]),
    flaw(5, |hive| hive.put("db", 0, b"bd"), &[(Rule::BigDataSignature, "db", 0)]).and(CELL_LOST),
    flaw(
        5,
        |hive| {
            hive.toggle("tiny");
            hive.put("tiny", 0, b"db\x02\0");
            hive.refer("big", 8, "tiny");
        },
        &[(Rule::BigDataSize, "tiny", 0)],
    )
    .and(CELL_LOST),
    flaw(5, |hive| hive.set16("db", 2, 4), &[(Rule::BigDataSize, "db", 2), (Rule::BigDataCount, "db", 2)])
        .and(&[Rule::ReferenceNowhere]),
    flaw(5, |hive| hive.set16("db", 2, 1), &[(Rule::BigDataCount, "db", 2)]).and(CELL_LOST),
    flaw(
        5,
        |hive| {
            hive.toggle("spare");
            hive.refer("segments", 4, "spare");
        },
        &[(Rule::SegmentSize, "segments", 4)],
    )
    .and(CELL_LOST),
    flaw(
        5,
        |hive| {
            hive.toggle("spare");
            hive.refer("segments", 4, "spare");
            hive.set("big", 4, 16344 + 12);
        },
        &[(Rule::LastSegmentShort, "segments", 4)],
    )
    .and(CELL_LOST),
    // Layers.
    flaw(6, |hive| hive.put("alpha", 13, &[1]), &[(Rule::TombstoneKey, "alpha", 13)]),
    flaw(6, |hive| hive.set16("plain", 16, 3), &[(Rule::TombstoneValue, "plain", 16)]).and(CELL_LOST),
    flaw(6, |hive| hive.put("alpha", 13, &[3]), &[(Rule::LayerTree, "one", 13), (Rule::LayerTree, "two", 13)]),
    // Security.
    flaw(5, |hive| hive.put("rare security", 0, b"ks"), &[(Rule::SecuritySignature, "rare security", 0)])
        .and(&[Rule::CellUsedTwice]),
    flaw(
        5,
        |hive| {
            hive.toggle("tiny");
            hive.put("tiny", 0, b"sk");
            hive.refer("beta", 44, "tiny");
        },
        &[(Rule::SecuritySize, "tiny", 0)],
    )
    .and(&[Rule::SecurityCountHigh]),
    flaw(5, |hive| hive.set("rare security", 16, 49), &[(Rule::SecuritySize, "rare security", 16)]),
    flaw(5, |hive| hive.refer("rare security", 8, "rare security"), &[(Rule::SecurityRing, "rare security", 8)]),
    flaw(5, |hive| hive.refer("security", 8, "security"), &[(Rule::SecurityRing, "security", 8)]),
    flaw(5, |hive| hive.refer("rare security", 4, "rare security"), &[(Rule::SecurityRing, "rare security", 4)]),
    flaw(
        5,
        |hive| {
            hive.refer("security", 4, "security");
            hive.refer("security", 8, "security");
        },
        &[(Rule::SecurityOutsideRing, "two", 44)],
    ),
    flaw(5, |hive| hive.set("security", 12, 4), &[(Rule::SecurityCountLow, "security", 12)]),
    flaw(5, |hive| hive.set("security", 12, 6), &[(Rule::SecurityCountHigh, "security", 12)]),
    flaw(5, |hive| hive.set("security", 16, 19), &[(Rule::SecurityDescriptor, "security", 20)]),
    flaw(5, |hive| hive.put("security", 20, &[2]), &[(Rule::SecurityDescriptor, "security", 20)]),
    flaw(5, |hive| hive.set16("security", 22, 4), &[(Rule::SecurityDescriptor, "security", 22)]),
    flaw(5, |hive| hive.set("security", 24, 4), &[(Rule::SecurityDescriptor, "security", 24)]),
    flaw(5, |hive| hive.set("security", 28, 33), &[(Rule::SecurityDescriptor, "security", 28)]),
    flaw(5, |hive| hive.put("security", 40, &[2]), &[(Rule::SecurityDescriptor, "security", 24)]),
    flaw(
        5,
        |hive| {
            hive.set16("security", 22, 0x8014);
            hive.set("security", 32, 1000);
        },
        &[(Rule::SecurityDescriptor, "security", 32)],
    ),
    flaw(5, |hive| hive.put("security", 41, &[7]), &[(Rule::SecurityDescriptor, "security", 24)]),
    flaw(5, |hive| hive.set("security", 36, 39), &[(Rule::SecurityDescriptor, "security", 36)]),
    flaw(5, |hive| hive.set16("security", 54, 9), &[(Rule::SecurityDescriptor, "security", 36)]),
];

#[test]
fn each_flaw_is_found_and_nothing_else() {
    let mut wrong = Vec::new();
    for (row, flaw) in FLAWS.iter().enumerate() {
        let mut hive = AssembledHive::sound(flaw.minor);
        (flaw.make)(&mut hive);
        if hive.file.len() >= 4096 {
            hive.seal();
        }
        let faults = check(&hive.file).faults;
        let is_flaw = |fault: &&Fault| flaw.found.iter().any(|(rule, ..)| *rule == fault.rule);
        let found: Vec<(Rule, u64)> = faults.iter().filter(is_flaw).map(|fault| (fault.rule, fault.offset)).collect();
        let expected: Vec<(Rule, u64)> =
            flaw.found.iter().map(|&(rule, cell, field)| (rule, place(&hive, cell, field))).collect();
        let followed: BTreeSet<Rule> = faults.iter().filter(|fault| !is_flaw(fault)).map(|fault| fault.rule).collect();
        let consequences: BTreeSet<Rule> = flaw.consequences.iter().copied().collect();
        if found != expected || followed != consequences {
            wrong.push(format!("row {row}: expected {expected:?} and {consequences:?}, found {faults:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_is_broken_by_a_flaw() {
    let broken: BTreeSet<Rule> = FLAWS.iter().flat_map(|flaw| flaw.found.iter().map(|(rule, ..)| *rule)).collect();
    let unbroken: Vec<Rule> = Rule::ALL.iter().copied().filter(|rule| !broken.contains(rule)).collect();
    assert_eq!(unbroken, []);
}

#[test]
fn the_name_of_a_rule_is_its_own() {
    let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        let variant = format!("{rule:?}").to_lowercase();
        assert_eq!(rule.name().replace('-', ""), variant);
    }
}

#[test]
fn a_sound_hive_has_no_findings() {
    for minor in 3..=6 {
        let findings = check_sealed(AssembledHive::sound(minor));
        assert_eq!(findings.faults, [], "version 1.{minor}");
        assert_eq!(findings.worst(), None);
        let segments = if minor >= 4 { 4 } else { 0 };
        let expected = Counts {
            bins: if minor >= 4 { 2 } else { 1 },
            cells: 20 + segments,
            free_cells: if minor >= 4 { 4 } else { 3 },
            bytes: if minor >= 4 { 40960 } else { 4096 },
            free_bytes: findings.counts.free_bytes,
            keys: 6,
            levels: 3,
            values: 5,
            security_descriptors: 2,
        };
        assert_eq!(findings.counts, expected);
    }
}

/// What looks like a flaw and is none.
#[test]
fn what_windows_writes_or_ignores_is_sound() {
    type Change = fn(&mut AssembledHive);
    let sound: &[(u32, Change)] = &[
        // Volatile subkeys are counted in memory, and the counts reach the disk.
        (5, |hive| hive.set("alpha", 24, 9)),
        (5, |hive| hive.set("root", 16, 0x4321)),
        (5, |hive| hive.set("root", 52, 0xfff0_000a)),
        // Nothing is hidden in a hive without layers.
        (5, |hive| hive.put("alpha", 13, &[1])),
        (6, |hive| hive.put("snow", 13, &[1])),
        (6, |hive| {
            hive.set16("wide", 16, 2);
            hive.put("wide", 4, &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        }),
        (3, |hive| hive.put("second leaf", 0, b"li")),
        // A list of access that is not present is not looked at.
        (5, |hive| {
            hive.set16("security", 22, 0x8000);
            hive.set("security", 36, 1000);
        }),
        (5, |hive| hive.set("security", 32, 1000)),
        (5, |hive| hive.file.extend([0; 4096])),
        // A handle stands where other keys count their values.
        (5, |hive| {
            hive.set16("snow", 2, 0x40);
            hive.set("snow", 36, 0x8000_0003);
        }),
        // Without `db` records, large data may begin with these letters.
        (3, |hive| {
            hive.bin(20480);
            hive.reserve("large", 17_000);
            hive.finish();
            hive.put("large", 0, b"db\x02\0");
            hive.set("big", 4, 17_000);
            hive.refer("big", 8, "large");
            hive.set("beta", 64, 17_000);
        }),
        (5, |hive| *hive = chain(512)),
        (5, |hive| long_value_name(hive, 16383)),
    ];
    for (row, (minor, make)) in sound.iter().enumerate() {
        let mut hive = AssembledHive::sound(*minor);
        make(&mut hive);
        assert_eq!(check_sealed(hive).faults, [], "row {row}");
    }
    let mut longest = AssembledHive::sound(5);
    long_key_name(&mut longest, 256);
    assert_eq!(check_sealed(longest).worst(), Some(Severity::Note));
}

#[test]
fn a_flood_of_one_rule_is_counted_and_hides_no_other() {
    let mut hive = AssembledHive::new(5);
    hive.bin(4096);
    hive.reserve("root", 80);
    for cell in 0..200 {
        hive.reserve(&cell.to_string(), 4);
    }
    hive.finish();
    hive.set_in_file(36, hive.offset("root"));
    hive.key("root", &KeyFields { name: &units("Root"), flags: 0x4, ..KeyFields::default() });
    let findings = check_sealed(hive);
    assert_eq!(findings.broken.get(&Rule::CellUnreferenced), Some(&200));
    assert_eq!(findings.not_listed(), 100);
    assert_eq!(findings.faults.len(), 101);
    assert_eq!(findings.faults[0].rule, Rule::ReferenceMissing);
    assert_eq!(findings.worst(), Some(Severity::Damage));
}

#[test]
fn a_fault_says_what_it_means_where_it_is_and_what_was_expected() {
    let mut hive = AssembledHive::sound(5);
    hive.put("two", 76, b"\x1b");
    hive.leaf("second leaf", &[("two", "\u{1b}wo")]);
    let fault = &check_sealed(hive).faults[0];
    assert_eq!(
        fault.to_string(),
        "damage at offset 0x11c0: \"\\u{1b}wo\" is listed after \"one\"; it sorts before (subkey-order)"
    );
}

#[test]
fn no_change_of_a_byte_or_a_word_makes_it_panic_or_hang() {
    let sound = AssembledHive::sound(6).file;
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let started = Instant::now();
    let rounds = 20_000;
    for _ in 0..rounds {
        let mut file = sound.clone();
        for _ in 0..=next(&mut random) % 4 {
            // Most of the structure is in the first bin.
            let end = if next(&mut random).is_multiple_of(4) { file.len() } else { 8192 };
            let at = usize::try_from(next(&mut random)).unwrap() % (end - 4);
            match next(&mut random) % 4 {
                0 => file[at] ^= 1 << (next(&mut random) % 8),
                1 => file[at..][..4].fill(0xff),
                2 => file[at / 4 * 4..][..4].copy_from_slice(&[0x20, 0, 0, 0]),
                _ => file[at / 4 * 4] = file[at / 4 * 4].wrapping_add(8),
            }
        }
        check(&file);
    }
    // Far above what it takes, so that a busy machine passes and a loop that does not end soon does not.
    assert!(started.elapsed() < Duration::from_millis(50) * rounds, "{:?}", started.elapsed());
    for length in 0..sound.len() {
        if length < 9000 || length.is_multiple_of(97) {
            check(&sound[..length]);
        }
    }
}

fn check_sealed(mut hive: AssembledHive) -> Findings {
    hive.seal();
    check(&hive.file)
}

fn place(hive: &AssembledHive, cell: &str, field: i64) -> u64 {
    let start = if cell.is_empty() { 0 } else { hive.at(cell, 0) };
    u64::try_from(start).unwrap().checked_add_signed(field).unwrap()
}

/// Puts the spare cell into use.
fn spare(hive: &mut AssembledHive, signature: &[u8]) {
    hive.toggle("spare");
    hive.put("spare", 0, signature);
}

fn long_key_name(hive: &mut AssembledHive, length: usize) {
    hive.bin(4096);
    hive.reserve("long", 76 + length);
    hive.finish();
    let name = "z".repeat(length);
    hive.key("long", &KeyFields { name: &units(&name), parent: "root", security: "security", ..KeyFields::default() });
    hive.leaf("root list", &[("alpha", "Alpha"), ("beta", "beta"), ("long", &name)]);
    hive.set("root", 52, 2 * u32::try_from(length).unwrap());
}

fn long_value_name(hive: &mut AssembledHive, length: usize) {
    hive.bin(20480);
    hive.reserve("long", 20 + length);
    hive.finish();
    hive.value("long", &"z".repeat(length), 0x8000_0000, 0);
    hive.refer("values", 0, "long");
    hive.toggle("default");
    hive.set("beta", 60, NOWHERE);
}

/// A root and keys in it, each in the one before, to so many levels in all.
fn chain(levels: usize) -> AssembledHive {
    let mut hive = AssembledHive::new(5);
    hive.bin(u32::try_from((levels * 120).next_multiple_of(4096) + 4096).unwrap());
    hive.reserve("security", 64);
    for level in 1..=levels {
        hive.reserve(&level.to_string(), 80);
        if level < levels {
            hive.reserve(&format!("leaf {level}"), 12);
        }
    }
    hive.finish();
    hive.security("security", ["security", "security"], u32::try_from(levels.min(512)).unwrap());
    hive.set_in_file(36, hive.offset("1"));
    for level in 1..=levels {
        let (leaf, below) = (format!("leaf {level}"), (level + 1).to_string());
        let has_below = level < levels;
        if has_below {
            hive.leaf(&leaf, &[(&below, "k")]);
        }
        let key = KeyFields {
            name: &units("k"),
            flags: if level == 1 { 0x4 } else { 0 },
            parent: &if level == 1 { String::new() } else { (level - 1).to_string() },
            subkeys: if has_below { (1, &leaf) } else { (0, "") },
            security: "security",
            largest: [2, 0, 0, 0],
            ..KeyFields::default()
        };
        hive.key(&level.to_string(), &key);
    }
    hive
}

/// Marsaglia's xorshift: the same numbers in each run.
fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random >> 16
}
