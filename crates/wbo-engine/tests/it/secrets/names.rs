//! Names of values that are those of secrets, and names that only look so.

use crate::secrets::support::{utf16, value};
use registry::{Value, ValueType};

fn named(name: &str) -> bool {
    let text = Value { kind: ValueType::SZ, data: utf16("some words\0") };
    value(r"HKCU\Software\Nobody\Program", name, &text).is_some()
}

#[test]
fn words_are_told_from_their_parts() {
    let must = [
        "Password",
        "PassWord",
        "PASSWD",
        "userPwd",
        "user_pwd",
        "PW",
        "FtpPw",
        "Passphrase",
        "DBPassword1",
        "api-key",
        "APIKey",
        "MyApiKey",
        "Secret",
        "secrets",
        "AppSecret",
        "authToken",
        "X-Auth-Token",
        "oauth.access.token",
        "TokenCache",
        "SSHKey",
        "Private Key",
        "sharedSecret",
        "WEP Key",
        "EncryptionKey",
        "ConnectionString",
        "Credential",
        "Creds",
        "Authorization",
        "UserCredentials",
        "SessionCookie",
        "activationKey",
        "Serial Key",
        "bearer",
        "jwt",
        "ProxyPass",
        "OTP Secret",
        "MasterKey",
        "SASToken",
        "AUTHKEY",
        "PublicKeyTokenPassword",
        r"C:\Nobody\password",
    ];
    let must_not = [
        "KeyboardDelay",
        "KeyboardSpeed",
        "KeyLabelSize",
        "HotkeyEnabled",
        "HotKey",
        "VKToggleGameBar",
        "VKMTakeScreenshot",
        "AccentColor",
        "ScreenSaverIsSecure",
        "PassportEnabled",
        "PassThrough",
        "BypassProxy",
        "ProxyBypass",
        "Compass",
        "Secretary",
        "SecureBoot",
        "SecretSanta",
        "TokenBroker",
        "TokenId",
        "DefaultTokenId",
        "PublicKeyToken",
        "Tokenizer",
        "MaxTokens",
        "StickyKeys",
        "FilterKeys",
        "ToggleKeys",
        "KeyRepeat",
        "PrimaryKey",
        "RegistryKey",
        "SortKey",
        "LastKey",
        "ExtendedEditKey",
        "PrintScreenKeyForSnippingEnabled",
        "IsVoiceTypingKeyEnabled",
        "Author",
        "Authors",
        "AuthorName",
        "CredentialProvider",
        "LastCredentialProvider",
        "CredUI",
        "Cookies",
        "Personal",
        "Assets",
        "Association",
        "Classes",
        "PinnedItems",
        "TaskbarPin",
        "SpinRate",
        "Opinion",
        "Hash",
        "ProgId",
        "Passive",
        "Passes",
        "Assassin",
        "Jwtf",
        "Monkey",
        "Turkey",
        "Keyless",
        "Keywords",
        "Bearing",
        "Forbearers",
        "PasswordExpiryWarning",
        "TimeZoneKeyName",
        "NOC_GLOBAL_SETTING_ALLOW_NOTIFICATION_SOUND",
        "ThreeFingerTapEnabled",
        "ConnectionSettings",
        "Connections",
        "DefaultConnectionSettings",
        "PuttyRegistryStorageKey",
        r"C:\Program Files\Password Depot\PasswordDepot.exe",
        "{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}",
        "",
        "1",
        "(Default)",
    ];
    for name in must {
        assert!(named(name), "{name} is the name of a secret");
    }
    for name in must_not {
        assert!(!named(name), "{name} is not the name of a secret");
    }
}

#[test]
fn switches_are_no_secrets() {
    for data in [Value::text("yes"), Value::text("0"), Value::dword(1), Value::text(""), Value::dword(30)] {
        assert_eq!(value(r"HKCU\Software\Nobody", "RememberPassword", &data), None, "{data:?}");
        assert_eq!(value(r"HKCU\Software\Nobody\Credentials", "Enabled", &data), None, "{data:?}");
    }
    for data in [Value::text("yesno"), Value::dword(1234), Value::text("12")] {
        assert!(value(r"HKCU\Software\Nobody", "RememberPassword", &data).is_some(), "{data:?}");
    }
}
