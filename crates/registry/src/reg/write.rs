//! Writing .reg files, byte for byte as regedit does.

use super::encoding::{RegEncoding, encode, first_unwritable, in_windows_1252};
use super::{RegEntry, RegFile, RegFormat, RegKey};
use crate::value::units_of;
use crate::{KeyPath, Name, Value, ValueType, View, limits};

/// Why a .reg file cannot say something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegWriteError {
    /// An encoding in which the format would be read as something else.
    #[error("a file that begins '{}' is not written as {encoding:?}", format.header())]
    Encoding {
        /// The format.
        format: RegFormat,
        /// The encoding.
        encoding: RegEncoding,
    },
    /// A key that cannot be named.
    #[error("{key}: {fault}")]
    Key {
        /// The key.
        key: KeyPath,
        /// What is wrong with it.
        fault: RegUnwritable,
    },
    /// A value that cannot be named.
    #[error("the value '{name}' of {key}: {fault}")]
    ValueName {
        /// The key.
        key: KeyPath,
        /// The name.
        name: Name,
        /// What is wrong with it.
        fault: RegUnwritable,
    },
    /// A value whose data cannot be written.
    #[error("the data of the value '{name}' of {key}: {fault}")]
    Data {
        /// The key.
        key: KeyPath,
        /// The name of the value.
        name: Name,
        /// What is wrong with the data.
        fault: RegUnwritable,
    },
}

/// What cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegUnwritable {
    /// A character that has no place there, or none in the encoding.
    #[error("the character U+{unit:04X} cannot be written")]
    Character {
        /// The unit of UTF-16.
        unit: u16,
    },
    /// A name that no reader takes.
    #[error("a name of {length} characters cannot be written")]
    Length {
        /// Its length.
        length: usize,
    },
    /// Keys stand deeper in each other than Windows has it.
    #[error("it is {depth} deep; the most is {}", limits::DEPTH)]
    Depth {
        /// How deep it stands.
        depth: usize,
    },
    /// Data of a text in `REGEDIT4`, which are an odd number of bytes and so no text.
    #[error("{bytes} bytes are no text, which this type must be in REGEDIT4")]
    OddLength {
        /// How many bytes there are.
        bytes: usize,
    },
}

impl RegFile {
    /// The bytes of the file, as regedit would write them, with one exception: text that holds a NUL, which regedit
    /// cuts there, is written as bytes.
    pub fn write(&self, encoding: RegEncoding) -> Result<Vec<u8>, RegWriteError> {
        match (self.format, encoding) {
            (RegFormat::Version5, RegEncoding::Windows1252) | (RegFormat::Regedit4, RegEncoding::Utf8) => {
                return Err(RegWriteError::Encoding { format: self.format, encoding });
            }
            _ => {}
        }
        let mut text = Text { units: Vec::new(), encoding };
        text.push(self.format.header());
        text.push(LINE_END);
        for key in &self.keys {
            text.push_key(key)?;
        }
        text.push(LINE_END);
        Ok(encode(&text.units, encoding))
    }
}

const LINE_END: &str = "\r\n";

/// Data go on in the next line when this one has so many characters.
const FULL_LINE: usize = 77;

/// How the next line of data begins.
const INDENT: &str = "  ";

struct Text {
    units: Vec<u16>,
    encoding: RegEncoding,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.units.extend(text.encode_utf16());
    }

    fn push_key(&mut self, key: &RegKey) -> Result<(), RegWriteError> {
        let path = key.path();
        let unwritable = |fault| RegWriteError::Key { key: path.clone(), fault };
        self.push(LINE_END);
        self.push(if matches!(key, RegKey::Delete(_)) { "[-" } else { "[" });
        self.push_path(path).map_err(unwritable)?;
        self.push("]");
        self.push(LINE_END);
        let RegKey::Set { entries, .. } = key else { return Ok(()) };
        entries.iter().try_for_each(|entry| self.push_entry(path, entry))
    }

    fn push_path(&mut self, path: &KeyPath) -> Result<(), RegUnwritable> {
        if path.names().len() > limits::DEPTH {
            return Err(RegUnwritable::Depth { depth: path.names().len() });
        }
        self.push(path.root().name());
        for name in path.names() {
            self.check_length(name, 1, limits::KEY_NAME)?;
            self.check_characters(name, b"\0\r\n\\")?;
            self.push("\\");
            self.units.extend(name.units());
        }
        Ok(())
    }

    fn push_entry(&mut self, key: &KeyPath, RegEntry { name, value }: &RegEntry) -> Result<(), RegWriteError> {
        let line = self.units.len();
        if name.is_empty() {
            self.push("@");
        } else {
            let unwritable = |fault| RegWriteError::ValueName { key: key.clone(), name: name.clone(), fault };
            self.check_length(name, 0, limits::VALUE_NAME).map_err(unwritable)?;
            self.check_characters(name, b"\0").map_err(unwritable)?;
            self.push_quoted(name.units());
        }
        self.push("=");
        let unwritable = |fault| RegWriteError::Data { key: key.clone(), name: name.clone(), fault };
        match value {
            Some(value) => self.push_value(value, line).map_err(unwritable)?,
            None => self.push("-"),
        }
        self.push(LINE_END);
        Ok(())
    }

    fn check_length(&self, name: &Name, least: usize, most: usize) -> Result<(), RegUnwritable> {
        let length = name.units().len();
        if (least..=most).contains(&length) { Ok(()) } else { Err(RegUnwritable::Length { length }) }
    }

    fn check_characters(&self, name: &Name, forbidden: &[u8]) -> Result<(), RegUnwritable> {
        let is_forbidden = |unit: &u16| forbidden.iter().any(|&byte| u16::from(byte) == *unit);
        let first = name.units().iter().copied().find(is_forbidden);
        match first.or_else(|| first_unwritable(name.units(), self.encoding)) {
            Some(unit) => Err(RegUnwritable::Character { unit }),
            None => Ok(()),
        }
    }

    fn push_quoted(&mut self, units: &[u16]) {
        self.push("\"");
        for &unit in units {
            if unit == u16::from(b'"') || unit == u16::from(b'\\') {
                self.push("\\");
            }
            self.units.push(unit);
        }
        self.push("\"");
    }

    /// A value behind its `=`; the line began at `line`.
    fn push_value(&mut self, value: &Value, line: usize) -> Result<(), RegUnwritable> {
        match (value.kind, value.view()) {
            (ValueType::SZ, View::Text(text)) if first_unwritable(&text, self.encoding).is_none() => {
                self.push_quoted(&text);
            }
            (ValueType::DWORD, View::Dword(number)) => self.push(&format!("dword:{number:08x}")),
            (ValueType::BINARY, _) => {
                self.push("hex:");
                self.push_bytes(&value.data, line);
            }
            (kind @ (ValueType::SZ | ValueType::EXPAND_SZ | ValueType::MULTI_SZ), _)
                if self.encoding == RegEncoding::Windows1252 =>
            {
                self.push(&format!("hex({:x}):", kind.0));
                self.push_bytes(&windows_1252_text(&value.data)?, line);
            }
            (kind, _) => {
                self.push(&format!("hex({:x}):", kind.0));
                self.push_bytes(&value.data, line);
            }
        }
        Ok(())
    }

    fn push_bytes(&mut self, data: &[u8], mut line: usize) {
        for (index, byte) in data.iter().enumerate() {
            if index > 0 {
                self.push(",");
                if self.units.len() - line >= FULL_LINE {
                    self.push("\\");
                    self.push(LINE_END);
                    line = self.units.len();
                    self.push(INDENT);
                }
            }
            let digit = |half: u8| u16::from(b"0123456789abcdef".get(usize::from(half)).copied().unwrap_or_default());
            self.units.extend([digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// The bytes that stand for the text of UTF-16 that these data are.
fn windows_1252_text(data: &[u8]) -> Result<Vec<u8>, RegUnwritable> {
    let units = units_of(data).ok_or(RegUnwritable::OddLength { bytes: data.len() })?;
    units.into_iter().map(|unit| in_windows_1252(unit).ok_or(RegUnwritable::Character { unit })).collect()
}
