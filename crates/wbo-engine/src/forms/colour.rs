//! Colours, in the orders in which Windows has their parts.

use std::fmt;

use registry::{Value, View};

/// A colour. Shown as `#rrggbb`, and how opaque it is where that says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
    /// How opaque it is.
    pub alpha: u8,
}

impl Colour {
    /// Alpha, red, green, blue, highest byte first.
    pub fn from_argb(value: &Value) -> Option<Self> {
        let View::Dword(number) = value.view() else { return None };
        let [alpha, red, green, blue] = number.to_be_bytes();
        Some(Self { red, green, blue, alpha })
    }

    /// Alpha, blue, green, red, highest byte first.
    pub fn from_abgr(value: &Value) -> Option<Self> {
        let View::Dword(number) = value.view() else { return None };
        let [alpha, blue, green, red] = number.to_be_bytes();
        Some(Self { red, green, blue, alpha })
    }

    /// Three numbers in a text, with spaces between them.
    pub fn from_rgb(value: &Value) -> Option<Self> {
        let View::Text(units) = value.view() else { return None };
        let text = String::from_utf16(&units).ok()?;
        let numbers: Option<Vec<u8>> = text.split_ascii_whitespace().map(|number| number.parse().ok()).collect();
        let [red, green, blue]: [u8; 3] = numbers?.try_into().ok()?;
        Some(Self { red, green, blue, alpha: u8::MAX })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { red, green, blue, alpha } = *self;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")?;
        match alpha {
            0 | u8::MAX => Ok(()),
            _ => write!(formatter, ", {} % opaque", (u32::from(alpha) * 100 + 127) / 255),
        }
    }
}
