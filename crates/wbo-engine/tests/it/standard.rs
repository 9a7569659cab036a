//! What must hold for every setting of our catalogue, whatever it is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use profile_format::Item;
use registry::{FileTime, KeyPath, MemoryRegistry, Name, Root, Value, ValueType, View};
use wbo_engine::capture::{Reader, Why};
use wbo_engine::catalogue::{Bits, Catalogue, Each, Kind, Place, RegistryPlace, Sensitivity, Setting, Values};
use wbo_engine::secrets::Secrets;

use crate::support::{create, folders, key, set, with_registry};

/// Our catalogue, which is read once.
pub(crate) fn catalogue() -> Catalogue {
    static STANDARD: LazyLock<Catalogue> =
        LazyLock::new(|| Catalogue::standard().unwrap_or_else(|errors| panic!("{errors}")));
    STANDARD.clone()
}

/// A name that fits a pattern.
pub(crate) fn fitting(pattern: &str) -> String {
    pattern
        .split('\\')
        .filter(|part| *part != "**")
        .map(|part| part.replace('*', "Example"))
        .collect::<Vec<_>>()
        .join("\\")
}

/// A key and a value that a place would take, one for each name and each pattern.
pub(crate) fn examples(place: &RegistryPlace) -> Vec<(KeyPath, Name)> {
    let mut key = place.key.clone();
    if place.each == Some(Each::Key) {
        key = key.join(Name::from("Example"));
    }
    let below: Vec<String> = match &place.keys {
        None => vec![String::new()],
        Some(globs) => globs.iter().map(|glob| fitting(&glob.to_string())).collect(),
    };
    let names: Vec<String> = match &place.values {
        Values::All => vec!["Example".to_owned()],
        Values::One(name) => vec![name.to_string()],
        Values::Some(globs) => globs.iter().map(|glob| fitting(&glob.to_string())).collect(),
    };
    let mut examples = Vec::new();
    for below in &below {
        let key = Name::split_path(below).into_iter().fold(key.clone(), |key, name| key.join(name));
        examples.extend(names.iter().map(|name| (key.clone(), Name::from(name.as_str()))));
    }
    examples
}

/// Two different values that a place could hold.
pub(crate) fn values(place: &RegistryPlace) -> [Value; 2] {
    if let Some(bits) = place.bits {
        return [with_bits(place.kind, bits, false), with_bits(place.kind, bits, true)];
    }
    let labelled: Vec<&str> = place.labels.iter().map(|(value, _)| value.as_str()).collect();
    let pick = |at: usize, other: &str| labelled.get(at).map_or(other.to_owned(), |label| (*label).to_owned());
    let text = |text: &str| View::Text(text.encode_utf16().collect());
    match place.kind {
        Kind::Dword | Kind::Any => {
            [0, 1].map(|at| Value::dword(pick(at, &(at + 7).to_string()).parse().unwrap_or_default()))
        }
        Kind::Qword => [0, 1]
            .map(|at| Value::new(ValueType::QWORD, &View::Qword(pick(at, &(at + 7).to_string()).parse().unwrap()))),
        Kind::Text => [0, 1].map(|at| Value::new(ValueType::SZ, &text(&pick(at, ["one", "two"][at])))),
        Kind::List => [vec!["one"], vec!["two", "three"]].map(|texts| {
            Value::new(
                ValueType::MULTI_SZ,
                &View::List(texts.iter().map(|text| text.encode_utf16().collect()).collect()),
            )
        }),
        Kind::Binary => [b"\x01\x02".to_vec(), b"\x03".to_vec()].map(|data| Value { kind: ValueType::BINARY, data }),
    }
}

/// A value with these bits all clear or all set, and all others the other way.
fn with_bits(kind: Kind, bits: Bits, set: bool) -> Value {
    let number = if set { bits.mask } else { !bits.mask };
    match (bits.byte, kind) {
        (Some(byte), _) => {
            let mut data = vec![if set { 0 } else { 0xff }; byte];
            data.extend(number.to_le_bytes());
            Value { kind: ValueType::BINARY, data }
        }
        (None, Kind::Text) => Value::text(&number.to_string()),
        (None, _) => Value::dword(number),
    }
}

fn empty() -> MemoryRegistry {
    let mut registry = MemoryRegistry::new(FileTime(0));
    for root in [r"HKCU\Software", r"HKLM\SOFTWARE", r"HKLM\SYSTEM"] {
        create(&mut registry, &key(root));
    }
    registry
}

/// What all these settings are in a registry.
fn read<'s>(
    settings: &[&'s Setting],
    registry: &MemoryRegistry,
) -> BTreeMap<&'s str, BTreeMap<Option<Name>, Vec<Item>>> {
    with_registry(registry, |source| {
        let reader = Reader::new(source, Secrets::standard());
        let read = |setting: &&'s Setting| {
            let reading = reader.read(setting);
            let secret = reading.incidents.iter().find(|incident| matches!(incident.why, Why::Secret(_)));
            assert!(secret.is_none(), "{}: {secret:?}", setting.id);
            (setting.id.as_str(), reading.instances)
        };
        settings.iter().map(read).collect()
    })
}

pub(crate) fn registry_places(setting: &Setting) -> impl Iterator<Item = &RegistryPlace> {
    setting.parts.iter().filter_map(|part| match &part.place {
        Place::Registry(place) if place.hive.is_none() => Some(&**place),
        _ => None,
    })
}

#[test]
fn every_setting_can_be_captured_changed_and_captured_again() {
    let catalogue = catalogue();
    let settings: Vec<&Setting> =
        catalogue.settings().filter(|setting| setting.sensitivity != Some(Sensitivity::Never)).collect();
    let before = read(&settings, &empty());
    let mut changed = 0;
    for setting in &settings {
        for place in registry_places(setting) {
            for (key, name) in examples(place) {
                let (mut first, mut second) = (empty(), empty());
                let [one, other] = values(place);
                set(&mut first, &key, &name, one);
                set(&mut second, &key, &name, other);
                // Settings that could see the change: those whose keys lead there.
                let near = |other: &&&Setting| registry_places(other).any(|place| key.under(&place.key).is_some());
                let near: Vec<&Setting> = settings.iter().filter(near).copied().collect();
                let (first, second) = (read(&near, &first), read(&near, &second));
                let place_is_shared = place.bits.is_some();
                for other in &near {
                    let id = other.id.as_str();
                    if id == setting.id {
                        assert_ne!(first[id], before[id], "{id} does not see {key}!{name}");
                        assert_ne!(second[id], before[id], "{id} does not see {key}!{name}");
                        assert_ne!(first[id], second[id], "{id} does not see that {key}!{name} changed");
                    } else if !place_is_shared {
                        assert_eq!(first[id], before[id], "{id} changes with {}, at {key}!{name}", setting.id);
                    } else {
                        let shares = registry_places(other).any(|other| other.bits.is_some() && other.key == key);
                        assert!(shares || first[id] == before[id], "{id} changes with {}, at {key}!{name}", setting.id);
                    }
                }
                changed += 1;
            }
        }
    }
    assert!(changed > 700, "{changed}");
}

#[test]
fn no_two_settings_have_the_same_bits() {
    let catalogue = catalogue();
    let mut seen = BTreeMap::<_, Vec<(&str, u32)>>::new();
    for setting in catalogue.settings() {
        for place in registry_places(setting) {
            let Some(bits) = place.bits else { continue };
            let Values::One(name) = &place.values else { panic!("{}", setting.id) };
            let at = (format!("{}!{name}", place.key), bits.byte);
            let others = seen.entry(at).or_default();
            for (other, mask) in others.iter() {
                assert_eq!(mask & bits.mask, 0, "{} and {other}", setting.id);
            }
            others.push((&setting.id, bits.mask));
        }
    }
    assert!(seen.len() > 5);
}

#[test]
fn what_the_catalogue_captures_is_no_secret_and_what_it_never_captures_is_one() {
    let catalogue = catalogue();
    let secrets = Secrets::standard();
    let folders = folders();
    let mut wrong = Vec::new();
    for setting in catalogue.settings() {
        let never = setting.sensitivity == Some(Sensitivity::Never);
        for part in &setting.parts {
            let denied: Vec<bool> = match &part.place {
                Place::Registry(place) => examples(place)
                    .iter()
                    .map(|(key, name)| secrets.value(key, name, &values(place)[0]).is_some())
                    .collect(),
                Place::Files(place) => {
                    let names = Name::split_path(&fitting(&place.files.pattern.to_string()));
                    let path = folders.get(place.files.folder).unwrap().join_all(&names);
                    vec![secrets.file(&path, &folders).is_some()]
                }
            };
            if denied.iter().any(|denied| *denied != never) {
                wrong.push(format!("{}: {}", setting.id, part.place));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn there_are_as_many_settings_as_we_say() {
    let catalogue = catalogue();
    let confirmed = catalogue.settings().filter(|setting| setting.is_confirmed()).count();
    let categories: std::collections::BTreeSet<u16> = catalogue.settings().map(|setting| setting.category.0).collect();
    assert!(catalogue.settings().count() >= 250 && confirmed >= 150);
    assert_eq!(categories.len(), 10);
    assert!(catalogue.settings().all(|setting| registry_places(setting).all(|place| place.key.root() != Root::Users)));
}
