//! The folders that Windows has names for, and where they are on one PC for one user.

use std::collections::BTreeMap;
use std::fmt;

use registry::{KeyPath, Name, ReadRegistry, Root, View};

use crate::{Tokens, WindowsPath};

/// A folder that is somewhere else on each PC, by the name that Windows has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownFolder {
    /// `%APPDATA%`: settings that roam.
    AppData,
    /// `%LOCALAPPDATA%`: settings and caches of one PC.
    LocalAppData,
    /// `%USERPROFILE%`: all that is the user's.
    UserProfile,
    /// `%PUBLIC%`: what all users share.
    Public,
    /// `%PROGRAMDATA%`: what programs keep for all users.
    ProgramData,
    /// `%SYSTEMROOT%`: Windows.
    SystemRoot,
}

impl KnownFolder {
    /// Every one, with the name of its variable. Folders that lie in another stand before it.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::AppData, "APPDATA"),
        (Self::LocalAppData, "LOCALAPPDATA"),
        (Self::UserProfile, "USERPROFILE"),
        (Self::Public, "PUBLIC"),
        (Self::ProgramData, "PROGRAMDATA"),
        (Self::SystemRoot, "SYSTEMROOT"),
    ];

    /// The name of its variable, such as `APPDATA`.
    pub fn variable(self) -> &'static str {
        Self::ALL.iter().find(|(folder, _)| *folder == self).map_or("", |(_, variable)| *variable)
    }

    /// The folder of the variable of this name, in any case.
    pub fn from_variable(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, variable)| variable.eq_ignore_ascii_case(name)).map(|(folder, _)| *folder)
    }

    /// Whether each user has one of his own.
    pub fn is_of_user(self) -> bool {
        matches!(self, Self::AppData | Self::LocalAppData | Self::UserProfile)
    }
}

/// Such as `%APPDATA%`.
impl fmt::Display for KnownFolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "%{}%", self.variable())
    }
}

/// Where the known folders are. One that is missing is not known, as where only a user's own folder is at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    places: BTreeMap<KnownFolder, WindowsPath>,
}

impl Folders {
    /// The folders of a Windows at `system_root`.
    pub fn of_windows(system_root: WindowsPath) -> Self {
        let drive = system_root.drive();
        let on_drive = |name: &str| WindowsPath::new(drive, vec![Name::from(name)]);
        let public = on_drive("Users").join("Public");
        let places = [
            (KnownFolder::Public, public),
            (KnownFolder::ProgramData, on_drive("ProgramData")),
            (KnownFolder::SystemRoot, system_root),
        ];
        Self { places: places.into() }
    }

    /// Adds the folders of the user whose files are in `profile`.
    #[must_use]
    pub fn with_user(mut self, profile: &WindowsPath) -> Self {
        let app_data = profile.join("AppData");
        self.set(KnownFolder::AppData, app_data.join("Roaming"));
        self.set(KnownFolder::LocalAppData, app_data.join("Local"));
        self.set(KnownFolder::UserProfile, profile.clone());
        self
    }

    /// Follows what a user's registry says of folders that are not where they usually are. One that is on no drive, as
    /// on a server, or that cannot be the user's alone, is not known any more; each of these is named in what comes back.
    pub fn redirect(&mut self, registry: &dyn ReadRegistry) -> Vec<String> {
        let list = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";
        let list = KeyPath::new(Root::CurrentUser, Name::split_path(list));
        let mut elsewhere = Vec::new();
        for (folder, name) in [(KnownFolder::AppData, "AppData"), (KnownFolder::LocalAppData, "Local AppData")] {
            let Ok(Some(value)) = registry.value(&list, &Name::from(name)) else { continue };
            let View::Text(text) = value.view() else { continue };
            let text = String::from_utf16_lossy(&text);
            match Tokens::new(self, None).path_in(&text).filter(|path| self.may_be_users(path)) {
                Some(path) => self.set(folder, path),
                None => {
                    self.places.remove(&folder);
                    elsewhere.push(format!("{folder} is {text}"));
                }
            }
        }
        elsewhere
    }

    /// Whether a folder can be one user's alone: it is in the user's own, or on a drive where it holds nobody else's files
    /// and is in nobody else's folder. A user's registry says what the user wants, and an administrator's capture reads
    /// what the user may not.
    fn may_be_users(&self, path: &WindowsPath) -> bool {
        let Some(profile) = self.get(KnownFolder::UserProfile) else { return false };
        if path.under(profile).is_some() {
            return true;
        }
        let users = profile.names().split_last().map(|(_, users)| users.to_vec()).unwrap_or_default();
        let users = WindowsPath::new(profile.drive(), users);
        let others = [Some(&users), self.get(KnownFolder::SystemRoot), self.get(KnownFolder::ProgramData)];
        let mut others = others.into_iter().flatten();
        !path.names().is_empty() && others.all(|other| path.under(other).is_none() && other.under(path).is_none())
    }

    /// Forgets the folders that a user's registry puts elsewhere on the drive of Windows: whoever writes as administrator
    /// would write there what the user may not.
    pub fn confine(&mut self) {
        let Some(profile) = self.get(KnownFolder::UserProfile).cloned() else { return };
        let system = self.get(KnownFolder::SystemRoot).map(WindowsPath::drive);
        self.places.retain(|folder, place| {
            !folder.is_of_user()
                || place.under(&profile).is_some()
                || system.is_some_and(|drive| drive != place.drive())
        });
    }

    /// Says where a folder is.
    pub fn set(&mut self, folder: KnownFolder, place: WindowsPath) {
        self.places.insert(folder, place);
    }

    /// Where a folder is, if that is known.
    pub fn get(&self, folder: KnownFolder) -> Option<&WindowsPath> {
        self.places.get(&folder)
    }

    /// The known folder that a path lies in, the innermost one, and the names from there.
    pub fn locate<'p>(&self, path: &'p WindowsPath) -> Option<(KnownFolder, &'p [Name])> {
        let inside = self.places.iter().filter_map(|(folder, place)| Some((*folder, path.under(place)?)));
        inside.min_by_key(|(_, names)| names.len())
    }
}

/// The folder that a user's files were in, as the user's own registry remembers it. A user's hive knows it only by the
/// way, in what Explorer keeps for old programs.
pub fn profile_folder(registry: &dyn ReadRegistry) -> Option<WindowsPath> {
    let list = r"Software\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders";
    let list = KeyPath::new(Root::CurrentUser, Name::split_path(list));
    for (name, below) in [("Local AppData", [r"AppData", "Local"]), ("AppData", ["AppData", "Roaming"])] {
        let Ok(Some(value)) = registry.value(&list, &Name::from(name)) else { continue };
        let View::Text(text) = value.view() else { continue };
        let Some(path) = WindowsPath::parse(&String::from_utf16_lossy(&text)) else { continue };
        let (names, end) = path.names().split_at(path.names().len().saturating_sub(2));
        if end == below.map(Name::from) && !names.is_empty() {
            return Some(WindowsPath::new(path.drive(), names.to_vec()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_registry_says_where_folders_are() {
        use registry::{Change, FileTime, MemoryRegistry, Value, WriteRegistry};

        let explorer = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer";
        let mut registry = MemoryRegistry::new(FileTime(0));
        let mut set = |key: &str, name: &str, text: &str| {
            let key = KeyPath::parse(&format!(r"{explorer}\{key}")).unwrap();
            for depth in 1..=key.names().len() {
                registry.make(&Change::create(KeyPath::new(key.root(), key.names()[..depth].to_vec()))).unwrap();
            }
            registry.make(&Change::SetValue { key, name: Name::from(name), value: Value::text(text) }).unwrap();
        };
        set("Shell Folders", "AppData", r"D:\People\Zoë\AppData\Roaming");
        set("User Shell Folders", "AppData", r"\\server\zoë\AppData");
        set("User Shell Folders", "Local AppData", r"%USERPROFILE%\AppData\Elsewhere");
        let profile = profile_folder(&registry).unwrap();
        assert_eq!(profile.to_string(), r"D:\People\Zoë");
        let mut folders = Folders::default().with_user(&profile);
        assert_eq!(folders.redirect(&registry), [r"%APPDATA% is \\server\zoë\AppData"]);
        assert_eq!(folders.get(KnownFolder::AppData), None);
        let local = folders.get(KnownFolder::LocalAppData).map(ToString::to_string);
        assert_eq!(local.as_deref(), Some(r"D:\People\Zoë\AppData\Elsewhere"));
        let path = |text: &str| WindowsPath::parse(text).unwrap();
        let folders = Folders::of_windows(path(r"D:\Windows")).with_user(&profile);
        for own in [r"D:\People\Zoë\x", r"E:\Zoë", r"D:\Data\Zoë"] {
            assert!(folders.may_be_users(&path(own)), "{own}");
        }
        for others in
            [r"D:\", r"D:\People", r"D:\People\Bob\AppData\Roaming", r"D:\Windows\x", r"E:\", r"D:\ProgramData"]
        {
            assert!(!folders.may_be_users(&path(others)), "{others}");
        }
    }

    #[test]
    fn a_path_lies_in_the_innermost_folder() {
        let path = |text: &str| WindowsPath::parse(text).unwrap_or_else(|| WindowsPath::new('X', vec![]));
        let folders = Folders::of_windows(path(r"C:\Windows")).with_user(&path(r"D:\People\Zoë"));
        let table = [
            (r"d:\people\zoë\appdata\roaming\x", Some((KnownFolder::AppData, 1))),
            (r"d:\people\zoë\appdata\x", Some((KnownFolder::UserProfile, 2))),
            (r"c:\users\public\a\b", Some((KnownFolder::Public, 2))),
            (r"c:\windows", Some((KnownFolder::SystemRoot, 0))),
            (r"c:\users\else", None),
        ];
        for (text, expected) in table {
            let found = path(text);
            let found = folders.locate(&found).map(|(folder, names)| (folder, names.len()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
