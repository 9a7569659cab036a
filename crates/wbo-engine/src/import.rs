//! What others wrote, as what a profile says: files of settings, of apps and of places.
//!
//! What is not understood is named and never guessed at, and what is a secret is named by its place alone.

mod backup;
mod json;
pub mod reg;
mod text;
mod uev;
mod usmt;
mod winget;
mod xml;
mod zip;

pub use backup::{BackupDevice, BackupError, BackupImport};
pub use json::JsonError;
pub use uev::{Template, UevError, uev};
pub use usmt::{Exclusion, UsmtConfig, usmt_config};
pub use winget::{WingetError, winget};
pub use xml::XmlError;
pub use zip::ZipError;

use profile_format::{Apps, Device, Document, Facts, Note, NoteCode, Section, User};
use registry::Name;

use crate::catalogue::Setting;

/// What was understood of a file, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Settings by category, as documents have them. They say what the file says and nothing else.
    pub sections: Vec<Section>,
    /// Apps, as documents have them.
    pub apps: Apps,
    /// The PC that they are from, as far as the file says.
    pub device: Device,
    /// Whose they are, as far as the file says.
    pub user: User,
    /// What a profile says of what it does not hold. A setting of which the file says a part has a note here, so that the
    /// rest of it stays where the profile is written.
    pub notes: Vec<Note>,
    /// Settings of which the file says too little to take anything of them.
    pub partly: Vec<Partly>,
    /// What the catalogue does not know.
    pub unknown: Vec<Unknown>,
    /// What is never taken, or cannot be.
    pub refused: Vec<Refused>,
}

/// A setting that was not taken, because the file says a part of it only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partly {
    /// Its id.
    pub setting: String,
    /// Which one, where there are several.
    pub instance: Option<Name>,
    /// What is missing, as a sentence without its full stop.
    pub why: String,
}

/// Something that the catalogue does not know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Where it stands, never what.
    pub place: String,
    /// Why it is not known, as a sentence without its full stop.
    pub why: String,
}

/// Something that was not taken though its place is known, or that is nobody's to take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// The setting, where it is one.
    pub setting: Option<String>,
    /// Where it stands, never what.
    pub place: String,
    /// Why, as a sentence without its full stop.
    pub why: String,
}

impl Imported {
    /// Whether everything that the file says was taken.
    pub fn is_complete(&self) -> bool {
        self.partly.is_empty() && self.unknown.is_empty() && self.refused.is_empty()
    }

    /// The document that says it.
    pub fn into_document(self, facts: Facts) -> Document {
        Document {
            facts,
            device: self.device,
            user: self.user,
            sections: self.sections,
            apps: self.apps,
            notes: self.notes,
            undo: None,
        }
    }

    /// Puts the lists of what was not taken into their order, each line once.
    fn sort(&mut self) {
        fn once<T: Ord>(list: &mut Vec<T>) {
            list.sort();
            list.dedup();
        }
        once(&mut self.notes);
        once(&mut self.partly);
        once(&mut self.unknown);
        once(&mut self.refused);
    }
}

/// Puts apps into the order of documents, each once.
fn sort_apps(apps: &mut Apps) {
    apps.store.sort_by(|one, other| (&one.family, &one.full_name).cmp(&(&other.family, &other.full_name)));
    apps.store.dedup_by(|one, other| (&one.family, &one.full_name) == (&other.family, &other.full_name));
    apps.desktop.sort_by(|one, other| (one.scope, &one.key).cmp(&(other.scope, &other.key)));
    apps.desktop.dedup_by(|one, other| (one.scope, &one.key) == (other.scope, &other.key));
}

/// The note about a setting that is not written unless it is asked for.
fn unconfirmed(setting: &Setting) -> Option<Note> {
    (!setting.is_confirmed()).then(|| Note {
        code: NoteCode::UNCONFIRMED,
        setting: Some(setting.id.clone()),
        instance: None,
        place: None,
        text: "only one source knows its place; it is written on request only".to_owned(),
    })
}
