//! The tail, and what stands before it.

use sha2::{Digest, Sha256};

/// A file on its way to being bytes. What is `None` is written as it should be.
pub struct Tail {
    pub core: Vec<u8>,
    /// The body without its core.
    pub rest: Vec<u8>,
    pub length: Option<u32>,
    pub manifest_length: u32,
    pub envelope_count: Option<u16>,
    pub seal_count: Option<u16>,
    pub envelopes: Vec<Vec<u8>>,
    pub seals: Vec<Vec<u8>>,
    /// The length that the first envelope states.
    pub first_length: Option<u32>,
    /// Bytes that stand between the last seal and the trailer.
    pub between: Vec<u8>,
    pub length_again: Option<u32>,
    pub core_digest: Option<[u8; 32]>,
    pub rest_digest: Option<[u8; 32]>,
    pub digest: Option<[u8; 32]>,
    pub end: [u8; 8],
}

impl Tail {
    pub fn new(core: Vec<u8>, rest: Vec<u8>, manifest_length: u32, envelopes: Vec<Vec<u8>>) -> Self {
        Self {
            core,
            rest,
            length: None,
            manifest_length,
            envelope_count: None,
            seal_count: None,
            envelopes,
            seals: Vec::new(),
            first_length: None,
            between: Vec::new(),
            length_again: None,
            core_digest: None,
            rest_digest: None,
            digest: None,
            end: *b"\x89wbo-end",
        }
    }

    /// What a seal signs.
    pub fn statement(&self) -> Vec<u8> {
        let manifest = &self.rest[self.rest.len() - self.manifest_length as usize..];
        let digest = Sha256::digest(manifest);
        [b"wbo-seal-v1", &self.core[..], &self.manifest_length.to_le_bytes(), &digest].concat()
    }

    pub fn into_file(self) -> Vec<u8> {
        let blobs: Vec<&Vec<u8>> = self.envelopes.iter().chain(&self.seals).collect();
        let length = 120 + blobs.iter().map(|blob| 4 + blob.len()).sum::<usize>() + self.between.len();
        let length = length as u32;
        let mut tail = self.length.unwrap_or(length).to_le_bytes().to_vec();
        tail.extend(self.manifest_length.to_le_bytes());
        tail.extend(self.envelope_count.unwrap_or(self.envelopes.len() as u16).to_le_bytes());
        tail.extend(self.seal_count.unwrap_or(self.seals.len() as u16).to_le_bytes());
        for (index, blob) in blobs.into_iter().enumerate() {
            let stated = self.first_length.filter(|_| index == 0).unwrap_or(blob.len() as u32);
            tail.extend(stated.to_le_bytes());
            tail.extend(blob);
        }
        tail.extend(&self.between);
        tail.extend(self.length_again.unwrap_or(length).to_le_bytes());
        tail.extend(self.core_digest.unwrap_or_else(|| Sha256::digest(&self.core).into()));
        tail.extend(self.rest_digest.unwrap_or_else(|| Sha256::digest(&self.rest).into()));
        tail.extend(self.digest.unwrap_or_else(|| Sha256::digest(&tail).into()));
        tail.extend(self.end);
        [self.core, self.rest, tail].concat()
    }
}
