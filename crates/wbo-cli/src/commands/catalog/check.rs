use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use wbo_engine::catalogue::{Catalogue, CatalogueErrors};

use crate::catalogues;
use crate::clean::clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// Check catalogue files of your own, and name every flaw by its line
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The files; each is checked beside wbo's own catalogue and the files before it
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct CheckReport {
    wbo: &'static str,
    version: u32,
    files: Vec<FileReport>,
}

#[derive(Serialize)]
struct FileReport {
    path: String,
    settings: usize,
    unconfirmed: usize,
    flaws: Vec<FlawReport>,
}

#[derive(Serialize)]
struct FlawReport {
    line: usize,
    setting: Option<String>,
    message: String,
}

pub(super) fn run(args: &CheckArgs, ui: Ui) -> Result<Exit, CommandError> {
    let mut catalogue = Catalogue::standard().map_err(|errors| CommandError::failed(errors.to_string()))?;
    let mut files = Vec::new();
    for path in &args.files {
        let shown = path.display().to_string();
        let text = catalogues::text_of(path)?;
        let before: BTreeSet<String> = catalogue.settings().map(|setting| setting.id.clone()).collect();
        let flaws = match catalogue.add(&shown, &text) {
            Ok(()) => Vec::new(),
            Err(CatalogueErrors(errors)) => errors
                .into_iter()
                .map(|error| FlawReport { line: error.line, setting: error.setting, message: error.flaw.to_string() })
                .collect(),
        };
        // Told by their ids: our own catalogue may have a file of the same name.
        let own: Vec<_> = catalogue.settings().filter(|setting| !before.contains(&setting.id)).collect();
        let unconfirmed = own.iter().filter(|setting| !setting.is_confirmed()).count();
        files.push(FileReport { path: shown, settings: own.len(), unconfirmed, flaws });
    }
    let report = CheckReport { wbo: "catalog-check", version: 1, files };
    ui.result(&report, &text)?;
    let flawed = report.files.iter().any(|file| !file.flaws.is_empty());
    Ok(if flawed { Exit::Usage } else { Exit::Done })
}

fn text(report: &CheckReport) -> String {
    let mut text = String::new();
    for file in &report.files {
        for flaw in &file.flaws {
            let setting = flaw.setting.as_ref().map(|setting| format!("{setting}: ")).unwrap_or_default();
            text.push_str(&clean(&format!("{}:{}: {setting}{}", file.path, flaw.line, flaw.message)));
            text.push('\n');
        }
        let verdict = match file.flaws.len() {
            0 => format!(
                "{}, {} unconfirmed",
                crate::describe::count(file.settings as u64, "setting", "settings"),
                file.unconfirmed
            ),
            flaws => crate::describe::count(flaws as u64, "flaw", "flaws"),
        };
        text.push_str(&clean(&format!("{}: {verdict}", file.path)));
        text.push('\n');
    }
    text
}
