//! Text as programs on Windows write it: UTF-8 with or without a byte order mark, or UTF-16 with one.

/// The text, without its byte order mark. `None` where the bytes are no text of these kinds.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    if let Some(units) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(units, u16::from_le_bytes);
    }
    if let Some(units) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(units, u16::from_be_bytes);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    String::from_utf8(text.to_vec()).ok()
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units: Option<Vec<u16>> = pairs.map(|pair| Some(unit(pair.try_into().ok()?))).collect();
    String::from_utf16(&units?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_marks_say_how_a_text_is_written() {
        let rows: [(&[u8], Option<&str>); 8] = [
            (b"", Some("")),
            (b"\xef\xbb\xbf\xc3\xa4", Some("\u{e4}")),
            (b"\xff\xfea\0", Some("a")),
            (b"\xfe\xff\0a", Some("a")),
            (b"\xff\xfea", None),
            (b"\xff\xfe\0\xd8", None),
            (b"\xff", None),
            (b"a\0", Some("a\0")),
        ];
        for (bytes, text) in rows {
            assert_eq!(decode(bytes).as_deref(), text, "{bytes:?}");
        }
    }
}
