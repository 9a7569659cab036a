//! Where an item of a profile goes on a target: nowhere, unless the catalogue says so.
//!
//! A profile names no place. What it says of a setting is laid over the place that the catalogue knows, and an item that
//! the place would not have given when it was captured is refused.

use profile_format::{Item, Text};
use registry::{KeyPath, Name};

use super::Skip;
use crate::catalogue::{Each, FilesPlace, Part, Place, RegistryPlace, Setting, Values};
use crate::{Folders, KnownFolder, WindowsPath};

/// What an item stands for on a target. Names are the same in upper and lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spot {
    /// A key by itself.
    Key(KeyPath),
    /// A value.
    Value(KeyPath, Name),
    /// A file.
    File(WindowsPath),
}

/// An item at its place.
pub(crate) struct Located<'c> {
    pub(crate) spot: Spot,
    pub(crate) part: &'c Part,
    pub(crate) place: At<'c>,
}

/// The place that an item is from.
pub(crate) enum At<'c> {
    /// Keys and values; everything of this instance is below this key.
    Registry { place: &'c RegistryPlace, start: KeyPath },
    /// Files of its own.
    Files(&'c FilesPlace),
    /// A file that a value names.
    Followed,
}

/// Where an item of a setting goes.
pub(crate) fn locate<'c>(
    setting: &'c Setting,
    instance: Option<&Name>,
    item: &Item,
    folders: &Folders,
) -> Result<Located<'c>, Skip> {
    let names: Vec<Name> = item.path().iter().map(name_of).collect();
    let (part, names) = match (&*setting.parts, names.split_first()) {
        ([part], _) if part.name.is_none() => (part, &*names),
        (parts, Some((first, rest))) => {
            let is_it = |part: &&Part| part.name.as_deref().is_some_and(|name| Name::from(name) == *first);
            (parts.iter().find(is_it).ok_or_else(|| unfit(setting, "it has no such part"))?, rest)
        }
        (_, None) => return Err(unfit(setting, "an item of it belongs to no part")),
    };
    match (item, &part.place) {
        (Item::Key { .. } | Item::Value { .. }, Place::Registry(place)) => {
            registry_item(setting, part, place, instance, item, names)
        }
        (Item::File { .. }, Place::Files(place)) => {
            let (folder, below) = folder_and_names(setting, names)?;
            let fits = folder == place.files.folder
                && place.files.pattern.matches(below)
                && !(1..=below.len())
                    .filter_map(|depth| below.get(..depth))
                    .any(|names| place.except.iter().any(|glob| glob.matches(names)));
            if !fits {
                return Err(unfit(setting, "a file is none of those that it has"));
            }
            let own = (place.each == Some(Each::File)).then(|| below.last()).flatten();
            if own != instance {
                return Err(unfit(setting, "a file belongs to another instance"));
            }
            Ok(Located { spot: Spot::File(path(folder, below, folders)?), part, place: At::Files(place) })
        }
        (Item::File { .. }, Place::Registry(place)) if place.follow => {
            let (folder, below) = folder_and_names(setting, names)?;
            if !folder.is_of_user() && folder != KnownFolder::Public {
                return Err(unfit(setting, "a file is in no folder of the user's"));
            }
            Ok(Located { spot: Spot::File(path(folder, below, folders)?), part, place: At::Followed })
        }
        _ => Err(unfit(setting, "an item is of another kind than its place")),
    }
}

fn registry_item<'c>(
    setting: &'c Setting,
    part: &'c Part,
    place: &'c RegistryPlace,
    instance: Option<&Name>,
    item: &Item,
    names: &[Name],
) -> Result<Located<'c>, Skip> {
    let mut start = place.key.clone();
    let mut below = names.to_vec();
    match (place.each, instance) {
        (Some(Each::Key), Some(instance)) => {
            if instance.is_empty() || instance.units().contains(&u16::from(b'\\')) {
                return Err(unfit(setting, "no key has the name of an instance"));
            }
            start = start.join(instance.clone());
            below.insert(0, instance.clone());
        }
        (Some(Each::Value), Some(_)) | (None, None) => (),
        // Files, which an instance of values may have, are no matter here.
        _ => return Err(unfit(setting, "it has instances where it should have none, or none where it should")),
    }
    let key = names.iter().fold(start.clone(), |path, name| path.join(name.clone()));
    let spot = match item.value_name().map(name_of) {
        Some(name) => {
            if place.each == Some(Each::Value) && instance != Some(&name) {
                return Err(unfit(setting, "a value belongs to another instance"));
            }
            if !place.takes(&below, &name) {
                return Err(unfit(setting, "a value is none of those that it has"));
            }
            Spot::Value(key, name)
        }
        None if matches!(place.values, Values::All) && place.takes_key(&below) => Spot::Key(key),
        None => return Err(unfit(setting, "a key is none of those that it has")),
    };
    Ok(Located { spot, part, place: At::Registry { place, start } })
}

fn folder_and_names<'n>(setting: &Setting, names: &'n [Name]) -> Result<(KnownFolder, &'n [Name]), Skip> {
    let (variable, below) = names.split_first().ok_or_else(|| unfit(setting, "a file has no name"))?;
    let folder = KnownFolder::from_variable(&variable.to_string());
    let folder = folder.ok_or_else(|| unfit(setting, "a file is in no folder that Windows has a name for"))?;
    if below.is_empty() {
        return Err(unfit(setting, "a file has no name"));
    }
    Ok((folder, below))
}

fn path(folder: KnownFolder, below: &[Name], folders: &Folders) -> Result<WindowsPath, Skip> {
    if let Some(name) = below.iter().find(|name| name.units().len() > FILE_NAME) {
        return Err(Skip::Unfit(format!("no file has a name of {} characters", name.units().len())));
    }
    let root = folders.get(folder).ok_or_else(|| Skip::UnknownToken(format!("where {folder} is, is not known")))?;
    Ok(root.join_all(below))
}

/// Characters of a file's name on any file system of Windows.
const FILE_NAME: usize = 255;

fn unfit(setting: &Setting, why: &str) -> Skip {
    Skip::Unfit(format!("{}: {why}", setting.id))
}

pub(crate) fn name_of(text: &Text) -> Name {
    Name::from_units(&*text.0)
}
