//! git itself, and words that its shell takes as they are.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::CommandError;

/// Runs git here, and gives what it writes. `None`: it ended with this code, which means that there is nothing.
pub(super) fn git(words: &[&str], nothing: i32) -> Result<Option<String>, CommandError> {
    let output = run(words)?;
    if output.status.success() {
        let text = String::from_utf8(output.stdout);
        let text = text.map_err(|_| CommandError::failed(format!("{}: what it writes is not UTF-8", shown(words))))?;
        return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if output.status.code() == Some(nothing) {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(CommandError::failed(format!("{}: {}", shown(words), said.trim())))
}

fn run(words: &[&str]) -> Result<Output, CommandError> {
    let output = Command::new("git").args(words).stdin(Stdio::null()).output();
    output.map_err(|error| {
        CommandError::failed(format!("git could not be run: {error}")).hint("install git, and put it in the PATH")
    })
}

fn shown(words: &[&str]) -> String {
    format!("git {}", words.join(" "))
}

/// A word as a shell takes it, whatever stands in it. git runs a shell on Windows too.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A path as any folder and any shell understand it.
pub(super) fn whole(path: &Path) -> Result<String, CommandError> {
    let whole: PathBuf = std::path::absolute(path).map_err(|error| CommandError::unreadable(path, &error))?;
    let text = whole.to_str().map(ToOwned::to_owned).ok_or_else(|| {
        CommandError::usage(format!("{}: its name is not Unicode, and git's configuration is", path.display()))
    })?;
    Ok(if cfg!(windows) { text.replace('\\', "/") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_words_as_they_are() {
        for (word, expected) in
            [("C:/Program Files/wbo.exe", "'C:/Program Files/wbo.exe'"), ("it's", r"'it'\''s'"), ("$x `y`", "'$x `y`'")]
        {
            assert_eq!(quoted(word), expected);
        }
    }
}
