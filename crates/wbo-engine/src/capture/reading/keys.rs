//! Keys and values of the registry, as items.

use profile_format::{Bytes, Item, limits as format_limits};
use registry::{Key, KeyPath, Name, ReadRegistry, RegistryError, Root, Value, ValueType, View};

use super::{PartReader, Why, text};
use crate::NameGlob;
use crate::capture::{bits, limits};
use crate::catalogue::{Each, Kind, RegistryPlace, Values};

/// A place of the registry while it is read.
struct Walk<'w> {
    place: &'w RegistryPlace,
    registry: &'w dyn ReadRegistry,
    /// The hive that the keys are in, for messages.
    within: &'w str,
}

impl PartReader<'_, '_, '_> {
    /// Everything that a place wants of a registry. `within` names the hive, where it is not the user's or the PC's.
    pub(super) fn registry(&mut self, place: &RegistryPlace, registry: &dyn ReadRegistry, within: &str) {
        let walk = Walk { place, registry, within };
        if place.each != Some(Each::Key) {
            return self.instance_of_keys(&walk, &place.key, None);
        }
        let Some(key) = self.key(&walk, &place.key, None) else { return };
        for name in key.subkeys.iter().filter(|name| !walk.place.excludes_key(std::slice::from_ref(name))) {
            match self.secret_name(name) {
                Some(why) => self.incident(None, walk.shown(&place.key), why),
                None => self.instance_of_keys(&walk, &place.key.join(name.clone()), Some(name)),
            }
        }
    }

    /// Everything that the place wants below `base`.
    fn instance_of_keys(&mut self, walk: &Walk<'_>, base: &KeyPath, instance: Option<&Name>) {
        let Some(globs) = &walk.place.keys else { return self.values_of(walk, base, &[], instance) };
        let mut keys = vec![Vec::new()];
        let mut visited = 0;
        while let Some(names) = keys.pop() {
            visited += 1;
            if visited > limits::KEYS || names.len() > limits::DEPTH {
                return self.incident(instance, walk.shown(base), Why::TooLarge(visited as u64));
            }
            if walk.place.excludes_key(&from_key(instance, &names)) {
                continue;
            }
            if globs.iter().any(|glob| glob.matches(&names)) {
                self.values_of(walk, base, &names, instance);
            }
            let path = below(base, &names);
            let Some(key) = self.key(walk, &path, instance) else { continue };
            for name in key.subkeys {
                let names = [&*names, std::slice::from_ref(&name)].concat();
                if !globs.iter().any(|glob| glob.may_fit_below(&names)) {
                    continue;
                }
                match self.secret_name(&name) {
                    Some(why) => self.incident(instance, walk.shown(&path), why),
                    None => keys.push(names),
                }
            }
        }
    }

    /// The values that the place wants of one key.
    fn values_of(&mut self, walk: &Walk<'_>, base: &KeyPath, names: &[Name], instance: Option<&Name>) {
        let place = walk.place;
        let path = below(base, names);
        if self.reader.secrets.key(&path).is_some() {
            self.key(walk, &path, instance);
            return;
        }
        if self.is_not_to_restore(&path) {
            return self.incident(instance, walk.shown(&path), Why::NotToRestore);
        }
        // Where keys are found by patterns, what is absent from one of them was never expected there.
        let fixed = place.keys.is_none();
        match &place.values {
            Values::One(name) => self.value(walk, &path, names, name, fixed, instance),
            Values::Some(globs) => {
                let literal: Vec<Name> = globs.iter().filter_map(NameGlob::literal).collect();
                for name in &literal {
                    self.value(walk, &path, names, name, fixed, instance);
                }
                if literal.len() == globs.len() {
                    return;
                }
                let Some(key) = self.key(walk, &path, instance) else { return };
                let fits = |name: &&Name| !literal.contains(name) && globs.iter().any(|glob| glob.matches(name));
                for name in self.few(walk, &path, key.values, instance).iter().filter(fits) {
                    self.value(walk, &path, names, name, false, instance);
                }
            }
            Values::All => {
                // A key some of whose values belong to others is not this setting's alone.
                let own = place.each != Some(Each::Value) && place.except.iter().all(|except| except.values.is_none());
                let Some(key) = self.key(walk, &path, instance) else {
                    if own && fixed && place.each.is_none() && matches!(walk.registry.key(&path), Ok(None)) {
                        let absent = Item::Key { path: self.path(names), present: false };
                        self.item(instance, absent);
                    }
                    return;
                };
                if own && key.values.is_empty() && key.subkeys.is_empty() {
                    self.item(instance, Item::Key { path: self.path(names), present: true });
                }
                for name in &self.few(walk, &path, key.values, instance) {
                    self.value(walk, &path, names, name, false, instance);
                }
            }
        }
    }

    /// The names of values, unless there are more than any setting has.
    fn few(&mut self, walk: &Walk<'_>, key: &KeyPath, values: Vec<Name>, instance: Option<&Name>) -> Vec<Name> {
        if values.len() > limits::VALUES {
            self.incident(instance, walk.shown(key), Why::TooLarge(values.len() as u64));
            return Vec::new();
        }
        values
    }

    fn value(
        &mut self,
        walk: &Walk<'_>,
        key: &KeyPath,
        names: &[Name],
        name: &Name,
        expected: bool,
        instance: Option<&Name>,
    ) {
        let place = walk.place;
        if walk.place.excludes_value(&from_key(instance, names), name) {
            return;
        }
        if let Some(why) = self.secret_name(name) {
            return self.incident(instance, walk.shown(key), why);
        }
        let shown = || format!("{}!{name}", walk.shown(key));
        let own = (place.each == Some(Each::Value)).then(|| name.clone());
        let instance = own.as_ref().or(instance);
        let value = match walk.registry.value(key, name) {
            Ok(Some(value)) => value,
            Ok(None) => {
                if expected {
                    let item = Item::Value { path: self.path(names), name: text(name), state: None };
                    self.item(instance, item);
                }
                return;
            }
            Err(error) => return self.incident(instance, shown(), cause(&error)),
        };
        if let Some(denied) = self.reader.secrets.value(key, name, &value) {
            return self.incident(instance, shown(), Why::Secret(denied.to_string()));
        }
        if let Some(why) = self.secret_in_list(&value) {
            return self.incident(instance, shown(), why);
        }
        let size = value.data.len();
        if size > limits::VALUE || name.units().len() > format_limits::MAX_NAME {
            return self.incident(instance, shown(), Why::TooLarge(size as u64));
        }
        if self.reading.size + size > limits::SETTING {
            return self.incident(instance, shown(), Why::TooLarge((self.reading.size + size) as u64));
        }
        if let Some(words) = unexpected(place, &value) {
            self.incident(instance, shown(), Why::Unexpected(words));
        }
        let state = match place.bits.filter(|_| !self.reader.exact) {
            None => value.clone(),
            Some(wanted) => match bits::masked(&value, wanted) {
                Some(masked) => masked,
                None => {
                    let words = format!("its {size} bytes do not have the bits {:#x}", wanted.mask);
                    return self.incident(instance, shown(), Why::Unreadable(words));
                }
            },
        };
        let state = if self.tokens { self.reader.with_tokens(&state) } else { state };
        self.reading.size += state.data.len();
        let state = profile_format::Value { kind: state.kind.0, data: Bytes(state.data) };
        let item = Item::Value { path: self.path(names), name: text(name), state: Some(state) };
        self.item(instance, item);
        if place.follow && !self.reader.exact {
            self.follow(&value, place.form, &shown(), instance);
        }
    }

    /// A secret may be cut into the texts of a list.
    fn secret_in_list(&self, value: &Value) -> Option<Why> {
        let View::List(texts) = value.view() else { return None };
        let joined = String::from_utf16_lossy(&texts.concat());
        let denied = self.reader.secrets.content(joined.as_bytes())?;
        Some(Why::Secret(denied.to_string()))
    }

    /// A key that may be looked into.
    fn key(&mut self, walk: &Walk<'_>, path: &KeyPath, instance: Option<&Name>) -> Option<Key> {
        if let Some(rule) = self.reader.secrets.key(path) {
            let title = rule.title.clone();
            // What is not read for certain not to be there may be.
            if !matches!(walk.registry.key(path), Ok(None)) {
                self.incident(instance, walk.shown(path), Why::Secret(title));
            }
            return None;
        }
        match walk.registry.key(path) {
            Ok(key) => key,
            Err(error) => {
                self.incident(instance, walk.shown(path), cause(&error));
                None
            }
        }
    }

    fn is_not_to_restore(&self, key: &KeyPath) -> bool {
        key.root() == Root::LocalMachine && self.reader.not_to_restore.holds_key(key)
    }
}

impl Walk<'_> {
    fn shown(&self, key: &KeyPath) -> String {
        format!("{}{key}", self.within)
    }
}

/// The names that lead to a key from where its place starts: those of an instance begin with its own.
fn from_key(instance: Option<&Name>, names: &[Name]) -> Vec<Name> {
    instance.into_iter().chain(names).cloned().collect()
}

fn below(base: &KeyPath, names: &[Name]) -> KeyPath {
    names.iter().fold(base.clone(), |path, name| path.join(name.clone()))
}

/// What is beneath an error of the registry: the key is said already.
fn cause(error: &RegistryError) -> Why {
    match error {
        RegistryError::Source { source, .. } => Why::Unreadable(source.to_string()),
        RegistryError::NotMounted { .. } => Why::NotAtHand("the hive that would hold it is not at hand"),
        error => Why::Unreadable(error.to_string()),
    }
}

/// How a value differs from what the catalogue says of its type.
pub(crate) fn unexpected(place: &RegistryPlace, value: &Value) -> Option<String> {
    let fits = match place.kind {
        Kind::Dword => value.kind == ValueType::DWORD,
        Kind::Qword => value.kind == ValueType::QWORD,
        Kind::Text => matches!(value.kind, ValueType::SZ | ValueType::EXPAND_SZ),
        Kind::List => value.kind == ValueType::MULTI_SZ,
        Kind::Binary => value.kind == ValueType::BINARY,
        Kind::Any => true,
    };
    let found = value.kind.name().map_or_else(|| format!("type {:#x}", value.kind.0), ToOwned::to_owned);
    (!fits).then(|| format!("it is {found}, and {} is expected", place.kind.word()))
}
