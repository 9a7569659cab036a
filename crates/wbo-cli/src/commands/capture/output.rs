//! Where profiles go.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use profile_format::file_name_flaw;
use wbo_engine::UserProfile;

use crate::error::CommandError;
use crate::files::{Existing, refuse_existing};

/// The file for each user, in the order of the users.
pub(super) struct Output {
    paths: Vec<PathBuf>,
    /// The folders that were made for them, the innermost first.
    made: Vec<PathBuf>,
}

impl Output {
    /// One file where one user is meant and `out` is no folder; else a folder with a file for each.
    pub(super) fn of(
        out: &Path,
        several: bool,
        users: &[&UserProfile],
        existing: Existing,
    ) -> Result<Self, CommandError> {
        let ends_as_folder = out.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
        if !several && !out.is_dir() && !ends_as_folder {
            if existing == Existing::Refuse {
                refuse_existing(out).map_err(|error| error.hint("--force replaces it"))?;
            }
            return Ok(Self { paths: vec![out.to_owned()], made: Vec::new() });
        }
        if out.is_file() {
            let message = format!("{}: it is a file, and several users need a folder", out.display());
            return Err(CommandError::usage(message));
        }
        let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && std::fs::symlink_metadata(folder).is_err();
        let made = out.ancestors().take_while(is_new).map(ToOwned::to_owned).collect();
        std::fs::create_dir_all(out).map_err(|error| crate::files::output_failed(out, &error))?;
        let mut taken = BTreeSet::new();
        let paths = users.iter().map(|user| out.join(name(user, &mut taken)));
        Ok(Self { paths: paths.collect(), made })
    }

    /// Refuses an output in a folder that is only read.
    pub(super) fn refuse_within<'f>(
        out: &Path,
        mut folders: impl Iterator<Item = &'f Path>,
    ) -> Result<(), CommandError> {
        let Some(resolved) = resolved(out) else { return Ok(()) };
        let holds_it = |folder: &&Path| folder.canonicalize().is_ok_and(|folder| resolved.starts_with(folder));
        folders.find(holds_it).map_or(Ok(()), |folder| {
            let message = format!("{} lies in {}, which is only read", out.display(), folder.display());
            Err(CommandError::usage(message).hint("choose a place on another drive, or in another folder"))
        })
    }

    /// Removes the folders that were made and stayed empty, since nothing could be written.
    pub(super) fn clear(&self) {
        for folder in &self.made {
            // One that is not empty holds what somebody else wrote.
            let _ = std::fs::remove_dir(folder);
        }
    }

    pub(super) fn path(&self, at: usize) -> Option<PathBuf> {
        self.paths.get(at).cloned()
    }
}

/// Where a path leads that may not be there yet, with links followed; `None`, where that cannot be told, so that nothing
/// can be written there either.
fn resolved(path: &Path) -> Option<PathBuf> {
    let here = |folder: &Path| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() };
    let (base, rest) = path.ancestors().find_map(|base| {
        let resolved = here(base).canonicalize().ok()?;
        Some((resolved, path.strip_prefix(base).ok()?))
    })?;
    // What is not there yet would be a folder and no link.
    Some(rest.components().fold(base, |mut resolved, component| {
        match component {
            Component::Normal(name) => resolved.push(name),
            Component::ParentDir => _ = resolved.pop(),
            _ => (),
        }
        resolved
    }))
}

/// A name for a user's file: the account's, with the SID where two have the same.
fn name(user: &UserProfile, taken: &mut BTreeSet<String>) -> String {
    let base: String = user.to_string().chars().map(plain).collect();
    let base = base.trim_matches(['.', ' ']).to_owned();
    let base = match file_name_flaw(&base) {
        None => base,
        Some(_) => format!("user-{base}"),
    };
    let sid = user.sid.clone().unwrap_or_else(|| "no-sid".to_owned());
    let mut name = format!("{base}.wbo");
    let mut count = 1;
    while !taken.insert(name.to_lowercase()) {
        name = if count == 1 { format!("{base}.{sid}.wbo") } else { format!("{base}.{sid}.{count}.wbo") };
        count += 1;
    }
    name
}

/// A character that file names can have everywhere, and people can see.
fn plain(character: char) -> char {
    const NONE: [char; 9] = ['\\', '/', ':', '*', '?', '"', '<', '>', '|'];
    if NONE.contains(&character) || crate::clean::is_unsafe(character) { '-' } else { character }
}

#[cfg(test)]
mod tests {
    use wbo_engine::WindowsPath;

    use super::*;

    #[test]
    fn each_user_has_a_file_that_every_system_can_have() {
        let mut taken = BTreeSet::new();
        let user = |name: &str| UserProfile::of_folder(WindowsPath::new('C', vec![]), name);
        let mut named = |text: &str| name(&user(text), &mut taken);
        assert_eq!(named(r"CORP\Zoë"), "CORP-Zoë.wbo");
        assert_eq!(named("corp-zoë"), "corp-zoë.no-sid.wbo");
        assert_eq!(named("CORP-ZOË"), "CORP-ZOË.no-sid.2.wbo");
        assert_eq!(named("con"), "user-con.wbo");
        assert_eq!(named("..\u{202e}."), "-.wbo");
        assert_eq!(named("a/b:c."), "a-b-c.wbo");
    }
}
