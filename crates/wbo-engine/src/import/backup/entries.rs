//! The settings of an export, whichever of its forms it has.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{BackupDevice, BackupError, DEVICE_PROFILE, data_of};
use crate::import::json::{self, Json};
use crate::import::zip::{Archive, is_zip};

/// What an export holds.
pub(super) struct Export {
    pub(super) entries: Vec<Entry>,
    /// Whose it is, as the export says.
    pub(super) user: Option<String>,
}

/// A setting of a backup.
pub(super) struct Entry {
    /// The id of the PC that it is of; `None`, where it is of the person alone.
    pub(super) device: Option<String>,
    /// Its type, in lower case.
    pub(super) kind: String,
    pub(super) payload: Option<Vec<u8>>,
}

/// Settings of one export: some hundreds of each of some dozen PCs.
const MOST: usize = 1 << 16;

/// Reads an export.
pub(super) fn read(bytes: &[u8]) -> Result<Export, BackupError> {
    if is_zip(bytes) { in_archive(bytes) } else { in_json(bytes) }
}

fn in_archive(bytes: &[u8]) -> Result<Export, BackupError> {
    let archive = Archive::read(bytes)?;
    let manifest = archive.file("manifest.json").ok_or(BackupError::NoManifest)??;
    let manifest = json::parse(&manifest).map_err(BackupError::Manifest)?;
    let list = bounded(manifest.list("entries"))?;
    // Two settings of one type of one PC got the same file, which holds the last of them.
    let mut taken = BTreeSet::new();
    let mut entries = Vec::new();
    for entry in list {
        let file = entry.text("file").filter(|file| taken.insert(file.replace('\\', "/")));
        let payload = file.and_then(|file| archive.file(&file.replace('\\', "/"))).transpose()?;
        entries.extend(Entry::of(entry, payload.filter(|bytes| !bytes.is_empty())));
    }
    Ok(Export { entries, user: user_of(&manifest) })
}

fn in_json(bytes: &[u8]) -> Result<Export, BackupError> {
    let json = json::parse(bytes)?;
    let entries = match (json.get("settings"), json.get("value")) {
        (Some(_), _) => bounded(json.list("settings"))?.iter().filter_map(decoded).collect(),
        (None, Some(_)) => bounded(json.list("value"))?.iter().flat_map(of_graph).collect(),
        (None, None) => return Err(BackupError::NotAnExport),
    };
    Ok(Export { entries, user: user_of(&json) })
}

fn bounded(list: &[Json]) -> Result<&[Json], BackupError> {
    match list.len() {
        found if found > MOST => Err(BackupError::TooMany { found, most: MOST }),
        _ => Ok(list),
    }
}

/// A setting as the script writes it.
fn decoded(setting: &Json) -> Option<Entry> {
    let payload = setting.text("DecodedPayload").filter(|text| *text != "<binary payload>");
    Entry::of(setting, payload.map(|text| text.as_bytes().to_vec()))
}

/// A setting as Microsoft Graph answers, with one entry for each of its instances.
fn of_graph(setting: &Json) -> Vec<Entry> {
    // What is no base64 is kept as it is, and told to be of another form.
    let payload = |instance: &Json| {
        instance.text("payload").map(|text| STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec()))
    };
    setting.list("instances").iter().filter_map(|instance| Entry::of(setting, payload(instance))).collect()
}

impl Entry {
    fn of(setting: &Json, payload: Option<Vec<u8>>) -> Option<Self> {
        let kind = setting.text("payloadType")?.to_ascii_lowercase();
        let device = setting.text("device").or_else(|| setting.text("windowsDeviceId")).map(plain_id);
        Some(Self { device, kind, payload })
    }
}

/// An id without the braces that some fields have around it.
fn plain_id(id: &str) -> String {
    id.trim_matches(['{', '}']).to_ascii_lowercase()
}

/// The person, where it is called by a principal name.
fn user_of(json: &Json) -> Option<String> {
    json.text("targetUser").filter(|user| user.contains('@') && !user.contains(char::is_control)).map(ToOwned::to_owned)
}

/// The PCs of which there are settings, with the names that the backup has for them.
pub(super) fn devices(entries: &[Entry]) -> Vec<BackupDevice> {
    let mut devices: BTreeMap<String, Option<String>> = BTreeMap::new();
    for id in entries.iter().filter_map(|entry| entry.device.clone()) {
        devices.entry(id).or_default();
    }
    for profile in entries.iter().filter(|entry| entry.kind == DEVICE_PROFILE) {
        let Some(Ok(json)) = profile.payload.as_deref().map(json::parse) else { continue };
        let data = data_of(&json);
        let (Some(id), Some(name)) = (data.text("profileId"), data.text("deviceDisplayName")) else { continue };
        if let Some(device) = devices.get_mut(&plain_id(id)) {
            *device = Some(name.to_owned());
        }
    }
    devices.into_iter().map(|(id, name)| BackupDevice { id, name }).collect()
}
