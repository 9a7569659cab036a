//! Security descriptors: the cell `sk`, which many keys share.

use registry::SecurityDescriptor;

use crate::bytes::{index, u32_at};
use crate::hive::short;
use crate::{Damage, Hive};

/// The bytes of the structure before the descriptor.
pub(crate) const FIXED: usize = 20;

/// Where each field of the structure is. Reader and editor take them from here.
pub(crate) mod field {
    pub(crate) const NEXT: usize = 4;
    pub(crate) const PREVIOUS: usize = 8;
    pub(crate) const REFERENCES: usize = 12;
    pub(crate) const SIZE: usize = 16;
}

/// A security descriptor in its cell. It borrows the hive.
#[derive(Clone, Copy)]
pub struct SecurityCell<'h> {
    offset: u32,
    cell: &'h [u8],
    descriptor: &'h [u8],
}

impl<'h> SecurityCell<'h> {
    pub(crate) fn at(hive: Hive<'h>, offset: u32) -> Result<Self, Damage> {
        let cell = hive.structure(offset, "sk")?;
        let size = u32_at(cell, field::SIZE).ok_or_else(|| short(offset, "security", FIXED, cell))?;
        let end = FIXED.saturating_add(index(size));
        let descriptor = cell.get(FIXED..end).ok_or_else(|| short(offset, "a security descriptor", end, cell))?;
        Ok(Self { offset, cell, descriptor })
    }

    /// Where its cell is, counted from the start of the hive bins.
    pub fn offset(&self) -> u32 {
        self.offset
    }

    /// The descriptor in its self-relative form.
    pub fn descriptor(&self) -> &'h [u8] {
        self.descriptor
    }

    /// A copy that outlives the hive.
    pub fn to_descriptor(&self) -> SecurityDescriptor {
        SecurityDescriptor(self.descriptor.into())
    }

    pub(crate) fn next(&self) -> u32 {
        self.u32(field::NEXT)
    }

    pub(crate) fn previous(&self) -> u32 {
        self.u32(field::PREVIOUS)
    }

    pub(crate) fn references(&self) -> u32 {
        self.u32(field::REFERENCES)
    }

    fn u32(&self, at: usize) -> u32 {
        u32_at(self.cell, at).unwrap_or_default()
    }
}

/// The content of the cell of a descriptor that so many keys share, between its neighbours in the ring of all
/// descriptors.
pub(crate) fn encode(descriptor: &SecurityDescriptor, next: u32, previous: u32, references: u32) -> Vec<u8> {
    let size = u32::try_from(descriptor.0.len()).unwrap_or(u32::MAX);
    let mut cell = b"sk\0\0".to_vec();
    cell.extend([next, previous, references, size].into_iter().flat_map(u32::to_le_bytes));
    cell.extend(&descriptor.0);
    cell
}
