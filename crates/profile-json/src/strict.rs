//! What no field of a document may be.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Refuses `null` anywhere: serde reads it like a missing field, and then two texts would say "not known".
pub(crate) fn check(text: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str(text).map(|NoNull| ())
}

/// Any JSON without a `null` in it.
struct NoNull;

impl<'de> Deserialize<'de> for NoNull {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NoNullVisitor)
    }
}

struct NoNullVisitor;

impl<'de> Visitor<'de> for NoNullVisitor {
    type Value = NoNull;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without null")
    }

    fn visit_unit<E: Error>(self) -> Result<NoNull, E> {
        Err(E::custom("null says nothing; leave the field out"))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<NoNull, E> {
        Ok(NoNull)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<NoNull, E> {
        Ok(NoNull)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<NoNull, E> {
        Ok(NoNull)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<NoNull, E> {
        Ok(NoNull)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<NoNull, E> {
        Ok(NoNull)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<NoNull, A::Error> {
        while list.next_element::<NoNull>()?.is_some() {}
        Ok(NoNull)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<NoNull, A::Error> {
        while object.next_entry::<NoNull, NoNull>()?.is_some() {}
        Ok(NoNull)
    }
}
