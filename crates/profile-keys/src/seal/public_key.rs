//! SSH public keys: the two kinds that we verify, and the names of the others.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use ed25519_dalek::VerifyingKey;
use profile_format::SignerKey;
use sha2::{Digest, Sha256};

use super::wire::{Reader, WireError, put_string};

pub(crate) const ED25519: &str = "ssh-ed25519";
pub(crate) const SK_ED25519: &str = "sk-ssh-ed25519@openssh.com";

/// Kinds of keys that OpenSSH knows and we do not verify.
const OTHER_KINDS: [&str; 6] = [
    "ssh-rsa",
    "ssh-dss",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// A public key, as its wire encoding says.
#[derive(Clone, Debug)]
pub(crate) enum PublicKey {
    Ed25519(VerifyingKey),
    /// A key in a security key, which signs for one application.
    SkEd25519 {
        key: VerifyingKey,
        application: Vec<u8>,
    },
    /// A kind that is not verified here.
    Other {
        kind: String,
    },
}

/// Why bytes or a text are no public key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// Not the text of a public key.
    #[error("expected the kind of a key and its base64, such as ssh-ed25519 AAAA…")]
    Text,
    /// A private key.
    #[error("this is a private key; expected the public key that belongs to it")]
    Private,
    /// A kind of key that nobody knows.
    #[error("{kind:?} is no kind of SSH key")]
    UnknownKind {
        /// What stands there.
        kind: String,
    },
    /// The text says one kind and the bytes another.
    #[error("the text says {text} and the key inside says {inside}")]
    KindMismatch {
        /// What the text says.
        text: String,
        /// What the bytes say.
        inside: String,
    },
    /// The bytes break off or go on too long.
    #[error("the key is broken {0}")]
    Wire(#[from] WireError),
    /// The bytes are no point of the curve, or one written in a second way.
    #[error("the key is no Ed25519 public key")]
    Point,
    /// A key with which one signature fits many messages.
    #[error("the key is weak: anybody could sign with it")]
    Weak,
}

impl PublicKey {
    pub(crate) fn parse(blob: &[u8]) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::new(blob);
        let kind = reader.text("the kind of the key")?;
        match kind {
            ED25519 => {
                let key = ed25519(reader.string("the 32 bytes of an Ed25519 key")?)?;
                reader.end()?;
                Ok(Self::Ed25519(key))
            }
            SK_ED25519 => {
                let key = ed25519(reader.string("the 32 bytes of an Ed25519 key")?)?;
                let application = reader.string("the application of a security key")?.to_vec();
                reader.end()?;
                Ok(Self::SkEd25519 { key, application })
            }
            _ => Ok(Self::Other { kind: kind.chars().filter(char::is_ascii_graphic).take(64).collect() }),
        }
    }

    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Ed25519(_) => ED25519,
            Self::SkEd25519 { .. } => SK_ED25519,
            Self::Other { kind } => kind,
        }
    }
}

fn ed25519(bytes: &[u8]) -> Result<VerifyingKey, PublicKeyError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| PublicKeyError::Point)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| PublicKeyError::Point)?;
    // A few points have two encodings. Keys are compared by their bytes, so that only one may stand.
    if key.to_edwards().compress().to_bytes() != bytes {
        return Err(PublicKeyError::Point);
    }
    if key.is_weak() {
        return Err(PublicKeyError::Weak);
    }
    Ok(key)
}

pub(crate) fn is_certificate(kind: &str) -> bool {
    kind.contains("-cert-v")
}

/// The wire encoding of an Ed25519 key.
pub(super) fn ed25519_blob(key: &VerifyingKey) -> Vec<u8> {
    let mut blob = Vec::new();
    put_string(&mut blob, ED25519.as_bytes());
    put_string(&mut blob, key.as_bytes());
    blob
}

/// The key as people know it: `SHA256:` and the digest of its wire encoding, as `ssh-keygen -l` shows it.
pub fn fingerprint(key: &SignerKey) -> String {
    let mut text = "SHA256:".to_owned();
    BASE64_STANDARD_NO_PAD.encode_string(Sha256::digest(&key.0), &mut text);
    text
}

/// Reads one line of a `.pub` file.
pub fn parse_public_key(text: &str) -> Result<SignerKey, PublicKeyError> {
    if text.contains("PRIVATE KEY") {
        return Err(PublicKeyError::Private);
    }
    let key = parse_key_line(text.trim())?;
    PublicKey::parse(&key.0)?;
    Ok(key)
}

/// Whether a word of a line begins a key.
pub(crate) fn is_kind(word: &str) -> bool {
    word == ED25519 || word == SK_ED25519 || OTHER_KINDS.contains(&word) || is_certificate(word)
}

/// A kind, a key in base64 and perhaps a comment. The key's own bytes are not looked at beyond the kind they name.
pub(crate) fn parse_key_line(line: &str) -> Result<SignerKey, PublicKeyError> {
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    let (Some(kind), Some(base64)) = (words.next(), words.next()) else { return Err(PublicKeyError::Text) };
    if !is_kind(kind) {
        return Err(PublicKeyError::UnknownKind { kind: kind.chars().take(32).collect() });
    }
    let blob = BASE64_STANDARD.decode(base64).map_err(|_| PublicKeyError::Text)?;
    let inside = Reader::new(&blob).text("the kind of the key")?;
    if inside != kind {
        let inside = inside.chars().filter(char::is_ascii_graphic).take(64).collect();
        return Err(PublicKeyError::KindMismatch { text: kind.to_owned(), inside });
    }
    Ok(SignerKey(blob))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1Jb2kKkXS0yMzaE6gX2HNMpcZmsV+/qFvBrWjsLmSj";

    #[test]
    fn a_line_of_a_pub_file_is_read_and_has_its_fingerprint() {
        let key = parse_public_key(&format!("{GOOD} me@home\r\n")).unwrap();
        // As `ssh-keygen -l` shows it.
        assert_eq!(fingerprint(&key), "SHA256:vuQiz62gUZg8qzMwOMHoLbGzIrtpdxuSsPOKDSlrCO4");
    }

    #[test]
    fn wrong_texts_are_refused_in_their_own_words() {
        let table = [
            ("", "expected the kind"),
            ("ssh-ed25519", "expected the kind"),
            ("ssh-ed25519 !", "expected the kind"),
            ("ssh-ed448 AAAA", "no kind of SSH key"),
            (
                "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIO1Jb2kKkXS0yMzaE6gX2HNMpcZmsV+/qFvBrWjsLmSj",
                "the key inside says ssh-ed25519",
            ),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsK", "broken at byte 19"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
        ];
        for (text, words) in table {
            let error = parse_public_key(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn weak_and_doubly_written_keys_are_refused() {
        let blob = |point: &[u8]| {
            let mut blob = Vec::new();
            put_string(&mut blob, ED25519.as_bytes());
            put_string(&mut blob, point);
            PublicKey::parse(&blob).map(|_| ()).unwrap_err()
        };
        let with = |first: u8, rest: u8, last: u8| {
            let mut point = [rest; 32];
            (point[0], point[31]) = (first, last);
            point
        };
        assert_eq!(blob(&with(0, 0, 0)), PublicKeyError::Weak, "a point of order 4");
        assert_eq!(blob(&with(1, 0, 0)), PublicKeyError::Weak, "the neutral element");
        assert_eq!(blob(&with(0xec, 0xff, 0x7f)), PublicKeyError::Weak, "the point of order 2");
        assert_eq!(blob(&with(0xee, 0xff, 0x7f)), PublicKeyError::Point, "the neutral element, written a second way");
        assert_eq!(blob(&with(2, 0, 0)), PublicKeyError::Point, "no point at all");
        assert_eq!(blob(&[1; 31]), PublicKeyError::Point, "a byte short");
    }
}
