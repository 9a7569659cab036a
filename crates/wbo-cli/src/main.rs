//! `wbo`: a Windows user's settings in one encrypted, signed file.
//!
//! This crate is the only one that prints, prompts, reads the clock, the environment and the disk. Each command is one
//! file under `commands`, with its arguments first; what they share stands beside it.

mod catalogues;
mod choosing;
mod clean;
mod cli;
mod commands;
mod describe;
mod disk_tree;
mod error;
mod exit;
mod file_time;
mod files;
mod hibernation;
mod hive_files;
mod hive_opening;
mod hive_place;
mod interrupt;
mod keys;
mod offline;
mod opening;
mod progress;
mod prompt;
mod rewriting;
mod samples;
mod sealing;
mod ui;
mod units;
mod value;
mod volumes;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os())
}
