//! A plan that is kept: a promise, and no source.
//!
//! It says which settings of which profile become what, and what the Windows was like then, as digests. It holds nothing
//! that could be written: whoever makes it opens the profile again, plans again, and compares.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wbo_engine::plan::{Fate, Plan, Planned};

use crate::applying::{Wanted, WantedArgs};
use crate::catalogues::CatalogueArgs;
use crate::describe::hex;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::files::{Existing, Output, output_failed, read_text};
use crate::offline::{Offline, OfflineUser};
use crate::profile_file::Profile;

/// What a plan that is kept says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedPlan {
    wbo: String,
    version: u32,
    /// Where the profile was.
    pub(crate) profile: PathBuf,
    body_id: String,
    catalogue: String,
    target: SavedTarget,
    /// What was asked for.
    pub(crate) asked: Asked,
    settings: Vec<SavedSetting>,
}

/// The Windows and the user, as far as they tell themselves from others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTarget {
    device: Option<String>,
    smbios: Option<String>,
    build: Option<u32>,
    user: Option<String>,
    sid: Option<String>,
}

/// The options of the command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) user: Option<String>,
    pub(crate) default_user: bool,
    pub(crate) only: Vec<String>,
    pub(crate) except: Vec<String>,
    pub(crate) also: Vec<String>,
    pub(crate) machine: bool,
    pub(crate) replace_files: bool,
    pub(crate) map_user: Vec<(String, String)>,
    pub(crate) map_domain: Vec<(String, String)>,
}

/// What is to become of a setting, and what it was like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedSetting {
    id: String,
    /// Which instance; text of units that are no text is shown, and told apart by the digest.
    instance: Option<String>,
    action: String,
    /// What was there, keyed by what only those know who can open the profile.
    found: String,
}

impl Asked {
    pub(crate) fn of(user: Option<&str>, default_user: bool, wanted: &WantedArgs) -> Self {
        let WantedArgs { only, except, also, machine, replace_files, map_user, map_domain, .. } = wanted.clone();
        Self {
            user: user.map(ToOwned::to_owned),
            default_user,
            only,
            except,
            also,
            machine,
            replace_files,
            map_user,
            map_domain,
        }
    }
}

/// Bytes of a kept plan: some hundred for each of the settings that a profile can hold.
const MOST: u64 = 64 << 20;

impl SavedPlan {
    /// What a plan promises.
    pub(crate) fn promise(
        asked: Asked,
        wanted: &Wanted,
        profile: &Profile,
        user: &OfflineUser<'_>,
        plan: &Plan,
    ) -> Self {
        let device = user.device();
        let text = |text: &profile_format::Text| text.to_string_lossy();
        Self {
            wbo: "saved-plan".to_owned(),
            version: 1,
            profile: profile.path.clone(),
            body_id: hex(&profile.body_id),
            catalogue: hex(&wanted.catalogue.digest()),
            target: SavedTarget {
                device: device.name.as_ref().map(text),
                smbios: device.smbios.map(|smbios| hex(&smbios)),
                build: device.build,
                user: user.user.name.as_ref().map(text),
                sid: user.user.sid.clone(),
            },
            asked,
            settings: plan.asked_for().map(|planned| SavedSetting::of(planned, profile)).collect(),
        }
    }

    /// Writes it whole or not at all.
    pub(crate) fn write(&self, out: &Path, force: bool) -> Result<(), CommandError> {
        let existing = if force { Existing::Replace } else { Existing::Refuse };
        let text = profile_json::json_text(self).map_err(|error| CommandError::failed(error.to_string()))?;
        let mut output = Output::create(out, existing)?;
        output.file().write_all(text.as_bytes()).map_err(|error| output_failed(out, &error))?;
        output.commit(|_| Ok(()))
    }

    /// Reads one, if the file is one.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, CommandError> {
        let mut start = [0; 1];
        let first = std::fs::File::open(path).and_then(|mut file| std::io::Read::read(&mut file, &mut start));
        let first = first.map_err(|error| CommandError::unreadable(path, &error))?;
        if first != 1 || start != *b"{" {
            return Ok(None);
        }
        let text = read_text(path, MOST)?;
        let plan: Self = serde_json::from_str(&text).map_err(|error| {
            CommandError::usage(format!("{}: it is no plan that was kept: {error}", path.display()))
        })?;
        if plan.wbo != "saved-plan" || plan.version != 1 {
            let error = format!("{}: it is {} {}, and no plan of version 1", path.display(), plan.wbo, plan.version);
            return Err(CommandError::new(Exit::Newer, error));
        }
        Ok(Some(plan))
    }

    /// What was asked for, with these catalogues.
    pub(crate) fn wanted(&self, catalogues: CatalogueArgs) -> WantedArgs {
        let Asked { only, except, also, machine, replace_files, map_user, map_domain, .. } = self.asked.clone();
        WantedArgs { only, except, also, machine, replace_files, map_user, map_domain, catalogues }
    }

    /// Refuses another PC than the one that the plan was made for.
    pub(crate) fn refuse_other_device(&self, target: &Offline) -> Result<(), CommandError> {
        let device = &target.facts.device;
        let name = device.name.as_ref().map(profile_format::Text::to_string_lossy);
        if name == self.target.device && device.smbios.map(|smbios| hex(&smbios)) == self.target.smbios {
            return Ok(());
        }
        let of = self.target.device.as_deref().unwrap_or("a PC without a name");
        let error = format!("the plan is for {of}, and this is {}", name.as_deref().unwrap_or("a PC without a name"));
        Err(CommandError::new(Exit::TargetChanged, error).hint("make another plan with `wbo plan`"))
    }

    /// Refuses to go on where anything that the plan relied on is not what it was.
    pub(crate) fn hold(
        &self,
        wanted: &Wanted,
        profile: &Profile,
        user: &OfflineUser<'_>,
        plan: &Plan,
    ) -> Result<(), CommandError> {
        let now = Self::promise(self.asked.clone(), wanted, profile, user, plan);
        let mut changed = Vec::new();
        if now.body_id != self.body_id {
            changed.push(format!("the profile is another: its body is {}, and was {}", now.body_id, self.body_id));
        }
        if now.catalogue != self.catalogue {
            changed.push("the catalogue is another".to_owned());
        }
        if now.target != self.target {
            changed.push("the target is another PC or user, or has another build of Windows".to_owned());
        }
        let by_id = |settings: &[SavedSetting]| -> BTreeMap<(String, Option<String>), SavedSetting> {
            let keyed = |setting: &SavedSetting| ((setting.id.clone(), setting.instance.clone()), setting.clone());
            settings.iter().map(keyed).collect()
        };
        let (before, after) = (by_id(&self.settings), by_id(&now.settings));
        let differing = before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key));
        let mut names: Vec<String> = differing
            .map(|(id, instance)| match instance {
                Some(instance) => format!("{id} ({instance})"),
                None => id.clone(),
            })
            .collect();
        names.sort();
        names.dedup();
        if !names.is_empty() {
            changed.push(format!("these are not what they were: {}", names.join(", ")));
        }
        if changed.is_empty() {
            return Ok(());
        }
        let error = format!("the target changed since the plan was made: {}", changed.join("; "));
        Err(CommandError::new(Exit::TargetChanged, error).hint("make the plan again with `wbo plan`, and look at it"))
    }
}

impl SavedSetting {
    fn of(planned: &Planned, profile: &Profile) -> Self {
        let action = match &planned.fate {
            Fate::Skipped(skip) => format!("skipped: {}", skip.code()),
            fate => fate.word().to_owned(),
        };
        Self {
            id: planned.id.clone(),
            instance: planned.instance.as_ref().map(ToString::to_string),
            action,
            found: keyed(&profile.document.facts.id.0, planned),
        }
    }
}

/// A digest of what was found, which tells nobody what it was who does not know the id in the profile: few settings have
/// more than a handful of values, and anybody could try them all.
fn keyed(id: &[u8; 16], planned: &Planned) -> String {
    let inner = Sha256::new().chain_update(b"wbo/1/plan").chain_update(id).chain_update(planned.found).finalize();
    let outer = Sha256::new().chain_update(id).chain_update(inner).finalize();
    hex(outer.get(..16).unwrap_or_default())
}
