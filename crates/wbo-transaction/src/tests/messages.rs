//! What people read when a transaction or its recovery fails.

use std::io;

use registry_hive::NotReplayed;
use wbo_engine::EntryKind;

use super::world::path;
use crate::{CommitError, Fault, JournalError, RecoverError};

#[test]
fn messages_say_what_was_found() {
    let at = || path(r"C:\a\b");
    let full = || io::Error::other("no room");
    let rows: [(&dyn std::error::Error, &str); 24] = [
        (&Fault::Disk { path: at(), doing: "made", source: full() }, r"C:\a\b cannot be made: no room"),
        (
            &Fault::Dirty { path: at(), why: NotReplayed::NoLogs },
            r"C:\a\b: its last write was cut off, and there are no logs beside it",
        ),
        (&Fault::Missing { path: at() }, r"C:\a\b is not there"),
        (&Fault::NotAFile { path: at(), found: EntryKind::Link }, r"C:\a\b is not a file but a link"),
        (&Fault::NotAFolder { path: at() }, r"C:\a\b is not a folder"),
        (&Fault::Taken { path: at() }, r"C:\a\b is there already, and is a name that this transaction needs"),
        (&Fault::Twice { path: at() }, r"C:\a\b is changed twice in one transaction"),
        (&Fault::BadPath { path: at() }, r"C:\a\b is no path of a file or folder that can be changed"),
        (
            &Fault::TooMany { what: "hives", found: 2000, most: 1024 },
            "the transaction has 2000 hives; the most is 1024",
        ),
        (&Fault::OtherContent { path: at() }, r"the bytes for C:\a\b are not those that were named"),
        (
            &Fault::LargeFile { path: at() },
            r"the file C:\a\b has more than 268435456 bytes, the most that a transaction handles",
        ),
        (&Fault::WrongPages { path: at() }, r"the pages for C:\a\b are not pages of it in two states"),
        (&Fault::Differs { path: at() }, r"C:\a\b does not read back as it was written"),
        (&CommitError::NotBegun(Fault::Missing { path: at() }), r"nothing was changed: C:\a\b is not there"),
        (
            &CommitError::RolledBack(Fault::Differs { path: at() }),
            r"everything is as it was before, because C:\a\b does not read back as it was written",
        ),
        (
            &CommitError::Unsettled {
                fault: Fault::Differs { path: at() },
                rollback: Box::new(RecoverError::MovedOn(vec![at()])),
            },
            r"C:\a\b does not read back as it was written; taking back what was changed failed too (C:\a\b changed since the transaction was cut off, so that nothing is taken back), so that recovery must be run",
        ),
        (
            &RecoverError::Unreadable { paths: vec![at(), path(r"C:\c")], fault: Fault::Missing { path: at() } },
            r"C:\a\b, C:\c cannot be read (C:\a\b is not there), so that nothing is taken back",
        ),
        (&RecoverError::OldIsGone { path: at() }, r"what C:\a\b was before is gone"),
        (
            &RecoverError::DoesNotRestore { path: at() },
            r"with the pages of the journal C:\a\b would not be what it was before; the journal is wrong",
        ),
        (
            &RecoverError::Refused { path: at(), why: "it starts programs".to_owned() },
            r"C:\a\b is not brought back: it starts programs",
        ),
        (&JournalError::Version { found: 2, known: 1 }, "it is of version 2; this program knows version 1"),
        (&JournalError::Short { found: 3, needed: 20 }, "it has 3 bytes of 20"),
        (&JournalError::Owner, "it is owned neither by the administrators nor by Windows itself"),
        (
            &JournalError::Forbidden { path: at(), why: "no setting is there".to_owned() },
            r"C:\a\b may not be touched: no setting is there",
        ),
    ];
    for (error, message) in rows {
        assert_eq!(error.to_string(), message);
    }
}
