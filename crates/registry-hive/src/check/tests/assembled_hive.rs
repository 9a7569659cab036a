//! A small sound hive, put together byte by byte from the specification, with names for its cells.

use std::collections::BTreeMap;

/// A hive under construction, and then one to break.
#[derive(Clone)]
pub(super) struct AssembledHive {
    pub(super) file: Vec<u8>,
    cells: BTreeMap<String, u32>,
    minor: u32,
    /// Where the next cell of the bin goes, and the end of the bin.
    next: u32,
    end: u32,
    /// What is wrong with the checksum.
    pub(super) checksum_flaw: u32,
}

pub(super) const NOWHERE: u32 = u32::MAX;
const HEADER: usize = 4096;
const SEGMENT: usize = 16344;

/// What a key node says. The rest of it is zero, or refers to nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct KeyFields<'a> {
    pub(super) name: &'a [u16],
    pub(super) flags: u16,
    pub(super) parent: &'a str,
    pub(super) subkeys: (u32, &'a str),
    pub(super) values: (u32, &'a str),
    pub(super) security: &'a str,
    pub(super) class: (u16, &'a str),
    /// Subkey name, subkey class name, value name, value data.
    pub(super) largest: [u32; 4],
}

/// The letters of a name as UTF-16.
pub(super) fn units(name: &str) -> Vec<u16> {
    name.encode_utf16().collect()
}

fn stored(name: &[u16]) -> (Vec<u8>, bool) {
    let narrow: Result<Vec<u8>, _> = name.iter().map(|&unit| u8::try_from(unit)).collect();
    narrow.map_or_else(|_| (name.iter().flat_map(|unit| unit.to_le_bytes()).collect(), false), |bytes| (bytes, true))
}

impl AssembledHive {
    pub(super) fn new(minor: u32) -> Self {
        let mut hive = Self { file: vec![0; HEADER], cells: BTreeMap::new(), minor, next: 0, end: 0, checksum_flaw: 0 };
        hive.file[..4].copy_from_slice(b"regf");
        for (at, number) in [(4, 7), (8, 7), (20, 1), (24, minor), (32, 1), (44, 1)] {
            hive.set_in_file(at, number);
        }
        hive
    }

    /// A root with three subkeys, the lists and kinds of values that `minor` has, a class name, and two descriptors.
    /// Two cells, `tiny` and `spare`, are free.
    pub(super) fn sound(minor: u32) -> Self {
        let mut hive = Self::new(minor);
        hive.bin(4096);
        for (cell, content) in [
            ("root", 80),
            ("security", 64),
            ("rare security", 64),
            ("root list", 28),
            ("alpha", 84),
            ("class", 8),
            ("index", 12),
            ("tiny", 4),
            ("first leaf", 12),
            ("second leaf", 12),
            ("one", 80),
            ("two", 80),
            ("beta", 80),
            ("snow", 80),
            ("values", 20),
            ("default", 20),
            ("plain", 28),
            ("plain data", 12),
            ("big", 24),
            ("wide", 28),
            ("spare", 12),
            ("large value", 28),
        ] {
            hive.reserve(cell, content);
        }
        hive.set_in_file(36, hive.offset("root"));
        hive.security("security", ["rare security", "rare security"], 5);
        hive.security("rare security", ["security", "security"], 1);
        hive.keys_of_sound();
        hive.values_of_sound();
        hive.finish();
        hive.toggle("tiny");
        hive.toggle("spare");
        hive
    }

    fn keys_of_sound(&mut self) {
        let key = KeyFields { security: "security", parent: "root", ..KeyFields::default() };
        let root = KeyFields {
            flags: 0x2c,
            parent: "",
            subkeys: (3, "root list"),
            name: &units("Root"),
            largest: [10, 8, 0, 0],
            ..key
        };
        self.key("root", &root);
        let alpha = KeyFields {
            name: &units("Alpha"),
            subkeys: (2, "index"),
            class: (8, "class"),
            largest: [6, 0, 0, 0],
            ..key
        };
        self.key("alpha", &alpha);
        self.put("class", 0, &units("Test").iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>());
        let large = if self.minor >= 4 { 17_000 } else { 100 };
        let beta = KeyFields { name: &units("beta"), values: (5, "values"), largest: [0, 0, 12, large], ..key };
        self.key("beta", &beta);
        self.key("snow", &KeyFields { name: &units("\u{2603}"), ..key });
        self.key("one", &KeyFields { name: &units("one"), parent: "alpha", ..key });
        self.key("two", &KeyFields { name: &units("two"), parent: "alpha", security: "rare security", ..key });
        self.leaf("root list", &[("alpha", "Alpha"), ("beta", "beta"), ("snow", "\u{2603}")]);
        self.put("index", 0, b"ri\x02\0");
        self.refer("index", 4, "first leaf");
        self.refer("index", 8, "second leaf");
        self.leaf("first leaf", &[("one", "one")]);
        self.leaf("second leaf", &[("two", "two")]);
    }

    fn values_of_sound(&mut self) {
        for (place, value) in (0..).step_by(4).zip(["default", "plain", "big", "wide", "large value"]) {
            self.refer("values", place, value);
        }
        self.value("default", "", 0x8000_0004, 7);
        self.value("plain", "Plain", 6, self.offset("plain data"));
        self.value("wide", "\u{2603}", 0x8000_0000, 0);
        self.value("large value", "Larger", 0x8000_0002, 5);
        if self.minor < 4 {
            self.value("big", "Big", 0x8000_0001, 9);
            return;
        }
        self.finish();
        self.bin(36864);
        for (cell, content) in
            [("db", 12), ("segments", 12), ("full segment", SEGMENT + 4), ("last segment", SEGMENT + 4)]
        {
            self.reserve(cell, content);
        }
        self.value("big", "Big", 17_000, self.offset("db"));
        self.put("db", 0, b"db\x02\0");
        self.refer("db", 4, "segments");
        self.refer("segments", 0, "full segment");
        self.refer("segments", 4, "last segment");
    }

    /// Begins a bin.
    pub(super) fn bin(&mut self, size: u32) {
        let start = u32::try_from(self.file.len() - HEADER).unwrap();
        self.file.resize(self.file.len() + size as usize, 0);
        let header = HEADER + start as usize;
        self.file[header..][..4].copy_from_slice(b"hbin");
        self.set_in_file(header + 4, start);
        self.set_in_file(header + 8, size);
        self.set_in_file(40, start + size);
        (self.next, self.end) = (start + 32, start + size);
    }

    /// Makes a free cell of what is left of the bin, and names it `rest`.
    pub(super) fn finish(&mut self) {
        if self.next < self.end {
            self.set_in_file(HEADER + self.next as usize, self.end - self.next);
            self.cells.insert("rest".to_owned(), self.next);
            self.next = self.end;
        }
    }

    /// Takes a cell in use with room for `content` bytes.
    pub(super) fn reserve(&mut self, cell: &str, content: usize) {
        let size = u32::try_from((content + 4).next_multiple_of(8)).unwrap();
        assert!(self.next + size <= self.end, "the bin is full");
        self.set_in_file(HEADER + self.next as usize, size.wrapping_neg());
        self.cells.insert(cell.to_owned(), self.next);
        self.next += size;
    }

    pub(super) fn key(&mut self, cell: &str, key: &KeyFields<'_>) {
        let (name, narrow) = stored(key.name);
        self.put(cell, 0, b"nk");
        self.set16(cell, 2, key.flags | if narrow { 0x20 } else { 0 });
        self.refer(cell, 16, key.parent);
        self.set(cell, 20, key.subkeys.0);
        self.refer(cell, 28, key.subkeys.1);
        self.set(cell, 32, NOWHERE);
        self.set(cell, 36, key.values.0);
        self.refer(cell, 40, key.values.1);
        self.refer(cell, 44, key.security);
        self.refer(cell, 48, key.class.1);
        for (at, number) in (52..).step_by(4).zip(key.largest) {
            self.set(cell, at, number);
        }
        self.set16(cell, 72, u16::try_from(name.len()).unwrap());
        self.set16(cell, 74, key.class.0);
        self.put(cell, 76, &name);
    }

    /// A leaf of the kind that the version has.
    pub(super) fn leaf(&mut self, cell: &str, keys: &[(&str, &str)]) {
        self.put(cell, 0, if self.minor >= 5 { b"lh" } else { b"lf" });
        self.set16(cell, 2, u16::try_from(keys.len()).unwrap());
        for (at, (key, name)) in (4..).step_by(8).zip(keys) {
            self.refer(cell, at, key);
            let name = units(name);
            if self.minor >= 5 {
                // Only letters of ASCII have an upper case in these names.
                let upper = name.iter().map(|&unit| if (0x61..=0x7a).contains(&unit) { unit - 0x20 } else { unit });
                let hash = upper.fold(0_u32, |hash, unit| hash.wrapping_mul(37).wrapping_add(unit.into()));
                self.set(cell, at + 4, hash);
            } else if let (bytes, true) = stored(&name) {
                self.put(cell, at + 4, &bytes[..bytes.len().min(4)]);
            }
        }
    }

    pub(super) fn value(&mut self, cell: &str, name: &str, size: u32, data: u32) {
        let (name, narrow) = stored(&units(name));
        self.put(cell, 0, b"vk");
        self.set16(cell, 2, u16::try_from(name.len()).unwrap());
        self.set(cell, 4, size);
        self.set(cell, 8, data);
        self.set(cell, 12, 3);
        self.set16(cell, 16, u16::from(narrow && !name.is_empty()));
        self.put(cell, 20, &name);
    }

    /// A security cell with neighbours before and after, and a descriptor with an owner and an empty access list.
    pub(super) fn security(&mut self, cell: &str, [before, next]: [&str; 2], count: u32) {
        self.put(cell, 0, b"sk");
        self.refer(cell, 4, next);
        self.refer(cell, 8, before);
        self.set(cell, 12, count);
        self.set(cell, 16, 40);
        self.put(cell, 20, &[1, 0, 4, 0x80, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0]);
        self.put(cell, 40, &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]);
        self.put(cell, 52, &[2, 0, 8, 0, 0, 0, 0, 0]);
    }

    pub(super) fn offset(&self, cell: &str) -> u32 {
        self.cells[cell]
    }

    /// Where byte `field` of a cell's content stands in the file.
    pub(super) fn at(&self, cell: &str, field: usize) -> usize {
        HEADER + self.offset(cell) as usize + 4 + field
    }

    pub(super) fn put(&mut self, cell: &str, field: usize, bytes: &[u8]) {
        let at = self.at(cell, field);
        self.file[at..][..bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn set(&mut self, cell: &str, field: usize, number: u32) {
        self.put(cell, field, &number.to_le_bytes());
    }

    pub(super) fn set16(&mut self, cell: &str, field: usize, number: u16) {
        self.put(cell, field, &number.to_le_bytes());
    }

    /// Makes a field refer to a cell; to nothing if that has no name.
    pub(super) fn refer(&mut self, cell: &str, field: usize, to: &str) {
        self.set(cell, field, if to.is_empty() { NOWHERE } else { self.offset(to) });
    }

    pub(super) fn set_in_file(&mut self, at: usize, number: u32) {
        self.file[at..][..4].copy_from_slice(&number.to_le_bytes());
    }

    /// Makes a cell in use a free one, and the other way round.
    pub(super) fn toggle(&mut self, cell: &str) {
        let at = self.at(cell, 0) - 4;
        let size = u32::from_le_bytes(self.file[at..][..4].try_into().unwrap());
        self.set_in_file(at, size.wrapping_neg());
    }

    pub(super) fn seal(&mut self) {
        let words = self.file[..508].chunks_exact(4);
        let sum = words.fold(0, |sum, word| sum ^ u32::from_le_bytes(word.try_into().unwrap()));
        self.set_in_file(508, sum ^ self.checksum_flaw);
    }
}
