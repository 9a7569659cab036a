//! The manifest: what a body holds and where, in records sorted by tag.
//!
//! Each record is framed by hand (tag, flags, length, bytes), so that a reader can step over one that it does not
//! know; what is inside is bincode. The whole is encrypted as one box, with the core as associated data.

use serde::{Deserialize, Serialize};

use crate::codec::{CodecError, Reader, decode_record, encode_record};
use crate::core_fields::CORE_LEN;
use crate::document::{Bytes, Device, DocumentError, Facts, User};
use crate::limits;
use crate::section::{SectionId, SectionKind};

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) facts: Facts,
    pub(crate) device: Device,
    pub(crate) user: User,
    pub(crate) sections: Vec<SectionEntry>,
    pub(crate) padding: Padding,
    pub(crate) author: Option<Bytes>,
    pub(crate) previous: Vec<Previous>,
    /// Records that may be ignored and that this version does not know, kept as they are.
    pub(crate) unknown: Vec<UnknownRecord>,
}

/// One section in the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SectionEntry {
    kind: u16,
    part: u16,
    flags: u16,
    /// How many settings, apps, notes, contents or undo steps it holds.
    pub(crate) entries: u32,
    /// How many bytes it has before compression.
    pub(crate) length: u64,
    pub(crate) segments: Vec<SegmentEntry>,
}

/// One segment in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentEntry {
    /// Bytes in the file.
    pub(crate) stored: u32,
    /// Their SHA-256.
    pub(crate) digest: [u8; 32],
}

/// What hides lengths: bytes between the last section and the manifest, and bytes in the manifest itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Padding {
    pub(crate) length: u64,
    pub(crate) digest: [u8; 32],
    /// Zeros, whose number hides the manifest's length: the tail states that length in clear.
    pub(crate) filler: Bytes,
}

/// An earlier body with the same content under other keys, and who vouched for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Previous {
    pub(crate) statement: Bytes,
    pub(crate) seals: Vec<Bytes>,
}

/// A record that this version steps over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownRecord {
    pub(crate) tag: u16,
    pub(crate) bytes: Vec<u8>,
}

/// Why bytes are no manifest.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error("record {second} stands after record {first}")]
    RecordOrder { first: u16, second: u16 },
    #[error("record {tag} has flags {flags:#x}")]
    RecordFlags { tag: u16, flags: u16 },
    #[error("record {0} is missing")]
    RecordMissing(u16),
    #[error("the table of sections is out of order at {0}")]
    SectionOrder(SectionId),
    #[error("section {0}: {1}")]
    Section(SectionId, String),
    #[error("it has {found} {what}; at most {most} are allowed")]
    TooMany { what: &'static str, found: usize, most: usize },
    #[error("its sections of records have {0} bytes; at most {most} are allowed", most = limits::MAX_RECORDS)]
    RecordsLength(u64),
    #[error(transparent)]
    Facts(#[from] DocumentError),
    #[error("its filler has bytes that are not zero")]
    Filler,
    #[error("document kind {0}")]
    UnknownDocument(u16),
    #[error("record {0} must be understood")]
    UnknownRecord(u16),
    #[error("section {0} must be understood")]
    UnknownSection(SectionId),
}

/// A reader that does not know this must refuse the file.
const CRITICAL: u16 = 1;

const TAG_FACTS: u16 = 1;
const TAG_DEVICE: u16 = 2;
const TAG_USER: u16 = 3;
const TAG_SECTIONS: u16 = 4;
const TAG_PADDING: u16 = 5;
const TAG_AUTHOR: u16 = 6;
const TAG_PREVIOUS: u16 = 7;

const KNOWN_TAGS: std::ops::RangeInclusive<u16> = TAG_FACTS..=TAG_PREVIOUS;

/// The kind of document that a profile is. The record of an apply is one too, with a feature that says so.
const PROFILE_DOCUMENT: u16 = 1;

#[derive(Serialize, Deserialize)]
struct FactsRecord {
    document: u16,
    facts: Facts,
}

impl SectionEntry {
    pub(crate) fn new(id: SectionId, entries: u32, length: u64) -> Self {
        let flags = if id.is_known() { CRITICAL } else { 0 };
        Self { kind: id.kind.0, part: id.part, flags, entries, length, segments: Vec::new() }
    }

    pub(crate) fn id(&self) -> SectionId {
        SectionId { kind: SectionKind(self.kind), part: self.part }
    }

    pub(crate) fn stored(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.stored)).sum()
    }

    /// How many bytes segment `index` has before compression: all are full but the last.
    pub(crate) fn segment_length(&self, index: usize) -> usize {
        let before = (index as u64).saturating_mul(limits::SEGMENT_LEN as u64);
        let rest = self.length.saturating_sub(before);
        usize::try_from(rest).unwrap_or(usize::MAX).min(limits::SEGMENT_LEN)
    }

    fn check(&self) -> Result<(), ManifestError> {
        let id = self.id();
        let wrong = |problem: String| Err(ManifestError::Section(id, problem));
        let known = if id.is_known() { CRITICAL } else { 0 };
        match self.flags {
            flags if flags & !CRITICAL != 0 => return wrong(format!("has flags {flags:#x}")),
            CRITICAL if !id.is_known() => return Err(ManifestError::UnknownSection(id)),
            flags if flags != known => return wrong("is marked as if it could be ignored".to_owned()),
            _ => {}
        }
        if self.length == 0 {
            return wrong("is empty; an empty section is left out".to_owned());
        }
        if id != SectionId::CONTENTS && id.is_known() && self.length > limits::MAX_RECORD_SECTION as u64 {
            return wrong(format!("has {} bytes; records have at most {}", self.length, limits::MAX_RECORD_SECTION));
        }
        let needed = self.length.div_ceil(limits::SEGMENT_LEN as u64);
        if needed != self.segments.len() as u64 {
            return wrong(format!("has {} segments; {} bytes take {needed}", self.segments.len(), self.length));
        }
        match self.segments.iter().find(|segment| segment.stored > limits::MAX_STORED_SEGMENT) {
            Some(segment) => wrong(format!("has a segment of {} bytes", segment.stored)),
            None => Ok(()),
        }
    }
}

impl Manifest {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, CodecError> {
        let facts = FactsRecord { document: PROFILE_DOCUMENT, facts: self.facts.clone() };
        let mut records = vec![
            (TAG_FACTS, CRITICAL, encode_record(&facts, "the facts")?),
            (TAG_DEVICE, 0, encode_record(&self.device, "the device")?),
            (TAG_USER, 0, encode_record(&self.user, "the user")?),
            (TAG_SECTIONS, CRITICAL, encode_record(&self.sections, "the table of sections")?),
            (TAG_PADDING, CRITICAL, encode_record(&self.padding, "the padding")?),
        ];
        if let Some(author) = &self.author {
            records.push((TAG_AUTHOR, CRITICAL, encode_record(author, "the author")?));
        }
        if !self.previous.is_empty() {
            records.push((TAG_PREVIOUS, 0, encode_record(&self.previous, "the earlier bodies")?));
        }
        records.extend(self.unknown.iter().map(|record| (record.tag, 0, record.bytes.clone())));
        records.sort_by_key(|(tag, ..)| *tag);
        let mut bytes = Vec::new();
        records.iter().try_for_each(|(tag, flags, record)| frame(&mut bytes, *tag, *flags, record))?;
        Ok(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        let mut records = Records::read(bytes)?;
        let facts = records.need(TAG_FACTS, CRITICAL)?;
        // The kind comes first and by itself: another kind of document may go on in another way.
        match Reader::new(facts).u16("the kind of document")? {
            PROFILE_DOCUMENT => {}
            other => return Err(ManifestError::UnknownDocument(other)),
        }
        let facts: FactsRecord = decode_record(facts, "the facts")?;
        let manifest = Self {
            facts: facts.facts,
            device: decode_record(records.need(TAG_DEVICE, 0)?, "the device")?,
            user: decode_record(records.need(TAG_USER, 0)?, "the user")?,
            sections: decode_record(records.need(TAG_SECTIONS, CRITICAL)?, "the table of sections")?,
            padding: decode_record(records.need(TAG_PADDING, CRITICAL)?, "the padding")?,
            author: match records.find(TAG_AUTHOR, CRITICAL)? {
                Some(bytes) => Some(decode_record(bytes, "the author")?),
                None => None,
            },
            previous: match records.find(TAG_PREVIOUS, 0)? {
                Some(bytes) => decode_record(bytes, "the earlier bodies")?,
                None => Vec::new(),
            },
            unknown: records.rest()?,
        };
        manifest.check()?;
        match manifest.encode()? == bytes {
            true => Ok(manifest),
            false => Err(CodecError::NotCanonical("the manifest").into()),
        }
    }

    /// Where the padding begins: after the core and all sections.
    pub(crate) fn padding_offset(&self) -> u64 {
        CORE_LEN as u64 + self.sections.iter().map(SectionEntry::stored).sum::<u64>()
    }

    fn check(&self) -> Result<(), ManifestError> {
        self.facts.validate()?;
        if self.padding.filler.0.iter().any(|byte| *byte != 0) {
            return Err(ManifestError::Filler);
        }
        at_most("sections", self.sections.len(), limits::MAX_SECTIONS)?;
        at_most("earlier bodies", self.previous.len(), limits::MAX_PREVIOUS)?;
        for previous in &self.previous {
            let longest = previous.seals.iter().map(|seal| seal.0.len()).max().unwrap_or(0);
            at_most("bytes in an earlier statement", previous.statement.0.len(), limits::MAX_STATEMENT)?;
            at_most("earlier seals", previous.seals.len(), limits::MAX_SEALS)?;
            at_most("bytes in an earlier seal", longest, limits::MAX_SEAL)?;
        }
        let segments = self.sections.iter().map(|section| section.segments.len()).sum();
        at_most("segments", segments, limits::MAX_SEGMENTS)?;
        let disorder = self.sections.windows(2).find_map(|pair| match pair {
            [first, second] if first.id() >= second.id() => Some(second.id()),
            _ => None,
        });
        match disorder {
            Some(id) => return Err(ManifestError::SectionOrder(id)),
            None => self.sections.iter().try_for_each(SectionEntry::check)?,
        }
        match records_length(&self.sections) {
            length if length > limits::MAX_RECORDS => Err(ManifestError::RecordsLength(length)),
            _ => Ok(()),
        }
    }
}

/// Plaintext bytes of all sections of records that this version decodes.
pub(crate) fn records_length<'a>(sections: impl IntoIterator<Item = &'a SectionEntry>) -> u64 {
    let records = sections.into_iter().filter(|entry| entry.id().is_known() && entry.id() != SectionId::CONTENTS);
    records.map(|entry| entry.length).fold(0, u64::saturating_add)
}

fn at_most(what: &'static str, found: usize, most: usize) -> Result<(), ManifestError> {
    if found > most { Err(ManifestError::TooMany { what, found, most }) } else { Ok(()) }
}

fn frame(bytes: &mut Vec<u8>, tag: u16, flags: u16, record: &[u8]) -> Result<(), CodecError> {
    let most = limits::MAX_MANIFEST as usize;
    let too_large = CodecError::TooLarge { what: "a record of the manifest", found: record.len(), most };
    let length = u32::try_from(record.len()).ok().filter(|length| *length <= limits::MAX_MANIFEST).ok_or(too_large)?;
    bytes.extend_from_slice(&tag.to_le_bytes());
    bytes.extend_from_slice(&flags.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(record);
    Ok(())
}

/// The framed records of a manifest, taken out one by one.
struct Records<'a>(Vec<(u16, u16, &'a [u8])>);

impl<'a> Records<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, ManifestError> {
        let mut reader = Reader::new(bytes);
        let mut records: Vec<(u16, u16, &[u8])> = Vec::new();
        while !reader.is_empty() {
            let (tag, flags) = (reader.u16("a record's tag")?, reader.u16("a record's flags")?);
            let record = reader.sized(limits::MAX_MANIFEST as usize, "a record")?;
            if flags == CRITICAL && !KNOWN_TAGS.contains(&tag) {
                return Err(ManifestError::UnknownRecord(tag));
            }
            match records.last() {
                Some((first, ..)) if *first >= tag => {
                    return Err(ManifestError::RecordOrder { first: *first, second: tag });
                }
                _ => records.push((tag, flags, record)),
            }
        }
        Ok(Self(records))
    }

    fn find(&mut self, tag: u16, expected: u16) -> Result<Option<&'a [u8]>, ManifestError> {
        let Some(place) = self.0.iter().position(|record| record.0 == tag) else { return Ok(None) };
        match self.0.remove(place) {
            (_, flags, bytes) if flags == expected => Ok(Some(bytes)),
            (_, flags, _) => Err(ManifestError::RecordFlags { tag, flags }),
        }
    }

    fn need(&mut self, tag: u16, expected: u16) -> Result<&'a [u8], ManifestError> {
        self.find(tag, expected)?.ok_or(ManifestError::RecordMissing(tag))
    }

    /// What nobody asked for.
    fn rest(self) -> Result<Vec<UnknownRecord>, ManifestError> {
        let keep = |(tag, flags, bytes): (u16, u16, &[u8])| match flags {
            0 => Ok(UnknownRecord { tag, bytes: bytes.to_vec() }),
            flags => Err(ManifestError::RecordFlags { tag, flags }),
        };
        self.0.into_iter().map(keep).collect()
    }
}
