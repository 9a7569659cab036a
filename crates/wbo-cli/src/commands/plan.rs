mod saved;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;
use wbo_engine::Match;

use crate::applying::{TargetArgs, WantedArgs, target_user};
use crate::clean::Clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening;
use crate::offline::{HivesOn, Offline};
use crate::plan_report::{self, Counts, SettingReport};
use crate::profile_file::{Profile, ProfileArgs};
use crate::ui::Ui;

pub(super) use saved::{Asked, SavedPlan};

/// Show what a profile would change on a Windows that is switched off
///
/// Nothing is written to the Windows. Each setting is set, changed, taken away (where the user of the profile never set
/// it), unchanged, or skipped with its reason.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// The profile
    file: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    /// Whose settings change: a name, DOMAIN\name, a SID or a folder; need not be said where there is one user alone
    #[arg(short, long, conflicts_with = "default_user")]
    user: Option<String>,

    /// Change what users start from who sign in for the first time
    #[arg(long)]
    default_user: bool,

    #[command(flatten)]
    wanted: WantedArgs,

    /// Keep the plan in this file; `wbo apply` makes it if the Windows is still as it is now
    #[arg(long, value_name = "PLAN")]
    out: Option<PathBuf>,

    /// Replace that file if it exists
    #[arg(long, requires = "out")]
    force: bool,

    /// How to show it; 'json' is the same as --json
    #[arg(long, value_enum, default_value = "text", value_name = "FORM")]
    format: Format,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    /// Name every setting, also those that stay as they are
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    profile: ProfileArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Serialize)]
struct PlanReport {
    wbo: &'static str,
    version: u32,
    profile: ProfileReport,
    target: TargetReport,
    settings: Vec<SettingReport>,
    counts: Counts,
    effects: Vec<plan_report::EffectCount>,
    saved: Option<String>,
    #[serde(skip)]
    shown: String,
    #[serde(skip)]
    closing: String,
}

/// The profile of a plan.
#[derive(Clone, Serialize)]
pub(crate) struct ProfileReport {
    path: String,
    body_id: String,
    user: String,
    device: Option<String>,
    build: Option<u32>,
    believed: String,
}

/// The Windows and the user of a plan.
#[derive(Clone, Serialize)]
pub(crate) struct TargetReport {
    path: String,
    user: String,
    sid: Option<String>,
    device: Option<String>,
    build: Option<u32>,
    matched: Option<&'static str>,
}

pub(super) fn run(args: &PlanArgs, ui: Ui) -> Result<Exit, CommandError> {
    let ui = Ui { json: ui.json || args.format == Format::Json, ..ui };
    let wanted = args.wanted.load(args.default_user)?;
    let profile = args.profile.open(&args.file, ui)?;
    wanted.refuse_unmatched(std::iter::once(&profile))?;
    let target = args.target.open(ui)?;
    target.warn(ui);
    let users = target.users();
    wanted.refuse_to_nobody(&users, &target)?;
    let user = target_user(args.user.as_deref(), args.default_user, &users)?;
    let matched = wanted.subject(&profile, &target, user)?;
    let opened = target.user(user)?;
    let drives = target.drives();
    let hives = HivesOn(&target);
    let source = opened.target(&drives, &hives, args.default_user);
    let plan = wanted.plan(&profile, &source, hive_opening::now(), &BTreeMap::new());
    let saved = match &args.out {
        Some(out) => {
            let asked = Asked::of(args.user.as_deref(), args.default_user, &args.wanted);
            let saved = SavedPlan::promise(asked, &wanted, &profile, &opened, &plan);
            saved.write(out, args.force)?;
            Some(out.display().to_string())
        }
        None => None,
    };
    let report = PlanReport {
        wbo: "plan",
        version: 1,
        profile: ProfileReport::of(&profile),
        target: TargetReport::of(&target, user, matched),
        settings: plan.asked_for().map(|planned| SettingReport::of(planned, args.reveal)).collect(),
        counts: Counts::of(&plan),
        effects: plan_report::effects(&plan),
        saved,
        shown: plan_report::text(&plan, args.reveal, args.all),
        closing: Counts::of(&plan).text(&plan),
    };
    ui.result(&report, &text)?;
    Ok(Exit::Done)
}

impl ProfileReport {
    pub(crate) fn of(profile: &Profile) -> Self {
        let document = &profile.document;
        let text = |text: &profile_format::Text| text.to_string_lossy();
        Self {
            path: profile.path.display().to_string(),
            body_id: crate::describe::hex(&profile.body_id),
            user: document.user.name.as_ref().map(text).or_else(|| document.user.sid.clone()).unwrap_or_default(),
            device: document.device.name.as_ref().map(text),
            build: document.device.build,
            believed: profile.believed.clone(),
        }
    }

    /// Such as `alice of LAPTOP (build 26100), signed by bench`.
    pub(crate) fn text(&self) -> String {
        let device = self.device.as_ref().map(|device| format!(" of {device}")).unwrap_or_default();
        let build = self.build.map(|build| format!(" (build {build})")).unwrap_or_default();
        let user = if self.user.is_empty() { "somebody" } else { &self.user };
        format!("{}: {user}{device}{build}, {}", self.path, self.believed)
    }
}

impl TargetReport {
    pub(crate) fn of(target: &Offline, user: &wbo_engine::UserProfile, matched: Option<Match>) -> Self {
        let device = &target.facts.device;
        Self {
            path: target.folder.display().to_string(),
            user: user.to_string(),
            sid: user.sid.clone(),
            device: device.name.as_ref().map(profile_format::Text::to_string_lossy),
            build: device.build,
            matched: matched.map(|matched| match matched {
                Match::Mapped => "mapped",
                Match::Sid => "sid",
                Match::Name => "name",
            }),
        }
    }

    /// Such as `bob of DESKTOP (build 19045) in /mnt/win`.
    pub(crate) fn text(&self) -> String {
        let device = self.device.as_ref().map(|device| format!(" of {device}")).unwrap_or_default();
        let build = self.build.map(|build| format!(" (build {build})")).unwrap_or_default();
        format!("{}{device}{build} in {}", self.user, self.path)
    }
}

fn text(report: &PlanReport) -> String {
    let mut text = format!("from  {}\nto    {}\n\n", Clean(&report.profile.text()), Clean(&report.target.text()));
    text.push_str(&report.shown);
    if !report.shown.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("{}\n", report.closing));
    if let Some(effects) = plan_report::effects_text(&report.effects) {
        text.push_str(&format!(
            "it takes effect when that Windows starts and the user signs in; changed while it runs, {effects}\n"
        ));
    }
    if let Some(saved) = &report.saved {
        text.push_str(&format!("kept in {}\n", Clean(saved)));
    }
    text
}
