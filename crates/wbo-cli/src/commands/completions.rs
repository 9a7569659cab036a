use clap::Args;
use clap_complete::Shell;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// Write a completion script for a shell
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, ui: Ui) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::cli::command(), "wbo", &mut script);
    ui.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
