//! A profile that is about to be applied: opened, believed and whole in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{Basis, ContentId, ContentPart, Document, Opened, Standing, Suite, Trust};

use crate::describe;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::FileSource;
use crate::keys::{IdentityArgs, TrustArgs};
use crate::opening::{self, Demand};
use crate::ui::Ui;

/// How a profile is opened, and why it is believed.
#[derive(Args, Debug, Default)]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    pub(crate) identities: IdentityArgs,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// Take a profile that is not encrypted
    #[arg(long, help_heading = "Trust")]
    allow_plain: bool,
}

/// A profile whose signers are trusted, or that is taken without.
pub(crate) struct Profile {
    pub(crate) path: PathBuf,
    pub(crate) document: Document,
    pub(crate) contents: BTreeMap<ContentId, Vec<u8>>,
    /// Sections that this version does not know, and that its document does not have.
    pub(crate) newer: Vec<String>,
    pub(crate) body_id: [u8; 32],
    /// Whether somebody trusted vouches for it, or the command line takes it without.
    pub(crate) is_trusted: bool,
    /// Who vouches for it, or why it is taken without.
    pub(crate) believed: String,
}

/// Bytes of all files of one profile. Captures take some megabytes of pictures, sounds and fonts.
const CONTENTS: u64 = 512 << 20;

impl ProfileArgs {
    /// Opens a profile, and reads all of it.
    pub(crate) fn open(&self, path: &Path, ui: Ui) -> Result<Profile, CommandError> {
        let profile = self.open_any(path, Demand::Trusted, self.allow_plain, ui)?;
        if profile.document.undo.is_some() {
            let error = format!("{}: it is a record of what an apply replaced, and no profile", path.display());
            return Err(CommandError::usage(error).hint("`wbo undo` puts back what is in it"));
        }
        Ok(profile)
    }

    /// Opens a profile, or a record of what an apply replaced.
    pub(crate) fn open_any(&self, path: &Path, demand: Demand, plain: bool, ui: Ui) -> Result<Profile, CommandError> {
        let sealed = opening::parse(path, ui, "read", 1)?;
        let is_plain = sealed.suite() == Suite::Plain;
        if is_plain && !plain {
            let error = format!("{}: it is not encrypted; anybody could have read it on the way", path.display());
            return Err(CommandError::new(Exit::Policy, error).hint("--allow-plain takes it all the same"));
        }
        let opened = opening::open(path, sealed, &self.identities, &self.trust, demand)?;
        let is_trusted = *opened.trust().basis() == Basis::Sealed || self.trust.accepted_reason().is_some();
        Profile::of(path, &opened, is_trusted)
    }
}

impl Profile {
    /// All of an opened profile.
    pub(crate) fn of(path: &Path, opened: &Opened<FileSource>, is_trusted: bool) -> Result<Self, CommandError> {
        let failed = |error| CommandError::reading(path, &error);
        let document = opened.document().map_err(failed)?;
        refuse_large(path, &document)?;
        let mut contents: BTreeMap<ContentId, Vec<u8>> = BTreeMap::new();
        let mut current = None;
        opened
            .read_contents(&mut |part| {
                match part {
                    ContentPart::Start(content) => {
                        current = Some(content.id);
                        contents.insert(content.id, Vec::new());
                    }
                    ContentPart::Bytes(bytes) => {
                        let into = current.as_ref().and_then(|id| contents.get_mut(id));
                        into.ok_or(io::ErrorKind::InvalidData)?.extend_from_slice(bytes);
                    }
                    _ => current = None,
                }
                Ok(())
            })
            .map_err(failed)?;
        let believed = believed(opened.trust());
        let body_id = opened.sealed().body_id();
        let newer = opened.sections().map(|section| section.id).filter(|id| !id.is_known());
        let newer = newer.map(|id| id.to_string()).collect();
        Ok(Self { path: path.to_owned(), document, contents, newer, body_id, is_trusted, believed })
    }
}

/// Refuses a profile whose files would not fit into memory.
pub(crate) fn refuse_large(path: &Path, document: &Document) -> Result<(), CommandError> {
    let size: u64 = document.contents().iter().map(|content| content.size).sum();
    if size > CONTENTS {
        let error = format!("{}: its files have {size} bytes; at most {CONTENTS} are taken at once", path.display());
        return Err(CommandError::usage(error));
    }
    Ok(())
}

/// Who vouches for it, or why it is taken without.
fn believed(trust: &Trust) -> String {
    let trusted = trust.vouchers().iter().filter_map(|voucher| match &voucher.standing {
        Standing::Trusted { principal } => Some(principal.clone()),
        _ => None,
    });
    let trusted: Vec<String> = trusted.collect();
    match trust.basis() {
        Basis::Sealed => format!("signed by {}", trusted.join(", ")),
        basis => describe::basis_text(basis),
    }
}
