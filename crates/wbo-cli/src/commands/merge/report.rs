//! What a merge did, for programs and for people.

use profile_format::{Category, Document};
use serde::Serialize;
use wbo_engine::compare::State;
use wbo_engine::merge::{About, Conflict, ConflictItem, Counts, Said, Take, Three};

use crate::clean::{Clean, clean};
use crate::describe::{self, hex};
use crate::profile_file::Profile;
use crate::units::JsonUnits;

/// A merge.
#[derive(Serialize)]
pub(super) struct MergeReport {
    pub(super) wbo: &'static str,
    pub(super) version: u32,
    pub(super) kind: &'static str,
    pub(super) inputs: Vec<InputReport>,
    pub(super) settled: bool,
    pub(super) counts: CountsReport,
    pub(super) conflicts: Vec<ConflictReport>,
    /// Where the conflicts were written.
    pub(super) kept: Option<String>,
    pub(super) written: Option<WrittenReport>,
}

/// What was merged.
#[derive(Serialize)]
pub(super) struct InputReport {
    path: String,
    id: String,
    body_id: Option<String>,
    believed: String,
}

/// The profile that came out.
#[derive(Serialize)]
pub(super) struct WrittenReport {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) body_id: String,
    pub(super) author: Option<String>,
}

/// How many settings came from where.
#[derive(Serialize)]
pub(super) struct CountsReport {
    unchanged: usize,
    ours: usize,
    theirs: usize,
    both: usize,
    combined: usize,
    conflicts: usize,
}

/// What both sides made differently.
#[derive(Clone, Serialize)]
pub(crate) struct ConflictReport {
    number: usize,
    about: &'static str,
    category: Option<String>,
    id: String,
    instance: Option<JsonUnits>,
    title: String,
    /// Whether it is personal, and its values are left out.
    hidden: bool,
    take: Option<&'static str>,
    items: Vec<ItemReport>,
}

/// One thing of it, as each of the three has it.
#[derive(Clone, Serialize)]
struct ItemReport {
    place: Option<String>,
    base: StateReport,
    ours: StateReport,
    theirs: StateReport,
}

/// What one of the three says.
#[derive(Clone, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum StateReport {
    Unsaid,
    Absent { default: Option<String> },
    Present { words: String },
}

impl From<&State> for StateReport {
    fn from(state: &State) -> Self {
        match state.clone() {
            State::Unsaid => Self::Unsaid,
            State::Absent { default } => Self::Absent { default },
            State::Present(words) => Self::Present { words },
        }
    }
}

impl StateReport {
    fn words(&self) -> &str {
        match self {
            Self::Unsaid => "(not in it)",
            Self::Absent { default: Some(default) } => default,
            Self::Absent { default: None } => "(not set)",
            Self::Present { words } if words.is_empty() => "\"\"",
            Self::Present { words } => words,
        }
    }

    /// It in words for people.
    fn text(&self) -> String {
        let default = if matches!(self, Self::Absent { default: Some(_) }) { " (default)" } else { "" };
        format!("{}{default}", clean(self.words()))
    }
}

impl InputReport {
    pub(super) fn of(profile: &Profile) -> Self {
        Self {
            path: profile.path.display().to_string(),
            id: profile.document.facts.id.to_string(),
            body_id: (profile.body_id != [0; 32]).then(|| hex(&profile.body_id)),
            believed: profile.believed.clone(),
        }
    }
}

impl CountsReport {
    pub(super) fn of(counts: Counts) -> Self {
        let Counts { unchanged, ours, theirs, both, combined, conflicts } = counts;
        Self { unchanged, ours, theirs, both, combined, conflicts }
    }
}

/// Of layers: how many settings are the user's alone, the baseline's alone, or put together.
pub(super) fn layered_counts(said: &Said, user: &Document) -> CountsReport {
    let own: Vec<_> = user.sections.iter().flat_map(|section| &section.settings).collect();
    let mut counts = Counts::default();
    for setting in said.sections.iter().flat_map(|section| &section.settings) {
        match own.iter().find(|one| one.id == setting.id && one.instance == setting.instance) {
            Some(one) if *one == setting => counts.theirs += 1,
            Some(_) => counts.combined += 1,
            None => counts.ours += 1,
        }
    }
    CountsReport::of(counts)
}

impl ConflictReport {
    pub(crate) fn of(conflict: &Conflict, take: Option<Take>, reveal: bool) -> Self {
        let hidden = conflict.personal && !reveal;
        let (about, id, instance) = match &conflict.about {
            About::Setting { id, instance, .. } => ("setting", id, instance.as_ref()),
            About::Group { name, .. } => ("group", name, None),
            About::App { id, .. } => ("app", id, None),
        };
        Self {
            number: conflict.number,
            about,
            category: conflict.about.category().map(category_word),
            id: id.clone(),
            instance: instance.filter(|_| !hidden).map(JsonUnits::from),
            title: conflict.title.clone(),
            hidden,
            take: take.map(Take::word),
            items: if hidden { Vec::new() } else { conflict.items.iter().map(ItemReport::of).collect() },
        }
    }

    pub(crate) fn text(&self) -> String {
        let instance = match &self.instance {
            Some(JsonUnits(units)) => format!(" ({})", crate::units::text(units.iter().copied())),
            None => String::new(),
        };
        let part = self.category.as_deref().unwrap_or("apps");
        let take = self.take.map(|take| format!(": {take}")).unwrap_or_default();
        let mut text = format!("  {} {}{}, {part}{take}\n", self.number, Clean(&self.title), Clean(&instance));
        if self.hidden {
            text.push_str("      (personal, --reveal shows it)\n");
        }
        text.extend(self.items.iter().map(ItemReport::text));
        text
    }
}

impl ItemReport {
    fn of(item: &ConflictItem) -> Self {
        let Three { base, ours, theirs } = item.states.as_ref().map(StateReport::from);
        Self { place: item.place.clone(), base, ours, theirs }
    }

    fn text(&self) -> String {
        let place = self.place.as_ref().map(|place| format!("      {}\n", clean(place))).unwrap_or_default();
        let states = [("base", &self.base), ("ours", &self.ours), ("theirs", &self.theirs)];
        let lines = states.map(|(side, state)| format!("      {side:<8}{}\n", state.text()));
        place + &lines.concat()
    }
}

/// The word for a category, or its number.
fn category_word(category: Category) -> String {
    category.name().map_or_else(|| format!("category-{}", category.0), ToOwned::to_owned)
}

pub(super) fn text(report: &MergeReport) -> String {
    let open = report.conflicts.iter().filter(|conflict| conflict.take.is_none()).count();
    let mut text = String::new();
    if !report.conflicts.is_empty() {
        text.push_str(if open == 0 { "decided\n" } else { "conflicts\n" });
        text.extend(report.conflicts.iter().map(ConflictReport::text));
        text.push('\n');
    }
    let CountsReport { unchanged, ours, theirs, both, combined, conflicts } = &report.counts;
    let settings = |number: &usize| describe::count(*number as u64, "setting", "settings");
    text.push_str(&match report.kind {
        "layer" => format!("{} of the user, {ours} of the baseline, {combined} of both\n", settings(theirs)),
        _ => format!(
            "{} unchanged, {ours} from ours, {theirs} from theirs, {both} the same in both, {combined} combined, {conflicts} in conflict\n",
            settings(unchanged)
        ),
    });
    if let Some(kept) = &report.kept {
        text.push_str(&format!("conflicts in {}: set \"take\" in it, and give it back with --resolve\n", Clean(kept)));
    }
    match &report.written {
        Some(written) => text.push_str(&format!(
            "{}: {} bytes, body {}\n",
            Clean(&written.path),
            describe::grouped(written.bytes),
            written.body_id
        )),
        None => text.push_str(&format!(
            "nothing was written: {} to be decided, by --prefer or by --conflicts and --resolve\n",
            describe::count(open as u64, "conflict is", "conflicts are")
        )),
    }
    text
}
