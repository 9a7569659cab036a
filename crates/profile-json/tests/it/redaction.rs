//! What is personal does not show in a redacted view.

use profile_format::{
    Bytes, Content, ContentId, Document, FileState, Item, KeyState, Replaced, Setting, SettingFlags, Text, Value,
};
use profile_json::{Defaults, JsonError, View, document_value, from_json, to_json};
use proptest::prelude::*;

use crate::arbitrary::{Sample, sample};
use crate::fixtures::Fixture;

proptest! {
    /// Whatever stands in personal settings, in notes about them and in what an apply replaced, the view is the same.
    #[test]
    fn personal_values_do_not_reach_the_view(sample in sample()) {
        let other = Sample { document: without_personal(&sample.document), ..sample.clone() };
        prop_assert_eq!(redacted(&other), redacted(&sample));
    }

    #[test]
    fn a_redacted_view_is_refused(sample in sample()) {
        let refused = from_json(&redacted(&sample), &Defaults::default());
        prop_assert!(matches!(refused, Err(JsonError::Redacted)));
    }
}

fn redacted(sample: &Sample) -> String {
    to_json(&sample.document, &|content| sample.place(content), View::Redacted).unwrap()
}

/// A valid document that has other things where this one has personal ones.
fn without_personal(document: &Document) -> Document {
    let mut document = document.clone();
    let settings = document.sections.iter().flat_map(|section| &section.settings);
    let is_personal = |setting: &&Setting| setting.flags.contains(SettingFlags::PERSONAL);
    let personal: Vec<_> = settings.filter(is_personal).map(|setting| setting.id.clone()).collect();

    let settings = document.sections.iter_mut().flat_map(|section| &mut section.settings);
    for (index, setting) in settings.enumerate().filter(|(_, setting)| personal.contains(&setting.id)) {
        setting.instance = Some(Text::from(format!("{index:04}").as_str()));
        setting.items = vec![Item::Key { path: Vec::new(), present: true }];
    }
    for (index, note) in document.notes.iter_mut().enumerate() {
        if note.setting.as_ref().is_some_and(|id| personal.contains(id)) {
            (note.instance, note.place, note.text) = (None, None, format!("{index:04}"));
        }
    }
    let Some(undo) = &mut document.undo else { return document };
    for (index, step) in undo.steps.iter_mut().enumerate() {
        match step.settings.iter().any(|id| personal.contains(id)) {
            true => {
                let path = ["HKLM", "elsewhere", &format!("{index:04}")].map(Text::from).to_vec();
                step.what = Replaced::Key { path, before: None, after: true };
            }
            false => replace(&mut step.what),
        }
    }
    undo.steps.sort_by(|left, right| left.what.place().cmp(&right.what.place()));
    document
}

/// What is there stays there, and what is not, does not.
fn replace(what: &mut Replaced) {
    let value = |number: u8| Value { kind: 4711, data: Bytes(vec![number]) };
    match what {
        Replaced::Key { before, .. } => *before = before.take().map(|_| KeyState::default()),
        Replaced::Value { before, after, .. } => {
            (*before, *after) = (before.take().map(|_| value(1)), after.take().map(|_| value(2)));
        }
        Replaced::File { before, security, after, .. } => {
            let other = |number| FileState {
                content: Content { id: ContentId([number; 32]), size: 1 },
                attributes: 0,
                modified: None,
            };
            (*before, *security) = (before.take().map(|_| other(1)), None);
            *after = after.take().map(|_| other(2));
        }
    }
}

#[test]
fn of_undo_steps_only_what_they_are_about_is_shown() {
    let (document, places) = from_json(&Fixture::load("undo").text, &Defaults::default()).unwrap();
    let view = document_value(&document, &|content| places[&content.id].clone(), View::Redacted).unwrap();
    let steps = view["undo"]["steps"].as_array().unwrap();
    let here = serde_json::json!({ "hidden": true });
    assert_eq!(
        (&steps[0]["key"][2], &steps[0]["before"]),
        (&"Example".into(), &serde_json::json!({ "present": true, "hidden": true }))
    );
    assert_eq!(steps[0]["after"], serde_json::json!({ "present": false }));
    assert_eq!((&steps[2]["before"], &steps[2]["after"]), (&here, &serde_json::json!({ "absent": true })));
    assert_eq!((&steps[4]["before"], &steps[4]["after"]), (&here, &here));
    // Where the steps of a personal setting stood among the others does not show either.
    let hidden = serde_json::json!({ "settings": ["drives"], "hidden": true });
    assert_eq!(steps[6..], [hidden.clone(), hidden]);
    assert_eq!(view.get("contents"), None);
    for secret in ["Network", "private", "Morning", "0001ff", "01000480"] {
        assert!(!view.to_string().contains(secret), "{secret}");
    }
}

#[test]
fn the_rest_is_shown_as_it_is() {
    let (document, places) = from_json(&Fixture::load("full").text, &Defaults::default()).unwrap();
    let place = |content: &profile_format::Content| places[&content.id].clone();
    let full = document_value(&document, &place, View::Full).unwrap();
    let redacted = document_value(&document, &place, View::Redacted).unwrap();

    assert_eq!(redacted["redacted"], true);
    for same in ["profile", "device", "user", "apps"] {
        assert_eq!(redacted[same], full[same]);
    }
    assert_eq!(redacted["sections"]["start"], full["sections"]["start"]);
    assert_eq!(
        redacted["sections"]["network"],
        serde_json::json!([{ "id": "drives", "flags": ["personal"], "hidden": true }])
    );
    assert_eq!(redacted["notes"][5], serde_json::json!({ "code": "unreadable", "setting": "drives", "hidden": true }));
    // Of four contents, two are named by personal settings alone.
    assert_eq!(redacted["contents"].as_object().unwrap().len(), 2);
}

#[test]
fn a_document_without_personal_settings_is_marked_all_the_same() {
    let (document, places) = from_json(&Fixture::load("small").text, &Defaults::default()).unwrap();
    let text = to_json(&document, &|content| places[&content.id].clone(), View::Redacted).unwrap();
    assert_eq!(text, Fixture::load("small").text.replace("\"version\": 1,", "\"version\": 1,\n  \"redacted\": true,"));
}
