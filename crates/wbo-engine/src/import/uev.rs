//! Settings location templates of UE-V: which settings of which programs roam, as a catalogue of ours.

mod folders;
mod toml_text;

use std::collections::BTreeSet;

use roxmltree::Node;

use self::toml_text::{literal, texts};
use super::Unknown;
use super::xml::{self, XmlError};
use crate::catalogue::Catalogue;

/// What a template became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// A file of the catalogue.
    pub catalogue: String,
    /// Its settings: the id and the title of each.
    pub settings: Vec<(String, String)>,
    /// What it says that a catalogue does not.
    pub unknown: Vec<Unknown>,
}

/// Why a file is no template that is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UevError {
    /// It is not XML, or another.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Its namespace is of no form that is known.
    #[error("its namespace is {found:?}; those of 2012, 2013 and 2013A are read")]
    OtherForm {
        /// The namespace.
        found: String,
    },
    /// It has more settings than a template has.
    #[error("it has more than {most} places of settings")]
    TooMany {
        /// The limit.
        most: usize,
    },
}

/// Places of one template. Those of a suite of office programs are some dozen.
const PLACES: usize = 1 << 12;

/// The years of the namespaces, after `…/UserExperienceVirtualization/`.
const FORMS: [&str; 3] = ["2012", "2013", "2013a"];

/// Reads a template, and makes a file of it that `catalogue` takes.
pub fn uev(bytes: &[u8], catalogue: &Catalogue) -> Result<Template, UevError> {
    let text = xml::text(bytes)?;
    let document = xml::parse(&text, "SettingsLocationTemplate")?;
    let root = document.root_element();
    refuse_other_form(root)?;
    let mut draft = Draft::of(root);
    for program in programs(root) {
        draft.program(program)?;
    }
    Ok(draft.finish(catalogue))
}

fn refuse_other_form(root: Node<'_, '_>) -> Result<(), UevError> {
    let namespace = root.tag_name().namespace().unwrap_or_default().to_ascii_lowercase();
    let mut parts = namespace.rsplit('/');
    let (last, form) = (parts.next(), parts.next());
    let known = last == Some("settingslocationtemplate") && form.is_some_and(|form| FORMS.contains(&form));
    match known && namespace.contains("/userexperiencevirtualization/") {
        true => Ok(()),
        false => Err(UevError::OtherForm { found: namespace.chars().take(200).collect() }),
    }
}

/// What has settings of its own: a single program, or the programs of a suite and what they share.
fn programs<'n, 't>(root: Node<'n, 't>) -> impl Iterator<Item = Node<'n, 't>> + use<'n, 't> {
    std::iter::once(root).chain(xml::children(root, "Common")).chain(xml::children(root, "Application"))
}

/// A catalogue while it is made.
struct Draft {
    name: String,
    /// Who says where the settings are.
    source: String,
    ids: BTreeSet<String>,
    settings: Vec<Setting>,
    unknown: Vec<Unknown>,
}

/// A setting, in the words of catalogue files.
struct Setting {
    id: String,
    title: String,
    lines: Vec<String>,
}

impl Draft {
    fn of(root: Node<'_, '_>) -> Self {
        let id = xml::text_of(root, "ID").unwrap_or_else(|| "template".to_owned());
        let name = xml::text_of(root, "Name").unwrap_or_else(|| id.clone());
        let version = xml::text_of(root, "Version").map(|version| format!(", version {version}")).unwrap_or_default();
        let source = format!("UE-V template {id}{version}");
        Self { name, source, ids: BTreeSet::new(), settings: Vec::new(), unknown: Vec::new() }
    }

    /// Takes the settings of one program.
    fn program(&mut self, program: Node<'_, '_>) -> Result<(), UevError> {
        let name = xml::text_of(program, "Name").unwrap_or_else(|| self.name.clone());
        let id = slug(&xml::text_of(program, "ID").unwrap_or_else(|| name.clone()));
        let settings = xml::children(program, "Settings").flat_map(|settings| settings.children());
        for place in settings.filter(Node::is_element) {
            if self.settings.len() + self.unknown.len() > PLACES {
                return Err(UevError::TooMany { most: PLACES });
            }
            match place.tag_name().name() {
                "Registry" => self.registry(place, &name, &id),
                "File" => self.files(place, &name, &id),
                "SystemParameter" => {
                    let why = "a parameter of Windows itself; wbo's own catalogue has the settings of Windows";
                    self.unknown(format!("SystemParameter {}", xml::content(place)), why);
                }
                "CustomAction" => {
                    self.unknown(
                        format!("CustomAction {}", xml::content(place)),
                        "a program of UE-V's, which is not run",
                    );
                }
                // When UE-V copies, which wbo does when it is told to.
                "Asynchronous" | "PreventOverlappingSynchronization" | "AlwaysApplySettings" => (),
                other => self.unknown(other.to_owned(), "it is no word of a template that is known"),
            }
        }
        Ok(())
    }

    fn registry(&mut self, place: Node<'_, '_>, name: &str, program: &str) {
        let Some(path) = xml::children(place, "Path").next() else {
            return self.unknown(format!("Registry of {name}"), "it has no path");
        };
        let text = xml::content(path);
        let key = match key_of(&text) {
            Ok(key) => key,
            Err(why) => return self.unknown(text, why),
        };
        let names: Vec<String> = xml::children(place, "Name").map(xml::content).collect();
        let is_deep = is_true(path, "Recursive");
        let mut except = Vec::new();
        for exclude in xml::children(place, "Exclude") {
            match excluded(exclude, &key, is_deep) {
                Ok(patterns) => except.extend(patterns),
                Err(why) => return self.unknown(text, why),
            }
        }
        if names.iter().any(|name| name.contains('*')) {
            return self.unknown(text, "a name in it has a star, which a catalogue takes for any characters");
        }
        let mut lines = vec![format!("key = {}", literal(&format!("HKCU\\{key}")))];
        if is_deep {
            lines.push("keys = [\"**\"]".to_owned());
        }
        if !names.is_empty() {
            lines.push(format!("values = {}", texts(&names)));
        }
        if !except.is_empty() {
            lines.push(format!("except = {}", texts(&except)));
        }
        lines.push("type = \"any\"".to_owned());
        self.setting(program, key.rsplit('\\').next().unwrap_or(&key), format!("{name}: {key}"), lines);
    }

    fn files(&mut self, place: Node<'_, '_>, name: &str, program: &str) {
        let path = xml::children(place, "Path").next();
        let below = path.map(xml::content).unwrap_or_default();
        let root = xml::children(place, "Root").next().map(folders::root);
        let shown = format!("File of {name} {below}").trim_end().to_owned();
        let folder = match root {
            Some(Ok(folder)) => folder,
            Some(Err(why)) => return self.unknown(shown, why),
            None => return self.unknown(shown, "it has no root"),
        };
        let Some(folder) = folders::below(&folder, &below) else {
            return self.unknown(shown, "its path leads out of its root, or has characters that no path has");
        };
        let deep = if path.is_some_and(|path| is_true(path, "Recursive")) { "**\\" } else { "" };
        let mut except = Vec::new();
        for exclude in xml::children(place, "Exclude") {
            match folders::excluded(exclude, &folder) {
                Some(patterns) => except.extend(patterns),
                None => return self.unknown(shown, "it leaves out something that a catalogue cannot say"),
            }
        }
        let mut masks: Vec<String> = xml::children(place, "FileMask").map(xml::content).collect();
        if masks.is_empty() {
            masks.push("*".to_owned());
        }
        for mask in masks {
            let Some(mask) = folders::mask(&mask) else {
                self.unknown(format!("{shown} {mask}"), "its mask is none that a catalogue can say");
                continue;
            };
            let mut lines = vec![format!("file = {}", literal(&format!("{folder}\\{deep}{mask}")))];
            if !except.is_empty() {
                lines.push(format!("except = {}", texts(&except)));
            }
            let last = folder.rsplit('\\').next().unwrap_or_default();
            self.setting(program, last, format!("{name}: {folder}\\{deep}{mask}"), lines);
        }
    }

    fn setting(&mut self, program: &str, last: &str, title: String, lines: Vec<String>) {
        let base = format!("uev-{program}.{}", slug(last));
        let mut id = base.clone();
        let mut number = 1_usize;
        while !self.ids.insert(id.clone()) {
            number += 1;
            id = format!("{base}-{number}");
        }
        self.settings.push(Setting { id, title, lines });
    }

    fn unknown(&mut self, place: String, why: &str) {
        self.unknown.push(Unknown { place, why: why.to_owned() });
    }

    /// The file. What the catalogue would not take is taken out again, and named with the reason.
    fn finish(mut self, catalogue: &Catalogue) -> Template {
        let flawed = self.flawed(catalogue);
        for (id, why) in &flawed {
            if let Some(at) = self.settings.iter().position(|setting| setting.id == *id) {
                let setting = self.settings.remove(at);
                self.unknown(setting.title, why);
            }
        }
        if !flawed.is_empty() && !self.flawed(catalogue).is_empty() {
            for setting in std::mem::take(&mut self.settings) {
                self.unknown(setting.title, "a catalogue does not take it");
            }
        }
        self.unknown.sort();
        self.unknown.dedup();
        let catalogue = self.text();
        let settings = self.settings.into_iter().map(|setting| (setting.id, setting.title)).collect();
        Template { catalogue, settings, unknown: self.unknown }
    }

    /// The settings that the catalogue would not take, each with the reason.
    fn flawed(&self, catalogue: &Catalogue) -> Vec<(String, String)> {
        let mut scratch = catalogue.clone();
        let Err(errors) = scratch.add("template", &self.text()) else { return Vec::new() };
        errors.0.into_iter().map(|error| (error.setting.unwrap_or_default(), error.flaw.to_string())).collect()
    }

    fn text(&self) -> String {
        let area = literal(&self.name);
        let mut text = format!("catalogue = 1\narea = {area}\ncategory = \"system\"\n");
        for setting in &self.settings {
            let (id, title) = (literal(&setting.id), literal(&setting.title));
            text.push_str(&format!("\n[[setting]]\nid = {id}\ntitle = {title}\n"));
            setting.lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
            text.push_str(&format!("sources = {}\n", texts(std::slice::from_ref(&self.source))));
        }
        text
    }
}

/// Whether an attribute says true, as XML Schema writes it.
fn is_true(node: Node<'_, '_>, name: &str) -> bool {
    node.attribute(name).is_some_and(|value| matches!(value.trim().to_ascii_lowercase().as_str(), "true" | "1"))
}

/// The names of a key below `HKCU`. UE-V is about one person's settings alone, and most paths do not say where they begin.
fn key_of(path: &str) -> Result<String, &'static str> {
    let path = path.trim_matches('\\');
    let (first, rest) = path.split_once('\\').unwrap_or((path, ""));
    let key = match first.to_ascii_uppercase().as_str() {
        "HKCU" | "HKEY_CURRENT_USER" => rest,
        "HKLM"
        | "HKCR"
        | "HKU"
        | "HKCC"
        | "HKEY_LOCAL_MACHINE"
        | "HKEY_CLASSES_ROOT"
        | "HKEY_USERS"
        | "HKEY_CURRENT_CONFIG" => return Err("it is not the person's own, and templates are about these alone"),
        _ => path,
    };
    match key {
        "" => Err("it is the whole registry of a person"),
        key if key.split('\\').any(str::is_empty) => Err("a name in its path is empty"),
        key if key.contains(char::is_control) => Err("its path has a control character in it"),
        key => Ok(key.to_owned()),
    }
}

/// What an exclusion leaves out, as `except` takes it: counted from the key. Paths that begin with the key are the same
/// ones in full. One without a path reaches as far as the setting, which `is_deep` says.
fn excluded(exclude: Node<'_, '_>, key: &str, is_deep: bool) -> Result<Vec<String>, &'static str> {
    let path = xml::children(exclude, "Path").next();
    let names: Vec<String> = xml::children(exclude, "Name").map(xml::content).collect();
    let (below, is_deep) = match path {
        None => (String::new(), is_deep),
        Some(path) => (below(&key_of(&xml::content(path)).unwrap_or_default(), key), is_true(path, "Recursive")),
    };
    if below.contains(['*', '!']) || names.iter().any(|name| name.contains(['*', '!'])) {
        return Err(
            "it leaves out a name with a star or an exclamation mark, which a catalogue takes for something else",
        );
    }
    let keys = match (below.is_empty(), is_deep) {
        (true, true) => "**".to_owned(),
        (false, true) => format!("{below}\\**"),
        (_, false) => below.clone(),
    };
    match (names.is_empty(), below.is_empty()) {
        (true, true) => Err("it leaves out nothing, or all of itself"),
        (true, false) if is_deep => Ok(vec![below]),
        (true, false) => Ok(vec![format!("{below}!*")]),
        (false, _) => Ok(names.iter().map(|name| format!("{keys}!{name}")).collect()),
    }
}

fn below(path: &str, key: &str) -> String {
    let start = path.get(..key.len()).filter(|start| start.eq_ignore_ascii_case(key));
    match start.and_then(|_| path.get(key.len()..)) {
        Some(rest) if rest.is_empty() || rest.starts_with('\\') => rest.trim_start_matches('\\').to_owned(),
        _ => path.to_owned(),
    }
}

/// A word of an id: letters and digits, with a line in place of everything else.
fn slug(text: &str) -> String {
    /// Characters of a word.
    const MOST: usize = 40;
    let mut slug = String::new();
    for character in text.chars() {
        match character.to_ascii_lowercase() {
            word if word.is_ascii_alphanumeric() => slug.push(word),
            _ if slug.ends_with('-') || slug.is_empty() => (),
            _ => slug.push('-'),
        }
        if slug.len() >= MOST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "x".to_owned() } else { slug.to_owned() }
}
