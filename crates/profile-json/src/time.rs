//! Points in time.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use profile_format::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// A time in the form of RFC 3339, in UTC and whole seconds: `2025-06-15T15:06:40Z`.
///
/// That form has four digits for the year. A time outside of the years 0 to 9999 is its number of seconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeJson(pub(crate) Timestamp);

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

fn format(Timestamp(seconds): Timestamp) -> Option<String> {
    let time = EPOCH.checked_add(SignedDuration::from_secs(seconds)).ok()?;
    (time.year() >= 0).then(|| format!("{time}Z"))
}

/// Reads exactly what [`format`] writes: fractions or other time zones would be lost on the way.
fn parse(text: &str) -> Option<Timestamp> {
    let time: DateTime = text.strip_suffix('Z')?.parse().ok()?;
    let timestamp = Timestamp(time.duration_since(EPOCH).as_secs());
    (format(timestamp)? == text).then_some(timestamp)
}

impl Serialize for TimeJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match format(self.0) {
            Some(text) => serializer.serialize_str(&text),
            None => serializer.serialize_i64(self.0.0),
        }
    }
}

impl<'de> Deserialize<'de> for TimeJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = TimeJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as \"2025-06-15T15:06:40Z\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TimeJson, E> {
        parse(text).map(TimeJson).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<TimeJson, E> {
        Ok(TimeJson(Timestamp(seconds)))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<TimeJson, E> {
        let seconds = i64::try_from(seconds).map_err(|_| E::invalid_value(Unexpected::Unsigned(seconds), &self))?;
        self.visit_i64(seconds)
    }
}

#[cfg(test)]
mod tests {
    use profile_format::Timestamp;

    use super::{format, parse};

    #[test]
    fn years_of_four_digits_have_text() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_750_000_000, "2025-06-15T15:06:40Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(format(Timestamp(seconds)).as_deref(), Some(text));
            assert_eq!(parse(text), Some(Timestamp(seconds)));
        }
        for seconds in [-62_167_219_201, 253_402_300_800, i64::MIN, i64::MAX] {
            assert_eq!(format(Timestamp(seconds)), None);
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "2025-06-15T15:06:40",
            "2025-06-15T15:06:40+00:00",
            "2025-06-15T15:06:40.5Z",
            "2025-06-15t15:06:40Z",
            "2025-06-15 15:06:40Z",
            "2025-06-15Z",
            "2025-06-31T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "2025-06-15T15:06:40[UTC]Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
