//! The catalogue that a command works with: ours, and files that were given.

use std::path::{Path, PathBuf};

use clap::Args;
use wbo_engine::catalogue::{Catalogue, CatalogueErrors};

use crate::error::CommandError;
use crate::files::read_text;
use crate::hive_files::must_be_file;

/// Catalogue files of others.
#[derive(Args, Clone, Debug)]
pub(crate) struct CatalogueArgs {
    /// Settings of your own programs, in a file as docs/catalogue.md describes it; may be given several times
    #[arg(long = "catalog", value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Bytes of a catalogue file: all of ours take a third of one megabyte.
const MAX_CATALOGUE: u64 = 16 << 20;

impl CatalogueArgs {
    /// The catalogue with what was given.
    pub(crate) fn load(&self) -> Result<Catalogue, CommandError> {
        let mut catalogue = Catalogue::standard().map_err(|errors| CommandError::failed(errors.to_string()))?;
        for path in &self.files {
            let file = path.display().to_string();
            catalogue.add(&file, &text_of(path)?).map_err(|errors| wrong(&file, &errors))?;
        }
        Ok(catalogue)
    }

    /// What says which settings there are: the version of ours, and whether there are others.
    pub(crate) fn version(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        if self.files.is_empty() { version.to_owned() } else { format!("{version} and {} more", self.files.len()) }
    }
}

/// A file with flaws: the first of them, and where to find the others.
fn wrong(file: &str, errors: &CatalogueErrors) -> CommandError {
    let first = errors.0.first().map(ToString::to_string).unwrap_or_default();
    let more = match errors.0.len() {
        0 | 1 => String::new(),
        count => format!(", and {} more flaws", count - 1),
    };
    CommandError::usage(format!("{first}{more}")).hint(format!("`wbo catalog check {file}` names every flaw"))
}

/// The text of a catalogue file.
pub(crate) fn text_of(path: &Path) -> Result<String, CommandError> {
    if path.as_os_str() != "-" {
        must_be_file(path)?;
    }
    read_text(path, MAX_CATALOGUE)
}
