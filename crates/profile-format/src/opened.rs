//! A file that was opened: facts at once, sections as they are asked for.

use std::io::{Seek, Write};

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::Aead;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::codec::decode_record;
use crate::document::{
    self, Apps, Bytes, Category, Content, ContentId, Device, Document, DocumentError, Facts, Note, Section, Undo, User,
};
use crate::error::{Damage, Newer, Part, ReadError, SealError};
use crate::key::{KeySchedule, OpeningKey, ProfileKey};
use crate::limits;
use crate::manifest::{Manifest, ManifestError, Previous, SectionEntry};

use crate::pipeline;
use crate::salvage::Incomplete;
use crate::seal::{BodyWriter, Inherited, SealedBody};
use crate::sealed::Sealed;
use crate::section::{SectionId, SectionKind};
use crate::segment::{self, Place, SegmentReader, Stored};
use crate::source::{ReadAt, read_at};
use crate::trust::{Seal, SignerKey, Statement, Trust};
use crate::version::Features;

/// A profile that was opened: the key was right, the manifest is authentic, and its author's seal is there.
///
/// Each section is checked and decoded when it is asked for, and no byte of another one is read.
#[derive(Debug)]
pub struct Opened<S> {
    sealed: Sealed<S>,
    manifest: Manifest,
    schedule: Schedule,
    trust: Trust,
}

struct Schedule(KeySchedule);

impl std::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Schedule")
    }
}

/// What the manifest says of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SectionSummary {
    /// Which section.
    pub id: SectionId,
    /// How many settings, apps, notes, contents or undo steps it holds.
    pub entries: u32,
    /// Bytes before compression.
    pub length: u64,
    /// Bytes in the file.
    pub stored: u64,
}

/// An earlier body with the same content under another key. Its seals say who vouched for that one; that this one has
/// the same content is the word of whoever changed the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Earlier {
    /// What its seals signed.
    pub statement: Statement,
    /// Its seals.
    pub seals: Vec<Seal>,
}

/// What reading every byte of a section showed.
#[derive(Debug)]
#[non_exhaustive]
pub struct SectionVerdict {
    /// Which section; `None` is the padding.
    pub section: Option<SectionId>,
    /// Whether it is whole.
    pub result: Result<(), ReadError>,
}

/// A part of the contents, in the order in which the document first names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentPart<'a> {
    /// Bytes of a content follow.
    Start(Content),
    /// Some of its bytes.
    Bytes(&'a [u8]),
    /// All bytes of it came, and their SHA-256 is right.
    End(Content),
}

impl<S: ReadAt> Opened<S> {
    pub(crate) fn new(sealed: Sealed<S>, key: &OpeningKey, trust: Trust) -> Result<Self, ReadError> {
        if !trust.is_for(&sealed.statement()) {
            return Err(ReadError::WrongTrust);
        }
        if !sealed.accepts(key) {
            return Err(ReadError::WrongKey);
        }
        let schedule = key.schedule(&sealed.core.salt);
        let manifest = open_manifest(&sealed, &schedule)?;
        if let Some(author) = manifest.author.as_ref().map(|author| SignerKey(author.0.clone()))
            && !trust.has_author(&author)
        {
            return Err(ReadError::AuthorSealMissing { author });
        }
        Ok(Self { sealed, manifest, schedule: Schedule(schedule), trust })
    }

    /// The file that was opened.
    pub fn sealed(&self) -> &Sealed<S> {
        &self.sealed
    }

    /// Why it may be opened.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Who made it, when, how and from what.
    pub fn facts(&self) -> &Facts {
        &self.manifest.facts
    }

    /// The PC that the settings were on.
    pub fn device(&self) -> &Device {
        &self.manifest.device
    }

    /// The person whose settings they are.
    pub fn user(&self) -> &User {
        &self.manifest.user
    }

    /// The author that it names, whose seal is there.
    pub fn author(&self) -> Option<SignerKey> {
        self.manifest.author.as_ref().map(|author| SignerKey(author.0.clone()))
    }

    /// Earlier bodies with the same content under other keys, oldest first.
    pub fn earlier(&self) -> Vec<Earlier> {
        let earlier = |previous: &Previous| Earlier {
            statement: Statement(previous.statement.0.clone()),
            seals: previous.seals.iter().map(|seal| Seal(seal.0.clone())).collect(),
        };
        self.manifest.previous.iter().map(earlier).collect()
    }

    /// What sections there are, those that this version does not know among them.
    pub fn sections(&self) -> impl Iterator<Item = SectionSummary> + '_ {
        self.manifest.sections.iter().map(|entry| SectionSummary {
            id: entry.id(),
            entries: entry.entries,
            length: entry.length,
            stored: entry.stored(),
        })
    }

    /// The settings of one category, if there are any.
    pub fn settings(&self, category: Category) -> Result<Option<Section>, ReadError> {
        let id = SectionId::settings(category);
        let Some(settings) = self.records::<Vec<_>>(id, Vec::len)? else { return Ok(None) };
        let section = Section { category, settings };
        document::validate_section(&section).map_err(|error| self.damaged_section(id, error.to_string()))?;
        Ok(Some(section))
    }

    /// The applications.
    pub fn apps(&self) -> Result<Apps, ReadError> {
        let count = |apps: &Apps| apps.store.len() + apps.desktop.len();
        let apps = self.records(SectionId::APPS, count)?.unwrap_or_default();
        document::validate_apps(&apps).map_err(|error| self.damaged_section(SectionId::APPS, error.to_string()))?;
        Ok(apps)
    }

    /// The notes.
    pub fn notes(&self) -> Result<Vec<Note>, ReadError> {
        let notes: Vec<Note> = self.records(SectionId::NOTES, Vec::len)?.unwrap_or_default();
        let sorted = document::validate_notes(&notes);
        sorted.map_err(|error| self.damaged_section(SectionId::NOTES, error.to_string()))?;
        Ok(notes)
    }

    /// Which contents there are, in their order.
    pub fn contents(&self) -> Result<Vec<Content>, ReadError> {
        let contents: Vec<Content> = self.records(SectionId::CONTENT_INDEX, Vec::len)?.unwrap_or_default();
        let sum = contents.iter().try_fold(0_u64, |sum, content| sum.checked_add(content.size));
        let (stored, entries) = match self.entry(SectionId::CONTENTS) {
            Some((_, entry)) => (entry.length, entry.entries as usize),
            None => (0, contents.len()),
        };
        let problem = match sum {
            Some(sum) if sum != stored => format!("its sizes add up to {sum}, and the contents have {stored} bytes"),
            None => "its sizes add up to more than 64 bits hold".to_owned(),
            Some(_) if entries != contents.len() => {
                format!("it lists {}, and the manifest says that there are {entries}", contents.len())
            }
            Some(_) => return Ok(contents),
        };
        Err(self.damaged_section(SectionId::CONTENT_INDEX, problem))
    }

    /// What takes back an apply, if this is the record of one.
    pub fn undo(&self) -> Result<Option<Undo>, ReadError> {
        let Some(undo) = self.records(SectionId::UNDO, |undo: &Undo| undo.steps.len())? else { return Ok(None) };
        document::validate_undo(&undo).map_err(|error| self.damaged_section(SectionId::UNDO, error.to_string()))?;
        Ok(Some(undo))
    }

    /// The whole document. File contents are not in it; see [`read_contents`](Self::read_contents).
    pub fn document(&self) -> Result<Document, ReadError> {
        let settings = self.manifest.sections.iter().filter(|entry| entry.id().kind == SectionKind::SETTINGS);
        let sections = settings.filter_map(|entry| self.settings(Category(entry.id().part)).transpose());
        let document = Document {
            facts: self.manifest.facts.clone(),
            device: self.manifest.device.clone(),
            user: self.manifest.user.clone(),
            sections: sections.collect::<Result<_, _>>()?,
            apps: self.apps()?,
            notes: self.notes()?,
            undo: self.undo()?,
        };
        // Each part keeps its rules by now; what is left to break is that a content has one size.
        let index_damage = |error: DocumentError| self.damaged_section(SectionId::CONTENT_INDEX, error.to_string());
        document.validate().map_err(index_damage)?;
        if document.contents() != self.contents()? {
            let problem =
                "it does not list what the settings name, and then what undo steps take back, in that order".to_owned();
            return Err(self.damaged_section(SectionId::CONTENT_INDEX, problem));
        }
        Ok(document)
    }

    /// Reads all contents once, in their order, and checks each against its digest.
    pub fn read_contents(
        &self,
        visit: &mut dyn FnMut(ContentPart<'_>) -> std::io::Result<()>,
    ) -> Result<(), ReadError> {
        let contents = self.contents()?;
        self.read_content_range(&contents, 0, visit)
    }

    /// Reads one content into `sink`; segments without a byte of it are not read.
    ///
    /// The bytes are checked against their digest after the last one; on an error, what `sink` got is worth nothing.
    pub fn read_content(&self, id: &ContentId, sink: &mut dyn Write) -> Result<(), ReadError> {
        let mut start = 0;
        for content in self.contents()? {
            if content.id == *id {
                return self.read_content_range(&[content], start, &mut |part| match part {
                    ContentPart::Bytes(bytes) => sink.write_all(bytes),
                    ContentPart::Start(_) | ContentPart::End(_) => Ok(()),
                });
            }
            start += content.size;
        }
        Err(ReadError::NoSuchContent(*id))
    }

    /// Reads the contents that salvage found whole, once, as [`read_contents`](Self::read_contents) does.
    pub fn read_salvaged(
        &self,
        incomplete: &Incomplete,
        visit: &mut dyn FnMut(ContentPart<'_>) -> std::io::Result<()>,
    ) -> Result<(), ReadError> {
        // Without its index nothing tells one content from the next; salvage has said that it is lost.
        let Ok(contents) = self.contents() else { return Ok(()) };
        let mut start = 0;
        // Neighbours are read together, so that a segment with many small contents is read once.
        for run in contents.chunk_by(|one, next| incomplete.has(one) == incomplete.has(next)) {
            if run.first().is_some_and(|content| incomplete.has(content)) {
                self.read_content_range(run, start, visit)?;
            }
            start += run.iter().map(|content| content.size).sum::<u64>();
        }
        Ok(())
    }

    /// Reads everything and says of every section whether it is whole.
    pub fn verify(&self) -> Vec<SectionVerdict> {
        let section = |entry: &SectionEntry| SectionVerdict {
            section: Some(entry.id()),
            result: self.verify_section(entry.id()),
        };
        let mut verdicts: Vec<_> = self.manifest.sections.iter().map(section).collect();
        // Contents that are named and nowhere listed are missed by no section that is there.
        if self.entry(SectionId::CONTENT_INDEX).is_none() {
            let result = self.verify_section(SectionId::CONTENT_INDEX);
            verdicts
                .extend(result.is_err().then_some(SectionVerdict { section: Some(SectionId::CONTENT_INDEX), result }));
        }
        let padding = SectionVerdict { section: None, result: self.verify_padding() };
        if self.manifest.padding.length > 0 || padding.result.is_err() {
            verdicts.push(padding);
        }
        verdicts
    }

    /// What can still be read of a damaged file.
    pub fn salvage(&self) -> Incomplete {
        Incomplete::from_opened(self)
    }

    /// Writes the same content under another key. Compressed data is taken over as it is, and so are sections and
    /// records that this version does not know; the seals of the old body are remembered as [`Earlier`].
    pub fn rekey(
        &self,
        sink: &mut (impl Write + Seek),
        key: ProfileKey,
        author: Option<&SignerKey>,
    ) -> Result<SealedBody, SealError> {
        let schedule = key.schedule();
        let mut body = BodyWriter::begin(sink, key)?;
        let mut sections = self.manifest.sections.clone();
        for (index, entry) in (0..).zip(&mut sections) {
            let (old, new) = (self.schedule.0.section(index, entry.id()), schedule.section(index, entry.id()));
            let id = entry.id();
            let offsets = self.segment_offsets(index as usize);
            let last = entry.segments.len().saturating_sub(1);
            for ((number, segment), offset) in entry.segments.iter_mut().enumerate().zip(offsets) {
                let place = place_of(number, last);
                let stored = read_at(&self.sealed.source, offset, segment.stored as usize)?;
                let frame = segment::decrypt(stored, segment, place, old.as_ref())
                    .map_err(|problem| segment_damage(id, place, offset, u64::from(segment.stored), problem))?;
                let stored = segment::encrypt(frame, place, new.as_ref()).map_err(SealError::TooLarge)?;
                let stored = Stored::new(stored);
                *segment = stored.entry;
                body.write(&stored.bytes)?;
            }
        }
        let seals = self.sealed.seals().iter().map(|seal| Bytes(seal.0.clone())).collect();
        let previous = Previous { statement: Bytes(self.sealed.statement().0), seals };
        let inherited = Inherited { manifest: self.manifest.clone(), previous };
        body.finish(inherited.into_manifest(sections, author), self.sealed.features())
    }

    pub(crate) fn entry(&self, id: SectionId) -> Option<(usize, &SectionEntry)> {
        self.manifest.sections.iter().enumerate().find(|(_, entry)| entry.id() == id)
    }

    pub(crate) fn damaged_section(&self, id: SectionId, problem: String) -> ReadError {
        let (offset, length) = self
            .entry(id)
            .map_or((0, 0), |(index, entry)| (self.segment_offsets(index).next().unwrap_or_default(), entry.stored()));
        ReadError::Damaged(Damage { part: Part::Section(id), offset, length, problem })
    }

    /// Decodes a section of records; `None` if there is none.
    fn records<T: Serialize + DeserializeOwned>(
        &self,
        id: SectionId,
        count: impl Fn(&T) -> usize,
    ) -> Result<Option<T>, ReadError> {
        let Some((_, entry)) = self.entry(id) else { return Ok(None) };
        let mut bytes = Vec::new();
        self.read_segments(id, 0..entry.segments.len(), &mut |_, plaintext| {
            bytes.extend_from_slice(&plaintext);
            Ok(())
        })?;
        let records = decode_record::<T>(&bytes, "it").map_err(|error| self.damaged_section(id, error.to_string()))?;
        let found = count(&records);
        if found == 0 || found != entry.entries as usize {
            let problem = format!("it has {found} entries, the manifest says {}", entry.entries);
            return Err(self.damaged_section(id, problem));
        }
        Ok(Some(records))
    }

    /// Reads `contents`, which stand one after the other from byte `start` of the section of contents on.
    pub(crate) fn read_content_range(
        &self,
        contents: &[Content],
        start: u64,
        visit: &mut dyn FnMut(ContentPart<'_>) -> std::io::Result<()>,
    ) -> Result<(), ReadError> {
        let length: u64 = contents.iter().map(|content| content.size).sum();
        let segment = limits::SEGMENT_LEN as u64;
        let first = usize::try_from(start / segment).unwrap_or(usize::MAX);
        let end = usize::try_from((start + length).div_ceil(segment)).unwrap_or(usize::MAX);
        let range = if length == 0 { 0..0 } else { first..end };
        let mut skip = usize::try_from(start % segment).unwrap_or(0);
        let mut splitter = ContentSplitter::new(contents, visit);
        self.read_segments(SectionId::CONTENTS, range, &mut |_, plaintext| {
            let bytes = plaintext.get(skip..).unwrap_or_default();
            skip = 0;
            splitter.push(bytes).map_err(|error| self.content_error(error))
        })?;
        splitter.finish().map_err(|error| self.content_error(error))
    }

    /// Reads some segments of a section in parallel and hands their plaintext on in order.
    pub(crate) fn read_segments(
        &self,
        id: SectionId,
        range: std::ops::Range<usize>,
        consume: &mut dyn FnMut(usize, Vec<u8>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let Some((index, entry)) = self.entry(id) else { return Ok(()) };
        let cipher = self.cipher(index, id);
        let wanted = range.len();
        let mut numbers = entry.segments.iter().enumerate().zip(self.segment_offsets(index));
        let mut numbers = numbers.by_ref().skip(range.start).take(wanted);
        let make_worker = || {
            let mut reader = SegmentReader::new();
            let cipher = cipher.as_ref();
            move |((number, segment), offset): ((usize, &crate::manifest::SegmentEntry), u64)| {
                let place = place_of(number, entry.segments.len().saturating_sub(1));
                let damage = |problem| segment_damage(id, place, offset, u64::from(segment.stored), problem);
                let stored = read_at(&self.sealed.source, offset, segment.stored as usize)?;
                let frame = segment::decrypt(stored, segment, place, cipher).map_err(damage)?;
                let reader = reader.as_mut().map_err(|problem| damage(problem.clone()))?;
                let plaintext = reader.decompress(&frame, entry.segment_length(number)).map_err(damage)?;
                Ok((number, plaintext))
            }
        };
        let consume = |(number, plaintext)| consume(number, plaintext);
        pipeline::ordered(pipeline::workers_for(wanted), || Ok(numbers.next()), make_worker, consume)
    }

    fn cipher(&self, index: usize, id: SectionId) -> Option<ChaCha20Poly1305> {
        self.schedule.0.section(u32::try_from(index).unwrap_or(u32::MAX), id)
    }

    /// Where the segments of section `index` begin in the file.
    fn segment_offsets(&self, index: usize) -> impl Iterator<Item = u64> + Send + '_ {
        let before: u64 = self.manifest.sections.iter().take(index).map(SectionEntry::stored).sum();
        let first = crate::core_fields::CORE_LEN as u64 + before;
        let segments = self.manifest.sections.get(index).map(|entry| entry.segments.as_slice()).unwrap_or_default();
        segments.iter().scan(first, |next, segment| {
            let offset = *next;
            *next += u64::from(segment.stored);
            Some(offset)
        })
    }

    fn verify_section(&self, id: SectionId) -> Result<(), ReadError> {
        match id {
            SectionId::APPS => self.apps().map(drop),
            SectionId::NOTES => self.notes().map(drop),
            // The index is right when it names what settings and undo steps name, which only the whole document shows.
            SectionId::CONTENT_INDEX => self.document().map(drop).or_else(|error| match error {
                ReadError::Damaged(Damage { part: Part::Section(SectionId::CONTENT_INDEX), .. }) => Err(error),
                _ => self.contents().map(drop),
            }),
            SectionId::UNDO => self.undo().map(drop),
            SectionId::CONTENTS => self.read_contents(&mut |_| Ok(())),
            SectionId { kind: SectionKind::SETTINGS, part } => self.settings(Category(part)).map(drop),
            unknown => {
                let all = self.entry(unknown).map_or(0, |(_, entry)| entry.segments.len());
                self.read_segments(unknown, 0..all, &mut |_, _| Ok(()))
            }
        }
    }

    fn verify_padding(&self) -> Result<(), ReadError> {
        let (mut digest, mut offset) = (Sha256::new(), self.manifest.padding_offset());
        let end = offset + self.manifest.padding.length;
        while offset < end {
            let length = usize::try_from(end - offset).unwrap_or(usize::MAX).min(limits::SEGMENT_LEN);
            digest.update(read_at(&self.sealed.source, offset, length)?);
            offset += length as u64;
        }
        if digest.finalize()[..] == self.manifest.padding.digest {
            return Ok(());
        }
        Err(ReadError::Damaged(Damage {
            part: Part::Padding,
            offset: self.manifest.padding_offset(),
            length: self.manifest.padding.length,
            problem: "its SHA-256 is not the one in the manifest".to_owned(),
        }))
    }

    fn content_error(&self, error: ContentError) -> ReadError {
        match error {
            ContentError::Digest(id) => {
                self.damaged_section(SectionId::CONTENTS, format!("the bytes of content {id} have another SHA-256"))
            }
            ContentError::Missing(id) => {
                self.damaged_section(SectionId::CONTENTS, format!("the bytes of content {id} are not all there"))
            }
            ContentError::Output(error) => ReadError::Output(error),
        }
    }
}

fn open_manifest<S: ReadAt>(sealed: &Sealed<S>, schedule: &KeySchedule) -> Result<Manifest, ReadError> {
    let damaged = |problem: &str| ReadError::Damaged(manifest_damage(sealed, problem.to_owned()));
    let payload = chacha20poly1305::aead::Payload { msg: &sealed.manifest, aad: &sealed.core_bytes };
    let decrypted;
    let bytes = match schedule.manifest() {
        Some(cipher) => {
            decrypted = cipher.decrypt(&[0; 12].into(), payload).map_err(|_| damaged("its box does not open"))?;
            &decrypted
        }
        None => &sealed.manifest,
    };
    let needs = sealed.needs();
    let manifest = Manifest::decode(bytes).map_err(|error| match error {
        ManifestError::UnknownDocument(kind) => ReadError::Newer { newer: Newer::Document(kind), needs },
        ManifestError::UnknownRecord(tag) => ReadError::Newer { newer: Newer::Record(tag), needs },
        ManifestError::UnknownSection(id) => ReadError::Newer { newer: Newer::Section(id), needs },
        other => damaged(&other.to_string()),
    })?;
    match manifest.padding_offset().checked_add(manifest.padding.length) {
        Some(end) if end == sealed.manifest_offset() => {}
        _ => return Err(damaged("its sections and padding do not fill the body")),
    }
    let expected = Features::of_sections(manifest.sections.iter().map(SectionEntry::id)).must_know;
    match sealed.features().must_know {
        found if found == expected => Ok(manifest),
        found => Err(damaged(&format!("its sections take the features {expected:#x}, and the core says {found:#x}"))),
    }
}

fn manifest_damage<S: ReadAt>(sealed: &Sealed<S>, problem: String) -> Damage {
    Damage { part: Part::Manifest, offset: sealed.manifest_offset(), length: sealed.manifest.len() as u64, problem }
}

fn segment_damage(section: SectionId, place: Place, offset: u64, length: u64, problem: String) -> ReadError {
    ReadError::Damaged(Damage { part: Part::Segment { section, index: place.index }, offset, length, problem })
}

fn place_of(number: usize, last: usize) -> Place {
    // The manifest has at most MAX_SEGMENTS segments, far below 32 bits.
    Place { index: u32::try_from(number).unwrap_or(u32::MAX), last: number == last }
}

/// Cuts the plaintext of segments into contents and checks each against its digest.
struct ContentSplitter<'a> {
    list: std::slice::Iter<'a, Content>,
    current: Option<(Content, u64, Sha256)>,
    visit: &'a mut dyn FnMut(ContentPart<'_>) -> std::io::Result<()>,
}

enum ContentError {
    Digest(ContentId),
    Missing(ContentId),
    Output(std::io::Error),
}

impl<'a> ContentSplitter<'a> {
    fn new(contents: &'a [Content], visit: &'a mut dyn FnMut(ContentPart<'_>) -> std::io::Result<()>) -> Self {
        Self { list: contents.iter(), current: None, visit }
    }

    /// Takes more bytes; what goes beyond the last content is not asked for and dropped.
    fn push(&mut self, mut bytes: &[u8]) -> Result<(), ContentError> {
        while !bytes.is_empty() && self.start_next()? {
            let Some((_, left, digest)) = &mut self.current else { break };
            let wanted = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
            let (piece, rest) = bytes.split_at_checked(wanted).unwrap_or((bytes, &[]));
            digest.update(piece);
            *left -= piece.len() as u64;
            bytes = rest;
            if !piece.is_empty() {
                (self.visit)(ContentPart::Bytes(piece)).map_err(ContentError::Output)?;
            }
            self.end_if_whole()?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), ContentError> {
        // Contents without bytes may stand at the end.
        while self.start_next()? {
            if let Some((content, left, _)) = &self.current
                && *left > 0
            {
                return Err(ContentError::Missing(content.id));
            }
            self.end_if_whole()?;
        }
        Ok(())
    }

    fn start_next(&mut self) -> Result<bool, ContentError> {
        if self.current.is_none() {
            let Some(content) = self.list.next() else { return Ok(false) };
            (self.visit)(ContentPart::Start(*content)).map_err(ContentError::Output)?;
            self.current = Some((*content, content.size, Sha256::new()));
        }
        Ok(true)
    }

    fn end_if_whole(&mut self) -> Result<(), ContentError> {
        let Some((content, _, digest)) = self.current.take_if(|(_, left, _)| *left == 0) else { return Ok(()) };
        if digest.finalize()[..] != content.id.0 {
            return Err(ContentError::Digest(content.id));
        }
        (self.visit)(ContentPart::End(content)).map_err(ContentError::Output)
    }
}
