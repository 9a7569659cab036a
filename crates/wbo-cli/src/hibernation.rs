//! A Windows that is not shut down but hibernated: its volume is not to be written to.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::CommandError;
use crate::exit::Exit;

/// Refuses to change a hive on a volume whose Windows is hibernated.
pub(crate) fn refuse(hive: &Path, accepted: bool) -> Result<(), CommandError> {
    match hibernated(hive) {
        Some(image) if !accepted => Err(CommandError::new(
            Exit::Policy,
            format!(
                "{}: the Windows on this volume is hibernated ({}); it would overwrite the change when it resumes",
                hive.display(),
                from_here(&image).display()
            ),
        )
        .hint(
            "start that Windows and shut it down fully: `shutdown /s /t 0`, or hold Shift while choosing Shut down; \
             a usual shutdown hibernates where fast startup is on",
        )
        .hint(
            "--accept-hibernated-windows writes all the same; never resume that Windows then, or the volume may be \
             damaged",
        )),
        _ => Ok(()),
    }
}

/// A path as short as it can be said from the current folder.
fn from_here(path: &Path) -> &Path {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

/// The file that holds a hibernated Windows on the volume of this hive.
fn hibernated(hive: &Path) -> Option<PathBuf> {
    let hive = fs::canonicalize(hive).ok()?;
    let images = hive.ancestors().skip(1).filter_map(|folder| {
        let mut entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
        entries.find(|entry| entry.file_name().eq_ignore_ascii_case("hiberfil.sys")).map(|entry| entry.path())
    });
    images.into_iter().find(|image| {
        let mut start = [0; 4];
        match File::open(image).and_then(|mut file| file.read_exact(&mut start)) {
            Ok(()) => registry_hive::is_hibernated(&start),
            // A running Windows lets nobody read its own, and it is not hibernated. Elsewhere not to know is no reason
            // to go on, but a file without content tells that nothing is in it.
            Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied && !cfg!(windows),
        }
    })
}
