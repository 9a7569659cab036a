//! What is wrong with a catalogue.

use std::fmt;

/// Something wrong with one file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The id of the setting, where it is about one.
    pub setting: Option<String>,
    /// What is wrong.
    pub flaw: Flaw,
}

/// Everything that is wrong with one file, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueErrors(pub Vec<CatalogueError>);

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// It is no TOML.
    #[error("{0}")]
    NotToml(String),
    /// It is a catalogue of a form that this version does not know.
    #[error("the form of this catalogue is {found}; this version of wbo reads form 1")]
    OtherForm {
        /// The number.
        found: u64,
    },
    /// Something must be said and is not.
    #[error("'{word}' is missing")]
    Missing {
        /// The word.
        word: &'static str,
    },
    /// Nothing is said.
    #[error("'{word}' is empty")]
    Empty {
        /// The word.
        word: &'static str,
    },
    /// A word that the form does not have.
    #[error("'{word}' is no word of a catalogue here{}", near.map(|near| format!("; '{near}' is one")).unwrap_or_default())]
    UnknownWord {
        /// The word.
        word: String,
        /// What was probably meant.
        near: Option<&'static str>,
    },
    /// Something of another type is expected.
    #[error("'{word}' is {expected}, not {found}")]
    WrongType {
        /// The word.
        word: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// One of a few words is expected.
    #[error("'{word}' is one of {}, not '{found}'", known.join(", "))]
    UnknownChoice {
        /// The word.
        word: &'static str,
        /// What is said.
        found: String,
        /// What can be said.
        known: Vec<&'static str>,
    },
    /// A number is too small or too large.
    #[error("'{word}' is {found}; it can be {least} to {most}")]
    OutOfRange {
        /// The word.
        word: &'static str,
        /// The number.
        found: u64,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A text has another form than it should.
    #[error("'{found}' is not {expected}")]
    NotA {
        /// What it should be.
        expected: &'static str,
        /// The text.
        found: String,
    },
    /// Two words exclude each other.
    #[error("'{one}' and '{other}' cannot both be said here")]
    Both {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A word that means something only beside another.
    #[error("'{word}' needs '{needs}'")]
    Needs {
        /// The word.
        word: &'static str,
        /// The other.
        needs: &'static str,
    },
    /// Neither a place nor parts.
    #[error("nothing says where it is: 'key', 'file' or 'parts'")]
    NoPlace,
    /// A label stands for a value that the place cannot have.
    #[error("the label '{label}' is for '{value}', which is not {expected}")]
    Label {
        /// The value.
        value: String,
        /// The label.
        label: String,
        /// What values there can be.
        expected: String,
    },
    /// A name is given twice.
    #[error("'{name}' is said a second time; it stands in {first} too")]
    Twice {
        /// What.
        name: String,
        /// The file that has it already.
        first: String,
    },
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: ", self.file, self.line)?;
        if let Some(setting) = &self.setting {
            write!(formatter, "{setting}: ")?;
        }
        self.flaw.fmt(formatter)
    }
}

impl std::error::Error for CatalogueError {}

impl fmt::Display for CatalogueErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for error in &self.0 {
            write!(formatter, "{separator}{error}")?;
            separator = "\n";
        }
        Ok(())
    }
}

impl std::error::Error for CatalogueErrors {}
