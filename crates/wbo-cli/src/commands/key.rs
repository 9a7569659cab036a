use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use profile_keys::Identity;
use serde::Serialize;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, Output, output_failed, read_small};
use crate::keys::LockedKeyArgs;
use crate::ui::Ui;

/// Make keys, and show their public halves
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand, Debug)]
enum KeyCommand {
    Generate(GenerateArgs),
    Public(PublicArgs),
}

/// Make a new key: the private half goes to a file, the public half to standard output
///
/// An age key, to open profiles with; with --signing an SSH key, to sign them with.
#[derive(Args, Debug)]
struct GenerateArgs {
    /// Make an Ed25519 SSH key, as `ssh-keygen -t ed25519` does
    #[arg(long)]
    signing: bool,

    /// The file to write; an existing one is never overwritten
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

/// Show the public half of the private keys in a file
#[derive(Args, Debug)]
struct PublicArgs {
    /// A file of age keys, or an SSH private key
    identity: PathBuf,

    #[command(flatten)]
    locked: LockedKeyArgs,
}

#[derive(Serialize)]
struct KeyReport {
    wbo: &'static str,
    version: u32,
    public: Vec<String>,
}

pub(super) fn run(args: KeyArgs, ui: Ui) -> Result<Exit, CommandError> {
    let public = match args.command {
        KeyCommand::Generate(args) => generate(&args, ui)?,
        KeyCommand::Public(args) => public(&args)?,
    };
    let report = KeyReport { wbo: "key", version: 1, public };
    ui.result(&report, &|report| report.public.iter().map(|key| format!("{key}\n")).collect())?;
    Ok(Exit::Done)
}

fn generate(args: &GenerateArgs, ui: Ui) -> Result<Vec<String>, CommandError> {
    let created = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let failed = |error: &dyn std::fmt::Display| CommandError::failed(error.to_string());
    let (file, public) = if args.signing {
        let key = profile_keys::generate_signing_key(&created).map_err(|error| failed(&error))?;
        (key.file, key.public)
    } else {
        let identity = profile_keys::generate_identity(&created).map_err(|error| failed(&error))?;
        (identity.file, identity.recipient.to_string())
    };
    let mut output = Output::create(&args.out, Existing::Refuse)?;
    if let Err(error) = output.restrict() {
        ui.warn(&format!("{}: others may be able to read it: {error}", args.out.display()));
    }
    let written = output.file().write_all(file.expose().as_bytes());
    written.map_err(|error| output_failed(&args.out, &error))?;
    output.commit(|_| Ok(()))?;
    Ok(vec![public])
}

fn public(args: &PublicArgs) -> Result<Vec<String>, CommandError> {
    let name = args.identity.display().to_string();
    let identity = Identity::parse(&read_small(&args.identity, 1 << 20)?, &name);
    let identity = identity.map_err(|error| CommandError::usage(error.to_string()))?;
    let recipients = profile_keys::public_of(&identity, &args.locked.ask()?);
    let recipients = recipients.map_err(|error| CommandError::failed(error.to_string()))?;
    Ok(recipients.iter().map(ToString::to_string).collect())
}
