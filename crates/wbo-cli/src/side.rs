//! One of two things that are compared: a profile, a document in JSON, a .reg file, or a user of a Windows that is switched
//! off.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use profile_format::{
    Apps, CaptureMethod, Category, Device, Document, Facts, Opened, ProfileId, Section, SectionKind, Timestamp, Tool,
    User,
};
use registry::RegFile;
use wbo_engine::Folders;
use wbo_engine::capture::Selection;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::compare::Extent;
use wbo_engine::import::reg::RegImport;
use wbo_engine::secrets::Secrets;

use crate::any_profile::{AnyProfile, AnyProfileArgs};
use crate::choosing;
use crate::commands::captured;
use crate::describe::count;
use crate::error::CommandError;
use crate::files::{FileSource, read_small};
use crate::offline::SourceArgs;
use crate::opening::Demand;
use crate::ui::Ui;

/// What is compared.
pub(crate) struct Side {
    /// As it was named on the command line.
    pub(crate) name: String,
    /// What it turned out to be: a word that stays the same from version to version.
    pub(crate) kind: &'static str,
    /// What of it could not be read, in words.
    pub(crate) missed: Vec<String>,
    path: PathBuf,
    extent: Extent,
    holds: Holds,
}

enum Holds {
    /// A profile file, of which one section after the other is read.
    File(Box<Opened<FileSource>>),
    /// Everything, in memory.
    Document(Box<Document>),
}

/// How sides are opened and captured.
pub(crate) struct Sides<'s> {
    pub(crate) profiles: &'s AnyProfileArgs,
    pub(crate) drives: &'s [(char, PathBuf)],
    pub(crate) catalogue: &'s Catalogue,
    pub(crate) catalogue_version: &'s str,
    pub(crate) selection: &'s Selection,
}

impl Sides<'_> {
    /// Opens what stands at `path`; `user` says whose settings are meant where there are several.
    pub(crate) fn open(
        &self,
        path: &Path,
        user: Option<&str>,
        ui: Ui,
        what: &'static str,
    ) -> Result<Side, CommandError> {
        if path.is_dir() || matches!(path.to_str(), Some("auto" | "live")) {
            return self.capture(path, user, ui);
        }
        if is_reg(path) {
            return self.import(path);
        }
        let (kind, holds) = match self.profiles.open(path, Demand::Shown, ui, what)? {
            AnyProfile::File(opened) => ("profile", Holds::File(opened)),
            AnyProfile::Document(document, _) => ("document", Holds::Document(document)),
        };
        let name = path.display().to_string();
        Ok(Side { name, kind, missed: Vec::new(), path: path.to_owned(), extent: Extent::Whole, holds })
    }

    /// Takes what a .reg file says, which is a part of a registry and nothing about the rest.
    fn import(&self, path: &Path) -> Result<Side, CommandError> {
        let wrong = |error: &dyn std::fmt::Display| CommandError::usage(format!("{}: {error}", path.display()));
        let bytes = read_small(path, registry::limits::REG_FILE as u64)?;
        let file = RegFile::read(&bytes).map_err(|error| wrong(&error))?;
        let (catalogue, secrets) = (self.catalogue, Secrets::standard());
        let request = RegImport { catalogue, secrets, folders: Folders::default(), sid: None, whole: false };
        let imported = request.import(&file).map_err(|error| wrong(&error))?;
        let left = imported.unknown.len() + imported.refused.len() + imported.partly.len();
        let left = (left > 0).then(|| {
            let places = count(left as u64, "place is", "places are");
            format!("{places} no setting as a whole (`wbo import --from reg --dry-run` names them)")
        });
        let facts = Facts {
            id: ProfileId([0; 16]),
            created: Timestamp::default(),
            tool: Tool { name: "wbo".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            catalogue: self.catalogue_version.to_owned(),
            method: CaptureMethod::AUTHORED,
            parents: Vec::new(),
        };
        Ok(Side {
            name: path.display().to_string(),
            kind: "reg",
            missed: left.into_iter().collect(),
            path: path.to_owned(),
            extent: Extent::Part,
            holds: Holds::Document(Box::new(imported.into_document(facts))),
        })
    }

    /// Captures a user in memory.
    fn capture(&self, path: &Path, user: Option<&str>, ui: Ui) -> Result<Side, CommandError> {
        let source = SourceArgs::new(path, self.drives).open(ui)?;
        source.warn(ui);
        let users = source.users();
        let user = choosing::one(user, &users.profiles)?;
        let (profile, hives) = captured(&source, user, self.catalogue, self.selection, self.catalogue_version, true)?;
        let missed = hives.iter().filter_map(crate::offline::HiveReport::told).chain(profile.missed).collect();
        Ok(Side {
            name: format!("{} of {}", user, path.display()),
            kind: "windows",
            missed,
            path: path.to_owned(),
            extent: Extent::Whole,
            holds: Holds::Document(Box::new(profile.document)),
        })
    }
}

impl Side {
    /// Who made it, of which PC and which user.
    pub(crate) fn about(&self) -> (&Facts, &Device, &User) {
        match &self.holds {
            Holds::File(opened) => (opened.facts(), opened.device(), opened.user()),
            Holds::Document(document) => (&document.facts, &document.device, &document.user),
        }
    }

    /// How much it says.
    pub(crate) fn extent(&self) -> Extent {
        self.extent
    }

    /// The categories that it has.
    pub(crate) fn categories(&self) -> BTreeSet<Category> {
        match &self.holds {
            Holds::File(opened) => {
                let settings =
                    opened.sections().map(|summary| summary.id).filter(|id| id.kind == SectionKind::SETTINGS);
                settings.map(|id| Category(id.part)).collect()
            }
            Holds::Document(document) => document.sections.iter().map(|section| section.category).collect(),
        }
    }

    /// The settings of one category.
    pub(crate) fn section(&self, category: Category) -> Result<Option<Cow<'_, Section>>, CommandError> {
        match &self.holds {
            Holds::File(opened) => {
                let section = opened.settings(category).map_err(|error| CommandError::reading(&self.path, &error))?;
                Ok(section.map(Cow::Owned))
            }
            Holds::Document(document) => {
                let section = document.sections.iter().find(|section| section.category == category);
                Ok(section.map(Cow::Borrowed))
            }
        }
    }

    /// The apps that it lists.
    pub(crate) fn apps(&self) -> Result<Cow<'_, Apps>, CommandError> {
        match &self.holds {
            Holds::File(opened) => {
                opened.apps().map(Cow::Owned).map_err(|error| CommandError::reading(&self.path, &error))
            }
            Holds::Document(document) => Ok(Cow::Borrowed(&document.apps)),
        }
    }
}

/// Whether a file begins as .reg files do, in either of their encodings.
fn is_reg(path: &Path) -> bool {
    const SIGNATURES: [&str; 2] = ["Windows Registry Editor", "REGEDIT4"];
    let mut head = [0; 64];
    // What cannot be opened is told by what opens it next.
    let read = path.is_file().then(|| std::fs::File::open(path).and_then(|mut file| file.read(&mut head)));
    let Some(Ok(length)) = read else { return false };
    let head: Vec<u8> = head.iter().take(length).copied().filter(|byte| *byte != 0).collect();
    let text = head.strip_prefix(b"\xff\xfe").or_else(|| head.strip_prefix(b"\xef\xbb\xbf")).unwrap_or(&head);
    SIGNATURES.iter().any(|signature| text.starts_with(signature.as_bytes()))
}
