//! What one setting of a profile would change.

use std::collections::BTreeSet;

use profile_format::{Item, Note, NoteCode, Setting as Captured, SettingFlags, Text};
use registry::{KeyPath, Name, Overlay, Value, ValueType, View, WriteRegistry};
use sha2::{Digest, Sha256};

use super::eligible::Judge;
use super::files::Files;
use super::group::Member;
use super::located::{At, Located, Spot, locate, name_of};
use super::registry_steps::{Replaced, Steps};
use super::{Difference, Fate, FileChange, Planned, Request, Skip, counterpart, files, unreadable};
use crate::capture::{Reader, Reading, Why, is_absent, unexpected};
use crate::catalogue::{Effect, FilesPlace, Form, RegistryPlace, Sensitivity, Setting};
use crate::tokens::Tokens;
use crate::writing::WriteRules;
use crate::{Source, WindowsPath, describe, forms};

/// Plans the settings of one profile for one target.
pub(super) struct SettingPlanner<'p> {
    judge: &'p Judge<'p>,
    request: &'p Request<'p>,
    target: &'p Source<'p>,
    reader: Reader<'p, 'p>,
    tokens: Tokens<'p>,
    /// Settings of which the profile does not hold all, with the instance where a note names one.
    partial: BTreeSet<(&'p str, Option<&'p Text>)>,
}

/// One instance of a setting that is looked at.
struct Instance<'i> {
    setting: &'i Setting,
    name: Option<Name>,
    captured: &'i Captured,
    /// The items, as the setting has them that is written.
    items: Vec<Item>,
}

/// Instances of one setting that are written. Real ones are hundreds; each is a key or a value beside all others, and is
/// looked for among them.
const INSTANCES: usize = 1 << 10;

/// What became of an instance.
struct Done {
    differences: Vec<Difference>,
    files: Vec<FileChange>,
}

impl<'p> SettingPlanner<'p> {
    pub(super) fn new(judge: &'p Judge<'p>) -> Self {
        let Judge { request, target, .. } = *judge;
        let reader = Reader::exact(target, request.secrets);
        let tokens = Tokens::new(&target.folders, target.user.sid.as_deref());
        Self { judge, request, target, reader, tokens, partial: partial(&request.document.notes) }
    }

    /// Plans all instances of a setting, and makes in the overlay what they change.
    pub(super) fn plan(&self, member: &Member<'p>, registry: &mut Overlay<'_>, files: &mut Files) -> Vec<Planned> {
        let written = self.written(member);
        let reading = written.as_ref().ok().map(|setting| self.reader.read(setting));
        let mut all = Vec::new();
        for captured in &member.instances {
            let captured: &Captured = captured;
            let mut planned = self.empty(member, captured, written.as_ref().ok().copied());
            let mark = files.mark();
            let done = written.clone().and_then(|setting| {
                let reading = reading.as_ref().ok_or(Skip::NotAtHand)?;
                self.instance(member, setting, captured, reading, &mut planned, registry, files)
            });
            match done {
                Ok(done) => {
                    planned.found = with_files(planned.found, &done.files);
                    planned.fate = fate(&done.differences);
                    planned.differences = done.differences;
                    planned.files = done.files;
                }
                Err(skip) => {
                    files.take_back(mark);
                    planned.fate = Fate::Skipped(skip);
                }
            }
            all.push(planned);
        }
        all
    }

    /// The setting that is written for one of the profile.
    fn written(&self, member: &Member<'p>) -> Result<&'p Setting, Skip> {
        let setting = member.setting.ok_or(Skip::NotInCatalogue)?;
        if member.instances.len() > INSTANCES {
            let found = member.instances.len();
            return Err(Skip::Unfit(format!(
                "{}: it has {found} instances; at most {INSTANCES} are written",
                member.id
            )));
        }
        if let Some(why) = self.request.failed.get(member.id) {
            return Err(Skip::Failed(why.clone()));
        }
        let written = self.judge.judge(setting)?;
        let other_is_there = |captured: &Captured| captured.id == written.id;
        let sections = &self.request.document.sections;
        if written.id != setting.id && sections.iter().flat_map(|section| &section.settings).any(other_is_there) {
            return Err(Skip::Superseded { by: written.id.clone() });
        }
        Ok(written)
    }

    fn empty(&self, member: &Member<'_>, captured: &Captured, written: Option<&Setting>) -> Planned {
        let known = written.or(member.setting);
        let personal = captured.flags.contains(SettingFlags::PERSONAL)
            || known.is_some_and(|setting| setting.sensitivity == Some(Sensitivity::Personal));
        Planned {
            id: captured.id.clone(),
            instance: captured.instance.as_ref().map(name_of),
            written_as: written.filter(|written| written.id != captured.id).map(|written| written.id.clone()),
            title: known.map_or_else(|| captured.id.clone(), |setting| setting.title.clone()),
            category: known.map_or(member.category, |setting| setting.category),
            personal: personal || known.is_none(),
            absent: captured.items.iter().all(is_absent),
            effect: known.map_or(Effect::Live, |setting| setting.effect),
            fate: Fate::Unchanged,
            differences: Vec::new(),
            found: [0; 32],
            changes: Vec::new(),
            files: Vec::new(),
            turn: 0,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what is planned so far travels along")]
    fn instance(
        &self,
        member: &Member<'p>,
        setting: &'p Setting,
        captured: &Captured,
        reading: &Reading,
        planned: &mut Planned,
        registry: &mut Overlay<'_>,
        files: &mut Files,
    ) -> Result<Done, Skip> {
        let items = match member.setting {
            Some(own) if own.id != setting.id => {
                let translated = captured.items.iter().map(|item| counterpart::translated(item, own, setting));
                translated.collect::<Result<_, _>>()?
            }
            _ => captured.items.clone(),
        };
        let instance = Instance { setting, name: captured.instance.as_ref().map(name_of), captured, items };
        let mut scratch = Overlay::new(&*registry, self.request.now);
        let done = self.steps(&instance, reading, planned, &mut scratch, files)?;
        let changes = scratch.into_changes();
        for change in &changes {
            if let Some(denied) = WriteRules::standard().change(change) {
                return Err(Skip::Denied(denied.to_string()));
            }
        }
        changes.iter().try_for_each(|change| registry.make(change)).map_err(|error| unreadable(&error))?;
        let mut done = done;
        if done.differences.is_empty() && !changes.is_empty() {
            let from = Some("a key without values".to_owned());
            done.differences.push(Difference { place: None, from, to: None, default: None });
        }
        planned.changes = changes;
        Ok(done)
    }

    fn steps(
        &self,
        instance: &Instance<'_>,
        reading: &Reading,
        planned: &mut Planned,
        registry: &mut Overlay<'_>,
        files: &mut Files,
    ) -> Result<Done, Skip> {
        let name = instance.name.as_ref();
        readable(reading, name)?;
        let folders = &self.target.folders;
        let located = |item: &Item| locate(instance.setting, name, item, folders);
        let wanted: Vec<(Located<'_>, &Item)> =
            instance.items.iter().map(|item| Ok((located(item)?, item))).collect::<Result<_, Skip>>()?;
        let mut spots = BTreeSet::new();
        for (at, _) in &wanted {
            if !spots.insert(at.spot.clone()) {
                return Err(Skip::Unfit(format!("{}: two of its items are the same to Windows", instance.setting.id)));
            }
        }
        let found = reading.instances.get(&instance.name).map(Vec::as_slice).unwrap_or_default();
        let found: Vec<(Located<'_>, &Item)> =
            found.iter().map(|item| Ok((located(item)?, item))).collect::<Result<_, Skip>>()?;
        planned.found = digest(&found);
        let own = instance.captured.instance.as_ref();
        let is_partial = [None, own].iter().any(|of| self.partial.contains(&(&*instance.captured.id, *of)));

        let mut work = Work {
            planner: self,
            instance,
            steps: Steps::new(registry, self.request),
            files,
            done: Done { differences: Vec::new(), files: Vec::new() },
            named: Vec::new(),
            absent: Vec::new(),
        };
        for (at, item) in &wanted {
            work.want(at, item)?;
        }
        for (at, _) in found.iter().filter(|(at, _)| !is_partial && !spots.contains(&at.spot)) {
            work.remove(at)?;
        }
        let absent = std::mem::take(&mut work.absent);
        work.steps.finish(&absent)?;
        Ok(work.done)
    }
}

/// One instance while its steps are taken.
struct Work<'w, 'p, 'r> {
    planner: &'w SettingPlanner<'p>,
    instance: &'w Instance<'w>,
    steps: Steps<'w, 'r>,
    files: &'w mut Files,
    done: Done,
    /// The files that wanted values name, by their part.
    named: Vec<(Option<String>, WindowsPath)>,
    /// Keys that are wanted to be absent.
    absent: Vec<KeyPath>,
}

impl Work<'_, '_, '_> {
    /// Brings an item to what the profile says.
    fn want(&mut self, at: &Located<'_>, item: &Item) -> Result<(), Skip> {
        match (&at.spot, &at.place, item) {
            (Spot::Value(key, name), At::Registry { place, .. }, Item::Value { state, .. }) => {
                let captured = self.instance.captured;
                let value = state.as_ref().map(|state| expanded(captured, state, &self.planner.tokens)).transpose()?;
                self.refuse_type(place, key, name, value.as_ref())?;
                self.refuse_server(place, value.as_ref())?;
                if let (true, Some(value)) = (place.follow, &value) {
                    self.name_files(at, place, value);
                }
                let by_text = captured.flags.contains(SettingFlags::TOKENS);
                let change = self.steps.value(place, key, name, value, by_text)?;
                if let Some(Replaced { from, to }) = change {
                    self.differ(at, place, from.as_ref(), to.as_ref());
                }
                Ok(())
            }
            (Spot::Key(key), _, Item::Key { present: true, .. }) => {
                if self.steps.key(key)? {
                    self.differ_in_words(at, None, Some("a key without values".to_owned()));
                }
                Ok(())
            }
            (Spot::Key(key), _, Item::Key { present: false, .. }) => {
                self.absent.push(key.clone());
                Ok(())
            }
            (Spot::File(path), place, Item::File { state, .. }) => {
                let form = match place {
                    At::Files(place) => place.form,
                    _ => None,
                };
                let followed = matches!(place, At::Followed);
                self.file(at, path, state.as_ref(), followed, form)
            }
            _ => Err(Skip::Unfit(format!("{}: an item is of another kind than its place", self.instance.setting.id))),
        }
    }

    /// Refuses a value of another type than the setting has, unless the target has that type too.
    fn refuse_type(
        &self,
        place: &RegistryPlace,
        key: &KeyPath,
        name: &Name,
        value: Option<&Value>,
    ) -> Result<(), Skip> {
        let Some((value, why)) = value.and_then(|value| Some((value, unexpected(place, value)?))) else {
            return Ok(());
        };
        match self.planner.target.registry.value(key, name) {
            Ok(Some(found)) if found.kind == value.kind => Ok(()),
            _ => Err(Skip::OtherType(why)),
        }
    }

    /// Refuses a file on a server that Windows would open by itself, unless the setting was asked for by its whole id.
    fn refuse_server(&self, place: &RegistryPlace, value: Option<&Value>) -> Result<(), Skip> {
        let request = self.planner.request;
        let on_a_server = value.is_some_and(|value| is_on_a_server(place, value));
        match on_a_server && !request.selection.requests(self.instance.setting) {
            true => Err(Skip::OnAServer),
            false => Ok(()),
        }
    }

    /// Takes away what the profile does not have.
    fn remove(&mut self, at: &Located<'_>) -> Result<(), Skip> {
        match (&at.spot, &at.place) {
            (Spot::Value(key, name), At::Registry { place, start }) => {
                // Of a value that others share, nothing is known; and what programs put there is theirs.
                if place.bits.is_some() || place.keep_others {
                    return Ok(());
                }
                let change = self.steps.value(place, key, name, None, false)?;
                self.steps.emptied(key, start);
                if let Some(Replaced { from, to }) = change {
                    self.differ(at, place, from.as_ref(), to.as_ref());
                }
                Ok(())
            }
            (Spot::Key(key), At::Registry { place, start }) => {
                if !place.keep_others {
                    self.steps.emptied(key, start);
                }
                Ok(())
            }
            // A file that stands in for another is Windows' own to keep or not.
            (Spot::File(_), At::Files(FilesPlace { unless: Some(_), .. }) | At::Followed) => Ok(()),
            (Spot::File(path), At::Files(place)) => self.file(at, path, None, false, place.form),
            _ => Ok(()),
        }
    }

    fn file(
        &mut self,
        at: &Located<'_>,
        path: &WindowsPath,
        wanted: Option<&profile_format::FileState>,
        followed: bool,
        form: Option<Form>,
    ) -> Result<(), Skip> {
        let (request, target) = (self.planner.request, self.planner.target);
        // What is only named is the user's own, and goes nowhere.
        if followed && wanted.is_none() {
            return Ok(());
        }
        match wanted {
            Some(_) => files::app_is_there(target, path)?,
            None => files::app_was_there(request, target, path)?,
        }
        let before = files::found(target, path)?;
        let same = before.map(|before| before.content) == wanted.map(|wanted| wanted.content);
        if same {
            return Ok(());
        }
        let bytes = wanted.map(|wanted| files::bytes(request, wanted)).transpose()?;
        if let Some(denied) = WriteRules::standard().file(path, &target.folders, bytes.as_deref()) {
            return Err(Skip::Denied(denied.to_string()));
        }
        if let Some(before) = &before {
            let there = target.files.read(path, before.content.size).ok().flatten();
            if let Some(denied) = WriteRules::standard().file(path, &target.folders, there.as_deref()) {
                return Err(Skip::NoReturn(denied.to_string()));
            }
        }
        if let Some(bytes) = &bytes {
            if let Some(flaw) = form.and_then(|form| forms::flaw_of_file(form, bytes)) {
                return Err(Skip::Unfit(format!("{path}: {flaw}")));
            }
            if followed {
                let part = &at.part.name;
                if !self.named.iter().any(|(named, other)| named == part && other == path) {
                    return Err(Skip::Unfit(format!("no value names its file {path}")));
                }
                if !files::is_media(path, bytes) {
                    return Err(Skip::Unfit(format!("{path} is no picture, sound, pointer or font")));
                }
                if before.is_some() && !request.replace_files {
                    return Err(Skip::FileInTheWay(path.to_string()));
                }
            }
        }
        let change = FileChange { path: path.clone(), before, after: wanted.copied() };
        self.files.add(change.clone(), self.instance.setting)?;
        self.done.files.push(change);
        let words = |state: profile_format::FileState| format!("a file of {} bytes", state.content.size);
        self.differ_in_words(at, before.map(words), wanted.copied().map(words));
        Ok(())
    }

    /// Notes which files a value names, so that no others are written for it.
    fn name_files(&mut self, at: &Located<'_>, place: &RegistryPlace, value: &Value) {
        let texts: Vec<Vec<u16>> = match value.view() {
            View::Text(text) => vec![text],
            View::List(texts) => texts,
            _ => return,
        };
        for text in texts {
            let text = String::from_utf16_lossy(&text);
            let several = place.form == Some(Form::Paths);
            let parts: Vec<&str> = if several { text.split([';', ',']).collect() } else { vec![&text] };
            let paths = parts.into_iter().filter_map(|part| self.planner.tokens.path_in(part));
            self.named.extend(paths.map(|path| (at.part.name.clone(), path)));
        }
    }

    fn differ(&mut self, at: &Located<'_>, place: &RegistryPlace, from: Option<&Value>, to: Option<&Value>) {
        let words = |value: Option<&Value>| value.map(|value| describe::value(place, value));
        let (mut from_words, mut to_words) = (words(from), words(to));
        if from_words == to_words {
            // Their meaning is the same, as far as the catalogue tells; their data are not.
            (from_words, to_words) = (from.map(describe::plain), to.map(describe::plain));
        }
        let default = describe::default(place).filter(|_| from.is_none() || to.is_none());
        let place = self.label(at);
        self.done.differences.push(Difference { place, from: from_words, to: to_words, default });
    }

    fn differ_in_words(&mut self, at: &Located<'_>, from: Option<String>, to: Option<String>) {
        self.done.differences.push(Difference { place: self.label(at), from, to, default: None });
    }

    /// What tells an item from the others of its setting, where there may be others.
    fn label(&self, at: &Located<'_>) -> Option<String> {
        let several = self.instance.setting.parts.len() > 1 || self.instance.items.len() > 1;
        let below = match (&at.spot, &at.place) {
            (Spot::Key(key), At::Registry { start, .. }) => names(key.under(start).unwrap_or_default()),
            (Spot::Value(key, name), At::Registry { start, .. }) => {
                let mut below = names(key.under(start).unwrap_or_default());
                if !below.is_empty() {
                    below.push('\\');
                }
                below + &if name.is_empty() { "(default)".to_owned() } else { name.to_string() }
            }
            (Spot::File(path), _) => path.names().last().map(ToString::to_string).unwrap_or_default(),
            _ => String::new(),
        };
        several.then(|| match &at.part.name {
            Some(part) if self.instance.items.len() <= self.instance.setting.parts.len() => part.clone(),
            _ => below,
        })
    }
}

/// The value that a profile means here: with this user's folders in place of tokens.
pub(crate) fn expanded(captured: &Captured, value: &profile_format::Value, tokens: &Tokens<'_>) -> Result<Value, Skip> {
    let value = Value { kind: ValueType(value.kind), data: value.data.0.clone() };
    if !captured.flags.contains(SettingFlags::TOKENS) {
        return Ok(value);
    }
    let expand = |text: &[u16]| tokens.expand(text).map_err(|error| Skip::UnknownToken(error.to_string()));
    let view = match (value.kind, value.view()) {
        (ValueType::SZ | ValueType::EXPAND_SZ, View::Text(text)) => View::Text(expand(&text)?),
        (_, View::List(texts)) => View::List(texts.iter().map(|text| expand(text)).collect::<Result<_, Skip>>()?),
        _ => return Ok(value),
    };
    Ok(Value::new(value.kind, &view))
}

/// Whether a value names a file on a server that Windows would open by itself.
pub(crate) fn is_on_a_server(place: &RegistryPlace, value: &Value) -> bool {
    let is_path = place.follow && matches!(place.form, Some(Form::Path | Form::Paths));
    let View::Text(text) = value.view() else { return false };
    let text = String::from_utf16_lossy(&text).replace('/', "\\");
    is_path && text.split([';', ',']).any(|path| path.trim_start_matches(['@', '"', ' ']).starts_with(r"\\"))
}

fn names(names: &[Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join("\\")
}

/// The settings of which a profile does not hold all, so that what it lacks says nothing.
fn partial(notes: &[Note]) -> BTreeSet<(&str, Option<&Text>)> {
    const CODES: [NoteCode; 3] = [NoteCode::SECRET, NoteCode::UNREADABLE, NoteCode::ONLINE_ONLY];
    let partial = notes.iter().filter(|note| CODES.contains(&note.code));
    partial.filter_map(|note| Some((note.setting.as_deref()?, note.instance.as_ref()))).collect()
}

/// Whether all of an instance that is there could be read: what is not known is not changed.
fn readable(reading: &Reading, instance: Option<&Name>) -> Result<(), Skip> {
    for incident in &reading.incidents {
        if incident.instance.is_some() && incident.instance.as_ref() != instance {
            continue;
        }
        match &incident.why {
            Why::NotAtHand(_) => return Err(Skip::NotAtHand),
            Why::NotToRestore => return Err(Skip::NotToRestore),
            Why::Unreadable(_) | Why::TooLarge(_) | Why::Link | Why::OnlineOnly => {
                return Err(Skip::Unreadable(format!("{}: {}", incident.place, incident.why)));
            }
            Why::Secret(_) | Why::SameName | Why::More(_) | Why::Elsewhere | Why::NoSuchFile | Why::Unexpected(_) => (),
        }
    }
    Ok(())
}

/// What was found, with the files that would be replaced.
fn with_files(found: [u8; 32], files: &[FileChange]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(found);
    for file in files {
        hash.update(file.before.map_or([0; 32], |before| before.content.id.0));
    }
    hash.finalize().into()
}

/// Absent, set or changed, by what differs.
fn fate(differences: &[Difference]) -> Fate {
    if differences.is_empty() {
        Fate::Unchanged
    } else if differences.iter().all(|difference| difference.from.is_none()) {
        Fate::Set
    } else if differences.iter().all(|difference| difference.to.is_none()) {
        Fate::Delete
    } else {
        Fate::Change
    }
}

/// What was found, as a digest.
fn digest(found: &[(Located<'_>, &Item)]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for (at, item) in found {
        add(format!("{:?}", at.spot).as_bytes());
        match item {
            Item::Key { present, .. } => add(&[u8::from(*present)]),
            Item::Value { state: Some(value), .. } => {
                add(&value.kind.to_le_bytes());
                add(&value.data.0);
            }
            Item::File { state: Some(state), .. } => add(&state.content.id.0),
            Item::Value { state: None, .. } | Item::File { state: None, .. } => add(&[]),
        }
    }
    hash.finalize().into()
}
