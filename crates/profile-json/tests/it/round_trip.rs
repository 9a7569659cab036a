//! Nothing is lost on the way to JSON and back.

use profile_format::{CaptureMethod, Document, Item, Replaced};
use profile_json::{Defaults, JsonError, View, document_value, from_json, json_text, to_json};
use proptest::prelude::*;
use serde_json::Value;

use crate::arbitrary::sample;
use crate::fixtures::{self, Fixture};

proptest! {
    #[test]
    fn every_document_comes_back(sample in sample()) {
        let place = |content: &_| sample.place(content);
        let text = to_json(&sample.document, &place, View::Full).unwrap();

        let (document, places) = from_json(&text, &Defaults::default()).unwrap();
        prop_assert_eq!(&document, &sample.document);
        let expected = document.contents().iter().map(|content| (content.id, place(content))).collect();
        prop_assert_eq!(&places, &expected);

        let again = to_json(&document, &|content| places[&content.id].clone(), View::Full).unwrap();
        prop_assert_eq!(again, text);
    }

    #[test]
    fn order_does_not_matter_to_the_reader(sample in sample()) {
        let value = document_value(&sample.document, &|content| sample.place(content), View::Full).unwrap();
        let text = reversed(value).to_string();
        prop_assert_eq!(from_json(&text, &Defaults::default()).unwrap().0, sample.document);
    }

    #[test]
    fn hexadecimal_stands_for_any_data(sample in sample()) {
        let mut value = document_value(&sample.document, &|content| sample.place(content), View::Full).unwrap();
        let settings = sample.document.sections.iter().flat_map(|section| &section.settings);
        let items = settings.flat_map(|setting| &setting.items).filter_map(|item| match item {
            Item::Value { state, .. } => state.as_ref(),
            _ => None,
        });
        let steps = sample.document.undo.iter().flat_map(|undo| &undo.steps).flat_map(|step| match &step.what {
            Replaced::Value { before, after, .. } => [before.as_ref(), after.as_ref()],
            _ => [None, None],
        });
        let mut data = items.chain(steps.flatten()).map(|value| &value.data.0);
        for_each_field(&mut value, "data", &mut |field| {
            let hex: String = data.next().unwrap().iter().map(|byte| format!("{byte:02X}")).collect();
            *field = serde_json::json!({ "hex": hex });
        });
        prop_assert_eq!(&from_json(&value.to_string(), &Defaults::default()).unwrap().0, &sample.document);
    }

    #[test]
    fn hostile_text_is_refused_or_read_but_never_a_panic(text in hostile()) {
        let _ = from_json(&text, &Defaults::default());
    }

    #[test]
    fn text_for_people_hides_no_character(sample in sample()) {
        let text = to_json(&sample.document, &|content| sample.place(content), View::Full).unwrap();
        let hides = |character: char| {
            (character.is_control() && character != '\n') || "\u{200b}\u{202e}\u{2066}\u{feff}\u{e0041}".contains(character)
        };
        prop_assert!(!text.contains(hides), "{text:?}");
        prop_assert_eq!(text.len() - text.trim_end().len(), 1);
    }
}

/// The fixtures with a piece cut out, doubled or replaced.
fn hostile() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![Just(String::new()), Just("null".to_owned()), Just("\"".to_owned()), "[0-9\\[\\]{}:,\"]{1,3}"];
    (any::<bool>(), any::<prop::sample::Index>(), 0_usize..40, piece).prop_map(|(small, at, len, piece)| {
        let text = Fixture::load(if small { "small" } else { "full" }).text;
        let characters: Vec<char> = text.chars().collect();
        let start = at.index(characters.len());
        let end = (start + len).min(characters.len());
        let before = characters[..start].iter().collect::<String>();
        before + &piece + &characters[end..].iter().collect::<String>()
    })
}

/// The same JSON, with every object and every list of objects the other way around.
fn reversed(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            Value::Object(object.into_iter().rev().map(|(key, value)| (key, reversed(value))).collect())
        }
        Value::Array(list) if list.iter().all(|entry| entry.is_object() && entry.get("utf16").is_none()) => {
            Value::Array(list.into_iter().rev().map(reversed).collect())
        }
        other => other,
    }
}

fn for_each_field(value: &mut Value, name: &str, change: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if key == name { change(value) } else { for_each_field(value, name, change) }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| for_each_field(value, name, change)),
        _ => {}
    }
}

#[test]
fn fixtures_are_canonical() {
    for name in ["small", "full", "undo"] {
        let Fixture { text, .. } = Fixture::load(name);
        let (document, places) = from_json(&text, &Defaults::default()).unwrap();
        let again = to_json(&document, &|content| places[&content.id].clone(), View::Full).unwrap();
        assert_eq!(again, text, "{name}");
    }
}

#[test]
fn embedded_documents_are_the_same_text() {
    let Fixture { text, .. } = Fixture::load("full");
    let (document, places) = from_json(&text, &Defaults::default()).unwrap();
    let value = document_value(&document, &|content| places[&content.id].clone(), View::Full).unwrap();
    assert_eq!(json_text(&value).unwrap(), text);
}

#[test]
fn documents_written_by_hand_need_an_id_and_a_time() {
    let Fixture { text, .. } = Fixture::load("authored");
    let defaults = fixtures::DEFAULTS;
    let (document, _) = from_json(&text, &defaults).unwrap();
    assert_eq!(Some(document.facts.id), defaults.id);
    assert_eq!(Some(document.facts.created), defaults.created);

    for lacking in [Defaults { id: None, ..defaults }, Defaults { created: None, ..defaults }] {
        assert!(matches!(from_json(&text, &lacking), Err(JsonError::Entry { .. })), "{lacking:?}");
    }
}

#[test]
fn stated_facts_win_over_defaults() {
    let Fixture { text, .. } = Fixture::load("small");
    let with = from_json(&text, &fixtures::DEFAULTS).unwrap().0;
    assert_eq!(with, from_json(&text, &Defaults::default()).unwrap().0);
}

#[test]
fn numbers_stand_for_words() {
    let Fixture { text, .. } = Fixture::load("small");
    let numbers = text
        .replace("\"method\": \"live\"", "\"method\": 1")
        .replace("\"kind\": \"workgroup\"", "\"kind\": 1")
        .replace("\"personalization\":", "\"4\":")
        .replace("\"REG_DWORD\"", "4")
        .replace("\"pinned-to-taskbar\"", "2")
        .replace("\"scope\": \"machine\"", "\"scope\": 2")
        .replace("\"code\": \"sign-in-again\"", "\"code\": 8");
    let read = |text: &str| -> Document { from_json(text, &Defaults::default()).unwrap().0 };
    assert_eq!(numbers.matches("\"type\": 4").count(), 4);
    assert_eq!(read(&numbers), read(&text));
}

#[test]
fn every_method_of_capture_has_its_word() {
    let Fixture { text, .. } = Fixture::load("small");
    for (word, method) in [
        ("\"live\"", CaptureMethod::LIVE),
        ("\"offline\"", CaptureMethod::OFFLINE),
        ("\"merged\"", CaptureMethod::MERGED),
        ("\"authored\"", CaptureMethod::AUTHORED),
        ("\"replaced\"", CaptureMethod::REPLACED),
        ("6", CaptureMethod(6)),
    ] {
        let text = text.replace("\"live\"", word);
        let (document, places) = from_json(&text, &Defaults::default()).unwrap();
        assert_eq!(document.facts.method, method);
        assert_eq!(to_json(&document, &|content| places[&content.id].clone(), View::Full).unwrap(), text);
    }
}
