//! docs/secrets.md, which says what the rules say.

use std::fmt::Write;
use std::path::Path;

use wbo_engine::secrets::{Denied, Found, Rule, Secrets};

#[test]
fn the_document_is_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/secrets.md");
    let document = document();
    if std::env::var_os("WBO_WRITE_DOCS").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == document, "docs/secrets.md is stale; WBO_WRITE_DOCS=1 writes it when this test runs");
}

#[test]
fn a_reason_is_a_sentence_without_content() {
    let rule = Secrets::standard().rules().next().unwrap();
    let reasons = [Found::Place, Found::Name, Found::Content].map(|found| Denied { rule, found }.to_string());
    assert_eq!(
        reasons,
        [
            "its place is for secrets: keys of Windows' data protection (DPAPI)",
            "its name says that it is a secret: keys of Windows' data protection (DPAPI)",
            "a secret is in it: keys of Windows' data protection (DPAPI)",
        ]
    );
}

const INTRODUCTION: &str = "# What is never captured\n\n\
    Written by the tests from `crates/wbo-engine/deny/secrets.toml`; `WBO_WRITE_DOCS=1` in the environment of the tests\n\
    writes it anew.\n\n\
    Passwords, keys and tokens stay on the PC that they were made for. Most of them are bound to it: what Windows encrypted\n\
    for a user there, nobody can read elsewhere, so to carry it along would help nobody but a thief. No catalogue and no\n\
    option captures them; a value or a file with a secret in it is left out as a whole, and the report says so without\n\
    saying what was in it. Each rule has a name, by which `wbo` tells why something was left out.\n\n\
    A place is meant in whatever way it is reached: in upper and lower case, for 32-bit programs, of other users, in any\n\
    control set, by short names of files, in an older Windows and in copies of a user's folder. A content is recognized in\n\
    UTF-8 and UTF-16, and as base64, hexadecimal or decimal numbers, also twice.\n\n\
    What cannot be recognized: a secret that a program compressed or encrypted in its own way, in a place and under a name\n\
    that say nothing, and a password in a sentence.\n";

fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    let has_place = |rule: &&Rule| {
        [&rule.keys, &rule.values, &rule.files, &rule.names, &rule.words].iter().any(|list| !list.is_empty())
    };
    text.push_str("\n## Places and names\n");
    for rule in Secrets::standard().rules().filter(has_place) {
        write!(text, "\n### `{}`: {}\n\n", rule.id, rule.title).unwrap();
        let mut list = |what: &str, all: &[String]| {
            let quoted: Vec<String> = all.iter().map(|one| format!("`{one}`")).collect();
            if !quoted.is_empty() {
                writeln!(text, "- {what}: {}", quoted.join(", ")).unwrap();
            }
        };
        list("keys", &rule.keys);
        list("values", &rule.values);
        list("files", &rule.files);
        list("names of values", &rule.names);
        list("words in names", &rule.words);
        list("names of keys", &rule.under);
        list("but not", &rule.but);
    }
    text.push_str("\n## Contents\n\n| rule | what |\n|---|---|\n");
    for rule in Secrets::standard().rules().filter(|rule| rule.detector.is_some() || !rule.shapes.is_empty()) {
        let shapes: Vec<String> = rule.shapes.iter().map(|shape| format!("`{}…`", shape.prefix)).collect();
        let shapes = if shapes.is_empty() { String::new() } else { format!(": {}", shapes.join(", ")) };
        writeln!(text, "| `{}` | {}{shapes} |", rule.id, rule.title).unwrap();
    }
    text.push_str("\n## To do again on the new PC\n\nShown where there are signs of it.\n\n");
    for sentence in Secrets::standard().rules().filter_map(|rule| rule.sign_in.as_deref()) {
        writeln!(text, "- {sentence}").unwrap();
    }
    text
}
