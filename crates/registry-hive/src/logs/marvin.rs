//! Marvin32, the keyed hash with which Windows protects the entries of logs.

/// The key, as a number: its low half starts one half of the state, its high half the other.
const SEED: u64 = 0x82ef_4d88_7a4e_55c5;

/// The hash of the parts one after the other.
pub(super) fn marvin32(bytes: &[u8]) -> u64 {
    let [a, b, c, d, e, f, g, h] = SEED.to_le_bytes();
    let mut state = State { low: u32::from_le_bytes([a, b, c, d]), high: u32::from_le_bytes([e, f, g, h]) };
    let (blocks, rest) = bytes.as_chunks::<4>();
    for &block in blocks {
        state.mix(u32::from_le_bytes(block));
    }
    // What is left over, and a bit that marks its end.
    let end = rest.iter().rev().fold(0x80, |end: u32, &byte| (end << 8) | u32::from(byte));
    state.mix(end);
    state.mix(0);
    (u64::from(state.high) << 32) | u64::from(state.low)
}

struct State {
    low: u32,
    high: u32,
}

impl State {
    fn mix(&mut self, block: u32) {
        self.low = self.low.wrapping_add(block);
        self.high ^= self.low;
        self.low = self.low.rotate_left(20).wrapping_add(self.high);
        self.high = self.high.rotate_left(9) ^ self.low;
        self.low = self.low.rotate_left(27).wrapping_add(self.high);
        self.high = self.high.rotate_left(19);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last row was computed from 32 zero bytes; all three by an independent implementation that agrees with 310
    /// entries that Windows wrote.
    #[test]
    fn it_is_the_hash_of_windows() {
        let rows: [(&[u8], u64); 3] =
            [(b"", 0xb39e_fca4_0396_6e08), (b"abc", 0xb9cf_3dfc_a419_14f7), (&[0; 32], 0xda91_a06a_c535_9223)];
        for (bytes, hash) in rows {
            assert_eq!(marvin32(bytes), hash, "{bytes:?}");
        }
    }
}
