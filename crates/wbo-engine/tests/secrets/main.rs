//! What never leaves: tries to smuggle secrets out, and proves that ordinary settings pass.

mod hives;
mod support;
