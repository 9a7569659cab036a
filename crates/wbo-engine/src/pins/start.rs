//! Pins of Start: tiles in the CloudStore up to Windows 10; on Windows 11 a file that only Windows reads, and now and then
//! a copy of its pins in the registry.

use registry::{KeyPath, Name, Root, View};
use serde::Deserialize;

use super::{Pin, PinProblem, Reader};
use crate::KnownFolder;
use crate::forms::Bond;

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Pin> {
    // Windows 11 keeps the tiles of the Windows 10 that it was, and shows none of them.
    if is_windows_11(reader) { pins_of_windows_11(reader) } else { tiles(reader) }
}

fn is_windows_11(reader: &mut Reader<'_>) -> bool {
    let current = KeyPath::new(Root::LocalMachine, Name::split_path(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"));
    let build = reader.registry.value(&current, &Name::from("CurrentBuildNumber"));
    let build = reader.registry(build).and_then(|value| match value.view() {
        View::Text(units) => String::from_utf16(&units).ok()?.parse::<u32>().ok(),
        _ => None,
    });
    build.is_some_and(|build| build >= FIRST_BUILD_OF_WINDOWS_11)
}

fn pins_of_windows_11(reader: &mut Reader<'_>) -> Vec<Pin> {
    let start = KeyPath::new(Root::CurrentUser, Name::split_path(r"Software\Microsoft\Windows\CurrentVersion\Start"));
    let config = reader.registry.value(&start, &Name::from("Config"));
    if let Some(config) = reader.registry(config) {
        match pins_in_json(&config.data) {
            Some(pins) => return pins,
            None => reader.problems.push(PinProblem::Layout(format!("{start}!Config"))),
        }
    }
    if let Some(local) = reader.folder(KnownFolder::LocalAppData) {
        let path = local.join_all(&Name::split_path(START2));
        let entry = reader.drives.entry(&path);
        if reader.file(&path, entry).is_some() {
            reader.problems.push(PinProblem::OnlyWindowsReads(path));
        }
    }
    Vec::new()
}

/// The pins in a layout as administrators write it: `{"pinnedList":[{"packagedAppId":"…"},{"desktopAppLink":"…"}]}`.
pub(super) fn pins_in_json(data: &[u8]) -> Option<Vec<Pin>> {
    let (pairs, _) = data.as_chunks::<2>();
    let wide = String::from_utf16(&pairs.iter().map(|&pair| u16::from_le_bytes(pair)).collect::<Vec<u16>>());
    let layout = layout(std::str::from_utf8(data).ok()).or_else(|| layout(wide.as_deref().ok()))?;
    let pin = |pinned: Pinned| Pin {
        title: None,
        target: pinned.desktop_app_link,
        aumid: pinned.packaged_app_id.or(pinned.desktop_app_id),
    };
    Some(layout.pinned_list.into_iter().map(pin).filter(|pin| *pin != Pin::default()).collect())
}

fn layout(text: Option<&str>) -> Option<Layout> {
    serde_json::from_str(text?.trim_start_matches('\u{feff}').trim_end_matches('\0')).ok()
}

#[derive(Deserialize)]
struct Layout {
    #[serde(rename = "pinnedList")]
    pinned_list: Vec<Pinned>,
}

/// Pins of other kinds, such as web links, have none of these.
#[derive(Deserialize)]
struct Pinned {
    #[serde(rename = "packagedAppId")]
    packaged_app_id: Option<String>,
    #[serde(rename = "desktopAppId")]
    desktop_app_id: Option<String>,
    #[serde(rename = "desktopAppLink")]
    desktop_app_link: Option<String>,
}

/// The tiles of each collection that belongs to the grid of Start.
fn tiles(reader: &mut Reader<'_>) -> Vec<Pin> {
    let cache = KeyPath::new(Root::CurrentUser, Name::split_path(CACHE));
    let key = reader.registry.key(&cache);
    let collections = reader.registry(key).map(|key| key.subkeys).unwrap_or_default();
    let mut pins: Vec<Pin> = Vec::new();
    for collection in collections.into_iter().filter(|name| is_of_the_grid(&name.to_string())) {
        let place = cache.join(collection).join(Name::from("Current"));
        let data = reader.registry.value(&place, &Name::from("Data"));
        let Some(data) = reader.registry(data) else { continue };
        let Some(found) = pins_in_tiles(&data.data) else {
            reader.problems.push(PinProblem::Layout(place.to_string()));
            continue;
        };
        for pin in found {
            if !pins.contains(&pin) {
                pins.push(pin);
            }
        }
    }
    pins
}

/// Each display has a grid of its own. Up to Windows 10, version 1703, each tile stood by itself.
fn is_of_the_grid(collection: &str) -> bool {
    let collection = collection.to_ascii_lowercase();
    collection.ends_with("$start.tilegrid$windows.data.curatedtilecollection.tilecollection")
        || collection.ends_with("}$windows.data.curatedtilecollection.tile")
}

/// The tiles in a value of the CloudStore, in the order in which they stand there. `P~` stands before the id of an app in
/// a package, `W~` before what other programs go by: an id, or a path that begins with a known folder's GUID.
pub(super) fn pins_in_tiles(data: &[u8]) -> Option<Vec<Pin>> {
    let (header, body) = data.split_first_chunk::<16>()?;
    if !header.starts_with(&[2, 0, 0, 0]) {
        return None;
    }
    // What was taken away leaves its time.
    if body.is_empty() {
        return Some(Vec::new());
    }
    let bond = Bond::read(body)?;
    let pin = |units: &[u16]| {
        let text = String::from_utf16(units).ok()?;
        let (kind, rest) = text.split_once('~').filter(|(_, rest)| !rest.is_empty())?;
        match kind {
            "P" => Some(Pin { aumid: Some(rest.to_owned()), ..Pin::default() }),
            "W" if rest.contains('\\') => Some(Pin { target: Some(rest.to_owned()), ..Pin::default() }),
            "W" => Some(Pin { aumid: Some(rest.to_owned()), ..Pin::default() }),
            _ => None,
        }
    };
    Some(bond.wide_texts().into_iter().filter_map(pin).collect())
}

const FIRST_BUILD_OF_WINDOWS_11: u32 = 22000;

const CACHE: &str = r"Software\Microsoft\Windows\CurrentVersion\CloudStore\Store\Cache\DefaultAccount";

const START2: &str = r"Packages\Microsoft.Windows.StartMenuExperienceHost_cw5n1h2txyewy\LocalState\start2.bin";
