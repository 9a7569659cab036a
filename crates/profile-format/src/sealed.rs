//! A file that was parsed and not yet opened: what can be known without a key.

use sha2::{Digest, Sha256};

use crate::codec::CodecError;
use crate::core_fields::{CORE_LEN, Core, MAGIC};
use crate::error::{Damage, Mangling, Newer, Part, ReadError};
use crate::key::OpeningKey;
use crate::limits;
use crate::opened::Opened;
use crate::seal;
use crate::source::{ReadAt, read_at};
use crate::tail::{self, END_MAGIC, MIN_TAIL, TRAILER_LEN, Tail};
use crate::trust::{Envelope, JudgeSeal, Judged, Seal, Statement, Trust};
use crate::version::{Features, FormatVersion, Suite, ToolVersion};

/// A profile as it lies there: structure checked, nothing of its content readable.
///
/// [`judge`](Self::judge) and [`open`](Self::open) lead on. Parsing reads the core, the tail and the stored manifest,
/// and nothing else.
#[derive(Debug)]
pub struct Sealed<S> {
    pub(crate) source: S,
    pub(crate) core: Core,
    pub(crate) core_bytes: [u8; CORE_LEN],
    pub(crate) suite: Suite,
    /// The manifest as it is stored.
    pub(crate) manifest: Vec<u8>,
    length: u64,
    tail: Tail,
}

impl<S: ReadAt> Sealed<S> {
    /// Parses what `source` holds, strictly: a digest that is wrong anywhere in core or tail is damage.
    pub fn parse(source: S) -> Result<Self, ReadError> {
        let length = length_of(&source)?;
        let front = read_at(&source, 0, clamp(length, CORE_LEN))?;
        let tail = find_tail(&source, length)?;
        let whole_tail = tail.is_some();
        let core_bytes = check_magic(&front, length, whole_tail)?;
        let core = decode_core(core_bytes);
        let Some(tail_bytes) = tail else {
            refuse_newer(&core)?;
            return Err(explain_missing_tail(&source, &core, length)?);
        };
        let tail = Tail::decode(&tail_bytes).map_err(|error| damaged_tail(length, tail_bytes.len(), &error))?;
        // Every version ends with this trailer or with another magic, so this comes before the version.
        if Sha256::digest(core_bytes)[..] != tail.core_digest {
            return Err(damaged_core("its SHA-256 is not the one in the trailer"));
        }
        refuse_newer(&core)?;
        Self::assemble(source, core, *core_bytes, tail, length, tail_bytes.len())
    }

    /// Parses as much as can be had of a damaged file, and says what is wrong with the rest.
    ///
    /// What opens after this is still authenticated: a wrong core fails its commitment, a wrong manifest its box.
    pub fn parse_damaged(source: S) -> Result<(Self, Vec<Damage>), ReadError> {
        let length = length_of(&source)?;
        let front = read_at(&source, 0, clamp(length, CORE_LEN))?;
        let core_bytes = check_magic(&front, length, false)?;
        let core = decode_core(core_bytes);
        refuse_newer(&core)?;
        let tail_length = length.checked_sub(core.body_length).filter(|tail| *tail <= limits::MAX_TAIL as u64);
        let Some(tail_length) = tail_length else {
            return Err(explain_missing_tail(&source, &core, length)?);
        };
        let tail_bytes = read_at(&source, core.body_length, clamp(tail_length, limits::MAX_TAIL))?;
        let mut damage = Vec::new();
        if !Tail::digest_is_right(&tail_bytes) {
            damage.push(tail_damage(core.body_length, tail_length, "its SHA-256 is not the one at its end"));
        }
        let tail = Tail::decode(&tail_bytes).map_err(|error| damaged_tail(length, tail_bytes.len(), &error))?;
        if damage.is_empty() && Sha256::digest(core_bytes)[..] != tail.core_digest {
            damage.push(core_damage("its SHA-256 is not the one in the trailer"));
        }
        let sealed = Self::assemble(source, core, *core_bytes, tail, length, tail_bytes.len())?;
        Ok((sealed, damage))
    }

    fn assemble(
        source: S,
        core: Core,
        core_bytes: [u8; CORE_LEN],
        tail: Tail,
        length: u64,
        tail_length: usize,
    ) -> Result<Self, ReadError> {
        let Some(suite) = Suite::from_number(core.suite) else {
            return Err(ReadError::Newer { newer: Newer::Suite(core.suite), needs: core.needs });
        };
        if core.body_length.checked_add(tail_length as u64) != Some(length) {
            return Err(damaged_core("its body length does not reach to the tail"));
        }
        let manifest_offset = core.body_length.checked_sub(u64::from(tail.manifest_length));
        let manifest_offset = manifest_offset.filter(|offset| *offset >= CORE_LEN as u64);
        let (Some(offset), true) = (manifest_offset, tail.manifest_length <= limits::MAX_MANIFEST) else {
            let problem = format!("it gives the manifest {} bytes", tail.manifest_length);
            return Err(ReadError::Damaged(tail_damage(core.body_length, tail_length as u64, &problem)));
        };
        if suite == Suite::Plain && core.salt != [0; 32] {
            return Err(damaged_core("a plain body has no salt"));
        }
        tail::check_envelopes(suite, tail.envelopes.len())
            .map_err(|problem| ReadError::Damaged(tail_damage(core.body_length, tail_length as u64, &problem)))?;
        let manifest = read_at(&source, offset, tail.manifest_length as usize)?;
        Ok(Self { source, core, core_bytes, suite, manifest, length, tail })
    }

    /// Bytes of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes of the body: core, sections, padding, manifest.
    pub fn body_length(&self) -> u64 {
        self.core.body_length
    }

    /// The format version that it is written in.
    pub fn version(&self) -> FormatVersion {
        self.core.version
    }

    /// The features that it uses.
    pub fn features(&self) -> Features {
        self.core.features
    }

    /// The oldest tool that reads it, by its own word.
    pub fn needs(&self) -> ToolVersion {
        self.core.needs
    }

    /// Whether it is encrypted.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// SHA-256 over its core and its stored manifest: the same as long as keys and content are.
    pub fn body_id(&self) -> [u8; 32] {
        seal::body_id(&self.core_bytes, &self.manifest)
    }

    /// The profile key, wrapped for its recipients.
    pub fn envelopes(&self) -> &[Envelope] {
        &self.tail.envelopes
    }

    /// The signatures, by whomever.
    pub fn seals(&self) -> &[Seal] {
        &self.tail.seals
    }

    /// What its seals must have signed.
    pub fn statement(&self) -> Statement {
        seal::statement(&self.core_bytes, self.tail.manifest_length, &Sha256::digest(&self.manifest).into())
    }

    /// Has every seal judged.
    pub fn judge(&self, judge: &dyn JudgeSeal) -> Judged {
        let statement = self.statement();
        let verdicts = self.seals().iter().map(|seal| judge.judge(&statement, seal)).collect();
        Judged::new(statement, verdicts)
    }

    /// Whether `key` is the one that the writer committed to.
    pub fn accepts(&self, key: &OpeningKey) -> bool {
        key.suite() == self.suite && self.core.is_committed_to(&key.schedule(&self.core.salt))
    }

    /// Opens the manifest, and with it the way to every section.
    pub fn open(self, key: &OpeningKey, trust: Trust) -> Result<Opened<S>, ReadError> {
        Opened::new(self, key, trust)
    }

    /// Checks the digest of the whole body. It finds damage without a key; against forgery only seals help.
    pub fn check_body(&self) -> Result<(), ReadError> {
        let mut digest = Sha256::new();
        let mut buffer = vec![0; limits::SEGMENT_LEN];
        let mut offset = CORE_LEN as u64;
        while offset < self.core.body_length {
            let wanted = clamp(self.core.body_length - offset, buffer.len());
            let piece = buffer.get_mut(..wanted).unwrap_or_default();
            let read = self.source.read_exact_at(piece, offset);
            read.map_err(|source| ReadError::Input { offset, length: wanted, source })?;
            digest.update(&*piece);
            offset += wanted as u64;
        }
        if digest.finalize()[..] == self.tail.rest_digest {
            return Ok(());
        }
        Err(ReadError::Damaged(Damage {
            part: Part::Body,
            offset: CORE_LEN as u64,
            length: self.core.body_length - CORE_LEN as u64,
            problem: "its SHA-256 is not the one in the trailer".to_owned(),
        }))
    }

    /// The bytes of a tail with other envelopes and seals for the same body, to be written after
    /// [`body_length`](Self::body_length) bytes of this file.
    pub fn tail_with(&self, envelopes: Vec<Envelope>, seals: Vec<Seal>) -> Result<Vec<u8>, crate::SealError> {
        tail::check_envelopes(self.suite, envelopes.len()).map_err(crate::SealError::Tail)?;
        Tail { envelopes, seals, ..self.tail.clone() }.encode()
    }

    pub(crate) fn manifest_offset(&self) -> u64 {
        self.core.body_length - u64::from(self.tail.manifest_length)
    }
}

fn length_of(source: &impl ReadAt) -> Result<u64, ReadError> {
    source.length().map_err(|source| ReadError::Input { offset: 0, length: 0, source })
}

fn clamp(length: u64, most: usize) -> usize {
    usize::try_from(length).map_or(most, |length| length.min(most))
}

fn decode_core(bytes: &[u8; CORE_LEN]) -> Core {
    #[expect(clippy::expect_used, reason = "the fields of the core add up to CORE_LEN, and any bytes are fields")]
    Core::decode(bytes).expect("the core has the length of its fields")
}

/// The tail, if the file ends with one that is whole.
fn find_tail(source: &impl ReadAt, length: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(trailer_offset) = length.checked_sub(TRAILER_LEN as u64) else { return Ok(None) };
    let trailer = read_at(source, trailer_offset, TRAILER_LEN)?;
    let tail_length = trailer.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
    let plausible = (MIN_TAIL..=limits::MAX_TAIL).contains(&tail_length) && trailer.ends_with(&END_MAGIC);
    match length.checked_sub(tail_length as u64).filter(|_| plausible) {
        Some(offset) => Ok(Some(read_at(source, offset, tail_length)?).filter(|tail| Tail::digest_is_right(tail))),
        None => Ok(None),
    }
}

/// The whole core, or the reason why there is none.
fn check_magic(front: &[u8], length: u64, whole_tail: bool) -> Result<&[u8; CORE_LEN], ReadError> {
    if front.starts_with(&MAGIC) {
        let least = (CORE_LEN + MIN_TAIL) as u64;
        let truncated = ReadError::Truncated { missing: least.saturating_sub(length), exact: false };
        return front.first_chunk().ok_or(truncated);
    }
    Err(match mangling(front) {
        // A tail may have no line ends to change, but its magic would not outlive seven bits.
        Some(mangling) if mangling != Mangling::SevenBits || !whole_tail => ReadError::Mangled(mangling),
        _ if whole_tail => damaged_core("its first eight bytes are not 89 57 42 4f 0d 0a 1a 0a"),
        _ if !front.is_empty() && MAGIC.starts_with(front) => {
            ReadError::Truncated { missing: (CORE_LEN + MIN_TAIL) as u64 - length, exact: false }
        }
        _ => ReadError::NotAProfile { found: describe_front(front) },
    })
}

/// Recognises the magic after what programs do to bytes that they take for text.
fn mangling(front: &[u8]) -> Option<Mangling> {
    const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
    const AS_TEXT: [(&[u8], Mangling); 8] = [
        (b"\x89WBO\n\x1a\n", Mangling::CrLfToLf),
        (b"\x89WBO\r\r\n\x1a\r\n", Mangling::LfToCrLf),
        (b"\x09WBO\r\n\x1a\n", Mangling::SevenBits),
        // 0x89 as Latin-1, CP437 and CP1252 have it, and as "not a character".
        (b"\xc2\x89WBO", Mangling::Utf8),
        (b"\xc3\xabWBO", Mangling::Utf8),
        (b"\xe2\x80\xb0WBO", Mangling::Utf8),
        (b"\xef\xbf\xbdWBO", Mangling::Utf8),
        (b"?WBO\r\n", Mangling::Utf8),
    ];
    let text = front.strip_prefix(UTF8_MARK).unwrap_or(front);
    let found = AS_TEXT.iter().find(|(mangled, _)| text.starts_with(mangled)).map(|(_, mangling)| *mangling);
    // UTF-16 of either byte order, with or without its mark, and whatever the first byte became.
    let utf16 = || front.windows(6).take(5).any(|six| six == b"W\0B\0O\0" || six == b"\0W\0B\0O");
    found.or_else(|| utf16().then_some(Mangling::Utf16))
}

fn describe_front(front: &[u8]) -> String {
    match front.get(..MAGIC.len()).unwrap_or(front) {
        [] => "nothing: the file is empty".to_owned(),
        front => front.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    }
}

fn refuse_newer(core: &Core) -> Result<(), ReadError> {
    let newer = match (core.version, core.features.unknown()) {
        (FormatVersion(0), _) => return Err(damaged_core("its format version is 0, which there never was")),
        (version, _) if version > FormatVersion::CURRENT => Newer::Version(version),
        (_, 0) => return Ok(()),
        (_, bits) => Newer::Features(bits),
    };
    Err(ReadError::Newer { newer, needs: core.needs })
}

/// The file does not end with a whole tail: says whether it was cut, or is damaged, or goes on after its end.
fn explain_missing_tail(source: &impl ReadAt, core: &Core, length: u64) -> Result<ReadError, ReadError> {
    let body = core.body_length;
    let head_end = body.saturating_add(4);
    if length < head_end {
        let missing = body.saturating_add(MIN_TAIL as u64) - length;
        return Ok(ReadError::Truncated { missing, exact: false });
    }
    let last = read_at(source, length.saturating_sub(END_MAGIC.len() as u64), END_MAGIC.len())?;
    let head = read_at(source, body, 4)?;
    let tail = head.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let end = body.saturating_add(u64::from(tail));
    // A file that ends as files end was not cut, whatever its tail says of its length.
    let plausible = (MIN_TAIL..=limits::MAX_TAIL).contains(&(tail as usize)) && last != END_MAGIC;
    Ok(match plausible {
        true if end > length => ReadError::Truncated { missing: end - length, exact: true },
        true if end < length => ReadError::Damaged(Damage {
            part: Part::AfterTheEnd,
            offset: end,
            length: length - end,
            problem: "the file goes on after its end".to_owned(),
        }),
        _ => ReadError::Damaged(tail_damage(body, length - body, "its SHA-256 is not the one at its end")),
    })
}

fn core_damage(problem: &str) -> Damage {
    Damage { part: Part::Core, offset: 0, length: CORE_LEN as u64, problem: problem.to_owned() }
}

fn damaged_core(problem: &str) -> ReadError {
    ReadError::Damaged(core_damage(problem))
}

fn tail_damage(offset: u64, length: u64, problem: &str) -> Damage {
    Damage { part: Part::Tail, offset, length, problem: problem.to_owned() }
}

fn damaged_tail(length: u64, tail_length: usize, error: &CodecError) -> ReadError {
    let tail_length = tail_length as u64;
    ReadError::Damaged(tail_damage(length.saturating_sub(tail_length), tail_length, &error.to_string()))
}
