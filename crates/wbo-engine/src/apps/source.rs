//! The registry as lists of applications are read from it: an error is noted and the rest goes on.

use profile_format::Text;
use registry::{KeyPath, Name, ReadRegistry, RegistryError, Root, Value, ValueType};

use super::AppProblem;

/// A registry, and what could not be read of it.
pub(super) struct Source<'r> {
    registry: &'r dyn ReadRegistry,
    pub(super) problems: Vec<AppProblem>,
}

impl<'r> Source<'r> {
    pub(super) fn new(registry: &'r dyn ReadRegistry) -> Self {
        Self { registry, problems: Vec::new() }
    }

    /// The names of the keys in a key; none, if it is not there.
    pub(super) fn subkeys(&mut self, path: &KeyPath) -> Vec<Name> {
        let key = self.registry.key(path);
        self.note(key).flatten().map(|key| key.subkeys).unwrap_or_default()
    }

    /// A value that is text and not empty.
    pub(super) fn text(&mut self, key: &KeyPath, name: &str) -> Option<Text> {
        let value = self.value(key, name)?;
        text_of(&value).filter(|text| !text.0.is_empty())
    }

    /// A value that is a number.
    pub(super) fn number(&mut self, key: &KeyPath, name: &str) -> Option<u32> {
        let value = self.value(key, name)?;
        (value.kind == ValueType::DWORD)
            .then(|| value.data.as_slice().try_into().ok().map(u32::from_le_bytes))
            .flatten()
    }

    fn value(&mut self, key: &KeyPath, name: &str) -> Option<Value> {
        let value = self.registry.value(key, &Name::from(name));
        self.note(value).flatten()
    }

    fn note<T>(&mut self, result: Result<T, RegistryError>) -> Option<T> {
        result.map_err(|error| self.problems.push(error.into())).ok()
    }
}

/// A key by the names that lead to it.
pub(super) fn key(root: Root, path: &str) -> KeyPath {
    KeyPath::new(root, Name::split_path(path))
}

/// The text in a value up to its NUL, which installers now and then forget.
fn text_of(value: &Value) -> Option<Text> {
    if !matches!(value.kind, ValueType::SZ | ValueType::EXPAND_SZ) {
        return None;
    }
    let (pairs, _) = value.data.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| u16::from_le_bytes(pair));
    Some(Text(units.take_while(|&unit| unit != 0).collect()))
}
