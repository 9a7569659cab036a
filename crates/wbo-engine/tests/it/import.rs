//! What files of others become.

mod reg;
mod winget;

use wbo_engine::import::{Refused, Unknown};

/// What was not taken, a line for each.
fn left(unknown: &[Unknown], refused: &[Refused]) -> Vec<String> {
    let unknown = unknown.iter().map(|unknown| format!("unknown: {}: {}", unknown.place, unknown.why));
    let refused = refused.iter().map(|refused| format!("refused: {}: {}", refused.place, refused.why));
    unknown.chain(refused).collect()
}

/// A secret of a form that is known anywhere.
fn secret() -> String {
    ["https://alice:", "S3cret", "Pw99@example.org/"].concat()
}
