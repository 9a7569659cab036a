use std::path::PathBuf;

use clap::Args;
use profile_format::{Envelope, ProfileKey, Role, SealError, Sealed, Suite};
use serde::Serialize;

use crate::clean::Clean;
use crate::describe;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::FileSource;
use crate::keys::{self, IdentityArgs, NewRecipientArgs, TrustArgs};
use crate::opening::{self, Demand};
use crate::rewriting;
use crate::ui::Ui;

/// Show and change who can open a profile
///
/// Without a change, shows the envelopes. --add and --remove rewrite the tail alone: the body stays as it is, and all
/// seals stay valid. Removing somebody is not revocation: whoever could open the file once may have kept its key or a
/// copy. --rotate encrypts everything under a new key for the recipients that are named now.
#[derive(Args, Debug)]
pub(crate) struct RecipientsArgs {
    /// The profile
    file: PathBuf,

    /// Add an envelope for the named recipients
    #[arg(long, conflicts_with = "rotate")]
    add: bool,

    /// Remove the envelope of this number, as shown without a change
    #[arg(long, value_name = "NUMBER", conflicts_with = "rotate")]
    remove: Vec<usize>,

    /// Make a new key and a new body for the named recipients alone; seals of the old body are kept as provenance
    #[arg(long)]
    rotate: bool,

    /// Write the changed profile to this file instead of in its place
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// With --rotate: sign the new body as its author with this SSH key
    #[arg(long, value_name = "KEY", requires = "rotate")]
    sign: Option<PathBuf>,

    #[command(flatten)]
    new: NewRecipientArgs,

    #[command(flatten)]
    identities: IdentityArgs,

    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Serialize)]
struct RecipientsReport {
    wbo: &'static str,
    version: u32,
    path: String,
    body_id: String,
    changed: bool,
    envelopes: Vec<describe::EnvelopeReport>,
}

pub(super) fn run(args: &RecipientsArgs, ui: Ui) -> Result<Exit, CommandError> {
    let changes = args.add || args.rotate || !args.remove.is_empty();
    if !args.add && !args.rotate && !args.new.is_empty() {
        return Err(CommandError::usage("recipients are named, but neither --add nor --rotate says what for"));
    }
    if !changes && args.out.is_some() {
        return Err(CommandError::usage("--out is for a changed profile, and no change is named"));
    }
    let sealed = opening::parse(&args.file, ui, "recipients", 1)?;
    if changes && sealed.suite() == Suite::Plain {
        return Err(CommandError::usage(format!("{}: a plain profile has no recipients", args.file.display()))
            .hint("extract it and pack it again with recipients"));
    }
    match (changes, args.rotate) {
        (false, _) => {}
        (true, true) => rotate(args, sealed, ui)?,
        (true, false) => change_tail(args, sealed, ui)?,
    }
    report(args, ui, changes)?;
    Ok(Exit::Done)
}

fn report(args: &RecipientsArgs, ui: Ui, changed: bool) -> Result<(), CommandError> {
    let path = args.out.as_ref().filter(|_| changed).unwrap_or(&args.file);
    let sealed = opening::parse(path, ui, "recipients", 1)?;
    let file = describe::file(path, &sealed, &sealed.judge(&args.trust.judge()?));
    let report = RecipientsReport {
        wbo: "recipients",
        version: 1,
        path: file.path,
        body_id: file.body_id,
        changed,
        envelopes: file.envelopes,
    };
    ui.result(&report, &|report| {
        let line = |(number, envelope): (usize, &describe::EnvelopeReport)| {
            let who = envelope.recipients.iter().map(|one| crate::clean::clean(one)).collect::<Vec<_>>().join(", ");
            let problem = envelope.problem.as_deref().map(crate::clean::clean).unwrap_or_default();
            format!("  envelope {} {who}{problem}\n", number + 1)
        };
        let lines: String = report.envelopes.iter().enumerate().map(line).collect();
        format!("{}:\n{lines}", Clean(&report.path))
    })
}

fn change_tail(args: &RecipientsArgs, sealed: Sealed<FileSource>, ui: Ui) -> Result<(), CommandError> {
    let mut envelopes = kept_envelopes(args, &sealed)?;
    // Only who can open a profile may say who else can, and only a key that opens it proves that it still will.
    let key = opening::key_of(&args.file, &sealed, &args.identities)?;
    // Otherwise reading back what was written would find the damage, and blame the writing.
    sealed.check_body().map_err(|error| CommandError::reading(&args.file, &error))?;
    if args.add {
        envelopes.extend(keys::rewrap(&key, &args.new.recipients()?)?);
    }
    let seals = sealed.seals().to_vec();
    let output = rewriting::write_with_tail(&args.file, args.out.as_deref(), &sealed, envelopes, seals)?;
    drop(sealed);
    output.commit(|written| rewriting::read_back(written, Some(&key), ui))?;
    if !args.remove.is_empty() {
        ui.warn(
            "removing an envelope is not revocation: whoever could open the profile may have kept its key or a copy",
        );
        ui.status("`wbo recipients --rotate` makes a new key, for what is written from now on");
    }
    Ok(())
}

fn kept_envelopes(args: &RecipientsArgs, sealed: &Sealed<FileSource>) -> Result<Vec<Envelope>, CommandError> {
    let there = sealed.envelopes().len();
    if let Some(number) = args.remove.iter().find(|number| !(1..=there).contains(number)) {
        return Err(CommandError::usage(format!("there is no envelope {number}; the profile has {there}")));
    }
    let numbered = sealed.envelopes().iter().enumerate();
    let kept: Vec<_> = numbered.filter(|(index, _)| !args.remove.contains(&(index + 1))).map(|(_, one)| one).collect();
    match kept.is_empty() && !args.add {
        true => Err(CommandError::usage("without its last envelope nobody could open the profile")
            .hint("add another in the same call with --add")),
        false => Ok(kept.into_iter().cloned().collect()),
    }
}

fn rotate(args: &RecipientsArgs, sealed: Sealed<FileSource>, ui: Ui) -> Result<(), CommandError> {
    let recipients = args.new.recipients()?;
    let signer = args.sign.as_deref().map(|key| args.identities.locked().signer(key)).transpose()?;
    let opened = opening::open(&args.file, sealed, &args.identities, &args.trust, Demand::Trusted)?;
    if opened.earlier().len() >= profile_format::limits::MAX_PREVIOUS {
        ui.warn("the seals of the oldest earlier body are forgotten: a profile remembers four of them");
    }
    let key = ProfileKey::generate().map_err(|error| CommandError::failed(error.to_string()))?;
    let (envelopes, opening_key) = (keys::wrap(&key, &recipients)?, key.opening_key());
    let author = signer.as_ref().map(profile_keys::Signer::public_key);
    let mut output = rewriting::output_in_place(&args.file, args.out.as_deref())?;
    let body = opened.rekey(output.file(), key, author.as_ref()).map_err(|error| match &error {
        SealError::Read(error) => CommandError::reading(&args.file, error),
        other => CommandError::sealing(other),
    })?;
    let mut seals = Vec::new();
    if let Some(mut signer) = signer {
        seals.push(keys::sign(&mut signer, &body.statement(), Role::Author)?);
    }
    let signed = !seals.is_empty();
    body.finish(output.file(), envelopes, seals).map_err(|error| CommandError::sealing(&error))?;
    drop(opened);
    output.commit(|written| rewriting::read_back(written, Some(&opening_key), ui))?;
    if !signed {
        ui.warn("the new body is not signed: seals of the old one are kept as provenance and vouch for nothing here");
        ui.status("`wbo sign` seals the new one");
    }
    Ok(())
}
