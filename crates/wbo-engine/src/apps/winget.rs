//! The ids by which winget knows desktop programs, as far as a shipped table tells them by what is registered.

use std::sync::LazyLock;

use registry::Name;
use serde::Deserialize;

use crate::NameGlob;

/// The id of a program, by the name of its Uninstall key, its title and its publisher.
pub(super) fn winget_id(key: &Name, title: &str, publisher: &str) -> Option<&'static str> {
    let (title, publisher) = (Name::from(title), Name::from(publisher));
    TABLE.program.iter().find(|program| program.fits(key, &title, &publisher)).map(|program| program.winget.as_str())
}

/// tables/winget.toml.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    program: Vec<Program>,
}

/// A program is known by its key, or by title and publisher; what is said must fit. The first that fits counts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    winget: String,
    key: Option<String>,
    title: Option<String>,
    publisher: Option<String>,
}

impl Program {
    fn fits(&self, key: &Name, title: &Name, publisher: &Name) -> bool {
        let fits = |pattern: &Option<String>, name| {
            pattern.as_ref().is_none_or(|pattern| NameGlob::new(pattern).matches(name))
        };
        self.is_known_by_something()
            && fits(&self.key, key)
            && fits(&self.title, title)
            && fits(&self.publisher, publisher)
    }

    fn is_known_by_something(&self) -> bool {
        self.key.is_some() || self.title.is_some() && self.publisher.is_some()
    }
}

const TABLE_TEXT: &str = include_str!("../../tables/winget.toml");

/// A test reads the table strictly.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TABLE_TEXT).unwrap_or_default());

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_read_and_right() {
        let table: Table = toml::from_str(TABLE_TEXT).unwrap();
        let ids: BTreeSet<&str> = table.program.iter().map(|program| program.winget.as_str()).collect();
        assert!(ids.len() >= 60, "{}", ids.len());
        for program in &table.program {
            assert!(program.is_known_by_something(), "{}", program.winget);
            assert!(program.winget.split('.').count() >= 2 && !program.winget.contains(' '), "{}", program.winget);
            let has_text =
                |pattern: &Option<String>| pattern.as_ref().is_none_or(|text| text.trim_matches('*').len() > 2);
            assert!(has_text(&program.key) && has_text(&program.title) && has_text(&program.publisher));
        }
    }

    #[test]
    fn programs_by_what_they_register() {
        let rows = [
            ("7-Zip", "7-Zip 24.09 (x64)", "Igor Pavlov", Some("7zip.7zip")),
            ("{23170F69-40C1-2702-2409-000001000000}", "7-Zip 24.09 (x64 edition)", "Igor Pavlov", Some("7zip.7zip")),
            ("Mozilla Firefox 133.0 (x64 de)", "Mozilla Firefox (x64 de)", "Mozilla", Some("Mozilla.Firefox")),
            ("Mozilla Firefox 115.6.0 ESR", "Mozilla Firefox ESR (x64 en-US)", "Mozilla", Some("Mozilla.Firefox.ESR")),
            ("Google Chrome", "Google Chrome", "Google LLC", Some("Google.Chrome")),
            ("Google Chrome", "Google Chrome", "Somebody", None),
            ("OneDriveSetup.exe", "Microsoft OneDrive", "Microsoft Corporation", Some("Microsoft.OneDrive")),
            ("O365ProPlusRetail - de-de", "Microsoft 365", "Microsoft Corporation", Some("Microsoft.Office")),
            ("Git_is1", "Git", "The Git Development Community", Some("Git.Git")),
            ("{A}", "Python 3.12.4 (64-bit)", "Python Software Foundation", Some("Python.Python.3.12")),
            ("{A}", "Python 3.12.4 (32-bit)", "Python Software Foundation", None),
            ("{A}", "GIMP 2.10.38-1", "The GIMP Team", Some("GIMP.GIMP.2")),
            ("{A}", "Oracle VirtualBox 7.1.4", "Oracle and/or its affiliates", Some("Oracle.VirtualBox")),
            ("ZoomUMX", "Zoom", "Zoom Video Communications, Inc.", Some("Zoom.Zoom")),
            ("GitHubDesktop", "GitHub Desktop", "GitHub, Inc.", Some("GitHub.GitHubDesktop")),
            ("Unheard of", "Unheard of", "", None),
        ];
        for (key, title, publisher, id) in rows {
            assert_eq!(winget_id(&Name::from(key), title, publisher), id, "{key} {title}");
        }
    }
}
