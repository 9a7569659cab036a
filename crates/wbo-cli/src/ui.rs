//! What is shown: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::clean::clean;
use crate::error::CommandError;
use crate::progress::ProgressMode;

/// How to speak to the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    /// Results as JSON.
    pub(crate) json: bool,
    /// No messages but errors and warnings.
    pub(crate) quiet: bool,
    /// How to show progress.
    pub(crate) progress: ProgressMode,
}

impl Ui {
    /// Writes a result: text for people, which the caller has cleaned, or the value as JSON.
    pub(crate) fn result<T: Serialize>(&self, value: &T, text: &dyn Fn(&T) -> String) -> Result<(), CommandError> {
        if self.json { self.json(value) } else { self.print(&text(value)) }
    }

    /// Writes JSON to standard output. Characters that a terminal would act on are `\u` escapes in it.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), CommandError> {
        let text = profile_json::json_text(value)
            .map_err(|error| CommandError::failed(format!("the result could not be written as JSON: {error}")))?;
        self.print(&text)
    }

    /// Writes text to standard output as it is. Nobody reading on is no failure.
    pub(crate) fn print(&self, text: &str) -> Result<(), CommandError> {
        self.print_bytes(text.as_bytes())
    }

    /// As [`Self::print`], of what may be no UTF-8.
    pub(crate) fn print_bytes(&self, bytes: &[u8]) -> Result<(), CommandError> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CommandError::failed(format!("standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Says what was done.
    pub(crate) fn status(&self, message: &str) {
        if !self.quiet {
            say(&clean(message));
        }
    }

    /// Says what may surprise.
    pub(crate) fn warn(&self, message: &str) {
        say(&format!("warning: {}", clean(message)));
    }

    /// Says what went wrong and what to do.
    pub(crate) fn error(&self, error: &CommandError) {
        say(&format!("error: {}", clean(error.message())));
        error.hints().iter().for_each(|hint| self.hint(hint));
    }

    /// Says what to do.
    pub(crate) fn hint(&self, hint: &str) {
        say(&format!("hint: {}", clean(hint)));
    }
}

/// The last line of every run, for scripts that keep standard error.
pub(crate) fn farewell(exit: crate::exit::Exit) {
    say(&format!("wbo: {} {}", exit.code(), exit.name()));
}

/// Whether a person can be asked: questions go to the terminal, and one must be there on both sides.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Writes a line to standard error. When that is gone there is nobody left to tell.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
