//! XML, as far as lists of elements with attributes need it.

use std::fmt::Write;

/// A character that XML 1.0 has no place for, not even as a reference; half a surrogate pair is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoXmlCharacter(pub(super) u32);

/// An attribute with a space before it. Everything outside printable ASCII is written as a reference, so that the bytes
/// are the same in every encoding, and nothing in it acts on a terminal.
pub(super) fn attribute(name: &str, value: &str) -> Result<String, NoXmlCharacter> {
    let mut text = format!(" {name}=\"");
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            ' '..='~' => text.push(character),
            character if is_allowed(character) => {
                // Writing to a text does not fail.
                let _ = write!(text, "&#x{:X};", u32::from(character));
            }
            character => return Err(NoXmlCharacter(character.into())),
        }
    }
    text.push('"');
    Ok(text)
}

/// As [`attribute`], of UTF-16.
pub(super) fn attribute_of_units(name: &str, units: &[u16]) -> Result<String, NoXmlCharacter> {
    let text: Result<String, _> = char::decode_utf16(units.iter().copied()).collect();
    attribute(name, &text.map_err(|half| NoXmlCharacter(half.unpaired_surrogate().into()))?)
}

/// The characters of XML 1.0.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_say_every_character_or_refuse_it() {
        let rows = [
            ("a b", Ok(" x=\"a b\"")),
            ("\"<a&b>'", Ok(" x=\"&quot;&lt;a&amp;b&gt;'\"")),
            ("Zoë\u{202e}😀", Ok(" x=\"Zo&#xEB;&#x202E;&#x1F600;\"")),
            // As references, since a reader makes spaces of those that stand there as they are.
            ("\t\r\n\u{7f}\u{85}", Ok(" x=\"&#x9;&#xD;&#xA;&#x7F;&#x85;\"")),
            ("a\0b", Err(NoXmlCharacter(0))),
            ("\u{1b}", Err(NoXmlCharacter(0x1b))),
            ("\u{fffe}", Err(NoXmlCharacter(0xfffe))),
            ("\u{ffff}", Err(NoXmlCharacter(0xffff))),
        ];
        for (value, expected) in rows {
            assert_eq!(attribute("x", value), expected.map(str::to_owned), "{value:?}");
        }
        assert_eq!(attribute_of_units("x", &[0x61, 0xd83d]), Err(NoXmlCharacter(0xd83d)));
        assert_eq!(attribute_of_units("x", &[0xd83d, 0xde00]), Ok(" x=\"&#x1F600;\"".to_owned()));
    }
}
