//! A profile as a table: one row for each thing that a setting consists of.

use profile_format::{Category, Item};

use super::{Asked, Outcome, Request};
use crate::{capture, describe};

/// The columns, by the names in the first row.
pub const COLUMNS: [&str; 8] = ["category", "id", "instance", "title", "place", "state", "value", "default"];

/// A table, and what of the profile is in it.
#[derive(Debug)]
pub struct Table {
    /// The rows, in the profile's order. Texts are as they are, with whatever characters somebody put there.
    pub rows: Vec<Row>,
    /// What is in it.
    pub outcome: Outcome,
}

/// The fields of a row, in the order of [`COLUMNS`].
pub type Row = [String; COLUMNS.len()];

/// What stands instead of what is personal.
const HIDDEN: &str = "(personal, hidden)";

/// A row for each item of each setting that is asked for. What tells something about a person is hidden unless `reveal` is
/// set.
pub fn table(request: &Request<'_>, reveal: bool) -> Table {
    let mut table = Table { rows: Vec::new(), outcome: Outcome::default() };
    for asked in request.settings() {
        table.rows.extend(asked.captured.items.iter().map(|item| row(&asked, item, reveal)));
        table.outcome.exported.push(asked.subject());
    }
    table
}

fn row(asked: &Asked<'_>, item: &Item, reveal: bool) -> Row {
    let subject = asked.subject();
    let hide = |text: String| match subject.personal && !reveal && !text.is_empty() {
        true => HIDDEN.to_owned(),
        false => text,
    };
    let words = match asked.known {
        Some(setting) => describe::item(setting, item),
        None => describe::unknown_item(item),
    };
    let place = asked.known.and_then(|setting| describe::place_of(setting, item));
    let is_set = !capture::is_absent(item);
    [
        category(asked.category),
        subject.id.clone(),
        hide(subject.instance.as_ref().map(ToString::to_string).unwrap_or_default()),
        subject.title.clone(),
        hide(names_to(item)),
        if is_set { "set" } else { "absent" }.to_owned(),
        hide(words.unwrap_or_default()),
        place.and_then(describe::default).unwrap_or_default(),
    ]
}

fn category(category: Category) -> String {
    category.name().map_or_else(|| format!("category-{}", category.0), ToOwned::to_owned)
}

/// Which part of its setting an item is: the names that lead to it.
fn names_to(item: &Item) -> String {
    let names = item.path().iter().chain(item.value_name()).map(|name| super::name_of(name).to_string());
    let names: Vec<String> = names.map(|name| if name.is_empty() { "(default)".to_owned() } else { name }).collect();
    names.join("\\")
}

/// The table as RFC 4180 has it, the names of the columns first.
///
/// What a spreadsheet would take for a formula gets an apostrophe before it, which spreadsheets take for "this is text".
pub fn csv_text(rows: impl IntoIterator<Item = Row>) -> String {
    let mut text = String::new();
    for fields in std::iter::once(COLUMNS.map(str::to_owned)).chain(rows) {
        text.push_str(&fields.map(|field| quoted(&field)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    let is_formula = field.starts_with(['\t', '\r']) || field.trim_start().starts_with(FORMULA);
    let guard = if is_formula { "'" } else { "" };
    if field.contains([',', '"', '\r', '\n']) || field.starts_with(' ') || field.ends_with(' ') {
        return format!("\"{guard}{}\"", field.replace('"', "\"\""));
    }
    format!("{guard}{field}")
}

/// Characters with which formulas begin; in East Asia, wide ones do too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_start_no_formula() {
        let rows = [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\r\nb", "\"a\r\nb\""),
            (" a", "\" a\""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1+1", "'＝1+1"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            (" =1+1", "\"' =1+1\""),
            ("a=b", "a=b"),
        ];
        for (field, expected) in rows {
            assert_eq!(quoted(field), expected, "{field:?}");
        }
    }
}
