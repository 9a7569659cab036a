//! Padding: what hides how large a body is.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};

use crate::key::KeySchedule;
use crate::limits;

/// How many bytes to add to an encrypted body of `length` bytes: up to the next size that Padmé allows, which tells
/// the order of magnitude and little more, at a cost of at most 12 %, and 3 % from 64 KiB on.
pub(crate) fn padding_for(length: u64) -> u64 {
    padme(length.max(limits::MIN_ENCRYPTED_BODY)) - length
}

/// How many bytes to add to an encrypted manifest of `length` bytes, in the same way.
pub(crate) fn filler_for(length: u64) -> u64 {
    padme(length.max(limits::MIN_ENCRYPTED_MANIFEST)) - length
}

/// Rounds up so that of the binary digits of a size only as many are used as the number of its digits has.
fn padme(length: u64) -> u64 {
    let exponent = length.ilog2();
    let kept = exponent.checked_ilog2().map_or(0, |log| log + 1);
    let mask = (1_u64 << exponent.saturating_sub(kept)) - 1;
    length.checked_add(mask).map_or(length, |sum| sum & !mask)
}

/// The bytes of the padding: a key stream, which looks like every segment around it.
pub(crate) struct PaddingStream(Option<ChaCha20>);

impl PaddingStream {
    pub(crate) fn new(schedule: &KeySchedule) -> Self {
        Self(schedule.padding().map(|key| ChaCha20::new(key.as_slice().into(), &[0; 12].into())))
    }

    pub(crate) fn next(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        if let Some(cipher) = &mut self.0 {
            cipher.apply_keystream(&mut bytes);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_as_padme_has_it() {
        let table = [(65_536, 65_536), (65_537, 67_584), (1_000_000, 1_015_808), (100_000_000, 100_663_296)];
        for (length, padded) in table {
            assert_eq!(padme(length), padded, "{length}");
        }
        assert_eq!(padding_for(10), 65_526);
        assert_eq!(padding_for(65_537), 67_584 - 65_537);
        assert_eq!((filler_for(1_500), filler_for(4_097)), (2_596, 4_352 - 4_097));
    }
}
