//! The header of an age file, read without a key: which locks an envelope has.
//!
//! age's own parser says neither what stands in a header nor where it breaks, and its cost grows with the square of the
//! number of lines. So every envelope passes this one first, which is linear and bounded.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use profile_format::Envelope;
use profile_format::limits::MAX_ENVELOPE;

const MAGIC: &str = "age-encryption.org/";
const VERSION: &str = "v1";
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// Stanzas of one header. An envelope within its size limit can hold no more real ones; the rest would only cost time.
const MAX_STANZAS: usize = 1024;

/// Columns of a full line of a stanza's body.
const BODY_COLUMNS: usize = 64;

/// Characters of the header's authentication code: 32 bytes in base64.
const MAC_CHARS: usize = 43;

const STANZA_OR_END: &str = "a stanza (“-> …”) or the end (“--- ” and 43 characters of base64)";

/// One way into an envelope, as its header shows it to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lock {
    /// An age key (`age1…`). Which one, only its owner can tell.
    X25519,
    /// An Ed25519 SSH key.
    SshEd25519 {
        /// Tells the key from others.
        tag: KeyTag,
    },
    /// An RSA SSH key.
    SshRsa {
        /// Tells the key from others.
        tag: KeyTag,
    },
    /// A passphrase.
    Passphrase {
        /// log2 of the scrypt rounds that it takes.
        work: u8,
    },
    /// No lock at all: age adds one that nobody can open, so that readers learn to skip what they do not know.
    Grease,
    /// A lock that only a plugin or a newer version knows.
    Other {
        /// What it calls itself.
        name: String,
    },
}

/// The first four bytes of the SHA-256 of an SSH public key, by which an envelope shows whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyTag(pub [u8; 4]);

/// Why bytes are no envelope of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// More bytes than an envelope may have.
    #[error("it has {found} bytes, more than the {MAX_ENVELOPE} that an envelope may have")]
    TooLong {
        /// How many.
        found: usize,
    },
    /// Not an age file.
    #[error("it is not an age file: expected “{MAGIC}{VERSION}” at its start")]
    NotAge,
    /// An age file as text.
    #[error("it is an age file in text armor; an envelope is binary")]
    Armored,
    /// An age file of another version.
    #[error("it is an age file of version {found:?}, expected {VERSION}")]
    Version {
        /// Which version.
        found: String,
    },
    /// The header breaks.
    #[error("line {line} of its header is broken: expected {expected}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// More stanzas than an envelope may have.
    #[error("it has more than {MAX_STANZAS} stanzas")]
    TooManyStanzas,
    /// A passphrase beside other locks: whoever holds one of them could have chosen the passphrase.
    #[error("a passphrase stands beside other keys in it; it must stand alone")]
    PassphraseNotAlone,
}

/// Which locks `envelope` has, in their order. Needs no key, and proves nothing: a header is believed only after a key
/// has opened it.
pub fn describe(envelope: &Envelope) -> Result<Vec<Lock>, HeaderError> {
    Header::of(envelope).map(|header| header.locks)
}

/// A header, and how long it is.
pub(super) struct Header {
    pub(super) locks: Vec<Lock>,
    /// Bytes of the header; the payload follows.
    pub(super) len: usize,
}

impl Header {
    pub(super) fn of(envelope: &Envelope) -> Result<Self, HeaderError> {
        if envelope.0.len() > MAX_ENVELOPE {
            return Err(HeaderError::TooLong { found: envelope.0.len() });
        }
        Self::parse(&envelope.0)
    }

    /// Reads the header of any age file, however much follows it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        if bytes.starts_with(ARMOR) {
            return Err(HeaderError::Armored);
        }
        let mut lines = Lines { rest: bytes, number: 0 };
        let version = lines.next("the age version").ok().and_then(|line| line.strip_prefix(MAGIC));
        match version.ok_or(HeaderError::NotAge)? {
            VERSION => {}
            found => return Err(HeaderError::Version { found: found.chars().take(16).collect() }),
        }
        let mut locks = Vec::new();
        loop {
            let line = lines.next(STANZA_OR_END)?;
            let Some(arguments) = line.strip_prefix("-> ") else {
                check_end(line, &lines)?;
                break;
            };
            if locks.len() == MAX_STANZAS {
                return Err(HeaderError::TooManyStanzas);
            }
            let lock = lock(arguments).map_err(|expected| lines.broken(expected))?;
            skip_body(&mut lines)?;
            locks.push(lock);
        }
        if locks.is_empty() {
            return Err(lines.broken("at least one stanza before the end"));
        }
        if locks.len() > 1 && locks.iter().any(|lock| matches!(lock, Lock::Passphrase { .. })) {
            return Err(HeaderError::PassphraseNotAlone);
        }
        Ok(Self { locks, len: bytes.len() - lines.rest.len() })
    }

    /// The rounds that a passphrase takes here, if a passphrase opens it.
    pub(super) fn passphrase_work(&self) -> Option<u8> {
        match self.locks.as_slice() {
            [Lock::Passphrase { work }] => Some(*work),
            _ => None,
        }
    }
}

fn check_end(line: &str, lines: &Lines<'_>) -> Result<(), HeaderError> {
    match line.strip_prefix("--- ") {
        Some(mac) if mac.len() == MAC_CHARS && BASE64_STANDARD_NO_PAD.decode(mac).is_ok() => Ok(()),
        _ => Err(lines.broken(STANZA_OR_END)),
    }
}

/// What the first line of a stanza says; an error says what should stand there.
fn lock(arguments: &str) -> Result<Lock, &'static str> {
    let mut words = arguments.split(' ');
    if words.clone().any(|word| word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err("words of visible characters with one space between them");
    }
    let name = words.next().unwrap_or_default();
    let first = words.next();
    match name {
        "X25519" => Ok(Lock::X25519),
        "ssh-ed25519" => Ok(Lock::SshEd25519 { tag: key_tag(first)? }),
        "ssh-rsa" => Ok(Lock::SshRsa { tag: key_tag(first)? }),
        "scrypt" => Ok(Lock::Passphrase { work: work(words.next())? }),
        _ if name.ends_with("-grease") => Ok(Lock::Grease),
        _ => Ok(Lock::Other { name: name.to_owned() }),
    }
}

fn key_tag(word: Option<&str>) -> Result<KeyTag, &'static str> {
    let bytes = word.and_then(|word| BASE64_STANDARD_NO_PAD.decode(word).ok());
    bytes.and_then(|bytes| bytes.try_into().ok()).map(KeyTag).ok_or("the tag of an SSH key: 4 bytes in base64")
}

fn work(word: Option<&str>) -> Result<u8, &'static str> {
    word.filter(|word| !word.starts_with(['0', '+']))
        .and_then(|word| word.parse().ok())
        .ok_or("a salt and a work factor, in decimal without leading zeros")
}

/// A body ends with its first line that is not full, which may be empty.
fn skip_body(lines: &mut Lines<'_>) -> Result<(), HeaderError> {
    loop {
        let line = lines.next("the body of a stanza")?;
        if line.len() > BODY_COLUMNS || BASE64_STANDARD_NO_PAD.decode(line).is_err() {
            return Err(lines.broken("the body of a stanza: base64 without padding, 64 columns at most"));
        }
        if line.len() < BODY_COLUMNS {
            return Ok(());
        }
    }
}

/// The lines of a header, counted.
struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self, expected: &'static str) -> Result<&'a str, HeaderError> {
        self.number += 1;
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| self.broken(expected))?;
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix(b"\n").unwrap_or_default();
        std::str::from_utf8(line).map_err(|_| self.broken(expected))
    }

    fn broken(&self, expected: &'static str) -> HeaderError {
        HeaderError::Line { line: self.number, expected }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X25519 => f.write_str("an age key"),
            Self::SshEd25519 { tag } => write!(f, "the ssh-ed25519 key {tag}"),
            Self::SshRsa { tag } => write!(f, "the ssh-rsa key {tag}"),
            Self::Passphrase { work } => write!(f, "a passphrase (2^{work} rounds)"),
            Self::Grease => f.write_str("grease"),
            Self::Other { name } => write!(f, "a key of kind {name}"),
        }
    }
}

impl fmt::Display for KeyTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD_NO_PAD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: &str = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

    fn check(stanzas: &str) -> Result<Vec<Lock>, HeaderError> {
        describe(&Envelope(format!("age-encryption.org/v1\n{stanzas}{MAC}payload").into_bytes()))
    }

    #[test]
    fn every_kind_of_lock_is_told() {
        let full = "A".repeat(64);
        let table: &[(&str, &[Lock])] = &[
            ("-> X25519 abc\nAAAA\n", &[Lock::X25519]),
            ("-> ssh-ed25519 AQIDBA x\n\n", &[Lock::SshEd25519 { tag: KeyTag([1, 2, 3, 4]) }]),
            (&format!("-> ssh-rsa AQIDBA\n{full}\n{full}\n\n"), &[Lock::SshRsa { tag: KeyTag([1, 2, 3, 4]) }]),
            ("-> scrypt salt 18\nAAAA\n", &[Lock::Passphrase { work: 18 }]),
            ("-> piv-p256 a b\nAAAA\n", &[Lock::Other { name: "piv-p256".into() }]),
            ("-> X25519 abc\nAAAA\n-> !-grease a\n\n", &[Lock::X25519, Lock::Grease]),
        ];
        for (stanzas, locks) in table {
            assert_eq!(check(stanzas).as_deref(), Ok(*locks), "{stanzas}");
        }
    }

    #[test]
    fn every_flaw_is_told_with_its_line() {
        let table = [
            ("", 2),
            ("-> X25519  abc\n\n", 2),
            ("-> \n\n", 2),
            ("-> X25519 a\u{301}\n\n", 2),
            ("-> ssh-rsa AQID\n\n", 2),
            ("-> ssh-ed25519\n\n", 2),
            ("-> scrypt salt 018\nAAAA\n", 2),
            ("-> scrypt salt 256\nAAAA\n", 2),
            ("-> scrypt salt +18\nAAAA\n", 2),
            ("-> scrypt salt\nAAAA\n", 2),
            ("-> X25519 abc\nAAA=\n", 3),
            ("-> X25519 abc\nAB\n", 3), // Bits that no byte has.
            ("-> X25519 abc\nAAAA\nAAAA\n", 4),
            ("-> X25519 abc\r\n\n", 2),
            ("---\n", 2),
        ];
        for (stanzas, line) in table {
            match check(stanzas) {
                Err(HeaderError::Line { line: found, .. }) => assert_eq!(found, line, "{stanzas:?}"),
                other => panic!("{stanzas:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_header_is_told() {
        let of = |bytes: &[u8]| describe(&Envelope(bytes.to_vec()));
        assert_eq!(of(b""), Err(HeaderError::NotAge));
        assert_eq!(of(b"age-encryption.org/v1"), Err(HeaderError::NotAge));
        assert_eq!(of(b"age-encryption.org/v2\n"), Err(HeaderError::Version { found: "v2".into() }));
        assert_eq!(of(b"-----BEGIN AGE ENCRYPTED FILE-----\n"), Err(HeaderError::Armored));
        assert_eq!(of(&vec![0; MAX_ENVELOPE + 1]), Err(HeaderError::TooLong { found: MAX_ENVELOPE + 1 }));
        assert_eq!(check("-> scrypt s 18\nAAAA\n-> X25519 a\n\n"), Err(HeaderError::PassphraseNotAlone));
        assert_eq!(check(&"-> a\n\n".repeat(MAX_STANZAS + 1)), Err(HeaderError::TooManyStanzas));
        assert!(check(&"-> a\n\n".repeat(MAX_STANZAS)).is_ok());
    }

    #[test]
    fn a_header_cut_anywhere_is_refused() {
        let whole = format!("age-encryption.org/v1\n-> X25519 abc\nAAAA\n-> scryptx a\n\n{MAC}");
        for end in 0..whole.len() {
            assert!(Header::parse(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
        assert_eq!(Header::parse(whole.as_bytes()).map(|header| header.len), Ok(whole.len()));
    }
}
