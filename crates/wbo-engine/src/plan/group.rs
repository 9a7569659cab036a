//! Which settings are written together or not at all.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use profile_format::{NoteCode, Setting as Captured, SettingFlags};

use super::eligible::Judge;
use super::{Fate, Planned, Request, Skip};
use crate::catalogue::Setting;

/// Settings that are written together or not at all.
pub(crate) struct Unit<'p> {
    /// Each setting of the profile, with all its instances.
    pub(crate) members: Vec<Member<'p>>,
    /// Whether they sink together.
    pub(crate) together: bool,
    /// What the profile lacks of them.
    pub(crate) missing: Option<String>,
}

/// A setting of the profile.
pub(crate) struct Member<'p> {
    /// Its id.
    pub(crate) id: &'p str,
    /// What the catalogue knows of it.
    pub(crate) setting: Option<&'p Setting>,
    /// Its category, as the profile has it.
    pub(crate) category: profile_format::Category,
    /// All its instances.
    pub(crate) instances: Vec<Cow<'p, Captured>>,
}

/// All settings of a profile, by unit.
pub(crate) fn units<'p>(judge: &Judge<'p>) -> Vec<Unit<'p>> {
    let request = judge.request;
    let mut members: BTreeMap<&str, Member<'p>> = BTreeMap::new();
    for section in &request.document.sections {
        for captured in &section.settings {
            let member = members.entry(&captured.id).or_insert_with(|| Member {
                id: &captured.id,
                setting: request.catalogue.get(&captured.id),
                category: section.category,
                instances: Vec::new(),
            });
            member.instances.push(Cow::Borrowed(captured));
        }
    }
    for member in absent(judge).filter(|member| !members.contains_key(member.id)).collect::<Vec<_>>() {
        members.insert(member.id, member);
    }
    let known: BTreeSet<&str> = members.keys().copied().collect();
    let mut groups: BTreeMap<&str, Vec<Member<'p>>> = BTreeMap::new();
    let mut units = Vec::new();
    for (_, member) in members {
        match member.setting.and_then(|setting| setting.group.as_deref()) {
            Some(group) => groups.entry(group).or_default().push(member),
            None => units.push(Unit { members: vec![member], together: false, missing: None }),
        }
    }
    for (group, members) in groups {
        let of_group = |setting: &&Setting| setting.group.as_deref() == Some(group);
        let missing = request.catalogue.settings().filter(of_group).find(|setting| {
            !known.contains(&*setting.id) && is_expected(setting, request) && judge.judge(setting).is_ok()
        });
        units.push(Unit { members, together: true, missing: missing.map(|setting| setting.id.clone()) });
    }
    units
}

/// Settings of groups of which the profile says that there was nothing: not even a place for something absent, as with
/// keys whose values are found by patterns. That there is nothing is part of what the group says.
fn absent<'p>(judge: &Judge<'p>) -> impl Iterator<Item = Member<'p>> {
    let request = judge.request;
    let noted: BTreeSet<&str> = request
        .document
        .notes
        .iter()
        .filter(|note| note.code == NoteCode::ABSENT)
        .filter_map(|note| note.setting.as_deref())
        .collect();
    let grouped = request.catalogue.settings().filter(|setting| setting.group.is_some() && !setting.has_instances());
    grouped.filter(move |setting| noted.contains(&*setting.id)).map(|setting| Member {
        id: &setting.id,
        setting: Some(setting),
        category: setting.category,
        instances: vec![Cow::Owned(Captured {
            id: setting.id.clone(),
            instance: None,
            flags: SettingFlags::default(),
            items: Vec::new(),
        })],
    })
}

/// Whether a capture would have had a setting, were it only as absent.
fn is_expected(setting: &Setting, request: &Request<'_>) -> bool {
    let build = request.document.device.build;
    let had = setting.builds.is_all() || build.is_some_and(|build| setting.builds.contains(build));
    had && !setting.has_instances() && !setting.on_request && setting.became.is_none()
}

impl Unit<'_> {
    /// Why nothing of the unit is written, given what would become of each of it.
    pub(crate) fn sinks(&self, planned: &[Planned]) -> Option<Skip> {
        if !self.together {
            return None;
        }
        if let Some(without) = &self.missing {
            return Some(Skip::Incomplete { without: without.clone() });
        }
        planned.iter().find_map(|planned| match &planned.fate {
            Fate::Skipped(skip) if !skip.is_by_nature() => {
                Some(Skip::Together { with: planned.id.clone(), because: Box::new(skip.clone()) })
            }
            _ => None,
        })
    }
}
