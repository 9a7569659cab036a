//! Whom an envelope is for: public keys as people write them down.

use std::fmt;
use std::str::FromStr;

use age::ssh::ParseRecipientKeyError;

use super::plugin::is_safe_name;
use crate::lines::entries;
use crate::secret::Secret;

/// Somebody who shall be able to open a profile: the public half of a key, or a passphrase.
///
/// It is read from text: `age1…`, `ssh-ed25519 AAAA…`, `ssh-rsa AAAA…` (2048 to 4096 bits), or what a plugin names
/// `age1NAME1…`.
#[derive(Clone)]
pub struct Recipient(pub(super) Party);

#[derive(Clone)]
pub(super) enum Party {
    X25519(age::x25519::Recipient),
    /// A hardware key by P-256, which age wraps for without its plugin.
    Tagged(Box<age::tag::Recipient>),
    /// The same with a post-quantum half.
    TaggedPq(Box<age::tagpq::Recipient>),
    Ssh(Box<age::ssh::Recipient>),
    Plugin(age::plugin::Recipient),
    Passphrase(Secret),
}

/// Why a text is no recipient.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientError {
    /// A private key. It is not shown again.
    #[error("this is a private key; expected the public key that belongs to it")]
    PrivateKey,
    /// An `age1…` that is mistyped or cut.
    #[error("this age key is mistyped or cut: {reason}")]
    Age {
        /// What age says.
        reason: &'static str,
    },
    /// A plugin's name that could be a path.
    #[error("this names a plugin by something that is no plain name")]
    PluginName,
    /// An RSA key that is too weak.
    #[error("this RSA key has fewer than 2048 bits")]
    WeakRsa,
    /// An RSA key that is too long.
    #[error("this RSA key has more than 4096 bits")]
    LongRsa,
    /// An SSH key that can only sign.
    #[error("a key of kind {kind} can sign but not receive; expected ssh-ed25519, ssh-rsa or age1…")]
    SigningOnly {
        /// Which kind.
        kind: String,
    },
    /// An SSH key that is mistyped or cut.
    #[error("this SSH key is mistyped or cut: {reason}")]
    Ssh {
        /// Where it breaks.
        reason: String,
    },
    /// Something else. It is not shown, since it may be a secret pasted in the wrong place.
    #[error("this is no public key; expected age1…, ssh-ed25519 AAAA… or ssh-rsa AAAA…")]
    Unknown,
}

/// Why a file of recipients cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientFileError {
    /// One line is wrong.
    #[error("{file}, line {line}: {error}")]
    Line {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        error: RecipientError,
    },
    /// Nobody is in it.
    #[error("{file} names nobody")]
    Empty {
        /// Which file.
        file: String,
    },
}

impl Recipient {
    /// Whoever knows `passphrase`.
    pub fn passphrase(passphrase: Secret) -> Self {
        Self(Party::Passphrase(passphrase))
    }

    /// Reads a file of recipients: one a line, with `#` comments and blank lines. `file` names it in errors.
    pub fn parse_file(text: &str, file: &str) -> Result<Vec<Self>, RecipientFileError> {
        let parse = |(line, entry): (usize, &str)| {
            entry.parse().map_err(|error| RecipientFileError::Line { file: file.to_owned(), line, error })
        };
        let recipients = entries(text).map(parse).collect::<Result<Vec<Self>, _>>()?;
        if recipients.is_empty() {
            return Err(RecipientFileError::Empty { file: file.to_owned() });
        }
        Ok(recipients)
    }
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        if is_private(text) {
            return Err(RecipientError::PrivateKey);
        }
        if text.starts_with("age1") {
            return parse_age(text).map(Self);
        }
        match text.split_whitespace().next() {
            Some(kind) if kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-") => {
                parse_ssh(text, kind).map(|key| Self(Party::Ssh(Box::new(key))))
            }
            _ => Err(RecipientError::Unknown),
        }
    }
}

/// Whether `text` begins like a private key of any kind.
fn is_private(text: &str) -> bool {
    let start: String = text.chars().take(64).collect::<String>().to_ascii_uppercase();
    ["AGE-SECRET-KEY-", "AGE-PLUGIN-"].iter().any(|prefix| start.starts_with(prefix))
        || (start.starts_with("-----BEGIN") && start.contains("PRIVATE KEY"))
}

fn parse_age(text: &str) -> Result<Party, RecipientError> {
    // Bech32 ends its prefix at the last `1`. A plugin has its name there; age's own keys have fixed words.
    let prefix = text.rsplit_once('1').map_or("", |(prefix, _)| prefix);
    let age = |reason| RecipientError::Age { reason };
    match prefix {
        "age" => text.parse().map(Party::X25519).map_err(age),
        "age1tag" => text.parse().map(|key| Party::Tagged(Box::new(key))).map_err(age),
        "age1tagpq" => text.parse().map(|key| Party::TaggedPq(Box::new(key))).map_err(age),
        _ if !prefix.strip_prefix("age1").is_some_and(is_safe_name) => Err(RecipientError::PluginName),
        _ => text.parse().map(Party::Plugin).map_err(age),
    }
}

fn parse_ssh(text: &str, kind: &str) -> Result<age::ssh::Recipient, RecipientError> {
    if !matches!(kind, "ssh-ed25519" | "ssh-rsa") {
        return Err(RecipientError::SigningOnly { kind: kind.to_owned() });
    }
    // age's parser is lenient about what follows the key and panics on a number written as zero bytes only; the
    // stricter reader goes first, and age sees what that one wrote.
    let broken = |reason: String| RecipientError::Ssh { reason };
    let key = ssh_key::PublicKey::from_openssh(text).map_err(|error| broken(error.to_string()))?;
    let canonical = key.to_openssh().map_err(|error| broken(error.to_string()))?;
    canonical.parse().map_err(|error| match error {
        ParseRecipientKeyError::RsaModulusTooSmall => RecipientError::WeakRsa,
        ParseRecipientKeyError::RsaModulusTooLarge => RecipientError::LongRsa,
        ParseRecipientKeyError::Unsupported(kind) => RecipientError::SigningOnly { kind },
        _ => broken("its numbers are no valid key".to_owned()),
    })
}

/// Writes the public key; a passphrase is named, not shown.
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Party::X25519(key) => key.fmt(f),
            Party::Tagged(key) => key.fmt(f),
            Party::TaggedPq(key) => key.fmt(f),
            Party::Ssh(key) => key.fmt(f),
            Party::Plugin(key) => key.fmt(f),
            Party::Passphrase(_) => f.write_str("a passphrase"),
        }
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1Jb2kKkXS0yMzaE6gX2HNMpcZmsV+/qFvBrWjsLmSj";

    #[test]
    fn what_is_read_is_written_again() {
        for text in [age_key().as_str(), ED25519] {
            assert_eq!(text.parse::<Recipient>().unwrap().to_string(), text);
            assert_eq!(format!("  {text}\r\n").parse::<Recipient>().unwrap().to_string(), text);
        }
        assert_eq!(format!("{ED25519} me@home").parse::<Recipient>().unwrap().to_string(), ED25519);
    }

    #[test]
    fn every_wrong_text_is_refused_in_its_own_words() {
        let path = "age1..//x1qqqqqq"; // A plugin called `..//x`.
        let age = age_key();
        let cut = &age[..age.len() - 1];
        let zero = ssh_rsa(&[3], &[0]);
        let table = [
            ("AGE-SECRET-KEY-1QQQQQQQ", "private key"),
            ("age-secret-key-1gq", "private key"),
            ("AGE-PLUGIN-YUBIKEY-1XXXX", "private key"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
            (cut, "mistyped or cut"),
            (path, "no plain name"),
            ("age1/1qqqq", "no plain name"),
            ("age1", "mistyped or cut"),
            ("age1name1qqqq", "mistyped or cut"),
            ("ecdsa-sha2-nistp256 AAAA", "ecdsa-sha2-nistp256 can sign but not receive"),
            ("sk-ssh-ed25519@openssh.com AAAA", "can sign but not receive"),
            ("ssh-ed25519-cert-v01@openssh.com AAAA", "can sign but not receive"),
            ("ssh-ed25519", "mistyped or cut"),
            ("ssh-ed25519 AAAA", "mistyped or cut"),
            (&zero, "mistyped or cut"),
            ("correct horse", "no public key"),
            ("", "no public key"),
        ];
        for (text, words) in table {
            let error = text.parse::<Recipient>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn the_length_of_an_rsa_key_is_bounded() {
        let modulus = |bytes: usize| [&[0, 0xc0], vec![0x55; bytes - 2].as_slice(), &[1]].concat();
        assert_eq!(ssh_rsa(&[1, 0, 1], &modulus(128)).parse::<Recipient>().unwrap_err(), RecipientError::WeakRsa);
        assert!(ssh_rsa(&[1, 0, 1], &modulus(256)).parse::<Recipient>().is_ok());
        assert_eq!(ssh_rsa(&[1, 0, 1], &modulus(520)).parse::<Recipient>().unwrap_err(), RecipientError::LongRsa);
    }

    #[test]
    fn a_file_names_the_wrong_line() {
        let good = format!("# team\n\n{}\r\n{ED25519} lab\n", age_key());
        assert_eq!(Recipient::parse_file(&good, "team.txt").unwrap().len(), 2);
        let error = Recipient::parse_file(&format!("{good}age1oops\n"), "team.txt").unwrap_err();
        assert!(error.to_string().starts_with("team.txt, line 5: "), "{error}");
        let error = Recipient::parse_file("# nobody yet\n", "team.txt").unwrap_err();
        assert_eq!(error.to_string(), "team.txt names nobody");
    }

    #[test]
    fn a_passphrase_does_not_show() {
        let recipient = Recipient::passphrase(Secret::new("hunter2"));
        assert!(!format!("{recipient} {recipient:?}").contains("hunter2"));
    }

    fn age_key() -> String {
        age::x25519::Identity::generate().to_public().to_string()
    }

    fn ssh_rsa(exponent: &[u8], modulus: &[u8]) -> String {
        use base64::Engine as _;
        let mut blob = Vec::new();
        for part in [b"ssh-rsa".as_slice(), exponent, modulus] {
            blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            blob.extend(part);
        }
        format!("ssh-rsa {}", base64::prelude::BASE64_STANDARD.encode(blob))
    }
}
