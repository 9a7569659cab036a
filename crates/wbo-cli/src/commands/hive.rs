mod check;
mod dump;
mod export;
mod get;
mod import;
mod new;
mod recover;

use clap::{Args, Subcommand};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// Read, check, edit, recover and make registry hives, on any system
///
/// A hive is a file such as NTUSER.DAT, UsrClass.dat, SOFTWARE or SYSTEM. Where its last write was cut off, the logs beside
/// it (.LOG1, .LOG2, .LOG) complete it in memory, as Windows does when it loads it. Keys are named from the root of the hive,
/// with backslashes between names: `Software\Microsoft`.
#[derive(Args, Debug)]
pub(crate) struct HiveArgs {
    #[command(subcommand)]
    command: HiveCommand,
}

#[derive(Subcommand, Debug)]
enum HiveCommand {
    Dump(dump::DumpArgs),
    Get(get::GetArgs),
    Check(check::CheckArgs),
    Export(export::ExportArgs),
    Import(import::ImportArgs),
    Recover(recover::RecoverArgs),
    New(new::NewArgs),
}

pub(super) fn run(args: &HiveArgs, ui: Ui) -> Result<Exit, CommandError> {
    match &args.command {
        HiveCommand::Dump(args) => dump::run(args, ui),
        HiveCommand::Get(args) => get::run(args, ui),
        HiveCommand::Check(args) => check::run(args, ui),
        HiveCommand::Export(args) => export::run(args, ui),
        HiveCommand::Import(args) => import::run(args, ui),
        HiveCommand::Recover(args) => recover::run(args, ui),
        HiveCommand::New(args) => new::run(args, ui),
    }
}
