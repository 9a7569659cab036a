//! What differs in one instance of a setting, item by item.

use std::cmp::Ordering;

use profile_format::{FileState, Item, Setting as Captured, SettingFlags, Text};
use registry::{Name, Value, ValueType, View};

use super::pairs::pairs;
use super::parts::Parts;
use super::{Extent, ItemDifference, State, name};
use crate::capture::is_absent;
use crate::catalogue::{Part, Place, RegistryPlace, Setting, Values};
use crate::describe;
use crate::meaning::means_the_same;

/// What differs between what two sides say of a setting; a side that says nothing of it is `None`.
pub(super) fn differences(
    setting: Option<&Setting>,
    before: Option<&Captured>,
    after: Option<&Captured>,
    extents: (Extent, Extent),
) -> Vec<ItemDifference> {
    let ours = before.map(|captured| &*captured.items).unwrap_or_default();
    let theirs = after.map(|captured| &*captured.items).unwrap_or_default();
    let by_text = [before, after].iter().flatten().all(|one| one.flags.contains(SettingFlags::TOKENS));
    let several = ours.len().max(theirs.len()) > 1;
    let mut differences = Vec::new();
    for (one, other) in pairs(ours, theirs, order, folded) {
        let (Some(item), false) = (one.or(other), is_same(setting, one, other, by_text)) else { continue };
        // What is absent on the side that names it, and not named by the other, is absent on both.
        let unnamed = |side: Option<&Captured>, own: Option<&Item>, extent| match (side, own) {
            (None, _) => Some(State::Unsaid),
            (Some(_), None) if extent == Extent::Part => Some(State::Unsaid),
            _ => None,
        };
        let (unsaid, other_unsaid) = (unnamed(before, one, extents.0), unnamed(after, other, extents.1));
        // Who names only a part says nothing of the rest.
        if before.is_some() && after.is_some() && (unsaid.is_some() || other_unsaid.is_some()) {
            continue;
        }
        let (from, to, parts) = told_apart(setting, item, one, other);
        let default = || setting.and_then(|setting| describe::place_of(setting, item)).and_then(describe::default);
        let state = |words: Option<String>| match words {
            Some(words) => State::Present(words),
            None => State::Absent { default: default() },
        };
        differences.push(ItemDifference {
            place: label(setting, item, several),
            before: unsaid.unwrap_or_else(|| state(from)),
            after: other_unsaid.unwrap_or_else(|| state(to)),
            parts,
        });
    }
    differences
}

/// The order in which documents have items.
pub(crate) fn order(one: &Item, other: &Item) -> Ordering {
    exact(one).cmp(&exact(other))
}

/// What tells items from each other in a document.
pub(crate) fn exact(item: &Item) -> (u8, &[Text], Option<&Text>) {
    (kind(item), item.path(), item.value_name())
}

fn kind(item: &Item) -> u8 {
    match item {
        Item::Key { .. } => 1,
        Item::Value { .. } => 2,
        Item::File { .. } => 3,
    }
}

/// What tells items from each other on Windows.
pub(crate) fn folded(item: &Item) -> (u8, Vec<Name>, Option<Name>) {
    (kind(item), item.path().iter().map(name).collect(), item.value_name().map(name))
}

/// Whether two items say the same, where not named is not there.
pub(crate) fn is_same(setting: Option<&Setting>, one: Option<&Item>, other: Option<&Item>, by_text: bool) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return one.or(other).is_none_or(is_absent);
    };
    match (one, other) {
        (Item::Value { state: Some(one_value), .. }, Item::Value { state: Some(other_value), .. }) => {
            one_value == other_value
                || setting
                    .and_then(|setting| describe::place_of(setting, one))
                    .is_some_and(|place| means_the_same(place, &value(one_value), &value(other_value), by_text))
        }
        // When a file was written is no part of what it says.
        (Item::File { state: Some(one), .. }, Item::File { state: Some(other), .. }) => {
            one.content == other.content && one.attributes == other.attributes
        }
        (Item::Key { present, .. }, Item::Key { present: other, .. }) => present == other,
        _ => is_absent(one) && is_absent(other),
    }
}

fn value(value: &profile_format::Value) -> Value {
    Value { kind: ValueType(value.kind), data: value.data.0.clone() }
}

/// What two items are, in words that are not the same.
pub(crate) fn told_apart(
    setting: Option<&Setting>,
    item: &Item,
    before: Option<&Item>,
    after: Option<&Item>,
) -> (Option<String>, Option<String>, Option<Parts>) {
    let place = setting.and_then(|setting| describe::place_of(setting, item));
    match (before.and_then(value_of), after.and_then(value_of)) {
        (Some(from), Some(to)) => {
            let (from_words, to_words) = values(place, &from, &to);
            let parts = Parts::of(place, &from, &to);
            (Some(from_words), Some(to_words), parts)
        }
        (None, None) => match (before.and_then(Item::file), after.and_then(Item::file)) {
            (Some(from), Some(to)) => {
                let (from, to) = (file(from, to.attributes), file(to, from.attributes));
                (Some(from), Some(to), None)
            }
            (from, to) => {
                let words = |item: Option<&Item>, state: Option<&FileState>| match state {
                    Some(state) => Some(file(state, state.attributes)),
                    None => item.filter(|item| !is_absent(item)).map(|_| "a key without values".to_owned()),
                };
                (words(before, from), words(after, to), None)
            }
        },
        (from, to) => {
            let words = |value: Option<Value>| value.map(|value| in_words(place, &value));
            (words(from), words(to), None)
        }
    }
}

fn value_of(item: &Item) -> Option<Value> {
    match item {
        Item::Value { state, .. } => state.as_ref().map(value),
        Item::Key { .. } | Item::File { .. } => None,
    }
}

fn in_words(place: Option<&RegistryPlace>, value: &Value) -> String {
    place.map_or_else(|| describe::plain(value), |place| describe::value(place, value))
}

/// Two values in words that tell them apart: by what the catalogue knows, else as they are, else by their types, else by
/// the bytes in which they differ.
fn values(place: Option<&RegistryPlace>, from: &Value, to: &Value) -> (String, String) {
    let words = (in_words(place, from), in_words(place, to));
    if words.0 != words.1 {
        return words;
    }
    let plain = (describe::plain(from), describe::plain(to));
    if plain.0 != plain.1 {
        return plain;
    }
    if from.kind != to.kind {
        let with_type = |value: &Value, words: String| {
            let kind = value.kind;
            kind.name().map_or_else(|| format!("{words} (type {})", kind.0), |name| format!("{words} ({name})"))
        };
        return (with_type(from, plain.0), with_type(to, plain.1));
    }
    let at = from.data.iter().zip(&to.data).position(|(one, other)| one != other);
    let at = at.unwrap_or_else(|| from.data.len().min(to.data.len()));
    (around(from, at), around(to, at))
}

/// The bytes of a value from one on.
fn around(value: &Value, at: usize) -> String {
    /// Bytes that are shown.
    const SHOWN: usize = 8;
    let bytes = value.data.iter().skip(at).take(SHOWN).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    match bytes.is_empty() {
        true => format!("{} bytes, none from byte {at} on", value.data.len()),
        false => format!("{} bytes, from byte {at} on {bytes}", value.data.len()),
    }
}

/// A file by its size and digest, and by those attributes that another does not have.
fn file(file: &FileState, other: u32) -> String {
    /// Digits of a digest that people compare.
    const DIGITS: usize = 12;
    let digest: String = file.content.id.to_string().chars().take(DIGITS).collect();
    let words = format!("{} bytes, SHA-256 {digest}…", file.content.size);
    match file.attributes == other {
        true => words,
        false => format!("{words}, attributes {:#x}", file.attributes),
    }
}

/// What tells an item from the others of its setting, where there may be others.
pub(crate) fn label(setting: Option<&Setting>, item: &Item, several: bool) -> Option<String> {
    let parts = setting.map(|setting| &*setting.parts).unwrap_or_default();
    let is_tree = |part: &Part| match &part.place {
        Place::Registry(place) => place.keys.is_some() || !matches!(place.values, Values::One(_)),
        Place::Files(_) => true,
    };
    if !several && parts.len() <= 1 && !parts.iter().any(is_tree) && setting.is_some() {
        return None;
    }
    let mut names: Vec<String> = item.path().iter().map(Text::to_string_lossy).collect();
    if parts.len() > 1 || parts.iter().any(|part| part.name.is_some()) {
        // A part that is one value needs no other name.
        let first = names.first().cloned();
        let part = parts.iter().find(|part| part.name == first);
        if part.is_some_and(|part| !is_tree(part)) {
            return first;
        }
    }
    if let Some(name) = item.value_name() {
        names.push(if name.0.is_empty() { "(default)".to_owned() } else { name.to_string_lossy() });
    }
    Some(names.join("\\"))
}

/// The texts of a list, where a value is one.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value.view() {
        View::List(texts) => Some(texts.iter().map(|text| String::from_utf16_lossy(text)).collect()),
        _ => None,
    }
}
