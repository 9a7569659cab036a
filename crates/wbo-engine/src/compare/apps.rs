//! Which apps came, went or were updated.

use std::collections::BTreeMap;

use profile_format::{AppFlags, Apps, DesktopApp, DesktopScope, StoreApp, Text};

/// An app that is not the same in two profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppDifference {
    /// What kind of app it is.
    pub kind: AppKind,
    /// The family of a Store app, the name of the Uninstall key of a desktop program.
    pub id: String,
    /// The name shown to people, where one of the profiles has it.
    pub title: Option<String>,
    /// What the first profile says; `None`: it does not list it.
    pub before: Option<AppState>,
    /// What the second profile says.
    pub after: Option<AppState>,
}

/// What kind of app it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppKind {
    /// From a package.
    Store,
    /// A desktop program, for the user or for the machine.
    Desktop(DesktopScope),
}

/// What a profile says of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppState {
    /// The versions that are installed: of a package there may be several.
    pub versions: Vec<String>,
    /// Where it is pinned, and for whom it is there: words that stay the same from version to version.
    pub flags: Vec<&'static str>,
    /// The ids under which it can be installed again.
    pub ids: Vec<String>,
}

impl AppKind {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Desktop(DesktopScope::USER) => "desktop-user",
            Self::Desktop(DesktopScope::MACHINE) => "desktop-machine",
            Self::Desktop(DesktopScope::MACHINE_32) => "desktop-machine-32",
            Self::Desktop(_) => "desktop",
        }
    }
}

impl AppDifference {
    /// A word for what happened to it.
    pub fn word(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "added",
            (_, None) => "removed",
            (Some(before), Some(after)) if before.versions != after.versions => "updated",
            _ => "changed",
        }
    }
}

type Listed = BTreeMap<(AppKind, String), (Option<String>, AppState)>;

/// The apps that are not the same in two profiles: those of packages first, by family.
pub fn apps(before: &Apps, after: &Apps) -> Vec<AppDifference> {
    let (before, mut after) = (listed(before), listed(after));
    let mut differences = BTreeMap::new();
    for (key, (title, state)) in before {
        let other = after.remove(&key);
        if other.as_ref().is_some_and(|(_, other)| *other == state) {
            continue;
        }
        let (other_title, other) = other.map_or((None, None), |(title, state)| (title, Some(state)));
        differences.insert(key, (other_title.or(title), Some(state), other));
    }
    for (key, (title, state)) in after {
        differences.insert(key, (title, None, Some(state)));
    }
    let difference = |((kind, id), (title, before, after))| AppDifference { kind, id, title, before, after };
    differences.into_iter().map(difference).collect()
}

fn listed(apps: &Apps) -> Listed {
    let mut listed = Listed::new();
    for StoreApp { family, version, product, title, flags, .. } in &apps.store {
        // A name is a name in any case.
        let (known, state) = listed.entry((AppKind::Store, family.to_lowercase())).or_default();
        *known = known.take().or_else(|| title.as_ref().map(Text::to_string_lossy)).or_else(|| Some(family.clone()));
        state.versions.extend(version.clone());
        state.ids.extend(product.clone());
        state.flags.extend(words(*flags));
    }
    for DesktopApp { scope, key, title, version, winget, flags, .. } in &apps.desktop {
        let id = (AppKind::Desktop(*scope), key.to_string_lossy());
        let (known, state) = listed.entry(id).or_default();
        *known = known.take().or_else(|| title.as_ref().map(Text::to_string_lossy));
        state.versions.extend(version.as_ref().map(Text::to_string_lossy));
        state.ids.extend(winget.clone());
        state.flags.extend(words(*flags));
    }
    for (_, state) in listed.values_mut() {
        state.versions.sort();
        state.ids.sort();
        state.ids.dedup();
        state.flags.sort_unstable();
        state.flags.dedup();
    }
    listed
}

fn words(flags: AppFlags) -> impl Iterator<Item = &'static str> {
    AppFlags::NAMED.into_iter().filter(move |(flag, _)| flags.contains(*flag)).map(|(_, word)| word)
}
