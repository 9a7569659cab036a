//! The mounted drives of this machine, among which a Windows may be.

use std::path::PathBuf;

use wbo_engine::WindowsKind;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::offline;
use crate::ui::Ui;

/// A drive with a Windows that is switched off.
pub(crate) struct Volume {
    pub(crate) folder: PathBuf,
    /// The Windows in it, by their folders.
    pub(crate) windows: Vec<String>,
}

/// The only drive with a Windows that is switched off.
pub(crate) fn only_windows(ui: Ui) -> Result<PathBuf, CommandError> {
    let volumes = with_windows();
    match &*volumes {
        [one] => {
            ui.status(&format!("auto: {}", one.folder.display()));
            Ok(one.folder.clone())
        }
        [] => Err(CommandError::new(Exit::SourceUnreadable, "no mounted drive holds a Windows that is switched off")
            .hint("mount its drive, read-only, and unlock it first if BitLocker has it; then name the folder instead of 'auto'")),
        several => {
            let list: Vec<String> = several
                .iter()
                .map(|volume| format!("{} ({})", volume.folder.display(), volume.windows.join(", ")))
                .collect();
            let message = format!("several mounted drives hold a Windows: {}", list.join("; "));
            Err(CommandError::usage(message).hint("name one of these folders instead of 'auto'"))
        }
    }
}

/// Every mounted drive with a Windows of its own, which is not the one that runs here.
pub(crate) fn with_windows() -> Vec<Volume> {
    let look = |folder: PathBuf| {
        let found = offline::look_at(&folder).ok()?;
        let installed = found.windows.iter().filter(|windows| windows.kind == WindowsKind::Installed);
        let windows: Vec<String> = installed
            .map(|windows| windows.folder.iter().map(ToString::to_string).collect::<Vec<_>>().join("\\"))
            .collect();
        (!windows.is_empty()).then_some(Volume { folder, windows })
    };
    mounted().into_iter().filter_map(look).collect()
}

/// The folders where drives are mounted.
#[cfg(target_os = "linux")]
fn mounted() -> Vec<PathBuf> {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    // Where nothing of a disk is; looking there could wait for a network.
    const OTHER: [&str; 22] = [
        "proc",
        "sysfs",
        "tmpfs",
        "devtmpfs",
        "devpts",
        "cgroup",
        "cgroup2",
        "mqueue",
        "securityfs",
        "debugfs",
        "tracefs",
        "pstore",
        "bpf",
        "autofs",
        "configfs",
        "hugetlbfs",
        "nsfs",
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "ramfs",
    ];
    let table = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    let mut folders = Vec::new();
    for line in table.split(|byte| *byte == b'\n') {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let Some(folder) = fields.get(4) else { continue };
        let kind = fields.iter().position(|field| *field == b"-").and_then(|dash| fields.get(dash + 1));
        if kind.is_some_and(|kind| !OTHER.iter().any(|other| other.as_bytes() == *kind)) {
            let folder = PathBuf::from(OsString::from_vec(unescaped(folder)));
            if folder.is_dir() && folder != std::path::Path::new("/") {
                folders.push(folder);
            }
        }
    }
    folders.sort();
    folders.dedup();
    folders
}

/// A field of the table of mounts: spaces and others are in it as `\040`.
#[cfg(target_os = "linux")]
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = field;
    while let Some((byte, after)) = rest.split_first() {
        let octal = (*byte == b'\\').then(|| after.get(..3)).flatten();
        let octal = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match octal {
            Some(octal) => {
                bytes.push(octal);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    bytes
}

/// The roots of drives, but for that of the Windows that runs here.
#[cfg(windows)]
fn mounted() -> Vec<PathBuf> {
    let own = std::env::var("SystemDrive").unwrap_or_default().to_ascii_uppercase();
    let drives = ('A'..='Z').map(|letter| format!("{letter}:")).filter(|drive| *drive != own);
    drives.map(|drive| PathBuf::from(format!("{drive}\\"))).filter(|root| root.is_dir()).collect()
}

/// What is mounted where this system usually does it.
#[cfg(not(any(target_os = "linux", windows)))]
fn mounted() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("/Volumes").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn names_of_mounts_are_unescaped() {
        assert_eq!(super::unescaped(br"/mnt/a\040b\134c\9"), br"/mnt/a b\c\9");
    }
}
