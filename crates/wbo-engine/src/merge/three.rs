//! A base and two sides that changed it.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::Item;

use super::Take;
use crate::compare::item::{exact, folded};

/// The same thing of a base and of two sides that grew out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Three<T> {
    /// Before both.
    pub base: T,
    /// Of the first side.
    pub ours: T,
    /// Of the second side.
    pub theirs: T,
}

impl<T> Three<T> {
    /// The same of each.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Three<U> {
        Three { base: change(self.base), ours: change(self.ours), theirs: change(self.theirs) }
    }

    /// References to each.
    pub fn as_ref(&self) -> Three<&T> {
        Three { base: &self.base, ours: &self.ours, theirs: &self.theirs }
    }

    /// All three.
    pub(super) fn each(self) -> [T; 3] {
        [self.base, self.ours, self.theirs]
    }

    /// What is taken of them.
    pub(super) fn take(self, take: Take) -> Option<T> {
        match take {
            Take::Base => Some(self.base),
            Take::Ours => Some(self.ours),
            Take::Theirs => Some(self.theirs),
            Take::Neither => None,
        }
    }
}

impl<T: Copy + Ord> Three<T> {
    /// What needs no decision: what one side alone changed, or both to the same. What is the `same` is no change, and of
    /// two spellings of it the choice is the same whoever is called ours.
    pub(super) fn settled(self, same: impl Fn(T, T) -> bool) -> Option<T> {
        let Self { base, ours, theirs } = self;
        match () {
            () if ours == base => Some(theirs),
            () if theirs == base || ours == theirs => Some(ours),
            () if same(ours, theirs) => Some(ours.max(theirs)),
            () if same(ours, base) => Some(theirs),
            () if same(theirs, base) => Some(ours),
            () => None,
        }
    }
}

/// Of each bit what one side alone changed, or both. Of a single bit there is never a doubt.
pub(super) fn bits(three: Three<u32>) -> u32 {
    let Three { base, ours, theirs } = three;
    ours & theirs | (ours ^ theirs) & !base
}

/// Lays three lists side by side by what tells their elements apart on Windows; where a list has two that Windows would
/// not tell apart, by exactly what they are called.
pub(super) fn aligned<'t, T, F: Ord, E: Ord>(
    lists: Three<&'t [T]>,
    folded: impl Fn(&'t T) -> F,
    exact: impl Fn(&'t T) -> E,
) -> Vec<Three<Option<&'t T>>> {
    let is_plain =
        lists.each().iter().all(|list| list.iter().map(&folded).collect::<BTreeSet<_>>().len() == list.len());
    let key = |element: &'t T| (folded(element), (!is_plain).then(|| exact(element)));
    let mut rows: BTreeMap<_, Three<Option<&'t T>>> = BTreeMap::new();
    for element in lists.base {
        rows.entry(key(element)).or_insert(Three { base: None, ours: None, theirs: None }).base = Some(element);
    }
    for element in lists.ours {
        rows.entry(key(element)).or_insert(Three { base: None, ours: None, theirs: None }).ours = Some(element);
    }
    for element in lists.theirs {
        rows.entry(key(element)).or_insert(Three { base: None, ours: None, theirs: None }).theirs = Some(element);
    }
    rows.into_values().collect()
}

/// Lays the items of three instances side by side. Lists that name the same in the same order, as those of most settings
/// do, lie so already.
pub(super) fn aligned_items(lists: Three<&[Item]>) -> Vec<Three<Option<&Item>>> {
    let longest = lists.each().into_iter().max_by_key(|list| list.len()).unwrap_or_default();
    let is_alike = |list: &&[Item]| {
        list.is_empty()
            || list.len() == longest.len() && list.iter().zip(longest).all(|(one, other)| exact(one) == exact(other))
    };
    if lists.each().iter().all(is_alike) {
        return (0..longest.len()).map(|at| lists.map(|list| list.get(at))).collect();
    }
    aligned(lists, folded, exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_changed_is_taken() {
        let table = [
            ((1, 1, 1), Some(1)),
            ((1, 1, 2), Some(2)),
            ((1, 2, 1), Some(2)),
            ((1, 2, 2), Some(2)),
            ((1, 2, 3), None),
            // Tens mean the same.
            ((1, 11, 2), Some(2)),
            ((1, 12, 22), Some(22)),
            ((1, 22, 12), Some(22)),
            ((1, 11, 21), Some(21)),
        ];
        for ((base, ours, theirs), expected) in table {
            let found = Three { base, ours, theirs }.settled(|one, other| one % 10 == other % 10);
            assert_eq!(found, expected, "{base} {ours} {theirs}");
        }
    }

    #[test]
    fn a_bit_is_what_one_side_made_of_it() {
        for (base, ours, theirs, expected) in
            [(0b00, 0b01, 0b10, 0b11), (0b11, 0b01, 0b10, 0b00), (0b10, 0b11, 0b10, 0b11), (0b1, 0, 0, 0)]
        {
            assert_eq!(bits(Three { base, ours, theirs }), expected, "{base:b} {ours:b} {theirs:b}");
        }
    }
}
