//! Capture: from a source to what a profile says.

mod bits;
mod limits;
mod notes;
mod profile;
mod reading;
mod selection;
mod windows_lists;

use std::collections::BTreeMap;

use profile_format::{ContentId, Item, Note, Section, Setting as Captured, SettingFlags, Text};
use registry::Name;

pub(crate) use bits::{merged as merged_bits, number as bits_number};
pub(crate) use limits::{ALL as MOST_OF_ALL, FILE as MOST_OF_FILE, SECTION as MOST_OF_SECTION, VALUE as MOST_OF_VALUE};
pub(crate) use notes::words;
pub use profile::{Profile, profile};
pub(crate) use reading::keys::unexpected;
pub(crate) use reading::uses_tokens;
pub use reading::{Incident, Reader, Reading, Why};
pub use selection::{NothingFits, Selection};
pub(crate) use windows_lists::NotToRestore;

use crate::catalogue::{Catalogue, Place, Scope, Sensitivity, Setting};
use crate::secrets::Secrets;
use crate::{Source, WindowsPath};

/// The settings of a source.
#[derive(Debug, Default)]
pub struct Settings {
    /// Settings by category, as documents have them.
    pub sections: Vec<Section>,
    /// What was not captured, and why.
    pub notes: Vec<Note>,
    /// Where the bytes of captured files are.
    pub contents: BTreeMap<ContentId, WindowsPath>,
    /// What became of each setting that was asked for.
    pub outcomes: Vec<(String, Outcome)>,
}

/// What became of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is captured; `absent` where the user never set it, which is captured too.
    Captured {
        /// Whether all of it is absent.
        absent: bool,
        /// What of it was not taken.
        incidents: Vec<Incident>,
    },
    /// There is nothing of it.
    Absent,
    /// Nothing of it was taken.
    Missed(Vec<Incident>),
    /// It is left out whatever the source holds.
    LeftOut(LeftOut),
}

/// Why a setting is left out without a look at the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It is never captured.
    Never,
    /// It is captured only when it is asked for by its whole id.
    OnRequest,
    /// This build of Windows does not have it.
    OtherBuild(u32),
    /// Windows itself says that it is not to be restored.
    NotToRestore,
    /// The settings of its category are too large together.
    NoRoom,
}

/// Reads every setting that is asked for.
pub fn capture(source: &Source<'_>, catalogue: &Catalogue, selection: &Selection, secrets: &Secrets) -> Settings {
    let reader = Reader::new(source, secrets);
    let mut settings = Settings::default();
    let mut sections: BTreeMap<profile_format::Category, (usize, Vec<Captured>)> = BTreeMap::new();
    let mut all = 0;
    for setting in catalogue.settings().filter(|setting| selection.includes(setting)) {
        let outcome = match reader.left_out(setting, selection) {
            Some(why) => Outcome::LeftOut(why),
            None => {
                let reading = reader.read(setting);
                let (used, captured) = sections.entry(setting.category).or_default();
                let size = reading.instances.values().flatten().map(size_of).sum::<usize>();
                if *used + size > limits::SECTION || all + size > limits::ALL {
                    Outcome::LeftOut(LeftOut::NoRoom)
                } else {
                    *used += size;
                    all += size;
                    settings.contents.extend(reading.contents);
                    let expected = source.device.build.is_some() || setting.builds.is_all();
                    take(setting, reading.instances, reading.incidents, expected, captured)
                }
            }
        };
        settings.notes.extend(notes::of_outcome(setting, &outcome));
        settings.outcomes.push((setting.id.clone(), outcome));
    }
    settings.sections = sections
        .into_iter()
        .filter(|(_, (_, captured))| !captured.is_empty())
        .map(|(category, (_, mut settings))| {
            settings.sort_by(|one, other| (&one.id, &one.instance).cmp(&(&other.id, &other.instance)));
            Section { category, settings }
        })
        .collect();
    settings.notes.sort();
    settings.notes.dedup();
    settings
}

impl Settings {
    /// What is there and could not be read, in words.
    pub fn missed(&self) -> impl Iterator<Item = String> {
        self.outcomes.iter().flat_map(|(id, outcome)| {
            let incidents = match outcome {
                Outcome::Captured { incidents, .. } | Outcome::Missed(incidents) => incidents.as_slice(),
                Outcome::LeftOut(_) | Outcome::Absent => &[],
            };
            let no_room = matches!(outcome, Outcome::LeftOut(LeftOut::NoRoom));
            let no_room = no_room.then(|| format!("{id}: the settings of its category are too large together"));
            let unreadable = |incident: &&Incident| matches!(incident.why, Why::Unreadable(_) | Why::TooLarge(_));
            let words = |incident: &Incident| format!("{id}: {}: {}", incident.place, notes::words(&incident.why).1);
            incidents.iter().filter(unreadable).map(words).chain(no_room).collect::<Vec<_>>()
        })
    }
}

impl Reader<'_, '_> {
    /// Why a setting is left out without a look at it.
    pub(crate) fn left_out(&self, setting: &Setting, selection: &Selection) -> Option<LeftOut> {
        if setting.sensitivity == Some(Sensitivity::Never) {
            return Some(LeftOut::Never);
        }
        if setting.on_request && !selection.requests(setting) {
            return Some(LeftOut::OnRequest);
        }
        if let Some(build) = self.source.device.build.filter(|build| !setting.builds.contains(*build)) {
            return Some(LeftOut::OtherBuild(build));
        }
        let of_windows = |place: &Place| match place {
            Place::Registry(place) => place.hive.is_none() && self.not_to_restore.holds_key(&place.key),
            Place::Files(_) => false,
        };
        let listed = setting.scope() == Scope::Machine && setting.parts.iter().any(|part| of_windows(&part.place));
        listed.then_some(LeftOut::NotToRestore)
    }
}

/// Adds what was read of a setting. Where it is not `expected`, since the build of Windows that might have it is not
/// known, its absence says nothing.
fn take(
    setting: &Setting,
    mut instances: BTreeMap<Option<Name>, Vec<Item>>,
    incidents: Vec<Incident>,
    expected: bool,
    captured: &mut Vec<Captured>,
) -> Outcome {
    let flags = flags_of(setting);
    let absent = instances.values().flatten().all(is_absent);
    if absent && !expected {
        instances.clear();
    }
    let before = captured.len();
    for (instance, items) in instances {
        if !items.is_empty() {
            let instance = instance.map(|name| Text(name.units().to_vec()));
            captured.push(Captured { id: setting.id.clone(), instance, flags, items });
        }
    }
    match (captured.len() - before, incidents.is_empty()) {
        (0, true) => Outcome::Absent,
        (0, false) => Outcome::Missed(incidents),
        _ => Outcome::Captured { absent, incidents },
    }
}

/// What a document says of a setting beside its items.
pub(crate) fn flags_of(setting: &Setting) -> SettingFlags {
    let mut flags = 0;
    if setting.sensitivity == Some(Sensitivity::Personal) {
        flags |= SettingFlags::PERSONAL.0;
    }
    if uses_tokens(setting) {
        flags |= SettingFlags::TOKENS.0;
    }
    SettingFlags(flags)
}

/// Whether nothing was there.
pub(crate) fn is_absent(item: &Item) -> bool {
    match item {
        Item::Key { present, .. } => !present,
        Item::Value { state, .. } => state.is_none(),
        Item::File { state, .. } => state.is_none(),
    }
}

/// About the bytes that an item takes in a record, before it is compressed.
pub fn size_of(item: &Item) -> usize {
    let names = item.path().iter().chain(item.value_name()).map(|text| text.0.len() * 2).sum::<usize>();
    let data = match item {
        Item::Value { state: Some(value), .. } => value.data.0.len(),
        _ => 0,
    };
    names + data + 16
}
