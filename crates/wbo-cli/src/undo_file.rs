//! The record of what an apply replaces: for whom it is sealed, and where it is kept.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{ApplyId, CaptureMethod, ContentId, Document, Facts, Parent, ProfileId, Timestamp, Tool, Undo};
use profile_keys::Recipient;
use wbo_engine::capture::{Selection, capture};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::secrets::Secrets;
use wbo_engine::{Source, WindowsPath};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::read_text;
use crate::keys::IdentityArgs;
use crate::profile_file::Profile;
use crate::sealing::{self, Party};

/// Who can undo, and where the record is kept.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Undo")]
pub(crate) struct UndoArgs {
    /// Keep the record of what is replaced in this folder, instead of with the Windows that is changed
    #[arg(long, value_name = "FOLDER")]
    pub(crate) undo_dir: Option<PathBuf>,

    /// Encrypt that record for this public key; without, for the keys that opened the profile
    #[arg(long, value_name = "KEY")]
    undo_recipient: Vec<String>,

    /// Encrypt that record for every public key in this file
    #[arg(long, value_name = "FILE")]
    undo_recipients_file: Vec<PathBuf>,

    /// Do not encrypt that record
    #[arg(long, conflicts_with_all = ["undo_recipient", "undo_recipients_file"])]
    undo_plain: bool,
}

/// For whom records are sealed.
pub(crate) struct UndoSealer {
    recipients: Vec<Recipient>,
    plain: bool,
}

/// A record as a file.
pub(crate) struct UndoFile {
    pub(crate) bytes: Vec<u8>,
    pub(crate) body_id: [u8; 32],
}

/// Bytes of a file of recipients.
const MAX_KEY_FILE: u64 = 1 << 20;

impl UndoArgs {
    /// Finds out for whom the record is, before anything else is done.
    pub(crate) fn sealer(&self, identities: &IdentityArgs) -> Result<UndoSealer, CommandError> {
        if self.undo_plain {
            return Ok(UndoSealer { recipients: Vec::new(), plain: true });
        }
        let mut recipients = Vec::new();
        for text in &self.undo_recipient {
            let recipient = text.parse::<Recipient>();
            recipients.push(recipient.map_err(|error| CommandError::usage(format!("--undo-recipient: {error}")))?);
        }
        for path in &self.undo_recipients_file {
            let file = Recipient::parse_file(&read_text(path, MAX_KEY_FILE)?, &path.display().to_string());
            recipients.extend(file.map_err(|error| CommandError::usage(error.to_string()))?);
        }
        const HINT: &str = "name who may with --undo-recipient; --undo-plain keeps it for everybody";
        if recipients.is_empty() && !identities.is_empty() {
            recipients = identities.recipients().map_err(|error| error.hint(HINT))?;
        }
        if recipients.is_empty() {
            return Err(CommandError::usage("nobody is named who could undo it").hint(HINT));
        }
        Ok(UndoSealer { recipients, plain: false })
    }
}

impl UndoSealer {
    /// Seals a record. What the settings were is in it twice: raw, to be put back, and as settings, to be looked at.
    pub(crate) fn seal(
        &self,
        undo: Undo,
        profile: &Profile,
        before: &Source<'_>,
        catalogue: &Catalogue,
        now: Timestamp,
    ) -> Result<UndoFile, CommandError> {
        let mut changed: Vec<String> = undo.steps.iter().flat_map(|step| step.settings.clone()).collect();
        changed.sort();
        changed.dedup();
        changed.retain(|id| catalogue.get(id).is_some());
        let selection = Selection::new(&changed, &[], &[], catalogue);
        let selection = selection.map_err(|error| CommandError::failed(error.to_string()))?;
        let shown = capture(before, catalogue, &selection, Secrets::standard());
        let mut contents: BTreeMap<ContentId, Vec<u8>> = BTreeMap::new();
        let mut places: BTreeMap<ContentId, WindowsPath> = shown.contents;
        for step in &undo.steps {
            if let (Some(state), Some(path)) = (step.what.file_before(), wbo_engine::undo::file_of(&step.what)) {
                places.insert(state.content.id, path);
            }
        }
        for (id, path) in places {
            let failed = |error| CommandError::new(Exit::SourceUnreadable, format!("{path}: {error}"));
            let bytes = before.files.read(&path, u64::MAX).map_err(failed)?;
            contents.insert(id, bytes.ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?);
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| CommandError::failed(format!("random numbers: {error}")))?;
        let document = Document {
            facts: Facts {
                id: ProfileId(id),
                created: now,
                tool: Tool { name: "wbo".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
                catalogue: env!("CARGO_PKG_VERSION").to_owned(),
                method: CaptureMethod::REPLACED,
                parents: vec![Parent { id: profile.document.facts.id, body: profile.body_id }],
            },
            device: before.device.clone(),
            user: before.user.clone(),
            sections: shown.sections,
            apps: profile_format::Apps::default(),
            notes: shown.notes,
            undo: Some(undo),
        };
        let mut file = Cursor::new(Vec::new());
        let party = Party { recipients: &self.recipients, plain: self.plain, author: None };
        let sealed = sealing::seal(&mut file, &document, &contents, party, None)?;
        Ok(UndoFile { bytes: file.into_inner(), body_id: sealed.body_id })
    }
}

/// Sixteen random bytes that name an apply.
pub(crate) fn new_id() -> Result<ApplyId, CommandError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| CommandError::failed(format!("random numbers: {error}")))?;
    Ok(ApplyId(id))
}

/// Writes a file whole into a folder of this machine, with its folder.
pub(crate) fn keep(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), CommandError> {
    use std::io::Write;

    use crate::files::{Existing, Output, output_failed};

    std::fs::create_dir_all(folder).map_err(|error| output_failed(folder, &error))?;
    let path = folder.join(name);
    let mut output = Output::create(&path, Existing::Replace)?;
    output.file().write_all(bytes).map_err(|error| output_failed(&path, &error))?;
    output.commit(|written| {
        let mut found = Vec::new();
        let read = std::fs::File::open(written).and_then(|mut file| file.read_to_end(&mut found));
        read.map_err(|error| CommandError::unreadable(written, &error))?;
        match found == bytes {
            true => Ok(()),
            false => Err(CommandError::failed(format!("{}: it does not read back", path.display()))),
        }
    })
}
