//! Patterns of keys, and all that a key may be to them.

use std::collections::BTreeMap;

use registry::{KeyPath, Name, Root, upcase};

use crate::{Glob, NameGlob};

/// What belongs to patterns of keys, by the names that these begin with as far as they are no patterns: a key is compared
/// with few of them.
pub(crate) struct KeyPlaces<T>(BTreeMap<Anchor, ByBeginning<T>>);

type ByBeginning<T> = BTreeMap<Vec<Name>, Vec<(Glob, T)>>;

/// What belongs to patterns of values.
pub(crate) struct ValuePlaces<T>(KeyPlaces<(NameGlob, T)>);

/// All that a key may be to a pattern. The same settings are shown to 32-bit programs elsewhere, each user's stand under
/// his SID too, and Windows keeps copies: of control sets, of what programs without rights wrote, of what they read in
/// compartments. So wherever `Software` or a control set stands in a path, a path begins.
pub(crate) struct KeyForms(Vec<(Anchor, Vec<Name>)>);

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
    /// One root, in the one way that leads there.
    Root(Root),
}

impl<T> KeyPlaces<T> {
    /// No patterns yet.
    pub(crate) fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a key with all that is below it.
    pub(crate) fn add_with_all_below(&mut self, pattern: &str, of: T) {
        let (anchor, rest) = key_pattern(pattern);
        self.add_glob(anchor, rest, Glob::new(&format!("{rest}\\**")), of);
    }

    fn add(&mut self, pattern: &str, of: T) {
        let (anchor, rest) = key_pattern(pattern);
        self.add_glob(anchor, rest, Glob::new(rest), of);
    }

    fn add_glob(&mut self, anchor: Anchor, text: &str, glob: Glob, of: T) {
        let names = text.split('\\').filter(|part| !part.is_empty()).take_while(|part| !part.contains('*'));
        let at = self.0.entry(anchor).or_default().entry(names.map(Name::from).collect()).or_default();
        at.push((glob, of));
    }

    /// What belongs to the patterns that fit one of the forms of a key.
    pub(crate) fn fitting(&self, forms: &KeyForms) -> impl Iterator<Item = &T> {
        forms.0.iter().flat_map(move |(anchor, names)| {
            let beginnings = (0..=names.len()).filter_map(|depth| names.get(..depth));
            let patterns = beginnings.filter_map(|names| self.0.get(anchor)?.get(names)).flatten();
            patterns.filter(|(glob, _)| glob.matches(names)).map(|(_, of)| of)
        })
    }
}

impl<T> ValuePlaces<T> {
    /// No patterns yet.
    pub(crate) fn new() -> Self {
        Self(KeyPlaces::new())
    }

    /// Adds values of a key.
    pub(crate) fn add(&mut self, keys: &str, values: &str, of: T) {
        self.0.add(keys, (NameGlob::new(values), of));
    }

    /// What belongs to the patterns that fit a value of this name.
    pub(crate) fn fitting(&self, forms: &KeyForms, name: &Name) -> impl Iterator<Item = &T> {
        self.0.fitting(forms).filter(|(glob, _)| glob.matches(name)).map(|(_, of)| of)
    }

    /// What belongs to the patterns of any value of a key.
    pub(crate) fn of_key(&self, forms: &KeyForms) -> impl Iterator<Item = &T> {
        self.0.fitting(forms).map(|(_, of)| of)
    }
}

impl KeyForms {
    /// All that this key may be.
    pub(crate) fn of(key: &KeyPath) -> Self {
        let is_shadow = |name: &&Name| !is(name, "WOW6432Node") && !is(name, "WowAA32Node");
        let mut names: Vec<Name> = key.names().iter().filter(is_shadow).cloned().collect();
        let mut forms = vec![(Anchor::Root(key.root()), names.clone())];
        let classes = |names: &[Name]| {
            let names = [Name::from("Classes")].into_iter().chain(names.iter().cloned());
            (Anchor::Software, names.collect())
        };
        match key.root() {
            Root::CurrentUser => forms.push((Anchor::User, names.clone())),
            Root::LocalMachine => forms.push((Anchor::Machine, names.clone())),
            Root::Users => {
                let below = names.split_off(1.min(names.len()));
                if names.first().is_some_and(is_classes_of_user) {
                    forms.push(classes(&below));
                }
                names = below;
                forms.push((Anchor::User, names.clone()));
            }
            Root::ClassesRoot => forms.push(classes(&names)),
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
        Self(forms)
    }
}

/// Where a pattern of keys begins, and the rest of it.
fn key_pattern(text: &str) -> (Anchor, &str) {
    const STARTS: [(&str, Anchor); 8] = [
        (r"HKCU\Software", Anchor::Software),
        (r"HKLM\SOFTWARE", Anchor::Software),
        (r"HKLM\SYSTEM\CurrentControlSet", Anchor::ControlSet),
        ("HKCU", Anchor::User),
        ("HKLM", Anchor::Machine),
        ("HKU", Anchor::Root(Root::Users)),
        ("HKCR", Anchor::Root(Root::ClassesRoot)),
        ("HKCC", Anchor::Root(Root::CurrentConfig)),
    ];
    let rest = |(start, anchor): &(&str, Anchor)| {
        let rest = text.strip_prefix(start)?;
        (rest.is_empty() || rest.starts_with('\\')).then_some((*anchor, rest))
    };
    STARTS.iter().find_map(rest).unwrap_or((Anchor::Any, text))
}

/// Whether this is the name under which a user's classes are mounted: a SID and `_Classes`.
pub(crate) fn is_classes_of_user(name: &Name) -> bool {
    const END: &str = "_Classes";
    let units = name.units();
    let start = units.len().saturating_sub(END.len());
    start > 0 && units.get(start..).is_some_and(|end| is_spelled(end, END))
}

/// Whether a key of this name is a control set.
pub(crate) fn is_control_set(name: &Name) -> bool {
    const NUMBERED: &str = "ControlSet";
    let number = name.units().split_at_checked(NUMBERED.len());
    let is_digit = |unit: &u16| (u16::from(b'0')..=u16::from(b'9')).contains(unit);
    is(name, "CurrentControlSet")
        || number.is_some_and(|(start, digits)| is_spelled(start, NUMBERED) && digits.iter().all(is_digit))
}

/// Whether a name is this one, in any case. It is asked of each name of each key, and so makes no other.
pub(crate) fn is(name: &Name, ascii: &str) -> bool {
    is_spelled(name.units(), ascii)
}

fn is_spelled(units: &[u16], ascii: &str) -> bool {
    units.len() == ascii.len()
        && units.iter().zip(ascii.bytes()).all(|(unit, byte)| upcase(*unit) == u16::from(byte.to_ascii_uppercase()))
}
