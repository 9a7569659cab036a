//! Second thoughts: what an apply replaced, and how it is put back.
//!
//! A record says of each key, value and file what it was and what the apply made of it. Putting back looks at what is
//! there now: what is still as the apply left it becomes what it was, what is so already stays, and what somebody changed
//! since is kept unless it is told otherwise. The order in which things were changed does not matter.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::{ApplyId, Bytes, Content, FileState, KeyState, Replaced, Text, Undo, UndoStep};
use registry::{
    Change, FileTime, KeyPath, Name, Overlay, ReadRegistry, RegistryError, Root, SecurityDescriptor, Value, ValueType,
    WriteRegistry,
};

use crate::plan::{FileChange, Plan};
use crate::writing::WriteRules;
use crate::{Source, WindowsPath};

/// The record of a plan that is about to be made: `before` is the registry as it is, `after` as it will be. `security`
/// gives the access list of a file, where there is one.
pub fn record(
    apply: ApplyId,
    plan: &Plan,
    before: &dyn ReadRegistry,
    after: &dyn ReadRegistry,
    security: &dyn Fn(&WindowsPath) -> Option<Vec<u8>>,
) -> Result<Undo, RegistryError> {
    let mut settings: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    for setting in &plan.settings {
        let places = setting.changes.iter().map(Place::of_change);
        for place in places.chain(setting.files.iter().map(|file| Place::File(file.path.clone()))) {
            settings.entry(place).or_default().insert(setting.id.clone());
        }
    }
    let files: BTreeMap<&WindowsPath, &FileChange> = plan.files.iter().map(|file| (&file.path, file)).collect();
    let mut steps = Vec::new();
    for (place, ids) in settings {
        let what = match &place {
            Place::Key(key) => of_key(key, before, after)?,
            Place::Value(key, name) => of_value(key, name, before, after)?,
            Place::File(path) => files.get(path).map(|file| Replaced::File {
                path: path_of_file(path),
                before: file.before,
                security: file.before.and_then(|_| security(path)).map(Bytes),
                after: file.after,
            }),
        };
        steps.extend(what.map(|what| UndoStep { settings: ids.into_iter().collect(), what }));
    }
    steps.sort_by(|one, other| one.what.place().cmp(&other.what.place()));
    Ok(Undo { apply, steps })
}

/// What of a record is not as the apply was to leave it: the ids of the settings concerned, and what it is.
pub fn unsettled(undo: &Undo, target: &Source<'_>) -> Result<BTreeMap<String, String>, UndoError> {
    let mut unsettled = BTreeMap::new();
    for step in &undo.steps {
        let (settled, place) = match &step.what {
            Replaced::Key { path, after, .. } => {
                let key = key_of(path)?;
                (target.registry.key(&key)?.is_some() == *after, key.to_string())
            }
            Replaced::Value { path, name, after, .. } => {
                let (key, name) = (key_of(path)?, name_of(name));
                let found = target.registry.value(&key, &name)?;
                (found == after.as_ref().map(value_of), format!("{key} {}", shown(&name)))
            }
            Replaced::File { path, after, .. } => {
                let path = path_of(path)?;
                let found = found_at(target, &path)?;
                (content(found) == content(*after), path.to_string())
            }
        };
        if !settled {
            unsettled.extend(step.settings.iter().map(|id| (id.clone(), place.clone())));
        }
    }
    Ok(unsettled)
}

/// What putting back would do.
#[derive(Debug, Default)]
pub struct TakeBack {
    /// Each step of the record, and how it stands, in the record's order.
    pub steps: Vec<Standing>,
    /// What is changed in the registry, in the order in which it is made.
    pub changes: Vec<Change>,
    /// What is changed among files.
    pub files: Vec<FileChange>,
}

/// How something stands that an apply changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is as the apply left it, and becomes what it was.
    PutBack,
    /// It is what it was.
    AsBefore,
    /// Somebody changed it since; it is kept.
    Kept(String),
}

/// Why a record is not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// No apply would have changed it.
    #[error("the record would change {place}, which no apply does: {why}")]
    Denied {
        /// What.
        place: String,
        /// Why not.
        why: String,
    },
    /// It names no place of a user or a PC.
    #[error("the record names '{0}', which is no place of a user or a PC")]
    NoPlace(String),
    /// What is there cannot be read.
    #[error("what is there cannot be read: {0}")]
    Registry(#[from] RegistryError),
    /// What is there cannot be read.
    #[error("{path} cannot be read: {why}")]
    File {
        /// The file.
        path: WindowsPath,
        /// Why not.
        why: String,
    },
}

/// Computes what putting back would do to a target, which stays as it is. With `force`, what somebody changed since is
/// put back too. `bytes` gives the bytes of a file that was there.
pub fn take_back(
    undo: &Undo,
    target: &Source<'_>,
    force: bool,
    bytes: &dyn Fn(&FileState) -> Option<Vec<u8>>,
    now: FileTime,
) -> Result<TakeBack, UndoError> {
    let mut registry = Overlay::new(target.registry, now);
    let mut done = TakeBack { steps: vec![Standing::AsBefore; undo.steps.len()], ..TakeBack::default() };
    // Keys come before what is in them; keys that go come after it, from the innermost on.
    for (step, standing) in undo.steps.iter().zip(&mut done.steps) {
        if let Replaced::Key { path, before: Some(before), after: false } = &step.what {
            *standing = recreate(&key_of(path)?, before, &mut registry)?;
        }
    }
    for (step, standing) in undo.steps.iter().zip(&mut done.steps) {
        match &step.what {
            Replaced::Value { path, name, before, after } => {
                let (before, after) = (before.as_ref().map(value_of), after.as_ref().map(value_of));
                let place = (key_of(path)?, name_of(name));
                *standing = put_back_value(place, before, after.as_ref(), force, &mut registry)?;
            }
            Replaced::File { path, before, after, .. } => {
                let path = path_of(path)?;
                let change = FileChange { path, before: *after, after: *before };
                *standing = put_back_file(change, target, force, &mut done.files)?;
            }
            Replaced::Key { .. } => (),
        }
    }
    for (step, standing) in undo.steps.iter().zip(&mut done.steps).rev() {
        if let Replaced::Key { path, before: None, after: true } = &step.what {
            *standing = delete(key_of(path)?, &mut registry)?;
        }
    }
    done.changes = registry.into_changes();
    check(&done, target, bytes)?;
    Ok(done)
}

/// No apply writes what is never written, and so no record takes it back: one that does was forged.
fn check(done: &TakeBack, target: &Source<'_>, bytes: &dyn Fn(&FileState) -> Option<Vec<u8>>) -> Result<(), UndoError> {
    let rules = WriteRules::standard();
    for change in &done.changes {
        let denied = match change {
            // Only keys go in which nothing is left: those that the apply had made.
            Change::DeleteKey { key } => rules.key(key),
            change => rules.change(change),
        };
        if let Some(denied) = denied {
            return Err(UndoError::Denied { place: change.key().to_string(), why: denied.to_string() });
        }
    }
    for file in &done.files {
        let bytes = file.after.as_ref().and_then(bytes);
        let outside = target.folders.locate(&file.path).is_none();
        let denied = rules.file(&file.path, &target.folders, bytes.as_deref()).map(|denied| denied.to_string());
        let denied = denied.or_else(|| outside.then(|| "it is in no folder of the user's or the PC's".to_owned()));
        if let Some(why) = denied {
            return Err(UndoError::Denied { place: file.path.to_string(), why });
        }
    }
    Ok(())
}

fn recreate(key: &KeyPath, before: &KeyState, registry: &mut Overlay<'_>) -> Result<Standing, UndoError> {
    if registry.key(key)?.is_some() {
        return Ok(Standing::AsBefore);
    }
    let parent = key.parent().map(|(parent, _)| parent);
    if let Some(parent) = parent
        && registry.key(&parent)?.is_none()
    {
        return Ok(Standing::Kept(format!("{parent} is not there any more")));
    }
    registry.make(&Change::CreateKey {
        key: key.clone(),
        class: before.class.as_ref().map(|class| class.0.clone().into()),
        security: before.security.as_ref().map(|bytes| SecurityDescriptor(bytes.0.clone().into())),
    })?;
    Ok(Standing::PutBack)
}

fn put_back_value(
    (key, name): (KeyPath, Name),
    before: Option<Value>,
    after: Option<&Value>,
    force: bool,
    registry: &mut Overlay<'_>,
) -> Result<Standing, UndoError> {
    let found = registry.value(&key, &name)?;
    if found == before {
        return Ok(Standing::AsBefore);
    }
    if found.as_ref() != after && !force {
        return Ok(Standing::Kept(format!("{key} {} was changed since", shown(&name))));
    }
    match before {
        Some(_) if registry.key(&key)?.is_none() => return Ok(Standing::Kept(format!("{key} is not there any more"))),
        Some(value) => registry.make(&Change::SetValue { key, name, value })?,
        None => registry.make(&Change::DeleteValue { key, name })?,
    }
    Ok(Standing::PutBack)
}

fn put_back_file(
    change: FileChange,
    target: &Source<'_>,
    force: bool,
    files: &mut Vec<FileChange>,
) -> Result<Standing, UndoError> {
    let found = match found_at(target, &change.path) {
        Ok(found) => found,
        Err(UndoError::File { why, .. }) => return Ok(Standing::Kept(why)),
        Err(error) => return Err(error),
    };
    if content(found) == content(change.after) {
        return Ok(Standing::AsBefore);
    }
    if content(found) != content(change.before) && !force {
        return Ok(Standing::Kept(format!("{} was changed since", change.path)));
    }
    files.push(FileChange { before: found, ..change });
    Ok(Standing::PutBack)
}

fn found_at(target: &Source<'_>, path: &WindowsPath) -> Result<Option<FileState>, UndoError> {
    let found = crate::plan::found_file(target, path);
    found.map_err(|skip| UndoError::File { path: path.clone(), why: skip.to_string() })
}

fn content(state: Option<FileState>) -> Option<Content> {
    state.map(|state| state.content)
}

fn delete(key: KeyPath, registry: &mut Overlay<'_>) -> Result<Standing, UndoError> {
    match registry.key(&key)? {
        None => Ok(Standing::AsBefore),
        Some(found) if found.subkeys.is_empty() && found.values.is_empty() => {
            registry.make(&Change::DeleteKey { key })?;
            Ok(Standing::PutBack)
        }
        Some(_) => Ok(Standing::Kept(format!("something is in {key} that was not there"))),
    }
}

/// What a step of a record is about. Ordered so that a key comes before the keys in it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Key(KeyPath),
    Value(KeyPath, Name),
    File(WindowsPath),
}

impl Place {
    fn of_change(change: &Change) -> Self {
        match change {
            Change::CreateKey { key, .. } | Change::DeleteKey { key } => Self::Key(key.clone()),
            Change::SetValue { key, name, .. } | Change::DeleteValue { key, name } => {
                Self::Value(key.clone(), name.clone())
            }
        }
    }
}

fn of_key(
    key: &KeyPath,
    before: &dyn ReadRegistry,
    after: &dyn ReadRegistry,
) -> Result<Option<Replaced>, RegistryError> {
    let (found, left) = (before.key(key)?, after.key(key)?.is_some());
    if found.is_some() == left {
        return Ok(None);
    }
    let before = found.map(|found| KeyState {
        class: found.class.map(|class| Text(class.into())),
        security: found.security.map(|security| Bytes(security.0.into())),
    });
    Ok(Some(Replaced::Key { path: path_of_key(key), before, after: left }))
}

fn of_value(
    key: &KeyPath,
    name: &Name,
    before: &dyn ReadRegistry,
    after: &dyn ReadRegistry,
) -> Result<Option<Replaced>, RegistryError> {
    let wire = |value: Value| profile_format::Value { kind: value.kind.0, data: Bytes(value.data) };
    let (found, left) = (before.value(key, name)?, after.value(key, name)?);
    if found == left {
        return Ok(None);
    }
    // As it was spelled, which what is written need not share.
    let stored = before.key(key)?.and_then(|key| key.values.into_iter().find(|stored| stored == name));
    let name = Text(stored.as_ref().unwrap_or(name).units().to_vec());
    Ok(Some(Replaced::Value { path: path_of_key(key), name, before: found.map(wire), after: left.map(wire) }))
}

fn path_of_key(key: &KeyPath) -> Vec<Text> {
    let names = key.names().iter().map(|name| Text(name.units().to_vec()));
    std::iter::once(Text::from(key.root().short_name())).chain(names).collect()
}

fn path_of_file(path: &WindowsPath) -> Vec<Text> {
    let names = path.names().iter().map(|name| Text(name.units().to_vec()));
    std::iter::once(Text::from(&*format!("{}:", path.drive()))).chain(names).collect()
}

fn key_of(path: &[Text]) -> Result<KeyPath, UndoError> {
    let no_place = || UndoError::NoPlace(shown_path(path));
    let (first, names) = path.split_first().ok_or_else(no_place)?;
    let root = Root::from_name(&name_of(first)).ok_or_else(no_place)?;
    if !matches!(root, Root::CurrentUser | Root::LocalMachine) {
        return Err(no_place());
    }
    Ok(KeyPath::new(root, names.iter().map(name_of).collect()))
}

/// The file that a step is about, where it is about one.
pub fn file_of(what: &Replaced) -> Option<WindowsPath> {
    match what {
        Replaced::File { path, .. } => path_of(path).ok(),
        Replaced::Key { .. } | Replaced::Value { .. } => None,
    }
}

fn path_of(path: &[Text]) -> Result<WindowsPath, UndoError> {
    let no_place = || UndoError::NoPlace(shown_path(path));
    let (drive, names) = path.split_first().ok_or_else(no_place)?;
    let drive = drive.to_unicode().ok_or_else(no_place)?;
    let mut letters = drive.strip_suffix(':').ok_or_else(no_place)?.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() => {
            Ok(WindowsPath::new(letter, names.iter().map(name_of).collect()))
        }
        _ => Err(no_place()),
    }
}

fn value_of(value: &profile_format::Value) -> Value {
    Value { kind: ValueType(value.kind), data: value.data.0.clone() }
}

fn name_of(text: &Text) -> Name {
    Name::from_units(&*text.0)
}

fn shown(name: &Name) -> String {
    if name.is_empty() { "(default)".to_owned() } else { name.to_string() }
}

fn shown_path(path: &[Text]) -> String {
    path.iter().map(Text::to_string_lossy).collect::<Vec<_>>().join("\\")
}
