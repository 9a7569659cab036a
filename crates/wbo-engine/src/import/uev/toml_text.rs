//! Texts as TOML writes them.

/// A text in quotes, whatever is in it.
pub(super) fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            character if character.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(character))),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of texts.
pub(super) fn texts(list: &[String]) -> String {
    format!("[{}]", list.iter().map(|text| literal(text)).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>()) {
            let table: toml::Table = toml::from_str(&format!("a = {}", literal(&text))).unwrap();
            prop_assert_eq!(table["a"].as_str(), Some(&*text));
        }
    }
}
