//! Registries, sources and real files, for all tests.

use std::io::Write;
use std::path::{Path, PathBuf};

use profile_format::{Device, User};
use registry::{Change, KeyPath, MemoryRegistry, Name, ReadRegistry, Value, WriteRegistry};
use wbo_engine::{Drives, Folders, MemoryTree, NoHives, OpenHive, Source, WindowsPath};

pub(crate) fn key(text: &str) -> KeyPath {
    KeyPath::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn path(text: &str) -> WindowsPath {
    WindowsPath::parse(text).unwrap_or_else(|| panic!("{text}"))
}

/// The folders of alice, on a Windows as most are.
pub(crate) fn folders() -> Folders {
    Folders::of_windows(path(r"C:\Windows")).with_user(&path(r"C:\Users\alice"))
}

/// Creates a key with all that it stands in.
pub(crate) fn create(registry: &mut MemoryRegistry, key: &KeyPath) {
    for depth in 1..=key.names().len() {
        registry.make(&Change::create(KeyPath::new(key.root(), key.names()[..depth].to_vec()))).unwrap();
    }
}

/// Sets a value, and creates its key.
pub(crate) fn set(registry: &mut MemoryRegistry, key: &KeyPath, name: &Name, value: Value) {
    create(registry, key);
    registry.make(&Change::SetValue { key: key.clone(), name: name.clone(), value }).unwrap();
}

/// Looks at alice's registry and files as a source.
pub(crate) fn with_source<R>(
    registry: &dyn ReadRegistry,
    tree: &MemoryTree,
    hives: &dyn OpenHive,
    build: Option<u32>,
    look: impl FnOnce(&Source<'_>) -> R,
) -> R {
    let mut drives = Drives::default();
    drives.mount(WindowsPath::new('C', vec![]), tree);
    let device = Device { build, ..Device::default() };
    look(&Source { registry, files: &drives, hives, folders: folders(), user: User::default(), device })
}

/// Looks at a registry without files, on a Windows of unknown build.
pub(crate) fn with_registry<R>(registry: &dyn ReadRegistry, look: impl FnOnce(&Source<'_>) -> R) -> R {
    with_source(registry, &MemoryTree::default(), &NoHives, None, look)
}

/// A folder of real files beside the repository. Where it is missing, this says what is not checked; in CI it must not be
/// missing while the rest is there.
pub(crate) fn shared_folder(name: &str, not_checked: &str) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = shared.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    let must_run = std::env::var_os("CI").is_some_and(|ci| ci == "true") && shared.is_dir();
    assert!(!must_run, "{} is missing, and in CI nothing is skipped", folder.display());
    // Standard error itself, because the test harness keeps what a test that passes prints.
    let mut stderr = std::io::stderr();
    writeln!(stderr, "SKIPPED: {not_checked}, for {} is not there", folder.display()).unwrap();
    None
}
