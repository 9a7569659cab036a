//! What takes back an apply.

use profile_format::{
    ApplyId, Bytes, Content, ContentId, FileState, KeyState, RegistryType, Replaced, Undo, UndoStep, Value,
};
use serde::{Deserialize, Serialize};

use crate::data::DataJson;
use crate::document::is_false;
use crate::error::{At, Located, Problem};
use crate::hex::{Hex, HexBytes};
use crate::items::{need, texts};
use crate::object::Object;
use crate::order;
use crate::text::TextJson;
use crate::time::TimeJson;
use crate::words::Word;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoJson {
    apply: Hex<16>,
    steps: Vec<Object<StepJson>>,
}

impl UndoJson {
    pub(crate) fn write(undo: &Undo) -> Self {
        let steps = undo.steps.iter().map(|step| Object(StepJson::write(step, StateJson::shown)));
        Self { apply: Hex(undo.apply.0), steps: steps.collect() }
    }

    /// What each step is about, and not what was there before or is now. Of a step that `hides` says is personal there
    /// is only which settings it was for, and not even where it stands among the others, which are sorted by name.
    pub(crate) fn redacted(undo: &Undo, hides: impl Fn(&UndoStep) -> bool) -> Self {
        let (mut hidden, shown): (Vec<_>, Vec<_>) = undo.steps.iter().partition(|step| hides(step));
        hidden.sort_by_key(|step| &step.settings);
        let shown = shown.into_iter().map(|step| StepJson::write(step, StateJson::redacted));
        let steps = shown.chain(hidden.into_iter().map(StepJson::hidden));
        Self { apply: Hex(undo.apply.0), steps: steps.map(Object).collect() }
    }

    pub(crate) fn read(self) -> Result<Undo, Located> {
        let steps = self.steps.into_iter().map(|step| step.0.read());
        Ok(Undo { apply: ApplyId(self.apply.0), steps: order::sorted(steps, order::steps).at("steps")? })
    }
}

/// A step; as with items, its first field says what it is about.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StepJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Vec<TextJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Vec<TextJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Vec<TextJson>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<String>,
    /// In a redacted view: instead of everything but the settings.
    #[serde(skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Object<StateJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Object<StateJson>>,
}

impl StepJson {
    /// `view` says how much of a state is shown.
    fn write(step: &UndoStep, view: fn(StateJson) -> StateJson) -> Self {
        let mut json = Self { settings: step.settings.clone(), ..Self::default() };
        let (before, after) = match &step.what {
            Replaced::Key { path, before, after } => {
                json.key = Some(TextJson::list(path));
                (StateJson::of_key(before.as_ref()), StateJson { present: Some(*after), ..StateJson::default() })
            }
            Replaced::Value { path, name, before, after } => {
                (json.value, json.path) = (Some(TextJson(name.clone())), Some(TextJson::list(path)));
                (StateJson::of_value(before.as_ref()), StateJson::of_value(after.as_ref()))
            }
            Replaced::File { path, before, security, after } => {
                json.file = Some(TextJson::list(path));
                let before = StateJson { security: security.as_ref().map(hex), ..StateJson::of_file(*before) };
                (before, StateJson::of_file(*after))
            }
        };
        (json.before, json.after) = (Some(Object(view(before))), Some(Object(view(after))));
        json
    }

    fn hidden(step: &UndoStep) -> Self {
        Self { settings: step.settings.clone(), hidden: true, ..Self::default() }
    }

    fn read(mut self) -> Result<UndoStep, Located> {
        if self.hidden {
            return Err(Problem::Hidden.into());
        }
        let settings = std::mem::take(&mut self.settings).into_iter().map(Ok);
        let settings = order::sorted(settings, order::ids).at("settings")?;
        let before = need(self.before.take(), "before")?.0;
        let after = need(self.after.take(), "after")?.0;
        let what = match (self.key.take(), self.value.take(), self.file.take()) {
            (Some(path), None, None) => Replaced::Key {
                path: texts(path),
                before: before.read_key().at("before")?,
                after: after.read_presence().at("after")?,
            },
            (None, Some(TextJson(name)), None) => Replaced::Value {
                path: texts(need(self.path.take(), "path")?),
                name,
                before: before.read_value().at("before")?,
                after: after.read_value().at("after")?,
            },
            (None, None, Some(path)) => {
                let (before, security) = before.read_replaced_file().at("before")?;
                Replaced::File { path: texts(path), before, security, after: after.read_file().at("after")? }
            }
            _ => return Err(Problem::StepKind.into()),
        };
        match self.path {
            Some(_) => Err(Problem::Foreign { field: "path", subject: "this undo step" }.into()),
            None => Ok(UndoStep { settings, what }),
        }
    }
}

/// The fields of every kind of state. Which of them stand together, the kind of the step says.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StateJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    present: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<TextJson>,

    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<Word<RegistryType>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<DataJson>,

    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Hex<32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<TimeJson>,

    #[serde(skip_serializing_if = "Option::is_none")]
    security: Option<HexBytes>,
    #[serde(skip_serializing_if = "is_false")]
    absent: bool,
    /// In a redacted view: instead of all that says more than whether it is there.
    #[serde(skip_serializing_if = "is_false")]
    hidden: bool,
}

impl StateJson {
    fn shown(self) -> Self {
        self
    }

    /// Whether the thing is there, and nothing else.
    fn redacted(self) -> Self {
        let is_there = !self.absent && self.present != Some(false);
        Self { present: self.present, absent: self.absent, hidden: is_there, ..Self::default() }
    }

    fn absent() -> Self {
        Self { absent: true, ..Self::default() }
    }

    fn of_key(state: Option<&KeyState>) -> Self {
        Self {
            present: Some(state.is_some()),
            class: state.and_then(|state| state.class.clone()).map(TextJson),
            security: state.and_then(|state| state.security.as_ref()).map(hex),
            ..Self::default()
        }
    }

    fn of_value(state: Option<&Value>) -> Self {
        let Some(value) = state else { return Self::absent() };
        Self { kind: Some(Word(RegistryType(value.kind))), data: Some(DataJson::of(value)), ..Self::default() }
    }

    fn of_file(state: Option<FileState>) -> Self {
        let Some(FileState { content, attributes, modified }) = state else { return Self::absent() };
        Self {
            sha256: Some(Hex(content.id.0)),
            size: Some(content.size),
            attributes: Some(attributes),
            modified: modified.map(TimeJson),
            ..Self::default()
        }
    }

    fn read_key(mut self) -> Result<Option<KeyState>, Located> {
        let (class, security) = (self.class.take().map(|class| class.0), self.take_security());
        match self.read_presence()? {
            true => Ok(Some(KeyState { class, security })),
            false if class.is_some() => Err(Problem::Foreign { field: "class", subject: ABSENT_KEY }.into()),
            false if security.is_some() => Err(Problem::Foreign { field: "security", subject: ABSENT_KEY }.into()),
            false => Ok(None),
        }
    }

    fn read_presence(mut self) -> Result<bool, Located> {
        self.refuse_hidden()?;
        let present = need(self.present.take(), "present")?;
        self.end("a key")?;
        Ok(present)
    }

    fn read_value(mut self) -> Result<Option<Value>, Located> {
        self.refuse_hidden()?;
        if std::mem::take(&mut self.absent) {
            self.end("an absent value")?;
            return Ok(None);
        }
        let Word(kind) = need(self.kind.take(), "type")?;
        let data = need(self.data.take(), "data")?.read(kind).at("data")?;
        self.end("a value")?;
        Ok(Some(Value { kind: kind.0, data }))
    }

    fn read_replaced_file(mut self) -> Result<(Option<FileState>, Option<Bytes>), Located> {
        let security = self.take_security();
        let file = self.read_file()?;
        match (&file, &security) {
            (None, Some(_)) => Err(Problem::Foreign { field: "security", subject: "an absent file" }.into()),
            _ => Ok((file, security)),
        }
    }

    fn read_file(mut self) -> Result<Option<FileState>, Located> {
        self.refuse_hidden()?;
        if std::mem::take(&mut self.absent) {
            self.end("an absent file")?;
            return Ok(None);
        }
        let Hex(id) = need(self.sha256.take(), "sha256")?;
        let content = Content { id: ContentId(id), size: need(self.size.take(), "size")? };
        let attributes = need(self.attributes.take(), "attributes")?;
        let modified = self.modified.take().map(|TimeJson(time)| time);
        self.end("a file")?;
        Ok(Some(FileState { content, attributes, modified }))
    }

    fn take_security(&mut self) -> Option<Bytes> {
        self.security.take().map(|HexBytes(bytes)| Bytes(bytes))
    }

    fn refuse_hidden(&self) -> Result<(), Problem> {
        if self.hidden { Err(Problem::Hidden) } else { Ok(()) }
    }

    /// Each kind has taken the fields that are its own; what is left does not belong there.
    fn end(&self, subject: &'static str) -> Result<(), Problem> {
        let fields = [
            ("present", self.present.is_some()),
            ("class", self.class.is_some()),
            ("type", self.kind.is_some()),
            ("data", self.data.is_some()),
            ("sha256", self.sha256.is_some()),
            ("size", self.size.is_some()),
            ("attributes", self.attributes.is_some()),
            ("modified", self.modified.is_some()),
            ("security", self.security.is_some()),
            ("absent", self.absent),
        ];
        match fields.into_iter().find(|(_, is_left)| *is_left) {
            Some((field, _)) => Err(Problem::Foreign { field, subject }),
            None => Ok(()),
        }
    }
}

const ABSENT_KEY: &str = "an absent key";

fn hex(bytes: &Bytes) -> HexBytes {
    HexBytes(bytes.0.clone())
}
