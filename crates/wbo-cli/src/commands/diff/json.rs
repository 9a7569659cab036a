//! A comparison as JSON: one object, or one a line.

use serde::Serialize;

use crate::difference::{AppReport, FactReport, HeadReport, Render, SettingReport, SideReport, TailReport};

/// One object. It is written at the end, since it says first whether anything differs.
#[derive(Default)]
pub(super) struct Json {
    head: Option<HeadReport>,
    facts: Vec<FactReport>,
    settings: Vec<SettingReport>,
    apps: Vec<AppReport>,
}

/// One object a line, as it is found.
pub(super) struct JsonLines;

#[derive(Serialize)]
struct Whole<'w> {
    wbo: &'static str,
    version: u32,
    before: Option<&'w SideReport>,
    after: Option<&'w SideReport>,
    #[serde(flatten)]
    tail: &'w TailReport,
    facts: &'w [FactReport],
    settings: &'w [SettingReport],
    apps: &'w [AppReport],
}

#[derive(Serialize)]
struct Line<'l> {
    wbo: &'static str,
    version: u32,
    #[serde(flatten)]
    what: What<'l>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum What<'l> {
    Head(&'l HeadReport),
    Fact(&'l FactReport),
    Setting(&'l SettingReport),
    App(&'l AppReport),
    Tail(&'l TailReport),
}

impl Render for Json {
    fn head(&mut self, head: &HeadReport, _: &mut String) {
        self.head = Some(head.clone());
    }

    fn fact(&mut self, fact: &FactReport, _: &mut String) {
        self.facts.push(fact.clone());
    }

    fn setting(&mut self, setting: &SettingReport, _: &mut String) {
        self.settings.push(setting.clone());
    }

    fn app(&mut self, app: &AppReport, _: &mut String) {
        self.apps.push(app.clone());
    }

    fn tail(&mut self, tail: &TailReport, out: &mut String) {
        let whole = Whole {
            wbo: "diff",
            version: 1,
            before: self.head.as_ref().map(|head| &head.before),
            after: self.head.as_ref().map(|head| &head.after),
            tail,
            facts: &self.facts,
            settings: &self.settings,
            apps: &self.apps,
        };
        // Texts, numbers and lists of them are always JSON.
        out.push_str(&profile_json::json_text(&whole).unwrap_or_default());
    }
}

impl Render for JsonLines {
    fn head(&mut self, head: &HeadReport, out: &mut String) {
        line(What::Head(head), out);
    }

    fn fact(&mut self, fact: &FactReport, out: &mut String) {
        line(What::Fact(fact), out);
    }

    fn setting(&mut self, setting: &SettingReport, out: &mut String) {
        line(What::Setting(setting), out);
    }

    fn app(&mut self, app: &AppReport, out: &mut String) {
        line(What::App(app), out);
    }

    fn tail(&mut self, tail: &TailReport, out: &mut String) {
        line(What::Tail(tail), out);
    }
}

fn line(what: What<'_>, out: &mut String) {
    let line = Line { wbo: "diff-line", version: 1, what };
    out.push_str(&profile_json::json_line(&line).unwrap_or_default());
}
