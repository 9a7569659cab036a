//! A Windows that is switched off, in a folder of this machine; or a user's folder without its Windows.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use profile_format::{Device, Text, User};
use registry::{KeyPath, Name, ReadRegistry, Root};
use registry_hive::{Image, LogName, Mounts, OpenError, State, is_hibernated, limits};
use serde::Serialize;
use wbo_engine::{
    DeviceFacts, Drives, EntryKind, Folders, Found, HiveFact, HiveState, OpenHive, ReadTree, Source, UserProfile,
    Users, WindowsKind, WindowsPath,
};

use crate::disk_tree::DiskTree;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::target_disk::TargetDisk;
use crate::ui::Ui;
use crate::volumes;

/// Where a Windows or a user is found.
#[derive(Args, Debug)]
pub(crate) struct SourceArgs {
    /// The folder where the drive of a Windows is mounted, or a user's own folder; 'auto' looks at all mounted drives
    source: PathBuf,

    /// Where another drive of that Windows is mounted, as D:=/mnt/data; may be given several times
    #[arg(long = "drive", value_name = "LETTER=FOLDER", value_parser = parse_drive)]
    drives: Vec<(char, PathBuf)>,
}

/// A letter of a drive and a folder.
pub(crate) fn parse_drive(text: &str) -> Result<(char, PathBuf), String> {
    let wrong = || "expected a letter and a folder, as D:=/mnt/data".to_owned();
    let (drive, folder) = text.split_once('=').ok_or_else(wrong)?;
    let mut letters = drive.trim_end_matches(':').chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() && !folder.is_empty() => {
            Ok((letter.to_ascii_uppercase(), PathBuf::from(folder)))
        }
        _ => Err(wrong()),
    }
}

/// What a source turned out to be.
pub(crate) struct Offline {
    /// The folder on this machine.
    pub(crate) folder: PathBuf,
    /// The drives, each with where its tree begins: that of the Windows or the user first.
    trees: Vec<(WindowsPath, DiskTree)>,
    /// The hives of the machine that could be read.
    machine: Vec<(KeyPath, Arc<Image>)>,
    /// Every hive of the machine, and how it was found.
    pub(crate) hives: Vec<HiveReport>,
    /// What the registry of the machine says of it.
    pub(crate) facts: DeviceFacts,
    pub(crate) kind: OfflineKind,
}

/// Whether there is a Windows around a user.
pub(crate) enum OfflineKind {
    /// A Windows, in this folder of its drive.
    Windows {
        system_root: WindowsPath,
        /// Whether it is hibernated; `None`, if that cannot be told.
        hibernated: Option<bool>,
        /// Other Windows in the same folder.
        others: Vec<String>,
    },
    /// A user's folder alone.
    UserFolder(Box<UserProfile>),
}

/// How a hive was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HiveReport {
    pub(crate) path: String,
    pub(crate) state: &'static str,
    pub(crate) problem: Option<String>,
    #[serde(skip)]
    fact: HiveState,
}

/// The registry of one user, with that of the machine.
pub(crate) struct OfflineUser<'o> {
    offline: &'o Offline,
    registry: Mounts<Arc<Image>>,
    pub(crate) folders: Folders,
    pub(crate) user: User,
    pub(crate) hives: Vec<HiveReport>,
    /// Folders that are not where they usually are, and so were not read.
    pub(crate) redirected: Vec<String>,
}

impl SourceArgs {
    /// A source that was named elsewhere on the command line.
    pub(crate) fn new(source: impl Into<PathBuf>, drives: &[(char, PathBuf)]) -> Self {
        Self { source: source.into(), drives: drives.to_vec() }
    }

    /// Finds what the source is, and opens the hives of the machine.
    pub(crate) fn open(&self, ui: Ui) -> Result<Offline, CommandError> {
        let (folder, found) = self.find(ui)?;
        self.open_found(&folder, &found)
    }

    /// Finds what the source is.
    pub(crate) fn find(&self, ui: Ui) -> Result<(PathBuf, Found), CommandError> {
        let folder = if self.source.as_os_str() == "auto" { volumes::only_windows(ui)? } else { self.source.clone() };
        if folder.as_os_str() == "live" {
            return Err(CommandError::usage("a running Windows cannot be captured yet")
                .hint("shut it down fully and capture from its drive; another system, or WinPE, can read it"));
        }
        for (at, (letter, _)) in self.drives.iter().enumerate() {
            if self.drives.iter().take(at).any(|(other, _)| other == letter) {
                return Err(CommandError::usage(format!(
                    "--drive {letter}: is given twice, and a drive is in one place"
                )));
            }
        }
        let found = look_at(&folder)?;
        Ok((folder, found))
    }

    /// Opens what was found.
    pub(crate) fn open_found(&self, folder: &Path, found: &Found) -> Result<Offline, CommandError> {
        Offline::of(folder, found, &self.drives)
    }
}

/// What stands in a folder of this machine.
pub(crate) fn look_at(folder: &Path) -> Result<Found, CommandError> {
    let metadata = std::fs::metadata(folder).map_err(|error| CommandError::unreadable(folder, &error))?;
    if !metadata.is_dir() {
        return Err(CommandError::new(Exit::SourceUnreadable, format!("{}: it is not a folder", folder.display()))
            .hint("mount the disk or the image first, read-only, and name the folder where it is mounted"));
    }
    Ok(wbo_engine::find_windows(&DiskTree::new(folder)))
}

impl Offline {
    fn of(folder: &Path, found: &Found, drives: &[(char, PathBuf)]) -> Result<Self, CommandError> {
        let shown = folder.display();
        if let Some(nothing) = &found.nothing {
            let error = CommandError::new(Exit::SourceUnreadable, format!("{shown}: {nothing}"));
            return Err(error.hint(nothing.remedy()));
        }
        let installed: Vec<_> = found.windows.iter().filter(|windows| windows.kind == WindowsKind::Installed).collect();
        let windows = match (&*installed, &*found.windows) {
            ([one], _) => Some((*one).clone()),
            ([], [one]) => Some(one.clone()),
            ([], []) => None,
            (several, all) => {
                let several = if several.is_empty() { all.iter().collect() } else { several.to_vec() };
                let places: Vec<String> = several.iter().map(|windows| names(&windows.folder)).collect();
                let message = format!("{shown} holds several Windows: {}", places.join(", "));
                return Err(CommandError::usage(message).hint("name the folder that one of them stands in"));
            }
        };
        match windows {
            Some(windows) => Self::of_windows(folder, &windows, found, drives),
            None => Self::of_user(folder, found),
        }
    }

    fn of_windows(
        folder: &Path,
        windows: &wbo_engine::WindowsFolder,
        found: &Found,
        drives: &[(char, PathBuf)],
    ) -> Result<Self, CommandError> {
        let given = DiskTree::new(folder);
        let disk = |names: &[Name]| match given.find(names) {
            Ok(Some(place)) => Ok(place),
            Ok(None) => Err(CommandError::unreadable(folder, &io::ErrorKind::NotFound.into())),
            Err(error) => Err(CommandError::unreadable(folder, &error)),
        };
        // Where the folder of Windows itself was named, its drive is around it.
        let (volume, below) = match &windows.volume {
            Some(volume) => (disk(volume)?, windows.folder.get(volume.len()..).unwrap_or_default().to_vec()),
            None => {
                let whole = std::fs::canonicalize(disk(&windows.folder)?);
                let whole = whole.map_err(|error| CommandError::unreadable(folder, &error))?;
                let name = whole.file_name().and_then(|name| name.to_str()).map(Name::from).unwrap_or_default();
                (whole.parent().unwrap_or(&whole).to_owned(), vec![name])
            }
        };
        let tree = DiskTree::new(volume);
        let mut hives = Vec::new();
        let mut machine = Vec::new();
        for hive in ["SOFTWARE", "SYSTEM"] {
            let path = [&*below, &["System32", "config", hive].map(Name::from)].concat();
            match open_hive(&tree, &path, names(&path)) {
                Ok(Some((image, report))) => {
                    hives.push(report);
                    machine.push((KeyPath::new(Root::LocalMachine, vec![Name::from(hive)]), Arc::new(image)));
                }
                Ok(None) => hives.push(HiveReport::missing(&path)),
                Err(problem) => hives.push(HiveReport::unreadable(names(&path), problem)),
            }
        }
        let facts = wbo_engine::device(&mount(&machine, &mut hives));
        let drive = facts.system_root.as_ref().map_or('C', WindowsPath::drive);
        let hibernated = match (&windows.hibernation, &windows.volume) {
            (Some(path), _) => hibernated(&given, path),
            // Its drive was not looked at yet.
            (None, None) => match tree.entry(&[Name::from("hiberfil.sys")]) {
                Ok(Some(_)) => hibernated(&tree, &[Name::from("hiberfil.sys")]),
                Ok(None) => Some(false),
                Err(_) => None,
            },
            (None, Some(_)) => Some(false),
        };
        let mut trees = vec![(WindowsPath::new(drive, vec![]), tree)];
        for (letter, folder) in drives {
            if *letter == drive {
                let error = format!("--drive {letter}: is the drive of the Windows itself, in {}", shown(folder));
                return Err(CommandError::usage(error));
            }
            trees.push((WindowsPath::new(*letter, vec![]), DiskTree::new(folder)));
        }
        let others = found.windows.iter().filter(|other| other.folder != windows.folder);
        let kind = OfflineKind::Windows {
            system_root: WindowsPath::new(drive, below),
            hibernated,
            others: others.map(|other| names(&other.folder)).collect(),
        };
        Ok(Self { folder: folder.to_owned(), trees, machine, hives, facts, kind })
    }

    fn of_user(folder: &Path, found: &Found) -> Result<Self, CommandError> {
        let [below] = &*found.user_folders else {
            let places: Vec<String> = found.user_folders.iter().map(|folder| names(folder)).collect();
            let message =
                format!("{} holds several users' folders and no Windows: {}", shown(folder), places.join(", "));
            return Err(CommandError::usage(message).hint("name the folder of one of them"));
        };
        let given = DiskTree::new(folder);
        let place = given.find(below).ok().flatten().unwrap_or_else(|| folder.to_owned());
        let whole = std::fs::canonicalize(&place).unwrap_or(place);
        let name = whole.file_name().and_then(|name| name.to_str()).unwrap_or("user").to_owned();
        // Where the folder was on its PC, and so what its user is called, is not known yet; its own registry may tell.
        let tree = DiskTree::new(whole);
        let registry = open_hive(&tree, &[Name::from("NTUSER.DAT")], "NTUSER.DAT".to_owned()).ok().flatten();
        let profile = registry.and_then(|(image, _)| {
            let mut mounts = Mounts::default();
            mounts.mount(KeyPath::new(Root::CurrentUser, vec![]), image).ok()?;
            wbo_engine::profile_folder(&mounts)
        });
        let profile = profile.unwrap_or_else(|| WindowsPath::new('C', vec!["Users".into(), Name::from(&*name)]));
        let name = profile.names().last().map_or(name, ToString::to_string);
        let user = UserProfile::of_folder(profile.clone(), &name);
        let kind = OfflineKind::UserFolder(Box::new(user));
        let trees = vec![(profile, tree)];
        let (machine, hives, facts) = (vec![], vec![], DeviceFacts::default());
        Ok(Self { folder: folder.to_owned(), trees, machine, hives, facts, kind })
    }

    /// The same source, with the hives of the machine as they are now.
    pub(crate) fn again(&self) -> Result<Self, CommandError> {
        let drives = self.trees.iter().skip(1).map(|(at, tree)| (at.drive(), tree.root().to_owned()));
        Self::of(&self.folder, &look_at(&self.folder)?, &drives.collect::<Vec<_>>())
    }

    /// Says what may surprise about the machine.
    pub(crate) fn warn(&self, ui: Ui) {
        self.hives.iter().filter_map(HiveReport::told).for_each(|told| ui.warn(&told));
        if let OfflineKind::Windows { hibernated, others, .. } = &self.kind {
            if *hibernated == Some(true) {
                ui.warn("Windows is hibernated; what it had not written yet is not captured");
            }
            for other in others {
                ui.status(&format!("another Windows is in {other}; name its folder to read it"));
            }
        }
    }

    /// The folders that were named to be read.
    pub(crate) fn given(&self) -> impl Iterator<Item = &Path> {
        let drives = self.trees.iter().skip(1).map(|(_, tree)| tree.root());
        std::iter::once(&*self.folder).chain(drives)
    }

    /// The drives, as the engine reads them.
    pub(crate) fn drives(&self) -> Drives<'_> {
        let mut drives = Drives::default();
        for (at, tree) in &self.trees {
            drives.mount(at.clone(), tree);
        }
        drives
    }

    /// Where something of the drives is on this machine.
    pub(crate) fn place_of(&self, path: &WindowsPath) -> Option<PathBuf> {
        let trees = self.trees.iter().filter_map(|(at, tree)| Some((tree, path.under(at)?)));
        let (tree, names) = trees.min_by_key(|(_, names)| names.len())?;
        tree.find(names).ok().flatten()
    }

    /// The drives, to be changed.
    pub(crate) fn disk(&self) -> Result<TargetDisk, CommandError> {
        let disk = TargetDisk::open(self.trees.iter().map(|(at, tree)| (at.clone(), tree.root().to_owned())));
        disk.map_err(|error| CommandError::unreadable(&self.folder, &error))
    }

    /// How the hives of the machine were found; a thorough look goes through all that is in them.
    pub(crate) fn hive_facts(&self, thorough: bool) -> Vec<HiveFact> {
        let images: Vec<&Image> = self.machine.iter().map(|(_, image)| &**image).collect();
        facts(&self.hives, &images, thorough)
    }

    /// The registry of the machine alone.
    pub(crate) fn machine(&self) -> impl ReadRegistry + use<> {
        mount(&self.machine, &mut Vec::new())
    }

    /// All that looks like a user.
    pub(crate) fn users(&self) -> Users {
        match &self.kind {
            OfflineKind::Windows { system_root, .. } => wbo_engine::users(&self.machine(), &self.drives(), system_root),
            OfflineKind::UserFolder(user) => Users { profiles: vec![(**user).clone()], unread: vec![] },
        }
    }

    /// Opens the registry of one user.
    pub(crate) fn user(&self, profile: &UserProfile) -> Result<OfflineUser<'_>, CommandError> {
        let unreadable = |problem: String| CommandError::new(Exit::SourceUnreadable, problem);
        let folder = profile.folder.as_ref();
        let folder = folder.ok_or_else(|| unreadable(format!("the folder of {profile} is not known")))?;
        let hive = profile.hive.clone().unwrap_or_else(|| Name::from("NTUSER.DAT"));
        let drives = self.drives();
        let mut hives = Vec::new();
        let path = folder.join(hive);
        let own = self.open_hive(&path).map_err(|problem| unreadable(format!("{path}: {problem}")))?;
        let (own, report) = own.ok_or_else(|| unreadable(format!("{path} is not there")))?;
        hives.push(report);
        let mut registry = mount(&self.machine, &mut hives);
        let mut add = |names: &[&str], image: Image| {
            registry.mount(of_user(names), Arc::new(image)).map_err(|error| unreadable(error.to_string()))
        };
        add(&[], own)?;
        let classes = ["AppData", "Local", "Microsoft", "Windows", "UsrClass.dat"];
        let path = classes.iter().fold(folder.clone(), |path, name| path.join(*name));
        match self.open_hive(&path) {
            Ok(Some((image, report))) => {
                hives.push(report);
                add(&CLASSES, image)?;
            }
            // What the user's own hive has in place of it says nothing about it.
            Ok(None) if drives.entry(&path).is_ok_and(|entry| entry.is_none()) => {
                registry.withhold(of_user(&CLASSES), None);
            }
            Ok(None) => {
                hives.push(HiveReport::unreadable(path.to_string(), NO_FILE.to_owned()));
                registry.withhold(of_user(&CLASSES), Some(NO_FILE.to_owned()));
            }
            Err(problem) => {
                hives.push(HiveReport::unreadable(path.to_string(), problem.clone()));
                registry.withhold(of_user(&CLASSES), Some(problem));
            }
        }
        let mut folders = match &self.kind {
            OfflineKind::Windows { system_root, .. } => Folders::of_windows(system_root.clone()),
            OfflineKind::UserFolder(_) => Folders::default(),
        };
        folders = folders.with_user(folder);
        let redirected = folders.redirect(&registry);
        Ok(OfflineUser { offline: self, registry, folders, user: profile.to_user(), hives, redirected })
    }
}

impl Offline {
    /// Opens a hive on the drives with the logs beside it.
    fn open_hive(&self, path: &WindowsPath) -> Result<Option<(Image, HiveReport)>, String> {
        let trees = self.trees.iter().filter_map(|(at, tree)| Some((tree, path.under(at)?)));
        let (tree, names) = trees
            .min_by_key(|(_, names)| names.len())
            .ok_or_else(|| "it lies on a drive or in a folder that was not given".to_owned())?;
        open_hive(tree, names, path.to_string())
    }
}

impl OfflineUser<'_> {
    /// The user's registry, with that of the machine.
    pub(crate) fn registry(&self) -> &dyn ReadRegistry {
        &self.registry
    }

    /// How the user's hives were found; a thorough look goes through all that is in them.
    pub(crate) fn hive_facts(&self, thorough: bool) -> Vec<HiveFact> {
        let own = self.registry.hives().filter(|(at, _)| at.root() == Root::CurrentUser);
        // Deeper places come first there, and the user's own hive first in the reports.
        let mut images: Vec<&Image> = own.map(|(_, image)| &**image).collect();
        images.reverse();
        facts(&self.hives, &images, thorough)
    }

    /// What the engine reads from.
    pub(crate) fn source<'s>(&'s self, drives: &'s Drives<'s>, hives: &'s dyn OpenHive) -> Source<'s> {
        Source {
            registry: &self.registry,
            files: drives,
            hives,
            folders: self.folders.clone(),
            user: self.user.clone(),
            device: self.device(),
        }
    }

    /// What the engine plans for. Those who sign in for the first time have no folders yet.
    pub(crate) fn target<'s>(&'s self, drives: &'s Drives<'s>, hives: &'s dyn OpenHive, new_users: bool) -> Source<'s> {
        let mut source = self.source(drives, hives);
        source.folders.confine();
        if let (true, OfflineKind::Windows { system_root, .. }) = (new_users, &self.offline.kind) {
            source.folders = Folders::of_windows(system_root.clone());
            source.user = User::default();
        }
        source
    }

    /// The PC.
    pub(crate) fn device(&self) -> Device {
        self.offline.facts.device.clone()
    }
}

/// Opens hives of packaged apps on the drives of a source.
pub(crate) struct HivesOn<'o>(pub(crate) &'o Offline);

impl OpenHive for HivesOn<'_> {
    fn open(&self, path: &WindowsPath) -> Result<Option<Box<dyn ReadRegistry>>, Box<dyn Error + Send + Sync>> {
        let Some((image, _)) = self.0.open_hive(path)? else { return Ok(None) };
        let mut mounts = Mounts::default();
        mounts.mount(KeyPath::new(Root::CurrentUser, vec![]), image)?;
        Ok(Some(Box::new(mounts)))
    }
}

impl HiveReport {
    fn of(path: String, image: &Image) -> Self {
        let (state, fact) = match image.state() {
            State::Clean => match missing(image) {
                0 => ("clean", HiveState::Clean),
                missing => ("cut-short", HiveState::CutShort { missing }),
            },
            State::Replayed(replay) => match replay.missing.iter().map(|run| u64::from(run.size)).sum() {
                0 => ("replayed", HiveState::Replayed),
                missing => ("cut-short", HiveState::CutShort { missing }),
            },
            State::Dirty(why) => ("dirty", HiveState::NotReplayed { why: why.to_string() }),
        };
        Self::new(path, state, fact)
    }

    fn missing(path: &[Name]) -> Self {
        Self::new(names(path), "missing", HiveState::Missing)
    }

    fn unreadable(path: String, why: String) -> Self {
        Self::new(path, "unreadable", HiveState::Unreadable { why })
    }

    fn new(path: String, state: &'static str, fact: HiveState) -> Self {
        let problem = match &fact {
            HiveState::Clean | HiveState::Replayed => None,
            HiveState::NotReplayed { why } | HiveState::Unreadable { why } => Some(why.clone()),
            HiveState::Damaged { first, .. } => Some(first.clone()),
            HiveState::CutShort { missing } => Some(format!("{missing} bytes of it are missing: it was cut short")),
            HiveState::Missing => Some("it is not there".to_owned()),
        };
        Self { path, state, problem, fact }
    }

    /// What the engine judges.
    fn fact(&self) -> HiveFact {
        HiveFact { place: self.path.clone(), state: self.fact.clone() }
    }

    /// What is not known of the hive, with its path.
    pub(crate) fn told(&self) -> Option<String> {
        self.problem.as_ref().map(|problem| format!("{}: {problem}", self.path))
    }

    /// Whether something of the hive is not known.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.problem.is_some()
    }
}

/// How many bytes a hive says that it has, and does not.
fn missing(image: &Image) -> u64 {
    let said = image.base_block().map_or(0, |block| u64::from(block.bins_size));
    said.saturating_sub(image.hive().bins_size() as u64)
}

/// Where the hive UsrClass.dat of a user is mounted.
const CLASSES: [&str; 2] = ["Software", "Classes"];

/// A key of the user.
fn of_user(names: &[&str]) -> KeyPath {
    KeyPath::new(Root::CurrentUser, names.iter().copied().map(Name::from).collect())
}

/// What stands where a file should.
const NO_FILE: &str = "it is no file; links and the like are not followed";

/// Bytes of a hive that says how large it is.
const HIVE: u64 = limits::HIVE_SIZE as u64;

/// Bytes of a hive whose base block is broken, and of a log: several times those of the largest that are met, and little
/// enough for several users to be read at once.
const UNSTATED: u64 = 256 << 20;
const LOG: u64 = 256 << 20;

/// What the engine judges of hives. `images` are those that could be opened, in the order of the reports.
fn facts(reports: &[HiveReport], images: &[&Image], thorough: bool) -> Vec<HiveFact> {
    let mut images = images.iter();
    let mut fact = |report: &HiveReport| {
        let opened = !matches!(report.fact, HiveState::Missing | HiveState::Unreadable { .. });
        let image = if opened { images.next() } else { None };
        let mut fact = report.fact();
        if let (true, HiveState::Clean | HiveState::Replayed, Some(image)) = (thorough, &fact.state, image) {
            let findings = registry_hive::check(image.bytes());
            let damages = |fault: &&registry_hive::Fault| fault.rule.severity() == registry_hive::Severity::Damage;
            let damages: Vec<_> = findings.faults.iter().filter(damages).collect();
            if let Some(first) = damages.first() {
                fact.state = HiveState::Damaged { places: damages.len(), first: first.to_string() };
            }
        }
        fact
    };
    reports.iter().map(&mut fact).collect()
}

/// Opens a hive with the logs beside it.
fn open_hive(tree: &DiskTree, path: &[Name], shown: String) -> Result<Option<(Image, HiveReport)>, String> {
    let image = Image::read(|log| match log {
        None => read_hive(tree, path),
        Some(log) => match log_beside(tree, path, log)? {
            Some((log, _)) => tree.read(&log, LOG),
            None => Ok(None),
        },
    });
    match image {
        Ok(image) => Ok(image.map(|image| {
            let report = HiveReport::of(shown, &image);
            (image, report)
        })),
        Err(OpenError::Read(error)) => Err(error.to_string()),
        Err(OpenError::NotAHive(error)) => Err(error.to_string()),
    }
}

/// Reads of a hive what belongs to it. What stands behind that Windows ignores, be it left over from when the hive was
/// larger, or two gigabytes of nothing.
fn read_hive(tree: &DiskTree, path: &[Name]) -> io::Result<Option<Vec<u8>>> {
    /// The base block, as far as it says something.
    const START: u64 = 512;
    let Some(start) = tree.read_start(path, START)? else { return Ok(None) };
    let mut logs = 0;
    for log in [LogName::Log1, LogName::Log2, LogName::Log] {
        // A larger log is refused when it is read.
        logs += log_beside(tree, path, log)?.map_or(0, |(_, size)| size.min(LOG));
    }
    match Image::extent(&start, logs) {
        Some(extent) => tree.read_start(path, extent.min(HIVE)),
        None => tree.read(path, UNSTATED),
    }
}

/// The path of a log and its size, if it is a file. A hive is shown without one that is a link, and said to be incomplete
/// if it needs it.
fn log_beside(tree: &DiskTree, path: &[Name], log: LogName) -> io::Result<Option<(Vec<Name>, u64)>> {
    let Some((name, folder)) = path.split_last() else { return Ok(None) };
    let name = Name::from(format!("{name}.{}", log.extension()).as_str());
    let path = [folder, &[name]].concat();
    let entry = tree.entry(&path)?.filter(|entry| entry.kind == EntryKind::File);
    Ok(entry.map(|entry| (path, entry.size)))
}

/// Mounts the hives of the machine. One that cannot be mounted is as good as unreadable.
fn mount(machine: &[(KeyPath, Arc<Image>)], hives: &mut Vec<HiveReport>) -> Mounts<Arc<Image>> {
    let mut mounts = Mounts::default();
    for (at, image) in machine {
        if let Err(error) = mounts.mount(at.clone(), Arc::clone(image)) {
            hives.push(HiveReport::unreadable(at.to_string(), error.to_string()));
        }
    }
    mounts
}

/// Whether a Windows lies in this file, to go on from there; `None`, where that cannot be told.
fn hibernated(tree: &DiskTree, path: &[Name]) -> Option<bool> {
    Some(is_hibernated(&tree.read_start(path, 4).ok()??))
}

/// Names with backslashes between them.
fn names(names: &[Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join("\\")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Text of a document as people read it.
pub(crate) fn text(text: &Text) -> String {
    text.to_string_lossy()
}
