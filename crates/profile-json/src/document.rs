//! The outermost object.

use profile_format::Category;
use serde::{Deserialize, Serialize};

use crate::apps::AppsJson;
use crate::contents::ContentJson;
use crate::entries::Entries;
use crate::facts::{DeviceJson, ProfileJson, UserJson};
use crate::hex::Hex;
use crate::notes::NoteJson;
use crate::object::Object;
use crate::settings::SettingJson;
use crate::undo::UndoJson;
use crate::words::Key;

/// What `"wbo"` says of a document, among the JSON files of this project.
pub(crate) const KIND: &str = "document";

/// The version that this crate writes, and the newest that it reads.
///
/// 1: the first.
pub(crate) const VERSION: u32 = 1;

/// A document as JSON has it; the order of the fields is the order in the text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentJson {
    pub(crate) wbo: String,
    pub(crate) version: u32,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) redacted: bool,
    pub(crate) profile: Object<ProfileJson>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) device: Object<DeviceJson>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) user: Object<UserJson>,
    #[serde(default, skip_serializing_if = "Entries::is_empty")]
    pub(crate) sections: Entries<Key<Category>, Vec<Object<SettingJson>>>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) apps: Object<AppsJson>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Object<NoteJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) undo: Option<Object<UndoJson>>,
    #[serde(default, skip_serializing_if = "Entries::is_empty")]
    pub(crate) contents: Entries<Hex<32>, Object<ContentJson>>,
}

/// For `skip_serializing_if`: what is false is left out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

/// For `skip_serializing_if`: an object of which nothing is known is left out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
