//! A profile as commands take it that compare, combine and convert: a profile file, or a document in JSON.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use clap::Args;
use profile_format::{Basis, Contents, Document, Opened};
use sha2::{Digest, Sha256};

use crate::document_file::{self, Places};
use crate::error::CommandError;
use crate::files::FileSource;
use crate::keys::{IdentityArgs, TrustArgs};
use crate::opening::{self, Demand};
use crate::profile_file::{Profile, refuse_large};
use crate::ui::Ui;

/// How profiles are opened, and whom to trust.
#[derive(Args, Debug, Default)]
pub(crate) struct AnyProfileArgs {
    #[command(flatten)]
    pub(crate) identities: IdentityArgs,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}

/// A profile of either form, of which nothing more was read than its form asks for.
pub(crate) enum AnyProfile {
    /// A profile file, whose sections are read one by one.
    File(Box<Opened<FileSource>>),
    /// A document, which is read as a whole.
    Document(Box<Document>, Places),
}

impl AnyProfileArgs {
    /// Opens a profile of either form, for a command of this name. Nobody signs JSON; who names it vouches for it.
    pub(crate) fn open(
        &self,
        path: &Path,
        demand: Demand,
        ui: Ui,
        what: &'static str,
    ) -> Result<AnyProfile, CommandError> {
        if is_json(path) {
            let (document, places) = document_file::read(path, ui, what)?;
            return Ok(AnyProfile::Document(Box::new(document), places));
        }
        let sealed = opening::parse(path, ui, what, 1)?;
        // Who says whom to trust wants to hear of it when nobody of them signed.
        let demand = if self.trust.names_signers() { Demand::Trusted } else { demand };
        let opened = opening::open(path, sealed, &self.identities, &self.trust, demand)?;
        Ok(AnyProfile::File(Box::new(opened)))
    }

    /// Opens a profile of either form, and reads all of it.
    pub(crate) fn read(
        &self,
        path: &Path,
        demand: Demand,
        ui: Ui,
        what: &'static str,
    ) -> Result<Profile, CommandError> {
        let profile = match self.open(path, demand, ui, what)? {
            AnyProfile::File(opened) => {
                let is_sealed = *opened.trust().basis() == Basis::Sealed;
                Profile::of(path, &opened, is_sealed || self.trust.accepted_reason().is_some())?
            }
            AnyProfile::Document(document, places) => {
                refuse_large(path, &document)?;
                let mut contents = BTreeMap::new();
                for content in document.contents() {
                    let mut bytes = Vec::new();
                    let wrong = |error: &dyn std::fmt::Display| {
                        CommandError::usage(format!("{}: content {}: {error}", path.display(), content.id))
                    };
                    places
                        .open(&content.id)
                        .and_then(|reader| reader.take(content.size.saturating_add(1)).read_to_end(&mut bytes))
                        .map_err(|error| wrong(&error))?;
                    if bytes.len() as u64 != content.size || *Sha256::digest(&bytes) != content.id.0 {
                        return Err(wrong(&"the bytes at its place are not those that the document names"));
                    }
                    contents.insert(content.id, bytes);
                }
                let believed = "a document, which nobody signs".to_owned();
                Profile {
                    path: path.to_owned(),
                    document: *document,
                    contents,
                    newer: Vec::new(),
                    body_id: [0; 32],
                    is_trusted: true,
                    believed,
                }
            }
        };
        if profile.document.undo.is_some() {
            let error = format!("{}: it is a record of what an apply replaced, and no profile", path.display());
            return Err(CommandError::usage(error).hint("`wbo inspect --section undo` shows what is in it"));
        }
        Ok(profile)
    }
}

/// Whether a file begins as JSON does. A profile begins with a byte that no text has.
fn is_json(path: &Path) -> bool {
    if path.as_os_str() == "-" {
        return true;
    }
    let mut head = Vec::new();
    // What cannot be opened is told by what opens it next.
    let read = path.is_file().then(|| File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head)));
    read.is_some_and(|read| read.is_ok()) && {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        text.trim_ascii_start().starts_with(b"{")
    }
}

/// Bytes in which the first character of a text stands.
const HEAD: u64 = 256;
