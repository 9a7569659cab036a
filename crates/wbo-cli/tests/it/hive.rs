//! `wbo hive`: reading, checking, recovering and making hives. Each hive is made by the test itself.

use insta::assert_snapshot;
use serde_json::json;

use crate::folder::Folder;
use crate::redaction::redacted;
use crate::run::Input;

/// A .reg file with a value of each kind, and names that a terminal must not see.
pub(crate) const EXAMPLE: &str = "Windows Registry Editor Version 5.00\r\n\r\n\
    [HKEY_CURRENT_USER\\Software\\Example]\r\n\
    @=\"default\"\r\n\
    \"Text\"=\"M\u{fc}ller \\\"x\\\" C:\\\\\u{1b}[2J\"\r\n\
    \"Number\"=dword:0000002a\r\n\
    \"Large\"=hex(b):01,00,00,00,00,00,00,80\r\n\
    \"List\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n\
    \"Bytes\"=hex:30,31,32,33,34,35,36,37,38,39,61,62,63,64,65,66,30,31,32,33,34,35,36,37,38,39,61,62,63,64,65,66,ff\r\n\
    \"Strange\"=hex(ffff0000):68,69\r\n\
    \"\u{202e}gpj\"=hex(1):61\r\n\r\n\
    [HKEY_CURRENT_USER\\Control Panel\\Desktop]\r\n\
    \"Wallpaper\"=\"C:\\\\x.jpg\"\r\n\r\n\
    [HKEY_CURRENT_USER\\text/html]\r\n";

pub(crate) const EDIT: &str = "Windows Registry Editor Version 5.00\r\n\r\n\
    [HKEY_CURRENT_USER\\Software\\Example]\r\n\
    \"Text\"=\"changed\"\r\n\
    \"Number\"=-\r\n\
    \"Bytes\"=\"now text\"\r\n\
    \"List\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n\r\n\
    [-HKEY_CURRENT_USER\\Control Panel\\Desktop]\r\n\r\n\
    [HKEY_CURRENT_USER\\Software\\New\\Sub]\r\n\
    @=dword:00000001\r\n";

/// A hive whose base block says that a write began and has not ended.
pub(crate) fn write_begun(mut hive: Vec<u8>) -> Vec<u8> {
    let second = u32::from_le_bytes(hive[8..12].try_into().unwrap());
    hive[4..8].copy_from_slice(&(second + 1).to_le_bytes());
    sum(&mut hive);
    hive
}

/// Gives a base block the checksum that goes with it.
pub(crate) fn sum(hive: &mut [u8]) {
    let numbers = hive[..508].chunks_exact(4).map(|number| u32::from_le_bytes(number.try_into().unwrap()));
    let sum = numbers.fold(0, |sum, number| sum ^ number);
    hive[508..512].copy_from_slice(&sum.to_le_bytes());
}

/// Damages the value `Number` in a hive.
pub(crate) fn break_a_value(hive: &mut [u8]) {
    let name = hive.windows(6).position(|bytes| bytes == b"Number").unwrap();
    hive[name - 20] = b'x';
}

fn with_example() -> Folder {
    let folder = Folder::new();
    folder.hive("NTUSER.DAT", EXAMPLE);
    folder
}

#[test]
fn a_hive_is_shown() {
    let folder = with_example();
    assert_snapshot!(folder.transcript(
        r"
        hive dump NTUSER.DAT
        hive dump NTUSER.DAT --data --key software
        hive get NTUSER.DAT \
        hive get NTUSER.DAT SOFTWARE\example
        hive get NTUSER.DAT Software\Example @
        hive get NTUSER.DAT Software\Example bytes
        hive get NTUSER.DAT text/html --json
        hive get NTUSER.DAT Software\Example Large --json
        hive check NTUSER.DAT
        hive check NTUSER.DAT --json
        hive export NTUSER.DAT --utf8 --as HKCU --out a.reg
        hive recover NTUSER.DAT
        "
    ));
    assert_snapshot!(
        "exported",
        folder.text("a.reg").replace('\r', "").replace('\u{1b}', "<escape>").replace('\u{202e}', "<override>")
    );
}

#[test]
fn a_key_can_be_anywhere() {
    let folder = with_example();
    for key in ["", r"\", "Software", r"software\EXAMPLE", r"\Software\Example\", "text/html"] {
        folder.wbo_with(&["hive", "get", "NTUSER.DAT", key], Input::default()).ends(0);
        folder.wbo_with(&["hive", "dump", "NTUSER.DAT", "--key", key], Input::default()).ends(0);
    }
    let run = folder.wbo_with(&["hive", "get", "NTUSER.DAT", "Control Panel\\Desktop", ""], Input::default()).ends(5);
    assert!(run.stderr.contains("no default value"), "{run:?}");
}

#[test]
fn raw_data_are_exactly_the_bytes() {
    let folder = with_example();
    assert_eq!(folder.wbo(r"hive get NTUSER.DAT Software\Example Strange --raw").ends(0).stdout, "hi");
    folder.wbo(r"hive get NTUSER.DAT Software\Example Strange --raw --json").ends(2);
}

#[test]
fn what_is_not_there_ends_with_a_code_of_its_own() {
    let folder = with_example();
    assert_snapshot!(folder.transcript(
        r"
        hive get NTUSER.DAT Software\Missing\Key
        hive get NTUSER.DAT Software/Example
        hive get NTUSER.DAT HKCU\Software
        hive get NTUSER.DAT Software\Example Missing
        hive get NTUSER.DAT Software @
        hive dump NTUSER.DAT --key Missing
        hive export NTUSER.DAT --key Missing --as HKCU
        "
    ));
}

/// The last write is in the log alone: readers see it, the file stays as it is.
#[test]
fn a_dirty_hive_is_completed_from_its_log() {
    let folder = with_example();
    folder.cut_import("NTUSER.DAT", EDIT);
    let before = folder.listing();
    assert_snapshot!(folder.transcript(
        r"
        hive get NTUSER.DAT Software\Example Text
        hive get NTUSER.DAT Software\Example Text --quiet
        hive get NTUSER.DAT Software\Example Text --no-logs
        hive check NTUSER.DAT
        hive check NTUSER.DAT --no-logs
        "
    ));
    assert!(before == folder.listing());
    let seen = folder.wbo("hive dump NTUSER.DAT --data").ends(0).stdout;

    assert_snapshot!(
        "recovered",
        folder.transcript(
            "
        hive recover NTUSER.DAT --out whole
        hive recover NTUSER.DAT --json
        hive recover NTUSER.DAT
        hive recover NTUSER.DAT --out copy
        "
        )
    );
    for hive in ["whole", "NTUSER.DAT", "copy"] {
        assert_eq!(folder.wbo(&format!("hive dump {hive} --data")).ends(0).stdout, seen, "{hive}");
    }
    assert!(folder.read("NTUSER.DAT") == folder.read("copy"));
}

#[test]
fn logs_are_found_whatever_the_case_of_their_names() {
    let folder = with_example();
    folder.cut_import("NTUSER.DAT", EDIT);
    std::fs::rename(folder.path("NTUSER.DAT.LOG1"), folder.path("ntuser.dat.log1")).unwrap();
    let run = folder.wbo(r"hive get NTUSER.DAT Software\Example Text").ends(0);
    assert!(run.stdout.contains("changed") && run.stderr.contains("LOG1"), "{run:?}");
}

#[test]
fn a_dirty_hive_without_logs_is_read_with_a_warning() {
    let folder = with_example();
    let clean = folder.wbo("hive dump NTUSER.DAT").ends(0).stdout;
    folder.write("NTUSER.DAT", write_begun(folder.read("NTUSER.DAT")));
    assert_eq!(folder.wbo("hive dump NTUSER.DAT").ends(0).stdout, clean);
    assert_snapshot!(folder.transcript(
        r"
        hive get NTUSER.DAT Software
        hive check NTUSER.DAT
        hive recover NTUSER.DAT
        hive recover NTUSER.DAT --out x
        "
    ));
}

#[test]
fn what_is_damaged_is_named_and_the_rest_is_read() {
    let folder = with_example();
    folder.changed("NTUSER.DAT", "broken", |hive| break_a_value(hive));
    assert_snapshot!(folder.transcript(
        r"
        hive dump broken
        hive get broken Software\Example
        hive get broken Software\Example Number
        hive check broken
        hive export broken --as HKCU --utf8 --out a.reg
        "
    ));
    assert_eq!(folder.text("a.reg").matches('=').count(), 8);
}

#[test]
fn an_export_makes_the_same_hive_again() {
    let folder = with_example();
    for options in ["", "--utf8"] {
        folder.wbo(&format!("hive export NTUSER.DAT --as HKCU --out a.reg --force {options}")).ends(0);
        folder.wbo("hive new again a.reg --force").ends(0);
        let tree = |hive: &str| redacted(&folder.wbo(&format!("hive dump {hive} --data")).ends(0).stdout);
        assert_eq!(tree("NTUSER.DAT"), tree("again"));
    }
}

#[test]
fn a_hive_that_says_what_it_is_needs_no_place() {
    let folder = Folder::new();
    let table = [
        (r"HKCU\Control Panel", r"HKCU\Software", "HKCU"),
        (r"HKLM\SYSTEM\Select", r"HKLM\SYSTEM\ControlSet001", r"HKLM\SYSTEM"),
        (r"HKLM\SOFTWARE\Microsoft", r"HKLM\SOFTWARE\Classes", r"HKLM\SOFTWARE"),
        (r"HKCU\Software\Classes\Local Settings", r"HKCU\Software\Classes\.x", r"HKCU\Software\Classes"),
    ];
    for (one, other, place) in table {
        folder.write("a.reg", format!("Windows Registry Editor Version 5.00\r\n[{one}]\r\n[{other}]\r\n"));
        folder.wbo(&format!("hive new hive a.reg --as {place} --force")).ends(0);
        let report = folder.wbo("hive export hive --out b.reg --force --json").ends(0).json();
        assert_eq!(report["place"], json!(place));
        let report = folder.wbo("hive import hive a.reg --json").ends(0).json();
        assert_eq!((&report["place"], &report["written"]), (&json!(place), &json!(false)));
    }
}

#[test]
fn a_new_hive_has_what_the_files_say_last() {
    let folder = Folder::new();
    folder.write("one.reg", EXAMPLE);
    folder.write("two.reg", EDIT);
    for minor in [3, 5] {
        let made = folder.wbo(&format!("hive new h{minor} one.reg two.reg --minor {minor} --json")).ends(0).json();
        assert_eq!(made["hive_version"], json!(format!("1.{minor}")));
        folder.wbo(&format!("hive check h{minor}")).ends(0);
        let run = folder.wbo(&format!(r"hive get h{minor} Software\Example Text")).ends(0);
        assert!(run.stdout.contains("changed"), "{run:?}");
    }
    folder.write("h5.LOG1", "old");
    assert_snapshot!(folder.transcript(
        r"
        hive new empty
        hive new empty
        hive new h5 one.reg --force
        hive new x one.reg --as HKLM\SOFTWARE
        hive new x one.reg --as Software
        hive new x one.reg --minor 4
        "
    ));
}
