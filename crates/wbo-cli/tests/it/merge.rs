//! `wbo merge`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::run::Run;

impl Folder {
    fn with_branches() -> Self {
        let folder = Self::new();
        folder.write_branches();
        folder
    }

    /// Writes `base.json`, and what two people made of it: they do not agree on where the taskbar is, and one of them
    /// changed something else besides.
    pub(crate) fn write_branches(&self) {
        self.write_profile("base.json", "2025-01-01", &[("taskbar.alignment", "TaskbarAl", 1), MODE, EXTENSIONS]);
        self.write_profile("ours.json", "2025-02-01", &[("taskbar.alignment", "TaskbarAl", 0), MODE, EXTENSIONS]);
        let theirs = [("taskbar.alignment", "TaskbarAl", 2), MODE, ("explorer.file-extensions", "HideFileExt", 0)];
        self.write_profile("theirs.json", "2025-03-01", &theirs);
    }

    pub(crate) fn write_profile(&self, name: &str, day: &str, settings: &[(&str, &str, u32)]) {
        let mut sections = json!({});
        for (id, value, data) in settings {
            let category = match id.split('.').next() {
                Some("colors") => "personalization",
                Some("explorer") => "explorer",
                _ => "start",
            };
            let item = json!({"value": value, "type": "REG_DWORD", "data": data});
            let settings = &mut sections[category];
            if settings.is_null() {
                *settings = json!([]);
            }
            settings.as_array_mut().unwrap().push(json!({"id": id, "items": [item]}));
        }
        let document = json!({
            "wbo": "document",
            "version": 1,
            "profile": {
                "id": "5a0f3c1e9b7d48268f1a2b3c4d5e6f70",
                "created": format!("{day}T00:00:00Z"),
                "tool": {"name": "wbo", "version": "0.1.0"},
                "catalogue": "0.1.0",
                "method": "live"
            },
            "user": {"name": "alice"},
            "sections": sections
        });
        self.write(name, document.to_string());
    }

    /// The number that a setting of a profile or document has.
    fn number(&self, profile: &str, id: &str) -> Option<u64> {
        let document = self.wbo(&format!("inspect {profile} --reveal --json")).ends(0).json()["document"].clone();
        let settings = document["sections"].as_object()?.values().flat_map(|section| section.as_array().unwrap());
        settings.filter(|setting| setting["id"] == id).find_map(|setting| setting["items"][0]["data"].as_u64())
    }

    fn merge(&self, more: &str) -> Run {
        self.wbo(&format!("merge base.json ours.json theirs.json --out merged.wbo --plain {more}"))
    }
}

const MODE: (&str, &str, u32) = ("colors.app-mode", "AppsUseLightTheme", 1);
const EXTENSIONS: (&str, &str, u32) = ("explorer.file-extensions", "HideFileExt", 1);

#[test]
fn what_both_changed_is_shown_and_nothing_is_written() {
    let folder = Folder::with_branches();
    assert_snapshot!(folder.transcript("merge base.json ours.json theirs.json --out merged.wbo --plain"));
    assert!(!folder.path("merged.wbo").exists());
}

#[test]
fn preferences_decide_for_everything_or_for_a_category() {
    let table = [
        ("--prefer ours", 0),
        ("--prefer theirs", 2),
        ("--prefer newest", 2),
        ("--prefer theirs --prefer start=ours", 0),
        ("--prefer start=theirs --prefer apps=ours", 2),
    ];
    for (prefer, expected) in table {
        let folder = Folder::with_branches();
        folder.merge(prefer).ends(0);
        assert_eq!(folder.number("merged.wbo", "taskbar.alignment"), Some(expected), "{prefer}");
        assert_eq!(folder.number("merged.wbo", "explorer.file-extensions"), Some(0), "{prefer}");
    }
    let folder = Folder::with_branches();
    folder.merge("--prefer explorer=ours").ends(1);
    assert!(folder.merge("--prefer taskbar=ours").ends(2).stderr.contains("is no category"));
    assert!(folder.merge("--prefer mine").ends(2).stderr.contains("none of ours, theirs and newest"));
}

#[test]
fn conflicts_are_decided_in_a_file() {
    let folder = Folder::with_branches();
    folder.merge("--conflicts conflicts.json").ends(1);
    let conflicts = folder.json("conflicts.json");
    crate::schema::check(&conflicts);
    assert_eq!(conflicts["conflicts"][0]["items"][0]["theirs"], json!({"state": "present", "words": "2"}));
    let run = folder.merge("--resolve conflicts.json").ends(2);
    assert!(run.stderr.contains("conflict 1 about taskbar.alignment is not decided"), "{run:?}");

    let take = |take: Value| {
        let mut conflicts = conflicts.clone();
        conflicts["conflicts"][0]["take"] = take;
        folder.write("resolved.json", conflicts.to_string());
    };
    for (word, expected) in [("base", Some(1)), ("ours", Some(0)), ("theirs", Some(2)), ("neither", None)] {
        take(json!(word));
        folder.merge("--resolve resolved.json --force").ends(0);
        assert_eq!(folder.number("merged.wbo", "taskbar.alignment"), expected, "{word}");
    }
    take(json!("mine"));
    let run = folder.merge("--resolve resolved.json --force").ends(2);
    assert!(run.stderr.contains("none of base, ours, theirs and neither"), "{run:?}");
}

#[test]
fn decisions_about_another_merge_are_refused() {
    let folder = Folder::with_branches();
    folder.merge("--conflicts conflicts.json").ends(1);
    let mut conflicts = folder.json("conflicts.json");
    conflicts["conflicts"][0]["take"] = json!("ours");
    folder.write("conflicts.json", conflicts.to_string());
    folder.write_profile("ours.json", "2025-02-01", &[("taskbar.alignment", "TaskbarAl", 3), MODE, EXTENSIONS]);
    let run = folder.merge("--resolve conflicts.json").ends(2);
    assert!(run.stderr.contains("it was made of another merge: OURS is not the same"), "{run:?}");
    folder.write("conflicts.json", "{\"wbo\": \"document\"}");
    folder.merge("--resolve conflicts.json").ends(2);
}

#[test]
fn personal_values_are_hidden_until_asked_for() {
    let folder = Folder::with_branches();
    let secret = |name: &str, value: &str| {
        let mut document = folder.json(name);
        document["sections"]["network"] = json!([{"id": "network.example", "flags": ["personal"], "items": [{"value": "Host", "type": "REG_SZ", "data": value}]}]);
        folder.write(name, document.to_string());
    };
    secret("base.json", "none");
    secret("ours.json", "ours-secret");
    secret("theirs.json", "theirs-secret");
    for more in ["", "--json", "--conflicts conflicts.json"] {
        let run = folder.merge(more).ends(1);
        assert!(!run.stdout.contains("-secret") && !run.stderr.contains("-secret"), "{run:?}");
    }
    assert!(!folder.text("conflicts.json").contains("-secret"));
    assert!(folder.merge("--reveal").ends(1).stdout.contains("ours-secret"));
}

#[test]
fn what_is_merged_says_what_it_was_made_of_and_is_signed_by_who_signs() {
    let folder = Folder::with_profile();
    let mut document = folder.json("small.json");
    document["sections"]["personalization"][0]["items"][0]["data"] = json!(1);
    document["profile"]["id"] = json!("11111111111111111111111111111111");
    folder.write("ours.json", document.to_string());
    folder.wbo("pack ours.json --out ours.wbo -R alice.pub").ends(0);
    let run = folder.wbo("merge alice.wbo ours.wbo alice.wbo --out a.wbo -R alice.pub -i alice.key").ends(15);
    assert!(run.stderr.contains("alice.wbo"), "{run:?}");
    let trust = "--signers signers --accept-unsigned test";
    let line = "merge alice.wbo ours.wbo alice.wbo -R alice.pub -i alice.key";
    folder.wbo(&format!("{line} --out a.wbo {trust}")).ends(0);
    let inspected = folder.wbo("inspect a.wbo -i alice.key --json").ends(0).json();
    assert_eq!(inspected["opened"]["author"], Value::Null);
    let profile = &inspected["document"]["profile"];
    assert_eq!(profile["method"], "merged");
    assert_eq!(profile["parents"].as_array().unwrap().len(), 2);
    let run = folder.wbo(&format!("{line} --out b.wbo {trust} --sign bench --json")).ends(0);
    assert!(run.json()["written"]["author"].is_string(), "{run:?}");
    folder.wbo("inspect b.wbo -i alice.key --signers signers --reveal").ends(0);
    // Files come along.
    folder.wbo("verify a.wbo b.wbo -i alice.key --signers signers --accept-unsigned test").ends(0);
}

#[test]
fn the_same_plain_profiles_make_the_same_bytes() {
    let folder = Folder::with_branches();
    folder.merge("--prefer ours").ends(0);
    folder.wbo("merge base.json ours.json theirs.json --out again.wbo --plain --prefer ours").ends(0);
    assert!(folder.read("merged.wbo") == folder.read("again.wbo"));
}

#[test]
fn a_user_is_laid_over_a_baseline() {
    let folder = Folder::with_branches();
    folder.write_profile("user.json", "2025-03-01", &[("taskbar.alignment", "TaskbarAl", 0)]);
    assert_snapshot!(folder.transcript("merge --layer base.json user.json --out merged.wbo --plain"));
    assert_eq!(folder.number("merged.wbo", "taskbar.alignment"), Some(0));
    assert_eq!(folder.number("merged.wbo", "explorer.file-extensions"), Some(1));
    folder.wbo("merge --layer base.json ours.json user.json --out other.wbo --plain").ends(2);
    folder.wbo("merge base.json user.json --out other.wbo --plain").ends(2);
    folder.wbo("merge --layer base.json user.json --out other.wbo").ends(2);
    folder.wbo("merge --layer base.json user.json --out merged.wbo --plain").ends(2);
}
