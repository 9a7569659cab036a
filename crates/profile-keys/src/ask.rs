//! How this crate speaks to a person: only through what the caller gives it.

use std::sync::Arc;

use age::secrecy::SecretString;

use crate::secret::Secret;

/// Asks a person. The crate calls it when a key is locked or a plugin wants something, and never otherwise.
///
/// Every answer may be `None`: nobody is there, or nobody wants to answer. What needed the answer then fails with an
/// error that says so.
pub trait Ask: Send + Sync {
    /// A passphrase for `what`, such as `the key id_ed25519`.
    fn passphrase(&self, what: &str) -> Option<Secret>;

    /// A line that is no secret; plugins ask for such.
    fn line(&self, what: &str) -> Option<String> {
        let _ = what;
        None
    }

    /// Shows what a plugin says, such as "touch your key".
    fn message(&self, text: &str) {
        let _ = text;
    }

    /// A choice between two answers. `Some(true)` is `yes`.
    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let _ = (question, yes, no);
        None
    }
}

/// Answers nothing, for programs that run unattended.
#[derive(Clone, Copy, Debug, Default)]
pub struct NeverAsk;

impl Ask for NeverAsk {
    fn passphrase(&self, _what: &str) -> Option<Secret> {
        None
    }
}

/// Carries the questions of age and its plugins to an [`Ask`].
#[derive(Clone)]
pub(crate) struct Bridge(pub(crate) Arc<dyn Ask>);

impl age::Callbacks for Bridge {
    fn display_message(&self, message: &str) {
        self.0.message(message);
    }

    fn confirm(&self, message: &str, yes_string: &str, no_string: Option<&str>) -> Option<bool> {
        self.0.confirm(message, yes_string, no_string)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.line(description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.0.passphrase(description).map(|secret| secret.to_age())
    }
}
