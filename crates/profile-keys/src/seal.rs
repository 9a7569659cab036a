//! Seals: SSH signatures over a profile's statement.
//!
//! A seal is the blob that `ssh-keygen -Y sign` puts between its armor lines. What a signer says with it, its role, is
//! the signature's namespace, so that no signature made for git or for mail can pass for one of ours.

mod agent;
mod armor;
mod generate;
mod private_key;
mod public_key;
mod signer;
mod sshsig;
mod verify;
mod wire;

pub use agent::{Agent, AgentError, AgentKey};
pub use armor::{ArmorError, armor, dearmor};
pub use generate::{GenerateSigningKeyError, NewSigningKey, generate_signing_key};
pub use private_key::PrivateKeyError;
pub use public_key::{PublicKeyError, fingerprint, parse_public_key};
pub use signer::{SignError, Signer, check_signing_key};
pub use sshsig::SshsigError;
pub use verify::VerifyError;
pub use wire::WireError;

pub(crate) use public_key::{PublicKey, is_certificate, is_kind, parse_key_line};
pub(crate) use sshsig::{Sshsig, role_of};
pub(crate) use verify::verify;
pub(crate) use wire::Reader;
