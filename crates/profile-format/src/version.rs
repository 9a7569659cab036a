//! Versions and features: what a reader must know before it may read.

use std::fmt;

/// The version of the format that a file is written in.
///
/// # History
/// - **1**: the first.
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

/// The features that a file uses, as two sets of bits. Version 1 names none; later versions add bits before they
/// raise the version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// A reader that does not know one of these must refuse the file.
    pub must_know: u64,
    /// A reader that does not know one of these may go on.
    pub may_ignore: u64,
}

impl Features {
    /// The must-know bits that this crate knows.
    pub(crate) const KNOWN_MUST_KNOW: u64 = 0;

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
