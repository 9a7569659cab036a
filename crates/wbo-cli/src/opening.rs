//! From a path to an opened profile.

use std::path::Path;

use profile_format::{Judged, Opened, OpeningKey, Sealed, Suite, Trust};

use crate::error::CommandError;
use crate::files::FileSource;
use crate::keys::{IdentityArgs, TrustArgs};
use crate::ui::Ui;

/// What a command does about trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// It uses what is inside: a trusted signer, or a reason to go without.
    Trusted,
    /// It shows what is inside, and who vouches for it.
    Shown,
}

/// Parses `path`, for a command named `what` that reads all of it `passes` times.
pub(crate) fn parse(path: &Path, ui: Ui, what: &'static str, passes: u64) -> Result<Sealed<FileSource>, CommandError> {
    Sealed::parse(FileSource::open(path, ui, what, passes)?).map_err(|error| CommandError::reading(path, &error))
}

/// Parses what can be had of a damaged file, and says what is wrong with the rest.
pub(crate) fn parse_damaged(path: &Path, ui: Ui) -> Result<Sealed<FileSource>, CommandError> {
    let parsed = Sealed::parse_damaged(FileSource::open(path, ui, "salvage", 2)?);
    let (sealed, damage) = parsed.map_err(|error| CommandError::reading(path, &error))?;
    damage.iter().for_each(|damage| ui.warn(&format!("{}: damaged: {damage}", path.display())));
    Ok(sealed)
}

/// Judges the seals and decides whether that is enough.
pub(crate) fn trust(path: &Path, judged: &Judged, args: &TrustArgs, demand: Demand) -> Result<Trust, CommandError> {
    let reason = match (args.accepted_reason(), demand) {
        (Some(reason), _) => Some(reason),
        (None, Demand::Shown) => Some("it is only shown"),
        (None, Demand::Trusted) => None,
    };
    match (judged.trust(), reason) {
        (Err(_), Some(reason)) => judged.accept_unsigned(reason),
        (result, _) => result,
    }
    .map_err(|error| CommandError::untrusted(path, &error))
}

/// The key of a profile; a plain one opens without.
pub(crate) fn key_of(
    path: &Path,
    sealed: &Sealed<FileSource>,
    args: &IdentityArgs,
) -> Result<OpeningKey, CommandError> {
    match sealed.suite() {
        Suite::Plain => Ok(OpeningKey::plain()),
        _ => args.unwrap(path, sealed.envelopes(), &|key| sealed.accepts(key)),
    }
}

/// Opens a profile that was parsed.
pub(crate) fn open(
    path: &Path,
    sealed: Sealed<FileSource>,
    identities: &IdentityArgs,
    trust_args: &TrustArgs,
    demand: Demand,
) -> Result<Opened<FileSource>, CommandError> {
    let judged = sealed.judge(&trust_args.judge()?);
    let trust = trust(path, &judged, trust_args, demand)?;
    let key = key_of(path, &sealed, identities)?;
    sealed.open(&key, trust).map_err(|error| CommandError::reading(path, &error))
}
