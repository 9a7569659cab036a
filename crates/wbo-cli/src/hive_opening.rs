//! From a path to a hive with its logs applied, and what is said of the state in which it was found.

use std::fs::File;
use std::path::{Path, PathBuf};

use registry::{FileTime, Name};
use registry_hive::{Damage, Editor, Image, KeyNode, Lost, OpenError, Overrides, Replay, State, limits};
use serde::Serialize;

use crate::clean::clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::file_time::{self, UNIX_EPOCH};
use crate::hive_files::{self, Access, DiskFiles};
use crate::ui::Ui;

/// The hive that a command reads.
#[derive(clap::Args, Debug)]
pub(crate) struct HiveSource {
    /// The hive: NTUSER.DAT, SOFTWARE, or any other; its logs beside it are applied in memory
    hive: PathBuf,

    /// Show the file as it is, without what its logs have for it
    #[arg(long)]
    no_logs: bool,
}

/// A hive in memory, as Windows would load it.
pub(crate) struct OpenHive {
    pub(crate) path: PathBuf,
    pub(crate) image: Image,
    pub(crate) state: StateReport,
}

/// How a hive was found, for programs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StateReport {
    pub(crate) state: &'static str,
    pub(crate) logs: Vec<&'static str>,
    pub(crate) entries: Option<Entries>,
    pub(crate) pages: usize,
    pub(crate) base_block_from_log: bool,
    pub(crate) stopped_at_broken_entry: bool,
    pub(crate) problem: Option<String>,
}

/// The numbers of the first and the last entry of the logs that were applied.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Entries {
    first: u32,
    last: u32,
}

impl HiveSource {
    /// Opens it, and says what may surprise.
    pub(crate) fn open(&self, ui: Ui) -> Result<OpenHive, CommandError> {
        let hive = self.open_silently()?;
        say(&hive.path, &hive.state, ui);
        Ok(hive)
    }

    /// Opens it, for a command whose result tells of its state.
    pub(crate) fn open_silently(&self) -> Result<OpenHive, CommandError> {
        open(&self.hive, !self.no_logs)
    }
}

/// Opens a hive, with the logs beside it or without.
pub(crate) fn open(path: &Path, with_logs: bool) -> Result<OpenHive, CommandError> {
    let image = Image::read(|name| match name {
        None => read(path, limits::HIVE_SIZE).map(Some),
        Some(_) if !with_logs => Ok(None),
        Some(name) => {
            let log = hive_files::logs_beside(path)?.into_iter().find(|(log, _)| *log == name);
            let log = log.map(|(_, path)| read(&path, limits::LOG_SIZE)).transpose();
            log.map_err(|error| error.hint("--no-logs shows the hive without its logs"))
        }
    });
    let image = image.map_err(|error| match error {
        OpenError::NotAHive(error) => CommandError::no_hive(path, &error),
        OpenError::Read(error) => error,
    })?;
    let image = image.ok_or_else(|| CommandError::unreadable(path, &std::io::ErrorKind::NotFound.into()))?;
    let state = state(image.state(), with_logs);
    Ok(OpenHive { path: path.to_owned(), image, state })
}

impl OpenHive {
    /// The key at a path of names, with the names above it as they are stored.
    pub(crate) fn find(&self, path: &[Name]) -> Result<(Vec<Name>, KeyNode<'_>), CommandError> {
        let damaged = |damage: Damage| CommandError::damaged_hive(&self.path, &damage);
        let mut key = self.image.hive().root().map_err(damaged)?;
        let mut stored = Vec::new();
        for name in path {
            key = key.subkey(name).map_err(damaged)?.ok_or_else(|| self.absent(path, &stored))?;
            stored.push(key.name().to_name());
        }
        Ok((stored, key))
    }

    fn absent(&self, path: &[Name], found: &[Name]) -> CommandError {
        let hive = self.path.display();
        let (end, shown) = match found {
            [] => ("the root".to_owned(), "\\".to_owned()),
            found => (format!("'{}'", joined(found)), joined(found)),
        };
        let error = CommandError::new(
            Exit::Absent,
            format!("{hive}: there is no key '{}'; the way there ends at {end}", joined(path)),
        );
        let first = path.first().map(ToString::to_string).unwrap_or_default();
        if found.is_empty() && registry::KeyPath::parse(&first).is_ok() {
            error.hint(format!("keys are named from the root of the hive, without {first}"))
        } else if path.len() == 1 && first.contains('/') {
            error.hint("the names of keys are divided by backslashes; '/' is part of a name")
        } else {
            error.hint(format!("`wbo hive get {hive} '{shown}'` lists what is there"))
        }
    }
}

/// The names of a key that was given on the command line, from the root of the hive on.
pub(crate) fn key_names(key: Option<&str>) -> Vec<Name> {
    Name::split_path(key.unwrap_or_default())
}

/// Names with backslashes between them.
pub(crate) fn joined(names: &[Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join("\\")
}

/// A moment for people, in UTC; nothing for one that no calendar has.
pub(crate) fn time(time: FileTime) -> Option<String> {
    let since_1970 = (i128::from(time.0) - i128::from(UNIX_EPOCH)) * 100;
    let time = jiff::Timestamp::from_nanosecond(since_1970).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// A moment for programs, in UTC; nothing for one that no calendar has.
pub(crate) fn moment(time: FileTime) -> Option<String> {
    let time = jiff::Timestamp::from_second(file_time::seconds(time)).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The time, by this machine's clock.
pub(crate) fn now() -> FileTime {
    let since_1601 = jiff::Timestamp::now().as_nanosecond() / 100 + i128::from(UNIX_EPOCH);
    FileTime(u64::try_from(since_1601).unwrap_or_default())
}

/// What logs did, for programs.
pub(crate) fn replayed(replay: &Replay) -> StateReport {
    let missing: u64 = replay.missing.iter().map(|run| u64::from(run.size)).sum();
    let problem = format!("{missing} bytes of it are neither in the file nor in its logs: it was cut short");
    StateReport {
        state: "replayed",
        logs: replay.logs.iter().map(|log| log.extension()).collect(),
        entries: replay.entries.map(|(first, last)| Entries { first, last }),
        pages: replay.pages.len(),
        base_block_from_log: replay.base_block_from_log,
        stopped_at_broken_entry: replay.stopped_at_broken_entry,
        problem: (missing > 0).then_some(problem),
    }
}

/// A hive whose last write was finished.
pub(crate) fn clean_state() -> StateReport {
    StateReport {
        state: "clean",
        logs: Vec::new(),
        entries: None,
        pages: 0,
        base_block_from_log: false,
        stopped_at_broken_entry: false,
        problem: None,
    }
}

fn state(state: &State, with_logs: bool) -> StateReport {
    match state {
        State::Clean => clean_state(),
        State::Replayed(replay) => replayed(replay),
        State::Dirty(_) if !with_logs => StateReport {
            state: "dirty",
            problem: Some("its logs were left out, as --no-logs asks".to_owned()),
            ..clean_state()
        },
        State::Dirty(why) => StateReport { state: "dirty", problem: Some(why.to_string()), ..clean_state() },
    }
}

/// What logs did, for people.
pub(crate) fn replay_text(state: &StateReport) -> String {
    let entries = match state.entries {
        Some(Entries { first, last }) if first == last => format!(", entry {first}"),
        Some(Entries { first, last }) => format!(", entries {first} to {last}"),
        None => String::new(),
    };
    let block = if state.base_block_from_log { "; its base block was broken, and came from the log too" } else { "" };
    let pages = crate::describe::count(state.pages as u64, "page", "pages");
    format!("{}{entries}: {pages}{block}", state.logs.join(" and "))
}

fn say(path: &Path, state: &StateReport, ui: Ui) {
    let shown = path.display();
    match state.state {
        "replayed" => {
            ui.status(&format!(
                "note: {shown}: its last write was cut off; it is shown with its logs applied, the file stays as it is \
                 ({})",
                replay_text(state)
            ));
            if let Some(problem) = &state.problem {
                ui.warn(&format!("{shown}: {problem}"));
            }
        }
        "dirty" => {
            let problem = state.problem.as_deref().unwrap_or_default();
            ui.warn(&format!(
                "{shown}: its last write was cut off, and {problem}; what is shown may be old in part, or inconsistent"
            ));
        }
        _ => {}
    }
    warn_of_broken_entry(path, state, ui);
}

/// Warns of changes that stand in a log and are not whole.
pub(crate) fn warn_of_broken_entry(path: &Path, state: &StateReport, ui: Ui) {
    if state.stopped_at_broken_entry {
        ui.warn(&format!("{}: an entry of its logs is broken, so that the last changes are lost", path.display()));
    }
}

/// Opens a hive to be edited, or to see what an editor would find.
pub(crate) fn editor(path: &Path, access: Access, overrides: Overrides) -> Result<Editor, CommandError> {
    let files = DiskFiles::open(path, access)?;
    Editor::open(Box::new(files), now(), overrides).map_err(|error| CommandError::editing(path, &error))
}

fn read(path: &Path, most: usize) -> Result<Vec<u8>, CommandError> {
    hive_files::must_be_file(path)?;
    let unreadable = |error| CommandError::unreadable(path, &error);
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length > most as u64 {
        return Err(CommandError::new(
            Exit::NotAProfile,
            format!("{}: it has {length} bytes; a hive or a log of one has at most {most}", path.display()),
        ));
    }
    hive_files::read_whole(&file).map_err(unreadable)
}

/// How many things that cannot be read are told one by one.
const TOLD: usize = 20;

/// What could not be read on a way through a hive: counted, and told as far as anybody would read it.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    pub(crate) count: u64,
    pub(crate) told: Vec<Loss>,
}

/// One thing that could not be read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Loss {
    pub(crate) offset: u64,
    pub(crate) key: String,
    what: String,
    problem: String,
}

impl Losses {
    /// Notes what of a key cannot be read. The key is only put together if it is told.
    pub(crate) fn add(&mut self, key: impl FnOnce() -> String, what: impl Into<String>, damage: &Damage) {
        self.count += 1;
        if self.told.len() < TOLD {
            let (offset, problem) = (damage.file_offset(), damage.to_string());
            self.told.push(Loss { offset, key: key(), what: what.into(), problem });
        }
    }

    /// Notes what a walk has lost in a key.
    pub(crate) fn add_lost(&mut self, key: impl FnOnce() -> String, lost: &Lost<'_>) {
        match lost {
            Lost::Subkeys(damage) => self.add(key, "a subkey", damage),
            Lost::Values(damage) => self.add(key, "a value", damage),
            Lost::Data(value, damage) if value.name().is_empty() => {
                self.add(key, "the data of the default value", damage);
            }
            Lost::Data(value, damage) => {
                self.add(key, format!("the data of value '{}'", value.name().to_name()), damage);
            }
        }
    }

    /// Says them, and how the command ends.
    pub(crate) fn say(&self, path: &Path, ui: Ui) -> Exit {
        let path = path.display();
        for Loss { key, what, problem, .. } in &self.told {
            let key = if key.is_empty() { "the root".to_owned() } else { format!("'{key}'") };
            ui.warn(&format!("{path}: {what} of {key} cannot be read: {problem}"));
        }
        match self.count {
            0 => return Exit::Done,
            count if count > self.told.len() as u64 => {
                ui.warn(&format!("{path}: {count} things in all cannot be read; `wbo hive check` tells more"));
            }
            _ => {}
        }
        Exit::Partly
    }
}

/// A name in quotation marks for people.
pub(crate) fn quoted(name: &Name) -> String {
    format!("\"{}\"", clean(&name.to_string()))
}
