//! Salvage: what a damaged file still gives.

use std::collections::BTreeSet;

use crate::document::{Apps, Category, Content, ContentId, Device, Facts, Note, Section, Undo, User};
use crate::error::{Damage, ReadError};
use crate::limits;
use crate::opened::Opened;
use crate::section::{SectionId, SectionKind};
use crate::source::ReadAt;

/// What could be read of a damaged profile, and what could not.
///
/// It is no [`Document`](crate::Document), and nothing takes it for one: what is missing here was not absent there.
#[derive(Debug)]
#[non_exhaustive]
pub struct Incomplete {
    /// Who made it, when, how and from what.
    pub facts: Facts,
    /// The PC that the settings were on.
    pub device: Device,
    /// The person whose settings they are.
    pub user: User,
    /// The sections that are whole.
    pub sections: Vec<Section>,
    /// The applications, if they are whole.
    pub apps: Option<Apps>,
    /// The notes, if they are whole.
    pub notes: Option<Vec<Note>>,
    /// What takes back an apply, if there is such a part and it is whole.
    pub undo: Option<Undo>,
    /// The contents that are whole. [`Opened::read_salvaged`] gives their bytes.
    pub contents: Vec<Content>,
    /// The contents that are not.
    pub lost_contents: Vec<Content>,
    /// What is damaged.
    pub damage: Vec<Damage>,
    whole: BTreeSet<ContentId>,
}

impl Incomplete {
    /// Whether `content` is whole.
    pub(crate) fn has(&self, content: &Content) -> bool {
        self.whole.contains(&content.id)
    }

    pub(crate) fn from_opened<S: ReadAt>(opened: &Opened<S>) -> Self {
        let mut damage = Vec::new();
        let mut keep = |error: ReadError, id: SectionId| match error {
            ReadError::Damaged(found) => damage.push(found),
            other => {
                if let ReadError::Damaged(found) = opened.damaged_section(id, other.to_string()) {
                    damage.push(found);
                }
            }
        };
        let settings = opened.sections().filter(|section| section.id.kind == SectionKind::SETTINGS);
        let mut sections = Vec::new();
        for id in settings.map(|section| section.id) {
            match opened.settings(Category(id.part)) {
                Ok(section) => sections.extend(section),
                Err(error) => keep(error, id),
            }
        }
        let apps = opened.apps().map_err(|error| keep(error, SectionId::APPS)).ok();
        let notes = opened.notes().map_err(|error| keep(error, SectionId::NOTES)).ok();
        let undo = opened.undo().map_err(|error| keep(error, SectionId::UNDO)).ok().flatten();
        let all = opened.contents().map_err(|error| keep(error, SectionId::CONTENT_INDEX)).unwrap_or_default();
        let lost_segments = lost_segments(opened, &mut |error| keep(error, SectionId::CONTENTS));
        let (contents, lost_contents) = split_contents(&all, &lost_segments);
        // Parts that are whole may still not fit together.
        if damage.is_empty()
            && let Err(ReadError::Damaged(found)) = opened.document()
        {
            damage.push(found);
        }
        Self {
            facts: opened.facts().clone(),
            device: opened.device().clone(),
            user: opened.user().clone(),
            sections,
            apps,
            notes,
            undo,
            whole: contents.iter().map(|content| content.id).collect(),
            contents,
            lost_contents,
            damage,
        }
    }
}

/// The segments of the contents that cannot be read. Each is tried by itself, so that one does not hide the next.
fn lost_segments<S: ReadAt>(opened: &Opened<S>, keep: &mut dyn FnMut(ReadError)) -> BTreeSet<u64> {
    let segments = opened.entry(SectionId::CONTENTS).map_or(0, |(_, entry)| entry.segments.len());
    let mut lost = BTreeSet::new();
    let mut next = 0;
    while next < segments {
        // Reads on until something is damaged, then goes on behind it.
        let mut good = next;
        let result = opened.read_segments(SectionId::CONTENTS, next..segments, &mut |number, _| {
            good = number + 1;
            Ok(())
        });
        next = match result {
            Ok(()) => segments,
            Err(error) => {
                keep(error);
                lost.insert(good as u64);
                good + 1
            }
        };
    }
    lost
}

/// Which contents have a byte in a lost segment, and which have none.
fn split_contents(all: &[Content], lost: &BTreeSet<u64>) -> (Vec<Content>, Vec<Content>) {
    let segment = limits::SEGMENT_LEN as u64;
    let mut start = 0;
    all.iter().partition(|content| {
        let (first, end) = (start / segment, (start + content.size).div_ceil(segment));
        start += content.size;
        content.size == 0 || lost.range(first..end.max(first + 1)).next().is_none()
    })
}
