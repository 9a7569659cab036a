//! What Windows wrote beside a hive before it wrote the hive, and how that mends a hive whose writing was cut off.

pub(crate) mod dirty_vector;
pub(crate) mod entry;
mod marvin;
mod replay;

pub(crate) use replay::{Mending, Plan, format, highest_number, plan};
pub use replay::{NotReplayed, Replay, State};

/// The size of a page of a hive.
pub(crate) const PAGE: u32 = 4096;

/// The logs beside a hive: each file whole, where there is one and it is not empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Logs<'l> {
    /// The file `.LOG1`.
    pub log1: Option<&'l [u8]>,
    /// The file `.LOG2`.
    pub log2: Option<&'l [u8]>,
    /// The file `.LOG`, the only one before Windows Vista.
    pub log: Option<&'l [u8]>,
}

impl<'l> Logs<'l> {
    /// The logs that have anything in them.
    pub(crate) fn files(self) -> Vec<(LogName, &'l [u8])> {
        [(LogName::Log1, self.log1), (LogName::Log2, self.log2), (LogName::Log, self.log)]
            .into_iter()
            .filter_map(|(name, log)| Some((name, log.filter(|log| !log.is_empty())?)))
            .collect()
    }
}

/// How a log holds pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// As numbered entries: Windows 8.1 and later.
    Entries,
    /// With a bitmap: Windows up to 8.
    DirtyVector,
}

/// Which of the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogName {
    /// The file `.LOG1`.
    Log1,
    /// The file `.LOG2`.
    Log2,
    /// The file `.LOG`.
    Log,
}

impl LogName {
    /// What the name of the file ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Log1 => "LOG1",
            Self::Log2 => "LOG2",
            Self::Log => "LOG",
        }
    }
}

/// Neighbouring bytes of the hive bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where they begin, counted from the start of the hive bins.
    pub offset: u32,
    /// How many there are.
    pub size: u32,
}
