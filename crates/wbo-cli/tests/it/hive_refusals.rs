//! `wbo hive` with what is no hive, or no .reg file.

use insta::assert_snapshot;

use crate::folder::Folder;
use crate::hive::{EDIT, EXAMPLE, sum};
use crate::run::Input;

fn version(hive: &mut [u8], major: u8, minor: u8) {
    (hive[20], hive[24]) = (major, minor);
    sum(hive);
}

fn with_files() -> Folder {
    let folder = Folder::new();
    folder.hive("NTUSER.DAT", EXAMPLE);
    folder.cut_import("NTUSER.DAT", EDIT);
    folder.write("edit.reg", EDIT);
    folder.changed("NTUSER.DAT", "short", |hive| hive.truncate(100));
    folder.changed("NTUSER.DAT", "nt3", |hive| version(hive, 1, 1));
    folder.changed("NTUSER.DAT", "future", |hive| version(hive, 1, 9));
    folder.write("empty", "");
    folder.write("profile.wbo", "WBOP and more");
    std::fs::create_dir(folder.path("folder")).unwrap();
    folder
}

#[test]
fn what_is_no_hive_is_named_for_what_it_is() {
    let folder = with_files();
    assert_snapshot!(folder.transcript(
        "
        hive dump edit.reg
        hive dump empty
        hive dump profile.wbo
        hive dump NTUSER.DAT.LOG1
        hive dump short
        hive dump nt3
        hive dump future
        hive dump folder
        hive dump missing
        "
    ));
    for hive in ["edit.reg", "NTUSER.DAT.LOG1", "short", "nt3", "future", "folder", "missing"] {
        let code = folder.wbo(&format!("hive dump {hive}")).code;
        for line in [format!("hive get {hive} x"), format!("hive check {hive}"), format!("hive export {hive}")] {
            folder.wbo(&line).ends(code);
        }
        for line in [format!("hive import {hive} edit.reg"), format!("hive recover {hive}")] {
            folder.wbo(&line).ends(code);
        }
    }
}

#[test]
fn a_hive_that_lost_a_page_is_read_without_it() {
    let folder = Folder::new();
    let many: String = (0..500).map(|number| format!("[HKEY_CURRENT_USER\\key {number:03}]\r\n")).collect();
    folder.hive("long", &format!("Windows Registry Editor Version 5.00\r\n{many}"));
    folder.changed("long", "holed", |hive| hive[0x4000..0x5000].fill(0));
    folder.changed("long", "cut", |hive| hive.truncate(0x4000));
    let run = folder.wbo("hive dump holed").ends(3);
    assert!((400..500).contains(&run.stdout.lines().count()), "{run:?}");
    // Nobody reads a warning for each of them.
    assert!(run.stderr.contains("things in all cannot be read") && run.stderr.lines().count() < 30, "{run:?}");
    folder.wbo("hive dump cut").ends(3);
    for hive in ["holed", "cut"] {
        folder.wbo(&format!("hive check {hive}")).ends(13);
    }
}

#[test]
fn a_line_that_is_wrong_is_named() {
    let folder = with_files();
    let table = [
        ("header.reg", "hello\r\n"),
        ("value.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\a]\r\n\"b\"=word:1\r\n"),
        ("root.reg", "Windows Registry Editor Version 5.00\r\n[HKEY_NOBODY\\a]\r\n"),
        ("bytes.reg", "Windows Registry Editor Version 5.00\r\n[HKEY_CURRENT_USER\\a]\r\n\"b\"=hex:0g\r\n"),
    ];
    let lines = table.map(|(name, text)| {
        folder.write(name, text);
        format!("hive import NTUSER.DAT {name}\nhive new x {name}")
    });
    assert_snapshot!(folder.transcript(&lines.join("\n")));
    folder.wbo("hive import NTUSER.DAT missing.reg").ends(17);
    folder.wbo("hive import NTUSER.DAT folder").ends(17);
    folder.wbo("hive import NTUSER.DAT").ends(2);
}

/// Whoever may do everything may write this file too, and then there is nothing to refuse.
#[cfg(unix)]
#[test]
fn a_hive_that_may_not_be_written_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_files();
    std::fs::set_permissions(folder.path("NTUSER.DAT"), std::fs::Permissions::from_mode(0o444)).unwrap();
    let is_root = std::fs::File::options().write(true).open(folder.path("NTUSER.DAT")).is_ok();
    if is_root {
        println!("not tested: this user may write what nobody may write");
        return;
    }
    folder.wbo("hive import NTUSER.DAT edit.reg --dry-run").ends(0);
    folder.wbo("hive import NTUSER.DAT edit.reg").ends(4);
    folder.wbo("hive recover NTUSER.DAT").ends(4);
}

#[test]
fn nothing_in_a_hive_reaches_the_terminal() {
    let folder = Folder::new();
    let hostile = "\u{1b}[2J\u{202e}\u{200b}";
    let text = format!(
        "Windows Registry Editor Version 5.00\r\n[HKEY_CURRENT_USER\\a{hostile}]\r\n\"b{hostile}\"=\"c{hostile}\"\r\n"
    );
    folder.write("a.reg", &text);
    let key = format!("a{hostile}");
    for args in [
        &["hive", "import", "h", "a.reg", "--dry-run"][..],
        &["hive", "new", "x", "a.reg"],
        &["hive", "dump", "x", "--key", &key],
        &["hive", "get", "x", &key],
        &["hive", "get", "x", &key, &format!("b{hostile}")],
        &["hive", "get", "x", &key, hostile],
        &["hive", "get", "x", hostile],
        &["hive", "export", "x", "--as", hostile],
        &["hive", "import", "x", "a.reg", "--as", r"HKLM\SYSTEM"],
        &["hive", "dump", hostile],
    ] {
        // What is asked is what is printed; `Run` looks at each character of it.
        if args[2] == "h" {
            folder.wbo("hive new h").ends(0);
        }
        let _ = folder.wbo_with(args, Input::default());
    }
}
