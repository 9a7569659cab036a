//! Apps by family or key: the higher version wins, and each pin is what one side made of it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use profile_format::{AppFlags, Apps, DesktopApp, StoreApp, Text};

use super::conflict::{About, Arbiter, ConflictItem};
use super::three::{Three, bits};
use super::version;
use crate::compare::{AppKind, State};

/// Merges the apps of three documents.
pub(super) fn merge(three: Three<&Apps>, arbiter: &mut Arbiter<'_>) -> Apps {
    let mut store = of_kind(three.map(|apps| &*apps.store), arbiter);
    store.sort_by(|one, other| (&one.family, &one.full_name).cmp(&(&other.family, &other.full_name)));
    let mut desktop = of_kind(three.map(|apps| &*apps.desktop), arbiter);
    desktop.sort_by(|one, other| (one.scope, &one.key).cmp(&(other.scope, &other.key)));
    Apps { store, desktop }
}

/// What the two kinds of apps share.
pub(super) trait App: Clone + Ord {
    /// What tells it from others.
    fn id(&self) -> (AppKind, String);
    fn title(&self) -> Option<String>;
    fn version(&self) -> Option<String>;
    fn flags(&self) -> AppFlags;
    fn set_flags(&mut self, flags: AppFlags);
}

impl App for StoreApp {
    fn id(&self) -> (AppKind, String) {
        // A name is a name in any case.
        (AppKind::Store, self.family.to_lowercase())
    }

    fn title(&self) -> Option<String> {
        Some(self.title.as_ref().map_or_else(|| self.family.clone(), Text::to_string_lossy))
    }

    fn version(&self) -> Option<String> {
        self.version.clone()
    }

    fn flags(&self) -> AppFlags {
        self.flags
    }

    fn set_flags(&mut self, flags: AppFlags) {
        self.flags = flags;
    }
}

impl App for DesktopApp {
    fn id(&self) -> (AppKind, String) {
        (AppKind::Desktop(self.scope), self.key.to_string_lossy())
    }

    fn title(&self) -> Option<String> {
        self.title.as_ref().map(Text::to_string_lossy)
    }

    fn version(&self) -> Option<String> {
        self.version.as_ref().map(Text::to_string_lossy)
    }

    fn flags(&self) -> AppFlags {
        self.flags
    }

    fn set_flags(&mut self, flags: AppFlags) {
        self.flags = flags;
    }
}

fn of_kind<A: App>(three: Three<&[A]>, arbiter: &mut Arbiter<'_>) -> Vec<A> {
    let mut merged = Vec::new();
    for ((kind, id), sides) in by_id(three) {
        let lists = sides.as_ref().map(Vec::as_slice);
        let apps = match lists.settled(|one, other| one == other) {
            Some(settled) => settled.iter().map(|app| (*app).clone()).collect(),
            None if lists.ours.is_empty() || lists.theirs.is_empty() => removed_or_changed(kind, &id, lists, arbiter),
            None => updated(lists),
        };
        merged.extend(apps);
    }
    merged
}

/// Apps of the same id: of a package, several versions and architectures may be there.
pub(super) fn by_id<A: App>(three: Three<&[A]>) -> BTreeMap<(AppKind, String), Three<Vec<&A>>> {
    let mut all: BTreeMap<_, Three<Vec<&A>>> = BTreeMap::new();
    for app in three.base {
        all.entry(app.id()).or_insert_with(nothing).base.push(app);
    }
    for app in three.ours {
        all.entry(app.id()).or_insert_with(nothing).ours.push(app);
    }
    for app in three.theirs {
        all.entry(app.id()).or_insert_with(nothing).theirs.push(app);
    }
    all
}

fn nothing<A>() -> Three<Vec<A>> {
    Three { base: Vec::new(), ours: Vec::new(), theirs: Vec::new() }
}

/// One side removed what the other changed.
fn removed_or_changed<A: App>(kind: AppKind, id: &str, lists: Three<&[&A]>, arbiter: &mut Arbiter<'_>) -> Vec<A> {
    let title = lists.each().into_iter().flatten().find_map(|app| app.title()).unwrap_or_else(|| id.to_owned());
    let items = vec![ConflictItem { place: None, states: lists.map(state) }];
    let take = arbiter.decide(About::App { kind, id: id.to_owned() }, title, false, items);
    lists.take(take).unwrap_or_default().iter().map(|app| (*app).clone()).collect()
}

/// Both sides have it: the higher version, and the pins as either side changed them.
fn updated<A: App>(lists: Three<&[&A]>) -> Vec<A> {
    let flags = lists.map(|list| list.iter().fold(0, |flags, app| flags | app.flags().0));
    let wanted = bits(flags);
    let by_version = version::compare(highest(lists.ours).as_deref(), highest(lists.theirs).as_deref());
    // Of the same version, which one is taken must not hang on who is called ours.
    let higher = match by_version.then_with(|| lists.ours.cmp(lists.theirs)) {
        Ordering::Less => lists.theirs,
        _ => lists.ours,
    };
    let there = higher.iter().fold(0, |flags, app| flags | app.flags().0);
    let with_flags = |app: &&A| {
        let mut app = (*app).clone();
        app.set_flags(AppFlags(app.flags().0 & wanted | wanted & !there));
        app
    };
    higher.iter().map(with_flags).collect()
}

/// The highest version of what is listed under one id.
fn highest<A: App>(list: &[&A]) -> Option<String> {
    let versions = list.iter().map(|app| app.version());
    versions.max_by(|one, other| version::compare(one.as_deref(), other.as_deref())).flatten()
}

fn state<A: App>(list: &[&A]) -> State {
    if list.is_empty() {
        return State::Absent { default: None };
    }
    let words = list.iter().map(|app| {
        let flags = AppFlags::NAMED.into_iter().filter(|(flag, _)| app.flags().contains(*flag));
        let flags = flags.map(|(_, word)| word.to_owned());
        let version = app.version().unwrap_or_else(|| "no version".to_owned());
        std::iter::once(version).chain(flags).collect::<Vec<_>>().join(", ")
    });
    State::Present(words.collect::<Vec<_>>().join("; "))
}
