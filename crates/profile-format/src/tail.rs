//! The tail: envelopes, seals and the trailer. It can be rewritten without touching the body.

use sha2::{Digest, Sha256};

use crate::codec::{CodecError, Reader};
use crate::error::SealError;
use crate::limits;
use crate::trust::{Envelope, Seal};
use crate::version::Suite;

/// The last bytes of every file.
pub(crate) const END_MAGIC: [u8; 8] = *b"\x89wbo-end";

/// Length of the tail, length of the manifest, number of envelopes, number of seals.
pub(crate) const HEAD_LEN: usize = 12;

/// Length of the tail, three digests, magic.
pub(crate) const TRAILER_LEN: usize = 108;

/// The smallest tail: no envelope and no seal.
pub(crate) const MIN_TAIL: usize = HEAD_LEN + TRAILER_LEN;

/// A tail as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tail {
    pub(crate) manifest_length: u32,
    pub(crate) envelopes: Vec<Envelope>,
    pub(crate) seals: Vec<Seal>,
    pub(crate) core_digest: [u8; 32],
    /// Over the body without its core, which is written last.
    pub(crate) rest_digest: [u8; 32],
}

impl Tail {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, SealError> {
        let sizes = [
            ("envelopes", self.envelopes.len(), limits::MAX_ENVELOPES),
            ("seals", self.seals.len(), limits::MAX_SEALS),
            ("bytes in an envelope", longest(self.envelopes.iter().map(|one| &one.0)), limits::MAX_ENVELOPE),
            ("bytes in a seal", longest(self.seals.iter().map(|one| &one.0)), limits::MAX_SEAL),
        ];
        if let Some((what, found, most)) = sizes.into_iter().find(|(_, found, most)| found > most) {
            return Err(SealError::Tail(format!("{found} {what} are too many; a profile has at most {most}")));
        }
        Ok(self.encode_unchecked())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the limits that encode checks are far below 16 and 32 bits")]
    fn encode_unchecked(&self) -> Vec<u8> {
        let blobs = || self.envelopes.iter().map(|one| &one.0).chain(self.seals.iter().map(|one| &one.0));
        let length = MIN_TAIL + blobs().map(|blob| 4 + blob.len()).sum::<usize>();
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        bytes.extend_from_slice(&self.manifest_length.to_le_bytes());
        bytes.extend_from_slice(&(self.envelopes.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&(self.seals.len() as u16).to_le_bytes());
        for blob in blobs() {
            bytes.extend_from_slice(&(blob.len() as u32).to_le_bytes());
            bytes.extend_from_slice(blob);
        }
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        bytes.extend_from_slice(&self.core_digest);
        bytes.extend_from_slice(&self.rest_digest);
        let digest = Sha256::digest(&bytes);
        bytes.extend_from_slice(&digest);
        bytes.extend_from_slice(&END_MAGIC);
        bytes
    }

    /// Reads a tail, whatever its digest says.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(bytes);
        let length = reader.u32("the tail's length")?;
        let manifest_length = reader.u32("the manifest's length")?;
        let (envelopes, seals) = (reader.u16("the number of envelopes")?, reader.u16("the number of seals")?);
        at_most("the list of envelopes", envelopes, limits::MAX_ENVELOPES)?;
        at_most("the list of seals", seals, limits::MAX_SEALS)?;
        let mut blobs = |count: u16, most, what| -> Result<Vec<Vec<u8>>, CodecError> {
            (0..count).map(|_| reader.sized(most, what).map(<[u8]>::to_vec)).collect()
        };
        let envelopes = blobs(envelopes, limits::MAX_ENVELOPE, "an envelope")?.into_iter().map(Envelope).collect();
        let seals = blobs(seals, limits::MAX_SEAL, "a seal")?.into_iter().map(Seal).collect();
        let length_again = reader.u32("the tail's length")?;
        let (core_digest, rest_digest) = (reader.array("the core's digest")?, reader.array("the body's digest")?);
        reader.array::<32>("the tail's digest")?;
        reader.array::<8>("the end magic")?;
        reader.finish("the tail")?;
        if length != length_again || length as usize != bytes.len() {
            return Err(CodecError::NotCanonical("the tail's length"));
        }
        Ok(Self { manifest_length, envelopes, seals, core_digest, rest_digest })
    }

    /// Whether the digest at the end of `bytes` is that of what stands before it.
    pub(crate) fn digest_is_right(bytes: &[u8]) -> bool {
        let split = bytes.len().checked_sub(40).and_then(|end| bytes.split_at_checked(end));
        split.is_some_and(|(covered, end)| end.starts_with(&Sha256::digest(covered)) && end.ends_with(&END_MAGIC))
    }
}

/// A body that is encrypted opens for somebody; one that is not needs nobody's key.
pub(crate) fn check_envelopes(suite: Suite, envelopes: usize) -> Result<(), String> {
    if (envelopes == 0) == (suite == Suite::Plain) {
        return Ok(());
    }
    Err(format!("a body of the suite {} cannot have {envelopes} envelopes", suite.name()))
}

fn longest<'a>(blobs: impl Iterator<Item = &'a Vec<u8>>) -> usize {
    blobs.map(Vec::len).max().unwrap_or(0)
}

fn at_most(what: &'static str, found: u16, most: usize) -> Result<(), CodecError> {
    let found = usize::from(found);
    if found > most { Err(CodecError::TooLarge { what, found, most }) } else { Ok(()) }
}
