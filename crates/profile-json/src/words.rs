//! Words for numbers.
//!
//! A number that has no word is written as itself. A number that has one is read all the same: the program that wrote
//! it may be older than the word.

use std::fmt;
use std::marker::PhantomData;

use profile_format::{AppFlags, CaptureMethod, Category, DesktopScope, JoinKind, NoteCode, RegistryType, SettingFlags};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// A number some of whose values have names.
pub(crate) trait Named: Copy + PartialEq + 'static {
    /// What it is, for messages.
    const SUBJECT: &'static str;
    /// The names.
    const NAMED: &'static [(Self, &'static str)];

    /// The integer that the wire has for it.
    type Number: Copy + fmt::Display + Serialize + TryFrom<u64>;

    fn new(number: Self::Number) -> Self;
    fn number(self) -> Self::Number;

    fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(value, _)| *value == self).map(|(_, name)| *name)
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
    }
}

macro_rules! named {
    ($type:ident($number:ty), $subject:literal, $names:expr) => {
        impl Named for $type {
            const SUBJECT: &'static str = $subject;
            const NAMED: &'static [(Self, &'static str)] = &$names;

            type Number = $number;

            fn new(number: $number) -> Self {
                Self(number)
            }

            fn number(self) -> $number {
                self.0
            }
        }
    };
}

named!(Category(u16), "category", Category::NAMED);
named!(NoteCode(u16), "kind of note", NoteCode::NAMED);
named!(CaptureMethod(u16), "method of capture", CaptureMethod::NAMED);
named!(JoinKind(u16), "kind of join", JoinKind::NAMED);
named!(DesktopScope(u16), "scope", DesktopScope::NAMED);
named!(SettingFlags(u32), "flag of a setting", SettingFlags::NAMED);
named!(AppFlags(u32), "flag of an app", AppFlags::NAMED);
named!(RegistryType(u32), "registry type", RegistryType::NAMED);

/// A word as a value: `"start"`, or 77 where there is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

/// A word as the key of an object: `"start"`, or `"77"` where there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key<T>(pub(crate) T);

impl<T: Named> fmt::Display for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0.number()),
        }
    }
}

impl<T: Named> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.name() {
            Some(name) => serializer.serialize_str(name),
            None => self.0.number().serialize(serializer),
        }
    }
}

impl<T: Named> Serialize for Key<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: Named> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor(PhantomData)).map(Self)
    }
}

impl<'de, T: Named> Deserialize<'de> for Key<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor(PhantomData)).map(Self)
    }
}

fn expecting<T: Named>(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let names: Vec<_> = T::NAMED.iter().map(|(_, name)| *name).collect();
    write!(f, "a {}: {} or a number", T::SUBJECT, names.join(", "))
}

struct WordVisitor<T>(PhantomData<T>);

impl<T: Named> Visitor<'_> for WordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting::<T>(f)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        T::from_name(name).ok_or_else(|| E::invalid_value(Unexpected::Str(name), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        let known = T::Number::try_from(number);
        known.map(T::new).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

struct KeyVisitor<T>(PhantomData<T>);

impl<T: Named> Visitor<'_> for KeyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting::<T>(f)
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<T, E> {
        let known = T::from_name(key).or_else(|| decimal(key)?.try_into().ok().map(T::new));
        known.ok_or_else(|| E::invalid_value(Unexpected::Str(key), &self))
    }
}

/// A number without a sign or leading zeros, so that no two texts are the same number.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
