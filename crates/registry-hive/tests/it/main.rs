//! What the crate does with whole hives: real ones where they are at hand, and its own.

// Helpers stop at the first surprise, as tests do.
#![cfg(test)]

// What the tests stand on.
mod support;

// Reading.
mod corpus;
mod hostile;
mod mounts;

// Writing.
mod builder;
mod crash;
mod edits;
mod lists;
