//! Hives of packaged apps: read for what the catalogue wants of them, and looked through before one is taken whole.

use registry::{KeyPath, Name, ReadRegistry, Root};

use super::{PartReader, Why};
use crate::capture::limits;
use crate::catalogue::{FilePath, RegistryPlace};
use crate::{KnownFolder, WindowsPath};

impl PartReader<'_, '_, '_> {
    /// What a place wants of the hives that fit a pattern.
    pub(super) fn hive(&mut self, place: &RegistryPlace, file: &FilePath) {
        let Some(files) = self.matching_files(file, &[]) else { return };
        for (path, entry, names) in files {
            if let Some(why) = self.refused(&path, &entry, &names) {
                self.incident(None, path.to_string(), why);
                continue;
            }
            match self.reader.source.hives.open(&path) {
                Ok(Some(hive)) if is_of_user_or_pc(&*hive) => self.incident(None, path.to_string(), others()),
                Ok(Some(hive)) => self.registry(place, &*hive, &format!("{path}: ")),
                Ok(None) => self.incident(None, path.to_string(), Why::NoSuchFile),
                Err(error) => self.incident(None, path.to_string(), Why::Unreadable(error.to_string())),
            }
        }
    }

    /// Why a hive is not taken whole: it is no packaged app's, or a secret is in it.
    pub(super) fn secret_in_hive(&self, path: &WindowsPath) -> Option<Why> {
        let packages = self.reader.source.folders.get(KnownFolder::LocalAppData)?.join("Packages");
        if path.under(&packages).is_none() {
            return Some(others());
        }
        let hive = match self.reader.source.hives.open(path) {
            Ok(Some(hive)) => hive,
            Ok(None) => return Some(Why::Unreadable("hives cannot be looked into here".to_owned())),
            Err(error) => return Some(Why::Unreadable(error.to_string())),
        };
        if is_of_user_or_pc(&*hive) {
            return Some(others());
        }
        self.secret_in(&*hive)
    }

    /// The first secret in a hive, or what of it cannot be read: what was not looked at is not taken.
    fn secret_in(&self, hive: &dyn ReadRegistry) -> Option<Why> {
        let secrets = self.reader.secrets;
        let mut keys = vec![KeyPath::new(Root::CurrentUser, vec![])];
        let mut visited = 0;
        while let Some(path) = keys.pop() {
            visited += 1;
            if visited > limits::KEYS {
                return Some(Why::TooLarge(visited as u64));
            }
            if let Some(rule) = secrets.key(&path) {
                return Some(Why::Secret(rule.title.clone()));
            }
            let key = match hive.key(&path) {
                Ok(key) => key?,
                Err(error) => return Some(Why::Unreadable(error.to_string())),
            };
            if key.values.len() > limits::VALUES {
                return Some(Why::TooLarge(key.values.len() as u64));
            }
            for name in &key.values {
                match hive.value(&path, name) {
                    Ok(Some(value)) => {
                        if let Some(denied) = secrets.value(&path, name, &value) {
                            return Some(Why::Secret(denied.to_string()));
                        }
                    }
                    Ok(None) => (),
                    Err(error) => return Some(Why::Unreadable(error.to_string())),
                }
            }
            if let Some(why) = key.subkeys.iter().find_map(|name| self.secret_name(name)) {
                return Some(why);
            }
            keys.extend(key.subkeys.into_iter().map(|name| path.join(name)));
        }
        None
    }
}

fn others() -> Why {
    Why::Secret("the registry of a user or of a PC".to_owned())
}

/// Whether a hive is one of those that Windows mounts itself, by the keys at its top. Rules name keys by where Windows has
/// them, and would not know them here. What cannot be read counts as one.
fn is_of_user_or_pc(hive: &dyn ReadRegistry) -> bool {
    const TOPS: [&str; 16] = [
        "SAM",
        "Policy",
        "RXACT",
        "Select",
        "Control Panel",
        "Keyboard Layout",
        "Console",
        "Volatile Environment",
        "Microsoft",
        "Classes",
        "Policies",
        "WOW6432Node",
        "Clients",
        "AppEvents",
        "Printers",
        "HardwareConfig",
    ];
    let Ok(Some(root)) = hive.key(&KeyPath::new(Root::CurrentUser, vec![])) else { return true };
    let is_top = |name: &Name| {
        TOPS.iter().any(|top| *name == Name::from(*top))
            || name.to_string().to_ascii_uppercase().starts_with("CONTROLSET")
    };
    root.subkeys.iter().any(is_top)
}
