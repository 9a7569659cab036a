//! The time of Windows, which counts steps of 100 ns since the year 1601, beside that of everybody else.

use registry::FileTime;

/// The year 1970 in the time of Windows.
pub(crate) const UNIX_EPOCH: u64 = 116_444_736_000_000_000;

/// The steps in a second.
const SECOND: u64 = 10_000_000;

/// A time by its seconds since 1970.
pub(crate) fn from_seconds(seconds: u64) -> FileTime {
    FileTime(seconds * SECOND + UNIX_EPOCH)
}

/// The seconds from 1970 to a time; less than zero, if it was before.
pub(crate) fn seconds(time: FileTime) -> i64 {
    let seconds = |steps| i64::try_from(steps / SECOND).unwrap_or(i64::MAX);
    seconds(time.0) - seconds(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_from_both_years() {
        assert_eq!(from_seconds(0), FileTime(UNIX_EPOCH));
        for (time, expected) in [
            (FileTime(0), -11_644_473_600),
            (from_seconds(0), 0),
            (FileTime(UNIX_EPOCH + SECOND - 1), 0),
            (from_seconds(1_756_800_000), 1_756_800_000),
        ] {
            assert_eq!(seconds(time), expected, "{time:?}");
        }
    }
}
