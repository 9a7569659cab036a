//! Two profiles that grew out of one, combined: what one of them changed is taken, and what both changed differently is a
//! conflict that somebody decides.
//!
//! Everything is merged item by item: a value, a key, a file. The catalogue says of which values the bits or the elements
//! are merged, and which settings belong together as a group and are never mixed. What means the same is no change, even
//! where its bytes differ.

mod apps;
mod conflict;
mod facts;
mod layer;
mod notes;
mod parts;
mod settings;
mod three;
mod version;

use std::collections::BTreeMap;

use profile_format::{Apps, Category, Device, Document, Note, Section, Text, User};
use registry::Name;

use self::conflict::Arbiter;
use crate::catalogue::Catalogue;

pub use conflict::{About, Conflict, ConflictItem};
pub use layer::layer;
pub use three::Three;

/// What becomes of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Take {
    /// What it was before both changes.
    Base,
    /// What the first side has.
    Ours,
    /// What the second side has.
    Theirs,
    /// Nothing of it.
    Neither,
}

/// What a document says of its source, without how it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The PC.
    pub device: Device,
    /// The person.
    pub user: User,
    /// Settings by category.
    pub sections: Vec<Section>,
    /// Applications.
    pub apps: Apps,
    /// What was not captured, and why.
    pub notes: Vec<Note>,
}

/// A merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// What came out. It is of use to nobody while a conflict is open.
    pub said: Said,
    /// The conflicts, in an order that depends on the three documents alone, each with its decision if it has one.
    pub conflicts: Vec<(Conflict, Option<Take>)>,
    /// How many settings came from where.
    pub counts: Counts,
}

/// How many settings came from where. Each of several instances counts, and of a group the whole counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Both sides have them, or lack them, as they were.
    pub unchanged: usize,
    /// Changed by the first side alone.
    pub ours: usize,
    /// Changed by the second side alone.
    pub theirs: usize,
    /// Changed by both, to the same.
    pub both: usize,
    /// Put together of what both changed.
    pub combined: usize,
    /// In conflict.
    pub conflicts: usize,
}

impl Take {
    /// Every one, with its word, which stays the same from version to version.
    pub const NAMED: [(Self, &'static str); 4] =
        [(Self::Base, "base"), (Self::Ours, "ours"), (Self::Theirs, "theirs"), (Self::Neither, "neither")];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::NAMED.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| *word)
    }

    /// As somebody decides who sees the two sides the other way round.
    #[must_use]
    pub fn swapped(self) -> Self {
        match self {
            Self::Ours => Self::Theirs,
            Self::Theirs => Self::Ours,
            other => other,
        }
    }
}

impl Merged {
    /// Whether every conflict was decided.
    pub fn is_settled(&self) -> bool {
        self.conflicts.iter().all(|(_, take)| take.is_some())
    }
}

impl Said {
    /// What a document says.
    pub fn of(document: &Document) -> Self {
        let Document { device, user, sections, apps, notes, .. } = document.clone();
        Self { device, user, sections, apps, notes }
    }
}

/// Merges what `ours` and `theirs` made of `base`. Of what they made differently, `decide` says what to take, if it can.
pub fn merge(three: Three<&Said>, catalogue: &Catalogue, decide: &mut dyn FnMut(&Conflict) -> Option<Take>) -> Merged {
    let mut arbiter = Arbiter::new(decide);
    let (sections, counts) = settings::merge(three.map(|said| &*said.sections), catalogue, &mut arbiter);
    let apps = apps::merge(three.map(|said| &said.apps), &mut arbiter);
    let notes = notes::merge(three, &sections);
    let device = facts::device(three, &sections);
    let user = facts::user(three.map(|said| &said.user));
    Merged { said: Said { device, user, sections, apps, notes }, conflicts: arbiter.conflicts, counts }
}

/// Settings as documents have them, of which none is empty.
fn sections_of(settings: Vec<(Category, profile_format::Setting)>) -> Vec<Section> {
    let mut sections: BTreeMap<Category, Vec<profile_format::Setting>> = BTreeMap::new();
    for (category, setting) in settings {
        sections.entry(category).or_default().push(setting);
    }
    let mut sections: Vec<Section> =
        sections.into_iter().map(|(category, settings)| Section { category, settings }).collect();
    for section in &mut sections {
        section.settings.sort_by(|one, other| (&one.id, &one.instance).cmp(&(&other.id, &other.instance)));
    }
    sections
}

fn name(text: &Text) -> Name {
    Name::from_units(&*text.0)
}
