//! Padding: any length will do, any digest will not.

use super::*;
use crate::craft::Boxes;

const PADDING: &str = "damaged: the padding";

pub fn vectors() -> Vec<Vector> {
    vec![
        encrypted(
            "padding-as-written",
            "success",
            "",
            "64 KiB, as a writer pads it.",
            Flaw::Draft(|draft| {
                draft.pad_to(65_536);
            }),
        ),
        plain(
            "padding-filler",
            "success",
            "",
            "A manifest with filler, of a length that no writer of ours chooses.",
            Flaw::Draft(|draft| draft.filler = vec![0; 77]),
        ),
        plain(
            "padding-filler-not-zero",
            "damaged: the manifest",
            "not zero",
            "Filler that carries something.",
            Flaw::Draft(|draft| draft.filler = b"hidden".to_vec()),
        ),
        encrypted(
            "padding-not-padme",
            "success",
            "",
            "A length that Padmé does not have.",
            Flaw::Draft(|draft| {
                draft.padding = Boxes::new(draft.key, draft.core.salt).padding(1234);
            }),
        ),
        encrypted(
            "padding-of-zeros",
            "success",
            "",
            "Bytes that are not the key stream.",
            Flaw::Draft(|draft| {
                draft.padding = vec![0; 1234];
            }),
        ),
        plain(
            "padding-in-plain",
            "success",
            "",
            "A plain body with padding.",
            Flaw::Draft(|draft| draft.padding = vec![0; 10]),
        ),
        encrypted(
            "padding-digest-wrong",
            PADDING,
            "SHA-256",
            "Another digest in the manifest.",
            Flaw::Draft(|draft| {
                draft.padding = vec![0; 1234];
                draft.padding_record = Some(craft::encode(&(1234_u64, [9_u8; 32], Bytes::default())));
            }),
        ),
        plain(
            "padding-length-more",
            MANIFEST,
            "do not fill the body",
            "A byte more than there is.",
            Flaw::Draft(|draft| {
                draft.padding_record = Some(craft::encode(&(1_u64, [0_u8; 32], Bytes::default())));
            }),
        ),
        plain(
            "padding-length-less",
            MANIFEST,
            "do not fill the body",
            "A byte less than there is.",
            Flaw::Draft(|draft| {
                draft.padding = vec![0; 10];
                draft.padding_record = Some(craft::encode(&(9_u64, [0_u8; 32], Bytes::default())));
            }),
        ),
        plain(
            "padding-length-huge",
            MANIFEST,
            "do not fill the body",
            "2^64 - 1 bytes.",
            Flaw::Draft(|draft| {
                draft.padding_record = Some(craft::encode(&(u64::MAX, [0_u8; 32], Bytes::default())));
            }),
        ),
        plain(
            "padding-none-digest-wrong",
            PADDING,
            "SHA-256",
            "No padding, and not the digest of nothing.",
            Flaw::Draft(|draft| {
                draft.padding_record = Some(craft::encode(&(0_u64, [9_u8; 32], Bytes::default())));
            }),
        ),
    ]
}
