//! What data mean where their type does not say it: the forms that a catalogue names.

mod bond;
mod colour;
mod guid_list;
mod night_light;
mod path;
mod picture;
mod picture_cache;
mod start_layout;

use registry::Value;

pub use colour::Colour;
pub use guid_list::guids;
pub use night_light::{ClockTime, NightLight, NightLightError, NightLightState, Written};
pub use picture::PictureKind;
pub use picture_cache::picture_cache_path;
pub use start_layout::{StartLayout, StartLayoutError};

pub(crate) use bond::Bond;
pub(crate) use guid_list::Guid;

/// What data mean, by the word that a catalogue has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A path.
    Path,
    /// Paths, divided by semicolons or commas.
    Paths,
    /// What night light does, or whether it is on now.
    NightLight,
    /// A colour in a number: alpha, red, green, blue, highest byte first.
    Argb,
    /// A colour in a number: alpha, blue, green, red, highest byte first.
    Abgr,
    /// A colour in a text: red, green and blue as decimal numbers.
    Rgb,
    /// GUIDs one after the other, of places on Start.
    GuidList,
    /// Where a picture was before Windows copied it.
    PictureCache,
    /// A file with the pins of Start.
    StartLayout,
    /// A file that is a hive.
    Hive,
    /// A file that is a picture.
    Picture,
}

impl Form {
    /// Every form, with its word.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Path, "path"),
        (Self::Paths, "paths"),
        (Self::NightLight, "night-light"),
        (Self::Argb, "argb"),
        (Self::Abgr, "abgr"),
        (Self::Rgb, "rgb"),
        (Self::GuidList, "guid-list"),
        (Self::PictureCache, "picture-cache"),
        (Self::StartLayout, "start-layout"),
        (Self::Hive, "hive"),
        (Self::Picture, "picture"),
    ];

    /// The form of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, other)| *other == word).map(|(form, _)| *form)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(form, _)| *form == self).map_or("", |(_, word)| *word)
    }

    /// Whether files have this form, and values do not.
    pub fn is_of_files(self) -> bool {
        matches!(self, Self::StartLayout | Self::Hive | Self::Picture)
    }
}

/// A value in words, or `None` where it is not as its form would have it.
pub fn describe(form: Form, value: &Value) -> Option<String> {
    match form {
        Form::Path => path::describe(value),
        Form::Paths => path::describe_all(value),
        Form::NightLight => night_light::describe(&value.data),
        Form::Argb => Colour::from_argb(value).map(|colour| colour.to_string()),
        Form::Abgr => Colour::from_abgr(value).map(|colour| colour.to_string()),
        Form::Rgb => Colour::from_rgb(value).map(|colour| colour.to_string()),
        Form::GuidList => guid_list::describe(&value.data),
        Form::PictureCache => picture_cache_path(&value.data),
        Form::StartLayout | Form::Hive | Form::Picture => describe_file(form, &value.data),
    }
}

/// The bytes of a file in words, or `None` where they are not as the form would have them.
pub fn describe_file(form: Form, bytes: &[u8]) -> Option<String> {
    match form {
        Form::StartLayout => StartLayout::read(bytes).ok().map(|layout| layout.to_string()),
        Form::Picture => PictureKind::of(bytes).map(|kind| format!("{kind} picture, {} bytes", bytes.len())),
        Form::Hive => bytes.starts_with(b"regf").then(|| format!("registry hive, {} bytes", bytes.len())),
        _ => None,
    }
}

/// Why the bytes of a file are not what the form says, if they are not.
pub fn flaw_of_file(form: Form, bytes: &[u8]) -> Option<String> {
    match form {
        Form::StartLayout => StartLayout::read(bytes).err().map(|error| error.to_string()),
        form => describe_file(form, bytes).is_none().then(|| format!("it is no {}", form.word())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use registry::ValueType;

    use super::*;

    #[test]
    fn words_and_forms() {
        for (form, word) in Form::ALL {
            assert_eq!((Form::from_word(word), form.word()), (Some(form), word));
        }
        assert_eq!(Form::from_word("picture "), None);
    }

    #[test]
    fn values_in_words() {
        let binary = |data: &[u8]| Value { kind: ValueType::BINARY, data: data.to_vec() };
        let rows = [
            (Form::Path, Value::text(r"C:\a.jpg"), Some(r"C:\a.jpg")),
            (Form::Path, Value::dword(1), None),
            (Form::Paths, Value::text(r"C:\a; C:\b;;"), Some(r"C:\a, C:\b")),
            (Form::Argb, Value::dword(0xff00_78d7), Some("#0078d7")),
            (Form::Argb, Value::dword(0xc400_78d7), Some("#0078d7, 77 % opaque")),
            (Form::Abgr, Value::dword(0xffd7_7800), Some("#0078d7")),
            (Form::Rgb, Value::text("0 120 215"), Some("#0078d7")),
            (Form::Rgb, Value::text("0 120 256"), None),
            (Form::Hive, binary(b"regf..."), Some("registry hive, 7 bytes")),
            (Form::Picture, binary(b"\xff\xd8\xff\xe0"), Some("JPEG picture, 4 bytes")),
            (Form::NightLight, binary(b"x"), None),
            (Form::GuidList, binary(b""), Some("none")),
        ];
        for (form, value, words) in rows {
            assert_eq!(describe(form, &value).as_deref(), words, "{form:?} {value:?}");
        }
    }

    proptest! {
        #[test]
        fn no_data_are_too_strange(
            kind in 0u32..12,
            data in proptest::collection::vec(any::<u8>(), 0..120),
        ) {
            let value = Value { kind: ValueType(kind), data };
            for (form, _) in Form::ALL {
                describe(form, &value);
            }
        }
    }
}
