//! The orders that documents keep, so that people need not.

use std::cmp::Ordering;

use profile_format::{DesktopApp, Item, Note, Parent, Setting, StoreApp, Text, UndoStep};

use crate::error::{At, Located, Problem};

/// Reads a list and sorts it. Entries that are equal in the eyes of `order` are one entry standing twice, and refused.
pub(crate) fn sorted<T>(
    entries: impl Iterator<Item = Result<T, Located>>,
    order: fn(&T, &T) -> Ordering,
) -> Result<Vec<T>, Located> {
    let entries = entries.enumerate().map(|(index, entry)| Ok((index, entry.at(index)?)));
    let mut entries = entries.collect::<Result<Vec<_>, Located>>()?;
    entries.sort_by(|(_, left), (_, right)| order(left, right));
    let twice = entries.iter().zip(entries.iter().skip(1)).find(|((_, left), (_, right))| order(left, right).is_eq());
    match twice {
        Some(((first, _), (second, _))) => Err(Problem::Twice { first: *first }).at(*second),
        None => Ok(entries.into_iter().map(|(_, entry)| entry).collect()),
    }
}

pub(crate) fn parents(left: &Parent, right: &Parent) -> Ordering {
    left.cmp(right)
}

pub(crate) fn settings(left: &Setting, right: &Setting) -> Ordering {
    (&left.id, &left.instance).cmp(&(&right.id, &right.instance))
}

pub(crate) fn items(left: &Item, right: &Item) -> Ordering {
    place(left).cmp(&place(right))
}

pub(crate) fn store_apps(left: &StoreApp, right: &StoreApp) -> Ordering {
    (&left.family, &left.full_name).cmp(&(&right.family, &right.full_name))
}

pub(crate) fn desktop_apps(left: &DesktopApp, right: &DesktopApp) -> Ordering {
    (left.scope, &left.key).cmp(&(right.scope, &right.key))
}

pub(crate) fn notes(left: &Note, right: &Note) -> Ordering {
    left.cmp(right)
}

pub(crate) fn steps(left: &UndoStep, right: &UndoStep) -> Ordering {
    left.what.place().cmp(&right.what.place())
}

pub(crate) fn ids(left: &String, right: &String) -> Ordering {
    left.cmp(right)
}

/// What tells an item from its siblings: everything but its state.
fn place(item: &Item) -> (u8, &[Text], Option<&Text>) {
    match item {
        Item::Key { path, .. } => (1, path, None),
        Item::Value { path, name, .. } => (2, path, Some(name)),
        Item::File { path, .. } => (3, path, None),
    }
}
