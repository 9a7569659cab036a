//! Whether Microsoft's own Windows Backup for Organizations would work on a PC.

use profile_format::JoinKind;

use super::{Finding, Severity};
use crate::DeviceFacts;

/// What a PC may do with Windows Backup, as far as its build says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eligible {
    /// It may.
    Yes,
    /// It may from this revision of its build on.
    FromRevision(u32),
    /// Its build never may.
    No,
    /// Microsoft does not say.
    NotListed,
}

/// What Windows Backup can do: back up, restore while Windows is set up, restore at the first sign-in.
pub(super) fn by_build(build: u32, revision: Option<u32>) -> [Eligible; 3] {
    let newest = BUILDS.last().map_or(0, |(newest, _)| *newest);
    let Some((_, from)) = BUILDS.iter().find(|(listed, _)| *listed == build) else {
        return [if build > newest { Eligible::NotListed } else { Eligible::No }; 3];
    };
    from.map(|listed| match (listed, revision) {
        (Eligible::FromRevision(from), Some(revision)) if revision >= from => Eligible::Yes,
        (listed, _) => listed,
    })
}

/// The builds of which Microsoft says what they can do, in ascending order (learn.microsoft.com, overview of Windows
/// Backup for Organizations, read in 2026).
const BUILDS: [(u32, [Eligible; 3]); 5] = {
    use Eligible::{FromRevision, No, NotListed};
    [
        (19_045, [FromRevision(6216), No, No]),
        (22_621, [FromRevision(5768), FromRevision(3958), No]),
        (22_631, [FromRevision(5768), FromRevision(3958), No]),
        (26_100, [FromRevision(4946), FromRevision(4770), FromRevision(7922)]),
        (26_200, [NotListed, NotListed, FromRevision(7922)]),
    ]
};

pub(super) fn eligibility(device: &DeviceFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(build) = device.device.build {
        let abilities = by_build(build, device.device.revision);
        findings.extend(
            ABILITIES
                .iter()
                .zip(abilities)
                .map(|((code, what), eligible)| of_build(code, what, eligible, build, device.device.revision)),
        );
    }
    findings.extend(edition(device));
    findings.push(join(device.device.join.kind));
    findings
}

/// The code of each ability, and what it is called in a sentence.
const ABILITIES: [(&str, &str); 3] = [
    ("windows-backup-build", "Windows Backup"),
    ("windows-restore-setup-build", "The restore of Windows Backup while Windows is set up"),
    ("windows-restore-sign-in-build", "The restore of Windows Backup at the first sign-in"),
];

fn of_build(code: &'static str, what: &str, eligible: Eligible, build: u32, revision: Option<u32>) -> Finding {
    let is = revision.map_or_else(|| format!("{build}"), |revision| format!("{build}.{revision}"));
    match eligible {
        Eligible::Yes => Finding::new(Severity::Ok, code, format!("{what} works with build {is}.")),
        Eligible::FromRevision(from) => {
            Finding::new(Severity::Note, code, format!("{what} needs build {build}.{from}; this is {is}."))
                .remedy("Install the updates of Windows, or use wbo, which does not need them.")
        }
        Eligible::No => Finding::new(Severity::Note, code, format!("{what} is not there for build {is}."))
            .remedy("Use wbo, or upgrade Windows."),
        Eligible::NotListed => {
            Finding::new(Severity::Note, code, format!("{what}: Microsoft does not say whether build {is} has it."))
                .remedy("Ask Microsoft's documentation; wbo works with this build.")
        }
    }
}

fn edition(device: &DeviceFacts) -> Option<Finding> {
    const CODE: &str = "windows-backup-edition";
    let edition = device.device.edition.as_deref()?;
    let is_server = device.installation.as_deref().is_some_and(|kind| kind.starts_with("Server"));
    let finding = if is_server {
        Finding::new(Severity::Note, CODE, "Windows Backup is not there for servers.")
    } else if edition.starts_with("Core") {
        Finding::new(
            Severity::Note,
            CODE,
            format!("Windows Home ({edition}) cannot join Entra, as Windows Backup for organisations needs it."),
        )
    } else {
        return None;
    };
    Some(finding.remedy("Use wbo, which works with every edition."))
}

fn join(kind: JoinKind) -> Finding {
    const CODE: &str = "windows-backup-join";
    match kind {
        JoinKind::ENTRA => Finding::new(Severity::Ok, CODE, "This PC is joined to Entra, as Windows Backup needs it."),
        JoinKind::HYBRID => Finding::new(
            Severity::Note,
            CODE,
            "This PC is joined to a domain and to Entra: Windows Backup backs it up, but restores at the first sign-in only.",
        )
        .remedy("Use wbo, or join the new PC to Entra alone, to restore while Windows is set up."),
        JoinKind::DOMAIN | JoinKind::WORKGROUP => {
            Finding::new(Severity::Note, CODE, "This PC is not joined to Entra, as Windows Backup needs it.")
                .remedy("Use wbo, which needs no join.")
        }
        _ => Finding::new(Severity::Note, CODE, "What this PC is joined to is not known; Windows Backup needs Entra.")
            .remedy("Check the hive SYSTEM, or ask 'dsregcmd /status' on the running PC."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abilities_by_build() {
        use Eligible::{FromRevision, No, NotListed, Yes};
        for (build, revision, expected) in [
            (19045, Some(6215), [FromRevision(6216), No, No]),
            (19045, Some(6216), [Yes, No, No]),
            (19044, Some(9999), [No, No, No]),
            (22621, Some(5000), [FromRevision(5768), Yes, No]),
            (22631, Some(5768), [Yes, Yes, No]),
            (26100, Some(4769), [FromRevision(4946), FromRevision(4770), FromRevision(7922)]),
            (26100, Some(7922), [Yes, Yes, Yes]),
            (26100, None, [FromRevision(4946), FromRevision(4770), FromRevision(7922)]),
            (26200, Some(7922), [NotListed, NotListed, Yes]),
            (26300, Some(1), [NotListed; 3]),
            (0, None, [No; 3]),
        ] {
            assert_eq!(by_build(build, revision), expected, "{build}.{revision:?}");
        }
    }
}
