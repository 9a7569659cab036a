//! Keys that are trusted no more, whoever lists them.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use profile_format::SignerKey;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::krl::{self, KrlError};
use crate::lines::entries;
use crate::seal::{PublicKeyError, is_certificate, parse_key_line};

/// Bytes of a list: some 100,000 keys.
const MAX_FILE: usize = 16 << 20;

/// Lists of revoked keys.
#[derive(Clone, Debug, Default)]
pub struct Revoked {
    lists: Vec<(String, RevokedKeys)>,
}

/// What one list revokes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RevokedKeys {
    /// Keys in their wire encoding.
    pub(super) keys: BTreeSet<Vec<u8>>,
    /// The SHA-256 of keys.
    pub(super) sha256: BTreeSet<[u8; 32]>,
    /// The SHA-1 of keys.
    pub(super) sha1: BTreeSet<[u8; 20]>,
}

/// Why a list of revoked keys is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevokedError {
    /// A file too long to be one.
    #[error("{file} has {found} bytes, more than the {MAX_FILE} that a list of revoked keys may have")]
    TooLong {
        /// Which file.
        file: String,
        /// How many bytes.
        found: usize,
    },
    /// Neither text nor a KRL.
    #[error("{file} is neither a list of keys as text nor an OpenSSH KRL")]
    NotText {
        /// Which file.
        file: String,
    },
    /// A line that is neither a key nor a fingerprint.
    #[error("{file}, line {line}: expected a public key or SHA256:…; {error}")]
    Key {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        error: PublicKeyError,
    },
    /// A fingerprint that is mistyped or cut.
    #[error("{file}, line {line}: expected 43 characters of base64 after SHA256:")]
    Fingerprint {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
    },
    /// A certificate, which would not revoke what its lister means.
    #[error("{file}, line {line}: certificates are not read here; list the keys themselves")]
    Certificate {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
    },
    /// A broken KRL.
    #[error("{file}: {error}")]
    Krl {
        /// Which file.
        file: String,
        /// Where it breaks.
        error: KrlError,
    },
}

impl Revoked {
    /// Reads a list: public keys and `SHA256:` fingerprints, one a line, or a binary KRL as `ssh-keygen -k` makes it.
    /// `file` names it in errors and reasons.
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self, RevokedError> {
        if bytes.len() > MAX_FILE {
            return Err(RevokedError::TooLong { file: file.to_owned(), found: bytes.len() });
        }
        let keys = if krl::is_krl(bytes) {
            krl::parse(bytes).map_err(|error| RevokedError::Krl { file: file.to_owned(), error })?
        } else {
            let text = std::str::from_utf8(bytes).map_err(|_| RevokedError::NotText { file: file.to_owned() })?;
            parse_text(text, file)?
        };
        Ok(Self { lists: vec![(file.to_owned(), keys)] })
    }

    /// Revokes what another list revokes, too.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.lists.extend(other.lists);
        self
    }

    /// The list that revokes `key`, if one does.
    pub(super) fn revoker(&self, key: &SignerKey) -> Option<&str> {
        self.lists.iter().find(|(_, keys)| keys.contain(key)).map(|(file, _)| file.as_str())
    }
}

impl RevokedKeys {
    fn contain(&self, key: &SignerKey) -> bool {
        self.keys.contains(&key.0)
            || self.sha256.contains::<[u8; 32]>(&Sha256::digest(&key.0).into())
            || self.sha1.contains::<[u8; 20]>(&Sha1::digest(&key.0).into())
    }
}

fn parse_text(text: &str, file: &str) -> Result<RevokedKeys, RevokedError> {
    let mut revoked = RevokedKeys::default();
    for (line, entry) in entries(text) {
        if let Some(fingerprint) = entry.strip_prefix("SHA256:") {
            // What follows a blank is a comment, as after a key.
            let base64 = fingerprint.split([' ', '\t']).next().unwrap_or_default();
            let digest = BASE64_STANDARD_NO_PAD.decode(base64).ok().and_then(|digest| digest.try_into().ok());
            let digest = digest.ok_or_else(|| RevokedError::Fingerprint { file: file.to_owned(), line })?;
            revoked.sha256.insert(digest);
        } else if entry.split([' ', '\t']).next().is_some_and(is_certificate) {
            return Err(RevokedError::Certificate { file: file.to_owned(), line });
        } else {
            let key = parse_key_line(entry);
            let key = key.map_err(|error| RevokedError::Key { file: file.to_owned(), line, error })?;
            revoked.keys.insert(key.0);
        }
    }
    Ok(revoked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::fingerprint;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1Jb2kKkXS0yMzaE6gX2HNMpcZmsV+/qFvBrWjsLmSj";

    #[test]
    fn keys_and_fingerprints_revoke() {
        let key = parse_key_line(KEY).unwrap();
        let other = SignerKey(b"another".to_vec());
        for text in [format!("# stolen\n{KEY} laptop\r\n"), format!("{} laptop\n", fingerprint(&key))] {
            let revoked = Revoked::parse(text.as_bytes(), "revoked").unwrap();
            assert_eq!(revoked.revoker(&key), Some("revoked"), "{text}");
            assert_eq!(revoked.revoker(&other), None, "{text}");
        }
    }

    #[test]
    fn several_lists_revoke_together() {
        let key = parse_key_line(KEY).unwrap();
        let first = Revoked::parse(b"", "first").unwrap();
        let both = first.and(Revoked::parse(KEY.as_bytes(), "second").unwrap());
        assert_eq!(both.revoker(&key), Some("second"));
    }

    #[test]
    fn every_flaw_is_told_with_its_line() {
        let table: [(&[u8], &str); 6] = [
            (b"\xff\xfe", "revoked is neither"),
            (b"\nSHA256:abc", "revoked, line 2: expected 43 characters"),
            (b"MD5:00:11", "revoked, line 1: expected a public key or SHA256:"),
            (b"a@b ssh-ed25519 AAAA", "revoked, line 1: expected a public key or SHA256:"),
            (b"ssh-ed25519-cert-v01@openssh.com AAAA", "revoked, line 1: certificates"),
            (b"SSHKRL\n\0\0", "revoked: the KRL is broken at byte 8"),
        ];
        for (bytes, words) in table {
            let error = Revoked::parse(bytes, "revoked").unwrap_err().to_string();
            assert!(error.starts_with(words), "{error}");
        }
    }
}
