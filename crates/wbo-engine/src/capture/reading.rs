//! What a place of the catalogue holds on a source, as items of a document.

use std::collections::BTreeMap;

use profile_format::{Bytes, Content, ContentId, FileState, Item, Text};
use registry::{Key, KeyPath, Name, ReadRegistry, RegistryError, Value, ValueType, View};
use sha2::{Digest, Sha256};

use super::bits;
use super::limits;
use crate::catalogue::{Each, FilesPlace, Form, Kind, Part, Place, RegistryPlace, Setting, Values};
use crate::forms;
use crate::secrets::Secrets;
use crate::tokens::Tokens;
use crate::{Entry, EntryKind, KnownFolder, Source, WindowsPath};

/// What one setting is on a source.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its items by instance; `None` is the setting that has no instances.
    pub instances: BTreeMap<Option<Name>, Vec<Item>>,
    /// What could not be had, or was left out.
    pub incidents: Vec<Incident>,
    /// Where the bytes of its files are.
    pub contents: BTreeMap<ContentId, WindowsPath>,
}

/// Something of a setting that was not taken, or taken with a doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Which instance.
    pub instance: Option<Name>,
    /// The place, never what stands there.
    pub place: String,
    /// What is the matter.
    pub why: Why,
}

/// What is the matter with something that was not taken. Shown as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is a secret, and this says of what kind.
    #[error("left out: {0}")]
    Secret(String),
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// What would hold it was not given.
    #[error("{0}")]
    NotAtHand(&'static str),
    /// Its bytes are in a cloud only.
    #[error("its bytes are in a cloud only")]
    OnlineOnly,
    /// It is larger than a setting can be.
    #[error("it is too large for a setting ({0})")]
    TooLarge(u64),
    /// It is a link, and leads elsewhere.
    #[error("it is a link, and links are not followed")]
    Link,
    /// A file that is named lies in no folder of the user.
    #[error("it names a file that is in no folder of the user's, and was not taken along")]
    Elsewhere,
    /// A file that is named is not there.
    #[error("it is named, and is not there")]
    NoSuchFile,
    /// It was taken, and is not what the catalogue expects.
    #[error("captured as it is: {0}")]
    Unexpected(String),
}

/// Reads settings from one source.
pub struct Reader<'r, 's> {
    source: &'r Source<'s>,
    secrets: &'r Secrets,
    tokens: Tokens<'r>,
}

impl<'r, 's> Reader<'r, 's> {
    /// A reader that leaves out these secrets.
    pub fn new(source: &'r Source<'s>, secrets: &'r Secrets) -> Self {
        Self { source, secrets, tokens: Tokens::new(&source.folders, source.user.sid.as_deref()) }
    }

    /// What a setting is.
    pub fn read(&self, setting: &Setting) -> Reading {
        let mut reading = Reading::default();
        let tokens = uses_tokens(setting);
        // Files that stand in for those that a part names are looked for when that part is known.
        let stands_in = |part: &Part| matches!(&part.place, Place::Files(FilesPlace { unless: Some(_), .. }));
        let mut followed: Vec<&str> = Vec::new();
        for part in setting.parts.iter().filter(|part| !stands_in(part)) {
            let files = reading.contents.len();
            PartReader { reader: self, part, tokens, reading: &mut reading }.read();
            if reading.contents.len() > files {
                followed.extend(part.name.as_deref());
            }
        }
        for part in setting.parts.iter().filter(|part| stands_in(part)) {
            let Place::Files(FilesPlace { unless: Some(other), .. }) = &part.place else { continue };
            if !followed.contains(&other.as_str()) {
                PartReader { reader: self, part, tokens, reading: &mut reading }.read();
            }
        }
        reading.finish(setting);
        reading
    }
}

/// Whether texts of a setting have tokens in place of known folders.
pub(crate) fn uses_tokens(setting: &Setting) -> bool {
    setting.parts.iter().any(|part| matches!(part.place.form(), Some(Form::Path | Form::Paths)))
}

impl Reading {
    /// Sorts items as documents have them. What stands in no instance joins the only one there is, or stands alone.
    fn finish(&mut self, setting: &Setting) {
        if setting.has_instances() {
            // A part without instances, beside one with them, has nothing to hang on.
            self.instances.retain(|instance, items| instance.is_some() && !items.is_empty());
        }
        for items in self.instances.values_mut() {
            items.sort_by(|one, other| place_of(one).cmp(&place_of(other)));
            items.dedup_by(|one, other| place_of(one) == place_of(other));
        }
    }
}

/// What tells an item from its siblings, in the order that documents have.
fn place_of(item: &Item) -> (u8, &[Text], Option<&Text>) {
    let kind = match item {
        Item::Key { .. } => 1,
        Item::Value { .. } => 2,
        Item::File { .. } => 3,
    };
    (kind, item.path(), item.value_name())
}

/// Reads one part of a setting.
struct PartReader<'p, 'r, 's> {
    reader: &'p Reader<'r, 's>,
    part: &'p Part,
    /// Whether texts of the setting have tokens in them.
    tokens: bool,
    reading: &'p mut Reading,
}

impl PartReader<'_, '_, '_> {
    fn read(&mut self) {
        match &self.part.place {
            Place::Registry(place) => match &place.hive {
                None => self.registry(place, self.reader.source.registry, ""),
                Some(_) => self.hive(place),
            },
            Place::Files(place) => self.files(place),
        }
    }

    fn incident(&mut self, instance: Option<&Name>, place: String, why: Why) {
        self.reading.incidents.push(Incident { instance: instance.cloned(), place, why });
    }

    fn item(&mut self, instance: Option<&Name>, item: Item) {
        self.reading.instances.entry(instance.cloned()).or_default().push(item);
    }

    /// The path of an item: the part, and what leads from its place to the item.
    fn path<'n>(&self, names: impl IntoIterator<Item = &'n Name>) -> Vec<Text> {
        let part = self.part.name.as_deref().map(Text::from);
        part.into_iter().chain(names.into_iter().map(text)).collect()
    }

    fn hive(&mut self, place: &RegistryPlace) {
        let Some(file) = &place.hive else { return };
        let files = match self.matching_files(file, &[]) {
            Some(files) => files,
            None => return,
        };
        for (path, entry, _) in files {
            if self.refused(&path, &entry).is_some() {
                continue;
            }
            match self.reader.source.hives.open(&path) {
                Ok(Some(hive)) => self.registry(place, &*hive, &format!("{path}: ")),
                Ok(None) => (),
                Err(error) => self.incident(None, path.to_string(), Why::Unreadable(error.to_string())),
            }
        }
    }

    fn registry(&mut self, place: &RegistryPlace, registry: &dyn ReadRegistry, within: &str) {
        let walk = RegistryWalk { place, registry, within };
        if place.each != Some(Each::Key) {
            return self.instance_of_keys(&walk, &place.key, None);
        }
        let Some(key) = self.key(&walk, &place.key, None) else { return };
        for name in key.subkeys.iter().filter(|name| !walk.excludes_key(std::slice::from_ref(name))) {
            self.instance_of_keys(&walk, &place.key.join(name.clone()), Some(name));
        }
    }

    /// Everything that the place wants below `base`.
    fn instance_of_keys(&mut self, walk: &RegistryWalk<'_>, base: &KeyPath, instance: Option<&Name>) {
        let Some(globs) = &walk.place.keys else { return self.values_of(walk, base, &[], instance) };
        let mut keys = vec![Vec::new()];
        let mut visited = 0;
        while let Some(names) = keys.pop() {
            visited += 1;
            if visited > limits::KEYS {
                return self.incident(instance, format!("{}{base}", walk.within), Why::TooLarge(limits::KEYS as u64));
            }
            if walk.excludes_key(&from_key(instance, &names)) {
                continue;
            }
            if globs.iter().any(|glob| glob.matches(&names)) {
                self.values_of(walk, base, &names, instance);
            }
            let goes_on = |names: &[Name]| globs.iter().any(|glob| glob.may_fit_below(names));
            let path = below(base, &names);
            let Some(key) = self.key(walk, &path, instance) else { continue };
            let subkeys = key.subkeys.into_iter().map(|name| [&*names, &[name]].concat());
            keys.extend(subkeys.filter(|names| goes_on(names)));
        }
    }

    /// The values that the place wants of one key.
    fn values_of(&mut self, walk: &RegistryWalk<'_>, base: &KeyPath, names: &[Name], instance: Option<&Name>) {
        let place = walk.place;
        let path = below(base, names);
        // Where keys are found by patterns, what is absent from one of them was never expected there.
        let fixed = place.keys.is_none();
        match &place.values {
            Values::One(name) => self.value(walk, &path, names, name, fixed, instance),
            Values::Some(globs) => {
                let literal: Vec<Name> = globs.iter().filter_map(crate::NameGlob::literal).collect();
                for name in &literal {
                    self.value(walk, &path, names, name, fixed, instance);
                }
                if literal.len() == globs.len() {
                    return;
                }
                let Some(key) = self.key(walk, &path, instance) else { return };
                let fits = |name: &&Name| !literal.contains(name) && globs.iter().any(|glob| glob.matches(name));
                for name in key.values.iter().filter(fits) {
                    self.value(walk, &path, names, name, false, instance);
                }
            }
            Values::All => {
                // A key some of whose values belong to others is not this setting's alone.
                let own = place.each != Some(Each::Value) && place.except.iter().all(|except| except.values.is_none());
                let Some(key) = self.key(walk, &path, instance) else {
                    if own && fixed && place.each.is_none() && !self.reader.is_denied(&path) {
                        let absent = Item::Key { path: self.path(names), present: false };
                        self.item(instance, absent);
                    }
                    return;
                };
                for name in &key.values {
                    self.value(walk, &path, names, name, false, instance);
                }
                if own && key.values.is_empty() && key.subkeys.is_empty() {
                    self.item(instance, Item::Key { path: self.path(names), present: true });
                }
            }
        }
    }

    fn value(
        &mut self,
        walk: &RegistryWalk<'_>,
        key: &KeyPath,
        names: &[Name],
        name: &Name,
        expected: bool,
        instance: Option<&Name>,
    ) {
        let place = walk.place;
        if walk.excludes_value(&from_key(instance, names), name) {
            return;
        }
        let shown = || format!("{}{key}!{name}", walk.within);
        let own = (place.each == Some(Each::Value)).then(|| name.clone());
        let instance = own.as_ref().or(instance);
        let found = match walk.registry.value(key, name) {
            Ok(found) => found,
            Err(error) => return self.incident(instance, shown(), cause(&error)),
        };
        let Some(value) = found else {
            if expected && self.reader.secrets.key(key).is_none() {
                let item = Item::Value { path: self.path(names), name: text(name), state: None };
                self.item(instance, item);
            }
            return;
        };
        if let Some(denied) = self.reader.secrets.value(key, name, &value) {
            return self.incident(instance, shown(), Why::Secret(denied.to_string()));
        }
        let size = value.data.len();
        if size > limits::VALUE {
            return self.incident(instance, shown(), Why::TooLarge(size as u64));
        }
        if let Some(words) = unexpected(place, &value) {
            self.incident(instance, shown(), Why::Unexpected(words));
        }
        let state = match place.bits {
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
        let state = profile_format::Value { kind: state.kind.0, data: Bytes(state.data) };
        let item = Item::Value { path: self.path(names), name: text(name), state: Some(state) };
        self.item(instance, item);
        if place.follow {
            self.follow(&value, place.form, &shown(), instance);
        }
    }

    /// Takes the files that a value names, where they are the user's own.
    fn follow(&mut self, value: &Value, form: Option<Form>, shown: &str, instance: Option<&Name>) {
        let texts: Vec<Vec<u16>> = match value.view() {
            View::Text(text) => vec![text],
            View::List(texts) => texts,
            _ => return,
        };
        for text in texts {
            let text = String::from_utf16_lossy(&text);
            let parts: Vec<&str> = match form {
                Some(Form::Paths) => text.split([';', ',']).collect(),
                _ => vec![&text],
            };
            for part in parts.into_iter().filter(|part| !part.trim().is_empty()) {
                match self.reader.tokens.path_in(part) {
                    Some(path) => self.followed_file(&path, instance),
                    // A name alone is looked for where Windows keeps its own.
                    None if !part.contains(['\\', '/']) => (),
                    None => self.incident(instance, shown.to_owned(), Why::Elsewhere),
                }
            }
        }
    }

    fn followed_file(&mut self, path: &WindowsPath, instance: Option<&Name>) {
        let (folder, names) = match self.reader.source.folders.locate(path) {
            Some((folder, names)) if folder.is_of_user() || folder == crate::KnownFolder::Public => (folder, names),
            // What belongs to Windows is on every PC.
            Some(_) => return,
            None => return self.incident(instance, path.to_string(), Why::Elsewhere),
        };
        match self.reader.source.files.entry(path) {
            Ok(Some(entry)) => {
                let names: Vec<Name> = [&[Name::from(folder.variable())], names].concat();
                self.file(path, &entry, &names, None, instance);
            }
            Ok(None) => self.incident(instance, path.to_string(), Why::NoSuchFile),
            Err(error) => self.incident(instance, path.to_string(), Why::Unreadable(error.to_string())),
        }
    }

    fn files(&mut self, place: &FilesPlace) {
        let Some(files) = self.matching_files(&place.files, &place.except) else { return };
        let variable = Name::from(place.files.folder.variable());
        if let (true, Some(names)) = (files.is_empty() && place.each.is_none(), place.files.pattern.literal()) {
            let path = self.path([&variable].into_iter().chain(&names));
            return self.item(None, Item::File { path, state: None });
        }
        for (path, entry, names) in files {
            let instance = (place.each == Some(Each::File)).then(|| entry.name.clone());
            let names = [std::slice::from_ref(&variable), &*names].concat();
            self.file(&path, &entry, &names, place.form, instance.as_ref());
        }
    }

    /// The files that fit a pattern, with the names that lead to them from its known folder. `None`, where that folder
    /// is not known.
    fn matching_files(
        &mut self,
        wanted: &crate::catalogue::FilePath,
        except: &[crate::Glob],
    ) -> Option<Vec<(WindowsPath, Entry, Vec<Name>)>> {
        let Some(root) = self.reader.source.folders.get(wanted.folder).cloned() else {
            // Beside a user's folder alone there is no PC; the user's own folders are in it, or were moved elsewhere.
            let why = match wanted.folder {
                KnownFolder::Public | KnownFolder::ProgramData | KnownFolder::SystemRoot => {
                    Why::NotAtHand("the PC's own folders are not at hand")
                }
                _ => Why::Unreadable(format!("where {} is, is not known", wanted.folder)),
            };
            self.incident(None, wanted.to_string(), why);
            return None;
        };
        let mut found = Vec::new();
        if let Some(names) = wanted.pattern.literal() {
            let path = root.join_all(&names);
            match self.reader.source.files.entry(&path) {
                Ok(entry) => found.extend(entry.map(|entry| (path, entry, names))),
                Err(error) => {
                    self.incident(None, path.to_string(), Why::Unreadable(error.to_string()));
                    return None;
                }
            }
            return Some(found);
        }
        let mut folders = vec![Vec::new()];
        let mut visited = 0;
        while let Some(names) = folders.pop() {
            let folder: WindowsPath = root.join_all(&names);
            let entries = match self.reader.source.files.list(&folder) {
                Ok(entries) => entries.unwrap_or_default(),
                Err(error) => {
                    self.incident(None, folder.to_string(), Why::Unreadable(error.to_string()));
                    continue;
                }
            };
            for entry in entries {
                visited += 1;
                if visited > limits::FILES {
                    self.incident(None, wanted.to_string(), Why::TooLarge(limits::FILES as u64));
                    return Some(found);
                }
                let below = [&*names, std::slice::from_ref(&entry.name)].concat();
                if except.iter().any(|glob| glob.matches(&below)) {
                    continue;
                }
                if entry.kind == EntryKind::Folder {
                    if wanted.pattern.may_fit_below(&below) {
                        folders.push(below);
                    }
                } else if wanted.pattern.matches(&below) {
                    found.push((root.join_all(&below), entry, below));
                }
            }
        }
        Some(found)
    }

    fn file(&mut self, path: &WindowsPath, entry: &Entry, names: &[Name], form: Option<Form>, instance: Option<&Name>) {
        if let Some(why) = self.refused(path, entry) {
            return self.incident(instance, path.to_string(), why);
        }
        let bytes = match self.reader.source.files.read(path, limits::FILE) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return,
            Err(error) => return self.incident(instance, path.to_string(), Why::Unreadable(error.to_string())),
        };
        if let Some(denied) = self.reader.secrets.content(&bytes) {
            return self.incident(instance, path.to_string(), Why::Secret(denied.to_string()));
        }
        if let Some(words) = form.and_then(|form| forms::flaw_of_file(form, &bytes)) {
            return self.incident(instance, path.to_string(), Why::Unreadable(words));
        }
        let id = ContentId(Sha256::digest(&bytes).into());
        self.reading.contents.entry(id).or_insert_with(|| path.clone());
        let content = Content { id, size: bytes.len() as u64 };
        let state = FileState { content, attributes: entry.attributes, modified: entry.modified };
        let item = Item::File { path: self.path(names), state: Some(state) };
        self.item(instance, item);
    }

    /// Why a file is not even opened.
    fn refused(&self, path: &WindowsPath, entry: &Entry) -> Option<Why> {
        if let Some(rule) = self.reader.secrets.file(path, &self.reader.source.folders) {
            return Some(Why::Secret(rule.title.clone()));
        }
        match entry.kind {
            EntryKind::File if entry.size > limits::FILE => Some(Why::TooLarge(entry.size)),
            EntryKind::File => None,
            EntryKind::OnlineOnly => Some(Why::OnlineOnly),
            EntryKind::Link => Some(Why::Link),
            EntryKind::Folder => Some(Why::Unreadable("it is a folder, not a file".to_owned())),
            EntryKind::Other => Some(Why::Unreadable("it is no ordinary file".to_owned())),
        }
    }

    /// A key that may be looked into.
    fn key(&mut self, walk: &RegistryWalk<'_>, path: &KeyPath, instance: Option<&Name>) -> Option<Key> {
        let shown = || format!("{}{path}", walk.within);
        if let Some(rule) = self.reader.secrets.key(path) {
            let title = rule.title.clone();
            if matches!(walk.registry.key(path), Ok(Some(_))) {
                self.incident(instance, shown(), Why::Secret(title));
            }
            return None;
        }
        match walk.registry.key(path) {
            Ok(key) => key,
            Err(error) => {
                self.incident(instance, shown(), cause(&error));
                None
            }
        }
    }
}

impl Reader<'_, '_> {
    fn is_denied(&self, key: &KeyPath) -> bool {
        self.secrets.key(key).is_some()
    }

    fn with_tokens(&self, value: &Value) -> Value {
        let view = match (value.kind, value.view()) {
            (ValueType::SZ | ValueType::EXPAND_SZ, View::Text(text)) => View::Text(self.tokens.encode(&text)),
            (_, View::List(texts)) => View::List(texts.iter().map(|text| self.tokens.encode(text)).collect()),
            _ => return value.clone(),
        };
        Value::new(value.kind, &view)
    }
}

/// A place of the registry while it is read.
struct RegistryWalk<'w> {
    place: &'w RegistryPlace,
    registry: &'w dyn ReadRegistry,
    /// The hive that the keys are in, for messages.
    within: &'w str,
}

impl RegistryWalk<'_> {
    fn excludes_key(&self, names: &[Name]) -> bool {
        self.place.except.iter().any(|except| except.values.is_none() && except.keys.matches(names))
    }

    fn excludes_value(&self, names: &[Name], name: &Name) -> bool {
        let fits = |values: &Option<crate::NameGlob>| values.as_ref().is_none_or(|glob| glob.matches(name));
        self.place.except.iter().any(|except| fits(&except.values) && except.keys.matches(names))
    }
}

/// The names that lead to a key from where its place starts: those of an instance begin with its own.
fn from_key(instance: Option<&Name>, names: &[Name]) -> Vec<Name> {
    instance.into_iter().chain(names).cloned().collect()
}

fn below(base: &KeyPath, names: &[Name]) -> KeyPath {
    names.iter().fold(base.clone(), |path, name| path.join(name.clone()))
}

fn text(name: &Name) -> Text {
    Text(name.units().to_vec())
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
fn unexpected(place: &RegistryPlace, value: &Value) -> Option<String> {
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
