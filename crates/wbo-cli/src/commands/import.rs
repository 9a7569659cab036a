mod reading;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use profile_format::{CaptureMethod, Document, Facts, ProfileId, Text, Timestamp, Tool};
use wbo_engine::import::Imported;

use crate::catalogues::CatalogueArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{self, Existing, Output, refuse_own_input};
use crate::keys;
use crate::sealing::{SealArgs, Sealer, Written};
use crate::setting_list;
use crate::ui::Ui;
use reading::Read;
use report::ImportReport;

/// Take over what another tool wrote
///
/// Settings and apps become a profile; what USMT leaves out becomes a file for --except; a template of UE-V becomes a
/// catalogue file. What is not understood, what a file says in part only, and secrets are named by their places and not
/// taken; it ends with 3 then. docs/imports.md says what comes across of each.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// The file, '-' for standard input
    file: PathBuf,

    /// What wrote it
    #[arg(long, value_enum, value_name = "TOOL")]
    from: From,

    /// What to write: a profile, a file for --except, or a catalogue file
    #[arg(short, long, value_name = "FILE", required_unless_present = "dry_run")]
    out: Option<PathBuf>,

    /// Replace that file if it exists
    #[arg(long, requires = "out")]
    force: bool,

    /// Write nothing; say what comes across
    #[arg(long)]
    dry_run: bool,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    /// The account whose settings they are, where the file does not say; `wbo apply` asks for one of this name
    #[arg(short, long, value_name = "NAME")]
    user: Option<String>,

    /// Of a .reg file with keys of several users, whose are taken
    #[arg(long, value_name = "SID")]
    sid: Option<String>,

    /// The .reg file is an export: what its keys do not have was not there
    #[arg(long)]
    whole: bool,

    /// Of a backup with several PCs, whose settings are taken: its name or its id
    #[arg(long, value_name = "PC")]
    device: Option<String>,

    #[command(flatten)]
    catalogues: CatalogueArgs,

    #[command(flatten)]
    seal: SealArgs,
}

/// The tools whose files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum From {
    /// Registry Editor or `reg export`: a .reg file, which becomes a profile
    Reg,
    /// `winget export`: a list of packages, which becomes a profile with these apps
    Winget,
    /// Windows Backup: an export of its administrators' script or an answer of Microsoft Graph, which becomes a profile
    WindowsBackup,
    /// USMT: a Config.xml, which becomes a file for --except
    UsmtConfig,
    /// UE-V: a settings location template, which becomes a catalogue file
    Uev,
}

pub(super) fn run(args: &ImportArgs, ui: Ui) -> Result<Exit, CommandError> {
    args.refuse_unfit()?;
    if let Some(out) = &args.out {
        refuse_own_input(&args.file, out, "the file itself")?;
    }
    let catalogue = args.catalogues.load()?;
    // Keys first: who forgot one hears of it before a long file is read.
    let mut sealer = (args.makes_profile() && args.writes()).then(|| args.seal.sealer()).transpose()?;
    let read = reading::read(args, &catalogue)?;
    let mut report = ImportReport::of(args, &read, &catalogue);
    match (read, &args.out) {
        (Read::Profile(imported), out) => {
            let document = args.document(*imported)?;
            report.settings = setting_list::of(&document, &catalogue, args.reveal);
            let is_empty = document.sections.is_empty() && document.apps.is_empty();
            if let (Some(out), Some(sealer), false) = (out, &mut sealer, is_empty) {
                report.written = Some(args.seal_profile(out, &document, sealer, ui)?);
            }
            if is_empty && args.writes() {
                ui.warn("nothing of it was taken, and so no profile was written");
            }
        }
        (Read::Text { text, .. }, Some(out)) if args.writes() => report.written = Some(args.write(out, &text)?),
        (Read::Text { .. }, _) => (),
    }
    ui.result(&report, &ImportReport::text)?;
    if let (Some(sealer), Some(_)) = (&sealer, &report.written) {
        sealer.remind(ui);
    }
    Ok(if report.is_complete() { Exit::Done } else { Exit::Partly })
}

impl ImportArgs {
    fn writes(&self) -> bool {
        self.out.is_some() && !self.dry_run
    }

    fn makes_profile(&self) -> bool {
        matches!(self.from, From::Reg | From::Winget | From::WindowsBackup)
    }

    /// Refuses what means nothing for this tool: it was meant to.
    fn refuse_unfit(&self) -> Result<(), CommandError> {
        let (reg, backup) = (self.from == From::Reg, self.from == From::WindowsBackup);
        let unfit = [
            (self.whole && !reg, "--whole is about .reg files"),
            (self.sid.is_some() && !reg, "--sid is about .reg files"),
            (self.device.is_some() && !backup, "--device is about exports of Windows Backup"),
            (self.user.is_some() && !self.makes_profile(), "--user is about profiles, and this becomes none"),
            (
                self.seal.is_given() && !self.makes_profile(),
                "only profiles are encrypted and signed, and this becomes none",
            ),
        ];
        match unfit.iter().find(|(is_said, _)| *is_said) {
            Some((_, why)) => Err(CommandError::usage(*why)),
            None => Ok(()),
        }
    }

    /// The document of an import. A plain one says nothing that the file does not, so that the same file gives the same
    /// bytes.
    fn document(&self, imported: Imported) -> Result<Document, CommandError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id)
            .map_err(|error| CommandError::failed(format!("the system's random numbers: {error}")))?;
        let facts = Facts {
            id: ProfileId(id),
            created: if self.seal.plain { Timestamp::default() } else { keys::now() },
            tool: Tool { name: "wbo".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            catalogue: self.catalogues.version(),
            method: CaptureMethod::AUTHORED,
            parents: Vec::new(),
        };
        let mut document = imported.into_document(facts);
        if let Some(user) = &self.user {
            document.user.name = Some(Text::from(&**user));
        }
        if self.seal.plain {
            document.facts.id = super::capture::facts::id_of(&document)?;
        }
        Ok(document)
    }

    fn existing(&self) -> Existing {
        if self.force { Existing::Replace } else { Existing::Refuse }
    }

    fn seal_profile(
        &self,
        out: &Path,
        document: &Document,
        sealer: &mut Sealer,
        ui: Ui,
    ) -> Result<report::WrittenReport, CommandError> {
        let Written { bytes, body_id, author } = sealer.write(out, self.existing(), document, NoContents, ui)?;
        Ok(report::WrittenReport { path: out.display().to_string(), bytes, body_id: Some(body_id), author })
    }

    fn write(&self, out: &Path, text: &str) -> Result<report::WrittenReport, CommandError> {
        let mut output = Output::create(out, self.existing())?;
        output.file().write_all(text.as_bytes()).map_err(|error| files::output_failed(out, &error))?;
        output.commit(|_| Ok(()))?;
        let bytes = text.len() as u64;
        Ok(report::WrittenReport { path: out.display().to_string(), bytes, body_id: None, author: None })
    }
}

/// Files of settings: imports have none.
struct NoContents;

impl profile_format::Contents for NoContents {
    fn open(&self, _: &profile_format::ContentId) -> std::io::Result<Box<dyn std::io::Read + Send + '_>> {
        Err(std::io::Error::new(std::io::ErrorKind::NotFound, "imports have no files"))
    }
}
