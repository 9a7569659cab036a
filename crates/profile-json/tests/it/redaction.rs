//! What is personal does not show in a redacted view.

use profile_format::{Document, Item, Setting, SettingFlags, Text};
use profile_json::{Defaults, JsonError, View, document_value, from_json, to_json};
use proptest::prelude::*;

use crate::arbitrary::{Sample, sample};
use crate::fixtures::Fixture;

proptest! {
    /// Whatever stands in personal settings and in notes about them, the view is the same.
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
    document
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
