//! UTF-16 text.

use std::fmt;

use profile_format::Text;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// A text: a JSON string, or `{"utf16": [numbers]}` when a lone surrogate keeps it from being one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TextJson(pub(crate) Text);

impl TextJson {
    pub(crate) fn list(texts: &[Text]) -> Vec<Self> {
        texts.iter().cloned().map(Self).collect()
    }
}

/// The code units of a text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    utf16: Vec<u16>,
}

impl Serialize for TextJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_unicode() {
            Some(text) => serializer.serialize_str(&text),
            None => Units { utf16: self.0.0.clone() }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TextJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = TextJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or {\"utf16\": [numbers]}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TextJson, E> {
        Ok(TextJson(Text::from(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextJson, A::Error> {
        let units = Units::deserialize(MapAccessDeserializer::new(map))?;
        Ok(TextJson(Text(units.utf16)))
    }
}
