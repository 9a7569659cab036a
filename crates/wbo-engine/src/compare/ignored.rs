//! What is not told of a comparison: rules in a file that is kept beside a baseline.

use std::cell::Cell;

use profile_format::Category;
use registry::Name;
use serde::Deserialize;

use super::{AppDifference, FactDifference, ItemDifference, SettingDifference, State};
use crate::NameGlob;
use crate::rule_file::{self, RuleFileError};

/// Differences that are not told, and how often each rule was of use.
#[derive(Debug, Default)]
pub struct Ignored {
    rules: Vec<Rule>,
}

/// A rule that nothing fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The line on which it stands.
    pub line: usize,
    /// What it is about.
    pub words: String,
}

#[derive(Debug)]
struct Rule {
    line: usize,
    about: About,
    instance: Option<NameGlob>,
    place: Option<NameGlob>,
    value: Option<NameGlob>,
    used: Cell<bool>,
    words: String,
}

#[derive(Debug)]
enum About {
    Category(Category),
    Setting(NameGlob),
    App(NameGlob),
    Fact(NameGlob),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFields {
    setting: Option<String>,
    app: Option<String>,
    fact: Option<String>,
    instance: Option<String>,
    place: Option<String>,
    value: Option<String>,
    /// Why: for those who read the file.
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

impl Ignored {
    /// Reads a file of rules.
    pub fn parse(text: &str) -> Result<Self, RuleFileError> {
        Ok(Self { rules: rule_file::rules(text, "ignore", Rule::of)? })
    }

    /// Takes out of a difference what is not to be told.
    pub fn filter(&self, difference: &mut SettingDifference) {
        if self.rules.is_empty() {
            return;
        }
        let SettingDifference { id, instance, category, items, .. } = difference;
        items.retain(|item| !self.any(|rule| rule.fits_item(id, instance.as_ref(), *category, item)));
    }

    /// Whether an app is not to be told.
    pub fn app(&self, app: &AppDifference) -> bool {
        self.any(|rule| matches!(&rule.about, About::App(glob) if glob.matches(&Name::from(&*app.id))))
    }

    /// Whether a fact is not to be told; it is named as `device.build`.
    pub fn fact(&self, fact: &FactDifference) -> bool {
        let name = Name::from(&*format!("{}.{}", fact.of.word(), fact.fact));
        self.any(|rule| matches!(&rule.about, About::Fact(glob) if glob.matches(&name)))
    }

    /// The rules that nothing fitted.
    pub fn unused(&self) -> Vec<Unused> {
        let unused = self.rules.iter().filter(|rule| !rule.used.get());
        unused.map(|rule| Unused { line: rule.line, words: rule.words.clone() }).collect()
    }

    fn any(&self, fits: impl Fn(&Rule) -> bool) -> bool {
        let mut any = false;
        // Each rule that fits was of use, also behind another.
        for rule in self.rules.iter().filter(|rule| fits(rule)) {
            rule.used.set(true);
            any = true;
        }
        any
    }
}

impl Rule {
    fn of(line: usize, fields: RuleFields) -> Result<Self, String> {
        let RuleFields { setting, app, fact, instance, place, value, .. } = fields;
        let only_settings = [("instance", &instance), ("place", &place), ("value", &value)];
        let (about, words) = match (setting, app, fact) {
            (Some(text), None, None) => {
                let category = Category::NAMED.iter().find(|(_, name)| *name == text).map(|(category, _)| *category);
                (category.map_or_else(|| About::Setting(NameGlob::new(&text)), About::Category), text)
            }
            (None, Some(text), None) => (About::App(NameGlob::new(&text)), format!("app {text}")),
            (None, None, Some(text)) => (About::Fact(NameGlob::new(&text)), format!("fact {text}")),
            _ => return Err("a rule says one of 'setting', 'app' and 'fact'".to_owned()),
        };
        if !matches!(about, About::Category(_) | About::Setting(_))
            && let Some((word, _)) = only_settings.iter().find(|(_, said)| said.is_some())
        {
            return Err(format!("'{word}' is said of settings alone"));
        }
        let glob = |text: Option<String>| text.map(|text| NameGlob::new(&text));
        let (instance, place, value) = (glob(instance), glob(place), glob(value));
        Ok(Self { line, about, instance, place, value, used: Cell::new(false), words })
    }

    fn fits_item(&self, id: &str, instance: Option<&Name>, of: Category, item: &ItemDifference) -> bool {
        let about = match &self.about {
            About::Category(category) => *category == of,
            About::Setting(glob) => glob.matches(&Name::from(id)),
            About::App(_) | About::Fact(_) => false,
        };
        let fits = |glob: &Option<NameGlob>, text: Option<&Name>| match (glob, text) {
            (None, _) => true,
            (Some(glob), Some(text)) => glob.matches(text),
            (Some(_), None) => false,
        };
        let place = item.place.as_deref().map(Name::from);
        about && fits(&self.instance, instance) && fits(&self.place, place.as_ref()) && self.fits_value(item)
    }

    /// Whether everything that is there fits: what becomes something else is told.
    fn fits_value(&self, item: &ItemDifference) -> bool {
        let Some(glob) = &self.value else { return true };
        let words = |state: &State| match state {
            State::Present(words) => Some(Name::from(words.as_str())),
            State::Unsaid | State::Absent { .. } => None,
        };
        let there: Vec<Name> = [&item.before, &item.after].into_iter().filter_map(words).collect();
        !there.is_empty() && there.iter().all(|words| glob.matches(words))
    }
}
