//! Versions and features: what a reader must know before it may read.

use std::fmt;

use crate::section::SectionId;

/// The version of the format that a file is written in.
///
/// # History
/// - **1**: the first. Feature [`UNDO`](Features::UNDO): records of what an apply replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormatVersion(pub u16);

impl FormatVersion {
    /// The version that this crate writes, and the newest that it reads.
    pub const CURRENT: Self = Self(1);
}

impl fmt::Display for FormatVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The features that a file uses, as two sets of bits. New ones get a bit before the version is raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// A reader that does not know one of these must refuse the file.
    pub must_know: u64,
    /// A reader that does not know one of these may go on.
    pub may_ignore: u64,
}

impl Features {
    /// A must-know bit: the body has a section [`UNDO`](crate::SectionId::UNDO). Who took the record of an apply for a
    /// profile would restore what the user had before as if it were what the user wants.
    pub const UNDO: u64 = 1;

    /// The must-know bits that this crate knows.
    pub(crate) const KNOWN_MUST_KNOW: u64 = Self::UNDO;

    /// The features of a body with these sections.
    pub(crate) fn of_sections(sections: impl IntoIterator<Item = SectionId>) -> Self {
        let has_undo = sections.into_iter().any(|id| id == SectionId::UNDO);
        Self { must_know: if has_undo { Self::UNDO } else { 0 }, may_ignore: 0 }
    }

    /// The must-know bits that this crate does not know.
    pub(crate) fn unknown(self) -> u64 {
        self.must_know & !Self::KNOWN_MUST_KNOW
    }
}

/// A version of the tool. Files carry the oldest one that reads them, as a hint to show to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ToolVersion {
    /// Breaking changes.
    pub major: u16,
    /// Additions.
    pub minor: u16,
    /// Corrections.
    pub patch: u16,
}

impl ToolVersion {
    /// The oldest tool that reads what this crate writes.
    pub const FIRST: Self = Self { major: 0, minor: 1, patch: 0 };
}

impl fmt::Display for ToolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Whether a body is encrypted. A file has one suite and no choice within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// In clear, for fixtures, baselines and tests.
    Plain,
    /// HKDF-SHA256, ChaCha20-Poly1305, zstd, SHA-256.
    Encrypted,
}

impl Suite {
    pub(crate) fn from_number(number: u16) -> Option<Self> {
        match number {
            0 => Some(Self::Plain),
            1 => Some(Self::Encrypted),
            _ => None,
        }
    }

    pub(crate) fn number(self) -> u16 {
        match self {
            Self::Plain => 0,
            Self::Encrypted => 1,
        }
    }

    /// The word by which commands and JSON know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Encrypted => "encrypted",
        }
    }
}
