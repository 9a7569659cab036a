//! The public halves of private keys.

use std::sync::Arc;

use super::identity::{AgeKey, Identity, Source};
use super::recipient::{Party, Recipient};
use super::unlock::UnlockError;
use crate::ask::Ask;

/// Why an identity does not show its public half.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublicError {
    /// Only its plugin can tell.
    #[error("{name} holds a key of the plugin age-plugin-{plugin}, which alone can tell its public half")]
    Plugin {
        /// Which identity.
        name: String,
        /// Whose key it is.
        plugin: String,
    },
    /// A passphrase has none.
    #[error("a passphrase has no public half")]
    Passphrase,
    /// It could not be unlocked.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
}

/// The public halves of the keys of `identity`, in their order. An SSH key shows it without its passphrase.
pub fn public_of(identity: &Identity, ask: &Arc<dyn Ask>) -> Result<Vec<Recipient>, PublicError> {
    if let Source::Ssh(ssh) = &identity.source {
        return Ok(vec![Recipient(Party::Ssh(Box::new(ssh.public.clone())))]);
    }
    let keys = identity.file_keys(ask)?.ok_or(PublicError::Passphrase)?;
    let public = keys.iter().map(|key| match key {
        AgeKey::X25519(key) => Ok(Recipient(Party::X25519(key.to_public()))),
        AgeKey::Plugin(key) => {
            Err(PublicError::Plugin { name: identity.name.clone(), plugin: key.plugin().to_owned() })
        }
    });
    public.collect()
}

/// Recipients for whom something can be encrypted so that `identity` opens it: the public halves of its keys, or its
/// passphrase, unless that is still to be asked for.
pub fn recipients_of(identity: &Identity, ask: &Arc<dyn Ask>) -> Result<Vec<Recipient>, PublicError> {
    match &identity.source {
        Source::Passphrase(passphrase) => Ok(vec![Recipient::passphrase(passphrase.clone())]),
        _ => public_of(identity, ask),
    }
}
