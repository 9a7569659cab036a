//! What of our own catalogue the rules deny.

use std::collections::{BTreeMap, BTreeSet};

use registry::{Change, KeyPath, Name, Root, Value, ValueType, View};
use wbo_engine::catalogue::{Kind, Place, Portability, RegistryPlace, Sensitivity, Setting};
use wbo_engine::writing::WriteRules;

use crate::standard::{catalogue, examples, fitting, registry_places, values};
use crate::support::folders;

/// Settings that the catalogue calls writable, and that are denied all the same, with the reason.
const DENIED: [(&str, &str); 0] = [];

/// Texts that a setting really has, where the rules look at them, and others that nobody may give it.
const TEXTS: [(&str, &[&str], &[&str]); 10] = [
    (
        "accessibility.start-after-sign-in",
        &["", "narrator", "Narrator,magnifierpane", "osk;colorfiltering"],
        &["evil", "narrator,evil", r"C:\x.exe"],
    ),
    ("accessibility.start-before-sign-in", &["narrator", "magnifierpane"], &["evil"]),
    ("accessibility.tablet-start", &["narrator", "osk"], &["evil"]),
    (
        "environment.path",
        &[r"%USERPROFILE%\AppData\Local\Microsoft\WindowsApps;C:\Tools\bin;", r"D:\go\bin"],
        &[r"\\server\share", ".", r"C:\a;\\server\b"],
    ),
    ("environment.temporary-files", &[r"%USERPROFILE%\AppData\Local\Temp", r"D:\Temp"], &[r"\\server\share"]),
    ("explorer.classic-context-menu", &[""], &[r"C:\x.dll", "x.dll"]),
    (
        "explorer.compatibility-layers",
        &["~ WIN8RTM", "~ HIGHDPIAWARE 256COLOR", "$ WINXPSP3"],
        &["~ RUNASADMIN", "RUNASHIGHEST", "~ WIN8RTM ElevateCreateProcess", "MyShim"],
    ),
    (
        "privacy.nearby-sharing-folder",
        &[r"C:\Users\alice\Downloads"],
        &[r"C:\Users\alice\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup", r"\\server\x"],
    ),
    (
        "screen-saver.program",
        &["", "Bubbles.scr", r"C:\Windows\system32\Mystify.scr", r"%SystemRoot%\System32\ssText3d.scr"],
        &[r"C:\Users\alice\x.scr", "cmd.exe", r"\\server\x.scr", "cmd.exe /c x.scr"],
    ),
    ("time.automatic", &["NTP", "NoSync", "NT5DS", "AllSync"], &["evil"]),
];

/// Contents of files that the rules look at.
const THEME: &str =
    "[Theme]\r\nDisplayName=Mine\r\n[VisualStyles]\r\nPath=%ResourceDir%\\Themes\\Aero\\Aero.msstyles\r\n";
const PHONE_BOOK: &str = "[work]\r\nType=2\r\nPhoneNumber=vpn.example.com\r\nCustomAuthKey=26\r\n";

#[test]
fn what_the_catalogue_calls_writable_may_be_written() {
    let catalogue = catalogue();
    let mut denied = BTreeMap::new();
    let mut asked = 0;
    for setting in catalogue.settings().filter(|setting| is_writable(setting)) {
        for part in &setting.parts {
            let reasons: Vec<String> = match &part.place {
                Place::Registry(place) => denials(setting, place),
                Place::Files(place) => {
                    let names = Name::split_path(&fitting(&place.files.pattern.to_string()));
                    let folders = folders();
                    let path = folders.get(place.files.folder).unwrap().join_all(&names);
                    let contents = [None, Some(content(&place.files.pattern.to_string()))];
                    let rules = WriteRules::standard();
                    let denied = contents.iter().filter_map(|bytes| rules.file(&path, &folders, bytes.as_deref()));
                    denied.map(|denied| format!("{path}: {}", denied.rule.id)).collect()
                }
            };
            asked += 1;
            if !reasons.is_empty() {
                denied.entry(setting.id.as_str()).or_insert_with(Vec::new).extend(reasons);
            }
        }
    }
    let expected: BTreeSet<&str> = DENIED.iter().map(|(id, _)| *id).collect();
    assert!(DENIED.iter().all(|(_, reason)| !reason.is_empty()));
    assert_eq!(denied.keys().copied().collect::<BTreeSet<_>>(), expected, "{denied:#?}");
    assert!(asked > 600, "{asked}");
}

#[test]
fn a_setting_whose_text_matters_takes_no_other() {
    let catalogue = catalogue();
    let rules = WriteRules::standard();
    for (id, harmless, harmful) in TEXTS {
        let setting = catalogue.get(id).unwrap_or_else(|| panic!("{id} is no setting"));
        let places = registry_places(setting).filter(|place| place.kind == Kind::Text);
        for (key, name) in places.flat_map(examples) {
            for kind in [ValueType::SZ, ValueType::EXPAND_SZ] {
                let value = |text: &str| Value::new(kind, &View::Text(text.encode_utf16().collect()));
                for text in harmless {
                    assert_eq!(rules.value(&key, &name, Some(&value(text))), None, "{id}: {text}");
                }
                for text in harmful {
                    assert!(rules.value(&key, &name, Some(&value(text))).is_some(), "{id}: {text}");
                    // What follows the end of a text is not seen by all who read it.
                    let hidden = format!("{}\0{text}", harmless[0]);
                    assert!(rules.value(&key, &name, Some(&value(&hidden))).is_some(), "{id}: {text} after a NUL");
                }
                assert!(rules.value(&key, &name, Some(&Value { kind, data: vec![1] })).is_some(), "{id}: no text");
            }
        }
    }
}

fn is_writable(setting: &Setting) -> bool {
    setting.portability != Portability::Information && setting.sensitivity != Some(Sensitivity::Never)
}

/// What the rules say against a place: to create its keys, and to set and delete its values.
fn denials(setting: &Setting, place: &RegistryPlace) -> Vec<String> {
    let rules = WriteRules::standard();
    let mut denials = Vec::new();
    for (key, name) in examples(place) {
        // The root of a packaged app's hive stands for itself.
        let depth = if key.root() == Root::CurrentUser { 1 } else { key.names().len() };
        let above = (depth..=key.names().len()).map(|depth| KeyPath::new(key.root(), key.names()[..depth].to_vec()));
        let mut changes: Vec<Change> = above.map(Change::create).collect();
        changes.push(Change::DeleteValue { key: key.clone(), name: name.clone() });
        for value in real_values(setting, place) {
            changes.push(Change::SetValue { key: key.clone(), name: name.clone(), value });
        }
        for change in changes {
            if let Some(denied) = rules.change(&change) {
                denials.push(format!("{change:?}: {}", denied.rule.id));
            }
        }
    }
    denials
}

/// All values that the setting is known to have, or else two that it could have.
fn real_values(setting: &Setting, place: &RegistryPlace) -> Vec<Value> {
    let listed = TEXTS.iter().find(|(id, _, _)| *id == setting.id).map(|(_, harmless, _)| *harmless);
    match (place.kind, listed) {
        (Kind::Text, Some(texts)) => texts.iter().map(|text| Value::text(text)).collect(),
        (Kind::Text, None) if !place.labels.is_empty() && place.bits.is_none() => {
            place.labels.iter().map(|(text, _)| Value::text(text)).collect()
        }
        (Kind::Dword, _) if !place.labels.is_empty() && place.bits.is_none() => {
            place.labels.iter().map(|(number, _)| Value::dword(number.parse().unwrap())).collect()
        }
        _ => values(place).into(),
    }
}

fn content(place: &str) -> Vec<u8> {
    let mut link = vec![0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
    link.resize(76, 0);
    match place.rsplit_once('.').map(|(_, ending)| ending) {
        Some("lnk") => link,
        Some("theme") => THEME.into(),
        Some("pbk") => PHONE_BOOK.into(),
        _ => b"example".into(),
    }
}
