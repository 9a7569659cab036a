//! What a Config.xml of USMT becomes.

use wbo_engine::capture::Selection;
use wbo_engine::import::{UsmtConfig, XmlError, usmt_config};

use super::left;
use crate::standard::catalogue;

fn read(components: &str) -> UsmtConfig {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Configuration>{components}</Configuration>");
    usmt_config(text.as_bytes()).unwrap()
}

fn told(config: &UsmtConfig) -> Vec<String> {
    let exclusions = config.exclusions.iter();
    let mut lines: Vec<String> =
        exclusions.map(|exclusion| format!("{}: {}", exclusion.title, exclusion.patterns.join(" "))).collect();
    lines.extend(left(&config.unknown, &config.refused));
    lines
}

/// A component with others in it.
fn component(title: &str, migrates: &str, id: &str, parts: &str) -> String {
    format!("<component displayname=\"{title}\" migrate=\"{migrates}\" ID=\"{id}\">{parts}</component>")
}

const CMI: &str = "http://www.microsoft.com/migration/1.0/migxmlext/cmi";

#[test]
fn groups_that_are_not_migrated_are_left_out() {
    let leaf = |name: &str, migrates| component(name, migrates, &format!("{CMI}/{name}/{name}/settings"), "");
    let taskbar = |migrates| {
        let parts = leaf("microsoft-windows-stobject", migrates) + &leaf("microsoft-windows-explorer", migrates);
        component("Taskbar and Start Menu", migrates, r"appearance_and_display\taskbar_and_start_menu", &parts)
    };
    let display =
        |migrates, parts: &str| component("Appearance and Display", migrates, "appearance_and_display", parts);
    let windows = |components: &str| read(&format!("<WindowsComponents>{components}</WindowsComponents>"));
    let mixed = leaf("microsoft-windows-stobject", "no") + &leaf("microsoft-windows-explorer", "yes");
    let half = component("Taskbar and Start Menu", "yes", r"appearance_and_display\taskbar_and_start_menu", &mixed);
    let both = component("Taskbar and Start Menu", "no", r"appearance_and_display\taskbar_and_start_menu", &mixed);
    let rows: [(UsmtConfig, &[&str]); 8] = [
        (windows(&display("yes", &taskbar("yes"))), &[]),
        (windows(&display("yes", &taskbar("no"))), &["Taskbar and Start Menu: taskbar.* start.*"]),
        (windows(&display("no", &taskbar("NO"))), &["Taskbar and Start Menu: taskbar.* start.*"]),
        (
            windows(&half),
            &["unknown: microsoft-windows-stobject: it is not migrated; no settings of wbo are just these"],
        ),
        (
            windows(&both),
            &[
                "unknown: Taskbar and Start Menu: it is not migrated, and something in it is; which of the two counts is \
             written nowhere",
            ],
        ),
        (
            windows(&leaf("Microsoft-Windows-Credential-Manager", "yes")),
            &[
                "refused: Microsoft-Windows-Credential-Manager: it carries saved credentials, which never leave a PC with wbo",
            ],
        ),
        (windows(&leaf("Microsoft-Windows-Credential-Manager", "no")), &[]),
        (read(""), &[]),
    ];
    for (config, expected) in rows {
        assert_eq!(told(&config), expected);
    }
}

#[test]
fn what_usmt_takes_beside_settings_is_named() {
    let config = read(
        "<Applications><component displayname='Contoso Editor' migrate='yes' ID='x'/>\
         <component displayname='Old' migrate='no' ID='y'/></Applications>\
         <Documents><component displayname='MigDocUser' migrate='yes' ID='z'/></Documents>\
         <Policies><ErrorControl/><HardLinkStoreControl/><ErrorControl/></Policies><ProfileControl/><Other/>",
    );
    assert_eq!(
        told(&config),
        [
            "unknown: Contoso Editor: wbo carries the list of apps, and no settings of this one",
            "unknown: ErrorControl: a policy of USMT itself, which wbo has no use for",
            "unknown: HardLinkStoreControl: a policy of USMT itself, which wbo has no use for",
            "unknown: MigDocUser: wbo carries settings, and no documents",
            "unknown: Other: it is no part of a Config.xml that is known",
        ]
    );
}

#[test]
fn the_file_is_one_that_except_takes() {
    let hostile = "Access&#10;everything.*&#x2028;x";
    let config = read(&format!(
        "<WindowsComponents>{}{}</WindowsComponents>",
        component(hostile, "no", "accessibility", ""),
        component("Again", "no", r"accessibility\accessibility_settings", "")
    ));
    let text = config.selection();
    assert_eq!(
        text,
        "# What a Config.xml of USMT leaves out, for --except @FILE.\n\n# Access everything.* x\naccessibility\n\n# Again\n"
    );
    let patterns: Vec<String> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(ToOwned::to_owned).collect();
    Selection::new(&[], &patterns, &[], &catalogue()).unwrap();
}

#[test]
fn hostile_files_are_refused() {
    let nested = format!("<Configuration>{}", "<component>".repeat(1000));
    let closed = format!("{nested}{}</Configuration>", "</component>".repeat(1000));
    let rows = [
        (
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///c:/windows/win.ini'>]><Configuration>&x;</Configuration>",
            XmlError::DocumentType,
        ),
        (&*closed, XmlError::TooDeep { line: 1, most: 64 }),
        ("<migration/>", XmlError::OtherRoot { expected: "Configuration", found: "migration".to_owned() }),
    ];
    for (text, expected) in rows {
        assert_eq!(usmt_config(text.as_bytes()).unwrap_err(), expected);
    }
    assert!(matches!(usmt_config(nested.as_bytes()), Err(XmlError::Syntax(_))));
    assert_eq!(usmt_config(b"\xff").unwrap_err(), XmlError::NotText);
}
