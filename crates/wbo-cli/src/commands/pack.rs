use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{ContentId, Contents, Document, ProfileId};
use profile_json::{ContentPlace, Defaults, JsonError};
use serde::Serialize;

use crate::describe;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, read_text};
use crate::keys;
use crate::progress::Progress;
use crate::sealing::{SealArgs, Written};
use crate::ui::Ui;

/// Bytes of a document's JSON: with large contents in files beside it, a few megabytes are usual.
const MAX_DOCUMENT: u64 = 1 << 30;

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
    refuse_own_input(args)?;
    let (document, contents) = read_document(&args.document, ui)?;
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

/// With --force, the profile must not take the place of the document that it is made from.
fn refuse_own_input(args: &PackArgs) -> Result<(), CommandError> {
    let same = std::fs::canonicalize(&args.document).ok().zip(std::fs::canonicalize(&args.out).ok());
    match same {
        Some((document, out)) if document == out => {
            Err(CommandError::usage(format!("{} is the document itself", args.out.display())))
        }
        _ => Ok(()),
    }
}

/// Reads a document, and where its contents are.
fn read_document(path: &Path, ui: Ui) -> Result<(Document, Places), CommandError> {
    let text = read_text(path, MAX_DOCUMENT)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| CommandError::failed(format!("the system's random numbers: {error}")))?;
    let defaults = Defaults { id: Some(ProfileId(id)), created: Some(keys::now()) };
    let wrong = |error: &dyn std::fmt::Display| CommandError::usage(format!("{}: {error}", path.display()));
    let read = match profile_json::from_json(&text, &defaults) {
        Err(JsonError::NotADocument { found: Some(kind) }) if kind == "inspect" => {
            profile_json::from_json(&inspected_document(&text).map_err(|error| wrong(&error))?, &defaults)
        }
        read => read,
    };
    let (document, places) = read.map_err(|error| wrong(&error))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let total = document.contents().iter().map(|content| content.size).sum();
    let progress = Progress::start(ui, "pack", total);
    Ok((document, Places { folder, places, progress }))
}

/// The document within what `wbo inspect --json` wrote.
fn inspected_document(text: &str) -> Result<String, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Inspected<'a> {
        #[serde(borrow)]
        document: &'a serde_json::value::RawValue,
    }
    serde_json::from_str::<Inspected<'_>>(text).map(|inspected| inspected.document.get().to_owned())
}

/// Contents inside the JSON, or in files beside it.
struct Places {
    folder: PathBuf,
    places: BTreeMap<ContentId, ContentPlace>,
    progress: Progress,
}

impl Contents for Places {
    fn open(&self, id: &ContentId) -> io::Result<Box<dyn Read + Send + '_>> {
        match self.places.get(id) {
            Some(ContentPlace::Inline(bytes)) => Ok(Box::new(Cursor::new(bytes))),
            Some(ContentPlace::File(path)) => {
                let path = self.folder.join(path.as_str());
                let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
                // Opening a pipe or a device could wait for ever.
                if !path.metadata().map_err(named)?.is_file() {
                    return Err(io::Error::other(format!("{}: it is not a file", path.display())));
                }
                Ok(Box::new(self.progress.count(File::open(&path).map_err(named)?)))
            }
            None => Err(io::Error::new(io::ErrorKind::NotFound, "the document does not say where its bytes are")),
        }
    }
}
