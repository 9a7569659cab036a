//! What the user signs in to again on another PC.

use registry::{KeyPath, Name, ReadRegistry};

use super::{Rule, Secrets};
use crate::{Drives, EntryKind, Folders, KnownFolder, NameGlob, WindowsPath};

impl Secrets {
    /// The rules with something that the user signs in to again, where signs of it are on this PC. Only what exists is
    /// asked, nothing is read; a place that cannot be seen counts as not there.
    pub fn sign_in_again(&self, registry: &dyn ReadRegistry, drives: &Drives<'_>, folders: &Folders) -> Vec<&Rule> {
        let source = Source { registry, drives, folders };
        self.rules().filter(|rule| rule.sign_in.is_some() && source.shows(rule)).collect()
    }
}

struct Source<'s> {
    registry: &'s dyn ReadRegistry,
    drives: &'s Drives<'s>,
    folders: &'s Folders,
}

impl Source<'_> {
    fn shows(&self, rule: &Rule) -> bool {
        rule.signs.iter().any(|sign| self.has(sign))
    }

    /// Whether something stands at a place: a key or a folder with something in it, a value or a file.
    fn has(&self, sign: &str) -> bool {
        if let Some((variable, rest)) = sign.strip_prefix('%').and_then(|text| text.split_once('%')) {
            let place = KnownFolder::from_variable(variable).and_then(|folder| self.folders.get(folder));
            return place.is_some_and(|place| self.has_file(place, &parts(rest)));
        }
        let (key, value) = sign.split_once('!').map_or((sign, None), |(key, value)| (key, Some(NameGlob::new(value))));
        let mut names = parts(key);
        let root = if names.is_empty() { None } else { KeyPath::parse(&names.remove(0).to_string()).ok() };
        root.is_some_and(|root| self.has_key(&root, &names, value.as_ref()))
    }

    fn has_key(&self, at: &KeyPath, names: &[NameGlob], value: Option<&NameGlob>) -> bool {
        let found = |path: &KeyPath| self.registry.key(path).ok().flatten();
        let Some((name, rest)) = names.split_first() else {
            return found(at).is_some_and(|key| match value {
                Some(value) => key.values.iter().any(|name| value.matches(name)),
                None => !key.values.is_empty() || !key.subkeys.is_empty(),
            });
        };
        match name.literal() {
            Some(name) => self.has_key(&at.join(name), rest, value),
            // To match all keys below is to match the keys there are, however empty.
            None if rest.is_empty() && value.is_none() => {
                found(at).is_some_and(|key| key.subkeys.iter().any(|subkey| name.matches(subkey)))
            }
            None => found(at).is_some_and(|key| {
                let fits = key.subkeys.into_iter().filter(|subkey| name.matches(subkey));
                fits.into_iter().any(|subkey| self.has_key(&at.join(subkey), rest, value))
            }),
        }
    }

    fn has_file(&self, at: &WindowsPath, names: &[NameGlob]) -> bool {
        let list = |path: &WindowsPath| self.drives.list(path).ok().flatten().unwrap_or_default();
        let Some((name, rest)) = names.split_first() else {
            let entry = self.drives.entry(at).ok().flatten();
            return entry.is_some_and(|entry| entry.kind != EntryKind::Folder || !list(at).is_empty());
        };
        match name.literal() {
            Some(name) => self.has_file(&at.join(name), rest),
            None => {
                let fits = |entry: &Name| name.matches(entry);
                list(at)
                    .into_iter()
                    .filter(|entry| fits(&entry.name))
                    .any(|entry| self.has_file(&at.join(entry.name), rest))
            }
        }
    }
}

/// The parts of a path with patterns. Signs have no `**`: nobody should walk a whole disk for them.
fn parts(text: &str) -> Vec<NameGlob> {
    text.split('\\').filter(|part| !part.is_empty() && *part != "**").map(NameGlob::new).collect()
}
