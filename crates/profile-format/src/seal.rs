//! Sealing: a document becomes a body.

use std::io::{Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use crate::codec::{CodecError, encode_record};
use crate::core_fields::{CORE_LEN, Core};
use crate::document::{Bytes, Content, Document};
use crate::error::SealError;
use crate::key::{KeySchedule, ProfileKey};
use crate::limits;
use crate::manifest::{Manifest, Padding, Previous, SectionEntry, records_length};

use crate::padding::{PaddingStream, filler_for, padding_for};
use crate::pipeline;
use crate::section::SectionId;
use crate::segment::{Place, SegmentWriter, Stored};
use crate::source::Contents;
use crate::tail::{self, Tail};
use crate::trust::{Envelope, Seal, SignerKey, Statement};
use crate::version::{Features, FormatVersion, Suite, ToolVersion};

/// A body that was written and still lacks its tail.
#[derive(Debug)]
#[must_use = "a body without its tail is no file; `finish` writes it"]
pub struct SealedBody {
    suite: Suite,
    core: [u8; CORE_LEN],
    manifest_length: u32,
    manifest_digest: [u8; 32],
    rest_digest: [u8; 32],
    body_id: [u8; 32],
}

/// Writes `document` as a body, under a key that is used up by it.
///
/// `sink` is written from front to back, except for the core, which comes last: what was interrupted is no profile.
/// When `author` is given, readers insist on a seal by that key in the role of [`Author`](crate::Role::Author), so the
/// caller signs [`SealedBody::statement`] and hands the seal to [`SealedBody::finish`].
pub fn seal(
    sink: &mut (impl Write + Seek),
    document: &Document,
    contents: &dyn Contents,
    key: ProfileKey,
    author: Option<&SignerKey>,
) -> Result<SealedBody, SealError> {
    document.validate()?;
    let plan = plan_sections(document)?;
    let mut body = BodyWriter::begin(sink, key)?;
    let sections = body.write_sections(&plan, contents)?;
    let features = Features::of_sections(sections.iter().map(SectionEntry::id));
    let manifest = Manifest {
        facts: document.facts.clone(),
        device: document.device.clone(),
        user: document.user.clone(),
        sections,
        padding: Padding::default(),
        author: author.map(|author| Bytes(author.0.clone())),
        previous: Vec::new(),
        unknown: Vec::new(),
    };
    body.finish(manifest, features)
}

impl SealedBody {
    /// What a seal over this body signs.
    pub fn statement(&self) -> Statement {
        statement(&self.core, self.manifest_length, &self.manifest_digest)
    }

    /// The id of this body: SHA-256 over its core and its manifest as they are stored.
    pub fn body_id(&self) -> [u8; 32] {
        self.body_id
    }

    /// Writes the tail, and with it the last byte of the file.
    pub fn finish(
        self,
        sink: &mut (impl Write + Seek),
        envelopes: Vec<Envelope>,
        seals: Vec<Seal>,
    ) -> Result<(), SealError> {
        tail::check_envelopes(self.suite, envelopes.len()).map_err(SealError::Tail)?;
        let tail = Tail {
            manifest_length: self.manifest_length,
            envelopes,
            seals,
            core_digest: Sha256::digest(self.core).into(),
            rest_digest: self.rest_digest,
        };
        let bytes = tail.encode()?;
        sink.seek(SeekFrom::End(0)).and_then(|_| sink.write_all(&bytes)).map_err(SealError::Output)
    }
}

/// What every seal signs: nothing in it moves when recipients or other seals change.
pub(crate) fn statement(core: &[u8; CORE_LEN], manifest_length: u32, manifest_digest: &[u8; 32]) -> Statement {
    Statement([b"wbo-seal-v1".as_slice(), core, &manifest_length.to_le_bytes(), manifest_digest].concat())
}

/// SHA-256 over the core and the stored manifest.
pub(crate) fn body_id(core: &[u8; CORE_LEN], manifest: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(core).chain_update(manifest).finalize().into()
}

/// A section to write: its place in the table, and its plaintext.
struct PlannedSection {
    entry: SectionEntry,
    plaintext: Plaintext,
}

enum Plaintext {
    Records(Vec<u8>),
    Contents(Vec<Content>),
}

fn plan_sections(document: &Document) -> Result<Vec<PlannedSection>, SealError> {
    let mut plan = Vec::new();
    for section in &document.sections {
        let id = SectionId::settings(section.category);
        plan.push(records(id, section.settings.len(), &section.settings)?);
    }
    if !document.apps.is_empty() {
        let count = document.apps.store.len() + document.apps.desktop.len();
        plan.push(records(SectionId::APPS, count, &document.apps)?);
    }
    if !document.notes.is_empty() {
        plan.push(records(SectionId::NOTES, document.notes.len(), &document.notes)?);
    }
    let contents = document.contents();
    if !contents.is_empty() {
        plan.push(records(SectionId::CONTENT_INDEX, contents.len(), &contents)?);
    }
    let length = contents.iter().try_fold(0_u64, |sum, content| sum.checked_add(content.size));
    let most = (limits::MAX_SEGMENTS as u64) * (limits::SEGMENT_LEN as u64);
    let length = length.filter(|length| *length <= most);
    let length = length.ok_or_else(|| SealError::TooLarge(format!("its contents have more than {most} bytes")))?;
    if length > 0 {
        let entry = SectionEntry::new(SectionId::CONTENTS, count_of(contents.len())?, length);
        plan.push(PlannedSection { entry, plaintext: Plaintext::Contents(contents) });
    }
    if let Some(undo) = &document.undo {
        plan.push(records(SectionId::UNDO, undo.steps.len(), undo)?);
    }
    if plan.len() > limits::MAX_SECTIONS {
        return Err(SealError::TooLarge(format!("it has {} sections, at most {}", plan.len(), limits::MAX_SECTIONS)));
    }
    match records_length(plan.iter().map(|section| &section.entry)) {
        length if length > limits::MAX_RECORDS => Err(SealError::TooLarge(format!(
            "its settings, apps, notes, content list and undo steps have {length} bytes, at most {}",
            limits::MAX_RECORDS
        ))),
        _ => Ok(plan),
    }
}

fn records<T: serde::Serialize>(id: SectionId, entries: usize, records: &T) -> Result<PlannedSection, SealError> {
    let bytes = encode_record(records, "a section").map_err(|error| too_large(id, &error))?;
    let entry = SectionEntry::new(id, count_of(entries)?, bytes.len() as u64);
    Ok(PlannedSection { entry, plaintext: Plaintext::Records(bytes) })
}

fn too_large(id: SectionId, error: &CodecError) -> SealError {
    SealError::TooLarge(format!("section {id}: {error}"))
}

fn count_of(entries: usize) -> Result<u32, SealError> {
    u32::try_from(entries).map_err(|_| SealError::TooLarge(format!("{entries} entries in one section")))
}

/// A piece of plaintext on its way to becoming a segment.
struct Piece {
    section: usize,
    place: Place,
    plaintext: Vec<u8>,
}

/// Writes a body from front to back, and the core at last. It owns the key, which no second body will see.
pub(crate) struct BodyWriter<'a, W> {
    sink: &'a mut W,
    key: ProfileKey,
    written: u64,
    rest: Sha256,
}

impl<'a, W: Write + Seek> BodyWriter<'a, W> {
    pub(crate) fn begin(sink: &'a mut W, key: ProfileKey) -> Result<Self, SealError> {
        sink.write_all(&[0; CORE_LEN]).map_err(SealError::Output)?;
        Ok(Self { sink, key, written: CORE_LEN as u64, rest: Sha256::new() })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), SealError> {
        self.rest.update(bytes);
        self.written += bytes.len() as u64;
        self.sink.write_all(bytes).map_err(SealError::Output)
    }

    fn write_sections(
        &mut self,
        plan: &[PlannedSection],
        contents: &dyn Contents,
    ) -> Result<Vec<SectionEntry>, SealError> {
        let schedule = self.key.schedule();
        let mut entries: Vec<SectionEntry> = plan.iter().map(|section| section.entry.clone()).collect();
        let ciphers: Vec<_> = (0..).zip(&entries).map(|(index, entry)| schedule.section(index, entry.id())).collect();
        let segments =
            plan.iter().map(|section| section.entry.length.div_ceil(limits::SEGMENT_LEN as u64)).sum::<u64>();
        if segments > limits::MAX_SEGMENTS as u64 {
            return Err(SealError::TooLarge(format!("it takes {segments} segments")));
        }
        let mut pieces = plan.iter().enumerate().flat_map(|(index, section)| Pieces::new(index, section, contents));
        let make_writer = || {
            let (mut writer, ciphers) = (SegmentWriter::new(), &ciphers);
            move |piece: Piece| {
                let writer = writer.as_mut().map_err(|problem| SealError::TooLarge(problem.clone()))?;
                let cipher = ciphers.get(piece.section).and_then(Option::as_ref);
                let stored = writer.write(&piece.plaintext, piece.place, cipher).map_err(SealError::TooLarge)?;
                Ok((piece.section, stored))
            }
        };
        let workers = pipeline::workers_for(usize::try_from(segments).unwrap_or(usize::MAX));
        pipeline::ordered(
            workers,
            || pieces.next().transpose(),
            make_writer,
            |(section, stored): (usize, Stored)| {
                if let Some(entry) = entries.get_mut(section) {
                    entry.segments.push(stored.entry);
                }
                self.write(&stored.bytes)
            },
        )?;
        Ok(entries)
    }

    /// Pads, writes the manifest, and puts the core in its place.
    pub(crate) fn finish(mut self, mut manifest: Manifest, features: Features) -> Result<SealedBody, SealError> {
        let (schedule, suite) = (self.key.schedule(), self.key.suite());
        let too_large = |error: CodecError| SealError::TooLarge(error.to_string());
        let tag = if suite == Suite::Encrypted { 16 } else { 0 };
        manifest.padding = Padding::default();
        let bare = manifest.encode().map_err(too_large)?.len() + tag;
        let filler = if suite == Suite::Encrypted { filler_for(bare as u64) } else { 0 };
        let filler = usize::try_from(filler).unwrap_or(usize::MAX).min(limits::MAX_MANIFEST as usize);
        // Whatever else the padding's record says has the same length, so the manifest's length is known before it.
        let manifest_length = bare + filler;
        manifest.padding = self.pad(manifest_length as u64, &schedule)?;
        manifest.padding.filler = Bytes(vec![0; filler]);
        let plaintext = manifest.encode().map_err(too_large)?;
        debug_assert_eq!(plaintext.len() + tag, manifest_length, "padding does not change the manifest's length");
        let length = u32::try_from(manifest_length).ok().filter(|length| *length <= limits::MAX_MANIFEST);
        let length = length.ok_or_else(|| {
            SealError::TooLarge(format!("its manifest has {manifest_length} bytes, at most {}", limits::MAX_MANIFEST))
        })?;
        let core = Core {
            version: FormatVersion::CURRENT,
            suite: suite.number(),
            needs: ToolVersion::FIRST,
            features,
            salt: *self.key.salt(),
            commitment: [0; 32],
            body_length: self.written + u64::from(length),
        };
        let core = core.committed_to(&schedule).encode();
        let stored = encrypt_manifest(plaintext, &core, &schedule)?;
        self.write(&stored)?;
        self.sink.seek(SeekFrom::Start(0)).map_err(SealError::Output)?;
        self.sink.write_all(&core).map_err(SealError::Output)?;
        Ok(SealedBody {
            suite,
            core,
            manifest_length: length,
            manifest_digest: Sha256::digest(&stored).into(),
            rest_digest: self.rest.finalize().into(),
            body_id: body_id(&core, &stored),
        })
    }

    fn pad(&mut self, manifest_length: u64, schedule: &KeySchedule) -> Result<Padding, SealError> {
        let length = match self.key.suite() {
            Suite::Encrypted => padding_for(self.written + manifest_length),
            Suite::Plain => 0,
        };
        let (mut stream, mut digest, mut left) = (PaddingStream::new(schedule), Sha256::new(), length);
        while left > 0 {
            let bytes = stream.next(usize::try_from(left).unwrap_or(usize::MAX).min(limits::SEGMENT_LEN));
            digest.update(&bytes);
            self.write(&bytes)?;
            left -= bytes.len() as u64;
        }
        Ok(Padding { length, digest: digest.finalize().into(), filler: Bytes::default() })
    }
}

fn encrypt_manifest(mut bytes: Vec<u8>, core: &[u8], schedule: &KeySchedule) -> Result<Vec<u8>, SealError> {
    use chacha20poly1305::aead::AeadInPlace;
    if let Some(cipher) = schedule.manifest() {
        let encrypted = cipher.encrypt_in_place(&[0; 12].into(), core, &mut bytes);
        encrypted.map_err(|_| SealError::TooLarge("the manifest is too long to encrypt".to_owned()))?;
    }
    Ok(bytes)
}

/// Cuts a section into pieces of [`limits::SEGMENT_LEN`], reading contents as they are needed.
struct Pieces<'a> {
    section: usize,
    index: u32,
    left: u64,
    source: PieceSource<'a>,
}

enum PieceSource<'a> {
    Records(&'a [u8]),
    Contents(ContentReader<'a>),
}

impl<'a> Pieces<'a> {
    fn new(section: usize, planned: &'a PlannedSection, contents: &'a dyn Contents) -> Self {
        let source = match &planned.plaintext {
            Plaintext::Records(bytes) => PieceSource::Records(bytes),
            Plaintext::Contents(list) => PieceSource::Contents(ContentReader::new(list, contents)),
        };
        Self { section, index: 0, left: planned.entry.length, source }
    }

    fn read(&mut self) -> Result<Vec<u8>, SealError> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(limits::SEGMENT_LEN);
        self.left -= length as u64;
        match &mut self.source {
            PieceSource::Records(bytes) => {
                let (piece, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
                *bytes = rest;
                Ok(piece.to_vec())
            }
            PieceSource::Contents(reader) => reader.read(length, self.left == 0),
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<Piece, SealError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let piece = self.read();
        let place = Place { index: self.index, last: self.left == 0 };
        self.index += 1;
        Some(piece.map(|plaintext| Piece { section: self.section, place, plaintext }))
    }
}

/// Reads contents one after the other and holds each to its digest and its size.
struct ContentReader<'a> {
    contents: &'a dyn Contents,
    list: std::slice::Iter<'a, Content>,
    current: Option<Current<'a>>,
}

struct Current<'a> {
    content: Content,
    left: u64,
    digest: Sha256,
    bytes: Box<dyn Read + Send + 'a>,
}

impl<'a> ContentReader<'a> {
    fn new(list: &'a [Content], contents: &'a dyn Contents) -> Self {
        Self { contents, list: list.iter(), current: None }
    }

    /// Reads `length` bytes, over the borders of contents; after the last piece, checks that nothing is left.
    fn read(&mut self, length: usize, last: bool) -> Result<Vec<u8>, SealError> {
        let mut piece = vec![0; length];
        let mut filled = 0;
        while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let Some(current) = self.current_or_next()? else { break };
            let wanted = rest.len().min(usize::try_from(current.left).unwrap_or(usize::MAX));
            if let Some(place) = rest.get_mut(..wanted) {
                current.fill(place)?;
            }
            filled += wanted;
            self.finish_if_whole()?;
        }
        // Empty contents at the end have no bytes that would make the loop above open them.
        while last && self.current_or_next()?.is_some() {
            self.finish_if_whole()?;
        }
        Ok(piece)
    }

    fn current_or_next(&mut self) -> Result<Option<&mut Current<'a>>, SealError> {
        if self.current.is_none() {
            let Some(content) = self.list.next() else { return Ok(None) };
            let bytes = self.contents.open(&content.id);
            let bytes = bytes.map_err(|source| SealError::Content { id: content.id, source })?;
            self.current = Some(Current { content: *content, left: content.size, digest: Sha256::new(), bytes });
        }
        Ok(self.current.as_mut())
    }

    fn finish_if_whole(&mut self) -> Result<(), SealError> {
        match self.current.take_if(|current| current.left == 0) {
            Some(current) => current.finish(),
            None => Ok(()),
        }
    }
}

impl Current<'_> {
    fn fill(&mut self, place: &mut [u8]) -> Result<(), SealError> {
        let id = self.content.id;
        match self.bytes.read_exact(place) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(self.differs("it ended before that".to_owned()));
            }
            Err(source) => return Err(SealError::Content { id, source }),
        }
        self.digest.update(&*place);
        self.left -= place.len() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<(), SealError> {
        let more = self.bytes.read(&mut [0]);
        let more = more.map_err(|source| SealError::Content { id: self.content.id, source })?;
        if more != 0 {
            return Err(self.differs("it has more".to_owned()));
        }
        let found: [u8; 32] = std::mem::take(&mut self.digest).finalize().into();
        if found != self.content.id.0 {
            return Err(self.differs(format!("their SHA-256 is {}", crate::document::ContentId(found))));
        }
        Ok(())
    }

    fn differs(&self, found: String) -> SealError {
        SealError::ContentDiffers { id: self.content.id, size: self.content.size, found }
    }
}

/// What a change of keys takes over from the body before it.
pub(crate) struct Inherited {
    pub(crate) manifest: Manifest,
    pub(crate) previous: Previous,
}

impl Inherited {
    /// The manifest of the new body: the same content, another author, and the old body among the earlier ones.
    pub(crate) fn into_manifest(self, sections: Vec<SectionEntry>, author: Option<&SignerKey>) -> Manifest {
        let Self { mut manifest, previous } = self;
        manifest.sections = sections;
        manifest.author = author.map(|author| Bytes(author.0.clone()));
        manifest.previous.push(previous);
        let excess = manifest.previous.len().saturating_sub(limits::MAX_PREVIOUS);
        manifest.previous.drain(..excess);
        manifest
    }
}
