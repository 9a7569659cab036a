mod form;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use wbo_engine::export::Request;

use crate::any_profile::AnyProfileArgs;
use crate::catalogues::CatalogueArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, Output, OutputFolder, output_failed, refuse_own_input};
use crate::opening::Demand;
use crate::profile_file::Profile;
use crate::selecting;
use crate::ui::Ui;
use form::{Form, Made, RegArgs};
use report::ExportReport;

/// Write what a profile holds in a form that other programs read
///
/// docs/exports.md says what each form can and cannot say. What was asked for and is not in it is named on standard error
/// with the reason, and the exit code is 3. Personal values are in every form but 'csv', which has them with --reveal.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The profile: a file, or a document in JSON ('-' for standard input)
    file: PathBuf,

    /// The form
    #[arg(long, value_enum, value_name = "FORM")]
    to: Form,

    /// The file to write, for 'start-layout' the folder; without it, the export goes to standard output
    #[arg(short, long, value_name = "PATH", required_if_eq("to", "start-layout"))]
    out: Option<PathBuf>,

    /// Replace that file if it exists
    #[arg(long, requires = "out")]
    force: bool,

    /// Only these settings: ids, patterns such as 'taskbar.*', categories, or 'apps'; @FILE names a file of them
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    only: Vec<String>,

    /// Not these settings; @FILE names a file of them
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    except: Vec<String>,

    /// These too, which are written on request only; each by its whole id
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    also: Vec<String>,

    /// Show personal values in 'csv', and in what is said of what is left out
    #[arg(long)]
    reveal: bool,

    /// With 'winget': the versions that were installed, and not the newest
    #[arg(long)]
    versions: bool,

    #[command(flatten)]
    reg: RegArgs,

    #[command(flatten)]
    catalogues: CatalogueArgs,

    #[command(flatten)]
    profiles: AnyProfileArgs,
}

pub(super) fn run(args: &ExportArgs, ui: Ui) -> Result<Exit, CommandError> {
    args.refuse_what_does_not_fit()?;
    let catalogue = args.catalogues.load()?;
    let selection = selecting::selection(&args.only, &args.except, &args.also, &catalogue)?;
    let profile = args.profiles.read(&args.file, Demand::Trusted, ui, "export")?;
    let request = Request {
        document: &profile.document,
        contents: &profile.contents,
        catalogue: &catalogue,
        selection: &selection,
    };
    let (made, outcome) = args.to.make(args, &profile, &request)?;
    let written = args.write(made, ui)?;
    report::warn(&outcome, args.reveal, ui);
    if let Some(out) = &args.out {
        let out = written.then_some(out.as_path());
        ui.result(&ExportReport::of(args.to, &profile, out, &outcome, args.reveal), &report::text)?;
    }
    Ok(if outcome.is_whole() { Exit::Done } else { Exit::Partly })
}

impl ExportArgs {
    fn refuse_what_does_not_fit(&self) -> Result<(), CommandError> {
        let versions = (self.versions, "--versions", Form::Winget);
        for (given, option, form) in self.reg.given().into_iter().chain([versions]) {
            if given && form != self.to {
                return Err(CommandError::usage(format!("{option} is for --to {}", form.word())));
            }
        }
        self.out.as_ref().map_or(Ok(()), |out| refuse_own_input(&self.file, out, "the profile itself"))
    }

    /// Writes an export, and says whether there was anything to write.
    fn write(&self, made: Made, ui: Ui) -> Result<bool, CommandError> {
        match (made, &self.out) {
            (Made::Bytes(bytes), Some(out)) => self.write_file(out, &bytes)?,
            (Made::Bytes(_), None) if ui.json => {
                let message = "standard output cannot have the export and the JSON about it: --json needs --out";
                return Err(CommandError::usage(message));
            }
            (Made::Bytes(bytes), None) => ui.print_bytes(&bytes)?,
            (Made::Folder(files), _) if files.is_empty() => return Ok(false),
            (Made::Folder(files), Some(out)) => write_folder(out, &files)?,
            (Made::Folder(_), None) => {
                return Err(CommandError::usage("several files are written: --out names a folder"));
            }
        }
        Ok(true)
    }

    fn write_file(&self, out: &Path, bytes: &[u8]) -> Result<(), CommandError> {
        let existing = if self.force { Existing::Replace } else { Existing::Refuse };
        let mut output = Output::create(out, existing)?;
        output.file().write_all(bytes).map_err(|error| output_failed(out, &error))?;
        output.commit(|_| Ok(()))
    }
}

fn write_folder(out: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), CommandError> {
    let folder = OutputFolder::create(out)?;
    files.iter().try_for_each(|(name, bytes)| folder.write_file(name, bytes))?;
    folder.commit()
}
