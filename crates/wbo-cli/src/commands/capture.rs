mod contents;
mod estimate;
pub(super) mod facts;
mod listing;
mod notes;
mod output;
mod parallel;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use clap::Args;
use serde::Serialize;
use wbo_engine::capture::{Outcome, Profile, Selection, profile};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::secrets::Secrets;
use wbo_engine::{Unread, UserProfile};

use crate::catalogues::CatalogueArgs;
use crate::choosing::UserArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::Existing;
use crate::offline::{HiveReport, HivesOn, Offline, SourceArgs};
use crate::sealing::{SealArgs, Sealer, Written};
use crate::selecting;
use crate::setting_list::{self, ListedSetting};
use crate::ui::Ui;
use contents::DriveContents;
use output::Output;
use parallel::in_parallel;

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

    /// Only these settings: ids, patterns such as 'taskbar.*', categories, or 'apps'; @FILE names a file of them
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    only: Vec<String>,

    /// Not these settings; @FILE names a file of them
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
    hints: Vec<String>,
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
    list: Option<Vec<ListedSetting>>,
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
    let selection = selecting::selection(&args.only, &args.except, &args.also, &catalogue)?;
    let source = args.source.open(ui)?;
    if let Some(out) = &args.out {
        Output::refuse_within(out, source.given())?;
    }
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
    // What helps one user helps the others.
    let mut hints: Vec<&String> = Vec::new();
    for hint in report.users.iter().flat_map(|user| &user.hints) {
        if !hints.contains(&hint) {
            ui.hint(hint);
            hints.push(hint);
        }
    }
    ui.result(&report, &|report| listing::text(report, args.estimate))?;
    Ok(exit(&report, &users.unread))
}

/// Captures one user, and says how the hives were found. What is `timeless` says nothing that the source does not.
pub(crate) fn captured(
    source: &Offline,
    user: &UserProfile,
    catalogue: &Catalogue,
    selection: &Selection,
    catalogue_version: &str,
    timeless: bool,
) -> Result<(Profile, Vec<HiveReport>), CommandError> {
    let opened = source.user(user)?;
    let drives = source.drives();
    let hives = HivesOn(source);
    let facts = facts::of(&opened, catalogue_version, timeless)?;
    let notes = notes::of(source, &opened);
    let found = opened.source(&drives, &hives);
    let profile = profile(&found, catalogue, selection, Secrets::standard(), facts, notes);
    Ok((profile, opened.hives))
}

impl UserReport {
    fn fail(&mut self, error: &CommandError) {
        self.error = Some(error.message().to_owned());
        self.hints = error.hints().to_vec();
        self.exit = Some(error.exit());
    }
}

/// Partly done, where a user, a hive or anything else that is there was not read, or a profile not written; failed as the
/// first did, where nobody's was.
fn exit(report: &CaptureReport, unread: &[Unread]) -> Exit {
    if let Some(first) = report.users.first().and_then(|user| user.exit)
        && report.users.iter().all(|user| user.exit.is_some())
    {
        return first;
    }
    let complete = unread.is_empty()
        && report.users.iter().all(|user| user.missed.is_empty() && user.error.is_none())
        && !report.hives.iter().any(HiveReport::is_incomplete);
    if complete { Exit::Done } else { Exit::Partly }
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
        let (mut profile, hives) =
            captured(self.source, user, self.catalogue, self.selection, &self.catalogue_version, self.plain)?;
        if self.plain {
            profile.document.facts.id = facts::id_of(&profile.document)?;
        }
        Ok((profile, hives))
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
            hints: Vec::new(),
            exit: None,
        };
        let (profile, hives) = match captured {
            Ok(captured) => captured,
            Err(error) => {
                report.fail(&error);
                return report;
            }
        };
        // Hives first: what of them is missed stands behind them.
        report.missed.extend(hives.iter().filter_map(HiveReport::told));
        report.missed.extend(profile.missed.iter().cloned());
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
            list: self.list.map(|Listing { reveal }| setting_list::of(document, self.catalogue, reveal)),
        }
    }
}
