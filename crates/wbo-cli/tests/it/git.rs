//! `wbo git`, with git itself.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::folder::Folder;
use crate::run::Run;

const TASKBAR: &str = "taskbar.alignment";

/// A repository whose path has spaces, and a wbo whose path has some.
struct Repository {
    folder: Folder,
}

impl Repository {
    /// With `alice.wbo`, encrypted for `alice.key`, in a first commit.
    fn new() -> Self {
        let folder = Folder::new();
        fs::create_dir_all(folder.path("our profiles")).unwrap();
        fs::create_dir_all(folder.path("it's a program 100%")).unwrap();
        let repository = Self { folder };
        fs::copy(env!("CARGO_BIN_EXE_wbo"), repository.program()).unwrap();
        repository.folder.key("alice");
        repository.git("init --quiet --initial-branch main");
        for (key, value) in [("user.name", "test"), ("user.email", "test@example.org"), ("commit.gpgSign", "false")] {
            repository.git(&format!("config {key} {value}"));
        }
        repository
    }

    /// Set up, with a first commit.
    fn set_up() -> Self {
        let repository = Self::new();
        repository.wbo("git setup -i ../alice.key -R ../alice.pub").ends(0);
        repository.commit("first", 1, 1, "secret-one");
        repository
    }

    fn program(&self) -> PathBuf {
        self.folder.path("it's a program 100%").join(if cfg!(windows) { "wbo.exe" } else { "wbo" })
    }

    fn top(&self) -> PathBuf {
        self.folder.path("our profiles")
    }

    /// The copy of wbo, run in the repository.
    fn wbo(&self, line: &str) -> Run {
        let args: Vec<&str> = line.split_whitespace().collect();
        let mut command = Command::new(self.program());
        command.current_dir(self.top()).stdin(Stdio::null()).args(&args);
        self.environment(&mut command);
        Run::of(&args, command.output().unwrap())
    }

    fn environment(&self, command: &mut Command) {
        command.env("HOME", self.folder.path("")).env("USERPROFILE", self.folder.path("")).env("TZ", "UTC");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_PAGER", "cat").env("GIT_EDITOR", "true");
        command.env_remove("XDG_CONFIG_HOME").env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
    }

    /// Runs git, and gives its code and all that it wrote.
    fn try_git(&self, line: &str) -> (i32, String) {
        let mut command = Command::new("git");
        command.current_dir(self.top()).stdin(Stdio::null()).args(line.split_whitespace());
        self.environment(&mut command);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), text)
    }

    #[track_caller]
    fn git(&self, line: &str) -> String {
        let (code, text) = self.try_git(line);
        assert_eq!(code, 0, "git {line}: {text}");
        text
    }

    /// Commits a profile with these two settings and a personal one.
    fn commit(&self, message: &str, alignment: u32, extensions: u32, secret: &str) {
        let settings = [(TASKBAR, "TaskbarAl", alignment), ("explorer.file-extensions", "HideFileExt", extensions)];
        self.folder.write_profile("profile.json", "2025-01-01", &settings);
        let mut document = self.folder.json("profile.json");
        document["sections"]["network"] = serde_json::json!([{"id": "network.example", "flags": ["personal"],
            "items": [{"value": "Host", "type": "REG_SZ", "data": secret}]}]);
        self.folder.write("profile.json", document.to_string());
        self.wbo("pack ../profile.json --out new.wbo -R ../alice.pub").ends(0);
        fs::rename(self.top().join("new.wbo"), self.top().join("alice.wbo")).unwrap();
        self.git("add -A");
        self.git(&format!("commit --quiet -m {message}"));
    }

    /// The text of the profile in the work tree.
    fn text(&self) -> String {
        self.wbo("textconv alice.wbo -i ../alice.key --reveal").ends(0).stdout
    }

    /// No text of a profile is anywhere below `.git`, nor a cache of it.
    #[track_caller]
    fn keeps_no_text(&self) {
        assert_eq!(self.git("for-each-ref refs/notes"), "");
        let objects = self.git("cat-file --batch-check --batch-all-objects --unordered");
        for line in objects.lines() {
            let id = line.split(' ').next().unwrap();
            let (_, content) = self.try_git(&format!("cat-file -p {id}"));
            assert!(!content.contains("secret-") && !content.contains("TaskbarAl"), "{line}: {content}");
        }
    }
}

#[test]
fn diff_log_and_show_show_settings_and_nothing_personal() {
    let repository = Repository::set_up();
    repository.commit("second", 0, 1, "secret-two");
    let shown =
        ["diff HEAD~1", "log -p", "show", "diff --textconv HEAD~1 -- alice.wbo"].map(|line| repository.git(line));
    for text in &shown {
        assert!(
            text.contains("-  taskbar.alignment: Center\n") || text.contains("+  taskbar.alignment: Center"),
            "{text}"
        );
        assert!(text.contains("+  taskbar.alignment: Left\n"), "{text}");
        assert!(!text.contains("secret-") && !text.contains("wbo: 0 done"), "{text}");
    }
    repository.wbo("git setup -i ../alice.key -R ../alice.pub --reveal").ends(0);
    assert!(repository.git("show").contains("secret-two"));
    repository.keeps_no_text();
}

#[test]
fn without_a_key_logs_go_on() {
    let repository = Repository::set_up();
    repository.wbo("git setup").ends(0);
    fs::write(repository.top().join("alice.wbo"), "no profile").unwrap();
    repository.git("commit --quiet -a -m broken");
    let log = repository.git("log -p");
    assert!(log.contains("+encrypted profile that was not opened") && log.contains("+no profile"), "{log}");
}

/// Two branches: `main` with the one change, and `other` with the other, which is checked out.
fn branches(ours: (u32, u32), theirs: (u32, u32)) -> Repository {
    let repository = Repository::set_up();
    repository.git("checkout --quiet -b other");
    repository.commit("theirs", theirs.0, theirs.1, "secret-one");
    repository.git("checkout --quiet main");
    repository.commit("ours", ours.0, ours.1, "secret-two");
    repository
}

#[test]
fn a_merge_takes_what_each_side_changed() {
    let repository = branches((0, 1), (1, 0));
    repository.git("merge --no-edit other");
    let text = repository.text();
    for line in ["taskbar.alignment: Left", "explorer.file-extensions: 0", "network.example: \"secret-two\""] {
        assert!(text.contains(line), "{line}: {text}");
    }
    repository.keeps_no_text();
    assert_eq!(repository.git("status --porcelain"), "");
}

#[test]
fn a_conflict_keeps_ours_and_can_be_resolved() {
    let repository = branches((0, 1), (2, 0));
    let before = fs::read(repository.top().join("alice.wbo")).unwrap();
    let (code, said) = repository.try_git("merge --no-edit other");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("alice.wbo: 1 conflict") && said.contains("theirs  2"), "{said}");
    assert!(!said.contains("secret-"), "{said}");
    assert!(fs::read(repository.top().join("alice.wbo")).unwrap() == before, "ours changed");
    assert!(repository.git("status --porcelain").contains("UU alice.wbo"));

    let stages = repository.git("checkout-index --stage=all -- alice.wbo");
    let names = stages.split('\t').next().unwrap();
    let line = format!("merge {names} --out alice.wbo --force -i ../alice.key -R ../alice.pub --accept-unsigned mine");
    repository.wbo(&line).ends(1);
    repository.wbo(&format!("{line} --prefer theirs")).ends(0);
    for name in names.split(' ') {
        fs::remove_file(repository.top().join(name)).unwrap();
    }
    repository.git("add alice.wbo");
    repository.git("commit --quiet --no-edit");
    let text = repository.text();
    assert!(text.contains("taskbar.alignment: 2") && text.contains("explorer.file-extensions: 0"), "{text}");
    repository.keeps_no_text();
}

#[test]
fn a_rebase_takes_what_each_side_changed() {
    let repository = branches((0, 1), (1, 0));
    repository.git("rebase --quiet other");
    let text = repository.text();
    assert!(text.contains("taskbar.alignment: Left") && text.contains("explorer.file-extensions: 0"), "{text}");
}

#[test]
fn what_both_added_is_merged_without_a_base() {
    let repository = Repository::new();
    repository.wbo("git setup -i ../alice.key -R ../alice.pub").ends(0);
    repository.git("add -A");
    repository.git("commit --quiet -m first");
    repository.git("checkout --quiet -b other");
    repository.commit("theirs", 1, 1, "secret-one");
    repository.git("checkout --quiet main");
    repository.commit("ours", 1, 1, "secret-one");
    repository.git("merge --no-edit other");
    assert!(repository.text().contains("taskbar.alignment: Center"));
}

#[test]
fn whom_nobody_trusts_is_not_merged() {
    let repository = branches((0, 1), (1, 0));
    fs::write(repository.top().join("signers"), "").unwrap();
    repository.wbo("git setup -i ../alice.key -R ../alice.pub --signers signers").ends(0);
    let before = fs::read(repository.top().join("alice.wbo")).unwrap();
    let (code, said) = repository.try_git("merge --no-edit other");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("untrusted"), "{said}");
    assert!(fs::read(repository.top().join("alice.wbo")).unwrap() == before, "ours changed");
}

#[test]
fn setup_keeps_what_is_there_and_is_taken_back() {
    let repository = Repository::new();
    let attributes = repository.top().join(".gitattributes");
    fs::write(&attributes, "*.txt text").unwrap();
    let config = fs::read_to_string(repository.top().join(".git/config")).unwrap();
    for _ in 0..2 {
        repository.wbo("git setup -i ../alice.key --plain").ends(0);
        let text = fs::read_to_string(&attributes).unwrap();
        assert_eq!(text, "*.txt text\n*.wbo diff=wbo merge=wbo -text\n");
    }
    assert_eq!(repository.git("config diff.wbo.cachetextconv"), "false\n");
    repository.wbo("git setup").ends(0);
    assert_eq!(repository.try_git("config merge.wbo.driver").0, 1);
    repository.wbo("git remove").ends(0);
    assert_eq!(fs::read_to_string(&attributes).unwrap(), "*.txt text\n");
    assert_eq!(fs::read_to_string(repository.top().join(".git/config")).unwrap(), config);
    repository.wbo("git remove").ends(0);

    repository.wbo("git setup --global --plain").ends(0);
    assert!(repository.git("config --global merge.wbo.driver").contains("--plain"));
    assert!(repository.git("check-attr diff -- a.wbo").contains("diff: wbo"));
    repository.wbo("git remove --global").ends(0);
    assert!(repository.git("check-attr diff -- a.wbo").contains("diff: unspecified"));
}

#[test]
fn outside_of_a_repository_setup_says_so() {
    let folder = Folder::new();
    let run = folder.wbo("git setup").ends(4);
    assert!(run.stderr.contains("--global"), "{run:?}");
}
