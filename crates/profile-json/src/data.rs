//! The data of registry values, in the most legible form that loses nothing.

use std::fmt;

use profile_format::{Bytes, RegistryType, Value};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::hex::HexBytes;
use crate::words::{Named, decimal};

/// A view of a value's data, by its type:
///
/// - `REG_DWORD` of four bytes: a number;
/// - `REG_QWORD` of eight bytes: a text of decimal digits, because most JSON readers round large numbers;
/// - `REG_SZ` and `REG_EXPAND_SZ`, UTF-16 with one zero, at the end: a text;
/// - `REG_MULTI_SZ`, texts that are not empty, each ended by a zero, and one zero more: a list of texts;
/// - everything else: `{"hex": "…"}`, which every type may have.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum DataJson {
    Number(u32),
    Text(String),
    List(Vec<String>),
    Hex(HexBytes),
}

impl DataJson {
    /// The one view that is written for a value.
    pub(crate) fn of(value: &Value) -> Self {
        let Value { kind, data: Bytes(data) } = value;
        let view = match RegistryType(*kind) {
            RegistryType::DWORD => data.as_slice().try_into().ok().map(|bytes| Self::Number(u32::from_le_bytes(bytes))),
            RegistryType::QWORD => {
                data.as_slice().try_into().ok().map(|bytes| Self::Text(u64::from_le_bytes(bytes).to_string()))
            }
            RegistryType::SZ | RegistryType::EXPAND_SZ => text(data).map(Self::Text),
            RegistryType::MULTI_SZ => list(data).map(Self::List),
            _ => None,
        };
        view.unwrap_or_else(|| Self::Hex(HexBytes(data.clone())))
    }

    /// The bytes that a value of this type has.
    pub(crate) fn read(self, kind: RegistryType) -> Result<Bytes, Problem> {
        let bytes = match (kind, self) {
            (_, Self::Hex(HexBytes(bytes))) => bytes,
            (RegistryType::DWORD, Self::Number(number)) => number.to_le_bytes().to_vec(),
            (RegistryType::QWORD, Self::Text(found)) => match decimal(&found) {
                Some(number) => number.to_le_bytes().to_vec(),
                None => return Err(Problem::Quad { found }),
            },
            (RegistryType::SZ | RegistryType::EXPAND_SZ, Self::Text(text)) => ended(&text)?,
            (RegistryType::MULTI_SZ, Self::List(list)) => list_bytes(&list)?,
            (kind, other) => return Err(other.form_error(kind)),
        };
        Ok(Bytes(bytes))
    }

    fn form_error(&self, kind: RegistryType) -> Problem {
        let expected = match kind {
            RegistryType::DWORD => "a number",
            RegistryType::QWORD => "a text of decimal digits",
            RegistryType::SZ | RegistryType::EXPAND_SZ => "a text",
            RegistryType::MULTI_SZ => "a list of texts",
            _ => return Problem::DataHex { kind: type_name(kind) },
        };
        let found = match self {
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list of texts",
            Self::Hex(_) => "hexadecimal",
        };
        Problem::DataForm { kind: type_name(kind), expected, found }
    }
}

fn type_name(kind: RegistryType) -> String {
    kind.name().map_or_else(|| format!("type {}", kind.number()), str::to_owned)
}

/// A text whose only zero is its last character.
fn text(data: &[u8]) -> Option<String> {
    let text = unicode(data)?;
    let text = text.strip_suffix('\0')?;
    (!text.contains('\0')).then(|| text.to_owned())
}

/// Texts that are not empty. The empty list is a single zero, as Windows writes it.
fn list(data: &[u8]) -> Option<Vec<String>> {
    let text = unicode(data)?;
    let texts = text.strip_suffix('\0')?;
    if texts.is_empty() {
        return Some(Vec::new());
    }
    let texts: Vec<_> = texts.strip_suffix('\0')?.split('\0').map(str::to_owned).collect();
    (!texts.iter().any(String::is_empty)).then_some(texts)
}

fn unicode(data: &[u8]) -> Option<String> {
    let (units, []) = data.as_chunks::<2>() else { return None };
    char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit))).collect::<Result<_, _>>().ok()
}

fn list_bytes(list: &[String]) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    for text in list {
        if text.is_empty() {
            return Err(Problem::EmptyText);
        }
        bytes.extend(ended(text)?);
    }
    bytes.extend([0, 0]);
    Ok(bytes)
}

/// The text in UTF-16, and the zero that ends it.
fn ended(text: &str) -> Result<Vec<u8>, Problem> {
    if text.contains('\0') {
        return Err(Problem::Zero);
    }
    Ok(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect())
}

/// The object that stands for any bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HexObject {
    hex: HexBytes,
}

impl Serialize for DataJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
            Self::Hex(bytes) => HexObject { hex: bytes.clone() }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for DataJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = DataJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of 32 bits, a text, a list of texts or {\"hex\": \"…\"}")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<DataJson, E> {
        let number = u32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))?;
        Ok(DataJson::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<DataJson, E> {
        Ok(DataJson::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<DataJson, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(DataJson::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DataJson, A::Error> {
        let object = HexObject::deserialize(MapAccessDeserializer::new(map))?;
        Ok(DataJson::Hex(object.hex))
    }
}

#[cfg(test)]
mod tests {
    use profile_format::Value;

    use super::DataJson;

    fn check(kind: u32, data: &[u8], json: &str) {
        let value = Value { kind, data: data.to_vec().into() };
        assert_eq!(serde_json::to_string(&DataJson::of(&value)).unwrap(), json, "{value:?}");
    }

    #[test]
    fn typed_views_are_for_data_that_fits_its_type() {
        check(4, &[1, 0, 0, 0x80], "2147483649");
        check(4, &[1, 0, 0], r#"{"hex":"010000"}"#);
        check(4, &[], r#"{"hex":""}"#);
        check(11, &[0xff; 8], r#""18446744073709551615""#);
        check(11, &[0; 4], r#"{"hex":"00000000"}"#);
        check(3, &[1, 2], r#"{"hex":"0102"}"#);
        check(0xffff_ffff, b"", r#"{"hex":""}"#);
    }

    #[test]
    fn a_text_has_one_zero_at_its_end() {
        check(1, b"a\0\xe4\0\0\0", r#""aä""#);
        check(2, b"\0\0", r#""""#);
        check(1, b"", r#"{"hex":""}"#);
        check(1, b"a\0", r#"{"hex":"6100"}"#);
        check(1, b"a\0\0\0\0\0", r#"{"hex":"610000000000"}"#);
        check(1, b"a\0\0\0b\0\0\0", r#"{"hex":"6100000062000000"}"#);
        check(1, b"a\0\0\0\0", r#"{"hex":"6100000000"}"#);
        check(1, b"\0\xd8\0\0", r#"{"hex":"00d80000"}"#);
        check(2, b"\x3d\xd8\0\xde\0\0", r#""😀""#);
    }

    #[test]
    fn a_list_of_texts_ends_with_two_zeros() {
        check(7, b"a\0\0\0b\0\0\0\0\0", r#"["a","b"]"#);
        check(7, b"\0\0", "[]");
        check(7, b"", r#"{"hex":""}"#);
        check(7, b"\0\0\0\0", r#"{"hex":"00000000"}"#);
        check(7, b"a\0\0\0", r#"{"hex":"61000000"}"#);
        check(7, b"a\0\0\0\0\0b\0\0\0\0\0", r#"{"hex":"610000000000620000000000"}"#);
    }
}
