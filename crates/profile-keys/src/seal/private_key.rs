//! The private keys that sign: Ed25519, from OpenSSH's own key files.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use ssh_key::PrivateKey;
use ssh_key::private::KeypairData;

use crate::ask::Ask;
use crate::lines::armored_key;

/// Bytes of a key file. An RSA key of 16384 bits has 13,000.
const MAX_FILE: usize = 64 << 10;

/// Why a file does not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// A public key.
    #[error("{file} is a public key; expected the private key, which is in the file without .pub")]
    Public {
        /// Which file.
        file: String,
    },
    /// A private key in another form.
    #[error("{file} is no OpenSSH private key; `ssh-keygen -p -f` rewrites a PEM key as one")]
    Form {
        /// Which file.
        file: String,
    },
    /// A private key that is broken.
    #[error("{file} is damaged: {reason}")]
    Damaged {
        /// Which file.
        file: String,
        /// Where it breaks.
        reason: String,
    },
    /// A key that lives in a security key, of which the file is only the handle.
    #[error("{file} stands for a security key; `ssh-add` it and sign through the agent")]
    SecurityKey {
        /// Which file.
        file: String,
    },
    /// A kind of key that does not sign here.
    #[error("{file} holds a key of kind {kind}; only Ed25519 keys sign here, `ssh-keygen -t ed25519` makes one")]
    Kind {
        /// Which file.
        file: String,
        /// Which kind.
        kind: String,
    },
    /// It is locked, and nobody gave a passphrase.
    #[error("{file} needs a passphrase, and none was given")]
    NoPassphrase {
        /// Which file.
        file: String,
    },
    /// It is locked with another passphrase.
    #[error("the passphrase for {file} is wrong")]
    WrongPassphrase {
        /// Which file.
        file: String,
    },
}

/// Reads a key file, and asks for its passphrase if it has one.
pub(super) fn read(bytes: &[u8], file: &str, ask: &Arc<dyn Ask>) -> Result<SigningKey, PrivateKeyError> {
    let key = parse(bytes, file)?;
    // The kind stands outside of what is locked: nobody is asked for a passphrase in vain.
    match key.algorithm() {
        ssh_key::Algorithm::Ed25519 => {}
        ssh_key::Algorithm::SkEd25519 => return Err(PrivateKeyError::SecurityKey { file: file.to_owned() }),
        other => return Err(PrivateKeyError::Kind { file: file.to_owned(), kind: other.to_string() }),
    }
    let key = if key.is_encrypted() { unlock(&key, file, ask)? } else { key };
    // ssh-key has checked that the halves belong together, outside and inside, when it read and unlocked them.
    match key.key_data() {
        KeypairData::Ed25519(pair) => Ok(SigningKey::from_bytes(&pair.private.to_bytes())),
        _ => Err(PrivateKeyError::Kind { file: file.to_owned(), kind: "another than it says".to_owned() }),
    }
}

fn parse(bytes: &[u8], file: &str) -> Result<PrivateKey, PrivateKeyError> {
    if [b"ssh-".as_slice(), b"sk-", b"ecdsa-"].iter().any(|kind| bytes.starts_with(kind)) {
        return Err(PrivateKeyError::Public { file: file.to_owned() });
    }
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_FILE).map(armored_key);
    let text = text.filter(|text| text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
    let text = text.ok_or_else(|| PrivateKeyError::Form { file: file.to_owned() })?;
    PrivateKey::from_openssh(text.as_bytes())
        .map_err(|error| PrivateKeyError::Damaged { file: file.to_owned(), reason: error.to_string() })
}

fn unlock(key: &PrivateKey, file: &str, ask: &Arc<dyn Ask>) -> Result<PrivateKey, PrivateKeyError> {
    let passphrase = ask.passphrase(&format!("the key {file}"));
    let passphrase = passphrase.ok_or_else(|| PrivateKeyError::NoPassphrase { file: file.to_owned() })?;
    key.decrypt(passphrase.expose()).map_err(|error| match error {
        ssh_key::Error::PublicKey => {
            let reason = "its public half is another than the private key's".to_owned();
            PrivateKeyError::Damaged { file: file.to_owned(), reason }
        }
        _ => PrivateKeyError::WrongPassphrase { file: file.to_owned() },
    })
}

#[cfg(test)]
mod tests {
    use ssh_key::private::{Ed25519Keypair, Ed25519PrivateKey, SkEd25519};
    use ssh_key::{Cipher, Kdf};

    use super::*;
    use crate::ask::NeverAsk;

    fn read_quietly(text: &str) -> Result<SigningKey, PrivateKeyError> {
        read(text.as_bytes(), "id", &(Arc::new(NeverAsk) as Arc<dyn Ask>))
    }

    fn file_of(pair: Ed25519Keypair) -> String {
        let key = PrivateKey::new(pair.into(), "me").unwrap();
        key.to_openssh(ssh_key::LineEnding::LF).unwrap().to_string()
    }

    #[test]
    fn a_key_file_is_read_with_any_line_ends() {
        let pair = Ed25519Keypair::from_seed(&[3; 32]);
        let text = file_of(pair.clone());
        for text in [text.replace('\n', "\r\n"), format!("\n{text}\n"), text] {
            assert_eq!(read_quietly(&text).unwrap().verifying_key().as_bytes(), &pair.public.0);
        }
    }

    #[test]
    fn halves_that_do_not_belong_together_are_refused() {
        let public = Ed25519Keypair::from_seed(&[4; 32]).public;
        let text = file_of(Ed25519Keypair { public, private: Ed25519PrivateKey::from_bytes(&[3; 32]) });
        assert!(matches!(read_quietly(&text), Err(PrivateKeyError::Damaged { .. })), "{:?}", read_quietly(&text));
    }

    #[test]
    fn a_locked_key_behind_another_public_half_is_refused() {
        let pair = Ed25519Keypair::from_seed(&[3; 32]);
        let key = PrivateKey::new(pair.clone().into(), "me").unwrap();
        let kdf = Kdf::Bcrypt { salt: vec![1; 16], rounds: 1 };
        let mut bytes = key.encrypt_with(Cipher::Aes256Ctr, kdf, 9, "word").unwrap().to_bytes().unwrap();
        let at = bytes.windows(32).position(|window| window == pair.public.0).unwrap();
        bytes[at..at + 32].copy_from_slice(&Ed25519Keypair::from_seed(&[4; 32]).public.0);
        let text = PrivateKey::from_bytes(&bytes).unwrap().to_openssh(ssh_key::LineEnding::LF).unwrap();
        let error = read(text.as_bytes(), "id", &(Arc::new(Word) as Arc<dyn Ask>)).unwrap_err();
        assert!(matches!(error, PrivateKeyError::Damaged { .. }), "{error}");
    }

    struct Word;

    impl Ask for Word {
        fn passphrase(&self, _: &str) -> Option<crate::Secret> {
            Some(crate::Secret::new("word"))
        }
    }

    #[test]
    fn the_handle_of_a_security_key_is_sent_to_the_agent() {
        let public = Ed25519Keypair::from_seed(&[3; 32]).public;
        let handle = SkEd25519::new(public.into(), 1, b"handle".as_slice()).unwrap();
        let key = PrivateKey::new(handle.into(), "me").unwrap();
        let error = read_quietly(&key.to_openssh(ssh_key::LineEnding::LF).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "id stands for a security key; `ssh-add` it and sign through the agent");
    }

    #[test]
    fn other_files_are_refused_in_their_own_words() {
        let table = [
            ("ssh-ed25519 AAAA", "is a public key"),
            ("-----BEGIN RSA PRIVATE KEY-----\n", "no OpenSSH private key"),
            ("AGE-SECRET-KEY-1", "no OpenSSH private key"),
            ("", "no OpenSSH private key"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "damaged"),
        ];
        for (text, words) in table {
            let error = read_quietly(text).unwrap_err().to_string();
            assert!(error.starts_with("id ") && error.contains(words), "{text}: {error}");
        }
    }
}
