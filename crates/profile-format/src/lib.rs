//! The wbo profile: a document of settings, and the container that carries it, versioned, encrypted and signed.
//!
//! A file goes through three types, and no other way leads to its content:
//!
//! 1. [`Sealed::parse`] reads its structure. Whether it is damaged can be told without a key.
//! 2. [`Sealed::judge`] has its seals judged; [`Judged::trust`] or, in so many words, [`Judged::accept_unsigned`] gives
//!    a [`Trust`] token for this one body.
//! 3. [`Sealed::open`] takes the key and the token and gives an [`Opened`] profile, whose sections are checked and
//!    decoded one by one, as they are asked for.
//!
//! This crate knows no registry, no Windows, no files, no terminal, no clock and no key stores. Who may open a profile
//! (envelopes) and who vouches for it (seals) are bytes to it, which `profile-keys` makes and judges. The bytes of the
//! format are written down in `docs/format.md`.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::io::Cursor;
//! use profile_format::*;
//!
//! # struct Nobody;
//! # impl JudgeSeal for Nobody {
//! #     fn judge(&self, _: &Statement, _: &Seal) -> Verdict { Verdict::Unsupported { reason: "a doctest".into() } }
//! # }
//! let document = Document {
//!     facts: Facts {
//!         id: ProfileId([7; 16]),
//!         created: Timestamp(1_760_000_000),
//!         tool: Tool { name: "wbo".into(), version: "0.1.0".into() },
//!         catalogue: "1".into(),
//!         method: CaptureMethod::AUTHORED,
//!         parents: vec![],
//!     },
//!     device: Device::default(),
//!     user: User::default(),
//!     sections: vec![Section {
//!         category: Category::START,
//!         settings: vec![Setting {
//!             id: "taskbar.alignment".into(),
//!             instance: None,
//!             flags: SettingFlags::default(),
//!             items: vec![Item::Value { path: vec![], name: Text::default(), state: None }],
//!         }],
//!     }],
//!     apps: Apps::default(),
//!     notes: vec![],
//!     undo: None,
//! };
//!
//! let key = ProfileKey::generate()?;
//! let (envelope, opening_key) = (Envelope(b"the key, wrapped for somebody".to_vec()), key.opening_key());
//! let mut file = Cursor::new(Vec::new());
//! let body = seal(&mut file, &document, &BTreeMap::new(), key, None)?;
//! body.finish(&mut file, vec![envelope], vec![])?;
//!
//! let sealed = Sealed::parse(file.into_inner())?;
//! let trust = sealed.judge(&Nobody).accept_unsigned("an example")?;
//! let opened = sealed.open(&opening_key, trust)?;
//! assert_eq!(opened.document()?, document);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod codec;
mod core_fields;
mod document;
mod error;
#[doc(hidden)]
#[cfg(any(test, feature = "testing"))]
pub mod fuzzing;
mod hex;
mod key;
pub mod limits;
mod manifest;
mod opened;
mod padding;
mod pipeline;
mod salvage;
mod seal;
mod sealed;
mod section;
mod segment;
mod source;
mod tail;
mod trust;
mod version;

// The document.
pub use document::{
    AppFlags, ApplyId, Apps, Bytes, CaptureMethod, Category, Content, ContentId, DesktopApp, DesktopScope, Device,
    Document, DocumentError, Facts, FileState, Item, Join, JoinKind, KeyState, Note, NoteCode, Parent, ProfileId,
    RegistryType, Replaced, Section, Setting, SettingFlags, StoreApp, Text, Timestamp, Tool, Undo, UndoStep, User,
    Value,
};

// The rule for names of files, for those who name files beside a document.
pub use document::{FileNameFlaw, file_name_flaw};

// Writing a file.
pub use key::{ProfileKey, RandomError};
pub use seal::{SealedBody, seal};
pub use source::Contents;

// Reading a file: parsed, trusted, opened.
pub use key::OpeningKey;
pub use opened::{ContentPart, Earlier, Opened, SectionSummary, SectionVerdict};
pub use salvage::Incomplete;
pub use sealed::Sealed;
pub use source::ReadAt;

// Who may open it and who vouches for it.
pub use trust::{
    Basis, Envelope, JudgeSeal, Judged, Role, Seal, SignerKey, Standing, Statement, Trust, TrustError, Verdict, Voucher,
};

// Names for what is in it.
pub use key::KEY_LEN;
pub use section::{SectionId, SectionKind};
pub use version::{Features, FormatVersion, Suite, ToolVersion};

// What can go wrong.
pub use error::{Damage, Mangling, Newer, Part, ReadError, SealError};
