//! Keys of web services, which say whose they are.

use memchr::memmem::Finder;

use super::super::Rule;
use super::super::rules::{Alphabet, Shape};

/// The shapes of all rules.
pub(super) struct Shapes(Vec<(Finder<'static>, Shape, usize)>);

impl Shapes {
    /// The shapes of these rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let shapes = rules.iter().enumerate().flat_map(|(index, rule)| rule.shapes.iter().map(move |one| (one, index)));
        let with_finder =
            |(shape, rule): (&Shape, usize)| (Finder::new(shape.prefix.as_bytes()).into_owned(), shape.clone(), rule);
        Self(shapes.map(with_finder).collect())
    }

    /// The rule with a shape that stands in a text.
    pub(super) fn search(&self, text: &[u8]) -> Option<usize> {
        let stands = |(finder, shape, _): &&(Finder<'static>, Shape, usize)| {
            text.len() >= shape.prefix.len() + shape.least
                && finder.find_iter(text).any(|at| shape.fits(text.get(..at), text.get(at + shape.prefix.len()..)))
        };
        self.0.iter().find(stands).map(|(_, _, rule)| *rule)
    }
}

impl Shape {
    /// Whether the rest fits, and the prefix begins a word.
    fn fits(&self, before: Option<&[u8]>, rest: Option<&[u8]>) -> bool {
        let rest = rest.unwrap_or_default();
        let begins = !before.and_then(<[u8]>::last).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let enough = self.most.unwrap_or(self.least).saturating_add(1);
        let length = rest.iter().take(enough).take_while(|byte| self.of.holds(**byte)).count();
        begins && length >= self.least && self.most.is_none_or(|most| length <= most)
    }
}

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Lower => byte.is_ascii_lowercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-' | b'='),
        }
    }
}
