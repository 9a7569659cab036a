//! The app manifest: what was installed, so that it can be installed again.

use serde::{Deserialize, Serialize};

use super::names::Text;

/// The applications of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apps {
    /// Apps from packages, sorted by family name and full name, each once.
    pub store: Vec<StoreApp>,
    /// Desktop programs, sorted by scope and key, each once. They are listed for information.
    pub desktop: Vec<DesktopApp>,
}

impl Apps {
    /// Whether no app is listed.
    pub fn is_empty(&self) -> bool {
        self.store.is_empty() && self.desktop.is_empty()
    }
}

/// An app from a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoreApp {
    /// The package family name, such as `Microsoft.WindowsTerminal_8wekyb3d8bbwe`.
    pub family: String,
    /// The full name of the installed package.
    pub full_name: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// The processor architecture.
    pub architecture: Option<String>,
    /// The publisher's distinguished name.
    pub publisher: Option<String>,
    /// The id under which the Store knows it.
    pub product: Option<String>,
    /// The name shown to people.
    pub title: Option<Text>,
    /// What else is known.
    pub flags: AppFlags,
}

/// A desktop program.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DesktopApp {
    /// Where it is registered.
    pub scope: DesktopScope,
    /// The name of its Uninstall key.
    pub key: Text,
    /// The name shown to people.
    pub title: Option<Text>,
    /// The version.
    pub version: Option<Text>,
    /// The publisher.
    pub publisher: Option<Text>,
    /// The id under which winget knows it.
    pub winget: Option<String>,
    /// What else is known.
    pub flags: AppFlags,
}

/// Where a desktop program is registered. Numbers that this version does not name are kept and shown as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DesktopScope(pub u16);

impl DesktopScope {
    /// For the user.
    pub const USER: Self = Self(1);
    /// For the machine.
    pub const MACHINE: Self = Self(2);
    /// For the machine, as a 32-bit program on a 64-bit Windows.
    pub const MACHINE_32: Self = Self(3);

    /// Every scope that this version names, with the word by which JSON knows it.
    pub const NAMED: [(Self, &'static str); 3] =
        [(Self::USER, "user"), (Self::MACHINE, "machine"), (Self::MACHINE_32, "machine-32")];
}

/// What else is known of an app, as bits. Unknown bits are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AppFlags(pub u32);

impl AppFlags {
    /// Pinned to Start.
    pub const PINNED_TO_START: Self = Self(1);
    /// Pinned to the taskbar.
    pub const PINNED_TO_TASKBAR: Self = Self(2);
    /// Provisioned for every new user of the machine.
    pub const PROVISIONED: Self = Self(4);
    /// Removed for every new user of the machine.
    pub const DEPROVISIONED: Self = Self(8);

    /// Every bit that this version names, with the word by which JSON knows it.
    pub const NAMED: [(Self, &'static str); 4] = [
        (Self::PINNED_TO_START, "pinned-to-start"),
        (Self::PINNED_TO_TASKBAR, "pinned-to-taskbar"),
        (Self::PROVISIONED, "provisioned"),
        (Self::DEPROVISIONED, "deprovisioned"),
    ];

    /// Whether all bits of `flags` are set here.
    pub fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}
