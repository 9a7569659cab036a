//! Paths of content files.

use std::fmt;

use profile_format::{FileNameFlaw, file_name_flaw};

/// Where a content's bytes are, relative to the folder of the JSON file.
///
/// Such paths come from a file that anybody may have written, so they can only lead downwards, and mean the same on
/// every platform: names joined by forward slashes, each a name that Windows allows for a file. Whoever opens one still
/// has to mind links in the folder itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentPath(String);

/// Why a text is not a path of a content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} must be the path of a file below this one, names joined by single slashes: {flaw}")]
pub struct ContentPathError {
    /// The path.
    pub path: String,
    /// What is wrong with one of its names.
    pub flaw: FileNameFlaw,
}

impl ContentPath {
    /// Checks a path.
    pub fn new(path: impl Into<String>) -> Result<Self, ContentPathError> {
        let path = path.into();
        match path.split('/').find_map(file_name_flaw) {
            Some(flaw) => Err(ContentPathError { path, flaw }),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_downwards() {
        for path in ["a", "contents/0a1b", "a/b.c/d", "..a", ".hidden", "Bücher/ü 1.txt"] {
            assert_eq!(ContentPath::new(path).as_ref().map(ContentPath::as_str), Ok(path));
        }
    }

    #[test]
    fn every_way_out_is_refused() {
        let table: [(FileNameFlaw, &[&str]); 5] = [
            (FileNameFlaw::Empty, &["", "/", "/etc/passwd", "a//b", "a/", "//srv/share"]),
            (FileNameFlaw::Ending, &[".", "..", "../a", "a/../b", "a/..", "./a", "a. /b"]),
            (FileNameFlaw::Character(':'), &["C:/a", "c:a", "a/b:stream"]),
            (FileNameFlaw::Character('\\'), &["a\\b", "..\\a", "\\\\srv\\a"]),
            (FileNameFlaw::Device, &["con", "a/Aux.txt", "nul .txt/a"]),
        ];
        for (flaw, paths) in table {
            for path in paths {
                assert_eq!(ContentPath::new(*path).unwrap_err().flaw, flaw, "{path:?}");
            }
        }
    }
}
