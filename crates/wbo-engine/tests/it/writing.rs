//! What never arrives: tries to smuggle programs in, and proves that our own catalogue and ordinary settings pass.

// What is refused.
mod hostile_files;
mod hostile_keys;

// What passes.
mod settings;
mod tweaks;

// What is told.
mod document;
