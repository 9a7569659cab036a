//! Paths that mean the same for another user on another PC.
//!
//! Where a text has the path of a known folder in it, a profile has a token: `<APPDATA>\Example` for
//! `C:\Users\alice\AppData\Roaming\Example`. No path of Windows can have angle brackets in it, so a token is never taken
//! for part of one; a bracket that stands in a text for itself becomes `<lt>`.

use registry::upcase;

use crate::{Folders, KnownFolder, WindowsPath};

/// The token of a user's security identifier.
const SID: &str = "SID";
/// What stands for `<`.
const LESS_THAN: &str = "lt";

/// What tokens stand for, for one user on one PC.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'f> {
    folders: &'f Folders,
    sid: Option<&'f str>,
    /// Whether the variable of a folder stands for it where it is not known.
    variables: bool,
}

/// A token that has no meaning here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("<{0}> stands for nothing that is known here")]
pub struct UnknownToken(pub String);

impl<'f> Tokens<'f> {
    /// Tokens for these folders and this user.
    pub fn new(folders: &'f Folders, sid: Option<&'f str>) -> Self {
        Self { folders, sid, variables: false }
    }

    /// The same, for texts in which whoever reads them replaces variables of the environment: where a folder is not known,
    /// its variable stands for it.
    #[must_use]
    pub fn or_variables(self) -> Self {
        Self { variables: true, ..self }
    }

    /// The text with tokens in place of known folders and of the user's SID.
    pub fn encode(&self, text: &[u16]) -> Vec<u16> {
        let mut known: Vec<(Vec<u16>, &str)> = KnownFolder::ALL
            .iter()
            .filter_map(|(folder, variable)| Some((units(&self.folders.get(*folder)?.to_string()), *variable)))
            .collect();
        known.extend(self.sid.map(|sid| (units(sid), SID)));
        // The longest first: what lies in a folder before the folder.
        known.sort_by_key(|(place, _)| std::cmp::Reverse(place.len()));
        let mut encoded = Vec::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some((&unit, after)) = rest.split_first() {
            let token = known.iter().find(|(place, _)| is_place(place, rest, before));
            if let Some((place, name)) = token {
                push_token(&mut encoded, name);
                before = place.last().copied();
                rest = rest.get(place.len()..).unwrap_or_default();
                continue;
            }
            if unit == u16::from(b'<') {
                push_token(&mut encoded, LESS_THAN);
            } else {
                encoded.push(unit);
            }
            before = Some(unit);
            rest = after;
        }
        encoded
    }

    /// The text that tokens stand for here.
    pub fn expand(&self, text: &[u16]) -> Result<Vec<u16>, UnknownToken> {
        let mut expanded = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((&unit, after)) = rest.split_first() {
            if unit != u16::from(b'<') {
                expanded.push(unit);
                rest = after;
                continue;
            }
            let end = after.iter().position(|unit| *unit == u16::from(b'>')).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            let name = String::from_utf16_lossy(name);
            match self.meaning(&name) {
                Some(meaning) => expanded.extend(meaning.encode_utf16()),
                None => return Err(UnknownToken(name)),
            }
            rest = after.split_first().map_or(&[], |(_, after)| after);
        }
        Ok(expanded)
    }

    fn meaning(&self, token: &str) -> Option<String> {
        match token {
            LESS_THAN => Some("<".to_owned()),
            SID => self.sid.map(ToOwned::to_owned),
            variable => {
                let folder = KnownFolder::ALL.iter().find(|(_, name)| *name == variable)?.0;
                let known = self.folders.get(folder).map(ToString::to_string);
                known.or_else(|| self.variables.then(|| folder.to_string()))
            }
        }
    }

    /// The file that a text names on this PC, variables of the environment replaced. Arguments behind the path, and
    /// numbers of icons, are no part of it.
    pub fn path_in(&self, text: &str) -> Option<WindowsPath> {
        let text = text.trim();
        let text = text.strip_prefix('@').unwrap_or(text);
        let text = match text.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => text,
        };
        let text = match text.rsplit_once(',') {
            Some((path, number)) if number.trim().parse::<i64>().is_ok() => path,
            _ => text,
        };
        WindowsPath::parse(&self.replace_variables(text)?)
    }

    fn replace_variables(&self, text: &str) -> Option<String> {
        let mut replaced = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            let (name, after) = after.split_once('%')?;
            replaced.push_str(before);
            replaced.push_str(&self.variable(name)?);
            rest = after;
        }
        replaced.push_str(rest);
        Some(replaced)
    }

    fn variable(&self, name: &str) -> Option<String> {
        let name = name.to_ascii_uppercase();
        let folder = match &*name {
            "WINDIR" => KnownFolder::SystemRoot,
            "ALLUSERSPROFILE" => KnownFolder::ProgramData,
            "SYSTEMDRIVE" | "HOMEDRIVE" => {
                let drive = self.folders.get(KnownFolder::SystemRoot)?.drive();
                return Some(format!("{drive}:"));
            }
            name => KnownFolder::from_variable(name)?,
        };
        self.folders.get(folder).map(ToString::to_string)
    }
}

/// Whether a place begins here, and is not merely the beginning or the end of another name.
fn is_place(place: &[u16], text: &[u16], before: Option<u16>) -> bool {
    let Some(begin) = text.get(..place.len()) else { return false };
    let alike = begin.iter().zip(place).all(|(one, other)| upcase(*one) == upcase(*other));
    alike && !before.is_some_and(is_of_word) && !text.get(place.len()).copied().is_some_and(is_of_name)
}

/// Whether a unit is of the word that a drive or a SID would be the end of.
fn is_of_word(unit: u16) -> bool {
    char::from_u32(unit.into()).is_none_or(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}

/// Whether a unit goes on with the name of a folder. A folder ends before a backslash, and before what no name has.
fn is_of_name(unit: u16) -> bool {
    !matches!(char::from_u32(unit.into()), Some('\\' | '/' | '"' | ';' | '|' | '<' | '>' | '?' | '*' | '\0'..='\u{1f}'))
}

fn push_token(text: &mut Vec<u16>, name: &str) {
    text.push(u16::from(b'<'));
    text.extend(name.encode_utf16());
    text.push(u16::from(b'>'));
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folders(profile: &str) -> Folders {
        let path = |text: &str| WindowsPath::parse(text).unwrap();
        Folders::of_windows(path(r"C:\Windows")).with_user(&path(profile))
    }

    #[test]
    fn paths_of_one_user_become_those_of_another() {
        let (alice, bob) = (folders(r"C:\Users\alice"), folders(r"D:\Zoë <3\bob"));
        let from = Tokens::new(&alice, Some("S-1-5-21-1-2-3-1001"));
        let to = Tokens::new(&bob, Some("S-1-5-21-4-5-6-1002"));
        let table = [
            (r"c:\users\ALICE\Pictures\x.jpg", r"<USERPROFILE>\Pictures\x.jpg", r"D:\Zoë <3\bob\Pictures\x.jpg"),
            (r"C:\Users\alice", "<USERPROFILE>", r"D:\Zoë <3\bob"),
            (r"C:\Users\alice2\x", r"C:\Users\alice2\x", r"C:\Users\alice2\x"),
            (r"C:\Users\alice.new", r"C:\Users\alice.new", r"C:\Users\alice.new"),
            (
                r"C:\Users\Alice\AppData\Roaming\a;C:\Windows\b",
                r"<APPDATA>\a;<SYSTEMROOT>\b",
                r"D:\Zoë <3\bob\AppData\Roaming\a;C:\Windows\b",
            ),
            (
                r#""C:\Users\alice\a b.exe" C:\Users\alice\c"#,
                r#""<USERPROFILE>\a b.exe" <USERPROFILE>\c"#,
                r#""D:\Zoë <3\bob\a b.exe" D:\Zoë <3\bob\c"#,
            ),
            // The folder of somebody else, and a form of path that tokens would not bring back.
            (r"C:\Users\alice backup\x", r"C:\Users\alice backup\x", r"C:\Users\alice backup\x"),
            (r"C:\Users\alice,x", r"C:\Users\alice,x", r"C:\Users\alice,x"),
            ("file:///C:/Users/alice/x", "file:///C:/Users/alice/x", "file:///C:/Users/alice/x"),
            (r"xC:\Users\alice\x", r"xC:\Users\alice\x", r"xC:\Users\alice\x"),
            (r"HKU\S-1-5-21-1-2-3-1001\x", r"HKU\<SID>\x", r"HKU\S-1-5-21-4-5-6-1002\x"),
            ("S-1-5-21-1-2-3-10012", "S-1-5-21-1-2-3-10012", "S-1-5-21-1-2-3-10012"),
            ("a < b <USERPROFILE>", "a <lt> b <lt>USERPROFILE>", "a < b <USERPROFILE>"),
            ("%USERPROFILE%\\x", "%USERPROFILE%\\x", "%USERPROFILE%\\x"),
        ];
        for (text, token, other) in table {
            let encoded = from.encode(&units(text));
            assert_eq!(String::from_utf16_lossy(&encoded), token);
            assert_eq!(to.expand(&encoded).map(|text| String::from_utf16_lossy(&text)), Ok(other.to_owned()));
        }
        let unknown = to.expand(&units("<NOWHERE>"));
        assert_eq!(
            unknown.map_err(|error| error.to_string()),
            Err("<NOWHERE> stands for nothing that is known here".to_owned())
        );
    }

    #[test]
    fn variables_stand_for_folders_that_are_not_known() {
        let windows = Folders::of_windows(WindowsPath::parse(r"C:\Windows").unwrap());
        let tokens = Tokens::new(&windows, None);
        let text = units(r"<APPDATA>\a;<SYSTEMROOT>\b;<lt>");
        let expanded = tokens.or_variables().expand(&text).map(|text| String::from_utf16_lossy(&text));
        assert_eq!(expanded, Ok(r"%APPDATA%\a;C:\Windows\b;<".to_owned()));
        assert_eq!(tokens.expand(&text), Err(UnknownToken("APPDATA".to_owned())));
        assert_eq!(tokens.or_variables().expand(&units("<SID>")), Err(UnknownToken("SID".to_owned())));
    }

    #[test]
    fn files_that_texts_name() {
        let alice = folders(r"C:\Users\alice");
        let tokens = Tokens::new(&alice, None);
        let table = [
            (r"C:\a\b.jpg", Some(r"C:\a\b.jpg")),
            (r"%USERPROFILE%\b.jpg", Some(r"C:\Users\alice\b.jpg")),
            (r"%SystemRoot%\media\x.wav", Some(r"C:\Windows\media\x.wav")),
            (r"@%windir%\x.dll,-21", Some(r"C:\Windows\x.dll")),
            ("\"%systemdrive%\\a b.exe\" /x", Some(r"C:\a b.exe")),
            (r"%OneDrive%\x", None),
            (r"%USERPROFILE", None),
            (r"\\server\x", None),
            ("", None),
        ];
        for (text, path) in table {
            assert_eq!(tokens.path_in(text).map(|path| path.to_string()).as_deref(), path, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_means_the_same_here(text in r"([<>a\\/;]|C:\\Users\\alice|C:\\Windows|[aA]ppData\\Roaming|S-1-5-21-9){0,12}") {
            let alice = folders(r"C:\Users\alice");
            let tokens = Tokens::new(&alice, Some("S-1-5-21-9"));
            let encoded = tokens.encode(&units(&text));
            let back = String::from_utf16(&tokens.expand(&encoded).unwrap()).unwrap();
            prop_assert_eq!(back.to_lowercase(), text.to_lowercase());
            prop_assert_eq!(tokens.encode(&units(&back)), encoded);
        }
    }
}
