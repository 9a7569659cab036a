//! Any bytes as a file.

use std::collections::BTreeMap;
use std::io::Cursor;

use sha2::{Digest, Sha256};

use crate::core_fields::{CORE_LEN, Core};
use crate::key::{OpeningKey, ProfileKey};
use crate::manifest::Manifest;
use crate::opened::{ContentPart, Opened};
use crate::sealed::Sealed;
use crate::tail::Tail;
use crate::trust::{JudgeSeal, Seal, Statement, Verdict};

/// Contents beyond this are not read: they would take time and show nothing new.
const MOST: u64 = 8 << 20;

/// Nothing panics; what verifies as whole is a document, and comes through a change of keys and a new file unchanged.
///
/// No fuzzer finds bytes that fit a SHA-256. So the same input is tried again with every digest put right.
pub fn open(data: &[u8]) {
    read(data);
    if let Some(repaired) = repair(data) {
        read(&repaired);
    }
}

fn read(file: &[u8]) {
    if let Ok((sealed, _)) = Sealed::parse_damaged(file)
        && let Some(opened) = open_plain(sealed)
    {
        let incomplete = opened.salvage();
        drop(opened.read_salvaged(&incomplete, &mut |_| Ok(())));
    }
    let Ok(sealed) = Sealed::parse(file) else { return };
    let whole = sealed.check_body().is_ok();
    let Some(opened) = open_plain(sealed) else { return };
    let sections = opened.verify().iter().all(|verdict| verdict.result.is_ok());
    if whole && sections {
        comes_through(&opened);
    }
}

fn open_plain(sealed: Sealed<&[u8]>) -> Option<Opened<&[u8]>> {
    let trust = sealed.judge(&Nobody).accept_unsigned("fuzzing").ok()?;
    let opened = sealed.open(&OpeningKey::plain(), trust).ok()?;
    let length = opened.sections().fold(0_u64, |sum, section| sum.saturating_add(section.length));
    (length <= MOST).then_some(opened)
}

#[expect(clippy::expect_used, reason = "a broken promise is what a fuzz target looks for")]
fn comes_through(opened: &Opened<&[u8]>) {
    let document = opened.document().expect("what verifies as whole is a document");
    let mut contents = BTreeMap::new();
    let mut current = Vec::new();
    let collect = &mut |part: ContentPart<'_>| {
        match part {
            ContentPart::Bytes(bytes) => current.extend_from_slice(bytes),
            ContentPart::End(content) => drop(contents.insert(content.id, std::mem::take(&mut current))),
            ContentPart::Start(_) => {}
        }
        Ok(())
    };
    opened.read_contents(collect).expect("what verifies as whole has its contents");

    let mut rekeyed = Cursor::new(Vec::new());
    let body = opened.rekey(&mut rekeyed, ProfileKey::plain(), None).expect("what is whole takes a new key");
    body.finish(&mut rekeyed, vec![], vec![]).expect("a plain body needs no envelope");

    let mut sealed = Cursor::new(Vec::new());
    let body = crate::seal(&mut sealed, &document, &contents, ProfileKey::plain(), None);
    body.expect("what was read can be written").finish(&mut sealed, vec![], vec![]).expect("and finished");

    for file in [rekeyed.into_inner(), sealed.into_inner()] {
        let again = open_plain(Sealed::parse(file.as_slice()).expect("it was just written"));
        let again = again.expect("it was just written").document().expect("it was just written");
        assert!(again == document, "it came through as something else");
    }
}

/// The same file with commitment and digests that fit the rest, if it has enough of a structure for that.
fn repair(data: &[u8]) -> Option<Vec<u8>> {
    let mut core = Core::decode(data.first_chunk()?).ok()?;
    let (body, tail) = data.split_at_checked(usize::try_from(core.body_length).ok()?)?;
    let mut tail = Tail::decode(tail).ok()?;
    let rest = body.get(CORE_LEN..)?;
    let (front, manifest) = rest.split_at_checked(rest.len().checked_sub(tail.manifest_length as usize)?)?;
    let manifest = repair_manifest(front, manifest).unwrap_or_else(|| manifest.to_vec());

    core.salt = [0; 32];
    core = core.committed_to(&OpeningKey::plain().schedule(&[0; 32]));
    let (core, rest) = (core.encode(), [front, &manifest].concat());
    (tail.core_digest, tail.rest_digest) = (Sha256::digest(core).into(), Sha256::digest(&rest).into());
    Some([core.as_slice(), &rest, &tail.encode().ok()?].concat())
}

fn repair_manifest(mut stored: &[u8], manifest: &[u8]) -> Option<Vec<u8>> {
    let mut manifest = Manifest::decode(manifest).ok()?;
    for segment in manifest.sections.iter_mut().flat_map(|section| &mut section.segments) {
        let (bytes, rest) = stored.split_at_checked(segment.stored as usize)?;
        segment.digest = Sha256::digest(bytes).into();
        stored = rest;
    }
    manifest.padding.digest = Sha256::digest(stored).into();
    manifest.encode().ok()
}

/// Knows no seal.
struct Nobody;

impl JudgeSeal for Nobody {
    fn judge(&self, _: &Statement, _: &Seal) -> Verdict {
        Verdict::Unsupported { reason: "fuzzing".to_owned() }
    }
}
