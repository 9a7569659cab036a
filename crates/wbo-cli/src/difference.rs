//! What a comparison found, with what is personal left out: the one thing that every form of output is made of.

use profile_format::Category;
use serde::Serialize;
use wbo_engine::compare::SettingDifference;
use wbo_engine::compare::{AppDifference, AppState, Counts, Edit, FactDifference, ItemDifference, Parts, State};

use crate::clean::clean;
use crate::side::Side;
use crate::units::JsonUnits;

/// A form of output. It is given what differs in its order, and appends what it writes.
pub(crate) trait Render {
    /// Before everything else.
    fn head(&mut self, head: &HeadReport, out: &mut String);
    /// For each fact that differs.
    fn fact(&mut self, fact: &FactReport, out: &mut String);
    /// For each setting that differs.
    fn setting(&mut self, setting: &SettingReport, out: &mut String);
    /// For each app that differs.
    fn app(&mut self, app: &AppReport, out: &mut String);
    /// After everything else.
    fn tail(&mut self, tail: &TailReport, out: &mut String);
}

/// The two sides.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HeadReport {
    pub(crate) before: SideReport,
    pub(crate) after: SideReport,
}

/// One side.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SideReport {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) missed: Vec<String>,
}

/// One setting that differs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SettingReport {
    pub(crate) category: String,
    pub(crate) id: String,
    pub(crate) instance: Option<JsonUnits>,
    /// How many it stands for: several, where their names are hidden.
    pub(crate) instances: usize,
    pub(crate) title: String,
    pub(crate) change: &'static str,
    /// Whether it is personal, and what differs is left out.
    pub(crate) hidden: bool,
    pub(crate) items: Vec<ItemReport>,
}

/// One thing that differs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ItemReport {
    pub(crate) place: Option<String>,
    pub(crate) before: StateReport,
    pub(crate) after: StateReport,
    pub(crate) parts: Option<PartsReport>,
}

/// What one side says.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(crate) enum StateReport {
    Unsaid,
    Absent { default: Option<String> },
    Present { words: String },
}

/// What of a list or a text differs.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum PartsReport {
    Elements { removed: Vec<String>, added: Vec<String>, moved: bool },
    Words { edits: Vec<EditReport> },
}

/// Words that stay, go or come.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EditReport {
    Kept(String),
    Removed(String),
    Added(String),
}

/// A fact that differs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FactReport {
    pub(crate) of: &'static str,
    pub(crate) fact: &'static str,
    pub(crate) hidden: bool,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// An app that differs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AppReport {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) title: Option<String>,
    pub(crate) change: &'static str,
    pub(crate) before: Option<AppStateReport>,
    pub(crate) after: Option<AppStateReport>,
}

/// What a side says of an app.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AppStateReport {
    pub(crate) versions: Vec<String>,
    pub(crate) flags: Vec<&'static str>,
    pub(crate) ids: Vec<String>,
}

/// What stands at the end.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TailReport {
    /// Whether nothing differs that is to be told.
    pub(crate) same: bool,
    pub(crate) counts: CountsReport,
    pub(crate) unused: Vec<UnusedReport>,
}

/// How much of what there was.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct CountsReport {
    pub(crate) changed: usize,
    pub(crate) removed: usize,
    pub(crate) added: usize,
    pub(crate) same: usize,
    pub(crate) ignored: usize,
    pub(crate) apps: usize,
    pub(crate) facts: usize,
}

/// A rule of a file that nothing fitted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct UnusedReport {
    pub(crate) line: usize,
    pub(crate) about: String,
}

impl SideReport {
    pub(crate) fn of(side: &Side) -> Self {
        Self { name: side.name.clone(), kind: side.kind, missed: side.missed.clone() }
    }
}

impl SettingReport {
    pub(crate) fn of(difference: SettingDifference, reveal: bool) -> Self {
        let SettingDifference { category, id, instance, title, personal, on, items } = difference;
        let hidden = personal && !reveal;
        Self {
            category: category_word(category),
            id,
            instance: instance.as_ref().filter(|_| !hidden).map(JsonUnits::from),
            instances: 1,
            title,
            change: on.word(),
            hidden,
            items: if hidden { Vec::new() } else { items.into_iter().map(ItemReport::of).collect() },
        }
    }

    /// Takes in another one that looks the same, since what tells them apart is hidden.
    pub(crate) fn takes_in(&mut self, other: &Self) -> bool {
        let alike = self.hidden && other.hidden && (&self.id, self.change) == (&other.id, other.change);
        self.instances += usize::from(alike);
        alike
    }

    /// The title, and which one of several it is.
    pub(crate) fn heading(&self) -> String {
        self.named(&self.title)
    }

    /// The id, and which one of several it is.
    pub(crate) fn name(&self) -> String {
        self.named(&self.id)
    }

    fn named(&self, name: &str) -> String {
        match (&self.instance, self.instances) {
            (Some(JsonUnits(units)), _) => clean(&format!("{name} ({})", crate::units::text(units.iter().copied()))),
            (None, 2..) => clean(&format!("{name} ({} of them)", self.instances)),
            (None, _) => clean(name),
        }
    }

    /// What differs, thing by thing, in lines for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        if self.hidden {
            return vec![HIDDEN.to_owned()];
        }
        self.items.iter().map(|item| item.line(self.change)).collect()
    }
}

/// What stands for what is personal.
pub(crate) const HIDDEN: &str = "(personal, --reveal shows it)";

/// The word for a category, or its number.
pub(crate) fn category_word(category: Category) -> String {
    category.name().map_or_else(|| format!("category-{}", category.0), ToOwned::to_owned)
}

impl ItemReport {
    fn of(difference: ItemDifference) -> Self {
        let ItemDifference { place, before, after, parts } = difference;
        Self { place, before: before.into(), after: after.into(), parts: parts.map(PartsReport::from) }
    }

    /// What either side says, for two columns; a side that has nothing of the setting is empty.
    pub(crate) fn sides(&self, change: &str) -> (String, String) {
        let side = |state: &StateReport, is_there: bool| if is_there { clean(&state.words()) } else { String::new() };
        (side(&self.before, change != "added"), side(&self.after, change != "removed"))
    }

    /// It in one line for people.
    pub(crate) fn line(&self, change: &str) -> String {
        let place = self.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let words = match change {
            "removed" => self.before.words(),
            "added" => self.after.words(),
            _ => format!("{} -> {}", self.before.words(), self.after.words()),
        };
        clean(&format!("{place}{words}"))
    }
}

impl From<State> for StateReport {
    fn from(state: State) -> Self {
        match state {
            State::Unsaid => Self::Unsaid,
            State::Absent { default } => Self::Absent { default },
            State::Present(words) => Self::Present { words },
        }
    }
}

impl StateReport {
    /// It in words for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Unsaid => "(not in it)".to_owned(),
            Self::Absent { default: Some(default) } => format!("(default: {default})"),
            Self::Absent { default: None } => "(not set)".to_owned(),
            Self::Present { words } if words.is_empty() => "\"\"".to_owned(),
            Self::Present { words } => words.clone(),
        }
    }
}

impl From<Parts> for PartsReport {
    fn from(parts: Parts) -> Self {
        match parts {
            Parts::Elements { removed, added, moved } => Self::Elements { removed, added, moved },
            Parts::Words(edits) => Self::Words { edits: edits.into_iter().map(EditReport::from).collect() },
        }
    }
}

impl From<Edit> for EditReport {
    fn from(edit: Edit) -> Self {
        match edit {
            Edit::Kept(text) => Self::Kept(text),
            Edit::Removed(text) => Self::Removed(text),
            Edit::Added(text) => Self::Added(text),
        }
    }
}

impl FactReport {
    /// What facts of this kind stand under: no category, since no setting is among them.
    pub(crate) fn heading(&self) -> String {
        format!("facts of the {}", self.of)
    }

    /// What either side says, in words.
    pub(crate) fn sides(&self) -> (String, String) {
        let side = |value: &Option<String>| match value {
            _ if self.hidden => HIDDEN.to_owned(),
            Some(value) => clean(value),
            None => "(not known)".to_owned(),
        };
        (side(&self.before), side(&self.after))
    }

    pub(crate) fn of(difference: FactDifference, reveal: bool) -> Self {
        let FactDifference { of, fact, personal, before, after } = difference;
        let hidden = personal && !reveal;
        let (before, after) = if hidden { (None, None) } else { (before, after) };
        Self { of: of.word(), fact, hidden, before, after }
    }
}

impl AppReport {
    pub(crate) fn of(difference: AppDifference) -> Self {
        let change = difference.word();
        let AppDifference { kind, id, title, before, after } = difference;
        let state = |AppState { versions, flags, ids }| AppStateReport { versions, flags, ids };
        Self { kind: kind.word(), id, title, change, before: before.map(state), after: after.map(state) }
    }

    /// The name shown to people.
    pub(crate) fn name(&self) -> String {
        clean(self.title.as_deref().filter(|title| !title.is_empty()).unwrap_or(&self.id))
    }

    /// What either side says of it, in words: versions, or where it is pinned.
    pub(crate) fn sides(&self) -> (Option<String>, Option<String>) {
        let versions = |state: &AppStateReport| match state.versions.is_empty() {
            true => "no version".to_owned(),
            false => state.versions.join(", "),
        };
        let all = |state: &AppStateReport| {
            let words = state.flags.iter().map(|flag| (*flag).to_owned()).chain(state.ids.iter().cloned());
            let words = words.collect::<Vec<_>>().join(", ");
            if words.is_empty() { "(nothing)".to_owned() } else { words }
        };
        let same_versions = match (&self.before, &self.after) {
            (Some(before), Some(after)) => before.versions == after.versions,
            _ => false,
        };
        let words = |state: &AppStateReport| clean(&if same_versions { all(state) } else { versions(state) });
        (self.before.as_ref().map(words), self.after.as_ref().map(words))
    }

    /// What happened to it, in words.
    pub(crate) fn words(&self) -> String {
        match self.sides() {
            (Some(before), Some(after)) => format!("{before} -> {after}"),
            (before, after) => before.or(after).unwrap_or_default(),
        }
    }
}

impl CountsReport {
    pub(crate) fn of(counts: Counts, apps: usize, facts: usize) -> Self {
        let Counts { changed, only_before, only_after, same, ignored } = counts;
        Self { changed, removed: only_before, added: only_after, same, ignored, apps, facts }
    }

    /// Such as `3 settings changed, 1 only in the first, 2 apps`.
    pub(crate) fn text(&self) -> String {
        use crate::describe::count;
        let Self { changed, removed, added, same, ignored, apps, facts } = *self;
        let mut words = vec![
            format!("{} changed", count(changed as u64, "setting", "settings")),
            format!("{removed} only in the first, {added} only in the second"),
            format!("{same} the same"),
        ];
        let more = [
            (ignored > 0, format!("{ignored} ignored")),
            (apps > 0, count(apps as u64, "app differs", "apps differ")),
            (facts > 0, count(facts as u64, "fact differs", "facts differ")),
        ];
        words.extend(more.into_iter().filter(|(shown, _)| *shown).map(|(_, words)| words));
        words.join(", ")
    }
}
