//! What the tests share: real tools, sealed profiles, and somebody who answers.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use profile_format::{
    Apps, CaptureMethod, Device, Document, Envelope, Facts, ProfileId, ProfileKey, Sealed, Statement, Timestamp, Tool,
    User,
};
use profile_keys::{Ask, NeverAsk, Secret};

/// Whether the tools are there. Without them a test that needs them passes with a loud word; in CI it fails.
pub(crate) fn have(tools: &[&str]) -> bool {
    let missing: Vec<&&str> = tools.iter().filter(|tool| !is_installed(tool)).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI lacks {missing:?}");
    // Straight to standard error: what a passing test says with `eprintln!` is not shown.
    let _ = writeln!(std::io::stderr(), "\n!!! SKIPPED: {missing:?} not installed; nothing was tested here !!!");
    false
}

fn is_installed(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .any(|folder| folder.join(tool).is_file() || folder.join(format!("{tool}.exe")).is_file())
}

/// A folder that goes away with the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    /// Writes a file that nobody else may read, without which ssh-keygen takes no private key.
    pub(crate) fn write_private(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.write(name, bytes);
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        #[cfg(not(unix))]
        let _ = path;
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Runs a tool in this folder, with `input` on its standard input.
    pub(crate) fn run(&self, tool: &str, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(tool)
            .args(arguments)
            .current_dir(self.0.path())
            .env("TZ", "UTC")
            .env_remove("SSH_AUTH_SOCK")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A tool that refuses may not read to the end.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Runs a tool that must succeed, and returns what it printed.
    pub(crate) fn must(&self, tool: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.run(tool, arguments, input);
        assert!(output.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Makes an SSH key pair in `name` and `name.pub`.
    pub(crate) fn ssh_key(&self, name: &str, kind: &[&str], passphrase: &str) {
        let rest = ["-q", "-C", "me@home", "-N", passphrase, "-f", name];
        self.must("ssh-keygen", &[&["-t"], kind, &rest].concat(), b"");
    }

    /// Makes an age key and returns its public half.
    pub(crate) fn age_key(&self, name: &str) -> String {
        self.must("age-keygen", &["-o", name], b"");
        String::from_utf8(self.must("age-keygen", &["-y", name], b"")).unwrap().trim().to_owned()
    }

    /// Runs a tool on a terminal of its own, where somebody types `answers`.
    pub(crate) fn type_to(&self, command: &str, answers: &str) -> Output {
        self.run("script", &["-qec", command, "typescript"], answers.as_bytes())
    }
}

/// A small profile under `key`, with these envelopes.
pub(crate) fn sealed(key: ProfileKey, envelopes: Vec<Envelope>) -> Sealed<Vec<u8>> {
    let document = Document {
        facts: Facts {
            id: ProfileId([7; 16]),
            created: Timestamp(1_795_167_000),
            tool: Tool { name: "test".into(), version: "0".into() },
            catalogue: "1".into(),
            method: CaptureMethod::AUTHORED,
            parents: vec![],
        },
        device: Device::default(),
        user: User::default(),
        sections: vec![],
        apps: Apps::default(),
        notes: vec![],
        undo: None,
    };
    let mut file = Cursor::new(Vec::new());
    let body = profile_format::seal(&mut file, &document, &BTreeMap::new(), key, None).unwrap();
    body.finish(&mut file, envelopes, vec![]).unwrap();
    Sealed::parse(file.into_inner()).unwrap()
}

/// The statement of some profile; no two are alike.
pub(crate) fn statement() -> Statement {
    sealed(ProfileKey::generate().unwrap(), vec![Envelope(b"nobody's".to_vec())]).statement()
}

pub(crate) fn never() -> Arc<dyn Ask> {
    Arc::new(NeverAsk)
}

/// Gives the same answer to every question, and keeps the questions.
pub(crate) struct Answers {
    answer: Option<String>,
    questions: Mutex<Vec<String>>,
}

impl Answers {
    pub(crate) fn always(answer: &str) -> Arc<Self> {
        Arc::new(Self { answer: Some(answer.to_owned()), questions: Mutex::default() })
    }

    pub(crate) fn questions(&self) -> Vec<String> {
        self.questions.lock().unwrap().clone()
    }
}

impl Ask for Answers {
    fn passphrase(&self, what: &str) -> Option<Secret> {
        self.questions.lock().unwrap().push(what.to_owned());
        self.answer.clone().map(Secret::new)
    }

    fn line(&self, what: &str) -> Option<String> {
        self.questions.lock().unwrap().push(what.to_owned());
        self.answer.clone()
    }

    fn message(&self, text: &str) {
        self.questions.lock().unwrap().push(text.to_owned());
    }

    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.questions.lock().unwrap().push(format!("{question} {yes}/{}", no.unwrap_or_default()));
        Some(true)
    }
}

/// Bech32, the encoding of age's keys: `prefix`, a 1, `data` in digits of five bits, and a checksum of six.
pub(crate) fn bech32(prefix: &str, data: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let bits: Vec<u8> = data.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    let digit = |chunk: &[u8]| (0..5).fold(0, |digit, at| digit << 1 | chunk.get(at).copied().unwrap_or(0));
    let mut digits: Vec<u8> = bits.chunks(5).map(digit).collect();

    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let checked = high.chain([0]).chain(low).chain(digits.iter().copied()).chain([0; 6]);
    let checksum = 1 ^ checked.fold(1_u32, |sum, digit| {
        let shifted = (sum & 0x1ff_ffff) << 5 ^ u32::from(digit);
        (0..5).filter(|at| sum >> 25 >> at & 1 == 1).fold(shifted, |sum, at| sum ^ GENERATORS[at])
    });
    digits.extend((0..6).rev().map(|at| (checksum >> (5 * at) & 31) as u8));
    let text: String = digits.iter().map(|digit| char::from(DIGITS[usize::from(*digit)])).collect();
    format!("{prefix}1{text}")
}
