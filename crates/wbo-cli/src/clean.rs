//! Text from files, made safe to show.

use std::fmt;

/// Shows text from a file or a key on one line: control characters, escapes for terminals, and characters that hide or
/// turn text around appear as their code points.
pub(crate) struct Clean<T>(pub(crate) T);

impl<T: AsRef<str>> fmt::Display for Clean<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&clean(self.0.as_ref()))
    }
}

/// As [`Clean`], for text that is used on.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => cleaned.push_str("\\n"),
            '\r' => cleaned.push_str("\\r"),
            '\t' => cleaned.push_str("\\t"),
            character if is_unsafe(character) => cleaned.push_str(&format!("\\u{{{:04x}}}", u32::from(character))),
            character => cleaned.push(character),
        }
    }
    cleaned
}

/// Control characters, and all that is invisible, moves the cursor's direction, or breaks lines.
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_shown_instead() {
        let table = [
            ("Alice Müller 日本", "Alice Müller 日本"),
            ("\u{1b}[2J\u{1b}]0;owned\u{7}", "\\u{001b}[2J\\u{001b}]0;owned\\u{0007}"),
            ("\u{9b}31m", "\\u{009b}31m"),
            ("a\r\nwbo: 0 done", "a\\r\\nwbo: 0 done"),
            ("exe.\u{202e}gpj", "exe.\\u{202e}gpj"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("no character\u{ffff}", "no character\\u{ffff}"),
        ];
        for (text, shown) in table {
            assert_eq!(clean(text), shown);
        }
    }
}
