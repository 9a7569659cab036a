//! What Windows itself wrote, read by our decoders: values of the CloudStore and layouts of Start, public data of others.
//!
//! The files are not part of this repository. Where they are not beside it, in ../shared/real, these tests say so and
//! check nothing; in CI they must not be missing while the rest of ../shared is there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use registry::{FileTime, MemoryRegistry, Name, Value, ValueType};
use serde::Deserialize;
use wbo_engine::forms::{Form, NightLight, StartLayout, describe, describe_file};
use wbo_engine::pins::pins;
use wbo_engine::{Drives, Folders};

use crate::support::{self, key, shared_folder};

#[test]
fn night_light_as_windows_wrote_it() {
    let Some(blobs) = cloud_store() else { return };
    let blobs: Vec<&Blob> = blobs.iter().filter(|blob| blob.path.contains("bluelightreduction")).collect();
    assert_eq!(blobs.len(), 7);
    for blob in blobs {
        let value = Value { kind: ValueType::BINARY, data: blob.data.clone() };
        // All of it was never touched, or is what Windows has before anybody touches it.
        let words = if blob.data.len() > 13 { "no schedule" } else { "never set" };
        assert_eq!(describe(Form::NightLight, &value).as_deref(), Some(words), "{}", blob.path);
        if let Ok(settings) = NightLight::read(&blob.data) {
            assert_eq!((settings.start.to_string(), settings.end.to_string()), ("21:00".into(), "07:00".into()));
            assert_eq!(settings.write(), blob.data, "{}", blob.path);
        }
    }
}

#[test]
fn tiles_of_start_as_windows_wrote_them() {
    let Some(blobs) = cloud_store() else { return };
    let mut registries = BTreeMap::new();
    for blob in blobs {
        let registry = registries.entry(blob.hive).or_insert_with(|| MemoryRegistry::new(FileTime(0)));
        set(registry, &format!(r"HKCU\Software\Microsoft\Windows\CurrentVersion\{}", blob.path), &blob.data);
    }
    let mut found = Vec::new();
    for (hive, registry) in &registries {
        let pins = pins(registry, &Drives::default(), &Folders::default());
        assert_eq!(pins.problems.len(), 1, "only the user's folder is not known: {:?}", pins.problems);
        let ids: Vec<&str> = pins.start.iter().filter_map(|pin| pin.aumid.as_deref()).collect();
        assert!(ids.iter().any(|id| id.starts_with("Microsoft.MicrosoftOfficeHub_8wekyb3d8bbwe!")), "{hive} {ids:?}");
        found.push((hive.as_str(), pins.start.len()));
    }
    assert_eq!(found, [("regipy-NTUSER", 25), ("win10-rathbun-NTUSER.DAT", 21), ("win11-rathbun-NTUSER.DAT", 12)]);
}

#[test]
fn layouts_of_start_as_windows_wrote_them() {
    let Some(folder) = folder("start2") else { return };
    let words = |name: &str| {
        let file = std::fs::read(folder.join(name)).unwrap();
        assert_eq!(StartLayout::read(&file).map(|layout| layout.payload + 44), Ok(file.len()));
        describe_file(Form::StartLayout, &file).unwrap()
    };
    assert_eq!(words("6e02e8.start2.bin"), "Start pins saved on 2023-09-06, 928 bytes that only Windows reads");
    assert_eq!(words("21af80.start2.bin"), "Start pins saved on 2024-08-24, 5824 bytes that only Windows reads");
}

#[derive(Deserialize)]
struct Blob {
    file: String,
    hive: String,
    path: String,
    #[serde(skip)]
    data: Vec<u8>,
}

fn cloud_store() -> Option<Vec<Blob>> {
    let folder = folder("cloudstore")?;
    let index = std::fs::read(folder.join("index.json")).unwrap();
    let mut blobs: Vec<Blob> = serde_json::from_slice(&index).unwrap();
    for blob in &mut blobs {
        blob.data = std::fs::read(folder.join(&blob.file)).unwrap();
    }
    assert!(blobs.len() > 100);
    Some(blobs)
}

fn folder(name: &str) -> Option<PathBuf> {
    shared_folder(&format!("real/{name}"), "nothing real was decoded")
}

fn set(registry: &mut MemoryRegistry, at: &str, data: &[u8]) {
    let value = Value { kind: ValueType::BINARY, data: data.to_vec() };
    support::set(registry, &key(at), &Name::from("Data"), value);
}
