mod check;
mod list;
mod show;

use clap::{Args, Subcommand};
use serde::Serialize;
use wbo_engine::catalogue::{Catalogue, Each, Place, Scope, Sensitivity, Setting, Values};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// The settings that wbo knows, and where Windows keeps them
///
/// The catalogue is inside wbo; --catalog adds settings of your own programs.
#[derive(Args, Debug)]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    command: CatalogCommand,
}

#[derive(Subcommand, Debug)]
enum CatalogCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Check(check::CheckArgs),
}

pub(super) fn run(args: &CatalogArgs, ui: Ui) -> Result<Exit, CommandError> {
    match &args.command {
        CatalogCommand::List(args) => list::run(args, ui),
        CatalogCommand::Show(args) => show::run(args, ui),
        CatalogCommand::Check(args) => check::run(args, ui),
    }
}

/// A setting, for programs.
#[derive(Serialize)]
pub(super) struct SettingReport {
    id: String,
    title: String,
    about: Option<String>,
    area: String,
    category: String,
    microsoft: Option<String>,
    scope: &'static str,
    confirmed: bool,
    builds: BuildsReport,
    portability: &'static str,
    effect: &'static str,
    sensitivity: Option<&'static str>,
    on_request: bool,
    group: Option<String>,
    policies: Vec<String>,
    places: Vec<PlaceReport>,
    sources: Vec<SourceReport>,
    note: Option<String>,
    file: Option<String>,
}

#[derive(Serialize)]
struct BuildsReport {
    from: Option<u32>,
    to: Option<u32>,
}

/// One place of a setting, for programs.
#[derive(Serialize)]
struct PlaceReport {
    part: Option<String>,
    place: String,
    each: Option<&'static str>,
    r#type: Option<&'static str>,
    form: Option<&'static str>,
    unit: Option<&'static str>,
    labels: Vec<LabelReport>,
    default: Option<String>,
}

#[derive(Serialize)]
struct LabelReport {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct SourceReport {
    code: String,
    title: Option<String>,
    address: Option<String>,
}

impl SettingReport {
    pub(super) fn of(setting: &Setting, catalogue: &Catalogue) -> Self {
        let source = |code: &String| {
            let source = catalogue.source(code);
            SourceReport {
                code: code.clone(),
                title: source.map(|source| source.title.clone()),
                address: source.and_then(|source| source.address.clone()),
            }
        };
        Self {
            id: setting.id.clone(),
            title: setting.title.clone(),
            about: setting.about.clone(),
            area: setting.area.clone(),
            category: setting.category.name().unwrap_or_default().to_owned(),
            microsoft: setting.microsoft.clone(),
            scope: scope_word(setting),
            confirmed: setting.is_confirmed(),
            builds: BuildsReport { from: setting.builds.from, to: setting.builds.to },
            portability: setting.portability.word(),
            effect: setting.effect.word(),
            sensitivity: setting.sensitivity.map(Sensitivity::word),
            on_request: setting.on_request,
            group: setting.group.clone(),
            policies: setting.policies.iter().map(ToString::to_string).collect(),
            places: setting.parts.iter().map(|part| PlaceReport::of(part.name.as_deref(), &part.place)).collect(),
            sources: setting.sources.iter().map(source).collect(),
            note: setting.note.clone(),
            file: catalogue.file(&setting.id).map(ToOwned::to_owned),
        }
    }
}

impl PlaceReport {
    fn of(part: Option<&str>, place: &Place) -> Self {
        let registry = match place {
            Place::Registry(place) => Some(place),
            Place::Files(_) => None,
        };
        let labels = registry.map(|place| place.labels.as_slice()).unwrap_or_default();
        let label = |(value, label): &(String, String)| LabelReport { value: value.clone(), label: label.clone() };
        Self {
            part: part.map(ToOwned::to_owned),
            place: place.to_string(),
            each: place.each().map(Each::word),
            r#type: registry.map(|place| place.kind.word()),
            form: place.form().map(wbo_engine::catalogue::Form::word),
            unit: registry.and_then(|place| place.unit).map(wbo_engine::catalogue::Unit::word),
            labels: labels.iter().map(label).collect(),
            default: registry.and_then(|place| wbo_engine::describe::default(place)),
        }
    }
}

fn scope_word(setting: &Setting) -> &'static str {
    match setting.scope() {
        Scope::User => "user",
        Scope::Machine => "machine",
    }
}

/// What sets a setting apart from others, in few words.
fn marks(setting: &Setting) -> Vec<&'static str> {
    let marks = [
        (!setting.is_confirmed(), "unconfirmed"),
        (setting.scope() == Scope::Machine, "machine"),
        (setting.portability != wbo_engine::catalogue::Portability::Roams, setting.portability.word()),
        (setting.sensitivity == Some(Sensitivity::Personal), "personal"),
        (setting.sensitivity == Some(Sensitivity::Never), "never captured"),
        (setting.on_request, "on request"),
    ];
    marks.into_iter().filter(|(said, _)| *said).map(|(_, mark)| mark).collect()
}

/// The builds that have a setting, in words; nothing, where all have it.
fn builds(setting: &Setting) -> Option<String> {
    match (setting.builds.from, setting.builds.to) {
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
        (Some(from), None) => Some(format!("{from} on")),
        (None, Some(to)) => Some(format!("up to {to}")),
        (None, None) => None,
    }
}

/// Whether a place is a single value whose labels say all that it can be.
fn labels(place: &Place) -> Option<String> {
    let Place::Registry(place) = place else { return None };
    let shown: Vec<String> = place.labels.iter().map(|(value, label)| format!("{value} = {label}")).collect();
    (!shown.is_empty() && !matches!(place.values, Values::All)).then(|| shown.join(", "))
}
