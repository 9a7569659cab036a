use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use registry::{Change, KeyPath, MemoryRegistry, RegFile, WriteRegistry};
use registry_hive::{Counts, NewHive, Severity, Version};
use serde::Serialize;

use crate::clean::Clean;
use crate::describe::{count, grouped};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, Output, output_failed};
use crate::ui::Ui;
use crate::{hive_files, hive_opening, hive_place};

/// Make a new hive, empty or of .reg files
///
/// It is laid out as Windows lays one out that it has just compacted. Where several files speak of one value, the last one
/// wins. Administrators and the system may write its keys, everybody may read them.
#[derive(Args, Debug)]
pub(super) struct NewArgs {
    /// The hive to write
    hive: PathBuf,

    /// The .reg files, '-' for standard input
    #[arg(value_name = "FILE.reg")]
    files: Vec<PathBuf>,

    /// The key of the registry that the hive stands for, such as HKCU or 'HKLM\SOFTWARE' [default: by what is in the
    /// files]
    #[arg(long = "as", value_name = "ROOT")]
    place: Option<String>,

    /// The minor version: 5 as nearly all hives, 3 as UsrClass.dat
    #[arg(long, value_enum, default_value = "5", value_name = "3|5")]
    minor: Minor,

    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Minor {
    #[value(name = "3")]
    Three,
    #[value(name = "5")]
    Five,
}

#[derive(Serialize)]
struct NewReport {
    wbo: &'static str,
    version: u32,
    path: String,
    place: String,
    hive_version: &'static str,
    bytes: u64,
    keys: u64,
    values: u64,
}

pub(super) fn run(args: &NewArgs, ui: Ui) -> Result<Exit, CommandError> {
    let files = super::import::read_files(&args.files)?;
    let place = place(args, &files)?;
    for (name, file) in &files {
        hive_place::check_inside(name, file, &place)?;
    }
    let tree = tree(args, &files, &place)?;
    let (version, hive_version) = match args.minor {
        Minor::Three => (Version::V1_3, "1.3"),
        Minor::Five => (Version::V1_5, "1.5"),
    };
    let file_name = args.hive.file_name().unwrap_or_default().to_string_lossy();
    let built = NewHive::new(version, &file_name).build(&tree, &place);
    let bytes = built.map_err(|error| CommandError::building(&args.hive, &error))?;
    let counts = write(args, &bytes)?;
    warn_of_logs(&args.hive, ui)?;
    let report = NewReport {
        wbo: "hive-new",
        version: 1,
        path: args.hive.display().to_string(),
        place: place.to_string(),
        hive_version,
        bytes: bytes.len() as u64,
        keys: counts.keys,
        values: counts.values,
    };
    ui.result(&report, &|report| {
        format!(
            "{}: a hive of version {} that stands for {}: {}, {}, {} bytes\n",
            Clean(&report.path),
            report.hive_version,
            Clean(&report.place),
            count(report.keys, "key", "keys"),
            count(report.values, "value", "values"),
            grouped(report.bytes)
        )
    })?;
    Ok(Exit::Done)
}

fn place(args: &NewArgs, files: &[(String, RegFile)]) -> Result<KeyPath, CommandError> {
    match &args.place {
        Some(place) => hive_place::parse(place),
        // The root of an empty hive stands for nothing yet.
        None if files.iter().all(|(_, file)| file.keys.is_empty()) => hive_place::parse("HKCU"),
        None => hive_place::of_files(files.iter().map(|(_, file)| file)).ok_or_else(hive_place::unknown),
    }
}

/// The registry that the files make of an empty one, in which the root of the hive is there.
fn tree(args: &NewArgs, files: &[(String, RegFile)], place: &KeyPath) -> Result<MemoryRegistry, CommandError> {
    let mut tree = MemoryRegistry::new(hive_opening::now());
    let failed = |error| CommandError::registry(&args.hive, &error);
    for depth in 1..=place.names().len() {
        let names = place.names().iter().take(depth).cloned().collect();
        tree.make(&Change::create(KeyPath::new(place.root(), names))).map_err(failed)?;
    }
    for (name, file) in files {
        let failed = |error| CommandError::usage(format!("{name}: {error}"));
        for change in file.changes(&tree).map_err(failed)? {
            tree.make(&change).map_err(failed)?;
        }
    }
    Ok(tree)
}

fn write(args: &NewArgs, bytes: &[u8]) -> Result<Counts, CommandError> {
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let mut output = Output::create(&args.hive, existing)?;
    output.file().write_all(bytes).map_err(|error| output_failed(&args.hive, &error))?;
    let mut counts = Counts::default();
    output.commit(|written| {
        read_back(&args.hive, written, bytes)?;
        let findings = registry_hive::check(bytes);
        counts = findings.counts;
        match findings.faults.iter().find(|fault| fault.severity() == Severity::Damage) {
            None => Ok(()),
            Some(fault) => {
                Err(CommandError::failed(format!("a fault of wbo; please report it: the new hive has {fault}")))
            }
        }
    })?;
    Ok(counts)
}

/// Looks whether a file that was written has what was written.
pub(super) fn read_back(path: &Path, written: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let found = std::fs::read(written).map_err(|error| output_failed(path, &error))?;
    match found == bytes {
        true => Ok(()),
        false => {
            Err(CommandError::failed(format!("{}: it is not as it was written when it is read back", path.display())))
        }
    }
}

/// Logs of an earlier hive are not of this one.
pub(super) fn warn_of_logs(path: &Path, ui: Ui) -> Result<(), CommandError> {
    for (_, log) in hive_files::logs_beside(path)? {
        ui.warn(&format!("{} belongs to an earlier hive of this name; remove it", log.display()));
    }
    Ok(())
}
