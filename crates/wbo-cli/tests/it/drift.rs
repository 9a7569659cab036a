//! `wbo drift`: what changed on a Windows since a profile was captured there.

use std::time::SystemTime;

use insta::assert_snapshot;
use serde_json::Value;

use crate::apply::{OPEN, UNDO};
use crate::folder::Folder;

const NTUSER: &str = "windows-11/Users/alice/NTUSER.DAT";
const SOFTWARE: &str = "windows-11/Windows/System32/config/SOFTWARE";
const ADVANCED: &str = r"[HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced]";

impl Folder {
    /// Sets values of one key of a hive, as somebody does later.
    fn edit(&self, hive: &str, root: &str, text: &str) {
        self.write("edit.reg", format!("Windows Registry Editor Version 5.00\n\n{text}\n"));
        self.wbo(&format!("hive import {hive} edit.reg --as {root}")).ends(0);
        std::fs::remove_file(self.path("edit.reg")).unwrap();
    }

    fn drift(&self, more: &str, code: i32) -> Value {
        self.wbo(&format!("drift alice.wbo windows-11 --user alice {OPEN} {more} --json")).ends(code).json()
    }
}

fn causes(report: &Value) -> Vec<(String, String)> {
    let settings = report["settings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    settings.map(|setting| (text(&setting["id"]), text(&setting["cause"]))).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(id, cause)| ((*id).to_owned(), (*cause).to_owned())).collect()
}

#[test]
fn nothing_drifts_by_itself() {
    let folder = Folder::with_alice();
    assert_eq!(causes(&folder.drift("", 0)), pairs(&[]));
    assert_snapshot!(folder.transcript(&format!("drift alice.wbo windows-11 --user alice {OPEN} --put-back")));
}

#[test]
fn what_somebody_changed_later_is_put_back() {
    let folder = Folder::with_alice();
    let before = folder.settings("windows-11 --user alice");
    folder.edit(NTUSER, "HKCU", &format!("{ADVANCED}\n\"TaskbarAl\"=dword:1\n\"HideFileExt\"=-"));
    let drifted = pairs(&[("explorer.show-extensions", "later"), ("taskbar.alignment", "later")]);
    let mut found = causes(&folder.drift("", 1));
    found.sort();
    assert_eq!(found, drifted);

    let report = folder.wbo(&format!(
        "drift alice.wbo windows-11 --user alice {OPEN} --put-back --out back.plan --only explorer,taskbar.* --json"
    ));
    // A plan is written though something differs: that is what it is for.
    let report = report.ends(1).json();
    let changes = report["put_back"]["settings"].as_array().unwrap().iter();
    let changes = changes.filter(|setting| !["unchanged", "skipped"].contains(&setting["outcome"].as_str().unwrap()));
    assert_eq!(changes.count(), 2, "{report:#}");
    folder.wbo(&format!("apply back.plan windows-11 {OPEN} {UNDO}")).ends(0);
    assert_eq!(causes(&folder.drift("", 0)), pairs(&[]));
    assert_eq!(folder.settings("windows-11 --user alice"), before);
}

#[test]
fn what_is_ignored_is_not_put_back() {
    let folder = Folder::with_alice();
    folder.edit(NTUSER, "HKCU", &format!("{ADVANCED}\n\"TaskbarAl\"=dword:1\n\"HideFileExt\"=-"));
    folder.write("rules.toml", "ignore = 1\n[[rule]]\nsetting = \"taskbar.*\"\n[[rule]]\nsetting = \"un.used\"\n");
    let report = folder.drift("--ignore rules.toml --put-back --out back.plan", 1);
    assert_eq!(causes(&report), pairs(&[("explorer.show-extensions", "later")]));
    assert_eq!((&report["ignored"], &report["unused"][0]["line"]), (&1.into(), &4.into()));
    folder.wbo(&format!("apply back.plan windows-11 {OPEN} {UNDO}")).ends(0);
    assert_eq!(causes(&folder.drift("", 1)), pairs(&[("taskbar.alignment", "later")]));
}

#[test]
fn an_upgrade_and_an_apply_are_told_apart() {
    let folder = Folder::with_alice();
    folder.wbo("capture windows-10 --user bob --plain --out bob.wbo").ends(0);
    folder
        .wbo(&format!(
            "apply bob.wbo windows-11 --user alice --map-user bob=AliceExample --only mouse.speed {OPEN} {UNDO}"
        ))
        .ends(0);
    let report = folder.drift("", 1);
    assert_eq!(causes(&report), pairs(&[("mouse.speed", "wbo")]));
    let id = report["settings"][0]["apply"].as_str().unwrap();
    assert!(folder.path(format!("windows-11/ProgramData/wbo/{id}/report.json")).exists(), "{report:#}");

    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let version = r"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]";
    let build = format!(
        "{version}\n\"CurrentBuild\"=\"26200\"\n\"CurrentBuildNumber\"=\"26200\"\n\"InstallDate\"=dword:{now:08x}"
    );
    folder.edit(SOFTWARE, r"HKLM\SOFTWARE", &build);
    folder.edit(NTUSER, "HKCU", &format!("{ADVANCED}\n\"TaskbarAl\"=dword:1\n\"HideFileExt\"=-"));
    let mut found = causes(&folder.drift("--except mouse.speed", 1));
    found.sort();
    assert_eq!(found, pairs(&[("explorer.show-extensions", "reset"), ("taskbar.alignment", "upgrade")]));
    assert_snapshot!(
        folder.transcript(&format!("drift alice.wbo windows-11 --user alice {OPEN} --except mouse.speed"))
    );
}

#[test]
fn a_profile_of_somebody_else_says_nothing_about_drift() {
    let folder = Folder::with_alice();
    let run = folder.wbo(&format!("drift alice.wbo windows-10 --user bob {OPEN}")).ends(16);
    assert!(run.stderr.contains("--map-user"), "{run:?}");
    let run = folder.wbo(&format!("drift alice.wbo windows-11 --user alice {OPEN} --out x")).ends(2);
    assert!(run.stderr.contains("--put-back"), "{run:?}");
    folder.wbo("drift alice.wbo windows-11 --user alice").ends(16);
    folder.wbo("drift alice.wbo windows-11 --user alice --allow-plain").ends(15);
}
