//! What a profile says of settings that it does not hold.

use profile_format::{Note, NoteCode, Text};

use super::{Incident, LeftOut, Outcome, Why};
use crate::catalogue::Setting;

/// The notes about what became of a setting.
pub(super) fn of_outcome(setting: &Setting, outcome: &Outcome) -> Vec<Note> {
    let of_setting = |code, text: &str| {
        vec![Note { code, setting: Some(setting.id.clone()), instance: None, place: None, text: text.to_owned() }]
    };
    match outcome {
        Outcome::Absent => of_setting(NoteCode::ABSENT, "there is nothing of it"),
        Outcome::LeftOut(why) => {
            let (code, text) = of_left_out(setting, why);
            of_setting(code, &text)
        }
        Outcome::Missed(incidents) => of_incidents(setting, incidents),
        Outcome::Captured { absent, incidents, .. } => {
            let mut notes = of_incidents(setting, incidents);
            if !setting.is_confirmed() && !absent {
                let text = "only one source knows its place; it is written on request only";
                notes.extend(of_setting(NoteCode::UNCONFIRMED, text));
            }
            notes
        }
    }
}

fn of_left_out(setting: &Setting, why: &LeftOut) -> (NoteCode, String) {
    match why {
        LeftOut::Never => (NoteCode::SECRET, setting.about.clone().unwrap_or_else(|| "never captured".to_owned())),
        LeftOut::OnRequest => (NoteCode::ON_REQUEST, format!("captured on request: --also {}", setting.id)),
        LeftOut::OtherBuild(build) => (NoteCode::OTHER_BUILD, format!("this is build {build}; {}", setting.builds)),
        LeftOut::NotToRestore => {
            (NoteCode::POLICY, "Windows lists its key among those that no backup restores".to_owned())
        }
        LeftOut::NoRoom => (NoteCode::UNREADABLE, "the settings of its category are too large together".to_owned()),
    }
}

fn of_incidents(setting: &Setting, incidents: &[Incident]) -> Vec<Note> {
    let note = |incident: &Incident| {
        let (code, text) = words(&incident.why);
        let instance = incident.instance.as_ref().map(|name| Text(name.units().to_vec()));
        Note { code, setting: Some(setting.id.clone()), instance, place: Some(Text::from(&*incident.place)), text }
    };
    incidents.iter().map(note).collect()
}

/// What is said of something that was not taken.
pub(crate) fn words(why: &Why) -> (NoteCode, String) {
    let code = match why {
        Why::Secret(_) => NoteCode::SECRET,
        Why::Unreadable(_) | Why::NotAtHand(_) | Why::TooLarge(_) => NoteCode::UNREADABLE,
        Why::OnlineOnly => NoteCode::ONLINE_ONLY,
        Why::NotToRestore => NoteCode::POLICY,
        Why::More(_) => NoteCode::INFORMATION,
        Why::Link | Why::Elsewhere | Why::NoSuchFile | Why::SameName | Why::Unexpected(_) => NoteCode::WARNING,
    };
    (code, why.to_string())
}
