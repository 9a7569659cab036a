//! From a document to JSON.

use profile_format::{Content, Document, Note, Section, Setting, Undo};
use serde::Serialize;
use serde_json::Value;

use crate::apps::AppsJson;
use crate::contents::{ContentJson, ContentPlace};
use crate::document::{DocumentJson, KIND, VERSION};
use crate::entries::Entries;
use crate::error::WriteError;
use crate::facts::{DeviceJson, ProfileJson, UserJson};
use crate::hex::Hex;
use crate::notes::NoteJson;
use crate::object::Object;
use crate::redaction::Redaction;
use crate::settings::SettingJson;
use crate::undo::UndoJson;
use crate::words::Key;

/// How much of a document is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Everything; [`from_json`](crate::from_json) reads it.
    Full,
    /// Settings flagged personal, notes about them and contents that only they name are hidden. Of undo steps, which are
    /// raw, all that was there before and after is, with the contents that only they name; of undo steps for personal
    /// settings also what they are about.
    ///
    /// A hidden setting shows its id and that it is there. Not its items either: below a key, names of keys and values
    /// are as much the user's as the data. The JSON is marked `"redacted": true`, and `from_json` refuses it, because a
    /// profile with holes in it would look whole.
    Redacted,
}

/// Writes a document as text. `place` says for each content where its bytes are.
pub fn to_json(
    document: &Document,
    place: &dyn Fn(&Content) -> ContentPlace,
    view: View,
) -> Result<String, WriteError> {
    let json = write(document, place, view)?;
    Ok(json_text(&json)?)
}

/// Writes a document as a JSON value, to embed it in other JSON. Fields keep their order.
pub fn document_value(
    document: &Document,
    place: &dyn Fn(&Content) -> ContentPlace,
    view: View,
) -> Result<Value, WriteError> {
    let json = write(document, place, view)?;
    Ok(serde_json::to_value(json)?)
}

/// JSON text as this crate writes it: two spaces of indent, a newline at the end, and no character that hides itself or
/// moves others.
///
/// A reviewer must see what a file says. Characters that are invisible or that turn the direction of the text around
/// are written as `\u` escapes, which say the same to every JSON reader.
pub fn json_text(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(escaped(&serde_json::to_string_pretty(value)?))
}

/// As [`json_text`], on one line.
pub fn json_line(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(escaped(&serde_json::to_string(value)?))
}

/// Outside of strings JSON is ASCII, so whatever is deceptive stands in a string, where an escape may stand.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 1);
    let mut units = [0; 2];
    for character in json.chars() {
        if is_deceptive(character) {
            let escapes = character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
            text.extend(escapes);
        } else {
            text.push(character);
        }
    }
    text.push('\n');
    text
}

/// Control characters beyond those that JSON escapes anyway, and format characters that are invisible or reorder text.
fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}'           // delete, C1 controls
        | '\u{ad}'                    // soft hyphen
        | '\u{61c}'                   // Arabic letter mark
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers, which are letters without ink
        | '\u{180e}'                  // Mongolian vowel separator
        | '\u{200b}'..='\u{200f}'     // zero-width characters, direction marks
        | '\u{2028}'..='\u{202e}'     // line and paragraph separators, embeddings and overrides
        | '\u{2060}'..='\u{206f}'     // word joiner, invisible operators, isolates
        | '\u{feff}'                  // byte order mark
        | '\u{fff9}'..='\u{fffb}'     // interlinear annotations
        | '\u{e0000}'..='\u{e0fff}'   // tags, supplementary variation selectors
    )
}

fn write(
    document: &Document,
    place: &dyn Fn(&Content) -> ContentPlace,
    view: View,
) -> Result<DocumentJson, WriteError> {
    document.validate()?;
    let redaction = match view {
        View::Full => Redaction::default(),
        View::Redacted => Redaction::of(document),
    };
    let sections = document.sections.iter().map(|section| (Key(section.category), write_section(section, &redaction)));
    let notes = document.notes.iter().map(|note| Object(write_note(note, &redaction)));
    Ok(DocumentJson {
        wbo: KIND.to_owned(),
        version: VERSION,
        redacted: view == View::Redacted,
        profile: Object(ProfileJson::write(&document.facts)),
        device: Object(DeviceJson::write(&document.device)),
        user: Object(UserJson::write(&document.user)),
        sections: Entries(sections.collect()),
        apps: Object(AppsJson::write(&document.apps)),
        notes: notes.collect(),
        undo: document.undo.as_ref().map(|undo| Object(write_undo(undo, view, &redaction))),
        contents: write_contents(document, place, &redaction)?,
    })
}

/// Contents by digest. In the order of the settings they would tell a redacted view where a hidden one names a content
/// that another shows.
fn write_contents(
    document: &Document,
    place: &dyn Fn(&Content) -> ContentPlace,
    redaction: &Redaction<'_>,
) -> Result<Entries<Hex<32>, Object<ContentJson>>, WriteError> {
    let mut contents = document.contents();
    contents.retain(|content| !redaction.hides_content(content));
    contents.sort_by_key(|content| content.id);
    let entries = contents.into_iter().map(|content| {
        let json = ContentJson::write(content, place(&content))?;
        Ok((Hex(content.id.0), Object(json)))
    });
    entries.collect::<Result<_, _>>().map(Entries)
}

fn write_section(section: &Section, redaction: &Redaction<'_>) -> Vec<Object<SettingJson>> {
    let settings = section.settings.iter().map(|setting| write_setting(setting, redaction));
    settings.map(Object).collect()
}

fn write_setting(setting: &Setting, redaction: &Redaction<'_>) -> SettingJson {
    if redaction.hides_setting(setting) { SettingJson::hidden(setting) } else { SettingJson::write(setting) }
}

fn write_note(note: &Note, redaction: &Redaction<'_>) -> NoteJson {
    if redaction.hides_note(note) { NoteJson::hidden(note) } else { NoteJson::write(note) }
}

fn write_undo(undo: &Undo, view: View, redaction: &Redaction<'_>) -> UndoJson {
    match view {
        View::Full => UndoJson::write(undo),
        View::Redacted => UndoJson::redacted(undo, |step| redaction.hides_step(step)),
    }
}
