//! What is pinned to Start and to the taskbar.
//!
//! On Windows 11 the pins of Start are in a file that only Windows reads; then they are unknown, and that is said.

mod shell_link;
mod start;
mod taskbar;

use std::io;

use profile_format::{AppFlags, Apps};
use registry::{ReadRegistry, RegistryError};

use crate::apps::{AppId, FamilyName};
use crate::{Drives, Folders, KnownFolder, WindowsPath};

pub use shell_link::{ShellLink, ShellLinkError};

/// The pins of a user, each list in its order as far as that is known.
#[derive(Debug, Default)]
pub struct Pins {
    /// On the taskbar.
    pub taskbar: Vec<Pin>,
    /// On Start.
    pub start: Vec<Pin>,
    /// What could not be read or understood.
    pub problems: Vec<PinProblem>,
}

/// Something that is pinned. It has at least one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pin {
    /// The name of its shortcut.
    pub title: Option<String>,
    /// The file that it starts. Variables in it are as they were written.
    pub target: Option<String>,
    /// The id under which Windows knows the program: `Family!App` for packages, anything for others.
    pub aumid: Option<String>,
}

/// What went wrong while pins were listed. None of it stops the rest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PinProblem {
    /// A part of the registry could not be read.
    #[error("pins may be missing: {0}")]
    Registry(#[from] RegistryError),
    /// A file or folder could not be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: WindowsPath,
        /// Why.
        source: io::Error,
    },
    /// A shortcut is not what Windows writes.
    #[error("{path}: {source}")]
    Shortcut {
        /// The shortcut.
        path: WindowsPath,
        /// What is wrong.
        source: ShellLinkError,
    },
    /// It is not known where the user's folder is.
    #[error("pins may be missing: it is not known where %{}% is", .0.variable())]
    NoFolder(KnownFolder),
    /// Tiles of Start are laid out in no known way.
    #[error("the layout of Start in {0} is not laid out in a known way")]
    Layout(String),
    /// The pins of Start are in a file that only Windows reads.
    #[error("what is pinned to Start stands in {0}, which only Windows reads")]
    OnlyWindowsReads(WindowsPath),
}

impl PinProblem {
    /// Whether something is there and could not be read. What was not at hand is no such thing.
    pub fn is_unreadable(&self) -> bool {
        match self {
            Self::Registry(error) => !matches!(error, RegistryError::NotMounted { .. }),
            Self::File { .. } => true,
            Self::Shortcut { .. } | Self::NoFolder(_) | Self::Layout(_) | Self::OnlyWindowsReads(_) => false,
        }
    }
}

/// What is pinned, by the registry and by the shortcuts in the user's folders.
pub fn pins(registry: &dyn ReadRegistry, drives: &Drives<'_>, folders: &Folders) -> Pins {
    let mut pins = Pins::default();
    let mut reader = Reader { registry, drives, folders, problems: Vec::new() };
    pins.taskbar = taskbar::read(&mut reader);
    pins.start = start::read(&mut reader);
    pins.problems = reader.problems;
    pins
}

/// Marks the apps from packages that are pinned.
pub fn mark(apps: &mut Apps, pins: &Pins) {
    let lists = [(&pins.taskbar, AppFlags::PINNED_TO_TASKBAR), (&pins.start, AppFlags::PINNED_TO_START)];
    for (list, flag) in lists {
        let families: Vec<FamilyName> =
            list.iter().filter_map(|pin| Some(AppId::parse(pin.aumid.as_deref()?)?.family)).collect();
        for app in &mut apps.store {
            if FamilyName::parse(&app.family).is_some_and(|family| families.contains(&family)) {
                app.flags = AppFlags(app.flags.0 | flag.0);
            }
        }
    }
}

/// What pins are read from.
struct Reader<'r> {
    registry: &'r dyn ReadRegistry,
    drives: &'r Drives<'r>,
    folders: &'r Folders,
    problems: Vec<PinProblem>,
}

impl Reader<'_> {
    /// A known folder, or a problem.
    fn folder(&mut self, folder: KnownFolder) -> Option<WindowsPath> {
        let place = self.folders.get(folder).cloned();
        if place.is_none() {
            self.problems.push(PinProblem::NoFolder(folder));
        }
        place
    }

    /// What a file or folder gave, or a problem.
    fn file<T>(&mut self, path: &WindowsPath, result: io::Result<Option<T>>) -> Option<T> {
        result.map_err(|source| self.problems.push(PinProblem::File { path: path.clone(), source })).ok().flatten()
    }

    /// What the registry gave, or a problem.
    fn registry<T>(&mut self, result: Result<Option<T>, RegistryError>) -> Option<T> {
        result.map_err(|error| self.problems.push(error.into())).ok().flatten()
    }
}

#[cfg(test)]
mod tests;
