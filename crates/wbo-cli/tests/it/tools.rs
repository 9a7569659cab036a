//! Programs that are not ours. Tests that need one fail without it; scripts/check installs them.

use std::process::{Command, Stdio};

use crate::folder::Folder;

/// Runs a program in the folder and gives what it prints, for what has to succeed.
pub(crate) fn run(folder: &Folder, program: &str, args: &[&str]) -> String {
    let output = command(folder, program, args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {shown}");
    String::from_utf8(output.stdout).unwrap()
}

/// Makes an SSH key pair, `NAME` and `NAME.pub`, with the passphrase "correct horse" if it is to be locked.
pub(crate) fn ssh_key(folder: &Folder, name: &str, kind: &[&str], locked: bool) {
    let passphrase = if locked { LOCK } else { "" };
    run(folder, "ssh-keygen", &[kind, &["-q", "-C", "test@example.org", "-N", passphrase, "-f", name]].concat());
}

/// The passphrase of locked keys.
pub(crate) const LOCK: &str = "correct horse";

fn command(folder: &Folder, program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder.path("")).stdin(Stdio::null());
    command
}

/// A running ssh-agent, which holds one key.
#[cfg(unix)]
pub(crate) struct Agent {
    process: std::process::Child,
    pub(crate) socket: String,
}

#[cfg(unix)]
impl Agent {
    pub(crate) fn holding(folder: &Folder, key: &str) -> Self {
        let place = tempfile::Builder::new().prefix("wbo-agent-").tempdir().unwrap().keep();
        let socket = place.join("socket").to_str().unwrap().to_owned();
        let mut agent = command(folder, "ssh-agent", &["-D", "-a", &socket]);
        let agent = Self { process: agent.stdout(Stdio::null()).spawn().unwrap(), socket };
        while !std::path::Path::new(&agent.socket).exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let added = command(folder, "ssh-add", &["-q", key]).env("SSH_AUTH_SOCK", &agent.socket).status().unwrap();
        assert!(added.success(), "ssh-add {key}: {added}");
        agent
    }
}

#[cfg(unix)]
impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(std::path::Path::new(&self.socket).parent().unwrap());
    }
}
