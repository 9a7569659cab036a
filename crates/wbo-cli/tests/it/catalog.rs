//! `wbo catalog`, the schema of catalogue files, and docs/settings.md.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::{Folder, repository};
use crate::schema;

#[test]
fn the_page_of_settings_is_what_the_catalogue_says() {
    let page = Folder::new().wbo("catalog list --markdown").ends(0).stdout;
    let path = repository("docs/settings.md");
    if std::env::var_os("WBO_WRITE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/settings.md is stale; WBO_WRITE_DOCS=1 writes it when this test runs");
    // Each row of a table has three cells, whatever stands in them.
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        assert_eq!(row.replace(r"\|", "").matches('|').count(), 4, "{row}");
    }
}

#[test]
fn settings_are_shown() {
    let folder = Folder::new();
    assert_snapshot!(folder.transcript(
        "
        catalog show taskbar.alignment
        catalog show network.drives
        catalog show background.picture
        catalog show start.pins
        catalog show display.night-light
        catalog list gaming
        catalog list taskbar.c* taskbar.alignment
        catalog list taskbar.alignment --markdown
        "
    ));
}

#[test]
fn what_is_not_in_the_catalogue_is_refused() {
    let folder = Folder::new();
    assert_snapshot!(folder.transcript(
        "
        catalog
        catalog show
        catalog show taskbar
        catalog show taskbar.*
        catalog show taskbar.aligment
        catalog list taskbar.aligment
        catalog list --catalog missing.toml
        catalog check
        catalog check missing.toml
        "
    ));
}

#[test]
fn every_setting_is_listed_once_in_order() {
    let folder = Folder::new();
    let list = folder.wbo("catalog list --json").ends(0).json();
    let settings = list["settings"].as_array().unwrap();
    let ids: Vec<&str> = settings.iter().map(|setting| setting["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
    let confirmed = settings.iter().filter(|setting| setting["confirmed"] == true).count();
    assert!(ids.len() >= 250 && confirmed >= 150, "{} {confirmed}", ids.len());
    let text = folder.wbo("catalog list").ends(0).stdout;
    assert_eq!(text.lines().count(), ids.len() + 1);
    let shown = folder.wbo(&format!("catalog show {} --json", ids[7])).ends(0).json();
    assert_eq!(shown["setting"], settings[7]);
}

/// A file without flaws, which the table below changes.
const SOUND: &str = r#"catalogue = 1
area = "Example editor"
category = "accessibility"

[source.handbook]
title = "The editor's handbook"
address = "https://example.org/handbook"
family = "example"

[[setting]]
id = "example-editor.zoom"
title = "Zoom"
key = 'HKCU\Software\Example\Editor'
value = "Zoom"
type = "dword"
unit = "percent"
labels = { 100 = "As it is" }
default = 100
sources = ["handbook"]

[[setting]]
id = "example-editor.files"
title = "Files"
sensitivity = "personal"
builds = { from = 22000 }
sources = ["handbook", "a word of ours"]

[setting.parts.list]
key = 'HKCU\Software\Example\Editor\Files'
values = ["File*"]
type = "text"
form = "path"
follow = true

[setting.parts.state]
file = '%APPDATA%\Example\state.bin'
"#;

/// What is changed in [`SOUND`], to what, the line that is named, and words of the message. The schema refuses each too.
const FLAWS: &[(&str, &str, usize, &str)] = &[
    ("catalogue = 1", "catalogue = 2", 1, "the form of this catalogue is 2"),
    ("catalogue = 1\n", "", 1, "'catalogue' is missing"),
    ("area = \"Example editor\"\n", "", 1, "'area' is missing"),
    ("area = \"Example editor\"", "area = \"\"", 2, "'area' is empty"),
    ("\"accessibility\"", "\"ease\"", 3, "'category' is one of"),
    ("family = \"example\"\n", "", 5, "'family' is missing"),
    ("title = \"The editor's handbook\"\n", "", 5, "'title' is missing"),
    ("title = \"Zoom\"\n", "", 10, "'title' is missing"),
    ("title = \"Zoom\"", "tilte = \"Zoom\"", 12, "'tilte' is no word of a catalogue here"),
    ("title = \"Zoom\"", "title = 5", 12, "'title' is"),
    ("\"example-editor.zoom\"", "\"Example.zoom\"", 10, "'Example.zoom' is not an id"),
    ("\"example-editor.zoom\"", "\"zoom\"", 10, "'zoom' is not an id"),
    ("'HKCU\\Software\\Example\\Editor'", "'HKCR\\Example'", 13, "is not a key below HKCU or HKLM"),
    ("key = 'HKCU\\Software\\Example\\Editor'\n", "", 10, "nothing says where it is"),
    ("type = \"dword\"", "type = \"dwrod\"", 15, "'type' is one of"),
    ("unit = \"percent\"", "unit = \"inches\"", 16, "'unit' is one of"),
    ("value = \"Zoom\"\ntype", "value = \"Zoom\"\nvalues = [\"Z*\"]\ntype", 10, "'value' and 'values' cannot both"),
    ("default = 100", "default = 1.5", 18, "'default' is"),
    ("value = \"Zoom\"\n", "", 10, "'default' needs 'value'"),
    ("default = 100", "bits = { mask = 0 }", 18, "'mask' is 0"),
    ("default = 100", "bits = { byte = 1 }", 18, "'mask' is missing"),
    ("labels = { 100 = \"As it is\" }", "labels = { 100 = 5 }", 17, "'labels' is"),
    ("labels = { 100 = \"As it is\" }", "labels = {}", 17, "'labels' is empty"),
    ("sources = [\"handbook\"]\n", "", 10, "'sources' is missing"),
    ("sources = [\"handbook\"]\n", "sources = []\n", 10, "'sources' is missing"),
    (
        "sources = [\"handbook\"]\n",
        "sources = [\"handbook\"]\npolicy = [\"HKLM\\\\Software\"]\n",
        20,
        "is not a value of a policy",
    ),
    (
        "sources = [\"handbook\"]\n",
        "sources = [\"handbook\"]\npolicy = [\"HKLM\\\\SOFTWARE\\\\Example!Zoom\"]\n",
        20,
        "is not a value of a policy",
    ),
    ("sensitivity = \"personal\"", "sensitivity = \"secret\"", 24, "'sensitivity' is one of"),
    ("sensitivity = \"personal\"", "capture = \"always\"", 24, "'capture' is one of"),
    ("sensitivity = \"personal\"", "effect = \"now\"", 24, "'effect' is one of"),
    ("sensitivity = \"personal\"", "portability = \"everywhere\"", 24, "'portability' is one of"),
    ("{ from = 22000 }", "{ from = 10 }", 25, "'from' is 10"),
    ("{ from = 22000 }", "{}", 25, "'builds' is empty"),
    ("{ from = 22000 }", "{ since = 22000 }", 25, "'since' is no word"),
    ("form = \"path\"", "form = \"hive\"", 32, "'form' is one of"),
    ("form = \"path\"\n", "", 28, "'follow' needs 'form = \"path\"'"),
    ("follow = true", "each = \"file\"\nfollow = true", 33, "'each' is one of"),
    ("follow = true", "follow = false", 33, "'follow' is"),
    ("'%APPDATA%\\Example\\state.bin'", "'%TEMP%\\state.bin'", 36, "is not a file below a known folder"),
    (
        "'%APPDATA%\\Example\\state.bin'",
        "'%APPDATA%\\Example\\state.bin'\nlabels = { 1 = \"x\" }",
        37,
        "'labels' is no word",
    ),
    ("'%APPDATA%\\Example\\state.bin'", "'%APPDATA%\\Example\\state.bin'\neach = \"key\"", 37, "'each' is one of"),
    ("[setting.parts.state]\n", "[setting.parts.state]\nkey = 'HKCU\\x'\n", 35, "'key' and 'file' cannot both"),
];

#[test]
fn every_flaw_is_named_by_its_line_and_refused_by_the_schema() {
    let folder = Folder::new();
    let valid = |text: &str| schema::takes_catalogue(&toml::from_str(text).unwrap());
    folder.write("sound.toml", SOUND);
    let sound = folder.wbo("catalog check sound.toml --json").ends(0).json();
    assert_eq!((&sound["files"][0]["settings"], &sound["files"][0]["unconfirmed"]), (&2.into(), &1.into()));
    assert!(valid(SOUND));
    for (from, to, line, message) in FLAWS {
        assert_eq!(SOUND.matches(from).count(), 1, "{from}");
        let flawed = SOUND.replace(from, to);
        folder.write("flawed.toml", &flawed);
        let run = folder.wbo("catalog check flawed.toml --json").ends(2);
        let flaws = run.json()["files"][0]["flaws"].as_array().unwrap().clone();
        let named = |flaw: &&Value| flaw["line"] == *line && flaw["message"].as_str().unwrap().contains(message);
        assert!(flaws.iter().any(|flaw| named(&flaw)), "{from} -> {to}: {flaws:#?}");
        assert!(!valid(&flawed), "the schema takes {from} -> {to}");
        let text = folder.wbo("catalog check flawed.toml").ends(2).stdout;
        assert!(text.contains(&format!("flawed.toml:{line}: ")), "{text}");
    }
}

#[test]
fn files_are_checked_beside_each_other_and_the_catalogue() {
    let folder = Folder::new();
    folder.write("sound.toml", SOUND);
    folder.write("again.toml", SOUND);
    folder.write("taken.toml", SOUND.replace("example-editor.zoom", "taskbar.alignment"));
    folder.write("empty.toml", "");
    folder.write("broken.toml", "catalogue = 1\narea = \"x\n");
    folder.write(
        "several.toml",
        SOUND.replace("dword", "dwrod").replace("percent", "inches").replace("title = \"Files\"\n", ""),
    );
    assert_snapshot!(folder.transcript(
        "
        catalog check sound.toml
        catalog check sound.toml again.toml
        catalog check taken.toml empty.toml broken.toml
        catalog check several.toml
        catalog list example-editor.* --catalog sound.toml
        catalog show example-editor.files --catalog sound.toml
        catalog list --catalog several.toml
        "
    ));
}

/// A catalogue comes from anywhere, and its words are shown.
#[test]
fn words_of_a_catalogue_reach_no_terminal() {
    let folder = Folder::new();
    let hostile = r"\u001b[2J\u202e\u0007|`<b>";
    let text = SOUND.replace("\"Zoom\"\nkey", &format!("\"{hostile}\"\nkey")).replace("As it is", hostile);
    folder.write("hostile.toml", text.replace("a word of ours", hostile));
    for line in ["list example-editor.*", "list example-editor.* --markdown", "list example-editor.* --json"] {
        folder.wbo(&format!("catalog {line} --catalog hostile.toml")).ends(0);
    }
    folder.wbo("catalog show example-editor.zoom --catalog hostile.toml").ends(0);
    folder.wbo("explain example-editor.zoom --catalog hostile.toml").ends(0);
    folder.write("flawed.toml", SOUND.replace("dword", hostile));
    folder.wbo("catalog check flawed.toml").ends(2);
    folder.wbo("catalog list --catalog flawed.toml").ends(2);
}

#[test]
fn every_file_of_the_catalogue_keeps_its_schema() {
    let files: Vec<_> = fs::read_dir(repository("crates/wbo-engine/catalog")).unwrap().map(Result::unwrap).collect();
    assert!(files.len() > 30);
    for file in files {
        let text = fs::read_to_string(file.path()).unwrap();
        let problems = schema::problems_of_catalogue(&toml::from_str(&text).unwrap());
        assert!(problems.is_empty(), "{}: {problems:#?}", file.path().display());
    }
}
