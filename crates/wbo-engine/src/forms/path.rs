//! Paths, as text or as lists of texts.

use registry::{Value, View};

/// One path.
pub(super) fn describe(value: &Value) -> Option<String> {
    match value.view() {
        View::Text(units) => Some(String::from_utf16_lossy(&units)),
        _ => None,
    }
}

/// Paths with commas between them.
pub(super) fn describe_all(value: &Value) -> Option<String> {
    let texts = match value.view() {
        View::Text(units) => vec![units],
        View::List(texts) => texts,
        _ => return None,
    };
    let texts: Vec<String> = texts.iter().map(|units| String::from_utf16_lossy(units)).collect();
    let paths = texts.iter().flat_map(|text| text.split([';', ','])).map(str::trim);
    Some(paths.filter(|path| !path.is_empty()).collect::<Vec<_>>().join(", "))
}
