//! `wbo`: a Windows user's settings in one encrypted, signed file.
//!
//! This crate is the only one that prints, prompts, reads the clock, the environment and the disk. Each command is one
//! file under `commands`, with its arguments first; what they share stands beside it.

mod any_profile;
mod applying;
mod catalogues;
mod choosing;
mod clean;
mod cli;
mod commands;
mod describe;
mod difference;
mod disk_tree;
mod document_file;
mod error;
mod exit;
mod file_time;
mod files;
mod folder;
mod hibernation;
mod hive_files;
mod hive_opening;
mod hive_place;
mod ignoring;
mod interrupt;
mod junit;
mod keys;
mod merging;
mod offline;
mod opening;
mod plan_report;
mod preflight;
mod profile_file;
mod progress;
mod prompt;
mod rewriting;
mod samples;
mod sealing;
mod selecting;
mod setting_list;
mod side;
mod sink;
mod target_disk;
mod terminal;
mod ui;
mod undo_file;
mod undo_place;
mod units;
mod value;
mod volumes;
mod workflow;
mod wrap;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os())
}
