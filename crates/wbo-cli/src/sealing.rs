//! From a document to a profile on the disk: for whom, signed by whom, written whole and read back.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{Contents, Document, OpeningKey, ProfileKey, Role, SignerKey};
use profile_keys::{Recipient, Signer};

use crate::describe;
use crate::error::CommandError;
use crate::files::{self, Existing, Output};
use crate::keys::{self, LockedKeyArgs, NewRecipientArgs, RecipientArgs};
use crate::rewriting;
use crate::ui::Ui;

/// For whom a profile is, and who signs it.
#[derive(Args, Debug)]
pub(crate) struct SealArgs {
    #[command(flatten)]
    recipients: RecipientArgs,

    /// Do not encrypt: for fixtures, baselines and tests
    #[arg(long)]
    pub(crate) plain: bool,

    /// Sign as the author, with this SSH key: a private key, or a public one whose private half an ssh-agent holds
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,

    /// Name the author by this public key, who signs later with `wbo sign --role author`
    #[arg(long, value_name = "PUBLIC_KEY", conflicts_with = "sign")]
    author: Option<PathBuf>,

    #[command(flatten)]
    locked: LockedKeyArgs,
}

/// For whom a profile is that is made of others, which are opened with keys themselves, and who signs it.
#[derive(Args, Debug)]
pub(crate) struct NewSealArgs {
    #[command(flatten)]
    recipients: NewRecipientArgs,

    /// Do not encrypt: for fixtures, baselines and tests
    #[arg(long)]
    pub(crate) plain: bool,

    /// Sign as the author, with this SSH key: a private key, or a public one whose private half an ssh-agent holds
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
}

/// What writes profiles, one after the other.
pub(crate) struct Sealer {
    recipients: Vec<Recipient>,
    plain: bool,
    signer: Option<Signer>,
    author: Option<SignerKey>,
    waits_for_author: bool,
}

/// A profile that was written.
pub(crate) struct Written {
    pub(crate) bytes: u64,
    pub(crate) body_id: String,
    pub(crate) author: Option<String>,
}

impl SealArgs {
    /// Whether anything is said about how a profile is sealed.
    pub(crate) fn is_given(&self) -> bool {
        self.plain || !self.recipients.is_empty() || self.sign.is_some() || self.author.is_some()
    }

    /// Reads the keys, and asks for the passphrases that they need.
    pub(crate) fn sealer(&self) -> Result<Sealer, CommandError> {
        if self.plain && !self.recipients.is_empty() {
            return Err(CommandError::usage("--plain encrypts for nobody, and recipients were named"));
        }
        let recipients = if self.plain { Vec::new() } else { self.recipients.recipients()? };
        let signer = self.sign.as_deref().map(|key| self.locked.signer(key)).transpose()?;
        let author = match (&signer, &self.author) {
            (Some(signer), _) => Some(signer.public_key()),
            (None, Some(path)) => Some(keys::signer_key(path)?),
            (None, None) => None,
        };
        let waits_for_author = self.author.is_some();
        Ok(Sealer { recipients, plain: self.plain, signer, author, waits_for_author })
    }
}

impl NewSealArgs {
    /// Reads the keys, and asks for the passphrases that they need.
    pub(crate) fn sealer(&self, locked: &LockedKeyArgs) -> Result<Sealer, CommandError> {
        if self.plain && !self.recipients.is_empty() {
            return Err(CommandError::usage("--plain encrypts for nobody, and recipients were named"));
        }
        let recipients = match self.plain {
            true => Vec::new(),
            false => self.recipients.recipients().map_err(|error| error.hint("--plain writes it for everybody"))?,
        };
        let signer = self.sign.as_deref().map(|key| locked.signer(key)).transpose()?;
        let author = signer.as_ref().map(Signer::public_key);
        Ok(Sealer { recipients, plain: self.plain, signer, author, waits_for_author: false })
    }
}

impl Sealer {
    /// Writes a profile, and reads it back before it gets its name. `contents` is dropped when all of it was read.
    pub(crate) fn write(
        &mut self,
        out: &Path,
        existing: Existing,
        document: &Document,
        contents: impl Contents,
        ui: Ui,
    ) -> Result<Written, CommandError> {
        let mut output = Output::create(out, existing)?;
        let party = Party { recipients: &self.recipients, plain: self.plain, author: self.author.as_ref() };
        let sealed = seal(output.file(), document, &contents, party, self.signer.as_mut())?;
        drop(contents);
        let body_id = describe::hex(&sealed.body_id);
        let bytes = output.file().stream_position().map_err(|error| files::output_failed(out, &error))?;
        output.commit(|written| rewriting::read_back(written, Some(&sealed.key), ui))?;
        Ok(Written { bytes, body_id, author: self.author.as_ref().map(profile_keys::fingerprint) })
    }

    /// Says what is still to be done, where a profile does not open yet.
    pub(crate) fn remind(&self, ui: Ui) {
        if self.waits_for_author {
            ui.warn(
                "the author's seal is still missing; until `wbo sign --role author` adds it, the profile does not open",
            );
        }
    }
}

/// For whom something is sealed, and who is named as its author.
#[derive(Clone, Copy)]
pub(crate) struct Party<'p> {
    pub(crate) recipients: &'p [Recipient],
    pub(crate) plain: bool,
    pub(crate) author: Option<&'p SignerKey>,
}

/// What was sealed.
pub(crate) struct Sealed {
    pub(crate) key: OpeningKey,
    pub(crate) body_id: [u8; 32],
}

/// Seals a document, and has it signed.
pub(crate) fn seal(
    sink: &mut (impl Write + Seek),
    document: &Document,
    contents: &dyn Contents,
    party: Party<'_>,
    signer: Option<&mut Signer>,
) -> Result<Sealed, CommandError> {
    let key = match party.plain {
        true => ProfileKey::plain(),
        false => ProfileKey::generate().map_err(|error| CommandError::failed(error.to_string()))?,
    };
    let (envelopes, opening_key) = (keys::wrap(&key, party.recipients)?, key.opening_key());
    let body = profile_format::seal(sink, document, contents, key, party.author)
        .map_err(|error| CommandError::sealing(&error))?;
    let body_id = body.body_id();
    let mut seals = Vec::new();
    if let Some(signer) = signer {
        seals.push(keys::sign(signer, &body.statement(), Role::Author)?);
    }
    body.finish(sink, envelopes, seals).map_err(|error| CommandError::sealing(&error))?;
    Ok(Sealed { key: opening_key, body_id })
}
