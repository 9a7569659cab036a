//! What undo steps are about: places in a registry and on drives.

use super::*;

pub fn vectors() -> Vec<Vector> {
    let mut vectors = keys_and_values();
    vectors.extend(files());
    vectors
}

fn keys_and_values() -> Vec<Vector> {
    vec![
        plain(
            "undo-key-path-empty",
            WRONG,
            PLACE,
            "A key without a root.",
            Flaw::Document(|document| {
                only(document, key(&[], None, true));
            }),
        ),
        plain(
            "undo-key-root-alone",
            WRONG,
            PLACE,
            "A root itself.",
            Flaw::Document(|document| {
                only(document, key(&["HKCU"], None, true));
            }),
        ),
        plain(
            "undo-value-root-alone",
            WRONG,
            PLACE,
            "A value of a root itself.",
            Flaw::Document(|document| {
                only(document, entry(&["HKLM"], "x", None, number(1)));
            }),
        ),
        plain(
            "undo-root-other",
            WRONG,
            PLACE,
            "A root of which the registry has no such key.",
            Flaw::Document(|document| {
                only(document, key(&["HKU", "a"], None, true));
            }),
        ),
        plain(
            "undo-root-long",
            WRONG,
            PLACE,
            "A root by its long name.",
            Flaw::Document(|document| {
                only(document, key(&["HKEY_CURRENT_USER", "a"], None, true));
            }),
        ),
        plain(
            "undo-root-lower-case",
            WRONG,
            PLACE,
            "A root in lower case.",
            Flaw::Document(|document| {
                only(document, entry(&["hkcu", "a"], "x", None, number(1)));
            }),
        ),
        plain(
            "undo-root-of-value-is-drive",
            WRONG,
            PLACE,
            "A value on a drive.",
            Flaw::Document(|document| {
                only(document, entry(&["C:", "a"], "x", None, number(1)));
            }),
        ),
        plain(
            "undo-key-name-empty",
            WRONG,
            NAME,
            "A key without a name.",
            Flaw::Document(|document| {
                only(document, key(&["HKCU", "a", ""], None, true));
            }),
        ),
        plain(
            "undo-key-name-backslash",
            WRONG,
            NAME,
            "Two keys in one name.",
            Flaw::Document(|document| {
                only(document, entry(&["HKCU", "a\\b"], "x", None, number(1)));
            }),
        ),
        plain(
            "undo-key-names-any",
            "success",
            "",
            "Names that keys may have and files may not.",
            Flaw::Document(|document| {
                only(document, key(&["HKCU", "CON", "a/b:*?", "..", " . ", "\0\u{1}"], None, true));
            }),
        ),
        plain(
            "undo-key-512-deep",
            "success",
            "",
            "As deep as paths can be, with the root.",
            Flaw::Document(|document| {
                deep(document, 512);
            }),
        ),
        plain(
            "undo-key-513-deep",
            WRONG,
            "at most 512",
            "A name more than paths have.",
            Flaw::Document(|document| {
                deep(document, 513);
            }),
        ),
        plain(
            "undo-value-name-16383",
            "success",
            "",
            "As long as names can be.",
            Flaw::Document(|document| {
                only(document, entry(&["HKCU", "a"], &"x".repeat(16_383), None, number(1)));
            }),
        ),
        plain(
            "undo-value-name-16384",
            WRONG,
            "at most 16383",
            "A unit more than names have.",
            Flaw::Document(|document| {
                only(document, entry(&["HKCU", "a"], &"x".repeat(16_384), None, number(1)));
            }),
        ),
    ]
}

fn files() -> Vec<Vector> {
    vec![
        plain(
            "undo-drive-alone",
            WRONG,
            PLACE,
            "A drive itself.",
            Flaw::Document(|document| {
                only_file(document, &["C:"]);
            }),
        ),
        plain(
            "undo-drive-missing",
            WRONG,
            PLACE,
            "A file on no drive.",
            Flaw::Document(|document| {
                only_file(document, &["Users", "a"]);
            }),
        ),
        plain(
            "undo-drive-lower-case",
            WRONG,
            PLACE,
            "A drive in lower case.",
            Flaw::Document(|document| {
                only_file(document, &["c:", "a"]);
            }),
        ),
        plain(
            "undo-drive-digit",
            WRONG,
            PLACE,
            "A drive that there is not.",
            Flaw::Document(|document| {
                only_file(document, &["1:", "a"]);
            }),
        ),
        plain(
            "undo-drive-with-slash",
            WRONG,
            PLACE,
            "A drive with its root.",
            Flaw::Document(|document| {
                only_file(document, &["C:\\", "a"]);
            }),
        ),
        plain(
            "undo-file-on-server",
            WRONG,
            PLACE,
            "A file on a server.",
            Flaw::Document(|document| {
                only_file(document, &["\\\\server", "share", "a"]);
            }),
        ),
        plain(
            "undo-file-in-registry",
            WRONG,
            PLACE,
            "A file in the registry.",
            Flaw::Document(|document| {
                only_file(document, &["HKCU", "a"]);
            }),
        ),
        plain(
            "undo-file-name-dots",
            WRONG,
            NAME,
            "The folder above.",
            Flaw::Document(|document| {
                only_file(document, &["C:", "a", "..", "b"]);
            }),
        ),
        plain(
            "undo-file-name-backslash",
            WRONG,
            NAME,
            "A path in one name.",
            Flaw::Document(|document| {
                only_file(document, &["C:", "a\\b"]);
            }),
        ),
        plain(
            "undo-file-name-stream",
            WRONG,
            NAME,
            "A stream beside the file.",
            Flaw::Document(|document| {
                only_file(document, &["C:", "a:b"]);
            }),
        ),
        plain(
            "undo-file-name-device",
            WRONG,
            NAME,
            "A device as a folder.",
            Flaw::Document(|document| {
                only_file(document, &["C:", "nul", "b"]);
            }),
        ),
        plain(
            "undo-drives-all",
            "success",
            "",
            "The first and the last drive.",
            Flaw::Document(|document| {
                let state = file_of(b"one");
                let on = |drive: &str| step(&["a"], stored(&[drive, "a"], None, None, Some(state)));
                *fill(document) = vec![on("A:"), on("Z:")];
            }),
        ),
    ]
}

fn deep(document: &mut Document, parts: usize) {
    let mut path = vec!["a"; parts];
    path[0] = "HKCU";
    only(document, key(&path, None, true));
}

fn only_file(document: &mut Document, path: &[&str]) {
    only(document, stored(path, None, None, Some(file_of(b"never stored"))));
}
