//! Lets another program judge .reg files; scripts/oracles/reg-wine runs it.
//!
//!     reg_round_trip FILE…      each file, read and written again, has the same bytes
//!     reg_round_trip --sample   writes a file of everything that Wine takes and gives back as it was
//!     reg_round_trip --regedit4 writes a REGEDIT4 file, and --version5 what has to come of it

use std::io::Write;
use std::process::ExitCode;
use std::{env, fs, io};

use registry::{KeyPath, RegEncoding, RegEntry, RegFile, RegFormat, RegKey, Value, ValueType, View};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        [] => Err("no file is named".to_owned()),
        ["--sample"] => print(&sample(), RegEncoding::Utf16),
        ["--regedit4"] => print(&western(RegFormat::Regedit4), RegEncoding::Windows1252),
        ["--version5"] => print(&western(RegFormat::Version5), RegEncoding::Utf16),
        files => files.iter().try_for_each(|file| compare(file)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "reg_round_trip: {message}");
            ExitCode::FAILURE
        }
    }
}

fn compare(path: &str) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let file = RegFile::read(&bytes).map_err(|error| format!("{path}: {error}"))?;
    let again = file.write(RegEncoding::Utf16).map_err(|error| format!("{path}: {error}"))?;
    let same = bytes.iter().zip(&again).take_while(|(one, other)| one == other).count();
    if same < bytes.len().max(again.len()) {
        return Err(format!("{path}: written again it differs from byte {same} on"));
    }
    let line = format!("{path}: {} keys, {} bytes, the same again", file.keys.len(), bytes.len());
    writeln!(io::stdout(), "{line}").map_err(|error| error.to_string())
}

fn print(file: &RegFile, encoding: RegEncoding) -> Result<(), String> {
    let bytes = file.write(encoding).map_err(|error| error.to_string())?;
    io::stdout().write_all(&bytes).map_err(|error| error.to_string())
}

/// Values and keys are in the order of their names, in which Wine lists them.
fn sample() -> RegFile {
    let mut entries = vec![entry("", Value::text("the default value"))];
    for length in 0..90 {
        let name = format!("a{length:02}{}", "x".repeat(length));
        entries.push(entry(&name, bytes(3, length)));
    }
    for kind in [0, 2, 7, 8, 11, 0x10, 0xffff_0012, u32::MAX] {
        entries.push(entry(&format!("b{kind:08x} empty"), Value { kind: ValueType(kind), data: vec![] }));
        entries.push(entry(&format!("b{kind:08x} full"), bytes(kind, 64)));
    }
    let texts = ["", r#""\"#, "%PATH%;C:\\", "[x]", "tab\t", "\u{1f30e}€ü", "\u{feff}", " ; no comment "];
    for (index, text) in texts.iter().enumerate() {
        entries.push(entry(&format!("c{index}{text}"), Value::text(text)));
        let units = text.encode_utf16().collect();
        entries.push(entry(&format!("d{index}"), Value::new(ValueType::EXPAND_SZ, &View::Text(units))));
    }
    for number in [0, 1, 0x1234_5678, u32::MAX] {
        entries.push(entry(&format!("e{number:08x}"), Value::dword(number)));
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let below = ["1 \"quoted\"", "2 [brackets]", "3 ]", "4 ;", "5 ü€\u{1f30e}", "6 @=-"];
    let top = KeyPath::parse(r"HKCU\Software\wbo-oracle").unwrap_or_else(|error| unreachable!("{error}"));
    let below = below.map(|name| RegKey::Set {
        path: top.join(name.into()),
        entries: vec![entry("", Value::dword(1)), entry("@", Value::dword(2))],
    });
    let top = RegKey::Set { path: top.clone(), entries };
    RegFile { format: RegFormat::Version5, keys: [top].into_iter().chain(below).collect() }
}

/// What a code page can say.
fn western(format: RegFormat) -> RegFile {
    let units: Vec<u16> = "ü€\u{81}ÿ".encode_utf16().collect();
    let entries = vec![
        entry("binary", Value { kind: ValueType::BINARY, data: vec![0x80, 0xff] }),
        entry("expand", Value::new(ValueType::EXPAND_SZ, &View::Text(units.clone()))),
        entry("list", Value::new(ValueType::MULTI_SZ, &View::List(vec![units.clone(), units]))),
        entry("text ü€", Value::text("ü€\\\"ÿ")),
    ];
    let path = KeyPath::parse(r"HKCU\Software\wbo-oracle-ü").unwrap_or_else(|error| unreachable!("{error}"));
    RegFile { format, keys: vec![RegKey::Set { path, entries }] }
}

fn entry(name: &str, value: Value) -> RegEntry {
    RegEntry { name: name.into(), value: Some(value) }
}

/// Bytes that Wine does not take for text that it would end with a NUL: they end with two.
fn bytes(kind: u32, length: usize) -> Value {
    let data = (1..=u8::MAX).cycle().take(length & !1).chain([0, 0]);
    Value { kind: ValueType(kind), data: data.collect() }
}
