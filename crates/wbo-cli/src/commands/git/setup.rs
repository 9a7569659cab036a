//! What git is told of profiles, and its taking back.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::program::{git, quoted, whole};
use crate::clean::clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{self, Existing, Output};
use crate::rewriting;
use crate::ui::Ui;

/// Tell git how to show and merge profiles
///
/// Writes the attributes of *.wbo and the configuration that goes with them. Without recipients or --plain, git shows
/// profiles and does not merge them. git never keeps the text of a profile in the repository.
#[derive(Args, Debug)]
pub(crate) struct SetupArgs {
    /// For all repositories of this user instead of this one
    #[arg(long)]
    global: bool,

    /// Open profiles with the private keys in this file; without one, only what needs no key is shown
    #[arg(short, long, value_name = "FILE")]
    identity: Vec<PathBuf>,

    /// Encrypt what is merged for this public key
    #[arg(short, long, value_name = "KEY")]
    recipient: Vec<String>,

    /// Encrypt what is merged for every public key in this file
    #[arg(short = 'R', long, value_name = "FILE")]
    recipients_file: Vec<PathBuf>,

    /// Do not encrypt what is merged
    #[arg(long, conflicts_with_all = ["recipient", "recipients_file"])]
    plain: bool,

    /// Merge only what the signers in this OpenSSH allowed_signers file vouch for
    #[arg(long, value_name = "FILE")]
    signers: Option<PathBuf>,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,
}

/// Take back what `wbo git setup` told git
#[derive(Args, Debug)]
pub(crate) struct RemoveArgs {
    /// For all repositories of this user instead of this one
    #[arg(long)]
    global: bool,
}

#[derive(Serialize)]
struct GitReport {
    wbo: &'static str,
    version: u32,
    done: &'static str,
    attributes: AttributesReport,
    config: Vec<ConfigReport>,
}

#[derive(Serialize)]
struct AttributesReport {
    path: String,
    changed: bool,
}

#[derive(Serialize)]
struct ConfigReport {
    key: &'static str,
    value: Option<String>,
}

/// What git is told of files. Line ends in them are not touched.
const ATTRIBUTES: &str = "*.wbo diff=wbo merge=wbo -text";

const TEXTCONV: &str = "diff.wbo.textconv";
const CACHE: &str = "diff.wbo.cachetextconv";
const NAME: &str = "merge.wbo.name";
const DRIVER: &str = "merge.wbo.driver";

/// Bytes of a file of attributes.
const MAX_ATTRIBUTES: u64 = 16 << 20;

pub(super) fn run(args: &SetupArgs, ui: Ui) -> Result<Exit, CommandError> {
    let attributes = attributes_file(args.global)?;
    let program =
        whole(&std::env::current_exe().map_err(|error| CommandError::failed(format!("wbo itself: {error}")))?)?;
    let merges = args.plain || !args.recipient.is_empty() || !args.recipients_file.is_empty();
    let config = vec![
        ConfigReport { key: TEXTCONV, value: Some(args.textconv(&program)?) },
        // The cache would put the text of encrypted profiles into the repository.
        ConfigReport { key: CACHE, value: Some("false".to_owned()) },
        ConfigReport { key: NAME, value: merges.then(|| "wbo, setting by setting".to_owned()) },
        ConfigReport { key: DRIVER, value: merges.then(|| args.driver(&program)).transpose()? },
    ];
    for ConfigReport { key, value } in &config {
        configure(args.global, key, value.as_deref())?;
    }
    let changed = with_line(&attributes)?;
    let attributes = AttributesReport { path: attributes.display().to_string(), changed };
    ui.result(&GitReport { wbo: "git", version: 1, done: "setup", attributes, config }, &text)?;
    if !merges {
        ui.hint("git merges profiles once it is told for whom: give -r, -R or --plain");
    }
    Ok(Exit::Done)
}

pub(super) fn remove(args: &RemoveArgs, ui: Ui) -> Result<Exit, CommandError> {
    let attributes = attributes_file(args.global)?;
    let config: Vec<_> = [TEXTCONV, CACHE, NAME, DRIVER].map(|key| ConfigReport { key, value: None }).into();
    for ConfigReport { key, .. } in &config {
        configure(args.global, key, None)?;
    }
    let changed = without_line(&attributes)?;
    let attributes = AttributesReport { path: attributes.display().to_string(), changed };
    ui.result(&GitReport { wbo: "git", version: 1, done: "removed", attributes, config }, &text)?;
    Ok(Exit::Done)
}

impl SetupArgs {
    /// The command that shows a profile. git appends the file. What it says on standard error would stand in every log.
    fn textconv(&self, program: &str) -> Result<String, CommandError> {
        let mut words = vec![quoted(program), "textconv".to_owned()];
        for identity in &self.identity {
            words.extend(["-i".to_owned(), quoted(&whole(identity)?)]);
        }
        words.extend(self.reveal.then(|| "--reveal".to_owned()));
        words.push("2>/dev/null".to_owned());
        Ok(words.join(" "))
    }

    /// The command that merges a profile. A percent sign of our own is doubled: git puts its files in place of some.
    fn driver(&self, program: &str) -> Result<String, CommandError> {
        let mut words = vec![quoted(program), "git merge-driver".to_owned()];
        for identity in &self.identity {
            words.extend(["-i".to_owned(), quoted(&whole(identity)?)]);
        }
        for recipient in &self.recipient {
            words.extend(["-r".to_owned(), quoted(recipient)]);
        }
        for file in &self.recipients_file {
            words.extend(["-R".to_owned(), quoted(&whole(file)?)]);
        }
        words.extend(self.plain.then(|| "--plain".to_owned()));
        if let Some(signers) = &self.signers {
            words.extend(["--signers".to_owned(), quoted(&whole(signers)?)]);
        }
        words.extend(self.reveal.then(|| "--reveal".to_owned()));
        Ok(format!("{} %O %A %B %P", words.join(" ").replace('%', "%%")))
    }
}

/// Where the attributes stand: at the top of the repository, or where git looks for those of the user.
fn attributes_file(global: bool) -> Result<PathBuf, CommandError> {
    if !global {
        let top = git(&["rev-parse", "--show-toplevel"], -1)
            .map_err(|error| error.hint("run it in a repository, or give --global"))?;
        return Ok(PathBuf::from(top.unwrap_or_default()).join(".gitattributes"));
    }
    if let Some(path) = git(&["config", "--global", "--type=path", "--get", "core.attributesFile"], 1)? {
        return Ok(PathBuf::from(path));
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CONFIG_HOME")
        .or_else(|| set("HOME").or_else(|| set("USERPROFILE")).map(|home| home.join(".config")))
        .ok_or_else(|| CommandError::failed("no home folder is known here, and git's own attributes are in it"))?;
    Ok(folder.join("git").join("attributes"))
}

fn configure(global: bool, key: &str, value: Option<&str>) -> Result<(), CommandError> {
    /// What `git config` ends with where there is nothing to unset.
    const UNSET: i32 = 5;
    let place = if global { "--global" } else { "--local" };
    let done = match value {
        Some(value) => git(&["config", place, "--replace-all", key, value], -1),
        None => git(&["config", place, "--unset-all", key], UNSET),
    };
    done.map(drop)
}

/// Adds our line to the attributes, if it is not there.
fn with_line(path: &Path) -> Result<bool, CommandError> {
    let text = read(path)?;
    if text.lines().any(|line| line.trim_end() == ATTRIBUTES) {
        return Ok(false);
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write(path, &format!("{text}{end}{ATTRIBUTES}\n"))?;
    Ok(true)
}

/// Takes our line out of the attributes; a file that has nothing else goes.
fn without_line(path: &Path) -> Result<bool, CommandError> {
    let text = read(path)?;
    let kept: String = text.split_inclusive('\n').filter(|line| line.trim_end() != ATTRIBUTES).collect();
    if kept == text {
        return Ok(false);
    }
    match kept.is_empty() {
        true => fs::remove_file(path).map_err(|error| files::output_failed(path, &error))?,
        false => write(path, &kept)?,
    }
    Ok(true)
}

fn read(path: &Path) -> Result<String, CommandError> {
    match path.try_exists() {
        Ok(false) => Ok(String::new()),
        _ => {
            let bytes = files::read_small(path, MAX_ATTRIBUTES)?;
            String::from_utf8(bytes)
                .map_err(|_| CommandError::usage(format!("{}: it is not UTF-8 text", path.display())))
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| files::output_failed(path, &error);
    let mut output = match path.exists() {
        true => rewriting::output_in_place(path, None)?,
        false => {
            fs::create_dir_all(files::folder_of(path)).map_err(failed)?;
            Output::create(path, Existing::Refuse)?
        }
    };
    output.file().write_all(text.as_bytes()).map_err(failed)?;
    output.commit(|_| Ok(()))
}

fn text(report: &GitReport) -> String {
    let GitReport { attributes: AttributesReport { path, changed }, config, done, .. } = report;
    let what = match (*changed, *done) {
        (true, "setup") => "added",
        (true, _) => "removed",
        (false, "setup") => "there already",
        (false, _) => "not there",
    };
    let mut text = format!("{}: '{ATTRIBUTES}' {what}\n", clean(path));
    for ConfigReport { key, value } in config {
        let value = value.as_deref().map_or_else(|| "not set".to_owned(), clean);
        text.push_str(&format!("{key}: {value}\n"));
    }
    text
}
