//! What takes back an apply, for people, and how much of it there is.

use std::collections::BTreeSet;

use profile_format::{Bytes, Document, FileState, KeyState, Replaced, SettingFlags, Undo, UndoStep, Value};
use serde::Serialize;

use crate::clean::clean;
use crate::describe;

/// How much the record of an apply takes back.
#[derive(Serialize)]
pub(super) struct UndoReport {
    apply: String,
    keys: usize,
    values: usize,
    files: usize,
}

pub(super) fn report(undo: &Undo) -> UndoReport {
    let count = |wanted: fn(&Replaced) -> bool| undo.steps.iter().filter(|step| wanted(&step.what)).count();
    UndoReport {
        apply: undo.apply.to_string(),
        keys: count(|what| matches!(what, Replaced::Key { .. })),
        values: count(|what| matches!(what, Replaced::Value { .. })),
        files: count(|what| matches!(what, Replaced::File { .. })),
    }
}

/// One line beside those about device and user.
pub(super) fn summary_text(undo: &Undo) -> String {
    let UndoReport { apply, keys, values, files } = report(undo);
    let counts = [(keys, "key", "keys"), (values, "value", "values"), (files, "file", "files")];
    let counts = counts.map(|(count, one, many)| describe::count(count as u64, one, many));
    format!("  undo       takes back apply {apply}: {}\n", counts.join(", "))
}

/// Every step; of those for personal settings, only which settings these are.
pub(super) fn steps_text(document: &Document, reveal: bool) -> String {
    let Some(undo) = &document.undo else { return String::new() };
    let settings = document.sections.iter().flat_map(|section| &section.settings);
    let personal: BTreeSet<&str> = settings
        .filter(|setting| setting.flags.contains(SettingFlags::PERSONAL) && !reveal)
        .map(|setting| setting.id.as_str())
        .collect();
    let is_personal = |step: &&UndoStep| step.settings.iter().any(|id| personal.contains(id.as_str()));
    let (mut hidden, shown): (Vec<_>, Vec<_>) = undo.steps.iter().partition(is_personal);
    // Their order among the others would tell the beginnings of their names.
    hidden.sort_by_key(|step| &step.settings);
    let shown = shown.into_iter().map(|step| step_text(step, reveal));
    let hidden = hidden
        .into_iter()
        .map(|step| format!("  {} (personal, shown with --reveal)\n", clean(&step.settings.join(", "))));
    format!("\nundo of apply {}\n{}", undo.apply, shown.chain(hidden).collect::<String>())
}

fn step_text(step: &UndoStep, reveal: bool) -> String {
    let kind = match step.what {
        Replaced::Key { .. } => "key",
        Replaced::Value { .. } => "value",
        Replaced::File { .. } => "file",
    };
    let name = step.what.value_name().map(|name| match name.to_string_lossy() {
        name if name.is_empty() => "(default)".to_owned(),
        name => name,
    });
    let names = step.what.path().iter().map(profile_format::Text::to_string_lossy).chain(name);
    let place = clean(&names.collect::<Vec<_>>().join("\\"));
    let (before, after) = match &step.what {
        Replaced::Key { before, after, .. } => (before.as_ref().map(key_text), after.then(|| "there".to_owned())),
        Replaced::Value { before, after, .. } => (before.as_ref().map(value_text), after.as_ref().map(value_text)),
        Replaced::File { before, security, after, .. } => {
            let before = before.map(|file| format!("{}{}", file_text(file), security_text(security.as_ref())));
            (before, after.map(file_text))
        }
    };
    let state = |state: Option<String>| match state {
        None => "absent".to_owned(),
        Some(_) if !reveal => "there (shown with --reveal)".to_owned(),
        Some(text) => text,
    };
    format!(
        "  {kind} {place} ({})\n    before  {}\n    after   {}\n",
        clean(&step.settings.join(", ")),
        state(before),
        state(after)
    )
}

fn key_text(state: &KeyState) -> String {
    let class = state.class.as_ref().map(|class| format!(", class {}", clean(&class.to_string_lossy())));
    format!("there{}{}", class.unwrap_or_default(), security_text(state.security.as_ref()))
}

fn value_text(value: &Value) -> String {
    crate::value::text(value.kind, &value.data.0)
}

fn file_text(file: FileState) -> String {
    format!("{} bytes, SHA-256 {}", describe::grouped(file.content.size), file.content.id)
}

/// That there is one: its bytes tell a person nothing.
fn security_text(security: Option<&Bytes>) -> String {
    security.map_or_else(String::new, |security| format!(", access list of {} bytes", security.0.len()))
}
