//! What never leaves a PC, whatever a catalogue asks for: the rules of `deny/secrets.toml`, and searches in contents.

mod content;
mod places;
mod rules;
mod sign_in;
mod words;

use std::fmt;
use std::sync::OnceLock;

use registry::{KeyPath, Name, Value};

use crate::{Folders, WindowsPath};
use content::Contents;
use places::Places;
use words::Words;

pub use rules::{Alphabet, Detector, Rule, Shape};

/// The list of what is never captured.
///
/// A caller asks [`Secrets::key`] and [`Secrets::file`] before it enters a place, [`Secrets::value`] for each value, and
/// [`Secrets::content`] for each file. What is denied is left out as a whole: half a secret is one.
pub struct Secrets {
    rules: Vec<Rule>,
    places: Places,
    words: Words,
    contents: Contents,
}

/// That something is a secret, and by which rule. It holds nothing of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// What the rule looked at.
    pub found: Found,
}

/// What told that something is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Found {
    /// Where it stands.
    Place,
    /// How it is called.
    Name,
    /// What is in it.
    Content,
}

impl Secrets {
    /// The list that wbo comes with. It is read once.
    pub fn standard() -> &'static Self {
        static STANDARD: OnceLock<Secrets> = OnceLock::new();
        STANDARD.get_or_init(|| Self::of(rules::standard()))
    }

    fn of(rules: Vec<Rule>) -> Self {
        let places = Places::of(&rules);
        let words = Words::of(&rules);
        let contents = Contents::of(&rules);
        Self { rules, places, words, contents }
    }

    /// The rules, in the order of the list.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule that denies a key with all that is in it, so that nobody need enter it.
    pub fn key(&self, key: &KeyPath) -> Option<&Rule> {
        self.rule(self.places.key(key)?)
    }

    /// Whether a value is a secret: by its place, its name or its data.
    pub fn value(&self, key: &KeyPath, name: &Name, value: &Value) -> Option<Denied<'_>> {
        let denied = |rule, found| self.rule(rule).map(|rule| Denied { rule, found });
        if let Some(rule) = self.places.key(key).or_else(|| self.places.value(key, name)) {
            return denied(rule, Found::Place);
        }
        if let Some(rule) = self.places.name(key, name).or_else(|| self.words.value(key, name, value)) {
            return denied(rule, Found::Name);
        }
        let name = name.to_string();
        self.content(&value.data).or_else(|| self.content(name.as_bytes()))
    }

    /// The rule that denies a file, or a folder with all that is in it.
    pub fn file(&self, path: &WindowsPath, folders: &Folders) -> Option<&Rule> {
        self.rule(self.places.file(path, folders)?)
    }

    /// Whether bytes hold a secret, whoever keeps them and under whatever name.
    pub fn content(&self, bytes: &[u8]) -> Option<Denied<'_>> {
        let rule = self.rule(self.contents.search(bytes, &self.words)?)?;
        Some(Denied { rule, found: Found::Content })
    }

    fn rule(&self, index: usize) -> Option<&Rule> {
        self.rules.get(index)
    }
}

/// A sentence about the reason, without what is in the secret.
impl fmt::Display for Denied<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = &self.rule.title;
        match self.found {
            Found::Place => write!(formatter, "its place is for secrets: {title}"),
            Found::Name => write!(formatter, "its name says that it is a secret: {title}"),
            Found::Content => write!(formatter, "a secret is in it: {title}"),
        }
    }
}
