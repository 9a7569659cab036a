//! Who opens an envelope: private keys as their files hold them, locked or not.

use std::fmt;
use std::io::Read as _;

use age::armor::ArmoredReader;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::MAX_PASSPHRASE_WORK;
use super::header::{Header, HeaderError, KeyTag};
use super::plugin::is_safe_name;
use crate::lines::{armored_key, entries};
use crate::secret::Secret;

/// Bytes of an identity file: thousands of keys.
const MAX_FILE: usize = 1 << 20;

/// Something that may open envelopes: the keys of one file, or a passphrase.
///
/// Reading it asks nobody anything. A locked file is unlocked when an envelope is found that it might open, and an SSH
/// key, whose public half is readable, only when an envelope is for that very key.
#[derive(Clone)]
pub struct Identity {
    pub(super) name: String,
    pub(super) source: Source,
}

#[derive(Clone)]
pub(super) enum Source {
    /// The keys of an identity file.
    Keys(Vec<AgeKey>),
    /// An identity file that age encrypted with a passphrase, whole and binary.
    LockedKeys(Zeroizing<Vec<u8>>),
    /// An SSH key, locked or not.
    Ssh(Box<SshIdentity>),
    /// A passphrase.
    Passphrase(Secret),
    /// A passphrase that is still to be asked for.
    AskedPassphrase,
}

#[derive(Clone)]
pub(super) enum AgeKey {
    X25519(age::x25519::Identity),
    Plugin(age::plugin::Identity),
}

#[derive(Clone)]
pub(super) struct SshIdentity {
    pub(super) key: age::ssh::Identity,
    pub(super) public: age::ssh::Recipient,
    pub(super) tag: KeyTag,
}

/// Why a file is no identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A file too large to be one.
    #[error("{file} has {found} bytes, more than the {MAX_FILE} that a file of keys may have")]
    TooLong {
        /// Which file.
        file: String,
        /// How many bytes.
        found: usize,
    },
    /// A public key.
    #[error("{file}, line {line}: this is a public key; expected the private key that belongs to it")]
    PublicKey {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
    },
    /// A line that is no key. It is not shown, since it may be part of one.
    #[error("{file}, line {line}: expected AGE-SECRET-KEY-1…, AGE-PLUGIN-… or a comment")]
    NoKey {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
    },
    /// Not a single key.
    #[error("{file} holds no key")]
    Empty {
        /// Which file.
        file: String,
    },
    /// Bytes that are neither text nor an age file.
    #[error("{file} is no file of keys: expected text, or an age file that a passphrase opens")]
    NotText {
        /// Which file.
        file: String,
    },
    /// An encrypted file that is broken.
    #[error("{file} is no encrypted file of keys: {error}")]
    Encrypted {
        /// Which file.
        file: String,
        /// Where it breaks.
        error: HeaderError,
    },
    /// An encrypted file that no passphrase opens.
    #[error("{file} is encrypted for other keys; expected a file of keys that a passphrase opens")]
    NotByPassphrase {
        /// Which file.
        file: String,
    },
    /// An encrypted file whose passphrase takes too much work.
    #[error("{file} asks for 2^{work} rounds of scrypt, more than the 2^{MAX_PASSPHRASE_WORK} allowed")]
    ExcessiveWork {
        /// Which file.
        file: String,
        /// log2 of the rounds.
        work: u8,
    },
    /// An SSH key that cannot decrypt.
    #[error("{file} holds a key of kind {kind}, which cannot decrypt; expected ssh-ed25519 or ssh-rsa")]
    SshKind {
        /// Which file.
        file: String,
        /// Which kind.
        kind: String,
    },
    /// An SSH key in a form that is not read.
    #[error("{file} holds an SSH key in a form that is not read here ({reason}); `ssh-keygen -p -f` rewrites it")]
    SshForm {
        /// Which file.
        file: String,
        /// Which form.
        reason: String,
    },
    /// A plugin's name that could be a path.
    #[error("a plugin is named by something that is no plain name")]
    PluginName,
    /// An SSH key that is broken.
    #[error("{file} is no SSH private key, or a damaged one")]
    Ssh {
        /// Which file.
        file: String,
    },
}

impl Identity {
    /// Reads a file of keys: an age identity file, one that a passphrase locks (text armor or not), or an OpenSSH or
    /// PKCS#1 private key. `file` names it in questions and errors.
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self, IdentityError> {
        if bytes.len() > MAX_FILE {
            return Err(IdentityError::TooLong { file: file.to_owned(), found: bytes.len() });
        }
        let source = if bytes.starts_with(b"age-encryption.org/") {
            locked_keys(Zeroizing::new(bytes.to_vec()), file)?
        } else if bytes.trim_ascii_start().starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
            locked_keys(dearmor(bytes, file)?, file)?
        } else {
            let text = std::str::from_utf8(bytes).map_err(|_| IdentityError::NotText { file: file.to_owned() })?;
            if text.trim_start().starts_with("-----BEGIN") {
                Source::Ssh(Box::new(parse_ssh(&armored_key(text), file)?))
            } else {
                Source::Keys(parse_keys(text, file)?)
            }
        };
        Ok(Self { name: file.to_owned(), source })
    }

    /// Whatever key the plugin of this name finds by itself, as `age -j` has it.
    pub fn plugin(name: &str) -> Result<Self, IdentityError> {
        if !is_safe_name(name) {
            return Err(IdentityError::PluginName);
        }
        let key = age::plugin::Identity::default_for_plugin(name).map_err(|_| IdentityError::PluginName)?;
        Ok(Self { name: format!("the plugin {name}"), source: Source::Keys(vec![AgeKey::Plugin(key)]) })
    }

    /// Somebody who knows `passphrase`.
    pub fn passphrase(passphrase: Secret) -> Self {
        Self { name: "the passphrase".to_owned(), source: Source::Passphrase(passphrase) }
    }

    /// Somebody who will be asked for a passphrase, once an envelope needs one and nothing else has opened it.
    pub fn asked_passphrase() -> Self {
        Self { name: "the passphrase".to_owned(), source: Source::AskedPassphrase }
    }

    /// The file's name, as [`parse`](Self::parse) was told it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The keys in the text of an identity file.
pub(super) fn parse_keys(text: &str, file: &str) -> Result<Vec<AgeKey>, IdentityError> {
    let keys = entries(text).map(|(line, entry)| {
        if let Ok(key) = entry.parse() {
            return Ok(AgeKey::X25519(key));
        }
        // age refuses plugins whose names are not plain names.
        if let Ok(key) = entry.parse() {
            return Ok(AgeKey::Plugin(key));
        }
        let file = file.to_owned();
        if entry.starts_with("age1") || entry.starts_with("ssh-") {
            return Err(IdentityError::PublicKey { file, line });
        }
        Err(IdentityError::NoKey { file, line })
    });
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(IdentityError::Empty { file: file.to_owned() });
    }
    Ok(keys)
}

fn dearmor(bytes: &[u8], file: &str) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let mut binary = Zeroizing::new(Vec::new());
    // Armor only shrinks when it is taken off, so that the file's own bound bounds this too.
    match ArmoredReader::new(bytes).read_to_end(&mut binary) {
        Ok(_) => Ok(binary),
        Err(_) => Err(IdentityError::Encrypted { file: file.to_owned(), error: HeaderError::NotAge }),
    }
}

/// Checks the header of an encrypted file of keys, so that a passphrase is asked for only where it can help.
fn locked_keys(bytes: Zeroizing<Vec<u8>>, file: &str) -> Result<Source, IdentityError> {
    let header = Header::parse(&bytes).map_err(|error| IdentityError::Encrypted { file: file.to_owned(), error })?;
    match header.passphrase_work() {
        None => Err(IdentityError::NotByPassphrase { file: file.to_owned() }),
        Some(work) if work > MAX_PASSPHRASE_WORK => Err(IdentityError::ExcessiveWork { file: file.to_owned(), work }),
        Some(_) => Ok(Source::LockedKeys(bytes)),
    }
}

fn parse_ssh(text: &str, file: &str) -> Result<SshIdentity, IdentityError> {
    let owned = || file.to_owned();
    if text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----") {
        // age panics on a number written as zero bytes only; the stricter reader goes first.
        ssh_key::PrivateKey::from_openssh(text).map_err(|_| IdentityError::Ssh { file: owned() })?;
    }
    let key =
        age::ssh::Identity::from_buffer(text.as_bytes(), None).map_err(|_| IdentityError::Ssh { file: owned() })?;
    if let age::ssh::Identity::Unsupported(unsupported) = &key {
        return Err(unsupported_ssh(unsupported, owned()));
    }
    let public = age::ssh::Recipient::try_from(key.clone()).map_err(|error| match error {
        age::ssh::ParseRecipientKeyError::Unsupported(kind) => IdentityError::SshKind { file: owned(), kind },
        age::ssh::ParseRecipientKeyError::RsaModulusTooLarge => {
            IdentityError::SshForm { file: owned(), reason: "an RSA key of more than 4096 bits".to_owned() }
        }
        _ => IdentityError::Ssh { file: owned() },
    })?;
    Ok(SshIdentity { key, tag: key_tag(&public), public })
}

fn unsupported_ssh(key: &age::ssh::UnsupportedKey, file: String) -> IdentityError {
    use age::ssh::UnsupportedKey;
    match key {
        UnsupportedKey::EncryptedPem => IdentityError::SshForm { file, reason: "an encrypted PEM key".to_owned() },
        UnsupportedKey::EncryptedSsh(cipher) => IdentityError::SshForm { file, reason: format!("cipher {cipher}") },
        UnsupportedKey::Hardware(kind) | UnsupportedKey::Type(kind) => {
            IdentityError::SshKind { file, kind: kind.clone() }
        }
    }
}

fn key_tag(key: &age::ssh::Recipient) -> KeyTag {
    let (age::ssh::Recipient::SshRsa(wire, _) | age::ssh::Recipient::SshEd25519(wire, _)) = key;
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(wire));
    KeyTag([a, b, c, d])
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: &str = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

    fn key() -> String {
        use age::secrecy::ExposeSecret as _;
        age::x25519::Identity::generate().to_string().expose_secret().to_owned()
    }

    #[test]
    fn a_file_of_keys_is_read_with_its_comments() {
        let plugin = age::plugin::Identity::default_for_plugin("foobar").unwrap();
        let text = format!("# created: today\r\n\r\n{}\r\n{plugin}\n", key());
        match Identity::parse(text.as_bytes(), "keys.txt").unwrap().source {
            Source::Keys(keys) => assert!(matches!(keys[..], [AgeKey::X25519(_), AgeKey::Plugin(_)])),
            _ => panic!("not a file of keys"),
        }
    }

    #[test]
    fn every_wrong_file_is_refused_in_its_own_words() {
        let age = |stanzas: &str| format!("age-encryption.org/v1\n{stanzas}{MAC}");
        let long = "#".repeat(MAX_FILE + 1);
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        let table = [
            (long.as_str(), "bytes, more than"),
            ("age1qqqqqqq", "line 1: this is a public key"),
            ("#\nssh-ed25519 AAAA\n", "line 2: this is a public key"),
            ("AGE-SECRET-KEY-1QQQQ\n", "line 1: expected AGE-SECRET-KEY"),
            ("AGE-PLUGIN-A/B-1QVHULF\n", "line 1: expected AGE-SECRET-KEY"),
            ("# nothing\n", "holds no key"),
            (&age("-> X25519 a\n\n"), "encrypted for other keys"),
            (&age("-> scrypt salt 21\nAAAA\n"), "2^21 rounds"),
            (&age("-> scrypt salt x\nAAAA\n"), "line 2"),
            ("-----BEGIN AGE ENCRYPTED FILE-----\nnonsense!\n", "no encrypted file of keys"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "damaged"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"),
            (pem, "encrypted PEM"),
        ];
        for (text, words) in table {
            let error = Identity::parse(text.as_bytes(), "keys.txt").unwrap_err().to_string();
            assert!(error.starts_with("keys.txt") && error.contains(words), "{words}: {error}");
        }
        let error = Identity::parse(&[0xff, 0xfe, 0x41], "keys.txt").unwrap_err().to_string();
        assert!(error.contains("expected text"), "{error}");
    }

    #[test]
    fn no_secret_shows_in_debug_or_errors() {
        let key = key();
        let cut = &key[..key.len() - 1];
        let error = Identity::parse(cut.as_bytes(), "keys.txt").unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&key[16..24]));
        let identity = Identity::parse(key.as_bytes(), "keys.txt").unwrap();
        assert_eq!(format!("{identity:?}"), "Identity(keys.txt)");
    }
}
