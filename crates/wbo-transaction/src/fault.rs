//! What can go wrong with one participant.

use std::io;

use registry_hive::{EditError, NotAHive, NotReplayed};
use wbo_engine::{EntryKind, WindowsPath};

use crate::limits;

/// What went wrong, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A step of the drive failed.
    #[error("{path} cannot be {doing}: {source}")]
    Disk {
        /// Where.
        path: WindowsPath,
        /// What was tried.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A hive cannot be changed.
    #[error("{path}: {source}")]
    Hive {
        /// The hive.
        path: WindowsPath,
        /// Why.
        source: EditError,
    },
    /// A file is no hive, or cannot be read as one.
    #[error("{path}: {source}")]
    NotAHive {
        /// The file.
        path: WindowsPath,
        /// Why.
        source: NotAHive,
    },
    /// A hive is in the middle of a write that nothing completes.
    #[error("{path}: its last write was cut off, and {why}")]
    Dirty {
        /// The hive.
        path: WindowsPath,
        /// Why it is not completed.
        why: NotReplayed,
    },
    /// Something is not there that has to be.
    #[error("{path} is not there")]
    Missing {
        /// What.
        path: WindowsPath,
    },
    /// Something else stands where a file has to be.
    #[error("{path} is not a file but {}", describe(*found))]
    NotAFile {
        /// Where.
        path: WindowsPath,
        /// What stands there.
        found: EntryKind,
    },
    /// Something stands where a folder has to be.
    #[error("{path} is not a folder")]
    NotAFolder {
        /// Where.
        path: WindowsPath,
    },
    /// A name is taken that the transaction needs for itself.
    #[error("{path} is there already, and is a name that this transaction needs")]
    Taken {
        /// The name.
        path: WindowsPath,
    },
    /// Two participants are one.
    #[error("{path} is changed twice in one transaction")]
    Twice {
        /// The path that both have.
        path: WindowsPath,
    },
    /// A path that no participant can have.
    #[error("{path} is no path of a file or folder that can be changed")]
    BadPath {
        /// The path.
        path: WindowsPath,
    },
    /// There are more participants, or longer words, than a journal holds.
    #[error("the transaction has {found} {what}; the most is {most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// The most there can be.
        most: usize,
    },
    /// A file has other bytes than those it is known by.
    #[error("the bytes for {path} are not those that were named")]
    OtherContent {
        /// Where they were to be.
        path: WindowsPath,
    },
    /// A file is larger than a transaction handles.
    #[error("the file {path} has more than {} bytes, the most that a transaction handles", limits::FILE)]
    LargeFile {
        /// Where.
        path: WindowsPath,
    },
    /// A hive would not change, or get pages that it never had.
    #[error("the pages for {path} are not pages of it in two states")]
    WrongPages {
        /// The hive.
        path: WindowsPath,
    },
    /// A file would be absent as it is.
    #[error("{path} would be absent before and after")]
    NoFile {
        /// The file.
        path: WindowsPath,
    },
    /// What was written reads differently.
    #[error("{path} does not read back as it was written")]
    Differs {
        /// Where.
        path: WindowsPath,
    },
}

impl Fault {
    pub(crate) fn disk(path: &WindowsPath, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.clone();
        move |source| Self::Disk { path, doing, source }
    }
}

fn describe(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "a file",
        EntryKind::OnlineOnly => "a file whose bytes are in a cloud only",
        EntryKind::Folder => "a folder",
        EntryKind::Link => "a link",
        EntryKind::Other => "something else",
    }
}
