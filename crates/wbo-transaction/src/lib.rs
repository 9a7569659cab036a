//! Several hives and files of a Windows that is switched off, changed as one.
//!
//! - [`Transaction`] makes the changes, or leaves everything as it was. Before it touches anything, a journal on the
//!   drive says how everything was.
//! - [`pending`] finds the journals of transactions that were cut off; [`Pending::examine`] tells how each participant
//!   stands; [`Examined::recover`] brings all of them to their state before or after.
//! - [`Disk`] is what it asks of drives.
//!
//! It knows no catalogue, no clock, no randomness and no drive. What it relies on is that a base block of a hive, and the
//! name of a file, are written whole or not at all.

#![forbid(unsafe_code)]

// What is changed, and how that ends.
mod fault;
mod transaction;

// What a transaction that was cut off has left.
mod examine;
mod pending;
mod recover;

// Files and names.
mod disk;
mod journal;
mod paths;

pub mod limits;

#[cfg(test)]
mod tests;

pub use disk::{Access, Disk};
pub use examine::{Examined, Outcome, Participant, Standing};
pub use fault::Fault;
pub use journal::JournalError;
pub use pending::{Kind, MayTouch, Pending, pending};
pub use recover::{Direction, MayRestore, RecoverError, Recovered};
pub use transaction::{CommitError, Done, FileChange, Transaction, WantedFile};
