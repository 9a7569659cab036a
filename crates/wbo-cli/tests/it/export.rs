//! `wbo export`: a profile in forms that other programs read.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::run::Input;

/// With `alice.wbo`, all settings of the sample Windows 11's user, not encrypted and not signed.
fn with_alice() -> Folder {
    let folder = Folder::with_windows_11();
    folder.wbo("capture windows-11 --user alice --plain --out alice.wbo").ends(0);
    folder
}

/// What an export without a signature is given for.
const UNSIGNED: &str = "--accept-unsigned test";

#[test]
fn a_reg_file_is_what_regedit_reads() {
    let folder = with_alice();
    let only = "--only taskbar.alignment,taskbar.search-box,mouse.*,environment.variables,screen-saver.*";
    let run = folder.wbo(&format!("export alice.wbo --to reg {only} {UNSIGNED} --utf8 --out utf8.reg")).ends(3);
    assert_snapshot!(format!("{}\n{run:?}", folder.text("utf8.reg").replace('\r', "")));

    // In UTF-16 with its mark, as regedit writes it, and the same to standard output.
    folder.wbo(&format!("export alice.wbo --to reg {only} {UNSIGNED} --out x.reg")).ends(3);
    let bytes = folder.read("x.reg");
    assert!(bytes.starts_with(&[0xff, 0xfe]));
    let mut command = folder.command();
    command.args(format!("export alice.wbo --to reg {only} {UNSIGNED}").split_whitespace());
    assert_eq!(command.output().unwrap().stdout, bytes);
    folder.wbo("hive new from-16 x.reg").ends(0);
    folder.wbo("hive new from-8 utf8.reg").ends(0);
    let tree = |hive: &str| folder.wbo(&format!("hive dump {hive} --data")).ends(0).stdout;
    let without_times = |tree: String| {
        let line = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line.as_object_mut().unwrap().retain(|name, _| name != "path" && !name.contains("written"));
            line.to_string()
        };
        tree.lines().map(line).collect::<Vec<_>>()
    };
    assert_eq!(without_times(tree("from-16"))[1..], without_times(tree("from-8"))[1..]);
}

/// Whoever is named gets paths that are right for him; whoever is not gets variables where Windows replaces them.
#[test]
fn paths_are_those_of_whoever_imports_it() {
    let folder = with_alice();
    let exported = |options: &str, code: i32| {
        let line = "export alice.wbo --to reg --only background.*,screen-saver.program --utf8 --out x.reg --force";
        let run = folder.wbo(&format!("{line} {UNSIGNED} {options}")).ends(code);
        (folder.text("x.reg"), run.stderr)
    };
    let (text, told) = exported("", 3);
    assert!(!text.contains("Users") && told.contains("<USERPROFILE> stands for nothing"), "{text} {told}");
    let (text, told) = exported(r"--user-folder D:\People\bob --windows E:\Windows", 3);
    assert!(text.contains(r#""SCRNSAVE.EXE"="E:\\Windows\\"#), "{text}");
    assert!(text.contains(r#""WallPaper"="D:\\People\\bob\\"#), "{text}");
    assert!(told.contains("files belong to it") && !told.contains("stands for nothing"), "{told}");
}

#[test]
fn each_of_the_other_forms_is_what_its_program_reads() {
    let folder = with_alice();
    let exported = |form: &str, options: &str, code: i32| {
        let _ = folder.wbo(&format!("export alice.wbo --to {form} {UNSIGNED} {options} --out x --force")).ends(code);
        folder.text("x").replace('\r', "")
    };
    assert_snapshot!("winget", exported("winget", "", 3));
    assert_snapshot!("default_apps", exported("default-apps", "", 0));
    assert_snapshot!("csv", exported("csv", "--only taskbar.a*,network.drives,background.*", 0));
    assert!(!exported("csv", "--only network.drives", 0).contains("example"));
    assert!(exported("csv", "--only network.drives --reveal", 0).contains("example"));
    folder.wbo(&format!("export alice.wbo --to csv {UNSIGNED} --out crlf.csv")).ends(0);
    let lines = folder.text("crlf.csv");
    assert!(lines.split_inclusive('\n').all(|line| line.ends_with("\r\n")));

    let run = folder.wbo(&format!("export alice.wbo --to start-layout {UNSIGNED} --out layouts")).ends(3);
    assert!(run.stderr.contains("only Windows reads"), "{run:?}");
    assert!(!folder.path("layouts/LayoutModification.json").exists());
    assert_snapshot!("taskbar", folder.text("layouts/TaskbarLayoutModification.xml"));
}

/// Where a copy of the pins of Start stands in the registry, others can read them too.
#[test]
fn pins_of_start_become_a_layout() {
    let folder = with_alice();
    folder.wbo(&format!("export alice.wbo --to json --only start.config {UNSIGNED} --out alice.json")).ends(0);
    let mut document = folder.json("alice.json");
    let layout = json!({"pinnedList": [
        {"packagedAppId": "Microsoft.WindowsTerminal_8wekyb3d8bbwe!App"},
        {"desktopAppId": "Microsoft.Windows.Explorer"},
        {"desktopAppLink": r"%ALLUSERSPROFILE%\Microsoft\Windows\Start Menu\Programs\Planner.lnk"},
        {"desktopAppLink": r"C:\Users\alice\Desktop\Mine.lnk"},
        {"secondaryTile": {"tileId": "a web page"}},
    ]});
    let hex: String = layout.to_string().bytes().map(|byte| format!("{byte:02x}")).collect();
    let item = json!({"value": "Config", "type": "REG_BINARY", "data": {"hex": hex}});
    document["sections"]["start"][0]["items"] = json!([item]);
    folder.write("alice.json", document.to_string());
    let run = folder.wbo("export alice.json --to start-layout --out layouts --reveal").ends(3);
    assert_snapshot!(format!("{}\n{run:?}", folder.text("layouts/LayoutModification.json")));
}

/// What is exported as JSON and packed again is the same profile, and what was asked for of it is a part.
#[test]
fn a_document_packs_again() {
    let folder = with_alice();
    let document = |profile: &str| {
        let inspected = folder.wbo(&format!("inspect {profile} --json --reveal")).ends(0).json();
        inspected["document"].clone()
    };
    folder.wbo(&format!("export alice.wbo --to json {UNSIGNED} --out alice.json")).ends(0);
    folder.wbo("pack alice.json --plain --out again.wbo").ends(0);
    assert_eq!(document("again.wbo"), document("alice.wbo"));

    folder.wbo(&format!("export alice.wbo --to json --only taskbar.alignment {UNSIGNED} --out part.json")).ends(0);
    folder.wbo("pack part.json --plain --out part.wbo").ends(0);
    let part = document("part.wbo");
    assert_eq!(part["sections"].as_object().map(serde_json::Map::len), Some(1), "{part:#}");
    assert_eq!((&part["device"], &part["user"]), (&document("alice.wbo")["device"], &document("alice.wbo")["user"]));
    // A document needs nobody's signature, and comes from standard input too.
    let input = folder.read("part.json");
    let line = ["export", "-", "--to", "csv", "--out", "part.csv"];
    folder.wbo_with(&line, Input { stdin: Some(&input), ..Input::default() }).ends(0);
    assert_eq!(folder.text("part.csv").lines().count(), 2);
}

#[test]
fn only_what_somebody_vouches_for_is_exported() {
    let folder = Folder::with_profile();
    let line = "export alice.wbo --to json --out x.json -i alice.key";
    let run = folder.wbo(line).ends(15);
    assert!(run.stderr.contains("--accept-unsigned"), "{run:?}");
    folder.wbo(&format!("{line} --signers signers")).ends(0);
    let report = folder.wbo(&format!("{line} --accept-unsigned bench --force --json")).ends(0).json();
    assert!(report["believed"].as_str().unwrap().contains("bench"), "{report:#}");
    folder.wbo("export alice.wbo --to json --out y.json --accept-unsigned test").ends(12);
}

#[test]
fn a_report_hides_what_is_personal() {
    let folder = with_alice();
    let report = |options: &str| {
        let line = format!("export alice.wbo --to start-layout {UNSIGNED} --out layouts{options} --json");
        folder.wbo(&line).ends(3).json()
    };
    let hidden = report("");
    let pin = json!({"kind": "taskbar-pin", "id": null, "instance": null, "title": null, "hidden": true});
    assert_eq!(hidden["exported"][0], pin);
    assert_eq!(hidden["counts"], json!({"exported": 3, "left_out": 1, "missed": 1}));
    assert_eq!(hidden["left_out"][0]["reason"]["code"], "only-windows-reads");
    let shown = report("2 --reveal");
    assert_eq!(shown["exported"][0]["id"], "Microsoft.Windows.Explorer");

    let drives = format!("export alice.wbo --to reg --only network.drives {UNSIGNED} --json --out x.reg");
    let hidden = folder.wbo(&drives).json();
    assert!(hidden["exported"][0]["hidden"] == true && hidden["exported"][0]["instance"].is_null(), "{hidden:#}");
}

#[test]
fn nothing_is_written_where_nothing_is_known() {
    let folder = Folder::with_document();
    let run = folder.wbo("export small.json --to start-layout --out layouts").ends(3);
    assert!(run.stdout.contains("nothing was written") && !folder.path("layouts").exists(), "{run:?}");
    let run = folder.wbo("export small.json --to default-apps --out x.xml").ends(0);
    assert!(run.stderr.contains("nothing of the profile is in it"), "{run:?}");
}

#[test]
fn command_lines_that_cannot_be_meant_are_refused() {
    let folder = Folder::with_profile();
    folder.write("there", "somebody's");
    assert_snapshot!(folder.transcript(
        r"
        export small.json
        export small.json --to yaml
        export small.json --to csv --json
        export small.json --to csv --machine
        export small.json --to reg --versions
        export small.json --to reg --user-folder bob
        export small.json --to reg --user-sid bob
        export small.json --to reg --only taskbar.aligment
        export small.json --to start-layout
        export small.json --to start-layout --out there --force
        export small.json --to csv --out there
        export small.json --to csv --out small.json --force
        export small.json --to csv --out missing/x
        export missing.wbo --to csv
        export there --to csv
        "
    ));
}
