//! A comparison as tests: each setting that differs is one that failed.

use crate::difference::{AppReport, FactReport, HeadReport, Render, SettingReport, TailReport};
use crate::junit::{Case, Outcome, Suite, xml};

/// Suites of tests, one for each category. They are written at the end, since they begin with their numbers.
#[derive(Default)]
pub(super) struct Junit {
    name: String,
    suites: Vec<Suite>,
}

impl Junit {
    fn failed(&mut self, suite: &str, name: String, kind: &'static str, message: String, text: String) {
        let case = Case { class: format!("wbo.{suite}"), name, outcome: Outcome::Failed { kind, message, text } };
        match self.suites.last_mut() {
            Some(last) if last.name == suite => last.cases.push(case),
            _ => self.suites.push(Suite { name: suite.to_owned(), cases: vec![case] }),
        }
    }
}

impl Render for Junit {
    fn head(&mut self, head: &HeadReport, _: &mut String) {
        self.name = format!("{} -> {}", head.before.name, head.after.name);
    }

    /// What differs in the PCs and the users fails nothing.
    fn fact(&mut self, _: &FactReport, _: &mut String) {}

    fn setting(&mut self, setting: &SettingReport, _: &mut String) {
        let lines = setting.lines();
        let message = match &*lines {
            [one] => format!("{}: {one}", setting.heading()),
            several => format!("{}: {} differences", setting.heading(), several.len()),
        };
        self.failed(&setting.category, setting.name(), setting.change, message, lines.join("\n"));
    }

    fn app(&mut self, app: &AppReport, _: &mut String) {
        let (message, text) = (format!("{}: {}", app.name(), app.words()), app.words());
        self.failed("apps", format!("{} {}", app.kind, app.id), app.change, message, text);
    }

    fn tail(&mut self, tail: &TailReport, out: &mut String) {
        // A comparison without a test would look as if it had not run.
        if tail.same {
            let case = Case { class: "wbo".to_owned(), name: "nothing differs".to_owned(), outcome: Outcome::Passed };
            self.suites.push(Suite { name: "wbo".to_owned(), cases: vec![case] });
        }
        out.push_str(&xml(&self.name, &self.suites));
    }
}
