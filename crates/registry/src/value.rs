//! Values: a type in full, exact bytes, and views of them that lose nothing.

/// A value: its type in full, and exactly the bytes that were there, whatever the type says about them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Value {
    /// Its type.
    pub kind: ValueType,
    /// Its data.
    pub data: Vec<u8>,
}

/// The type of a value, as Windows numbers it. Any 32-bit number can stand in a registry, and Windows uses many that
/// have no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueType(pub u32);

impl ValueType {
    /// Data without a type.
    pub const NONE: Self = Self(0);
    /// Text.
    pub const SZ: Self = Self(1);
    /// Text with variables of the environment in it.
    pub const EXPAND_SZ: Self = Self(2);
    /// Bytes.
    pub const BINARY: Self = Self(3);
    /// A number of 32 bits.
    pub const DWORD: Self = Self(4);
    /// A number of 32 bits, its highest byte first.
    pub const DWORD_BIG_ENDIAN: Self = Self(5);
    /// The path of another key, as text without an end mark.
    pub const LINK: Self = Self(6);
    /// A list of texts.
    pub const MULTI_SZ: Self = Self(7);
    /// A number of 64 bits.
    pub const QWORD: Self = Self(11);

    const NAMED: [(Self, &'static str); 12] = [
        (Self::NONE, "REG_NONE"),
        (Self::SZ, "REG_SZ"),
        (Self::EXPAND_SZ, "REG_EXPAND_SZ"),
        (Self::BINARY, "REG_BINARY"),
        (Self::DWORD, "REG_DWORD"),
        (Self::DWORD_BIG_ENDIAN, "REG_DWORD_BIG_ENDIAN"),
        (Self::LINK, "REG_LINK"),
        (Self::MULTI_SZ, "REG_MULTI_SZ"),
        (Self(8), "REG_RESOURCE_LIST"),
        (Self(9), "REG_FULL_RESOURCE_DESCRIPTOR"),
        (Self(10), "REG_RESOURCE_REQUIREMENTS_LIST"),
        (Self::QWORD, "REG_QWORD"),
    ];

    /// The name of this type, where Windows has one.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(kind, _)| *kind == self).map(|(_, name)| *name)
    }
}

/// What the data of a value mean by its type. A view stands for exactly one sequence of bytes: [`View::data`] gives back
/// what [`Value::view`] looked at. Data that are not as their type would have them are seen as [`View::Bytes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// Text that ends with one NUL and holds no other.
    Text(Vec<u16>),
    /// Texts that are not empty, each with its NUL, and one more NUL behind them.
    List(Vec<Vec<u16>>),
    /// A number of 32 bits, in the byte order of the type.
    Dword(u32),
    /// A number of 64 bits.
    Qword(u64),
    /// Any bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// A value of this type that shows this view.
    pub fn new(kind: ValueType, view: &View) -> Self {
        Self { kind, data: view.data(kind) }
    }

    /// Text, as `REG_SZ`.
    pub fn text(text: &str) -> Self {
        Self::new(ValueType::SZ, &View::Text(text.encode_utf16().collect()))
    }

    /// A number, as `REG_DWORD`.
    pub fn dword(number: u32) -> Self {
        Self::new(ValueType::DWORD, &View::Dword(number))
    }

    /// What the data mean by their type.
    pub fn view(&self) -> View {
        let seen = match self.kind {
            ValueType::SZ | ValueType::EXPAND_SZ => text_in(&self.data).map(View::Text),
            ValueType::MULTI_SZ => list_in(&self.data).map(View::List),
            ValueType::DWORD => self.data.as_slice().try_into().ok().map(u32::from_le_bytes).map(View::Dword),
            ValueType::DWORD_BIG_ENDIAN => {
                self.data.as_slice().try_into().ok().map(u32::from_be_bytes).map(View::Dword)
            }
            ValueType::QWORD => self.data.as_slice().try_into().ok().map(u64::from_le_bytes).map(View::Qword),
            _ => None,
        };
        seen.unwrap_or_else(|| View::Bytes(self.data.clone()))
    }
}

impl View {
    /// The bytes that a value of type `kind` holds to show this.
    pub fn data(&self, kind: ValueType) -> Vec<u8> {
        match self {
            Self::Text(units) => bytes_of(units.iter().chain(&[0])),
            Self::List(texts) => bytes_of(texts.iter().flat_map(|text| text.iter().chain(&[0])).chain(&[0])),
            Self::Dword(number) if kind == ValueType::DWORD_BIG_ENDIAN => number.to_be_bytes().into(),
            Self::Dword(number) => number.to_le_bytes().into(),
            Self::Qword(number) => number.to_le_bytes().into(),
            Self::Bytes(data) => data.clone(),
        }
    }
}

/// The units that these bytes are, lowest byte first, or `None` for an odd number of bytes.
pub(crate) fn units_of(data: &[u8]) -> Option<Vec<u16>> {
    let (pairs, rest) = data.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|&pair| u16::from_le_bytes(pair)).collect())
}

fn bytes_of<'a>(units: impl Iterator<Item = &'a u16>) -> Vec<u8> {
    units.flat_map(|unit| unit.to_le_bytes()).collect()
}

fn text_in(data: &[u8]) -> Option<Vec<u16>> {
    let mut units = units_of(data)?;
    let end = units.iter().position(|&unit| unit == 0)?;
    (end + 1 == units.len()).then(|| {
        units.truncate(end);
        units
    })
}

fn list_in(data: &[u8]) -> Option<Vec<Vec<u16>>> {
    let units = units_of(data)?;
    let (0, texts) = units.split_last()? else { return None };
    if texts.is_empty() {
        return Some(Vec::new());
    }
    let (0, texts) = texts.split_last()? else { return None };
    let texts: Vec<_> = texts.split(|&unit| unit == 0).map(<[u16]>::to_vec).collect();
    texts.iter().all(|text| !text.is_empty()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn data_are_seen_by_their_type() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        let rows: [(u32, &[u8], View); 12] = [
            (1, b"a\0b\0\0\0", View::Text(units("ab"))),
            (2, b"\0\0", View::Text(vec![])),
            (1, b"a\0b\0", View::Bytes(b"a\0b\0".into())),
            (1, b"a\0\0\0b\0\0\0", View::Bytes(b"a\0\0\0b\0\0\0".into())),
            (1, b"a", View::Bytes(b"a".into())),
            (7, b"a\0\0\0b\0\0\0\0\0", View::List(vec![units("a"), units("b")])),
            (7, b"\0\0", View::List(vec![])),
            (7, b"a\0\0\0b\0\0\0", View::Bytes(b"a\0\0\0b\0\0\0".into())),
            (4, b"\x01\0\0\0", View::Dword(1)),
            (4, b"\x01\0\0\0\0\0\0\0", View::Bytes(b"\x01\0\0\0\0\0\0\0".into())),
            (5, b"\0\0\0\x01", View::Dword(1)),
            (11, b"\x01\0\0\0\0\0\0\0", View::Qword(1)),
        ];
        for (kind, data, view) in rows {
            assert_eq!(Value { kind: ValueType(kind), data: data.into() }.view(), view, "{kind} {data:?}");
        }
    }

    proptest! {
        #[test]
        fn a_view_stands_for_exactly_its_bytes(
            kind in 0u32..13,
            data in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..10),
                proptest::collection::vec(prop_oneof![Just([0, 0]), Just([b'a', 0])], 0..6).prop_map(|units| units.concat()),
            ],
        ) {
            let value = Value { kind: ValueType(kind), data };
            prop_assert_eq!(value.view().data(value.kind), value.data);
        }
    }
}
