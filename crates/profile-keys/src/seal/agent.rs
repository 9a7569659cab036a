//! A client of ssh-agent: lists its keys and lets them sign. Of the agent's protocol it speaks these two questions only.

use std::io::{self, Read, Write};
use std::path::Path;

use profile_format::SignerKey;

use super::wire::{Reader, WireError, put_string};

/// Bytes of a message, as OpenSSH's own agent bounds them.
const MAX_MESSAGE: u32 = 256 << 10;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// A running ssh-agent.
pub struct Agent {
    stream: Box<dyn Stream>,
}

/// A key that an agent holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentKey {
    /// Its public half.
    pub key: SignerKey,
    /// What its owner calls it. Not to be trusted, and not to be shown to a terminal as it is.
    pub comment: String,
}

/// Why an agent did not do its part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// Nobody answers there.
    #[error("no ssh-agent answers at {place}")]
    Connect {
        /// Where it was looked for.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// The connection broke.
    #[error("the connection to ssh-agent broke")]
    Broken(#[from] io::Error),
    /// It refused, as it does when its owner says no, when it is locked, or when a security key is not touched.
    #[error("ssh-agent refused")]
    Refused,
    /// It announced a message that is too long.
    #[error("ssh-agent announces {len} bytes, more than the {MAX_MESSAGE} that a message may have")]
    TooLong {
        /// How many bytes.
        len: u32,
    },
    /// It answered something else.
    #[error("ssh-agent answers with a message of type {found}, expected {expected}")]
    Unexpected {
        /// The type of its message.
        found: u8,
        /// The type that belongs to the question.
        expected: u8,
    },
    /// Its answer breaks off, or goes on too long.
    #[error("the answer of ssh-agent is broken {0}")]
    Wire(#[from] WireError),
}

trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

impl Agent {
    /// An agent at the other end of `stream`.
    pub fn over(stream: impl Read + Write + Send + 'static) -> Self {
        Self { stream: Box::new(stream) }
    }

    /// The agent at a Unix socket, which `SSH_AUTH_SOCK` names.
    #[cfg(unix)]
    pub fn connect(socket: &Path) -> Result<Self, AgentError> {
        let stream = std::os::unix::net::UnixStream::connect(socket);
        stream.map(Self::over).map_err(|source| AgentError::Connect { place: socket.display().to_string(), source })
    }

    /// The agent at a named pipe: `\\.\pipe\openssh-ssh-agent` for the one that comes with Windows.
    #[cfg(windows)]
    pub fn connect(pipe: &Path) -> Result<Self, AgentError> {
        let stream = std::fs::OpenOptions::new().read(true).write(true).open(pipe);
        stream.map(Self::over).map_err(|source| AgentError::Connect { place: pipe.display().to_string(), source })
    }

    /// The keys that it holds. A locked agent shows none.
    pub fn keys(&mut self) -> Result<Vec<AgentKey>, AgentError> {
        let answer = self.ask(&[REQUEST_IDENTITIES], IDENTITIES_ANSWER)?;
        let mut reader = Reader::new(&answer);
        let count = reader.u32("the number of keys")?;
        let mut keys = Vec::new();
        // The count is only believed as far as the bytes go.
        for _ in 0..count {
            let key = SignerKey(reader.string("a public key")?.to_vec());
            let comment = String::from_utf8_lossy(reader.string("the comment of a key")?).into_owned();
            keys.push(AgentKey { key, comment });
        }
        reader.end()?;
        Ok(keys)
    }

    /// The signature of `key` over `data`, in its wire encoding.
    pub(super) fn sign(&mut self, key: &SignerKey, data: &[u8]) -> Result<Vec<u8>, AgentError> {
        const NO_FLAGS: [u8; 4] = [0; 4]; // They choose among RSA's hashes.
        let mut question = vec![SIGN_REQUEST];
        put_string(&mut question, &key.0);
        put_string(&mut question, data);
        question.extend(NO_FLAGS);
        let answer = self.ask(&question, SIGN_RESPONSE)?;
        let mut reader = Reader::new(&answer);
        let signature = reader.string("a signature")?.to_vec();
        reader.end()?;
        Ok(signature)
    }

    /// Sends a message and returns what follows the type of its answer.
    fn ask(&mut self, question: &[u8], expected: u8) -> Result<Vec<u8>, AgentError> {
        let mut message = Vec::new();
        put_string(&mut message, question);
        self.stream.write_all(&message)?;
        self.stream.flush()?;

        let mut len = [0; 4];
        self.stream.read_exact(&mut len)?;
        let len = u32::from_be_bytes(len);
        if len > MAX_MESSAGE {
            return Err(AgentError::TooLong { len });
        }
        let mut answer = Vec::new();
        (&mut self.stream).take(u64::from(len)).read_to_end(&mut answer)?;
        if answer.len() != len as usize {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        match answer.split_first() {
            Some((found, rest)) if *found == expected => Ok(rest.to_vec()),
            Some((&FAILURE, _)) => Err(AgentError::Refused),
            Some((&found, _)) => Err(AgentError::Unexpected { found, expected }),
            None => Err(WireError { at: 0, expected: "the type of a message" }.into()),
        }
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Agent(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers whatever it is asked with the same bytes.
    struct Parrot(io::Cursor<Vec<u8>>);

    impl Read for Parrot {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Parrot {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn keys(answer: &[u8]) -> Result<Vec<AgentKey>, AgentError> {
        Agent::over(Parrot(io::Cursor::new(answer.to_vec()))).keys()
    }

    fn message(body: &[u8]) -> Vec<u8> {
        let mut message = Vec::new();
        put_string(&mut message, body);
        message
    }

    #[test]
    fn keys_are_listed() {
        let mut body = vec![IDENTITIES_ANSWER, 0, 0, 0, 1];
        put_string(&mut body, b"blob");
        put_string(&mut body, b"me\xff");
        let expected = AgentKey { key: SignerKey(b"blob".to_vec()), comment: "me\u{fffd}".into() };
        assert_eq!(keys(&message(&body)).unwrap(), [expected]);
    }

    #[test]
    fn every_wrong_answer_is_told() {
        let table: [(Vec<u8>, &str); 7] = [
            (vec![], "broke"),
            (vec![0, 0, 0, 9, 12], "broke"),
            (vec![0xff; 4], "announces 4294967295 bytes"),
            (message(&[]), "the type of a message"),
            (message(&[FAILURE]), "refused"),
            (message(&[SIGN_RESPONSE]), "type 14, expected 12"),
            (message(&[IDENTITIES_ANSWER, 0xff, 0xff, 0xff, 0xff]), "expected a public key"),
        ];
        for (answer, words) in table {
            let error = keys(&answer).unwrap_err().to_string();
            assert!(error.contains(words), "{answer:?}: {error}");
        }
        let trailing = message(&[IDENTITIES_ANSWER, 0, 0, 0, 0, 1]);
        assert!(matches!(keys(&trailing), Err(AgentError::Wire(_))));
    }
}
