//! Text of UTF-16 units, in which half a surrogate pair may stand alone, as JSON and for people.

use registry::Name;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::clean::is_unsafe;

/// Text of units as a JSON string. Half a surrogate pair is its escape, `\ud83d`, which lenient parsers keep.
#[derive(Clone, Debug)]
pub(crate) struct JsonUnits(pub(crate) Vec<u16>);

impl From<&Name> for JsonUnits {
    fn from(name: &Name) -> Self {
        Self(name.units().to_vec())
    }
}

impl Serialize for JsonUnits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(text) = String::from_utf16(&self.0) {
            return serializer.serialize_str(&text);
        }
        let mut json = Vec::new();
        push_json(&mut json, self.0.iter().copied());
        let json = String::from_utf8_lossy(&json).into_owned();
        RawValue::from_string(json).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// Text of units for people; half a surrogate pair as an escape. What a terminal would act on is still in it.
pub(crate) fn text(units: impl IntoIterator<Item = u16>) -> String {
    Name::from_units(units.into_iter().collect::<Vec<_>>()).to_string()
}

/// Appends a JSON string, in which what a terminal would act on is an escape.
pub(crate) fn push_json(json: &mut Vec<u8>, units: impl IntoIterator<Item = u16>) {
    json.push(b'"');
    let mut pair = [0; 2];
    let mut bytes = [0; 4];
    for unit in char::decode_utf16(units) {
        match unit {
            Ok(character @ ('"' | '\\')) => json.extend([b'\\', character as u8]),
            Ok('\n') => json.extend(b"\\n"),
            Ok('\r') => json.extend(b"\\r"),
            Ok('\t') => json.extend(b"\\t"),
            Ok(character) if is_unsafe(character) => {
                character.encode_utf16(&mut pair).iter().for_each(|unit| push_escape(json, *unit));
            }
            Ok(character) => json.extend(character.encode_utf8(&mut bytes).as_bytes()),
            Err(half) => push_escape(json, half.unpaired_surrogate()),
        }
    }
    json.push(b'"');
}

/// As [`push_json`], for bytes that each stand for a unit below 256.
pub(crate) fn push_json_latin1(json: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
        json.push(b'"');
        json.extend(bytes);
        json.push(b'"');
    } else {
        push_json(json, bytes.iter().map(|byte| u16::from(*byte)));
    }
}

/// Appends bytes in hexadecimal.
pub(crate) fn push_hex(text: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}

fn push_escape(json: &mut Vec<u8>, unit: u16) {
    json.extend(b"\\u");
    push_hex(json, &unit.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_itself_again_or_an_escape() {
        let table: [(&[u16], &str); 5] = [
            (&[0x41, 0x22, 0x5c, 0x2f], r#""A\"\\/""#),
            (&[0, 0x1b, 0x0a, 0x7f, 0x9b], r#""\u0000\u001b\n\u007f\u009b""#),
            (&[0xd83d, 0xde00], "\"\u{1f600}\""),
            (&[0x61, 0xd83d], r#""a\ud83d""#),
            (&[0x202e, 0xdb40, 0xdc01], r#""\u202e\udb40\udc01""#),
        ];
        for (units, expected) in table {
            let mut json = Vec::new();
            push_json(&mut json, units.iter().copied());
            assert_eq!(String::from_utf8(json).unwrap(), expected);
        }
        let mut json = Vec::new();
        push_json_latin1(&mut json, b"a b\"\xe4\x1b");
        assert_eq!(String::from_utf8(json).unwrap(), "\"a b\\\"ä\\u001b\"");
        assert_eq!(serde_json::to_string(&JsonUnits(vec![0x61, 0xd83d])).unwrap(), r#""a\ud83d""#);
    }
}
