//! A setting: what the catalogue knows of it.

use std::collections::BTreeMap;
use std::fmt;

use profile_format::Category;

use registry::{KeyPath, Name, Root};

use super::place::{Place, ValuePath};
use super::words::{Effect, Portability, Sensitivity};
use crate::forms::Form;

/// Something that a user can set, and where Windows keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Names it for ever: words joined by dots.
    pub id: String,
    /// What Windows calls it.
    pub title: String,
    /// What else it is, where the title is not enough.
    pub about: Option<String>,
    /// What the settings beside it are about.
    pub area: String,
    /// Its category.
    pub category: Category,
    /// The name under which Microsoft's own backup knows it.
    pub microsoft: Option<String>,
    /// The builds of Windows that have it.
    pub builds: Builds,
    /// Where else it means the same.
    pub portability: Portability,
    /// When Windows takes notice.
    pub effect: Effect,
    /// What it tells about a person.
    pub sensitivity: Option<Sensitivity>,
    /// Whether it is captured only when asked for by its whole id.
    pub on_request: bool,
    /// The settings that it is written together with, or not at all.
    pub group: Option<String>,
    /// What newer Windows has in its place.
    pub became: Option<Became>,
    /// Whether those who sign in for the first time may start with it, as far as the rest allows.
    pub new_users: bool,
    /// The policies that overrule it.
    pub policies: Vec<ValuePath>,
    /// Who says so.
    pub sources: Vec<String>,
    /// What sources disagree about, or what else one should know.
    pub note: Option<String>,
    /// Where it is. A single part may be without a name.
    pub parts: Vec<Part>,
    /// How many sources that do not lean on each other know it.
    pub(super) families: usize,
}

/// One of the places that a setting consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What tells it from the others; `None` where it is the only one.
    pub name: Option<String>,
    /// Where it is.
    pub place: Place,
    /// The line of the file on which it is said.
    pub line: usize,
}

/// A range of builds of Windows, ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Builds {
    /// The first one.
    pub from: Option<u32>,
    /// The last one.
    pub to: Option<u32>,
}

/// A setting that newer Windows has in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Became {
    /// Its id.
    pub id: String,
    /// What of the other means what of this one, as text; nothing, where all mean the same.
    pub values: Vec<(String, String)>,
}

/// Somebody who says where a setting is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What people call it.
    pub title: String,
    /// Where it can be read.
    pub address: Option<String>,
    /// Sources of one family lean on each other.
    pub family: String,
}

/// Whose settings change when it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One user's.
    User,
    /// Everybody's on the PC.
    Machine,
}

impl Setting {
    /// Whether at least two sources say so that do not lean on each other. Others are captured and shown, and written on
    /// request only.
    pub fn is_confirmed(&self) -> bool {
        self.families >= 2
    }

    /// Whose setting it is, by where it stands.
    pub fn scope(&self) -> Scope {
        let machine = self.parts.iter().any(|part| part.place.is_of_machine());
        if machine { Scope::Machine } else { Scope::User }
    }

    /// Whether it may be written where new users' registries are copied from: it says nothing about one person, names no
    /// folder or file of one, and is in the registry that is copied.
    pub fn is_for_new_users(&self) -> bool {
        let copied = |part: &Part| match &part.place {
            Place::Registry(place) => {
                place.hive.is_none() && !place.follow && !is_in_classes(&place.key) && place.form.is_none_or(is_plain)
            }
            Place::Files(_) => false,
        };
        let by_nature = self.portability == Portability::Roams
            && self.scope() == Scope::User
            && self.sensitivity.is_none()
            && self.parts.iter().all(copied);
        by_nature && self.new_users
    }

    /// Whether there may be several of it.
    pub fn has_instances(&self) -> bool {
        self.parts.iter().any(|part| part.place.each().is_some())
    }
}

impl Builds {
    /// Whether `build` lies in the range.
    pub fn contains(self, build: u32) -> bool {
        self.from.is_none_or(|from| from <= build) && self.to.is_none_or(|to| build <= to)
    }

    /// Whether every build lies in the range.
    pub fn is_all(self) -> bool {
        self == Self::default()
    }
}

/// Such as `builds from 22000 on have it`.
impl fmt::Display for Builds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) => write!(formatter, "builds {from} to {to} have it"),
            (Some(from), None) => write!(formatter, "builds from {from} on have it"),
            (None, Some(to)) => write!(formatter, "builds up to {to} have it"),
            (None, None) => formatter.write_str("every build has it"),
        }
    }
}

/// Whether a key of the user is in the hive of classes, which new users do not get.
fn is_in_classes(key: &KeyPath) -> bool {
    key.under(&KeyPath::new(Root::CurrentUser, ["Software", "Classes"].map(Name::from).into())).is_some()
}

/// Whether data of this form name no place of one user.
fn is_plain(form: Form) -> bool {
    !matches!(form, Form::Path | Form::Paths | Form::PictureCache)
}

/// The number of families among sources. General knowledge is none: it confirms nothing. What a custom catalogue says
/// in its own words counts as one source for each sentence.
pub(super) fn families(codes: &[String], sources: &BTreeMap<String, Source>) -> usize {
    let mut families: Vec<&str> =
        codes.iter().map(|code| sources.get(code).map_or(code.as_str(), |source| source.family.as_str())).collect();
    families.retain(|family| *family != "general-knowledge");
    families.sort_unstable();
    families.dedup();
    families.len()
}
