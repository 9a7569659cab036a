//! Pins as the layouts that administrators write: JSON for Start of Windows 11, and XML for the taskbar.
//!
//! What a profile has of pins is laid out as on a Windows of its own and read from there, as a capture would.

use std::io::Read;

use profile_format::Item;
use registry::{Change, FileTime, KeyPath, MemoryRegistry, Name, Root, Value, ValueType, WriteRegistry};
use serde::Serialize;

use super::xml::{NoXmlCharacter, attribute};
use super::{Asked, Outcome, Request, Subject, SubjectKind, Why, name_of};
use crate::apps::AppId;
use crate::catalogue::Setting;
use crate::pins::{Pin, PinProblem, Pins, pins};
use crate::plan::{Spot, locate};
use crate::{Drives, Folders, MemoryTree, NameGlob, WindowsPath};

/// The layouts of Start and of the taskbar, and what of the profile's pins is in them.
#[derive(Debug)]
pub struct StartLayouts {
    /// `LayoutModification.json`; `None`, where no pin of Start is known.
    pub start: Option<StartLayoutFile>,
    /// `LayoutModification.xml`; `None`, where no pin of the taskbar is known.
    pub taskbar: Option<String>,
    /// What is in them.
    pub outcome: Outcome,
}

/// A layout of Start.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartLayoutFile {
    pinned_list: Vec<Pinned>,
}

/// By which of three names Windows finds what a pin starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Pinned {
    PackagedAppId(String),
    DesktopAppId(String),
    DesktopAppLink(String),
}

/// The pins of a profile.
pub fn start_layouts(request: &Request<'_>) -> StartLayouts {
    let Pins { taskbar, start, problems } = pins_of(request);
    let mut outcome = Outcome::default();
    for problem in &problems {
        let (list, why) = told(problem);
        outcome.leave_out(list.subject(), why);
    }
    let pinned_list = start_pins(&start, &mut outcome);
    let elements = taskbar_pins(&taskbar, &mut outcome);
    for (list, pins) in [(List::Start, &start), (List::Taskbar, &taskbar)] {
        let is_told = problems.iter().any(|problem| told(problem).0 == list);
        if pins.is_empty() && !is_told && list.is_asked_for(request) {
            outcome.leave_out(list.subject(), Why::NotInProfile);
        }
    }
    StartLayouts {
        start: (!pinned_list.is_empty()).then_some(StartLayoutFile { pinned_list }),
        taskbar: (!elements.is_empty()).then(|| format!("{TASKBAR_BEGIN}{elements}{TASKBAR_END}")),
        outcome,
    }
}

/// A list of pins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Start,
    Taskbar,
}

impl List {
    /// The setting that stands for all of it.
    fn id(self) -> &'static str {
        match self {
            Self::Start => "start.pins",
            Self::Taskbar => "taskbar.pins",
        }
    }

    fn subject(self) -> Subject {
        match self {
            Self::Start => Subject::missing(self.id(), "Pins of Start"),
            Self::Taskbar => Subject::missing(self.id(), "Pins of the taskbar"),
        }
    }

    fn is_asked_for(self, request: &Request<'_>) -> bool {
        request.catalogue.get(self.id()).is_none_or(|setting| request.selection.includes(setting))
    }
}

/// Which pins are not known, and why.
fn told(problem: &PinProblem) -> (List, Why) {
    match problem {
        PinProblem::OnlyWindowsReads(_) => (List::Start, Why::OnlyWindowsReads),
        PinProblem::Layout(_) => (List::Start, Why::Unread(problem.to_string())),
        _ => (List::Taskbar, Why::Unread(problem.to_string())),
    }
}

fn start_pins(pins: &[Pin], outcome: &mut Outcome) -> Vec<Pinned> {
    let named = named(pins, SubjectKind::StartPin, outcome);
    let (subjects, pins): (Vec<_>, Vec<_>) = named.into_iter().unzip();
    outcome.exported.extend(subjects);
    pins
}

/// The elements of the taskbar's pins.
fn taskbar_pins(pins: &[Pin], outcome: &mut Outcome) -> String {
    let mut elements = String::new();
    for (subject, pin) in named(pins, SubjectKind::TaskbarPin, outcome) {
        match element(&pin) {
            Ok(element) => {
                elements.push_str(&element);
                outcome.exported.push(subject);
            }
            Err(NoXmlCharacter(code)) => outcome.leave_out(subject, Why::XmlCharacter(code)),
        }
    }
    elements
}

/// The pins that a capture would find where the profile's settings are.
fn pins_of(request: &Request<'_>) -> Pins {
    let folders = WindowsPath::parse(r"C:\Windows").map(Folders::of_windows).unwrap_or_default();
    let user = WindowsPath::new('C', ["Users", "user"].map(Name::from).into());
    let folders = folders.with_user(&user);
    let mut registry = MemoryRegistry::new(FileTime(0));
    let mut tree = MemoryTree::default();
    if let Some(build) = request.document.device.build {
        let version = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
        let version = KeyPath::new(Root::LocalMachine, Name::split_path(version));
        set(&mut registry, &version, &Name::from("CurrentBuildNumber"), Value::text(&build.to_string()));
    }
    for asked in request.settings() {
        lay_out(request, &asked, &folders, &mut registry, &mut tree);
    }
    let mut drives = Drives::default();
    drives.mount(WindowsPath::new('C', vec![]), &tree);
    pins(&registry, &drives, &folders)
}

/// Puts what a profile has of a setting of Start or of the taskbar where Windows has it.
fn lay_out(
    request: &Request<'_>,
    asked: &Asked<'_>,
    folders: &Folders,
    registry: &mut MemoryRegistry,
    tree: &mut MemoryTree,
) {
    let is_of_pins = |setting: &&Setting| ["start.", "taskbar."].iter().any(|of| setting.id.starts_with(of));
    let Some(setting) = asked.known.filter(is_of_pins) else { return };
    let instance = asked.captured.instance.as_ref().map(name_of);
    for item in &asked.captured.items {
        // What does not fit the catalogue is no pin.
        let Ok(at) = locate(setting, instance.as_ref(), item, folders) else { continue };
        match (at.spot, item) {
            (Spot::Value(key, name), Item::Value { state: Some(state), .. }) => {
                let value = Value { kind: ValueType(state.kind), data: state.data.0.clone() };
                set(registry, &key, &name, value);
            }
            (Spot::File(path), Item::File { state: Some(state), .. }) => {
                let Some(bytes) = bytes(request, state.content) else { continue };
                let names: Vec<String> = path.names().iter().map(ToString::to_string).collect();
                tree.add(&names.join("\\"), &bytes);
            }
            _ => (),
        }
    }
}

fn bytes(request: &Request<'_>, content: profile_format::Content) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let reader = request.contents.open(&content.id).ok()?;
    reader.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What names no place of the catalogue was refused before; what a registry refuses all the same is no pin.
fn set(registry: &mut MemoryRegistry, key: &KeyPath, name: &Name, value: Value) {
    for depth in 1..=key.names().len() {
        let names = key.names().get(..depth).unwrap_or_default();
        let _ = registry.make(&Change::create(KeyPath::new(key.root(), names.to_vec())));
    }
    let _ = registry.make(&Change::SetValue { key: key.clone(), name: name.clone(), value });
}

/// Each pin by a name that means the same on another PC; those without one are left out.
fn named(pins: &[Pin], kind: SubjectKind, outcome: &mut Outcome) -> Vec<(Subject, Pinned)> {
    let mut named = Vec::new();
    for pin in pins {
        let id = pin.aumid.as_ref().or(pin.target.as_ref()).or(pin.title.as_ref());
        let id = id.cloned().unwrap_or_default();
        let title = pin.title.clone().unwrap_or_else(|| id.clone());
        let subject = Subject { kind, id, instance: None, title, personal: true };
        match name(pin) {
            Some(pinned) => named.push((subject, pinned)),
            None => outcome.leave_out(subject, Why::NoNameElsewhere),
        }
    }
    named
}

fn name(pin: &Pin) -> Option<Pinned> {
    if let Some(id) = &pin.aumid {
        let is_packaged = AppId::parse(id).is_some();
        return Some(if is_packaged { Pinned::PackagedAppId(id.clone()) } else { Pinned::DesktopAppId(id.clone()) });
    }
    let target = pin.target.as_ref()?;
    let is_of_folder = |folder: &Name| NameGlob::new("{????????-????-????-????-????????????}").matches(folder);
    match target.split_once('\\') {
        Some((folder, _)) if is_of_folder(&Name::from(folder)) => return Some(Pinned::DesktopAppId(target.clone())),
        _ => (),
    }
    if target.to_ascii_lowercase().ends_with(".lnk") {
        // A shortcut in the folder of one user, or on a drive of one PC, is not there on others.
        return target.starts_with('%').then(|| Pinned::DesktopAppLink(target.clone()));
    }
    let below = |(folder, guid): &(&str, &str)| {
        let (begin, rest) = target.split_at_checked(folder.len())?;
        let rest = rest.strip_prefix('\\')?;
        (begin.eq_ignore_ascii_case(folder) && !rest.is_empty()).then(|| format!("{guid}\\{rest}"))
    };
    FOLDERS.iter().find_map(below).map(Pinned::DesktopAppId)
}

fn element(pin: &Pinned) -> Result<String, NoXmlCharacter> {
    let (element, name, value) = match pin {
        Pinned::PackagedAppId(id) => ("UWA", "AppUserModelID", id),
        Pinned::DesktopAppId(id) => ("DesktopApp", "DesktopApplicationID", id),
        Pinned::DesktopAppLink(link) => ("DesktopApp", "DesktopApplicationLinkPath", link),
    };
    Ok(format!("        <taskbar:{element}{} />\n", attribute(name, value)?))
}

/// What Windows calls programs that have no id of their own: the GUID of a known folder, and the path below it. Of two
/// folders with the same beginning, the longer one stands first.
const FOLDERS: [(&str, &str); 8] = [
    (r"C:\Program Files (x86)", "{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}"),
    (r"%ProgramFiles(x86)%", "{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}"),
    (r"C:\Program Files", "{6D809377-6AF0-444B-8957-A3773F02200E}"),
    (r"%ProgramFiles%", "{6D809377-6AF0-444B-8957-A3773F02200E}"),
    (r"C:\Windows\System32", "{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}"),
    (r"%windir%\System32", "{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}"),
    (r"C:\Windows", "{F38BF404-1D43-42F2-9305-67DE0B28FC23}"),
    (r"%windir%", "{F38BF404-1D43-42F2-9305-67DE0B28FC23}"),
];

const TASKBAR_BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<LayoutModificationTemplate
    xmlns="http://schemas.microsoft.com/Start/2014/LayoutModification"
    xmlns:defaultlayout="http://schemas.microsoft.com/Start/2014/FullDefaultLayout"
    xmlns:start="http://schemas.microsoft.com/Start/2014/StartLayout"
    xmlns:taskbar="http://schemas.microsoft.com/Start/2014/TaskbarLayout"
    Version="1">
  <CustomTaskbarLayoutCollection PinListPlacement="Replace">
    <defaultlayout:TaskbarLayout>
      <taskbar:TaskbarPinList>
"#;

const TASKBAR_END: &str = "      </taskbar:TaskbarPinList>
    </defaultlayout:TaskbarLayout>
  </CustomTaskbarLayoutCollection>
</LayoutModificationTemplate>
";

/// Shortcuts and layouts have some thousand bytes.
const MOST_BYTES: u64 = 1 << 20;
