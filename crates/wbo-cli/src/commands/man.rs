use std::path::PathBuf;

use clap::Args;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, Output, output_failed};
use crate::ui::Ui;

/// Write man pages, one for each command
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// The folder to write them to; without it, the first page goes to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, ui: Ui) -> Result<Exit, CommandError> {
    let mut root = crate::cli::command();
    // Gives each command its whole name, such as `wbo key generate`, and the options that all have.
    root.build();
    match &args.out {
        None => ui.print(&String::from_utf8_lossy(&page(&root, "wbo")?))?,
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| output_failed(folder, &error))?;
            for (name, command) in pages(&root, "wbo") {
                let path = folder.join(format!("{name}.1"));
                let mut output = Output::create(&path, Existing::Replace)?;
                let written = std::io::Write::write_all(output.file(), &page(&command, &name)?);
                written.map_err(|error| output_failed(&path, &error))?;
                output.commit(|_| Ok(()))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn pages(command: &clap::Command, name: &str) -> Vec<(String, clap::Command)> {
    let shown = |command: &&clap::Command| command.get_name() != "help" && !command.is_hide_set();
    let subcommands = command.get_subcommands().filter(shown);
    let below = subcommands.flat_map(|command| pages(command, &format!("{name}-{}", command.get_name())));
    std::iter::once((name.to_owned(), command.clone())).chain(below).collect()
}

fn page(command: &clap::Command, name: &str) -> Result<Vec<u8>, CommandError> {
    let mut page = Vec::new();
    let source = concat!("wbo ", env!("CARGO_PKG_VERSION"));
    let rendered = clap_mangen::Man::new(command.clone().name(name.to_owned())).source(source).render(&mut page);
    rendered.map_err(|error| CommandError::failed(format!("the man page of {name}: {error}")))?;
    Ok(page)
}
