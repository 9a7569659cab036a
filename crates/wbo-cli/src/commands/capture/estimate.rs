//! How much settings are.

use profile_format::Document;
use wbo_engine::capture::size_of;

use super::CategorySize;

/// About the bytes of each category's records, before they are compressed.
pub(super) fn categories(document: &Document) -> Vec<CategorySize> {
    let of_section = |section: &profile_format::Section| CategorySize {
        category: section.category.name().map_or_else(|| section.category.0.to_string(), ToOwned::to_owned),
        settings: section.settings.len(),
        bytes: section.settings.iter().flat_map(|setting| &setting.items).map(|item| size_of(item) as u64).sum(),
    };
    document.sections.iter().map(of_section).collect()
}
