//! What was captured, or would be, for people and for programs.

use profile_format::{Document, SettingFlags};
use serde::Serialize;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::describe;

use super::{CaptureReport, UserReport};
use crate::clean::{Clean, clean};
use crate::describe::{count, grouped};
use crate::offline;

/// A setting as it would be captured.
#[derive(Serialize)]
pub(super) struct ListedSetting {
    id: String,
    instance: Option<String>,
    title: Option<String>,
    hidden: bool,
    absent: bool,
    value: Option<String>,
}

/// Every setting of a document. Personal ones are hidden, unless they are to be shown.
pub(super) fn of(document: &Document, catalogue: &Catalogue, reveal: bool) -> Vec<ListedSetting> {
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

pub(super) fn text(report: &CaptureReport, estimate: bool) -> String {
    report.users.iter().map(|user| text_of_user(user, estimate)).collect()
}

fn text_of_user(user: &UserReport, estimate: bool) -> String {
    let name = Clean(&user.user);
    let Some(captured) = &user.captured else { return format!("{name}: not captured\n") };
    let mut text = String::new();
    for setting in captured.list.iter().flatten().filter(|setting| !setting.absent) {
        let instance = setting.instance.as_ref().map(|instance| format!(" [{}]", Clean(instance))).unwrap_or_default();
        let value = match (&setting.value, setting.hidden) {
            (Some(value), _) => shortened(&clean(value)),
            (None, true) => "(personal, hidden)".to_owned(),
            (None, false) => String::new(),
        };
        text.push_str(&format!("  {}{instance}: {value}\n", setting.id));
    }
    if estimate {
        for category in &captured.categories {
            text.push_str(&format!(
                "  {:<16} {:>5} settings  {:>12} bytes\n",
                category.category,
                category.settings,
                grouped(category.bytes)
            ));
        }
    }
    let apps = captured.store_apps + captured.desktop_apps;
    let mut summary = format!(
        "{name}: {} ({} never set), {}, {} with {} bytes",
        count(captured.settings as u64, "setting", "settings"),
        captured.absent,
        count(apps as u64, "app", "apps"),
        count(captured.files as u64, "file", "files"),
        grouped(captured.file_bytes),
    );
    let secrets = captured.notes.get("secret").copied().unwrap_or_default();
    if secrets > 0 {
        summary.push_str(&format!("; {} left out", count(secrets as u64, "secret", "secrets")));
    }
    text.push_str(&format!("{summary}\n"));
    if let (Some(path), Some(bytes), Some(body_id)) = (&user.path, user.bytes, &user.body_id) {
        text.push_str(&format!("{}: {} bytes, body {body_id}\n", Clean(path), grouped(bytes)));
    }
    text
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
