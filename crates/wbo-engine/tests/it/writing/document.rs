//! docs/writing.md, which says what the rules say.

use std::fmt::Write;
use std::path::Path;

use wbo_engine::writing::{Exception, WriteRules};

#[test]
fn the_document_is_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/writing.md");
    let document = document();
    if std::env::var_os("WBO_WRITE_DOCS").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == document, "docs/writing.md is stale; WBO_WRITE_DOCS=1 writes it when this test runs");
}

const INTRODUCTION: &str = "# What is never written\n\n\
    Written by the tests from `crates/wbo-engine/deny/writing.toml`; `WBO_WRITE_DOCS=1` in the environment of the tests\n\
    writes it anew.\n\n\
    A profile is a file that comes from elsewhere. Whoever gives somebody one must not gain more than that person's\n\
    settings: no program that starts, no library that loads, no right, and no protection that ends. So the places of these\n\
    are neither written nor deleted, for one user or for the PC. No catalogue, no plan, no record of a change and no option\n\
    overrules it. Each rule has a name, by which `wbo` tells why something is not written.\n\n\
    A place is meant in whatever way it is reached: in upper and lower case, for 32-bit programs, of other users, in any\n\
    control set, through the links and short names of files, in an older Windows and in copies. An exception is meant in one\n\
    way only: for the user in whose name it is written, or for the PC.\n\n\
    Deleting a key deletes what is in it, so a key that holds something of this list is not deleted either, unless an\n\
    exception names the key itself.\n\n\
    What remains: what a user starts by hand from a shortcut in Start or a profile of Windows Terminal, a proxy, the names\n\
    in the file `hosts`, drives and printers of the network, and what a program of which this list knows nothing runs because\n\
    of its own settings. Such settings are shown before they are written, as all are.\n";

fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    for rule in WriteRules::standard().rules() {
        write!(text, "\n## `{}`: {}\n\n", rule.id, rule.title).unwrap();
        let mut list = |what: &str, all: &[String]| {
            if !all.is_empty() {
                writeln!(text, "- {what}: {}", quoted(all)).unwrap();
            }
        };
        list("keys", &rule.keys);
        list("values", &rule.values);
        if !rule.names.is_empty() {
            list(&format!("values in {}", quoted(&rule.names_in)), &rule.names);
        }
        list("files", &rule.files);
        list("files that end in", &rule.endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>());
        list("files that begin with the bytes", &rule.starts);
        if rule.deceiving {
            text.push_str(DECEIVING);
        }
        for exception in &rule.except {
            writeln!(text, "- but not {}", of_exception(exception)).unwrap();
        }
    }
    text
}

const DECEIVING: &str = "- keys whose names are empty or have a backslash or a NUL in them, and values whose names have a NUL in them\n\
    - values that make a key a link: those of the type REG_LINK, and `SymbolicLinkValue`\n\
    - files whose names Windows takes for others: those that end with a dot or a space, with a stream, names of devices, short\n  \
    names, names with a class, with characters that no name has, and with half a character\n";

fn of_exception(exception: &Exception) -> String {
    let places = [&exception.keys, &exception.values, &exception.files];
    let places: Vec<String> = places.iter().filter(|places| !places.is_empty()).map(|places| quoted(places)).collect();
    let demands = exception.demands().map_or(String::new(), |demands| format!(" as {demands}"));
    format!("{}{demands}: {}", places.join(", "), exception.reason)
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}
