//! A document in JSON, and the bytes of the files that it names.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use profile_format::{ContentId, Contents, Document, ProfileId};
use profile_json::{ContentPlace, Defaults, JsonError};

use crate::error::CommandError;
use crate::files::read_text;
use crate::keys;
use crate::progress::Progress;
use crate::ui::Ui;

/// Bytes of a document's JSON: with large contents in files beside it, a few megabytes are usual.
const MAX_DOCUMENT: u64 = 1 << 30;

/// Reads a document, and where its contents are, for a command of this name.
pub(crate) fn read(path: &Path, ui: Ui, what: &'static str) -> Result<(Document, Places), CommandError> {
    let text = read_text(path, MAX_DOCUMENT)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| CommandError::failed(format!("the system's random numbers: {error}")))?;
    let defaults = Defaults { id: Some(ProfileId(id)), created: Some(keys::now()) };
    let wrong = |error: &dyn std::fmt::Display| CommandError::usage(format!("{}: {error}", path.display()));
    let read = match profile_json::from_json(&text, &defaults) {
        Err(JsonError::NotADocument { found: Some(kind) }) if kind == "inspect" => {
            profile_json::from_json(&inspected_document(&text).map_err(|error| wrong(&error))?, &defaults)
        }
        read => read,
    };
    let (document, places) = read.map_err(|error| wrong(&error))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let total = document.contents().iter().map(|content| content.size).sum();
    let progress = Progress::start(ui, what, total);
    Ok((document, Places { folder, places, progress }))
}

/// The document within what `wbo inspect --json` wrote.
fn inspected_document(text: &str) -> Result<String, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Inspected<'a> {
        #[serde(borrow)]
        document: &'a serde_json::value::RawValue,
    }
    serde_json::from_str::<Inspected<'_>>(text).map(|inspected| inspected.document.get().to_owned())
}

/// Contents inside the JSON, or in files beside it.
pub(crate) struct Places {
    folder: PathBuf,
    places: BTreeMap<ContentId, ContentPlace>,
    progress: Progress,
}

impl Contents for Places {
    fn open(&self, id: &ContentId) -> io::Result<Box<dyn Read + Send + '_>> {
        match self.places.get(id) {
            Some(ContentPlace::Inline(bytes)) => Ok(Box::new(Cursor::new(bytes))),
            Some(ContentPlace::File(path)) => {
                let path = self.folder.join(path.as_str());
                let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
                // Opening a pipe or a device could wait for ever.
                if !path.metadata().map_err(named)?.is_file() {
                    return Err(io::Error::other(format!("{}: it is not a file", path.display())));
                }
                Ok(Box::new(self.progress.count(File::open(&path).map_err(named)?)))
            }
            None => Err(io::Error::new(io::ErrorKind::NotFound, "the document does not say where its bytes are")),
        }
    }
}
