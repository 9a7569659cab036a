//! Lines that fit a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text in lines of so many columns, divided between words where that is possible. What is no word to divide, such as a
/// long path, is divided anywhere.
pub(crate) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(LEAST);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let width = word.trim_end().width();
        if used > 0 && used + width > columns {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        for character in word.chars() {
            let width = character.width().unwrap_or_default();
            if used + width > columns {
                // Only blanks fall off the end of a line.
                if character == ' ' {
                    continue;
                }
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += width;
        }
    }
    let rest = line.trim_end();
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// Fewer columns than this are no terminal.
const LEAST: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_where_they_can() {
        let table: [(&str, &[&str]); 6] = [
            ("", &[""]),
            ("one", &["one"]),
            ("twenty columns are here, and more", &["twenty columns are", "here, and more"]),
            ("C:\\a\\path\\without\\any\\blank", &["C:\\a\\path\\without\\an", "y\\blank"]),
            ("exactly twenty, yes! and", &["exactly twenty, yes!", "and"]),
            ("日本語日本語日本語日本語", &["日本語日本語日本語日", "本語"]),
        ];
        for (text, lines) in table {
            assert_eq!(wrapped(text, 20), lines, "{text}");
        }
    }
}
