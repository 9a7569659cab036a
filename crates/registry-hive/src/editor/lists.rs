//! Lists of subkeys: where a key goes, and how a list is split and given up.

use std::cmp::Ordering;

use registry::Name;

use super::Editor;
use crate::bytes::index;
use crate::key_node::{NOWHERE, field};
use crate::subkeys::{self, Leaf, LeafKind, List};
use crate::{Damage, DamageKind, EditError, Hive};

/// One list of keys, and the list that it stands in, if that is divided.
struct Place {
    divided: Option<Divided>,
    leaf: u32,
    kind: LeafKind,
    entries: Vec<Vec<u8>>,
    /// Among the entries.
    at: usize,
}

struct Divided {
    cell: u32,
    lists: Vec<[u8; 4]>,
    /// Of the list of keys among these.
    at: usize,
}

impl Editor {
    /// Puts a key into the lists of another, where its name belongs.
    pub(super) fn insert_subkey(&mut self, parent: u32, name: &Name, key: u32) -> Result<(), EditError> {
        let units = || name.units().iter().copied();
        let list = self.counted_list(parent)?;
        if self.key_field(parent, field::SUBKEY_COUNT)? == 0 {
            let kind = LeafKind::of_version(self.minor());
            let leaf = self.store(&subkeys::encode(kind.signature(), [kind.entry(key, units())]), parent)?;
            self.set_key_field(parent, field::SUBKEYS, leaf);
            return Ok(());
        }
        let mut place = self.read(|hive| place_of(hive, list, name))?;
        place.entries.insert(place.at, place.kind.entry(key, units()));
        if place.entries.len() > place.kind.most() {
            place.kind = place.kind.when_full();
            place.entries.iter_mut().for_each(|entry| entry.truncate(place.kind.step()));
        }
        let split = place.entries.len() > place.kind.most();
        let second = if split { place.entries.split_off(place.entries.len() / 2) } else { vec![] };
        let leaf = self.store_again(place.leaf, &subkeys::encode(place.kind.signature(), &place.entries))?;
        let mut leaves = vec![leaf.to_le_bytes()];
        if split {
            leaves.push(self.store(&subkeys::encode(place.kind.signature(), &second), leaf)?.to_le_bytes());
        }
        let list = match place.divided {
            Some(mut divided) => {
                divided.lists.splice(divided.at..=divided.at, leaves);
                if divided.lists.len() > usize::from(u16::MAX) {
                    return Err(EditError::HiveFull);
                }
                self.store_again(divided.cell, &subkeys::encode(b"ri", &divided.lists))?
            }
            None if split => self.store(&subkeys::encode(b"ri", &leaves), parent)?,
            None => leaf,
        };
        self.set_key_field(parent, field::SUBKEYS, list);
        Ok(())
    }

    /// The list of a key's subkeys. It has to hold as many as the key says: else one of both is wrong, and to go by the
    /// other would lose keys.
    fn counted_list(&self, key: u32) -> Result<u32, EditError> {
        self.read(|hive| {
            let node = hive.key_at(key)?;
            let (stated, list) = (node.subkey_count(), node.u32(field::SUBKEYS));
            let listed = match (stated, list) {
                (0, NOWHERE) => 0,
                // An offset that was left behind may lead anywhere.
                (0, list) => match subkeys::count(hive, list) {
                    Err(damage) if !damage.is_unread() => 0,
                    listed => listed?,
                },
                (_, list) => subkeys::count(hive, list)?,
            };
            match index(stated) == listed {
                true => Ok(list),
                false => Err(Damage::at(key, DamageKind::Count { stated, listed })),
            }
        })
    }

    /// Takes a key out of the lists of another.
    pub(super) fn remove_subkey(&mut self, parent: u32, key: u32) -> Result<(), EditError> {
        let list = self.counted_list(parent)?;
        let Some(mut place) = self.read(|hive| place_holding(hive, list, key))? else { return Ok(()) };
        place.entries.remove(place.at);
        let leaf = match place.entries.is_empty() {
            true => {
                self.free(place.leaf)?;
                None
            }
            false => Some(self.store_again(place.leaf, &subkeys::encode(place.kind.signature(), &place.entries))?),
        };
        let list = match place.divided {
            Some(mut divided) => {
                divided.lists.splice(divided.at..=divided.at, leaf.map(u32::to_le_bytes));
                match divided.lists.is_empty() {
                    true => {
                        self.free(divided.cell)?;
                        None
                    }
                    false => Some(self.store_again(divided.cell, &subkeys::encode(b"ri", &divided.lists))?),
                }
            }
            None => leaf,
        };
        self.set_key_field(parent, field::SUBKEYS, list.unwrap_or(NOWHERE));
        Ok(())
    }
}

/// Where a name belongs: before the first that comes after it.
///
/// A key that cannot be read has no place in the order; it stays where it is, and the search goes by its neighbours.
fn place_of(hive: Hive<'_>, list: u32, name: &Name) -> Result<Place, Damage> {
    let comes_after = |entry: &[u8]| comes_after(hive, entry, name);
    let (divided, leaf) = match subkeys::list_at(hive, list)? {
        List::Leaf(_) => (None, list),
        List::Divided(lists) => {
            let mut at = 0;
            for (number, &list) in lists.iter().enumerate().skip(1) {
                let leaf = Leaf::at(hive, u32::from_le_bytes(list))?;
                match leaf.raw_entries().map(comes_after).find_map(Result::transpose).transpose()? {
                    Some(true) => break,
                    Some(false) => at = number,
                    None => {}
                }
            }
            let lists = lists.to_vec();
            let leaf = lists.get(at).map_or(list, |&leaf| u32::from_le_bytes(leaf));
            (Some(Divided { cell: list, lists, at }), leaf)
        }
    };
    let found = Leaf::at(hive, leaf)?;
    let entries: Vec<Vec<u8>> = found.raw_entries().map(<[u8]>::to_vec).collect();
    let (mut low, mut high) = (0, entries.len());
    while low < high {
        let middle = low.midpoint(high);
        let probed = entries.get(middle..high).unwrap_or_default().iter().enumerate();
        // The first from the middle on that can be read.
        let mut seen = None;
        for (skipped, entry) in probed {
            if let Some(after) = comes_after(entry)? {
                seen = Some((middle + skipped, after));
                break;
            }
        }
        match seen {
            Some((probe, false)) => low = probe + 1,
            _ => high = middle,
        }
    }
    Ok(Place { divided, leaf, kind: found.kind, entries, at: low })
}

/// Whether the key of an entry comes after a name; `None`, if it cannot be read.
fn comes_after(hive: Hive<'_>, entry: &[u8], name: &Name) -> Result<Option<bool>, Damage> {
    let offset = entry.first_chunk().map_or(NOWHERE, |&offset| u32::from_le_bytes(offset));
    match hive.key_at(offset) {
        Ok(key) => Ok(Some(key.name().compare(name) == Ordering::Greater)),
        Err(damage) if damage.is_unread() => Err(damage),
        Err(_) => Ok(None),
    }
}

/// Where a key stands in a list; `None`, if it is in none of them.
fn place_holding(hive: Hive<'_>, list: u32, key: u32) -> Result<Option<Place>, Damage> {
    let lists = match subkeys::list_at(hive, list)? {
        List::Leaf(_) => None,
        List::Divided(lists) => Some(lists.to_vec()),
    };
    let own = [list.to_le_bytes()];
    for (number, &leaf) in lists.as_deref().unwrap_or(&own).iter().enumerate() {
        let leaf = u32::from_le_bytes(leaf);
        let found = match Leaf::at(hive, leaf) {
            Err(damage) if lists.is_some() && !damage.is_unread() => continue,
            found => found?,
        };
        if let Some(at) = found.entries().position(|(offset, _)| offset == key) {
            let entries = found.raw_entries().map(<[u8]>::to_vec).collect();
            let divided = lists.map(|lists| Divided { cell: list, lists, at: number });
            return Ok(Some(Place { divided, leaf, kind: found.kind, entries, at }));
        }
    }
    Ok(None)
}
