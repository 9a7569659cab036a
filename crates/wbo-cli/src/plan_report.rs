//! What a plan says, for programs and for people.

use std::collections::BTreeMap;

use registry::Name;
use serde::Serialize;
use wbo_engine::catalogue::Effect;
use wbo_engine::plan::{Difference, Fate, Plan, Planned, Skip};

use crate::clean::clean;
use crate::describe::count;
use crate::units::JsonUnits;

/// One setting, and what would become or became of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SettingReport {
    pub(crate) id: String,
    pub(crate) instance: Option<JsonUnits>,
    /// The setting that the target has in its place.
    pub(crate) written_as: Option<String>,
    pub(crate) title: String,
    pub(crate) category: String,
    /// Whether the user of the profile never set it.
    absent: bool,
    /// A word of the plan, or of the outcome.
    pub(crate) outcome: &'static str,
    pub(crate) reason: Option<Reason>,
    pub(crate) effect: Option<&'static str>,
    /// Whether its values are left out of this report.
    pub(crate) hidden: bool,
    pub(crate) differences: Vec<DifferenceReport>,
}

/// Why a setting stays as it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) text: String,
    pub(crate) remedy: Option<String>,
}

/// One thing that would change.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DifferenceReport {
    place: Option<String>,
    from: Option<String>,
    to: Option<String>,
    default: Option<String>,
}

/// How many settings have which outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) set: usize,
    pub(crate) change: usize,
    pub(crate) delete: usize,
    pub(crate) unchanged: usize,
    pub(crate) skipped: usize,
    pub(crate) not_asked_for: usize,
}

impl SettingReport {
    /// What a plan says of a setting. Personal values are left out unless they are to be shown.
    pub(crate) fn of(planned: &Planned, reveal: bool) -> Self {
        let hidden = planned.personal && !reveal && !planned.differences.is_empty();
        Self {
            id: planned.id.clone(),
            instance: planned.instance.as_ref().map(JsonUnits::from),
            written_as: planned.written_as.clone(),
            title: planned.title.clone(),
            category: category(planned),
            absent: planned.absent,
            outcome: planned.fate.word(),
            reason: match &planned.fate {
                Fate::Skipped(skip) => Some(Reason::of(skip, planned, reveal)),
                _ => None,
            },
            effect: planned.fate.is_change().then(|| planned.effect.word()),
            hidden,
            differences: match hidden {
                true => Vec::new(),
                false => planned.differences.iter().map(DifferenceReport::of).collect(),
            },
        }
    }
}

impl Reason {
    fn of(skip: &Skip, planned: &Planned, reveal: bool) -> Self {
        Self { code: skip.code(), text: reason(skip, planned, reveal), remedy: skip.remedy(&planned.id) }
    }
}

/// Why a setting is skipped. Of a personal one, the words may tell what is there.
fn reason(skip: &Skip, planned: &Planned, reveal: bool) -> String {
    if planned.personal && !reveal && skip.tells_values() {
        return format!("{} (personal, --reveal shows more)", skip.code());
    }
    skip.to_string()
}

impl DifferenceReport {
    fn of(difference: &Difference) -> Self {
        let Difference { place, from, to, default } = difference.clone();
        Self { place, from, to, default }
    }
}

impl Counts {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut counts = Self::default();
        for planned in &plan.settings {
            *match planned.fate {
                Fate::Set => &mut counts.set,
                Fate::Change => &mut counts.change,
                Fate::Delete => &mut counts.delete,
                Fate::Unchanged => &mut counts.unchanged,
                Fate::Skipped(Skip::NotAskedFor) => &mut counts.not_asked_for,
                Fate::Skipped(_) => &mut counts.skipped,
            } += 1;
        }
        counts
    }

    /// Such as `12 set, 30 changed, 2 taken away, 90 unchanged, 14 skipped; 600 more were not asked for or never set`.
    pub(crate) fn text(&self, plan: &Plan) -> String {
        let Self { set, change, delete, unchanged, skipped, not_asked_for } = self;
        let of_note = plan.settings.iter().filter(|planned| is_of_note(planned)).count();
        let text =
            format!("{set} set, {change} changed, {delete} taken away, {unchanged} unchanged, {of_note} skipped");
        text + &more_text(skipped + not_asked_for - of_note)
    }
}

/// Whether somebody would miss a setting that is skipped: it was asked for, and set in the profile.
pub(crate) fn is_of_note(planned: &Planned) -> bool {
    match &planned.fate {
        Fate::Skipped(Skip::NotAskedFor | Skip::Excluded) => false,
        Fate::Skipped(skip) => !planned.absent || skip.is_failure(),
        _ => false,
    }
}

/// What is said of skipped settings that nobody misses.
pub(crate) fn more_text(more: usize) -> String {
    if more > 0 { format!("; {more} more were not asked for or never set") } else { String::new() }
}

/// How many changes need what before a running Windows takes notice, by the catalogue's word for it.
pub(crate) fn effects(plan: &Plan) -> Vec<EffectCount> {
    let mut effects: BTreeMap<&'static str, usize> = BTreeMap::new();
    for planned in plan.settings.iter().filter(|planned| planned.fate.is_change()) {
        *effects.entry(planned.effect.word()).or_default() += 1;
    }
    effects.into_iter().map(|(effect, settings)| EffectCount { effect, settings }).collect()
}

/// How many changes a running Windows would notice at one moment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EffectCount {
    effect: &'static str,
    settings: usize,
}

/// What has to happen before a running Windows takes notice, in words.
pub(crate) fn effects_text(effects: &[EffectCount]) -> Option<String> {
    let needs = |effect: Effect, what: &str| {
        let number = effects.iter().find(|count| count.effect == effect.word())?.settings;
        Some(format!("{number} {what}"))
    };
    let all: Vec<String> = [
        needs(Effect::Explorer, "when Explorer starts again"),
        needs(Effect::Start, "when Start starts again"),
        needs(Effect::SignOut, "when the user signs out and in again"),
        needs(Effect::Reboot, "when Windows starts again"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// The changes by category, and what is skipped by reason. Unless `all` are wanted, what is unchanged is only counted,
/// and of what is skipped for one reason a few are named.
pub(crate) fn text(plan: &Plan, reveal: bool, all: bool) -> String {
    let mut text = String::new();
    let mut heading = String::new();
    let shown = |planned: &&Planned| planned.fate.is_change() || all && planned.fate == Fate::Unchanged;
    for planned in plan.settings.iter().filter(shown) {
        let category = category(planned);
        if category != heading {
            text.push_str(&format!("{}{}\n", if text.is_empty() { "" } else { "\n" }, category));
            heading = category;
        }
        text.push_str(&lines_of(planned, reveal));
    }
    let skipped = skipped(plan, reveal, all);
    if !skipped.is_empty() {
        text.push_str(&format!("{}skipped\n{skipped}", if text.is_empty() { "" } else { "\n" }));
    }
    text
}

fn lines_of(planned: &Planned, reveal: bool) -> String {
    let instance = planned.instance.as_ref().map(|name| format!(" ({})", shown_name(name))).unwrap_or_default();
    let title = clean(&format!("{}{instance}", planned.title));
    let word = planned.fate.word();
    if planned.differences.is_empty() {
        return format!("  {word:<9} {title}\n");
    }
    if planned.personal && !reveal {
        return format!("  {word:<9} {title}: (personal, --reveal shows it)\n");
    }
    match &*planned.differences {
        [one] if one.place.is_none() => format!("  {word:<9} {title}: {}\n", change(one)),
        several => {
            let mut text = format!("  {word:<9} {title}\n");
            for one in several.iter().take(DIFFERENCES) {
                let place = one.place.as_deref().unwrap_or("(default)");
                text.push_str(&format!("  {:<11} {}: {}\n", "", clean(place), change(one)));
            }
            if let Some(more @ 1..) = several.len().checked_sub(DIFFERENCES) {
                text.push_str(&format!("  {:<11} and {more} more; --json has all\n", ""));
            }
            text
        }
    }
}

/// Differences of one setting that people are shown.
const DIFFERENCES: usize = 8;

/// Ids that are named for one reason, and characters of a value that are shown.
const NAMED: usize = 6;
const SHOWN: usize = 60;

fn change(difference: &Difference) -> String {
    let side = |value: &Option<String>| match (value, &difference.default) {
        (Some(value), _) => short(value),
        (None, Some(default)) => format!("(default: {})", short(default)),
        (None, None) => "(nothing)".to_owned(),
    };
    format!("{} -> {}", side(&difference.from), side(&difference.to))
}

fn short(value: &str) -> String {
    let value = clean(value);
    if value.is_empty() {
        return "\"\"".to_owned();
    }
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value,
    }
}

fn skipped(plan: &Plan, reveal: bool, all: bool) -> String {
    let mut reasons: BTreeMap<(&'static str, String, Option<String>), Vec<String>> = BTreeMap::new();
    for planned in &plan.settings {
        let Fate::Skipped(skip) = &planned.fate else { continue };
        if !all && !is_of_note(planned) {
            continue;
        }
        let remedy = skip.remedy(if all { &planned.id } else { "ID" });
        let instance = planned.instance.as_ref().map(|name| format!(" ({})", shown_name(name))).unwrap_or_default();
        let ids = reasons.entry((skip.code(), reason(skip, planned, reveal), remedy)).or_default();
        ids.push(format!("{}{instance}", planned.id));
    }
    let mut text = String::new();
    for ((_, reason, remedy), ids) in reasons {
        let remedy = remedy.map(|remedy| format!(" ({remedy})")).unwrap_or_default();
        text.push_str(&format!("  {}: {}{remedy}\n", count(ids.len() as u64, "setting", "settings"), clean(&reason)));
        let most = if all { usize::MAX } else { NAMED };
        let named: Vec<&str> = ids.iter().take(most).map(String::as_str).collect();
        let more = ids.len() - named.len();
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        text.push_str(&format!("    {}{more}\n", clean(&named.join(", "))));
    }
    text
}

fn category(planned: &Planned) -> String {
    planned.category.name().map_or_else(|| format!("category-{}", planned.category.0), ToOwned::to_owned)
}

fn shown_name(name: &Name) -> String {
    name.to_string()
}
