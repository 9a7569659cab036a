//! Short ways to ask the list.

use registry::{Name, Value, ValueType};
use wbo_engine::secrets::Secrets;

pub(crate) use crate::support::{folders, key, path};

/// The id of the rule that denies a value.
pub(crate) fn value(place: &str, name: &str, value: &Value) -> Option<&'static str> {
    let denied = Secrets::standard().value(&key(place), &Name::from(name), value);
    denied.map(|denied| denied.rule.id.as_str())
}

/// The id of the rule that denies a file for its place.
pub(crate) fn file(text: &str) -> Option<&'static str> {
    Secrets::standard().file(&path(text), &folders()).map(|rule| rule.id.as_str())
}

/// The id of the rule that denies these bytes.
pub(crate) fn content(bytes: &[u8]) -> Option<&'static str> {
    Secrets::standard().content(bytes).map(|denied| denied.rule.id.as_str())
}

pub(crate) fn binary(data: &[u8]) -> Value {
    Value { kind: ValueType::BINARY, data: data.to_vec() }
}

pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
