//! A comparison as workflow commands of GitHub: what differs first beside the change, and everything in the log.

use super::text::Text;
use crate::difference::{AppReport, FactReport, HeadReport, Render, SettingReport, TailReport};
use crate::terminal;
use crate::workflow::{Annotations, Level, folded};

pub(super) struct Github {
    file: Option<String>,
    annotations: Annotations,
    text: Text,
    log: String,
}

impl Github {
    pub(super) fn new() -> Self {
        let text = Text::new(terminal::COLUMNS, false);
        Self { file: None, annotations: Annotations::default(), text, log: String::new() }
    }
}

impl Render for Github {
    fn head(&mut self, head: &HeadReport, _: &mut String) {
        // A captured Windows is no file of the repository.
        self.file = (head.after.kind != "windows").then(|| head.after.name.clone());
        self.text.head(head, &mut self.log);
    }

    fn fact(&mut self, fact: &FactReport, _: &mut String) {
        self.text.fact(fact, &mut self.log);
    }

    fn setting(&mut self, setting: &SettingReport, _: &mut String) {
        let title = format!("{} {}", setting.name(), setting.change);
        let message = format!("{}: {}", setting.heading(), setting.lines().join("\n"));
        self.annotations.add(Level::Warning, title, message);
        self.text.setting(setting, &mut self.log);
    }

    fn app(&mut self, app: &AppReport, _: &mut String) {
        let message = format!("{}: {}", app.name(), app.words());
        self.annotations.add(Level::Warning, format!("app {}", app.change), message);
        self.text.app(app, &mut self.log);
    }

    fn tail(&mut self, tail: &TailReport, out: &mut String) {
        self.text.tail(tail, &mut self.log);
        out.push_str(&self.annotations.commands(self.file.as_deref()));
        out.push_str(&folded("What differs", &self.log));
    }
}
