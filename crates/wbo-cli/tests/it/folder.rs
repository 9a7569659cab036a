//! A folder of its own for each test, and what tests put there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::redaction::redacted;
use crate::run::{Input, Run};

/// A folder that is empty at first and gone at the end. Commands run in it and see bare names.
pub(crate) struct Folder {
    temporary: tempfile::TempDir,
}

/// What stands at a path: whose it is to read, and its bytes unless it is a folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    mode: u32,
    bytes: Option<Vec<u8>>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { temporary: tempfile::tempdir().unwrap() }
    }

    /// With `small.json`, a document like an ordinary profile's.
    pub(crate) fn with_document() -> Self {
        let folder = Self::new();
        folder.write("small.json", fs::read(fixture("documents/small.json")).unwrap());
        folder
    }

    /// With `alice.wbo` besides: encrypted for `alice.key`, signed by `bench`, whom the file `signers` trusts.
    pub(crate) fn with_profile() -> Self {
        let folder = Self::with_document();
        folder.key("alice");
        let bench = folder.signer("bench");
        folder.write("signers", format!("bench@example.org namespaces=\"wbo-profile,wbo-endorse\" {bench}"));
        folder.wbo("pack small.json --out alice.wbo -R alice.pub --sign bench").ends(0);
        folder
    }

    /// Makes an age key, `NAME.key` and `NAME.pub`.
    pub(crate) fn key(&self, name: &str) -> String {
        let public = self.wbo(&format!("key generate --out {name}.key")).ends(0).stdout;
        self.write(format!("{name}.pub"), &public);
        public.trim_end().to_owned()
    }

    /// Makes a key to sign with, `NAME` and `NAME.pub`.
    pub(crate) fn signer(&self, name: &str) -> String {
        let public = self.wbo(&format!("key generate --signing --out {name}")).ends(0).stdout;
        self.write(format!("{name}.pub"), &public);
        public
    }

    /// Makes a hive of the text of a .reg file.
    pub(crate) fn hive(&self, name: &str, reg: &str) {
        self.write("made.reg", reg);
        self.wbo(&format!("hive new {name} made.reg --force")).ends(0);
        std::fs::remove_file(self.path("made.reg")).unwrap();
    }

    /// Changes a hive by the text of a .reg file, and leaves it as it is when the power fails in the middle: the change
    /// is in its log, and the hive says that a write began.
    pub(crate) fn cut_import(&self, name: &str, reg: &str) {
        let before = self.read(name);
        self.write(format!("{name}.LOG1"), "");
        self.write("cut.reg", reg);
        self.wbo(&format!("hive import {name} cut.reg")).ends(0);
        std::fs::remove_file(self.path("cut.reg")).unwrap();
        self.write(name, crate::hive::write_begun(before));
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.temporary.path().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        fs::read(self.path(&name)).unwrap_or_else(|error| panic!("{}: {error}", name.as_ref().display()))
    }

    pub(crate) fn text(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(crate) fn json(&self, name: impl AsRef<Path>) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Writes `to` as a copy of `from` that `change` has changed.
    pub(crate) fn changed(&self, from: &str, to: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.read(from);
        change(&mut bytes);
        self.write(to, bytes);
    }

    /// Everything in the folder.
    pub(crate) fn listing(&self) -> BTreeMap<PathBuf, Entry> {
        let mut listing = BTreeMap::new();
        list(self.temporary.path(), self.temporary.path(), &mut listing);
        listing
    }

    /// `wbo`, to be run here: with no input and nothing of the caller's environment but what a program needs.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wbo"));
        command.current_dir(self.temporary.path()).stdin(Stdio::null()).env_clear();
        for name in ["PATH", "SystemRoot"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        // Temporary files of programs are among what must not be left behind.
        for name in ["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"] {
            command.env(name, self.temporary.path());
        }
        command.env("TZ", "UTC");
        command
    }

    /// Runs `wbo` with these words.
    #[must_use = "how it ended matters"]
    pub(crate) fn wbo(&self, line: &str) -> Run {
        self.wbo_with(&line.split_whitespace().collect::<Vec<_>>(), Input::default())
    }

    /// Runs `wbo` with arguments that hold spaces, with input or with more environment.
    #[must_use = "how it ended matters"]
    pub(crate) fn wbo_with(&self, args: &[&str], input: Input<'_>) -> Run {
        Run::checked(self, args, input)
    }

    /// Runs one command a line and gives what a person sees of it.
    pub(crate) fn transcript(&self, lines: &str) -> String {
        let shown = |line: &str| {
            let run = self.wbo(line);
            format!("$ wbo {line}\n{}{}", run.stdout, run.stderr)
        };
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        redacted(&lines.map(shown).collect::<Vec<_>>().join("\n"))
    }
}

/// A file of the repository's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    repository("fixtures").join(name)
}

/// A path in the repository.
pub(crate) fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn list(root: &Path, folder: &Path, listing: &mut BTreeMap<PathBuf, Entry>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        let bytes = metadata.is_file().then(|| fs::read(&path).unwrap());
        let name = path.strip_prefix(root).unwrap().to_owned();
        listing.insert(name, Entry { mode: mode(&metadata), bytes });
        if metadata.is_dir() {
            list(root, &path, listing);
        }
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata)
}

#[cfg(not(unix))]
fn mode(metadata: &fs::Metadata) -> u32 {
    metadata.permissions().readonly().into()
}
