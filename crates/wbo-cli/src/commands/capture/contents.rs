//! The files of a profile, where they were found.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use profile_format::{ContentId, Contents};
use wbo_engine::{Drives, WindowsPath};

/// Contents where they were found. What changed since is noticed: a content is named by its digest.
pub(super) struct DriveContents<'d> {
    pub(super) drives: &'d Drives<'d>,
    pub(super) places: &'d BTreeMap<ContentId, WindowsPath>,
}

impl Contents for DriveContents<'_> {
    fn open(&self, id: &ContentId) -> io::Result<Box<dyn Read + Send + '_>> {
        let place = self.places.get(id).ok_or(io::ErrorKind::NotFound)?;
        let bytes = self.drives.read(place, u64::MAX)?;
        let bytes = bytes.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{place} is gone")))?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}
