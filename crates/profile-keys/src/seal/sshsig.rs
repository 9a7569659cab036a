//! The signature blob of `ssh-keygen -Y sign`, as PROTOCOL.sshsig has it.
//!
//! | field | |
//! |---|---|
//! | `SSHSIG` | six bytes |
//! | version | u32, 1 |
//! | public key | string |
//! | namespace | string: what the signature is for |
//! | reserved | string, empty |
//! | hash | string: `sha512` or `sha256` |
//! | signature | string: its kind, its bytes, and for security keys flags and a counter |

use profile_format::Role;
use profile_format::limits::MAX_SEAL;
use sha2::{Digest, Sha256, Sha512};

use super::wire::{Reader, WireError, put_string};

const MAGIC: &[u8; 6] = b"SSHSIG";
const VERSION: u32 = 1;

/// A signature and everything that it says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sshsig {
    /// The signer's public key, in its wire encoding.
    pub(crate) key: Vec<u8>,
    pub(crate) namespace: String,
    pub(crate) hash: Hash,
    /// The signature proper, in its wire encoding.
    pub(crate) signature: Vec<u8>,
}

/// How the message is shortened before it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha512,
}

/// Why bytes are no SSH signature, or none that is read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SshsigError {
    /// Something else.
    #[error("it is no SSH signature: expected SSHSIG at its start")]
    Magic,
    /// More bytes than a seal may have.
    #[error("it has {found} bytes, more than the {MAX_SEAL} that a seal may have")]
    TooLong {
        /// How many.
        found: usize,
    },
    /// It breaks off, or goes on too long.
    #[error("the SSH signature is broken {0}")]
    Wire(#[from] WireError),
    /// A newer form.
    #[error("it is an SSH signature of version {found}, expected {VERSION}")]
    Version {
        /// Which version.
        found: u32,
    },
    /// Something in the field that is to stay empty.
    #[error("its reserved field is not empty")]
    Reserved,
    /// A hash that SSH signatures do not have.
    #[error("it is made with the hash {found:?}, expected sha512 or sha256")]
    Hash {
        /// What it says.
        found: String,
    },
}

impl SshsigError {
    /// Whether it may well be a right signature that is only beyond this version of ours.
    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self, Self::Version { .. } | Self::Reserved | Self::Hash { .. })
    }
}

impl Sshsig {
    /// Reads a blob. There is one encoding only: every field has its length, and nothing may follow the last.
    pub(crate) fn parse(blob: &[u8]) -> Result<Self, SshsigError> {
        if blob.len() > MAX_SEAL {
            return Err(SshsigError::TooLong { found: blob.len() });
        }
        let mut reader = Reader::new(blob.strip_prefix(MAGIC).ok_or(SshsigError::Magic)?);
        match reader.u32("a version")? {
            VERSION => {}
            found => return Err(SshsigError::Version { found }),
        }
        let key = reader.string("a public key")?.to_vec();
        let namespace = reader.text("a namespace")?.to_owned();
        let reserved = reader.string("an empty reserved field")?;
        let hash = reader.text("the name of a hash")?;
        let signature = reader.string("a signature")?.to_vec();
        reader.end()?;
        if !reserved.is_empty() {
            return Err(SshsigError::Reserved);
        }
        let hash = Hash::named(hash).ok_or_else(|| SshsigError::Hash { found: hash.chars().take(32).collect() })?;
        Ok(Self { key, namespace, hash, signature })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut blob = MAGIC.to_vec();
        blob.extend(VERSION.to_be_bytes());
        put_string(&mut blob, &self.key);
        put_string(&mut blob, self.namespace.as_bytes());
        put_string(&mut blob, b"");
        put_string(&mut blob, self.hash.name().as_bytes());
        put_string(&mut blob, &self.signature);
        blob
    }
}

/// What is signed in place of `message`: never the message itself, so that nothing else that SSH keys sign can be
/// mistaken for it.
pub(crate) fn signed_data(namespace: &str, hash: Hash, message: &[u8]) -> Vec<u8> {
    let mut data = MAGIC.to_vec();
    put_string(&mut data, namespace.as_bytes());
    put_string(&mut data, b"");
    put_string(&mut data, hash.name().as_bytes());
    match hash {
        Hash::Sha256 => put_string(&mut data, &Sha256::digest(message)),
        Hash::Sha512 => put_string(&mut data, &Sha512::digest(message)),
    }
    data
}

impl Hash {
    fn named(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha512].into_iter().find(|hash| hash.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

const ROLES: [(Role, &str); 2] = [(Role::Author, "wbo-profile"), (Role::Endorser, "wbo-endorse")];

/// The namespace in which a role signs; `None` for a role that a newer format has and we do not.
pub(crate) fn namespace_of(role: Role) -> Option<&'static str> {
    ROLES.iter().find(|(known, _)| *known == role).map(|(_, namespace)| *namespace)
}

/// The role that a namespace stands for.
pub(crate) fn role_of(namespace: &str) -> Option<Role> {
    ROLES.iter().find(|(_, known)| *known == namespace).map(|(role, _)| *role)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sshsig {
        Sshsig { key: b"key".to_vec(), namespace: "wbo-profile".into(), hash: Hash::Sha512, signature: b"sig".to_vec() }
    }

    /// A blob with the given fields, right or wrong.
    fn blob(version: u32, namespace: &[u8], reserved: &[u8], hash: &[u8], tail: &[u8]) -> Vec<u8> {
        let mut blob = b"SSHSIG".to_vec();
        blob.extend(version.to_be_bytes());
        for field in [b"key".as_slice(), namespace, reserved, hash, b"sig"] {
            put_string(&mut blob, field);
        }
        blob.extend(tail);
        blob
    }

    #[test]
    fn what_is_written_is_read_again() {
        for hash in [Hash::Sha256, Hash::Sha512] {
            let signature = Sshsig { hash, ..sample() };
            assert_eq!(Sshsig::parse(&signature.encode()), Ok(signature));
        }
        assert_eq!(sample().encode(), blob(1, b"wbo-profile", b"", b"sha512", b""));
    }

    #[test]
    fn every_flaw_is_told() {
        let wire = |at, expected| SshsigError::Wire(WireError { at, expected });
        let table = [
            (b"SSHSI".to_vec(), SshsigError::Magic),
            (vec![0; MAX_SEAL + 1], SshsigError::TooLong { found: MAX_SEAL + 1 }),
            (blob(2, b"n", b"", b"sha512", b""), SshsigError::Version { found: 2 }),
            (blob(1, b"n", b"r", b"sha512", b""), SshsigError::Reserved),
            (blob(1, b"n", b"", b"sha1", b""), SshsigError::Hash { found: "sha1".into() }),
            (blob(1, b"n", b"", b"SHA512", b""), SshsigError::Hash { found: "SHA512".into() }),
            (blob(1, b"\xff", b"", b"sha512", b""), wire(11, "a namespace")),
            (blob(1, b"n", b"", b"sha512", b"\0"), wire(37, "its end")),
        ];
        for (blob, error) in table {
            assert_eq!(Sshsig::parse(&blob), Err(error), "{blob:?}");
        }
    }

    #[test]
    fn a_blob_cut_anywhere_is_refused() {
        let whole = sample().encode();
        for end in 0..whole.len() {
            assert!(Sshsig::parse(&whole[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn roles_and_namespaces_belong_together() {
        for role in [Role::Author, Role::Endorser] {
            assert_eq!(namespace_of(role).and_then(role_of), Some(role));
        }
        assert_eq!(role_of("git"), None);
    }
}
