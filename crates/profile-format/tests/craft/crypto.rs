//! Keys, boxes and the commitment.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

/// The key of everything that is encrypted here: 00, 01, … 1f.
pub const KEY: [u8; 32] = counted_from(0);

/// Its salt: 20, 21, … 3f.
pub const SALT: [u8; 32] = counted_from(32);

const fn counted_from(first: u8) -> [u8; 32] {
    let mut bytes = [first; 32];
    let mut index = 0;
    while index < 32 {
        bytes[index] += index as u8;
        index += 1;
    }
    bytes
}

/// Puts things into boxes, or leaves them as they are where the file is plain.
pub struct Boxes(Option<Hkdf<Sha256>>);

impl Boxes {
    pub fn new(key: Option<[u8; 32]>, salt: [u8; 32]) -> Self {
        Self(key.map(|key| Hkdf::new(Some(&salt), &key)))
    }

    pub fn tag_len(&self) -> usize {
        if self.0.is_some() { 16 } else { 0 }
    }

    pub fn commitment(&self, fields: &[u8]) -> [u8; 32] {
        match &self.0 {
            Some(hkdf) => expand(hkdf, &[b"wbo/1/commitment", fields].concat()),
            None => Sha256::digest([b"wbo/1/plain", fields].concat()).into(),
        }
    }

    pub fn segment(&self, section: u32, id: (u16, u16), place: (u32, bool), frame: Vec<u8>) -> Vec<u8> {
        let info = [&b"wbo/1/section"[..], &section.to_le_bytes(), &id.0.to_le_bytes(), &id.1.to_le_bytes()].concat();
        let mut nonce = [0; 12];
        nonce[7..11].copy_from_slice(&place.0.to_be_bytes());
        nonce[11] = place.1.into();
        self.seal(&info, nonce, b"", frame)
    }

    pub fn manifest(&self, core: &[u8], manifest: Vec<u8>) -> Vec<u8> {
        self.seal(b"wbo/1/manifest", [0; 12], core, manifest)
    }

    pub fn padding(&self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        if let Some(hkdf) = &self.0 {
            ChaCha20::new(&expand(hkdf, b"wbo/1/padding").into(), &[0; 12].into()).apply_keystream(&mut bytes);
        }
        bytes
    }

    fn seal(&self, info: &[u8], nonce: [u8; 12], aad: &[u8], msg: Vec<u8>) -> Vec<u8> {
        let Some(hkdf) = &self.0 else { return msg };
        let cipher = ChaCha20Poly1305::new((&expand(hkdf, info)).into());
        cipher.encrypt(&nonce.into(), Payload { msg: &msg, aad }).unwrap()
    }
}

fn expand(hkdf: &Hkdf<Sha256>, info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    hkdf.expand(info, &mut key).unwrap();
    key
}
