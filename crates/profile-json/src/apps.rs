//! The app manifest.

use profile_format::{AppFlags, Apps, DesktopApp, DesktopScope, StoreApp};
use serde::{Deserialize, Serialize};

use crate::error::{At, Located};
use crate::flags::Flags;
use crate::object::Object;
use crate::order;
use crate::text::TextJson;
use crate::words::Word;

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AppsJson {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    store: Vec<Object<StoreAppJson>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    desktop: Vec<Object<DesktopAppJson>>,
}

impl AppsJson {
    pub(crate) fn write(apps: &Apps) -> Self {
        Self {
            store: apps.store.iter().map(|app| Object(StoreAppJson::write(app))).collect(),
            desktop: apps.desktop.iter().map(|app| Object(DesktopAppJson::write(app))).collect(),
        }
    }

    pub(crate) fn read(self) -> Result<Apps, Located> {
        let store = self.store.into_iter().map(|app| Ok(app.0.read()));
        let desktop = self.desktop.into_iter().map(|app| Ok(app.0.read()));
        Ok(Apps {
            store: order::sorted(store, order::store_apps).at("store")?,
            desktop: order::sorted(desktop, order::desktop_apps).at("desktop")?,
        })
    }
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreAppJson {
    family: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    architecture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<TextJson>,
    #[serde(default, skip_serializing_if = "Flags::is_empty")]
    flags: Flags<AppFlags>,
}

impl StoreAppJson {
    fn write(app: &StoreApp) -> Self {
        Self {
            family: app.family.clone(),
            full_name: app.full_name.clone(),
            version: app.version.clone(),
            architecture: app.architecture.clone(),
            publisher: app.publisher.clone(),
            product: app.product.clone(),
            title: app.title.clone().map(TextJson),
            flags: Flags(app.flags),
        }
    }

    fn read(self) -> StoreApp {
        StoreApp {
            family: self.family,
            full_name: self.full_name,
            version: self.version,
            architecture: self.architecture,
            publisher: self.publisher,
            product: self.product,
            title: self.title.map(|title| title.0),
            flags: self.flags.0,
        }
    }
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DesktopAppJson {
    scope: Word<DesktopScope>,
    key: TextJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<TextJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    winget: Option<String>,
    #[serde(default, skip_serializing_if = "Flags::is_empty")]
    flags: Flags<AppFlags>,
}

impl DesktopAppJson {
    fn write(app: &DesktopApp) -> Self {
        Self {
            scope: Word(app.scope),
            key: TextJson(app.key.clone()),
            title: app.title.clone().map(TextJson),
            version: app.version.clone().map(TextJson),
            publisher: app.publisher.clone().map(TextJson),
            winget: app.winget.clone(),
            flags: Flags(app.flags),
        }
    }

    fn read(self) -> DesktopApp {
        DesktopApp {
            scope: self.scope.0,
            key: self.key.0,
            title: self.title.map(|title| title.0),
            version: self.version.map(|version| version.0),
            publisher: self.publisher.map(|publisher| publisher.0),
            winget: self.winget,
            flags: self.flags.0,
        }
    }
}
