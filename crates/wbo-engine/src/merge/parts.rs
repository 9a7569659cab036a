//! The parts of a value that both sides changed: bits, and elements of lists.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::{Bytes, Item};
use registry::{Value, ValueType, View, upcase};

use super::three::{Three, bits};
use crate::capture;
use crate::catalogue::{Bits, Form, MergeBy, RegistryPlace, Setting};
use crate::describe;

/// The value that has what both sides made of its parts; `None`, where the catalogue knows no parts of it, or where both
/// sides changed the same of them differently.
pub(super) fn merged(known: Option<&Setting>, row: Three<Option<&Item>>) -> Option<Item> {
    let (ours, theirs) = (row.ours?, row.theirs?);
    let place = known.and_then(|setting| describe::place_of(setting, ours))?;
    let values = Three { base: row.base.and_then(value_of), ours: value_of(ours), theirs: value_of(theirs) };
    let value = match place.merge? {
        MergeBy::Bits => {
            merged_bits(place.bits?, &Three { base: values.base?, ours: values.ours?, theirs: values.theirs? })
        }
        MergeBy::Elements => merged_elements(place, values.base.as_ref(), &values.ours?, &values.theirs?),
    }?;
    // Where the sides spell its name differently, one spelling is taken, whoever is called ours.
    let Item::Value { path, name, .. } = ours.max(theirs) else { return None };
    let state = profile_format::Value { kind: value.kind.0, data: Bytes(value.data) };
    Some(Item::Value { path: path.clone(), name: name.clone(), state: Some(state) })
}

fn value_of(item: &Item) -> Option<Value> {
    match item {
        Item::Value { state: Some(value), .. } => {
            Some(Value { kind: ValueType(value.kind), data: value.data.0.clone() })
        }
        _ => None,
    }
}

fn merged_bits(of: Bits, values: &Three<Value>) -> Option<Value> {
    // Apart from these bits they must be the same.
    let laid_into = |value: &Value| capture::merged_bits(value, of, &values.ours).as_ref() == Some(&values.ours);
    if !laid_into(&values.base) || !laid_into(&values.theirs) {
        return None;
    }
    let number = |value: &Value| capture::bits_number(value, of);
    let numbers = Three { base: number(&values.base)?, ours: number(&values.ours)?, theirs: number(&values.theirs)? };
    // A bit that is not to be as ours has it is to be as theirs has it.
    match (bits(numbers) ^ numbers.ours) << of.mask.trailing_zeros() {
        0 => Some(values.ours.clone()),
        mask => capture::merged_bits(&values.ours, Bits { byte: of.byte, mask }, &values.theirs),
    }
}

/// An element of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Element {
    /// What tells it from others.
    key: Vec<u16>,
    /// As it is written.
    units: Vec<u16>,
}

fn merged_elements(place: &RegistryPlace, base: Option<&Value>, ours: &Value, theirs: &Value) -> Option<Value> {
    let kind = kind_of(ours.kind, theirs.kind)?;
    let base = base.map_or_else(|| Some(Vec::new()), |base| elements(place, base))?;
    let merged = combined(&Three { base, ours: elements(place, ours)?, theirs: elements(place, theirs)? })?;
    Some(written(place, kind, &merged))
}

/// A text that one side wrote with variables may have some.
fn kind_of(ours: ValueType, theirs: ValueType) -> Option<ValueType> {
    let is_text = |kind| kind == ValueType::SZ || kind == ValueType::EXPAND_SZ;
    match ours == theirs {
        true => Some(ours),
        false => (is_text(ours) && is_text(theirs)).then_some(ValueType::EXPAND_SZ),
    }
}

fn elements(place: &RegistryPlace, value: &Value) -> Option<Vec<Element>> {
    let exact = |units: Vec<u16>| Element { key: units.clone(), units };
    match (place.form, value.view()) {
        (Some(Form::GuidList), View::Bytes(data)) => {
            let (guids, rest) = data.as_chunks::<16>();
            let units =
                |guid: &[u8; 16]| guid.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            rest.is_empty().then(|| guids.iter().map(units).map(exact).collect())
        }
        (Some(Form::Paths), View::Text(text)) => paths(&text),
        (None, View::List(texts)) => Some(texts.into_iter().map(exact).collect()),
        _ => None,
    }
}

/// The paths between semicolons. Where quotes or commas may divide them otherwise, they are none.
fn paths(text: &[u16]) -> Option<Vec<Element>> {
    if text.contains(&u16::from(b'"')) || text.contains(&u16::from(b',')) {
        return None;
    }
    let paths = text.split(|unit| *unit == u16::from(b';')).filter(|path| !path.is_empty());
    let element = |path: &[u16]| Element { key: path.iter().map(|unit| upcase(*unit)).collect(), units: path.to_vec() };
    Some(paths.map(element).collect())
}

fn written(place: &RegistryPlace, kind: ValueType, elements: &[Element]) -> Value {
    let all = elements.iter().map(|element| element.units.clone());
    match place.form {
        Some(Form::GuidList) => Value { kind, data: all.flatten().flat_map(u16::to_le_bytes).collect() },
        Some(Form::Paths) => {
            let joined = all.collect::<Vec<_>>().join(&u16::from(b';'));
            Value::new(kind, &View::Text(joined))
        }
        _ => Value::new(kind, &View::List(all.collect())),
    }
}

/// A list with what both sides added and without what one of them removed, in the order of who moved something.
/// `None`, where both moved something, or where an element stands twice.
fn combined(lists: &Three<Vec<Element>>) -> Option<Vec<Element>> {
    let keys = lists.as_ref().map(|list| list.iter().map(|element| &*element.key).collect::<BTreeSet<_>>());
    if lists.as_ref().each().into_iter().zip(keys.as_ref().each()).any(|(list, keys)| list.len() != keys.len()) {
        return None;
    }
    let stays = |element: &&Element| bits(keys.as_ref().map(|keys| u32::from(keys.contains(&*element.key)))) == 1;
    let kept = lists.as_ref().map(|list| list.iter().filter(stays).collect::<Vec<_>>());
    let spine = spine(&keys, &kept)?;
    let (hanging, other_hanging) = (hanging(&kept.ours, &keys.theirs), hanging(&kept.theirs, &keys.ours));
    let mut combined = Vec::new();
    for anchor in std::iter::once(None).chain(spine.iter().copied().map(Some)) {
        combined.extend(anchor.map(|anchor| spelled(&kept, anchor)));
        let after = anchor.map(|anchor| &*anchor.key);
        let mut blocks = [hanging.get(&after), other_hanging.get(&after)];
        // Which of two additions comes first must not hang on who is called ours.
        blocks.sort();
        combined.extend(blocks.into_iter().flatten().flatten().map(|element| (*element).clone()));
    }
    Some(combined)
}

/// What both sides have of what is kept, in the order of the side that moved something.
fn spine<'e>(keys: &Three<BTreeSet<&[u16]>>, kept: &Three<Vec<&'e Element>>) -> Option<Vec<&'e Element>> {
    let within = |list: &[&'e Element], keys: &BTreeSet<&[u16]>| -> Vec<&'e Element> {
        list.iter().copied().filter(|element| keys.contains(&*element.key)).collect()
    };
    let key = |list: &[&'e Element]| -> Vec<&'e [u16]> { list.iter().map(|element| &*element.key).collect() };
    let (ours, theirs) = (within(&kept.ours, &keys.theirs), within(&kept.theirs, &keys.ours));
    if key(&ours) == key(&theirs) {
        return Some(ours);
    }
    let before = key(&kept.base);
    let unmoved = |list: &[&'e Element]| key(&within(list, &keys.base)) == before;
    match (unmoved(&ours), unmoved(&theirs)) {
        (true, false) => Some(theirs),
        (false, true) => Some(ours),
        _ => None,
    }
}

/// What one side alone has, behind what it stands behind there.
fn hanging<'e>(list: &[&'e Element], others: &BTreeSet<&[u16]>) -> BTreeMap<Option<&'e [u16]>, Vec<&'e Element>> {
    let mut hanging: BTreeMap<Option<&[u16]>, Vec<&Element>> = BTreeMap::new();
    let mut anchor = None;
    for element in list.iter().copied() {
        match others.contains(&*element.key) {
            true => anchor = Some(&*element.key),
            false => hanging.entry(anchor).or_default().push(element),
        }
    }
    hanging
}

/// An element that both have, as it is spelled where it was changed.
fn spelled(kept: &Three<Vec<&Element>>, element: &Element) -> Element {
    let find =
        |list: &Vec<&Element>| list.iter().find(|other| other.key == element.key).map(|other| other.units.clone());
    let units = kept.as_ref().map(find);
    let settled = units.as_ref().settled(|_, _| false).or_else(|| Some((&units.ours).max(&units.theirs)));
    let units = settled.cloned().flatten().unwrap_or_else(|| element.units.clone());
    Element { key: element.key.clone(), units }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<Element> {
        paths(&text.split_whitespace().collect::<Vec<_>>().join(";").encode_utf16().collect::<Vec<_>>()).unwrap()
    }

    fn text(list: &[Element]) -> String {
        list.iter().map(|element| String::from_utf16(&element.units).unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lists_are_merged_by_element() {
        let table = [
            ("a b", "a b c", "a b d", Some("a b c d")),
            ("a b", "a b d", "a b c", Some("a b c d")),
            ("a b c", "a c", "a b", Some("a")),
            ("a b", "b", "a b c", Some("b c")),
            ("a b c", "c a b", "a b c d", Some("c d a b")),
            ("a b", "b a", "x a b", Some("x b a")),
            ("a b c", "b a c", "a c b", None),
            ("", "a b", "b a", None),
            ("", "a b", "a c", Some("a b c")),
            ("a", "a a b", "a c", None),
            ("a", "A b", "a c", Some("A b c")),
            ("a", "b", "c", Some("b c")),
        ];
        for (base, ours, theirs, expected) in table {
            let three = Three { base: list(base), ours: list(ours), theirs: list(theirs) };
            let found = combined(&three).map(|found| text(&found));
            assert_eq!(found.as_deref(), expected, "{base:?} {ours:?} {theirs:?}");
            let swapped = Three { base: list(base), ours: list(theirs), theirs: list(ours) };
            assert_eq!(combined(&swapped).map(|found| text(&found)), found, "{base:?} {theirs:?} {ours:?}");
        }
    }

    #[test]
    fn bits_are_merged_each_by_itself() {
        let of = Bits { byte: Some(1), mask: 0x3c };
        let bytes = |byte: u8| Value { kind: ValueType::BINARY, data: vec![0, byte] };
        let found = merged_bits(of, &Three { base: bytes(0x0c), ours: bytes(0x08), theirs: bytes(0x1c) });
        assert_eq!(found, Some(bytes(0x18)));
        let number = Three { base: Value::dword(1), ours: Value::dword(3), theirs: Value::dword(4) };
        assert_eq!(merged_bits(Bits { byte: None, mask: 7 }, &number), Some(Value::dword(6)));
        let beyond = Three { base: Value::dword(1), ours: Value::dword(3), theirs: Value::dword(12) };
        assert_eq!(merged_bits(Bits { byte: None, mask: 7 }, &beyond), None);
        let other = Three { base: Value::dword(1), ours: Value::dword(3), theirs: Value::text("4") };
        assert_eq!(merged_bits(Bits { byte: None, mask: 7 }, &other), None);
    }
}
