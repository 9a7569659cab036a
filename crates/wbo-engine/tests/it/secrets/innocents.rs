//! Ordinary settings, which pass.

use std::path::Path;

use registry::{Value, ValueType};
use wbo_engine::secrets::Secrets;

use crate::secrets::support::{binary, content, file, key, utf16, value};

/// Settings of Windows from Microsoft's and others' lists.
const SETTINGS: [(&str, &str); 140] = [
    (r"HKCU\Control Panel\Desktop", "RestorePreviousStateRecalcBehavior"),
    (r"HKCU\Control Panel\Cursors", "CursorDeadzoneJumpingSetting"),
    (r"HKCU\Software\Microsoft\DirectX\UserGpuPreferences", "DirectXUserGlobalSettings"),
    (r"HKCU\AppEvents\Schemes", "(Default)"),
    (r"HKCU\Software\Microsoft\Multimedia\Audio", "UserDuckingPreference"),
    (r"HKCU\Control Panel\Sound", "Beep"),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Notifications\Settings",
        "NOC_GLOBAL_SETTING_ALLOW_NOTIFICATION_SOUND",
    ),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ShowNotificationIcon"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\ContentDeliveryManager", "SubscribedContent-338389Enabled"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\StorageSense\Parameters\StoragePolicy", "01"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\StorageSense\Parameters\StoragePolicy", "2048"),
    (r"HKCU\Control Panel\Desktop", "WindowArrangementActive"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "EnableSnapAssistFlyout"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "MultiTaskingAltTabFilter"),
    (r"HKCU\Software\Microsoft\Clipboard", "EnableClipboardHistory"),
    (r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Winlogon", "RestartApps"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "IsBatteryPercentageEnabled"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced\TaskbarDeveloperSettings", "TaskbarEndTask"),
    (r"HKCU\Console\%%Startup", "DelegationConsole"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System", "ConsentPromptBehaviorAdmin"),
    (r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings", "AllowMUUpdateService"),
    (r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings", "RestartNotificationsAllowed2"),
    (r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings", "SmartActiveHoursState"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\SearchSettings", "IsDynamicSearchBoxEnabled"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\SearchSettings", "IsMSACloudSearchEnabled"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Privacy", "TailoredExperiencesWithDiagnosticDataEnabled"),
    (r"HKCU\Software\Microsoft\Siuf\Rules", "NumberOfSIUFInPeriod"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize", "AppsUseLightTheme"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize", "EnableTransparency"),
    (r"HKCU\Software\Microsoft\Windows\DWM", "ColorPrevalence"),
    (r"HKCU\Software\Microsoft\Windows\DWM", "AccentColor"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Accent", "AccentPalette"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes", "CurrentTheme"),
    (r"HKCU\Control Panel\Desktop", "WallpaperStyle"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Wallpapers", "BackgroundType"),
    (r"HKCU\Control Panel\Personalization\Desktop Slideshow", "Interval"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Lock Screen", "SlideshowEnabled"),
    (r"HKCU\Control Panel\Desktop", "ScreenSaveActive"),
    (r"HKCU\Control Panel\Desktop", "UserPreferencesMask"),
    (r"HKCU\Control Panel\Desktop", "DragFullWindows"),
    (r"HKCU\Control Panel\Desktop", "MenuShowDelay"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ListviewAlphaSelect"),
    (r"HKCU\Control Panel\Desktop\WindowMetrics", "CaptionFont"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer", "link"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Search", "SearchboxTaskbarMode"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "TaskbarDa"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ShowCopilotButton"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "MMTaskbarGlomLevel"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "MMTaskbarMode"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "TaskbarFlashing"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "TaskbarSd"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "TaskbarSmallIcons"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "TaskbarSizeMove"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer", "EnableAutoTray"),
    (r"HKCU\Software\Microsoft\Lighting", "AmbientLightingEnabled"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings", "ProxyEnable"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\RasMan\Parameters\Config\VpnCostedNetworkSettings", "NoCostedNetwork"),
    (r"HKLM\SOFTWARE\Microsoft\WcmSvc\CellularFailover", "AllowFailover"),
    (r"HKCU\Control Panel\Desktop", "LockScreenAutoLockActive"),
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\SystemSettings\AccountNotifications",
        "EnableAccountNotifications",
    ),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders", "Desktop"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\tzautoupdate", "Start"),
    (r"HKCU\Control Panel\TimeDate", "DstNotification"),
    (r"HKCU\Control Panel\International", "LocaleName"),
    (r"HKCU\Control Panel\International", "sShortDate"),
    (r"HKCU\Control Panel\International", "sShortTime"),
    (r"HKCU\Control Panel\International", "iFirstDayOfWeek"),
    (r"HKCU\Control Panel\International", "sDecimal"),
    (r"HKCU\Control Panel\International", "sGrouping"),
    (r"HKCU\Control Panel\International", "sList"),
    (r"HKCU\Control Panel\International", "sCurrency"),
    (r"HKCU\Control Panel\International", "sMonThousandSep"),
    (r"HKCU\Control Panel\International", "iNegNumber"),
    (r"HKCU\Control Panel\International", "iCalendarType"),
    (r"HKCU\Control Panel\International", "iPaperSize"),
    (r"HKCU\Control Panel\International\Geo", "Nation"),
    (r"HKCU\Control Panel\International\User Profile", "Languages"),
    (r"HKCU\Control Panel\International\User Profile", "InputMethodOverride"),
    (r"HKCU\Keyboard Layout\Preload", "1"),
    (r"HKCU\Keyboard Layout", "Attributes"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Keyboard Layout", "Scancode"),
    (r"HKCU\Software\Microsoft\input\Settings", "EnableDoubleTapSpace"),
    (r"HKCU\Software\Microsoft\input\Settings", "IsVoiceTypingKeyEnabled"),
    (r"HKCU\Software\Microsoft\input\Settings", "EnableHwkbTextPrediction"),
    (r"HKCU\Software\Microsoft\TabletTip\1.7", "IsKeyBackgroundEnabled"),
    (r"HKCU\Software\Microsoft\Speech_OneCore\Settings\OnlineSpeechPrivacy", "HasAccepted"),
    (r"HKCU\Control Panel\Accessibility", "DynamicScrollbars"),
    (r"HKCU\Control Panel\Cursors", "CursorBaseSize"),
    (r"HKCU\Control Panel\Cursors", "(Default)"),
    (r"HKCU\Software\Microsoft\Accessibility\CursorIndicator", "IndicatorType"),
    (r"HKCU\Control Panel\Desktop", "CaretWidth"),
    (r"HKCU\Software\Microsoft\ScreenMagnifier", "Magnification"),
    (r"HKCU\Software\Microsoft\ScreenMagnifier", "MagnificationMode"),
    (r"HKCU\Software\Microsoft\ColorFiltering", "FilterType"),
    (r"HKCU\Control Panel\Accessibility\HighContrast", "Flags"),
    (r"HKCU\Software\Microsoft\Narrator\NoRoam", "DuckAudio"),
    (r"HKCU\Control Panel\Accessibility\StickyKeys", "Flags"),
    (r"HKCU\Control Panel\Accessibility\Keyboard Response", "Flags"),
    (r"HKCU\Control Panel\Accessibility\MouseKeys", "Flags"),
    (r"HKCU\Control Panel\Accessibility\SoundSentry", "Flags"),
    (r"HKCU\Software\Microsoft\input\EC", "Enabled"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "HideFileExt"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ShowSuperHidden"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "LaunchTo"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "IconsOnly"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ShowTypeOverlay"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "HideDrivesWithNoMedia"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "SeparateProcess"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ShowDriveLettersFirst"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ShowInfoTip"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "ShowStatusBar"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "SharingWizardOn"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "NavPaneExpandToCurrentFolder"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced", "NavPaneShowAllCloudStates"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer", "ShowFrequent"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer", "ShellState"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\CabinetState", "Settings"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Search\Preferences", "WholeFileSystem"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Ribbon", "QatItems"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\ControlPanel", "AllItemsIconView"),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI\BootAnimation", "DisableStartupSound"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server", "fDenyTSConnections"),
    (r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings", "AllowAutoWindowsUpdateDownloadOverMeteredNetwork"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Accent", "AccentColorMenu"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\ContentDeliveryManager", "RotatingLockScreenEnabled"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Map Network Drive MRU", "a"),
    (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections", "DefaultConnectionSettings"),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\NetworkList\Profiles\{guid}", "ProfileName"),
    (r"HKCU\Control Panel\Desktop", "DelayLockInterval"),
    (r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Winlogon", "EnableGoodbye"),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation", "TimeZoneKeyName"),
    (r"HKCU\Keyboard Layout\Toggle", "Hotkey"),
    (r"HKCU\Software\Microsoft\Narrator\NoRoam", "WinEnterLaunchEnabled"),
    (r"HKCU\Software\Microsoft\Narrator", "*(VoiceSpeed"),
    (r"HKCU\Control Panel\Accessibility\ToggleKeys", "Flags"),
    (r"HKCU\Control Panel\Accessibility\Keyboard Response", "AutoRepeatDelay"),
    (r"HKCU\Control Panel\Desktop", "ClickLockTime"),
    (r"HKCU\Control Panel\Keyboard", "KeyboardDelay"),
    (r"HKCU\Control Panel\Keyboard", "KeyboardSpeed"),
    (r"HKCU\Control Panel\Keyboard", "PrintScreenKeyForSnippingEnabled"),
];

#[test]
fn settings_of_windows_pass() {
    let data = [
        Value::dword(1),
        Value::dword(0xff00_1234),
        Value::text("some words"),
        Value::text(r"C:\Users\alice\Pictures\beach at night.jpg"),
        Value { kind: ValueType::EXPAND_SZ, data: utf16("%USERPROFILE%\\Pictures\0") },
        binary(&[0x9e, 0x3e, 7, 0x80, 0x12, 0, 0, 0]),
    ];
    for (place, name) in SETTINGS {
        let denied = Secrets::standard().key(&key(place)).map(|rule| rule.id.as_str());
        assert_eq!(denied, None, "{place}");
        for data in &data {
            assert_eq!(value(place, name, data), None, "{place}!{name}");
        }
    }
}

/// Values as Windows writes them.
#[test]
fn values_of_windows_pass() {
    let texts = [
        (
            r"HKCU\Software\Microsoft\DirectX\UserGpuPreferences",
            "DirectXUserGlobalSettings",
            "SwapEffectUpgradeEnable=1;VRROptimizeEnable=0;",
        ),
        (r"HKCU\Control Panel\Colors", "Background", "0 120 215"),
        (
            r"HKCU\Software\Microsoft\Windows NT\CurrentVersion\Windows",
            "Device",
            "Microsoft Print to PDF,winspool,Ne01:",
        ),
        (
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings",
            "ProxyServer",
            "http=proxy.example:8080;https=proxy.example:8443",
        ),
        (
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings",
            "ProxyOverride",
            "*.local;<local>;192.168.*",
        ),
        (
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings",
            "AutoConfigURL",
            "http://wpad.example/proxy.pac?user=me@example.com",
        ),
        (r"HKCU\Control Panel\International\User Profile", "Languages", "de-DE"),
        (r"HKCU\Environment", "Path", r"C:\Users\alice\bin;%USERPROFILE%\go\bin;C:\Program Files\Git\cmd"),
        (r"HKCU\Environment", "GIT_AUTHOR_NAME", "Alice"),
        (r"HKCU\Environment", "EDITOR", "code --wait"),
        (r"HKCU\Environment", "SSH_AUTH_SOCK", r"\\.\pipe\agent"),
        (r"HKCU\Software\Microsoft\Internet Explorer\Main", "FormSuggest PW Ask", "no"),
        (r"HKCU\Software\Microsoft\Internet Explorer\Main", "Start Page", "https://user@start.example/"),
        (
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders",
            "Cookies",
            r"%USERPROFILE%\AppData\Local\Microsoft\Windows\INetCookies",
        ),
        (
            r"HKCU\Software\Microsoft\Speech_OneCore\Voices",
            "DefaultTokenId",
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Speech_OneCore\Voices\Tokens\MSTTS_V110_deDE_HeddaM",
        ),
        (
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run",
            "Teams",
            r"C:\x\Update.exe --processStart Teams.exe --process-start-args system-initiated",
        ),
        (r"HKCU\Network\Z", "RemotePath", r"\\server\share"),
        (r"HKCU\Software\SimonTatham\PuTTY\Sessions\host", "HostName", "host.example"),
        (
            r"HKCU\Software\SimonTatham\PuTTY\SshHostKeys",
            "rsa2@22:host.example",
            "0x10001,0xc1abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        (r"HKCU\Software\Microsoft\Windows\CurrentVersion\SettingSync\Groups\Credentials", "Enabled", "0"),
        (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.txt\UserChoice", "ProgId", "txtfile"),
        (
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore\userAccountInformation",
            "Value",
            "Allow",
        ),
    ];
    for (place, name, text) in texts {
        assert_eq!(value(place, name, &Value::text(text)), None, "{place}!{name}");
    }
}

#[test]
fn ordinary_files_pass() {
    let places = [
        r"C:\Users\alice\AppData\Roaming\Microsoft\Windows\Themes\TranscodedWallpaper",
        r"C:\Users\alice\AppData\Local\Microsoft\Windows\Themes\Custom.theme",
        r"C:\Users\ALICE~1\Pictures\HOLIDA~1.JPG",
        r"C:\Users\alice\AppData\Local\Packages\Microsoft.Windows.StartMenuExperienceHost_cw5n1h2txyewy\LocalState\start2.bin",
        r"C:\Users\alice\AppData\Local\Packages\Microsoft.WindowsTerminal_8wekyb3d8bbwe\LocalState\settings.json",
        r"C:\Users\alice\AppData\Roaming\Code\User\settings.json",
        r"C:\Users\alice\AppData\Roaming\Code\User\keybindings.json",
        r"C:\Users\alice\AppData\Roaming\Code\User\snippets\rust.json",
        r"C:\Users\alice\AppData\Roaming\Notepad++\config.xml",
        r"C:\Users\alice\AppData\Roaming\vlc\vlcrc",
        r"C:\Users\alice\AppData\Roaming\Microsoft\UProof\CUSTOM.DIC",
        r"C:\Users\alice\AppData\Roaming\Microsoft\Templates\Normal.dotm",
        r"C:\Users\alice\AppData\Roaming\Microsoft\Signatures\work.htm",
        r"C:\Users\alice\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Tool.lnk",
        r"C:\Users\alice\AppData\Roaming\Microsoft\Windows\SendTo\Mail.lnk",
        r"C:\Users\alice\AppData\Roaming\Microsoft\Internet Explorer\Quick Launch\User Pinned\TaskBar\x.lnk",
        r"C:\Users\alice\AppData\Local\Microsoft\Windows\Fonts\Own.ttf",
        r"C:\Users\alice\.gitconfig",
        r"C:\Users\alice\.wslconfig",
        r"C:\Users\alice\.cargo\config.toml",
        r"C:\Users\alice\.vimrc",
        r"C:\Users\alice\.config\starship.toml",
        r"C:\Users\alice\Documents\PowerShell\Microsoft.PowerShell_profile.ps1",
        r"C:\Users\alice\Favorites\a.url",
        r"C:\Users\alice\AppData\Local\PowerToys\settings.json",
        r"C:\ProgramData\Microsoft\User Account Pictures\user.png",
        r"C:\Windows\Web\Wallpaper\Windows\img0.jpg",
        r"C:\Windows\Media\Windows Ding.wav",
        r"C:\Windows\System32\oobe\info\backgrounds\x.jpg",
    ];
    for place in places {
        assert_eq!(file(place), None, "{place}");
    }
}

#[test]
fn ordinary_texts_pass() {
    let texts = [
        "{\"editor.fontSize\": 14, \"editor.tokenColorCustomizations\": {\"comments\": \"#ff0000\"}, \"git.autofetch\": true}",
        "{\"workbench.colorTheme\": \"Dark\", \"editor.semanticTokenColorCustomizations\": {}, \"git.rememberPassword\": false}",
        "[user]\n\tname = Alice\n\temail = alice@example.com\n[credential]\n\thelper = manager\n[core]\n\tautocrlf = true\n",
        "[remote \"origin\"]\n\turl = git@github.com:alice/tool.git\n[url \"https://github.com/\"]\n",
        "$token = $env:TOKEN\n$password = Read-Host -AsSecureString\nSet-PSReadLineOption -EditMode Emacs\n",
        "function prompt { \"PS $pwd> \" }\nImport-Module posh-git\nif ($password -eq '') { }\n",
        "password: ${PASSWORD}\napi_key: <your key>\ntoken: %TOKEN%\nsecret: ****\n",
        "See http://example.com/a:b@c and mail sip:bob@example.com:5060 or https://example.com/@user:x",
        "Please enter your password: it is needed to unlock the screen.",
        "The bearer of this ticket may enter. Basic rules apply to the machine that you login to.",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQUJDREVGR0g\n-----END CERTIFICATE-----\n",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE alice@pc",
        "screen mode id:i:2\r\nfull address:s:host.example\r\nusername:s:alice\r\nprompt for credentials:i:0\r\n",
        "<WLANProfile><sharedKey><keyType>passPhrase</keyType><protected>true</protected></sharedKey></WLANProfile>",
        "<Configuration><Password></Password><Secret/><Token>  </Token></Configuration>",
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Control Panel\\Colors]\r\n\"Window\"=\"255 255 255\"\r\n",
        "SwapEffectUpgradeEnable=1;VRROptimizeEnable=0;AutoHDREnable=1;",
        "rememberPasswords=true\nshowPasswordChars=0\npassword=\nusePassword: no\n",
        "assembly=System.Drawing, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
        "a.b.c.d.e.f sk-SK disk-image-with-a-long-name task-force key-value npm_config_cache ghp_ AKIA SG.",
        "{\"profiles\": {\"list\": [{\"guid\": \"{61c54bbd-c2c6-5271-96e7-009a87ff44bf}\", \"commandline\": \"ssh alice@host\"}]}}",
        "https://cdn.example/app.js?sig=short&v=2",
    ];
    for text in texts {
        assert_eq!(content(text.as_bytes()), None, "{text}");
        assert_eq!(content(&utf16(text)), None, "{text} as UTF-16");
    }
    let noise: Vec<u8> = (0..300_000u64).map(|at| ((at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    assert_eq!(content(&noise), None);
}

/// The catalogue asks for nothing that is a secret, but where it says so itself.
#[test]
fn the_catalogue_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
    let mut places = 0;
    let mut flaws = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let toml: toml::Table = text.parse().unwrap();
        for setting in toml.get("setting").and_then(toml::Value::as_array).into_iter().flatten() {
            if setting.get("sensitivity").and_then(toml::Value::as_str) != Some("never") {
                let id = setting.get("id").and_then(toml::Value::as_str).unwrap();
                let parts =
                    setting.get("parts").and_then(toml::Value::as_table).into_iter().flat_map(|parts| parts.values());
                places += parts.chain([setting]).map(|place| check_place(id, place, &mut flaws)).sum::<usize>();
            }
        }
    }
    assert!(places > 0, "the catalogue has places");
    assert!(flaws.is_empty(), "{flaws:#?}");
}

fn check_place(id: &str, place: &toml::Value, flaws: &mut Vec<String>) -> usize {
    let text = |name: &str| place.get(name).and_then(toml::Value::as_str);
    let list = |name: &str| {
        let list = place.get(name).and_then(toml::Value::as_array).into_iter().flatten();
        list.filter_map(toml::Value::as_str).collect::<Vec<_>>()
    };
    let mut places = 0;
    for folder in [text("file"), text("hive")]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .chain(list("file").iter().map(|file| (*file).to_owned()))
    {
        let folder = folder.replace("**", "x").replace('*', "x");
        let known = [
            ("%APPDATA%", r"C:\Users\alice\AppData\Roaming"),
            ("%LOCALAPPDATA%", r"C:\Users\alice\AppData\Local"),
            ("%USERPROFILE%", r"C:\Users\alice"),
            ("%PUBLIC%", r"C:\Users\Public"),
            ("%PROGRAMDATA%", r"C:\ProgramData"),
            ("%SYSTEMROOT%", r"C:\Windows"),
        ];
        let path = known.iter().fold(folder, |path, (variable, place)| path.replace(variable, place));
        if let Some(rule) = file(&path) {
            flaws.push(format!("{id}: {path} is denied by {rule}"));
        }
        places += 1;
    }
    let Some(at) = text("key") else { return places };
    let keys = list("keys").into_iter().chain([""]).map(|keys| format!(r"{at}\{keys}").replace('*', "x"));
    let values: Vec<&str> = text("value").into_iter().chain(list("values")).collect();
    for keys in keys {
        let denied = Secrets::standard().key(&key(&keys)).map(|rule| rule.id.as_str());
        flaws.extend(denied.map(|rule| format!("{id}: {keys} is denied by {rule}")));
        for name in &values {
            let denied = value(&keys, &name.replace('*', "x"), &Value::text("some words"));
            flaws.extend(denied.map(|rule| format!("{id}: {keys}!{name} is denied by {rule}")));
        }
        places += 1;
    }
    places
}
