//! .reg files: what the catalogue knows of them, as settings.
//!
//! A file is merged into a registry in which nothing is, and that registry is captured; then everything goes that the file
//! does not speak of. A setting that is written as a whole, so that writing it takes away what a profile lacks, is taken
//! only where the file says all of it.

mod places;
mod said;
mod taking;
mod user;

use profile_format::{Device, User as Whose};
use registry::{RegFile, RegistryError};

use self::said::Said;
use self::taking::Taking;
use self::user::User;
use super::Imported;
use crate::catalogue::Catalogue;
use crate::secrets::Secrets;
use crate::{Drives, Folders, NoHives, Source};

/// What is known beside a .reg file.
pub struct RegImport<'i> {
    /// The settings that there are.
    pub catalogue: &'i Catalogue,
    /// What is left out.
    pub secrets: &'i Secrets,
    /// Where the user's folders were, so that paths become tokens; none of them, and paths stay as they are.
    pub folders: Folders,
    /// Whose keys of `HKEY_USERS` are taken. Without it, those of the one person whom the file is about.
    pub sid: Option<String>,
    /// Whether the file says everything about the keys that it names, as an export of them does: what it lacks below them
    /// was not there.
    pub whole: bool,
}

impl RegImport<'_> {
    /// Takes what a file says. It is an error only where no registry would take the file either.
    pub fn import(&self, file: &RegFile) -> Result<Imported, RegistryError> {
        let user = User::of(file, self.sid.as_deref());
        let said = Said::of(file, &user, self.whole)?;
        let drives = Drives::default();
        let source = Source {
            registry: &said.registry,
            files: &drives,
            hives: &NoHives,
            folders: self.folders.clone(),
            user: Whose { sid: user.sid, ..Whose::default() },
            device: Device::default(),
        };
        let imported = Taking::new(self, &said, &source).take();
        Ok(Imported { user: source.user, ..imported })
    }
}
