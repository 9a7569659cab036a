//! Signing through an agent: a real one, one that holds a security key, and one that lies.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};
use profile_format::{JudgeSeal as _, Role, SignerKey, Statement, Verdict};
use profile_keys::{Agent, SignError, Signer, Signers, VerifyError, armor, parse_public_key};
use sha2::{Digest as _, Sha256};

use crate::support::{Folder, have, statement};

/// A real agent, which ends with the test.
struct RealAgent(Child);

impl RealAgent {
    fn start(folder: &Folder) -> Self {
        let child =
            Command::new("ssh-agent").args(["-D", "-a"]).arg(folder.path("agent")).stdout(Stdio::null()).spawn();
        let agent = Self(child.unwrap());
        let start = Instant::now();
        while !folder.path("agent").exists() {
            assert!(start.elapsed() < Duration::from_secs(20), "ssh-agent did not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        agent
    }

    fn add(folder: &Folder, file: &str) {
        let mut added = Command::new("ssh-add");
        added.arg("-q").arg(folder.path(file)).env("SSH_AUTH_SOCK", folder.path("agent"));
        assert!(added.status().unwrap().success());
    }
}

impl Drop for RealAgent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_real_agent_signs() {
    if !have(&["ssh-agent", "ssh-add", "ssh-keygen"]) {
        return;
    }
    let folder = Folder::new();
    let _agent = RealAgent::start(&folder);
    let connect = || Agent::connect(&folder.path("agent")).unwrap();
    folder.ssh_key("id", &["ed25519"], "");
    folder.ssh_key("rsa", &["rsa"], "");
    let key = parse_public_key(&folder.text("id.pub")).unwrap();
    assert_eq!(connect().keys().unwrap(), []);
    assert!(matches!(Signer::from_agent(connect(), &key), Err(SignError::NotInAgent { .. })));

    RealAgent::add(&folder, "id");
    RealAgent::add(&folder, "rsa");
    let keys = connect().keys().unwrap();
    assert_eq!(keys.len(), 2);
    assert_eq!((&keys[0].key, keys[0].comment.as_str()), (&key, "me@home"));
    let rsa = Signer::from_agent(connect(), &keys[1].key).unwrap_err();
    assert!(matches!(rsa, SignError::Kind { ref kind } if kind == "ssh-rsa"), "{rsa}");

    let mut signer = Signer::from_agent(connect(), &key).unwrap();
    let statement = statement();
    for role in [Role::Author, Role::Endorser] {
        let seal = signer.sign(&statement, role).unwrap();
        let mut by_file = Signer::from_file(&folder.read("id"), "id", &crate::support::never()).unwrap();
        assert_eq!(seal, by_file.sign(&statement, role).unwrap());
    }
    let nowhere = Agent::connect(&folder.path("nowhere")).unwrap_err().to_string();
    assert!(nowhere.starts_with("no ssh-agent answers at "), "{nowhere}");
}

/// An agent with one key in software, which it passes off as one in a security key.
struct SecurityKey {
    key: SigningKey,
    flags: u8,
}

impl SecurityKey {
    fn public_key(&self) -> SignerKey {
        SignerKey(strings(&[b"sk-ssh-ed25519@openssh.com", self.key.verifying_key().as_bytes(), b"ssh:"]))
    }

    fn answer(&self, question: &[u8]) -> Vec<u8> {
        match question {
            [11] => [&[12, 0, 0, 0, 1], strings(&[&self.public_key().0, b"token"]).as_slice()].concat(),
            [13, rest @ ..] => {
                let key_len = 4 + self.public_key().0.len();
                let data = &rest[key_len + 4..rest.len() - 4];
                let counter = [0, 0, 0, 42];
                let signed =
                    [Sha256::digest(b"ssh:").as_slice(), &[self.flags], &counter, &Sha256::digest(data)].concat();
                let signature = strings(&[b"sk-ssh-ed25519@openssh.com", &self.key.sign(&signed).to_bytes()]);
                let signature = [signature.as_slice(), &[self.flags], &counter].concat();
                [[14].as_slice(), &strings(&[&signature])].concat()
            }
            _ => vec![5],
        }
    }

    fn serve(self) -> Agent {
        let (mut here, there) = std::os::unix::net::UnixStream::pair().unwrap();
        std::thread::spawn(move || {
            let mut len = [0; 4];
            while here.read_exact(&mut len).is_ok() {
                let mut question = vec![0; u32::from_be_bytes(len) as usize];
                here.read_exact(&mut question).unwrap();
                here.write_all(&strings(&[&self.answer(&question)])).unwrap();
            }
        });
        Agent::over(there)
    }
}

fn strings(strings: &[&[u8]]) -> Vec<u8> {
    strings.iter().flat_map(|string| [&u32::try_from(string.len()).unwrap().to_be_bytes(), *string].concat()).collect()
}

fn sign_with_security_key(flags: u8, statement: &Statement) -> Result<profile_format::Seal, SignError> {
    let token = SecurityKey { key: SigningKey::from_bytes(&[5; 32]), flags };
    let key = token.public_key();
    Signer::from_agent(token.serve(), &key)?.sign(statement, Role::Author)
}

#[test]
fn a_security_key_signs_when_it_is_touched() {
    let statement = statement();
    let seal = sign_with_security_key(0x01, &statement).unwrap();
    assert!(matches!(Signers::default().judge(&statement, &seal), Verdict::Valid(_)));
    let untouched = sign_with_security_key(0x00, &statement).unwrap_err();
    assert!(matches!(untouched, SignError::Wrong(VerifyError::NoTouch)), "{untouched}");

    if !have(&["ssh-keygen"]) {
        return;
    }
    use base64::Engine as _;
    let folder = Folder::new();
    let token = SecurityKey { key: SigningKey::from_bytes(&[5; 32]), flags: 1 };
    let base64 = base64::prelude::BASE64_STANDARD.encode(token.public_key().0);
    folder.write("signers", format!("me sk-ssh-ed25519@openssh.com {base64}\n"));
    folder.write("seal.sig", armor(&seal));
    let arguments = ["-Y", "verify", "-f", "signers", "-I", "me", "-n", "wbo-profile", "-s", "seal.sig"];
    folder.must("ssh-keygen", &arguments, statement.as_bytes());
}
