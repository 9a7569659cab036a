use std::io::{self, BufWriter, Write};

use clap::Args;
use registry::Name;
use registry_hive::{Data, KeyNode, KeyValue, Lost, StoredName, Visit, walk};
use sha2::{Digest, Sha256};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening::{HiveSource, Losses, joined, key_names};
use crate::ui::Ui;
use crate::units;

/// Write every key and value as JSON lines
///
/// One key a line, each before its subkeys: `{"key": [names], "written": FILETIME, "values": [[name, type, length, digest]]}`.
/// Names are those below the root, whose own list is empty; the digest is the first 16 digits of the SHA-256 of the data.
/// Half a surrogate pair in a name is an escape such as \ud83d, which strict parsers of JSON refuse. What is damaged is
/// named on standard error, everything else is written, and the exit code is 3. --json changes nothing here.
#[derive(Args, Debug)]
pub(super) struct DumpArgs {
    #[command(flatten)]
    source: HiveSource,

    /// Begin at this key; keys are still named from the root
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// Write the data too: a fifth element of each value, in hexadecimal
    #[arg(long)]
    data: bool,
}

pub(super) fn run(args: &DumpArgs, ui: Ui) -> Result<Exit, CommandError> {
    let hive = args.source.open(ui)?;
    let (above, key) = hive.find(&key_names(args.key.as_deref()))?;
    let mut lines = Lines {
        out: BufWriter::with_capacity(BUFFER, io::stdout().lock()),
        with_data: args.data,
        line: Vec::new(),
        values: 0,
        path: Path::of(&above),
        losses: Losses::default(),
        failed: None,
    };
    walk(key, &mut lines);
    lines.end_line();
    let flushed = lines.out.flush();
    match lines.failed.map_or(flushed, Err) {
        // Nobody reading on is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::failed(format!("standard output: {error}")))
        }
        _ => Ok(lines.losses.say(&hive.path, ui)),
    }
}

/// Enough that a call of the system costs nothing beside what it writes.
const BUFFER: usize = 1 << 18;

/// The names of the key that is walked through, as JSON, so that each is escaped once.
struct Path<'h> {
    above: Vec<Name>,
    json: Vec<u8>,
    /// Where the names below the first key begin in it.
    ends: Vec<usize>,
    names: Vec<StoredName<'h>>,
}

impl<'h> Path<'h> {
    fn of(above: &[Name]) -> Self {
        let mut json = Vec::new();
        for name in above {
            separate(&mut json);
            units::push_json(&mut json, name.units().iter().copied());
        }
        Self { above: above.to_vec(), ends: vec![json.len()], json, names: Vec::new() }
    }

    /// Goes to a key so many names below the first one.
    fn enter(&mut self, depth: usize, name: StoredName<'h>) {
        if let Some(above) = depth.checked_sub(1) {
            self.leave(above);
            separate(&mut self.json);
            push_name(&mut self.json, name);
            self.names.push(name);
            self.ends.push(self.json.len());
        }
    }

    fn leave(&mut self, depth: usize) {
        self.names.truncate(depth);
        self.ends.truncate(depth + 1);
        self.json.truncate(self.ends.last().copied().unwrap_or_default());
    }

    /// For people.
    fn text(&self, depth: usize) -> String {
        let names = self.names.iter().take(depth).map(|name| name.to_name());
        joined(&self.above.iter().cloned().chain(names).collect::<Vec<_>>())
    }
}

struct Lines<'h, W> {
    out: W,
    with_data: bool,
    line: Vec<u8>,
    values: usize,
    path: Path<'h>,
    losses: Losses,
    failed: Option<io::Error>,
}

impl<W: Write> Lines<'_, W> {
    fn end_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        self.line.extend(b"]}\n");
        if self.failed.is_none() {
            self.failed = self.out.write_all(&self.line).err();
        }
        self.line.clear();
        self.values = 0;
    }
}

impl<'h, W: Write> Visit<'h> for Lines<'h, W> {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.end_line();
        self.path.enter(depth, key.name());
        self.line.extend(b"{\"key\": [");
        self.line.extend(&self.path.json);
        self.line.extend(format!("], \"written\": {}, \"values\": [", key.written().0).as_bytes());
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        if self.failed.is_some() {
            return;
        }
        if self.values > 0 {
            self.line.extend(b", ");
        }
        self.values += 1;
        self.line.push(b'[');
        push_name(&mut self.line, value.name());
        self.line.extend(format!(", {}, {}, \"", value.kind().0, value.size()).as_bytes());
        let mut digest = Sha256::new();
        // A walk passes only data that are there.
        let _ = data.for_each(|piece| digest.update(piece));
        units::push_hex(&mut self.line, digest.finalize().as_chunks::<8>().0.first().unwrap_or(&[0; 8]));
        if self.with_data {
            self.line.extend(b"\", \"");
            let line = &mut self.line;
            let _ = data.for_each(|piece| units::push_hex(line, piece));
        }
        self.line.extend(b"\"]");
    }

    fn lost(&mut self, depth: usize, lost: Lost<'h>) {
        let path = &self.path;
        self.losses.add_lost(|| path.text(depth), &lost);
    }
}

fn separate(json: &mut Vec<u8>) {
    if !json.is_empty() {
        json.extend(b", ");
    }
}

fn push_name(json: &mut Vec<u8>, name: StoredName<'_>) {
    match name.as_latin1() {
        Some(bytes) => units::push_json_latin1(json, bytes),
        None => units::push_json(json, name.units()),
    }
}
