//! From JSON to a document.

use std::collections::BTreeMap;

use profile_format::{Category, Content, ContentId, Document, ProfileId, Section, Timestamp};
use serde::Deserialize;

use crate::contents::{ContentJson, ContentPlace};
use crate::document::{DocumentJson, KIND, VERSION};
use crate::entries::Entries;
use crate::error::{At, JsonError, Located, Problem};
use crate::hex::Hex;
use crate::object::Object;
use crate::order;
use crate::settings::SettingJson;
use crate::strict;
use crate::words::Key;

/// What a document written by hand may leave out, because no person should have to invent it.
///
/// A missing fact that has no default either is an error, so [`Defaults::default`] reads complete documents only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The id of a profile that names none: sixteen bytes from the caller's random generator.
    pub id: Option<ProfileId>,
    /// The time of a profile that names none: the caller's clock.
    pub created: Option<Timestamp>,
}

/// Reads a document, and where the bytes of its contents are.
///
/// The map has an entry for every content that the document names, and no other. The bytes of inline contents are
/// checked against size and digest here; those of files are the caller's to read and check.
pub fn from_json(text: &str, defaults: &Defaults) -> Result<(Document, BTreeMap<ContentId, ContentPlace>), JsonError> {
    check_header(text)?;
    strict::check(text)?;
    let Object(json): Object<DocumentJson> = serde_json::from_str(text)?;
    let contents = json.contents;

    let document = Document {
        facts: json.profile.0.read(defaults).at("profile")?,
        device: json.device.0.read(),
        user: json.user.0.read(),
        sections: read_sections(json.sections).at("sections")?,
        apps: json.apps.0.read().at("apps")?,
        notes: order::sorted(json.notes.into_iter().map(|note| note.0.read()), order::notes).at("notes")?,
        undo: json.undo.map(|undo| undo.0.read()).transpose().at("undo")?,
    };
    document.validate()?;
    let places = read_contents(&document, contents).at("contents")?;
    Ok((document, places))
}

/// The few fields that decide whether the others are worth reading. A newer document has fields that this version does
/// not know; its reader should hear "newer", not "unknown field".
#[derive(Deserialize)]
struct Header {
    wbo: Option<String>,
    version: Option<u64>,
    redacted: Option<bool>,
}

fn check_header(text: &str) -> Result<(), JsonError> {
    let Object(header): Object<Header> = serde_json::from_str(text)?;
    if header.wbo.as_deref() != Some(KIND) {
        return Err(JsonError::NotADocument { found: header.wbo });
    }
    match header.version {
        Some(version) if version == u64::from(VERSION) => {}
        Some(found) if found > u64::from(VERSION) => return Err(JsonError::Newer { found, newest: VERSION }),
        found => return Err(JsonError::Version { found, newest: VERSION }),
    }
    if header.redacted == Some(true) {
        return Err(JsonError::Redacted);
    }
    Ok(())
}

fn read_sections(entries: Entries<Key<Category>, Vec<Object<SettingJson>>>) -> Result<Vec<Section>, Located> {
    let mut sections = Vec::new();
    for (Key(category), settings) in entries.0 {
        let settings = order::sorted(settings.into_iter().map(|setting| setting.0.read()), order::settings);
        sections.push(Section { category, settings: settings.at(Key(category).to_string())? });
    }
    sections.sort_by_key(|section| section.category);
    Ok(sections)
}

/// Every content named by the settings and the undo steps has one entry, and every entry is named.
fn read_contents(
    document: &Document,
    entries: Entries<Hex<32>, Object<ContentJson>>,
) -> Result<BTreeMap<ContentId, ContentPlace>, Located> {
    let named: BTreeMap<ContentId, u64> = document.contents().iter().map(|c| (c.id, c.size)).collect();
    let mut places = BTreeMap::new();
    for (Hex(id), Object(entry)) in entries.0 {
        let id = ContentId(id);
        let place = match named.get(&id) {
            Some(&size) => entry.read(Content { id, size }),
            None => Err(Problem::UnusedContent.into()),
        };
        places.insert(id, place.at(id.to_string())?);
    }
    match named.keys().find(|id| !places.contains_key(id)) {
        Some(id) => Err(Problem::MissingContent).at(id.to_string()),
        None => Ok(places),
    }
}
