//! What is wrong with a command line, and what help says.

use insta::assert_snapshot;

use crate::folder::Folder;

#[test]
fn command_lines_that_make_no_sense_are_refused() {
    let folder = Folder::new();
    assert_snapshot!(folder.transcript(
        "
        inspec a.wbo
        inspect
        inspect a.wbo b.wbo
        inspect a.wbo --unknown
        inspect a.wbo --identity
        inspect a.wbo --progress fast
        key
        key generate
        key make
        pack document.json
        pack document.json --out a.wbo --passphrase --passphrase-file p
        recipients a.wbo --remove one
        sign a.wbo
        extract a.wbo
        completions tcl
        "
    ));
}

#[test]
fn what_has_no_json_says_so() {
    let folder = Folder::new();
    for line in ["demo --json", "man --json", "completions bash --json"] {
        let run = folder.wbo(line).ends(2);
        assert!(run.stderr.contains("no JSON"), "{run:?}");
    }
}

#[test]
fn nothing_at_all_shows_what_there_is() {
    let folder = Folder::new();
    for line in ["", "--json", "key --json"] {
        folder.wbo(line).ends(2);
    }
}

#[test]
fn help_and_version_are_no_failure() {
    let folder = Folder::new();
    for line in ["--help", "-h", "help", "help pack", "pack --help", "key generate --help", "--version", "-V"] {
        let run = folder.wbo(line).ends(0);
        assert!(run.stdout.contains("wbo"), "{line}: {run:?}");
        assert_eq!(run.stderr, "wbo: 0 done\n", "{line}");
    }
}

#[test]
fn quiet_says_nothing_but_the_result() {
    let folder = Folder::with_profile();
    folder.key("desk");
    let run = folder.wbo("recipients alice.wbo --remove 1 --add -R desk.pub -i alice.key --quiet").ends(0);
    assert_eq!(run.stderr.lines().filter(|line| !line.starts_with("warning: ")).collect::<Vec<_>>(), ["wbo: 0 done"]);
}
