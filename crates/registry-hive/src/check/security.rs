//! Security cells: their ring, how many keys use each, and the descriptors in them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use super::cells::{Cell, in_file};
use super::fields::{Fields, size};
use super::keys::KeyNode;
use super::{Checker, Rule};

/// The security cells that were judged, and how many keys use each.
#[derive(Default)]
pub(super) struct SecurityCells {
    /// Those of the ring: offset and users, sorted by offset once the ring is complete.
    ring: Vec<(u32, u32)>,
    /// Those that keys use outside of the ring.
    strays: BTreeMap<u32, u32>,
}

impl SecurityCells {
    fn users_mut(&mut self, offset: u32) -> Option<&mut u32> {
        match self.ring.binary_search_by_key(&offset, |&(offset, _)| offset) {
            Ok(place) => self.ring.get_mut(place).map(|(_, users)| users),
            Err(_) => self.strays.get_mut(&offset),
        }
    }
}

const NEXT_AT: u32 = 4;
const BEFORE_AT: u32 = 8;
const COUNT_AT: u32 = 12;
const SIZE_AT: u32 = 16;
const DESCRIPTOR_AT: u32 = 20;

/// The fixed part of a security cell.
struct SecurityRecord<'a> {
    next: u32,
    before: u32,
    count: u32,
    descriptor_size: u32,
    rest: &'a [u8],
}

impl<'a> SecurityRecord<'a> {
    fn parse(cell: Cell<'a>) -> Option<Self> {
        let mut fields = Fields(cell.content);
        let _signature_and_reserved = fields.u32()?;
        let (next, before, count) = (fields.u32()?, fields.u32()?, fields.u32()?);
        Some(Self { next, before, count, descriptor_size: fields.u32()?, rest: fields.0 })
    }
}

impl<'a> Checker<'a> {
    /// Goes around the ring, from the root's security cell until it is there again.
    pub(super) fn check_ring(&mut self, root: &KeyNode<'a>) {
        let start = root.security;
        let mut offset = start;
        let mut field = root.cell.at(KeyNode::SECURITY_AT);
        let mut before = None;
        while let Some(record) = self.take_security(offset, field) {
            self.security.ring.push((offset, 0));
            if let Some(before) = before {
                self.check_before(&record, offset, before);
            }
            before = Some(offset);
            field = in_file(offset) + 4 + u64::from(NEXT_AT);
            offset = record.next;
            if offset == start {
                break;
            }
            if self.cells.is_referenced(offset) {
                self.findings.report(
                    Rule::SecurityRing,
                    field,
                    format_args!("the ring of security cells comes back to {offset:#x}; it began at {start:#x}"),
                );
                break;
            }
        }
        if offset == start
            && let Some(last) = before
            && let Some(first) = self.cell(start).and_then(SecurityRecord::parse)
        {
            self.check_before(&first, start, last);
        }
        self.security.ring.sort_unstable();
    }

    fn check_before(&mut self, record: &SecurityRecord<'a>, offset: u32, before: u32) {
        if record.before != before {
            self.findings.report(
                Rule::SecurityRing,
                in_file(offset) + 4 + u64::from(BEFORE_AT),
                format_args!(
                    "the security cell names {:#x} as the one before it, but {before:#x} names it as the next",
                    record.before
                ),
            );
        }
    }

    /// Counts a key as a user of its security cell.
    pub(super) fn use_security(&mut self, node: &KeyNode<'a>) {
        let KeyNode { cell, security, name, .. } = *node;
        let field = cell.at(KeyNode::SECURITY_AT);
        if let Some(users) = self.security.users_mut(security) {
            *users = users.saturating_add(1);
            return;
        }
        // The root's own was reported when the ring was gone around.
        if cell.offset == self.base_block.root || self.take_security(security, field).is_none() {
            return;
        }
        self.findings.report(
            Rule::SecurityOutsideRing,
            field,
            format_args!("{name} has the security cell {security:#x}, which is not in the ring"),
        );
        self.security.strays.insert(security, 1);
    }

    /// Judges a security cell that was not seen before.
    fn take_security(&mut self, offset: u32, field: u64) -> Option<SecurityRecord<'a>> {
        let cell = self.claim(offset, field, "a security cell")?;
        if !cell.content.starts_with(b"sk") {
            let found = cell.content.get(..2).unwrap_or(cell.content).escape_ascii();
            self.findings.report(
                Rule::SecuritySignature,
                cell.at(0),
                format_args!("the security cell for {field:#x} begins with \"{found}\", not \"sk\""),
            );
            return None;
        }
        let Some(record) = SecurityRecord::parse(cell) else {
            let found = cell.content.len();
            self.findings.report(
                Rule::SecuritySize,
                cell.at(0),
                format_args!(
                    "the security cell has {found} bytes; it needs {DESCRIPTOR_AT} and those of the descriptor"
                ),
            );
            return None;
        };
        self.findings.counts.security_descriptors += 1;
        let SecurityRecord { descriptor_size, rest, .. } = record;
        match rest.get(..size(descriptor_size)) {
            Some(descriptor) => self.check_descriptor(descriptor, cell),
            None => self.findings.report(
                Rule::SecuritySize,
                cell.at(SIZE_AT),
                format_args!("the security descriptor has {descriptor_size} bytes; its cell has {} for it", rest.len()),
            ),
        }
        Some(record)
    }

    fn check_descriptor(&mut self, descriptor: &[u8], cell: Cell<'a>) {
        if let Err((flaw, at)) = judge_descriptor(descriptor) {
            self.findings.report(
                Rule::SecurityDescriptor,
                cell.at(DESCRIPTOR_AT.saturating_add(at)),
                format_args!("the security descriptor of {} bytes {flaw}", descriptor.len()),
            );
        }
    }

    /// Compares how many keys use each security cell with what it says, after all keys were seen.
    pub(super) fn check_security_counts(&mut self) {
        let SecurityCells { ring, strays } = std::mem::take(&mut self.security);
        for (offset, users) in ring.into_iter().chain(strays) {
            let Some(SecurityRecord { count, .. }) = self.cell(offset).and_then(SecurityRecord::parse) else {
                continue;
            };
            let rule = match count.cmp(&users) {
                Ordering::Less => Rule::SecurityCountLow,
                Ordering::Equal => continue,
                Ordering::Greater => Rule::SecurityCountHigh,
            };
            self.findings.report(
                rule,
                in_file(offset) + 4 + u64::from(COUNT_AT),
                format_args!("the security cell counts {count} keys that use it, but {users} do"),
            );
        }
    }
}

/// Why Windows could not walk through a descriptor.
enum DescriptorFlaw {
    Short,
    Revision(u8),
    Absolute(u16),
    InHeader(&'static str, u32),
    Misplaced(&'static str, u32),
}

const DESCRIPTOR_HEADER: u32 = 20;
const SELF_RELATIVE: u16 = 0x8000;

impl fmt::Display for DescriptorFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => write!(f, "is too short for its header of {DESCRIPTOR_HEADER} bytes"),
            Self::Revision(found) => write!(f, "has revision {found}, not 1"),
            Self::Absolute(control) => {
                write!(f, "has control bits {control:#06x}, without {SELF_RELATIVE:#06x} for self-relative")
            }
            Self::InHeader(part, offset) => write!(f, "has its {part} at {offset:#x}, within the header"),
            Self::Misplaced(part, offset) => write!(f, "has no {part} that fits at {offset:#x}"),
        }
    }
}

/// Judges what lets Windows walk through a descriptor. An error says what is wrong and at which of its bytes.
fn judge_descriptor(descriptor: &[u8]) -> Result<(), (DescriptorFlaw, u32)> {
    const ACCESS_LIST: u16 = 0x4;
    const SYSTEM_LIST: u16 = 0x10;
    let Some((revision, control, [owner, group, system_list, access_list])) = descriptor_header(descriptor) else {
        return Err((DescriptorFlaw::Short, 0));
    };
    if revision != 1 {
        return Err((DescriptorFlaw::Revision(revision), 0));
    }
    if control & SELF_RELATIVE == 0 {
        return Err((DescriptorFlaw::Absolute(control), 2));
    }
    type SizeOf = fn(&[u8]) -> Option<usize>;
    let parts: [(bool, u32, u32, &str, SizeOf); 4] = [
        (true, 4, owner, "owner", sid_size),
        (true, 8, group, "group", sid_size),
        (control & SYSTEM_LIST != 0, 12, system_list, "system list", list_size),
        (control & ACCESS_LIST != 0, 16, access_list, "access list", list_size),
    ];
    for (present, at, offset, part, size_of) in parts {
        if !present || offset == 0 {
            continue;
        }
        if offset < DESCRIPTOR_HEADER {
            return Err((DescriptorFlaw::InHeader(part, offset), at));
        }
        let rest = descriptor.get(size(offset)..).unwrap_or(&[]);
        if size_of(rest).is_none_or(|part_size| part_size > rest.len()) {
            return Err((DescriptorFlaw::Misplaced(part, offset), at));
        }
    }
    Ok(())
}

/// Revision, control bits, and the offsets of the four parts.
fn descriptor_header(descriptor: &[u8]) -> Option<(u8, u16, [u32; 4])> {
    let mut fields = Fields(descriptor);
    let [revision, _] = fields.array()?;
    Some((revision, fields.u16()?, [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?]))
}

/// The size of the security identifier that begins `bytes`, as it says. It has at most 15 parts.
fn sid_size(bytes: &[u8]) -> Option<usize> {
    let [revision, parts] = Fields(bytes).array()?;
    (revision == 1 && parts <= 15).then(|| 8 + 4 * usize::from(parts))
}

/// The size of the access control list that begins `bytes`, as it says. Its header alone has 8 bytes.
fn list_size(bytes: &[u8]) -> Option<usize> {
    let mut fields = Fields(bytes);
    let _revision = fields.u16()?;
    fields.u16().map(usize::from).filter(|&list_size| list_size >= 8)
}
