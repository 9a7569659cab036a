//! The command line as a whole.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::commands::Command;
use crate::error::CommandError;
use crate::exit::{self, Exit};
use crate::progress::ProgressMode;
use crate::ui::{self, Ui};
use crate::{clean, interrupt};

/// A Windows user's settings in one encrypted, signed file
///
/// wbo captures settings from a Windows that is switched off, and packs, inspects, verifies, signs and re-addresses profiles,
/// without any network.
#[derive(Parser, Debug)]
#[command(name = "wbo", bin_name = "wbo", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args, Debug)]
struct GlobalArgs {
    /// Write results as JSON
    #[arg(long, global = true)]
    json: bool,

    /// Say nothing but errors, warnings and results
    #[arg(long, short, global = true)]
    quiet: bool,

    /// How to show progress on standard error
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "HOW")]
    progress: ProgressMode,
}

/// The whole tree of commands, for help, completions and man pages.
pub(crate) fn command() -> clap::Command {
    Cli::command().after_help(format!("Exit codes:\n{}", exit::table()))
}

/// Runs the command line and says at last how it ended.
pub(crate) fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    interrupt::install();
    let args: Vec<OsString> = args.collect();
    let parsed = command().try_get_matches_from(&args).and_then(|matches| Cli::from_arg_matches(&matches));
    let exit = match parsed {
        Ok(cli) => execute(cli),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                let _ = error.print();
                Exit::Done
            }
            _ => refuse_usage(&error, args.iter().any(|arg| arg == "--json")),
        },
    };
    ui::farewell(exit);
    ExitCode::from(exit.code())
}

fn execute(cli: Cli) -> Exit {
    let GlobalArgs { json, quiet, progress } = cli.global;
    let ui = Ui { json, quiet, progress };
    // A panic is a fault of ours; what was unfinished is removed on the way here, and scripts get their last line.
    match catch_unwind(AssertUnwindSafe(|| cli.command.run(ui))) {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => fail(ui, &error),
        Err(_) => fail(ui, &CommandError::failed("an internal error; please report it with what stands above")),
    }
}

/// Says what clap refuses. Its text may hold what was typed, which may come from anywhere.
fn refuse_usage(error: &clap::Error, json: bool) -> Exit {
    let text = error.render().to_string();
    if json {
        let message = text.lines().next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        return fail(Ui { json, quiet: true, progress: ProgressMode::None }, &CommandError::usage(message));
    }
    text.trim_end().lines().for_each(|line| ui::say(&clean::clean(line)));
    Exit::Usage
}

fn fail(ui: Ui, error: &CommandError) -> Exit {
    ui.error(error);
    if ui.json {
        let report = crate::describe::error(error);
        // The exit code and standard error say the same where this cannot be written.
        let _ = ui.json(&report);
    }
    error.exit()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_of_commands_is_sound() {
        super::command().debug_assert();
    }
}
