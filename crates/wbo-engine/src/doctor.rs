//! What stands in the way of a capture, of a restore, or of Windows' own backup, and what to do about it.

mod people;
mod policies;
mod source;
mod windows_backup;

use std::fmt;

use profile_format::Timestamp;
use registry::ReadRegistry;

use crate::{DeviceFacts, Found, UserProfile, Users, WindowsPath};

/// What is known of a source. What is `None` was not looked at, and nothing is said about it.
pub struct Examined<'e> {
    /// The moment at which it is judged.
    pub now: Timestamp,
    /// What the folder is.
    pub found: Option<&'e Found>,
    /// The registry of the machine, where there is one: `HKLM\SOFTWARE` and `HKLM\SYSTEM`.
    pub machine: Option<&'e dyn ReadRegistry>,
    /// What is known of the PC.
    pub device: Option<&'e DeviceFacts>,
    /// Its users.
    pub users: Option<&'e Users>,
    /// The registries of single users, as their `HKCU`.
    pub user_registries: &'e [(&'e UserProfile, &'e dyn ReadRegistry)],
    /// The hives that were opened, or should have been.
    pub hives: &'e [HiveFact],
    /// Whether Windows is hibernated or was shut down for a fast start.
    pub hibernated: Option<bool>,
    /// Folders with files whose bytes are in a cloud only.
    pub online_only: &'e [OnlineOnly],
}

/// A hive, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiveFact {
    /// The file.
    pub place: String,
    /// What became of it.
    pub state: HiveState,
}

/// What became of a hive that was to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HiveState {
    /// It was read, and was complete.
    Clean,
    /// It was completed from its logs, in memory.
    Replayed,
    /// It is older than its last changes, since its logs do not fit or are missing.
    NotReplayed {
        /// Why not.
        why: String,
    },
    /// Some of it cannot be read.
    Damaged {
        /// In how many places.
        places: usize,
        /// The first of them.
        first: String,
    },
    /// It is shorter than it says.
    CutShort {
        /// How many bytes are missing.
        missing: u64,
    },
    /// It is not there.
    Missing,
    /// It cannot be read at all.
    Unreadable {
        /// Why not.
        why: String,
    },
}

/// A folder with files whose bytes are in a cloud only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineOnly {
    /// The folder.
    pub place: String,
    /// How many such files are in it.
    pub files: u64,
}

/// One thing that was found, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A word for it, which stays the same from version to version.
    pub code: &'static str,
    /// Where: a file, a folder, a key with its value, or a user.
    pub place: Option<String>,
    /// What was found, as a sentence.
    pub what: String,
    /// What to do, as a sentence; `None`, where there is nothing to do.
    pub remedy: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Good to know.
    Note,
    /// Something will be missing, or will not work as one might think.
    Warning,
    /// It cannot be done like this.
    Problem,
}

impl Severity {
    /// A word for it, such as `warning`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// All that is to be said, the worst first, and then by code and place.
pub fn doctor(examined: &Examined<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(examined.found.into_iter().flat_map(source::folder));
    findings.extend(examined.hibernated.map(source::hibernation));
    findings.extend(source::hives(examined.hives));
    findings.extend(examined.device.into_iter().flat_map(source::device));
    findings.extend(examined.device.into_iter().flat_map(windows_backup::eligibility));
    findings.extend(examined.machine.into_iter().flat_map(policies::of_machine));
    findings.extend(examined.user_registries.iter().flat_map(|(user, registry)| policies::of_user(user, *registry)));
    let system_drive = examined.device.and_then(|device| device.system_root.as_ref()).map(WindowsPath::drive);
    findings.extend(examined.users.into_iter().flat_map(|users| people::users(users, system_drive, examined.now)));
    findings.extend(examined.online_only.iter().map(people::online_only));
    findings.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.cmp(other)));
    // A hive that is missing is missed by all who look.
    findings.dedup();
    findings
}

/// The worst there is among findings.
pub fn worst(findings: &[Finding]) -> Severity {
    findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok)
}

impl Finding {
    fn new(severity: Severity, code: &'static str, what: impl Into<String>) -> Self {
        Self { severity, code, place: None, what: what.into(), remedy: None }
    }

    fn at(mut self, place: &(impl fmt::Display + ?Sized)) -> Self {
        self.place = Some(place.to_string());
        self
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// A text that goes on within a sentence, as a sentence of its own.
fn sentence(text: &(impl fmt::Display + ?Sized)) -> String {
    let text = text.to_string();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => text,
    }
}

#[cfg(test)]
mod tests;
