//! Text files of one thing a line: recipients, signers, revoked keys. And the text of keys, which is touchy about
//! its lines.

use zeroize::Zeroizing;

/// The lines that say something, with their numbers from 1: no blank ones, no comments, no white space around them.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_matches([' ', '\t', '\r'])));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// A private key's text as the strictest of its readers wants it: Unix line ends, nothing before and one line end after.
pub(crate) fn armored_key(text: &str) -> Zeroizing<String> {
    let text = text.trim();
    let mut unix = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.lines() {
        unix.push_str(line.trim_end());
        unix.push('\n');
    }
    unix
}

#[cfg(test)]
mod tests {
    #[test]
    fn comments_and_blank_lines_count_and_say_nothing() {
        let text = "\u{feff}# one\n\n  a b \r\n\t# four\nc";
        assert_eq!(super::entries(text).collect::<Vec<_>>(), [(3, "a b"), (5, "c")]);
    }
}
