//! ZIP files, as far as an export of settings needs them: stored and deflated files in memory.
//!
//! Nothing is unpacked to a disk. An archive of which two readers could see different files is refused: names twice, data
//! that overlap, headers that disagree.

use std::collections::BTreeMap;

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// The files of an archive.
#[derive(Debug)]
pub(super) struct Archive<'a> {
    files: BTreeMap<String, Entry<'a>>,
}

/// A file of an archive, still packed.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    method: u16,
    packed: &'a [u8],
    size: usize,
    checksum: u32,
}

/// Why an archive is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// There is no end of an archive at its end.
    #[error("the end of a ZIP archive is missing; the file is truncated, or no archive")]
    NoEnd,
    /// It ends within something.
    #[error("byte {at}: {what} does not fit into the archive")]
    Truncated {
        /// What is cut off.
        what: &'static str,
        /// Where it begins.
        at: usize,
    },
    /// Something else stands where a header should.
    #[error("byte {at}: expected {what}, and found something else")]
    Signature {
        /// What is expected.
        what: &'static str,
        /// Where.
        at: usize,
    },
    /// It uses more of the format than an export of settings needs.
    #[error("{what}, which no export of settings has")]
    Unsupported {
        /// What it uses.
        what: &'static str,
    },
    /// A file has a password.
    #[error("file {index} of the archive is encrypted; export it again without a password")]
    Encrypted {
        /// Which file, counted from 1.
        index: usize,
    },
    /// A name leads out of the archive, or is none on Windows.
    #[error("file {index} of the archive has a name that {why}")]
    Name {
        /// Which file, counted from 1.
        index: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two headers say different things of one file.
    #[error("file {index} of the archive: its two headers disagree about its {about}")]
    Disagree {
        /// Which file, counted from 1.
        index: usize,
        /// What they disagree about.
        about: &'static str,
    },
    /// The data of two files lie over each other.
    #[error("byte {at}: the data of two files of the archive overlap")]
    Overlap {
        /// Where the later one begins.
        at: usize,
    },
    /// More than such an export can have.
    #[error("the archive has {what}: {found}, and at most {most} are read")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// The limit.
        most: u64,
    },
    /// What was unpacked is not what was packed.
    #[error("a file of the archive is damaged: its {what} is not what its header says")]
    Damaged {
        /// What differs.
        what: &'static str,
    },
}

/// Files of one archive: some hundred settings of some dozen devices.
const FILES: usize = 1 << 14;

/// Bytes of one file, unpacked. Settings have some thousand.
const FILE: usize = 8 << 20;

/// Bytes of all files, unpacked.
const ALL: u64 = 64 << 20;

/// How many times larger than its packed bytes a file may be, where it has more than [`SMALL`]. Text in JSON becomes ten
/// times larger.
const RATIO: usize = 250;

/// Bytes below which nobody asks for the ratio.
const SMALL: usize = 1 << 16;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

const END: &[u8] = b"PK\x05\x06";
const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// Whether a file begins as archives do.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(LOCAL) || bytes.starts_with(END)
}

impl<'a> Archive<'a> {
    /// Reads which files there are, and unpacks none.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, ZipError> {
        let end = End::find(bytes)?;
        let mut reader = Reader { bytes, at: end.start };
        let mut archive = Self { files: BTreeMap::new() };
        let mut names = std::collections::BTreeSet::new();
        let mut places = Vec::new();
        let mut all = 0;
        for index in 1..=end.count {
            let header = Central::read(&mut reader, index)?;
            let name = header.name()?;
            all += header.size as u64;
            if all > ALL {
                return Err(ZipError::TooMuch { what: "bytes, unpacked", found: all, most: ALL });
            }
            if !names.insert(name.trim_end_matches('/').to_lowercase()) {
                return Err(ZipError::Name { index, why: "another has too" });
            }
            let (place, packed) = header.data(bytes, end.start)?;
            places.push(place);
            if !name.ends_with('/') {
                let Central { method, size, checksum, .. } = header;
                archive.files.insert(name, Entry { method, packed, size, checksum });
            }
        }
        if reader.at != end.at {
            return Err(ZipError::Signature { what: "the end of the archive", at: reader.at });
        }
        refuse_overlap(places)?;
        Ok(archive)
    }

    /// A file by its name, with slashes between its folders; `None` where there is none of this name.
    pub(super) fn file(&self, name: &str) -> Option<Result<Vec<u8>, ZipError>> {
        self.files.get(name).map(Entry::unpack)
    }
}

impl Entry<'_> {
    fn unpack(&self) -> Result<Vec<u8>, ZipError> {
        let data = match self.method {
            STORED => self.packed.to_vec(),
            _ => decompress_to_vec_with_limit(self.packed, self.size)
                .map_err(|_| ZipError::Damaged { what: "compressed data" })?,
        };
        if data.len() != self.size {
            return Err(ZipError::Damaged { what: "size" });
        }
        if crc32fast::hash(&data) != self.checksum {
            return Err(ZipError::Damaged { what: "checksum" });
        }
        Ok(data)
    }
}

/// The record at the end of an archive.
struct End {
    /// Where it stands.
    at: usize,
    /// Where the list of files begins.
    start: usize,
    count: usize,
}

impl End {
    /// Bytes of the record without its comment.
    const SIZE: usize = 22;

    /// Looks for the record whose comment reaches to the end of the file. There is one place alone for it: a second, in
    /// the comment of the first, would be another archive to another reader.
    fn find(bytes: &[u8]) -> Result<Self, ZipError> {
        let last = bytes.len().checked_sub(Self::SIZE).ok_or(ZipError::NoEnd)?;
        let first = last.saturating_sub(usize::from(u16::MAX));
        let is_end = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(END));
        let mut found = (first..=last).filter(is_end);
        let (at, others) = (found.next().ok_or(ZipError::NoEnd)?, found.next());
        if others.is_some() {
            return Err(ZipError::Unsupported { what: "it has two ends" });
        }
        let mut reader = Reader { bytes, at: at + END.len() };
        let disks = [reader.half("the end of the archive")?, reader.half("the end of the archive")?];
        let counts = [reader.half("the end of the archive")?, reader.half("the end of the archive")?];
        let _size = reader.word("the end of the archive")?;
        let start = reader.word("the end of the archive")?;
        let comment = reader.half("the end of the archive")?;
        if disks != [0, 0] || counts.first() != counts.last() {
            return Err(ZipError::Unsupported { what: "it is one of several parts" });
        }
        if counts.contains(&u16::MAX) || start == u32::MAX {
            return Err(ZipError::Unsupported { what: "it is a ZIP64 archive" });
        }
        if reader.at + usize::from(comment) != bytes.len() {
            return Err(ZipError::NoEnd);
        }
        let [count, _] = counts.map(usize::from);
        if count > FILES {
            return Err(ZipError::TooMuch { what: "files", found: count as u64, most: FILES as u64 });
        }
        Ok(Self { at, start: start as usize, count })
    }
}

/// What the list of files says of one.
struct Central<'a> {
    index: usize,
    flags: u16,
    method: u16,
    checksum: u32,
    packed: usize,
    size: usize,
    name: &'a [u8],
    /// Where its own header is.
    local: usize,
}

/// That a file has a password, or that its list is hidden.
const ENCRYPTED: u16 = 0x2041;

impl<'a> Central<'a> {
    fn read(reader: &mut Reader<'a>, index: usize) -> Result<Self, ZipError> {
        const WHAT: &str = "the list of files";
        reader.signature(CENTRAL, "an entry of the list of files")?;
        reader.take(4, WHAT)?;
        let (flags, method) = (reader.half(WHAT)?, reader.half(WHAT)?);
        reader.take(4, WHAT)?;
        let (checksum, packed, size) = (reader.word(WHAT)?, reader.word(WHAT)?, reader.word(WHAT)?);
        let lengths = [reader.half(WHAT)?, reader.half(WHAT)?, reader.half(WHAT)?].map(usize::from);
        let disk = reader.half(WHAT)?;
        reader.take(6, WHAT)?;
        let local = reader.word(WHAT)?;
        let [name_length, extra, comment] = lengths;
        let name = reader.take(name_length, WHAT)?;
        reader.take(extra + comment, WHAT)?;
        let header = Self {
            index,
            flags,
            method,
            checksum,
            packed: packed as usize,
            size: size as usize,
            name,
            local: local as usize,
        };
        match disk {
            0 => header.judged(),
            _ => Err(ZipError::Unsupported { what: "it is one of several parts" }),
        }
    }

    fn judged(self) -> Result<Self, ZipError> {
        if self.flags & ENCRYPTED != 0 {
            return Err(ZipError::Encrypted { index: self.index });
        }
        match self.method {
            STORED if self.packed != self.size => {
                return Err(ZipError::Disagree { index: self.index, about: "size" });
            }
            STORED | DEFLATED => (),
            _ => return Err(ZipError::Unsupported { what: "a file of it is packed by a method other than deflate" }),
        }
        if self.size > FILE {
            let found = self.size as u64;
            return Err(ZipError::TooMuch { what: "a file whose bytes, unpacked, are", found, most: FILE as u64 });
        }
        let ratio = self.size / self.packed.max(1);
        if self.size > SMALL && ratio > RATIO {
            let what = "a file that grows when it is unpacked, in times";
            return Err(ZipError::TooMuch { what, found: ratio as u64, most: RATIO as u64 });
        }
        Ok(self)
    }

    /// The name with slashes between its parts. Windows PowerShell 5 writes backslashes, against the rules of the format.
    fn name(&self) -> Result<String, ZipError> {
        let wrong = |why| ZipError::Name { index: self.index, why };
        let name = std::str::from_utf8(self.name).map_err(|_| wrong("is not UTF-8"))?.replace('\\', "/");
        let mut parts = name.strip_suffix('/').unwrap_or(&name).split('/');
        if name.contains(|character: char| character.is_control() || character == ':') {
            return Err(wrong("has a drive or a control character in it"));
        }
        match parts.any(|part| matches!(part, "" | "." | "..")) {
            true => Err(wrong("leads out of the archive, or to its root")),
            false => Ok(name),
        }
    }

    /// Where the file lies with its own header, and its packed bytes; all of it before the list of files.
    fn data(&self, bytes: &'a [u8], end: usize) -> Result<((usize, usize), &'a [u8]), ZipError> {
        const WHAT: &str = "the header of a file";
        let mut reader = Reader { bytes: bytes.get(..end).unwrap_or_default(), at: self.local };
        reader.signature(LOCAL, WHAT)?;
        reader.take(2, WHAT)?;
        let (flags, method) = (reader.half(WHAT)?, reader.half(WHAT)?);
        reader.take(16, WHAT)?;
        let (name, extra) = (reader.half(WHAT)?, reader.half(WHAT)?);
        let name = reader.take(name.into(), WHAT)?;
        reader.take(extra.into(), WHAT)?;
        for (same, about) in
            [(name == self.name, "name"), (method == self.method, "method"), (flags & ENCRYPTED == 0, "password")]
        {
            if !same {
                return Err(ZipError::Disagree { index: self.index, about });
            }
        }
        let packed = reader.take(self.packed, "the data of a file")?;
        Ok(((self.local, reader.at), packed))
    }
}

fn refuse_overlap(mut places: Vec<(usize, usize)>) -> Result<(), ZipError> {
    places.sort_unstable();
    let pairs = places.iter().zip(places.iter().skip(1));
    match pairs.map(|(one, next)| (one.1, next.0)).find(|(end, start)| end > start) {
        Some((_, at)) => Err(ZipError::Overlap { at }),
        None => Ok(()),
    }
}

/// Reads an archive from one place on.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], ZipError> {
        let end = self.at.checked_add(length);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(ZipError::Truncated { what, at: self.at })?;
        self.at += length;
        Ok(taken)
    }

    fn signature(&mut self, expected: &[u8], what: &'static str) -> Result<(), ZipError> {
        let at = self.at;
        if self.take(expected.len(), what)? == expected { Ok(()) } else { Err(ZipError::Signature { what, at }) }
    }

    fn half(&mut self, what: &'static str) -> Result<u16, ZipError> {
        let bytes = self.take(2, what)?;
        Ok(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u16::from(*byte)))
    }

    fn word(&mut self, what: &'static str) -> Result<u32, ZipError> {
        let bytes = self.take(4, what)?;
        Ok(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte)))
    }
}

#[cfg(test)]
mod tests;
