//! Names as cells hold them: one byte for each unit where every unit is below 256, else UTF-16.

use std::cmp::Ordering;

use registry::{Name, compare_names, upcase};

use crate::{Damage, DamageKind};

/// A name in a cell. It borrows the hive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredName<'h> {
    bytes: &'h [u8],
    latin1: bool,
}

impl<'h> StoredName<'h> {
    /// The name in these bytes of the cell at an offset.
    pub(crate) fn new(cell: u32, bytes: &'h [u8], latin1: bool) -> Result<Self, Damage> {
        match latin1 || bytes.len().is_multiple_of(2) {
            true => Ok(Self { bytes, latin1 }),
            false => Err(Damage::at(cell, DamageKind::OddName { length: bytes.len() })),
        }
    }

    /// Its UTF-16 units.
    pub fn units(self) -> impl Iterator<Item = u16> + 'h {
        let step = if self.latin1 { 1 } else { 2 };
        self.bytes.chunks_exact(step).map(|unit| match *unit {
            [low, high] => u16::from_le_bytes([low, high]),
            [low] => u16::from(low),
            _ => 0,
        })
    }

    /// How many units it has.
    pub fn len(self) -> usize {
        if self.latin1 { self.bytes.len() } else { self.bytes.len() / 2 }
    }

    /// Whether it is empty, as the name of a key's default value is.
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes of the cell, when each stands for one unit below 256.
    pub fn as_latin1(self) -> Option<&'h [u8]> {
        self.latin1.then_some(self.bytes)
    }

    /// A copy that outlives the hive.
    pub fn to_name(self) -> Name {
        Name::from_units(self.units().collect::<Vec<_>>())
    }

    /// Compares as Windows does.
    pub fn compare(self, name: &Name) -> Ordering {
        compare_names(self.units(), name.units().iter().copied())
    }

    /// Whether both are one name to Windows.
    pub fn is(self, name: &Name) -> bool {
        self.len() == name.units().len() && self.compare(name) == Ordering::Equal
    }
}

/// A name as bytes for a cell, and whether each byte is a unit.
pub(crate) fn encode(units: &[u16]) -> (Vec<u8>, bool) {
    match units.iter().map(|&unit| u8::try_from(unit)).collect() {
        Ok(bytes) => (bytes, true),
        Err(_) => (units.iter().flat_map(|unit| unit.to_le_bytes()).collect(), false),
    }
}

/// The hash beside a key in a list of kind `lh`.
pub(crate) fn hash(units: impl IntoIterator<Item = u16>) -> u32 {
    units.into_iter().fold(0, |hash: u32, unit| hash.wrapping_mul(37).wrapping_add(u32::from(upcase(unit))))
}

/// The hint beside a key in a list of kind `lf`: its first four units, if each is below 256.
pub(crate) fn hint(units: impl IntoIterator<Item = u16>) -> [u8; 4] {
    let mut hint = [0; 4];
    for (place, unit) in hint.iter_mut().zip(units) {
        match u8::try_from(unit) {
            Ok(byte) => *place = byte,
            Err(_) => return [0; 4],
        }
    }
    hint
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From lists in hives that Windows wrote, up to Windows 11.
    #[test]
    fn hashes_are_those_of_windows() {
        let rows = [
            ("Operadores criptográficos", 0x8077_e137),
            ("Operadores de configuración de red", 0x5efd_1744),
            ("Opers. de impresión", 0xa5a9_b8be),
            ("Servidores de administración RDS", 0x5f35_9351),
            ("Usuarios de administración remota", 0xfa54_7f49),
            ("Vyměnitelné úložiště", 0x735d_96da),
            ("abcd_äöüß", 0xcd87_d55e),
            ("weird™", 0x6f86_a4d5),
            ("äöü", 0x0004_37ee),
            ("𐐐", 0x0020_1435),
            ("𐐸", 0x0020_145d),
            ("🌎🌏🌍", 0x5556_1cd6),
            ("Ａ", 0x0000_ff21),
            ("Root", 0x0041_1300),
            ("DeviceInterfaces", 0xab1d_4afc),
            ("App", 0x0001_6779),
            ("Azure", 0x078a_378f),
            ("Battery", 0x83a1_5caf),
            ("Enterprise", 0xd95a_fbd1),
            ("Firmware", 0x2e48_8969),
            ("Flighting", 0x84d8_5600),
            ("Hardware", 0x9a9b_1cc2),
            ("Memory", 0x4634_8129),
            ("Network", 0xbf52_d872),
            ("OS", 0x0000_0bbe),
            ("PrivacySettings", 0x8007_5977),
            ("Processor", 0xc8bc_7f74),
            ("Security", 0xe465_e2d0),
            ("Speech", 0x6035_4de4),
            ("Storage", 0xf964_a859),
            ("VM", 0x0000_0cbb),
            ("WU", 0x0000_0ce8),
            ("DefenderSignature.amd64", 0xdb2a_bfd9),
            ("Hammer.amd64", 0x7264_37c8),
            ("Microsoft.Edge.Stable.amd64", 0x3af7_9b6c),
            ("Microsoft.NETFX.amd64", 0xe56a_e743),
            ("MSRT.amd64", 0xaf2c_a7a8),
            ("SedimentPack.amd64", 0xf54a_968a),
        ];
        for (name, expected) in rows {
            assert_eq!(hash(name.encode_utf16()), expected, "{name}");
        }
    }

    /// The same, with the four bytes as they stand in the file.
    #[test]
    fn hints_are_those_of_windows() {
        let rows: [(&str, u32); 26] = [
            ("IËMOÅÈELKMËÏÅÂÈLRXÐÉÅG1O7ÁÖ", 0x49cb_4d4f),
            ("/×2ÕÉRBÉUÌØÅJÍGCÍJRÁXLÏYYG4", 0x2fd7_32d5),
            ("4ØW7VBSJÆNÔXÖÄÙVÍÌ4ÌÏ/OÄYÅÊ", 0x34d8_5737),
            ("8Â+2PÔBUÕKÆ×ÒÄÓO7DÔÏOÀÐÒÓÆÒ", 0x38c2_2b32),
            ("SD2ÃØÀF7WÃÀÏÕ9EFÆÉËÍÈ5G9NPI", 0x5344_32c3),
            ("ÁQÇXÖWIZ+Å0ÃLÂRÎÑWÓG6HÑÐÓØÎ", 0xc151_c758),
            ("Î5ISÂÔËÒ3KJÑÅFÉPÆPTÕVÑÍPÂMÂ", 0xce35_4953),
            ("×U8A1ÂÕH2NSÙÕÁKÍ7E9EÂAÀÑKPE", 0xd755_3841),
            ("Привет", 0x0000_0000),
            ("Ключ", 0x0000_0000),
            ("Ÿ", 0x0000_0000),
            ("ëigenaardig", 0xeb69_6765),
            ("𐐀", 0x0000_0000),
            ("Новый раздел #1", 0x0000_0000),
            ("Новый раздел #2", 0x0000_0000),
            ("ß2", 0xdf32_0000),
            ("а", 0x0000_0000),
            ("б", 0x0000_0000),
            ("г", 0x0000_0000),
            ("в", 0x0000_0000),
            (".txt", 0x2e74_7874),
            ("txt", 0x0000_0000),
            ("UNICODE_JUMBLE_{H~░ô«}", 0x554e_4943),
            ("abc", 0x6162_6300),
            ("abcd", 0x6162_6364),
            ("", 0),
        ];
        for (name, expected) in rows {
            assert_eq!(u32::from_be_bytes(hint(name.encode_utf16())), expected, "{name}");
        }
    }
}
