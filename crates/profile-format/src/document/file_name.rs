//! Which names a file can have: those that every Windows, and everything else, takes for one file and that file.

/// Why a text is no name for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileNameFlaw {
    /// Nothing at all.
    #[error("a name is empty")]
    Empty,
    /// A character that separates names, drives or streams, that stands for others, or that no name has.
    #[error("{0:?} is in no name of a file on Windows")]
    Character(char),
    /// `.`, `..`, or an ending that Windows drops to open another file.
    #[error("a name ends with a dot or a space, which Windows drops")]
    Ending,
    /// A name that opens a device, in every folder, in any case, with any extension.
    #[error("it names a device on Windows")]
    Device,
}

/// What is wrong with `name` as the name of a file, if anything is. The same on every system, so that what one
/// refuses another does not write.
pub fn file_name_flaw(name: &str) -> Option<FileNameFlaw> {
    const FORBIDDEN: [char; 9] = ['\\', '/', ':', '*', '?', '"', '<', '>', '|'];
    if name.is_empty() {
        return Some(FileNameFlaw::Empty);
    }
    if let Some(character) = name.chars().find(|one| u32::from(*one) < 0x20 || FORBIDDEN.contains(one)) {
        return Some(FileNameFlaw::Character(character));
    }
    if name.ends_with(['.', ' ']) {
        return Some(FileNameFlaw::Ending);
    }
    is_device(name).then_some(FileNameFlaw::Device)
}

/// For the number of a port, Windows takes superscript digits for digits.
fn is_device(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ');
    match stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")) {
        Some(port) => {
            let mut digits = port.chars();
            matches!((digits.next(), digits.next()), (Some('0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'), None))
        }
        None => matches!(stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_one_file_everywhere() {
        for name in ["a", "..a", "a..b", ".hidden", "console", "com10", "COM", "Bücher 1.txt", "nul-", "\u{85}"] {
            assert_eq!(file_name_flaw(name), None, "{name:?}");
        }
    }

    #[test]
    fn names_that_mean_something_else() {
        let table: [(FileNameFlaw, &[&str]); 6] = [
            (FileNameFlaw::Empty, &[""]),
            (FileNameFlaw::Character(':'), &["C:a", "a:stream"]),
            (FileNameFlaw::Character('/'), &["a/b", "/"]),
            (FileNameFlaw::Character('\n'), &["a\nb"]),
            (FileNameFlaw::Ending, &[".", "..", "a.", "a ", "..."]),
            (FileNameFlaw::Device, &["con", "NUL", "Aux.txt", "com1", "LPT9.a.b", "COM²", "nul .txt", "conin$"]),
        ];
        for (flaw, names) in table {
            for name in names {
                assert_eq!(file_name_flaw(name), Some(flaw), "{name:?}");
            }
        }
    }
}
