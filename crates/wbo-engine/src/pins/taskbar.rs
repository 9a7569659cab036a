//! Pins of the taskbar: shortcuts in a folder, and apps from packages in a blob of the registry, which also has the order
//! of both.

use registry::{KeyPath, Name, Root};

use super::shell_link::ShellLink;
use super::{Pin, PinProblem, Reader};
use crate::apps::AppId;
use crate::{EntryKind, KnownFolder, NameGlob};

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Pin> {
    let taskband = KeyPath::new(Root::CurrentUser, Name::split_path(TASKBAND));
    let favorites = reader.registry.value(&taskband, &Name::from("Favorites"));
    let favorites = reader.registry(favorites).map(|value| value.data).unwrap_or_default();
    let mut placed: Vec<(usize, Pin)> = app_ids(&favorites)
        .into_iter()
        .map(|(place, id)| (place, Pin { aumid: Some(id.to_string()), ..Pin::default() }))
        .collect();
    for (file, pin) in shortcuts(reader) {
        // A package's app may have a shortcut too.
        if pin.aumid.is_none() || placed.iter().all(|(_, other)| other.aumid != pin.aumid) {
            placed.push((place_of(&file, &favorites).unwrap_or(usize::MAX), pin));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, pin)| pin).collect()
}

/// The shortcuts of the folder by name, each with what it starts.
fn shortcuts(reader: &mut Reader<'_>) -> Vec<(Name, Pin)> {
    let Some(app_data) = reader.folder(KnownFolder::AppData) else { return Vec::new() };
    let folder = app_data.join_all(&Name::split_path(r"Microsoft\Internet Explorer\Quick Launch\User Pinned\TaskBar"));
    let listed = reader.drives.list(&folder);
    let entries = reader.file(&folder, listed).unwrap_or_default();
    let is_shortcut = NameGlob::new("*.lnk");
    let mut found = Vec::new();
    for entry in entries {
        if !is_shortcut.matches(&entry.name) || !matches!(entry.kind, EntryKind::File | EntryKind::OnlineOnly) {
            continue;
        }
        let path = folder.join(entry.name.clone());
        let bytes = reader.drives.read(&path, MOST_BYTES);
        let Some(bytes) = reader.file(&path, bytes) else { continue };
        let link = ShellLink::read(&bytes).unwrap_or_else(|source| {
            reader.problems.push(PinProblem::Shortcut { path, source });
            ShellLink::default()
        });
        let title = entry.name.to_string();
        let title = title.get(..title.len() - ".lnk".len()).map(ToOwned::to_owned);
        found.push((entry.name, Pin { title, target: link.target, aumid: link.app_user_model_id }));
    }
    found
}

/// The ids of apps in packages that stand in a blob, each where it first stands. They are texts of UTF-16 with a NUL on
/// either side, on even and on odd places, among much that nobody documents.
pub(super) fn app_ids(blob: &[u8]) -> Vec<(usize, AppId)> {
    let mut found: Vec<(usize, AppId)> = Vec::new();
    for odd in 0..2 {
        let (pairs, _) = blob.get(odd..).unwrap_or_default().as_chunks::<2>();
        let mut at = odd;
        for text in pairs.split(|pair| *pair == [0, 0]) {
            if let Some(id) = app_id(text) {
                found.push((at, id));
            }
            at += 2 * (text.len() + 1);
        }
    }
    found.sort_by_key(|(at, _)| *at);
    let mut first: Vec<(usize, AppId)> = Vec::new();
    for (at, id) in found {
        if first.iter().all(|(_, other)| *other != id) {
            first.push((at, id));
        }
    }
    first
}

fn app_id(text: &[[u8; 2]]) -> Option<AppId> {
    let ascii: Option<Vec<u8>> = text.iter().map(|[low, high]| (*high == 0).then_some(*low)).collect();
    AppId::parse(std::str::from_utf8(&ascii?).ok()?)
}

/// Where the name of a file stands in a blob.
fn place_of(file: &Name, blob: &[u8]) -> Option<usize> {
    let name: Vec<u8> = file.units().iter().chain(&[0]).flat_map(|unit| unit.to_le_bytes()).collect();
    blob.windows(name.len()).position(|window| window == name)
}

const TASKBAND: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\Taskband";

/// Shortcuts have a few thousand bytes.
const MOST_BYTES: u64 = 1 << 20;
