//! What can be wrong with a document, and where.

use std::fmt;

use profile_format::{ContentId, DocumentError};

use crate::path::ContentPathError;

/// Why a text was not read as a document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not JSON, or not of the form that documents have. The message says in which line and column.
    #[error(transparent)]
    Form(#[from] serde_json::Error),
    /// The JSON is something else.
    #[error("{}", not_a_document(found.as_deref()))]
    NotADocument {
        /// What its field `wbo` says.
        found: Option<String>,
    },
    /// A later version of this program wrote the document.
    #[error("this document has version {found}; the newest that can be read is {newest}")]
    Newer {
        /// Its version.
        found: u64,
        /// The newest version that this crate reads.
        newest: u32,
    },
    /// There never was such a version.
    #[error("a document needs \"version\": 1 or higher, up to {newest}")]
    Version {
        /// Its version.
        found: Option<u64>,
        /// The newest version that this crate reads.
        newest: u32,
    },
    /// Personal values were left out when the document was written.
    #[error("this document is redacted: personal values were left out, and it cannot be read as a whole one")]
    Redacted,
    /// One entry of the document is wrong.
    #[error("{path}: {problem}")]
    Entry {
        /// Where it stands.
        path: JsonPath,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The JSON is well-formed, but a document must not say this.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

fn not_a_document(found: Option<&str>) -> String {
    match found {
        Some(kind) => format!("this is not a profile document: \"wbo\" is {kind:?}, not \"document\""),
        None => "this is not a profile document: it has no \"wbo\": \"document\"".to_owned(),
    }
}

/// What is wrong with one entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The same thing is said twice.
    #[error("stands twice, first as entry {first}")]
    Twice {
        /// The index of the other entry, in the order of the text.
        first: usize,
    },
    /// A field that this entry needs is not there.
    #[error("{field:?} is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field does not go with the others.
    #[error("{field:?} does not belong to {subject}")]
    Foreign {
        /// The field.
        field: &'static str,
        /// What has no such field.
        subject: &'static str,
    },
    /// The id or the time of a profile is missing, and the caller has no default for it.
    #[error("{field:?} is missing, and there is no default for it")]
    NoDefault {
        /// The field.
        field: &'static str,
    },
    /// An item names more than one thing, or none.
    #[error("an item has exactly one of \"value\", \"key\" and \"file\"")]
    ItemKind,
    /// An undo step names more than one thing, or none.
    #[error("an undo step has exactly one of \"value\", \"key\" and \"file\"")]
    StepKind,
    /// A setting, note or undo step that a redacted view hides.
    #[error("what is hidden cannot be read")]
    Hidden,
    /// Data has a form that values of its type do not have.
    #[error("data of {kind} is {expected} or {{\"hex\": …}}, not {found}")]
    DataForm {
        /// The type.
        kind: String,
        /// The form that such data has.
        expected: &'static str,
        /// The form that was found.
        found: &'static str,
    },
    /// Data of a type without a legible form is not in hexadecimal.
    #[error("data of {kind} is written as {{\"hex\": …}}")]
    DataHex {
        /// The type.
        kind: String,
    },
    /// The zero that ends a text stands in the middle of it.
    #[error("a text must not contain U+0000, which ends it; such data is written as {{\"hex\": …}}")]
    Zero,
    /// An empty text ends a list of texts.
    #[error("a list of texts must not contain an empty one, which ends it; such data is written as {{\"hex\": …}}")]
    EmptyText,
    /// A 64-bit number is not written as one.
    #[error("{found:?} is not a decimal number of 64 bits without a sign")]
    Quad {
        /// What was found.
        found: String,
    },
    /// A content does not say in one way where its bytes are.
    #[error("a content has exactly one of \"file\", \"text\" and \"base64\"")]
    ContentPlace,
    /// A content's file is not a path that may be followed.
    #[error(transparent)]
    ContentPath(#[from] ContentPathError),
    /// A setting or undo step names a content that is not listed.
    #[error("a file of the document has this content, but it is not listed in \"contents\"")]
    MissingContent,
    /// A content is listed that no setting and no undo step names.
    #[error("no file of the document has this content")]
    UnusedContent,
    /// A content's size is not the one that the settings name.
    #[error("the size is {found}, but the settings say {expected}")]
    ContentSize {
        /// The size that the settings name.
        expected: u64,
        /// The size that stands beside the content, or that its bytes have.
        found: u64,
    },
    /// The bytes of an inline content are others than its name says.
    #[error("the bytes have the SHA-256 {found}")]
    ContentDigest {
        /// The digest of the bytes.
        found: ContentId,
    },
}

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The document breaks a rule, and could not be read back.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The bytes that the caller gave for a content are others.
    #[error("content {content}: {problem}")]
    Content {
        /// The content.
        content: ContentId,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The JSON library refused. Nothing in a document gives it reason to.
    #[error(transparent)]
    Encoding(#[from] serde_json::Error),
}

/// The way to an entry, such as `sections.start[0].items[2].data`. Lists count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(String);

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A problem, and the part of the way to it that is known so far.
#[derive(Debug)]
pub(crate) struct Located {
    path: String,
    problem: Problem,
}

impl From<Problem> for Located {
    fn from(problem: Problem) -> Self {
        Self { path: String::new(), problem }
    }
}

impl From<Located> for JsonError {
    fn from(Located { path, problem }: Located) -> Self {
        let path = path.strip_prefix('.').unwrap_or(&path).to_owned();
        Self::Entry { path: JsonPath(path), problem }
    }
}

/// One step of the way: a field, or an index in a list.
pub(crate) trait Step {
    fn written(&self) -> String;
}

impl Step for usize {
    fn written(&self) -> String {
        format!("[{self}]")
    }
}

impl Step for &str {
    fn written(&self) -> String {
        format!(".{self}")
    }
}

impl Step for String {
    fn written(&self) -> String {
        self.as_str().written()
    }
}

/// Says where an error happened, from the inside outwards.
pub(crate) trait At<T> {
    fn at(self, step: impl Step) -> Result<T, Located>;
}

impl<T, E: Into<Located>> At<T> for Result<T, E> {
    fn at(self, step: impl Step) -> Result<T, Located> {
        self.map_err(|error| {
            let Located { path, problem } = error.into();
            Located { path: format!("{}{path}", step.written()), problem }
        })
    }
}
