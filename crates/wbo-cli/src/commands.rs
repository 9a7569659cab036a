//! The commands, one file each: what it takes, and what it does.

mod apply;
mod capture;
mod catalog;
mod check;
mod completions;
mod demo;
mod diff;
mod doctor;
mod drift;
mod explain;
mod export;
mod extract;
mod git;
mod hive;
mod import;
mod inspect;
mod key;
mod man;
mod merge;
mod pack;
mod plan;
mod preflight;
mod recipients;
mod recover;
mod sign;
mod textconv;
mod undo;
mod users;
mod verify;

pub(crate) use apply::hive_places as editable_hives;
pub(crate) use capture::captured;
pub(crate) use extract::content_file;

use clap::Subcommand;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Capture(Box<capture::CaptureArgs>),
    Users(users::UsersArgs),
    Explain(explain::ExplainArgs),
    Doctor(doctor::DoctorArgs),
    Diff(Box<diff::DiffArgs>),
    Drift(Box<drift::DriftArgs>),
    Check(Box<check::CheckArgs>),
    Merge(Box<merge::MergeArgs>),
    Plan(Box<plan::PlanArgs>),
    Apply(Box<apply::ApplyArgs>),
    Preflight(Box<preflight::PreflightArgs>),
    Undo(Box<undo::UndoArgs>),
    Recover(recover::RecoverArgs),
    Key(key::KeyArgs),
    Import(Box<import::ImportArgs>),
    Pack(pack::PackArgs),
    Inspect(inspect::InspectArgs),
    Export(Box<export::ExportArgs>),
    Verify(verify::VerifyArgs),
    Extract(extract::ExtractArgs),
    Recipients(recipients::RecipientsArgs),
    Sign(sign::SignArgs),
    Catalog(catalog::CatalogArgs),
    Git(git::GitArgs),
    Textconv(Box<textconv::TextconvArgs>),
    Hive(hive::HiveArgs),
    Demo(demo::DemoArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    pub(crate) fn run(self, ui: Ui) -> Result<Exit, CommandError> {
        if ui.json && matches!(self, Self::Demo(_) | Self::Textconv(_) | Self::Completions(_) | Self::Man(_)) {
            return Err(CommandError::usage("this command writes text for people or shells, and no JSON"));
        }
        match self {
            Self::Capture(args) => capture::run(&args, ui),
            Self::Users(args) => users::run(&args, ui),
            Self::Explain(args) => explain::run(&args, ui),
            Self::Doctor(args) => doctor::run(&args, ui),
            Self::Diff(args) => diff::run(&args, ui),
            Self::Drift(args) => drift::run(&args, ui),
            Self::Check(args) => check::run(&args, ui),
            Self::Merge(args) => merge::run(&args, ui),
            Self::Plan(args) => plan::run(&args, ui),
            Self::Apply(args) => apply::run(&args, ui),
            Self::Preflight(args) => preflight::run(&args, ui),
            Self::Undo(args) => undo::run(&args, ui),
            Self::Recover(args) => recover::run(&args, ui),
            Self::Key(args) => key::run(args, ui),
            Self::Import(args) => import::run(&args, ui),
            Self::Pack(args) => pack::run(&args, ui),
            Self::Inspect(args) => inspect::run(&args, ui),
            Self::Export(args) => export::run(&args, ui),
            Self::Verify(args) => verify::run(&args, ui),
            Self::Extract(args) => extract::run(&args, ui),
            Self::Recipients(args) => recipients::run(&args, ui),
            Self::Sign(args) => sign::run(&args, ui),
            Self::Catalog(args) => catalog::run(&args, ui),
            Self::Git(args) => git::run(&args, ui),
            Self::Textconv(args) => textconv::run(&args, ui),
            Self::Hive(args) => hive::run(&args, ui),
            Self::Demo(args) => demo::run(&args, ui),
            Self::Completions(args) => completions::run(&args, ui),
            Self::Man(args) => man::run(&args, ui),
        }
    }
}
