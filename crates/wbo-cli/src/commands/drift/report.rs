//! What drifted, and what would put it back.

use std::collections::BTreeMap;
use std::path::Path;

use profile_format::Timestamp;
use serde::Serialize;
use wbo_engine::UserProfile;
use wbo_engine::drift::{Cause, History};
use wbo_engine::plan::Plan;

use crate::clean::clean;
use crate::commands::diff::Text;
use crate::commands::plan::{ProfileReport, TargetReport};
use crate::describe::count;
use crate::difference::{FactReport, Render, SettingReport, UnusedReport};
use crate::hive_opening;
use crate::offline::Offline;
use crate::plan_report;
use crate::profile_file::Profile;
use crate::{file_time, terminal};

#[derive(Serialize)]
pub(super) struct DriftReport {
    pub(super) wbo: &'static str,
    pub(super) version: u32,
    #[serde(flatten)]
    pub(super) about: About,
    /// Settings that are as the profile says.
    pub(super) same: usize,
    pub(super) ignored: usize,
    pub(super) unused: Vec<UnusedReport>,
    pub(super) facts: Vec<FactReport>,
    /// What of the Windows could not be read.
    pub(super) missed: Vec<String>,
    pub(super) settings: Vec<Drifted>,
    pub(super) put_back: Option<PutBack>,
}

/// What was compared, and what is known of the time between.
#[derive(Serialize)]
pub(super) struct About {
    profile: ProfileReport,
    target: TargetReport,
    captured: Option<String>,
    installed: Option<String>,
}

/// A setting that is no longer what the profile says.
#[derive(Serialize)]
pub(super) struct Drifted {
    #[serde(flatten)]
    setting: SettingReport,
    /// When it was last written, or something beside it.
    written: Option<String>,
    cause: &'static str,
    apply: Option<String>,
}

/// What would make it again what the profile says.
#[derive(Serialize)]
pub(super) struct PutBack {
    settings: Vec<plan_report::SettingReport>,
    counts: plan_report::Counts,
    saved: Option<String>,
    #[serde(skip)]
    shown: String,
    #[serde(skip)]
    closing: String,
}

fn moment(time: Timestamp) -> Option<String> {
    let seconds = u64::try_from(time.0).ok()?;
    hive_opening::moment(file_time::from_seconds(seconds))
}

impl About {
    pub(super) fn of(profile: &Profile, target: &Offline, user: &UserProfile, history: &History) -> Self {
        Self {
            profile: ProfileReport::of(profile),
            target: TargetReport::of(target, user, None),
            captured: moment(history.captured),
            installed: history.installed.and_then(moment),
        }
    }
}

impl Drifted {
    pub(super) fn new(setting: SettingReport, written: Option<Timestamp>, cause: Cause) -> Self {
        let word = cause.word();
        let apply = match cause {
            Cause::Wbo { apply } => Some(apply),
            _ => None,
        };
        Self { setting, written: written.and_then(moment), cause: word, apply }
    }

    /// Whether it is this setting.
    pub(super) fn is(&self, id: &str) -> bool {
        self.setting.id == id
    }

    /// By what, and since when, in words.
    fn words(&self) -> String {
        let cause = match self.cause {
            "gone" => "this build of Windows does not have it".to_owned(),
            "wbo" => format!("an apply of wbo: {}", self.apply.as_deref().unwrap_or_default()),
            "reset" => "reset when Windows was upgraded".to_owned(),
            "upgrade" => "changed when Windows was upgraded".to_owned(),
            "later" => "written since".to_owned(),
            "earlier" => "not written since; it was like that before".to_owned(),
            _ => "it is not known when".to_owned(),
        };
        match &self.written {
            Some(written) if self.cause != "gone" => format!("{cause}, {written}"),
            _ => cause,
        }
    }
}

impl PutBack {
    pub(super) fn of(plan: &Plan, reveal: bool, saved: Option<&Path>) -> Self {
        let counts = plan_report::Counts::of(plan);
        Self {
            settings: plan.asked_for().map(|planned| plan_report::SettingReport::of(planned, reveal)).collect(),
            closing: counts.text(plan),
            counts,
            saved: saved.map(|saved| saved.display().to_string()),
            shown: plan_report::text(plan, reveal, false),
        }
    }
}

impl DriftReport {
    pub(super) fn is_same(&self) -> bool {
        self.settings.is_empty()
    }

    pub(super) fn is_complete(&self) -> bool {
        self.missed.is_empty()
    }

    pub(super) fn text(&self) -> String {
        let About { profile, target, captured, .. } = &self.about;
        let captured = captured.as_ref().map(|captured| format!(", captured {captured}")).unwrap_or_default();
        let mut text = format!("then  {}\nnow   {}\n", clean(&(profile.text() + &captured)), clean(&target.text()));
        let mut lines = Text::new(terminal::columns(), false);
        for fact in &self.facts {
            lines.fact(fact, &mut text);
        }
        for drifted in &self.settings {
            lines.setting(&drifted.setting, &mut text);
            lines.note(&drifted.words(), &mut text);
        }
        text.push_str(&format!("\n{}\n", self.closing()));
        if let Some(PutBack { shown, closing, saved, .. }) = &self.put_back {
            let shown = if shown.is_empty() { String::new() } else { format!("{shown}\n") };
            text.push_str(&format!("\nto put it back\n\n{shown}{closing}\n"));
            if let Some(saved) = saved {
                text.push_str(&format!("kept in {}\n", clean(saved)));
            }
        }
        text
    }

    /// Such as `5 settings drifted (3 later, 2 reset), 120 the same`.
    fn closing(&self) -> String {
        let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
        for drifted in &self.settings {
            *causes.entry(drifted.cause).or_default() += 1;
        }
        let causes: Vec<String> = causes.into_iter().map(|(cause, number)| format!("{number} {cause}")).collect();
        let causes = if causes.is_empty() { String::new() } else { format!(" ({})", causes.join(", ")) };
        let ignored = if self.ignored > 0 { format!(", {} ignored", self.ignored) } else { String::new() };
        let drifted = count(self.settings.len() as u64, "setting", "settings");
        format!("{drifted} drifted{causes}, {} the same{ignored}", self.same)
    }
}
