//! Tests of `wbo` from the outside: each runs the program in a folder of its own.
//!
//! Some laws hold for every run whatever it does, and `run.rs` checks them each time: a failed command leaves the
//! folder as it was, the last line on standard error says how it ended, nothing that a terminal would act on is
//! printed, and what `--json` writes keeps its schema.

// Helpers stop at the first surprise, as tests do.
#![cfg(test)]

// What the tests stand on.
mod folder;
mod image;
mod redaction;
mod run;
mod schema;
mod tools;

// The commands.
mod apply;
mod capture;
mod capture_sources;
mod catalog;
mod check;
mod diff;
mod doctor;
mod drift;
mod explain;
mod export;
mod extract;
mod git;
mod hive;
mod hive_import;
mod hive_refusals;
mod import;
mod inspect;
mod key;
mod merge;
mod pack;
mod recipients;
mod sign;
mod textconv;
mod users;
mod verify;

// What concerns all of them.
mod demo;
mod derived;
mod escapes;
mod exit_codes;
#[cfg(unix)]
mod interrupt;
mod samples;
mod usage;
