//! The profile key and everything derived from it.
//!
//! A key that seals and a key that opens are two types. [`ProfileKey`] is consumed by the one body it seals, together
//! with the salt that was drawn for it, so that no two bodies share a key stream. [`OpeningKey`] opens any number of
//! times and cannot seal.

use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::section::SectionId;

/// How many bytes a profile key has.
pub const KEY_LEN: usize = 32;

pub(crate) const SALT_LEN: usize = 32;
pub(crate) const COMMITMENT_LEN: usize = 32;

/// The key of a body that is still to be written. Sealing consumes it.
pub struct ProfileKey {
    secret: Option<Secret>,
    salt: [u8; SALT_LEN],
}

/// The key of a body that was written.
#[derive(Clone)]
pub struct OpeningKey {
    secret: Option<Secret>,
}

type Secret = Zeroizing<[u8; KEY_LEN]>;

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system's random number generator failed: {0}")]
pub struct RandomError(getrandom::Error);

impl ProfileKey {
    /// Draws a key and a salt from the system's generator.
    pub fn generate() -> Result<Self, RandomError> {
        let mut secret = Zeroizing::new([0; KEY_LEN]);
        let mut salt = [0; SALT_LEN];
        getrandom::fill(secret.as_mut_slice()).map_err(RandomError)?;
        getrandom::fill(&mut salt).map_err(RandomError)?;
        Ok(Self { secret: Some(secret), salt })
    }

    /// No key: the body is written in clear, for fixtures, baselines and tests. The same document gives the same bytes.
    pub fn plain() -> Self {
        Self { secret: None, salt: [0; SALT_LEN] }
    }

    /// The key with which the sealed body opens again.
    pub fn opening_key(&self) -> OpeningKey {
        OpeningKey { secret: self.secret.clone() }
    }

    /// The bytes that an envelope carries to its recipients; `None` for a plain body.
    pub fn expose(&self) -> Option<&[u8; KEY_LEN]> {
        self.secret.as_deref()
    }

    pub(crate) fn suite(&self) -> crate::Suite {
        suite_of(self.secret.as_ref())
    }

    pub(crate) fn salt(&self) -> &[u8; SALT_LEN] {
        &self.salt
    }

    pub(crate) fn schedule(&self) -> KeySchedule {
        KeySchedule::new(self.secret.as_ref(), &self.salt)
    }

    /// A key and a salt chosen by the caller, for golden files and vectors.
    #[cfg(any(test, feature = "testing"))]
    pub fn chosen(secret: [u8; KEY_LEN], salt: [u8; 32]) -> Self {
        Self { secret: Some(Zeroizing::new(secret)), salt }
    }
}

impl OpeningKey {
    /// The key that an envelope held.
    pub fn from_bytes(secret: Zeroizing<[u8; KEY_LEN]>) -> Self {
        Self { secret: Some(secret) }
    }

    /// What opens a plain body.
    pub fn plain() -> Self {
        Self { secret: None }
    }

    pub(crate) fn suite(&self) -> crate::Suite {
        suite_of(self.secret.as_ref())
    }

    /// The bytes that another envelope carries to other recipients; `None` for a plain body.
    pub fn expose(&self) -> Option<&[u8; KEY_LEN]> {
        self.secret.as_deref()
    }

    pub(crate) fn schedule(&self, salt: &[u8; SALT_LEN]) -> KeySchedule {
        KeySchedule::new(self.secret.as_ref(), salt)
    }
}

fn suite_of(secret: Option<&Secret>) -> crate::Suite {
    if secret.is_some() { crate::Suite::Encrypted } else { crate::Suite::Plain }
}

impl std::fmt::Debug for ProfileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProfileKey").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpeningKey").finish_non_exhaustive()
    }
}

/// Derives one key for each purpose; a purpose and what it is bound to stand in the label.
pub(crate) enum KeySchedule {
    Encrypted(Hkdf<Sha256>),
    Plain,
}

impl KeySchedule {
    fn new(secret: Option<&Secret>, salt: &[u8; SALT_LEN]) -> Self {
        match secret {
            Some(secret) => Self::Encrypted(Hkdf::new(Some(salt), secret.as_slice())),
            None => Self::Plain,
        }
    }

    /// Pins the key and every core field before the commitment: another key, or another field, gives another value.
    pub(crate) fn commitment(&self, fields: &[u8]) -> [u8; COMMITMENT_LEN] {
        match self {
            Self::Encrypted(hkdf) => *expand(hkdf, &[b"wbo/1/commitment", fields]),
            Self::Plain => Sha256::new().chain_update(b"wbo/1/plain").chain_update(fields).finalize().into(),
        }
    }

    /// The cipher of one section; `None` where the body is plain.
    pub(crate) fn section(&self, index: u32, id: SectionId) -> Option<ChaCha20Poly1305> {
        let place = [index.to_le_bytes().as_slice(), &id.kind.0.to_le_bytes(), &id.part.to_le_bytes()].concat();
        self.cipher(&[b"wbo/1/section", &place])
    }

    /// The cipher of the manifest; `None` where the body is plain.
    pub(crate) fn manifest(&self) -> Option<ChaCha20Poly1305> {
        self.cipher(&[b"wbo/1/manifest"])
    }

    /// The key of the stream that fills the padding; `None` where the body is plain.
    pub(crate) fn padding(&self) -> Option<Secret> {
        match self {
            Self::Encrypted(hkdf) => Some(expand(hkdf, &[b"wbo/1/padding"])),
            Self::Plain => None,
        }
    }

    fn cipher(&self, label: &[&[u8]]) -> Option<ChaCha20Poly1305> {
        match self {
            Self::Encrypted(hkdf) => Some(ChaCha20Poly1305::new(expand(hkdf, label).as_slice().into())),
            Self::Plain => None,
        }
    }
}

fn expand(hkdf: &Hkdf<Sha256>, label: &[&[u8]]) -> Secret {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    // HKDF-SHA256 fails beyond 8160 bytes of output; 32 are asked for.
    #[expect(clippy::expect_used, reason = "the output length is a constant far below HKDF's bound")]
    hkdf.expand_multi_info(label, key.as_mut_slice()).expect("32 bytes are within HKDF's bound");
    key
}
