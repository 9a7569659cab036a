//! What the files of a source say.

use registry::Name;

use super::{Finding, HiveFact, HiveState, Severity, sentence};
use crate::machine::Unread;
use crate::{DeviceFacts, Found, WindowsKind};

pub(super) fn folder(found: &Found) -> Vec<Finding> {
    let mut findings: Vec<Finding> = found.unread.iter().map(unread).collect();
    findings.extend(found.nothing.as_ref().map(|nothing| {
        Finding::new(Severity::Problem, "no-windows", sentence(nothing)).remedy(sentence(nothing.remedy()))
    }));
    for windows in &found.windows {
        let finding = match windows.kind {
            WindowsKind::Installed if windows.volume.is_none() => Finding::new(
                Severity::Note,
                "windows-without-its-drive",
                "This is the folder of a Windows; what lies beside it on the drive, the users above all, is out of reach.",
            )
            .remedy("Give the folder that this one is in, if the users are wanted."),
            WindowsKind::Installed => Finding::new(Severity::Ok, "windows-found", "There is a Windows."),
            WindowsKind::Old => {
                Finding::new(Severity::Note, "windows-old", "An upgrade left the Windows that was there before.")
                    .remedy("If that is the one you mean, give the folder that it is in as the source.")
            }
            WindowsKind::Staged => {
                Finding::new(Severity::Note, "windows-staged", "An upgrade has begun to set up a new Windows.")
                    .remedy("Let the upgrade end before you write to this PC; to read from it is safe.")
            }
            WindowsKind::Preinstallation => {
                Finding::new(Severity::Note, "windows-pe", "This is Windows PE, which has no users.")
                    .remedy("Give the volume on which the Windows of the users is installed.")
            }
        };
        findings.push(finding.at(&place(&windows.folder)));
    }
    let installed = found.windows.iter().filter(|windows| windows.kind == WindowsKind::Installed).count();
    if installed > 1 {
        let what = format!("There are {installed} installed Windows.");
        let finding = Finding::new(Severity::Warning, "several-windows", what);
        findings.push(finding.remedy("Give the folder of one of them, or the drive that it is on, as the source."));
    }
    findings
}

pub(super) fn hibernation(hibernated: bool) -> Finding {
    if !hibernated {
        return Finding::new(Severity::Ok, "not-hibernated", "Windows was shut down.");
    }
    Finding::new(
        Severity::Warning,
        "hibernated",
        "Windows is hibernated, or was shut down for a fast start: part of what it knows is not in its files yet.",
    )
    .remedy(
        "A capture takes what the files hold. Before anything is written, start this Windows and shut it down with \
         'shutdown /s /t 0'.",
    )
}

pub(super) fn hives(hives: &[HiveFact]) -> Vec<Finding> {
    hives.iter().map(|fact| hive(&fact.state).at(&fact.place)).collect()
}

fn hive(state: &HiveState) -> Finding {
    match state {
        HiveState::Clean => Finding::new(Severity::Ok, "hive-clean", "This registry is complete."),
        HiveState::Replayed => Finding::new(
            Severity::Note,
            "hive-replayed",
            "The last changes to this registry were still in its logs, and were taken from there; the file is as it was.",
        )
        .remedy("Keep the logs beside the file when you copy it."),
        HiveState::NotReplayed { why } => Finding::new(
            Severity::Warning,
            "hive-not-replayed",
            format!("The last changes to this registry are missing, since its logs could not be used: {why}."),
        )
        .remedy("Give the file with the .LOG1 and .LOG2 that lay beside it, or start this Windows once."),
        HiveState::Damaged { places, first } => Finding::new(
            Severity::Warning,
            "hive-damaged",
            match places {
                1 => format!("This registry is damaged: {first}."),
                _ => format!("This registry is damaged in {places} places, the first of which is: {first}."),
            },
        )
        .remedy("See what 'wbo hive check' says of it, and get out what can be read with 'wbo hive dump'."),
        HiveState::CutShort { missing } => Finding::new(
            Severity::Warning,
            "hive-cut-short",
            format!("This registry is cut short: {missing} bytes are missing at its end."),
        )
        .remedy("Copy the file again from the PC; what is missing cannot be made up."),
        HiveState::Missing => Finding::new(Severity::Problem, "hive-missing", "This registry is not there.")
            .remedy("Check the volume, or bring the file back from a backup."),
        HiveState::Unreadable { why } => {
            Finding::new(Severity::Problem, "hive-unreadable", format!("This registry cannot be read: {why}."))
                .remedy("Check the disk, and the rights with which it is mounted.")
        }
    }
}

pub(super) fn device(device: &DeviceFacts) -> Vec<Finding> {
    /// The first build of Windows 10.
    const WINDOWS_10: u32 = 10_240;
    let mut findings: Vec<Finding> = device.unread.iter().map(unread).collect();
    let product = device.product.as_deref().unwrap_or("Windows");
    findings.push(match device.device.build {
        Some(build) if build >= WINDOWS_10 => {
            Finding::new(Severity::Ok, "windows-known", format!("{product}, build {build}, is one that wbo knows."))
        }
        Some(build) => Finding::new(
            Severity::Warning,
            "windows-too-old",
            format!("{product}, build {build}, is older than Windows 10: many settings stand elsewhere in it."),
        )
        .remedy("Look at what a capture with --dry-run finds before you rely on it."),
        None => Finding::new(Severity::Warning, "windows-unknown", "The build of this Windows is not known.")
            .remedy("Check the hive SOFTWARE; settings of single builds are captured as if they were there."),
    });
    if device.in_setup == Some(true) {
        let what = "The setup of this Windows has not ended.";
        let finding = Finding::new(Severity::Warning, "setup-unfinished", what);
        findings.push(finding.remedy("Let the setup or the upgrade end, and look again."));
    }
    findings
}

pub(super) fn unread(unread: &Unread) -> Finding {
    Finding::new(Severity::Warning, "not-read", format!("This could not be read: {}.", unread.why))
        .at(&unread.place)
        .remedy("Check the disk and the rights with which it is mounted; what is said without it may be incomplete.")
}

fn place(folder: &[Name]) -> String {
    if folder.is_empty() { ".".into() } else { folder.iter().map(Name::to_string).collect::<Vec<_>>().join("\\") }
}
