//! Apps from packages: what Windows registered for the user, and what it knows of all users.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use profile_format::{AppFlags, StoreApp, Text};
use registry::{KeyPath, Name, ReadRegistry, Root};
use serde::Deserialize;

use super::package_name::{FamilyName, FullName};
use super::publisher::publisher_id;
use super::source::{Source, key};
use super::{AppProblem, Inventory, LeftOut, LeftOutReason};
use crate::{NameGlob, WindowsPath};

/// The apps from packages that are installed for the user, the newest version of each.
///
/// An app that was removed for all users and is not installed is listed too, without a full name, so that nobody
/// brings it back by mistake. `sid` is the user's, for what the machine knows about users.
pub fn store_apps(registry: &dyn ReadRegistry, sid: Option<&str>) -> Inventory<StoreApp> {
    let mut reader = Reader { source: Source::new(registry), left_out: Vec::new() };
    let machine = Machine::read(&mut reader, sid);
    let mut newest: BTreeMap<FamilyName, FullName> = BTreeMap::new();
    for name in reader.installed(sid) {
        if let Some(reason) = reader.reason_against(&name, &machine) {
            reader.leave_out(&name, reason);
            continue;
        }
        let older = match newest.remove(name.family()) {
            Some(other) if rank(&other) >= rank(&name) => {
                newest.insert(other.family().clone(), other);
                Some(name)
            }
            other => {
                newest.insert(name.family().clone(), name);
                other
            }
        };
        if let Some(older) = older {
            reader.leave_out(&older, LeftOutReason::Superseded);
        }
    }
    let mut apps: Vec<StoreApp> = newest.values().map(|name| reader.app(name, &machine)).collect();
    let removed = machine.deprovisioned.iter().filter(|family| !newest.contains_key(family));
    apps.extend(removed.map(|family| app_of_family(family, AppFlags::DEPROVISIONED)));
    apps.sort_by(|one, other| (&one.family, &one.full_name).cmp(&(&other.family, &other.full_name)));
    reader.left_out.sort_by(|one, other| (&one.name, one.reason).cmp(&(&other.name, other.reason)));
    Inventory { apps, left_out: reader.left_out, problems: reader.source.problems }
}

/// What the machine knows of packages.
struct Machine {
    system_root: Option<WindowsPath>,
    provisioned: BTreeSet<FamilyName>,
    deprovisioned: BTreeSet<FamilyName>,
    /// Full names, as keys have them, of what Windows is about to remove.
    removing: BTreeSet<Name>,
}

impl Machine {
    fn read(reader: &mut Reader<'_>, sid: Option<&str>) -> Self {
        let current = key(Root::LocalMachine, r"SOFTWARE\Microsoft\Windows NT\CurrentVersion");
        let system_root = reader.source.text(&current, "SystemRoot");
        let mut provisioned = BTreeSet::new();
        for list in ["Applications", "InboxApplications"] {
            let names = reader.full_names(&all_users(list));
            provisioned.extend(names.into_iter().map(|name| name.family().clone()));
        }
        let mut removing = BTreeSet::new();
        for list in sid.into_iter().flat_map(|sid| [format!(r"EndOfLife\{sid}"), format!(r"Deleted\EndOfLife\{sid}")]) {
            removing.extend(reader.source.subkeys(&all_users(&list)));
        }
        Self {
            system_root: system_root.and_then(|root| WindowsPath::parse(&root.to_unicode()?)),
            provisioned,
            deprovisioned: reader.families(&all_users("Deprovisioned")),
            removing,
        }
    }

    fn flags(&self, family: &FamilyName) -> AppFlags {
        if self.deprovisioned.contains(family) {
            AppFlags::DEPROVISIONED
        } else if self.provisioned.contains(family) {
            AppFlags::PROVISIONED
        } else {
            AppFlags::default()
        }
    }
}

struct Reader<'r> {
    source: Source<'r>,
    left_out: Vec<LeftOut>,
}

impl Reader<'_> {
    /// Every package that is registered for the user, by the three places that say so.
    fn installed(&mut self, sid: Option<&str>) -> Vec<FullName> {
        let mut found = BTreeMap::new();
        let mut keep = |names: Vec<FullName>| {
            for name in names {
                found.entry(Name::from(name.to_string().as_str())).or_insert(name);
            }
        };
        keep(self.full_names(&packages()));
        let families = key(Root::CurrentUser, &format!(r"{REPOSITORY}\Families"));
        for family in self.source.subkeys(&families) {
            keep(self.full_names(&families.join(family)));
        }
        if let Some(sid) = sid {
            keep(self.full_names(&all_users(sid)));
        }
        found.into_values().collect()
    }

    fn full_names(&mut self, key: &KeyPath) -> Vec<FullName> {
        let mut found = Vec::new();
        for name in self.source.subkeys(key) {
            match FullName::try_from(&name) {
                Ok(full_name) => found.push(full_name),
                Err(()) => self.source.problems.push(AppProblem::PackageName { key: key.clone(), name }),
            }
        }
        found
    }

    fn families(&mut self, key: &KeyPath) -> BTreeSet<FamilyName> {
        let mut found = BTreeSet::new();
        for name in self.source.subkeys(key) {
            match name.to_text().and_then(|text| FamilyName::parse(&text)) {
                Some(family) => drop(found.insert(family)),
                None => self.source.problems.push(AppProblem::FamilyName { key: key.clone(), name }),
            }
        }
        found
    }

    fn reason_against(&mut self, name: &FullName, machine: &Machine) -> Option<LeftOutReason> {
        if name.is_bundle() {
            return Some(LeftOutReason::Bundle);
        }
        if name.is_resources() {
            return Some(LeftOutReason::Resources);
        }
        if TABLE.is_framework(name.family()) {
            return Some(LeftOutReason::Framework);
        }
        if machine.removing.contains(&Name::from(name.to_string().as_str())) {
            return Some(LeftOutReason::BeingRemoved);
        }
        self.is_part_of_windows(name, machine).then_some(LeftOutReason::PartOfWindows)
    }

    /// Packages of people are in `Program Files\WindowsApps`; those that Windows consists of are in its own folder.
    fn is_part_of_windows(&mut self, name: &FullName, machine: &Machine) -> bool {
        let root = self.source.text(&package(name), "PackageRootFolder");
        let Some(root) = root.and_then(|root| WindowsPath::parse(&root.to_unicode()?)) else { return false };
        match &machine.system_root {
            Some(windows) => root.under(windows).is_some(),
            None => root.names().first() == Some(&Name::from("Windows")),
        }
    }

    fn app(&mut self, name: &FullName, machine: &Machine) -> StoreApp {
        let title = self.source.text(&package(name), "DisplayName").filter(|title| !is_reference(title));
        StoreApp {
            full_name: Some(name.to_string()),
            version: Some(name.version_text()),
            architecture: Some(name.architecture().to_owned()),
            title,
            ..app_of_family(name.family(), machine.flags(name.family()))
        }
    }

    fn leave_out(&mut self, name: &FullName, reason: LeftOutReason) {
        self.left_out.push(LeftOut { name: Name::from(name.to_string().as_str()), reason });
    }
}

fn app_of_family(family: &FamilyName, flags: AppFlags) -> StoreApp {
    StoreApp {
        family: family.to_string(),
        publisher: TABLE.publisher(family),
        product: TABLE.product(family),
        flags,
        ..StoreApp::default()
    }
}

/// Newer versions last; of one version the same one each time.
fn rank(name: &FullName) -> ([u16; 4], String) {
    (name.version(), name.to_string())
}

/// Whether a title is not text but the place of one in the package, which is not at hand.
fn is_reference(title: &Text) -> bool {
    let title = title.to_string_lossy();
    title.starts_with("@{") || title.starts_with("ms-resource:")
}

fn packages() -> KeyPath {
    key(Root::CurrentUser, &format!(r"{REPOSITORY}\Packages"))
}

fn package(name: &FullName) -> KeyPath {
    packages().join(Name::from(name.to_string().as_str()))
}

fn all_users(list: &str) -> KeyPath {
    key(Root::LocalMachine, &format!(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\{list}"))
}

const REPOSITORY: &str =
    r"Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository";

/// The family of the app that has this id in the Store, where the shipped table has it.
pub(crate) fn family_of_product(product: &str) -> Option<String> {
    TABLE.products.iter().find(|(_, id)| id.eq_ignore_ascii_case(product)).map(|(family, _)| family.clone())
}

/// What no hive says: tables/store.toml.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    publishers: Vec<String>,
    frameworks: Vec<String>,
    products: BTreeMap<String, String>,
}

const TABLE_TEXT: &str = include_str!("../../tables/store.toml");

/// A test reads the table strictly.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TABLE_TEXT).unwrap_or_default());

impl Table {
    fn is_framework(&self, family: &FamilyName) -> bool {
        let name = Name::from(family.name());
        let by_microsoft = self.publisher(family).is_some();
        by_microsoft && self.frameworks.iter().any(|pattern| NameGlob::new(pattern).matches(&name))
    }

    fn publisher(&self, family: &FamilyName) -> Option<String> {
        self.publishers.iter().find(|publisher| publisher_id(publisher) == family.publisher()).cloned()
    }

    fn product(&self, family: &FamilyName) -> Option<String> {
        let is_of = |(other, _): &(&String, &String)| FamilyName::parse(other).as_ref() == Some(family);
        self.products.iter().find(is_of).map(|(_, product)| product.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use profile_format::Apps;
    use registry::{Change, FileTime, MemoryRegistry, RegistryError, Value, WriteRegistry};

    use super::*;

    const SID: &str = "S-1-5-21-1-2-3-1001";

    #[test]
    fn the_newest_version_of_each_app_of_the_user() {
        let mut registry = MemoryRegistry::new(FileTime(0));
        let packages = packages().to_string();
        let stores = all_users("").to_string();
        for (name, root, title) in [
            ("Microsoft.WindowsTerminal_1.11.3471.0_x64__8wekyb3d8bbwe", "", "Windows Terminal"),
            ("Microsoft.WindowsTerminal_1.9.9999.0_x64__8wekyb3d8bbwe", "", "Windows Terminal"),
            ("Microsoft.WindowsCalculator_11.2112.3.0_x64__8wekyb3d8bbwe", "", "@{Microsoft.Windows?ms-resource://x}"),
            ("Microsoft.WindowsCalculator_11.2112.3.0_neutral_split.scale-200_8wekyb3d8bbwe", "", ""),
            ("Microsoft.VCLibs.140.00_14.0.30704.0_x64__8wekyb3d8bbwe", "", ""),
            ("Example.VCLibs.140.00_14.0.30704.0_x64__amge560j0aq9g", "", "Ours"),
            ("Microsoft.LockApp_10.0.22000.1_neutral__cw5n1h2txyewy", r"C:\WINDOWS\SystemApps\LockApp", ""),
            ("Old.App_1.0.0.0_x64__amge560j0aq9g", "", ""),
            ("Not a package", "", ""),
        ] {
            let key = format!(r"{packages}\{name}");
            set(&mut registry, &key, "DisplayName", title);
            let in_windows_apps = format!(r"C:\Program Files\WindowsApps\{name}");
            set(&mut registry, &key, "PackageRootFolder", if root.is_empty() { &in_windows_apps } else { root });
        }
        set(&mut registry, r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "SystemRoot", r"C:\Windows");
        for place in [
            r"Applications\Microsoft.WindowsTerminal_2021.1.0.0_neutral_~_8wekyb3d8bbwe",
            r"InboxApplications\Microsoft.WindowsMaps_1.0.0.0_neutral_~_8wekyb3d8bbwe",
            r"Deprovisioned\Microsoft.BingNews_8wekyb3d8bbwe",
            r"Deprovisioned\microsoft.windowscalculator_8wekyb3d8bbwe",
            r"Deprovisioned\nonsense",
            r"EndOfLife\S-1-5-21-1-2-3-1001\Old.App_1.0.0.0_x64__amge560j0aq9g",
            r"S-1-5-21-1-2-3-1001\Machine.Knows_1.0.0.0_arm64__amge560j0aq9g",
            r"S-1-5-21-1-2-3-1002\Not.His_1.0.0.0_arm64__amge560j0aq9g",
        ] {
            create(&mut registry, &format!(r"{stores}\{place}"));
        }

        let found = store_apps(&registry, Some(SID));
        let shown = |app: &StoreApp| {
            let title = app.title.as_ref().map(Text::to_string_lossy).unwrap_or_default();
            let (version, product) = (app.version.clone().unwrap_or_default(), app.product.clone().unwrap_or_default());
            format!("{} {version} {title:?} {product} {}", app.family, app.flags.0)
        };
        assert_eq!(
            found.apps.iter().map(shown).collect::<Vec<_>>(),
            [
                r#"Example.VCLibs.140.00_amge560j0aq9g 14.0.30704.0 "Ours"  0"#,
                r#"Machine.Knows_amge560j0aq9g 1.0.0.0 ""  0"#,
                r#"Microsoft.BingNews_8wekyb3d8bbwe  "" 9WZDNCRFHVFW 8"#,
                r#"Microsoft.WindowsCalculator_8wekyb3d8bbwe 11.2112.3.0 "" 9WZDNCRFHVN5 8"#,
                r#"Microsoft.WindowsTerminal_8wekyb3d8bbwe 1.11.3471.0 "Windows Terminal" 9N0DX20HK701 4"#,
            ]
        );
        assert_eq!(
            found.left_out.iter().map(|left| (left.name.to_string(), left.reason)).collect::<Vec<_>>(),
            [
                ("Microsoft.LockApp_10.0.22000.1_neutral__cw5n1h2txyewy", LeftOutReason::PartOfWindows),
                ("Microsoft.VCLibs.140.00_14.0.30704.0_x64__8wekyb3d8bbwe", LeftOutReason::Framework),
                (
                    "Microsoft.WindowsCalculator_11.2112.3.0_neutral_split.scale-200_8wekyb3d8bbwe",
                    LeftOutReason::Resources
                ),
                ("Microsoft.WindowsTerminal_1.9.9999.0_x64__8wekyb3d8bbwe", LeftOutReason::Superseded),
                ("Old.App_1.0.0.0_x64__amge560j0aq9g", LeftOutReason::BeingRemoved),
            ]
            .map(|(name, reason)| (name.to_owned(), reason))
        );
        let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                format!(r#"{stores}\Deprovisioned has "nonsense" in it, which is not the family name of a package"#),
                format!(r#"{packages} has "Not a package" in it, which is not the full name of a package"#),
            ]
        );
        let terminal = found.apps.last().unwrap();
        assert_eq!(
            (terminal.architecture.as_deref(), terminal.publisher.as_deref()),
            (Some("x64"), Some("CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"))
        );
        assert_sorted(&found.apps);
    }

    /// What is not mounted is unknown, and not empty.
    #[test]
    fn a_hive_that_is_not_at_hand_is_a_problem() {
        struct Nothing;
        impl ReadRegistry for Nothing {
            fn key(&self, path: &KeyPath) -> Result<Option<registry::Key>, RegistryError> {
                Err(RegistryError::NotMounted { key: path.clone() })
            }
            fn value(&self, path: &KeyPath, _: &Name) -> Result<Option<Value>, RegistryError> {
                Err(RegistryError::NotMounted { key: path.clone() })
            }
        }
        let found = store_apps(&Nothing, None);
        assert_eq!((found.apps.len(), found.problems.len()), (0, 6));
        assert!(found.problems[0].source().is_some_and(|source| source.to_string().starts_with("no hive holds HKLM")));
        let empty = store_apps(&MemoryRegistry::new(FileTime(0)), None);
        assert_eq!((empty.apps.len(), empty.problems.len()), (0, 0));
    }

    #[test]
    fn the_table_is_read_and_right() {
        let table: Table = toml::from_str(TABLE_TEXT).unwrap();
        assert!(table.products.len() >= 25);
        for (family, product) in &table.products {
            assert!(FamilyName::parse(family).is_some(), "{family}");
            let is_product = product.len() == 12 && product.starts_with('9');
            assert!(is_product && product.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()));
        }
        let products: BTreeSet<_> = table.products.values().collect();
        assert_eq!(products.len(), table.products.len(), "a product stands for one family");
    }

    fn assert_sorted(apps: &[StoreApp]) {
        let keys: Vec<_> = apps.iter().map(|app| (&app.family, &app.full_name)).collect();
        assert!(keys.is_sorted_by(|one, other| one < other));
        assert!(!Apps { store: apps.to_vec(), desktop: vec![] }.is_empty());
    }

    fn set(registry: &mut MemoryRegistry, path: &str, name: &str, text: &str) {
        create(registry, path);
        let key = KeyPath::parse(path).unwrap();
        registry.make(&Change::SetValue { key, name: Name::from(name), value: Value::text(text) }).unwrap();
    }

    fn create(registry: &mut MemoryRegistry, path: &str) {
        let path = KeyPath::parse(path).unwrap();
        for depth in 1..=path.names().len() {
            let key = KeyPath::new(path.root(), path.names()[..depth].to_vec());
            registry.make(&Change::CreateKey { key, class: None, security: None }).unwrap();
        }
    }
}
