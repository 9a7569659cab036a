//! The profile itself, or the part of it that is asked for.

use profile_format::{Apps, Category, Document};

use super::{Asked, Outcome, Request, Subject};

/// A profile without what is not asked for, and what is in it.
#[derive(Debug)]
pub struct DocumentExport {
    /// The profile.
    pub document: Document,
    /// What is in it.
    pub outcome: Outcome,
}

/// The part of a profile that is asked for, with the facts about whose it is.
pub fn document(request: &Request<'_>) -> DocumentExport {
    let mut document = request.document.clone();
    for section in &mut document.sections {
        let category = section.category;
        section.settings.retain(|captured| request.asks_for(&captured.id, category));
    }
    document.sections.retain(|section| !section.settings.is_empty());
    if !request.selection.includes_apps() {
        document.apps = Apps::default();
    }
    let is_about = |id: &str| request.asks_for(id, category_of(request, id));
    document.notes.retain(|note| note.setting.as_deref().is_none_or(is_about));
    let mut outcome = Outcome::default();
    outcome.exported.extend(request.settings().map(|asked: Asked<'_>| asked.subject()));
    outcome.exported.extend(document.apps.store.iter().map(Subject::store_app));
    outcome.exported.extend(document.apps.desktop.iter().map(Subject::desktop_app));
    DocumentExport { document, outcome }
}

/// The category under which the profile has a setting. A note may be about one that the profile has not, and that no
/// catalogue knows; then no category fits it.
fn category_of(request: &Request<'_>, id: &str) -> Category {
    let sections = &request.document.sections;
    let holds = |section: &&profile_format::Section| section.settings.iter().any(|captured| captured.id == id);
    sections.iter().find(holds).map_or(Category(u16::MAX), |section| section.category)
}
