//! The builder: makes a new hive of a tree, laid out as Windows lays one out that it has just reorganised.

use std::collections::{BTreeSet, HashMap};

use registry::limits::{DEPTH, KEY_NAME, VALUE_NAME};
use registry::{Key, KeyPath, Name, ReadRegistry, RegistryError, SecurityDescriptor, Value};

use crate::base_block::{self, BaseBlockBytes};
use crate::bytes::{index, put};
use crate::editor::{BIN_HEADER, bin_header, cell_size};
use crate::key_node::{Longest, NOWHERE, NewKey, flag};
use crate::key_value;
use crate::subkeys::{self, LeafKind};
use crate::{Layer, limits, logs, security};

/// What a new hive is to be.
#[derive(Clone, Debug)]
pub struct NewHive {
    /// Its version.
    pub version: Version,
    /// The name of its root key; Windows does not show it.
    pub root_name: Name,
    /// The file name that it carries, for people who wonder what it is.
    pub file_name: Name,
    /// The security of its root, and of every key that states none: neither itself nor above it.
    pub security: SecurityDescriptor,
}

/// The versions in which Windows writes hives of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 1.3: the classes of a user.
    V1_3,
    /// 1.5: nearly everything else.
    V1_5,
}

/// Why a hive was not built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The tree cannot be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// There is no such tree.
    #[error("{key} does not exist")]
    NoSuchKey {
        /// Where it should begin.
        key: KeyPath,
    },
    /// Two subkeys, or two values, differ in upper and lower case at most.
    #[error("{key} has '{name}' twice; names differ in more than upper and lower case")]
    Twice {
        /// The key they stand in.
        key: KeyPath,
        /// Their name.
        name: Name,
    },
    /// A name is longer than a hive holds.
    #[error("{key} has a name of {length} characters in it; the most is {most}")]
    LongName {
        /// The key.
        key: KeyPath,
        /// How long.
        length: usize,
        /// The most there can be.
        most: usize,
    },
    /// Data are larger than a hive of this version holds.
    #[error("the value '{name}' of {key} has {size} bytes; the most in a hive of this version is {most}")]
    LargeData {
        /// The key.
        key: KeyPath,
        /// The value.
        name: Name,
        /// How many bytes.
        size: usize,
        /// The most there can be.
        most: usize,
    },
    /// Keys stand deeper in each other than Windows has it.
    #[error("{key} stands more than {DEPTH} keys deep, the most that Windows has")]
    TooDeep {
        /// The key.
        key: KeyPath,
    },
    /// The tree is larger than a hive.
    #[error("the tree is larger than the {} bytes of a hive", limits::HIVE_SIZE)]
    Full,
}

impl Version {
    fn minor(self) -> u32 {
        match self {
            Self::V1_3 => 3,
            Self::V1_5 => 5,
        }
    }
}

impl NewHive {
    /// A hive of a version with a file name, whose keys everybody may read, and administrators and the system write.
    pub fn new(version: Version, file_name: &str) -> Self {
        Self {
            version,
            root_name: Name::from("ROOT"),
            file_name: Name::from(file_name),
            security: administrators_write_everybody_reads(),
        }
    }

    /// Builds a hive of the tree at a key. Subkeys are sorted; values keep their order; times are kept.
    pub fn build(&self, registry: &dyn ReadRegistry, root: &KeyPath) -> Result<Vec<u8>, BuildError> {
        let mut builder = Builder::new(self.version.minor());
        let root_cell = builder.tree(self, registry, root)?;
        builder.finish(root_cell, self)
    }
}

/// A key whose subkeys are being built.
struct Open {
    path: KeyPath,
    key: Key,
    cell: u32,
    security: usize,
    class: Option<(u32, u16)>,
    values: Option<(u32, u32)>,
    longest: Longest,
    /// What is left to build, last one first.
    unbuilt: Vec<Name>,
    /// What is built: entries of the list.
    built: Vec<(u32, Name)>,
}

/// A descriptor, the cell kept for it, and how many keys have it.
struct Shared {
    descriptor: SecurityDescriptor,
    cell: u32,
    references: u32,
}

struct Builder {
    minor: u32,
    bins: Vec<u8>,
    /// The free cell that new cells are taken from: offset and size.
    current: (u32, u32),
    /// Free cells that were left over: size and offset.
    gaps: BTreeSet<(u32, u32)>,
    shared: Vec<Shared>,
    by_descriptor: HashMap<SecurityDescriptor, usize>,
}

impl Builder {
    fn new(minor: u32) -> Self {
        Self {
            minor,
            bins: Vec::new(),
            current: (0, 0),
            gaps: BTreeSet::new(),
            shared: Vec::new(),
            by_descriptor: HashMap::new(),
        }
    }

    fn tree(&mut self, new: &NewHive, registry: &dyn ReadRegistry, root: &KeyPath) -> Result<u32, BuildError> {
        let mut key = registry.key(root)?.ok_or_else(|| BuildError::NoSuchKey { key: root.clone() })?;
        key.name = new.root_name.clone();
        let security = key.security.clone().unwrap_or_else(|| new.security.clone());
        let mut open = vec![self.open(registry, root.clone(), key, &security)?];
        loop {
            let depth = open.len();
            let Some(innermost) = open.last_mut() else { return Err(BuildError::Full) };
            if let Some(name) = innermost.unbuilt.pop() {
                let path = innermost.path.join(name);
                let inherited = self.shared.get(innermost.security).map(|shared| shared.descriptor.clone());
                let key = registry.key(&path)?.ok_or_else(|| BuildError::NoSuchKey { key: path.clone() })?;
                if depth >= DEPTH {
                    return Err(BuildError::TooDeep { key: path });
                }
                let security = key.security.clone().or(inherited).unwrap_or_else(|| new.security.clone());
                open.push(self.open(registry, path, key, &security)?);
                continue;
            }
            let Some(done) = open.pop() else { return Err(BuildError::Full) };
            let (cell, name, class) = (done.cell, done.key.name.clone(), done.class);
            let parent = open.last().map_or(NOWHERE, |parent| parent.cell);
            self.close(&done, parent)?;
            match open.last_mut() {
                Some(parent) => {
                    let length = u32::try_from(name.units().len() * 2).unwrap_or(u32::MAX);
                    parent.longest.subkey_name = parent.longest.subkey_name.max(length);
                    let class = class.map_or(0, |(_, length)| length.into());
                    parent.longest.class = parent.longest.class.max(class);
                    parent.built.push((cell, name));
                }
                None => return Ok(cell),
            }
        }
    }

    /// Takes a cell for a key, and stores its class and its values.
    fn open(
        &mut self,
        registry: &dyn ReadRegistry,
        path: KeyPath,
        key: Key,
        security: &SecurityDescriptor,
    ) -> Result<Open, BuildError> {
        let length = key.name.units().len();
        if length == 0 || length > KEY_NAME {
            return Err(BuildError::LongName { key: path, length, most: KEY_NAME });
        }
        let cell = self.allocate(nk_size(&key.name))?;
        let security = self.share(security)?;
        let mut longest = Longest::default();
        let class = match key.class.as_deref().filter(|class| !class.is_empty()) {
            Some(class) => {
                let bytes: Vec<u8> = class.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                let length = u16::try_from(bytes.len()).map_err(|_| BuildError::LongName {
                    key: path.clone(),
                    length: class.len(),
                    most: usize::from(u16::MAX / 2),
                })?;
                Some((self.store(&bytes)?, length))
            }
            None => None,
        };
        let mut list = Vec::new();
        for name in &key.values {
            let Some(value) = registry.value(&path, name)? else { continue };
            let length = name.units().len();
            if length > VALUE_NAME {
                return Err(BuildError::LongName { key: path, length, most: VALUE_NAME });
            }
            longest.value_name = longest.value_name.max(u32::try_from(length * 2).unwrap_or(u32::MAX));
            longest.data = longest.data.max(u32::try_from(value.data.len()).unwrap_or(u32::MAX));
            list.extend(self.value(&path, name, &value)?.to_le_bytes());
        }
        refuse_twice(&path, key.values.clone())?;
        let values = match u32::try_from(list.len() / 4).unwrap_or(u32::MAX) {
            0 => None,
            count => Some((count, self.store(&list)?)),
        };
        let mut unbuilt = refuse_twice(&path, key.subkeys.clone())?;
        unbuilt.reverse();
        Ok(Open { path, key, cell, security, class, values, longest, unbuilt, built: Vec::new() })
    }

    /// Stores the lists of a key's subkeys, and the key itself.
    fn close(&mut self, open: &Open, parent: u32) -> Result<(), BuildError> {
        let count = u32::try_from(open.built.len()).unwrap_or(u32::MAX);
        let subkeys = if count == 0 { None } else { Some((count, self.lists(&open.built)?)) };
        let new = NewKey {
            name: &open.key.name,
            flags: if parent == NOWHERE { flag::ROOT | flag::NO_DELETE } else { 0 },
            written: open.key.written,
            layer: Layer::Merged,
            parent,
            security: self.shared.get(open.security).map_or(NOWHERE, |shared| shared.cell),
            class: open.class,
            subkeys,
            values: open.values,
            longest: open.longest,
        };
        self.write(open.cell, &new.encode());
        Ok(())
    }

    /// Stores lists of keys, which are sorted, and gives the cell of the one that leads to all.
    fn lists(&mut self, keys: &[(u32, Name)]) -> Result<u32, BuildError> {
        let fitting = LeafKind::of_version(self.minor);
        let kind = if keys.len() <= fitting.most() { fitting } else { fitting.when_full() };
        let entry = |(cell, name): &(u32, Name)| kind.entry(*cell, name.units().iter().copied());
        if keys.len() <= kind.most() {
            return self.store(&subkeys::encode(kind.signature(), keys.iter().map(entry)));
        }
        // Halves of a full list, as Windows leaves them when it splits one.
        let mut leaves = Vec::new();
        for half in keys.chunks(kind.most() / 2) {
            leaves.push(self.store(&subkeys::encode(kind.signature(), half.iter().map(entry)))?.to_le_bytes());
        }
        self.store(&subkeys::encode(b"ri", &leaves))
    }

    fn value(&mut self, path: &KeyPath, name: &Name, value: &Value) -> Result<u32, BuildError> {
        let most = limits::most_data(self.minor);
        let size = u32::try_from(value.data.len()).ok().filter(|_| value.data.len() <= most);
        let size = size.ok_or_else(|| BuildError::LargeData {
            key: path.clone(),
            name: name.clone(),
            size: value.data.len(),
            most,
        })?;
        let data = key_value::store_data(self, &value.data, size)?;
        self.store(&key_value::encode(name, value.kind, data))
    }

    /// A descriptor for one more key.
    fn share(&mut self, descriptor: &SecurityDescriptor) -> Result<usize, BuildError> {
        let number = match self.by_descriptor.get(descriptor) {
            Some(&number) => number,
            None => {
                let cell = self.allocate(security::FIXED + descriptor.0.len())?;
                self.shared.push(Shared { descriptor: descriptor.clone(), cell, references: 0 });
                self.by_descriptor.insert(descriptor.clone(), self.shared.len() - 1);
                self.shared.len() - 1
            }
        };
        if let Some(shared) = self.shared.get_mut(number) {
            shared.references += 1;
        }
        Ok(number)
    }

    fn store(&mut self, content: &[u8]) -> Result<u32, BuildError> {
        let cell = self.allocate(content.len())?;
        self.write(cell, content);
        Ok(cell)
    }

    /// Takes a cell: from the current bin, from what is left of earlier ones, or from a new one.
    fn allocate(&mut self, content: usize) -> Result<u32, BuildError> {
        let size = cell_size(content).ok_or(BuildError::Full)?;
        if self.current.1 < size {
            let gap = self.gaps.range((size, 0)..).next().copied();
            let found = match gap {
                Some((found, offset)) => {
                    self.gaps.remove(&(found, offset));
                    (offset, found)
                }
                None => self.add_bin(size)?,
            };
            // Whichever has more room left serves the next cells.
            let rest = (found.0 + size, found.1 - size);
            let unused = if rest.1 > self.current.1 { std::mem::replace(&mut self.current, rest) } else { rest };
            if unused.1 > 0 {
                self.gaps.insert((unused.1, unused.0));
            }
            self.mark(found.0, size, true);
            return Ok(found.0);
        }
        let (offset, room) = self.current;
        self.current = (offset + size, room - size);
        self.mark(offset, size, true);
        Ok(offset)
    }

    fn add_bin(&mut self, cell: u32) -> Result<(u32, u32), BuildError> {
        let start = u32::try_from(self.bins.len()).map_err(|_| BuildError::Full)?;
        let size = (cell + BIN_HEADER).next_multiple_of(logs::PAGE);
        if base_block::SIZE + index(start) + index(size) > limits::HIVE_SIZE {
            return Err(BuildError::Full);
        }
        self.bins.resize(index(start) + index(size), 0);
        let written = put(&mut self.bins, index(start), &bin_header(start, size));
        debug_assert!(written, "the bin was just added");
        Ok((start + BIN_HEADER, size - BIN_HEADER))
    }

    fn write(&mut self, cell: u32, content: &[u8]) {
        let written = put(&mut self.bins, index(cell) + 4, content);
        debug_assert!(written, "cells lie within bins");
    }

    fn mark(&mut self, offset: u32, size: u32, allocated: bool) {
        let size = if allocated { -size.cast_signed() } else { size.cast_signed() };
        let written = put(&mut self.bins, index(offset), &size.to_le_bytes());
        debug_assert!(written, "cells lie within bins");
    }

    fn finish(mut self, root: u32, new: &NewHive) -> Result<Vec<u8>, BuildError> {
        let gaps: Vec<_> = self.gaps.iter().map(|&(size, offset)| (offset, size)).chain([self.current]).collect();
        for (offset, size) in gaps.into_iter().filter(|&(_, size)| size > 0) {
            self.mark(offset, size, false);
        }
        let shared = std::mem::take(&mut self.shared);
        let neighbours = shared.iter().cycle().skip(1).zip(shared.iter().cycle().skip(shared.len().saturating_sub(1)));
        for (own, (next, previous)) in shared.iter().zip(neighbours) {
            let cell = security::encode(&own.descriptor, next.cell, previous.cell, own.references);
            self.write(own.cell, &cell);
        }
        let size = u32::try_from(self.bins.len()).map_err(|_| BuildError::Full)?;
        let block = BaseBlockBytes::new(self.minor, root, new.file_name.units()).with_bins_size(size);
        let mut file = block.summed().to_vec();
        file.resize(base_block::SIZE, 0);
        file.append(&mut self.bins);
        Ok(file)
    }
}

impl key_value::Store for Builder {
    type Error = BuildError;

    fn divides_data(&self) -> bool {
        limits::divides_data(self.minor)
    }

    fn take(&mut self, content: usize) -> Result<u32, BuildError> {
        self.allocate(content)
    }

    fn fill(&mut self, cell: u32, bytes: &[u8]) {
        self.write(cell, bytes);
    }
}

fn nk_size(name: &Name) -> usize {
    crate::key_node::FIXED + crate::stored_name::encode(name.units()).0.len()
}

/// The names in order; an error, if two are the same.
fn refuse_twice(key: &KeyPath, mut names: Vec<Name>) -> Result<Vec<Name>, BuildError> {
    names.sort();
    match names.windows(2).find_map(|pair| if let [one, other] = pair { (one == other).then_some(one) } else { None }) {
        Some(name) => Err(BuildError::Twice { key: key.clone(), name: name.clone() }),
        None => Ok(names),
    }
}

/// Owner and group are the administrators. They and the system may do everything, everybody else may read; subkeys
/// inherit that.
fn administrators_write_everybody_reads() -> SecurityDescriptor {
    const ADMINISTRATORS: &[u8] = &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];
    const SYSTEM: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    const EVERYBODY: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    const ALL: u32 = 0x000f_003f;
    const READ: u32 = 0x0002_0019;
    const CONTAINER_INHERIT: u8 = 2;
    let entry = |rights: u32, who: &[u8]| {
        let size = u16::try_from(8 + who.len()).unwrap_or(u16::MAX).to_le_bytes();
        [&[0, CONTAINER_INHERIT], size.as_slice(), &rights.to_le_bytes(), who].concat()
    };
    let entries = [entry(ALL, SYSTEM), entry(ALL, ADMINISTRATORS), entry(READ, EVERYBODY)].concat();
    let list_size = u16::try_from(8 + entries.len()).unwrap_or(u16::MAX).to_le_bytes();
    let list = [&[2, 0], list_size.as_slice(), &[3, 0, 0, 0], &entries].concat();
    let after = |bytes: usize| u32::try_from(20 + bytes).unwrap_or(u32::MAX).to_le_bytes();
    let (owner, group, list_at) = (list.len(), list.len() + ADMINISTRATORS.len(), 0);
    // Self-relative, with a list of who may do what.
    let header = [[1, 0, 0x04, 0x80], after(owner), after(group), [0; 4], after(list_at)].concat();
    SecurityDescriptor([header.as_slice(), &list, ADMINISTRATORS, ADMINISTRATORS].concat().into())
}
