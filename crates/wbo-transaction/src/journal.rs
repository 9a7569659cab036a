//! The journal: what a transaction is about to do, and how everything was before.
//!
//! Its file begins with a signature, the version and the length of a record; the record and a SHA-256 digest of all that
//! follow. Behind them, once the transaction was made, stands the commit record. A file is given its name only when all but
//! that is safe.

use std::collections::BTreeSet;
use std::io;

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use profile_format::{Bytes, Timestamp};
use registry::Name;
use registry_hive::HiveDigest;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wbo_engine::WindowsPath;

use crate::paths::{self, Temporary};
use crate::{Fault, limits};

/// What a transaction is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Journal {
    pub(crate) id: [u8; 16],
    pub(crate) label: String,
    pub(crate) hives: Vec<HiveChange>,
    /// The folders that it makes, from the top down.
    pub(crate) folders: Vec<WindowsPath>,
    pub(crate) files: Vec<FileChange>,
}

/// A hive before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HiveChange {
    pub(crate) path: WindowsPath,
    pub(crate) before: HiveDigest,
    pub(crate) after: HiveDigest,
    /// Whether it has no log, so that one is made and removed again.
    pub(crate) makes_log: bool,
    /// The pages that change, as they were: where they begin, and their bytes.
    pub(crate) pages: Vec<(u32, Bytes)>,
}

/// A file before and after; `None` where it is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileChange {
    pub(crate) path: WindowsPath,
    pub(crate) before: Option<FileFacts>,
    pub(crate) after: Option<FileFacts>,
}

/// What makes up a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileFacts {
    pub(crate) sha256: [u8; 32],
    pub(crate) attributes: u32,
    pub(crate) modified: Option<Timestamp>,
}

/// Why a journal is not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[source] io::Error),
    /// Somebody else made it.
    #[error("it is owned neither by the administrators nor by Windows itself")]
    Owner,
    /// It is a link, a folder or the like.
    #[error("it is not a file")]
    NotAFile,
    /// It is something else.
    #[error("it does not begin as a journal does")]
    Signature,
    /// A newer program wrote it.
    #[error("it is of version {found}; this program knows version {known}")]
    Version {
        /// Its version.
        found: u32,
        /// The version that is known.
        known: u32,
    },
    /// It ends early.
    #[error("it has {found} bytes of {needed}")]
    Short {
        /// How many bytes it has.
        found: usize,
        /// How many it should have.
        needed: u64,
    },
    /// Its bytes are not those that were written.
    #[error("its checksum is wrong")]
    Checksum,
    /// Its record is not as records are.
    #[error("its record does not decode: {0}")]
    Record(String),
    /// It is the journal of another transaction than its name says.
    #[error("it has the name of another transaction than it tells of")]
    OtherName,
    /// It says what no transaction says.
    #[error("it says what no transaction says: {0}")]
    Impossible(#[source] Fault),
    /// It names a path that it may not.
    #[error("{path} may not be touched: {why}")]
    Forbidden {
        /// The path.
        path: WindowsPath,
        /// Why.
        why: String,
    },
}

const SIGNATURE: &[u8; 8] = b"WBOJRNL\n";

/// Version 1: hives with pages, folders, files.
const VERSION: u32 = 1;

/// Signature, version, length of the record.
const HEADER: usize = 20;

const DIGEST: usize = 32;

const COMMITTED: &[u8; 8] = b"WBODONE\n";

impl FileChange {
    /// Whether it has the same bytes before and after, so that no other file takes its place.
    pub(crate) fn keeps_bytes(&self) -> bool {
        self.before.zip(self.after).is_some_and(|(before, after)| before.sha256 == after.sha256)
    }
}

impl Journal {
    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.hives.is_empty() && self.files.is_empty()
    }

    /// The file, up to the place of the commit record, and the commit record that belongs there.
    pub(crate) fn encode(&self) -> Result<(Vec<u8>, CommitRecord), Fault> {
        let too_large = |found| Fault::TooMany { what: "bytes of journal", found, most: limits::JOURNAL };
        // Encoding into memory fails for types that bincode has no form for; these have one.
        let record = encode_record(&Wire::from(self)).map_err(|_| too_large(usize::MAX))?;
        if record.len() > limits::JOURNAL {
            return Err(too_large(record.len()));
        }
        let mut file = SIGNATURE.to_vec();
        file.extend(VERSION.to_le_bytes());
        file.extend((record.len() as u64).to_le_bytes());
        file.extend(record);
        let digest = Sha256::digest(&file).into();
        file.extend(digest);
        Ok((file, CommitRecord::of(&digest)))
    }

    /// Reads a file: what it says, the commit record that belongs to it, and whether it has that.
    pub(crate) fn decode(file: &[u8]) -> Result<(Self, CommitRecord, bool), JournalError> {
        if !file.starts_with(SIGNATURE) {
            return Err(JournalError::Signature);
        }
        let short = |needed| JournalError::Short { found: file.len(), needed };
        let header = file.first_chunk::<HEADER>().ok_or_else(|| short(HEADER as u64))?;
        let [.., v0, v1, v2, v3, l0, l1, l2, l3, l4, l5, l6, l7] = *header;
        let version = u32::from_le_bytes([v0, v1, v2, v3]);
        if version != VERSION {
            return Err(JournalError::Version { found: version, known: VERSION });
        }
        let length = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
        let needed = length.saturating_add((HEADER + DIGEST) as u64);
        let end = usize::try_from(length).ok().and_then(|length| length.checked_add(HEADER));
        let (summed, rest) = end.and_then(|end| file.split_at_checked(end)).ok_or_else(|| short(needed))?;
        let (digest, tail) = rest.split_first_chunk::<DIGEST>().ok_or_else(|| short(needed))?;
        if *digest != <[u8; DIGEST]>::from(Sha256::digest(summed)) {
            return Err(JournalError::Checksum);
        }
        let journal = Self::decode_record(summed.get(HEADER..).unwrap_or_default())?;
        // A commit record that was cut off may stand before another one.
        let record = CommitRecord::of(digest);
        let committed = tail.windows(record.0.len()).any(|window| window == record.0);
        Ok((journal, record, committed))
    }

    fn decode_record(record: &[u8]) -> Result<Self, JournalError> {
        const RECORDS: Configuration<LittleEndian, Fixint, Limit<{ limits::JOURNAL }>> =
            bincode::config::standard().with_fixed_int_encoding().with_limit::<{ limits::JOURNAL }>();
        let refused = |problem: String| JournalError::Record(problem);
        let (wire, used) = bincode::serde::decode_from_slice::<Wire, _>(record, RECORDS)
            .map_err(|problem| refused(problem.to_string()))?;
        if used != record.len() {
            return Err(refused(format!("{} bytes are left over", record.len() - used)));
        }
        if encode_record(&wire).ok().as_deref() != Some(record) {
            return Err(refused("it is not in the one encoding that there is".to_owned()));
        }
        wire.journal().ok_or_else(|| refused("a path has no drive".to_owned()))
    }

    /// Whether a transaction could say this; `own` is the file of the journal.
    pub(crate) fn check(&self, own: &WindowsPath) -> Result<(), Fault> {
        let counts = [
            ("hives", self.hives.len(), limits::HIVES),
            ("files", self.files.len(), limits::FILES),
            ("folders", self.folders.len(), limits::FILES),
            ("bytes of label", self.label.len(), limits::LABEL),
        ];
        if let Some(&(what, found, most)) = counts.iter().find(|(_, found, most)| found > most) {
            return Err(Fault::TooMany { what, found, most });
        }
        let mut seen = BTreeSet::from([own.clone()]);
        let mut once = |path: WindowsPath| {
            paths::check(&path)?;
            if seen.insert(path.clone()) { Ok(()) } else { Err(Fault::Twice { path }) }
        };
        for hive in &self.hives {
            once(hive.path.clone())?;
            paths::logs(&hive.path).into_iter().try_for_each(&mut once)?;
            hive.check()?;
        }
        self.folders.iter().cloned().try_for_each(&mut once)?;
        for (number, file) in self.files.iter().enumerate() {
            once(file.path.clone())?;
            for temporary in [Temporary::Part, Temporary::Old] {
                once(paths::temporary(&file.path, &self.id, number, temporary))?;
            }
            if file.before.is_none() && file.after.is_none() {
                return Err(Fault::NoFile { path: file.path.clone() });
            }
        }
        Ok(())
    }
}

impl HiveChange {
    /// Whether the pages lie within the hive, one behind the other, and the hive changes and does not shrink.
    fn check(&self) -> Result<(), Fault> {
        let mut end = 0;
        let mut in_order = |(offset, page): &(u32, Bytes)| {
            let fits = u64::from(*offset) >= end && !page.0.is_empty();
            end = u64::from(*offset) + page.0.len() as u64;
            fits && end <= u64::from(self.before.bins_size)
        };
        let sound = self.pages.iter().all(&mut in_order)
            && self.before.bins_size <= self.after.bins_size
            && self.before != self.after;
        if sound { Ok(()) } else { Err(Fault::WrongPages { path: self.path.clone() }) }
    }
}

/// What is appended to a journal when its transaction was made. It belongs to this journal alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommitRecord(pub(crate) [u8; COMMITTED.len() + DIGEST]);

impl CommitRecord {
    /// For the journal with this digest at its end.
    fn of(digest: &[u8; DIGEST]) -> Self {
        let seal = Sha256::new().chain_update(COMMITTED).chain_update(digest).finalize();
        let mut bytes = [0; COMMITTED.len() + DIGEST];
        bytes.iter_mut().zip(COMMITTED.iter().chain(&seal)).for_each(|(byte, part)| *byte = *part);
        Self(bytes)
    }
}

fn encode_record(wire: &Wire) -> Result<Vec<u8>, bincode::error::EncodeError> {
    bincode::serde::encode_to_vec(wire, bincode::config::standard().with_fixed_int_encoding())
}

/// How many bytes of a journal are read: the largest record, and as many commit records as recovery may have tried to write.
pub(crate) const MOST: u64 = (HEADER + limits::JOURNAL + DIGEST + (64 << 10)) as u64;

/// The record as bytes; fields in this order, numbers at their full width, lowest byte first.
#[derive(Serialize, Deserialize)]
struct Wire {
    id: [u8; 16],
    label: String,
    hives: Vec<WireHive>,
    folders: Vec<WirePath>,
    files: Vec<WireFile>,
}

#[derive(Serialize, Deserialize)]
struct WireHive {
    path: WirePath,
    before: (u32, [u8; 32]),
    after: (u32, [u8; 32]),
    makes_log: bool,
    pages: Vec<(u32, Bytes)>,
}

#[derive(Serialize, Deserialize)]
struct WireFile {
    path: WirePath,
    before: Option<FileFacts>,
    after: Option<FileFacts>,
}

/// The letter of the drive, and the units of each name.
#[derive(Serialize, Deserialize)]
struct WirePath(u8, Vec<Vec<u16>>);

impl From<&Journal> for Wire {
    fn from(journal: &Journal) -> Self {
        let digest = |digest: HiveDigest| (digest.bins_size, digest.sha256);
        let hive = |hive: &HiveChange| WireHive {
            path: (&hive.path).into(),
            before: digest(hive.before),
            after: digest(hive.after),
            makes_log: hive.makes_log,
            pages: hive.pages.clone(),
        };
        let file = |file: &FileChange| WireFile { path: (&file.path).into(), before: file.before, after: file.after };
        Self {
            id: journal.id,
            label: journal.label.clone(),
            hives: journal.hives.iter().map(hive).collect(),
            folders: journal.folders.iter().map(WirePath::from).collect(),
            files: journal.files.iter().map(file).collect(),
        }
    }
}

impl Wire {
    fn journal(self) -> Option<Journal> {
        let digest = |(bins_size, sha256)| HiveDigest { bins_size, sha256 };
        let hive = |hive: WireHive| {
            Some(HiveChange {
                path: hive.path.path()?,
                before: digest(hive.before),
                after: digest(hive.after),
                makes_log: hive.makes_log,
                pages: hive.pages,
            })
        };
        let file =
            |file: WireFile| Some(FileChange { path: file.path.path()?, before: file.before, after: file.after });
        Some(Journal {
            id: self.id,
            label: self.label,
            hives: self.hives.into_iter().map(hive).collect::<Option<_>>()?,
            folders: self.folders.into_iter().map(WirePath::path).collect::<Option<_>>()?,
            files: self.files.into_iter().map(file).collect::<Option<_>>()?,
        })
    }
}

impl From<&WindowsPath> for WirePath {
    fn from(path: &WindowsPath) -> Self {
        // A drive that is no letter is refused before anything is written.
        let drive = u8::try_from(path.drive()).unwrap_or_default();
        Self(drive, path.names().iter().map(|name| name.units().to_vec()).collect())
    }
}

impl WirePath {
    fn path(self) -> Option<WindowsPath> {
        let drive = char::from(self.0);
        drive.is_ascii_uppercase().then(|| WindowsPath::new(drive, self.1.into_iter().map(Name::from_units).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Journal {
        let path = |text| WindowsPath::parse(text).unwrap();
        let facts = FileFacts { sha256: [3; 32], attributes: 0x20, modified: Some(Timestamp(-5)) };
        Journal {
            id: [7; 16],
            label: "wbo apply".to_owned(),
            hives: vec![HiveChange {
                path: path(r"C:\Users\Zoë\NTUSER.DAT"),
                before: HiveDigest { bins_size: 8192, sha256: [1; 32] },
                after: HiveDigest { bins_size: 12_288, sha256: [2; 32] },
                makes_log: true,
                pages: vec![(0, Bytes(vec![1; 4096])), (4096, Bytes(vec![2; 4096]))],
            }],
            folders: vec![path(r"C:\a")],
            files: vec![FileChange { path: path(r"C:\a\b"), before: None, after: Some(facts) }],
        }
    }

    fn own() -> WindowsPath {
        WindowsPath::parse(r"C:\j").unwrap()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let (mut file, record) = journal().encode().unwrap();
        assert_eq!(Journal::decode(&file).unwrap(), (journal(), record, false));
        // Cut off once, and written behind that.
        file.extend(&record.0[..20]);
        assert_eq!(Journal::decode(&file).unwrap(), (journal(), record, false));
        file.extend(record.0);
        assert_eq!(Journal::decode(&file).unwrap(), (journal(), record, true));
        journal().check(&own()).unwrap();
    }

    #[test]
    fn what_is_cut_off_or_changed_is_refused() {
        let (file, _) = journal().encode().unwrap();
        for end in 0..file.len() {
            let refused = Journal::decode(&file[..end]).unwrap_err();
            let expected = matches!(refused, JournalError::Signature | JournalError::Short { .. });
            assert!(expected, "cut off after {end}: {refused}");
            let mut changed = file.clone();
            changed[end] ^= 1;
            assert!(Journal::decode(&changed).is_err(), "changed at {end}");
        }
    }

    /// Records that somebody made with care, so that the checksum is right.
    #[test]
    fn records_have_one_form() {
        let seal = |record: &[u8]| {
            let mut file = SIGNATURE.to_vec();
            file.extend(VERSION.to_le_bytes());
            file.extend((record.len() as u64).to_le_bytes());
            file.extend(record);
            let digest = Sha256::digest(&file);
            file.extend(digest);
            file
        };
        let (encoded, _) = journal().encode().unwrap();
        let record = &encoded[HEADER..encoded.len() - DIGEST];
        assert!(Journal::decode(&seal(record)).is_ok());
        assert!(matches!(Journal::decode(&seal(&[record, &[0]].concat())), Err(JournalError::Record(_))));
        let mut endless = record.to_vec();
        endless[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(Journal::decode(&seal(&endless)), Err(JournalError::Record(_))));
        let mut newer = encoded.clone();
        newer[8] = 2;
        assert!(matches!(Journal::decode(&newer), Err(JournalError::Version { found: 2, known: 1 })));
    }

    #[test]
    fn what_no_transaction_says_is_refused() {
        type Flaw = fn(&mut Journal);
        type Expected = fn(&Fault) -> bool;
        let rows: [(&str, Flaw, Expected); 12] = [
            ("twice", |j| j.folders.push(j.files[0].path.clone()), |f| matches!(f, Fault::Twice { .. })),
            (
                "twice in other case",
                |j| j.folders.push(WindowsPath::parse(r"c:\A\B").unwrap()),
                |f| matches!(f, Fault::Twice { .. }),
            ),
            (
                "a log of a hive",
                |j| j.files[0].path = WindowsPath::parse(r"C:\Users\ZOË\ntuser.dat.log1").unwrap(),
                |f| matches!(f, Fault::Twice { .. }),
            ),
            ("the journal", |j| j.files[0].path = own(), |f| matches!(f, Fault::Twice { .. })),
            ("a drive", |j| j.files[0].path = WindowsPath::new('C', vec![]), |f| matches!(f, Fault::BadPath { .. })),
            (
                "a path upwards",
                |j| j.files[0].path = WindowsPath::new('C', vec!["a".into(), "..".into(), "b".into()]),
                |f| matches!(f, Fault::BadPath { .. }),
            ),
            (
                "a path in a name",
                |j| j.files[0].path = WindowsPath::new('C', vec![r"a\b".into()]),
                |f| matches!(f, Fault::BadPath { .. }),
            ),
            ("no file", |j| j.files[0].after = None, |f| matches!(f, Fault::NoFile { .. })),
            ("pages outside", |j| j.hives[0].pages[1].0 = 8192, |f| matches!(f, Fault::WrongPages { .. })),
            ("pages over each other", |j| j.hives[0].pages[1].0 = 4095, |f| matches!(f, Fault::WrongPages { .. })),
            ("a hive that shrinks", |j| j.hives[0].after.bins_size = 4096, |f| matches!(f, Fault::WrongPages { .. })),
            ("a long label", |j| j.label = "x".repeat(limits::LABEL + 1), |f| matches!(f, Fault::TooMany { .. })),
        ];
        for (what, flaw, expected) in rows {
            let mut journal = journal();
            flaw(&mut journal);
            let fault = journal.check(&own()).unwrap_err();
            assert!(expected(&fault), "{what}: {fault}");
        }
    }
}
