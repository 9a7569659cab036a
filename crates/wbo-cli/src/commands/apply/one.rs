//! One profile, one user: from what would change to what was changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use profile_format::{ApplyId, Undo};
use registry::{KeyPath, Name, Overlay, Root};
use registry_hive::{EditError, Editor, Mounts, Overrides};
use wbo_engine::plan::{FileChange, Plan, TreeAfter, make};
use wbo_engine::{Drives, Source, UserProfile, WindowsPath, undo};
use wbo_transaction::{CommitError, Disk, Transaction, WantedFile};

use super::report::{Kept, Receipt};
use crate::applying::Wanted;
use crate::commands::plan::SavedPlan;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening;
use crate::interrupt;
use crate::keys;
use crate::offline::{HiveReport, HivesOn, Offline, OfflineKind};
use crate::profile_file::Profile;
use crate::target_disk::TargetDisk;
use crate::undo_file::{self, UndoFile, UndoSealer};
use crate::undo_place;

/// What applies have in common.
pub(super) struct Applier<'a> {
    pub(super) target: &'a Offline,
    pub(super) wanted: &'a Wanted,
    pub(super) new_users: bool,
    pub(super) machine: bool,
    pub(super) saved: Option<&'a SavedPlan>,
    /// For whom records are sealed; nobody, where nothing is written.
    pub(super) sealer: Option<&'a UndoSealer>,
    pub(super) undo_dir: Option<PathBuf>,
}

/// What an apply did, or would do.
pub(super) struct Applied {
    /// What it planned at last, with what failed in it.
    pub(super) plan: Plan,
    /// What is kept of it; nothing, where there was nothing to change.
    pub(super) kept: Option<Kept>,
    /// What of its own it could not remove.
    pub(super) left_over: Option<String>,
    /// Why what was written could not be read back.
    pub(super) unread: Option<String>,
}

/// How often it is tried again without what failed. One round is enough, unless what failed hid something else.
const ROUNDS: usize = 8;

impl Applier<'_> {
    /// Plans, and makes it in memory only.
    pub(super) fn rehearse(&self, profile: &Profile, user: &UserProfile) -> Result<Applied, CommandError> {
        let opened = self.target.user(user)?;
        let (drives, hives) = (self.target.drives(), HivesOn(self.target));
        let source = opened.target(&drives, &hives, self.new_users);
        let now = hive_opening::now();
        let plan = self.wanted.plan(profile, &source, now, &BTreeMap::new());
        if let Some(saved) = self.saved {
            saved.hold(self.wanted, profile, &opened, &plan)?;
        }
        let mut after = Overlay::new(source.registry, now);
        let failed = make(&plan, &mut after);
        let record = undo::record(ApplyId([0; 16]), &plan, source.registry, &after, &|_| None);
        let record = record.map_err(|error| CommandError::failed(error.to_string()))?;
        let trees = trees_after(&drives, &plan.files, profile)?;
        let mut drives_after = Drives::default();
        for (drive, tree) in &trees {
            drives_after.mount(WindowsPath::new(*drive, vec![]), tree);
        }
        let changed =
            Source { registry: &after, files: &drives_after, ..opened.target(&drives, &hives, self.new_users) };
        refuse_unsettled(&record, &changed)?;
        match failed.is_empty() {
            true => Ok(Applied { plan, kept: None, left_over: None, unread: None }),
            false => {
                let plan = self.wanted.plan(profile, &source, now, &failed);
                Ok(Applied { plan, kept: None, left_over: None, unread: None })
            }
        }
    }

    /// Plans and makes it. What fails is left out, and the rest is made all the same.
    pub(super) fn apply(
        &self,
        profile: &Profile,
        user: &UserProfile,
        sealer: &UndoSealer,
    ) -> Result<Applied, CommandError> {
        let mut disk = self.target.disk()?;
        let places = hive_places(self.target, user, self.machine)?;
        let mut failed = BTreeMap::new();
        for _ in 0..ROUNDS {
            // Whoever else would change the hives waits from here on; what is read is what will be changed.
            let mut registry = editors(&disk, &places)?;
            let fresh = self.fresh()?;
            let target = fresh.as_ref().unwrap_or(self.target);
            let opened = target.user(user)?;
            let (drives, hives) = (target.drives(), HivesOn(target));
            let source = opened.target(&drives, &hives, self.new_users);
            let now = hive_opening::now();
            let plan = self.wanted.plan(profile, &source, now, &failed);
            if let (Some(saved), true) = (self.saved, failed.is_empty()) {
                saved.hold(self.wanted, profile, &opened, &plan)?;
            }
            if plan.is_empty() {
                return Ok(Applied { plan, kept: None, left_over: None, unread: None });
            }
            let id = undo_file::new_id()?;
            let record = {
                let mut after = Overlay::new(&registry, now);
                failed.extend(make(&plan, &mut after));
                let security = |path: &WindowsPath| disk.security(path).ok().flatten();
                undo::record(id, &plan, &registry, &after, &security)
            };
            let record = record.map_err(|error| CommandError::failed(error.to_string()))?;
            failed.extend(make(&plan, &mut registry));
            if plan.settings.iter().any(|setting| setting.fate.is_change() && failed.contains_key(&setting.id)) {
                continue;
            }
            let hives = registry.into_hives().filter_map(|(at, editor)| {
                let (_, path) = places.iter().find(|(place, _)| *place == at)?;
                Some((path.clone(), editor))
            });
            let hives = hives.collect();
            let file = sealer.seal(record.clone(), profile, &source, &self.wanted.catalogue, keys::now())?;
            return self.commit(&mut disk, profile, user, plan, &record, &file, hives);
        }
        Err(CommandError::failed("settings failed one after the other; nothing was changed"))
    }

    /// The target with the hives of the machine as they are now, where those may change.
    fn fresh(&self) -> Result<Option<Offline>, CommandError> {
        if !self.machine {
            return Ok(None);
        }
        let fresh = self.target.again()?;
        // What could be read a moment ago, and cannot be now, is not absent.
        let known = |hive: &HiveReport| {
            self.target.hives.iter().any(|other| other.path == hive.path && other.problem == hive.problem)
        };
        match fresh.hives.iter().filter(|hive| !known(hive)).find_map(HiveReport::told) {
            Some(problem) => Err(CommandError::new(Exit::SourceUnreadable, problem)),
            None => Ok(Some(fresh)),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that was made ready is used up here")]
    fn commit(
        &self,
        disk: &mut TargetDisk,
        profile: &Profile,
        user: &UserProfile,
        plan: Plan,
        record: &Undo,
        file: &UndoFile,
        hives: Vec<(WindowsPath, Editor)>,
    ) -> Result<Applied, CommandError> {
        let receipt = Receipt::of(record, file, profile, user, &plan);
        let kept = receipt.keep(disk, self.target, self.undo_dir.as_deref(), file)?;
        let transaction = Transaction {
            id: record.apply.0,
            label: format!("wbo apply for {user}"),
            journal: undo_place::journal(self.target),
            hives,
            folders: missing_folders(disk, &plan.files)?,
            files: plan.files.iter().map(file_change).collect(),
            access: BTreeMap::new(),
        };
        let done = interrupt::uninterrupted(|| transaction.commit(disk, &profile.contents));
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                if !matches!(error, CommitError::Unsettled { .. }) {
                    kept.forget(disk);
                }
                return Err(failed_commit(&error, self.target));
            }
        };
        // It is made from here on, whatever else fails.
        let unread = self.read_back(record, user).err().map(|error| error.message().to_owned());
        let left_over = done.left_over.map(|fault| fault.to_string());
        let left_over = left_over.or(receipt.done(disk, &kept).err().map(|error| error.message().to_owned()));
        Ok(Applied { plan, kept: Some(kept), left_over, unread })
    }

    /// Looks whether everything is as it was to be, in what the drive says now.
    fn read_back(&self, record: &Undo, user: &UserProfile) -> Result<(), CommandError> {
        let fresh = self.fresh()?;
        let target = fresh.as_ref().unwrap_or(self.target);
        let opened = target.user(user)?;
        let (drives, hives) = (target.drives(), HivesOn(target));
        refuse_unsettled(record, &opened.target(&drives, &hives, self.new_users))
    }
}

/// The hives that a plan may change, each where it is mounted.
pub(crate) fn hive_places(
    target: &Offline,
    user: &UserProfile,
    machine: bool,
) -> Result<Vec<(KeyPath, WindowsPath)>, CommandError> {
    let unknown = || CommandError::new(Exit::SourceUnreadable, format!("the folder of {user} is not known"));
    let folder = user.folder.as_ref().ok_or_else(unknown)?;
    let of_user = |names: &[&str]| KeyPath::new(Root::CurrentUser, names.iter().copied().map(Name::from).collect());
    let mut places = vec![(of_user(&[]), folder.join(user.hive.clone().unwrap_or_else(|| Name::from("NTUSER.DAT"))))];
    let classes = ["AppData", "Local", "Microsoft", "Windows", "UsrClass.dat"].map(Name::from);
    let classes = folder.join_all(&classes);
    if target.drives().entry(&classes).is_ok_and(|entry| entry.is_some()) {
        places.push((of_user(&["Software", "Classes"]), classes));
    }
    if let (true, OfflineKind::Windows { system_root, .. }) = (machine, &target.kind) {
        for hive in ["SOFTWARE", "SYSTEM"].map(Name::from) {
            let path = system_root.join("System32").join("config").join(hive.clone());
            places.push((KeyPath::new(Root::LocalMachine, vec![hive]), path));
        }
    }
    Ok(places)
}

/// Opens hives to be changed. Until they are closed, nobody else changes them.
pub(crate) fn editors(disk: &TargetDisk, places: &[(KeyPath, WindowsPath)]) -> Result<Mounts<Editor>, CommandError> {
    let mut mounts = Mounts::default();
    for (at, path) in places {
        let shown = std::path::Path::new(&path.to_string()).to_owned();
        let files = disk.hive(path).map_err(|error| CommandError::unreadable(&shown, &error))?;
        let files = files.ok_or_else(|| CommandError::unreadable(&shown, &std::io::ErrorKind::NotFound.into()))?;
        let editor = Editor::open(files, hive_opening::now(), Overrides::default());
        let editor = editor.map_err(|error| match error {
            EditError::TransactionsPending => CommandError::new(Exit::Policy, format!("{path}: {error}"))
                .hint("start that Windows and shut it down fully, which finishes them"),
            error => CommandError::editing(&shown, &error),
        })?;
        if editor.replayed().is_some_and(|replay| replay.stopped_at_broken_entry) {
            let error = format!("{path}: an entry of its logs is broken, so that its last changes are lost");
            return Err(CommandError::new(Exit::Damaged, error)
                .hint("`wbo hive recover` completes it as far as its logs go; then look at it with `wbo hive check`"));
        }
        mounts.mount(at.clone(), editor).map_err(|error| CommandError::registry(&shown, &error))?;
    }
    Ok(mounts)
}

/// The folders that files need and that are not there, from the top down.
pub(crate) fn missing_folders(disk: &TargetDisk, files: &[FileChange]) -> Result<Vec<WindowsPath>, CommandError> {
    let mut missing = BTreeSet::new();
    for file in files.iter().filter(|file| file.after.is_some()) {
        let mut folder = file.path.parent();
        while let Some(path) = folder {
            let found = disk.entry(&path);
            let found = found.map_err(|error| CommandError::new(Exit::SourceUnreadable, format!("{path}: {error}")))?;
            if found.is_some() {
                break;
            }
            folder = path.parent();
            missing.insert(path);
        }
    }
    Ok(missing.into_iter().collect())
}

pub(crate) fn file_change(change: &FileChange) -> wbo_transaction::FileChange {
    let wanted = change.after.map(|after| WantedFile {
        content: after.content.id,
        attributes: after.attributes,
        modified: after.modified,
    });
    wbo_transaction::FileChange { path: change.path.clone(), wanted }
}

pub(crate) fn failed_commit(error: &CommitError, target: &Offline) -> CommandError {
    let failed = CommandError::failed(error.to_string());
    match error {
        CommitError::Unsettled { .. } => {
            failed.hint(format!("`wbo recover {}` finishes it or takes it back", target.folder.display()))
        }
        CommitError::NotBegun(_) => {
            let shown = target.folder.display();
            failed.hint(format!("should something of it be left, `wbo recover {shown}` removes it"))
        }
        _ => failed,
    }
}

/// What is not as it should be now that it was made.
fn refuse_unsettled(record: &Undo, target: &Source<'_>) -> Result<(), CommandError> {
    let unsettled = undo::unsettled(record, target).map_err(|error| CommandError::failed(error.to_string()))?;
    match unsettled.first_key_value() {
        None => Ok(()),
        Some((id, place)) => {
            let problem = format!("{id}: {place} is not what was written when it is read back");
            Err(CommandError::failed(problem))
        }
    }
}

/// The drives as they would be.
fn trees_after<'d>(
    drives: &'d Drives<'d>,
    files: &[FileChange],
    profile: &Profile,
) -> Result<Vec<(char, TreeAfter<'d>)>, CommandError> {
    let tree = |letter: char| {
        let tree = TreeAfter::new(drives, letter, files, &profile.contents);
        tree.map(|tree| (letter, tree)).map_err(|error| CommandError::failed(error.to_string()))
    };
    drives.letters().into_iter().map(tree).collect()
}
