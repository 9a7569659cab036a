//! Judges the structure of a hive: every byte that Windows would trust, from the base block to the last reference.
//!
//! It shares no code with the reader or the writers, so that it finds what they agree on and are both wrong about.

mod base_block;
mod cells;
mod fields;
mod keys;
mod names;
mod rule;
mod security;
mod subkey_lists;
#[cfg(test)]
mod tests;
mod values;
mod walk;

use std::collections::BTreeMap;
use std::fmt;

use self::base_block::BaseBlock;
use self::cells::CellMap;
use self::security::SecurityCells;

pub use self::rule::{Rule, Severity};

/// Judges the structure of a hive file's bytes: a primary file, to which its logs have been applied.
///
/// It goes on after a fault as far as that makes sense, in time and memory that the file's size bounds.
pub fn check(file: &[u8]) -> Findings {
    let mut findings = Findings::default();
    if let Some(base_block) = base_block::check(file, &mut findings) {
        let cells = cells::tile(&base_block, &mut findings);
        let mut checker = Checker { base_block, cells, security: SecurityCells::default(), findings };
        checker.walk();
        checker.report_unreferenced();
        findings = checker.findings;
    }
    findings.faults.sort_by_key(|fault| (fault.offset, fault.rule));
    findings
}

/// What a check found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Findings {
    /// The faults in the order of the file, at most [`Findings::MOST_OF_A_RULE`] of each rule.
    pub faults: Vec<Fault>,
    /// How often each rule was broken, listed or not.
    pub broken: BTreeMap<Rule, u64>,
    /// What the hive consists of.
    pub counts: Counts,
}

impl Findings {
    /// How many faults of one rule are listed. A damaged page can break one rule a thousand times; nobody reads that,
    /// and it must neither fill the memory nor push out the one fault that explains the others.
    pub const MOST_OF_A_RULE: u64 = 100;

    /// The worst that was found.
    pub fn worst(&self) -> Option<Severity> {
        self.broken.keys().map(|rule| rule.severity()).max()
    }

    /// How many faults were found and are not listed.
    pub fn not_listed(&self) -> u64 {
        self.broken.values().map(|count| count.saturating_sub(Self::MOST_OF_A_RULE)).sum()
    }

    /// Takes a message that is only put together if it is listed.
    fn report(&mut self, rule: Rule, offset: u64, message: fmt::Arguments<'_>) {
        let count = self.broken.entry(rule).or_default();
        *count += 1;
        if *count <= Self::MOST_OF_A_RULE {
            self.faults.push(Fault { rule, offset, message: message.to_string() });
        }
    }
}

/// A place where a hive breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// Where in the file: the field that is wrong, or the reference to what is wrong with it.
    pub offset: u64,
    /// What was expected there, and what was found.
    pub message: String,
}

impl Fault {
    /// What this means for the hive.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {:#x}: {} ({})", self.severity(), self.offset, self.message, self.rule)
    }
}

/// What a hive consists of, as far as it could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Bins.
    pub bins: u64,
    /// Cells in use.
    pub cells: u64,
    /// Free cells.
    pub free_cells: u64,
    /// Bytes of the bins, their headers included.
    pub bytes: u64,
    /// Bytes of the free cells.
    pub free_bytes: u64,
    /// Keys that are reached from the root, the root included.
    pub keys: u64,
    /// Levels of keys. A root alone is one.
    pub levels: u64,
    /// Values of these keys.
    pub values: u64,
    /// Security descriptors, in the ring or used outside of it.
    pub security_descriptors: u64,
}

/// A hive whose cells are known, while what they hold is judged. Each noun's file has its part of the judgement.
struct Checker<'a> {
    base_block: BaseBlock<'a>,
    cells: CellMap,
    security: SecurityCells,
    findings: Findings,
}
