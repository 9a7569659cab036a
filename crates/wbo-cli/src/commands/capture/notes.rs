//! What a profile says of its source.

use profile_format::{Note, NoteCode, Text};

use crate::offline::{Offline, OfflineKind, OfflineUser};

/// What the opening of the source is worth saying in the profile.
pub(super) fn of(source: &Offline, user: &OfflineUser<'_>) -> Vec<Note> {
    let note = |code, place: Option<&str>, text: String| Note {
        code,
        setting: None,
        instance: None,
        place: place.map(Text::from),
        text,
    };
    let mut notes = Vec::new();
    for hive in source.hives.iter().chain(&user.hives) {
        let place = Some(hive.path.as_str());
        notes.extend(match (hive.state, &hive.problem) {
            (_, Some(problem)) => Some(note(NoteCode::WARNING, place, problem.clone())),
            ("replayed", None) => {
                let text = "it was not written to its end; its logs had the rest".to_owned();
                Some(note(NoteCode::INFORMATION, place, text))
            }
            _ => None,
        });
    }
    for folder in &user.redirected {
        notes.push(note(NoteCode::WARNING, None, format!("{folder}, which is on no drive; its files were not read")));
    }
    if let OfflineKind::Windows { hibernated, .. } = &source.kind {
        let text = match hibernated {
            Some(true) => "Windows is hibernated; what it had not written yet is not in here",
            None => "whether Windows is hibernated could not be told",
            Some(false) => return notes,
        };
        notes.push(note(NoteCode::WARNING, None, text.to_owned()));
    }
    notes
}
