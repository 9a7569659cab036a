//! Setting and deleting values.

use registry::limits::VALUE_NAME;
use registry::{Name, Value};

use super::Editor;
use crate::bytes::index;
use crate::key_node::{NOWHERE, field, flag};
use crate::key_value::{self, Data, DataFields, KeyValue, Placement};
use crate::{EditError, limits};

impl Editor {
    /// A value of the key at a path.
    pub fn value(&self, path: &[Name], name: &Name) -> Result<Option<Value>, EditError> {
        let Some(key) = self.find(path)? else { return Ok(None) };
        self.read(|hive| hive.key_at(key)?.value(name)?.and_then(KeyValue::shown).transpose())
    }

    /// Sets a value in a key that exists. One that is there keeps the spelling of its name; one that is there and is
    /// just so stays untouched.
    pub fn set_value(&mut self, path: &[Name], name: &Name, value: &Value) -> Result<(), EditError> {
        let key = self.find(path)?.ok_or(EditError::NoSuchKey)?;
        self.as_a_whole(|editor| editor.set_value_of(key, name, value))
    }

    /// Deletes a value. Nothing happens if there is no such value.
    pub fn delete_value(&mut self, path: &[Name], name: &Name) -> Result<(), EditError> {
        match self.find(path)? {
            Some(key) => self.as_a_whole(|editor| editor.delete_value_of(key, name)),
            None => Ok(()),
        }
    }

    fn set_value_of(&mut self, key: u32, name: &Name, value: &Value) -> Result<(), EditError> {
        let length = name.units().len();
        if length > VALUE_NAME {
            return Err(EditError::LongValueName { length });
        }
        self.layer_to_edit(key)?;
        if self.read(|hive| hive.key_at(key).map(|key| key.flags()))? & flag::PREDEFINED_HANDLE != 0 {
            return Err(EditError::PredefinedHandle);
        }
        let found = self.read(|hive| {
            let found = hive.key_at(key)?.value(name)?;
            found.map(|found| Ok((found.offset(), found.kind(), Cells::of(found)?))).transpose()
        })?;
        match found {
            Some((cell, kind, cells)) => {
                if kind == value.kind && self.has_data(cell, &value.data)? {
                    return Ok(());
                }
                let data = self.replace_data(cell, &cells, &value.data)?;
                self.write(cell, key_value::field::SIZE, &data.encode(value.kind));
                // A value that hid one of the layer above is one of its own now.
                let flags = self.read(|hive| KeyValue::at(hive, cell).map(|value| value.flags()))?;
                self.write(cell, key_value::field::FLAGS, &(flags & !key_value::flag::TOMBSTONE).to_le_bytes());
            }
            None => self.add_value(key, name, value)?,
        }
        self.raise_length(key, field::LONGEST_VALUE_NAME, name.units().len() * 2)?;
        self.raise_length(key, field::LONGEST_DATA, value.data.len())?;
        self.stamp(key);
        Ok(())
    }

    fn delete_value_of(&mut self, key: u32, name: &Name) -> Result<(), EditError> {
        let found = self.read(|hive| {
            let key = hive.key_at(key)?;
            let found = key.value(name)?;
            let offsets: Vec<u32> = key.value_offsets()?.collect();
            found.map(|found| Ok((found.offset(), Cells::of(found)?, offsets))).transpose()
        })?;
        let Some((cell, cells, mut offsets)) = found else { return Ok(()) };
        self.free_all(&cells)?;
        self.free(cell)?;
        offsets.retain(|&offset| offset != cell);
        self.set_values(key, &offsets)?;
        self.stamp(key);
        Ok(())
    }

    /// Frees every value of a key that is about to be deleted.
    pub(super) fn delete_values(&mut self, key: u32) -> Result<(), EditError> {
        let cells = self.read(|hive| {
            let key = hive.key_at(key)?;
            let values = key.values()?.map(|value| value.and_then(|value| Ok((value.offset(), Cells::of(value)?))));
            values.collect::<Result<Vec<_>, _>>()
        })?;
        for (cell, data) in cells {
            self.free_all(&data)?;
            self.free(cell)?;
        }
        self.set_values(key, &[])
    }

    fn has_data(&self, cell: u32, data: &[u8]) -> Result<bool, EditError> {
        self.read(|hive| {
            let value = KeyValue::at(hive, cell)?;
            Ok(index(value.size()) == data.len() && !value.is_tombstone() && *value.data()?.bytes()? == *data)
        })
    }

    fn add_value(&mut self, key: u32, name: &Name, value: &Value) -> Result<(), EditError> {
        let data = self.store_data(&value.data, key)?;
        let cell = self.store(&key_value::encode(name, value.kind, data), key)?;
        let (count, list) = (self.key_field(key, field::VALUE_COUNT)?, self.key_field(key, field::VALUES)?);
        let end = index(count) * 4;
        if count != 0 && self.room(list)? >= end + 4 {
            self.write(list, end, &cell.to_le_bytes());
            self.set_key_field(key, field::VALUE_COUNT, count + 1);
            return Ok(());
        }
        let mut offsets: Vec<u32> = self.read(|hive| hive.key_at(key)?.value_offsets().map(Iterator::collect))?;
        offsets.push(cell);
        self.set_values(key, &offsets)
    }

    /// Writes the list of a key's values.
    fn set_values(&mut self, key: u32, offsets: &[u32]) -> Result<(), EditError> {
        let (count, list) = (self.key_field(key, field::VALUE_COUNT)?, self.key_field(key, field::VALUES)?);
        let old = (count != 0).then_some(list);
        let bytes: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let new = match (old, offsets.is_empty()) {
            (Some(old), true) => {
                self.free(old)?;
                NOWHERE
            }
            (None, true) => NOWHERE,
            (Some(old), false) if self.room(old)? >= bytes.len() => {
                let mut padded = bytes;
                padded.resize(self.room(old)?, 0);
                self.write(old, 0, &padded);
                old
            }
            (old, false) => {
                // Many values come one after the other; each would move a list that fits exactly.
                let spare = if bytes.len() > LARGE_LIST { bytes.len() / 4 } else { 0 };
                let new = self.allocate(bytes.len() + spare, key)?;
                self.write(new, 0, &bytes);
                if let Some(old) = old {
                    self.free(old)?;
                }
                new
            }
        };
        self.set_key_field(key, field::VALUES, new);
        self.set_key_field(key, field::VALUE_COUNT, u32::try_from(offsets.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    /// Puts data in place of others: into the cell that they had, where it fits as well.
    fn replace_data(&mut self, value: u32, old: &Cells, data: &[u8]) -> Result<DataFields, EditError> {
        let size = self.data_size(data)?;
        if let (Cells::Whole(cell), Placement::Whole) = (old, Placement::of(data, limits::divides_data(self.minor()))) {
            return Ok(DataFields::in_cell(size, self.store_again(*cell, data)?));
        }
        // The new data are stored before the old ones go, so that a hive without room keeps what it had.
        let new = self.store_data(data, value)?;
        self.free_all(old)?;
        Ok(new)
    }

    fn store_data(&mut self, data: &[u8], near: u32) -> Result<DataFields, EditError> {
        let size = self.data_size(data)?;
        key_value::store_data(&mut Near { editor: self, near }, data, size)
    }

    fn data_size(&self, data: &[u8]) -> Result<u32, EditError> {
        let most = limits::most_data(self.minor());
        let size = u32::try_from(data.len()).ok().filter(|_| data.len() <= most);
        size.ok_or(EditError::TooLarge { size: data.len(), most })
    }

    fn free_all(&mut self, cells: &Cells) -> Result<(), EditError> {
        match cells {
            Cells::None => Ok(()),
            Cells::Whole(cell) => self.free(*cell),
            Cells::Divided(cells) => cells.iter().try_for_each(|&cell| self.free(cell)),
        }
    }
}

/// The bytes of a list of values that gets spare room when it moves.
const LARGE_LIST: usize = 256;

/// Room in the hive under edit, as near as can be to a cell.
struct Near<'e> {
    editor: &'e mut Editor,
    near: u32,
}

impl key_value::Store for Near<'_> {
    type Error = EditError;

    fn divides_data(&self) -> bool {
        limits::divides_data(self.editor.minor())
    }

    fn take(&mut self, content: usize) -> Result<u32, EditError> {
        self.editor.allocate(content, self.near)
    }

    fn fill(&mut self, cell: u32, bytes: &[u8]) {
        self.editor.write(cell, 0, bytes);
    }
}

/// The cells that the data of a value take.
enum Cells {
    None,
    Whole(u32),
    /// Of the segments, of their list, and of what holds it.
    Divided(Vec<u32>),
}

impl Cells {
    fn of(value: KeyValue<'_>) -> Result<Self, crate::Damage> {
        let Some(cell) = value.data_cell() else { return Ok(Self::None) };
        Ok(match value.data()? {
            Data::Whole(_) => Self::Whole(cell),
            Data::Segments(segments) => {
                // Each piece is read, so that what is freed is what was found whole.
                segments.pieces().try_for_each(|piece| piece.map(drop))?;
                Self::Divided(segments.offsets().chain([segments.list(), cell]).collect())
            }
        })
    }
}
