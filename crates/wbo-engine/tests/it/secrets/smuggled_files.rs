//! Files with secrets, reached by every way that leads to them.

use crate::secrets::support::{file, folders, path};
use wbo_engine::secrets::Secrets;

/// Files of the user, below his folder, and the rule that has to see them.
const OF_USER: [(&str, &str); 78] = [
    (r"AppData\Roaming\Microsoft\Protect\S-1-5-21\key", "windows.dpapi"),
    (r"AppData\Roaming\Microsoft\Protect\CREDHIST", "windows.dpapi"),
    (r"AppData\Local\Microsoft\Credentials\AB12", "windows.credentials"),
    (r"AppData\Roaming\Microsoft\Credentials\AB12", "windows.credentials"),
    (r"AppData\Local\Microsoft\Vault\x\y.vcrd", "windows.credentials"),
    (r"AppData\Roaming\Microsoft\Crypto\RSA\S-1\key", "windows.keys"),
    (r"AppData\Roaming\Microsoft\SystemCertificates\My\Keys\AB", "windows.keys"),
    (r"Documents\mine.pfx", "windows.keys"),
    (r"AppData\Local\Microsoft\Ngc\x", "windows.hello"),
    (r"AppData\Local\Microsoft\TokenBroker\Cache\a.tbres", "windows.identity"),
    (r"AppData\Local\Microsoft\IdentityCache\1\x", "windows.identity"),
    (r"AppData\Local\Microsoft\OneAuth\accounts\x", "windows.identity"),
    (r"AppData\Local\Packages\Microsoft.AAD.BrokerPlugin_cw5n1h2txyewy\AC\x", "windows.identity"),
    (r"AppData\Local\Packages\Some.App_123\AC\TokenBroker\Accounts\x", "windows.identity"),
    (r"NTUSER.DAT", "windows.sam"),
    (r"ntuser.dat.LOG1", "windows.sam"),
    (r"AppData\Local\Microsoft\Windows\UsrClass.dat", "windows.sam"),
    (r"AppData\Local\CrashDumps\app.exe.1.dmp", "windows.sam"),
    (r"AppData\Local\ConnectedDevicesPlatform\L.alice\ActivitiesCache.db", "windows.cloud-store"),
    (r"AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\ConsoleHost_history.txt", "windows.clipboard"),
    (
        r"AppData\Local\Packages\Microsoft.MicrosoftStickyNotes_8wekyb3d8bbwe\LocalState\plum.sqlite",
        "windows.clipboard",
    ),
    (r"OpenVPN\config\work.ovpn", "network.vpn"),
    (r"AppData\Local\Microsoft\Remote Desktop Connection Manager\RDCMan.settings", "network.remote-desktop"),
    (r"Documents\servers.rdg", "network.remote-desktop"),
    (r"AppData\Roaming\mRemoteNG\confCons.xml", "network.remote-desktop"),
    (r"AppData\Roaming\AnyDesk\service.conf", "network.remote-control"),
    (r"AppData\Local\Google\Chrome\User Data\Default\Login Data", "browser.chromium"),
    (r"AppData\Local\Google\Chrome\User Data\Profile 2\Network\Cookies", "browser.chromium"),
    (r"AppData\Local\Google\Chrome\User Data\Local State", "browser.chromium"),
    (r"AppData\Local\Microsoft\Edge\User Data\Default\Login Data", "browser.chromium"),
    (r"AppData\Local\BraveSoftware\Brave-Browser\User Data\Default\Login Data", "browser.chromium"),
    (r"AppData\Local\Vivaldi\User Data\Default\Login Data", "browser.chromium"),
    (r"AppData\Roaming\Opera Software\Opera Stable\Login Data", "browser.chromium"),
    (r"AppData\Local\Nobody\Browser\User Data\Default\Login Data", "browser.chromium"),
    (r"AppData\Roaming\Mozilla\Firefox\Profiles\a.default\key4.db", "browser.firefox"),
    (r"AppData\Roaming\Mozilla\Firefox\Profiles\a.default\logins.json", "browser.firefox"),
    (r"AppData\Roaming\Mozilla\Firefox\Profiles\a.default\cookies.sqlite-wal", "browser.firefox"),
    (r"AppData\Roaming\Waterfox\Profiles\a\logins.json", "browser.firefox"),
    (r"AppData\Local\Microsoft\Windows\INetCookies\x.cookie", "browser.internet-explorer"),
    (r"AppData\Local\Microsoft\Outlook\a.ost", "mail.outlook"),
    (r"Documents\Outlook Files\mail.pst", "mail.outlook"),
    (r"AppData\Roaming\Thunderbird\Profiles\a\prefs.js", "mail.other"),
    (r"Documents\passwords.kdbx", "passwords.managers"),
    (r"AppData\Roaming\KeePass\KeePass.config.xml", "passwords.managers"),
    (r"AppData\Roaming\Bitwarden\data.json", "passwords.managers"),
    (r"AppData\Local\1Password\data\x.sqlite", "passwords.managers"),
    (r"AppData\Local\Microsoft\OneDrive\settings\Personal\x.dat", "cloud.onedrive"),
    (r"AppData\Roaming\rclone\rclone.conf", "cloud.storage"),
    (r"AppData\Roaming\Cyberduck\Bookmarks\a.duck", "cloud.storage"),
    (r"AppData\Local\Dropbox\instance1\config.dbx", "cloud.storage"),
    (r".aws\credentials", "cloud.tools"),
    (r".azure\msal_token_cache.json", "windows.identity"),
    (r".kube\config", "cloud.tools"),
    (r"AppData\Roaming\gcloud\credentials.db", "cloud.tools"),
    (r".ssh\id_ed25519", "dev.ssh"),
    (r".ssh\config", "dev.ssh"),
    (r".gnupg\private-keys-v1.d\x.key", "dev.ssh"),
    (r"Documents\server.ppk", "dev.ssh"),
    (r"AppData\Roaming\FileZilla\sitemanager.xml", "dev.transfer"),
    (r"AppData\Roaming\FileZilla\recentservers.xml", "dev.transfer"),
    (r".git-credentials", "dev.git"),
    (r".config\git\credentials", "dev.git"),
    (r"_netrc", "dev.git"),
    (r"AppData\Roaming\GitHub CLI\hosts.yml", "dev.git"),
    (r"AppData\Roaming\Subversion\auth\svn.simple\ab", "dev.git"),
    (r".npmrc", "dev.packages"),
    (r".pypirc", "dev.packages"),
    (r".cargo\credentials.toml", "dev.packages"),
    (r".m2\settings-security.xml", "dev.packages"),
    (r".docker\config.json", "dev.packages"),
    (r"AppData\Roaming\Composer\auth.json", "dev.packages"),
    (r"AppData\Roaming\Code\User\globalStorage\state.vscdb", "dev.editors"),
    (r"AppData\Roaming\Microsoft\UserSecrets\x\secrets.json", "dev.editors"),
    (r"AppData\Roaming\postgresql\pgpass.conf", "dev.databases"),
    (r".dbvis\config70\dbvis.xml", "dev.databases"),
    (r"AppData\Roaming\Slack\Cookies", "browser.chromium"),
    (r"AppData\Roaming\.purple\accounts.xml", "app.messages"),
    (r"AppData\Roaming\Bitcoin\wallet.dat", "app.wallets"),
];

/// Files of the PC.
const OF_MACHINE: [(&str, &str); 18] = [
    (r"C:\Windows\System32\config\SAM", "windows.sam"),
    (r"C:\Windows\System32\config\SECURITY", "windows.sam"),
    (r"C:\Windows\System32\config\RegBack\SYSTEM", "windows.sam"),
    (r"C:\Windows\System32\Microsoft\Protect\S-1-5-18\key", "windows.dpapi"),
    (r"C:\Windows\ServiceProfiles\LocalService\AppData\Local\Microsoft\Ngc\x", "windows.hello"),
    (r"C:\Windows\System32\config\systemprofile\AppData\Local\Microsoft\Credentials\AB", "windows.credentials"),
    (r"C:\Windows\Panther\Unattend\Unattend.xml", "windows.setup"),
    (r"C:\Windows\System32\Sysprep\Panther\unattend.xml", "windows.setup"),
    (r"C:\Windows\NTDS\ntds.dit", "windows.sam"),
    (r"C:\ProgramData\Microsoft\Wlansvc\Profiles\Interfaces\{0}\{1}.xml", "network.wifi"),
    (r"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys\x", "windows.keys"),
    (r"C:\ProgramData\Microsoft\Vault\x\y", "windows.credentials"),
    (r"C:\ProgramData\Microsoft\Group Policy\History\{0}\Machine\Preferences\Groups\Groups.xml", "windows.laps"),
    (r"C:\ProgramData\ssh\ssh_host_rsa_key", "dev.ssh"),
    (r"C:\hiberfil.sys", "windows.sam"),
    (r"C:\$Recycle.Bin\S-1-5-21\$RABCDEF.txt", "windows.sam"),
    (r"C:\System Volume Information\x", "windows.sam"),
    (r"C:\Program Files (x86)\Steam\config\loginusers.vdf", "app.games"),
];

#[test]
fn files_of_users_are_refused_by_every_way() {
    for (name, rule) in OF_USER {
        let plain = format!(r"C:\Users\alice\{name}");
        assert_eq!(file(&plain), Some(rule), "{plain}");
        let mut ways = vec![
            format!(r"c:\USERS\ALICE\{}", name.to_uppercase()),
            format!(r"C:\Users\alice\{}", name.to_lowercase()),
            format!(r"\\?\C:\Users\alice\{name}"),
            format!(r"C:/Users/alice/{}", name.replace('\\', "/")),
            format!(r"C:\Users\bob\{name}"),
            format!(r"D:\Users\alice\{name}"),
            format!(r"C:\USERS~1\ALICE~1\{name}"),
            format!(r"C:\Documents and Settings\alice\{name}"),
            format!(r"C:\DOCUME~1\alice\{name}"),
            format!(r"C:\Windows.old\Users\alice\{name}"),
            format!(r"D:\Backup\2024\Users\alice\{name}"),
            format!(r"C:\Users\alice\{name}."),
            format!(r"C:\Users\alice\{name} "),
            format!(r"C:\Users\alice\{}", short(name)),
        ];
        for (long, link) in [
            (r"AppData\Roaming\", r"Application Data\"),
            (r"AppData\Local\", r"Local Settings\Application Data\"),
            (r"AppData\Local\", r"AppData\Local\Application Data\Application Data\"),
            (r"AppData\Local\", r"AppData\Local\Packages\Some.App_123\LocalCache\Local\"),
            (r"AppData\Roaming\", r"AppData\Local\Packages\Some.App_123\LocalCache\Roaming\"),
            (r"AppData\Roaming\", r"AppData\Local\"),
        ] {
            ways.extend(name.strip_prefix(long).map(|rest| format!(r"C:\Users\alice\{link}{rest}")));
        }
        for way in ways {
            assert!(file(&way).is_some(), "{way}");
        }
    }
}

#[test]
fn files_of_the_machine_are_refused_by_every_way() {
    for (name, rule) in OF_MACHINE {
        assert_eq!(file(name), Some(rule), "{name}");
        let ways = [
            name.to_uppercase(),
            name.to_lowercase(),
            name.replace(r"C:\", r"D:\"),
            name.replace(r"C:\", r"E:\Backup\"),
            name.replace(r"C:\Windows\", r"C:\Windows.old\Windows\"),
            name.replace(r"C:\Windows\", r"C:\WINNT\"),
            name.replace(r"\System32\", r"\Sysnative\"),
            name.replace(r"\System32\", r"\SysWOW64\"),
            name.replace(r"C:\ProgramData\", r"C:\Users\All Users\"),
            name.replace(r"C:\ProgramData\", r"C:\PROGRA~3\"),
            name.replace(r"C:\ProgramData\", r"C:\ProgramData\Application Data\"),
            name.replace(r"C:\ProgramData\", r"C:\Documents and Settings\All Users\Application Data\"),
            format!(r"C:\{}", short(&name[3..])),
        ];
        for way in ways {
            assert!(file(&way).is_some(), "{way}");
        }
    }
}

#[test]
fn folders_that_were_moved_are_known() {
    let mut folders = folders();
    folders.set(wbo_engine::KnownFolder::AppData, path(r"E:\Roaming"));
    folders.set(wbo_engine::KnownFolder::UserProfile, path(r"F:\People\alice"));
    folders.set(wbo_engine::KnownFolder::ProgramData, path(r"G:\Shared"));
    for text in [
        r"E:\Roaming\Microsoft\Protect\x",
        r"F:\People\alice\OpenVPN\config\a",
        r"G:\Shared\Microsoft\Wlansvc\Profiles",
    ] {
        assert!(Secrets::standard().file(&path(text), &folders).is_some(), "{text}");
    }
}

#[test]
fn a_stream_of_a_file_is_the_file() {
    let with_stream = wbo_engine::WindowsPath::new('C', vec!["x".into(), "key4.db::$DATA".into()]);
    assert!(Secrets::standard().file(&with_stream, &folders()).is_some());
}

/// The path in short names, as Windows makes them.
fn short(path: &str) -> String {
    let short = |name: &str| {
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, extension),
            _ => (name, ""),
        };
        let fits =
            stem.len() <= 8 && extension.len() <= 3 && !stem.contains([' ', '.', '+', ',']) && !name.starts_with('.');
        if fits {
            return name.to_owned();
        }
        let kept: String = stem.chars().filter(|character| !matches!(character, ' ' | '.')).take(6).collect();
        let dot = if extension.is_empty() { "" } else { "." };
        let extension: String = extension.chars().take(3).collect();
        format!("{kept}~1{dot}{extension}").to_uppercase()
    };
    path.split('\\').map(short).collect::<Vec<_>>().join("\\")
}
