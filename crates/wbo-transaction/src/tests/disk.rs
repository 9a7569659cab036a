//! A drive in memory that loses what was not synced, tears what is being written, fails, and fills up.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::Rc;

use profile_format::Timestamp;
use registry_hive::{HiveFile, HiveFiles, Image};
use wbo_engine::{Entry, EntryKind, WindowsPath};

use crate::paths::folder_of;
use crate::{Access, Disk};

const SECTOR: usize = 512;

/// A self-relative descriptor whose owner are the administrators, and one of somebody else.
pub(super) const OURS: [u8; 36] = descriptor(32);
pub(super) const THEIRS: [u8; 36] = descriptor(33);

const fn descriptor(authority: u8) -> [u8; 36] {
    let mut bytes = [0; 36];
    (bytes[0], bytes[3], bytes[4]) = (1, 0x80, 20);
    (bytes[20], bytes[21], bytes[27], bytes[28], bytes[32], bytes[33]) = (1, 2, 5, authority, 0x20, 2);
    bytes
}

/// What happens to the drive while it is used.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plan {
    /// The change with this number is the last that the drive hears of; if it writes, part of that may arrive.
    pub(super) cut: Option<usize>,
    /// The change with this number fails, before or after it is made.
    pub(super) failing: Option<(usize, When)>,
    /// The read with this number fails.
    pub(super) unreadable: Option<usize>,
    /// How many bytes all files may have together.
    pub(super) room: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Before,
    After,
}

#[derive(Clone)]
struct State {
    now: Content,
    /// What would outlast a loss of power.
    safe: Content,
    /// What was done since, in its order.
    unsafe_steps: Vec<Step>,
    /// What was being done when the drive was cut off. It may arrive in part where the power is lost, and does not where
    /// only the process ends.
    under_way: Option<Step>,
    open: BTreeSet<WindowsPath>,
    next: usize,
    changes: usize,
    reads: usize,
    peak: usize,
    dead: bool,
    plan: Plan,
    links: bool,
}

#[derive(Clone, Default)]
struct Content {
    nodes: BTreeMap<usize, Node>,
    names: BTreeMap<WindowsPath, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: EntryKind,
    pub(super) bytes: Vec<u8>,
    pub(super) attributes: u32,
    pub(super) modified: Option<Timestamp>,
    pub(super) security: Vec<u8>,
}

#[derive(Clone)]
enum Step {
    Write(usize, usize, Vec<u8>),
    /// Names that change at once.
    Names(Vec<(WindowsPath, Option<usize>)>),
}

impl Content {
    fn apply(&mut self, step: &Step) {
        match step {
            Step::Write(node, offset, bytes) => {
                let content = &mut self.nodes.get_mut(node).unwrap().bytes;
                content.resize(content.len().max(offset + bytes.len()), 0);
                content[*offset..offset + bytes.len()].copy_from_slice(bytes);
            }
            Step::Names(names) => {
                for (path, node) in names {
                    match node {
                        Some(node) => drop(self.names.insert(path.clone(), *node)),
                        None => drop(self.names.remove(path)),
                    }
                }
            }
        }
    }

    fn used(&self) -> usize {
        let nodes: BTreeSet<_> = self.names.values().collect();
        nodes.into_iter().map(|node| self.nodes[node].bytes.len()).sum()
    }
}

impl State {
    fn read(&mut self) -> io::Result<()> {
        let number = self.reads;
        self.reads += 1;
        if self.dead || self.plan.unreadable == Some(number) { Err(io::Error::other("unreadable")) } else { Ok(()) }
    }

    /// Makes a change, unless the drive is cut off or fails.
    fn change(&mut self, step: Option<Step>, make: impl FnOnce(&mut Self)) -> io::Result<()> {
        let number = self.changes;
        self.changes += 1;
        if self.dead {
            return Err(io::Error::other("cut off"));
        }
        if self.plan.cut == Some(number) {
            self.dead = true;
            self.under_way = step;
            return Err(io::Error::other("cut off"));
        }
        let fails = self.plan.failing.filter(|(failing, _)| *failing == number).map(|(_, when)| when);
        if fails == Some(When::Before) {
            return Err(io::Error::other("failing"));
        }
        if let Some(step) = step {
            self.now.apply(&step);
            self.unsafe_steps.push(step);
        }
        make(self);
        self.peak = self.peak.max(self.now.used());
        if fails.is_some() { Err(io::Error::other("failing afterwards")) } else { Ok(()) }
    }

    fn write(&mut self, node: usize, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let length = self.now.nodes[&node].bytes.len();
        let more = (offset + bytes.len()).saturating_sub(length);
        let room = self.plan.room.map_or(usize::MAX, |room| room.saturating_sub(self.now.used()));
        if more > room {
            // What fits is written all the same.
            let fits = &bytes[..bytes.len() - (more - room)];
            self.change(Some(Step::Write(node, offset, fits.to_vec())), |_| {})?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.change(Some(Step::Write(node, offset, bytes.to_vec())), |_| {})
    }

    fn names(&mut self, names: Vec<(WindowsPath, Option<usize>)>) -> io::Result<()> {
        self.change(Some(Step::Names(names)), |_| {})
    }

    /// Syncs those steps.
    fn sync(&mut self, is_meant: impl Fn(&Step) -> bool) -> io::Result<()> {
        self.change(None, |state| {
            for step in std::mem::take(&mut state.unsafe_steps) {
                if is_meant(&step) { state.safe.apply(&step) } else { state.unsafe_steps.push(step) }
            }
        })
    }

    fn node(&mut self, kind: EntryKind, security: Vec<u8>) -> usize {
        let node = Node { kind, bytes: vec![], attributes: Entry::ARCHIVE, modified: Some(Timestamp(1)), security };
        self.next += 1;
        self.now.nodes.insert(self.next, node.clone());
        self.safe.nodes.insert(self.next, node);
        self.next
    }

    fn find(&self, path: &WindowsPath) -> Option<usize> {
        self.now.names.get(path).copied()
    }

    fn make(&mut self, path: &WindowsPath, kind: EntryKind, access: Access<'_>) -> io::Result<usize> {
        if self.find(path).is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let folder = folder_of(path);
        let above = match self.find(&folder).map(|node| &self.now.nodes[&node]) {
            Some(folder) if folder.kind == EntryKind::Folder => folder.security.clone(),
            None if folder.names().is_empty() => THEIRS.to_vec(),
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        let security = match access {
            Access::Inherited => above,
            Access::Like(other) => self.now.nodes[&self.find(other).ok_or(io::ErrorKind::NotFound)?].security.clone(),
            Access::Exactly(security) => security.to_vec(),
            Access::Administrators => OURS.to_vec(),
        };
        let node = self.node(kind, security);
        self.names(vec![(path.clone(), Some(node))])?;
        Ok(node)
    }
}

/// The drive. Clones are the same drive.
#[derive(Clone)]
pub(super) struct SimDisk(Rc<RefCell<State>>);

impl SimDisk {
    pub(super) fn new(links: bool) -> Self {
        Self(Rc::new(RefCell::new(State {
            now: Content::default(),
            safe: Content::default(),
            unsafe_steps: vec![],
            under_way: None,
            open: BTreeSet::new(),
            next: 0,
            changes: 0,
            reads: 0,
            peak: 0,
            dead: false,
            plan: Plan::default(),
            links,
        })))
    }

    /// Another drive with the same on it, to which this happens.
    pub(super) fn copy(&self, plan: Plan) -> Self {
        let mut state = self.0.borrow().clone();
        (state.plan, state.changes, state.reads, state.peak, state.dead) = (plan, 0, 0, 0, false);
        state.under_way = None;
        Self(Rc::new(RefCell::new(state)))
    }

    /// The drive after a loss of power. Of what was not synced, nothing arrived (0), everything (1), or some sectors and
    /// some names.
    pub(super) fn after_loss_of_power(&self, seed: u64) -> Self {
        let mut state = self.0.borrow().clone();
        let mut random = Random(seed * 7919 + 1);
        let under_way = state.under_way.take();
        for step in std::mem::take(&mut state.unsafe_steps).into_iter().chain(under_way) {
            match (seed, step) {
                (0, _) => {}
                (1, step) => state.safe.apply(&step),
                (_, Step::Write(node, offset, bytes)) => {
                    for (sector, content) in bytes.chunks(SECTOR).enumerate() {
                        if random.below(2) == 0 {
                            state.safe.apply(&Step::Write(node, offset + sector * SECTOR, content.to_vec()));
                        }
                    }
                }
                (_, step) if random.below(2) == 0 => state.safe.apply(&step),
                _ => {}
            }
        }
        state.now = state.safe.clone();
        state.open.clear();
        Self(Rc::new(RefCell::new(state))).copy(Plan::default())
    }

    pub(super) fn is_dead(&self) -> bool {
        self.0.borrow().dead
    }

    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.0.borrow();
        (state.changes, state.reads)
    }

    /// The most bytes there ever were, and those there are now.
    pub(super) fn room(&self) -> (usize, usize) {
        let state = self.0.borrow();
        (state.peak, state.now.used())
    }

    /// Puts something there, safely.
    pub(super) fn put(&self, path: &WindowsPath, kind: EntryKind, bytes: &[u8], security: &[u8]) {
        let mut state = self.0.borrow_mut();
        let node = match state.find(path) {
            Some(node) => node,
            None => state.node(kind, security.to_vec()),
        };
        let State { now, safe, .. } = &mut *state;
        for content in [now, safe] {
            content.nodes.get_mut(&node).unwrap().bytes = bytes.to_vec();
            content.names.insert(path.clone(), node);
        }
    }

    pub(super) fn take_away(&self, path: &WindowsPath) {
        let mut state = self.0.borrow_mut();
        state.now.names.remove(path);
        state.safe.names.remove(path);
    }

    /// Everything there is. Of a hive it is what it holds.
    pub(super) fn view(&self, hives: &[WindowsPath]) -> BTreeMap<WindowsPath, Node> {
        let content = self.0.borrow().now.clone();
        let logs: BTreeSet<_> = hives.iter().flat_map(crate::paths::logs).collect();
        let shown = content.names.iter().map(|(path, node)| {
            let mut node = content.nodes[node].clone();
            if hives.contains(path) {
                let image = Image::read(|log| {
                    let path = log.map_or_else(|| path.clone(), |log| beside(path, HiveFile::Log(log)));
                    Ok::<_, ()>(content.names.get(&path).map(|node| content.nodes[node].bytes.clone()))
                });
                let image = image.ok().flatten().unwrap();
                node.bytes = format!("{:?} {:?}", image.digest(), image.hive().root().is_ok()).into();
            } else if logs.contains(path) {
                node.bytes.clear();
            }
            (path.clone(), node)
        });
        shown.collect()
    }
}

fn beside(hive: &WindowsPath, file: HiveFile) -> WindowsPath {
    match file {
        HiveFile::Hive => hive.clone(),
        HiveFile::Log(log) => {
            folder_of(hive).join(format!("{}.{}", hive.names().last().unwrap(), log.extension()).as_str())
        }
    }
}

impl Disk for SimDisk {
    fn entry(&self, path: &WindowsPath) -> io::Result<Option<Entry>> {
        let mut state = self.0.borrow_mut();
        state.read()?;
        let node = state.find(path).map(|node| &state.now.nodes[&node]);
        Ok(node.map(|node| Entry {
            name: path.names().last().unwrap().clone(),
            kind: node.kind,
            size: node.bytes.len() as u64,
            attributes: node.attributes,
            modified: node.modified,
        }))
    }

    fn list(&self, folder: &WindowsPath) -> io::Result<Option<Vec<Entry>>> {
        let inside: Vec<_> = {
            let mut state = self.0.borrow_mut();
            state.read()?;
            if state.find(folder).is_none() {
                return Ok(None);
            }
            state.now.names.keys().filter(|path| folder_of(path) == *folder).cloned().collect()
        };
        inside
            .iter()
            .map(|path| self.entry(path))
            .collect::<io::Result<Vec<_>>>()
            .map(|found| found.into_iter().collect())
    }

    fn read(&self, path: &WindowsPath, most: u64) -> io::Result<Option<Vec<u8>>> {
        let mut state = self.0.borrow_mut();
        state.read()?;
        let bytes = state.find(path).map(|node| state.now.nodes[&node].bytes.clone());
        if bytes.as_ref().is_some_and(|bytes| bytes.len() as u64 > most) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }

    fn hive(&self, path: &WindowsPath) -> io::Result<Option<Box<dyn HiveFiles>>> {
        let mut state = self.0.borrow_mut();
        state.read()?;
        if state.find(path).is_none() {
            return Ok(None);
        }
        if !state.open.insert(path.clone()) {
            return Err(io::Error::other("it is being changed by another program"));
        }
        Ok(Some(Box::new(SimHive { disk: self.clone(), path: path.clone() })))
    }

    fn create(&mut self, path: &WindowsPath, bytes: &[u8], access: Access<'_>) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        let node = state.make(path, EntryKind::File, access)?;
        state.write(node, 0, bytes)?;
        state.sync(|step| matches!(step, Step::Write(written, ..) if *written == node))
    }

    fn append(&mut self, path: &WindowsPath, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        let node = state.find(path).ok_or(io::ErrorKind::NotFound)?;
        let end = state.now.nodes[&node].bytes.len();
        state.write(node, end, bytes)?;
        state.sync(|step| matches!(step, Step::Write(written, ..) if *written == node))
    }

    fn create_folder(&mut self, path: &WindowsPath, access: Access<'_>) -> io::Result<()> {
        self.0.borrow_mut().make(path, EntryKind::Folder, access).map(drop)
    }

    fn link(&mut self, from: &WindowsPath, to: &WindowsPath) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        if !state.links {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let node = state.find(from).ok_or(io::ErrorKind::NotFound)?;
        if state.find(to).is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.names(vec![(to.clone(), Some(node))])
    }

    fn rename(&mut self, from: &WindowsPath, to: &WindowsPath) -> io::Result<()> {
        assert_eq!(folder_of(from), folder_of(to));
        let mut state = self.0.borrow_mut();
        let node = state.find(from).ok_or(io::ErrorKind::NotFound)?;
        if state.find(to) == Some(node) {
            // As Unix has it.
            return Ok(());
        }
        state.names(vec![(from.clone(), None), (to.clone(), Some(node))])
    }

    fn remove(&mut self, path: &WindowsPath) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        state.find(path).ok_or(io::ErrorKind::NotFound)?;
        state.names(vec![(path.clone(), None)])
    }

    fn remove_folder(&mut self, path: &WindowsPath) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        state.find(path).ok_or(io::ErrorKind::NotFound)?;
        if state.now.names.keys().any(|inside| folder_of(inside) == *path) {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        state.names(vec![(path.clone(), None)])
    }

    fn sync_folder(&mut self, folder: &WindowsPath) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        if !folder.names().is_empty() && state.find(folder).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        state
            .sync(|step| matches!(step, Step::Names(names) if names.iter().any(|(path, _)| folder_of(path) == *folder)))
    }

    fn set(&mut self, path: &WindowsPath, attributes: u32, modified: Option<Timestamp>) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        let node = state.find(path).ok_or(io::ErrorKind::NotFound)?;
        state.change(None, |state| {
            for content in [&mut state.now, &mut state.safe] {
                let node = content.nodes.get_mut(&node).unwrap();
                node.attributes = attributes;
                node.modified = modified.or(node.modified);
            }
        })
    }

    fn security(&self, path: &WindowsPath) -> io::Result<Option<Vec<u8>>> {
        let mut state = self.0.borrow_mut();
        state.read()?;
        Ok(state.find(path).map(|node| state.now.nodes[&node].security.clone()))
    }
}

struct SimHive {
    disk: SimDisk,
    path: WindowsPath,
}

impl Drop for SimHive {
    fn drop(&mut self) {
        self.disk.0.borrow_mut().open.remove(&self.path);
    }
}

impl HiveFiles for SimHive {
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>> {
        let mut state = self.disk.0.borrow_mut();
        state.read()?;
        let node = state.find(&beside(&self.path, file));
        Ok(node.map(|node| state.now.nodes[&node].bytes.len() as u64))
    }

    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut state = self.disk.0.borrow_mut();
        state.read()?;
        let node = state.find(&beside(&self.path, file)).ok_or(io::ErrorKind::NotFound)?;
        let start = usize::try_from(offset).unwrap();
        let bytes = state.now.nodes[&node].bytes.get(start..start + buffer.len());
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let path = beside(&self.path, file);
        let mut state = self.disk.0.borrow_mut();
        let node = match state.find(&path) {
            Some(node) => node,
            None => state.make(&path, EntryKind::File, Access::Inherited)?,
        };
        state.write(node, usize::try_from(offset).unwrap(), bytes)
    }

    fn sync(&mut self, file: HiveFile) -> io::Result<()> {
        let path = beside(&self.path, file);
        let mut state = self.disk.0.borrow_mut();
        let node = state.find(&path).ok_or(io::ErrorKind::NotFound)?;
        state.sync(|step| match step {
            Step::Write(written, ..) => *written == node,
            Step::Names(names) => names.iter().any(|(named, _)| *named == path),
        })
    }

    fn remove(&mut self, log: registry_hive::LogName) -> io::Result<()> {
        let path = beside(&self.path, HiveFile::Log(log));
        let mut state = self.disk.0.borrow_mut();
        state.find(&path).ok_or(io::ErrorKind::NotFound)?;
        state.names(vec![(path, None)])
    }
}

/// Numbers that look random and are the same in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end
    }
}
