use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use registry_hive::Overrides;
use serde::Serialize;

use crate::clean::Clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, Output, output_failed};
use crate::hive_files::Access;
use crate::hive_opening::{self, StateReport, replay_text};
use crate::ui::Ui;
use crate::{hibernation, interrupt};

use super::new::{read_back, warn_of_logs};

/// Complete a hive whose last write was cut off, from the logs beside it
///
/// In place, by the protocol of Windows: a loss of power in between changes nothing about what comes out. With --out, the
/// completed hive is a new file, and the old one stays as it is. A hive that is clean needs nothing.
#[derive(Args, Debug)]
pub(super) struct RecoverArgs {
    /// The hive
    hive: PathBuf,

    /// Write the completed hive to this file instead
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Replace that file if it exists
    #[arg(long, requires = "out")]
    force: bool,

    /// Write although transactions are pending, which Windows then completes later, or not
    #[arg(long)]
    accept_pending_transactions: bool,

    /// Write although the Windows of the volume is hibernated, or may be, which may damage the volume when it resumes
    ///
    /// It is looked for in the folders above the hive, as hiberfil.sys; one on another volume is not found.
    #[arg(long)]
    accept_hibernated_windows: bool,
}

#[derive(Serialize)]
struct RecoverReport {
    wbo: &'static str,
    version: u32,
    path: String,
    out: Option<String>,
    written: bool,
    state: StateReport,
}

pub(super) fn run(args: &RecoverArgs, ui: Ui) -> Result<Exit, CommandError> {
    let (state, written) = match &args.out {
        Some(out) => (to_file(args, out, ui)?, true),
        None => in_place(args)?,
    };
    hive_opening::warn_of_broken_entry(&args.hive, &state, ui);
    if let Some(problem) = &state.problem {
        ui.warn(&format!("{}: {problem}", args.hive.display()));
    }
    let exit = if state.problem.is_some() { Exit::Partly } else { Exit::Done };
    let report = RecoverReport {
        wbo: "hive-recover",
        version: 1,
        path: args.hive.display().to_string(),
        out: args.out.as_ref().map(|out| out.display().to_string()),
        written,
        state,
    };
    ui.result(&report, &text)?;
    Ok(exit)
}

fn to_file(args: &RecoverArgs, out: &Path, ui: Ui) -> Result<StateReport, CommandError> {
    let same = std::fs::canonicalize(&args.hive).ok().zip(std::fs::canonicalize(out).ok());
    if same.is_some_and(|(hive, out)| hive == out) {
        return Err(CommandError::usage(format!("{} is the hive itself", out.display()))
            .hint("without --out it is completed in place, which no loss of power can harm"));
    }
    let hive = hive_opening::open(&args.hive, true)?;
    if let registry_hive::State::Dirty(why) = hive.image.state() {
        return Err(CommandError::editing(&args.hive, &registry_hive::EditError::Dirty(*why)));
    }
    let (state, bytes) = (hive.state, hive.image.into_bytes());
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let mut output = Output::create(out, existing)?;
    output.file().write_all(&bytes).map_err(|error| output_failed(out, &error))?;
    output.like(&args.hive)?;
    output.commit(|written| read_back(out, written, &bytes))?;
    warn_of_logs(out, ui)?;
    Ok(state)
}

fn in_place(args: &RecoverArgs) -> Result<(StateReport, bool), CommandError> {
    let overrides = Overrides { pending_transactions: args.accept_pending_transactions };
    let open = |access| hive_opening::editor(&args.hive, access, overrides);
    // A clean hive may lie where nothing can be written.
    let state = open(Access::Read)?.replayed().map(hive_opening::replayed);
    let Some(state) = state else { return Ok((hive_opening::clean_state(), false)) };
    hibernation::refuse(&args.hive, args.accept_hibernated_windows)?;
    let editor = open(Access::Write)?;
    interrupt::uninterrupted(|| editor.commit()).map_err(|error| CommandError::editing(&args.hive, &error))?;
    match open(Access::Read)?.replayed() {
        None => Ok((state, true)),
        Some(_) => {
            let problem = format!("{}: it is not as it was written when it is read back", args.hive.display());
            Err(CommandError::failed(problem).hint("its logs are untouched; the disk may be failing"))
        }
    }
}

fn text(report: &RecoverReport) -> String {
    let path = Clean(&report.path);
    match (&report.out, report.state.state) {
        (None, "clean") => format!("{path}: its last write was finished; there is nothing to recover\n"),
        (Some(out), "clean") => {
            format!("{path}: its last write was finished, there is nothing to recover; copied to {}\n", Clean(out))
        }
        (None, _) => format!("{path}: completed from {}\n", replay_text(&report.state)),
        (Some(out), _) => format!("{path}: completed from {}; written to {}\n", replay_text(&report.state), Clean(out)),
    }
}
