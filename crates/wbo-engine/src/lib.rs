//! What makes a PC somebody's own: the catalogue of settings, and what captures them.
//!
//! Everything here is pure over [`registry::ReadRegistry`] and [`ReadTree`]: no disk, no clock, no randomness, no
//! terminal.

#![forbid(unsafe_code)]

// Which settings there are.
pub mod catalogue;

// Files, in Windows' own words.
mod files;
mod folders;
mod glob;
mod windows_path;

mod words;

pub use files::{Drives, Entry, EntryKind, MemoryTree, ReadTree};
pub use folders::{Folders, KnownFolder};
pub use glob::{Glob, NameGlob};
pub use windows_path::WindowsPath;
