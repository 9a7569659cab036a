//! One segment: at most 1 MiB of plaintext, compressed by itself and encrypted by itself.

use chacha20poly1305::aead::{Aead, AeadInPlace};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use sha2::{Digest, Sha256};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe;

use crate::limits;
use crate::manifest::SegmentEntry;

/// Compresses three times as fast as a disk of 150 MB/s writes, on one core; higher levels gain little on settings.
const LEVEL: i32 = 3;

/// Bytes that a box adds to what it holds.
const TAG_LEN: usize = 16;

/// Which box of its section this is. The last one is marked, so that none can be cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) index: u32,
    pub(crate) last: bool,
}

impl Place {
    /// Eleven bytes of counter, highest first, and one byte that is 1 for the last.
    fn nonce(self) -> Nonce {
        let mut nonce = [0; 12];
        let counter = u128::from(self.index) << 8 | u128::from(self.last);
        nonce.iter_mut().zip(counter.to_be_bytes().into_iter().skip(4)).for_each(|(place, byte)| *place = byte);
        nonce.into()
    }
}

/// A segment as it stands in the file, with what the table says of it.
pub(crate) struct Stored {
    pub(crate) bytes: Vec<u8>,
    pub(crate) entry: SegmentEntry,
}

impl Stored {
    #[expect(clippy::cast_possible_truncation, reason = "a segment has at most MAX_STORED_SEGMENT bytes, a u32")]
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let entry = SegmentEntry { stored: bytes.len() as u32, digest: Sha256::digest(&bytes).into() };
        Self { bytes, entry }
    }
}

/// Writes segments. One for each thread, since compression keeps its tables from one segment to the next.
pub(crate) struct SegmentWriter(Compressor<'static>);

impl SegmentWriter {
    pub(crate) fn new() -> Result<Self, String> {
        Compressor::new(LEVEL).map(Self).map_err(|error| format!("zstd: {error}"))
    }

    pub(crate) fn write(
        &mut self,
        plaintext: &[u8],
        place: Place,
        cipher: Option<&ChaCha20Poly1305>,
    ) -> Result<Stored, String> {
        let frame = self.0.compress(plaintext).map_err(|error| format!("zstd: {error}"))?;
        encrypt(frame, place, cipher).map(Stored::new)
    }
}

/// Puts a frame into its box.
pub(crate) fn encrypt(mut frame: Vec<u8>, place: Place, cipher: Option<&ChaCha20Poly1305>) -> Result<Vec<u8>, String> {
    let Some(cipher) = cipher else { return Ok(frame) };
    frame.reserve_exact(TAG_LEN);
    match cipher.encrypt_in_place(&place.nonce(), b"", &mut frame) {
        Ok(()) => Ok(frame),
        Err(_) => Err("the segment is too long to encrypt".to_owned()),
    }
}

/// Checks a segment against the table and takes its frame out of the box.
pub(crate) fn decrypt(
    stored: Vec<u8>,
    entry: &SegmentEntry,
    place: Place,
    cipher: Option<&ChaCha20Poly1305>,
) -> Result<Vec<u8>, String> {
    if Sha256::digest(&stored)[..] != entry.digest {
        return Err("its SHA-256 is not the one in the manifest".to_owned());
    }
    match cipher {
        Some(cipher) => cipher
            .decrypt(&place.nonce(), stored.as_slice())
            .map_err(|_| "its box does not open, although its SHA-256 is right: it was sealed wrongly".to_owned()),
        None => Ok(stored),
    }
}

/// Reads segments. One for each thread, as [`SegmentWriter`].
pub(crate) struct SegmentReader(Decompressor<'static>);

impl SegmentReader {
    pub(crate) fn new() -> Result<Self, String> {
        Decompressor::new().map(Self).map_err(|error| format!("zstd: {error}"))
    }

    /// Decompresses one frame of exactly `length` bytes; the memory is bounded before the frame is looked at.
    pub(crate) fn decompress(&mut self, frame: &[u8], length: usize) -> Result<Vec<u8>, String> {
        check_frame(frame, length)?;
        let plaintext =
            self.0.decompress(frame, length).map_err(|error| format!("its frame does not decompress: {error}"))?;
        match plaintext.len() {
            found if found == length => Ok(plaintext),
            found => Err(format!("it decompresses to {found} bytes, the manifest says {length}")),
        }
    }
}

/// A frame states its length and nothing else: no dictionary, no checksum, no window beyond its length, no second
/// frame and none to skip. Each of these would be another way to write the same segment, or to ask for memory.
fn check_frame(frame: &[u8], length: usize) -> Result<(), String> {
    const ZSTD_MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
    const SINGLE_SEGMENT_AND_LENGTH_ONLY: u8 = 0b0010_0000;
    debug_assert!(length <= limits::SEGMENT_LEN, "the table bounds every segment");
    let descriptor = frame.strip_prefix(&ZSTD_MAGIC).and_then(<[u8]>::first);
    match descriptor {
        None => return Err("it does not begin as a zstd frame".to_owned()),
        Some(bits) if bits & 0b0011_1111 != SINGLE_SEGMENT_AND_LENGTH_ONLY => {
            return Err(format!("its frame uses features that segments do not have (descriptor {bits:#04x})"));
        }
        Some(_) => {}
    }
    match zstd_safe::get_frame_content_size(frame) {
        Ok(Some(stated)) if stated == length as u64 => {}
        Ok(stated) => return Err(format!("its frame states {stated:?} bytes, the manifest says {length}")),
        Err(_) => return Err("its frame header is broken".to_owned()),
    }
    match zstd_safe::find_frame_compressed_size(frame) {
        Ok(found) if found == frame.len() => Ok(()),
        Ok(found) => Err(format!("{} bytes stand after its frame", frame.len().saturating_sub(found))),
        Err(_) => Err("its frame is broken".to_owned()),
    }
}
