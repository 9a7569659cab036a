//! One of two things that are compared: a profile, a document in JSON, or a user of a Windows that is switched off.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use profile_format::{Apps, Category, Device, Document, Facts, Opened, Section, SectionKind, User};
use wbo_engine::capture::Selection;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::compare::Extent;

use crate::any_profile::{AnyProfile, AnyProfileArgs};
use crate::choosing;
use crate::commands::captured;
use crate::error::CommandError;
use crate::files::FileSource;
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
        let (kind, holds) = match self.profiles.open(path, Demand::Shown, ui, what)? {
            AnyProfile::File(opened) => ("profile", Holds::File(opened)),
            AnyProfile::Document(document, _) => ("document", Holds::Document(document)),
        };
        Ok(Side { name: path.display().to_string(), kind, missed: Vec::new(), path: path.to_owned(), holds })
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
        Extent::Whole
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
