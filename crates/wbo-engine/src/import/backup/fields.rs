//! What fields of payloads mean: which setting, and which value of it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use profile_format::{Bytes, Item, Text, Value as Stored};
use registry::{Name, Value, ValueType, View};
use serde::Deserialize;

use crate::NameGlob;
use crate::catalogue::{Bits, Catalogue, Kind, Place, RegistryPlace, Setting, Values};
use crate::import::json::Json;

/// The settings of a catalogue by the fields that Microsoft's backup has for them.
pub(super) struct Table<'c> {
    settings: BTreeMap<String, &'c Setting>,
}

/// tables/windows-backup.toml.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meanings {
    same: Vec<String>,
    inverse: Vec<String>,
    bookkeeping: Vec<String>,
    values: BTreeMap<String, BTreeMap<String, String>>,
    times: BTreeMap<String, u64>,
    refused: Vec<Refusal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    types: Vec<String>,
    why: String,
}

const MEANINGS_TEXT: &str = include_str!("../../../tables/windows-backup.toml");

/// A test reads the table strictly.
static MEANINGS: LazyLock<Meanings> = LazyLock::new(|| toml::from_str(MEANINGS_TEXT).unwrap_or_default());

const NOT_KNOWN: &str = "the catalogue does not know it";
const NOT_TRANSLATED: &str = "the catalogue knows it in another form, which is not translated";
const OTHER_VALUE: &str = "it has a value whose meaning is not known";

impl<'c> Table<'c> {
    pub(super) fn of(catalogue: &'c Catalogue) -> Self {
        let named = catalogue.settings().filter_map(|setting| Some((folded(setting.microsoft.as_deref()?), setting)));
        Self { settings: named.collect() }
    }

    /// Why settings of this type never come across, where they do not.
    #[expect(clippy::unused_self, reason = "what is refused is asked of the table like everything else")]
    pub(super) fn refused(&self, kind: &str) -> Option<&'static str> {
        let name = Name::from(kind);
        let fits = |refusal: &&Refusal| refusal.types.iter().any(|glob| NameGlob::new(glob).matches(&name));
        MEANINGS.refused.iter().find(fits).map(|refusal| &*refusal.why)
    }

    #[expect(clippy::unused_self, reason = "as above")]
    pub(super) fn is_bookkeeping(&self, field: &str) -> bool {
        MEANINGS.bookkeeping.iter().any(|other| other.eq_ignore_ascii_case(field))
    }

    /// The setting that a field is, with the value that it says; or why it is none.
    pub(super) fn setting(&self, kind: &str, field: &str, value: &Json) -> Result<(&'c Setting, Item), &'static str> {
        let name = folded(&format!("{kind}/{field}"));
        let Some(setting) = self.settings.get(&name) else {
            return Err(if self.settings.contains_key(&folded(kind)) { NOT_TRANSLATED } else { NOT_KNOWN });
        };
        let text = MEANINGS.text(&name, value)?;
        let item = item(setting, &text).ok_or(NOT_TRANSLATED)?;
        Ok((setting, item))
    }
}

/// A type and a field as they are compared: in any case, and types with or without the plural, in which Microsoft's own
/// pages differ (`shellstatesetting`, `shellstatesettings`).
fn folded(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.split_once('/') {
        Some((kind, field)) => format!("{}/{field}", kind.trim_end_matches('s')),
        None => name.trim_end_matches('s').to_owned(),
    }
}

impl Meanings {
    /// The value, as text, that a field stands for.
    fn text(&self, name: &str, value: &Json) -> Result<String, &'static str> {
        let is_here = |list: &[String]| list.iter().any(|other| folded(other) == name);
        let found = |map: &BTreeMap<String, String>, text: &str| map.get(text).cloned().ok_or(OTHER_VALUE);
        match value {
            Json::Bool(value) if is_here(&self.same) => Ok(u8::from(*value).to_string()),
            Json::Bool(value) if is_here(&self.inverse) => Ok(u8::from(!*value).to_string()),
            Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
                let text = match value {
                    Json::Bool(value) => value.to_string(),
                    Json::Number(number) => number.to_string(),
                    Json::Text(text) => text.clone(),
                    Json::Null | Json::List(_) | Json::Object(_) => return Err(OTHER_VALUE),
                };
                if let Some((_, map)) = self.values.iter().find(|(other, _)| folded(other) == name) {
                    return found(map, &text);
                }
                match self.times.iter().find(|(other, _)| folded(other) == name) {
                    Some((_, times)) => {
                        let number = text.parse::<u64>().ok().and_then(|number| number.checked_mul(*times));
                        number.map(|number| number.to_string()).ok_or(OTHER_VALUE)
                    }
                    None if is_here(&self.same) || is_here(&self.inverse) => Err(OTHER_VALUE),
                    None => Err(NOT_TRANSLATED),
                }
            }
            Json::Null | Json::List(_) | Json::Object(_) => Err(NOT_TRANSLATED),
        }
    }
}

/// The item that says this value of a setting; `None`, where the setting is not one value of the registry.
fn item(setting: &Setting, text: &str) -> Option<Item> {
    let [part] = &*setting.parts else { return None };
    let Place::Registry(place) = &part.place else { return None };
    let Values::One(name) = &place.values else { return None };
    if place.hive.is_some() || place.keys.is_some() || place.each.is_some() || part.name.is_some() {
        return None;
    }
    let value = value(place, text)?;
    let state = Some(Stored { kind: value.kind.0, data: Bytes(value.data) });
    Some(Item::Value { path: Vec::new(), name: Text(name.units().to_vec()), state })
}

/// The value of the registry that a text stands for, as the catalogue writes values.
fn value(place: &RegistryPlace, text: &str) -> Option<Value> {
    match (place.bits, place.kind) {
        (Some(bits), _) => value_of_bits(place.kind, bits, text.parse().ok()?),
        (None, Kind::Dword) => Some(Value::dword(text.parse().ok()?)),
        (None, Kind::Text) => Some(Value::new(ValueType::SZ, &View::Text(text.encode_utf16().collect()))),
        (None, _) => None,
    }
}

/// A value of which only these bits are said, as capture keeps it.
fn value_of_bits(kind: Kind, bits: Bits, number: u32) -> Option<Value> {
    let shifted = number.checked_shl(bits.mask.trailing_zeros()).filter(|shifted| shifted & !bits.mask == 0)?;
    match bits.byte {
        Some(byte) => {
            let mut data = vec![0; byte];
            data.extend(shifted.to_le_bytes().get(..bits.width())?);
            Some(Value { kind: ValueType::BINARY, data })
        }
        None if kind == Kind::Dword => Some(Value::dword(shifted)),
        None => Some(Value::new(ValueType::SZ, &View::Text(shifted.to_string().encode_utf16().collect()))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Each field is of one setting of the catalogue, and stands for values that this has.
    #[test]
    fn the_table_is_about_settings_of_the_catalogue() {
        let meanings: Meanings = toml::from_str(MEANINGS_TEXT).unwrap();
        let catalogue = Catalogue::standard().unwrap();
        let named: Vec<String> =
            catalogue.settings().filter_map(|setting| setting.microsoft.as_deref()).map(folded).collect();
        assert_eq!(named.len(), named.iter().collect::<BTreeSet<_>>().len(), "a field is of two settings");
        let table = Table::of(&catalogue);
        let flags = [Json::Bool(true), Json::Bool(false)];
        let mut cases: Vec<(&str, Json)> = Vec::new();
        for field in meanings.same.iter().chain(&meanings.inverse) {
            cases.extend(flags.iter().map(|flag| (&**field, flag.clone())));
        }
        for (field, values) in &meanings.values {
            cases.extend(values.keys().map(|value| (&**field, Json::Text(value.clone()))));
        }
        cases.extend(meanings.times.keys().map(|field| (&**field, Json::Number(60.into()))));
        assert!(cases.len() > 90, "{}", cases.len());
        for (name, value) in cases {
            let (kind, field) = name.split_once('/').unwrap();
            let (setting, item) = table.setting(kind, field, &value).unwrap_or_else(|why| panic!("{name}: {why}"));
            let Place::Registry(place) = &setting.parts[0].place else { panic!("{name}") };
            let Item::Value { state: Some(state), .. } = &item else { panic!("{name}") };
            let stored = Value { kind: ValueType(state.kind), data: state.data.0.clone() };
            assert_eq!(crate::capture::unexpected(place, &stored), None, "{name}");
            let words = crate::describe::item(setting, &item).unwrap();
            let labels = &place.labels;
            assert!(labels.is_empty() || labels.iter().any(|(_, label)| *label == words), "{name}: {words}");
        }
    }

    #[test]
    fn what_no_page_says_is_not_guessed() {
        let catalogue = Catalogue::standard().unwrap();
        let table = Table::of(&catalogue);
        let advanced = "windows.data.fileexplorerclassic.folderoptionsadvancedsettings";
        let rows = [
            (advanced, "showExtensions", Json::Text("yes".to_owned()), OTHER_VALUE),
            (advanced, "showExtensions", Json::Number(1.into()), OTHER_VALUE),
            (advanced, "somethingNew", Json::Bool(true), NOT_KNOWN),
            (advanced, "showDriveLetters", Json::Bool(true), NOT_TRANSLATED),
            ("windows.data.background.desktopwallpaper", "position", Json::Number(3.into()), OTHER_VALUE),
            ("windows.data.background.desktopwallpaper", "position", Json::List(vec![]), NOT_TRANSLATED),
            ("windows.data.bluelightreduction.settings", "automaticOnSchedule", Json::Bool(true), NOT_TRANSLATED),
            (
                "windows.data.background.desktopwallpaper",
                "intervalInSeconds",
                Json::Number(u64::MAX.into()),
                OTHER_VALUE,
            ),
        ];
        for (kind, field, value, expected) in rows {
            assert_eq!(table.setting(kind, field, &value).unwrap_err(), expected, "{kind}/{field}");
        }
    }
}
