//! Names of keys and values, and paths made of them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter;
use std::sync::Arc;

use crate::upcase;

/// The name of a key or a value: UTF-16 units in the spelling in which they were stored.
///
/// Any units can stand in a registry, a NUL or half a surrogate pair among them. Two names are equal, ordered and hashed
/// as Windows does it, by the upper case of each unit; [`Name::is_spelled_like`] compares the spelling.
#[derive(Clone, Default)]
pub struct Name(Box<[u16]>);

impl Name {
    /// A name of these units.
    pub fn from_units(units: impl Into<Box<[u16]>>) -> Self {
        Self(units.into())
    }

    /// The units as they were stored.
    pub fn units(&self) -> &[u16] {
        &self.0
    }

    /// Whether there is nothing in it. The default value of a key has such a name; a key never does.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both are written alike, upper and lower case too.
    pub fn is_spelled_like(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Text without loss, or `None` where half a surrogate pair stands alone.
    pub fn to_text(&self) -> Option<String> {
        String::from_utf16(&self.0).ok()
    }

    /// The names of a path whose parts are divided by backslashes. An empty path has none; backslashes at either end
    /// are overlooked.
    pub fn split_path(path: &str) -> Vec<Self> {
        path.split('\\').filter(|part| !part.is_empty()).map(Self::from).collect()
    }
}

/// Compares units as Windows compares names.
pub fn compare_names(one: impl IntoIterator<Item = u16>, other: impl IntoIterator<Item = u16>) -> Ordering {
    one.into_iter().map(upcase).cmp(other.into_iter().map(upcase))
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.encode_utf16().collect())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_names(self.0.iter().copied(), other.0.iter().copied())
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for &unit in &self.0 {
            upcase(unit).hash(state);
        }
        self.0.len().hash(state);
    }
}

/// Half a surrogate pair shows as `\ud83d`; everything else as it is, control characters too.
impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_units(&self.0, formatter)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.to_string())
    }
}

/// Writes text of UTF-16 units, and half a surrogate pair as an escape.
pub(crate) fn fmt_units(units: &[u16], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    use fmt::Write;
    char::decode_utf16(units.iter().copied()).try_for_each(|unit| match unit {
        Ok(character) => formatter.write_char(character),
        Err(half) => write!(formatter, "\\u{:04x}", half.unpaired_surrogate()),
    })
}

/// The keys under which everything else in a registry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// `HKEY_CLASSES_ROOT`
    ClassesRoot,
    /// `HKEY_CURRENT_USER`
    CurrentUser,
    /// `HKEY_LOCAL_MACHINE`
    LocalMachine,
    /// `HKEY_USERS`
    Users,
    /// `HKEY_CURRENT_CONFIG`
    CurrentConfig,
}

impl Root {
    /// Every root with its name and its short name.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::ClassesRoot, "HKEY_CLASSES_ROOT", "HKCR"),
        (Self::CurrentUser, "HKEY_CURRENT_USER", "HKCU"),
        (Self::LocalMachine, "HKEY_LOCAL_MACHINE", "HKLM"),
        (Self::Users, "HKEY_USERS", "HKU"),
        (Self::CurrentConfig, "HKEY_CURRENT_CONFIG", "HKCC"),
    ];

    /// The root of this name, long or short, in any case.
    pub fn from_name(name: &Name) -> Option<Self> {
        let matches =
            |(_, long, short): &&(Self, &str, &str)| *name == Name::from(*long) || *name == Name::from(*short);
        Self::ALL.iter().find(matches).map(|&(root, _, _)| root)
    }

    /// Its full name, such as `HKEY_CURRENT_USER`.
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// Its short name, such as `HKCU`.
    pub fn short_name(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ClassesRoot => ("HKEY_CLASSES_ROOT", "HKCR"),
            Self::CurrentUser => ("HKEY_CURRENT_USER", "HKCU"),
            Self::LocalMachine => ("HKEY_LOCAL_MACHINE", "HKLM"),
            Self::Users => ("HKEY_USERS", "HKU"),
            Self::CurrentConfig => ("HKEY_CURRENT_CONFIG", "HKCC"),
        }
    }
}

/// Where a key stands: a root and the names under it. Equal and ordered as names are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath {
    root: Root,
    /// Shared, since every change of a value has the path of its key, and a path may be long.
    names: Arc<[Name]>,
}

/// Why a text is no path of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{path}' does not begin with a root key; expected HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE or another, or its short form"
)]
pub struct NoRoot {
    /// The text.
    pub path: String,
}

impl KeyPath {
    /// The key that these names lead to from a root.
    pub fn new(root: Root, names: Vec<Name>) -> Self {
        Self { root, names: names.into() }
    }

    /// Reads `HKCU\Software\Example`, with the root's full or short name.
    pub fn parse(path: &str) -> Result<Self, NoRoot> {
        let mut names = Name::split_path(path).into_iter();
        let root = names.next().and_then(|name| Root::from_name(&name));
        let root = root.ok_or_else(|| NoRoot { path: path.to_owned() })?;
        Ok(Self::new(root, names.collect()))
    }

    /// The root it begins with.
    pub fn root(&self) -> Root {
        self.root
    }

    /// The names under the root.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// The key under this one that has this name.
    pub fn join(&self, name: Name) -> Self {
        Self { root: self.root, names: self.names.iter().cloned().chain(iter::once(name)).collect() }
    }

    /// The key that this one stands in, and its name there; a root stands in none.
    pub fn parent(&self) -> Option<(Self, &Name)> {
        let (name, names) = self.names.split_last()?;
        Some((Self { root: self.root, names: names.into() }, name))
    }

    /// The names that lead from `ancestor` to this key, when it is that key or stands somewhere under it.
    pub fn under(&self, ancestor: &Self) -> Option<&[Name]> {
        if self.root == ancestor.root { self.names.strip_prefix(&*ancestor.names) } else { None }
    }

    /// The same place under `new` that this key has under `old`, when it is `old` or stands somewhere under it.
    pub fn rebased(&self, old: &Self, new: &Self) -> Option<Self> {
        let names = self.under(old)?;
        Some(Self { root: new.root, names: new.names.iter().chain(names).cloned().collect() })
    }
}

/// The path with the short name of its root, such as `HKCU\Software`.
impl fmt::Display for KeyPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.root.short_name())?;
        self.names.iter().try_for_each(|name| write!(formatter, "\\{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_windows_compares_them() {
        let equal = [("Software", "SOFTWARE"), ("äöü", "ÄÖÜ"), ("", "")];
        let ordered =
            [("a", "B"), ("A", "b"), ("A", "_"), ("a", "_"), ("ab", "abc"), ("\u{10410}", "\u{ff21}"), ("ss", "ß")];
        for (one, other) in equal {
            assert_eq!(Name::from(one), Name::from(other));
        }
        for (less, more) in ordered {
            assert!(Name::from(less) < Name::from(more), "{less} < {more}");
        }
        assert_ne!(Name::from("ß"), Name::from("SS"));
        assert!(!Name::from("Software").is_spelled_like(&Name::from("SOFTWARE")));
    }

    #[test]
    fn half_a_surrogate_pair_is_kept_and_shown() {
        let name = Name::from_units([0x61, 0xd83d]);
        assert_eq!(name.to_string(), "a\\ud83d");
        assert_eq!(name.to_text(), None);
        assert_eq!(name.units(), [0x61, 0xd83d]);
    }

    #[test]
    fn a_path_is_read_with_either_name_of_its_root() {
        let path = KeyPath::parse(r"hkey_current_user\Software\Example").unwrap();
        assert_eq!(path, KeyPath::parse(r"HKCU\SOFTWARE\example\").unwrap());
        assert_eq!(path.to_string(), r"HKCU\Software\Example");
        assert_eq!(path.under(&KeyPath::parse("HKCU").unwrap()).map(<[Name]>::len), Some(2));
        assert_eq!(path.under(&KeyPath::parse("HKLM").unwrap()), None);
        assert!(KeyPath::parse(r"Software\Example").is_err());
    }
}
