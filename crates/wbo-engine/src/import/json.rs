//! JSON of others, in which no name stands twice: which of two values is meant would be a guess.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::text;

/// A value of JSON. How deep values stand in each other is bounded by `serde_json`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As it is written, where it is whole.
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

/// Why something is not JSON that is read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is no text.
    #[error("it is not text in UTF-8 or UTF-16")]
    NotText,
    /// It has more bytes than such a file can have.
    #[error("it has {found} bytes; an export has at most {most}")]
    TooLarge {
        /// Its bytes.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// It is not JSON, or a name stands twice in it, or it is too deep.
    #[error("{0}")]
    Syntax(String),
}

/// Bytes of a file. Each can become a value of some dozen bytes, so this bounds memory too; all settings of a hundred
/// devices are a tenth of it.
const MOST: usize = 32 << 20;

/// Reads a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
    if bytes.len() > MOST {
        return Err(JsonError::TooLarge { found: bytes.len(), most: MOST });
    }
    let text = text::decode(bytes).ok_or(JsonError::NotText)?;
    serde_json::from_str(&text).map_err(|error| JsonError::Syntax(error.to_string()))
}

impl Json {
    /// What stands under a name in an object. Windows tools write names in either case.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        let Self::Object(object) = self else { return None };
        object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A text that stands under a name and is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A list that stands under a name. `ConvertTo-Json` of PowerShell writes a list of one as the one alone.
    pub(super) fn list(&self, name: &str) -> &[Json] {
        match self.get(name) {
            Some(Self::List(list)) => list,
            Some(one @ Self::Object(_)) => std::slice::from_ref(one),
            _ => &[],
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = BTreeMap::new();
        while let Some((name, value)) = entries.next_entry::<String, Json>()? {
            if object.contains_key(&name) {
                // The name itself may be a secret.
                return Err(A::Error::custom(
                    "a name stands twice in one object, and only one of the two can be meant",
                ));
            }
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ambiguous_or_too_deep_is_refused() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let rows = [
            (r#"{"a": 1, "a": 2}"#, "a name stands twice"),
            (r#"[{"b": {"a": null, "a": null}}]"#, "a name stands twice"),
            (&*deep, "recursion limit exceeded"),
            ("{\"a\": 1", "EOF"),
            ("{} {}", "trailing characters"),
            ("1e999", "number out of range"),
            ("", "EOF"),
        ];
        for (text, expected) in rows {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(parse(b"\xff"), Err(JsonError::NotText));
        let long = vec![b' '; MOST + 1];
        assert_eq!(parse(&long), Err(JsonError::TooLarge { found: MOST + 1, most: MOST }));
    }

    #[test]
    fn names_are_found_in_any_case_and_a_list_of_one_without_its_brackets() {
        let json =
            parse(br#"{"Name": "x", "one": {"a": true}, "many": [1, -2, 1.5], "none": null, "empty": ""}"#).unwrap();
        assert_eq!(json.text("name"), Some("x"));
        assert_eq!(json.text("empty"), None);
        assert_eq!((json.list("one").len(), json.list("many").len(), json.list("none").len()), (1, 3, 0));
    }
}
