//! Where wbo keeps what it needs later on the Windows that it changed: journals, records to undo, reports.

use registry::Name;
use wbo_engine::{KnownFolder, WindowsPath};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::offline::{Offline, OfflineKind};
use crate::target_disk::TargetDisk;

/// The folder of wbo on a target: for administrators only on a Windows, and in a user's own folder where that is all there
/// is.
pub(crate) fn folder(target: &Offline) -> WindowsPath {
    let parent = match &target.kind {
        OfflineKind::Windows { system_root, .. } => {
            let folders = wbo_engine::Folders::of_windows(system_root.clone());
            folders.get(KnownFolder::ProgramData).cloned()
        }
        OfflineKind::UserFolder(user) => user.folder.as_ref().map(|folder| folder.join("AppData").join("Local")),
    };
    parent.unwrap_or_else(|| WindowsPath::new('C', vec![Name::from("ProgramData")])).join("wbo")
}

/// The folder with the journals of applies that were cut off.
pub(crate) fn journal(target: &Offline) -> WindowsPath {
    folder(target).join("journal")
}

/// The folder with what is kept of one apply.
pub(crate) fn of_apply(target: &Offline, id: &str) -> WindowsPath {
    folder(target).join(id)
}

/// The names of what is kept of one apply.
pub(crate) const UNDO: &str = "undo.wbo";
pub(crate) const REPORT: &str = "report.json";

/// Refuses to go on where others than administrators could have put something into our folder: a journal or a receipt says
/// what to write where.
pub(crate) fn believe(disk: &TargetDisk, folder: &WindowsPath) -> Result<(), CommandError> {
    match disk.is_private(folder) {
        Ok(true) => Ok(()),
        Ok(false) => {
            let error = format!("{folder}: it is a link, or others than administrators can write to it");
            Err(CommandError::new(Exit::Untrusted, error)
                .hint("nothing in it can be believed; look at what is there, and remove it"))
        }
        Err(error) => Err(CommandError::new(Exit::SourceUnreadable, format!("{folder}: {error}"))),
    }
}
