//! What a file may ask of its reader, each limit with its reason.
//!
//! Every limit is checked before memory is taken for what it bounds, when writing as well as when reading, so that no
//! file is written that a reader would refuse.

/// Plaintext bytes in one segment. Small enough that a few in flight fit any machine, large enough that compressing
/// each by itself costs little.
pub const SEGMENT_LEN: usize = 1 << 20;

/// Stored bytes of one segment: the most that zstd makes of [`SEGMENT_LEN`] (one 256th more, and its frame), and the tag.
pub const MAX_STORED_SEGMENT: u32 = (1 << 20) + (1 << 12) + 64;

/// Segments in one file: 64 GiB of plaintext, sixteen times the largest file on a FAT32 stick. Bounds the manifest.
pub const MAX_SEGMENTS: usize = 1 << 16;

/// Bytes of a manifest: a table of [`MAX_SEGMENTS`] takes 2.4 MB, the facts and earlier seals fit in the rest.
pub const MAX_MANIFEST: u32 = 4 << 20;

/// Sections in one file: ten categories and five more today, and room for what later versions add.
pub const MAX_SECTIONS: usize = 256;

/// Plaintext bytes of a section of records, which is decoded as a whole: some 100,000 settings. Larger data travels as
/// file contents, which stream.
pub const MAX_RECORD_SECTION: usize = 16 << 20;

/// Plaintext bytes of all sections of records together, which stand in memory at once when a document is read, and
/// take up to seven times as much there. Without it, 256 sections of zeros would be an honest way to ask for all of it.
pub const MAX_RECORDS: u64 = 32 << 20;

/// Envelopes of one file. A passphrase must stand alone, so that people who need a passphrase, an escrow key and a
/// post-quantum key need three.
pub const MAX_ENVELOPES: usize = 4;

/// Bytes of one envelope: sixty post-quantum recipients, or well over a hundred others.
pub const MAX_ENVELOPE: usize = 128 << 10;

/// Seals of one file: an author and everybody who would ever endorse.
pub const MAX_SEALS: usize = 32;

/// Bytes of one seal: an Ed25519 seal has about 200, an RSA one of 16384 bits about 4300.
pub const MAX_SEAL: usize = 8 << 10;

/// Bytes of a statement that an earlier body's seals signed: 153 in this version.
pub const MAX_STATEMENT: usize = 1 << 10;

/// Bytes of a tail: its head and trailer, and all that the limits above allow.
pub const MAX_TAIL: usize = 256 + MAX_ENVELOPES * (4 + MAX_ENVELOPE) + MAX_SEALS * (4 + MAX_SEAL);

/// Parents of one profile. A merge has two or three.
pub const MAX_PARENTS: usize = 64;

/// Earlier bodies that a manifest remembers, one for each change of keys. Four with all the seals that they may have
/// take 1 MB, and fit beside the largest table.
pub const MAX_PREVIOUS: usize = 4;

/// Characters of a setting's id. The longest that Microsoft's own names suggest are near 60.
pub const MAX_SETTING_ID: usize = 128;

/// UTF-16 code units of a name: a registry value's name may have 16,383 on Windows, a key's 255, a file's 255.
pub const MAX_NAME: usize = 16_383;

/// Parts of a path: the registry is at most 512 keys deep.
pub const MAX_PATH_DEPTH: usize = 512;

/// Steps of an undo part: what a section of records holds of them, as long as they are on a real Windows.
pub const MAX_UNDO_STEPS: usize = 1 << 16;

/// Settings that one undo step was for. Most steps have one; a key that many settings stand below may have as many as a
/// catalogue, and ours has some four hundred.
pub const MAX_STEP_SETTINGS: usize = 1 << 12;

/// UTF-16 code units of a key's class, whose length a hive has in bytes and in 16 bits.
pub const MAX_CLASS: usize = 32_767;

/// Bytes of an access list with its owners, as Windows stores it: a head, two identifiers, and two lists whose lengths
/// have 16 bits.
pub const MAX_SECURITY: usize = (128 << 10) + 256;

/// The smallest encrypted manifest. That of a profile with all ten categories and an author is below it.
pub const MIN_ENCRYPTED_MANIFEST: u64 = 4 << 10;

/// The smallest encrypted body. Below it, sizes would tell a few settings from a few more.
pub const MIN_ENCRYPTED_BODY: u64 = 64 << 10;
