mod report;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use profile_format::Category;
use wbo_engine::capture::Selection;
use wbo_engine::rules::{Rules, Severity, Verdict};

use crate::any_profile::AnyProfileArgs;
use crate::catalogues::CatalogueArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::read_text;
use crate::ignoring::MAX_RULES;
use crate::offline::parse_drive;
use crate::side::{Side, Sides};
use crate::sink::SinkArgs;
use crate::ui::Ui;
use report::{CheckReport, RuleReport};

/// Hold a profile to rules
///
/// Rules say what settings and apps must be (docs/diff.md). Ends with 0 where every rule holds that matters, and with 1 where
/// one does not.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// A profile, a document in JSON ('-' for standard input), or a folder with a Windows or a user in it
    profile: PathBuf,

    /// A file of rules; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    rules: Vec<PathBuf>,

    /// Of a folder with several users, whose settings: a name, DOMAIN\name, a SID or a folder
    #[arg(short, long)]
    user: Option<String>,

    /// Where another drive of the Windows is mounted, as D:=/mnt/data; may be given several times
    #[arg(long = "drive", value_name = "LETTER=FOLDER", value_parser = parse_drive)]
    drives: Vec<(char, PathBuf)>,

    /// From which severity on a rule that does not hold ends the command with 1
    #[arg(long, value_enum, default_value = "error", value_name = "SEVERITY")]
    fail_on: FailOn,

    /// How to show it; 'json' is the same as --json
    #[arg(long, value_enum, default_value = "text", value_name = "FORM")]
    format: Format,

    #[command(flatten)]
    sink: SinkArgs,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    catalogues: CatalogueArgs,

    #[command(flatten)]
    profiles: AnyProfileArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// JUnit XML: each rule is a test
    Junit,
    /// Workflow commands of GitHub
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
}

impl FailOn {
    fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }
}

pub(super) fn run(args: &CheckArgs, ui: Ui) -> Result<Exit, CommandError> {
    let format = if ui.json { Format::Json } else { args.format };
    let ui = Ui { json: format == Format::Json, ..ui };
    let catalogue = args.catalogues.load()?;
    let files: Vec<(&Path, Rules)> = args
        .rules
        .iter()
        .map(|path| {
            let text = read_text(path, MAX_RULES)?;
            let rules = Rules::parse(&text, &catalogue).map_err(|error| {
                CommandError::usage(format!("{}: {error}", path.display())).hint("docs/diff.md has the rules")
            })?;
            Ok((path.as_path(), rules))
        })
        .collect::<Result<_, CommandError>>()?;
    let about = |(_, rules): &(&Path, Rules)| -> Vec<String> {
        rules.iter().map(|rule| if rule.is_about_apps() { "apps".to_owned() } else { rule.about.clone() }).collect()
    };
    // Of a Windows, only what there are rules about is captured.
    let only: Vec<String> = files.iter().flat_map(about).collect();
    let selection =
        Selection::new(&only, &[], &[], &catalogue).map_err(|error| CommandError::usage(error.to_string()))?;
    let sides = Sides {
        profiles: &args.profiles,
        drives: &args.drives,
        catalogue: &catalogue,
        catalogue_version: &args.catalogues.version(),
        selection: &selection,
    };
    let side = sides.open(&args.profile, args.user.as_deref(), ui, "check")?;
    side.missed.iter().for_each(|missed| ui.warn(&format!("{}: not read: {missed}", side.name)));
    let mut judge = Judge { side: &side, catalogue: &catalogue, sections: BTreeMap::new() };
    let mut reports = Vec::new();
    for (path, rules) in &files {
        for rule in rules.iter() {
            reports.push(RuleReport::of(path, rule, judge.verdict(rule)?, &catalogue, args.reveal));
        }
    }
    let report = CheckReport::new(&side, reports);
    let mut output = match format {
        Format::Text => report.text(),
        Format::Json => profile_json::json_text(&report)
            .map_err(|error| CommandError::failed(format!("the result could not be written as JSON: {error}")))?,
        Format::Junit => report.junit(),
        Format::Github => report.github(),
    };
    let mut sink = args.sink.open(ui)?;
    sink.write(&mut output)?;
    sink.finish()?;
    Ok(match report.worst() {
        Some(worst) if worst >= args.fail_on.severity() => Exit::Differs,
        _ if side.missed.is_empty() => Exit::Done,
        _ => Exit::Partly,
    })
}

/// Judges by rules, and reads each category once.
struct Judge<'j> {
    side: &'j Side,
    catalogue: &'j wbo_engine::catalogue::Catalogue,
    sections: BTreeMap<Category, Option<profile_format::Section>>,
}

impl Judge<'_> {
    fn verdict(&mut self, rule: &wbo_engine::rules::Rule) -> Result<Verdict, CommandError> {
        if rule.is_about_apps() {
            return Ok(rule.apps(&*self.side.apps()?));
        }
        let Some(setting) = self.catalogue.get(&rule.about) else { return Ok(Verdict::Passed) };
        if !self.sections.contains_key(&setting.category) {
            let section = self.side.section(setting.category)?.map(std::borrow::Cow::into_owned);
            self.sections.insert(setting.category, section);
        }
        let section = self.sections.get(&setting.category).and_then(Option::as_ref);
        Ok(rule.setting(section, self.catalogue))
    }
}
