//! zstd frames, by zstd and by hand.

/// The frame that the crate would write.
pub fn zstd(plaintext: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(plaintext, 3).unwrap()
}

/// A frame by hand: the descriptor, the rest of the header, and blocks.
pub fn frame(descriptor: u8, header: &[u8], blocks: &[Vec<u8>]) -> Vec<u8> {
    [&[0x28, 0xb5, 0x2f, 0xfd, descriptor], header, &blocks.concat()].concat()
}

/// A block by hand. Kind 0 holds `size` bytes as they are, kind 1 one byte that is repeated `size` times.
pub fn block(kind: u32, size: usize, last: bool, bytes: &[u8]) -> Vec<u8> {
    let head = (size as u32) << 3 | kind << 1 | u32::from(last);
    [&head.to_le_bytes()[..3], bytes].concat()
}
