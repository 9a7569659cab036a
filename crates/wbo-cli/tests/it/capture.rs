//! `wbo capture`.

mod damage;
mod secrets;

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;
use crate::image::{NTUSER, SWITCHED_OFF_TEXT, SYSTEM};
use crate::run::Run;

/// What was said of each user: the name and, if there is one, the file.
fn users(run: &Run) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let users = run.json()["users"].as_array().unwrap().clone();
    users.iter().map(|user| (text(&user["user"]).unwrap(), text(&user["path"]))).collect()
}

fn names(run: &Run) -> Vec<String> {
    users(run).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_technician_gets_an_encrypted_signed_profile() {
    let folder = Folder::with_windows_11();
    folder.key("desk");
    let bench = folder.signer("bench");
    folder.write("signers", format!("bench@example.org namespaces=\"wbo-*\" {bench}"));
    let run = folder.wbo("capture windows-11 --user alice --out alice.wbo -R desk.pub --sign bench").ends(0);
    assert!(run.stdout.contains("AliceExample: ") && run.stdout.contains("alice.wbo: "), "{run:?}");
    folder.wbo("verify alice.wbo -i desk.key --signers signers").ends(0);
    let inspected = folder.wbo("inspect alice.wbo -i desk.key --signers signers --reveal --json").ends(0).json();
    let document = &inspected["document"];
    assert_eq!(document["profile"]["method"], "offline");
    assert_eq!(document["device"]["name"], "BENCH-NEW");
    assert_eq!(document["user"]["sid"], "S-1-12-1-1111111111-1111111112-1111111113-1111111114");
    assert!(!folder.read("alice.wbo").windows(9).any(|bytes| bytes == b"BENCH-NEW"));
}

/// Nobody is asked anything: the tests have no terminal, and all of this is decided by the command line.
#[test]
fn command_lines_that_cannot_be_meant_are_refused() {
    let folder = Folder::with_windows_11();
    folder.write("there.wbo", "somebody's");
    assert_snapshot!(folder.transcript(
        r"
        capture windows-11
        capture windows-11 --user alice
        capture windows-11 --user alice --out a.wbo
        capture windows-11 --user alice --out there.wbo --plain
        capture windows-11 --all-users --out there.wbo --plain
        capture windows-11 --user alice --out missing/a.wbo --plain
        capture windows-11 --user alice --estimate --dry-run
        capture windows-11 --user alice --estimate --reveal
        capture windows-11 --dry-run
        capture windows-11 --user alise --dry-run
        capture windows-11 --user CORP\alice --dry-run
        capture windows-11 --user carol --dry-run
        capture windows-11 --user defaultuser0 --dry-run
        capture windows-11 --user S-1-5-18 --dry-run
        capture windows-11 --user x* --dry-run
        capture windows-11 --all-users --exclude-user alise --dry-run
        capture windows-11 --all-users --exclude-user * --dry-run
        capture windows-11 --all-users --used-within 0 --dry-run
        capture windows-11 --all-users --used-within never --dry-run
        capture windows-11 --user alice --dry-run --only taskbar.aligment
        capture windows-11 --user alice --dry-run --except taskbar.*,nothing.*
        capture windows-11 --user alice --dry-run --also everything
        capture windows-11 --user alice --dry-run --catalog missing.toml
        capture live --user alice --dry-run
        "
    ));
    assert_eq!(folder.text("there.wbo"), "somebody's");
}

#[test]
fn a_profile_is_replaced_only_when_that_is_said() {
    let folder = Folder::with_windows_11();
    folder.wbo("capture windows-11 --user alice --only start --out a.wbo --plain").ends(0);
    let before = folder.read("a.wbo");
    folder.wbo("capture windows-11 --user dave --only start --out a.wbo --plain").ends(2);
    assert!(folder.read("a.wbo") == before);
    folder.wbo("capture windows-11 --user dave --only start --out a.wbo --plain --force").ends(0);
    assert!(folder.read("a.wbo") != before);

    // In a folder the others are written; the one that is there stays.
    let run = folder.wbo("capture windows-11 --all-users --only start --out all --plain --json").ends(0);
    assert_eq!(names(&run).len(), 3);
    folder.remove("all/AzureAD-dave.wbo");
    let before = folder.read("all/AzureAD-AliceExample.wbo");
    let run = folder.wbo("capture windows-11 --all-users --only gaming --out all --plain").ends(3);
    assert_eq!(run.stderr.matches("exists already").count(), 2, "{run:?}");
    assert!(folder.read("all/AzureAD-AliceExample.wbo") == before);
    folder.read("all/AzureAD-dave.wbo");
    // When each of them is there, nothing is done, and it is no matter of the source.
    folder.wbo("capture windows-11 --all-users --only gaming --out all --plain").ends(2);
}

#[test]
fn several_users_have_a_file_each() {
    let folder = Folder::with_windows_11();
    let folder_of = |line: &str| {
        let run = folder.wbo(&format!("capture windows-11 --only gaming --plain --json {line}")).ends(0);
        users(&run).into_iter().map(|(_, path)| path.unwrap()).collect::<Vec<_>>()
    };
    let alice = "AzureAD-AliceExample.wbo";
    let zoe = "AzureAD-ZoëÅngström.wbo";
    let of = |out: &str, names: &[&str]| names.iter().map(|name| format!("{out}/{name}")).collect::<Vec<_>>();
    assert_eq!(
        folder_of("--all-users --out deep/inside/all"),
        of("deep/inside/all", &[alice, zoe, "AzureAD-dave.wbo"])
    );
    assert_eq!(folder_of("--user alice --user zo* --out two"), of("two", &[alice, zoe]));
    // A pattern means several, even where it fits one alone, so that scripts know what they get.
    assert_eq!(folder_of("--user zo* --out one"), of("one", &[zoe]));
    std::fs::create_dir(folder.path("there")).unwrap();
    assert_eq!(folder_of("--user alice --out there"), of("there", &[alice]));
    assert_eq!(folder_of("--user alice --out new/"), of("new", &[alice]));
    assert_eq!(folder_of("--user alice --out alice.wbo"), ["alice.wbo"]);
}

#[test]
fn users_are_chosen_by_what_people_know_of_them() {
    let folder = Folder::with_windows_11();
    let chosen = |args: &[&str]| {
        let args = [&["capture", "windows-11", "--only", "gaming", "--estimate", "--json"], args].concat();
        let run = folder.wbo_with(&args, crate::run::Input::default()).ends(0);
        names(&run).iter().map(|name| name.strip_prefix(r"AzureAD\").unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [alice, zoe, dave] = ["AliceExample", "ZoëÅngström", "dave"];
    for one in [
        "alice",
        "ALICE",
        "AliceExample",
        r"AzureAD\AliceExample",
        r"azuread\aliceexample",
        "S-1-12-1-1111111111-1111111112-1111111113-1111111114",
        r"C:\Users\alice",
    ] {
        assert_eq!(chosen(&["--user", one]), [alice], "{one}");
    }
    assert_eq!(chosen(&["--user", "Zoë Ångström"]), [zoe]);
    assert_eq!(chosen(&["--user", "zoë*"]), [zoe]);
    assert_eq!(chosen(&["--user", r"AzureAD\*"]), [alice, zoe, dave]);
    assert_eq!(chosen(&["--user", "dave", "--user", "alice", "--user", "ALICE"]), [alice, dave]);
    assert_eq!(chosen(&["--all-users"]), [alice, zoe, dave]);
    assert_eq!(chosen(&["--all-users", "--exclude-user", "a*"]), [zoe, dave]);
    assert_eq!(chosen(&["--all-users", "--exclude-user", "alice", "--exclude-user", "dave"]), [zoe]);
    assert_eq!(chosen(&["--all-users", "--used-within", "100000"]), [alice, zoe, dave]);
    // What is set aside can be had, if it is named in a way that nobody types by accident.
    let run = folder.wbo(r"capture windows-11 --user C:\Users\defaultuser0 --only gaming --estimate --json").ends(0);
    assert_eq!(names(&run), ["defaultuser0"]);
}

#[test]
fn what_would_be_captured_is_listed() {
    let folder = Folder::with_windows_11();
    folder.image("windows-10", "windows-10");
    let before = folder.listing();
    assert_snapshot!(folder.transcript(
        "
        capture windows-11 --user alice --dry-run --only taskbar.*
        capture windows-11 --user alice --dry-run --only network
        capture windows-11 --user alice --dry-run --only network --reveal
        capture windows-10 --all-users --dry-run --only personalization --except appearance.*
        capture windows-11 --user zo* --dry-run --only language
        "
    ));
    assert!(folder.listing() == before);
}

#[test]
fn how_much_would_be_captured_is_told_for_each_category() {
    let folder = Folder::with_windows_11();
    let before = folder.listing();
    assert_snapshot!(folder.transcript("capture windows-11 --all-users --estimate"));
    assert!(folder.listing() == before);
    let json = folder.wbo("capture windows-11 --user alice --estimate --json").ends(0).json();
    assert_eq!(json["written"], false);
    assert_eq!(json["users"][0]["captured"]["list"], Value::Null);
}

#[test]
fn settings_are_chosen_by_category_id_and_pattern() {
    let folder = Folder::with_windows_11();
    let ids = |line: &str| {
        let run = folder.wbo(&format!("capture windows-11 --user alice --dry-run --json {line}")).ends(0);
        let captured = run.json()["users"][0]["captured"].clone();
        let list = captured["list"].as_array().unwrap();
        let apps = captured["store_apps"].as_u64().unwrap();
        (list.iter().map(|setting| setting["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), apps)
    };
    assert_eq!(ids("--only taskbar.alignment"), (vec!["taskbar.alignment".to_owned()], 0));
    let (several, _) = ids("--only taskbar.alignment,start.layout --only taskbar.seconds");
    assert_eq!(several, ["taskbar.alignment", "taskbar.seconds", "start.layout"]);
    assert_eq!(ids("--only apps"), (vec![], 6));
    assert_eq!(ids("--only apps,taskbar.seconds").0, ["taskbar.seconds"]);
    let (gaming, _) = ids("--only gaming");
    let (fewer, _) = ids("--only gaming --except gaming.game-mode*");
    assert!(gaming.len() > 10 && fewer.len() < gaming.len(), "{} {}", gaming.len(), fewer.len());
    let (all, apps) = ids("");
    let (others, none) = ids("--except gaming,apps");
    assert_eq!((all.len() - gaming.len(), apps, none), (others.len(), 6, 0));

    // Some settings are captured on request only.
    let on_request: Vec<String> = {
        let list = folder.wbo("catalog list --json").ends(0).json();
        let list = list["settings"].as_array().unwrap().clone();
        let asked = list.iter().filter(|setting| setting["on_request"] == true);
        asked.map(|setting| setting["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(on_request.len() > 5, "{on_request:?}");
    let (with, _) = ids(&format!("--also {}", on_request.join(",")));
    assert!(all.iter().all(|id| !on_request.contains(id)));
    assert!(with.iter().any(|id| on_request.contains(id)) && with.len() > all.len());
}

#[test]
fn settings_of_ones_own_programs_are_captured_too() {
    let folder = Folder::with_windows_11();
    let own = |rest: &str| {
        format!(
            "catalogue = 1\narea = \"Ours\"\ncategory = \"system\"\n\n[[setting]]\nid = \"ours.terminal-host\"\n\
             title = \"Host\"\nkey = 'HKCU\\Software\\SimonTatham\\PuTTY\\Sessions\\files'\nvalue = \"HostName\"\n{rest}"
        )
    };
    folder.write("ours.toml", own("type = \"text\"\nsources = [\"the handbook\"]\n"));
    let run = folder.wbo("capture windows-11 --user alice --catalog ours.toml --only ours.* --dry-run --json").ends(0);
    let listed = run.json()["users"][0]["captured"]["list"][0].clone();
    assert_eq!((&listed["id"], &listed["title"]), (&"ours.terminal-host".into(), &"Host".into()));
    assert!(listed["value"].is_string(), "{listed}");
    folder.wbo("capture windows-11 --user alice --catalog ours.toml --out a.wbo --plain").ends(0);
    let document = folder.wbo("inspect a.wbo --reveal --json").ends(0).json()["document"].clone();
    let system = document["sections"]["system"].as_array().unwrap().clone();
    assert!(system.iter().any(|setting| setting["id"] == "ours.terminal-host"));
    assert!(document["profile"]["catalogue"].as_str().unwrap().ends_with(" and 1 more"), "{document}");

    folder.write("flawed.toml", own("type = \"txt\"\nlables = {}\n"));
    folder.write("taken.toml", own("sources = [\"x\"]\n").replace("ours.terminal-host", "taskbar.alignment"));
    assert_snapshot!(folder.transcript(
        "
        capture windows-11 --user alice --dry-run --catalog flawed.toml
        capture windows-11 --user alice --dry-run --catalog taken.toml
        capture windows-11 --user alice --dry-run --catalog ours.toml --catalog ours.toml
        capture windows-11 --user alice --dry-run --catalog windows-11/Users/alice/NTUSER.DAT
        "
    ));
}

/// Engineers keep profiles as fixtures and compare them.
#[test]
fn the_same_image_gives_the_same_bytes() {
    let folder = Folder::with_windows_11();
    folder.image("windows-11", "again");
    folder.wbo("capture windows-11 --all-users --plain --out one").ends(0);
    folder.wbo("capture again --all-users --plain --out two").ends(0);
    for name in ["AzureAD-AliceExample", "AzureAD-ZoëÅngström", "AzureAD-dave"] {
        assert!(folder.read(format!("one/{name}.wbo")) == folder.read(format!("two/{name}.wbo")), "{name}");
    }
    // The bytes of another user, and of other settings, are others.
    folder.wbo("capture windows-11 --user alice --except gaming --plain --out less.wbo").ends(0);
    let id = |path: &str| folder.wbo(&format!("inspect {path} --json")).ends(0).json();
    let id = |path: &str| id(path)["document"]["profile"]["id"].as_str().unwrap().to_owned();
    assert_ne!(id("less.wbo"), id("one/AzureAD-AliceExample.wbo"));
    assert_ne!(id("one/AzureAD-dave.wbo"), id("one/AzureAD-AliceExample.wbo"));
}

#[test]
fn what_was_captured_can_be_taken_apart_and_packed_again() {
    let folder = Folder::with_windows_11();
    for user in ["alice", "Zoë Ångström"] {
        let args = ["capture", "windows-11", "--user", user, "--plain", "--out", "one.wbo", "--force"];
        folder.wbo_with(&args, crate::run::Input::default()).ends(0);
        let _ = std::fs::remove_dir_all(folder.path("apart"));
        folder.wbo("extract one.wbo --out apart --accept-unsigned test").ends(0);
        let again = folder.wbo("pack apart/document.json --out two.wbo --plain --json");
        // What was extracted stands in a folder; a name that is there is refused.
        let again = again.ends(0).json();
        assert!(folder.read("one.wbo") == folder.read("two.wbo"), "{user}: {again}");
        folder.remove("two.wbo");
    }
}

#[test]
fn profiles_that_are_not_plain_say_when_they_were_made() {
    let folder = Folder::with_windows_11();
    folder.key("desk");
    folder.wbo("capture windows-11 --user alice --plain --out plain.wbo").ends(0);
    folder.wbo("capture windows-11 --user alice -R desk.pub --out real.wbo").ends(0);
    let profile = |line: &str| {
        let json = folder.wbo(&format!("inspect {line} --accept-unsigned test --reveal --json")).ends(0).json();
        json["document"]["profile"].clone()
    };
    let (plain, real) = (profile("plain.wbo"), profile("real.wbo -i desk.key"));
    // A plain one says nothing that its source does not.
    assert_eq!(plain["created"], SWITCHED_OFF_TEXT);
    assert!(real["created"].as_str().unwrap() > SWITCHED_OFF_TEXT, "{real}");
    assert_ne!(plain["id"], real["id"]);
}

/// The power failed in the middle of a write: what her PC shows is in the log.
#[test]
fn a_dirty_hive_is_completed_from_its_logs() {
    let folder = Folder::with_windows_11();
    let ids = "--only taskbar.alignment,taskbar.seconds,taskbar.task-view";
    let shown = || folder.wbo(&format!("capture windows-11 --user alice --dry-run {ids}"));
    let with_logs = shown().ends(0).stdout;
    assert!(with_logs.contains("taskbar.alignment: Left") && with_logs.contains("taskbar.seconds: On"), "{with_logs}");
    folder.remove(&format!("{NTUSER}.LOG1"));
    let run = shown().ends(3);
    assert!(run.stdout.contains("taskbar.alignment: Center"), "{run:?}");
    assert!(run.stderr.contains(r"C:\Users\alice\NTUSER.DAT"), "{run:?}");
    assert!(!run.stdout.contains("taskbar.seconds: On"), "{run:?}");
}

#[test]
fn a_folder_of_a_user_alone_is_a_source() {
    let folder = Folder::with_windows_11();
    folder.rename("windows-11/Users/alice", "bare");
    let run = folder.wbo("capture bare --out bare.wbo --plain").ends(0);
    assert!(run.stdout.starts_with("bare: "), "{run:?}");
    let document = folder.wbo("inspect bare.wbo --reveal --json").ends(0).json()["document"].clone();
    assert_eq!(document["user"]["name"], "bare");
    assert!(document["device"]["build"].is_null(), "{document}");
    let personal = document["sections"]["personalization"].as_array().unwrap();
    assert!(personal.iter().any(|setting| setting["id"] == "taskbar.alignment"));
    folder.wbo("doctor bare").ends(0);
    folder.wbo("explain taskbar.alignment bare").ends(0);
    folder.wbo("capture bare --user bare --estimate").ends(0);
    folder.wbo("capture bare --user bob --estimate").ends(2);
}

#[test]
fn names_in_another_case_and_the_folder_of_windows_give_the_same() {
    let folder = Folder::with_windows_11();
    folder.wbo("capture windows-11 --user alice --plain --out drive.wbo").ends(0);
    folder.wbo("capture windows-11/Windows --user alice --plain --out windows.wbo").ends(0);
    assert!(folder.read("drive.wbo") == folder.read("windows.wbo"));
    folder.rename(NTUSER, "windows-11/Users/alice/ntuser.dat");
    folder.rename(&format!("{NTUSER}.LOG1"), "windows-11/Users/alice/ntuser.dat.log1");
    folder.rename("windows-11/Users/alice/AppData", "windows-11/Users/alice/APPDATA");
    folder.rename(SYSTEM, "windows-11/Windows/System32/config/system");
    folder.rename("windows-11/Users", "windows-11/users");
    folder.rename("windows-11/Windows", "windows-11/WINDOWS");
    folder.wbo("capture windows-11 --user alice --plain --out case.wbo").ends(0);
    let settings = |path: &str| {
        let json = folder.wbo(&format!("inspect {path} --reveal --json")).ends(0).json();
        json["document"]["sections"].clone()
    };
    assert_eq!(settings("case.wbo"), settings("drive.wbo"));
}

#[test]
fn a_source_is_left_as_it_was() {
    let folder = Folder::with_windows_11();
    folder.image("windows-10", "windows-10");
    let traces = || [folder.traces("windows-10"), folder.traces("windows-11")];
    let before = traces();
    folder.wbo("capture windows-11 --all-users --plain --out eleven").ends(0);
    folder.wbo("capture windows-10 --all-users --plain --out ten").ends(0);
    folder.wbo("capture windows-11 --all-users --dry-run").ends(0);
    folder.wbo("users windows-11").ends(0);
    folder.wbo("doctor windows-11 --thorough").ends(3);
    folder.wbo("doctor windows-10 --thorough").ends(3);
    folder.wbo("explain taskbar.alignment windows-11 --user alice").ends(0);
    folder.wbo("explain --unclaimed windows-11 --user alice").ends(0);
    for (before, after) in before.iter().zip(&traces()) {
        let changed: Vec<_> = before.iter().filter(|(path, trace)| after.get(*path) != Some(*trace)).collect();
        let changed: Vec<_> = changed.iter().map(|(path, _)| path).collect();
        assert!(changed.is_empty() && before.len() == after.len(), "{changed:?}");
    }
}

#[test]
fn a_hibernated_windows_is_captured_with_a_warning() {
    let folder = Folder::with_windows_11();
    folder.write("windows-11/hiberfil.sys", "HIBR and what Windows had in memory");
    for source in ["windows-11", "windows-11/Windows"] {
        let run = folder.wbo(&format!("capture {source} --user alice --plain --out a.wbo --force")).ends(0);
        assert!(run.stderr.contains("hibernated"), "{run:?}");
        let notes = folder.wbo("inspect a.wbo --section notes").ends(0).stdout;
        assert!(notes.contains("hibernated"), "{notes}");
    }
    folder.write("windows-11/hiberfil.sys", "\0\0\0\0");
    assert!(!folder.wbo("capture windows-11 --user alice --dry-run").ends(0).stderr.contains("hibernated"));
}
