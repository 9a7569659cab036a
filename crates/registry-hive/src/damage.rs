//! What is wrong at a place of a hive.

use std::fmt;

use crate::base_block;

/// Something in a hive that is not as it must be to be read: where it is, what was expected there, what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where, counted from the start of the hive bins, as the hive itself counts.
    pub offset: u32,
    /// What.
    pub kind: DamageKind,
}

impl Damage {
    /// Where, counted from the start of the file.
    pub fn file_offset(&self) -> u64 {
        u64::from(self.offset) + base_block::SIZE as u64
    }

    pub(crate) fn at(offset: u32, kind: DamageKind) -> Self {
        Self { offset, kind }
    }

    /// Whether nothing is damaged, and bytes were only not read.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(self.kind, DamageKind::NotRead { .. })
    }
}

/// The ways in which a hive is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// An offset leads to where the hive has no cell: past its end, or between two places where cells begin.
    NoCell {
        /// How many bytes of hive bins there are.
        bins: usize,
    },
    /// A cell that is referred to is marked as free.
    Free,
    /// A cell is smaller than any, or reaches past the end of the hive.
    CellSize {
        /// The size it states.
        size: u32,
        /// How many bytes the hive has from its start on.
        left: usize,
    },
    /// A cell holds another structure than expected.
    Signature {
        /// Its two letters, as they should be.
        expected: &'static str,
        /// The two bytes that are there.
        found: [u8; 2],
    },
    /// A cell is too small for what it says it holds.
    Short {
        /// What it should hold.
        what: &'static str,
        /// How many bytes that takes.
        needed: usize,
        /// How many it has.
        found: usize,
    },
    /// A name in UTF-16 has an odd number of bytes.
    OddName {
        /// How many.
        length: usize,
    },
    /// Data that are kept in place of their offset would be longer than the offset.
    InlineSize {
        /// The length they state.
        size: u32,
    },
    /// A key or a value is reached a second time, by a loop or by two that claim it.
    Again,
    /// Lists hold more entries than the hive has room for: several keys share them.
    TooMany {
        /// How many there could be at most.
        most: usize,
    },
    /// A key says that it has another number of subkeys than its lists hold.
    Count {
        /// What it says.
        stated: u32,
        /// How many are listed.
        listed: usize,
    },
    /// A bin does not begin or end as it must.
    Bin,
    /// The bytes are there and were not read. Only an editor meets this, and reads them.
    #[doc(hidden)]
    NotRead {
        /// How many bytes are wanted.
        size: u32,
    },
    /// Keys stand deeper in each other than Windows has it.
    TooDeep {
        /// The most there can be.
        most: usize,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = format_args!("offset {:#x} of the file", self.file_offset()).to_string();
        match self.kind {
            DamageKind::NoCell { bins } => {
                write!(formatter, "{at}: no cell can begin here; the hive bins have {bins} bytes")
            }
            DamageKind::Free => write!(formatter, "{at}: the cell is referred to, but marked as free"),
            DamageKind::CellSize { size, left } => {
                write!(formatter, "{at}: the cell states a size of {size} bytes; expected 8 to {left}, in steps of 8")
            }
            DamageKind::Signature { expected, found } => {
                write!(formatter, "{at}: expected a structure '{expected}', found '{}'", found.escape_ascii())
            }
            DamageKind::Short { what, needed, found } => {
                write!(formatter, "{at}: {what} needs {needed} bytes, but the cell has {found}")
            }
            DamageKind::OddName { length } => {
                write!(formatter, "{at}: a name in UTF-16 has {length} bytes; expected an even number")
            }
            DamageKind::InlineSize { size } => {
                write!(formatter, "{at}: a value states {size} bytes in place of its offset; expected 4 at most")
            }
            DamageKind::Again => write!(formatter, "{at}: this is reached a second time, by a loop or from two places"),
            DamageKind::TooMany { most } => {
                write!(
                    formatter,
                    "{at}: lists hold more than the {most} entries that the hive has room for, since keys share them"
                )
            }
            DamageKind::Count { stated, listed } => {
                write!(formatter, "{at}: the key says that it has {stated} subkeys, and its lists hold {listed}")
            }
            DamageKind::Bin => write!(
                formatter,
                "{at}: expected a bin that states its own offset and a size in steps of 4096 within the hive"
            ),
            DamageKind::NotRead { size } => write!(formatter, "{at}: {size} bytes were not read"),
            DamageKind::TooDeep { most } => write!(formatter, "{at}: keys stand more than {most} deep in each other"),
        }
    }
}

impl std::error::Error for Damage {}
