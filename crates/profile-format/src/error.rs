//! What can be wrong with a file, said so that the next step is clear.

use std::fmt;
use std::io;

use crate::document::{ContentId, DocumentError};
use crate::section::SectionId;
use crate::trust::SignerKey;
use crate::version::{FormatVersion, ToolVersion};

/// Why a file, or a part of it, could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is something else.
    #[error("not a wbo profile: it begins with {found}, a profile begins with 89 57 42 4f 0d 0a 1a 0a")]
    NotAProfile {
        /// How it begins.
        found: String,
    },
    /// It was a profile until a program treated it as text.
    #[error("a wbo profile that was changed in transfer: {0}")]
    Mangled(Mangling),
    /// It was written by a newer tool and needs one.
    #[error("it needs wbo {needs} or newer: {newer}")]
    Newer {
        /// What this version does not know.
        newer: Newer,
        /// The oldest tool that reads it, by its own word.
        needs: ToolVersion,
    },
    /// It ends too early.
    #[error("truncated: {}{missing} bytes are missing at the end", if *exact { "" } else { "at least " })]
    Truncated {
        /// How many bytes are missing.
        missing: u64,
        /// Whether the number is exact, or the least possible.
        exact: bool,
    },
    /// A part of it is not what was written.
    #[error("damaged: {0}")]
    Damaged(Damage),
    /// The key is not the one that sealed it.
    #[error("the key does not open it: it was sealed with another one")]
    WrongKey,
    /// The trust token was given to another body.
    #[error("the trust was given to another file")]
    WrongTrust,
    /// It names an author, whose seal is not there.
    #[error("it names an author, but the author's seal is missing or was removed")]
    AuthorSealMissing {
        /// The author's key.
        author: SignerKey,
    },
    /// It has no such content.
    #[error("it has no content {0}")]
    NoSuchContent(ContentId),
    /// The bytes could not be read from where they are.
    #[error("reading {length} bytes at offset {offset} failed: {source}")]
    Input {
        /// Where.
        offset: u64,
        /// How many.
        length: usize,
        /// Why.
        source: io::Error,
    },
    /// What was read could not be handed on.
    #[error("writing what was read failed: {0}")]
    Output(io::Error),
}

/// Why a document could not be sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The document breaks a rule.
    #[error("the document cannot be sealed: {0}")]
    Document(#[from] DocumentError),
    /// Something is larger than the format allows.
    #[error("the document cannot be sealed: {0}")]
    TooLarge(String),
    /// The bytes of a content could not be read.
    #[error("content {id} could not be read: {source}")]
    Content {
        /// Which content.
        id: ContentId,
        /// Why.
        source: io::Error,
    },
    /// The bytes of a content are not those that the document names.
    #[error("content {id} was to have {size} bytes with that SHA-256, but {found}")]
    ContentDiffers {
        /// Which content.
        id: ContentId,
        /// How many bytes it was to have.
        size: u64,
        /// What was found.
        found: String,
    },
    /// An envelope or a seal that no reader would take.
    #[error("{0}")]
    Tail(String),
    /// The body that is to get new keys could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file could not be written.
    #[error("writing failed: {0}")]
    Output(io::Error),
}

/// How a profile was changed by a program that took it for text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mangling {
    /// CR LF became LF.
    CrLfToLf,
    /// LF became CR LF.
    LfToCrLf,
    /// The highest bit of each byte was cleared.
    SevenBits,
    /// Read as text and written as UTF-16, as PowerShell's redirection does.
    Utf16,
    /// Read as text in some code page and written as UTF-8.
    Utf8,
}

impl fmt::Display for Mangling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CrLfToLf => "its line ends were changed from CR LF to LF, as a transfer in text mode does",
            Self::LfToCrLf => "its line ends were changed from LF to CR LF, as a transfer in text mode does",
            Self::SevenBits => "the highest bit of each byte was cleared, as a transfer for plain ASCII does",
            Self::Utf16 => "it was rewritten as UTF-16 text, as redirection with > in Windows PowerShell does",
            Self::Utf8 => "it was rewritten as UTF-8 text, as redirection in PowerShell or saving in an editor does",
        })
    }
}

/// What a file uses that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Newer {
    /// A newer version of the format.
    Version(FormatVersion),
    /// Features that a reader must know.
    Features(u64),
    /// A suite of ciphers.
    Suite(u16),
    /// A record of the manifest that a reader must know.
    Record(u16),
    /// A section that a reader must know.
    Section(SectionId),
    /// Another kind of document than a profile.
    Document(u16),
}

impl fmt::Display for Newer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "it is written in format version {version}, this tool reads up to {}", FormatVersion::CURRENT)
            }
            Self::Features(bits) => write!(f, "it uses features that this tool does not know (bits {bits:#x})"),
            Self::Suite(number) => write!(f, "it is encrypted in a way that this tool does not know (suite {number})"),
            Self::Record(tag) => write!(f, "its manifest has a record that must be understood (tag {tag})"),
            Self::Section(id) => write!(f, "it has a section that must be understood ({id})"),
            Self::Document(kind) => write!(f, "it holds another kind of document (kind {kind})"),
        }
    }
}

/// A part of a file that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Which part.
    pub part: Part,
    /// Where it begins in the file.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, offset, length, problem } = self;
        write!(f, "{part} ({length} bytes at offset {offset}): {problem}")
    }
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The fixed fields at the front.
    Core,
    /// Sections, padding or manifest; which one only the key can tell.
    Body,
    /// A segment of a section.
    Segment {
        /// Which section.
        section: SectionId,
        /// Which of its segments, from 0.
        index: u32,
    },
    /// A section as a whole.
    Section(SectionId),
    /// The bytes that hide the size.
    Padding,
    /// The manifest.
    Manifest,
    /// Envelopes, seals or trailer.
    Tail,
    /// Something after the end.
    AfterTheEnd,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Core => f.write_str("the core"),
            Self::Body => f.write_str("the body"),
            Self::Segment { section, index } => write!(f, "segment {} of section {section}", index + 1),
            Self::Section(section) => write!(f, "section {section}"),
            Self::Padding => f.write_str("the padding"),
            Self::Manifest => f.write_str("the manifest"),
            Self::Tail => f.write_str("the tail"),
            Self::AfterTheEnd => f.write_str("data after the end"),
        }
    }
}
