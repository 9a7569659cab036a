//! What people read when a document is wrong: one flaw each, all messages in one snapshot.

use std::fmt::Write as _;

use profile_format::{Content, DocumentError};
use profile_json::{
    ContentPathError, ContentPlace, Defaults, JsonError, Problem, View, WriteError, from_json, to_json,
};

use crate::fixtures::Fixture;

/// The one content of the small fixture.
const THEME: &str = r#""text": "; Evening, a theme of PC-EXAMPLE\r\n[Theme]\r\nDisplayName=Evening\r\n\r\n[Control Panel\\Desktop]\r\nWallpaper=%USERPROFILE%\\Pictures\\evening.jpg\r\n""#;

/// The digest of no bytes at all, which no setting there has.
const NOTHING_NAMES: &str =
    r#""contents": {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": {"size": 0, "text": ""},"#;

/// The same digest, as the content of a file.
const UNLISTED: &str = r#""file": ["empty"], "attributes": 0, "size": 0,
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#;

/// The end of one content and the beginning of another.
const NO_PLACE: &str =
    r#"137}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": {"size": 0, "text""#;

/// A name, what to replace in the small fixture (its first occurrence), and by what.
const FLAWS: &[(&str, &str, &str)] = &[
    ("not JSON", "{\n", "profile\n"),
    ("cut off", "\"profile\"", "\"profile"),
    ("a list", "{\n  \"wbo\": \"document\",", "[{},"),
    ("no kind", "\"wbo\": \"document\",", ""),
    ("other kind", "\"document\"", "\"policy\""),
    ("newer version", "\"version\": 1", "\"version\": 2, \"surprise\": {}"),
    ("version 0", "\"version\": 1", "\"version\": 0"),
    ("no version", "\"version\": 1,", ""),
    ("redacted", "\"version\": 1", "\"version\": 1, \"redacted\": true"),
    ("unknown field", "\"device\": {", "\"colour\": 1, \"device\": {"),
    ("unknown field inside", "\"build\"", "\"built\""),
    ("field twice", "\"build\": 26100", "\"build\": 26100, \"build\": 26100"),
    ("null", "26100", "null"),
    ("number as text", "26100", "\"26100\""),
    ("number too large", "26100", "4294967296"),
    ("lone surrogate escape", "\"PC-EXAMPLE\"", "\"\\ud800\""),
    ("short id", "5a0f3c1e9b7d48268f1a2b3c4d5e6f70", "5a0f"),
    ("id missing", "\"id\": \"5a0f3c1e9b7d48268f1a2b3c4d5e6f70\",", ""),
    ("time missing", "\"created\": \"2025-06-15T15:06:40Z\",", ""),
    ("time with a zone", "2025-06-15T15:06:40Z", "2025-06-15T17:06:40+02:00"),
    ("unknown method", "\"live\"", "\"guess\""),
    ("method too large", "\"live\"", "65536"),
    ("unknown category", "\"start\":", "\"Start\":"),
    ("category with a zero", "\"start\":", "\"010\":"),
    ("category twice", "\"explorer\":", "\"10\":"),
    ("setting twice", "explorer.open-to", "explorer.file-extensions"),
    ("setting id", "\"taskbar.alignment\"", "\"Taskbar Alignment\""),
    ("empty section", "\"start\":", "\"77\": [], \"start\":"),
    (
        "setting without items",
        "\"id\": \"taskbar.alignment\",",
        "\"id\": \"taskbar.search\"}, {\"id\": \"taskbar.alignment\",",
    ),
    (
        "hidden setting",
        "\"id\": \"taskbar.alignment\",",
        "\"id\": \"taskbar.search\", \"hidden\": true}, {\"id\": \"taskbar.alignment\",",
    ),
    (
        "unknown setting flag",
        "\"id\": \"taskbar.alignment\",",
        "\"id\": \"taskbar.alignment\", \"flags\": [\"secret\"],",
    ),
    (
        "setting flag twice",
        "\"id\": \"taskbar.alignment\",",
        "\"id\": \"taskbar.alignment\", \"flags\": [\"personal\", 3],",
    ),
    ("item of no kind", "\"value\": \"TaskbarAl\",", ""),
    ("item of two kinds", "\"value\": \"TaskbarAl\",", "\"value\": \"TaskbarAl\", \"key\": [],"),
    (
        "item twice",
        "\"value\": \"TaskbarAl\",",
        "\"value\": \"TaskbarAl\", \"absent\": true}, {\"value\": \"TaskbarAl\",",
    ),
    ("absent with data", "\"absent\": true", "\"absent\": true, \"data\": 1"),
    ("value with attributes", "\"data\": 1", "\"data\": 1, \"attributes\": 32"),
    ("key without state", "\"value\": \"EnableTransparency\"", "\"key\": []"),
    ("absent key", "\"value\": \"EnableTransparency\"", "\"key\": [], \"present\": false"),
    ("value without type", "\"type\": \"REG_DWORD\",", ""),
    ("value without data", "\"type\": \"REG_DWORD\",\n            \"data\": 0", "\"type\": \"REG_DWORD\""),
    ("unknown type", "\"REG_DWORD\"", "\"REG_WORD\""),
    ("dword as text", "\"data\": 0", "\"data\": \"0\""),
    ("dword too large", "\"data\": 0", "\"data\": 4294967296"),
    ("dword below zero", "\"data\": 0", "\"data\": -1"),
    ("binary as text", "\"REG_DWORD\",\n            \"data\": 0", "\"REG_BINARY\", \"data\": \"0\""),
    ("nameless type as number", "\"REG_DWORD\",\n            \"data\": 0", "99, \"data\": 0"),
    ("qword with a sign", "\"REG_DWORD\",\n            \"data\": 0", "\"REG_QWORD\", \"data\": \"+1\""),
    ("qword as number", "\"REG_DWORD\",\n            \"data\": 0", "\"REG_QWORD\", \"data\": 1"),
    ("text with a zero", "\"REG_DWORD\",\n            \"data\": 0", "\"REG_SZ\", \"data\": \"a\\u0000b\""),
    ("text as list", "\"REG_DWORD\",\n            \"data\": 0", "\"REG_EXPAND_SZ\", \"data\": [\"a\"]"),
    ("list with an empty text", "\"REG_DWORD\",\n            \"data\": 0", "\"REG_MULTI_SZ\", \"data\": [\"a\", \"\"]"),
    ("list as text", "\"REG_DWORD\",\n            \"data\": 0", "\"REG_MULTI_SZ\", \"data\": \"a\""),
    ("half a byte", "\"data\": 0", "\"data\": {\"hex\": \"000\"}"),
    ("data of no form", "\"data\": 0", "\"data\": true"),
    ("units of no form", "\"value\": \"TaskbarAl\"", "\"value\": {\"utf16\": [65536]}"),
    ("file without a name", "\"file\": [\n              \"Evening.theme\"\n            ]", "\"file\": []"),
    ("file that leads upwards", "\"Evening.theme\"", "\"..\""),
    ("file without size", "\"size\": 137,", ""),
    ("file without digest", "\"sha256\": \"696b06403486d40dbc6dedbcb7439c95423f046fd99cfeb8607d7449b8e60ef3\",", ""),
    ("list for an object", "{\n      \"name\": \"wbo\",\n      \"version\": \"0.1.0\"\n    }", "[\"wbo\", \"0.1.0\"]"),
    ("app without family", "\"family\": \"ExampleOrg.Weather_0123456789abc\",", ""),
    ("app twice", "\"scope\": \"machine\"", "\"scope\": 2, \"key\": \"ExampleEditor\"}, {\"scope\": \"machine\""),
    ("note without text", "\"text\": \"Mail accounts ask for their passwords again.\"", "\"place\": \"\""),
    ("hidden note", "\"code\": \"sign-in-again\",", "\"code\": \"sign-in-again\", \"hidden\": true,"),
    ("content missing", "\"value\": \"EnableTransparency\",\n            \"absent\": true", UNLISTED),
    ("content of another size", "\"size\": 137,\n      \"text\"", "\"size\": 138, \"text\""),
    ("content in no place", "137,\n      \"text\"", NO_PLACE),
    ("content in two places", "\"text\": \"; Evening", "\"base64\": \"\", \"text\": \"; Evening"),
    ("content changed", "; Evening", "; Morning"),
    ("content longer", "; Evening", ";  Evening"),
    ("content in Base64 without padding", THEME, "\"base64\": \"AA\""),
    ("content file upwards", THEME, "\"file\": \"../secret\""),
    ("content file at the root", THEME, "\"file\": \"/etc/passwd\""),
    ("content file on a drive", THEME, "\"file\": \"C:/secret\""),
    ("content file on a server", THEME, "\"file\": \"\\\\\\\\server\\\\share\""),
    ("content file with a dot at its end", THEME, "\"file\": \"contents./a\""),
    ("content file that is a device", THEME, "\"file\": \"contents/nul.txt\""),
    ("content that nothing names", "\"contents\": {", NOTHING_NAMES),
];

/// The same for the record of an apply.
const UNDO_FLAWS: &[(&str, &str, &str)] = &[
    ("step of no kind", "\"key\": [\n          \"HKCU\",\n          \"Network\",\n          \"Z\"\n        ],", ""),
    ("step of two kinds", "\"value\": \"TaskbarAl\",", "\"value\": \"TaskbarAl\", \"file\": [],"),
    ("key with a path", "\"present\": false\n        },", "\"present\": false}, \"path\": [],"),
    ("value without a path", "\"value\": \"RemotePath\",\n        \"path\"", "\"value\": \"RemotePath\", \"key\""),
    (
        "step twice",
        "\"HKCU\",\n          \"Software\",\n          \"Example\",\n          \"Old\"",
        "\"HKCU\", \"Network\", \"Z\"",
    ),
    ("step of no settings", "\"settings\": [\n          \"drives\"\n        ],", ""),
    ("step of a setting twice", "\"example.machine\"", "\"example.old\""),
    ("step of a wrong setting", "\"example.machine\"", "\"Example\""),
    ("step without before", "\"before\": {\n          \"present\": false\n        },", ""),
    ("step without after", ",\n        \"after\": {\n          \"present\": true\n        }", ""),
    ("hidden step", "\"settings\": [", "\"hidden\": true, \"settings\": ["),
    ("hidden state", "\"absent\": true", "\"hidden\": true"),
    ("hidden key", "\"present\": false", "\"present\": true, \"hidden\": true"),
    ("absent key with a class", "\"present\": false", "\"present\": false, \"class\": \"\""),
    ("absent key with an access list", "\"present\": false", "\"present\": false, \"security\": \"\""),
    ("key with a type", "\"present\": false", "\"present\": false, \"type\": 1"),
    ("value with an access list", "\"type\": \"REG_SZ\",", "\"type\": \"REG_SZ\", \"security\": \"\","),
    ("absent value with data", "\"absent\": true", "\"absent\": true, \"data\": 1"),
    ("data of another type", "\"data\": 1", "\"data\": \"1\""),
    ("access list of half a byte", "\"01000480\"", "\"0\""),
    ("file written with an access list", "\"attributes\": 33", "\"attributes\": 33, \"security\": \"\""),
    (
        "absent file with an access list",
        "\"absent\": true\n        },\n        \"after\": {\n          \"sha256\"",
        "\"absent\": true, \"security\": \"\"}, \"after\": {\"sha256\"",
    ),
    ("file without size", "\"size\": 67,", ""),
    ("root that there is not", "\"HKCU\"", "\"HKU\""),
    ("drive in lower case", "\"C:\"", "\"c:\""),
    ("file that leads upwards", "\"Evening.theme\"", "\"..\""),
    ("nothing replaced", "\"data\": 1\n", "\"data\": 0\n"),
];

fn message(text: &str) -> String {
    match from_json(text, &Defaults::default()) {
        Ok(_) => "READ WITHOUT AN ERROR".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn messages() {
    insta::assert_snapshot!(messages_of("small", FLAWS));
}

#[test]
fn messages_about_undo_steps() {
    insta::assert_snapshot!(messages_of("undo", UNDO_FLAWS));
}

fn messages_of(fixture: &str, flaws: &[(&str, &str, &str)]) -> String {
    let text = Fixture::load(fixture).text;
    let mut messages = String::new();
    for (name, old, new) in flaws {
        assert!(text.contains(old), "{name}: the fixture has no {old:?}");
        writeln!(messages, "{name}\n    {}", message(&text.replacen(old, new, 1))).unwrap();
    }
    messages
}

#[test]
fn errors_are_typed() {
    let small = Fixture::load("small").text;
    let error = |old, new| from_json(&small.replacen(old, new, 1), &Defaults::default()).unwrap_err();

    let JsonError::Form(form) = error("26100", "\"26100\"") else { panic!() };
    assert_eq!((form.line(), form.column()), (16, 20));

    let JsonError::Entry { path, problem } = error(THEME, "\"file\": \"a/../b\"") else { panic!() };
    assert!(path.to_string().starts_with("contents."));
    assert!(matches!(
        problem,
        Problem::ContentPath(ContentPathError { flaw: profile_format::FileNameFlaw::Ending, .. })
    ));

    assert!(matches!(error("\"version\": 1", "\"version\": 7"), JsonError::Newer { found: 7, newest: 1 }));
    assert!(matches!(error("\"taskbar.alignment\"", "\"\""), JsonError::Document(DocumentError::SettingId(_))));
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let (mut document, places) = from_json(&Fixture::load("small").text, &Defaults::default()).unwrap();
    let write = |document: &_, place: &dyn Fn(&Content) -> ContentPlace| to_json(document, place, View::Full);

    let longer = write(&document, &|_| ContentPlace::Inline(vec![0; 138])).unwrap_err();
    assert!(matches!(longer, WriteError::Content { problem: Problem::ContentSize { expected: 137, found: 138 }, .. }));
    let changed = write(&document, &|_| ContentPlace::Inline(vec![0; 137])).unwrap_err();
    assert!(matches!(changed, WriteError::Content { problem: Problem::ContentDigest { .. }, .. }));
    insta::assert_snapshot!(
        changed,
        @"content 696b06403486d40dbc6dedbcb7439c95423f046fd99cfeb8607d7449b8e60ef3: the bytes have the SHA-256 4a93894f08d98d707cd9a0274f4c9a51bcfa27e701359e12befcc78ffb488817"
    );

    document.sections.reverse();
    let disordered = write(&document, &|content| places[&content.id].clone()).unwrap_err();
    assert!(matches!(disordered, WriteError::Document(DocumentError::Order { .. })));
}
