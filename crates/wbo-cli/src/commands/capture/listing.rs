//! What was captured, or would be, for people and for programs.

use super::{CaptureReport, UserReport};
use crate::clean::Clean;
use crate::describe::{count, grouped};

pub(super) fn text(report: &CaptureReport, estimate: bool) -> String {
    report.users.iter().map(|user| text_of_user(user, estimate)).collect()
}

fn text_of_user(user: &UserReport, estimate: bool) -> String {
    let name = Clean(&user.user);
    let Some(captured) = &user.captured else { return format!("{name}: not captured\n") };
    let mut text = String::new();
    captured.list.iter().flatten().filter(|setting| !setting.absent).for_each(|setting| text.push_str(&setting.line()));
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
