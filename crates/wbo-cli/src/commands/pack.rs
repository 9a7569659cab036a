use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::describe;
use crate::document_file;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, refuse_own_input};
use crate::sealing::{SealArgs, Written};
use crate::ui::Ui;

/// Make a profile from a document in JSON
///
/// The JSON is what `wbo extract` and `wbo inspect --json --reveal` write. Contents that it names by file are read from
/// beside it.
#[derive(Args, Debug)]
pub(crate) struct PackArgs {
    /// The document, '-' for standard input
    document: PathBuf,

    /// The profile to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,

    /// Replace the profile if it exists
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Serialize)]
struct PackReport {
    wbo: &'static str,
    version: u32,
    path: String,
    bytes: u64,
    body_id: String,
    author: Option<String>,
}

pub(super) fn run(args: &PackArgs, ui: Ui) -> Result<Exit, CommandError> {
    let mut sealer = args.seal.sealer()?;
    refuse_own_input(&args.document, &args.out, "the document itself")?;
    let (document, contents) = document_file::read(&args.document, ui, "pack")?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let Written { bytes, body_id, author } = sealer.write(&args.out, existing, &document, contents, ui)?;
    let report = PackReport { wbo: "pack", version: 1, path: args.out.display().to_string(), bytes, body_id, author };
    ui.result(&report, &|report| {
        format!(
            "{}: {} bytes, body {}\n",
            crate::clean::Clean(&report.path),
            describe::grouped(report.bytes),
            report.body_id
        )
    })?;
    sealer.remind(ui);
    Ok(Exit::Done)
}
