//! Where in a registry a hive stands: told by the caller, or by what is in the hive, or by what .reg files speak of.

use registry::{KeyPath, Name, RegFile, RegKey, Root};

use crate::error::CommandError;

/// Reads what `--as` says.
pub(crate) fn parse(place: &str) -> Result<KeyPath, CommandError> {
    KeyPath::parse(place).map_err(|error| CommandError::usage(format!("--as: {error}")))
}

/// Where Windows has a hive with these keys in its root.
pub(crate) fn of_content(subkeys: &[Name]) -> Option<KeyPath> {
    let has = |names: &[&str]| names.iter().all(|name| subkeys.contains(&Name::from(*name)));
    let place = if has(&["Select", "ControlSet001"]) {
        r"HKLM\SYSTEM"
    } else if has(&["Control Panel", "Software"]) {
        "HKCU"
    } else if has(&["Microsoft", "Classes"]) {
        r"HKLM\SOFTWARE"
    } else if has(&["Local Settings"]) {
        r"HKCU\Software\Classes"
    } else {
        return None;
    };
    KeyPath::parse(place).ok()
}

/// The hive that all of these files speak of: that of a user, or the one of the machine that has all the keys.
pub(crate) fn of_files<'f>(files: impl Iterator<Item = &'f RegFile>) -> Option<KeyPath> {
    let mut places = files.flat_map(|file| &file.keys).map(|key| hive_of(key.path()));
    let first = places.next()??;
    places.all(|place| place.as_ref() == Some(&first)).then_some(first)
}

/// The hive in which Windows keeps a key, as far as its path tells.
fn hive_of(key: &KeyPath) -> Option<KeyPath> {
    let depth = match key.root() {
        Root::CurrentUser | Root::ClassesRoot | Root::CurrentConfig => 0,
        Root::LocalMachine | Root::Users => 1,
    };
    Some(KeyPath::new(key.root(), key.names().get(..depth)?.to_vec()))
}

/// Where Windows mounts UsrClass.dat: over whatever NTUSER.DAT has there, which nobody would see.
const CLASSES_OF_USER: &str = r"HKCU\Software\Classes";

/// Whether a key is hidden from the hive at `place`, because another hive stands over it.
fn in_classes_of_user(key: &KeyPath, place: &KeyPath) -> bool {
    KeyPath::parse(CLASSES_OF_USER)
        .is_ok_and(|classes| place != &classes && classes.under(place).is_some() && key.under(&classes).is_some())
}

/// The place is not known by itself.
pub(crate) fn unknown() -> CommandError {
    CommandError::usage("it is not clear which key of the registry the hive stands for")
        .hint(r"name it with --as, such as --as HKCU, --as HKLM\SOFTWARE or --as HKCU\Software\Classes")
}

/// Refuses files about keys that are not in the hive, before anything is done.
pub(crate) fn check_inside(name: &str, file: &RegFile, place: &KeyPath) -> Result<(), CommandError> {
    for key in &file.keys {
        if key.path().under(place).is_none() {
            return Err(CommandError::usage(format!(
                "{name}: {} is outside of {place}, where the hive stands",
                key.path()
            ))
            .hint(
                "--as names the key of the registry that the hive stands for; leave out of the file what is not in it",
            ));
        }
        if in_classes_of_user(key.path(), place) {
            return Err(CommandError::usage(format!(
                "{name}: {} is not in the hive that stands at {place}, but in UsrClass.dat, which Windows mounts at \
                 {CLASSES_OF_USER}",
                key.path()
            ))
            .hint(format!(
                "put what is in that key into a file of its own, for UsrClass.dat and with --as '{CLASSES_OF_USER}'"
            )));
        }
        if matches!(key, RegKey::Delete(path) if path == place) {
            return Err(CommandError::usage(format!(
                "{name}: {place} is the root of the hive, which cannot be deleted"
            )));
        }
    }
    Ok(())
}
