//! The sample images: `wbo demo --images`, fixtures/images, and what is planted in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use walkdir::WalkDir;

use crate::folder::{Folder, fixture, repository};

const IMAGES: [&str; 2] = ["windows-10", "windows-11"];

/// Files by their paths with slashes.
type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn the_images_in_the_fixtures_are_what_the_demo_writes() {
    let folder = Folder::new();
    folder.wbo("demo --images made").ends(0);
    let made = files_in(&folder.path("made"));
    if std::env::var_os("WBO_WRITE_FIXTURES").is_some_and(|value| value == "1") {
        write_fixtures(&made);
    }
    let there: Files = files_in(&fixture("images")).into_iter().filter(|(path, _)| path != "README.md").collect();
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there), names(&made), "WBO_WRITE_FIXTURES=1 writes fixtures/images when this test runs");
    let differing: Vec<_> = made.iter().filter(|(path, bytes)| there.get(*path) != Some(*bytes)).collect();
    let differing: Vec<_> = differing.iter().map(|(path, _)| path).collect();
    assert!(differing.is_empty(), "WBO_WRITE_FIXTURES=1 writes them anew: {differing:?}");
    let size: usize = made.values().map(Vec::len).sum();
    assert!(size < 1_500_000, "the images have {size} bytes, too many for everybody who clones this");
}

fn write_fixtures(made: &Files) {
    for image in IMAGES {
        let _ = fs::remove_dir_all(fixture("images").join(image));
    }
    for (path, bytes) in made {
        let path = fixture("images").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn files_that_are_there_are_not_written_over() {
    let folder = Folder::new();
    fs::create_dir(folder.path("made")).unwrap();
    folder.wbo("demo --images made").ends(4);
    folder.wbo("demo --images made --keep kept").ends(2);
}

#[test]
fn files_have_the_time_of_their_image() {
    let folder = Folder::new();
    folder.wbo("demo --images made --quiet").ends(0);
    for (image, seconds) in [("windows-10", 1_756_796_400), ("windows-11", 1_756_800_000)] {
        let metadata = fs::metadata(folder.path(format!("made/{image}/Users/Default/NTUSER.DAT"))).unwrap();
        let time = metadata.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(time.as_secs(), seconds);
    }
}

/// Checkouts on Windows fail as a whole at one name that Windows cannot have, or at a path that is too long.
#[test]
fn every_name_can_be_had_on_windows() {
    let reserved = ["con", "prn", "aux", "nul"].map(str::to_owned).into_iter();
    let numbered = (0..=9).flat_map(|number| [format!("com{number}"), format!("lpt{number}")]);
    let reserved: BTreeSet<String> = reserved.chain(numbered).collect();
    let mut folded = BTreeSet::new();
    for path in files_in(&fixture("images")).keys() {
        for name in path.split('/') {
            let stem = name.split('.').next().unwrap().to_lowercase();
            assert!(!reserved.contains(&stem), "{path}");
            assert!(!name.ends_with(['.', ' ']), "{path}");
            assert!(!name.contains(['<', '>', ':', '"', '|', '?', '*', '\\']), "{path}");
            assert!(name.chars().all(|character| !character.is_control()), "{path}");
        }
        assert!(path.encode_utf16().count() < 190, "{path} does not leave room for where the repository lies");
        assert!(folded.insert(path.to_lowercase()), "{path} differs from another in upper and lower case alone");
    }
}

#[test]
fn the_hive_of_alice_is_dirty_and_its_log_has_the_rest() {
    let folder = Folder::new();
    let advanced = r"Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced";
    let user = fixture("images/windows-11/Users/alice");
    let value = |key: &str, name: &str| {
        let run = folder.wbo_with(&["hive", "get", "NTUSER.DAT", key, name], crate::run::Input::default());
        (run.code == 0).then_some(run.stdout)
    };
    folder.write("NTUSER.DAT", fs::read(user.join("NTUSER.DAT")).unwrap());
    assert_eq!(value(advanced, "TaskbarAl").as_deref(), Some("\"TaskbarAl\" REG_DWORD: 1 (0x1)\n"));
    assert_eq!(value(r"Network\T", "RemotePath"), None);
    folder.write("NTUSER.DAT.LOG1", fs::read(user.join("NTUSER.DAT.LOG1")).unwrap());
    assert_eq!(value(advanced, "TaskbarAl").as_deref(), Some("\"TaskbarAl\" REG_DWORD: 0 (0x0)\n"));
    assert_eq!(value(advanced, "ShowTaskViewButton"), None);
    assert!(value(r"Network\T", "RemotePath").is_some());
}

/// An entry of demo/planted.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Planted {
    pub(crate) image: String,
    file: String,
    key: Option<String>,
    value: Option<String>,
    kind: String,
    pub(crate) text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    planted: Vec<Planted>,
}

pub(crate) fn planted() -> Vec<Planted> {
    let text = fs::read_to_string(repository("crates/wbo-cli/demo/planted.toml")).unwrap();
    toml::from_str::<List>(&text).unwrap().planted
}

#[test]
fn what_is_planted_is_in_the_images_and_nothing_else_is() {
    let planted = planted();
    assert!(planted.len() >= 100);
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in &planted {
        assert!(["secret", "hash", "name"].contains(&one.kind.as_str()), "{}", one.text);
        let path = format!("{}/{}", one.image, one.file);
        assert!(listed.entry(path).or_default().insert(one.text.clone()), "{} is listed twice", one.text);
    }
    let distinct: BTreeSet<_> = planted.iter().map(|one| &one.text).collect();
    assert_eq!(distinct.len(), planted.len(), "each text stands at one place, so that a find says which");

    for (path, bytes) in files_in(&fixture("images")) {
        let expected = listed.remove(&path).unwrap_or_default();
        // A log repeats what its hive has.
        if !path.ends_with(".LOG1") && path != "README.md" {
            assert_eq!(words(&bytes), expected, "{path}");
        }
    }
    assert_eq!(listed.keys().collect::<Vec<_>>(), Vec::<&String>::new(), "files that are not there");
}

#[test]
fn planted_values_stand_where_the_list_says() {
    let folder = Folder::new();
    for one in planted() {
        let (Some(key), Some(value)) = (&one.key, &one.value) else { continue };
        let root = [r"HKEY_CURRENT_USER\Software\Classes\", r"HKEY_CURRENT_USER\"];
        let below = root.iter().find_map(|root| key.strip_prefix(root));
        let below = below.or_else(|| key.splitn(3, '\\').nth(2)).unwrap();
        let hive = fixture("images").join(&one.image).join(&one.file);
        let args = ["hive", "get", hive.to_str().unwrap(), below, if value.is_empty() { "@" } else { value }, "--json"];
        let run = folder.wbo_with(&args, crate::run::Input::default()).ends(0);
        let data = run.json()["values"][0]["data"].as_str().map(str::to_owned);
        let data = data.unwrap_or_else(|| panic!("{run:?}"));
        let bytes: Vec<u8> = data.as_bytes().chunks(2).map(hex_byte).collect();
        assert_eq!(words(&bytes), BTreeSet::from([one.text]), "{key}");
    }
}

fn hex_byte(digits: &[u8]) -> u8 {
    u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap()
}

/// The planted words in bytes, be they UTF-8 or UTF-16.
fn words(bytes: &[u8]) -> BTreeSet<String> {
    let narrow = bytes.iter().map(|&byte| u16::from(byte)).collect();
    let wide = |bytes: &[u8]| bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let texts: [Vec<u16>; 3] = [narrow, wide(bytes), wide(bytes.get(1..).unwrap_or_default())];
    texts.iter().flat_map(|text| words_of_units(text)).collect()
}

fn words_of_units(units: &[u16]) -> Vec<String> {
    let mark: Vec<u16> = "planted-".encode_utf16().collect();
    let starts = (0..units.len()).filter(|&start| units[start..].starts_with(&mark));
    let is_of_word = |unit: &&u16| matches!(**unit, 0x2d | 0x30..=0x39 | 0x61..=0x7a);
    let word = |start: usize| units[start..].iter().take_while(is_of_word).copied().collect::<Vec<_>>();
    starts.map(|start| String::from_utf16(&word(start)).unwrap()).collect()
}

fn files_in(folder: &Path) -> Files {
    let entries = WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    let slashed = |path: &Path| {
        let parts = path.strip_prefix(folder).unwrap().components();
        parts.map(|part| part.as_os_str().to_str().unwrap().to_owned()).collect::<Vec<_>>().join("/")
    };
    entries.map(|entry| (slashed(entry.path()), fs::read(entry.path()).unwrap())).collect()
}
