//! Making a new key to sign with.

use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A new signing key: the text of its file, and its public half.
#[derive(Debug)]
pub struct NewSigningKey {
    /// What to write to the file, which nobody but its owner may read.
    pub file: Secret,
    /// The public half as one line, to give to others.
    pub public: String,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateSigningKeyError {
    /// The system gave no random bytes.
    #[error("the system's random number generator failed: {0}")]
    Random(getrandom::Error),
    /// The key could not be written down, which it has no reason to.
    #[error("the key could not be written down: {0}")]
    Encode(ssh_key::Error),
}

/// Draws a new Ed25519 key from the system's generator, in the file format of OpenSSH and without a passphrase.
pub fn generate_signing_key(comment: &str) -> Result<NewSigningKey, GenerateSigningKeyError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(GenerateSigningKeyError::Random)?;
    let pair = KeypairData::from(Ed25519Keypair::from_seed(&seed));
    let key = PrivateKey::new(pair, comment).map_err(GenerateSigningKeyError::Encode)?;
    let file = key.to_openssh(LineEnding::LF).map_err(GenerateSigningKeyError::Encode)?;
    let public = key.public_key().to_openssh().map_err(GenerateSigningKeyError::Encode)?;
    Ok(NewSigningKey { file: Secret::new(file.as_str()), public })
}
