use clap::Args;
use profile_format::Timestamp;
use registry::Name;
use serde::Serialize;
use wbo_engine::{Drives, EntryKind, Examined, Finding, HiveFact, OnlineOnly, Severity, UserProfile, WindowsPath};

use crate::clean::Clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::keys;
use crate::offline::{Offline, OfflineKind, OfflineUser, SourceArgs};
use crate::ui::Ui;

/// Say what stands in the way of capturing a Windows, or of Windows' own backup, and what to do about it
///
/// Ends with 0 where nothing is worse than a note, with 3 where something would be missing, and with 17 where there is
/// something that must be mended first.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    source: SourceArgs,

    /// Look into the structure of every hive, which takes longer
    #[arg(long)]
    thorough: bool,
}

#[derive(Serialize)]
struct DoctorReport {
    wbo: &'static str,
    version: u32,
    source: String,
    worst: &'static str,
    findings: Vec<FindingReport>,
}

/// One finding, for programs.
#[derive(Serialize)]
pub(crate) struct FindingReport {
    severity: &'static str,
    code: &'static str,
    place: Option<String>,
    what: String,
    remedy: Option<String>,
}

pub(super) fn run(args: &DoctorArgs, ui: Ui) -> Result<Exit, CommandError> {
    let (folder, found) = args.source.find(ui)?;
    let source = args.source.open_found(&folder, &found);
    let now = keys::now();
    let findings = match &source {
        // What the folder is says why there is nothing to open.
        Err(_) if found.nothing.is_some() => wbo_engine::doctor(&Examined {
            now,
            found: Some(&found),
            machine: None,
            device: None,
            users: None,
            user_registries: &[],
            hives: &[],
            hibernated: None,
            online_only: &[],
        }),
        Err(error) => return Err(error.clone()),
        Ok(source) => examine(source, &found, args.thorough, now),
    };
    let worst = wbo_engine::worst(&findings);
    let report = DoctorReport {
        wbo: "doctor",
        version: 1,
        source: folder.display().to_string(),
        worst: worst.word(),
        findings: findings.into_iter().map(FindingReport::of).collect(),
    };
    ui.result(&report, &text)?;
    Ok(match worst {
        Severity::Ok | Severity::Note => Exit::Done,
        Severity::Warning => Exit::Partly,
        Severity::Problem => Exit::SourceUnreadable,
    })
}

fn examine(source: &Offline, found: &wbo_engine::Found, thorough: bool, now: Timestamp) -> Vec<Finding> {
    let users = source.users();
    let usable: Vec<&UserProfile> = users.profiles.iter().filter(|user| user.is_usable()).collect();
    let mut hives: Vec<HiveFact> = source.hive_facts(thorough);
    let mut opened: Vec<(&UserProfile, OfflineUser<'_>)> = Vec::new();
    for user in usable {
        match source.user(user) {
            Ok(open) => {
                hives.extend(open.hive_facts(thorough));
                opened.push((user, open));
            }
            Err(error) => {
                let state = wbo_engine::HiveState::Unreadable { why: error.message().to_owned() };
                let place = user.folder.as_ref().map(|folder| folder.join("NTUSER.DAT").to_string());
                hives.push(HiveFact { place: place.unwrap_or_else(|| user.to_string()), state });
            }
        }
    }
    let registries: Vec<_> = opened.iter().map(|(user, open)| (*user, open.registry())).collect();
    let drives = source.drives();
    let folders = opened.iter().filter_map(|(user, _)| user.folder.as_ref());
    let online_only: Vec<OnlineOnly> = folders.filter_map(|folder| online_only(&drives, folder)).collect();
    let machine = source.machine();
    let mut found = found.clone();
    if !opened.is_empty() {
        // The folder of the Windows itself was named, and its drive is around it all the same.
        let alone = found.windows.iter_mut().filter(|windows| windows.volume.is_none());
        alone.for_each(|windows| windows.volume = Some(vec![]));
    }
    let (has_machine, hibernated) = match &source.kind {
        OfflineKind::Windows { hibernated, .. } => (true, *hibernated),
        OfflineKind::UserFolder(_) => (false, None),
    };
    wbo_engine::doctor(&Examined {
        now,
        found: Some(&found),
        machine: has_machine.then_some(&machine),
        device: has_machine.then_some(&source.facts),
        users: has_machine.then_some(&users),
        user_registries: &registries,
        hives: &hives,
        hibernated,
        online_only: &online_only,
    })
}

/// The files of a user whose bytes are in a cloud only, as far as a look into the usual folders tells.
fn online_only(drives: &Drives<'_>, profile: &WindowsPath) -> Option<OnlineOnly> {
    /// Entries that are looked at for one user.
    const MOST: usize = 20_000;
    let usual = |name: &Name| {
        let begins = |start: &str| name.to_string().to_lowercase().starts_with(start);
        ["desktop", "documents", "pictures", "onedrive"].iter().any(|start| begins(start))
    };
    let top = drives.list(profile).ok().flatten()?;
    let mut folders: Vec<WindowsPath> =
        top.into_iter().filter(|entry| usual(&entry.name)).map(|entry| profile.join(entry.name)).collect();
    let (mut files, mut looked) = (0, 0);
    while let Some(folder) = folders.pop() {
        for entry in drives.list(&folder).ok().flatten().unwrap_or_default() {
            looked += 1;
            match entry.kind {
                EntryKind::OnlineOnly => files += 1,
                EntryKind::Folder if looked < MOST => folders.push(folder.join(entry.name)),
                _ => (),
            }
        }
    }
    (files > 0).then(|| OnlineOnly { place: profile.to_string(), files })
}

impl FindingReport {
    pub(super) fn of(finding: Finding) -> Self {
        let Finding { severity, code, place, what, remedy } = finding;
        Self { severity: severity.word(), code, place, what, remedy }
    }

    /// A line for it, and one for what to do.
    pub(super) fn text(&self) -> String {
        let place = self.place.as_ref().map(|place| format!("{}: ", Clean(place))).unwrap_or_default();
        let mut text = format!("{:<8} {place}{}\n", self.severity, Clean(&self.what));
        if let Some(remedy) = &self.remedy {
            text.push_str(&format!("{:8} -> {}\n", "", Clean(remedy)));
        }
        text
    }
}

fn text(report: &DoctorReport) -> String {
    report.findings.iter().map(FindingReport::text).collect()
}
