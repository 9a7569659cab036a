//! The judge: what a seal is worth to those who trust some signers.

use profile_format::{JudgeSeal, Seal, SignerKey, Standing, Statement, Timestamp, Verdict, Voucher};

use super::allowed::AllowedSigners;
use super::revoked::Revoked;
use crate::seal::{Sshsig, VerifyError, fingerprint, role_of, verify};

/// Judges SSH seals by a file of trusted signers, lists of revoked keys, and the time.
///
/// The default trusts nobody, and tells right seals from wrong ones all the same.
#[derive(Clone, Debug, Default)]
pub struct Signers {
    /// Who is trusted.
    pub allowed: AllowedSigners,
    /// Who no longer is.
    pub revoked: Revoked,
    /// When it is: the time at which keys must be valid. The time at which a seal claims to be made proves nothing, and
    /// seals claim none.
    pub now: Timestamp,
}

impl JudgeSeal for Signers {
    fn judge(&self, statement: &Statement, seal: &Seal) -> Verdict {
        let signature = match Sshsig::parse(&seal.0) {
            Ok(signature) => signature,
            Err(error) if error.is_unsupported() => return Verdict::Unsupported { reason: error.to_string() },
            Err(error) => return Verdict::Invalid { reason: error.to_string() },
        };
        let Some(role) = role_of(&signature.namespace) else {
            let namespace: String = signature.namespace.chars().take(64).collect();
            // What begins like ours is a role that a newer version may know; anything else was signed for another end.
            return match namespace.starts_with("wbo-") {
                true => Verdict::Unsupported { reason: format!("its role {namespace:?} is not known here") },
                false => Verdict::Invalid { reason: format!("it is made for {namespace:?}, and not for a profile") },
            };
        };
        match verify(&signature, statement.as_bytes()) {
            Ok(()) => {}
            Err(error @ VerifyError::UnsupportedKey { .. }) => {
                return Verdict::Unsupported { reason: error.to_string() };
            }
            Err(error) => return Verdict::Invalid { reason: error.to_string() },
        }
        let key = SignerKey(signature.key);
        let standing = self.standing(&key, &signature.namespace);
        Verdict::Valid(Voucher { role, label: fingerprint(&key), key, standing })
    }
}

impl Signers {
    fn standing(&self, key: &SignerKey, namespace: &str) -> Standing {
        match self.revoked.revoker(key) {
            Some(file) => Standing::Untrusted { reason: format!("revoked by {file}") },
            None => self.allowed.standing(key, namespace, self.now),
        }
    }
}
