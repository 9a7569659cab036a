//! What comparisons leave out: a file of rules.

use std::path::PathBuf;

use clap::Args;
use wbo_engine::compare::{Ignored, Unused};

use crate::difference::UnusedReport;
use crate::error::CommandError;
use crate::files::read_text;
use crate::ui::Ui;

#[derive(Args, Debug)]
pub(crate) struct IgnoreArgs {
    /// Leave out what the rules in this file name (docs/diff.md)
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,
}

/// Bytes of a file of rules: thousands of them.
pub(crate) const MAX_RULES: u64 = 1 << 20;

impl IgnoreArgs {
    pub(crate) fn load(&self) -> Result<Ignored, CommandError> {
        let Some(path) = &self.ignore else { return Ok(Ignored::default()) };
        let text = read_text(path, MAX_RULES)?;
        Ignored::parse(&text).map_err(|error| {
            CommandError::usage(format!("{}: {error}", path.display())).hint("docs/diff.md has the rules")
        })
    }

    /// Warns of the rules that nothing fitted, and reports them.
    pub(crate) fn unused(&self, ignored: &Ignored, ui: Ui) -> Vec<UnusedReport> {
        let Some(path) = &self.ignore else { return Vec::new() };
        let warned = |Unused { line, words }| {
            ui.warn(&format!("{}:{line}: nothing that differs fits the rule about {words}", path.display()));
            UnusedReport { line, about: words }
        };
        ignored.unused().into_iter().map(warned).collect()
    }
}
