//! Sealing: from the key of a body to envelopes for everybody who shall open it.

use std::io::{self, Write as _};
use std::sync::Arc;

use age::EncryptError;
use profile_format::limits::{MAX_ENVELOPE, MAX_ENVELOPES};
use profile_format::{Envelope, KEY_LEN, OpeningKey, ProfileKey};

use super::PASSPHRASE_WORK;
use super::plugin::PluginError;
use super::recipient::{Party, Recipient};
use crate::ask::{Ask, Bridge};
use crate::secret::Secret;

/// Why a key could not be wrapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// A plain body has no key.
    #[error("a plain profile has no key that could be wrapped")]
    Plain,
    /// Nobody to wrap it for.
    #[error("nobody is named who could open it; at least one recipient is needed")]
    NoRecipients,
    /// More envelopes than a profile may have.
    #[error(
        "these recipients need {needed} envelopes, a profile has at most {MAX_ENVELOPES}; \
         each passphrase takes one of its own, and so do kinds of keys that refuse others beside them"
    )]
    TooManyEnvelopes {
        /// How many it would take.
        needed: usize,
    },
    /// More recipients in one envelope than fit.
    #[error("an envelope for these recipients has {len} bytes, more than the {MAX_ENVELOPE} allowed")]
    TooLong {
        /// How many bytes.
        len: usize,
    },
    /// A plugin did not do its part.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// age refused, which it has no reason to.
    #[error("age could not wrap the key: {0}")]
    Age(String),
}

/// Wraps the key of a body for `recipients`: each can open it alone.
///
/// Those whose kinds of keys get along share an envelope, and each passphrase has one to itself, four at most.
/// `ask` is for plugins; nothing else asks.
pub fn wrap(key: &ProfileKey, recipients: &[Recipient], ask: &Arc<dyn Ask>) -> Result<Vec<Envelope>, WrapError> {
    wrap_secret(key.expose().ok_or(WrapError::Plain)?, recipients, ask)
}

/// Wraps the key of a body that was opened, for others than before; as [`wrap`].
pub fn rewrap(key: &OpeningKey, recipients: &[Recipient], ask: &Arc<dyn Ask>) -> Result<Vec<Envelope>, WrapError> {
    wrap_secret(key.expose().ok_or(WrapError::Plain)?, recipients, ask)
}

fn wrap_secret(
    secret: &[u8; KEY_LEN],
    recipients: &[Recipient],
    ask: &Arc<dyn Ask>,
) -> Result<Vec<Envelope>, WrapError> {
    if recipients.is_empty() {
        return Err(WrapError::NoRecipients);
    }
    let passphrases: Vec<&Secret> = recipients.iter().filter_map(Recipient::as_passphrase).collect();
    let kinds = Kinds::sort(recipients).into_age(ask)?;
    let shared = share(&kinds)?;
    // Counted before scrypt runs, which takes its time.
    let needed = shared.len() + passphrases.len();
    if needed > MAX_ENVELOPES {
        return Err(WrapError::TooManyEnvelopes { needed });
    }
    let alone = passphrases.into_iter().map(|passphrase| {
        age::Encryptor::with_recipients(std::iter::once(&passphrase_recipient(passphrase) as &dyn age::Recipient))
            .map_err(wrap_error)
    });
    shared.into_iter().map(Ok).chain(alone).map(|encryptor| seal(encryptor?, secret)).collect()
}

/// Recipients by what age may put side by side for certain.
#[derive(Default)]
struct Kinds {
    classic: Vec<Box<dyn age::Recipient>>,
    post_quantum: Vec<Box<dyn age::Recipient>>,
    plugins: Vec<age::plugin::Recipient>,
}

impl Kinds {
    fn sort(recipients: &[Recipient]) -> Self {
        let mut kinds = Self::default();
        for recipient in recipients {
            match recipient.0.clone() {
                Party::X25519(key) => kinds.classic.push(Box::new(key)),
                Party::Tagged(key) => kinds.classic.push(key),
                Party::Ssh(key) => kinds.classic.push(key),
                Party::TaggedPq(key) => kinds.post_quantum.push(key),
                Party::Plugin(key) => kinds.plugins.push(key),
                Party::Passphrase(_) => {}
            }
        }
        kinds
    }

    /// One list for each kind; a plugin is one recipient that stands for all of its own.
    fn into_age(self, ask: &Arc<dyn Ask>) -> Result<Vec<Vec<Box<dyn age::Recipient>>>, PluginError> {
        let mut names: Vec<&str> = self.plugins.iter().map(age::plugin::Recipient::plugin).collect();
        names.sort_unstable();
        names.dedup();
        let mut plugins = Vec::new();
        for name in names {
            let bridge = Bridge(Arc::clone(ask));
            let plugin = age::plugin::RecipientPluginV1::new(name, &self.plugins, &[], bridge)?;
            plugins.push(vec![Box::new(plugin) as Box<dyn age::Recipient>]);
        }
        let mut kinds = vec![self.classic, self.post_quantum];
        kinds.retain(|kind| !kind.is_empty());
        kinds.extend(plugins);
        Ok(kinds)
    }
}

/// Puts each kind into the first envelope whose others it gets along with. What gets along, only age and the plugins
/// know: they say so by refusing.
fn share(kinds: &[Vec<Box<dyn age::Recipient>>]) -> Result<Vec<age::Encryptor>, WrapError> {
    let mut envelopes: Vec<(Vec<&dyn age::Recipient>, age::Encryptor)> = Vec::new();
    'kinds: for kind in kinds {
        let kind: Vec<&dyn age::Recipient> = kind.iter().map(AsRef::as_ref).collect();
        for (members, encryptor) in &mut envelopes {
            let together: Vec<&dyn age::Recipient> = members.iter().chain(&kind).copied().collect();
            match age::Encryptor::with_recipients(together.iter().copied()) {
                Ok(shared) => {
                    (*members, *encryptor) = (together, shared);
                    continue 'kinds;
                }
                Err(EncryptError::IncompatibleRecipients { .. }) => {}
                Err(error) => return Err(wrap_error(error)),
            }
        }
        let encryptor = age::Encryptor::with_recipients(kind.iter().copied()).map_err(wrap_error)?;
        envelopes.push((kind, encryptor));
    }
    Ok(envelopes.into_iter().map(|(_, encryptor)| encryptor).collect())
}

fn passphrase_recipient(passphrase: &Secret) -> age::scrypt::Recipient {
    let mut recipient = age::scrypt::Recipient::new(passphrase.to_age());
    recipient.set_work_factor(PASSPHRASE_WORK);
    recipient
}

fn seal(encryptor: age::Encryptor, secret: &[u8; KEY_LEN]) -> Result<Envelope, WrapError> {
    let write = || -> io::Result<Vec<u8>> {
        let mut writer = encryptor.wrap_output(Vec::new())?;
        writer.write_all(secret)?;
        writer.finish()
    };
    let bytes = write().map_err(|error| WrapError::Age(error.to_string()))?;
    if bytes.len() > MAX_ENVELOPE {
        return Err(WrapError::TooLong { len: bytes.len() });
    }
    Ok(Envelope(bytes))
}

fn wrap_error(error: EncryptError) -> WrapError {
    match error {
        EncryptError::Plugin(errors) => PluginError::refused(&errors).into(),
        EncryptError::PluginResolve(error) => PluginError::from(error).into(),
        EncryptError::Io(error) => PluginError::BrokeOff(error).into(),
        other => WrapError::Age(other.to_string()),
    }
}

impl Recipient {
    fn as_passphrase(&self) -> Option<&Secret> {
        match &self.0 {
            Party::Passphrase(passphrase) => Some(passphrase),
            _ => None,
        }
    }
}
