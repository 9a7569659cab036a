//! `wbo demo`.

use insta::assert_snapshot;

use crate::folder::Folder;

#[test]
fn the_demo_shows_the_main_job_and_leaves_nothing() {
    let folder = Folder::new();
    // When it was made, and its name, differ in each run.
    let line = |line: &str| match line.split_at_checked(13) {
        _ if line.starts_with("`wbo undo ") => "`wbo undo <differs>\n".to_owned(),
        Some((start @ ("  profile    " | "  created    "), _)) => format!("{start}<differs>\n"),
        _ => format!("{line}\n"),
    };
    assert_snapshot!(folder.transcript("demo").lines().map(line).collect::<String>());
    assert!(folder.listing().is_empty());
}

#[test]
fn the_demo_keeps_its_files_when_asked() {
    let folder = Folder::new();
    folder.wbo("demo --keep here --quiet").ends(0);
    folder.wbo("verify here/alice.wbo -i here/desk.key --signers here/signers").ends(0);
    folder.wbo("demo --keep here").ends(4);
}
