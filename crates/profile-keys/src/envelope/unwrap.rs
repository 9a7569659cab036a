//! Opening: from envelopes and identities to the key of the body.

use std::io::{self, Read as _};
use std::sync::Arc;

use age::DecryptError;
use profile_format::{Envelope, KEY_LEN, OpeningKey};
use zeroize::Zeroizing;

use super::MAX_PASSPHRASE_WORK;
use super::header::{Header, HeaderError, Lock};
use super::identity::{Identity, Source};
use super::plugin::PluginError;
use super::unlock::UnlockError;
use crate::ask::Ask;

/// What follows the header of an age file around 32 bytes: a nonce, the bytes, and their tag.
const PAYLOAD_LEN: usize = 16 + KEY_LEN + 16;

/// Why no envelope could be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnwrapError {
    /// No envelope at all.
    #[error("it has no envelope to open")]
    NoEnvelopes,
    /// None of the identities fits.
    #[error("no given key opens it; it is for {}", locks_in_words(locks))]
    WrongKey {
        /// The locks of each envelope, without grease.
        locks: Vec<Vec<Lock>>,
    },
    /// An envelope for a passphrase, and the passphrase is another.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// An envelope asks for more work than is allowed.
    #[error("envelope {} asks for 2^{work} rounds of scrypt, more than the 2^{MAX_PASSPHRASE_WORK} allowed", index + 1)]
    ExcessiveWork {
        /// Which envelope, from 0.
        index: usize,
        /// log2 of the rounds.
        work: u8,
    },
    /// An envelope whose header cannot be read.
    #[error("envelope {} is damaged: {error}", index + 1)]
    Header {
        /// Which envelope, from 0.
        index: usize,
        /// Where it breaks.
        #[source]
        error: HeaderError,
    },
    /// An envelope that does not hold the 32 bytes of a key.
    #[error("envelope {} is damaged: {found} bytes follow its header, expected {PAYLOAD_LEN}", index + 1)]
    Length {
        /// Which envelope, from 0.
        index: usize,
        /// How many bytes follow.
        found: usize,
    },
    /// An envelope that is for the given key, and does not open.
    #[error("envelope {} is damaged: {name} is for it but does not open it", index + 1)]
    Damaged {
        /// Which envelope, from 0.
        index: usize,
        /// Which identity tried.
        name: String,
    },
    /// An envelope that opened, and holds the key of something else.
    #[error("envelope {} holds a key that is not this profile's", index + 1)]
    ForeignKey {
        /// Which envelope, from 0.
        index: usize,
    },
    /// An identity that could not be used.
    #[error(transparent)]
    Identity(#[from] UnlockError),
}

/// Opens one of `envelopes` with one of `identities`.
///
/// `accepts` is the body's own check of a key, its commitment: a key that it refuses opens nothing, whoever wrapped it.
/// One envelope that opens is enough, whatever is wrong with the others; where none does, the error is the first
/// obstacle that a given identity met, and [`UnwrapError::WrongKey`] where no identity was for any envelope.
pub fn unwrap(
    envelopes: &[Envelope],
    identities: &[Identity],
    ask: &Arc<dyn Ask>,
    accepts: &dyn Fn(&OpeningKey) -> bool,
) -> Result<OpeningKey, UnwrapError> {
    if envelopes.is_empty() {
        return Err(UnwrapError::NoEnvelopes);
    }
    let parts = envelopes.iter().enumerate().map(|(index, envelope)| Part::parse(index, envelope));
    let (parts, broken): (Vec<_>, Vec<_>) = parts.partition(Result::is_ok);
    let parts: Vec<Part<'_>> = parts.into_iter().flatten().collect();

    let mut ordered: Vec<&Identity> = identities.iter().collect();
    ordered.sort_by_key(|identity| identity.rank());
    let mut obstacle = None;
    for identity in ordered {
        match open_any(&parts, identity, ask, accepts) {
            Ok(Some(key)) => return Ok(key),
            Ok(None) => {}
            Err(error) => obstacle = obstacle.or(Some(error)),
        }
    }
    let broken = broken.into_iter().find_map(Result::err);
    Err(obstacle.or(broken).unwrap_or_else(|| UnwrapError::WrongKey { locks: parts.iter().map(Part::locks).collect() }))
}

/// Tries one identity on every envelope that may be for it.
fn open_any(
    parts: &[Part<'_>],
    identity: &Identity,
    ask: &Arc<dyn Ask>,
    accepts: &dyn Fn(&OpeningKey) -> bool,
) -> Result<Option<OpeningKey>, UnwrapError> {
    let (parts, excessive): (Vec<&Part<'_>>, Vec<_>) =
        parts.iter().filter(|part| identity.may_open(&part.header)).partition(|part| part.excessive_work().is_none());
    let mut obstacle = excessive.first().and_then(|part| part.excessive_work());
    if !parts.is_empty() {
        let unlocked = identity.unlock(ask)?;
        obstacle = obstacle.or(unlocked.obstacle.map(UnwrapError::from));
        let groups = unlocked.groups.iter().filter(|keys| !keys.is_empty());
        for (keys, part) in groups.flat_map(|keys| parts.iter().map(move |part| (keys, part))) {
            match part.open(keys, identity) {
                Ok(None) => {}
                Ok(Some(key)) if accepts(&key) => return Ok(Some(key)),
                Ok(Some(_)) => obstacle = obstacle.or(Some(UnwrapError::ForeignKey { index: part.index })),
                Err(error) => obstacle = obstacle.or(Some(error)),
            }
        }
    }
    obstacle.map_or(Ok(None), Err)
}

/// An envelope whose outer form is right.
struct Part<'a> {
    index: usize,
    bytes: &'a [u8],
    header: Header,
}

impl<'a> Part<'a> {
    fn parse(index: usize, envelope: &'a Envelope) -> Result<Self, UnwrapError> {
        let header = Header::of(envelope).map_err(|error| UnwrapError::Header { index, error })?;
        // age leaves open how long a payload is. Only one length can be a key, and it is checked before any decryption,
        // so that nobody learns anything from how a longer one fails.
        match envelope.0.len() - header.len {
            PAYLOAD_LEN => Ok(Self { index, bytes: &envelope.0, header }),
            found => Err(UnwrapError::Length { index, found }),
        }
    }

    fn locks(&self) -> Vec<Lock> {
        self.header.locks.iter().filter(|lock| **lock != Lock::Grease).cloned().collect()
    }

    fn excessive_work(&self) -> Option<UnwrapError> {
        let work = self.header.passphrase_work().filter(|work| *work > MAX_PASSPHRASE_WORK)?;
        Some(UnwrapError::ExcessiveWork { index: self.index, work })
    }

    /// The key inside, or `None` if it is for none of `keys`.
    fn open(&self, keys: &[Box<dyn age::Identity>], identity: &Identity) -> Result<Option<OpeningKey>, UnwrapError> {
        let damaged = || UnwrapError::Damaged { index: self.index, name: identity.name.clone() };
        let decryptor = age::Decryptor::new_buffered(self.bytes).map_err(|_| damaged())?;
        let mut reader = match decryptor.decrypt(keys.iter().map(AsRef::as_ref)) {
            Ok(reader) => reader,
            Err(DecryptError::NoMatchingKeys) => return Ok(None),
            Err(DecryptError::DecryptionFailed) if identity.is_passphrase() => {
                return Err(UnwrapError::WrongPassphrase);
            }
            Err(DecryptError::ExcessiveWork { required, .. }) => {
                return Err(UnwrapError::ExcessiveWork { index: self.index, work: required });
            }
            Err(DecryptError::Plugin(errors)) => {
                return Err(identity.plugin_error(PluginError::refused(&errors)).into());
            }
            Err(DecryptError::Io(error)) => return Err(identity.plugin_error(PluginError::BrokeOff(error)).into()),
            Err(_) => return Err(damaged()),
        };
        let mut secret = Zeroizing::new([0; KEY_LEN]);
        reader.read_exact(secret.as_mut_slice()).map_err(|_| damaged())?;
        match io::copy(&mut reader, &mut io::sink()) {
            Ok(0) => Ok(Some(OpeningKey::from_bytes(secret))),
            _ => Err(damaged()),
        }
    }
}

impl Identity {
    fn is_passphrase(&self) -> bool {
        matches!(self.source, Source::Passphrase(_) | Source::AskedPassphrase)
    }
}

fn locks_in_words(locks: &[Vec<Lock>]) -> String {
    let words: Vec<String> = locks.iter().flatten().map(ToString::to_string).collect();
    if words.is_empty() { "nobody".to_owned() } else { words.join(", ") }
}
