//! Tables of TOML, read field by field, with the line of everything that is wrong.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{CatalogueError, Flaw};

/// Where errors are collected while a file is read, so that one run names all of them.
pub(super) struct Report<'f> {
    file: &'f str,
    text: &'f str,
    pub(super) errors: Vec<CatalogueError>,
}

impl<'f> Report<'f> {
    pub(super) fn new(file: &'f str, text: &'f str) -> Self {
        Self { file, text, errors: Vec::new() }
    }

    /// Takes note of a flaw at a place of the text.
    pub(super) fn flaw(&mut self, at: usize, setting: Option<&str>, flaw: Flaw) {
        let (file, line) = (self.file.to_owned(), self.line(at));
        self.errors.push(CatalogueError { file, line, setting: setting.map(ToOwned::to_owned), flaw });
    }

    /// The line of a place of the text, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

/// The fields of one table. Each is taken once; what is left over is no word of the form.
pub(super) struct Fields<'t> {
    /// The setting it belongs to, for messages.
    pub(super) setting: Option<String>,
    /// Where the table begins.
    pub(super) start: usize,
    rest: Vec<(&'t str, Range<usize>, &'t DeValue<'t>)>,
    /// The words that were asked for.
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(super) fn of(table: &'t DeTable<'t>, start: usize, setting: Option<String>) -> Self {
        let field =
            |(key, value): (&'t Spanned<_>, &'t Spanned<DeValue<'t>>)| -> (&'t str, Range<usize>, &'t DeValue<'t>) {
                let key: &'t Spanned<std::borrow::Cow<'t, str>> = key;
                (key.get_ref(), value.span(), value.get_ref())
            };
        Self { setting, start, rest: table.iter().map(field).collect(), known: Vec::new() }
    }

    pub(super) fn flaw(&self, report: &mut Report<'_>, at: usize, flaw: Flaw) {
        report.flaw(at, self.setting.as_deref(), flaw);
    }

    /// Whether a field is there and was not taken yet.
    pub(super) fn has(&self, word: &str) -> bool {
        self.rest.iter().any(|(key, ..)| *key == word)
    }

    /// Takes a field as it is.
    pub(super) fn take(&mut self, word: &'static str) -> Option<(usize, &'t DeValue<'t>)> {
        self.known.push(word);
        let place = self.rest.iter().position(|(key, ..)| *key == word)?;
        let (_, span, value) = self.rest.swap_remove(place);
        Some((span.start, value))
    }

    /// Takes a text that is not empty.
    pub(super) fn text(&mut self, word: &'static str, report: &mut Report<'_>) -> Option<(usize, &'t str)> {
        let (at, text) = self.any_text(word, report)?;
        if text.is_empty() {
            self.flaw(report, at, Flaw::Empty { word });
            return None;
        }
        Some((at, text))
    }

    /// Takes a text, also an empty one.
    pub(super) fn any_text(&mut self, word: &'static str, report: &mut Report<'_>) -> Option<(usize, &'t str)> {
        let (at, value) = self.take(word)?;
        let text = value.as_str();
        if text.is_none() {
            self.wrong_type(report, at, word, "a text", value);
        }
        Some((at, text?))
    }

    /// Takes a text that must be there.
    pub(super) fn needed_text(&mut self, word: &'static str, report: &mut Report<'_>) -> Option<&'t str> {
        if !self.has(word) {
            self.flaw(report, self.start, Flaw::Missing { word });
        }
        self.text(word, report).map(|(_, text)| text)
    }

    /// Takes one of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        word: &'static str,
        named: &[(T, &'static str)],
        report: &mut Report<'_>,
    ) -> Option<T> {
        let (at, text) = self.text(word, report)?;
        let found = named.iter().find(|(_, name)| *name == text).map(|(value, _)| *value);
        if found.is_none() {
            let known = named.iter().map(|(_, name)| *name).collect();
            self.flaw(report, at, Flaw::UnknownChoice { word, found: text.to_owned(), known });
        }
        found
    }

    /// Takes a whole number in a range.
    pub(super) fn number(&mut self, word: &'static str, range: Range<u64>, report: &mut Report<'_>) -> Option<u64> {
        let (at, value) = self.take(word)?;
        let Some(number) = integer(value) else {
            self.wrong_type(report, at, word, "a whole number", value);
            return None;
        };
        if !range.contains(&number) {
            self.flaw(report, at, Flaw::OutOfRange { word, found: number, least: range.start, most: range.end - 1 });
            return None;
        }
        Some(number)
    }

    /// Takes a list of texts, none of them empty; a list that is there has at least one.
    pub(super) fn texts(&mut self, word: &'static str, report: &mut Report<'_>) -> Vec<(usize, &'t str)> {
        let Some((at, value)) = self.take(word) else { return Vec::new() };
        let Some(list) = value.as_array() else {
            self.wrong_type(report, at, word, "a list of texts", value);
            return Vec::new();
        };
        if list.is_empty() {
            self.flaw(report, at, Flaw::Empty { word });
        }
        let mut texts = Vec::new();
        for item in list.iter() {
            match item.get_ref().as_str() {
                Some("") => self.flaw(report, item.span().start, Flaw::Empty { word }),
                Some(text) => texts.push((item.span().start, text)),
                None => self.wrong_type(report, item.span().start, word, "a list of texts", item.get_ref()),
            }
        }
        texts
    }

    /// Takes a table.
    pub(super) fn table(&mut self, word: &'static str, report: &mut Report<'_>) -> Option<(usize, &'t DeTable<'t>)> {
        let (at, value) = self.take(word)?;
        let table = value.as_table();
        if table.is_none() {
            self.wrong_type(report, at, word, "a table", value);
        }
        Some((at, table?))
    }

    /// Says of each field that was not taken that it is no word of the form.
    pub(super) fn finish(self, report: &mut Report<'_>) {
        for (key, span, _) in &self.rest {
            let near = crate::words::nearest(key, self.known.iter().copied());
            self.flaw(report, span.start, Flaw::UnknownWord { word: (*key).to_owned(), near });
        }
    }

    pub(super) fn wrong_type(
        &self,
        report: &mut Report<'_>,
        at: usize,
        word: &'static str,
        expected: &'static str,
        found: &DeValue<'_>,
    ) {
        self.flaw(report, at, Flaw::WrongType { word, expected, found: found.type_str() });
    }
}

/// A whole number that is not negative, in any of the ways TOML writes one.
pub(super) fn integer(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str().trim_start_matches('+'), integer.radix()).ok()
}
