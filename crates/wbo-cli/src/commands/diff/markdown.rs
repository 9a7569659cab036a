//! A comparison in Markdown, for the summary of a job and for comments.

use crate::clean::clean;
use crate::difference::{AppReport, FactReport, HeadReport, Render, SettingReport, TailReport};

/// A heading and a table for each category. It is written at the end, since it begins with the counts.
#[derive(Default)]
pub(super) struct Markdown {
    head: String,
    body: String,
    heading: String,
    /// Rows for which there was no room.
    left_out: usize,
}

/// Bytes of tables. The summary of a job takes a mebibyte, and drops what is larger.
const MOST: usize = 1_000_000;

/// Bytes of one cell of a table.
const CELL: usize = 2000;

impl Markdown {
    fn row(&mut self, heading: &str, mark: &str, cells: [&str; 3]) {
        let mut row = String::new();
        if self.heading != heading {
            row = format!("\n### {heading}\n\n| | | Before | After |\n|---|---|---|---|\n");
        }
        let [name, before, after] = cells;
        row.push_str(&format!("| {mark} | {name} | {before} | {after} |\n"));
        if self.left_out > 0 || self.body.len() + row.len() > MOST {
            self.left_out += 1;
            return;
        }
        heading.clone_into(&mut self.heading);
        self.body.push_str(&row);
    }
}

impl Render for Markdown {
    fn head(&mut self, head: &HeadReport, _: &mut String) {
        let (before, after) = (code(&head.before.name), code(&head.after.name));
        self.head = format!("## What differs\n\nBefore: {before}  \nAfter: {after}\n");
    }

    fn fact(&mut self, fact: &FactReport, _: &mut String) {
        let (before, after) = fact.sides();
        self.row(&fact.heading(), "changed", [fact.fact, &code(&before), &code(&after)]);
    }

    fn setting(&mut self, setting: &SettingReport, _: &mut String) {
        let name = code(&setting.heading());
        if setting.hidden {
            let (before, after) = match setting.change {
                "removed" => ("personal", ""),
                "added" => ("", "personal"),
                _ => ("personal", "personal"),
            };
            return self.row(&setting.category, mark(setting.change), [&name, before, after]);
        }
        for item in &setting.items {
            let name = match &item.place {
                Some(place) => format!("{name} {}", code(place)),
                None => name.clone(),
            };
            let (before, after) = item.sides(setting.change);
            self.row(&setting.category, mark(setting.change), [&name, &code(&before), &code(&after)]);
        }
    }

    fn app(&mut self, app: &AppReport, _: &mut String) {
        let (before, after) = app.sides();
        let side = |words: Option<String>| words.map(|words| code(&words)).unwrap_or_default();
        self.row("apps", mark(app.change), [&code(&app.name()), &side(before), &side(after)]);
    }

    fn tail(&mut self, tail: &TailReport, out: &mut String) {
        let counts = tail.counts.text();
        let counts = if tail.same { format!("Nothing differs: {counts}.") } else { format!("{counts}.") };
        out.push_str(&format!("{}\n{counts}\n{}", self.head, self.body));
        if self.left_out > 0 {
            out.push_str(&format!("\nThere was no room for {} more rows.\n", self.left_out));
        }
    }
}

fn mark(change: &str) -> &'static str {
    match change {
        "removed" => "removed",
        "added" => "added",
        _ => "changed",
    }
}

/// Text that is shown as it is, within a cell of a table: nothing in it is markup, a link, or a mention.
fn code(text: &str) -> String {
    let text = clean(text);
    let end =
        text.char_indices().map(|(at, character)| at + character.len_utf8()).take_while(|end| *end <= CELL).last();
    let end = end.unwrap_or_default();
    let cut = text.get(..end).unwrap_or_default();
    let more = if end < text.len() { "…" } else { "" };
    if cut.trim().is_empty() {
        return String::new();
    }
    // Tables end a cell at a bar, in some readers also at one that is escaped; a number in its place is never one.
    if cut.contains('|') {
        return format!("<code>{}{more}</code>", numbered(cut));
    }
    // A span of code ends with as many backticks as it began with.
    let longest = cut.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{cut}{more}{blank}{fence}")
}

/// Text in which every character that Markdown or HTML could act on stands as its number.
fn numbered(text: &str) -> String {
    let mut numbered = String::new();
    for character in text.chars() {
        match character {
            ' ' => numbered.push(' '),
            character if character.is_ascii() && !character.is_ascii_alphanumeric() => {
                numbered.push_str(&format!("&#{};", u32::from(character)));
            }
            character => numbered.push(character),
        }
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_span_of_code_is_markup() {
        let table = [
            ("plain", "`plain`"),
            ("a|b\\|<", "<code>a&#124;b&#92;&#124;&#60;</code>"),
            ("`a``b", "``` `a``b ```"),
            ("two\nlines", "`two\\nlines`"),
            (" ", ""),
        ];
        for (text, expected) in table {
            assert_eq!(code(text), expected);
        }
        assert!(code(&"ä".repeat(5000)).len() < CELL + 10);
    }

    #[test]
    fn what_does_not_fit_a_summary_is_counted() {
        let mut markdown = Markdown::default();
        let long = "x".repeat(1000);
        (0..1100).for_each(|_| markdown.row("system", "changed", ["a", &long, ""]));
        assert!(markdown.left_out > 100 && markdown.left_out < 200);
        assert!(markdown.body.len() <= MOST && markdown.body.ends_with("|\n"));
    }
}
