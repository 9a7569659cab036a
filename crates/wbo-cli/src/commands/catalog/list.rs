use clap::Args;
use profile_format::Category;
use serde::Serialize;
use wbo_engine::capture::Selection;
use wbo_engine::catalogue::{Catalogue, Setting};

use super::{SettingReport, builds, labels, marks};
use crate::catalogues::CatalogueArgs;
use crate::clean::{Clean, clean};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// List settings with their marks: unconfirmed, of the machine, personal, captured on request
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Settings by id, by category, or by a pattern such as 'taskbar.*'; all, if none is given
    #[arg(value_name = "SETTING")]
    settings: Vec<String>,

    /// Write a page in Markdown, as docs/settings.md
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    #[command(flatten)]
    catalogues: CatalogueArgs,
}

#[derive(Serialize)]
struct ListReport {
    wbo: &'static str,
    version: u32,
    settings: Vec<SettingReport>,
}

pub(super) fn run(args: &ListArgs, ui: Ui) -> Result<Exit, CommandError> {
    let catalogue = args.catalogues.load()?;
    let selection = Selection::new(&args.settings, &[], &[], &catalogue);
    let selection = selection.map_err(|error| {
        CommandError::usage(error.to_string()).hint("`wbo catalog list` without any lists all of them")
    })?;
    let settings: Vec<&Setting> = catalogue.settings().filter(|setting| selection.includes(setting)).collect();
    if args.markdown {
        ui.print(&page(&settings, &catalogue))?;
        return Ok(Exit::Done);
    }
    let reports = settings.iter().map(|setting| SettingReport::of(setting, &catalogue)).collect();
    let report = ListReport { wbo: "catalog-list", version: 1, settings: reports };
    ui.result(&report, &|_| text(&settings))?;
    Ok(Exit::Done)
}

fn text(settings: &[&Setting]) -> String {
    let width = settings.iter().map(|setting| setting.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for setting in settings {
        let marks = marks(setting);
        let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
        text.push_str(&format!("{:width$}  {}{marks}\n", setting.id, Clean(&setting.title)));
    }
    let confirmed = settings.iter().filter(|setting| setting.is_confirmed()).count();
    text.push_str(&format!(
        "{}, {confirmed} confirmed\n",
        crate::describe::count(settings.len() as u64, "setting", "settings")
    ));
    text
}

/// The page docs/settings.md.
fn page(settings: &[&Setting], catalogue: &Catalogue) -> String {
    let confirmed = settings.iter().filter(|setting| setting.is_confirmed()).count();
    let mut page = format!(
        "# Settings\n\nWritten by `wbo catalog list --markdown` from the catalogue: {} settings, {confirmed} of them confirmed by two \
         sources that do not lean on each other. [catalogue.md](catalogue.md) says what the words mean.\n",
        settings.len()
    );
    for (category, name) in Category::NAMED {
        let of_category: Vec<&&Setting> = settings.iter().filter(|setting| setting.category == category).collect();
        if of_category.is_empty() {
            continue;
        }
        page.push_str(&format!("\n## {name}\n"));
        let mut areas: Vec<&str> = of_category.iter().map(|setting| setting.area.as_str()).collect();
        areas.sort_unstable();
        areas.dedup();
        for area in areas {
            page.push_str(&format!("\n### {}\n\n| setting | where | |\n|---|---|---|\n", clean(area)));
            for setting in of_category.iter().filter(|setting| setting.area == area) {
                page.push_str(&row(setting, catalogue));
            }
        }
    }
    page
}

fn row(setting: &Setting, catalogue: &Catalogue) -> String {
    let places: Vec<String> =
        setting.parts.iter().map(|part| format!("`{}`", escaped(&part.place.to_string()))).collect();
    let mut facts: Vec<String> =
        setting.parts.iter().filter_map(|part| labels(&part.place)).map(|labels| escaped(&labels)).collect();
    facts.dedup();
    facts.extend(builds(setting).map(|builds| format!("builds {builds}")));
    facts.extend(marks(setting).into_iter().map(ToOwned::to_owned));
    facts.push(format!("effect: {}", setting.effect.word()));
    facts.push(
        setting.sources.iter().filter(|code| catalogue.source(code).is_some()).cloned().collect::<Vec<_>>().join(" "),
    );
    format!("| `{}`<br>{} | {} | {} |\n", setting.id, escaped(&setting.title), places.join("<br>"), facts.join("<br>"))
}

/// Text within a cell of a table, which may come from a catalogue of others.
fn escaped(text: &str) -> String {
    clean(text).replace('|', "\\|")
}
