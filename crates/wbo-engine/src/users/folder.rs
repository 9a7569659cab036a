//! The folders of users: what is in them, and what their names say.

use std::io;

use profile_format::Timestamp;
use registry::Name;

use super::SetAside;
use crate::{Drives, Entry, EntryKind, WindowsPath};

/// Where the folders of users are looked for.
pub(super) struct Places<'p> {
    pub(super) drives: &'p Drives<'p>,
    pub(super) system_root: &'p WindowsPath,
    /// The folder with those of the users.
    pub(super) users: &'p WindowsPath,
}

/// What a user's folder turned out to be.
pub(super) enum Place {
    WithHive { folder: WindowsPath, hive: HiveName, modified: Option<Timestamp> },
    NotThere(SetAside),
}

/// The file with a user's registry.
pub(super) struct HiveName {
    pub(super) name: Name,
    /// Whether it is that of a profile whose changes are thrown away.
    pub(super) is_mandatory: bool,
}

impl Places<'_> {
    pub(super) fn look_at(&self, folder: &WindowsPath) -> Place {
        let holds_more = |one: &WindowsPath| one.under(folder).is_some();
        if folder.names().is_empty() || holds_more(self.users) || holds_more(self.system_root) {
            return Place::NotThere(SetAside::NotOneUsers);
        }
        if !self.drives.holds(folder) {
            return Place::NotThere(SetAside::DriveNotGiven { drive: folder.drive() });
        }
        self.find(folder).unwrap_or_else(|error| Place::NotThere(SetAside::Unreadable { why: error.to_string() }))
    }

    /// The folders in the one with those of the users, links too.
    pub(super) fn user_folders(&self) -> Result<Vec<WindowsPath>, String> {
        if !self.drives.holds(self.users) {
            return Err("this folder lies on a drive that was not given".into());
        }
        let entries = self.drives.list(self.users).map_err(|error| error.to_string())?;
        let is_folder = |entry: &&Entry| matches!(entry.kind, EntryKind::Folder | EntryKind::Link);
        let entries = entries.unwrap_or_default();
        Ok(entries.iter().filter(is_folder).map(|entry| self.users.join(entry.name.clone())).collect())
    }

    fn find(&self, folder: &WindowsPath) -> io::Result<Place> {
        let (folder, entry) = match self.drives.entry(folder)? {
            Some(entry) => (folder.clone(), entry),
            None => {
                let trimmed = without_trailing_dots(folder);
                let Some(entry) = self.drives.entry(&trimmed)? else {
                    return Ok(Place::NotThere(SetAside::FolderMissing));
                };
                (trimmed, entry)
            }
        };
        match entry.kind {
            EntryKind::Folder => {}
            EntryKind::Link => return Ok(Place::NotThere(SetAside::Link)),
            _ => return Ok(Place::NotThere(SetAside::FolderMissing)),
        }
        for (name, is_mandatory) in [("NTUSER.DAT", false), ("NTUSER.MAN", true)] {
            let found = self.drives.entry(&folder.join(name))?.filter(|entry| entry.kind == EntryKind::File);
            if let Some(Entry { name, modified, .. }) = found {
                return Ok(Place::WithHive { folder, hive: HiveName { name, is_mandatory }, modified });
            }
        }
        Ok(Place::NotThere(SetAside::NoHive))
    }
}

/// What the name of a folder says of its user.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) name: Name,
    pub(super) domain: Option<Name>,
}

/// The account that a folder is named for. Where the name was taken, Windows appended the domain, and where that was
/// taken too, a number: `alice`, `alice.CORP`, `alice.CORP.000`. Other dots are part of the account's name.
pub(super) fn account_of_folder(
    folder: &Name,
    is_domain: impl Fn(&Name) -> bool,
    is_folder: impl Fn(&Name) -> bool,
) -> Parts {
    let split = |name: &Name| {
        let dot = name.units().iter().rposition(|unit| *unit == u16::from(b'.')).filter(|dot| *dot > 0)?;
        let (base, end) = name.units().split_at_checked(dot)?;
        Some((Name::from_units(base), Name::from_units(end.get(1..)?)))
    };
    let is_number = |name: &Name| {
        name.units().len() == 3
            && name.units().iter().all(|unit| u8::try_from(*unit).is_ok_and(|byte| byte.is_ascii_digit()))
    };
    let of_domain = |name: &Name| split(name).filter(|(_, domain)| is_domain(domain));
    let unnumbered = split(folder)
        .filter(|(base, number)| is_number(number) && (is_folder(base) || of_domain(base).is_some()))
        .map_or_else(|| folder.clone(), |(base, _)| base);
    match of_domain(&unnumbered) {
        Some((name, domain)) => Parts { name, domain: Some(domain) },
        None => Parts { name: unnumbered, domain: None },
    }
}

/// Whether Windows gives temporary profiles such names: `TEMP`, `TEMP.CORP`, `TEMP.CORP.000`.
pub(super) fn is_temporary(folder: &Name) -> bool {
    starts_with(folder, "TEMP", |rest| rest.first().is_none_or(|unit| *unit == u16::from(b'.')))
}

/// Whether Windows' setup gives its accounts such names: `defaultuser0`, `defaultuser100000`.
pub(super) fn is_setup_account(name: &Name) -> bool {
    starts_with(name, "defaultuser", |rest| {
        !rest.is_empty() && rest.iter().all(|unit| u8::try_from(*unit).is_ok_and(|byte| byte.is_ascii_digit()))
    })
}

/// Whether FSLogix gives what it leaves on a PC such names: `local_alice`.
pub(super) fn is_container_leftover(folder: &Name) -> bool {
    starts_with(folder, "local_", |_| true)
}

fn starts_with(name: &Name, start: &str, is_rest: impl Fn(&[u16]) -> bool) -> bool {
    name.units()
        .split_at_checked(start.len())
        .is_some_and(|(head, rest)| Name::from_units(head) == Name::from(start) && is_rest(rest))
}

/// The path as Windows opens it: dots and blanks at the end of a name do not count.
fn without_trailing_dots(path: &WindowsPath) -> WindowsPath {
    let trim = |name: &Name| {
        let ends = |unit: &u16| *unit != u16::from(b'.') && *unit != u16::from(b' ');
        let length = name.units().iter().rposition(ends).map_or(0, |last| last + 1);
        Name::from_units(name.units().get(..length).unwrap_or_default())
    };
    WindowsPath::new(path.drive(), path.names().iter().map(trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_for_accounts() {
        for (folder, name, domain) in [
            ("alice", "alice", ""),
            ("alice.CORP", "alice", "CORP"),
            ("alice.corp.000", "alice", "corp"),
            ("alice.001", "alice", ""),
            ("bob.001", "bob.001", ""),
            ("john.doe", "john.doe", ""),
            ("john.doe.CORP", "john.doe", "CORP"),
            (".CORP", ".CORP", ""),
            (".000", ".000", ""),
            ("alice.", "alice.", ""),
            ("", "", ""),
        ] {
            let is_domain = |name: &Name| *name == Name::from("CORP");
            let parts = account_of_folder(&Name::from(folder), is_domain, |name| *name == Name::from("alice"));
            let domain = (!domain.is_empty()).then(|| Name::from(domain));
            assert_eq!(parts, Parts { name: Name::from(name), domain }, "{folder}");
        }
    }

    #[test]
    fn names_that_windows_gives_are_known() {
        let all = |name: &str| {
            let name = Name::from(name);
            [is_temporary(&name), is_setup_account(&name), is_container_leftover(&name)]
        };
        for (name, expected) in [
            ("TEMP", [true, false, false]),
            ("temp.CORP.001", [true, false, false]),
            ("template", [false; 3]),
            ("defaultuser0", [false, true, false]),
            ("DefaultUser100000", [false, true, false]),
            ("defaultuser", [false; 3]),
            ("defaultuser0.bak", [false; 3]),
            ("Local_alice", [false, false, true]),
            ("", [false; 3]),
        ] {
            assert_eq!(all(name), expected, "{name}");
        }
    }
}
