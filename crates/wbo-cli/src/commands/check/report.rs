//! What rules found, in each form.

use std::path::Path;

use serde::Serialize;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::rules::{Found, Rule, Severity, Verdict};

use crate::clean::clean;
use crate::describe::count;
use crate::difference::{HIDDEN, SideReport};
use crate::junit::{Case, Outcome, Suite, xml};
use crate::side::Side;
use crate::units::JsonUnits;
use crate::workflow::{Annotations, Level, folded};

#[derive(Serialize)]
pub(super) struct CheckReport {
    wbo: &'static str,
    version: u32,
    profile: SideReport,
    counts: CountsReport,
    rules: Vec<RuleReport>,
}

#[derive(Default, Serialize)]
struct CountsReport {
    passed: usize,
    unsaid: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
pub(super) struct RuleReport {
    file: String,
    line: usize,
    /// The id of a setting, or a pattern of apps.
    about: String,
    title: String,
    expected: String,
    severity: &'static str,
    message: Option<String>,
    verdict: &'static str,
    found: Vec<FoundReport>,
    #[serde(skip)]
    failed: Option<Severity>,
}

#[derive(Serialize)]
struct FoundReport {
    instance: Option<JsonUnits>,
    place: Option<String>,
    /// What it is; nothing, where that is personal.
    words: Option<String>,
}

impl RuleReport {
    pub(super) fn of(file: &Path, rule: &Rule, verdict: Verdict, catalogue: &Catalogue, reveal: bool) -> Self {
        let found = |Found { instance, place, words, personal }| match personal && !reveal {
            true => FoundReport { instance: None, place: None, words: None },
            false => FoundReport { instance: instance.as_ref().map(JsonUnits::from), place, words: Some(words) },
        };
        let (word, failed, found) = match verdict {
            Verdict::Passed => ("passed", None, Vec::new()),
            Verdict::Unsaid => ("unsaid", None, Vec::new()),
            Verdict::Failed(all) => ("failed", Some(rule.severity), all.into_iter().map(found).collect()),
        };
        let title =
            catalogue.get(&rule.about).map_or_else(|| format!("app {}", rule.about), |known| known.title.clone());
        Self {
            file: file.display().to_string(),
            line: rule.line,
            about: rule.about.clone(),
            title,
            expected: rule.expected.clone(),
            severity: rule.severity.word(),
            message: rule.message.clone(),
            verdict: word,
            found,
            failed,
        }
    }

    /// Such as `Taskbar alignment: Left; expected Center`.
    fn text(&self) -> String {
        let found: Vec<String> = self.found.iter().map(FoundReport::text).collect();
        clean(&format!("{}: {}; expected {}", self.title, found.join(", "), self.expected))
    }

    /// What it found, and what to make of it.
    fn told(&self) -> String {
        match &self.message {
            Some(message) => format!("{}\n{}", self.text(), clean(message)),
            None => self.text(),
        }
    }

    fn place(&self) -> String {
        clean(&format!("{}:{}", self.file, self.line))
    }

    fn case(&self) -> Case {
        let outcome = match (self.failed, self.verdict) {
            (Some(severity), _) => Outcome::Failed {
                kind: severity.word(),
                message: self.text(),
                text: format!("{}\n{}", self.told(), self.place()),
            },
            (None, "unsaid") => Outcome::Skipped { message: "the profile does not speak of it".to_owned() },
            (None, _) => Outcome::Passed,
        };
        Case { class: "wbo.check".to_owned(), name: clean(&format!("{} ({})", self.about, self.expected)), outcome }
    }
}

impl FoundReport {
    fn text(&self) -> String {
        let Some(words) = &self.words else { return HIDDEN.to_owned() };
        let instance =
            self.instance.as_ref().map(|JsonUnits(units)| format!("{}: ", crate::units::text(units.iter().copied())));
        let place = self.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        format!("{}{place}{words}", instance.unwrap_or_default())
    }
}

impl CheckReport {
    pub(super) fn new(side: &Side, rules: Vec<RuleReport>) -> Self {
        let mut counts = CountsReport::default();
        for rule in &rules {
            match (rule.failed, rule.verdict) {
                (Some(Severity::Error), _) => counts.errors += 1,
                (Some(Severity::Warning), _) => counts.warnings += 1,
                (Some(Severity::Note), _) => counts.notes += 1,
                (None, "unsaid") => counts.unsaid += 1,
                (None, _) => counts.passed += 1,
            }
        }
        Self { wbo: "check", version: 1, profile: SideReport::of(side), counts, rules }
    }

    /// The worst of the rules that do not hold.
    pub(super) fn worst(&self) -> Option<Severity> {
        self.rules.iter().filter_map(|rule| rule.failed).max()
    }

    fn failed(&self) -> impl Iterator<Item = (&RuleReport, Severity)> {
        self.rules.iter().filter_map(|rule| rule.failed.map(|severity| (rule, severity)))
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (rule, severity) in self.failed() {
            text.push_str(&format!("{:<8} {}\n", severity.word(), rule.text()));
            if let Some(message) = &rule.message {
                text.push_str(&format!("         {}\n", clean(message)));
            }
            text.push_str(&format!("         {}\n", rule.place()));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}: {}\n", clean(&self.profile.name), self.counts.text()));
        text
    }

    pub(super) fn junit(&self) -> String {
        let cases = self.rules.iter().map(RuleReport::case).collect();
        xml(&self.profile.name, &[Suite { name: "wbo check".to_owned(), cases }])
    }

    /// Beside the profile, as that is what a change to it made wrong.
    pub(super) fn github(&self) -> String {
        let mut annotations = Annotations::default();
        for (rule, severity) in self.failed() {
            let level = match severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
                Severity::Note => Level::Notice,
            };
            annotations.add(level, clean(&rule.about), format!("{}\n{}", rule.told(), rule.place()));
        }
        let file = (self.profile.kind != "windows").then_some(self.profile.name.as_str());
        format!("{}{}", annotations.commands(file), folded("What the rules found", &self.text()))
    }
}

impl CountsReport {
    fn text(&self) -> String {
        let Self { passed, unsaid, errors, warnings, notes } = self;
        let mut words = vec![format!("{} passed", count(*passed as u64, "rule", "rules"))];
        let more = [
            (*errors, count(*errors as u64, "error", "errors")),
            (*warnings, count(*warnings as u64, "warning", "warnings")),
            (*notes, count(*notes as u64, "note", "notes")),
            (*unsaid, format!("{unsaid} about what the profile does not speak of")),
        ];
        words.extend(more.into_iter().filter(|(number, _)| *number > 0).map(|(_, words)| words));
        words.join(", ")
    }
}
