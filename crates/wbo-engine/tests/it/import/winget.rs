//! What lists of packages become.

use wbo_engine::import::{Imported, JsonError, WingetError, winget};
use wbo_engine::secrets::Secrets;

use super::{left, secret};

fn import(text: &str) -> Result<Imported, WingetError> {
    winget(text.as_bytes(), Secrets::standard())
}

const HEAD: &str =
    r#""$schema": "https://aka.ms/winget-packages.schema.2.0.json", "CreationDate": "2026-10-01T10:00:00.000-00:00""#;
const WINGET: &str = r#""SourceDetails": {"Name": "winget", "Identifier": "Microsoft.Winget.Source_8wekyb3d8bbwe",
    "Argument": "https://cdn.winget.microsoft.com/cache", "Type": "Microsoft.PreIndexed.Package"}"#;
const STORE: &str = r#""SourceDetails": {"Name": "msstore", "Identifier": "StoreEdgeFD",
    "Argument": "https://storeedgefd.dsx.mp.microsoft.com/v9.0", "Type": "Microsoft.Rest"}"#;

fn told(imported: &Imported) -> Vec<String> {
    let (store, desktop) = (&imported.apps.store, &imported.apps.desktop);
    let store = store.iter().map(|app| format!("store: {} {:?} {:?}", app.family, app.product, app.version));
    let text = |text: &Option<profile_format::Text>| text.as_ref().map(profile_format::Text::to_string_lossy);
    let desktop = desktop.iter().map(|app| {
        let winget = app.winget.as_deref().unwrap_or("-");
        format!("desktop {}: {winget} {:?}", app.scope.0, text(&app.version))
    });
    store.chain(desktop).chain(left(&imported.unknown, &imported.refused)).collect()
}

#[test]
fn packages_are_apps_by_the_ids_of_their_sources() {
    let text = format!(
        r#"{{{HEAD}, "WinGetVersion": "1.28.0", "Sources": [
            {{"Packages": [
                {{"PackageIdentifier": "Mozilla.Firefox", "Version": "130.0", "Scope": "machine"}},
                {{"PackageIdentifier": "7zip.7zip", "Scope": "user", "Channel": ""}},
                {{"PackageIdentifier": "7zip.7zip", "Scope": "user"}},
                {{"PackageIdentifier": "Git.Git", "InitialOverrideArguments": "/VERYSILENT"}},
                {{"Version": "1"}}
            ], {WINGET}}},
            {{"Packages": [{{"PackageIdentifier": "9P1J8S7CCWWT"}}, {{"PackageIdentifier": "XP89DCGQ3K6VLD"}}], {STORE}}},
            {{"Packages": [{{"PackageIdentifier": "Contoso.App"}}],
              "SourceDetails": {{"Name": "contoso", "Identifier": "Contoso", "Argument": "https://example.org", "Type": "Microsoft.Rest"}}}}
        ]}}"#
    );
    assert_eq!(
        told(&import(&text).unwrap()),
        [
            r#"store: Clipchamp.Clipchamp_yxz26nhyzhsrt Some("9P1J8S7CCWWT") None"#,
            "desktop 0: Git.Git None",
            "desktop 1: 7zip.7zip None",
            r#"desktop 2: Mozilla.Firefox Some("130.0")"#,
            r#"unknown: Contoso.App: it is from the source "contoso", whose ids mean nothing elsewhere"#,
            "unknown: Git.Git: InitialOverrideArguments: arguments of installers are not kept",
            "unknown: XP89DCGQ3K6VLD: which app has this id in the Store is not known here",
            "unknown: a package without an id: nobody can install it again",
        ]
    );
}

#[test]
fn the_first_form_says_id() {
    let text = format!(
        r#"{{"$schema": "https://aka.ms/winget-packages.schema.1.0.json", "WinGetVersion": "0.3.0", "Sources": [
            {{"Packages": [{{"Id": "Git.Git", "Version": "2.30"}}], {WINGET}}}]}}"#
    );
    assert_eq!(told(&import(&text).unwrap()), [r#"desktop 0: Git.Git Some("2.30")"#]);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(winget(&[b"\xff\xfe", &*utf16].concat(), Secrets::standard()), import(&text));
}

#[test]
fn what_is_no_list_of_packages_is_refused() {
    let many = vec![r#"{"PackageIdentifier": "a"}"#; 70_000].join(",");
    let later = "https://aka.ms/winget-packages.schema.3.0.json";
    let rows = [
        ("{}", WingetError::NoSources),
        ("[]", WingetError::NoSources),
        (&*format!(r#"{{"$schema": "{later}", "Sources": []}}"#), WingetError::OtherForm { found: later.to_owned() }),
        (&*format!(r#"{{"Sources": [{{"Packages": [{many}], {WINGET}}}]}}"#), WingetError::TooMany { most: 65_536 }),
        ("\u{0}", WingetError::Json(JsonError::Syntax("expected value at line 1 column 1".to_owned()))),
    ];
    for (text, expected) in rows {
        assert_eq!(import(text).unwrap_err(), expected);
    }
    assert!(import(r#"{"Sources": [], "Sources": []}"#).unwrap_err().to_string().contains("stands twice"));
    for text in [r#"{"Sources": null}"#, r#"{"Sources": "x"}"#, r#"{"Sources": [1, {"Packages": [2, "x", null]}]}"#] {
        assert!(import(text).unwrap().apps.is_empty(), "{text}");
    }
}

#[test]
fn secrets_are_not_repeated() {
    let secret = secret();
    let text = format!(
        r#"{{"Sources": [
            {{"Packages": [{{"PackageIdentifier": "{secret}"}}, {{"PackageIdentifier": "Git.Git", "Version": "{secret}",
                "InitialCustomSwitches": "{secret}"}}], {WINGET}}},
            {{"Packages": [{{"PackageIdentifier": "a"}}], "SourceDetails": {{"Name": "{secret}", "Identifier": "x"}}}}]}}"#
    );
    let imported = import(&text).unwrap();
    assert!(!format!("{imported:?}").contains("S3cret"), "{imported:?}");
    assert_eq!(imported.refused.len(), 1);
}
