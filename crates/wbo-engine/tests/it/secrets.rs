//! What never leaves: tries to smuggle secrets out, and proves that ordinary settings pass.

// What the tests stand on.
mod support;

// What is refused.
mod smuggled_content;
mod smuggled_files;
pub(crate) mod smuggled_keys;

// What passes.
mod hives;
mod innocents;
mod names;

// What is told.
mod document;
mod sign_in;
