//! Names: of settings, and of files and keys on Windows.

use super::*;

pub fn vectors() -> Vec<Vector> {
    let mut vectors = ids();
    vectors.extend(keys_and_values());
    vectors.extend(files());
    vectors
}

const ID: &str = "is not a setting id";
const NAME: &str = "not a name for one file or key";

fn ids() -> Vec<Vector> {
    vec![
        plain("id-empty", START, ID, "No characters.", Flaw::Document(|document| id(document, ""))),
        plain("id-upper-case", START, ID, "An upper-case letter.", Flaw::Document(|document| id(document, "taskbaR"))),
        plain("id-empty-word", START, ID, "Two dots in a row.", Flaw::Document(|document| id(document, "taskbar..a"))),
        plain(
            "id-dot-first",
            START,
            ID,
            "A dot at the beginning.",
            Flaw::Document(|document| id(document, ".taskbar")),
        ),
        plain(
            "id-underscore",
            START,
            ID,
            "A character that ids do not have.",
            Flaw::Document(|document| id(document, "task_bar")),
        ),
        plain(
            "id-not-ascii",
            START,
            ID,
            "A letter that ids do not have.",
            Flaw::Document(|document| id(document, "täskbar")),
        ),
        plain(
            "id-129",
            START,
            ID,
            "A character more than ids have.",
            Flaw::Document(|document| id(document, &"a".repeat(129))),
        ),
        plain(
            "id-128",
            "success",
            "",
            "As long as ids can be.",
            Flaw::Document(|document| id(document, &"a".repeat(128))),
        ),
    ]
}

fn keys_and_values() -> Vec<Vector> {
    vec![
        plain(
            "key-part-empty",
            START,
            NAME,
            "A part of no characters.",
            Flaw::Document(|document| key(document, &[""])),
        ),
        plain(
            "key-part-backslash",
            START,
            NAME,
            "Two keys in one part.",
            Flaw::Document(|document| key(document, &["a\\b"])),
        ),
        plain(
            "key-parts-any",
            "success",
            "",
            "Names that keys may have and files may not.",
            Flaw::Document(|document| {
                key(document, &["CON", "a/b:*?", "..", " . ", "\0\u{1}"]);
            }),
        ),
        plain("key-path-empty", "success", "", "The setting's own key.", Flaw::Document(|document| key(document, &[]))),
        plain(
            "key-lone-surrogate",
            "success",
            "",
            "A name that is no Unicode.",
            Flaw::Document(|document| {
                start(document).items = vec![Item::Key { path: vec![Text(vec![0xd800])], present: true }];
            }),
        ),
        plain(
            "key-512-deep",
            "success",
            "",
            "As deep as paths can be.",
            Flaw::Document(|document| key(document, &["a"; 512])),
        ),
        plain(
            "key-513-deep",
            START,
            "at most 512",
            "A part more than paths have.",
            Flaw::Document(|document| key(document, &["a"; 513])),
        ),
        plain(
            "value-name-16383",
            "success",
            "",
            "As long as names can be.",
            Flaw::Document(|document| value_name(document, 16_383)),
        ),
        plain(
            "value-name-16384",
            START,
            "at most 16383",
            "A unit more than names have.",
            Flaw::Document(|document| value_name(document, 16_384)),
        ),
    ]
}

fn files() -> Vec<Vector> {
    vec![
        plain(
            "file-path-empty",
            FILES,
            NAME,
            "A file without a name.",
            Flaw::Document(|document| name_file(document, &[])),
        ),
        plain(
            "file-name-empty",
            FILES,
            NAME,
            "A name of no characters.",
            Flaw::Document(|document| name_file(document, &["a", ""])),
        ),
        plain("file-name-dot", FILES, NAME, "This folder.", Flaw::Document(|document| name_file(document, &["."]))),
        plain(
            "file-name-dots",
            FILES,
            NAME,
            "The folder above.",
            Flaw::Document(|document| name_file(document, &["a", "..", "b"])),
        ),
        plain(
            "file-name-slash",
            FILES,
            NAME,
            "A path in one name.",
            Flaw::Document(|document| name_file(document, &["a/../b"])),
        ),
        plain(
            "file-name-backslash",
            FILES,
            NAME,
            "A path in one name.",
            Flaw::Document(|document| name_file(document, &["a\\b"])),
        ),
        plain("file-name-drive", FILES, NAME, "A drive.", Flaw::Document(|document| name_file(document, &["C:", "b"]))),
        plain(
            "file-name-stream",
            FILES,
            NAME,
            "A stream beside the file.",
            Flaw::Document(|document| name_file(document, &["a:b"])),
        ),
        plain("file-name-star", FILES, NAME, "A pattern.", Flaw::Document(|document| name_file(document, &["*"]))),
        plain(
            "file-name-control",
            FILES,
            NAME,
            "A line end.",
            Flaw::Document(|document| name_file(document, &["a\nb"])),
        ),
        plain(
            "file-name-nul",
            FILES,
            NAME,
            "A NUL, where some programs stop reading.",
            Flaw::Document(|document| name_file(document, &["a.txt\0.exe"])),
        ),
        plain(
            "file-name-dot-last",
            FILES,
            NAME,
            "Windows drops a dot at the end.",
            Flaw::Document(|document| name_file(document, &["a."])),
        ),
        plain(
            "file-name-space-last",
            FILES,
            NAME,
            "Windows drops a space at the end.",
            Flaw::Document(|document| name_file(document, &["a "])),
        ),
        plain("file-name-con", FILES, NAME, "A device.", Flaw::Document(|document| name_file(document, &["CON"]))),
        plain(
            "file-name-device-folder",
            FILES,
            NAME,
            "A device as a folder, in lower case.",
            Flaw::Document(|document| name_file(document, &["nul", "b"])),
        ),
        plain(
            "file-name-device-extension",
            FILES,
            NAME,
            "A device with an extension.",
            Flaw::Document(|document| name_file(document, &["Aux.tar.gz"])),
        ),
        plain(
            "file-name-device-space",
            FILES,
            NAME,
            "A device, a space, an extension.",
            Flaw::Document(|document| name_file(document, &["prn .txt"])),
        ),
        plain("file-name-port", FILES, NAME, "A port.", Flaw::Document(|document| name_file(document, &["lpt0"]))),
        plain(
            "file-name-port-superscript",
            FILES,
            NAME,
            "A port by a superscript digit.",
            Flaw::Document(|document| name_file(document, &["COM¹"])),
        ),
        plain(
            "file-name-console",
            FILES,
            NAME,
            "The console's input.",
            Flaw::Document(|document| name_file(document, &["conin$.txt"])),
        ),
        plain(
            "file-names-like-devices",
            "success",
            "",
            "Names that begin as devices do and are none.",
            Flaw::Document(|document| {
                name_file(document, &["CONSOLE", "COM10", "COM⁴", "LPT", " CON", "nu\u{131}", "COMa.txt"]);
            }),
        ),
        plain(
            "file-name-lone-surrogate",
            "success",
            "",
            "A name that is no Unicode.",
            Flaw::Document(|document| {
                let Item::File { path, .. } = &mut files_of(document).items[0] else { panic!("a file") };
                *path = vec![Text(vec![0x41, 0xdc00])];
            }),
        ),
    ]
}

fn start(document: &mut Document) -> &mut Setting {
    &mut document.sections[1].settings[0]
}

fn id(document: &mut Document, id: &str) {
    start(document).id = id.into();
    document.sections[1].settings.truncate(1);
}

fn key(document: &mut Document, path: &[&str]) {
    start(document).items = vec![Item::Key { path: path.iter().map(|part| (*part).into()).collect(), present: true }];
}

fn value_name(document: &mut Document, length: usize) {
    start(document).items = vec![Item::Value { path: vec![], name: Text(vec![0x61; length]), state: None }];
}

fn files_of(document: &mut Document) -> &mut Setting {
    let files = &mut document.sections[0].settings[0];
    // One file is left, so that its name cannot be out of order.
    files.items.truncate(1);
    files
}

fn name_file(document: &mut Document, names: &[&str]) {
    let Item::File { path, .. } = &mut files_of(document).items[0] else { panic!("a file") };
    *path = names.iter().map(|name| (*name).into()).collect();
}
