//! Why a profile is nobody's, or cannot be read, and what to do about it.

use std::fmt;

/// Why a profile is not taken unless it is asked for by its SID or folder. Shown as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SetAside {
    /// An account of Windows or of a program.
    Service {
        /// Whose.
        whose: &'static str,
    },
    /// An account that setup made for itself, such as `defaultuser0`.
    Setup,
    /// A profile that Windows gave for one sign-in, since it could not load the right one.
    Temporary,
    /// A folder for all users, or for those to come.
    Shared,
    /// An entry of Windows' list whose name is no SID.
    NotAnAccount,
    /// The entry names no folder on a drive: a server's, a relative one, or none at all.
    NotOnADrive {
        /// What it says, if anything.
        path: Option<String>,
    },
    /// The entry names a folder that holds more than one user's files: a whole drive, Windows, or all users' folders.
    NotOneUsers,
    /// The folder is on a drive, or in a folder of one, that was not given.
    DriveNotGiven {
        /// Its letter.
        drive: char,
    },
    /// Windows lists the user, but the folder is not there.
    FolderMissing,
    /// The folder is a link to elsewhere.
    Link,
    /// The folder holds no registry of a user.
    NoHive,
    /// The folder cannot be read.
    Unreadable {
        /// What the system says.
        why: String,
    },
    /// Windows does not list a user with this folder.
    NoEntry,
    /// Another entry names the same folder.
    SameFolder {
        /// The name of the other entry.
        entry: String,
    },
    /// The files are in a container of FSLogix, which is not mounted here.
    InContainer,
    /// What FSLogix leaves on the PC beside a container.
    ContainerLeftover,
}

impl SetAside {
    /// A word for it, which stays the same from version to version.
    pub fn code(&self) -> &'static str {
        self.texts().0
    }

    /// What can be done about it, as a sentence without its full stop; `None`, where nothing is amiss.
    pub fn remedy(&self) -> Option<&'static str> {
        self.texts().1
    }

    /// Whether every Windows has such profiles, so that one more is no news.
    pub fn is_ordinary(&self) -> bool {
        matches!(self, Self::Service { .. } | Self::Setup | Self::Shared)
    }

    fn texts(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Service { .. } => ("service-account", None),
            Self::Setup => ("setup-account", None),
            Self::Shared => ("shared-folder", None),
            Self::Temporary => (
                "temporary",
                Some("take the user's own profile, which Windows lists with .bak behind the SID or not at all"),
            ),
            Self::NotAnAccount => ("not-an-account", Some("name the folder, if it is somebody's")),
            Self::NotOnADrive { .. } => {
                ("not-on-a-drive", Some("give the folder with the user's files as a source of its own"))
            }
            Self::NotOneUsers => {
                ("not-one-users-folder", Some("give the folder with the user's files as a source of its own"))
            }
            Self::DriveNotGiven { .. } => {
                ("drive-not-given", Some("say where that drive is mounted, or give the user's folder as a source"))
            }
            Self::FolderMissing => (
                "folder-missing",
                Some("look for the folder on another drive or in a backup; without it nothing is left"),
            ),
            Self::Link => ("link", Some("give the folder that the link leads to as a source of its own")),
            Self::NoHive => ("no-hive", Some("look for NTUSER.DAT in a backup; without it there are no settings")),
            Self::Unreadable { .. } => ("unreadable", Some("check the disk, and the rights with which it is mounted")),
            Self::NoEntry => ("not-listed", Some("name the folder, if it is somebody's")),
            Self::SameFolder { .. } => ("same-folder", Some("take the other entry")),
            Self::InContainer => {
                ("in-container", Some("mount the user's VHD or VHDX and give the folder Profile in it as a source"))
            }
            Self::ContainerLeftover => (
                "container-leftover",
                Some("mount the user's VHD or VHDX and give the folder Profile in it as a source"),
            ),
        }
    }
}

impl fmt::Display for SetAside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { whose } => write!(formatter, "this is the account of {whose}"),
            Self::Setup => formatter.write_str("this is an account that Windows' setup made for itself"),
            Self::Temporary => formatter.write_str("this is a temporary profile, which Windows gave for one sign-in"),
            Self::Shared => formatter.write_str("this folder is for all users, or for those to come"),
            Self::NotAnAccount => formatter.write_str("the name of this entry is no SID"),
            Self::NotOnADrive { path: Some(path) } => write!(formatter, "'{path}' is not a folder on a drive"),
            Self::NotOnADrive { path: None } => formatter.write_str("the entry names no folder"),
            Self::NotOneUsers => formatter.write_str("the entry names a folder that holds more than one user's files"),
            Self::DriveNotGiven { drive } => {
                write!(formatter, "its folder lies on drive {drive}: or in a part of it that was not given")
            }
            Self::FolderMissing => formatter.write_str("Windows lists this user, but the folder is not there"),
            Self::Link => formatter.write_str("its folder is a link to elsewhere"),
            Self::NoHive => formatter.write_str("its folder holds no NTUSER.DAT"),
            Self::Unreadable { why } => write!(formatter, "its folder cannot be read: {why}"),
            Self::NoEntry => formatter.write_str("Windows does not list a user with this folder"),
            Self::SameFolder { entry } => write!(formatter, "{entry} has the same folder"),
            Self::InContainer => formatter.write_str("its files are in a container of FSLogix"),
            Self::ContainerLeftover => formatter.write_str("this is what FSLogix leaves beside a user's container"),
        }
    }
}
