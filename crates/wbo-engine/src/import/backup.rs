//! What Microsoft's own backup holds of a person, as its administrators export it.
//!
//! The script View-WindowsBackup.ps1 of github.com/microsoft/windows-backup-admin-scripts writes JSON with or without
//! payloads, or a ZIP with a file for each payload and a manifest; the interface behind it (Microsoft Graph,
//! `/me/settings/windows`) answers in JSON with payloads in base64. All three are read.

mod apps;
mod entries;
mod fields;

use profile_format::{Device, Section, Setting as Captured, Text, User};

use self::entries::Entry;
use self::fields::Table;
use super::json::{self, Json, JsonError};
use super::zip::ZipError;
use super::{Imported, Refused, Unknown};
use crate::catalogue::{Catalogue, Sensitivity};
use crate::secrets::Secrets;

/// What is known beside an export.
pub struct BackupImport<'i> {
    /// The settings that there are.
    pub catalogue: &'i Catalogue,
    /// What is left out.
    pub secrets: &'i Secrets,
    /// The PC whose settings are taken, by its id, the beginning of it, or its name. It need not be said where the export
    /// is of one alone. Settings that are of no PC are taken with it.
    pub device: Option<&'i str>,
}

/// A PC of which an export has settings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BackupDevice {
    /// The id under which the backup has it.
    pub id: String,
    /// What it was called, where the export says so.
    pub name: Option<String>,
}

/// Why a file is no export that is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// It is no JSON that is read.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The manifest within an archive is no JSON that is read.
    #[error("manifest.json in the archive: {0}")]
    Manifest(JsonError),
    /// It is no archive that is read.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// It is an archive of something else.
    #[error("the archive has no manifest.json, and so is no export of Windows Backup")]
    NoManifest,
    /// It is other JSON.
    #[error("it is no export of Windows Backup: it has neither \"settings\" nor \"value\"")]
    NotAnExport,
    /// It was exported without what the settings are.
    #[error(
        "the export has no payloads, only which settings there are; export it again with decoded payloads, or as a ZIP"
    )]
    NoPayloads,
    /// It has more settings than a person has.
    #[error("the export has {found} settings; at most {most} are read")]
    TooMany {
        /// How many there are.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// Several PCs, and nobody says which.
    #[error("the export is of {} PCs: {}", devices.len(), names(devices))]
    SeveralDevices {
        /// Which.
        devices: Vec<BackupDevice>,
    },
    /// The PC that was asked for is not there, or fits several.
    #[error("the export has no one PC {asked:?}; it has {}", names(devices))]
    NoSuchDevice {
        /// What was asked for.
        asked: String,
        /// Which there are.
        devices: Vec<BackupDevice>,
    },
}

fn names(devices: &[BackupDevice]) -> String {
    let name = |device: &BackupDevice| match &device.name {
        Some(name) => format!("{} ({name})", device.id),
        None => device.id.clone(),
    };
    match devices {
        [] => "none".to_owned(),
        devices => devices.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}

/// The type of the setting that says what a PC is called.
const DEVICE_PROFILE: &str = "windows.data.platform.backuprestore.deviceprofile";

/// The type of a setting that is an app.
const APP: &str = "windows.data.apps.appmetadata";

/// The type of settings that are taken straight from the registry and from files.
const BACKUP_UNIT: &str = "windows.data.platform.settingsbackup.backupunitstore";

impl BackupImport<'_> {
    /// Takes what an export says.
    pub fn import(&self, bytes: &[u8]) -> Result<Imported, BackupError> {
        let export = entries::read(bytes)?;
        if export.entries.iter().all(|entry| entry.payload.is_none()) && !export.entries.is_empty() {
            return Err(BackupError::NoPayloads);
        }
        let device = self.device(&export.entries)?;
        let mut taking = Taking { request: self, table: Table::of(self.catalogue), imported: Imported::default() };
        taking.imported.device = Device { name: device.as_ref().and_then(name_of), ..Device::default() };
        taking.imported.user = User { upn: export.user.filter(|user| self.is_shown(user)), ..User::default() };
        let of_device = |entry: &&Entry| match (&entry.device, &device) {
            (Some(one), Some(device)) => *one == device.id,
            (Some(_), None) => false,
            (None, _) => true,
        };
        export.entries.iter().filter(of_device).for_each(|entry| taking.entry(entry));
        Ok(taking.finish())
    }

    /// The PC whose settings are taken; none, where the export has only settings that are of no PC.
    fn device(&self, entries: &[Entry]) -> Result<Option<BackupDevice>, BackupError> {
        let devices = entries::devices(entries);
        match (self.device, &*devices) {
            (None, []) => Ok(None),
            (None, [one]) => Ok(Some(one.clone())),
            (None, _) => Err(BackupError::SeveralDevices { devices }),
            (Some(asked), _) => {
                let mut fit = devices.iter().filter(|device| device.is_called(asked));
                match (fit.next(), fit.next()) {
                    (Some(one), None) => Ok(Some(one.clone())),
                    _ => Err(BackupError::NoSuchDevice { asked: asked.to_owned(), devices }),
                }
            }
        }
    }

    /// Whether no secret stands in a text.
    fn is_shown(&self, text: &str) -> bool {
        self.secrets.content(text.as_bytes()).is_none()
    }
}

impl BackupDevice {
    /// Letters of an id that are enough to tell PCs apart; the script asks for as many.
    const BEGINNING: usize = 8;

    fn is_called(&self, asked: &str) -> bool {
        let beginning = self.id.get(..asked.len()).filter(|_| asked.len() >= Self::BEGINNING);
        beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(asked))
            || self.name.as_ref().is_some_and(|name| name.to_lowercase() == asked.to_lowercase())
    }
}

fn name_of(device: &BackupDevice) -> Option<Text> {
    device.name.as_deref().map(Text::from)
}

/// One export while its settings are taken.
struct Taking<'t> {
    request: &'t BackupImport<'t>,
    table: Table<'t>,
    imported: Imported,
}

impl Taking<'_> {
    fn entry(&mut self, entry: &Entry) {
        let kind = &*entry.kind;
        if !self.request.is_shown(kind) {
            let why = "a secret stands in its type".to_owned();
            return self.imported.refused.push(Refused { setting: None, place: "a setting".to_owned(), why });
        }
        if let Some(why) = self.table.refused(kind) {
            return self.imported.refused.push(Refused { setting: None, place: kind.to_owned(), why: why.to_owned() });
        }
        let payload = match &entry.payload {
            None => return self.unknown(kind, "the export has no payload of it"),
            Some(bytes) => json::parse(bytes),
        };
        match (kind, payload) {
            (DEVICE_PROFILE, _) => (),
            (BACKUP_UNIT, _) => {
                self.unknown(kind, "pieces of the registry and of files, in a form that Microsoft does not document");
            }
            (_, Err(_)) => self.unknown(kind, "its payload is not JSON, but in a form of its own"),
            (APP, Ok(json)) => self.app(data_of(&json)),
            (_, Ok(json)) => self.fields(kind, data_of(&json)),
        }
    }

    /// Takes the fields of a setting that the catalogue knows.
    fn fields(&mut self, kind: &str, payload: &Json) {
        let Json::Object(fields) = payload else { return self.unknown(kind, "its payload has no fields") };
        for (field, value) in fields {
            if *value == Json::Null || self.table.is_bookkeeping(field) {
                continue;
            }
            if !self.request.is_shown(field) {
                let why = "a secret stands in the name of a field".to_owned();
                self.imported.refused.push(Refused { setting: None, place: kind.to_owned(), why });
                continue;
            }
            let place = format!("{kind}/{field}");
            match self.table.setting(kind, field, value) {
                Ok((setting, _)) if setting.sensitivity == Some(Sensitivity::Never) => {
                    let why = "never captured".to_owned();
                    self.imported.refused.push(Refused { setting: Some(setting.id.clone()), place, why });
                }
                Ok((setting, item)) => {
                    let flags = crate::capture::flags_of(setting);
                    let captured = Captured { id: setting.id.clone(), instance: None, flags, items: vec![item] };
                    self.take(setting.category, captured, &place);
                    self.imported.notes.extend(super::unconfirmed(setting));
                }
                Err(why) => self.unknown(&place, why),
            }
        }
    }

    fn take(&mut self, category: profile_format::Category, captured: Captured, place: &str) {
        let sections = &mut self.imported.sections;
        let at = sections.iter().position(|section| section.category == category).unwrap_or_else(|| {
            sections.push(Section { category, settings: Vec::new() });
            sections.len() - 1
        });
        let Some(section) = sections.get_mut(at) else { return };
        match section.settings.iter().find(|setting| setting.id == captured.id) {
            None => section.settings.push(captured),
            Some(there) if *there == captured => (),
            Some(_) => self.unknown(place, "another field says the contrary of the same setting, and that was taken"),
        }
    }

    fn unknown(&mut self, place: &str, why: &str) {
        self.imported.unknown.push(Unknown { place: place.to_owned(), why: why.to_owned() });
    }

    fn finish(mut self) -> Imported {
        self.imported.sections.sort_by_key(|section| section.category);
        for section in &mut self.imported.sections {
            section.settings.sort_by(|one, other| one.id.cmp(&other.id));
        }
        super::sort_apps(&mut self.imported.apps);
        self.imported.sort();
        self.imported
    }
}

/// What a payload says; some tools put it into an object called `Data`.
fn data_of(json: &Json) -> &Json {
    match (json, json.get("Data")) {
        (Json::Object(fields), Some(data @ Json::Object(_))) if fields.len() == 1 => data,
        _ => json,
    }
}
