//! Some bits of a value, taken out of it.

use registry::{Value, ValueType, View};

use crate::catalogue::Bits;

/// The value with all bits cleared that are not asked for, and cut behind them. `None`, where the value does not have
/// those bits: it is too short or no number.
pub(crate) fn masked(value: &Value, bits: Bits) -> Option<Value> {
    let number = number_with(value, bits)? & bits.mask;
    Some(match bits.byte {
        Some(byte) => {
            let mut data = vec![0; byte];
            data.extend_from_slice(number.to_le_bytes().get(..bits.width())?);
            Value { kind: value.kind, data }
        }
        None if value.kind == ValueType::DWORD => Value::dword(number),
        None => Value::new(value.kind, &View::Text(number.to_string().encode_utf16().collect())),
    })
}

/// The number that the bits make, the lowest of them first.
pub(crate) fn number(value: &Value, bits: Bits) -> Option<u32> {
    let number = number_with(value, bits)? & bits.mask;
    Some(number >> bits.mask.trailing_zeros())
}

/// The value with these bits as another has them, and all others as they are. `None`, where one of the two does not have
/// those bits.
pub(crate) fn merged(value: &Value, bits: Bits, other: &Value) -> Option<Value> {
    let kept = number_with(value, bits)? & !bits.mask;
    let number = kept | (number_with(other, bits)? & bits.mask);
    Some(match bits.byte {
        Some(byte) => {
            let mut data = value.data.clone();
            data.get_mut(byte..byte.checked_add(bits.width())?)?
                .copy_from_slice(number.to_le_bytes().get(..bits.width())?);
            Value { kind: value.kind, data }
        }
        None if value.kind == ValueType::DWORD => Value::dword(number),
        None => Value::new(value.kind, &View::Text(number.to_string().encode_utf16().collect())),
    })
}

impl Bits {
    /// The bytes of binary data that the mask reaches over.
    pub(crate) fn width(self) -> usize {
        4 - self.mask.leading_zeros() as usize / 8
    }
}

/// The number that the mask is laid over.
fn number_with(value: &Value, bits: Bits) -> Option<u32> {
    match (bits.byte, value.view()) {
        (Some(byte), View::Bytes(data)) => {
            let reached = data.get(byte..byte.checked_add(bits.width())?)?;
            let mut number = [0; 4];
            number.iter_mut().zip(reached).for_each(|(to, from)| *to = *from);
            Some(u32::from_le_bytes(number))
        }
        (None, View::Dword(number)) if value.kind == ValueType::DWORD => Some(number),
        (None, View::Text(text)) => String::from_utf16(&text).ok()?.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_bytes_numbers_and_texts() {
        let bytes = Value { kind: ValueType::BINARY, data: vec![0xff, 0x9e, 0x3e, 0x07] };
        let one = |byte, mask| Bits { byte, mask };
        let table = [
            (bytes.clone(), one(Some(1), 0x04), Some((vec![0, 0x04], 1))),
            (bytes.clone(), one(Some(1), 0x01), Some((vec![0, 0], 0))),
            (bytes.clone(), one(Some(2), 0x0730), Some((vec![0, 0, 0x30, 0x07], 0x73))),
            (bytes.clone(), one(Some(4), 0x01), None),
            (bytes, one(Some(3), 0x0100), None),
            (Value::dword(0x15), one(None, 0x14), Some((vec![0x14, 0, 0, 0], 5))),
            (Value::text("510"), one(None, 4), Some((b"4\0\0\0".to_vec(), 1))),
            (Value::text("on"), one(None, 4), None),
            (Value::dword(1), one(Some(0), 1), None),
        ];
        for (value, bits, expected) in table {
            let found = masked(&value, bits).map(|value| value.data).zip(number(&value, bits));
            assert_eq!(found, expected, "{value:?} {bits:?}");
        }
    }

    #[test]
    fn bits_are_laid_into_a_value_whose_others_stay() {
        let bytes = |data: &[u8]| Value { kind: ValueType::BINARY, data: data.to_vec() };
        let table = [
            (bytes(&[1, 0b1010, 3]), Some(1), 0b0110, bytes(&[0, 0b0100]), Some(bytes(&[1, 0b1100, 3]))),
            (bytes(&[0xff; 4]), Some(1), 0x0101, bytes(&[0, 0, 1]), Some(bytes(&[0xff, 0xfe, 0xff, 0xff]))),
            (bytes(&[1]), Some(1), 1, bytes(&[0, 1]), None),
            (Value::dword(0xf0), None, 0x0f, Value::dword(5), Some(Value::dword(0xf5))),
            (Value::text("510"), None, 4, Value::text("0"), Some(Value::text("506"))),
            (Value::text("on"), None, 4, Value::text("4"), None),
        ];
        for (value, byte, mask, other, expected) in table {
            let bits = Bits { byte, mask };
            assert_eq!(merged(&value, bits, &other), expected, "{value:?} {bits:?}");
        }
    }
}
