//! Which settings a command line asks for.

use std::path::Path;

use wbo_engine::capture::Selection;
use wbo_engine::catalogue::Catalogue;

use crate::error::CommandError;
use crate::files::read_text;
use crate::hive_files::must_be_file;

/// Bytes of a file of patterns: every setting there is fits a hundred times.
const MAX_PATTERNS: u64 = 1 << 20;

/// What `--only`, `--except` and `--also` say together.
pub(crate) fn selection(
    only: &[String],
    except: &[String],
    also: &[String],
    catalogue: &Catalogue,
) -> Result<Selection, CommandError> {
    let given = !only.is_empty();
    let (only, except, also) = (patterns(only)?, patterns(except)?, patterns(also)?);
    if given && only.is_empty() {
        // Without any, it would mean everything.
        return Err(CommandError::usage("--only names files in which no settings are named")
            .hint("write one id, pattern or category a line"));
    }
    Selection::new(&only, &except, &also, catalogue)
        .map_err(|error| CommandError::usage(error.to_string()).hint("`wbo catalog list` lists the settings"))
}

/// Patterns, with those of a file in place of its name after `@`: one a line, and what stands behind `#` is a comment.
fn patterns(texts: &[String]) -> Result<Vec<String>, CommandError> {
    let mut patterns = Vec::new();
    for text in texts {
        match text.strip_prefix('@') {
            None => patterns.push(text.clone()),
            Some(file) => patterns.extend(of_file(Path::new(file))?),
        }
    }
    Ok(patterns)
}

fn of_file(path: &Path) -> Result<Vec<String>, CommandError> {
    if path.as_os_str() != "-" {
        must_be_file(path)?;
    }
    let text = read_text(path, MAX_PATTERNS)?;
    let lines = text.lines().map(|line| line.split_once('#').map_or(line, |(pattern, _)| pattern).trim());
    Ok(lines.filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect())
}
