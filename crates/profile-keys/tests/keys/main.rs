//! The crate from outside: envelopes, seals and trust, by themselves and against the tools that people have.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests stop at the first surprise")]

mod age;
#[cfg(unix)]
mod agent;
mod envelopes;
#[cfg(unix)]
mod plugin;
mod seals;
mod support;
mod trust;
