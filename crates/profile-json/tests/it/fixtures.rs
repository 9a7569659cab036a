//! The sample documents in fixtures/documents.

use std::collections::BTreeSet;
use std::path::PathBuf;

use profile_format::{Category, Content, ContentId, NoteCode, ProfileId, Timestamp};
use profile_json::{ContentPlace, Defaults, from_json};
use sha2::{Digest, Sha256};

/// For fixtures that leave out their id and time.
pub(crate) const DEFAULTS: Defaults =
    Defaults { id: Some(ProfileId([7; 16])), created: Some(Timestamp(1_750_000_000)) };

/// The text of a sample document.
pub(crate) struct Fixture {
    pub(crate) text: String,
}

impl Fixture {
    pub(crate) fn load(name: &str) -> Self {
        let path = folder().join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { text }
    }
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "fixtures", "documents"].iter().collect()
}

#[test]
fn files_beside_the_fixtures_are_what_they_say() {
    let mut files = BTreeSet::new();
    for name in ["small", "full", "authored", "undo"] {
        let (document, places) = from_json(&Fixture::load(name).text, &DEFAULTS).unwrap();
        for Content { id, size } in document.contents() {
            if let ContentPlace::File(path) = &places[&id] {
                let bytes = std::fs::read(folder().join(path.as_str())).unwrap();
                assert_eq!((ContentId(Sha256::digest(&bytes).into()), bytes.len() as u64), (id, size));
                files.insert(path.as_str().to_owned());
            }
        }
    }
    let stored = std::fs::read_dir(folder().join("contents")).unwrap();
    let stored = stored.map(|entry| format!("contents/{}", entry.unwrap().file_name().to_str().unwrap()));
    assert_eq!(stored.collect::<BTreeSet<_>>(), files);
}

#[test]
fn the_full_fixture_has_every_word_and_a_number_without_one() {
    let (document, _) = from_json(&Fixture::load("full").text, &Defaults::default()).unwrap();
    let categories: BTreeSet<_> = document.sections.iter().map(|section| section.category).collect();
    let codes: BTreeSet<_> = document.notes.iter().map(|note| note.code).collect();
    assert!(Category::NAMED.iter().all(|(category, _)| categories.contains(category)));
    assert!(NoteCode::NAMED.iter().all(|(code, _)| codes.contains(code)));
    assert!(categories.iter().any(|category| category.name().is_none()));
    assert!(codes.iter().any(|code| code.name().is_none()));
}
