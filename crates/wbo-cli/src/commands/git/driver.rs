//! What `git merge` runs for each profile that both sides changed.

use std::path::{Path, PathBuf};

use clap::Args;
use wbo_engine::catalogue::Catalogue;

use crate::any_profile::AnyProfileArgs;
use crate::catalogues::CatalogueArgs;
use crate::commands::merge::ConflictReport;
use crate::describe;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::Existing;
use crate::merging::{self, Combined};
use crate::opening::Demand;
use crate::profile_file::Profile;
use crate::sealing::NewSealArgs;
use crate::ui::{self, Ui};

/// Merge a profile for git, in the place of ours
///
/// With a conflict, ours stays as it is.
#[derive(Args, Debug)]
pub(crate) struct DriverArgs {
    /// What both sides changed; empty where both added the file
    base: PathBuf,

    /// Ours, which is replaced by what is merged
    ours: PathBuf,

    /// Theirs
    theirs: PathBuf,

    /// What the file is called in the repository
    path: String,

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

pub(super) fn run(args: &DriverArgs, ui: Ui) -> Result<Exit, CommandError> {
    let catalogue = args.catalogues.load()?;
    let base = if is_empty(&args.base) { None } else { Some(args.read(&args.base, ui)?) };
    let (ours, theirs) = (args.read(&args.ours, ui)?, args.read(&args.theirs, ui)?);
    merge(args, base.as_ref(), &ours, &theirs, &catalogue, ui)
}

fn merge(
    args: &DriverArgs,
    base: Option<&Profile>,
    ours: &Profile,
    theirs: &Profile,
    catalogue: &Catalogue,
    ui: Ui,
) -> Result<Exit, CommandError> {
    let merged = merging::merged(base, ours, theirs, catalogue, &mut |_| None);
    if !merged.is_settled() {
        let count = describe::count(merged.conflicts.len() as u64, "conflict", "conflicts");
        ui.warn(&format!("{}: {count}; the file is as it was on our side", args.path));
        for (conflict, _) in &merged.conflicts {
            ConflictReport::of(conflict, None, args.reveal).text().lines().for_each(ui::say);
        }
        ui.hint(&format!("`git checkout-index --stage=all -- {}` writes base, ours and theirs to files", args.path));
        ui.hint("`wbo merge` merges these by --prefer, or by --conflicts and --resolve; then `git add` says that it is done");
        return Ok(Exit::Differs);
    }
    let parents: Vec<&Profile> = base.into_iter().chain([ours, theirs]).collect();
    let mut sealer = args.seal.sealer(args.profiles.identities.locked())?;
    let combined = Combined::of(merged.said, &parents, args.catalogues.version(), args.seal.plain)?;
    let Combined { document, contents } = combined;
    sealer.write(&args.ours, Existing::Replace, &document, contents, ui)?;
    ui.status(&format!("{}: merged setting by setting, and signed by nobody", args.path));
    Ok(Exit::Done)
}

impl DriverArgs {
    /// Who merges in a repository takes what is in it, unless signers are named.
    fn read(&self, path: &Path, ui: Ui) -> Result<Profile, CommandError> {
        let profile = self.profiles.read(path, Demand::Shown, ui, "merge")?;
        merging::refuse_newer(&profile)?;
        Ok(profile)
    }
}

fn is_empty(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.len() == 0)
}
