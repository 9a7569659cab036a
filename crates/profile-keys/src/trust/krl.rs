//! OpenSSH's binary key revocation lists, as PROTOCOL.krl has them.
//!
//! A head, then sections: a type, a length, and data. Sections of certificates concern nothing that is read here and
//! are skipped; whatever else is not understood refuses the list, since it may revoke a key.

use super::revoked::RevokedKeys;
use crate::seal::{Reader, WireError};

const MAGIC: &[u8] = b"SSHKRL\n\0";
const FORMAT: u32 = 1;

const CERTIFICATES: u8 = 1;
const KEYS: u8 = 2;
const SHA1_FINGERPRINTS: u8 = 3;
const SIGNATURE: u8 = 4;
const SHA256_FINGERPRINTS: u8 = 5;
const EXTENSION: u8 = 255;

/// Why a KRL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KrlError {
    /// It breaks off, or a field has a wrong length.
    #[error("the KRL is broken {0}")]
    Wire(#[from] WireError),
    /// A newer form.
    #[error("it is a KRL of format {found}, expected {FORMAT}")]
    Format {
        /// Which format.
        found: u32,
    },
    /// A section that is not understood.
    #[error("the KRL has a section of type {found}, which is not understood and may revoke a key")]
    Section {
        /// Which type.
        found: u8,
    },
    /// A signed list. Nobody checks its signature here, and to ignore it would be to pretend.
    #[error("the KRL is signed, which is not read here; sign the file that carries it instead")]
    Signed,
    /// An extension that says it must be understood.
    #[error("the KRL has the critical extension {name:?}, which is not understood")]
    Critical {
        /// Its name.
        name: String,
    },
}

pub(super) fn is_krl(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

pub(super) fn parse(bytes: &[u8]) -> Result<RevokedKeys, KrlError> {
    let mut reader = Reader::new(bytes);
    reader.take(MAGIC.len(), "the magic of a KRL")?;
    match reader.u32("the format of a KRL")? {
        FORMAT => {}
        found => return Err(KrlError::Format { found }),
    }
    reader.u64("the version of the list")?;
    reader.u64("the date of the list")?;
    reader.u64("the flags of the list")?;
    reader.string("a reserved field")?;
    reader.string("a comment")?;

    let mut revoked = RevokedKeys::default();
    while !reader.is_empty() {
        let kind = reader.byte("the type of a section")?;
        let mut section = reader.nested("a section")?;
        match kind {
            CERTIFICATES => {}
            KEYS => read_all(&mut section, |section| {
                revoked.keys.insert(section.string("a public key")?.to_vec());
                Ok(())
            })?,
            SHA1_FINGERPRINTS => read_all(&mut section, |section| {
                revoked.sha1.insert(section.nested("a SHA-1 digest")?.whole("20 bytes of SHA-1")?);
                Ok(())
            })?,
            SHA256_FINGERPRINTS => read_all(&mut section, |section| {
                revoked.sha256.insert(section.nested("a SHA-256 digest")?.whole("32 bytes of SHA-256")?);
                Ok(())
            })?,
            SIGNATURE => return Err(KrlError::Signed),
            EXTENSION => check_extension(section)?,
            found => return Err(KrlError::Section { found }),
        }
    }
    Ok(revoked)
}

fn read_all<'a>(
    section: &mut Reader<'a>,
    mut read_one: impl FnMut(&mut Reader<'a>) -> Result<(), WireError>,
) -> Result<(), WireError> {
    while !section.is_empty() {
        read_one(section)?;
    }
    Ok(())
}

fn check_extension(mut section: Reader<'_>) -> Result<(), KrlError> {
    let name = section.text("the name of an extension")?;
    let critical = section.byte("whether the extension is critical")?;
    section.string("the contents of an extension")?;
    section.end()?;
    if critical == 0 { Ok(()) } else { Err(KrlError::Critical { name: name.chars().take(64).collect() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }

    fn list(format: u32, sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut list = [MAGIC, &format.to_be_bytes(), &[0; 24], &string(b""), &string(b"a comment")].concat();
        for (kind, data) in sections {
            list.push(*kind);
            list.extend(string(data));
        }
        list
    }

    #[test]
    fn keys_and_fingerprints_are_read() {
        let sections = [
            (CERTIFICATES, b"whatever stands here".to_vec()),
            (KEYS, [string(b"one"), string(b"two")].concat()),
            (SHA1_FINGERPRINTS, string(&[1; 20])),
            (SHA256_FINGERPRINTS, [string(&[2; 32]), string(&[3; 32])].concat()),
            (EXTENSION, [string(b"note"), vec![0], string(b"")].concat()),
        ];
        let revoked = parse(&list(1, &sections)).unwrap();
        let expected = RevokedKeys {
            keys: [b"one".to_vec(), b"two".to_vec()].into(),
            sha1: [[1; 20]].into(),
            sha256: [[2; 32], [3; 32]].into(),
        };
        assert_eq!(revoked, expected);
    }

    #[test]
    fn what_is_not_understood_refuses_the_list() {
        let critical = [string(b"new"), vec![1], string(b"")].concat();
        let table = [
            (list(2, &[]), KrlError::Format { found: 2 }),
            (list(1, &[(6, vec![])]), KrlError::Section { found: 6 }),
            (list(1, &[(SIGNATURE, vec![])]), KrlError::Signed),
            (list(1, &[(EXTENSION, critical)]), KrlError::Critical { name: "new".into() }),
        ];
        for (list, error) in table {
            assert_eq!(parse(&list), Err(error));
        }
        for wrong in [19, 21] {
            let list = list(1, &[(SHA1_FINGERPRINTS, string(&vec![1; wrong]))]);
            assert!(matches!(parse(&list), Err(KrlError::Wire(_))), "{wrong}");
        }
    }

    #[test]
    fn a_list_cut_within_a_section_is_refused() {
        let head = list(1, &[]).len();
        let whole = list(1, &[(KEYS, string(b"one"))]);
        for end in (0..whole.len()).filter(|end| *end != head) {
            assert!(parse(&whole[..end]).is_err(), "{end}");
        }
    }
}
