//! What can be wrong with a .reg file.

use super::{CR, LF};
use crate::limits;

/// Why a file is no .reg file, or where it ceases to be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct RegReadError {
    /// The line, counted from 1.
    pub line: usize,
    /// The character of the line, counted from 1 in units of UTF-16.
    pub column: usize,
    /// What is wrong there.
    pub fault: RegFault,
}

/// What is wrong in a .reg file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegFault {
    /// More bytes than any .reg file has.
    #[error("a file of {bytes} bytes; a .reg file has at most {}", limits::REG_FILE)]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// Bytes that are no text.
    #[error("these bytes are no text; expected {expected}")]
    NotText {
        /// The encodings that it could have.
        expected: &'static str,
    },
    /// A NUL, at which regedit would stop.
    #[error("a NUL character, which a .reg file cannot have")]
    Nul,
    /// Another first line than a .reg file has.
    #[error("expected 'Windows Registry Editor Version 5.00' or 'REGEDIT4' as the whole first line, found {found}")]
    Header {
        /// The beginning of the line.
        found: String,
    },
    /// A line that is none, or does not go on as it should.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What could stand there.
        expected: &'static str,
        /// The beginning of what stands there.
        found: String,
    },
    /// A key without its closing bracket.
    #[error("expected a key in brackets, and no ']' follows in this line")]
    UnclosedKey,
    /// A key in no root.
    #[error(
        "expected a key under HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE or another root, or its short name; found {found}"
    )]
    NoRoot {
        /// The beginning of the path.
        found: String,
    },
    /// A key that stands deeper than Windows has it.
    #[error("a key {depth} deep; Windows has at most {} keys in each other", limits::DEPTH)]
    TooDeep {
        /// How deep it stands.
        depth: usize,
    },
    /// A name that is too long for a key.
    #[error("a key's name of {length} characters; the most is {}", limits::KEY_NAME)]
    LongKeyName {
        /// How long it is.
        length: usize,
    },
    /// A name that is too long for a value.
    #[error("a value's name of {length} characters; the most is {}", limits::VALUE_NAME)]
    LongValueName {
        /// How long it is.
        length: usize,
    },
    /// A value before the first key.
    #[error("a value that stands in no key")]
    EntryWithoutKey,
    /// A value in a key that is deleted.
    #[error("a value in a key that is deleted")]
    EntryOfDeletedKey,
    /// Text without its closing quotation mark.
    #[error("no '\"' closes this text")]
    UnclosedText,
    /// A backslash in text, before something else than a backslash or a quotation mark.
    #[error("a backslash in text is written '\\\\', and a quotation mark '\\\"'; nothing else follows a backslash")]
    Escape,
    /// The file ends where data go on.
    #[error("'\\' says that the data go on in the next line, and the file ends")]
    CutShort,
}

impl RegReadError {
    /// Finds the line and the column of an offset in a text.
    pub(super) fn at(units: &[u16], offset: usize, fault: RegFault) -> Self {
        let before = units.get(..offset).unwrap_or(units);
        let (mut line, mut start, mut last) = (1, 0, 0);
        for (index, &unit) in before.iter().enumerate() {
            if unit == LF || unit == CR {
                line += usize::from(!(unit == LF && last == CR));
                start = index + 1;
            }
            last = unit;
        }
        Self { line, column: before.len() - start + 1, fault }
    }
}

/// As much of what was found as a message can show.
const EXCERPT: usize = 40;

pub(super) fn excerpt(units: &[u16]) -> String {
    let shown: String = char::decode_utf16(units.iter().copied())
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .take(EXCERPT)
        .collect();
    let more = if units.len() > shown.encode_utf16().count() { "…" } else { "" };
    format!("'{shown}{more}'")
}
