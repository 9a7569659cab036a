//! What is kept of an apply: the record to undo it, and a receipt that binds the record to it.

use std::path::{Path, PathBuf};

use profile_format::Undo;
use serde::{Deserialize, Serialize};
use wbo_engine::plan::{Fate, Plan};
use wbo_engine::{UserProfile, WindowsPath};
use wbo_transaction::{Access, Disk};

use crate::describe::hex;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::offline::Offline;
use crate::profile_file::Profile;
use crate::target_disk::TargetDisk;
use crate::undo_file::{self, UndoFile};
use crate::undo_place::{self, REPORT, UNDO};

/// Outcomes and ids of an apply, without values and names of people. It stays with the Windows that was changed, where
/// only administrators can write, and says which record undoes the apply.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    wbo: String,
    version: u32,
    /// Names the apply.
    pub(crate) apply: String,
    /// The body of the record that undoes it.
    pub(crate) undo_body_id: String,
    profile_body_id: String,
    /// Whose settings were changed.
    pub(crate) sid: Option<String>,
    /// When, in UTC; as text it orders applies.
    pub(crate) at: String,
    /// `prepared` until everything was made, then `done`; `rolled-back` or `taken-back` once it is.
    pub(crate) state: String,
    settings: Vec<ReceiptSetting>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiptSetting {
    id: String,
    outcome: String,
    reason: Option<String>,
}

/// Where an apply's record and receipt are.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) undo_body_id: String,
    /// The folder on the target.
    pub(crate) folder: WindowsPath,
    /// The folder on this machine, where one was named.
    pub(crate) elsewhere: Option<PathBuf>,
}

impl Receipt {
    /// Bytes of a receipt: some hundred for each setting that a profile can hold.
    pub(crate) const MOST: u64 = 64 << 20;

    /// The settings that the apply wrote.
    pub(crate) fn applied(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().filter(|setting| setting.outcome == "applied").map(|setting| setting.id.as_str())
    }

    /// The receipt of an apply that is about to be made.
    pub(super) fn of(record: &Undo, file: &UndoFile, profile: &Profile, user: &UserProfile, plan: &Plan) -> Self {
        let setting = |planned: &wbo_engine::plan::Planned| ReceiptSetting {
            id: planned.id.clone(),
            outcome: super::outcome(&planned.fate).to_owned(),
            reason: match &planned.fate {
                Fate::Skipped(skip) => Some(skip.code().to_owned()),
                _ => None,
            },
        };
        Self {
            wbo: "applied".to_owned(),
            version: 1,
            apply: record.apply.to_string(),
            undo_body_id: hex(&file.body_id),
            profile_body_id: hex(&profile.body_id),
            sid: user.sid.clone(),
            at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%9fZ").to_string(),
            state: "prepared".to_owned(),
            settings: plan.asked_for().map(setting).collect(),
        }
    }

    /// Puts the record and the receipt where they outlast whatever follows. Without them nothing is changed.
    pub(super) fn keep(
        &self,
        disk: &mut TargetDisk,
        target: &Offline,
        elsewhere: Option<&Path>,
        file: &UndoFile,
    ) -> Result<Kept, CommandError> {
        let folder = undo_place::of_apply(target, &self.apply);
        make_private(disk, &undo_place::folder(target))?;
        let elsewhere = elsewhere.map(|folder| folder.join(&self.apply));
        let kept = Kept { id: self.apply.clone(), undo_body_id: self.undo_body_id.clone(), folder, elsewhere };
        let written = self.write(disk, &kept, file);
        if written.is_err() {
            kept.forget(disk);
        }
        written.map(|()| kept)
    }

    fn write(&self, disk: &mut TargetDisk, kept: &Kept, file: &UndoFile) -> Result<(), CommandError> {
        let failed = |path: &WindowsPath, error: std::io::Error| {
            CommandError::failed(format!("{path} could not be written: {error}; nothing was changed"))
                .hint("without a record nothing is changed; --undo-dir keeps it elsewhere")
        };
        let folder = &kept.folder;
        disk.create_folder(folder, Access::Inherited).map_err(|error| failed(folder, error))?;
        let receipt = self.bytes()?;
        let mut files: Vec<(WindowsPath, &[u8])> = Vec::new();
        match &kept.elsewhere {
            Some(elsewhere) => {
                undo_file::keep(elsewhere, UNDO, &file.bytes)?;
                undo_file::keep(elsewhere, REPORT, &receipt)?;
            }
            None => files.push((folder.join(UNDO), &file.bytes)),
        }
        // The receipt comes last: where there is one, the record is whole.
        files.push((folder.join(REPORT), &receipt));
        for (path, bytes) in files {
            // A file that has its name is whole.
            let part = folder.join(PART);
            let made = disk.create(&part, bytes, Access::Inherited).and_then(|()| disk.rename(&part, &path));
            made.map_err(|error| failed(&path, error))?;
        }
        let parent = folder.parent().unwrap_or_else(|| folder.clone());
        disk.sync_folder(folder).and_then(|()| disk.sync_folder(&parent)).map_err(|error| failed(folder, error))
    }

    /// Says that everything was made.
    pub(super) fn done(mut self, disk: &mut TargetDisk, kept: &Kept) -> Result<(), CommandError> {
        self.state = "done".to_owned();
        self.replace(disk, &kept.folder)?;
        match &kept.elsewhere {
            Some(elsewhere) => undo_file::keep(elsewhere, REPORT, &self.bytes()?),
            None => Ok(()),
        }
    }

    /// The receipt of an apply on a target, if there is one that can be believed.
    pub(crate) fn find(disk: &TargetDisk, target: &Offline, apply: &str) -> Result<Option<Self>, CommandError> {
        let folder = undo_place::of_apply(target, apply);
        let failed = |error: std::io::Error| CommandError::new(Exit::SourceUnreadable, format!("{folder}: {error}"));
        let Some(bytes) = disk.read(&folder.join(REPORT), Self::MOST).map_err(failed)? else { return Ok(None) };
        if !disk.is_private(&undo_place::folder(target)).map_err(failed)? {
            return Ok(None);
        }
        let receipt: Option<Self> = serde_json::from_slice(&bytes).ok();
        Ok(receipt.filter(|receipt| receipt.wbo == "applied" && receipt.version == 1 && receipt.apply == apply))
    }

    /// Whether what the apply wrote may be there: it ended, or was cut off and nobody noted what became of it.
    pub(crate) fn may_be_in_force(&self) -> bool {
        matches!(self.state.as_str(), "done" | "prepared")
    }

    /// Notes what became of an apply since. Where there is no receipt, there is nothing to note.
    pub(crate) fn mark(disk: &mut TargetDisk, target: &Offline, apply: &str, state: &str) -> Result<(), CommandError> {
        let Some(mut receipt) = Self::find(disk, target, apply)? else { return Ok(()) };
        state.clone_into(&mut receipt.state);
        receipt.replace(disk, &undo_place::of_apply(target, apply))
    }

    /// Puts it in place of what was there.
    fn replace(&self, disk: &mut TargetDisk, folder: &WindowsPath) -> Result<(), CommandError> {
        let (part, path) = (folder.join(PART), folder.join(REPORT));
        let mut write = || -> std::io::Result<()> {
            let bytes = self.bytes().map_err(|error| std::io::Error::other(error.message().to_owned()))?;
            if disk.entry(&part)?.is_some() {
                disk.remove(&part)?;
            }
            disk.create(&part, &bytes, Access::Inherited)?;
            disk.rename(&part, &path)?;
            disk.sync_folder(folder)
        };
        write().map_err(|error| CommandError::failed(format!("{path} could not be written: {error}")))
    }

    fn bytes(&self) -> Result<Vec<u8>, CommandError> {
        let text = profile_json::json_text(self).map_err(|error| CommandError::failed(error.to_string()))?;
        Ok(text.into_bytes())
    }
}

/// The receipt on its way.
const PART: &str = "report.part";

impl Kept {
    /// Removes what was kept of an apply that was not made. What cannot be removed says nothing wrong: the record undoes
    /// what is not there.
    pub(super) fn forget(&self, disk: &mut TargetDisk) {
        for name in [UNDO, REPORT, PART] {
            let _ = disk.remove(&self.folder.join(name));
        }
        let _ = disk.remove_folder(&self.folder);
        if let Some(elsewhere) = &self.elsewhere {
            let _ = std::fs::remove_file(elsewhere.join(UNDO));
            let _ = std::fs::remove_file(elsewhere.join(REPORT));
            let _ = std::fs::remove_dir(elsewhere);
        }
    }

    /// Where the record is, for people.
    pub(crate) fn undo(&self) -> String {
        match &self.elsewhere {
            Some(elsewhere) => elsewhere.join(UNDO).display().to_string(),
            None => self.folder.join(UNDO).to_string(),
        }
    }
}

/// Makes the folder of wbo on a target, for administrators only. One that others can write to is not believed.
pub(crate) fn make_private(disk: &mut TargetDisk, folder: &WindowsPath) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::failed(format!("{folder} could not be made: {error}; nothing was changed"))
    };
    let mut missing = Vec::new();
    let mut path = folder.clone();
    while disk.entry(&path).map_err(failed)?.is_none() {
        let Some(parent) = path.parent() else { break };
        missing.push(path);
        path = parent;
    }
    for path in missing.iter().rev() {
        let access = if path == folder { Access::Administrators } else { Access::Inherited };
        disk.create_folder(path, access).map_err(failed)?;
    }
    undo_place::believe(disk, folder)
}
