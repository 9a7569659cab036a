//! Numbers in bytes, lowest byte first. Each access is checked, and `None` where the bytes end.

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}

/// Writes over bytes that are there; whether they were.
#[must_use]
pub(crate) fn put(bytes: &mut [u8], at: usize, new: &[u8]) -> bool {
    match at.checked_add(new.len()).and_then(|end| bytes.get_mut(at..end)) {
        Some(old) => {
            old.copy_from_slice(new);
            true
        }
        None => false,
    }
}

/// An offset or a length of 32 bits as an index.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
