//! `wbo verify`.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::{Folder, fixture};
use crate::tools::run;

#[test]
fn the_worst_of_many_files_decides() {
    let folder = Folder::with_profile();
    damage(&folder);
    assert_snapshot!(folder.transcript(
        "
        verify alice.wbo
        verify alice.wbo -i alice.key --signers signers
        verify alice.wbo alice.wbo --quiet
        verify alice.wbo flipped.wbo
        verify alice.wbo flipped.wbo -i alice.key --signers signers
        verify no-tail.wbo -i alice.key
        verify more.wbo -i alice.key
        verify cut.wbo alice.wbo
        verify mangled.wbo utf-16.wbo
        verify small.json
        verify missing.wbo
        verify alice.wbo -i mallory.key
        verify missing.wbo small.json flipped.wbo alice.wbo -i mallory.key
        verify
        "
    ));
}

/// Files with something wrong, made from `alice.wbo`.
fn damage(folder: &Folder) {
    folder.key("mallory");
    folder.changed("alice.wbo", "flipped.wbo", |bytes| bytes[200] ^= 1);
    folder.changed("alice.wbo", "no-tail.wbo", |bytes| {
        let end = bytes.len() - 60;
        bytes[end] ^= 1;
    });
    folder.changed("alice.wbo", "more.wbo", |bytes| bytes.push(0));
    folder.changed("alice.wbo", "cut.wbo", |bytes| bytes.truncate(50_000));
    folder.changed("alice.wbo", "mangled.wbo", |bytes| *bytes = String::from_utf8_lossy(bytes).into_owned().into());
    folder.changed("alice.wbo", "utf-16.wbo", |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        *bytes = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    });
}

#[test]
fn codes_are_those_of_the_worst_file() {
    let folder = Folder::with_profile();
    damage(&folder);
    let table = [
        ("verify alice.wbo", 0),
        ("verify flipped.wbo alice.wbo", 13),
        ("verify alice.wbo cut.wbo", 14),
        ("verify cut.wbo flipped.wbo", 13),
        ("verify missing.wbo cut.wbo", 14),
        ("verify mangled.wbo missing.wbo", 10),
        ("verify alice.wbo -i mallory.key", 12),
        ("verify missing.wbo alice.wbo -i mallory.key", 17),
    ];
    for (line, code) in table {
        let report = folder.wbo(&format!("{line} --json")).ends(code).json();
        let files = report["files"].as_array().unwrap();
        assert!(files.iter().any(|file| file["exit"] == code), "{line}: {report:#}");
        assert_eq!(folder.wbo(line).code, code, "{line}");
    }
}

#[test]
fn one_changed_bit_anywhere_is_found_without_a_key() {
    let folder = Folder::with_profile();
    let length = folder.read("alice.wbo").len();
    let names: Vec<String> = (0..length).step_by(length / 61).map(|place| format!("flipped-{place}.wbo")).collect();
    for (index, name) in names.iter().enumerate() {
        folder.changed("alice.wbo", name, |bytes| bytes[index * (length / 61)] ^= 1 << (index % 8));
    }
    let report = folder.wbo(&format!("verify --json {}", names.join(" "))).json();
    for file in report["files"].as_array().unwrap() {
        assert!([10, 11, 13, 14, 15].contains(&file["exit"].as_i64().unwrap()), "{file:#}");
    }
}

#[test]
fn whom_to_trust_is_a_matter_of_the_allowed_signers() {
    let folder = Folder::with_profile();
    let bench = folder.text("bench.pub");
    let other = folder.signer("other");
    let fingerprint = run(&folder, "ssh-keygen", &["-l", "-f", "bench.pub"]);
    let fingerprint = fingerprint.split_whitespace().nth(1).unwrap();
    run(&folder, "ssh-keygen", &["-k", "-q", "-f", "revoked-krl", "bench.pub"]);
    let trusted = format!("bench@example.org namespaces=\"wbo-profile\" {bench}");
    let files = [
        ("trusted", trusted.clone()),
        ("any-role", format!("bench@example.org namespaces=\"wbo-*\" {bench}")),
        ("now", format!("bench@example.org namespaces=\"wbo-profile\",valid-after=\"20200101Z\" {bench}")),
        ("stranger", format!("other@example.org namespaces=\"wbo-profile\" {other}")),
        ("endorser", format!("bench@example.org namespaces=\"wbo-endorse\" {bench}")),
        ("git", format!("bench@example.org namespaces=\"git\" {bench}")),
        ("no-namespace", format!("bench@example.org {bench}")),
        ("expired", format!("bench@example.org namespaces=\"wbo-profile\",valid-before=\"20200101Z\" {bench}")),
        ("not-yet", format!("bench@example.org namespaces=\"wbo-profile\",valid-after=\"29990101Z\" {bench}")),
        ("certificates", format!("bench@example.org cert-authority,namespaces=\"wbo-profile\" {bench}")),
        ("unknown-option", format!("bench@example.org namespaces=\"wbo-profile\",no-touch {bench}")),
        ("revoked-key", bench.clone()),
        ("revoked-fingerprint", format!("{fingerprint}\n")),
        ("revoked-other", other),
        ("empty", String::new()),
    ];
    for (name, text) in files {
        folder.write(name, text);
    }
    let table = [
        ("--signers trusted", 0),
        ("--signers any-role", 0),
        ("--signers now", 0),
        ("--signers trusted --revoked revoked-other", 0),
        ("--signers stranger", 15),
        ("--signers endorser", 15),
        ("--signers git", 15),
        ("--signers no-namespace", 15),
        ("--signers expired", 15),
        ("--signers not-yet", 15),
        ("--signers empty", 15),
        ("--signers trusted --revoked revoked-key", 15),
        ("--signers trusted --revoked revoked-fingerprint", 15),
        ("--signers trusted --revoked revoked-krl", 15),
        ("--signers trusted --revoked revoked-other --revoked revoked-key", 15),
        ("--signers stranger --accept-unsigned test", 0),
        ("--signers certificates", 2),
        ("--signers unknown-option", 2),
        ("--signers small.json", 2),
        ("--signers missing", 17),
        ("--signers trusted --revoked small.json", 2),
        ("--signers trusted --revoked missing", 17),
    ];
    let mut shown = String::new();
    for (options, code) in table {
        folder.wbo(&format!("verify alice.wbo {options} --json")).ends(code);
        folder.wbo(&format!("verify alice.wbo -i alice.key {options}")).ends(code);
        shown += &folder.transcript(&format!("verify alice.wbo {options}"));
    }
    assert_snapshot!(shown);
}

#[test]
fn a_wrong_seal_is_a_failure_even_if_nobody_is_to_be_trusted() {
    let folder = Folder::with_profile();
    folder.wbo("pack small.json --out other.wbo -R alice.pub --sign bench").ends(0);
    // The seal of another profile, put where this one's was; the digest at the end is then made right.
    folder.changed("alice.wbo", "swapped.wbo", |bytes| {
        let other = folder.read("other.wbo");
        let (at, from) = (seal_at(bytes), seal_at(&other));
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        bytes[at..at + 4 + length].copy_from_slice(&other[from..from + 4 + length]);
        mend_tail(bytes);
    });
    assert_snapshot!(folder.transcript(
        "
        verify swapped.wbo
        verify swapped.wbo -i alice.key --accept-unsigned test
        inspect swapped.wbo
        inspect swapped.wbo -i alice.key
        extract swapped.wbo --out x -i alice.key --accept-unsigned test
        "
    ));
}

/// Where the only seal's length stands.
fn seal_at(bytes: &[u8]) -> usize {
    let magic = bytes.windows(6).rposition(|window| window == b"SSHSIG").expect("it has a seal");
    magic - 4
}

/// Makes the digest over the tail right again.
fn mend_tail(bytes: &mut [u8]) {
    use sha2::{Digest, Sha256};
    let length_at = bytes.len() - 108;
    let length = u32::from_le_bytes(bytes[length_at..length_at + 4].try_into().unwrap()) as usize;
    let digest_at = bytes.len() - 40;
    let digest = Sha256::digest(&bytes[bytes.len() - length..digest_at]);
    bytes[digest_at..digest_at + 32].copy_from_slice(&digest);
}

#[test]
fn golden_files_are_what_they_were() {
    let folder = Folder::new();
    folder.write("a.key", "AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWRYDWG\n");
    folder.write("b.key", "AGE-SECRET-KEY-1YQSJYGEYY5NZW2PF9G4JCTFW9UCRZV3NXS6NVDEC8YARK0PA8CLSWXGG7Q\n");
    let names = copied(&folder, "golden", |name| name.ends_with(".wbo"));
    assert!(names.len() >= 11, "{names:?}");
    for name in &names {
        let code = if name.starts_with("future-") { 11 } else { 0 };
        folder.wbo(&format!("verify {name} -i a.key --json")).ends(code);
        // What only the manifest says, does not show without a key.
        let keyless = folder.wbo(&format!("verify {name} --json")).code;
        assert!(keyless == code || keyless == 0, "{name}: {keyless}");
    }
    folder.wbo("verify v1-encrypted-full.wbo -i b.key").ends(0);
    folder.wbo("verify v1-rekeyed.wbo -i b.key").ends(12);
    assert_snapshot!(
        folder.transcript(&names.iter().map(|name| format!("inspect {name} -i a.key")).collect::<Vec<_>>().join("\n"))
    );
}

#[test]
fn vectors_end_with_the_code_of_their_flaw() {
    let folder = Folder::new();
    let names = copied(&folder, "vectors", |name| !name.contains('.'));
    assert!(names.len() >= 80, "{} vectors", names.len());
    let heads = names.iter().map(|name| {
        let bytes = folder.read(name);
        let end = bytes.windows(2).position(|two| two == b"\n\n").expect("a head ends with a blank line");
        folder.write(name, &bytes[end + 2..]);
        String::from_utf8(bytes[..=end].to_vec()).unwrap()
    });
    let heads: Vec<String> = heads.collect();
    let report = folder.wbo(&format!("verify --json {}", names.join(" "))).json();
    let verdicts = report["files"].as_array().unwrap();
    let mut wrong = Vec::new();
    for ((name, head), verdict) in names.iter().zip(&heads).zip(verdicts) {
        assert_eq!(verdict["path"], name.as_str());
        let expected = code_of(head.lines().find_map(|line| line.strip_prefix("expect: ")).unwrap());
        // Without the key, what is wrong inside an encrypted body does not show.
        let hidden = verdict["depth"] == "digests" && verdict["exit"] == 0;
        // A key for a plain body is wrong for the format; the command does not use any.
        let unused = verdict["depth"] == "sections" && !head.contains("key: plain");
        if verdict["exit"] != expected && !hidden && !unused {
            wrong.push(format!("{name} is to end with {expected}: {verdict:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let found = |code: i32| verdicts.iter().filter(|verdict| verdict["exit"] == code).count();
    for code in [0, 10, 11, 13, 14, 15] {
        assert!(found(code) > 0, "no vector ended with {code}");
    }
}

fn code_of(expected: &str) -> i32 {
    let codes = [
        ("success", 0),
        ("not a profile", 10),
        ("mangled", 10),
        ("newer", 11),
        ("wrong key", 12),
        ("damaged", 13),
        ("truncated", 14),
        ("author's seal missing", 15),
        ("wrong seal", 15),
    ];
    codes.iter().find(|(what, _)| expected.starts_with(what)).unwrap_or_else(|| panic!("{expected}?")).1
}

/// Copies the fixtures of one kind, and names them in order.
fn copied(folder: &Folder, kind: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let entries = fs::read_dir(fixture(kind)).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.retain(|name| wanted(name));
    names.sort();
    for name in &names {
        folder.write(name, fs::read(fixture(kind).join(name)).unwrap());
    }
    names
}

#[test]
fn all_sections_are_named_when_one_is_damaged() {
    let folder = Folder::with_profile();
    folder.changed("alice.wbo", "flipped.wbo", |bytes| bytes[200] ^= 1);
    let report = folder.wbo("verify flipped.wbo -i alice.key --json").ends(13).json();
    let sections = report["files"][0]["sections"].as_array().unwrap().clone();
    let whole = |section: &&Value| section["whole"] == true;
    assert_eq!(sections.iter().filter(whole).count(), sections.len() - 1);
    let damaged: Vec<_> = sections.iter().filter(|section| !whole(section)).collect();
    assert_eq!(damaged[0]["section"], "personalization");
}

#[test]
fn one_passphrase_on_standard_input_opens_many_profiles() {
    let folder = Folder::with_document();
    folder.write("passphrase", "correct horse\n");
    for name in ["a.wbo", "b.wbo"] {
        folder.wbo(&format!("pack small.json --out {name} --passphrase-file passphrase")).ends(0);
    }
    let input = crate::run::Input { stdin: Some(b"correct horse\n"), ..Default::default() };
    folder.wbo_with(&["verify", "a.wbo", "b.wbo", "--passphrase-file", "-"], input).ends(0);
}
