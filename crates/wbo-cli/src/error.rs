//! How a command fails: an exit code, what happened, and what to do next.
//!
//! Libraries say what is wrong; the hints are ours.

use std::path::Path;

use profile_format::{ReadError, SealError, TrustError};

use crate::exit::Exit;

/// Why a command did not do what it was asked.
#[derive(Clone, Debug)]
pub(crate) struct CommandError {
    exit: Exit,
    message: String,
    hints: Vec<String>,
}

impl CommandError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// A file that the command needs and cannot read.
    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(Exit::SourceUnreadable, format!("{}: {error}", path.display()))
    }

    /// Something wrong with the profile at `path`.
    pub(crate) fn reading(path: &Path, error: &ReadError) -> Self {
        let (exit, hint) = match error {
            ReadError::NotAProfile { .. } => (Exit::NotAProfile, None),
            ReadError::Mangled(_) => (
                Exit::NotAProfile,
                Some("copy the original again as a binary file; with wbo, use --out instead of redirecting".to_owned()),
            ),
            ReadError::Newer { needs, .. } => (Exit::Newer, Some(format!("install wbo {needs} or newer"))),
            ReadError::Truncated { .. } => {
                (Exit::Truncated, Some("copy it again from where it came from; the end of it is lost here".to_owned()))
            }
            ReadError::Damaged(_) => (
                Exit::Damaged,
                Some(
                    "`wbo verify` with a key names what is still whole, `wbo extract --salvage` gets it out".to_owned(),
                ),
            ),
            ReadError::WrongKey => (Exit::WrongKey, None),
            ReadError::WrongTrust => (Exit::Failed, Some("the file changed while it was read; try again".to_owned())),
            ReadError::AuthorSealMissing { author } => (
                Exit::Untrusted,
                Some(format!(
                    "get it again from its author, {}, who can also seal it with `wbo sign --role author`",
                    profile_keys::fingerprint(author)
                )),
            ),
            ReadError::Input { .. } => (Exit::SourceUnreadable, None),
            _ => (Exit::Failed, None),
        };
        let mut failed = Self::new(exit, format!("{}: {error}", path.display()));
        failed.hints.extend(hint);
        failed
    }

    /// Nobody trusted vouches for the profile at `path`.
    pub(crate) fn untrusted(path: &Path, error: &TrustError) -> Self {
        let hint = match error {
            TrustError::Invalid { .. } => "the file or the seal was changed: get it again from whoever sealed it",
            _ => "give a file of trusted signers with --signers, or say why you trust it with --accept-unsigned REASON",
        };
        Self::new(Exit::Untrusted, format!("{}: {error}", path.display())).hint(hint)
    }

    /// A document that cannot be sealed.
    pub(crate) fn sealing(error: &SealError) -> Self {
        let exit = match error {
            SealError::Document(_) | SealError::TooLarge(_) | SealError::ContentDiffers { .. } | SealError::Tail(_) => {
                Exit::Usage
            }
            SealError::Content { .. } => Exit::SourceUnreadable,
            _ => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }
}
