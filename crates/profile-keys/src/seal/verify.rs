//! Checking a signature: strictly, and by one way for every key.

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::public_key::{PublicKey, PublicKeyError};
use super::sshsig::{Sshsig, signed_data};
use super::wire::{Reader, WireError};

/// The flag of a security key's signature that says: somebody touched it.
const USER_PRESENT: u8 = 0x01;

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A kind of key that is not verified here.
    #[error("it is made with a key of kind {kind}; only Ed25519 keys count here")]
    UnsupportedKey {
        /// Which kind.
        kind: String,
    },
    /// The key is broken or weak.
    #[error("its signer's key is refused: {0}")]
    Key(#[from] PublicKeyError),
    /// The signature breaks off, or goes on too long.
    #[error("its signature is broken {0}")]
    Wire(#[from] WireError),
    /// A signature of another kind than its key.
    #[error("its key is of kind {key} and its signature is not")]
    KindMismatch {
        /// The key's kind.
        key: String,
    },
    /// A security key that nobody touched.
    #[error("it is made by a security key that nobody touched")]
    NoTouch,
    /// It does not fit the key and the message.
    #[error("the signature does not fit what it is over")]
    Wrong,
}

/// Checks that `signature` is made over `message` with the key that it names.
pub(crate) fn verify(signature: &Sshsig, message: &[u8]) -> Result<(), VerifyError> {
    let key = PublicKey::parse(&signature.key)?;
    let kind = key.kind().to_owned();
    let (key, application) = match key {
        PublicKey::Ed25519(key) => (key, None),
        PublicKey::SkEd25519 { key, application } => (key, Some(application)),
        PublicKey::Other { kind } => return Err(VerifyError::UnsupportedKey { kind }),
    };
    let data = signed_data(&signature.namespace, signature.hash, message);
    let mut reader = Reader::new(&signature.signature);
    if reader.string("the kind of the signature")? != kind.as_bytes() {
        return Err(VerifyError::KindMismatch { key: kind });
    }
    let bytes = signature_bytes(&mut reader)?;
    let Some(application) = application else {
        reader.end()?;
        return strict(&key, &data, &bytes);
    };
    let flags = reader.byte("the flags of a security key")?;
    let counter = reader.u32("the counter of a security key")?;
    reader.end()?;
    strict(&key, &security_key_data(&application, flags, counter, &data), &bytes)?;
    if flags & USER_PRESENT == 0 { Err(VerifyError::NoTouch) } else { Ok(()) }
}

fn signature_bytes(reader: &mut Reader<'_>) -> Result<[u8; 64], WireError> {
    let expected = "the 64 bytes of an Ed25519 signature";
    let before = *reader;
    reader.string(expected)?.try_into().map_err(|_| before.expected(expected))
}

/// What a security key signs in place of `data`.
fn security_key_data(application: &[u8], flags: u8, counter: u32, data: &[u8]) -> Vec<u8> {
    let mut signed = Sha256::digest(application).to_vec();
    signed.push(flags);
    signed.extend(counter.to_be_bytes());
    signed.extend(Sha256::digest(data));
    signed
}

/// The one way in which a signature is checked: no scalar beyond the group's order, no point of small order. The
/// lenient ways accept signatures that fit several messages, and differ from each other.
fn strict(key: &VerifyingKey, data: &[u8], signature: &[u8; 64]) -> Result<(), VerifyError> {
    key.verify_strict(data, &Signature::from_bytes(signature)).map_err(|_| VerifyError::Wrong)
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::Scalar;
    use ed25519_dalek::{Signer as _, SigningKey, Verifier as _};
    use sha2::Sha512;

    use super::super::public_key::{ED25519, SK_ED25519, ed25519_blob};
    use super::super::sshsig::Hash;
    use super::super::wire::put_string;
    use super::*;

    const NAMESPACE: &str = "wbo-profile";
    const MESSAGE: &[u8] = b"a statement";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn good() -> Sshsig {
        let data = signed_data(NAMESPACE, Hash::Sha512, MESSAGE);
        let signature = blob(&[ED25519.as_bytes(), &key().sign(&data).to_bytes()], &[]);
        let key = ed25519_blob(&key().verifying_key());
        Sshsig { key, namespace: NAMESPACE.into(), hash: Hash::Sha512, signature }
    }

    /// As a security key would sign, with a key in software.
    fn by_security_key(application: &[u8], flags: u8) -> Sshsig {
        let data = signed_data(NAMESPACE, Hash::Sha512, MESSAGE);
        let signature = key().sign(&security_key_data(application, flags, 9, &data)).to_bytes();
        let signature = blob(&[SK_ED25519.as_bytes(), &signature], &[flags, 0, 0, 0, 9]);
        let key = blob(&[SK_ED25519.as_bytes(), key().verifying_key().as_bytes(), b"ssh:"], &[]);
        Sshsig { key, namespace: NAMESPACE.into(), hash: Hash::Sha512, signature }
    }

    fn blob(strings: &[&[u8]], tail: &[u8]) -> Vec<u8> {
        let mut blob = Vec::new();
        strings.iter().for_each(|string| put_string(&mut blob, string));
        blob.extend(tail);
        blob
    }

    #[test]
    fn right_signatures_fit() {
        assert_eq!(verify(&good(), MESSAGE), Ok(()));
        assert_eq!(verify(&by_security_key(b"ssh:", USER_PRESENT), MESSAGE), Ok(()));
        assert_eq!(verify(&by_security_key(b"ssh:", 0x05), MESSAGE), Ok(()), "touched and verified");
    }

    #[test]
    fn nothing_that_is_signed_can_change() {
        assert_eq!(verify(&good(), b"another statement"), Err(VerifyError::Wrong));
        assert_eq!(verify(&Sshsig { namespace: "wbo-endorse".into(), ..good() }, MESSAGE), Err(VerifyError::Wrong));
        assert_eq!(verify(&Sshsig { hash: Hash::Sha256, ..good() }, MESSAGE), Err(VerifyError::Wrong));
        let other = ed25519_blob(&SigningKey::from_bytes(&[8; 32]).verifying_key());
        assert_eq!(verify(&Sshsig { key: other, ..good() }, MESSAGE), Err(VerifyError::Wrong));
        assert_eq!(verify(&by_security_key(b"ssh:other", USER_PRESENT), MESSAGE), Err(VerifyError::Wrong));
    }

    #[test]
    fn a_security_key_must_have_been_touched() {
        assert_eq!(verify(&by_security_key(b"ssh:", 0), MESSAGE), Err(VerifyError::NoTouch));
        let mut lied = by_security_key(b"ssh:", 0);
        let flags = lied.signature.len() - 5;
        lied.signature[flags] = USER_PRESENT;
        assert_eq!(verify(&lied, MESSAGE), Err(VerifyError::Wrong));
    }

    #[test]
    fn a_scalar_beyond_the_order_is_refused() {
        // S + L fits the equation as S does. L is 2^252 + 27742317777372353535851937790883648493.
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut twin = good();
        let start = twin.signature.len() - 32;
        let mut carry = 0;
        for (byte, order) in twin.signature[start..].iter_mut().zip(ORDER) {
            carry += u16::from(*byte) + u16::from(order);
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        assert_eq!(carry, 0);
        assert_eq!(verify(&twin, MESSAGE), Err(VerifyError::Wrong));
    }

    #[test]
    fn a_point_of_small_order_is_refused() {
        // With the neutral element as key, R = [S]B fits every message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let weak = blob(&[ED25519.as_bytes(), &neutral], &[]);
        assert_eq!(verify(&Sshsig { key: weak, ..good() }, MESSAGE), Err(VerifyError::Key(PublicKeyError::Weak)));

        // With the neutral element as R, the key's owner has S = k * a fit the equation: the lenient check accepts it.
        let data = signed_data(NAMESPACE, Hash::Sha512, MESSAGE);
        let k = Sha512::new().chain_update(neutral).chain_update(key().verifying_key()).chain_update(&data);
        let s = Scalar::from_bytes_mod_order_wide(&k.finalize().into()) * key().to_scalar();
        let bytes = [neutral, s.to_bytes()].concat();
        let lenient = Signature::from_slice(&bytes).unwrap();
        assert!(key().verifying_key().verify(&data, &lenient).is_ok());
        let signature = blob(&[ED25519.as_bytes(), &bytes], &[]);
        assert_eq!(verify(&Sshsig { signature, ..good() }, MESSAGE), Err(VerifyError::Wrong));
    }

    #[test]
    fn other_kinds_and_broken_forms_are_told() {
        let rsa = Sshsig { key: blob(&[b"ssh-rsa", b"e", b"n"], &[]), ..good() };
        assert_eq!(verify(&rsa, MESSAGE), Err(VerifyError::UnsupportedKey { kind: "ssh-rsa".into() }));
        let mixed = Sshsig { signature: by_security_key(b"ssh:", 1).signature, ..good() };
        assert_eq!(verify(&mixed, MESSAGE), Err(VerifyError::KindMismatch { key: ED25519.into() }));
        for cut in [0, 3, 15, 70] {
            let signature = good().signature[..cut].to_vec();
            assert!(matches!(verify(&Sshsig { signature, ..good() }, MESSAGE), Err(VerifyError::Wire(_))), "{cut}");
        }
        let longer = Sshsig { signature: [good().signature, vec![0]].concat(), ..good() };
        assert!(matches!(verify(&longer, MESSAGE), Err(VerifyError::Wire(_))));
    }
}
