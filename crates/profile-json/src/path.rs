//! Paths of content files.

use std::fmt;

/// Where a content's bytes are, relative to the folder of the JSON file.
///
/// Such paths come from a file that anybody may have written, so they can only lead downwards, and mean the same on
/// every platform: names joined by forward slashes, each a name that Windows allows for a file. Whoever opens one still
/// has to mind links in the folder itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentPath(String);

/// Why a text is not a path of a content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentPathError {
    /// Nothing stands before, between or after slashes: an absolute path, a folder, or no path at all.
    #[error("{path:?} must be the path of a file below this one: names joined by single slashes")]
    EmptyName {
        /// The path.
        path: String,
    },
    /// A name is `.` or `..`.
    #[error("{path:?} must not contain the name {name:?}")]
    Dots {
        /// The path.
        path: String,
        /// The name.
        name: String,
    },
    /// A character that separates names, drives or streams on Windows, or that no file name there has.
    #[error("{path:?} must not contain {character:?}; names are joined by forward slashes")]
    Character {
        /// The path.
        path: String,
        /// The character.
        character: char,
    },
    /// Windows would drop the end of the name and open another file.
    #[error("{path:?} must not have a name that ends with a dot or a space: {name:?}")]
    Ending {
        /// The path.
        path: String,
        /// The name.
        name: String,
    },
    /// Windows would open a device.
    #[error("{path:?} must not contain {name:?}, which is the name of a device on Windows")]
    Device {
        /// The path.
        path: String,
        /// The name.
        name: String,
    },
}

impl ContentPath {
    /// Checks a path.
    pub fn new(path: impl Into<String>) -> Result<Self, ContentPathError> {
        let path = path.into();
        match path.split('/').find_map(|name| flaw(&path, name)) {
            Some(error) => Err(error),
            None => Ok(Self(path)),
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn flaw(path: &str, name: &str) -> Option<ContentPathError> {
    let path = path.to_owned();
    if name.is_empty() {
        Some(ContentPathError::EmptyName { path })
    } else if let "." | ".." = name {
        Some(ContentPathError::Dots { path, name: name.to_owned() })
    } else if let Some(character) = name.chars().find(|character| is_forbidden(*character)) {
        Some(ContentPathError::Character { path, character })
    } else if name.ends_with(['.', ' ']) {
        Some(ContentPathError::Ending { path, name: name.to_owned() })
    } else if is_device(name) {
        Some(ContentPathError::Device { path, name: name.to_owned() })
    } else {
        None
    }
}

fn is_forbidden(character: char) -> bool {
    character.is_control() || matches!(character, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*')
}

/// Device names count with any extension and in any case. For ports, Windows takes superscript digits for digits.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let is_port = |stem: &str| {
        let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
        number.is_some_and(|number| {
            let mut digits = number.chars();
            matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || is_port(&stem)
}

#[cfg(test)]
mod tests {
    use super::{ContentPath, ContentPathError};

    #[test]
    fn paths_lead_downwards() {
        for path in ["a", "contents/0a1b", "a/b.c/d", "..a", "a..b", ".hidden", "console", "com10", "Bücher/ü 1.txt"]
        {
            assert_eq!(ContentPath::new(path).as_ref().map(ContentPath::as_str), Ok(path));
        }
    }

    #[test]
    fn every_way_out_is_refused() {
        type Flaw = fn(&ContentPathError) -> bool;
        let flaws: [(Flaw, &[&str]); 5] = [
            (
                |e| matches!(e, ContentPathError::EmptyName { .. }),
                &["", "/", "/etc/passwd", "a//b", "a/", "//srv/share"],
            ),
            (|e| matches!(e, ContentPathError::Dots { .. }), &[".", "..", "../a", "a/../b", "a/..", "./a"]),
            (
                |e| matches!(e, ContentPathError::Character { .. }),
                &[
                    "C:/a",
                    "c:a",
                    "a:stream",
                    "a\\b",
                    "..\\a",
                    "\\\\srv\\a",
                    "a\0",
                    "a\nb",
                    "a\u{85}",
                    "a*",
                    "a?",
                    "\"a\"",
                ],
            ),
            (|e| matches!(e, ContentPathError::Ending { .. }), &["a.", "a ", "a/.. /b", "...", "a. /b"]),
            (
                |e| matches!(e, ContentPathError::Device { .. }),
                &["con", "NUL", "a/Aux.txt", "com1", "LPT9.a.b", "COM²", "nul .txt", "conin$"],
            ),
        ];
        for (expected, paths) in flaws {
            for path in paths {
                let error = ContentPath::new(*path).expect_err(path);
                assert!(expected(&error), "{path:?}: {error}");
            }
        }
    }
}
