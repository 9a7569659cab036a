//! Since when, and probably by what, a setting is no longer what a profile says.
//!
//! Registries say when a key was last written, and not which of its values, nor by whom. So a cause is what fits the times:
//! an apply of wbo, an upgrade of Windows, or somebody else later.

use std::collections::BTreeSet;

use profile_format::{Setting as Captured, Timestamp};
use registry::{FileTime, KeyPath, Name, ReadRegistry, Root, View};

use crate::Source;
use crate::catalogue::{Place, RegistryPlace, Setting};
use crate::compare::{SettingDifference, State};

/// What is known of the time since a profile was captured.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// When the profile was captured.
    pub captured: Timestamp,
    /// The build of Windows that it was captured from.
    pub was_build: Option<u32>,
    /// The build of Windows that is there now.
    pub build: Option<u32>,
    /// When that build was set up.
    pub installed: Option<Timestamp>,
    /// What wbo wrote since.
    pub applies: Vec<Applied>,
}

/// An apply of wbo.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Names it.
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// The settings that it wrote.
    pub settings: BTreeSet<String>,
}

/// By what a setting became another, as far as the times tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The build of Windows that is there now does not have it.
    Gone,
    /// The last write was an apply of wbo.
    Wbo {
        /// Which one.
        apply: String,
    },
    /// The last write was when a newer Windows was set up; with what the user had set no longer there, Windows reset it.
    Upgrade {
        /// Whether nothing is there now that the profile has.
        reset: bool,
    },
    /// Somebody wrote it after the profile was captured: the user, a program, or Windows.
    Later,
    /// It was not written since the profile was captured, so it was not like that on this PC.
    Earlier,
    /// The times do not tell.
    Unknown,
}

impl Cause {
    /// A word for it, which stays the same from version to version.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Wbo { .. } => "wbo",
            Self::Upgrade { reset: true } => "reset",
            Self::Upgrade { reset: false } => "upgrade",
            Self::Later => "later",
            Self::Earlier => "earlier",
            Self::Unknown => "unknown",
        }
    }
}

/// Seconds between which two times are of one deed: an apply takes some, and file systems round.
const ONE_DEED: i64 = 120;

/// Seconds around the setting up of a build in which Windows moves users' registries: before, while it copies them, and
/// after, when the user first signs in.
const SETTING_UP: i64 = 24 * 60 * 60;

impl History {
    /// By what a setting became another that was last written then.
    pub fn cause(
        &self,
        setting: Option<&Setting>,
        difference: &SettingDifference,
        written: Option<Timestamp>,
    ) -> Cause {
        let has = |build: u32| setting.is_none_or(|setting| setting.builds.contains(build));
        if self.build.is_some_and(|build| !has(build)) {
            return Cause::Gone;
        }
        let Some(written) = written else { return Cause::Unknown };
        let near = |at: Timestamp, seconds: i64| written.0.abs_diff(at.0) <= seconds.unsigned_abs();
        let mut applies = self.applies.iter().rev();
        let apply = applies.find(|apply| near(apply.at, ONE_DEED) && apply.settings.contains(&difference.id));
        if let Some(apply) = apply {
            return Cause::Wbo { apply: apply.id.clone() };
        }
        if self.was_build != self.build && self.installed.is_some_and(|installed| near(installed, SETTING_UP)) {
            let is_there = |state: &State| matches!(state, State::Present(_));
            let reset = difference.items.iter().all(|item| is_there(&item.before) && !is_there(&item.after));
            return Cause::Upgrade { reset };
        }
        if written.0 > self.captured.0 { Cause::Later } else { Cause::Earlier }
    }
}

/// When the build of Windows was set up that is there.
pub fn installed(registry: &dyn ReadRegistry) -> Option<Timestamp> {
    let version = Name::split_path(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion");
    let key = KeyPath::new(Root::LocalMachine, version);
    let value = registry.value(&key, &Name::from("InstallDate")).ok()??;
    match value.view() {
        View::Dword(seconds) => Some(Timestamp(i64::from(seconds))),
        _ => None,
    }
}

/// When anything was last written of what a setting is kept in: a key with its neighbours, or a file.
pub fn written(
    source: &Source<'_>,
    setting: &Setting,
    instance: Option<&Name>,
    captured: Option<&Captured>,
) -> Option<Timestamp> {
    let places = setting.parts.iter().filter_map(|part| match &part.place {
        Place::Registry(place) if place.hive.is_none() => key_written(source.registry, place, instance),
        Place::Registry(_) | Place::Files(_) => None,
    });
    let items = captured.map(|captured| &*captured.items).unwrap_or_default();
    let files = items.iter().filter_map(|item| item.file()?.modified);
    places.chain(files).max()
}

/// When the key of a place was last written; where it is gone, the key that it was in, since that lost it then.
fn key_written(registry: &dyn ReadRegistry, place: &RegistryPlace, instance: Option<&Name>) -> Option<Timestamp> {
    let of_instance = instance.map(|instance| place.key.join(instance.clone()));
    let of_instance = of_instance.and_then(|path| registry.key(&path).ok().flatten());
    let names = place.key.names();
    let depths = (1..=names.len()).rev().filter_map(|depth| names.get(..depth));
    let mut paths = depths.map(|names| KeyPath::new(place.key.root(), names.to_vec()));
    let nearest = || paths.find_map(|path| registry.key(&path).ok().flatten());
    of_instance.or_else(nearest).map(|key| timestamp(key.written))
}

/// The time of Windows, which counts steps of 100 ns since the year 1601, in seconds since 1970.
fn timestamp(time: FileTime) -> Timestamp {
    const SECOND: u64 = 10_000_000;
    const YEAR_1970: i64 = 11_644_473_600;
    Timestamp(i64::try_from(time.0 / SECOND).unwrap_or(i64::MAX).saturating_sub(YEAR_1970))
}

#[cfg(test)]
mod tests {
    use profile_format::Category;

    use super::*;
    use crate::compare::{ItemDifference, On};

    fn difference(after: State) -> SettingDifference {
        let item = ItemDifference { place: None, before: State::Present("On".to_owned()), after, parts: None };
        SettingDifference {
            category: Category::SYSTEM,
            id: "a.b".to_owned(),
            instance: None,
            title: "B".to_owned(),
            personal: false,
            on: On::Both,
            items: vec![item],
        }
    }

    #[test]
    fn a_cause_is_what_fits_the_times() {
        const DAY: i64 = 24 * 60 * 60;
        let applies =
            vec![Applied { id: "an apply".to_owned(), at: Timestamp(20 * DAY), settings: ["a.b".to_owned()].into() }];
        let history = History {
            captured: Timestamp(10 * DAY),
            was_build: Some(19045),
            build: Some(26100),
            installed: Some(Timestamp(15 * DAY)),
            applies,
        };
        let same_build = History { was_build: Some(26100), ..history.clone() };
        let (changed, absent) = (State::Present("Off".to_owned()), State::Absent { default: None });
        let apply = Cause::Wbo { apply: "an apply".to_owned() };
        let table = [
            (&history, None, &changed, Cause::Unknown),
            (&history, Some(9 * DAY), &changed, Cause::Earlier),
            (&history, Some(12 * DAY), &changed, Cause::Later),
            (&history, Some(15 * DAY + 600), &changed, Cause::Upgrade { reset: false }),
            (&history, Some(15 * DAY - 600), &absent, Cause::Upgrade { reset: true }),
            (&same_build, Some(15 * DAY - 600), &absent, Cause::Later),
            (&history, Some(20 * DAY + 60), &changed, apply),
            (&history, Some(20 * DAY + 600), &changed, Cause::Later),
        ];
        for (history, written, after, cause) in table {
            let found = history.cause(None, &difference(after.clone()), written.map(Timestamp));
            assert_eq!(found, cause, "{written:?} {after:?}");
        }
        let other = SettingDifference { id: "a.c".to_owned(), ..difference(changed) };
        assert_eq!(history.cause(None, &other, Some(Timestamp(20 * DAY))), Cause::Later);
    }

    #[test]
    fn the_time_of_windows_is_that_of_everybody_else() {
        assert_eq!(timestamp(FileTime(116_444_736_000_000_000)), Timestamp(0));
        assert_eq!(timestamp(FileTime(0)), Timestamp(-11_644_473_600));
    }
}
