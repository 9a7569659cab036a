//! Reading a whole file as `wbo verify` does, and what comes of it in words that fixtures use.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of these")]

use profile_format::*;

use crate::samples::{ContentMap, contents_of};

/// Why a file was refused: the kind, by which callers choose what to do, and the reason in full.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: String,
    pub reason: String,
}

/// Reads every byte of a file and everything that it says, with every check that there is.
pub fn read_everything(
    file: &[u8],
    key: &OpeningKey,
    judge: &dyn JudgeSeal,
) -> Result<(Document, ContentMap), Refusal> {
    let sealed = Sealed::parse(file)?;
    sealed.check_body()?;
    let trust = sealed.judge(judge).accept_unsigned("a test");
    let trust = trust.map_err(|error| Refusal { kind: "wrong seal".into(), reason: error.to_string() })?;
    let opened = sealed.open(key, trust)?;
    let verdicts = opened.verify();
    let document = opened.document();
    let whole = verdicts.iter().all(|verdict| verdict.result.is_ok());
    assert!(!whole || document.is_ok(), "it verifies as whole, and yet its document does not open: {document:?}");
    verdicts.into_iter().try_for_each(|verdict| verdict.result)?;
    Ok((document?, contents_of(&opened)))
}

pub fn opening_key(key: Option<[u8; 32]>) -> OpeningKey {
    key.map_or_else(OpeningKey::plain, |key| ProfileKey::chosen(key, [0; 32]).opening_key())
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self { kind: kind_of(&error), reason: error.to_string() }
    }
}

fn kind_of(error: &ReadError) -> String {
    let newer = |newer: &Newer| match newer {
        Newer::Version(_) => "version",
        Newer::Features(_) => "features",
        Newer::Suite(_) => "suite",
        Newer::Record(_) => "record",
        Newer::Section(_) => "section",
        Newer::Document(_) => "document",
        other => panic!("{other} has no word yet"),
    };
    let mangled = |mangling: &Mangling| match mangling {
        Mangling::CrLfToLf => "CR LF to LF",
        Mangling::LfToCrLf => "LF to CR LF",
        Mangling::SevenBits => "seven bits",
        Mangling::Utf16 => "UTF-16",
        Mangling::Utf8 => "UTF-8",
        other => panic!("{other} has no word yet"),
    };
    match error {
        ReadError::NotAProfile { .. } => "not a profile".into(),
        ReadError::Mangled(found) => format!("mangled: {}", mangled(found)),
        ReadError::Newer { newer: found, .. } => format!("newer: {}", newer(found)),
        ReadError::Truncated { .. } => "truncated".into(),
        ReadError::Damaged(damage) => format!("damaged: {}", damage.part),
        ReadError::WrongKey => "wrong key".into(),
        ReadError::AuthorSealMissing { .. } => "author's seal missing".into(),
        other => panic!("{other} has no word yet"),
    }
}
