//! The way through a whole hive: each key once, each value once, and each thing that cannot be read named.

use registry::limits::DEPTH;

use crate::bytes::index;
use crate::subkeys::Subkeys;
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
pub fn walk<'h>(from: KeyNode<'h>, visitor: &mut impl Visit<'h>) {
    let mut claimed = Claimed::new(from.hive());
    let mut ancestors: Vec<Subkeys<'h>> = Vec::new();
    claimed.claim(from.offset());
    visitor.key(0, from);
    values(from, 0, &mut claimed, visitor);
    ancestors.push(from.subkeys());
    while let Some(subkeys) = ancestors.last_mut() {
        let Some(next) = subkeys.next() else {
            ancestors.pop();
            continue;
        };
        let depth = ancestors.len();
        match next {
            // The root is a level too.
            Ok(key) if depth >= DEPTH => {
                visitor.lost(depth - 1, Lost::Subkeys(Damage::at(key.offset(), DamageKind::TooDeep { most: DEPTH })));
            }
            Ok(key) if !claimed.claim(key.offset()) => {
                visitor.lost(depth - 1, Lost::Subkeys(Damage::at(key.offset(), DamageKind::Again)));
            }
            Ok(key) => {
                visitor.key(depth, key);
                values(key, depth, &mut claimed, visitor);
                ancestors.push(key.subkeys());
            }
            Err(damage) => visitor.lost(depth - 1, Lost::Subkeys(damage)),
        }
    }
}

fn values<'h>(key: KeyNode<'h>, depth: usize, claimed: &mut Claimed, visitor: &mut impl Visit<'h>) {
    let hive = key.hive();
    let offsets = match key.value_offsets() {
        Ok(offsets) => offsets,
        Err(damage) => return visitor.lost(depth, Lost::Values(damage)),
    };
    for offset in offsets {
        let again = Damage::at(offset, DamageKind::Again);
        match KeyValue::at(hive, offset) {
            Err(damage) => visitor.lost(depth, Lost::Values(damage)),
            Ok(_) if !claimed.claim(offset) => visitor.lost(depth, Lost::Values(again)),
            Ok(value) => match data(value, claimed) {
                Ok(data) => visitor.value(value, data),
                Err(damage) => visitor.lost(depth, Lost::Data(value, damage)),
            },
        }
    }
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
