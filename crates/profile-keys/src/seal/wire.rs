//! SSH's encoding of numbers and strings: what keys, signatures, agents and revocation lists are made of.

/// Bytes that break off, or go on too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at}: expected {expected}")]
pub struct WireError {
    /// Where, from the start of the structure that was being read.
    pub at: usize,
    /// What should stand there.
    pub expected: &'static str,
}

/// Reads a structure from its front. Every length is checked before it is used.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    pub(crate) fn take(&mut self, len: usize, expected: &'static str) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.expected(expected))?;
        self.rest = rest;
        self.at += len;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], WireError> {
        let before = *self;
        self.take(N, expected)?.try_into().map_err(|_| before.expected(expected))
    }

    pub(crate) fn byte(&mut self, expected: &'static str) -> Result<u8, WireError> {
        self.array(expected).map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self, expected: &'static str) -> Result<u32, WireError> {
        self.array(expected).map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self, expected: &'static str) -> Result<u64, WireError> {
        self.array(expected).map(u64::from_be_bytes)
    }

    /// A length of four bytes, and as many bytes.
    pub(crate) fn string(&mut self, expected: &'static str) -> Result<&'a [u8], WireError> {
        let before = *self;
        let len = self.u32(expected)?;
        let len = usize::try_from(len).map_err(|_| before.expected(expected))?;
        self.take(len, expected)
    }

    /// A string that must be text.
    pub(crate) fn text(&mut self, expected: &'static str) -> Result<&'a str, WireError> {
        let before = *self;
        std::str::from_utf8(self.string(expected)?).map_err(|_| before.expected(expected))
    }

    /// A string whose bytes are a structure of their own. Places in it are still told from the start of the whole.
    pub(crate) fn nested(&mut self, expected: &'static str) -> Result<Self, WireError> {
        let rest = self.string(expected)?;
        Ok(Self { rest, at: self.at - rest.len() })
    }

    /// All that is left, which must be `N` bytes.
    pub(crate) fn whole<const N: usize>(mut self, expected: &'static str) -> Result<[u8; N], WireError> {
        let bytes = self.array(expected)?;
        self.end()?;
        Ok(bytes)
    }

    /// Nothing may follow.
    pub(crate) fn end(self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.expected("its end")) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn expected(&self, expected: &'static str) -> WireError {
        WireError { at: self.at, expected }
    }
}

/// Appends a string: its length in four bytes, and its bytes.
///
/// A string of 4 GiB or more has no encoding. None of ours comes near; it is cut at that length rather than written
/// with a length that is not its own.
pub(crate) fn put_string(out: &mut Vec<u8>, string: &[u8]) {
    let len = u32::try_from(string.len()).unwrap_or(u32::MAX);
    out.extend(len.to_be_bytes());
    out.extend(string.iter().take(len as usize));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_read_as_it_was_written() {
        let mut bytes = Vec::new();
        put_string(&mut bytes, b"abc");
        put_string(&mut bytes, b"");
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.string("first"), Ok(b"abc".as_slice()));
        assert_eq!(reader.text("second"), Ok(""));
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn what_is_cut_or_too_long_is_told_with_its_place() {
        let mut cut = Reader::new(&[1, 0, 0, 0, 2, 9]);
        assert_eq!(cut.byte("a flag"), Ok(1));
        assert_eq!(cut.string("a name"), Err(WireError { at: 5, expected: "a name" }));
        assert_eq!(Reader::new(&[0xff; 4]).string("a name"), Err(WireError { at: 4, expected: "a name" }));
        assert_eq!(Reader::new(&[0]).end(), Err(WireError { at: 0, expected: "its end" }));
        assert_eq!(Reader::new(&[0, 0, 0, 1, 0xff]).text("text"), Err(WireError { at: 0, expected: "text" }));
    }
}
