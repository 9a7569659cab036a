//! `wbo diff`: what differs between two profiles, in each form.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::run::Run;
use crate::schema;

const FORMATS: [&str; 7] = ["text", "json", "jsonl", "markdown", "html", "junit", "github"];

/// Settings with differences of every kind, and few of them.
const SOME: &str = "taskbar.*,environment.*,display.night-light,network.drives,background.*,apps";

impl Folder {
    /// What alice has on Windows 11 and bob on Windows 10.
    fn with_alice_and_bob() -> Self {
        let folder = Self::with_alice();
        folder.wbo("capture windows-10 --user bob --plain --out bob.wbo").ends(0);
        folder
    }

    /// `small.json` as it is, and changed as `changed.json`.
    fn with_a_change(change: impl FnOnce(&mut Value)) -> Self {
        let folder = Self::with_document();
        let mut document = folder.json("small.json");
        change(&mut document);
        folder.write("changed.json", document.to_string());
        folder
    }
}

fn lines_of_json(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_people_read() {
    let folder = Folder::with_alice_and_bob();
    let transcript = folder.transcript(&format!(
        "diff alice.wbo bob.wbo --only {SOME}
        diff alice.wbo bob.wbo --only environment.*,network.drives --reveal
        diff alice.wbo alice.wbo"
    ));
    assert_snapshot!(transcript);
    let long = transcript.lines().find(|line| !line.starts_with('$') && line.chars().count() > 80);
    assert_eq!(long, None);
}

#[test]
fn what_programs_read() {
    let folder = Folder::with_alice_and_bob();
    for format in ["markdown", "junit", "github", "jsonl"] {
        let run = folder.wbo(&format!("diff alice.wbo bob.wbo --only taskbar.a*,environment.* --format {format}"));
        assert_snapshot!(format!("as_{format}"), crate::redaction::redacted(&run.ends(1).stdout));
    }
}

#[test]
fn lines_of_json_say_what_one_object_says() {
    let folder = Folder::with_alice_and_bob();
    let whole = folder.wbo("diff alice.wbo bob.wbo --json").ends(1).json();
    let lines = lines_of_json(&folder.wbo("diff alice.wbo bob.wbo --format jsonl").ends(1));
    lines.iter().for_each(schema::check);
    let of = |member: &str| -> Vec<&Value> { lines.iter().filter_map(|line| line.get(member)).collect() };
    for (many, one) in [("facts", "fact"), ("settings", "setting"), ("apps", "app")] {
        assert_eq!(whole[many].as_array().unwrap().iter().collect::<Vec<_>>(), of(one), "{many}");
    }
    let (head, tail) = (&lines[0]["head"], &lines[lines.len() - 1]["tail"]);
    for (from, member) in [(head, "before"), (head, "after"), (tail, "same"), (tail, "counts"), (tail, "unused")] {
        assert_eq!(whole[member], from[member], "{member}");
    }
}

#[test]
fn nothing_differs_from_itself_in_any_form() {
    let folder = Folder::with_alice();
    for format in FORMATS {
        let run = folder.wbo(&format!("diff alice.wbo alice.wbo --format {format}")).ends(0);
        let says = ["nothing differs", "Nothing differs", "\"same\": true", "\"same\":true"];
        assert!(says.iter().any(|words| run.stdout.contains(words)), "{run:?}");
    }
    // Captured again, it is the same, whatever the profile is kept in.
    folder.wbo("extract alice.wbo --out alice --accept-unsigned test").ends(0);
    folder.wbo("diff alice.wbo windows-11 --user alice").ends(0);
    folder.wbo("diff alice/document.json windows-11 --user alice").ends(0);
}

#[test]
fn a_reg_file_differs_only_in_what_it_names() {
    let folder = Folder::with_alice();
    let advanced = r"[HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced]";
    let reg = |text: &str| format!("Windows Registry Editor Version 5.00\n\n{advanced}\n{text}\n");
    folder.write("same.reg", reg("\"TaskbarAl\"=dword:0"));
    folder.wbo("diff alice.wbo same.reg").ends(0);
    folder.write("tweak.reg", reg("\"TaskbarAl\"=dword:1\n\"HideFileExt\"=-"));
    assert_snapshot!(folder.transcript(
        "diff alice.wbo tweak.reg --reveal
        diff tweak.reg windows-11 --user alice --reveal"
    ));
    // What Windows writes is UTF-16.
    let units = reg("\"TaskbarAl\"=dword:0").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    folder.write("windows.reg", [b"\xff\xfe".as_slice(), &units].concat());
    folder.wbo("diff alice.wbo windows.reg").ends(0);
    folder.write("unknown.reg", reg("\"ExampleOfNobody\"=dword:1"));
    let run = folder.wbo("diff alice.wbo unknown.reg").ends(3);
    assert!(run.stderr.contains("unknown.reg: not read: 1 place is no setting as a whole"), "{run:?}");
    folder.write("broken.reg", "Windows Registry Editor Version 5.00\n[HKEY_CURRENT_USER");
    let run = folder.wbo("diff alice.wbo broken.reg").ends(2);
    assert!(run.stderr.contains("broken.reg: "), "{run:?}");
}

#[test]
fn personal_values_are_shown_when_asked_for() {
    let folder = Folder::with_alice_and_bob();
    let personal = ["files.example.org", "alice@example.org", "BENCH-OLD"];
    for format in FORMATS {
        let shown = |more: &str| {
            let run = folder.wbo(&format!("diff alice.wbo bob.wbo --format {format} {more}")).ends(1);
            personal.map(|text| run.stdout.contains(text))
        };
        let facts = format != "junit";
        assert_eq!(shown(""), [false; 3], "{format}");
        let revealed = shown("--reveal");
        assert_eq!((revealed[1], revealed[2]), (facts, facts), "{format}");
    }
}

#[test]
fn rules_leave_out_what_they_name() {
    let folder = Folder::with_alice_and_bob();
    folder.write(
        "rules.toml",
        r#"
        ignore = 1
        [[rule]]
        setting = "taskbar.*"
        reason = "everybody has it as they like"
        [[rule]]
        setting = "environment.path"
        value = 'C:\Tools*'
        [[rule]]
        setting = "network"
        instance = "z"
        [[rule]]
        app = "microsoft.*"
        [[rule]]
        fact = "device.*"
        [[rule]]
        setting = "never.heard.of"
        "#,
    );
    let all = folder.wbo("diff alice.wbo bob.wbo --json").ends(1).json();
    let run = folder.wbo("diff alice.wbo bob.wbo --ignore rules.toml --json").ends(1);
    let left = run.json();
    let ids = |report: &Value, id: &str| -> usize {
        let settings = report["settings"].as_array().unwrap();
        settings.iter().filter(|setting| setting["id"].as_str().unwrap().starts_with(id)).count()
    };
    assert!(ids(&all, "taskbar.") > 10);
    assert_eq!((ids(&left, "taskbar."), ids(&left, "environment.path")), (0, ids(&all, "environment.path")));
    assert!(left["counts"]["ignored"].as_u64().unwrap() > 10);
    assert!(left["apps"].as_array().unwrap().iter().all(|app| !app["id"].as_str().unwrap().starts_with("microsoft.")));
    assert!(left["facts"].as_array().unwrap().iter().all(|fact| fact["of"] != "device"));
    let unused = left["unused"].as_array().unwrap();
    assert!(unused.contains(&json!({"line": 16, "about": "never.heard.of"})), "{unused:#?}");
    assert!(run.stderr.contains("rules.toml:16: nothing that differs fits the rule about never.heard.of"), "{run:?}");
}

#[test]
fn rules_that_cannot_be_meant_are_refused() {
    let folder = Folder::with_document();
    let table = [
        ("", "rules.toml: line 1: the file begins with 'ignore = 1'"),
        ("ignore = 2\n", "rules.toml: line 1: 'ignore' is the form of the file: 2 is none that this version reads"),
        ("ignore = 1\n[[rule]]\n", "rules.toml: line 2: a rule says one of 'setting', 'app' and 'fact'"),
        ("ignore = 1\n[[rule]]\napp = \"a\"\nvalue = \"b\"\n", "rules.toml: line 2: 'value' is said of settings alone"),
        ("ignore = 1\n\n[[rule]]\nseting = \"a\"\n", "rules.toml: line 4: unknown field `seting`"),
    ];
    for (rules, message) in table {
        folder.write("rules.toml", rules);
        let run = folder.wbo("diff small.json small.json --ignore rules.toml").ends(2);
        assert!(run.stderr.contains(message), "{message:?}: {run:?}");
        assert!(run.stderr.contains("hint: docs/diff.md has the rules"), "{run:?}");
    }
}

#[test]
fn facts_decide_nothing() {
    let folder = Folder::with_a_change(|document| document["device"]["name"] = json!("ANOTHER-PC"));
    let run = folder.wbo("diff small.json changed.json --reveal").ends(0);
    assert!(run.stdout.contains("-> ANOTHER-PC\n") && run.stdout.contains("\nnothing differs"), "{run:?}");
}

#[test]
fn text_from_profiles_is_never_markup_nor_a_command() {
    let hostile = "</td></script><script>alert(1)</script> `|` \\| ]]> ::error::x ##[error]x\n::set-env name=A::b @all";
    let folder = Folder::with_a_change(|document| {
        let item = json!({"value": hostile, "type": "REG_SZ", "data": hostile});
        let setting = json!({"id": "unheard.of", "instance": hostile, "items": [item]});
        document["sections"]["start"].as_array_mut().unwrap().push(setting);
    });
    let output = |format: &str| folder.wbo(&format!("diff small.json changed.json --format {format}")).ends(1).stdout;
    for format in ["html", "junit"] {
        assert!(!output(format).contains("<script") && !output(format).contains("]]>"), "{format}");
    }
    let markdown = output("markdown");
    let rows = markdown.lines().filter(|line| line.contains("unheard"));
    assert!(rows.clone().count() > 0 && rows.clone().all(|row| row.matches('|').count() == 5), "{markdown}");
    assert!(!markdown.contains("@all") && !markdown.contains("<script"), "{markdown}");
    let github = output("github");
    let (commands, log) = github.split_once("::stop-commands::").unwrap();
    assert!(commands.lines().all(|line| line.starts_with("::warning ") || line.starts_with("::group::")), "{commands}");
    assert!(log.contains("::error::x"), "{log}");
}

#[test]
fn sides_that_cannot_be_compared_are_refused() {
    let folder = Folder::with_alice_and_bob();
    folder.write("text", "no profile");
    let table = [
        ("diff - -", 2, "standard input is one of the two sides, and not both"),
        ("diff alice.wbo bob.wbo -u a -u b -u c", 2, "--user is given 3 times; there are two sides"),
        ("diff alice.wbo missing.wbo", 17, "missing.wbo: No such file"),
        ("diff alice.wbo text", 10, "text"),
        ("diff alice.wbo windows-10", 2, "bob"),
        ("diff alice.wbo windows-10 --user nobody", 2, "no user fits 'nobody'"),
        ("diff alice.wbo bob.wbo --only tskbar", 2, "tskbar"),
        ("diff alice.wbo bob.wbo --ignore missing.toml", 17, "missing.toml"),
        ("diff alice.wbo bob.wbo --out alice.wbo", 2, "alice.wbo"),
    ];
    for (line, code, words) in table {
        let run = folder.wbo(line).ends(code);
        assert!(run.stderr.contains(words), "{words:?}: {run:?}");
    }
}

#[test]
fn what_could_not_be_read_is_not_called_the_same() {
    let folder = Folder::with_alice();
    folder.write("windows-11/Users/alice/AppData/Local/Microsoft/Windows/UsrClass.dat", "nothing");
    let run = folder.wbo("diff windows-11 windows-11 --user alice").ends(3);
    assert!(run.stderr.contains("not read"), "{run:?}");
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let folder = Folder::with_a_change(|document| drop(document["sections"].as_object_mut().unwrap().remove("start")));
    let plain = folder.wbo("diff small.json changed.json").ends(1).stdout;
    folder.wbo("diff small.json changed.json --color always --out coloured").ends(1);
    let coloured = folder.text("coloured");
    let mut without = coloured.clone();
    for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"] {
        without = without.replace(code, "");
    }
    assert!(coloured.contains("\u{1b}[31m-\u{1b}[0m"));
    assert_eq!(without, plain);
}
