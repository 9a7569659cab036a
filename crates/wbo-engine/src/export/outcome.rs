//! What is in an export, and what is not.

use profile_format::{DesktopApp, Setting as Captured, SettingFlags, StoreApp, Text};
use registry::Name;

use super::{Why, name_of};
use crate::catalogue::{Sensitivity, Setting};

/// What an export holds of a profile, and what it does not.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is in it.
    pub exported: Vec<Subject>,
    /// What is not.
    pub left_out: Vec<LeftOut>,
}

/// Something of a profile that an export may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// The id of a setting, the family of a package, the key of a program, or what a pin starts.
    pub id: String,
    /// Which one, where there are several.
    pub instance: Option<Name>,
    /// What people call it.
    pub title: String,
    /// Whether it tells something about a person.
    pub personal: bool,
}

/// What a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A setting.
    Setting,
    /// An app from a package.
    StoreApp,
    /// A desktop program.
    DesktopApp,
    /// A pin of Start.
    StartPin,
    /// A pin of the taskbar.
    TaskbarPin,
}

/// Something of a profile that is not in an export, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What.
    pub subject: Subject,
    /// Why.
    pub why: Why,
    /// Whether it was asked for, so that the export is one in part.
    pub missed: bool,
}

impl SubjectKind {
    /// A word for it, which stays the same from version to version.
    pub fn word(self) -> &'static str {
        match self {
            Self::Setting => "setting",
            Self::StoreApp => "store-app",
            Self::DesktopApp => "desktop-app",
            Self::StartPin => "start-pin",
            Self::TaskbarPin => "taskbar-pin",
        }
    }
}

impl Outcome {
    /// Whether all that was asked for is in the export.
    pub fn is_whole(&self) -> bool {
        self.left_out.iter().all(|left_out| !left_out.missed)
    }

    /// Leaves something out that is missed unless it cannot be in the form by its nature.
    pub(super) fn leave_out(&mut self, subject: Subject, why: Why) {
        let missed = !why.is_by_nature();
        self.left_out.push(LeftOut { subject, why, missed });
    }
}

impl Subject {
    /// A setting of a profile. Of one that nobody knows, it is not known that it tells nothing about a person.
    pub(super) fn setting(captured: &Captured, known: Option<&Setting>) -> Self {
        let personal = captured.flags.contains(SettingFlags::PERSONAL)
            || known.is_none_or(|setting| setting.sensitivity == Some(Sensitivity::Personal));
        Self {
            kind: SubjectKind::Setting,
            id: captured.id.clone(),
            instance: captured.instance.as_ref().map(name_of),
            title: known.map_or_else(|| captured.id.clone(), |setting| setting.title.clone()),
            personal,
        }
    }

    /// A setting of which the profile has nothing.
    pub(super) fn missing(id: &str, title: &str) -> Self {
        let (id, title) = (id.to_owned(), title.to_owned());
        Self { kind: SubjectKind::Setting, id, instance: None, title, personal: false }
    }

    pub(super) fn store_app(app: &StoreApp) -> Self {
        let title = app.title.as_ref().map_or_else(|| app.family.clone(), Text::to_string_lossy);
        Self { kind: SubjectKind::StoreApp, id: app.family.clone(), instance: None, title, personal: false }
    }

    pub(super) fn desktop_app(app: &DesktopApp) -> Self {
        let id = app.key.to_string_lossy();
        let title = app.title.as_ref().map_or_else(|| id.clone(), Text::to_string_lossy);
        Self { kind: SubjectKind::DesktopApp, id, instance: None, title, personal: false }
    }
}
