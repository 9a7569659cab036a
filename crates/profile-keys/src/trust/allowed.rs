//! The file of trusted signers, in the form of OpenSSH's `allowed_signers` (ssh-keygen(1), ALLOWED SIGNERS).
//!
//! It is read more strictly than ssh-keygen reads it. Any wrong line refuses the file, not only one that is reached; a
//! line without `namespaces=` trusts nothing, because a key that may sign commits need not be one that may vouch for
//! profiles; and certificates are refused.

use profile_format::{SignerKey, Standing, Timestamp};

use super::moment::{LocalTime, in_words};
use super::options::{Options, OptionsError};
use super::pattern::PatternList;
use crate::lines::entries;
use crate::seal::{PublicKey, PublicKeyError, is_certificate, is_kind, parse_key_line};

/// Bytes of a file of signers: some 100,000 of them.
const MAX_FILE: usize = 16 << 20;

/// Signers that are trusted, each in some namespaces and for some time.
#[derive(Clone, Debug, Default)]
pub struct AllowedSigners {
    files: Vec<String>,
    lines: Vec<Line>,
    principal: Option<String>,
}

#[derive(Clone, Debug)]
struct Line {
    file: String,
    number: usize,
    principals: PatternList,
    options: Options,
    key: SignerKey,
}

/// Why a file of signers is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllowedSignersError {
    /// A file too long to be one.
    #[error("{file} has {found} bytes, more than the {MAX_FILE} that a file of signers may have")]
    TooLong {
        /// Which file.
        file: String,
        /// How many bytes.
        found: usize,
    },
    /// A line that lacks a field.
    #[error("{file}, line {line}: expected principals, options and a public key")]
    Form {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
    },
    /// A line with options that are refused.
    #[error("{file}, line {line}: {error}")]
    Options {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with them.
        error: OptionsError,
    },
    /// A line with a certificate.
    #[error("{file}, line {line}: certificates are not read here; list the keys themselves")]
    Certificate {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
    },
    /// A line with a broken key.
    #[error("{file}, line {line}: {error}")]
    Key {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        error: PublicKeyError,
    },
}

impl AllowedSigners {
    /// Reads a file. `file` names it in errors and reasons; `local` says what dates without a `Z` mean.
    pub fn parse(text: &str, file: &str, local: LocalTime<'_>) -> Result<Self, AllowedSignersError> {
        if text.len() > MAX_FILE {
            return Err(AllowedSignersError::TooLong { file: file.to_owned(), found: text.len() });
        }
        let lines = entries(text).map(|(number, entry)| Line::parse(entry, file, number, local));
        let lines = lines.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        Ok(Self { files: vec![file.to_owned()], lines, principal: None })
    }

    /// Trusts whom another file trusts, too.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.lines.extend(other.lines);
        self.principal = self.principal.or(other.principal);
        self
    }

    /// Trusts `principal` alone, as `ssh-keygen -Y verify -I` does.
    #[must_use]
    pub fn only(mut self, principal: impl Into<String>) -> Self {
        self.principal = Some(principal.into());
        self
    }

    /// Whether `key` may sign in `namespace` at `now`: one line that says yes is enough, and without one the reason is
    /// what every line about the key lacks.
    pub(super) fn standing(&self, key: &SignerKey, namespace: &str, now: Timestamp) -> Standing {
        let mut reasons = Vec::new();
        for line in self.lines.iter().filter(|line| line.key == *key) {
            match line.obstacle(namespace, now, self.principal.as_deref()) {
                None => {
                    let principal = self.principal.as_deref().unwrap_or(line.principals.as_str()).to_owned();
                    return Standing::Trusted { principal };
                }
                Some(reason) => reasons.push(format!("{reason} ({}, line {})", line.file, line.number)),
            }
        }
        if reasons.is_empty() {
            reasons.push(match self.files.as_slice() {
                [] => "no trusted signers are given".to_owned(),
                files => format!("not listed in {}", files.join(", ")),
            });
        }
        Standing::Untrusted { reason: reasons.join("; ") }
    }
}

impl Line {
    /// `None` for a key of a kind that is never trusted, since no seal made with it is verified.
    fn parse(
        entry: &str,
        file: &str,
        number: usize,
        local: LocalTime<'_>,
    ) -> Result<Option<Self>, AllowedSignersError> {
        let owned = || file.to_owned();
        let form = || AllowedSignersError::Form { file: owned(), line: number };
        let (principals, rest) = split_principals(entry).ok_or_else(form)?;
        let (options, key) = split_options(rest);
        let options = options.map_or(Ok(Options::default()), |options| Options::parse(options, local));
        let options = options.map_err(|error| AllowedSignersError::Options { file: owned(), line: number, error })?;
        let kind = key.split([' ', '\t']).next().filter(|kind| !kind.is_empty()).ok_or_else(form)?;
        if is_certificate(kind) {
            return Err(AllowedSignersError::Certificate { file: owned(), line: number });
        }
        let key = parse_key_line(key).and_then(|key| PublicKey::parse(&key.0).map(|parsed| (key, parsed)));
        let (key, parsed) = key.map_err(|error| AllowedSignersError::Key { file: owned(), line: number, error })?;
        if matches!(parsed, PublicKey::Other { .. }) {
            return Ok(None);
        }
        Ok(Some(Self { file: owned(), number, principals: PatternList::new(principals), options, key }))
    }

    /// Why this line does not trust its key, if it does not.
    fn obstacle(&self, namespace: &str, now: Timestamp, principal: Option<&str>) -> Option<String> {
        if let Some(principal) = principal.filter(|principal| !self.principals.matches(principal)) {
            return Some(format!("listed for {}, not for {principal}", self.principals.as_str()));
        }
        match &self.options.namespaces {
            None => return Some("listed without namespaces=, which trusts nothing here".to_owned()),
            Some(list) if !list.matches(namespace) => {
                return Some(format!("listed for the namespaces {}, not for {namespace}", list.as_str()));
            }
            Some(_) => {}
        }
        if let Some(after) = self.options.valid_after.filter(|after| now < *after) {
            return Some(format!("not valid before {}", in_words(after)));
        }
        let before = self.options.valid_before.filter(|before| now > *before)?;
        Some(format!("expired at {}", in_words(before)))
    }
}

/// The first field, which may stand in quotes, and what follows it.
fn split_principals(entry: &str) -> Option<(&str, &str)> {
    let (principals, rest) = match entry.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => entry.split_once([' ', '\t'])?,
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    (!principals.is_empty() && !rest.is_empty()).then_some((principals, rest))
}

/// The options, if there are any, and the key. Options end at the first white space outside of quotes.
fn split_options(rest: &str) -> (Option<&str>, &str) {
    let first = rest.split([' ', '\t']).next().unwrap_or_default();
    if is_kind(first) {
        return (None, rest);
    }
    let mut quoted = false;
    let mut escaped = false;
    let end = rest.find(|character| {
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\';
        !quoted && matches!(character, ' ' | '\t')
    });
    let (options, key) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
    (Some(options), key.trim_start_matches([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO1Jb2kKkXS0yMzaE6gX2HNMpcZmsV+/qFvBrWjsLmSj";
    const SPACE: &str = "wbo-profile";
    const NOON: Timestamp = Timestamp(1_795_176_000); // 2026-11-20 12:00 UTC

    fn parse(text: &str) -> Result<AllowedSigners, AllowedSignersError> {
        AllowedSigners::parse(text, "signers", &|_| None)
    }

    fn standing(signers: &AllowedSigners) -> Result<String, String> {
        let key = parse_key_line(KEY).unwrap();
        match signers.standing(&key, SPACE, NOON) {
            Standing::Trusted { principal } => Ok(principal),
            Standing::Untrusted { reason } => Err(reason),
            _ => Err("neither".into()),
        }
    }

    #[test]
    fn lines_trust_or_say_why_not() {
        let trusted = |principal: &str| Ok(principal.to_owned());
        let not = |reason: &str| Err(format!("{reason} (signers, line 1)"));
        let table = [
            ("a@b namespaces=\"wbo-profile\"", trusted("a@b")),
            ("\"a@b,c d\"\tnamespaces=\"git,wbo-*\"", trusted("a@b,c d")),
            ("a@b NAMESPACES=\"wbo-profile\",valid-before=\"202611201200Z\"", trusted("a@b")),
            ("a@b namespaces=\"wbo-profile\",valid-after=\"202611201200Z\"", trusted("a@b")),
            ("a@b", not("listed without namespaces=, which trusts nothing here")),
            ("a@b valid-after=\"20200101Z\"", not("listed without namespaces=, which trusts nothing here")),
            ("a@b namespaces=\"git\"", not("listed for the namespaces git, not for wbo-profile")),
            ("a@b namespaces=\"!wbo-profile,*\"", not("listed for the namespaces !wbo-profile,*, not for wbo-profile")),
            ("a@b namespaces=\"*\",valid-before=\"20261120115959Z\"", not("expired at 2026-11-20 11:59:59 UTC")),
            ("a@b namespaces=\"*\",valid-after=\"20261121Z\"", not("not valid before 2026-11-21 00:00:00 UTC")),
        ];
        for (fields, expected) in table {
            assert_eq!(standing(&parse(&format!("{fields} {KEY} comment\r\n")).unwrap()), expected, "{fields}");
        }
        assert_eq!(standing(&parse("# nobody\n").unwrap()), Err("not listed in signers".into()));
        assert_eq!(standing(&AllowedSigners::default()), Err("no trusted signers are given".into()));
    }

    #[test]
    fn one_line_that_trusts_is_enough() {
        let old = format!("a@b namespaces=\"*\",valid-before=\"20200101Z\" {KEY}\n");
        let new = format!("c@d namespaces=\"*\" {KEY}\n");
        assert_eq!(standing(&parse(&format!("{old}{new}")).unwrap()), Ok("c@d".into()));
        assert_eq!(standing(&parse(&old).unwrap().and(parse(&new).unwrap())), Ok("c@d".into()));
    }

    #[test]
    fn one_principal_may_be_asked_for() {
        let signers = parse(&format!("!eve@b,*@b namespaces=\"*\" {KEY}\n")).unwrap();
        assert_eq!(standing(&signers.clone().only("a@b")), Ok("a@b".into()));
        for other in ["eve@b", "a@c"] {
            let reason = standing(&signers.clone().only(other)).unwrap_err();
            assert_eq!(reason, format!("listed for !eve@b,*@b, not for {other} (signers, line 1)"));
        }
    }

    #[test]
    fn a_wrong_line_refuses_the_file() {
        let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQM=";
        let table = [
            (format!("a@b {KEY} ok\nonly-principals\n"), "line 2: expected principals"),
            ("a@b namespaces=\"x\"".to_owned(), "line 1: expected principals"),
            (format!("\"a@b {KEY}"), "line 1: expected principals"),
            (format!("a@b cert-authority {KEY}"), "no cert-authority"),
            (format!("a@b no-touch-required {KEY}"), "found \"no-touch-required\""),
            (format!("a@b namespaces=\"a b {KEY}"), "in double quotes"),
            (format!("a@b namespaces=\"x\", {KEY}"), "after the comma"),
            ("a@b ssh-ed25519-cert-v01@openssh.com AAAA".to_owned(), "certificates"),
            ("a@b namespaces=\"x\" ssh-ed25519-cert-v01@openssh.com AAAA".to_owned(), "certificates"),
            ("a@b namespaces=\"x\" ssh-ed448 AAAA".to_owned(), "no kind of SSH key"),
            ("a@b ssh-ed25519 AAAAC3Nz".to_owned(), "broken"),
            (format!("a@b {}", rsa.replace("rsa ", "dss ")), "the key inside says ssh-rsa"),
        ];
        for (text, words) in table {
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.starts_with("signers, line ") && error.contains(words), "{text}: {error}");
        }
        assert!(parse(&format!("a@b namespaces=\"*\" {rsa}")).is_ok(), "an RSA key may stand there");
    }
}
