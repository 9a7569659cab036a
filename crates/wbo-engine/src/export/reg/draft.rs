//! What one instance of a setting puts into a .reg file.

use std::collections::BTreeSet;

use profile_format::{Item, Setting as Captured};
use registry::{KeyPath, Name, RegEncoding, RegEntry, RegFile, RegFormat, RegKey, Root, Value, ValueType};

use super::RegOptions;
use crate::capture::{MOST_OF_VALUE, unexpected};
use crate::catalogue::{Form, RegistryPlace, Setting};
use crate::export::{Request, Why, name_of};
use crate::plan::{self, At, Located, Skip, Spot};
use crate::tokens::Tokens;
use crate::writing::WriteRules;

/// What one instance puts into the file.
#[derive(Default)]
pub(super) struct Draft {
    /// Keys, with a value of theirs or by themselves.
    pub(super) entries: Vec<(KeyPath, Option<RegEntry>)>,
    /// What of it cannot be said.
    pub(super) left_out: Vec<Why>,
}

/// Says what instances put into the file.
pub(super) struct Drafter<'w> {
    pub(super) request: &'w Request<'w>,
    pub(super) options: &'w RegOptions<'w>,
    pub(super) tokens: Tokens<'w>,
}

impl Drafter<'_> {
    /// What an instance of the setting `own` puts into the file, where Windows has `setting` in its place.
    pub(super) fn draft(&self, own: Option<&Setting>, setting: &Setting, captured: &Captured) -> Result<Draft, Why> {
        let instance = captured.instance.as_ref().map(name_of);
        let mut spots = BTreeSet::new();
        let mut draft = Draft::default();
        for item in &captured.items {
            let item = match own {
                Some(own) if own.id != setting.id => plan::translated(item, own, setting)?,
                _ => item.clone(),
            };
            if let Item::File { state, .. } = &item {
                draft.left_out.extend(state.map(|_| Why::Files));
                continue;
            }
            let at = plan::locate(setting, instance.as_ref(), &item, self.options.folders)?;
            if !spots.insert(at.spot.clone()) {
                let twice = format!("{}: two of its items are the same to Windows", setting.id);
                return Err(Why::NotWritten(Skip::Unfit(twice)));
            }
            self.item(setting, captured, at, &item, &mut draft)?;
        }
        draft.left_out.dedup();
        Ok(draft)
    }

    /// Adds what stands for one key or value.
    fn item(
        &self,
        setting: &Setting,
        captured: &Captured,
        at: Located<'_>,
        item: &Item,
        draft: &mut Draft,
    ) -> Result<(), Why> {
        match (at.spot, at.place, item) {
            (Spot::Value(key, name), At::Registry { place, .. }, Item::Value { state: Some(state), .. }) => {
                let value = self.value(setting, place, captured, state, (&key, &name))?;
                refuse_denied(&key, Some((&name, Some(&value))))?;
                draft.add(key, Some(RegEntry { name, value: Some(value) }));
            }
            (Spot::Value(key, name), At::Registry { place, .. }, _) => match self.not_deleted(place, &key) {
                Some(why) => draft.left_out.push(why),
                None => {
                    refuse_denied(&key, Some((&name, None)))?;
                    draft.add(key, Some(RegEntry { name, value: None }));
                }
            },
            (Spot::Key(_), _, Item::Key { present: false, .. }) => draft.left_out.push(Why::WholeKey),
            (Spot::Key(key), ..) => {
                refuse_denied(&key, None)?;
                draft.add(key, None);
            }
            // A value or key lies nowhere else, and files do not come here.
            (Spot::Value(..) | Spot::File(_), ..) => (),
        }
        Ok(())
    }

    /// Why a value that was never set is not deleted, if it is not.
    fn not_deleted(&self, place: &RegistryPlace, key: &KeyPath) -> Option<Why> {
        if place.bits.is_some() || place.keep_others {
            Some(Why::NotItsOwn)
        } else if !self.options.delete {
            Some(Why::Absent)
        } else {
            is_class(key).then_some(Why::KeyByItself)
        }
    }

    /// The value that is written for one that is set.
    fn value(
        &self,
        setting: &Setting,
        place: &RegistryPlace,
        captured: &Captured,
        state: &profile_format::Value,
        (key, name): (&KeyPath, &Name),
    ) -> Result<Value, Why> {
        if place.bits.is_some() {
            return Err(Why::Bits);
        }
        if place.keep_others && place.form == Some(Form::Paths) {
            return Err(Why::OthersEntries);
        }
        // Whoever reads such a text replaces variables in it, so that it means the right folder for everybody.
        let tokens = match ValueType(state.kind) {
            ValueType::EXPAND_SZ => self.tokens.or_variables(),
            _ => self.tokens,
        };
        let value = plan::expanded(captured, state, &tokens)?;
        if let Some(why) = unexpected(place, &value) {
            return Err(Why::NotWritten(Skip::OtherType(why)));
        }
        if plan::is_on_a_server(place, &value) && !self.request.selection.requests(setting) {
            return Err(Why::NotWritten(Skip::OnAServer));
        }
        if value.data.len() > MOST_OF_VALUE {
            return Err(Why::NotWritten(Skip::Unfit(format!("{key} would get a value of {} bytes", value.data.len()))));
        }
        match self.options.secrets.value(key, name, &value) {
            Some(denied) => Err(Why::Secret(denied.to_string())),
            None => Ok(value),
        }
    }
}

impl Draft {
    /// Adds a line, if a .reg file has words for it.
    fn add(&mut self, key: KeyPath, entry: Option<RegEntry>) {
        let alone = RegKey::Set { path: key.clone(), entries: entry.clone().into_iter().collect() };
        let file = RegFile { format: RegFormat::Version5, keys: vec![alone] };
        match file.write(RegEncoding::Utf16) {
            Ok(_) => self.entries.push((key, entry)),
            Err(error) => self.left_out.push(Why::Unwritable(error)),
        }
    }
}

fn refuse_denied(key: &KeyPath, value: Option<(&Name, Option<&Value>)>) -> Result<(), Why> {
    let rules = WriteRules::standard();
    let denied = rules.key(key).or_else(|| value.and_then(|(name, value)| rules.value(key, name, value)));
    denied.map_or(Ok(()), |denied| Err(Why::NotWritten(Skip::Denied(denied.to_string()))))
}

/// Whether a key is one of a class: Windows asks whether there is such a key, whatever its values are.
fn is_class(key: &KeyPath) -> bool {
    key.under(&KeyPath::new(Root::CurrentUser, ["Software", "Classes", "CLSID"].map(Name::from).into())).is_some()
}
