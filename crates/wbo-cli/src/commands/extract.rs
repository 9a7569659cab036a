use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use profile_format::{
    Content, ContentPart, Document, Incomplete, JudgeSeal, Opened, Sealed, SectionId, SectionKind, Verdict, Voucher,
};
use profile_json::{ContentPath, ContentPlace, View};
use serde::Serialize;

use crate::clean::clean;
use crate::describe;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{FileSource, OutputFolder};
use crate::keys::{IdentityArgs, TrustArgs};
use crate::opening::{self, Demand};
use crate::ui::Ui;

/// Write a profile's document, contents, envelopes and seals to a folder
///
/// `document.json` and `contents/` are what `wbo pack` reads. `tail/` holds the envelopes as age files, the seals as
/// `ssh-keygen -Y verify` reads them, and the statement that they sign.
#[derive(Args, Debug)]
pub(crate) struct ExtractArgs {
    /// The profile
    file: PathBuf,

    /// The folder to write; it must not exist
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    /// Write what needs no key alone: envelopes, seals and statement
    #[arg(long, conflicts_with = "salvage")]
    tail_only: bool,

    /// Get out of a damaged profile what is whole, and name what is not
    #[arg(long)]
    salvage: bool,

    #[command(flatten)]
    identities: IdentityArgs,

    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Serialize)]
struct ExtractReport {
    wbo: &'static str,
    version: u32,
    path: String,
    complete: bool,
    contents: usize,
    envelopes: usize,
    seals: usize,
    lost: Vec<String>,
}

pub(super) fn run(args: &ExtractArgs, ui: Ui) -> Result<Exit, CommandError> {
    let sealed = match args.salvage {
        true => opening::parse_damaged(&args.file, ui)?,
        false => opening::parse(&args.file, ui, "extract", 1)?,
    };
    let folder = OutputFolder::create(&args.out)?;
    let mut report = ExtractReport {
        wbo: "extract",
        version: 1,
        path: args.out.display().to_string(),
        complete: true,
        contents: 0,
        envelopes: sealed.envelopes().len(),
        seals: sealed.seals().len(),
        lost: Vec::new(),
    };
    write_tail(&sealed, &folder, &args.trust.judge()?)?;
    if !args.tail_only {
        let opened = opening::open(&args.file, sealed, &args.identities, &args.trust, Demand::Trusted)?;
        match args.salvage {
            true => salvage(args, &opened, &folder, &mut report)?,
            false => write_document(args, &opened, &folder, &mut report)?,
        }
    }
    folder.commit()?;
    ui.result(&report, &text)?;
    report.lost.iter().for_each(|lost| ui.warn(&format!("{}: {lost}", args.file.display())));
    Ok(if report.complete { Exit::Done } else { Exit::Partly })
}

/// Where a content's bytes are written, relative to the document.
pub(crate) fn content_file(content: &Content) -> ContentPlace {
    #[expect(clippy::expect_used, reason = "hexadecimal digits and one slash are a path of a content")]
    let path = ContentPath::new(format!("contents/{}", content.id)).expect("a digest is a name");
    ContentPlace::File(path)
}

fn write_tail(sealed: &Sealed<FileSource>, folder: &OutputFolder, judge: &dyn JudgeSeal) -> Result<(), CommandError> {
    folder.write_file("tail/statement", sealed.statement().as_bytes())?;
    for (number, envelope) in sealed.envelopes().iter().enumerate() {
        folder.write_file(&format!("tail/envelope-{}.age", number + 1), &envelope.0)?;
    }
    for (number, (seal, verdict)) in sealed.seals().iter().zip(sealed.judge(judge).verdicts()).enumerate() {
        // The role tells the namespace for which `ssh-keygen -Y verify` must be asked.
        let role = match verdict {
            Verdict::Valid(Voucher { role, .. }) => describe::role_name(*role),
            _ => "unknown",
        };
        folder.write_file(&format!("tail/seal-{}-{role}.sig", number + 1), profile_keys::armor(seal).as_bytes())?;
    }
    Ok(())
}

fn write_document(
    args: &ExtractArgs,
    opened: &Opened<FileSource>,
    folder: &OutputFolder,
    report: &mut ExtractReport,
) -> Result<(), CommandError> {
    let failed = |error| CommandError::reading(&args.file, &error);
    let document = opened.document().map_err(failed)?;
    let json = profile_json::to_json(&document, &content_file, View::Full)
        .map_err(|error| CommandError::failed(format!("{}: {error}", args.file.display())))?;
    folder.write_file("document.json", json.as_bytes())?;
    let mut writer = ContentWriter { folder, current: None };
    opened.read_contents(&mut |part| writer.take(part)).map_err(failed)?;
    report.contents = document.contents().len();
    Ok(())
}

/// Writes each content to its file as its bytes come.
struct ContentWriter<'a> {
    folder: &'a OutputFolder,
    current: Option<BufWriter<File>>,
}

impl ContentWriter<'_> {
    fn take(&mut self, part: ContentPart<'_>) -> io::Result<()> {
        match (part, &mut self.current) {
            (ContentPart::Start(content), current) => {
                let file = self.folder.create_file(&format!("contents/{}", content.id));
                *current = Some(BufWriter::new(file.map_err(|error| io::Error::other(error.message().to_owned()))?));
                Ok(())
            }
            (ContentPart::Bytes(bytes), Some(file)) => file.write_all(bytes),
            (ContentPart::End(_), current) => match current.take() {
                Some(file) => file.into_inner().map(drop).map_err(io::IntoInnerError::into_error),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Writes what is whole. The document is no document of `wbo pack`: what is missing in it was not absent.
fn salvage(
    args: &ExtractArgs,
    opened: &Opened<FileSource>,
    folder: &OutputFolder,
    report: &mut ExtractReport,
) -> Result<(), CommandError> {
    let incomplete = opened.salvage();
    let lost_sections = incomplete.damage.iter().map(ToString::to_string);
    let lost_contents = incomplete.lost_contents.iter().map(|content| format!("content {} is lost", content.id));
    report.lost = lost_sections.chain(lost_contents).collect();
    report.complete = report.lost.is_empty();
    let mut writer = ContentWriter { folder, current: None };
    let read = opened.read_salvaged(&incomplete, &mut |part| writer.take(part));
    read.map_err(|error| CommandError::reading(&args.file, &error))?;
    report.contents = incomplete.contents.len();
    if report.complete {
        let document = opened.document().map_err(|error| CommandError::reading(&args.file, &error))?;
        let json = profile_json::to_json(&document, &content_file, View::Full)
            .map_err(|error| CommandError::failed(error.to_string()))?;
        return folder.write_file("document.json", json.as_bytes());
    }
    let value = incomplete_value(&incomplete, opened)?;
    let text = profile_json::json_text(&value).map_err(|error| CommandError::failed(error.to_string()))?;
    folder.write_file("incomplete.json", text.as_bytes())
}

/// What was salvaged, as JSON that says of itself that it is not whole.
fn incomplete_value(incomplete: &Incomplete, opened: &Opened<FileSource>) -> Result<serde_json::Value, CommandError> {
    let document = Document {
        facts: incomplete.facts.clone(),
        device: incomplete.device.clone(),
        user: incomplete.user.clone(),
        sections: incomplete.sections.clone(),
        apps: incomplete.apps.clone().unwrap_or_default(),
        notes: incomplete.notes.clone().unwrap_or_default(),
        undo: incomplete.undo.clone(),
    };
    let settings = opened.sections().filter(|section| section.id.kind == SectionKind::SETTINGS).count();
    let document = profile_json::document_value(&document, &content_file, View::Full)
        .map_err(|error| CommandError::failed(error.to_string()))?;
    Ok(serde_json::json!({
        "wbo": "incomplete",
        "version": 1,
        "lost": incomplete.damage.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "lost_contents": incomplete.lost_contents.iter().map(|content| content.id.to_string()).collect::<Vec<_>>(),
        "settings_lost": settings - incomplete.sections.len(),
        "apps_lost": incomplete.apps.is_none(),
        "notes_lost": incomplete.notes.is_none(),
        "undo_lost": incomplete.undo.is_none() && opened.sections().any(|section| section.id == SectionId::UNDO),
        "salvaged": document,
    }))
}

fn text(report: &ExtractReport) -> String {
    let what = if report.complete { "extracted" } else { "salvaged in part" };
    format!(
        "{}: {what}; contents: {}, envelopes: {}, seals: {}\n",
        clean(&report.path),
        report.contents,
        report.envelopes,
        report.seals
    )
}
