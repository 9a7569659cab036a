//! Settings.

use profile_format::{Setting, SettingFlags};
use serde::{Deserialize, Serialize};

use crate::document::is_false;
use crate::error::{At, Located, Problem};
use crate::flags::Flags;
use crate::items::ItemJson;
use crate::object::Object;
use crate::order;
use crate::text::TextJson;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingJson {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<TextJson>,
    #[serde(default, skip_serializing_if = "Flags::is_empty")]
    flags: Flags<SettingFlags>,
    /// In a redacted view: instead of instance and items.
    #[serde(default, skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<Object<ItemJson>>,
}

impl SettingJson {
    pub(crate) fn write(setting: &Setting) -> Self {
        Self {
            id: setting.id.clone(),
            instance: setting.instance.clone().map(TextJson),
            flags: Flags(setting.flags),
            hidden: false,
            items: setting.items.iter().map(|item| Object(ItemJson::write(item))).collect(),
        }
    }

    /// That the setting is there, and nothing else.
    pub(crate) fn hidden(setting: &Setting) -> Self {
        Self { hidden: true, instance: None, items: Vec::new(), ..Self::write(setting) }
    }

    pub(crate) fn read(self) -> Result<Setting, Located> {
        if self.hidden {
            return Err(Problem::Hidden.into());
        }
        let items = self.items.into_iter().map(|item| item.0.read());
        Ok(Setting {
            id: self.id,
            instance: self.instance.map(|instance| instance.0),
            flags: self.flags.0,
            items: order::sorted(items, order::items).at("items")?,
        })
    }
}
