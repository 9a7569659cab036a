//! What a rule does not deny. A rule is meant in every disguise of its places; an exception in none: it holds for one
//! spelling of a place, or what is harmless here would open a way somewhere else.

use registry::{KeyPath, Name, Root, Value, View};

use super::harmless;
use super::rules::{Exception, Only};
use crate::catalogue::FilePath;
use crate::places::{is, is_classes_of_user, is_control_set};
use crate::{Folders, Glob, NameGlob, WindowsPath};

/// The exceptions of one rule.
pub(super) struct Exceptions(Vec<Compiled>);

struct Compiled {
    keys: Vec<KeyPattern>,
    values: Vec<(KeyPattern, NameGlob)>,
    files: Vec<FilePath>,
    demand: Demand,
}

/// Keys as the catalogue names them.
struct KeyPattern {
    root: Root,
    names: Glob,
}

/// What the data have to be.
enum Demand {
    Nothing,
    Text(Vec<NameGlob>),
    Words(Vec<NameGlob>),
    Number(Vec<u32>),
    Only(Only),
}

impl Exceptions {
    pub(super) fn of(exceptions: &[Exception]) -> Self {
        Self(exceptions.iter().map(Compiled::of).collect())
    }

    /// Whether a key may be created, for itself or for a value in it.
    pub(super) fn have_key(&self, key: &KeyPath) -> bool {
        let Some((root, names)) = plain(key) else { return false };
        self.0.iter().any(|one| {
            let mut keys = one.keys.iter().chain(one.values.iter().map(|(key, _)| key));
            keys.any(|pattern| pattern.fits(root, &names))
        })
    }

    /// Whether a key may be deleted with whatever values it has.
    pub(super) fn have_whole_key(&self, key: &KeyPath) -> bool {
        let Some((root, names)) = plain(key) else { return false };
        self.0.iter().any(|one| one.keys.iter().any(|pattern| pattern.fits(root, &names)))
    }

    /// Whether a value may become this, or (`None`) be deleted.
    pub(super) fn have_value(&self, key: &KeyPath, name: &Name, value: Option<&Value>) -> bool {
        let Some((root, names)) = plain(key) else { return false };
        self.0.iter().any(|one| {
            let mut values = one.values.iter();
            values.any(|(keys, values)| values.matches(name) && keys.fits(root, &names))
                && value.is_none_or(|value| one.demand.allows_value(value))
        })
    }

    /// Whether a file may have these bytes, or (`None`) be removed.
    pub(super) fn have_file(&self, path: &WindowsPath, folders: &Folders, bytes: Option<&[u8]>) -> bool {
        let is_there = |file: &FilePath| {
            let names = folders.get(file.folder).and_then(|folder| path.under(folder));
            names.is_some_and(|names| file.pattern.matches(names))
        };
        self.0
            .iter()
            .any(|one| one.files.iter().any(is_there) && bytes.is_none_or(|bytes| one.demand.allows_file(bytes)))
    }
}

impl Compiled {
    fn of(exception: &Exception) -> Self {
        let globs = |texts: &[String]| -> Vec<NameGlob> { texts.iter().map(|text| NameGlob::new(text)).collect() };
        let value = |text: &String| {
            let (keys, values) = text.split_once('!')?;
            Some((KeyPattern::of(keys)?, NameGlob::new(values)))
        };
        let demand = if !exception.texts.is_empty() {
            Demand::Text(globs(&exception.texts))
        } else if !exception.words.is_empty() {
            Demand::Words(globs(&exception.words))
        } else if !exception.numbers.is_empty() {
            Demand::Number(exception.numbers.clone())
        } else {
            exception.only.map_or(Demand::Nothing, Demand::Only)
        };
        Self {
            keys: exception.keys.iter().filter_map(|text| KeyPattern::of(text)).collect(),
            values: exception.values.iter().filter_map(value).collect(),
            files: exception.files.iter().filter_map(|text| FilePath::parse(text)).collect(),
            demand,
        }
    }
}

impl KeyPattern {
    fn of(text: &str) -> Option<Self> {
        let (root, rest) = text.split_once('\\')?;
        Some(Self { root: Root::from_name(&Name::from(root))?, names: Glob::new(rest) })
    }

    fn fits(&self, root: Root, names: &[Name]) -> bool {
        self.root == root && self.names.matches(names)
    }
}

impl Demand {
    fn allows_value(&self, value: &Value) -> bool {
        let text = || match value.view() {
            View::Text(units) => String::from_utf16(&units).ok(),
            _ => None,
        };
        let fits = |globs: &[NameGlob], text: &str| globs.iter().any(|glob| glob.matches(&Name::from(text)));
        match self {
            Self::Nothing => true,
            Self::Text(globs) => text().is_some_and(|text| fits(globs, &text)),
            Self::Words(globs) => text().is_some_and(|text| {
                let mut words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
                words.all(|word| fits(globs, word))
            }),
            Self::Number(numbers) => matches!(value.view(), View::Dword(number) if numbers.contains(&number)),
            Self::Only(Only::Number) => matches!(value.view(), View::Dword(_)),
            Self::Only(only) => text().is_some_and(|text| harmless::text(*only, &text)),
        }
    }

    fn allows_file(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Nothing => true,
            Self::Only(only) => harmless::file(*only, bytes),
            Self::Text(_) | Self::Words(_) | Self::Number(_) => false,
        }
    }
}

/// A key as the catalogue would name it, where there is one way only: of a user, in his own hive or under his SID, and of
/// the PC, in any control set.
fn plain(key: &KeyPath) -> Option<(Root, Vec<Name>)> {
    let names = key.names();
    match key.root() {
        Root::CurrentUser => Some((Root::CurrentUser, names.to_vec())),
        Root::LocalMachine => {
            let mut names = names.to_vec();
            if names.first().is_some_and(|name| is(name, "SYSTEM"))
                && let Some(set) = names.get_mut(1).filter(|name| is_control_set(name))
            {
                *set = Name::from("CurrentControlSet");
            }
            Some((Root::LocalMachine, names))
        }
        Root::Users => {
            let (user, below) = names.split_first()?;
            if !is_person(user) {
                return None;
            }
            let classes = if is_classes_of_user(user) { &["Software", "Classes"][..] } else { &[] };
            let names = classes.iter().map(|name| Name::from(*name)).chain(below.iter().cloned());
            Some((Root::CurrentUser, names.collect()))
        }
        Root::ClassesRoot | Root::CurrentConfig => None,
    }
}

/// Whether this is the SID of a person: of a PC or a domain, or of Entra ID. Services have others.
fn is_person(name: &Name) -> bool {
    name.to_text().is_some_and(|name| {
        let name = name.to_uppercase();
        let sid = name.strip_suffix("_CLASSES").unwrap_or(&name);
        let parts = ["S-1-5-21-", "S-1-12-1-"].iter().find_map(|start| sid.strip_prefix(start));
        parts.is_some_and(|parts| parts.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_holds_for_one_spelling_of_a_place() {
        let plain = |text: &str| {
            let names = plain(&KeyPath::parse(text).unwrap());
            names.map(|(root, names)| KeyPath::new(root, names).to_string())
        };
        let table = [
            (r"HKCU\Software\a", Some(r"HKCU\Software\a")),
            (r"HKU\S-1-5-21-1-2-3-1001\Software\a", Some(r"HKCU\Software\a")),
            (r"HKU\s-1-5-21-1-2-3-1001_CLASSES\a", Some(r"HKCU\Software\Classes\a")),
            (r"HKU\S-1-12-1-1-2-3-4\a", Some(r"HKCU\a")),
            (r"HKLM\SYSTEM\ControlSet001\a", Some(r"HKLM\SYSTEM\CurrentControlSet\a")),
            (r"HKLM\SOFTWARE\WOW6432Node\a", Some(r"HKLM\SOFTWARE\WOW6432Node\a")),
            (r"HKLM\SYSTEM\ControlSetX\a", Some(r"HKLM\SYSTEM\ControlSetX\a")),
            (r"HKU\S-1-5-18\a", None),
            (r"HKU\.DEFAULT\a", None),
            (r"HKU\S-1-5-21-x\a", None),
            (r"HKU", None),
            (r"HKCR\a", None),
            (r"HKCC\a", None),
        ];
        for (key, expected) in table {
            assert_eq!(plain(key).as_deref(), expected, "{key}");
        }
    }
}
