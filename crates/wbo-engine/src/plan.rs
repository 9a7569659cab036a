//! The plan: what a profile would change on a target, as a value that is shown before it is made.

mod counterpart;
mod eligible;
mod files;
mod group;
pub(crate) mod located;
mod merged;
mod registry_steps;
mod setting;
mod skip;

use std::collections::BTreeMap;

use profile_format::{Category, Contents, Document, FileState};
use registry::{Change, FileTime, Name, Overlay, RegistryError, WriteRegistry};

pub use self::files::TreeAfter;
pub(crate) use self::files::found as found_file;
pub use self::skip::Skip;

// What exports lean on, so that they put an item where a plan would.
pub(crate) use self::counterpart::translated;
pub(crate) use self::eligible::Judge;
pub(crate) use self::group::{Member, Unit, units};
pub(crate) use self::located::{At, Located, Spot, locate};
pub(crate) use self::setting::{expanded, is_on_a_server};

use self::setting::SettingPlanner;
use crate::capture::Selection;
use crate::catalogue::{Catalogue, Effect};
use crate::secrets::Secrets;
use crate::{Source, WindowsPath};

/// What is wanted of a target.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The profile.
    pub document: &'r Document,
    /// The bytes of its files.
    pub contents: &'r dyn Contents,
    /// Which settings there are, and where they are.
    pub catalogue: &'r Catalogue,
    /// Which of them are asked for.
    pub selection: &'r Selection,
    /// What is neither shown nor overwritten.
    pub secrets: &'r Secrets,
    /// Whose settings are written.
    pub reach: Reach,
    /// Whether files that a setting names take the place of others of the same name.
    pub replace_files: bool,
    /// The moment that settings get which remember when they were set.
    pub now: FileTime,
    /// Settings that could not be made, by their ids, and why: a plan without them.
    pub failed: &'r BTreeMap<String, String>,
}

/// Whose settings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One user's.
    User,
    /// One user's, and those of the PC.
    UserAndMachine,
    /// Those that every new user starts with.
    NewUsers,
}

/// What would become of each setting of a profile.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Settings by category, then by id and instance.
    pub settings: Vec<Planned>,
    /// What they change in the registry, in the order in which it is made.
    pub changes: Vec<Change>,
    /// What they change among files, each file once, by its path.
    pub files: Vec<FileChange>,
}

/// What would become of one setting.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its id.
    pub id: String,
    /// Which one, where there are several.
    pub instance: Option<Name>,
    /// The setting that this Windows has in its place, where it moved.
    pub written_as: Option<String>,
    /// What Windows calls it; its id, where the catalogue does not know it.
    pub title: String,
    /// Its category.
    pub category: Category,
    /// Whether it tells something about a person.
    pub personal: bool,
    /// Whether the user of the profile never set it.
    pub absent: bool,
    /// When Windows takes notice.
    pub effect: Effect,
    /// What would become of it.
    pub fate: Fate,
    /// What of it would change, in words.
    pub differences: Vec<Difference>,
    /// What the target has there now, as a digest.
    pub found: [u8; 32],
    /// What it changes in the registry.
    pub changes: Vec<Change>,
    /// What it changes among files.
    pub files: Vec<FileChange>,
    /// When it is made: what several settings change together is made in this order.
    turn: usize,
}

/// What would become of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Where there is nothing now, it is set.
    Set,
    /// It is changed.
    Change,
    /// It is taken away, so that Windows does what it does by default.
    Delete,
    /// It is so already.
    Unchanged,
    /// It stays as it is.
    Skipped(Skip),
}

/// One thing that would change, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which part of the setting, where it has several.
    pub place: Option<String>,
    /// What is there; `None`, where nothing is.
    pub from: Option<String>,
    /// What would be there.
    pub to: Option<String>,
    /// What Windows does while nothing is there, where the catalogue knows.
    pub default: Option<String>,
}

/// A file that would be written or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Which.
    pub path: WindowsPath,
    /// What is there; `None`, where nothing is.
    pub before: Option<FileState>,
    /// What would be there.
    pub after: Option<FileState>,
}

impl Fate {
    /// A word for it, which stays the same from version to version.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Change => "change",
            Self::Delete => "delete",
            Self::Unchanged => "unchanged",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Whether something would change.
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Set | Self::Change | Self::Delete)
    }
}

impl Plan {
    /// The settings that were asked for.
    pub fn asked_for(&self) -> impl Iterator<Item = &Planned> {
        self.settings.iter().filter(|planned| planned.fate != Fate::Skipped(Skip::NotAskedFor))
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.files.is_empty()
    }
}

/// Computes what a profile would change on a target, which stays as it is.
pub fn plan(request: &Request<'_>, target: &Source<'_>) -> Plan {
    let judge = Judge::new(request, target);
    let planner = SettingPlanner::new(&judge);
    let mut after = Overlay::new(target.registry, request.now);
    let mut files = files::Files::default();
    let mut settings = Vec::new();
    for unit in group::units(&judge) {
        let mut scratch = Overlay::new(&after, request.now);
        let mark = files.mark();
        let mut planned = Vec::new();
        for member in &unit.members {
            planned.extend(planner.plan(member, &mut scratch, &mut files));
        }
        match unit.sinks(&planned) {
            Some(skip) => {
                files.take_back(mark);
                planned.iter_mut().for_each(|planned| planned.sink(&skip));
            }
            None => {
                // What one overlay took, another over the same registry takes.
                let made = scratch.into_changes().iter().try_for_each(|change| after.make(change));
                if let Err(error) = made {
                    files.take_back(mark);
                    planned.iter_mut().for_each(|planned| planned.sink(&Skip::Unreadable(error.to_string())));
                }
            }
        }
        settings.append(&mut planned);
    }
    settings.iter_mut().enumerate().for_each(|(turn, setting)| setting.turn = turn);
    settings.sort_by(|one, other| {
        (one.category, &one.id, &one.instance).cmp(&(other.category, &other.id, &other.instance))
    });
    Plan { settings, changes: after.into_changes(), files: files.into_changes() }
}

impl Planned {
    /// Leaves the setting as it is, if it would have changed.
    fn sink(&mut self, skip: &Skip) {
        if !matches!(self.fate, Fate::Skipped(_)) {
            self.fate = Fate::Skipped(skip.clone());
            self.differences.clear();
            self.changes.clear();
            self.files.clear();
        }
    }
}

/// Makes what a plan changes in a registry. What cannot be made is told for each setting, and nothing keeps the others
/// from being tried; the registry is then to be thrown away, and another plan made without those that failed.
pub fn make(plan: &Plan, registry: &mut dyn WriteRegistry) -> BTreeMap<String, String> {
    let mut failed = BTreeMap::new();
    let mut in_turn: Vec<&Planned> = plan.settings.iter().collect();
    in_turn.sort_by_key(|setting| setting.turn);
    for setting in in_turn {
        for change in &setting.changes {
            if let Err(error) = registry.make(change) {
                failed.entry(setting.id.clone()).or_insert_with(|| error.to_string());
                break;
            }
        }
    }
    failed
}

/// What stands in the way of reading a target.
fn unreadable(error: &RegistryError) -> Skip {
    match error {
        RegistryError::NotMounted { .. } => Skip::NotAtHand,
        error => Skip::Unreadable(error.to_string()),
    }
}
