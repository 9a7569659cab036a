//! Notes.

use profile_format::{Note, NoteCode};
use serde::{Deserialize, Serialize};

use crate::document::is_false;
use crate::error::{Located, Problem};
use crate::text::TextJson;
use crate::words::Word;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteJson {
    code: Word<NoteCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<TextJson>,
    /// In a redacted view: instead of instance, place and text.
    #[serde(default, skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl NoteJson {
    pub(crate) fn write(note: &Note) -> Self {
        Self {
            code: Word(note.code),
            setting: note.setting.clone(),
            instance: note.instance.clone().map(TextJson),
            place: note.place.clone().map(TextJson),
            hidden: false,
            text: Some(note.text.clone()),
        }
    }

    /// That there is a note about the setting, and nothing else.
    pub(crate) fn hidden(note: &Note) -> Self {
        Self { instance: None, place: None, hidden: true, text: None, ..Self::write(note) }
    }

    pub(crate) fn read(self) -> Result<Note, Located> {
        if self.hidden {
            return Err(Problem::Hidden.into());
        }
        Ok(Note {
            code: self.code.0,
            setting: self.setting,
            instance: self.instance.map(|instance| instance.0),
            place: self.place.map(|place| place.0),
            text: self.text.ok_or(Problem::Missing { field: "text" })?,
        })
    }
}
