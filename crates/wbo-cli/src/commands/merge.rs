mod report;
mod resolved;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use profile_format::Document;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::merge::{Said, Take, layer};

use crate::any_profile::AnyProfileArgs;
use crate::catalogues::CatalogueArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{self, Existing, Output};
use crate::merging::{self, Combined, Preference, parse_preference};
use crate::opening::Demand;
use crate::profile_file::Profile;
use crate::sealing::NewSealArgs;
use crate::ui::Ui;
pub(crate) use report::ConflictReport;
use report::{CountsReport, InputReport, MergeReport, WrittenReport};
use resolved::Resolved;

/// Merge two profiles that grew out of one, or lay a user's settings over a baseline
///
/// What one side changed is taken; what both changed differently is a conflict, and with one nothing is written. Settings
/// are compared by what they mean, lists and bits by element where the catalogue says so, and settings that belong together
/// are never mixed. A merged profile is signed by nobody unless --sign is given. Ends with 1 on a conflict.
#[derive(Args, Debug)]
pub(crate) struct MergeArgs {
    /// Three profiles, or documents in JSON: BASE, which both grew out of, OURS and THEIRS. With --layer two: BASELINE and
    /// USER
    #[arg(required = true, num_args = 2..=3, value_name = "FILE")]
    merged: Vec<PathBuf>,

    /// The profile to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,

    /// Replace the profile, or the file of conflicts, if it exists
    #[arg(long)]
    force: bool,

    /// What to take where both changed something: ours, theirs, or newest (of the profile made last); of one category or
    /// the apps alone as start=theirs; may be given several times
    #[arg(long, value_name = "SIDE", value_parser = parse_preference)]
    prefer: Vec<Preference>,

    /// Write conflicts to this file, to say in it what to take
    #[arg(long, value_name = "FILE")]
    conflicts: Option<PathBuf>,

    /// Take what this file says, which --conflicts wrote
    #[arg(long, value_name = "FILE")]
    resolve: Option<PathBuf>,

    /// Lay the settings of USER over those of BASELINE: what the user has set wins
    #[arg(long, conflicts_with_all = ["prefer", "conflicts", "resolve"])]
    layer: bool,

    /// Show personal values too
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    catalogues: CatalogueArgs,

    #[command(flatten)]
    profiles: AnyProfileArgs,

    #[command(flatten)]
    seal: NewSealArgs,
}

pub(super) fn run(args: &MergeArgs, ui: Ui) -> Result<Exit, CommandError> {
    let catalogue = args.catalogues.load()?;
    let read = |path: &PathBuf| -> Result<Profile, CommandError> {
        let profile = args.profiles.read(path, Demand::Trusted, ui, "merge")?;
        merging::refuse_newer(&profile)?;
        Ok(profile)
    };
    let profiles = args.merged.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    match (&*profiles, args.layer) {
        ([baseline, user], true) => layered(args, baseline, user, &catalogue, ui),
        ([base, ours, theirs], false) => three_way(args, base, ours, theirs, &catalogue, ui),
        (_, true) => Err(CommandError::usage("--layer takes two profiles: BASELINE and USER")),
        (_, false) => Err(CommandError::usage("a merge takes three profiles: BASE, OURS and THEIRS")
            .hint("--layer lays the second of two profiles over the first")),
    }
}

fn three_way(
    args: &MergeArgs,
    base: &Profile,
    ours: &Profile,
    theirs: &Profile,
    catalogue: &Catalogue,
    ui: Ui,
) -> Result<Exit, CommandError> {
    let inputs = resolved::Inputs::of(base, ours, theirs, catalogue)?;
    let resolved = args.resolve.as_deref().map(|path| Resolved::read(path, &inputs)).transpose()?;
    let newest = merging::newest(&ours.document, &theirs.document);
    let merged = merging::merged(Some(base), ours, theirs, catalogue, &mut |conflict| {
        let said = resolved.as_ref().and_then(|resolved| resolved.take(conflict));
        said.or_else(|| merging::preferred(&args.prefer, conflict, newest))
    });
    if let Some(resolved) = &resolved {
        resolved.refuse_misfits(&merged.conflicts)?;
    }
    let is_settled = merged.is_settled();
    let conflicts: Vec<ConflictReport> =
        merged.conflicts.iter().map(|(conflict, take)| ConflictReport::of(conflict, *take, args.reveal)).collect();
    let kept = match &args.conflicts {
        Some(path) if !is_settled => {
            keep(path, existing(args.force), &inputs.file(&conflicts))?;
            Some(path.display().to_string())
        }
        _ => None,
    };
    let written = match is_settled {
        true => Some(write(args, merged.said, &[base, ours, theirs], ui)?),
        false => None,
    };
    warn_of_two(ours, theirs, ui);
    let report = MergeReport {
        wbo: "merge",
        version: 1,
        kind: "three-way",
        inputs: [base, ours, theirs].map(InputReport::of).into(),
        settled: is_settled,
        counts: CountsReport::of(merged.counts),
        conflicts,
        kept,
        written,
    };
    ui.result(&report, &report::text)?;
    Ok(if is_settled { Exit::Done } else { Exit::Differs })
}

fn layered(
    args: &MergeArgs,
    baseline: &Profile,
    user: &Profile,
    catalogue: &Catalogue,
    ui: Ui,
) -> Result<Exit, CommandError> {
    let said = layer(&Said::of(&baseline.document), &Said::of(&user.document), catalogue);
    let counts = report::layered_counts(&said, &user.document);
    let written = Some(write(args, said, &[baseline, user], ui)?);
    let report = MergeReport {
        wbo: "merge",
        version: 1,
        kind: "layer",
        inputs: [baseline, user].map(InputReport::of).into(),
        settled: true,
        counts,
        conflicts: Vec::new(),
        kept: None,
        written,
    };
    ui.result(&report, &report::text)?;
    Ok(Exit::Done)
}

fn write(args: &MergeArgs, said: Said, parents: &[&Profile], ui: Ui) -> Result<WrittenReport, CommandError> {
    let mut sealer = args.seal.sealer(args.profiles.identities.locked())?;
    let combined = Combined::of(said, parents, args.catalogues.version(), args.seal.plain)?;
    let Combined { document, contents } = combined;
    let written = sealer.write(&args.out, existing(args.force), &document, contents, ui)?;
    Ok(WrittenReport {
        path: args.out.display().to_string(),
        bytes: written.bytes,
        body_id: written.body_id,
        author: written.author,
    })
}

fn existing(force: bool) -> Existing {
    if force { Existing::Replace } else { Existing::Refuse }
}

fn keep(path: &Path, existing: Existing, file: &impl serde::Serialize) -> Result<(), CommandError> {
    let json = profile_json::json_text(file).map_err(|error| CommandError::failed(error.to_string()))?;
    let mut output = Output::create(path, existing)?;
    output.file().write_all(json.as_bytes()).map_err(|error| files::output_failed(path, &error))?;
    output.commit(|_| Ok(()))
}

/// Settings of two people in one profile are rarely meant.
fn warn_of_two(ours: &Profile, theirs: &Profile, ui: Ui) {
    let sid = |document: &Document| document.user.sid.clone();
    if let (Some(ours), Some(theirs)) = (sid(&ours.document), sid(&theirs.document))
        && ours != theirs
    {
        ui.warn("ours and theirs are of two users; what they say differently of themselves is left out");
    }
}

/// What to take, by its word.
fn take_of(word: &str) -> Option<Take> {
    Take::NAMED.into_iter().find(|(_, name)| *name == word).map(|(take, _)| take)
}
