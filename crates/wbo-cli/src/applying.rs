//! What plan, apply and preflight are asked: which settings of which profile, for which user of which Windows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use registry::FileTime;
use wbo_engine::capture::Selection;
use wbo_engine::catalogue::Catalogue;
use wbo_engine::plan::{Plan, Reach, Request, plan};
use wbo_engine::secrets::Secrets;
use wbo_engine::{Mapping, Match, ProfileKind, Source, UserProfile, Users};

use crate::catalogues::CatalogueArgs;
use crate::choosing;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::offline::{Offline, SourceArgs, parse_drive};
use crate::profile_file::Profile;
use crate::selecting;
use crate::ui::Ui;

/// Which settings are written, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct WantedArgs {
    /// Only these settings: ids, patterns such as 'taskbar.*', or categories; @FILE names a file of them
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// Not these settings; @FILE names a file of them
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    pub(crate) except: Vec<String>,

    /// These too, which are written on request only; each by its whole id
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) also: Vec<String>,

    /// Settings of the PC too, which all its users share
    #[arg(long)]
    pub(crate) machine: bool,

    /// Put files that settings name, such as a background picture, in place of others of the same name
    #[arg(long)]
    pub(crate) replace_files: bool,

    /// A user of the profile, and the user here: a name, DOMAIN\name, a SID or a mail address
    #[arg(long, value_name = "OLD=NEW", value_parser = parse_pair)]
    pub(crate) map_user: Vec<(String, String)>,

    /// A domain of the profile, '*' for any characters, and the domain here
    #[arg(long, value_name = "OLD=NEW", value_parser = parse_pair)]
    pub(crate) map_domain: Vec<(String, String)>,

    #[command(flatten)]
    pub(crate) catalogues: CatalogueArgs,
}

/// The Windows that is written to.
#[derive(Args, Debug)]
pub(crate) struct TargetArgs {
    /// The folder where the drive of the Windows is mounted, or a user's own folder; 'auto' looks at all mounted drives
    target: PathBuf,

    /// Where another drive of that Windows is mounted, as D:=/mnt/data; may be given several times
    #[arg(long = "drive", value_name = "LETTER=FOLDER", value_parser = parse_drive)]
    drives: Vec<(char, PathBuf)>,
}

/// Which settings are written, with the catalogue that knows them.
pub(crate) struct Wanted {
    pub(crate) catalogue: Catalogue,
    pub(crate) selection: Selection,
    pub(crate) mapping: Mapping,
    reach: Reach,
    replace_files: bool,
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok((old.to_owned(), new.to_owned())),
        _ => Err("expected OLD=NEW".to_owned()),
    }
}

impl TargetArgs {
    /// Finds what the target is, and opens the hives of the machine.
    pub(crate) fn open(&self, ui: Ui) -> Result<Offline, CommandError> {
        SourceArgs::new(&self.target, &self.drives).open(ui)
    }
}

impl WantedArgs {
    /// Reads catalogues, and looks whether all that is asked for is in them. `new_users` says that the target is what new
    /// users start from.
    pub(crate) fn load(&self, new_users: bool) -> Result<Wanted, CommandError> {
        let catalogue = self.catalogues.load()?;
        let selection = selecting::selection(&self.only, &self.except, &self.also, &catalogue)?;
        let reach = match (new_users, self.machine) {
            (true, _) => Reach::NewUsers,
            (false, true) => Reach::UserAndMachine,
            (false, false) => Reach::User,
        };
        Ok(Wanted {
            catalogue,
            selection,
            mapping: Mapping { users: self.map_user.clone(), domains: self.map_domain.clone() },
            reach,
            replace_files: self.replace_files,
        })
    }
}

impl Wanted {
    /// What a profile would change on a target, without settings that failed before.
    pub(crate) fn plan(
        &self,
        profile: &Profile,
        target: &Source<'_>,
        now: FileTime,
        failed: &BTreeMap<String, String>,
    ) -> Plan {
        let request = Request {
            document: &profile.document,
            contents: &profile.contents,
            catalogue: &self.catalogue,
            selection: &self.selection,
            secrets: Secrets::standard(),
            reach: self.reach,
            replace_files: self.replace_files,
            now,
            failed,
        };
        plan(&request, target)
    }

    /// Refuses mappings that are about nobody in these profiles.
    pub(crate) fn refuse_unmatched<'p>(&self, profiles: impl Iterator<Item = &'p Profile>) -> Result<(), CommandError> {
        let people: Vec<_> = profiles.map(|profile| (&profile.document.user, &profile.document.device)).collect();
        let unmatched = self.mapping.unmatched(&people);
        match &*unmatched {
            [] => Ok(()),
            several => {
                let error = format!("no profile is of whom these map: {}", several.join(", "));
                Err(CommandError::usage(error).hint("`wbo inspect` says whose a profile is"))
            }
        }
    }

    /// Refuses mappings to nobody on this Windows.
    pub(crate) fn refuse_to_nobody(&self, users: &Users, target: &Offline) -> Result<(), CommandError> {
        match &*self.mapping.to_nobody(&users.profiles, &target.facts.device) {
            [] => Ok(()),
            several => {
                let error = format!("nobody here is whom these map to: {}", several.join(", "));
                Err(CommandError::usage(error).hint("`wbo users` lists everybody"))
            }
        }
    }

    /// Whether a profile is for a user, and why; whoever starts new takes that of anybody.
    pub(crate) fn subject(
        &self,
        profile: &Profile,
        target: &Offline,
        user: &UserProfile,
    ) -> Result<Option<Match>, CommandError> {
        if self.reach == Reach::NewUsers {
            return Ok(None);
        }
        let document = &profile.document;
        let judged = self.mapping.judge(&document.user, &document.device, user, &target.facts.device);
        judged.map(Some).map_err(|mismatch| {
            let old =
                document.user.name.as_ref().map_or_else(|| "OLD".to_owned(), profile_format::Text::to_string_lossy);
            let new = user.name.as_ref().map_or_else(|| "NEW".to_owned(), ToString::to_string);
            CommandError::new(Exit::Policy, format!("{}: {mismatch}", profile.path.display()))
                .hint(format!("--map-user '{old}={new}' says that it is to become {new}'s"))
        })
    }
}

/// The one user whose settings are written: the only one, if none is named; or the folder that new users start from.
pub(crate) fn target_user<'u>(
    name: Option<&str>,
    new_users: bool,
    users: &'u Users,
) -> Result<&'u UserProfile, CommandError> {
    let user = if new_users {
        let default = users.profiles.iter().find(|user| user.kind == ProfileKind::Default && user.hive.is_some());
        default.ok_or_else(|| {
            CommandError::new(Exit::SourceUnreadable, "there is no folder that new users start from, with its registry")
        })?
    } else {
        choosing::one(name, &users.profiles)?
    };
    refuse_kind(user, new_users)?;
    Ok(user)
}

/// Refuses profiles whose changes would be lost, or lie elsewhere.
pub(crate) fn refuse_kind(user: &UserProfile, new_users: bool) -> Result<(), CommandError> {
    let (what, remedy) = match user.kind {
        ProfileKind::Local => return Ok(()),
        ProfileKind::Default if new_users => return Ok(()),
        ProfileKind::Default => ("what new users start from", "--default-user writes to it"),
        ProfileKind::Roaming => (
            "a roaming profile; the server's copy would overwrite what is written here",
            "make it a local profile first, or apply while the user is signed in",
        ),
        ProfileKind::Mandatory => (
            "a mandatory profile; Windows throws away what changes in it",
            "change the profile on the server that it is given from",
        ),
        ProfileKind::FsLogix => (
            "in a container of FSLogix, and what lies here is left over",
            "mount the container, and name the user's folder in it",
        ),
        ProfileKind::Backup => (
            "set aside by Windows, which could not load it",
            "mend its entry in the list of profiles first: Windows added .bak to the SID",
        ),
    };
    Err(CommandError::new(Exit::Policy, format!("the profile of {user} is {what}")).hint(remedy))
}
