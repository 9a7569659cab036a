//! Places in the registry through which programs start and protection ends, in disguise.

use registry::{Change, KeyPath, Name, Root, Value, ValueType, View};
use wbo_engine::writing::WriteRules;

use crate::secrets::smuggled_keys::disguises;
use crate::support::key;

/// A key, a value, and the rule that has to see it.
const PLACES: [(&str, &str, &str); 148] = [
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run", "Updater", "start.run"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\RunOnce", "x", "start.run"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnceEx\0001", "x", "start.run"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunServices", "x", "start.run"),
    (r"HKLM\SOFTWARE\Microsoft\Active Setup\Installed Components\{0}", "StubPath", "start.run"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\IniFileMapping\win.ini\Windows", "load", "start.run"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "Shell", "start.sign-in"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "Userinit", "start.sign-in"),
    (r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Winlogon", "Shell", "start.sign-in"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\Notify\x", "DllName", "start.sign-in"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\GPExtensions\{0}", "DllName", "start.sign-in"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\Credential Providers\{0}", "", "start.sign-in"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\BootVerificationProgram", "ImagePath", "start.sign-in"),
    (r"HKCU\Volatile Environment", "Path", "start.sign-in"),
    (r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Windows", "Load", "start.windows"),
    (r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Windows", "Run", "start.windows"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Windows", "AppInit_DLLs", "start.windows"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Windows", "LoadAppInit_DLLs", "start.windows"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\Example", "ImagePath", "start.services"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "ServiceDll", "start.services"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\TimeProviders\NtpClient", "DllName", "start.services"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\AppId_Catalog\1", "AppFullPath", "start.services"),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules",
        "x",
        "start.services",
    ),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\FltMgr\Instances", "x", "start.services"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{0}", "UpperFilters", "start.services"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\SafeBoot", "AlternateShell", "start.services"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\tzautoupdate", "ImagePath", "start.services"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "BootExecute", "start.session-manager"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "SetupExecute", "start.session-manager"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "PendingFileRenameOperations", "start.session-manager"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\AppCertDlls", "x", "start.session-manager"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\KnownDLLs", "x", "start.session-manager"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\DOS Devices", "C:", "start.session-manager"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Subsystems", "Windows", "start.session-manager"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tasks\{0}", "Actions", "start.tasks"),
    (r"HKLM\SOFTWARE\Microsoft\WBEM\CIMOM", "x", "start.tasks"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\BITS", "x", "start.tasks"),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\sethc.exe",
        "Debugger",
        "start.debuggers",
    ),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SilentProcessExit\a.exe", "MonitorProcess", "start.debuggers"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\AeDebug", "Debugger", "start.debuggers"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\App Paths\control.exe", "", "start.debuggers"),
    (r"HKCU\Software\Microsoft\Windows\Windows Error Reporting\Hangs", "Debugger", "start.debuggers"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\x", "UninstallString", "start.debuggers"),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\AppCompatFlags\InstalledSDB\{0}",
        "DatabasePath",
        "start.compatibility",
    ),
    (r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\AppCompatFlags\Layers", r"C:\a.exe", "start.compatibility"),
    (r"HKCU\Environment", "UserInitMprLogonScript", "start.environment"),
    (r"HKCU\Environment", "windir", "start.environment"),
    (r"HKCU\Environment", "COR_PROFILER_PATH", "start.environment"),
    (r"HKCU\Environment", "COMPLUS_Version", "start.environment"),
    (r"HKCU\Environment", "ComSpec", "start.environment"),
    (r"HKCU\Environment", "PATHEXT", "start.environment"),
    (r"HKCU\Environment", "PSModulePath", "start.environment"),
    (r"HKCU\Environment", "NODE_OPTIONS", "start.environment"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment", "Path", "start.environment"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment", "COR_ENABLE_PROFILING", "start.environment"),
    (r"HKCU\Software\Classes\CLSID\{0}\InprocServer32", "", "shell.classes"),
    (r"HKCU\Software\Classes\CLSID\{0}\LocalServer32", "", "shell.classes"),
    (r"HKCU\Software\Classes\CLSID\{0}\TreatAs", "", "shell.classes"),
    (r"HKCU\Software\Classes\CLSID\{86ca1aa0-34aa-4e8b-a509-50c905bae2a2}\InprocServer32", "", "shell.classes"),
    (
        r"HKCU\Software\Classes\CLSID\{018D5C66-4533-4307-9B53-224DE2ED1FE6}",
        "System.IsPinnedToNameSpaceTree",
        "shell.classes",
    ),
    (r"HKCU\Software\Classes\CLSID\{018D5C66-4533-4307-9B53-224DE2ED1FE6}\InprocServer32", "", "shell.classes"),
    (r"HKLM\SOFTWARE\Classes\TypeLib\{0}\1.0\0\win32", "", "shell.classes"),
    (r"HKLM\SOFTWARE\Classes\AppID\{0}", "DllSurrogate", "shell.classes"),
    (r"HKCU\Software\Classes\ms-settings\shell\open\command", "DelegateExecute", "shell.classes"),
    (r"HKCU\Software\Classes\.txt", "", "shell.classes"),
    (r"HKCU\Software\Classes\*\shellex\ContextMenuHandlers\x", "", "shell.classes"),
    (r"HKCU\Software\Classes\Directory\Background\shell\x\command", "", "shell.classes"),
    (r"HKCU\Software\Classes\Folder\shell\open\command", "", "shell.classes"),
    (r"HKLM\SOFTWARE\Clients\StartMenuInternet\x\shell\open\command", "", "shell.classes"),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.txt\UserChoice",
        "ProgId",
        "shell.default-apps",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.txt\UserChoiceLatest\ProgId",
        "ProgId",
        "shell.default-apps",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\http\UserChoice",
        "ProgId",
        "shell.default-apps",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\AutoplayHandlers\Handlers\x",
        "InvokeProgID",
        "shell.default-apps",
    ),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\ShellServiceObjectDelayLoad", "x", "shell.extensions"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\ShellExecuteHooks", "{0}", "shell.extensions"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\ShellIconOverlayIdentifiers\x", "", "shell.extensions"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\Browser Helper Objects\{0}", "", "shell.extensions"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Shell Extensions\Approved", "{0}", "shell.extensions"),
    (r"HKCU\Control Panel\Cpls", "x", "shell.extensions"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders", "Startup", "shell.folders"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders", "Common Startup", "shell.folders"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders", "AppData", "shell.folders"),
    (r"HKCU\Control Panel\Desktop", "SCRNSAVE.EXE", "shell.screen-saver"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Accessibility\ATs\x", "StartExe", "shell.assistive"),
    (r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Accessibility", "Configuration", "shell.assistive"),
    (r"HKCU\Console\%%Startup", "DelegationConsole", "shell.terminal"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore", "x", "shell.packages"),
    (
        r"HKCU\Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages\x",
        "x",
        "shell.packages",
    ),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\AppModelUnlock", "AllowAllTrustedApps", "shell.packages"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Print\Monitors\x", "Driver", "libraries.windows"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Print\Providers\x", "Name", "libraries.windows"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\NetworkProvider\Order", "ProviderOrder", "libraries.windows"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Keyboard Layouts\00000407", "Layout File", "libraries.windows"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Keyboard Layouts\E0010407", "IME File", "libraries.windows"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage", "57002", "libraries.windows"),
    (r"HKLM\SOFTWARE\Microsoft\CTF\TIP\{0}", "x", "libraries.windows"),
    (r"HKCU\Software\Microsoft\CTF\LangBarAddin\{0}", "FilePath", "libraries.windows"),
    (r"HKLM\SOFTWARE\Microsoft\NetSh", "x", "libraries.windows"),
    (
        r"HKLM\SOFTWARE\Microsoft\Cryptography\OID\EncodingType 0\CryptSIPDllVerifyIndirectData\{0}",
        "Dll",
        "libraries.windows",
    ),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Drivers32", "msacm.x", "libraries.windows"),
    (r"HKCU\Software\Microsoft\.NETFramework", "DbgManagedDebugger", "libraries.frameworks"),
    (r"HKCU\Software\Microsoft\Command Processor", "AutoRun", "scripts.shells"),
    (r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell", "ExecutionPolicy", "scripts.shells"),
    (r"HKCU\Software\Microsoft\Windows Script Host\Settings", "Enabled", "scripts.shells"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Sudo", "Enabled", "scripts.shells"),
    (r"HKCU\Software\Microsoft\Office\Excel\Addins\x", "LoadBehavior", "scripts.office"),
    (r"HKCU\Software\Microsoft\Office\16.0\Word\Security", "VBAWarnings", "scripts.office"),
    (r"HKCU\Software\Microsoft\Office\16.0\Word\Security\Trusted Locations\Location1", "Path", "scripts.office"),
    (r"HKCU\Software\Microsoft\Office\16.0\Excel\Options", "OPEN1", "scripts.office"),
    (r"HKCU\Software\Microsoft\Office\16.0\Word\Options", "STARTUP-PATH", "scripts.office"),
    (r"HKCU\Software\Microsoft\Office\16.0\Outlook\WebView\Inbox", "URL", "scripts.office"),
    (r"HKCU\Software\Microsoft\Office test\Special\Perf", "", "scripts.office"),
    (r"HKLM\SOFTWARE\Google\Chrome\Extensions\x", "update_url", "scripts.browsers"),
    (r"HKCU\Software\Mozilla\NativeMessagingHosts\x", "", "scripts.browsers"),
    (r"HKCU\Software\Microsoft\Internet Explorer\Extensions\{0}", "Exec", "scripts.browsers"),
    (r"HKCU\Software\Policies\Microsoft\Windows\System", "x", "protection.policies"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\Explorer\Run", "x", "protection.policies"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System", "EnableLUA", "protection.policies"),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System",
        "ConsentPromptBehaviorAdmin",
        "protection.policies",
    ),
    (r"HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\x", "x", "protection.policies"),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\Scripts\Startup\0\0",
        "Script",
        "protection.policies",
    ),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Group Policy Objects\x", "x", "protection.policies"),
    (r"HKLM\SOFTWARE\Mozilla\Policies", "x", "protection.policies"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa", "Security Packages", "protection.security"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa", "RunAsPPL", "protection.security"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders", "SecurityProviders", "protection.security"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest", "UseLogonCredential", "protection.security"),
    (r"HKCU\Software\Microsoft\SystemCertificates\Root\Certificates\AB", "Blob", "protection.security"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\NetworkList\Profiles\{0}", "Category", "protection.security"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server", "fDenyTSConnections", "protection.remote"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\Wds\rdpwd", "StartupPrograms", "protection.remote"),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp",
        "InitialProgram",
        "protection.remote",
    ),
    (r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths", r"C:\", "protection.defender"),
    (r"HKLM\SOFTWARE\Microsoft\Windows Defender", "DisableAntiSpyware", "protection.defender"),
    (r"HKLM\SOFTWARE\Microsoft\AMSI\Providers\{0}", "", "protection.defender"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer", "SmartScreenEnabled", "protection.defender"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\3", "1806", "protection.internet"),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\Domains\example.com",
        "*",
        "protection.internet",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Lockdown_Zones\0",
        "1200",
        "protection.internet",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings",
        "CertificateRevocation",
        "protection.internet",
    ),
    (r"HKLM\SAM\SAM\Domains\Account\Users\000001F4", "F", "elsewhere.machine"),
    (r"HKLM\SECURITY\Policy\Secrets", "", "elsewhere.machine"),
    (r"HKLM\SYSTEM\Setup", "CmdLine", "elsewhere.machine"),
    (r"HKLM\SYSTEM\Select", "Default", "elsewhere.machine"),
    (r"HKLM\SYSTEM\MountedDevices", r"\DosDevices\C:", "elsewhere.machine"),
    (r"HKLM\BCD00000000\Objects\{0}\Elements\12000002", "Element", "elsewhere.machine"),
    (r"HKLM\COMPONENTS\x", "x", "elsewhere.machine"),
    (r"HKLM\OFFLINE\Microsoft\Windows\CurrentVersion\Explorer", "x", "elsewhere.machine"),
];

#[test]
fn places_are_refused_in_every_disguise() {
    let rules = WriteRules::standard();
    for (place, name, rule) in PLACES {
        for disguised in all_disguises(place) {
            for spelled in [disguised.clone(), disguised.to_uppercase(), disguised.to_lowercase()] {
                let at = key(&spelled);
                for name in [name.to_owned(), name.to_uppercase()].map(|name| Name::from(name.as_str())) {
                    for value in data() {
                        let denied = rules.value(&at, &name, Some(&value));
                        let id = denied.map(|denied| denied.rule.id.as_str());
                        assert!(id.is_some(), "{spelled}!{name} = {value:?}");
                        assert!(id == Some(rule) || disguised != place, "{place}!{name}: {id:?}");
                        let change = Change::SetValue { key: at.clone(), name: name.clone(), value };
                        assert_eq!(rules.change(&change), denied);
                    }
                }
            }
        }
    }
}

/// Whoever may delete a key deletes what protects, and whoever may create one prepares it.
#[test]
fn keys_are_neither_created_nor_deleted() {
    let rules = WriteRules::standard();
    let mut keys = 0;
    for (place, _, _) in PLACES {
        let delete = |place: &str| rules.change(&Change::DeleteKey { key: key(place) });
        let is_for_all = rules.key(&key(place)).is_some();
        for disguised in all_disguises(place) {
            // Of users, some hold a value of a catalogue's setting and no more.
            let of_user = ["HKCU", r"HKU\S-1-5-21"].iter().any(|root| disguised.starts_with(root));
            let holds_one = [r"\Winlogon", r"NT\CurrentVersion\Windows", r"\AppCompatFlags\Layers"];
            if is_for_all && !(of_user && holds_one.iter().any(|end| disguised.trim_end_matches('\\').ends_with(end))) {
                assert!(rules.change(&Change::create(key(&disguised))).is_some(), "{disguised}");
                let below = key(&disguised).join(Name::from("below"));
                assert!(rules.key(&below).is_some(), "{below}");
            }
        }
        keys += usize::from(is_for_all);
        // Those that a catalogue's setting is all there is in may go.
        let may_go = [r"\AppCompatFlags\Layers", r"\InprocServer32", r"NT\CurrentVersion\Accessibility"];
        assert!(delete(place).is_some() || may_go.iter().any(|end| place.ends_with(end)), "{place}");
    }
    assert!(keys > 120, "{keys}");
}

#[test]
fn names_that_are_paths_or_end_early_are_refused() {
    let rules = WriteRules::standard();
    let run = r"Software\Microsoft\Windows\CurrentVersion\Run";
    let names: [&[&str]; 4] = [&[run], &["Software", r"Microsoft\Windows"], &["Software", "Run\0x"], &["Software", ""]];
    for names in names {
        let at = KeyPath::new(Root::CurrentUser, names.iter().map(|name| Name::from(*name)).collect());
        assert_eq!(rules.key(&at).map(|denied| denied.rule.id.as_str()), Some("deceiving"), "{at}");
        let value = Value::dword(1);
        assert!(rules.value(&at, &Name::from("x"), Some(&value)).is_some(), "{at}");
    }
    let own = key(r"HKCU\Software\Example");
    let link = Value::new(ValueType(6), &View::Text("x".encode_utf16().collect()));
    for (name, value) in [("SymbolicLinkValue", Value::dword(1)), ("x", link), ("x\0y", Value::dword(1))] {
        assert!(rules.value(&own, &Name::from(name), Some(&value)).is_some(), "{name}");
    }
}

/// An exception is no way around: it holds at its place only, for its data only.
#[test]
fn exceptions_hold_in_no_disguise() {
    let rules = WriteRules::standard();
    let pin = r"Software\Classes\CLSID\{031E4825-7B94-4dc3-B131-E946B44C8DD5}";
    let (name, on) = (Name::from("System.IsPinnedToNameSpaceTree"), Value::dword(1));
    let sid = r"HKU\S-1-5-21-1-2-3-1001";
    for own in
        [format!(r"HKCU\{pin}"), format!(r"{sid}\{pin}"), pin.replace(r"Software\Classes", &format!("{sid}_Classes"))]
    {
        assert_eq!(rules.value(&key(&own), &name, Some(&on)), None, "{own}");
        assert!(rules.value(&key(&own), &name, Some(&Value::text("x"))).is_some(), "{own}");
        assert!(rules.value(&key(&own), &Name::from(""), Some(&on)).is_some(), "{own}");
    }
    for other in [r"HKLM", r"HKU\.DEFAULT", r"HKU\S-1-5-18", r"HKCU\Backup", r"HKLM\SOFTWARE\x"] {
        assert!(rules.value(&key(&format!(r"{other}\{pin}")), &name, Some(&on)).is_some(), "{other}");
    }
    let server = Name::from("NtpServer");
    let delete = |place: &str| rules.change(&Change::DeleteKey { key: key(place) });
    for set in ["CurrentControlSet", "ControlSet001"] {
        let place = format!(r"HKLM\SYSTEM\{set}\Services\W32Time\Parameters");
        assert_eq!(rules.value(&key(&place), &server, Some(&Value::text("time.example.com"))), None, "{place}");
        assert_eq!(rules.key(&key(&place)), None);
        assert!(delete(&place).is_some(), "the library of the service stands there too");
    }
    assert!(delete(r"HKCU\Environment").is_some() && delete(r"HKCU\Control Panel\Desktop").is_some());
    assert_eq!(delete(&format!(r"HKCU\{pin}")), None, "what was created can be taken back");
}

/// Roots that are somebody else's, or a view of another.
#[test]
fn other_roots_are_refused_as_a_whole() {
    let table = [
        (r"HKU\.DEFAULT\Control Panel\Mouse", "elsewhere.users"),
        (r"HKU\S-1-5-18\Software\Example", "elsewhere.users"),
        (r"HKU\S-1-5-20_Classes\Local Settings\x", "shell.classes"),
        (r"HKU\Loaded\Software\Example", "elsewhere.users"),
        (r"HKCR\Local Settings\x", "shell.classes"),
        (r"HKCC\Software\Fonts", "start.services"),
        (r"HKLM\HARDWARE\x", "elsewhere.machine"),
    ];
    for (place, rule) in table {
        let denied = WriteRules::standard().key(&key(place)).map(|denied| denied.rule.id.as_str());
        assert_eq!(denied, Some(rule), "{place}");
        assert!(
            WriteRules::standard().value(&key(place), &Name::from("x"), Some(&Value::dword(1))).is_some(),
            "{place}"
        );
    }
    for own in [r"HKU\S-1-5-21-1-2-3-1001\Software\Example", r"HKCU\Software\Example", r"HKLM\SOFTWARE\Example"] {
        assert_eq!(WriteRules::standard().key(&key(own)), None, "{own}");
    }
}

/// What a reason sounds like.
#[test]
fn a_reason_is_a_sentence() {
    let denied = WriteRules::standard().key(&key(r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run")).unwrap();
    assert_eq!(denied.to_string(), "programs that start by themselves stand there");
}

/// The same place under other roots, too.
fn all_disguises(place: &str) -> Vec<String> {
    let mut all = disguises(place);
    if let Some((_, rest)) = place.split_once(r"\Software\Classes\").or_else(|| place.split_once(r"\SOFTWARE\Classes\"))
    {
        all.push(format!(r"HKCR\{rest}"));
        all.push(format!(r"HKCR\WOW6432Node\{rest}"));
        all.push(format!(r"HKCU\Software\Classes\WOW6432Node\{rest}"));
        all.push(format!(r"HKU\S-1-5-21-1-2-3-1001_Classes\{rest}"));
        all.push(format!(r"HKU\S-1-5-18_Classes\{rest}"));
    }
    all.push(format!(r"{place}\"));
    all.push(place.replace('\\', r"\\"));
    all
}

/// Data that no exception takes.
fn data() -> Vec<Value> {
    let text = |kind, text: &str| Value::new(ValueType(kind), &View::Text(text.encode_utf16().collect()));
    let program = r"C:\Users\alice\evil.exe";
    vec![
        text(1, program),
        text(2, program),
        Value::new(ValueType::MULTI_SZ, &View::List(vec![program.encode_utf16().collect()])),
        Value { kind: ValueType::BINARY, data: program.into() },
        Value { kind: ValueType(0), data: Vec::new() },
        text(1, "\\\\server\\evil.dll"),
    ]
}
