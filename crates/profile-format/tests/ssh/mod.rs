//! SSH signatures by a test key, so that golden files carry the seals that real ones do.
//!
//! Ed25519 signs without randomness: a seal is right if signing again gives the same bytes. No other judge is needed.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of these")]

use ed25519_dalek::{Signer, SigningKey};
use profile_format::*;
use sha2::{Digest, Sha512};

/// The test key whose seed is 32 bytes of `seed`.
pub struct TestSigner {
    key: SigningKey,
}

impl TestSigner {
    pub fn new(seed: u8) -> Self {
        Self { key: SigningKey::from_bytes(&[seed; 32]) }
    }

    /// The public key in the encoding of SSH.
    pub fn public(&self) -> SignerKey {
        SignerKey([string(b"ssh-ed25519"), string(self.key.verifying_key().as_bytes())].concat())
    }

    /// What `ssh-keygen -Y sign` puts between its armor lines.
    pub fn sign(&self, namespace: &str, statement: &[u8]) -> Vec<u8> {
        let purpose = [string(namespace.as_bytes()), string(b""), string(b"sha512")].concat();
        let signed = [b"SSHSIG", &purpose[..], &string(&Sha512::digest(statement))].concat();
        let signature = [string(b"ssh-ed25519"), string(&self.key.sign(&signed).to_bytes())].concat();
        [b"SSHSIG\0\0\0\x01", &string(&self.public().0)[..], &purpose, &string(&signature)].concat()
    }
}

/// Trusts the test keys of these seeds.
pub struct TestJudge(pub &'static [u8]);

impl JudgeSeal for TestJudge {
    fn judge(&self, statement: &Statement, seal: &Seal) -> Verdict {
        let roles = [(Role::Author, "wbo-profile"), (Role::Endorser, "wbo-endorse")];
        for signer in self.0.iter().map(|seed| TestSigner::new(*seed)) {
            for (role, namespace) in roles {
                if signer.sign(namespace, statement.as_bytes()) == seal.0 {
                    let standing = Standing::Trusted { principal: "test@example.org".into() };
                    return Verdict::Valid(Voucher { role, key: signer.public(), label: "test".into(), standing });
                }
            }
        }
        Verdict::Invalid { reason: "it is not by a test key over this body".into() }
    }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}
