//! A comparison as a page: one file, without scripts, that reads well on a screen, a phone and paper.

use crate::clean::clean;
use crate::describe::count;
use crate::difference::{
    AppReport, EditReport, FactReport, HIDDEN, HeadReport, ItemReport, PartsReport, Render, SettingReport, SideReport,
    TailReport,
};
use crate::junit::escaped;

/// The parts of the page. It is written at the end, since it begins with the counts.
#[derive(Default)]
pub(super) struct Html {
    sides: Option<HeadReport>,
    parts: Vec<Part>,
}

/// A heading and its table.
struct Part {
    name: String,
    rows: String,
    count: usize,
}

const STYLE: &str = include_str!("page.css");

impl Html {
    fn row(&mut self, part: &str, change: &str, cells: [&str; 3]) {
        if self.parts.last().is_none_or(|last| last.name != part) {
            self.parts.push(Part { name: part.to_owned(), rows: String::new(), count: 0 });
        }
        let [name, before, after] = cells;
        if let Some(last) = self.parts.last_mut() {
            last.count += 1;
            last.rows.push_str(&format!(
                "<tr class=\"{change}\"><td class=\"change\">{change}</td><th scope=\"row\">{name}</th>\
                 <td data-side=\"Before\">{before}</td><td data-side=\"After\">{after}</td></tr>\n"
            ));
        }
    }

    fn side(name: &str, side: &SideReport, page: &mut String) {
        page.push_str(&format!("<dt>{name}</dt><dd>{}", text(&side.name)));
        side.missed.iter().for_each(|missed| page.push_str(&format!("<br>not read: {}", text(missed))));
        page.push_str("</dd>\n");
    }
}

impl Render for Html {
    fn head(&mut self, head: &HeadReport, _: &mut String) {
        self.sides = Some(head.clone());
    }

    fn fact(&mut self, fact: &FactReport, _: &mut String) {
        let (before, after) = fact.sides();
        self.row(&fact.heading(), "changed", [fact.fact, &text(&before), &text(&after)]);
    }

    fn setting(&mut self, setting: &SettingReport, _: &mut String) {
        let name = format!("{}<small>{}</small>", text(&setting.heading()), text(&setting.id));
        let (before, after) = match setting.hidden {
            true => {
                let hidden = text(HIDDEN);
                let side = |without: &str| if setting.change == without { String::new() } else { hidden.clone() };
                (side("added"), side("removed"))
            }
            false => sides(setting),
        };
        self.row(&setting.category, setting.change, [&name, &before, &after]);
    }

    fn app(&mut self, app: &AppReport, _: &mut String) {
        let name = format!("{}<small>{}</small>", text(&app.name()), text(&app.id));
        let (before, after) = app.sides();
        let side = |words: Option<String>| words.map(|words| text(&words)).unwrap_or_default();
        let change = if matches!(app.change, "added" | "removed") { app.change } else { "changed" };
        self.row("apps", change, [&name, &side(before), &side(after)]);
    }

    fn tail(&mut self, tail: &TailReport, page: &mut String) {
        page.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
        // Nothing is ever loaded, whatever stands in a profile.
        page.push_str(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        );
        page.push_str(&format!("<title>What differs</title>\n<style>\n{STYLE}"));
        for number in 0..self.parts.len() {
            // Where a browser does not know the rule, everything is shown.
            page.push_str(&format!(
                "body:has(#show-{number}:checked) section:not(#part-{number}) {{ display: none; }}\n"
            ));
        }
        page.push_str("</style>\n</head>\n<body>\n<header>\n<h1>What differs</h1>\n<dl>\n");
        if let Some(sides) = &self.sides {
            Self::side("Before", &sides.before, page);
            Self::side("After", &sides.after, page);
        }
        let same = if tail.same { "Nothing differs: " } else { "" };
        page.push_str(&format!("</dl>\n<p>{same}{}.</p>\n", text(&tail.counts.text())));
        if self.parts.len() > 1 {
            page.push_str("<fieldset>\n<legend>Show</legend>\n");
            page.push_str("<label><input type=\"radio\" name=\"show\" checked> everything</label>\n");
            for (number, part) in self.parts.iter().enumerate() {
                let Part { name, count, .. } = part;
                page.push_str(&format!(
                    "<label><input type=\"radio\" name=\"show\" id=\"show-{number}\"> {} <small>{count}</small></label>\n",
                    text(name)
                ));
            }
            page.push_str("</fieldset>\n");
        }
        page.push_str("</header>\n<main>\n");
        for (number, part) in self.parts.iter().enumerate() {
            page.push_str(&format!(
                "<section id=\"part-{number}\" aria-labelledby=\"name-{number}\">\n<h2 id=\"name-{number}\">{} \
                 <small>{}</small></h2>\n<table>\n<thead><tr><th scope=\"col\">Change</th><th scope=\"col\">What</th>\
                 <th scope=\"col\">Before</th><th scope=\"col\">After</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n\
                 </section>\n",
                text(&part.name),
                count(part.count as u64, "difference", "differences"),
                part.rows
            ));
        }
        page.push_str("</main>\n</body>\n</html>\n");
    }
}

/// What either side says of a setting, thing by thing.
fn sides(setting: &SettingReport) -> (String, String) {
    let [mut before, mut after] = [String::new(), String::new()];
    for item in &setting.items {
        let (one, other) = item_sides(item, setting.change);
        for (side, words) in [(&mut before, one), (&mut after, other)] {
            let place = item.place.as_ref().filter(|_| !words.is_empty());
            let place = place.map(|place| format!("<small>{}</small> ", text(place))).unwrap_or_default();
            side.push_str(&format!("<div>{place}{words}</div>"));
        }
    }
    (before, after)
}

fn item_sides(item: &ItemReport, change: &str) -> (String, String) {
    match &item.parts {
        Some(PartsReport::Elements { removed, added, moved }) => {
            let list = |tag: &str, elements: &[String]| {
                let element = |element: &String| format!("<{tag}>{}</{tag}>", text(element));
                elements.iter().map(element).collect::<Vec<_>>().join("<br>")
            };
            let moved = if *moved { " <em>in another order</em>" } else { "" };
            (list("del", removed), list("ins", added) + moved)
        }
        Some(PartsReport::Words { edits }) => {
            let [mut before, mut after] = [String::new(), String::new()];
            for edit in edits {
                match edit {
                    EditReport::Kept(words) => {
                        before.push_str(&text(words));
                        after.push_str(&text(words));
                    }
                    EditReport::Removed(words) => before.push_str(&format!("<del>{}</del>", text(words))),
                    EditReport::Added(words) => after.push_str(&format!("<ins>{}</ins>", text(words))),
                }
            }
            (before, after)
        }
        None => {
            let (before, after) = item.sides(change);
            (text(&before), text(&after))
        }
    }
}

/// Text as it may stand in the page.
fn text(text: &str) -> String {
    escaped(&clean(text))
}
