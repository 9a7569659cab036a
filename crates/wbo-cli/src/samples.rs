//! The sample images: two small Windows folders, made of the text in `demo/`, for `wbo demo` and for tests.
//!
//! The tables in [`windows_10`] and [`windows_11`] say which file stands where. The same program writes the same bytes each
//! time: every time in a hive, and the time of every file, is that of its image.

mod cut_off;
mod hives;
mod made;
mod secrets;
mod shortcut;
mod windows_10;
mod windows_11;

use std::fmt::Display;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use registry_hive::Version;

use crate::error::CommandError;
use crate::file_time::from_seconds;

/// A Windows folder to be written.
struct Image {
    folder: &'static str,
    /// When it was switched off, in seconds since 1970.
    time: u64,
    files: Vec<Sample>,
}

/// A file of it, by its path with slashes.
struct Sample {
    path: String,
    content: Content,
}

enum Content {
    /// A hive of the text of a .reg file.
    Hive(Hive),
    /// A hive whose last change, a second text, only its log has: `NAME` and `NAME.LOG1`.
    CutOff(Hive, &'static str),
    /// A text as it is.
    Text(&'static str),
    /// A text as Windows has it in many files: UTF-16 with a byte order mark, and lines that end with CR and LF.
    WideText(&'static str),
    Bytes(Vec<u8>),
}

struct Hive {
    /// The key that it stands for.
    root: &'static str,
    version: Version,
    reg: &'static str,
}

/// Writes the two images into a folder that is there: `windows-10` and `windows-11`.
pub(crate) fn build(folder: &Path) -> Result<(), CommandError> {
    [windows_10::image(), windows_11::image()].iter().try_for_each(|image| image.write(folder))
}

impl Image {
    fn write(&self, folder: &Path) -> Result<(), CommandError> {
        let root = folder.join(self.folder);
        let time = from_seconds(self.time);
        for sample in &self.files {
            let path = sample.path.split('/').fold(root.clone(), |path, part| path.join(part));
            match &sample.content {
                Content::Hive(hive) => self.write_file(&path, &hives::build(hive, &sample.path, time)?)?,
                Content::CutOff(hive, change) => {
                    let before = hives::build(hive, &sample.path, time)?;
                    let left = cut_off::change(hive, before, change, &sample.path, time)?;
                    self.write_file(&path, &left.hive)?;
                    self.write_file(&path.with_added_extension("LOG1"), &left.log)?;
                }
                Content::Text(text) => self.write_file(&path, text.as_bytes())?,
                Content::WideText(text) => self.write_file(&path, &wide(text))?,
                Content::Bytes(bytes) => self.write_file(&path, bytes)?,
            }
        }
        Ok(())
    }

    fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
        let write = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            let mut file = File::create_new(path)?;
            file.write_all(bytes)?;
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(self.time))
        };
        write().map_err(|error: std::io::Error| CommandError::failed(format!("{}: {error}", path.display())))
    }
}

fn wide(text: &str) -> Vec<u8> {
    let lines: String = text.lines().flat_map(|line| [line, "\r\n"]).collect();
    [0xfeff].into_iter().chain(lines.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// What a sample that cannot be made is told as.
fn failed<E: Display>(path: &str) -> impl Fn(E) -> CommandError {
    move |error| CommandError::failed(format!("the sample of {path}: {error}"))
}

fn sample(path: impl Into<String>, content: Content) -> Sample {
    Sample { path: path.into(), content }
}

/// A hive of the machine.
fn machine_hive(name: &str, root: &'static str, reg: &'static str) -> Sample {
    sample(format!("Windows/System32/config/{name}"), Content::Hive(Hive { root, version: Version::V1_5, reg }))
}

/// A hive whose root is `HKCU`.
fn user_hive(reg: &'static str) -> Hive {
    Hive { root: "HKCU", version: Version::V1_5, reg }
}

fn user(folder: &str, reg: &'static str) -> Sample {
    sample(format!("Users/{folder}/NTUSER.DAT"), Content::Hive(user_hive(reg)))
}

fn classes(folder: &str, reg: &'static str) -> Sample {
    let hive = Hive { root: r"HKCU\Software\Classes", version: Version::V1_3, reg };
    sample(format!("Users/{folder}/AppData/Local/Microsoft/Windows/UsrClass.dat"), Content::Hive(hive))
}
