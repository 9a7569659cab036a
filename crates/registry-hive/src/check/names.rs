//! Names as Windows compares them: one UTF-16 unit after the other, in upper case.

use std::cmp::Ordering;
use std::fmt;

/// The name of a key or a value as it is stored. Half a unit at the end of a wide one is no part of it.
#[derive(Clone, Copy)]
pub(super) enum Name<'a> {
    /// Latin-1, one byte for a unit.
    Narrow(&'a [u8]),
    /// UTF-16, little-endian.
    Wide(&'a [u8]),
}

/// The number that begins a name's hash again with each unit.
const HASH_FACTOR: u32 = 37;

impl<'a> Name<'a> {
    pub(super) fn new(bytes: &'a [u8], narrow: bool) -> Self {
        if narrow { Self::Narrow(bytes) } else { Self::Wide(bytes) }
    }

    pub(super) fn units(self) -> Units<'a> {
        Units(self)
    }

    fn upcased(self) -> impl Iterator<Item = u16> {
        self.units().map(registry::upcase)
    }

    /// The length that Windows tells: that of the name in UTF-16, in bytes.
    pub(super) fn wide_bytes(self) -> usize {
        match self {
            Self::Narrow(bytes) => bytes.len().saturating_mul(2),
            Self::Wide(bytes) => bytes.len(),
        }
    }

    /// Whether it is wide and need not be.
    pub(super) fn is_needlessly_wide(self) -> bool {
        match self {
            Self::Narrow(_) => false,
            Self::Wide(_) => self.units().next().is_some() && self.units().all(|unit| unit <= 0xff),
        }
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        self.upcased().cmp(other.upcased())
    }

    /// The hash that stands beside the name in an `lh`.
    pub(super) fn hash(self) -> u32 {
        self.upcased().fold(0_u32, |hash, unit| hash.wrapping_mul(HASH_FACTOR).wrapping_add(u32::from(unit)))
    }

    /// The hint that stands beside the name in an `lf`. `None` if one of the first four units does not fit a byte: then
    /// a first byte of zero says that there is no hint.
    pub(super) fn hint(self) -> Option<[u8; 4]> {
        let mut hint = [0; 4];
        for (byte, unit) in hint.iter_mut().zip(self.units()) {
            *byte = u8::try_from(unit).ok()?;
        }
        Some(hint)
    }
}

impl fmt::Display for Name<'_> {
    /// The name in quotes, with everything escaped that is not printable, and cut where nobody reads on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 64;
        let text: String = char::decode_utf16(self.units().take(MOST)).map(|c| c.unwrap_or('\u{fffd}')).collect();
        let more = if self.units().nth(MOST).is_some() { "..." } else { "" };
        write!(f, "{text:?}{more}")
    }
}

/// The UTF-16 units of a name.
pub(super) struct Units<'a>(Name<'a>);

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        match &mut self.0 {
            Name::Narrow(bytes) => bytes.split_off_first().map(|&byte| u16::from(byte)),
            Name::Wide(bytes) => {
                let (&unit, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(u16::from_le_bytes(unit))
            }
        }
    }
}
