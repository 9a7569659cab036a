//! Who vouches for a body.
//!
//! A body opens only with a [`Trust`] token, and only judging its seals makes one. What a seal looks like and whom to
//! believe is decided outside, by a [`JudgeSeal`]; which verdicts are enough is decided here, once.

use std::fmt;

/// The bytes that a seal signs: they bind the core, the manifest, and through its table every byte of the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement(pub(crate) Vec<u8>);

impl Statement {
    /// The bytes to sign or to verify.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::hex::fmt(&self.0, f)
    }
}

/// A signature over a [`Statement`], as it stands in the tail. This crate does not look inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal(pub Vec<u8>);

/// A profile key wrapped for its recipients, as it stands in the tail. This crate does not look inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope(pub Vec<u8>);

/// A signer's public key in its own encoding. This crate compares it and does not look inside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignerKey(pub Vec<u8>);

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::hex::fmt(&self.0, f)
    }
}

/// What a signer says with a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// "I made this profile."
    Author,
    /// "I vouch for this profile."
    Endorser,
}

/// Judges seals: checks the signature, and knows whom to trust.
pub trait JudgeSeal {
    /// What `seal` is worth over `statement`.
    fn judge(&self, statement: &Statement, seal: &Seal) -> Verdict;
}

/// What one seal is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The signature is right.
    Valid(Voucher),
    /// A kind of seal that the judge does not know; it counts for nothing.
    Unsupported {
        /// Why.
        reason: String,
    },
    /// The signature is wrong, or it is no seal at all.
    Invalid {
        /// Why.
        reason: String,
    },
}

/// A right signature and its signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// What the signer says.
    pub role: Role,
    /// The signer's key.
    pub key: SignerKey,
    /// The key as people know it, such as its fingerprint.
    pub label: String,
    /// Whether the judge trusts the signer.
    pub standing: Standing,
}

/// Whether a signer is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Yes, under this name.
    Trusted {
        /// The name by which the judge knows the signer.
        principal: String,
    },
    /// No.
    Untrusted {
        /// Why.
        reason: String,
    },
}

/// The verdicts over all seals of one file, in their order. [`Sealed::judge`](crate::Sealed::judge) makes it.
#[derive(Clone, Debug)]
pub struct Judged {
    statement: Statement,
    verdicts: Vec<Verdict>,
}

/// The right to open one body, and the reason for it. The type travels with what was opened.
#[derive(Clone, Debug)]
pub struct Trust {
    statement: Statement,
    vouchers: Vec<Voucher>,
    basis: Basis,
    signs_next: Option<SignerKey>,
}

/// Why a body may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// At least one trusted signer vouches for it.
    Sealed,
    /// The caller opens it without a trusted signer, for this reason.
    Unsigned {
        /// The caller's words.
        reason: String,
    },
}

/// Why no trust was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// No seal at all.
    #[error("it is not signed")]
    Unsigned,
    /// Seals, but none by a trusted signer.
    #[error("no trusted signer vouches for it: {}", reasons.join("; "))]
    Untrusted {
        /// What each seal lacks.
        reasons: Vec<String>,
    },
    /// A seal that is wrong. One wrong seal spoils the file, whatever the others say.
    #[error("seal {} is wrong: {reason}", index + 1)]
    Invalid {
        /// Which seal, from 0.
        index: usize,
        /// Why.
        reason: String,
    },
}

impl Judged {
    pub(crate) fn new(statement: Statement, verdicts: Vec<Verdict>) -> Self {
        Self { statement, verdicts }
    }

    /// What each seal is worth, in the order of the file.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// Trust, if a trusted signer vouches for the body and no seal is wrong.
    pub fn trust(&self) -> Result<Trust, TrustError> {
        let vouchers = self.vouchers()?;
        if vouchers.iter().any(|voucher| matches!(voucher.standing, Standing::Trusted { .. })) {
            return Ok(Trust { statement: self.statement.clone(), vouchers, basis: Basis::Sealed, signs_next: None });
        }
        if self.verdicts.is_empty() {
            return Err(TrustError::Unsigned);
        }
        let reasons = self.verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Valid(Voucher { label, standing: Standing::Untrusted { reason }, .. }) => {
                Some(format!("{label}: {reason}"))
            }
            Verdict::Unsupported { reason } => Some(reason.clone()),
            _ => None,
        });
        Err(TrustError::Untrusted { reasons: reasons.collect() })
    }

    /// Trust without a trusted signer, because the caller says so; `reason` is kept for whoever asks later.
    ///
    /// Wrong seals are refused all the same, and so is, when the body is opened, a missing seal of the author that the
    /// body names.
    pub fn accept_unsigned(&self, reason: impl Into<String>) -> Result<Trust, TrustError> {
        let vouchers = self.vouchers()?;
        let basis = Basis::Unsigned { reason: reason.into() };
        Ok(Trust { statement: self.statement.clone(), vouchers, basis, signs_next: None })
    }

    fn vouchers(&self) -> Result<Vec<Voucher>, TrustError> {
        let mut vouchers = Vec::new();
        for (index, verdict) in self.verdicts.iter().enumerate() {
            match verdict {
                Verdict::Valid(voucher) => vouchers.push(voucher.clone()),
                Verdict::Unsupported { .. } => {}
                Verdict::Invalid { reason } => return Err(TrustError::Invalid { index, reason: reason.clone() }),
            }
        }
        Ok(vouchers)
    }
}

impl Trust {
    /// Why the body may be opened.
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// Everybody whose signature is right, trusted or not.
    pub fn vouchers(&self) -> &[Voucher] {
        &self.vouchers
    }

    /// Trust of somebody who opens the body in order to sign it as the author that it names.
    ///
    /// Without it, a body whose author signs later would open for nobody, him included.
    pub fn author_signs_next(mut self, author: SignerKey) -> Self {
        self.signs_next = Some(author);
        self
    }

    /// Whether this trust was given to the body that makes `statement`.
    pub(crate) fn is_for(&self, statement: &Statement) -> bool {
        self.statement == *statement
    }

    /// Whether `key` signed as author, or is about to.
    pub(crate) fn has_author(&self, key: &SignerKey) -> bool {
        let signed = self.vouchers.iter().any(|voucher| voucher.role == Role::Author && voucher.key == *key);
        signed || self.signs_next.as_ref() == Some(key)
    }
}
