//! The one table of exit codes: where it is shown, and that each is met.

use std::collections::BTreeSet;

use crate::folder::{Folder, fixture, repository};
use crate::run::EXIT_CODES;

/// For commands that are still to come.
const NOT_YET: [i32; 2] = [1, 18];

/// Met by the tests in `interrupt.rs`.
const INTERRUPTED: i32 = 130;

#[test]
fn help_shows_the_table() {
    let help = Folder::new().wbo("--help").ends(0).stdout;
    assert_eq!(rows_of_help(&help), EXIT_CODES.map(|(code, name)| (code, name.to_owned())));
}

#[test]
fn documentation_shows_the_table() {
    let cli = std::fs::read_to_string(repository("docs/cli.md")).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        Some((cells.next()?.parse().ok()?, cells.next()?.trim_matches('`').to_owned()))
    };
    let rows: Vec<(i32, String)> = cli.lines().filter_map(row).collect();
    assert_eq!(rows, EXIT_CODES.map(|(code, name)| (code, name.to_owned())));
}

/// Code and name in each line under "Exit codes:".
fn rows_of_help(help: &str) -> Vec<(i32, String)> {
    let (_, table) = help.split_once("Exit codes:\n").expect("help has the table");
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        (words.next().unwrap().parse().unwrap(), words.next().unwrap().to_owned())
    };
    table.lines().map(row).collect()
}

#[test]
fn every_code_is_met() {
    let folder = Folder::with_profile();
    folder.changed("alice.wbo", "flipped.wbo", |bytes| bytes[200] ^= 1);
    folder.changed("alice.wbo", "cut.wbo", |bytes| bytes.truncate(50_000));
    folder.write("newer.wbo", std::fs::read(fixture("golden/future-version.wbo")).unwrap());
    folder.key("mallory");
    folder.wbo("hive new NTUSER.DAT").ends(0);
    folder.write("hiberfil.sys", "HIBR");
    folder.write("a.reg", "Windows Registry Editor Version 5.00\r\n");
    let table = [
        ("inspect alice.wbo", 0),
        ("inspect alice.wbo --unknown", 2),
        ("extract flipped.wbo --out x -i alice.key --signers signers --salvage", 3),
        ("pack small.json --out missing/a.wbo --plain", 4),
        ("hive get NTUSER.DAT Software", 5),
        ("inspect small.json", 10),
        ("inspect newer.wbo", 11),
        ("inspect alice.wbo --section start -i mallory.key", 12),
        ("verify flipped.wbo", 13),
        ("inspect cut.wbo", 14),
        ("extract alice.wbo --out y -i alice.key", 15),
        ("hive import NTUSER.DAT a.reg", 16),
        ("inspect missing.wbo", 17),
    ];
    let met: BTreeSet<i32> = table.iter().map(|(line, code)| folder.wbo(line).ends(*code).code).collect();
    let all: BTreeSet<i32> = EXIT_CODES.iter().map(|(code, _)| *code).collect();
    let not_met: Vec<i32> = all.difference(&met).copied().collect();
    assert_eq!(not_met, [&NOT_YET[..], &[INTERRUPTED]].concat());
}
