//! A hive as its bytes: cells by offset, and the way from the root to a key.

use registry::Name;

use crate::base_block::{self, BaseBlock};
use crate::bytes::{index, u32_at};
use crate::editor::PageSet;
use crate::{Damage, DamageKind, FileType, KeyNode, limits, logs};

/// A view of the bytes of a hive. It costs nothing to make and to copy, and borrows what it shows.
///
/// Nothing is looked at before it is asked for, and nothing is believed: each access is checked where it happens, and a
/// [`Damage`] says what was wrong there. A view of a dirty hive shows the hive without its logs; an
/// [`Image`](crate::Image) has them applied.
#[derive(Clone, Copy)]
pub struct Hive<'h> {
    bins: &'h [u8],
    root: u32,
    minor: u32,
    /// The pages that are there, where an editor has not read all.
    present: Option<&'h PageSet>,
}

/// Where a path leads.
pub(crate) enum Way<'h, 'p> {
    /// To a key.
    Key(KeyNode<'h>),
    /// Nowhere.
    Absent,
    /// Out of what is named: the key of this name on its way stands for another.
    Link(&'p Name),
}

/// Why bytes are not read as a hive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAHive {
    /// The file does not begin as a hive does.
    #[error("this is not a registry hive: expected it to begin with 'regf', found '{}'", found.escape_ascii())]
    Signature {
        /// How it begins.
        found: Vec<u8>,
    },
    /// The file ends within the base block.
    #[error(
        "this is not a whole registry hive: it has {found} bytes, and its base block alone has {}",
        base_block::SIZE
    )]
    Short {
        /// How many bytes there are.
        found: usize,
    },
    /// The hive has a version that this crate does not read.
    #[error(
        "the hive has version {major}.{minor}; 1.3 to 1.6 are read, which Windows has written since NT 4.0. \
         Windows NT 3 wrote 1.1 and 1.2, with another layout of cells"
    )]
    Version {
        /// The major version.
        major: u32,
        /// The minor version.
        minor: u32,
    },
    /// The file is a log, or something unknown with the start of a hive.
    #[error("this is no hive but {}", describe(*found))]
    Log {
        /// What it is.
        found: FileType,
    },
    /// The file is larger than Windows lets a hive be.
    #[error("the file has {found} bytes; a hive has at most {}", limits::HIVE_SIZE)]
    TooLarge {
        /// How many bytes there are.
        found: usize,
    },
}

fn describe(found: FileType) -> String {
    match found {
        FileType::DirtyVectorLog | FileType::EntryLog => "the log of one; name the hive itself".to_owned(),
        FileType::Other(number) => format!("a file of type {number}; a hive has type 0"),
        FileType::Primary => "a hive".to_owned(),
    }
}

impl<'h> Hive<'h> {
    /// Looks at a file as it is, without its logs. Only the base block is read.
    pub fn of(file: &'h [u8]) -> Result<(Self, BaseBlock), NotAHive> {
        if file.len() > limits::HIVE_SIZE {
            return Err(NotAHive::TooLarge { found: file.len() });
        }
        if !file.starts_with(b"regf") {
            return Err(NotAHive::Signature { found: file.get(..4).unwrap_or(file).to_vec() });
        }
        let short = NotAHive::Short { found: file.len() };
        let Some((block, bins)) = BaseBlock::parse(file).zip(file.get(base_block::SIZE..)) else { return Err(short) };
        if block.major != 1 || !(3..=6).contains(&block.minor) {
            return Err(NotAHive::Version { major: block.major, minor: block.minor });
        }
        if block.file_type != FileType::Primary {
            return Err(NotAHive::Log { found: block.file_type });
        }
        // What lies behind the bins is left over from when the hive was larger. A broken base block does not tell where
        // that begins.
        let bins = bins.get(..index(block.bins_size)).filter(|_| block.checksum_matches).unwrap_or(bins);
        Ok((Self::over(bins, block.root, block.minor), block))
    }

    pub(crate) fn over(bins: &'h [u8], root: u32, minor: u32) -> Self {
        Self { bins, root, minor, present: None }
    }

    /// The same hive, in which only these pages were read.
    pub(crate) fn as_far_as(self, present: &'h PageSet) -> Self {
        Self { present: Some(present), ..self }
    }

    /// The key that all others stand in.
    pub fn root(self) -> Result<KeyNode<'h>, Damage> {
        self.key_at(self.root)
    }

    /// The key at a path of names below the root, or `None` where there is none.
    pub fn find(self, path: &[Name]) -> Result<Option<KeyNode<'h>>, Damage> {
        let mut key = self.root()?;
        for name in path {
            match key.subkey(name)? {
                Some(found) => key = found,
                None => return Ok(None),
            }
        }
        Ok(Some(key))
    }

    /// What Windows would come to at a path, which follows a link wherever it meets one on its way.
    pub(crate) fn way<'p>(self, path: &'p [Name]) -> Result<Way<'h, 'p>, Damage> {
        let mut key = self.root()?;
        let mut came_by = None;
        for name in path {
            if let Some(link) = came_by.filter(|_| key.is_link()) {
                return Ok(Way::Link(link));
            }
            match key.subkey(name)? {
                Some(found) => (key, came_by) = (found, Some(name)),
                None => return Ok(Way::Absent),
            }
        }
        Ok(Way::Key(key))
    }

    /// The key in the cell at an offset.
    pub fn key_at(self, offset: u32) -> Result<KeyNode<'h>, Damage> {
        KeyNode::at(self, offset)
    }

    /// The minor version: 3 to 6.
    pub fn minor_version(self) -> u32 {
        self.minor
    }

    /// How many bytes of hive bins there are in the file; fewer than the base block says, if the file was cut.
    pub fn bins_size(self) -> usize {
        self.bins.len()
    }

    pub(crate) fn bins(self) -> &'h [u8] {
        self.bins
    }

    /// Whether long data are divided into segments.
    pub(crate) fn divides_data(self) -> bool {
        limits::divides_data(self.minor)
    }

    /// What is in the allocated cell at an offset, behind the field that holds its size.
    pub(crate) fn cell(self, offset: u32) -> Result<&'h [u8], Damage> {
        let no_cell = Damage::at(offset, DamageKind::NoCell { bins: self.bins.len() });
        let whole = |rest: &&[u8]| offset.is_multiple_of(8) && rest.len() >= 4;
        let rest = self.bins.get(index(offset)..).filter(whole).ok_or(no_cell)?;
        self.must_be_read(offset, 4)?;
        let size = u32_at(rest, 0).ok_or(no_cell)?.cast_signed();
        if size >= 0 {
            return Err(Damage::at(offset, DamageKind::Free));
        }
        let size = size.unsigned_abs();
        let wrong = Damage::at(offset, DamageKind::CellSize { size, left: rest.len() });
        if size % 8 != 0 {
            return Err(wrong);
        }
        let content = rest.get(4..index(size)).ok_or(wrong)?;
        self.must_be_read(offset, size)?;
        Ok(content)
    }

    fn must_be_read(self, offset: u32, size: u32) -> Result<(), Damage> {
        let Some(present) = self.present else { return Ok(()) };
        let mut pages = offset / logs::PAGE..=offset.saturating_add(size.saturating_sub(1)) / logs::PAGE;
        match pages.all(|page| present.contains(index(page))) {
            true => Ok(()),
            false => Err(Damage::at(offset, DamageKind::NotRead { size })),
        }
    }

    /// As [`Hive::cell`], for a cell that holds a structure of this name.
    pub(crate) fn structure(self, offset: u32, expected: &'static str) -> Result<&'h [u8], Damage> {
        let cell = self.cell(offset)?;
        match cell.first_chunk() {
            Some(found) if found == expected.as_bytes() => Ok(cell),
            Some(&found) => Err(Damage::at(offset, DamageKind::Signature { expected, found })),
            None => Err(short(offset, expected, 2, cell)),
        }
    }
}

/// The cell at `offset` has fewer bytes than `what` needs.
pub(crate) fn short(offset: u32, what: &'static str, needed: usize, cell: &[u8]) -> Damage {
    Damage::at(offset, DamageKind::Short { what, needed, found: cell.len() })
}
