//! The schema says what is written, and what can be read.

use jsonschema::Validator;
use profile_format::{Category, NoteCode};
use profile_json::{Defaults, View, document_value, from_json};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::arbitrary::sample;
use crate::fixtures::{DEFAULTS, Fixture};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/document.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn check(validator: &Validator, value: &Value) {
    let errors: Vec<_> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
}

#[test]
fn fixtures_keep_the_schema() {
    let validator = validator();
    for name in ["small", "full", "authored", "undo"] {
        check(&validator, &serde_json::from_str(&Fixture::load(name).text).unwrap());
    }
}

#[test]
fn random_documents_keep_the_schema() {
    let validator = validator();
    proptest!(|(sample in sample(), redact in any::<bool>())| {
        let view = if redact { View::Redacted } else { View::Full };
        check(&validator, &document_value(&sample.document, &|content| sample.place(content), view).unwrap());
    });
}

#[test]
fn the_schema_has_the_words_of_the_format() {
    let schema = schema();
    let words = |pointer: &str| schema.pointer(pointer).unwrap().clone();
    let categories: Vec<_> = Category::NAMED.iter().map(|(_, name)| *name).collect();
    assert_eq!(words("/$defs/category/anyOf/0/enum"), json!(categories));
    let codes: Vec<_> = NoteCode::NAMED.iter().map(|(_, name)| *name).collect();
    assert_eq!(words("/$defs/noteCode/anyOf/0/enum"), json!(codes));
}

#[test]
fn wrong_documents_break_the_schema() {
    let validator = validator();
    let small: Value = serde_json::from_str(&Fixture::load("small").text).unwrap();
    let wrong = [
        ("/wbo", json!("policy")),
        ("/version", json!(2)),
        ("/redacted", json!(1)),
        ("/profile/id", json!("5a0f")),
        ("/profile/created", json!("yesterday")),
        ("/profile/method", json!("guessed")),
        ("/device/build", json!(-1)),
        ("/sections/65536", json!([])),
        ("/sections/start/0/id", json!("Taskbar")),
        ("/sections/start/0/items", json!([])),
        ("/sections/start/0/items/0/data", json!("1")),
        ("/sections/start/0/items/0/type", json!("REG_BINARY")),
        ("/sections/start/0/items/0/absent", json!(true)),
        ("/sections/start/0/hidden", json!(true)),
        ("/notes/0/hidden", json!(true)),
        ("/contents/00", json!({"size": 0, "text": ""})),
    ];
    for (pointer, value) in wrong {
        assert!(!validator.is_valid(&with(&small, pointer, value)), "{pointer}");
    }
    let undo: Value = serde_json::from_str(&Fixture::load("undo").text).unwrap();
    let wrong = [
        ("/undo/apply", json!("a0")),
        ("/undo/steps", json!([])),
        ("/undo/steps/0/settings", json!([])),
        ("/undo/steps/0/settings/0", json!("Drives")),
        ("/undo/steps/0/key", json!(["HKCU"])),
        ("/undo/steps/0/key/0", json!("HKU")),
        ("/undo/steps/0/hidden", json!(true)),
        ("/undo/steps/0/after", json!({"absent": true})),
        ("/undo/steps/0/before/class", json!("of nothing")),
        ("/undo/steps/1/before/security", json!("0")),
        ("/undo/steps/5/before/data", json!("1")),
        ("/undo/steps/5/before", json!({"hidden": true})),
        ("/undo/steps/6/file/0", json!("c:")),
        ("/undo/steps/6/after/security", json!("00")),
    ];
    for (pointer, value) in wrong {
        assert!(!validator.is_valid(&with(&undo, pointer, value)), "{pointer}");
    }
}

/// Every part of the fixtures is taken out, or replaced by something else. Whatever is still read keeps the schema, and
/// what no document may have, neither of them accepts.
#[test]
fn reader_and_schema_agree_about_forms() {
    let validator = validator();
    let replacements = [
        json!(null),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!(true),
        json!(false),
    ];
    for name in ["small", "full", "authored", "undo"] {
        let fixture: Value = serde_json::from_str(&Fixture::load(name).text).unwrap();
        for pointer in pointers(&fixture) {
            let replaced = replacements.iter().map(|value| with(&fixture, &pointer, value.clone()));
            for changed in replaced.chain([without(&fixture, &pointer)]) {
                let is_read = from_json(&changed.to_string(), &DEFAULTS).is_ok();
                assert!(
                    !is_read || validator.is_valid(&changed),
                    "{pointer} is read, but not by the schema: {changed:#}"
                );
            }
            for never in
                [with(&fixture, &pointer, json!(null)), with(&fixture, &format!("{pointer}/surprise"), json!(1))]
            {
                if never != fixture {
                    assert!(from_json(&never.to_string(), &DEFAULTS).is_err(), "{pointer}");
                    assert!(!validator.is_valid(&never), "{pointer}");
                }
            }
        }
    }
}

/// Pointers to all values inside a value.
fn pointers(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => {
            object.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let below = |(key, child): (String, &Value)| {
        let inner = pointers(child).into_iter().map(|pointer| format!("/{key}{pointer}")).collect::<Vec<_>>();
        std::iter::once(format!("/{key}")).chain(inner)
    };
    children.into_iter().flat_map(below).collect()
}

/// The value with something else at a place, which may be a new field of an object.
fn with(value: &Value, pointer: &str, new: Value) -> Value {
    let mut value = value.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent) {
        Some(Value::Object(object)) => drop(object.insert(key.to_owned(), new)),
        Some(Value::Array(list)) => {
            if let Some(entry) = key.parse().ok().and_then(|index: usize| list.get_mut(index)) {
                *entry = new;
            }
        }
        _ => {}
    }
    value
}

fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent) {
        Some(Value::Object(object)) => drop(object.shift_remove(key)),
        Some(Value::Array(list)) => drop(list.remove(key.parse().unwrap())),
        _ => {}
    }
    value
}

#[test]
fn complete_documents_need_no_defaults() {
    for name in ["small", "full"] {
        assert!(from_json(&Fixture::load(name).text, &Defaults::default()).is_ok(), "{name}");
    }
}
