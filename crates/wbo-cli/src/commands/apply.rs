mod one;
mod report;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use wbo_engine::plan::{Fate, Skip};
use wbo_engine::{Match, ProfileKind, UserProfile};

use crate::applying::{TargetArgs, WantedArgs, target_user};
use crate::clean::Clean;
use crate::commands::plan::{ProfileReport, SavedPlan, TargetReport};
use crate::describe::count;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::offline::Offline;
use crate::plan_report::{self, SettingReport};
use crate::preflight;
use crate::profile_file::{Profile, ProfileArgs};
use crate::ui::Ui;
use crate::undo_file::UndoArgs;
use one::{Applied, Applier};

pub(crate) use one::{editors, failed_commit, file_change, hive_places, missing_folders};
pub(crate) use report::Receipt;

/// Write a profile's settings to a Windows that is switched off
///
/// Everything of one user is changed or nothing is: what was there is kept before the first byte is written, a loss of power
/// is mended by `wbo recover`, and `wbo undo` takes all of it back. A setting that cannot be written is named and does not
/// keep the others from being written; it ends with 3 then.
#[derive(Args, Debug)]
pub(crate) struct ApplyArgs {
    /// The profile; a plan that `wbo plan --out` kept; or with --all-users a folder of profiles
    file: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    /// Whose settings change: a name, DOMAIN\name, a SID or a folder; need not be said where there is one user alone
    #[arg(short, long, conflicts_with_all = ["default_user", "all_users"])]
    user: Option<String>,

    /// Everybody for whom there is a profile, by SID, then by name
    #[arg(long, conflicts_with = "default_user")]
    all_users: bool,

    /// Change what users start from who sign in for the first time
    #[arg(long)]
    default_user: bool,

    #[command(flatten)]
    wanted: WantedArgs,

    /// Where the profile of a kept plan is now
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// Write nothing; make it in memory, and say what would come out
    #[arg(long)]
    dry_run: bool,

    /// Write nothing; say how much would be written
    #[arg(long, conflicts_with = "dry_run")]
    estimate: bool,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    /// Name every setting, also those that stay as they are
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    undo: UndoArgs,

    #[command(flatten)]
    opening: ProfileArgs,
}

#[derive(Serialize)]
struct ApplyReport {
    wbo: &'static str,
    version: u32,
    target: String,
    written: bool,
    users: Vec<UserReport>,
    unused: Vec<String>,
}

/// What became of one user.
#[derive(Serialize)]
struct UserReport {
    target: TargetReport,
    state: State,
    profile: Option<ProfileReport>,
    apply: Option<String>,
    undo: Option<UndoReport>,
    settings: Vec<SettingReport>,
    counts: Option<OutcomeCounts>,
    size: Option<Size>,
    left_over: Option<String>,
    error: Option<String>,
    hints: Vec<String>,
    #[serde(skip)]
    exit: Exit,
    #[serde(skip)]
    shown: String,
    /// How many settings were skipped that somebody would miss.
    #[serde(skip)]
    of_note: usize,
}

/// How a restore ended, in the words that administrators of Windows know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum State {
    Succeeded,
    Failed,
    #[serde(rename = "No backup profiles")]
    NoBackupProfiles,
    /// There was a profile, and nothing of it was asked for or fits: the user begins as on a new PC.
    #[serde(rename = "Set up as new")]
    SetUpAsNew,
}

#[derive(Serialize)]
struct UndoReport {
    path: String,
    body_id: String,
}

/// How many settings ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct OutcomeCounts {
    applied: usize,
    unchanged: usize,
    skipped: usize,
    failed: usize,
    not_asked_for: usize,
}

/// How much is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Size {
    keys: usize,
    values: usize,
    value_bytes: u64,
    files: usize,
    file_bytes: u64,
}

/// The word for what became of a setting.
pub(crate) fn outcome(fate: &Fate) -> &'static str {
    match fate {
        Fate::Set | Fate::Change | Fate::Delete => "applied",
        Fate::Unchanged => "unchanged",
        Fate::Skipped(skip) if skip.is_failure() => "failed",
        Fate::Skipped(_) => "skipped",
    }
}

pub(super) fn run(args: &ApplyArgs, ui: Ui) -> Result<Exit, CommandError> {
    let saved = if args.file.is_dir() { None } else { SavedPlan::read(&args.file)? };
    let (wanted_args, user, default_user, file) = match &saved {
        None => (&args.wanted, args.user.clone(), args.default_user, args.file.clone()),
        Some(saved) => {
            refuse_options(args)?;
            let file = args.profile.clone().unwrap_or_else(|| saved.profile.clone());
            (&saved.wanted(args.wanted.catalogues.clone()), saved.asked.user.clone(), saved.asked.default_user, file)
        }
    };
    if wanted_args.machine && (args.all_users || default_user) {
        return Err(CommandError::usage("settings of the PC come from one profile, with that of one user")
            .hint("apply with --machine for one user, and for the others without"));
    }
    let wanted = wanted_args.load(default_user)?;
    let (profiles, unopened) = open_profiles(args, &file, ui)?;
    wanted.refuse_unmatched(profiles.iter())?;
    let target = args.target.open(ui)?;
    target.warn(ui);
    if let Some(saved) = &saved {
        saved.refuse_other_device(&target)?;
    }
    let users = target.users();
    wanted.refuse_to_nobody(&users, &target)?;
    let writes = !args.dry_run && !args.estimate;
    let sealer = args.undo.sealer(&args.opening.identities);
    let sealer = if writes { Some(sealer?) } else { None };
    let applier = Applier {
        target: &target,
        wanted: &wanted,
        new_users: default_user,
        machine: wanted_args.machine,
        saved: saved.as_ref(),
        sealer: sealer.as_ref(),
        undo_dir: args.undo.undo_dir.clone(),
    };
    let chosen: Vec<&UserProfile> = match args.all_users {
        true => users.profiles.iter().filter(|user| user.is_usable() && user.kind != ProfileKind::Default).collect(),
        false => vec![target_user(user.as_deref(), default_user, &users)?],
    };
    let assigned = assigned(args, &applier, &profiles, &chosen)?;
    let mut reports = Vec::new();
    for (user, profile) in chosen.into_iter().zip(&assigned) {
        let report = match one_user(args, &applier, *profile, user) {
            Ok(report) => report,
            // Of one user alone it is told as of any command that fails; among several it is one of their outcomes.
            Err(error) if !args.all_users => return Err(error),
            Err(error) => UserReport::failed(&target, user, &error),
        };
        report.error.iter().for_each(|error| ui.warn(&format!("{user}: {error}")));
        report.left_over.iter().for_each(|left| ui.warn(&format!("{user}: {left}; `wbo recover` removes it")));
        report.hints.iter().for_each(|hint| ui.hint(hint));
        reports.push(report);
    }
    let report = ApplyReport {
        wbo: "apply",
        version: 1,
        target: target.folder.display().to_string(),
        written: writes,
        users: reports,
        unused: unused(&profiles, &assigned).chain(unopened).collect(),
    };
    report.unused.iter().for_each(|unused| ui.warn(&format!("not applied: {unused}")));
    ui.result(&report, &|report| text(report, args))?;
    Ok(exit(&report))
}

/// The profiles that nobody got.
fn unused<'p>(profiles: &'p [Profile], assigned: &'p [Assigned<'_>]) -> impl Iterator<Item = String> + 'p {
    let is_used = |profile: &Profile| assigned.iter().flatten().any(|(used, _)| used.path == profile.path);
    let shown = |profile: &Profile| format!("{}: it is of nobody here", profile.path.display());
    profiles.iter().filter(move |profile| !is_used(profile)).map(shown)
}

/// A plan says itself what is asked for.
fn refuse_options(args: &ApplyArgs) -> Result<(), CommandError> {
    let WantedArgs { only, except, also, machine, replace_files, map_user, map_domain, .. } = &args.wanted;
    let said = [
        (!only.is_empty(), "--only"),
        (!except.is_empty(), "--except"),
        (!also.is_empty(), "--also"),
        (*machine, "--machine"),
        (*replace_files, "--replace-files"),
        (!map_user.is_empty(), "--map-user"),
        (!map_domain.is_empty(), "--map-domain"),
        (args.user.is_some(), "--user"),
        (args.all_users, "--all-users"),
        (args.default_user, "--default-user"),
    ];
    match said.iter().find(|(said, _)| *said) {
        Some((_, option)) => {
            let error = format!("{option} was decided when the plan was made, and {} is a plan", args.file.display());
            Err(CommandError::usage(error).hint("make another plan with `wbo plan`, or name the profile"))
        }
        None => Ok(()),
    }
}

/// The profile, or all that lie in a folder; and of those in a folder what cannot be opened.
fn open_profiles(args: &ApplyArgs, file: &Path, ui: Ui) -> Result<(Vec<Profile>, Vec<String>), CommandError> {
    if !file.is_dir() {
        return Ok((vec![args.opening.open(file, ui)?], Vec::new()));
    }
    if !args.all_users {
        let error = format!("{}: it is a folder, and one profile is applied to one user", file.display());
        return Err(CommandError::usage(error).hint("--all-users takes for each user the profile that fits"));
    }
    let unreadable = |error| CommandError::unreadable(file, &error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(file).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wbo")) {
            paths.push(path);
        }
    }
    paths.sort();
    let (mut profiles, mut unopened) = (Vec::new(), Vec::new());
    for path in paths {
        match args.opening.open(&path, ui) {
            Ok(profile) => profiles.push(profile),
            Err(error) => unopened.push(error.message().to_owned()),
        }
    }
    Ok((profiles, unopened))
}

/// A profile, and why it is taken for a user's.
type Assigned<'p> = Option<(&'p Profile, Option<Match>)>;

/// The profile of each user. Among several users each profile is one's only: that of whom the command line maps it to, else
/// of whose SID it has, else of whose name; of several that fit a user alike, the newest.
fn assigned<'p>(
    args: &ApplyArgs,
    applier: &Applier<'_>,
    profiles: &'p [Profile],
    users: &[&UserProfile],
) -> Result<Vec<Assigned<'p>>, CommandError> {
    if let (false, [profile, ..], [user]) = (args.all_users, profiles, users) {
        let matched = applier.wanted.subject(profile, applier.target, user)?;
        return Ok(vec![Some((profile, matched))]);
    }
    let mut fitting = Vec::new();
    for (at, user) in users.iter().enumerate() {
        for profile in profiles {
            if let Ok(matched) = applier.wanted.subject(profile, applier.target, user) {
                fitting.push((matched, std::cmp::Reverse(profile.document.facts.created), at, profile));
            }
        }
    }
    fitting.sort_by_key(|(matched, created, at, _)| (*matched, *created, *at));
    let mut assigned: Vec<Assigned<'p>> = users.iter().map(|_| None).collect();
    for (matched, _, at, profile) in fitting {
        let is_taken = assigned.iter().flatten().any(|(taken, _)| taken.path == profile.path);
        if let (false, Some(place @ None)) = (is_taken, assigned.get_mut(at)) {
            *place = Some((profile, matched));
        }
    }
    Ok(assigned)
}

fn one_user(
    args: &ApplyArgs,
    applier: &Applier<'_>,
    assigned: Assigned<'_>,
    user: &UserProfile,
) -> Result<UserReport, CommandError> {
    let mut report = UserReport::new(applier.target, user);
    let Some((profile, matched)) = assigned else {
        return Ok(UserReport { state: State::NoBackupProfiles, ..report });
    };
    report.target = TargetReport::of(applier.target, user, matched);
    report.profile = Some(ProfileReport::of(profile));
    preflight::refuse(applier.target, user, applier.new_users)?;
    let applied = match applier.sealer {
        Some(sealer) => applier.apply(profile, user, sealer)?,
        None => applier.rehearse(profile, user)?,
    };
    report.tell(applied, args);
    Ok(report)
}

impl UserReport {
    fn new(target: &Offline, user: &UserProfile) -> Self {
        Self {
            target: TargetReport::of(target, user, None),
            state: State::Failed,
            profile: None,
            apply: None,
            undo: None,
            settings: Vec::new(),
            counts: None,
            size: None,
            left_over: None,
            error: None,
            hints: Vec::new(),
            exit: Exit::Done,
            shown: String::new(),
            of_note: 0,
        }
    }

    fn failed(target: &Offline, user: &UserProfile, error: &CommandError) -> Self {
        let (message, hints) = (error.message().to_owned(), error.hints().to_vec());
        Self { error: Some(message), hints, exit: error.exit(), ..Self::new(target, user) }
    }

    fn tell(&mut self, applied: Applied, args: &ApplyArgs) {
        let Applied { plan, kept, left_over, unread } = applied;
        let counts = OutcomeCounts::of(&plan);
        self.settings = plan
            .asked_for()
            .map(|planned| {
                let mut setting = SettingReport::of(planned, args.reveal);
                setting.outcome = outcome(&planned.fate);
                setting
            })
            .collect();
        self.state = match counts {
            OutcomeCounts { failed: 1.., .. } => State::Failed,
            OutcomeCounts { applied: 0, unchanged: 0, .. } => State::SetUpAsNew,
            _ => State::Succeeded,
        };
        self.exit = if counts.failed > 0 { Exit::Partly } else { Exit::Done };
        self.counts = Some(counts);
        self.size = Some(Size::of(&plan));
        self.apply = kept.as_ref().map(|kept| kept.id.clone());
        self.undo = kept.map(|kept| UndoReport { path: kept.undo(), body_id: kept.undo_body_id });
        self.left_over = left_over;
        if let Some(unread) = unread {
            self.state = State::Failed;
            self.exit = Exit::Partly;
            self.error = Some(format!("it was written, and cannot be read back: {unread}"));
            self.hints.push("`wbo undo` takes it back; the disk may be failing".to_owned());
        }
        self.of_note = plan
            .settings
            .iter()
            .filter(|planned| outcome(&planned.fate) == "skipped" && plan_report::is_of_note(planned))
            .count();
        self.shown = plan_report::text(&plan, args.reveal, args.all);
    }
}

impl OutcomeCounts {
    fn of(plan: &wbo_engine::plan::Plan) -> Self {
        let mut counts = Self::default();
        for planned in &plan.settings {
            *match outcome(&planned.fate) {
                "applied" => &mut counts.applied,
                "unchanged" => &mut counts.unchanged,
                "failed" => &mut counts.failed,
                _ if planned.fate == Fate::Skipped(Skip::NotAskedFor) => &mut counts.not_asked_for,
                _ => &mut counts.skipped,
            } += 1;
        }
        counts
    }

    fn text(self, of_note: usize, written: bool) -> String {
        let Self { applied, unchanged, skipped, failed, not_asked_for } = self;
        let applied_word = if written { "applied" } else { "would be applied" };
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        let more = plan_report::more_text(skipped + not_asked_for - of_note);
        format!("{applied} {applied_word}, {unchanged} unchanged, {of_note} skipped{failed}{more}")
    }
}

impl Size {
    fn of(plan: &wbo_engine::plan::Plan) -> Self {
        let mut size = Self::default();
        for change in &plan.changes {
            match change {
                registry::Change::SetValue { name, value, .. } => {
                    size.values += 1;
                    size.value_bytes += (value.data.len() + 2 * name.units().len()) as u64;
                }
                registry::Change::DeleteValue { .. } => size.values += 1,
                registry::Change::CreateKey { .. } | registry::Change::DeleteKey { .. } => size.keys += 1,
            }
        }
        size.files = plan.files.len();
        size.file_bytes = plan.files.iter().filter_map(|file| file.after).map(|after| after.content.size).sum();
        size
    }

    fn text(self) -> String {
        let Self { keys, values, value_bytes, files, file_bytes } = self;
        format!(
            "{}, {} ({value_bytes} bytes), {} ({file_bytes} bytes)",
            count(keys as u64, "key", "keys"),
            count(values as u64, "value", "values"),
            count(files as u64, "file", "files"),
        )
    }
}

/// Done where everybody's was, as the first failed where everybody's failed, and partly else. Nobody to write to is no
/// failure.
fn exit(report: &ApplyReport) -> Exit {
    match report.users.first() {
        Some(first) if first.exit != Exit::Done && report.users.iter().all(|user| user.exit == first.exit) => {
            first.exit
        }
        _ if report.unused.is_empty() && report.users.iter().all(|user| user.exit == Exit::Done) => Exit::Done,
        _ => Exit::Partly,
    }
}

fn text(report: &ApplyReport, args: &ApplyArgs) -> String {
    let mut text = String::new();
    for user in &report.users {
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(profile) = &user.profile {
            text.push_str(&format!("from  {}\n", Clean(&profile.text())));
        }
        text.push_str(&format!("to    {}\n", Clean(&user.target.text())));
        let state = match user.state {
            State::Succeeded => "Succeeded",
            State::Failed => "Failed",
            State::NoBackupProfiles => "No backup profiles",
            State::SetUpAsNew => "Set up as new",
        };
        if !user.shown.is_empty() && !args.estimate {
            text.push_str(&format!("\n{}\n", user.shown));
        }
        let counts =
            user.counts.map(|counts| format!(": {}", counts.text(user.of_note, report.written))).unwrap_or_default();
        text.push_str(&format!("{state}{counts}\n"));
        if let Some(size) = user.size {
            let written = if report.written { "written" } else { "would be written" };
            text.push_str(&format!("{written}: {}\n", size.text()));
        }
        if let (Some(undo), Some(apply)) = (&user.undo, &user.apply) {
            text.push_str(&format!(
                "`wbo undo {apply} {}` takes it back; its record is {}\n",
                Clean(&report.target),
                Clean(&undo.path)
            ));
        }
    }
    text
}
