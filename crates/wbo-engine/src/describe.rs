//! What settings are, in words.

use profile_format::Item;
use registry::{Value, ValueType, View};

use crate::catalogue::{Fallback, Place, RegistryPlace, Setting, Unit};
use crate::{capture, forms};

/// An item of a setting in words; `None`, where it is absent.
pub fn item(setting: &Setting, item: &Item) -> Option<String> {
    item_of(Some(setting), item)
}

/// As [`item`], of a setting that no catalogue knows.
pub fn unknown_item(item: &Item) -> Option<String> {
    item_of(None, item)
}

fn item_of(setting: Option<&Setting>, item: &Item) -> Option<String> {
    match item {
        Item::Key { present, .. } => present.then(|| "a key without values".to_owned()),
        Item::Value { state, .. } => {
            let state = state.as_ref()?;
            let found = Value { kind: ValueType(state.kind), data: state.data.0.clone() };
            Some(match setting.and_then(|setting| place_of(setting, item)) {
                Some(place) => value(place, &found),
                None => plain(&found),
            })
        }
        Item::File { state, .. } => state.as_ref().map(|state| format!("a file of {} bytes", state.content.size)),
    }
}

/// The text or the number of an item that is a value with one.
pub(crate) fn item_text(item: &Item) -> Option<String> {
    let Item::Value { state: Some(state), .. } = item else { return None };
    text_of(&Value { kind: ValueType(state.kind), data: state.data.0.clone() })
}

/// The place of the registry that an item of a setting is from.
pub(crate) fn place_of<'s>(setting: &'s Setting, item: &Item) -> Option<&'s RegistryPlace> {
    let first = item.path().first().map(profile_format::Text::to_string_lossy);
    let part = setting.parts.iter().find(|part| part.name.is_none() || part.name == first)?;
    match &part.place {
        Place::Registry(place) => Some(place),
        Place::Files(_) => None,
    }
}

/// A value in words, by what the catalogue knows of its place: a label, a decoded form, a number with its unit.
pub fn value(place: &RegistryPlace, value: &Value) -> String {
    let number = place.bits.and_then(|bits| capture::bits_number(value, bits)).map(u64::from);
    let text = number.map(|number| number.to_string()).or_else(|| text_of(value));
    let label = text.as_ref().and_then(|text| place.labels.iter().find(|(value, _)| value == text));
    if let Some((_, label)) = label {
        return label.clone();
    }
    if let Some(words) = place.form.and_then(|form| forms::describe(form, value)) {
        return words;
    }
    match (number, place.unit, text) {
        (Some(number), _, _) => number.to_string(),
        (None, Some(unit), Some(text)) => with_unit(&text, unit),
        (None, _, _) => plain(value),
    }
}

/// What Windows does while the value is absent, in words.
pub fn default(place: &RegistryPlace) -> Option<String> {
    let text = match place.default.as_ref()? {
        Fallback::Number(number) => number.to_string(),
        Fallback::Text(text) => text.clone(),
        Fallback::List(texts) => return Some(texts.join(", ")),
    };
    let label = place.labels.iter().find(|(value, _)| *value == text).map(|(_, label)| label.clone());
    Some(label.unwrap_or_else(|| place.unit.map_or(text.clone(), |unit| with_unit(&text, unit))))
}

fn with_unit(text: &str, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{text} %"),
        Unit::Kelvin => format!("{text} K"),
        unit => format!("{text} {}", unit.word()),
    }
}

/// The text or the number that a value is.
fn text_of(value: &Value) -> Option<String> {
    match value.view() {
        View::Text(text) => Some(String::from_utf16_lossy(&text)),
        View::Dword(number) => Some(number.to_string()),
        View::Qword(number) => Some(number.to_string()),
        View::List(_) | View::Bytes(_) => None,
    }
}

/// A value as it is: text, lists and numbers in full, other bytes in part.
pub fn plain(value: &Value) -> String {
    /// Bytes that are shown before the rest is counted.
    const SHOWN: usize = 16;
    match value.view() {
        View::List(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| String::from_utf16_lossy(text)).collect();
            texts.join(", ")
        }
        View::Bytes(data) => {
            let shown: Vec<String> = data.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
            let more = if data.len() > SHOWN { "…" } else { "" };
            format!("{} bytes: {}{more}", data.len(), shown.join(" "))
        }
        _ => text_of(value).unwrap_or_default(),
    }
}
