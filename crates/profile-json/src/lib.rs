//! A profile document as JSON that people review, and back without loss.
//!
//! [`to_json`] writes what a `git diff` should show: words for numbers, typed views of registry data, options that are
//! not set left out, lists in the document's order, two spaces of indent and one newline at the end. [`from_json`]
//! reads it again. Two promises hold, and property tests keep them:
//!
//! - a document written and read again is the same document, whatever stands in it (lone surrogates, data that does not
//!   fit its type, numbers that this version does not name);
//! - text that `to_json` wrote comes out the same when it is read and written again.
//!
//! People also write such JSON by hand, so reading does not ask for the canonical form: lists may stand in any order,
//! numbers may stand for words, hexadecimal for typed data. It does refuse whatever it cannot place: fields it does not
//! know, `null`, anything that stands twice, contents whose size or digest is another.
//!
//! The bytes of files are not part of a document. Where each of them is, beside the JSON or inside it, is a
//! [`ContentPlace`]. The crate reads no file, no clock and no random number: a document written by hand may leave out
//! its id and its time, and [`Defaults`] has the caller's.
//!
//! ```
//! use profile_format::{ProfileId, Timestamp};
//! use profile_json::{Defaults, View};
//!
//! let written_by_hand = r#"{
//!   "wbo": "document",
//!   "version": 1,
//!   "profile": {"tool": {"name": "wbo", "version": "0.1.0"}, "catalogue": "1", "method": "authored"},
//!   "sections": {
//!     "start": [
//!       {"id": "taskbar.alignment", "items": [{"value": "TaskbarAl", "type": "REG_DWORD", "data": 1}]}
//!     ]
//!   }
//! }"#;
//! let defaults = Defaults { id: Some(ProfileId([7; 16])), created: Some(Timestamp(1_750_000_000)) };
//!
//! let (document, contents) = profile_json::from_json(written_by_hand, &defaults)?;
//! assert_eq!(document.sections.len(), 1);
//! assert!(contents.is_empty());
//!
//! let canonical = profile_json::to_json(&document, &|content| contents[&content.id].clone(), View::Full)?;
//! assert_eq!(profile_json::from_json(&canonical, &Defaults::default())?.0, document);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

// Whole documents.
mod document;
mod read;
mod redaction;
mod write;

// The parts of a document.
mod apps;
mod contents;
mod facts;
mod items;
mod notes;
mod settings;
mod undo;

// The values that parts are made of.
mod data;
mod entries;
mod flags;
mod hex;
mod object;
mod order;
mod path;
mod strict;
mod text;
mod time;
mod words;

mod error;

pub use contents::ContentPlace;
pub use error::{JsonError, JsonPath, Problem, WriteError};
pub use path::{ContentPath, ContentPathError};
pub use read::{Defaults, from_json};
pub use write::{View, document_value, json_line, json_text, to_json};
