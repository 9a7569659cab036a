//! What a terminal can show: how wide it is, and whether in colour.

use std::io::{self, IsTerminal};

use clap::ValueEnum;

/// Columns where there is no terminal: what fits everywhere.
pub(crate) const COLUMNS: usize = 80;

/// When text is in colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also in a file
    Always,
    /// Not at all
    Never,
}

impl Colour {
    /// Whether what goes to standard output, or not, is in colour.
    pub(crate) fn is_wanted(self, on_stdout: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let wanted = anstyle_query::clicolor().unwrap_or(true) && !anstyle_query::no_color();
                on_stdout && wanted && io::stdout().is_terminal() && acts_on_escapes()
            }
        }
    }
}

/// Whether the terminal acts on escapes; that of Windows does when it was asked to.
fn acts_on_escapes() -> bool {
    #[cfg(windows)]
    return anstyle_query::windows::enable_ansi_colors().unwrap_or(false);
    #[cfg(not(windows))]
    anstyle_query::term_supports_color()
}

/// The columns of the terminal, or [`COLUMNS`] where standard output is none.
pub(crate) fn columns() -> usize {
    match terminal_size::terminal_size_of(io::stdout()) {
        Some((terminal_size::Width(columns), _)) => columns.into(),
        None => COLUMNS,
    }
}
