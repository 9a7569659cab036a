//! From a file of another tool to what is taken of it.

use std::path::Path;

use registry::RegFile;
use wbo_engine::Folders;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::import::Refused;
use wbo_engine::import::{
    BackupError, BackupImport, Exclusion, Imported, Template, Unknown, UsmtConfig, ZipError, reg::RegImport, uev,
    usmt_config, winget,
};
use wbo_engine::secrets::Secrets;

use super::{From, ImportArgs};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::read_small;
use crate::hive_files::must_be_file;

/// What was read.
pub(super) enum Read {
    /// Something that becomes a profile.
    Profile(Box<Imported>),
    /// Something that becomes another text.
    Text {
        text: String,
        exclusions: Vec<Exclusion>,
        /// Ids and titles of settings that a catalogue got.
        places: Vec<(String, String)>,
        unknown: Vec<Unknown>,
        refused: Vec<Refused>,
    },
}

/// Bytes of a file that is no .reg file. Each reader has a limit of its own below this one.
const MAX_FILE: u64 = 64 << 20;

/// Reads the file that the command line names.
pub(super) fn read(args: &ImportArgs, catalogue: &Catalogue) -> Result<Read, CommandError> {
    let path = &args.file;
    if path.as_os_str() != "-" {
        must_be_file(path)?;
    }
    let most = if args.from == From::Reg { registry::limits::REG_FILE as u64 } else { MAX_FILE };
    let bytes = read_small(path, most)?;
    let wrong = |error: &dyn std::fmt::Display| CommandError::usage(format!("{}: {error}", path.display()));
    let secrets = Secrets::standard();
    Ok(match args.from {
        From::Reg => {
            let file = RegFile::read(&bytes).map_err(|error| wrong(&error))?;
            let (folders, sid) = (Folders::default(), args.sid.clone());
            let request = RegImport { catalogue, secrets, folders, sid, whole: args.whole };
            Read::Profile(Box::new(request.import(&file).map_err(|error| wrong(&error))?))
        }
        From::Winget => Read::Profile(Box::new(winget(&bytes, secrets).map_err(|error| wrong(&error))?)),
        From::WindowsBackup => {
            let request = BackupImport { catalogue, secrets, device: args.device.as_deref() };
            Read::Profile(Box::new(request.import(&bytes).map_err(|error| of_backup(path, &error))?))
        }
        From::UsmtConfig => of_usmt(usmt_config(&bytes).map_err(|error| wrong(&error))?),
        From::Uev => of_template(uev(&bytes, catalogue).map_err(|error| wrong(&error))?),
    })
}

fn of_usmt(config: UsmtConfig) -> Read {
    let text = config.selection();
    let UsmtConfig { exclusions, unknown, refused } = config;
    Read::Text { text, exclusions, places: Vec::new(), unknown, refused }
}

fn of_template(template: Template) -> Read {
    let Template { catalogue, settings, unknown } = template;
    Read::Text { text: catalogue, exclusions: Vec::new(), places: settings, unknown, refused: Vec::new() }
}

fn of_backup(path: &Path, error: &BackupError) -> CommandError {
    let (exit, hint) = match error {
        BackupError::Zip(ZipError::NoEnd | ZipError::Truncated { .. }) => {
            (Exit::Truncated, Some("copy it again from where it came from"))
        }
        BackupError::Zip(ZipError::Damaged { .. }) => (Exit::Damaged, Some("copy it again from where it came from")),
        BackupError::SeveralDevices { .. } | BackupError::NoSuchDevice { .. } => {
            (Exit::Usage, Some("say which with --device: its name, its id, or the first eight letters of that"))
        }
        _ => (Exit::Usage, None),
    };
    let failed = CommandError::new(exit, format!("{}: {error}", path.display()));
    match hint {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}
