//! Copies of the sample images, for tests to change or to look at afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use crate::folder::{Folder, fixture};

pub(crate) const NTUSER: &str = "windows-11/Users/alice/NTUSER.DAT";
pub(crate) const USRCLASS: &str = "windows-11/Users/alice/AppData/Local/Microsoft/Windows/UsrClass.dat";
pub(crate) const ZOE: &str = "windows-11/Users/Zoë Ångström/NTUSER.DAT";
pub(crate) const SOFTWARE: &str = "windows-11/Windows/System32/config/SOFTWARE";
pub(crate) const SYSTEM: &str = "windows-11/Windows/System32/config/SYSTEM";

impl Folder {
    /// With a copy of the sample Windows 11.
    pub(crate) fn with_windows_11() -> Self {
        let folder = Self::new();
        folder.image("windows-11", "windows-11");
        folder
    }

    /// Copies a sample image. All files have one time, as checkouts differ in it.
    pub(crate) fn image(&self, name: &str, to: &str) {
        let from = fixture("images").join(name);
        for entry in WalkDir::new(&from).into_iter().map(Result::unwrap) {
            let path = self.path(to).join(entry.path().strip_prefix(&from).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::copy(entry.path(), &path).unwrap();
                let file = fs::File::options().write(true).open(path).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(SWITCHED_OFF)).unwrap();
            }
        }
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Everything below a folder, with what reading it may leave: bytes, sizes and times of change.
    pub(crate) fn traces(&self, name: &str) -> BTreeMap<PathBuf, (Option<Vec<u8>>, SystemTime)> {
        let entries = WalkDir::new(self.path(name)).into_iter().map(Result::unwrap);
        let trace = |path: &Path| {
            let metadata = fs::symlink_metadata(path).unwrap();
            (metadata.is_file().then(|| fs::read(path).unwrap()), metadata.modified().unwrap())
        };
        entries.map(|entry| (entry.path().to_owned(), trace(entry.path()))).collect()
    }
}

/// 2 September 2025, as the command that writes the images has it.
const SWITCHED_OFF: u64 = 1_756_800_000;

/// The same in a profile.
pub(crate) const SWITCHED_OFF_TEXT: &str = "2025-09-02T08:00:00Z";
