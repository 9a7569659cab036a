//! What is derived from the arguments: docs/cli.md, man pages and completions.

use std::fs;

use crate::folder::{Folder, repository};

#[test]
fn the_reference_is_what_help_says() {
    let path = repository("docs/cli.md");
    let reference = reference();
    if std::env::var_os("WBO_WRITE_DOCS").is_some() {
        fs::write(&path, &reference).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == reference, "docs/cli.md is stale; WBO_WRITE_DOCS=1 writes it when this test runs");
}

fn reference() -> String {
    let folder = Folder::new();
    let help = folder.wbo("--help").ends(0).stdout;
    let (help, table) = help.split_once("\nExit codes:\n").expect("help ends with the exit codes");
    let intro = "# Commands\n\n\
        Written by the tests from what `--help` says; `WBO_WRITE_DOCS=1` in the environment of the tests writes it anew.\n\n\
        With `--json`, each command but `demo`, `textconv`, `man` and `completions` writes one JSON, which its schema\n\
        in `schemas/` describes, or an error; `hive dump` writes its JSON lines with and without it. Everything else goes to standard\n\
        error, and its last line is `wbo: CODE NAME`.\n\n\
        ## Exit codes\n\n";
    let mut reference = format!("{intro}{}{}", exit_codes(table), section("wbo", help));
    for command in subcommands(help) {
        add(&folder, &command, &mut reference);
    }
    reference
}

fn exit_codes(table: &str) -> String {
    let row = |line: &str| {
        let (code, rest) = line.trim().split_once(' ').unwrap();
        let (name, meaning) = rest.trim().split_once(' ').unwrap();
        format!("| {code} | `{name}` | {} |\n", meaning.trim())
    };
    format!("| code | name | meaning |\n|---|---|---|\n{}", table.lines().map(row).collect::<String>())
}

fn add(folder: &Folder, command: &str, reference: &mut String) {
    let help = folder.wbo(&format!("{command} --help")).ends(0).stdout;
    reference.push_str(&section(&format!("wbo {command}"), &help));
    for below in subcommands(&help) {
        add(folder, &format!("{command} {below}"), reference);
    }
}

fn section(title: &str, help: &str) -> String {
    let lines = help.trim_end().lines().map(|line| format!("{}\n", line.trim_end()));
    format!("\n## {title}\n\n```text\n{}```\n", lines.collect::<String>())
}

/// The names under "Commands:", without that of help itself.
fn subcommands(help: &str) -> Vec<String> {
    let commands = help.split_once("\nCommands:\n").map_or("", |(_, commands)| commands);
    let names = commands.lines().take_while(|line| !line.is_empty()).filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| name.to_owned())
    });
    names.collect()
}

#[test]
fn every_command_has_a_man_page() {
    let folder = Folder::new();
    assert!(folder.wbo("man").ends(0).stdout.contains(".SH SYNOPSIS"));
    folder.wbo("man --out pages").ends(0);
    let mut pages: Vec<_> =
        folder.listing().into_keys().filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect();
    pages.retain(|page| page != "pages");
    assert_eq!(
        pages,
        [
            "wbo-apply.1",
            "wbo-capture.1",
            "wbo-catalog-check.1",
            "wbo-catalog-list.1",
            "wbo-catalog-show.1",
            "wbo-catalog.1",
            "wbo-check.1",
            "wbo-completions.1",
            "wbo-demo.1",
            "wbo-diff.1",
            "wbo-doctor.1",
            "wbo-drift.1",
            "wbo-explain.1",
            "wbo-export.1",
            "wbo-extract.1",
            "wbo-git-remove.1",
            "wbo-git-setup.1",
            "wbo-git.1",
            "wbo-hive-check.1",
            "wbo-hive-dump.1",
            "wbo-hive-export.1",
            "wbo-hive-get.1",
            "wbo-hive-import.1",
            "wbo-hive-new.1",
            "wbo-hive-recover.1",
            "wbo-hive.1",
            "wbo-import.1",
            "wbo-inspect.1",
            "wbo-key-generate.1",
            "wbo-key-public.1",
            "wbo-key.1",
            "wbo-man.1",
            "wbo-merge.1",
            "wbo-pack.1",
            "wbo-plan.1",
            "wbo-preflight.1",
            "wbo-recipients.1",
            "wbo-recover.1",
            "wbo-sign.1",
            "wbo-textconv.1",
            "wbo-undo.1",
            "wbo-users.1",
            "wbo-verify.1",
            "wbo.1",
        ]
    );
    for page in &pages {
        let text = folder.text(format!("pages/{page}"));
        let name = page.strip_suffix(".1").unwrap();
        assert!(text.contains(&format!(".TH {name} 1")) && text.contains(".SH NAME"), "{page}: {text}");
        // It shows how the command is typed: with spaces.
        assert!(text.contains(&format!("\\fB{}\\fR", name.replace('-', " "))), "{page}: {text}");
    }
    folder.write("file", "");
    folder.wbo("man --out file").ends(4);
}

#[test]
fn every_shell_has_completions() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.wbo(&format!("completions {shell}")).ends(0).stdout;
        for word in ["wbo", "inspect", "recipients", "reveal"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_takes_its_completions() {
    let folder = Folder::new();
    folder.write("completions", folder.wbo("completions bash").ends(0).stdout);
    let script = "source ./completions; COMP_WORDS=(wbo ins); COMP_CWORD=1; _wbo wbo ins wbo; echo \"${COMPREPLY[@]}\"";
    assert_eq!(crate::tools::run(&folder, "bash", &["-c", script]), "inspect\n");
}
