mod driver;
mod program;
mod setup;

use clap::{Args, Subcommand};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// Let git show and merge profiles
///
/// After `wbo git setup`, `git diff`, `git log -p` and `git show` show profiles as text, and `git merge` and `git rebase`
/// merge them setting by setting.
#[derive(Args, Debug)]
pub(crate) struct GitArgs {
    #[command(subcommand)]
    command: GitCommand,
}

#[derive(Subcommand, Debug)]
enum GitCommand {
    Setup(setup::SetupArgs),
    Remove(setup::RemoveArgs),
    #[command(hide = true)]
    MergeDriver(Box<driver::DriverArgs>),
}

pub(super) fn run(args: &GitArgs, ui: Ui) -> Result<Exit, CommandError> {
    match &args.command {
        GitCommand::Setup(args) => setup::run(args, ui),
        GitCommand::Remove(args) => setup::remove(args, ui),
        GitCommand::MergeDriver(args) => driver::run(args, ui),
    }
}
