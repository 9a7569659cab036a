//! What a profile says: the document, as it is written.
//!
//! These are wire types. They say exactly what a file holds, in sorted lists and explicit states, and know nothing of
//! registries, catalogues or where a setting goes: the engine converts them once, at its door. The rules that a
//! document must keep (order, uniqueness, lengths) are in [`Document::validate`]; sealing and opening both ask it, so
//! a document that breaks one never reaches a file and never leaves one.

mod apps;
mod facts;
mod file_name;
mod names;
mod notes;
mod settings;
mod undo;
mod validate;

pub use apps::{AppFlags, Apps, DesktopApp, DesktopScope, StoreApp};
pub use facts::{CaptureMethod, Device, Facts, Join, JoinKind, Parent, Timestamp, Tool, User};
pub use file_name::{FileNameFlaw, file_name_flaw};
pub use names::{ApplyId, Bytes, ContentId, ProfileId, Text};
pub use notes::{Note, NoteCode};
pub use settings::{Category, FileState, Item, RegistryType, Section, Setting, SettingFlags, Value};
pub use undo::{KeyState, Replaced, Undo, UndoStep};
pub use validate::DocumentError;
pub(crate) use validate::{validate_apps, validate_notes, validate_section, validate_undo};

/// What one user had on one device at one moment.
///
/// File contents are not in here: a [`FileState`] names its content by SHA-256, and the bytes travel beside the
/// document, through [`Contents`](crate::Contents) when sealing and
/// [`Opened::read_content`](crate::Opened::read_content) when opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Who made this file, when, how and from what.
    pub facts: Facts,
    /// The PC that the settings were on.
    pub device: Device,
    /// The person whose settings they are.
    pub user: User,
    /// Settings by category, in ascending order; a category without settings is left out.
    pub sections: Vec<Section>,
    /// Applications, Store apps first.
    pub apps: Apps,
    /// What was not captured and why, sorted.
    pub notes: Vec<Note>,
    /// In the record that an apply leaves: what takes it back. A captured profile has none.
    pub undo: Option<Undo>,
}

impl Document {
    /// Every content that the settings name, and then what the undo steps take back, each once, in the order in which
    /// they first name it. What an apply wrote is not among them.
    ///
    /// Files hold contents in this order, so the list is derived and never stated.
    pub fn contents(&self) -> Vec<Content> {
        let mut seen = std::collections::BTreeSet::new();
        self.files().map(|file| file.content).filter(|content| seen.insert(content.id)).collect()
    }

    fn files(&self) -> impl Iterator<Item = &FileState> {
        let settings = self.sections.iter().flat_map(|section| &section.settings);
        let items = settings.flat_map(|setting| &setting.items).filter_map(Item::file);
        items.chain(self.replaced().filter_map(Replaced::file_before))
    }

    fn replaced(&self) -> impl Iterator<Item = &Replaced> {
        self.undo.iter().flat_map(|undo| &undo.steps).map(|step| &step.what)
    }
}

/// Bytes that a setting or an undo step refers to: their digest and their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Content {
    /// SHA-256 of the bytes.
    pub id: ContentId,
    /// How many bytes they are.
    pub size: u64,
}
