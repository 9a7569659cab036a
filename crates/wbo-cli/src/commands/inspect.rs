mod undo;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::{
    AppFlags, Apps, Category, Content, ContentId, ContentPart, Document, JudgeSeal, Note, NoteCode, Opened, ReadAt,
    SectionId, SectionKind, Suite,
};
use profile_json::{ContentPlace, View};
use serde::Serialize;

use crate::clean::{Clean, clean};
use crate::describe::{self, EarlierReport, FileReport, SectionReport};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::FileSource;
use crate::keys::{IdentityArgs, TrustArgs};
use crate::opening::{self, Demand};
use crate::ui::Ui;

/// Bytes of contents that are written into JSON. Larger ones are for `wbo extract`.
pub(super) const MAX_INLINE: u64 = 256 << 20;

/// Show what a profile is, and what is in it
///
/// Without a key: version, size, who could open it and who signed it. With one: device, user, sections, apps and notes.
/// Values of settings that say something about a person are hidden unless --reveal is given. Of a record that an apply
/// left, this shows what it takes back; what was there before and after is hidden in the same way.
#[derive(Args, Debug)]
pub(crate) struct InspectArgs {
    /// The profile
    file: PathBuf,

    /// Show the settings, apps, notes or undo steps of this section alone
    #[arg(long, value_name = "SECTION")]
    section: Option<String>,

    /// Show personal values too; with --json, the document is then complete and `wbo pack` reads it
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    identities: IdentityArgs,

    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Serialize)]
struct InspectReport {
    wbo: &'static str,
    version: u32,
    file: FileReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<OpenedReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct OpenedReport {
    trusted: bool,
    author: Option<String>,
    earlier: Vec<EarlierReport>,
    sections: Vec<SectionReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<undo::UndoReport>,
}

pub(super) fn run(args: &InspectArgs, ui: Ui) -> Result<Exit, CommandError> {
    let sealed = opening::parse(&args.file, ui, "inspect", 1)?;
    let judge = args.trust.judge()?;
    let judged = sealed.judge(&judge);
    let mut file = describe::file(&args.file, &sealed, &judged);
    if sealed.suite() != Suite::Plain && args.identities.is_empty() && args.section.is_none() && !args.reveal {
        let report = InspectReport { wbo: "inspect", version: 1, file, opened: None, document: None };
        ui.result(&report, &|report| describe::file_text(&report.file))?;
        return Ok(Exit::Done);
    }
    let trust = opening::trust(&args.file, &judged, &args.trust, Demand::Shown)?;
    let key = opening::key_of(&args.file, &sealed, &args.identities)?;
    let opened = sealed.open(&key, trust).map_err(|error| CommandError::reading(&args.file, &error))?;
    describe::settle_roles(&mut file.seals, &judged, opened.author().as_ref());
    let document = document(args, &opened)?;
    if ui.json { json(args, ui, file, &opened, &document, &judge) } else { text(args, ui, &file, &opened, &document) }?;
    Ok(Exit::Done)
}

/// The document, or as much of it as one section holds.
fn document<S: ReadAt>(args: &InspectArgs, opened: &Opened<S>) -> Result<Document, CommandError> {
    let failed = |error| CommandError::reading(&args.file, &error);
    let Some(name) = &args.section else { return opened.document().map_err(failed) };
    let mut document = Document {
        facts: opened.facts().clone(),
        device: opened.device().clone(),
        user: opened.user().clone(),
        sections: Vec::new(),
        apps: Apps::default(),
        notes: Vec::new(),
        undo: None,
    };
    match find_section(name, opened)? {
        SectionId { kind: SectionKind::SETTINGS, part } => {
            document.sections.extend(opened.settings(Category(part)).map_err(failed)?);
        }
        SectionId::APPS => document.apps = opened.apps().map_err(failed)?,
        SectionId::NOTES => {
            document.notes = opened.notes().map_err(failed)?;
            document.sections = settings_to_judge_by(args, opened)?;
        }
        SectionId::UNDO => {
            document.undo = opened.undo().map_err(failed)?;
            document.sections = settings_to_judge_by(args, opened)?;
        }
        other => {
            return Err(CommandError::usage(format!(
                "section {other} has nothing to show; `wbo extract` gets contents"
            )));
        }
    }
    Ok(document)
}

/// Whether a note or an undo step says something about a person, the setting tells that it is about.
fn settings_to_judge_by<S: ReadAt>(
    args: &InspectArgs,
    opened: &Opened<S>,
) -> Result<Vec<profile_format::Section>, CommandError> {
    let settings = opened.sections().map(|section| section.id).filter(|id| id.kind == SectionKind::SETTINGS);
    let read = settings.filter(|_| !args.reveal).filter_map(|id| opened.settings(Category(id.part)).transpose());
    read.collect::<Result<_, _>>().map_err(|error| CommandError::reading(&args.file, &error))
}

/// Then the settings of the document are there only to tell what is personal.
fn shows_no_settings(args: &InspectArgs) -> bool {
    matches!(args.section.as_deref(), Some("notes" | "undo"))
}

fn find_section<S: ReadAt>(name: &str, opened: &Opened<S>) -> Result<SectionId, CommandError> {
    let known: Vec<_> = opened.sections().map(|section| section.id).collect();
    known.iter().copied().find(|id| id.to_string() == name).ok_or_else(|| {
        let names = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        CommandError::usage(format!("the profile has no section {name}")).hint(format!("it has: {names}"))
    })
}

fn json(
    args: &InspectArgs,
    ui: Ui,
    file: FileReport,
    opened: &Opened<FileSource>,
    document: &Document,
    judge: &dyn JudgeSeal,
) -> Result<(), CommandError> {
    let inline = if args.reveal && args.section.is_none() { contents(&args.file, opened)? } else { BTreeMap::new() };
    let place = |content: &Content| content_place(content, &inline);
    let view = if args.reveal { View::Full } else { View::Redacted };
    let undo = document.undo.as_ref().map(undo::report);
    let mut document = profile_json::document_value(document, &place, view)
        .map_err(|error| CommandError::failed(format!("{}: {error}", args.file.display())))?;
    if let (true, Some(members)) = (shows_no_settings(args) && !args.reveal, document.as_object_mut()) {
        members.retain(|name, _| name != "sections" && name != "contents");
    }
    let opened = OpenedReport {
        trusted: matches!(opened.trust().basis(), profile_format::Basis::Sealed),
        author: opened.author().as_ref().map(profile_keys::fingerprint),
        earlier: describe::earlier(opened, judge),
        sections: opened.sections().map(describe::section).collect(),
        section: args.section.clone(),
        undo,
    };
    let document = Some(document);
    ui.json(&InspectReport { wbo: "inspect", version: 1, file, opened: Some(opened), document })
}

fn content_place(content: &Content, inline: &BTreeMap<ContentId, Vec<u8>>) -> ContentPlace {
    match inline.get(&content.id) {
        Some(bytes) => ContentPlace::Inline(bytes.clone()),
        None => super::extract::content_file(content),
    }
}

/// All contents, for a document that stands by itself.
fn contents<S: ReadAt>(path: &Path, opened: &Opened<S>) -> Result<BTreeMap<ContentId, Vec<u8>>, CommandError> {
    let failed = |error| CommandError::reading(path, &error);
    let total: u64 = opened.contents().map_err(failed)?.iter().map(|content| content.size).sum();
    if total > MAX_INLINE {
        let message = format!("its contents have {total} bytes, too many for one JSON of at most {MAX_INLINE}");
        return Err(CommandError::usage(message).hint("`wbo extract` writes them to files"));
    }
    let (mut contents, mut current) = (BTreeMap::new(), Vec::new());
    let read = opened.read_contents(&mut |part| {
        match part {
            ContentPart::Bytes(bytes) => current.extend_from_slice(bytes),
            ContentPart::End(content) => drop(contents.insert(content.id, std::mem::take(&mut current))),
            _ => {}
        }
        Ok(())
    });
    read.map_err(failed)?;
    Ok(contents)
}

fn text<S: ReadAt>(
    args: &InspectArgs,
    ui: Ui,
    file: &FileReport,
    opened: &Opened<S>,
    document: &Document,
) -> Result<(), CommandError> {
    let mut text = String::new();
    if args.section.is_none() {
        text.push_str(&describe::file_text(file));
        if let Some(author) = opened.author() {
            text.push_str(&format!("  author     {}\n", profile_keys::fingerprint(&author)));
        }
        text.push_str(&format!("  trust      {}\n", describe::basis_text(opened.trust().basis())));
        if !opened.earlier().is_empty() {
            text.push_str(&format!("  earlier    bodies under other keys: {}\n", opened.earlier().len()));
        }
        text.push_str(&describe::facts_text(&document.facts, &document.device, &document.user));
        text.extend(document.undo.as_ref().map(undo::summary_text));
        text.push_str("\nsections\n");
        text.extend(opened.sections().map(section_text));
    }
    if (args.section.is_some() && !shows_no_settings(args)) || args.reveal {
        text.push_str(&settings_text(document, args.reveal));
    }
    text.push_str(&apps_text(&document.apps));
    text.push_str(&notes_text(document, args.reveal, args.section.as_deref() == Some("notes")));
    if args.section.is_some() || args.reveal {
        text.push_str(&undo::steps_text(document, args.reveal));
    }
    ui.print(&text)
}

fn section_text(section: profile_format::SectionSummary) -> String {
    let (one, many) = match section.id.kind {
        SectionKind::SETTINGS => ("setting", "settings"),
        SectionKind::APPS => ("app", "apps"),
        SectionKind::NOTES => ("note", "notes"),
        SectionKind::CONTENTS | SectionKind::CONTENT_INDEX => ("file", "files"),
        SectionKind::UNDO => ("step", "steps"),
        _ => ("unknown", "unknown"),
    };
    let what = if section.entries == 1 { one } else { many };
    let (bytes, stored) = (describe::grouped(section.length), describe::grouped(section.stored));
    format!("  {:<18} {:>6} {what:<9} {bytes:>12} bytes, {stored} stored\n", section.id.to_string(), section.entries)
}

fn settings_text(document: &Document, reveal: bool) -> String {
    let mut lines = Vec::new();
    for section in &document.sections {
        lines.push(format!("\n{}", profile_format::SectionId::settings(section.category)));
        for setting in &section.settings {
            let instance = setting.instance.as_ref().map(|one| format!(" [{}]", clean(&one.to_string_lossy())));
            lines.push(format!("  {}{}", clean(&setting.id), instance.unwrap_or_default()));
            let personal = setting.flags.contains(profile_format::SettingFlags::PERSONAL);
            match personal && !reveal {
                true => lines.push("    (personal, shown with --reveal)".to_owned()),
                false => lines.extend(setting.items.iter().map(|item| format!("    {}", item_text(item)))),
            }
        }
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn item_text(item: &profile_format::Item) -> String {
    use profile_format::Item;
    let names = item.path().iter().chain(item.value_name()).map(|name| clean(&name.to_string_lossy()));
    let place = match names.collect::<Vec<_>>().join("\\") {
        place if place.is_empty() => "(default)".to_owned(),
        place => place,
    };
    match item {
        Item::Key { present: true, .. } => format!("key {place}"),
        Item::Key { present: false, .. } => format!("key {place}: absent"),
        Item::Value { state: None, .. } => format!("{place}: absent"),
        Item::Value { state: Some(value), .. } => {
            format!("{place} = {}", crate::value::text(value.kind, &value.data.0))
        }
        Item::File { state: None, .. } => format!("file {place}: absent"),
        Item::File { state: Some(file), .. } => {
            format!("file {place}: {} bytes, SHA-256 {}", describe::grouped(file.content.size), file.content.id)
        }
    }
}

fn apps_text(apps: &Apps) -> String {
    let mut lines = Vec::new();
    for app in &apps.store {
        let version = app.version.as_deref().unwrap_or("");
        let flags = [
            (AppFlags::PINNED_TO_START, "on Start"),
            (AppFlags::PINNED_TO_TASKBAR, "on the taskbar"),
            (AppFlags::PROVISIONED, "provisioned"),
            (AppFlags::DEPROVISIONED, "deprovisioned"),
        ];
        let flags = flags.iter().filter(|(flag, _)| app.flags.contains(*flag)).map(|(_, word)| *word);
        let flags = flags.collect::<Vec<_>>().join(", ");
        lines.push(format!("  {} {} {flags}", Clean(&app.family), Clean(version)));
    }
    for app in &apps.desktop {
        let lossy = |text: &Option<profile_format::Text>| text.as_ref().map(|text| clean(&text.to_string_lossy()));
        let title = lossy(&app.title).unwrap_or_else(|| clean(&app.key.to_string_lossy()));
        lines.push(format!("  {title} {} (desktop)", lossy(&app.version).unwrap_or_default()));
    }
    listed("apps", &lines)
}

/// The notes; of kinds that there are many of and that tell little, only how many, unless all are asked for.
fn notes_text(document: &Document, reveal: bool, all: bool) -> String {
    const COUNTED: [NoteCode; 4] =
        [NoteCode::ABSENT, NoteCode::ON_REQUEST, NoteCode::OTHER_BUILD, NoteCode::UNCONFIRMED];
    let personal = |note: &Note| {
        let settings = document.sections.iter().flat_map(|section| &section.settings);
        let mut about = settings.filter(|setting| note.setting.as_ref() == Some(&setting.id));
        about.any(|setting| setting.flags.contains(profile_format::SettingFlags::PERSONAL))
    };
    let line = |note: &Note| {
        let about = note.setting.as_deref().map(|id| format!(" {}", clean(id))).unwrap_or_default();
        let place = note.place.as_ref().map(|place| format!(" ({})", clean(&place.to_string_lossy())));
        match personal(note) && !reveal {
            true => format!("  {}{about}: (personal, shown with --reveal)", describe::note_code(note.code)),
            false => {
                format!(
                    "  {}{about}: {}{}",
                    describe::note_code(note.code),
                    clean(&note.text),
                    place.unwrap_or_default()
                )
            }
        }
    };
    let counted = |note: &&Note| !all && COUNTED.contains(&note.code);
    let mut lines: Vec<String> = document.notes.iter().filter(|note| !counted(note)).map(line).collect();
    for code in COUNTED {
        let count = document.notes.iter().filter(|note| note.code == code && counted(note)).count();
        if count > 0 {
            let settings = describe::count(count as u64, "setting", "settings");
            lines.push(format!("  {}: {settings}; --section notes lists them", describe::note_code(code)));
        }
    }
    listed("notes", &lines)
}

fn listed(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.iter().map(|line| format!("{}\n", line.trim_end()));
    format!("\n{title}\n{}", lines.collect::<String>())
}
