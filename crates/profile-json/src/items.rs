//! Items: registry keys, registry values, files.

use profile_format::{Content, ContentId, FileState, Item, RegistryType, Text, Value};
use serde::{Deserialize, Serialize};

use crate::data::DataJson;
use crate::document::is_false;
use crate::error::{At, Located, Problem};
use crate::hex::Hex;
use crate::text::TextJson;
use crate::time::TimeJson;
use crate::words::Word;

/// The fields of every kind of item. Which of them stand together, [`ItemJson::read`] knows; one flat object with a
/// telling first field is what people like to read and write.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ItemJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Vec<TextJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    present: Option<bool>,

    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Vec<TextJson>>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<Word<RegistryType>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<DataJson>,

    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Vec<TextJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Hex<32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<TimeJson>,

    #[serde(skip_serializing_if = "is_false")]
    absent: bool,
}

impl ItemJson {
    pub(crate) fn write(item: &Item) -> Self {
        match item {
            Item::Key { path, present } => {
                Self { key: Some(TextJson::list(path)), present: Some(*present), ..Self::default() }
            }
            Item::Value { path, name, state } => Self {
                value: Some(TextJson(name.clone())),
                path: (!path.is_empty()).then(|| TextJson::list(path)),
                kind: state.as_ref().map(|value| Word(RegistryType(value.kind))),
                data: state.as_ref().map(DataJson::of),
                absent: state.is_none(),
                ..Self::default()
            },
            Item::File { path, state } => Self {
                file: Some(TextJson::list(path)),
                sha256: state.map(|file| Hex(file.content.id.0)),
                size: state.map(|file| file.content.size),
                attributes: state.map(|file| file.attributes),
                modified: state.and_then(|file| file.modified).map(TimeJson),
                absent: state.is_none(),
                ..Self::default()
            },
        }
    }

    /// Each kind takes the fields that are its own; what is left then does not belong there.
    pub(crate) fn read(mut self) -> Result<Item, Located> {
        match (self.key.take(), self.value.take(), self.file.take()) {
            (Some(path), None, None) => self.read_key(path),
            (None, Some(name), None) => self.read_value(name),
            (None, None, Some(path)) => self.read_file(path),
            _ => Err(Problem::ItemKind.into()),
        }
    }

    fn read_key(mut self, path: Vec<TextJson>) -> Result<Item, Located> {
        let present = need(self.present.take(), "present")?;
        self.end("a key")?;
        Ok(Item::Key { path: texts(path), present })
    }

    fn read_value(mut self, TextJson(name): TextJson) -> Result<Item, Located> {
        let path = texts(self.path.take().unwrap_or_default());
        if self.take_absent() {
            self.end("an absent value")?;
            return Ok(Item::Value { path, name, state: None });
        }
        let Word(kind) = need(self.kind.take(), "type")?;
        let data = need(self.data.take(), "data")?.read(kind).at("data")?;
        self.end("a value")?;
        Ok(Item::Value { path, name, state: Some(Value { kind: kind.0, data }) })
    }

    fn read_file(mut self, path: Vec<TextJson>) -> Result<Item, Located> {
        let path = texts(path);
        if self.take_absent() {
            self.end("an absent file")?;
            return Ok(Item::File { path, state: None });
        }
        let Hex(id) = need(self.sha256.take(), "sha256")?;
        let content = Content { id: ContentId(id), size: need(self.size.take(), "size")? };
        let attributes = need(self.attributes.take(), "attributes")?;
        let modified = self.modified.take().map(|TimeJson(time)| time);
        self.end("a file")?;
        Ok(Item::File { path, state: Some(FileState { content, attributes, modified }) })
    }

    fn take_absent(&mut self) -> bool {
        std::mem::take(&mut self.absent)
    }

    fn end(&self, subject: &'static str) -> Result<(), Problem> {
        let fields = [
            ("present", self.present.is_some()),
            ("path", self.path.is_some()),
            ("type", self.kind.is_some()),
            ("data", self.data.is_some()),
            ("sha256", self.sha256.is_some()),
            ("size", self.size.is_some()),
            ("attributes", self.attributes.is_some()),
            ("modified", self.modified.is_some()),
            ("absent", self.absent),
        ];
        match fields.into_iter().find(|(_, is_left)| *is_left) {
            Some((field, _)) => Err(Problem::Foreign { field, subject }),
            None => Ok(()),
        }
    }
}

pub(crate) fn need<T>(field: Option<T>, name: &'static str) -> Result<T, Problem> {
    field.ok_or(Problem::Missing { field: name })
}

pub(crate) fn texts(texts: Vec<TextJson>) -> Vec<Text> {
    texts.into_iter().map(|text| text.0).collect()
}
