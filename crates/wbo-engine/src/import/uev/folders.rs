//! Where templates begin to look for files.

use roxmltree::Node;

use crate::KnownFolder;
use crate::import::xml;

/// The folders of a person that Windows has ids for, as a catalogue writes them. Those that may be redirected to a server
/// and hold documents are not here.
const FOLDERS: [(&str, &str); 4] = [
    ("{3eb685db-65f9-4cf6-a03a-e3ef65729f3d}", "%APPDATA%"),
    ("{f1b32785-6fba-4fcf-9d55-7b8e7f157091}", "%LOCALAPPDATA%"),
    ("{a520a1a4-1780-4ff6-bd18-167343c5af16}", r"%USERPROFILE%\AppData\LocalLow"),
    ("{5e6c858f-0e22-4760-9afe-ea3317b67173}", "%USERPROFILE%"),
];

/// The folder that the root of a place is.
pub(super) fn root(root: Node<'_, '_>) -> Result<String, &'static str> {
    if let Some(id) = xml::text_of(root, "KnownFolder") {
        let known = FOLDERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&id));
        return known
            .map(|(_, folder)| (*folder).to_owned())
            .ok_or("its root is a folder of documents, or one that is not a person's own");
    }
    if let Some(variable) = xml::text_of(root, "EnvironmentVariable") {
        let folder = KnownFolder::from_variable(variable.trim_matches('%')).filter(|folder| folder.is_of_user());
        return folder
            .map(|folder| folder.to_string())
            .ok_or("its root is a variable that does not stand for a folder of a person's own");
    }
    Err("its root is what the registry says, which is another folder on each PC")
}

/// A folder below another. `None`, where the path leads elsewhere.
pub(super) fn below(folder: &str, path: &str) -> Option<String> {
    let path = path.trim_matches('\\');
    if path.is_empty() {
        return Some(folder.to_owned());
    }
    let is_name = |name: &str| !name.contains(['*', '?']) && is_pattern(name);
    path.split('\\').all(is_name).then(|| format!("{folder}\\{path}"))
}

/// A mask of files, where it is one that a catalogue has: of wildcards, the star alone.
pub(super) fn mask(mask: &str) -> Option<String> {
    // All files, in the spelling of old programs: also those whose names have no dot.
    let mask = if mask == "*.*" { "*" } else { mask };
    is_pattern(mask).then(|| mask.to_owned())
}

fn is_pattern(name: &str) -> bool {
    let unfit =
        |character: char| character.is_control() || matches!(character, '\\' | '/' | ':' | '?' | '"' | '<' | '>' | '|');
    !matches!(name, "" | "." | ".." | "**") && !name.contains(unfit)
}

/// What an exclusion leaves out, from the known folder down, as `except` takes it. `None`, where a catalogue cannot say
/// it.
pub(super) fn excluded(exclude: Node<'_, '_>, folder: &str) -> Option<Vec<String>> {
    let path = xml::children(exclude, "Path").next();
    let from_known = folder.split_once('\\').map_or("", |(_, rest)| rest);
    let below = below("", &path.map(xml::content).unwrap_or_default())?;
    let start = format!("{from_known}{below}");
    let start = start.trim_start_matches('\\');
    let deep = path.is_some_and(|path| super::is_true(path, "Recursive"));
    let masks: Vec<String> = xml::children(exclude, "FileMask").map(xml::content).collect();
    let within = |last: &str| {
        let parts = [start, if deep { "**" } else { "" }, last];
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("\\")
    };
    match &*masks {
        [] if path.is_none() => None,
        [] => Some(vec![within("*")]),
        masks => masks.iter().map(|one| mask(one).map(|one| within(&one))).collect(),
    }
}
