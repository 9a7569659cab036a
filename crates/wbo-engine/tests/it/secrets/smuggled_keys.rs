//! Secrets in the registry, at their places and under their names, in disguise.

use registry::{Value, ValueType};

use crate::secrets::support::{binary, utf16, value};

/// Where secrets stand: a key, a value, and the rule that has to see it.
const PLACES: [(&str, &str, &str); 62] = [
    (r"HKCU\Software\Microsoft\IdentityCRL\Immersive\production\Token\{0}", "DeviceTicket", "windows.identity"),
    (r"HKCU\Software\Microsoft\AuthCookies\Live\Default\CAW", "Data", "windows.identity"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\AAD\Storage\https://x", "a", "windows.identity"),
    (r"HKCU\Software\Microsoft\Protected Storage System Provider\S-1-5-21\Data", "x", "windows.dpapi"),
    (r"HKCU\Software\Microsoft\SystemCertificates\My\Certificates\AB", "Blob", "windows.keys"),
    (r"HKLM\SOFTWARE\Microsoft\IIS\CentralCertProvider", "x", "windows.keys"),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI\NgcPin\Credentials\S",
        "x",
        "windows.hello",
    ),
    (r"HKLM\SOFTWARE\Microsoft\Enrollments\{0}", "DMPCertThumbPrint", "windows.join"),
    (r"HKLM\SOFTWARE\Microsoft\Provisioning\OMADM\Accounts", "x", "windows.join"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo\AB", "UserEmail", "windows.join"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "DefaultPassword", "windows.logon"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "AltDefaultPassword", "windows.logon"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "AutoAdminLogon", "windows.logon"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", "DefaultUserName", "windows.logon"),
    (r"HKLM\SAM\SAM\Domains\Account\Users\000001F4", "V", "windows.sam"),
    (r"HKLM\SECURITY\Policy\Secrets\DPAPI_SYSTEM\CurrVal", "", "windows.sam"),
    (r"HKLM\SECURITY\Cache", "NL$1", "windows.sam"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\JD", "Lookup", "windows.sam"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Skew1", "SkewMatrix", "windows.sam"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\GBG", "GrafBlumGroup", "windows.sam"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Data", "Pattern", "windows.sam"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\NTDS\Parameters", "x", "windows.sam"),
    (r"HKLM\SOFTWARE\Policies\Microsoft Services\AdmPwd", "x", "windows.laps"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "DigitalProductId", "windows.licence"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "DigitalProductId4", "windows.licence"),
    (r"HKCU\Software\Microsoft\Office\16.0\Registration\{0}", "x", "windows.licence"),
    (r"HKLM\SOFTWARE\Policies\Microsoft\FVE\Recovery", "x", "windows.bitlocker"),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\CloudStore\Store\DefaultAccount\Cloud\default$windows.data.wifi.profile\x",
        "Data",
        "windows.cloud-store",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\CloudStore\Store\Cache\DefaultAccount\$$windows.data.credentials\Current",
        "Data",
        "windows.cloud-store",
    ),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\CloudStore\Store\DefaultAccount\Current\default$windows.data.accounts.x",
        "Data",
        "windows.cloud-store",
    ),
    (r"HKLM\SOFTWARE\Microsoft\Wlansvc\UserData\Profiles\{0}", "MSMUserData", "network.wifi"),
    (r"HKCU\Software\Microsoft\Wlansvc\UserData\Profiles\{0}", "MSMUserData", "network.wifi"),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\BTHPORT\Parameters\Keys\001122334455",
        "aabbccddeeff",
        "network.bluetooth",
    ),
    (r"HKCU\Software\OpenVPN-GUI\configs\work", "auth-data", "network.vpn"),
    (r"HKLM\SOFTWARE\Fortinet\FortiClient\Sslvpn\Tunnels\work", "DATA1", "network.vpn"),
    (r"HKCU\Software\Palo Alto Networks\GlobalProtect\Settings\x", "x", "network.vpn"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\SNMP\Parameters\ValidCommunities", "public", "network.snmp"),
    (r"HKCU\Network\Z", "UserName", "network.drives"),
    (r"HKCU\Software\Microsoft\Terminal Server Client\Servers\host", "UsernameHint", "network.remote-desktop"),
    (r"HKLM\SOFTWARE\TeamViewer", "SecurityPasswordAES", "network.remote-control"),
    (r"HKCU\Software\TightVNC\Server", "x", "network.remote-control"),
    (r"HKCU\Software\ORL\WinVNC3", "x", "network.remote-control"),
    (r"HKLM\SOFTWARE\RealVNC\WinVNC4", "x", "network.remote-control"),
    (r"HKCU\Software\Microsoft\Internet Explorer\IntelliForms\Storage2", "AB", "browser.internet-explorer"),
    (r"HKCU\Software\Google\Chrome\PreferenceMACs\Default", "x", "browser.chromium"),
    (r"HKCU\Software\Microsoft\Office\16.0\Outlook\Profiles\Outlook\9375\00000002", "IMAP x", "mail.outlook"),
    (
        r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\a",
        "POP3 x",
        "mail.outlook",
    ),
    (r"HKCU\Software\Microsoft\Office\16.0\Common\Identity\Identities\a", "x", "mail.outlook"),
    (r"HKCU\Software\RIT\The Bat!\Users depot", "x", "mail.other"),
    (r"HKCU\Software\Microsoft\OneDrive\Accounts\Personal", "UserEmail", "cloud.onedrive"),
    (r"HKCU\Software\Dropbox\ks", "Client", "cloud.storage"),
    (r"HKCU\Software\OpenSSH\Agent\Keys\ab", "", "dev.ssh"),
    (r"HKCU\Software\SimonTatham\PuTTY\Sessions\host", "ProxyPassword", "dev.ssh"),
    (r"HKCU\Software\SimonTatham\PuTTY\Sessions\host", "ProxyUsername", "dev.ssh"),
    (r"HKCU\Software\Martin Prikryl\WinSCP 2\Sessions\a@b", "x", "dev.transfer"),
    (r"HKCU\Software\Martin Prikryl\WinSCP 2\Configuration\Security", "MasterPasswordVerifier", "dev.transfer"),
    (r"HKCU\Software\FTPware\CoreFTP\Sites\1", "PW", "dev.transfer"),
    (r"HKCU\Software\HeidiSQL\Servers\a", "x", "dev.databases"),
    (r"HKCU\Software\ODBC\ODBC.INI\warehouse", "PWD", "dev.databases"),
    (r"HKCU\Software\Valve\Steam", "AutoLoginUser", "app.games"),
    (r"HKCU\Environment", "DEPLOY_KEY", "environment"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment", "NUGET_KEY", "environment"),
];

#[test]
fn places_are_refused_in_every_disguise() {
    for (place, name, rule) in PLACES {
        for disguised in disguises(place) {
            for data in data() {
                let seen = value(&disguised, name, &data);
                assert!(seen.is_some(), "{disguised}!{name} as {}", data.kind.0);
                assert!(seen == Some(rule) || disguised != place, "{place}!{name}: {seen:?}");
            }
            let shouted = value(&disguised.to_uppercase(), &name.to_uppercase(), &Value::text("hidden"));
            assert!(shouted.is_some(), "{disguised}!{name} in upper case");
            let whispered = value(&disguised.to_lowercase(), &name.to_lowercase(), &Value::text("hidden"));
            assert!(whispered.is_some(), "{disguised}!{name} in lower case");
        }
    }
}

/// The same place as Windows shows and keeps it elsewhere.
pub(crate) fn disguises(place: &str) -> Vec<String> {
    let mut all = vec![place.to_owned()];
    if let Some((root, rest)) = place.split_once(r"\Software\").or_else(|| place.split_once(r"\SOFTWARE\")) {
        all.push(format!(r"{root}\Software\WOW6432Node\{rest}"));
        all.push(format!(r"HKCU\Software\Classes\VirtualStore\MACHINE\SOFTWARE\{rest}"));
        all.push(format!(r"HKCU\Software\Classes\VirtualStore\MACHINE\SOFTWARE\Wow6432Node\{rest}"));
        all.push(format!(r"HKU\S-1-5-21-1-2-3-1001\Software\{rest}"));
        all.push(format!(r"HKU\S-1-5-21-1-2-3-1001_Classes\VirtualStore\MACHINE\SOFTWARE\{rest}"));
        all.push(format!(r"HKU\.DEFAULT\Software\{rest}"));
        all.push(format!(r"HKCR\Local Settings\Software\{rest}"));
        all.push(format!(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Terminal Server\Install\Software\{rest}"));
        all.push(format!(r"{}\Software\{rest}", if root == "HKLM" { "HKCU" } else { "HKLM" }));
        all.push(format!(r"HKCU\Backup\Software\{rest}"));
    } else if let Some(rest) = place.strip_prefix(r"HKLM\SYSTEM\CurrentControlSet\") {
        all.extend(["ControlSet001", "ControlSet002", "controlset012"].map(|set| format!(r"HKLM\SYSTEM\{set}\{rest}")));
        all.push(format!(r"HKLM\OFFLINE\ControlSet001\{rest}"));
    } else if let Some(rest) = place.strip_prefix(r"HKCU\") {
        all.push(format!(r"HKU\S-1-5-21-1-2-3-1001\{rest}"));
        all.push(format!(r"HKU\.DEFAULT\{rest}"));
    }
    all
}

/// Data of the expected types and of others.
fn data() -> Vec<Value> {
    let kinds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x0002_0000, 0xffff_0011];
    let of_kind = |kind| Value { kind: ValueType(kind), data: utf16("hidden words\0") };
    kinds.map(of_kind).into_iter().chain([binary(b"\x01\x02\x03\xf4\xf5\xf6\xf7\xf8"), binary(b"abcd")]).collect()
}

/// Names of secrets in places that nobody has heard of.
#[test]
fn names_are_refused_wherever_they_stand() {
    let names = [
        "Password",
        "password",
        "PASSWORD",
        "UserPassword",
        "Proxy Password",
        "db_passwd",
        "Pwd",
        "EncPwd",
        "ProxyPW",
        "Passphrase",
        "ApiKey",
        "API_KEY",
        "apikey",
        "X-Api-Key",
        "ClientSecret",
        "client_secret",
        "Secret",
        "AuthToken",
        "accessToken",
        "RefreshToken2",
        "token",
        "PrivateKey",
        "private-key",
        "cpassword",
        "ConnectionString",
        "SharedAccessKey",
        "AccountKey",
        "WpaKey",
        "PreSharedKey",
        "keyMaterial",
        "PSK",
        "LicenseKey",
        "Credentials",
        "EncryptedPassword",
        "Kennwort",
        "ProductKey",
        "DigitalProductId",
        "RecoveryKey",
        "SAVED.PASSWORD.1",
        "PinCode",
    ];
    let places = [r"HKCU\Software\Nobody\Program", r"HKLM\SOFTWARE\WOW6432Node\Nobody", r"HKCU\Control Panel\Desktop"];
    for name in names {
        for place in places {
            for data in data() {
                assert!(value(place, name, &data).is_some(), "{place}!{name} as {}", data.kind.0);
            }
        }
        let key = format!(r"HKCU\Software\Nobody\{name}");
        assert!(value(&key, "", &Value::text("hidden words")).is_some(), "{key}");
    }
    for key in
        [r"HKCU\Software\Nobody\Passwords\mail", r"HKCU\Software\Nobody\Saved Credentials", r"HKCU\Nobody\Api-Keys\1"]
    {
        assert!(value(key, "one", &Value::text("hidden words")).is_some(), "{key}");
    }
}
