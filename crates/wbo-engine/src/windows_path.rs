//! Where a file stands on a Windows, in Windows' own words.

use std::fmt;

use registry::Name;

/// A drive and the names below its root, such as `C:\Users\alice`. Names are the same in upper and lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsPath {
    drive: char,
    names: Vec<Name>,
}

impl WindowsPath {
    /// The file that these names lead to on a drive.
    pub fn new(drive: char, names: Vec<Name>) -> Self {
        Self { drive: drive.to_ascii_uppercase(), names }
    }

    /// Reads `C:\Users\alice`, also with slashes or with `\\?\` before it. Nothing else is a place on a drive: no UNC
    /// path, no path that begins anywhere else, none with `.` or `..` in it, none with a stream.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(r"\\?\").unwrap_or(text);
        let mut characters = text.chars();
        let drive = characters.next().filter(char::is_ascii_alphabetic)?;
        let rest = characters.as_str().strip_prefix(':')?;
        if !rest.is_empty() && !rest.starts_with(['\\', '/']) {
            return None;
        }
        let names: Vec<&str> = rest.split(['\\', '/']).filter(|name| !name.is_empty()).collect();
        if names.iter().any(|name| matches!(*name, "." | "..") || name.contains(':')) {
            return None;
        }
        Some(Self::new(drive, names.into_iter().map(Name::from).collect()))
    }

    /// The letter of its drive, in upper case.
    pub fn drive(&self) -> char {
        self.drive
    }

    /// The names below the drive's root.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// The file or folder of this name in this one.
    pub fn join(&self, name: impl Into<Name>) -> Self {
        let mut names = self.names.clone();
        names.push(name.into());
        Self { drive: self.drive, names }
    }

    /// The folder that it stands in; `None` for the root of a drive.
    pub fn parent(&self) -> Option<Self> {
        let (_, names) = self.names.split_last()?;
        Some(Self { drive: self.drive, names: names.to_vec() })
    }

    /// What several names lead to from here.
    pub fn join_all<'n>(&self, names: impl IntoIterator<Item = &'n Name>) -> Self {
        let mut path = self.clone();
        path.names.extend(names.into_iter().cloned());
        path
    }

    /// The names that lead from `folder` to this file, when it stands somewhere in it.
    pub fn under(&self, folder: &Self) -> Option<&[Name]> {
        if self.drive == folder.drive { self.names.strip_prefix(&*folder.names) } else { None }
    }
}

impl fmt::Display for WindowsPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", self.drive)?;
        if self.names.is_empty() {
            return formatter.write_str("\\");
        }
        self.names.iter().try_for_each(|name| write!(formatter, "\\{name}"))
    }
}

impl fmt::Debug for WindowsPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_a_drive() {
        let places = [
            (r"c:\Users\Zoë", r"C:\Users\Zoë"),
            (r"D:/a//b\", r"D:\a\b"),
            (r"C:", r"C:\"),
            (r"C:\", r"C:\"),
            (r"\\?\C:\a", r"C:\a"),
        ];
        for (text, shown) in places {
            assert_eq!(WindowsPath::parse(text).map(|path| path.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in
            ["", r"\\server\share\x", r"a\b", r"C:a", r"C:\a\..\b", r"C:\a:stream", r"\Windows", r"\\?\UNC\s\x", "ä:\\"]
        {
            assert_eq!(WindowsPath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_path_is_under_a_folder_whatever_its_case() {
        let folder = WindowsPath::new('c', vec!["users".into(), "zoë".into()]);
        let file = WindowsPath::new('C', vec!["Users".into(), "ZOË".into(), "a.txt".into()]);
        assert_eq!(file.under(&folder), Some(&["a.txt".into()][..]));
        assert_eq!(file.under(&file), Some(&[][..]));
        assert_eq!(folder.under(&file), None);
        assert_eq!(file.under(&WindowsPath::new('D', vec![])), None);
    }
}
