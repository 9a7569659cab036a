use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use wbo_engine::plan::{Fate, Skip};
use wbo_engine::{Finding, Severity, UserProfile};

use crate::applying::{TargetArgs, Wanted, WantedArgs, target_user};
use crate::clean::Clean;
use crate::commands::doctor::FindingReport;
use crate::commands::plan::{ProfileReport, TargetReport};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening;
use crate::offline::{HivesOn, Offline};
use crate::preflight;
use crate::profile_file::{Profile, ProfileArgs};
use crate::ui::Ui;
use crate::undo_file::UndoArgs;

/// Say whether a profile can be applied to a Windows that is switched off, and if not, what to do
///
/// Green or red: whether the key opens the profile, its signer is trusted, it is the right person's, and the Windows can be
/// written to. Nothing is written. Ends with 0 where it can be applied, with 3 where something is worth a thought first, and
/// with the code of what stands in the way.
#[derive(Args, Debug)]
pub(crate) struct PreflightArgs {
    /// The profile
    file: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    /// Whose settings would change
    #[arg(short, long, conflicts_with = "default_user")]
    user: Option<String>,

    /// What users start from who sign in for the first time would change
    #[arg(long)]
    default_user: bool,

    #[command(flatten)]
    wanted: WantedArgs,

    #[command(flatten)]
    undo: UndoArgs,

    #[command(flatten)]
    profile: ProfileArgs,
}

#[derive(Serialize)]
struct PreflightReport {
    wbo: &'static str,
    version: u32,
    ready: bool,
    profile: Option<ProfileReport>,
    target: Option<TargetReport>,
    findings: Vec<FindingReport>,
}

pub(super) fn run(args: &PreflightArgs, ui: Ui) -> Result<Exit, CommandError> {
    let wanted = args.wanted.load(args.default_user)?;
    let mut checks = Checks::default();
    let profile = checks.take("profile", args.profile.open(&args.file, ui));
    if let Some(profile) = &profile {
        checks.ok("profile", format!("The profile opens: {}.", profile.believed));
        checks.take("mapping", wanted.refuse_unmatched(std::iter::once(profile)));
    }
    if profile.is_some() {
        checks.take("undo", args.undo.sealer(&args.profile.identities));
    }
    let target = checks.take("target", args.target.open(ui));
    let mut told = None;
    if let Some(target) = &target {
        let users = target.users();
        if let Some(user) = checks.take("user", target_user(args.user.as_deref(), args.default_user, &users)) {
            let matched =
                profile.as_ref().and_then(|profile| checks.take("subject", wanted.subject(profile, target, user)));
            if matched.is_some() {
                checks.ok("subject", format!("The profile is for {user}."));
            }
            told = Some(TargetReport::of(target, user, matched.flatten()));
            checks.findings.extend(preflight::examine(target, user, args.default_user, args.wanted.machine));
            if let (Some(profile), Some(_)) = (&profile, matched) {
                checks.findings.extend(planned(&wanted, profile, target, user, args.default_user)?);
            }
        }
    }
    let Checks { mut findings, exit } = checks;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let worst = wbo_engine::worst(&findings);
    let report = PreflightReport {
        wbo: "preflight",
        version: 1,
        ready: worst < Severity::Problem,
        profile: profile.as_ref().map(ProfileReport::of),
        target: told,
        findings: findings.into_iter().map(FindingReport::of).collect(),
    };
    ui.result(&report, &text)?;
    Ok(match (worst, exit) {
        (Severity::Problem, Some(exit)) => exit,
        (Severity::Problem, None) => Exit::Policy,
        (Severity::Warning, _) => Exit::Partly,
        _ => Exit::Done,
    })
}

/// How much would change, and whether policies stand against it.
fn planned(
    wanted: &Wanted,
    profile: &Profile,
    target: &Offline,
    user: &UserProfile,
    new_users: bool,
) -> Result<Vec<Finding>, CommandError> {
    let opened = target.user(user)?;
    let (drives, hives) = (target.drives(), HivesOn(target));
    let source = opened.target(&drives, &hives, new_users);
    let plan = wanted.plan(profile, &source, hive_opening::now(), &BTreeMap::new());
    let changes = plan.settings.iter().filter(|planned| planned.fate.is_change()).count();
    let overruled = plan.settings.iter().filter(|planned| matches!(planned.fate, Fate::Skipped(Skip::Policy { .. })));
    let overruled: Vec<&str> = overruled.map(|planned| &*planned.id).collect();
    let finding = |severity, code, what, remedy: Option<&str>| Finding {
        severity,
        code,
        place: None,
        what,
        remedy: remedy.map(ToOwned::to_owned),
    };
    let mut findings = vec![match changes {
        0 => finding(Severity::Note, "changes", "Nothing would change.".to_owned(), None),
        count => finding(Severity::Ok, "changes", format!("{count} settings would change."), None),
    }];
    if !overruled.is_empty() {
        let what = format!("Policies overrule settings, which stay as they are: {}.", overruled.join(", "));
        let remedy = "Ask who administers the PC, if they are wanted.";
        findings.push(finding(Severity::Note, "policy", what, Some(remedy)));
    }
    Ok(findings)
}

/// What was found so far, and how the first thing that stands in the way would end an apply.
#[derive(Default)]
struct Checks {
    findings: Vec<Finding>,
    exit: Option<Exit>,
}

impl Checks {
    fn ok(&mut self, code: &'static str, what: String) {
        self.findings.push(Finding { severity: Severity::Ok, code, place: None, what, remedy: None });
    }

    fn take<T>(&mut self, code: &'static str, result: Result<T, CommandError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.exit.get_or_insert(error.exit());
                let remedy = error.hints().first().cloned();
                let what = error.message().to_owned();
                self.findings.push(Finding { severity: Severity::Problem, code, place: None, what, remedy });
                None
            }
        }
    }
}

fn text(report: &PreflightReport) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&finding.text());
    }
    let verdict = if report.ready { "green: it can be applied" } else { "red: it cannot be applied like this" };
    let target = report.target.as_ref().map(|target| format!(" to {}", Clean(&target.text()))).unwrap_or_default();
    text.push_str(&format!("{verdict}{target}\n"));
    text
}
