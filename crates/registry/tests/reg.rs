//! .reg files are read as regedit reads them, except that nothing is overlooked, and written as it writes them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use registry::{
    Change, FileTime, KeyPath, MemoryRegistry, Name, ReadRegistry, RegEncoding, RegEntry, RegFile, RegFormat, RegKey,
    Root, Value, ValueType, WriteRegistry, limits,
};

const VERSION_5: &str = "Windows Registry Editor Version 5.00\r\n\r\n";

fn path(text: &str) -> KeyPath {
    KeyPath::parse(text).unwrap()
}

fn value(kind: u32, data: &[u8]) -> Option<Value> {
    Some(Value { kind: ValueType(kind), data: data.into() })
}

fn file_of(format: RegFormat, entries: Vec<(&str, Option<Value>)>) -> RegFile {
    let entries = entries.into_iter().map(|(name, value)| RegEntry { name: name.into(), value }).collect();
    RegFile { format, keys: vec![RegKey::Set { path: path(r"HKCU\K"), entries }] }
}

/// The one entry of a file that says this in a key.
fn read_entry(lines: &str) -> Result<RegEntry, String> {
    let text = format!("{VERSION_5}[HKCU\\K]\r\n{lines}");
    let file = RegFile::read(text.as_bytes()).map_err(|error| error.to_string())?;
    match file.keys.as_slice() {
        [RegKey::Set { entries, .. }] if entries.len() == 1 => Ok(entries[0].clone()),
        other => panic!("{lines:?} gives {other:?}"),
    }
}

#[test]
fn values_are_read() {
    let text = |text: &str| Some(Value::text(text));
    let rows: Vec<(&str, &str, Option<Value>)> = vec![
        (r#""a"="text""#, "a", text("text")),
        (r#"@="text""#, "", text("text")),
        (r#"""="text""#, "", text("text")),
        (r#""@"="""#, "@", text("")),
        (r#""a\\b\"c"="d\\e\"f""#, r#"a\b"c"#, text(r#"d\e"f"#)),
        (r#""a=b"="[;]#""#, "a=b", text("[;]#")),
        ("\t \"a\" \t= \t\"text\" \t", "a", text("text")),
        ("\"a\"=\"text\";comment\\", "a", text("text")),
        ("\"a\"=\"text\"\t ; comment", "a", text("text")),
        ("\"a\"=\"one\r\ntwo\nthree\rfour\"", "a", text("one\r\ntwo\nthree\rfour")),
        ("\"a\nb\"=\"\"", "a\nb", text("")),
        ("\"a\"=-", "a", None),
        ("@=  \t-\t ;comment", "", None),
        ("\"a\"=dword:00000001", "a", Some(Value::dword(1))),
        ("\"a\"=dword:fFfFfFfF", "a", Some(Value::dword(u32::MAX))),
        ("\"a\"=dword: 1 ;comment", "a", Some(Value::dword(1))),
        ("\"a\"=hex:", "a", value(3, b"")),
        ("\"a\"=hex:01", "a", value(3, &[1])),
        ("\"a\"=hex:1,Ff,  ;comment", "a", value(3, &[1, 255])),
        ("\"a\"=hex: 01, 02", "a", value(3, &[1, 2])),
        ("\"a\"=hex(0):01", "a", value(0, &[1])),
        ("\"a\"=hex(1):41,00", "a", value(1, &[0x41, 0])),
        ("\"a\"=hex(2):41", "a", value(2, &[0x41])),
        ("\"a\"=hex(4):", "a", value(4, b"")),
        ("\"a\"=hex(FFFFFFFF):01", "a", value(u32::MAX, &[1])),
        ("\"a\"=hex(00000010):01", "a", value(16, &[1])),
        ("\"a\"=hex:01,\\\r\n  02", "a", value(3, &[1, 2])),
        ("\"a\"=hex:\\\n01,\\\r02", "a", value(3, &[1, 2])),
        ("\"a\"=hex:01, \t\\ \t\r\n02", "a", value(3, &[1, 2])),
        ("\"a\"=hex:01,\\;comment\r\n02", "a", value(3, &[1, 2])),
        ("\"a\"=hex:01,\\\r\n\r\n  ;comment\\\r\n\t\r\n  02", "a", value(3, &[1, 2])),
    ];
    for (lines, name, value) in rows {
        let expected = RegEntry { name: name.into(), value };
        for end in ["", "\r\n", "\n\n", "\r", "\n; comment"] {
            assert_eq!(read_entry(&format!("{lines}{end}")), Ok(expected.clone()), "{lines:?} {end:?}");
        }
    }
}

#[test]
fn keys_are_read() {
    let key = |path: KeyPath| RegKey::Set { path, entries: vec![] };
    let rows = [
        (r"[HKEY_CURRENT_USER\Software]", key(path(r"HKCU\Software"))),
        (r"[hkey_local_machine\SOFTWARE\x]", key(path(r"HKLM\SOFTWARE\x"))),
        (r"[HKU\S-1-5-21]", key(path(r"HKU\S-1-5-21"))),
        ("[HKEY_CLASSES_ROOT]", key(path("HKCR"))),
        (r"[-HKEY_CURRENT_CONFIG\a]", RegKey::Delete(path(r"HKCC\a"))),
        (r"  [HKCU\a]  ; comment", key(path(r"HKCU\a"))),
        (r"[HKCU\a[b]c]", key(path(r"HKCU\a[b]c"))),
        (r"[HKCU\a]; b]", key(path(r"HKCU\a]; b"))),
        (r#"[HKCU\a "b" ;c ]"#, key(path(r#"HKCU\a "b" ;c "#))),
        (r"[HKCU\a\\b\]", key(path(r"HKCU\a\b"))),
        ("[HKCU\\\u{10410}]", key(path("HKCU\\\u{10410}"))),
    ];
    for (line, key) in rows {
        for end in ["", "\n", "\r\n\r\n", "\r;"] {
            let file = RegFile::read(format!("{VERSION_5}{line}{end}").as_bytes()).unwrap();
            assert_eq!(format!("{:?}", file.keys), format!("{:?}", [&key]), "{line}");
        }
    }
}

#[test]
fn a_file_is_refused_where_it_is_wrong() {
    let rows = [
        (
            "",
            "line 1, column 1: expected 'Windows Registry Editor Version 5.00' or 'REGEDIT4' as the whole first line, found ''",
        ),
        ("\r\nREGEDIT4", "line 1, column 1: expected 'Windows"),
        ("  REGEDIT", "line 1, column 3: expected 'Windows"),
        ("REGEDIT5\r\n", "found 'REGEDIT5'"),
        ("REGEDIT4 \r\n", "found 'REGEDIT4 '"),
        ("Windows Registry Editor Version 4.00", "line 1, column 1"),
        ("Windows Registry Editor Version 5.00;", "line 1, column 1"),
        ("REGEDIT4\n\"a\"=\"b\"", "line 2, column 1: a value that stands in no key"),
        ("REGEDIT4\n[-HKCU\\a]\n@=-", "line 3, column 1: a value in a key that is deleted"),
        ("REGEDIT4\r\n\r\n[HKCU\\a\r\n]", "line 3, column 1: expected a key in brackets, and no ']' follows"),
        ("REGEDIT4\r\r[ HKCU\\a]", "line 3, column 2: expected a key under HKEY_CURRENT_USER"),
        ("REGEDIT4\n\n[- HKCU\\a]", "line 3, column 3: expected a key under HKEY_CURRENT_USER"),
        ("REGEDIT4\n[HKEY_DYN_DATA\\a]", "or its short name; found 'HKEY_DYN_DATA\\a'"),
        ("REGEDIT4\n[]", "found ''"),
        (
            "REGEDIT4\n[HKCU\\a] b",
            "line 2, column 10: expected the end of the line or a comment that begins with ';', found 'b'",
        ),
        ("REGEDIT4\nHKCU\\a]", "line 2, column 1: expected a key in brackets, a value, or a comment"),
        ("REGEDIT4\n# comment", "found '# comment'"),
        (
            "REGEDIT4\n[HKCU\\a]\n\"a\"",
            "line 3, column 4: expected '=' after the name of a value, found the end of the file",
        ),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"\r\n", "found the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=", "line 3, column 5: expected a text in quotation marks, 'dword:'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=text", "found 'text'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=DWORD:1", "found 'DWORD:1'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=\"b", "line 3, column 5: no '\"' closes this text"),
        ("REGEDIT4\n[HKCU\\a]\n\"a=1", "line 3, column 1: no '\"' closes this text"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=\"b\"c\"", "line 3, column 8: expected the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=\"C:\\new\"", "line 3, column 8: a backslash in text is written '\\\\'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=\"\\0\"", "line 3, column 6: a backslash"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=\"b\\", "line 3, column 7: a backslash"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=-1", "line 3, column 6: expected the end of the line"),
        (
            "REGEDIT4\n[HKCU\\a]\n\"a\"=dword:",
            "line 3, column 11: expected 1 to 8 hexadecimal digits, found the end of the file",
        ),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=dword:000000001", "found '000000001'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=dword:0x1", "found '0x1'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=dword:1 2", "line 3, column 13: expected the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=dword:1\\\n2", "line 3, column 12: expected the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex(0x2):1", "line 3, column 9: expected the type as 1 to 8 hexadecimal digits"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex(100000000):1", "line 3, column 9: expected the type"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex():1", "line 3, column 9: expected the type"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex(2:1", "line 3, column 10: expected '):' after the type, found ':1'"),
        (
            "REGEDIT4\n[HKCU\\a]\n\"a\"=hex:100",
            "line 3, column 9: expected a byte as 1 or 2 hexadecimal digits, found '100'",
        ),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:,1", "found ',1'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1,,2", "found ',2'"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1\\\n,2", "line 3, column 10: expected the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1 ,2", "line 3, column 11: expected the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1 2", "line 3, column 11: expected the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1,\n2", "line 4, column 1: expected a key in brackets"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1,\\#\n2", "line 3, column 12: expected the end of the line"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1,\\\n\\\n2", "line 4, column 1: expected a byte"),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1,\\\n\"b\"=\"c\"", "line 4, column 1: expected a byte"),
        (
            "REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1,\\",
            "line 3, column 11: '\\' says that the data go on in the next line, and the file ends",
        ),
        ("REGEDIT4\n[HKCU\\a]\n\"a\"=hex:1,\\\r\n ;\n", "line 3, column 11: '\\' says"),
        ("REGEDIT4\n;\0", "line 2, column 2: a NUL character"),
    ];
    for (text, part) in rows {
        let message = RegFile::read(text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains(part), "{text:?} gives {message:?} and not {part:?}");
    }
}

#[test]
fn limits_are_those_of_windows() {
    let header = |key: String| format!("{VERSION_5}{key}");
    let name = |length: usize| "n".repeat(length);
    let rows = [
        (header(format!("[HKCU\\{}]", name(255))), None),
        (header(format!("[HKCU\\{}]", name(256))), Some("a key's name of 256 characters; the most is 255")),
        (header(format!("[HKCU{}]", "\\a".repeat(512))), None),
        (header(format!("[HKCU{}]", "\\a".repeat(513))), Some("a key 513 deep; Windows has at most 512")),
        (header(format!("[HKCU]\n\"{}\"=-", name(16_383))), None),
        (header(format!("[HKCU]\n\"{}\"=-", name(16_384))), Some("a value's name of 16384 characters")),
    ];
    for (text, fault) in rows {
        match (RegFile::read(text.as_bytes()).map_err(|error| error.to_string()), fault) {
            (Ok(file), None) => assert_eq!(RegFile::read(&file.write(RegEncoding::Utf8).unwrap()), Ok(file)),
            (Err(message), Some(fault)) => assert!(message.contains(fault), "{message}"),
            (outcome, fault) => panic!("{outcome:?} and not {fault:?}"),
        }
    }
    let large = vec![0; limits::REG_FILE + 1];
    let message = RegFile::read(&large).unwrap_err().to_string();
    assert!(message.contains("a file of 1073741825 bytes; a .reg file has at most 1073741824"), "{message}");
}

#[test]
fn each_encoding_is_read() {
    let text = format!("{VERSION_5}[HKCU\\ü\u{1f30e}]\r\n\"€\"=\"ж\"\r\n");
    let utf_16 = |unit: fn(u16) -> [u8; 2]| {
        "\u{feff}".chars().chain(text.chars()).collect::<String>().encode_utf16().flat_map(unit).collect()
    };
    let files: [Vec<u8>; 4] = [
        utf_16(u16::to_le_bytes),
        utf_16(u16::to_be_bytes),
        text.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
    ];
    for file in &files {
        assert_eq!(RegFile::read(file), RegFile::read(&files[0]));
    }
    let units = format!("\u{feff}{VERSION_5}[HKCU\\").encode_utf16().chain([0xd83d, 93]).collect::<Vec<_>>();
    let lone: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
    let Ok(RegFile { keys, .. }) = RegFile::read(&lone) else { panic!("half a surrogate pair is a name too") };
    assert_eq!(keys[0].path().names()[0].units(), [0xd83d]);

    let rows = [
        ([files[0].as_slice(), b"\n"].concat(), "line 5, column 1: these bytes are no text; expected UTF-16, an even"),
        (
            [files[2].as_slice(), b"; \xfc"].concat(),
            "line 5, column 3: these bytes are no text; expected UTF-8, or UTF-16",
        ),
        (files[0][2..].into(), "line 1, column 1: these bytes are no text; expected UTF-16 with a byte order mark"),
    ];
    for (bytes, part) in rows {
        let message = RegFile::read(&bytes).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn regedit4_is_in_a_code_page() {
    let lines = b"REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\K]\r\n\"\xfc\"=\"\x80\"\r\n\"e\"=hex(2):80,\xE4\r\n";
    assert!(RegFile::read(lines).is_err(), "a byte is written in digits");
    let bytes = b"REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\K]\r\n\"\xfc\"=\"\x80\"\r\n\"e\"=hex(2):80,e4,00\r\n\"m\"=hex(7):41,00,00\r\n\"s\"=hex(1):81\r\n\"l\"=hex(6):41\r\n\"b\"=hex:80\r\n\r\n";
    let file = file_of(
        RegFormat::Regedit4,
        vec![
            ("ü", Some(Value::text("€"))),
            ("e", value(2, b"\xac\x20\xe4\0\0\0")),
            ("m", value(7, b"A\0\0\0\0\0")),
            ("s", value(1, b"\x81\0")),
            ("l", value(6, b"A")),
            ("b", value(3, b"\x80")),
        ],
    );
    assert_eq!(RegFile::read(bytes).as_ref(), Ok(&file));
    assert_eq!(file.write(RegEncoding::Windows1252).unwrap(), bytes);
    // With a byte order mark the file is in no code page, and its data are not either.
    for encoding in [RegEncoding::Utf16, RegEncoding::Utf8WithMark] {
        assert_eq!(RegFile::read(&file.write(encoding).unwrap()).as_ref(), Ok(&file));
    }
}

#[test]
fn files_are_written_as_regedit_writes_them() {
    let rows: Vec<(&str, Option<Value>, &str)> = vec![
        ("", Some(Value::text("")), "@=\"\""),
        ("a\"\\", Some(Value::text("b\"\\")), r#""a\"\\"="b\"\\""#),
        ("a", None, "\"a\"=-"),
        ("a", Some(Value::text("b\r\nc")), "\"a\"=\"b\r\nc\""),
        ("a", value(1, b""), "\"a\"=hex(1):"),
        ("a", value(1, b"A"), "\"a\"=hex(1):41"),
        ("a", value(1, b"A\0"), "\"a\"=hex(1):41,00"),
        ("a", value(1, b"A\0\0\0\0\0"), "\"a\"=hex(1):41,00,00,00,00,00"),
        ("a", value(1, b"\x3d\xd8\0\0"), "\"a\"=hex(1):3d,d8,00,00"),
        ("a", value(2, b"A\0\0\0"), "\"a\"=hex(2):41,00,00,00"),
        ("a", value(3, b"\xff"), "\"a\"=hex:ff"),
        ("a", value(4, b"\x78\x56\x34\x12"), "\"a\"=dword:12345678"),
        ("a", value(4, b"\x01\0"), "\"a\"=hex(4):01,00"),
        ("a", value(5, b"\0\0\0\x01"), "\"a\"=hex(5):00,00,00,01"),
        ("a", value(11, b"\x01\0\0\0\0\0\0\0"), "\"a\"=hex(b):01,00,00,00,00,00,00,00"),
        ("a", value(0xffff_0007, b""), "\"a\"=hex(ffff0007):"),
    ];
    for (name, value, line) in rows {
        let file = file_of(RegFormat::Version5, vec![(name, value)]);
        let text = format!("{VERSION_5}[HKEY_CURRENT_USER\\K]\r\n{line}\r\n\r\n");
        assert_eq!(String::from_utf8(file.write(RegEncoding::Utf8).unwrap()).unwrap(), text);
        assert_eq!(RegFile::read(text.as_bytes()), Ok(file));
    }
    let deletion = RegFile { format: RegFormat::Regedit4, keys: vec![RegKey::Delete(path(r"HKLM\a"))] };
    let text = b"REGEDIT4\r\n\r\n[-HKEY_LOCAL_MACHINE\\a]\r\n\r\n";
    assert_eq!(deletion.write(RegEncoding::Windows1252).unwrap(), text);
}

#[test]
fn a_full_line_goes_on_in_the_next() {
    // Widths as regedit has them: 25 bytes in a line that begins with two blanks, and in the first what the name leaves.
    let rows = [
        (1, 23, 23),
        (1, 24, 23),
        (1, 48, 23),
        (1, 49, 23),
        (3, 24, 23),
        (4, 24, 22),
        (67, 3, 1),
        (68, 3, 1),
        (90, 3, 1),
    ];
    for (name, bytes, first) in rows {
        let file = file_of(RegFormat::Version5, vec![(&"n".repeat(name), value(3, &vec![0; bytes]))]);
        let text = String::from_utf8(file.write(RegEncoding::Utf8).unwrap()).unwrap();
        let counts: Vec<_> = text.lines().skip(3).map(|line| line.matches("00").count()).filter(|&n| n > 0).collect();
        let mut expected = vec![first];
        let mut rest = bytes - first;
        while rest > 0 {
            expected.push(rest.min(25));
            rest -= rest.min(25);
        }
        assert_eq!(counts, expected, "{text}");
    }
}

#[test]
fn what_cannot_be_said_is_not_written() {
    let key = |units: &[u16]| RegFile {
        format: RegFormat::Version5,
        keys: vec![RegKey::Delete(KeyPath::new(Root::Users, vec![Name::from_units(units)]))],
    };
    let deep = KeyPath::new(Root::Users, vec![Name::from("a"); 513]);
    let deep = RegFile { format: RegFormat::Version5, keys: vec![RegKey::Delete(deep)] };
    let named = |units: &[u16], format| RegFile {
        format,
        keys: vec![RegKey::Set {
            path: path("HKU"),
            entries: vec![RegEntry { name: Name::from_units(units), value: None }],
        }],
    };
    let regedit4 = |value| file_of(RegFormat::Regedit4, vec![("v", value)]);
    let five = RegFormat::Version5;
    let rows = [
        (key(&[]), RegEncoding::Utf16, "a name of 0 characters cannot be written"),
        (key(&[97; 256]), RegEncoding::Utf16, "a name of 256 characters cannot be written"),
        (key(&[97, 0]), RegEncoding::Utf16, "the character U+0000 cannot be written"),
        (key(&[13]), RegEncoding::Utf16, "the character U+000D cannot be written"),
        (key(&[10]), RegEncoding::Utf16, "the character U+000A cannot be written"),
        (key(&[92]), RegEncoding::Utf16, "the character U+005C cannot be written"),
        (key(&[0xd83d]), RegEncoding::Utf8, r"HKU\\ud83d: the character U+D83D cannot be written"),
        (deep, RegEncoding::Utf16, "it is 513 deep; the most is 512"),
        (named(&[0], five), RegEncoding::Utf16, "the character U+0000 cannot be written"),
        (named(&[0xdc00], five), RegEncoding::Utf8WithMark, r"the value '\udc00' of HKU: the character U+DC00"),
        (named(&[97; 16_384], five), RegEncoding::Utf16, "a name of 16384 characters cannot be written"),
        (named(&[0x416], RegFormat::Regedit4), RegEncoding::Windows1252, "the character U+0416 cannot be written"),
        (named(&[], five), RegEncoding::Windows1252, "Version 5.00' is not written as Windows1252"),
        (named(&[], RegFormat::Regedit4), RegEncoding::Utf8, "'REGEDIT4' is not written as Utf8"),
        (
            regedit4(Some(Value::text("ж"))),
            RegEncoding::Windows1252,
            r"the data of the value 'v' of HKCU\K: the character U+0436",
        ),
        (
            regedit4(value(7, b"abc")),
            RegEncoding::Windows1252,
            "3 bytes are no text, which this type must be in REGEDIT4",
        ),
    ];
    for (file, encoding, part) in rows {
        let message = file.write(encoding).unwrap_err().to_string();
        assert!(message.contains(part), "{message:?} and not {part:?}");
    }
}

#[test]
fn a_file_becomes_steps_that_count_on_each_other() {
    let mut registry = MemoryRegistry::new(FileTime(1));
    for change in [
        Change::create(path(r"HKCU\Old")),
        Change::create(path(r"HKCU\Old\Sub")),
        Change::SetValue { key: path(r"HKCU\Old"), name: "same".into(), value: Value::dword(1) },
    ] {
        registry.make(&change).unwrap();
    }
    let create = |key| Change::create(path(key));
    let delete = |key| Change::DeleteKey { key: path(key) };
    let set =
        |key, name: &str, number| Change::SetValue { key: path(key), name: name.into(), value: Value::dword(number) };
    let unset = |key, name: &str| Change::DeleteValue { key: path(key), name: name.into() };
    let rows = [
        ("[HKCU\\Old]\n\"same\"=dword:1\n\"none\"=-", Ok(vec![])),
        ("[HKCU\\New\\Below]\n", Ok(vec![create(r"HKCU\New"), create(r"HKCU\New\Below")])),
        ("[HKCU\\New]\n[HKCU\\NEW]\n", Ok(vec![create(r"HKCU\New")])),
        ("[-HKCU\\Old]\n", Ok(vec![delete(r"HKCU\Old\Sub"), delete(r"HKCU\Old")])),
        ("[-HKCU\\None]\n[-HKCU\\None\\None]", Ok(vec![])),
        (
            "[-HKCU\\old]\n[HKCU\\OLD]\n\"same\"=dword:1\n\"same\"=dword:2\n\"same\"=-\n",
            Ok(vec![
                delete(r"HKCU\old\Sub"),
                delete(r"HKCU\old"),
                create(r"HKCU\OLD"),
                set(r"HKCU\OLD", "same", 1),
                set(r"HKCU\OLD", "same", 2),
                unset(r"HKCU\OLD", "same"),
            ]),
        ),
        (
            "[HKCU\\New\\Below]\n[-HKCU\\New]\n",
            Ok(vec![create(r"HKCU\New"), create(r"HKCU\New\Below"), delete(r"HKCU\New\Below"), delete(r"HKCU\New")]),
        ),
        ("[-HKCU]", Err("HKCU is the top of a registry or a hive, which is neither created nor deleted")),
    ];
    for (lines, expected) in rows {
        let file = RegFile::read(format!("{VERSION_5}{lines}").as_bytes()).unwrap();
        let changes = file.changes(&registry).map_err(|error| error.to_string());
        assert_eq!(changes, expected.map_err(str::to_owned), "{lines}");
        let mut after = registry.clone();
        changes.iter().flatten().for_each(|change| after.make(change).unwrap());
    }
}

#[test]
fn a_tree_moves_to_another_place() {
    let text =
        format!("{VERSION_5}[HKEY_LOCAL_MACHINE\\hive]\r\n@=\"1\"\r\n\r\n[-HKEY_LOCAL_MACHINE\\HIVE\\Sub]\r\n\r\n");
    let file = RegFile::read(text.as_bytes()).unwrap();
    let moved = file.clone().rebased(&path(r"HKLM\Hive"), &path(r"HKCU\Software")).unwrap();
    let expected = text
        .replace("LOCAL_MACHINE\\hive", "CURRENT_USER\\Software")
        .replace("LOCAL_MACHINE\\HIVE", "CURRENT_USER\\Software");
    assert_eq!(String::from_utf8(moved.write(RegEncoding::Utf8).unwrap()).unwrap(), expected);
    assert_eq!(moved.rebased(&path(r"HKCU\Software"), &path(r"HKLM\Hive")), Ok(file.clone()));
    let error = file.rebased(&path(r"HKLM\Hive\Sub"), &path("HKCU")).unwrap_err();
    assert_eq!(error.to_string(), r"the file is about HKLM\hive, which is not in HKLM\Hive\Sub");
}

fn a_unit() -> impl Strategy<Value = u16> {
    prop_oneof![
        6 => proptest::sample::select("abAB\\\"[];=@-# \t{}ü€ÿ".encode_utf16().collect::<Vec<_>>()),
        1 => proptest::sample::select(vec![10, 13, 0x81, 0xfeff]),
        1 => 1u16..0xd800,
    ]
}

fn a_name(most: usize, taken: fn(u16) -> bool, halves: bool) -> impl Strategy<Value = Name> {
    let unit = prop_oneof![9 => a_unit(), u32::from(halves) => 0xd800u16..0xe000];
    proptest::collection::vec(unit, 0..most)
        .prop_map(move |units| Name::from_units(units.into_iter().filter(|&unit| taken(unit)).collect::<Vec<_>>()))
}

fn is_western(unit: u16) -> bool {
    (1..0x80).contains(&unit) || (0xa0..0x100).contains(&unit) || unit == 0x20ac || unit == 0x81
}

/// Files of a format with names that both it and the encoding can hold, and any data of any type.
fn a_file(encoding: RegEncoding) -> impl Strategy<Value = RegFile> {
    let western = encoding == RegEncoding::Windows1252;
    let taken = if western { is_western } else { |_| true };
    let in_key = if western {
        |unit| is_western(unit) && ![10, 13, 92].contains(&unit)
    } else {
        |unit| ![10, 13, 92].contains(&unit)
    };
    let halves = encoding == RegEncoding::Utf16;
    let names = proptest::collection::vec(a_name(5, in_key, halves), 0..4);
    let root = proptest::sample::select(Root::ALL.map(|(root, ..)| root).to_vec());
    let path = (root, names)
        .prop_map(|(root, names)| KeyPath::new(root, names.into_iter().filter(|name| !name.is_empty()).collect()));
    let text = a_name(50, taken, false)
        .prop_map(|name| Value::new(ValueType::SZ, &registry::View::Text(name.units().to_vec())));
    let texts = (prop_oneof![Just(1), Just(2), Just(7)], a_name(50, taken, false)).prop_map(|(kind, name)| Value {
        kind: ValueType(kind),
        data: name.units().iter().flat_map(|unit| unit.to_le_bytes()).collect(),
    });
    let kind = prop_oneof![0u32..13, any::<u32>()];
    let any_value = (kind, proptest::collection::vec(any::<u8>(), 0..80))
        .prop_filter("text of REGEDIT4 is in its code page", move |(kind, _)| !western || ![1, 2, 7].contains(kind))
        .prop_map(|(kind, data)| Value { kind: ValueType(kind), data });
    let value = prop_oneof![text, texts, any::<u32>().prop_map(Value::dword), any_value];
    let entry = (a_name(90, taken, halves), proptest::option::weighted(0.9, value))
        .prop_map(|(name, value)| RegEntry { name, value });
    let entries = proptest::collection::vec(entry, 0..6);
    let key = (path, proptest::option::weighted(0.8, entries)).prop_map(|(path, entries)| match entries {
        Some(entries) => RegKey::Set { path, entries },
        None => RegKey::Delete(path),
    });
    let format = match encoding {
        RegEncoding::Utf8 => vec![RegFormat::Version5],
        RegEncoding::Windows1252 => vec![RegFormat::Regedit4],
        RegEncoding::Utf16 | RegEncoding::Utf8WithMark => vec![RegFormat::Version5, RegFormat::Regedit4],
    };
    (proptest::sample::select(format), proptest::collection::vec(key, 0..6))
        .prop_map(|(format, keys)| RegFile { format, keys })
}

fn a_file_and_its_encoding() -> impl Strategy<Value = (RegFile, RegEncoding)> {
    let encodings = [RegEncoding::Utf16, RegEncoding::Utf8, RegEncoding::Utf8WithMark, RegEncoding::Windows1252];
    proptest::sample::select(encodings.to_vec()).prop_flat_map(|encoding| (a_file(encoding), Just(encoding)))
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same((file, encoding) in a_file_and_its_encoding()) {
        let bytes = file.write(encoding).unwrap();
        let again = RegFile::read(&bytes).unwrap();
        // Equality of names overlooks case, the bytes do not.
        prop_assert_eq!(&again, &file);
        prop_assert_eq!(again.write(encoding).unwrap(), bytes);
    }

    #[test]
    fn a_tree_exports_and_imports_the_same(file in a_file(RegEncoding::Utf16)) {
        let mut registry = MemoryRegistry::new(FileTime(1));
        for change in file.changes(&registry).unwrap_or_default() {
            registry.make(&change).unwrap();
        }
        let mut copy = MemoryRegistry::new(FileTime(1));
        for (root, ..) in Root::ALL {
            let export = RegFile::of(&registry, &KeyPath::new(root, vec![])).unwrap().unwrap();
            let import = RegFile::read(&export.write(RegEncoding::Utf16).unwrap()).unwrap();
            for change in import.changes(&copy).unwrap() {
                copy.make(&change).unwrap();
            }
            prop_assert_eq!(RegFile::of(&copy, &KeyPath::new(root, vec![])).unwrap().unwrap(), export.clone());
            prop_assert!(export.changes(&copy).unwrap().is_empty());
        }
        prop_assert_eq!(registry.key(&path(r"HKCU\none\none")).unwrap(), None);
    }

    #[test]
    fn no_bytes_make_it_panic(
        mark in proptest::sample::select(vec![&b"\xff\xfe"[..], b"\xfe\xff", b"REGEDIT4\n", b"\xef\xbb\xbf"]),
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
        lines in "(REGEDIT4\n)?(\\[-?HKCU(\\\\[a\\]])*\\]|[@\"\\\\=;:a1,\n\r -]|hex\\(|hex:|dword:){0,40}",
    ) {
        let _ = RegFile::read(&[mark, &bytes].concat());
        let _ = RegFile::read(lines.as_bytes());
    }
}
