mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod text;

pub(crate) use text::Text;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use profile_format::Category;
use wbo_engine::capture::Selection;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::compare::{self, Comparer, Extent};

use crate::any_profile::AnyProfileArgs;
use crate::catalogues::CatalogueArgs;
use crate::difference::{
    AppReport, CountsReport, FactReport, HeadReport, Render, SettingReport, SideReport, TailReport,
};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::ignoring::IgnoreArgs;
use crate::offline::parse_drive;
use crate::selecting;
use crate::side::{Side, Sides};
use crate::sink::SinkArgs;
use crate::terminal::{self, Colour};
use crate::ui::Ui;

/// Show what differs between two profiles
///
/// Each side is a profile, a document in JSON, a .reg file, or the folder of a Windows that is switched off. Settings are
/// compared by what they mean, lists by element and long texts by word; what the user never set is shown with what Windows does then. Ends
/// with 0 where nothing differs, with 1 where settings or apps do, and with more on trouble. What differs in the PCs and the
/// users is shown, and decides nothing.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// What it was: a profile, a document in JSON ('-' for standard input), a .reg file, or a folder with a Windows or a
    /// user in it
    before: PathBuf,

    /// What it is now, in any of these forms
    after: PathBuf,

    /// Of folders with several users, whose settings: a name, DOMAIN\name, a SID or a folder; given twice, first that of
    /// the first side
    #[arg(short, long, value_name = "USER")]
    user: Vec<String>,

    /// Where another drive of a Windows is mounted, as D:=/mnt/data; may be given several times
    #[arg(long = "drive", value_name = "LETTER=FOLDER", value_parser = parse_drive)]
    drives: Vec<(char, PathBuf)>,

    /// Only these settings: ids, patterns such as 'taskbar.*', categories, or 'apps'; @FILE names a file of them
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    only: Vec<String>,

    /// Not these settings; @FILE names a file of them
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    except: Vec<String>,

    #[command(flatten)]
    ignore: IgnoreArgs,

    /// How to show it; 'json' is the same as --json
    #[arg(long, value_enum, default_value = "text", value_name = "FORM")]
    format: Format,

    #[command(flatten)]
    sink: SinkArgs,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    /// Whether text is in colour
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Colour,

    #[command(flatten)]
    catalogues: CatalogueArgs,

    #[command(flatten)]
    profiles: AnyProfileArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, as wide as the terminal
    Text,
    /// One JSON object
    Json,
    /// One JSON object a line, for comparisons that are too large for one
    Jsonl,
    /// Tables for the summary of a job or a comment, at most a mebibyte
    Markdown,
    /// One page, for browsers, phones and paper
    Html,
    /// JUnit XML: each setting that differs is a test that failed
    Junit,
    /// Workflow commands of GitHub
    Github,
}

pub(super) fn run(args: &DiffArgs, ui: Ui) -> Result<Exit, CommandError> {
    let format = if ui.json { Format::Json } else { args.format };
    let ui = Ui { json: ui.json || args.format == Format::Json, ..ui };
    let catalogue = args.catalogues.load()?;
    let selection = selecting::selection(&args.only, &args.except, &[], &catalogue)?;
    let ignored = args.ignore.load()?;
    let (before, after) = args.sides(&catalogue, &selection, ui)?;
    for (side, missed) in [&before, &after].iter().flat_map(|side| side.missed.iter().map(move |one| (side, one))) {
        ui.warn(&format!("{}: not read: {missed}", side.name));
    }

    let mut writer = args.sink.open(ui)?;
    let mut render = args.render(format, writer.is_terminal());
    let mut said = String::new();
    render.head(&HeadReport { before: SideReport::of(&before), after: SideReport::of(&after) }, &mut said);
    // Who names a part of a registry says nothing of a PC, a user and apps.
    let is_whole = [&before, &after].iter().all(|side| side.extent() == Extent::Whole);
    let all_facts = if is_whole { compare::facts(before.about(), after.about()) } else { Vec::new() };
    let mut facts = 0;
    for fact in all_facts.into_iter().filter(|fact| !ignored.fact(fact)) {
        facts += 1;
        render.fact(&FactReport::of(fact, args.reveal), &mut said);
    }
    let mut comparer = Comparer::new(&catalogue, &selection, ignored);
    let categories: BTreeSet<Category> = before.categories().union(&after.categories()).copied().collect();
    for category in categories {
        let (one, other) = at_once(|| before.section(category), || after.section(category));
        let (one, other) = (one?, other?);
        let side = |section, side: &Side| compare::Side { section, extent: side.extent() };
        let mut failed = None;
        let mut alike: Option<SettingReport> = None;
        comparer.section(category, side(one.as_deref(), &before), side(other.as_deref(), &after), &mut |setting| {
            let setting = SettingReport::of(setting, args.reveal);
            if alike.as_mut().is_some_and(|alike| alike.takes_in(&setting)) {
                return;
            }
            if let Some(setting) = alike.replace(setting) {
                render.setting(&setting, &mut said);
            }
            if said.len() > AT_ONCE && failed.is_none() {
                failed = writer.write(&mut said).err();
            }
        });
        if let Some(setting) = alike {
            render.setting(&setting, &mut said);
        }
        failed.map_or(Ok(()), Err)?;
    }
    let counts = comparer.counts();
    let ignored = comparer.into_ignored();
    let mut apps = 0;
    if is_whole && selection.includes_apps() {
        let all = compare::apps(&*before.apps()?, &*after.apps()?);
        for app in all.into_iter().filter(|app| !ignored.app(app)) {
            apps += 1;
            render.app(&AppReport::of(app), &mut said);
        }
    }
    let unused = args.ignore.unused(&ignored, ui);
    let same = counts.is_same() && apps == 0;
    render.tail(&TailReport { same, counts: CountsReport::of(counts, apps, facts), unused }, &mut said);
    writer.write(&mut said)?;
    writer.finish()?;
    Ok(match (same, before.missed.is_empty() && after.missed.is_empty()) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Partly,
        (true, true) => Exit::Done,
    })
}

/// Bytes of output that are kept before they are written.
const AT_ONCE: usize = 1 << 16;

impl DiffArgs {
    fn sides(&self, catalogue: &Catalogue, selection: &Selection, ui: Ui) -> Result<(Side, Side), CommandError> {
        let (user, other_user) = match &*self.user {
            [] => (None, None),
            [both] => (Some(both), Some(both)),
            [one, other] => (Some(one), Some(other)),
            more => {
                let message = format!("--user is given {} times; there are two sides", more.len());
                return Err(CommandError::usage(message));
            }
        };
        if self.before.as_os_str() == "-" && self.after.as_os_str() == "-" {
            return Err(CommandError::usage("standard input is one of the two sides, and not both"));
        }
        let sides = Sides {
            profiles: &self.profiles,
            drives: &self.drives,
            catalogue,
            catalogue_version: &self.catalogues.version(),
            selection,
        };
        let before = sides.open(&self.before, user.map(String::as_str), ui, "diff")?;
        let after = sides.open(&self.after, other_user.map(String::as_str), ui, "diff")?;
        Ok((before, after))
    }

    fn render(&self, format: Format, on_terminal: bool) -> Box<dyn Render> {
        match format {
            Format::Text => {
                let columns = if on_terminal { terminal::columns() } else { terminal::COLUMNS };
                Box::new(text::Text::new(columns, self.color.is_wanted(on_terminal)))
            }
            Format::Json => Box::new(json::Json::default()),
            Format::Jsonl => Box::new(json::JsonLines),
            Format::Markdown => Box::new(markdown::Markdown::default()),
            Format::Html => Box::new(html::Html::default()),
            Format::Junit => Box::new(junit::Junit::default()),
            Format::Github => Box::new(github::Github::new()),
        }
    }
}

/// Does two things at the same time.
fn at_once<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        let one = one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (one, other)
    })
}
