//! Security descriptors: shared by the keys that have the same, counted, and linked to a ring.

use registry::SecurityDescriptor;

use super::Editor;
use crate::key_node::field;
use crate::security::{self, SecurityCell};
use crate::{Damage, DamageKind, EditError, KeyNode};

impl Editor {
    /// The descriptor of a key, for one more key.
    pub(super) fn share_security_of(&mut self, key: u32) -> Result<u32, EditError> {
        let cell = self.key_field(key, field::SECURITY)?;
        self.count_security(cell, 1)?;
        Ok(cell)
    }

    /// A cell with this descriptor, for one more key: one that is there, or a new one in the ring of a key's.
    pub(super) fn share_security(&mut self, key: u32, descriptor: &SecurityDescriptor) -> Result<u32, EditError> {
        let first = self.key_field(key, field::SECURITY)?;
        let (found, next) = self.read(|hive| {
            let start = SecurityCell::at(hive, first)?;
            let mut cell = start;
            for _ in 0..=KeyNode::most_in(hive) {
                if cell.descriptor() == &*descriptor.0 {
                    return Ok((Some(cell.offset()), start.next()));
                }
                cell = SecurityCell::at(hive, cell.next())?;
                if cell.offset() == first {
                    return Ok((None, start.next()));
                }
            }
            Err(Damage::at(first, DamageKind::Again))
        })?;
        if let Some(cell) = found {
            self.count_security(cell, 1)?;
            return Ok(cell);
        }
        let new = self.store(&security::encode(descriptor, next, first, 1), first)?;
        self.write(first, security::field::NEXT, &new.to_le_bytes());
        self.write(next, security::field::PREVIOUS, &new.to_le_bytes());
        Ok(new)
    }

    /// A key gives its descriptor up; the last one takes it out of the ring.
    pub(super) fn release_security(&mut self, cell: u32) -> Result<(), EditError> {
        let (references, is_linked, next, previous) = self.read(|hive| {
            let found = SecurityCell::at(hive, cell)?;
            let (next, previous) = (SecurityCell::at(hive, found.next())?, SecurityCell::at(hive, found.previous())?);
            let is_linked = next.previous() == cell && previous.next() == cell;
            Ok((found.references(), is_linked, next.offset(), previous.offset()))
        })?;
        match references {
            // Others may count on it that it does not count.
            0 => return Ok(()),
            1 if is_linked => {}
            _ => return self.count_security(cell, -1),
        }
        self.write(previous, security::field::NEXT, &next.to_le_bytes());
        self.write(next, security::field::PREVIOUS, &previous.to_le_bytes());
        self.free(cell)
    }

    fn count_security(&mut self, cell: u32, by: i32) -> Result<(), EditError> {
        let count = self.read(|hive| Ok(SecurityCell::at(hive, cell)?.references()))?;
        self.write(cell, security::field::REFERENCES, &count.saturating_add_signed(by).to_le_bytes());
        Ok(())
    }
}
