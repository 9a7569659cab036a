//! A comparison as text for people.

use crate::clean::clean;
use crate::difference::{
    AppReport, EditReport, FactReport, HIDDEN, HeadReport, ItemReport, PartsReport, Render, SettingReport, TailReport,
};
use crate::wrap::wrapped;

/// Text in as many columns as there are, in colour if there is any.
pub(crate) struct Text {
    columns: usize,
    colour: bool,
    heading: String,
}

/// Colours that any terminal has, by what they say.
const REMOVED: &str = "31";
const ADDED: &str = "32";
const CHANGED: &str = "33";
const BOLD: &str = "1";

/// Columns in front of what is wrapped.
const INDENT: usize = 6;

/// Differences of one setting that are shown; hundreds are for programs.
const ITEMS: usize = 20;

impl Text {
    pub(crate) fn new(columns: usize, colour: bool) -> Self {
        Self { columns, colour, heading: String::new() }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A heading, before the first line below it.
    fn below(&mut self, heading: &str, out: &mut String) {
        if self.heading != heading {
            let line = self.paint(BOLD, &clean(heading));
            out.push_str(&format!("\n{line}\n"));
            heading.clone_into(&mut self.heading);
        }
    }

    /// A line that begins with a mark, and goes on below it where it is too long.
    fn line(&self, mark: &str, code: &str, indent: usize, text: &str, out: &mut String) {
        let width = self.columns.saturating_sub(indent + 2);
        for (number, line) in wrapped(text, width).into_iter().enumerate() {
            let mark = if number == 0 { self.paint(code, mark) } else { " ".to_owned() };
            out.push_str(&format!("{:indent$}{mark} {line}\n", ""));
        }
    }

    /// A line about the setting before.
    pub(crate) fn note(&self, words: &str, out: &mut String) {
        self.line(" ", "", INDENT - 2, &clean(words), out);
    }

    fn item(&self, item: &ItemReport, change: &str, out: &mut String) {
        let place = item.place.as_ref().map(|place| format!("{}: ", clean(place))).unwrap_or_default();
        match &item.parts {
            Some(PartsReport::Elements { removed, added, moved }) => {
                let moved = if *moved { "in another order" } else { "" };
                if !place.is_empty() || !moved.is_empty() {
                    self.line(" ", "", INDENT - 2, &format!("{place}{moved}"), out);
                }
                removed.iter().for_each(|element| self.line("-", REMOVED, INDENT, &clean(element), out));
                added.iter().for_each(|element| self.line("+", ADDED, INDENT, &clean(element), out));
            }
            Some(PartsReport::Words { edits }) => {
                let words = edits.iter().map(|edit| match edit {
                    EditReport::Kept(text) => clean(text),
                    EditReport::Removed(text) => format!("[-{}-]", clean(text)),
                    EditReport::Added(text) => format!("{{+{}+}}", clean(text)),
                });
                self.line(" ", "", INDENT - 2, &format!("{place}{}", words.collect::<String>()), out);
            }
            None => self.line(" ", "", INDENT - 2, &item.line(change), out),
        }
    }
}

impl Render for Text {
    fn head(&mut self, head: &HeadReport, out: &mut String) {
        let (before, after) = (self.paint(REMOVED, "---"), self.paint(ADDED, "+++"));
        out.push_str(&format!("{before} {}\n{after} {}\n", clean(&head.before.name), clean(&head.after.name)));
    }

    fn fact(&mut self, fact: &FactReport, out: &mut String) {
        self.below(&fact.heading(), out);
        let words = match (fact.hidden, fact.sides()) {
            (true, (hidden, _)) => format!("{}: {hidden}", fact.fact),
            (false, (before, after)) => format!("{}: {before} -> {after}", fact.fact),
        };
        self.line("~", CHANGED, 2, &words, out);
    }

    fn setting(&mut self, setting: &SettingReport, out: &mut String) {
        self.below(&setting.category, out);
        let (mark, code) = mark(setting.change);
        let heading = setting.heading();
        if setting.hidden {
            return self.line(mark, code, 2, &format!("{heading}: {HIDDEN}"), out);
        }
        match &*setting.items {
            [one] if one.place.is_none() && one.parts.is_none() => {
                self.line(mark, code, 2, &format!("{heading}: {}", one.line(setting.change)), out);
            }
            several => {
                self.line(mark, code, 2, &heading, out);
                several.iter().take(ITEMS).for_each(|item| self.item(item, setting.change, out));
                if let Some(more @ 1..) = several.len().checked_sub(ITEMS) {
                    self.line(" ", "", INDENT - 2, &format!("and {more} more; --format json has all"), out);
                }
            }
        }
    }

    fn app(&mut self, app: &AppReport, out: &mut String) {
        self.below("apps", out);
        let (mark, code) = mark(app.change);
        self.line(mark, code, 2, &format!("{}: {}", app.name(), app.words()), out);
    }

    fn tail(&mut self, tail: &TailReport, out: &mut String) {
        let line = match tail.same {
            true => format!("nothing differs: {}", tail.counts.text()),
            false => tail.counts.text(),
        };
        out.push('\n');
        wrapped(&line, self.columns).iter().for_each(|line| out.push_str(&format!("{line}\n")));
    }
}

fn mark(change: &str) -> (&'static str, &'static str) {
    match change {
        "removed" => ("-", REMOVED),
        "added" => ("+", ADDED),
        _ => ("~", CHANGED),
    }
}
