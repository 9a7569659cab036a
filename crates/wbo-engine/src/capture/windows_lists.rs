//! What Windows itself says is not to be restored.

use registry::{KeyPath, Name, ReadRegistry, Root, View};

use crate::Glob;

/// The keys of the machine that a backup leaves alone, as `KeysNotToRestore` lists them.
#[derive(Debug, Default)]
pub(crate) struct NotToRestore {
    keys: Vec<Glob>,
}

impl NotToRestore {
    /// The list of a PC; empty, where it cannot be read.
    pub(crate) fn of(registry: &dyn ReadRegistry) -> Self {
        let list: Vec<Name> =
            ["SYSTEM", "CurrentControlSet", "Control", "BackupRestore", "KeysNotToRestore"].map(Name::from).into();
        let list = KeyPath::new(Root::LocalMachine, list);
        let Ok(Some(key)) = registry.key(&list) else { return Self::default() };
        let mut keys = Vec::new();
        for name in &key.values {
            let Ok(Some(value)) = registry.value(&list, name) else { continue };
            if let View::List(texts) = value.view() {
                keys.extend(texts.iter().map(|text| key_glob(&String::from_utf16_lossy(text))));
            }
        }
        Self { keys }
    }

    /// Whether a key is on the list, by itself or with the one it stands in.
    pub(crate) fn holds_key(&self, key: &KeyPath) -> bool {
        let mut names = key.names().to_vec();
        // The list names the control set that is in use; another is no way around it.
        if let [system, set, ..] = &mut *names
            && *system == Name::from("SYSTEM")
            && set.to_string().to_ascii_uppercase().starts_with("CONTROLSET")
        {
            *set = Name::from("CurrentControlSet");
        }
        key.root() == Root::LocalMachine && self.keys.iter().any(|glob| glob.matches(&names))
    }
}

/// A line of the list. It stands for a key of the hive SYSTEM; with a backslash at its end for all that is below it, and
/// with a star for keys whose names begin so.
fn key_glob(line: &str) -> Glob {
    let line = line.trim_start_matches('\\');
    let system =
        if line.to_ascii_uppercase().starts_with("SYSTEM\\") || line.to_ascii_uppercase().starts_with("SOFTWARE\\") {
            ""
        } else {
            "SYSTEM\\"
        };
    Glob::new(&format!("{system}{}\\**", line.trim_end_matches('\\')))
}

#[cfg(test)]
mod tests {
    use registry::{Change, FileTime, MemoryRegistry, Value, ValueType, WriteRegistry};

    use super::*;

    #[test]
    fn keys_that_windows_keeps_back() {
        let key = |path: &str| KeyPath::parse(path).unwrap();
        let mut registry = MemoryRegistry::new(FileTime(0));
        let list = key(r"HKLM\SYSTEM\CurrentControlSet\Control\BackupRestore\KeysNotToRestore");
        for depth in 1..=list.names().len() {
            registry.make(&Change::create(KeyPath::new(Root::LocalMachine, list.names()[..depth].to_vec()))).unwrap();
        }
        let texts = ["CurrentControlSet\\Services\\", "CurrentControlSet\\Control\\Video*"];
        let view = View::List(texts.map(|text| text.encode_utf16().collect()).into());
        let value = Value::new(ValueType::MULTI_SZ, &view);
        registry.make(&Change::SetValue { key: list, name: Name::from("Test"), value }).unwrap();
        let lists = NotToRestore::of(&registry);
        assert!(lists.holds_key(&key(r"HKLM\SYSTEM\CurrentControlSet\Services\tzautoupdate")));
        assert!(lists.holds_key(&key(r"HKLM\System\CurrentControlSet\Control\VideoX")));
        assert!(lists.holds_key(&key(r"HKLM\SYSTEM\ControlSet001\Services\tzautoupdate")));
        assert!(!lists.holds_key(&key(r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation")));
        assert!(!lists.holds_key(&key(r"HKCU\SYSTEM\CurrentControlSet\Services")));
        assert!(!NotToRestore::of(&MemoryRegistry::new(FileTime(0))).holds_key(&key(r"HKLM\SYSTEM")));
    }
}
