mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use profile_format::Timestamp;
use wbo_engine::UserProfile;
use wbo_engine::compare::{self, Comparer, Extent};
use wbo_engine::drift::{self, Applied, History};
use wbo_engine::plan::Planned;

use super::apply::Receipt;
use super::captured;
use super::plan::{Asked, SavedPlan};
use crate::applying::{TargetArgs, Wanted, WantedArgs, target_user};
use crate::difference::{FactReport, SettingReport};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening;
use crate::ignoring::IgnoreArgs;
use crate::offline::{HiveReport, HivesOn, Offline};
use crate::profile_file::{Profile, ProfileArgs};
use crate::ui::Ui;
use crate::undo_place;
use report::{About, DriftReport, Drifted, PutBack};

/// Show what changed on a Windows since a profile was captured there
///
/// Each setting that is no longer what the profile says, since when, and what probably did it: an apply of wbo, an upgrade
/// of Windows, or somebody later. Ends with 0 where nothing changed, and with 1 where something did.
#[derive(Args, Debug)]
pub(crate) struct DriftArgs {
    /// The profile
    profile: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    /// Whose settings: a name, DOMAIN\name, a SID or a folder; need not be said where there is one user alone
    #[arg(short, long)]
    user: Option<String>,

    #[command(flatten)]
    wanted: WantedArgs,

    #[command(flatten)]
    ignore: IgnoreArgs,

    /// Plan how what changed becomes again what the profile says
    #[arg(long)]
    put_back: bool,

    /// Keep that plan in this file, for `wbo apply`
    #[arg(long, value_name = "PLAN", requires = "put_back")]
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

    #[command(flatten)]
    opening: ProfileArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &DriftArgs, ui: Ui) -> Result<Exit, CommandError> {
    let ui = Ui { json: ui.json || args.format == Format::Json, ..ui };
    let wanted = args.wanted.load(false)?;
    let ignored = args.ignore.load()?;
    let profile = args.opening.open(&args.profile, ui)?;
    wanted.refuse_unmatched(std::iter::once(&profile))?;
    let target = args.target.open(ui)?;
    target.warn(ui);
    let users = target.users();
    wanted.refuse_to_nobody(&users, &target)?;
    let user = target_user(args.user.as_deref(), false, &users)?;
    wanted.subject(&profile, &target, user)?;

    let catalogue = &wanted.catalogue;
    let version = args.wanted.catalogues.version();
    let (now, hives) = captured(&target, user, catalogue, &wanted.selection, &version, true)?;
    let missed: Vec<String> = hives.iter().filter_map(HiveReport::told).chain(now.missed).collect();
    missed.iter().for_each(|missed| ui.warn(&format!("not read: {missed}")));
    let opened = target.user(user)?;
    let drives = target.drives();
    let on_target = HivesOn(&target);
    let source = opened.source(&drives, &on_target);

    let history = History {
        captured: profile.document.facts.created,
        was_build: profile.document.device.build,
        build: now.document.device.build,
        installed: drift::installed(source.registry),
        applies: applies(&target, user.sid.as_deref()),
    };
    let mut comparer = Comparer::new(catalogue, &wanted.selection, ignored);
    let mut found = Vec::new();
    let before = &profile.document;
    let categories = before.sections.iter().chain(&now.document.sections).map(|section| section.category);
    for category in categories.collect::<BTreeSet<_>>() {
        let side = |document: &'_ profile_format::Document| {
            document.sections.iter().position(|section| section.category == category)
        };
        let (one, other) = (side(before), side(&now.document));
        let one = one.and_then(|at| before.sections.get(at));
        let other = other.and_then(|at| now.document.sections.get(at));
        let whole = |section| compare::Side { section, extent: Extent::Whole };
        comparer.section(category, whole(one), whole(other), &mut |difference| {
            let known = catalogue.get(&difference.id);
            let is_it = |setting: &&profile_format::Setting| {
                let name = setting.instance.as_ref().map(|name| registry::Name::from_units(&*name.0));
                setting.id == difference.id && name == difference.instance
            };
            let captured = other.and_then(|section| section.settings.iter().find(is_it));
            let instance = difference.instance.as_ref();
            let written = known.and_then(|known| drift::written(&source, known, instance, captured));
            let cause = history.cause(known, &difference, written);
            found.push(Drifted::new(SettingReport::of(difference, args.reveal), written, cause));
        });
    }
    let counts = comparer.counts();
    let facts = compare::facts(
        (&before.facts, &before.device, &before.user),
        (&now.document.facts, &now.document.device, &now.document.user),
    );
    let put_back = if args.put_back { Some(plan_back(args, &found, &profile, &target, user)?) } else { None };
    let facts = facts.into_iter().map(|fact| FactReport::of(fact, args.reveal)).collect();
    let unused = args.ignore.unused(&comparer.into_ignored(), ui);
    let about = About::of(&profile, &target, user, &history);
    let report = DriftReport {
        wbo: "drift",
        version: 1,
        about,
        same: counts.same,
        ignored: counts.ignored,
        unused,
        facts,
        missed,
        settings: found,
        put_back,
    };
    let is_same = report.is_same();
    ui.result(&report, &|report| report.text())?;
    Ok(match (is_same, report.is_complete()) {
        (false, _) => Exit::Differs,
        (true, true) => Exit::Done,
        (true, false) => Exit::Partly,
    })
}

/// The applies of wbo that the Windows knows of, oldest first. One whose receipt cannot be read explains nothing.
fn applies(target: &Offline, sid: Option<&str>) -> Vec<Applied> {
    let drives = target.drives();
    let folder = undo_place::folder(target);
    let mut applies = Vec::new();
    for entry in drives.list(&folder).ok().flatten().unwrap_or_default() {
        let receipt = drives.read(&folder.join(entry.name).join(undo_place::REPORT), Receipt::MOST);
        let receipt = receipt.ok().flatten().and_then(|bytes| serde_json::from_slice::<Receipt>(&bytes).ok());
        let Some(receipt) = receipt.filter(|receipt| receipt.sid.as_deref() == sid && receipt.may_be_in_force()) else {
            continue;
        };
        if let Ok(at) = receipt.at.parse::<jiff::Timestamp>() {
            let settings = receipt.applied().map(ToOwned::to_owned).collect();
            applies.push(Applied { id: receipt.apply, at: Timestamp(at.as_second()), settings });
        }
    }
    applies.sort_by_key(|apply| apply.at);
    applies
}

/// The plan that puts back what drifted, and nothing else.
fn plan_back(
    args: &DriftArgs,
    found: &[Drifted],
    profile: &Profile,
    target: &Offline,
    user: &UserProfile,
) -> Result<PutBack, CommandError> {
    let opened = target.user(user)?;
    let drives = target.drives();
    let hives = HivesOn(target);
    let source = opened.target(&drives, &hives, false);
    let mut asked = args.wanted.clone();
    let plan_of = |wanted: &Wanted| wanted.plan(profile, &source, hive_opening::now(), &BTreeMap::new());
    let mut wanted = asked.load(false)?;
    let mut plan = plan_of(&wanted);
    // What a rule leaves out is no drift.
    let is_other =
        |planned: &&Planned| planned.fate.is_change() && !found.iter().any(|drifted| drifted.is(&planned.id));
    let others: BTreeSet<String> = plan.settings.iter().filter(is_other).map(|planned| planned.id.clone()).collect();
    if !others.is_empty() {
        asked.except.extend(others);
        wanted = asked.load(false)?;
        plan = plan_of(&wanted);
    }
    if let Some(out) = &args.out {
        let asked = Asked::of(args.user.as_deref(), false, &asked);
        SavedPlan::promise(asked, &wanted, profile, &opened, &plan).write(out, args.force)?;
    }
    plan.settings.retain(|planned| found.iter().any(|drifted| drifted.is(&planned.id)));
    Ok(PutBack::of(&plan, args.reveal, args.out.as_deref()))
}
