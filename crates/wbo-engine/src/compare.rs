//! What differs between two profiles, setting by setting.
//!
//! Sections are compared one at a time, and each difference is given away as it is found: two profiles need as much memory
//! as their largest sections.

mod apps;
mod facts;
mod ignored;
pub(crate) mod item;
mod pairs;
mod parts;

use profile_format::{Category, Section, Setting as Captured, SettingFlags, Text};
use registry::Name;

use self::pairs::pairs;
use crate::capture::Selection;
use crate::catalogue::{Catalogue, Sensitivity};

pub use apps::{AppDifference, AppKind, AppState, apps};
pub use facts::{FactDifference, Subject, facts};
pub use ignored::{Ignored, Unused};
pub(crate) use item::label as item_label;
pub use parts::{Edit, Parts};

/// One of two profiles that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Side<'s> {
    /// The settings of one category.
    pub section: Option<&'s Section>,
    /// How much it says.
    pub extent: Extent,
}

/// How much a side says of its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of each setting that it has.
    Whole,
    /// Only what it names; of everything else it says nothing, and that is no difference.
    Part,
}

/// Compares the settings of two profiles.
pub struct Comparer<'c> {
    catalogue: &'c Catalogue,
    selection: &'c Selection,
    ignored: Ignored,
    counts: Counts,
}

/// What differs in one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingDifference {
    /// Its category.
    pub category: Category,
    /// Its id.
    pub id: String,
    /// Which one, where there are several.
    pub instance: Option<Name>,
    /// What Windows calls it; its id, where the catalogue does not know it.
    pub title: String,
    /// Whether it tells something about a person.
    pub personal: bool,
    /// Which sides say something of it.
    pub on: On,
    /// What of it differs: at least one thing.
    pub items: Vec<ItemDifference>,
}

/// Which sides say something of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Both, and not the same.
    Both,
    /// The first one alone.
    Before,
    /// The second one alone.
    After,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemDifference {
    /// Which part of the setting, where it has several.
    pub place: Option<String>,
    /// What the first side says.
    pub before: State,
    /// What the second side says.
    pub after: State,
    /// What of a list or of a long text differs.
    pub parts: Option<Parts>,
}

/// What one side says of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing: it does not speak of it.
    Unsaid,
    /// That it is not there; what Windows does then, where the catalogue knows.
    Absent {
        /// In words.
        default: Option<String>,
    },
    /// What it is, in words.
    Present(String),
}

/// How many settings there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// On both sides, and different.
    pub changed: usize,
    /// On the first side alone.
    pub only_before: usize,
    /// On the second side alone.
    pub only_after: usize,
    /// The same on both sides, or never set on the one that speaks of it.
    pub same: usize,
    /// Different, but not to be told.
    pub ignored: usize,
}

impl<'s> Side<'s> {
    fn settings(self) -> &'s [Captured] {
        self.section.map(|section| &*section.settings).unwrap_or_default()
    }
}

impl Counts {
    /// Whether no setting differs.
    pub fn is_same(&self) -> bool {
        self.changed == 0 && self.only_before == 0 && self.only_after == 0
    }
}

impl On {
    /// A word for it, which stays the same from version to version.
    pub fn word(self) -> &'static str {
        match self {
            Self::Both => "changed",
            Self::Before => "removed",
            Self::After => "added",
        }
    }
}

impl<'c> Comparer<'c> {
    /// Compares what is selected, and leaves out what is to be ignored.
    pub fn new(catalogue: &'c Catalogue, selection: &'c Selection, ignored: Ignored) -> Self {
        Self { catalogue, selection, ignored, counts: Counts::default() }
    }

    /// Compares the settings of one category, and gives the differences in the order of ids and instances.
    pub fn section(
        &mut self,
        category: Category,
        before: Side<'_>,
        after: Side<'_>,
        found: &mut dyn FnMut(SettingDifference),
    ) {
        let (mut ours, mut theirs) = (before.settings(), after.settings());
        while let Some(id) = [ours.first(), theirs.first()].into_iter().flatten().map(|setting| &setting.id).min() {
            let (of_ours, rest) = ours.split_at(ours.partition_point(|setting| setting.id <= *id));
            let (of_theirs, other_rest) = theirs.split_at(theirs.partition_point(|setting| setting.id <= *id));
            let extents = (before.extent, after.extent);
            self.instances(category, (of_ours, of_theirs), extents, found);
            (ours, theirs) = (rest, other_rest);
        }
    }

    /// How many settings there were of each kind so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What was to be ignored, and how often it was.
    pub fn into_ignored(self) -> Ignored {
        self.ignored
    }

    /// Compares all instances of one setting.
    fn instances(
        &mut self,
        category: Category,
        (ours, theirs): (&[Captured], &[Captured]),
        extents: (Extent, Extent),
        found: &mut dyn FnMut(SettingDifference),
    ) {
        let Some(id) = ours.first().or(theirs.first()).map(|setting| &*setting.id) else { return };
        let known = self.catalogue.get(id);
        if known.is_some_and(|setting| !self.selection.includes(setting))
            || known.is_none() && !self.selection.includes_unknown(id, category)
        {
            return;
        }
        let personal = ours.iter().chain(theirs).any(|setting| setting.flags.contains(SettingFlags::PERSONAL))
            || known.is_some_and(|setting| setting.sensitivity == Some(Sensitivity::Personal));
        let by_name = |one: &Captured, other: &Captured| one.instance.cmp(&other.instance);
        for (one, other) in pairs(ours, theirs, by_name, |setting| setting.instance.as_ref().map(name)) {
            let instance = one.or(other).and_then(|setting| setting.instance.as_ref()).map(name);
            let on = match (one, other) {
                (Some(_), None) => On::Before,
                (None, Some(_)) => On::After,
                _ => On::Both,
            };
            // What a side does not speak of, it may have all the same.
            let unsaid = match on {
                On::Before => extents.1 == Extent::Part,
                On::After => extents.0 == Extent::Part,
                On::Both => false,
            };
            let items = if unsaid { Vec::new() } else { item::differences(known, one, other, extents) };
            if items.is_empty() {
                self.counts.same += usize::from(!unsaid);
                continue;
            }
            let mut difference = SettingDifference {
                category,
                id: id.to_owned(),
                instance,
                title: known.map_or_else(|| id.to_owned(), |setting| setting.title.clone()),
                personal,
                on,
                items,
            };
            self.ignored.filter(&mut difference);
            if difference.items.is_empty() {
                self.counts.ignored += 1;
                continue;
            }
            match on {
                On::Both => self.counts.changed += 1,
                On::Before => self.counts.only_before += 1,
                On::After => self.counts.only_after += 1,
            }
            found(difference);
        }
    }
}

fn name(text: &Text) -> Name {
    Name::from_units(&*text.0)
}
