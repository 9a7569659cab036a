mod estimate;
mod listing;
mod output;

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use profile_format::{CaptureMethod, ContentId, Contents, Facts, Note, NoteCode, ProfileId, Text, Timestamp, Tool};
use registry::{FileTime, KeyPath, Root};
use serde::Serialize;
use sha2::{Digest, Sha256};
use wbo_engine::capture::{Outcome, Profile, Selection, profile};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::secrets::Secrets;
use wbo_engine::{Drives, UserProfile, WindowsPath};

use crate::catalogues::CatalogueArgs;
use crate::choosing::UserArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::Existing;
use crate::keys;
use crate::offline::{HiveReport, HivesOn, Offline, OfflineKind, OfflineUser, SourceArgs};
use crate::sealing::{SealArgs, Sealer, Written};
use crate::ui::Ui;
use output::Output;

/// Capture users' settings from a Windows that is switched off
///
/// Reads the registry hives and files of a mounted drive, or of a user's folder, and writes one profile for each user. The
/// source is only read. Secrets are left out, and the profile says where something was. What cannot be read, be it a file, a
/// hive or a whole user, is named and does not keep the rest from being captured; it ends with 3 then.
#[derive(Args, Debug)]
pub(crate) struct CaptureArgs {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    users: UserArgs,

    /// The profile to write; for several users, or where this is a folder or ends as one, the folder with a file for each
    #[arg(short, long, value_name = "FILE|FOLDER")]
    out: Option<PathBuf>,

    /// Replace profiles that exist
    #[arg(long)]
    force: bool,

    /// Only these settings: ids, patterns such as 'taskbar.*', categories, or 'apps'
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    only: Vec<String>,

    /// Not these settings
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    except: Vec<String>,

    /// These too, which are captured on request only; each by its whole id
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    also: Vec<String>,

    #[command(flatten)]
    catalogues: CatalogueArgs,

    /// Write nothing; list what would be captured
    #[arg(long)]
    dry_run: bool,

    /// With --dry-run, show personal values too
    #[arg(long, requires = "dry_run", conflicts_with = "estimate")]
    reveal: bool,

    /// Write nothing; say how much would be captured
    #[arg(long, conflicts_with = "dry_run")]
    estimate: bool,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Serialize)]
struct CaptureReport {
    wbo: &'static str,
    version: u32,
    source: String,
    written: bool,
    users: Vec<UserReport>,
    hives: Vec<HiveReport>,
}

/// What became of one user.
#[derive(Serialize)]
struct UserReport {
    user: String,
    sid: Option<String>,
    path: Option<String>,
    bytes: Option<u64>,
    body_id: Option<String>,
    author: Option<String>,
    captured: Option<Captured>,
    missed: Vec<String>,
    error: Option<String>,
    #[serde(skip)]
    exit: Option<Exit>,
}

/// What a profile holds, counted.
#[derive(Serialize)]
struct Captured {
    settings: usize,
    absent: usize,
    store_apps: usize,
    desktop_apps: usize,
    files: usize,
    file_bytes: u64,
    notes: BTreeMap<String, usize>,
    categories: Vec<CategorySize>,
    list: Option<Vec<listing::ListedSetting>>,
}

#[derive(Serialize)]
struct CategorySize {
    category: String,
    settings: usize,
    bytes: u64,
}

pub(super) fn run(args: &CaptureArgs, ui: Ui) -> Result<Exit, CommandError> {
    let writes = !args.dry_run && !args.estimate;
    if writes && args.out.is_none() {
        return Err(CommandError::usage("--out says where the profile goes; --dry-run lists what would be in it"));
    }
    let catalogue = args.catalogues.load()?;
    let selection = Selection::new(&args.only, &args.except, &args.also, &catalogue);
    let selection = selection
        .map_err(|error| CommandError::usage(error.to_string()).hint("`wbo catalog list` lists the settings"))?;
    let source = args.source.open(ui)?;
    let users = source.users();
    let chosen = args.users.choose(&users.profiles)?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let mut sealer = writes.then(|| args.seal.sealer()).transpose()?;
    let outputs = match &args.out {
        Some(out) if writes => {
            Some(Output::of(out, args.users.means_several() || chosen.len() > 1, &chosen, existing)?)
        }
        _ => None,
    };
    for unread in &users.unread {
        ui.warn(&unread.to_string());
    }
    source.warn(ui);
    let capture = Capture {
        plain: args.seal.plain,
        list: args.dry_run.then_some(Listing { reveal: args.reveal }),
        catalogue_version: args.catalogues.version(),
        source: &source,
        catalogue: &catalogue,
        selection: &selection,
    };
    let done = Mutex::new(sealer.as_mut());
    let one = |at: usize, user: &&UserProfile| {
        let captured = capture.one(user);
        let out = outputs.as_ref().and_then(|outputs| outputs.path(at));
        capture.report(user, captured, out.map(|out| (out, existing, &done)), ui)
    };
    let reports = in_parallel(&chosen, &one);
    if let Some(outputs) = outputs.as_ref().filter(|_| reports.iter().all(|report| report.bytes.is_none())) {
        outputs.clear();
    }
    if let Some(sealer) = &sealer {
        sealer.remind(ui);
    }
    let report = CaptureReport {
        wbo: "capture",
        version: 1,
        source: source.folder.display().to_string(),
        written: writes,
        users: reports,
        hives: source.hives.clone(),
    };
    for user in &report.users {
        user.missed.iter().take(WARNINGS).for_each(|missed| ui.warn(&format!("{}: not captured: {missed}", user.user)));
        if let Some(more @ 1..) = user.missed.len().checked_sub(WARNINGS) {
            ui.warn(&format!("{}: not captured: {more} more, which the notes of the profile name", user.user));
        }
        user.error.iter().for_each(|error| ui.warn(&format!("{}: {error}", user.user)));
    }
    ui.result(&report, &|report| listing::text(report, args.estimate))?;
    Ok(exit(&report, &users.unread))
}

impl UserReport {
    fn fail(&mut self, error: &CommandError) {
        self.error = Some(error.message().to_owned());
        self.exit = Some(error.exit());
    }
}

/// Partly done, where a user, a hive or anything else that is there was not read, or a profile not written; failed, where
/// nobody's was.
fn exit(report: &CaptureReport, unread: &[wbo_engine::Unread]) -> Exit {
    let mut failed: Vec<Exit> = report.users.iter().filter_map(|user| user.exit).collect();
    let complete = unread.is_empty()
        && report.users.iter().all(|user| user.missed.is_empty() && user.error.is_none())
        && !report.hives.iter().any(HiveReport::is_incomplete);
    match complete {
        true => Exit::Done,
        false if failed.len() < report.users.len() => Exit::Partly,
        false => {
            failed.sort_unstable();
            failed.dedup();
            match *failed {
                [same] => same,
                _ => Exit::SourceUnreadable,
            }
        }
    }
}

/// Does the same for each, on as many threads as this machine has, and keeps their order.
fn in_parallel<T: Sync, R: Send>(items: &[T], one: &(impl Fn(usize, &T) -> R + Sync)) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let work = || {
        while let Some((at, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
        {
            let result = one(at, item);
            if let Ok(mut done) = done.lock() {
                done.push((at, result));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Warnings about what was missed that are shown for one user: where a hive is damaged, hundreds of settings may be.
const WARNINGS: usize = 10;

/// What all users' captures have in common.
struct Capture<'c> {
    plain: bool,
    list: Option<Listing>,
    catalogue_version: String,
    source: &'c Offline,
    catalogue: &'c Catalogue,
    selection: &'c Selection,
}

/// That settings are to be listed one by one.
#[derive(Clone, Copy)]
struct Listing {
    reveal: bool,
}

/// Where a profile goes, and what writes it.
type Destination<'d> = (PathBuf, Existing, &'d Mutex<Option<&'d mut Sealer>>);

impl Capture<'_> {
    fn one(&self, user: &UserProfile) -> Result<(Profile, Vec<HiveReport>), CommandError> {
        let opened = self.source.user(user)?;
        let drives = self.source.drives();
        let hives = HivesOn(&drives);
        let source = opened.source(&drives, &hives);
        let facts = self.facts(&opened);
        let notes = notes(self.source, &opened);
        let mut profile = profile(&source, self.catalogue, self.selection, Secrets::standard(), facts?, notes);
        if self.plain {
            profile.document.facts.id = id_of(&profile);
        }
        Ok((profile, opened.hives))
    }

    /// Who captured what, and when. A plain profile says nothing that the source does not, so that the same source gives
    /// the same bytes.
    fn facts(&self, user: &OfflineUser<'_>) -> Result<Facts, CommandError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id)
            .map_err(|error| CommandError::failed(format!("the system's random numbers: {error}")))?;
        let created = if self.plain { last_written(user) } else { keys::now() };
        Ok(Facts {
            id: ProfileId(id),
            created,
            tool: Tool { name: "wbo".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            catalogue: self.catalogue_version.clone(),
            method: CaptureMethod::OFFLINE,
            parents: Vec::new(),
        })
    }

    fn report(
        &self,
        user: &UserProfile,
        captured: Result<(Profile, Vec<HiveReport>), CommandError>,
        out: Option<Destination<'_>>,
        ui: Ui,
    ) -> UserReport {
        let mut report = UserReport {
            user: user.to_string(),
            sid: user.sid.clone(),
            path: None,
            bytes: None,
            body_id: None,
            author: None,
            captured: None,
            missed: Vec::new(),
            error: None,
            exit: None,
        };
        let (profile, hives) = match captured {
            Ok(captured) => captured,
            Err(error) => {
                report.fail(&error);
                return report;
            }
        };
        let incomplete = hives.iter().filter(|hive| hive.is_incomplete());
        let of_hives = incomplete.map(|hive| format!("{}: {}", hive.path, hive.problem.as_deref().unwrap_or_default()));
        report.missed = of_hives.chain(profile.missed.iter().cloned()).collect();
        report.captured = Some(self.counted(&profile));
        if let Some((path, existing, sealer)) = out {
            let drives = self.source.drives();
            let contents = DriveContents { drives: &drives, places: &profile.contents };
            let written = match sealer.lock() {
                Ok(mut sealer) => match sealer.as_mut() {
                    Some(sealer) => sealer.write(&path, existing, &profile.document, contents, ui),
                    None => Err(CommandError::failed("nothing seals")),
                },
                Err(_) => Err(CommandError::failed("another profile could not be sealed")),
            };
            report.path = Some(path.display().to_string());
            match written {
                Ok(Written { bytes, body_id, author }) => {
                    (report.bytes, report.body_id, report.author) = (Some(bytes), Some(body_id), author);
                }
                Err(error) => report.fail(&error),
            }
        }
        report
    }

    fn counted(&self, profile: &Profile) -> Captured {
        let document = &profile.document;
        let mut notes = BTreeMap::new();
        for note in &document.notes {
            let name = note.code.name().map_or_else(|| note.code.0.to_string(), ToOwned::to_owned);
            *notes.entry(name).or_default() += 1;
        }
        let contents = document.contents();
        let absent = |(_, outcome): &&(String, Outcome)| matches!(outcome, Outcome::Captured { absent: true, .. });
        Captured {
            settings: document.sections.iter().map(|section| section.settings.len()).sum(),
            absent: profile.outcomes.iter().filter(absent).count(),
            store_apps: document.apps.store.len(),
            desktop_apps: document.apps.desktop.len(),
            files: contents.len(),
            file_bytes: contents.iter().map(|content| content.size).sum(),
            notes,
            categories: estimate::categories(document),
            list: self.list.map(|Listing { reveal }| listing::of(document, self.catalogue, reveal)),
        }
    }
}

/// The id of a plain profile: what it holds says it.
fn id_of(profile: &Profile) -> ProfileId {
    let mut document = profile.document.clone();
    document.facts.id = ProfileId([0; 16]);
    let digest = Sha256::digest(format!("{document:?}"));
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    ProfileId(id)
}

/// When the user's registry was last written, by what it says itself.
fn last_written(user: &OfflineUser<'_>) -> Timestamp {
    /// From the year 1601, in which Windows begins to count, to 1970.
    const SECONDS: i64 = 11_644_473_600;
    let root = user.registry().key(&KeyPath::new(Root::CurrentUser, vec![])).ok().flatten();
    let FileTime(steps) = root.map(|key| key.written).unwrap_or_default();
    Timestamp(i64::try_from(steps / 10_000_000).unwrap_or_default() - SECONDS)
}

/// What the opening of the source is worth saying in the profile.
fn notes(source: &Offline, user: &OfflineUser<'_>) -> Vec<Note> {
    let note = |code, place: Option<&str>, text: String| Note {
        code,
        setting: None,
        instance: None,
        place: place.map(Text::from),
        text,
    };
    let mut notes = Vec::new();
    for hive in source.hives.iter().chain(&user.hives) {
        let place = Some(hive.path.as_str());
        notes.extend(match (hive.state, &hive.problem) {
            (_, Some(problem)) => Some(note(NoteCode::WARNING, place, problem.clone())),
            ("replayed", None) => {
                let text = "it was not written to its end; its logs had the rest".to_owned();
                Some(note(NoteCode::INFORMATION, place, text))
            }
            _ => None,
        });
    }
    for folder in &user.redirected {
        notes.push(note(NoteCode::WARNING, None, format!("{folder}, which is on no drive; its files were not read")));
    }
    if let OfflineKind::Windows { hibernated, .. } = &source.kind {
        let text = match hibernated {
            Some(true) => "Windows is hibernated; what it had not written yet is not in here",
            None => "whether Windows is hibernated could not be told",
            Some(false) => return notes,
        };
        notes.push(note(NoteCode::WARNING, None, text.to_owned()));
    }
    notes
}

/// Contents where they were found. What changed since is noticed: a content is named by its digest.
struct DriveContents<'d> {
    drives: &'d Drives<'d>,
    places: &'d BTreeMap<ContentId, WindowsPath>,
}

impl Contents for DriveContents<'_> {
    fn open(&self, id: &ContentId) -> io::Result<Box<dyn Read + Send + '_>> {
        let place = self.places.get(id).ok_or(io::ErrorKind::NotFound)?;
        let bytes = self.drives.read(place, u64::MAX)?;
        let bytes = bytes.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{place} is gone")))?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}
