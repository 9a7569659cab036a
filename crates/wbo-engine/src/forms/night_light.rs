//! Night light, as Windows keeps it in its CloudStore.

use std::fmt;

use profile_format::Timestamp;
use registry::FileTime;

use super::bond::{Bond, BondType, BondValue};

/// What night light is set to do.
#[derive(Clone, Debug, PartialEq)]
pub struct NightLight {
    /// Whether it goes on and off by itself.
    pub schedule_active: bool,
    /// Whether it does so at the hours that were set, and not by the sun. Where Windows does not know where it is, it
    /// goes by these hours in any case.
    pub explicit_hours: bool,
    /// When it goes on.
    pub start: ClockTime,
    /// When it goes off.
    pub end: ClockTime,
    /// The temperature of its colour in kelvin; `None`: what Windows thinks right.
    pub kelvin: Option<i16>,
    /// The last known sunset.
    pub sunset: ClockTime,
    /// The last known sunrise.
    pub sunrise: ClockTime,
    /// Whether somebody was moving the slider of the colour.
    pub preview: bool,
    /// When it was set. Windows undoes what is written with an earlier time than it knows.
    pub written: Written,
    /// Fields that this version does not know, such as those of later Windows. They are written again.
    others: Vec<(u16, BondValue)>,
}

/// Whether night light is on.
#[derive(Clone, Debug, PartialEq)]
pub struct NightLightState {
    /// Whether it is.
    pub on: bool,
    /// Whether somebody switched it by hand.
    pub by_hand: bool,
    /// When it last went on or off.
    pub changed: FileTime,
    /// When that was set.
    pub written: Written,
}

/// A time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// What stands around a value of the CloudStore, and the time in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Windows 10 from version 1809 on, and Windows 11.
    At(Timestamp),
    /// Before that: a header of sixteen bytes.
    AtFileTime(FileTime),
}

/// Why data are not of night light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NightLightError {
    /// They are not what the CloudStore holds.
    #[error("the data are not laid out as values of the CloudStore are")]
    NotCloudStore,
    /// Nothing was ever set.
    #[error("the data say that nothing was ever set")]
    NothingSet,
    /// The fields are others.
    #[error("the data have other fields than those of night light")]
    OtherFields,
}

impl NightLight {
    /// Reads what `…bluelightreduction.settings` holds.
    pub fn read(data: &[u8]) -> Result<Self, NightLightError> {
        let (written, body) = open(data)?;
        Self::of(written, &body).ok_or(NightLightError::OtherFields)
    }

    /// The data that say this.
    pub fn write(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        if self.schedule_active {
            fields.push((SCHEDULE, BondValue::Bool(true)));
        }
        if self.explicit_hours {
            fields.push((BY_THE_SUN, BondValue::Bool(false)));
        }
        fields.push((START, self.start.write()));
        fields.push((END, self.end.write()));
        if let Some(kelvin) = self.kelvin {
            fields.push((KELVIN, BondValue::Signed(BondType::INT16, kelvin.into())));
        }
        fields.push((SUNSET, self.sunset.write()));
        fields.push((SUNRISE, self.sunrise.write()));
        if self.preview {
            fields.push((PREVIEW, BondValue::Bool(true)));
        }
        fields.extend(self.others.iter().cloned());
        fields.sort_by_key(|(id, _)| *id);
        close(self.written, &Bond { fields })
    }

    fn of(written: Written, body: &Bond) -> Option<Self> {
        let flag = |id, otherwise| match body.field(id) {
            None => Some(otherwise),
            // A flag is written only where it differs.
            Some(BondValue::Bool(flag)) if *flag != otherwise => Some(*flag),
            _ => None,
        };
        let kelvin = match body.field(KELVIN) {
            None => None,
            Some(BondValue::Signed(BondType::INT16, kelvin)) => Some(i16::try_from(*kelvin).ok()?),
            _ => return None,
        };
        let time = |id| ClockTime::read(body.structure(id)?);
        let known = [SCHEDULE, BY_THE_SUN, START, END, KELVIN, SUNSET, SUNRISE, PREVIEW];
        let others: Vec<_> = body.fields.iter().filter(|(id, _)| !known.contains(id)).cloned().collect();
        let ascending = body.fields.is_sorted_by(|(one, _), (other, _)| one < other);
        ascending.then_some(())?;
        Some(Self {
            schedule_active: flag(SCHEDULE, false)?,
            explicit_hours: !flag(BY_THE_SUN, true)?,
            start: time(START)?,
            end: time(END)?,
            kelvin,
            sunset: time(SUNSET)?,
            sunrise: time(SUNRISE)?,
            preview: flag(PREVIEW, false)?,
            written,
            others,
        })
    }
}

impl NightLightState {
    /// Reads what `…bluelightreduction.bluelightreductionstate` holds.
    pub fn read(data: &[u8]) -> Result<Self, NightLightError> {
        let (written, body) = open(data)?;
        Self::of(written, &body).ok_or(NightLightError::OtherFields)
    }

    fn of(written: Written, body: &Bond) -> Option<Self> {
        let number = |id| match body.field(id) {
            None => Some(None),
            Some(BondValue::Signed(_, number)) => Some(Some(*number)),
            _ => None,
        };
        let Some(BondValue::Unsigned(BondType::UINT64, changed)) = body.field(CHANGED) else { return None };
        Some(Self {
            on: number(OFF)? == Some(0),
            by_hand: number(CAUSE)? == Some(1),
            changed: FileTime(*changed),
            written,
        })
    }
}

/// The data of either value in words.
pub(super) fn describe(data: &[u8]) -> Option<String> {
    match open(data) {
        Ok((written, body)) => {
            let settings = NightLight::of(written, &body).map(|settings| settings.to_string());
            settings.or_else(|| NightLightState::of(written, &body).map(|state| state.to_string()))
        }
        Err(NightLightError::NothingSet) => Some("never set".to_owned()),
        Err(_) => None,
    }
}

/// Such as `on schedule 21:00 to 07:00, 3400 K`.
impl fmt::Display for NightLight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.schedule_active, self.explicit_hours) {
            (false, _) => formatter.write_str("no schedule")?,
            (true, true) => write!(formatter, "on schedule {} to {}", self.start, self.end)?,
            (true, false) => {
                formatter.write_str("on schedule from sunset to sunrise")?;
                if self.sunset != self.sunrise {
                    write!(formatter, " ({} to {})", self.sunset, self.sunrise)?;
                }
            }
        }
        self.kelvin.map_or(Ok(()), |kelvin| write!(formatter, ", {kelvin} K"))
    }
}

/// Such as `on, switched by hand`.
impl fmt::Display for NightLightState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.on { "on" } else { "off" })?;
        formatter.write_str(if self.by_hand { ", switched by hand" } else { ", by the schedule" })
    }
}

impl ClockTime {
    fn read(bond: &Bond) -> Option<Self> {
        let number = |id, end| match bond.field(id) {
            None => Some(0),
            Some(BondValue::Signed(BondType::INT8, number)) => {
                u8::try_from(*number).ok().filter(|number| (1..end).contains(number))
            }
            _ => None,
        };
        let (hour, minute) = (number(HOUR, 24)?, number(MINUTE, 60)?);
        (bond.fields.iter().map(|(id, _)| *id).is_sorted_by(|one, other| one < other)
            && bond.fields.iter().all(|(id, _)| [HOUR, MINUTE].contains(id)))
        .then_some(Self { hour, minute })
    }

    fn write(self) -> BondValue {
        let numbers = [(HOUR, self.hour), (MINUTE, self.minute)].into_iter().filter(|(_, number)| *number != 0);
        let fields = numbers.map(|(id, number)| (id, BondValue::Signed(BondType::INT8, number.into())));
        BondValue::Structure(Bond { fields: fields.collect() })
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// What stands in a value of the CloudStore, and when it was written.
fn open(data: &[u8]) -> Result<(Written, Bond), NightLightError> {
    if let Some((time, body)) = old_header(data) {
        let body = Bond::read(body).ok_or(NightLightError::NotCloudStore)?;
        return written_alike(Written::AtFileTime(time), body, data);
    }
    let outer = Bond::read(data).ok_or(NightLightError::NotCloudStore)?;
    let Some(content) = outer.structure(1) else {
        // The list of what is in the cloud has the bare time of each value here.
        let is_time = matches!(outer.field(1), Some(BondValue::Unsigned(BondType::UINT64, _)));
        return Err(if is_time { NightLightError::NothingSet } else { NightLightError::NotCloudStore });
    };
    let inner = content.structure(1).ok_or(NightLightError::NotCloudStore)?;
    let Some(BondValue::Unsigned(BondType::UINT64, time)) = content.field(0) else {
        let is_empty = content.field(0).is_none() && inner.fields.is_empty();
        return Err(if is_empty { NightLightError::NothingSet } else { NightLightError::NotCloudStore });
    };
    let Some(BondValue::Bytes(BondType::INT8, body)) = inner.field(1) else {
        return Err(NightLightError::NotCloudStore);
    };
    let body = Bond::read(body).ok_or(NightLightError::NotCloudStore)?;
    let time = i64::try_from(*time).map_err(|_| NightLightError::NotCloudStore)?;
    written_alike(Written::At(Timestamp(time)), body, data)
}

/// What was read, if it would be written in the same bytes: all that is around the body has one form only.
fn written_alike(written: Written, body: Bond, data: &[u8]) -> Result<(Written, Bond), NightLightError> {
    if close(written, &body) == data { Ok((written, body)) } else { Err(NightLightError::NotCloudStore) }
}

fn close(written: Written, body: &Bond) -> Vec<u8> {
    let body = body.write();
    match written {
        Written::AtFileTime(time) => [OLD_START, &time.0.to_le_bytes(), OLD_END, &body].concat(),
        Written::At(Timestamp(time)) => {
            let structure = |fields| BondValue::Structure(Bond { fields });
            let content = vec![
                (0, BondValue::Unsigned(BondType::UINT64, time.cast_unsigned())),
                (1, structure(vec![(1, BondValue::Bytes(BondType::INT8, body))])),
            ];
            let outer = vec![(0, structure(vec![(0, BondValue::Bool(true))])), (1, structure(content))];
            Bond { fields: outer }.write()
        }
    }
}

fn old_header(data: &[u8]) -> Option<(FileTime, &[u8])> {
    let (time, body) = data.strip_prefix(OLD_START)?.split_first_chunk::<8>()?;
    Some((FileTime(u64::from_le_bytes(*time)), body.strip_prefix(OLD_END)?))
}

const OLD_START: &[u8] = &[2, 0, 0, 0];
const OLD_END: &[u8] = &[0, 0, 0, 0];

// Fields of the settings.
const SCHEDULE: u16 = 0;
const BY_THE_SUN: u16 = 10;
const START: u16 = 20;
const END: u16 = 30;
const KELVIN: u16 = 40;
const SUNSET: u16 = 50;
const SUNRISE: u16 = 60;
const PREVIEW: u16 = 70;

// Fields of the state. The first says off where it is not there, and on where it is zero.
const OFF: u16 = 0;
const CAUSE: u16 = 10;
const CHANGED: u16 = 20;

// Fields of a time.
const HOUR: u16 = 0;
const MINUTE: u16 = 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Windows wrote, on several PCs and in several years, as the documentation of sem-reg-rs lists it and its tests
    /// have it (Enyium/sem-reg-rs, src/cloud_store/night_light).
    const WRITTEN: [(&str, &str); 17] = [
        (
            "434201000a0201002a06fecfeea9062a2b0e2d434201000201c20a00ca140e082e0f00ca1e0e0e2e1e00cf28f829ca320e152e0300\
             ca3c0e062e1400c2460100000000",
            "on schedule 08:15 to 14:30, 2684 K",
        ),
        ("434201000a0201002a06fecfeea9062a2b0e1143420100ca1400ca1e00ca3200ca3c0000000000", "no schedule"),
        (
            "434201000a0201002a069eebc384062a2b0e2443420100c20a00ca140e1600ca1e0e0700cf28be22ca320e102e3600ca3c0e072e3700\
             00000000",
            "no schedule, 2207 K",
        ),
        (
            "434201000a0201002a06a0e4c6a9062a2b0e2143420100ca140e1500ca1e0e0700cf28ba27ca320e132e1100ca3c0e062e260000000000",
            "no schedule, 2525 K",
        ),
        (
            "434201000a0201002a068ab1b9fb052a2b0e2143420100ca140e1500ca1e0e0700cf28d639ca320e132e2500ca3c0e072e050000000000",
            "no schedule, 3691 K",
        ),
        (
            "434201000a0201002a06f888c8a9062a2b0e1d434201000201ca140e1400ca1e0e072e1e00cf28e625ca3200ca3c0000000000",
            "on schedule from sunset to sunrise, 2419 K",
        ),
        (
            "434201000a0201002a06c198 99fb052a2b0e1f434201000201ca140e132e3900ca1e0e062e3900cf289e4aca3200ca3c0000000000",
            "on schedule from sunset to sunrise, 4751 K",
        ),
        (
            "434201000a0201002a068481d2a9062a2b0e1b43420100ca140e1400ca1e0e092e1e00cf28c865ca3200ca3c0000000000",
            "no schedule, 6500 K",
        ),
        (
            "434201000a0201002a069a81d2a9062a2b0e1b43420100ca140e1400ca1e0e092e1e00cf28e012ca3200ca3c0000000000",
            "no schedule, 1200 K",
        ),
        (
            "434201000a0201002a06ebfe96eb052a2b0e23434201000201ca140e1500ca1e0e0700cf28f029ca320e152e0300ca3c0e062e1400\
             00000000",
            "on schedule from sunset to sunrise (21:03 to 06:20), 2680 K",
        ),
        ("434201000a0201002a06e8dafbf9052a2b0e1543420100ca140e1500ca1e0e0700ca3200ca3c0000000000", "no schedule"),
        (
            "434201000a0201002a068199dba9062a2b0e1b434201000201ca1400ca1e0e072e1e00cf288e29ca3200ca3c0000000000",
            "on schedule from sunset to sunrise, 2631 K",
        ),
        (
            "434201000a0201002a069199dba9062a2b0e1d434201000201ca142e0f00ca1e0e072e1e00cf288e29ca3200ca3c0000000000",
            "on schedule from sunset to sunrise, 2631 K",
        ),
        (
            "434201000a0201002a06fc8de9a9062a2b0e1e43420100ca140e1400ca1e0e072e1e00cf28f829ca3200ca3c00c2460100000000",
            "no schedule, 2684 K",
        ),
        (
            "434201000a0201002a06fecfeea9062a2b0e20434201000201c20a00ca140e082e0f00ca1e0e0e00cf28e22aca3200ca3c0000000000",
            "on schedule 08:15 to 14:00, 2737 K",
        ),
        // Windows 10, version 1703.
        ("02000000d7cef785dffad2010000000043420100ca140e1500ca1e0e0700ca3200ca3c0000", "no schedule"),
        // Ours, with a field 80 that nobody knows.
        (
            "434201000a0201002a0699a1fb8f062a2b0e18 43420100ca140e1500ca1e0e0700ca3200ca3c00c2500100000000",
            "no schedule",
        ),
    ];

    #[test]
    fn what_windows_wrote_is_read_and_written_the_same() {
        for (hex, words) in WRITTEN {
            let data = bytes(hex);
            let settings = NightLight::read(&data).unwrap_or_else(|error| panic!("{hex}: {error}"));
            assert_eq!((settings.to_string().as_str(), describe(&data).as_deref()), (words, Some(words)), "{hex}");
            assert_eq!(settings.write(), data, "{hex}");
            assert_eq!(NightLightState::read(&data), Err(NightLightError::OtherFields));
        }
        let settings = NightLight::read(&bytes(WRITTEN[0].0)).unwrap();
        assert!(settings.schedule_active && settings.explicit_hours && settings.preview);
        let time = |hour, minute| ClockTime { hour, minute };
        assert_eq!((settings.start, settings.end), (time(8, 15), time(14, 30)));
        assert_eq!((settings.sunset, settings.sunrise), (time(21, 3), time(6, 20)));
        assert_eq!((settings.kelvin, settings.written), (Some(2684), Written::At(Timestamp(1_698_408_446))));
    }

    #[test]
    fn a_change_is_written_as_windows_would() {
        let mut settings = NightLight::read(&bytes(WRITTEN[0].0)).unwrap();
        settings.preview = false;
        settings.end.minute = 0;
        settings.kelvin = Some(2737);
        (settings.sunset, settings.sunrise) = (ClockTime::default(), ClockTime::default());
        assert_eq!(settings.write(), bytes(WRITTEN[14].0));
    }

    #[test]
    fn whether_it_is_on() {
        let rows = [
            (
                "434201000a0201002a06ae81d2a9062a2b0e1543420100 1000 d00a02 c614e6fd92d6a99181ed01 00000000",
                "on, switched by hand",
            ),
            ("434201000a0201002a06ae81d2a9062a2b0e1043420100 c614e6fd92d6a99181ed01 00000000", "off, by the schedule"),
        ];
        for (hex, words) in rows {
            let state = NightLightState::read(&bytes(hex)).unwrap();
            assert_eq!(state.to_string(), words);
            assert_eq!(describe(&bytes(hex)).as_deref(), Some(words));
            assert_eq!(state.changed, FileTime(133_424_132_309_434_086));
            assert_eq!(NightLight::read(&bytes(hex)), Err(NightLightError::OtherFields));
        }
    }

    #[test]
    fn nothing_was_ever_set() {
        for hex in ["434201000a0201002a2a000000", "434201000a002699a1fb8f0600"] {
            assert_eq!(NightLight::read(&bytes(hex)), Err(NightLightError::NothingSet), "{hex}");
            assert_eq!(describe(&bytes(hex)).as_deref(), Some("never set"));
        }
    }

    #[test]
    fn one_flaw_each() {
        let good = bytes(WRITTEN[0].0);
        for length in 0..good.len() {
            assert!(NightLight::read(&good[..length]).is_err(), "{length}");
        }
        let change = |at: usize, byte: u8| {
            let mut data = good.clone();
            data[at] = byte;
            NightLight::read(&data)
        };
        // The hour 24, the minute 60, zeros that Windows leaves out, a length that is too short, flags as they are where
        // they are left out, a field of another number and of another type.
        for (at, byte) in [(31, 24), (33, 60), (33, 0), (31, 0), (18, 0x2c), (24, 0), (27, 1), (29, 0x15), (28, 0xcb)] {
            assert!(change(at, byte).is_err(), "{at} {byte}");
        }
        assert!(NightLight::read(&[&good[..], &[0]].concat()).is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(at in 0usize..67, bit in 0u8..8, other in 0usize..67, byte in any::<u8>()) {
            let mut data = bytes(WRITTEN[0].0);
            let length = data.len();
            data[at % length] ^= 1 << bit;
            data[other % length] = byte;
            if let Ok(settings) = NightLight::read(&data) {
                prop_assert_eq!(settings.write(), data);
            }
        }
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(pair).collect()
    }
}
