//! Files that a plan writes or removes: what is there, whether they may be, and how the drives look afterwards.

use std::collections::BTreeMap;
use std::io::{self, Read};

use profile_format::{Content, ContentId, Contents, FileState};
use registry::Name;
use sha2::{Digest, Sha256};

use super::{FileChange, Request, Skip};
use crate::capture::MOST_OF_FILE;
use crate::catalogue::Setting;
use crate::forms::{self, Form};
use crate::{Drives, Entry, EntryKind, KnownFolder, ReadTree, Source, WindowsPath};

/// What is at a path of the target.
pub(crate) fn found(target: &Source<'_>, path: &WindowsPath) -> Result<Option<FileState>, Skip> {
    let unreadable = |error: io::Error| Skip::Unreadable(format!("{path}: {error}"));
    let Some(entry) = target.files.entry(path).map_err(unreadable)? else {
        refuse_file_on_the_way(target, path)?;
        return Ok(None);
    };
    match entry.kind {
        EntryKind::File => (),
        EntryKind::Link => return Err(Skip::Unreadable(format!("{path} is a link, and links are not followed"))),
        EntryKind::OnlineOnly => return Err(Skip::Unreadable(format!("{path} is in a cloud only"))),
        EntryKind::Folder | EntryKind::Other => {
            return Err(Skip::Unreadable(format!("{path} is no ordinary file")));
        }
    }
    let bytes = target.files.read(path, MOST_OF_FILE).map_err(unreadable)?;
    Ok(bytes.map(|bytes| FileState {
        content: Content { id: ContentId(Sha256::digest(&bytes).into()), size: bytes.len() as u64 },
        attributes: entry.attributes,
        modified: entry.modified,
    }))
}

/// Refuses a path on whose way a file stands where a folder would have to be.
fn refuse_file_on_the_way(target: &Source<'_>, path: &WindowsPath) -> Result<(), Skip> {
    let mut way = path.parent();
    while let Some(folder) = way {
        match target.files.entry(&folder) {
            Ok(Some(entry)) if entry.kind == EntryKind::Folder => return Ok(()),
            Ok(Some(_)) => return Err(Skip::Unreadable(format!("{folder} is no folder"))),
            Ok(None) => way = folder.parent(),
            // Above a folder that was given alone, nothing is known.
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}

/// The bytes of a file of the profile.
pub(super) fn bytes(request: &Request<'_>, state: &FileState) -> Result<Vec<u8>, Skip> {
    let failed =
        |error: io::Error| Skip::Unfit(format!("the profile does not give its file {}: {error}", state.content.id));
    if state.content.size > MOST_OF_FILE {
        return Err(Skip::Unfit(format!("a file of {} bytes is no setting", state.content.size)));
    }
    let mut bytes = Vec::new();
    let reader = request.contents.open(&state.content.id).map_err(failed)?;
    reader.take(MOST_OF_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 != state.content.size {
        return Err(failed(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

/// Whether a file that a value names is what such values name: a picture, a sound, a pointer or a font, and nothing that
/// runs.
pub(super) fn is_media(path: &WindowsPath, bytes: &[u8]) -> bool {
    let name = path.names().last().map(ToString::to_string).unwrap_or_default().to_ascii_lowercase();
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    match extension {
        "jpg" | "jpeg" | "jpe" | "jfif" | "png" | "bmp" | "dib" | "gif" | "tif" | "tiff" | "webp" | "heic" | "avif" => {
            forms::flaw_of_file(Form::Picture, bytes).is_none()
        }
        "wav" => starts(b"RIFF"),
        "ani" => starts(b"RIFF"),
        "cur" => starts(&[0, 0, 2, 0]),
        "ttf" | "otf" | "ttc" => [&[0, 1, 0, 0][..], b"OTTO", b"true", b"ttcf"].into_iter().any(starts),
        _ => false,
    }
}

/// Whether the app is there whose file this would be.
pub(super) fn app_is_there(target: &Source<'_>, path: &WindowsPath) -> Result<(), Skip> {
    let Some(package) = package_of(target, path) else { return Ok(()) };
    let packages = target.folders.get(KnownFolder::LocalAppData).map(|folder| folder.join("Packages"));
    let Some(folder) = packages.map(|packages| packages.join(package.clone())) else { return Ok(()) };
    match target.files.entry(&folder) {
        Ok(Some(entry)) if entry.kind == EntryKind::Folder => Ok(()),
        Ok(_) => Err(Skip::AppAbsent { app: package.to_string() }),
        Err(error) => Err(Skip::Unreadable(error.to_string())),
    }
}

/// Whether the app was on the PC of the profile, so that a file that the profile lacks was missing there too.
pub(super) fn app_was_there(request: &Request<'_>, target: &Source<'_>, path: &WindowsPath) -> Result<(), Skip> {
    let Some(package) = package_of(target, path) else { return Ok(()) };
    let app = package.to_string();
    let is_it = |family: &str| Name::from(family) == package;
    match request.document.apps.store.iter().any(|app| is_it(&app.family)) {
        true => Ok(()),
        false => Err(Skip::AppUnknown { app }),
    }
}

/// The package whose own file this is, if it is one's.
fn package_of(target: &Source<'_>, path: &WindowsPath) -> Option<Name> {
    let packages = target.folders.get(KnownFolder::LocalAppData)?.join("Packages");
    match path.under(&packages) {
        Some([package, _, ..]) => Some(package.clone()),
        _ => None,
    }
}

/// The files of a plan so far. What was added since something was begun can be taken back.
#[derive(Default)]
pub(super) struct Files {
    by_path: BTreeMap<WindowsPath, FileChange>,
    added: Vec<WindowsPath>,
}

impl Files {
    /// Adds a change. Two settings may want the same file, and then the same of it.
    pub(super) fn add(&mut self, change: FileChange, setting: &Setting) -> Result<(), Skip> {
        let content = |change: &FileChange| change.after.map(|after| after.content);
        match self.by_path.get(&change.path) {
            Some(other) if content(other) == content(&change) => Ok(()),
            Some(_) => Err(Skip::Unfit(format!("{}: another setting has other bytes for {}", setting.id, change.path))),
            None => {
                self.added.push(change.path.clone());
                self.by_path.insert(change.path.clone(), change);
                Ok(())
            }
        }
    }

    /// Where to go back to.
    pub(super) fn mark(&self) -> usize {
        self.added.len()
    }

    /// Takes back what was added since.
    pub(super) fn take_back(&mut self, mark: usize) {
        for path in self.added.drain(mark.min(self.added.len())..) {
            self.by_path.remove(&path);
        }
    }

    pub(super) fn into_changes(self) -> Vec<FileChange> {
        self.by_path.into_values().collect()
    }
}

/// A drive as it would be after a plan's files were written.
pub struct TreeAfter<'t> {
    drives: &'t Drives<'t>,
    drive: char,
    files: BTreeMap<Vec<Name>, Option<(FileState, Vec<u8>)>>,
}

impl<'t> TreeAfter<'t> {
    /// The drive of a letter, with these changes. Their bytes come from `contents`.
    pub fn new(
        drives: &'t Drives<'t>,
        drive: char,
        changes: &[FileChange],
        contents: &dyn Contents,
    ) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for change in changes.iter().filter(|change| change.path.drive() == drive) {
            let after = match &change.after {
                None => None,
                Some(state) => {
                    let mut bytes = Vec::new();
                    contents.open(&state.content.id)?.read_to_end(&mut bytes)?;
                    Some((*state, bytes))
                }
            };
            files.insert(change.path.names().to_vec(), after);
        }
        Ok(Self { drives, drive, files })
    }

    fn beneath(&self, path: &[Name]) -> WindowsPath {
        WindowsPath::new(self.drive, path.to_vec())
    }

    fn is_new_folder(&self, path: &[Name]) -> bool {
        self.files.iter().any(|(names, file)| file.is_some() && names.len() > path.len() && names.starts_with(path))
    }
}

impl ReadTree for TreeAfter<'_> {
    fn entry(&self, path: &[Name]) -> io::Result<Option<Entry>> {
        let name = path.last().cloned().unwrap_or_default();
        match self.files.get(path) {
            Some(Some((state, _))) => Ok(Some(Entry {
                name,
                kind: EntryKind::File,
                size: state.content.size,
                attributes: state.attributes,
                modified: state.modified,
            })),
            Some(None) => Ok(None),
            None => match self.drives.entry(&self.beneath(path))? {
                None if self.is_new_folder(path) => {
                    Ok(Some(Entry { name, kind: EntryKind::Folder, size: 0, attributes: 0x10, modified: None }))
                }
                found => Ok(found),
            },
        }
    }

    fn list(&self, path: &[Name]) -> io::Result<Option<Vec<Entry>>> {
        let mut entries = self.drives.list(&self.beneath(path))?;
        if entries.is_none() && self.is_new_folder(path) {
            entries = Some(Vec::new());
        }
        let Some(mut entries) = entries else { return Ok(None) };
        for names in self.files.keys().filter(|names| names.len() > path.len() && names.starts_with(path)) {
            let Some(inside) = names.get(..=path.len()) else { continue };
            entries.retain(|entry| Some(&entry.name) != inside.last());
            entries.extend(self.entry(inside)?);
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Some(entries))
    }

    fn read(&self, path: &[Name], most: u64) -> io::Result<Option<Vec<u8>>> {
        match self.files.get(path) {
            Some(Some((_, bytes))) if bytes.len() as u64 > most => Err(io::ErrorKind::FileTooLarge.into()),
            Some(file) => Ok(file.as_ref().map(|(_, bytes)| bytes.clone())),
            None => self.drives.read(&self.beneath(path), most),
        }
    }
}
