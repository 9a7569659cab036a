//! Contents: the bytes of files, beside the document.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use profile_format::{Content, ContentId};
use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{At, Located, Problem, WriteError};
use crate::path::ContentPath;

/// Where a content's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentPlace {
    /// In the JSON itself: as text where they are legible text, in Base64 otherwise.
    Inline(Vec<u8>),
    /// In a file beside the JSON.
    File(ContentPath),
}

/// The size is known from the settings too. It stands here as well, so that a list of contents says how large each is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContentJson {
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<Base64>,
}

impl ContentJson {
    pub(crate) fn write(content: Content, place: ContentPlace) -> Result<Self, WriteError> {
        let mut json = Self { size: content.size, file: None, text: None, base64: None };
        match place {
            ContentPlace::File(path) => json.file = Some(path.as_str().to_owned()),
            ContentPlace::Inline(bytes) => {
                let checked = check(content, &bytes);
                checked.map_err(|problem| WriteError::Content { content: content.id, problem })?;
                match legible(bytes) {
                    Ok(text) => json.text = Some(text),
                    Err(bytes) => json.base64 = Some(Base64(bytes)),
                }
            }
        }
        Ok(json)
    }

    pub(crate) fn read(self, expected: Content) -> Result<ContentPlace, Located> {
        if self.size != expected.size {
            return Err(Problem::ContentSize { expected: expected.size, found: self.size }).at("size");
        }
        let bytes = match (self.file, self.text, self.base64) {
            (Some(path), None, None) => {
                return ContentPath::new(path).map(ContentPlace::File).map_err(Problem::from).at("file");
            }
            (None, Some(text), None) => text.into_bytes(),
            (None, None, Some(Base64(bytes))) => bytes,
            _ => return Err(Problem::ContentPlace.into()),
        };
        check(expected, &bytes)?;
        Ok(ContentPlace::Inline(bytes))
    }
}

/// Checks that bytes are what the settings say they are.
fn check(expected: Content, bytes: &[u8]) -> Result<(), Problem> {
    let found = bytes.len() as u64;
    if found != expected.size {
        return Err(Problem::ContentSize { expected: expected.size, found });
    }
    match ContentId(Sha256::digest(bytes).into()) {
        found if found == expected.id => Ok(()),
        found => Err(Problem::ContentDigest { found }),
    }
}

/// Bytes as text, if a text editor would show them as such; otherwise the bytes again.
fn legible(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    let text = String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes)?;
    let has_controls = text.chars().any(|character| character.is_control() && !matches!(character, '\t' | '\r' | '\n'));
    if has_controls { Err(text.into_bytes()) } else { Ok(text) }
}

/// Bytes in Base64, with padding, as RFC 4648 has it first.
struct Base64(Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD.decode(text);
        bytes.map(Self).map_err(|error| D::Error::custom(format_args!("not canonical Base64: {error}")))
    }
}
