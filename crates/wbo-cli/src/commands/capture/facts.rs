//! What a profile says of itself.

use profile_format::{CaptureMethod, Document, Facts, ProfileId, Timestamp, Tool};
use profile_json::View;
use registry::{KeyPath, Root};
use sha2::{Digest, Sha256};

use crate::commands::extract::content_file;
use crate::error::CommandError;
use crate::offline::OfflineUser;
use crate::{file_time, keys};

/// Who captured what, and when. A plain profile says nothing that the source does not, so that the same source gives
/// the same bytes.
pub(super) fn of(user: &OfflineUser<'_>, catalogue: &str, plain: bool) -> Result<Facts, CommandError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| CommandError::failed(format!("the system's random numbers: {error}")))?;
    let created = if plain { last_written(user) } else { keys::now() };
    Ok(Facts {
        id: ProfileId(id),
        created,
        tool: Tool { name: "wbo".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        catalogue: catalogue.to_owned(),
        method: CaptureMethod::OFFLINE,
        parents: Vec::new(),
    })
}

/// The id of a plain profile: what it holds says it, as `wbo extract` writes it.
pub(in crate::commands) fn id_of(document: &Document) -> Result<ProfileId, CommandError> {
    let mut document = document.clone();
    document.facts.id = ProfileId([0; 16]);
    let json = profile_json::to_json(&document, &content_file, View::Full);
    let json = json.map_err(|error| CommandError::failed(error.to_string()))?;
    let mut id = [0; 16];
    id.iter_mut().zip(Sha256::digest(json)).for_each(|(to, from)| *to = from);
    Ok(ProfileId(id))
}

/// When the user's registry was last written, by what it says itself.
fn last_written(user: &OfflineUser<'_>) -> Timestamp {
    let root = user.registry().key(&KeyPath::new(Root::CurrentUser, vec![])).ok().flatten();
    Timestamp(file_time::seconds(root.map(|key| key.written).unwrap_or_default()))
}
