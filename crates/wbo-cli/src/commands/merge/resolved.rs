//! Conflicts in a file, where somebody says what to take.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::merge::{About, Conflict, Take};

use super::report::ConflictReport;
use super::take_of;
use crate::describe::hex;
use crate::error::CommandError;
use crate::files::read_text;
use crate::merging::digest_of;
use crate::profile_file::Profile;

/// Bytes of a file of conflicts: thousands of them, with long values.
const MAX_FILE: u64 = 64 << 20;

/// What conflicts are between: a decision about others means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inputs {
    base: String,
    ours: String,
    theirs: String,
    catalogue: String,
}

/// A file of conflicts, as it is written.
#[derive(Serialize)]
pub(super) struct ConflictsFile<'c> {
    wbo: &'static str,
    version: u32,
    inputs: &'c Inputs,
    conflicts: Vec<&'c ConflictReport>,
}

/// A file of conflicts, as it comes back.
#[derive(Deserialize)]
struct ResolvedFile {
    wbo: String,
    version: u64,
    inputs: Inputs,
    conflicts: Vec<ResolvedConflict>,
}

#[derive(Deserialize)]
struct ResolvedConflict {
    number: usize,
    id: String,
    take: Option<String>,
}

/// What a file of conflicts says.
pub(super) struct Resolved {
    path: PathBuf,
    takes: BTreeMap<usize, (String, Option<Take>)>,
}

impl Inputs {
    pub(super) fn of(
        base: &Profile,
        ours: &Profile,
        theirs: &Profile,
        catalogue: &Catalogue,
    ) -> Result<Self, CommandError> {
        let (base, ours, theirs) = (digest_of(base)?, digest_of(ours)?, digest_of(theirs)?);
        Ok(Self { base, ours, theirs, catalogue: hex(&catalogue.digest()) })
    }

    pub(super) fn file<'c>(&'c self, conflicts: &'c [ConflictReport]) -> ConflictsFile<'c> {
        ConflictsFile { wbo: "conflicts", version: 1, inputs: self, conflicts: conflicts.iter().collect() }
    }

    /// Which of them are others.
    fn differing(&self, other: &Self) -> Vec<&'static str> {
        let rows = [
            ("BASE", self.base == other.base),
            ("OURS", self.ours == other.ours),
            ("THEIRS", self.theirs == other.theirs),
            ("the catalogue", self.catalogue == other.catalogue),
        ];
        rows.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

impl Resolved {
    /// Reads a file that was made of the same inputs.
    pub(super) fn read(path: &Path, inputs: &Inputs) -> Result<Self, CommandError> {
        let wrong = |error: String| CommandError::usage(format!("{}: {error}", path.display()));
        let file: ResolvedFile =
            serde_json::from_str(&read_text(path, MAX_FILE)?).map_err(|error| wrong(error.to_string()))?;
        if (&*file.wbo, file.version) != ("conflicts", 1) {
            let (kind, version) = (file.wbo, file.version);
            return Err(wrong(format!("it is {kind} {version}, and conflicts 1 are expected")));
        }
        let differing = inputs.differing(&file.inputs);
        if !differing.is_empty() {
            let error =
                format!("it was made of another merge: {} not the same", are(&differing.join(", "), differing.len()));
            return Err(wrong(error).hint("merge with --conflicts again, and decide anew"));
        }
        let mut takes = BTreeMap::new();
        for ResolvedConflict { number, id, take } in file.conflicts {
            let take = match &take {
                None => None,
                Some(word) => Some(take_of(word).ok_or_else(|| {
                    wrong(format!(
                        "\"take\" of conflict {number} is \"{word}\", and none of base, ours, theirs and neither"
                    ))
                })?),
            };
            takes.insert(number, (id, take));
        }
        Ok(Self { path: path.to_owned(), takes })
    }

    /// What is to be taken of a conflict.
    pub(super) fn take(&self, conflict: &Conflict) -> Option<Take> {
        let (id, take) = self.takes.get(&conflict.number)?;
        take.filter(|_| id == id_of(conflict))
    }

    /// Refuses a file that leaves a conflict open, or that speaks of others.
    pub(super) fn refuse_misfits(&self, conflicts: &[(Conflict, Option<Take>)]) -> Result<(), CommandError> {
        let wrong = |error: String| CommandError::usage(format!("{}: {error}", self.path.display()));
        let misfit = self.takes.iter().find(|(number, (id, _))| {
            !conflicts.iter().any(|(conflict, _)| conflict.number == **number && id_of(conflict) == id)
        });
        if let Some((number, (id, _))) = misfit {
            return Err(wrong(format!("conflict {number} about {id} is none of this merge")));
        }
        match conflicts.iter().find(|(_, take)| take.is_none()) {
            None => Ok(()),
            Some((conflict, _)) => {
                let error = format!("conflict {} about {} is not decided", conflict.number, id_of(conflict));
                Err(wrong(error).hint("set its \"take\" to base, ours, theirs or neither"))
            }
        }
    }
}

fn are(names: &str, count: usize) -> String {
    format!("{names} {}", if count == 1 { "is" } else { "are" })
}

fn id_of(conflict: &Conflict) -> &str {
    match &conflict.about {
        About::Setting { id, .. } | About::App { id, .. } => id,
        About::Group { name, .. } => name,
    }
}
