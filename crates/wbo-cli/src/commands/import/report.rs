//! What was taken and what was not, for people and for programs.

use clap::ValueEnum;
use serde::Serialize;
use wbo_engine::catalogue::{Catalogue, Sensitivity, Setting};
use wbo_engine::import::{Exclusion, Partly, Refused, Unknown};

use super::reading::Read;
use super::{From, ImportArgs};
use crate::clean::{Clean, clean};
use crate::describe::{count, grouped};
use crate::setting_list::ListedSetting;

#[derive(Serialize)]
pub(super) struct ImportReport {
    wbo: &'static str,
    version: u32,
    path: String,
    from: String,
    pub(super) written: Option<WrittenReport>,
    pub(super) settings: Vec<ListedSetting>,
    store_apps: usize,
    desktop_apps: usize,
    exclusions: Vec<ExclusionReport>,
    places: Vec<PlaceReport>,
    partly: Vec<PartlyReport>,
    unknown: Vec<LeftReport>,
    refused: Vec<LeftReport>,
    #[serde(skip)]
    kind: Kind,
}

/// What a file of the tool becomes.
#[derive(Clone, Copy)]
enum Kind {
    Profile,
    Exclusions,
    Catalogue,
}

/// The file that was written.
#[derive(Serialize)]
pub(super) struct WrittenReport {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) body_id: Option<String>,
    pub(super) author: Option<String>,
}

#[derive(Serialize)]
struct ExclusionReport {
    title: String,
    patterns: Vec<String>,
}

#[derive(Serialize)]
struct PlaceReport {
    id: String,
    title: String,
}

/// A setting of which a file says too little.
#[derive(Serialize)]
struct PartlyReport {
    setting: String,
    instance: Option<String>,
    why: String,
}

/// Something that was not taken.
#[derive(Serialize)]
struct LeftReport {
    setting: Option<String>,
    place: String,
    why: String,
}

/// Lines of each kind that are shown to people; a registry in a file has some hundred thousand values.
const SHOWN: usize = 40;

impl ImportReport {
    pub(super) fn of(args: &ImportArgs, read: &Read, catalogue: &Catalogue) -> Self {
        let mut report = Self {
            wbo: "import",
            version: 1,
            path: args.file.display().to_string(),
            from: args.from.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default(),
            written: None,
            settings: Vec::new(),
            store_apps: 0,
            desktop_apps: 0,
            exclusions: Vec::new(),
            places: Vec::new(),
            partly: Vec::new(),
            unknown: Vec::new(),
            refused: Vec::new(),
            kind: match args.from {
                From::Reg | From::Winget | From::WindowsBackup => Kind::Profile,
                From::UsmtConfig => Kind::Exclusions,
                From::Uev => Kind::Catalogue,
            },
        };
        match read {
            Read::Profile(imported) => {
                (report.store_apps, report.desktop_apps) = (imported.apps.store.len(), imported.apps.desktop.len());
                let is_hidden = |id: &str| {
                    let is_personal = |setting: &Setting| setting.sensitivity == Some(Sensitivity::Personal);
                    !args.reveal && catalogue.get(id).is_some_and(is_personal)
                };
                let partly = imported.partly.iter().map(|partly| PartlyReport::of(partly, is_hidden(&partly.setting)));
                report.partly = partly.collect();
                report.left(&imported.unknown, &imported.refused);
            }
            Read::Text { exclusions, places, unknown, refused, .. } => {
                report.exclusions = exclusions.iter().map(ExclusionReport::of).collect();
                let place = |(id, title): &(String, String)| PlaceReport { id: id.clone(), title: title.clone() };
                report.places = places.iter().map(place).collect();
                report.left(unknown, refused);
            }
        }
        report
    }

    fn left(&mut self, unknown: &[Unknown], refused: &[Refused]) {
        let of_unknown =
            |left: &Unknown| LeftReport { setting: None, place: left.place.clone(), why: left.why.clone() };
        let of_refused = |left: &Refused| LeftReport {
            setting: left.setting.clone(),
            place: left.place.clone(),
            why: left.why.clone(),
        };
        self.unknown = unknown.iter().map(of_unknown).collect();
        self.refused = refused.iter().map(of_refused).collect();
    }

    /// Whether everything that the file says was taken.
    pub(super) fn is_complete(&self) -> bool {
        self.partly.is_empty() && self.unknown.is_empty() && self.refused.is_empty()
    }

    pub(super) fn text(&self) -> String {
        let mut text: String = self.settings.iter().map(line_of).collect();
        for exclusion in &self.exclusions {
            text.push_str(&format!("  {}: {}\n", Clean(&exclusion.title), exclusion.patterns.join(", ")));
        }
        for place in &self.places {
            text.push_str(&format!("  {}: {}\n", place.id, Clean(&place.title)));
        }
        text.push_str(&list("in part", self.partly.iter().map(PartlyReport::line)));
        text.push_str(&list("unknown", self.unknown.iter().map(LeftReport::line)));
        text.push_str(&list("refused", self.refused.iter().map(LeftReport::line)));
        text.push_str(&self.summary());
        if let Some(written) = &self.written {
            let body = written.body_id.as_ref().map(|body| format!(", body {body}")).unwrap_or_default();
            text.push_str(&format!("{}: {} bytes{body}\n", Clean(&written.path), grouped(written.bytes)));
        }
        text
    }

    fn summary(&self) -> String {
        let number = |length: usize, one, several| count(length as u64, one, several);
        let mut taken = match self.kind {
            Kind::Profile => {
                let apps = number(self.store_apps + self.desktop_apps, "app", "apps");
                format!("{}, {apps}", number(self.settings.len(), "setting", "settings"))
            }
            Kind::Exclusions => number(self.exclusions.len(), "group left out", "groups left out"),
            Kind::Catalogue => number(self.places.len(), "setting", "settings"),
        };
        for (left, word) in
            [(self.partly.len(), "in part"), (self.unknown.len(), "unknown"), (self.refused.len(), "refused")]
        {
            if left > 0 {
                taken.push_str(&format!("; {left} {word}"));
            }
        }
        format!("{}: {taken}\n", Clean(&self.path))
    }
}

/// A setting on a line. What is absent is said, since an import is a choice and no inventory.
fn line_of(setting: &ListedSetting) -> String {
    if setting.absent && !setting.hidden { format!("  {}: (taken away)\n", setting.name()) } else { setting.line() }
}

/// The first lines of a kind, and how many more there are.
fn list(word: &str, lines: impl ExactSizeIterator<Item = String>) -> String {
    let more = lines.len().saturating_sub(SHOWN);
    let mut text: String = lines.take(SHOWN).map(|line| format!("{word}: {line}\n")).collect();
    if more > 0 {
        text.push_str(&format!("{word}: and {more} more, which --json names\n"));
    }
    text
}

impl ExclusionReport {
    fn of(exclusion: &Exclusion) -> Self {
        Self { title: exclusion.title.clone(), patterns: exclusion.patterns.clone() }
    }
}

impl PartlyReport {
    fn of(partly: &Partly, is_hidden: bool) -> Self {
        let instance = partly.instance.as_ref().filter(|_| !is_hidden).map(ToString::to_string);
        Self { setting: partly.setting.clone(), instance, why: partly.why.clone() }
    }

    fn line(&self) -> String {
        let instance = self.instance.as_ref().map(|instance| format!(" [{}]", Clean(instance))).unwrap_or_default();
        format!("{}{instance}: {}", self.setting, clean(&self.why))
    }
}

impl LeftReport {
    fn line(&self) -> String {
        format!("{}: {}", Clean(&self.place), clean(&self.why))
    }
}
