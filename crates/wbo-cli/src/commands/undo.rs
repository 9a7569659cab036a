use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{Contents, Replaced, Undo};
use registry::WriteRegistry;
use serde::Serialize;
use wbo_engine::undo::{Standing, TakeBack, UndoError, take_back};
use wbo_engine::{ProfileKind, UserProfile, Users, WindowsPath};
use wbo_transaction::{Disk, Outcome, Transaction, pending};

use super::apply::{Receipt, editors, failed_commit, file_change, hive_places, missing_folders};
use super::recover::Confined;
use crate::applying::{TargetArgs, target_user};
use crate::clean::Clean;
use crate::describe::{count, hex};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening;
use crate::interrupt;
use crate::offline::{HivesOn, Offline};
use crate::opening::Demand;
use crate::preflight;
use crate::profile_file::{Profile, ProfileArgs};
use crate::target_disk::TargetDisk;
use crate::ui::Ui;
use crate::undo_file;
use crate::undo_place;

/// Take back what an apply changed
///
/// Key by key, value by value, file by file: what is still as the apply left it becomes what it was. What somebody changed
/// since is named and kept, and it ends with 3 then.
#[derive(Args, Debug)]
pub(crate) struct UndoArgs {
    /// The record of the apply: its file, the id of the apply, or 'last'
    record: String,

    #[command(flatten)]
    target: TargetArgs,

    /// Whose settings are taken back, where the record does not tell
    #[arg(short, long)]
    user: Option<String>,

    /// Take back also what somebody changed since
    #[arg(long)]
    force: bool,

    /// Change nothing; say what would be taken back
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    opening: ProfileArgs,
}

#[derive(Serialize)]
struct UndoReport {
    wbo: &'static str,
    version: u32,
    apply: String,
    record: String,
    target: String,
    user: String,
    written: bool,
    settings: Vec<SettingBack>,
    counts: Counts,
}

/// A setting, and what became of what the apply had changed of it.
#[derive(Serialize)]
struct SettingBack {
    id: String,
    outcome: &'static str,
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Counts {
    taken_back: usize,
    unchanged: usize,
    kept: usize,
}

pub(super) fn run(args: &UndoArgs, ui: Ui) -> Result<Exit, CommandError> {
    let target = args.target.open(ui)?;
    let mut disk = target.disk()?;
    let users = target.users();
    let named = args.user.as_deref().map(|user| target_user(Some(user), false, &users)).transpose()?;
    let mut candidates = records(&args.record, named, &target, &disk)?;
    while let Some(path) = candidates.pop() {
        if let Some(exit) = attempt(args, &path, candidates.is_empty(), named, &users, &target, &mut disk, ui)? {
            return Ok(exit);
        }
    }
    Ok(Exit::Done)
}

/// Takes back what one record says. Nothing, where it is of an apply that was cut off before it changed anything, and there
/// is an older one.
#[expect(clippy::too_many_arguments, reason = "what a run has found out travels along")]
fn attempt(
    args: &UndoArgs,
    path: &Path,
    is_oldest: bool,
    named: Option<&UserProfile>,
    users: &Users,
    target: &Offline,
    disk: &mut TargetDisk,
    ui: Ui,
) -> Result<Option<Exit>, CommandError> {
    let record = args.opening.open_any(path, Demand::Shown, true, ui)?;
    let Some(undo) = record.document.undo.clone() else {
        let error = format!("{}: it is a profile, and no record of what an apply replaced", path.display());
        return Err(CommandError::usage(error).hint("`wbo apply` says where it keeps the record"));
    };
    let receipt = believe(&record, &undo, disk, target)?;
    let user = user_of(named, &record, users)?;
    if !args.dry_run {
        preflight::refuse_hibernated(target)?;
    }
    let unfinished = unfinished(&undo, disk, target)?;
    let machine = undo.steps.iter().any(|step| is_of_machine(&step.what));
    let places = hive_places(target, user, machine)?;

    // Whoever else would change the hives waits from here on.
    let registry = if args.dry_run { None } else { Some(editors(disk, &places)?) };
    let fresh = if machine { Some(target.again()?) } else { None };
    let target = fresh.as_ref().unwrap_or(target);
    let opened = target.user(user)?;
    let (drives, hives) = (target.drives(), HivesOn(target));
    let source = opened.source(&drives, &hives);
    let bytes = |state: &profile_format::FileState| record.contents.get(&state.content.id).cloned();
    let back = take_back(&undo, &source, args.force, &bytes, hive_opening::now());
    let back = back.map_err(|error| match error {
        UndoError::Registry(_) | UndoError::File { .. } => CommandError::new(Exit::SourceUnreadable, error.to_string()),
        error => CommandError::new(Exit::Untrusted, error.to_string())
            .hint("nothing was changed; the record was not made by wbo, or was changed since"),
    })?;
    let never_begun = receipt.is_some_and(|receipt| receipt.state == "prepared") && !unfinished;
    if never_begun && !is_oldest && back.steps.iter().all(|step| *step == Standing::AsBefore) {
        return Ok(None);
    }
    if let Some(mut registry) = registry {
        if !back.changes.is_empty() || !back.files.is_empty() {
            let shown = path.to_owned();
            for change in &back.changes {
                registry.make(change).map_err(|error| CommandError::registry(&shown, &error))?;
            }
            let transaction = Transaction {
                id: undo_file::new_id()?.0,
                label: format!("wbo undo for {user}"),
                journal: undo_place::journal(target),
                hives: registry
                    .into_hives()
                    .filter_map(|(at, editor)| {
                        let (_, path) = places.iter().find(|(place, _)| *place == at)?;
                        Some((path.clone(), editor))
                    })
                    .collect(),
                folders: missing_folders(disk, &back.files)?,
                files: back.files.iter().map(file_change).collect(),
                access: access_lists(&undo),
            };
            let contents: &dyn Contents = &record.contents;
            let done = interrupt::uninterrupted(|| transaction.commit(disk, contents));
            let done = done.map_err(|error| failed_commit(&error, target))?;
            if let Some(fault) = done.left_over {
                ui.warn(&format!("{fault}; `wbo recover` removes it"));
            }
            read_back(&undo, &back, user, target, &bytes)?;
        }
        if back.steps.iter().all(|step| !matches!(step, Standing::Kept(_))) {
            // What was taken back is so, whatever becomes of the note.
            if let Err(error) = Receipt::mark(disk, target, &undo.apply.to_string(), "taken-back") {
                ui.warn(error.message());
            }
        }
        if unfinished {
            forget(&undo, disk, target)?;
        }
    }
    let settings = settings(&undo, &back);
    let counts = Counts::of(&settings);
    let report = UndoReport {
        wbo: "undo",
        version: 1,
        apply: undo.apply.to_string(),
        record: path.display().to_string(),
        target: target.folder.display().to_string(),
        user: user.to_string(),
        written: !args.dry_run,
        settings,
        counts,
    };
    for setting in report.settings.iter().filter(|setting| setting.outcome == "kept") {
        ui.warn(&format!("{}: {}", setting.id, setting.reason.as_deref().unwrap_or_default()));
    }
    if counts.kept > 0 {
        ui.hint("--force takes back also what was changed since");
    }
    ui.result(&report, &text)?;
    Ok(Some(if counts.kept > 0 { Exit::Partly } else { Exit::Done }))
}

/// The files of records that may be meant, the likeliest last: as it was named, or among those that the target keeps.
fn records(
    name: &str,
    user: Option<&UserProfile>,
    target: &Offline,
    disk: &TargetDisk,
) -> Result<Vec<PathBuf>, CommandError> {
    let path = PathBuf::from(name);
    if path.is_file() {
        return Ok(vec![path]);
    }
    let folder = undo_place::folder(target);
    let entries = disk.list(&folder);
    let entries = entries.map_err(|error| CommandError::new(Exit::SourceUnreadable, format!("{folder}: {error}")))?;
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in entries.unwrap_or_default() {
        let id = entry.name.to_string();
        if name != "last" && !id.starts_with(&name.to_ascii_lowercase()) {
            continue;
        }
        let has_record = disk.entry(&folder.join(entry.name).join(undo_place::UNDO)).is_ok_and(|entry| entry.is_some());
        let Some(receipt) = Receipt::find(disk, target, &id)?.filter(|_| has_record) else { continue };
        let is_last = name == "last";
        let of_user = user.is_none_or(|user| user.sid == receipt.sid);
        if !is_last || of_user && receipt.may_be_in_force() {
            found.push((receipt.at, id));
        }
    }
    found.sort();
    if name != "last" && found.len() > 1 {
        return Err(CommandError::usage(format!("'{name}' begins the ids of {} applies", found.len())));
    }
    let no_record = || {
        CommandError::usage(format!(
            "there is no record '{name}': neither a file, nor an apply of {}",
            target.folder.display()
        ))
        .hint("`wbo apply` says where it keeps the record; with --undo-dir it is in that folder")
    };
    let place = |(_, id): &(String, String)| target.place_of(&folder.join(&**id).join(undo_place::UNDO));
    let paths: Vec<PathBuf> = found.iter().filter_map(place).collect();
    if paths.is_empty() { Err(no_record()) } else { Ok(paths) }
}

/// A record is believed if the target says that it belongs to an apply of its own, or if somebody vouches for it.
/// Its receipt, if the target has it.
fn believe(
    record: &Profile,
    undo: &Undo,
    disk: &TargetDisk,
    target: &Offline,
) -> Result<Option<Receipt>, CommandError> {
    let receipt = Receipt::find(disk, target, &undo.apply.to_string())?;
    let receipt = receipt.filter(|receipt| receipt.undo_body_id == hex(&record.body_id));
    if receipt.is_some() || record.is_trusted {
        return Ok(receipt);
    }
    let error = format!(
        "{}: {} does not say that this record belongs to an apply of its own",
        record.path.display(),
        target.folder.display()
    );
    Err(CommandError::new(Exit::Untrusted, error)
        .hint("it may have been changed, or be of another PC; --accept-unsigned REASON takes it all the same"))
}

/// The user whose settings a record is about.
fn user_of<'u>(
    named: Option<&'u UserProfile>,
    record: &Profile,
    users: &'u Users,
) -> Result<&'u UserProfile, CommandError> {
    let of = &record.document.user;
    let fits = |user: &&UserProfile| match &of.sid {
        Some(sid) => user.sid.as_ref() == Some(sid),
        None => user.to_user().name == of.name,
    };
    if let Some(user) = named {
        return if fits(&user) { Ok(user) } else { Err(not_of(record, user)) };
    }
    if of.sid.is_none() && of.name.is_none() {
        return target_user(None, true, users);
    }
    let mut fitting =
        users.profiles.iter().filter(|user| user.is_usable() && user.kind != ProfileKind::Default).filter(fits);
    fitting.next().ok_or_else(|| {
        CommandError::usage("nobody here is the user whose settings the record is about").hint("--user says who it is")
    })
}

fn not_of(record: &Profile, user: &UserProfile) -> CommandError {
    let error = format!("{}: the record is not about {user}", record.path.display());
    CommandError::new(Exit::Policy, error).hint("leave out --user; the record says itself whom it is about")
}

/// Whether the apply was cut off and moved on since, so that it can be taken back by its record alone.
fn unfinished(undo: &Undo, disk: &TargetDisk, target: &Offline) -> Result<bool, CommandError> {
    let unreadable = |error: String| CommandError::new(Exit::SourceUnreadable, error);
    let found = pending(disk, &undo_place::journal(target)).map_err(|fault| unreadable(fault.to_string()))?;
    if found.is_empty() {
        return Ok(false);
    }
    undo_place::believe(disk, &undo_place::folder(target))?;
    let rules = Confined::of(target)?;
    for journal in found {
        let own = journal.id() == Some(undo.apply.0);
        let examined = journal.examine(disk, &|path, kind| rules.may_touch(path, kind));
        let moved_on = examined.is_ok_and(|examined| examined.outcome() == Outcome::MovedOn);
        if !own || !moved_on {
            let error = format!("{}: an apply was cut off", target.folder.display());
            return Err(CommandError::new(Exit::Policy, error)
                .hint(format!("`wbo recover {}` finishes it or takes it back", target.folder.display())));
        }
    }
    Ok(true)
}

/// Forgets the journal of an apply that was taken back by its record.
fn forget(undo: &Undo, disk: &mut TargetDisk, target: &Offline) -> Result<(), CommandError> {
    let rules = Confined::of(target)?;
    let found = pending(disk, &undo_place::journal(target));
    for journal in found.map_err(|fault| CommandError::failed(fault.to_string()))? {
        if journal.id() == Some(undo.apply.0)
            && let Ok(examined) = journal.examine(disk, &|path, kind| rules.may_touch(path, kind))
        {
            examined.forget(disk).map_err(|fault| CommandError::failed(fault.to_string()))?;
        }
    }
    Ok(())
}

/// The access lists that files had which the apply removed.
fn access_lists(undo: &Undo) -> BTreeMap<WindowsPath, Vec<u8>> {
    let lists = undo.steps.iter().filter_map(|step| match &step.what {
        Replaced::File { security: Some(security), after: None, .. } => {
            Some((wbo_engine::undo::file_of(&step.what)?, security.0.clone()))
        }
        _ => None,
    });
    lists.collect()
}

fn is_of_machine(what: &Replaced) -> bool {
    match what {
        Replaced::Key { path, .. } | Replaced::Value { path, .. } => {
            path.first().is_some_and(|root| root.to_string_lossy() == "HKLM")
        }
        Replaced::File { .. } => false,
    }
}

/// Looks whether everything that was taken back is as it was.
fn read_back(
    undo: &Undo,
    back: &TakeBack,
    user: &UserProfile,
    target: &Offline,
    bytes: &dyn Fn(&profile_format::FileState) -> Option<Vec<u8>>,
) -> Result<(), CommandError> {
    let again = target.again()?;
    let opened = again.user(user)?;
    let (drives, hives) = (again.drives(), HivesOn(&again));
    let source = opened.source(&drives, &hives);
    let again = take_back(undo, &source, false, bytes, hive_opening::now());
    let again = again.map_err(|error| CommandError::failed(error.to_string()))?;
    let both = back.steps.iter().zip(&again.steps).zip(&undo.steps);
    let wrong = both.filter(|((done, now), _)| **done == Standing::PutBack && **now != Standing::AsBefore);
    match wrong.map(|(_, step)| step.settings.join(", ")).next() {
        None => Ok(()),
        Some(settings) => Err(CommandError::failed(format!("{settings}: it is not as it was when it is read back"))
            .hint("the disk may be failing; `wbo hive check` tells what state a hive is in")),
    }
}

fn settings(undo: &Undo, back: &TakeBack) -> Vec<SettingBack> {
    let mut settings: BTreeMap<&str, (&'static str, Option<String>)> = BTreeMap::new();
    for (step, standing) in undo.steps.iter().zip(&back.steps) {
        for id in &step.settings {
            let known = settings.entry(id).or_insert(("unchanged", None));
            match standing {
                Standing::Kept(why) => *known = ("kept", Some(why.clone())),
                Standing::PutBack if known.0 != "kept" => *known = ("taken-back", None),
                Standing::PutBack | Standing::AsBefore => (),
            }
        }
    }
    settings.into_iter().map(|(id, (outcome, reason))| SettingBack { id: id.to_owned(), outcome, reason }).collect()
}

impl Counts {
    fn of(settings: &[SettingBack]) -> Self {
        let mut counts = Self::default();
        for setting in settings {
            *match setting.outcome {
                "taken-back" => &mut counts.taken_back,
                "kept" => &mut counts.kept,
                _ => &mut counts.unchanged,
            } += 1;
        }
        counts
    }
}

fn text(report: &UndoReport) -> String {
    let Counts { taken_back, unchanged, kept } = report.counts;
    let done = if report.written { "taken back" } else { "would be taken back" };
    let mut text = format!(
        "{} in {}: {} {done}, {unchanged} as before already, {kept} kept because changed since\n",
        Clean(&report.user),
        Clean(&report.target),
        count(taken_back as u64, "setting", "settings"),
    );
    for setting in report.settings.iter().filter(|setting| setting.outcome == "kept") {
        let reason = setting.reason.as_deref().unwrap_or_default();
        text.push_str(&format!("  kept {}: {}\n", Clean(&setting.id), Clean(reason)));
    }
    text
}
