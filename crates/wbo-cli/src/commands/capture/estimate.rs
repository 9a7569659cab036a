//! How much settings are.

use profile_format::{Document, Item};

use super::CategorySize;

/// About the bytes of each category's records, before they are compressed.
pub(super) fn categories(document: &Document) -> Vec<CategorySize> {
    let of_section = |section: &profile_format::Section| CategorySize {
        category: section.category.name().map_or_else(|| section.category.0.to_string(), ToOwned::to_owned),
        settings: section.settings.len(),
        bytes: section.settings.iter().flat_map(|setting| &setting.items).map(size).sum(),
    };
    document.sections.iter().map(of_section).collect()
}

fn size(item: &Item) -> u64 {
    let names: usize = item.path().iter().chain(item.value_name()).map(|text| text.0.len() * 2).sum();
    let data = match item {
        Item::Value { state: Some(value), .. } => value.data.0.len(),
        _ => 0,
    };
    (names + data + 16) as u64
}
