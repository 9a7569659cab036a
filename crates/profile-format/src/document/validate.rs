//! The rules that every document keeps.

mod undo;

use std::collections::BTreeMap;

use super::file_name::file_name_flaw;
use super::{Apps, Content, ContentId, Document, Facts, Item, Note, Replaced, Section, Setting, Text};
use crate::limits;

pub(crate) use undo::validate_undo;

/// A rule that a document breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// A list is out of order or names something twice.
    #[error("{list} must be sorted with each entry once, but {second} stands after {first}")]
    Order {
        /// Which list.
        list: &'static str,
        /// The entry that stands first.
        first: String,
        /// The entry that should not stand after it.
        second: String,
    },
    /// A text or list is longer than the format allows.
    #[error("{what} of {subject} is {found} long; at most {most} is allowed")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Where it stands.
        subject: String,
        /// Its length.
        found: u64,
        /// The limit.
        most: u64,
    },
    /// A setting's id has characters that ids do not have.
    #[error("{0:?} is not a setting id: words of a-z, 0-9 and -, joined by dots")]
    SettingId(String),
    /// A section without settings.
    #[error("the section of category {0} has no settings; an empty section is left out")]
    EmptySection(u16),
    /// A setting without items says nothing.
    #[error("setting {0} has no items; one that was not found has an item with the state absent")]
    EmptySetting(String),
    /// A part of a path is no name that Windows would keep as it is.
    #[error("setting {setting} has a path with {name:?} in it, which is not a name for one file or key on Windows")]
    PathPart {
        /// The setting.
        setting: String,
        /// The part.
        name: Text,
    },
    /// An undo part without steps takes nothing back.
    #[error("the undo part has no steps; an apply that changed nothing leaves none")]
    EmptyUndo,
    /// An undo step is not about a place in a registry or on a drive.
    #[error("{place:?} is no place of an undo step: it needs {expected}, and at least one name below that")]
    UndoPlace {
        /// The path.
        place: String,
        /// What it should begin with.
        expected: &'static str,
    },
    /// An undo step that no setting asked for.
    #[error("the undo step of {place:?} names no setting that it was for")]
    StepWithoutSetting {
        /// What it is about.
        place: String,
    },
    /// An undo step that would change nothing.
    #[error("the undo step of {place:?} says the same of before and after")]
    NothingReplaced {
        /// What it is about.
        place: String,
    },
    /// A file that was not there had no access list.
    #[error("the undo step of {place:?} has an access list of a file that was not there")]
    SecurityOfNothing {
        /// What it is about.
        place: String,
    },
    /// Two files name the same digest with different sizes.
    #[error("content {id} is said to have {first} bytes and also {second}")]
    ContentSize {
        /// The content.
        id: ContentId,
        /// One size.
        first: u64,
        /// The other.
        second: u64,
    },
}

impl DocumentError {
    /// As much of a wrong id as fits into a message.
    fn setting_id(id: &str) -> Self {
        Self::SettingId(id.chars().take(limits::MAX_SETTING_ID).collect())
    }
}

impl Document {
    /// Checks the rules that no type can keep: order, uniqueness, lengths, names.
    pub fn validate(&self) -> Result<(), DocumentError> {
        self.facts.validate()?;
        ascending("sections", &self.sections, |section| section.category, |section| section.category.0.to_string())?;
        self.sections.iter().try_for_each(validate_section)?;
        validate_apps(&self.apps)?;
        validate_notes(&self.notes)?;
        self.undo.as_ref().map_or(Ok(()), validate_undo)?;
        let written = self.replaced().filter_map(Replaced::file_after);
        one_size_each(self.files().chain(written).map(|file| file.content))
    }
}

impl Facts {
    /// Checks the rules for the facts, for readers that open nothing else.
    pub(crate) fn validate(&self) -> Result<(), DocumentError> {
        ascending("parents", &self.parents, |parent| *parent, |parent| parent.id.to_string())?;
        short("the list of parents", "the profile", self.parents.len(), limits::MAX_PARENTS)
    }
}

/// Checks the rules for one section, for readers that open a single one.
pub(crate) fn validate_section(section: &Section) -> Result<(), DocumentError> {
    if section.settings.is_empty() {
        return Err(DocumentError::EmptySection(section.category.0));
    }
    ascending("settings", &section.settings, |s| (s.id.clone(), s.instance.clone()), label)?;
    section.settings.iter().try_for_each(validate_setting)
}

/// Checks the rules for the app manifest.
pub(crate) fn validate_apps(apps: &Apps) -> Result<(), DocumentError> {
    let full_name = |app: &super::StoreApp| (app.family.clone(), app.full_name.clone());
    ascending("Store apps", &apps.store, full_name, |app| app.family.clone())?;
    let key = |app: &super::DesktopApp| (app.scope, app.key.clone());
    ascending("desktop apps", &apps.desktop, key, |app| app.key.to_string_lossy())
}

/// Checks the rules for notes.
pub(crate) fn validate_notes(notes: &[Note]) -> Result<(), DocumentError> {
    ascending("notes", notes, |note| note, |note| format!("{:?}", note.text))
}

fn validate_setting(setting: &Setting) -> Result<(), DocumentError> {
    if !is_setting_id(&setting.id) {
        return Err(DocumentError::setting_id(&setting.id));
    }
    if setting.items.is_empty() {
        return Err(DocumentError::EmptySetting(label(setting)));
    }
    ascending("items", &setting.items, place, |item| format!("{:?}", place(item)))?;
    for item in &setting.items {
        let path = item.path();
        if path.is_empty() && matches!(item, Item::File { .. }) {
            return Err(DocumentError::PathPart { setting: setting.id.clone(), name: Text::default() });
        }
        short("the path of an item", &setting.id, path.len(), limits::MAX_PATH_DEPTH)?;
        if let Some(part) = path.iter().find(|part| !is_path_part(item, part)) {
            return Err(DocumentError::PathPart { setting: setting.id.clone(), name: part.clone() });
        }
        for text in path.iter().chain(item.value_name()) {
            short("a name", &setting.id, text.0.len(), limits::MAX_NAME)?;
        }
    }
    Ok(())
}

/// An id is words of `a-z`, `0-9` and `-`, joined by single dots.
fn is_setting_id(id: &str) -> bool {
    let word_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    id.len() <= limits::MAX_SETTING_ID && id.split('.').all(|word| !word.is_empty() && word.bytes().all(word_byte))
}

fn is_path_part(item: &Item, part: &Text) -> bool {
    match item {
        Item::Key { .. } | Item::Value { .. } => is_key_name(part),
        Item::File { .. } => is_file_name(part),
    }
}

/// A key's name may be anything but empty or with a backslash in it.
fn is_key_name(name: &Text) -> bool {
    !name.0.is_empty() && !name.0.contains(&u16::from(b'\\'))
}

/// A file's name is refused where any Windows would read it as something else.
fn is_file_name(name: &Text) -> bool {
    // A lone surrogate is no flaw, and U+FFFD, which stands for it here, is none either.
    file_name_flaw(&name.to_string_lossy()).is_none()
}

/// What tells an item from its siblings: everything but its state.
fn place(item: &Item) -> (u8, &[Text], Option<&Text>) {
    let kind = match item {
        Item::Key { .. } => 1,
        Item::Value { .. } => 2,
        Item::File { .. } => 3,
    };
    (kind, item.path(), item.value_name())
}

fn label(setting: &Setting) -> String {
    match &setting.instance {
        Some(instance) => format!("{} ({})", setting.id, instance.to_string_lossy()),
        None => setting.id.clone(),
    }
}

fn ascending<'a, T, K: Ord>(
    list: &'static str,
    entries: &'a [T],
    key: impl Fn(&'a T) -> K,
    name: impl Fn(&'a T) -> String,
) -> Result<(), DocumentError> {
    let out_of_order = entries.windows(2).find_map(|pair| match pair {
        [first, second] if key(first) >= key(second) => Some((first, second)),
        _ => None,
    });
    match out_of_order {
        Some((first, second)) => Err(DocumentError::Order { list, first: name(first), second: name(second) }),
        None => Ok(()),
    }
}

fn short(what: &'static str, subject: &str, found: usize, most: usize) -> Result<(), DocumentError> {
    if found <= most {
        return Ok(());
    }
    Err(DocumentError::TooLong { what, subject: subject.to_owned(), found: found as u64, most: most as u64 })
}

fn one_size_each(contents: impl Iterator<Item = Content>) -> Result<(), DocumentError> {
    let mut sizes = BTreeMap::new();
    for content in contents {
        let first = *sizes.entry(content.id).or_insert(content.size);
        if first != content.size {
            return Err(DocumentError::ContentSize { id: content.id, first, second: content.size });
        }
    }
    Ok(())
}
