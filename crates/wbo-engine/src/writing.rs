//! What is never written, whatever a catalogue, a plan or a record of a change asks for: the rules of
//! `deny/writing.toml`. Through these places programs start, and protection ends.

mod exceptions;
mod harmless;
mod rules;

use std::fmt;
use std::sync::OnceLock;

use registry::{Change, KeyPath, Name, Value, ValueType};

use crate::places::{FileForms, FilePlaces, KeyForms, KeyPlaces, ShortName, ValuePlaces, as_opened, may_be};
use crate::{Folders, NameGlob, WindowsPath};
use exceptions::Exceptions;

pub use rules::{Exception, Only, Rule};

/// The list of what is never written.
///
/// Whoever writes asks [`WriteRules::change`] for each change of a registry and [`WriteRules::file`] for each file, last
/// of all, when nothing about it changes any more. A rule holds for a place in whatever way it is reached; its exceptions
/// hold for one spelling.
pub struct WriteRules {
    rules: Vec<Rule>,
    exceptions: Vec<Exceptions>,
    keys: KeyPlaces<usize>,
    values: ValuePlaces<usize>,
    files: FilePlaces<usize>,
    endings: Vec<(NameGlob, usize)>,
    starts: Vec<(Vec<u8>, usize)>,
    /// The rule about what leads elsewhere than it seems to.
    deceiving: Option<usize>,
}

/// That something is not written, and by which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied<'r> {
    /// The rule.
    pub rule: &'r Rule,
}

impl WriteRules {
    /// The list that wbo comes with. It is read once.
    pub fn standard() -> &'static Self {
        static STANDARD: OnceLock<WriteRules> = OnceLock::new();
        STANDARD.get_or_init(|| Self::of(rules::standard()))
    }

    fn of(rules: Vec<Rule>) -> Self {
        let mut list = Self {
            exceptions: rules.iter().map(|rule| Exceptions::of(&rule.except)).collect(),
            keys: KeyPlaces::new(),
            values: ValuePlaces::new(),
            files: FilePlaces::new(),
            endings: Vec::new(),
            starts: Vec::new(),
            deceiving: rules.iter().position(|rule| rule.deceiving),
            rules: Vec::new(),
        };
        for (index, rule) in rules.iter().enumerate() {
            rule.keys.iter().for_each(|keys| list.keys.add_with_all_below(keys, index));
            let places = rule.values.iter().filter_map(|text| text.split_once('!'));
            let named = rule.names_in.iter().flat_map(|keys| rule.names.iter().map(|name| (&**keys, &**name)));
            places.chain(named).for_each(|(keys, values)| list.values.add(keys, values, index));
            rule.files.iter().for_each(|files| list.files.add(files, index));
            list.endings.extend(rule.endings.iter().map(|ending| (NameGlob::new(&format!("*.{ending}")), index)));
            list.starts.extend(rule.starts.iter().filter_map(|start| Some((bytes_of(start)?, index))));
        }
        Self { rules, ..list }
    }

    /// The rules, in the order of the list.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// Why a key may be neither created nor deleted nor have its values changed. Where nothing is said, a value may still
    /// be denied, and so may be deleting the key.
    pub fn key(&self, key: &KeyPath) -> Option<Denied<'_>> {
        if key.names().iter().any(is_deceiving_key) {
            return self.denied(self.deceiving);
        }
        let forms = KeyForms::of(key);
        self.first(self.keys.fitting(&forms).copied(), |exceptions| exceptions.have_key(key))
    }

    /// Why a value may not be set to this, or (`None`) deleted.
    pub fn value(&self, key: &KeyPath, name: &Name, value: Option<&Value>) -> Option<Denied<'_>> {
        if key.names().iter().any(is_deceiving_key) || leads_elsewhere(name, value) {
            return self.denied(self.deceiving);
        }
        let forms = KeyForms::of(key);
        let fitting = self.keys.fitting(&forms).chain(self.values.fitting(&forms, name)).copied();
        self.first(fitting, |exceptions| exceptions.have_value(key, name, value))
    }

    /// Why this change may not be made.
    pub fn change(&self, change: &Change) -> Option<Denied<'_>> {
        match change {
            Change::CreateKey { key, .. } => self.key(key),
            Change::DeleteKey { key } => self.key(key).or_else(|| self.deleted_key(key)),
            Change::SetValue { key, name, value } => self.value(key, name, Some(value)),
            Change::DeleteValue { key, name } => self.value(key, name, None),
        }
    }

    /// Why a file may be neither written with these bytes nor (`None`) removed.
    pub fn file(&self, path: &WindowsPath, folders: &Folders, bytes: Option<&[u8]>) -> Option<Denied<'_>> {
        let Some(name) = path.names().last().map(as_opened) else { return self.denied(self.deceiving) };
        let forms = FileForms::of(path, folders);
        let starts = self.starts.iter().filter(|(start, _)| bytes.is_some_and(|bytes| bytes.starts_with(start)));
        let endings = self.endings.iter().filter(|(ending, _)| may_be(ending, &name));
        let fitting = self.files.fitting(&forms).copied();
        let fitting = fitting.chain(endings.map(|(_, rule)| *rule)).chain(starts.map(|(_, rule)| *rule));
        let denied = self.first(fitting, |exceptions| exceptions.have_file(path, folders, bytes));
        // What such a name is meant for says more than that the name is odd.
        denied.or_else(|| path.names().iter().any(is_deceiving_file).then(|| self.denied(self.deceiving))?)
    }

    /// Why a key may not be deleted with the values that it has: one of them may not be, or it is a key for one value.
    fn deleted_key(&self, key: &KeyPath) -> Option<Denied<'_>> {
        let forms = KeyForms::of(key);
        let fitting = self.keys.fitting(&forms).chain(self.values.of_key(&forms)).copied();
        self.first(fitting, |exceptions| exceptions.have_whole_key(key))
    }

    /// The first of these rules whose exceptions do not hold.
    fn first(
        &self,
        fitting: impl Iterator<Item = usize>,
        excepted: impl Fn(&Exceptions) -> bool,
    ) -> Option<Denied<'_>> {
        self.denied(fitting.filter(|rule| !self.exceptions.get(*rule).is_some_and(&excepted)).min())
    }

    fn denied(&self, rule: Option<usize>) -> Option<Denied<'_>> {
        self.rules.get(rule?).map(|rule| Denied { rule })
    }
}

/// What stands there, as a sentence without full stop.
impl fmt::Display for Denied<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rule.title)
    }
}

/// A backslash divides names for all but the kernel, and a NUL ends them: such a key would be another one to those who
/// read it.
fn is_deceiving_key(name: &Name) -> bool {
    name.is_empty() || name.units().iter().any(|unit| *unit == 0 || *unit == u16::from(b'\\'))
}

/// A key with such a value is a link to another key.
fn leads_elsewhere(name: &Name, value: Option<&Value>) -> bool {
    *name == Name::from("SymbolicLinkValue")
        || value.is_some_and(|value| value.kind == ValueType(REG_LINK))
        || name.units().contains(&0)
}

/// The type of values that lead to other keys.
const REG_LINK: u32 = 6;

/// Whether Windows would open something else than this by its name: it drops what stands at the end, takes a part for a
/// stream, knows devices, and has short names for long ones. A name with a class in it is opened as that class.
fn is_deceiving_file(name: &Name) -> bool {
    let Some(text) = name.to_text() else { return true };
    let odd = |character: char| character < ' ' || r#"<>:"/\|?*"#.contains(character);
    let stem = text.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_port = numbered.is_some_and(|rest| {
        let mut characters = rest.chars();
        characters.next().is_some_and(|digit| digit.is_ascii_digit() || "¹²³".contains(digit))
            && characters.next().is_none()
    });
    let is_device = is_port || ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"].contains(&&*stem);
    text.is_empty()
        || text.ends_with(['.', ' '])
        || text.contains(odd)
        || is_device
        || ShortName::parse(name).is_some()
        || NameGlob::new("*.{*-*-*-*-*}").matches(name)
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_cannot_be_read_denies_everything() {
        let rules = WriteRules::of(vec![rules::everything()]);
        for key in [r"HKCU\Console", r"HKLM\SOFTWARE\Example", r"HKLM\SYSTEM\CurrentControlSet\Control", "HKCR"] {
            assert!(rules.key(&KeyPath::parse(key).unwrap()).is_some(), "{key}");
        }
        let file = WindowsPath::parse(r"C:\Users\a\b.txt").unwrap();
        assert!(rules.file(&file, &Folders::default(), None).is_some());
    }

    #[test]
    fn the_list_says_what_deceives_and_how_files_begin() {
        let standard = WriteRules::standard();
        assert!(standard.deceiving.is_some());
        let starts: usize = standard.rules().map(|rule| rule.starts.len()).sum();
        assert_eq!(standard.starts.len(), starts, "each start is hexadecimal");
        assert!(standard.starts.iter().all(|(start, _)| start.len() >= 2));
    }
}
