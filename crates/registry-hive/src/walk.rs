//! The way through a whole hive: each key once, each value once, and each thing that cannot be read named.

use std::collections::HashMap;

use registry::limits::DEPTH;

use crate::bytes::{index, u32_at};
use crate::editor::BIN_HEADER;
use crate::key_node::field;
use crate::logs::PAGE;
use crate::subkeys::{Subkeys, most_entries};
use crate::{Damage, DamageKind, Data, Hive, KeyNode, KeyValue};

/// Gets what a walk comes by. Keys come before their values, and values before subkeys.
pub trait Visit<'h> {
    /// A key, so many names below the one where the walk began.
    fn key(&mut self, depth: usize, key: KeyNode<'h>);

    /// A value of the key that came last.
    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>);

    /// Something in the key that came last at this depth cannot be read.
    fn lost(&mut self, depth: usize, lost: Lost<'h>);
}

/// What cannot be read.
#[derive(Clone, Copy)]
pub enum Lost<'h> {
    /// A subkey and everything in it, or a list with the subkeys in it.
    Subkeys(Damage),
    /// A value, or all values of the key.
    Values(Damage),
    /// The data of a value; its name is known.
    Data(KeyValue<'h>, Damage),
}

/// Walks from a key through everything in it.
///
/// Whatever the bytes are, it ends: no cell is visited twice, so that a loop, or a thousand lists that share their keys,
/// cost no more than the hive is long.
///
/// Where a list of subkeys is damaged, those of its keys that are whole are found all the same: a key says which one it
/// stands in. They come after the others.
pub fn walk<'h>(from: KeyNode<'h>, visitor: &mut impl Visit<'h>) {
    let hive = from.hive();
    let mut walk = Walk { hive, claimed: Claimed::new(hive), left: most_entries(hive), keys_by_parent: None };
    let mut levels = vec![Level::of(from)];
    walk.claimed.claim(from.offset());
    visitor.key(0, from);
    walk.values(from, 0, visitor);
    while let Some(level) = levels.last_mut() {
        let Some(next) = level.subkeys.next().or_else(|| walk.next_unlisted(level)) else {
            levels.pop();
            continue;
        };
        if !walk.takes_one() {
            let damage = Damage::at(level.offset, DamageKind::TooMany { most: most_entries(hive) });
            return visitor.lost(levels.len() - 1, Lost::Subkeys(damage));
        }
        let key = match next {
            Ok(key) => key,
            Err(damage) => {
                level.is_damaged = true;
                visitor.lost(levels.len() - 1, Lost::Subkeys(damage));
                continue;
            }
        };
        let depth = levels.len();
        // The root is a level too.
        if depth >= DEPTH {
            visitor.lost(depth - 1, Lost::Subkeys(Damage::at(key.offset(), DamageKind::TooDeep { most: DEPTH })));
        } else if !walk.claimed.claim(key.offset()) {
            visitor.lost(depth - 1, Lost::Subkeys(Damage::at(key.offset(), DamageKind::Again)));
        } else {
            visitor.key(depth, key);
            walk.values(key, depth, visitor);
            levels.push(Level::of(key));
        }
    }
}

/// A key whose subkeys are being visited.
struct Level<'h> {
    offset: u32,
    subkeys: Subkeys<'h>,
    is_damaged: bool,
}

impl<'h> Level<'h> {
    fn of(key: KeyNode<'h>) -> Self {
        Self { offset: key.offset(), subkeys: key.subkeys(), is_damaged: false }
    }
}

struct Walk<'h> {
    hive: Hive<'h>,
    claimed: Claimed,
    /// How many more entries lists can have. Lists that many keys share would otherwise be gone through once for each of
    /// them.
    left: usize,
    /// Every key of the hive by the key that it says it stands in, made when the first list is found damaged.
    keys_by_parent: Option<HashMap<u32, Vec<u32>>>,
}

impl<'h> Walk<'h> {
    fn takes_one(&mut self) -> bool {
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or_default();
        left.is_some()
    }

    fn values(&mut self, key: KeyNode<'h>, depth: usize, visitor: &mut impl Visit<'h>) {
        let hive = self.hive;
        let offsets = match key.value_offsets() {
            Ok(offsets) => offsets,
            Err(damage) => return visitor.lost(depth, Lost::Values(damage)),
        };
        for offset in offsets {
            if !self.takes_one() {
                let damage = Damage::at(offset, DamageKind::TooMany { most: most_entries(hive) });
                return visitor.lost(depth, Lost::Values(damage));
            }
            match KeyValue::at(hive, offset) {
                Err(damage) => visitor.lost(depth, Lost::Values(damage)),
                Ok(_) if !self.claimed.claim(offset) => {
                    visitor.lost(depth, Lost::Values(Damage::at(offset, DamageKind::Again)));
                }
                Ok(value) => match data(value, &mut self.claimed) {
                    Ok(data) => visitor.value(value, data),
                    Err(damage) => visitor.lost(depth, Lost::Data(value, damage)),
                },
            }
        }
    }

    /// A key that says it stands in this one, whose lists are damaged, and that was not reached.
    fn next_unlisted(&mut self, level: &Level<'h>) -> Option<Result<KeyNode<'h>, Damage>> {
        if !level.is_damaged {
            return None;
        }
        let hive = self.hive;
        let keys = self.keys_by_parent.get_or_insert_with(|| keys_by_parent(hive)).get_mut(&level.offset)?;
        while let Some(offset) = keys.pop() {
            if !self.claimed.contains(offset) {
                return hive.key_at(offset).ok().map(Ok);
            }
        }
        None
    }
}

/// Looks through the cells of every bin for keys. A deleted key is in none, or in one that is free.
fn keys_by_parent(hive: Hive<'_>) -> HashMap<u32, Vec<u32>> {
    let mut keys: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut bin = 0;
    while let Some(header) = hive.bins().get(index(bin)..).filter(|rest| !rest.is_empty()) {
        let size =
            u32_at(header, 8).filter(|size| header.starts_with(b"hbin") && size.is_multiple_of(PAGE) && *size > 0);
        // A bin that has lost its header is passed over page by page.
        let end = bin.saturating_add(size.unwrap_or(PAGE));
        let mut cell = bin.saturating_add(BIN_HEADER);
        while size.is_some() && cell < end {
            if let Ok(key) = hive.key_at(cell) {
                keys.entry(key.u32(field::PARENT)).or_default().push(cell);
            }
            match u32_at(hive.bins(), index(cell)).map(|size| size.cast_signed().unsigned_abs()) {
                Some(size) if size >= 8 => cell = cell.saturating_add(size),
                _ => break,
            }
        }
        bin = end;
    }
    // The last of a list is taken first.
    keys.values_mut().for_each(|keys| keys.reverse());
    keys
}

fn data<'h>(value: KeyValue<'h>, claimed: &mut Claimed) -> Result<Data<'h>, Damage> {
    let data = value.data()?;
    let again = |offset| Damage::at(offset, DamageKind::Again);
    match value.data_cell() {
        Some(offset) if !claimed.claim(offset) => return Err(again(offset)),
        _ => {}
    }
    if let Data::Segments(segments) = data {
        for (piece, offset) in segments.pieces().zip(segments.offsets()) {
            piece?;
            if !claimed.claim(offset) {
                return Err(again(offset));
            }
        }
    }
    Ok(data)
}

/// The cells that were visited: a bit for each place where one can begin.
struct Claimed(Vec<u64>);

impl Claimed {
    fn new(hive: Hive<'_>) -> Self {
        Self(vec![0; hive.bins_size() / (8 * 64) + 1])
    }

    fn contains(&self, offset: u32) -> bool {
        let place = index(offset) / 8;
        self.0.get(place / 64).is_none_or(|bits| bits >> (place % 64) & 1 == 1)
    }

    /// Marks the cell at an offset within the hive; whether it was not marked before.
    fn claim(&mut self, offset: u32) -> bool {
        let place = index(offset) / 8;
        let Some(bits) = self.0.get_mut(place / 64) else { return false };
        let bit = 1 << (place % 64);
        let fresh = *bits & bit == 0;
        *bits |= bit;
        fresh
    }
}
