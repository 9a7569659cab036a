//! The bytes of a .reg file and its text as UTF-16 units.

use super::RegFormat;

/// How the text of a .reg file becomes bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RegEncoding {
    /// UTF-16, lowest byte first, with a byte order mark: what regedit writes for version 5.
    #[default]
    Utf16,
    /// UTF-8 without a byte order mark, for version 5 alone: in a `REGEDIT4` file it would be taken for Windows-1252.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8WithMark,
    /// Windows-1252, for `REGEDIT4` alone: what regedit writes for that on a western Windows. Data of text types that
    /// are written as bytes are in it too.
    Windows1252,
}

/// The text of a file, and how it was encoded.
pub(super) struct Decoded {
    pub(super) units: Vec<u16>,
    pub(super) encoding: RegEncoding,
}

/// Where the bytes are not text.
pub(super) struct NotText {
    /// The text before.
    pub(super) before: Vec<u16>,
    pub(super) expected: &'static str,
}

/// A file is what its byte order mark says. Without one it is Windows-1252 if its first line says `REGEDIT4`, and
/// otherwise UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, NotText> {
    match bytes {
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] => utf8(text, RegEncoding::Utf8WithMark),
        [_, 0, ..] | [0, _, ..] => Err(NotText { before: Vec::new(), expected: "UTF-16 with a byte order mark" }),
        text if text.trim_ascii_start().starts_with(RegFormat::Regedit4.header().as_bytes()) => {
            let units = text.iter().map(|&byte| windows_1252(byte)).collect();
            Ok(Decoded { units, encoding: RegEncoding::Windows1252 })
        }
        text => utf8(text, RegEncoding::Utf8),
    }
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Result<Decoded, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| unit(pair)).collect();
    if rest.is_empty() {
        Ok(Decoded { units, encoding: RegEncoding::Utf16 })
    } else {
        Err(NotText { before: units, expected: "UTF-16, an even number of bytes" })
    }
}

fn utf8(bytes: &[u8], encoding: RegEncoding) -> Result<Decoded, NotText> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { units: text.encode_utf16().collect(), encoding }),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(before).encode_utf16().collect();
            Err(NotText { before, expected: "UTF-8, or UTF-16 with a byte order mark" })
        }
    }
}

/// The bytes of text, which holds only what [`writable`] lets through.
pub(super) fn encode(units: &[u16], encoding: RegEncoding) -> Vec<u8> {
    match encoding {
        RegEncoding::Utf16 => [0xfeff].iter().chain(units).flat_map(|unit| unit.to_le_bytes()).collect(),
        RegEncoding::Utf8 => String::from_utf16_lossy(units).into_bytes(),
        RegEncoding::Utf8WithMark => format!("\u{feff}{}", String::from_utf16_lossy(units)).into_bytes(),
        RegEncoding::Windows1252 => units.iter().map(|&unit| in_windows_1252(unit).unwrap_or(b'?')).collect(),
    }
}

/// The first unit of a text that has no place in an encoding.
pub(super) fn first_unwritable(units: &[u16], encoding: RegEncoding) -> Option<u16> {
    match encoding {
        RegEncoding::Utf16 => None,
        RegEncoding::Utf8 | RegEncoding::Utf8WithMark => {
            char::decode_utf16(units.iter().copied()).find_map(Result::err).map(|half| half.unpaired_surrogate())
        }
        RegEncoding::Windows1252 => units.iter().copied().find(|&unit| in_windows_1252(unit).is_none()),
    }
}

/// What Windows-1252 has at 0x80 to 0x9f. Windows takes the five bytes that it leaves free for control characters.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d,
    0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0x009d, 0x017e, 0x0178,
];

pub(super) fn windows_1252(byte: u8) -> u16 {
    let special = byte.checked_sub(0x80).and_then(|index| WINDOWS_1252.get(usize::from(index)));
    special.copied().unwrap_or_else(|| u16::from(byte))
}

pub(super) fn in_windows_1252(unit: u16) -> Option<u8> {
    match u8::try_from(unit) {
        Ok(byte) if windows_1252(byte) == unit => Some(byte),
        _ => (0x80..=0x9f).find(|&byte| windows_1252(byte) == unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_a_character_of_windows_1252() {
        for byte in 0..=255 {
            assert_eq!(in_windows_1252(windows_1252(byte)), Some(byte));
        }
        assert_eq!(windows_1252(0x80), 0x20ac);
        assert_eq!(in_windows_1252(0x80), None);
        assert_eq!(in_windows_1252(0x0416), None);
    }
}
