//! A cursor over the text of a .reg file.

use super::fault::{RegFault, excerpt};
use super::{CR, LF, SEMICOLON};

/// Goes through the units of a text. It never goes past the end, and whoever wants to know where it is gets an offset.
pub(super) struct Cursor<'a> {
    units: &'a [u16],
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(units: &'a [u16]) -> Self {
        Self { units, offset: 0 }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn go_back_to(&mut self, offset: usize) {
        self.offset = offset.min(self.offset);
    }

    /// Where the first unit of this kind is, from here on.
    pub(super) fn find(&self, wanted: u16) -> Option<usize> {
        Some(self.offset + self.rest().iter().position(|&unit| unit == wanted)?)
    }

    pub(super) fn peek(&self) -> Option<u16> {
        self.units.get(self.offset).copied()
    }

    pub(super) fn next(&mut self) -> Option<u16> {
        let unit = self.peek()?;
        self.offset += 1;
        Some(unit)
    }

    pub(super) fn eat(&mut self, wanted: u16) -> bool {
        let found = self.peek() == Some(wanted);
        self.offset += usize::from(found);
        found
    }

    /// Goes past these ASCII characters, if they are next.
    pub(super) fn eat_text(&mut self, wanted: &str) -> bool {
        let next = self.rest().iter().take(wanted.len()).copied();
        let found = next.eq(wanted.bytes().map(u16::from));
        self.offset += if found { wanted.len() } else { 0 };
        found
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.eat(u16::from(b' ')) || self.eat(u16::from(b'\t')) {}
    }

    pub(super) fn is_at_line_end(&self) -> bool {
        matches!(self.peek(), None | Some(LF | CR | SEMICOLON))
    }

    /// Goes to the next line: past `\r\n`, `\n` or `\r`.
    pub(super) fn skip_line(&mut self) {
        self.take_line();
    }

    /// The rest of the line without its end, and goes to the next line.
    pub(super) fn take_line(&mut self) -> &'a [u16] {
        let line = self.line();
        self.offset += line.len();
        let _ = self.eat(CR);
        let _ = self.eat(LF);
        line
    }

    /// The rest of the line up to the last unit of this kind, and goes past that.
    pub(super) fn take_through_last(&mut self, wanted: u16) -> Option<&'a [u16]> {
        let line = self.line();
        let length = line.iter().rposition(|&unit| unit == wanted)?;
        self.offset += length + 1;
        line.get(..length)
    }

    /// Something else stands here than what was expected.
    pub(super) fn unexpected(&self, expected: &'static str) -> (usize, RegFault) {
        let found = match self.peek() {
            None => "the end of the file".to_owned(),
            Some(LF | CR) => "the end of the line".to_owned(),
            Some(_) => excerpt(self.line()),
        };
        (self.offset, RegFault::Unexpected { expected, found })
    }

    fn line(&self) -> &'a [u16] {
        let rest = self.rest();
        let length = rest.iter().position(|&unit| unit == LF || unit == CR).unwrap_or(rest.len());
        rest.get(..length).unwrap_or_default()
    }

    fn rest(&self) -> &'a [u16] {
        self.units.get(self.offset..).unwrap_or_default()
    }
}
