//! What makes a PC somebody's own: the catalogue of settings, and what captures them.
//!
//! Everything here is pure over [`registry::ReadRegistry`] and [`ReadTree`]: no disk, no clock, no randomness, no
//! terminal.

#![forbid(unsafe_code)]

// Which settings there are.
pub mod catalogue;

// What a source holds.
pub mod capture;
pub mod describe;
pub mod explain;
mod source;
mod tokens;

// Whose settings, on what PC.
mod device;
mod doctor;
mod machine;
mod meaning;
mod users;
mod windows;

// What is installed, what is secret, what is never written, and what data mean.
pub mod apps;
pub mod forms;
pub mod pins;
pub mod secrets;
pub mod writing;

// From a profile to another, to what it should be, and to the files of other programs.
pub mod compare;
pub mod drift;
pub mod export;
pub mod merge;
pub mod rules;

// From files of others to a profile.
pub mod import;

// From a profile to a target.
pub mod plan;
mod subject;
pub mod undo;

// Files, in Windows' own words.
pub mod access_list;
mod files;
mod folders;
mod glob;
mod places;
mod rule_file;
mod windows_path;

mod words;

pub use device::{DeviceFacts, device};
pub use doctor::{Examined, Finding, HiveFact, HiveState, OnlineOnly, Severity, doctor, worst};
pub use files::{Drives, Entry, EntryKind, MemoryTree, ReadTree};
pub use folders::{Folders, KnownFolder, profile_folder};
pub use glob::{Glob, NameGlob};
pub use machine::Unread;
pub use rule_file::RuleFileError;
pub use source::{NoHives, OpenHive, Source};
pub use subject::{Mapping, Match, Mismatch};
pub use tokens::{Tokens, UnknownToken};
pub use users::{
    LastUse, LastUseFrom, NameFrom, ProfileKind, SelectError, SetAside, Standing, UserChoice, UserProfile, Users,
    select, users,
};
pub use windows::{Found, Nothing, WindowsFolder, WindowsKind, find_windows};
pub use windows_path::WindowsPath;
