//! Where a report goes: to standard output, or to a file that is whole or not there.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::CommandError;
use crate::files::{Existing, Output, output_failed};
use crate::ui::Ui;

/// Where a report goes.
#[derive(Args, Debug)]
pub(crate) struct SinkArgs {
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Replace that file if it exists
    #[arg(long, requires = "out")]
    force: bool,
}

pub(crate) enum Sink<'s> {
    Terminal(Ui),
    File(&'s Path, Box<Output>),
}

impl SinkArgs {
    pub(crate) fn open(&self, ui: Ui) -> Result<Sink<'_>, CommandError> {
        let existing = if self.force { Existing::Replace } else { Existing::Refuse };
        Ok(match &self.out {
            Some(out) => Sink::File(out, Box::new(Output::create(out, existing)?)),
            None => Sink::Terminal(ui),
        })
    }
}

impl Sink<'_> {
    /// Whether a person may be looking on.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    /// Writes what was said, and forgets it.
    pub(crate) fn write(&mut self, said: &mut String) -> Result<(), CommandError> {
        match self {
            Self::Terminal(ui) => ui.print(said)?,
            Self::File(path, output) => {
                let mut file = BufWriter::new(output.file());
                let written = file.write_all(said.as_bytes()).and_then(|()| file.flush());
                written.map_err(|error| output_failed(path, &error))?;
            }
        }
        said.clear();
        Ok(())
    }

    /// Gives the file its name.
    pub(crate) fn finish(self) -> Result<(), CommandError> {
        match self {
            Self::Terminal(_) => Ok(()),
            Self::File(_, output) => output.commit(|_| Ok(())),
        }
    }
}
