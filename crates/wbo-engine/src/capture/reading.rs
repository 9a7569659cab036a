//! What a place of the catalogue holds on a source, as items of a document.

mod files;
mod hives;
pub(crate) mod keys;

use std::collections::BTreeMap;

use profile_format::{ContentId, Item, Text};
use registry::{Name, Value, ValueType, View};

use super::limits;
use super::windows_lists::NotToRestore;
use crate::catalogue::{FilesPlace, Form, Part, Place, Setting};
use crate::secrets::Secrets;
use crate::tokens::Tokens;
use crate::{Source, WindowsPath};

/// What one setting is on a source.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its items by instance; `None` is the setting that has no instances.
    pub instances: BTreeMap<Option<Name>, Vec<Item>>,
    /// What could not be had, or was left out.
    pub incidents: Vec<Incident>,
    /// Where the bytes of its files are.
    pub contents: BTreeMap<ContentId, WindowsPath>,
    /// The bytes of its values so far.
    size: usize,
    /// Incidents that are counted and not kept.
    more: u64,
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
    /// Windows itself says that it is not to be restored.
    #[error("Windows lists its key among those that no backup restores")]
    NotToRestore,
    /// Another file is there whose name Windows would take for the same.
    #[error("the name of another file differs from its in case alone, and that one was taken")]
    SameName,
    /// There was more of this kind than is worth keeping.
    #[error("and {0} more places like these")]
    More(u64),
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
    pub(super) source: &'r Source<'s>,
    secrets: &'r Secrets,
    tokens: Tokens<'r>,
    pub(super) not_to_restore: NotToRestore,
    /// Whether values are wanted whole and as they are, and the files of settings' own places only.
    exact: bool,
}

impl<'r, 's> Reader<'r, 's> {
    /// A reader that leaves out these secrets.
    pub fn new(source: &'r Source<'s>, secrets: &'r Secrets) -> Self {
        let tokens = Tokens::new(&source.folders, source.user.sid.as_deref());
        Self { source, secrets, tokens, not_to_restore: NotToRestore::of(source.registry), exact: false }
    }

    /// A reader for those who want to change what is there: values come whole and without tokens, and of files only those
    /// that the catalogue names.
    pub(crate) fn exact(source: &'r Source<'s>, secrets: &'r Secrets) -> Self {
        Self { exact: true, ..Self::new(source, secrets) }
    }

    /// What a setting is.
    pub fn read(&self, setting: &Setting) -> Reading {
        let mut reading = Reading::default();
        let tokens = !self.exact && uses_tokens(setting);
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
            if self.exact || !followed.contains(&other.as_str()) {
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
    /// Sorts items as documents have them. What stands in no instance, beside instances, has nothing to hang on.
    fn finish(&mut self, setting: &Setting) {
        if setting.has_instances() {
            self.instances.retain(|instance, items| instance.is_some() && !items.is_empty());
        }
        for (instance, items) in &mut self.instances {
            items.sort_by(|one, other| place_of(one).cmp(&place_of(other)));
            items.dedup_by(|one, other| place_of(one) == place_of(other));
            let mut kept: Vec<Item> = Vec::with_capacity(items.len());
            for item in std::mem::take(items) {
                if kept.iter().any(|other| is_same_file(other, &item)) {
                    let names: Vec<String> = item.path().iter().map(Text::to_string_lossy).collect();
                    let place = names.join("\\");
                    self.incidents.push(Incident { instance: instance.clone(), place, why: Why::SameName });
                } else {
                    kept.push(item);
                }
            }
            *items = kept;
        }
        if self.more > 0 {
            let why = Why::More(self.more);
            self.incidents.push(Incident { instance: None, place: setting.id.clone(), why });
        }
    }
}

/// Whether Windows would take two files for one: their names differ in case alone.
fn is_same_file(one: &Item, other: &Item) -> bool {
    let names = |item: &Item| item.path().iter().map(|name| Name::from_units(&*name.0)).collect::<Vec<_>>();
    matches!((one, other), (Item::File { .. }, Item::File { .. })) && names(one) == names(other)
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
                Some(file) => self.hive(place, file),
            },
            Place::Files(place) => self.files(place),
        }
    }

    fn incident(&mut self, instance: Option<&Name>, place: String, why: Why) {
        if self.reading.incidents.len() < limits::INCIDENTS {
            self.reading.incidents.push(Incident { instance: instance.cloned(), place, why });
        } else {
            self.reading.more += 1;
        }
    }

    fn item(&mut self, instance: Option<&Name>, item: Item) {
        self.reading.instances.entry(instance.cloned()).or_default().push(item);
    }

    /// The path of an item: the part, and what leads from its place to the item.
    fn path<'n>(&self, names: impl IntoIterator<Item = &'n Name>) -> Vec<Text> {
        let part = self.part.name.as_deref().map(Text::from);
        part.into_iter().chain(names.into_iter().map(text)).collect()
    }

    /// Whether a name is a secret itself. Then it stands nowhere, and the place of an incident ends before it.
    fn secret_name(&self, name: &Name) -> Option<Why> {
        let denied = self.reader.secrets.content(name.to_string().as_bytes())?;
        Some(Why::Secret(denied.to_string()))
    }
}

impl Reader<'_, '_> {
    fn with_tokens(&self, value: &Value) -> Value {
        let view = match (value.kind, value.view()) {
            (ValueType::SZ | ValueType::EXPAND_SZ, View::Text(text)) => View::Text(self.tokens.encode(&text)),
            (_, View::List(texts)) => View::List(texts.iter().map(|text| self.tokens.encode(text)).collect()),
            _ => return value.clone(),
        };
        Value::new(value.kind, &view)
    }
}

fn text(name: &Name) -> Text {
    Text(name.units().to_vec())
}
