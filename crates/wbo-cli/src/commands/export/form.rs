//! The forms, and what each is made of.

use clap::{Args, ValueEnum};
use profile_format::{Content, Timestamp};
use profile_json::{ContentPlace, View};
use registry::RegEncoding;
use wbo_engine::export::{self, Outcome, RegOptions, Request};
use wbo_engine::secrets::Secrets;
use wbo_engine::{Folders, WindowsPath};

use super::{CommandError, ExportArgs, Profile};
use crate::clean::clean;
use crate::commands::inspect::MAX_INLINE;

/// A form of another program, or for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// A .reg file, which regedit imports
    Reg,
    /// The list of packages that `winget import` reads
    Winget,
    /// A document as `wbo pack` reads it
    Json,
    /// A table for people and spreadsheets
    Csv,
    /// LayoutModification.json and TaskbarLayoutModification.xml, as administrators pin apps
    StartLayout,
    /// The XML of `dism /Import-DefaultAppAssociations`
    DefaultApps,
}

/// For whom a .reg file is.
#[derive(Args, Debug)]
#[command(next_help_heading = "With 'reg'")]
pub(super) struct RegArgs {
    /// The folder of the user who imports it, such as 'C:\Users\bob'; without it, paths stay %USERPROFILE% where a value
    /// may hold variables, and other values with them are left out
    #[arg(long, value_name = "PATH", value_parser = parse_path)]
    user_folder: Option<WindowsPath>,

    /// The SID of that user
    #[arg(long, value_name = "SID", value_parser = parse_sid)]
    user_sid: Option<String>,

    /// The folder of Windows there, such as 'C:\Windows'
    #[arg(long, value_name = "PATH", value_parser = parse_path)]
    windows: Option<WindowsPath>,

    /// The build of Windows there, such as 26100 [default: that of the profile]
    #[arg(long)]
    build: Option<u32>,

    /// It is the PC that the profile was captured on
    #[arg(long)]
    same_device: bool,

    /// Settings of the PC too, which all its users share; an administrator imports them
    #[arg(long)]
    machine: bool,

    /// Leave what is there where the user of the profile never set something; else it is deleted
    #[arg(long)]
    no_delete: bool,

    /// Write UTF-8, which is easier to review and to diff; regedit wants UTF-16
    #[arg(long)]
    utf8: bool,
}

/// What is written.
pub(super) enum Made {
    /// One file.
    Bytes(Vec<u8>),
    /// Files of these names in a folder.
    Folder(Vec<(&'static str, Vec<u8>)>),
}

fn parse_path(text: &str) -> Result<WindowsPath, String> {
    WindowsPath::parse(text).ok_or_else(|| r"expected a path on a drive of Windows, such as C:\Users\bob".to_owned())
}

fn parse_sid(text: &str) -> Result<String, String> {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Option<Vec<&str>> = text.strip_prefix("S-1-").map(|parts| parts.split('-').collect());
    match parts.is_some_and(|parts| parts.len() > 1 && parts.into_iter().all(is_part)) {
        true => Ok(text.to_owned()),
        false => Err("expected a SID, such as S-1-5-21-1111111111-2222222222-3333333333-1001".to_owned()),
    }
}

impl RegArgs {
    /// Whether each option is given, with its name and its form.
    pub(super) fn given(&self) -> [(bool, &'static str, Form); 8] {
        [
            (self.user_folder.is_some(), "--user-folder", Form::Reg),
            (self.user_sid.is_some(), "--user-sid", Form::Reg),
            (self.windows.is_some(), "--windows", Form::Reg),
            (self.build.is_some(), "--build", Form::Reg),
            (self.same_device, "--same-device", Form::Reg),
            (self.machine, "--machine", Form::Reg),
            (self.no_delete, "--no-delete", Form::Reg),
            (self.utf8, "--utf8", Form::Reg),
        ]
    }

    fn folders(&self) -> Folders {
        let folders = self.windows.clone().map(Folders::of_windows).unwrap_or_default();
        match &self.user_folder {
            Some(folder) => folders.with_user(folder),
            None => folders,
        }
    }
}

impl Form {
    /// Its name on the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Reg => "reg",
            Self::Winget => "winget",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::StartLayout => "start-layout",
            Self::DefaultApps => "default-apps",
        }
    }

    /// What is written in this form, and what of the profile is in it.
    pub(super) fn make(
        self,
        args: &ExportArgs,
        profile: &Profile,
        request: &Request<'_>,
    ) -> Result<(Made, Outcome), CommandError> {
        match self {
            Self::Reg => reg(&args.reg, request),
            Self::Winget => winget(request, args.versions),
            Self::Json => document(profile, request),
            Self::Csv => Ok(csv(request, args.reveal)),
            Self::StartLayout => start_layouts(request),
            Self::DefaultApps => {
                let made = export::default_apps(request);
                Ok((Made::Bytes(made.xml.into_bytes()), made.outcome))
            }
        }
    }
}

fn reg(args: &RegArgs, request: &Request<'_>) -> Result<(Made, Outcome), CommandError> {
    let folders = args.folders();
    let options = RegOptions {
        secrets: Secrets::standard(),
        folders: &folders,
        sid: args.user_sid.as_deref(),
        build: args.build,
        same_device: args.same_device,
        machine: args.machine,
        delete: !args.no_delete,
    };
    let made = export::reg(request, &options);
    let encoding = if args.utf8 { RegEncoding::Utf8 } else { RegEncoding::Utf16 };
    let bytes = made.file.write(encoding).map_err(|error| CommandError::failed(error.to_string()))?;
    Ok((Made::Bytes(bytes), made.outcome))
}

fn winget(request: &Request<'_>, versions: bool) -> Result<(Made, Outcome), CommandError> {
    let made = export::winget(request, rfc3339(request.document.facts.created), versions);
    Ok((Made::Bytes(json(&made.packages)?), made.outcome))
}

fn document(profile: &Profile, request: &Request<'_>) -> Result<(Made, Outcome), CommandError> {
    let made = export::document(request);
    let total: u64 = made.document.contents().iter().map(|content| content.size).sum();
    if total > MAX_INLINE {
        let message = format!("its contents have {total} bytes, too many for one JSON of at most {MAX_INLINE}");
        return Err(CommandError::usage(message).hint("`wbo extract` writes them to files"));
    }
    let place = |content: &Content| match profile.contents.get(&content.id) {
        Some(bytes) => ContentPlace::Inline(bytes.clone()),
        None => crate::commands::extract::content_file(content),
    };
    let text = profile_json::to_json(&made.document, &place, View::Full)
        .map_err(|error| CommandError::failed(format!("{}: {error}", profile.path.display())))?;
    Ok((Made::Bytes(text.into_bytes()), made.outcome))
}

/// The table, in which no cell acts on a terminal or runs over several lines.
fn csv(request: &Request<'_>, reveal: bool) -> (Made, Outcome) {
    let made = export::table(request, reveal);
    let rows = made.rows.into_iter().map(|row| row.map(|field| clean(&field)));
    (Made::Bytes(export::csv_text(rows).into_bytes()), made.outcome)
}

fn start_layouts(request: &Request<'_>) -> Result<(Made, Outcome), CommandError> {
    let made = export::start_layouts(request);
    let mut files = Vec::new();
    if let Some(start) = &made.start {
        files.push(("LayoutModification.json", json(start)?));
    }
    files.extend(made.taskbar.map(|taskbar| ("TaskbarLayoutModification.xml", taskbar.into_bytes())));
    Ok((Made::Folder(files), made.outcome))
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, CommandError> {
    let text = profile_json::json_text(value)
        .map_err(|error| CommandError::failed(format!("the export could not be written as JSON: {error}")))?;
    Ok(text.into_bytes())
}

/// A time as RFC 3339 has it; `None`, for years that it has no words for.
fn rfc3339(time: Timestamp) -> Option<String> {
    let time = jiff::Timestamp::from_second(time.0).ok()?;
    let year = time.to_zoned(jiff::tz::TimeZone::UTC).year();
    (0..=9999).contains(&year).then(|| time.to_string())
}
