use std::path::{Path, PathBuf};

use clap::Args;
use registry::{Change, KeyPath, Name, Overlay, ReadRegistry, RegFile, Value, WriteRegistry};
use registry_hive::{Editor, Mounts, Overrides};
use serde::Serialize;

use crate::clean::{Clean, clean};
use crate::describe::count;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_files::Access;
use crate::hive_opening::{self, quoted};
use crate::ui::Ui;
use crate::units::JsonUnits;
use crate::value::type_name;
use crate::{hibernation, hive_place, interrupt, value};

/// Change a hive in place by .reg files, as regedit would
///
/// Only what changes is written, by the protocol of Windows: wherever a loss of power cuts it off, the hive is completed
/// to the old or the new state. A hive whose last write was cut off is completed from its logs first. Each change is shown
/// with the old and the new value, and read back at the end.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// The hive
    hive: PathBuf,

    /// The .reg files, '-' for standard input
    #[arg(required = true, value_name = "FILE.reg")]
    files: Vec<PathBuf>,

    /// The key of the registry that the hive stands for, such as HKCU or 'HKLM\SOFTWARE' [default: by what is in the
    /// hive, or in the files]
    #[arg(long = "as", value_name = "ROOT")]
    place: Option<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Write although transactions are pending, which may undo or garble the change
    #[arg(long)]
    accept_pending_transactions: bool,

    /// Write although the Windows of the volume is hibernated, or may be, which may damage the volume when it resumes
    ///
    /// It is looked for in the folders above the hive, as hiberfil.sys; one on another volume is not found.
    #[arg(long)]
    accept_hibernated_windows: bool,
}

#[derive(Serialize)]
struct ImportReport {
    wbo: &'static str,
    version: u32,
    path: String,
    place: String,
    dry_run: bool,
    recovered: bool,
    written: bool,
    counts: Counts,
    changes: Vec<ChangeReport>,
}

#[derive(Default, Serialize)]
struct Counts {
    keys_created: u64,
    keys_deleted: u64,
    values_set: u64,
    values_deleted: u64,
}

#[derive(Serialize)]
struct ChangeReport {
    change: &'static str,
    root: &'static str,
    key: Vec<JsonUnits>,
    value: Option<JsonUnits>,
    before: Option<DataReport>,
    after: Option<DataReport>,
    #[serde(skip)]
    shown: String,
}

#[derive(Serialize)]
struct DataReport {
    r#type: u32,
    data: String,
}

pub(super) fn run(args: &ImportArgs, ui: Ui) -> Result<Exit, CommandError> {
    let files = read_files(&args.files)?;
    hibernation::refuse(&args.hive, args.accept_hibernated_windows)?;
    let access = if args.dry_run { Access::Read } else { Access::Write };
    let overrides = Overrides { pending_transactions: args.accept_pending_transactions };
    let editor = hive_opening::editor(&args.hive, access, overrides)?;
    let replayed = editor.replayed().map(hive_opening::replayed);
    if let Some(state) = &replayed {
        hive_opening::warn_of_broken_entry(&args.hive, state, ui);
    }
    let place = place(args, &editor, &files)?;
    for (name, file) in &files {
        hive_place::check_inside(name, file, &place)?;
    }
    let failed = |error| CommandError::registry(&args.hive, &error);
    let mut mounts = Mounts::default();
    mounts.mount(place.clone(), editor).map_err(failed)?;

    let planned = plan(&mounts, &files).map_err(failed)?;
    let written = !args.dry_run && !planned.changes.is_empty();
    if written {
        for change in &planned.changes {
            mounts.make(change).map_err(failed)?;
        }
        for (_, editor) in mounts.into_hives() {
            interrupt::uninterrupted(|| editor.commit()).map_err(|error| CommandError::editing(&args.hive, &error))?;
        }
        read_back(&args.hive, &place, &planned, overrides)?;
    }
    let report = ImportReport {
        wbo: "hive-import",
        version: 1,
        path: args.hive.display().to_string(),
        place: place.to_string(),
        dry_run: args.dry_run,
        recovered: replayed.is_some() && !planned.changes.is_empty(),
        written,
        counts: counts(&planned.changes),
        changes: planned.shown,
    };
    ui.result(&report, &text)?;
    if replayed.is_some() && report.changes.is_empty() {
        ui.status("note: its last write was cut off, which was left as it is; `wbo hive recover` completes it");
    }
    Ok(Exit::Done)
}

/// Reads .reg files, each with its name for messages.
pub(super) fn read_files(paths: &[PathBuf]) -> Result<Vec<(String, RegFile)>, CommandError> {
    let read = |path: &PathBuf| {
        if path.as_os_str() != "-" {
            crate::hive_files::must_be_file(path)?;
        }
        let bytes = crate::files::read_small(path, registry::limits::REG_FILE as u64)?;
        let name = path.display().to_string();
        match RegFile::read(&bytes) {
            Ok(file) => Ok((name, file)),
            Err(error) => Err(CommandError::usage(format!("{name}: {error}"))),
        }
    };
    paths.iter().map(read).collect()
}

fn place(args: &ImportArgs, editor: &Editor, files: &[(String, RegFile)]) -> Result<KeyPath, CommandError> {
    if let Some(place) = &args.place {
        return hive_place::parse(place);
    }
    let root = editor.key(&[]).map_err(|error| CommandError::editing(&args.hive, &error))?;
    let by_content = root.and_then(|root| hive_place::of_content(&root.subkeys));
    by_content.or_else(|| hive_place::of_files(files.iter().map(|(_, file)| file))).ok_or_else(hive_place::unknown)
}

/// What is to be done, how it is shown, and what must be there afterwards.
struct Planned {
    changes: Vec<Change>,
    shown: Vec<ChangeReport>,
    keys: Vec<(KeyPath, bool)>,
    values: Vec<(KeyPath, Name, Option<Value>)>,
}

fn plan(registry: &dyn ReadRegistry, files: &[(String, RegFile)]) -> Result<Planned, registry::RegistryError> {
    let mut after = Overlay::new(registry, hive_opening::now());
    let mut shown = Vec::new();
    for (_, file) in files {
        for change in file.changes(&after)? {
            let before = match &change {
                Change::SetValue { key, name, .. } | Change::DeleteValue { key, name } => after.value(key, name)?,
                _ => None,
            };
            shown.push(show(&change, before.as_ref()));
            after.make(&change)?;
        }
    }
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    for change in after.changes() {
        let key = change.key();
        match change {
            Change::SetValue { name, .. } | Change::DeleteValue { name, .. } => {
                values.push((key.clone(), name.clone(), after.value(key, name)?));
            }
            _ => keys.push((key.clone(), after.key(key)?.is_some())),
        }
    }
    Ok(Planned { changes: after.into_changes(), shown, keys, values })
}

/// Looks whether the file now says what it should.
fn read_back(path: &Path, place: &KeyPath, planned: &Planned, overrides: Overrides) -> Result<(), CommandError> {
    let failed = |error| CommandError::registry(path, &error);
    let editor = hive_opening::editor(path, Access::Read, overrides)?;
    let is_clean = editor.replayed().is_none();
    let mut mounts = Mounts::default();
    mounts.mount(place.clone(), editor).map_err(failed)?;
    let differs = |key: &KeyPath| {
        let problem = format!("{}: {key} is not as it was written when it is read back", path.display());
        CommandError::failed(problem).hint("`wbo hive check` tells what state it is in; the disk may be failing")
    };
    for (key, is_there) in &planned.keys {
        if mounts.key(key).map_err(failed)?.is_some() != *is_there {
            return Err(differs(key));
        }
    }
    for (key, name, value) in &planned.values {
        if mounts.value(key, name).map_err(failed)? != *value {
            return Err(differs(key));
        }
    }
    if is_clean { Ok(()) } else { Err(differs(place)) }
}

fn counts(changes: &[Change]) -> Counts {
    let mut counts = Counts::default();
    for change in changes {
        *match change {
            Change::CreateKey { .. } => &mut counts.keys_created,
            Change::DeleteKey { .. } => &mut counts.keys_deleted,
            Change::SetValue { .. } => &mut counts.values_set,
            Change::DeleteValue { .. } => &mut counts.values_deleted,
        } += 1;
    }
    counts
}

fn show(change: &Change, before: Option<&Value>) -> ChangeReport {
    let key = change.key();
    let (kind, name, after) = match change {
        Change::CreateKey { .. } => ("create-key", None, None),
        Change::DeleteKey { .. } => ("delete-key", None, None),
        Change::SetValue { name, value, .. } => ("set-value", Some(name), Some(value)),
        Change::DeleteValue { name, .. } => ("delete-value", Some(name), None),
    };
    let place = clean(&key.to_string());
    let shown = match (name, before, after) {
        (Some(name), Some(before), Some(after)) => {
            format!("set         {place} {}: {} -> {}", value_name(name), typed(before, after), typed(after, before))
        }
        (Some(name), None, Some(after)) => {
            format!("set         {place} {}: (none) -> {}", value_name(name), plain(after))
        }
        (Some(name), Some(before), None) => {
            format!("delete      {place} {}: {} -> (none)", value_name(name), plain(before))
        }
        (Some(name), None, None) => format!("delete      {place} {}", value_name(name)),
        (None, _, _) if kind == "create-key" => format!("create key  {place}"),
        (None, _, _) => format!("delete key  {place}"),
    };
    let data = |value: &Value| DataReport { r#type: value.kind.0, data: crate::describe::hex(&value.data) };
    ChangeReport {
        change: kind,
        root: key.root().name(),
        key: key.names().iter().map(JsonUnits::from).collect(),
        value: name.map(JsonUnits::from),
        before: before.map(data),
        after: after.map(data),
        shown,
    }
}

fn value_name(name: &Name) -> String {
    if name.is_empty() { "(default)".to_owned() } else { quoted(name) }
}

fn plain(value: &Value) -> String {
    value::text(value.kind.0, &value.data)
}

/// A value beside another: with its type, where that is what differs.
fn typed(value: &Value, other: &Value) -> String {
    match plain(value) {
        text if value.kind != other.kind && !text.starts_with(&type_name(value.kind.0)) => {
            format!("{} {text}", type_name(value.kind.0))
        }
        text => text,
    }
}

fn text(report: &ImportReport) -> String {
    let path = Clean(&report.path);
    let Counts { keys_created, keys_deleted, values_set, values_deleted } = report.counts;
    if report.changes.is_empty() {
        return format!("{path}: nothing to change; it is as the files say\n");
    }
    let lines: String = report.changes.iter().map(|change| format!("{}\n", change.shown)).collect();
    let all: Vec<_> = [
        (keys_created, "key created", "keys created"),
        (keys_deleted, "key deleted", "keys deleted"),
        (values_set, "value set", "values set"),
        (values_deleted, "value deleted", "values deleted"),
    ]
    .into_iter()
    .filter(|(number, _, _)| *number > 0)
    .map(|(number, one, many)| count(number, one, many))
    .collect();
    let done = match (report.dry_run, report.recovered) {
        (true, true) => "would be completed from its logs, and changed (nothing was written)",
        (true, false) => "would be changed (nothing was written)",
        (false, true) => "completed from its logs, changed, and read back",
        (false, false) => "changed, and read back",
    };
    format!("{lines}{path}: {done}: {}\n", all.join(", "))
}
