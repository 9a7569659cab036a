//! The base block: the first 4096 bytes of a hive. Logs begin with a copy of its first 512.

use registry::FileTime;

use crate::bytes::{put, u32_at, u64_at};

/// The size of the base block of a hive.
pub(crate) const SIZE: usize = 4096;

/// The part of it that the checksum covers, and the checksum. A log holds this much.
pub(crate) const SUMMED: usize = 512;

/// The fields at the start of a hive or of one of its logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseBlock {
    /// The number that is raised when a write begins.
    pub first_sequence: u32,
    /// The number that follows when it is done. While they differ, the hive is dirty.
    pub second_sequence: u32,
    /// When the hive was last written. Windows has not kept it since 8.1.
    pub written: FileTime,
    /// 1 in every hive since Windows NT 3.1.
    pub major: u32,
    /// 3 to 6 in hives that are read here.
    pub minor: u32,
    /// What this is.
    pub file_type: FileType,
    /// Where the root key's cell is, counted from the start of the hive bins.
    pub root: u32,
    /// How many bytes of hive bins follow.
    pub bins_size: u32,
    /// The name or the end of the path that Windows knew the hive by, as far as it fits into 32 units.
    pub file_name: String,
    /// Whether transactions were pending, and whether keys may be layered.
    pub flags: u32,
    /// Whether the checksum is right.
    pub checksum_matches: bool,
}

/// What a file with a base block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A hive.
    Primary,
    /// A log of dirty pages with a bitmap, as Windows wrote it up to 8.
    DirtyVectorLog,
    /// A log of numbered entries, as Windows has written it since 8.1.
    EntryLog,
    /// Anything else.
    Other(u32),
}

impl BaseBlock {
    /// The flag of a hive with transactions that are pending.
    pub const TRANSACTIONS_PENDING: u32 = 1;
    /// The flag of a hive whose keys may be layered.
    pub const LAYERED: u32 = 2;

    /// Reads the fields. `None`, if the bytes are too few or do not begin as a hive does.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.first_chunk::<SUMMED>()?.as_slice();
        if !bytes.starts_with(b"regf") {
            return None;
        }
        let name: Vec<u16> =
            bytes.get(48..112)?.as_chunks::<2>().0.iter().map(|&pair| u16::from_le_bytes(pair)).collect();
        let name = name.split(|&unit| unit == 0).next().unwrap_or_default();
        Some(Self {
            first_sequence: u32_at(bytes, 4)?,
            second_sequence: u32_at(bytes, 8)?,
            written: FileTime(u64_at(bytes, 12)?),
            major: u32_at(bytes, 20)?,
            minor: u32_at(bytes, 24)?,
            file_type: FileType::from_number(u32_at(bytes, 28)?),
            root: u32_at(bytes, 36)?,
            bins_size: u32_at(bytes, 40)?,
            file_name: String::from_utf16_lossy(name),
            flags: u32_at(bytes, 144)?,
            checksum_matches: u32_at(bytes, 508)? == checksum(bytes),
        })
    }

    /// Whether a write to the hive began and did not end, or the block itself was not written whole.
    pub fn is_dirty(&self) -> bool {
        !self.checksum_matches || self.first_sequence != self.second_sequence
    }

    /// Whether transactions of this hive wait outside of it.
    pub fn has_pending_transactions(&self) -> bool {
        self.flags & Self::TRANSACTIONS_PENDING != 0
    }
}

impl FileType {
    fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Primary,
            1 | 2 => Self::DirtyVectorLog, // Windows 2000 wrote 2.
            6 => Self::EntryLog,
            other => Self::Other(other),
        }
    }

    fn number(self) -> u32 {
        match self {
            Self::Primary => 0,
            Self::DirtyVectorLog => 1,
            Self::EntryLog => 6,
            Self::Other(number) => number,
        }
    }
}

/// A base block as bytes, to be changed field by field. What has no field here stays as it was.
#[derive(Clone)]
pub(crate) struct BaseBlockBytes([u8; SUMMED]);

impl BaseBlockBytes {
    /// The block at the start of a file that has one.
    pub(crate) fn of(file: &[u8]) -> Option<Self> {
        file.first_chunk().copied().map(Self)
    }

    /// The block of a new hive that holds only a root key.
    pub(crate) fn new(minor: u32, root: u32, file_name: &[u16]) -> Self {
        let mut block = Self([0; SUMMED]);
        block.set(0, b"regf");
        block.set_u32(20, 1);
        block.set_u32(24, minor);
        block.set_u32(32, 1);
        block.set_u32(36, root);
        block.set_u32(44, 1);
        // The end of a long path says more than its start; the last unit stays zero.
        let shown = file_name.get(file_name.len().saturating_sub(31)..).unwrap_or_default();
        let name: Vec<u8> = shown.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        block.set(48, &name);
        block.with_sequence(1, 1)
    }

    pub(crate) fn with_sequence(mut self, first: u32, second: u32) -> Self {
        self.set_u32(4, first);
        self.set_u32(8, second);
        self
    }

    pub(crate) fn with_file_type(mut self, file_type: FileType) -> Self {
        self.set_u32(28, file_type.number());
        self
    }

    pub(crate) fn with_bins_size(mut self, size: u32) -> Self {
        self.set_u32(40, size);
        self
    }

    pub(crate) fn with_written(mut self, written: FileTime) -> Self {
        self.set(12, &written.0.to_le_bytes());
        self
    }

    pub(crate) fn bins_size(&self) -> u32 {
        u32_at(&self.0, 40).unwrap_or_default()
    }

    pub(crate) fn written(&self) -> FileTime {
        FileTime(u64_at(&self.0, 12).unwrap_or_default())
    }

    /// Sets or clears the flag of pending transactions, the only one that a log carries.
    pub(crate) fn with_transactions(mut self, pending: bool) -> Self {
        let others = u32_at(&self.0, 144).unwrap_or_default() & !BaseBlock::TRANSACTIONS_PENDING;
        self.set_u32(144, others | u32::from(pending));
        self
    }

    pub(crate) fn has_pending_transactions(&self) -> bool {
        u32_at(&self.0, 144).unwrap_or_default() & BaseBlock::TRANSACTIONS_PENDING != 0
    }

    /// The bytes, with the checksum that goes with them.
    pub(crate) fn summed(mut self) -> [u8; SUMMED] {
        let sum = checksum(&self.0);
        self.set_u32(508, sum);
        self.0
    }

    fn set_u32(&mut self, at: usize, number: u32) {
        self.set(at, &number.to_le_bytes());
    }

    fn set(&mut self, at: usize, bytes: &[u8]) {
        let written = put(&mut self.0, at, bytes);
        debug_assert!(written, "every field lies within the block");
    }
}

/// The exclusive or of the first 127 numbers, and never 0 nor -1.
fn checksum(block: &[u8]) -> u32 {
    let numbers = block.as_chunks::<4>().0.iter().take(127);
    match numbers.fold(0, |sum, &number| sum ^ u32::from_le_bytes(number)) {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    }
}
