//! Desktop programs: what the Uninstall keys say, as Settings shows it.

use profile_format::{DesktopApp, DesktopScope, Text};
use registry::{KeyPath, Name, ReadRegistry, Root};

use super::source::{Source, key};
use super::winget::winget_id;
use super::{Inventory, LeftOut, LeftOutReason};

/// The desktop programs that are registered for the machine and for the user. Updates and what Windows hides from
/// people are left out.
pub fn desktop_apps(registry: &dyn ReadRegistry) -> Inventory<DesktopApp> {
    let mut source = Source::new(registry);
    let (mut apps, mut left_out) = (Vec::new(), Vec::new());
    for (scope, root, place) in PLACES {
        let uninstall = key(root, place);
        for name in source.subkeys(&uninstall) {
            match read(&mut source, &uninstall, &name, scope) {
                Ok(app) => apps.push(app),
                Err(reason) => left_out.push(LeftOut { name, reason }),
            }
        }
    }
    apps.sort_by(|one, other| (one.scope, &one.key).cmp(&(other.scope, &other.key)));
    Inventory { apps, left_out, problems: source.problems }
}

fn read(
    source: &mut Source<'_>,
    uninstall: &KeyPath,
    name: &Name,
    scope: DesktopScope,
) -> Result<DesktopApp, LeftOutReason> {
    let key = uninstall.join(name.clone());
    if source.number(&key, "SystemComponent") == Some(1) {
        return Err(LeftOutReason::Hidden);
    }
    let title = source.text(&key, "DisplayName").ok_or(LeftOutReason::Nameless)?;
    let has_parent = source.text(&key, "ParentKeyName").is_some() || source.text(&key, "ParentDisplayName").is_some();
    let release = source.text(&key, "ReleaseType").map(|release| release.to_string_lossy());
    let is_update = release.is_some_and(|release| UPDATES.iter().any(|update| release.eq_ignore_ascii_case(update)));
    if has_parent || is_update || is_patch(&name.to_string()) || is_patch(&title.to_string_lossy()) {
        return Err(LeftOutReason::Update);
    }
    let publisher = source.text(&key, "Publisher");
    let lossy = |text: &Text| text.to_string_lossy();
    let winget =
        winget_id(name, &lossy(&title), &publisher.as_ref().map(lossy).unwrap_or_default()).map(ToOwned::to_owned);
    Ok(DesktopApp {
        scope,
        key: Text(name.units().to_vec()),
        version: source.text(&key, "DisplayVersion"),
        title: Some(title),
        publisher,
        winget,
        ..DesktopApp::default()
    })
}

/// Whether a text is or ends with the number of an article about an update: `KB5034441`, `Update for X (KB5034441)`,
/// `{90160000-0011-…}_Office16.PROPLUS_{…}.KB5034441`.
fn is_patch(text: &str) -> bool {
    let text = text.strip_suffix(')').unwrap_or(text);
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let Some(before) = text.get(..text.len() - digits) else { return false };
    let Some(before) = before.strip_suffix("KB") else { return false };
    let stands_alone = before.is_empty() || before.ends_with(['(', ' ', '.', '_']);
    (6..=8).contains(&digits) && stands_alone
}

const PLACES: [(DesktopScope, Root, &str); 3] = [
    (DesktopScope::USER, Root::CurrentUser, r"Software\Microsoft\Windows\CurrentVersion\Uninstall"),
    (DesktopScope::MACHINE, Root::LocalMachine, r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"),
    (DesktopScope::MACHINE_32, Root::LocalMachine, r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"),
];

const UPDATES: [&str; 6] = ["Update", "Hotfix", "Security Update", "Update Rollup", "Service Pack", "ServicePack"];

#[cfg(test)]
mod tests {
    use registry::{Change, FileTime, MemoryRegistry, Value, ValueType, WriteRegistry};

    use super::*;

    #[test]
    fn programs_that_people_see() {
        let mut registry = MemoryRegistry::new(FileTime(0));
        type Entry<'t> = (usize, &'t str, &'t [(&'t str, Value)]);
        let entries: [Entry<'_>; 12] = [
            (
                1,
                "7-Zip",
                &[("DisplayName", Value::text("7-Zip 24.09 (x64)")), ("Publisher", Value::text("Igor Pavlov"))],
            ),
            (0, "Zoë's Editor", &[("DisplayName", Value::text("Zoë")), ("DisplayVersion", Value::text("1.0"))]),
            (2, "Small", &[("DisplayName", unterminated("Small"))]),
            (2, "Connection Manager", &[("SystemComponent", Value::dword(1))]),
            (2, "SystemComponent as text", &[("DisplayName", Value::text("T")), ("SystemComponent", Value::text("1"))]),
            (2, "Zero", &[("DisplayName", Value::text("Z")), ("SystemComponent", Value::dword(0))]),
            (1, "AddressBook", &[]),
            (1, "Empty", &[("DisplayName", Value::text(""))]),
            (1, "Child", &[("DisplayName", Value::text("C")), ("ParentKeyName", Value::text("Office"))]),
            (1, "Hotfix", &[("DisplayName", Value::text("H")), ("ReleaseType", Value::text("hotfix"))]),
            (1, "KB5034441", &[("DisplayName", Value::text("Windows"))]),
            (1, "Net", &[("DisplayName", Value::text("Security Update for Microsoft .NET (KB2487367)"))]),
        ];
        for (place, name, values) in entries {
            let (_, root, path) = PLACES[place];
            let key = key(root, path).join(Name::from(name));
            for depth in 1..=key.names().len() {
                let key = KeyPath::new(root, key.names()[..depth].to_vec());
                registry.make(&Change::CreateKey { key, class: None, security: None }).unwrap();
            }
            for (value_name, value) in values {
                let name = Name::from(*value_name);
                registry.make(&Change::SetValue { key: key.clone(), name, value: value.clone() }).unwrap();
            }
        }
        let found = desktop_apps(&registry);
        let shown = |app: &DesktopApp| {
            let title = app.title.as_ref().map(Text::to_string_lossy).unwrap_or_default();
            format!("{} {} {title} {}", app.scope.0, app.key.to_string_lossy(), app.winget.as_deref().unwrap_or("-"))
        };
        assert_eq!(
            found.apps.iter().map(shown).collect::<Vec<_>>(),
            [
                "1 Zoë's Editor Zoë -",
                "2 7-Zip 7-Zip 24.09 (x64) 7zip.7zip",
                "3 Small Small -",
                "3 SystemComponent as text T -",
                "3 Zero Z -",
            ]
        );
        let reasons: Vec<_> = found.left_out.iter().map(|left| (left.name.to_string(), left.reason)).collect();
        let expected = [
            ("AddressBook", LeftOutReason::Nameless),
            ("Child", LeftOutReason::Update),
            ("Empty", LeftOutReason::Nameless),
            ("Hotfix", LeftOutReason::Update),
            ("KB5034441", LeftOutReason::Update),
            ("Net", LeftOutReason::Update),
            ("Connection Manager", LeftOutReason::Hidden),
        ];
        assert_eq!(reasons, expected.map(|(name, reason)| (name.to_owned(), reason)));
        assert!(found.problems.is_empty());
    }

    #[test]
    fn numbers_of_articles_about_updates() {
        for patch in ["KB5034441", "Update for X (KB5034441)", "{9016}_Office16.{A}.KB503444", "Fix KB12345678"] {
            assert!(is_patch(patch), "{patch}");
        }
        for not in ["", "KB", "KB12345", "AKB5034441", "KB5034441 Remover", "Zoë)", "123456789", "KB123456789"] {
            assert!(!is_patch(not), "{not}");
        }
    }

    fn unterminated(text: &str) -> Value {
        Value { kind: ValueType::SZ, data: text.encode_utf16().flat_map(u16::to_le_bytes).collect() }
    }
}
