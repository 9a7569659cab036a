//! Where bytes come from: files to open, and contents to seal.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use crate::document::ContentId;
use crate::error::ReadError;

/// Bytes that can be read at any offset, by several threads at once. A file is one; so is a slice.
pub trait ReadAt: Send + Sync {
    /// How many bytes there are.
    fn length(&self) -> io::Result<u64>;

    /// Fills `buffer` with the bytes at `offset`, or fails.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

impl ReadAt for [u8] {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.get(start..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl ReadAt for Vec<u8> {
    fn length(&self) -> io::Result<u64> {
        self.as_slice().length()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.as_slice().read_exact_at(buffer, offset)
    }
}

impl<S: ReadAt + ?Sized> ReadAt for &S {
    fn length(&self) -> io::Result<u64> {
        (**self).length()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        (**self).read_exact_at(buffer, offset)
    }
}

/// Reads `length` bytes at `offset`, which the caller has bounded.
pub(crate) fn read_at(source: &(impl ReadAt + ?Sized), offset: u64, length: usize) -> Result<Vec<u8>, ReadError> {
    let mut bytes = vec![0; length];
    source.read_exact_at(&mut bytes, offset).map_err(|source| ReadError::Input { offset, length, source })?;
    Ok(bytes)
}

/// The bytes that a document's files refer to.
pub trait Contents: Sync {
    /// The bytes of `id`, from their beginning.
    fn open(&self, id: &ContentId) -> io::Result<Box<dyn Read + Send + '_>>;
}

impl Contents for BTreeMap<ContentId, Vec<u8>> {
    fn open(&self, id: &ContentId) -> io::Result<Box<dyn Read + Send + '_>> {
        match self.get(id) {
            Some(bytes) => Ok(Box::new(Cursor::new(bytes))),
            None => Err(io::Error::new(io::ErrorKind::NotFound, "its bytes were not given")),
        }
    }
}
