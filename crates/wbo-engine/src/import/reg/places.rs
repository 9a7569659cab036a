//! The places of a catalogue, found by the keys that lie in them.

use std::collections::BTreeMap;

use registry::{KeyPath, Name, Root};

use crate::catalogue::{Catalogue, Place, RegistryPlace, Setting};

/// Places by the key that each starts at.
pub(super) struct Places<'c> {
    by_key: BTreeMap<Root, BTreeMap<&'c [Name], Vec<At<'c>>>>,
    /// Names in the longest of these keys.
    deepest: usize,
}

/// A place of a setting, in the registry of the user or the PC.
#[derive(Clone, Copy)]
pub(super) struct At<'c> {
    pub(super) setting: &'c Setting,
    pub(super) place: &'c RegistryPlace,
}

impl<'c> Places<'c> {
    pub(super) fn of(catalogue: &'c Catalogue) -> Self {
        let mut places = Self { by_key: BTreeMap::new(), deepest: 0 };
        for setting in catalogue.settings() {
            for place in registry_places(setting) {
                let names = place.key.names();
                places.deepest = places.deepest.max(names.len());
                let of_root = places.by_key.entry(place.key.root()).or_default();
                of_root.entry(names).or_default().push(At { setting, place });
            }
        }
        places
    }

    /// Every place.
    pub(super) fn all(&self) -> impl Iterator<Item = At<'c>> + use<'c, '_> {
        self.by_key.values().flat_map(BTreeMap::values).flatten().copied()
    }

    /// The places that start at a key or at one that it stands in, each with the names that lead from there to the key.
    pub(super) fn around<'k>(&self, key: &'k KeyPath) -> impl Iterator<Item = (At<'c>, &'k [Name])> + use<'c, 'k, '_> {
        let names = key.names();
        let of_root = self.by_key.get(&key.root());
        let starts = (0..=names.len().min(self.deepest)).filter_map(move |depth| names.split_at_checked(depth));
        starts
            .filter_map(move |(start, below)| Some((of_root?.get(start)?, below)))
            .flat_map(|(places, below)| places.iter().map(move |at| (*at, below)))
    }
}

/// The places of a setting that a .reg file can speak of.
pub(super) fn registry_places(setting: &Setting) -> impl Iterator<Item = &RegistryPlace> {
    setting.parts.iter().filter_map(|part| match &part.place {
        Place::Registry(place) if place.hive.is_none() => Some(&**place),
        Place::Registry(_) | Place::Files(_) => None,
    })
}
