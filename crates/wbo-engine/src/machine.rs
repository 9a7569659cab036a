//! Facts that Windows keeps about itself in the registry, read where some of it may be missing, damaged or of a wrong
//! type.

use std::collections::BTreeSet;
use std::fmt;

use registry::{Key, KeyPath, Name, ReadRegistry, RegistryError, Root, Value, ValueType};

/// A place that could not be read, so that nothing is known about what it says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The key, the file or the folder.
    pub place: String,
    /// What stood in the way.
    pub why: String,
}

/// Such as `HKLM\SOFTWARE: no hive holds it`.
impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.why)
    }
}

/// A registry of which single values are asked. A value of another type than expected counts as one that is not there; a
/// place that cannot be read is kept for the report, once.
pub(crate) struct Machine<'r> {
    registry: &'r dyn ReadRegistry,
    unread: BTreeSet<Unread>,
}

impl<'r> Machine<'r> {
    pub(crate) fn new(registry: &'r dyn ReadRegistry) -> Self {
        Self { registry, unread: BTreeSet::new() }
    }

    /// What could not be read so far, sorted.
    pub(crate) fn into_unread(self) -> Vec<Unread> {
        self.unread.into_iter().collect()
    }

    pub(crate) fn key(&mut self, path: &KeyPath) -> Option<Key> {
        let found = self.registry.key(path);
        self.keep(path, found)
    }

    /// The subkeys of a key; none, if there is no such key.
    pub(crate) fn subkeys(&mut self, path: &KeyPath) -> Vec<Name> {
        self.key(path).map(|key| key.subkeys).unwrap_or_default()
    }

    /// Text that is not empty.
    pub(crate) fn text(&mut self, path: &KeyPath, name: &str) -> Option<Name> {
        text_of(&self.value(path, name)?)
    }

    /// Text that is not empty and has no half of a surrogate pair.
    pub(crate) fn string(&mut self, path: &KeyPath, name: &str) -> Option<String> {
        self.text(path, name)?.to_text()
    }

    pub(crate) fn dword(&mut self, path: &KeyPath, name: &str) -> Option<u32> {
        dword_of(&self.value(path, name)?)
    }

    pub(crate) fn value(&mut self, path: &KeyPath, name: &str) -> Option<Value> {
        let found = self.registry.value(path, &Name::from(name));
        self.keep(path, found)
    }

    fn keep<T>(&mut self, path: &KeyPath, found: Result<Option<T>, RegistryError>) -> Option<T> {
        let error = match found {
            Ok(found) => return found,
            Err(error) => error,
        };
        let unread = match error {
            // A missing hive is one place, whatever was looked for in it.
            RegistryError::NotMounted { .. } => Unread { place: hive_of(path), why: "this hive is not at hand".into() },
            RegistryError::Source { key, source } => Unread { place: key.to_string(), why: source.to_string() },
            error => Unread { place: path.to_string(), why: error.to_string() },
        };
        self.unread.insert(unread);
        None
    }
}

/// A key under `HKLM` by a path that this program knows.
pub(crate) fn machine_key(path: &str) -> KeyPath {
    KeyPath::new(Root::LocalMachine, Name::split_path(path))
}

/// The text of a value up to its first NUL, whether or not there is one, if it is text and not empty.
pub(crate) fn text_of(value: &Value) -> Option<Name> {
    if ![ValueType::SZ, ValueType::EXPAND_SZ].contains(&value.kind) {
        return None;
    }
    let (pairs, _) = value.data.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).take_while(|unit| *unit != 0).collect();
    (!units.is_empty()).then(|| Name::from_units(units))
}

pub(crate) fn dword_of(value: &Value) -> Option<u32> {
    let bytes = (value.kind == ValueType::DWORD).then_some(value.data.as_slice())?;
    bytes.try_into().ok().map(u32::from_le_bytes)
}

/// The hive that a key lies in, such as `HKLM\SOFTWARE`.
fn hive_of(path: &KeyPath) -> String {
    let names = path.names().get(..1).unwrap_or_default();
    KeyPath::new(path.root(), names.to_vec()).to_string()
}

#[cfg(test)]
pub(crate) mod tests {
    use registry::{FileTime, MemoryRegistry, RegFile, WriteRegistry};

    use super::*;

    /// A registry as a .reg file would make it, without its first line.
    pub(crate) fn registry_of(text: &str) -> MemoryRegistry {
        let mut registry = MemoryRegistry::new(FileTime(0));
        let file = RegFile::read(format!("Windows Registry Editor Version 5.00\n{text}").as_bytes()).unwrap();
        for change in file.changes(&registry).unwrap() {
            registry.make(&change).unwrap();
        }
        registry
    }

    /// A registry whose hives under these keys are not at hand.
    pub(crate) struct Without<'r>(pub(crate) &'r MemoryRegistry, pub(crate) &'static [&'static str]);

    impl Without<'_> {
        fn check(&self, path: &KeyPath) -> Result<(), RegistryError> {
            let missing = self.1.iter().any(|hive| path.under(&KeyPath::parse(hive).unwrap()).is_some());
            if missing { Err(RegistryError::NotMounted { key: path.clone() }) } else { Ok(()) }
        }
    }

    impl ReadRegistry for Without<'_> {
        fn key(&self, path: &KeyPath) -> Result<Option<Key>, RegistryError> {
            self.check(path)?;
            self.0.key(path)
        }

        fn value(&self, path: &KeyPath, name: &Name) -> Result<Option<Value>, RegistryError> {
            self.check(path)?;
            self.0.value(path, name)
        }
    }

    #[test]
    fn text_is_read_up_to_its_end_mark_and_nothing_else_is_text() {
        let table: [(u32, &[u8], Option<&str>); 7] = [
            (1, b"a\0b\0\0\0", Some("ab")),
            (2, b"a\0b\0", Some("ab")),
            (1, b"a\0\0\0b\0", Some("a")),
            (1, b"a\0b", Some("a")),
            (1, b"\0\0", None),
            (7, b"a\0\0\0", None),
            (4, b"a\0\0\0", None),
        ];
        for (kind, data, text) in table {
            let value = Value { kind: ValueType(kind), data: data.into() };
            assert_eq!(text_of(&value), text.map(Name::from), "{kind} {data:?}");
        }
    }

    #[test]
    fn a_missing_hive_is_one_place_that_was_not_read() {
        let registry = registry_of("");
        let registry = Without(&registry, &[r"HKLM\SOFTWARE"]);
        let mut machine = Machine::new(&registry);
        for path in [r"SOFTWARE\a", r"SOFTWARE\b", r"SYSTEM\a"] {
            assert_eq!(machine.dword(&machine_key(path), "x"), None);
        }
        let places: Vec<_> = machine.into_unread().into_iter().map(|unread| unread.place).collect();
        assert_eq!(places, [r"HKLM\SOFTWARE"]);
    }
}
