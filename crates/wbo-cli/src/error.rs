//! How a command fails: an exit code, what happened, and what to do next.
//!
//! Libraries say what is wrong; the hints are ours.

use std::path::Path;

use profile_format::{ReadError, SealError, TrustError};
use registry::RegistryError;
use registry_hive::{BuildError, Damage, EditError, FileType, NotAHive};

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

    /// The file at `path` is no hive that is read here.
    pub(crate) fn no_hive(path: &Path, error: &NotAHive) -> Self {
        let (exit, hint) = match error {
            NotAHive::Signature { found } if found.starts_with(b"WBO") => {
                (Exit::NotAProfile, Some("this is a profile; `wbo inspect` shows it"))
            }
            NotAHive::Short { .. } => (Exit::Truncated, Some("copy it again from where it came from")),
            NotAHive::Version { major: 1, minor: 7.. } | NotAHive::Version { major: 2.., .. } => (Exit::Newer, None),
            NotAHive::Log { found: FileType::EntryLog | FileType::DirtyVectorLog } => {
                (Exit::NotAProfile, Some("the hive has the same name without .LOG1, .LOG2 or .LOG at its end"))
            }
            _ => (Exit::NotAProfile, None),
        };
        let mut failed = Self::new(exit, format!("{}: {error}", path.display()));
        failed.hints.extend(hint.map(str::to_owned));
        failed
    }

    /// A hive is damaged at a place that the command cannot do without.
    pub(crate) fn damaged_hive(path: &Path, damage: &Damage) -> Self {
        Self::new(Exit::Damaged, format!("{}: {damage}", path.display()))
            .hint("`wbo hive check` says what else is damaged; `wbo hive dump` reads what can be read")
    }

    /// A hive that is not edited, or not to the end.
    pub(crate) fn editing(path: &Path, error: &EditError) -> Self {
        let (exit, hints): (_, &[&str]) = match error {
            EditError::NotAHive(error) => return Self::no_hive(path, error),
            EditError::Damaged(damage) => return Self::damaged_hive(path, damage),
            EditError::Dirty(_) => (
                Exit::Damaged,
                &[
                    "put the logs beside it that belong to it (the same name with .LOG1 and .LOG2), from the same copy \
                     or backup",
                    "or let Windows load and unload it once: `reg load HKLM\\x FILE`, `reg unload HKLM\\x`",
                ],
            ),
            EditError::TransactionsPending => (
                Exit::Policy,
                &[
                    "let Windows load and unload it once, which finishes them: `reg load HKLM\\x FILE`, \
                     `reg unload HKLM\\x`",
                    "--accept-pending-transactions writes all the same; Windows may undo the change, or part of it",
                ],
            ),
            EditError::File { doing: "read", .. } => (Exit::SourceUnreadable, &[]),
            EditError::File { .. } => (
                Exit::Failed,
                &["it is as it was, or its log has the rest: `wbo hive recover` completes it, as Windows would"],
            ),
            EditError::Incomplete { .. } => (
                Exit::Truncated,
                &["take another copy of it; `wbo hive dump` reads what is there, and `wbo hive check` judges it"],
            ),
            EditError::TooLarge { .. }
            | EditError::TooDeep
            | EditError::IsRoot
            | EditError::BadKeyName { .. }
            | EditError::LongValueName { .. }
            | EditError::Link(_)
            | EditError::PredefinedHandle
            | EditError::Tombstone => (Exit::Usage, &[]),
            _ => (Exit::Failed, &[]),
        };
        let mut failed = Self::new(exit, format!("{}: {error}", path.display()));
        failed.hints.extend(hints.iter().map(|hint| (*hint).to_owned()));
        failed
    }

    /// A registry that is made of the hive at `path` cannot be read or changed as it should be.
    pub(crate) fn registry(path: &Path, error: &RegistryError) -> Self {
        let exit = match error {
            RegistryError::Source { source, .. } => match (source.downcast_ref(), source.downcast_ref()) {
                (Some(error), _) => Self::editing(path, error).exit,
                (_, Some(damage)) => Self::damaged_hive(path, damage).exit,
                (None, None) => Exit::Failed,
            },
            _ => Exit::Usage,
        };
        Self::new(exit, format!("{}: {error}", path.display()))
    }

    /// A hive that cannot be built.
    pub(crate) fn building(path: &Path, error: &BuildError) -> Self {
        Self::usage(format!("{}: {error}", path.display()))
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
