//! Descriptors worked out by hand. Beside each stands what it is in SDDL, Windows' own text form.

use proptest::prelude::*;

use super::*;

const SYSTEM: &str = "010100000000000512000000";
const ADMINISTRATORS: &str = "01020000000000052000000020020000";
const USERS: &str = "01020000000000052000000021020000";
const CREATOR_OWNER: &str = "010100000000000300000000";
const CREATOR_GROUP: &str = "010100000000000301000000";
const OWNER_RIGHTS: &str = "010100000000000304000000";
const EVERYONE: &str = "010100000000000100000000";
const MEDIUM: &str = "010100000000001000200000";
const ALICE: &str = "010500000000000515000000010000000200000003000000e9030000";

/// `O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;DCLCRPCR;;;BU)(A;OICI;0x1200a9;;;BU)`, as
/// ProgramData has it.
const PROGRAM_DATA: &str = "01000494 8c000000 98000000 00000000 14000000 \
    02007800 05000000 \
    000b1400 00000010 010100000000000300000000 \
    00031400 ff011f00 010100000000000512000000 \
    00031800 ff011f00 01020000000000052000000020020000 \
    00021800 16010000 01020000000000052000000021020000 \
    00031800 a9001200 01020000000000052000000021020000 \
    010100000000000512000000 010100000000000512000000";

/// `O:SYG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)`
const PROGRAM_DATA_FILE: &str = "01000484 74000000 80000000 00000000 14000000 \
    02006000 04000000 \
    00101400 ff011f00 010100000000000512000000 \
    00101400 ff011f00 010100000000000512000000 \
    00101800 ff011f00 01020000000000052000000020020000 \
    00101800 a9001200 01020000000000052000000021020000 \
    010100000000000512000000 010100000000000512000000";

/// `O:SYG:SYD:AI(A;ID;FA;;;SY)(A;OICIIOID;GA;;;CO)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;CIID;DCLCRPCR;;;BU)`
/// `(A;OICIID;0x1200a9;;;BU)`
const PROGRAM_DATA_FOLDER: &str = "01000484 a0000000 ac000000 00000000 14000000 \
    02008c00 06000000 \
    00101400 ff011f00 010100000000000512000000 \
    001b1400 00000010 010100000000000300000000 \
    00131400 ff011f00 010100000000000512000000 \
    00131800 ff011f00 01020000000000052000000020020000 \
    00121800 16010000 01020000000000052000000021020000 \
    00131800 a9001200 01020000000000052000000021020000 \
    010100000000000512000000 010100000000000512000000";

/// `O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)`
const FOR_ADMINISTRATORS: &str = "01000490 48000000 58000000 00000000 14000000 \
    02003400 02000000 \
    00031400 ff011f00 010100000000000512000000 \
    00031800 ff011f00 01020000000000052000000020020000 \
    01020000000000052000000020020000 01020000000000052000000020020000";

#[test]
fn files_and_folders_get_what_windows_gives_them() {
    assert_eq!(hex(&inherited(&bytes(PROGRAM_DATA), Child::File).unwrap()), plain(PROGRAM_DATA_FILE));
    assert_eq!(hex(&inherited(&bytes(PROGRAM_DATA), Child::Folder).unwrap()), plain(PROGRAM_DATA_FOLDER));
}

/// Entries of a folder, and what a file and a folder in it get of them. An entry is its kind and flags, its rights, and
/// its SID with what may follow.
#[test]
fn each_flag_does_what_windows_does() {
    type Entries<'e> = &'e [(&'e str, &'e str, &'e str)];
    let full = "ff011f00";
    let table: [(&str, Entries<'_>, Entries<'_>, Entries<'_>); 15] = [
        ("for itself", &[("0000", full, USERS)], &[], &[]),
        ("inherited itself", &[("0010", full, USERS)], &[], &[]),
        ("files", &[("0001", full, USERS)], &[("0010", full, USERS)], &[("0019", full, USERS)]),
        ("folders", &[("0002", full, USERS)], &[], &[("0012", full, USERS)]),
        ("both", &[("0003", full, USERS)], &[("0010", full, USERS)], &[("0013", full, USERS)]),
        ("both, not itself", &[("000b", full, USERS)], &[("0010", full, USERS)], &[("0013", full, USERS)]),
        ("files once", &[("0005", full, USERS)], &[("0010", full, USERS)], &[]),
        ("folders once", &[("0006", full, USERS)], &[], &[("0010", full, USERS)]),
        ("both once", &[("000f", full, USERS)], &[("0010", full, USERS)], &[("0010", full, USERS)]),
        (
            "generic rights",
            &[("000b", "000000a0", USERS)],
            &[("0010", "a9001200", USERS)],
            &[("0010", "a9001200", USERS), ("001b", "000000a0", USERS)],
        ),
        ("generic rights once", &[("010e", "00000040", USERS)], &[], &[("0110", "16011200", USERS)]),
        (
            "the creator's group",
            &[("0003", full, CREATOR_GROUP)],
            &[("0010", full, ADMINISTRATORS)],
            &[("0010", full, ADMINISTRATORS), ("001b", full, CREATOR_GROUP)],
        ),
        ("the creator, once", &[("0007", full, CREATOR_OWNER)], &[("0010", full, ALICE)], &[("0010", full, ALICE)]),
        (
            "the owner's rights stay",
            &[("0003", full, OWNER_RIGHTS)],
            &[("0010", full, OWNER_RIGHTS)],
            &[("0013", full, OWNER_RIGHTS)],
        ),
        (
            "a condition",
            &[("0903", "00000010", "010100000000000300000000 61727478")],
            &[("0910", full, "010500000000000515000000010000000200000003000000e9030000 61727478")],
            &[
                ("0910", full, "010500000000000515000000010000000200000003000000e9030000 61727478"),
                ("091b", "00000010", "010100000000000300000000 61727478"),
            ],
        ),
    ];
    for (what, parent, file, folder) in table {
        let parent = descriptor(ALICE, ADMINISTRATORS, None, Some(&entries(parent)));
        for (child, expected) in [(Child::File, file), (Child::Folder, folder)] {
            // Nothing inherited: full control for the owner and the system.
            let nothing = entries(&[("0000", full, ALICE), ("0000", full, SYSTEM)]);
            let (control, expected) = if expected.is_empty() { (0x8004, nothing) } else { (0x8404, entries(expected)) };
            let expected = with_control(&descriptor(ALICE, ADMINISTRATORS, None, Some(&expected)), control);
            assert_eq!(hex(&inherited(&parent, child).unwrap()), hex(&expected), "{what}, {child:?}");
        }
    }
}

#[test]
fn audits_and_labels_are_inherited_where_they_say_so() {
    let rights = entries(&[("0003", "ff011f00", SYSTEM)]);
    let (label, kept) = (("1101", "01000000", MEDIUM), ("1100", "01000000", MEDIUM));
    let audit = ("0243", "00000010", EVERYONE);
    let parent = descriptor(SYSTEM, SYSTEM, Some(&entries(&[label, kept, audit])), Some(&rights));
    let file_audits = entries(&[("1110", "01000000", MEDIUM), ("0250", "ff011f00", EVERYONE)]);
    let rights_of_file = entries(&[("0010", "ff011f00", SYSTEM)]);
    let file = with_control(&descriptor(SYSTEM, SYSTEM, Some(&file_audits), Some(&rights_of_file)), 0x8c14);
    assert_eq!(hex(&inherited(&parent, Child::File).unwrap()), hex(&file));
    let folder_audits =
        entries(&[("1119", "01000000", MEDIUM), ("0250", "ff011f00", EVERYONE), ("025b", "00000010", EVERYONE)]);
    let rights_of_folder = entries(&[("0013", "ff011f00", SYSTEM)]);
    let folder = with_control(&descriptor(SYSTEM, SYSTEM, Some(&folder_audits), Some(&rights_of_folder)), 0x8c14);
    assert_eq!(hex(&inherited(&parent, Child::Folder).unwrap()), hex(&folder));
    // A label for the folder alone.
    let parent = descriptor(SYSTEM, SYSTEM, Some(&entries(&[kept])), Some(&rights));
    let bare = with_control(&descriptor(SYSTEM, SYSTEM, None, Some(&rights_of_file)), 0x8404);
    assert_eq!(hex(&inherited(&parent, Child::File).unwrap()), hex(&bare));
}

#[test]
fn kinds_that_are_not_known_are_copied() {
    // An object's entry, with a type behind its rights, and one of a kind that nobody has heard of.
    let object = "01000000 00112233445566778899aabbccddeeff 010100000000000300000000";
    let strange = [("0503", "00000010", object), ("7703", "deadbeef", "")];
    let parent = descriptor(SYSTEM, SYSTEM, None, Some(&entries(&strange)));
    let expected = entries(&[("0510", "00000010", object), ("7710", "deadbeef", "")]);
    let expected = with_control(&descriptor(SYSTEM, SYSTEM, None, Some(&expected)), 0x8404);
    assert_eq!(hex(&inherited(&parent, Child::File).unwrap()), hex(&expected));
}

#[test]
fn what_is_no_descriptor_is_said() {
    let whole = bytes(PROGRAM_DATA);
    let changed = |at: usize, to: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        inherited(&bytes, Child::Folder).map_err(|error| error.to_string())
    };
    let table: [(usize, &[u8], &str); 9] = [
        (0, &[2], "the security descriptor is not of revision 1 in the self-relative form"),
        (3, &[0], "the security descriptor is not of revision 1 in the self-relative form"),
        (4, &[0; 4], "the security descriptor has no owner"),
        (8, &[0; 4], "the security descriptor has no group"),
        (4, &[0xff; 4], "the owner at byte 4294967295 of the security descriptor goes beyond its end, or is none"),
        (4, &[4, 0, 0, 0], "the owner at byte 4 of the security descriptor goes beyond its end, or is none"),
        (0x8d, &[16], "the owner at byte 140 of the security descriptor goes beyond its end, or is none"),
        (0x16, &[0xff; 2], "the list of rights at byte 20 of the security descriptor goes beyond its end, or is none"),
        (0x1e, &[0xff; 2], "the entry at byte 28 of the security descriptor goes beyond its end, or is none"),
    ];
    for (at, to, expected) in table {
        assert_eq!(changed(at, to), Err(expected.to_owned()), "{at}");
    }
    assert!((0..whole.len()).all(|length| inherited(&whole[..length], Child::File).is_err()));
    // Each entry of a list that is as long as can be becomes two.
    let many: Vec<_> = std::iter::repeat_n(("0003", "00000010", USERS), 2700).collect();
    let parent = descriptor(SYSTEM, SYSTEM, None, Some(&entries(&many)));
    assert_eq!(inherited(&parent, Child::Folder), Err(DescriptorError::TooLong));
    assert!(inherited(&parent, Child::File).is_ok());
}

#[test]
fn a_folder_for_administrators_is_one() {
    assert_eq!(hex(&for_administrators()), plain(FOR_ADMINISTRATORS));
    assert!(is_for_administrators(&for_administrators()));
    for child in [Child::File, Child::Folder] {
        assert!(is_for_administrators(&inherited(&for_administrators(), child).unwrap()), "{child:?}");
    }
}

#[test]
fn a_folder_is_believed_if_nobody_else_may_change_it() {
    let (full, read) = ("ff011f00", "a9001200");
    let installer = hex(Sid::TRUSTED_INSTALLER.bytes());
    let own = ("0003", full, ADMINISTRATORS);
    let believed: [&[(&str, &str, &str)]; 6] = [
        &[own],
        &[own, ("0003", read, USERS)],
        &[own, ("000b", full, CREATOR_OWNER)],
        &[own, ("0100", full, EVERYONE)],
        &[own, ("0000", full, &installer)],
        &[],
    ];
    for list in believed {
        for owner in [SYSTEM, ADMINISTRATORS, &*installer] {
            assert!(is_for_administrators(&descriptor(owner, SYSTEM, None, Some(&entries(list)))), "{list:?}");
        }
        for owner in [ALICE, USERS, EVERYONE] {
            assert!(!is_for_administrators(&descriptor(owner, SYSTEM, None, Some(&entries(list)))), "{owner}");
        }
    }
    // To write, append, write extended attributes, delete inside, write attributes, delete, change rights, take ownership,
    // reach audits, whatever is allowed, all, generic writing.
    let rights = [
        "02000000", "04000000", "10000000", "40000000", "00010000", "00000100", "00000400", "00000800", "00000001",
        "00000002", "00000010", "00000040",
    ];
    for rights in rights {
        // For itself, for what is in it only, under a condition.
        for kind in ["0000", "000b", "0900"] {
            let list = entries(&[own, (kind, rights, USERS)]);
            assert!(!is_for_administrators(&descriptor(SYSTEM, SYSTEM, None, Some(&list))), "{rights} {kind}");
        }
    }
    let strange = entries(&[own, ("0500", read, "00000000 010100000000000100000000")]);
    let creator = entries(&[own, ("0000", full, CREATOR_OWNER)]);
    for list in [strange, creator] {
        assert!(!is_for_administrators(&descriptor(SYSTEM, SYSTEM, None, Some(&list))));
    }
    assert!(!is_for_administrators(&descriptor(SYSTEM, SYSTEM, None, None)), "no list allows everything");
    assert!(!is_for_administrators(&bytes(PROGRAM_DATA)));
    assert!(!is_for_administrators(&inherited(&bytes(PROGRAM_DATA), Child::Folder).unwrap()));
    assert!(!is_for_administrators(&[]));
}

proptest! {
    /// Hostile bytes are refused or understood; what comes of them is a descriptor from which is inherited again.
    #[test]
    fn whatever_the_bytes(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        rest in proptest::collection::vec(any::<u8>(), 0..40),
        length in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = bytes(PROGRAM_DATA);
        bytes.extend(rest);
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        bytes.truncate(length.index(bytes.len() + 1).max(20));
        is_for_administrators(&bytes);
        for child in [Child::File, Child::Folder] {
            if let Ok(inherited_once) = inherited(&bytes, child) {
                prop_assert!(inherited(&inherited_once, child).is_ok());
            }
        }
    }
}

/// A list of the revision 2.
fn entries(entries: &[(&str, &str, &str)]) -> Vec<u8> {
    let ace = |(kind, mask, rest): &(&str, &str, &str)| {
        let (kind, body) = (bytes(kind), [bytes(mask), bytes(rest)].concat());
        [kind, u16::try_from(4 + body.len()).unwrap().to_le_bytes().to_vec(), body].concat()
    };
    let aces: Vec<u8> = entries.iter().flat_map(ace).collect();
    let (length, count) = (u16::try_from(8 + aces.len()).unwrap(), u16::try_from(entries.len()).unwrap());
    [&[2, 0][..], &length.to_le_bytes(), &count.to_le_bytes(), &[0, 0], &aces].concat()
}

fn descriptor(owner: &str, group: &str, sacl: Option<&[u8]>, dacl: Option<&[u8]>) -> Vec<u8> {
    let mut offset = 20u32;
    let mut place = |part: &[u8]| {
        let at = if part.is_empty() { 0 } else { offset };
        offset += u32::try_from(part.len()).unwrap();
        at.to_le_bytes()
    };
    let parts = [sacl.unwrap_or_default().to_vec(), dacl.unwrap_or_default().to_vec(), bytes(owner), bytes(group)];
    let [sacl_at, dacl_at, owner_at, group_at] = [&parts[0], &parts[1], &parts[2], &parts[3]].map(|part| place(part));
    let control: u16 = if sacl.is_some() { 0x8014 } else { 0x8004 };
    let header = [&[1, 0][..], &control.to_le_bytes(), &owner_at, &group_at, &sacl_at, &dacl_at].concat();
    [header, parts.concat()].concat()
}

fn with_control(descriptor: &[u8], control: u16) -> Vec<u8> {
    [&descriptor[..2], &control.to_le_bytes(), &descriptor[4..]].concat()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = plain(hex);
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn plain(hex: &str) -> String {
    hex.split_whitespace().collect()
}
