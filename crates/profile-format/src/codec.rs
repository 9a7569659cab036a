//! The one way over bytes: a cursor that is checked at every step, and records in canonical bincode.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::limits;

/// A cursor over input. It only goes forward and never past the end.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// The bytes ended, or went on, where the format does not have it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodecError {
    #[error("{what} needs {needed} bytes, but {left} are left")]
    Short { what: &'static str, needed: usize, left: usize },
    #[error("{0} bytes are left over at the end of {1}")]
    LeftOver(usize, &'static str),
    #[error("{what} does not decode: {problem}")]
    Record { what: &'static str, problem: String },
    #[error("{0} is not in the one encoding that the format allows")]
    NotCanonical(&'static str),
    #[error("{what} has {found} bytes; at most {most} are allowed")]
    TooLarge { what: &'static str, found: usize, most: usize },
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], CodecError> {
        let short = CodecError::Short { what, needed: count, left: self.rest.len() };
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(short)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], CodecError> {
        let short = CodecError::Short { what, needed: N, left: self.rest.len() };
        let (taken, rest) = self.rest.split_first_chunk().ok_or(short)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn u16(&mut self, what: &'static str) -> Result<u16, CodecError> {
        self.array(what).map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, CodecError> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self, what: &'static str) -> Result<u64, CodecError> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// Reads a length of 32 bits, refuses one over `most`, and takes that many bytes.
    pub(crate) fn sized(&mut self, most: usize, what: &'static str) -> Result<&'a [u8], CodecError> {
        let found = usize::try_from(self.u32(what)?).unwrap_or(usize::MAX);
        if found > most {
            return Err(CodecError::TooLarge { what, found, most });
        }
        self.take(found, what)
    }

    pub(crate) fn finish(self, what: &'static str) -> Result<(), CodecError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CodecError::LeftOver(self.rest.len(), what)) }
    }
}

/// Integers little-endian at their full width, lengths as 64 bits, and no length beyond the largest record.
const RECORDS: Configuration<LittleEndian, Fixint, Limit<{ limits::MAX_RECORD_SECTION }>> =
    bincode::config::standard().with_fixed_int_encoding().with_limit::<{ limits::MAX_RECORD_SECTION }>();

pub(crate) fn encode_record<T: Serialize>(record: &T, what: &'static str) -> Result<Vec<u8>, CodecError> {
    let unlimited = bincode::config::standard().with_fixed_int_encoding();
    let bytes = bincode::serde::encode_to_vec(record, unlimited)
        .map_err(|problem| CodecError::Record { what, problem: problem.to_string() })?;
    match bytes.len() {
        found if found > limits::MAX_RECORD_SECTION => {
            Err(CodecError::TooLarge { what, found, most: limits::MAX_RECORD_SECTION })
        }
        _ => Ok(bytes),
    }
}

/// Decodes a record and refuses every encoding of it but the canonical one.
pub(crate) fn decode_record<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    what: &'static str,
) -> Result<T, CodecError> {
    if bytes.len() > limits::MAX_RECORD_SECTION {
        return Err(CodecError::TooLarge { what, found: bytes.len(), most: limits::MAX_RECORD_SECTION });
    }
    let (record, used) = bincode::serde::decode_from_slice::<T, _>(bytes, RECORDS)
        .map_err(|problem| CodecError::Record { what, problem: problem.to_string() })?;
    if used != bytes.len() {
        return Err(CodecError::LeftOver(bytes.len() - used, what));
    }
    if encode_record(&record, what)? != bytes {
        return Err(CodecError::NotCanonical(what));
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Bytes;

    #[test]
    fn a_length_beyond_the_input_is_an_error_before_it_is_memory() {
        let hostile = [0xff; 16];
        assert!(decode_record::<Vec<u16>>(&hostile, "list").is_err());
        assert!(decode_record::<String>(&hostile, "text").is_err());
        assert!(decode_record::<Bytes>(&hostile, "bytes").is_err());
        let mut just_long = (1_u64 << 30).to_le_bytes().to_vec();
        just_long.push(7);
        assert!(decode_record::<Vec<Bytes>>(&just_long, "list").is_err());
    }

    #[test]
    fn one_encoding_is_read_and_no_other() {
        let bytes = encode_record(&(3_u16, Some("ab".to_owned())), "pair").unwrap();
        assert_eq!(bytes, [3, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, b'a', b'b']);
        let mut longer = bytes.clone();
        longer.push(0);
        let read = |bytes: &[u8]| decode_record::<(u16, Option<String>)>(bytes, "pair");
        assert_eq!(read(&bytes).unwrap(), (3, Some("ab".to_owned())));
        assert_eq!(read(&longer).unwrap_err(), CodecError::LeftOver(1, "pair"));
        let mut other_some = bytes.clone();
        other_some[2] = 2;
        assert!(read(&other_some).is_err());
    }
}
