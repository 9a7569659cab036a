//! Real hives: what the list sees in them.

use std::collections::BTreeMap;
use std::path::Path;

use registry::{KeyPath, Name, Value};
use registry_hive::{Data, Image, KeyNode, KeyValue, Logs, Lost, Visit, walk};
use wbo_engine::secrets::{Found, Secrets};

/// The hives that are walked: of users of Windows 7, 10 and 11, of their classes, and of a PC.
const HIVES: [(&str, &str); 13] = [
    ("win11-rathbun-NTUSER.DAT", "HKCU"),
    ("win11-rathbun-UsrClass.dat", r"HKCU\Software\Classes"),
    ("win11-rathbun-DEFAULT", "HKCU"),
    ("win11-rathbun-DEFAULT-NTUSER", "HKCU"),
    ("win11-rathbun-LocalService-NTUSER", "HKCU"),
    ("win11-rathbun-BBI", r"HKLM\BBI"),
    ("libyal-UsrClass", r"HKCU\Software\Classes"),
    ("notatin-win7-ntuser", "HKCU"),
    ("regipy-NTUSER", "HKCU"),
    ("regipy-NTUSER-WSL", "HKCU"),
    ("regipy-NTUSER-clean", "HKCU"),
    ("regipy-ntuser-software-partial", "HKCU"),
    ("regipy-SYSTEM-1709", r"HKLM\SYSTEM"),
];

#[test]
fn contents_of_real_hives_are_judged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/hives");
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is not there, so real hives were not read", folder.display());
        return;
    }
    for (hive, root) in HIVES {
        let read = |name: &str| std::fs::read(folder.join(hive).join(name)).ok();
        let (log1, log2) = (read("LOG1"), read("LOG2"));
        let logs = Logs { log1: log1.as_deref(), log2: log2.as_deref(), log: None };
        let image = Image::open(read("hive").unwrap(), logs).unwrap();
        let root = KeyPath::parse(root).unwrap();
        let start = std::time::Instant::now();
        let mut judge =
            Judge { root: root.clone(), path: root, values: 0, keys: 0, places: BTreeMap::new(), found: vec![] };
        walk(image.hive().root().unwrap(), &mut judge);
        println!("== {hive}: {} keys, {} values, {:?}", judge.keys, judge.values, start.elapsed());
        for (rule, count) in &judge.places {
            println!("   {rule}: {count}");
        }
        for (rule, found, place) in &judge.found {
            println!("   {found:?} {rule}: {place}");
        }
    }
}

struct Judge {
    root: KeyPath,
    path: KeyPath,
    keys: usize,
    values: usize,
    places: BTreeMap<String, usize>,
    found: Vec<(String, Found, String)>,
}

impl<'h> Visit<'h> for Judge {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        let above = self.root.names().len() + depth.saturating_sub(1);
        if depth > 0 {
            let names: Vec<Name> = self.path.names().iter().take(above).cloned().collect();
            self.path = KeyPath::new(self.root.root(), names).join(key.name().to_name());
        }
        self.keys += 1;
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        self.values += 1;
        let name = value.name().to_name();
        let value = Value { kind: value.kind(), data: data.bytes().unwrap().into_owned() };
        let Some(denied) = Secrets::standard().value(&self.path, &name, &value) else { return };
        if denied.found == Found::Place {
            *self.places.entry(denied.rule.id.clone()).or_default() += 1;
            return;
        }
        let text: String =
            value.data.iter().filter(|byte| **byte != 0).take(160).map(|byte| char::from(*byte)).collect();
        let place = format!("{}!{name} ({}) {:?}", self.path, value.kind.0, text);
        self.found.push((denied.rule.id.clone(), denied.found, place));
    }

    fn lost(&mut self, _: usize, _: Lost<'h>) {}
}
