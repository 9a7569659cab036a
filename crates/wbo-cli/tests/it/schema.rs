//! The schemas of everything that wbo prints as JSON.

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use crate::folder::{Folder, repository};
use crate::run::EXIT_CODES;

/// Holds `value` to the schema of its kind.
#[track_caller]
pub(crate) fn check(value: &Value) {
    let kind = value["wbo"].as_str().unwrap_or_else(|| panic!("it does not say what it is: {value:#}"));
    let problems: Vec<_> =
        validator(kind).iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{value:#}");
}

/// Whether a catalogue file, read as JSON, is as its schema says.
pub(crate) fn takes_catalogue(file: &Value) -> bool {
    problems_of_catalogue(file).is_empty()
}

/// Where a catalogue file, read as JSON, is not as its schema says.
pub(crate) fn problems_of_catalogue(file: &Value) -> Vec<String> {
    let problem = |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    validator("catalog").iter_errors(file).map(problem).collect()
}

fn validator(kind: &str) -> Validator {
    let schema = schemas().get(kind).unwrap_or_else(|| panic!("schemas/ has nothing for {kind}"));
    jsonschema::options().with_registry(registry()).build(schema).unwrap()
}

fn schemas() -> &'static BTreeMap<String, Value> {
    static SCHEMAS: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let files = fs::read_dir(repository("schemas")).unwrap().map(|entry| entry.unwrap());
        let read = |file: fs::DirEntry| {
            let name = file.file_name().into_string().unwrap();
            let kind = name.strip_suffix(".schema.json")?.to_owned();
            Some((kind, serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap()))
        };
        files.filter_map(read).collect()
    })
}

/// All schemas by their `$id`, by which they refer to each other.
fn registry() -> &'static Registry<'static> {
    static REGISTRY: OnceLock<Registry<'static>> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let mut registry = Registry::new();
        for schema in schemas().values() {
            registry = registry.add(schema["$id"].as_str().unwrap(), schema).unwrap();
        }
        registry.prepare().unwrap()
    })
}

#[test]
fn every_schema_is_named_after_its_file_and_says_what_it_is_for() {
    for (kind, schema) in schemas() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{kind}");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{kind}");
        assert_eq!(schema["$id"], format!("urn:wbo:schema:{kind}:1"));
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{kind}");
    }
}

#[test]
fn the_schema_has_the_table_of_exit_codes() {
    let pair = |row: &Value| (row["properties"]["exit"]["const"].clone(), row["properties"]["name"]["const"].clone());
    let ending = &schemas()["common"]["$defs"]["ending"];
    let pairs: Vec<_> = ending["oneOf"].as_array().unwrap().iter().map(pair).collect();
    assert_eq!(pairs, EXIT_CODES.map(|(code, name)| (json!(code), json!(name))));
}

/// One output of each kind, from real runs, with as much in it as there can be.
fn outputs() -> Vec<Value> {
    let folder = Folder::with_profile();
    folder.changed("alice.wbo", "damaged.wbo", |bytes| bytes[200] ^= 1);
    folder.hive("NTUSER.DAT", crate::hive::EXAMPLE);
    folder.cut_import("NTUSER.DAT", crate::hive::EDIT);
    folder.changed("NTUSER.DAT", "broken", |hive| crate::hive::break_a_value(hive));
    folder.write("edit.reg", crate::hive::EDIT);
    for name in ["tweaks.reg", "backup.zip", "Config.xml", "template.xml"] {
        folder.write(name, fs::read(crate::folder::fixture("imports").join(name)).unwrap());
    }
    folder.image("windows-11", "windows-11");
    folder.image("windows-10", "windows-10");
    folder.write("windows-11/Users/dave/NTUSER.DAT", "nothing");
    folder.write("rules.toml", "ignore = 1\n[[rule]]\nsetting = \"unheard.of\"\n");
    folder.write("check.toml", crate::check::RULES);
    folder.write("flawed.toml", "catalogue = 1\n[[setting]]\nid = \"a.b\"\n");
    // Old in part, since its logs are gone.
    folder.image("windows-11/Users/alice", "bare");
    folder.remove("bare/NTUSER.DAT.LOG1");
    folder.write_branches();
    let endorsed = folder.wbo("sign alice.wbo --key bench -i alice.key --json").ends(0).json();
    let lines = "
        key public alice.key --json
        pack small.json --out new.wbo -R alice.pub --sign bench --json
        inspect alice.wbo -i alice.key --signers signers --json
        inspect alice.wbo -i alice.key --section start --json
        inspect missing.wbo --json
        verify alice.wbo damaged.wbo missing.wbo -i alice.key --signers signers --json
        recipients alice.wbo --json
        hive get NTUSER.DAT Software\\Example --json
        hive get broken Software\\Example --json
        hive check NTUSER.DAT --json
        hive check broken --json
        hive export broken --as HKCU --out x.reg --json
        hive recover NTUSER.DAT --out whole --json
        hive import whole edit.reg --as HKCU --json
        hive import NTUSER.DAT edit.reg --dry-run --json
        hive new new.hive edit.reg --json
        extract damaged.wbo --out salvaged -i alice.key --signers signers --salvage --json
        users windows-11 --json
        capture windows-11 --all-users --only taskbar.a*,gaming --out all -R alice.pub --sign bench --json
        capture bare --only taskbar.alignment,network.drives,environment.variables --dry-run --json
        explain taskbar.widgets windows-11 --user alice --json
        explain network.drives windows-11 --user alice --reveal --json
        explain environment.variables windows-11 --user alice --json
        explain taskbar.alignment --json
        explain --unclaimed windows-11 --user alice --json
        doctor windows-11 --json
        import tweaks.reg --from reg --out tweaks.wbo --plain --json
        import backup.zip --from windows-backup --device desk-7 --dry-run --json
        import Config.xml --from usmt-config --out left-out.txt --json
        import template.xml --from uev --out editor.toml --json
        catalog list taskbar.alignment start.pins network.drives background.picture display.night-light --json
        catalog show taskbar.alignment --json
        catalog check flawed.toml --json
        merge base.json ours.json theirs.json --out merged.wbo --plain --conflicts conflicts.json --json
        merge base.json ours.json theirs.json --out merged.wbo --plain --prefer newest --json
        git setup --global --plain --json
        capture windows-10 --user bob --only taskbar.c*,background.picture --plain --out bob.wbo --json
        capture windows-11 --user alice --plain --out whole.wbo --json
        export whole.wbo --to reg --accept-unsigned test --out whole.reg --json
        export whole.wbo --to start-layout --accept-unsigned test --out layouts --reveal --json
        plan bob.wbo windows-10 --user 李雷 --map-user bob=李雷 --allow-plain --accept-unsigned test --out plan --reveal --json
        preflight bob.wbo windows-10 --user 李雷 --allow-plain --accept-unsigned test --json
        apply bob.wbo windows-10 --user 李雷 --map-user bob=李雷 --allow-plain --accept-unsigned test --undo-plain --json
        recover windows-10 --json
        undo last windows-10 --allow-plain --json
        capture windows-11 --user alice --only environment.*,taskbar.* --plain --out alice-some.wbo --json
        diff alice-some.wbo bob.wbo --reveal --ignore rules.toml --json
        check alice-some.wbo --rules check.toml --reveal --json
        drift bob.wbo windows-10 --user 李雷 --map-user bob=李雷 --allow-plain --accept-unsigned test --reveal --put-back --out back.plan --ignore rules.toml --json";
    let runs = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| folder.wbo(line).json());
    let mut outputs: Vec<_> = std::iter::once(endorsed).chain(runs).collect();
    outputs.push(folder.json("salvaged/incomplete.json"));
    let lines = folder.wbo("diff alice-some.wbo bob.wbo --reveal --ignore rules.toml --format jsonl").ends(1).stdout;
    outputs.extend(lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    outputs.push(folder.json("plan"));
    outputs.push(folder.json("conflicts.json"));
    let mut kept =
        std::fs::read_dir(folder.path("windows-10/ProgramData/wbo")).unwrap().map(|entry| entry.unwrap().path());
    let kept = kept.find(|path| path.join("report.json").exists()).unwrap();
    outputs.push(serde_json::from_slice(&std::fs::read(kept.join("report.json")).unwrap()).unwrap());
    outputs.push(json!({"wbo": "progress", "version": 1, "what": "pack", "done": 1, "total": 2}));
    outputs
}

/// What several outputs share, what profiles hold, and what a command reads.
const NO_OUTPUT: [&str; 5] = ["common", "document", "catalog", "ignore", "rules"];

#[test]
fn schemas_refuse_what_no_command_writes() {
    let outputs = outputs();
    let kinds: std::collections::BTreeSet<_> = outputs.iter().map(|output| output["wbo"].as_str().unwrap()).collect();
    let schemas = schemas().keys().map(String::as_str).filter(|kind| !NO_OUTPUT.contains(kind));
    assert_eq!(kinds, schemas.collect());
    for output in &outputs {
        check(output);
        let validator = validator(output["wbo"].as_str().unwrap());
        let mut wrong = 0;
        for place in places(output) {
            for (what, changed) in mutations(output, &place) {
                assert!(!validator.is_valid(&changed), "{what} at {place:?} is taken: {output:#}");
                wrong += 1;
            }
        }
        assert!(wrong > 6, "{wrong} mutations of {output:#}");
    }
}

/// Pointers to all values within `value`. Documents have tests of their own, in `profile-json`.
fn places(value: &Value) -> Vec<String> {
    let below = |key: String, value: &Value| {
        let own = std::iter::once(format!("/{key}"));
        own.chain(places(value).into_iter().map(|place| format!("/{key}{place}"))).collect::<Vec<_>>()
    };
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(key, _)| !["document", "salvaged"].contains(&key.as_str()));
            members.flat_map(|(key, value)| below(key.clone(), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    }
}

/// Wrong things at this place: a value of another type, a member that is missing, one too many.
fn mutations(output: &Value, place: &str) -> Vec<(&'static str, Value)> {
    let (parent, key) = place.rsplit_once('/').unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut copy = output.clone();
        change(&mut copy);
        copy
    };
    let mut mutations = vec![("another type", changed(&|copy| *copy.pointer_mut(place).unwrap() = json!([["wrong"]])))];
    if output.pointer(place).is_some_and(Value::is_object) {
        let add = |copy: &mut Value| copy.pointer_mut(place).unwrap()["surprise"] = json!(1);
        mutations.push(("a new member", changed(&add)));
    }
    if output.pointer(parent).is_some_and(Value::is_object) && !is_optional(output, place) {
        let remove = |copy: &mut Value| drop(copy.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key));
        mutations.push(("a missing member", changed(&remove)));
    }
    mutations
}

/// Members that stand there only if there is something to say: a count of none is left out of a table.
fn is_optional(output: &Value, place: &str) -> bool {
    (output["wbo"] == "inspect" && place == "/opened/section")
        || (output["wbo"] == "capture" && place.contains("/captured/notes/"))
}
