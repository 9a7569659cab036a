//! The applications of a user, so that they can be installed again: from the registry alone, no database is opened.

mod desktop;
mod package_name;
mod publisher;
mod source;
mod store;
mod winget;

use registry::{KeyPath, Name, RegistryError};

pub use desktop::desktop_apps;
pub use package_name::{AppId, FamilyName, FullName};
pub use publisher::publisher_id;
pub(crate) use store::family_of_product;
pub use store::store_apps;

/// The applications that were found, sorted as a document has them, and what else was.
#[derive(Debug)]
pub struct Inventory<T> {
    /// The applications.
    pub apps: Vec<T>,
    /// What is registered like one and is none for people.
    pub left_out: Vec<LeftOut>,
    /// What could not be read or understood.
    pub problems: Vec<AppProblem>,
}

/// Something that is registered like an application and is not listed as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The name of its key.
    pub name: Name,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why something is not listed as an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// A library that packages need and bring with them.
    Framework,
    /// Pictures or texts of another package, for one language or size of screen.
    Resources,
    /// The list of the packages that an app is delivered in.
    Bundle,
    /// A part of Windows.
    PartOfWindows,
    /// An older version than another that is there.
    Superseded,
    /// Windows is about to remove it.
    BeingRemoved,
    /// A program that Windows does not show to people.
    Hidden,
    /// An update of another program, or of Windows.
    Update,
    /// An entry without a name to show.
    Nameless,
}

/// What went wrong while applications were listed. None of it stops the rest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppProblem {
    /// A part of the registry could not be read.
    #[error("applications may be missing: {0}")]
    Registry(#[from] RegistryError),
    /// A key should have the name of a package and does not.
    #[error("{key} has {name:?} in it, which is not the full name of a package")]
    PackageName {
        /// The key that it stands in.
        key: KeyPath,
        /// What stands there.
        name: Name,
    },
    /// A key should have the name of a family of packages and does not.
    #[error("{key} has {name:?} in it, which is not the family name of a package")]
    FamilyName {
        /// The key that it stands in.
        key: KeyPath,
        /// What stands there.
        name: Name,
    },
}

impl AppProblem {
    /// Whether something is there and could not be read. What was not at hand is no such thing.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Registry(error) if !matches!(error, RegistryError::NotMounted { .. }))
    }
}
