//! Apps of a backup.

use profile_format::{AppFlags, DesktopApp, StoreApp, Text};

use super::Taking;
use crate::apps::FamilyName;
use crate::import::Refused;
use crate::import::json::Json;

impl Taking<'_> {
    /// Takes an app: one from a package is known by its family, another by the name of its Uninstall key.
    pub(super) fn app(&mut self, app: &Json) {
        let Some(id) = app.text("appId") else { return self.unknown(super::APP, "an app without an id") };
        let texts = ["appId", "appName", "publisher", "appVersion", "wingetID"].map(|name| app.text(name));
        if texts.into_iter().flatten().any(|text| !self.request.is_shown(text)) {
            let why = "a secret stands in its entry".to_owned();
            return self.imported.refused.push(Refused { setting: None, place: super::APP.to_owned(), why });
        }
        let text = |name| app.text(name).map(Text::from);
        let is_pinned = app.get("isPinned") == Some(&Json::Bool(true));
        let flags = if is_pinned { AppFlags::PINNED_TO_START } else { AppFlags::default() };
        if let Some(family) = FamilyName::parse(id) {
            let version = app.text("appVersion").map(ToOwned::to_owned);
            let family = family.to_string();
            let app = StoreApp { family, version, title: text("appName"), flags, ..StoreApp::default() };
            return self.imported.apps.store.push(app);
        }
        self.imported.apps.desktop.push(DesktopApp {
            key: Text::from(id),
            title: text("appName"),
            version: text("appVersion"),
            publisher: text("publisher"),
            winget: app.text("wingetID").map(ToOwned::to_owned),
            flags,
            ..DesktopApp::default()
        });
    }
}
