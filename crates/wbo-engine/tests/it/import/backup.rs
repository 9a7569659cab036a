//! What exports of Microsoft's own backup become.

use proptest::prelude::*;
use wbo_engine::import::{BackupDevice, BackupError, BackupImport, Imported};
use wbo_engine::secrets::Secrets;

use super::{left, secret, taken};
use crate::standard::catalogue;

const ONE: &str = "67585f9f-ee4b-4dd8-808e-d88375d66ef7";
const TWO: &str = "a4b9d6e7-8f3c-4d2a-b1e0-6c5f0e9a7d8b";
const ADVANCED: &str = "windows.data.fileexplorerclassic.folderoptionsadvancedsettings";

fn import(bytes: &[u8], device: Option<&str>) -> Result<Imported, BackupError> {
    BackupImport { catalogue: &catalogue(), secrets: Secrets::standard(), device }.import(bytes)
}

/// An export with decoded payloads, as the script writes it.
fn decoded(settings: &[(Option<&str>, &str, &str)]) -> String {
    let setting = |(device, kind, payload): &(Option<&str>, &str, &str)| {
        serde_json::json!({
            "Device": device, "PayloadType": kind, "SettingType": "backup", "LastModified": "2026-10-01T10:00:00Z",
            "Expiration": null, "Bytes": payload.len(), "DecodedPayload": payload,
        })
    };
    let settings: Vec<_> = settings.iter().map(setting).collect();
    let export = serde_json::json!({
        "exportedBy": "admin@contoso.com", "exportedUtc": "2026-10-02T10:00:00Z", "targetUser": "alice@contoso.com",
        "scope": "all devices", "includesPayload": true, "settingCount": settings.len(), "settings": settings,
    });
    export.to_string()
}

fn told(imported: &Imported) -> Vec<String> {
    let mut lines = taken(imported);
    let text = |text: &Option<profile_format::Text>| text.as_ref().map(profile_format::Text::to_string_lossy);
    lines.extend(imported.apps.store.iter().map(|app| format!("store: {} {:?}", app.family, text(&app.title))));
    lines.extend(
        imported
            .apps
            .desktop
            .iter()
            .map(|app| format!("desktop: {} {:?}", app.key.to_string_lossy(), app.winget.as_deref().unwrap_or("-"))),
    );
    lines.extend(left(&imported.unknown, &imported.refused));
    lines
}

#[test]
fn fields_are_settings() {
    let text = decoded(&[
        (None, ADVANCED, r#"{"showExtensions": true, "compactView": false, "migratedFromSSF": true, "novelty": 1}"#),
        (
            Some(ONE),
            "windows.data.background.desktopwallpaper",
            r#"{"Data": {"position": 1, "intervalInSeconds": 60,
            "shuffle": null, "itemId": "x"}}"#,
        ),
        (
            Some(ONE),
            "windows.data.platform.backuprestore.deviceprofile",
            &format!(
                r#"{{"profileId": "{{{}}}", "deviceDisplayName": "DESK-7", "isActive": true}}"#,
                ONE.to_uppercase()
            ),
        ),
        (Some(ONE), "windows.data.platform.settingsbackup.backupunitstore", "AAEC"),
        (Some(ONE), "windows.data.wifi.wifiprofile", r#"{"keyMaterial": "S3cretPw99"}"#),
        (None, "windows.data.account.secondaryaccounts", r#"{"accountDetails": []}"#),
        (None, "windows.data.input.historyfiles", "{}"),
        (None, "windows.data.lunarcalendar", r#"{"languageType": 2}"#),
        (
            None,
            "windows.data.apps.appmetadata",
            r#"{"appId": "Microsoft.Paint_8wekyb3d8bbwe", "appName": "Paint",
            "installSource": "Store MSIX", "isPinned": true}"#,
        ),
        (
            None,
            "windows.data.apps.appmetadata",
            r#"{"appId": "{23170F69-40C1-2702-2201-000001000000}",
            "appName": "7-Zip", "wingetID": "7zip.7zip"}"#,
        ),
    ]);
    let imported = import(text.as_bytes(), None).unwrap();
    assert_eq!(
        told(&imported),
        [
            "background.picture-position: Fit",
            "background.slideshow-interval: 60000 ms",
            "explorer.compact-view: Off",
            "explorer.show-extensions: Off",
            r#"store: Microsoft.Paint_8wekyb3d8bbwe Some("Paint")"#,
            r#"desktop: {23170F69-40C1-2702-2201-000001000000} "7zip.7zip""#,
            "unknown: windows.data.background.desktopwallpaper/itemId: the catalogue does not know it",
            &format!("unknown: {ADVANCED}/novelty: the catalogue does not know it"),
            "unknown: windows.data.lunarcalendar/languageType: the catalogue does not know it",
            "unknown: windows.data.platform.settingsbackup.backupunitstore: pieces of the registry and of files, in a form that \
         Microsoft does not document",
            "refused: windows.data.account.secondaryaccounts: accounts of a person; add them again",
            "refused: windows.data.input.historyfiles: it records what somebody did or typed, and is no setting",
            "refused: windows.data.wifi.wifiprofile: profiles of Wi-Fi networks hold their keys; connect again",
        ]
    );
    assert!(!format!("{imported:?}").contains("S3cret"));
    assert_eq!(imported.device.name, Some("DESK-7".into()));
    assert_eq!(imported.user.upn.as_deref(), Some("alice@contoso.com"));
    let facts = crate::plan::document(vec![], profile_format::Device::default()).facts;
    imported.into_document(facts).validate().unwrap();
}

#[test]
fn one_of_several_devices_is_chosen() {
    let text = decoded(&[
        (Some(ONE), ADVANCED, r#"{"showExtensions": true}"#),
        (Some(TWO), ADVANCED, r#"{"showExtensions": false}"#),
        (None, ADVANCED, r#"{"compactView": true}"#),
        (
            Some(TWO),
            "windows.data.platform.backuprestore.deviceprofile",
            &format!(r#"{{"profileId": "{TWO}", "deviceDisplayName": "Laptop"}}"#),
        ),
    ]);
    let devices = vec![
        BackupDevice { id: ONE.to_owned(), name: None },
        BackupDevice { id: TWO.to_owned(), name: Some("Laptop".to_owned()) },
    ];
    let several = BackupError::SeveralDevices { devices: devices.clone() };
    assert_eq!(several.to_string(), format!("the export is of 2 PCs: {ONE}, {TWO} (Laptop)"));
    assert_eq!(import(text.as_bytes(), None), Err(several));
    for asked in ["nowhere", &ONE[..7], "a"] {
        let missing = BackupError::NoSuchDevice { asked: asked.to_owned(), devices: devices.clone() };
        assert_eq!(import(text.as_bytes(), Some(asked)), Err(missing));
    }
    for (asked, extensions) in [(ONE, "Off"), (&ONE[..8], "Off"), ("laptop", "On"), (&*TWO.to_uppercase(), "On")] {
        let imported = import(text.as_bytes(), Some(asked)).unwrap();
        let expected = ["explorer.compact-view: On".to_owned(), format!("explorer.show-extensions: {extensions}")];
        assert_eq!(taken(&imported), expected, "{asked}");
    }
}

#[test]
fn answers_of_graph_have_payloads_in_base64() {
    let text = format!(
        r#"{{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": [
            {{"id": "default${ADVANCED}", "windowsDeviceId": "{ONE}", "settingType": "backup", "payloadType": "{ADVANCED}",
              "instances": [{{"id": "x", "payload": "eyJzaG93RXh0ZW5zaW9ucyI6ZmFsc2V9", "lastModifiedDateTime": "x"}}]}},
            {{"id": "y", "payloadType": "windows.data.lunarcalendar", "instances": [{{"payload": "not base64!"}}]}},
            {{"id": "z", "payloadType": "windows.data.nothing", "instances": []}}]}}"#
    );
    assert_eq!(
        told(&import(text.as_bytes(), None).unwrap()),
        [
            "explorer.show-extensions: On",
            "unknown: windows.data.lunarcalendar: its payload is not JSON, but in a form of its own",
        ]
    );
}

#[test]
fn what_is_no_export_is_refused() {
    let without = r#"{"settings": [{"Device": null, "PayloadType": "windows.data.lunarcalendar", "Bytes": 3}]}"#;
    let many = format!(r#"{{"settings": [{}]}}"#, vec!["{}"; 70_000].join(","));
    let rows = [
        ("{}", BackupError::NotAnExport),
        ("[]", BackupError::NotAnExport),
        (without, BackupError::NoPayloads),
        (&*many, BackupError::TooMany { found: 70_000, most: 65_536 }),
    ];
    for (text, expected) in rows {
        assert_eq!(import(text.as_bytes(), None).unwrap_err(), expected);
    }
    assert!(matches!(import(b"\xff\xff", None), Err(BackupError::Json(_))));
    assert!(matches!(import(b"PK\x03\x04", None), Err(BackupError::Zip(_))));
    let empty_archive = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    assert_eq!(import(&empty_archive, None).unwrap_err(), BackupError::NoManifest);
    for text in [r#"{"settings": 7}"#, r#"{"settings": [7, {"PayloadType": 3}]}"#, r#"{"value": {"instances": 1}}"#] {
        assert!(import(text.as_bytes(), None).unwrap().sections.is_empty(), "{text}");
    }
}

#[test]
fn two_fields_that_contradict_each_other_are_told() {
    let text = decoded(&[
        (None, "windows.data.fileexplorerclassic.shellstatesetting", r#"{"sepProcess": true}"#),
        (None, "windows.data.fileexplorerclassic.shellstatesettings", r#"{"sepProcess": false}"#),
        (None, "windows.data.fileexplorerclassic.shellstatesetting", r#"{"sepProcess": true}"#),
    ]);
    let imported = import(text.as_bytes(), None).unwrap();
    assert_eq!(
        told(&imported),
        [
            "explorer.separate-process: On",
            "unknown: windows.data.fileexplorerclassic.shellstatesettings/sepProcess: another field says the contrary of the \
         same setting, and that was taken",
        ]
    );
}

#[test]
fn secrets_are_not_repeated() {
    let secret = secret();
    let app = format!(r#"{{"appId": "{secret}", "appName": "{secret}"}}"#);
    let field = format!(r#"{{"{secret}": true}}"#);
    let text = decoded(&[
        (None, &secret, "{}"),
        (None, ADVANCED, &field),
        (None, "windows.data.apps.appmetadata", &app),
        (None, "windows.data.lunarcalendar", &format!(r#"{{"languageType": "{secret}"}}"#)),
        (None, "windows.data.security.token", r#"{"value": "x"}"#),
    ]);
    let imported = import(text.as_bytes(), None).unwrap();
    assert!(!format!("{imported:?}").contains("S3cret"), "{imported:?}");
    assert_eq!(imported.refused.len(), 4, "{imported:?}");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in r#"\{("(settings|value|PayloadType|Device|instances)": ?(\[|\{|null|"x"|1|\]|\}),? ?){0,12}\}?"#) {
        let _ = import(text.as_bytes(), None);
    }

    #[test]
    fn changed_exports_never_panic(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        let mut bytes = decoded(&[(Some(ONE), ADVANCED, r#"{"showExtensions": true}"#)]).into_bytes();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(imported) = import(&bytes, None) {
            let facts = crate::plan::document(vec![], profile_format::Device::default()).facts;
            prop_assert!(imported.into_document(facts).validate().is_ok());
        }
    }
}
