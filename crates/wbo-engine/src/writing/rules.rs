//! The rules as `deny/writing.toml` has them.

use serde::Deserialize;

/// One rule: what is never written, and what of it is harmless all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Its name, which never changes.
    pub id: String,
    /// What stands there, as a sentence without full stop.
    pub title: String,
    /// Keys with all that is in them.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Values of keys, as `KEYS!VALUES`.
    #[serde(default)]
    pub values: Vec<String>,
    /// Names of values in the keys of [`Rule::names_in`].
    #[serde(default)]
    pub names: Vec<String>,
    /// Where [`Rule::names`] are meant.
    #[serde(default)]
    pub names_in: Vec<String>,
    /// Files, and folders with all that is in them.
    #[serde(default)]
    pub files: Vec<String>,
    /// How names of files end, after the dot.
    #[serde(default)]
    pub endings: Vec<String>,
    /// The bytes with which files begin, in hexadecimal.
    #[serde(default)]
    pub starts: Vec<String>,
    /// Whether it is about names that lead elsewhere than they seem to, and values that do.
    #[serde(default)]
    pub deceiving: bool,
    /// What this rule, and no other, does not deny.
    #[serde(default)]
    pub except: Vec<Exception>,
}

/// Something harmless in a place that a rule denies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Keys, to be created and deleted. It says nothing of their values.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Values as `KEYS!VALUES`, to be set and deleted. Their keys may be created.
    #[serde(default)]
    pub values: Vec<String>,
    /// Files.
    #[serde(default)]
    pub files: Vec<String>,
    /// Patterns of texts, one of which the value has to be.
    #[serde(default)]
    pub texts: Vec<String>,
    /// Patterns of words, of which the value has to consist.
    #[serde(default)]
    pub words: Vec<String>,
    /// Numbers, one of which the value has to be.
    #[serde(default)]
    pub numbers: Vec<u32>,
    /// What else the value or the file has to be.
    pub only: Option<Only>,
    /// Why it is harmless.
    pub reason: String,
}

/// What a value or a file has to be to be harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    /// A number of 32 bits.
    Number,
    /// A screen saver of Windows' own folder.
    ScreenSaver,
    /// A folder on a drive that is no part of the Start menu.
    LocalFolder,
    /// Such folders, divided by semicolons.
    LocalFolders,
    /// A shortcut to something on a drive.
    ShellLink,
    /// A theme without programs and without addresses.
    Theme,
    /// A phone book whose connections load nothing.
    PhoneBook,
}

impl Only {
    /// What it demands, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::ScreenSaver => "a screen saver of Windows' own folder",
            Self::LocalFolder => "a folder on a drive, outside the Start menu",
            Self::LocalFolders => "folders on drives, outside the Start menu",
            Self::ShellLink => "a shortcut to something on a drive",
            Self::Theme => "without another screen saver, and without anything from the network",
            Self::PhoneBook => "without libraries and scripts of connections",
        }
    }
}

impl Exception {
    /// What it demands of the data, for people.
    pub fn demands(&self) -> Option<String> {
        let quoted = |texts: &[String]| -> Vec<String> { texts.iter().map(|text| format!("`{text}`")).collect() };
        let demands = [
            (!self.texts.is_empty()).then(|| quoted(&self.texts).join(", ").replace("``", "the empty text")),
            (!self.words.is_empty()).then(|| format!("the words {}", quoted(&self.words).join(", "))),
            (!self.numbers.is_empty()).then(|| self.numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
            self.only.map(|only| only.title().to_owned()),
        ];
        demands.into_iter().flatten().next()
    }
}

/// The rules that wbo comes with.
pub(super) fn standard() -> Vec<Rule> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        rule: Vec<Rule>,
    }
    // The text is part of the program, and a test reads it; a list that cannot be read would deny everything.
    toml::from_str::<File>(STANDARD).map_or_else(|_| vec![everything()], |file| file.rule)
}

/// A rule that denies all keys and files.
pub(super) fn everything() -> Rule {
    Rule {
        id: "everything".to_owned(),
        title: "the list of what is never written cannot be read, so nothing is".to_owned(),
        keys: vec!["**".to_owned()],
        files: vec!["**".to_owned()],
        ..Rule::default()
    }
}

const STANDARD: &str = include_str!("../../deny/writing.toml");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_reads() {
        let rules: toml::Value = toml::from_str(STANDARD).unwrap();
        let rules = rules.get("rule").and_then(toml::Value::as_array).unwrap().len();
        let error = toml::from_str::<toml::Table>(STANDARD).err();
        assert_eq!(standard().len(), rules, "{error:?}");
        let ids: BTreeSet<_> = standard().into_iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), rules, "each id stands once");
        assert!(!ids.contains(&everything().id));
    }

    #[test]
    fn every_rule_says_something() {
        let starts = |text: &String, starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
        for rule in standard() {
            let places = [&rule.keys, &rule.values, &rule.names, &rule.files, &rule.endings, &rule.starts];
            assert!(rule.deceiving || places.iter().any(|list| !list.is_empty()), "{}", rule.id);
            assert_eq!(rule.names.is_empty(), rule.names_in.is_empty(), "{}", rule.id);
            assert!(!rule.title.ends_with('.') && !rule.title.is_empty(), "{}", rule.id);
            let keys = rule.keys.iter().chain(&rule.values).chain(&rule.names_in);
            for key in keys {
                assert!(starts(key, &["HKCU\\", "HKLM\\", "HKU", "HKCR", "HKCC", "**\\"]), "{key}");
            }
            rule.files.iter().for_each(|file| assert!(starts(file, &["%", "**"]), "{file}"));
            rule.values.iter().for_each(|value| assert!(value.contains('!'), "{value}"));
            for exception in &rule.except {
                let of_data = !exception.values.is_empty() || !exception.files.is_empty();
                assert!(of_data || exception.demands().is_none(), "{}: {exception:?}", rule.id);
                assert!(!exception.reason.is_empty(), "{}", rule.id);
                let demands = [&exception.texts, &exception.words].iter().filter(|texts| !texts.is_empty()).count()
                    + usize::from(!exception.numbers.is_empty())
                    + usize::from(exception.only.is_some());
                assert!(demands <= 1, "{}: an exception demands one thing", rule.id);
                for key in exception.keys.iter().chain(&exception.values) {
                    assert!(starts(key, &["HKCU\\", "HKLM\\"]), "{key}");
                }
                exception.values.iter().for_each(|value| assert!(value.contains('!'), "{value}"));
                exception.files.iter().for_each(|file| assert!(starts(file, &["%"]), "{file}"));
            }
        }
    }
}
