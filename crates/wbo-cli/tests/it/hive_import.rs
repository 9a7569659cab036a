//! `wbo hive import`: what it shows, what it changes, and what it leaves alone.

use insta::assert_snapshot;
use serde_json::json;

use crate::folder::Folder;
use crate::hive::{EDIT, EXAMPLE, sum, write_begun};
use crate::run::Input;

fn with_example() -> Folder {
    let folder = Folder::new();
    folder.hive("NTUSER.DAT", EXAMPLE);
    folder.write("edit.reg", EDIT);
    folder
}

#[test]
fn changes_are_shown_made_and_read_back() {
    let folder = with_example();
    let before = folder.listing();
    let dry = folder.wbo("hive import NTUSER.DAT edit.reg --dry-run --json").ends(0).json();
    assert!(before == folder.listing(), "a dry run wrote something");
    assert_snapshot!(folder.transcript(
        "
        hive import NTUSER.DAT edit.reg --dry-run
        hive import NTUSER.DAT edit.reg
        hive import NTUSER.DAT edit.reg
        hive check NTUSER.DAT
        "
    ));
    assert_eq!(dry["counts"], json!({"keys_created": 2, "keys_deleted": 1, "values_set": 3, "values_deleted": 1}));
    let names: Vec<_> = folder.listing().into_keys().collect();
    assert_eq!(names, before.into_keys().collect::<Vec<_>>(), "a log was left behind");
}

#[test]
fn what_is_already_so_leaves_the_file_as_it_is() {
    let folder = with_example();
    folder.write("same.reg", EXAMPLE);
    let before = folder.read("NTUSER.DAT");
    folder.wbo("hive import NTUSER.DAT same.reg").ends(0);
    assert!(before == folder.read("NTUSER.DAT"));
}

#[test]
fn an_edit_is_undone_by_its_inverse() {
    let folder = with_example();
    folder.wbo("hive import NTUSER.DAT edit.reg").ends(0);
    folder.write(
        "back.reg",
        EXAMPLE.replace("[HKEY_CURRENT_USER\\text", "[-HKEY_CURRENT_USER\\Software\\New]\r\n[HKEY_CURRENT_USER\\text"),
    );
    folder.wbo("hive import NTUSER.DAT back.reg").ends(0);
    let names = |dump: &str| {
        let line = |line: &str| {
            let key: serde_json::Value = serde_json::from_str(line).unwrap();
            let mut values = key["values"].as_array().unwrap().clone();
            values.sort_by_key(ToString::to_string);
            (key["key"].clone(), values)
        };
        dump.lines().map(line).collect::<Vec<_>>()
    };
    let edited = folder.wbo("hive dump NTUSER.DAT").ends(0).stdout;
    folder.hive("fresh", EXAMPLE);
    assert_eq!(names(&edited), names(&folder.wbo("hive dump fresh").ends(0).stdout));
}

#[test]
fn several_files_and_standard_input_count_in_their_order() {
    let folder = with_example();
    let more = EDIT.replace("changed", "changed again");
    folder
        .wbo_with(
            &["hive", "import", "NTUSER.DAT", "edit.reg", "-"],
            Input { stdin: Some(more.as_bytes()), ..Input::default() },
        )
        .ends(0);
    let run = folder.wbo(r"hive get NTUSER.DAT Software\Example Text").ends(0);
    assert_eq!(run.stdout, "\"Text\" REG_SZ: \"changed again\"\n");
}

/// A hive that was cut off is completed first, and has both changes then.
#[test]
fn a_dirty_hive_is_completed_before_it_is_changed() {
    let folder = with_example();
    folder.cut_import("NTUSER.DAT", EDIT);
    folder.write("more.reg", "Windows Registry Editor Version 5.00\r\n[HKEY_CURRENT_USER\\More]\r\n\"a\"=dword:1\r\n");
    let dry = folder.wbo("hive import NTUSER.DAT more.reg --dry-run").ends(0);
    assert!(dry.stdout.contains("would be completed from its logs"), "{dry:?}");
    let same = folder.wbo("hive import NTUSER.DAT edit.reg").ends(0);
    assert!(same.stderr.contains("wbo hive recover"), "{same:?}");
    let report = folder.wbo("hive import NTUSER.DAT more.reg --json").ends(0).json();
    assert_eq!(report["recovered"], json!(true));
    folder.wbo("hive check NTUSER.DAT --no-logs").ends(0);
    folder.wbo(r"hive get NTUSER.DAT More a --no-logs").ends(0);
    let run = folder.wbo(r"hive get NTUSER.DAT Software\Example Text --no-logs").ends(0);
    assert!(run.stdout.contains("changed"), "{run:?}");
}

#[test]
fn what_would_not_be_safe_is_refused_with_a_remedy() {
    let folder = with_example();
    let clean = folder.read("NTUSER.DAT");
    folder.changed("NTUSER.DAT", "pending", |hive| {
        hive[144] |= 1;
        sum(hive);
    });
    folder.write("dirty", write_begun(clean.clone()));
    std::fs::create_dir_all(folder.path("volume/Users/a")).unwrap();
    folder.write("volume/HiberFil.sys", "hibr and more");
    folder.write("volume/Users/a/NTUSER.DAT", clean);
    assert_snapshot!(folder.transcript(
        "
        hive import pending edit.reg
        hive import dirty edit.reg
        hive import volume/Users/a/NTUSER.DAT edit.reg
        "
    ));
    folder.wbo("hive import pending edit.reg --accept-pending-transactions --quiet").ends(0);
    folder.wbo("hive import volume/Users/a/NTUSER.DAT edit.reg --accept-hibernated-windows --quiet").ends(0);
    for awake in ["", "\0\0\0\0", "RESU"] {
        folder.write("volume/HiberFil.sys", awake);
        folder.wbo("hive import volume/Users/a/NTUSER.DAT edit.reg").ends(0);
    }
}

#[test]
fn keys_outside_of_the_hive_are_refused_before_anything_is_written() {
    let folder = with_example();
    folder.write(
        "machine.reg",
        "Windows Registry Editor Version 5.00\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\x]\r\n\"a\"=dword:1\r\n",
    );
    folder.write("root.reg", "Windows Registry Editor Version 5.00\r\n[-HKEY_CURRENT_USER]\r\n");
    folder.wbo("hive new neither").ends(0);
    folder.write(
        "both.reg",
        "Windows Registry Editor Version 5.00\r\n[HKEY_LOCAL_MACHINE\\a]\r\n[HKEY_LOCAL_MACHINE\\b]\r\n",
    );
    assert_snapshot!(folder.transcript(
        r"
        hive import NTUSER.DAT edit.reg machine.reg
        hive import NTUSER.DAT machine.reg --as HKCU
        hive import NTUSER.DAT root.reg
        hive import neither both.reg
        hive import neither both.reg --as nonsense
        hive export neither
        hive export neither --json
        "
    ));
}

/// Windows mounts UsrClass.dat over that key of NTUSER.DAT, in which nobody would ever see them.
#[test]
fn classes_of_a_user_are_refused_for_the_hive_of_the_user() {
    let folder = with_example();
    let before = folder.read("NTUSER.DAT");
    let head = "Windows Registry Editor Version 5.00\r\n[HKEY_CURRENT_USER\\Software\\New]\r\n\"a\"=dword:1\r\n";
    folder.write("classes.reg", format!("{head}[HKEY_CURRENT_USER\\software\\CLASSES\\.x]\r\n@=\"y\"\r\n"));
    folder.write("gone.reg", format!("{head}[-HKEY_CURRENT_USER\\Software\\Classes]\r\n"));
    folder.write("alike.reg", format!("{head}[HKEY_CURRENT_USER\\Software\\Classes2]\r\n"));
    folder.write("own.reg", "Windows Registry Editor Version 5.00\r\n[HKEY_CURRENT_USER\\Software\\Classes\\.x]\r\n");
    assert_snapshot!(folder.transcript(
        r"
        hive import NTUSER.DAT classes.reg
        hive import NTUSER.DAT gone.reg --as HKCU
        hive new x own.reg
        "
    ));
    assert!(before == folder.read("NTUSER.DAT"));
    folder.wbo("hive import NTUSER.DAT alike.reg").ends(0);
    folder.wbo(r"hive new UsrClass.dat own.reg --as HKCU\Software\Classes").ends(0);
    folder.wbo(r"hive import UsrClass.dat own.reg --as HKCU\Software\Classes").ends(0);
}

/// Whoever may do everything is stopped by no mode, but by a link that leads to itself.
#[cfg(unix)]
#[test]
fn a_windows_of_which_nothing_can_be_told_counts_as_hibernated() {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = with_example();
    std::fs::create_dir_all(folder.path("volume/Users")).unwrap();
    std::fs::copy(folder.path("NTUSER.DAT"), folder.path("volume/Users/NTUSER.DAT")).unwrap();
    symlink("hiberfil.sys", folder.path("volume/hiberfil.sys")).unwrap();
    assert_snapshot!(folder.transcript("hive import volume/Users/NTUSER.DAT edit.reg"));
    folder.wbo("hive import volume/Users/NTUSER.DAT edit.reg --accept-hibernated-windows").ends(0);

    // A link to nothing and a folder hold no Windows.
    std::fs::remove_file(folder.path("volume/hiberfil.sys")).unwrap();
    symlink("nothing", folder.path("volume/hiberfil.sys")).unwrap();
    std::fs::create_dir(folder.path("volume/HIBERFIL.SYS")).unwrap();
    folder.wbo("hive import volume/Users/NTUSER.DAT edit.reg").ends(0);
    // The name that comes first does not hide another.
    std::fs::remove_file(folder.path("volume/hiberfil.sys")).unwrap();
    folder.write("volume/hiberfil.sys", "hibr");
    folder.wbo("hive import volume/Users/NTUSER.DAT edit.reg").ends(16);

    let mode = |name: &str, mode| std::fs::set_permissions(folder.path(name), Permissions::from_mode(mode)).unwrap();
    mode("volume/hiberfil.sys", 0);
    folder.wbo("hive import volume/Users/NTUSER.DAT edit.reg").ends(16);
    // A folder that cannot be listed is asked for the name.
    mode("volume", 0o311);
    folder.wbo("hive import volume/Users/NTUSER.DAT edit.reg").ends(16);
    std::fs::remove_file(folder.path("volume/hiberfil.sys")).unwrap();
    folder.wbo("hive import volume/Users/NTUSER.DAT edit.reg").ends(0);
    mode("volume", 0o755);
}

/// Two imports at a time would mix their changes in the logs.
#[test]
fn a_hive_that_another_program_changes_is_left_alone() {
    let folder = with_example();
    folder.write("NTUSER.DAT.LOG1", "");
    let (whole, before) = (folder.read("NTUSER.DAT"), folder.listing());
    let held = std::fs::File::options().read(true).write(true).open(folder.path("NTUSER.DAT")).unwrap();
    held.lock().unwrap();
    let run = folder.wbo("hive import NTUSER.DAT edit.reg").ends(4);
    assert_snapshot!(run.stderr);
    // Elsewhere, a lock keeps nobody from reading.
    #[cfg(unix)]
    folder.wbo("hive import NTUSER.DAT edit.reg --dry-run").ends(0);
    held.unlock().unwrap();
    assert!(before == folder.listing());
    folder.wbo("hive import NTUSER.DAT edit.reg").ends(0);

    folder.write("NTUSER.DAT", write_begun(whole));
    #[cfg(unix)]
    {
        held.lock().unwrap();
        folder.wbo("hive recover NTUSER.DAT").ends(4);
        held.unlock().unwrap();
    }
    folder.wbo("hive recover NTUSER.DAT").ends(0);
}
