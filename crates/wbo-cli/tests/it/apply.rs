//! `wbo plan`, `apply`, `undo`, `recover` and `preflight` on the sample images.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;
use crate::image::NTUSER;
use crate::run::Run;

pub(crate) const BOB: &str = "windows-10/Users/bob/NTUSER.DAT";

/// How every command here opens the plain profiles of tests, and undoes them.
pub(crate) const OPEN: &str = "--allow-plain --accept-unsigned test";
pub(crate) const UNDO: &str = "--undo-plain";

impl Folder {
    /// Both sample images, and `alice.wbo`: what alice has on the one with Windows 11.
    pub(crate) fn with_alice() -> Self {
        let folder = Self::with_windows_11();
        folder.image("windows-10", "windows-10");
        folder.wbo("capture windows-11 --user alice --plain --out alice.wbo").ends(0);
        folder
    }

    /// Every key and value of a hive, by what `wbo hive dump` says.
    pub(crate) fn dump(&self, hive: &str) -> BTreeSet<String> {
        self.wbo(&format!("hive dump {hive}")).ends(0).stdout.lines().map(without_time).collect()
    }

    /// Captures somebody, and gives each setting with its items.
    pub(crate) fn settings(&self, capture: &str) -> BTreeMap<String, Value> {
        self.wbo(&format!("capture {capture} --plain --out captured.wbo --force")).ends(0);
        self.wbo(&format!("extract captured.wbo --out captured {}", "--accept-unsigned test")).ends(0);
        let document = self.json("captured/document.json");
        fs::remove_dir_all(self.path("captured")).unwrap();
        fs::remove_file(self.path("captured.wbo")).unwrap();
        let mut settings = BTreeMap::new();
        for section in document["sections"].as_object().unwrap().values() {
            for setting in section.as_array().unwrap() {
                let key = format!("{} {}", setting["id"].as_str().unwrap(), setting["instance"]);
                settings.insert(key, setting["items"].clone());
            }
        }
        settings
    }
}

/// A key of a dump without what an undo does not bring back: the time at which it was written, and the order of values.
fn without_time(line: &str) -> String {
    let mut key: Value = serde_json::from_str(line).unwrap();
    key.as_object_mut().unwrap().remove("written");
    key["values"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
    key.to_string()
}

/// Holds that two hives hold the same, and names the first keys that differ.
#[track_caller]
fn assert_same(one: &BTreeSet<String>, other: &BTreeSet<String>) {
    let differing: Vec<_> = one.symmetric_difference(other).take(6).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

/// What became of each setting that is written as itself.
fn outcomes(run: &Run) -> BTreeMap<String, String> {
    let mut outcomes = BTreeMap::new();
    let settings = run.json()["users"][0]["settings"].as_array().unwrap().clone();
    for setting in settings.iter().filter(|setting| setting["written_as"].is_null()) {
        let key = format!("{} {}", setting["id"].as_str().unwrap(), setting["instance"]);
        outcomes.insert(key, setting["outcome"].as_str().unwrap().to_owned());
    }
    outcomes
}

#[test]
fn what_is_applied_is_captured_again_and_undone_to_the_last_value() {
    let folder = Folder::with_alice();
    let (hives, files) = (["NTUSER.DAT", "AppData/Local/Microsoft/Windows/UsrClass.dat"], "windows-10/Users/bob");
    let dumps = |folder: &Folder| hives.into_iter().flat_map(|hive| folder.dump(&format!("{files}/{hive}"))).collect();
    let before: (BTreeSet<String>, _) = (dumps(&folder), folder.settings("windows-10 --user bob"));
    let others = folder.traces("windows-10/Users/李雷");
    let wanted = folder.settings("windows-11 --user alice");

    let to_bob = format!("alice.wbo windows-10 --user bob --map-user AliceExample=bob {OPEN}");
    let planned = folder.wbo(&format!("plan {to_bob} --json")).ends(0);
    let counts = &planned.json()["counts"];
    assert!(counts["set"].as_u64().unwrap() > 100 && counts["change"].as_u64().unwrap() > 40, "{counts}");
    assert_same(&dumps(&folder), &before.0);

    let applied = folder.wbo(&format!("apply {to_bob} {UNDO} --json")).ends(0);
    let outcomes = outcomes(&applied);
    let after = folder.settings("windows-10 --user bob");
    for (setting, outcome) in &outcomes {
        // The time in it is that of the apply, and what programs put there stays behind what the profile has.
        if ["display.night-light null", "environment.path null", "sound.event-sounds null"].contains(&setting.as_str())
        {
            continue;
        }
        match outcome.as_str() {
            "applied" | "unchanged" => assert_eq!(after.get(setting), wanted.get(setting), "{setting}"),
            outcome => assert_eq!((outcome, after.get(setting)), ("skipped", before.1.get(setting)), "{setting}"),
        }
    }
    for (setting, items) in
        after.iter().filter(|(setting, _)| !outcomes.contains_key(*setting) && *setting != "taskbar.small-buttons null")
    {
        assert_eq!(Some(items), before.1.get(setting), "{setting} is of no profile");
    }
    assert_eq!(folder.traces("windows-10/Users/李雷"), others);
    let again = folder.wbo(&format!("plan {to_bob} --json")).ends(0).json();
    let changes = ["set", "change", "delete"].map(|word| again["counts"][word].as_u64().unwrap());
    assert_eq!(changes, [0, 0, 0], "{}", again["settings"]);

    folder.wbo(&format!("undo last windows-10 {OPEN}")).ends(0);
    assert_same(&dumps(&folder), &before.0);
    assert_eq!(folder.settings("windows-10 --user bob"), before.1);
    folder.wbo(&format!("undo last windows-10 {OPEN}")).ends(2);
}

/// What is not in the plan stays, byte for byte of every key and value; all that is gone or new is in the plan.
#[test]
fn nothing_changes_but_what_the_plan_names() {
    let folder = Folder::with_alice();
    let before = folder.dump(NTUSER);
    folder.write("taskbar.reg", "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Advanced]\n\"TaskbarAl\"=dword:00000001\n\"TaskbarGlomLevel\"=dword:00000002\n");
    folder.wbo(&format!("hive import {NTUSER} taskbar.reg")).ends(0);
    let changed = folder.dump(NTUSER);
    assert!(before != changed);
    let run = folder.wbo(&format!("apply alice.wbo windows-11 --user alice {OPEN} {UNDO} --json")).ends(0);
    let applied: Vec<_> = outcomes(&run).into_iter().filter(|(_, outcome)| outcome == "applied").collect();
    let names: Vec<_> = applied.iter().map(|(setting, _)| setting.as_str()).collect();
    assert_eq!(names, ["taskbar.alignment null", "taskbar.combine-buttons null"]);
    assert_same(&folder.dump(NTUSER), &before);
}

#[test]
fn a_users_folder_without_its_windows_is_written_to() {
    let folder = Folder::with_alice();
    folder.image("windows-10/Users/bob", "bob");
    let before = folder.dump("bob/NTUSER.DAT");
    let to_bob = format!("alice.wbo bob --map-user AliceExample=bob --only mouse.*,sound.* {OPEN} {UNDO} --json");
    let run = folder.wbo(&format!("apply {to_bob}")).ends(0);
    assert!(outcomes(&run).values().any(|outcome| outcome == "applied"));
    assert!(folder.dump("bob/NTUSER.DAT") != before);
    folder.wbo("undo last bob").ends(0);
    assert_same(&folder.dump("bob/NTUSER.DAT"), &before);
}

#[test]
fn a_kept_plan_is_a_promise() {
    let folder = Folder::with_alice();
    let to_bob = format!("alice.wbo windows-10 --user bob --map-user AliceExample=bob --only taskbar.* {OPEN}");
    folder.wbo(&format!("plan {to_bob} --out bob.plan")).ends(0);
    crate::schema::check(&folder.json("bob.plan"));
    assert!(!folder.text("bob.plan").contains("Center"));
    // Something that is not in the plan may change; what is in it may not.
    let import = |value: &str| {
        folder.write("since.reg", format!("Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Advanced]\n{value}\n"));
        folder.wbo(&format!("hive import {BOB} since.reg")).ends(0);
    };
    import("\"Hidden\"=dword:00000002");
    folder.wbo(&format!("apply bob.plan windows-10 {OPEN} --dry-run")).ends(0);
    import("\"TaskbarGlomLevel\"=dword:00000000");
    let refused = folder.wbo(&format!("apply bob.plan windows-10 {OPEN} {UNDO}")).ends(18);
    assert!(refused.stderr.contains("taskbar.combine-buttons"), "{refused:?}");
    folder.wbo(&format!("apply bob.plan windows-10 --only taskbar.badges {OPEN} {UNDO}")).ends(2);
    import("\"TaskbarGlomLevel\"=dword:00000002");
    folder.wbo(&format!("apply bob.plan windows-10 {OPEN} {UNDO}")).ends(0);
    // A forged plan makes nothing but what the profile says.
    folder.wbo(&format!("plan {to_bob} --out second.plan")).ends(0);
    let forged = folder.text("second.plan").replace("\"action\": \"unchanged\"", "\"action\": \"set\"");
    folder.write("second.plan", forged);
    folder.wbo(&format!("apply second.plan windows-10 {OPEN} {UNDO}")).ends(18);
    folder.write("second.plan", "{\"wbo\": \"saved-plan\"}");
    folder.wbo(&format!("apply second.plan windows-10 {OPEN} {UNDO}")).ends(2);
}

#[test]
fn everybody_gets_the_profile_that_is_theirs() {
    let folder = Folder::with_windows_11();
    folder.wbo("capture windows-11 --all-users --plain --out profiles/").ends(0);
    let run = folder.wbo(&format!("apply profiles windows-11 --all-users {OPEN} {UNDO} --json")).ends(3).json();
    let users: Vec<(String, String, String)> = run["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&user["target"]["user"]), text(&user["state"]), text(&user["target"]["matched"]))
        })
        .collect();
    // dave's profile was set aside by Windows.
    let (refused, written): (Vec<_>, Vec<_>) = users.iter().partition(|(user, _, _)| user.ends_with("dave"));
    assert!(written.len() > 1 && written.iter().all(|(_, state, matched)| state == "Succeeded" && matched == "sid"));
    assert!(refused.len() == 1 && refused.iter().all(|(_, state, _)| state == "Failed"), "{users:?}");
    for file in fs::read_dir(folder.path("profiles")).unwrap() {
        let path = file.unwrap().path();
        if !path.to_str().unwrap().contains("Alice") {
            fs::remove_file(path).unwrap();
        }
    }
    let run = folder.wbo(&format!("apply profiles windows-11 --all-users {OPEN} {UNDO} --json")).ends(0).json();
    let states: BTreeSet<&str> =
        run["users"].as_array().unwrap().iter().map(|user| user["state"].as_str().unwrap()).collect();
    assert_eq!(states, BTreeSet::from(["No backup profiles", "Succeeded"]));
}

/// Of an apply nobody's settings come back but those of whom it changed.
#[test]
fn what_was_one_users_is_not_undone_to_another() {
    let folder = Folder::with_windows_11();
    folder.wbo("capture windows-11 --user alice --plain --out alice.wbo").ends(0);
    folder.image("windows-10", "windows-10");
    let to = |user: &str| {
        format!("alice.wbo windows-10 --user {user} --map-user AliceExample={user} --only taskbar.* {OPEN}")
    };
    folder.wbo(&format!("apply {} {UNDO} --undo-dir kept", to("bob"))).ends(0);
    let kept = fs::read_dir(folder.path("kept")).unwrap().next().unwrap().unwrap().file_name();
    let record = format!("kept/{}/undo.wbo", kept.to_str().unwrap());
    folder.wbo(&format!("undo {record} windows-10 --user 李雷 {OPEN}")).ends(16);
    folder.wbo(&format!("undo {record} windows-10 --user bob {OPEN}")).ends(0);
    // What was taken back is not the last one any more.
    folder.wbo(&format!("apply {} {UNDO}", to("bob"))).ends(0);
    folder.wbo(&format!("undo last windows-10 --user 李雷 {OPEN}")).ends(2);
    folder.wbo(&format!("undo last windows-10 {OPEN}")).ends(0);
    folder.wbo(&format!("undo last windows-10 {OPEN}")).ends(2);
    folder.wbo(&format!("apply {} {UNDO}", to("nobody"))).ends(2);
}

#[test]
fn new_users_start_with_what_fits_everybody() {
    let folder = Folder::with_alice();
    let before = folder.dump("windows-10/Users/Default/NTUSER.DAT");
    let run = folder.wbo(&format!("apply alice.wbo windows-10 --default-user {OPEN} {UNDO} --json")).ends(0);
    let outcomes = outcomes(&run);
    assert!(outcomes.values().filter(|outcome| *outcome == "applied").count() > 50);
    for setting in ["background.picture null", "environment.path null", "typing.dictionary null"] {
        assert_ne!(outcomes.get(setting).map(String::as_str), Some("applied"), "{setting}");
    }
    let after = folder.dump("windows-10/Users/Default/NTUSER.DAT");
    assert!(before != after);
    assert!(!after.iter().any(|line| line.to_lowercase().contains("alice")), "something of alice is left");
    folder.wbo(&format!("undo last windows-10 {OPEN}")).ends(0);
    assert_same(&folder.dump("windows-10/Users/Default/NTUSER.DAT"), &before);
}

#[test]
fn settings_of_the_pc_are_written_on_request_only() {
    let folder = Folder::with_alice();
    let to_bob = format!("alice.wbo windows-10 --user bob --map-user AliceExample=bob {OPEN} {UNDO} --json");
    let software = "windows-10/Windows/System32/config/SOFTWARE";
    let system = "windows-10/Windows/System32/config/SYSTEM";
    let machine = || folder.dump(software).union(&folder.dump(system)).cloned().collect::<BTreeSet<_>>();
    let before = machine();
    folder.wbo(&format!("apply {to_bob}")).ends(0);
    assert_same(&machine(), &before);
    let run = folder.wbo(&format!("apply {to_bob} --machine")).ends(0);
    assert!(outcomes(&run).values().any(|outcome| outcome == "applied"));
    assert!(machine() != before);
    folder.wbo(&format!("undo last windows-10 {OPEN}")).ends(0);
    assert_same(&machine(), &before);
}

#[test]
fn nothing_is_written_where_that_would_not_be_safe() {
    let folder = Folder::with_alice();
    let to_alice = format!("alice.wbo windows-11 --user alice {OPEN}");
    folder.write("windows-11/hiberfil.sys", b"HIBR");
    folder.wbo(&format!("apply {to_alice} {UNDO}")).ends(16);
    folder.wbo(&format!("preflight {to_alice} {UNDO}")).ends(16);
    folder.remove("windows-11/hiberfil.sys");
    folder.wbo("apply alice.wbo windows-11 --user alice").ends(16);
    folder.wbo("apply alice.wbo windows-11 --user alice --allow-plain --undo-plain").ends(15);
    // Nobody could undo it.
    folder.wbo(&format!("apply {to_alice}")).ends(2);
    folder.wbo(&format!("apply alice.wbo windows-10 --user bob {OPEN} {UNDO}")).ends(16);
    folder.wbo(&format!("apply alice.wbo windows-10 --user bob --map-user carol=bob {OPEN} {UNDO}")).ends(2);
    // A folder that others could have made says nothing about what is in it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let ours = folder.path("windows-10/ProgramData/wbo");
        fs::create_dir_all(&ours).unwrap();
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o777)).unwrap();
        folder
            .wbo(&format!("apply alice.wbo windows-10 --user bob --map-user AliceExample=bob {OPEN} {UNDO}"))
            .ends(15);
        fs::remove_dir(&ours).unwrap();
    }
    folder.wbo(&format!("preflight {to_alice} {UNDO}")).ends(0);
}

#[test]
fn what_somebody_changed_since_is_kept() {
    let folder = Folder::with_alice();
    let to_bob = format!("alice.wbo windows-10 --user bob --map-user AliceExample=bob {OPEN} {UNDO}");
    folder.wbo(&format!("apply {to_bob}")).ends(0);
    folder.write("since.reg", "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Advanced]\n\"TaskbarGlomLevel\"=dword:00000000\n");
    folder.wbo(&format!("hive import {BOB} since.reg")).ends(0);
    let run = folder.wbo(&format!("undo last windows-10 {OPEN} --json")).ends(3).json();
    assert_eq!(run["counts"]["kept"], 1);
    let kept = run["settings"].as_array().unwrap().iter().find(|setting| setting["outcome"] == "kept").unwrap();
    assert_eq!(kept["id"], "taskbar.combine-buttons");
    folder.wbo(&format!("undo last windows-10 --force {OPEN}")).ends(0);
    folder.wbo(&format!("undo last windows-10 --force {OPEN}")).ends(2);
}

#[test]
fn a_record_is_bound_to_its_apply() {
    let folder = Folder::with_alice();
    let to_bob = format!("alice.wbo windows-10 --user bob --map-user AliceExample=bob {OPEN}");
    folder.wbo(&format!("apply {to_bob} {UNDO} --undo-dir kept --only taskbar.*")).ends(0);
    let kept = fs::read_dir(folder.path("kept")).unwrap().next().unwrap().unwrap().path();
    crate::schema::check(&serde_json::from_slice(&fs::read(kept.join("report.json")).unwrap()).unwrap());
    let record = Path::new("kept").join(kept.file_name().unwrap()).join("undo.wbo");
    let record = record.to_str().unwrap();
    // Another PC knows nothing of it, and a record is no profile.
    folder.wbo(&format!("undo {record} windows-11 --user alice --allow-plain")).ends(15);
    folder.wbo(&format!("apply {record} windows-10 --user bob {OPEN} {UNDO}")).ends(2);
    folder.wbo(&format!("undo alice.wbo windows-10 {OPEN}")).ends(2);
    let inspected = folder.wbo(&format!("inspect {record} {}", "--accept-unsigned test")).ends(0);
    assert!(inspected.stdout.contains("takes back"), "{inspected:?}");
    folder.wbo(&format!("undo {record} windows-10 --allow-plain")).ends(0);
}

#[test]
fn what_people_read() {
    let folder = Folder::with_alice();
    let to_bob = format!("alice.wbo windows-10 --user bob --map-user AliceExample=bob {OPEN}");
    assert_snapshot!(folder.transcript(&format!(
        r"
        plan {to_bob} --only taskbar.*,display.*,background.*
        apply {to_bob} --only taskbar.* --dry-run
        apply {to_bob} --only taskbar.* --estimate
        preflight {to_bob} {UNDO}
        recover windows-10
        undo last windows-10 {OPEN}
        "
    )));
}

#[test]
fn a_hive_that_is_dirty_is_completed_first() {
    let folder = Folder::with_alice();
    folder.cut_import(BOB, "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Advanced]\n\"TaskbarGlomLevel\"=dword:00000000\n");
    let to_bob = format!("alice.wbo windows-10 --user bob --map-user AliceExample=bob {OPEN}");
    let from = || {
        let run = folder.wbo(&format!("plan {to_bob} --only taskbar.combine-buttons --json")).ends(0).json();
        let settings = run["settings"].as_array().unwrap().clone();
        let setting = settings.into_iter().find(|setting| setting["id"] == "taskbar.combine-buttons").unwrap();
        setting["differences"][0]["from"].clone()
    };
    assert_eq!(from(), "Always");
    folder.wbo(&format!("apply {to_bob} --only taskbar.combine-buttons {UNDO}")).ends(0);
    folder.wbo(&format!("undo last windows-10 {OPEN}")).ends(0);
    assert_eq!(from(), "Always");
}
