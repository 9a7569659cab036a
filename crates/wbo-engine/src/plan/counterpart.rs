//! Settings that moved: what an older or a newer Windows has in place of another.

use profile_format::{Bytes, Item, Text};
use registry::{Value, ValueType, View};

use super::Skip;
use crate::capture::bits_number;
use crate::catalogue::{Catalogue, Kind, Place, RegistryPlace, Setting, Values};

/// The setting that a build of Windows has in place of this one, which it does not have.
pub(super) fn on<'c>(setting: &Setting, build: u32, catalogue: &'c Catalogue) -> Option<&'c Setting> {
    let newer = setting.became.as_ref().and_then(|became| catalogue.get(&became.id));
    let older = || catalogue.settings().find(|older| is_older(older, setting) && older.builds.contains(build));
    newer.filter(|newer| newer.builds.contains(build)).or_else(older)
}

/// What an item of a setting is, where it is written as another setting.
pub(crate) fn translated(item: &Item, from: &Setting, to: &Setting) -> Result<Item, Skip> {
    let none = || Skip::NoCounterpart { other: to.id.clone() };
    let (source, goal) = (only_value(from).ok_or_else(none)?, only_value(to).ok_or_else(none)?);
    let Item::Value { state, .. } = item else { return Err(none()) };
    let Values::One(name) = &goal.values else { return Err(none()) };
    let state = match state {
        None => None,
        Some(value) => {
            let value = Value { kind: ValueType(value.kind), data: value.data.0.clone() };
            let text = text(source, &value).ok_or_else(none)?;
            let other = in_words_of(&text, from, to).ok_or_else(none)?;
            let value = written(goal, &other).ok_or_else(none)?;
            Some(profile_format::Value { kind: value.kind.0, data: Bytes(value.data) })
        }
    };
    Ok(Item::Value { path: vec![], name: Text(name.units().to_vec()), state })
}

fn is_older(older: &Setting, newer: &Setting) -> bool {
    older.became.as_ref().is_some_and(|became| became.id == newer.id)
}

/// What means the same in the other setting.
fn in_words_of(text: &str, from: &Setting, to: &Setting) -> Option<String> {
    let (newer, values) = match (&from.became, &to.became) {
        (Some(became), _) if became.id == to.id => (true, &became.values),
        (_, Some(became)) if became.id == from.id => (false, &became.values),
        _ => return None,
    };
    if values.is_empty() {
        return Some(text.to_owned());
    }
    let mut pairs = values.iter().map(|(old, new)| if newer { (old, new) } else { (new, old) });
    pairs.find(|(one, _)| *one == text).map(|(_, other)| other.clone())
}

/// The place of a setting that is a single value.
fn only_value(setting: &Setting) -> Option<&RegistryPlace> {
    match &*setting.parts {
        [part] => match &part.place {
            Place::Registry(place)
                if place.hive.is_none()
                    && place.keys.is_none()
                    && place.each.is_none()
                    && matches!(place.values, Values::One(_)) =>
            {
                Some(place)
            }
            _ => None,
        },
        _ => None,
    }
}

fn text(place: &RegistryPlace, value: &Value) -> Option<String> {
    match place.bits {
        Some(bits) => bits_number(value, bits).map(|number| number.to_string()),
        None => match value.view() {
            View::Dword(number) => Some(number.to_string()),
            View::Text(text) => String::from_utf16(&text).ok(),
            _ => None,
        },
    }
}

/// The value that is this text at a place; of bits, with all others cleared.
fn written(place: &RegistryPlace, text: &str) -> Option<Value> {
    let number = || text.parse::<u32>().ok();
    match (place.bits, place.kind) {
        (Some(bits), _) => {
            let number = number()?.checked_shl(bits.mask.trailing_zeros()).filter(|number| number & !bits.mask == 0)?;
            Some(match bits.byte {
                Some(byte) => {
                    let mut data = vec![0; byte];
                    data.extend_from_slice(number.to_le_bytes().get(..bits.width())?);
                    Value { kind: ValueType::BINARY, data }
                }
                None if place.kind == Kind::Text => Value::text(&number.to_string()),
                None => Value::dword(number),
            })
        }
        (None, Kind::Dword) => number().map(Value::dword),
        (None, Kind::Text) => Some(Value::text(text)),
        _ => None,
    }
}
