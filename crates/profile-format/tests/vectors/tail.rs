//! Flaws of the tail: its structure, envelopes, seals and digests.

use super::*;
use crate::golden_files::{AUTHOR, ENDORSER};
use crate::ssh::TestSigner;

const MISSING: &str = "author's seal missing";

pub fn vectors() -> Vec<Vector> {
    let mut vectors = structure();
    vectors.extend(seals());
    vectors
}

fn structure() -> Vec<Vector> {
    vec![
        plain(
            "tail-digest-wrong",
            TAIL,
            "SHA-256",
            "Another digest of the tail.",
            Flaw::Tail(|tail| {
                tail.digest = Some([0; 32]);
            }),
        ),
        plain(
            "tail-end-magic-wrong",
            TAIL,
            "SHA-256",
            "Other bytes at the end.",
            Flaw::Tail(|tail| {
                tail.end = *b"\x89wbo-enD";
            }),
        ),
        plain(
            "tail-length-wrong",
            TAIL,
            "tail's length",
            "Its first field is one too much.",
            Flaw::Tail(|tail| {
                tail.length = Some(121);
            }),
        ),
        plain(
            "tail-length-again-wrong",
            TAIL,
            "SHA-256",
            "The trailer's length is one too much.",
            Flaw::Tail(|tail| {
                tail.length_again = Some(121);
            }),
        ),
        plain(
            "tail-length-huge",
            TAIL,
            "SHA-256",
            "Both lengths are the largest number.",
            Flaw::Tail(|tail| {
                (tail.length, tail.length_again) = (Some(u32::MAX), Some(u32::MAX));
            }),
        ),
        plain(
            "tail-left-over",
            TAIL,
            "left over",
            "A byte between seals and trailer.",
            Flaw::Tail(|tail| {
                tail.between = vec![0];
            }),
        ),
        plain(
            "tail-manifest-length-huge",
            TAIL,
            "4294967295",
            "The largest number.",
            Flaw::Tail(|tail| {
                tail.manifest_length = u32::MAX;
            }),
        ),
        plain(
            "tail-manifest-over-core",
            TAIL,
            "gives the manifest",
            "The manifest would begin in the core.",
            Flaw::Tail(|tail| {
                tail.manifest_length = tail.rest.len() as u32 + 1;
            }),
        ),
        plain(
            "tail-manifest-length-short",
            MANIFEST,
            "a record has",
            "The manifest would begin a byte later.",
            Flaw::Tail(|tail| {
                tail.manifest_length -= 1;
            }),
        ),
        encrypted(
            "tail-manifest-length-long",
            MANIFEST,
            "box",
            "The manifest would begin a byte earlier.",
            Flaw::Tail(|tail| {
                tail.manifest_length += 1;
            }),
        ),
        plain(
            "tail-rest-digest-wrong",
            "damaged: the body",
            "SHA-256",
            "Another digest of the body.",
            Flaw::Tail(|tail| {
                tail.rest_digest = Some([0; 32]);
            }),
        ),
        plain(
            "body-flipped",
            "damaged: the body",
            "SHA-256",
            "One bit of a segment.",
            Flaw::File(|file| file[110] ^= 1),
        ),
        plain(
            "envelope-in-plain",
            TAIL,
            "1 envelopes",
            "A plain file needs nobody's key.",
            Flaw::Tail(|tail| {
                tail.envelopes = vec![b"an envelope".to_vec()];
            }),
        ),
        encrypted(
            "envelopes-none",
            TAIL,
            "0 envelopes",
            "An encrypted file opens for somebody.",
            Flaw::Tail(|tail| {
                tail.envelopes.clear();
            }),
        ),
        encrypted(
            "envelopes-4",
            "success",
            "",
            "As many as there can be, one of them empty.",
            Flaw::Tail(|tail| {
                tail.envelopes = vec![vec![]; 4];
            }),
        ),
        encrypted(
            "envelopes-5",
            TAIL,
            "at most 4",
            "One more than there can be.",
            Flaw::Tail(|tail| {
                tail.envelopes = vec![vec![]; 5];
            }),
        ),
        encrypted(
            "envelopes-65535",
            TAIL,
            "at most 4",
            "A number without the envelopes.",
            Flaw::Tail(|tail| {
                tail.envelope_count = Some(u16::MAX);
            }),
        ),
        encrypted(
            "envelopes-uncounted",
            TAIL,
            "left over",
            "Two envelopes, and the number says one.",
            Flaw::Tail(|tail| {
                (tail.envelopes, tail.envelope_count) = (vec![vec![7; 9]; 2], Some(1));
            }),
        ),
        encrypted(
            "envelope-too-long",
            TAIL,
            "at most 131072",
            "128 KiB and one byte.",
            Flaw::Tail(|tail| {
                tail.envelopes = vec![vec![0; (128 << 10) + 1]];
            }),
        ),
        encrypted(
            "envelope-length-huge",
            TAIL,
            "at most 131072",
            "A length without the bytes.",
            Flaw::Tail(|tail| {
                tail.first_length = Some(u32::MAX);
            }),
        ),
        encrypted(
            "envelope-length-beyond",
            TAIL,
            "are left",
            "A length that runs over the end.",
            Flaw::Tail(|tail| {
                tail.first_length = Some(1000);
            }),
        ),
        plain(
            "seals-33",
            TAIL,
            "at most 32",
            "One more than there can be.",
            Flaw::Tail(|tail| {
                tail.seals = vec![vec![]; 33];
            }),
        ),
        plain(
            "seals-uncounted",
            TAIL,
            "left over",
            "A seal, and the number says none.",
            Flaw::Tail(|tail| {
                (tail.seals, tail.seal_count) = (vec![vec![7; 9]], Some(0));
            }),
        ),
        plain(
            "seal-too-long",
            TAIL,
            "at most 8192",
            "8 KiB and one byte.",
            Flaw::Tail(|tail| {
                tail.seals = vec![vec![0; (8 << 10) + 1]];
            }),
        ),
    ]
}

/// Seals are SSH signatures by the test keys of `fixtures/golden/README.md`.
fn seals() -> Vec<Vector> {
    vec![
        plain(
            "seal-endorses",
            "success",
            "",
            "An endorsement, and no author is named.",
            Flaw::Tail(|tail| {
                tail.seals = vec![TestSigner::new(ENDORSER).sign("wbo-endorse", &tail.statement())];
            }),
        ),
        plain(
            "seal-other-body",
            "wrong seal",
            "seal 2",
            "The second seal signs another statement.",
            Flaw::Tail(|tail| {
                let signer = TestSigner::new(ENDORSER);
                let right = signer.sign("wbo-endorse", &tail.statement());
                tail.seals = vec![right, signer.sign("wbo-endorse", b"another body")];
            }),
        ),
        plain(
            "seal-other-namespace",
            "wrong seal",
            "seal 1",
            "A signature made for git.",
            Flaw::Tail(|tail| {
                tail.seals = vec![TestSigner::new(ENDORSER).sign("git", &tail.statement())];
            }),
        ),
        plain(
            "seal-garbage",
            "wrong seal",
            "seal 1",
            "No signature at all.",
            Flaw::Tail(|tail| {
                tail.seals = vec![b"garbage".to_vec()];
            }),
        ),
        plain(
            "seal-over-old-manifest",
            "wrong seal",
            "seal 1",
            "The core was changed after it was sealed.",
            Flaw::Tail(|tail| {
                tail.seals = vec![TestSigner::new(ENDORSER).sign("wbo-endorse", &tail.statement())];
                tail.core[26] = 1;
            }),
        ),
        plain(
            "author-missing",
            MISSING,
            "author",
            "The manifest names an author, nobody sealed.",
            Flaw::Records(|records| {
                records.push(author());
            }),
        ),
        plain(
            "author-empty",
            MISSING,
            "author",
            "The manifest names a key of no bytes.",
            Flaw::Records(|records| {
                records.push(craft::Record::new(6, 1, craft::encode(&Bytes(vec![]))));
            }),
        ),
    ]
}

fn author() -> craft::Record {
    craft::Record::new(6, 1, craft::encode(&Bytes(TestSigner::new(AUTHOR).public().0)))
}
