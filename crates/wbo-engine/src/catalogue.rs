//! The catalogue: which settings there are, and where Windows keeps them.
//!
//! It is data, in TOML files that `docs/catalogue.md` describes: ours are embedded, and files of others are added to
//! them. A setting is found by its id only.

mod embedded;
mod error;
mod fields;
mod place;
mod read;
mod setting;
mod words;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

pub use error::{CatalogueError, CatalogueErrors, Flaw};
pub use place::{Bits, Except, Fallback, FilePath, FilesPlace, Place, RegistryPlace, ValuePath, Values};
pub use setting::{Became, Builds, Part, Scope, Setting, Source};
pub use words::{Each, Effect, Kind, MergeBy, Portability, Sensitivity, Unit};

pub use crate::forms::Form;

/// Settings by their ids.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    settings: BTreeMap<String, Setting>,
    sources: BTreeMap<String, Source>,
    /// The file that each setting stands in.
    files: BTreeMap<String, String>,
    /// Of all files so far, in their order.
    digest: [u8; 32],
}

impl Catalogue {
    /// The catalogue that wbo brings along.
    pub fn standard() -> Result<Self, CatalogueErrors> {
        let mut catalogue = Self::default();
        for (file, text) in embedded::FILES {
            catalogue.add(file, text)?;
        }
        Ok(catalogue)
    }

    /// Adds what a file says, all of it or nothing. `file` names it in messages.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), CatalogueErrors> {
        let content = read::read_file(file, text)?;
        let mut sources = self.sources.clone();
        read::add_sources(file, content.sources, &mut sources)?;
        let mut added = BTreeMap::new();
        let mut errors = Vec::new();
        for (line, mut setting) in content.settings {
            setting.families = setting::families(&setting.sources, &sources);
            let first = self.files.get(&setting.id).map(String::as_str);
            let first = first.or(added.contains_key(&setting.id).then_some("this file"));
            if let Some(first) = first {
                let flaw = Flaw::Twice { name: setting.id.clone(), first: first.to_owned() };
                errors.push(CatalogueError { file: file.to_owned(), line, setting: Some(setting.id), flaw });
            } else {
                added.insert(setting.id.clone(), setting);
            }
        }
        if !errors.is_empty() {
            return Err(CatalogueErrors(errors));
        }
        self.files.extend(added.keys().map(|id| (id.clone(), file.to_owned())));
        self.settings.extend(added);
        self.sources = sources;
        self.digest = Sha256::new().chain_update(self.digest).chain_update(Sha256::digest(text)).finalize().into();
        Ok(())
    }

    /// All settings, by their ids.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.settings.values()
    }

    /// The setting of an id.
    pub fn get(&self, id: &str) -> Option<&Setting> {
        self.settings.get(id)
    }

    /// What tells it from others: a digest of all that was added.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Who is behind a code of a source.
    pub fn source(&self, code: &str) -> Option<&Source> {
        self.sources.get(code)
    }

    /// The file that a setting stands in.
    pub fn file(&self, id: &str) -> Option<&str> {
        self.files.get(id).map(String::as_str)
    }
}
