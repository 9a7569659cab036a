//! What a hive holds, as a number to compare.

use sha2::{Digest, Sha256};

use crate::Image;

/// The size and the SHA-256 digest of the bins of a hive. Two hives with the same one hold the same, whatever their base
/// blocks and logs say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiveDigest {
    /// How many bytes of bins there are.
    pub bins_size: u32,
    /// Their digest.
    pub sha256: [u8; 32],
}

impl HiveDigest {
    /// Of bins that come in pieces.
    pub(crate) fn of<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let (mut digest, mut size) = (Sha256::new(), 0);
        for piece in pieces {
            digest.update(piece);
            size += piece.len();
        }
        // A hive is never larger than 31 bits can say.
        Self { bins_size: u32::try_from(size).unwrap_or(u32::MAX), sha256: digest.finalize().into() }
    }
}

impl Image {
    /// What the completed hive holds.
    pub fn digest(&self) -> HiveDigest {
        HiveDigest::of([self.hive().bins()])
    }
}
