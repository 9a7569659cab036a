//! Putting a changed profile in the place of the old one.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use profile_format::{Envelope, OpeningKey, ReadError, Seal, Sealed};

use crate::error::CommandError;
use crate::files::{Existing, FileSource, Output, output_failed};
use crate::opening;
use crate::ui::Ui;

/// The output that takes the place of `file`, with its permissions, or goes to `out`.
pub(crate) fn output_in_place(file: &Path, out: Option<&Path>) -> Result<Output, CommandError> {
    match out {
        Some(out) => Output::create(out, Existing::Refuse),
        None => {
            // The file that a link leads to is replaced, and the link stays.
            let file = std::fs::canonicalize(file).map_err(|error| CommandError::unreadable(file, &error))?;
            let output = Output::create(&file, Existing::Replace)?;
            output.like(&file)?;
            Ok(output)
        }
    }
}

/// Writes the same body with another tail. The caller closes `sealed` before committing this in its place: Windows does
/// not replace a file that is open.
pub(crate) fn write_with_tail(
    file: &Path,
    out: Option<&Path>,
    sealed: &Sealed<FileSource>,
    envelopes: Vec<Envelope>,
    seals: Vec<Seal>,
) -> Result<Output, CommandError> {
    let tail = sealed.tail_with(envelopes, seals).map_err(|error| CommandError::sealing(&error))?;
    let mut output = output_in_place(file, out)?;
    let target = out.unwrap_or(file);
    let body = File::open(file).map_err(|error| CommandError::unreadable(file, &error))?;
    let copied = std::io::copy(&mut body.take(sealed.body_length()), output.file());
    copied.and_then(|_| output.file().write_all(&tail)).map_err(|error| output_failed(target, &error))?;
    Ok(output)
}

/// Reads back what was written, before it gets its name.
pub(crate) fn read_back(path: &Path, key: Option<&OpeningKey>, ui: Ui) -> Result<(), CommandError> {
    let failed = |error: ReadError| CommandError::failed(format!("what was written does not read back: {error}"));
    let sealed = opening::parse(path, ui, "read back", 1)?;
    if key.is_some_and(|key| !sealed.accepts(key)) {
        return Err(failed(ReadError::WrongKey));
    }
    sealed.check_body().map_err(failed)
}
