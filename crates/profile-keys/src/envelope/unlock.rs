//! Turning an identity into keys that age can use, which may need a passphrase.

use std::io::Read as _;
use std::sync::Arc;

use age::DecryptError;
use zeroize::Zeroizing;

use super::MAX_PASSPHRASE_WORK;
use super::header::{Header, Lock};
use super::identity::{AgeKey, Identity, IdentityError, Source, SshIdentity, parse_keys};
use super::plugin::PluginError;
use crate::ask::{Ask, Bridge};
use crate::secret::Secret;

/// Why an identity could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnlockError {
    /// It is locked, and nobody gave a passphrase.
    #[error("{name} needs a passphrase, and none was given")]
    NoPassphrase {
        /// Which identity.
        name: String,
    },
    /// It is locked with another passphrase.
    #[error("the passphrase for {name} is wrong")]
    WrongPassphrase {
        /// Which identity.
        name: String,
    },
    /// It is locked, and damaged.
    #[error("{name} is damaged")]
    Damaged {
        /// Which identity.
        name: String,
    },
    /// It was unlocked, and holds no keys.
    #[error("what the passphrase opens is no file of keys: {0}")]
    Contents(IdentityError),
    /// Its plugin did not do its part.
    #[error("{name}: {error}")]
    Plugin {
        /// Which identity.
        name: String,
        /// What went wrong.
        #[source]
        error: PluginError,
    },
}

/// Keys that are ready for use.
pub(super) struct Unlocked {
    /// What is tried together: age's own keys at once, since each try reads the envelope anew, and each plugin by
    /// itself, since it may fail.
    pub(super) groups: Vec<Vec<Box<dyn age::Identity>>>,
    /// Why some keys are not among them.
    pub(super) obstacle: Option<UnlockError>,
}

impl Unlocked {
    fn one(key: Box<dyn age::Identity>) -> Self {
        Self { groups: vec![vec![key]], obstacle: None }
    }
}

impl Identity {
    /// Whether an envelope with this header may be for this identity. Where it says no, nobody is asked anything.
    pub(super) fn may_open(&self, header: &Header) -> bool {
        let any = |test: &dyn Fn(&Lock) -> bool| header.locks.iter().any(test);
        let for_plugins = |lock: &Lock| !matches!(lock, Lock::Grease | Lock::Passphrase { .. });
        match &self.source {
            Source::Keys(keys) => keys.iter().any(|key| match key {
                AgeKey::X25519(_) => any(&|lock| *lock == Lock::X25519),
                AgeKey::Plugin(_) => any(&for_plugins),
            }),
            Source::LockedKeys(_) => any(&for_plugins),
            Source::Ssh(ssh) => any(&|lock| ssh.is_for(lock)),
            Source::Passphrase(_) | Source::AskedPassphrase => header.passphrase_work().is_some(),
        }
    }

    /// How early to try this identity: what asks nobody first, what prompts for a passphrase last.
    pub(super) fn rank(&self) -> u8 {
        match &self.source {
            Source::Ssh(ssh) if matches!(ssh.key, age::ssh::Identity::Encrypted(_)) => 1,
            Source::Keys(_) | Source::Ssh(_) => 0,
            Source::LockedKeys(_) => 2,
            Source::Passphrase(_) => 3,
            Source::AskedPassphrase => 4,
        }
    }

    /// The keys, in the form that age uses.
    pub(super) fn unlock(&self, ask: &Arc<dyn Ask>) -> Result<Unlocked, UnlockError> {
        match &self.source {
            Source::Keys(keys) => Ok(self.usable(keys, ask)),
            Source::LockedKeys(_) => Ok(self.usable(&self.unlock_keys(ask)?, ask)),
            Source::Ssh(ssh) => Ok(Unlocked::one(self.unlock_ssh(ssh, ask)?)),
            Source::Passphrase(passphrase) => Ok(Unlocked::one(passphrase_key(passphrase))),
            Source::AskedPassphrase => Ok(Unlocked::one(passphrase_key(&self.ask_passphrase(ask, "this profile")?))),
        }
    }

    /// The keys of a file of keys, unlocked if it is locked; `None` for other identities.
    pub(super) fn file_keys(&self, ask: &Arc<dyn Ask>) -> Result<Option<Vec<AgeKey>>, UnlockError> {
        match &self.source {
            Source::Keys(keys) => Ok(Some(keys.clone())),
            Source::LockedKeys(_) => self.unlock_keys(ask).map(Some),
            _ => Ok(None),
        }
    }

    /// A plugin that is not installed is an obstacle only for its own keys.
    fn usable(&self, keys: &[AgeKey], ask: &Arc<dyn Ask>) -> Unlocked {
        let mut unlocked = Unlocked { groups: vec![Vec::new()], obstacle: None };
        for key in keys {
            match key {
                AgeKey::X25519(key) => {
                    if let Some(native) = unlocked.groups.first_mut() {
                        native.push(Box::new(key.clone()));
                    }
                }
                AgeKey::Plugin(key) => {
                    let bridge = Bridge(Arc::clone(ask));
                    match age::plugin::IdentityPluginV1::new(key.plugin(), std::slice::from_ref(key), bridge) {
                        Ok(plugin) => unlocked.groups.push(vec![Box::new(plugin)]),
                        Err(error) => {
                            unlocked.obstacle.get_or_insert(self.plugin_error(error.into()));
                        }
                    }
                }
            }
        }
        unlocked
    }

    fn unlock_keys(&self, ask: &Arc<dyn Ask>) -> Result<Vec<AgeKey>, UnlockError> {
        let Source::LockedKeys(locked) = &self.source else { return Ok(Vec::new()) };
        let passphrase = self.ask_passphrase(ask, &format!("the key file {}", self.name))?;
        let key = passphrase_key(&passphrase);
        let damaged = || UnlockError::Damaged { name: self.name.clone() };
        let decryptor = age::Decryptor::new_buffered(locked.as_slice()).map_err(|_| damaged())?;
        let mut reader = decryptor.decrypt(std::iter::once(key.as_ref())).map_err(|error| match error {
            DecryptError::DecryptionFailed => UnlockError::WrongPassphrase { name: self.name.clone() },
            _ => damaged(),
        })?;
        let mut text = Zeroizing::new(String::new());
        reader.read_to_string(&mut text).map_err(|_| damaged())?;
        parse_keys(&text, &self.name).map_err(UnlockError::Contents)
    }

    fn unlock_ssh(&self, ssh: &SshIdentity, ask: &Arc<dyn Ask>) -> Result<Box<dyn age::Identity>, UnlockError> {
        let age::ssh::Identity::Encrypted(locked) = &ssh.key else { return Ok(Box::new(ssh.key.clone())) };
        let passphrase = self.ask_passphrase(ask, &format!("the key {}", self.name))?;
        match locked.decrypt(passphrase.to_age()) {
            Ok(key) => Ok(Box::new(age::ssh::Identity::from(key))),
            Err(_) => Err(UnlockError::WrongPassphrase { name: self.name.clone() }),
        }
    }

    fn ask_passphrase(&self, ask: &Arc<dyn Ask>, what: &str) -> Result<Secret, UnlockError> {
        ask.passphrase(what).ok_or_else(|| UnlockError::NoPassphrase { name: self.name.clone() })
    }

    pub(super) fn plugin_error(&self, error: PluginError) -> UnlockError {
        UnlockError::Plugin { name: self.name.clone(), error }
    }
}

impl SshIdentity {
    fn is_for(&self, lock: &Lock) -> bool {
        match (lock, &self.public) {
            (Lock::SshEd25519 { tag }, age::ssh::Recipient::SshEd25519(..))
            | (Lock::SshRsa { tag }, age::ssh::Recipient::SshRsa(..)) => *tag == self.tag,
            _ => false,
        }
    }
}

/// A passphrase as age uses it, bounded by our constant and not by the speed of this device.
fn passphrase_key(passphrase: &Secret) -> Box<dyn age::Identity> {
    let mut key = age::scrypt::Identity::new(passphrase.to_age());
    key.set_max_work_factor(MAX_PASSPHRASE_WORK);
    Box::new(key)
}
