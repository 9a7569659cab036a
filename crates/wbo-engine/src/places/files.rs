//! Patterns of files, and all that a file may be to them.

use registry::Name;

use super::short_name::may_be;
use crate::{Folders, Glob, KnownFolder, NameGlob, WindowsPath};

/// What belongs to patterns of files and folders, each with all that is in it.
pub(crate) struct FilePlaces<T>(Vec<(Anchor, Glob, T)>);

/// All that a file may be to a pattern: Windows has several ways into most folders, other users and older Windows have
/// theirs, and people keep copies of them.
pub(crate) struct FileForms(Vec<(Anchor, Vec<Name>)>);

/// Where a path of a rule begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    /// Anywhere.
    Any,
    /// A known folder, of any user.
    Folder(KnownFolder),
}

impl<T> FilePlaces<T> {
    /// No patterns yet.
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a file, or a folder with all that is in it.
    pub(crate) fn add(&mut self, pattern: &str, of: T) {
        let (anchor, rest) = file_pattern(pattern);
        self.0.push((anchor, Glob::new(&format!("{rest}\\**")), of));
    }

    /// What belongs to the patterns that fit one of the forms of a file, in their order.
    pub(crate) fn fitting(&self, forms: &FileForms) -> impl Iterator<Item = &T> {
        let fits = |(anchor, glob, _): &&(Anchor, Glob, T)| {
            forms.0.iter().any(|(form, names)| form == anchor && glob.matches_by(names, may_be))
        };
        self.0.iter().filter(fits).map(|(_, _, of)| of)
    }
}

impl FileForms {
    /// All that this file may be.
    pub(crate) fn of(path: &WindowsPath, folders: &Folders) -> Self {
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
        Self(forms)
    }
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

/// The name of a file as Windows opens it: without a stream, and without dots and spaces at its end.
pub(crate) fn as_opened(name: &Name) -> Name {
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
