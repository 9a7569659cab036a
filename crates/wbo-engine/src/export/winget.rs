//! The list of packages that `winget import` reads: its packages schema, version 2.0.

use std::collections::BTreeMap;

use profile_format::{AppFlags, DesktopApp, StoreApp, Text};
use serde::Serialize;

use super::{Outcome, Request, Subject, Why};

/// A list of packages, and what of the profile's apps is in it.
#[derive(Debug)]
pub struct WingetExport {
    /// The list.
    pub packages: WingetPackages,
    /// What is in it.
    pub outcome: Outcome,
}

/// A file for `winget import`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WingetPackages {
    #[serde(rename = "$schema")]
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<String>,
    sources: Vec<SourcePackages>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SourcePackages {
    packages: Vec<Package>,
    source_details: SourceDetails,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SourceDetails {
    argument: &'static str,
    identifier: &'static str,
    name: &'static str,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Package {
    package_identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

/// The apps of a profile that winget can install. `created` is when the profile was captured, as RFC 3339 has it;
/// `versions` asks for the versions that were there.
pub fn winget(request: &Request<'_>, created: Option<String>, versions: bool) -> WingetExport {
    let mut outcome = Outcome::default();
    let (mut store, mut desktop) = (BTreeMap::new(), BTreeMap::new());
    let apps = request.selection.includes_apps().then_some(&request.document.apps);
    for app in apps.into_iter().flat_map(|apps| &apps.store) {
        match product_of(app) {
            Ok(id) => {
                // The Store has one version, the newest.
                store.entry(id.to_ascii_uppercase()).or_insert(None);
                outcome.exported.push(Subject::store_app(app));
            }
            Err(why) => outcome.leave_out(Subject::store_app(app), why),
        }
    }
    for app in apps.into_iter().flat_map(|apps| &apps.desktop) {
        match id_of(app) {
            Ok(id) => {
                let version = app.version.as_ref().filter(|_| versions).and_then(Text::to_unicode);
                // A program may be registered twice, as for 32 and for 64 bits.
                desktop.entry(id.to_owned()).or_insert(version);
                outcome.exported.push(Subject::desktop_app(app));
            }
            Err(why) => outcome.leave_out(Subject::desktop_app(app), why),
        }
    }
    let sources = [(WINGET, desktop), (MSSTORE, store)];
    // The schema has no source without packages.
    let sources = sources.into_iter().filter(|(_, packages)| !packages.is_empty());
    let sources = sources.map(|(source_details, packages)| SourcePackages {
        packages: packages
            .into_iter()
            .map(|(package_identifier, version)| Package { package_identifier, version })
            .collect(),
        source_details,
    });
    let packages = WingetPackages { schema: SCHEMA, creation_date: created, sources: sources.collect() };
    WingetExport { packages, outcome }
}

fn product_of(app: &StoreApp) -> Result<&str, Why> {
    if app.full_name.is_none() && app.flags.contains(AppFlags::DEPROVISIONED) {
        return Err(Why::NotInstalled);
    }
    let id = app.product.as_deref().ok_or(Why::NoProductId)?;
    let is_id = PRODUCT_ID.contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { Ok(id) } else { Err(Why::NoId(id.to_owned())) }
}

fn id_of(app: &DesktopApp) -> Result<&str, Why> {
    let id = app.winget.as_deref().ok_or(Why::NoWingetId)?;
    if is_package_id(id) { Ok(id) } else { Err(Why::NoId(id.to_owned())) }
}

/// Two to eight words of up to 32 characters, with dots between them.
fn is_package_id(id: &str) -> bool {
    let is_of_word =
        |character: char| !character.is_whitespace() && !character.is_control() && !r#"\/:*?"<>|"#.contains(character);
    let is_word = |word: &str| (1..=32).contains(&word.chars().count()) && word.chars().all(is_of_word);
    (2..=8).contains(&id.split('.').count()) && id.split('.').all(is_word)
}

const SCHEMA: &str = "https://aka.ms/winget-packages.schema.2.0.json";

const WINGET: SourceDetails = SourceDetails {
    argument: "https://cdn.winget.microsoft.com/cache",
    identifier: "Microsoft.Winget.Source_8wekyb3d8bbwe",
    name: "winget",
    r#type: "Microsoft.PreIndexed.Package",
};

const MSSTORE: SourceDetails = SourceDetails {
    argument: "https://storeedgefd.dsx.mp.microsoft.com/v9.0",
    identifier: "StoreEdgeFD",
    name: "msstore",
    r#type: "Microsoft.Rest",
};

/// Ids of products have twelve letters and digits; those of desktop programs in the Store begin with XP and have fourteen.
const PRODUCT_ID: std::ops::RangeInclusive<usize> = 12..=14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_packages() {
        for id in ["7zip.7zip", "Python.Python.3.12", "Notepad++.Notepad++", "a.b.c.d.e.f.g.h", "Ä.ö"] {
            assert!(is_package_id(id), "{id}");
        }
        let long = format!("a.{}", "b".repeat(33));
        for id in ["", "a", "a.", ".a", "a..b", "a b.c", "a.b\n", "a.b/c", "a.b.c.d.e.f.g.h.i", "--x", &long] {
            assert!(!is_package_id(id), "{id}");
        }
    }
}
