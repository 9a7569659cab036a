//! The files of our catalogue, inside the crate so that they are inside every program that uses it.

/// Each file by its name, sources first.
pub(super) const FILES: &[(&str, &str)] = &[
    ("sources.toml", include_str!("../../catalog/sources.toml")),
    ("taskbar.toml", include_str!("../../catalog/taskbar.toml")),
];
