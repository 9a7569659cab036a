//! The users of a Windows: who they are, where their files are, and which of them are nobody's.

mod accounts;
mod choice;
mod folder;
mod profile_list;
mod set_aside;
mod sid;

use std::collections::{HashMap, HashSet};
use std::fmt;

use profile_format::{Text, Timestamp, User};
use registry::{Name, ReadRegistry};

use self::accounts::Accounts;
use self::folder::{Place, Places, is_setup_account, is_temporary};
use self::profile_list::{Listed, ProfileList};
pub(crate) use self::sid::is_person;
use self::sid::{SidKind, is_entra, sid_kind};
use crate::machine::{Machine, Unread};
use crate::{Drives, WindowsPath};

pub use choice::{SelectError, UserChoice, select};
pub use set_aside::SetAside;

/// All that looks like a user of a Windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// Every profile that Windows lists, in its order, then every other folder among those of users, by name.
    pub profiles: Vec<UserProfile>,
    /// What could not be read, sorted. There may be users of whom nothing is known.
    pub unread: Vec<Unread>,
}

/// One entry of Windows' list of profiles, or one folder that has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// The account name, or what the folder's name makes of it; `None` where there is neither.
    pub name: Option<Name>,
    /// Where the name is from.
    pub name_from: NameFrom,
    /// The account's domain or PC, where it is known.
    pub domain: Option<Name>,
    /// The user principal name or mail address of the account, where it is known.
    pub upn: Option<String>,
    /// The SID; `None` for a folder that Windows does not list.
    pub sid: Option<String>,
    /// The name of the entry in Windows' list: the SID, for some with `.bak` behind it.
    pub entry: Option<Name>,
    /// The folder with the user's files, if it is a place on a drive.
    pub folder: Option<WindowsPath>,
    /// The name of the file in it that holds the user's registry, where there is one.
    pub hive: Option<Name>,
    /// What kind of profile it is.
    pub kind: ProfileKind,
    /// When it was last used.
    pub last_use: Option<LastUse>,
    /// Whether it is somebody's.
    pub standing: Standing,
}

/// Where the name of a user is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFrom {
    /// What Windows remembers of the account.
    Account,
    /// The name of the folder, which is not always that of the account.
    Folder,
}

/// What kind of profile a user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProfileKind {
    /// On this PC alone.
    Local,
    /// A copy of one on a server, which overwrites it.
    Roaming,
    /// Given anew at each sign-in; changes are thrown away.
    Mandatory,
    /// In a container of FSLogix.
    FsLogix,
    /// Put aside by Windows when it could not be loaded, its entry with `.bak` behind the SID.
    Backup,
    /// What new users start from.
    Default,
}

impl ProfileKind {
    /// A word for it, such as `roaming`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Roaming => "roaming",
            Self::Mandatory => "mandatory",
            Self::FsLogix => "fslogix",
            Self::Backup => "backup",
            Self::Default => "default",
        }
    }
}

/// When a profile was last used, and what says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// The moment, by the clock of the PC.
    pub at: Timestamp,
    /// What says so.
    pub from: LastUseFrom,
}

/// What says when a profile was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastUseFrom {
    /// Windows noted when it loaded the profile.
    Loaded,
    /// Windows noted when it unloaded the profile.
    Unloaded,
    /// The file of the user's registry was last changed then.
    HiveModified,
}

impl LastUseFrom {
    /// A word for it, such as `unloaded`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Unloaded => "unloaded",
            Self::HiveModified => "hive-modified",
        }
    }
}

/// Whether a profile is somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is, and it can be read.
    Usable,
    /// It is not, or it cannot be read.
    SetAside(SetAside),
}

impl UserProfile {
    /// The user of a folder that is at hand without its Windows.
    pub fn of_folder(folder: WindowsPath, name: &str) -> Self {
        Self {
            name: Some(Name::from(name)),
            name_from: NameFrom::Folder,
            domain: None,
            upn: None,
            sid: None,
            entry: None,
            folder: Some(folder),
            hive: None,
            kind: ProfileKind::Local,
            last_use: None,
            standing: Standing::Usable,
        }
    }

    /// Whether it is somebody's and can be read.
    pub fn is_usable(&self) -> bool {
        self.standing == Standing::Usable
    }

    /// What profiles keep of the user.
    pub fn to_user(&self) -> User {
        let text = |name: &Name| Text(name.units().to_vec());
        User {
            name: self.name.as_ref().map(text),
            sid: self.sid.clone(),
            domain: self.domain.as_ref().map(text),
            upn: self.upn.clone(),
        }
    }
}

/// What people call the user: `CORP\alice`, `alice`, the SID, or the folder.
impl fmt::Display for UserProfile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.domain, &self.name, &self.entry, &self.folder) {
            (Some(domain), Some(name), _, _) => write!(formatter, "{domain}\\{name}"),
            (None, Some(name), _, _) => fmt::Display::fmt(name, formatter),
            (_, None, Some(entry), _) => fmt::Display::fmt(entry, formatter),
            (_, None, None, Some(folder)) => fmt::Display::fmt(folder, formatter),
            (_, None, None, None) => formatter.write_str("a user of whom nothing is known"),
        }
    }
}

/// The users of the Windows in the folder `system_root`, from its registry (`HKLM\SOFTWARE`, and `HKLM\SYSTEM` for the
/// name of the PC) and its drives. Accounts and their secrets, in SAM, are never opened.
pub fn users(registry: &dyn ReadRegistry, drives: &Drives<'_>, system_root: &WindowsPath) -> Users {
    let mut machine = Machine::new(registry);
    let accounts = Accounts::read(&mut machine);
    let list = ProfileList::read(&mut machine, system_root);
    let places = Places { drives, system_root, users: &list.users_folder };
    let mut profiles: Vec<UserProfile> = list.entries.iter().map(|entry| of_entry(entry, &accounts, &places)).collect();
    set_aside_second_entries(&mut profiles);
    let mut unread = machine.into_unread();
    match unlisted_folders(&profiles, &places) {
        Ok(folders) => profiles.extend(folders.iter().map(|folder| of_folder(folder, &list, &places))),
        Err(why) => unread.push(Unread { place: list.users_folder.to_string(), why }),
    }
    name_by_folders(&mut profiles, &accounts);
    unread.sort();
    Users { profiles, unread }
}

/// What an entry of Windows' list says. Names that only the folder tells are given later.
fn of_entry(entry: &Listed, accounts: &Accounts, places: &Places<'_>) -> UserProfile {
    let account = entry.sid.as_deref().map(|sid| accounts.of(sid)).unwrap_or_default();
    let mut profile = UserProfile {
        name_from: if account.name.is_some() { NameFrom::Account } else { NameFrom::Folder },
        name: account.name,
        domain: account.domain,
        upn: account.upn,
        sid: entry.sid.clone(),
        entry: Some(entry.key.clone()),
        folder: entry.folder.clone(),
        hive: None,
        kind: entry.kind,
        last_use: entry.last_use,
        standing: Standing::Usable,
    };
    let nobodys = of_account(entry, &profile);
    let missing = match nobodys {
        Some(SetAside::Service { .. }) => None,
        _ => look_at_folder(&mut profile, entry.is_in_container, places),
    };
    profile.standing = nobodys.or(missing).map_or(Standing::Usable, Standing::SetAside);
    profile
}

/// Why an entry is nobody's, as far as its account and the name of its folder say.
fn of_account(entry: &Listed, profile: &UserProfile) -> Option<SetAside> {
    let Some(sid) = &entry.sid else { return Some(SetAside::NotAnAccount) };
    if let Some(SidKind::Service(whose)) = sid_kind(sid) {
        return Some(SetAside::Service { whose });
    }
    let Some(folder) = &entry.folder else {
        return Some(SetAside::NotOnADrive { path: entry.stored_path.clone() });
    };
    let name = folder.names().last()?;
    let is_somebodys = |pattern: fn(&Name) -> bool| profile.name.as_ref().is_some_and(|name| !pattern(name));
    if entry.is_temporary || is_temporary(name) && profile.name.as_ref() != Some(name) {
        return Some(SetAside::Temporary);
    }
    (is_setup_account(name) && !is_somebodys(is_setup_account)).then_some(SetAside::Setup)
}

/// Finds the folder and the hive in it, or says why not.
fn look_at_folder(profile: &mut UserProfile, is_in_container: bool, places: &Places<'_>) -> Option<SetAside> {
    let place = places.look_at(profile.folder.as_ref()?);
    let reason = match place {
        Place::WithHive { folder, hive, modified } => {
            profile.folder = Some(folder);
            if hive.is_mandatory {
                profile.kind = ProfileKind::Mandatory;
            }
            profile.hive = Some(hive.name);
            let by_hive = modified.map(|at| LastUse { at, from: LastUseFrom::HiveModified });
            profile.last_use = profile.last_use.or(by_hive);
            return None;
        }
        Place::NotThere(SetAside::FolderMissing | SetAside::NoHive | SetAside::Link) if is_in_container => {
            SetAside::InContainer
        }
        Place::NotThere(reason) => reason,
    };
    Some(reason)
}

/// Where several entries name one folder, all but one are set aside: the one that Windows uses, or used last, stays.
fn set_aside_second_entries(profiles: &mut [UserProfile]) {
    let mut by_folder: HashMap<WindowsPath, Vec<usize>> = HashMap::new();
    for (at, profile) in profiles.iter().enumerate().filter(|(_, profile)| profile.is_usable()) {
        if let Some(folder) = &profile.folder {
            by_folder.entry(folder.clone()).or_default().push(at);
        }
    }
    for sharers in by_folder.into_values().filter(|sharers| sharers.len() > 1) {
        let rank = |at: &usize| {
            let profile = profiles.get(*at)?;
            let noted = profile.last_use.filter(|last| last.from != LastUseFrom::HiveModified);
            // Of equals the first in the list stays.
            Some((profile.kind != ProfileKind::Backup, noted.map(|last| last.at), usize::MAX - at))
        };
        let Some(first) = sharers.iter().copied().max_by_key(rank) else { continue };
        let entry = profiles.get(first).and_then(|profile| profile.entry.as_ref()).map(Name::to_string);
        for at in sharers.into_iter().filter(|at| *at != first) {
            if let Some(profile) = profiles.get_mut(at) {
                profile.standing =
                    Standing::SetAside(SetAside::SameFolder { entry: entry.clone().unwrap_or_default() });
            }
        }
    }
}

/// The folders among those of users that no entry names.
fn unlisted_folders(profiles: &[UserProfile], places: &Places<'_>) -> Result<Vec<WindowsPath>, String> {
    let listed: HashSet<&WindowsPath> = profiles.iter().filter_map(|profile| profile.folder.as_ref()).collect();
    let mut folders = places.user_folders()?;
    folders.retain(|folder| !listed.contains(folder));
    Ok(folders)
}

/// What a folder says that Windows does not list. Where the list could not be read, that is not held against it.
fn of_folder(folder: &WindowsPath, list: &ProfileList, places: &Places<'_>) -> UserProfile {
    let mut profile = UserProfile {
        name: None,
        name_from: NameFrom::Folder,
        domain: None,
        upn: None,
        sid: None,
        entry: None,
        folder: Some(folder.clone()),
        hive: None,
        kind: ProfileKind::Local,
        last_use: None,
        standing: Standing::Usable,
    };
    let missing = look_at_folder(&mut profile, false, places);
    let is = |path: &Option<WindowsPath>| path.as_ref() == Some(folder);
    let names_are =
        |names: &[&str]| folder.names().last().is_some_and(|name| names.iter().any(|one| *name == Name::from(*one)));
    let by_name = folder.names().last().and_then(|name| {
        if is(&list.default_folder)
            || is(&list.public_folder)
            || names_are(&["Default", "Public", "All Users", "Default User"])
        {
            Some(SetAside::Shared)
        } else if is_setup_account(name) {
            Some(SetAside::Setup)
        } else if is_temporary(name) {
            Some(SetAside::Temporary)
        } else {
            (list.has_containers && folder::is_container_leftover(name)).then_some(SetAside::ContainerLeftover)
        }
    });
    if by_name == Some(SetAside::Shared) && (is(&list.default_folder) || names_are(&["Default"])) {
        profile.kind = ProfileKind::Default;
    }
    let unlisted = list.is_known.then_some(SetAside::NoEntry);
    profile.standing = by_name.or(missing).or(unlisted).map_or(Standing::Usable, Standing::SetAside);
    profile
}

/// Names the users whose account names nobody remembers by their folders, without what Windows appends to tell folders
/// apart.
fn name_by_folders(profiles: &mut [UserProfile], accounts: &Accounts) {
    let leaf = |profile: &UserProfile| profile.folder.as_ref()?.names().last().cloned();
    let leaves: HashSet<Name> = profiles.iter().filter_map(leaf).collect();
    for profile in profiles.iter_mut().filter(|profile| profile.name.is_none()) {
        let Some(leaf) = leaf(profile) else { continue };
        if matches!(profile.standing, Standing::SetAside(SetAside::Service { .. } | SetAside::Shared)) {
            profile.name = Some(leaf);
            continue;
        }
        let of_pc = |name: &Name| accounts.know_domain(name);
        let is_domain = |name: &Name| profile.domain.as_ref() == Some(name) || of_pc(name);
        let parts = folder::account_of_folder(&leaf, is_domain, |name| leaves.contains(name));
        // A domain in the name of a folder is that of the account, whatever SID it has.
        if !profile.sid.as_deref().is_some_and(is_entra) {
            profile.domain = profile.domain.take().or(parts.domain);
        }
        profile.name = Some(parts.name);
    }
}

#[cfg(test)]
mod tests;
