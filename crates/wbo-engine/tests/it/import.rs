//! What files of others become.

mod backup;
mod reg;
mod uev;
mod usmt;
mod winget;

use wbo_engine::import::{Imported, Refused, Unknown};

/// What was not taken, a line for each.
fn left(unknown: &[Unknown], refused: &[Refused]) -> Vec<String> {
    let unknown = unknown.iter().map(|unknown| format!("unknown: {}: {}", unknown.place, unknown.why));
    let refused = refused.iter().map(|refused| format!("refused: {}: {}", refused.place, refused.why));
    unknown.chain(refused).collect()
}

/// What an import took of settings, as words of the catalogue.
fn taken(imported: &Imported) -> Vec<String> {
    let catalogue = crate::standard::catalogue();
    let settings = imported.sections.iter().flat_map(|section| &section.settings);
    let words = |captured: &profile_format::Setting| {
        let setting = catalogue.get(&captured.id).unwrap();
        let items = captured.items.iter().filter_map(|item| wbo_engine::describe::item(setting, item));
        format!("{}: {}", captured.id, items.collect::<Vec<_>>().join(", "))
    };
    settings.map(words).collect()
}

/// A secret of a form that is known anywhere.
fn secret() -> String {
    ["https://alice:", "S3cret", "Pw99@example.org/"].concat()
}
