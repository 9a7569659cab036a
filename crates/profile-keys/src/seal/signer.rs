//! Signing: a key in a file or in an agent, and the seals that it makes.

use std::fmt;
use std::sync::Arc;

use ed25519_dalek::{Signer as _, SigningKey};
use profile_format::{Role, Seal, SignerKey, Statement};

use super::agent::{Agent, AgentError};
use super::private_key::{self, PrivateKeyError};
use super::public_key::{ED25519, PublicKey, PublicKeyError, ed25519_blob, fingerprint};
use super::sshsig::{Hash, Sshsig, namespace_of, signed_data};
use super::verify::{VerifyError, verify};
use super::wire::put_string;
use crate::ask::Ask;

/// Somebody who can sign.
pub struct Signer {
    key: SignerKey,
    hand: Hand,
}

enum Hand {
    File(Box<SigningKey>),
    Agent(Agent),
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The key's file does not sign.
    #[error(transparent)]
    File(#[from] PrivateKeyError),
    /// The agent did not do its part.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// The agent does not hold the key.
    #[error("ssh-agent does not hold the key {key}")]
    NotInAgent {
        /// Its fingerprint.
        key: String,
    },
    /// The key is of a kind that does not sign here.
    #[error("a key of kind {kind} does not sign here; only Ed25519 keys do, in a file, an agent or a security key")]
    Kind {
        /// Which kind.
        kind: String,
    },
    /// The key is broken.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
    /// A role that this version does not know.
    #[error("no signature stands for the role {role:?} here")]
    Role {
        /// Which role.
        role: Role,
    },
    /// What came back is not right, as when a security key was told not to ask for a touch.
    #[error("what was signed does not hold: {0}")]
    Wrong(VerifyError),
}

impl Signer {
    /// The Ed25519 key in an OpenSSH private key file. `file` names it in questions and errors.
    pub fn from_file(bytes: &[u8], file: &str, ask: &Arc<dyn Ask>) -> Result<Self, SignError> {
        let key = private_key::read(bytes, file, ask)?;
        Ok(Self { key: SignerKey(ed25519_blob(&key.verifying_key())), hand: Hand::File(Box::new(key)) })
    }

    /// A key that `agent` holds: Ed25519, itself or in a security key.
    pub fn from_agent(mut agent: Agent, key: &SignerKey) -> Result<Self, SignError> {
        check_signing_key(key)?;
        if !agent.keys()?.iter().any(|held| held.key == *key) {
            return Err(SignError::NotInAgent { key: fingerprint(key) });
        }
        Ok(Self { key: key.clone(), hand: Hand::Agent(agent) })
    }

    /// The public half, in its wire encoding.
    pub fn public_key(&self) -> SignerKey {
        self.key.clone()
    }

    /// The public half as people know it, `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key)
    }

    /// Signs `statement` in `role`. The seal is verified before it is handed out, so that a faulty agent or a fault in
    /// this machine shows here and not at its reader.
    pub fn sign(&mut self, statement: &Statement, role: Role) -> Result<Seal, SignError> {
        let namespace = namespace_of(role).ok_or(SignError::Role { role })?;
        let data = signed_data(namespace, Hash::Sha512, statement.as_bytes());
        let signature = match &mut self.hand {
            Hand::File(key) => {
                let mut signature = Vec::new();
                put_string(&mut signature, ED25519.as_bytes());
                put_string(&mut signature, &key.sign(&data).to_bytes());
                signature
            }
            Hand::Agent(agent) => agent.sign(&self.key, &data)?,
        };
        let key = self.key.0.clone();
        let seal = Sshsig { key, namespace: namespace.to_owned(), hash: Hash::Sha512, signature };
        verify(&seal, statement.as_bytes()).map_err(SignError::Wrong)?;
        Ok(Seal(seal.encode()))
    }
}

/// Whether `key` is of a kind that can sign: Ed25519, itself or in a security key. A profile that names another as its
/// author would never open.
pub fn check_signing_key(key: &SignerKey) -> Result<(), SignError> {
    match PublicKey::parse(&key.0)? {
        PublicKey::Other { kind } => Err(SignError::Kind { kind }),
        _ => Ok(()),
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.fingerprint())
    }
}
