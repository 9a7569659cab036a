//! Folders that hold neither a Windows nor a user.

use std::fmt;

use registry::Name;

use super::{below, folders};
use crate::{Entry, EntryKind, ReadTree};

/// What a folder is that holds neither a Windows nor a user. Shown as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nothing {
    /// It is no folder.
    NotAFolder,
    /// It cannot be read.
    Unreadable {
        /// What the system says.
        why: String,
    },
    /// There is nothing in it.
    Empty,
    /// There is nothing in it but what Windows keeps on every volume.
    EmptyVolume,
    /// What a drive locked by BitLocker shows to those who cannot unlock it.
    BitLockerToGo,
    /// A whole disk or volume in one file, which is to be mounted.
    DiskImage {
        /// Its name.
        file: Name,
    },
    /// What a Windows is set up or repaired from.
    SetupMedium,
    /// The partition that a PC starts from.
    EfiPartition,
    /// The partition that an older PC starts from.
    SystemPartition,
    /// The partition that a Windows is repaired from.
    RecoveryPartition,
    /// The folder of a Windows without its registry.
    NoRegistry {
        /// The folder.
        folder: Vec<Name>,
    },
    /// A user's folder without the user's registry.
    NoUserRegistry,
    /// A system other than Windows.
    OtherSystem,
    /// Anything else.
    Other {
        /// The names of a few things in it.
        seen: Vec<Name>,
    },
}

impl Nothing {
    /// What this folder is; there is no Windows in it, and no user.
    pub(super) fn of(tree: &dyn ReadTree, entries: &[Entry]) -> Self {
        let has = |name: &str| entries.iter().any(|entry| entry.name == Name::from(name));
        let is = |kind, names: &[&str]| {
            tree.entry(&below(&[], names)).is_ok_and(|entry| entry.is_some_and(|entry| entry.kind == kind))
        };
        let is_file = |names: &[&str]| is(EntryKind::File, names);
        let housekeeping = ["System Volume Information", "$RECYCLE.BIN"].map(Name::from);
        if entries.is_empty() {
            Self::Empty
        } else if entries.iter().all(|entry| housekeeping.contains(&entry.name)) {
            Self::EmptyVolume
        } else if is_file(&["BitLockerToGo.exe"]) {
            Self::BitLockerToGo
        } else if ["boot.wim", "install.wim", "install.esd"].iter().any(|image| is_file(&["sources", image])) {
            Self::SetupMedium
        } else if let Some(folder) = folders(entries).find(|folder| {
            let config = [folder.name.clone(), Name::from("System32"), Name::from("config")];
            tree.entry(&config).is_ok_and(|entry| entry.is_some())
        }) {
            Self::NoRegistry { folder: vec![folder.name.clone()] }
        } else if is(EntryKind::Folder, &["System32", "config"]) {
            Self::NoRegistry { folder: vec![] }
        } else if is(EntryKind::Folder, &["Recovery", "WindowsRE"]) {
            Self::RecoveryPartition
        } else if has("EFI") {
            Self::EfiPartition
        } else if has("bootmgr") {
            Self::SystemPartition
        } else if has("AppData") {
            Self::NoUserRegistry
        } else if has("etc") && has("usr") || has("Library") && has("Applications") {
            Self::OtherSystem
        } else if let Some(image) = entries.iter().find(|entry| entry.kind == EntryKind::File && is_image(&entry.name))
        {
            Self::DiskImage { file: image.name.clone() }
        } else {
            Self::Other { seen: entries.iter().map(|entry| entry.name.clone()).take(5).collect() }
        }
    }

    /// A word for it, which stays the same from version to version.
    pub fn code(&self) -> &'static str {
        self.texts().0
    }

    /// What can be done about it, as a sentence without its full stop.
    pub fn remedy(&self) -> &'static str {
        self.texts().1
    }

    fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotAFolder => ("not-a-folder", "give the folder where the volume of the Windows is mounted"),
            Self::Unreadable { .. } => ("unreadable", "check the disk, and the rights with which it is mounted"),
            Self::Empty => (
                "empty",
                "mount the volume of the Windows there; if it is locked by BitLocker, unlock it with its recovery key first",
            ),
            Self::EmptyVolume => ("empty-volume", "give the volume with the Windows; this one holds no files"),
            Self::BitLockerToGo => {
                ("bitlocker", "unlock the volume with its password or recovery key, and give what is inside")
            }
            Self::DiskImage { .. } => {
                ("disk-image", "mount the volume in this file, and give the folder where it is mounted")
            }
            Self::SetupMedium => ("setup-medium", "give the volume on which the Windows is installed"),
            Self::EfiPartition | Self::SystemPartition => (
                "boot-partition",
                "give the volume on which the Windows is installed, commonly the largest of the disk",
            ),
            Self::RecoveryPartition => (
                "recovery-partition",
                "give the volume on which the Windows is installed, commonly the largest of the disk",
            ),
            Self::NoRegistry { .. } => (
                "no-registry",
                "check the volume, and bring System32\\config\\SYSTEM and SOFTWARE back from a backup; users can be given one by one by their folders",
            ),
            Self::NoUserRegistry => {
                ("no-user-registry", "look for NTUSER.DAT in a backup; without it there are no settings")
            }
            Self::OtherSystem => ("other-system", "give the folder where the volume of the Windows is mounted"),
            Self::Other { .. } => {
                ("other", "give the root of the drive that holds the Windows, or a user's folder with NTUSER.DAT")
            }
        }
    }
}

impl fmt::Display for Nothing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotAFolder => "this is no folder",
            Self::Unreadable { why } => return write!(formatter, "this folder cannot be read: {why}"),
            Self::Empty => "this folder is empty: nothing is mounted there, or what is mounted is locked",
            Self::EmptyVolume => "this volume holds nothing but what Windows keeps on every volume",
            Self::BitLockerToGo => "this volume is locked by BitLocker",
            Self::DiskImage { file } => return write!(formatter, "{file} is a disk or a volume in one file"),
            Self::SetupMedium => "this is a medium from which Windows is set up",
            Self::EfiPartition => "this is the EFI partition, from which the PC starts",
            Self::SystemPartition => "this is the system partition, from which the PC starts",
            Self::RecoveryPartition => "this is the partition from which Windows is repaired",
            Self::NoRegistry { folder } if folder.is_empty() => "this is the folder of a Windows, without its registry",
            Self::NoRegistry { folder } => {
                let folder = folder.iter().map(Name::to_string).collect::<Vec<_>>().join("\\");
                return write!(formatter, "{folder} is the folder of a Windows, without its registry");
            }
            Self::NoUserRegistry => "this is a user's folder without NTUSER.DAT",
            Self::OtherSystem => "this is a system other than Windows",
            Self::Other { seen } => {
                let seen = seen.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
                return write!(formatter, "there is no Windows and no NTUSER.DAT here; there is {seen}");
            }
        };
        formatter.write_str(text)
    }
}

/// Whether files of such a name hold volumes. `dislocker-file` is what dislocker shows of a volume that it unlocked.
fn is_image(file: &Name) -> bool {
    let name = file.to_string().to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    name == "dislocker-file"
        || [
            "vhd", "vhdx", "avhdx", "vmdk", "vdi", "qcow2", "wim", "esd", "swm", "img", "iso", "dd", "raw", "e01",
            "ffu",
        ]
        .contains(&extension)
}
