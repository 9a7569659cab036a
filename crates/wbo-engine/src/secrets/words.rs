//! Words that say that something is a secret.

use registry::{KeyPath, Name, Value, ValueType};

use super::Rule;

/// The words of all rules.
pub(super) struct Words {
    patterns: Vec<(Pattern, usize)>,
    under: Vec<(String, usize)>,
    /// Words that take the meaning from others, longest first.
    but: Vec<String>,
}

enum Pattern {
    /// These letters in a row, across words.
    Letters(String),
    /// Words that are these letters together.
    Words(String),
    /// The same, as the last words.
    LastWords(String),
}

impl Words {
    /// The words of these rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let rules = || rules.iter().enumerate();
        let patterns = rules().flat_map(|(index, rule)| rule.words.iter().map(move |word| (Pattern::new(word), index)));
        let under = rules().flat_map(|(index, rule)| rule.under.iter().map(move |word| (letters(word), index)));
        let mut but: Vec<String> = rules().flat_map(|(_, rule)| rule.but.iter().map(|word| letters(word))).collect();
        but.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Self { patterns: patterns.collect(), under: under.collect(), but }
    }

    /// The rule by which a name is that of a secret.
    pub(super) fn name(&self, name: &str) -> Option<usize> {
        let words = self.without_but(words_of(name));
        if words.is_empty() {
            return None;
        }
        // No letter is a line break, so nothing runs across what was taken out.
        let letters: String = words.iter().map(|word| if word.is_empty() { "\n" } else { word }).collect();
        let fits = |(pattern, _): &&(Pattern, usize)| pattern.fits(&words, &letters);
        self.patterns.iter().find(fits).map(|(_, rule)| *rule)
    }

    /// The rule by which a value is a secret, because it or a key above it is called so, unless its data are a switch.
    pub(super) fn value(&self, key: &KeyPath, name: &Name, value: &Value) -> Option<usize> {
        if is_switch(value) {
            return None;
        }
        let under = |key: &Name| {
            let letters = letters(&key.to_string());
            self.under.iter().find(|(word, _)| *word == letters).map(|(_, rule)| *rule)
        };
        let called = if name.is_empty() { key.names().last() } else { Some(name) };
        let called = called.and_then(|name| self.name(last_part(&name.to_string())));
        called.or_else(|| key.names().iter().find_map(under))
    }

    fn without_but(&self, mut words: Vec<String>) -> Vec<String> {
        for but in &self.but {
            while let Some((from, to)) = run_of(&words, but) {
                words.splice(from..to, [String::new()]);
            }
        }
        words
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        if let Some(inner) = text.strip_prefix('*').and_then(|text| text.strip_suffix('*')) {
            Self::Letters(inner.to_owned())
        } else if let Some(words) = text.strip_suffix('$') {
            Self::LastWords(letters(words))
        } else {
            Self::Words(letters(text))
        }
    }

    fn fits(&self, words: &[String], letters: &str) -> bool {
        match self {
            Self::Letters(inner) => letters.contains(inner),
            Self::Words(run) => run_of(words, run).is_some(),
            Self::LastWords(run) => {
                let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty();
                let end = words.iter().rposition(|word| !is_number(word)).map_or(0, |last| last + 1);
                let words = words.get(..end).unwrap_or_default();
                (0..end).any(|from| words.get(from..).is_some_and(|words| words.concat() == *run))
            }
        }
    }
}

/// Whether a text says no more than yes or no, or a digit.
pub(super) fn is_switch_text(text: &str) -> bool {
    const SWITCHES: [&str; 23] = [
        "yes",
        "no",
        "true",
        "false",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "undefined",
        "enabled",
        "disabled",
        "ask",
        "prompt",
        "always",
        "never",
        "default",
        "auto",
        "manual",
        "optional",
        "required",
        "allow",
        "deny",
    ];
    let text = text.trim();
    text.chars().nth(1).is_none() || SWITCHES.iter().any(|switch| switch.eq_ignore_ascii_case(text))
}

/// Whether data can be no secret: they are empty, a small number, or a text that is a switch.
fn is_switch(value: &Value) -> bool {
    let data = value.data.as_slice();
    if data.iter().all(|byte| *byte == 0) {
        return true;
    }
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    let is_text = matches!(value.kind, ValueType::SZ | ValueType::EXPAND_SZ | ValueType::MULTI_SZ);
    if !is_text && (data.len() == 4 || data.len() == 8) {
        let number = number(data);
        return number <= 0xff || (value.kind == ValueType::DWORD && number == 0xffff_ffff);
    }
    let narrow: String = match data.as_chunks::<2>() {
        (pairs, []) if pairs.iter().any(|[_, high]| *high == 0) => {
            let units = pairs.iter().map(|&pair| u16::from_le_bytes(pair)).filter(|unit| *unit != 0);
            char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
        }
        _ => String::from_utf8_lossy(data).trim_end_matches('\0').to_owned(),
    };
    is_switch_text(&narrow)
}

/// What a name that is a path is called: its last part. Names of programs say nothing about what stands under them.
fn last_part(name: &str) -> &str {
    let last = name.rsplit(['\\', '/']).next().unwrap_or(name);
    let lower = name.to_ascii_lowercase();
    let is_program =
        name.contains('\\') && [".exe", ".dll", ".lnk", ".cpl", ".msc"].iter().any(|end| lower.contains(end));
    if is_program { "" } else { last }
}

fn letters(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a name, in lower case: divided where the case changes, where digits begin or end, and at everything that
/// is neither.
fn words_of(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at)).copied().unwrap_or(' ');
        let after = characters.get(at + 1).copied().unwrap_or(' ');
        let begins = character.is_uppercase()
            && (before.is_lowercase() || (before.is_uppercase() && after.is_lowercase()))
            || character.is_numeric() != before.is_numeric();
        if !character.is_alphanumeric() || begins {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Where words stand that are these letters together.
fn run_of(words: &[String], run: &str) -> Option<(usize, usize)> {
    (0..words.len()).find_map(|from| {
        let mut rest = run;
        for (at, word) in words.iter().enumerate().skip(from) {
            rest = rest.strip_prefix(word.as_str()).filter(|_| !word.is_empty())?;
            if rest.is_empty() {
                return Some((from, at + 1));
            }
        }
        None
    })
}
