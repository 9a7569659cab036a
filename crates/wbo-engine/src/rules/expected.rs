//! What a rule asks for.

use std::fmt;

use registry::Name;
use serde::Deserialize;

use crate::NameGlob;
use crate::catalogue::{Place, Setting};

/// What a rule asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expected {
    /// One of these words, labels or numbers.
    OneOf(Vec<String>),
    /// Anything that fits a pattern.
    Matches { glob: NameGlob, text: String },
    /// Nothing there.
    Absent,
    /// Something there.
    Set,
}

/// A word or a number in a file of rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Literal {
    Text(String),
    Number(i64),
}

impl Expected {
    /// What the words of a rule say, of which there must be exactly one.
    pub(super) fn of(
        equals: Option<Literal>,
        one_of: Option<Vec<Literal>>,
        matches: Option<String>,
        absent: Option<bool>,
        set: Option<bool>,
    ) -> Result<Self, String> {
        let text = |literal: Literal| match literal {
            Literal::Text(text) => text,
            Literal::Number(number) => number.to_string(),
        };
        let said = [equals.is_some(), one_of.is_some(), matches.is_some(), absent.is_some(), set.is_some()];
        if said.into_iter().filter(|said| *said).count() != 1 {
            return Err("a rule says one of 'equals', 'one-of', 'matches', 'absent' and 'set'".to_owned());
        }
        let one_of = one_of.or_else(|| equals.map(|equals| vec![equals]));
        match (one_of, matches, absent.or(set)) {
            (Some(list), _, _) if list.is_empty() => {
                Err("nothing is one of none; 'one-of' lists what may be".to_owned())
            }
            (Some(list), _, _) => Ok(Self::OneOf(list.into_iter().map(text).collect())),
            (_, Some(text), _) => Ok(Self::Matches { glob: NameGlob::new(&text), text }),
            // "Not absent" is "set".
            (_, _, said) => Ok(if absent.is_some() == (said == Some(true)) { Self::Absent } else { Self::Set }),
        }
    }

    /// Whether these words, or this number, are what is asked for.
    pub(super) fn takes(&self, words: &str) -> bool {
        match self {
            Self::OneOf(list) => list.iter().any(|one| one == words),
            Self::Matches { glob, .. } => glob.matches(&Name::from(words)),
            Self::Absent | Self::Set => false,
        }
    }

    /// Refuses words that a setting cannot be, where the catalogue knows all that it can: such a rule would fail for ever,
    /// or pass for the wrong reason.
    pub(super) fn must_be_possible(&self, setting: &Setting) -> Result<(), String> {
        let Self::OneOf(list) = self else { return Ok(()) };
        let mut labels = Vec::new();
        for part in &setting.parts {
            match &part.place {
                Place::Registry(place) if !place.labels.is_empty() => labels.extend(&place.labels),
                _ => return Ok(()),
            }
        }
        let is_known = |text: &String| labels.iter().any(|(value, label)| value == text || label == text);
        // Windows may know numbers that the catalogue does not.
        let is_number = |text: &String| text.parse::<i64>().is_ok();
        match list.iter().find(|text| !is_known(text) && !is_number(text)) {
            None => Ok(()),
            Some(text) => {
                let mut labels: Vec<String> = labels.iter().map(|(_, label)| format!("'{label}'")).collect();
                labels.dedup();
                Err(format!("{} is never '{text}'; it is one of {}", setting.id, labels.join(", ")))
            }
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(list) => formatter.write_str(&list.join(" or ")),
            Self::Matches { text, .. } => write!(formatter, "something like {text}"),
            Self::Absent => formatter.write_str("nothing"),
            Self::Set => formatter.write_str("something"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_asked_for() {
        let text = |text: &str| Some(Literal::Text(text.to_owned()));
        let rows = [
            (Expected::of(text("Left"), None, None, None, None), Ok("Left")),
            (Expected::of(None, Some(vec![Literal::Number(1), Literal::Number(2)]), None, None, None), Ok("1 or 2")),
            (Expected::of(None, None, Some("a*".to_owned()), None, None), Ok("something like a*")),
            (Expected::of(None, None, None, Some(true), None), Ok("nothing")),
            (Expected::of(None, None, None, Some(false), None), Ok("something")),
            (Expected::of(None, None, None, None, Some(true)), Ok("something")),
            (Expected::of(None, None, None, None, Some(false)), Ok("nothing")),
            (Expected::of(None, Some(Vec::new()), None, None, None), Err("nothing is one of none")),
            (Expected::of(None, None, None, None, None), Err("a rule says one of")),
            (Expected::of(text("a"), None, None, None, Some(true)), Err("a rule says one of")),
        ];
        for (found, expected) in rows {
            match (found, expected) {
                (Ok(found), Ok(words)) => assert_eq!(found.to_string(), words),
                (Err(error), Err(words)) => assert!(error.starts_with(words), "{error}"),
                (found, expected) => panic!("{found:?} instead of {expected:?}"),
            }
        }
    }
}
