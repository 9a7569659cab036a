//! Files, as items: those that a place names by a pattern, and those that values name.

use profile_format::{Content, ContentId, FileState, Item, file_name_flaw};
use registry::{Name, Value, View};
use sha2::{Digest, Sha256};

use super::{PartReader, Why};
use crate::capture::limits;
use crate::catalogue::{Each, FilePath, FilesPlace, Form};
use crate::{Entry, EntryKind, Glob, KnownFolder, WindowsPath, forms};

impl PartReader<'_, '_, '_> {
    /// Takes the files that a value names, where they are the user's own.
    pub(super) fn follow(&mut self, value: &Value, form: Option<Form>, shown: &str, instance: Option<&Name>) {
        let texts: Vec<Vec<u16>> = match value.view() {
            View::Text(text) => vec![text],
            View::List(texts) => texts,
            _ => return,
        };
        for text in texts {
            let text = String::from_utf16_lossy(&text);
            let parts: Vec<&str> = match form {
                Some(Form::Paths) => text.split([';', ',']).collect(),
                _ => vec![&text],
            };
            for part in parts.into_iter().filter(|part| !part.trim().is_empty()) {
                match self.reader.tokens.path_in(part) {
                    Some(path) => self.followed_file(&path, instance),
                    // A name alone is looked for where Windows keeps its own.
                    None if !part.contains(['\\', '/']) => (),
                    None => self.incident(instance, shown.to_owned(), Why::Elsewhere),
                }
            }
        }
    }

    fn followed_file(&mut self, path: &WindowsPath, instance: Option<&Name>) {
        let (folder, names) = match self.reader.source.folders.locate(path) {
            Some((folder, names)) if folder.is_of_user() || folder == KnownFolder::Public => (folder, names),
            // What belongs to Windows is on every PC.
            Some(_) => return,
            None => return self.incident(instance, path.to_string(), Why::Elsewhere),
        };
        match self.reader.source.files.entry(path) {
            Ok(Some(entry)) => {
                let names: Vec<Name> = [&[Name::from(folder.variable())], names].concat();
                self.file(path, &entry, &names, None, instance);
            }
            Ok(None) => self.incident(instance, path.to_string(), Why::NoSuchFile),
            Err(error) => self.incident(instance, path.to_string(), Why::Unreadable(error.to_string())),
        }
    }

    /// Takes the files that a place names.
    pub(super) fn files(&mut self, place: &FilesPlace) {
        let Some(files) = self.matching_files(&place.files, &place.except) else { return };
        let variable = Name::from(place.files.folder.variable());
        if let (true, Some(names)) = (files.is_empty() && place.each.is_none(), place.files.pattern.literal()) {
            let path = self.path([&variable].into_iter().chain(&names));
            return self.item(None, Item::File { path, state: None });
        }
        for (path, entry, names) in files {
            let instance = (place.each == Some(Each::File)).then(|| entry.name.clone());
            let names = [std::slice::from_ref(&variable), &*names].concat();
            self.file(&path, &entry, &names, place.form, instance.as_ref());
        }
    }

    /// The files that fit a pattern, with the names that lead to them from its known folder. `None`, where that folder
    /// is not known or cannot be read.
    pub(super) fn matching_files(
        &mut self,
        wanted: &FilePath,
        except: &[Glob],
    ) -> Option<Vec<(WindowsPath, Entry, Vec<Name>)>> {
        let Some(root) = self.reader.source.folders.get(wanted.folder).cloned() else {
            // Beside a user's folder alone there is no PC; the user's own folders are in it, or were moved elsewhere.
            let why = match wanted.folder.is_of_user() {
                false => Why::NotAtHand("the PC's own folders are not at hand"),
                true => Why::Unreadable(format!("where {} is, is not known", wanted.folder)),
            };
            self.incident(None, wanted.to_string(), why);
            return None;
        };
        let mut found = Vec::new();
        if let Some(names) = wanted.pattern.literal() {
            let path = root.join_all(&names);
            match self.reader.source.files.entry(&path) {
                Ok(entry) => found.extend(entry.map(|entry| (path, entry, names))),
                Err(error) => {
                    self.incident(None, path.to_string(), Why::Unreadable(error.to_string()));
                    return None;
                }
            }
            return Some(found);
        }
        let mut folders = vec![Vec::new()];
        let mut visited = 0;
        while let Some(names) = folders.pop() {
            let folder: WindowsPath = root.join_all(&names);
            let entries = match self.reader.source.files.list(&folder) {
                Ok(entries) => entries.unwrap_or_default(),
                Err(error) => {
                    self.incident(None, folder.to_string(), Why::Unreadable(error.to_string()));
                    continue;
                }
            };
            for entry in entries {
                visited += 1;
                if visited > limits::FILES || names.len() > limits::DEPTH {
                    self.incident(None, wanted.to_string(), Why::TooLarge(visited as u64));
                    return Some(found);
                }
                let below = [&*names, std::slice::from_ref(&entry.name)].concat();
                if except.iter().any(|glob| glob.matches(&below)) {
                    continue;
                }
                let may_fit = match entry.kind {
                    EntryKind::Folder => wanted.pattern.may_fit_below(&below),
                    _ => wanted.pattern.matches(&below),
                };
                if !may_fit {
                    continue;
                }
                match (self.secret_name(&entry.name), entry.kind) {
                    (Some(why), _) => self.incident(None, folder.to_string(), why),
                    (None, EntryKind::Folder) => folders.push(below),
                    (None, _) => found.push((root.join_all(&below), entry, below)),
                }
            }
        }
        Some(found)
    }

    fn file(&mut self, path: &WindowsPath, entry: &Entry, names: &[Name], form: Option<Form>, instance: Option<&Name>) {
        if let Some(why) = self.refused(path, entry, names) {
            return self.incident(instance, path.to_string(), why);
        }
        let bytes = match self.reader.source.files.read(path, limits::FILE) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return self.incident(instance, path.to_string(), Why::NoSuchFile),
            Err(error) => return self.incident(instance, path.to_string(), Why::Unreadable(error.to_string())),
        };
        if let Some(denied) = self.reader.secrets.content(&bytes) {
            return self.incident(instance, path.to_string(), Why::Secret(denied.to_string()));
        }
        if bytes.starts_with(b"regf")
            && let Some(why) = self.secret_in_hive(path)
        {
            return self.incident(instance, path.to_string(), why);
        }
        if let Some(words) = form.and_then(|form| forms::flaw_of_file(form, &bytes)) {
            return self.incident(instance, path.to_string(), Why::Unreadable(words));
        }
        let id = ContentId(Sha256::digest(&bytes).into());
        self.reading.contents.entry(id).or_insert_with(|| path.clone());
        let content = Content { id, size: bytes.len() as u64 };
        let state = FileState { content, attributes: entry.attributes, modified: entry.modified };
        let item = Item::File { path: self.path(names), state: Some(state) };
        self.item(instance, item);
    }

    /// Why a file is not even opened.
    pub(super) fn refused(&self, path: &WindowsPath, entry: &Entry, names: &[Name]) -> Option<Why> {
        if let Some(rule) = self.reader.secrets.file(path, &self.reader.source.folders) {
            return Some(Why::Secret(rule.title.clone()));
        }
        if let Some(why) = names.iter().find_map(|name| self.secret_name(name)) {
            return Some(why);
        }
        if let Some(flaw) = names.iter().find_map(|name| file_name_flaw(&name.to_string())) {
            return Some(Why::Unreadable(flaw.to_string()));
        }
        match entry.kind {
            EntryKind::File if entry.size > limits::FILE => Some(Why::TooLarge(entry.size)),
            EntryKind::File => None,
            EntryKind::OnlineOnly => Some(Why::OnlineOnly),
            EntryKind::Link => Some(Why::Link),
            EntryKind::Folder => Some(Why::Unreadable("it is a folder, not a file".to_owned())),
            EntryKind::Other => Some(Why::Unreadable("it is no ordinary file".to_owned())),
        }
    }
}
