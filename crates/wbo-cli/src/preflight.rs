//! Whether a Windows can be written to now, before anything is.

use registry_hive::{EditError, Editor, Overrides};
use wbo_engine::{Finding, Severity, UserProfile};
use wbo_transaction::{Disk, pending};

use crate::applying::refuse_kind;
use crate::commands::editable_hives;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::hive_opening;
use crate::offline::{Offline, OfflineKind};
use crate::undo_place;

/// Bytes that are left free at least: the hives of a user grow by some hundred kilobytes, and records are as large as what
/// they replace.
const SPACE: u64 = 64 << 20;

/// The builds of Windows for which the catalogue was made: Windows 10 1809 to Windows 11 25H2.
const KNOWN_BUILDS: std::ops::RangeInclusive<u32> = 17763..=26299;

/// Refuses to write where it would not be safe. What hives and files say by themselves is left to who opens them.
pub(crate) fn refuse(target: &Offline, user: &UserProfile, new_users: bool) -> Result<(), CommandError> {
    refuse_first(vec![hibernation(target), kind(user, new_users), unfinished(target)])
}

/// Refuses to write to a Windows that would overwrite it when it resumes.
pub(crate) fn refuse_hibernated(target: &Offline) -> Result<(), CommandError> {
    refuse_first(vec![hibernation(target)])
}

fn refuse_first(findings: Vec<Finding>) -> Result<(), CommandError> {
    match findings.into_iter().find(|finding| finding.severity == Severity::Problem) {
        None => Ok(()),
        Some(finding) => {
            let place = finding.place.map(|place| format!("{place}: ")).unwrap_or_default();
            let error = CommandError::new(Exit::Policy, format!("{place}{}", finding.what));
            Err(finding.remedy.into_iter().fold(error, CommandError::hint))
        }
    }
}

/// Everything that can be told before an apply.
pub(crate) fn examine(target: &Offline, user: &UserProfile, new_users: bool, machine: bool) -> Vec<Finding> {
    let mut findings = vec![hibernation(target), kind(user, new_users), unfinished(target), build(target)];
    findings.extend(private(target));
    findings.extend(hives(target, user, machine));
    findings.extend(space(target, user));
    findings
}

fn finding(severity: Severity, code: &'static str, what: impl Into<String>) -> Finding {
    Finding { severity, code, place: None, what: what.into(), remedy: None }
}

fn hibernation(target: &Offline) -> Finding {
    let remedy = "Start it and shut it down fully: `shutdown /s /t 0`, or hold Shift while choosing Shut down.";
    match &target.kind {
        OfflineKind::Windows { hibernated: Some(false), .. } => {
            finding(Severity::Ok, "shut-down", "Windows is shut down.")
        }
        OfflineKind::Windows { hibernated: Some(true), .. } => Finding {
            remedy: Some(remedy.to_owned()),
            ..finding(
                Severity::Problem,
                "hibernated",
                "Windows is hibernated, and would overwrite what is written now.",
            )
        },
        OfflineKind::Windows { hibernated: None, .. } => Finding {
            remedy: Some(remedy.to_owned()),
            ..finding(Severity::Problem, "hibernation-unknown", "Whether Windows is hibernated cannot be told.")
        },
        OfflineKind::UserFolder(_) => finding(
            Severity::Note,
            "no-windows",
            "A user's folder is here without its Windows; its build and policies are not known.",
        ),
    }
}

fn kind(user: &UserProfile, new_users: bool) -> Finding {
    match refuse_kind(user, new_users) {
        Ok(()) => finding(Severity::Ok, "profile-kind", format!("The profile of {user} is on this PC alone.")),
        Err(error) => Finding {
            remedy: error.hints().first().cloned(),
            ..finding(Severity::Problem, "profile-kind", sentence(error.message()))
        },
    }
}

fn unfinished(target: &Offline) -> Finding {
    let folder = undo_place::journal(target);
    let problem = |what: String| Finding {
        place: Some(folder.to_string()),
        remedy: Some(format!("`wbo recover {}` finishes it or takes it back.", target.folder.display())),
        ..finding(Severity::Problem, "unfinished-apply", what)
    };
    let journals = target.disk().map(|disk| pending(&disk, &folder));
    match journals {
        Err(error) => problem(sentence(error.message())),
        Ok(Ok(journals)) if journals.is_empty() => {
            finding(Severity::Ok, "no-unfinished-apply", "No earlier apply was cut off.")
        }
        Ok(Ok(_)) => problem("An earlier apply was cut off.".to_owned()),
        Ok(Err(fault)) => Finding {
            remedy: Some("Look at what is in that folder; it should be one for administrators only.".to_owned()),
            ..problem(format!("Whether an earlier apply was cut off cannot be told: {fault}."))
        },
    }
}

/// Whether our folder on the target can be believed, where it is there.
fn private(target: &Offline) -> Option<Finding> {
    let folder = undo_place::folder(target);
    let disk = target.disk().ok()?;
    disk.entry(&folder).ok().flatten()?;
    let error = undo_place::believe(&disk, &folder).err()?;
    let remedy = error.hints().first().map(|hint| sentence(hint));
    Some(Finding { remedy, ..finding(Severity::Problem, "folder-not-private", sentence(error.message())) })
}

fn build(target: &Offline) -> Finding {
    match target.facts.device.build {
        Some(build) if KNOWN_BUILDS.contains(&build) => finding(Severity::Ok, "build", format!("It is build {build}.")),
        Some(build) => finding(
            Severity::Warning,
            "build",
            format!("Build {build} is none of those for which the catalogue was made."),
        ),
        None => finding(
            Severity::Warning,
            "build",
            "The build of Windows is not known, so that settings which not every build has are left out.",
        ),
    }
}

/// How each hive is found that would be changed: whether it can be written, is locked, or is completed from its logs first.
fn hives(target: &Offline, user: &UserProfile, machine: bool) -> Vec<Finding> {
    let opened = editable_hives(target, user, machine).and_then(|places| Ok((places, target.disk()?)));
    let (places, disk) = match opened {
        Ok(opened) => opened,
        Err(error) => return vec![finding(Severity::Problem, "hive", sentence(error.message()))],
    };
    let mut findings = Vec::new();
    for (_, path) in places {
        let at = |severity, code, what: String, remedy: Option<String>| Finding {
            place: Some(path.to_string()),
            remedy,
            ..finding(severity, code, what)
        };
        let opened = match disk.hive(&path) {
            Ok(Some(files)) => Editor::open(files, hive_opening::now(), Overrides::default()),
            Ok(None) => {
                findings.push(at(Severity::Problem, "hive-missing", "It is not there.".to_owned(), None));
                continue;
            }
            Err(error) => {
                let remedy =
                    "Mount the drive so that it can be written to, and see that nobody else has the file open.";
                let what = format!("It cannot be opened to be written: {error}.");
                findings.push(at(Severity::Problem, "hive-not-writable", what, Some(remedy.to_owned())));
                continue;
            }
        };
        findings.push(match opened {
            Ok(editor) if editor.replayed().is_some_and(|replay| replay.stopped_at_broken_entry) => at(
                Severity::Problem,
                "hive-log-broken",
                "An entry of its logs is broken, so that its last changes are lost.".to_owned(),
                Some("`wbo hive recover` completes it as far as its logs go.".to_owned()),
            ),
            Ok(editor) if editor.replayed().is_some() => at(
                Severity::Note,
                "hive-replayed",
                "Its last write was cut off; it is completed from its logs first, as Windows would.".to_owned(),
                None,
            ),
            Ok(_) => at(Severity::Ok, "hive-clean", "It can be written.".to_owned(), None),
            Err(error) => {
                let code = if matches!(error, EditError::Dirty(_)) { "hive-dirty" } else { "hive-refused" };
                let hint = CommandError::editing(std::path::Path::new(""), &error).hints().first().cloned();
                at(Severity::Problem, code, sentence(&error.to_string()), hint)
            }
        });
    }
    findings
}

fn space(target: &Offline, user: &UserProfile) -> Option<Finding> {
    let free = target.disk().ok()?.free_bytes(user.folder.as_ref()?)?;
    Some(match free {
        free if free >= SPACE => finding(Severity::Ok, "space", "There is room on its drive."),
        free => Finding {
            remedy: Some("Make room first; a drive that is full is left as it was.".to_owned()),
            ..finding(Severity::Warning, "space", format!("{} MiB are free on its drive.", free >> 20))
        },
    })
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
