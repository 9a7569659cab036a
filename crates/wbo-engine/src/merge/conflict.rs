//! What two sides made differently of one thing, and who decides.

use profile_format::{Category, Item, Setting as Captured, SettingFlags};
use registry::Name;

use super::Take;
use super::three::{Three, aligned_items};
use crate::catalogue::{Sensitivity, Setting};
use crate::compare::item::{is_same, label, told_apart};
use crate::compare::{AppKind, State};
use crate::describe;

/// Something that both sides changed, and not to the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Which one of the merge, from 1 on.
    pub number: usize,
    /// What it is about.
    pub about: About,
    /// What Windows calls it; its id, where nobody knows.
    pub title: String,
    /// Whether it tells something about a person.
    pub personal: bool,
    /// What of it differs: at least one thing.
    pub items: Vec<ConflictItem>,
}

/// What a conflict is about. It is decided as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// One thing of a setting, or all of it.
    Setting {
        /// Its category.
        category: Category,
        /// Its id.
        id: String,
        /// Which one, where there are several.
        instance: Option<Name>,
    },
    /// Settings that belong together.
    Group {
        /// The category of the first of them.
        category: Category,
        /// Its name.
        name: String,
    },
    /// An app.
    App {
        /// What kind of app.
        kind: AppKind,
        /// The family or the key.
        id: String,
    },
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictItem {
    /// Which part of the whole, where it has several.
    pub place: Option<String>,
    /// What each says of it.
    pub states: Three<State>,
}

impl About {
    /// The category; apps are in none.
    pub fn category(&self) -> Option<Category> {
        match self {
            Self::Setting { category, .. } | Self::Group { category, .. } => Some(*category),
            Self::App { .. } => None,
        }
    }
}

/// Numbers the conflicts, and asks what becomes of each.
pub(super) struct Arbiter<'a> {
    decide: &'a mut dyn FnMut(&Conflict) -> Option<Take>,
    pub(super) conflicts: Vec<(Conflict, Option<Take>)>,
}

impl<'a> Arbiter<'a> {
    pub(super) fn new(decide: &'a mut dyn FnMut(&Conflict) -> Option<Take>) -> Self {
        Self { decide, conflicts: Vec::new() }
    }

    /// What to take. What nobody decides stays as it was, in a merge that is of no use then.
    pub(super) fn decide(&mut self, about: About, title: String, personal: bool, items: Vec<ConflictItem>) -> Take {
        let conflict = Conflict { number: self.conflicts.len() + 1, about, title, personal, items };
        let take = (self.decide)(&conflict);
        self.conflicts.push((conflict, take));
        take.unwrap_or(Take::Base)
    }
}

/// Whether one of them tells something about a person.
pub(super) fn is_personal(known: Option<&Setting>, three: Three<Option<&Captured>>) -> bool {
    let flagged = |captured: &&Captured| captured.flags.contains(SettingFlags::PERSONAL);
    three.each().iter().flatten().any(flagged)
        || known.is_some_and(|setting| setting.sensitivity == Some(Sensitivity::Personal))
}

/// Everything of a setting of which the three do not say the same.
pub(super) fn differing(known: Option<&Setting>, three: Three<Option<&Captured>>) -> Vec<ConflictItem> {
    let rows = aligned_items(three.map(items));
    let several = rows.len() > 1;
    let by_text = by_text(three.each());
    let differs = |row: &Three<Option<&Item>>| {
        !(is_same(known, row.ours, row.theirs, by_text) && is_same(known, row.base, row.ours, by_text))
    };
    let rows = rows.into_iter().filter(differs);
    rows.filter_map(|row| states(known, three.map(|one| one.is_some()), row, several)).collect()
}

/// One item in the words of each.
pub(super) fn states(
    known: Option<&Setting>,
    says: Three<bool>,
    row: Three<Option<&Item>>,
    several: bool,
) -> Option<ConflictItem> {
    // Of two spellings, the same one is shown whoever is called ours.
    let changed = row.ours.max(row.theirs);
    let item = changed.or(row.base)?;
    let words = |one: Option<&Item>, other: Option<&Item>| {
        let other = other.filter(|_| one != other);
        told_apart(known, item, one, other).0
    };
    let base = words(row.base, changed);
    let (ours, theirs) = (words(row.ours, row.theirs), words(row.theirs, row.ours));
    let place = known.and_then(|setting| describe::place_of(setting, item));
    let state = |says: bool, words: Option<String>| match (says, words) {
        (_, Some(words)) => State::Present(words),
        (true, None) => State::Absent { default: place.and_then(describe::default) },
        (false, None) => State::Unsaid,
    };
    let states =
        Three { base: state(says.base, base), ours: state(says.ours, ours), theirs: state(says.theirs, theirs) };
    Some(ConflictItem { place: label(known, item, several), states })
}

/// The items of a setting that may not be there.
pub(super) fn items(captured: Option<&Captured>) -> &[Item] {
    captured.map(|captured| &*captured.items).unwrap_or_default()
}

/// Whether texts are compared as texts: where all have tokens in them.
pub(super) fn by_text<'c>(all: impl IntoIterator<Item = Option<&'c Captured>>) -> bool {
    all.into_iter().flatten().all(|one| one.flags.contains(SettingFlags::TOKENS))
}
