//! Places of secrets in the registry and among files, whichever way leads there.

use std::collections::BTreeMap;

use registry::{KeyPath, Name, Root, upcase};

use super::Rule;
use crate::{Folders, Glob, KnownFolder, NameGlob, WindowsPath};

/// The places of all rules.
pub(super) struct Places {
    keys: Keys<usize>,
    values: Keys<(NameGlob, usize)>,
    names: Vec<(NameGlob, usize)>,
    files: Vec<(Anchor, Glob, usize)>,
}

/// Patterns of keys by the names that they begin with as far as these are no patterns: a key is compared with few of them.
struct Keys<T>(BTreeMap<Anchor, ByBeginning<T>>);

type ByBeginning<T> = BTreeMap<Vec<Name>, Vec<(Glob, T)>>;

/// Where a path of a rule begins. Many places of a PC are the same to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Anchor {
    /// Anywhere.
    Any,
    /// `Software`, of any user and of the PC.
    Software,
    /// Any control set.
    ControlSet,
    /// What any user has beside his `Software`.
    User,
    /// What the PC has beside `SOFTWARE` and the control sets.
    Machine,
    /// A known folder, of any user.
    Folder(KnownFolder),
}

impl Places {
    /// The places of these rules; the first rule of a place wins.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut places = Self { keys: Keys::new(), values: Keys::new(), names: Vec::new(), files: Vec::new() };
        for (index, rule) in rules.iter().enumerate() {
            for text in &rule.keys {
                let (anchor, rest) = key_pattern(text);
                places.keys.add(anchor, rest, below(rest), index);
            }
            for (keys, value) in rule.values.iter().filter_map(|text| text.split_once('!')) {
                let (anchor, rest) = key_pattern(keys);
                places.values.add(anchor, rest, Glob::new(rest), (NameGlob::new(value), index));
            }
            places.names.extend(rule.names.iter().map(|name| (NameGlob::new(name), index)));
            places.files.extend(rule.files.iter().map(|text| {
                let (anchor, rest) = file_pattern(text);
                (anchor, below(rest), index)
            }));
        }
        places
    }

    /// The rule that denies a key as a whole.
    pub(super) fn key(&self, key: &KeyPath) -> Option<usize> {
        self.keys.fitting(&forms_of_key(key)).copied().min()
    }

    /// The rule that denies a value for where it stands.
    pub(super) fn value(&self, key: &KeyPath, name: &Name) -> Option<usize> {
        let forms = forms_of_key(key);
        self.values.fitting(&forms).filter(|(value, _)| value.matches(name)).map(|(_, rule)| *rule).min()
    }

    /// The rule that denies a value for its whole name. What has no name of its own is called as its key is.
    pub(super) fn name(&self, key: &KeyPath, name: &Name) -> Option<usize> {
        let called = if name.is_empty() { key.names().last().unwrap_or(name) } else { name };
        self.names.iter().find(|(glob, _)| glob.matches(called)).map(|(_, rule)| *rule)
    }

    /// The rule that denies a file or a folder as a whole.
    pub(super) fn file(&self, path: &WindowsPath, folders: &Folders) -> Option<usize> {
        let forms = forms_of_file(path, folders);
        let fits = |(anchor, glob, _): &&(Anchor, Glob, usize)| {
            forms.iter().any(|(form, names)| form == anchor && glob.matches_by(names, may_be))
        };
        self.files.iter().find(fits).map(|(_, _, rule)| *rule)
    }
}

impl<T> Keys<T> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn add(&mut self, anchor: Anchor, text: &str, glob: Glob, of: T) {
        let names = text.split('\\').filter(|part| !part.is_empty()).take_while(|part| !part.contains('*'));
        let at = self.0.entry(anchor).or_default().entry(names.map(Name::from).collect()).or_default();
        at.push((glob, of));
    }

    /// What belongs to the patterns that fit one of the forms of a key.
    fn fitting(&self, forms: &[(Anchor, Vec<Name>)]) -> impl Iterator<Item = &T> {
        forms.iter().flat_map(move |(anchor, names)| {
            let beginnings = (0..=names.len()).filter_map(|depth| names.get(..depth));
            let patterns = beginnings.filter_map(|names| self.0.get(anchor)?.get(names)).flatten();
            patterns.filter(|(glob, _)| glob.matches(names)).map(|(_, of)| of)
        })
    }
}

/// What a pattern stands for, and all that is below it.
fn below(pattern: &str) -> Glob {
    Glob::new(&format!("{pattern}\\**"))
}

/// Where a pattern of keys begins, and the rest of it.
fn key_pattern(text: &str) -> (Anchor, &str) {
    const STARTS: [(&str, Anchor); 5] = [
        (r"HKCU\Software", Anchor::Software),
        (r"HKLM\SOFTWARE", Anchor::Software),
        (r"HKLM\SYSTEM\CurrentControlSet", Anchor::ControlSet),
        ("HKCU", Anchor::User),
        ("HKLM", Anchor::Machine),
    ];
    let rest = |(start, anchor): &(&str, Anchor)| {
        let rest = text.strip_prefix(start)?;
        (rest.is_empty() || rest.starts_with('\\')).then_some((*anchor, rest))
    };
    STARTS.iter().find_map(rest).unwrap_or((Anchor::Any, text))
}

/// Where a pattern of files begins, and the rest of it.
fn file_pattern(text: &str) -> (Anchor, &str) {
    let of_folder = || {
        let (variable, rest) = text.strip_prefix('%')?.split_once('%')?;
        Some((Anchor::Folder(merged(KnownFolder::from_variable(variable)?)), rest))
    };
    of_folder().unwrap_or((Anchor::Any, text))
}

/// Programs confuse the two folders of application data, so rules do not tell them apart.
fn merged(folder: KnownFolder) -> KnownFolder {
    if folder == KnownFolder::LocalAppData { KnownFolder::AppData } else { folder }
}

/// All that a key may be to a rule. The same settings are shown to 32-bit programs elsewhere, each user's stand under his
/// SID too, and Windows keeps copies: of control sets, of what programs without rights wrote, of what they read in
/// compartments. So wherever `Software` or a control set stands in a path, a path begins.
fn forms_of_key(key: &KeyPath) -> Vec<(Anchor, Vec<Name>)> {
    let is_shadow = |name: &&Name| !is(name, "WOW6432Node") && !is(name, "WowAA32Node");
    let mut names: Vec<Name> = key.names().iter().filter(is_shadow).cloned().collect();
    let mut forms = Vec::new();
    match key.root() {
        Root::CurrentUser => forms.push((Anchor::User, names.clone())),
        Root::LocalMachine => forms.push((Anchor::Machine, names.clone())),
        Root::Users => {
            names = names.split_off(1.min(names.len()));
            forms.push((Anchor::User, names.clone()));
        }
        Root::ClassesRoot => {}
        Root::CurrentConfig => {
            let place = ["CurrentControlSet", "Hardware Profiles", "Current"];
            names.splice(0..0, place.map(Name::from));
        }
    }
    for (at, name) in names.iter().enumerate() {
        let rest = || names.get(at + 1..).unwrap_or_default().to_vec();
        if is(name, "Software") {
            forms.push((Anchor::Software, rest()));
        } else if is_control_set(name) {
            forms.push((Anchor::ControlSet, rest()));
        }
    }
    forms.push((Anchor::Any, names));
    forms
}

fn is_control_set(name: &Name) -> bool {
    const NUMBERED: &str = "ControlSet";
    let number = name.units().split_at_checked(NUMBERED.len());
    let is_digit = |unit: &u16| (u16::from(b'0')..=u16::from(b'9')).contains(unit);
    is(name, "CurrentControlSet")
        || number.is_some_and(|(start, digits)| is_spelled(start, NUMBERED) && digits.iter().all(is_digit))
}

/// Whether a name is this one, in any case. It is asked of each name of each key, and so makes no other.
fn is(name: &Name, ascii: &str) -> bool {
    is_spelled(name.units(), ascii)
}

fn is_spelled(units: &[u16], ascii: &str) -> bool {
    units.len() == ascii.len()
        && units.iter().zip(ascii.bytes()).all(|(unit, byte)| upcase(*unit) == u16::from(byte.to_ascii_uppercase()))
}

/// All that a file may be to a rule: Windows has several ways into most folders, other users and older Windows have
/// theirs, and people keep copies of them.
fn forms_of_file(path: &WindowsPath, folders: &Folders) -> Vec<(Anchor, Vec<Name>)> {
    let path = WindowsPath::new(path.drive(), path.names().iter().map(as_opened).collect());
    let mut forms = Vec::new();
    let mut add = |folder: KnownFolder, names: &[Name]| {
        let mut names = names;
        if folder == KnownFolder::AppData || folder == KnownFolder::ProgramData {
            names = without_links(names);
        }
        let mut names = names.to_vec();
        let first = names.first_mut().filter(|_| folder == KnownFolder::SystemRoot);
        if let Some(first) = first.filter(|first| is_one_of(first, &["Sysnative", "SysWOW64"])) {
            *first = Name::from("System32");
        }
        forms.push((Anchor::Folder(merged(folder)), names));
    };
    for (folder, _) in KnownFolder::ALL {
        if let Some(names) = folders.get(folder).and_then(|place| path.under(place)) {
            add(folder, names);
        }
    }
    let names = path.names();
    for (at, name) in names.iter().enumerate() {
        let rest = |skip: usize| names.get(at + 1 + skip..).unwrap_or_default();
        let next = |known: &[&str]| rest(0).first().is_some_and(|next| is_one_of(next, known));
        if is_one_of(name, &["Users", "Documents and Settings", "ServiceProfiles"]) {
            add(KnownFolder::UserProfile, rest(1));
            if next(&["All Users"]) {
                add(KnownFolder::ProgramData, rest(1));
            }
        } else if is_one_of(name, &["systemprofile"]) {
            add(KnownFolder::UserProfile, rest(0));
        } else if is_one_of(name, &["AppData"]) {
            let inner = next(&["Roaming", "Local", "LocalLow"]);
            add(KnownFolder::AppData, rest(usize::from(inner)));
        } else if is_one_of(name, &["Application Data", "Local Settings"]) {
            add(KnownFolder::AppData, rest(0));
        } else if is_one_of(name, &["LocalCache"]) && next(&["Roaming", "Local"]) {
            add(KnownFolder::AppData, rest(1));
        }
        if is_one_of(name, &["ProgramData"]) {
            add(KnownFolder::ProgramData, rest(0));
        }
        if is_one_of(name, &["Windows", "WINNT"]) {
            add(KnownFolder::SystemRoot, rest(0));
        }
    }
    forms.push((Anchor::Any, names.to_vec()));
    forms
}

/// The name of a file as Windows opens it: without a stream, and without dots and spaces at its end.
fn as_opened(name: &Name) -> Name {
    let units = name.units();
    let stream = units.iter().position(|&unit| unit == u16::from(b':')).unwrap_or(units.len());
    let units = units.get(..stream).unwrap_or(units);
    let is_kept = |unit: &u16| *unit != u16::from(b'.') && *unit != u16::from(b' ');
    let end = units.iter().rposition(is_kept).map_or(0, |last| last + 1);
    Name::from_units(units.get(..end).unwrap_or(units))
}

/// Past the links by which Windows keeps old programs going: `Application Data` in application data leads to itself.
fn without_links(names: &[Name]) -> &[Name] {
    match names.split_first() {
        Some((first, rest)) if is_one_of(first, &["Application Data"]) => without_links(rest),
        _ => names,
    }
}

fn is_one_of(name: &Name, known: &[&str]) -> bool {
    known.iter().any(|known| may_be(&NameGlob::new(known), name))
}

/// Whether the name fits, or is a short name that Windows may have given to one that fits.
fn may_be(glob: &NameGlob, name: &Name) -> bool {
    glob.matches(name) || ShortName::parse(name).is_some_and(|short| short.may_stand_for(&glob.to_string()))
}

/// A name as old programs see it, such as `MICROS~1` or `LOGINS~2.JSO`.
struct ShortName {
    stem: String,
    extension: String,
}

impl ShortName {
    fn parse(name: &Name) -> Option<Self> {
        let name = name.to_text()?.to_uppercase();
        let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
        let (stem, number) = stem.split_once('~')?;
        let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
        let fits = stem.chars().count() <= 6 && extension.chars().count() <= 3;
        (is_number && fits).then(|| Self { stem: stem.to_owned(), extension: extension.to_owned() })
    }

    /// Whether this may be the short name of a name that fits a pattern. After four names that begin alike, Windows
    /// keeps two characters only and adds four digits that stand for the whole name.
    fn may_stand_for(&self, pattern: &str) -> bool {
        let pattern = pattern.to_uppercase();
        let (stem, extension) = pattern.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).unwrap_or((&pattern, ""));
        let known = |text: &str| -> String {
            let kept = text.chars().filter(|character| !matches!(character, ' ' | '.'));
            kept.take_while(|character| *character != '*')
                .map(|character| if "+,;=[]".contains(character) { '_' } else { character })
                .collect()
        };
        let is_open = |text: &str| text.contains('*');
        let begins_alike = |short: &str, long: &str, open: bool| {
            let mut long = long.chars();
            short.chars().all(|character| long.next().map_or(open, |other| other == character))
        };
        let (long, open) = (known(stem), is_open(stem));
        let tail: Vec<char> = self.stem.chars().skip(2).collect();
        let is_digest = tail.len() == 4 && tail.iter().all(char::is_ascii_hexdigit);
        let head: String = self.stem.chars().take(2).collect();
        // A pattern that begins with a star says too little to be told from a short name, but by its extension.
        let says_enough = !long.is_empty() || (!extension.is_empty() && !is_open(extension));
        let stem_fits = begins_alike(&self.stem, &long, open) || (is_digest && begins_alike(&head, &long, open));
        let extension_fits = match extension {
            "" => open || self.extension.is_empty(),
            _ => is_open(extension) || known(extension).chars().take(3).collect::<String>() == self.extension,
        };
        says_enough && stem_fits && extension_fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stand_for_long_ones() {
        let may = [
            ("MICROS~1", "Microsoft"),
            ("micros~12", "Microsoft"),
            ("MI1A2B~1", "Microsoft"),
            ("LOGIND~1", "Login Data*"),
            ("LOGINS~1.JSO", "logins.json"),
            ("SSH~1", ".ssh"),
            ("GIT-CR~1", ".git-credentials"),
            ("DOCUME~1", "Documents and Settings"),
            ("MYKEYS~1.KDB", "*.kdbx"),
        ];
        let may_not = [
            ("MICROS~1", "Mozilla"),
            ("MICROSOFT~1", "Microsoft"),
            ("MICROS~X", "Microsoft"),
            ("LOGINS~1.XML", "logins.json"),
            ("~1", "a.b"),
            ("MICROS~1.X", "Microsoft"),
            ("HOLIDA~1.JPG", "*Key*"),
        ];
        for (short, long) in may {
            assert!(may_be(&NameGlob::new(long), &Name::from(short)), "{short} {long}");
        }
        for (short, long) in may_not {
            assert!(!may_be(&NameGlob::new(long), &Name::from(short)), "{short} {long}");
        }
    }
}
