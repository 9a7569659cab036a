//! Lists of subkeys: leaves of three kinds, and the index over leaves.

use super::cells::{Cell, NOWHERE, in_file};
use super::fields::Fields;
use super::keys::KeyNode;
use super::names::Name;
use super::{Checker, Rule};

/// What is left of a key's subkeys.
#[derive(Clone, Copy, Default)]
pub(super) struct Subkeys<'a> {
    leaf: Option<Leaf<'a>>,
    index: Entries<'a>,
}

#[derive(Clone, Copy)]
struct Leaf<'a> {
    kind: LeafKind,
    entries: Entries<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LeafKind {
    Plain,
    Hinted,
    Hashed,
}

/// The entries of a list, and where in the file the first of them stands.
#[derive(Clone, Copy, Default)]
struct Entries<'a> {
    fields: &'a [u8],
    at: u64,
}

impl<'a> Entries<'a> {
    fn take<const N: usize>(&mut self) -> Option<([u8; N], u64)> {
        let (entry, rest) = self.fields.split_first_chunk::<N>()?;
        let at = self.at;
        self.fields = rest;
        self.at += u64::try_from(N).unwrap_or(0);
        Some((*entry, at))
    }
}

/// A subkey as its leaf has it.
pub(super) struct ListedSubkey {
    pub(super) offset: u32,
    /// Where in the file it is listed.
    pub(super) at: u64,
    beside: Beside,
}

enum Beside {
    Nothing,
    Hint([u8; 4]),
    Hash(u32),
}

impl<'a> Checker<'a> {
    /// Opens the list of a key's subkeys.
    pub(super) fn subkeys(&mut self, node: &KeyNode<'a>) -> Subkeys<'a> {
        let field = node.cell.at(KeyNode::SUBKEY_LIST_AT);
        let KeyNode { subkey_count, subkey_list, name, .. } = *node;
        if subkey_count == 0 && subkey_list == NOWHERE {
            return Subkeys::default();
        }
        if subkey_count == 0 {
            self.findings.report(
                Rule::SubkeyListUnneeded,
                field,
                format_args!("{name} has no subkeys, and refers to {subkey_list:#x} for them"),
            );
        }
        let Some(cell) = self.claim(subkey_list, field, "a list of subkeys") else { return Subkeys::default() };
        if cell.content.starts_with(b"ri") {
            let index = self.entries(cell, 4);
            return Subkeys { leaf: None, index };
        }
        Subkeys { leaf: self.leaf(cell), index: Entries::default() }
    }

    /// Takes the next of a key's subkeys. Leaves are opened as they are reached.
    pub(super) fn next_subkey(&mut self, subkeys: &mut Subkeys<'a>) -> Option<ListedSubkey> {
        loop {
            if let Some(subkey) = subkeys.leaf.as_mut().and_then(Leaf::next) {
                return Some(subkey);
            }
            let (offset, at) = subkeys.index.take()?;
            let leaf = self.claim(u32::from_le_bytes(offset), at, "a leaf of subkeys");
            subkeys.leaf = leaf.and_then(|cell| {
                if cell.content.starts_with(b"ri") {
                    self.findings.report(
                        Rule::SubkeyListNesting,
                        cell.at(0),
                        format_args!("the index at {at:#x} lists another index; it may only list leaves"),
                    );
                    return None;
                }
                self.leaf(cell)
            });
        }
    }

    fn leaf(&mut self, cell: Cell<'a>) -> Option<Leaf<'a>> {
        let signature = cell.content.get(..2).unwrap_or(cell.content);
        let (kind, entry_size) = match signature {
            b"li" => (LeafKind::Plain, 4),
            b"lf" => (LeafKind::Hinted, 8),
            b"lh" => (LeafKind::Hashed, 8),
            other => {
                let found = other.escape_ascii();
                self.findings.report(
                    Rule::SubkeyListSignature,
                    cell.at(0),
                    format_args!("the list of subkeys begins with \"{found}\", not \"li\", \"lf\", \"lh\" or \"ri\""),
                );
                return None;
            }
        };
        if (kind == LeafKind::Hashed) != self.base_block.has_hash_leaves() {
            let (found, minor) = (signature.escape_ascii(), self.base_block.minor);
            let expected = if self.base_block.has_hash_leaves() { "\"lh\"" } else { "\"lf\" or \"li\"" };
            self.findings.report(
                Rule::SubkeyListKind,
                cell.at(0),
                format_args!("the list of subkeys is \"{found}\"; version 1.{minor} has {expected}"),
            );
        }
        Some(Leaf { kind, entries: self.entries(cell, entry_size) })
    }

    /// The entries of a list, as many of them as fit its cell.
    fn entries(&mut self, cell: Cell<'a>, entry_size: usize) -> Entries<'a> {
        const HEADER: u32 = 4;
        let mut fields = Fields(cell.content);
        let count = fields.take(2).and_then(|_| fields.u16());
        let count = usize::from(count.unwrap_or(0));
        if count == 0 {
            self.findings.report(Rule::SubkeyListEmpty, cell.at(2), format_args!("the list of subkeys is empty"));
        }
        let room = fields.0.len() / entry_size;
        if count > room {
            self.findings.report(
                Rule::SubkeyListSize,
                cell.at(2),
                format_args!("the list of subkeys has {count} entries; its cell has room for {room}"),
            );
        }
        let fields = fields.0.get(..count.min(room) * entry_size).unwrap_or(&[]);
        Entries { fields, at: in_file(cell.offset) + 4 + u64::from(HEADER) }
    }

    /// Judges what a leaf has beside a subkey, by which Windows looks it up.
    pub(super) fn check_beside(&mut self, subkey: &ListedSubkey, name: Name<'a>) {
        let at = subkey.at + 4;
        match subkey.beside {
            Beside::Nothing => {}
            Beside::Hash(found) => {
                let expected = name.hash();
                if found != expected {
                    self.findings.report(
                        Rule::SubkeyHash,
                        at,
                        format_args!("the hash beside {name} is {found:#010x}; that of the name is {expected:#010x}"),
                    );
                }
            }
            Beside::Hint(found) => {
                let expected = name.hint();
                let right = expected.map_or(found.first() == Some(&0), |expected| found == expected);
                if !right {
                    let (found, expected) = (found.escape_ascii(), expected.unwrap_or_default());
                    self.findings.report(
                        Rule::SubkeyHint,
                        at,
                        format_args!("the hint beside {name} is \"{found}\", not \"{}\"", expected.escape_ascii()),
                    );
                }
            }
        }
    }
}

impl Leaf<'_> {
    fn next(&mut self) -> Option<ListedSubkey> {
        if self.kind == LeafKind::Plain {
            let (offset, at) = self.entries.take()?;
            return Some(ListedSubkey { offset: u32::from_le_bytes(offset), at, beside: Beside::Nothing });
        }
        let ([a, b, c, d, beside @ ..], at) = self.entries.take::<8>()?;
        let beside = match self.kind {
            LeafKind::Hashed => Beside::Hash(u32::from_le_bytes(beside)),
            _ => Beside::Hint(beside),
        };
        Some(ListedSubkey { offset: u32::from_le_bytes([a, b, c, d]), at, beside })
    }
}
