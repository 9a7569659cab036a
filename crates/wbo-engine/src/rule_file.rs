//! Files of rules: TOML with a version of their form, and `[[rule]]` after `[[rule]]`.

use serde::de::{DeserializeOwned, Error as _, IntoDeserializer};
use toml::de::{DeTable, DeValue};

/// What is wrong with a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct RuleFileError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Reads the rules of a file whose version of the form is said by `form`, each with its line.
pub(crate) fn rules<T, R>(
    text: &str,
    form: &str,
    rule: impl Fn(usize, T) -> Result<R, String>,
) -> Result<Vec<R>, RuleFileError>
where
    T: DeserializeOwned,
{
    let wrong = |at: usize, message: String| {
        let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        RuleFileError { line, message }
    };
    let error = |error: toml::de::Error| wrong(error.span().map_or(0, |span| span.start), error.message().to_owned());
    let table = DeTable::parse(text).map_err(error)?;
    let mut rules = Vec::new();
    let mut has_form = false;
    for (word, value) in table.get_ref() {
        let at = value.span().start;
        match (value.get_ref(), word.get_ref().as_ref()) {
            (DeValue::Integer(number), said) if said == form => {
                if number.as_str() != "1" {
                    let number = number.as_str();
                    let message = format!(
                        "'{form}' is the form of the file: {number} is none that this version reads, which is 1"
                    );
                    return Err(wrong(at, message));
                }
                has_form = true;
            }
            (DeValue::Array(array), "rule") => {
                for value in array.iter() {
                    let at = value.span().start;
                    let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
                    let fields = T::deserialize(value.clone().into_deserializer()).map_err(error)?;
                    rules.push(rule(line, fields).map_err(|message| wrong(at, message))?);
                }
            }
            (_, said) => {
                let error =
                    toml::de::Error::custom(format!("'{said}' is not said here; a file has '{form} = 1' and [[rule]]"));
                return Err(wrong(word.span().start, error.message().to_owned()));
            }
        }
    }
    if !has_form {
        return Err(wrong(0, format!("the file begins with '{form} = 1'")));
    }
    Ok(rules)
}
