//! A .reg file, which regedit and others import: the values of a profile at their places.
//!
//! Where an item goes is what a plan says, on a Windows of which nothing is known. So nothing is left as it was, and what
//! depends on what is there, such as single bits of a value, cannot be said.

mod draft;

use std::collections::BTreeMap;

use profile_format::{Device, User};
use registry::{FileTime, KeyPath, MemoryRegistry, Name, RegEntry, RegFile, RegFormat, RegKey, Value};

use self::draft::{Draft, Drafter};
use super::{LeftOut, Outcome, Request, Subject, Why};
use crate::catalogue::{Portability, Setting};
use crate::plan::{self, Judge, Member, Reach, Skip, Unit};
use crate::secrets::Secrets;
use crate::tokens::Tokens;
use crate::{Drives, Folders, NoHives, Source};

/// For whom a .reg file is.
#[derive(Clone, Copy)]
pub struct RegOptions<'r> {
    /// What leaves in no form.
    pub secrets: &'r Secrets,
    /// Where the folders are of the user who imports it, as far as that is known.
    pub folders: &'r Folders,
    /// The SID of that user.
    pub sid: Option<&'r str>,
    /// The build of Windows that imports it; `None`: that of the profile, as far as it does not matter much.
    pub build: Option<u32>,
    /// Whether it is the PC that the profile was captured on.
    pub same_device: bool,
    /// Whether settings of the PC are asked for.
    pub machine: bool,
    /// Whether what was never set is deleted.
    pub delete: bool,
}

/// A .reg file, and what of the profile is in it.
#[derive(Debug)]
pub struct RegExport {
    /// The file.
    pub file: RegFile,
    /// What is in it.
    pub outcome: Outcome,
}

/// The settings of a profile as a .reg file.
pub fn reg(request: &Request<'_>, options: &RegOptions<'_>) -> RegExport {
    let document = request.document;
    let (registry, drives) = (MemoryRegistry::new(NO_TIME), Drives::default());
    let target = Source {
        registry: &registry,
        files: &drives,
        hives: &NoHives,
        folders: options.folders.clone(),
        user: User { sid: options.sid.map(ToOwned::to_owned), ..User::default() },
        device: Device {
            build: options.build.or(document.device.build),
            smbios: document.device.smbios.filter(|_| options.same_device),
            ..Device::default()
        },
    };
    let asked = plan::Request {
        document,
        contents: request.contents,
        catalogue: request.catalogue,
        selection: request.selection,
        secrets: options.secrets,
        reach: if options.machine { Reach::UserAndMachine } else { Reach::User },
        replace_files: false,
        now: NO_TIME,
        failed: &BTreeMap::new(),
    };
    let judge = Judge::new(&asked, &target);
    let drafter = Drafter { request, options, tokens: Tokens::new(options.folders, options.sid) };
    let mut writer = Writer { drafter, judge: &judge, keys: Keys::new(), outcome: Outcome::default() };
    plan::units(&judge).iter().for_each(|unit| writer.unit(unit));
    RegExport { file: file_of(writer.keys), outcome: writer.outcome }
}

/// The values of each key, each with the setting that it is of; `None` deletes one.
type Keys = BTreeMap<KeyPath, BTreeMap<Name, (Option<Value>, String)>>;

/// Each key stands behind those that it is in, since not every program makes these by itself.
fn file_of(keys: Keys) -> RegFile {
    let mut sections: BTreeMap<KeyPath, Vec<RegEntry>> = BTreeMap::new();
    for (path, values) in keys {
        for depth in 1..path.names().len() {
            let names = path.names().get(..depth).unwrap_or_default().to_vec();
            sections.entry(KeyPath::new(path.root(), names)).or_default();
        }
        let entries = values.into_iter().map(|(name, (value, _))| RegEntry { name, value });
        sections.entry(path).or_default().extend(entries);
    }
    let section = |(path, entries)| RegKey::Set { path, entries };
    RegFile { format: RegFormat::Version5, keys: sections.into_iter().map(section).collect() }
}

struct Writer<'w, 'p> {
    drafter: Drafter<'w>,
    judge: &'w Judge<'p>,
    keys: Keys,
    outcome: Outcome,
}

/// One instance of a setting, and what it would put into the file.
struct Drafted<'d, 'p> {
    member: &'d Member<'p>,
    subject: Subject,
    draft: Result<Draft, Why>,
}

impl<'p> Writer<'_, 'p> {
    /// Puts settings into the file that belong together, or that are by themselves.
    fn unit(&mut self, unit: &Unit<'p>) {
        let mut all = Vec::new();
        for member in &unit.members {
            let written = self.written(member);
            for captured in &member.instances {
                let subject = Subject::setting(captured, member.setting);
                let draft = written.clone().and_then(|setting| self.drafter.draft(member.setting, setting, captured));
                all.push(Drafted { member, subject, draft });
            }
        }
        let sinks = sinks(unit, &all);
        for Drafted { member, subject, draft } in all {
            let draft = draft.and_then(|draft| sinks.clone().map_or(Ok(draft), Err));
            match draft.and_then(|draft| self.take(&subject, draft)) {
                Ok(left_out) => left_out.into_iter().for_each(|why| self.leave_out(member, subject.clone(), why)),
                Err(why) => self.leave_out(member, subject, why),
            }
        }
    }

    /// The setting that is written for one of the profile.
    fn written(&self, member: &Member<'p>) -> Result<&'p Setting, Why> {
        let request = self.drafter.request;
        let Some(setting) = member.setting else {
            let asked = request.selection.includes_unknown(member.id, member.category);
            return Err(Why::NotWritten(if asked { Skip::NotInCatalogue } else { Skip::NotAskedFor }));
        };
        let written = self.judge.judge(setting)?;
        let captured = request.document.device.build;
        if written.portability == Portability::SameBuild && self.drafter.options.build.is_none() {
            return Err(Why::NotWritten(Skip::OtherBuild { captured, target: None }));
        }
        let mut all = request.document.sections.iter().flat_map(|section| &section.settings);
        if written.id != setting.id && all.any(|captured| captured.id == written.id) {
            return Err(Why::NotWritten(Skip::Superseded { by: written.id.clone() }));
        }
        Ok(written)
    }

    /// Puts what a setting says into the file, all of it or nothing, and gives what of it cannot be said.
    fn take(&mut self, subject: &Subject, draft: Draft) -> Result<Vec<Why>, Why> {
        for (key, entry) in &draft.entries {
            let other = entry.as_ref().and_then(|entry| Some((entry, self.keys.get(key)?.get(&entry.name)?)));
            if let Some((entry, (value, id))) = other
                && *value != entry.value
            {
                return Err(Why::SamePlace(id.clone()));
            }
        }
        if !draft.entries.is_empty() {
            self.outcome.exported.push(subject.clone());
        }
        for (key, entry) in draft.entries {
            let values = self.keys.entry(key).or_default();
            values.extend(entry.map(|RegEntry { name, value }| (name, (value, subject.id.clone()))));
        }
        Ok(draft.left_out)
    }

    /// Tells that a setting is not in the file, unless nobody asked for it.
    fn leave_out(&mut self, member: &Member<'_>, subject: Subject, why: Why) {
        if why == Why::NotWritten(Skip::NotAskedFor) {
            return;
        }
        // Whoever names a setting by its whole id wants it, whatever it is.
        let requests = |setting| self.drafter.request.selection.requests(setting);
        let requested = member.setting.is_some_and(requests) && why != Why::NotWritten(Skip::Excluded);
        let missed = !why.is_by_nature() || requested;
        self.outcome.left_out.push(LeftOut { subject, why, missed });
    }
}

/// Why nothing of a unit is written whose settings are written together or not at all.
fn sinks(unit: &Unit<'_>, all: &[Drafted<'_, '_>]) -> Option<Why> {
    if !unit.together {
        return None;
    }
    if let Some(without) = &unit.missing {
        return Some(Why::NotWritten(Skip::Incomplete { without: without.clone() }));
    }
    all.iter().find_map(|Drafted { subject, draft, .. }| match draft {
        // What this Windows does not have, it does not miss.
        Err(Why::NotWritten(skip)) if skip.is_by_nature() => None,
        Err(why) => Some(Why::Together { with: subject.id.clone(), because: Box::new(why.clone()) }),
        Ok(_) => None,
    })
}

/// Of settings that remember when they were set, the file has what the profile has.
const NO_TIME: FileTime = FileTime(0);
