//! Bits with names.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::words::{Named, Word};

/// Bits as a list: the word for each that has one, and last the sum of those that have none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags<T>(pub(crate) T);

impl<T: Named<Number = u32>> Flags<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.number() == 0
    }
}

impl<T: Named<Number = u32>> Default for Flags<T> {
    fn default() -> Self {
        Self(T::new(0))
    }
}

impl<T: Named<Number = u32>> Serialize for Flags<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rest = self.0.number();
        let mut words = Vec::new();
        for (flag, _) in T::NAMED {
            if rest & flag.number() != 0 {
                rest &= !flag.number();
                words.push(Word(*flag));
            }
        }
        if rest != 0 {
            words.push(Word(T::new(rest)));
        }
        words.serialize(serializer)
    }
}

impl<'de, T: Named<Number = u32>> Deserialize<'de> for Flags<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut bits = 0;
        for Word(flag) in Vec::<Word<T>>::deserialize(deserializer)? {
            if bits & flag.number() != 0 {
                return Err(D::Error::custom(format_args!("a {} stands twice", T::SUBJECT)));
            }
            bits |= flag.number();
        }
        Ok(Self(T::new(bits)))
    }
}
