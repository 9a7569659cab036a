//! The PC that a Windows is on: what it is called, what runs on it, what it was joined to.

mod locale;

use profile_format::{Device, Join, JoinKind, Text};
use registry::{KeyPath, Name, ReadRegistry};

use self::locale::locale_name;
use crate::WindowsPath;
use crate::machine::{Machine, Unread, machine_key};

/// What the registry of a Windows says of the PC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceFacts {
    /// What profiles keep of it.
    pub device: Device,
    /// The product as people name it, such as `Windows 11 Pro`. Windows 11 calls itself 10 where this is stored.
    pub product: Option<String>,
    /// Whether it is a server or one's own PC: `Client`, `Server` or `Server Core`.
    pub installation: Option<String>,
    /// The folder of this Windows as it names it itself, such as `C:\Windows`.
    pub system_root: Option<WindowsPath>,
    /// Whether its setup has not ended, where that is known: it has no users of its own yet, or is being upgraded.
    pub in_setup: Option<bool>,
    /// What could not be read, sorted. Facts from there are unknown and not absent.
    pub unread: Vec<Unread>,
}

/// The facts about a PC, from `HKLM\SOFTWARE` and `HKLM\SYSTEM` of its Windows.
pub fn device(registry: &dyn ReadRegistry) -> DeviceFacts {
    let mut machine = Machine::new(registry);
    let version = machine_key(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion");
    let build = build(&mut machine, &version);
    let device = Device {
        name: computer_name(&mut machine).as_ref().map(as_text),
        smbios: smbios(&mut machine),
        build,
        revision: machine.dword(&version, "UBR"),
        edition: machine.string(&version, "EditionID"),
        release: machine.string(&version, "DisplayVersion").or_else(|| machine.string(&version, "ReleaseId")),
        architecture: architecture(&mut machine),
        locale: system_locale(&mut machine),
        join: join(&mut machine),
    };
    DeviceFacts {
        device,
        product: machine.string(&version, "ProductName").map(|product| product_of_build(product, build)),
        installation: machine.string(&version, "InstallationType"),
        system_root: machine.string(&version, "SystemRoot").and_then(|path| WindowsPath::parse(&path)),
        in_setup: in_setup(&mut machine),
        unread: machine.into_unread(),
    }
}

/// The first build of Windows 11.
pub(crate) const WINDOWS_11: u32 = 22_000;

fn product_of_build(product: String, build: Option<u32>) -> String {
    match product.strip_prefix("Windows 10") {
        Some(edition) if build.is_some_and(|build| build >= WINDOWS_11) => format!("Windows 11{edition}"),
        _ => product,
    }
}

fn build(machine: &mut Machine<'_>, version: &KeyPath) -> Option<u32> {
    ["CurrentBuild", "CurrentBuildNumber"].iter().find_map(|name| machine.string(version, name)?.parse().ok())
}

/// The name of the PC.
pub(crate) fn computer_name(machine: &mut Machine<'_>) -> Option<Name> {
    machine.text(&machine_key(r"SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName"), "ComputerName")
}

fn architecture(machine: &mut Machine<'_>) -> Option<String> {
    let key = machine_key(r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment");
    machine.string(&key, "PROCESSOR_ARCHITECTURE").map(|name| name.to_ascii_lowercase())
}

/// The locale of programs that know no Unicode, which is the one that Windows keeps for the PC as a whole.
fn system_locale(machine: &mut Machine<'_>) -> Option<String> {
    let numbers = [
        (r"SYSTEM\CurrentControlSet\Control\Nls\Language", "Default"),
        (r"SYSTEM\CurrentControlSet\Control\Nls\Locale", ""),
    ];
    let name = numbers.iter().find_map(|(key, value)| locale_name(&machine.string(&machine_key(key), value)?));
    name.map(str::to_owned)
}

/// The UUID by which the firmware tells this PC from others.
fn smbios(machine: &mut Machine<'_>) -> Option<[u8; 16]> {
    let text = machine.string(&machine_key(r"SYSTEM\HardwareConfig"), "LastConfig")?;
    let uuid = parse_guid(&text)?;
    // A firmware that was given no UUID says so by these, and then many PCs have the same.
    let is_given = uuid != [0; 16] && uuid != [0xff; 16];
    is_given.then_some(uuid)
}

/// The sixteen bytes of `{25194d56-caef-8737-5c44-50fe82f3ffde}`, in the order of its digits.
fn parse_guid(text: &str) -> Option<[u8; 16]> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if !inner.split('-').map(str::len).eq([8, 4, 4, 4, 12]) {
        return None;
    }
    let digits: Option<Vec<u8>> = inner.chars().filter(|character| *character != '-').map(hex_digit).collect();
    let digits = digits?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}

fn hex_digit(character: char) -> Option<u8> {
    character.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// What the PC was joined to. The name of a workgroup is kept in a hive of secrets, which is never opened.
fn join(machine: &mut Machine<'_>) -> Join {
    let domain = domain(machine);
    let tenant = entra_tenant(machine);
    let is_known = machine.key(&machine_key(r"SYSTEM\CurrentControlSet\Control")).is_some();
    let kind = match (&domain, &tenant) {
        (Some(_), Some(_)) => JoinKind::HYBRID,
        (Some(_), None) => JoinKind::DOMAIN,
        (None, Some(_)) => JoinKind::ENTRA,
        (None, None) if is_known => JoinKind::WORKGROUP,
        (None, None) => JoinKind::UNKNOWN,
    };
    Join { kind, name: domain.as_ref().map(as_text), tenant: tenant.flatten() }
}

/// The domain that the PC was joined to, such as `corp.example`.
pub(crate) fn domain(machine: &mut Machine<'_>) -> Option<Name> {
    let key = machine_key(r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters");
    machine.text(&key, "NV Domain").or_else(|| machine.text(&key, "Domain"))
}

/// Whether the PC is joined to Entra, and then the id of the tenant, where it is stored.
fn entra_tenant(machine: &mut Machine<'_>) -> Option<Option<String>> {
    let joins = machine_key(r"SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo");
    let certificates = machine.subkeys(&joins);
    let mut tenants = certificates.iter().map(|name| machine.string(&joins.join(name.clone()), "TenantId"));
    let first = tenants.next()?;
    Some(first.or_else(|| tenants.flatten().next()))
}

fn in_setup(machine: &mut Machine<'_>) -> Option<bool> {
    let setup = machine_key(r"SYSTEM\Setup");
    let marks = ["SystemSetupInProgress", "OOBEInProgress"].map(|name| machine.dword(&setup, name));
    marks.iter().any(Option::is_some).then(|| marks.iter().flatten().any(|mark| *mark != 0))
}

fn as_text(name: &Name) -> Text {
    Text(name.units().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::{Without, registry_of};

    const PC: &str = r#"
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]
"CurrentBuild"="26100"
"CurrentBuildNumber"="26100"
"UBR"=dword:00001f02
"EditionID"="Professional"
"DisplayVersion"="24H2"
"ReleaseId"="2009"
"ProductName"="Windows 10 Pro"
"InstallationType"="Client"
"SystemRoot"="C:\\WINDOWS"
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName]
"ComputerName"="BÜRO-7"
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment]
"PROCESSOR_ARCHITECTURE"="AMD64"
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Nls\Language]
"Default"="0407"
[HKEY_LOCAL_MACHINE\SYSTEM\HardwareConfig]
"LastConfig"="{25194d56-caef-8737-5c44-50fe82f3ffde}"
[HKEY_LOCAL_MACHINE\SYSTEM\Setup]
"SystemSetupInProgress"=dword:00000000
"#;

    fn with(more: &str) -> DeviceFacts {
        device(&registry_of(&format!("{PC}{more}")))
    }

    #[test]
    fn a_pc_is_described() {
        let facts = with("");
        let expected = Device {
            name: Some("BÜRO-7".into()),
            smbios: Some([
                0x25, 0x19, 0x4d, 0x56, 0xca, 0xef, 0x87, 0x37, 0x5c, 0x44, 0x50, 0xfe, 0x82, 0xf3, 0xff, 0xde,
            ]),
            build: Some(26100),
            revision: Some(7938),
            edition: Some("Professional".into()),
            release: Some("24H2".into()),
            architecture: Some("amd64".into()),
            locale: Some("de-DE".into()),
            join: Join { kind: JoinKind::WORKGROUP, name: None, tenant: None },
        };
        assert_eq!(facts.device, expected);
        assert_eq!(facts.product.as_deref(), Some("Windows 11 Pro"));
        assert_eq!(facts.system_root, WindowsPath::parse(r"C:\Windows"));
        assert_eq!((facts.in_setup, facts.unread), (Some(false), vec![]));
    }

    #[test]
    fn joins_are_told_apart() {
        let domain = |name: &str, domain: &str| {
            format!(
                "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\n\"{name}\"=\"{domain}\"\n"
            )
        };
        let entra = |values: &str| {
            format!(
                "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\CloudDomainJoin\\JoinInfo\\00AB]\n{values}\n"
            )
        };
        let tenant = entra("\"TenantId\"=\"7f0c1f6e-0000-4000-8000-000000000001\"");
        let id = Some("7f0c1f6e-0000-4000-8000-000000000001".to_owned());
        let table = [
            (domain("Domain", ""), JoinKind::WORKGROUP, None, None),
            (domain("Domain", "corp.example"), JoinKind::DOMAIN, Some("corp.example"), None),
            (domain("NV Domain", "corp.example"), JoinKind::DOMAIN, Some("corp.example"), None),
            (tenant.clone(), JoinKind::ENTRA, None, id.clone()),
            (entra(""), JoinKind::ENTRA, None, None),
            (entra("\"TenantId\"=dword:00000001"), JoinKind::ENTRA, None, None),
            (domain("Domain", "corp.example") + &tenant, JoinKind::HYBRID, Some("corp.example"), id),
        ];
        for (more, kind, name, tenant) in table {
            let expected = Join { kind, name: name.map(Text::from), tenant };
            assert_eq!(with(&more).device.join, expected, "{more}");
        }
    }

    #[test]
    fn broken_facts_are_unknown() {
        let version = r"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]";
        let hardware = r"[HKEY_LOCAL_MACHINE\SYSTEM\HardwareConfig]";
        let more = format!("{version}\n\"CurrentBuild\"=dword:00000001\n\"UBR\"=\"7\"\n\"DisplayVersion\"=-\n");
        let device = with(&more).device;
        assert_eq!((device.build, device.revision, device.release.as_deref()), (Some(26100), None, Some("2009")));
        for uuid in [
            "25194d56-caef-8737-5c44-50fe82f3ffde",
            "{25194d56caef87375c4450fe82f3ffde}",
            "{25194d56-caef-8737-5c44-50fe82f3ffdg}",
            "{00000000-0000-0000-0000-000000000000}",
            "{FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF}",
            "{}",
        ] {
            assert_eq!(with(&format!("{hardware}\n\"LastConfig\"=\"{uuid}\"\n")).device.smbios, None, "{uuid}");
        }
        assert_eq!(super::device(&registry_of("")), DeviceFacts::default());
    }

    #[test]
    fn the_product_is_named_by_its_build() {
        for (product, build, name) in [
            ("Windows 10 Pro", Some(19045), "Windows 10 Pro"),
            ("Windows 10 Pro", None, "Windows 10 Pro"),
            ("Windows 10 Enterprise", Some(22000), "Windows 11 Enterprise"),
            ("Windows Server 2025 Standard", Some(26100), "Windows Server 2025 Standard"),
        ] {
            assert_eq!(product_of_build(product.into(), build), name);
        }
    }

    #[test]
    fn a_hive_that_is_missing_makes_its_facts_unknown_and_is_named() {
        let registry = registry_of(PC);
        let facts = super::device(&Without(&registry, &[r"HKLM\SYSTEM"]));
        assert_eq!(facts.device.build, Some(26100));
        assert_eq!((facts.device.join.kind, facts.device.name, facts.in_setup), (JoinKind::UNKNOWN, None, None));
        assert_eq!(facts.unread.iter().map(|unread| unread.place.as_str()).collect::<Vec<_>>(), [r"HKLM\SYSTEM"]);
    }
}
