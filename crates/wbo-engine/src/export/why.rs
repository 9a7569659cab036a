//! Why something of a profile is not in an export.

use std::fmt;

use registry::RegWriteError;

use crate::plan::Skip;

/// Why something is not in an export. Shown as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// A plan would leave it as it is, too.
    NotWritten(Skip),
    /// Files belong to it.
    Files,
    /// Only some bits of a value belong to it.
    Bits,
    /// It was never set, and what else is in the value is of others.
    NotItsOwn,
    /// It was never set, and deleting was not asked for.
    Absent,
    /// A key that was not there could only be deleted with all that others have in it.
    WholeKey,
    /// The key of a value that was never set would be there after an import, and means something by itself.
    KeyByItself,
    /// The value has entries of other programs, which an import would replace.
    OthersEntries,
    /// A secret is in it.
    Secret(String),
    /// The form has no words for it.
    Unwritable(RegWriteError),
    /// Another setting has something else at the same place.
    SamePlace(String),
    /// It belongs together with one that is not in it.
    Together {
        /// That one.
        with: String,
        /// Why it is not.
        because: Box<Why>,
    },
    /// It is not known under which id winget has it.
    NoWingetId,
    /// It is not known under which id the Store has it.
    NoProductId,
    /// What stands for an id is none.
    NoId(String),
    /// It is not installed.
    NotInstalled,
    /// The form has no place for kinds of content.
    KindOfContent,
    /// It is chosen in a newer place, which counts.
    Newer,
    /// What is chosen is no text.
    NoText,
    /// A character of it cannot stand in XML.
    XmlCharacter(u32),
    /// It stands in a file that only Windows reads.
    OnlyWindowsReads,
    /// What it starts has no name that means the same on another PC.
    NoNameElsewhere,
    /// The pins could not be read.
    Unread(String),
    /// The profile has nothing of it.
    NotInProfile,
}

impl Why {
    /// A word for it, which stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotWritten(skip) => skip.code(),
            Self::Files => "files",
            Self::Bits => "bits",
            Self::NotItsOwn => "not-its-own",
            Self::Absent => "absent",
            Self::WholeKey => "whole-key",
            Self::KeyByItself => "key-by-itself",
            Self::OthersEntries => "others-entries",
            Self::Secret(_) => "secret",
            Self::Unwritable(_) => "unwritable",
            Self::SamePlace(_) => "same-place",
            Self::Together { .. } => "together",
            Self::NoWingetId => "no-winget-id",
            Self::NoProductId => "no-product-id",
            Self::NoId(_) => "no-id",
            Self::NotInstalled => "not-installed",
            Self::KindOfContent => "kind-of-content",
            Self::Newer => "newer",
            Self::NoText => "no-text",
            Self::XmlCharacter(_) => "xml-character",
            Self::OnlyWindowsReads => "only-windows-reads",
            Self::NoNameElsewhere => "no-name-elsewhere",
            Self::Unread(_) => "unread",
            Self::NotInProfile => "not-in-profile",
        }
    }

    /// Whether its words may tell what somebody has.
    pub fn tells_values(&self) -> bool {
        match self {
            Self::NotWritten(skip) => skip.tells_values(),
            Self::Unwritable(_) | Self::NoId(_) | Self::Unread(_) => true,
            Self::Together { because, .. } => because.tells_values(),
            _ => false,
        }
    }

    /// Whether it follows from what the thing is, so that nobody misses it who did not ask for it by name.
    pub fn is_by_nature(&self) -> bool {
        match self {
            Self::NotWritten(skip) => {
                matches!(skip, Skip::NotAskedFor | Skip::Excluded | Skip::OtherDevice)
                    || skip.is_by_nature() && *skip != Skip::NotInCatalogue
                    || *skip == Skip::Protected
            }
            Self::NotItsOwn | Self::Absent | Self::KeyByItself | Self::WholeKey => true,
            Self::NotInstalled | Self::Newer => true,
            Self::Together { because, .. } => because.is_by_nature(),
            _ => false,
        }
    }

    /// What can be done about it, as a sentence without its full stop; `None`, where nothing can.
    pub fn remedy(&self, id: &str) -> Option<String> {
        Some(match self {
            Self::NotWritten(Skip::UnknownToken(_)) => {
                "--user-folder, --windows and --user-sid say what it means where it is imported".to_owned()
            }
            Self::NotWritten(Skip::OtherDevice) => "--same-device says that it is the same PC".to_owned(),
            Self::NotWritten(Skip::NotInThisBuild { .. } | Skip::OtherBuild { .. }) => {
                "--build says for which build of Windows the file is".to_owned()
            }
            Self::NotWritten(skip) => skip.remedy(id)?,
            Self::Files => "`wbo extract` gets files out, and `wbo apply` writes them".to_owned(),
            Self::Bits | Self::OthersEntries | Self::WholeKey | Self::KeyByItself => {
                "`wbo apply` writes it to a Windows that is switched off".to_owned()
            }
            _ => return None,
        })
    }
}

impl From<Skip> for Why {
    fn from(skip: Skip) -> Self {
        Self::NotWritten(skip)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWritten(skip) => skip.fmt(formatter),
            Self::Files => formatter.write_str("files belong to it, and a .reg file holds keys and values only"),
            Self::Bits => formatter.write_str(
                "it is some bits of a value, and a .reg file can only set a value as a whole, with the bits of others",
            ),
            Self::NotItsOwn => formatter.write_str("it was never set, and what else is in its value is of others"),
            Self::Absent => formatter.write_str("it was never set, and --no-delete writes no deletions"),
            Self::WholeKey => formatter.write_str(
                "its key was not there, and a .reg file could only delete one with all that others have in it",
            ),
            Self::KeyByItself => formatter.write_str(
                "it was never set, and a .reg file that deletes a value makes its key, which means something by itself",
            ),
            Self::OthersEntries => {
                formatter.write_str("programs add entries of their own to it, which a .reg file would replace")
            }
            Self::Secret(what) => write!(formatter, "left out: {what}"),
            Self::Unwritable(error) => write!(formatter, "a .reg file has no words for it: {error}"),
            Self::SamePlace(other) => write!(formatter, "{other} has something else at the same place"),
            Self::Together { with, because } => {
                write!(formatter, "it is written together with {with} or not at all; of that one: {because}")
            }
            Self::NoWingetId => formatter.write_str("it is not known under which id winget has it"),
            Self::NoProductId => formatter.write_str("it is not known under which id the Store has it"),
            Self::NoId(id) => write!(formatter, "'{id}' is no id that winget takes"),
            Self::NotInstalled => formatter.write_str("it is not installed; Windows keeps it from coming back"),
            Self::KindOfContent => {
                formatter.write_str("default associations are of file types and links, and not of kinds of content")
            }
            Self::Newer => formatter.write_str("the profile has the newer place of this choice, which counts"),
            Self::NoText => formatter.write_str("what is chosen there is no text"),
            Self::XmlCharacter(code) => write!(formatter, "the character U+{code:04X} cannot stand in XML"),
            Self::OnlyWindowsReads => formatter.write_str("the pins stand in a file that only Windows reads"),
            Self::NoNameElsewhere => {
                formatter.write_str("what it starts has no name by which another PC would find it")
            }
            Self::Unread(why) => write!(formatter, "the pins could not be read: {why}"),
            Self::NotInProfile => formatter.write_str("the profile has nothing of it"),
        }
    }
}
