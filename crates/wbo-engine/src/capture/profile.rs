//! A whole profile: settings, apps and pins of one user.

use std::collections::BTreeMap;

use profile_format::{Apps, ContentId, Document, Facts, Note, NoteCode};

use super::{Outcome, Selection, capture};
use crate::catalogue::Catalogue;
use crate::secrets::Secrets;
use crate::{Source, WindowsPath, apps, pins};

/// What was captured of a user.
#[derive(Debug)]
pub struct Profile {
    /// What a profile says.
    pub document: Document,
    /// Where the bytes of its files are.
    pub contents: BTreeMap<ContentId, WindowsPath>,
    /// What became of each setting that was asked for.
    pub outcomes: Vec<(String, Outcome)>,
    /// What is there and could not be read.
    pub missed: Vec<String>,
}

/// Captures what is asked for. `notes` come from whoever opened the source, and say what of it could not be.
pub fn profile(
    source: &Source<'_>,
    catalogue: &Catalogue,
    selection: &Selection,
    secrets: &Secrets,
    facts: Facts,
    mut notes: Vec<Note>,
) -> Profile {
    let settings = capture(source, catalogue, selection, secrets);
    let mut missed: Vec<String> = settings.missed().collect();
    notes.extend(settings.notes);
    let apps = match selection.includes_apps() {
        true => applications(source, &mut notes, &mut missed),
        false => Apps::default(),
    };
    notes.extend(sign_in_again(source, secrets));
    notes.sort();
    notes.dedup();
    let document = Document {
        facts,
        device: source.device.clone(),
        user: source.user.clone(),
        sections: settings.sections,
        apps,
        notes,
    };
    Profile { document, contents: settings.contents, outcomes: settings.outcomes, missed }
}

/// The apps, and which of them are pinned.
fn applications(source: &Source<'_>, notes: &mut Vec<Note>, missed: &mut Vec<String>) -> Apps {
    let store = apps::store_apps(source.registry, source.user.sid.as_deref());
    let desktop = apps::desktop_apps(source.registry);
    let mut listed = Apps { store: store.apps, desktop: desktop.apps };
    let pins = pins::pins(source.registry, source.files, &source.folders);
    pins::mark(&mut listed, &pins);
    let problems = store.problems.iter().chain(&desktop.problems);
    let mut said: Vec<(bool, String)> =
        problems.map(|problem| (problem.is_unreadable(), problem.to_string())).collect();
    said.extend(pins.problems.iter().map(|problem| (problem.is_unreadable(), problem.to_string())));
    for (is_unreadable, text) in said {
        let code = if is_unreadable { NoteCode::UNREADABLE } else { NoteCode::WARNING };
        if is_unreadable {
            missed.push(text.clone());
        }
        notes.push(Note { code, setting: None, instance: None, place: None, text });
    }
    listed
}

/// What the user has to sign in to again: secrets stay behind.
fn sign_in_again(source: &Source<'_>, secrets: &Secrets) -> Vec<Note> {
    let again = secrets.sign_in_again(source.registry, source.files, &source.folders);
    let text = again.into_iter().filter_map(|rule| rule.sign_in.clone());
    text.map(|text| Note { code: NoteCode::SIGN_IN_AGAIN, setting: None, instance: None, place: None, text }).collect()
}
