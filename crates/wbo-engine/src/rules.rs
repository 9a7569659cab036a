//! What a profile should say: rules in a file that is kept beside a baseline, and what each finds.

mod expected;

use profile_format::{Apps, Item, Section, Setting as Captured, SettingFlags};
use registry::Name;
use serde::Deserialize;

use self::expected::{Expected, Literal};
use crate::capture::is_absent;
use crate::catalogue::{Catalogue, Sensitivity, Setting};
use crate::compare::item_label;
use crate::rule_file::{self, RuleFileError};
use crate::{NameGlob, describe};

/// Rules about settings and apps.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// The line on which it stands.
    pub line: usize,
    /// What it is about: the id of a setting, or a pattern of apps.
    pub about: String,
    /// What it asks for, in words.
    pub expected: String,
    /// How much it matters.
    pub severity: Severity,
    /// What to tell somebody whose profile fails it.
    pub message: Option<String>,
    subject: Subject,
    asks: Expected,
    or_default: bool,
    unsaid_passes: bool,
}

#[derive(Debug)]
enum Subject {
    Setting { instance: Option<NameGlob>, place: Option<NameGlob> },
    App(NameGlob),
}

/// How much a rule matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Somebody should look.
    Warning,
    /// It must not be so.
    #[default]
    Error,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as the rule asks.
    Passed,
    /// The profile does not speak of it, and the rule minds only what it says.
    Unsaid,
    /// It is not as the rule asks; what is there instead, thing by thing.
    Failed(Vec<Found>),
}

/// What is there instead of what a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which one of several.
    pub instance: Option<Name>,
    /// Which part of the setting, where it has several.
    pub place: Option<String>,
    /// What it is, in words.
    pub words: String,
    /// Whether it tells something about a person.
    pub personal: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Fields {
    setting: Option<String>,
    app: Option<String>,
    instance: Option<String>,
    place: Option<String>,
    equals: Option<Literal>,
    one_of: Option<Vec<Literal>>,
    matches: Option<String>,
    absent: Option<bool>,
    set: Option<bool>,
    #[serde(default)]
    or_default: bool,
    #[serde(default)]
    severity: Severity,
    message: Option<String>,
    #[serde(default)]
    unsaid: Unsaid,
}

/// What a rule makes of a profile that does not speak of its setting.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unsaid {
    #[default]
    Fails,
    Passes,
}

impl Severity {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Rules {
    /// Reads a file of rules about the settings of a catalogue.
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Self, RuleFileError> {
        Ok(Self { rules: rule_file::rules(text, "rules", |line, fields| Rule::of(line, fields, catalogue))? })
    }

    /// The rules in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

impl Rule {
    fn of(line: usize, fields: Fields, catalogue: &Catalogue) -> Result<Self, String> {
        let Fields { setting, app, instance, place, equals, one_of, matches, absent, set, .. } = fields;
        let asks = Expected::of(equals, one_of, matches, absent, set)?;
        let glob = |text: Option<String>| text.map(|text| NameGlob::new(&text));
        let (about, subject) = match (setting, app) {
            (Some(id), None) => {
                let known = catalogue.get(&id).ok_or_else(|| unknown(&id, catalogue))?;
                if instance.is_some() && !known.has_instances() {
                    return Err(format!(
                        "there is only one '{id}'; 'instance' is said of settings that there are several of"
                    ));
                }
                asks.must_be_possible(known)?;
                (id, Subject::Setting { instance: glob(instance), place: glob(place) })
            }
            (None, Some(app)) => {
                if instance.is_some() || place.is_some() || !matches!(asks, Expected::Set | Expected::Absent) {
                    return Err("of an app, a rule says 'set = true' or 'absent = true' and no more".to_owned());
                }
                let subject = Subject::App(NameGlob::new(&app));
                (app, subject)
            }
            _ => return Err("a rule says one of 'setting' and 'app'".to_owned()),
        };
        Ok(Self {
            line,
            about,
            expected: asks.to_string(),
            severity: fields.severity,
            message: fields.message,
            subject,
            asks,
            or_default: fields.or_default,
            unsaid_passes: fields.unsaid == Unsaid::Passes,
        })
    }

    /// Whether the rule is about apps, and not about a setting.
    pub fn is_about_apps(&self) -> bool {
        matches!(self.subject, Subject::App(_))
    }

    /// What the rule finds among the settings of its category.
    pub fn setting(&self, section: Option<&Section>, catalogue: &Catalogue) -> Verdict {
        let Subject::Setting { instance, place } = &self.subject else { return Verdict::Passed };
        let Some(known) = catalogue.get(&self.about) else { return Verdict::Passed };
        let captured = section.map(|section| &*section.settings).unwrap_or_default();
        let name = |setting: &Captured| setting.instance.as_ref().map(|text| Name::from_units(&*text.0));
        let is_meant = |setting: &&Captured| {
            setting.id == self.about
                && instance.as_ref().is_none_or(|glob| name(setting).is_some_and(|name| glob.matches(&name)))
        };
        let mut meant = captured.iter().filter(is_meant).peekable();
        if meant.peek().is_none() {
            return self.without(known);
        }
        let mut failed = Vec::new();
        for setting in meant {
            let personal =
                setting.flags.contains(SettingFlags::PERSONAL) || known.sensitivity == Some(Sensitivity::Personal);
            let found =
                |place: Option<String>, words: String| Found { instance: name(setting), place, words, personal };
            failed.extend(
                self.items(known, setting, place.as_ref()).into_iter().map(|(place, words)| found(place, words)),
            );
        }
        if failed.is_empty() { Verdict::Passed } else { Verdict::Failed(failed) }
    }

    /// What the rule finds where the profile does not speak of its setting. Of settings that there are several of, a profile
    /// names those that are there.
    fn without(&self, known: &Setting) -> Verdict {
        match self.asks {
            Expected::Absent if known.has_instances() => Verdict::Passed,
            _ if self.unsaid_passes => Verdict::Unsaid,
            _ => Verdict::Failed(vec![Found {
                instance: None,
                place: None,
                words: "the profile does not speak of it".to_owned(),
                personal: false,
            }]),
        }
    }

    /// The things of one setting that are not as the rule asks.
    fn items(&self, known: &Setting, setting: &Captured, place: Option<&NameGlob>) -> Vec<(Option<String>, String)> {
        let labelled = setting.items.iter().map(|item| (item_label(Some(known), item, setting.items.len() > 1), item));
        let fits = |label: &Option<String>| {
            place.is_none_or(|glob| label.as_deref().is_some_and(|label| glob.matches(&Name::from(label))))
        };
        let mut items: Vec<(Option<String>, &Item)> = labelled.filter(|(label, _)| fits(label)).collect();
        // One thing that is there is enough for "set".
        if self.asks == Expected::Set {
            match items.iter().all(|(_, item)| is_absent(item)) {
                true => items.truncate(1),
                false => items.clear(),
            }
            if items.is_empty() && setting.items.is_empty() {
                return vec![(None, "not set".to_owned())];
            }
        }
        items.retain(|(_, item)| !self.takes(known, item));
        items.into_iter().map(|(label, item)| (label, in_words(known, item))).collect()
    }

    fn takes(&self, known: &Setting, item: &Item) -> bool {
        let default = || describe::place_of(known, item).and_then(describe::default);
        match (describe::item(known, item).filter(|_| !is_absent(item)), &self.asks) {
            (words, Expected::Absent) => words.is_none(),
            (words, Expected::Set) => words.is_some(),
            (Some(words), asks) => {
                asks.takes(&words) || describe::item_text(item).is_some_and(|text| asks.takes(&text))
            }
            (None, asks) => self.or_default && default().is_some_and(|default| asks.takes(&default)),
        }
    }

    /// What the rule finds among the apps.
    pub fn apps(&self, apps: &Apps) -> Verdict {
        let Subject::App(glob) = &self.subject else { return Verdict::Passed };
        let store = apps.store.iter().map(|app| Name::from(&*app.family));
        let desktop = apps.desktop.iter().map(|app| Name::from_units(&*app.key.0));
        let there: Vec<Name> = store.chain(desktop).filter(|name| glob.matches(name)).collect();
        let found = |words: String| Found { instance: None, place: None, words, personal: false };
        match (&self.asks, there.is_empty()) {
            (Expected::Set, true) => Verdict::Failed(vec![found("not installed".to_owned())]),
            (Expected::Absent, false) => {
                Verdict::Failed(there.iter().map(|name| found(format!("{name} is installed"))).collect())
            }
            _ => Verdict::Passed,
        }
    }
}

fn in_words(known: &Setting, item: &Item) -> String {
    describe::item(known, item).filter(|_| !is_absent(item)).unwrap_or_else(|| {
        let default = describe::place_of(known, item).and_then(describe::default);
        default.map_or_else(|| "not set".to_owned(), |default| format!("not set, by default {default}"))
    })
}

fn unknown(id: &str, catalogue: &Catalogue) -> String {
    let near = crate::words::nearest(id, catalogue.settings().map(|setting| setting.id.as_str()));
    let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    format!("the catalogue has no setting '{id}'{near}")
}
