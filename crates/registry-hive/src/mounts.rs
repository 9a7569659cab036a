//! Hives at their places in a registry, behind the two traits.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use registry::{Change, FileTime, Key, KeyPath, Name, ReadRegistry, RegistryError, Root, Value, View, WriteRegistry};

use crate::hive::Way;
use crate::{EditError, Editor, Image, KeyNode, KeyValue};

/// A registry made of hives, each under the key where Windows would have it.
///
/// What lies in no hive is not absent but unknown: to read it is an error, so that a hive that was not mounted is never
/// taken for settings that were not made. Where a hive of the system is mounted, `CurrentControlSet` is the control set
/// that its `Select` key names.
pub struct Mounts<H> {
    /// Deeper places before those that they lie in.
    hives: Vec<Mount<H>>,
}

struct Mount<H> {
    at: KeyPath,
    content: Content<H>,
    control_set: Option<Name>,
}

/// What stands at a place.
enum Content<H> {
    Hive(H),
    /// A hive that is not at hand; the reason, where it is there and cannot be read.
    Withheld(Option<String>),
}

/// A hive whose keys are read by the names below its root.
pub trait MountedHive {
    /// The key at a path of names below the root.
    fn key(&self, path: &[Name]) -> Result<Option<Key>, Box<dyn Error + Send + Sync>>;

    /// A value of that key.
    fn value(&self, path: &[Name], name: &Name) -> Result<Option<Value>, Box<dyn Error + Send + Sync>>;
}

impl MountedHive for Image {
    fn key(&self, path: &[Name]) -> Result<Option<Key>, Box<dyn Error + Send + Sync>> {
        Ok(find(self, path)?.map(|key| key.to_key()).transpose()?)
    }

    fn value(&self, path: &[Name], name: &Name) -> Result<Option<Value>, Box<dyn Error + Send + Sync>> {
        let Some(key) = find(self, path)? else { return Ok(None) };
        Ok(key.value(name)?.and_then(KeyValue::shown).transpose()?)
    }
}

/// What stands behind a link is not absent; Windows would find it where the link leads.
fn find<'h>(image: &'h Image, path: &[Name]) -> Result<Option<KeyNode<'h>>, Box<dyn Error + Send + Sync>> {
    match image.hive().way(path)? {
        Way::Key(key) => Ok(Some(key)),
        Way::Absent => Ok(None),
        Way::Link(link) => Err(EditError::Link(link.clone()).into()),
    }
}

/// One hive can be mounted for several users.
impl<H: MountedHive + ?Sized> MountedHive for Arc<H> {
    fn key(&self, path: &[Name]) -> Result<Option<Key>, Box<dyn Error + Send + Sync>> {
        (**self).key(path)
    }

    fn value(&self, path: &[Name], name: &Name) -> Result<Option<Value>, Box<dyn Error + Send + Sync>> {
        (**self).value(path, name)
    }
}

impl MountedHive for Editor {
    fn key(&self, path: &[Name]) -> Result<Option<Key>, Box<dyn Error + Send + Sync>> {
        Ok(Self::key(self, path)?)
    }

    fn value(&self, path: &[Name], name: &Name) -> Result<Option<Value>, Box<dyn Error + Send + Sync>> {
        Ok(Self::value(self, path, name)?)
    }
}

impl<H> Default for Mounts<H> {
    fn default() -> Self {
        Self { hives: Vec::new() }
    }
}

impl<H: MountedHive> Mounts<H> {
    /// Puts a hive at a place. What another hive has there is hidden by it.
    pub fn mount(&mut self, at: KeyPath, hive: H) -> Result<(), RegistryError> {
        let system = KeyPath::new(Root::LocalMachine, vec![Name::from("SYSTEM")]);
        let control_set = if at == system { control_set(&hive).map_err(|source| wrap(&at, source))? } else { None };
        self.insert(Mount { at, content: Content::Hive(hive), control_set });
        Ok(())
    }

    /// Says that the hive of a place is not at hand, or why it cannot be read. All that is asked there is an error then,
    /// whatever another hive has at that place.
    pub fn withhold(&mut self, at: KeyPath, why: Option<String>) {
        self.insert(Mount { at, content: Content::Withheld(why), control_set: None });
    }

    fn insert(&mut self, mount: Mount<H>) {
        let place = self.hives.partition_point(|other| other.at.names().len() >= mount.at.names().len());
        self.hives.insert(place, mount);
    }

    /// The hives, with the keys they are mounted at.
    pub fn hives(&self) -> impl Iterator<Item = (&KeyPath, &H)> {
        self.hives.iter().filter_map(|mount| match &mount.content {
            Content::Hive(hive) => Some((&mount.at, hive)),
            Content::Withheld(_) => None,
        })
    }

    /// The hives, to be committed one by one.
    pub fn into_hives(self) -> impl Iterator<Item = (KeyPath, H)> {
        self.hives.into_iter().filter_map(|mount| match mount.content {
            Content::Hive(hive) => Some((mount.at, hive)),
            Content::Withheld(_) => None,
        })
    }

    fn find<'p>(&self, path: &'p KeyPath) -> Option<(&Mount<H>, Cow<'p, [Name]>)> {
        let mount = self.hives.iter().find(|mount| path.under(&mount.at).is_some())?;
        Some((mount, mount.names_below(path)?))
    }

    /// The names right below a key under which hives are mounted.
    fn mounted_below<'s>(&'s self, path: &'s KeyPath) -> impl Iterator<Item = &'s Name> {
        self.hives.iter().filter_map(|mount| mount.at.under(path)?.first())
    }
}

impl<H> Mount<H> {
    /// The hive, of which this key is asked.
    fn hive(&self, key: &KeyPath) -> Result<&H, RegistryError> {
        match &self.content {
            Content::Hive(hive) => Ok(hive),
            Content::Withheld(why) => Err(withheld(why.as_deref(), key)),
        }
    }

    fn names_below<'p>(&self, path: &'p KeyPath) -> Option<Cow<'p, [Name]>> {
        let names = path.under(&self.at)?;
        match (&self.control_set, names.split_first()) {
            (Some(set), Some((first, rest))) if *first == current_control_set() => {
                Some(Cow::Owned([std::slice::from_ref(set), rest].concat()))
            }
            _ => Some(Cow::Borrowed(names)),
        }
    }
}

impl<H: MountedHive> ReadRegistry for Mounts<H> {
    fn key(&self, path: &KeyPath) -> Result<Option<Key>, RegistryError> {
        let name = || path.names().last().cloned().unwrap_or_default();
        let mounted: BTreeSet<&Name> = self.mounted_below(path).collect();
        let place = self.find(path);
        let found = match &place {
            Some((mount, names)) => mount.hive(path)?.key(names).map_err(|source| wrap(path, source))?,
            None => None,
        };
        match (found, place) {
            (Some(mut key), Some((mount, names))) => {
                // The root of a hive has a name of its own, which nobody sees, and `CurrentControlSet` stands for another.
                if names.is_empty() || key.name != name() {
                    key.name = name();
                }
                if names.is_empty() {
                    key.subkeys.extend(mount.control_set.is_some().then(current_control_set));
                }
                let added: Vec<Name> =
                    mounted.into_iter().filter(|name| !key.subkeys.contains(name)).cloned().collect();
                key.subkeys.extend(added);
                Ok(Some(key))
            }
            // A key that exists only as the way to a hive.
            _ if !mounted.is_empty() => Ok(Some(Key {
                name: name(),
                written: FileTime::default(),
                class: None,
                security: None,
                subkeys: mounted.into_iter().cloned().collect(),
                values: vec![],
            })),
            (_, None) => Err(RegistryError::NotMounted { key: path.clone() }),
            (None, Some(_)) => Ok(None),
        }
    }

    fn value(&self, path: &KeyPath, name: &Name) -> Result<Option<Value>, RegistryError> {
        match self.find(path) {
            Some((mount, names)) => mount.hive(path)?.value(&names, name).map_err(|source| wrap(path, source)),
            None if self.mounted_below(path).next().is_some() => Ok(None),
            None => Err(RegistryError::NotMounted { key: path.clone() }),
        }
    }
}

impl WriteRegistry for Mounts<Editor> {
    fn make(&mut self, change: &Change) -> Result<(), RegistryError> {
        change.check()?;
        let key = change.key();
        let mount = self.hives.iter_mut().find(|mount| key.under(&mount.at).is_some());
        let mount = mount.ok_or_else(|| RegistryError::NotMounted { key: key.clone() })?;
        let names = mount.names_below(key).unwrap_or_default();
        let editor = match &mut mount.content {
            Content::Hive(editor) => editor,
            Content::Withheld(why) => return Err(withheld(why.as_deref(), key)),
        };
        let made = match change {
            Change::CreateKey { class, security, .. } => editor.create_key(&names, class.as_deref(), security.as_ref()),
            Change::DeleteKey { .. } => editor.delete_key(&names),
            Change::SetValue { name, value, .. } => editor.set_value(&names, name, value),
            Change::DeleteValue { name, .. } => editor.delete_value(&names, name),
        };
        made.map_err(|error| match error {
            EditError::NoSuchKey => {
                let missing = match change {
                    Change::CreateKey { .. } => key.parent().map_or_else(|| key.clone(), |(parent, _)| parent),
                    _ => key.clone(),
                };
                RegistryError::NoSuchKey { key: missing }
            }
            EditError::HasSubkeys(subkeys) => {
                RegistryError::HasSubkeys { key: key.clone(), subkeys: crate::bytes::index(subkeys) }
            }
            EditError::IsRoot => RegistryError::IsRoot { key: key.clone() },
            EditError::TooDeep => RegistryError::TooDeep { key: key.clone() },
            error => wrap(key, Box::new(error)),
        })
    }
}

fn withheld(why: Option<&str>, key: &KeyPath) -> RegistryError {
    match why {
        None => RegistryError::NotMounted { key: key.clone() },
        Some(why) => wrap(key, format!("the hive that would hold it cannot be read: {why}").into()),
    }
}

fn wrap(key: &KeyPath, source: Box<dyn Error + Send + Sync>) -> RegistryError {
    RegistryError::Source { key: key.clone(), source }
}

fn current_control_set() -> Name {
    Name::from("CurrentControlSet")
}

/// The control set that the system used last, if the hive says so.
fn control_set(hive: &impl MountedHive) -> Result<Option<Name>, Box<dyn Error + Send + Sync>> {
    let current = hive.value(&[Name::from("Select")], &Name::from("Current"))?;
    Ok(match current.map(|value| value.view()) {
        Some(View::Dword(number)) => Some(Name::from(format!("ControlSet{number:03}").as_str())),
        _ => None,
    })
}
