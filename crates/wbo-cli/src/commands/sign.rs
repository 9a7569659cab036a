use std::path::PathBuf;

use clap::{Args, ValueEnum};
use profile_format::{Opened, ReadError, Role, Sealed, SignerKey};
use profile_keys::Signer;
use serde::Serialize;

use crate::clean::Clean;
use crate::describe;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{FileSource, Output};
use crate::keys::{self, IdentityArgs, TrustArgs};
use crate::opening::{self, Demand};
use crate::rewriting;
use crate::ui::Ui;

/// Add a seal to a profile
///
/// Opens and verifies everything first, so that nobody vouches for what he has not seen; --blind signs without. The
/// body and all other seals stay as they are.
#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    /// The profile
    file: PathBuf,

    /// The SSH key to sign with: a private key, or a public one whose private half an ssh-agent holds
    #[arg(long, value_name = "KEY")]
    key: PathBuf,

    /// What the seal says: that its signer made the profile, or that he vouches for it
    #[arg(long, value_enum, default_value_t = RoleArg::Endorser)]
    role: RoleArg,

    /// Sign without opening the profile
    #[arg(long)]
    blind: bool,

    /// Write the signed profile to this file instead of in its place
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    identities: IdentityArgs,

    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RoleArg {
    Author,
    Endorser,
}

#[derive(Serialize)]
struct SignReport {
    wbo: &'static str,
    version: u32,
    path: String,
    body_id: String,
    role: &'static str,
    signer: String,
    blind: bool,
}

pub(super) fn run(args: &SignArgs, ui: Ui) -> Result<Exit, CommandError> {
    let mut signer = args.identities.locked().signer(&args.key)?;
    let role = match args.role {
        RoleArg::Author => Role::Author,
        RoleArg::Endorser => Role::Endorser,
    };
    let sealed = opening::parse(&args.file, ui, "sign", 2)?;
    let body_id = describe::hex(&sealed.body_id());
    let output = if args.blind {
        sealed.check_body().map_err(|error| CommandError::reading(&args.file, &error))?;
        let output = add_seal(args, &sealed, &mut signer, role)?;
        drop(sealed);
        output
    } else {
        let opened = look_before_signing(args, &signer, role, sealed)?;
        add_seal(args, opened.sealed(), &mut signer, role)?
    };
    output.commit(|written| rewriting::read_back(written, None, ui))?;
    let path = args.out.as_ref().unwrap_or(&args.file).display().to_string();
    let (role, signer, blind) = (describe::role_name(role), signer.fingerprint(), args.blind);
    let report = SignReport { wbo: "sign", version: 1, path, body_id, role, signer, blind };
    ui.result(&report, &|report| format!("{}: signed by {} as {}\n", Clean(&report.path), report.signer, report.role))?;
    Ok(Exit::Done)
}

fn add_seal(
    args: &SignArgs,
    sealed: &Sealed<FileSource>,
    signer: &mut Signer,
    role: Role,
) -> Result<Output, CommandError> {
    let seal = keys::sign(signer, &sealed.statement(), role)?;
    let mut seals = sealed.seals().to_vec();
    if !seals.contains(&seal) {
        seals.push(seal);
    }
    rewriting::write_with_tail(&args.file, args.out.as_deref(), sealed, sealed.envelopes().to_vec(), seals)
}

/// Opens the profile, reads every section, and holds the signer's role against the author that it names.
fn look_before_signing(
    args: &SignArgs,
    signer: &Signer,
    role: Role,
    sealed: Sealed<FileSource>,
) -> Result<Opened<FileSource>, CommandError> {
    let failed = |error| CommandError::reading(&args.file, &error);
    let judged = sealed.judge(&args.trust.judge()?);
    let demand = if args.trust.names_signers() { Demand::Trusted } else { Demand::Shown };
    let mut trust = opening::trust(&args.file, &judged, &args.trust, demand)?;
    let key = opening::key_of(&args.file, &sealed, &args.identities)?;
    if role == Role::Author {
        trust = trust.author_signs_next(signer.public_key());
    }
    let opened = sealed.open(&key, trust).map_err(|error| match &error {
        ReadError::AuthorSealMissing { author } if role == Role::Author => not_the_author(Some(author)),
        _ => failed(error),
    })?;
    if role == Role::Author && opened.author() != Some(signer.public_key()) {
        return Err(not_the_author(opened.author().as_ref()));
    }
    opened.verify().into_iter().try_for_each(|verdict| verdict.result).map_err(failed)?;
    Ok(opened)
}

fn not_the_author(named: Option<&SignerKey>) -> CommandError {
    let message = match named {
        Some(author) => format!("the profile names another author, {}", profile_keys::fingerprint(author)),
        None => "the profile names no author, and what it names is fixed when it is written".to_owned(),
    };
    CommandError::usage(message)
        .hint("vouch for it with --role endorser, or write it anew with `wbo recipients --rotate --sign`")
}
