//! The changes that bring keys and values to what a profile says.

use std::collections::BTreeSet;

use registry::{Change, KeyPath, Name, Overlay, ReadRegistry, Root, Value, WriteRegistry};

use super::merged::{as_of, with_paths_of};
use super::{Request, Skip, unreadable};
use crate::capture::{MOST_OF_VALUE, merged_bits};
use crate::catalogue::{Form, RegistryPlace};
use crate::meaning::means_the_same;
use crate::writing::WriteRules;

/// Brings the registry of one instance of a setting to what is wanted, in an overlay that is thrown away if it fails.
pub(super) struct Steps<'o, 'r> {
    pub(super) registry: &'o mut Overlay<'r>,
    pub(super) request: &'o Request<'o>,
    /// Keys that must be there in the end.
    kept: BTreeSet<KeyPath>,
    /// Keys from which something was taken, each with the key where its setting starts.
    emptied: BTreeSet<(KeyPath, KeyPath)>,
}

/// What a value was, and what it becomes.
pub(super) struct Replaced {
    pub(super) from: Option<Value>,
    pub(super) to: Option<Value>,
}

impl<'o, 'r> Steps<'o, 'r> {
    pub(super) fn new(registry: &'o mut Overlay<'r>, request: &'o Request<'o>) -> Self {
        Self { registry, request, kept: BTreeSet::new(), emptied: BTreeSet::new() }
    }

    /// Brings a value to what is wanted, and says what was there and what is, if that is not the same. `by_text` says that
    /// only the text of a value counts.
    pub(super) fn value(
        &mut self,
        place: &RegistryPlace,
        key: &KeyPath,
        name: &Name,
        wanted: Option<Value>,
        by_text: bool,
    ) -> Result<Option<Replaced>, Skip> {
        let found = self.registry.value(key, name).map_err(|error| unreadable(&error))?;
        if let Some(denied) = found.as_ref().and_then(|found| self.request.secrets.value(key, name, found)) {
            return Err(Skip::Secret(denied.to_string()));
        }
        let wanted = match (place.bits, wanted, &found) {
            (None, wanted, _) => wanted,
            (Some(bits), Some(wanted), Some(found)) => {
                Some(merged_bits(found, bits, &wanted).ok_or(Skip::NoValueForBits)?)
            }
            (Some(_), Some(_), None) => return Err(Skip::NoValueForBits),
            (Some(_), None, Some(_)) => return Err(Skip::BitsOfOthers),
            (Some(_), None, None) => None,
        };
        let wanted = match (wanted, &found) {
            (Some(wanted), Some(found)) if place.keep_others && place.form == Some(Form::Paths) => {
                Some(with_paths_of(wanted, found))
            }
            (None, Some(_)) if place.keep_others => return Ok(None),
            (wanted, _) => wanted,
        };
        if wanted.is_some() {
            self.keep(key);
        }
        match (wanted, found) {
            (None, None) => Ok(None),
            (Some(wanted), Some(found)) if means_the_same(place, &wanted, &found, by_text) => Ok(None),
            (Some(wanted), found) => {
                refuse_unreturnable(key, name, found.as_ref())?;
                if wanted.data.len() > MOST_OF_VALUE {
                    return Err(Skip::Unfit(format!("{key} would get a value of {} bytes", wanted.data.len())));
                }
                let wanted = as_of(place, wanted, found.as_ref(), self.request.now);
                self.create(key)?;
                self.make(&Change::SetValue { key: key.clone(), name: name.clone(), value: wanted.clone() })?;
                Ok(Some(Replaced { from: found, to: Some(wanted) }))
            }
            (None, Some(found)) => {
                refuse_unreturnable(key, name, Some(&found))?;
                self.make(&Change::DeleteValue { key: key.clone(), name: name.clone() })?;
                Ok(Some(Replaced { from: Some(found), to: None }))
            }
        }
    }

    /// Notes that something in a key was not wanted, so that the key goes too once nothing is in it.
    pub(super) fn emptied(&mut self, key: &KeyPath, start: &KeyPath) {
        self.emptied.insert((key.clone(), start.clone()));
    }

    /// Brings a key to be there, and says whether it was not.
    pub(super) fn key(&mut self, key: &KeyPath) -> Result<bool, Skip> {
        self.keep(key);
        let missing = self.registry.key(key).map_err(|error| unreadable(&error))?.is_none();
        self.create(key)?;
        Ok(missing)
    }

    /// Deletes keys in which nothing is left, from the innermost on. Where a setting starts, its key stays unless it
    /// is to go itself.
    pub(super) fn finish(&mut self, absent: &[KeyPath]) -> Result<(), Skip> {
        let mut candidates: BTreeSet<KeyPath> = absent.iter().cloned().collect();
        for (key, start) in std::mem::take(&mut self.emptied) {
            let mut key = key;
            while key != start && key.under(&start).is_some() {
                let Some((parent, _)) = key.parent() else { break };
                candidates.insert(key);
                key = parent;
            }
        }
        let mut deepest_first: Vec<KeyPath> = candidates.into_iter().collect();
        deepest_first.sort_by_key(|key| std::cmp::Reverse(key.names().len()));
        deepest_first.retain(|key| !self.kept.contains(key));
        for key in deepest_first {
            let found = self.registry.key(&key).map_err(|error| unreadable(&error))?;
            if found.is_some_and(|found| found.subkeys.is_empty() && found.values.is_empty()) {
                self.make(&Change::DeleteKey { key })?;
            }
        }
        Ok(())
    }

    /// Keys above a key that is kept are kept with it.
    fn keep(&mut self, key: &KeyPath) {
        let mut key = Some(key.clone());
        while let Some(path) = key.filter(|path| !self.kept.contains(path)) {
            key = path.parent().map(|(parent, _)| parent);
            self.kept.insert(path);
        }
    }

    /// Creates a key with all that it stands in.
    fn create(&mut self, key: &KeyPath) -> Result<(), Skip> {
        let mut missing = Vec::new();
        let mut path = key.clone();
        while is_below_top(&path) && self.registry.key(&path).map_err(|error| unreadable(&error))?.is_none() {
            let Some((parent, _)) = path.parent() else { break };
            missing.push(path);
            path = parent;
        }
        missing.into_iter().rev().try_for_each(|key| self.make(&Change::create(key)))
    }

    fn make(&mut self, change: &Change) -> Result<(), Skip> {
        self.registry.make(change).map_err(|error| unreadable(&error))
    }
}

/// Refuses to replace what an undo could not put back, since it is never written.
fn refuse_unreturnable(key: &KeyPath, name: &Name, found: Option<&Value>) -> Result<(), Skip> {
    let denied = found.and_then(|found| WriteRules::standard().value(key, name, Some(found)));
    denied.map_or(Ok(()), |denied| Err(Skip::NoReturn(denied.to_string())))
}

/// Whether a key is below the top of every hive, which is never created.
fn is_below_top(key: &KeyPath) -> bool {
    match key.root() {
        Root::LocalMachine | Root::Users => key.names().len() > 1,
        _ => !key.names().is_empty(),
    }
}
