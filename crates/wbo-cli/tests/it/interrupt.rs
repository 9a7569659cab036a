//! Ctrl-C at any moment ends with 130 and leaves nothing behind.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::folder::Folder;
use crate::run::Run;
use crate::schema;

#[test]
fn an_interrupted_pack_leaves_nothing() {
    let (source, folder) = (with_endless_file(), Folder::with_document());
    folder.wbo("pack small.json --out there.wbo --plain").ends(0);
    let before = folder.listing();
    let document = source.path("endless.json");
    for (signal, options) in [("INT", "--out a.wbo"), ("TERM", "--out a.wbo"), ("INT", "--out there.wbo --force")] {
        let mut running = Running::start(&folder, &format!("pack {} --plain {options}", document.display()));
        running.wait_for_output(&folder);
        running.signal(signal);
        running.end().ends(130).keeps_the_laws(&before, &folder.listing());
        assert!(before == folder.listing(), "{signal} {options}");
    }
}

#[test]
fn an_interrupted_extract_leaves_nothing() {
    let folder = Folder::new();
    folder.write("many.json", document_of_many_files(1000).to_string());
    folder.wbo("pack many.json --out many.wbo --plain").ends(0);
    let before = folder.listing();
    for _ in 0..5 {
        let mut running = Running::start(&folder, "extract many.wbo --out x --accept-unsigned test");
        running.wait_for_output(&folder);
        running.signal("INT");
        let run = running.end();
        // A fast disk may have everything before the signal is there.
        if run.code == 0 {
            std::fs::remove_dir_all(folder.path("x")).unwrap();
        } else {
            assert_eq!(run.code, 130, "{run:?}");
        }
        assert!(before == folder.listing(), "{run:?}");
    }
}

/// What has begun to change a hive in place comes to its end, whoever interrupts it.
#[test]
fn an_import_that_writes_is_not_cut_off() {
    let folder = Folder::new();
    let value = |number: u32, byte: &str| format!("\"{number}\"=hex:{}\r\n", vec![byte; 10_000].join(","));
    let values = |byte: &str| (0..100).map(|number| value(number, byte)).collect::<String>();
    let reg =
        |byte: &str| format!("Windows Registry Editor Version 5.00\r\n[HKEY_CURRENT_USER\\a]\r\n{}", values(byte));
    folder.hive("hive", &reg("00"));
    folder.write("edit.reg", reg("01"));
    let mut running = Running::start(&folder, "hive import hive edit.reg --json");
    while !folder.path("hive.LOG1").exists() && running.child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    running.signal("INT");
    let run = running.end().ends(0);
    assert_eq!(run.json()["written"], json!(true));
    folder.wbo("hive check hive").ends(0);
    assert!(!folder.path("hive.LOG1").exists());
}

#[test]
fn progress_is_told_as_json_lines() {
    let (source, folder) = (with_endless_file(), Folder::new());
    let line = format!("pack {} --plain --out a.wbo --progress json", source.path("endless.json").display());
    let mut running = Running::start(&folder, &line);
    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    let mut done = Vec::new();
    for _ in 0..3 {
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        schema::check(&value);
        assert_eq!((&value["what"], &value["total"]), (&json!("pack"), &json!(ENDLESS)));
        done.push(value["done"].as_u64().unwrap());
    }
    running.signal("INT");
    assert!(done.is_sorted() && done.iter().all(|done| *done <= ENDLESS), "{done:?}");
    assert_eq!(std::io::read_to_string(stderr).unwrap().lines().last(), Some("wbo: 130 interrupted"));
}

/// A file without bytes on the disk, as large as can be: reading it takes longer than the test goes on.
const ENDLESS: u64 = 60 << 30;

/// With a document whose only file is [`ENDLESS`].
fn with_endless_file() -> Folder {
    let folder = Folder::with_document();
    File::create(folder.path("endless")).unwrap().set_len(ENDLESS).unwrap();
    let mut document = folder.json("small.json");
    let file = document["sections"]["personalization"][2]["items"][0].as_object_mut().unwrap();
    file["size"] = json!(ENDLESS);
    let content = document["contents"].as_object_mut().unwrap().values_mut().next().unwrap();
    *content = json!({"size": ENDLESS, "file": "endless"});
    folder.write("endless.json", document.to_string());
    folder
}

/// With as many files as `count`, each with its own bytes.
fn document_of_many_files(count: usize) -> serde_json::Value {
    let (mut items, mut contents) = (Vec::new(), serde_json::Map::new());
    for number in 0..count {
        let text = format!("file {number}");
        let digest: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        items.push(json!({"file": [format!("{number}.txt")], "sha256": digest, "size": text.len(), "attributes": 0}));
        contents.insert(digest, json!({"size": text.len(), "text": text}));
    }
    json!({
        "wbo": "document", "version": 1,
        "profile": {"tool": {"name": "test", "version": "1"}, "catalogue": "1", "method": "authored"},
        "sections": {"personalization": [{"id": "themes.files", "items": items}]},
        "contents": contents,
    })
}

/// A running `wbo`, which does not outlive the test.
struct Running {
    line: String,
    child: Child,
}

impl Running {
    fn start(folder: &Folder, line: &str) -> Self {
        let mut command = folder.command();
        command.args(line.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { line: line.to_owned(), child: command.spawn().unwrap() }
    }

    /// Waits until it has begun to write.
    fn wait_for_output(&mut self, folder: &Folder) {
        let begun = || {
            let mut names = std::fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name());
            names.any(|name| name.to_string_lossy().ends_with(".part"))
        };
        while !begun() && self.child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn signal(&mut self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        // It may have ended by itself.
        let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().unwrap();
    }

    fn end(mut self) -> Run {
        let line = self.line.clone();
        let stdout = std::io::read_to_string(self.child.stdout.take().unwrap()).unwrap().into_bytes();
        let stderr = self.child.stderr.take().map_or(Ok(String::new()), std::io::read_to_string).unwrap().into_bytes();
        let status = self.child.wait().unwrap();
        Run::of(&line.split(' ').collect::<Vec<_>>(), Output { status, stdout, stderr })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
