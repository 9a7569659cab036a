//! Config.xml of USMT, which says what is not migrated: the same, as `--except` takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use roxmltree::Node;
use serde::Deserialize;

use super::xml::{self, XmlError};
use super::{Refused, Unknown};

/// What a Config.xml says, in our words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsmtConfig {
    /// What is left out, in the order of the file.
    pub exclusions: Vec<Exclusion>,
    /// What USMT would do and we do not, or cannot say.
    pub unknown: Vec<Unknown>,
    /// What USMT would take along and never leaves a PC here.
    pub refused: Vec<Refused>,
}

/// A group of components that is not migrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// What people call it.
    pub title: String,
    /// What it leaves out, as `--except` takes it.
    pub patterns: Vec<String>,
}

/// tables/usmt.toml.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    groups: BTreeMap<String, Vec<String>>,
    secrets: BTreeMap<String, String>,
}

const TABLE_TEXT: &str = include_str!("../../tables/usmt.toml");

/// A test reads the table strictly.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TABLE_TEXT).unwrap_or_default());

/// Reads a Config.xml.
pub fn usmt_config(bytes: &[u8]) -> Result<UsmtConfig, XmlError> {
    let text = xml::text(bytes)?;
    let document = xml::parse(&text, "Configuration")?;
    let mut config = UsmtConfig::default();
    for section in document.root_element().children().filter(Node::is_element) {
        let components = || xml::children(section, "component").filter_map(|node| Component::of(node, 0));
        match section.tag_name().name() {
            "WindowsComponents" => components().for_each(|component| config.windows(&component)),
            "Applications" => config.others(components(), "wbo carries the list of apps, and no settings of this one"),
            "Documents" => config.others(components(), "wbo carries settings, and no documents"),
            "Policies" | "ProfileControl" => config.policies(section),
            other => config.unknown(other.to_owned(), "it is no part of a Config.xml that is known"),
        }
    }
    config.finish();
    Ok(config)
}

/// A component, with those in it.
struct Component {
    title: String,
    id: String,
    migrates: bool,
    parts: Vec<Component>,
}

/// Components in each other: groups, their groups, and what stands in these.
const DEPTH: usize = 16;

impl Component {
    fn of(node: Node<'_, '_>, depth: usize) -> Option<Self> {
        if depth > DEPTH {
            return None;
        }
        let id = node.attribute("ID").unwrap_or_default().to_ascii_lowercase();
        let title = node.attribute("displayname").unwrap_or(&id).to_owned();
        let migrates = !node.attribute("migrate").is_some_and(|migrate| migrate.trim().eq_ignore_ascii_case("no"));
        let parts = xml::children(node, "component").filter_map(|node| Self::of(node, depth + 1)).collect();
        Some(Self { title, id, migrates, parts })
    }

    /// Whether neither it nor anything in it is migrated.
    fn is_out(&self) -> bool {
        !self.migrates && self.parts.iter().all(Self::is_out)
    }

    /// Whether it or anything in it is not migrated.
    fn is_out_in_part(&self) -> bool {
        !self.migrates || self.parts.iter().any(Self::is_out_in_part)
    }

    /// What the table has for it as a group.
    fn patterns(&self) -> Option<&'static Vec<String>> {
        TABLE.groups.get(&self.id)
    }

    /// What secrets it carries. The id is an address whose last part but one is the name.
    fn secret(&self) -> Option<&'static String> {
        let mut parts = self.id.split('/').rev();
        parts.find_map(|part| TABLE.secrets.get(part))
    }
}

impl UsmtConfig {
    fn windows(&mut self, component: &Component) {
        self.secrets(component);
        if !component.is_out_in_part() {
            return;
        }
        match component.patterns() {
            Some(patterns) if component.is_out() => {
                let (title, patterns) = (component.title.clone(), patterns.clone());
                self.exclusions.push(Exclusion { title, patterns });
            }
            _ if !component.migrates && component.parts.iter().any(|part| !part.is_out()) => {
                let why = "it is not migrated, and something in it is; which of the two counts is written nowhere";
                self.unknown(component.title.clone(), why);
            }
            // Secrets stay behind in any case.
            _ if component.secret().is_some() => (),
            // What is in a group says more than the group.
            _ if !component.parts.is_empty() => component.parts.iter().for_each(|part| self.windows(part)),
            _ => self.unknown(component.title.clone(), "it is not migrated; no settings of wbo are just these"),
        }
    }

    fn secrets(&mut self, component: &Component) {
        if let (Some(secret), true) = (component.secret(), component.migrates) {
            let why = format!("it carries {secret}, which never leave a PC with wbo");
            self.refused.push(Refused { setting: None, place: component.title.clone(), why });
        }
        // Groups are gone through on their way down, where something in them is left out.
        if !component.is_out_in_part() {
            component.parts.iter().for_each(|part| self.secrets(part));
        }
    }

    /// Components of which nothing comes along, whatever the file says.
    fn others(&mut self, components: impl Iterator<Item = Component>, why: &str) {
        for component in components.filter(|component| !component.is_out()) {
            self.unknown(component.title, why);
        }
    }

    fn policies(&mut self, section: Node<'_, '_>) {
        let policies: BTreeSet<&str> =
            section.children().filter(Node::is_element).map(|policy| policy.tag_name().name()).collect();
        for policy in policies {
            self.unknown(policy.to_owned(), "a policy of USMT itself, which wbo has no use for");
        }
    }

    fn unknown(&mut self, place: String, why: &str) {
        self.unknown.push(Unknown { place, why: why.to_owned() });
    }

    fn finish(&mut self) {
        self.unknown.sort();
        self.unknown.dedup();
        self.refused.sort();
        self.refused.dedup();
    }

    /// The file that `--except @FILE` takes.
    pub fn selection(&self) -> String {
        let mut text = "# What a Config.xml of USMT leaves out, for --except @FILE.\n".to_owned();
        let mut said = BTreeSet::new();
        for exclusion in &self.exclusions {
            text.push_str(&format!("\n# {}\n", one_line(&exclusion.title)));
            for pattern in exclusion.patterns.iter().filter(|pattern| said.insert(pattern.as_str())) {
                text.push_str(&format!("{pattern}\n"));
            }
        }
        text
    }
}

/// A text of which nothing begins a line of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() || is_break(character) { ' ' } else { character }).collect()
}

fn is_break(character: char) -> bool {
    matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Selection;
    use crate::catalogue::Catalogue;

    #[test]
    fn the_table_is_about_settings_that_there_are() {
        let table: Table = toml::from_str(TABLE_TEXT).unwrap();
        let catalogue = Catalogue::standard().unwrap();
        assert!(table.groups.len() > 5 && table.secrets.len() > 3);
        for (group, patterns) in &table.groups {
            assert_eq!(*group, group.to_ascii_lowercase());
            Selection::new(&[], patterns, &[], &catalogue).unwrap_or_else(|error| panic!("{group}: {error}"));
        }
    }
}
