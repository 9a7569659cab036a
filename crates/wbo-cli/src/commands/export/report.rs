//! What is in an export, and what is not, for programs and for people.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use wbo_engine::export::{LeftOut, Outcome, Subject, SubjectKind, Why};

use super::form::Form;
use crate::clean::Clean;
use crate::describe::count;
use crate::profile_file::Profile;
use crate::ui::Ui;
use crate::units::JsonUnits;

/// What was exported.
#[derive(Serialize)]
pub(super) struct ExportReport {
    wbo: &'static str,
    version: u32,
    form: &'static str,
    profile: String,
    believed: String,
    /// The file or folder; `None`, where there was nothing to write.
    out: Option<String>,
    exported: Vec<SubjectReport>,
    left_out: Vec<LeftOutReport>,
    counts: Counts,
}

#[derive(Serialize)]
struct SubjectReport {
    kind: &'static str,
    id: Option<String>,
    instance: Option<JsonUnits>,
    title: Option<String>,
    hidden: bool,
}

#[derive(Serialize)]
struct LeftOutReport {
    #[serde(flatten)]
    subject: SubjectReport,
    missed: bool,
    reason: Reason,
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    text: String,
    remedy: Option<String>,
}

#[derive(Serialize)]
struct Counts {
    exported: usize,
    left_out: usize,
    missed: usize,
}

impl ExportReport {
    pub(super) fn of(form: Form, profile: &Profile, out: Option<&Path>, outcome: &Outcome, reveal: bool) -> Self {
        let counts = Counts {
            exported: outcome.exported.len(),
            left_out: outcome.left_out.len(),
            missed: outcome.left_out.iter().filter(|left_out| left_out.missed).count(),
        };
        Self {
            wbo: "export",
            version: 1,
            form: form.word(),
            profile: profile.path.display().to_string(),
            believed: profile.believed.clone(),
            out: out.map(|out| out.display().to_string()),
            exported: outcome.exported.iter().map(|subject| SubjectReport::of(subject, reveal)).collect(),
            left_out: outcome.left_out.iter().map(|left_out| LeftOutReport::of(left_out, reveal)).collect(),
            counts,
        }
    }
}

impl SubjectReport {
    /// Of what is personal, which one it is is hidden; the id of a setting and its title say nothing of anybody.
    fn of(subject: &Subject, reveal: bool) -> Self {
        let hidden = subject.personal && !reveal;
        let is_named = !hidden || subject.kind == SubjectKind::Setting;
        Self {
            kind: subject.kind.word(),
            id: is_named.then(|| subject.id.clone()),
            instance: subject.instance.as_ref().filter(|_| !hidden).map(JsonUnits::from),
            title: is_named.then(|| subject.title.clone()),
            hidden,
        }
    }
}

impl LeftOutReport {
    fn of(left_out: &LeftOut, reveal: bool) -> Self {
        let LeftOut { subject, why, missed } = left_out;
        let reason = Reason { code: why.code(), text: words(subject, why, reveal), remedy: why.remedy(&subject.id) };
        Self { subject: SubjectReport::of(subject, reveal), missed: *missed, reason }
    }
}

/// Why something is left out. Of what is personal, the words may tell what is there.
fn words(subject: &Subject, why: &Why, reveal: bool) -> String {
    if subject.personal && !reveal && why.tells_values() {
        return format!("{} (personal, --reveal shows more)", why.code());
    }
    why.to_string()
}

/// Names what was asked for and is not in the export, by reason.
pub(super) fn warn(outcome: &Outcome, reveal: bool, ui: Ui) {
    let mut reasons: BTreeMap<(SubjectKind, String, Option<String>), Vec<String>> = BTreeMap::new();
    for left_out in outcome.left_out.iter().filter(|left_out| left_out.missed) {
        let LeftOut { subject, why, .. } = left_out;
        let reason = (subject.kind, words(subject, why, reveal), why.remedy("ID"));
        reasons.entry(reason).or_default().push(name(subject, reveal));
    }
    for ((kind, reason, remedy), names) in reasons {
        let remedy = remedy.map(|remedy| format!(" ({remedy})")).unwrap_or_default();
        let listed = listed(&names);
        ui.warn(&format!("not in it: {}: {reason}{remedy}{listed}", counted(kind, names.len())));
    }
    let other = outcome.left_out.iter().filter(|left_out| !left_out.missed).count();
    if other > 0 {
        ui.status(&format!("{other} more have no place in this form or need none; --json with --out names them"));
    }
    if outcome.exported.is_empty() {
        ui.warn("nothing of the profile is in it");
    }
}

/// What people call it; nothing of what is personal, unless it is the id of a setting.
fn name(subject: &Subject, reveal: bool) -> String {
    let hidden = subject.personal && !reveal;
    match (subject.kind, &subject.instance) {
        (SubjectKind::Setting, Some(instance)) if !hidden => format!("{} ({instance})", subject.id),
        (SubjectKind::Setting, _) => subject.id.clone(),
        _ if hidden => String::new(),
        _ => subject.title.clone(),
    }
}

/// The first of these names, each once.
fn listed(names: &[String]) -> String {
    /// Names that are told for one reason.
    const NAMED: usize = 6;
    let mut named: Vec<&str> = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !named.contains(&name.as_str()) {
            named.push(name);
        }
    }
    let more = named.len().saturating_sub(NAMED);
    named.truncate(NAMED);
    match (named.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", named.join(", ")),
        (false, more) => format!(": {}, and {more} more", named.join(", ")),
    }
}

fn counted(kind: SubjectKind, number: usize) -> String {
    let (one, many) = match kind {
        SubjectKind::Setting => ("setting", "settings"),
        SubjectKind::StoreApp => ("Store app", "Store apps"),
        SubjectKind::DesktopApp => ("desktop program", "desktop programs"),
        SubjectKind::StartPin => ("pin of Start", "pins of Start"),
        SubjectKind::TaskbarPin => ("pin of the taskbar", "pins of the taskbar"),
    };
    count(number as u64, one, many)
}

pub(super) fn text(report: &ExportReport) -> String {
    let Some(out) = &report.out else { return "nothing was written\n".to_owned() };
    let Counts { exported, left_out, missed } = report.counts;
    let things = count(exported as u64, "thing", "things");
    let rest = match (left_out, missed) {
        (0, _) => String::new(),
        (left_out, missed) => format!("; {left_out} not, of which {missed} were asked for"),
    };
    format!("{}: {things} of the profile{rest}\n", Clean(out))
}
