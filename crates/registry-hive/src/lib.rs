//! Registry hives, the files in which Windows keeps its registry, read and written without Windows.
//!
//! - [`Image`] is a hive with its logs applied, as Windows would load it; [`Image::state`] tells what was found.
//! - [`Hive`], [`KeyNode`] and [`KeyValue`] look at it without copying. [`walk`] visits everything, once, and names what
//!   cannot be read.
//! - [`check()`] judges the structure as a whole, by code that shares nothing with the reader.
//! - [`Editor`] changes a hive in place, crash-safely, and touches nothing else in it; [`Ready`] is what it is about to
//!   write.
//! - [`NewHive`] builds a hive from a tree.
//! - [`Mounts`] puts hives where Windows has them, behind the traits of `registry`.
//!
//! No file whatever makes it panic, run for longer than its size accounts for, or take memory without bound. It opens no
//! files: bytes come from the caller, and the editor works through [`HiveFiles`].
//!
//! ```
//! use registry::{Change, FileTime, KeyPath, MemoryRegistry, Name, Value, WriteRegistry};
//! use registry_hive::{Image, Logs, NewHive, Version};
//!
//! let mut settings = MemoryRegistry::new(FileTime(0));
//! let desktop = KeyPath::parse(r"HKCU\Desktop")?;
//! settings.make(&Change::create(desktop.clone()))?;
//! settings.make(&Change::SetValue { key: desktop, name: Name::from("WallPaper"), value: Value::text(r"C:\x.jpg") })?;
//! let file = NewHive::new(Version::V1_5, "NTUSER.DAT").build(&settings, &KeyPath::parse("HKCU")?)?;
//!
//! let image = Image::open(file, Logs::default())?;
//! let desktop = image.hive().find(&[Name::from("desktop")])?.ok_or("no such key")?;
//! let wallpaper = desktop.value(&Name::from("wallpaper"))?.ok_or("no such value")?;
//! assert_eq!(wallpaper.to_value()?, Value::text(r"C:\x.jpg"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

// What stands in a hive, one structure a file, its reader and its writer side by side.
mod base_block;
mod bytes;
mod hive;
mod key_node;
mod key_value;
mod security;
mod stored_name;
mod subkeys;

// Reading.
mod damage;
mod digest;
mod image;
mod logs;
mod walk;

// Judging.
mod check;

// Writing.
mod builder;
mod editor;
mod files;

// Hives at their places.
mod mounts;
mod windows;

pub mod limits;

#[cfg(any(test, feature = "testing"))]
pub mod fuzzing;

pub use base_block::{BaseBlock, FileType};
pub use builder::{BuildError, NewHive, Version};
pub use check::{Counts, Fault, Findings, Rule, Severity, check};
pub use damage::{Damage, DamageKind};
pub use digest::HiveDigest;
pub use editor::{ChangedPages, EditError, Editor, Overrides, Ready};
pub use files::{HiveFile, HiveFiles};
pub use hive::{Hive, NotAHive};
pub use image::{Image, OpenError};
pub use key_node::{KeyNode, Layer};
pub use key_value::{Data, KeyValue, Segments};
pub use logs::{LogName, Logs, NotReplayed, Replay, Run, State};
pub use mounts::{MountedHive, Mounts};
pub use security::SecurityCell;
pub use stored_name::StoredName;
pub use subkeys::Subkeys;
pub use walk::{Lost, Visit, walk};
pub use windows::is_hibernated;
