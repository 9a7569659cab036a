//! The options of a line of `allowed_signers`.

use profile_format::Timestamp;

use super::moment::{LocalTime, Moment, MomentError};
use super::pattern::PatternList;

/// What a line allows its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) namespaces: Option<PatternList>,
    /// The first second at which the key is valid.
    pub(super) valid_after: Option<Timestamp>,
    /// The last second at which the key is valid.
    pub(super) valid_before: Option<Timestamp>,
}

/// Why the options of a line are refused. An option that is not understood could be one that forbids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// An authority for certificates.
    #[error("certificates are not read here, and so no cert-authority; list the keys themselves")]
    CertAuthority,
    /// An option that nobody knows.
    #[error("expected namespaces=\"…\", valid-after=\"…\", valid-before=\"…\" or a key, found {found:?}")]
    Unknown {
        /// What stands there.
        found: String,
    },
    /// A value without its quotes.
    #[error("expected the value of {name} in double quotes")]
    Quotes {
        /// Which option.
        name: &'static str,
    },
    /// An option that stands twice.
    #[error("{name} stands there twice")]
    Twice {
        /// Which option.
        name: &'static str,
    },
    /// A comma after the last option.
    #[error("expected another option after the comma")]
    Trailing,
    /// A value that is no time.
    #[error("{name}: {error}")]
    Time {
        /// Which option.
        name: &'static str,
        /// What is wrong with it.
        error: MomentError,
    },
    /// A key that is never valid.
    #[error("valid-before is no later than valid-after")]
    Never,
}

const NAMESPACES: &str = "namespaces";
const VALID_AFTER: &str = "valid-after";
const VALID_BEFORE: &str = "valid-before";

impl Options {
    /// Reads options separated by commas.
    pub(super) fn parse(text: &str, local: LocalTime<'_>) -> Result<Self, OptionsError> {
        let mut options = Self::default();
        let mut rest = text;
        loop {
            rest = options.read_one(rest, local)?;
            if rest.is_empty() {
                break;
            }
            rest = rest.strip_prefix(',').ok_or_else(|| unknown(rest))?;
            if rest.is_empty() {
                return Err(OptionsError::Trailing);
            }
        }
        match (options.valid_after, options.valid_before) {
            (Some(after), Some(before)) if before <= after => Err(OptionsError::Never),
            _ => Ok(options),
        }
    }

    /// Reads the option at the start of `text` and returns what follows it.
    fn read_one<'a>(&mut self, text: &'a str, local: LocalTime<'_>) -> Result<&'a str, OptionsError> {
        let name = text.split(['=', ',']).next().unwrap_or_default();
        if name.eq_ignore_ascii_case("cert-authority") {
            return Err(OptionsError::CertAuthority);
        }
        let known = [NAMESPACES, VALID_AFTER, VALID_BEFORE].into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let name = known.ok_or_else(|| unknown(text))?;
        let value = text.get(name.len()..).and_then(|rest| rest.strip_prefix('='));
        let (value, rest) = value.and_then(unquote).ok_or(OptionsError::Quotes { name })?;
        let time = |value: &str| Moment::parse(value, local).map_err(|error| OptionsError::Time { name, error });
        let first = match name {
            NAMESPACES => self.namespaces.replace(PatternList::new(&value)).is_none(),
            VALID_AFTER => self.valid_after.replace(time(&value)?).is_none(),
            _ => self.valid_before.replace(time(&value)?).is_none(),
        };
        if first { Ok(rest) } else { Err(OptionsError::Twice { name }) }
    }
}

fn unknown(text: &str) -> OptionsError {
    OptionsError::Unknown { found: text.chars().take(40).collect() }
}

/// The value of a quoted string, in which `\"` stands for a quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut value = String::new();
    loop {
        let (plain, more) = rest.split_once('"')?;
        match plain.strip_suffix('\\') {
            Some(escaped) => {
                value.push_str(escaped);
                value.push('"');
                rest = more;
            }
            None => {
                value.push_str(plain);
                return Some((value, more));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options, OptionsError> {
        Options::parse(text, &|_| None)
    }

    #[test]
    fn options_are_read_in_any_order_and_case() {
        let namespaces = Some(PatternList::new("wbo-*,git"));
        let table = [
            ("namespaces=\"wbo-*,git\"", Options { namespaces: namespaces.clone(), ..Options::default() }),
            (
                "NameSpaces=\"wbo-*,git\",VALID-AFTER=\"19700102Z\"",
                Options { namespaces: namespaces.clone(), valid_after: Some(Timestamp(86_400)), valid_before: None },
            ),
            (
                "valid-before=\"19700103Z\",valid-after=\"19700102Z\",namespaces=\"wbo-*,git\"",
                Options { namespaces, valid_after: Some(Timestamp(86_400)), valid_before: Some(Timestamp(172_800)) },
            ),
            ("namespaces=\"a\\\"b\"", Options { namespaces: Some(PatternList::new("a\"b")), ..Options::default() }),
        ];
        for (text, options) in table {
            assert_eq!(parse(text), Ok(options), "{text}");
        }
    }

    #[test]
    fn every_flaw_is_told() {
        let unknown = |found: &str| OptionsError::Unknown { found: found.into() };
        let table = [
            ("cert-authority", OptionsError::CertAuthority),
            ("namespaces=\"a\",Cert-Authority", OptionsError::CertAuthority),
            ("no-touch-required", unknown("no-touch-required")),
            ("namespaces=\"a\"x", unknown("x")),
            ("namespaces=\"a\",", OptionsError::Trailing),
            ("namespaces=a", OptionsError::Quotes { name: NAMESPACES }),
            ("namespaces=\"a", OptionsError::Quotes { name: NAMESPACES }),
            ("namespaces", OptionsError::Quotes { name: NAMESPACES }),
            ("namespaces=\"a\",namespaces=\"b\"", OptionsError::Twice { name: NAMESPACES }),
            ("valid-after=\"x\"", OptionsError::Time { name: VALID_AFTER, error: MomentError::Form }),
            ("valid-before=\"20260101\"", OptionsError::Time { name: VALID_BEFORE, error: MomentError::Local }),
            ("valid-after=\"20260102Z\",valid-before=\"20260101Z\"", OptionsError::Never),
        ];
        for (text, error) in table {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }
}
