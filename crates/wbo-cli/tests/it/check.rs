//! `wbo check`: a profile is held to rules.

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;

/// Rules with every word, of which some hold for alice and some do not.
pub(crate) const RULES: &str = r#"rules = 1

[[rule]]
setting = "taskbar.alignment"
equals = "Center"
message = "The handbook shows the Start button in the middle."

[[rule]]
setting = "taskbar.alignment"
one-of = ["Left", 1]

[[rule]]
setting = "environment.path"
matches = '*C:\Tools*'
severity = "warning"

[[rule]]
setting = "environment.variables"
instance = "EDITOR"
equals = "vim"
severity = "note"

[[rule]]
setting = "environment.variables"
instance = "NEVER_*"
absent = true

[[rule]]
setting = "appearance.apps-use-light-theme"
set = true
unsaid = "passes"

[[rule]]
setting = "taskbar.small-buttons"
equals = "Off"

[[rule]]
setting = "taskbar.auto-hide"
equals = "Off"
or-default = true

[[rule]]
app = "Microsoft.BingNews_*"
absent = true

[[rule]]
app = "*Terminal*"
set = true
"#;

impl Folder {
    fn with_rules(rules: &str) -> Self {
        let folder = Self::with_windows_11();
        folder
            .wbo("capture windows-11 --user alice --only taskbar.*,environment.*,apps --plain --out alice.wbo")
            .ends(0);
        folder.write("check.toml", rules);
        folder
    }
}

#[test]
fn what_rules_find_is_told_in_each_form() {
    let folder = Folder::with_rules(RULES);
    assert_snapshot!(folder.transcript(
        "check alice.wbo --rules check.toml
        check alice.wbo --rules check.toml --format junit
        check alice.wbo --rules check.toml --format github
        check alice.wbo --rules check.toml --reveal"
    ));
}

#[test]
fn the_worst_rule_decides() {
    let folder = Folder::with_rules(
        "rules = 1\n[[rule]]\nsetting = \"taskbar.alignment\"\nequals = 1\nseverity = \"warning\"\n",
    );
    for (fail_on, code) in [("error", 0), ("warning", 1), ("note", 1)] {
        folder.wbo(&format!("check alice.wbo --rules check.toml --fail-on {fail_on}")).ends(code);
    }
    folder.wbo("check alice.wbo --rules check.toml --fail-on warning --format junit --out report.xml").ends(1);
    assert!(folder.text("report.xml").contains("failures=\"1\""));
}

#[test]
fn a_windows_is_held_to_rules_as_its_profile_is() {
    let folder = Folder::with_rules(RULES);
    let verdicts = |line: &str| -> Vec<Value> {
        let report = folder.wbo(line).ends(1).json();
        report["rules"].as_array().unwrap().iter().map(|rule| rule["verdict"].clone()).collect()
    };
    let of_profile = verdicts("check alice.wbo --rules check.toml --json");
    let expected = ["failed", "passed", "failed", "failed", "passed", "unsaid", "failed", "passed", "failed", "passed"];
    assert_eq!(of_profile, expected);
    let mut of_windows = verdicts("check windows-11 --user alice --rules check.toml --json");
    // Of the profile, personalization outside the taskbar was not asked for.
    of_windows[5] = "unsaid".into();
    assert_eq!(of_windows, of_profile);
}

#[test]
fn rules_that_cannot_be_meant_are_refused() {
    let folder = Folder::with_document();
    let table = [
        ("", "check.toml: line 1: the file begins with 'rules = 1'"),
        (
            "rules = 2",
            "check.toml: line 1: 'rules' is the form of the file: 2 is none that this version reads, which is 1",
        ),
        ("rules = 1\nmore = 1", "check.toml: line 2: 'more' is not said here; a file has 'rules = 1' and [[rule]]"),
        ("[[rule]]\nset = true", "line 1: a rule says one of 'setting' and 'app'"),
        ("[[rule]]\nsetting = \"taskbar.aligment\"\nset = true", "did you mean 'taskbar.alignment'?"),
        (
            "[[rule]]\nsetting = \"taskbar.alignment\"",
            "line 1: a rule says one of 'equals', 'one-of', 'matches', 'absent'",
        ),
        (
            "[[rule]]\nsetting = \"taskbar.alignment\"\nequals = \"Centre\"",
            "line 1: taskbar.alignment is never 'Centre'; it is one of 'Left', 'Center'",
        ),
        ("[[rule]]\nsetting = \"taskbar.alignment\"\ninstance = \"a\"\nset = true", "line 1: there is only one"),
        ("[[rule]]\napp = \"a\"\nequals = \"b\"", "line 1: of an app, a rule says 'set = true' or 'absent = true'"),
        ("[[rule]]\nsetting = \"taskbar.alignment\"\nequal = 1", "line 3: unknown field `equal`"),
    ];
    for (rules, message) in table {
        folder.write("check.toml", rules);
        let run = folder.wbo("check small.json --rules check.toml").ends(2);
        assert!(run.stderr.contains(message), "{message:?}: {run:?}");
        assert!(run.stderr.contains("hint: docs/diff.md has the rules"), "{run:?}");
    }
}

#[test]
fn personal_values_are_not_told() {
    let rules = "rules = 1\n[[rule]]\nsetting = \"environment.variables\"\nequals = \"vim\"\n";
    let folder = Folder::with_rules(rules);
    for format in ["text", "json", "junit", "github"] {
        let run = folder.wbo(&format!("check alice.wbo --rules check.toml --format {format}")).ends(1);
        assert!(!run.stdout.contains("notepad") && !run.stdout.contains("JAVA_HOME"), "{run:?}");
        let run = folder.wbo(&format!("check alice.wbo --rules check.toml --format {format} --reveal")).ends(1);
        assert!(run.stdout.contains("notepad") && run.stdout.contains("JAVA_HOME"), "{run:?}");
    }
}
