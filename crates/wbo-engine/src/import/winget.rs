//! What `winget export` writes: the apps to install again, by the ids of their sources.

use profile_format::{AppFlags, Apps, DesktopApp, DesktopScope, StoreApp, Text};

use super::json::{self, Json, JsonError};
use super::{Imported, Refused, Unknown};
use crate::apps::family_of_product;
use crate::secrets::Secrets;

/// Why a file is no list of packages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WingetError {
    /// It is not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// It is other JSON.
    #[error("it is no list of packages: it has no \"Sources\"; `winget export -o FILE` writes one")]
    NoSources,
    /// It has a form that came later.
    #[error("its form is \"{found}\"; packages.schema.1.0 and packages.schema.2.0 of winget are read")]
    OtherForm {
        /// What it names as its form.
        found: String,
    },
    /// It has more packages than anybody has.
    #[error("it has more than {most} packages")]
    TooMany {
        /// The limit.
        most: usize,
    },
}

/// Packages of one file. A PC has some hundreds.
const PACKAGES: usize = 1 << 16;

/// The most characters of an id, which winget limits itself.
const ID: usize = 128;

/// The forms that are read, by the end of the address that a file names.
const FORMS: [&str; 2] = ["winget-packages.schema.1.0.json", "winget-packages.schema.2.0.json"];

/// Where a package is from.
enum From {
    Winget,
    Store,
    Elsewhere(String),
}

/// Takes the apps that a file lists.
pub fn winget(bytes: &[u8], secrets: &Secrets) -> Result<Imported, WingetError> {
    let json = json::parse(bytes)?;
    if let Some(form) = json.text("$schema")
        && !FORMS.iter().any(|known| form.to_ascii_lowercase().ends_with(known))
    {
        return Err(WingetError::OtherForm { found: form.chars().take(ID).collect() });
    }
    json.get("Sources").ok_or(WingetError::NoSources)?;
    let mut list = List { apps: Apps::default(), imported: Imported::default(), secrets };
    let sources = json.list("Sources");
    if sources.iter().map(|source| source.list("Packages").len()).sum::<usize>() > PACKAGES {
        return Err(WingetError::TooMany { most: PACKAGES });
    }
    for source in sources {
        let from = From::of(source);
        source.list("Packages").iter().for_each(|package| list.package(package, &from));
    }
    Ok(list.finish())
}

impl From {
    fn of(source: &Json) -> Self {
        let details = source.get("SourceDetails");
        let text = |name| details.and_then(|details| details.text(name)).unwrap_or_default();
        match (text("Identifier"), text("Name")) {
            ("Microsoft.Winget.Source_8wekyb3d8bbwe", _) | ("", "winget") => Self::Winget,
            ("StoreEdgeFD", _) | ("", "msstore") => Self::Store,
            (_, name) => Self::Elsewhere(name.to_owned()),
        }
    }
}

struct List<'s> {
    apps: Apps,
    imported: Imported,
    secrets: &'s Secrets,
}

impl List<'_> {
    fn package(&mut self, package: &Json, from: &From) {
        // Form 1.0 says Id where 2.0 says PackageIdentifier.
        let Some(id) = package.text("PackageIdentifier").or_else(|| package.text("Id")).filter(|id| is_id(id)) else {
            return self.unknown("a package without an id", "nobody can install it again");
        };
        if self.secrets.content(id.as_bytes()).is_some() {
            let why = "a secret stands in its id".to_owned();
            return self.imported.refused.push(Refused { setting: None, place: "a package".to_owned(), why });
        }
        match from {
            From::Winget => self.desktop(package, id),
            From::Store => self.store(package, id),
            From::Elsewhere(source) => {
                let shown = self.secrets.content(source.as_bytes()).is_none().then_some(source.as_str());
                let why = format!("it is from the source {:?}, whose ids mean nothing elsewhere", shown.unwrap_or("?"));
                self.unknown(id, &why);
            }
        }
        for name in ["InitialOverrideArguments", "InitialCustomSwitches"] {
            if package.text(name).is_some() {
                self.unknown(&format!("{id}: {name}"), "arguments of installers are not kept");
            }
        }
    }

    fn desktop(&mut self, package: &Json, id: &str) {
        let scope = match package.text("Scope") {
            Some("user") => DesktopScope::USER,
            Some("machine") => DesktopScope::MACHINE,
            _ => DesktopScope::default(),
        };
        // Where it registers itself is not said; its id stands for that.
        let key = Text::from(id);
        let version = self.version(package).map(|version| Text::from(&*version));
        let winget = Some(id.to_owned());
        self.apps.desktop.push(DesktopApp { scope, key, version, winget, ..DesktopApp::default() });
    }

    fn store(&mut self, package: &Json, id: &str) {
        let Some(family) = family_of_product(id) else {
            return self.unknown(id, "which app has this id in the Store is not known here");
        };
        let (version, product) = (self.version(package), Some(id.to_owned()));
        let flags = AppFlags::default();
        self.apps.store.push(StoreApp { family, version, product, flags, ..StoreApp::default() });
    }

    fn version(&self, package: &Json) -> Option<String> {
        let version = package.text("Version").filter(|version| is_id(version));
        version.filter(|version| self.secrets.content(version.as_bytes()).is_none()).map(ToOwned::to_owned)
    }

    fn unknown(&mut self, place: &str, why: &str) {
        self.imported.unknown.push(Unknown { place: place.to_owned(), why: why.to_owned() });
    }

    fn finish(mut self) -> Imported {
        super::sort_apps(&mut self.apps);
        self.imported.apps = self.apps;
        self.imported.sort();
        self.imported
    }
}

fn is_id(text: &str) -> bool {
    text.chars().count() <= ID && !text.contains(char::is_control)
}
