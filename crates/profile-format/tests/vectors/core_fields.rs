//! Flaws of the core, and keys that do not fit it.

use super::*;

const OTHER: [u8; 32] = [0x55; 32];

pub fn vectors() -> Vec<Vector> {
    vec![
        plain("good-plain", "success", "", "No flaw at all.", Flaw::Draft(|_| ())),
        encrypted("good-encrypted", "success", "", "No flaw at all.", Flaw::Draft(|_| ())),
        plain(
            "core-version-0",
            CORE,
            "format version is 0",
            "There never was a version 0.",
            Flaw::Draft(|draft| {
                draft.core.version = 0;
            }),
        ),
        plain(
            "core-version-2",
            "newer: version",
            "format version 2",
            "The next version.",
            Flaw::Draft(|draft| {
                draft.core.version = 2;
            }),
        ),
        plain(
            "core-version-65535",
            "newer: version",
            "65535",
            "The last version.",
            Flaw::Draft(|draft| {
                draft.core.version = u16::MAX;
            }),
        ),
        plain(
            "core-must-know",
            "newer: features",
            "0x2",
            "A feature that must be known.",
            Flaw::Draft(|draft| {
                draft.core.must_know = 2;
            }),
        ),
        plain(
            "core-may-ignore",
            "success",
            "",
            "Features that may be ignored.",
            Flaw::Draft(|draft| {
                draft.core.may_ignore = u64::MAX;
            }),
        ),
        plain(
            "core-suite-2",
            "newer: suite",
            "suite 2",
            "A suite that there is not.",
            Flaw::Draft(|draft| {
                draft.core.suite = 2;
            }),
        ),
        plain(
            "core-salt-in-plain",
            CORE,
            "no salt",
            "A plain file with a salt.",
            Flaw::Draft(|draft| {
                draft.core.salt[31] = 1;
            }),
        ),
        plain(
            "core-body-length-short",
            CORE,
            "does not reach",
            "One byte less than the body has.",
            Flaw::Tail(|tail| {
                tail.core[98] -= 1;
            }),
        ),
        plain(
            "core-body-length-huge",
            CORE,
            "does not reach",
            "The largest number.",
            Flaw::Draft(|draft| {
                draft.core.body_length = Some(u64::MAX);
            }),
        ),
        plain(
            "core-magic-wrong",
            CORE,
            "first eight bytes",
            "The rest of the file is whole.",
            Flaw::Draft(|draft| {
                draft.core.magic = *b"\x89PNG\r\n\x1a\n";
            }),
        ),
        plain("core-flipped", CORE, "SHA-256", "One bit of the version.", Flaw::File(|file| file[8] ^= 2)),
        plain(
            "core-digest-wrong",
            CORE,
            "SHA-256",
            "The trailer has another digest of the core.",
            Flaw::Tail(|tail| {
                tail.core_digest = Some([0; 32]);
            }),
        ),
        plain("key-for-plain", "wrong key", "another", "A plain file opens with no key.", Flaw::Draft(|_| ()))
            .opened_with(Some(KEY)),
        encrypted("key-missing", "wrong key", "another", "Opened as if it were plain.", Flaw::Draft(|_| ()))
            .opened_with(None),
        encrypted("key-wrong", "wrong key", "another", "Opened with another key.", Flaw::Draft(|_| ()))
            .opened_with(Some(OTHER)),
        plain(
            "commitment-plain-wrong",
            "wrong key",
            "another",
            "Another commitment.",
            Flaw::Draft(|draft| {
                draft.core.commitment = Some([0; 32]);
            }),
        ),
        encrypted(
            "commitment-wrong",
            "wrong key",
            "another",
            "Another commitment.",
            Flaw::Draft(|draft| {
                draft.core.commitment = Some([0; 32]);
            }),
        ),
        encrypted(
            "commitment-other-salt",
            "wrong key",
            "another",
            "The salt was changed.",
            Flaw::Tail(|tail| {
                tail.core[34] ^= 1;
            }),
        ),
        encrypted(
            "commitment-other-tool",
            "wrong key",
            "another",
            "The needed tool was changed.",
            Flaw::Tail(|tail| {
                tail.core[12] = 0xff;
            }),
        ),
        encrypted(
            "commitment-other-feature",
            "wrong key",
            "another",
            "A feature was added.",
            Flaw::Tail(|tail| {
                tail.core[26] = 1;
            }),
        ),
        Vector {
            opened_with: None,
            ..encrypted(
                "suite-1-but-plain",
                "wrong key",
                "another",
                "A plain body that says it is encrypted.",
                PLAIN_AS_1,
            )
        },
        encrypted(
            "suite-0-but-encrypted",
            "wrong key",
            "another",
            "It says it is plain.",
            Flaw::Draft(|draft| {
                (draft.core.suite, draft.core.salt) = (0, [0; 32]);
                draft.envelopes.clear();
            }),
        ),
    ]
}

const PLAIN_AS_1: Flaw = Flaw::Draft(|draft| draft.key = None);
