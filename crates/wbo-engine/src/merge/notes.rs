//! Notes: they go with the settings that they are about.

use std::collections::{BTreeMap, BTreeSet};

use profile_format::{Note, Section, Setting as Captured};

use super::Said;
use super::three::{Three, bits};

/// What a document has of each setting.
pub(super) type ById<'s> = BTreeMap<&'s str, Vec<&'s Captured>>;

/// The notes of a merge: those about a setting come from the side that the setting came from.
pub(super) fn merge(three: Three<&Said>, merged: &[Section]) -> Vec<Note> {
    let merged = by_id(merged);
    let settings = three.map(|said| by_id(&said.sections));
    let notes = three.map(|said| said.notes.iter().collect::<BTreeSet<_>>());
    let all: BTreeSet<&Note> = notes.as_ref().each().into_iter().flatten().copied().collect();
    let stays = |note: &&Note| {
        let has = notes.as_ref().map(|notes| notes.contains(note));
        let of = note.setting.as_deref().map(|id| {
            let result = merged.get(id);
            (result == settings.ours.get(id), result == settings.theirs.get(id))
        });
        match of {
            Some((true, false)) => has.ours,
            Some((false, true)) => has.theirs,
            // What came from both sides lacks what either of them lacks.
            Some((false, false)) => has.ours || has.theirs,
            Some((true, true)) | None => bits(has.map(u32::from)) == 1,
        }
    };
    all.into_iter().filter(stays).cloned().collect()
}

/// Settings by id, with all their instances.
pub(super) fn by_id(sections: &[Section]) -> ById<'_> {
    let mut all = ById::new();
    for setting in sections.iter().flat_map(|section| &section.settings) {
        all.entry(&setting.id).or_default().push(setting);
    }
    all
}
