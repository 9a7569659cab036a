//! Registry values for people.

use profile_format::RegistryType;

use crate::clean::clean;

/// Bytes of binary data that are shown.
const SHOWN: usize = 32;

/// A value as it is commonly read: typed where the data fits its type, and as bytes where it does not.
pub(crate) fn text(kind: u32, data: &[u8]) -> String {
    match (RegistryType(kind), data) {
        (RegistryType::DWORD, &[a, b, c, d]) => {
            let number = u32::from_le_bytes([a, b, c, d]);
            format!("{number} ({number:#x})")
        }
        (RegistryType::QWORD, data) if data.len() == 8 => {
            let number = data.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            format!("{number} ({number:#x})")
        }
        (RegistryType::SZ | RegistryType::EXPAND_SZ, data) => {
            string(data).map_or_else(|| bytes(kind, data), |text| format!("\"{text}\""))
        }
        (RegistryType::MULTI_SZ, data) => {
            strings(data).map_or_else(|| bytes(kind, data), |texts| format!("[{}]", texts.join(", ")))
        }
        _ => bytes(kind, data),
    }
}

fn string(data: &[u8]) -> Option<String> {
    let units = units(data)?;
    let text = units.strip_suffix(&[0]).unwrap_or(&units);
    String::from_utf16(text).ok().map(|text| clean(&text))
}

fn strings(data: &[u8]) -> Option<Vec<String>> {
    let units = units(data)?;
    let list = units.strip_suffix(&[0, 0])?;
    let texts = list.split(|unit| *unit == 0);
    texts.map(|text| String::from_utf16(text).ok().map(|text| format!("\"{}\"", clean(&text)))).collect()
}

fn units(data: &[u8]) -> Option<Vec<u16>> {
    let (pairs, rest) = data.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect())
}

fn bytes(kind: u32, data: &[u8]) -> String {
    let shown = data.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let more = if data.len() > SHOWN { " …" } else { "" };
    format!("{}, {} bytes: {shown}{more}", type_name(kind), data.len())
}

/// The name of a type, or its number where Windows has none.
pub(crate) fn type_name(kind: u32) -> String {
    RegistryType(kind).name().map_or_else(|| format!("type {kind:#x}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_fits_its_type_is_read_and_other_data_is_shown() {
        let table: [(u32, &[u8], &str); 8] = [
            (4, &[1, 0, 0, 0], "1 (0x1)"),
            (4, &[1, 0], "REG_DWORD, 2 bytes: 01 00"),
            (11, &[0, 1, 0, 0, 0, 0, 0, 0], "256 (0x100)"),
            (1, b"a\0\x1b\0\0\0", "\"a\\u{001b}\""),
            (2, b"a\0b", "REG_EXPAND_SZ, 3 bytes: 61 00 62"),
            (7, b"a\0\0\0b\0\0\0\0\0", "[\"a\", \"b\"]"),
            (3, &[0xff; 40], &format!("REG_BINARY, 40 bytes: {}…", "ff ".repeat(32))),
            (0xffff_0000, &[], "type 0xffff0000, 0 bytes: "),
        ];
        for (kind, data, shown) in table {
            assert_eq!(text(kind, data), shown);
        }
    }
}
