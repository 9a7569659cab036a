//! Reading .reg files.

mod cursor;
mod fault;

use self::cursor::Cursor;
use super::encoding::{decode, windows_1252};
use super::{RegEncoding, RegEntry, RegFile, RegFormat, RegKey};
use crate::{KeyPath, Name, Root, Value, ValueType, View, limits};

pub use fault::{RegFault, RegReadError};

/// A fault and the unit of the text at which it is.
type At<T> = Result<T, (usize, RegFault)>;

impl RegFile {
    /// Reads a file: UTF-16 with a byte order mark, UTF-8 with or without one, and Windows-1252 if it says `REGEDIT4`
    /// and has no mark. In the last case the data of texts that are written as bytes become UTF-16, as regedit does it.
    ///
    /// Lines that regedit would overlook are refused, and so is what it would read past: a text without its closing
    /// quotation mark, data that break off, values without a key. Data are taken as they are: text that is written
    /// as bytes gets no NUL that it lacks.
    pub fn read(bytes: &[u8]) -> Result<Self, RegReadError> {
        if bytes.len() > limits::REG_FILE {
            return Err(RegReadError::at(&[], 0, RegFault::TooLarge { bytes: bytes.len() }));
        }
        let decoded = decode(bytes).map_err(|not| {
            RegReadError::at(&not.before, not.before.len(), RegFault::NotText { expected: not.expected })
        })?;
        let mut cursor = Cursor::new(&decoded.units);
        Self::read_text(&mut cursor, decoded.encoding)
            .map_err(|(offset, fault)| RegReadError::at(&decoded.units, offset, fault))
    }

    fn read_text(cursor: &mut Cursor<'_>, encoding: RegEncoding) -> At<Self> {
        if let Some(nul) = cursor.find(0) {
            return Err((nul, RegFault::Nul));
        }
        let format = read_header(cursor)?;
        let mut keys = Vec::new();
        loop {
            cursor.skip_blanks();
            let start = cursor.offset();
            match cursor.peek() {
                None => return Ok(Self { format, keys }),
                Some(LF | CR | SEMICOLON) => cursor.skip_line(),
                Some(OPENING) => keys.push(read_key(cursor)?),
                Some(AT | QUOTE) => match keys.last_mut() {
                    Some(RegKey::Set { entries, .. }) => entries.push(read_entry(cursor, encoding)?),
                    Some(RegKey::Delete(_)) => return Err((start, RegFault::EntryOfDeletedKey)),
                    None => return Err((start, RegFault::EntryWithoutKey)),
                },
                Some(_) => {
                    return Err(cursor.unexpected("a key in brackets, a value, or a comment that begins with ';'"));
                }
            }
        }
    }
}

const LF: u16 = b'\n' as u16;
const CR: u16 = b'\r' as u16;
const SEMICOLON: u16 = b';' as u16;
const OPENING: u16 = b'[' as u16;
const CLOSING: u16 = b']' as u16;
const AT: u16 = b'@' as u16;
const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;
const MINUS: u16 = b'-' as u16;
const COMMA: u16 = b',' as u16;

/// The first line, with nothing behind it: regedit imports nothing from a file that begins otherwise.
fn read_header(cursor: &mut Cursor<'_>) -> At<RegFormat> {
    cursor.skip_blanks();
    let start = cursor.offset();
    let line = cursor.take_line();
    let names = |format: &RegFormat| line.iter().copied().eq(format.header().encode_utf16());
    let format = [RegFormat::Version5, RegFormat::Regedit4].into_iter().find(names);
    format.ok_or_else(|| (start, RegFault::Header { found: fault::excerpt(line) }))
}

/// A line in brackets. Names may hold brackets, so that the last one in the line closes it, a comment's too.
fn read_key(cursor: &mut Cursor<'_>) -> At<RegKey> {
    let opening = cursor.offset();
    cursor.eat(OPENING);
    let delete = cursor.eat(MINUS);
    let start = cursor.offset();
    let Some(path) = cursor.take_through_last(CLOSING) else { return Err((opening, RegFault::UnclosedKey)) };
    let path = read_path(path).map_err(|fault| (start, fault))?;
    end_line(cursor)?;
    Ok(if delete { RegKey::Delete(path) } else { RegKey::Set { path, entries: Vec::new() } })
}

fn read_path(units: &[u16]) -> Result<KeyPath, RegFault> {
    let mut names = units.split(|&unit| unit == BACKSLASH);
    let root = names.next().and_then(|name| Root::from_name(&Name::from_units(name)));
    let root = root.ok_or_else(|| RegFault::NoRoot { found: fault::excerpt(units) })?;
    // Windows overlooks backslashes that are too many.
    let names: Vec<_> = names.filter(|name| !name.is_empty()).map(Name::from_units).collect();
    if names.len() > limits::DEPTH {
        return Err(RegFault::TooDeep { depth: names.len() });
    }
    match names.iter().map(|name| name.units().len()).find(|&length| length > limits::KEY_NAME) {
        Some(length) => Err(RegFault::LongKeyName { length }),
        None => Ok(KeyPath::new(root, names)),
    }
}

fn read_entry(cursor: &mut Cursor<'_>, encoding: RegEncoding) -> At<RegEntry> {
    let start = cursor.offset();
    let name = if cursor.eat(AT) { Name::default() } else { Name::from_units(read_text(cursor)?) };
    let length = name.units().len();
    if length > limits::VALUE_NAME {
        return Err((start, RegFault::LongValueName { length }));
    }
    cursor.skip_blanks();
    if !cursor.eat(u16::from(b'=')) {
        return Err(cursor.unexpected("'=' after the name of a value"));
    }
    cursor.skip_blanks();
    let value = read_value(cursor, encoding)?;
    end_line(cursor)?;
    Ok(RegEntry { name, value })
}

/// What stands behind the `=`.
fn read_value(cursor: &mut Cursor<'_>, encoding: RegEncoding) -> At<Option<Value>> {
    if cursor.eat(MINUS) {
        return Ok(None);
    }
    if cursor.peek() == Some(QUOTE) {
        return Ok(Some(Value::new(ValueType::SZ, &View::Text(read_text(cursor)?))));
    }
    if cursor.eat_text("dword:") {
        cursor.skip_blanks();
        let number = read_number(cursor, 8, "1 to 8 hexadecimal digits")?;
        return Ok(Some(Value::dword(number)));
    }
    let kind = if cursor.eat_text("hex:") {
        ValueType::BINARY
    } else if cursor.eat_text("hex(") {
        let number = read_number(cursor, 8, "the type as 1 to 8 hexadecimal digits")?;
        if !cursor.eat_text("):") {
            return Err(cursor.unexpected("'):' after the type"));
        }
        ValueType(number)
    } else {
        return Err(cursor.unexpected("a text in quotation marks, 'dword:', 'hex:', 'hex(…):' or '-'"));
    };
    let mut data = read_bytes(cursor)?;
    let is_text = [ValueType::SZ, ValueType::EXPAND_SZ, ValueType::MULTI_SZ].contains(&kind);
    if encoding == RegEncoding::Windows1252 && is_text {
        data = data.into_iter().flat_map(|byte| windows_1252(byte).to_le_bytes()).collect();
    }
    Ok(Some(Value { kind, data }))
}

/// Text in quotation marks. Line breaks are part of it as they stand: regedit writes them so.
fn read_text(cursor: &mut Cursor<'_>) -> At<Vec<u16>> {
    let start = cursor.offset();
    cursor.eat(QUOTE);
    let mut text = Vec::new();
    loop {
        let offset = cursor.offset();
        match cursor.next() {
            None => return Err((start, RegFault::UnclosedText)),
            Some(QUOTE) => return Ok(text),
            Some(BACKSLASH) => match cursor.next() {
                Some(escaped @ (BACKSLASH | QUOTE)) => text.push(escaped),
                _ => return Err((offset, RegFault::Escape)),
            },
            Some(unit) => text.push(unit),
        }
    }
}

/// Bytes as hexadecimal digits with commas between. A backslash after a comma, or before all bytes, continues them in
/// the next line that is neither blank nor a comment.
fn read_bytes(cursor: &mut Cursor<'_>) -> At<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        cursor.skip_blanks();
        let offset = cursor.offset();
        if cursor.eat(BACKSLASH) {
            end_line(cursor)?;
            skip_blank_lines(cursor);
            if cursor.peek().is_none() {
                return Err((offset, RegFault::CutShort));
            }
        } else if cursor.is_at_line_end() {
            return Ok(data);
        }
        let [byte, ..] = read_number(cursor, 2, "a byte as 1 or 2 hexadecimal digits")?.to_le_bytes();
        data.push(byte);
        if !cursor.eat(COMMA) {
            return Ok(data);
        }
    }
}

fn skip_blank_lines(cursor: &mut Cursor<'_>) {
    cursor.skip_blanks();
    while let Some(LF | CR | SEMICOLON) = cursor.peek() {
        cursor.skip_line();
        cursor.skip_blanks();
    }
}

/// A number of 1 to `most` hexadecimal digits.
fn read_number(cursor: &mut Cursor<'_>, most: usize, expected: &'static str) -> At<u32> {
    let start = cursor.offset();
    let mut number = 0;
    while let Some(digit) = cursor.peek().and_then(|unit| char::from(u8::try_from(unit).ok()?).to_digit(16)) {
        if cursor.offset() - start == most {
            break;
        }
        number = number << 4 | digit;
        cursor.next();
    }
    if cursor.offset() == start || cursor.peek().is_some_and(is_word) {
        cursor.go_back_to(start);
        return Err(cursor.unexpected(expected));
    }
    Ok(number)
}

fn is_word(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric())
}

/// The end of a line, and a comment before it.
fn end_line(cursor: &mut Cursor<'_>) -> At<()> {
    cursor.skip_blanks();
    if !cursor.is_at_line_end() {
        return Err(cursor.unexpected("the end of the line or a comment that begins with ';'"));
    }
    cursor.skip_line();
    Ok(())
}
