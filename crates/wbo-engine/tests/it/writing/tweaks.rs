//! Registry files of others, each of which sets what a user would toggle: the rules let them pass but for what follows.

use std::collections::BTreeSet;

use registry::{Change, KeyPath, RegFile, RegKey};
use wbo_engine::writing::WriteRules;

use crate::reg_tweaks::files;
use crate::support::key;

/// What those files do that wbo does not, by the keys that it begins with, and the rule. Policies apart, of which they are
/// full.
const DENIED: [(&str, &str); 11] = [
    (r"HKU\S-1-5-20\Software", "elsewhere.users"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\BitLocker", "protection.security"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\WSAIFabricSvc", "start.services"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\RunOnce", "start.run"),
    // Of the PC; a user's own list is an exception.
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Shell Extensions\Blocked", "shell.extensions"),
    (r"HKLM\SOFTWARE\Classes\Folder", "shell.classes"),
    (r"HKCR\*\shellex", "shell.classes"),
    (r"HKCR\ms-gamebar", "shell.classes"),
    (r"HKCR\ms-gamebarservices", "shell.classes"),
    // Of this key they set a name too.
    (r"HKCU\Software\Classes\CLSID\{f874310e-b6b7-47dc-bc84-b9e6b38f5903}", "shell.classes"),
    ("HKCR", "shell.classes"),
];

#[test]
fn files_that_set_what_a_user_would_toggle_pass() {
    let Some(files) = files() else { return };
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    let (mut policies, mut passed) = (0, 0);
    for (name, file) in &files {
        for change in changes(file) {
            let Some(denied) = WriteRules::standard().change(&change) else {
                passed += 1;
                continue;
            };
            let rule = denied.rule.id.as_str();
            let known = DENIED.iter().position(|(place, of)| *of == rule && change.key().under(&key(place)).is_some());
            match known {
                Some(known) => drop(seen.insert(known)),
                None if rule == "protection.policies" => policies += 1,
                None => wrong.push(format!("{name}: {change:?}: {rule}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen.len(), DENIED.len(), "each is met: {seen:?}");
    assert!(passed > 400 && policies > 50, "{passed} {policies}");
}

fn changes(file: &RegFile) -> Vec<Change> {
    let of_value = |key: &KeyPath, name: &registry::Name, value: &Option<registry::Value>| match value.clone() {
        Some(value) => Change::SetValue { key: key.clone(), name: name.clone(), value },
        None => Change::DeleteValue { key: key.clone(), name: name.clone() },
    };
    let of_key = |key: &RegKey| match key {
        RegKey::Delete(path) => vec![Change::DeleteKey { key: path.clone() }],
        RegKey::Set { path, entries } if entries.is_empty() => vec![Change::create(path.clone())],
        RegKey::Set { path, entries } => {
            entries.iter().map(|entry| of_value(path, &entry.name, &entry.value)).collect()
        }
    };
    file.keys.iter().flat_map(of_key).collect()
}
