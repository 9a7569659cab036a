//! Envelopes: the profile key, wrapped by age for those who may open the profile.
//!
//! Each envelope is one binary age file around exactly the 32 bytes of the key. People with different kinds of keys
//! share an envelope where age lets them; a passphrase always stands alone in its own.

mod generate;
mod header;
mod identity;
mod plugin;
mod public;
mod recipient;
mod unlock;
mod unwrap;
mod wrap;

pub use generate::{GenerateError, NewIdentity, generate_identity};
pub use header::{HeaderError, KeyTag, Lock, describe};
pub use identity::{Identity, IdentityError};
pub use plugin::PluginError;
pub use public::{PublicError, public_of, recipients_of};
pub use recipient::{Recipient, RecipientError, RecipientFileError};
pub use unlock::UnlockError;
pub use unwrap::{UnwrapError, unwrap};
pub use wrap::{WrapError, rewrap, wrap};

/// log2 of the scrypt rounds that a new passphrase envelope takes: some 0.7 s and 256 MiB on a PC of 2026.
pub const PASSPHRASE_WORK: u8 = 18;

/// log2 of the scrypt rounds that a passphrase envelope may ask for: four times as much as we write. It is the same on
/// every device, so that a file that opens on one opens on all; beyond it, a hostile file could ask for all memory.
pub const MAX_PASSPHRASE_WORK: u8 = 20;
