//! What the crate does as a whole: its catalogue, what is captured by it, and what never is.

// Helpers stop at the first surprise, as tests do.
#![cfg(test)]

// What the tests stand on.
mod support;

// Which settings there are.
mod catalogue;
mod compare;
mod plan;
mod reg_tweaks;
mod standard;

// What is captured of them.
mod capture;
mod corpus;

// What two profiles make of each other.
mod merge;

// What others read of it, and what files of others become.
mod export;
mod import;

// What never leaves, and what never arrives.
mod secrets;
mod writing;
