//! Why a setting of a profile is not written.

use std::fmt;

use crate::catalogue::{Builds, ValuePath};

/// Why a setting stays as it is on the target. Shown as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skip {
    /// The catalogue does not know it.
    NotInCatalogue,
    /// It was not asked for.
    NotAskedFor,
    /// It was asked to be left out.
    Excluded,
    /// It is captured to be seen.
    Information,
    /// It belongs to the PC it was captured on.
    OtherDevice,
    /// Another build of Windows may read it as something else.
    OtherBuild {
        /// The build it was captured on.
        captured: Option<u32>,
        /// That of the target.
        target: Option<u32>,
    },
    /// The target's Windows does not have it.
    NotInThisBuild {
        /// The builds that have it.
        builds: Builds,
        /// That of the target; `None`, where it is not known.
        target: Option<u32>,
    },
    /// Newer or older Windows has another setting for it, which has nothing that means the same.
    NoCounterpart {
        /// That setting.
        other: String,
    },
    /// The profile has the setting that this one became, too.
    Superseded {
        /// That setting.
        by: String,
    },
    /// A running Windows refuses it from other programs than its own.
    Protected,
    /// A policy overrules it.
    Policy {
        /// The policy.
        policy: ValuePath,
        /// What it says.
        value: String,
    },
    /// One source alone knows its place.
    Unconfirmed,
    /// The app whose setting it is is not on the target.
    AppAbsent {
        /// The app's folder.
        app: String,
    },
    /// The app whose setting it is was not on the PC of the profile, so that what the profile lacks says nothing.
    AppUnknown {
        /// The app's folder.
        app: String,
    },
    /// It is a setting of the PC.
    OfMachine,
    /// It is no setting for those who sign in for the first time.
    NotForNewUsers,
    /// Windows lists its key among those that no backup restores.
    NotToRestore,
    /// What would be written is never written.
    Denied(String),
    /// What is there could not be put back, since it is never written.
    NoReturn(String),
    /// The profile has something in it that the catalogue does not expect there.
    Unfit(String),
    /// A value of the profile is of another type than the setting has.
    OtherType(String),
    /// What is there is a secret.
    Secret(String),
    /// What is there cannot be read.
    Unreadable(String),
    /// The hive or the folder that holds it was not given.
    NotAtHand,
    /// Only some bits of a value belong to it, and there is no value.
    NoValueForBits,
    /// The profile has no such value, and on the target others use the rest of it.
    BitsOfOthers,
    /// A path in it leads to a folder that is not known here.
    UnknownToken(String),
    /// A path in it leads to another machine, which would be told who the user is as soon as Windows looks there.
    OnAServer,
    /// Another file is where one that it names would go.
    FileInTheWay(String),
    /// It belongs together with one that is not written.
    Together {
        /// That one.
        with: String,
        /// Why it is not.
        because: Box<Skip>,
    },
    /// It belongs together with one that the profile does not have.
    Incomplete {
        /// That one.
        without: String,
    },
    /// It was tried, and could not be made.
    Failed(String),
}

impl Skip {
    /// A word for it, which stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInCatalogue => "not-in-catalogue",
            Self::NotAskedFor => "not-asked-for",
            Self::Excluded => "excluded",
            Self::Information => "information",
            Self::OtherDevice => "other-device",
            Self::OtherBuild { .. } => "other-build",
            Self::NotInThisBuild { .. } => "not-in-this-build",
            Self::NoCounterpart { .. } => "no-counterpart",
            Self::Superseded { .. } => "superseded",
            Self::Protected => "protected",
            Self::Policy { .. } => "policy",
            Self::Unconfirmed => "unconfirmed",
            Self::AppAbsent { .. } => "app-absent",
            Self::AppUnknown { .. } => "app-unknown",
            Self::OfMachine => "machine",
            Self::NotForNewUsers => "not-for-new-users",
            Self::NotToRestore => "not-to-restore",
            Self::Denied(_) => "denied",
            Self::NoReturn(_) => "no-return",
            Self::Unfit(_) => "unfit",
            Self::OtherType(_) => "other-type",
            Self::Secret(_) => "secret",
            Self::Unreadable(_) => "unreadable",
            Self::NotAtHand => "not-at-hand",
            Self::NoValueForBits => "no-value-for-bits",
            Self::BitsOfOthers => "bits-of-others",
            Self::UnknownToken(_) => "unknown-folder",
            Self::OnAServer => "on-a-server",
            Self::FileInTheWay(_) => "file-in-the-way",
            Self::Together { .. } => "together",
            Self::Incomplete { .. } => "incomplete",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether its words may tell what somebody has: names of files, values of policies.
    pub fn tells_values(&self) -> bool {
        match self {
            Self::Policy { .. } | Self::FileInTheWay(_) | Self::Unreadable(_) | Self::Unfit(_) | Self::Failed(_) => {
                true
            }
            Self::Together { because, .. } => because.tells_values(),
            _ => false,
        }
    }

    /// Whether it was to be written, and something stood in the way that somebody should look at.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Failed(_) | Self::Unreadable(_) | Self::Unfit(_) => true,
            Self::Together { because, .. } => because.is_failure(),
            _ => false,
        }
    }

    /// Whether it follows from what the setting is, so that settings that belong together with it go without it.
    pub(crate) fn is_by_nature(&self) -> bool {
        matches!(
            self,
            Self::NotInCatalogue
                | Self::Information
                | Self::OtherDevice
                | Self::OtherBuild { .. }
                | Self::NotInThisBuild { .. }
                | Self::NoCounterpart { .. }
                | Self::Superseded { .. }
                | Self::Unconfirmed
                | Self::OfMachine
                | Self::NotForNewUsers
        )
    }

    /// What can be done about it, as a sentence without its full stop; `None`, where nothing can.
    pub fn remedy(&self, id: &str) -> Option<String> {
        Some(match self {
            Self::Unconfirmed | Self::Protected | Self::OnAServer => format!("--also {id} writes it"),
            Self::OfMachine => "--machine writes it".to_owned(),
            Self::FileInTheWay(_) => "--replace-files puts the profile's file in its place".to_owned(),
            Self::Incomplete { .. } => "the profile's notes say why".to_owned(),
            Self::NotInCatalogue => "--catalog names the catalogue that knows it".to_owned(),
            _ => return None,
        })
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInCatalogue => formatter.write_str("the catalogue does not know it"),
            Self::NotAskedFor => formatter.write_str("it was not asked for"),
            Self::Excluded => formatter.write_str("it was left out on request"),
            Self::Information => formatter.write_str("it is captured to be seen, and never written"),
            Self::OtherDevice => formatter.write_str("it belongs to the PC it was captured on"),
            Self::OtherBuild { captured, target } => write!(
                formatter,
                "it was captured on {}, and {} may read it as something else",
                build(*captured),
                build(*target)
            ),
            Self::NotInThisBuild { builds, target: Some(target) } => {
                write!(formatter, "{builds}; this is build {target}")
            }
            Self::NotInThisBuild { builds, target: None } => {
                write!(formatter, "{builds}, and the build of this Windows is not known")
            }
            Self::NoCounterpart { other } => {
                write!(formatter, "this Windows has {other} in its place, where nothing means the same")
            }
            Self::Superseded { by } => write!(formatter, "the profile has {by}, which this Windows has in its place"),
            Self::Protected => formatter.write_str("Windows keeps other programs from changing it"),
            Self::Policy { policy, value } => write!(formatter, "the policy {policy} overrules it with {value}"),
            Self::Unconfirmed => formatter.write_str("one source alone knows its place"),
            Self::AppAbsent { app } => write!(formatter, "its app is not installed: there is no {app}"),
            Self::AppUnknown { app } => write!(formatter, "its app {app} was not on the PC of the profile"),
            Self::OfMachine => formatter.write_str("it is a setting of the PC and not of one user"),
            Self::NotForNewUsers => formatter.write_str("it is no setting for users who sign in for the first time"),
            Self::NotToRestore => formatter.write_str("Windows lists its key among those that no backup restores"),
            Self::Denied(what) => write!(formatter, "never written: {what}"),
            Self::NoReturn(what) => write!(formatter, "what is there could not be put back, and stays: {what}"),
            Self::Unfit(why) => write!(formatter, "the profile does not fit the catalogue: {why}"),
            Self::OtherType(why) => write!(formatter, "the profile has another type of value: {why}"),
            Self::Secret(what) => write!(formatter, "what is there is a secret, and stays: {what}"),
            Self::Unreadable(why) => write!(formatter, "what is there cannot be read: {why}"),
            Self::NotAtHand => formatter.write_str("the hive or folder that would hold it is not at hand"),
            Self::NoValueForBits => {
                formatter.write_str("it is some bits of a value that this Windows has not made yet")
            }
            Self::BitsOfOthers => {
                formatter.write_str("the profile has no such value, and here the rest of it belongs to other settings")
            }
            Self::UnknownToken(token) => write!(formatter, "{token}"),
            Self::OnAServer => formatter.write_str("it names a file on another machine"),
            Self::FileInTheWay(path) => write!(formatter, "another file is at {path}"),
            Self::Together { with, because } => {
                write!(formatter, "it is written together with {with} or not at all; of that one: {because}")
            }
            Self::Incomplete { without } => {
                write!(formatter, "it is written together with {without}, which the profile does not have")
            }
            Self::Failed(why) => write!(formatter, "it could not be written: {why}"),
        }
    }
}

fn build(build: Option<u32>) -> String {
    build.map_or_else(|| "an unknown build".to_owned(), |build| format!("build {build}"))
}
