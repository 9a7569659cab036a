//! Settings of a document as lists show them, a line for each.

use profile_format::{Document, SettingFlags};
use serde::Serialize;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::describe;

use crate::clean::{Clean, clean};
use crate::offline;

/// A setting, or one instance of it.
#[derive(Serialize)]
pub(crate) struct ListedSetting {
    id: String,
    instance: Option<String>,
    title: Option<String>,
    pub(crate) hidden: bool,
    pub(crate) absent: bool,
    value: Option<String>,
}

/// Every setting of a document. Personal ones are hidden, unless they are to be shown.
pub(crate) fn of(document: &Document, catalogue: &Catalogue, reveal: bool) -> Vec<ListedSetting> {
    let settings = document.sections.iter().flat_map(|section| &section.settings);
    let listed = |captured: &profile_format::Setting| {
        let setting = catalogue.get(&captured.id);
        let hidden = captured.flags.contains(SettingFlags::PERSONAL) && !reveal;
        let items = captured.items.iter().filter_map(|item| {
            let words = describe::item(setting?, item)?;
            let name = item.value_name().map(offline::text).filter(|name| !name.is_empty());
            Some(match name.filter(|_| captured.items.len() > 1) {
                Some(name) => format!("{name} = {words}"),
                None => words,
            })
        });
        let items: Vec<String> = items.collect();
        ListedSetting {
            id: captured.id.clone(),
            instance: captured.instance.as_ref().filter(|_| !hidden).map(offline::text),
            title: setting.map(|setting| setting.title.clone()),
            hidden,
            absent: items.is_empty(),
            value: (!hidden && !items.is_empty()).then(|| items.join("; ")),
        }
    };
    settings.map(listed).collect()
}

impl ListedSetting {
    /// Its id, and which instance of it.
    pub(crate) fn name(&self) -> String {
        let instance = self.instance.as_ref().map(|instance| format!(" [{}]", Clean(instance))).unwrap_or_default();
        format!("{}{instance}", self.id)
    }

    /// It on a line of its own.
    pub(crate) fn line(&self) -> String {
        let value = match (&self.value, self.hidden) {
            (Some(value), _) => shortened(&clean(value)),
            (None, true) => "(personal, hidden)".to_owned(),
            (None, false) => String::new(),
        };
        format!("  {}: {value}\n", self.name())
    }
}

/// A value on one line of a list.
fn shortened(value: &str) -> String {
    /// Characters that are shown of one value.
    const SHOWN: usize = 120;
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
