//! The lists of a key's subkeys: `lh`, `lf` and `li` hold keys, `ri` holds such lists.

use registry::Name;

use crate::bytes::{put, u16_at, u32_at};
use crate::hive::short;
use crate::{Damage, DamageKind, Hive, KeyNode, stored_name};

/// A list that holds keys.
#[derive(Clone, Copy)]
pub(crate) struct Leaf<'h> {
    pub(crate) kind: LeafKind,
    entries: &'h [u8],
}

/// What stands beside each key of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafKind {
    /// Nothing: `li`.
    Plain,
    /// The first four units of its name: `lf`, in hives up to version 1.4.
    Hints,
    /// A hash of its name: `lh`, in hives from version 1.5 on.
    Hashes,
}

/// What the cell behind a key's field holds.
pub(crate) enum List<'h> {
    /// Keys.
    Leaf(Leaf<'h>),
    /// Lists of keys, by their offsets.
    Divided(&'h [[u8; 4]]),
}

impl LeafKind {
    pub(crate) fn signature(self) -> &'static [u8; 2] {
        match self {
            Self::Plain => b"li",
            Self::Hints => b"lf",
            Self::Hashes => b"lh",
        }
    }

    /// The bytes of one entry.
    pub(crate) fn step(self) -> usize {
        match self {
            Self::Plain => 4,
            Self::Hints | Self::Hashes => 8,
        }
    }
}

impl<'h> Leaf<'h> {
    /// The bytes of each entry.
    pub(crate) fn raw_entries(self) -> impl ExactSizeIterator<Item = &'h [u8]> {
        self.entries.chunks_exact(self.kind.step())
    }

    /// The offset of each key, and what stands beside it.
    pub(crate) fn entries(self) -> impl ExactSizeIterator<Item = (u32, Option<[u8; 4]>)> {
        self.raw_entries().map(|entry| {
            (u32_at(entry, 0).unwrap_or_default(), entry.get(4..).and_then(|beside| beside.first_chunk().copied()))
        })
    }

    pub(crate) fn at(hive: Hive<'h>, offset: u32) -> Result<Self, Damage> {
        match list_at(hive, offset)? {
            List::Leaf(leaf) => Ok(leaf),
            // Windows does not divide a second time, and to follow it could go round for ever.
            List::Divided(_) => {
                Err(Damage::at(offset, DamageKind::Signature { expected: "lh, lf or li", found: *b"ri" }))
            }
        }
    }
}

/// Reads the list in a cell.
pub(crate) fn list_at(hive: Hive<'_>, offset: u32) -> Result<List<'_>, Damage> {
    let cell = hive.cell(offset)?;
    let too_short = |needed| short(offset, "a list of subkeys", needed, cell);
    let (&found, count) = cell.first_chunk::<2>().zip(u16_at(cell, 2)).ok_or_else(|| too_short(4))?;
    let kind = match &found {
        b"lh" => LeafKind::Hashes,
        b"lf" => LeafKind::Hints,
        b"li" | b"ri" => LeafKind::Plain,
        _ => return Err(Damage::at(offset, DamageKind::Signature { expected: "lh, lf, li or ri", found })),
    };
    let end = 4 + usize::from(count) * kind.step();
    let entries = cell.get(4..end).ok_or_else(|| too_short(end))?;
    Ok(if &found == b"ri" { List::Divided(entries.as_chunks().0) } else { List::Leaf(Leaf { kind, entries }) })
}

/// The bytes of a list: its signature, the number of its entries, and the entries.
pub(crate) fn encode(signature: &[u8; 2], entries: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut list = vec![0; 4];
    let mut count: u16 = 0;
    for entry in entries {
        list.extend_from_slice(entry.as_ref());
        count = count.saturating_add(1);
    }
    let written = put(&mut list, 0, signature) && put(&mut list, 2, &count.to_le_bytes());
    debug_assert!(written, "the list begins with both");
    list
}

impl LeafKind {
    /// What a hive of this version has its first list of a key be.
    pub(crate) fn of_version(minor: u32) -> Self {
        if minor >= 5 { Self::Hashes } else { Self::Hints }
    }

    /// How many entries such a list has before it becomes one without hints, or is split.
    pub(crate) fn most(self) -> usize {
        match self {
            Self::Hints => MOST_HINTS,
            Self::Plain | Self::Hashes => MOST_ENTRIES,
        }
    }

    /// What a list that has that many becomes before it is split.
    pub(crate) fn when_full(self) -> Self {
        match self {
            Self::Hints => Self::Plain,
            kind => kind,
        }
    }

    /// The entry of a key.
    pub(crate) fn entry(self, key: u32, name: impl IntoIterator<Item = u16>) -> Vec<u8> {
        let mut entry = key.to_le_bytes().to_vec();
        match self {
            Self::Plain => {}
            Self::Hints => entry.extend(stored_name::hint(name)),
            Self::Hashes => entry.extend(stored_name::hash(name).to_le_bytes()),
        }
        entry
    }
}

/// The most entries of a list that Windows does not split: as many numbers of four bytes as fit into a page beside the
/// headers of bin, cell and list, less one.
const MOST_ENTRIES: usize = 1012;

/// The most entries of a list with hints: as many of eight bytes as fit.
const MOST_HINTS: usize = 507;

/// The subkeys of one key.
pub struct Subkeys<'h> {
    hive: Hive<'h>,
    /// The lists that were not begun.
    lists: std::slice::Iter<'h, [u8; 4]>,
    kind: LeafKind,
    /// What is left of the list that was begun.
    entries: &'h [u8],
    /// Found when the list was opened, and told first.
    damage: Option<Damage>,
    /// How many more keys there can be. Lists that repeat the same keys would otherwise give billions of them.
    room: usize,
}

impl<'h> Subkeys<'h> {
    pub(crate) fn none(hive: Hive<'h>) -> Self {
        Self { hive, lists: [].iter(), kind: LeafKind::Plain, entries: &[], damage: None, room: KeyNode::most_in(hive) }
    }

    pub(crate) fn of_list(hive: Hive<'h>, offset: u32) -> Self {
        let none = Self::none(hive);
        match list_at(hive, offset) {
            Ok(List::Leaf(leaf)) => Self { kind: leaf.kind, entries: leaf.entries, ..none },
            Ok(List::Divided(lists)) => Self { lists: lists.iter(), ..none },
            Err(damage) => Self { damage: Some(damage), ..none },
        }
    }

    fn next_offset(&mut self) -> Option<Result<u32, Damage>> {
        if let Some(damage) = self.damage.take() {
            return Some(Err(damage));
        }
        loop {
            if let Some((entry, rest)) = self.entries.split_at_checked(self.kind.step()) {
                self.entries = rest;
                return u32_at(entry, 0).map(Ok);
            }
            let list = u32::from_le_bytes(*self.lists.next()?);
            match Leaf::at(self.hive, list) {
                Ok(leaf) => (self.kind, self.entries) = (leaf.kind, leaf.entries),
                Err(damage) => return Some(Err(damage)),
            }
        }
    }
}

impl<'h> Iterator for Subkeys<'h> {
    type Item = Result<KeyNode<'h>, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = match self.next_offset()? {
            Ok(offset) => offset,
            Err(damage) => return Some(Err(damage)),
        };
        let Some(room) = self.room.checked_sub(1) else {
            (self.entries, self.lists) = (&[], [].iter());
            return Some(Err(Damage::at(offset, DamageKind::TooMany { most: KeyNode::most_in(self.hive) })));
        };
        self.room = room;
        Some(self.hive.key_at(offset))
    }
}

/// How many entries the lists of a hive have room for: each takes four bytes at least.
pub(crate) fn most_entries(hive: Hive<'_>) -> usize {
    hive.bins_size() / 4
}

/// How many keys the lists at an offset hold.
pub(crate) fn count(hive: Hive<'_>, offset: u32) -> Result<usize, Damage> {
    match list_at(hive, offset)? {
        List::Leaf(leaf) => Ok(leaf.entries().len()),
        List::Divided(lists) => {
            let most = most_entries(hive);
            let mut count = 0;
            for &list in lists {
                count += Leaf::at(hive, u32::from_le_bytes(list))?.entries().len();
                if count > most {
                    return Err(Damage::at(offset, DamageKind::TooMany { most }));
                }
            }
            Ok(count)
        }
    }
}

/// The key of a name among the lists at an offset. A damaged key is passed over, unless nothing else has the name: then
/// it may be the one.
pub(crate) fn find<'h>(hive: Hive<'h>, offset: u32, name: &Name) -> Result<Option<KeyNode<'h>>, Damage> {
    let mut sought =
        Sought { name, hash: stored_name::hash(name.units().iter().copied()), room: most_entries(hive), damage: None };
    let found = match list_at(hive, offset)? {
        List::Leaf(leaf) => sought.look_in(hive, leaf)?,
        List::Divided(lists) => {
            let mut found = None;
            for &list in lists {
                match Leaf::at(hive, u32::from_le_bytes(list)) {
                    Ok(leaf) => found = sought.look_in(hive, leaf)?,
                    Err(damage) => sought.pass_over(damage)?,
                }
                if found.is_some() {
                    break;
                }
            }
            found
        }
    };
    match (found, sought.damage) {
        (None, Some(damage)) => Err(damage),
        (found, _) => Ok(found),
    }
}

struct Sought<'n> {
    name: &'n Name,
    hash: u32,
    /// How many more entries there can be. Lists that repeat each other would otherwise hold billions.
    room: usize,
    /// What was passed over.
    damage: Option<Damage>,
}

impl Sought<'_> {
    fn look_in<'h>(&mut self, hive: Hive<'h>, leaf: Leaf<'h>) -> Result<Option<KeyNode<'h>>, Damage> {
        for (offset, beside) in leaf.entries() {
            let too_many = Damage::at(offset, DamageKind::TooMany { most: most_entries(hive) });
            self.room = self.room.checked_sub(1).ok_or(too_many)?;
            if !self.may_be(leaf.kind, beside) {
                continue;
            }
            match hive.key_at(offset) {
                Ok(key) if key.name().is(self.name) => return Ok(Some(key)),
                Ok(_) => {}
                Err(damage) => self.pass_over(damage)?,
            }
        }
        Ok(None)
    }

    fn pass_over(&mut self, damage: Damage) -> Result<(), Damage> {
        if damage.is_unread() {
            return Err(damage);
        }
        self.damage = Some(damage);
        Ok(())
    }

    /// Whether what stands beside a key allows for this name.
    fn may_be(&self, kind: LeafKind, beside: Option<[u8; 4]>) -> bool {
        match (kind, beside) {
            (LeafKind::Hashes, Some(hash)) => u32::from_le_bytes(hash) == self.hash,
            // Old Windows wrote hints beyond ASCII in more than one way, so that only ASCII excludes a name.
            (LeafKind::Hints, Some(hint)) => self.name.units().iter().zip(hint).all(|(&unit, byte)| {
                !byte.is_ascii()
                    || byte == 0
                    || unit > 0x7f
                    || registry::upcase(unit) == u16::from(byte.to_ascii_uppercase())
            }),
            _ => true,
        }
    }
}
