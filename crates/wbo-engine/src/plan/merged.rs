//! What a value becomes when something of it is written.

use profile_format::Timestamp;
use registry::{FileTime, Name, Value, ValueType, View};

use crate::catalogue::RegistryPlace;
use crate::forms::{Form, Written};
use crate::meaning::night_light;

/// The value as it is written now: where Windows keeps only what was set last, it says that this was.
pub(super) fn as_of(place: &RegistryPlace, wanted: Value, found: Option<&Value>, now: FileTime) -> Value {
    if place.form != Some(Form::NightLight) {
        return wanted;
    }
    let Some(mut wanted_light) = night_light(&wanted) else { return wanted };
    let known = found.and_then(night_light).map(|light| light.written);
    wanted_light.written = match (wanted_light.written, known) {
        (Written::At(wanted), known) => {
            let known = match known {
                Some(Written::At(known)) => known.0.saturating_add(1),
                _ => 0,
            };
            Written::At(Timestamp(wanted.0.max(known).max(seconds(now))))
        }
        (Written::AtFileTime(wanted), known) => {
            let known = match known {
                Some(Written::AtFileTime(known)) => known.0.saturating_add(1),
                _ => 0,
            };
            Written::AtFileTime(FileTime(wanted.0.max(known).max(now.0)))
        }
    };
    Value { kind: wanted.kind, data: wanted_light.write() }
}

/// A list of paths with those of another behind it that it does not have.
pub(super) fn with_paths_of(wanted: Value, found: &Value) -> Value {
    let (View::Text(own), View::Text(others)) = (wanted.view(), found.view()) else { return wanted };
    let paths = |text: &[u16]| -> Vec<Name> {
        let parts = text.split(|unit| *unit == u16::from(b';')).filter(|part| !part.is_empty());
        parts.map(Name::from_units).collect()
    };
    let mut all = paths(&own);
    let before = all.len();
    for path in paths(&others) {
        if !all.contains(&path) {
            all.push(path);
        }
    }
    if all.len() == before {
        return wanted;
    }
    let joined = all.iter().map(Name::units).collect::<Vec<_>>().join(&u16::from(b';'));
    // A path of the other may need its variables.
    let kind = if found.kind == ValueType::EXPAND_SZ { found.kind } else { wanted.kind };
    Value::new(kind, &View::Text(joined))
}

/// Seconds since 1970 of a moment that is counted from 1601.
fn seconds(time: FileTime) -> i64 {
    const UNIX_EPOCH: i64 = 11_644_473_600;
    i64::try_from(time.0 / 10_000_000).unwrap_or(i64::MAX).saturating_sub(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_target_stay_behind_those_of_the_profile() {
        let rows = [
            ("C:\\a;C:\\b", "c:\\B;C:\\c", "C:\\a;C:\\b;C:\\c"),
            ("C:\\a", "", "C:\\a"),
            ("C:\\a;", "C:\\a", "C:\\a;"),
            ("", "C:\\a", "C:\\a"),
        ];
        for (wanted, found, expected) in rows {
            let merged = with_paths_of(Value::text(wanted), &Value::text(found));
            assert_eq!(merged, Value::text(expected), "{wanted} {found}");
            assert_eq!(with_paths_of(Value::text(wanted), &merged), merged);
        }
    }
}
