//! What a folder is: the volume of a Windows, a user's folder, or something that only looks as if it were one.

mod nothing;

use std::slice;

use registry::Name;

use crate::machine::Unread;
use crate::{Entry, EntryKind, ReadTree};

pub use nothing::Nothing;

/// What was found in a folder. Places are the names that lead there from that folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Every Windows: installed ones first, by their places.
    pub windows: Vec<WindowsFolder>,
    /// The folders of users that belong to none of them, by their places.
    pub user_folders: Vec<Vec<Name>>,
    /// What it is instead, where there is neither a Windows nor a user.
    pub nothing: Option<Nothing>,
    /// What could not be looked at, sorted, so that there may be more.
    pub unread: Vec<Unread>,
}

/// The folder of a Windows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowsFolder {
    /// What kind of Windows it is.
    pub kind: WindowsKind,
    /// The folder itself, whatever its name.
    pub folder: Vec<Name>,
    /// The root of its drive; `None`, where the folder itself is all that was given.
    pub volume: Option<Vec<Name>>,
    /// The folder with those of its users, where it is on the same drive.
    pub users: Option<Vec<Name>>,
    /// The file that Windows keeps itself in when it is hibernated or shut down for a fast start. Its first bytes tell
    /// whether it is.
    pub hibernation: Option<Vec<Name>>,
}

/// What kind of Windows a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WindowsKind {
    /// One that starts from there.
    Installed,
    /// What an upgrade left of the one before, as in `Windows.old`.
    Old,
    /// One that an upgrade has begun to set up.
    Staged,
    /// Windows PE, which has no users.
    Preinstallation,
}

impl WindowsKind {
    /// A word for it, such as `installed`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Old => "old",
            Self::Staged => "staged",
            Self::Preinstallation => "preinstallation",
        }
    }
}

/// Says what a folder is. Links are not followed, and nothing deeper than two folders in each other is looked for.
pub fn find_windows(tree: &dyn ReadTree) -> Found {
    let mut search = Search { tree, windows: vec![], user_folders: vec![], unread: vec![], looked_into: 0 };
    let top = search.list(&[]);
    if let Some(entries) = &top
        && !search.look_at_windows(&[])
    {
        search.look_at_user(&[], entries);
        let is_windows = |folder: &&Entry| search.look_at_windows(slice::from_ref(&folder.name));
        let (windows, mut others): (Vec<&Entry>, Vec<&Entry>) = folders(entries).partition(is_windows);
        if !windows.is_empty() {
            others.retain(|folder| !BESIDE_WINDOWS.iter().any(|name| folder.name == Name::from(*name)));
        }
        others.into_iter().for_each(|folder| search.look_into(folder));
    }
    let Search { mut windows, mut user_folders, mut unread, .. } = search;
    windows.sort();
    user_folders.sort();
    unread.sort();
    let nothing = (windows.is_empty() && user_folders.is_empty()).then(|| match (top, unread.first()) {
        (Some(entries), _) => Nothing::of(tree, &entries),
        (None, Some(unread)) => Nothing::Unreadable { why: unread.why.clone() },
        (None, None) => Nothing::NotAFolder,
    });
    Found { windows, user_folders, nothing, unread }
}

/// How many folders in folders are looked into, so that one with a million of them is no trap. The drives of a Windows
/// have some hundreds.
const MOST_FOLDERS: usize = 10_000;

/// What stands beside every Windows and holds no other. Its users are not looked for here.
const BESIDE_WINDOWS: [&str; 8] = [
    "$Recycle.Bin",
    "PerfLogs",
    "Program Files",
    "Program Files (x86)",
    "ProgramData",
    "Recovery",
    "System Volume Information",
    "Users",
];

struct Search<'t> {
    tree: &'t dyn ReadTree,
    windows: Vec<WindowsFolder>,
    user_folders: Vec<Vec<Name>>,
    unread: Vec<Unread>,
    looked_into: usize,
}

impl Search<'_> {
    /// Looks into a folder at the top: the root of a drive, a user's folder, or one with users' folders in it.
    fn look_into(&mut self, folder: &Entry) {
        let at = [folder.name.clone()];
        let Some(entries) = self.list(&at) else { return };
        self.look_at_user(&at, &entries);
        for inner in folders(&entries) {
            if self.looked_into == MOST_FOLDERS {
                let why = format!("there are more than {MOST_FOLDERS} folders, and not all were looked into");
                self.unread.push(Unread { place: show(&at), why });
                return;
            }
            self.looked_into += 1;
            let at = [folder.name.clone(), inner.name.clone()];
            if !self.look_at_windows(&at) && self.is(EntryKind::File, &below(&at, &["NTUSER.DAT"])) {
                self.user_folders.push(at.to_vec());
            }
        }
    }

    fn look_at_user(&mut self, at: &[Name], entries: &[Entry]) {
        let is_hive = |entry: &Entry| entry.kind == EntryKind::File && entry.name == Name::from("NTUSER.DAT");
        if entries.iter().any(is_hive) {
            self.user_folders.push(at.to_vec());
        }
    }

    /// Whether this is the folder of a Windows, which then is among those found.
    fn look_at_windows(&mut self, at: &[Name]) -> bool {
        // One of them may be lost; the other still tells much.
        let hives = ["SYSTEM", "SOFTWARE"].map(|hive| below(at, &["System32", "config", hive]));
        if !hives.iter().any(|hive| self.is(EntryKind::File, hive)) {
            return false;
        }
        let kind = self.kind(at);
        let volume = at.split_last().map(|(_, volume)| volume.to_vec());
        let mut on_volume = |name: &str, kind| {
            let place = below(volume.as_ref()?, &[name]);
            self.is(kind, &place).then_some(place)
        };
        let users = on_volume("Users", EntryKind::Folder);
        let hibernation = on_volume("hiberfil.sys", EntryKind::File);
        self.windows.push(WindowsFolder { kind, folder: at.to_vec(), volume, users, hibernation });
        true
    }

    fn kind(&mut self, at: &[Name]) -> WindowsKind {
        let is_below = |start: &str| {
            let begins = |name: &Name| {
                name.units().get(..start.len()).is_some_and(|head| Name::from_units(head) == Name::from(start))
            };
            at.split_last().is_some_and(|(_, folders)| folders.iter().any(begins))
        };
        // The key MiniNT in the registry tells nothing: a Windows with users may have it, too.
        let starts_pe = ["wpeinit.exe", "winpeshl.exe"].map(|name| below(at, &["System32", name]));
        if starts_pe.iter().any(|file| self.is(EntryKind::File, file)) {
            WindowsKind::Preinstallation
        } else if is_below("Windows.old") {
            WindowsKind::Old
        } else if is_below("$WINDOWS.~") {
            WindowsKind::Staged
        } else {
            WindowsKind::Installed
        }
    }

    fn is(&mut self, kind: EntryKind, at: &[Name]) -> bool {
        match self.tree.entry(at) {
            Ok(entry) => entry.is_some_and(|entry| entry.kind == kind),
            Err(error) => {
                self.unread.push(Unread { place: show(at), why: error.to_string() });
                false
            }
        }
    }

    fn list(&mut self, at: &[Name]) -> Option<Vec<Entry>> {
        match self.tree.list(at) {
            Ok(entries) => entries,
            Err(error) => {
                self.unread.push(Unread { place: show(at), why: error.to_string() });
                None
            }
        }
    }
}

fn folders(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(|entry| entry.kind == EntryKind::Folder)
}

/// What these names lead to from a folder.
fn below(folder: &[Name], names: &[&str]) -> Vec<Name> {
    folder.iter().cloned().chain(names.iter().map(|name| Name::from(*name))).collect()
}

fn show(at: &[Name]) -> String {
    if at.is_empty() { ".".to_owned() } else { at.iter().map(Name::to_string).collect::<Vec<_>>().join("\\") }
}

#[cfg(test)]
mod tests;
