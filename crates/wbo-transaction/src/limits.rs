//! Limits of a transaction and its journal, each with its reason.

/// The most bytes of a file that is replaced or made. It is held in memory; what belongs to a user's settings is far
/// smaller.
pub const FILE: u64 = 256 << 20;

/// The most bytes of a journal. It holds the changed pages of all hives as they were, and is held in memory; settings of
/// a whole profile change a few megabytes of pages.
pub const JOURNAL: usize = 256 << 20;

/// The most hives of one transaction: those of Windows, and two for each of some hundred users.
pub const HIVES: usize = 1024;

/// The most files, and the most folders, of one transaction. Each takes steps on the drive and a place in the journal.
pub const FILES: usize = 1 << 16;

/// The most bytes of a label, which is shown on a line.
pub const LABEL: usize = 1024;

/// The most names in a path. Windows' own limit of 32,767 characters allows more, and no profile has them.
pub const PATH_NAMES: usize = 256;

/// The most units in a name, as file systems of Windows have it.
pub const PATH_NAME: usize = 255;
