//! Bond's compact binary format, version 1: what Windows keeps in its CloudStore.
//!
//! A value begins with `CB` and the version, then comes one structure. Each field has its type and number before its
//! data; a zero ends a structure. Numbers have seven bits to a byte, signed ones zigzag. Types, numbers and layout are
//! those of Microsoft's open Bond (compact_binary.h).

/// A structure: its fields in the order in which they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bond {
    pub(crate) fields: Vec<(u16, BondValue)>,
}

/// What a field holds. What nobody here makes sense of is read, and kept as its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BondValue {
    Bool(bool),
    /// Of the width that the type says.
    Unsigned(BondType, u64),
    Signed(BondType, i64),
    /// The bytes of a floating-point number.
    Float(BondType, Vec<u8>),
    /// UTF-8, which is not checked.
    Text(Vec<u8>),
    WideText(Vec<u16>),
    Structure(Bond),
    /// A list, or a set, of one type.
    List(BondType, BondType, Vec<BondValue>),
    Map(BondType, BondType, Vec<(BondValue, BondValue)>),
    /// A list of bytes, of which there may be many.
    Bytes(BondType, Vec<u8>),
}

/// A type, as its number in the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BondType(u8);

impl BondType {
    const STOP: Self = Self(0);
    const BOOL: Self = Self(2);
    const UINT8: Self = Self(3);
    const UINT16: Self = Self(4);
    const UINT32: Self = Self(5);
    pub(crate) const UINT64: Self = Self(6);
    const FLOAT: Self = Self(7);
    const DOUBLE: Self = Self(8);
    const STRING: Self = Self(9);
    const STRUCT: Self = Self(10);
    pub(crate) const LIST: Self = Self(11);
    const SET: Self = Self(12);
    const MAP: Self = Self(13);
    pub(crate) const INT8: Self = Self(14);
    pub(crate) const INT16: Self = Self(15);
    const INT32: Self = Self(16);
    const INT64: Self = Self(17);
    const WSTRING: Self = Self(18);
}

impl Bond {
    /// Reads a value that is one structure and nothing behind it.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes: bytes.strip_prefix(MAGIC)?, left: MOST_VALUES };
        let bond = reader.structure(0)?;
        reader.bytes.is_empty().then_some(bond)
    }

    /// The bytes of the value.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        write_structure(&mut bytes, self);
        bytes
    }

    /// The first field of this number.
    pub(crate) fn field(&self, id: u16) -> Option<&BondValue> {
        self.fields.iter().find(|(other, _)| *other == id).map(|(_, value)| value)
    }

    /// The structure in a field.
    pub(crate) fn structure(&self, id: u16) -> Option<&Self> {
        match self.field(id) {
            Some(BondValue::Structure(bond)) => Some(bond),
            _ => None,
        }
    }

    /// Every text of UTF-16 in it, in the order in which they stand.
    pub(crate) fn wide_texts(&self) -> Vec<&[u16]> {
        let mut texts = Vec::new();
        self.fields.iter().for_each(|(_, value)| value.collect(&mut texts));
        texts
    }
}

impl BondValue {
    fn collect<'v>(&'v self, texts: &mut Vec<&'v [u16]>) {
        match self {
            Self::WideText(text) => texts.push(text),
            Self::Structure(bond) => bond.fields.iter().for_each(|(_, value)| value.collect(texts)),
            Self::List(_, _, values) => values.iter().for_each(|value| value.collect(texts)),
            Self::Map(_, _, pairs) => pairs.iter().for_each(|(key, value)| {
                key.collect(texts);
                value.collect(texts);
            }),
            _ => {}
        }
    }

    fn kind(&self) -> BondType {
        match self {
            Self::Bool(_) => BondType::BOOL,
            Self::Unsigned(kind, _) | Self::Signed(kind, _) | Self::Float(kind, _) => *kind,
            Self::Text(_) => BondType::STRING,
            Self::WideText(_) => BondType::WSTRING,
            Self::Structure(_) => BondType::STRUCT,
            Self::List(kind, _, _) => *kind,
            Self::Map(_, _, _) => BondType::MAP,
            Self::Bytes(_, _) => BondType::LIST,
        }
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    /// How many more values may be read.
    left: usize,
}

impl<'b> Reader<'b> {
    fn structure(&mut self, depth: usize) -> Option<Bond> {
        let mut fields = Vec::new();
        loop {
            let head = self.byte()?;
            let kind = BondType(head & 0x1f);
            if kind == BondType::STOP {
                // Ours has one way to say it. A structure that others are derived from ends with 1, and none is here.
                return (head == 0).then_some(Bond { fields });
            }
            let id = match head >> 5 {
                6 => u16::from(self.byte()?),
                7 => u16::from_le_bytes([self.byte()?, self.byte()?]),
                id => u16::from(id),
            };
            fields.push((id, self.value(kind, depth)?));
        }
    }

    fn value(&mut self, kind: BondType, depth: usize) -> Option<BondValue> {
        self.left = self.left.checked_sub(1)?;
        let depth = (depth < DEEPEST).then_some(depth + 1)?;
        Some(match kind {
            BondType::BOOL => BondValue::Bool(match self.byte()? {
                0 => false,
                1 => true,
                _ => return None,
            }),
            BondType::UINT8 => BondValue::Unsigned(kind, self.byte()?.into()),
            BondType::INT8 => BondValue::Signed(kind, i64::from(i8::from_le_bytes([self.byte()?]))),
            BondType::UINT16 => BondValue::Unsigned(kind, self.number(16)?),
            BondType::UINT32 => BondValue::Unsigned(kind, self.number(32)?),
            BondType::UINT64 => BondValue::Unsigned(kind, self.number(64)?),
            BondType::INT16 => BondValue::Signed(kind, unzigzag(self.number(16)?)),
            BondType::INT32 => BondValue::Signed(kind, unzigzag(self.number(32)?)),
            BondType::INT64 => BondValue::Signed(kind, unzigzag(self.number(64)?)),
            BondType::FLOAT => BondValue::Float(kind, self.take(4)?.to_vec()),
            BondType::DOUBLE => BondValue::Float(kind, self.take(8)?.to_vec()),
            BondType::STRING => {
                let length = self.length()?;
                BondValue::Text(self.take(length)?.to_vec())
            }
            BondType::WSTRING => {
                let length = self.length()?.checked_mul(2)?;
                let (pairs, _) = self.take(length)?.as_chunks::<2>();
                BondValue::WideText(pairs.iter().map(|&pair| u16::from_le_bytes(pair)).collect())
            }
            BondType::STRUCT => BondValue::Structure(self.structure(depth)?),
            BondType::LIST | BondType::SET => {
                let of = BondType(self.byte()?);
                let count = self.length()?;
                if kind == BondType::LIST && matches!(of, BondType::INT8 | BondType::UINT8) {
                    return Some(BondValue::Bytes(of, self.take(count)?.to_vec()));
                }
                let values: Option<_> = (0..count).map(|_| self.value(of, depth)).collect();
                BondValue::List(kind, of, values?)
            }
            BondType::MAP => {
                let (key, of) = (BondType(self.byte()?), BondType(self.byte()?));
                let count = self.length()?;
                let pair = |_| Some((self.value(key, depth)?, self.value(of, depth)?));
                let pairs: Option<_> = (0..count).map(pair).collect();
                BondValue::Map(key, of, pairs?)
            }
            _ => return None,
        })
    }

    /// A number of items, each of which takes at least a byte.
    fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(self.number(32)?).ok()?;
        (length <= self.bytes.len()).then_some(length)
    }

    /// A number in as few bytes as it takes.
    fn number(&mut self, bits: u32) -> Option<u64> {
        let mut number = 0u128;
        for place in 0..bits.div_ceil(7) {
            let byte = self.byte()?;
            number |= u128::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                let shortest = byte != 0 || place == 0;
                return (shortest && number >> bits == 0).then(|| u64::try_from(number).ok()).flatten();
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(byte)
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }
}

fn write_structure(bytes: &mut Vec<u8>, bond: &Bond) {
    for (id, value) in &bond.fields {
        let kind = value.kind().0;
        match u8::try_from(*id) {
            Ok(id) if id < 6 => bytes.push(id << 5 | kind),
            Ok(id) => bytes.extend([6 << 5 | kind, id]),
            Err(_) => {
                bytes.push(7 << 5 | kind);
                bytes.extend(id.to_le_bytes());
            }
        }
        write_value(bytes, value);
    }
    bytes.push(0);
}

fn write_value(bytes: &mut Vec<u8>, value: &BondValue) {
    match value {
        BondValue::Bool(truth) => bytes.push(u8::from(*truth)),
        // The types of one byte are not packed; the others are.
        BondValue::Unsigned(BondType::UINT8, number) => bytes.extend(number.to_le_bytes().first()),
        BondValue::Signed(BondType::INT8, number) => bytes.extend(number.to_le_bytes().first()),
        BondValue::Unsigned(_, number) => write_number(bytes, *number),
        BondValue::Signed(_, number) => write_number(bytes, zigzag(*number)),
        BondValue::Float(_, data) => bytes.extend(data),
        BondValue::Text(text) => {
            write_number(bytes, text.len() as u64);
            bytes.extend(text);
        }
        BondValue::WideText(units) => {
            write_number(bytes, units.len() as u64);
            bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        }
        BondValue::Structure(bond) => write_structure(bytes, bond),
        BondValue::Bytes(of, data) => {
            bytes.push(of.0);
            write_number(bytes, data.len() as u64);
            bytes.extend(data);
        }
        BondValue::List(_, of, values) => {
            bytes.push(of.0);
            write_number(bytes, values.len() as u64);
            values.iter().for_each(|value| write_value(bytes, value));
        }
        BondValue::Map(key, of, pairs) => {
            bytes.extend([key.0, of.0]);
            write_number(bytes, pairs.len() as u64);
            for (key, value) in pairs {
                write_value(bytes, key);
                write_value(bytes, value);
            }
        }
    }
}

fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = (number & 0x7f).to_le_bytes().first().copied().unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// `CB`, and version 1.
const MAGIC: &[u8] = &[0x43, 0x42, 1, 0];

/// Windows nests a handful. More would only serve to exhaust the stack.
const DEEPEST: usize = 32;

/// Far above what Start with hundreds of tiles has.
const MOST_VALUES: usize = 100_000;

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_of_every_type() {
        let texts: &[u16] = &[0x50, 0x7e, 0xd83d];
        let inner = Bond { fields: vec![(0, BondValue::WideText(texts.to_vec()))] };
        let kinds = Bond {
            fields: vec![
                (0, BondValue::Bool(true)),
                (5, BondValue::Unsigned(BondType::UINT8, 200)),
                (6, BondValue::Unsigned(BondType::UINT64, u64::MAX)),
                (255, BondValue::Signed(BondType::INT8, -1)),
                (256, BondValue::Signed(BondType::INT16, -300)),
                (300, BondValue::Signed(BondType::INT64, i64::MIN)),
                (301, BondValue::Float(BondType::DOUBLE, vec![0; 8])),
                (302, BondValue::Text(b"a".to_vec())),
                (303, BondValue::Bytes(BondType::INT8, vec![1, 2])),
                (304, BondValue::List(BondType::SET, BondType::WSTRING, vec![BondValue::WideText(vec![0x61])])),
                (
                    305,
                    BondValue::Map(
                        BondType::WSTRING,
                        BondType::STRUCT,
                        vec![(BondValue::WideText(vec![0x6b]), BondValue::Structure(inner))],
                    ),
                ),
            ],
        };
        assert_eq!(Bond::read(&kinds.write()), Some(kinds.clone()));
        assert_eq!(kinds.wide_texts(), [&[0x61][..], &[0x6b], texts]);
    }

    #[test]
    fn what_is_no_value() {
        let deep: Vec<u8> = MAGIC.iter().copied().chain([0x0a; 100]).chain([0; 101]).collect();
        let flaws: [&[u8]; 13] = [
            b"",
            b"CB\x01",
            b"CB\x02\0\0",
            b"CB\x01\0",
            b"CB\x01\0\0\0",
            b"CB\x01\0\x20",
            b"CB\x01\0\x02\x02\0",
            b"CB\x01\0\x1f\x01\0",
            b"CB\x01\0\x06\x80\0\0",
            b"CB\x01\0\x04\x80\x80\x04\0",
            b"CB\x01\0\x12\xff\xff\xff\xff\x0f\0",
            b"CB\x01\0\x0b\x02\x05\x01\0",
            &deep,
        ];
        for flaw in flaws {
            assert_eq!(Bond::read(flaw), None, "{flaw:02x?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let bytes = [MAGIC, &bytes].concat();
            if let Some(bond) = Bond::read(&bytes) {
                // A field's number may be written longer than it must.
                prop_assert_eq!(Bond::read(&bond.write()), Some(bond));
            }
        }

        #[test]
        fn numbers(number in any::<i64>()) {
            prop_assert_eq!(unzigzag(zigzag(number)), number);
        }
    }
}
