//! Settings, instance by instance and item by item; those of a group as a whole.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::{Category, Item, Section, Setting as Captured, SettingFlags};

use super::conflict::{self, About, Arbiter, ConflictItem, by_text, items};
use super::three::{Three, aligned, aligned_items, bits};
use super::{Counts, name, parts, sections_of};
use crate::capture::is_absent;
use crate::catalogue::{Catalogue, Setting};
use crate::compare::item::is_same;

/// All instances of a setting, on each side.
type Instances<'s> = Three<Vec<&'s Captured>>;

/// All settings, by category and id.
type All<'s> = BTreeMap<(Category, &'s str), Instances<'s>>;

/// An instance of a setting of a group.
type Member<'s> = (Category, &'s Captured);

struct Merger<'m, 'a> {
    catalogue: &'m Catalogue,
    arbiter: &'m mut Arbiter<'a>,
    settings: Vec<(Category, Captured)>,
    counts: Counts,
}

/// Merges the settings of three documents.
pub(super) fn merge(
    three: Three<&[Section]>,
    catalogue: &Catalogue,
    arbiter: &mut Arbiter<'_>,
) -> (Vec<Section>, Counts) {
    let all = by_id(three);
    let mut merger = Merger { catalogue, arbiter, settings: Vec::new(), counts: Counts::default() };
    let mut done = BTreeSet::new();
    for ((category, id), instances) in &all {
        let known = catalogue.get(id);
        match group_of(catalogue, id) {
            None => merger.setting(*category, known, instances),
            Some(group) if done.insert(group) => merger.group(group, *category, &members(&all, catalogue, group)),
            Some(_) => (),
        }
    }
    (sections_of(merger.settings), merger.counts)
}

fn group_of<'c>(catalogue: &'c Catalogue, id: &str) -> Option<&'c str> {
    catalogue.get(id).and_then(|setting| setting.group.as_deref())
}

fn by_id<'s>(three: Three<&'s [Section]>) -> All<'s> {
    let mut all = All::new();
    let mut add = |sections: &'s [Section], side: for<'a> fn(&'a mut Instances<'s>) -> &'a mut Vec<&'s Captured>| {
        for section in sections {
            for setting in &section.settings {
                side(all.entry((section.category, &setting.id)).or_default()).push(setting);
            }
        }
    };
    add(three.base, |instances| &mut instances.base);
    add(three.ours, |instances| &mut instances.ours);
    add(three.theirs, |instances| &mut instances.theirs);
    all
}

/// The settings of a group, on each side.
fn members<'s>(all: &All<'s>, catalogue: &Catalogue, group: &str) -> Three<Vec<Member<'s>>> {
    let mut members = Three::<Vec<Member<'s>>>::default();
    for ((category, _), instances) in all.iter().filter(|((_, id), _)| group_of(catalogue, id) == Some(group)) {
        let with_category = |captured: &&'s Captured| (*category, *captured);
        members.base.extend(instances.base.iter().map(with_category));
        members.ours.extend(instances.ours.iter().map(with_category));
        members.theirs.extend(instances.theirs.iter().map(with_category));
    }
    members
}

impl<'m> Merger<'m, '_> {
    fn setting(&mut self, category: Category, known: Option<&Setting>, instances: &Instances<'_>) {
        let lists = instances.as_ref().map(Vec::as_slice);
        let rows = aligned(lists, |captured| captured.instance.as_ref().map(name), |captured| &captured.instance);
        for row in rows {
            let merged = self.instance(category, known, row.map(Option::<&&Captured>::copied));
            self.settings.extend(merged.map(|setting| (category, setting)));
        }
    }

    fn instance(
        &mut self,
        category: Category,
        known: Option<&Setting>,
        row: Three<Option<&Captured>>,
    ) -> Option<Captured> {
        let same = |one: Option<&Captured>, other: Option<&Captured>| is_same_setting(known, one, other);
        if let Some(settled) = row.settled(same) {
            self.counts.count(row, same);
            return settled.cloned();
        }
        let conflicts = self.arbiter.conflicts.len();
        let merged = match (row.ours, row.theirs) {
            (Some(ours), Some(theirs)) if has_tokens(ours) == has_tokens(theirs) => {
                self.item_by_item(category, known, row, ours)
            }
            _ => self.as_a_whole(category, known, row),
        };
        match self.arbiter.conflicts.len() == conflicts {
            true => self.counts.combined += 1,
            false => self.counts.conflicts += 1,
        }
        merged
    }

    /// One side has it no more, or its texts are of another kind: there is nothing to put together.
    fn as_a_whole(
        &mut self,
        category: Category,
        known: Option<&Setting>,
        row: Three<Option<&Captured>>,
    ) -> Option<Captured> {
        let items = conflict::differing(known, row);
        let take = self.decide(category, known, row, items);
        row.take(take).flatten().cloned()
    }

    fn item_by_item(
        &mut self,
        category: Category,
        known: Option<&Setting>,
        row: Three<Option<&Captured>>,
        ours: &Captured,
    ) -> Option<Captured> {
        // Texts of another kind are no base for these.
        let base = row.base.filter(|base| has_tokens(base) == has_tokens(ours));
        let says = Three { base, ..row };
        let rows = aligned_items(says.map(items));
        let (several, by_text) = (rows.len() > 1, by_text(says.each()));
        let mut merged = Vec::new();
        for item in rows {
            let settled = item.settled(|one, other| is_same(known, one, other, by_text));
            let settled = settled.map(Option::<&Item>::cloned);
            let found = settled.or_else(|| parts::merged(known, item).map(Some)).unwrap_or_else(|| {
                let differs = conflict::states(known, says.map(|one| one.is_some()), item, several);
                let take = self.decide(category, known, row, differs.into_iter().collect());
                item.take(take).flatten().cloned()
            });
            merged.extend(found);
        }
        merged.sort_by(crate::compare::item::order);
        let flags = bits(row.map(|one| one.map_or(0, |captured| captured.flags.0)));
        let names = row.map(|one| one.and_then(|captured| captured.instance.as_ref()));
        let instance = names.settled(|_, _| false).unwrap_or_else(|| names.ours.max(names.theirs)).cloned();
        let setting = Captured { id: ours.id.clone(), instance, flags: SettingFlags(flags), items: merged };
        (!setting.items.is_empty()).then_some(setting)
    }

    fn decide(
        &mut self,
        category: Category,
        known: Option<&Setting>,
        row: Three<Option<&Captured>>,
        items: Vec<ConflictItem>,
    ) -> super::Take {
        let any = row.ours.max(row.theirs).or(row.base);
        let id = any.map(|captured| captured.id.clone()).unwrap_or_default();
        let instance = any.and_then(|captured| captured.instance.as_ref()).map(name);
        let title = known.map_or_else(|| id.clone(), |setting| setting.title.clone());
        let personal = conflict::is_personal(known, row);
        self.arbiter.decide(About::Setting { category, id, instance }, title, personal, items)
    }

    /// A group is what one side made of it, so that its settings still belong together.
    fn group(&mut self, name: &str, category: Category, members: &Three<Vec<Member<'_>>>) {
        let catalogue = self.catalogue;
        let lists = members.as_ref().map(Vec::as_slice);
        let same = |one: &[Member<'_>], other: &[Member<'_>]| is_same_group(catalogue, one, other);
        let taken = match lists.settled(same) {
            Some(settled) => {
                self.counts.count(lists, same);
                Some(settled)
            }
            None => {
                self.counts.conflicts += 1;
                let (personal, items) = self.differing_members(lists);
                let about = About::Group { category, name: name.to_owned() };
                lists.take(self.arbiter.decide(about, name.to_owned(), personal, items))
            }
        };
        let taken = taken.unwrap_or_default().iter();
        self.settings.extend(taken.map(|(category, captured)| (*category, (*captured).clone())));
    }

    fn differing_members(&self, lists: Three<&[Member<'_>]>) -> (bool, Vec<ConflictItem>) {
        let (mut personal, mut items) = (false, Vec::new());
        for row in rows_of(lists) {
            let row = row.map(|member| member.map(|(_, captured)| *captured));
            let Some(id) = row.ours.or(row.theirs).or(row.base).map(|captured| &captured.id) else { continue };
            let known = self.catalogue.get(id);
            let same = |one: Option<&Captured>, other: Option<&Captured>| is_same_setting(known, one, other);
            if same(row.ours, row.theirs) && same(row.base, row.ours) {
                continue;
            }
            personal |= conflict::is_personal(known, row);
            let title = known.map_or(id, |setting| &setting.title);
            items.extend(conflict::differing(known, row).into_iter().map(|item| {
                let place = item.place.map_or_else(|| title.clone(), |place| format!("{title}: {place}"));
                ConflictItem { place: Some(place), ..item }
            }));
        }
        (personal, items)
    }
}

/// Members of a group that are the same setting.
fn rows_of<'s>(lists: Three<&'s [Member<'s>]>) -> Vec<Three<Option<&'s Member<'s>>>> {
    let folded = |(category, captured): &'s Member<'s>| (*category, &captured.id, captured.instance.as_ref().map(name));
    aligned(lists, folded, |(_, captured)| &captured.instance)
}

fn is_same_group(catalogue: &Catalogue, one: &[Member<'_>], other: &[Member<'_>]) -> bool {
    rows_of(Three { base: one, ours: other, theirs: &[] }).into_iter().all(|row| {
        let row = row.map(|member| member.map(|(_, captured)| *captured));
        let id = row.base.or(row.ours).map(|captured| &captured.id);
        is_same_setting(id.and_then(|id| catalogue.get(id)), row.base, row.ours)
    })
}

/// Whether two sides say the same of a setting, where not named is not there.
fn is_same_setting(known: Option<&Setting>, one: Option<&Captured>, other: Option<&Captured>) -> bool {
    if one == other {
        return true;
    }
    let by_text = by_text([one, other]);
    let lists = Three { base: items(one), ours: items(other), theirs: &[] };
    let rows = aligned_items(lists);
    let same = rows.iter().all(|row| is_same(known, row.base, row.ours, by_text));
    let comparable = one.zip(other).is_none_or(|(one, other)| has_tokens(one) == has_tokens(other));
    same && (comparable || [one, other].into_iter().flat_map(items).all(is_absent))
}

/// Whether tokens stand for paths in its texts.
fn has_tokens(captured: &Captured) -> bool {
    captured.flags.contains(SettingFlags::TOKENS)
}

impl Counts {
    /// Counts something that needed no decision.
    fn count<T: Copy>(&mut self, three: Three<T>, same: impl Fn(T, T) -> bool) {
        let Three { base, ours, theirs } = three;
        let count = match (same(base, ours), same(base, theirs)) {
            (true, true) => &mut self.unchanged,
            (false, true) => &mut self.ours,
            (true, false) => &mut self.theirs,
            (false, false) => &mut self.both,
        };
        *count += 1;
    }
}
