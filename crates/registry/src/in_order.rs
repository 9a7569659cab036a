//! Values of a key, in the order in which they came to it.

use std::collections::BTreeMap;

use crate::Name;

/// What stands under a name, found by the name in any case and listed in the order of arrival, as a hive lists values.
#[derive(Clone, Debug)]
pub(crate) struct InOrder<T> {
    by_name: BTreeMap<Name, Placed<T>>,
    next: u64,
}

#[derive(Clone, Debug)]
struct Placed<T> {
    place: u64,
    content: T,
}

impl<T> InOrder<T> {
    pub(crate) fn get(&self, name: &Name) -> Option<&T> {
        self.by_name.get(name).map(|placed| &placed.content)
    }

    /// Puts it where something of this name stands, which keeps its place and its spelling, or behind everything.
    pub(crate) fn set(&mut self, name: &Name, content: T) {
        match self.by_name.get_mut(name) {
            Some(placed) => placed.content = content,
            None => {
                self.by_name.insert(name.clone(), Placed { place: self.next, content });
                self.next += 1;
            }
        }
    }

    pub(crate) fn remove(&mut self, name: &Name) -> Option<T> {
        self.by_name.remove(name).map(|placed| placed.content)
    }

    pub(crate) fn names(&self) -> Vec<Name> {
        let mut placed: Vec<_> = self.by_name.iter().map(|(name, placed)| (placed.place, name)).collect();
        placed.sort_unstable_by_key(|(place, _)| *place);
        placed.into_iter().map(|(_, name)| name.clone()).collect()
    }
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { by_name: BTreeMap::new(), next: 0 }
    }
}
