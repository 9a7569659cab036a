//! The Windows registry as values, for everything that reads one or changes one.
//!
//! - [`Name`] and [`KeyPath`]: where something stands. Compared as Windows compares them, kept as they were spelled.
//! - [`Value`]: a 32-bit type and exact bytes, with views that lose nothing.
//! - [`ReadRegistry`] and [`WriteRegistry`]: what a registry does, whether it is live, in hives, or in memory.
//! - [`Change`]: one step, which can be shown, made and inverted; [`differences()`] are the steps from one registry to
//!   another.
//! - [`MemoryRegistry`] and [`Overlay`]: a registry in memory, and changes over another that stays as it is.
//! - [`RegFile`]: the text format of regedit.

mod name;
mod upcase;
mod value;

mod access;
mod change;
mod differences;
pub mod limits;

mod in_order;
mod memory;
mod overlay;

mod reg;

#[cfg(any(test, feature = "testing"))]
pub mod fuzzing;

pub use access::{FileTime, Key, ReadRegistry, RegistryError, SecurityDescriptor, WriteRegistry};
pub use change::Change;
pub use differences::differences;
pub use memory::MemoryRegistry;
pub use name::{KeyPath, Name, NoRoot, Root, compare_names};
pub use overlay::Overlay;
pub use reg::{
    OutsideTree, RegEncoding, RegEntry, RegFault, RegFile, RegFormat, RegKey, RegReadError, RegUnwritable,
    RegWriteError,
};
pub use upcase::upcase;
pub use value::{Value, ValueType, View};
