//! Tests of `profile-json` through its public interface.

// Helpers stop at the first surprise, as tests do.
#![cfg(test)]

mod arbitrary;
mod errors;
mod fixtures;
mod redaction;
mod round_trip;
mod schema;
