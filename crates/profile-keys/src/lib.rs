//! Who may open a profile, and who vouches for it.
//!
//! To `profile-format`, envelopes and seals are bytes. Here they are age files and SSH signatures, so that the keys
//! people already have will do: age keys, SSH keys, passphrases, hardware keys behind a plugin or an agent.
//!
//! - **Envelopes**: [`wrap`] puts the key of a body into one to four age files for some [`Recipient`]s, [`unwrap`] gets
//!   it out with an [`Identity`], and [`describe`] tells without a key which [`Lock`]s an envelope has.
//! - **Seals**: a [`Signer`], in a key file or behind an [`Agent`], signs a statement; [`armor`] writes the seal as the
//!   text that `ssh-keygen -Y verify` reads.
//! - **Trust**: [`Signers`] judges seals by an [`AllowedSigners`] file, lists of [`Revoked`] keys and the time.
//!
//! The crate prints nothing and reads no file, no environment and no clock. What it needs of the world, the caller
//! gives: bytes of files with the names to call them by in errors, the time, and an [`Ask`] for when a person must
//! answer. Three things do reach outside: [`Agent::connect`] opens a socket, a plugin's key starts the program
//! `age-plugin-NAME` that is found as age finds it, and new keys are drawn from the system's generator.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//! use profile_format::{ProfileKey, Role, Sealed, Timestamp};
//! use profile_keys::*;
//!
//! # use profile_format::{Apps, CaptureMethod, Device, Document, Facts, ProfileId, Tool, User};
//! # let facts = Facts {
//! #     id: ProfileId([7; 16]),
//! #     created: Timestamp(1_795_167_000),
//! #     tool: Tool { name: "example".into(), version: "0.1.0".into() },
//! #     catalogue: "1".into(),
//! #     method: CaptureMethod::AUTHORED,
//! #     parents: vec![],
//! # };
//! # let (device, user, apps) = (Device::default(), User::default(), Apps::default());
//! # let document = Document { facts, device, user, sections: vec![], apps, notes: vec![], undo: None };
//! let ask: Arc<dyn Ask> = Arc::new(NeverAsk);
//! let mine = generate_identity("2026-11-20")?;
//! let new = generate_signing_key("lab@example.org")?;
//! let mut signer = Signer::from_file(new.file.expose().as_bytes(), "lab", &ask)?;
//!
//! // Sealing: the key goes into envelopes, and the statement of the body is signed.
//! let key = ProfileKey::generate()?;
//! let envelopes = wrap(&key, &[mine.recipient], &ask)?;
//! let mut file = std::io::Cursor::new(Vec::new());
//! let body = profile_format::seal(&mut file, &document, &BTreeMap::new(), key, Some(&signer.public_key()))?;
//! let seal = signer.sign(&body.statement(), Role::Author)?;
//! body.finish(&mut file, envelopes, vec![seal])?;
//!
//! // Opening: the seals are judged, and an envelope gives the key.
//! let line = format!("lab@example.org namespaces=\"wbo-profile\" {}", new.public);
//! let signers = Signers {
//!     allowed: AllowedSigners::parse(&line, "allowed_signers", &|_| None)?,
//!     revoked: Revoked::default(),
//!     now: Timestamp(1_795_167_000),
//! };
//! let sealed = Sealed::parse(file.into_inner())?;
//! let trust = sealed.judge(&signers).trust()?;
//! let identity = Identity::parse(mine.file.expose().as_bytes(), "key.txt")?;
//! let key = unwrap(sealed.envelopes(), &[identity], &ask, &|key| sealed.accepts(key))?;
//! assert_eq!(sealed.open(&key, trust)?.document()?, document);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod ask;
mod envelope;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod fuzzing;
mod lines;
mod seal;
mod secret;
mod trust;

// Who is asked.
pub use ask::{Ask, NeverAsk};
pub use secret::Secret;

// Who may open.
pub use envelope::{
    HeaderError, Identity, IdentityError, KeyTag, Lock, MAX_PASSPHRASE_WORK, PASSPHRASE_WORK, PluginError, PublicError,
    Recipient, RecipientError, RecipientFileError, UnlockError, UnwrapError, WrapError, describe, public_of,
    recipients_of, rewrap, unwrap, wrap,
};

// Who signs.
pub use seal::{
    Agent, AgentError, AgentKey, ArmorError, PrivateKeyError, PublicKeyError, SignError, Signer, SshsigError,
    VerifyError, WireError, armor, check_signing_key, dearmor, fingerprint, parse_public_key,
};

// Who is believed.
pub use trust::{
    AllowedSigners, AllowedSignersError, KrlError, LocalTime, Moment, MomentError, OptionsError, Revoked, RevokedError,
    Signers,
};

// New keys.
pub use envelope::{GenerateError, NewIdentity, generate_identity};
pub use seal::{GenerateSigningKeyError, NewSigningKey, generate_signing_key};
