//! Where a setting is: keys, values, bits of values, files.

use std::fmt;

use registry::{KeyPath, Name, Root};

use super::words::{Each, Kind, MergeBy, Unit};
use crate::forms::Form;
use crate::{Glob, KnownFolder, NameGlob};

/// A place: in the registry or among files.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Keys and values.
    Registry(Box<RegistryPlace>),
    /// Files.
    Files(FilesPlace),
}

/// Keys and values of the registry.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistryPlace {
    /// The file whose own registry is meant, where it is not that of the user or the PC.
    pub hive: Option<FilePath>,
    /// Where everything else starts.
    pub key: KeyPath,
    /// Which keys below it; `None`: that key alone.
    pub keys: Option<Vec<Glob>>,
    /// Which values of those keys.
    pub values: Values,
    /// What an instance is.
    pub each: Option<Each>,
    /// What is left out.
    pub except: Vec<Except>,
    /// Which bits of the value, where it is not the whole of it.
    pub bits: Option<Bits>,
    /// Whether what a target has and a profile lacks stays: entries of programs, of which each PC has its own.
    pub keep_others: bool,
    /// Whether files that the values name come along.
    pub follow: bool,
    /// What of a value is merged by itself, where it is not merged as a whole.
    pub merge: Option<MergeBy>,
    /// What the values hold.
    pub kind: Kind,
    /// What that means.
    pub form: Option<Form>,
    /// What numbers count.
    pub unit: Option<Unit>,
    /// What values mean, by the value as text, as they stand in the file.
    pub labels: Vec<(String, String)>,
    /// What Windows does while the value is absent.
    pub default: Option<Fallback>,
}

/// Which values of a key are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// All of them.
    All,
    /// One; the empty name is the key's default value.
    One(Name),
    /// Those that fit one of these. One without a star is captured as absent where it is not there.
    Some(Vec<NameGlob>),
}

/// What is left out of a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Except {
    /// Keys, from where the place starts; those of an instance begin with its name.
    pub keys: Glob,
    /// Values of these keys; `None` means the keys as a whole.
    pub values: Option<NameGlob>,
}

/// Some bits of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// The byte of binary data that the lowest bits of the mask are laid over. `None` for numbers.
    pub byte: Option<usize>,
    /// Which bits.
    pub mask: u32,
}

/// Files below a known folder.
#[derive(Clone, Debug, PartialEq)]
pub struct FilesPlace {
    /// Which files.
    pub files: FilePath,
    /// What an instance is.
    pub each: Option<Each>,
    /// What is left out, from the known folder down.
    pub except: Vec<Glob>,
    /// The part whose followed files make these unnecessary.
    pub unless: Option<String>,
    /// What the files hold.
    pub form: Option<Form>,
}

/// A pattern of files below a known folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath {
    /// The folder.
    pub folder: KnownFolder,
    /// The names from there.
    pub pattern: Glob,
}

/// A value of a key, as policies are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuePath {
    /// The key.
    pub key: KeyPath,
    /// The value.
    pub name: Name,
}

/// What holds while a value is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

impl Place {
    /// What an instance is, where there may be several.
    pub fn each(&self) -> Option<Each> {
        match self {
            Self::Registry(place) => place.each,
            Self::Files(place) => place.each,
        }
    }

    /// What the data mean, beyond their type.
    pub fn form(&self) -> Option<Form> {
        match self {
            Self::Registry(place) => place.form,
            Self::Files(place) => place.form,
        }
    }

    /// What of a value is merged by itself, where it is not merged as a whole.
    pub fn merge(&self) -> Option<MergeBy> {
        match self {
            Self::Registry(place) => place.merge,
            Self::Files(_) => None,
        }
    }

    /// Whether it belongs to the PC and not to one user.
    pub(super) fn is_of_machine(&self) -> bool {
        match self {
            Self::Registry(place) => match &place.hive {
                Some(file) => !file.folder.is_of_user(),
                None => place.key.root() == Root::LocalMachine,
            },
            Self::Files(place) => !place.files.folder.is_of_user(),
        }
    }
}

impl RegistryPlace {
    /// Whether it takes a value of the key that these names lead to from where it starts.
    pub(crate) fn takes(&self, below: &[Name], name: &Name) -> bool {
        let fits_value = match &self.values {
            Values::All => true,
            Values::One(one) => one == name,
            Values::Some(globs) => globs.iter().any(|glob| glob.matches(name)),
        };
        fits_value && self.takes_key(below) && !self.excludes_value(below, name)
    }

    /// Whether it takes values of the key that these names lead to from where it starts.
    pub(crate) fn takes_key(&self, below: &[Name]) -> bool {
        let from_instance = match (self.each, below.split_first()) {
            (Some(Each::Key), None) => return false,
            (Some(Each::Key), Some((_, rest))) => rest,
            _ => below,
        };
        let fits = match &self.keys {
            None => from_instance.is_empty(),
            Some(globs) => globs.iter().any(|glob| glob.matches(from_instance)),
        };
        let mut ways = (1..=below.len()).filter_map(|depth| below.get(..depth));
        fits && !ways.any(|names| self.excludes_key(names))
    }

    /// Whether a key is left out, with all that is in it. Names lead there from where the place starts.
    pub(crate) fn excludes_key(&self, names: &[Name]) -> bool {
        self.except.iter().any(|except| except.values.is_none() && except.keys.matches(names))
    }

    /// Whether a value of a key is left out.
    pub(crate) fn excludes_value(&self, names: &[Name], name: &Name) -> bool {
        let fits = |values: &Option<NameGlob>| values.as_ref().is_none_or(|glob| glob.matches(name));
        self.except.iter().any(|except| fits(&except.values) && except.keys.matches(names))
    }
}

impl FilePath {
    /// Reads `%APPDATA%\Example\*.txt`.
    pub fn parse(text: &str) -> Option<Self> {
        let (variable, rest) = text.strip_prefix('%')?.split_once('%')?;
        let folder = KnownFolder::from_variable(variable)?;
        let pattern = rest.strip_prefix('\\')?;
        let parts = || pattern.split('\\');
        let flawed = parts().any(|part| part.is_empty() || part == "." || part == ".." || part.contains(['/', ':']));
        (!flawed).then(|| Self { folder, pattern: Glob::new(pattern) })
    }
}

impl ValuePath {
    /// Reads `HKLM\SOFTWARE\Policies\Example!Value`. What is among no policies is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, name) = text.rsplit_once('!')?;
        let key = user_or_machine(key)?;
        let among = |folder: &str| key.names().contains(&Name::from(folder));
        (!name.is_empty() && (among("Policies") || among("PolicyManager")))
            .then(|| Self { key, name: Name::from(name) })
    }
}

/// The key of a path below one of the two roots that settings have.
pub(super) fn user_or_machine(path: &str) -> Option<KeyPath> {
    let key = KeyPath::parse(path).ok()?;
    let known = matches!(key.root(), Root::CurrentUser | Root::LocalMachine);
    (known && !key.names().is_empty()).then_some(key)
}

impl fmt::Display for FilePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\\{}", self.folder, self.pattern)
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}!{}", self.key, self.name)
    }
}

/// The place as people write it: the key and the value, or the files.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(place) => place.fmt(formatter),
            Self::Files(place) => place.files.fmt(formatter),
        }
    }
}

impl fmt::Display for RegistryPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.hive {
            write!(formatter, "{file}: ")?;
        }
        write!(formatter, "{}", self.key)?;
        if self.each == Some(Each::Key) {
            formatter.write_str("\\*")?;
        }
        let keys: Vec<String> =
            self.keys.iter().flatten().map(ToString::to_string).filter(|keys| !keys.is_empty()).collect();
        if !keys.is_empty() {
            write!(formatter, "\\{}", keys.join(" | "))?;
        }
        match &self.values {
            Values::All => formatter.write_str("!*")?,
            Values::One(name) if name.is_empty() => formatter.write_str("!(default)")?,
            Values::One(name) => write!(formatter, "!{name}")?,
            Values::Some(names) => {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                write!(formatter, "!{}", names.join(" | "))?;
            }
        }
        match self.bits {
            Some(Bits { byte: Some(byte), mask }) => write!(formatter, ", bits {mask:#x} of byte {byte}"),
            Some(Bits { byte: None, mask }) => write!(formatter, ", bits {mask:#x}"),
            None => Ok(()),
        }
    }
}
