//! One run of `wbo`, and the laws that every run keeps.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::folder::{Entry, Folder};
use crate::schema;

/// Codes and names, as scripts rely on them.
pub(crate) const EXIT_CODES: [(i32, &str); 16] = [
    (0, "done"),
    (1, "differs"),
    (2, "usage"),
    (3, "partly"),
    (4, "failed"),
    (5, "absent"),
    (10, "not-a-profile"),
    (11, "newer"),
    (12, "wrong-key"),
    (13, "damaged"),
    (14, "truncated"),
    (15, "untrusted"),
    (16, "policy"),
    (17, "source-unreadable"),
    (18, "target-changed"),
    (130, "interrupted"),
];

/// What a run gets besides its arguments.
#[derive(Clone, Copy, Default)]
pub(crate) struct Input<'a> {
    pub(crate) stdin: Option<&'a [u8]>,
    pub(crate) environment: &'a [(&'a str, &'a str)],
}

/// How a run ended.
pub(crate) struct Run {
    line: String,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Runs `wbo` and holds it to the laws.
    pub(crate) fn checked(folder: &Folder, args: &[&str], input: Input<'_>) -> Self {
        let before = folder.listing();
        let run = Self::once(folder, args, input);
        run.keeps_the_laws(&before, &folder.listing());
        let is_result = run.code == 1 && matches!(args, ["diff" | "drift" | "check" | "merge", ..]);
        let failed = run.code != 0 && run.code != 3 && !is_result;
        if args.contains(&"--json") {
            run.keeps_its_schema(failed);
        } else if failed
            && !args.iter().any(|arg| ["verify", "check", "demo", "man", "completions", "textconv"].contains(arg))
        {
            // It left everything as it was, so it fails the same way again.
            let args = [args, &["--json"]].concat();
            run.says_the_same(&Self::checked(folder, &args, input));
        }
        run
    }

    fn once(folder: &Folder, args: &[&str], input: Input<'_>) -> Self {
        let mut command = folder.command();
        command.args(args).envs(input.environment.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if input.stdin.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().unwrap();
        if let (Some(bytes), Some(mut stdin)) = (input.stdin, child.stdin.take()) {
            // A command that refuses its arguments does not read on.
            let _ = stdin.write_all(bytes);
        }
        Self::of(args, child.wait_with_output().unwrap())
    }

    /// A run that the test started itself.
    pub(crate) fn of(args: &[&str], output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("only UTF-8 is printed");
        Self {
            line: args.join(" "),
            code: output.status.code().unwrap_or_else(|| panic!("wbo {}: {}", args.join(" "), output.status)),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// It ended with this code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// The JSON on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What every run does, if it succeeds and if it fails.
    pub(crate) fn keeps_the_laws(&self, before: &BTreeMap<PathBuf, Entry>, after: &BTreeMap<PathBuf, Entry>) {
        let (_, name) = EXIT_CODES.iter().find(|(code, _)| *code == self.code).expect("a code of the table");
        assert_eq!(self.stderr.lines().last(), Some(format!("wbo: {} {name}", self.code).as_str()), "{self:?}");
        assert!(self.stderr.ends_with('\n'), "{self:?}");
        for character in self.stdout.chars().chain(self.stderr.chars()) {
            assert!(!acts_on_terminals(character), "{character:?} is printed: {self:?}");
        }
        let unfinished = after.keys().find(|path| path.to_string_lossy().contains(".part"));
        assert_eq!(unfinished, None, "{self:?}");
        // What differs is a result, and may be written to a file; of conflicts, that of --conflicts alone.
        let written = if self.line.starts_with("merge ") { " --conflicts " } else { " --out " };
        let is_result = self.code == 1 && self.line.contains(written);
        if self.code != 0 && self.code != 3 && !is_result {
            let names = |listing: &BTreeMap<PathBuf, Entry>| listing.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(before), names(after), "a failed command left something behind: {self:?}");
            assert!(before == after, "a failed command changed a file: {self:?}");
        }
    }

    /// What `--json` writes is one JSON, of the kind that it says, which its schema describes.
    fn keeps_its_schema(&self, failed: bool) {
        let value = self.json();
        schema::check(&value);
        assert!(is_verdict(&value) || (value["wbo"] == "error") == failed, "{self:?}");
        if let Some(code) = value.get("exit") {
            assert_eq!(code.as_i64(), Some(self.code.into()), "{self:?}");
        }
    }

    /// As JSON, a failure has the code and the words that it has as text.
    fn says_the_same(&self, as_json: &Self) {
        assert_eq!(self.code, as_json.code, "{self:?} {as_json:?}");
        let value = as_json.json();
        if is_verdict(&value) {
            return;
        }
        let message = value["message"].as_str().unwrap();
        let shows_help = self.stderr.contains("\nUsage: ");
        if !shows_help && !message.chars().any(|character| character == '\n' || acts_on_terminals(character)) {
            let line = format!("error: {message}");
            assert!(self.stderr.lines().any(|shown| shown == line), "{line:?}: {self:?}");
        }
    }
}

/// Whether this says what was found out about profiles, what differs in them, hives, catalogue files, a source or its users, which is a result,
/// good or bad.
fn is_verdict(value: &Value) -> bool {
    [
        "verify",
        "hive-check",
        "catalog-check",
        "doctor",
        "capture",
        "diff",
        "drift",
        "check",
        "apply",
        "preflight",
        "recover",
        "merge",
    ]
    .iter()
    .any(|kind| value["wbo"] == *kind)
}

/// As a person sees it, for failing tests.
impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n$ wbo {}\n{}{}", self.line, self.stdout, self.stderr)
    }
}

/// Control characters but the end of a line, and what hides text or turns it around.
fn acts_on_terminals(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
