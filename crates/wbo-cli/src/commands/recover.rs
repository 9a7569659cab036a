use clap::Args;
use profile_format::ApplyId;
use registry::{Change, KeyPath, Root};
use serde::Serialize;
use wbo_engine::writing::WriteRules;
use wbo_engine::{Folders, UserProfile, WindowsPath};
use wbo_transaction::{Direction, Examined, Kind, Outcome, Participant, RecoverError, Recovered, Standing, pending};

use crate::applying::TargetArgs;
use crate::clean::Clean;
use crate::commands::apply::Receipt;
use crate::commands::editable_hives;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::interrupt;
use crate::offline::{Offline, OfflineKind};
use crate::preflight;
use crate::ui::Ui;
use crate::undo_place;

/// Finish or take back an apply that was cut off
///
/// Looks at each hive and file of it: those that are exactly as before or exactly as after the apply are brought to one of
/// the two, all together. What changed since, because Windows ran in between, is never written over: it is named, and the
/// record of the apply takes back what is still as the apply left it (`wbo undo`), or --keep leaves all as it is.
#[derive(Args, Debug)]
pub(crate) struct RecoverArgs {
    #[command(flatten)]
    target: TargetArgs,

    /// Take back also what was made to the end and only not declared so
    #[arg(long, conflicts_with = "keep")]
    back: bool,

    /// Leave everything as it is, and forget the apply
    #[arg(long)]
    keep: bool,

    /// Change nothing; say how everything stands
    #[arg(long, conflicts_with_all = ["keep", "back"])]
    dry_run: bool,
}

#[derive(Serialize)]
struct RecoverReport {
    wbo: &'static str,
    version: u32,
    target: String,
    applies: Vec<UnfinishedReport>,
}

/// An apply that was cut off.
#[derive(Serialize)]
struct UnfinishedReport {
    journal: String,
    apply: Option<String>,
    label: Option<String>,
    /// What was done, or would be.
    outcome: &'static str,
    done: bool,
    participants: Vec<ParticipantReport>,
    problem: Option<String>,
    hints: Vec<String>,
    #[serde(skip)]
    exit: Exit,
}

#[derive(Serialize)]
struct ParticipantReport {
    path: String,
    kind: &'static str,
    standing: &'static str,
    problem: Option<String>,
}

pub(super) fn run(args: &RecoverArgs, ui: Ui) -> Result<Exit, CommandError> {
    let target = args.target.open(ui)?;
    if !args.dry_run {
        preflight::refuse_hibernated(&target)?;
    }
    let rules = Confined::of(&target)?;
    let mut disk = target.disk()?;
    let folder = undo_place::journal(&target);
    let found = pending(&disk, &folder);
    let found = found.map_err(|fault| CommandError::new(Exit::SourceUnreadable, fault.to_string()))?;
    if !found.is_empty() {
        undo_place::believe(&disk, &undo_place::folder(&target))?;
    }
    let mut applies = Vec::new();
    for journal in found {
        let mut report = UnfinishedReport {
            journal: journal.path().to_string(),
            apply: journal.id().map(|id| ApplyId(id).to_string()),
            label: journal.label().map(ToOwned::to_owned),
            outcome: "refused",
            done: false,
            participants: Vec::new(),
            problem: None,
            hints: Vec::new(),
            exit: Exit::Untrusted,
        };
        match journal.examine(&disk, &|path, kind| rules.may_touch(path, kind)) {
            Err(error) => {
                report.problem = Some(error.to_string());
                report.hints.push(format!("it may have been forged; look at {}, and remove it", report.journal));
            }
            Ok(examined) => {
                report.participants = examined.participants().iter().map(ParticipantReport::of).collect();
                report.outcome = word(examined.outcome());
                report.exit = Exit::Done;
                settle(args, examined, &mut disk, &rules, &mut report, &target);
            }
        }
        report.problem.iter().for_each(|problem| ui.warn(problem));
        report.hints.iter().for_each(|hint| ui.hint(hint));
        applies.push(report);
    }
    let exit = applies.iter().map(|apply| apply.exit).find(|exit| *exit != Exit::Done).unwrap_or(Exit::Done);
    let report = RecoverReport { wbo: "recover", version: 1, target: target.folder.display().to_string(), applies };
    ui.result(&report, &text)?;
    Ok(exit)
}

/// Brings everything to one state, or says why not.
fn settle(
    args: &RecoverArgs,
    examined: Examined,
    disk: &mut crate::target_disk::TargetDisk,
    rules: &Confined,
    report: &mut UnfinishedReport,
    target: &Offline,
) {
    let outcome = examined.outcome();
    let stuck = matches!(outcome, Outcome::MovedOn | Outcome::Unreadable);
    if args.dry_run || stuck && !args.keep {
        if stuck {
            report.exit = if outcome == Outcome::MovedOn { Exit::TargetChanged } else { Exit::SourceUnreadable };
            let shown = target.folder.display();
            let apply = report.apply.clone().unwrap_or_default();
            report.hints.push(format!(
                "`wbo undo {apply} {shown}` takes back, value by value, what is still as the apply left it"
            ));
            report.hints.push(format!("`wbo recover {shown} --keep` leaves all as it is, and forgets the apply"));
        }
        return;
    }
    let direction = if args.back { Direction::Back } else { Direction::AsFound };
    let done = interrupt::uninterrupted(|| -> Result<&'static str, RecoverError> {
        if args.keep {
            examined.forget(disk)?;
            return Ok("kept");
        }
        let recovered = examined.recover(disk, direction, &|hive, changes| rules.may_restore(hive, changes))?;
        Ok(match recovered {
            Recovered::NothingBegun => "nothing-begun",
            Recovered::CleanedUp => "cleaned-up",
            Recovered::Finished => "finished",
            Recovered::RolledBack => "taken-back",
        })
    });
    match done {
        Ok(outcome) => {
            (report.outcome, report.done) = (outcome, true);
            let state = match outcome {
                "taken-back" => "rolled-back",
                "nothing-begun" => return,
                _ => "done",
            };
            let marked = report.apply.as_ref().map(|apply| Receipt::mark(disk, target, apply, state));
            if let Some(Err(error)) = marked {
                report.problem = Some(error.message().to_owned());
            }
        }
        Err(error) => {
            report.exit = match error {
                RecoverError::MovedOn(_) => Exit::TargetChanged,
                RecoverError::Unreadable { .. } => Exit::SourceUnreadable,
                RecoverError::Refused { .. } | RecoverError::DoesNotRestore { .. } => Exit::Untrusted,
                _ => Exit::Failed,
            };
            report.problem = Some(error.to_string());
            let shown = target.folder.display();
            report.hints.push(format!("`wbo recover {shown} --keep` leaves all as it is, and forgets the apply"));
        }
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NothingBegun => "nothing-begun",
        Outcome::CleanUp => "clean-up",
        Outcome::Finish => "finish",
        Outcome::RollBack => "take-back",
        Outcome::MovedOn => "moved-on",
        Outcome::Unreadable => "unreadable",
    }
}

impl ParticipantReport {
    fn of(participant: &Participant) -> Self {
        let (standing, problem) = match &participant.standing {
            Standing::Before => ("before", None),
            Standing::After => ("after", None),
            Standing::Same => ("same", None),
            Standing::Between => ("between", None),
            Standing::MovedOn => ("moved-on", None),
            Standing::Unreadable(fault) => ("unreadable", Some(fault.to_string())),
        };
        let kind = match participant.kind {
            Kind::Hive => "hive",
            Kind::File => "file",
            Kind::Folder => "folder",
        };
        Self { path: participant.path.to_string(), kind, standing, problem }
    }
}

/// What an apply to a target could have changed: the hives and folders of its users, and nothing that is never written.
pub(crate) struct Confined {
    hives: Vec<(KeyPath, WindowsPath)>,
    folders: Vec<Folders>,
}

impl Confined {
    pub(crate) fn of(target: &Offline) -> Result<Self, CommandError> {
        let (mut hives, mut folders) = (Vec::new(), Vec::new());
        let users = target.users();
        let with_files = |user: &&UserProfile| user.folder.is_some();
        for user in users.profiles.iter().filter(with_files) {
            hives.extend(editable_hives(target, user, true)?);
            match target.user(user) {
                Ok(opened) => folders.push(opened.folders.clone()),
                Err(_) => folders.extend(user.folder.as_ref().map(|folder| usual_folders(target, folder))),
            }
        }
        Ok(Self { hives, folders })
    }

    /// Whether an apply could have changed something.
    pub(crate) fn may_touch(&self, path: &WindowsPath, kind: Kind) -> Result<(), String> {
        match kind {
            Kind::Hive if self.hives.iter().any(|(_, hive)| hive == path) => Ok(()),
            Kind::Hive => Err("it is no hive of a user or of this Windows".to_owned()),
            Kind::File | Kind::Folder => {
                let inside = |folders: &&Folders| folders.locate(path).is_some();
                let folders = self.folders.iter().find(inside);
                let folders = folders.ok_or("it is in no folder of a user or of this Windows")?;
                // A folder is for files that may be in it.
                let file = if kind == Kind::File { path.clone() } else { path.join("file.txt") };
                match WriteRules::standard().file(&file, folders, None) {
                    Some(denied) => Err(denied.to_string()),
                    None => Ok(()),
                }
            }
        }
    }

    /// Whether bringing a hive back changes only what an apply could have changed.
    pub(crate) fn may_restore(&self, hive: &WindowsPath, changes: &[Change]) -> Result<(), String> {
        let at = self.hives.iter().find(|(_, path)| path == hive).map(|(at, _)| at);
        let at = at.ok_or("it is no hive of a user or of this Windows")?;
        let top = KeyPath::new(Root::CurrentUser, vec![]);
        for change in changes {
            let key = change.key().rebased(&top, at).ok_or("a change is outside of the hive")?;
            let denied = match change {
                Change::SetValue { name, value, .. } => WriteRules::standard().value(&key, name, Some(value)),
                Change::DeleteValue { name, .. } => WriteRules::standard().value(&key, name, None),
                Change::CreateKey { .. } | Change::DeleteKey { .. } => WriteRules::standard().key(&key),
            };
            if let Some(denied) = denied {
                return Err(format!("{key} would change, which no apply does: {denied}"));
            }
        }
        Ok(())
    }
}

fn usual_folders(target: &Offline, folder: &WindowsPath) -> Folders {
    let folders = match &target.kind {
        OfflineKind::Windows { system_root, .. } => Folders::of_windows(system_root.clone()),
        OfflineKind::UserFolder(_) => Folders::default(),
    };
    folders.with_user(folder)
}

fn text(report: &RecoverReport) -> String {
    if report.applies.is_empty() {
        return format!("{}: no apply was cut off; there is nothing to recover\n", Clean(&report.target));
    }
    let mut text = String::new();
    for apply in &report.applies {
        let name = apply.apply.as_deref().unwrap_or(&apply.journal);
        let label = apply.label.as_ref().map(|label| format!(" ({})", Clean(label))).unwrap_or_default();
        text.push_str(&format!("apply {}{label}\n", Clean(name)));
        for participant in &apply.participants {
            let standing = match participant.standing {
                "before" => "as before the apply",
                "after" => "as the apply left it",
                "same" => "the apply changes nothing of it",
                "between" => "its old bytes have another name",
                "moved-on" => "changed since",
                _ => "cannot be read",
            };
            let problem = participant.problem.as_ref().map(|problem| format!(": {}", Clean(problem)));
            text.push_str(&format!("  {}: {standing}{}\n", Clean(&participant.path), problem.unwrap_or_default()));
        }
        let done = match (apply.outcome, apply.done) {
            ("nothing-begun", true) => "nothing had been begun; what was left of it is removed",
            ("cleaned-up", true) => "it had been made to the end; what was left of it is removed",
            ("finished", true) => "everything was there; it counts as made now",
            ("taken-back", true) => "taken back: everything is as before the apply",
            ("kept", true) => "kept as it is, and forgotten",
            ("nothing-begun", false) => "nothing was begun; recovering removes what was left of it",
            ("clean-up", false) => "it was made to the end; recovering removes what is left of it",
            ("finish", false) => "everything is there; recovering counts it as made",
            ("take-back", false) => "recovering takes it back",
            ("moved-on", false) => "Windows ran in between; nothing was changed",
            ("unreadable", false) => "it cannot be told how everything stands; nothing was changed",
            _ => "it is not believed; nothing was changed",
        };
        text.push_str(&format!("{done}\n"));
    }
    text
}
