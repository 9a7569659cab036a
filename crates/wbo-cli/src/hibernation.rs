//! A Windows that is not shut down but hibernated: its volume is not to be written to.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf, Prefix};

use crate::error::CommandError;
use crate::exit::Exit;

/// Refuses to change a hive on a volume whose Windows is hibernated, or may be.
pub(crate) fn refuse(hive: &Path, accepted: bool) -> Result<(), CommandError> {
    if accepted {
        return Ok(());
    }
    match hibernated(hive) {
        Ok(None) => Ok(()),
        Ok(Some(image)) => Err(CommandError::new(
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
        Err(Untold { path, error }) => Err(CommandError::new(
            Exit::Policy,
            format!(
                "{}: whether the Windows on this volume is hibernated cannot be told, so it counts as hibernated: {}: \
                 {error}",
                hive.display(),
                from_here(&path).display()
            ),
        )
        .hint("make that readable, or run wbo as somebody who may read it")
        .hint(
            "--accept-hibernated-windows writes all the same; only where no Windows is on the volume, or it was shut \
             down fully, which it is not after a usual shutdown with fast startup",
        )),
    }
}

/// A path as short as it can be said from the current folder.
fn from_here(path: &Path) -> &Path {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

/// What would have to be read to know.
struct Untold {
    path: PathBuf,
    error: io::Error,
}

/// The file that holds a hibernated Windows on the volume of this hive: in a folder above it, for a volume may be mounted
/// anywhere. One on another volume is not found.
fn hibernated(hive: &Path) -> Result<Option<PathBuf>, Untold> {
    let Some(hive) = there(hive, fs::canonicalize(hive))? else { return Ok(None) };
    for folder in hive.ancestors().skip(1) {
        for image in images_in(folder)? {
            if there(&image, holds_windows(&image))? == Some(true) {
                return Ok(Some(image));
            }
        }
    }
    Ok(None)
}

/// The files of that name in a folder, whatever its case.
fn images_in(folder: &Path) -> Result<Vec<PathBuf>, Untold> {
    let names: io::Result<Vec<_>> =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
    match names {
        // A folder such as /home may let everybody through and show nothing. Windows itself spells the name like this, so
        // that asking for it is as good as a list.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(vec![folder.join("hiberfil.sys")]),
        names => {
            let mut names = there(folder, names)?.unwrap_or_default();
            names.retain(|name| name.eq_ignore_ascii_case("hiberfil.sys"));
            Ok(names.iter().map(|name| folder.join(name)).collect())
        }
    }
}

fn holds_windows(image: &Path) -> io::Result<bool> {
    let mut start = [0; 4];
    let read = fs::metadata(image).and_then(|metadata| match metadata.is_file() {
        true => File::open(image)?.read_exact(&mut start).map(|()| registry_hive::is_hibernated(&start)),
        false => Ok(false),
    });
    match read {
        // Nothing is in a file that ends before it begins.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof || is_of_running_windows(image, &error) => Ok(false),
        read => read,
    }
}

/// A running Windows lets nobody read its own file, and is not hibernated.
fn is_of_running_windows(image: &Path, error: &io::Error) -> bool {
    const SHARING_VIOLATION: i32 = 32;
    let is_its_drive = || {
        let drive = std::env::var_os("SystemDrive").map(PathBuf::from);
        drive.is_some_and(|drive| letter(&drive).is_some() && letter(&drive) == letter(image))
    };
    cfg!(windows)
        && (error.raw_os_error() == Some(SHARING_VIOLATION)
            || (error.kind() == ErrorKind::PermissionDenied && is_its_drive()))
}

/// The letter of the drive on which a path of Windows begins.
fn letter(path: &Path) -> Option<u8> {
    match path.components().next()? {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => Some(letter.to_ascii_uppercase()),
            _ => None,
        },
        _ => None,
    }
}

/// What was asked of a path, or nothing if nothing is there; every other failure leaves the question open.
fn there<T>(path: &Path, asked: io::Result<T>) -> Result<Option<T>, Untold> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Untold { path: path.to_owned(), error }),
    }
}
