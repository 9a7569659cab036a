//! A second writer of the format, in which every field can be written wrong, one at a time.
//!
//! It shares nothing with the crate but the document's types, so that a file of its that opens shows what the format
//! is, and one that does not shows what a single flaw does. A file is made in stages, and a flaw changes what one of
//! them hands to the next; everything after it is right again, digests included.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of these")]

mod crypto;
mod frame;
mod tail;

use profile_format::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::samples::ContentMap;
pub use crypto::{Boxes, KEY, SALT};
pub use frame::zstd;
#[allow(unused_imports, reason = "only the vectors have frames by hand")]
pub use frame::{block, frame};
pub use tail::Tail;

pub const CRITICAL: u16 = 1;
pub const SEGMENT: usize = 1 << 20;

pub const SETTINGS: u16 = 1;
pub const APPS: u16 = 2;
pub const NOTES: u16 = 3;
pub const INDEX: u16 = 4;
pub const CONTENTS: u16 = 5;
pub const UNDO: u16 = 6;

/// What is to be written, before anything is compressed.
#[derive(Clone)]
pub struct Draft {
    pub key: Option<[u8; 32]>,
    pub core: Core,
    pub sections: Vec<Section>,
    pub padding: Vec<u8>,
    /// What fills the manifest.
    pub filler: Vec<u8>,
    /// What the manifest says of the padding, where that is wrong.
    pub padding_record: Option<Vec<u8>>,
    /// The records of the manifest, without the table and the padding.
    pub records: Vec<Record>,
    pub envelopes: Vec<Vec<u8>>,
}

#[derive(Clone)]
pub struct Core {
    pub magic: [u8; 8],
    pub version: u16,
    pub suite: u16,
    pub needs: [u16; 3],
    pub must_know: u64,
    pub may_ignore: u64,
    pub salt: [u8; 32],
    pub commitment: Option<[u8; 32]>,
    pub body_length: Option<u64>,
}

#[derive(Clone)]
pub struct Section {
    pub kind: u16,
    pub part: u16,
    pub flags: u16,
    pub entries: u32,
    pub plaintext: Vec<u8>,
}

/// A section in the table, with what is stored of it.
#[derive(Clone, Serialize)]
pub struct Entry {
    pub kind: u16,
    pub part: u16,
    pub flags: u16,
    pub entries: u32,
    pub length: u64,
    pub segments: Vec<Segment>,
}

/// A segment on its way into the file: a frame, then a box, at last what the table says of it.
#[derive(Clone, Serialize)]
pub struct Segment {
    pub stored: u32,
    pub digest: [u8; 32],
    #[serde(skip)]
    pub index: u32,
    #[serde(skip)]
    pub last: bool,
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

#[derive(Clone)]
pub struct Record {
    pub tag: u16,
    pub flags: u16,
    /// The length, where that is wrong.
    pub length: Option<u32>,
    pub bytes: Vec<u8>,
}

/// What is wrong with a file, and with which stage of its making.
pub enum Flaw {
    /// A document that breaks a rule.
    Document(fn(&mut Document)),
    /// Core, plaintext of sections, padding, facts.
    Draft(fn(&mut Draft)),
    /// Frames, before they are put into boxes.
    Frames(fn(&mut Vec<Entry>)),
    /// Stored segments, and what the table says of them.
    Table(fn(&mut Vec<Entry>)),
    /// The records of the manifest, table and padding among them.
    Records(fn(&mut Vec<Record>)),
    /// The manifest before it is put into its box.
    Manifest(fn(&mut Vec<u8>)),
    /// Everything after the core, and the tail.
    Tail(fn(&mut Tail)),
    /// The finished file.
    File(fn(&mut Vec<u8>)),
}

/// Writes `document` with one flaw, or with none.
pub fn write(mut document: Document, contents: &ContentMap, key: Option<[u8; 32]>, flaw: Option<&Flaw>) -> Vec<u8> {
    if let Some(Flaw::Document(spoil)) = flaw {
        spoil(&mut document);
    }
    let mut draft = Draft::new(&document, contents, key);
    if let Some(Flaw::Draft(spoil)) = flaw {
        spoil(&mut draft);
    }
    draft.write(flaw)
}

impl Draft {
    pub fn new(document: &Document, contents: &ContentMap, key: Option<[u8; 32]>) -> Self {
        let core = Core {
            magic: *b"\x89WBO\r\n\x1a\n",
            version: 1,
            suite: key.is_some().into(),
            needs: [0, 1, 0],
            must_know: document.undo.is_some().into(),
            may_ignore: 0,
            salt: key.map_or([0; 32], |_| SALT),
            commitment: None,
            body_length: None,
        };
        let records = vec![
            Record::new(1, CRITICAL, encode(&(1_u16, &document.facts))),
            Record::new(2, 0, encode(&document.device)),
            Record::new(3, 0, encode(&document.user)),
        ];
        let envelopes = key.map(|_| b"an envelope".to_vec()).into_iter().collect();
        let sections = sections(document, contents);
        Self { key, core, sections, padding: Vec::new(), filler: Vec::new(), padding_record: None, records, envelopes }
    }

    pub fn section(&mut self, kind: u16) -> &mut Section {
        self.sections.iter_mut().find(|section| section.kind == kind).unwrap()
    }

    /// Pads the manifest to 4 KiB and the body to `length` bytes, as the crate's writer would.
    pub fn pad_to(&mut self, length: usize) {
        let file = self.clone().write(None);
        let tail = u64::from_le_bytes(file[98..106].try_into().unwrap()) as usize;
        let manifest = u32::from_le_bytes(file[tail + 4..tail + 8].try_into().unwrap()) as usize;
        self.filler = vec![0; 4096 - manifest];
        let unpadded = tail + self.filler.len();
        self.padding = Boxes::new(self.key, self.core.salt).padding(length - unpadded);
    }

    pub fn write(self, flaw: Option<&Flaw>) -> Vec<u8> {
        let boxes = Boxes::new(self.key, self.core.salt);
        let mut table: Vec<Entry> = self.sections.into_iter().map(Section::into_frames).collect();
        if let Some(Flaw::Frames(spoil)) = flaw {
            spoil(&mut table);
        }
        for (index, entry) in (0_u32..).zip(&mut table) {
            entry.put_into_boxes(index, &boxes);
        }
        if let Some(Flaw::Table(spoil)) = flaw {
            spoil(&mut table);
        }
        let stored = table.iter().flat_map(|entry| &entry.segments).flat_map(|segment| &segment.bytes);
        let mut rest: Vec<u8> = stored.copied().chain(self.padding.iter().copied()).collect();

        let digest = <[u8; 32]>::from(Sha256::digest(&self.padding));
        let padding = (self.padding.len() as u64, digest, Bytes(self.filler));
        let mut records = self.records;
        records.push(Record::new(4, CRITICAL, encode(&table)));
        records.push(Record::new(5, CRITICAL, self.padding_record.unwrap_or_else(|| encode(&padding))));
        records.sort_by_key(|record| record.tag);
        if let Some(Flaw::Records(spoil)) = flaw {
            spoil(&mut records);
        }
        let mut manifest: Vec<u8> = records.iter().flat_map(Record::framed).collect();
        if let Some(Flaw::Manifest(spoil)) = flaw {
            spoil(&mut manifest);
        }
        let manifest_length = manifest.len() + boxes.tag_len();
        let body_length = 106 + rest.len() + manifest_length;
        let core = self.core.encode(&boxes, body_length as u64);
        rest.extend(boxes.manifest(&core, manifest));

        let mut tail = Tail::new(core, rest, manifest_length as u32, self.envelopes);
        if let Some(Flaw::Tail(spoil)) = flaw {
            spoil(&mut tail);
        }
        let mut file = tail.into_file();
        if let Some(Flaw::File(spoil)) = flaw {
            spoil(&mut file);
        }
        file
    }
}

impl Core {
    fn encode(&self, boxes: &Boxes, body_length: u64) -> Vec<u8> {
        let mut bytes = self.magic.to_vec();
        for number in [self.version, self.suite].iter().chain(&self.needs) {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.must_know.to_le_bytes());
        bytes.extend(self.may_ignore.to_le_bytes());
        bytes.extend(self.salt);
        bytes.extend(self.commitment.unwrap_or_else(|| boxes.commitment(&bytes)));
        bytes.extend(self.body_length.unwrap_or(body_length).to_le_bytes());
        bytes
    }
}

impl Section {
    pub fn new(kind: u16, part: u16, entries: usize, plaintext: Vec<u8>) -> Self {
        Self { kind, part, flags: CRITICAL, entries: entries as u32, plaintext }
    }

    fn into_frames(self) -> Entry {
        let Self { kind, part, flags, entries, plaintext } = self;
        let pieces: Vec<&[u8]> = plaintext.chunks(SEGMENT).collect();
        let last = pieces.len().saturating_sub(1);
        let segment = |(index, piece): (usize, &&[u8])| Segment {
            stored: 0,
            digest: [0; 32],
            index: index as u32,
            last: index == last,
            bytes: zstd(piece),
        };
        let segments = pieces.iter().enumerate().map(segment).collect();
        Entry { kind, part, flags, entries, length: plaintext.len() as u64, segments }
    }
}

impl Entry {
    fn put_into_boxes(&mut self, index: u32, boxes: &Boxes) {
        for segment in &mut self.segments {
            let frame = std::mem::take(&mut segment.bytes);
            segment.store(boxes.segment(index, (self.kind, self.part), (segment.index, segment.last), frame));
        }
    }
}

impl Segment {
    /// Takes `bytes` as what is stored, and says so in the table.
    pub fn store(&mut self, bytes: Vec<u8>) {
        (self.stored, self.digest) = (bytes.len() as u32, Sha256::digest(&bytes).into());
        self.bytes = bytes;
    }
}

impl Record {
    pub fn new(tag: u16, flags: u16, bytes: Vec<u8>) -> Self {
        Self { tag, flags, length: None, bytes }
    }

    fn framed(&self) -> Vec<u8> {
        let length = self.length.unwrap_or(self.bytes.len() as u32);
        let head = [&self.tag.to_le_bytes()[..], &self.flags.to_le_bytes(), &length.to_le_bytes()].concat();
        [head, self.bytes.clone()].concat()
    }
}

pub fn record(records: &mut [Record], tag: u16) -> &mut Record {
    records.iter_mut().find(|record| record.tag == tag).unwrap()
}

pub fn entry(table: &mut [Entry], kind: u16) -> &mut Entry {
    table.iter_mut().find(|entry| entry.kind == kind).unwrap()
}

pub fn encode(record: &impl Serialize) -> Vec<u8> {
    bincode::serde::encode_to_vec(record, bincode::config::standard().with_fixed_int_encoding()).unwrap()
}

/// The sections of a document as they should be, whatever is wrong with the document.
fn sections(document: &Document, contents: &ContentMap) -> Vec<Section> {
    let settings = |section: &profile_format::Section| {
        Section::new(SETTINGS, section.category.0, section.settings.len(), encode(&section.settings))
    };
    let mut sections: Vec<Section> = document.sections.iter().map(settings).collect();
    if !document.apps.is_empty() {
        let count = document.apps.store.len() + document.apps.desktop.len();
        sections.push(Section::new(APPS, 0, count, encode(&document.apps)));
    }
    if !document.notes.is_empty() {
        sections.push(Section::new(NOTES, 0, document.notes.len(), encode(&document.notes)));
    }
    let index = document.contents();
    if !index.is_empty() {
        sections.push(Section::new(INDEX, 0, index.len(), encode(&index)));
        let bytes: Vec<u8> = index.iter().flat_map(|content| contents[&content.id].iter().copied()).collect();
        if !bytes.is_empty() {
            sections.push(Section::new(CONTENTS, 0, index.len(), bytes));
        }
    }
    if let Some(undo) = &document.undo {
        sections.push(Section::new(UNDO, 0, undo.steps.len(), encode(undo)));
    }
    sections
}
