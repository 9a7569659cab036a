//! What is to be said of the users of a PC.

use profile_format::Timestamp;

use super::{Finding, OnlineOnly, Severity, sentence, source};
use crate::{ProfileKind, SetAside, Standing, UserProfile, Users, WindowsPath};

pub(super) fn users(users: &Users, system_drive: Option<char>, now: Timestamp) -> Vec<Finding> {
    let mut findings: Vec<Finding> = users.unread.iter().map(source::unread).collect();
    let usable = users.profiles.iter().filter(|profile| profile.is_usable()).count();
    findings.push(if usable == 0 {
        Finding::new(Severity::Problem, "no-users", "There is no user whose settings can be captured.")
            .remedy("See what is set aside and why; give the folder with the user's NTUSER.DAT, if you have it.")
    } else {
        Finding::new(Severity::Ok, "users", format!("Users whose settings can be captured: {usable}."))
    });
    let mut ordinary = 0;
    for profile in &users.profiles {
        match &profile.standing {
            Standing::SetAside(reason) if reason.is_ordinary() => ordinary += 1,
            Standing::SetAside(reason) => findings.push(set_aside(profile, reason)),
            Standing::Usable => findings.extend(usable_user(profile, system_drive)),
        }
        findings.extend(last_use(profile, now));
    }
    if ordinary > 0 {
        let what = format!("{ordinary} profiles and folders of Windows itself are set aside.");
        findings.push(Finding::new(Severity::Ok, "ordinary-set-aside", what));
    }
    findings
}

pub(super) fn online_only(folder: &OnlineOnly) -> Finding {
    let what = format!("{} files are in a cloud only; their bytes are not on this disk.", folder.files);
    Finding::new(Severity::Note, "online-only", what)
        .at(&folder.place)
        .remedy("If they are wanted, let the running Windows keep them on the device, and capture again.")
}

fn set_aside(profile: &UserProfile, reason: &SetAside) -> Finding {
    let severity = match reason {
        SetAside::NotAnAccount | SetAside::NoEntry | SetAside::SameFolder { .. } | SetAside::ContainerLeftover => {
            Severity::Note
        }
        _ => Severity::Warning,
    };
    let finding = Finding::new(severity, "user-set-aside", sentence(reason)).at(&place(profile));
    match reason.remedy() {
        Some(remedy) => finding.remedy(sentence(remedy)),
        None => finding,
    }
}

fn usable_user(profile: &UserProfile, system_drive: Option<char>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let written = match profile.kind {
        ProfileKind::Local | ProfileKind::Default => None,
        ProfileKind::Roaming => Some("a copy of one on a server, which overwrites it at the next sign-in"),
        ProfileKind::Mandatory => Some("given anew at each sign-in"),
        ProfileKind::FsLogix => Some("one of FSLogix, whose container replaces it at the next sign-in"),
        ProfileKind::Backup => Some("put aside by Windows, which could not load it"),
    };
    if let Some(what) = written {
        let what = format!("This profile is {what}: it can be captured, but is not written to.");
        let finding = Finding::new(Severity::Warning, "user-not-writable", what).at(&place(profile));
        findings.push(finding.remedy("Restore at the user's sign-in on the running PC instead."));
    }
    let drive = profile.folder.as_ref().map(WindowsPath::drive);
    if let (Some(drive), Some(system_drive)) = (drive, system_drive)
        && drive != system_drive
    {
        let what = format!("This profile lies on drive {drive}:, and Windows on {system_drive}:.");
        let finding = Finding::new(Severity::Note, "user-on-other-drive", what).at(&place(profile));
        findings.push(finding.remedy("Give that drive as well whenever you capture or restore this user."));
    }
    findings
}

/// A day more than clocks of different places differ.
const CLOCKS_DIFFER: i64 = 2 * 86_400;

fn last_use(profile: &UserProfile, now: Timestamp) -> Option<Finding> {
    let last = profile.last_use.filter(|last| last.at.0 > now.0.saturating_add(CLOCKS_DIFFER))?;
    let days = (last.at.0.saturating_sub(now.0)) / 86_400;
    let what = format!("This profile was last used {days} days from now: a clock was wrong, there or here.");
    let finding = Finding::new(Severity::Warning, "last-use-in-future", what).at(&place(profile));
    Some(finding.remedy("Check the clock here; choose users by name and not by their last use."))
}

fn place(profile: &UserProfile) -> String {
    match (&profile.folder, &profile.entry) {
        (Some(folder), _) => format!("{profile} ({folder})"),
        (None, Some(entry)) if entry.to_string() != profile.to_string() => format!("{profile} ({entry})"),
        (None, _) => profile.to_string(),
    }
}
