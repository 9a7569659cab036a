//! Exit codes: the one table. Help, documentation and tests are made from it.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Done,
    Differs,
    Usage,
    Partly,
    Failed,
    Absent,
    NotAProfile,
    Newer,
    WrongKey,
    Damaged,
    Truncated,
    Untrusted,
    Policy,
    SourceUnreadable,
    TargetChanged,
    Interrupted,
}

/// Number, name and meaning of each.
const TABLE: [(Exit, u8, &str, &str); 16] = [
    (Exit::Done, 0, "done", "everything was done"),
    (Exit::Differs, 1, "differs", "the things compared differ, or a merge has conflicts"),
    (Exit::Usage, 2, "usage", "the command line or a file it names cannot be understood"),
    (Exit::Partly, 3, "partly", "done in part; what was left out is named"),
    (Exit::Failed, 4, "failed", "an output, a key file or an agent failed"),
    (Exit::Absent, 5, "absent", "the key or value that was asked for is not there"),
    (Exit::NotAProfile, 10, "not-a-profile", "the file is no profile, or no hive, or was changed in transfer"),
    (Exit::Newer, 11, "newer", "the file needs a newer wbo"),
    (Exit::WrongKey, 12, "wrong-key", "no key or passphrase that was given opens it"),
    (Exit::Damaged, 13, "damaged", "the file is damaged; the part is named"),
    (Exit::Truncated, 14, "truncated", "the file ends too early"),
    (Exit::Untrusted, 15, "untrusted", "unsigned, or signed by nobody who is trusted"),
    (Exit::Policy, 16, "policy", "refused by policy, or because it would not be safe"),
    (Exit::SourceUnreadable, 17, "source-unreadable", "a file could not be read"),
    (Exit::TargetChanged, 18, "target-changed", "the target changed since the plan was made"),
    (Exit::Interrupted, 130, "interrupted", "stopped by the user; nothing was left behind"),
];

/// From the least to the most serious. `wbo verify` ends with the most serious of what it found.
const SEVERITY: [Exit; 9] = [
    Exit::Done,
    Exit::Untrusted,
    Exit::WrongKey,
    Exit::Newer,
    Exit::SourceUnreadable,
    Exit::NotAProfile,
    Exit::Truncated,
    Exit::Damaged,
    Exit::Failed,
];

impl Exit {
    pub(crate) fn code(self) -> u8 {
        self.row().1
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().2
    }

    /// The more serious of two.
    pub(crate) fn worse(self, other: Self) -> Self {
        let rank = |exit| SEVERITY.iter().position(|severe| *severe == exit).unwrap_or(SEVERITY.len());
        if rank(other) > rank(self) { other } else { self }
    }

    fn row(self) -> &'static (Self, u8, &'static str, &'static str) {
        #[expect(clippy::expect_used, reason = "a test holds that every exit has a row")]
        TABLE.iter().find(|row| row.0 == self).expect("every exit has a row")
    }
}

/// The table as help shows it.
pub(crate) fn table() -> String {
    let rows = TABLE.iter().map(|(_, code, name, meaning)| format!("  {code:>3}  {name:<18} {meaning}"));
    rows.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_those_that_scripts_rely_on() {
        insta::assert_snapshot!(table());
    }

    #[test]
    fn every_exit_has_one_row_in_order() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
        assert_eq!(TABLE.last().map(|row| row.0), Some(Exit::Interrupted));
    }

    #[test]
    fn damage_outweighs_a_wrong_key() {
        assert_eq!(Exit::Done.worse(Exit::WrongKey).worse(Exit::Damaged).worse(Exit::Untrusted), Exit::Damaged);
    }
}
