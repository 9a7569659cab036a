use std::io::{self, Write};

use clap::Args;
use registry::{Name, Value, View};
use registry_hive::{KeyNode, KeyValue};
use serde::Serialize;

use crate::clean::{Clean, clean};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening::{HiveSource, Loss, Losses, OpenHive, StateReport, joined, key_names, quoted, time};
use crate::ui::Ui;
use crate::units::{self, JsonUnits};
use crate::value;

/// Show a key, or a value of it
///
/// KEY is named from the root of the hive, with backslashes between names; '/' is part of a name. '\' is the root. A key or
/// value that is not there ends with the exit code 5.
#[derive(Args, Debug)]
pub(super) struct GetArgs {
    #[command(flatten)]
    source: HiveSource,

    /// The key, such as 'Software\Microsoft'
    key: String,

    /// The value; '@' or nothing between quotation marks for the default value
    value: Option<String>,

    /// Write exactly the bytes of the value
    #[arg(long, requires = "value")]
    raw: bool,
}

#[derive(Serialize)]
struct GetReport {
    wbo: &'static str,
    version: u32,
    path: String,
    state: StateReport,
    key: Vec<JsonUnits>,
    written: u64,
    class: Option<JsonUnits>,
    security: Option<String>,
    subkeys: Option<Vec<JsonUnits>>,
    values: Vec<ValueReport>,
    /// What is damaged and told one by one.
    damage: Vec<Loss>,
}

#[derive(Serialize)]
struct ValueReport {
    name: JsonUnits,
    r#type: u32,
    type_name: String,
    length: usize,
    data: String,
    view: Option<ViewReport>,
    #[serde(skip)]
    shown: String,
}

/// What the data mean by their type, where they are as the type would have them.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum ViewReport {
    Text(JsonUnits),
    List(Vec<JsonUnits>),
    Number(u64),
}

pub(super) fn run(args: &GetArgs, ui: Ui) -> Result<Exit, CommandError> {
    let hive = args.source.open(ui)?;
    let (names, key) = hive.find(&key_names(Some(&args.key)))?;
    let Some(name) = &args.value else { return show_key(&hive, &names, key, ui) };
    let name = Name::from(if name == "@" { "" } else { name.as_str() });
    let damaged = |damage| CommandError::damaged_hive(&hive.path, &damage);
    let found = key.value(&name).map_err(damaged)?.ok_or_else(|| absent(&hive, &names, &name))?;
    let (stored, value) = (found.name().to_name(), found.to_value().map_err(damaged)?);
    if args.raw {
        if ui.json {
            return Err(CommandError::usage("--raw writes the bytes themselves, and no JSON"));
        }
        let mut stdout = io::stdout().lock();
        return match stdout.write_all(&value.data).and_then(|()| stdout.flush()) {
            // Nobody reading on is no failure.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CommandError::failed(format!("standard output: {error}")))
            }
            _ => Ok(Exit::Done),
        };
    }
    if ui.json {
        let mut report = report(&hive, &names, key, &mut Losses::default());
        report.subkeys = None;
        report.values = vec![value_report(&stored, &value)];
        ui.json(&report)?;
    } else {
        ui.print(&(value_line(&stored, &value) + "\n" + &bytes_text(&value)))?;
    }
    Ok(Exit::Done)
}

fn absent(hive: &OpenHive, key: &[Name], name: &Name) -> CommandError {
    let value = if name.is_empty() { "default value".to_owned() } else { format!("value '{name}'") };
    let key = if key.is_empty() { "the root".to_owned() } else { format!("'{}'", joined(key)) };
    CommandError::new(Exit::Absent, format!("{}: {key} has no {value}", hive.path.display()))
        .hint("the same command without the value lists what is there")
}

fn show_key(hive: &OpenHive, names: &[Name], key: KeyNode<'_>, ui: Ui) -> Result<Exit, CommandError> {
    let mut losses = Losses::default();
    let report = report(hive, names, key, &mut losses);
    if ui.json {
        ui.json(&report)?;
    } else {
        ui.print(&key_text(&report, names, key))?;
    }
    Ok(losses.say(&hive.path, ui))
}

/// Everything about a key; what is damaged is left out, and noted.
fn report(hive: &OpenHive, names: &[Name], key: KeyNode<'_>, losses: &mut Losses) -> GetReport {
    let place = joined(names);
    let mut subkeys = Vec::new();
    for subkey in key.subkeys() {
        match subkey {
            Ok(subkey) => subkeys.push(JsonUnits(subkey.name().units().collect())),
            Err(damage) => losses.add(|| place.clone(), "a subkey", &damage),
        }
    }
    let mut values = Vec::new();
    match key.values() {
        Ok(found) => {
            for value in found {
                let read = value.and_then(|value: KeyValue<'_>| Ok((value.name().to_name(), value.to_value()?)));
                match read {
                    Ok((name, value)) => values.push(value_report(&name, &value)),
                    Err(damage) => losses.add(|| place.clone(), "a value", &damage),
                }
            }
        }
        Err(damage) => losses.add(|| place.clone(), "the list of values", &damage),
    }
    let class = key.class().unwrap_or_else(|damage| {
        losses.add(|| place.clone(), "the class", &damage);
        None
    });
    let security = key.security().map(|security| crate::describe::hex(security.descriptor()));
    if let Err(damage) = &security {
        losses.add(|| place.clone(), "the security descriptor", damage);
    }
    GetReport {
        wbo: "hive-get",
        version: 1,
        path: hive.path.display().to_string(),
        state: hive.state.clone(),
        key: names.iter().map(JsonUnits::from).collect(),
        written: key.written().0,
        class: class.map(|class| JsonUnits(class.into())),
        security: security.ok(),
        subkeys: Some(subkeys),
        values,
        damage: losses.told.clone(),
    }
}

fn value_report(name: &Name, value: &Value) -> ValueReport {
    let view = match value.view() {
        View::Text(text) => Some(ViewReport::Text(JsonUnits(text))),
        View::List(texts) => Some(ViewReport::List(texts.into_iter().map(JsonUnits).collect())),
        View::Dword(number) => Some(ViewReport::Number(number.into())),
        View::Qword(number) => Some(ViewReport::Number(number)),
        View::Bytes(_) => None,
    };
    ValueReport {
        name: name.into(),
        r#type: value.kind.0,
        type_name: value::type_name(value.kind.0),
        length: value.data.len(),
        data: crate::describe::hex(&value.data),
        view,
        shown: value_line(name, value),
    }
}

fn key_text(report: &GetReport, names: &[Name], key: KeyNode<'_>) -> String {
    let mut lines = vec![if names.is_empty() { "(the root)".to_owned() } else { clean(&joined(names)) }];
    let written = time(key.written()).unwrap_or_else(|| "a time of no calendar".to_owned());
    lines.push(format!("  written   {written} ({})", report.written));
    if let Some(class) = &report.class {
        lines.push(format!("  class     {}", Clean(units::text(class.0.iter().copied()))));
    }
    let subkeys = report.subkeys.as_deref().unwrap_or_default();
    lines.push(format!("  subkeys   {}", subkeys.len()));
    lines.extend(subkeys.iter().map(|name| format!("    {}", Clean(units::text(name.0.iter().copied())))));
    lines.push(format!("  values    {}", report.values.len()));
    lines.extend(report.values.iter().map(|value| format!("    {}", value.shown)));
    lines.join("\n") + "\n"
}

fn value_line(name: &Name, value: &Value) -> String {
    let shown = if name.is_empty() { "(default)".to_owned() } else { quoted(name) };
    let kind = value::type_name(value.kind.0);
    let text = value::text(value.kind.0, &value.data);
    match text.strip_prefix(&format!("{kind}, ")) {
        Some(rest) => format!("{shown} {kind}: {rest}"),
        None => format!("{shown} {kind}: {text}"),
    }
}

/// All bytes of data that are neither text nor a number, where the line before has not all of them.
fn bytes_text(value: &Value) -> String {
    const LINE: usize = 16;
    if value.data.len() <= 2 * LINE || !matches!(value.view(), View::Bytes(_)) {
        return String::new();
    }
    let line = |(index, bytes): (usize, &[u8])| {
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
        let text: String = bytes.iter().map(shown).collect();
        format!("  {:08x}  {:<48} {text}\n", index * LINE, hex.join(" "))
    };
    value.data.chunks(LINE).enumerate().map(line).collect()
}
