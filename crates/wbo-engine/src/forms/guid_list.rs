//! GUIDs one after the other: the places that Start shows beside its power button.

use std::fmt;

/// A GUID as it lies in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guid(pub(crate) [u8; 16]);

impl Guid {
    /// The GUID of these digits, which stand as people write them.
    pub(crate) const fn new(digits: u128) -> Self {
        let [a, b, c, d, e, f, g, h, rest @ ..] = digits.to_be_bytes();
        let [i, j, k, l, m, n, o, p] = rest;
        Self([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p])
    }
}

/// Braces and dashes, as the registry has them.
impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p] = self.0;
        let digits = u128::from_be_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]);
        let part = |from: u32, bits: u32| digits >> from & ((1 << bits) - 1);
        let (first, second, third) = (part(96, 32), part(80, 16), part(64, 16));
        write!(formatter, "{{{first:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}}}", part(48, 16), part(0, 48))
    }
}

/// The GUIDs in the data, as the registry writes them; `None` where a rest is left.
pub fn guids(data: &[u8]) -> Option<Vec<String>> {
    Some(read(data)?.iter().map(ToString::to_string).collect())
}

/// The places by name, and by GUID where there is none.
pub(super) fn describe(data: &[u8]) -> Option<String> {
    let name = |guid: &Guid| {
        let known = PLACES.iter().find(|(place, _)| place == guid);
        known.map_or_else(|| guid.to_string(), |(_, name)| (*name).to_owned())
    };
    let names: Vec<String> = read(data)?.iter().map(name).collect();
    Some(if names.is_empty() { "none".to_owned() } else { names.join(", ") })
}

fn read(data: &[u8]) -> Option<Vec<Guid>> {
    let (guids, rest) = data.as_chunks::<16>();
    rest.is_empty().then(|| guids.iter().copied().map(Guid).collect())
}

const PLACES: [(Guid, &str); 9] = [
    (Guid::new(0x2d34d5ce_fa5a_4543_82f2_22e6eaf7773c), "Documents"),
    (Guid::new(0xe367b32f_89de_4355_bfce_61f37b18a937), "Downloads"),
    (Guid::new(0xb00b0620_7f51_4c32_aa1e_34cc547f7315), "Music"),
    (Guid::new(0x383f07a0_e80a_4c80_b05a_86db845dbc4d), "Pictures"),
    (Guid::new(0x42b3a5c5_7d86_42f4_80a4_93faca7a88b5), "Videos"),
    (Guid::new(0xfe758144_080d_42ae_8bda_34ed97b66394), "Network"),
    (Guid::new(0x74bdb04a_f94a_4f68_8bd6_4398071da8bc), "Personal folder"),
    (Guid::new(0x148a24bc_d60c_4289_a080_6ed9bba24882), "Explorer"),
    (Guid::new(0x52730886_51aa_4243_9f7b_2776584659d4), "Settings"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_by_name() {
        // As Settings writes it when Settings and Explorer are switched on.
        let data = [
            0x86, 0x08, 0x73, 0x52, 0xaa, 0x51, 0x43, 0x42, 0x9f, 0x7b, 0x27, 0x76, 0x58, 0x46, 0x59, 0xd4, 0xbc, 0x24,
            0x8a, 0x14, 0x0c, 0xd6, 0x89, 0x42, 0xa0, 0x80, 0x6e, 0xd9, 0xbb, 0xa2, 0x48, 0x82,
        ];
        assert_eq!(describe(&data).as_deref(), Some("Settings, Explorer"));
        assert_eq!(guids(&data).unwrap()[0], "{52730886-51aa-4243-9f7b-2776584659d4}");
        assert_eq!(describe(&data[..31]), None);
        assert_eq!(describe(&[0; 16]).as_deref(), Some("{00000000-0000-0000-0000-000000000000}"));
        let all: Vec<u8> = PLACES.iter().flat_map(|(guid, _)| guid.0).collect();
        assert_eq!(
            describe(&all).as_deref(),
            Some("Documents, Downloads, Music, Pictures, Videos, Network, Personal folder, Explorer, Settings")
        );
    }
}
