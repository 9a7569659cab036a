//! A whole profile: settings, apps and pins of one user.

use std::collections::BTreeMap;

use profile_format::{Apps, ContentId, Document, Facts, Note, NoteCode, Text};

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
        true => applications(source, secrets, &mut notes, &mut missed),
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
        undo: None,
    };
    Profile { document, contents: settings.contents, outcomes: settings.outcomes, missed }
}

/// What is said instead of a problem in whose words a secret stands.
const HIDDEN: &str = "apps or pins may be missing; what stands in the way has a secret in its name";

/// The apps, and which of them are pinned.
fn applications(source: &Source<'_>, secrets: &Secrets, notes: &mut Vec<Note>, missed: &mut Vec<String>) -> Apps {
    let store = apps::store_apps(source.registry, source.user.sid.as_deref());
    let desktop = apps::desktop_apps(source.registry);
    let mut listed = Apps { store: store.apps, desktop: desktop.apps };
    notes.extend(without_secrets(&mut listed, secrets));
    let pins = pins::pins(source.registry, source.files, &source.folders);
    pins::mark(&mut listed, &pins);
    let problems = store.problems.iter().chain(&desktop.problems);
    let mut said: Vec<(bool, String)> =
        problems.map(|problem| (problem.is_unreadable(), problem.to_string())).collect();
    said.extend(pins.problems.iter().map(|problem| (problem.is_unreadable(), problem.to_string())));
    for (is_unreadable, text) in said {
        let text = if secrets.content(text.as_bytes()).is_some() { HIDDEN.to_owned() } else { text };
        let code = if is_unreadable { NoteCode::UNREADABLE } else { NoteCode::WARNING };
        if is_unreadable {
            missed.push(text.clone());
        }
        notes.push(Note { code, setting: None, instance: None, place: None, text });
    }
    listed
}

/// Leaves out apps in whose names or titles a secret stands, wherever it came from; the notes say how many.
fn without_secrets(apps: &mut Apps, secrets: &Secrets) -> Option<Note> {
    let before = apps.store.len() + apps.desktop.len();
    let is_secret = |text: &str| secrets.content(text.as_bytes()).is_some();
    let any = |texts: &[Option<&Text>]| texts.iter().flatten().any(|text| is_secret(&text.to_string_lossy()));
    apps.store.retain(|app| !any(&[app.title.as_ref()]));
    apps.desktop
        .retain(|app| !any(&[Some(&app.key), app.title.as_ref(), app.version.as_ref(), app.publisher.as_ref()]));
    let left_out = before - apps.store.len() - apps.desktop.len();
    (left_out > 0).then(|| {
        let text = format!("left out of the list of apps: {left_out} in whose entries a secret stands");
        Note { code: NoteCode::SECRET, setting: None, instance: None, place: None, text }
    })
}

/// What the user has to sign in to again: secrets stay behind.
fn sign_in_again(source: &Source<'_>, secrets: &Secrets) -> Vec<Note> {
    let again = secrets.sign_in_again(source.registry, source.files, &source.folders);
    let text = again.into_iter().filter_map(|rule| rule.sign_in.clone());
    text.map(|text| Note { code: NoteCode::SIGN_IN_AGAIN, setting: None, instance: None, place: None, text }).collect()
}
