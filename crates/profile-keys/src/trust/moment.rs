//! Dates and times as `allowed_signers` writes them.

use profile_format::Timestamp;

const SECONDS_OF_A_DAY: i64 = 86_400;

/// A date and a time of day, in whatever zone its reader has in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// From 1970 to 9999.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
    /// From 0 to 59; there are no leap seconds here.
    pub second: u8,
}

/// Turns a local time into seconds since 1970, or `None` if this machine cannot tell or the clock skipped that hour.
pub type LocalTime<'a> = &'a dyn Fn(Moment) -> Option<Timestamp>;

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MomentError {
    /// Another form.
    #[error("expected YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, each with a Z for UTC")]
    Form,
    /// No such day, or no such time of day.
    #[error("there is no such date or time")]
    NoSuchTime,
    /// A local time that cannot be told.
    #[error("what this local time is in UTC cannot be told here; write it in UTC, with a Z")]
    Local,
}

impl Moment {
    /// Reads a date with or without a time; without a final `Z`, `local` says what it means.
    pub(super) fn parse(text: &str, local: LocalTime<'_>) -> Result<Timestamp, MomentError> {
        let (digits, utc) = match text.strip_suffix(['Z', 'z']) {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MomentError::Form);
        }
        let moment = Self::from_digits(digits).ok_or(MomentError::NoSuchTime)?;
        if utc { Ok(moment.in_utc()) } else { local(moment).ok_or(MomentError::Local) }
    }

    fn from_digits(digits: &str) -> Option<Self> {
        let pair = |at: usize| digits.get(at..at + 2).map_or(Some(0), |pair| pair.parse::<u8>().ok());
        let moment = Self {
            year: digits.get(..4)?.parse().ok()?,
            month: pair(4)?,
            day: pair(6)?,
            hour: pair(8)?,
            minute: pair(10)?,
            second: pair(12)?,
        };
        let day = (1..=days_of(moment.year, moment.month)).contains(&moment.day);
        let time = moment.hour < 24 && moment.minute < 60 && moment.second < 60;
        (moment.year >= 1970 && day && time).then_some(moment)
    }

    /// What it means in UTC.
    pub fn in_utc(self) -> Timestamp {
        let whole_years = i64::from(self.year) - 1;
        // Leap days before this year, since a year 0 that never was.
        let leap_days = whole_years / 4 - whole_years / 100 + whole_years / 400;
        let earlier_months: i64 = (1..self.month).map(|month| i64::from(days_of(self.year, month))).sum();
        let days = whole_years * 365 + leap_days + earlier_months + i64::from(self.day) - 1 - DAYS_BEFORE_1970;
        let time = (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second);
        Timestamp(days * SECONDS_OF_A_DAY + time)
    }

    /// The date and time in UTC, if the year has four digits.
    fn from_utc(time: Timestamp) -> Option<Self> {
        let mut days = time.0.div_euclid(SECONDS_OF_A_DAY);
        let seconds = u32::try_from(time.0.rem_euclid(SECONDS_OF_A_DAY)).ok()?;
        let mut year: u16 = 1970;
        while days >= days_of_year(year) {
            days -= days_of_year(year);
            year = year.checked_add(1).filter(|year| *year < 10_000)?;
        }
        let mut days = u16::try_from(days).ok()?;
        let mut month = 1;
        while days >= u16::from(days_of(year, month)) {
            days -= u16::from(days_of(year, month));
            month += 1;
        }
        let part = |value: u32| u8::try_from(value).ok();
        Some(Self {
            year,
            month,
            day: u8::try_from(days + 1).ok()?,
            hour: part(seconds / 3600)?,
            minute: part(seconds / 60 % 60)?,
            second: part(seconds % 60)?,
        })
    }
}

/// 1969 years and their leap days.
const DAYS_BEFORE_1970: i64 = 1969 * 365 + 1969 / 4 - 1969 / 100 + 1969 / 400;

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of_year(year: u16) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

/// A time as the reader of an error wants it: `2026-11-20 09:30:00 UTC`.
pub(super) fn in_words(time: Timestamp) -> String {
    let Some(Moment { year, month, day, hour, minute, second }) = Moment::from_utc(time) else {
        return format!("second {}", time.0);
    };
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_the_seconds_that_date_says() {
        // Each by `date -u -d … +%s`.
        let table = [
            ("19700101Z", 0, "1970-01-01 00:00:00 UTC"),
            ("20000229Z", 951_782_400, "2000-02-29 00:00:00 UTC"),
            ("20260301Z", 1_772_323_200, "2026-03-01 00:00:00 UTC"),
            ("202611200930Z", 1_795_167_000, "2026-11-20 09:30:00 UTC"),
            ("20261120093059z", 1_795_167_059, "2026-11-20 09:30:59 UTC"),
            ("21000301Z", 4_107_542_400, "2100-03-01 00:00:00 UTC"),
            ("99991231235959Z", 253_402_300_799, "9999-12-31 23:59:59 UTC"),
        ];
        for (text, seconds, words) in table {
            assert_eq!(Moment::parse(text, &|_| None), Ok(Timestamp(seconds)), "{text}");
            assert_eq!(in_words(Timestamp(seconds)), words);
        }
        assert_eq!(in_words(Timestamp(i64::MAX)), "second 9223372036854775807");
        assert_eq!(in_words(Timestamp(-1)), "second -1");
    }

    #[test]
    fn a_local_time_is_asked_for() {
        let ahead = |moment: Moment| Some(Timestamp(moment.in_utc().0 - 3600));
        assert_eq!(Moment::parse("20261120", &ahead), Ok(Timestamp(1_795_132_800 - 3600)));
        assert_eq!(Moment::parse("20261120", &|_| None), Err(MomentError::Local));
    }

    #[test]
    fn what_is_no_date_is_told() {
        for text in [
            "",
            "Z",
            "2026",
            "2026-11-20",
            "2026112009",
            "20261120093",
            "2026112009305",
            "20261120UTC",
            "２０２６１１２０",
        ] {
            assert_eq!(Moment::parse(text, &|_| None), Err(MomentError::Form), "{text}");
        }
        for text in [
            "20260230Z",
            "21000229Z",
            "20261301Z",
            "20260001Z",
            "20260100Z",
            "202601012400Z",
            "202601010060Z",
            "20260101000060Z",
            "19691231Z",
        ] {
            assert_eq!(Moment::parse(text, &|_| None), Err(MomentError::NoSuchTime), "{text}");
        }
    }
}
