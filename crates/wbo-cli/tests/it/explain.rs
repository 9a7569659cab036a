//! `wbo explain`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;
use crate::image::{NTUSER, SOFTWARE};

#[test]
fn a_setting_is_explained_with_what_is_there() {
    let folder = Folder::with_windows_11();
    folder.image("windows-10", "windows-10");
    assert_snapshot!(folder.transcript(
        "
        explain taskbar.alignment
        explain taskbar.alignment windows-11 --user alice
        explain taskbar.alignment windows-11 --user dave
        explain taskbar.alignment windows-10 --user bob
        explain taskbar.widgets windows-11 --user alice
        explain network.drives windows-11 --user alice
        explain network.drives windows-11 --user alice --reveal
        explain environment.variables windows-11 --user alice
        explain start.pins windows-11 --user alice
        explain startup.run windows-11 --user alice
        "
    ));
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let folder = Folder::with_windows_11();
    assert_snapshot!(folder.transcript(
        "
        explain
        explain taskbar.aligment
        explain taskbar.*
        explain taskbar
        explain taskbar.alignment windows-11
        explain taskbar.alignment windows-11 --all-users
        explain taskbar.alignment windows-11 --user nobody
        explain taskbar.alignment windows-11 --user carol
        explain taskbar.alignment missing
        explain --unclaimed
        explain --unclaimed windows-11
        explain --unclaimed taskbar.alignment windows-11 --user alice
        explain --unclaimed windows-11 --user alice --limit many
        explain windows-11 --user alice
        "
    ));
}

/// What `explain` says would be captured is captured, for every setting.
#[test]
fn explain_and_capture_agree() {
    let folder = Folder::with_windows_11();
    let run = folder.wbo("capture windows-11 --user alice --dry-run --json").ends(0);
    let list = run.json()["users"][0]["captured"]["list"].as_array().unwrap().clone();
    let captured = |id: &str| list.iter().any(|setting| setting["id"] == id);
    let catalogue = folder.wbo("catalog list --json").ends(0).json();
    let ids =
        catalogue["settings"].as_array().unwrap().iter().map(|setting| setting["id"].as_str().unwrap().to_owned());
    // One in nine, and each that has something to say: a run for each of them all would take minutes.
    let special = ["network.drives", "environment.variables", "start.pins", "background.picture", "startup.run"];
    let some: Vec<String> =
        ids.enumerate().filter(|(at, id)| at % 9 == 0 || special.contains(&&**id)).map(|(_, id)| id).collect();
    assert!(some.len() > 80, "{}", some.len());
    for id in some {
        let json = folder.wbo(&format!("explain {id} windows-11 --user alice --json")).ends(0).json();
        assert_eq!(json["captured"]["captured"], captured(&id), "{json:#}");
    }
}

#[test]
fn own_catalogues_and_damage_are_told() {
    let folder = Folder::with_windows_11();
    folder.write(
        "ours.toml",
        "catalogue = 1\narea = \"Ours\"\ncategory = \"system\"\n[[setting]]\nid = \"ours.beep\"\ntitle = \"Beep\"\n\
         about = \"What it is.\"\nkey = 'HKCU\\Control Panel\\Mouse'\nvalue = \"Beep\"\nsources = [\"x\"]\n",
    );
    let json = folder.wbo("explain ours.beep windows-11 --user alice --catalog ours.toml --json").ends(0).json();
    assert_eq!((&json["confirmed"], &json["written"]), (&Value::Bool(false), &"on-request".into()));
    assert_eq!(json["captured"]["items"][0]["item"], "Beep");
    let unclaimed = |rest: &str| {
        let run = folder.wbo(&format!("explain --unclaimed windows-11 --user alice --json {rest}")).ends(0);
        run.json()["total"].as_u64().unwrap()
    };
    assert_eq!(unclaimed("--catalog ours.toml"), unclaimed("") - 1);
    folder.remove(SOFTWARE);
    folder.wbo("explain taskbar.alignment windows-11 --user alice").ends(0);
    folder.write(NTUSER, "nothing");
    folder.remove(&format!("{NTUSER}.LOG1"));
    let run = folder.wbo("explain taskbar.alignment windows-11 --user alice").ends(17);
    assert!(run.stderr.contains(r"C:\Users\alice\NTUSER.DAT"), "{run:?}");
    folder.wbo("explain --unclaimed windows-11 --user alice").ends(17);
}

#[test]
fn keys_that_no_setting_is_about_are_listed() {
    let folder = Folder::with_windows_11();
    assert_snapshot!(folder.transcript(
        "
        explain --unclaimed windows-11 --user alice
        explain --unclaimed windows-11 --user alice --limit 2
        explain --unclaimed windows-11 --user alice --limit 1 --json
        "
    ));
}
