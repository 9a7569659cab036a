use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{
    Apps, Device, Document, Item, Note, Sealed, Setting as Captured, SettingFlags, Suite, Text, User,
};
use registry::{Value, ValueType, View};
use sha2::{Digest, Sha256};
use wbo_engine::catalogue::{Catalogue, Sensitivity, Setting};
use wbo_engine::describe as words;

use crate::any_profile::{AnyProfile, AnyProfileArgs};
use crate::clean::clean;
use crate::describe::{self, hex};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::FileSource;
use crate::opening::Demand;
use crate::ui::Ui;

/// Show a profile as text that is good to compare, for git
///
/// One item of a setting a line, in the order of ids. Personal values are hidden. A profile that cannot be opened is shown by
/// what needs no key, and this ends with 0, so that a log never stops at one.
#[derive(Args, Debug)]
pub(crate) struct TextconvArgs {
    /// The profile
    file: PathBuf,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    profiles: AnyProfileArgs,
}

pub(super) fn run(args: &TextconvArgs, ui: Ui) -> Result<Exit, CommandError> {
    let text = match opened(args, ui) {
        Ok(text) => text,
        Err(error) => keyless(&args.file, &error, ui)?,
    };
    ui.print(&text)?;
    Ok(Exit::Done)
}

/// All of it.
fn opened(args: &TextconvArgs, ui: Ui) -> Result<String, CommandError> {
    let catalogue = Catalogue::standard().map_err(|errors| CommandError::failed(errors.to_string()))?;
    let (body, document) = match args.profiles.open(&args.file, Demand::Shown, ui, "show")? {
        AnyProfile::File(opened) => {
            let document = opened.document().map_err(|error| CommandError::reading(&args.file, &error))?;
            (Some(opened.sealed().body_id()), document)
        }
        AnyProfile::Document(document, _) => (None, *document),
    };
    let mut text = body.map(|body| format!("body {}\n", hex(&body))).unwrap_or_default();
    text.push_str(&Shown { catalogue: &catalogue, document: &document, reveal: args.reveal }.text());
    Ok(text)
}

/// What can be said of a file that does not open. Its bytes tell whether it changed.
fn keyless(path: &Path, error: &CommandError, ui: Ui) -> Result<String, CommandError> {
    let bytes = std::fs::read(path).map_err(|error| CommandError::unreadable(path, &error))?;
    // The name of the file is a temporary one, which differs each time.
    let why = error.message().replace(&path.display().to_string(), "it");
    let parsed = FileSource::open(path, ui, "show", 1).ok().and_then(|source| Sealed::parse(source).ok());
    Ok(match parsed {
        Some(sealed) => {
            let suite = if sealed.suite() == Suite::Plain { "plain" } else { "encrypted" };
            format!("{suite} profile that was not opened\nbody {}\nwhy {}\n", hex(&sealed.body_id()), clean(&why))
        }
        None => format!(
            "no profile\n{} bytes, SHA-256 {}\nwhy {}\n",
            describe::grouped(bytes.len() as u64),
            hex(&Sha256::digest(&bytes)),
            clean(&why)
        ),
    })
}

/// A document that is shown.
struct Shown<'s> {
    catalogue: &'s Catalogue,
    document: &'s Document,
    reveal: bool,
}

/// What stands for a value that is not shown.
const HIDDEN: &str = "(personal)";

impl Shown<'_> {
    fn text(&self) -> String {
        let Document { facts, device, user, sections, apps, notes, .. } = self.document;
        let mut lines =
            vec![format!("created {}", describe::time(facts.created)), format!("catalogue {}", facts.catalogue)];
        lines.extend(self.device(device));
        lines.extend(self.user(user));
        for section in sections {
            let category = section.category.name().map_or_else(|| section.category.0.to_string(), ToOwned::to_owned);
            lines.extend([String::new(), category]);
            lines.extend(section.settings.iter().flat_map(|setting| self.setting(setting)));
        }
        lines.extend(apps_lines(apps));
        lines.extend(self.notes(notes));
        lines.into_iter().map(|line| clean(&line) + "\n").collect()
    }

    /// Text about a person, if it is to be shown.
    fn personal(&self, text: Option<String>) -> Option<String> {
        text.map(|text| if self.reveal { text } else { HIDDEN.to_owned() })
    }

    fn device(&self, device: &Device) -> Vec<String> {
        let build = device.build.map(|build| match device.revision {
            Some(revision) => format!("{build}.{revision}"),
            None => build.to_string(),
        });
        let facts = [
            ("device", self.personal(device.name.as_ref().map(Text::to_string_lossy))),
            ("build", build),
            ("edition", device.edition.clone()),
            ("architecture", device.architecture.clone()),
        ];
        facts.into_iter().filter_map(|(fact, value)| Some(format!("{fact} {}", value?))).collect()
    }

    fn user(&self, user: &User) -> Vec<String> {
        let facts = [
            ("user", self.personal(user.name.as_ref().map(Text::to_string_lossy))),
            ("sid", self.personal(user.sid.clone())),
        ];
        facts.into_iter().filter_map(|(fact, value)| Some(format!("{fact} {}", value?))).collect()
    }

    fn is_hidden(&self, setting: Option<&Setting>, captured: &Captured) -> bool {
        let personal = captured.flags.contains(SettingFlags::PERSONAL)
            || setting.is_some_and(|setting| setting.sensitivity == Some(Sensitivity::Personal));
        personal && !self.reveal
    }

    fn setting(&self, captured: &Captured) -> Vec<String> {
        let known = self.catalogue.get(&captured.id);
        if self.is_hidden(known, captured) {
            return vec![format!("  {}: {HIDDEN}", captured.id)];
        }
        let instance = captured.instance.as_ref().map(|name| format!(" [{}]", name.to_string_lossy()));
        let head = format!("  {}{}", captured.id, instance.unwrap_or_default());
        let alone = captured.items.len() == 1;
        let line = |item: &Item| match place(item, alone) {
            Some(place) => format!("{head} {place}: {}", item_words(known, item)),
            None => format!("{head}: {}", item_words(known, item)),
        };
        captured.items.iter().map(line).collect()
    }

    /// Notes about what is personal tell no place.
    fn notes(&self, notes: &[Note]) -> Vec<String> {
        if notes.is_empty() {
            return Vec::new();
        }
        let line = |note: &Note| {
            let about = note.setting.as_deref().unwrap_or("everything");
            let hidden = !self.reveal && note.setting.as_deref().is_none_or(|id| self.is_personal(id));
            let text = if hidden { HIDDEN } else { &note.text };
            format!("  {about}: {}: {text}", describe::note_code(note.code))
        };
        [String::new(), "notes".to_owned()].into_iter().chain(notes.iter().map(line)).collect()
    }

    fn is_personal(&self, id: &str) -> bool {
        let settings = self.document.sections.iter().flat_map(|section| &section.settings);
        let mut captured = settings.filter(|setting| setting.id == id);
        let known = self.catalogue.get(id);
        known.is_none_or(|setting| setting.sensitivity == Some(Sensitivity::Personal))
            || captured.any(|setting| setting.flags.contains(SettingFlags::PERSONAL))
    }
}

/// What tells an item from its siblings; `None` where it has none and needs no name.
fn place(item: &Item, alone: bool) -> Option<String> {
    if alone && item.path().is_empty() {
        return None;
    }
    let names = item.path().iter().chain(item.value_name()).map(|name| match name.to_string_lossy() {
        name if name.is_empty() => "(default)".to_owned(),
        name => name,
    });
    Some(names.collect::<Vec<_>>().join("\\"))
}

/// An item in words that differ wherever its bytes do, as far as words go.
fn item_words(known: Option<&Setting>, item: &Item) -> String {
    let said = match (known, item) {
        (Some(setting), item) => words::item(setting, item),
        (None, Item::Value { state, .. }) => state.as_ref().map(|state| words::plain(&value(state))),
        (None, Item::Key { present, .. }) => present.then(|| "a key without values".to_owned()),
        (None, Item::File { state, .. }) => state.map(|state| format!("a file of {} bytes", state.content.size)),
    };
    let Some(said) = said else { return "(not set)".to_owned() };
    match item {
        Item::File { state: Some(state), .. } => format!("{said}, SHA-256 {}", short(&state.content.id.0)),
        Item::Value { state: Some(state), .. } if said.ends_with('…') => {
            format!("{said}, SHA-256 {}", short(&Sha256::digest(&state.data.0)))
        }
        Item::Value { state: Some(state), .. } if matches!(value(state).view(), View::Text(_)) => format!("\"{said}\""),
        _ => said,
    }
}

fn value(state: &profile_format::Value) -> Value {
    Value { kind: ValueType(state.kind), data: state.data.0.clone() }
}

/// As much of a digest as people compare.
fn short(digest: &[u8]) -> String {
    hex(digest).chars().take(12).collect()
}

fn apps_lines(apps: &Apps) -> Vec<String> {
    if apps.is_empty() {
        return Vec::new();
    }
    let flags = |flags: profile_format::AppFlags| {
        let named = profile_format::AppFlags::NAMED.into_iter().filter(move |(flag, _)| flags.contains(*flag));
        named.map(|(_, word)| format!(" {word}")).collect::<String>()
    };
    let store = apps.store.iter().map(|app| {
        format!("  {} {}{}", app.family, app.version.as_deref().unwrap_or("(no version)"), flags(app.flags))
    });
    let desktop = apps.desktop.iter().map(|app| {
        let version = app.version.as_ref().map_or_else(|| "(no version)".to_owned(), Text::to_string_lossy);
        format!("  {} {version}{}", app.key.to_string_lossy(), flags(app.flags))
    });
    [String::new(), "apps".to_owned()].into_iter().chain(store).chain(desktop).collect()
}
