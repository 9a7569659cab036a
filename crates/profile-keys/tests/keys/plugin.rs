//! Plugins: found by name, spoken to, and believed no further than any other key.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;

use profile_format::ProfileKey;
use profile_keys::{
    Ask, Identity, Lock, NewIdentity, PluginError, Recipient, UnlockError, UnwrapError, WrapError, describe,
    generate_identity, unwrap, wrap,
};

use crate::support::{Answers, Folder, bech32, have, never, sealed};

const INSIDE: &str = "PROFILE_KEYS_TEST_HAS_PLUGINS";
const NAMES: [&str; 5] = ["quiet", "asking", "labels", "refusing", "dying"];

fn recipient(plugin: &str) -> Recipient {
    bech32(&format!("age1{plugin}"), b"key").parse().unwrap()
}

fn identity(plugin: &str) -> Identity {
    let text = bech32(&format!("age-plugin-{plugin}-"), b"key").to_uppercase();
    Identity::parse(text.as_bytes(), "token").unwrap()
}

/// Runs the test named `test` again where the plugins can be found: age looks for them in PATH, which no test may
/// change under the others. Says whether this is that second run.
fn with_plugins(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    if !have(&["python3"]) {
        return false;
    }
    let folder = Folder::new();
    for name in NAMES {
        let program = folder.write(&format!("age-plugin-{name}"), include_str!("age-plugin-fake.py"));
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths([folder.path("")].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args([&format!("plugin::{test}"), "--exact", "--nocapture"]).env("PATH", path).env(INSIDE, "1");
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    false
}

#[test]
fn a_plugin_wraps_and_opens() {
    if !with_plugins("a_plugin_wraps_and_opens") {
        return;
    }
    for plugin in ["quiet", "asking"] {
        let key = ProfileKey::generate().unwrap();
        let NewIdentity { recipient: other, .. } = generate_identity("today").unwrap();
        let envelopes = wrap(&key, &[recipient(plugin), other], &never()).unwrap();
        let locks = describe(&envelopes[0]).unwrap();
        assert_eq!(locks, [Lock::X25519, Lock::Other { name: plugin.into() }, Lock::Grease], "in one envelope");
        let sealed = sealed(key, envelopes);
        let answers = Answers::always("1234");
        let ask: Arc<dyn Ask> = answers.clone();
        unwrap(sealed.envelopes(), &[identity(plugin)], &ask, &|key| sealed.accepts(key)).unwrap();
        let expected: &[&str] = match plugin {
            "asking" => &["touch it", "really? go on/stop", "which slot", "the PIN"],
            _ => &[],
        };
        assert_eq!(answers.questions(), expected, "{plugin}");
    }
}

#[test]
fn a_plugin_that_wants_no_company_gets_an_envelope_of_its_own() {
    if !with_plugins("a_plugin_that_wants_no_company_gets_an_envelope_of_its_own") {
        return;
    }
    let key = ProfileKey::generate().unwrap();
    let NewIdentity { recipient: other, .. } = generate_identity("today").unwrap();
    let envelopes = wrap(&key, &[recipient("labels"), other, recipient("quiet")], &never()).unwrap();
    let locks: Vec<Vec<Lock>> = envelopes.iter().map(|envelope| describe(envelope).unwrap()).collect();
    let plugin = |name: &str| Lock::Other { name: name.into() };
    assert_eq!(locks, [vec![Lock::X25519, plugin("quiet"), Lock::Grease], vec![plugin("labels"), Lock::Grease]]);
}

#[test]
fn a_plugin_that_fails_is_quoted() {
    if !with_plugins("a_plugin_that_fails_is_quoted") {
        return;
    }
    let key = ProfileKey::generate().unwrap();
    let error = wrap(&key, &[recipient("refusing")], &never()).unwrap_err();
    assert_eq!(error.to_string(), "the plugin refused: (internal) no token is plugged in");
    let error = wrap(&key, &[recipient("dying")], &never()).unwrap_err();
    assert!(matches!(error, WrapError::Plugin(PluginError::BrokeOff(_))), "{error:?}");

    let envelopes = wrap(&key, &[recipient("quiet")], &never()).unwrap();
    let open = |plugin| unwrap(&envelopes, &[identity(plugin)], &never(), &|_| true).unwrap_err();
    assert_eq!(open("refusing").to_string(), "token: the plugin refused: (internal) no token is plugged in");
    let error = open("dying");
    let died = matches!(&error, UnwrapError::Identity(UnlockError::Plugin { error: PluginError::BrokeOff(_), .. }));
    assert!(died, "{error:?}");
}

#[test]
fn a_plugin_that_is_not_installed_is_named() {
    let key = ProfileKey::generate().unwrap();
    let error = wrap(&key, &[recipient("nowhere")], &never()).unwrap_err().to_string();
    assert!(error.contains("age-plugin-nowhere is not installed"), "{error}");
    let NewIdentity { recipient: other, .. } = generate_identity("today").unwrap();
    let envelopes = wrap(&key, &[other], &never()).unwrap();
    let error = unwrap(&envelopes, &[identity("nowhere")], &never(), &|_| true).unwrap_err().to_string();
    assert!(error.contains("age-plugin-nowhere is not installed"), "{error}");
}

#[test]
fn a_missing_plugin_does_not_stand_in_the_way_of_other_keys() {
    let NewIdentity { file, recipient } = generate_identity("today").unwrap();
    let missing = bech32("age-plugin-nowhere-", b"key").to_uppercase();
    let both = Identity::parse(format!("{missing}\n{}", file.expose()).as_bytes(), "both").unwrap();
    let envelopes = wrap(&ProfileKey::generate().unwrap(), &[recipient], &never()).unwrap();
    assert!(unwrap(&envelopes, &[both], &never(), &|_| true).is_ok());
}

#[test]
fn a_plugin_s_name_is_no_path() {
    for name in ["../evil", "a/b", "/evil", "a\\b"] {
        let text = bech32(&format!("age1{name}"), b"key");
        let error = text.parse::<Recipient>().unwrap_err().to_string();
        assert!(error.contains("no plain name"), "{name}: {error}");
        let text = bech32(&format!("age-plugin-{name}-"), b"key").to_uppercase();
        assert!(Identity::parse(text.as_bytes(), "token").is_err(), "{name}");
    }
}
