//! Names beside other names.

use registry::Name;
use registry_hive::LogName;
use wbo_engine::WindowsPath;

use crate::{Fault, limits};

/// What a transaction has beside a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Temporary {
    /// The new file, before it has its name.
    Part,
    /// The old file, while the new one has its name.
    Old,
}

/// The temporary name for a file. It follows from the transaction and the number of the file in it, so that no journal can
/// name another.
pub(crate) fn temporary(file: &WindowsPath, id: &[u8; 16], number: usize, temporary: Temporary) -> WindowsPath {
    let [a, b, c, d, ..] = *id;
    let ending = match temporary {
        Temporary::Part => "part",
        Temporary::Old => "old",
    };
    let name = format!(".wbo-{a:02x}{b:02x}{c:02x}{d:02x}-{number}.{ending}");
    folder_of(file).join(name.as_str())
}

/// The name of the journal of a transaction.
pub(crate) fn journal(folder: &WindowsPath, id: &[u8; 16]) -> WindowsPath {
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(format!("{id}{JOURNAL}").as_str())
}

/// The name of a journal that is being written.
pub(crate) fn unfinished_journal(folder: &WindowsPath, id: &[u8; 16]) -> WindowsPath {
    let journal = journal(folder, id);
    let name = journal.names().last().map(ToString::to_string).unwrap_or_default();
    folder.join(format!("{name}{UNFINISHED}").as_str())
}

/// What the name of a journal says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JournalName {
    Finished,
    Unfinished,
}

/// Whether a file of this name is a journal.
pub(crate) fn journal_name(name: &Name) -> Option<JournalName> {
    let name = name.to_text()?.to_ascii_lowercase();
    match name.strip_suffix(UNFINISHED) {
        Some(name) if name.ends_with(JOURNAL) => Some(JournalName::Unfinished),
        _ => name.ends_with(JOURNAL).then_some(JournalName::Finished),
    }
}

const JOURNAL: &str = ".wbo-journal";
const UNFINISHED: &str = ".part";

/// The logs that a hive may have.
pub(crate) fn logs(hive: &WindowsPath) -> Vec<WindowsPath> {
    let name = hive.names().last().map(|name| name.units().to_vec()).unwrap_or_default();
    let logs = [LogName::Log1, LogName::Log2, LogName::Log].map(|log| {
        let ending = format!(".{}", log.extension());
        let name: Vec<u16> = name.iter().copied().chain(ending.encode_utf16()).collect();
        folder_of(hive).join(Name::from_units(name))
    });
    logs.into()
}

/// The folder that something stands in; a drive stands in itself.
pub(crate) fn folder_of(path: &WindowsPath) -> WindowsPath {
    let names = path.names().split_last().map_or(&[][..], |(_, folder)| folder);
    WindowsPath::new(path.drive(), names.to_vec())
}

/// Refuses what is no path below a drive, and what would lead elsewhere if somebody took it apart again.
pub(crate) fn check(path: &WindowsPath) -> Result<(), Fault> {
    const FORBIDDEN: &str = "\\/:*?\"<>|";
    let is_forbidden = |&unit: &u16| unit < 0x20 || FORBIDDEN.encode_utf16().any(|forbidden| unit == forbidden);
    let is_name = |name: &Name| {
        let units = name.units();
        // Windows takes dots and spaces off the end of a name.
        let leads_elsewhere = units.last().is_none_or(|&last| last == u16::from(b'.') || last == u16::from(b' '));
        !leads_elsewhere && units.len() <= limits::PATH_NAME && !units.iter().any(is_forbidden)
    };
    let names = path.names();
    let sound = path.drive().is_ascii_uppercase()
        && (1..=limits::PATH_NAMES).contains(&names.len())
        && names.iter().all(is_name);
    if sound { Ok(()) } else { Err(Fault::BadPath { path: path.clone() }) }
}
