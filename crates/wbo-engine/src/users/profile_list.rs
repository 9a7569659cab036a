//! Windows' own list of profiles.

use profile_format::Timestamp;
use registry::{KeyPath, Name};

use super::{LastUse, LastUseFrom, ProfileKind, sid::sid_kind};
use crate::WindowsPath;
use crate::machine::{Machine, machine_key};

/// The list of profiles, and the folders that Windows names beside it.
pub(super) struct ProfileList {
    /// Whether there is a list to speak of.
    pub(super) is_known: bool,
    pub(super) entries: Vec<Listed>,
    /// The folder with those of the users.
    pub(super) users_folder: WindowsPath,
    pub(super) default_folder: Option<WindowsPath>,
    pub(super) public_folder: Option<WindowsPath>,
    /// Whether FSLogix was ever installed.
    pub(super) has_containers: bool,
}

/// One entry of the list.
pub(super) struct Listed {
    /// Its name as it stands there.
    pub(super) key: Name,
    /// The SID in it, if it is one.
    pub(super) sid: Option<String>,
    /// The path as it stands there.
    pub(super) stored_path: Option<String>,
    /// The path, if it is a place on a drive.
    pub(super) folder: Option<WindowsPath>,
    pub(super) kind: ProfileKind,
    pub(super) is_temporary: bool,
    pub(super) is_in_container: bool,
    pub(super) last_use: Option<LastUse>,
}

impl ProfileList {
    pub(super) fn read(machine: &mut Machine<'_>, system_root: &WindowsPath) -> Self {
        let list = machine_key(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList");
        let key = machine.key(&list);
        let has_containers = machine.key(&machine_key(r"SOFTWARE\FSLogix")).is_some();
        let mut folder = |name: &str| expand(&machine.string(&list, name)?, system_root);
        let users_folder = folder("ProfilesDirectory");
        let (default_folder, public_folder) = (folder("Default"), folder("Public"));
        let is_known = key.is_some();
        let names = key.map(|key| key.subkeys).unwrap_or_default();
        let read = |name| Listed::read(machine, &list, name, system_root);
        Self {
            is_known,
            entries: names.into_iter().map(read).collect(),
            users_folder: users_folder
                .unwrap_or_else(|| WindowsPath::new(system_root.drive(), vec![Name::from("Users")])),
            default_folder,
            public_folder,
            has_containers,
        }
    }
}

impl Listed {
    fn read(machine: &mut Machine<'_>, list: &KeyPath, key: Name, system_root: &WindowsPath) -> Self {
        let path = list.join(key.clone());
        let text = key.to_string();
        let (sid, is_backup) = match strip_backup(&text) {
            Some(sid) => (sid, true),
            None => (text.as_str(), false),
        };
        let state = machine.dword(&path, "State").unwrap_or_default();
        let central = machine.string(&path, "CentralProfile");
        let stored_path = machine.text(&path, "ProfileImagePath").map(|path| path.to_string());
        let has_container = machine.text(&path, "FSL_OriginalProfileImagePath").is_some()
            || machine.key(&machine_key(SESSIONS).join(Name::from(sid))).is_some();
        let kind = if is_backup {
            ProfileKind::Backup
        } else if has_container {
            ProfileKind::FsLogix
        } else if state & (MANDATORY | LOCAL_MANDATORY) != 0 || central.as_deref().is_some_and(is_mandatory) {
            ProfileKind::Mandatory
        } else if state & (NEW_CENTRAL | UPDATE_CENTRAL) != 0 || central.is_some() {
            ProfileKind::Roaming
        } else {
            ProfileKind::Local
        };
        Self {
            sid: sid_kind(sid).is_some().then(|| sid.to_owned()),
            folder: stored_path.as_deref().and_then(|path| expand(path, system_root)),
            stored_path,
            kind,
            is_temporary: state & TEMPORARY != 0,
            is_in_container: has_container,
            last_use: last_use(machine, &path),
            key,
        }
    }
}

// Bits of the value State, as userenv.dll has them.
const MANDATORY: u32 = 0x1;
const NEW_CENTRAL: u32 = 0x8;
const UPDATE_CENTRAL: u32 = 0x10;
const TEMPORARY: u32 = 0x800;
const LOCAL_MANDATORY: u32 = 0x2_0000;

/// Where FSLogix lists the users whose containers it mounted.
const SESSIONS: &str = r"SOFTWARE\FSLogix\Profiles\Sessions";

fn strip_backup(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(".bak".len())?;
    let (sid, end) = name.split_at_checked(at)?;
    end.eq_ignore_ascii_case(".bak").then_some(sid)
}

/// Whether this is the path of a profile whose changes are thrown away: `\\server\share\name.man`, or with a version
/// behind it as in `name.man.V6`.
fn is_mandatory(central: &str) -> bool {
    let central = central.to_ascii_lowercase();
    central.ends_with(".man") || central.rsplit_once(".man.v").is_some_and(|(_, version)| !version.contains('\\'))
}

/// A path with the variables that stand in those of profiles.
fn expand(path: &str, system_root: &WindowsPath) -> Option<WindowsPath> {
    let Some(rest) = path.strip_prefix('%') else { return WindowsPath::parse(path) };
    let (variable, rest) = rest.split_once('%')?;
    let start = match variable.to_ascii_lowercase().as_str() {
        "systemdrive" => format!("{}:", system_root.drive()),
        "systemroot" | "windir" => system_root.to_string(),
        _ => return None,
    };
    WindowsPath::parse(&format!("{start}{rest}"))
}

/// The later one of the times at which Windows loaded and unloaded a profile.
fn last_use(machine: &mut Machine<'_>, path: &KeyPath) -> Option<LastUse> {
    let mut moment = |name: &str, from| {
        let high = machine.dword(path, &format!("{name}High"))?;
        let low = machine.dword(path, &format!("{name}Low"))?;
        let at = timestamp(u64::from(high) << 32 | u64::from(low))?;
        Some(LastUse { at, from })
    };
    let moments =
        [moment("LocalProfileLoadTime", LastUseFrom::Loaded), moment("LocalProfileUnloadTime", LastUseFrom::Unloaded)];
    moments.into_iter().flatten().max_by_key(|last| last.at)
}

/// A time that Windows counts in steps of 100 ns since 1601; zero stands for none, and so does what Windows takes for
/// negative.
fn timestamp(file_time: u64) -> Option<Timestamp> {
    const FROM_1601_TO_1970: i64 = 11_644_473_600;
    let steps = i64::try_from(file_time).ok().filter(|steps| *steps != 0)?;
    Some(Timestamp(steps / 10_000_000 - FROM_1601_TO_1970))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_profiles_are_expanded() {
        let root = WindowsPath::parse(r"E:\WINNT").unwrap();
        for (path, expected) in [
            (r"%SystemDrive%\Users\alice", Some(r"E:\Users\alice")),
            (r"%systemroot%\ServiceProfiles\x", Some(r"E:\WINNT\ServiceProfiles\x")),
            (r"C:\Users\alice", Some(r"C:\Users\alice")),
            (r"%PROFILES%\alice", None),
            ("%SystemDrive", None),
            (r"%SystemDrive%Users", None),
            (r"\\server\share\alice", None),
            (r"..\alice", None),
            ("", None),
        ] {
            assert_eq!(expand(path, &root), expected.and_then(WindowsPath::parse), "{path}");
        }
    }

    #[test]
    fn times_are_converted() {
        for (file_time, expected) in [
            (0, None),
            (u64::MAX, None),
            (116_444_736_000_000_000, Some(0)),
            (133_000_000_000_000_000, Some(1_655_526_400)),
        ] {
            assert_eq!(timestamp(file_time), expected.map(Timestamp), "{file_time}");
        }
    }

    #[test]
    fn mandatory_profiles_are_told_by_their_name() {
        for (central, expected) in [
            (r"\\s\p\kiosk.man", true),
            (r"\\s\p\kiosk.MAN.V6", true),
            (r"\\s\p.man.v6\alice", false),
            (r"\\s\p\man", false),
        ] {
            assert_eq!(is_mandatory(central), expected, "{central}");
        }
    }
}
