//! Files in which programs keep what nobody else may have. Ours hold one planted line each, which `demo/planted.toml` lists:
//! none of them may ever be found in a capture.

use super::{Content, Sample, sample};

pub(super) fn files(planted: &'static [(&str, &str)]) -> impl Iterator<Item = Sample> {
    planted.iter().map(|(path, line)| sample(*path, Content::Text(line)))
}

pub(super) const WINDOWS_11: &[(&str, &str)] = &[
    ("Users/alice/AppData/Roaming/Microsoft/Protect/CREDHIST", "planted-secret-dpapi-history"),
    (
        "Users/alice/AppData/Roaming/Microsoft/Protect/S-1-12-1-1111111111-1111111112-1111111113-1111111114/11111111-aaaa-4bbb-8ccc-000000000040",
        "planted-secret-dpapi-master-key",
    ),
    (
        "Users/alice/AppData/Roaming/Microsoft/Credentials/0123456789ABCDEF0123456789ABCDEF",
        "planted-secret-roaming-credential",
    ),
    (
        "Users/alice/AppData/Local/Microsoft/Credentials/0123456789ABCDEF0123456789ABCDEF",
        "planted-secret-local-credential",
    ),
    (
        "Users/alice/AppData/Local/Microsoft/Vault/4BF4C442-9B8A-41A0-B380-DD4A704DDB28/0123456789ABCDEF.vcrd",
        "planted-secret-vault",
    ),
    (
        "Users/alice/AppData/Roaming/Microsoft/Crypto/RSA/S-1-12-1-1111111111-1111111112-1111111113-1111111114/0123456789abcdef0123456789abcdef",
        "planted-secret-private-key",
    ),
    (
        "Users/alice/AppData/Roaming/Microsoft/SystemCertificates/My/Keys/0123456789ABCDEF0123456789ABCDEF01234567",
        "planted-secret-certificate-key",
    ),
    ("Users/alice/AppData/Local/Microsoft/TokenBroker/Cache/0123456789abcdef.tbres", "planted-secret-token-broker"),
    ("Users/alice/AppData/Local/Microsoft/IdentityCache/1/UD/0123456789abcdef.bin", "planted-secret-identity-cache"),
    ("Users/alice/AppData/Local/Microsoft/OneAuth/accounts/0123456789abcdef", "planted-secret-one-auth"),
    (
        "Users/alice/AppData/Local/Microsoft/Windows/Clipboard/Pinned/0123456789ABCDEF/content",
        "planted-secret-clipboard",
    ),
    (
        "Users/alice/AppData/Local/Packages/Microsoft.AAD.BrokerPlugin_cw5n1h2txyewy/AC/TokenBroker/Accounts/0123456789abcdef.tbacct",
        "planted-secret-entra-broker",
    ),
    (
        "Users/alice/AppData/Local/Packages/Microsoft.MicrosoftStickyNotes_8wekyb3d8bbwe/LocalState/plum.sqlite",
        "planted-secret-sticky-notes",
    ),
    ("Users/alice/AppData/Local/ConnectedDevicesPlatform/AAD.0123456789abcdef/Activity.db", "planted-secret-activity"),
    ("Users/alice/AppData/Local/Microsoft/Edge/User Data/Local State", "planted-secret-edge-local-state"),
    ("Users/alice/AppData/Local/Microsoft/Edge/User Data/Default/Login Data", "planted-secret-edge-logins"),
    ("Users/alice/AppData/Local/Microsoft/Edge/User Data/Default/Network/Cookies", "planted-secret-edge-cookies"),
    ("Users/alice/AppData/Local/Google/Chrome/User Data/Default/Login Data", "planted-secret-chrome-logins"),
    (
        "Users/alice/AppData/Roaming/Mozilla/Firefox/Profiles/abcd1234.default-release/key4.db",
        "planted-secret-firefox-key",
    ),
    (
        "Users/alice/AppData/Roaming/Mozilla/Firefox/Profiles/abcd1234.default-release/logins.json",
        "planted-secret-firefox-logins",
    ),
    ("Users/alice/AppData/Roaming/rclone/rclone.conf", "planted-secret-rclone"),
    ("Users/alice/AppData/Roaming/KeePass/KeePass.config.xml", "planted-secret-keepass"),
    ("Users/alice/AppData/Roaming/mRemoteNG/confCons.xml", "planted-secret-mremote"),
    ("Users/alice/AppData/Roaming/postgresql/pgpass.conf", "planted-secret-postgresql"),
    ("Users/alice/AppData/Roaming/GitHub CLI/hosts.yml", "planted-secret-github-cli"),
    (
        "Users/alice/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt",
        "planted-secret-typed-in-powershell",
    ),
    ("Users/alice/.aws/credentials", "planted-secret-aws"),
    ("Users/alice/.azure/msal_token_cache.json", "planted-secret-azure"),
    ("Users/alice/.config/git/credentials", "planted-secret-git-config-credentials"),
    ("Users/alice/.docker/config.json", "planted-secret-docker"),
    ("Users/alice/.git-credentials", "planted-secret-git-credentials"),
    ("Users/alice/.kube/config", "planted-secret-kubernetes"),
    ("Users/alice/.m2/settings.xml", "planted-secret-maven"),
    ("Users/alice/.netrc", "planted-secret-netrc"),
    ("Users/alice/.npmrc", "planted-secret-npm"),
    ("Users/alice/.pypirc", "planted-secret-pypi"),
    ("Users/alice/.ssh/id_ed25519", "planted-secret-ssh-key"),
    ("Users/Zoë Ångström/.git-credentials", "planted-secret-zoe-git-credentials"),
    ("Users/Zoë Ångström/.ssh/id_ed25519", "planted-secret-zoe-ssh-key"),
    (
        "Windows/ServiceProfiles/LocalService/AppData/Local/Microsoft/Ngc/11111111-aaaa-4bbb-8ccc-000000000041/1.dat",
        "planted-secret-windows-hello",
    ),
];

pub(super) const WINDOWS_10: &[(&str, &str)] = &[
    (
        "Users/bob/AppData/Roaming/Microsoft/Protect/S-1-5-21-2000000001-2000000002-2000000003-1104/22222222-aaaa-4bbb-8ccc-000000000040",
        "planted-secret-bob-dpapi-master-key",
    ),
    ("Users/bob/AppData/Local/Microsoft/Credentials/FEDCBA9876543210FEDCBA9876543210", "planted-secret-bob-credential"),
    ("Users/bob/AppData/Local/Google/Chrome/User Data/Default/Login Data", "planted-secret-bob-chrome-logins"),
    (
        "Users/bob/AppData/Roaming/Mozilla/Firefox/Profiles/dcba4321.default/logins.json",
        "planted-secret-bob-firefox-logins",
    ),
    ("Users/bob/.git-credentials", "planted-secret-bob-git-credentials"),
    ("Users/bob/.ssh/id_ed25519", "planted-secret-bob-ssh-key"),
];
