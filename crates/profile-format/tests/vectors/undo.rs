//! Undo parts that break a rule, and a feature bit that does not fit them.

mod encoding;
mod places;

use serde::Serialize;

use super::*;
use crate::craft::{CONTENTS, Draft, INDEX as INDEX_KIND, Section as CraftSection, UNDO, encode};

const WRONG: &str = "damaged: section undo";
const SORTED: &str = "must be sorted";
const PLACE: &str = "is no place of an undo step";
const NAME: &str = "not a name for one file or key";
const SAME: &str = "the same of before and after";

pub fn vectors() -> Vec<Vector> {
    [feature(), steps(), settings(), places::vectors(), states(), contents(), encoding::vectors()]
        .into_iter()
        .flatten()
        .collect()
}

fn feature() -> Vec<Vector> {
    vec![
        plain(
            "undo-good-plain",
            "success",
            "",
            "Every kind of step.",
            Flaw::Document(|document| {
                fill(document);
            }),
        ),
        encrypted(
            "undo-good-encrypted",
            "success",
            "",
            "Every kind of step.",
            Flaw::Document(|document| {
                fill(document);
            }),
        ),
        plain(
            "undo-without-feature",
            MANIFEST,
            "take the features 0x1",
            "The core does not say that there is an undo part.",
            Flaw::Draft(|draft| {
                draft.sections.push(CraftSection::new(UNDO, 0, 1, one_step(|_| ())));
            }),
        ),
        plain(
            "undo-feature-alone",
            MANIFEST,
            "take the features 0x0",
            "The core says that there is an undo part, and there is none.",
            Flaw::Draft(|draft| {
                draft.core.must_know = 1;
            }),
        ),
        plain(
            "undo-not-critical",
            MANIFEST,
            "as if it could be ignored",
            "An undo part that may be ignored.",
            Flaw::Draft(|draft| {
                push(draft, one_step(|_| ()));
                draft.section(UNDO).flags = 0;
            }),
        ),
        plain(
            "undo-second-part",
            "newer: section",
            "kind-6-1",
            "A second undo part.",
            Flaw::Draft(|draft| {
                push(draft, one_step(|_| ()));
                draft.sections.push(CraftSection::new(UNDO, 1, 1, one_step(|_| ())));
            }),
        ),
    ]
}

fn steps() -> Vec<Vector> {
    vec![
        plain(
            "undo-steps-none",
            WRONG,
            "0 entries",
            "No step at all.",
            Flaw::Draft(|draft| {
                push(draft, encode(&(ApplyId([9; 16]), 0_u64)));
                draft.section(UNDO).entries = 0;
            }),
        ),
        plain(
            "undo-steps-counted-wrong",
            WRONG,
            "1 entries, the manifest says 2",
            "A step less than the table has.",
            Flaw::Draft(|draft| {
                push(draft, one_step(|_| ()));
                draft.section(UNDO).entries = 2;
            }),
        ),
        plain(
            "undo-steps-order",
            WRONG,
            SORTED,
            "Two steps change places.",
            Flaw::Document(|document| {
                fill(document).swap(0, 1);
            }),
        ),
        plain(
            "undo-steps-kind-order",
            WRONG,
            SORTED,
            "A value before a key.",
            Flaw::Document(|document| {
                fill(document).swap(2, 3);
            }),
        ),
        plain(
            "undo-steps-twice",
            WRONG,
            SORTED,
            "A value was two things before.",
            Flaw::Document(|document| {
                let steps = fill(document);
                steps[5] = step(&["other"], entry(&["HKCU", "Software"], "changed", None, number(3)));
            }),
        ),
    ]
}

fn settings() -> Vec<Vector> {
    vec![
        plain(
            "undo-settings-none",
            WRONG,
            "names no setting",
            "A step for no setting.",
            Flaw::Document(|document| {
                settings_of(document, &[]);
            }),
        ),
        plain(
            "undo-settings-order",
            WRONG,
            SORTED,
            "Two settings of a step change places.",
            Flaw::Document(|document| {
                settings_of(document, &["b", "a"]);
            }),
        ),
        plain(
            "undo-settings-twice",
            WRONG,
            SORTED,
            "A setting stands twice at a step.",
            Flaw::Document(|document| {
                settings_of(document, &["a", "a"]);
            }),
        ),
        plain(
            "undo-setting-id",
            WRONG,
            "is not a setting id",
            "A step for what is no id.",
            Flaw::Document(|document| {
                settings_of(document, &["a", "B"]);
            }),
        ),
        plain(
            "undo-settings-4096",
            "success",
            "",
            "As many settings as a step can have.",
            Flaw::Document(|document| {
                many_settings(document, 4096);
            }),
        ),
        plain(
            "undo-settings-4097",
            WRONG,
            "at most 4096",
            "A setting more than steps have.",
            Flaw::Document(|document| {
                many_settings(document, 4097);
            }),
        ),
    ]
}

fn states() -> Vec<Vector> {
    vec![
        plain(
            "undo-key-same",
            WRONG,
            SAME,
            "A key that was there and is.",
            Flaw::Document(|document| {
                only(document, key(&["HKCU", "a"], Some(KeyState::default()), true));
            }),
        ),
        plain(
            "undo-key-never-there",
            WRONG,
            SAME,
            "A key that was not there and is not.",
            Flaw::Document(|document| {
                only(document, key(&["HKCU", "a"], None, false));
            }),
        ),
        plain(
            "undo-value-same",
            WRONG,
            SAME,
            "A value that stayed as it was.",
            Flaw::Document(|document| {
                only(document, entry(&["HKCU", "a"], "x", number(1), number(1)));
            }),
        ),
        plain(
            "undo-value-never-there",
            WRONG,
            SAME,
            "A value that was not there and is not.",
            Flaw::Document(|document| {
                only(document, entry(&["HKCU", "a"], "x", None, None));
            }),
        ),
        plain(
            "undo-value-other-type",
            "success",
            "",
            "The same bytes of another type.",
            Flaw::Document(|document| {
                only(document, entry(&["HKCU", "a"], "x", number(1), Some(Value { kind: 3, ..number(1).unwrap() })));
            }),
        ),
        plain(
            "undo-file-same",
            WRONG,
            SAME,
            "A file that stayed as it was.",
            Flaw::Document(|document| {
                let state = Some(file_of(b"one"));
                only(document, stored(&["C:", "a"], state, None, state));
            }),
        ),
        plain(
            "undo-security-of-nothing",
            WRONG,
            "a file that was not there",
            "An access list of a file that was not there.",
            Flaw::Document(|document| {
                let after = Some(file_of(b"x"));
                only(document, stored(&["C:", "a"], None, Some(Bytes(vec![1])), after));
            }),
        ),
        plain(
            "undo-security-largest",
            "success",
            "",
            "As long as access lists can be.",
            Flaw::Document(|document| {
                security(document, (128 << 10) + 256);
            }),
        ),
        plain(
            "undo-security-too-large",
            WRONG,
            "at most 131328",
            "A byte more than access lists have.",
            Flaw::Document(|document| {
                security(document, (128 << 10) + 257);
            }),
        ),
        plain(
            "undo-file-security-too-large",
            WRONG,
            "at most 131328",
            "The same, of a file.",
            Flaw::Document(|document| {
                let before = Some(file_of(b"one"));
                only(document, stored(&["C:", "a"], before, Some(Bytes(vec![0; (128 << 10) + 257])), None));
            }),
        ),
        plain(
            "undo-class-32767",
            "success",
            "",
            "As long as a class can be.",
            Flaw::Document(|document| {
                class(document, 32_767);
            }),
        ),
        plain(
            "undo-class-32768",
            WRONG,
            "at most 32767",
            "A unit more than a class has.",
            Flaw::Document(|document| {
                class(document, 32_768);
            }),
        ),
    ]
}

fn contents() -> Vec<Vector> {
    vec![
        plain(
            "undo-content-after-settings",
            "success",
            "",
            "A content that no setting names comes after all that they name.",
            Flaw::Document(|document| {
                only(document, stored(&["C:", "a"], Some(file_of(b"")), None, None));
            }),
        ),
        plain(
            "undo-content-unlisted",
            INDEX,
            "does not list what the settings name",
            "The bytes of a file that was there are missing.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        step.file_before = Some(file_of(b"missing"));
                    }),
                );
            }),
        ),
        plain(
            "undo-content-of-after-listed",
            INDEX,
            "does not list what the settings name",
            "What the apply wrote is among the contents.",
            Flaw::Draft(|draft| {
                push(draft, one_step(|step| step.file_after = Some(file_of(b"extra"))));
                let index = draft.section(INDEX_KIND);
                index.plaintext[0] = 4;
                index.plaintext.extend(encode(&file_of(b"extra").content));
                index.entries = 4;
                let contents = draft.section(CONTENTS);
                contents.plaintext.extend(b"extra");
                contents.entries = 4;
            }),
        ),
        plain(
            "undo-content-two-sizes",
            INDEX,
            "and also 4",
            "What was there has another size than the same content of a setting.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        step.file_before = Some(file_of(b"one"));
                        step.file_before.as_mut().unwrap().content.size = 4;
                    }),
                );
            }),
        ),
        plain(
            "undo-content-two-sizes-after",
            INDEX,
            "and also 4",
            "The same of what the apply wrote.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        step.file_after = Some(file_of(b"one"));
                        step.file_after.as_mut().unwrap().content.size = 4;
                    }),
                );
            }),
        ),
    ]
}

/// A step as records hold it, so that what no writer writes can be written.
#[derive(Serialize)]
struct RawStep {
    settings: Vec<String>,
    tag: u8,
    path: Vec<Text>,
    name: Option<Text>,
    key_before: Option<KeyState>,
    key_after: bool,
    value_before: Option<Value>,
    value_after: Option<Value>,
    file_before: Option<FileState>,
    file_security: Option<Bytes>,
    file_after: Option<FileState>,
}

/// The records of one step about a file that the apply made, with one thing changed.
fn one_step(change: fn(&mut RawStep)) -> Vec<u8> {
    let mut step = RawStep {
        settings: vec!["a".into()],
        tag: 3,
        path: vec!["C:".into(), "a".into()],
        name: None,
        key_before: None,
        key_after: false,
        value_before: None,
        value_after: None,
        file_before: None,
        file_security: None,
        file_after: Some(file_of(b"written")),
    };
    change(&mut step);
    encode(&(ApplyId([9; 16]), vec![step]))
}

fn as_key(step: &mut RawStep) {
    (step.tag, step.path, step.key_after, step.file_after) = (1, vec!["HKCU".into(), "a".into()], true, None);
}

fn as_value(step: &mut RawStep) {
    as_key(step);
    (step.tag, step.name, step.key_after, step.value_after) = (2, Some(Text::default()), false, number(1));
}

/// Adds an undo part of one step, and the bit that says so.
fn push(draft: &mut Draft, plaintext: Vec<u8>) {
    draft.core.must_know = 1;
    draft.sections.push(CraftSection::new(UNDO, 0, 1, plaintext));
}

/// Adds an undo part, and gives its steps.
fn fill(document: &mut Document) -> &mut Vec<UndoStep> {
    &mut document.undo.insert(undo(b"one", b"never stored")).steps
}

fn only(document: &mut Document, what: Replaced) {
    *fill(document) = vec![step(&["a"], what)];
}

fn settings_of(document: &mut Document, settings: &[&str]) {
    *fill(document) = vec![step(settings, key(&["HKCU", "a"], None, true))];
}

fn many_settings(document: &mut Document, count: usize) {
    let ids: Vec<String> = (0..count).map(|number| format!("{number:04}")).collect();
    settings_of(document, &ids.iter().map(String::as_str).collect::<Vec<_>>());
}

fn security(document: &mut Document, length: usize) {
    let state = KeyState { class: None, security: Some(Bytes(vec![0; length])) };
    only(document, key(&["HKCU", "a"], Some(state), false));
}

fn class(document: &mut Document, length: usize) {
    let state = KeyState { class: Some(Text(vec![0x61; length])), security: None };
    only(document, key(&["HKCU", "a"], Some(state), false));
}

fn number(number: u8) -> Option<Value> {
    Some(Value { kind: 4, data: Bytes(vec![number, 0, 0, 0]) })
}

fn file_of(bytes: &[u8]) -> FileState {
    FileState { content: Content { id: content_id(bytes), size: bytes.len() as u64 }, attributes: 32, modified: None }
}
