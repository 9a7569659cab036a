//! What a profile holds, in forms that other programs read.
//!
//! Each form says what of the profile is in it and what is not, with the reason. None of them knows a file, a clock or a
//! terminal: they give a value or a text, and whoever asks writes it.

// One form each.
mod csv;
mod default_apps;
mod document;
mod reg;
mod start_layout;
mod winget;

// What they share.
mod outcome;
mod why;
mod xml;

use profile_format::{Category, Contents, Document, Setting as Captured, Text};
use registry::Name;

pub use csv::{COLUMNS, Row, Table, csv_text, table};
pub use default_apps::{DefaultApps, default_apps};
pub use document::{DocumentExport, document};
pub use outcome::{LeftOut, Outcome, Subject, SubjectKind};
pub use reg::{RegExport, RegOptions, reg};
pub use start_layout::{StartLayoutFile, StartLayouts, start_layouts};
pub use why::Why;
pub use winget::{WingetExport, WingetPackages, winget};

use crate::capture::Selection;
use crate::catalogue::{Catalogue, Setting};

/// A profile, and what of it is asked for.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The profile.
    pub document: &'r Document,
    /// The bytes of its files.
    pub contents: &'r dyn Contents,
    /// Which settings there are.
    pub catalogue: &'r Catalogue,
    /// Which of them are asked for.
    pub selection: &'r Selection,
}

/// A setting of the profile that is asked for.
struct Asked<'r> {
    category: Category,
    captured: &'r Captured,
    /// What the catalogue knows of it.
    known: Option<&'r Setting>,
}

impl<'r> Request<'r> {
    /// Every setting of the profile that is asked for, in the profile's order.
    fn settings(&self) -> impl Iterator<Item = Asked<'r>> + use<'r> {
        let request = *self;
        let of_section = move |section: &'r profile_format::Section| {
            let category = section.category;
            section.settings.iter().map(move |captured| (category, captured))
        };
        let settings = request.document.sections.iter().flat_map(of_section);
        settings.filter_map(move |(category, captured)| {
            let asked_for = request.asks_for(&captured.id, category);
            asked_for.then(|| Asked { category, captured, known: request.catalogue.get(&captured.id) })
        })
    }

    /// Whether a setting is asked for. One that the catalogue does not know is so by the category that the profile says.
    fn asks_for(&self, id: &str, category: Category) -> bool {
        match self.catalogue.get(id) {
            Some(setting) => self.selection.includes(setting),
            None => self.selection.includes_unknown(id, category),
        }
    }
}

impl Asked<'_> {
    fn subject(&self) -> Subject {
        Subject::setting(self.captured, self.known)
    }
}

fn name_of(text: &Text) -> Name {
    Name::from_units(&*text.0)
}
