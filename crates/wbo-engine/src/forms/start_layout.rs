//! `start2.bin`, the pins of Start on Windows 11. Its header can be checked; the pins themselves are encrypted and only
//! Windows reads them.

use std::fmt;

use registry::FileTime;

/// What the header of such a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartLayout {
    /// When it was saved.
    pub saved: FileTime,
    /// The bytes that only Windows reads.
    pub payload: usize,
}

/// Why a file is not a Start layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartLayoutError {
    /// The file does not begin as all of them do.
    #[error("the file does not begin as the Start layouts of Windows 11 do")]
    Header,
    /// The length in the header is not that of the file.
    #[error("the header says that {said} bytes follow it, and {found} do")]
    Length {
        /// What the header says.
        said: u32,
        /// What there is.
        found: usize,
    },
    /// The payload cannot be what Windows encrypted.
    #[error("{found} bytes are no number of whole blocks of sixteen")]
    Blocks {
        /// What there is.
        found: usize,
    },
}

impl StartLayout {
    /// Checks a file: 32 bytes that are the same in all of them, the time, the length of the rest.
    pub fn read(file: &[u8]) -> Result<Self, StartLayoutError> {
        let rest = file.strip_prefix(START).ok_or(StartLayoutError::Header)?;
        let (time, rest) = rest.split_first_chunk::<8>().ok_or(StartLayoutError::Header)?;
        let (length, payload) = rest.split_first_chunk::<4>().ok_or(StartLayoutError::Header)?;
        let (said, found) = (u32::from_le_bytes(*length), payload.len());
        if usize::try_from(said) != Ok(found) {
            return Err(StartLayoutError::Length { said, found });
        }
        if found == 0 || found % 16 != 0 {
            return Err(StartLayoutError::Blocks { found });
        }
        Ok(Self { saved: FileTime(u64::from_le_bytes(*time)), payload: found })
    }
}

impl fmt::Display for StartLayout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.saved);
        let payload = self.payload;
        write!(formatter, "Start pins saved on {year:04}-{month:02}-{day:02}, {payload} bytes that only Windows reads")
    }
}

/// The day of a time, in UTC.
fn date(time: FileTime) -> (u64, u64, u64) {
    const A_DAY: u64 = 24 * 60 * 60 * 10_000_000;
    // Four centuries repeat, and 1601 begins such a period. Years count from March, so that the odd day is the last.
    let days = time.0 / A_DAY + 306;
    let (period, day) = (days / 146_097, days % 146_097);
    let year_of_period = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_period + year_of_period / 4 - year_of_period / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, later) = if month_from_march < 10 { (month_from_march + 3, 0) } else { (month_from_march - 9, 1) };
    (1600 + 400 * period + year_of_period + later, month, day)
}

/// Seen alike in every file, on whichever PC and in whichever year it was saved: two ids of sixteen bytes. The payload
/// begins alike too, but that is the payload's own affair.
const START: &[u8; 32] = &[
    0xe2, 0x7a, 0xe1, 0x4b, 0x01, 0xfc, 0x4d, 0x1b, 0x9c, 0x00, 0x81, 0x0b, 0xde, 0x6e, 0x51, 0x85, 0x4e, 0x5a, 0x5f,
    0x47, 0x00, 0x5b, 0xb1, 0x49, 0x8a, 0x5c, 0x92, 0xaf, 0x90, 0x84, 0xf9, 0x5e,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_layouts() {
        let file = |time: u64, said: u32, found: usize| {
            [&START[..], &time.to_le_bytes(), &said.to_le_bytes(), &vec![0xaa; found]].concat()
        };
        let time = 133_400_000_000_000_000;
        let layout = StartLayout::read(&file(time, 32, 32)).unwrap();
        assert_eq!(layout, StartLayout { saved: FileTime(time), payload: 32 });
        assert_eq!(layout.to_string(), "Start pins saved on 2023-09-24, 32 bytes that only Windows reads");
        let mut other = file(time, 32, 32);
        other[31] ^= 1;
        let flaws = [
            (other, StartLayoutError::Header),
            (vec![], StartLayoutError::Header),
            (START.to_vec(), StartLayoutError::Header),
            (file(time, 32, 31), StartLayoutError::Length { said: 32, found: 31 }),
            (file(time, u32::MAX, 16), StartLayoutError::Length { said: u32::MAX, found: 16 }),
            (file(time, 24, 24), StartLayoutError::Blocks { found: 24 }),
            (file(time, 0, 0), StartLayoutError::Blocks { found: 0 }),
        ];
        for (file, error) in flaws {
            assert_eq!(StartLayout::read(&file), Err(error));
        }
    }

    #[test]
    fn days_of_times() {
        let day = 864_000_000_000;
        let rows = [
            (0, (1601, 1, 1)),
            (59 * day - 1, (1601, 2, 28)),
            (59 * day, (1601, 3, 1)),
            (134_774 * day, (1970, 1, 1)),
            (145_790 * day, (2000, 2, 29)),
            (u64::MAX, (60056, 5, 28)),
        ];
        for (time, expected) in rows {
            assert_eq!(date(FileTime(time)), expected);
        }
    }
}
