//! A hive with its logs applied, in memory.

use crate::base_block::{self, BaseBlock};
use crate::bytes::{index, put};
use crate::logs::{LogName, Mending, Plan, plan};
use crate::{Hive, Logs, NotAHive, State};

/// A hive as Windows would load it: the bytes of its file, completed from its logs where the last write was cut off.
///
/// The files themselves are not touched. [`Image::state`] tells what was found; a hive that could not be completed is
/// never shown without that being said there.
pub struct Image {
    bytes: Vec<u8>,
    root: u32,
    minor: u32,
    bins_size: usize,
    state: State,
}

/// Why a hive was not read from its files.
#[derive(Debug, thiserror::Error)]
pub enum OpenError<E> {
    /// One of its files cannot be read.
    #[error(transparent)]
    Read(E),
    /// The file is no hive.
    #[error(transparent)]
    NotAHive(NotAHive),
}

impl Image {
    /// Reads a hive from its file and, where its last write was cut off, from the logs beside it; the logs of others are
    /// not looked at. `read` gets `None` for the file and the name of a log for a log, and gives `None` for what is not
    /// there.
    pub fn read<E>(
        mut read: impl FnMut(Option<LogName>) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Option<Self>, OpenError<E>> {
        let Some(file) = read(None).map_err(OpenError::Read)? else { return Ok(None) };
        let is_clean = Hive::of(&file).is_ok_and(|(_, block)| !block.is_dirty());
        let mut log = |name| if is_clean { Ok(None) } else { read(Some(name)).map_err(OpenError::Read) };
        let (log1, log2, log) = (log(LogName::Log1)?, log(LogName::Log2)?, log(LogName::Log)?);
        let logs = Logs { log1: log1.as_deref(), log2: log2.as_deref(), log: log.as_deref() };
        Self::open(file, logs).map(Some).map_err(OpenError::NotAHive)
    }

    /// How many bytes of a file that begins so belong to its hive: what its base block says and, where its last write was
    /// cut off, as many more as the logs beside it, which have `logs` bytes together, can have made it grow. `None`, if
    /// there is no base block, or a broken one, which says nothing.
    pub fn extent(start: &[u8], logs: u64) -> Option<u64> {
        let block = BaseBlock::parse(start).filter(|block| block.checksum_matches)?;
        let stated = base_block::SIZE as u64 + u64::from(block.bins_size);
        Some(if block.is_dirty() { stated.saturating_add(logs) } else { stated })
    }

    /// Reads a hive and the logs beside it.
    pub fn open(file: Vec<u8>, logs: Logs<'_>) -> Result<Self, NotAHive> {
        let mut bytes = file;
        let state = match plan(&bytes, bytes.len() as u64, logs) {
            Plan::Leave(state) => state,
            Plan::Mend(mending) => mend(&mut bytes, *mending),
        };
        let (hive, block) = Hive::of(&bytes)?;
        let (root, minor, bins_size) = (block.root, block.minor, hive.bins_size());
        Ok(Self { bytes, root, minor, bins_size, state })
    }

    /// The hive.
    pub fn hive(&self) -> Hive<'_> {
        let bins = self.bytes.get(base_block::SIZE..).and_then(|bins| bins.get(..self.bins_size));
        Hive::over(bins.unwrap_or_default(), self.root, self.minor)
    }

    /// Its base block.
    pub fn base_block(&self) -> Option<BaseBlock> {
        BaseBlock::parse(&self.bytes)
    }

    /// How the file was found, and what its logs did.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The bytes of the completed file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of the completed file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn mend(file: &mut Vec<u8>, mending: Mending<'_>) -> State {
    // A hive that has grown in its logs alone, or that was cut short. Gaps that no log fills stay zero, and are told.
    let size = base_block::SIZE + index(mending.end);
    if file.len() < size {
        file.resize(size, 0);
    }
    let mut written = put(file, 0, &mending.block);
    for (run, page) in &mending.pages {
        written &= put(file, base_block::SIZE + index(run.offset), page);
    }
    debug_assert!(
        written,
        "pages lie within the size that their entry states, and later entries do not shrink the file"
    );
    State::Replayed(mending.replay)
}
