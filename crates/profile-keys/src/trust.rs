//! Trust: which signers are believed, in which role and until when.

mod allowed;
mod judge;
mod krl;
mod moment;
mod options;
mod pattern;
mod revoked;

pub use allowed::{AllowedSigners, AllowedSignersError};
pub use judge::Signers;
pub use krl::KrlError;
pub use moment::{LocalTime, Moment, MomentError};
pub use options::OptionsError;
pub use revoked::{Revoked, RevokedError};
