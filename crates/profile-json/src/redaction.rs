//! What is left out of a redacted view.

use std::collections::BTreeSet;

use profile_format::{Content, ContentId, Document, Item, Note, Setting, SettingFlags, UndoStep};

/// The personal parts of one document. The default hides nothing.
#[derive(Default)]
pub(crate) struct Redaction<'a> {
    /// Ids of personal settings.
    ids: BTreeSet<&'a str>,
    /// What only personal settings and undo steps name.
    contents: BTreeSet<ContentId>,
}

impl<'a> Redaction<'a> {
    /// Finds what is personal. Where one instance of a setting is, the others are not shown either.
    pub(crate) fn of(document: &'a Document) -> Self {
        let settings = || document.sections.iter().flat_map(|section| &section.settings);
        let personal = settings().filter(|setting| setting.flags.contains(SettingFlags::PERSONAL));
        let ids: BTreeSet<_> = personal.map(|setting| setting.id.as_str()).collect();

        let (hidden, shown): (Vec<_>, Vec<_>) = settings().partition(|setting| ids.contains(setting.id.as_str()));
        let shown: BTreeSet<_> = shown.into_iter().flat_map(contents).collect();
        // What an apply replaced is raw, and nobody has said whether it is personal.
        let replaced = document.undo.iter().flat_map(|undo| &undo.steps).filter_map(|step| step.what.file_before());
        let hidden = hidden.into_iter().flat_map(contents).chain(replaced.map(|file| file.content.id));
        Self { contents: hidden.filter(|content| !shown.contains(content)).collect(), ids }
    }

    pub(crate) fn hides_setting(&self, setting: &Setting) -> bool {
        self.ids.contains(setting.id.as_str())
    }

    /// A note about a personal setting may say which instance, where and what.
    pub(crate) fn hides_note(&self, note: &Note) -> bool {
        note.setting.as_deref().is_some_and(|id| self.ids.contains(id))
    }

    /// A step for a personal setting may say which instance. Of the others, names are shown and states are not.
    pub(crate) fn hides_step(&self, step: &UndoStep) -> bool {
        step.settings.iter().any(|id| self.ids.contains(id.as_str()))
    }

    pub(crate) fn hides_content(&self, content: &Content) -> bool {
        self.contents.contains(&content.id)
    }
}

fn contents(setting: &Setting) -> impl Iterator<Item = ContentId> {
    setting.items.iter().filter_map(|item| match item {
        Item::File { state: Some(file), .. } => Some(file.content.id),
        _ => None,
    })
}
