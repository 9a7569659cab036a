//! Real hives: what the list sees in them.

use std::collections::BTreeSet;

use registry::{KeyPath, Value};
use registry_hive::{Data, Image, KeyNode, KeyValue, Logs, Lost, Visit, walk};
use wbo_engine::secrets::{Found, Secrets};

use crate::support::shared_folder;

/// The hives that are walked: of users of Windows 10 and 11, and of their classes.
const HIVES: [(&str, &str); 5] = [
    ("win11-rathbun-NTUSER.DAT", "HKCU"),
    ("win11-rathbun-UsrClass.dat", r"HKCU\Software\Classes"),
    ("win11-rathbun-DEFAULT", "HKCU"),
    ("regipy-NTUSER", "HKCU"),
    ("regipy-NTUSER-WSL", "HKCU"),
];

/// What is seen in them by name or content, each looked at and judged: where, by which rule, and what it is.
const JUDGED: [(&str, &str, &str); 4] = [
    (r"HKCU\System\GameConfigStore\Children", "content.dpapi", "blobs of DPAPI that say which game is meant"),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\PushNotifications\Backup",
        "content.assignment",
        "addresses with a token: who has one can send notifications to the PC",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Lock Screen\Creative",
        "content.assignment",
        "tokens of advertisements",
    ),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Lock Screen\Creative", "names", "tokens of advertisements"),
];

#[test]
fn contents_of_real_hives_are_judged() {
    let Some(folder) = shared_folder("hives", "no secret was looked for in real hives") else { return };
    let mut seen = BTreeSet::new();
    let mut unjudged = Vec::new();
    for (hive, root) in HIVES {
        let read = |name: &str| std::fs::read(folder.join(hive).join(name)).ok();
        let (log1, log2) = (read("LOG1"), read("LOG2"));
        let logs = Logs { log1: log1.as_deref(), log2: log2.as_deref(), log: None };
        let image = Image::open(read("hive").unwrap(), logs).unwrap();
        let root = KeyPath::parse(root).unwrap();
        let mut judge = Judge { root: root.clone(), path: root, values: 0, found: vec![] };
        walk(image.hive().root().unwrap(), &mut judge);
        assert!(judge.values > 1000, "{hive} was read");
        for (rule, place) in judge.found {
            let judged = JUDGED.iter().find(|(at, by, _)| place.starts_with(at) && rule == *by);
            match judged {
                Some(judged) => drop(seen.insert(judged)),
                None => unjudged.push(format!("{hive}: {rule} {place}")),
            }
        }
    }
    assert!(unjudged.is_empty(), "{unjudged:#?}");
    assert_eq!(seen.len(), JUDGED.len(), "nothing is judged that is not there: {seen:#?}");
}

struct Judge {
    root: KeyPath,
    path: KeyPath,
    values: usize,
    found: Vec<(&'static str, String)>,
}

impl<'h> Visit<'h> for Judge {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        if depth > 0 {
            let above = self.root.names().len() + depth - 1;
            let above = self.path.names().iter().take(above).cloned().collect();
            self.path = KeyPath::new(self.root.root(), above).join(key.name().to_name());
        }
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        self.values += 1;
        let name = value.name().to_name();
        let value = Value { kind: value.kind(), data: data.bytes().unwrap().into_owned() };
        if let Some(denied) = Secrets::standard().value(&self.path, &name, &value)
            && denied.found != Found::Place
        {
            self.found.push((denied.rule.id.as_str(), format!("{}!{name}", self.path)));
        }
    }

    fn lost(&mut self, _: usize, _: Lost<'h>) {}
}
