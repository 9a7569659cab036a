//! A value: the cell `vk`, and its data, which stand in it, in a cell of their own, or in the segments of a `db`.

use std::borrow::Cow;

use registry::{Name, Value, ValueType};

use crate::bytes::{index, u16_at, u32_at};
use crate::hive::short;
use crate::stored_name::{self, StoredName};
use crate::{Damage, DamageKind, Hive, limits};

/// The bytes of the structure before the name.
pub(crate) const FIXED: usize = 20;

/// The bit of the size that says that data stand in place of their offset.
pub(crate) const INLINE: u32 = 1 << 31;

/// A value of a key. It borrows the hive.
#[derive(Clone, Copy)]
pub struct KeyValue<'h> {
    hive: Hive<'h>,
    offset: u32,
    fields: &'h [u8; FIXED],
    name: StoredName<'h>,
}

/// Where each field of the structure is. Reader and editor take them from here.
pub(crate) mod field {
    pub(crate) const NAME_LENGTH: usize = 2;
    pub(crate) const SIZE: usize = 4;
    pub(crate) const DATA: usize = 8;
    pub(crate) const KIND: usize = 12;
    pub(crate) const FLAGS: usize = 16;
}

pub(crate) mod flag {
    /// The name has one byte for each unit.
    pub(crate) const LATIN1_NAME: u16 = 1;
    /// The value hides that of the layer above.
    pub(crate) const TOMBSTONE: u16 = 2;
}

/// The data of a value, where they stand in the hive.
#[derive(Clone, Copy)]
pub enum Data<'h> {
    /// In one piece.
    Whole(&'h [u8]),
    /// In pieces of which all but the last are full.
    Segments(Segments<'h>),
}

/// The pieces of long data.
#[derive(Clone, Copy)]
pub struct Segments<'h> {
    hive: Hive<'h>,
    /// The cell of the list of segments.
    list: u32,
    offsets: &'h [[u8; 4]],
    size: usize,
}

impl<'h> KeyValue<'h> {
    pub(crate) fn at(hive: Hive<'h>, offset: u32) -> Result<Self, Damage> {
        let cell = hive.structure(offset, "vk")?;
        let (fields, rest) = cell.split_first_chunk::<FIXED>().ok_or_else(|| short(offset, "a value", FIXED, cell))?;
        let flags = u16_at(fields, field::FLAGS).unwrap_or_default();
        let length = u16_at(fields, field::NAME_LENGTH).unwrap_or_default().into();
        let name = rest.get(..length).ok_or_else(|| short(offset, "the name of a value", FIXED + length, cell))?;
        let name = StoredName::new(offset, name, flags & flag::LATIN1_NAME != 0)?;
        Ok(Self { hive, offset, fields, name })
    }

    /// Where its cell is, counted from the start of the hive bins.
    pub fn offset(&self) -> u32 {
        self.offset
    }

    /// Its name, as it is stored; empty for the default value.
    pub fn name(&self) -> StoredName<'h> {
        self.name
    }

    /// Its type.
    pub fn kind(&self) -> ValueType {
        ValueType(self.u32(field::KIND))
    }

    /// How many bytes of data it has.
    pub fn size(&self) -> u32 {
        self.u32(field::SIZE) & !INLINE
    }

    /// Whether it hides the value of the layer above, as if that had been deleted.
    pub fn is_tombstone(&self) -> bool {
        self.hive.minor_version() >= 6 && self.flags() & flag::TOMBSTONE != 0
    }

    /// Its data. Their length is what the value says it is, whatever its type would have.
    pub fn data(&self) -> Result<Data<'h>, Damage> {
        let size = index(self.size());
        if self.is_inline() {
            let inline = self.fields.get(field::DATA..field::DATA + limits::INLINE).and_then(|data| data.get(..size));
            let too_long = Damage::at(self.offset, DamageKind::InlineSize { size: self.size() });
            return inline.map(Data::Whole).ok_or(too_long);
        }
        if size == 0 {
            return Ok(Data::Whole(&[]));
        }
        let offset = self.u32(field::DATA);
        if self.is_divided() {
            return Segments::at(self.hive, offset, size).map(Data::Segments);
        }
        let cell = self.hive.cell(offset)?;
        cell.get(..size).map(Data::Whole).ok_or_else(|| short(offset, "the data of a value", size, cell))
    }

    /// A copy that outlives the hive.
    pub fn to_value(&self) -> Result<Value, Damage> {
        Ok(Value { kind: self.kind(), data: self.data()?.bytes()?.into_owned() })
    }

    pub(crate) fn flags(&self) -> u16 {
        u16_at(self.fields, field::FLAGS).unwrap_or_default()
    }

    /// A copy that outlives the hive, unless the value hides one of another layer and so counts as absent.
    pub(crate) fn shown(self) -> Option<Result<Value, Damage>> {
        (!self.is_tombstone()).then(|| self.to_value())
    }

    /// Whether its data stand in place of their offset.
    pub(crate) fn is_inline(&self) -> bool {
        self.u32(field::SIZE) & INLINE != 0
    }

    /// Whether its data are divided. Old hives do not do that, and there a long value may begin with the letters `db`.
    pub(crate) fn is_divided(&self) -> bool {
        !self.is_inline() && self.hive.divides_data() && index(self.size()) > limits::SEGMENT
    }

    /// The cell that its data begin in, if they have one.
    pub(crate) fn data_cell(&self) -> Option<u32> {
        (!self.is_inline() && self.size() != 0).then(|| self.u32(field::DATA))
    }

    fn u32(&self, at: usize) -> u32 {
        u32_at(self.fields, at).unwrap_or_default()
    }
}

impl<'h> Data<'h> {
    /// All bytes: borrowed where they stand in one piece.
    pub fn bytes(self) -> Result<Cow<'h, [u8]>, Damage> {
        match self {
            Self::Whole(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::Segments(segments) => {
                // Not reserved from the stated size: that the segments are there is known once they were read.
                let mut bytes = Vec::new();
                for piece in segments.pieces() {
                    bytes.extend_from_slice(piece?);
                }
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Passes the bytes piece by piece, without copying them.
    pub fn for_each(self, mut take: impl FnMut(&'h [u8])) -> Result<(), Damage> {
        match self {
            Self::Whole(bytes) => take(bytes),
            Self::Segments(segments) => segments.pieces().try_for_each(|piece| piece.map(&mut take))?,
        }
        Ok(())
    }
}

impl<'h> Segments<'h> {
    fn at(hive: Hive<'h>, offset: u32, size: usize) -> Result<Self, Damage> {
        let cell = hive.structure(offset, "db")?;
        let fields = u16_at(cell, 2).zip(u32_at(cell, 4)).ok_or_else(|| short(offset, "divided data", 8, cell));
        let (count, list) = fields?;
        let needed = size.div_ceil(limits::SEGMENT);
        if usize::from(count) < needed {
            let (needed, found) = (needed * limits::SEGMENT, usize::from(count) * limits::SEGMENT);
            return Err(Damage::at(offset, DamageKind::Short { what: "divided data", needed, found }));
        }
        let cell = hive.cell(list)?;
        let offsets = cell.get(..needed * 4).ok_or_else(|| short(list, "the list of segments", needed * 4, cell))?;
        Ok(Self { hive, list, offsets: offsets.as_chunks().0, size })
    }

    /// The pieces, in order.
    pub fn pieces(self) -> impl Iterator<Item = Result<&'h [u8], Damage>> {
        let mut left = self.size;
        self.offsets().map(move |offset| {
            let cell = self.hive.cell(offset)?;
            let size = left.min(limits::SEGMENT);
            left -= size;
            cell.get(..size).ok_or_else(|| short(offset, "a segment of data", size, cell))
        })
    }

    /// The cell of the list of pieces.
    pub(crate) fn list(self) -> u32 {
        self.list
    }

    /// The cells of the pieces.
    pub(crate) fn offsets(self) -> impl Iterator<Item = u32> + 'h {
        self.offsets.iter().map(|&offset| u32::from_le_bytes(offset))
    }
}

/// The fields of a value that say where its data are: how many bytes, and the cell or the bytes themselves.
#[derive(Clone, Copy)]
pub(crate) struct DataFields {
    pub(crate) size: u32,
    pub(crate) place: [u8; limits::INLINE],
}

impl DataFields {
    /// Data that stand in place of their offset; `None`, if they are too long for that.
    pub(crate) fn inline(data: &[u8]) -> Option<Self> {
        let mut place = [0; limits::INLINE];
        place.get_mut(..data.len())?.copy_from_slice(data);
        Some(Self { size: u32::try_from(data.len()).ok()? | INLINE, place })
    }

    /// Data in a cell.
    pub(crate) fn in_cell(size: u32, cell: u32) -> Self {
        Self { size, place: cell.to_le_bytes() }
    }

    /// The fields from [`field::SIZE`] on, with the type behind them.
    pub(crate) fn encode(self, kind: ValueType) -> Vec<u8> {
        [self.size.to_le_bytes(), self.place, kind.0.to_le_bytes()].concat()
    }
}

/// The content of the cell of a new value.
pub(crate) fn encode(name: &Name, kind: ValueType, data: DataFields) -> Vec<u8> {
    let (name, latin1) = stored_name::encode(name.units());
    // An empty name counts as UTF-16.
    let flags = if latin1 && !name.is_empty() { flag::LATIN1_NAME } else { 0 };
    let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
    let mut cell = b"vk".to_vec();
    cell.extend(length.to_le_bytes());
    cell.extend(data.encode(kind));
    cell.extend(flags.to_le_bytes());
    cell.extend([0; 2]);
    cell.extend(name);
    cell
}

/// Where cells come from: the builder's new bins, or the room in a hive under edit.
pub(crate) trait Store {
    type Error;

    /// Whether the hive divides long data.
    fn divides_data(&self) -> bool;

    /// Takes a cell with room for so many bytes, all zero.
    fn take(&mut self, content: usize) -> Result<u32, Self::Error>;

    /// Writes from the start of a cell's content on.
    fn fill(&mut self, cell: u32, bytes: &[u8]);
}

/// Stores data in as many cells as they take, and says what the value is to tell of them. `size` is their length.
pub(crate) fn store_data<S: Store>(store: &mut S, data: &[u8], size: u32) -> Result<DataFields, S::Error> {
    let put = |store: &mut S, content: &[u8]| {
        let cell = store.take(content.len())?;
        store.fill(cell, content);
        Ok(cell)
    };
    match Placement::of(data, store.divides_data()) {
        Placement::Inline(fields) => Ok(fields),
        Placement::Whole => Ok(DataFields::in_cell(size, put(store, data)?)),
        Placement::Divided(segments) => {
            let mut list = Vec::new();
            for piece in data.chunks(limits::SEGMENT) {
                // Windows gives the last segment a full cell too, and some readers count on it.
                let cell = store.take(limits::SEGMENT)?;
                store.fill(cell, piece);
                list.extend(cell.to_le_bytes());
            }
            let list = put(store, &list)?;
            Ok(DataFields::in_cell(size, put(store, &encode_divided(segments, list))?))
        }
    }
}

/// Where data go.
pub(crate) enum Placement {
    /// In place of their offset.
    Inline(DataFields),
    /// Into one cell.
    Whole,
    /// Into so many segments.
    Divided(u16),
}

impl Placement {
    pub(crate) fn of(data: &[u8], divides: bool) -> Self {
        if let Some(fields) = DataFields::inline(data) {
            return Self::Inline(fields);
        }
        match u16::try_from(data.len().div_ceil(limits::SEGMENT)) {
            Ok(segments) if segments > 1 && divides => Self::Divided(segments),
            _ => Self::Whole,
        }
    }
}

/// The content of the cell that holds divided data together: the number of segments and the cell of their list.
fn encode_divided(segments: u16, list: u32) -> Vec<u8> {
    [b"db".as_slice(), &segments.to_le_bytes(), &list.to_le_bytes(), &[0; 4]].concat()
}

/// The offsets of a key's values, four bytes each.
pub(crate) fn list(hive: Hive<'_>, offset: u32, count: u32) -> Result<&[u8], Damage> {
    let cell = hive.cell(offset)?;
    let needed = index(count).saturating_mul(4);
    cell.get(..needed).ok_or_else(|| short(offset, "the list of values", needed, cell))
}
