use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use registry::{KeyPath, Name, RegEncoding, RegEntry, RegFile, RegFormat, RegKey, RegWriteError};
use registry_hive::{Data, KeyNode, KeyValue, Lost, Visit, walk};
use serde::Serialize;

use crate::clean::Clean;
use crate::describe::count;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, Output, output_failed};
use crate::hive_opening::{HiveSource, Loss, Losses, OpenHive, StateReport, key_names};
use crate::hive_place;
use crate::ui::Ui;

/// Write a hive, or a key of it, as a .reg file that regedit reads
///
/// In UTF-16 as regedit writes it, to standard output or a file; the same hive gives the same bytes. What is damaged, or
/// has a name that a .reg file cannot say, is named on standard error, the rest is written, and the exit code is 3.
#[derive(Args, Debug)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    source: HiveSource,

    /// Only this key and what is in it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// The key of the registry that the root of the hive stands for, such as HKCU or 'HKLM\SOFTWARE' [default: by what
    /// is in the hive]
    #[arg(long = "as", value_name = "ROOT")]
    place: Option<String>,

    /// The file to write; without it, the text goes to standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Replace that file if it exists
    #[arg(long, requires = "out")]
    force: bool,

    /// Write UTF-8, which is easier to review and to diff; regedit wants UTF-16
    #[arg(long)]
    utf8: bool,
}

#[derive(Serialize)]
struct ExportReport {
    wbo: &'static str,
    version: u32,
    path: String,
    out: String,
    place: String,
    keys: u64,
    values: u64,
    /// What is damaged and told one by one.
    damage: Vec<Loss>,
    /// How many things are damaged or cannot be said in a .reg file.
    left_out: u64,
    state: StateReport,
}

pub(super) fn run(args: &ExportArgs, ui: Ui) -> Result<Exit, CommandError> {
    let hive = args.source.open(ui)?;
    let (above, key) = hive.find(&key_names(args.key.as_deref()))?;
    let place = place(args, &hive)?;
    let encoding = if args.utf8 { RegEncoding::Utf8 } else { RegEncoding::Utf16 };
    let Some(out) = &args.out else {
        if ui.json {
            return Err(CommandError::usage("standard output cannot have the text and the JSON: --json needs --out"));
        }
        let written = export(key, &place, &above, encoding, BufWriter::new(io::stdout().lock()));
        return match written {
            // Nobody reading on is no failure.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CommandError::failed(format!("standard output: {error}")))
            }
            Err(_) => Ok(Exit::Done),
            Ok(written) => Ok(written.say(&hive.path, ui)),
        };
    };
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let mut output = Output::create(out, existing)?;
    let written = export(key, &place, &above, encoding, BufWriter::new(output.file()));
    let written = written.map_err(|error| output_failed(out, &error))?;
    output.commit(|_| Ok(()))?;
    let exit = written.say(&hive.path, ui);
    let report = ExportReport {
        wbo: "hive-export",
        version: 1,
        path: hive.path.display().to_string(),
        out: out.display().to_string(),
        place: place.to_string(),
        keys: written.keys,
        values: written.values,
        damage: written.losses.told.clone(),
        left_out: written.losses.count + written.unwritable_count,
        state: hive.state.clone(),
    };
    ui.result(&report, &|report| {
        let (keys, values) = (count(report.keys, "key", "keys"), count(report.values, "value", "values"));
        format!("{}: {keys}, {values}\n", Clean(&report.out))
    })?;
    Ok(exit)
}

fn place(args: &ExportArgs, hive: &OpenHive) -> Result<KeyPath, CommandError> {
    if let Some(place) = &args.place {
        return hive_place::parse(place);
    }
    let root = hive.image.hive().root().map_err(|damage| CommandError::damaged_hive(&hive.path, &damage))?;
    // A root that is damaged in part may still tell what it is.
    let subkeys: Vec<Name> = root.subkeys().filter_map(Result::ok).map(|key| key.name().to_name()).collect();
    hive_place::of_content(&subkeys).ok_or_else(hive_place::unknown)
}

/// What was written, and what could not be.
#[derive(Default)]
struct Written {
    keys: u64,
    values: u64,
    losses: Losses,
    unwritable: Vec<RegWriteError>,
    unwritable_count: u64,
}

/// What cannot be said in a .reg file and is told one by one.
const TOLD: usize = 20;

impl Written {
    fn say(&self, path: &Path, ui: Ui) -> Exit {
        for error in &self.unwritable {
            ui.warn(&format!("{}: left out: {error}", path.display()));
        }
        if self.unwritable_count > self.unwritable.len() as u64 {
            ui.warn(&format!("{}: {} things in all are left out", path.display(), self.unwritable_count));
        }
        match self.losses.say(path, ui) {
            Exit::Done if self.unwritable_count > 0 => Exit::Partly,
            exit => exit,
        }
    }

    fn leave_out(&mut self, error: RegWriteError) {
        self.unwritable_count += 1;
        if self.unwritable.len() < TOLD {
            self.unwritable.push(error);
        }
    }
}

fn export(
    key: KeyNode<'_>,
    place: &KeyPath,
    above: &[Name],
    encoding: RegEncoding,
    out: impl Write,
) -> io::Result<Written> {
    let frame = written(Vec::new(), encoding).unwrap_or_default();
    let end = "\r\n".encode_utf16().count() * if encoding == RegEncoding::Utf16 { 2 } else { 1 };
    let (start, end) = frame.split_at(frame.len().saturating_sub(end));
    let top = above.iter().fold(place.clone(), |path, name| path.join(name.clone()));
    let mut sections = Sections {
        out,
        encoding,
        frame: (start.len(), end.len()),
        paths: vec![top],
        entries: Vec::new(),
        open: false,
        written: Written::default(),
        failed: None,
    };
    sections.out.write_all(start)?;
    walk(key, &mut sections);
    sections.end_section();
    if let Some(error) = sections.failed {
        return Err(error);
    }
    sections.out.write_all(end)?;
    sections.out.flush()?;
    Ok(sections.written)
}

fn written(keys: Vec<RegKey>, encoding: RegEncoding) -> Result<Vec<u8>, RegWriteError> {
    RegFile { format: RegFormat::Version5, keys }.write(encoding)
}

/// Writes a section for each key as it comes, so that a large hive does not become a text in memory first.
struct Sections<W> {
    out: W,
    encoding: RegEncoding,
    /// How many bytes a file has before its first section and after its last one.
    frame: (usize, usize),
    /// The key that is walked through and those above it, from the first one on.
    paths: Vec<KeyPath>,
    entries: Vec<RegEntry>,
    open: bool,
    written: Written,
    failed: Option<io::Error>,
}

impl<W: Write> Sections<W> {
    fn end_section(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        let Some(path) = self.paths.last().filter(|_| self.open && self.failed.is_none()) else { return };
        let values = entries.len() as u64;
        let file = RegFile { format: RegFormat::Version5, keys: vec![RegKey::Set { path: path.clone(), entries }] };
        match file.write(self.encoding) {
            Ok(text) => self.write(&text, values),
            Err(_) => file.keys.into_iter().for_each(|key| self.write_sayable(key)),
        }
    }

    /// Writes what can be said of a key: one name that cannot be does not take the others with it.
    fn write_sayable(&mut self, key: RegKey) {
        let RegKey::Set { path, entries } = key else { return };
        let section = |entries| written(vec![RegKey::Set { path: path.clone(), entries }], self.encoding);
        if let Err(error) = section(Vec::new()) {
            return self.written.leave_out(error);
        }
        let (mut sayable, mut unsayable) = (Vec::new(), Vec::new());
        for entry in entries {
            match section(vec![entry.clone()]) {
                Ok(_) => sayable.push(entry),
                Err(error) => unsayable.push(error),
            }
        }
        let values = sayable.len() as u64;
        let text = section(sayable);
        unsayable.into_iter().for_each(|error| self.written.leave_out(error));
        if let Ok(text) = text {
            self.write(&text, values);
        }
    }

    /// Writes a section, which stands between the start and the end of a file.
    fn write(&mut self, file: &[u8], values: u64) {
        let section = file.get(self.frame.0..file.len().saturating_sub(self.frame.1)).unwrap_or_default();
        self.failed = self.out.write_all(section).err();
        self.written.keys += 1;
        self.written.values += values;
    }
}

impl<'h, W: Write> Visit<'h> for Sections<W> {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.end_section();
        if let Some(above) = depth.checked_sub(1).and_then(|above| self.paths.get(above)) {
            let path = above.join(key.name().to_name());
            self.paths.truncate(depth);
            self.paths.push(path);
        }
        self.open = true;
    }

    fn value(&mut self, value: KeyValue<'h>, _: Data<'h>) {
        // A walk passes only data that are there.
        if let Ok(data) = value.to_value() {
            self.entries.push(RegEntry { name: value.name().to_name(), value: Some(data) });
        }
    }

    fn lost(&mut self, depth: usize, lost: Lost<'h>) {
        let paths = &self.paths;
        self.written.losses.add_lost(|| paths.get(depth).map(ToString::to_string).unwrap_or_default(), &lost);
    }
}
