//! Words that only their owner may see.

use std::fmt;

use age::secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// A passphrase or a private key as text. It is wiped when dropped, and `Debug` does not show it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_age(secret: &SecretString) -> Self {
        Self::new(secret.expose_secret())
    }

    /// A copy in the type that age wants, which wipes itself too.
    pub(crate) fn to_age(&self) -> SecretString {
        SecretString::from(self.0.as_str())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
