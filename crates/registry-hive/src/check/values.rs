//! Values: their list, their names, and where their data is.

use super::cells::{Cell, NOWHERE};
use super::fields::{Fields, size};
use super::keys::KeyNode;
use super::names::Name;
use super::{Checker, Rule};

/// How much of a value's data one segment takes.
const SEGMENT: u32 = 16344;

/// A value whose fixed part fits its cell.
struct ValueRecord<'a> {
    cell: Cell<'a>,
    /// As it is stored: the highest bit tells that the data stands in the value.
    raw_size: u32,
    data: u32,
    value_type: u32,
    flags: u16,
    name_size: u16,
    /// As much of the name as fits the cell.
    name: Name<'a>,
}

impl<'a> ValueRecord<'a> {
    const INLINE: u32 = 0x8000_0000;
    const NARROW_NAME: u16 = 0x1;
    const TOMBSTONE: u16 = 0x2;

    const NAME_SIZE_AT: u32 = 2;
    const SIZE_AT: u32 = 4;
    const DATA_AT: u32 = 8;
    const FLAGS_AT: u32 = 16;
    const NAME_AT: u32 = 20;

    fn parse(cell: Cell<'a>) -> Option<Self> {
        let mut fields = Fields(cell.content);
        let _signature = fields.u16()?;
        let name_size = fields.u16()?;
        let (raw_size, data, value_type) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let flags = fields.u16()?;
        let _spare = fields.u16()?;
        let name = fields.0.get(..usize::from(name_size)).unwrap_or(fields.0);
        let name = Name::new(name, flags & Self::NARROW_NAME != 0);
        Some(Self { cell, raw_size, data, value_type, flags, name_size, name })
    }

    fn is_inline(&self) -> bool {
        self.raw_size & Self::INLINE != 0
    }

    fn data_size(&self) -> u32 {
        self.raw_size & !Self::INLINE
    }
}

impl<'a> Checker<'a> {
    /// Judges the values of a key.
    pub(super) fn check_values(&mut self, node: &KeyNode<'a>) {
        let KeyNode { cell, value_count, value_list, name, .. } = *node;
        let list_at = cell.at(KeyNode::VALUE_LIST_AT);
        if node.is_handle() || (value_count == 0 && value_list == NOWHERE) {
            return;
        }
        if value_count == 0 {
            self.findings.report(
                Rule::ValueListUnneeded,
                list_at,
                format_args!("{name} has no values, and refers to {value_list:#x} for them"),
            );
        }
        let Some(list) = self.claim(value_list, list_at, "a list of values") else { return };
        let (offsets, _) = list.content.as_chunks::<4>();
        if offsets.len() < size(value_count) {
            self.findings.report(
                Rule::ValueListSize,
                cell.at(KeyNode::VALUE_COUNT_AT),
                format_args!(
                    "{name} is to have {value_count} values; the cell of its list has room for {}",
                    offsets.len()
                ),
            );
        }
        let (mut longest_name, mut largest_data) = (0, 0);
        // The hash of each name, and the place in the list of the value that has it.
        let mut names = Vec::new();
        for (place, &offset) in (0_u32..).zip(offsets.iter().take(size(value_count))) {
            let field = list.at(place.saturating_mul(4));
            let Some(value) = self.check_value(u32::from_le_bytes(offset), field) else { continue };
            longest_name = longest_name.max(value.name.wide_bytes());
            largest_data = largest_data.max(value.data_size());
            names.push((value.name.hash(), place));
        }
        self.check_value_names(list, names);
        self.check_value_hints(node, longest_name, largest_data);
    }

    fn check_value(&mut self, offset: u32, field: u64) -> Option<ValueRecord<'a>> {
        let cell = self.claim(offset, field, "a value")?;
        if !cell.content.starts_with(b"vk") {
            let found = cell.content.get(..2).unwrap_or(cell.content).escape_ascii();
            self.findings.report(
                Rule::ValueSignature,
                cell.at(0),
                format_args!("the value for {field:#x} begins with \"{found}\", not \"vk\""),
            );
            return None;
        }
        let Some(value) = ValueRecord::parse(cell) else {
            let (found, needed) = (cell.content.len(), ValueRecord::NAME_AT);
            self.findings.report(
                Rule::ValueSize,
                cell.at(0),
                format_args!("the value's cell has {found} bytes; it needs {needed} and those of its name"),
            );
            return None;
        };
        self.findings.counts.values += 1;
        self.check_value_name(&value);
        if self.base_block.has_layers() && value.flags & ValueRecord::TOMBSTONE != 0 {
            self.check_tombstone(&value);
        } else {
            self.check_data(&value);
        }
        Some(value)
    }

    fn check_value_name(&mut self, value: &ValueRecord<'a>) {
        /// In bytes of UTF-16.
        const MOST: usize = 2 * 16383;
        let ValueRecord { cell, name, name_size, .. } = value;
        let size_at = cell.at(ValueRecord::NAME_SIZE_AT);
        let room = cell.content.len().saturating_sub(size(ValueRecord::NAME_AT));
        if usize::from(*name_size) > room {
            self.findings.report(
                Rule::ValueNameSize,
                size_at,
                format_args!("the name {name} has {name_size} bytes; its cell has {room} for it"),
            );
        } else if matches!(name, Name::Wide(_)) && !name_size.is_multiple_of(2) {
            self.findings.report(
                Rule::ValueNameOdd,
                size_at,
                format_args!("the name {name} has {name_size} bytes of UTF-16; an even number was expected"),
            );
        } else if name.wide_bytes() > MOST {
            self.findings.report(
                Rule::ValueNameLong,
                size_at,
                format_args!("the name {name} has {} units; at most {} are allowed", name.wide_bytes() / 2, MOST / 2),
            );
        }
        if name.is_needlessly_wide() {
            self.findings.report(
                Rule::ValueNameWide,
                cell.at(ValueRecord::NAME_AT),
                format_args!("the name {name} is stored in UTF-16; Latin-1 can hold it"),
            );
        }
    }

    fn check_tombstone(&mut self, value: &ValueRecord<'a>) {
        let ValueRecord { cell, raw_size, data, value_type, name, .. } = value;
        if (*raw_size, *data, *value_type) != (0, NOWHERE, 0) {
            self.findings.report(
                Rule::TombstoneValue,
                cell.at(ValueRecord::FLAGS_AT),
                format_args!(
                    "{name} hides a value of a lower layer; its size is {raw_size:#x}, its data {data:#x} and its type \
                     {value_type:#x}, not 0, {NOWHERE:#x} and 0"
                ),
            );
        }
    }

    fn check_data(&mut self, value: &ValueRecord<'a>) {
        let ValueRecord { cell, name, data, .. } = value;
        let (data_size, size_at) = (value.data_size(), cell.at(ValueRecord::SIZE_AT));
        if value.is_inline() {
            if data_size > 4 {
                self.findings.report(
                    Rule::ValueInlineSize,
                    size_at,
                    format_args!("{name} has {data_size} bytes of data in itself; there is room for 4"),
                );
            }
            return;
        }
        if data_size <= 4 {
            self.findings.report(
                Rule::ValueNotInline,
                size_at,
                format_args!("{name} has {data_size} bytes of data elsewhere; up to 4 belong into the value itself"),
            );
            if data_size == 0 && matches!(*data, 0 | NOWHERE) {
                return;
            }
        }
        let Some(data) = self.claim(*data, cell.at(ValueRecord::DATA_AT), "a value's data") else { return };
        if data_size > SEGMENT && self.base_block.has_big_data() {
            self.check_big_data(data, data_size, name);
        } else if data.content.len() < size(data_size) {
            let room = data.content.len();
            self.findings.report(
                Rule::ValueDataSize,
                size_at,
                format_args!("{name} has {data_size} bytes of data; its cell has {room}"),
            );
        }
    }

    fn check_big_data(&mut self, record: Cell<'a>, data_size: u32, name: &Name<'a>) {
        const LIST_AT: u32 = 4;
        let mut fields = Fields(record.content);
        let Some(b"db") = fields.take(2) else {
            let found = record.content.get(..2).unwrap_or(record.content).escape_ascii();
            self.findings.report(
                Rule::BigDataSignature,
                record.at(0),
                format_args!("the {data_size} bytes of data of {name} begin with \"{found}\"; a \"db\" was expected"),
            );
            return;
        };
        let (Some(count), Some(list)) = (fields.u16(), fields.u32()) else {
            let found = record.content.len();
            self.findings.report(
                Rule::BigDataSize,
                record.at(0),
                format_args!("the cell of the \"db\" of {name} has {found} bytes; it needs 8"),
            );
            return;
        };
        let needed = data_size.div_ceil(SEGMENT);
        if u32::from(count) != needed {
            self.findings.report(
                Rule::BigDataCount,
                record.at(2),
                format_args!("{name} has {count} segments; its {data_size} bytes of data need {needed}"),
            );
        }
        let Some(list) = self.claim(list, record.at(LIST_AT), "a list of segments") else { return };
        let (segments, _) = list.content.as_chunks::<4>();
        if segments.len() < usize::from(count) {
            let room = segments.len();
            self.findings.report(
                Rule::BigDataSize,
                record.at(2),
                format_args!("{name} has {count} segments; the cell of their list has room for {room}"),
            );
        }
        let mut left = data_size;
        for (&segment, at) in segments.iter().take(usize::from(count)).zip((0..).step_by(4)) {
            self.check_segment(u32::from_le_bytes(segment), list.at(at), left, name);
            left = left.saturating_sub(SEGMENT);
        }
    }

    /// Judges a segment with `left` bytes of the data to go.
    fn check_segment(&mut self, segment: u32, field: u64, left: u32, name: &Name<'a>) {
        let Some(cell) = self.claim(segment, field, "a segment of data") else { return };
        let (room, part) = (cell.content.len(), left.min(SEGMENT));
        if room < size(part) {
            self.findings.report(
                Rule::SegmentSize,
                field,
                format_args!("the segment holds {part} bytes of {name}; its cell has {room}"),
            );
        } else if room < size(SEGMENT) {
            self.findings.report(
                Rule::LastSegmentShort,
                field,
                format_args!("the last segment of {name} has a cell of {room} bytes; each has {SEGMENT}"),
            );
        }
    }

    /// Reports names that stand twice in one list. They are sorted by hash first, so that few are compared.
    fn check_value_names(&mut self, list: Cell<'a>, mut names: Vec<(u32, u32)>) {
        names.sort_unstable_by(|&(hash, place), &(other_hash, other_place)| {
            let by_name = || self.value_name(list, place).compare(self.value_name(list, other_place));
            hash.cmp(&other_hash).then_with(by_name).then(place.cmp(&other_place))
        });
        for pair in names.windows(2) {
            if let &[(hash, place), (other_hash, other_place)] = pair
                && hash == other_hash
            {
                let (name, other) = (self.value_name(list, place), self.value_name(list, other_place));
                if name.compare(other).is_eq() {
                    self.findings.report(
                        Rule::ValueDuplicate,
                        list.at(other_place.saturating_mul(4)),
                        format_args!("the key has {other} besides {name}, which is the same name"),
                    );
                }
            }
        }
    }

    /// The name of the value at this place of a list. Names are looked up again because a list may be long.
    fn value_name(&self, list: Cell<'a>, place: u32) -> Name<'a> {
        let mut fields = Fields(list.content);
        let offset = fields.take(size(place).saturating_mul(4)).and_then(|_| fields.u32());
        let value = offset.and_then(|offset| self.cell(offset)).and_then(ValueRecord::parse);
        value.map_or(Name::Narrow(&[]), |value| value.name)
    }

    fn check_value_hints(&mut self, node: &KeyNode<'a>, longest_name: usize, largest_data: u32) {
        let KeyNode { cell, name, largest_value_name, largest_value_data, .. } = node;
        if size(*largest_value_name) < longest_name {
            self.findings.report(
                Rule::LargestValueName,
                cell.at(KeyNode::LARGEST_VALUE_NAME_AT),
                format_args!(
                    "no name of a value of {name} is to exceed {largest_value_name} bytes; one has {longest_name}"
                ),
            );
        }
        if *largest_value_data < largest_data {
            self.findings.report(
                Rule::LargestValueData,
                cell.at(KeyNode::LARGEST_VALUE_DATA_AT),
                format_args!(
                    "no data of a value of {name} is to exceed {largest_value_data} bytes; one has {largest_data}"
                ),
            );
        }
    }
}
