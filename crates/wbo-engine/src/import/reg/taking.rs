//! Which settings are taken of what a .reg file says.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::{Category, Item, Note, NoteCode, Section, Setting as Captured, Text};
use registry::{KeyPath, Name, ReadRegistry};

use super::RegImport;
use super::places::{Places, registry_places};
use super::said::Said;
use crate::capture::{Incident, MOST_OF_ALL, MOST_OF_SECTION, Reader, Reading, Why, flags_of, size_of, words};
use crate::catalogue::{Each, Part, Place, RegistryPlace, Sensitivity, Setting, Values};
use crate::import::{Imported, Partly, Refused, Unknown, unconfirmed};
use crate::plan::located::{Spot, locate};
use crate::{NameGlob, Source};

/// One file while its settings are taken.
pub(super) struct Taking<'t> {
    request: &'t RegImport<'t>,
    said: &'t Said,
    source: &'t Source<'t>,
    places: Places<'t>,
    imported: Imported,
    sections: BTreeMap<Category, (usize, Vec<Captured>)>,
    /// The bytes of all settings so far.
    size: usize,
    /// Settings of which something was taken.
    settings: BTreeSet<&'t str>,
    /// Values that settings have taken, or that a setting was not taken for.
    values: BTreeSet<(KeyPath, Name)>,
    /// Places that were refused.
    places_refused: BTreeSet<String>,
}

/// How much of an instance a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// All of it.
    All,
    /// Some of the values that it has, each of which has its name in the catalogue.
    SomeValues,
    /// Some of what a pattern stands for. What else there is would be taken away.
    SomeOfPattern,
}

impl<'t> Taking<'t> {
    pub(super) fn new(request: &'t RegImport<'t>, said: &'t Said, source: &'t Source<'t>) -> Self {
        Self {
            request,
            said,
            source,
            places: Places::of(request.catalogue),
            imported: Imported { unknown: said.elsewhere.clone(), ..Imported::default() },
            sections: BTreeMap::new(),
            size: 0,
            settings: BTreeSet::new(),
            values: BTreeSet::new(),
            places_refused: BTreeSet::new(),
        }
    }

    pub(super) fn take(mut self) -> Imported {
        let reader = Reader::new(self.source, self.request.secrets);
        for setting in self.near() {
            if setting.sensitivity != Some(Sensitivity::Never) {
                self.setting(setting, &reader);
            }
        }
        self.values_of_nobody();
        self.keys_of_nobody();
        for (category, (_, mut settings)) in std::mem::take(&mut self.sections) {
            settings.sort_by(|one, other| (&one.id, &one.instance).cmp(&(&other.id, &other.instance)));
            self.imported.sections.push(Section { category, settings });
        }
        self.imported.sort();
        self.imported
    }

    /// The settings that the file may say something of, in the order of their ids.
    fn near(&self) -> Vec<&'t Setting> {
        let around = self.said.keys.iter().flat_map(|key| self.places.around(key)).map(|(at, _)| at);
        let within = self.places.all().filter(|at| self.said.knows_all_of(&at.place.key));
        let near: BTreeMap<&str, &Setting> = around.chain(within).map(|at| (&*at.setting.id, at.setting)).collect();
        near.into_values().collect()
    }

    fn setting(&mut self, setting: &'t Setting, reader: &Reader<'_, '_>) {
        let own = in_registry(setting);
        let mut reading = reader.read(&own);
        self.add_deleted(&own, &mut reading);
        if setting.has_instances() {
            reading.instances.remove(&None);
        }
        let mut known = BTreeMap::new();
        for (instance, items) in std::mem::take(&mut reading.instances) {
            let (items, spots) = self.known(&own, instance.as_ref(), items);
            if !items.is_empty() {
                known.insert(instance, (items, spots));
            }
        }
        for (instance, (items, spots)) in known {
            self.values.extend(spots.into_iter().filter_map(|spot| match spot {
                Spot::Value(key, name) => Some((key, name)),
                Spot::Key(_) | Spot::File(_) => None,
            }));
            match self.how_much(setting, instance.as_ref()) {
                Extent::SomeOfPattern => {
                    let why = "the file says a part of it, and it is written as a whole: what the file lacks would be \
                               deleted";
                    let setting = setting.id.clone();
                    self.imported.partly.push(Partly { setting, instance, why: why.to_owned() });
                }
                extent => self.instance(setting, instance.as_ref(), items, extent),
            }
        }
        for incident in &reading.incidents {
            self.incident(setting, incident);
        }
    }

    /// Instances that the file says are not there: values that are settings by themselves, and are deleted.
    fn add_deleted(&self, setting: &Setting, reading: &mut Reading) {
        let each_value = |part: &&Part| part.place.each() == Some(Each::Value);
        for part in setting.parts.iter().filter(each_value) {
            let Place::Registry(place) = &part.place else { continue };
            let said = self.said.values.range(&place.key..).take_while(|(key, _)| key.under(&place.key).is_some());
            for (key, names) in said {
                let below = key.under(&place.key).unwrap_or_default();
                for name in names.iter().filter(|name| place.takes(below, name)) {
                    let instance = Some(name.clone());
                    if !matches!(self.said.registry.value(key, name), Ok(None))
                        || reading.instances.contains_key(&instance)
                    {
                        continue;
                    }
                    let text = |name: &Name| Text(name.units().to_vec());
                    let path = part.name.as_deref().map(Text::from).into_iter().chain(below.iter().map(text));
                    let item = Item::Value { path: path.collect(), name: text(name), state: None };
                    reading.instances.insert(instance, vec![item]);
                }
            }
        }
    }

    /// The items that the file speaks of, and where they stand.
    fn known(&self, setting: &Setting, instance: Option<&Name>, items: Vec<Item>) -> (Vec<Item>, Vec<Spot>) {
        let located = |item: Item| {
            let spot = locate(setting, instance, &item, &self.source.folders).ok()?.spot;
            let is_known = match (&spot, &item) {
                (Spot::Value(..), Item::Value { state: Some(_), .. }) => true,
                (Spot::Value(key, name), _) => self.said.knows(key, name),
                (Spot::Key(key), _) => self.said.knows_all_of(key),
                (Spot::File(_), _) => false,
            };
            is_known.then_some((item, spot))
        };
        items.into_iter().filter_map(located).unzip()
    }

    fn instance(&mut self, setting: &'t Setting, instance: Option<&Name>, items: Vec<Item>, extent: Extent) {
        let size: usize = items.iter().map(size_of).sum();
        let (used, settings) = self.sections.entry(setting.category).or_default();
        if *used + size > MOST_OF_SECTION || self.size + size > MOST_OF_ALL {
            let why = "the settings of its category are too large together".to_owned();
            let place = setting.id.clone();
            self.imported.refused.push(Refused { setting: Some(setting.id.clone()), place, why });
            return;
        }
        *used += size;
        self.size += size;
        let text = instance.map(|name| Text(name.units().to_vec()));
        let flags = flags_of(&in_registry(setting));
        settings.push(Captured { id: setting.id.clone(), instance: text.clone(), flags, items });
        self.settings.insert(&setting.id);
        let mut note = |code, words: &str| {
            let setting = Some(setting.id.clone());
            let note = Note { code, setting, instance: text.clone(), place: None, text: words.to_owned() };
            self.imported.notes.push(note);
        };
        if extent == Extent::SomeValues {
            note(NoteCode::UNREADABLE, "the file says a part of it; what it does not say stays as it is");
        }
        if registry_places(setting).any(|place| place.follow) {
            note(NoteCode::INFORMATION, "files that it names did not come along");
        }
        self.imported.notes.extend(unconfirmed(setting));
    }

    /// How much of an instance the file says.
    fn how_much(&self, setting: &Setting, instance: Option<&Name>) -> Extent {
        let of_part = |part: &Part| match &part.place {
            Place::Registry(place) if place.hive.is_none() => self.how_much_of_place(place, instance),
            // Where it stands in for other files, Windows keeps it.
            Place::Files(place) if place.unless.is_some() => Extent::All,
            Place::Registry(_) | Place::Files(_) => Extent::SomeValues,
        };
        setting.parts.iter().map(of_part).max().unwrap_or(Extent::All)
    }

    fn how_much_of_place(&self, place: &RegistryPlace, instance: Option<&Name>) -> Extent {
        // Nothing of these is taken away, whatever a profile lacks.
        if place.bits.is_some() || place.keep_others || place.each == Some(Each::Value) {
            return Extent::All;
        }
        let start = match (place.each, instance) {
            (Some(Each::Key), Some(instance)) => place.key.join(instance.clone()),
            _ => place.key.clone(),
        };
        if self.said.knows_all_of(&start) {
            return Extent::All;
        }
        let below = |names: Vec<Name>| names.into_iter().fold(start.clone(), |key, name| key.join(name));
        let keys: Option<Vec<KeyPath>> = match &place.keys {
            None => Some(vec![start.clone()]),
            Some(globs) => globs.iter().map(|glob| glob.literal().map(below)).collect(),
        };
        let (Some(keys), Some(names)) = (keys, literals(&place.values)) else { return Extent::SomeOfPattern };
        let says_all = keys.iter().all(|key| names.iter().all(|name| self.said.knows(key, name)));
        if says_all { Extent::All } else { Extent::SomeValues }
    }

    /// What of a setting was not taken, or with a doubt.
    fn incident(&mut self, setting: &'t Setting, incident: &Incident) {
        let (code, text) = words(&incident.why);
        if let Why::Unexpected(_) = incident.why {
            let instance = incident.instance.as_ref().map(|name| Text(name.units().to_vec()));
            let place = Some(Text::from(&*incident.place));
            self.imported.notes.push(Note { code, setting: Some(setting.id.clone()), instance, place, text });
            return;
        }
        let place = incident.place.clone();
        self.places_refused.insert(place.clone());
        self.imported.refused.push(Refused { setting: Some(setting.id.clone()), place, why: text });
    }

    /// Values that no setting has taken.
    fn values_of_nobody(&mut self) {
        let said = self.said;
        for (key, names) in &said.values {
            let around: Vec<_> = self.places.around(key).collect();
            let hidden = self.hidden(key);
            for name in names {
                let is_answered = self.values.contains(&(key.clone(), name.clone()))
                    || [format!("{key}!{name}"), key.to_string()]
                        .iter()
                        .any(|place| self.places_refused.contains(place));
                let never = around.iter().find(|(at, below)| {
                    at.setting.sensitivity == Some(Sensitivity::Never) && at.place.takes(below, name)
                });
                match never {
                    _ if is_answered => (),
                    Some((at, _)) => self.never(at.setting, key),
                    None => self.value_of_nobody(key, name, hidden.clone()),
                }
            }
        }
    }

    /// A value of a setting that never leaves a PC, and comes from no file either.
    fn never(&mut self, setting: &Setting, key: &KeyPath) {
        let why = setting.about.clone().unwrap_or_else(|| "never captured".to_owned());
        let place = self.said.spelled(key).to_string();
        self.imported.refused.push(Refused { setting: Some(setting.id.clone()), place, why });
    }

    /// A value that no setting has. `hidden` says where and why its key is not to be shown.
    fn value_of_nobody(&mut self, key: &KeyPath, name: &Name, hidden: Option<(String, String)>) {
        let refuse = |place: String, why: String| Refused { setting: None, place, why };
        let secrets = self.request.secrets;
        let spelled = self.said.spelled(key);
        if let Some((place, why)) = hidden {
            return self.imported.refused.push(refuse(place, why));
        }
        if let Some(denied) = secrets.content(name.to_string().as_bytes()) {
            return self.imported.refused.push(refuse(spelled.to_string(), denied.to_string()));
        }
        let shown = if name.is_empty() { "(default)".to_owned() } else { name.to_string() };
        let place = format!("{spelled}!{shown}");
        let value = self.said.registry.value(key, name).ok().flatten();
        if let Some(denied) = value.as_ref().and_then(|value| secrets.value(key, name, value)) {
            return self.imported.refused.push(refuse(place, denied.to_string()));
        }
        let why = match value {
            Some(_) => "the catalogue does not know it",
            None => "it is deleted, and no setting says so",
        };
        self.imported.unknown.push(Unknown { place, why: why.to_owned() });
    }

    /// Keys that are deleted, and keys that are there without values, of which no setting says so.
    fn keys_of_nobody(&mut self) {
        let said = self.said;
        for key in &said.deleted {
            let whole =
                |place: &RegistryPlace, below: &[Name]| matches!(place.values, Values::All) && place.takes_key(below);
            let taken = |setting: &Setting| self.settings.contains(&*setting.id);
            if self.places.around(key).any(|(at, below)| whole(at.place, below) && taken(at.setting)) {
                continue;
            }
            let holds_some = self.places.all().any(|at| at.place.key.under(key).is_some() && taken(at.setting));
            let why = match holds_some {
                true => "it is deleted; settings in it are taken as absent, and whatever else it holds is not known",
                false => "it is deleted, and no setting says so",
            };
            self.unknown_key(key, |spelled| format!("[-{spelled}]"), why);
        }
        for key in &said.keys {
            let says_nothing = said.values.get(key).is_none_or(BTreeSet::is_empty);
            let is_above = said.keys.range(key..).nth(1).is_some_and(|next| next.under(key).is_some());
            let leads = |at: &RegistryPlace, below: &[Name]| below.is_empty() || at.takes_key(below);
            let takes = self.places.around(key).any(|(at, below)| leads(at.place, below));
            if says_nothing && !is_above && !takes && !said.deleted.contains(key) {
                self.unknown_key(key, ToString::to_string, "a key without values, which the catalogue does not know");
            }
        }
    }

    fn unknown_key(&mut self, key: &KeyPath, place: impl Fn(&KeyPath) -> String, why: &str) {
        match self.hidden(key) {
            Some((place, why)) => self.imported.refused.push(Refused { setting: None, place, why }),
            None => {
                let place = place(self.said.spelled(key));
                self.imported.unknown.push(Unknown { place, why: why.to_owned() });
            }
        }
    }

    /// Where and why a key is not to be shown: a rule holds it back, or a name in it is a secret itself. The place ends
    /// before that name.
    fn hidden(&self, key: &KeyPath) -> Option<(String, String)> {
        let spelled = self.said.spelled(key);
        for (at, name) in spelled.names().iter().enumerate() {
            if let Some(denied) = self.request.secrets.content(name.to_string().as_bytes()) {
                let above = KeyPath::new(spelled.root(), spelled.names().get(..at).unwrap_or_default().to_vec());
                return Some((above.to_string(), denied.to_string()));
            }
        }
        let rule = self.request.secrets.key(key)?;
        Some((spelled.to_string(), format!("its place is for secrets: {}", rule.title)))
    }
}

/// A setting as far as a .reg file can say it: without files, and without the registries of packaged apps.
fn in_registry(setting: &Setting) -> Setting {
    let mut own = setting.clone();
    own.parts.retain(|part| matches!(&part.place, Place::Registry(place) if place.hive.is_none()));
    for part in &mut own.parts {
        if let Place::Registry(place) = &mut part.place {
            place.follow = false;
        }
    }
    own
}

/// The names of values, where no pattern stands for any.
fn literals(values: &Values) -> Option<Vec<Name>> {
    match values {
        Values::All => None,
        Values::One(name) => Some(vec![name.clone()]),
        Values::Some(globs) => globs.iter().map(NameGlob::literal).collect(),
    }
}
