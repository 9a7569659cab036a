//! A user's settings laid over a baseline: what the user has set wins, and of everything else the baseline speaks.

use std::collections::BTreeSet;

use profile_format::{Apps, Category, Device, Item, Note, NoteCode, Section, Setting as Captured, SettingFlags};

use super::apps::{App, by_id};
use super::conflict::items;
use super::three::{Three, aligned, aligned_items};
use super::{Said, name, notes, sections_of};
use crate::capture::is_absent;
use crate::catalogue::{Catalogue, Portability};
use crate::compare::item::order;

/// What `user` says, and of what is not set there what `baseline` says. It cannot come to a conflict.
///
/// Settings that mean something on one PC or one build of Windows alone come from the baseline only where it is of the
/// same.
pub fn layer(baseline: &Said, user: &Said, catalogue: &Catalogue) -> Said {
    let fits = |setting: &Captured| {
        let portability = catalogue.get(&setting.id).map_or(Portability::Roams, |setting| setting.portability);
        is_meant(portability, &baseline.device, &user.device)
    };
    let sections = sections(&baseline.sections, &user.sections, catalogue, &fits);
    let apps = Apps {
        store: apps(&baseline.apps.store, &user.apps.store, |app| (app.family.clone(), app.full_name.clone())),
        desktop: apps(&baseline.apps.desktop, &user.apps.desktop, |app| (app.scope, app.key.clone())),
    };
    let notes = layered_notes(baseline, user, &sections);
    Said { device: user.device.clone(), user: user.user.clone(), sections, apps, notes }
}

/// Whether a setting of one PC means the same on another.
fn is_meant(portability: Portability, one: &Device, other: &Device) -> bool {
    match portability {
        Portability::Roams | Portability::Information => true,
        Portability::SameDevice => one.smbios.is_some() && one.smbios == other.smbios,
        Portability::SameBuild => one.build.is_some() && one.build == other.build,
    }
}

/// A setting with its category.
type Placed<'s> = (Category, &'s Captured);

fn sections(
    baseline: &[Section],
    user: &[Section],
    catalogue: &Catalogue,
    fits: &dyn Fn(&Captured) -> bool,
) -> Vec<Section> {
    let (mut below, above) = (placed(baseline), placed(user));
    below.retain(|(_, setting)| fits(setting));
    let group = |setting: &Captured| catalogue.get(&setting.id).and_then(|setting| setting.group.as_deref());
    // A group is the user's as soon as anything of it is, so that its settings still belong together.
    let owned: BTreeSet<&str> =
        above.iter().filter(|(_, setting)| is_set(setting)).filter_map(|(_, setting)| group(setting)).collect();
    let said: BTreeSet<&str> = below.iter().filter_map(|(_, setting)| group(setting)).collect();
    let mut layered = Vec::new();
    let lists = Three { base: &*below, ours: &*above, theirs: &[] };
    let folded =
        |(category, setting): &Placed<'_>| (*category, setting.id.clone(), setting.instance.as_ref().map(name));
    for row in aligned(lists, folded, |(_, setting)| setting.instance.clone()) {
        let Some(&(category, any)) = row.ours.or(row.base) else { continue };
        let (below, above) = (row.base.map(|one| one.1), row.ours.map(|one| one.1));
        let setting = match group(any) {
            Some(group) if owned.contains(group) || !said.contains(group) => above.cloned(),
            Some(_) => below.cloned(),
            None => item_by_item(below, above),
        };
        layered.extend(setting.map(|setting| (category, setting)));
    }
    sections_of(layered)
}

fn placed(sections: &[Section]) -> Vec<Placed<'_>> {
    sections.iter().flat_map(|section| section.settings.iter().map(|setting| (section.category, setting))).collect()
}

/// Whether anything of it was set.
fn is_set(setting: &Captured) -> bool {
    !setting.items.iter().all(is_absent)
}

fn item_by_item(below: Option<&Captured>, above: Option<&Captured>) -> Option<Captured> {
    let (Some(base), Some(own)) = (below, above) else { return above.or(below).cloned() };
    let tokens = |setting: &Captured| setting.flags.contains(SettingFlags::TOKENS);
    if tokens(base) != tokens(own) {
        // Texts of the one kind do not stand beside those of the other.
        return Some(if is_set(own) { own } else { base }.clone());
    }
    let lists = Three { base: items(below), ours: items(above), theirs: &[] };
    let rows = aligned_items(lists);
    let pick = |row: Three<Option<&Item>>| match (row.ours.filter(|item| !is_absent(item)), row.base) {
        (Some(own), _) => Some(own.clone()),
        (None, base) => base.or(row.ours).cloned(),
    };
    let mut items: Vec<Item> = rows.into_iter().filter_map(pick).collect();
    items.sort_by(order);
    Some(Captured { flags: SettingFlags(base.flags.0 | own.flags.0), items, ..own.clone() })
}

/// The user's apps, and those of the baseline that the user does not have.
fn apps<A: App, K: Ord>(baseline: &[A], user: &[A], key: impl Fn(&A) -> K) -> Vec<A> {
    let rows = by_id(Three { base: baseline, ours: user, theirs: &[] }).into_values();
    let mut apps: Vec<A> =
        rows.flat_map(|row| if row.ours.is_empty() { row.base } else { row.ours }).cloned().collect();
    apps.sort_by_key(key);
    apps
}

/// The user's notes, and those of the baseline about what came from there. That there was nothing of a setting is no
/// longer so where the baseline has it.
fn layered_notes(baseline: &Said, user: &Said, layered: &[Section]) -> Vec<Note> {
    let (own, result) = (notes::by_id(&user.sections), notes::by_id(layered));
    let is_own = |note: &Note| note.setting.as_deref().is_none_or(|id| own.get(id) == result.get(id));
    let of_user = user.notes.iter().filter(|note| is_own(note) || note.code != NoteCode::ABSENT);
    let of_baseline = baseline.notes.iter().filter(|note| !is_own(note));
    of_user.chain(of_baseline).collect::<BTreeSet<_>>().into_iter().cloned().collect()
}
