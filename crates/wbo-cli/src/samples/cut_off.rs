//! A hive as it is left when the power fails in the middle of a write: a log has the change, the hive says that a write
//! began, and its pages are still the old ones.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use registry::{FileTime, WriteRegistry};
use registry_hive::{Editor, HiveFile, HiveFiles, LogName, Mounts, Overrides};

use super::{Hive, failed, hives};
use crate::error::CommandError;

/// The files that are left.
#[derive(Clone, Default)]
pub(super) struct Left {
    pub(super) hive: Vec<u8>,
    pub(super) log: Vec<u8>,
}

/// Changes a hive by the text of a .reg file, up to the moment when its pages would be written.
pub(super) fn change(
    hive: &Hive,
    before: Vec<u8>,
    reg: &str,
    path: &str,
    time: FileTime,
) -> Result<Left, CommandError> {
    let files = Files(Rc::new(RefCell::new(State {
        left: Left { hive: before, log: Vec::new() },
        power: Power::BeforeTheWrite,
    })));
    let editor = Editor::open(Box::new(files.clone()), time, Overrides::default()).map_err(failed(path))?;
    let mut mounts = Mounts::default();
    mounts.mount(hives::place(hive, path)?, editor).map_err(failed(path))?;
    for change in hives::read(reg, path)?.changes(&mounts).map_err(failed(path))? {
        mounts.make(&change).map_err(failed(path))?;
    }
    for (_, editor) in mounts.into_hives() {
        match editor.commit() {
            Err(_) if files.0.borrow().power == Power::Gone => {}
            Err(error) => return Err(failed(path)(error)),
            Ok(()) => return Err(failed(path)("its write was to be cut off, and was not")),
        }
    }
    let left = files.0.borrow().left.clone();
    Ok(left)
}

/// Files in memory with a power that fails.
#[derive(Clone)]
struct Files(Rc<RefCell<State>>);

struct State {
    left: Left,
    power: Power,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Power {
    BeforeTheWrite,
    /// The base block of the hive says that a write began.
    DuringTheWrite,
    Gone,
}

impl HiveFiles for Files {
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>> {
        let state = self.0.borrow();
        Ok(state.left.file(file).map(|bytes| bytes.len() as u64))
    }

    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let state = self.0.borrow();
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let bytes = state.left.file(file).and_then(|bytes| bytes.get(start..start.checked_add(buffer.len())?));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        if file == HiveFile::Hive {
            state.power = match state.power {
                // Bins that the change added lie behind all that the hive has.
                Power::BeforeTheWrite if offset > 0 => Power::BeforeTheWrite,
                Power::BeforeTheWrite => Power::DuringTheWrite,
                Power::DuringTheWrite | Power::Gone => {
                    state.power = Power::Gone;
                    return Err(io::Error::other("the power is gone"));
                }
            };
        }
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let content = state.left.file_mut(file).ok_or(io::ErrorKind::Unsupported)?;
        content.resize(content.len().max(start + bytes.len()), 0);
        content.splice(start..start + bytes.len(), bytes.iter().copied());
        Ok(())
    }

    fn sync(&mut self, _: HiveFile) -> io::Result<()> {
        Ok(())
    }

    fn remove(&mut self, _: LogName) -> io::Result<()> {
        Err(io::Error::other("the power is gone"))
    }
}

impl Left {
    fn file(&self, file: HiveFile) -> Option<&Vec<u8>> {
        match file {
            HiveFile::Hive => Some(&self.hive),
            HiveFile::Log(LogName::Log1) => Some(&self.log),
            HiveFile::Log(_) => None,
        }
    }

    fn file_mut(&mut self, file: HiveFile) -> Option<&mut Vec<u8>> {
        match file {
            HiveFile::Hive => Some(&mut self.hive),
            HiveFile::Log(LogName::Log1) => Some(&mut self.log),
            HiveFile::Log(_) => None,
        }
    }
}
